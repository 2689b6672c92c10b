//! Administrative series: list, import, revisions, files.

use analysis::plan::{AdminValue, PeriodKind, Plan, SeriesPlan};
use axum::extract::{Multipart, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;

use super::{FileQuery, sent, table_file, told, unit_name};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::policy::Action;
use crate::auth::staff::{EditRecords, Permission, SeeRecords};
use crate::handlers::console::overview::Stored;
use crate::handlers::console::{local_time, signed_in, title};
use crate::handlers::respond::{field, html};
use crate::middleware::problems::PageError;
use crate::pages::records::Refusal;
use crate::pages::records::series::{
    self as pages, ChangeLine, Checked, RevisionLine, RevisionPage, SeriesLine, SeriesPage,
};
use crate::pages::{Lang, Reading, tr};
use crate::records::series::{self as acts, COLUMNS, FigureChange};
use crate::store::rounds::RoundState;
use crate::store::series::{self, Revision, SeriesValue};
use crate::store::{StoreError, begin, results};

fn level_name(lang: Lang, level: &str) -> String {
    match level {
        "county" => tr!(lang, "series.county"),
        "township" => tr!(lang, "series.township"),
        "village" => tr!(lang, "series.village"),
        other => return other.to_owned(),
    }
    .into_owned()
}

fn period_name(lang: Lang, period: Option<PeriodKind>) -> String {
    match period {
        Some(PeriodKind::Year) => tr!(lang, "series.year"),
        Some(PeriodKind::Quarter) => tr!(lang, "series.quarter"),
        Some(PeriodKind::Month) => tr!(lang, "series.month"),
        None => tr!(lang, "series.any_period"),
    }
    .into_owned()
}

fn name_of(lang: Lang, series: &SeriesPlan, figures: &[AdminValue]) -> String {
    let own = Some(&series.name).filter(|name| !name.is_empty());
    let of_figure = || {
        let mut with_name = figures.iter().filter(|value| value.code == series.code);
        with_name.find_map(|value| value.name.as_ref())
    };
    own.or_else(of_figure)
        .map_or_else(|| series.code.clone(), |name| name.get(lang.code()).to_owned())
}

fn lines(plan: &Plan, lang: Lang, figures: &[AdminValue]) -> Vec<SeriesLine> {
    let known = plan.known_series().into_iter();
    let lines = known.map(|series| {
        let of_series: Vec<&AdminValue> = figures.iter().filter(|value| value.code == series.code).collect();
        let latest = of_series
            .iter()
            .max_by_key(|value| PeriodKind::first_day(&value.period))
            .map(|value| value.period.clone())
            .unwrap_or_default();
        let of_period: Vec<&&AdminValue> = of_series.iter().filter(|value| value.period == latest).collect();
        let county = of_period.iter().find(|value| value.unit == plan.county().code);
        let levels: Vec<String> = series
            .levels
            .iter()
            .map(|level| level_name(lang, level))
            .collect();
        SeriesLine {
            name: name_of(lang, &series, figures),
            unit_of_measure: of_series
                .iter()
                .find_map(|value| value.unit_of_measure.as_ref())
                .unwrap_or(&series.unit_of_measure)
                .get(lang.code())
                .to_owned(),
            levels: match levels.is_empty() {
                true => tr!(lang, "series.any_level").into_owned(),
                false => levels.join(if lang == Lang::Zh { "、" } else { ", " }),
            },
            period: period_name(lang, series.period),
            bounds: series.bounds().unwrap_or_default(),
            value: county.map(|value| value.value.to_string()).unwrap_or_default(),
            units: of_period.len(),
            latest,
            code: series.code,
        }
    });
    lines.collect()
}

fn revision_line(state: &AppState, row: Revision) -> RevisionLine {
    RevisionLine {
        number: row.revision,
        at: local_time(state, row.at),
        actor: row.actor,
        reason: row.reason,
        file: row.file,
        added: row.added,
        changed: row.changed,
    }
}

/// What a form that was refused, or only checked, brings back to its page.
#[derive(Default)]
struct Back {
    refusal: Refusal,
    reason: String,
    checked: Option<Checked>,
    warnings: Vec<survey_forms::diagnostic::Diagnostic>,
}

async fn page<P: Permission>(
    state: &AppState,
    who: &Independent<P>,
    lang: Lang,
    back: Back,
) -> Result<Html<String>, PageError> {
    let figures = acts::current(&state.db, &who.plan).await?;
    let revisions = series::revisions(&state.db, &who.round.id).await?;
    let stored = results::get::<Stored>(&state.db, &who.round.id).await?;
    let is_sealed = who.round.round_state() != RoundState::Draft;
    let view = SeriesPage {
        round: who.round.id.clone(),
        title: title(lang, &who.round),
        may_import: is_sealed && who.staff.role.may(Action::EditRecords),
        refusal: back.refusal,
        reason: back.reason,
        checked: back.checked,
        warnings: back.warnings,
        series: lines(&who.plan, lang, &figures),
        revisions: revisions
            .into_iter()
            .map(|row| revision_line(state, row))
            .collect(),
        computed: stored.map(|(_, stored)| stored.results.records.unwrap_or_default().series_revision),
    };
    Ok(html(pages::page(lang, &signed_in(lang, &who.staff, ""), &view)))
}

/// `GET /console/rounds/{id}/series`.
///
/// # Errors
/// When there is no such round, the role has no right to see it, a judged unit employs the person, or the database does
/// not answer; so for every handler here.
pub async fn show(
    State(state): State<AppState>,
    who: Independent<SeeRecords>,
    reading: Reading,
) -> Result<Html<String>, PageError> {
    page(&state, &who, reading.lang, Back::default()).await
}

fn changed(plan: &Plan, lang: Lang, change: &FigureChange) -> ChangeLine {
    let now = &change.now;
    ChangeLine {
        series: now
            .name
            .as_ref()
            .map_or_else(|| now.code.clone(), |name| name.get(lang.code()).to_owned()),
        unit: unit_name(plan, lang, &now.unit),
        period: now.period.clone(),
        before: change.before.as_ref().map(|before| before.value.to_string()),
        now: now.value.to_string(),
        source: now.source.clone(),
    }
}

/// `POST /console/rounds/{id}/series`: imports a file as a revision, or only checks it.
///
/// # Errors
/// See [`show`]; when the form is another session's.
pub async fn import(
    State(state): State<AppState>,
    who: Independent<EditRecords>,
    reading: Reading,
    form: Multipart,
) -> Result<Response, PageError> {
    let lang = reading.lang;
    let mut reason = String::new();
    let done = match sent(form).await {
        Err(error) => Err(error),
        Ok(sent) => {
            who.staff.must_own_form(field(&sent.fields, "csrf"))?;
            reason = field(&sent.fields, "reason").unwrap_or_default().to_owned();
            let only_check = field(&sent.fields, "check").is_some();
            let base = state.base();
            acts::import(
                &base,
                &who.plan,
                sent.upload,
                (&reason, only_check),
                &who.staff.login,
            )
            .await
        }
    };
    let back = match done {
        Ok(imported) => match imported.revision {
            Some(number) => {
                let path = format!("/console/rounds/{}/series/{number}?new=1", who.round.id);
                return Ok(Redirect::to(&path).into_response());
            }
            None => Back {
                reason,
                checked: Some(Checked {
                    changes: imported
                        .changes
                        .iter()
                        .map(|change| changed(&who.plan, lang, change))
                        .collect(),
                    same: imported.same,
                }),
                warnings: imported.warnings,
                ..Back::default()
            },
        },
        Err(error) => Back {
            refusal: Refusal::of(lang, told(error)?),
            reason,
            ..Back::default()
        },
    };
    let status = match back.refusal.is_some() {
        true => StatusCode::UNPROCESSABLE_ENTITY,
        false => StatusCode::OK,
    };
    Ok((status, page(&state, &who, lang, back).await?).into_response())
}

/// Whether a revision was imported just now.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct New {
    new: String,
}

