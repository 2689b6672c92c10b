//! Quantiles, tests of independence and alpha in requests: the answers and every fault.

use super::{Bench, SMALL};
use serde_json::Value;

#[test]
fn quantiles_have_a_line_per_domain_and_probability() {
    let bench = Bench::new("quantile", SMALL);
    let request = r#"{ "data": "data.csv", "design": { "weights": "w" }, "estimates": [
        { "stat": "quantile", "of": "score", "probabilities": [0.25, 0.75], "by": "town" },
        { "stat": "quantile", "of": "score", "probabilities": 0.5, "rule": "hf7" },
        { "stat": "quantile", "of": "score", "probabilities": 0.5, "ci": { "method": "beta", "df": "design" } } ] }"#;
    let answer = bench.run(request).unwrap();
    let lines: Vec<String> = answer
        .estimates
        .iter()
        .map(|line| {
            let domain: Vec<&str> = line.domain.values().filter_map(Value::as_str).collect();
            let p = line.probability.unwrap();
            format!(
                "{} {} {p} {} {} {}",
                line.stat,
                domain.join("/"),
                line.estimate,
                line.n,
                line.df
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "quantile 乙 0.25 4 2 1",
            "quantile 乙 0.75 5 2 1",
            "quantile 甲 0.25 1 2 1",
            "quantile 甲 0.75 3 2 1",
            // Four answers in four PSUs of their own; the design has five.
            "quantile  0.5 3.5 4 3",
            "quantile  0.5 3 4 4",
        ]
    );
    // Two rows: the proportion's limits lie outside 0 and 1, and with them the quantile's.
    assert!(answer.estimates[0].lower.is_nan() && answer.estimates[0].se.is_nan());
    let json = serde_json::to_value(&answer).unwrap();
    assert_eq!(json["estimates"][0]["se"], Value::Null);
    assert_eq!(json["estimates"][0]["effective_n"], Value::Null);
}

#[test]
fn faults_of_quantiles_name_the_key_and_how_to_mend_it() {
    let bench = Bench::new("quantile-faults", SMALL);
    let faults = bench.faults(
        r#"{ "data": "data.csv", "estimates": [
            { "stat": "quantile", "of": "score", "probabilities": [0.5, 50] },
            { "stat": "quantile", "of": "score", "probabilities": [] },
            { "stat": "quantile", "of": "score", "probabilities": "median" },
            { "stat": "quantile", "of": "score", "probabilities": 0.5, "rule": "hf3" },
            { "stat": "quantile", "of": "score", "probabilities": 0.5, "deff": true },
            { "stat": "quantile", "probabilities": 0.5 } ] }"#,
    );
    let expected = "does not fit; expected numbers from 0 to 1, such as [0.25, 0.5, 0.75].";
    assert_eq!(
        faults,
        [
            format!("ES004 field estimates[0].probabilities: the value [0.5,50] {expected}"),
            format!("ES004 field estimates[1].probabilities: the value [] {expected}"),
            format!("ES004 field estimates[2].probabilities: the value \"median\" {expected}"),
            "ES004 field estimates[3].rule: unknown value hf3. Did you mean hf1?".to_owned(),
            "ES002 field estimates[4].deff: unknown key deff. Known: stat, of, probabilities, rule, by, where, \
             listwise, ci."
                .to_owned(),
            "ES003 field estimates[5].of: the key of is required.".to_owned(),
        ]
    );
    let text = bench.faults(
        r#"{ "data": "data.csv", "estimates": [ { "stat": "quantile", "of": "town", "probabilities": 0.5 } ] }"#,
    );
    assert!(
        text[0].starts_with("ES009 data.csv, row 2, column town:"),
        "{text:?}"
    );
}

const TABLE: &str =
    "town,joined,sex\n甲,y,f\n甲,y,f\n甲,y,m\n甲,n,m\n乙,n,f\n乙,n,m\n乙,n,m\n乙,y,f\n丙,,f\n";

