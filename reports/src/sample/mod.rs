//! Test support: a made-up round of the sample plan, plausible in size and error, so that
//! every chapter, chart and format can be rendered and looked at without computing one.
//! (A `mod.rs`, so that the bench can include the folder by its path.)

use std::path::Path;
use std::sync::LazyLock;

use analysis::plan::{ADMIN, Indicator, Measure, PERSONS, Plan, PlanFiles, THIRD_PARTY};
use analysis::results::*;
use jiff::civil::date;
use serde_json::json;

mod answers;
mod evaluation;
mod small;
mod voices;
mod ways;

pub(crate) use small::small_report;

/// Card holders in the made-up county.
const POPULATION: f64 = 72_000.0;
/// Respondents of a township among residents.
const PER_UNIT: u64 = 118;

/// The plan that ships with the product.
pub(crate) fn plan() -> Plan {
    static PLAN: LazyLock<Plan> = LazyLock::new(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../backend/plans/sample");
        let mut files = PlanFiles::new();
        for folder in ["", "forms", "media"] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                    files.insert(name, std::fs::read(&path).unwrap());
                }
            }
        }
        Plan::read(&files).unwrap_or_else(|faults| panic!("{faults:#?}"))
    });
    PLAN.clone()
}

/// A round with all parts filled, in the plan's own county.
pub(crate) fn detail() -> RoundDetail {
    static DETAIL: LazyLock<RoundDetail> = LazyLock::new(|| Maker { plan: plan() }.detail());
    DETAIL.clone()
}

struct Maker {
    plan: Plan,
}

/// A number in 0–1 that depends on the words alone.
fn chance(seed: &str) -> f64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in seed.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash ^= hash >> 29;
    (hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 11) as f64 / (1u64 << 53) as f64
}

fn proportion(estimate: f64, n: u64) -> Proportion {
    let estimate = estimate.clamp(0.0, 1.0);
    let se = (1.5 * estimate * (1.0 - estimate) / n.max(1) as f64).sqrt();
    Proportion {
        estimate: Some(estimate),
        se: Some(se),
        lower: Some((estimate - 1.96 * se).max(0.0)),
        upper: Some((estimate + 1.96 * se).min(1.0)),
        n,
    }
}

fn text<T: serde::de::DeserializeOwned>(zh: &str, en: &str) -> T {
    serde_json::from_value(json!({ "zh": zh, "en": en })).unwrap()
}

impl Maker {
    fn detail(&self) -> RoundDetail {
        let (scores, score_details, pairs) = self.scores();
        let node_scores = self.node_scores();
        let evaluation = evaluation::evaluation(&self.plan, &scores, &pairs, &node_scores);
        RoundDetail {
            results: RoundResults {
                round: self.plan.round.id.clone(),
                plan_sha256: "5f0c3a9d".repeat(8),
                response_rates: self.response_rates(),
                indicators: self.indicators(),
                scores,
                answering: Some(ways::answering()),
                quality: Some(ways::quality()),
                evaluation: Some(evaluation),
                amendments: Vec::new(),
                records: None,
            },
            score_details,
            pairs,
            node_scores,
            distributions: self.distributions(),
            ladder: self.ladder(),
            unmet_needs: self.unmet_needs(),
            barriers: self.barriers(),
            kept_away: self.kept_away(),
            voices: self.voices(),
            dispositions: self.dispositions(),
            weights: self.weights(),
            respondents_vs_frame: frame(),
            counts: self.counts(),
            open_link_counts: vec![OpenLinkCount {
                group: "resident".to_owned(),
                n: 87,
            }],
            daily: vec![DailyCount {
                date: date(2026, 10, 20),
                group: "resident".to_owned(),
                n: 140,
            }],
            admin: self.admin(),
            criteria: self.criteria(),
            agreement: self.agreement(),
            warnings: vec![text(
                "3个乡镇的基层组织答卷不足30份，已加标记。",
                "Fewer than 30 grassroots bodies answered in 3 townships; marked.",
            )],
            ..RoundDetail::default()
        }
    }

    fn scored(&self) -> Vec<String> {
        self.plan
            .scored_units()
            .into_iter()
            .map(|unit| unit.code.clone())
            .collect()
    }

    fn units(&self) -> Vec<String> {
        std::iter::once(self.plan.county().code.clone())
            .chain(self.scored())
            .collect()
    }

    fn is_county(&self, unit: &str) -> bool {
        unit == self.plan.county().code
    }

