//! Which units can be put in order and which cannot, from the pairs that are told apart jointly.
//!
//! Two pictures of the same comparisons. **Bands** do not overlap: a line is drawn only where every unit above is told
//! to be better than every unit below, so that the order of the bands is true with the joint confidence of the
//! comparisons. **Groups alike** overlap: the largest sets of units of which no two are told apart, as letters behind
//! means; two units share a group exactly when they are not told apart, whatever their standard errors.

use super::rank::{Pair, Ranking};

/// Bands of unit indices, the best first; within a band in the order of the scores.
///
/// One band of all units when nothing can be said; units without a score are in the last one.
///
/// ```
/// use analysis::evaluation::{band::bands, rank::rank_intervals};
/// use nalgebra::DMatrix;
/// let covariance = DMatrix::identity(4, 4);
/// let ranking = rank_intervals(&[60.0, 80.0, 79.5, 61.0], &covariance, &[f64::INFINITY; 4], 0.95, 1);
/// assert_eq!(bands(&ranking), [vec![1, 2], vec![3, 0]]);
/// ```
#[must_use]
pub fn bands(ranking: &Ranking) -> Vec<Vec<usize>> {
    let (order, told) = (by_rank(ranking), told_apart(ranking));
    let apart = |above: usize, below: usize| told[above * order.len() + below];
    let mut bands: Vec<Vec<usize>> = Vec::new();
    let mut band = Vec::new();
    for (at, &unit) in order.iter().enumerate() {
        band.push(unit);
        let (above, below) = order.split_at(at + 1);
        if !below.is_empty() && above.iter().all(|&a| below.iter().all(|&b| apart(a, b))) {
            bands.push(std::mem::take(&mut band));
        }
    }
    if !band.is_empty() {
        bands.push(band);
    }
    bands
}

/// The largest sets of unit indices of which no two are told apart, ordered by their best members; within a set in the
/// order of the scores.
///
/// # Source
/// Piepho (2004), Journal of Computational and Graphical Statistics 13(2), 456–466 (insert and absorb).
///
/// ```
/// use analysis::evaluation::{band::alike, rank::rank_intervals};
/// use nalgebra::DMatrix;
/// let covariance = DMatrix::identity(3, 3); // a difference of 3.3 is told apart
/// let ranking = rank_intervals(&[80.0, 77.5, 75.0], &covariance, &[f64::INFINITY; 3], 0.95, 1);
/// assert_eq!(alike(&ranking), [vec![0, 1], vec![1, 2]]);
/// ```
#[must_use]
pub fn alike(ranking: &Ranking) -> Vec<Vec<usize>> {
    let order = by_rank(ranking);
    if order.is_empty() {
        return Vec::new();
    }
    let mut place = vec![0; order.len()];
    for (at, &unit) in order.iter().enumerate() {
        place[unit] = at;
    }
    // Members by place, so that a set in ascending order is in the order of the scores.
    let mut groups: Vec<Vec<usize>> = vec![(0..order.len()).collect()];
    let mut apart: Vec<(usize, usize)> = (ranking.pairs.iter().filter(|pair| pair.significant))
        .map(|pair| (place[pair.better], place[pair.worse]))
        .collect();
    apart.sort_unstable();
    for (a, b) in apart {
        let (both, mut kept): (Vec<_>, Vec<_>) = groups
            .into_iter()
            .partition(|group| group.contains(&a) && group.contains(&b));
        for group in both {
            for without in [b, a] {
                let part: Vec<usize> = group.iter().copied().filter(|&unit| unit != without).collect();
                if !kept.iter().any(|other| includes(other, &part)) {
                    kept.retain(|other| !includes(&part, other));
                    kept.push(part);
                }
            }
        }
        groups = kept;
    }
    groups.sort();
    let units = |group: Vec<usize>| group.into_iter().map(|at| order[at]).collect();
    groups.into_iter().map(units).collect()
}

fn includes(larger: &[usize], smaller: &[usize]) -> bool {
    smaller.iter().all(|unit| larger.contains(unit))
}

/// Units from the best rank down; equal ranks in the order given.
fn by_rank(ranking: &Ranking) -> Vec<usize> {
    let mut order: Vec<usize> = (0..ranking.rank.len()).collect();
    order.sort_by_key(|&unit| ranking.rank[unit]);
    order
}

