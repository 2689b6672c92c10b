//! Answers that are nearly somebody else's.
//!
//! For every row the *maximum match*: the largest share of answers that it has in common with any other row. In a
//! short form, or where nearly everyone is satisfied, many agree by chance; a match is therefore held against what
//! independent answers with the same frequencies would give.
//!
//! **How 100,000 rows are compared.** Answers are packed into bit planes of 64 items (three planes for up to seven
//! answers and "not answered"), so a pair costs a handful of word operations per 64 items: about four nanoseconds for
//! a usual form, and 5·10⁹ pairs a third of a minute on one core. Identical rows, of which satisfied people give
//! many, are put together before anything is compared, and with `within` (unit, device, ten minutes) only rows of
//! the same group meet.

use std::collections::BTreeMap;

use super::{Flag, FlagKind, QualityError, check_rows};
use crate::factor::{Factor, MISSING};

/// When a match is called a near-duplicate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DuplicateRule {
    /// The smallest share of equal answers.
    pub min_share: f64,
    /// The fewest items that both answered.
    pub min_items: u32,
    /// The most rows that may be expected to match as well by chance.
    pub max_expected: f64,
}

impl Default for DuplicateRule {
    fn default() -> Self {
        Self {
            min_share: 0.85,
            min_items: 10,
            max_expected: 0.01,
        }
    }
}

/// The closest other row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match {
    /// The other row; the first among equals.
    pub other: u32,
    /// Items that both answered.
    pub compared: u32,
    /// Items to which both gave the same answer.
    pub equal: u32,
    /// How many of the rows compared would be expected to agree on as many of these items, if they answered each item
    /// independently with the frequencies of all rows.
    pub expected: f64,
}

impl Match {
    /// Equal ÷ compared.
    pub fn share(&self) -> f64 {
        f64::from(self.equal) / f64::from(self.compared)
    }
}

/// Matches, and the rows that are nearly others'.
#[derive(Clone, Debug, PartialEq)]
pub struct Duplicates {
    /// For each row its closest other row; `None` when no other shares enough answered items with it.
    pub matches: Vec<Option<Match>>,
    /// `value` is the share of equal answers, `baseline` the number of rows expected to match as well by chance.
    pub flags: Vec<Flag>,
}

/// Finds every row's closest other row, and flags those closer than chance.
///
/// - `items`: one factor per question, all of the same length; missing is not answered.
/// - `within`: compares only rows of the same group; rows without a group are compared with nobody.
///
/// Chance is reckoned for the row's own answers, so that somebody who gives the commonest answer to everything is not
/// found strange for resembling others. Answers are in truth related (who is content with one thing is content with
/// another): a flag is a reason to look at both, never a proof.
///
/// # Errors
/// [`QualityError::ShapeMismatch`].
///
/// # Source
/// Kuriakose & Robbins (2016), Statistical Journal of the IAOS 32(3), 283–291 (maximum percentage match); the
/// objection that it depends on the number of items: Simmons, Mercer, Schwarzer & Kennedy (2016), ibid. 327–338.
///
/// ```
/// use analysis::factor::Factor;
/// use analysis::quality::duplicates::{DuplicateRule, duplicates};
/// // Twelve items; the second person copied the first but for one answer.
/// let people = ["abcdabcdabcd", "abcdabcdabcc", "bbadcadbbcca", "cdbaadbcdbab"];
/// let items: Vec<Factor> = (0..12)
///     .map(|i| Factor::from_labels(people.iter().map(|p| &p[i..=i])))
///     .collect();
/// let items: Vec<&Factor> = items.iter().collect();
/// let found = duplicates(&items, None, DuplicateRule::default())?;
/// let closest = found.matches[0].map(|m| (m.other, m.equal, m.compared));
/// assert_eq!(closest, Some((1, 11, 12)));
/// assert!(found.matches[2].is_some_and(|m| m.share() < 0.5));
/// # Ok::<(), analysis::quality::QualityError>(())
/// ```
pub fn duplicates(
    items: &[&Factor],
    within: Option<&Factor>,
    rule: DuplicateRule,
) -> Result<Duplicates, QualityError> {
    let rows = items.first().map_or(0, |item| item.len());
    for (at, item) in items.iter().enumerate() {
        check_rows(&format!("item {at}"), item.len(), rows)?;
    }
    let mut groups: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    match within {
        None => {
            groups.insert(0, (0..rows as u32).collect());
        }
        Some(within) => {
            check_rows("within", within.len(), rows)?;
            for (row, &group) in within.codes().iter().enumerate() {
                if group != MISSING {
                    groups.entry(group).or_default().push(row as u32);
                }
            }
        }
    }
    let frequencies: Vec<Vec<f64>> = items.iter().map(|item| frequencies(item)).collect();
    let mut matches: Vec<Option<Match>> = vec![None; rows];
    let mut flags = Vec::new();
    for (group, members) in groups {
        let packed = Packed::new(items, &members);
        for (row, found) in members.iter().zip(packed.closest(rule.min_items)) {
            let Some((other, compared, equal)) = found else {
                continue;
            };
            let share = f64::from(equal) / f64::from(compared);
            // Chance is of no interest for a match that is not flagged whatever it is.
            let expected = if share >= rule.min_share {
                let others = (members.len() - 1) as f64;
                others * chance(items, &frequencies, *row as usize, other as usize, equal)
            } else {
                f64::NAN
            };
            matches[*row as usize] = Some(Match {
                other,
                compared,
                equal,
                expected,
            });
            if expected <= rule.max_expected {
                let name = within.map_or("all", |within| within.levels()[group as usize].as_str());
                flags.push(Flag {
                    row: *row,
                    kind: FlagKind::NearDuplicate,
                    value: share,
                    baseline: expected,
                    baseline_n: members.len() - 1,
                    baseline_group: name.to_owned(),
                    other: Some(other),
                });
            }
        }
    }
    flags.sort_by_key(|flag| flag.row);
    Ok(Duplicates { matches, flags })
}

