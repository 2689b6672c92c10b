//! The report as a Word document that an office can go on editing: real heading styles,
//! a table of contents, tables whose header rows repeat, and pictures with their words.
//!
//! docx-rs writes neither alternative text nor repeated header rows nor the document's
//! title and language; `package` adds these to the parts that it has written.

mod block;
mod package;
mod style;

use docx_rs::{
    AlignmentType, BreakType, Docx, Footer, Header, PageMargin, PageNum, Paragraph, Run, TableOfContents,
    XMLDocx,
};

use crate::chart::ChartError;
use crate::model::{Kind, Report, Section};
use block::Pictures;

/// Twentieths of a point in a millimetre.
const TWIPS_PER_MM: f64 = 1440.0 / 25.4;

/// Why a document could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DocxError {
    /// A chart could not be drawn.
    #[error("a chart of the report could not be drawn: {0}")]
    Chart(#[from] ChartError),
    /// The parts could not be written.
    #[error("the Word document could not be written: {0}")]
    Package(String),
}

/// Renders the report as a Word document.
///
/// # Errors
/// [`DocxError::Chart`] when a chart cannot be drawn.
pub fn render(report: &Report) -> Result<Vec<u8>, DocxError> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    parts(report)?
        .pack(&mut bytes)
        .map_err(|e| DocxError::Package(e.to_string()))?;
    Ok(bytes.into_inner())
}

/// The document's parts, complete, before they are packed.
fn parts(report: &Report) -> Result<XMLDocx, DocxError> {
    let lang = report.lang;
    let mut pictures = Pictures::draw(report)?;
    let mut docx = style::apply(Docx::new(), lang)
        .page_size(mm(210.0) as u32, mm(297.0) as u32)
        .page_margin(PageMargin {
            top: mm(37.0),
            bottom: mm(35.0),
            left: mm(28.0),
            right: mm(26.0),
            header: mm(20.0),
            footer: mm(20.0),
            gutter: 0,
        })
        .header(
            Header::new().add_paragraph(
                Paragraph::new()
                    .style("Running")
                    .add_run(Run::new().add_text(format!("{}　{}", report.title, report.subtitle))),
            ),
        )
        .footer(
            Footer::new().add_paragraph(
                Paragraph::new()
                    .style("Running")
                    .align(AlignmentType::Center)
                    .add_run(Run::new().add_text("— "))
                    .add_page_num(PageNum::new())
                    .add_run(Run::new().add_text(" —")),
            ),
        )
        .title_pg();
    docx = cover(docx, report);
    if report.kind == Kind::Annual {
        docx = docx
            .add_paragraph(page_break())
            .add_paragraph(words("ContentsTitle", lang.pick("目　录", "Contents")))
            .add_table_of_contents(
                TableOfContents::new()
                    .heading_styles_range(1, 2)
                    .alias(lang.pick("目录", "Contents"))
                    .auto(),
            )
            .add_paragraph(page_break());
    }
    for part in &report.sections {
        docx = section(docx, report, part, 1, &mut pictures)?;
    }
    package::complete(docx.build(), report, pictures.words())
}

fn cover(mut docx: Docx, report: &Report) -> Docx {
    docx = docx
        .add_paragraph(words("Organiser", &report.organiser))
        .add_paragraph(words("Title", &report.title))
        .add_paragraph(words("Subtitle", &report.subtitle));
    if let Some(banner) = &report.banner {
        docx = docx.add_paragraph(words("Warning", banner));
    }
    for fact in &report.facts {
        let text = format!("{}{}{}", fact.label, report.lang.pick("：", ": "), fact.value);
        docx = docx.add_paragraph(words("Fact", &text));
    }
    docx
}

fn page_break() -> Paragraph {
    Paragraph::new().add_run(Run::new().add_break(BreakType::Page))
}

fn section(
    mut docx: Docx,
    report: &Report,
    part: &Section,
    level: usize,
    pictures: &mut Pictures,
) -> Result<Docx, DocxError> {
    let style = format!("Heading{}", level.min(3));
    docx = docx.add_paragraph(words(&style, &part.heading(report.lang)).keep_next(true));
    for one in &part.blocks {
        docx = block::add(docx, report, one, pictures)?;
    }
    for below in &part.sections {
        docx = section(docx, report, below, level + 1, pictures)?;
    }
    Ok(docx)
}

/// A paragraph of one run in a style.
fn words(style: &str, text: &str) -> Paragraph {
    Paragraph::new().style(style).add_run(Run::new().add_text(text))
}

/// Millimetres in twips.
fn mm(length: f64) -> i32 {
    (length * TWIPS_PER_MM).round() as i32
}

#[cfg(test)]
mod tests;
