//! Seeded draws from the distributions that simulations need, and percentiles of what they give.

use nalgebra::{DMatrix, DVector, SymmetricEigen};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream of draws; the same seed gives the same stream on every machine.
pub(crate) struct Draws {
    rng: ChaCha8Rng,
    spare: Option<f64>,
}

impl Draws {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            spare: None,
        }
    }

    /// Uniform on (0, 1], so that its logarithm is finite.
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.rng.next_u64() >> 11) + 1) as f64 / (1u64 << 53) as f64
    }

    /// A place below `n` > 0, each as likely.
    ///
    /// The high half of a 64 × 64 bit product: uneven by less than n/2⁶⁴.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.rng.next_u64()) * n as u128) >> 64) as usize
    }

    /// Standard normal, by Box and Muller.
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let (u, v) = (self.uniform(), self.uniform());
        let (radius, angle) = ((-2.0 * u.ln()).sqrt(), std::f64::consts::TAU * v);
        self.spare = Some(radius * angle.sin());
        radius * angle.cos()
    }

    /// Gamma with this shape > 0 and scale 1.
    ///
    /// Marsaglia & Tsang (2000), ACM TOMS 26, 363–372; below 1 by their boost G(a) = G(a + 1) U^(1/a).
    pub(crate) fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let boost = self.uniform().powf(1.0 / shape);
            return self.gamma(shape + 1.0) * boost;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    /// χ² with `df` > 0 degrees of freedom.
    pub(crate) fn chi_square(&mut self, df: f64) -> f64 {
        2.0 * self.gamma(0.5 * df)
    }
}

/// Correlated normal draws with mean 0.
pub(crate) struct MultiNormal {
    root: Root,
}

enum Root {
    /// Independent: the standard deviations.
    Diagonal(Vec<f64>),
    /// A square root of the covariance.
    Full(DMatrix<f64>),
}

impl MultiNormal {
    /// From a covariance matrix; what rounding left of negative eigenvalues counts as 0. All cells are finite.
    pub(crate) fn new(covariance: &DMatrix<f64>) -> Self {
        let n = covariance.nrows();
        let independent = (0..n).all(|i| (0..n).all(|j| i == j || covariance[(i, j)] == 0.0));
        let root = if independent {
            Root::Diagonal((0..n).map(|i| covariance[(i, i)].max(0.0).sqrt()).collect())
        } else {
            let eigen = SymmetricEigen::new(covariance.clone());
            let roots = eigen.eigenvalues.map(|value| value.max(0.0).sqrt());
            Root::Full(&eigen.eigenvectors * DMatrix::from_diagonal(&roots))
        };
        Self { root }
    }

    /// Whether the draws are independent of each other.
    pub(crate) fn independent(&self) -> bool {
        matches!(self.root, Root::Diagonal(_))
    }

    pub(crate) fn draw(&self, draws: &mut Draws) -> DVector<f64> {
        match &self.root {
            Root::Diagonal(sd) => DVector::from_iterator(sd.len(), sd.iter().map(|sd| sd * draws.normal())),
            Root::Full(root) => root * DVector::from_fn(root.ncols(), |_, _| draws.normal()),
        }
    }
}

/// The quantile of ascending values, interpolated as R's type 7; NaN of none.
pub(crate) fn percentile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let at = p.clamp(0.0, 1.0) * last as f64;
    let below = at.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + at.fract() * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(values: &[f64]) -> (f64, f64) {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        (mean, values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n)
    }

    #[test]
    fn gamma_draws_have_their_mean_and_variance() {
        let mut draws = Draws::new(5);
        for shape in [0.3, 1.0, 2.5, 40.0] {
            let values: Vec<f64> = (0..20_000).map(|_| draws.gamma(shape)).collect();
            let (mean, variance) = moments(&values);
            // Standard errors: √(shape/n) for the mean, about √((2 + 6/shape)/n) · shape for the variance.
            assert!(
                (mean - shape).abs() < 4.0 * (shape / 2e4).sqrt(),
                "{shape} {mean}"
            );
            assert!(
                (variance / shape - 1.0).abs() < 4.0 * ((2.0 + 6.0 / shape) / 2e4).sqrt(),
                "{shape} {variance}"
            );
        }
    }

    #[test]
    fn places_are_all_drawn_and_never_beyond() {
        let mut draws = Draws::new(3);
        let mut counts = [0; 7];
        for _ in 0..7_000 {
            counts[draws.below(7)] += 1;
        }
        assert!(
            counts.iter().all(|count| (880..1_120).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn percentile_is_rs_type_7() {
        // R: quantile(c(1, 2, 4, 8), c(0, 0.25, 0.9)).
        let values = [1.0, 2.0, 4.0, 8.0];
        let found = [0.0, 0.25, 0.9].map(|p| percentile(&values, p));
        assert_eq!((found[0], found[1]), (1.0, 1.75));
        assert!((found[2] - 6.8).abs() < 1e-12);
        assert!(percentile(&[], 0.5).is_nan());
    }

    #[test]
    fn multi_normal_draws_have_their_covariance() {
        let covariance = DMatrix::from_row_slice(2, 2, &[4.0, 1.5, 1.5, 1.0]);
        let (normal, mut draws) = (MultiNormal::new(&covariance), Draws::new(9));
        let values: Vec<DVector<f64>> = (0..20_000).map(|_| normal.draw(&mut draws)).collect();
        let product = values.iter().map(|v| v[0] * v[1]).sum::<f64>() / 2e4;
        let square = values.iter().map(|v| v[0] * v[0]).sum::<f64>() / 2e4;
        assert!(
            (product - 1.5).abs() < 0.08 && (square - 4.0).abs() < 0.16,
            "{product} {square}"
        );
    }
}