    /// How good a unit is at something: the county in the middle, the others around it.
    fn quality(&self, unit: &str, what: &str, centre: f64, spread: f64) -> f64 {
        if self.is_county(unit) {
            return centre;
        }
        let own = chance(unit) - 0.5;
        centre + spread * (1.4 * own + 0.6 * (chance(&format!("{unit}/{what}")) - 0.5))
    }

    fn answers(&self, unit: &str, share: f64) -> u64 {
        let all = if self.is_county(unit) {
            PER_UNIT * self.scored().len() as u64
        } else {
            PER_UNIT
        };
        (all as f64 * share) as u64
    }

    fn response_rates(&self) -> Vec<ResponseRate> {
        let mut rows = Vec::new();
        for unit in self.units() {
            for (group, share, rate) in [
                ("resident", 1.0, 0.56),
                ("family", 0.5, 0.44),
                ("grassroots", 0.12, 0.86),
            ] {
                let complete = self.answers(&unit, share);
                let invited =
                    (complete as f64 / self.quality(&unit, group, rate, 0.2).clamp(0.3, 0.98)).round() as u64;
                let rr = Some(complete as f64 / invited as f64);
                rows.push(ResponseRate {
                    group: group.to_owned(),
                    unit: unit.clone(),
                    invited,
                    complete,
                    rr,
                });
            }
        }
        rows
    }

    fn dispositions(&self) -> Vec<DispositionCount> {
        let mut rows = Vec::new();
        for rate in self.response_rates() {
            for (disposition, n) in [
                ("complete", rate.complete),
                ("no_answer", rate.invited - rate.complete),
            ] {
                let (group, unit) = (rate.group.clone(), rate.unit.clone());
                rows.push(DispositionCount {
                    group,
                    unit,
                    disposition: disposition.to_owned(),
                    n,
                });
            }
        }
        rows
    }

    fn indicators(&self) -> Vec<IndicatorResult> {
        let mut rows = Vec::new();
        for unit in self.units() {
            for leaf in self.plan.indicators.leaves() {
                let mut groups = vec![None];
                if leaf.perspectives.len() > 1 {
                    groups.extend(
                        leaf.perspectives
                            .iter()
                            .map(|part| Some(part.perspective.clone())),
                    );
                }
                for group in groups {
                    rows.push(self.indicator(leaf, &unit, group, None));
                }
                if leaf.by_area {
                    rows.extend(
                        leaf.areas
                            .iter()
                            .map(|area| self.indicator(leaf, &unit, None, Some(area.clone()))),
                    );
                }
            }
        }
        rows
    }

    fn indicator(
        &self,
        leaf: &Indicator,
        unit: &str,
        group: Option<String>,
        area: Option<String>,
    ) -> IndicatorResult {
        let measure = match group.as_deref() {
            Some(THIRD_PARTY) => Measure::Criteria,
            Some(ADMIN) => Measure::Admin,
            _ => leaf.measure.unwrap_or(Measure::Share),
        };
        let centre = match measure {
            Measure::Participation => 0.47,
            Measure::Benefit => 0.49,
            Measure::Coverage => 0.64,
            Measure::Effectiveness => 0.76,
            Measure::TopTwo => 0.71,
            Measure::Satisfaction => 0.69,
            _ => 0.62,
        };
        let key = format!("{}{:?}{:?}", leaf.code, group, area);
        let n = self.answers(
            unit,
            if area.is_some() {
                0.04 + 0.4 * chance(&key)
            } else {
                0.95
            },
        );
        let figure = proportion(
            self.quality(unit, &key, centre + 0.1 * (chance(&key) - 0.5), 0.3),
            n,
        );
        let scale = if measure.is_fraction() { 1.0 } else { 100.0 };
        let flag = match n {
            0..10 => Some(Flag::Suppressed),
            10..30 => Some(Flag::SmallN),
            _ => None,
        };
        IndicatorResult {
            code: leaf.code.clone(),
            unit: unit.to_owned(),
            group,
            area,
            measure: measure.code().to_owned(),
            estimate: figure.estimate.map(|v| v * scale),
            se: figure.se.map(|v| v * scale),
            lower: figure.lower.map(|v| v * scale),
            upper: figure.upper.map(|v| v * scale),
            n,
            flag,
        }
    }

