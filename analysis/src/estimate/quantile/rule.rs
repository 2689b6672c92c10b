//! How a quantile is read off cumulated weights.

/// The rule by which a quantile is read off the weighted sample.
///
/// `F` is the weighted distribution function. The names after Hyndman & Fan are their definitions
/// with weights in place of counts. Their third is missing: with weights there is no even number of
/// rows to round to. Before the first step of F every rule gives the smallest value, where R's `math`
/// and `school` give the second and its `hf4` goes below the data.
///
/// With unequal weights, the rules that draw lines between rows (`Hf5` to `Hf9`, `ShahVaish`)
/// depend on the order of the rows that share a value, as in R; `Math`, `School` and `Hf4` do not.
///
/// # Source
/// Hyndman & Fan (1996), The American Statistician 50(4), 361–365; the weighted forms as in R
/// `survey::svyquantile`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rule {
    /// The inverse of F: the smallest value q with F(q) ≥ p. Hyndman & Fan 1.
    #[default]
    Math,
    /// As `Math`, but the mean of the two neighbours where F is exactly p. Hyndman & Fan 2.
    School,
    /// F with straight lines between its steps. Hyndman & Fan 4.
    Hf4,
    /// Lines through the middle of the steps. Hyndman & Fan 5.
    Hf5,
    /// Lines with the expected values of uniform order statistics. Hyndman & Fan 6.
    Hf6,
    /// Lines from the smallest value at 0 to the largest at 1. Hyndman & Fan 7, R's own default.
    Hf7,
    /// Lines with the medians of uniform order statistics, about. Hyndman & Fan 8.
    Hf8,
    /// Lines that are about unbiased for normal data. Hyndman & Fan 9.
    Hf9,
    /// Shah and Vaish's steps as R's survey package has them: the weight is subtracted unscaled, so
    /// the figure depends on the scale of the weights unless they average 1. For comparison with
    /// published figures only.
    ShahVaish,
}

impl Rule {
    /// The names that [`from_name`](Self::from_name) knows.
    pub const NAMES: [&'static str; 10] = [
        "math", "school", "hf1", "hf2", "hf4", "hf5", "hf6", "hf7", "hf8", "hf9",
    ];

    /// The rule of this name in a request, if any.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "math" | "hf1" => Self::Math,
            "school" | "hf2" => Self::School,
            "hf4" => Self::Hf4,
            "hf5" => Self::Hf5,
            "hf6" => Self::Hf6,
            "hf7" => Self::Hf7,
            "hf8" => Self::Hf8,
            "hf9" => Self::Hf9,
            _ => return None,
        })
    }
}

/// Sorted values with their weights and the running sums of these.
#[derive(Debug, Clone, Default)]
pub(super) struct Cumulated {
    values: Vec<f64>,
    weights: Vec<f64>,
    /// Cₖ, the sum of the weights up to and with k.
    sums: Vec<f64>,
}

impl Cumulated {
    /// Cumulates values in ascending order; a weight of 0 is left out.
    ///
    /// Whether p falls on a step decides a quantile, so the sums are carried in two doubles and
    /// rounded once each: whole multiples of a weight come out as such.
    pub(super) fn new(rows: impl Iterator<Item = (f64, f64)>) -> Self {
        let mut cumulated = Self::default();
        let (mut sum, mut carry) = (0.0_f64, 0.0_f64);
        for (value, weight) in rows.filter(|(_, weight)| *weight != 0.0) {
            // Knuth's two-sum: `next` and `lost` together are the exact sum.
            let next = sum + weight;
            let shifted = next - sum;
            let lost = (sum - (next - shifted)) + (weight - shifted);
            (sum, carry) = (next, carry + lost);
            cumulated.values.push(value);
            cumulated.weights.push(weight);
            cumulated.sums.push(sum + carry);
        }
        cumulated
    }

    /// The quantile at `p`; NaN without rows, for a p outside 0 to 1, without a positive total.
    pub(super) fn quantile(&self, p: f64, rule: Rule) -> f64 {
        let (Some(&total), Some(&last)) = (self.sums.last(), self.values.last()) else {
            return f64::NAN;
        };
        if !((0.0..=1.0).contains(&p) && total > 0.0 && total.is_finite()) {
            return f64::NAN;
        }
        let (n, w) = (self.values.len(), &self.weights);
        let before = |k: usize| if k == 0 { 0.0 } else { self.sums[k - 1] };
        match rule {
            Rule::Math | Rule::School | Rule::Hf4 => self.stepwise(p, total, last, rule),
            Rule::Hf5 => self.between(p, |k| (self.sums[k] - w[k] / 2.0) / total),
            Rule::Hf6 => self.between(p, |k| self.sums[k] / (total + w[n - 1])),
            // A single row has no others to place it among, and `between` never asks.
            Rule::Hf7 => self.between(p, |k| before(k) / before(n - 1)),
            Rule::Hf8 => {
                let place = |k: usize| before(k) / 3.0 + self.sums[k] * 2.0 / 3.0;
                self.between(p, |k| place(k) / (total + w[n - 1] / 3.0))
            }
            Rule::Hf9 => {
                let place = |k: usize| before(k) * 3.0 / 8.0 + self.sums[k] * 5.0 / 8.0;
                self.between(p, |k| place(k) / (total + w[n - 1] / 4.0))
            }
            Rule::ShahVaish => self.shah_vaish(p, total),
        }
    }

    /// The rules that look at F's steps on either side of p.
    fn stepwise(&self, p: f64, total: f64, last: f64, rule: Rule) -> f64 {
        let up = self.sums.partition_point(|&sum| sum <= p * total);
        let Some(low) = up.checked_sub(1) else {
            // Before the first step every rule gives the smallest value.
            return self.values[0];
        };
        let lower = self.values[low];
        let upper = self.values.get(up).copied().unwrap_or(last);
        let past = p - self.sums[low] / total;
        match rule {
            Rule::Math if past == 0.0 => lower,
            Rule::School if past == 0.0 => 0.5 * (lower + upper),
            Rule::Hf4 => {
                let ahead = self.sums.get(up).map_or(0.0, |sum| sum / total - p);
                let share = if past + ahead > 0.0 {
                    past / (past + ahead)
                } else {
                    0.0
                };
                lower * (1.0 - share) + upper * share
            }
            _ => upper,
        }
    }

    /// On straight lines through the values at the given places; the outermost beyond them.
    fn between(&self, p: f64, place: impl Fn(usize) -> f64) -> f64 {
        let last = self.values.len() - 1;
        // The first place above p, by halving; places ascend.
        let (mut low, mut high) = (0, last);
        if last == 0 || p <= place(0) {
            return self.values[0];
        }
        if p >= place(last) {
            return self.values[last];
        }
        while high - low > 1 {
            let middle = (low + high) / 2;
            if place(middle) <= p {
                low = middle
            } else {
                high = middle
            }
        }
        let share = (p - place(low)) / (place(high) - place(low));
        self.values[low] + (self.values[high] - self.values[low]) * share
    }

    fn shah_vaish(&self, p: f64, total: f64) -> f64 {
        let n = self.values.len() as f64;
        let scale = n / total;
        let mut places: Vec<(f64, f64)> = self
            .sums
            .iter()
            .zip(&self.weights)
            .zip(&self.values)
            .map(|((sum, weight), &value)| ((sum * scale + 0.5 - weight / 2.0) / (n + 1.0), value))
            .collect();
        // A heavy row can be placed before the one below it.
        places.sort_by(|a, b| a.0.total_cmp(&b.0));
        let after = places.partition_point(|(place, _)| *place <= p);
        places[after.saturating_sub(1)].1
    }
}
