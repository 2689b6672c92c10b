//! Consistent matrices, gaps and contradictions named, groups of experts.

use proptest::prelude::*;

use super::*;

fn of(labels: &[&str], upper: &[f64]) -> Comparisons {
    Comparisons::from_upper(labels, upper).expect("a good matrix")
}

#[test]
fn comparisons_with_a_gap_name_the_pair() {
    let upper = Comparisons::from_upper(&["参与", "受益", "满意"], &[3.0, f64::NAN, 2.0]);
    let fault = upper.expect_err("a gap");
    assert_eq!(
        fault,
        AhpFault::Incomplete {
            row: "参与".into(),
            column: "满意".into()
        }
    );
    let whole = Comparisons::new(&["a", "b"], &[1.0, 3.0, 0.0, 1.0]).expect_err("a gap");
    assert_eq!(
        whole.to_string(),
        "b was not compared with a: fill in how many times as important it is"
    );
}

#[test]
fn comparisons_that_contradict_their_mirror_are_refused_and_rounded_ones_taken() {
    let fault = Comparisons::new(&["a", "b"], &[1.0, 3.0, 0.5, 1.0]).expect_err("3 and 1/2");
    assert!(matches!(
        fault,
        AhpFault::NotReciprocal {
            value: 3.0,
            mirror: 0.5,
            ..
        }
    ));
    let rounded = Comparisons::new(
        &["a", "b", "c"],
        &[1.0, 0.13, 3.0, 8.0, 1.0, 9.0, 0.33, 0.11, 1.0],
    );
    let rounded = rounded.expect("decimals of 1/8, 1/3, 1/9");
    assert_eq!(rounded.matrix()[(0, 1)], 0.125);
    assert_eq!(rounded.matrix()[(2, 0)], 1.0 / 3.0);
}

#[test]
fn comparisons_of_bad_cells_and_shapes_are_refused() {
    let negative = Comparisons::from_upper(&["a", "b"], &[-3.0]);
    assert!(matches!(negative, Err(AhpFault::NotPositive { value: -3.0, .. })));
    let diagonal = Comparisons::new(&["a", "b"], &[2.0, 1.0, 1.0, 1.0]);
    assert!(matches!(diagonal, Err(AhpFault::Diagonal { value: 2.0, .. })));
    let short = Comparisons::new(&["a", "b"], &[1.0, 1.0]);
    assert!(matches!(
        short,
        Err(AhpFault::ShapeMismatch {
            expected: 4,
            found: 2,
            ..
        })
    ));
    let none = Comparisons::from_upper::<&str>(&[], &[]);
    assert_eq!(none, Err(AhpFault::BadSize { found: 0, most: 15 }));
    assert!(Comparisons::from_upper(&["a"; 16], &[1.0; 120]).is_err());
}

#[test]
fn priorities_of_one_criterion_are_one() {
    let found = of(&["a"], &[]).priorities(RandomIndex::Saaty1980);
    assert_eq!(
        (found.weights, found.lambda_max, found.cr, found.worst),
        (vec![1.0], 1.0, 0.0, None)
    );
}

#[test]
fn priorities_name_the_planted_contradiction_and_what_would_mend_it() {
    // Weights 8 : 4 : 2 : 1, but d is said to be 3 times b instead of 1/4.
    let found = of(&["a", "b", "c", "d"], &[2.0, 4.0, 8.0, 2.0, 1.0 / 3.0, 2.0]);
    let found = found.priorities(RandomIndex::Saaty1980);
    let worst = found.worst.clone().expect("inconsistent");
    assert_eq!((worst.row.as_str(), worst.column.as_str()), ("d", "b"));
    assert!((worst.given - 3.0).abs() < 1e-12);
    assert!((worst.implied - 0.25).abs() < 1e-9, "{worst:?}");
    assert_eq!((worst.proposed, worst.cr_after), (0.25, 0.0));
    let refused = found.accept(0.1).expect_err("contradictory").to_string();
    assert!(
        refused.ends_with(
            "d against b was given as 3; the other comparisons imply about 1/4 (consistency ratio then 0.000)"
        ),
        "{refused}"
    );
}

#[test]
fn priorities_accept_below_the_limit() {
    let found = of(&["a", "b", "c"], &[3.0, 5.0, 3.0]).priorities(RandomIndex::Saaty2008);
    assert_eq!(found.accept(0.1).expect("0.037 is below 0.1"), found.weights);
    assert!(found.accept(0.03).is_err());
}

