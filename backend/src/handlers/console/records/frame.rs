//! The frame: newer versions proposed, looked at, applied, used.

use analysis::plan::Change;
use axum::extract::{Form, Multipart, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{FileQuery, sent, table_file, told, unit_name};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::policy::Action;
use crate::auth::staff::{EditRecords, Permission, SeeFrame};
use crate::handlers::console::overview::Stored;
use crate::handlers::console::{local_time, signed_in, title};
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::records::Refusal;
use crate::pages::records::frame::{self as pages, FramePage, KindLine, UseLine, VersionLine, VersionPage};
use crate::pages::{Lang, Reading, tr};
use crate::records::RecordError;
use crate::records::frames::{self as acts, Counts, LIST};
use crate::store::frame_versions::{self as versions, FrameVersion};
use crate::store::rounds::RoundState;
use crate::store::{frame, results};

/// What the last act did, in the address to which it leads.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
    version: i32,
}

impl Done {
    fn words(&self, lang: Lang) -> Option<String> {
        Some(match self.done.as_str() {
            "apply" => tr!(lang, "frame.done_apply", number = self.version).into_owned(),
            "discard" => tr!(lang, "frame.done_discard", number = self.version).into_owned(),
            "use" => tr!(lang, "frame.done_use").into_owned(),
            _ => return None,
        })
    }
}

fn version_line(state: &AppState, row: &FrameVersion) -> VersionLine {
    VersionLine {
        version: row.version,
        state: row.state.clone(),
        rows: i64::from(row.rows),
        at: local_time(state, row.at),
        actor: row.actor.clone(),
        reason: row.reason.clone(),
        file: row.file.clone(),
    }
}

fn may_edit<P: Permission>(who: &Independent<P>) -> bool {
    who.round.round_state() != RoundState::Draft && who.staff.role.may(Action::EditRecords)
}

async fn page<P: Permission>(
    state: &AppState,
    who: &Independent<P>,
    lang: Lang,
    (done, refusal, reason): (Option<String>, Refusal, String),
) -> Result<Html<String>, PageError> {
    let id = who.round.id.as_str();
    let all = versions::list(&state.db, id).await?;
    let first = VersionLine {
        version: 0,
        state: String::new(),
        rows: match all.iter().any(|row| row.drawn_from) {
            // The table holds the version that the sample was drawn from by now.
            true => 0,
            false => i64::try_from(frame::count(&state.db, id).await?).unwrap_or_default(),
        },
        at: String::new(),
        actor: String::new(),
        reason: String::new(),
        file: "frame.csv".to_owned(),
    };
    let stored = results::get::<Stored>(&state.db, id).await?;
    let uses = versions::uses(&state.db, id)
        .await?
        .into_iter()
        .map(|row| UseLine {
            version: row.version,
            at: local_time(state, row.at),
            actor: row.actor,
            reason: row.reason,
        });
    let view = FramePage {
        round: id.to_owned(),
        title: title(lang, &who.round),
        may_edit: may_edit(who),
        done,
        refusal,
        reason,
        in_use: versions::in_use(&state.db, id).await?,
        computed: stored.map(|(_, stored)| stored.results.records.unwrap_or_default().frame_version),
        usable: acts::usable(&all),
        versions: all
            .iter()
            .map(|row| version_line(state, row))
            .chain([first])
            .collect(),
        uses: uses.collect(),
    };
    Ok(html(pages::page(lang, &signed_in(lang, &who.staff, ""), &view)))
}

/// `GET /console/rounds/{id}/frame`: the versions in numbers.
///
/// # Errors
/// When there is no such round, the role has no right to see it, a judged unit employs the person, or the database does
/// not answer; so for every handler here.
pub async fn show(
    State(state): State<AppState>,
    who: Independent<SeeFrame>,
    reading: Reading,
    Query(done): Query<Done>,
) -> Result<Html<String>, PageError> {
    let words = done.words(reading.lang);
    page(
        &state,
        &who,
        reading.lang,
        (words, Refusal::default(), String::new()),
    )
    .await
}

