//! The key `replicates`: what it answers, and its faults by key, column and row.

use serde_json::json;

use super::super::tests::Bench;

const PAIRS: &str = "town,village,sex,score,w,r1,r2\n\
    甲,1,f,1,2,3,0\n甲,1,m,3,2,4,0\n甲,2,f,5,2,0,4\n甲,2,m,2,2,0,4\n\
    乙,3,f,,2,4,0\n乙,3,m,5,2,4,0\n乙,4,f,4,2,0,4\n乙,4,m,1,2,0,4\n";

fn request(replicates: &serde_json::Value, estimates: &serde_json::Value) -> String {
    json!({
        "data": "data.csv",
        "design": { "ids": "village", "strata": "town", "weights": "w" },
        "replicates": replicates,
        "estimates": estimates,
    })
    .to_string()
}

#[test]
fn lines_of_an_entry_have_each_their_own_replicates() {
    let bench = Bench::new("replicates-lines", PAIRS);
    let fay = json!({ "method": "fay", "rho": 0.5, "mse": true });
    let together = json!([
        { "stat": "mean", "of": ["score", "w"], "by": ["town", "sex"] },
        { "stat": "proportion", "of": "sex", "by": "town", "ci": { "method": "t", "df": "design" } },
        { "stat": "total", "of": "sex" },
    ]);
    let lines = bench.run(&request(&fay, &together)).unwrap().estimates;
    assert_eq!(lines.len(), 8 + 4 + 2);
    for line in lines {
        let mut entry = json!({ "stat": line.stat, "of": line.of, "ci": { "method": "t" } });
        if !line.domain.is_empty() {
            entry["where"] = json!(line.domain);
        }
        let alone = bench.run(&request(&fay, &json!([entry]))).unwrap().estimates;
        let same = alone.iter().find(|other| other.level == line.level).unwrap();
        assert_eq!((same.estimate, same.se, same.n), (line.estimate, line.se, line.n));
    }
}

#[test]
fn test_is_the_difference_over_its_error() {
    let bench = Bench::new("replicates-test", PAIRS);
    let entries = json!([
        { "stat": "t_test", "of": "score", "across": "sex" },
        { "stat": "difference", "of": "score", "between": { "sex": ["m", "f"] } },
    ]);
    let answer = bench
        .run(&request(&json!({ "method": "jkn" }), &entries))
        .unwrap();
    let (test, difference) = (&answer.tests[0], &answer.estimates[0]);
    assert_eq!(test.estimate, Some(difference.estimate));
    assert_eq!(test.statistic, difference.estimate / difference.se);
    assert_eq!((test.ddf, difference.df), (1.0, 2.0));
}

#[test]
fn every_method_is_answered() {
    let bench = Bench::new("replicates-methods", PAIRS);
    let entries = json!([{ "stat": "mean", "of": "score" }]);
    for replicates in [
        json!({ "method": "jkn" }),
        json!({ "method": "brr", "mse": true }),
        json!({ "method": "fay", "rho": 0 }),
        json!({ "method": "bootstrap", "count": 20, "seed": 7 }),
        json!({ "method": "columns", "columns": ["r1", "r2"], "scale": 0.5, "combined": true }),
        json!({ "method": "columns", "columns": ["r1", "r2"], "rscales": [0.5, 0.5], "combined": false }),
        json!({ "method": "columns", "columns": "r1", "rscales": 1, "scale": 2, "combined": true, "mse": true }),
    ] {
        let line = bench
            .run(&request(&replicates, &entries))
            .unwrap()
            .estimates
            .remove(0);
        assert!(line.se > 0.0 && line.n == 7, "{replicates} {line:?}");
    }
    let jk1 = json!({ "data": "data.csv", "design": { "ids": "village" }, "replicates": { "method": "jk1" },
        "estimates": [{ "stat": "mean", "of": "score" }] });
    assert_eq!(bench.run(&jk1.to_string()).unwrap().estimates[0].df, 3.0);
}

