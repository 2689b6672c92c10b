//! The report as a tagged PDF/UA-1, typeset by typst as a library.
//!
//! The template is fixed; everything a report says reaches it as JSON in a virtual file,
//! and charts as SVG files, so no name of a village and no sentence can be read as
//! markup. Fonts come from the binary. A character that no font has is refused before
//! typesetting, by name, instead of being printed as an empty box.

mod document;
mod world;

use serde_json::Value as Json;
use typst::diag::{SourceDiagnostic, SourceResult};
use typst::foundations::{Output, Smart};
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::chart::ChartError;
use crate::model::{Kind, Report};
use document::{ChartFiles, Fit};
use world::ReportWorld;
pub(crate) use world::Template;

/// The report's template; it reads `/report.json` and the charts that this names.
const REPORT: Template = Template {
    source: include_str!("pdf/report.typ"),
    data: "/report.json",
};

/// How many renders a cached piece of layout outlives: enough for the units of one
/// county, which share the template, and no more memory than that.
const CACHE_AGE: usize = 2;

/// Why a PDF could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// A chart could not be drawn.
    #[error("a chart of the report could not be drawn: {0}")]
    Chart(#[from] ChartError),
    /// A character that no embedded font can show.
    #[error("no font has the character {} (U+{:04X}), which stands in “{context}”", .character, u32::from(*.character))]
    MissingGlyph {
        /// The character.
        character: char,
        /// The text around it.
        context: String,
    },
    /// The report could not be written as the template's data.
    #[error("the report could not be handed to the typesetter: {0}")]
    Data(#[from] serde_json::Error),
    /// The typesetter refused.
    #[error("the report could not be typeset: {0}")]
    Typeset(String),
}

/// Renders the report as PDF/UA-1.
///
/// # Errors
/// [`PdfError::MissingGlyph`] naming a character that cannot be shown, else the typesetter's own words.
pub fn render(report: &Report) -> Result<Vec<u8>, PdfError> {
    Ok(printed(report)?.pdf)
}

/// Renders the report and counts its pages; a brief is set as large as fits one.
///
/// # Errors
/// As [`render`].
pub fn printed(report: &Report) -> Result<Printed, PdfError> {
    // The same report gives the same bytes.
    let kind = match report.kind {
        Kind::Annual => "",
        Kind::Brief => "/brief",
    };
    let ident = format!(
        "minyi/{}/{}/{}{kind}",
        report.round,
        report.unit,
        report.lang.code()
    );
    let (mut data, charts) = described(report)?;
    let tries = match report.kind {
        Kind::Annual => &Fit::BRIEF[..1],
        Kind::Brief => &Fit::BRIEF[..],
    };
    let mut last = None;
    for fit in tries {
        data["scale"] = fit.scale.into();
        data["picture"] = fit.picture.into();
        let world = ReportWorld::new(REPORT, serde_json::to_vec(&data)?, charts.clone())?;
        let document = typeset(typst_pdf::pdf, &world)?;
        let pages = document.pages().len();
        last = Some((document, pages));
        if pages == 1 {
            break;
        }
    }
    let (document, pages) = last.ok_or_else(|| PdfError::Typeset("no layout to try".to_owned()))?;
    export(typst_pdf::pdf, &document, pages, ident)
}

/// A PDF and how many pages it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    /// The file.
    pub pdf: Vec<u8>,
    /// Its pages.
    pub pages: usize,
}

/// Typesets data by a template as PDF/UA-1; `ident` names the document for ever.
pub(crate) fn typeset_data(
    template: Template,
    data: &Json,
    pictures: ChartFiles,
    ident: String,
) -> Result<Printed, PdfError> {
    // The pictures hold no text.
    world::check_glyphs(data, &ChartFiles::new())?;
    let world = ReportWorld::new(template, serde_json::to_vec(data)?, pictures)?;
    let document = typeset(typst_pdf::pdf, &world)?;
    export(typst_pdf::pdf, &document, document.pages().len(), ident)
}

/// The exporter; it also tells the compiler which kind of document is meant, whose type has no public name here.
type Exporter<D> = fn(&D, &PdfOptions) -> SourceResult<Vec<u8>>;

fn export<D>(exporter: Exporter<D>, document: &D, pages: usize, ident: String) -> Result<Printed, PdfError> {
    let standards =
        PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|e| PdfError::Typeset(e.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Custom(ident),
        creator: Smart::Custom(Some("Minyi".to_owned())),
        standards,
        ..PdfOptions::default()
    };
    let pdf = exporter(document, &options).map_err(|e| PdfError::Typeset(messages(&e)))?;
    typst::comemo::evict(CACHE_AGE);
    Ok(Printed { pdf, pages })
}

/// The data and the charts of a report, every character of which can be printed.
fn described(report: &Report) -> Result<(Json, ChartFiles), PdfError> {
    let (data, charts) = document::describe(report)?;
    world::check_glyphs(&data, &charts)?;
    Ok((data, charts))
}

fn typeset<D: Output>(_: Exporter<D>, world: &ReportWorld) -> Result<D, PdfError> {
    typst::compile::<D>(world)
        .output
        .map_err(|e| PdfError::Typeset(messages(&e)))
}

fn messages(diagnostics: &[SourceDiagnostic]) -> String {
    diagnostics
        .iter()
        .map(|d| d.message.to_string())
        .collect::<Vec<_>>()
        .join("; ")
}

#[cfg(test)]
mod tests;
