//! Agreement, reliability and AHP against Python's krippendorff, pingouin, scikit-learn, statsmodels and numpy, and
//! against R's psych.

use analysis::agreement::Ratings;
use analysis::agreement::icc::{Icc, IccModel, IccOf, icc};
use analysis::agreement::kappa::{Kappa, KappaWeights, cohen_kappa, contingency, fleiss_kappa};
use analysis::agreement::krippendorff::{Level, krippendorff_alpha};
use analysis::indicator::weigh::ahp::{Comparisons, RandomIndex};
use analysis::scale::alpha::{CronbachAlpha, cronbach_alpha};
use analysis::scale::covariance::{MissingRule, item_covariance};
use nalgebra::DMatrix;
use serde_json::Value;

use crate::check::{Case, Tally, elements};
use crate::data::fixtures;

fn read(name: &str) -> Value {
    let text = std::fs::read_to_string(fixtures().join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Numbers of an array; null is missing.
fn numbers(value: &Value) -> Vec<f64> {
    elements(value)
        .iter()
        .map(|x| x.as_f64().unwrap_or(f64::NAN))
        .collect()
}

fn rows(value: &Value) -> Vec<Vec<f64>> {
    elements(value).iter().map(numbers).collect()
}

/// The input of a case; the file of R's psych takes those of the other file.
fn input<'a>(inputs: &'a Value, id: &str) -> &'a Value {
    let case = inputs["cases"]
        .as_array()
        .unwrap()
        .iter()
        .find(|case| case["id"] == id);
    &case.unwrap()["input"]
}

fn compare_krippendorff(case: &mut Case<'_>, input: &Value, result: &Value) {
    let ratings = Ratings::by_rater(&rows(&input["raters_by_units"])).unwrap();
    for (name, level) in [
        ("nominal", Level::Nominal),
        ("ordinal", Level::Ordinal),
        ("interval", Level::Interval),
        ("ratio", Level::Ratio),
    ] {
        let found = krippendorff_alpha(&ratings, level).unwrap();
        case.figure(name, found.value, &result[name], 0.0);
    }
}

fn compare_icc(case: &mut Case<'_>, input: &Value, result: &Value) {
    let ratings = Ratings::by_unit(&rows(&input["subjects_by_raters"])).unwrap();
    for (name, model, of) in [
        ("ICC1", IccModel::OneWay, IccOf::Single),
        ("ICC2", IccModel::TwoWayRandom, IccOf::Single),
        ("ICC3", IccModel::TwoWayMixed, IccOf::Single),
        ("ICC1k", IccModel::OneWay, IccOf::Mean),
        ("ICC2k", IccModel::TwoWayRandom, IccOf::Mean),
        ("ICC3k", IccModel::TwoWayMixed, IccOf::Mean),
    ] {
        let Icc {
            value,
            lower,
            upper,
            f,
            df1,
            df2,
            p_value,
            ..
        } = icc(&ratings, model, of, 0.95);
        let expected = &result[name];
        for (field, found) in [
            ("icc", value),
            ("F", f),
            ("df1", df1),
            ("df2", df2),
            ("lower95", lower),
            ("upper95", upper),
        ] {
            case.figure(&format!("{name} {field}"), found, &expected[field], 0.0);
        }
        case.loose(&format!("{name} p"), p_value, &expected["p"], 1e-7);
    }
}

fn kappa(input: &Value, weights: &KappaWeights) -> (DMatrix<f64>, Kappa) {
    let [a, b, labels] = ["a", "b", "labels"].map(|key| numbers(&input[key]));
    let table = contingency(&a, &b, &labels).unwrap();
    let found = cohen_kappa(&table, weights, 0.95).unwrap();
    (table, found)
}

fn compare_kappa(case: &mut Case<'_>, input: &Value, result: &Value) {
    for (name, weights) in [
        ("unweighted", KappaWeights::Unweighted),
        ("linear", KappaWeights::Linear),
        ("quadratic", KappaWeights::Quadratic),
    ] {
        case.figure(name, kappa(input, &weights).1.value, &result[name], 0.0);
    }
}

