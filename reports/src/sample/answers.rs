//! What people in the made-up round answered: distributions, needs, reasons, ways of answering.

use std::collections::BTreeMap;

use analysis::results::*;

use super::{Maker, POPULATION, chance, proportion, text};

impl Maker {
    pub(super) fn distributions(&self) -> Vec<Distribution> {
        let asked = [
            (
                "resident",
                [
                    "sat_overall",
                    "sat_attitude",
                    "sat_speed",
                    "sat_trips",
                    "sat_fair",
                    "sat_clear",
                    "sat_handling",
                ]
                .as_slice(),
            ),
            (
                "family",
                [
                    "sat_overall",
                    "sat_attitude",
                    "sat_speed",
                    "sat_fair",
                    "sat_respite",
                    "sat_carer_support",
                ]
                .as_slice(),
            ),
        ];
        let mut rows = Vec::new();
        for unit in self.units() {
            for (group, questions) in asked {
                for question in questions {
                    let share = if *question == "sat_handling" { 0.07 } else { 0.9 };
                    let n = self.answers(&unit, if group == "family" { share * 0.5 } else { share });
                    let good = self
                        .quality(&unit, question, 0.34 + 0.2 * chance(question), 0.2)
                        .clamp(0.1, 0.6);
                    let estimates = [0.06, 0.12, 0.26 - good * 0.1, 0.56 - good * 0.9, good];
                    let shares: Vec<Share> = (1..=5)
                        .zip(estimates)
                        .map(|(step, estimate)| {
                            let p = proportion(estimate, n);
                            Share {
                                value: step.to_string(),
                                estimate,
                                se: p.se.unwrap_or(0.0),
                                lower: p.lower.unwrap_or(0.0),
                                upper: p.upper.unwrap_or(0.0),
                                n: (estimate * n as f64) as u64,
                            }
                        })
                        .collect();
                    let mean = estimates
                        .iter()
                        .zip(0..)
                        .map(|(share, step)| share * 25.0 * f64::from(step))
                        .sum();
                    rows.push(Distribution {
                        question: (*question).to_owned(),
                        group: group.to_owned(),
                        unit: unit.clone(),
                        area: None,
                        n,
                        multiple: false,
                        missing: n / 12,
                        shares,
                        mean: Some(mean),
                        mean_se: Some(30.0 / (n.max(1) as f64).sqrt()),
                    });
                }
            }
        }
        rows
    }

    pub(super) fn ladder(&self) -> Vec<LadderStep> {
        let mut rows = Vec::new();
        for unit in self.units() {
            let persons = if self.is_county(&unit) {
                POPULATION
            } else {
                POPULATION / self.scored().len() as f64
            };
            let areas = self
                .plan
                .areas
                .iter()
                .map(|area| Some(area.code.clone()))
                .chain([None]);
            for area in areas {
                let key = area.clone().unwrap_or_default();
                let need = if area.is_none() {
                    0.83
                } else {
                    0.06 + 0.38 * chance(&format!("need/{key}"))
                };
                let received = self.quality(
                    &unit,
                    &format!("recv/{key}"),
                    0.4 + 0.4 * chance(&format!("r{key}")),
                    0.3,
                );
                let received = received.clamp(0.05, 0.97);
                let helped = received * (0.62 + 0.3 * chance(&format!("h{key}")));
                let n = self.answers(&unit, need);
                rows.push(LadderStep {
                    area,
                    unit: unit.clone(),
                    needed: proportion(need, self.answers(&unit, 1.0)),
                    received: proportion(received, n),
                    helped: proportion(helped, n),
                    persons_needed: persons * need,
                    persons_received: persons * need * received,
                    persons_helped: persons * need * helped,
                });
            }
        }
        rows
    }

    pub(super) fn unmet_needs(&self) -> Vec<UnmetNeed> {
        let mut by_unit: BTreeMap<String, Vec<(String, f64, f64)>> = BTreeMap::new();
        for step in self.ladder() {
            let Some(area) = step.area else { continue };
            let persons = step.persons_needed - step.persons_received;
            let population = step.persons_needed / step.needed.estimate.unwrap_or(1.0);
            by_unit
                .entry(step.unit)
                .or_default()
                .push((area, persons, persons / population));
        }
        let mut rows = Vec::new();
        for (unit, mut areas) in by_unit {
            areas.sort_by(|a, b| b.1.total_cmp(&a.1));
            for (rank, (area, persons, share)) in (1..).zip(areas) {
                let n = self.answers(&unit, 1.0);
                rows.push(UnmetNeed {
                    unit: unit.clone(),
                    area,
                    rank,
                    share: proportion(share, n),
                    persons,
                });
            }
        }
        rows
    }

    pub(super) fn barriers(&self) -> Vec<Barrier> {
        let reasons = [
            ("unknown", "不知道有这项服务", "Did not know of it", 0.34),
            ("apply", "不会申请", "Did not know how to apply", 0.21),
            ("waiting", "还在等待", "Still waiting", 0.16),
            ("far", "太远", "Too far", 0.11),
            ("cost", "要花钱", "It costs money", 0.09),
            ("alone", "没人陪", "Nobody to go with", 0.06),
            ("refused", "被拒绝", "Was refused", 0.03),
        ];
        let mut rows = Vec::new();
        for unit in self.units() {
            for area in self
                .plan
                .areas
                .iter()
                .map(|area| Some(area.code.clone()))
                .chain([None])
            {
                let n = self.answers(&unit, if area.is_some() { 0.12 } else { 0.5 });
                for (reason, zh, en, share) in reasons {
                    let share = share * (0.8 + 0.4 * chance(&format!("{area:?}{reason}")));
                    let (unit, reason) = (unit.clone(), reason.to_owned());
                    let (label, share) = (text(zh, en), proportion(share, n));
                    rows.push(Barrier {
                        unit,
                        area: area.clone(),
                        reason,
                        label,
                        share,
                    });
                }
            }
        }
        rows
    }

    pub(super) fn kept_away(&self) -> Vec<Barrier> {
        let reasons = [
            ("unaware", "不知道有活动", "Did not hear of any", 0.41),
            ("health", "身体不便", "Health", 0.27),
            ("transport", "路远，没有车", "Too far, no transport", 0.17),
            ("interest", "不感兴趣", "Not interested", 0.09),
        ];
        let mut rows = Vec::new();
        for unit in self.units() {
            for (reason, zh, en, share) in reasons {
                let share = proportion(share, self.answers(&unit, 0.5));
                rows.push(Barrier {
                    unit: unit.clone(),
                    area: None,
                    reason: reason.to_owned(),
                    label: text(zh, en),
                    share,
                });
            }
        }
        rows
    }

    pub(super) fn counts(&self) -> Vec<ModeCount> {
        let mut rows = Vec::new();
        for unit in self.units() {
            let n = self.answers(&unit, 1.0);
            for (what, value, share) in [
                (ModeColumn::Answering, "self", 0.58),
                (ModeColumn::Answering, "assisted", 0.31),
                (ModeColumn::Answering, "proxy", 0.11),
                (ModeColumn::Mode, "web", 0.63),
                (ModeColumn::Mode, "interview", 0.33),
                (ModeColumn::Mode, "paper", 0.04),
                (ModeColumn::StaffPresent, "yes", 0.08),
            ] {
                let count = (n as f64 * share) as u64;
                let (group, unit) = ("resident".to_owned(), unit.clone());
                rows.push(ModeCount {
                    group,
                    unit,
                    what,
                    value: value.to_owned(),
                    n: count,
                    share,
                });
            }
        }
        rows
    }
}
