//! The staff's console: rounds, fieldwork, computing, reports, e-mail, audit.
//!
//! Every handler takes a [`Permit`]; see `auth::policy` for who may do what.

use ::reports::build::Scope;
use ::reports::model::Kind;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use maud::Markup;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::respond::{Pairs, field, html};
use crate::app::AppState;
use crate::auth::independence::judged_employer;
use crate::auth::policy::Action;
use crate::auth::staff::{Compute, DownloadReport, Permit, ResendMail, SeeAudit, SeeOutbox, SeeRound, Staff};
use crate::jobs::analyse::KIND as ANALYSE;
use crate::middleware::problems::PageError;
use crate::pages::layout::{MenuItem, SignedIn};
use crate::pages::office::{self, AuditLine, Message, RoundLine};
use crate::pages::own;
use crate::pages::problem::Problem;
use crate::pages::round::{self, Computing};
use crate::pages::{Lang, Reading, tr, words};
use crate::reporting::{self, Format, Wanted};
use crate::store::audit::{self, Entry};
use crate::store::jobs::{self, Job};
use crate::store::rounds::{self, Round};
use crate::store::{StoreError, begin, invitations, notices, outbox, results};

pub mod accounts;
pub mod attachments;
pub mod callbacks;
pub mod cases;
pub mod data;
pub mod editor;
pub mod fieldwork;
pub mod held;
pub mod identity;
pub mod improvements;
pub mod interviewers;
pub mod inviting;
pub mod mailing;
pub mod marking;
pub(in crate::handlers) mod overview;
pub mod people;
pub mod planning;
pub mod publication;
pub mod quality;
pub mod records;
pub mod reports;
pub mod retention;
pub mod scoring;
pub mod steps;
pub mod units;
pub mod weights;

/// Audit entries shown.
const AUDIT_LINES: u64 = 200;
/// Messages shown of each round.
const MESSAGES: u64 = 500;
/// Jobs of a round looked at for the last computation.
const RECENT_JOBS: u64 = 50;
/// Seconds after which the page of a running computation reloads itself.
const RELOAD_S: &str = "3";

/// A page of the console for whoever is signed in.
pub(in crate::handlers) fn shown<V>(
    lang: Lang,
    staff: &Staff,
    page: fn(Lang, &SignedIn, &V) -> Markup,
    view: &V,
) -> Html<String> {
    html(page(lang, &signed_in(lang, staff, ""), view))
}

/// What the frame of a console page shows of the person signed in.
pub(in crate::handlers) fn signed_in(lang: Lang, staff: &Staff, path: &str) -> SignedIn {
    let entries = [
        (Action::SeeRound, "/console", tr!(lang, "console.rounds")),
        (Action::SeeOutbox, "/console/outbox", tr!(lang, "console.outbox")),
        (Action::SeeAudit, "/console/audit", tr!(lang, "console.audit")),
        (
            Action::ManageAccounts,
            "/console/accounts",
            tr!(lang, "accounts.menu"),
        ),
    ];
    let permitted = entries
        .into_iter()
        .filter(|(action, _, _)| staff.role.may(*action))
        .map(|(_, href, text)| (href, text));
    // Everyone's own: one entry, which leads on to the others.
    let is_own = own::PAGES.contains(&path);
    let own = (if is_own { path } else { own::PAGES[0] }, tr!(lang, "own.menu"));
    let menu = permitted
        .chain([own])
        .map(|(href, text)| MenuItem {
            href: href.to_owned(),
            text: text.into_owned(),
            current: href == path,
        })
        .collect();
    SignedIn {
        name: staff.name.clone(),
        role: words::role(lang, staff.role),
        csrf: staff.csrf().to_owned(),
        menu,
    }
}