#[test]
fn faults_name_the_key() {
    let bench = Bench::new("replicates-keys", PAIRS);
    let faults = |replicates: serde_json::Value| bench.faults(&request(&replicates, &json!([])));
    assert_eq!(
        faults(json!({ "method": "bootsrap", "count": 3 })),
        ["ES004 field replicates.method: unknown value bootsrap. Did you mean bootstrap?"]
    );
    assert_eq!(
        faults(json!({ "mse": true })),
        ["ES003 field replicates.method: the key method is required."]
    );
    assert_eq!(
        faults(json!("jk1")),
        ["ES004 field replicates: the value \"jk1\" does not fit; expected an object."]
    );
    assert_eq!(
        faults(json!({ "method": "fay", "roh": 0.3, "mse": 1 })),
        [
            "ES002 field replicates.roh: unknown key roh. Did you mean rho?",
            "ES004 field replicates.mse: the value 1 does not fit; expected true or false.",
            "ES003 field replicates.rho: the key rho is required.",
        ]
    );
    assert_eq!(
        faults(json!({ "method": "fay", "rho": 1 })),
        ["ES004 field replicates.rho: the value 1 does not fit; expected a number in [0, 1)."]
    );
    assert_eq!(
        faults(json!({ "method": "bootstrap", "count": 1, "seed": -1 })),
        [
            "ES004 field replicates.count: the value 1 does not fit; expected an integer from 2 to 100000.",
            "ES004 field replicates.seed: the value -1 does not fit; expected an integer of at least 0.",
        ]
    );
    assert_eq!(
        faults(json!({ "method": "columns" })),
        [
            "ES003 field replicates.columns: the key columns is required.",
            "ES003 field replicates.combined: the key combined is required.",
            "ES003 field replicates.scale: the key scale is required.",
        ]
    );
    assert_eq!(
        faults(
            json!({ "method": "columns", "columns": ["r1", "r3", "r1"], "scale": -1, "rscales": [1, 2], "combined": true })
        ),
        [
            "ES004 field replicates.columns: the value [\"r1\",\"r3\",\"r1\"] does not fit; expected a list of column names, each once.",
            "ES004 field replicates.scale: the value -1 does not fit; expected a number above 0.",
            "ES004 field replicates.rscales: the value [1,2] does not fit; expected a number above 0, or a list, one of at least 0 for each replicate column and not all 0.",
            "ES007 field replicates.columns: the data file data.csv has no column r3. Did you mean r1?",
        ]
    );
    let no_weights = json!({ "data": "data.csv", "estimates": [],
        "replicates": { "method": "columns", "columns": "r1", "scale": 1, "combined": true } });
    assert_eq!(
        bench.faults(&no_weights.to_string()),
        ["ES003 field design.weights: the key weights is required."]
    );
}

#[test]
fn faults_name_the_stratum_or_the_cell() {
    let bench = Bench::new("replicates-cells", "town,w,r1,r2\n甲,1,1,\n甲,1,-2,x\n甲,1,0,3\n");
    let faults = |replicates: serde_json::Value| {
        let request = json!({ "data": "data.csv", "design": { "strata": "town", "weights": "w" },
            "replicates": replicates, "estimates": [] });
        bench.faults(&request.to_string())
    };
    assert_eq!(
        faults(json!({ "method": "brr" })),
        [
            "ES030 field replicates.method: stratum 甲 has 3 PSUs, but balanced replicates need exactly two in each stratum. \
          Merge or split strata, or use jkn or bootstrap."
        ]
    );
    let columns = |names: &[&str]| {
        faults(json!({ "method": "columns", "columns": names, "scale": 1, "combined": true }))
    };
    assert_eq!(
        columns(&["r1", "r2"]),
        [
            "ES031 data.csv, row 3, column r1: the replicate weight -2 is negative. Replicate weights must be at least 0.",
            "ES009 data.csv, row 3, column r2: \"x\" is not a number, but replicates.columns needs a numeric column. \
             It cannot be missing: correct it, or take the row out.",
        ]
    );
    let bench = Bench::new("replicates-missing", "w,r1\n1,1\n1,\n");
    let request = json!({ "data": "data.csv", "design": { "weights": "w" }, "estimates": [],
        "replicates": { "method": "columns", "columns": "r1", "scale": 1, "combined": true } });
    assert_eq!(
        bench.faults(&request.to_string()),
        [
            "ES011 data.csv, row 3, column r1: replicates.columns must not have missing values. Fill it in, or leave the row out."
        ]
    );
}

