//! One unit: grade → perspectives → indicators → questions, and how many stand behind each.

use std::collections::BTreeMap;

use analysis::plan::{ADMIN, FrameSource, Indicator, PERSONS, THIRD_PARTY};
use analysis::results::{Distribution, EvaluationResults, NodePart, NodeScore, RoundDetail};
use axum::extract::{Path, State};
use axum::response::Html;

use super::super::super::respond::html;
use super::super::{signed_in, title};
use super::{NONE, Seen, between, chance, change_cell, points};
use crate::app::AppState;
use crate::auth::staff::{Permit, SeeResults};
use crate::middleware::problems::PageError;
use crate::pages::unit::{
    self, CriterionLine, LeafDetail, NodeLine, PartLine, QuestionLine, SeriesLine, UnitView,
};
use crate::pages::{Lang, Reading, tr, words};

/// Answers of a question that are named.
const COMMONEST: usize = 2;

/// Shows a unit.
///
/// # Errors
/// 404 for an unknown round, a unit without a score, or before anything was computed; when the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    permit: Permit<SeeResults>,
    reading: Reading,
    Path((id, code)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    let lang = reading.lang;
    let seen = Seen::by(&state, &permit.staff, &id).await?;
    let Some(detail) = &seen.detail else {
        return Err(PageError::lost());
    };
    let page = Drill {
        seen: &seen,
        detail,
        evaluation: detail.results.evaluation.as_ref(),
        code: &code,
        lang,
    };
    let view = page.view().ok_or_else(PageError::lost)?;
    let staff = signed_in(lang, &permit.staff, "");
    Ok(html(unit::page(lang, &staff, &view)))
}

/// What the page of a unit is made from.
struct Drill<'a> {
    seen: &'a Seen,
    detail: &'a RoundDetail,
    evaluation: Option<&'a EvaluationResults>,
    code: &'a str,
    lang: Lang,
}

