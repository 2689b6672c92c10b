//! What is usual among those who answer in the same way.

use std::collections::BTreeMap;
use std::fmt;

use super::{QualityError, check_rows};
use crate::factor::{Factor, MISSING};

/// How each row was answered.
#[derive(Clone, Copy, Debug)]
pub struct Ways<'a> {
    /// Web, interview, phone, paper.
    pub mode: &'a Factor,
    /// Self, assisted, proxy.
    pub answering: &'a Factor,
    /// Screen reader, switch, easy read; none.
    pub tool: &'a Factor,
}

/// A way of answering.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    /// The mode; `None` for all modes together.
    pub mode: Option<String>,
    /// Who answered.
    pub answering: String,
    /// With what.
    pub tool: String,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = self.mode.as_deref().unwrap_or("*");
        write!(f, "mode={mode}, answering={}, tool={}", self.answering, self.tool)
    }
}

/// Median and spread of a measure in one way of answering.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// Who it is about.
    pub way: Way,
    /// Rows with a measure.
    pub n: usize,
    /// Their median.
    pub median: f64,
    /// 1.4826 times the median absolute deviation, which for normal values is the standard deviation.
    pub spread: f64,
}

/// The baselines of all ways, and which of them each row is held against.
#[derive(Clone, Debug, Default)]
pub(super) struct Baselines {
    pub(super) baselines: Vec<Baseline>,
    of_row: Vec<Option<u32>>,
}

impl Baselines {
    /// Baselines of a measure (NaN: none) with at least `min_n` rows.
    ///
    /// A row is held against its own mode, answering and tool; where these are fewer than `min_n`, and `pool_modes`,
    /// against all modes of the same answering and tool; where these are too few as well, or unknown, against nobody.
    /// Who answered and with what is never pooled: that would hold the switch to the pace of the mouse.
    pub(super) fn new(
        measure: &[f64],
        ways: &Ways<'_>,
        min_n: usize,
        pool_modes: bool,
    ) -> Result<Self, QualityError> {
        let rows = measure.len();
        check_rows("mode", ways.mode.len(), rows)?;
        check_rows("answering", ways.answering.len(), rows)?;
        check_rows("tool", ways.tool.len(), rows)?;
        let key = |row: usize, with_mode: bool| -> Option<[u32; 3]> {
            let (who, tool) = (ways.answering.codes()[row], ways.tool.codes()[row]);
            let mode = if with_mode {
                ways.mode.codes()[row]
            } else {
                MISSING
            };
            let known = who != MISSING && tool != MISSING && (mode != MISSING || !with_mode);
            known.then_some([who, tool, mode])
        };
        let mut groups: BTreeMap<[u32; 3], Vec<f64>> = BTreeMap::new();
        for (row, &value) in measure.iter().enumerate() {
            if value.is_finite() {
                for key in [key(row, true), key(row, false)].into_iter().flatten() {
                    groups.entry(key).or_default().push(value);
                }
            }
        }
        let mut places: BTreeMap<[u32; 3], u32> = BTreeMap::new();
        let mut baselines = Vec::new();
        for ([who, tool, mode], mut values) in groups {
            if values.len() >= min_n.max(1) {
                places.insert([who, tool, mode], baselines.len() as u32);
                let median = median(&mut values);
                let mut distances: Vec<f64> = values.iter().map(|value| (value - median).abs()).collect();
                baselines.push(Baseline {
                    way: Way {
                        mode: (mode != MISSING).then(|| ways.mode.levels()[mode as usize].clone()),
                        answering: ways.answering.levels()[who as usize].clone(),
                        tool: ways.tool.levels()[tool as usize].clone(),
                    },
                    n: values.len(),
                    median,
                    spread: NORMAL_MAD * self::median(&mut distances),
                });
            }
        }
        let find = |row: usize, with_mode| key(row, with_mode).and_then(|key| places.get(&key).copied());
        let of_row = (0..rows)
            .map(|row| find(row, true).or_else(|| find(row, false).filter(|_| pool_modes)))
            .collect();
        Ok(Self { baselines, of_row })
    }

    /// What a row is held against, if anything.
    pub(super) fn of(&self, row: usize) -> Option<&Baseline> {
        self.of_row[row].map(|at| &self.baselines[at as usize])
    }

    /// The index of the baseline that a row is held against.
    pub(super) fn index_of(&self, row: usize) -> Option<usize> {
        self.of_row[row].map(|at| at as usize)
    }
}

/// 1 / Φ⁻¹(3/4): the standard deviation of normal values over their median absolute deviation.
const NORMAL_MAD: f64 = 1.482_602_218_505_602;

/// The middle value, or the mean of the two middle ones; NaN of nothing.
pub(super) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[n / 2],
        n => 0.5 * (values[n / 2 - 1] + values[n / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_groups_fall_back_to_all_modes_but_never_to_other_tools() {
        let mode = Factor::from_labels(["web", "web", "web", "phone", "web", "web"]);
        let answering = Factor::from_labels(["self"; 6]);
        let tool = Factor::from_labels(["none", "none", "none", "none", "switch", "switch"]);
        let ways = Ways {
            mode: &mode,
            answering: &answering,
            tool: &tool,
        };
        let found = Baselines::new(&[1.0, 2.0, 4.0, 9.0, 5.0, 6.0], &ways, 3, true).unwrap();
        assert_eq!(found.of(0).unwrap().median, 2.0);
        let coarse = found.of(3).unwrap();
        assert_eq!((coarse.n, coarse.median), (4, 3.0));
        assert_eq!(coarse.way.to_string(), "mode=*, answering=self, tool=none");
        assert!((coarse.spread - NORMAL_MAD * 1.5).abs() < 1e-12);
        assert!(found.of(4).is_none(), "two switch users are held against nobody");
        let strict = Baselines::new(&[1.0, 2.0, 4.0, 9.0, 5.0, 6.0], &ways, 3, false).unwrap();
        assert!(
            strict.of(0).is_some() && strict.of(3).is_none(),
            "one call is held against no visit"
        );
    }

    #[test]
    fn unknown_tool_or_helper_is_held_against_nobody() {
        let mode = Factor::from_values([None, Some("web"), Some("web")]);
        let known = Factor::from_labels(["x", "x", "x"]);
        let tool = Factor::from_values([Some("none"), None, Some("none")]);
        let ways = Ways {
            mode: &mode,
            answering: &known,
            tool: &tool,
        };
        let found = Baselines::new(&[1.0, 2.0, 3.0], &ways, 2, true).unwrap();
        assert_eq!(found.of(0).map(|b| b.n), Some(2), "an unknown mode is any mode");
        assert!(found.of(1).is_none());
        let short = Baselines::new(&[1.0], &ways, 1, true).unwrap_err();
        assert_eq!(short.to_string(), "mode has 3 rows instead of 1");
    }
}
