//! Odd data and requests that were once answered wrongly, slowly or not at all; each case failed before it was mended.

use polars::prelude::*;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::super::{Answer, run};
use super::Bench;

fn parquet(mut frame: DataFrame, group: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(folder.path().join("data.parquet")).unwrap();
    let writer = ParquetWriter::new(file).with_row_group_size(Some(group));
    writer.finish(&mut frame).unwrap();
    folder
}

fn ask(folder: &TempDir, design: Json, estimates: Json) -> Result<Answer, Vec<String>> {
    let request = json!({ "data": "data.parquet", "design": design, "estimates": estimates });
    run(&request.to_string(), folder.path()).map_err(|faults| {
        faults
            .iter()
            .map(|fault| fault.to_line("en").replace('\n', " "))
            .collect()
    })
}

fn csv(test: &str, text: &str, request: Json) -> Result<Answer, Vec<String>> {
    let bench = Bench::new(test, text);
    let mut whole = json!({ "data": "data.csv" });
    for (key, value) in request.as_object().unwrap() {
        whole[key] = value.clone();
    }
    let whole = whole.to_string();
    bench.run(&whole).map_err(|_| bench.faults(&whole))
}

#[test]
fn a_test_on_a_weighted_parquet_file_is_answered() {
    let frame = df!("a" => ["x", "x", "y", "y", "x"], "b" => ["p", "q", "p", "q", "q"], "w" => [1.0, 2.0, 1.0, 1.0, 3.0]);
    let folder = parquet(frame.unwrap(), 5);
    let test = json!([{ "stat": "chi_square", "rows": "a", "columns": "b" }]);
    assert_eq!(
        ask(&folder, json!({ "weights": "w" }), test).unwrap().tests.len(),
        1
    );
}

#[test]
fn quotes_in_the_middle_of_cells_are_letters_and_an_open_one_is_named() {
    let mean = json!({ "estimates": [{ "stat": "mean", "of": "y" }] });
    let answer = csv(
        "quotes",
        "y,size\n1,a\n2,5\"\n3,b\n4,c\n5,6\"\n6,d\n",
        mean.clone(),
    )
    .unwrap();
    assert_eq!(answer.estimates[0].n, 6);
    let faults = csv("open-quote", "y,size\n1,a\n2,b\n3,\"c\n4,d\n5,e\n", mean).unwrap_err();
    assert!(
        faults[0].starts_with("ES006 data.csv, row 4: a quote opened in this row is never closed"),
        "{faults:?}"
    );
}

#[test]
fn a_file_in_another_encoding_is_refused_by_row() {
    let folder = tempfile::tempdir().unwrap();
    // "城" in GBK
    std::fs::write(folder.path().join("data.csv"), b"y,g\n1,a\n2,\xb3\xc7\n").unwrap();
    let request = json!({ "data": "data.csv", "estimates": [{ "stat": "mean", "of": "y", "by": "g" }] });
    let faults = run(&request.to_string(), folder.path()).unwrap_err();
    assert!(
        faults[0]
            .to_line("en")
            .starts_with("ES006 data.csv, row 3: the line is not UTF-8"),
        "{faults:?}"
    );
}