#[test]
fn chi_square_answers_among_the_tests() {
    let bench = Bench::new("chi", TABLE);
    let request = |extra: &str| {
        format!(
            r#"{{ "data": "data.csv", "estimates": [
                {{ "stat": "chi_square", "rows": "town", "columns": "joined" {extra} }} ] }}"#
        )
    };
    let answer = bench.run(&request(r#", "statistic": "chisq""#)).unwrap();
    assert!(answer.estimates.is_empty());
    let test = &answer.tests[0];
    // Of 2 × 2 with 3, 1, 1, 3: X² is 2 in 8 rows, and counts all 9 rows of the domain, as R does.
    assert_eq!((test.stat, test.ndf), ("chi_square", 1.0));
    assert!((test.statistic - 2.0 * 9.0 / 8.0).abs() < 1e-12, "{test:?}");
    let json = serde_json::to_value(&answer).unwrap();
    assert_eq!(json["tests"][0]["ddf"], Value::Null);
    assert_eq!(json["tests"][0]["estimate"], Value::Null);
    let first_of = |extra: &str| bench.run(&request(extra)).unwrap().tests.remove(0);
    assert_eq!(first_of(""), first_of(r#", "statistic": "F""#));
    // One row is its own PSU: the whole design has 8 degrees of freedom, the women's part of it 4.
    assert_eq!(first_of(r#", "statistic": "wald""#).ddf, 8.0);
    assert_eq!(
        first_of(r#", "statistic": "wald", "where": { "sex": "f" }"#).ddf,
        4.0
    );
    assert_eq!(first_of(r#", "statistic": "adj_wald""#).ddf, 8.0);
}

#[test]
fn chi_square_of_one_level_is_null_and_its_faults_are_named() {
    let bench = Bench::new("chi-faults", TABLE);
    let answer = bench
        .run(
            r#"{ "data": "data.csv", "estimates": [
                { "stat": "chi_square", "rows": "town", "columns": "joined", "where": { "town": "甲" } } ] }"#,
        )
        .unwrap();
    let json = serde_json::to_value(&answer).unwrap();
    assert_eq!(
        (&json["tests"][0]["statistic"], &json["tests"][0]["p_value"]),
        (&Value::Null, &Value::Null)
    );
    let faults = bench.faults(
        r#"{ "data": "data.csv", "estimates": [
            { "stat": "chi_square", "rows": "town" },
            { "stat": "chi_square", "rows": "town", "columns": "joind", "statistic": "Wald" },
            { "stat": "chi_square", "rows": ["town"], "columns": "joined", "by": "sex" } ] }"#,
    );
    assert_eq!(
        faults,
        [
            "ES003 field estimates[0].columns: the key columns is required.",
            "ES004 field estimates[1].statistic: unknown value Wald. Did you mean wald?",
            "ES002 field estimates[2].by: unknown key by. Known: stat, rows, columns, statistic, where.",
            "ES004 field estimates[2].rows: the value [\"town\"] does not fit; expected a string.",
            "ES007 field estimates[1].columns: the data file data.csv has no column joind. Did you mean joined?",
        ]
    );
}

#[test]
fn cronbach_alpha_has_one_line_per_domain_and_no_error() {
    let bench = Bench::new(
        "alpha",
        "g,a,b,c\nx,1,2,9\nx,2,1,\nx,3,4,9\nx,4,3,8\ny,1,1,7\ny,2,2,7\n",
    );
    let answer = bench
        .run(r#"{ "data": "data.csv", "estimates": [ { "stat": "cronbach_alpha", "of": ["a", "b"], "by": "g" } ] }"#)
        .unwrap();
    let json = serde_json::to_value(&answer).unwrap();
    let line = &json["estimates"][0];
    assert_eq!(
        (line["of"].as_str(), line["n"].as_u64()),
        (Some("a + b"), Some(4))
    );
    assert!((line["estimate"].as_f64().unwrap() - 0.75).abs() < 1e-12);
    assert_eq!((&line["se"], &line["lower"]), (&Value::Null, &Value::Null));
    assert!((json["estimates"][1]["estimate"].as_f64().unwrap() - 1.0).abs() < 1e-12);
    let faults = bench.faults(
        r#"{ "data": "data.csv", "estimates": [ { "stat": "cronbach_alpha", "of": "a" },
            { "stat": "cronbach_alpha", "of": ["a", "b"], "ci": {} }, { "stat": "cronbach_alpha" },
            { "stat": "cronbach_alpha", "of": ["a", "d"] } ] }"#,
    );
    assert_eq!(
        faults,
        [
            "ES004 field estimates[0].of: the value \"a\" does not fit; expected at least two columns, the items \
             of a scale.",
            "ES002 field estimates[1].ci: unknown key ci. Known: stat, of, by, where.",
            "ES003 field estimates[2].of: the key of is required.",
            "ES007 field estimates[3].of: the data file data.csv has no column d. Known: g, a, b, c.",
        ]
    );
}

#[test]
fn new_faults_are_in_both_languages() {
    let bench = Bench::new("estimators-languages", SMALL);
    let request = r#"{ "data": "data.csv", "estimates": [
        { "stat": "quantile", "of": "score", "probabilities": 2 }, { "stat": "chi_square", "rows": "town" },
        { "stat": "cronbach_alpha", "of": "score" } ] }"#;
    let faults = bench.run(request).unwrap_err();
    assert_eq!(faults.len(), 3);
    for fault in faults {
        let (zh, en) = (fault.message.get("zh"), fault.message.get("en"));
        assert!(zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{zh}");
        assert!(en.is_ascii(), "{en}");
    }
}
