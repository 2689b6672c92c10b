use std::collections::BTreeSet;

use super::*;
use crate::build::{Scope, annual};
use crate::model::Block;
use crate::sample;

#[test]
fn small_report_as_a_page() {
    let page = render(&sample::small_report(Lang::Zh)).unwrap();
    // The style sheet and the drawings are looked at elsewhere.
    let page = without(&without(&page, "<style>", "</style>"), "<svg", "</svg>");
    insta::assert_snapshot!(page.replace("><", ">\n<"));
}

#[test]
fn page_needs_nothing_else_and_runs_nothing() {
    let page = render(&sample::small_report(Lang::En)).unwrap();
    for banned in [
        "<script",
        "<link",
        "@import",
        "src=\"http",
        "url(http",
        "javascript:",
    ] {
        assert!(!page.contains(banned), "{banned}");
    }
    assert!(page.contains("lang=\"en\""));
    assert_eq!(page.matches("<main").count(), 1);
}

#[test]
fn every_number_on_the_page_is_in_the_model() {
    let (detail, plan) = (sample::detail(), sample::plan());
    let report = annual(&detail, &plan, &Scope::County, Lang::Zh).unwrap();
    let page = render(&report).unwrap();
    let page = without(&without(&page, "<style>", "</style>"), "<svg", "</svg>");
    let known = numbers(&said(&report));
    let shown = numbers(&words_only(&page));
    let strangers: Vec<_> = shown.difference(&known).collect();
    assert!(strangers.is_empty(), "{strangers:?}");
    assert!(
        shown.len() > 500,
        "the report is full of figures: {}",
        shown.len()
    );
}

#[test]
fn text_is_escaped() {
    let mut report = sample::small_report(Lang::Zh);
    report.sections[0].paragraph("<img src=x onerror=alert(1)>");
    assert!(!render(&report).unwrap().contains("<img"));
}

/// Everything the model says, charts' tables included.
fn said(report: &Report) -> String {
    fn section(report: &Report, part: &Section, out: &mut Vec<String>) {
        out.push(part.heading(report.lang));
        for block in &part.blocks {
            match block {
                Block::Figure(figure) => {
                    let table = figure.chart.table(report.lang);
                    let heading = figure.chart.heading();
                    out.extend([
                        figure.number.clone(),
                        heading.title.clone(),
                        heading.subtitle.clone(),
                        heading.foot.clone(),
                    ]);
                    out.extend(table.header);
                    out.extend(table.rows.into_iter().flatten());
                }
                Block::Table(table) => {
                    out.extend([table.number.clone(), table.caption.clone()]);
                    out.extend(table.columns.iter().map(|column| column.title.clone()));
                    out.extend(
                        table
                            .rows
                            .iter()
                            .flat_map(|row| row.cells.iter().map(|cell| cell.show(report.lang))),
                    );
                    out.extend(table.base.iter().chain(&table.notes).chain(&table.unit).cloned());
                }
                Block::Paragraph(text) | Block::Finding(text) | Block::Note { text, .. } => {
                    out.push(text.clone())
                }
                Block::List { items, .. } => out.extend(items.iter().cloned()),
                Block::Headlines => {}
            }
        }
        part.sections.iter().for_each(|below| section(report, below, out));
    }
    let mut out = vec![report.title.clone(), report.subtitle.clone(), "95%".to_owned()];
    out.extend(report.facts.iter().map(|fact| fact.value.clone()));
    for h in &report.headlines {
        out.extend([
            h.value.show(report.lang),
            h.interval.show(report.lang),
            h.change.clone(),
            h.meaning.clone(),
        ]);
    }
    report
        .sections
        .iter()
        .for_each(|part| section(report, part, &mut out));
    out.join(" \n ")
}

fn numbers(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_digit() && c != '.' && c != ',')
        .map(|token| token.trim_matches(['.', ',']).to_owned())
        .filter(|token| token.chars().any(|c| c.is_ascii_digit()))
        .collect()
}

fn words_only(page: &str) -> String {
    without(page, "<", ">")
}

/// The text without the pieces that begin with `open` and end with `close`.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open) {
        out.push_str(before);
        out.push(' ');
        rest = after.split_once(close).map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}
