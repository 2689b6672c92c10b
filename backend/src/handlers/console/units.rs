//! `GET /console/rounds/{id}/units` and `…/units/{unit}`: all units compared, and what stands behind one.
//!
//! The office and auditors see figures as they are; everybody else, and whoever works for a judged unit, sees exactly
//! what the report shows: both pages take their figures from the same protected copy as the report does.

mod one;

use std::sync::Arc;

use analysis::plan::Plan;
use analysis::results::{ChangeRow, EvaluationResults, RoundDetail, SteeringKind};
use axum::extract::{Path, Query, State};
use axum::response::Html;
use reports::build;
use reports::chart::{Chart, Frame, Heading, RankChart, RankRow};
use serde::Deserialize;

use super::super::respond::html;
use super::{find_round, signed_in, title};
use crate::app::AppState;
use crate::auth::Role;
use crate::auth::independence::judged_employer;
use crate::auth::staff::{Permit, SeeResults, Staff};
use crate::middleware::problems::PageError;
use crate::pages::units::{
    self, CeilingLine, ChangeCell, Computed, PairLine, SignLine, StabilityLine, UnitLine, Units,
};
use crate::pages::{Lang, Reading, tr, words};
use crate::store::results;
use crate::store::rounds::Round;

pub use one::show as one;

/// A round's results as a member of staff may see them.
struct Seen {
    round: Round,
    plan: Arc<Plan>,
    detail: Option<RoundDetail>,
    /// Whether nothing is withheld.
    full: bool,
}

impl Seen {
    async fn by(state: &AppState, staff: &Staff, id: &str) -> Result<Self, PageError> {
        let round = find_round(state, id).await?;
        let plan = state.plans.get(&state.db, &state.keys, id).await?;
        let plan = plan.ok_or_else(PageError::lost)?;
        let full = matches!(staff.role, Role::Office | Role::Auditor)
            && judged_employer(&plan, staff.employer_unit.as_deref()).is_none();
        let stored = results::get::<RoundDetail>(&state.db, id).await?;
        let detail = stored.map(|(_, detail)| match full {
            true => detail,
            false => build::protected(&detail, &plan),
        });
        Ok(Self {
            round,
            plan,
            detail,
            full,
        })
    }

    fn unit_name(&self, lang: Lang, code: &str) -> String {
        let unit = self.plan.units.get(code);
        unit.map_or_else(|| code.to_owned(), |unit| unit.name.get(lang.code()).to_owned())
    }

    /// Results carry a grade's Chinese name.
    fn grade_name(&self, lang: Lang, chinese: &str) -> String {
        let grade = self
            .plan
            .grades
            .iter()
            .find(|grade| grade.name.get("zh") == chinese);
        grade.map_or_else(
            || chinese.to_owned(),
            |grade| grade.name.get(lang.code()).to_owned(),
        )
    }
}

/// What stands where there is no figure.
const NONE: &str = "–";

fn points(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| format!("{value:.1}"))
}

fn between(lower: Option<f64>, upper: Option<f64>) -> String {
    match (lower, upper) {
        (Some(lower), Some(upper)) => format!("{lower:.1}–{upper:.1}"),
        _ => NONE.to_owned(),
    }
}

/// The places from one to another.
fn places(lower: u32, upper: u32) -> String {
    match lower == upper {
        true => lower.to_string(),
        false => format!("{lower}–{upper}"),
    }
}

/// A chance in whole percents, and never certainty where there is none.
fn chance(lang: Lang, chance: f64) -> String {
    match chance {
        c if c > 0.0 && c < 0.01 => tr!(lang, "compare.below").into_owned(),
        c if c > 0.99 && c < 1.0 => tr!(lang, "compare.above").into_owned(),
        c => format!("{:.0}%", 100.0 * c),
    }
}

fn change_cell(row: Option<&ChangeRow>) -> ChangeCell {
    let Some(row) = row else { return ChangeCell::None };
    if row.not_comparable == Some(analysis::results::NotComparable::Withheld) {
        return ChangeCell::Withheld;
    }
    let Some(change) = row.change else {
        return ChangeCell::None;
    };
    let size = format!("{change:+.1}");
    match (row.real, change > 0.0) {
        (true, true) => ChangeCell::Up(size),
        (true, false) => ChangeCell::Down(size),
        _ => ChangeCell::Noise(size),
    }
}

/// Two units to be compared.
#[derive(Debug, Deserialize)]
pub struct PairQuery {
    /// Code of the one.
    #[serde(default)]
    one: String,
    /// Code of the other.
    #[serde(default)]
    other: String,
}

/// Compares all units, and any two that were chosen.
///
/// # Errors
/// 404 for an unknown round; when the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    permit: Permit<SeeResults>,
    reading: Reading,
    Path(id): Path<String>,
    Query(query): Query<PairQuery>,
) -> Result<Html<String>, PageError> {
    let lang = reading.lang;
    let seen = Seen::by(&state, &permit.staff, &id).await?;
    let mut view = Units {
        id: seen.round.id.clone(),
        title: title(lang, &seen.round),
        full: seen.full,
        ..Units::default()
    };
    if let Some(detail) = &seen.detail {
        view.computed = Computed::Old;
        if let Some(found) = &detail.results.evaluation {
            view.computed = Computed::Whole;
            fill(&mut view, &seen, detail, found, lang);
            if !query.one.is_empty() || !query.other.is_empty() {
                view.pair = pair(&seen, found, &query, lang);
                view.chosen = Some((query.one, query.other));
            }
        }
    }
    let staff = signed_in(lang, &permit.staff, "");
    Ok(html(units::page(lang, &staff, &view)))
}

