//! `/console/rounds/{id}/plan`: the working copy of a round's plan with its faults, saved, thrown away, downloaded and
//! uploaded. Reading takes [`SeePlan`], changing [`EditPlan`]; nobody whom a judged unit employs gets in.

pub mod history;
pub mod refusal;
pub mod rows;
pub mod seal;
pub mod settings;
pub mod start;
pub mod text;

use analysis::plan::Plan;
use axum::extract::{Form, Multipart, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use self::refusal::{Refusal, refused};
use super::{local_time, signed_in, title};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::policy::Action;
use crate::auth::staff::{EditPlan, Permission, SeePlan};
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::layout::{Fault, SignedIn};
use crate::pages::planning::{self as page, Around, FileKind, FileLine, PlanPage, Standing};
use crate::pages::problem::Problem;
use crate::pages::{Lang, Reading, tr};
use crate::planning::copy::{self, Changed, Copy, Seen};
use crate::planning::{archive, sheet::Sheet};

/// Largest text or form that is taken in.
pub const MAX_TEXT: usize = 8 * 1024 * 1024;
/// Largest upload: an archive, and what surrounds it in the request.
pub const MAX_UPLOAD: usize = archive::MAX_ARCHIVE + 64 * 1024;

/// Who asks, in which language, about which round: what every page here is made from.
pub(super) struct Asked {
    pub(super) lang: Lang,
    pub(super) staff: SignedIn,
    pub(super) round: String,
    pub(super) title: String,
}

impl Asked {
    pub(super) fn of<P: Permission>(holder: &Independent<P>, lang: Lang) -> Self {
        Self {
            lang,
            staff: signed_in(lang, &holder.staff, ""),
            round: holder.round.id.clone(),
            title: title(lang, &holder.round),
        }
    }

    pub(super) fn around(&self) -> Around<'_> {
        Around {
            lang: self.lang,
            staff: &self.staff,
            round: &self.round,
            title: &self.title,
        }
    }
}

/// The working copy of the round that somebody asks about.
pub(super) async fn working_copy<P: Permission>(
    state: &AppState,
    holder: &Independent<P>,
) -> Result<Copy, PageError> {
    Ok(copy::load(&state.db, &state.base(), &holder.round).await?)
}

/// A reply that says what is wrong with what was sent.
pub(super) fn unprocessable(page: Html<String>) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

/// A reply that says that somebody else was faster.
pub(super) fn conflict(page: Html<String>) -> Response {
    (StatusCode::CONFLICT, page).into_response()
}

/// What the last act did, in the address to which it leads.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

fn done_words(lang: Lang, done: &str) -> Option<String> {
    Some(
        match done {
            "kept" => tr!(lang, "plan.done_kept"),
            "saved" => tr!(lang, "plan.done_saved"),
            "discarded" => tr!(lang, "plan.done_discarded"),
            "uploaded" => tr!(lang, "plan.done_uploaded"),
            "amended" => tr!(lang, "plan.done_amended"),
            "made" => tr!(lang, "plan.done_made"),
            "made_frame" => tr!(lang, "plan.done_made_frame"),
            "weights" => tr!(lang, "plan.done_weights"),
            _ => return None,
        }
        .into_owned(),
    )
}

fn lines(copy: &Copy) -> Vec<FileLine> {
    let mut lines: Vec<FileLine> = copy
        .files
        .iter()
        .map(|(path, bytes)| FileLine {
            path: path.clone(),
            size: bytes.len(),
            standing: match copy.saved.get(path) {
                None => Standing::New,
                Some(saved) if saved == bytes => Standing::Same,
                Some(_) => Standing::Changed,
            },
        })
        .collect();
    let gone = copy
        .saved
        .iter()
        .filter(|(path, _)| !copy.files.contains_key(*path));
    lines.extend(gone.map(|(path, bytes)| FileLine {
        path: path.clone(),
        size: bytes.len(),
        standing: Standing::Gone,
    }));
    // What is edited most, first: the settings, the tables, the questionnaires.
    lines.sort_by_key(|line| {
        let kind = match FileKind::of(&line.path) {
            FileKind::Settings => 0,
            FileKind::Table => 1,
            FileKind::Form => 2,
            FileKind::Text => 3,
            FileKind::Media => 4,
        };
        (kind, line.path.clone())
    });
    lines
}

/// What a page of the plan says beside the plan itself.
#[derive(Default)]
struct Said {
    done: Option<String>,
    faults: Vec<Fault>,
    reason: String,
}

