//! Who responds: a set of fixed size whose chances depend on township and category only.

use rand::{Rng, RngExt};

/// Chances above this are held back, so that nobody is certain to respond.
const HIGHEST: f64 = 0.97;

/// Draws exactly `n` respondents with chances in proportion to `propensities`.
///
/// - `propensities`: > 0, one per invited case; only their proportions count.
///
/// Returns who responds. Chances are scaled to sum to `n`; by Pareto sampling they are met to within about 1/n.
/// When `n` is at least the number invited, all respond.
///
/// # Source
/// Rosén (1997), Asymptotic theory for order sampling, JSPI 62, 135–158.
pub fn respond(rng: &mut impl Rng, propensities: &[f64], n: usize) -> Vec<bool> {
    let mut responded = vec![false; propensities.len()];
    if n >= propensities.len() {
        responded.fill(true);
        return responded;
    }
    let chances = scale(propensities, n as f64);
    let mut order: Vec<(f64, usize)> = chances
        .iter()
        .enumerate()
        .map(|(row, p)| {
            let u: f64 = rng.random_range(f64::EPSILON..1.0);
            ((u / (1.0 - u)) * ((1.0 - p) / p), row)
        })
        .collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    for &(_, row) in order.iter().take(n) {
        responded[row] = true;
    }
    responded
}

/// Chances in proportion to `propensities`, at most [`HIGHEST`] where that is possible, that sum to `n`.
fn scale(propensities: &[f64], n: f64) -> Vec<f64> {
    let limit = HIGHEST.max((n / propensities.len() as f64 + 1.0) / 2.0);
    let mut factor = n / propensities.iter().sum::<f64>();
    // Each pass spreads what the limit cut off; the cut-off part shrinks geometrically.
    for _ in 0..50 {
        let sum: f64 = propensities.iter().map(|p| (p * factor).min(limit)).sum();
        if (sum - n).abs() < 1e-9 * n {
            break;
        }
        factor *= n / sum;
    }
    propensities.iter().map(|p| (p * factor).min(limit)).collect()
}