/// The six figures of psych that rest on its variance of weighted kappa are looked at in
/// `psychs_variance_of_weighted_kappa_is_a_slip`.
fn compare_kappa_of_psych(case: &mut Case<'_>, input: &Value, result: &Value) {
    let plain = kappa(input, &KappaWeights::Unweighted).1;
    let weighted = kappa(input, &KappaWeights::Quadratic).1;
    case.figure("kappa", plain.value, &result["kappa"], 0.0);
    case.figure(
        "weighted",
        weighted.value,
        &result["weighted_kappa_quadratic"],
        0.0,
    );
    case.figure("variance", plain.se * plain.se, &result["var_kappa"], 0.0);
    let limits = &result["confid"];
    case.figure("lower", plain.lower, &limits[0], 0.0);
    case.figure("estimate", plain.value, &limits[1], 0.0);
    case.figure("upper", plain.upper, &limits[2], 0.0);
    case.figure("weighted estimate", weighted.value, &limits[4], 0.0);
}

/// The items of a case, each a column.
fn items(input: &Value) -> Vec<Vec<f64>> {
    let cases = rows(&input["cases_by_items"]);
    (0..cases[0].len())
        .map(|item| cases.iter().map(|case| case[item]).collect())
        .collect()
}

fn compare_alpha(case: &mut Case<'_>, input: &Value, result: &Value) {
    let missing = if case.id.ends_with("pairwise") {
        MissingRule::Pairwise
    } else {
        MissingRule::Listwise
    };
    let items = items(input);
    let found = cronbach_alpha(&items, missing, 0.95).unwrap();
    case.figure("alpha", found.raw, &result["alpha"], 0.0);
    // pingouin counts every row for the limits, those that it left out listwise as well; this crate the rows used.
    let all_rows = items[0].len();
    let covariance = item_covariance(&items, missing).unwrap();
    assert_eq!(
        found.n == all_rows,
        missing == MissingRule::Pairwise || case.id == "alpha_complete"
    );
    let found = CronbachAlpha::from_covariance(&covariance.matrix, all_rows, 0.95);
    let rounded = |x: f64| (x * 1000.0).round() / 1000.0;
    case.figure("lower", rounded(found.lower), &result["ci95_rounded"][0], 0.0);
    case.figure("upper", rounded(found.upper), &result["ci95_rounded"][1], 0.0);
}

fn compare_alpha_of_psych(case: &mut Case<'_>, input: &Value, result: &Value) {
    let found = cronbach_alpha(&items(input), MissingRule::Pairwise, 0.95).unwrap();
    case.figure("raw", found.raw, &result["raw_alpha"], 0.0);
    case.figure("standardised", found.standardised, &result["std_alpha"], 0.0);
    case.figure(
        "mean correlation",
        found.mean_correlation,
        &result["average_r"],
        0.0,
    );
    for (at, item) in found.items.iter().enumerate() {
        case.figure(
            "if dropped",
            item.alpha_if_dropped,
            &result["alpha_if_dropped"][at],
            0.0,
        );
        case.figure(
            "rest",
            item.item_rest_correlation,
            &result["item_rest_r"][at],
            0.0,
        );
    }
}

fn compare_ahp(case: &mut Case<'_>, input: &Value, result: &Value) {
    let upper: Vec<f64> = rows(&input["upper_triangle_row_major_as_fractions"])
        .iter()
        .map(|fraction| fraction[0] / fraction[1])
        .collect();
    let n = input["n"].as_u64().unwrap();
    let labels: Vec<String> = (0..n).map(|at| format!("criterion {at}")).collect();
    let comparisons = Comparisons::from_upper(&labels, &upper).unwrap();
    let [older, newer] =
        [RandomIndex::Saaty1980, RandomIndex::Saaty2008].map(|index| comparisons.priorities(index));
    for (at, weight) in older.weights.iter().enumerate() {
        case.figure("weight", *weight, &result["weights"][at], 0.0);
    }
    for (at, weight) in comparisons.geometric_mean_weights().iter().enumerate() {
        case.figure("geometric", *weight, &result["geometric_mean_weights"][at], 0.0);
    }
    case.figure("lambda", older.lambda_max, &result["lambda_max"], 0.0);
    case.figure("ci", older.ci, &result["ci"], 0.0);
    case.figure("cr 1980", older.cr, &result["cr_saaty1980"], 0.0);
    case.figure("cr 2008", newer.cr, &result["cr_saaty2008"], 0.0);
}

