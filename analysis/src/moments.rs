//! Mergeable weighted moments: count, Σw, mean and Σw(x−x̄)².
//!
//! The state of two halves of a column combines into the state of the whole, so that a
//! pass can be split over threads or files. The update keeps deviations from the running
//! mean and never subtracts large squares.

/// Running weighted moments of a column.
///
/// # Source
/// West (1979), CACM 22(9), 532–535, for the update; Chan, Golub & LeVeque (1983), The
/// American Statistician 37(3), 242–247, for the merge.
///
/// ```
/// use analysis::moments::WeightedMoments;
/// let mut moments = WeightedMoments::default();
/// moments.insert(1.0, 3.0);
/// moments.insert(5.0, 1.0);
/// assert_eq!((moments.n(), moments.sum_weights(), moments.mean()), (2, 4.0, 2.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct WeightedMoments {
    n: usize,
    sum_weights: f64,
    mean: f64,
    squares: f64,
}

impl WeightedMoments {
    /// The moments of a column; rows of weight 0 do not count.
    pub fn of(values: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let mut moments = Self::default();
        for (value, weight) in values {
            moments.insert(value, weight);
        }
        moments
    }

    /// The moments of values that weigh 1 each, in two passes over them.
    pub fn equally_weighted(values: impl Iterator<Item = f64> + Clone) -> Self {
        let (n, sum) = values
            .clone()
            .fold((0, 0.0), |(n, sum), value| (n + 1, sum + value));
        if n == 0 {
            return Self::default();
        }
        let mean = sum / n as f64;
        Self {
            n,
            sum_weights: n as f64,
            mean,
            squares: values.map(|value| (value - mean).powi(2)).sum(),
        }
    }

    /// Adds one value; a weight of 0 is left out.
    #[inline]
    pub fn insert(&mut self, value: f64, weight: f64) {
        if weight > 0.0 {
            self.n += 1;
            self.sum_weights += weight;
            let delta = value - self.mean;
            self.mean += delta * (weight / self.sum_weights);
            self.squares += weight * delta * (value - self.mean);
        }
    }

    /// The moments of both parts together.
    #[must_use]
    pub fn combine(self, other: Self) -> Self {
        if other.n == 0 {
            return self;
        }
        if self.n == 0 {
            return other;
        }
        let sum_weights = self.sum_weights + other.sum_weights;
        let delta = other.mean - self.mean;
        let share = other.sum_weights / sum_weights;
        Self {
            n: self.n + other.n,
            sum_weights,
            mean: self.mean + delta * share,
            squares: self.squares + other.squares + delta * delta * self.sum_weights * share,
        }
    }

    /// Values counted.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Σ w.
    pub fn sum_weights(&self) -> f64 {
        self.sum_weights
    }

    /// Σ wx / Σ w; NaN without values.
    pub fn mean(&self) -> f64 {
        if self.n == 0 { f64::NAN } else { self.mean }
    }

    /// Σ w(x−x̄)².
    pub fn squares(&self) -> f64 {
        self.squares
    }

    /// n/(n−1) · Σ w(x−x̄)² / Σ w, the estimated population variance; NaN below two values.
    pub fn variance(&self) -> f64 {
        if self.n < 2 {
            return f64::NAN;
        }
        let n = self.n as f64;
        self.squares / self.sum_weights * (n / (n - 1.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn variance_without_two_values_is_nan() {
        assert!(WeightedMoments::default().mean().is_nan());
        assert!(WeightedMoments::of([(3.0, 2.0), (4.0, 0.0)]).variance().is_nan());
    }

    #[test]
    fn variance_of_a_shifted_column_does_not_cancel() {
        let shifted = WeightedMoments::of([(1e9 + 1.0, 1.0), (1e9 + 2.0, 1.0), (1e9 + 3.0, 1.0)]);
        assert!((shifted.variance() - 1.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn combine_equals_the_whole_and_a_naive_loop(
            rows in prop::collection::vec((-1e3f64..1e3, 0.1f64..10.0), 2..60), at in 0usize..60,
        ) {
            let at = at.min(rows.len());
            let (left, right) = rows.split_at(at);
            let merged = WeightedMoments::of(left.iter().copied())
                .combine(WeightedMoments::of(right.iter().copied()));
            let total: f64 = rows.iter().map(|(_, w)| w).sum();
            let mean = rows.iter().map(|(x, w)| x * w).sum::<f64>() / total;
            let n = rows.len() as f64;
            let variance =
                rows.iter().map(|(x, w)| w * (x - mean).powi(2)).sum::<f64>() / total * n / (n - 1.0);
            prop_assert_eq!(merged.n(), rows.len());
            prop_assert!((merged.mean() - mean).abs() < 1e-9);
            prop_assert!((merged.variance() - variance).abs() <= 1e-9 * variance.max(1.0));
        }
    }
}
