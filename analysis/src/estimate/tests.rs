//! Estimates against naive loops, and what must not change them.

use proptest::prelude::*;

use super::*;
use crate::design::StageColumns;
use crate::factor::{Factor, MISSING};

const NAN: f64 = f64::NAN;

fn close(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() <= 1e-10 * expected.abs().max(1e-3),
        "{found} is not {expected}"
    );
}

fn weighted(weights: &[f64]) -> SurveyDesign {
    SurveyDesign::builder(weights.len())
        .weights(weights)
        .build()
        .unwrap()
}

#[test]
fn mean_and_its_error_by_hand() {
    // n = 3: ȳ = (1·2 + 3·1 + 5·1)/4 = 2.5; x = w(y−ȳ)/4 = −0.75, 0.125, 0.625
    let design = weighted(&[2.0, 1.0, 1.0]);
    let estimate = mean::linearise(&design, &[1.0, 3.0, 5.0], None).estimate(
        &design,
        &EstimateOptions {
            deff: Some(DeffBase::WithReplacement),
            ..EstimateOptions::default()
        },
    );
    close(estimate.value, 2.5);
    let variance = 1.5 * (0.75f64.powi(2) + 0.125f64.powi(2) + 0.625f64.powi(2));
    close(estimate.se, variance.sqrt());
    // S² = 3/2 · (2·2.25 + 0.25 + 6.25)/4, divided by n = 3
    close(estimate.deff.unwrap(), variance / (1.5 * 2.75 / 3.0));
    assert_eq!((estimate.n, estimate.sum_weights, estimate.df), (3, 4.0, 2.0));
}

#[test]
fn missing_values_leave_the_rows_in_the_design() {
    let design = weighted(&[1.0; 5]);
    let estimate = mean::linearise(&design, &[1.0, NAN, 3.0, NAN, 5.0], None)
        .estimate(&design, &EstimateOptions::default());
    assert_eq!((estimate.value, estimate.n, estimate.df), (3.0, 3, 4.0));
    // 5/4 · Σ (z − 0)², z = (−2, 0, 2)/3 and two zeros
    close(estimate.se, (1.25 * 8.0 / 9.0f64).sqrt());
}

#[test]
fn empty_domain_has_no_mean_and_a_total_of_zero() {
    let design = weighted(&[1.0; 4]);
    let y = [1.0, 2.0, 3.0, 4.0];
    let empty = mean::linearise(&design, &y, Some(&[])).estimate(&design, &EstimateOptions::default());
    assert!(empty.value.is_nan() && empty.se.is_nan() && empty.lower.is_nan());
    assert_eq!(empty.n, 0);
    let all_missing = ratio::linearise(&design, &[NAN; 4], &y, None);
    assert!(all_missing.value.is_nan() && all_missing.variance(&design).is_nan());
    assert_eq!(total::linearise(&design, &y, Some(&[])).value, 0.0);
}

#[test]
fn one_psu_gives_a_value_without_error_and_no_panic() {
    let ids = Factor::from_labels(["1", "1"]);
    let design = SurveyDesign::builder(2)
        .stage(StageColumns {
            ids: Some(&ids),
            ..StageColumns::default()
        })
        .lonely_psu(crate::design::LonelyPsu::Remove)
        .build()
        .unwrap();
    let estimate = mean::linearise(&design, &[1.0, 3.0], None).estimate(&design, &EstimateOptions::default());
    assert_eq!((estimate.value, estimate.se, estimate.df), (2.0, 0.0, 0.0));
    assert!(estimate.lower.is_nan(), "no interval without degrees of freedom");
}

#[test]
fn ratio_with_a_denominator_of_zero_is_not_finite() {
    let design = weighted(&[1.0; 3]);
    let linearised = ratio::linearise(&design, &[1.0, 2.0, 3.0], &[0.0; 3], None);
    assert!(!linearised.value.is_finite());
}