impl Drill<'_> {
    fn view(&self) -> Option<UnitView> {
        let (seen, lang) = (self.seen, self.lang);
        let score = self.detail.score(self.code)?;
        let more = self.detail.score_details.iter().find(|row| row.unit == self.code);
        let grade = self.evaluation.and_then(|found| found.grade(self.code));
        let all = self.detail.results.scores.iter().filter(|row| row.rank.is_some());
        let all = u32::try_from(all.count()).unwrap_or(u32::MAX);
        let change = self.evaluation.and_then(|found| found.change.as_ref());
        let interval = between(score.lower, score.upper);
        Some(UnitView {
            id: seen.round.id.clone(),
            title: title(lang, &seen.round),
            code: self.code.to_owned(),
            name: seen.unit_name(lang, self.code),
            full: seen.full,
            score: format!("{} ({interval})", points(score.score)),
            rank: match (score.rank, score.rank_lower, score.rank_upper) {
                (Some(rank), Some(lower), Some(upper)) => Some([rank, lower, upper, all]),
                _ => None,
            },
            grade: seen.grade_name(lang, score.grade.as_deref().unwrap_or(NONE)),
            repeat: grade.map(|grade| chance(lang, grade.moved_by_noise)),
            change: change.map(|change| change_cell(change.row(self.code, ""))),
            alike: more.filter(|_| score.rank.is_some()).map(|more| {
                let units = more.indistinguishable.iter();
                units.map(|unit| seen.unit_name(lang, unit)).collect()
            }),
            chances: grade.map_or_else(Vec::new, |grade| {
                let of = |one: &analysis::results::GradeChance| {
                    (seen.grade_name(lang, &one.grade), chance(lang, one.chance))
                };
                grade.chances.iter().map(of).collect()
            }),
            views: self.views(),
            nodes: self.nodes(),
            leaves: self.leaves(),
        })
    }

    fn node(&self, code: &str, unit: &str) -> Option<&NodeScore> {
        let mut rows = self.detail.node_scores.iter();
        rows.find(|row| row.code == code && row.unit == unit)
    }

    fn withheld(&self) -> String {
        tr!(self.lang, "compare.withheld").into_owned()
    }

    fn value(&self, node: Option<&NodeScore>) -> String {
        match node {
            Some(node) if node.withheld => self.withheld(),
            node => points(node.and_then(|node| node.value)),
        }
    }

    fn perspective(&self, code: &str) -> String {
        match code {
            PERSONS => tr!(self.lang, "unit.persons").into_owned(),
            THIRD_PARTY => tr!(self.lang, "unit.third_party").into_owned(),
            ADMIN => tr!(self.lang, "unit.admin").into_owned(),
            group => self.group(group),
        }
    }

    fn group(&self, code: &str) -> String {
        let group = self.seen.plan.group(code);
        group.map_or_else(
            || code.to_owned(),
            |group| group.name.get(self.lang.code()).to_owned(),
        )
    }

    /// Whether a part rests on too few persons to be shown; the protected copy has emptied it.
    fn is_hidden(&self, part: &NodePart) -> bool {
        !self.seen.full && part.value.is_none() && part.n > 0
    }

    /// Each perspective's share of the whole score, and its mean over the leaves by their shares.
    fn views(&self) -> Vec<PartLine> {
        let Some(found) = self.evaluation else {
            return Vec::new();
        };
        // A leaf's share is the same in every unit, also where its value is withheld.
        let shares: BTreeMap<&str, f64> = found
            .leverage
            .iter()
            .map(|row| (row.code.as_str(), row.share))
            .collect();
        // Share, share × value; none once a part of it is withheld: the sum would tell it.
        let mut sums: BTreeMap<&str, (f64, Option<f64>)> = BTreeMap::new();
        for leaf in self.seen.plan.indicators.leaves() {
            let (Some(node), Some(share)) = (self.node(&leaf.code, self.code), shares.get(&*leaf.code))
            else {
                continue;
            };
            for part in node.parts.iter().filter(|part| part.share > 0.0) {
                let (whole, value) = sums.entry(&part.perspective).or_insert((0.0, Some(0.0)));
                *whole += share * part.share;
                *value = value
                    .zip(part.value)
                    .map(|(sum, value)| sum + share * part.share * value);
            }
        }
        let line = |code: &str| {
            let (share, value) = *sums.get(code)?;
            Some(PartLine {
                name: self.perspective(code),
                share: words::percent(share),
                value: match value {
                    Some(value) => points(Some(value / share)),
                    None => self.withheld(),
                },
                se: String::new(),
                n: String::new(),
            })
        };
        let groups = self.seen.plan.groups.iter().map(|group| group.code.as_str());
        let order = std::iter::once(PERSONS).chain(groups).chain([THIRD_PARTY, ADMIN]);
        order.filter_map(line).collect()
    }

    fn nodes(&self) -> Vec<NodeLine> {
        let county = self.seen.plan.county().code.as_str();
        let change = self.evaluation.and_then(|found| found.change.as_ref());
        let line = |indicator: &Indicator| {
            let node = self.node(&indicator.code, self.code)?;
            let gain = self.evaluation.and_then(|found| {
                let mut rows = found.leverage.iter();
                rows.find(|row| row.unit == self.code && row.code == indicator.code)
            });
            Some(NodeLine {
                code: indicator.code.clone(),
                name: indicator.name.get(self.lang.code()).to_owned(),
                has_details: indicator.measure.is_some(),
                weight: format!("{}%", indicator.weight),
                value: self.value(Some(node)),
                interval: match node.withheld {
                    true => self.withheld(),
                    false => between(node.lower, node.upper),
                },
                county: self.value(self.node(&indicator.code, county)),
                gain: points(gain.map(|row| row.gain)),
                change: change.map(|change| change_cell(change.row(self.code, &indicator.code))),
            })
        };
        self.seen.plan.indicators.iter().filter_map(line).collect()
    }

    fn leaves(&self) -> Vec<LeafDetail> {
        let leaf = |indicator: &Indicator| {
            let node = self.node(&indicator.code, self.code)?;
            Some(LeafDetail {
                code: indicator.code.clone(),
                name: indicator.name.get(self.lang.code()).to_owned(),
                parts: node.parts.iter().map(|part| self.part(part)).collect(),
                questions: self.questions(indicator),
                criteria: self.criteria(indicator),
                series: self.series(indicator),
            })
        };
        self.seen.plan.indicators.leaves().filter_map(leaf).collect()
    }

    fn part(&self, part: &NodePart) -> PartLine {
        let hidden = self.is_hidden(part);
        let shown = |text: String| if hidden { self.withheld() } else { text };
        PartLine {
            name: self.perspective(&part.perspective),
            share: words::percent(part.share),
            value: shown(points(part.value)),
            // What administration reports is no sample.
            se: match part.perspective.as_str() {
                ADMIN => NONE.to_owned(),
                _ => shown(points(part.se)),
            },
            n: shown(part.n.to_string()),
        }
    }

    /// The questions of a leaf with the unit's answers; the persons' record is asked in the persons' questionnaire.
    fn questions(&self, indicator: &Indicator) -> Vec<QuestionLine> {
        let plan = &self.seen.plan;
        let persons = plan
            .group_of(FrameSource::Persons)
            .map(|group| group.code.as_str());
        let mut lines = Vec::new();
        for (perspective, refs) in &indicator.questions {
            let group = match perspective.as_str() {
                PERSONS => persons,
                group => Some(group),
            };
            let Some(group) = group else { continue };
            let names = refs.iter().flat_map(|entry| {
                let areas = &indicator.areas;
                match entry.variable.contains('*') {
                    true => areas
                        .iter()
                        .map(|area| entry.variable.replace('*', area))
                        .collect(),
                    false => vec![entry.variable.clone()],
                }
            });
            for name in names {
                let mut rows = self.detail.distributions.iter();
                let row =
                    rows.find(|row| row.question == name && row.group == group && row.unit == self.code);
                lines.extend(row.map(|row| self.question(row)));
            }
        }
        lines
    }

    fn question(&self, row: &Distribution) -> QuestionLine {
        let form = self.seen.plan.forms.get(&row.group);
        let question = form.and_then(|form| form.question(&row.question));
        let label = question.map_or(row.question.as_str(), |question| {
            question.label.get(self.lang.code())
        });
        let answer = |value: &str| -> String {
            let choices = form.zip(question).map(|(form, question)| form.choices(question));
            let choice = choices.and_then(|choices| choices.iter().find(|choice| choice.name == value));
            choice.map_or_else(
                || value.to_owned(),
                |choice| choice.label.get(self.lang.code()).to_owned(),
            )
        };
        let hidden = row.shares.is_empty();
        let mut shares: Vec<_> = row.shares.iter().collect();
        shares.sort_by(|a, b| b.estimate.total_cmp(&a.estimate));
        let commonest = shares.into_iter().take(COMMONEST).map(|share| {
            let (answer, share) = (answer(&share.value), words::percent(share.estimate));
            tr!(self.lang, "unit.most", answer = answer, share = share).into_owned()
        });
        let mean = row
            .mean
            .map(|mean| tr!(self.lang, "unit.mean", mean = points(Some(mean))).into_owned());
        let parts: Vec<String> = mean.into_iter().chain(commonest).collect();
        QuestionLine {
            group: self.group(&row.group),
            question: label.to_owned(),
            n: if hidden {
                self.withheld()
            } else {
                row.n.to_string()
            },
            result: if hidden {
                self.withheld()
            } else {
                parts.join(" · ")
            },
        }
    }

    fn criteria(&self, indicator: &Indicator) -> Vec<CriterionLine> {
        let plan = &self.seen.plan;
        let rows = self.detail.criteria.iter();
        rows.filter(|row| row.indicator == indicator.code && row.unit == self.code)
            .map(|row| {
                let criterion = plan
                    .criteria
                    .iter()
                    .find(|criterion| criterion.code == row.criterion);
                CriterionLine {
                    name: criterion.map_or_else(
                        || row.criterion.clone(),
                        |criterion| criterion.name.get(self.lang.code()).to_owned(),
                    ),
                    mark: match criterion {
                        Some(criterion) => format!("{:.1} / {}", row.mean, criterion.max_score),
                        None => points(Some(row.mean)),
                    },
                    scorers: row.scorers,
                    range: points(Some(row.range)),
                }
            })
            .collect()
    }

    fn series(&self, indicator: &Indicator) -> Vec<SeriesLine> {
        let year = self.seen.plan.round.year.to_string();
        let rows = self.detail.admin.iter().filter(|row| {
            row.unit == self.code && indicator.series.contains(&row.code) && row.period.starts_with(&year)
        });
        rows.map(|row| SeriesLine {
            name: row
                .name
                .as_ref()
                .map_or_else(|| row.code.clone(), |name| name.get(self.lang.code()).to_owned()),
            period: row.period.clone(),
            value: format!(
                "{}{}",
                row.value,
                row.unit_of_measure
                    .as_ref()
                    .map_or("", |unit| unit.get(self.lang.code()))
            ),
            source: row.source.clone(),
        })
        .collect()
    }
}
