//! What docx-rs leaves out, added to the parts that it has written: the words of pictures,
//! repeated header rows, and the document's title, author and language.

use docx_rs::XMLDocx;

use super::DocxError;
use crate::model::Report;

/// The height by which `block` marks header rows, in twips; no other row has one.
pub(super) const HEADER_ROW_HEIGHT: f32 = 11.0;

const PICTURE: &str = r#"<wp:docPr id="1" name="Figure" />"#;
const HEADER_ROW: &str = r#"<w:trHeight w:val="11" w:hRule="atLeast" />"#;

/// Completes the parts.
pub(super) fn complete(
    mut parts: XMLDocx,
    report: &Report,
    pictures: &[String],
) -> Result<XMLDocx, DocxError> {
    let document = String::from_utf8(parts.document).map_err(|e| DocxError::Package(e.to_string()))?;
    let document = document.replace(HEADER_ROW, "<w:cantSplit /><w:tblHeader />");
    parts.document = describe_pictures(&document, pictures)?.into_bytes();
    parts.doc_props.core = core_properties(report).into_bytes();
    Ok(parts)
}

fn describe_pictures(document: &str, pictures: &[String]) -> Result<String, DocxError> {
    let mut pieces = document.split(PICTURE);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    let mut described = 0;
    for (piece, words) in pieces.by_ref().zip(pictures) {
        described += 1;
        out.push_str(&format!(
            r#"<wp:docPr id="{described}" name="Figure {described}" descr="{}" />"#,
            escape(words)
        ));
        out.push_str(piece);
    }
    // A release of docx-rs that writes pictures otherwise must not silently drop their words.
    if described != pictures.len() || pieces.next().is_some() {
        return Err(DocxError::Package(format!(
            "{described} of {} pictures were given their words",
            pictures.len()
        )));
    }
    Ok(out)
}

fn core_properties(report: &Report) -> String {
    format!(
        concat!(
            r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
            r#"<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" "#,
            r#"xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">"#,
            "<dc:title>{title} · {subtitle}</dc:title><dc:creator>{creator}</dc:creator>",
            "<dc:language>{language}</dc:language></cp:coreProperties>"
        ),
        title = escape(&report.title),
        subtitle = escape(&report.subtitle),
        creator = escape(&report.organiser),
        language = report.lang.tag(),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Width and height from a PNG's first chunk.
pub(super) fn png_size(png: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(png.get(at..at + 4)?.try_into().ok()?));
    if png.get(12..16)? == b"IHDR" {
        Some((number(16)?, number(20)?))
    } else {
        None
    }
}
