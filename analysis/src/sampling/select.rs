//! Selection: simple random, systematic, and systematic with probability proportional to size.

use rand::{Rng, RngExt};
use thiserror::Error;

/// A selected unit: its position in the list and its inclusion probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Selected {
    /// Position in the list given, from 0.
    pub index: usize,
    /// Inclusion probability πᵢ, in (0, 1].
    pub probability: f64,
    /// Taken with certainty: it belongs to a stratum of its own.
    pub certainty: bool,
}

/// Why no sample was drawn.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SelectionError {
    /// More units wanted than the list has (with a positive size).
    #[error("{wanted} units are wanted but the list has {available}")]
    TooFewUnits {
        /// Units wanted.
        wanted: usize,
        /// Units available.
        available: usize,
    },
    /// A size that is negative or not finite.
    #[error("unit {index}: the size {size} is not a finite number ≥ 0")]
    BadSize {
        /// Position in the list.
        index: usize,
        /// The size.
        size: f64,
    },
}

/// Draws `n` of `population` units without replacement, all equally likely.
///
/// The result is sorted by index; πᵢ = n/N.
///
/// # Errors
/// When n > N.
///
/// # Source
/// Vitter (1984), Faster methods for random sampling, CACM 27(7), algorithm S.
pub fn simple_random(
    rng: &mut impl Rng,
    population: usize,
    n: usize,
) -> Result<Vec<Selected>, SelectionError> {
    check_count(n, population)?;
    let mut selected = Vec::with_capacity(n);
    for index in 0..population {
        let (wanted, left) = (n - selected.len(), population - index);
        // Take this unit with probability wanted/left: every subset of n is equally likely.
        if wanted > 0 && rng.random_range(0..left) < wanted {
            selected.push(equal(index, n, population));
        }
    }
    Ok(selected)
}

/// Draws `n` of `population` units at equal steps from a random start.
///
/// The list's order is the caller's (sorted by what matters, it is an implicit
/// stratification). The step N/n may be fractional; πᵢ = n/N for every unit.
///
/// # Errors
/// When n > N.
///
/// # Source
/// Särndal, Swensson & Wretman (1992), section 3.4.2, fractional interval method.
pub fn systematic(rng: &mut impl Rng, population: usize, n: usize) -> Result<Vec<Selected>, SelectionError> {
    check_count(n, population)?;
    if n == 0 {
        return Ok(Vec::new());
    }
    // In integers: points start + k·N on a line where each unit is n long, so that
    // no rounding can take a unit twice or shift a probability.
    let start = rng.random_range(0..population);
    Ok((0..n)
        .map(|k| equal((start + k * population) / n, n, population))
        .collect())
}

/// Draws `n` units systematically with probability proportional to size.
///
/// - `sizes`: finite, ≥ 0; a unit of size 0 cannot be drawn.
///
/// Units whose share n·sᵢ/Σs reaches 1 are taken with certainty, and the rest of the sample is
/// drawn from the rest of the list, repeated until no share reaches 1. The result is sorted
/// by index; Σ π over the whole list is n.
///
/// # Errors
/// When fewer than n units have a positive size, or a size is negative or not finite.
///
/// # Source
/// Madow (1949), Annals of Mathematical Statistics 20(3), 333–354; certainty units as in
/// Särndal, Swensson & Wretman (1992), section 3.6.2.
pub fn pps_systematic(rng: &mut impl Rng, sizes: &[f64], n: usize) -> Result<Vec<Selected>, SelectionError> {
    let probabilities = pps_probabilities(sizes, n)?;
    // Where the running sum of π crosses start + k, the unit is drawn.
    let start: f64 = rng.random();
    let mut selected = Vec::with_capacity(n);
    let mut next = start;
    let mut reached = 0.0;
    let mut last_drawable = None;
    for (index, &probability) in probabilities.iter().enumerate() {
        if probability >= 1.0 {
            selected.push(Selected {
                index,
                probability: 1.0,
                certainty: true,
            });
        } else if probability > 0.0 {
            reached += probability;
            last_drawable = Some(index);
            if next < reached {
                selected.push(Selected {
                    index,
                    probability,
                    certainty: false,
                });
                next += 1.0;
                last_drawable = None;
            }
        }
    }
    // The running sum may end a rounding error short of the last point.
    if selected.len() < n
        && let Some(index) = last_drawable
    {
        selected.push(Selected {
            index,
            probability: probabilities[index],
            certainty: false,
        });
        selected.sort_by_key(|unit| unit.index);
    }
    Ok(selected)
}

/// Inclusion probabilities proportional to size that sum to `n`, certainty units at 1.
///
/// # Errors
/// As [`pps_systematic`].
pub fn pps_probabilities(sizes: &[f64], n: usize) -> Result<Vec<f64>, SelectionError> {
    if let Some(index) = sizes.iter().position(|size| !size.is_finite() || *size < 0.0) {
        return Err(SelectionError::BadSize {
            index,
            size: sizes[index],
        });
    }
    check_count(n, sizes.iter().filter(|size| **size > 0.0).count())?;
    let mut certain = vec![false; sizes.len()];
    let mut certainties = 0;
    loop {
        let rest: f64 = sizes
            .iter()
            .zip(&certain)
            .filter(|(_, c)| !**c)
            .map(|(s, _)| s)
            .sum();
        let wanted = (n - certainties) as f64;
        let mut found = 0;
        for (taken, size) in certain.iter_mut().zip(sizes) {
            if !*taken && *size > 0.0 && wanted * size >= rest * (1.0 - 1e-12) {
                *taken = true;
                found += 1;
                if certainties + found == n {
                    break;
                }
            }
        }
        certainties += found;
        if found == 0 || certainties == n {
            let spread = |(&size, &taken): (&f64, &bool)| {
                if taken {
                    1.0
                } else if certainties == n {
                    0.0
                } else {
                    (n - certainties) as f64 * size / rest
                }
            };
            return Ok(sizes.iter().zip(&certain).map(spread).collect());
        }
    }
}

fn check_count(wanted: usize, available: usize) -> Result<(), SelectionError> {
    if wanted > available {
        return Err(SelectionError::TooFewUnits { wanted, available });
    }
    Ok(())
}

fn equal(index: usize, n: usize, population: usize) -> Selected {
    Selected {
        index,
        probability: n as f64 / population as f64,
        certainty: n == population,
    }
}

#[cfg(test)]
mod tests;
