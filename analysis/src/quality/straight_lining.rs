//! The same answer down a block of items.
//!
//! Whoever is wholly satisfied gives the same answer throughout and means it. The telling sign is the same answer to
//! items that say the opposite: agreement with "the staff listen" and with "nobody listens to me". Runs without a
//! reversed item are measured, never flagged.

use super::baseline::{Baselines, Ways};
use super::{Flag, FlagKind, QualityError, check_rows};

/// A block of items on the same scale, in the order in which they were asked.
#[derive(Clone, Debug)]
pub struct Block<'a> {
    /// The items.
    pub items: Vec<Item<'a>>,
    /// Lowest and highest point of the scale.
    pub scale: (f64, f64),
}

/// One item of a block.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The answers as given, not turned round; NaN: not answered.
    pub answers: &'a [f64],
    /// Whether the item says the opposite of the others.
    pub reversed: bool,
}

/// When a run is called straight-lining.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StraightLiningRule {
    /// Identical answers in a row, with an item and a reversed one among them.
    pub min_run: u32,
    /// Where more than this share of those who answer in the same way do so, the wording or the tool misleads, and
    /// nobody is flagged.
    pub max_share: f64,
    /// The fewest rows in a baseline group; without such a group a row is flagged on its own answers.
    pub min_n: usize,
}

impl Default for StraightLiningRule {
    fn default() -> Self {
        Self {
            min_run: 4,
            max_share: 0.2,
            min_n: 30,
        }
    }
}

/// The pattern of one row over all blocks.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Pattern {
    /// Items answered.
    pub answered: u32,
    /// The longest run of identical answers within a block, unanswered items left out.
    pub longest_run: u32,
    /// The longest such run with an item and a reversed one in it, off the midpoint of the scale: identical answers
    /// that contradict each other.
    pub contradictory_run: u32,
    /// Standard deviation of the answers as given, averaged over blocks with two answers or more; NaN without.
    pub variation: f64,
    /// The same once reversed items are turned round: near 0 for somebody of one mind.
    pub aligned_variation: f64,
}

/// Patterns, and the rows whose answers contradict each other.
#[derive(Clone, Debug, PartialEq)]
pub struct StraightLining {
    /// One for each row.
    pub patterns: Vec<Pattern>,
    /// `value` is the contradictory run; `baseline` the share of the same way of answering with one as long as the
    /// rule's, NaN where there are too few.
    pub flags: Vec<Flag>,
}

