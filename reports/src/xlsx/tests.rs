//! The spreadsheet read back by another program's reader.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};

use super::*;
use crate::build::{Scope, annual};
use crate::sample;

fn workbook(report: &Report) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(render(report).unwrap())).unwrap()
}

fn indicator_rows(detail: &analysis::results::RoundDetail) -> Vec<Vec<Data>> {
    let report = annual(detail, &sample::plan(), &Scope::County, Lang::En).unwrap();
    let range = workbook(&report).worksheet_range("Indicators").unwrap();
    let first = usize::try_from(HEADER_ROW).unwrap() + 1;
    range
        .rows()
        .skip(first)
        .take(detail.results.indicators.len())
        .map(<[Data]>::to_vec)
        .collect()
}

#[test]
fn indicators_sheet_holds_the_results_as_numbers_at_full_precision() {
    let mut detail = sample::detail();
    for row in &mut detail.results.indicators {
        (row.n, row.flag) = (row.n.max(40), None);
    }
    let rows = indicator_rows(&detail);
    assert_eq!(rows.len(), detail.results.indicators.len());
    for (row, expected) in rows.iter().zip(&detail.results.indicators) {
        assert_eq!(row[0], Data::String(expected.code.clone()));
        assert_eq!(row[3], Data::String(expected.unit.clone()));
        let figures = [expected.estimate, expected.se, expected.lower, expected.upper];
        assert_eq!(row[7..11], figures.map(|figure| Data::Float(figure.unwrap())));
        assert_eq!(row[11], Data::Float(expected.n as f64));
    }
}

#[test]
fn withheld_indicators_are_words_in_every_column() {
    let detail = sample::detail();
    let rows = indicator_rows(&detail);
    let withheld = Data::String("withheld".to_owned());
    let small: Vec<_> = rows
        .iter()
        .zip(&detail.results.indicators)
        .filter(|(_, expected)| expected.flag == Some(analysis::results::Flag::Suppressed))
        .collect();
    assert!(!small.is_empty());
    assert!(
        small
            .iter()
            .all(|(row, _)| row[7..12].iter().all(|cell| *cell == withheld))
    );
}

#[test]
fn scores_sheet_is_sorted_and_holds_every_unit() {
    let (detail, plan) = (sample::detail(), sample::plan());
    let report = annual(&detail, &plan, &Scope::County, Lang::Zh).unwrap();
    let range = workbook(&report).worksheet_range("得分").unwrap();
    let rows = plan.scored_units().len();
    let scores: Vec<f64> = range
        .rows()
        .skip(3)
        .take(rows)
        .map(|row| match row[2] {
            Data::Float(v) => v,
            ref other => panic!("{other:?}"),
        })
        .collect();
    assert!(scores.is_sorted_by(|a, b| a >= b));
    let best = detail
        .results
        .scores
        .iter()
        .filter(|s| s.rank == Some(1))
        .find_map(|s| s.score)
        .unwrap();
    assert_eq!(scores[0], best);
}

#[test]
fn sheets_are_named_in_the_language_of_the_report() {
    let (detail, plan) = (sample::detail(), sample::plan());
    let names = |lang| {
        workbook(&annual(&detail, &plan, &Scope::County, lang).unwrap())
            .sheet_names()
            .join(" ")
    };
    assert_eq!(
        names(Lang::Zh),
        "摘要 应答率 得分 指标 需要与得到 回答分布 得分构成 意见主题 权数 方法 改革承诺 行政数据"
    );
    assert_eq!(
        names(Lang::En),
        "Summary Response rates Scores Indicators Ladder Distributions Parts of scores Themes Weights Method Commitments Administrative series"
    );
}

#[test]
fn text_that_looks_like_a_formula_stays_text() {
    let mut report = sample::small_report(Lang::En);
    let evil = "=HYPERLINK(\"http://evil.example\")";
    report.sheets[0].table.rows[0].cells[0] = Value::text(evil);
    let mut book = workbook(&report);
    let range = book.worksheet_range(&report.sheets[0].name).unwrap();
    assert_eq!(range.rows().nth(3).unwrap()[0], Data::String(evil.to_owned()));
    let formulas = book.worksheet_formula(&report.sheets[0].name).unwrap();
    assert!(formulas.rows().flatten().all(String::is_empty));
}
