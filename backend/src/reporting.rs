//! Documents of a computed round: which there are, how they are called, and how one is made from what is stored.
//!
//! The same code serves the console's downloads, `minyi report`, the demo and the attachments of the e-mail, so that
//! all of them show the same figures.

use std::collections::BTreeSet;
use std::sync::Arc;

use analysis::plan::Plan;
use analysis::results::RoundDetail;
use axum::http::StatusCode;
use reports::build::{self, HiddenCell, Release, Scope};
use reports::model::{Kind, Lang, Report};
use thiserror::Error;

use crate::app::AppState;
use crate::error::AppError;
use crate::store::results;

/// A file format that a report is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A web page in one file.
    Html,
    /// Tagged PDF.
    Pdf,
    /// A workbook with the figures.
    Xlsx,
    /// A text document to edit.
    Docx,
}

impl Format {
    /// Every format, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Html, Self::Pdf, Self::Xlsx, Self::Docx];

    /// The file name's ending, which is also the word on the command line.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
            Self::Docx => "docx",
        }
    }

    /// The formats of a brief: it is a page to read, not one to edit or to compute with.
    pub const OF_BRIEFS: [Self; 2] = [Self::Pdf, Self::Html];

    /// Whether a document of this kind is made in this format.
    pub fn serves(self, kind: Kind) -> bool {
        kind == Kind::Annual || Self::OF_BRIEFS.contains(&self)
    }

    /// The format of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.extension() == word)
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Pdf => "application/pdf",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        }
    }
}

/// A finished document.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its content.
    pub content: Vec<u8>,
    /// What it is.
    pub format: Format,
    /// A file name that any system can keep: `qinghe-2026-T03-zh.pdf`.
    pub file_name: String,
}

/// Why a document could not be made.
#[derive(Debug, Error)]
pub enum RenderError {
    /// The results do not make a report: the unit is unknown, for instance.
    #[error(transparent)]
    Build(#[from] build::BuildError),
    /// A writer failed.
    #[error("the report cannot be written as {format}: {reason}")]
    Write {
        /// The format.
        format: &'static str,
        /// What the writer said.
        reason: String,
    },
}

/// Builds a document of a release: the annual report, or the page beside it.
///
/// # Errors
/// [`RenderError::Build`] when the results do not have such a unit.
pub fn of_release(
    release: &Release,
    plan: &Plan,
    kind: Kind,
    scope: &Scope,
    lang: Lang,
) -> Result<Report, RenderError> {
    Ok(match kind {
        Kind::Annual => release.annual(None, plan, scope, lang)?,
        Kind::Brief => release.brief(plan, scope, lang)?,
    })
}

/// The cells of `results.json` that no document of the round shows. Whatever else is published of the round, a web
/// page, a data file, a bundle, must hide all of them too, and hand its own to [`Release::with`] where it hides more:
/// a cell that is hidden in one place and shown in another is shown.
pub fn hidden_cells(detail: &RoundDetail, plan: &Plan) -> BTreeSet<HiddenCell> {
    Release::of(detail, plan).hidden().clone()
}

/// Writes `report` in `format`. It computes for up to seconds: keep it off the server's own threads.
///
/// # Errors
/// [`RenderError::Write`] with the writer's reason.
pub fn write(report: &Report, format: Format) -> Result<Vec<u8>, RenderError> {
    let failed = |reason: &dyn std::error::Error| RenderError::Write {
        format: format.extension(),
        reason: reason.to_string(),
    };
    match format {
        Format::Html => reports::html::render(report)
            .map(String::into_bytes)
            .map_err(|e| failed(&e)),
        Format::Pdf => reports::pdf::render(report).map_err(|e| failed(&e)),
        Format::Xlsx => reports::xlsx::render(report).map_err(|e| failed(&e)),
        Format::Docx => reports::docx::render(report).map_err(|e| failed(&e)),
    }
}

/// The file name of a report of `round`.
pub fn file_name(round: &str, scope: &Scope, lang: Lang, format: Format) -> String {
    file_name_of(Kind::Annual, round, scope, lang, format)
}

/// The file name of a report or a brief: `qinghe-2026-T03-brief-zh.pdf`.
pub fn file_name_of(kind: Kind, round: &str, scope: &Scope, lang: Lang, format: Format) -> String {
    let part = match scope {
        Scope::County => "county",
        Scope::Unit(code) => code.as_str(),
    };
    let kind = match kind {
        Kind::Annual => "",
        Kind::Brief => "-brief",
    };
    format!("{round}-{part}{kind}-{}.{}", lang.code(), format.extension())
}

/// The county, then every scored unit.
pub fn every_scope(plan: &Plan) -> Vec<Scope> {
    let units = plan.scored_units().into_iter();
    std::iter::once(Scope::County)
        .chain(units.map(|unit| Scope::Unit(unit.code.clone())))
        .collect()
}

/// Which document is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The annual report or the page beside it.
    pub kind: Kind,
    /// The county or a unit.
    pub scope: Scope,
    /// The file format.
    pub format: Format,
    /// The language.
    pub lang: Lang,
}