/// Measures every row's pattern and flags those that contradict themselves.
///
/// # Errors
/// [`QualityError::ShapeMismatch`].
///
/// # Source
/// Schonlau & Toepoel (2015), Survey Research Methods 9(2), 125–137, for runs and reversed items; Dunn, Heggestad,
/// Shanock & Theilgard (2018), Journal of Business and Psychology 33, 105–121, for variation within a person.
pub fn straight_lining(
    blocks: &[Block<'_>],
    ways: &Ways<'_>,
    rule: StraightLiningRule,
) -> Result<StraightLining, QualityError> {
    let rows = ways.mode.len();
    for (at, block) in blocks.iter().enumerate() {
        for (item, Item { answers, .. }) in block.items.iter().enumerate() {
            check_rows(&format!("block {at}, item {item}"), answers.len(), rows)?;
        }
    }
    let patterns: Vec<Pattern> = (0..rows).map(|row| pattern(blocks, row)).collect();
    let contradicts = |row: usize| patterns[row].contradictory_run >= rule.min_run.max(2);
    let measure: Vec<f64> = (patterns.iter())
        .map(|p| {
            if p.answered > 0 {
                f64::from(p.contradictory_run)
            } else {
                f64::NAN
            }
        })
        .collect();
    let baselines = Baselines::new(&measure, ways, rule.min_n, true)?;
    let mut counted = vec![(0usize, 0usize); baselines.baselines.len()];
    for row in (0..rows).filter(|&row| patterns[row].answered > 0) {
        if let Some(at) = baselines.index_of(row) {
            counted[at].0 += usize::from(contradicts(row));
            counted[at].1 += 1;
        }
    }
    let mut flags = Vec::new();
    for row in (0..rows).filter(|&row| contradicts(row)) {
        let (share, n, group) = match (baselines.index_of(row), baselines.of(row)) {
            (Some(at), Some(baseline)) => {
                let (found, n) = counted[at];
                (found as f64 / n as f64, n, baseline.way.to_string())
            }
            _ => (f64::NAN, 0, String::new()),
        };
        if share.is_nan() || share <= rule.max_share {
            flags.push(Flag {
                row: row as u32,
                kind: FlagKind::StraightLining,
                value: f64::from(patterns[row].contradictory_run),
                baseline: share,
                baseline_n: n,
                baseline_group: group,
                other: None,
            });
        }
    }
    Ok(StraightLining { patterns, flags })
}

fn pattern(blocks: &[Block<'_>], row: usize) -> Pattern {
    let mut found = Pattern::default();
    let (mut variation, mut aligned_variation, mut varied) = (0.0, 0.0, 0u32);
    for block in blocks {
        let (low, high) = block.scale;
        let answered: Vec<(f64, bool)> = (block.items.iter())
            .map(|item| (item.answers[row], item.reversed))
            .filter(|(answer, _)| answer.is_finite())
            .collect();
        found.answered += answered.len() as u32;
        for run in answered.chunk_by(|a, b| a.0 == b.0) {
            let length = run.len() as u32;
            found.longest_run = found.longest_run.max(length);
            let both = run.iter().any(|(_, reversed)| *reversed) && run.iter().any(|(_, reversed)| !reversed);
            if both && run[0].0 != 0.5 * (low + high) {
                found.contradictory_run = found.contradictory_run.max(length);
            }
        }
        if answered.len() >= 2 {
            variation += deviation(answered.iter().map(|(answer, _)| *answer));
            let turned =
                |&(answer, reversed): &(f64, bool)| if reversed { low + high - answer } else { answer };
            aligned_variation += deviation(answered.iter().map(turned));
            varied += 1;
        }
    }
    found.variation = variation / f64::from(varied);
    found.aligned_variation = aligned_variation / f64::from(varied);
    found
}

/// Standard deviation with n − 1.
fn deviation(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    (values.map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::factor::Factor;

    /// Persons × items, the third item reversed.
    fn found(people: &[[f64; 5]], rule: StraightLiningRule) -> StraightLining {
        let columns: Vec<Vec<f64>> = (0..5)
            .map(|i| people.iter().map(|person| person[i]).collect())
            .collect();
        let items = (columns.iter().enumerate())
            .map(|(i, answers)| Item {
                answers,
                reversed: i == 2,
            })
            .collect();
        let mode = Factor::from_labels(vec!["web"; people.len()]);
        let ways = Ways {
            mode: &mode,
            answering: &mode,
            tool: &mode,
        };
        let block = Block {
            items,
            scale: (1.0, 5.0),
        };
        straight_lining(&[block], &ways, rule).unwrap()
    }

    const RULE: StraightLiningRule = StraightLiningRule {
        min_run: 4,
        max_share: 0.5,
        min_n: 2,
    };

    fn rows(found: &StraightLining) -> Vec<u32> {
        found.flags.iter().map(|flag| flag.row).collect()
    }

    #[test]
    fn wholly_satisfied_person_is_not_a_straight_liner_and_a_contradictory_one_is() {
        let found = found(
            &[
                [5.0, 5.0, 1.0, 5.0, 5.0],
                [5.0; 5],
                [3.0; 5],
                [4.0, 2.0, 2.0, 5.0, 4.0],
            ],
            RULE,
        );
        assert_eq!(
            rows(&found),
            [1],
            "at the midpoint the same answer contradicts nothing"
        );
        assert_eq!(
            (
                found.flags[0].value,
                found.flags[0].baseline,
                found.flags[0].baseline_n
            ),
            (5.0, 0.25, 4)
        );
        let satisfied = found.patterns[0];
        assert_eq!((satisfied.longest_run, satisfied.contradictory_run), (2, 0));
        assert_eq!(satisfied.aligned_variation, 0.0);
        assert!(satisfied.variation > 1.7);
        assert_eq!(found.patterns[1].variation, 0.0);
    }

    #[test]
    fn block_without_reversed_items_is_measured_and_never_flagged() {
        let answers = [5.0, 5.0];
        let items = vec![
            Item {
                answers: &answers,
                reversed: false
            };
            8
        ];
        let mode = Factor::from_labels(["web"; 2]);
        let ways = Ways {
            mode: &mode,
            answering: &mode,
            tool: &mode,
        };
        let block = Block {
            items,
            scale: (1.0, 5.0),
        };
        let found = straight_lining(&[block], &ways, RULE).unwrap();
        assert!(found.flags.is_empty());
        assert_eq!(found.patterns[0].longest_run, 8);
    }

    #[test]
    fn item_that_misleads_most_flags_nobody() {
        let found = found(&[[5.0; 5], [5.0; 5], [4.0; 5], [5.0, 5.0, 1.0, 4.0, 5.0]], RULE);
        assert!(found.flags.is_empty());
    }

    #[test]
    fn too_few_of_the_same_way_are_flagged_on_their_own_answers() {
        let rule = StraightLiningRule { min_n: 30, ..RULE };
        let found = found(&[[5.0; 5]], rule);
        assert_eq!(rows(&found), [0]);
        assert!(found.flags[0].baseline.is_nan());
    }

    #[test]
    fn unanswered_items_do_not_break_a_run() {
        let nan = f64::NAN;
        let found = found(
            &[[5.0, nan, 5.0, 5.0, 5.0], [nan; 5]],
            StraightLiningRule {
                max_share: 1.0,
                ..RULE
            },
        );
        assert_eq!(rows(&found), [0]);
        assert_eq!(
            (found.patterns[1].answered, found.patterns[1].longest_run),
            (0, 0)
        );
        assert!(found.patterns[1].variation.is_nan());
    }
}
