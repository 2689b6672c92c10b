//! Shares near 0 % and 100 %: a group that all answer alike discloses each of its members, however large it is.
//!
//! The rule counts *others*: whoever is in the group knows his own answer, and if only one person differs from the
//! rest, that person knows theirs. So with `min_other` = 2 a share is exact only when at least two persons are on
//! either side of it.

use super::Protected;

/// When a share may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnanimityRule {
    /// The fewest persons in the base.
    pub min_cell: u64,
    /// The fewest persons on either side of a share.
    pub min_other: u64,
}

impl Default for UnanimityRule {
    fn default() -> Self {
        Self {
            min_cell: 10,
            min_other: 2,
        }
    }
}

/// A share as it may be shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ShownShare {
    /// The share itself.
    Exact(f64),
    /// Only that it is at most this: fewer than `min_other` said yes, perhaps nobody.
    AtMost(f64),
    /// Only that it is at least this: fewer than `min_other` said no, perhaps nobody.
    AtLeast(f64),
    /// Nothing: the base is too small.
    Hidden,
}

/// The share of `yes` among `base` persons, as a fraction of 1.
///
/// A share too near an end is given as a bound, `min_other` ÷ `base` from it, which is the same whether nobody or
/// one fewer than `min_other` is on that side. More yes than persons, or a base that cannot have `min_other` on both
/// sides, is hidden.
///
/// ```
/// use analysis::disclosure::unanimity::{ShownShare, UnanimityRule, share};
/// let rule = UnanimityRule::default();
/// assert_eq!(share(30, 40, rule), ShownShare::Exact(0.75));
/// assert_eq!(share(40, 40, rule), ShownShare::AtLeast(0.95));
/// assert_eq!(share(39, 40, rule), ShownShare::AtLeast(0.95));
/// assert_eq!(share(0, 40, rule), ShownShare::AtMost(0.05));
/// ```
#[must_use]
pub fn share(yes: u64, base: u64, rule: UnanimityRule) -> ShownShare {
    let (n, other) = (base as f64, rule.min_other as f64);
    let too_few = base == 0 || base < rule.min_cell || base < rule.min_other.saturating_mul(2);
    match base.checked_sub(yes) {
        Some(no) if !too_few => {
            if yes < rule.min_other {
                ShownShare::AtMost(other / n)
            } else if no < rule.min_other {
                ShownShare::AtLeast(1.0 - other / n)
            } else {
                ShownShare::Exact(yes as f64 / n)
            }
        }
        _ => ShownShare::Hidden,
    }
}

/// The shares of a question's answers, as fractions of 1.
///
/// - `counts`: persons by answer; together the base.
///
/// All are hidden when the base is too small or when fewer than `min_other` differ from the commonest answer. With
/// `hide_rare`, answers given by fewer than `min_other` persons (also by nobody) are hidden too, and with them the
/// next rarest, until at least two answers are hidden with `min_other` persons or more: the shares add up to 100 %, so
/// a single one would follow from the others.
#[must_use]
pub fn distribution(counts: &[u64], rule: UnanimityRule, hide_rare: bool) -> Vec<Protected<f64>> {
    let base: u64 = counts.iter().sum();
    let commonest = counts.iter().copied().max().unwrap_or(0);
    let all_hidden = base == 0 || base < rule.min_cell || base - commonest < rule.min_other;
    let mut shown = vec![!all_hidden; counts.len()];
    if hide_rare && counts.iter().any(|&n| n < rule.min_other) {
        let mut order: Vec<usize> = (0..counts.len()).collect();
        order.sort_by_key(|&at| (counts[at], at));
        let (mut hidden, mut persons) = (0, 0);
        for at in order {
            if counts[at] >= rule.min_other && hidden >= 2 && persons >= rule.min_other {
                break;
            }
            shown[at] = false;
            hidden += 1;
            persons += counts[at];
        }
    }
    counts
        .iter()
        .zip(shown)
        .map(|(&n, shown)| Protected::new(n as f64 / base as f64, shown))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULE: UnanimityRule = UnanimityRule {
        min_cell: 10,
        min_other: 2,
    };

    fn hidden(counts: &[u64], hide_rare: bool) -> Vec<bool> {
        let shares = distribution(counts, RULE, hide_rare);
        shares.iter().map(Protected::is_hidden).collect()
    }

    #[test]
    fn share_of_a_small_or_impossible_base_is_hidden() {
        assert_eq!(share(0, 0, RULE), ShownShare::Hidden);
        assert_eq!(share(5, 9, RULE), ShownShare::Hidden);
        assert_eq!(share(11, 10, RULE), ShownShare::Hidden);
        let loose = UnanimityRule {
            min_cell: 0,
            min_other: 2,
        };
        assert_eq!(share(1, 3, loose), ShownShare::Hidden);
    }

    #[test]
    fn distribution_of_a_unanimous_group_is_hidden_whole() {
        assert_eq!(hidden(&[0, 0, 50], false), [true; 3]);
        assert_eq!(hidden(&[0, 1, 50], false), [true; 3]);
        assert_eq!(hidden(&[0, 2, 50], false), [false; 3]);
        assert_eq!(hidden(&[4, 5], false), [true; 2]);
        assert!(hidden(&[], true).is_empty());
    }

    #[test]
    fn distribution_hides_a_rare_answer_with_the_next_rarest() {
        assert_eq!(hidden(&[0, 30, 20, 40], true), [true, false, true, false]);
        assert_eq!(hidden(&[0, 1, 20, 40], true), [true, true, true, false]);
        assert_eq!(hidden(&[30, 20, 40], true), [false; 3]);
    }

    proptest! {
        #[test]
        fn shown_share_never_tells_what_everyone_answered(yes in 0u64..60, base in 0u64..60) {
            // Everyone who fits what is shown: there is more than one possibility, or two persons on each side.
            let shown = share(yes, base, RULE);
            let alike = (0..=base).filter(|&k| share(k, base, RULE) == shown).count();
            match shown {
                ShownShare::Exact(_) => prop_assert!(yes >= 2 && base - yes >= 2),
                ShownShare::AtMost(_) | ShownShare::AtLeast(_) => prop_assert_eq!(alike, 2),
                ShownShare::Hidden => prop_assert!(base < 10 || yes > base),
            }
        }

        #[test]
        fn hidden_answers_cannot_be_taken_from_the_rest_to_100_per_cent(
            counts in prop::collection::vec(0u64..20, 0..6),
        ) {
            let shares = distribution(&counts, RULE, true);
            let hidden: Vec<u64> =
                counts.iter().zip(&shares).filter(|(_, s)| s.is_hidden()).map(|(n, _)| *n).collect();
            let base: u64 = counts.iter().sum();
            let all = hidden.len() == counts.len();
            prop_assert!(hidden.is_empty() || all || (hidden.len() >= 2 && hidden.iter().sum::<u64>() >= 2));
            for (n, share) in counts.iter().zip(&shares) {
                prop_assert!(share.is_hidden() || (*n >= 2 && base - n >= 2));
            }
        }
    }
}
