//! Cells of magnitudes that betray a contributor.
//!
//! The total of a magnitude (hours of care, subsidies, complaints handled) over institutions or persons discloses the
//! largest contributor to the second largest, who subtracts his own part, even when the cell counts many. Both rules
//! here say whether a cell is to be hidden, and how far an attacker's interval must then reach.

use super::{DisclosureError, Need};

/// The p %-rule: a cell is sensitive when its second largest contributor can estimate the largest to within `p` per
/// cent, that is when the rest, X − x₁ − x₂, is below p/100 · x₁.
///
/// - `contributions`: ≥ 0, in any order; none is no cell to hide.
///
/// Returns what a sensitive cell needs: reaching p/100 · x₁ − (X − x₁ − x₂) above and below its value; `None` for a
/// safe cell.
///
/// # Errors
/// [`DisclosureError::Value`] for a contribution that is negative or not finite.
///
/// # Source
/// Hundepool et al. (2012), Statistical Disclosure Control, section 4.2.1 and table 4.2.
///
/// ```
/// use analysis::disclosure::dominance::p_percent;
/// // 70 + 20 known to the second: the rest is 5, less than 10 % of 70.
/// assert_eq!(p_percent(&[20.0, 70.0, 5.0], 10.0)?.map(|need| need.upper), Some(2.0));
/// assert_eq!(p_percent(&[20.0, 70.0, 7.0], 10.0)?, None);
/// # Ok::<(), analysis::disclosure::DisclosureError>(())
/// ```
pub fn p_percent(contributions: &[f64], p: f64) -> Result<Option<Need>, DisclosureError> {
    let sorted = sorted(contributions)?;
    let largest = sorted.first().copied().unwrap_or(0.0);
    let rest: f64 = sorted.iter().skip(2).sum();
    Ok(need(p / 100.0 * largest - rest))
}

/// The (n, k)-rule: a cell is sensitive when its `n` largest contributors make up more than `k` per cent of it.
///
/// Returns what a sensitive cell needs: reaching 100/k · (x₁ + … + xₙ) − X above and below its value; `None` for a safe
/// cell.
///
/// # Errors
/// [`DisclosureError::Value`] for a contribution that is negative or not finite, or a `k` outside (0, 100].
///
/// # Source
/// As [`p_percent`].
pub fn n_k(contributions: &[f64], n: usize, k: f64) -> Result<Option<Need>, DisclosureError> {
    if !(k > 0.0 && k <= 100.0) {
        return Err(DisclosureError::Value {
            cell: "k of the (n, k)-rule".to_owned(),
            value: k.to_string(),
        });
    }
    let sorted = sorted(contributions)?;
    let total: f64 = sorted.iter().sum();
    let top: f64 = sorted.iter().take(n).sum();
    Ok(need(100.0 / k * top - total))
}

fn need(protection: f64) -> Option<Need> {
    (protection > 0.0).then_some(Need {
        upper: protection,
        lower: protection,
        width: 0.0,
    })
}

/// Contributions, the largest first.
fn sorted(contributions: &[f64]) -> Result<Vec<f64>, DisclosureError> {
    let is_sound = |x: f64| x.is_finite() && x >= 0.0;
    if let Some(at) = contributions.iter().position(|&x| !is_sound(x)) {
        return Err(DisclosureError::Value {
            cell: format!("contribution {at}"),
            value: contributions[at].to_string(),
        });
    }
    let mut sorted = contributions.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    Ok(sorted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_contributor_is_sensitive_under_both_rules() {
        let need = p_percent(&[40.0], 10.0).unwrap().unwrap();
        assert_eq!((need.upper, need.lower), (4.0, 4.0));
        assert_eq!(n_k(&[40.0], 1, 80.0).unwrap().unwrap().upper, 10.0);
    }

    #[test]
    fn cell_without_contributors_or_of_zeros_is_safe() {
        assert_eq!(p_percent(&[], 10.0).unwrap(), None);
        assert_eq!(n_k(&[0.0, 0.0], 1, 50.0).unwrap(), None);
    }

    #[test]
    fn n_k_counts_the_largest_whatever_the_order() {
        // 60 + 30 of 100 is more than 85 %: 100/85 · 90 − 100
        let need = n_k(&[10.0, 30.0, 60.0], 2, 85.0).unwrap().unwrap();
        assert!((need.upper - (9000.0 / 85.0 - 100.0)).abs() < 1e-12);
        assert_eq!(n_k(&[10.0, 30.0, 60.0], 2, 90.0).unwrap(), None);
        assert_eq!(n_k(&[10.0, 30.0, 60.0], 1, 60.0).unwrap(), None);
    }

    #[test]
    fn p_percent_estimate_of_the_second_is_as_far_off_as_the_rule_says() {
        // Whoever hides behind a value `upper` above the true total is overestimated by p %.
        let (x, p) = ([90.0, 30.0, 2.0, 1.0], 15.0);
        let need = p_percent(&x, p).unwrap().unwrap();
        let estimate = x.iter().sum::<f64>() + need.upper - x[1];
        assert!((estimate - x[0] * (1.0 + p / 100.0)).abs() < 1e-12);
    }

    #[test]
    fn unsound_contribution_or_share_is_refused_by_name() {
        let error = p_percent(&[1.0, f64::NAN], 10.0).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cell contribution 1: NaN is not a finite number ≥ 0"
        );
        assert!(n_k(&[1.0], 1, 0.0).is_err());
        assert!(n_k(&[-1.0], 1, 50.0).is_err());
    }
}