#[test]
fn priorities_beyond_the_table_of_2008_have_no_ratio() {
    let labels: Vec<String> = (0..11).map(|i| format!("c{i}")).collect();
    let mut upper = vec![1.0; 55];
    upper[3] = 9.0;
    let comparisons = Comparisons::from_upper(&labels, &upper).expect("a good matrix");
    let unknown = comparisons.priorities(RandomIndex::Saaty2008);
    assert!(unknown.cr.is_nan() && unknown.accept(0.1).is_err());
    assert!(comparisons.priorities(RandomIndex::Saaty1980).cr > 0.0);
}

#[test]
fn combine_checks_the_experts() {
    assert_eq!(Comparisons::combine(&[], None), Err(AhpFault::NoExperts));
    let (a, b) = (of(&["a", "b"], &[3.0]), of(&["b", "a"], &[3.0]));
    assert_eq!(
        Comparisons::combine(&[a.clone(), b], None),
        Err(AhpFault::DifferentCriteria { expert: 1 })
    );
    assert_eq!(
        Comparisons::combine(&[a], Some(&[1.0, 1.0])),
        Err(AhpFault::BadExpertWeights)
    );
}

#[test]
fn combine_is_the_geometric_mean_and_weighs_voices() {
    let (a, b) = (of(&["a", "b"], &[9.0]), of(&["a", "b"], &[1.0]));
    let both = Comparisons::combine(&[a.clone(), b.clone()], None).expect("same criteria");
    assert!((both.matrix()[(0, 1)] - 3.0).abs() < 1e-12);
    let one = Comparisons::combine(&[a.clone(), b], Some(&[5.0, 0.0])).expect("same criteria");
    assert!((one.matrix()[(0, 1)] - 9.0).abs() < 1e-12);
}

proptest! {
    #[test]
    fn priorities_of_consistent_comparisons_are_their_weights_with_ratio_zero(
        raw in prop::collection::vec(0.05f64..1.0, 1..10),
    ) {
        let n = raw.len();
        let total: f64 = raw.iter().sum();
        let labels: Vec<String> = (0..n).map(|i| i.to_string()).collect();
        let upper: Vec<f64> =
            (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j))).map(|(i, j)| raw[i] / raw[j]).collect();
        let comparisons = Comparisons::from_upper(&labels, &upper).expect("a good matrix");
        let found = comparisons.priorities(RandomIndex::Saaty1980);
        for (weight, raw) in found.weights.iter().zip(&raw) {
            prop_assert!((weight - raw / total).abs() < 1e-13);
        }
        prop_assert_eq!((found.cr, found.lambda_max), (0.0, n as f64));
        prop_assert!(found.worst.is_none());
    }

    #[test]
    fn priorities_sum_to_one_follow_the_labels_and_solve_the_eigenproblem(
        cells in prop::collection::vec(1u32..10, 10), turned in prop::collection::vec(any::<bool>(), 10),
    ) {
        let upper: Vec<f64> = cells
            .iter()
            .zip(&turned)
            .map(|(&cell, &turn)| if turn { 1.0 / f64::from(cell) } else { f64::from(cell) })
            .collect();
        let comparisons = of(&["a", "b", "c", "d", "e"], &upper);
        let found = comparisons.priorities(RandomIndex::Saaty1980);
        prop_assert!((found.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        prop_assert!(found.lambda_max >= 5.0 && found.cr >= 0.0);
        let a = comparisons.matrix();
        for i in 0..5 {
            let product: f64 = (0..5).map(|j| a[(i, j)] * found.weights[j]).sum();
            prop_assert!((product - found.lambda_max * found.weights[i]).abs() < 1e-10);
        }
        // The labels turned round.
        let cells: Vec<f64> = (0..25).map(|at| a[(4 - at / 5, 4 - at % 5)]).collect();
        let other = Comparisons::new(&["e", "d", "c", "b", "a"], &cells).expect("reciprocal");
        let other = other.priorities(RandomIndex::Saaty1980);
        for i in 0..5 {
            prop_assert!((other.weights[4 - i] - found.weights[i]).abs() < 1e-10);
        }
        if let Some(worst) = found.worst {
            prop_assert!((1.0 / 9.0..=9.0).contains(&worst.proposed));
        }
    }
}