async fn view<P: Permission>(
    state: &AppState,
    holder: &Independent<P>,
    lang: Lang,
    said: Said,
) -> Result<Html<String>, PageError> {
    let asked = Asked::of(holder, lang);
    let copy = working_copy(state, holder).await?;
    let sha256 = match &holder.round.plan_sha256 {
        Some(hash) => hash.clone(),
        None => Plan::sha256(&copy.saved),
    };
    let plan_page = PlanPage {
        state: holder.round.state.clone(),
        sha256,
        done: said.done,
        faults: said.faults,
        found: copy.faults(),
        files: lines(&copy),
        changed: copy
            .changed
            .as_ref()
            .map(|(who, at)| (who.clone(), local_time(state, *at))),
        overtaken: copy.overtaken,
        seen: copy.fingerprint(),
        seen_saved: copy.saved_fingerprint(),
        may_edit: holder.staff.role.may(Action::EditPlan),
        reason: said.reason,
    };
    Ok(html(page::page(asked.around(), &plan_page)))
}

/// `GET …/plan`.
///
/// # Errors
/// When the role may not, or the database does not answer; so for every handler here.
pub async fn show(
    State(state): State<AppState>,
    holder: Independent<SeePlan>,
    reading: Reading,
    Query(query): Query<Done>,
) -> Result<Html<String>, PageError> {
    let said = Said {
        done: done_words(reading.lang, &query.done),
        ..Said::default()
    };
    view(&state, &holder, reading.lang, said).await
}

/// Where the plan's own page is.
pub(super) fn address(round: &str, done: &str) -> Redirect {
    Redirect::to(&format!("/console/rounds/{round}/plan?done={done}"))
}

fn overtaken(lang: Lang) -> Said {
    Said {
        faults: vec![Fault {
            href: "#files".to_owned(),
            text: tr!(lang, "plan.e_overtaken").into_owned(),
        }],
        ..Said::default()
    }
}

/// `POST …/plan/save`: the working copy becomes the plan of the draft.
///
/// # Errors
/// See [`show`].
pub async fn save(
    State(state): State<AppState>,
    holder: Independent<EditPlan>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let of = |name: &str| field(&pairs, name).unwrap_or_default();
    let (seen, reason) = (
        Seen {
            copy: of("seen"),
            saved: of("saved"),
        },
        of("reason"),
    );
    let done = copy::save(&state.base(), &holder.round.id, seen, reason, &holder.staff.login).await;
    let said = match done {
        Ok(Some(_)) => return Ok(address(&holder.round.id, "saved").into_response()),
        Ok(None) => {
            let said = Said {
                reason: reason.to_owned(),
                ..overtaken(reading.lang)
            };
            return Ok(conflict(view(&state, &holder, reading.lang, said).await?));
        }
        Err(error) => Said {
            faults: refused(reading.lang, error, "#files")?,
            reason: reason.to_owned(),
            done: None,
        },
    };
    Ok(unprocessable(view(&state, &holder, reading.lang, said).await?))
}

/// `POST …/plan/discard`: the working copy is thrown away.
///
/// # Errors
/// See [`show`].
pub async fn discard(
    State(state): State<AppState>,
    holder: Independent<EditPlan>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let seen = field(&pairs, "seen").unwrap_or_default();
    let done = copy::discard(&state.base(), &holder.round.id, seen, &holder.staff.login).await;
    if done.map_err(Refusal::page)? {
        return Ok(address(&holder.round.id, "discarded").into_response());
    }
    let page = view(&state, &holder, reading.lang, overtaken(reading.lang)).await?;
    Ok(conflict(page))
}

/// `GET …/plan/download`: the working copy as an archive, without the frame. The mail lists are the office's.
///
/// # Errors
/// See [`show`].
pub async fn download(
    State(state): State<AppState>,
    holder: Independent<SeePlan>,
) -> Result<Response, PageError> {
    let mut files = working_copy(&state, &holder).await?.files;
    if !holder.staff.role.may(Action::EditPlan)
        && let Some(bytes) = files.get("plan.toml")
        && let Ok(mut settings) = crate::planning::settings::Settings::read(bytes)
    {
        while settings.count("mail.leadership") > 0 {
            settings.remove("mail.leadership", 0);
        }
        files.insert("plan.toml".to_owned(), settings.to_string().into_bytes());
    }
    let failed = |_| PageError::problem(StatusCode::INTERNAL_SERVER_ERROR, Problem::Failed);
    let bytes = archive::write(&files).map_err(failed)?;
    let name = format!("attachment; filename=\"{}-plan.zip\"", holder.round.id);
    let disposition = HeaderValue::from_str(&name)
        .map_err(|_| PageError::problem(StatusCode::INTERNAL_SERVER_ERROR, Problem::Failed))?;
    let kind = HeaderValue::from_static("application/zip");
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, bytes).into_response())
}