fn stored_line(plan: &Plan, lang: Lang, row: &SeriesValue) -> ChangeLine {
    let name = serde_json::from_str::<survey_forms::text::Text>(&row.name).ok();
    ChangeLine {
        series: name.map_or_else(|| row.code.clone(), |name| name.get(lang.code()).to_owned()),
        unit: unit_name(plan, lang, &row.unit),
        period: row.period.clone(),
        before: row.old_value.map(|value| value.to_string()),
        now: row.value.to_string(),
        source: row.source.clone(),
    }
}

/// `GET /console/rounds/{id}/series/{revision}`: what a revision changed.
///
/// # Errors
/// See [`show`]; when there is no such revision.
pub async fn revision(
    State(state): State<AppState>,
    who: Independent<SeeRecords>,
    reading: Reading,
    Path((_, number)): Path<(String, i32)>,
    Query(new): Query<New>,
) -> Result<Html<String>, PageError> {
    let lang = reading.lang;
    let all = series::revisions(&state.db, &who.round.id).await?;
    let row = all
        .into_iter()
        .find(|row| row.revision == number)
        .ok_or_else(PageError::lost)?;
    let values = series::of_revision(&state.db, &who.round.id, number).await?;
    let view = RevisionPage {
        round: who.round.id.clone(),
        title: title(lang, &who.round),
        is_new: !new.new.is_empty(),
        sha256: row.sha256.clone(),
        revision: revision_line(&state, row),
        changes: values
            .iter()
            .map(|row| stored_line(&who.plan, lang, row))
            .collect(),
    };
    Ok(html(pages::revision(
        lang,
        &signed_in(lang, &who.staff, ""),
        &view,
    )))
}

