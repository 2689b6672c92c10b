//! Differences between ways of answering against R's survey package, to eight digits, standard errors included.
//!
//! `against_r/ways.R` makes the people (`persons.csv`) and the figures (`figures.json`): 420 persons of unequal weights
//! in five drawn villages and one taken for certain, one drawn village alone in its stratum, answers left out, answers
//! of "don't know", and kinds of people too few to be compared by themselves. R fits the full regression with a
//! constant for every cell (`svyglm`; for the pooled rate the linearised coefficients of Binder 1983 under
//! `svytotal`) and merges the small cells by its own reading of the rule.

use analysis::results::{AnsweringResults, WayBy};
use analysis::round::GroupCases;
use serde_json::Value;

use super::support::*;

const PERSONS: &str = include_str!("against_r/persons.csv");
const FIGURES: &str = include_str!("against_r/figures.json");
/// Relative.
const TOLERANCE: f64 = 1e-8;

fn persons() -> Vec<Case> {
    let mut lines = PERSONS.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), header.len(), "{line}");
            let of = |name: &str| cells[header.iter().position(|known| *known == name).expect("a column")];
            let weight = of("base_weight").parse().expect("a weight");
            let case = Case::new(of("case_id"), of("unit")).weight(weight);
            let case = if of("certainty") == "true" {
                case.certain()
            } else {
                case
            };
            let answers = header.iter().zip(&cells).filter(|(name, _)| {
                !["case_id", "unit", "township", "certainty", "base_weight"].contains(name)
            });
            answers.fold(case, |case, (name, cell)| case.set(name, cell))
        })
        .collect()
}

/// The margins that R calibrates to.
fn margins(figures: &Value) -> Vec<analysis::round::MarginTotals> {
    let margin = |column: &str| {
        let cells = figures["margins"][column].as_object().expect("a margin");
        let cells: Vec<(&str, f64)> = cells
            .iter()
            .map(|(cell, total)| (cell.as_str(), total.as_f64().expect("a total")))
            .collect();
        totals(column, &cells)
    };
    vec![margin("township"), margin("sex")]
}

fn found(totals: Vec<analysis::round::MarginTotals>) -> AnsweringResults {
    let cases = GroupCases {
        totals,
        ..group("resident", &persons())
    };
    run(&plan(), vec![cases]).results.answering.expect("computed")
}

fn by(word: &Value) -> WayBy {
    serde_json::from_value(word.clone()).expect("what is told apart")
}

#[track_caller]
fn agrees(what: &str, ours: Option<f64>, theirs: &Value) {
    let theirs = theirs.as_f64().expect("a figure of R's");
    let ours = ours.unwrap_or_else(|| panic!("{what}: nothing, R has {theirs}"));
    // A difference near 0 has fewer digits than what it is the difference of.
    assert!(
        (ours - theirs).abs() <= TOLERANCE * theirs.abs().max(1e-3),
        "{what}: {ours} is not {theirs}"
    );
}

/// Checks every figure and says how many there were.
fn check(found: &AnsweringResults, expected: &Value) -> usize {
    let mut checked = 0;
    for row in expected["differences"].as_array().expect("differences") {
        let is = |name: &str| row[name].as_str().expect("a word");
        let adjusted = row["adjusted"] == true;
        let mut ours = found.differences.iter().filter(|ours| {
            (ours.by, ours.adjusted) == (by(&row["by"]), adjusted)
                && (ours.level.as_str(), ours.reference.as_str()) == (is("level"), is("reference"))
                && ours.code == is("measure")
        });
        let ours = ours.next().unwrap_or_else(|| panic!("no difference for {row}"));
        let what = format!("{} {} adjusted={adjusted}", is("measure"), is("level"));
        agrees(&format!("{what} estimate"), ours.estimate, &row["estimate"]);
        agrees(&format!("{what} se"), ours.se, &row["se"]);
        agrees(&format!("{what} df"), ours.df, &row["df"]);
        agrees(&format!("{what} lower"), ours.lower, &row["lower"]);
        agrees(&format!("{what} upper"), ours.upper, &row["upper"]);
        agrees(&format!("{what} p"), ours.p_value, &row["p_value"]);
        assert_eq!(Some(ours.n), row["n"].as_u64(), "{what}");
        assert_eq!(Some(ours.n_reference), row["n_reference"].as_u64(), "{what}");
        if adjusted {
            agrees(&format!("{what} overlap"), ours.overlap, &row["overlap"]);
        }
        checked += 8 + usize::from(adjusted);
    }
    for row in expected["estimates"].as_array().expect("estimates") {
        let is = |name: &str| row[name].as_str().expect("a word");
        let mut ours = found.estimates.iter().filter(|ours| {
            (ours.by, ours.level.as_str(), ours.code.as_str()) == (by(&row["by"]), is("level"), is("measure"))
        });
        let ours = ours.next().unwrap_or_else(|| panic!("no estimate for {row}"));
        agrees(&format!("{row} estimate"), ours.estimate, &row["estimate"]);
        agrees(&format!("{row} se"), ours.se, &row["se"]);
        assert_eq!(Some(ours.n), row["n"].as_u64(), "{row}");
        checked += 3;
    }
    checked
}

#[test]
fn differences_between_ways_and_their_errors_are_those_of_r() {
    let figures: Value = serde_json::from_str(FIGURES).expect("figures");
    let found = found(Vec::new());
    // 22 differences, half of them adjusted, and 17 estimates: none may fall out.
    assert_eq!(check(&found, &figures["plain"]), 22 * 8 + 11 + 17 * 3);
}

#[test]
fn differences_after_raking_take_the_residuals_of_the_margins_as_r_does() {
    let figures: Value = serde_json::from_str(FIGURES).expect("figures");
    let found = found(margins(&figures));
    assert_eq!(check(&found, &figures["raked"]), 22 * 8 + 11 + 17 * 3);
    let se = |set: &str| figures[set]["differences"][0]["se"].as_f64().expect("a figure");
    assert!(
        (se("raked") / se("plain") - 1.0).abs() > 1e-3,
        "raking must matter"
    );
}
