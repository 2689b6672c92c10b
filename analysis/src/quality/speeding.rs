//! Answers given too fast to have been read.

use super::baseline::{Baseline, Baselines, Ways};
use super::{Flag, FlagKind, QualityError};

/// How long a response took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timing {
    /// Seconds with a page open; NaN when not known.
    pub seconds: f64,
    /// Questions answered. Routing shows some people more questions than others, so pace is seconds per answer.
    pub answers: u32,
    /// Pages seen.
    pub pages: u32,
}

/// When a pace is called speeding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpeedingRule {
    /// Below this share of the median pace.
    pub share: f64,
    /// And this many spreads below it, on the log scale. In a group of uneven paces half the median is nothing
    /// unusual, and in a very even one a little below it is nothing strange.
    pub spreads: f64,
    /// The fewest rows in a baseline group.
    pub min_n: usize,
    /// Whether a mode with fewer rows is held against all modes of the same answering and tool.
    pub pool_modes: bool,
}

impl Default for SpeedingRule {
    fn default() -> Self {
        Self {
            share: 0.5,
            spreads: 2.0,
            min_n: 30,
            pool_modes: true,
        }
    }
}

/// The pace of one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Seconds per answer; NaN without time or answers.
    pub seconds_per_answer: f64,
    /// Answers per page seen: a low pace on crowded pages is less strange. NaN without pages.
    pub answers_per_page: f64,
    /// Seconds per answer over the median of the same way of answering; NaN without a baseline.
    pub of_median: f64,
    /// Spreads from that median, on the log scale; NaN without a baseline or spread.
    pub z: f64,
    /// The baseline that the row is held against, as a place in [`Speeding::baselines`].
    pub baseline: Option<usize>,
}

/// Paces, what they are held against, and who was too fast.
#[derive(Clone, Debug, PartialEq)]
pub struct Speeding {
    /// One for each row.
    pub paces: Vec<Pace>,
    /// Log seconds per answer, by way of answering; all modes together where `mode` is `None`.
    pub baselines: Vec<Baseline>,
    /// The rows that were too fast; `value` and `baseline` in seconds per answer.
    pub flags: Vec<Flag>,
}

