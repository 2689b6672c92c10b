//! The Word document's parts, as they are packed.

use super::*;
use crate::model::{Block, Lang};
use crate::sample;

fn document(report: &Report) -> String {
    String::from_utf8(parts(report).unwrap().document).unwrap()
}

#[test]
fn document_holds_headings_figures_and_cells() {
    let report = sample::small_report(Lang::Zh);
    let text = document(&report);
    for word in ["一、摘要", "62.4%", "隐匿", "青石镇", "71.3"] {
        assert!(text.contains(word), "{word} is missing");
    }
    assert!(text.contains(r#"w:val="Heading1""#));
}

#[test]
fn pictures_have_their_words_and_header_rows_repeat() {
    let report = sample::small_report(Lang::Zh);
    let Block::Figure(figure) = report.sections[0]
        .blocks
        .iter()
        .find(|b| matches!(b, Block::Figure(_)))
        .unwrap()
    else {
        panic!("a figure")
    };
    let text = document(&report);
    let alt = figure.chart.alt_text(Lang::Zh);
    assert!(text.contains(&format!("descr=\"{alt}\"")), "{alt}");
    assert_eq!(text.matches("<w:tblHeader />").count(), 1);
}

#[test]
fn properties_hold_title_and_language_escaped() {
    let mut report = sample::small_report(Lang::En);
    report.title = "Care & <control>".to_owned();
    let core = String::from_utf8(parts(&report).unwrap().doc_props.core).unwrap();
    assert!(core.contains("Care &amp; &lt;control&gt;") && core.contains("<dc:language>en</dc:language>"));
}

#[test]
fn png_size_reads_the_header_only() {
    assert_eq!(package::png_size(b"not a picture"), None);
    let picture = sample::small_report(Lang::En)
        .key_chart
        .png(Lang::En, 900)
        .unwrap();
    assert_eq!(package::png_size(&picture).map(|(width, _)| width), Some(900));
}

#[test]
fn contents_are_a_field_in_a_paragraph_of_its_own_with_page_numbers_at_the_margin() {
    let text = document(&sample::small_report(Lang::Zh));
    assert!(text.contains(r#"<w:r><w:instrText xml:space="preserve"> TOC \o "#));
    assert_eq!(text.matches(r#"w:dirty="true""#).count(), 1);
    assert!(text.contains(r#"w:pos="8840""#) && !text.contains(r#"w:pos="80000""#));
}
