//! `GET /console/rounds/{id}/quality`: signs that answers deserve a second look, by way of answering.

use analysis::plan::Plan;
use analysis::quality::FlagKind;
use analysis::results::{FlagCount, QualityResults};
use axum::extract::State;
use axum::response::Html;
use serde::Deserialize;

use super::super::respond::html;
use super::{signed_in, title};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::staff::SeeResults;
use crate::middleware::problems::PageError;
use crate::pages::quality::{self, AskerLine, ItemLine, Quality, WayLine};
use crate::pages::{Lang, Reading, words};
use crate::store::results;

/// Questions with most missing answers that are shown.
const MOST_MISSING: usize = 15;

/// The part of the stored results that this page shows.
#[derive(Debug, Deserialize)]
struct Stored {
    results: Part,
}

#[derive(Debug, Deserialize)]
struct Part {
    #[serde(default)]
    quality: Option<QualityResults>,
}

/// Shows the page; counts only, as a flag on a single answer would lead to a person.
///
/// # Errors
/// 404 for an unknown round; 403 for staff of a judged unit; when the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    reader: Independent<SeeResults>,
    reading: Reading,
) -> Result<Html<String>, PageError> {
    let lang = reading.lang;
    let round = &reader.round;
    let stored = results::get::<Stored>(&state.db, &round.id).await?;
    let view = match stored.and_then(|(_, stored)| stored.results.quality) {
        Some(found) => view(&found, &reader.plan, lang),
        None => Quality::default(),
    };
    let view = Quality {
        id: round.id.clone(),
        title: title(lang, round),
        ..view
    };
    let staff = signed_in(lang, &reader.staff, "");
    Ok(html(quality::page(lang, &staff, &view)))
}

fn view(found: &QualityResults, plan: &Plan, lang: Lang) -> Quality {
    let group = |code: &str| {
        let known = plan.group(code);
        known.map_or_else(|| code.to_owned(), |group| group.name.get(lang.code()).to_owned())
    };
    let question = |code: &str, name: &str| {
        let asked = plan.forms.get(code).and_then(|form| form.question(name));
        asked.map_or_else(
            || name.to_owned(),
            |question| question.label.get(lang.code()).to_owned(),
        )
    };
    let mut items: Vec<_> = found.item_nonresponse.iter().collect();
    items.sort_by(|a, b| b.rate.total_cmp(&a.rate));
    let mut askers: Vec<_> = found.interviewers.iter().collect();
    askers.sort_by(|a, b| b.icc.total_cmp(&a.icc));
    Quality {
        computed: true,
        responses: found.responses,
        flagged: found.flagged,
        ways: ways(found, &group, lang),
        askers: askers
            .into_iter()
            .map(|row| AskerLine {
                group: group(&row.group),
                question: question(&row.group, &row.question),
                icc: format!("{:.3}", row.icc),
                interval: format!("{:.3} – {:.3}", row.lower, row.upper),
                interviewers: row.interviewers,
                n: row.n,
                p: format!("{:.3}", row.p_value),
            })
            .collect(),
        items: items
            .into_iter()
            .take(MOST_MISSING)
            .map(|row| ItemLine {
                group: group(&row.group),
                question: question(&row.group, &row.question),
                concerned: row.concerned,
                rates: [row.rate, row.dont_know, row.refused, row.not_answered].map(words::percent),
            })
            .collect(),
        break_off: found
            .break_off
            .iter()
            .map(|row| {
                let page = row.worst_page.as_deref().unwrap_or_default();
                (
                    group(&row.group),
                    row.began,
                    row.broke_off,
                    question(&row.group, page),
                )
            })
            .collect(),
        ..Quality::default()
    }
}

/// One line for each group and way, its three kinds of flag side by side.
fn ways(found: &QualityResults, group: &dyn Fn(&str) -> String, lang: Lang) -> Vec<WayLine> {
    let key = |row: &FlagCount| {
        (
            row.group.clone(),
            row.mode.clone(),
            row.answering.clone(),
            row.reading.clone(),
        )
    };
    let mut lines: Vec<WayLine> = Vec::new();
    for first in found.flags.iter().filter(|row| row.kind == FlagKind::Speeding) {
        let of = |kind: FlagKind| {
            let mut rows = found.flags.iter();
            let row = rows.find(|row| row.kind == kind && key(row) == key(first));
            row.map_or((0, 0), |row| (row.flagged, row.judged))
        };
        lines.push(WayLine {
            group: group(&first.group),
            way: quality::way(lang, &first.mode, &first.answering, &first.reading),
            responses: first.responses,
            usual: first.baseline.map(|seconds| format!("{seconds:.1}")),
            fast: of(FlagKind::Speeding),
            alike: of(FlagKind::StraightLining),
            copies: of(FlagKind::NearDuplicate),
        });
    }
    lines
}