/// A moment as the office's clock shows it, to the minute.
fn local_time(state: &AppState, ms: i64) -> String {
    let zone = TimeZone::fixed(Offset::from_hours(state.config.utc_offset_hours).unwrap_or(Offset::UTC));
    Timestamp::from_millisecond(ms)
        .map(|moment| zone.to_datetime(moment).strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default()
}

/// The day of a moment by the office's clock, ISO 8601.
pub(in crate::handlers) fn local_day(state: &AppState, ms: i64) -> String {
    local_time(state, ms).chars().take(10).collect()
}

fn title(lang: Lang, round: &Round) -> String {
    match lang {
        Lang::En if !round.title_en.is_empty() => round.title_en.clone(),
        _ => round.title_zh.clone(),
    }
}

async fn find_round(state: &AppState, id: &str) -> Result<Round, PageError> {
    rounds::find(&state.db, id).await?.ok_or_else(PageError::lost)
}

/// `GET /console`: the rounds.
///
/// # Errors
/// When the database does not answer; so for every handler here.
pub async fn rounds(
    State(state): State<AppState>,
    permit: Permit<SeeRound>,
    reading: Reading,
) -> Result<Html<String>, PageError> {
    let lang = reading.lang;
    let unread = notices::unread(&state.db, permit.staff.id()).await?;
    let mut lines = Vec::new();
    for row in rounds::list(&state.db).await? {
        let counts = invitations::counts(&state.db, &row.id).await?;
        let of = |state: &str| {
            counts
                .iter()
                .filter(|((_, s), _)| s == state)
                .map(|(_, n)| n)
                .sum::<u64>()
        };
        let complete = of(invitations::COMPLETE);
        lines.push(RoundLine {
            title: title(lang, &row),
            invited: complete + of(invitations::ISSUED) + of(invitations::STARTED) + of(invitations::LEFT),
            complete,
            id: row.id,
            state: row.state,
            opens_on: row.opens_on,
            closes_on: row.closes_on,
        });
    }
    Ok(html(office::rounds(
        lang,
        &signed_in(lang, &permit.staff, "/console"),
        &lines,
        (permit.staff.role.may(Action::EditPlan), unread),
    )))
}

/// `GET /console/rounds/{id}`: the overview of a round.
///
/// # Errors
/// See [`rounds`].
pub async fn round(
    State(state): State<AppState>,
    permit: Permit<SeeRound>,
    reading: Reading,
    Path(id): Path<String>,
) -> Result<Html<String>, PageError> {
    let row = find_round(&state, &id).await?;
    let view = overview::of(&state, &permit.staff, reading.lang, row).await?;
    Ok(html(round::page(
        reading.lang,
        &signed_in(reading.lang, &permit.staff, ""),
        &view,
    )))
}

/// How far computing a round has come.
async fn computing(state: &AppState, round: &str) -> Result<Computing, PageError> {
    let of_round = jobs::of_round(&state.db, round, RECENT_JOBS).await?;
    let last = of_round.into_iter().find(|job| job.kind == ANALYSE);
    // Results may also come from the command line, which leaves no job.
    let computed_at = results::get::<serde::de::IgnoredAny>(&state.db, round)
        .await?
        .map(|(at, _)| at);
    let done = || match computed_at {
        Some(at) => Computing::Done(local_time(state, at)),
        None => Computing::Never,
    };
    Ok(match last {
        Some(Job { state: word, .. }) if word == jobs::QUEUED => Computing::Queued,
        Some(job) if job.state == jobs::RUNNING => Computing::Running(local_time(state, job.created_at)),
        Some(job) if job.state == jobs::FAILED && computed_at.is_none_or(|at| at < job.created_at) => {
            Computing::Failed(job.error.unwrap_or_default())
        }
        _ => done(),
    })
}

/// `POST /console/rounds/{id}/compute`: queues the computation, unless one is waiting or running.
///
/// # Errors
/// See [`rounds`]; when the form is another session's.
pub async fn compute(
    State(state): State<AppState>,
    permit: Permit<Compute>,
    Path(id): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    permit.staff.must_own_form(field(&pairs, "csrf"))?;
    let row = find_round(&state, &id).await?;
    if !computing(&state, &row.id).await?.is_pending() {
        let now = state.clock.now_ms();
        let job = state.entropy.uuid();
        let tx = begin(&state.db).await?;
        jobs::enqueue(
            &tx,
            job,
            ANALYSE,
            Some(&row.id),
            &json!({ "by": permit.staff.login }),
            now,
            now,
        )
        .await?;
        let entry = Entry {
            actor: permit.staff.login.clone(),
            action: "round.analyse".to_owned(),
            subject: row.id.clone(),
            detail: json!({ "job": job }),
        };
        audit::append(&tx, &state.keys, now, entry).await?;
        tx.commit().await.map_err(StoreError::from)?;
    }
    Ok(Redirect::to(&format!("/console/rounds/{}/compute", row.id)).into_response())
}

/// `GET /console/rounds/{id}/compute`: a short page that reloads itself until the results are there.
///
/// # Errors
/// See [`rounds`].
pub async fn watch(
    State(state): State<AppState>,
    permit: Permit<SeeRound>,
    reading: Reading,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let row = find_round(&state, &id).await?;
    let computing = computing(&state, &row.id).await?;
    if !computing.is_pending() {
        return Ok(Redirect::to(&format!("/console/rounds/{}", row.id)).into_response());
    }
    let lang = reading.lang;
    let staff = signed_in(lang, &permit.staff, "");
    let page = round::computing_page(lang, &staff, &row.id, &title(lang, &row), &computing);
    // A header and not an element of the page: it is gone with the next reply, whatever was cached.
    Ok(([("refresh", RELOAD_S)], html(page)).into_response())
}

/// Which report is asked for.
#[derive(Debug, Deserialize)]
pub struct ReportQuery {
    /// Unit; empty for the county.
    #[serde(default)]
    unit: String,
    /// html, pdf, xlsx or docx.
    format: String,
    /// zh or en.
    #[serde(default)]
    lang: String,
    /// `brief` for the page beside the report.
    #[serde(default)]
    kind: String,
}

/// `GET /console/rounds/{id}/report/download`: a report as a file.
///
/// # Errors
/// See [`rounds`]; when there are no results, or no such unit or format.
pub async fn report(
    State(state): State<AppState>,
    permit: Permit<DownloadReport>,
    reading: Reading,
    Path(id): Path<String>,
    Query(query): Query<ReportQuery>,
) -> Result<Response, PageError> {
    let row = find_round(&state, &id).await?;
    let lang = Lang::parse(&query.lang).unwrap_or(reading.lang);
    let format = Format::parse(&query.format).ok_or_else(PageError::lost)?;
    let scope = match query.unit.as_str() {
        "" => Scope::County,
        code => Scope::Unit(code.to_owned()),
    };
    let report_lang = match lang {
        Lang::Zh => ::reports::model::Lang::Zh,
        Lang::En => ::reports::model::Lang::En,
    };
    let kind = match query.kind.as_str() {
        "brief" => Kind::Brief,
        _ => Kind::Annual,
    };
    if !format.serves(kind) {
        return Err(PageError::lost());
    }
    let wanted = Wanted {
        kind,
        scope,
        format,
        lang: report_lang,
    };
    let document = reporting::document(&state, &row.id, wanted).await?;
    let entry = Entry {
        actor: permit.staff.login.clone(),
        action: "report.download".to_owned(),
        subject: row.id,
        detail: json!({ "unit": query.unit, "format": query.format, "lang": lang.code(), "kind": kind }),
    };
    let tx = begin(&state.db).await?;
    audit::append(&tx, &state.keys, state.clock.now_ms(), entry).await?;
    tx.commit().await.map_err(StoreError::from)?;
    // Plain letters only: the name goes into a header.
    let plain: String = document
        .file_name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
        .collect();
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{plain}\""))
        .map_err(|_| PageError::problem(StatusCode::INTERNAL_SERVER_ERROR, Problem::Failed))?;
    Ok((
        [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static(document.format.media_type()),
            ),
            (header::CONTENT_DISPOSITION, disposition),
        ],
        document.content,
    )
        .into_response())
}