/// The share of each answer among those who answered.
fn frequencies(item: &Factor) -> Vec<f64> {
    let mut counts = vec![0u32; item.levels().len()];
    for &code in item.codes().iter().filter(|code| **code != MISSING) {
        counts[code as usize] += 1;
    }
    let answered: u32 = counts.iter().sum();
    counts
        .iter()
        .map(|&n| f64::from(n) / f64::from(answered))
        .collect()
}

/// The probability that somebody who answers each item independently, with the given frequencies, agrees with `row` on
/// at least `equal` of the items that both rows answered: the tail of a Poisson-binomial distribution.
fn chance(items: &[&Factor], frequencies: &[Vec<f64>], row: usize, other: usize, equal: u32) -> f64 {
    let mut at_least = vec![0.0; equal as usize + 1];
    // at_least[k] for k < equal: exactly k agree so far; the last entry: `equal` or more.
    at_least[0] = 1.0;
    let last = equal as usize;
    for (item, frequencies) in items.iter().zip(frequencies) {
        let (mine, theirs) = (item.codes()[row], item.codes()[other]);
        if mine == MISSING || theirs == MISSING {
            continue;
        }
        let p = frequencies[mine as usize];
        for k in (0..=last).rev() {
            let stay = if k == last { 1.0 } else { 1.0 - p };
            let come = if k == 0 { 0.0 } else { p * at_least[k - 1] };
            at_least[k] = at_least[k] * stay + come;
        }
    }
    at_least[last]
}

/// Items in one word.
const WORD: usize = 64;

/// As many planes as any code needs, and "answered".
const MOST_PLANES: usize = 33;

/// Numbers of planes for which the comparison is compiled; in between, planes of zeros are added.
const COMPILED: [usize; 5] = [2, 3, 4, 6, MOST_PLANES];

/// Another row: which, items compared, items equal.
type Candidate = (u32, u32, u32);

/// The answers of some rows as bits: for every word of 64 items one bit plane of "answered" and one per binary digit of
/// the code.
struct Packed {
    /// Distinct patterns, `stride` words each.
    bits: Vec<u64>,
    planes: usize,
    stride: usize,
    /// The pattern of each row, in the order given.
    pattern_of: Vec<u32>,
    /// The rows of each pattern, ascending.
    rows: Vec<Vec<u32>>,
}

