//! The same request on a CSV file (rows in memory) and on a Parquet file (one pass).

use std::path::Path;

use polars::prelude::*;
use serde_json::json;
use tempfile::TempDir;

use super::super::fault::Faults;
use super::super::run;
use super::super::spec::Request;
use super::Answer;

/// One of the public example files, as CSV and as Parquet in five row groups.
fn files(name: &str, change: impl Fn(&mut DataFrame)) -> TempDir {
    let source =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../tests/fixtures/golden/data/{name}.csv"));
    let mut frame = CsvReadOptions::default()
        .with_infer_schema_length(None)
        .try_into_reader_with_file_path(Some(source))
        .unwrap()
        .finish()
        .unwrap();
    change(&mut frame);
    let folder = tempfile::tempdir().unwrap();
    let create = |name: &str| std::fs::File::create(folder.path().join(name)).unwrap();
    CsvWriter::new(create("data.csv")).finish(&mut frame).unwrap();
    ParquetWriter::new(create("data.parquet"))
        .with_row_group_size(Some(frame.height() / 5))
        .finish(&mut frame)
        .unwrap();
    folder
}

fn request(file: &str, design: &serde_json::Value, estimates: &serde_json::Value) -> String {
    json!({ "data": file, "design": design, "estimates": estimates }).to_string()
}

fn in_one_pass(folder: &TempDir, text: &str) -> Option<Answer> {
    let request = Request::read(&serde_json::from_str(text).unwrap(), &mut Faults::default()).unwrap();
    super::answer(&request, folder.path())
}

fn assert_both_ways_agree(folder: &TempDir, design: &serde_json::Value, estimates: &serde_json::Value) {
    let expected = run(&request("data.csv", design, estimates), folder.path()).unwrap();
    let text = request("data.parquet", design, estimates);
    let found = in_one_pass(folder, &text).expect("answered in one pass");
    assert_eq!(found, run(&text, folder.path()).unwrap());
    assert_eq!(found.estimates.len(), expected.estimates.len());
    let close = |a: f64, b: f64| (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-9 * b.abs().max(1e-9);
    for (a, b) in found.estimates.iter().zip(&expected.estimates) {
        assert_eq!(
            (a.stat, &a.of, &a.level, &a.domain),
            (b.stat, &b.of, &b.level, &b.domain)
        );
        assert_eq!((a.n, a.df), (b.n, b.df), "{a:?} {b:?}");
        let figures = |line: &super::EstimateLine| {
            let deff = line.deff.unwrap_or_default();
            [
                line.estimate,
                line.se,
                line.lower,
                line.upper,
                line.sum_weights,
                deff,
            ]
        };
        for (x, y) in figures(a).into_iter().zip(figures(b)) {
            assert!(close(x, y), "{a:?} {b:?}");
        }
    }
    let figures = |answer: &Answer| {
        let weights = answer.weights;
        [
            weights.n as f64,
            weights.sum,
            weights.min,
            weights.max,
            weights.cv,
            weights.deff_kish,
        ]
    };
    for (x, y) in figures(&found).into_iter().zip(figures(&expected)) {
        assert!(close(x, y), "{:?} {:?}", found.weights, expected.weights);
    }
}

#[test]
fn clusters_with_fpc_give_the_same_figures_from_csv_and_parquet() {
    let folder = files("apiclus1", |_| {});
    let design = json!({ "ids": ["dnum"], "weights": "pw", "fpc": ["fpc"] });
    let estimates = json!([
        { "stat": "mean", "of": ["api00", "acs.k3"], "deff": true },
        { "stat": "mean", "of": "api00", "by": ["stype", "awards"], "deff": "replace" },
        { "stat": "total", "of": "enroll", "by": ["stype"], "ci": { "method": "normal" } },
        { "stat": "total", "of": "stype" },
        { "stat": "ratio", "of": "api00", "per": "api99", "where": { "stype": ["E", "M"] } },
        { "stat": "proportion", "of": "sch.wide", "by": ["stype"], "ci": { "method": "beta" } },
        { "stat": "proportion", "of": "stype", "where": { "awards": "Yes" }, "deff": true },
    ]);
    // "total of stype" is of text, whose cells might be numbers: that one goes the other way.
    let text = request("data.parquet", &design, &estimates);
    assert_eq!(in_one_pass(&folder, &text), None);
    let mut without = estimates.clone();
    without.as_array_mut().unwrap().remove(3);
    assert_both_ways_agree(&folder, &design, &without);
}

#[test]
fn nested_clusters_in_strata_give_the_same_figures_from_csv_and_parquet() {
    let folder = files("nhanes", |_| {});
    let design = json!({ "ids": ["SDMVPSU"], "strata": ["SDMVSTRA"], "weights": "WTMEC2YR", "nest": true });
    let estimates = json!([
        { "stat": "mean", "of": "HI_CHOL", "by": ["race", "RIAGENDR"], "deff": true, "ci": { "df": "domain" } },
        { "stat": "proportion", "of": ["HI_CHOL", "agecat"], "by": ["race"] },
    ]);
    assert_both_ways_agree(&folder, &design, &estimates);
}

#[test]
fn two_stages_with_fpc_give_the_same_figures_from_csv_and_parquet() {
    let folder = files("apiclus2", |frame| {
        let weights = Column::new("w".into(), vec![7.5; frame.height()]);
        frame.with_column(weights).unwrap();
    });
    let design = json!({ "ids": ["dnum", "snum"], "fpc": ["fpc1", "fpc2"], "weights": "w" });
    let estimates = json!([{ "stat": "mean", "of": ["api00", "full"], "by": ["stype"] }]);
    assert_both_ways_agree(&folder, &design, &estimates);
}

#[test]
fn stratified_elements_with_fpc_give_the_same_figures_from_csv_and_parquet() {
    let folder = files("apistrat", |_| {});
    let design = json!({ "strata": ["stype"], "weights": "pw", "fpc": ["fpc"] });
    let estimates = json!([
        { "stat": "mean", "of": "api00", "by": ["awards"], "deff": true, "ci": { "df": "domain" } },
        { "stat": "ratio", "of": "api00", "per": "enroll", "by": ["stype"] },
        { "stat": "total", "of": "enroll" },
        { "stat": "proportion", "of": "sch.wide" },
    ]);
    assert_both_ways_agree(&folder, &design, &estimates);
}

#[test]
fn a_fault_is_named_by_row_as_from_any_file() {
    let folder = files("apiclus1", |frame| {
        let weights: Vec<f64> = (0..frame.height())
            .map(|row| if row == 4 { 0.0 } else { 1.5 })
            .collect();
        frame.with_column(Column::new("w".into(), weights)).unwrap();
    });
    let estimates = json!([{ "stat": "mean", "of": "api00" }]);
    let text = request(
        "data.parquet",
        &json!({ "ids": ["dnum"], "weights": "w" }),
        &estimates,
    );
    let faults = run(&text, folder.path()).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert!(
        faults[0].to_line("en").contains("the weight 0 is not positive"),
        "{faults:?}"
    );
}
