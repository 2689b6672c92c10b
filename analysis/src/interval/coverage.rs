//! How often the intervals of proportions hold the truth, by simulation.
//!
//! The reference for choosing a method: at small n and small p the nominal 95 % is a promise that
//! most methods do not keep, each in its own way. `cargo run -p analysis --example coverage` prints
//! the table.
//!
#![doc = include_str!("../../docs/interval_coverage.md")]

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;

use super::Method;
use crate::design::{DesignError, StageColumns, SurveyDesign};
use crate::estimate::{DfRule, EstimateOptions, proportion};
use crate::factor::Factor;

/// A population and the sample drawn from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    /// The true proportion.
    pub p: f64,
    /// Persons sampled, a multiple of `cluster_size`.
    pub n: usize,
    /// Persons in a sampled cluster; 1 for a simple random sample.
    pub cluster_size: usize,
    /// Correlation of two persons of a cluster, in 0 to 1.
    pub icc: f64,
}

impl Setting {
    /// The design effect, 1 + (cluster size − 1) · icc.
    pub fn deff(&self) -> f64 {
        1.0 + (self.cluster_size as f64 - 1.0) * self.icc
    }
}

/// What a method's intervals did over the rounds of a simulation. Shares are of all rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coverage {
    /// The method.
    pub method: Method,
    /// Intervals that held the truth.
    pub covered: f64,
    /// Intervals wholly below the truth.
    pub below: f64,
    /// Intervals wholly above it.
    pub above: f64,
    /// Rounds without an interval.
    pub without: f64,
    /// Mean width of the intervals.
    pub width: f64,
}

/// Draws `rounds` samples and sets each method's interval around each.
///
/// Persons answer yes with probability p; in a cluster, each follows the cluster's first voice with
/// probability √icc and else answers alone, which makes the correlation of two exactly icc.
///
/// # Errors
/// When the sample has no rows.
///
/// ```
/// use analysis::interval::{Method, ProportionMethod, coverage};
/// let setting = coverage::Setting { p: 0.02, n: 50, cluster_size: 1, icc: 0.0 };
/// let methods = [Method::T, Method::Proportion(ProportionMethod::Beta)];
/// let [t, beta] = coverage::simulate(setting, &methods, 0.95, 500, 1)?[..] else { unreachable!() };
/// assert!(t.covered < 0.8 && beta.covered > 0.95);
/// # Ok::<(), analysis::design::DesignError>(())
/// ```
pub fn simulate(
    setting: Setting,
    methods: &[Method],
    level: f64,
    rounds: u32,
    seed: u64,
) -> Result<Vec<Coverage>, DesignError> {
    let Setting {
        p,
        n,
        cluster_size,
        icc,
    } = setting;
    let ids = Factor::from_labels((0..n).map(|row| (row / cluster_size.max(1)).to_string()));
    let stage = StageColumns {
        ids: Some(&ids),
        ..StageColumns::default()
    };
    let design = SurveyDesign::builder(n).stage(stage).build()?;
    let mut rng = ChaCha12Rng::seed_from_u64(seed);
    let mut tallies = vec![[0u32; 4]; methods.len()];
    let mut widths = vec![0.0; methods.len()];
    for _ in 0..rounds {
        let codes = answers(&mut rng, p, n, cluster_size.max(1), icc);
        let share = proportion::linearise(&design, &codes, 1, None);
        for ((method, tally), width) in methods.iter().zip(&mut tallies).zip(&mut widths) {
            let options = EstimateOptions {
                interval: *method,
                level,
                df: DfRule::Design,
                deff: None,
            };
            let estimate = share.estimate(&design, &options);
            let outcome = if estimate.lower.is_nan() || estimate.upper.is_nan() {
                3
            } else if estimate.upper < p {
                1
            } else if estimate.lower > p {
                2
            } else {
                0
            };
            tally[outcome] += 1;
            if outcome != 3 {
                *width += estimate.upper - estimate.lower;
            }
        }
    }
    let of_rounds = |count: u32| f64::from(count) / f64::from(rounds);
    Ok(methods
        .iter()
        .zip(tallies)
        .zip(widths)
        .map(|((&method, [covered, below, above, without]), width)| Coverage {
            method,
            covered: of_rounds(covered),
            below: of_rounds(below),
            above: of_rounds(above),
            without: of_rounds(without),
            width: width / f64::from(rounds - without),
        })
        .collect())
}

/// One sample's answers, 0 or 1, cluster by cluster.
fn answers(rng: &mut impl Rng, p: f64, n: usize, cluster_size: usize, icc: f64) -> Vec<u32> {
    let follow = icc.sqrt();
    let mut voice = 0;
    (0..n)
        .map(|row| {
            if row % cluster_size == 0 {
                voice = u32::from(rng.random::<f64>() < p);
            }
            match rng.random::<f64>() < follow {
                true => voice,
                false => u32::from(rng.random::<f64>() < p),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
