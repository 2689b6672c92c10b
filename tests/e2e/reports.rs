//! The documents of the demo, read back by other programs: the figures in them are those of the results file.

use std::path::{Path, PathBuf};
use std::process::Command;

use calamine::{Data, Reader, open_workbook_auto};
use minyi_tests::command::run;
use minyi_tests::demo::{self, json_file};
use serde_json::Value;

fn reports(extension: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(demo::shared().join("reports"))
        .expect("reports/")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|x| x == extension))
        .collect();
    found.sort();
    found
}

/// The county's report: the larger of the two.
fn county_report(extension: &str) -> PathBuf {
    let size = |path: &PathBuf| std::fs::metadata(path).expect("its size").len();
    reports(extension).into_iter().max_by_key(size).expect("a report")
}

fn text_of_pdf(path: &Path) -> String {
    let said = run(Command::new("pdftotext").arg("-layout").arg(path).arg("-"));
    assert_eq!(said.code, 0, "{said:?}");
    said.stdout
}

fn scores() -> Vec<Value> {
    json_file(&demo::shared().join("results.json"))["scores"]
        .as_array()
        .expect("scores")
        .clone()
}

#[test]
fn the_pdf_holds_every_score_of_the_results_file_and_no_missing_glyph() {
    let text = text_of_pdf(&county_report("pdf"));
    let scores = scores();
    assert!(scores.len() >= 20);
    for row in &scores {
        let shown = format!("{:.1}", row["score"].as_f64().expect("a score"));
        assert!(
            text.contains(&shown),
            "{} has {shown}, which the PDF does not show",
            row["unit"]
        );
    }
    for bad in ['\u{fffd}', '\u{25a1}', '\u{0}'] {
        assert!(!text.contains(bad), "the PDF holds {bad:?}");
    }
}

#[test]
fn every_pdf_is_tagged_titled_and_has_its_fonts_embedded() {
    for path in reports("pdf") {
        let info = run(Command::new("pdfinfo").arg(&path)).stdout;
        let tagged = info
            .lines()
            .find(|line| line.starts_with("Tagged:"))
            .expect("Tagged:");
        assert!(tagged.ends_with("yes"), "{}: {tagged}", path.display());
        assert!(
            info.lines()
                .any(|line| line.starts_with("Title:") && line.len() > 20),
            "{info}"
        );
        let fonts = run(Command::new("pdffonts").arg(&path)).stdout;
        let rows: Vec<&str> = fonts.lines().skip(2).collect();
        assert!(!rows.is_empty());
        for row in rows {
            // Columns from the right: object id (2), uni, sub, emb.
            let embedded = row.split_whitespace().rev().nth(4).expect("the column emb");
            assert_eq!(embedded, "yes", "{}: {row}", path.display());
        }
    }
}

#[test]
fn the_workbook_holds_the_scores_as_numbers() {
    let mut workbook = open_workbook_auto(county_report("xlsx")).expect("a reader opens it");
    let mut numbers = Vec::new();
    for name in workbook.sheet_names() {
        let range = workbook.worksheet_range(&name).expect("a sheet");
        numbers.extend(range.cells().filter_map(|(_, _, cell)| match cell {
            Data::Float(value) => Some(*value),
            _ => None,
        }));
    }
    for row in scores() {
        let score = row["score"].as_f64().expect("a score");
        assert!(
            numbers.iter().any(|number| (number - score).abs() < 0.051),
            "{} is not a number in it",
            score
        );
    }
}

#[test]
fn the_html_report_is_one_file_that_asks_for_nothing() {
    let html = std::fs::read_to_string(county_report("html")).expect("the report");
    assert!(html.contains("<svg"));
    for outside in ["<script", "src=\"http", "href=\"http", "@import", "url(http"] {
        assert!(!html.contains(outside), "it holds {outside}");
    }
    let task = serde_json::json!({ "paths": reports("html") });
    minyi_tests::browser::run("report.mjs", &task);
}
