//! What a person sees: the exact answer, and every fault named at once.

mod estimators;
mod oddities;

use std::path::PathBuf;

use super::*;

/// Writes a file for one test and answers a request about it.
pub(super) struct Bench {
    pub(super) folder: PathBuf,
}

impl Bench {
    pub(super) fn new(test: &str, csv: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("minyi-estimate-{}-{test}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("data.csv"), csv).unwrap();
        Self { folder }
    }

    pub(super) fn run(&self, request: &str) -> Result<Answer, Vec<Diagnostic>> {
        run(request, &self.folder)
    }

    pub(super) fn faults(&self, request: &str) -> Vec<String> {
        self.run(request)
            .unwrap_err()
            .iter()
            .map(|fault| fault.to_line("en").replace('\n', " "))
            .collect()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // Left behind, it only takes space in the temporary folder.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

const SMALL: &str =
    "id,town,sex,score,w\n007,甲,f,1,2\n008,甲,m,3,2\n009,乙,f,,2\n010,乙,m,5,2\n011,乙,f,4,2\n";

#[test]
fn answer_has_one_line_per_domain_and_level_in_order() {
    let bench = Bench::new("order", SMALL);
    let request = r#"{ "data": "data.csv", "design": { "weights": "w" },
        "estimates": [ { "stat": "mean", "of": "score", "by": ["town", "sex"] },
                       { "stat": "proportion", "of": "sex" }, { "stat": "total", "of": "town" } ] }"#;
    let answer = bench.run(request).unwrap();
    let lines: Vec<String> = answer
        .estimates
        .iter()
        .map(|line| {
            let domain: Vec<&str> = line.domain.values().filter_map(Value::as_str).collect();
            let level = line.level.as_ref().and_then(Value::as_str).unwrap_or("-");
            format!(
                "{} {} {level} {} {} {}",
                line.stat,
                domain.join("/"),
                line.estimate,
                line.n,
                line.sum_weights
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "mean 乙/f - 4 1 2",
            "mean 乙/m - 5 1 2",
            "mean 甲/f - 1 1 2",
            "mean 甲/m - 3 1 2",
            "proportion  f 0.6 5 10",
            "proportion  m 0.4 5 10",
            "total  乙 6 5 10",
            "total  甲 4 5 10",
        ]
    );
    assert_eq!(
        (answer.weights.n, answer.weights.sum, answer.weights.deff_kish),
        (5, 10.0, 1.0)
    );
}

#[test]
fn json_keys_are_those_of_the_contract_and_nothing_is_nan() {
    let bench = Bench::new("json", SMALL);
    let request = r#"{ "data": "data.csv", "estimates": [ { "stat": "mean", "of": "score",
        "where": { "town": ["乙"], "sex": "m" }, "deff": true } ] }"#;
    let answer = serde_json::to_value(bench.run(request).unwrap()).unwrap();
    let keys: Vec<&String> = answer["estimates"][0].as_object().unwrap().keys().collect();
    let contract = [
        "stat",
        "of",
        "level",
        "domain",
        "probability",
        "estimate",
        "se",
        "lower",
        "upper",
        "df",
        "deff",
        "n",
        "sum_weights",
        "effective_n",
    ];
    assert_eq!(keys, contract);
    assert_eq!(answer["estimates"][0]["domain"], serde_json::json!({}));
    // One row: there is no S², so no design effect can be said.
    assert_eq!(answer["estimates"][0]["deff"], Value::Null);
    assert_eq!(answer["estimates"][0]["n"], 1);
    assert_eq!(answer["tests"], serde_json::json!([]));
}

#[test]
fn codes_keep_their_leading_zeros_and_numbers_are_numbers() {
    let bench = Bench::new("codes", "code,grade,y\n01,1,2\n02,2,4\n01,10,6\n");
    let request = r#"{ "data": "data.csv", "estimates": [ { "stat": "mean", "of": "y", "by": "code" },
        { "stat": "mean", "of": "y", "by": "grade", "where": { "grade": [1, "10"] } } ] }"#;
    let answer = bench.run(request).unwrap();
    let domains: Vec<String> = answer.estimates.iter().map(|l| l.domain[0].to_string()).collect();
    assert_eq!(domains, ["\"01\"", "\"02\"", "1", "10"]);
}

