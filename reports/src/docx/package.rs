//! What docx-rs leaves out, added to the parts that it has written: the words of pictures,
//! repeated header rows, and the document's title, author and language.

use docx_rs::XMLDocx;

use super::DocxError;
use crate::model::Report;

/// The height by which `block` marks header rows, in twips; no other row has one.
pub(super) const HEADER_ROW_HEIGHT: f32 = 11.0;

const PICTURE: &str = r#"<wp:docPr id="1" name="Figure" />"#;
const HEADER_ROW: &str = r#"<w:trHeight w:val="11" w:hRule="atLeast" />"#;

/// The tab of the table of contents, 1.4 metres from the margin, and where it belongs: at the end of 156 mm of text.
const TAB_BEYOND: &str = r#"<w:tab w:val="right" w:leader="dot" w:pos="80000" />"#;
const TAB_AT_MARGIN: &str = r#"<w:tab w:val="right" w:leader="dot" w:pos="8840" />"#;

/// How the table of contents begins, up to the entry of the first heading: the field's code shares a run and a
/// paragraph with that entry, and LibreOffice then shows both codes as text.
const CONTENTS_BEGIN: &str = r#"<w:sdt><w:sdtPr /><w:sdtContent>"#;
const CONTENTS_FIELD: &str = concat!(
    r#"<w:r><w:rPr /><w:fldChar w:fldCharType="begin" w:dirty="false" />"#,
    r#"<w:instrText>TOC \o &quot;1-2&quot;</w:instrText>"#,
    r#"<w:fldChar w:fldCharType="separate" w:dirty="false" /></w:r>"#
);
/// The field in a paragraph of its own, in a style that takes no room where a program shows its code. Marked as changed,
/// it is numbered when the document is opened.
const CONTENTS_FIELD_APART: &str = concat!(
    r#"<w:p><w:pPr><w:pStyle w:val="ContentsField" /></w:pPr>"#,
    r#"<w:r><w:fldChar w:fldCharType="begin" w:dirty="true" /></w:r>"#,
    r#"<w:r><w:instrText xml:space="preserve"> TOC \o &quot;1-2&quot; \h \z \u </w:instrText></w:r>"#,
    r#"<w:r><w:fldChar w:fldCharType="separate" /></w:r></w:p>"#
);

/// Completes the parts.
pub(super) fn complete(
    mut parts: XMLDocx,
    report: &Report,
    pictures: &[String],
) -> Result<XMLDocx, DocxError> {
    let document = String::from_utf8(parts.document).map_err(|e| DocxError::Package(e.to_string()))?;
    let document = document.replace(HEADER_ROW, "<w:cantSplit /><w:tblHeader />");
    let document = document.replace(TAB_BEYOND, TAB_AT_MARGIN);
    let document = contents_field_apart(document);
    parts.document = describe_pictures(&document, pictures)?.into_bytes();
    parts.doc_props.core = core_properties(report).into_bytes();
    Ok(parts)
}

/// Moves the field of the table of contents into a paragraph before its first entry.
fn contents_field_apart(document: String) -> String {
    let Some((before, entries)) = document.split_once(CONTENTS_BEGIN) else {
        return document;
    };
    let entries = entries.replacen(CONTENTS_FIELD, "", 1);
    format!("{before}{CONTENTS_BEGIN}{CONTENTS_FIELD_APART}{entries}")
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