impl Packed {
    fn new(items: &[&Factor], members: &[u32]) -> Self {
        let levels = items.iter().map(|item| item.levels().len()).max().unwrap_or(0);
        let digits = (usize::BITS - levels.saturating_sub(1).leading_zeros()) as usize;
        let planes = COMPILED
            .into_iter()
            .find(|planes| *planes > digits)
            .unwrap_or(MOST_PLANES);
        let stride = items.len().div_ceil(WORD) * planes;
        let pack = |row: u32| {
            let mut bits = vec![0u64; stride];
            for (at, item) in items.iter().enumerate() {
                let code = item.codes()[row as usize];
                if code != MISSING {
                    let (word, bit) = (at / WORD * planes, 1u64 << (at % WORD));
                    bits[word] |= bit;
                    for digit in 0..digits {
                        if code >> digit & 1 == 1 {
                            bits[word + 1 + digit] |= bit;
                        }
                    }
                }
            }
            bits
        };
        let mut patterns: BTreeMap<Vec<u64>, u32> = BTreeMap::new();
        let mut packed = Self {
            bits: Vec::new(),
            planes,
            stride,
            pattern_of: Vec::with_capacity(members.len()),
            rows: Vec::new(),
        };
        for &row in members {
            let bits = pack(row);
            let pattern = match patterns.get(&bits) {
                Some(&pattern) => pattern,
                None => {
                    packed.bits.extend_from_slice(&bits);
                    packed.rows.push(Vec::new());
                    let pattern = packed.rows.len() as u32 - 1;
                    patterns.insert(bits, pattern);
                    pattern
                }
            };
            packed.rows[pattern as usize].push(row);
            packed.pattern_of.push(pattern);
        }
        packed
    }

    /// For each member its closest other.
    fn closest(&self, min_items: u32) -> Vec<Option<Candidate>> {
        let enough = min_items.max(1);
        let best = match self.planes {
            2 => self.closest_patterns::<2>(enough),
            3 => self.closest_patterns::<3>(enough),
            4 => self.closest_patterns::<4>(enough),
            6 => self.closest_patterns::<6>(enough),
            _ => self.closest_patterns::<MOST_PLANES>(enough),
        };
        let mut is_first = vec![true; self.rows.len()];
        (self.pattern_of.iter())
            .map(|&pattern| {
                let at = pattern as usize;
                let twins = &self.rows[at];
                let first = std::mem::replace(&mut is_first[at], false);
                let answered = self
                    .pattern(at)
                    .chunks_exact(self.planes)
                    .map(|word| word[0].count_ones());
                let answered: u32 = answered.sum();
                if twins.len() > 1 && answered >= enough {
                    // The first twin resembles the second, all others the first.
                    return Some((twins[usize::from(first)], answered, answered));
                }
                let (other, compared, equal) = best[at];
                (compared > 0).then_some((other, compared, equal))
            })
            .collect()
    }

    /// For each pattern its closest other, of `PLANES` planes; nothing compared where there is none.
    fn closest_patterns<const PLANES: usize>(&self, enough: u32) -> Vec<Candidate> {
        // Both sides of a pair are close in memory as long as two tiles fit the cache.
        const TILE: usize = 512;
        let n = self.rows.len();
        let mut best: Vec<Candidate> = vec![(MISSING, 0, 0); n];
        for left in (0..n).step_by(TILE) {
            for right in (left..n).step_by(TILE) {
                for a in left..(left + TILE).min(n) {
                    let (mine, mut closest) = (self.pattern(a), best[a]);
                    let others = right.max(a + 1)..(right + TILE).min(n);
                    for (b, theirs) in others.clone().zip(&mut best[others]) {
                        let (compared, equal) = compare::<PLANES>(mine, self.pattern(b));
                        if compared >= enough {
                            improve(&mut closest, (self.rows[b][0], compared, equal));
                            improve(theirs, (self.rows[a][0], compared, equal));
                        }
                    }
                    best[a] = closest;
                }
            }
        }
        best
    }

    fn pattern(&self, at: usize) -> &[u64] {
        &self.bits[at * self.stride..(at + 1) * self.stride]
    }
}

/// Items that both answered, and those with the same answer.
#[inline]
fn compare<const PLANES: usize>(a: &[u64], b: &[u64]) -> (u32, u32) {
    let (mut compared, mut equal) = (0, 0);
    for (a, b) in a.chunks_exact(PLANES).zip(b.chunks_exact(PLANES)) {
        let both = a[0] & b[0];
        let mut differ = 0;
        for (a, b) in a[1..PLANES].iter().zip(&b[1..PLANES]) {
            differ |= a ^ b;
        }
        compared += both.count_ones();
        equal += (both & !differ).count_ones();
    }
    (compared, equal)
}

/// Keeps the larger share of equal items; with the same share more items, then the earlier row.
#[inline]
fn improve(best: &mut Candidate, found: Candidate) {
    let (_, compared, equal) = *best;
    let (new, old) = (
        u64::from(found.2) * u64::from(compared),
        u64::from(equal) * u64::from(found.1),
    );
    if new > old || (new == old && (found.1, best.0) > (compared, found.0)) {
        *best = found;
    }
}

#[cfg(test)]
mod tests;