#[test]
fn all_faults_of_keys_and_columns_are_named_at_once() {
    let bench = Bench::new("keys", SMALL);
    let request = r#"{ "data": "data.csv", "desing": {}, "design": { "weights": "ww", "lonely_psu": "adjsut" },
        "replicates": { "method": "jk2" },
        "estimates": [ { "stat": "mean", "of": "scoer", "ci": { "method": "logit" } }, { "stat": "maen", "of": "score" },
                       { "stat": "quantile", "of": "score" }, { "stat": "ratio", "of": "score" },
                       { "stat": "mean", "of": 3, "ci": { "level": 95 } } ] }"#;
    assert_eq!(
        bench.faults(request),
        [
            "ES002 field desing: unknown key desing. Did you mean design?",
            "ES004 field design.lonely_psu: unknown value adjsut. Did you mean adjust?",
            "ES004 field replicates.method: unknown value jk2. Did you mean jk1?",
            "ES004 field estimates[0].ci.method: unknown value logit. Known: t, normal.",
            "ES004 field estimates[1].stat: unknown value maen. Did you mean mean?",
            "ES003 field estimates[2].probabilities: the key probabilities is required.",
            "ES003 field estimates[3].per: the key per is required.",
            "ES004 field estimates[4].of: the value 3 does not fit; expected a column name or a list of them.",
            "ES004 field estimates[4].ci.level: the value 95 does not fit; expected a number between 0 and 1, such as 0.95.",
            "ES007 field design.weights: the data file data.csv has no column ww. Known: id, town, sex, score, w.",
            "ES007 field estimates[0].of: the data file data.csv has no column scoer. Did you mean score?",
        ]
    );
}