/// For each two units, whether the first is told to be better.
fn told_apart(ranking: &Ranking) -> Vec<bool> {
    let units = ranking.rank.len();
    let mut told = vec![false; units * units];
    for Pair { better, worse, .. } in ranking.pairs.iter().filter(|pair| pair.significant) {
        told[better * units + worse] = true;
    }
    told
}

#[cfg(test)]
mod tests {
    use nalgebra::{DMatrix, DVector};
    use proptest::prelude::*;

    use super::*;
    use crate::evaluation::rank::{RankOptions, rank_intervals_with};
    use crate::simulation::Draws;

    fn ranking(scores: &[f64], se: &[f64], seed: u64) -> Ranking {
        let covariance =
            DMatrix::from_diagonal(&DVector::from_iterator(se.len(), se.iter().map(|se| se * se)));
        let options = RankOptions {
            draws: 400,
            seed,
            ..RankOptions::default()
        };
        rank_intervals_with(scores, &covariance, &vec![30.0; scores.len()], &options)
    }

    #[test]
    fn bands_of_none_one_and_all_alike() {
        assert!(bands(&ranking(&[], &[], 1)).is_empty() && alike(&ranking(&[], &[], 1)).is_empty());
        assert_eq!(bands(&ranking(&[5.0], &[1.0], 1)), [vec![0]]);
        let same = ranking(&[70.0, 70.5, 69.5], &[2.0; 3], 1);
        assert_eq!((bands(&same).len(), alike(&same).len()), (1, 1));
    }

    /// Counties with three true levels: how often any unit of a higher band is not truly better.
    #[test]
    fn simulated_counties_bands_are_in_their_true_order() {
        let truth: Vec<f64> = (0..12).map(|unit| 60.0 + 8.0 * f64::from(unit / 4)).collect();
        let mut stream = Draws::new(7);
        let (rounds, mut wrong, mut lines) = (150, 0, 0);
        for round in 0..rounds {
            let scores: Vec<f64> = truth.iter().map(|t| t + stream.normal()).collect();
            let found = bands(&ranking(&scores, &[1.0; 12], round));
            lines += found.len() - 1;
            let true_order = (1..found.len()).all(|at| {
                let below: Vec<usize> = found[at..].concat();
                found[at - 1]
                    .iter()
                    .all(|&a| below.iter().all(|&b| truth[a] > truth[b]))
            });
            wrong += usize::from(!true_order);
        }
        // At most 5 % of the rounds; and not by never drawing a line.
        assert!(wrong as f64 <= 0.05 * rounds as f64 + 4.0, "{wrong} of {rounds}");
        assert!(lines as u64 > rounds / 2, "{lines}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn two_units_share_a_group_exactly_when_they_are_not_told_apart(
            units in prop::collection::vec((0.0f64..40.0, 0.1f64..6.0), 1..14),
        ) {
            let (scores, se): (Vec<f64>, Vec<f64>) = units.into_iter().unzip();
            let ranking = ranking(&scores, &se, 3);
            let groups = alike(&ranking);
            for pair in &ranking.pairs {
                let together = groups.iter().any(|g| g.contains(&pair.better) && g.contains(&pair.worse));
                prop_assert_eq!(together, !pair.significant);
            }
            for (at, group) in groups.iter().enumerate() {
                let swallowed = groups.iter().enumerate().any(|(other, g)| other != at && includes(g, group));
                prop_assert!(!swallowed);
            }
        }

        #[test]
        fn bands_hold_every_unit_once_and_agree_with_the_rank_intervals(
            units in prop::collection::vec((0.0f64..60.0, 0.1f64..4.0), 1..12),
        ) {
            let (scores, se): (Vec<f64>, Vec<f64>) = units.into_iter().unzip();
            let ranking = ranking(&scores, &se, 3);
            let found = bands(&ranking);
            let mut all = found.concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..scores.len()).collect::<Vec<_>>());
            let mut before = 0;
            for band in &found {
                let end = before + band.len();
                for &unit in band {
                    // A unit's possible places lie within its band's.
                    prop_assert!(ranking.lower[unit] as usize > before && ranking.upper[unit] as usize <= end);
                }
                before = end;
            }
        }
    }
}