/// Whether a unit that employs this member of staff is judged in the round.
async fn judges_employer(state: &AppState, staff: &Staff, round: &str) -> Result<bool, PageError> {
    let plan = state.plans.get(&state.db, &state.keys, round).await?;
    Ok(plan.is_some_and(|plan| judged_employer(&plan, staff.employer_unit.as_deref()).is_some()))
}

/// `GET /console/outbox`: outgoing e-mail, what failed first.
///
/// # Errors
/// See [`rounds`].
pub async fn mail(
    State(state): State<AppState>,
    permit: Permit<SeeOutbox>,
    reading: Reading,
) -> Result<Html<String>, PageError> {
    let mut messages = Vec::new();
    for row in rounds::list(&state.db).await? {
        // Addresses of those invited are among them.
        if judges_employer(&state, &permit.staff, &row.id).await? {
            continue;
        }
        messages.extend(outbox::of_round(&state.db, &row.id, MESSAGES).await?);
    }
    messages.sort_by_key(|message| !matches!(message.state.as_str(), outbox::FAILED | outbox::UNKNOWN));
    let messages: Vec<Message> = messages
        .into_iter()
        .map(|message| Message {
            id: message.id,
            when: local_time(&state, message.sent_at.unwrap_or(message.next_attempt_at)),
            recipient: message.recipient,
            kind: message.kind,
            state: message.state,
            attempts: message.attempts,
            error: message.last_error,
        })
        .collect();
    let staff = signed_in(reading.lang, &permit.staff, "/console/outbox");
    Ok(html(office::outbox(reading.lang, &staff, &messages)))
}