#[test]
fn rows_at_fault_are_named_as_the_spreadsheet_counts_them() {
    let bench = Bench::new("rows", "town,y,w\na,1,2\na,x,0\nb,3,-1\nb,4,\n");
    let weights = bench.faults(r#"{ "data": "data.csv", "design": { "weights": "w" }, "estimates": [] }"#);
    assert_eq!(
        weights,
        [
            "ES010 data.csv, row 3, column w: the weight 0 is not positive. Every row needs a weight above 0.",
            "ES010 data.csv, row 4, column w: the weight -1 is not positive. Every row needs a weight above 0.",
            "ES011 data.csv, row 5, column w: design.weights must not have missing values. Fill it in, or leave the row out.",
        ]
    );
    let text = bench.faults(r#"{ "data": "data.csv", "estimates": [ { "stat": "mean", "of": "y" } ] }"#);
    assert_eq!(
        text,
        [
            "ES009 data.csv, row 3, column y: \"x\" is not a number, but estimates[0].of needs a numeric column. \
          Leave missing values empty."
        ]
    );
}

#[test]
fn faults_of_the_design_name_stratum_row_and_column() {
    let bench = Bench::new(
        "design",
        "h,psu,n,y\na,1,9,1\na,2,9,2\nb,1,1,3\nb,2,1,4\nc,5,9,5\n",
    );
    let request = |design: &str| format!(r#"{{ "data": "data.csv", "design": {design}, "estimates": [] }}"#);
    let nested = bench.faults(&request(
        r#"{ "ids": "psu", "strata": "h", "lonely_psu": "remove" }"#,
    ));
    assert!(
        nested[0].starts_with("ES012 data.csv, row 4, column psu: PSU 1 occurs in stratum a and stratum b"),
        "{nested:?}"
    );
    let rest = bench.faults(&request(
        r#"{ "ids": ["psu"], "strata": ["h"], "fpc": "n", "nest": true }"#,
    ));
    assert!(
        rest[0].starts_with("ES015 data.csv, row 4, column n: 2 units of stratum b were sampled"),
        "{rest:?}"
    );
    assert!(
        rest[1].starts_with("ES016 data.csv, column h: stratum c has a single sampled unit"),
        "{rest:?}"
    );
    assert_eq!(rest.len(), 2);
    let too_many = bench.faults(&request(r#"{ "ids": "psu", "fpc": ["n", "n"] }"#));
    assert!(too_many[0].contains("at most 1 columns"), "{too_many:?}");
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let bench = Bench::new("files", "a,b,a\n1,2,3\n4,5\n");
    let request = |file: &str, column: &str| {
        format!(r#"{{ "data": "{file}", "estimates": [ {{ "stat": "mean", "of": "{column}" }} ] }}"#)
    };
    assert!(
        bench.faults(&request("none.csv", "a"))[0]
            .starts_with("ES006 none.csv: the data file does not exist")
    );
    assert!(bench.faults(&request("data.xlsx", "a"))[0].contains("only .csv and .parquet"));
    let twice = bench.faults(&request("data.csv", "a"));
    assert!(twice[0].starts_with("ES008 data.csv, column a"), "{twice:?}");
    assert!(bench.faults("{ \"data\": ")[0].starts_with("ES001 row 1: the request is not valid JSON"));
    assert!(bench.faults("[]")[0].starts_with("ES004"));
    assert_eq!(
        bench.faults("{}"),
        ["ES003 field data: the key data is required."]
    );
}

#[test]
fn a_row_with_too_many_cells_is_named() {
    let bench = Bench::new("ragged", "a,b\n1,2\n3,4,5\n");
    let faults = bench.faults(r#"{ "data": "data.csv", "estimates": [ { "stat": "mean", "of": "a" } ] }"#);
    assert!(
        faults[0].starts_with("ES006 data.csv, row 3: the row has 3 cells, the header 2"),
        "{faults:?}"
    );
}

#[test]
fn blank_lines_and_windows_line_ends_are_no_rows() {
    let bench = Bench::new("blank", "\u{feff}a,b\r\n1,2\r\n\r\n3,4\r\n\r\n");
    let answer =
        bench.run(r#"{ "data": "data.csv", "estimates": [ { "stat": "mean", "of": ["a", "b"] } ] }"#);
    let lines: Vec<(f64, usize)> = answer
        .unwrap()
        .estimates
        .iter()
        .map(|l| (l.estimate, l.n))
        .collect();
    assert_eq!(lines, [(2.0, 2), (3.0, 2)]);
}

#[test]
fn where_with_an_unknown_value_suggests_a_known_one() {
    let bench = Bench::new("where", SMALL);
    let faults = bench.faults(
        r#"{ "data": "data.csv", "estimates": [ { "stat": "mean", "of": "score", "where": { "sex": ["F"] } } ] }"#,
    );
    assert_eq!(
        faults,
        ["ES017 field estimates[0].where.sex: the column sex has no value F. Did you mean f?"]
    );
}

#[test]
fn differences_and_tests_compare_two_domains() {
    let bench = Bench::new("difference", SMALL);
    let answer = bench
        .run(
            r#"{ "data": "data.csv", "estimates": [
                { "stat": "difference", "of": "score", "between": { "town": ["乙", "甲"] } },
                { "stat": "t_test", "of": "score", "across": "town" }, { "stat": "variance", "of": "score" } ] }"#,
        )
        .unwrap();
    assert_eq!((answer.estimates[0].estimate, answer.estimates[0].n), (2.5, 4));
    let test = &answer.tests[0];
    // The second level (甲) minus the first (乙).
    assert_eq!((test.stat, test.estimate, test.ddf), ("t_test", Some(-2.5), 2.0));
    assert!((test.statistic + 2.5 / answer.estimates[0].se).abs() < 1e-12);
    assert_eq!(answer.estimates.len(), 2);
    let faults = bench.faults(
        r#"{ "data": "data.csv", "estimates": [
            { "stat": "difference", "of": "score", "between": { "town": ["乙"] } },
            { "stat": "difference", "of": "score" },
            { "stat": "t_test", "of": "score", "across": "town", "by": "sex" } ] }"#,
    );
    assert!(
        faults[0].starts_with("ES004 field estimates[0].between"),
        "{faults:?}"
    );
    assert_eq!(
        faults[1],
        "ES003 field estimates[1].between: the key between is required."
    );
    assert!(
        faults[2].starts_with("ES002 field estimates[2].by: unknown key by."),
        "{faults:?}"
    );
    let faults = bench.faults(
        r#"{ "data": "data.csv", "estimates": [ { "stat": "t_test", "of": "score", "across": "id" } ] }"#,
    );
    assert!(
        faults[0].contains("should have two values, but has 5"),
        "{faults:?}"
    );
}

#[test]
fn calibration_faults_name_margin_and_category() {
    let bench = Bench::new("calibrate", SMALL);
    let request = |totals: &str| {
        format!(
            r#"{{ "data": "data.csv", "design": {{ "weights": "w" }}, "estimates": [],
                "calibrate": [ {{ "method": "post_stratify", "by": ["sex"], "totals": {totals} }} ] }}"#
        )
    };
    assert_eq!(
        bench.faults(&request(r#"[ { "sex": "f", "total": 5 } ]"#)),
        [
            "ES018 data.csv, row 3, column sex, field calibrate[0]: margin sex: category m has no population count. Add it to totals."
        ]
    );
    assert_eq!(
        bench.faults(&request(r#"[ { "sxe": "f", "total": 5 } ]"#)),
        [
            "ES002 field calibrate[0].totals[0].sxe: unknown key sxe. Did you mean sex?",
            "ES003 field calibrate[0].totals[0].sex: the key sex is required.",
        ]
    );
    let answer = bench
        .run(&request(
            r#"[ { "sex": "f", "total": 60 }, { "sex": "m", "total": 40 } ]"#,
        ))
        .unwrap();
    assert!((answer.weights.sum - 100.0).abs() < 1e-12);
}

#[test]
fn listwise_and_missing_values_decide_which_rows_count() {
    let bench = Bench::new("listwise", "a,b\n1,\n2,4\n,6\n3,8\n");
    let count = |listwise: bool| -> Vec<usize> {
        let request = format!(
            r#"{{ "data": "data.csv", "estimates": [ {{ "stat": "mean", "of": ["a", "b"], "listwise": {listwise} }} ] }}"#
        );
        bench
            .run(&request)
            .unwrap()
            .estimates
            .iter()
            .map(|line| line.n)
            .collect()
    };
    assert_eq!((count(false), count(true)), (vec![3, 3], vec![2, 2]));
}

#[test]
fn parquet_gives_the_same_answer_as_csv() {
    use polars::prelude::*;
    let bench = Bench::new("parquet", SMALL);
    let mut frame = df!(
        "town" => ["甲", "甲", "乙", "乙", "乙"],
        "score" => [Some(1.0), Some(3.0), None, Some(5.0), Some(4.0)],
        "w" => [2i64, 2, 2, 2, 2],
    )
    .unwrap();
    let file = std::fs::File::create(bench.folder.join("data.parquet")).unwrap();
    ParquetWriter::new(file).finish(&mut frame).unwrap();
    let answer = |file: &str| {
        let request = format!(
            r#"{{ "data": "{file}", "design": {{ "weights": "w" }},
                "estimates": [ {{ "stat": "mean", "of": "score", "by": "town", "deff": "replace" }} ] }}"#
        );
        bench.run(&request).unwrap().estimates
    };
    let (parquet, csv) = (answer("data.parquet"), answer("data.csv"));
    assert_eq!(parquet.len(), 2);
    for (a, b) in parquet.iter().zip(&csv) {
        assert_eq!((&a.domain, a.n, a.df), (&b.domain, b.n, b.df));
        let close = |x: f64, y: f64| (x - y).abs() < 1e-12;
        assert!(close(a.estimate, b.estimate) && close(a.se, b.se), "{a:?} {b:?}");
        assert!(close(a.deff.unwrap(), b.deff.unwrap()), "{a:?} {b:?}");
    }
}

#[test]
fn every_message_is_in_both_languages() {
    let bench = Bench::new("languages", "h,y,w\na,1,-1\n");
    let requests = [
        r#"{ "data": "data.csv", "design": { "weights": "w" } }"#,
        r#"{ "data": "data.csv", "design": { "strata": "h" } }"#,
        r#"{ "data": "data.csv", "estimates": [ { "stat": "mean", "of": "h" }, { "stat": "mean", "of": "z", "x": 1 } ] }"#,
        r#"{ "data": "data.csv", "estimates": [ { "stat": "mean", "of": "h" } ] }"#,
        r#"{"#,
    ];
    for fault in requests
        .iter()
        .flat_map(|request| bench.run(request).unwrap_err())
    {
        let (zh, en) = (fault.message.get("zh"), fault.message.get("en"));
        assert!(zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{zh}");
        assert!(en.is_ascii(), "{en}");
    }
}