fn check_file(name: &str) -> Tally {
    let (file, inputs) = (read(name), read("agreement_ahp.json"));
    let of_psych = file["inputs_from"].is_string();
    let mut tally = Tally::new(name);
    for case in file["cases"].as_array().unwrap() {
        let (id, kind) = (case["id"].as_str().unwrap(), case["kind"].as_str().unwrap());
        let (input, result) = (input(&inputs, id), &case["result"]);
        let mut compared = Case::new(case);
        match (kind, of_psych) {
            ("krippendorff_alpha", false) => compare_krippendorff(&mut compared, input, result),
            ("icc", _) => compare_icc(&mut compared, input, result),
            ("cohen_kappa", false) => compare_kappa(&mut compared, input, result),
            ("cohen_kappa", true) => compare_kappa_of_psych(&mut compared, input, result),
            ("fleiss_kappa", false) => {
                let counts = rows(&input["subjects_by_categories"]);
                compared.figure(
                    "kappa",
                    fleiss_kappa(&counts, 0.95).unwrap().value,
                    &result["kappa"],
                    0.0,
                );
            }
            ("cronbach_alpha", false) => compare_alpha(&mut compared, input, result),
            ("cronbach_alpha", true) => compare_alpha_of_psych(&mut compared, input, result),
            ("ahp", false) => compare_ahp(&mut compared, input, result),
            _ => tally.uncovered.push(id.to_owned()),
        }
        tally.add(compared);
    }
    tally
}

fn assert_met(name: &str, cases: usize, figures: usize) {
    let tally = check_file(name);
    assert!(tally.failures.is_empty() && tally.uncovered.is_empty(), "{tally}");
    assert_eq!((tally.cases, tally.figures), (cases, figures), "{tally}");
}

#[test]
fn agreement_and_ahp_match_python() {
    assert_met("agreement_ahp.json", 16, 135);
}

/// All 115 figures but the six that rest on psych's variance of weighted kappa.
#[test]
fn agreement_matches_psych() {
    assert_met("agreement_psych.json", 5, 109);
}

/// Fleiss, Cohen & Everitt (1969), equation 8, takes the mean weight w̄.ⱼ = Σᵢ pᵢ. wᵢⱼ over the first rater's margin. psych
/// 2.2.9 takes pⱼ. Σᵢ wᵢⱼ instead (the same for plain kappa), and sets to 0 what then comes out negative. Its figures are
/// met with that, so that this is all that differs; this crate computes the paper's, and a numerical derivative confirms
/// it (`cohen_kappa_standard_error_is_the_delta_method`).
#[test]
fn psychs_variance_of_weighted_kappa_is_a_slip() {
    let (file, inputs) = (read("agreement_psych.json"), read("agreement_ahp.json"));
    let mut figures = 0;
    for case in file["cases"].as_array().unwrap() {
        if case["kind"] != "cohen_kappa" {
            continue;
        }
        let input = input(&inputs, case["id"].as_str().unwrap());
        let (table, found) = kappa(input, &KappaWeights::Quadratic);
        let (k, n) = (table.nrows(), found.n);
        let p = &table / n;
        let weight = |i: usize, j: usize| 1.0 - (i.abs_diff(j) as f64 / (k as f64 - 1.0)).powi(2);
        let row_mean = |i: usize| (0..k).map(|j| weight(i, j) * p.column(j).sum()).sum::<f64>();
        let column_mean = |j: usize| (0..k).map(|i| weight(i, j) * p.row(i).sum()).sum::<f64>();
        let slipped_mean = |j: usize| p.row(j).sum() * (0..k).map(|i| weight(i, j)).sum::<f64>();
        let variance = |column_mean: &dyn Fn(usize) -> f64| {
            let (o, e) = (found.observed, found.expected);
            let mut sum = 0.0;
            for i in 0..k {
                for j in 0..k {
                    let mean = row_mean(i) + column_mean(j);
                    sum += p[(i, j)] * (weight(i, j) * (1.0 - e) - mean * (1.0 - o)).powi(2);
                }
            }
            ((sum - (o * e - 2.0 * e + o).powi(2)) / (n * (1.0 - e).powi(4))).max(0.0)
        };
        let own = found.se * found.se;
        assert!((variance(&column_mean) - own).abs() < 1e-10 * own);
        let psychs = variance(&slipped_mean);
        let half = 1.959963984540054 * psychs.sqrt();
        let limits = &case["result"]["confid"];
        for (found, expected) in [
            (psychs, &case["result"]["var_weighted"]),
            (found.value - half, &limits[3]),
            (found.value + half, &limits[5]),
        ] {
            let expected = expected.as_f64().unwrap();
            assert!(
                (found - expected).abs() <= 1e-8 * expected,
                "{case}: {found} {expected}"
            );
            figures += 1;
        }
    }
    assert_eq!(figures, 6);
}