    fn scores(&self) -> (Vec<Score>, Vec<ScoreDetail>, Vec<PairComparison>) {
        let mut units: Vec<(String, f64)> = self
            .scored()
            .into_iter()
            .map(|unit| (unit.clone(), self.quality(&unit, "score", 71.0, 18.0)))
            .collect();
        let se = 1.7;
        let order = units.clone();
        units.sort_by(|a, b| b.1.total_cmp(&a.1));
        let apart = |a: f64, b: f64| (a - b).abs() > 3.6 * se * 2.0_f64.sqrt();
        let mut pairs = Vec::new();
        for (i, (better, high)) in units.iter().enumerate() {
            for (worse, low) in &units[i + 1..] {
                let (better, worse) = (better.clone(), worse.clone());
                let significant = apart(*high, *low);
                pairs.push(PairComparison {
                    better,
                    worse,
                    difference: high - low,
                    se: se * 2.0_f64.sqrt(),
                    significant,
                });
            }
        }
        let grades = |score: f64| {
            self.plan
                .grades
                .iter()
                .find(|g| score >= g.from)
                .map(|g| g.name.get("zh").to_owned())
        };
        let (mut scores, mut details) = (Vec::new(), Vec::new());
        for (unit, score) in std::iter::once((self.plan.county().code.clone(), 71.0)).chain(order) {
            let county = self.is_county(&unit);
            let se = if county { 0.5 } else { se };
            let (lower, upper) = (score - 1.96 * se, score + 1.96 * se);
            let better = units.iter().filter(|(_, s)| *s > score).count() as u32;
            let surely_better = units
                .iter()
                .filter(|(_, s)| *s > score && apart(*s, score))
                .count() as u32;
            let surely_worse = units
                .iter()
                .filter(|(_, s)| *s < score && apart(*s, score))
                .count() as u32;
            let rank = |rank: u32| (!county).then_some(rank);
            let possible: Vec<String> = if grades(lower) == grades(upper) {
                grades(score).into_iter().collect()
            } else {
                grades(upper).into_iter().chain(grades(lower)).collect()
            };
            details.push(ScoreDetail {
                unit: unit.clone(),
                df: Some(46.0),
                borderline: !county && possible.len() > 1,
                possible_grades: possible,
                n: self.answers(&unit, 1.6),
                indistinguishable: units
                    .iter()
                    .filter(|(other, s)| *other != unit && !apart(*s, score))
                    .map(|(other, _)| other.clone())
                    .collect(),
            });
            scores.push(Score {
                unit,
                score: Some(score),
                se: Some(se),
                lower: Some(lower),
                upper: Some(upper),
                rank: rank(better + 1),
                rank_lower: rank(surely_better + 1),
                rank_upper: rank(units.len() as u32 - surely_worse),
                grade: grades(score),
            });
        }
        (scores, details, pairs)
    }

    fn node_scores(&self) -> Vec<NodeScore> {
        let mut rows = Vec::new();
        for unit in self.units() {
            for node in self.plan.indicators.iter() {
                let centre = 58.0 + 26.0 * chance(&node.code);
                let value = self.quality(&unit, &node.code, centre, 22.0);
                let se = if self.is_county(&unit) { 0.8 } else { 3.1 };
                let total: f64 = node.perspectives.iter().map(|p| p.weight).sum();
                let parts = node.perspectives.iter().map(|part| {
                    let own = matches!(part.perspective.as_str(), THIRD_PARTY | ADMIN);
                    NodePart {
                        perspective: part.perspective.clone(),
                        share: part.weight / total,
                        value: Some(
                            value + 9.0 * (chance(&format!("{}{}", node.code, part.perspective)) - 0.5),
                        ),
                        se: (part.perspective != ADMIN).then_some(se * 1.3),
                        n: if own { 2 } else { self.answers(&unit, 0.8) },
                    }
                });
                rows.push(NodeScore {
                    code: node.code.clone(),
                    unit: unit.clone(),
                    weight: node.weight,
                    value: Some(value),
                    se: Some(se),
                    lower: Some(value - 1.96 * se),
                    upper: Some(value + 1.96 * se),
                    df: Some(46.0),
                    withheld: false,
                    parts: parts.collect(),
                });
            }
        }
        rows
    }

