//! Spreading a sample over strata.

use thiserror::Error;

/// A sample that cannot be spread.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum AllocationError {
    /// The total is below the minimum of all strata together, or above the population.
    #[error("{total} units cannot be spread: the strata take between {least} and {most}")]
    OutOfReach {
        /// Units to spread.
        total: u64,
        /// Sum of the strata's minima.
        least: u64,
        /// Sum of the strata's sizes.
        most: u64,
    },
    /// Lists of different length.
    #[error("{measures} measures for {strata} strata")]
    ShapeMismatch {
        /// Measures given.
        measures: usize,
        /// Strata given.
        strata: usize,
    },
    /// A measure that is negative or not finite, or all are zero.
    #[error("stratum {stratum}: the measure {value} is not usable")]
    BadMeasure {
        /// Which stratum, from 0.
        stratum: usize,
        /// Its measure.
        value: f64,
    },
}

/// Allocates `total` units to strata in proportion to `measures`.
///
/// - `sizes`: units in each stratum; no stratum gets more.
/// - `measures`: what to be proportional to: Nₕ (proportional allocation), NₕSₕ (Neyman),
///   1 (equal), or √Nₕ (a compromise for both the whole and the strata).
/// - `minimum`: at least this many per stratum (2, so that a variance can be estimated), or
///   all of a smaller stratum.
///
/// Whole units by largest remainders, ties to the earlier stratum; the sum is `total`.
///
/// # Errors
/// When the total is out of reach or a measure is unusable.
///
/// # Source
/// Cochran (1977), Sampling Techniques, sections 5.5 and 5.9; largest remainders after Hamilton.
///
/// ```
/// use analysis::sampling::allocate;
/// assert_eq!(allocate(10, &[50, 30, 3], &[50.0, 30.0, 3.0], 2)?, [5, 3, 2]);
/// # Ok::<(), analysis::sampling::AllocationError>(())
/// ```
pub fn allocate(
    total: u64,
    sizes: &[u64],
    measures: &[f64],
    minimum: u64,
) -> Result<Vec<u64>, AllocationError> {
    if measures.len() != sizes.len() {
        return Err(AllocationError::ShapeMismatch {
            measures: measures.len(),
            strata: sizes.len(),
        });
    }
    if let Some(stratum) = measures.iter().position(|m| !m.is_finite() || *m < 0.0) {
        return Err(AllocationError::BadMeasure {
            stratum,
            value: measures[stratum],
        });
    }
    let least: Vec<u64> = sizes.iter().map(|size| minimum.min(*size)).collect();
    let (floor, most) = (least.iter().sum(), sizes.iter().sum());
    if total < floor || total > most {
        return Err(AllocationError::OutOfReach {
            total,
            least: floor,
            most,
        });
    }
    // Strata at a bound leave; the rest is shared among the others, until no bound is crossed.
    let mut fixed: Vec<Option<u64>> = vec![None; sizes.len()];
    loop {
        let left = total - fixed.iter().flatten().sum::<u64>();
        let free = |h: &usize| fixed[*h].is_none();
        let weight: f64 = (0..sizes.len()).filter(free).map(|h| measures[h]).sum();
        let open = (0..sizes.len()).filter(free).count();
        let share = |h: usize| match weight > 0.0 {
            true => left as f64 * measures[h] / weight,
            false => left as f64 / open as f64,
        };
        // Too small strata first: raising them only lowers the shares of the others.
        let low: Vec<usize> = (0..sizes.len())
            .filter(free)
            .filter(|&h| share(h) < least[h] as f64)
            .collect();
        let high: Vec<usize> = (0..sizes.len())
            .filter(free)
            .filter(|&h| share(h) > sizes[h] as f64)
            .collect();
        let excess: f64 = high.iter().map(|&h| share(h) - sizes[h] as f64).sum();
        let lack: f64 = low.iter().map(|&h| least[h] as f64 - share(h)).sum();
        if low.is_empty() && high.is_empty() {
            let shares: Vec<(usize, f64)> = (0..sizes.len()).filter(free).map(|h| (h, share(h))).collect();
            return Ok(round_up_to(left, &shares, sizes, fixed));
        }
        // Fix the side that binds more, as fixing it can release the other.
        if lack >= excess {
            low.iter().for_each(|&h| fixed[h] = Some(least[h]));
        } else {
            high.iter().for_each(|&h| fixed[h] = Some(sizes[h]));
        }
    }
}

/// Rounds the free shares to whole units that sum to `left`, by largest remainders.
fn round_up_to(left: u64, shares: &[(usize, f64)], sizes: &[u64], fixed: Vec<Option<u64>>) -> Vec<u64> {
    let mut counts: Vec<u64> = fixed.into_iter().map(Option::unwrap_or_default).collect();
    for &(h, share) in shares {
        counts[h] = share.floor() as u64;
    }
    let mut short = left - shares.iter().map(|&(h, _)| counts[h]).sum::<u64>().min(left);
    let mut order: Vec<&(usize, f64)> = shares.iter().collect();
    order.sort_by(|a, b| b.1.fract().total_cmp(&a.1.fract()).then(a.0.cmp(&b.0)));
    while short > 0 {
        let before = short;
        for &&(h, _) in &order {
            if short > 0 && counts[h] < sizes[h] {
                counts[h] += 1;
                short -= 1;
            }
        }
        if before == short {
            break;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn allocate_equal_measures_respects_small_strata() {
        assert_eq!(allocate(12, &[100, 100, 1], &[1.0; 3], 2), Ok(vec![6, 5, 1]));
    }

    #[test]
    fn allocate_out_of_reach_says_the_bounds() {
        let error = allocate(3, &[10, 10], &[1.0, 1.0], 2).unwrap_err();
        assert_eq!(
            error.to_string(),
            "3 units cannot be spread: the strata take between 4 and 20"
        );
    }

    proptest! {
        #[test]
        fn allocation_sums_to_the_total_within_bounds(
            strata in prop::collection::vec((1u64..200, 0.0f64..10.0), 1..12),
            minimum in 0u64..4,
            share in 0.0f64..=1.0,
        ) {
            let (sizes, measures): (Vec<u64>, Vec<f64>) = strata.into_iter().unzip();
            let least: u64 = sizes.iter().map(|s| minimum.min(*s)).sum();
            let most: u64 = sizes.iter().sum();
            let total = least + ((most - least) as f64 * share) as u64;
            let counts = allocate(total, &sizes, &measures, minimum).unwrap();
            prop_assert_eq!(counts.iter().sum::<u64>(), total);
            for (count, size) in counts.iter().zip(&sizes) {
                prop_assert!(*count <= *size && *count >= minimum.min(*size), "{counts:?} {sizes:?}");
            }
        }
    }
}
