//! `minyi estimate`: the request of design §5 on the reference data, through the command line.

use minyi_tests::command::{minyi, run, tests_dir};
use serde_json::{Value, json};
use tempfile::TempDir;

fn estimate(request: &Value) -> minyi_tests::command::Said {
    let dir = TempDir::new().expect("a temporary folder");
    let path = dir.path().join("request.json");
    std::fs::write(&path, request.to_string()).expect("the request");
    run(minyi(["estimate"]).arg(&path))
}

fn apistrat() -> String {
    tests_dir()
        .join("fixtures/golden/data/apistrat.csv")
        .display()
        .to_string()
}

#[test]
fn a_stratified_mean_is_the_one_of_the_survey_package() {
    let said = estimate(&json!({
        "data": apistrat(),
        "design": { "strata": ["stype"], "weights": "pw", "fpc": ["fpc"] },
        "estimates": [ { "stat": "mean", "of": "api00" } ]
    }));
    assert_eq!(said.code, 0, "{said:?}");
    let answer: Value = serde_json::from_str(&said.stdout).expect("JSON on standard output");
    let row = &answer["estimates"][0];
    let close = |name: &str, expected: f64| {
        let got = row[name].as_f64().expect(name);
        assert!(
            (got / expected - 1.0).abs() < 1e-8,
            "{name}: {got} is not {expected}"
        );
    };
    // R survey 4.1.1: svymean(~api00, svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, apistrat))
    close("estimate", 662.28736);
    assert!((row["se"].as_f64().expect("se") - 9.408_941).abs() < 1e-5);
    assert_eq!(row["n"], 200);
}

#[test]
fn a_bad_request_names_the_key_and_the_nearest_column() {
    let said = estimate(&json!({
        "data": apistrat(),
        "design": { "strata": ["stypee"], "weights": "pw" },
        "estimates": [ { "stat": "mean", "of": "api00" } ]
    }));
    assert_eq!(said.code, 1, "{said:?}");
    assert!(
        said.stderr.contains("stypee") && said.stderr.contains("stype"),
        "{said:?}"
    );
}