/// `POST /console/outbox/{id}/again`: queues a message that failed, or of which nobody knows, once more.
///
/// # Errors
/// See [`rounds`]; when the form is another session's.
pub async fn mail_again(
    State(state): State<AppState>,
    permit: Permit<ResendMail>,
    Path(id): Path<Uuid>,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, PageError> {
    permit.staff.must_own_form(field(&pairs, "csrf"))?;
    let round = outbox::round_of(&state.db, id)
        .await?
        .ok_or_else(PageError::lost)?;
    if judges_employer(&state, &permit.staff, &round).await? {
        return Err(PageError::forbidden());
    }
    let now = state.clock.now_ms();
    let tx = begin(&state.db).await?;
    // Pressed twice, or sent meanwhile: there is nothing to do and nothing to record.
    if outbox::queue_again(&tx, id, now).await? {
        let entry = Entry {
            actor: permit.staff.login.clone(),
            action: "mail.again".to_owned(),
            subject: id.to_string(),
            detail: json!({}),
        };
        audit::append(&tx, &state.keys, now, entry).await?;
        tx.commit().await.map_err(StoreError::from)?;
    }
    Ok(Redirect::to("/console/outbox"))
}

/// `GET /console/audit`: what staff did, newest first.
///
/// # Errors
/// See [`rounds`].
pub async fn audit_log(
    State(state): State<AppState>,
    permit: Permit<SeeAudit>,
    reading: Reading,
) -> Result<Html<String>, PageError> {
    let rows = audit::latest(&state.db, AUDIT_LINES).await?;
    let lines: Vec<AuditLine> = rows
        .into_iter()
        .map(|row| AuditLine {
            seq: row.seq,
            at: local_time(&state, row.at),
            actor: row.actor,
            action: row.action,
            subject: row.subject,
            hash: row.hash,
        })
        .collect();
    let staff = signed_in(reading.lang, &permit.staff, "/console/audit");
    Ok(html(office::audit(reading.lang, &staff, &lines)))
}

#[cfg(test)]
mod data_tests;
#[cfg(test)]
mod judged_tests;
#[cfg(test)]
mod tests;
