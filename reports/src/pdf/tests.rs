//! The PDF read back from the typesetter's own pages, before it is written.

use typst::layout::{Frame, FrameItem};

use super::*;
use crate::build::{Release, Scope, annual};
use crate::model::Lang;
use crate::sample;

/// The text of all pages.
fn text_of(report: &Report) -> String {
    let (data, charts) = described(report).unwrap();
    let world = ReportWorld::new(REPORT, serde_json::to_vec(&data).unwrap(), charts).unwrap();
    let document = typeset(typst_pdf::pdf, &world).unwrap();
    let mut text = String::new();
    for page in document.pages() {
        collect(&page.frame, &mut text);
        text.push('\n');
    }
    text
}

fn collect(frame: &Frame, text: &mut String) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => collect(&group.frame, text),
            FrameItem::Text(run) => text.push_str(&run.text),
            _ => {}
        }
    }
}

#[test]
fn pdf_holds_every_headline_and_table_cell() {
    let report = sample::small_report(Lang::Zh);
    let text = text_of(&report);
    for word in [
        "残疾人工作社会测评年度报告",
        "一、摘要",
        "62.4%",
        "59.1%～65.7%",
        "表 1",
        "隐匿",
        "青石镇",
        "71.3",
    ] {
        assert!(text.contains(word), "{word} is missing in\n{text}");
    }
}

#[test]
fn pdf_reads_markup_in_names_as_text() {
    let mut report = sample::small_report(Lang::En);
    let evil = "#panic(1) $x$ *bold* @ref <a> \\ `code` // no comment";
    report.sections[0].paragraph(evil);
    let text = text_of(&report);
    assert!(text.contains(evil), "{text}");
}

#[test]
fn missing_glyph_is_refused_by_name_and_place() {
    let mut report = sample::small_report(Lang::Zh);
    report.sections[0].paragraph("我们访问了𰻞面村的居民。");
    let refused = render(&report).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "no font has the character 𰻞 (U+30EDE), which stands in “我们访问了𰻞面村的居民。”"
    );
}

#[test]
fn pdf_is_tagged_titled_and_names_its_language() {
    let bytes = render(&sample::small_report(Lang::Zh)).unwrap();
    let has = |needle: &str| {
        bytes
            .windows(needle.len())
            .any(|window| window == needle.as_bytes())
    };
    for needle in [
        "pdfuaid:part>1<",
        "/StructTreeRoot",
        "/MarkInfo",
        "/Lang",
        "/DisplayDocTitle true",
        "/Outlines",
    ] {
        assert!(has(needle), "{needle} is missing");
    }
}

#[test]
fn same_report_gives_the_same_bytes() {
    let report = sample::small_report(Lang::En);
    assert_eq!(render(&report).unwrap(), render(&report).unwrap());
}

#[test]
fn every_brief_is_one_page_in_either_language() {
    let (detail, plan) = (sample::detail(), sample::plan());
    let release = Release::of(&detail, &plan);
    let units = plan.scored_units();
    let scopes = std::iter::once(Scope::County)
        .chain(units.iter().map(|unit| Scope::Unit(unit.code.clone())))
        .step_by(3);
    for scope in scopes {
        for lang in [Lang::Zh, Lang::En] {
            let brief = release.brief(&plan, &scope, lang).unwrap();
            assert_eq!(printed(&brief).unwrap().pages, 1, "{scope:?} {lang:?}");
        }
    }
}

#[test]
fn table_of_contents_is_one_page() {
    let (detail, plan) = (sample::detail(), sample::plan());
    for lang in [Lang::Zh, Lang::En] {
        let report = annual(&detail, &plan, &Scope::County, lang).unwrap();
        let (data, charts) = described(&report).unwrap();
        let world = ReportWorld::new(REPORT, serde_json::to_vec(&data).unwrap(), charts).unwrap();
        let document = typeset(typst_pdf::pdf, &world).unwrap();
        let mut pages = document.pages().iter().map(|page| {
            let mut text = String::new();
            collect(&page.frame, &mut text);
            text
        });
        let (_cover, contents, first) = (pages.next(), pages.next().unwrap(), pages.next().unwrap());
        let last = report.sections.last().unwrap().heading(lang);
        assert!(contents.contains(&last), "{contents}");
        // A chapter begins where the contents end, with its own heading and the page number 2.
        assert!(first.contains(&report.sections[0].heading(lang)), "{first}");
        assert!(first.contains("— 2 —"), "{first}");
    }
}
