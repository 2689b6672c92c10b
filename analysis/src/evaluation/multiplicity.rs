//! P-values of many tests that are read together.
//!
//! Where a sentence names a unit or an indicator, the chance that any of the sentences is wrong must stay small:
//! [`holm`]. Where a list marks what moved, it is enough that few of the marks are wrong: [`benjamini_hochberg`].

/// Adjusts p-values so that the chance of any false rejection is at most the level, whatever their dependence.
///
/// Tests that could not be done (NaN) stay NaN and count for none. The result is in the order given.
///
/// # Source
/// Holm (1979), Scandinavian Journal of Statistics 6(2), 65–70; R's `p.adjust(method = "holm")`.
///
/// ```
/// use analysis::evaluation::multiplicity::holm;
/// assert_eq!(holm(&[0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
/// ```
#[must_use]
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut adjusted = p.to_vec();
    let order = ascending(p);
    let mut most = 0.0_f64;
    for (rank, &at) in order.iter().enumerate() {
        most = most.max(((order.len() - rank) as f64 * p[at]).min(1.0));
        adjusted[at] = most;
    }
    adjusted
}

/// Adjusts p-values so that, on average, at most the level's share of the rejections is false, for tests that are
/// independent or positively dependent.
///
/// Tests that could not be done (NaN) stay NaN and count for none.
///
/// # Source
/// Benjamini & Hochberg (1995), JRSS B 57(1), 289–300; Benjamini & Yekutieli (2001), Annals of Statistics 29(4),
/// 1165–1188, for the dependence; R's `p.adjust(method = "BH")`.
///
/// ```
/// use analysis::evaluation::multiplicity::benjamini_hochberg;
/// assert_eq!(benjamini_hochberg(&[0.01, 0.04, 0.03]), [0.03, 0.04, 0.04]);
/// ```
#[must_use]
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut adjusted = p.to_vec();
    let order = ascending(p);
    let mut least = 1.0_f64;
    for (rank, &at) in order.iter().enumerate().rev() {
        least = least.min(order.len() as f64 * p[at] / (rank + 1) as f64);
        adjusted[at] = least;
    }
    adjusted
}

/// Places of the p-values that are numbers, the smallest first.
fn ascending(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).filter(|&at| !p[at].is_nan()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The fifteen p-values of Benjamini & Hochberg (1995), section 3.2, from Neuhaus et al. (1992).
    const PUBLISHED: [f64; 15] = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
        0.6528, 0.7590, 1.0000,
    ];

    #[test]
    fn published_example_rejects_four_by_false_discovery_and_three_by_holm() {
        let below = |adjusted: Vec<f64>| adjusted.iter().filter(|p| **p <= 0.05).count();
        assert_eq!(below(benjamini_hochberg(&PUBLISHED)), 4);
        assert_eq!(below(holm(&PUBLISHED)), 3);
    }

    #[test]
    fn tests_that_could_not_be_done_count_for_none() {
        let adjusted = holm(&[0.02, f64::NAN, 0.04]);
        assert_eq!((adjusted[0], adjusted[2]), (0.04, 0.04));
        assert!(adjusted[1].is_nan());
        assert!(benjamini_hochberg(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn adjusted_is_at_least_the_p_value_keeps_the_order_and_holm_is_the_stricter(
            p in prop::collection::vec(0.0f64..1.0, 1..30),
        ) {
            let (strict, mild) = (holm(&p), benjamini_hochberg(&p));
            for at in 0..p.len() {
                prop_assert!(mild[at] >= p[at] - 1e-12 && strict[at] >= mild[at] - 1e-12 && strict[at] <= 1.0);
                for other in 0..p.len() {
                    if p[at] < p[other] {
                        prop_assert!(strict[at] <= strict[other] && mild[at] <= mild[other]);
                    }
                }
            }
        }
    }
}
