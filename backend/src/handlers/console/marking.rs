//! `/console/rounds/{id}/marking`: an evaluator's own pages. Nothing that is read here belongs to anybody else.

use std::collections::{BTreeMap, BTreeSet};

use analysis::plan::Plan;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{local_time, signed_in, title};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::staff::ScoreUnits;
use crate::error::AppError;
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::layout::Fault;
use crate::pages::marking::declaration::{Declaration, Known};
use crate::pages::marking::{self as pages, CardLine, LogLine, MyUnits, OwnLog};
use crate::pages::problem::Problem;
use crate::pages::{Lang, Reading, tr};
use crate::scoring::card::{self, Scorer};
use crate::scoring::people::{self, ConflictKind, Stated};
use crate::scoring::{ScoringError, criteria_of, evidence};
use crate::store::cards::{self, Evidence};
use crate::store::{StoreError, audit, begin, evaluators};

pub mod card_page;

/// Acts shown in the own log.
const LOG_LINES: u64 = 200;

/// What the last act did, in the address to which it leads.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

/// What a refusal is for a page that has no better words for it.
pub(super) fn failed(error: ScoringError) -> PageError {
    match error {
        ScoringError::Store(error) => error.into(),
        ScoringError::Disk(error) => AppError::internal(&error).into(),
        ScoringError::Audit(error) => AppError::internal(&error).into(),
        error @ (ScoringError::Assignment(_) | ScoringError::Tampered(_)) => {
            AppError::internal(&error).into()
        }
        ScoringError::Employed { .. } => PageError::forbidden(),
        _ => PageError::lost(),
    }
}

/// The same for an evaluator, who is sent to the declaration first.
pub(super) fn refused(round: &str, error: ScoringError) -> PageError {
    match error {
        ScoringError::Undeclared => PageError::see_other(format!("{}/declaration", pages::base(round))),
        other => failed(other),
    }
}

pub(super) fn scorer(holder: &Independent<ScoreUnits>) -> Scorer<'_> {
    Scorer {
        login: &holder.staff.login,
        id: holder.staff.id(),
    }
}

pub(super) fn unit_name(plan: &Plan, lang: Lang, code: &str) -> String {
    plan.units
        .get(code)
        .map_or_else(|| code.to_owned(), |unit| unit.name.get(lang.code()).to_owned())
}

/// `GET …/marking`: the own units.
///
/// # Errors
/// When the role may not or is not engaged, or the database does not answer; so for every handler here.
pub async fn units(
    State(state): State<AppState>,
    holder: Independent<ScoreUnits>,
    reading: Reading,
    Query(query): Query<Done>,
) -> Result<Html<String>, PageError> {
    let (lang, round) = (reading.lang, holder.round.id.as_str());
    let me = scorer(&holder);
    let row = people::declared(&state.db, round, me.id)
        .await
        .map_err(|error| refused(round, error))?;
    let own = cards::of_staff(&state.db, round, me.id).await?;
    let ids: Vec<Uuid> = own.iter().map(|card| card.id).collect();
    let marks = cards::marks(&state.db, &ids).await?;
    let conflicts = own_conflicts(&state, round, me.id).await?;
    let units: BTreeSet<&str> = conflicts.iter().map(|row| row.unit.as_str()).collect();
    let mut lines = Vec::new();
    for card in own {
        let marked = marks
            .iter()
            .filter(|mark| mark.card_id == card.id && mark.mark.is_some());
        lines.push(CardLine {
            href: format!("{}/cards/{}", pages::base(round), card.id),
            unit: unit_name(&holder.plan, lang, &card.unit),
            third: card.third,
            criteria: criteria_of(&card)?.len(),
            marked: marked.count(),
            sealed: card.sealed_at.map(|at| local_time(&state, at)),
        });
    }
    // What is still to do comes first.
    lines.sort_by_key(|line| line.sealed.is_some());
    let view = MyUnits {
        round: round.to_owned(),
        title: title(lang, &holder.round),
        done: match query.done.as_str() {
            "declared" => Some(tr!(lang, "marking.done_declared").into_owned()),
            _ => None,
        },
        declared: row
            .declared_at
            .map(|at| local_time(&state, at))
            .unwrap_or_default(),
        conflicts: units.len(),
        lines,
    };
    Ok(html(pages::units(
        lang,
        &signed_in(lang, &holder.staff, ""),
        &view,
    )))
}

async fn own_conflicts(
    state: &AppState,
    round: &str,
    person: Uuid,
) -> Result<Vec<evaluators::Conflict>, StoreError> {
    let mut rows = evaluators::conflicts(&state.db, round).await?;
    rows.retain(|row| row.staff_id == person);
    Ok(rows)
}

#[derive(Default)]
struct Typed {
    chosen: BTreeMap<String, String>,
    note: String,
    faults: Vec<Fault>,
}

async fn declaration_page(
    state: &AppState,
    holder: &Independent<ScoreUnits>,
    lang: Lang,
    typed: Typed,
) -> Result<Html<String>, PageError> {
    let round = holder.round.id.as_str();
    let row = people::engaged(&state.db, round, holder.staff.id())
        .await
        .map_err(failed)?;
    let known = own_conflicts(state, round, holder.staff.id()).await?;
    let view = Declaration {
        round: round.to_owned(),
        title: title(lang, &holder.round),
        first: row.declared_at.is_none(),
        units: holder
            .plan
            .scored_units()
            .into_iter()
            .map(|unit| (unit.code.clone(), unit.name.get(lang.code()).to_owned()))
            .collect(),
        known: known
            .into_iter()
            .filter_map(|row| {
                let declared = row.source == people::DECLARED;
                Some(Known {
                    unit: unit_name(&holder.plan, lang, &row.unit),
                    kind: ConflictKind::parse(&row.kind)?,
                    note: if declared { row.note } else { String::new() },
                    declared,
                })
            })
            .collect(),
        chosen: typed.chosen,
        note: typed.note,
        faults: typed.faults,
    };
    Ok(html(pages::declaration::page(
        lang,
        &signed_in(lang, &holder.staff, ""),
        &view,
    )))
}

