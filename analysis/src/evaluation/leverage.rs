//! What would change the most: how many points of the score each leaf could bring a unit.
//!
//! Two figures for two questions. *What could be won here?* The leaf's share of the score times the unit's distance to
//! what is attainable, which is what the best unit of the round reaches: a mark that somebody has met is no wish. The
//! highest of many noisy values is too high, though; values are therefore drawn in towards the mean by as much as they
//! owe to noise before the best is taken. *What tells units apart?* The share times the standard deviation of true
//! differences between units.

use crate::interval::normal_quantile;

/// A leaf's values over the units.
#[derive(Clone, Debug, PartialEq)]
pub struct LeafValues {
    /// Share of the score, 0–1.
    pub share: f64,
    /// Value of each unit, 0–100.
    pub values: Vec<f64>,
    /// Standard error of each.
    pub se: Vec<f64>,
}

/// What a leaf could bring to the units.
#[derive(Clone, Debug, PartialEq)]
pub struct Potential {
    /// The best value, noise taken out.
    pub attainable: f64,
    /// Points of the score with one standard deviation of true differences.
    pub per_deviation: f64,
    /// Points that each unit's score would gain by reaching what is attainable, ≥ 0.
    pub gains: Vec<f64>,
    /// Whether each unit's distance is more than its own sampling error.
    pub certain: Vec<bool>,
}

/// What a leaf could bring to each unit. `level` is that of [`Potential::certain`], two-sided.
///
/// The variance of true values is that of the values less the mean of the squared standard errors, at least 0. A value
/// is then drawn in by τ² / (τ² + se²) towards the mean.
///
/// # Source
/// Efron & Morris (1975), JASA 70, 311–319, for drawing in; OECD/JRC (2008), step 8, for the contribution of
/// indicators to a composite.
///
/// ```
/// use analysis::evaluation::leverage::{LeafValues, potential};
/// let leaf = LeafValues { share: 0.1, values: vec![90.0, 70.0, 50.0], se: vec![0.0; 3] };
/// let found = potential(&leaf, 0.95);
/// assert_eq!((found.attainable, found.per_deviation), (90.0, 2.0));
/// assert_eq!(found.gains, [0.0, 2.0, 4.0]);
/// ```
#[must_use]
pub fn potential(leaf: &LeafValues, level: f64) -> Potential {
    let n = leaf.values.len() as f64;
    let mean = leaf.values.iter().sum::<f64>() / n;
    let spread = leaf
        .values
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>()
        / (n - 1.0).max(1.0);
    let noise = leaf.se.iter().map(|se| se * se).sum::<f64>() / n;
    let truth = (spread - noise).max(0.0);
    let drawn_in = |(value, se): (&f64, &f64)| {
        let all = truth + se * se;
        let keep = if all > 0.0 { truth / all } else { 1.0 };
        mean + keep * (value - mean)
    };
    let attainable = leaf
        .values
        .iter()
        .zip(&leaf.se)
        .map(drawn_in)
        .fold(f64::NEG_INFINITY, f64::max);
    let z = normal_quantile(0.5 + level / 2.0);
    let distance = |value: &f64| (attainable - value).max(0.0);
    Potential {
        attainable,
        per_deviation: leaf.share * truth.sqrt(),
        gains: leaf
            .values
            .iter()
            .map(|value| leaf.share * distance(value))
            .collect(),
        certain: leaf
            .values
            .iter()
            .zip(&leaf.se)
            .map(|(value, se)| distance(value) > (z * se).max(1e-9))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::Draws;

    #[test]
    fn noise_alone_promises_nothing() {
        let leaf = LeafValues {
            share: 0.2,
            values: vec![71.0, 70.0, 69.0],
            se: vec![4.0; 3],
        };
        let found = potential(&leaf, 0.95);
        assert_eq!((found.attainable, found.per_deviation), (70.0, 0.0));
        assert_eq!(found.certain, [false; 3]);
        assert!(found.gains.iter().all(|gain| *gain <= 0.2 + 1e-12));
    }

    /// The best observed value overstates the best true one; the one drawn in is near it.
    #[test]
    fn simulated_units_attainable_is_near_the_best_true_value_and_not_the_luckiest() {
        let mut stream = Draws::new(3);
        let (rounds, mut off, mut off_raw) = (400, 0.0, 0.0);
        for _ in 0..rounds {
            let truth: Vec<f64> = (0..20).map(|_| 60.0 + 5.0 * stream.normal()).collect();
            let values: Vec<f64> = truth.iter().map(|t| t + 5.0 * stream.normal()).collect();
            let best = |values: &[f64]| values.iter().copied().fold(f64::MIN, f64::max);
            let leaf = LeafValues {
                share: 1.0,
                se: vec![5.0; 20],
                values: values.clone(),
            };
            off += (potential(&leaf, 0.95).attainable - best(&truth)) / f64::from(rounds);
            off_raw += (best(&values) - best(&truth)) / f64::from(rounds);
        }
        assert!(off_raw > 3.0, "{off_raw}");
        assert!(off.abs() < 0.8 * off_raw, "{off} {off_raw}");
        // Rather too low than too high: nobody is asked for what nobody has.
        assert!(off < 0.0, "{off}");
    }
}
