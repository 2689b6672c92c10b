//! Quantiles against the definitions, against replicated rows, and at the edges.

use proptest::prelude::*;

use super::*;
use crate::design::{LonelyPsu, StageColumns};
use crate::estimate::contrast;
use crate::factor::Factor;

const NAN: f64 = f64::NAN;
const ALL: [Rule; 9] = [
    Rule::Math,
    Rule::School,
    Rule::Hf4,
    Rule::Hf5,
    Rule::Hf6,
    Rule::Hf7,
    Rule::Hf8,
    Rule::Hf9,
    Rule::ShahVaish,
];

fn weighted(weights: &[f64]) -> SurveyDesign {
    SurveyDesign::builder(weights.len())
        .weights(weights)
        .build()
        .unwrap()
}

fn one(design: &SurveyDesign, y: &[f64], p: f64, interval: Method) -> Estimate {
    let options = EstimateOptions {
        interval,
        ..default_options()
    };
    estimates(design, y, None, &[p], Rule::Math, &options)[0]
}

/// Hyndman & Fan's own words: Q(p) = (1 − γ)x₍ⱼ₎ + γx₍ⱼ₊₁₎ with j = ⌊np + m⌋ and γ = np + m − j.
fn hyndman_fan(x: &[f64], p: f64, rule: Rule) -> f64 {
    let n = x.len() as f64;
    let m = match rule {
        Rule::Hf4 => 0.0,
        Rule::Hf5 => 0.5,
        Rule::Hf6 => p,
        Rule::Hf7 => 1.0 - p,
        Rule::Hf8 => (p + 1.0) / 3.0,
        Rule::Hf9 => p / 4.0 + 0.375,
        _ => unreachable!(),
    };
    let place = n * p + m;
    let j = place.floor();
    let at = |k: f64| x[(k.clamp(1.0, n) as usize) - 1];
    at(j) * (1.0 - (place - j)) + at(j + 1.0) * (place - j)
}

