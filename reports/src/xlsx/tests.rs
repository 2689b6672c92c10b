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
        "摘要 应答率 得分 指标 需要与得到 回答分布 得分构成 等次把握 两两比较 分不出先后的组 提分空间 权重变动 与上一轮比较 第三方评分 评分一致性 意见主题 权数 方法 改革承诺 行政数据"
    );
    assert_eq!(
        names(Lang::En),
        "Summary Response rates Scores Indicators Ladder Distributions Parts of scores Grade chances Pairs Groups not told apart What would change most Weights varied Change Third-party marks Agreement Themes Weights Method Commitments Administrative series"
    );
}

/// The cells of a sheet below its header, as many rows as `rows`.
fn body(report: &Report, sheet: &str, rows: usize) -> Vec<Vec<Data>> {
    let range = workbook(report).worksheet_range(sheet).unwrap();
    let first = usize::try_from(HEADER_ROW).unwrap() + 1;
    range
        .rows()
        .skip(first)
        .take(rows)
        .map(<[Data]>::to_vec)
        .collect()
}

fn figure(value: Option<f64>) -> Data {
    value.map_or(Data::String("—".to_owned()), Data::Float)
}

#[test]
fn evaluation_sheets_hold_the_results_at_full_precision() {
    let (detail, plan) = (sample::detail(), sample::plan());
    let report = annual(&detail, &plan, &Scope::County, Lang::En).unwrap();
    let release = crate::build::protected(&detail, &plan);
    let found = release.results.evaluation.as_ref().unwrap();

    let grades = body(&report, "Grade chances", found.grades.len());
    assert_eq!(grades.len(), found.grades.len());
    for row in &grades {
        let Data::String(unit) = &row[1] else {
            panic!("{row:?}")
        };
        let of = found.grade(unit).unwrap();
        assert_eq!(row[3..5], [of.certainty, of.moved_by_noise].map(Data::Float));
        let chances: Vec<Data> = of.chances.iter().map(|one| Data::Float(one.chance)).collect();
        assert_eq!(row[5..], chances);
    }

    let pairs = body(&report, "Pairs", found.pairs.len());
    assert_eq!(pairs.len(), found.pairs.len());
    for (row, pair) in pairs.iter().zip(&found.pairs) {
        assert_eq!(
            row[2..5],
            [pair.difference, pair.se, pair.probability].map(Data::Float)
        );
    }

    let change = found.change.as_ref().unwrap();
    let rows = body(&report, "Change", change.rows.len());
    assert_eq!(rows.len(), change.rows.len());
    let mut shown = 0;
    for (row, of) in rows.iter().zip(&change.rows) {
        assert_eq!(
            (row[1].to_string(), row[2].to_string()),
            (of.unit.clone(), of.code.clone())
        );
        let withheld = row[5] == Data::String("withheld".to_owned());
        if !withheld {
            shown += usize::from(of.change.is_some());
            let figures = [
                of.before,
                of.now,
                of.change,
                of.se,
                of.lower,
                of.upper,
                of.p_value,
                of.p_adjusted,
            ];
            assert_eq!(row[4..12], figures.map(figure), "{} {}", of.unit, of.code);
        }
    }
    assert!(shown > 0);

    let criteria = &release.criteria;
    let marks = body(&report, "Third-party marks", criteria.len());
    assert!(!criteria.is_empty() && marks.len() == criteria.len());
    for (row, of) in marks.iter().zip(criteria) {
        assert_eq!(
            row[1..3],
            [&of.unit, &of.criterion].map(|text| Data::String(text.clone()))
        );
        assert_eq!(
            row[5..8],
            [Data::Float(of.mean), Data::Float(of.value), figure(of.se)]
        );
        assert_eq!(row[8], Data::Float(of.scorers as f64));
    }
}

#[test]
fn a_unit_s_workbook_compares_no_other_units() {
    let (detail, plan) = (sample::detail(), sample::plan());
    let own = plan.scored_units()[0].code.clone();
    let report = annual(&detail, &plan, &Scope::Unit(own.clone()), Lang::En).unwrap();
    let others: Vec<String> = plan
        .scored_units()
        .iter()
        .skip(1)
        .map(|unit| unit.code.clone())
        .collect();
    for sheet in &report.sheets {
        let cells = sheet.table.rows.iter().flat_map(|row| &row.cells);
        for cell in cells {
            assert!(
                !matches!(cell, Value::Text(text) if others.contains(text)),
                "{}: {cell:?}",
                sheet.name
            );
        }
        assert!(!["Pairs", "Groups not told apart", "Weights varied"].contains(&sheet.name.as_str()));
    }
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