fn fill(view: &mut Units, seen: &Seen, detail: &RoundDetail, found: &EvaluationResults, lang: Lang) {
    let name = |code: &str| seen.unit_name(lang, code);
    let mut scores: Vec<_> = (detail.results.scores.iter())
        .filter(|row| row.rank.is_some())
        .collect();
    scores.sort_by_key(|score| score.rank);
    let letters = |unit: &str| -> String {
        let numbers = found.alike(unit).into_iter().map(|number| number.to_string());
        numbers.collect::<Vec<_>>().join(" ")
    };
    for score in &scores {
        let grade = found.grade(&score.unit);
        let borderline = detail.score_details.iter().find(|row| row.unit == score.unit);
        let change = found.change.as_ref();
        view.lines.push(UnitLine {
            code: score.unit.clone(),
            name: name(&score.unit),
            score: points(score.score),
            interval: between(score.lower, score.upper),
            rank_interval: score
                .rank_lower
                .zip(score.rank_upper)
                .map_or_else(|| NONE.to_owned(), |(lower, upper)| places(lower, upper)),
            groups: letters(&score.unit),
            grade: seen.grade_name(lang, score.grade.as_deref().unwrap_or_default()),
            borderline: borderline.is_some_and(|row| row.borderline),
            sure: grade.map_or_else(|| NONE.to_owned(), |row| chance(lang, row.certainty)),
            repeat: grade.map_or_else(|| NONE.to_owned(), |row| chance(lang, row.moved_by_noise)),
            change: change.map(|change| change_cell(change.row(&score.unit, ""))),
        });
    }
    view.chart = chart(seen, detail, lang);
    view.bands = found
        .bands
        .iter()
        .map(|band| band.iter().map(|unit| name(unit)).collect())
        .collect();
    if let Some(weights) = &found.weights {
        let spread = reports::number::number(100.0 * weights.spread, reports::number::NumberFormat::Weight);
        view.weights = Some((spread, weights.draws));
        view.stability = scores
            .iter()
            .filter_map(|score| weights.units.iter().find(|row| row.unit == score.unit))
            .map(|row| StabilityLine {
                name: name(&row.unit),
                ranks: places(row.rank_lower, row.rank_upper),
                same_rank: chance(lang, row.same_rank),
                same_grade: chance(lang, row.same_grade),
            })
            .collect();
    }
    // Counts of a few would tell who they were; signs are the office's to look into.
    view.shows_signs = seen.full;
    if seen.full {
        view.signs = found
            .steering
            .iter()
            .filter(|sign| sign.flagged)
            .map(|sign| SignLine {
                unit: name(&sign.unit),
                sign: sign_name(lang, sign.kind),
                judged: sign.judged,
                found: sign.found,
                share: words::percent(sign.share),
                usual: words::percent(sign.usual),
                p: match sign.p_adjusted < 0.001 {
                    true => "<0.001".to_owned(),
                    false => format!("{:.3}", sign.p_adjusted),
                },
            })
            .collect();
    }
    let group = |code: &str| {
        let group = seen.plan.group(code);
        group.map_or_else(|| code.to_owned(), |group| group.name.get(lang.code()).to_owned())
    };
    view.ceilings = found
        .ceilings
        .iter()
        .filter(|row| row.warning)
        .map(|row| CeilingLine {
            unit: name(&row.unit),
            group: group(&row.group),
            shares: seen
                .full
                .then(|| (words::percent(row.best), words::percent(row.all_best))),
        })
        .collect();
}

fn sign_name(lang: Lang, kind: SteeringKind) -> String {
    match kind {
        SteeringKind::SameAnswers => tr!(lang, "compare.sign_same"),
        SteeringKind::StaffPresent => tr!(lang, "compare.sign_staff"),
        SteeringKind::SameDevice => tr!(lang, "compare.sign_device"),
        SteeringKind::SameTime => tr!(lang, "compare.sign_time"),
    }
    .into_owned()
}

fn pair(seen: &Seen, found: &EvaluationResults, query: &PairQuery, lang: Lang) -> Option<PairLine> {
    let pair = found.pair(&query.one, &query.other)?;
    Some(PairLine {
        better: seen.unit_name(lang, &pair.better),
        worse: seen.unit_name(lang, &pair.worse),
        difference: points(Some(pair.difference)),
        probability: chance(lang, pair.probability),
        significant: pair.significant,
    })
}

/// The rank intervals as pictures without heading, for a wide screen and a phone.
fn chart(seen: &Seen, detail: &RoundDetail, lang: Lang) -> Option<(String, String)> {
    let rows = detail.results.scores.iter().filter_map(|score| {
        let more = detail.score_details.iter().find(|row| row.unit == score.unit)?;
        Some(RankRow {
            label: seen.unit_name(lang, &score.unit),
            rank: score.rank?,
            rank_lower: score.rank_lower?,
            rank_upper: score.rank_upper?,
            score: score.score?,
            grade: seen.grade_name(lang, score.grade.as_deref()?),
            borderline: more.borderline,
            highlighted: false,
        })
    });
    let chart = RankChart {
        heading: Heading {
            id: "units-ranks".to_owned(),
            title: tr!(lang, "compare.chart_title").into_owned(),
            ..Heading::default()
        },
        rows: rows.collect(),
    };
    let of_report = match lang {
        Lang::Zh => reports::model::Lang::Zh,
        Lang::En => reports::model::Lang::En,
    };
    let svg = |frame: Frame| chart.svg_in(of_report, frame.bare());
    match (svg(Frame::WIDE), svg(Frame::NARROW)) {
        (Ok(wide), Ok(narrow)) => Some((wide, narrow)),
        // Without a unit that has a rank there is nothing to draw.
        _ => None,
    }
}

#[cfg(test)]
mod tests;