#[test]
fn calibration_that_a_replicate_does_not_allow_names_it() {
    let bench = Bench::new("replicates-calibrate", "v,sex,y\n1,f,1\n1,f,2\n2,m,3\n3,m,4\n");
    let totals = json!([{ "sex": "f", "total": 60 }, { "sex": "m", "total": 40 }]);
    let answer = |method: &str, calibrate: serde_json::Value| {
        let request = json!({ "data": "data.csv", "design": { "ids": "v" }, "replicates": { "method": method },
            "calibrate": calibrate, "estimates": [{ "stat": "total", "of": "y" }] });
        bench.faults(&request.to_string())
    };
    let expected = "margin sex: category f has a population of 60 but no respondent. \
                    Merge categories, or use a method that leaves no unit out (fay).";
    let post = json!([{ "method": "post_stratify", "by": "sex", "totals": totals }]);
    assert_eq!(
        answer("jk1", post),
        [format!("ES032 field calibrate[0]: in replicate 1: {expected}")]
    );
    let rake = json!([{ "method": "rake", "margins": [{ "by": "sex", "totals": totals }] }]);
    assert_eq!(
        answer("jkn", rake),
        [format!("ES032 field calibrate[0]: in replicate 1: {expected}")]
    );
    // What the full sample does not allow is no replicate's fault.
    let unknown =
        json!([{ "method": "post_stratify", "by": "sex", "totals": [{ "sex": "f", "total": 60 }] }]);
    assert_eq!(
        answer("jk1", unknown),
        [
            "ES018 data.csv, row 4, column sex, field calibrate[0]: margin sex: category m has no population count. Add it to totals."
        ]
    );
}

#[test]
fn calibrated_totals_of_the_margin_have_no_error_in_any_replicate() {
    let bench = Bench::new("replicates-known", PAIRS);
    let mut request: serde_json::Value = serde_json::from_str(&request(
        &json!({ "method": "jkn" }),
        &json!([{ "stat": "total", "of": "sex" }, { "stat": "total", "of": "score" }]),
    ))
    .unwrap();
    request["calibrate"] = json!([
        { "method": "post_stratify", "by": "town",
          "totals": [{ "town": "甲", "total": 30 }, { "town": "乙", "total": 70 }] },
        { "method": "rake", "margins": [{ "by": "sex",
          "totals": [{ "sex": "f", "total": 55 }, { "sex": "m", "total": 45 }] }] },
    ]);
    let answer = bench.run(&request.to_string()).unwrap();
    assert!((answer.weights.sum - 100.0).abs() < 1e-9);
    assert!(answer.estimates[0].se < 1e-9 && answer.estimates[1].se < 1e-9);
    assert!(answer.estimates[2].se > 0.1);
}

