//! Replicate designs: from `as.svrepdesign` calls to requests, the scales of the library, and
//! figures of R survey 4.1.1 for what `replicates.json` does not hold.

#![expect(clippy::excessive_precision, reason = "figures as R prints them")]

use std::collections::BTreeMap;

use analysis::request::EstimateLine;
use analysis::variance::replicate::ReplicateDesign;
use serde_json::{Value, json};

use crate::check::{Case, elements};
use crate::data::{Data, Design, merge};
use crate::r_call::R;

/// `as.svrepdesign(svydesign(…), type = "JK1", mse = TRUE)`
pub(crate) fn define(call: &R, known: &BTreeMap<String, Design>) -> Option<Design> {
    let mut design = Design::define(call.positional()[0], known)?;
    let mut replicates = match call.named("type")?.text()? {
        "Fay" => json!({ "method": "fay", "rho": call.named("fay.rho")?.number()? }),
        other => json!({ "method": other.to_lowercase() }),
    };
    if call.named("mse").is_some_and(R::is_true) {
        replicates = merge(replicates, json!({ "mse": true }));
    }
    design.replicates = replicates;
    Some(design)
}

/// The replicates of a request's design, made by the library.
fn build(design: &Design) -> ReplicateDesign {
    let sample = design.build();
    let rho = design.replicates["rho"].as_f64().unwrap_or_default();
    match design.replicates["method"].as_str().unwrap() {
        "jk1" => ReplicateDesign::jk1(&sample),
        "jkn" => ReplicateDesign::jkn(&sample),
        _ => ReplicateDesign::fay(&sample, rho),
    }
    .unwrap()
}

/// `c(scale = jk1$scale, rscale1 = jk1$rscales[1], nrep = ncol(weights(jk1, "replication")))`: the call
/// is told by the names of its result.
pub(crate) fn scales(case: &Value, designs: &BTreeMap<String, Design>, check: &mut Case<'_>) -> Option<()> {
    let (_, rest) = case["call"].as_str()?.split_once("scale = ")?;
    let (name, _) = rest.split_once("$scale")?;
    let design = build(designs.get(name)?);
    let result = &case["result"];
    for (name, expected) in elements(&result["names"]).iter().zip(elements(&result["values"])) {
        let found = match name.as_str()? {
            "scale" => design.scale(),
            "rscale1" | "rscales" | "rscales_first" => design.rscales()[0],
            // Rows and PSUs of stratum E come first in the file and in our order.
            "rscales_E" => design.rscales()[0],
            "nrep" => design.count() as f64,
            _ => return None,
        };
        check.figure(name.as_str()?, found, &expected, 0.0);
    }
    Some(())
}

fn close(what: &str, found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance * expected.abs(),
        "{what}: {found:e}, expected {expected:e}"
    );
}

/// A design over the data of a file.
fn over(data: &str, design: Value, replicates: Value) -> Design {
    Design {
        data: Data::read(data).unwrap(),
        design: design.as_object().unwrap().clone(),
        replicates,
        calibrate: Vec::new(),
        condition: serde_json::Map::new(),
    }
}

fn jk1() -> Design {
    let design = json!({ "ids": ["dnum"], "weights": "pw", "fpc": ["fpc"] });
    over("apiclus1", design, json!({ "method": "jk1" }))
}

fn jkn() -> Design {
    let design = json!({ "strata": ["stype"], "weights": "pw", "fpc": ["fpc"] });
    over("apistrat", design, json!({ "method": "jkn" }))
}

fn first(design: &Design, name: &str, entry: Value) -> EstimateLine {
    design.answer(name, &[entry]).estimates.remove(0)
}

/// The design with the columns of a `repw_*` file instead of replicates that are made.
fn with_columns(made: &Design, file: &str, scale: f64) -> Design {
    let weights = Data::read(file).unwrap();
    let mut design = made.clone();
    for (row, extra) in design.data.rows.iter_mut().zip(weights.rows) {
        row.extend(extra);
    }
    design.replicates = json!({
        "method": "columns", "columns": weights.header, "scale": scale, "combined": true,
    });
    design.data.header.extend(weights.header);
    design
}