/// `POST /console/rounds/{id}/frame`: holds a newer frame against the present one.
///
/// # Errors
/// See [`show`]; when the form is another session's.
pub async fn propose(
    State(state): State<AppState>,
    who: Independent<EditRecords>,
    reading: Reading,
    form: Multipart,
) -> Result<Response, PageError> {
    let done = match sent(form).await {
        Err(error) => Err(error),
        Ok(sent) => {
            who.staff.must_own_form(field(&sent.fields, "csrf"))?;
            acts::propose(&state.base(), &who.plan, sent.upload, &who.staff.login).await
        }
    };
    match done {
        Ok(version) => {
            let path = format!("/console/rounds/{}/frame/{version}", who.round.id);
            Ok(Redirect::to(&path).into_response())
        }
        Err(error) => {
            let refusal = Refusal::of(reading.lang, told(error)?);
            let page = page(&state, &who, reading.lang, (None, refusal, String::new())).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// `POST /console/rounds/{id}/frame/use`: decides which version weights are calibrated to.
///
/// # Errors
/// See [`show`]; when the form is another session's.
pub async fn use_version(
    State(state): State<AppState>,
    who: Independent<EditRecords>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    who.staff.must_own_form(field(&pairs, "csrf"))?;
    let version = field(&pairs, "version")
        .and_then(|text| text.parse().ok())
        .unwrap_or(-1);
    let reason = field(&pairs, "reason").unwrap_or_default();
    let base = state.base();
    match acts::use_version(&base, &who.round.id, version, reason, &who.staff.login).await {
        Ok(()) => {
            let path = format!("/console/rounds/{}/frame?done=use", who.round.id);
            Ok(Redirect::to(&path).into_response())
        }
        Err(error) => {
            let refusal = Refusal::of(reading.lang, told(error)?);
            let page = page(&state, &who, reading.lang, (None, refusal, reason.to_owned())).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

async fn find(state: &AppState, round: &str, version: i32) -> Result<FrameVersion, PageError> {
    let all = versions::list(&state.db, round).await?;
    let row = all
        .into_iter()
        .find(|row| row.version == version && row.state != versions::DISCARDED);
    row.ok_or_else(PageError::lost)
}

async fn version_page<P: Permission>(
    state: &AppState,
    who: &Independent<P>,
    lang: Lang,
    row: &FrameVersion,
    (refusal, reason): (Refusal, String),
) -> Result<Html<String>, PageError> {
    let plan = &who.plan;
    let mut difference = acts::difference(&state.base(), plan, row)
        .await?
        .ok_or_else(PageError::lost)?;
    // Small places are the office's business: one death in a township may be somebody's.
    if !who.staff.role.may(Action::EditRecords) {
        difference.townships.clear();
    }
    let counts: Counts = serde_json::from_str(&row.counts).unwrap_or_default();
    let count = |of: &std::collections::BTreeMap<String, u64>, kind: Change| {
        of.get(kind.as_str()).copied().unwrap_or_default()
    };
    let group_name = |code: &str| {
        let group = plan.group(code);
        group.map_or_else(|| code.to_owned(), |group| group.name.get(lang.code()).to_owned())
    };
    let view = VersionPage {
        round: who.round.id.clone(),
        title: title(lang, &who.round),
        line: version_line(state, row),
        based_on: row.based_on,
        sha256: row.sha256.clone(),
        before: counts.before,
        kinds: Change::ALL
            .into_iter()
            .map(|kind| KindLine {
                kind,
                all: count(&counts.all, kind),
                drawn: count(&counts.drawn, kind),
            })
            .collect(),
        groups: difference
            .groups
            .into_iter()
            .map(|line| (group_name(&line.code), line))
            .collect(),
        townships: difference
            .townships
            .into_iter()
            .map(|line| {
                let name = match line.code.as_str() {
                    "" => plan.county().name.get(lang.code()).to_owned(),
                    code => unit_name(plan, lang, code),
                };
                (name, line)
            })
            .collect(),
        notes: counts
            .notes
            .iter()
            .map(|note| note.get(lang.code()).to_owned())
            .collect(),
        is_alarming: counts.is_alarming(),
        may_edit: may_edit(who),
        refusal,
        reason,
    };
    Ok(html(pages::version(
        lang,
        &signed_in(lang, &who.staff, ""),
        &view,
    )))
}

/// `GET /console/rounds/{id}/frame/{version}`: what a version changes, in numbers.
///
/// # Errors
/// See [`show`]; when there is no such version, or it was put aside.
pub async fn version(
    State(state): State<AppState>,
    who: Independent<SeeFrame>,
    reading: Reading,
    Path((_, version)): Path<(String, i32)>,
) -> Result<Html<String>, PageError> {
    let row = find(&state, &who.round.id, version).await?;
    version_page(
        &state,
        &who,
        reading.lang,
        &row,
        (Refusal::default(), String::new()),
    )
    .await
}

/// `POST /console/rounds/{id}/frame/{version}`: applies a proposal or puts it aside.
///
/// # Errors
/// See [`show`]; when the form is another session's.
pub async fn decide(
    State(state): State<AppState>,
    who: Independent<EditRecords>,
    reading: Reading,
    Path((_, version)): Path<(String, i32)>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    who.staff.must_own_form(field(&pairs, "csrf"))?;
    let row = find(&state, &who.round.id, version).await?;
    let reason = field(&pairs, "reason").unwrap_or_default();
    let (base, login) = (state.base(), who.staff.login.as_str());
    let act = field(&pairs, "act").unwrap_or_default();
    let done: Result<(), RecordError> = match act {
        "apply" => acts::apply(&base, &who.plan, version, reason, login).await,
        "discard" => acts::discard(&base, &who.round.id, version, login).await,
        _ => return Err(PageError::lost()),
    };
    match done {
        Ok(()) => {
            let path = format!(
                "/console/rounds/{}/frame?done={act}&version={version}",
                who.round.id
            );
            Ok(Redirect::to(&path).into_response())
        }
        Err(error) => {
            let back = (Refusal::of(reading.lang, told(error)?), reason.to_owned());
            let page = version_page(&state, &who, reading.lang, &row, back).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// `GET /console/rounds/{id}/frame/{version}/download`: the members that a version changes, for the office alone.
///
/// # Errors
/// See [`show`]; when there is no such version or format.
pub async fn download(
    State(state): State<AppState>,
    who: Independent<EditRecords>,
    Path((_, version)): Path<(String, i32)>,
    Query(query): Query<FileQuery>,
) -> Result<Response, PageError> {
    if !matches!(query.format.as_str(), "csv" | "xlsx") {
        return Err(PageError::lost());
    }
    let row = find(&state, &who.round.id, version).await?;
    let rows = match acts::list(&state.base(), &who.plan, &row, &who.staff.login).await {
        Ok(rows) => rows,
        Err(error) => {
            told(error)?;
            return Err(PageError::lost());
        }
    };
    let name = format!("frame-{version}-changes");
    table_file(&name, &query.format, &LIST, &rows, None)
}
