//! Trimming by hand, the faults by name, and what strict trimming keeps.

use proptest::prelude::*;

use super::*;

fn bounds(lower: f64, upper: f64, strict: bool) -> TrimOptions {
    TrimOptions {
        lower,
        upper,
        strict,
        ..TrimOptions::default()
    }
}

fn error(weights: &[f64], options: TrimOptions) -> TrimError {
    match trim(weights, options) {
        Err(WeightingError::Trim(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn weights_within_the_bounds_are_left_as_they_are() {
    let weights = [1.0, 2.0, 0.0, 3.0];
    let (trimmed, report) = trim(&weights, bounds(1.0, 3.0, true)).unwrap();
    assert_eq!(trimmed, weights);
    assert_eq!(report.passes, 0);
    assert!(trim(&[], TrimOptions::default()).unwrap().0.is_empty());
    assert_eq!(trim(&[0.0], bounds(1.0, 2.0, true)).unwrap().0, [0.0]);
}

#[test]
fn strict_repeats_where_one_pass_pushes_a_weight_out() {
    // Pass 1 cuts 9 to 6 and shares 3 among three: 5.5 becomes 6.5.
    let weights = [1.0, 2.0, 5.5, 9.0];
    let (once, _) = trim(&weights, bounds(0.0, 6.0, false)).unwrap();
    assert_eq!(once, [2.0, 3.0, 6.5, 6.0]);
    let (strict, report) = trim(&weights, bounds(0.0, 6.0, true)).unwrap();
    assert!(strict.iter().all(|weight| *weight <= 6.0), "{strict:?}");
    assert!((strict.iter().sum::<f64>() - 17.5).abs() < 1e-12);
    assert!(report.passes > 1);
}

#[test]
fn bounds_relative_to_median_or_mean_do_not_depend_on_the_unit() {
    let weights = [1.0, 2.0, 2.0, 15.0];
    for (scale, upper) in [(TrimScale::Median, 6.0), (TrimScale::Mean, 15.0)] {
        let options = TrimOptions {
            scale,
            ..bounds(0.1, 3.0, false)
        };
        let (trimmed, report) = trim(&weights, options).unwrap();
        assert_eq!(report.upper, upper);
        let scaled = trim(&weights.map(|weight| weight * 8.0), options).unwrap().0;
        assert!(
            trimmed
                .iter()
                .zip(scaled)
                .all(|(a, b)| (8.0 * a - b).abs() < 1e-12)
        );
    }
}

#[test]
fn bounds_without_room_are_told() {
    assert!(matches!(
        error(&[1.0, 1.0, 20.0], bounds(0.0, 5.0, true)),
        TrimError::SumOutside { n: 3, sum: 22.0, .. }
    ));
    assert_eq!(
        error(&[1.0, 10.0], bounds(4.0, 6.0, true)),
        TrimError::NoRecipient {
            lower: 4.0,
            upper: 6.0,
            excess: 1.0
        }
    );
    assert!(matches!(
        error(&[1.0, 1.0, 10.0], bounds(8.0, 50.0, false)),
        TrimError::Overdrawn { row: 2, .. }
    ));
    for (lower, upper) in [(3.0, 2.0), (f64::NAN, 1.0), (-2.0, 0.0)] {
        assert!(matches!(
            error(&[1.0], bounds(lower, upper, false)),
            TrimError::Bounds { .. }
        ));
    }
    assert!(matches!(
        trim(&[f64::NAN], TrimOptions::default()),
        Err(WeightingError::Weight { row: 0, .. })
    ));
}

#[test]
fn strict_trimming_ends_where_only_rounding_is_left_to_share() {
    // In the order given it ends; in another it once went to and fro between the last digits.
    let weights = [
        2.7851781638158806,
        18.116680423284166,
        4.160579449037285,
        47.0858478101499,
        71.18348384696091,
        58.22021481296763,
        23.686293128974963,
        36.36355822233175,
        71.18246842365637,
        96.43887926042922,
        95.14240922135596,
        64.1668674927511,
        14.214550172490284,
        92.56228563313756,
        80.96075519959047,
    ];
    let options = TrimOptions {
        scale: TrimScale::Mean,
        ..bounds(0.8986310875317158, 2.803878853743198, true)
    };
    for turn in 0..weights.len() {
        let mut turned = weights;
        turned.rotate_left(turn);
        turned.swap(0, turn);
        let (trimmed, _) = trim(&turned, options).unwrap();
        let (before, after): (f64, f64) = (weights.iter().sum(), trimmed.iter().sum());
        assert!((after - before).abs() < 1e-10 * before);
    }
}

proptest! {
    #[test]
    fn strictly_trimmed_weights_keep_their_sum_and_the_bounds(
        weights in prop::collection::vec(prop_oneof![Just(0.0), 0.01f64..100.0], 1..60),
        lower in 0.0f64..0.9, upper in 1.2f64..5.0, seed in any::<u64>(),
    ) {
        let options = TrimOptions { scale: TrimScale::Mean, ..bounds(lower, upper, true) };
        let Ok((trimmed, report)) = trim(&weights, options) else {
            // Only when each weight is outside can none take the excess.
            return Ok(());
        };
        let sum: f64 = weights.iter().sum();
        prop_assert!((trimmed.iter().sum::<f64>() - sum).abs() <= 1e-10 * sum);
        for (after, before) in trimmed.iter().zip(&weights) {
            prop_assert_eq!(*after == 0.0, *before == 0.0);
            prop_assert!(*after == 0.0 || (report.lower..=report.upper).contains(after));
        }
        // The order of the rows does not matter.
        let mut order: Vec<usize> = (0..weights.len()).collect();
        order.sort_by_key(|row| (*row as u64 ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let shuffled: Vec<f64> = order.iter().map(|&row| weights[row]).collect();
        let (other, _) = trim(&shuffled, options).unwrap();
        for (at, &row) in order.iter().enumerate() {
            prop_assert!((other[at] - trimmed[row]).abs() <= 1e-9 * trimmed[row]);
        }
    }
}