/// `GET …/marking/declaration`.
///
/// # Errors
/// See [`units`].
pub async fn declaration(
    State(state): State<AppState>,
    holder: Independent<ScoreUnits>,
    reading: Reading,
) -> Result<Html<String>, PageError> {
    declaration_page(&state, &holder, reading.lang, Typed::default()).await
}

/// `POST …/marking/declaration`: conflicts, or that there are none.
///
/// # Errors
/// See [`units`].
pub async fn declare(
    State(state): State<AppState>,
    holder: Independent<ScoreUnits>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let note = field(&pairs, "note").unwrap_or_default().trim().to_owned();
    let chosen: BTreeMap<String, String> = pairs
        .iter()
        .filter_map(|(key, value)| Some((key.strip_prefix("unit-")?.to_owned(), value.clone())))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    if field(&pairs, "sure").is_none() {
        let faults = vec![Fault {
            href: "#sure".to_owned(),
            text: tr!(reading.lang, "marking.not_sure").into_owned(),
        }];
        let typed = Typed { chosen, note, faults };
        let page = declaration_page(&state, &holder, reading.lang, typed).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let stated: Option<Vec<Stated>> = chosen
        .into_iter()
        .map(|(unit, kind)| {
            Some(Stated {
                unit,
                kind: ConflictKind::parse(&kind)?,
                note: note.clone(),
            })
        })
        .collect();
    let stated = stated.ok_or_else(PageError::lost)?;
    let me = scorer(&holder);
    people::declare(&state.base(), &holder.plan, (me.login, me.id), &stated)
        .await
        .map_err(failed)?;
    Ok(Redirect::to(&format!("{}?done=declared", pages::base(&holder.round.id))).into_response())
}

/// `GET …/marking/evidence/{file}/download`: a file that the evaluator handed in.
///
/// # Errors
/// See [`units`].
pub async fn download(
    State(state): State<AppState>,
    holder: Independent<ScoreUnits>,
    Path((_, file)): Path<(String, Uuid)>,
) -> Result<Response, PageError> {
    let round = holder.round.id.as_str();
    let found = cards::find_evidence(&state.db, file)
        .await?
        .ok_or_else(PageError::lost)?;
    card::own(&state.db, round, scorer(&holder), found.card_id)
        .await
        .map_err(|error| refused(round, error))?;
    as_file(&state, &holder.staff.login, &found).await
}

/// A file of evidence as a download that no browser opens as a page; recorded.
pub(super) async fn as_file(state: &AppState, reader: &str, file: &Evidence) -> Result<Response, PageError> {
    if evidence::is_erased(file) {
        return Err(PageError::problem(StatusCode::GONE, Problem::Erased));
    }
    let bytes = evidence::read(&state.config, file).await.map_err(failed)?;
    let extension = match file.media_type.as_str() {
        "application/pdf" => "pdf",
        "image/png" => "png",
        "image/webp" => "webp",
        _ => "jpg",
    };
    let base = state.base();
    let tx = begin(&state.db).await?;
    let detail = json!({ "file": file.id });
    base.record(&tx, reader, "evidence.read", &file.card_id.to_string(), detail)
        .await?;
    tx.commit().await.map_err(StoreError::from)?;
    let name = format!("attachment; filename=\"{}.{extension}\"", file.id);
    let text = |value: &str| {
        HeaderValue::from_str(value)
            .map_err(|_| PageError::problem(StatusCode::INTERNAL_SERVER_ERROR, Problem::Failed))
    };
    Ok((
        [
            (header::CONTENT_TYPE, text(&file.media_type)?),
            (header::CONTENT_DISPOSITION, text(&name)?),
            (
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static("default-src 'none'; sandbox"),
            ),
        ],
        bytes,
    )
        .into_response())
}

/// `GET …/marking/log`: the evaluator's own acts.
///
/// # Errors
/// See [`units`].
pub async fn log(
    State(state): State<AppState>,
    holder: Independent<ScoreUnits>,
    reading: Reading,
) -> Result<Html<String>, PageError> {
    let (lang, round) = (reading.lang, holder.round.id.as_str());
    let me = scorer(&holder);
    people::engaged(&state.db, round, me.id).await.map_err(failed)?;
    let own = cards::of_staff(&state.db, round, me.id).await?;
    let rows = audit::of_actor(&state.db, me.login, LOG_LINES).await?;
    let line = |row: audit::AuditRow| {
        let card = own.iter().find(|card| card.id.to_string() == row.subject);
        let subject = match card {
            Some(card) => unit_name(&holder.plan, lang, &card.unit),
            None if row.subject == holder.round.id => title(lang, &holder.round),
            // A card that was taken back has no name any more.
            None if Uuid::try_parse(&row.subject).is_ok() => tr!(lang, "marking.former").into_owned(),
            None => row.subject,
        };
        LogLine {
            seq: row.seq,
            at: local_time(&state, row.at),
            action: row.action,
            subject,
        }
    };
    let view = OwnLog {
        round: round.to_owned(),
        title: title(lang, &holder.round),
        lines: rows.into_iter().map(line).collect(),
    };
    Ok(html(pages::log(lang, &signed_in(lang, &holder.staff, ""), &view)))
}