#[test]
fn replicate_columns_of_r_give_the_figures_of_replicates_made_here() {
    let scd = |replicates: Value| {
        let design = json!({ "ids": ["ambulance"], "strata": ["ESA"], "nest": true, "weights": "one" });
        let mut design = over("scd", design, replicates);
        design.data.header.push("one".to_owned());
        design
            .data
            .rows
            .iter_mut()
            .for_each(|row| row.push("1".to_owned()));
        design
    };
    let fay = json!({ "method": "fay", "rho": 0.3 });
    let pairs = [
        (
            jk1(),
            "repw_apiclus1_jk1",
            0.9148392778511668,
            ["enroll", "api.stu"],
        ),
        (
            scd(json!({ "method": "brr" })),
            "repw_scd_brr",
            0.25,
            ["alive", "arrests"],
        ),
        (scd(fay), "repw_scd_fay", 0.5102040816326532, ["alive", "arrests"]),
    ];
    for (made, file, scale, [y, x]) in pairs {
        let given = with_columns(&made, file, scale);
        for entry in [
            json!({ "stat": "mean", "of": y, "deff": "replace" }),
            json!({ "stat": "total", "of": y }),
            json!({ "stat": "ratio", "of": y, "per": x }),
            json!({ "stat": "variance", "of": y }),
        ] {
            let (a, b) = (
                first(&made, "made", entry.clone()),
                first(&given, "given", entry.clone()),
            );
            let what = format!("{file} {entry}");
            close(&what, a.estimate, b.estimate, 1e-14);
            // The files hold single-precision sampling weights to 17 digits.
            close(&what, a.se, b.se, 1e-10);
            close(&what, a.lower, b.lower, 1e-10);
            assert_eq!((a.df, a.n), (b.df, b.n), "{what}");
        }
    }
}

#[test]
fn factors_of_uncombined_columns_multiply_the_sampling_weights() {
    let made = jk1();
    let combined = with_columns(&made, "repw_apiclus1_jk1", 0.9148392778511668);
    let mut factors = combined.clone();
    let weight = made.data.numbers("pw")[0];
    let from = made.data.header.len();
    for row in &mut factors.data.rows {
        for cell in &mut row[from..] {
            *cell = (cell.parse::<f64>().unwrap() / weight).to_string();
        }
    }
    factors.replicates = merge(factors.replicates, json!({ "combined": false }));
    let entry = json!({ "stat": "mean", "of": "api00" });
    let (a, b) = (
        first(&combined, "combined", entry.clone()),
        first(&factors, "factors", entry),
    );
    close("se", b.se, a.se, 1e-12);
}

#[test]
fn variance_design_effect_and_missing_values_match_r() {
    let line = |entry: Value| first(&jk1(), "jk1", entry);
    // svyvar(~api00, jk1)
    let v = line(json!({ "stat": "variance", "of": "api00" }));
    close("variance", v.estimate, 11182.82279469, 1e-11);
    close("its se", v.se, 1738.66985528329, 1e-12);
    // svyvar(~acs.k3, jk1, na.rm = TRUE)
    let v = line(json!({ "stat": "variance", "of": "acs.k3" }));
    close("variance", v.estimate, 3.62815656565657, 1e-13);
    close("its se", v.se, 1.23156225460092, 1e-13);
    // svymean(~api00, jk1, deff = TRUE) and "replace", svytotal, with missing values
    let deff = |stat: &str, of: &str, deff: Value| {
        line(json!({ "stat": stat, "of": of, "deff": deff }))
            .deff
            .unwrap()
    };
    close(
        "deff",
        deff("mean", "api00", json!(true)),
        11.689737092138847,
        1e-12,
    );
    close(
        "deff",
        deff("mean", "api00", json!("replace")),
        11.344367092804744,
        1e-12,
    );
    close(
        "deff",
        deff("total", "enroll", json!(true)),
        31.310656094349419,
        1e-12,
    );
    close(
        "deff",
        deff("mean", "acs.k3", json!(true)),
        12.88196017791967,
        1e-12,
    );
    close(
        "se",
        line(json!({ "stat": "mean", "of": "acs.k3" })).se,
        0.5612295168063,
        1e-12,
    );
}

#[test]
fn intervals_of_a_proportion_match_r_on_each_scale() {
    // svyciprop(~I(sch.wide == "Yes"), jk1, method = …); the logit comes from an iterated fit.
    for (method, lower, upper, tolerance) in [
        ("logit", 0.8234635482701050, 0.9120853645120579, 1e-7),
        ("asin", 0.8270527910242317, 0.9149695949213358, 1e-12),
        ("beta", 0.8231420713028538, 0.9150615973484252, 1e-8),
        ("t", 0.8302286741621543, 0.9184052056192664, 1e-12),
        ("xlogit", 0.8232413833755770, 0.9122077712792090, 1e-12),
    ] {
        let entry = json!({ "stat": "proportion", "of": "sch.wide", "ci": { "method": method } });
        let lines = jk1().answer("ciprop", &[entry]).estimates;
        let yes = lines
            .iter()
            .find(|line| line.level == Some(json!("Yes")))
            .unwrap();
        close(method, yes.estimate, 0.8743169398907104, 1e-14);
        close(method, yes.se, 0.0205560142539666, 1e-12);
        close(method, yes.lower, lower, tolerance);
        close(method, yes.upper, upper, tolerance);
    }
}