/// Makes a document from the results that are stored.
///
/// # Errors
/// 404 when there is no such round, nothing has been computed, or the unit is not scored.
pub async fn document(state: &AppState, round: &str, wanted: Wanted) -> Result<Document, AppError> {
    let Wanted {
        kind,
        scope,
        format,
        lang,
    } = wanted;
    let plan: Arc<Plan> = state
        .plans
        .get(&state.db, &state.keys, round)
        .await?
        .ok_or_else(|| AppError::round_not_found(round))?;
    let Some((_, detail)) = results::get::<RoundDetail>(&state.db, round).await? else {
        return Err(AppError::new(
            StatusCode::NOT_FOUND,
            "not_computed",
            "本轮结果还没有计算。请先在测评页面点“计算结果”。",
            "The results of this round have not been computed yet.",
        ));
    };
    let file_name = file_name_of(kind, round, &scope, lang, format);
    let written = tokio::task::spawn_blocking(move || {
        let release = Release::of(&detail, &plan);
        of_release(&release, &plan, kind, &scope, lang).and_then(|report| write(&report, format))
    });
    match written.await {
        Ok(Ok(content)) => Ok(Document {
            content,
            format,
            file_name,
        }),
        Ok(Err(RenderError::Build(_))) => Err(AppError::not_found()),
        Ok(Err(error)) => Err(AppError::internal(&error)),
        Err(error) => Err(AppError::internal(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_word() {
        for format in Format::ALL {
            assert_eq!(Format::parse(format.extension()), Some(format));
        }
        assert_eq!(Format::parse("exe"), None);
    }

    #[test]
    fn a_brief_is_a_page_to_read() {
        assert!(Format::ALL.into_iter().all(|format| format.serves(Kind::Annual)));
        let of_briefs: Vec<Format> = Format::ALL
            .into_iter()
            .filter(|format| format.serves(Kind::Brief))
            .collect();
        assert_eq!(of_briefs, [Format::Html, Format::Pdf]);
    }

    #[test]
    fn file_names_say_what_is_in_them() {
        let unit = Scope::Unit("T03".to_owned());
        assert_eq!(
            file_name("yunxi-2026", &unit, Lang::En, Format::Pdf),
            "yunxi-2026-T03-en.pdf"
        );
        assert_eq!(
            file_name("yunxi-2026", &Scope::County, Lang::Zh, Format::Html),
            "yunxi-2026-county-zh.html"
        );
        assert_eq!(
            file_name_of(Kind::Brief, "yunxi-2026", &unit, Lang::Zh, Format::Pdf),
            "yunxi-2026-T03-brief-zh.pdf"
        );
    }
}
