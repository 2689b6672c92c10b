//! Steps from request to weights; every fault by key, term, cell, column and row.

use super::super::tests::Bench;
use super::*;
use crate::request::{columns_of, compute, spec::Request};
use crate::weighting::{GregError, TrimError};

const SAMPLE: &str = "地,grade,age,w\n甲,1,30,10\n甲,2,40,10\n乙,1,50,10\n乙,2,60,10\n乙,2,70,10\n";

fn request(step: &str) -> String {
    format!(
        r#"{{ "data": "data.csv", "design": {{ "weights": "w" }}, "calibrate": [ {step} ],
            "estimates": [ {{ "stat": "total", "of": "age" }}, {{ "stat": "total", "of": "地" }} ] }}"#
    )
}

const TOTALS: &str = r#"[ { "term": "(Intercept)", "total": 60 }, { "term": "地甲", "total": 22 }, { "term": "age", "total": 3000 } ]"#;

#[test]
fn greg_meets_the_totals_of_numbers_and_categories() {
    let bench = Bench::new("greg", SAMPLE);
    for options in [
        "",
        r#""distance": "raking", "#,
        r#""distance": "logit", "bounds": [0.3, 3], "#,
        r#""bounds": [0.5, 2.0], "#,
    ] {
        let step = format!(r#"{{ "method": "greg", {options} "model": ["地", "age"], "totals": {TOTALS} }}"#);
        let answer = bench.run(&request(&step)).unwrap();
        let found: Vec<f64> = answer.estimates.iter().map(|line| line.estimate).collect();
        for (found, expected) in found.iter().zip([3000.0, 38.0, 22.0]) {
            assert!((found - expected).abs() < 1e-9, "{options} {found}");
        }
        assert!(
            answer.estimates.iter().all(|line| line.se < 1e-9),
            "{options} {:?}",
            answer.estimates
        );
    }
}

#[test]
fn numbers_are_categories_when_the_model_says_so() {
    let bench = Bench::new("factor", SAMPLE);
    let step = r#"{ "method": "greg", "intercept": false, "model": ["factor(grade)"],
        "totals": [ { "term": "factor(grade)1", "total": 30 }, { "term": "factor(grade)2", "total": 60 } ] }"#;
    let answer = bench.run(&request(step)).unwrap();
    assert!((answer.weights.min - 15.0).abs() < 1e-12 && (answer.weights.max - 20.0).abs() < 1e-12);
    // As numbers the grades have one term.
    let step = r#"{ "method": "greg", "model": "grade",
        "totals": [ { "term": "(Intercept)", "total": 50 }, { "term": "grade2", "total": 60 } ] }"#;
    assert_eq!(
        bench.faults(&request(step)),
        ["ES018 field calibrate[0]: grade2 in totals is no term of the model. Did you mean grade?"]
    );
}

