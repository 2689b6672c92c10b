//! The files of a publication, and how pages and files may be kept.

use analysis::plan::PlanFiles;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::Markup;
use sha2::{Digest, Sha256};

use super::{Version, chosen};
use crate::app::AppState;
use crate::error::AppError;
use crate::middleware::problems::PageError;
use crate::publication::charts::{self, Picture};
use crate::publication::plan_files as public_plan;
use crate::publication::{self, bundle, files};
use crate::store::{plan_files, publications, rounds};

/// What is in force changes with what the office does: browsers ask each time whether it is still the same, and caches
/// between them and the server may serve it five minutes.
const NEWEST: &str = "public, max-age=0, s-maxage=300";
/// A publication by its number stays the same, unless it is withdrawn.
const NUMBERED: &str = "public, max-age=86400";

/// How long a file may be kept.
fn age(version: Version) -> HeaderValue {
    HeaderValue::from_static(match version.version {
        Some(_) => NUMBERED,
        None => NEWEST,
    })
}

/// A reply that may be kept, or the word that what the reader has is still good.
fn kept(headers: &HeaderMap, content: Vec<u8>, own: Vec<(HeaderName, HeaderValue)>) -> Response {
    let tag = format!("\"{}\"", &hex::encode(Sha256::digest(&content))[..32]);
    let known = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim().trim_start_matches("W/") == tag);
    let mut reply = match known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => content.into_response(),
    };
    let into = reply.headers_mut();
    into.remove(header::CONTENT_TYPE);
    for (name, value) in own {
        into.insert(name, value);
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        into.insert(header::ETAG, tag);
    }
    reply
}

/// A public page; it differs by language and by how the reader wants it shown.
pub(in crate::handlers) fn page(headers: &HeaderMap, page: Markup) -> Response {
    let own = vec![
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static(NEWEST)),
        (header::VARY, HeaderValue::from_static("cookie, accept-language")),
    ];
    kept(headers, page.into_string().into_bytes(), own)
}

/// The public part of a round's sealed plan. Nothing else of it is read: the frame is large and sealed.
///
/// # Errors
/// When there is no such round, or the database does not answer.
async fn public_plan(state: &AppState, id: &str) -> Result<PlanFiles, PageError> {
    let plan = state.plans.get(&state.db, &state.keys, id).await?;
    let plan = plan.ok_or_else(PageError::lost)?;
    let paths = plan_files::paths(&state.db, id).await?;
    let mut files = PlanFiles::new();
    for path in public_plan::public(&paths, &plan) {
        if let Some(content) = plan_files::find(&state.db, &state.keys, id, &path).await? {
            let content = public_plan::fit(&path, content);
            files.insert(path, content);
        }
    }
    Ok(files)
}

/// `GET /results/{round}/{file}`: tables, pictures, the plan and the replication bundle.
///
/// # Errors
/// When there is no such round, publication or file, or the database does not answer.
pub async fn get(
    State(state): State<AppState>,
    headers: HeaderMap,
    Path((id, file)): Path<(String, String)>,
    Query(version): Query<Version>,
) -> Result<Response, PageError> {
    if file == "plan.zip" {
        // A draft is nobody's business yet.
        let round = rounds::find(&state.db, &id).await?.ok_or_else(PageError::lost)?;
        if round.plan_sha256.is_none() {
            return Err(PageError::lost());
        }
        let files = public_plan(&state, &id).await?;
        let content = bundle::zip(&files).map_err(|error| AppError::internal(&error))?;
        return Ok(download(
            (&headers, version),
            &format!("{id}-plan.zip"),
            "application/zip",
            content,
        ));
    }
    let rows = publications::of_round(&state.db, &id).await?;
    let row = chosen(&rows, version).ok_or_else(PageError::lost)?;
    let release = publication::stored(row)?;
    if let Some((picture, lang, narrow)) = Picture::parse(&file) {
        let drawn = tokio::task::spawn_blocking(move || charts::svg(&release, picture, lang, narrow)).await;
        let svg = drawn
            .map_err(|error| AppError::internal(&error))?
            .map_err(|error| AppError::internal(&error))?
            .ok_or_else(PageError::lost)?;
        let own = vec![
            (header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml")),
            (header::CACHE_CONTROL, age(version)),
        ];
        return Ok(kept(&headers, svg.into_bytes(), own));
    }
    let csv = "text/csv; charset=utf-8";
    let (kind, content) = match file.as_str() {
        "figures.csv" => (csv, files::figures(&release)),
        "scores.csv" => (csv, files::scores(&release)),
        "rates.csv" => (csv, files::rates(&release)),
        "codebook.csv" => (csv, files::code_book(&release)),
        // What the publication's address is the hash of.
        "release.json" => ("application/json", row.content.clone().into_bytes()),
        "replication.zip" => {
            let plan = public_plan(&state, &id).await?;
            let contents = bundle::contents(&release, &row.sha256, &plan);
            let zip = contents.and_then(|contents| bundle::zip(&contents));
            (
                "application/zip",
                zip.map_err(|error| AppError::internal(&error))?,
            )
        }
        _ => return Err(PageError::lost()),
    };
    Ok(download(
        (&headers, version),
        &format!("{id}-{}-{file}", row.seq),
        kind,
        content,
    ))
}

fn download(
    (headers, version): (&HeaderMap, Version),
    name: &str,
    kind: &'static str,
    content: Vec<u8>,
) -> Response {
    let mut own = vec![
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, age(version)),
    ];
    // Identifiers of rounds are plain letters, digits and hyphens.
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        own.push((header::CONTENT_DISPOSITION, disposition));
    }
    kept(headers, content, own)
}