/// The period that a template asks for: the one that holds `today`.
fn this_period(series: &SeriesPlan, today: Date) -> String {
    match series.period {
        Some(PeriodKind::Quarter) => format!("{}-Q{}", today.year(), (today.month() - 1) / 3 + 1),
        Some(PeriodKind::Month) => format!("{}-{:02}", today.year(), today.month()),
        Some(PeriodKind::Year) | None => today.year().to_string(),
    }
}

/// `GET /console/rounds/{id}/series/download`: the figures as they are now, or a template to fill in.
///
/// # Errors
/// See [`show`]; when there is no such file.
pub async fn download(
    State(state): State<AppState>,
    who: Independent<SeeRecords>,
    Query(query): Query<FileQuery>,
) -> Result<Response, PageError> {
    let today = state.clock.today();
    let rows = match query.what.as_str() {
        "current" => acts::rows(&acts::current(&state.db, &who.plan).await?),
        "template" => acts::template(&who.plan, &who.plan.known_series(), |series| {
            this_period(series, today)
        }),
        _ => return Err(PageError::lost()),
    };
    let name = format!("series-{}-{today}", query.what);
    let file = table_file(&name, &query.format, &COLUMNS, &rows, Some("value"))?;
    let tx = begin(&state.db).await?;
    let detail = json!({ "what": query.what, "format": query.format });
    state
        .base()
        .record(&tx, &who.staff.login, "series.download", &who.round.id, detail)
        .await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn template_asks_for_the_period_of_today() {
        let plan = Plan::read(&crate::synthetic::sample_plan()).unwrap();
        let rows = acts::template(&plan, &plan.known_series(), |series| {
            this_period(series, date(2026, 11, 26))
        });
        let of = |code: &str| rows.iter().filter(|row| row[2] == code).collect::<Vec<_>>();
        assert_eq!(of("hardship_visits").len(), 21);
        assert_eq!(of("hardship_visits")[0][1], "2026-Q4");
        assert_eq!(
            (of("office_disabled").len(), of("office_disabled")[0][1].as_str()),
            (1, "2026")
        );
    }
}
