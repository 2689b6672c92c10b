//! The largest studentised difference under equality, simulated once and asked for each step's comparisons.

use nalgebra::DMatrix;

use super::{Pair, RankOptions, variance_of};
use crate::simulation::{Draws, MultiNormal};

/// Rows of shared normal deviates behind the variances of units that share their sample; beyond these the variances
/// are so well known that their correlation no longer matters.
const SHARED_ROWS: usize = 30;

/// Degrees of freedom of a covariance from one sample that are simulated at most; more count as these, which makes
/// critical values at most 2 % too large.
const SAMPLE_ROWS: usize = 100;

/// Simulated scores and variances of units that are all equal.
pub(super) struct Reference {
    units: usize,
    variances: Vec<f64>,
    /// Draw by draw, unit by unit: deviation of the score.
    deviations: Vec<f64>,
    spread: Spread,
}

/// How the estimated variances would vary with the scores.
enum Spread {
    /// Each unit's by itself: (estimated variance) / variance, draw by draw, unit by unit.
    OwnSamples(Vec<f64>),
    /// The whole covariance matrix, Wishart with `df`: drawn anew each time it is asked for, from the same seed.
    OneSample { df: usize, seed: u64 },
}

/// A comparison that is still open.
struct Comparison {
    better: usize,
    worse: usize,
    /// Of the difference.
    variance: f64,
    /// Of the first unit's variance in the sum of both.
    share: f64,
    /// Only that the other might be better is still open.
    one_sided: bool,
}

impl Reference {
    pub(super) fn draw(covariance: &DMatrix<f64>, df: &[f64], options: &RankOptions) -> Self {
        let units = covariance.nrows();
        // A unit that cannot be compared must not spoil the others' draws.
        let finite = |i: usize, j: usize| {
            let usable = |unit: usize| variance_of(covariance, unit, unit).is_finite();
            let cell = variance_of(covariance, i, j);
            if usable(i) && usable(j) && cell.is_finite() {
                cell
            } else {
                0.0
            }
        };
        let covariance = DMatrix::from_fn(units, units, finite);
        let variances: Vec<f64> = (0..units).map(|unit| covariance[(unit, unit)].max(0.0)).collect();
        let (draws, mut stream) = (options.draws.max(1), Draws::new(options.seed));
        if options.one_sample {
            let smallest = df
                .iter()
                .copied()
                .filter(|df| *df > 0.0)
                .fold(f64::INFINITY, f64::min);
            if smallest.is_finite() {
                // Of n units there are n(n − 1)/2 correlations, which so few degrees of freedom do not tell: what
                // they seem to be would make the largest difference look smaller. Units with equal correlations are
                // taken instead, for which it is largest; those of independent units will do.
                let deviations = (0..draws * units).map(|_| stream.normal()).collect();
                let spread = Spread::OneSample {
                    df: (smallest as usize).clamp(1, SAMPLE_ROWS),
                    seed: options.seed.wrapping_add(1),
                };
                return Self {
                    units,
                    variances,
                    deviations,
                    spread,
                };
            }
        }
        let correlation = DMatrix::from_fn(units, units, |i, j| {
            let scale = (variances[i] * variances[j]).sqrt();
            if i == j {
                1.0
            } else if scale > 0.0 {
                covariance[(i, j)] / scale
            } else {
                0.0
            }
        });
        let (scores, standard) = (MultiNormal::new(&covariance), MultiNormal::new(&correlation));
        let df = |unit: usize| df.get(unit).copied().unwrap_or(f64::INFINITY);
        let known = |unit: usize| !(df(unit).is_finite() && df(unit) > 0.0);
        let shared = |unit: usize| {
            if known(unit) || standard.independent() {
                0
            } else {
                (df(unit).floor() as usize).min(SHARED_ROWS)
            }
        };
        let rows = (0..units).map(shared).max().unwrap_or(0);
        let mut deviations = Vec::with_capacity(draws * units);
        let mut ratios = Vec::with_capacity(draws * units);
        let mut squares = vec![0.0; units];
        for _ in 0..draws {
            deviations.extend(scores.draw(&mut stream).iter());
            squares.fill(0.0);
            for row in 0..rows {
                let deviates = standard.draw(&mut stream);
                for unit in (0..units).filter(|&unit| row < shared(unit)) {
                    squares[unit] += deviates[unit] * deviates[unit];
                }
            }
            for (unit, square) in squares.iter().enumerate() {
                // χ²(df) = χ²(whole rows) + χ²(what is left).
                let left = df(unit) - shared(unit) as f64;
                ratios.push(if known(unit) {
                    1.0
                } else if left > 0.0 {
                    (square + stream.chi_square(left)) / df(unit)
                } else {
                    square / df(unit)
                });
            }
        }
        Self {
            units,
            variances,
            deviations,
            spread: Spread::OwnSamples(ratios),
        }
    }

    /// The `level` quantile of the largest studentised difference over the comparisons still open: both directions of
    /// pairs not told apart, the opposite direction of the others.
    pub(super) fn critical(&self, pairs: &[&mut Pair], level: f64) -> f64 {
        if self.units == 0 {
            return 0.0;
        }
        let comparisons: Vec<Comparison> = pairs
            .iter()
            .map(|pair| {
                let (a, b) = (self.variances[pair.better], self.variances[pair.worse]);
                Comparison {
                    better: pair.better,
                    worse: pair.worse,
                    variance: pair.se * pair.se,
                    share: a / (a + b),
                    one_sided: pair.significant,
                }
            })
            .collect();
        let deviations = self.deviations.chunks_exact(self.units);
        let mut largest: Vec<f64> = match &self.spread {
            Spread::OwnSamples(ratios) => deviations
                .zip(ratios.chunks_exact(self.units))
                .map(|(deviation, ratio)| {
                    most(&comparisons, deviation, |pair| {
                        let mean = pair.share * ratio[pair.better] + (1.0 - pair.share) * ratio[pair.worse];
                        pair.variance * mean
                    })
                })
                .collect(),
            Spread::OneSample { df, seed } => {
                let mut stream = Draws::new(*seed);
                let mut sample = vec![0.0; df * self.units];
                deviations
                    .map(|deviation| {
                        sample.fill_with(|| stream.normal());
                        most(&comparisons, deviation, |pair| {
                            let rows = sample.chunks_exact(self.units);
                            let apart = rows.map(|row| (row[pair.better] - row[pair.worse]).powi(2));
                            apart.sum::<f64>() / *df as f64
                        })
                    })
                    .collect()
            }
        };
        largest.sort_by(f64::total_cmp);
        let draws = largest.len();
        let at = ((level * draws as f64).ceil() as usize).clamp(1, draws);
        largest[at - 1]
    }
}

/// The largest studentised difference of one draw. Squares are compared, and one root taken at the end.
fn most(comparisons: &[Comparison], deviation: &[f64], variance: impl Fn(&Comparison) -> f64) -> f64 {
    let mut most = 0.0_f64;
    for pair in comparisons {
        let apart = deviation[pair.worse] - deviation[pair.better];
        if !pair.one_sided || apart > 0.0 {
            most = most.max(apart * apart / variance(pair));
        }
    }
    most.sqrt()
}
