//! Raking a million rows to four margins (22 × 7 × 4 × 2 categories), and the calibration to covariates of as many:
//! `cargo bench -p analysis --bench raking`.

#![expect(
    clippy::unwrap_used,
    reason = "a sample that cannot be calibrated should stop its bench"
)]

use analysis::factor::Factor;
use analysis::weighting::model::{Covariate, Model};
use analysis::weighting::{Greg, GregOptions, Margin, RakeOptions, Raking, rake};
use divan::{Bencher, black_box};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;

const ROWS: usize = 1_000_000;
const CATEGORIES: [usize; 4] = [22, 7, 4, 2];

fn main() {
    divan::main();
}

struct Sample {
    factors: Vec<Factor>,
    age: Vec<f64>,
    base: Vec<f64>,
    /// Weights that differ from `base` in every category: what is calibrated to.
    truth: Vec<f64>,
}

fn sample() -> Sample {
    let mut rng = ChaCha12Rng::seed_from_u64(17);
    // Categories of unequal size, the first the rarest.
    let factors: Vec<Factor> = CATEGORIES
        .iter()
        .map(|&count| {
            let labels: Vec<String> = (0..count).map(|code| format!("{code:02}")).collect();
            let codes = (0..ROWS).map(|_| (count as f64 * rng.random::<f64>().sqrt()) as usize);
            Factor::from_labels(codes.map(|code| &labels[code.min(count - 1)]))
        })
        .collect();
    let base: Vec<f64> = (0..ROWS).map(|_| 1.0 + 9.0 * rng.random::<f64>()).collect();
    let age = (0..ROWS).map(|_| 18.0 + 70.0 * rng.random::<f64>()).collect();
    let truth = base
        .iter()
        .enumerate()
        .map(|(row, weight)| {
            let tilt: f64 = factors.iter().map(|factor| f64::from(factor.codes()[row])).sum();
            weight * (1.0 + 0.3 * tilt.sin())
        })
        .collect();
    Sample {
        factors,
        age,
        base,
        truth,
    }
}

fn margins(sample: &Sample) -> Vec<Margin> {
    let names = ["township", "category", "grade", "sex"];
    names
        .iter()
        .zip(&sample.factors)
        .map(|(name, factor)| {
            let mut totals = vec![0.0; factor.levels().len()];
            for (&code, weight) in factor.codes().iter().zip(&sample.truth) {
                totals[code as usize] += weight;
            }
            let totals: Vec<(Vec<String>, f64)> = factor
                .levels()
                .iter()
                .map(|level| vec![level.clone()])
                .zip(totals)
                .collect();
            Margin::new(&[(name, factor)], &totals, &sample.base).unwrap()
        })
        .collect()
}

/// Crossing the margins, sweeping, expanding, and the residuals' cross-products.
#[divan::bench]
fn rake_a_million_rows(bencher: Bencher<'_, '_>) {
    let sample = sample();
    let margins = margins(&sample);
    bencher.bench(|| rake(black_box(&sample.base), &margins, RakeOptions::default()).unwrap());
}

/// One replicate: the margins are crossed already and no residuals are wanted.
#[divan::bench]
fn rake_a_replicate(bencher: Bencher<'_, '_>) {
    let sample = sample();
    let raking = Raking::new(margins(&sample), RakeOptions::default()).unwrap();
    bencher.bench(|| raking.weights(black_box(&sample.base)).unwrap());
}

/// Residuals of one column of influence values.
#[divan::bench]
fn residualise_a_column(bencher: Bencher<'_, '_>) {
    let sample = sample();
    let (calibration, _) = rake(&sample.base, &margins(&sample), RakeOptions::default()).unwrap();
    let column: Vec<f64> = sample.base.iter().zip(&sample.age).map(|(w, y)| w * y).collect();
    bencher
        .with_inputs(|| column.clone())
        .bench_values(|mut column| calibration.residualise(black_box(&mut column)));
}

/// GREG on 12 terms, prepared once, as in a replicate.
#[divan::bench(sample_count = 10)]
fn greg_a_replicate(bencher: Bencher<'_, '_>) {
    let sample = sample();
    let covariates = [
        ("category", Covariate::Factor(&sample.factors[1])),
        ("grade", Covariate::Factor(&sample.factors[2])),
        ("sex", Covariate::Factor(&sample.factors[3])),
        ("age", Covariate::Numeric(&sample.age)),
    ];
    let model = Model::with_intercept(&covariates, &sample.base).unwrap();
    let totals: Vec<(String, f64)> = model
        .terms()
        .iter()
        .cloned()
        .zip(model.totals(&sample.truth))
        .collect();
    let greg = Greg::new(&model, &totals, &sample.base, GregOptions::default()).unwrap();
    bencher.bench(|| greg.weights(black_box(&sample.base)).unwrap());
}