#[test]
fn messages_are_in_both_languages() {
    let bench = Bench::new("replicates-languages", "h,w,r\na,1,-1\na,1,2\na,1,1\nb,1,1\n");
    let run = |design: serde_json::Value, replicates: serde_json::Value| {
        let request =
            json!({ "data": "data.csv", "design": design, "replicates": replicates, "estimates": [] });
        bench.run(&request.to_string()).unwrap_err()
    };
    let adjust = json!({ "strata": "h", "lonely_psu": "adjust" });
    let faults = [
        run(
            json!({ "strata": "h", "lonely_psu": "remove" }),
            json!({ "method": "jk1" }),
        ),
        run(adjust.clone(), json!({ "method": "brr" })),
        run(adjust, json!({ "method": "bootstrap", "count": 5, "seed": 1 })),
        run(
            json!({ "ids": "w", "lonely_psu": "remove" }),
            json!({ "method": "jkn" }),
        ),
        run(
            json!({ "weights": "w" }),
            json!({ "method": "columns", "columns": "r", "scale": 1, "combined": true }),
        ),
        run(json!({}), json!({ "method": "fay", "rho": 2 })),
    ];
    for fault in faults.iter().flatten() {
        let (zh, en) = (fault.message.get("zh"), fault.message.get("en"));
        assert!(zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{zh}");
        assert!(en.is_ascii(), "{en}");
    }
}

/// R survey 4.1.1 on `apiclus1`: `as.svrepdesign(svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc), type = "JK1")`.
fn clusters(mse: bool, estimates: &serde_json::Value) -> super::super::Answer {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/golden/data");
    let request = json!({
        "data": "apiclus1.csv",
        "design": { "ids": "dnum", "weights": "pw", "fpc": "fpc" },
        "replicates": { "method": "jk1", "mse": mse },
        "estimates": estimates,
    });
    super::super::run(&request.to_string(), &folder).unwrap()
}

#[test]
fn tests_of_independence_are_those_of_r() {
    let table = |statistic: &str| json!({ "stat": "chi_square", "rows": "sch.wide", "columns": "stype", "statistic": statistic });
    let mut domain =
        json!({ "stat": "chi_square", "rows": "sch.wide", "columns": "awards", "statistic": "wald" });
    domain["where"] = json!({ "stype": ["E", "M"] });
    let entries = json!([
        table("F"),
        table("chisq"),
        table("wald"),
        table("adj_wald"),
        domain
    ]);
    // svychisq(~sch.wide + stype, …, statistic = …): statistic, ndf, ddf, p
    let centred_at_mean: [[f64; 4]; 5] = [
        [
            4.463_905_381_929_587,
            1.419_725_479_694_603_5,
            19.876_156_715_724_45,
            0.035_773_399_013_596_43,
        ],
        [
            11.940_892_080_745_34,
            2.0,
            f64::INFINITY,
            0.011_517_295_902_777_89,
        ],
        [2.401_058_600_602_683_5, 2.0, 14.0, 0.126_896_300_602_350_44],
        [2.229_554_414_845_349, 2.0, 13.0, 0.147_057_886_901_248_07],
        [13.596_371_109_784_556, 1.0, 14.0, 0.002_437_740_525_172_584],
    ];
    let centred_at_estimate: [f64; 4] = [
        4.459_263_202_938_028,
        1.419_248_419_732_99,
        19.869_477_876_261_86,
        0.035_885_160_979_371_93,
    ];
    let close =
        |found: f64, expected: f64| found == expected || (found - expected).abs() <= 1e-8 * expected.abs();
    let assert_line = |line: &super::super::TestLine, expected: &[f64; 4], p_close: f64| {
        let [statistic, ndf, ddf, p] = *expected;
        assert!(
            close(line.statistic, statistic) && close(line.ndf, ndf) && close(line.ddf, ddf),
            "{line:?}"
        );
        assert!((line.p_value - p).abs() <= p_close * p, "{line:?}");
    };
    for (index, (line, expected)) in clusters(false, &entries)
        .tests
        .iter()
        .zip(&centred_at_mean)
        .enumerate()
    {
        // R's p-value of Chisq is that of the mixture of χ² variables, ours Rao–Scott's first order.
        assert_line(line, expected, if index == 1 { 0.5 } else { 1e-7 });
    }
    assert_line(&clusters(true, &entries).tests[0], &centred_at_estimate, 1e-7);
}

#[test]
fn quantiles_have_the_errors_of_their_replicates() {
    let entry =
        json!({ "stat": "quantile", "of": "enroll", "probabilities": [0.25, 0.5, 0.9], "rule": "hf7" });
    let lines = clusters(false, &json!([entry])).estimates;
    // svyquantile(~enroll, …, c(0.25, 0.5, 0.9), qrule = "hf7", interval.type = "quantile", na.rm = TRUE)
    let expected = [
        [
            352.0,
            305.389_954_331_194,
            398.610_045_668_806,
            21.731_786_163_805_484,
        ],
        [
            462.0,
            382.027_586_793_129,
            541.972_413_206_871,
            37.286_884_358_887_02,
        ],
        [
            951.2,
            814.143_144_770_641,
            1_088.256_855_229_359,
            63.902_324_646_753_42,
        ],
    ];
    assert_eq!(lines.len(), 3);
    for (line, expected) in lines.iter().zip(&expected) {
        for (found, expected) in [line.estimate, line.lower, line.upper, line.se]
            .iter()
            .zip(expected)
        {
            assert!((found - expected).abs() <= 1e-8 * expected.abs(), "{line:?}");
        }
    }
}
