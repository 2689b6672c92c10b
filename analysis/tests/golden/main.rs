//! The golden figures: what R's survey package computed, reproduced through the JSON of
//! `minyi estimate` and, for covariances, through the library.
//!
//! The expected figures and the calls come from `tests/fixtures/golden`; nothing expected is
//! written here but how many cases and figures must be met, so that a case cannot
//! silently fall out.

#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be read should stop its test"
)]

mod agreement;
mod ask;
mod calibration;
mod check;
mod chi_square;
mod contrast;
mod data;
mod proportion;
mod quantile;
mod r_call;
mod replicates;
mod translate;

use std::collections::BTreeMap;

use check::Tally;
use data::{Design, fixtures};
use r_call::R;
use serde_json::Value;

/// Checks one file; returns what was checked and the ids of the cases not covered.
fn check_file(name: &str) -> Tally {
    let text = std::fs::read_to_string(fixtures().join(name)).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    let mut designs = BTreeMap::new();
    for entry in file["designs"].as_array().unwrap() {
        let call = R::parse(entry["call"].as_str().unwrap());
        // "name <- call"
        let call = call
            .as_ref()
            .and_then(|assignment| assignment.positional().get(1).copied().cloned());
        if let Some(design) = call.and_then(|call| Design::define(&call, &designs)) {
            designs.insert(entry["name"].as_str().unwrap().to_owned(), design);
        }
    }
    let mut tally = Tally::new(name);
    for case in file["cases"].as_array().unwrap() {
        // A figure kept to explain a difference is no target.
        if case["informative"] == true {
            continue;
        }
        translate::check_case(case, &designs, &mut tally);
    }
    tally
}

/// Every case of a file is met in every stored figure, and these are exactly so many.
macro_rules! golden {
    ($($test:ident: $file:literal, $cases:literal cases, $figures:literal figures;)*) => {$(
        #[test]
        fn $test() {
            let tally = check_file($file);
            println!("{tally}");
            assert!(tally.failures.is_empty(), "{tally}");
            assert_eq!((tally.cases, tally.figures), ($cases, $figures), "{tally}");
            assert!(tally.uncovered.is_empty() && tally.incomplete.is_empty(), "{tally}");
        }
    )*};
}

golden! {
    srs_matches_r: "srs.json", 39 cases, 608 figures;
    stratified_matches_r: "stratified.json", 55 cases, 666 figures;
    one_stage_clusters_match_r: "cluster1.json", 28 cases, 286 figures;
    two_stage_clusters_match_r: "cluster2.json", 10 cases, 94 figures;
    nested_and_lonely_psus_match_r: "nhanes_lonely.json", 15 cases, 136 figures;
    calibrated_weights_match_r: "calibration.json", 36 cases, 334 figures;
    replicates_match_r: "replicates.json", 33 cases, 211 figures;
    further_variables_match_r: "api_more.json", 50 cases, 418 figures;
}