proptest! {
    #[test]
    fn math_quantile_inverts_the_distribution_function(
        rows in prop::collection::vec((0u8..20, 0.1f64..9.0), 1..60), p in 0.0f64..=1.0,
    ) {
        let y: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
        let weights: Vec<f64> = rows.iter().map(|row| row.1).collect();
        let q = value(&weights, &y, None, p, Rule::Math);
        let share = |keep: &dyn Fn(f64) -> bool| {
            let kept: f64 = rows.iter().filter(|row| keep(f64::from(row.0))).map(|row| row.1).sum();
            kept / weights.iter().sum::<f64>()
        };
        prop_assert!(share(&|y| y <= q) >= p - 1e-12, "F(q) reaches p");
        prop_assert!(share(&|y| y < q) <= p + 1e-12, "and no smaller value does");
    }

    #[test]
    fn equal_weights_give_the_definitions_of_hyndman_and_fan(
        mut x in prop::collection::vec(-50.0f64..50.0, 2..40), p in 0.0f64..=1.0, weight in 0.01f64..100.0,
    ) {
        let weights = vec![weight; x.len()];
        let found: Vec<f64> = ALL[2..8].iter().map(|&rule| value(&weights, &x, None, p, rule)).collect();
        x.sort_by(f64::total_cmp);
        for (&rule, found) in ALL[2..8].iter().zip(found) {
            let expected = hyndman_fan(&x, p, rule);
            prop_assert!((found - expected).abs() < 1e-9, "{rule:?} {found} {expected}");
        }
    }

    #[test]
    fn whole_weights_count_like_repeated_rows(
        rows in prop::collection::vec((-9i32..9, 1usize..5), 1..30), p in 0.001f64..0.999,
    ) {
        let y: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
        let weights: Vec<f64> = rows.iter().map(|row| row.1 as f64).collect();
        let repeated: Vec<f64> = rows.iter().flat_map(|row| vec![f64::from(row.0); row.1]).collect();
        for rule in [Rule::Math, Rule::School] {
            prop_assert_eq!(
                value(&weights, &y, None, p, rule),
                value(&vec![1.0; repeated.len()], &repeated, None, p, rule)
            );
        }
    }

    #[test]
    fn order_of_rows_and_scale_of_weights_do_not_matter(
        rows in prop::collection::vec((-9i32..9, 0.5f64..5.0), 5..40),
        p in 0.1f64..0.9, scale in 0.01f64..100.0, seed in any::<u64>(),
    ) {
        let estimate = |rows: &[(i32, f64)], scale: f64| {
            let y: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
            let weights: Vec<f64> = rows.iter().map(|row| row.1 * scale).collect();
            one(&weighted(&weights), &y, p, Method::T)
        };
        let mut shuffled = rows.clone();
        shuffled.sort_by_key(|row| (row.1.to_bits() ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let (a, b) = (estimate(&rows, 1.0), estimate(&shuffled, scale));
        prop_assert_eq!(a.value, b.value);
        prop_assert_eq!((a.lower.to_bits(), a.upper.to_bits()), (b.lower.to_bits(), b.upper.to_bits()));
    }

    #[test]
    fn quantiles_rise_with_the_probability(
        rows in prop::collection::vec((-50.0f64..50.0, 0.1f64..9.0), 1..40),
        a in 0.0f64..=1.0, b in 0.0f64..=1.0,
    ) {
        let (y, weights): (Vec<f64>, Vec<f64>) = rows.into_iter().unzip();
        let sorted = Sorted::new(&y, None);
        // Shah and Vaish's rule as R has it may fall: a heavy row is placed before the one below it.
        for &rule in &ALL[..8] {
            let found = sorted.values(&weights, &[a.min(b), a.max(b)], rule);
            prop_assert!(found[0] <= found[1], "{rule:?} {found:?}");
        }
    }
}

#[test]
fn median_of_four_by_rule() {
    let (y, weights) = ([1.0, 2.0, 3.0, 10.0], [1.0; 4]);
    let median = |rule| value(&weights, &y, None, 0.5, rule);
    assert_eq!(
        (median(Rule::Math), median(Rule::School), median(Rule::Hf7)),
        (2.0, 2.5, 2.5)
    );
}

#[test]
fn below_the_first_step_is_the_smallest_value() {
    // R's rules give the second value there.
    let y = [1.0, 2.0, 3.0, 4.0];
    for rule in ALL {
        assert_eq!(value(&[1.0; 4], &y, None, 0.0, rule), 1.0, "{rule:?}");
    }
    assert_eq!(value(&[1.0; 4], &y, None, 0.2, Rule::Math), 1.0);
    for rule in &ALL[..8] {
        assert_eq!(value(&[1.0; 4], &y, None, 1.0, *rule), 4.0, "{rule:?}");
    }
}

#[test]
fn nothing_to_sort_and_no_probability_give_nan() {
    for rule in ALL {
        assert!(value(&[], &[], None, 0.5, rule).is_nan());
        assert!(value(&[1.0, 1.0], &[NAN, NAN], None, 0.5, rule).is_nan());
        assert!(value(&[0.0, 0.0], &[1.0, 2.0], None, 0.5, rule).is_nan());
        assert!(value(&[f64::INFINITY, 1.0], &[1.0, 2.0], None, 0.5, rule).is_nan());
        assert!(value(&[NAN, 1.0], &[1.0, 2.0], None, 0.5, rule).is_nan());
        for p in [-0.1, 1.1, NAN] {
            assert!(value(&[1.0, 1.0], &[1.0, 2.0], None, p, rule).is_nan());
        }
        assert_eq!(
            value(&[3.0, 0.0], &[7.0, 9.0], None, 0.5, rule),
            7.0,
            "one row, {rule:?}"
        );
        assert_eq!(value(&[3.0, 2.0], &[7.0, 9.0], Some(&[1]), 0.5, rule), 9.0);
    }
}

#[test]
fn interval_by_hand() {
    // 99 rows, p = 1/2: q̂ = 50, F = 50/99, v = F(1−F)/98, t(98) = 1.9845: F ± 0.1002, that is ranks
    // 50 ± 9.92, which the step rule reads as 41 and 60.
    let y: Vec<f64> = (1..=99).rev().map(f64::from).collect();
    let found = one(&weighted(&[2.0; 99]), &y, 0.5, Method::T);
    assert_eq!(
        (found.value, found.lower, found.upper, found.df),
        (50.0, 41.0, 60.0, 98.0)
    );
    assert!((found.se - 19.0 / (2.0 * t_quantile(0.975, 98.0))).abs() < 1e-12);
    let normal = one(&weighted(&[2.0; 99]), &y, 0.5, Method::Normal);
    assert!((normal.se - 19.0 / (2.0 * 1.959963984540054)).abs() < 1e-12);
    assert_eq!((found.n, found.sum_weights), (99, 198.0));
}

#[test]
fn limit_outside_the_data_is_nan_and_so_is_the_error() {
    let y = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let high = one(&weighted(&[1.0; 6]), &y, 0.8, Method::T);
    assert_eq!(high.value, 5.0);
    assert!(high.lower.is_finite() && high.upper.is_nan() && high.se.is_nan());
    // A transformed interval stays inside.
    let beta = one(
        &weighted(&[1.0; 6]),
        &y,
        0.8,
        Method::Proportion(crate::interval::ProportionMethod::Beta),
    );
    assert_eq!(beta.upper, 6.0);
}

#[test]
fn constant_has_no_error_and_one_psu_no_interval() {
    let same = one(&weighted(&[1.0, 2.0, 3.0]), &[4.0; 3], 0.5, Method::T);
    assert_eq!(
        (same.value, same.lower, same.upper, same.se),
        (4.0, 4.0, 4.0, 0.0)
    );
    let design = SurveyDesign::builder(1)
        .lonely_psu(LonelyPsu::Remove)
        .build()
        .unwrap();
    let alone = one(&design, &[4.0], 0.5, Method::T);
    assert_eq!((alone.value, alone.df), (4.0, 0.0));
    assert!(alone.lower.is_nan() && alone.se.is_nan());
    let none = one(&design, &[NAN], 0.5, Method::T);
    assert!(none.value.is_nan() && none.lower.is_nan() && none.n == 0);
}

#[test]
fn linearised_quantile_has_woodruffs_error_and_strata_add() {
    let strata = Factor::from_labels((0..80).map(|row| if row < 40 { "a" } else { "b" }));
    let stage = StageColumns {
        strata: Some(&strata),
        ..StageColumns::default()
    };
    let design = SurveyDesign::builder(80).stage(stage).build().unwrap();
    let y: Vec<f64> = (0..80).map(|row| f64::from(row * 37 % 83)).collect();
    let (a, b): (Vec<u32>, Vec<u32>) = ((0..40).collect(), (40..80).collect());
    let options = default_options();
    let median = |rows: &[u32]| linearise(&design, &y, Some(rows), 0.5, Rule::Hf7, &options);
    let (first, second) = (median(&a), median(&b));
    let woodruff = estimates(&design, &y, Some(&a), &[0.5], Rule::Hf7, &options)[0];
    assert_eq!(first.value, woodruff.value);
    assert!((first.variance(&design).sqrt() / woodruff.se - 1.0).abs() < 1e-12);
    let difference = contrast::linear(&design, &[(1.0, &first), (-1.0, &second)]);
    let sum = first.variance(&design) + second.variance(&design);
    assert!((difference.variance(&design) / sum - 1.0).abs() < 1e-12);
}

/// The 95 % interval of the median of a skewed variable in clusters covers the truth as often as it says.
#[test]
fn intervals_of_the_median_cover_the_truth() {
    use rand::{RngExt, SeedableRng};
    let mut rng = rand_chacha::ChaCha12Rng::seed_from_u64(11);
    let ids = Factor::from_labels((0..160).map(|row| (row / 4).to_string()));
    let stage = StageColumns {
        ids: Some(&ids),
        ..StageColumns::default()
    };
    let design = SurveyDesign::builder(160).stage(stage).build().unwrap();
    // The sum of a cluster's and a person's uniform part is symmetric about 1, and exp keeps the median.
    let rounds = 600;
    let covered = (0..rounds)
        .filter(|_| {
            let mut level = 0.0;
            let y: Vec<f64> = (0..160)
                .map(|row| {
                    if row % 4 == 0 {
                        level = rng.random::<f64>();
                    }
                    (level + rng.random::<f64>()).exp()
                })
                .collect();
            let found = one(&design, &y, 0.5, Method::T);
            found.lower <= 1.0_f64.exp() && 1.0_f64.exp() <= found.upper
        })
        .count();
    let share = covered as f64 / f64::from(rounds);
    assert!((0.92..=0.98).contains(&share), "covered in {share}");
}
