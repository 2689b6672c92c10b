//! The documents of the demo, read back by other programs: the figures in them are those of the results file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use calamine::{Data, Reader, open_workbook_auto};
use minyi_tests::command::{minyi, run};
use minyi_tests::demo::{self, json_file};
use serde_json::Value;

fn reports(extension: &str) -> Vec<PathBuf> {
    files(&demo::shared().join("reports"), extension)
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder")
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

/// The words of a Word document, one space between the runs.
fn text_of_docx(path: &Path) -> String {
    let said = run(Command::new("unzip").arg("-p").arg(path).arg("word/document.xml"));
    assert_eq!(said.code, 0, "{said:?}");
    words_only(&said.stdout)
}

/// Text without what stands in angle brackets.
fn words_only(markup: &str) -> String {
    let mut out = String::new();
    // The field codes of a Word document are no text.
    for piece in markup
        .split('<')
        .filter(|piece| !piece.starts_with("w:instrText"))
    {
        out.push(' ');
        out.push_str(piece.split_once('>').map_or(piece, |(_, text)| text));
    }
    out
}

/// Runs of digits with their points and commas.
fn numbers(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_digit() && c != '.' && c != ',')
        .map(|token| token.trim_matches(['.', ',']).to_owned())
        .filter(|token| token.chars().any(|c| c.is_ascii_digit()))
        .collect()
}

/// The rows of a sheet as cells, from the row below its headers on.
fn rows_of(path: &Path, sheet: &str) -> Vec<Vec<Data>> {
    let mut workbook = open_workbook_auto(path).expect("a reader opens it");
    let range = workbook.worksheet_range(sheet).expect("the sheet");
    range.rows().skip(3).map(<[Data]>::to_vec).collect()
}

fn is_number(cell: &Data, wanted: &Value) -> bool {
    match (cell, wanted.as_f64()) {
        (Data::Float(found), Some(wanted)) => (found - wanted).abs() < 1e-9,
        (Data::Int(found), Some(wanted)) => (*found as f64 - wanted).abs() < 1e-9,
        // No number: a dash.
        (Data::String(shown), None) => shown == "—",
        _ => false,
    }
}

fn is_withheld(cell: &Data) -> bool {
    matches!(cell, Data::String(words) if words == "隐匿")
}