#[test]
fn proportions_of_a_factor_sum_to_one() {
    let factor = Factor::from_values([Some("是"), Some("否"), None, Some("是"), Some("说不清")]);
    let design = weighted(&[1.0, 2.0, 3.0, 4.0, 5.0]);
    let shares: Vec<Linearised> = (0..3)
        .map(|level| proportion::linearise(&design, factor.codes(), level, None))
        .collect();
    close(shares.iter().map(|share| share.value).sum(), 1.0);
    assert_eq!(shares[0].rows, [0, 1, 3, 4]);
    assert_eq!(factor.codes()[2], MISSING);
    // A partition has a singular covariance: each row of the matrix sums to 0.
    let matrix = covariance(&design, &shares);
    (0..3).for_each(|i| assert!(matrix.row(i).sum().abs() < 1e-15));
}

#[test]
fn post_stratified_domain_of_the_strata_has_no_sampling_error() {
    let sex = Factor::from_labels(["f", "f", "m", "m", "m"]);
    let base = [1.0, 2.0, 3.0, 1.0, 2.0];
    let counts = [(vec!["f".to_owned()], 60.0), (vec!["m".to_owned()], 40.0)];
    let margin = crate::weighting::Margin::new(&[("sex", &sex)], &counts, &base).unwrap();
    let calibration = crate::weighting::post_stratify(&base, &margin).unwrap();
    let design = weighted(&base).with_calibration(calibration).unwrap();
    let women = proportion::linearise(&design, sex.codes(), 0, None);
    close(women.value, 0.6);
    assert!(women.variance(&design) < 1e-30);
}