#[test]
fn trim_keeps_the_sum_and_may_be_relative_and_strict() {
    let bench = Bench::new("trim", "y,w\n1,1\n2,2\n3,5.5\n4,9\n");
    let weights = |step: &str| {
        let request = format!(
            r#"{{ "data": "data.csv", "design": {{ "weights": "w" }}, "calibrate": [ {{ "method": "trim", {step} }} ], "estimates": [] }}"#
        );
        bench.run(&request).unwrap().weights
    };
    let once = weights(r#""upper": 6"#);
    assert_eq!((once.min, once.max, once.sum), (2.0, 6.5, 17.5));
    assert_eq!(weights(r#""upper": 6, "strict": true"#).max, 6.0);
    // The median is 3.75.
    let relative = weights(r#""lower": 0.4, "upper": 2, "relative_to": "median""#);
    assert!((relative.sum - 17.5).abs() < 1e-12 && relative.max < 9.0 && relative.min >= 1.5);
}

#[test]
fn faults_of_keys_are_named_at_once() {
    let bench = Bench::new("greg-keys", SAMPLE);
    let step = r#"{ "method": "greg", "distanse": "linear", "distance": "logit", "model": ["town"], "totals": [ { "term": "x", "total": "5" }, { "name": "y" } ] },
        { "method": "greg", "bounds": [2, 3] }, { "method": "trim" }, { "method": "trim", "lower": 3, "upper": 2, "relative_to": "max" },
        { "method": "grag" }"#;
    assert_eq!(
        bench.faults(&request(step)),
        [
            "ES002 field calibrate[0].distanse: unknown key distanse. Did you mean distance?",
            "ES004 field calibrate[0].totals[0].total: the value \"5\" does not fit; expected a number.",
            "ES002 field calibrate[0].totals[1].name: unknown key name. Known: term, total.",
            "ES003 field calibrate[0].totals[1].term: the key term is required.",
            "ES003 field calibrate[0].totals[1].total: the key total is required.",
            "ES003 field calibrate[0].bounds: the key bounds is required.",
            "ES003 field calibrate[1].model: the key model is required.",
            "ES003 field calibrate[1].totals: the key totals is required.",
            "ES004 field calibrate[1].bounds: the value [2,3] does not fit; expected two numbers, one below and \
             one above 1, such as [0.5, 2.0].",
            "ES003 field calibrate[2].upper: the key upper is required.",
            "ES004 field calibrate[3].upper: the value 2 does not fit; expected a positive number above lower.",
            "ES004 field calibrate[3].relative_to: unknown value max. Known: median, mean.",
            "ES004 field calibrate[4].method: unknown value grag. Did you mean greg?",
            "ES007 field calibrate[0].model: the data file data.csv has no column town. Known: 地, grade, age, w.",
        ]
    );
}

#[test]
fn faults_of_the_data_name_term_column_and_row() {
    let bench = Bench::new("greg-data", "地,age,old,w\n甲,30,x,10\n,40,2,10\n乙,,3,10\n");
    let faults = |model: &str| {
        bench.faults(&request(&format!(
            r#"{{ "method": "greg", "model": {model}, "totals": [ {{ "term": "(Intercept)", "total": 30 }}, {{ "term": "old", "total": 3 }} ] }}"#
        )))
    };
    assert_eq!(
        faults(r#"["地"]"#),
        [
            "ES018 data.csv, row 3, column 地, field calibrate[0].model: the row has no value of 地, a term of the \
             model. Fill it in, or leave the row out."
        ]
    );
    assert_eq!(
        faults(r#"["age"]"#),
        [
            "ES018 data.csv, row 4, column age, field calibrate[0].model: the row has no value of age, a term of \
             the model. Fill it in, or leave the row out."
        ]
    );
    // Its total says that `old` is a number.
    assert_eq!(
        faults(r#"["old"]"#),
        [
            "ES009 data.csv, row 2, column old: \"x\" is not a number, but calibrate[0].model needs a numeric \
             column. Leave missing values empty."
        ]
    );
}

#[test]
fn totals_that_cannot_be_met_say_what_could() {
    let bench = Bench::new("greg-reach", SAMPLE);
    let faults = |options: &str, age: f64| {
        bench.faults(&request(&format!(
            r#"{{ "method": "greg", {options} "model": "age", "totals": [ {{ "term": "(Intercept)", "total": 50 }}, {{ "term": "age", "total": {age} }} ] }}"#
        )))
    };
    assert_eq!(
        faults(r#""bounds": [0.5, 2],"#, 9000.0),
        [
            "ES018 field calibrate[0]: the total 9000 of age cannot be reached: weights within the bounds give 1250 \
             to 5000. Widen bounds, or correct the total."
        ]
    );
    let joint = faults(r#""bounds": [0.5, 2],"#, 3300.0);
    assert!(
        joint[0].starts_with(
            "ES018 field calibrate[0]: the totals cannot all be reached within the bounds: in the closest"
        ),
        "{joint:?}"
    );
    let negative = faults("", 3300.0);
    assert!(
        negative[0]
            .starts_with("ES018 data.csv, row 2, field calibrate[0]: 1 calibrated weights are negative"),
        "{negative:?}"
    );
    // Margins say the same in their own words, in both languages.
    let step = r#"{ "method": "rake", "margins": [
        { "by": "地", "totals": [ { "地": "甲", "total": 20 }, { "地": "乙", "total": 20 } ] },
        { "by": "age", "totals": [ { "age": 30, "total": 30 }, { "age": 40, "total": 1 }, { "age": 50, "total": 3 },
            { "age": 60, "total": 3 }, { "age": 70, "total": 3 } ] } ] }"#;
    let faults = bench.run(&request(step)).unwrap_err();
    let lines: Vec<String> = ["zh", "en"]
        .iter()
        .map(|lang| faults[0].message.get(lang).to_owned())
        .collect();
    assert_eq!(
        lines,
        [
            "边际 地 与 age 互相矛盾：地 的 乙 共 20，而其样本全部在 age 的 50、60、70 中，后者只有 9。",
            "margins 地 and age contradict each other: 地 乙 counts 20, but its respondents are all in age 50 + 60 \
             + 70, which counts 9."
        ]
    );
}

/// Replicates repeat the steps: prepared once, a step gives other weights what it would give them afresh.
#[test]
fn prepared_steps_serve_other_weights_with_zeros() {
    let bench = Bench::new("steps", SAMPLE);
    let step = format!(
        r#"{{ "method": "post_stratify", "by": "地", "totals": [ {{ "地": "甲", "total": 30 }}, {{ "地": "乙", "total": 30 }} ] }},
           {{ "method": "greg", "distance": "raking", "model": ["地", "age"], "totals": {TOTALS} }},
           {{ "method": "trim", "lower": 3, "upper": 30, "strict": true }},
           {{ "method": "rake", "margins": [ {{ "by": "grade", "totals": [ {{ "grade": 1, "total": 20 }}, {{ "grade": 2, "total": 40 }} ] }} ] }}"#
    );
    let value: serde_json::Value = serde_json::from_str(&request(&step)).unwrap();
    let mut faults = Faults::default();
    let asked = Request::read(&value, &mut faults).unwrap();
    let table = Table::read(&bench.folder, "data.csv", &columns_of(&asked), &mut faults).unwrap();
    let design = compute::design(&asked.design, &table, &mut faults).unwrap();
    let steps = prepare(&asked.calibrate, &design, &table, &mut faults).unwrap();
    let replicate = [10.0, 10.0, 12.0, 0.0, 15.0];
    let mut weights = replicate.to_vec();
    for step in &steps {
        weights = step.weights(&weights).unwrap();
        assert_eq!(weights[3], 0.0);
    }
    let sum: f64 = weights.iter().sum();
    assert!((sum - 60.0).abs() < 1e-9, "{sum}");
    assert!((weights[0] + weights[2] - 20.0).abs() < 1e-9);
    // The way through designs gives the same weights.
    let mut replicated = design.with_weights(replicate.to_vec()).unwrap();
    for step in &steps {
        replicated = step.calibrate(&replicated).unwrap();
    }
    assert_eq!(replicated.weights(), weights);
    assert_eq!(replicated.calibration().len(), 3);
    // A replicate without anybody in a category cannot be calibrated, and says so.
    let error = steps[0].weights(&[0.0, 0.0, 1.0, 1.0, 1.0]).unwrap_err();
    assert!(matches!(error, WeightingError::EmptyCategory { .. }), "{error}");
}

#[test]
fn every_message_is_in_both_languages() {
    let category = || "c".to_owned();
    let margin = || "m".to_owned();
    let term = || "t".to_owned();
    let errors: Vec<WeightingError> = vec![
        WeightingError::EmptyCategory {
            margin: margin(),
            category: category(),
            total: 1.0,
        },
        WeightingError::UnknownCategory {
            margin: margin(),
            category: category(),
            row: 0,
        },
        WeightingError::DuplicateCategory {
            margin: margin(),
            category: category(),
        },
        WeightingError::BadTotal {
            margin: margin(),
            category: category(),
            total: -1.0,
        },
        WeightingError::MissingCategory {
            margin: margin(),
            row: 0,
        },
        WeightingError::NoMargins,
        WeightingError::Weight { row: 0, value: -1.0 },
        ModelError::NoTerms.into(),
        ModelError::DuplicateTerm { term: term() }.into(),
        ModelError::Collinear { term: term() }.into(),
        ModelError::NotFinite {
            term: term(),
            row: 0,
            value: f64::NAN,
        }
        .into(),
        GregError::MissingTotal { term: term() }.into(),
        GregError::DuplicateTotal { term: term() }.into(),
        GregError::EmptyTerm {
            term: term(),
            total: 1.0,
        }
        .into(),
        GregError::Bounds {
            lower: 2.0,
            upper: 1.0,
        }
        .into(),
        GregError::BoundsRequired.into(),
        GregError::OutOfReach {
            term: term(),
            total: 1.0,
            reached: 2.0,
        }
        .into(),
        TrimError::NoRecipient {
            lower: 1.0,
            upper: 2.0,
            excess: 3.0,
        }
        .into(),
        TrimError::Overdrawn { row: 0, weight: -1.0 }.into(),
    ];
    let mut faults = Faults::default();
    for error in &errors {
        faults.weighting(Place::unknown(), error);
    }
    let list = faults.check().unwrap_err();
    assert_eq!(list.len(), errors.len());
    for fault in list {
        let (zh, en) = (fault.message.get("zh"), fault.message.get("en"));
        assert!(zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{zh}");
        assert!(en.is_ascii(), "{en}");
    }
}
