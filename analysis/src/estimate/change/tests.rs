//! Change by two roads each, and against the truth of a simulated population that moves.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;

use super::*;
use crate::design::StageColumns;
use crate::estimate::{EstimateOptions, mean, ratio, total};

fn close(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() <= 1e-10 * expected.abs().max(1e-9),
        "{found} is not {expected}"
    );
}

/// Villages as PSUs in two strata.
fn villages(labels: &[String], fpc: Option<&[f64]>) -> SurveyDesign {
    let ids = Factor::from_labels(labels);
    let strata = Factor::from_labels(
        labels
            .iter()
            .map(|label| label.trim_end_matches(char::is_numeric)),
    );
    let stage = StageColumns {
        ids: Some(&ids),
        strata: Some(&strata),
        fpc,
    };
    SurveyDesign::builder(labels.len()).stage(stage).build().unwrap()
}

/// Three rows in each of eight villages; the second round is the first one moved and shaken.
fn panel() -> (Vec<String>, Vec<f64>, Vec<f64>) {
    let labels: Vec<String> = (0..24)
        .map(|row| format!("{}{}", if row % 8 < 4 { "v" } else { "vv" }, row % 8))
        .collect();
    let first: Vec<f64> = (0..24)
        .map(|row| f64::from(row % 8 * 5 % 7) + f64::from(row * 7 % 5))
        .collect();
    let second: Vec<f64> = first
        .iter()
        .enumerate()
        .map(|(row, y)| y + 1.5 + (row * 11 % 4) as f64 / 2.0)
        .collect();
    (labels, first, second)
}

/// The stacked design of a panel, and the rows of each round.
fn stacked(labels: &[String], first: &[f64], second: &[f64]) -> (SurveyDesign, Vec<f64>, Vec<u32>, Vec<u32>) {
    let both = [labels, labels].concat();
    let n = labels.len() as u32;
    (
        villages(&both, None),
        [first, second].concat(),
        (0..n).collect(),
        (n..2 * n).collect(),
    )
}

#[test]
fn panel_as_one_design_is_the_difference_of_two_domains() {
    let (labels, first, second) = panel();
    let (design, y, before, after) = stacked(&labels, &first, &second);
    let round = |rows: &[u32]| mean::linearise(&design, &y, Some(rows));
    let change = joint(&design, &round(&before), &round(&after), 0.95);
    let difference = contrast::difference_of_means(&design, &y, &after, &before);
    let estimate = difference.estimate(&design, &EstimateOptions::default());
    close(change.value, estimate.value);
    close(change.se, estimate.se);
    close(change.lower, estimate.lower);
    close(change.upper, estimate.upper);
    assert_eq!(change.df, 6.0);
    // A panel moves together: the change is far better known than from independent samples.
    assert!(change.correlation > 0.8, "{change:?}");
}

#[test]
fn wholly_shared_rotation_is_the_panel_and_unshared_rotation_is_independent() {
    let (labels, first, second) = panel();
    let (design, y, before, after) = stacked(&labels, &first, &second);
    let round = |rows: &[u32]| mean::linearise(&design, &y, Some(rows));
    let one_design = joint(&design, &round(&before), &round(&after), 0.95);
    let own = villages(&labels, None);
    let (a, b) = (
        mean::linearise(&own, &first, None),
        mean::linearise(&own, &second, None),
    );
    let psu = Factor::from_labels(&labels);
    let side = |statistic, psu| Round {
        design: &own,
        statistic,
        psu,
    };
    let shared = rotating(side(&a, &psu), side(&b, &psu), 0.95);
    for (found, expected) in [
        (shared.value, one_design.value),
        (shared.se, one_design.se),
        (shared.lower, one_design.lower),
        (shared.correlation, one_design.correlation),
        (shared.p_value, one_design.p_value),
    ] {
        close(found, expected);
    }
    let others = Factor::from_labels(labels.iter().map(|label| format!("new {label}")));
    let apart = rotating(side(&a, &psu), side(&b, &others), 0.95);
    let options = EstimateOptions::default();
    let expected = independent(&a.estimate(&own, &options), &b.estimate(&own, &options), 0.95);
    close(apart.se, expected.se);
    close(apart.df, expected.df);
    assert_eq!(apart.correlation, 0.0);
    assert!(apart.se > 2.0 * shared.se);
    let unlabelled = Factor::from_values(vec![None::<&str>; labels.len()]);
    close(
        rotating(side(&a, &psu), side(&b, &unlabelled), 0.95).se,
        expected.se,
    );
}