/// A rate as reports print it, halves away from zero.
fn percent(rate: f64) -> String {
    format!("{:.1}%", (rate * 1000.0).round() / 10.0)
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

#[test]
fn every_estimate_of_the_workbook_is_that_of_the_results_file_or_withheld() {
    let results = json_file(&demo::shared().join("results.json"));
    let estimates = results["indicators"].as_array().expect("indicators");
    let rows = rows_of(&county_report("xlsx"), "指标");
    let of_table: Vec<&Vec<Data>> = rows.iter().take(estimates.len()).collect();
    assert_eq!(of_table.len(), estimates.len(), "a row for each estimate");
    let mut withheld = 0;
    // The workbook keeps the order of the results file.
    for (row, wanted) in of_table.into_iter().zip(estimates) {
        assert_eq!(row[0].to_string(), wanted["code"].as_str().expect("a code"));
        assert_eq!(row[3].to_string(), wanted["unit"].as_str().expect("a unit"));
        if is_withheld(&row[7]) {
            withheld += 1;
            assert!(row[8..=11].iter().all(is_withheld), "{row:?}");
            continue;
        }
        for (cell, key) in row[7..=10].iter().zip(["estimate", "se", "lower", "upper"]) {
            assert!(is_number(cell, &wanted[key]), "{key} of {wanted} is {cell:?}");
        }
        let few = wanted["n"].as_u64().is_some_and(|n| (1..10).contains(&n));
        let persons = !matches!(wanted["group"].as_str(), Some("third_party" | "admin"));
        assert!(!(few && persons), "{wanted} is of few persons and shown");
    }
    assert!(
        withheld < estimates.len() / 2,
        "{withheld} of {}",
        estimates.len()
    );
    let found = rows_of(&county_report("xlsx"), "得分");
    for wanted in scores() {
        let row = found
            .iter()
            .find(|row| row[1] == wanted["unit"].as_str().unwrap_or_default());
        let row = row.expect("the unit's score");
        let keys = [
            "score",
            "se",
            "lower",
            "upper",
            "rank",
            "rank_lower",
            "rank_upper",
        ];
        for (cell, key) in row[2..=8].iter().zip(keys) {
            assert!(is_number(cell, &wanted[key]), "{key} of {wanted} is {cell:?}");
        }
    }
}

#[test]
fn pdf_and_word_hold_the_county_s_estimates_and_no_number_that_the_page_does_not() {
    let results = json_file(&demo::shared().join("results.json"));
    let html = std::fs::read_to_string(county_report("html")).expect("the report");
    let style_and_page = html.split_once("</style>").expect("its style").1;
    let on_page = numbers(&words_only(style_and_page));
    let (pdf, word) = (
        text_of_pdf(&county_report("pdf")),
        text_of_docx(&county_report("docx")),
    );
    let county = results["scores"][0]["unit"].as_str().expect("the county");
    let mut of_county = rows_of(&county_report("xlsx"), "指标")
        .into_iter()
        .filter(|row| row[3] == county);
    assert!(
        of_county.all(|row| !is_withheld(&row[7])),
        "nothing of the whole county is small"
    );
    let rates = results["indicators"]
        .as_array()
        .expect("indicators")
        .iter()
        .filter(|row| {
            let rate = [
                "participation",
                "coverage",
                "effectiveness",
                "benefit",
                "top_two",
                "share",
            ];
            row["unit"] == county && rate.contains(&row["measure"].as_str().unwrap_or_default())
        });
    let mut looked_at = 0;
    for row in rates {
        let shown = percent(row["estimate"].as_f64().expect("an estimate"));
        assert!(pdf.contains(&shown), "{row}: the PDF lacks {shown}");
        assert!(word.contains(&shown), "{row}: the Word document lacks {shown}");
        looked_at += 1;
    }
    assert!(looked_at > 40, "{looked_at}");
    let strangers: Vec<String> = numbers(&word).difference(&on_page).cloned().collect();
    assert!(strangers.is_empty(), "only in the Word document: {strangers:?}");
    // The PDF breaks the fingerprint over lines and numbers its pages.
    let pages = 1..=pdf.matches('\u{c}').count();
    let page_numbers: BTreeSet<String> = pages.map(|page| page.to_string()).collect();
    let strangers: Vec<String> = numbers(&pdf)
        .difference(&on_page)
        .filter(|number| !page_numbers.contains(*number) && number.contains(['.', ',']))
        .cloned()
        .collect();
    assert!(strangers.is_empty(), "only in the PDF: {strangers:?}");
}

#[test]
fn briefs_are_one_tagged_page_of_figures_that_the_report_has() {
    let folder = demo::shared().join("reports/briefs");
    let pdfs = files(&folder, "pdf");
    assert_eq!(pdfs.len(), 2, "the county's and a township's: {pdfs:?}");
    for path in pdfs {
        let info = run(Command::new("pdfinfo").arg(&path)).stdout;
        let field = |name: &str| {
            let line = info.lines().find(|line| line.starts_with(name)).expect("a field");
            line[name.len()..].trim().to_owned()
        };
        assert_eq!(field("Pages:"), "1", "{}", path.display());
        assert_eq!(field("Tagged:"), "yes");
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let report = demo::shared().join("reports").join(name.replace("-brief", ""));
        let mut known = numbers(&text_of_pdf(&report));
        // The report gives the score and the county's; the brief their difference too.
        let all = scores();
        known.extend(all.iter().filter_map(|row| {
            let difference = row["score"].as_f64()? - all[0]["score"].as_f64()?;
            Some(format!("{:.1}", difference.abs()))
        }));
        let strangers: Vec<String> = numbers(&text_of_pdf(&path))
            .difference(&known)
            .filter(|number| number.contains('.'))
            .cloned()
            .collect();
        assert!(strangers.is_empty(), "{name} alone has {strangers:?}");
    }
    let task = serde_json::json!({ "paths": files(&folder, "html") });
    minyi_tests::browser::run("report.mjs", &task);
}

#[test]
fn briefs_of_every_unit_are_written_in_one_go_and_only_in_formats_to_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let copy = demo::copy();
    let demo = demo::DemoFile::read(copy.path());
    let report = |more: &[&str]| {
        let mut command = minyi(["report", demo.round.as_str(), "--brief", "--out"]);
        let command = command
            .arg(folder.path())
            .args(more)
            .env("MINYI_DATA", copy.path());
        run(command)
    };
    let refused = report(&["--format", "docx"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(
        refused.stderr.contains("html or pdf, not as docx"),
        "{}",
        refused.stderr
    );
    let said = report(&["--every-unit", "--format", "html"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(
        files(folder.path(), "html").len(),
        scores().len(),
        "the county's and one for each unit"
    );
    // A province is so many rounds: those that were computed are reported on, and the others named.
    let all = folder.path().join("all");
    let mut command = minyi(["report", "--every-round", "--brief", "--format", "html", "--out"]);
    let said = run(command.arg(&all).env("MINYI_DATA", copy.path()));
    assert_eq!(said.code, 0, "{said:?}");
    assert!(
        said.stderr.contains("not computed yet, left out"),
        "{}",
        said.stderr
    );
    let written = files(&all, "html");
    assert!(
        written.len() == 1 && written[0].to_string_lossy().contains(&demo.round),
        "{written:?}"
    );
}
