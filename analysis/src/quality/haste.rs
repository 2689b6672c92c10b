//! The same answer to every item, and in haste.
//!
//! A form without reversed items holds no contradiction that [`straight_lining`](super::straight_lining) could find,
//! and whoever is wholly satisfied gives one answer throughout and means it. What such a person does not do is hurry
//! beside others who answer in the same way. Both signs together are flagged; either alone is not.

use super::speeding::Speeding;
use super::straight_lining::Pattern;
use super::{Flag, FlagKind, QualityError, check_rows};

/// When one answer to everything is flagged.
///
/// Two and a half spreads by default: where nearly half of a way are wholly of one mind, as among those who answer in
/// easy read, two spreads would flag one honest person in a hundred, and twenty times as many as among the others
/// (`docs/quality_flags.md`). Fewer than six items are too few to tell one mind from one button.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HasteRule {
    /// The fewest items answered.
    pub min_items: u32,
    /// Faster than the median of the same way of answering by this many spreads, on the log scale.
    pub spreads: f64,
}

impl Default for HasteRule {
    fn default() -> Self {
        Self {
            min_items: 6,
            spreads: 2.5,
        }
    }
}

impl HasteRule {
    /// Whether a row has answers enough and a baseline of its own way to be judged.
    pub fn can_judge(&self, pattern: &Pattern, speeding: &Speeding, row: usize) -> bool {
        pattern.answered >= self.min_items && speeding.paces[row].z.is_finite()
    }
}

/// Flags the rows that gave one answer to all items of their only block, faster than others of the same way.
///
/// - `patterns`: of one block that holds every item, so that a run of all of them can be seen.
///
/// The flag's `value` is the number of items, its `baseline` the row's pace over the median of its way.
///
/// # Errors
/// [`QualityError::ShapeMismatch`].
///
/// # Source
/// Zhang & Conrad (2014), Survey Research Methods 8(2), 127–135: who speeds straight-lines, and the two together tell
/// more than either.
pub fn haste(patterns: &[Pattern], speeding: &Speeding, rule: HasteRule) -> Result<Vec<Flag>, QualityError> {
    check_rows("paces", speeding.paces.len(), patterns.len())?;
    let mut flags = Vec::new();
    for (row, pattern) in patterns.iter().enumerate() {
        let pace = speeding.paces[row];
        let Some(baseline) = pace.baseline.and_then(|at| speeding.baselines.get(at)) else {
            continue;
        };
        let alike = pattern.longest_run == pattern.answered;
        if rule.can_judge(pattern, speeding, row) && alike && pace.z < -rule.spreads {
            flags.push(Flag {
                row: row as u32,
                kind: FlagKind::StraightLining,
                value: f64::from(pattern.answered),
                baseline: pace.of_median,
                baseline_n: baseline.n,
                baseline_group: baseline.way.to_string(),
                other: None,
            });
        }
    }
    Ok(flags)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::factor::Factor;
    use crate::quality::Ways;
    use crate::quality::speeding::{SpeedingRule, Timing, speeding};

    fn paces(seconds: &[f64], tools: &[&str]) -> Speeding {
        let timings: Vec<Timing> = seconds
            .iter()
            .map(|&seconds| Timing {
                seconds,
                answers: 10,
                pages: 0,
            })
            .collect();
        let mode = Factor::from_labels(vec!["web"; seconds.len()]);
        let tool = Factor::from_labels(tools);
        let ways = Ways {
            mode: &mode,
            answering: &mode,
            tool: &tool,
        };
        let rule = SpeedingRule {
            min_n: 5,
            pool_modes: false,
            ..SpeedingRule::default()
        };
        speeding(&timings, &ways, rule).unwrap()
    }

    fn pattern(answered: u32, longest_run: u32) -> Pattern {
        Pattern {
            answered,
            longest_run,
            ..Pattern::default()
        }
    }

    #[test]
    fn one_answer_is_flagged_only_together_with_haste_in_the_same_way() {
        let seconds = [200.0, 210.0, 190.0, 240.0, 160.0, 60.0, 60.0, 200.0, 60.0];
        let found = paces(&seconds, &["none"; 9]);
        let mut patterns = vec![pattern(8, 3); 9];
        patterns[5] = pattern(8, 8); // hasty and alike
        patterns[7] = pattern(8, 8); // content, at leisure
        patterns[8] = pattern(5, 5); // too few items to tell
        let flags = haste(&patterns, &found, HasteRule::default()).unwrap();
        assert_eq!(flags.iter().map(|flag| flag.row).collect::<Vec<_>>(), [5]);
        assert_eq!((flags[0].value, flags[0].baseline_n), (8.0, 9));
    }

    #[test]
    fn easy_reading_is_held_against_easy_reading_and_a_lone_tool_against_nobody() {
        let seconds = [
            200.0, 210.0, 190.0, 240.0, 160.0, 60.0, 62.0, 58.0, 66.0, 55.0, 60.0,
        ];
        let mut tools = vec!["none"; 5];
        tools.extend(["easy"; 5]);
        tools.push("sign");
        let found = paces(&seconds, &tools);
        let flags = haste(&[pattern(8, 8); 11], &found, HasteRule::default()).unwrap();
        // Among the easy readers 55 s is a little fast, 60 s is usual; among the others 160 s is.
        assert!(
            flags.iter().all(|flag| ![5, 6, 7, 8, 10].contains(&flag.row)),
            "{flags:?}"
        );
        assert!(haste(&[], &found, HasteRule::default()).is_err());
    }
}
