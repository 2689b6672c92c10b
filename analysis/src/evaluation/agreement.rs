//! How far independent scorers agree, as the results of a round report it.

use crate::agreement::Ratings;
use crate::agreement::krippendorff::{Level, krippendorff_alpha};

/// Agreement over objects that several scorers marked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Objects with at least two marks.
    pub n: u64,
    /// Share of pairs of marks that are equal.
    pub exact: f64,
    /// Share of pairs of marks at most 1 apart.
    pub within_one: f64,
    /// Krippendorff's alpha for interval data; `None` where the marks do not vary.
    pub alpha: Option<f64>,
}

/// Agreement of marks; each object is a list of marks by different scorers. `None` without any pair.
#[must_use]
pub fn agreement(objects: &[&[f64]]) -> Option<Agreement> {
    let (mut n, mut pairs, mut equal, mut near) = (0, 0.0, 0.0, 0.0);
    for marks in objects.iter().filter(|marks| marks.len() > 1) {
        n += 1;
        for (at, a) in marks.iter().enumerate() {
            for b in &marks[at + 1..] {
                let distance = (a - b).abs();
                pairs += 1.0;
                equal += f64::from(u8::from(distance < 1e-9));
                near += f64::from(u8::from(distance < 1.0 + 1e-9));
            }
        }
    }
    if pairs == 0.0 {
        return None;
    }
    let most = objects.iter().map(|marks| marks.len()).max().unwrap_or(0);
    let rows: Vec<Vec<f64>> = objects
        .iter()
        .map(|marks| {
            let mut row = marks.to_vec();
            row.resize(most, f64::NAN);
            row
        })
        .collect();
    let alpha = Ratings::by_unit(&rows)
        .and_then(|ratings| krippendorff_alpha(&ratings, Level::Interval))
        .ok()
        .map(|alpha| alpha.value)
        .filter(|alpha| !alpha.is_nan());
    Some(Agreement {
        n,
        exact: equal / pairs,
        within_one: near / pairs,
        alpha,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreement_perfect_and_by_hand() {
        let same = agreement(&[&[1.0, 1.0], &[3.0, 3.0]]).expect("pairs");
        assert_eq!((same.exact, same.alpha), (1.0, Some(1.0)));
        // Marks 1,2 | 3,3: observed (2·1 + 0)/4 = 0.5; all 1,2,3,3: Σ(v−2.25)² = 2.75, expected 2·2.75/3.
        let mixed = agreement(&[&[1.0, 2.0], &[3.0, 3.0], &[4.0]]).expect("pairs");
        assert_eq!((mixed.n, mixed.exact, mixed.within_one), (2, 0.5, 1.0));
        let alpha = mixed.alpha.expect("varies");
        assert!((alpha - (1.0 - 0.5 / (2.0 * 2.75 / 3.0))).abs() < 1e-12);
    }

    #[test]
    fn agreement_without_pairs_or_variation_is_unknown() {
        assert_eq!(agreement(&[&[1.0], &[2.0]]), None);
        assert_eq!(agreement(&[&[2.0, 2.0]]).expect("pairs").alpha, None);
    }
}