#[test]
fn t_tests_and_domains_match_r() {
    let test = |of: &str| {
        let entry = json!({ "stat": "t_test", "of": of, "across": "awards" });
        jk1().answer("ttest", &[entry]).tests[0].clone()
    };
    // svyttest(growth ~ awards, jk1), and with missing values
    let growth = test("growth");
    close("t", growth.statistic, 7.85426897284637, 1e-12);
    close("p", growth.p_value, 2.7331631974373093e-06, 1e-9);
    close("difference", growth.estimate.unwrap(), 35.4615384615385, 1e-13);
    assert_eq!(growth.ddf, 13.0);
    let class_size = test("acs.k3");
    close("t", class_size.statistic, 0.1439334426658938, 1e-9);
    close("p", class_size.p_value, 0.8877603195076895, 1e-9);
    // degf(subset(…)): PSUs reached for JK1; for JKn n−1 of whole strata, and every PSU of others
    let df = |design: &Design, by: &str| -> Vec<f64> {
        let entry = json!({ "stat": "mean", "of": "api00", "by": by, "ci": { "df": "domain" } });
        design
            .answer("domains", &[entry])
            .estimates
            .iter()
            .map(|l| l.df)
            .collect()
    };
    assert_eq!(df(&jk1(), "stype"), [14.0, 7.0, 11.0]);
    assert_eq!(df(&jkn(), "stype")[0], 99.0);
    assert_eq!(df(&jkn(), "awards")[1], 112.0);
}

#[test]
fn domain_of_one_psu_leaves_its_replicate_out() {
    // svymean(~api00, subset(jk1, dnum == 637)): 669, SE 0, one replicate discarded; the total keeps it.
    let line = |stat: &str, of: &str| {
        first(
            &jk1(),
            "one",
            json!({ "stat": stat, "of": of, "where": { "dnum": 637 }, "ci": { "df": "domain" } }),
        )
    };
    let mean = line("mean", "api00");
    assert_eq!(mean.df, 0.0);
    close("mean", mean.estimate, 669.0, 1e-14);
    assert!(mean.se < 1e-10 && mean.lower.is_nan());
    close("total", line("total", "enroll").se, 203774.1781899347, 1e-12);
}

#[test]
fn calibration_repeated_in_every_replicate_matches_r() {
    let stype = json!({ "by": ["stype"], "totals": [ { "stype": "E", "total": 4421 },
        { "stype": "H", "total": 755 }, { "stype": "M", "total": 1018 } ] });
    let wide = json!({ "by": ["sch.wide"],
        "totals": [ { "sch.wide": "No", "total": 1072 }, { "sch.wide": "Yes", "total": 5122 } ] });
    let post = merge(json!({ "method": "post_stratify" }), stype.clone());
    let figures = |design: &Design| {
        let entries = [
            json!({ "stat": "mean", "of": "api00" }),
            json!({ "stat": "total", "of": "enroll" }),
        ];
        let lines = design.answer("calibrated", &entries).estimates;
        [lines[0].estimate, lines[0].se, lines[1].se, lines[0].df]
    };
    let agree = |found: [f64; 4], expected: [f64; 4], tolerance: f64| {
        for (found, expected) in found.into_iter().zip(expected) {
            close("calibrated", found, expected, tolerance);
        }
    };
    // postStratify(jk1, ~stype, …)
    let mut design = jk1();
    design.calibrate = vec![post];
    agree(
        figures(&design),
        [642.3107882116, 26.934535367426, 473431.356779779, 14.0],
        1e-12,
    );
    design.replicates = json!({ "method": "jk1", "mse": true });
    close("mse", figures(&design)[1], 26.9357276764246, 1e-12);
    // rake(jk1, list(~stype, ~sch.wide), …, control = list(epsilon = 1e-12))
    let mut design = jk1();
    design.calibrate = vec![json!({ "method": "rake", "margins": [stype, wide] })];
    agree(
        figures(&design),
        [641.2303209268199, 26.8739804354671, 463582.1862109675421, 14.0],
        1e-9,
    );
    // postStratify(jkn, ~awards, c(2000, 4194)): the rank of the weights grows by one.
    let mut design = jkn();
    design.calibrate = vec![json!({ "method": "post_stratify", "by": ["awards"],
        "totals": [ { "awards": "No", "total": 2000 }, { "awards": "Yes", "total": 4194 } ] })];
    let [_, se, _, df] = figures(&design);
    close("se", se, 9.47950043882262, 1e-12);
    assert_eq!(df, 198.0);
    // svyttest(api00 ~ awards, …)
    let entry = json!({ "stat": "t_test", "of": "api00", "across": "awards" });
    let test = design.answer("calibrated", &[entry]).tests[0].clone();
    close("t", test.statistic, 2.28283496411066, 1e-12);
    assert_eq!(test.ddf, 197.0);
}

#[test]
fn two_stage_designs_are_replicated_at_the_first_stage() {
    // as.svrepdesign(dclus2, type = "JK1")
    let design = json!({ "ids": ["dnum", "snum"], "fpc": ["fpc1", "fpc2"] });
    let design = over("apiclus2", design, json!({ "method": "jk1" }));
    let line = first(&design, "two", json!({ "stat": "mean", "of": "api00" }));
    close("se", line.se, 33.992460762013579, 1e-10);
    assert_eq!(line.df, 39.0);
    close("scale", build(&design).scale(), 0.923480845442536, 1e-12);
}