#[test]
fn panel_taken_completely_has_no_error() {
    let (labels, first, second) = panel();
    let own = villages(&labels, Some(&[4.0; 24]));
    let (a, b) = (
        total::linearise(&own, &first, None),
        total::linearise(&own, &second, None),
    );
    let psu = Factor::from_labels(&labels);
    let side = |statistic| Round {
        design: &own,
        statistic,
        psu: &psu,
    };
    let change = rotating(side(&a), side(&b), 0.95);
    assert_eq!((change.se, change.lower), (0.0, change.value));
}

#[test]
fn matched_persons_are_a_paired_test() {
    let (before, after) = ([3.0, 5.0, 4.0, 6.0, 7.0], [4.0, 5.5, 6.0, 6.5, 9.0]);
    let ids = Factor::from_labels((0..10).map(|row| (row % 5).to_string()));
    let stage = StageColumns {
        ids: Some(&ids),
        ..StageColumns::default()
    };
    let design = SurveyDesign::builder(10).stage(stage).build().unwrap();
    let y = [before, after].concat();
    let round = |rows: &[u32]| mean::linearise(&design, &y, Some(rows));
    let change = joint(&design, &round(&[0, 1, 2, 3, 4]), &round(&[5, 6, 7, 8, 9]), 0.95);
    let gains: Vec<f64> = before.iter().zip(after).map(|(b, a)| a - b).collect();
    let persons = SurveyDesign::builder(5).build().unwrap();
    let paired = mean::linearise(&persons, &gains, None).estimate(&persons, &EstimateOptions::default());
    close(change.value, paired.value);
    close(change.se, paired.se);
    assert_eq!(change.df, 4.0);
}

#[test]
fn empty_rounds_and_rounds_without_error_cannot_be_said_or_say_so() {
    let (labels, first, second) = panel();
    let (design, y, before, _) = stacked(&labels, &first, &second);
    let round = |rows: &[u32]| mean::linearise(&design, &y, Some(rows));
    let none = joint(&design, &round(&before), &round(&[]), 0.95);
    assert!(none.value.is_nan() && none.se.is_nan() && none.p_value.is_nan());
    let psu = Factor::from_labels(&labels);
    let own = villages(&labels, None);
    let (a, empty) = (
        mean::linearise(&own, &first, None),
        mean::linearise(&own, &first, Some(&[])),
    );
    let side = |statistic| Round {
        design: &own,
        statistic,
        psu: &psu,
    };
    assert!(rotating(side(&a), side(&empty), 0.95).se.is_nan());
    let constant = mean::linearise(&own, &[2.0; 24], None);
    let still = rotating(side(&constant), side(&constant), 0.95);
    assert_eq!((still.value, still.se), (0.0, 0.0));
    assert!(still.correlation.is_nan() && still.p_value.is_nan());
}

