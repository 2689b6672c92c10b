//! Small composites whose shifts can be worked out by hand.

use super::*;

fn composite() -> Composite {
    let column = |name: &str, values: [f64; 4], more_is_better| Column {
        name: name.to_owned(),
        values: values.to_vec(),
        more_is_better,
    };
    Composite {
        indicators: vec![
            column("参与", [80.0, 60.0, 70.0, 20.0], true),
            column("受益", [50.0, 90.0, 60.0, 30.0], true),
            column("超期", [10.0, 40.0, 20.0, 80.0], false),
        ],
        weights: vec![0.4, 0.4, 0.2],
        normalisation: Normalisation::AsGiven,
        aggregation: Aggregation::Arithmetic,
    }
}

#[test]
fn scores_by_hand() {
    // 0.4·80 + 0.4·50 + 0.2·90, …
    let found = composite().scores().expect("complete");
    for (score, expected) in found.iter().zip([70.0, 72.0, 68.0, 24.0]) {
        assert!((score - expected).abs() < 1e-9);
    }
}

#[test]
fn leave_one_out_shifts_ranks_and_keeps_proportions() {
    let found = leave_one_out(&composite()).expect("complete");
    assert_eq!(found.len(), 3);
    let without = &found[1];
    assert_eq!(without.name, "without 受益");
    // (0.4·80 + 0.2·90)/0.6 = 83.33, 60, 73.33, 20.
    assert!((without.scores[0] - 250.0 / 3.0).abs() < 1e-9);
    assert_eq!(without.ranks, [Some(1), Some(3), Some(2), Some(4)]);
    assert_eq!(without.shifts, [Some(-1), Some(2), Some(-1), Some(0)]);
    assert_eq!((without.mean_shift, without.largest_shift), (1.0, 2));
}

#[test]
fn leave_one_out_of_goalposts_drops_theirs() {
    let mut base = composite();
    base.normalisation = Normalisation::Goalposts(vec![(0.0, 100.0), (30.0, 90.0), (0.0, 80.0)]);
    let found = leave_one_out(&base).expect("complete");
    // Without the first: (0.4·(50−30)/60·100 + 0.2·(100 − 12.5))/0.6.
    assert!((found[0].scores[0] - (0.4 * 100.0 / 3.0 + 0.2 * 87.5) / 0.6).abs() < 1e-9);
}

#[test]
fn leave_one_out_passes_over_the_only_weight() {
    let mut base = composite();
    base.weights = vec![1.0, 0.0, 0.0];
    let names: Vec<String> = leave_one_out(&base)
        .expect("fine")
        .into_iter()
        .map(|o| o.name)
        .collect();
    assert_eq!(names, ["without 受益", "without 超期"]);
}

#[test]
fn alternatives_are_all_combinations_and_say_what_cannot_be() {
    let found = alternatives(&composite()).expect("complete");
    // 4 normalisations × 2 aggregations × 3 weights, less the base; z with the geometric mean cannot be.
    assert_eq!(found.outcomes.len() + found.impossible.len(), 23);
    assert_eq!(found.impossible.len(), 3);
    assert!(found.impossible.iter().all(|(name, fault)| {
        name.starts_with("z_score, geometric") && matches!(fault, SensitivityFault::Aggregate { .. })
    }));
    let ranges = found.rank_ranges();
    assert_eq!(ranges[3], Some((4, 4)), "the last is last however one counts");
    assert!(ranges[0].expect("ranked").0 < ranges[0].expect("ranked").1);
}

#[test]
fn alternatives_with_a_missing_value_leave_the_unit_unranked() {
    let mut base = composite();
    base.indicators[0].values[2] = f64::NAN;
    let found = alternatives(&base).expect("computed for the others");
    assert_eq!(found.rank_ranges()[2], None);
    assert!(found.impossible.iter().any(|(name, fault)| {
        name.ends_with("entropy weights")
            && matches!(
                fault,
                SensitivityFault::Weights(WeightFault::BadValue { unit: 2, .. })
            )
    }));
}

#[test]
fn composite_of_lengths_that_do_not_fit_is_refused() {
    let mut base = composite();
    base.weights.pop();
    assert!(matches!(
        base.scores(),
        Err(SensitivityFault::LengthMismatch { what: "weights", .. })
    ));
    let mut base = composite();
    base.indicators[1].values.pop();
    assert!(matches!(base.scores(), Err(SensitivityFault::UnitMismatch { ref name, .. }) if name == "受益"));
    let mut base = composite();
    base.normalisation = Normalisation::Target(vec![1.0]);
    assert!(matches!(
        base.scores(),
        Err(SensitivityFault::LengthMismatch { what: "targets", .. })
    ));
    base.indicators.clear();
    assert_eq!(base.scores(), Err(SensitivityFault::NoIndicators));
}

#[test]
fn outcome_of_no_units_is_empty() {
    let found = outcome("none".into(), Vec::new(), &[]);
    assert!(found.mean_shift.is_nan() && found.largest_shift == 0);
}