#[test]
fn a_condition_means_the_same_in_every_block_and_file() {
    let frame =
        df!("c" => ["01", "01", "01", "1", "1", "1"], "y" => [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "w" => [1.0; 6]);
    let folder = parquet(frame.unwrap(), 3);
    let mean = |value: Json| json!([{ "stat": "mean", "of": "y", "where": { "c": value } }]);
    let answer = ask(&folder, json!({ "weights": "w" }), mean(json!("1"))).unwrap();
    assert_eq!((answer.estimates[0].n, answer.estimates[0].estimate), (3, 5.0));
    // A number that stands in no cell as it is finds all that are the same number.
    let spelled = "c,y\n02,1\n02,2\n2.0,3\n2.0,4\n3,9\n";
    let request = json!({ "estimates": [{ "stat": "mean", "of": "y", "where": { "c": 2 } }] });
    assert_eq!(csv("spelled", spelled, request).unwrap().estimates[0].n, 4);
}

#[test]
fn a_domain_of_small_values_keeps_its_error_beside_one_of_huge_values() {
    let rows = 2_000usize;
    let value = |row: usize| match row % 2 {
        0 => (row * 7 % 11) as f64,
        _ => 1e12 + (row % 13) as f64,
    };
    let frame = df!(
        "g" => (0..rows).map(|row| ["b", "a"][row % 2]).collect::<Vec<_>>(),
        "y" => (0..rows).map(value).collect::<Vec<f64>>(),
        "w" => (0..rows).map(|row| 1.0 + (row % 3) as f64).collect::<Vec<f64>>(),
    );
    let folder = parquet(frame.unwrap(), 300);
    let by = json!([{ "stat": "mean", "of": "y", "by": "g", "deff": "replace" }]);
    let alone =
        json!([{ "stat": "mean", "of": "y", "where": { "g": "b" }, "listwise": true, "deff": "replace" }]);
    let (by, alone) = (
        ask(&folder, json!({ "weights": "w" }), by).unwrap().estimates[1].clone(),
        // Listwise goes the way of rows in memory.
        ask(&folder, json!({ "weights": "w" }), alone).unwrap().estimates[0].clone(),
    );
    for (one_pass, in_memory) in [
        (by.estimate, alone.estimate),
        (by.se, alone.se),
        (by.deff.unwrap(), alone.deff.unwrap()),
    ] {
        assert!(
            (one_pass - in_memory).abs() <= 1e-9 * in_memory.abs(),
            "{one_pass} {in_memory}"
        );
    }
}

#[test]
fn types_are_taken_for_what_they_are() {
    let dates = Series::new("day".into(), [20_000i32, 20_001, 20_002, 20_003])
        .cast(&DataType::Date)
        .unwrap();
    let items = Series::new("item".into(), [1i32, 2, 5, 4])
        .cast(&DataType::UInt8)
        .unwrap();
    let frame = DataFrame::new(
        4,
        vec![
            dates.into_column(),
            items.into_column(),
            Column::new("yes".into(), [true, false, true, true]),
            Column::new("w".into(), [1i64, 1, 2, 2]),
            Column::new("y".into(), [1.0, f64::INFINITY, 3.0, 4.0]),
        ],
    );
    let folder = parquet(frame.unwrap(), 4);
    let weighted = || json!({ "weights": "w" });
    let mean = |of: &str| json!([{ "stat": "mean", "of": of }]);
    assert_eq!(
        ask(&folder, weighted(), mean("item")).unwrap().estimates[0].estimate,
        3.5
    );
    assert_eq!(
        ask(&folder, weighted(), mean("yes")).unwrap().estimates[0].estimate,
        5.0 / 6.0
    );
    let by_day = json!([{ "stat": "mean", "of": "item", "by": "day" }]);
    assert_eq!(
        ask(&folder, weighted(), by_day).unwrap().estimates[0].domain["day"],
        "2024-10-04"
    );
    let refused = |design: Json, of: &str| ask(&folder, design, mean(of)).unwrap_err();
    assert!(refused(weighted(), "day")[0].starts_with("ES020 data.parquet, column day"));
    assert!(refused(json!({ "weights": "yes" }), "item")[0].starts_with("ES020 data.parquet, column yes"));
    assert!(
        refused(weighted(), "y")[0]
            .starts_with("ES009 data.parquet, row 2, column y: \"inf\" is not a number")
    );
}

#[test]
fn a_column_of_ids_is_not_taken_for_categories() {
    let mut text = "id,y\n".to_owned();
    (0..1_001).for_each(|row| text.push_str(&format!("p{row},{row}\n")));
    let request = json!({ "estimates": [{ "stat": "proportion", "of": "id" }] });
    let faults = csv("ids", &text, request).unwrap_err();
    assert!(
        faults[0].starts_with("ES021 field estimates[0].of: id has 1001 different values"),
        "{faults:?}"
    );
}

#[test]
fn a_word_among_numbers_is_a_slip_and_no_level() {
    let faults = csv(
        "slip",
        "x\n3\nx\n4\n",
        json!({ "estimates": [{ "stat": "total", "of": "x" }] }),
    )
    .unwrap_err();
    assert!(
        faults[0].starts_with("ES009 data.csv, row 3, column x: \"x\" is not a number"),
        "{faults:?}"
    );
}

#[test]
fn requests_that_ask_for_nothing_are_refused() {
    let faults =
        |entry: Json| csv("nothing", "g,y\na,1\nb,2\n", json!({ "estimates": [entry] })).unwrap_err();
    assert!(faults(json!({ "stat": "mean", "of": [] }))[0].starts_with("ES003 field estimates[0].of"));
    let empty = json!({ "stat": "mean", "of": "y", "where": { "g": [] } });
    assert!(faults(empty)[0].starts_with("ES004 field estimates[0].where.g"));
    let same = json!({ "stat": "difference", "of": "y", "between": { "g": ["a", "a"] } });
    assert!(faults(same)[0].starts_with("ES004 field estimates[0].between"));
}

#[test]
fn a_share_fixed_by_calibration_has_no_width_by_any_method() {
    let data = "sex,w\nm,7\nf,5\nm,7\nm,8\nm,4\nf,5\n";
    for method in ["logit", "beta", "likelihood", "asin", "wilson"] {
        let request = json!({
            "design": { "weights": "w" },
            "calibrate": [{ "method": "post_stratify", "by": "sex", "totals": [{ "sex": "f", "total": 52 }, { "sex": "m", "total": 48 }] }],
            "estimates": [{ "stat": "proportion", "of": "sex", "ci": { "method": method } }],
        });
        let line = csv("fixed", data, request).unwrap().estimates[0].clone();
        for limit in [line.lower, line.upper] {
            assert!((limit - 0.52).abs() < 1e-12, "{method}: {line:?}");
        }
    }
}

#[test]
fn limits_of_three_answers_do_not_fold_back_to_the_estimate() {
    let request = json!({ "estimates": [{ "stat": "proportion", "of": "v", "ci": { "method": "asin" } }] });
    let lines = csv("three", "v\n1\n0\n0\n", request).unwrap().estimates;
    // Once the lower limit was the estimate itself. The upper one is reflected at 1, as in R.
    assert_eq!(lines[1].lower, 0.0);
    assert!(lines[1].upper > 0.7, "{:?}", lines[1]);
}

#[test]
fn a_constant_does_not_differ_between_groups() {
    let rows = "aabbabbaab"
        .chars()
        .zip([1.1, 2.3, 1.7, 3.1, 4.7, 1.9, 2.2, 5.3, 1.3, 0.7]);
    let data = rows.fold("y,g,w\n".to_owned(), |text, (g, w)| {
        text + &format!("7,{g},{w}\n")
    });
    let request = json!({ "design": { "weights": "w" }, "estimates": [{ "stat": "t_test", "of": "y", "across": "g" }] });
    let test = csv("constant", &data, request).unwrap().tests[0].clone();
    assert_eq!(test.estimate, Some(0.0));
    assert!(test.statistic.is_nan() && test.p_value.is_nan(), "{test:?}");
}

#[test]
fn degrees_of_freedom_of_calibrated_replicates_never_exceed_the_rows() {
    let data = "g,x,w,y\na,0.15,51.31,0\na,0.271,40.76,1\na,0.29,57.17,2\nb,1.706,28.35,3\nb,0.344,59.42,4\n\
        a,1.026,5.72,0\na,8.701,7.48,1\nb,7.404,49.71,2\n";
    let request = json!({
        "design": { "weights": "w" },
        "replicates": { "method": "jk1", "mse": true },
        "calibrate": [{ "method": "greg", "distance": "raking", "model": ["x"],
            "totals": [{ "term": "(Intercept)", "total": 305.9 }, { "term": "x", "total": 559.4 }] }],
        "estimates": [{ "stat": "mean", "of": "y", "by": "g", "ci": { "df": "domain" } }],
    });
    let lines = csv("rank", data, request).unwrap().estimates;
    // R: qr() and svd() of the three rows of b give rank 3, so 2 degrees of freedom.
    assert_eq!((lines[1].n, lines[1].df), (3, 2.0));
    assert!(
        (lines[1].lower - -0.421).abs() < 1e-3 && (lines[1].upper - 6.550).abs() < 1e-3,
        "{:?}",
        lines[1]
    );
}

#[test]
fn degrees_of_freedom_do_not_depend_on_the_size_of_the_weights() {
    // Four rows whose weights span six orders of magnitude; each replicate leaves one out.
    let scale = [1.0, 1e-3, 1e3, 1.0];
    let mut data = "y,w,r0,r1,r2,r3\n".to_owned();
    for (row, scale) in scale.iter().enumerate() {
        let replicate = |left_out: usize| if left_out == row { 0.0 } else { scale * 4.0 / 3.0 };
        let cells: Vec<String> = (0..4).map(|left_out| replicate(left_out).to_string()).collect();
        data.push_str(&format!("{row},{scale},{}\n", cells.join(",")));
    }
    let request = json!({
        "design": { "weights": "w" },
        "replicates": { "method": "columns", "columns": ["r0", "r1", "r2", "r3"], "combined": true, "scale": 0.75 },
        "estimates": [{ "stat": "mean", "of": "y" }],
    });
    assert_eq!(csv("span", &data, request).unwrap().estimates[0].df, 3.0);
}