/// A rotating sample of a population that moves: the variance is right on average and intervals cover.
#[test]
fn rotating_intervals_cover_the_true_change() {
    let mut rng = ChaCha12Rng::seed_from_u64(23);
    // 300 villages of 5 persons; the second round keeps most of a village's level.
    let villages = 300;
    let level: Vec<f64> = (0..villages).map(|_| 20.0 * rng.random::<f64>()).collect();
    let moved: Vec<f64> = level
        .iter()
        .map(|y| 2.0 + 0.9 * y + 3.0 * rng.random::<f64>())
        .collect();
    let noise: Vec<f64> = (0..villages * 10).map(|_| 4.0 * rng.random::<f64>()).collect();
    let y = |round: usize, village: usize, person: usize| {
        [&level, &moved][round][village] + noise[(round * villages + village) * 5 + person]
    };
    let population_mean = |round: usize| {
        let all = (0..villages).flat_map(|village| (0..5).map(move |person| (village, person)));
        all.map(|(village, person)| y(round, village, person))
            .sum::<f64>()
            / (villages * 5) as f64
    };
    let truth = population_mean(1) - population_mean(0);
    let rounds = 600;
    let (mut covered, mut covered_apart) = (0, 0);
    let (mut changes, mut variances) = (Vec::new(), Vec::new());
    let mut order: Vec<usize> = (0..villages).collect();
    for _ in 0..rounds {
        order.shuffle(&mut rng);
        // 30 villages each, 20 of them in both rounds.
        let drawn = [&order[..30], &order[10..40]];
        let sides = [0, 1].map(|round| {
            let rows: Vec<(usize, usize)> = drawn[round]
                .iter()
                .flat_map(|&village| (0..5).map(move |person| (village, person)))
                .collect();
            let psu = Factor::from_labels(rows.iter().map(|row| row.0.to_string()));
            let stage = StageColumns {
                ids: Some(&psu),
                fpc: Some(&[300.0; 150]),
                strata: None,
            };
            let design = SurveyDesign::builder(rows.len()).stage(stage).build().unwrap();
            let values: Vec<f64> = rows
                .iter()
                .map(|&(village, person)| y(round, village, person))
                .collect();
            let statistic = mean::linearise(&design, &values, None);
            (design, statistic, psu)
        });
        let [first, second] = sides.each_ref().map(|(design, statistic, psu)| Round {
            design,
            statistic,
            psu,
        });
        let change = rotating(first, second, 0.95);
        covered += u32::from(change.lower <= truth && truth <= change.upper);
        let options = EstimateOptions::default();
        let estimate = |side: &(SurveyDesign, Linearised, Factor)| side.1.estimate(&side.0, &options);
        let apart = independent(&estimate(&sides[0]), &estimate(&sides[1]), 0.95);
        covered_apart += u32::from(apart.lower <= truth && truth <= apart.upper);
        changes.push(change.value);
        variances.push(change.se.powi(2));
    }
    let n = f64::from(rounds);
    let centre = changes.iter().sum::<f64>() / n;
    let spread = changes
        .iter()
        .map(|change| (change - centre).powi(2))
        .sum::<f64>()
        / (n - 1.0);
    let estimated = variances.iter().sum::<f64>() / n;
    let share = f64::from(covered) / n;
    assert!(
        (estimated / spread - 1.0).abs() < 0.15,
        "{estimated} for {spread}"
    );
    assert!((0.925..=0.975).contains(&share), "covered in {share}");
    // Taken for independent, the same samples cover nearly always, at twice the width.
    assert!(f64::from(covered_apart) / n > 0.99);
}

/// Two independent samples: the same, with Satterthwaite's degrees of freedom.
#[test]
fn independent_intervals_cover_the_true_change() {
    let mut rng = ChaCha12Rng::seed_from_u64(29);
    let rounds = 1_500;
    let covered = (0..rounds)
        .filter(|_| {
            let mut sample = |n: usize, centre: f64, spread: f64| {
                let y: Vec<f64> = (0..n)
                    .map(|_| centre + spread * (rng.random::<f64>() - 0.5))
                    .collect();
                let x = vec![1.0; n];
                let design = SurveyDesign::builder(n).build().unwrap();
                ratio::linearise(&design, &y, &x, None).estimate(&design, &EstimateOptions::default())
            };
            let change = independent(&sample(8, 1.0, 1.0), &sample(25, 3.0, 6.0), 0.95);
            change.lower <= 2.0 && 2.0 <= change.upper
        })
        .count();
    let share = covered as f64 / f64::from(rounds);
    assert!((0.93..=0.97).contains(&share), "covered in {share}");
}
