//! Each fault by name, and the counts that follow from a design.

use super::*;
use crate::factor::Factor;

fn faults(builder: DesignBuilder<'_>) -> Vec<String> {
    builder
        .build()
        .unwrap_err()
        .faults
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn ids_in_two_strata_are_refused_unless_nested() {
    let strata = Factor::from_labels(["a", "a", "b", "b"]);
    let ids = Factor::from_labels(["1", "2", "1", "2"]);
    let stage = StageColumns {
        ids: Some(&ids),
        strata: Some(&strata),
        fpc: None,
    };
    assert_eq!(
        faults(SurveyDesign::builder(4).stage(stage)),
        [
            "PSU 1 occurs in stratum a and stratum b; set `nest` if ids are numbered within strata",
            "PSU 2 occurs in stratum a and stratum b; set `nest` if ids are numbered within strata",
        ]
    );
    let design = SurveyDesign::builder(4).stage(stage).nest(true).build().unwrap();
    assert_eq!((design.psu_count(), design.df()), (4, 2.0));
}

#[test]
fn fpc_below_the_sample_names_the_stratum() {
    let strata = Factor::from_labels(["甲", "甲", "乙", "乙"]);
    let stage = StageColumns {
        strata: Some(&strata),
        fpc: Some(&[9.0, 9.0, 1.0, 1.0]),
        ids: None,
    };
    assert_eq!(
        faults(SurveyDesign::builder(4).stage(stage)),
        ["stratum 乙 of stage 1: 2 sampled units exceed the population of 1"]
    );
}

#[test]
fn fpc_that_varies_within_a_stratum_names_the_row() {
    let stage = StageColumns {
        fpc: Some(&[9.0, 9.0, 8.0]),
        ..StageColumns::default()
    };
    assert_eq!(
        faults(SurveyDesign::builder(3).stage(stage)),
        ["row 2: fpc 8 of stage 1 differs from 9 in the same stratum (all)"]
    );
}

#[test]
fn fpc_sizes_and_fractions_do_not_mix() {
    let stage = StageColumns {
        fpc: Some(&[9.0, 0.5]),
        ..StageColumns::default()
    };
    let found = faults(SurveyDesign::builder(2).stage(stage));
    assert!(
        found[0].starts_with("row 1: fpc 0.5 of stage 1: give population sizes"),
        "{found:?}"
    );
}

#[test]
fn fractions_and_sizes_give_the_same_design() {
    let sizes = StageColumns {
        fpc: Some(&[8.0; 2]),
        ..StageColumns::default()
    };
    let fractions = StageColumns {
        fpc: Some(&[0.25; 2]),
        ..StageColumns::default()
    };
    let a = SurveyDesign::builder(2).stage(sizes).build().unwrap();
    let b = SurveyDesign::builder(2).stage(fractions).build().unwrap();
    assert_eq!(a.stages(), b.stages());
    assert_eq!(a.weights(), b.weights());
    assert_eq!(a.weights(), [4.0, 4.0]);
}

#[test]
fn lonely_psu_fails_by_name_and_passes_under_a_rule() {
    let strata = Factor::from_labels(["a", "a", "b"]);
    let stage = StageColumns {
        strata: Some(&strata),
        ..StageColumns::default()
    };
    assert_eq!(
        faults(SurveyDesign::builder(3).stage(stage)),
        ["stratum b has a single sampled unit at stage 1; choose a rule for lonely PSUs"]
    );
    assert!(
        SurveyDesign::builder(3)
            .stage(stage)
            .lonely_psu(LonelyPsu::Remove)
            .build()
            .is_ok()
    );
}

#[test]
fn weights_must_be_finite_and_not_negative() {
    let weights = [1.0, -1.0, f64::NAN, f64::INFINITY, 0.0];
    let found = faults(SurveyDesign::builder(5).weights(&weights));
    assert_eq!(found.len(), 3);
    assert_eq!(found[0], "row 1: the weight -1 is not a finite number ≥ 0");
}

#[test]
fn missing_values_lengths_and_no_rows_are_faults() {
    let ids = Factor::from_values([Some("1"), None]);
    let stage = StageColumns {
        ids: Some(&ids),
        ..StageColumns::default()
    };
    assert_eq!(
        faults(SurveyDesign::builder(2).stage(stage)),
        ["row 1: no value for the id of stage 1"]
    );
    assert_eq!(
        faults(SurveyDesign::builder(3).stage(stage)),
        ["ids of stage 1 has 2 rows, the design has 3"]
    );
    assert_eq!(faults(SurveyDesign::builder(0)), ["the design has no rows"]);
}

#[test]
fn degrees_of_freedom_count_only_psus_and_strata_in_the_domain() {
    let strata = Factor::from_labels(["a", "a", "a", "b", "b"]);
    let stage = StageColumns {
        strata: Some(&strata),
        ..StageColumns::default()
    };
    let design = SurveyDesign::builder(5)
        .stage(stage)
        .weights(&[1.0, 1.0, 0.0, 1.0, 1.0])
        .build()
        .unwrap();
    // Row 2 has weight 0 and counts nowhere.
    assert_eq!(design.df(), 2.0);
    assert_eq!(design.df_within(&[0, 1]), 1.0);
    assert_eq!(design.df_within(&[]), 0.0);
}

#[test]
fn a_hundred_thousand_strata_are_built() {
    let labels: Vec<String> = (0..200_000).map(|row| (row / 2).to_string()).collect();
    let strata = Factor::from_labels(&labels);
    let stage = StageColumns {
        strata: Some(&strata),
        ..StageColumns::default()
    };
    let design = SurveyDesign::builder(200_000).stage(stage).build().unwrap();
    assert_eq!(design.df(), 100_000.0);
}
