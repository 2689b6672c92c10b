//! A round's records in the console: administrative series, commitments, the register of institutions, newer frames.
//!
//! Nobody whom a judged unit employs gets in: every handler takes an [`Independent`]. The office writes; the viewer and
//! the auditor read figures, the auditor also the counts of the frame. Lists of people are files for the office.
//!
//! [`Independent`]: crate::auth::independence::Independent

use axum::extract::Multipart;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use survey_forms::diagnostic::Diagnostic;

use crate::handlers::respond::Pairs;
use crate::middleware::problems::PageError;
use crate::pages::Lang;
use crate::pages::problem::Problem;
use crate::records::{RecordError, Upload};
use crate::rounds::RoundActError;
use crate::spreadsheet;

pub mod commitments;
pub mod frame;
pub mod series;
pub mod services;

/// Largest body of a form that brings a table; the table itself is limited by its reader, which says so.
pub const TABLE_BYTES: usize = 10 << 20;
/// Largest body of a form that brings a frame.
pub const FRAME_BYTES: usize = 66 << 20;

/// What was sent: fields, and the file.
pub(super) struct Sent {
    pub(super) fields: Pairs,
    pub(super) upload: Upload,
}

/// Reads a form that brings a file. A body that is too large is told as a fault of the file.
async fn sent(mut form: Multipart) -> Result<Sent, RecordError> {
    let cut = |_| RecordError::Faults(vec![too_large()]);
    let mut fields = Pairs::new();
    let mut upload = Upload::default();
    while let Some(part) = form.next_field().await.map_err(cut)? {
        let name = part.name().unwrap_or_default().to_owned();
        if name == "file" {
            upload.name = plain_name(part.file_name().unwrap_or_default());
            upload.bytes = part.bytes().await.map_err(cut)?.to_vec();
        } else {
            fields.push((name, part.text().await.map_err(cut)?));
        }
    }
    Ok(Sent { fields, upload })
}

fn too_large() -> Diagnostic {
    use survey_forms::diagnostic::Place;
    use survey_forms::text::Text;
    Diagnostic::error(
        "RC003",
        Place::unknown().field("file"),
        Text::zh_en(
            "文件没有收完整，或者太大。",
            "The file did not arrive whole, or it is too large.",
        ),
        Text::zh_en(
            "请再试一次；太大的表请分成几个文件。",
            "Try again; split a table that is too large.",
        ),
    )
}

/// The last part of a file's name, short and without signs that would be misread.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(120).collect()
}

/// The faults of an act that the page tells; other failures are pages of their own.
fn told(error: RecordError) -> Result<Vec<Diagnostic>, PageError> {
    match error {
        RecordError::Faults(faults) | RecordError::Round(RoundActError::Plan(faults)) => Ok(faults),
        RecordError::Store(error) | RecordError::Round(RoundActError::Store(error)) => Err(error.into()),
        RecordError::Round(RoundActError::Unknown { .. }) => Err(PageError::lost()),
        RecordError::Round(_) => Err(PageError::problem(StatusCode::CONFLICT, Problem::Stale)),
    }
}

/// What is asked for as a file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct FileQuery {
    /// `current` or `template`.
    what: String,
    /// `csv` or `xlsx`.
    format: String,
}

/// A table as a file.
fn table_file<R: AsRef<[String]>>(
    name: &str,
    format: &str,
    head: &[&str],
    rows: &[R],
    numbers: Option<&str>,
) -> Result<Response, PageError> {
    let (content, kind) = match format {
        "csv" => (spreadsheet::csv(head, rows), "text/csv; charset=utf-8"),
        "xlsx" => (
            spreadsheet::xlsx(head, rows, numbers),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        _ => return Err(PageError::lost()),
    };
    let failed = || PageError::problem(StatusCode::INTERNAL_SERVER_ERROR, Problem::Failed);
    let content = content.ok_or_else(failed)?;
    let disposition =
        HeaderValue::from_str(&format!("attachment; filename=\"{name}.{format}\"")).map_err(|_| failed())?;
    Ok((
        [
            (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
            (header::CONTENT_DISPOSITION, disposition),
        ],
        content,
    )
        .into_response())
}

/// The name of a unit in the page's language, its code when the plan has none.
fn unit_name(plan: &analysis::plan::Plan, lang: Lang, code: &str) -> String {
    let unit = plan.units.get(code);
    unit.map_or_else(|| code.to_owned(), |unit| unit.name.get(lang.code()).to_owned())
}

#[cfg(test)]
mod tests;