/// The fields of an upload: words, and the one file.
#[derive(Debug, Default)]
pub(super) struct Upload {
    pub(super) words: Pairs,
    pub(super) file: Vec<u8>,
    /// What the file is called on the sender's machine; empty where none was sent.
    pub(super) file_name: String,
}

impl Upload {
    /// Reads a request to its end.
    pub(super) async fn read(mut parts: Multipart) -> Result<Self, PageError> {
        let broken = |_| PageError::problem(StatusCode::BAD_REQUEST, Problem::Stale);
        let mut upload = Self::default();
        while let Some(part) = parts.next_field().await.map_err(broken)? {
            let name = part.name().unwrap_or_default().to_owned();
            if name == "file" {
                part.file_name()
                    .unwrap_or_default()
                    .clone_into(&mut upload.file_name);
                upload.file = part.bytes().await.map_err(broken)?.to_vec();
            } else {
                let value = part.text().await.map_err(broken)?;
                upload.words.push((name, value));
            }
        }
        Ok(upload)
    }

    pub(super) fn word(&self, name: &str) -> &str {
        field(&self.words, name).unwrap_or_default()
    }
}

/// `POST …/plan/upload`: a whole plan as an archive, or one file of it.
///
/// # Errors
/// See [`show`].
pub async fn upload(
    State(state): State<AppState>,
    holder: Independent<EditPlan>,
    reading: Reading,
    parts: Multipart,
) -> Result<Response, PageError> {
    let upload = Upload::read(parts).await?;
    holder.staff.must_own_form(field(&upload.words, "csrf"))?;
    let (id, login, lang) = (&holder.round.id, &holder.staff.login, reading.lang);
    let (path, seen) = (upload.word("path").to_owned(), upload.word("seen").to_owned());
    let fault = |text: String| Fault {
        href: if path.is_empty() { "#archive" } else { "#file" }.to_owned(),
        text,
    };
    if upload.file.is_empty() {
        let faults = vec![fault(tr!(lang, "plan.e_no_file").into_owned())];
        return again(&state, &holder, lang, (&path, faults)).await;
    }
    if path.is_empty() {
        let files = match archive::read(&upload.file) {
            Ok(files) => files,
            Err(found) => {
                let faults = found.iter().map(|one| fault(one.to_line(lang.code()))).collect();
                return again(&state, &holder, lang, (&path, faults)).await;
            }
        };
        let done = copy::replace(&state.base(), id, files, &seen, login).await;
        return match done.map_err(Refusal::page)? {
            true => Ok(address(id, "uploaded").into_response()),
            false => Ok(conflict(view(&state, &holder, lang, overtaken(lang)).await?)),
        };
    }
    let done = copy::change(&state.base(), id, (&path, &seen), Some(upload.file), login).await;
    match done {
        Ok(Changed::Done) => Ok(address(id, "kept").into_response()),
        Ok(Changed::Conflict(_)) => Ok(conflict(view(&state, &holder, lang, overtaken(lang)).await?)),
        Err(error) => {
            let faults = refused(lang, error, "#file")?;
            again(&state, &holder, lang, ("", faults)).await
        }
    }
}

async fn again(
    state: &AppState,
    holder: &Independent<EditPlan>,
    lang: Lang,
    (path, faults): (&str, Vec<Fault>),
) -> Result<Response, PageError> {
    if !path.is_empty() {
        return text::faulty(state, holder, lang, (path, faults)).await;
    }
    let said = Said {
        faults,
        ..Said::default()
    };
    Ok(unprocessable(view(state, holder, lang, said).await?))
}

/// The file that an address is about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct About {
    /// Its path.
    pub path: String,
    /// A row of a table: its number from 0, or `new`.
    pub row: String,
    /// A page of a table.
    pub page: usize,
}

/// A table of the working copy; where it cannot be read, its page as text shows why.
pub(super) fn table_of(copy: &Copy, asked: &Asked, path: &str) -> Result<Sheet, PageError> {
    let bytes = copy.files.get(path).ok_or_else(PageError::lost)?;
    Sheet::read(bytes).map_err(|_| {
        let path: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
        PageError::see_other(format!("/console/rounds/{}/plan/file?path={path}", asked.round))
    })
}

#[cfg(test)]
pub(in crate::handlers) mod tests;