/// Compares every row's seconds per answer with the median of those who answered in the same way.
///
/// - `timings`: one for each row; no time, no answer or a time of 0 leaves a row unjudged.
///
/// Groups below `min_n` fall back to all modes of the same answering and tool, and rows without such a group are not
/// judged at all: see [`Ways`]. A group without spread (half of it equally fast) is judged by the share alone.
///
/// # Errors
/// [`QualityError::ShapeMismatch`].
///
/// # Source
/// Roßmann (2010) and Greszki, Meyer & Schoen (2015), Public Opinion Quarterly 79(2), 471–503, for a share of the
/// median; the log scale, as durations are close to log-normal.
///
/// ```
/// use analysis::factor::Factor;
/// use analysis::quality::Ways;
/// use analysis::quality::speeding::{SpeedingRule, Timing, speeding};
/// let seconds = [200.0, 220.0, 180.0, 210.0, 30.0, 900.0];
/// let timings = seconds.map(|seconds| Timing { seconds, answers: 20, pages: 5 });
/// let mode = Factor::from_labels(["web"; 6]);
/// let answering = Factor::from_labels(["self"; 6]);
/// let tool = Factor::from_labels(["none"; 6]);
/// let ways = Ways { mode: &mode, answering: &answering, tool: &tool };
/// let found = speeding(&timings, &ways, SpeedingRule { min_n: 5, ..SpeedingRule::default() })?;
/// assert_eq!(found.flags.len(), 1);
/// assert_eq!((found.flags[0].row, found.flags[0].value), (4, 1.5));
/// # Ok::<(), analysis::quality::QualityError>(())
/// ```
pub fn speeding(timings: &[Timing], ways: &Ways<'_>, rule: SpeedingRule) -> Result<Speeding, QualityError> {
    let per_answer = |timing: &Timing| match timing.answers {
        0 => f64::NAN,
        answers if timing.seconds > 0.0 && timing.seconds.is_finite() => timing.seconds / f64::from(answers),
        _ => f64::NAN,
    };
    let logs: Vec<f64> = timings.iter().map(|timing| per_answer(timing).ln()).collect();
    let baselines = Baselines::new(&logs, ways, rule.min_n, rule.pool_modes)?;
    let mut paces = Vec::with_capacity(timings.len());
    let mut flags = Vec::new();
    for (row, (timing, &log)) in timings.iter().zip(&logs).enumerate() {
        let mut pace = Pace {
            seconds_per_answer: per_answer(timing),
            answers_per_page: match timing.pages {
                0 => f64::NAN,
                pages => f64::from(timing.answers) / f64::from(pages),
            },
            of_median: f64::NAN,
            z: f64::NAN,
            baseline: baselines.index_of(row).filter(|_| log.is_finite()),
        };
        if let Some(baseline) = baselines.of(row) {
            pace.of_median = (log - baseline.median).exp();
            if baseline.spread > 0.0 {
                pace.z = (log - baseline.median) / baseline.spread;
            }
            let far = pace.z.is_nan() || pace.z < -rule.spreads;
            if pace.of_median < rule.share && far {
                flags.push(Flag {
                    row: row as u32,
                    kind: FlagKind::Speeding,
                    value: pace.seconds_per_answer,
                    baseline: baseline.median.exp(),
                    baseline_n: baseline.n,
                    baseline_group: baseline.way.to_string(),
                    other: None,
                });
            }
        }
        paces.push(pace);
    }
    Ok(Speeding {
        paces,
        baselines: baselines.baselines,
        flags,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::factor::Factor;

    fn timing(seconds: f64) -> Timing {
        Timing {
            seconds,
            answers: 10,
            pages: 2,
        }
    }

    fn flagged(seconds: &[f64], tools: &[&str], rule: SpeedingRule) -> Vec<u32> {
        let timings: Vec<Timing> = seconds.iter().map(|&s| timing(s)).collect();
        let mode = Factor::from_labels(vec!["web"; seconds.len()]);
        let tool = Factor::from_labels(tools.iter().copied());
        let ways = Ways {
            mode: &mode,
            answering: &mode,
            tool: &tool,
        };
        let found = speeding(&timings, &ways, rule).unwrap();
        found.flags.iter().map(|flag| flag.row).collect()
    }

    const SMALL: SpeedingRule = SpeedingRule {
        share: 0.5,
        spreads: 2.0,
        min_n: 5,
        pool_modes: true,
    };

    #[test]
    fn practised_screen_reader_is_not_held_to_the_pace_of_others() {
        // Screen readers at speed take a fifth of the others' time; among themselves that is usual.
        let seconds = [
            200.0, 210.0, 190.0, 205.0, 195.0, 40.0, 42.0, 38.0, 41.0, 39.0, 12.0,
        ];
        let mut tools = vec!["none"; 5];
        tools.extend(["screen_reader"; 6]);
        assert_eq!(flagged(&seconds, &tools, SMALL), [10]);
    }

    #[test]
    fn too_few_users_of_a_tool_are_not_judged() {
        let seconds = [200.0, 210.0, 190.0, 205.0, 195.0, 10.0];
        let tools = ["none", "none", "none", "none", "none", "switch"];
        assert!(flagged(&seconds, &tools, SMALL).is_empty());
    }

    #[test]
    fn uneven_group_does_not_flag_half_the_median() {
        let seconds = [20.0, 60.0, 100.0, 300.0, 900.0, 45.0];
        assert!(flagged(&seconds, &["none"; 6], SMALL).is_empty());
    }

    #[test]
    fn group_without_spread_is_judged_by_the_share() {
        let seconds = [100.0, 100.0, 100.0, 100.0, 60.0, 40.0];
        assert_eq!(flagged(&seconds, &["none"; 6], SMALL), [5]);
    }

    #[test]
    fn unknown_and_impossible_times_are_not_judged() {
        let seconds = [
            100.0,
            101.0,
            99.0,
            100.0,
            102.0,
            f64::NAN,
            0.0,
            -5.0,
            f64::INFINITY,
        ];
        assert!(flagged(&seconds, &["none"; 9], SMALL).is_empty());
        assert!(flagged(&[], &[], SMALL).is_empty());
    }

    #[test]
    fn pace_counts_answers_and_pages() {
        let mode = Factor::from_labels(["web"; 2]);
        let ways = Ways {
            mode: &mode,
            answering: &mode,
            tool: &mode,
        };
        let none = Timing {
            seconds: 9.0,
            answers: 0,
            pages: 0,
        };
        let found = speeding(&[timing(50.0), none], &ways, SMALL).unwrap();
        assert_eq!(
            (found.paces[0].seconds_per_answer, found.paces[0].answers_per_page),
            (5.0, 5.0)
        );
        assert!(found.paces[1].seconds_per_answer.is_nan() && found.paces[1].answers_per_page.is_nan());
    }
}
