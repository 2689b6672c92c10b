//! `…/forms/{form}/file` and `…/download`: a questionnaire as a file, in and out.

use axum::extract::{Multipart, Query as FromQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use survey_forms::editor::Workbook;
use survey_forms::xform;

use super::super::planning::Upload;
use super::{Open, OpenToEdit, OpenToRead, Opened, Outcome, Query, done_words, fault, see};
use crate::app::AppState;
use crate::handlers::respond::html;
use crate::middleware::problems::PageError;
use crate::pages::editor::transfer::{self as page, FilePage};
use crate::pages::problem::Problem;
use crate::pages::tr;
use crate::questionnaires::Act;

/// `GET …/forms/{form}/file`.
///
/// # Errors
/// When the role may not, there is no such questionnaire, or the database does not answer; so for every handler here.
pub async fn show(
    Opened { open, .. }: OpenToEdit,
    FromQuery(query): FromQuery<Query>,
) -> Result<Response, PageError> {
    let view = FilePage {
        done: done_words(open.lang, &query.done),
        ..FilePage::default()
    };
    Ok(html(page::page(open.around(), &view)).into_response())
}

/// `GET …/forms/{form}/download`: the workbook, with `?as=csv` as one CSV file, or with `?as=xml` the XForm of a sound one.
///
/// # Errors
/// See [`show`].
pub async fn download(
    Opened { open, .. }: OpenToRead,
    FromQuery(query): FromQuery<Query>,
) -> Result<Response, PageError> {
    let (ending, kind, bytes) = if query.kind == "xml" {
        let form = open.outline.form.as_ref().ok_or_else(PageError::lost)?;
        (
            "xml",
            "application/xml; charset=utf-8",
            xform::write(form).into_bytes(),
        )
    } else if query.kind == "csv" {
        let text = open.workbook.to_csv();
        ("csv", "text/csv; charset=utf-8", text.into_bytes())
    } else {
        let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        ("xlsx", kind, open.draft.content.clone())
    };
    let name = format!("attachment; filename=\"{}.{ending}\"", open.draft.form);
    let disposition = HeaderValue::from_str(&name)
        .map_err(|_| PageError::problem(StatusCode::INTERNAL_SERVER_ERROR, Problem::Failed))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, bytes).into_response())
}

/// `POST …/forms/{form}/file`: a file takes the place of the questionnaire, as one more state of it.
///
/// # Errors
/// See [`show`].
pub async fn upload(
    State(state): State<AppState>,
    Opened { holder, open }: OpenToEdit,
    parts: Multipart,
) -> Result<Response, PageError> {
    let upload = Upload::read(parts).await?;
    holder.staff.must_own_form(Some(upload.word("csrf")))?;
    let lang = open.lang;
    let again =
        |status: StatusCode, view: FilePage| (status, html(page::page(open.around(), &view))).into_response();
    let overtaken = || {
        let view = FilePage {
            conflict: Some(open.conflict(&state, false)),
            ..FilePage::default()
        };
        again(StatusCode::CONFLICT, view)
    };
    let refused = |words: Vec<String>| {
        let view = FilePage {
            faults: words.into_iter().map(|words| fault("#file", words)).collect(),
            ..FilePage::default()
        };
        again(StatusCode::UNPROCESSABLE_ENTITY, view)
    };
    if !open.is_seen(upload.word("seen")) {
        return Ok(overtaken());
    }
    if upload.file.is_empty() {
        return Ok(refused(vec![tr!(lang, "editor.e_no_file").into_owned()]));
    }
    let read = match Workbook::read(&upload.file_name, &upload.file) {
        Ok(read) => read,
        Err(faults) => {
            return Ok(refused(
                faults.iter().map(|one| one.to_line(lang.code())).collect(),
            ));
        }
    };
    match open
        .save(&state, &read.workbook, (Act::Uploaded, &upload.file_name))
        .await?
    {
        Outcome::Saved if read.remarks.is_empty() => {
            Ok(see(&format!("{}?done=uploaded", open.around().path(""))))
        }
        Outcome::Saved => {
            let open = Open::of(&state, &holder, lang, &open.draft.form).await?;
            let view = FilePage {
                done: done_words(lang, "uploaded"),
                remarks: read.remarks.iter().map(|one| one.to_line(lang.code())).collect(),
                ..FilePage::default()
            };
            Ok(html(page::page(open.around(), &view)).into_response())
        }
        Outcome::Overtaken => Ok(overtaken()),
        Outcome::Refused(words) => Ok(refused(words)),
    }
}