    fn weights(&self) -> Vec<WeightSummary> {
        let mut rows = Vec::new();
        for unit in self.units() {
            let persons = if self.is_county(&unit) {
                POPULATION
            } else {
                POPULATION / self.scored().len() as f64
            };
            for (group, share) in [
                ("resident", 1.0),
                ("family", 0.5),
                ("grassroots", 0.12),
                (PERSONS, 1.15),
            ] {
                let n = self.answers(&unit, share);
                let cv: f64 = 0.42 + 0.1 * chance(&format!("{unit}{group}"));
                let deff = 1.0 + cv * cv;
                rows.push(WeightSummary {
                    group: group.to_owned(),
                    unit: unit.clone(),
                    n,
                    sum: persons,
                    min: persons / n as f64 * 0.4,
                    max: persons / n as f64 * 2.6,
                    cv,
                    deff_kish: deff,
                    effective_n: n as f64 / deff,
                    efficiency: 1.0 / deff,
                });
            }
        }
        rows
    }

    fn admin(&self) -> Vec<AdminPoint> {
        let mut rows = Vec::new();
        for value in &self.plan.admin {
            rows.push(AdminPoint {
                code: value.code.clone(),
                name: value.name.clone(),
                unit_of_measure: value.unit_of_measure.clone(),
                unit: value.unit.clone(),
                period: value.period.clone(),
                value: value.value,
                source: value.source.clone(),
                revision: value.revision,
            });
        }
        rows
    }

    fn criteria(&self) -> Vec<CriterionResult> {
        let mut rows = Vec::new();
        for unit in self.scored() {
            for criterion in &self.plan.criteria {
                let value = self
                    .quality(
                        &unit,
                        &criterion.code,
                        45.0 + 40.0 * chance(&criterion.code),
                        40.0,
                    )
                    .clamp(0.0, 100.0);
                let range = if chance(&format!("{unit}{}r", criterion.code)) > 0.985 {
                    3.0
                } else {
                    1.0
                };
                rows.push(CriterionResult {
                    criterion: criterion.code.clone(),
                    indicator: criterion.indicator.clone(),
                    unit: unit.clone(),
                    mean: value / 100.0 * criterion.max_score,
                    value,
                    se: Some(6.5),
                    scorers: 2,
                    range,
                    beyond_limit: range > 2.0,
                    third: false,
                    evidence: 2,
                });
            }
        }
        rows
    }

    fn agreement(&self) -> Vec<ScorerAgreement> {
        let of = |criterion: Option<String>, n: u64, seed: &str| ScorerAgreement {
            criterion,
            n,
            exact: 0.55 + 0.2 * chance(seed),
            within_one: 0.92 + 0.07 * chance(seed),
            alpha: Some(0.66 + 0.2 * chance(seed)),
            alpha_lower: Some(0.41 + 0.2 * chance(seed)),
            alpha_upper: Some(0.78 + 0.2 * chance(seed)),
            kappa: coefficient(0.62 + 0.2 * chance(seed)),
            icc: coefficient(0.64 + 0.2 * chance(seed)),
        };
        let units = self.scored().len() as u64;
        let criteria = &self.plan.criteria;
        let mut rows = vec![of(None, units * criteria.len() as u64, "all")];
        rows.extend(
            criteria
                .iter()
                .map(|criterion| of(Some(criterion.code.clone()), units, &criterion.code)),
        );
        rows
    }
}

/// A coefficient with an interval of a width as twenty units give it.
fn coefficient(value: f64) -> Option<Coefficient> {
    Some(Coefficient {
        value,
        lower: Some(value - 0.28),
        upper: Some(value + 0.14),
    })
}

/// Columns, values, share of the frame, share of the respondents, respondents.
type Cell = (&'static [&'static str], &'static [&'static str], f64, f64, u64);

fn frame() -> Vec<FrameComparison> {
    let cells: [Cell; 8] = [
        (&["category"], &["physical"], 0.53, 0.57, 1340),
        (&["category"], &["vision"], 0.13, 0.14, 330),
        (&["category"], &["hearing"], 0.11, 0.08, 190),
        (&["category"], &["mental"], 0.12, 0.08, 189),
        (&["grade"], &["1"], 0.14, 0.10, 236),
        (&["grade"], &["4"], 0.31, 0.36, 850),
        (&["sex", "age_band"], &["female", "60-74"], 0.17, 0.20, 470),
        (&["sex", "age_band"], &["male", "0-17"], 0.02, 0.003, 7),
    ];
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    cells
        .into_iter()
        .map(|(by, cell, frame, respondents, n)| FrameComparison {
            group: "resident".to_owned(),
            by: owned(by),
            cell: owned(cell),
            frame,
            respondents,
            weighted: frame,
            n,
        })
        .collect()
}