proptest! {
    #[test]
    fn estimates_do_not_depend_on_row_order_or_the_scale_of_weights(
        rows in prop::collection::vec((0u8..2, 0u8..3, 0.5f64..5.0, -10.0f64..10.0), 8..50),
        scale in 0.01f64..100.0,
        seed in any::<u64>(),
    ) {
        // Two PSUs in each stratum, so that none is lonely.
        let fixed = [(0, 0, 1.0, 1.0), (0, 1, 2.0, 4.0), (1, 0, 1.5, 0.0), (1, 1, 1.0, 3.0)];
        let rows: Vec<_> = rows.into_iter().chain(fixed).collect();
        let estimate = |rows: &[(u8, u8, f64, f64)], scale: f64| {
            let strata = Factor::from_labels(rows.iter().map(|row| row.0.to_string()));
            let ids = Factor::from_labels(rows.iter().map(|row| row.1.to_string()));
            let weights: Vec<f64> = rows.iter().map(|row| row.2 * scale).collect();
            let y: Vec<f64> = rows.iter().map(|row| row.3).collect();
            let x: Vec<f64> = rows.iter().map(|row| row.2 + 1.0).collect();
            let design = SurveyDesign::builder(rows.len())
                .stage(StageColumns { ids: Some(&ids), strata: Some(&strata), fpc: None })
                .nest(true)
                .weights(&weights)
                .build()
                .unwrap();
            let options = EstimateOptions::default();
            [
                mean::linearise(&design, &y, None).estimate(&design, &options),
                ratio::linearise(&design, &y, &x, None).estimate(&design, &options),
            ]
        };
        let mut shuffled = rows.clone();
        shuffled.sort_by_key(|row| (row.3.to_bits() ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        for (a, b) in estimate(&rows, 1.0).into_iter().zip(estimate(&shuffled, scale)) {
            prop_assert!((a.value - b.value).abs() < 1e-9 * a.value.abs().max(1.0));
            prop_assert!((a.se - b.se).abs() < 1e-9 * a.se.max(1.0));
            prop_assert!((a.lower - b.lower).abs() < 1e-7 * a.lower.abs().max(1.0));
            prop_assert_eq!((a.n, a.df), (b.n, b.df));
        }
    }

    #[test]
    fn a_constant_has_no_error_and_simple_random_sampling_has_deff_one(
        y in prop::collection::vec(-100.0f64..100.0, 3..40), constant in -50.0f64..50.0,
    ) {
        let design = weighted(&vec![7.0; y.len()]);
        let same = mean::linearise(&design, &vec![constant; y.len()], None);
        prop_assert!(same.variance(&design).sqrt() < 1e-12 * constant.abs().max(1.0));
        let options = EstimateOptions { deff: Some(DeffBase::WithReplacement), ..EstimateOptions::default() };
        let estimate = mean::linearise(&design, &y, None).estimate(&design, &options);
        prop_assert!((estimate.deff.unwrap() - 1.0).abs() < 1e-9);
    }
}

/// The 95 % interval of a ratio from stratified clusters covers the truth as often as it says.
#[test]
fn intervals_cover_the_population_value() {
    use crate::sampling::simple_random;
    use rand::{RngExt, SeedableRng};

    let mut rng = rand_chacha::ChaCha12Rng::seed_from_u64(3);
    // Four strata of 40 clusters with 6 persons; persons of a cluster are alike.
    let clusters: Vec<Vec<f64>> = (0..160)
        .map(|cluster| {
            let level: f64 = 40.0 + 10.0 * f64::from(cluster / 40) + 20.0 * rng.random::<f64>();
            (0..6).map(|_| level + 30.0 * rng.random::<f64>()).collect()
        })
        .collect();
    let truth = clusters.iter().flatten().sum::<f64>() / 960.0;
    let rounds = 1_000;
    let mut covered = 0;
    for _ in 0..rounds {
        let (mut strata, mut ids, mut y) = (Vec::new(), Vec::new(), Vec::new());
        for stratum in 0..4 {
            for unit in simple_random(&mut rng, 40, 8).unwrap() {
                let cluster = stratum * 40 + unit.index;
                for value in &clusters[cluster] {
                    strata.push(stratum.to_string());
                    ids.push(cluster.to_string());
                    y.push(*value);
                }
            }
        }
        let (strata, ids) = (Factor::from_labels(strata), Factor::from_labels(ids));
        let fpc = vec![40.0; y.len()];
        let design = SurveyDesign::builder(y.len())
            .stage(StageColumns {
                ids: Some(&ids),
                strata: Some(&strata),
                fpc: Some(&fpc),
            })
            .build()
            .unwrap();
        let estimate = mean::linearise(&design, &y, None).estimate(&design, &EstimateOptions::default());
        covered += u32::from(estimate.lower <= truth && truth <= estimate.upper);
    }
    let share = f64::from(covered) / f64::from(rounds);
    assert!((0.93..=0.97).contains(&share), "covered in {share}");
}

#[test]
fn variance_by_hand_and_difference_of_overlapping_domains() {
    let design = weighted(&[1.0, 2.0, 1.0]);
    // ȳ = 2, Σw(y−ȳ)²/Σw = (1 + 0 + 1)/4, times 3/2
    close(variance::linearise(&design, &[1.0, 2.0, 3.0], None).value, 0.75);
    assert!(
        !variance::linearise(&design, &[1.0, 2.0, 3.0], Some(&[0]))
            .value
            .is_finite()
    );

    let y = [1.0, 2.0, 6.0, 4.0, 3.0];
    let design = weighted(&[1.0; 5]);
    let difference = contrast::difference_of_means(&design, &y, &[0, 1, 2], &[2, 3, 4]);
    let joint = covariance(
        &design,
        &[
            mean::linearise(&design, &y, Some(&[0, 1, 2])),
            mean::linearise(&design, &y, Some(&[2, 3, 4])),
        ],
    );
    close(difference.value, 3.0 - 13.0 / 3.0);
    assert_eq!(difference.rows, [0, 1, 2, 3, 4]);
    close(
        difference.variance(&design),
        joint[(0, 0)] + joint[(1, 1)] - 2.0 * joint[(0, 1)],
    );
    // An empty domain leaves nothing to compare with.
    assert!(
        contrast::difference_of_means(&design, &y, &[0, 1], &[])
            .value
            .is_nan()
    );
}

/// Another road to the number: the delete-one-PSU jackknife, exact for totals and close for ratios.
#[test]
fn linearisation_agrees_with_the_jackknife() {
    let ids = Factor::from_labels((0..60).map(|row| (row % 20).to_string()));
    let y: Vec<f64> = (0..60)
        .map(|row| f64::from(row * 37 % 23) + f64::from(row % 20))
        .collect();
    let x: Vec<f64> = (0..60).map(|row| 30.0 + f64::from(row * 17 % 11)).collect();
    let stage = StageColumns {
        ids: Some(&ids),
        ..StageColumns::default()
    };
    let design = SurveyDesign::builder(60)
        .stage(stage)
        .weights(&[3.0; 60])
        .build()
        .unwrap();
    let jackknife = |statistic: &dyn Fn(&SurveyDesign) -> f64| {
        let replicates: Vec<f64> = (0..20)
            .map(|psu| {
                let weight = |&code: &u32| if code == psu { 0.0 } else { 3.0 * 20.0 / 19.0 };
                statistic(
                    &design
                        .with_weights(ids.codes().iter().map(weight).collect())
                        .unwrap(),
                )
            })
            .collect();
        let centre = replicates.iter().sum::<f64>() / 20.0;
        19.0 / 20.0 * replicates.iter().map(|r| (r - centre).powi(2)).sum::<f64>()
    };
    close(
        total::linearise(&design, &y, None).variance(&design),
        jackknife(&|d| total::linearise(d, &y, None).value),
    );
    let linearised = ratio::linearise(&design, &y, &x, None).variance(&design).sqrt();
    let replicated = jackknife(&|d| ratio::linearise(d, &y, &x, None).value).sqrt();
    assert!(
        (linearised / replicated - 1.0).abs() < 0.01,
        "{linearised} {replicated}"
    );
}

#[test]
fn effective_size_is_the_rows_over_the_design_effect_with_replacement() {
    // Everyone twice: half the rows say nothing new.
    let ids = Factor::from_labels((0..80).map(|row| (row / 2).to_string()));
    let codes: Vec<u32> = (0..80).map(|row| row / 2 * 7 % 5 / 3).collect();
    let stage = StageColumns {
        ids: Some(&ids),
        ..StageColumns::default()
    };
    let design = SurveyDesign::builder(80).stage(stage).build().unwrap();
    let share = proportion::linearise(&design, &codes, 1, None);
    let with = |deff: Option<DeffBase>| {
        let options = EstimateOptions {
            deff,
            ..EstimateOptions::default()
        };
        share.estimate(&design, &options)
    };
    let estimate = with(Some(DeffBase::WithReplacement));
    let effective = estimate.effective_n.unwrap();
    close(effective, 80.0 / estimate.deff.unwrap());
    assert!((39.0..41.0).contains(&effective), "{effective}");
    // p(1−p)/v, but for n/(n−1).
    let by_hand = share.value * (1.0 - share.value) / share.variance(&design);
    close(effective, by_hand * 80.0 / 79.0);
    assert_eq!(
        with(Some(DeffBase::WithoutReplacement)).effective_n,
        Some(effective)
    );
    assert_eq!(with(None).effective_n, None);
}

#[test]
fn covariance_matrix_by_hand_and_listwise() {
    let design = weighted(&[1.0, 2.0, 1.0, 5.0]);
    let (x, y) = ([1.0, 2.0, 3.0, 9.0], [2.0, 6.0, 4.0, NAN]);
    let matrix = variance::linearise_matrix(&design, &[&x, &y], None);
    // x̄ = 2, ȳ = 18/4; the covariance (−1·−2.5 + 1·−0.5)/4, times 4/3 as four rows are in the domain.
    close(matrix[(0, 1)].value, (2.5 - 0.5) / 4.0 * 4.0 / 3.0);
    assert_eq!(matrix[(0, 1)], matrix[(1, 0)]);
    assert_eq!(matrix[(0, 0)].rows, [0, 1, 2], "a row needs every column");
    assert_eq!(matrix[(1, 1)], variance::linearise(&design, &y, None));
    assert_eq!(
        matrix[(0, 1)],
        variance::linearise_covariance(&design, &x, &y, None)
    );
    assert_eq!(variance::linearise_matrix(&design, &[], None).len(), 0);
}
