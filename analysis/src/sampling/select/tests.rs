//! Inclusion probabilities by simulation, sums, certainty, and repeatability.

use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha12Rng;

use super::*;

/// Draws often and compares how often each unit is drawn with its stated probability.
fn frequencies_match(
    draws: usize,
    units: usize,
    mut draw: impl FnMut(&mut ChaCha12Rng) -> Vec<Selected>,
    probability: impl Fn(usize) -> f64,
) {
    let mut rng = ChaCha12Rng::seed_from_u64(20_261_123);
    let mut counts = vec![0usize; units];
    for _ in 0..draws {
        let sample = draw(&mut rng);
        assert!(
            sample.windows(2).all(|pair| pair[0].index < pair[1].index),
            "sorted, no unit twice"
        );
        for unit in sample {
            assert!((unit.probability - probability(unit.index)).abs() < 1e-12);
            counts[unit.index] += 1;
        }
    }
    for (unit, count) in counts.into_iter().enumerate() {
        let p = probability(unit);
        // Five standard errors: one false alarm in two million units.
        let allowed = 5.0 * (p * (1.0 - p) / draws as f64).sqrt() + 1e-12;
        assert!(
            (count as f64 / draws as f64 - p).abs() <= allowed,
            "unit {unit}: {count} of {draws}, p = {p}"
        );
    }
}

#[test]
fn simple_random_draws_each_unit_equally_often() {
    frequencies_match(20_000, 7, |rng| simple_random(rng, 7, 3).unwrap(), |_| 3.0 / 7.0);
}

#[test]
fn systematic_draws_each_unit_equally_often() {
    frequencies_match(20_000, 11, |rng| systematic(rng, 11, 4).unwrap(), |_| 4.0 / 11.0);
}

#[test]
fn pps_draws_each_unit_as_often_as_its_probability_says() {
    let sizes = [5.0, 1.0, 0.0, 80.0, 9.0, 30.0, 12.0, 3.0];
    let probabilities = pps_probabilities(&sizes, 4).unwrap();
    frequencies_match(
        20_000,
        8,
        |rng| pps_systematic(rng, &sizes, 4).unwrap(),
        |unit| probabilities[unit],
    );
}

#[test]
fn pps_certainty_is_iterated() {
    // 100 is certain at once; among the rest 2·30/45 > 1 makes 30 certain too.
    let probabilities = pps_probabilities(&[100.0, 30.0, 10.0, 5.0], 3).unwrap();
    assert_eq!(probabilities[..2], [1.0, 1.0]);
    assert!((probabilities[2] - 10.0 / 15.0).abs() < 1e-15);
    let mut rng = ChaCha12Rng::seed_from_u64(1);
    let sample = pps_systematic(&mut rng, &[100.0, 30.0, 10.0, 5.0], 3).unwrap();
    assert_eq!(
        sample.iter().map(|unit| unit.certainty).collect::<Vec<_>>(),
        [true, true, false]
    );
}

#[test]
fn a_seed_gives_the_same_sample_again() {
    let draw = |seed| {
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        systematic(&mut rng, 90_000, 1_000)
            .unwrap()
            .iter()
            .map(|unit| unit.index)
            .collect::<Vec<_>>()
    };
    assert_eq!(draw(7), draw(7));
    assert_ne!(draw(7), draw(8));
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let mut rng = ChaCha12Rng::seed_from_u64(0);
    let too_few = SelectionError::TooFewUnits {
        wanted: 3,
        available: 2,
    };
    assert_eq!(simple_random(&mut rng, 2, 3), Err(too_few.clone()));
    assert_eq!(systematic(&mut rng, 2, 3), Err(too_few.clone()));
    assert_eq!(pps_systematic(&mut rng, &[1.0, 0.0, 2.0], 3), Err(too_few));
    assert!(matches!(
        pps_systematic(&mut rng, &[1.0, f64::NAN], 1),
        Err(SelectionError::BadSize { index: 1, .. })
    ));
    assert_eq!(simple_random(&mut rng, 5, 0), Ok(Vec::new()));
    assert_eq!(systematic(&mut rng, 0, 0), Ok(Vec::new()));
}

proptest! {
    #[test]
    fn pps_probabilities_sum_to_n_and_n_units_are_drawn(
        sizes in prop::collection::vec(0.01f64..1000.0, 1..60), share in 0.0f64..=1.0, seed in any::<u64>(),
    ) {
        let n = (sizes.len() as f64 * share) as usize;
        let probabilities = pps_probabilities(&sizes, n).unwrap();
        let sum: f64 = probabilities.iter().sum();
        prop_assert!((sum - n as f64).abs() < 1e-9, "{sum} is not {n}");
        prop_assert!(probabilities.iter().all(|p| (0.0..=1.0).contains(p)));
        let sample = pps_systematic(&mut ChaCha12Rng::seed_from_u64(seed), &sizes, n).unwrap();
        prop_assert_eq!(sample.len(), n);
        prop_assert!(sample.windows(2).all(|pair| pair[0].index < pair[1].index));
    }
}
