//! `/console/rounds/{id}/attachments`: the files that came with responses, one by one and as one archive. Each look is in
//! the audit trail. Whose they are is told nowhere: a file is found in the full export by its place in the archive.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use tower_http::services::ServeFile;
use uuid::Uuid;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{signed_in, title};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::staff::SeeAttachments;
use crate::error::AppError;
use crate::handlers::respond::html;
use crate::middleware::problems::PageError;
use crate::pages::Reading;
use crate::pages::attachments::{self as pages, Line, View};
use crate::spreadsheet::harmless;
use crate::store::attachments::{self, Listed};
use crate::store::{StoreError, begin};

/// A picture may be a document with scripts: opened alone, it can do nothing.
const NOTHING_ALLOWED: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");

/// From where the list goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Listing {
    after: Option<Uuid>,
}

/// The words of each question that takes a file, by its name.
fn labels(holder: &Independent<SeeAttachments>, lang: &str) -> BTreeMap<String, String> {
    let questions = holder.plan.forms.values().flat_map(|form| form.questions());
    questions
        .filter(|question| question.takes_file())
        .map(|question| (question.name.clone(), question.label.get(lang).to_owned()))
        .collect()
}

/// `GET /console/rounds/{id}/attachments`.
///
/// # Errors
/// When the role may not, or the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    holder: Independent<SeeAttachments>,
    reading: Reading,
    Query(from): Query<Listing>,
) -> Result<Html<String>, PageError> {
    let lang = reading.lang;
    let rows = attachments::page(&state.db, &holder.round.id, from.after).await?;
    let labels = labels(&holder, lang.code());
    let is_full = rows.len() as u64 == attachments::PAGE_SIZE;
    let view = View {
        round: holder.round.id.clone(),
        title: title(lang, &holder.round),
        count: attachments::count(&state.db, &holder.round.id).await?,
        next: rows.last().filter(|_| is_full).map(|row| row.id),
        lines: rows
            .into_iter()
            .map(|row| Line {
                id: row.id,
                question: labels
                    .get(&row.question)
                    .cloned()
                    .unwrap_or_else(|| row.question.clone()),
                media_type: row.media_type,
                bytes: row.bytes,
            })
            .collect(),
    };
    Ok(html(pages::page(
        lang,
        &signed_in(lang, &holder.staff, ""),
        &view,
    )))
}

fn header_value(text: &str) -> Result<HeaderValue, AppError> {
    HeaderValue::from_str(text).map_err(|error| AppError::internal(&error))
}

/// `GET /console/rounds/{id}/attachments/{file}/download`: one file, opened.
///
/// # Errors
/// See [`show`]; 404 for a file of no accepted response.
pub async fn download(
    State(state): State<AppState>,
    holder: Independent<SeeAttachments>,
    Path((_, file)): Path<(String, Uuid)>,
) -> Result<Response, PageError> {
    let found = attachments::find(&state.db, &holder.round.id, file)
        .await?
        .ok_or_else(PageError::lost)?;
    let bytes = found
        .opened(&state.keys)
        .map_err(|error| AppError::internal(&error))?;
    let base = state.base();
    let tx = begin(&state.db).await?;
    let detail = json!({ "round": holder.round.id });
    base.record(
        &tx,
        &holder.staff.login,
        "attachment.read",
        &file.to_string(),
        detail,
    )
    .await?;
    tx.commit().await.map_err(StoreError::from)?;
    let ending = found.name.rsplit_once('.').map_or("bin", |(_, ending)| ending);
    let headers = [
        (header::CONTENT_TYPE, header_value(&found.media_type)?),
        (
            header::CONTENT_DISPOSITION,
            header_value(&format!("attachment; filename=\"{file}.{ending}\""))?,
        ),
        (header::CONTENT_SECURITY_POLICY, NOTHING_ALLOWED),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, bytes).into_response())
}

/// A file that is gone when nobody needs it any more.
struct Passing(PathBuf);

impl Drop for Passing {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::error!(%error, path = %self.0.display(), "an archive cannot be deleted");
        }
    }
}

/// `GET /console/rounds/{id}/attachments/all/download`: every file as one archive, with a list of them.
///
/// # Errors
/// See [`show`]; when the archive cannot be written.
pub async fn archive(
    State(state): State<AppState>,
    holder: Independent<SeeAttachments>,
    request: Request,
) -> Result<Response, PageError> {
    let passing = Passing(
        state
            .config
            .data_dir
            .join(format!("export-{}", state.entropy.uuid())),
    );
    let written = write(&state, &holder, &passing.0).await?;
    let base = state.base();
    let tx = begin(&state.db).await?;
    let detail = json!({ "files": written });
    base.record(
        &tx,
        &holder.staff.login,
        "attachments.export",
        &holder.round.id,
        detail,
    )
    .await?;
    tx.commit().await.map_err(StoreError::from)?;
    // Opened here and deleted behind: what is open can still be sent.
    let mut reply = ServeFile::new(&passing.0)
        .try_call(request)
        .await
        .map_err(|error| AppError::internal(&error))?
        .map(Body::new);
    let name = format!("attachment; filename=\"{}-files.zip\"", holder.round.id);
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(header::CONTENT_DISPOSITION, header_value(&name)?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.remove(header::LAST_MODIFIED);
    Ok(reply)
}

async fn write(
    state: &AppState,
    holder: &Independent<SeeAttachments>,
    path: &std::path::Path,
) -> Result<usize, PageError> {
    let failed = |error: &(dyn std::error::Error + 'static)| AppError::internal(error);
    let file = std::fs::File::create(path).map_err(|error| failed(&error))?;
    let mut zip = ZipWriter::new(std::io::BufWriter::new(file));
    // What phones make is compressed already.
    let stored = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default())
        .large_file(true);
    let labels = labels(holder, "zh");
    let mut list = csv::Writer::from_writer(b"\xEF\xBB\xBF".to_vec());
    list.write_record(["file", "question", "label", "media_type", "bytes"])
        .map_err(|error| failed(&error))?;
    let (mut written, mut after) = (0, None);
    loop {
        let rows: Vec<Listed> = attachments::page(&state.db, &holder.round.id, after).await?;
        for row in &rows {
            let Some(found) = attachments::find(&state.db, &holder.round.id, row.id).await? else {
                continue;
            };
            let bytes = found.opened(&state.keys).map_err(|error| failed(&error))?;
            let place = row.place();
            zip.start_file(&place, stored).map_err(|error| failed(&error))?;
            zip.write_all(&bytes).map_err(|error| failed(&error))?;
            let label = labels.get(&row.question).map_or("", String::as_str);
            list.write_record([
                place.as_str(),
                &row.question,
                &harmless(label.to_owned()),
                &row.media_type,
                &row.bytes.to_string(),
            ])
            .map_err(|error| failed(&error))?;
            written += 1;
        }
        after = match rows.last() {
            Some(last) if rows.len() as u64 == attachments::PAGE_SIZE => Some(last.id),
            _ => break,
        };
    }
    let list = list.into_inner().map_err(|error| failed(&error))?;
    zip.start_file("files.csv", stored)
        .map_err(|error| failed(&error))?;
    zip.write_all(&list).map_err(|error| failed(&error))?;
    let mut file = zip.finish().map_err(|error| failed(&error))?;
    file.flush().map_err(|error| failed(&error))?;
    Ok(written)
}
