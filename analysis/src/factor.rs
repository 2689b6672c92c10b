//! Dictionary-coded columns: every row holds a small code, every code a label.
//!
//! Strata, PSUs, domains and calibration margins all become factors once, so that
//! the passes over the rows afterwards compare integers and never text. Levels are
//! sorted, which keeps every result independent of the order of the rows.

mod dictionary;

use std::cmp::Ordering;
use std::collections::HashMap;

use polars::prelude::{Column, PlHashMap, PolarsResult};

pub(crate) use dictionary::Dictionary;

/// The code of a row without a value.
pub const MISSING: u32 = u32::MAX;

/// A categorical column: one code per row into a sorted list of levels.
///
/// A missing value has the code [`MISSING`] and no level.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Factor {
    codes: Vec<u32>,
    levels: Vec<String>,
}

impl Factor {
    /// Encodes values; `None` is missing.
    ///
    /// ```
    /// use analysis::factor::Factor;
    /// let factor = Factor::from_values([Some("乙"), None, Some("甲"), Some("乙")]);
    /// assert_eq!(factor.levels(), ["乙", "甲"]);
    /// assert_eq!(factor.label(3), Some("乙"));
    /// assert_eq!(factor.label(1), None);
    /// ```
    pub fn from_values<S: AsRef<str>>(values: impl IntoIterator<Item = Option<S>>) -> Self {
        let mut index: PlHashMap<String, u32> = PlHashMap::default();
        let mut found: Vec<String> = Vec::new();
        let mut codes = Vec::new();
        for value in values {
            codes.push(match value {
                None => MISSING,
                Some(value) => match index.get(value.as_ref()) {
                    Some(&code) => code,
                    None => {
                        let code = found.len() as u32;
                        index.insert(value.as_ref().to_owned(), code);
                        found.push(value.as_ref().to_owned());
                        code
                    }
                },
            });
        }
        Self::sorted(codes, found)
    }

    /// Encodes labels of which none is missing.
    pub fn from_labels<S: AsRef<str>>(labels: impl IntoIterator<Item = S>) -> Self {
        Self::from_values(labels.into_iter().map(Some))
    }

    /// Encodes a polars column of any type, each value under its text form; null and the empty text are missing.
    ///
    /// # Errors
    /// When polars cannot cast the column to text.
    pub fn from_column(column: &Column) -> PolarsResult<Self> {
        let mut dictionary = Dictionary::new(column.name());
        let codes = dictionary.encode(column)?;
        Ok(Self::from_dictionary(codes, &dictionary))
    }

    /// A factor of a dictionary's codes, of which 0 is a missing value.
    pub(crate) fn from_dictionary(mut codes: Vec<u32>, dictionary: &Dictionary) -> Self {
        for code in &mut codes {
            // 0 becomes MISSING.
            *code = code.wrapping_sub(1);
        }
        Self::sorted(codes, dictionary.labels().to_vec())
    }

    fn sorted(mut codes: Vec<u32>, found: Vec<String>) -> Self {
        let order = level_order(&found);
        let mut new_code = vec![0u32; found.len()];
        for (new, &old) in order.iter().enumerate() {
            new_code[old as usize] = new as u32;
        }
        for code in &mut codes {
            if *code != MISSING {
                *code = new_code[*code as usize];
            }
        }
        let mut found: Vec<Option<String>> = found.into_iter().map(Some).collect();
        let levels = order
            .iter()
            .filter_map(|&old| found[old as usize].take())
            .collect();
        Self { codes, levels }
    }

    /// One code per row.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The labels, sorted (numbers by value, then text), indexed by code.
    pub fn levels(&self) -> &[String] {
        &self.levels
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// The label of a row, `None` when missing.
    pub fn label(&self, row: usize) -> Option<&str> {
        self.levels.get(self.codes[row] as usize).map(String::as_str)
    }

    /// The code of a label.
    pub fn code_of(&self, label: &str) -> Option<u32> {
        self.levels
            .iter()
            .position(|level| level == label)
            .map(|code| code as u32)
    }
}

/// The places of the labels in the order a reader expects: numbers by value and before text, text by code point.
pub(crate) fn level_order(labels: &[String]) -> Vec<u32> {
    let numbers: Vec<Option<f64>> = labels.iter().map(|label| label.parse().ok()).collect();
    let mut order: Vec<u32> = (0..labels.len() as u32).collect();
    order.sort_unstable_by(|&a, &b| {
        let (a, b) = (a as usize, b as usize);
        let by_number = match (numbers[a], numbers[b]) {
            (Some(x), Some(y)) => x.total_cmp(&y),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        by_number.then_with(|| labels[a].cmp(&labels[b]))
    });
    order
}

/// The cells that occur when several factors are crossed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cells {
    /// The cell of each row; [`MISSING`] where any factor is missing.
    pub codes: Vec<u32>,
    /// For each cell, the code of each factor; sorted, the last factor varying fastest.
    pub keys: Vec<Vec<u32>>,
}

impl Cells {
    /// Crosses factors of equal length; only combinations that occur become cells.
    ///
    /// Without factors every row (of `rows`) is in one cell with an empty key.
    pub fn cross(factors: &[&Factor], rows: usize) -> Self {
        let mut codes = vec![0u32; rows];
        let mut keys: Vec<Vec<u32>> = vec![Vec::new()];
        for factor in factors {
            let (joint, pairs) = encode_pairs(&codes, keys.len(), factor.codes(), factor.levels().len());
            codes = joint;
            // `keys` is sorted, so sorting the pairs sorts the longer keys.
            let pairs = sort_pairs(&mut codes, pairs);
            keys = pairs
                .iter()
                .map(|&(parent, level)| {
                    let mut key = keys[parent as usize].clone();
                    key.push(level);
                    key
                })
                .collect();
        }
        Self { codes, keys }
    }

    /// The rows of each cell, ascending.
    pub fn rows(&self) -> Vec<Vec<u32>> {
        let mut rows = vec![Vec::new(); self.keys.len()];
        for (row, &cell) in self.codes.iter().enumerate() {
            if cell != MISSING {
                rows[cell as usize].push(row as u32);
            }
        }
        rows
    }

    /// A cell's labels, for instance `["残疾", "1"]`.
    pub fn labels(&self, factors: &[&Factor], cell: u32) -> Vec<String> {
        self.keys[cell as usize]
            .iter()
            .zip(factors)
            .map(|(&code, factor)| factor.levels()[code as usize].clone())
            .collect()
    }
}

/// Codes the pairs of two coded columns densely, in order of first appearance.
///
/// Either code missing makes the pair missing. Returns the codes and the pair behind each.
pub(crate) fn encode_pairs(
    a: &[u32],
    a_levels: usize,
    b: &[u32],
    b_levels: usize,
) -> (Vec<u32>, Vec<(u32, u32)>) {
    // Up to 2²² pairs (16 MiB) a flat table is several times faster than hashing.
    const FLAT_LIMIT: usize = 1 << 22;
    let mut pairs = Vec::new();
    let mut next = |x: u32, y: u32| {
        pairs.push((x, y));
        pairs.len() as u32 - 1
    };
    let codes = if a_levels.saturating_mul(b_levels) <= FLAT_LIMIT {
        let mut table = vec![MISSING; a_levels * b_levels];
        a.iter()
            .zip(b)
            .map(|(&x, &y)| {
                if x == MISSING || y == MISSING {
                    return MISSING;
                }
                let slot = &mut table[x as usize * b_levels + y as usize];
                if *slot == MISSING {
                    *slot = next(x, y);
                }
                *slot
            })
            .collect()
    } else {
        let mut seen: HashMap<(u32, u32), u32> = HashMap::new();
        a.iter()
            .zip(b)
            .map(|(&x, &y)| {
                if x == MISSING || y == MISSING {
                    return MISSING;
                }
                *seen.entry((x, y)).or_insert_with(|| next(x, y))
            })
            .collect()
    };
    (codes, pairs)
}

/// Renumbers coded pairs in their own order, so that the codes do not depend on the order of the rows.
///
/// Returns the pairs sorted; `codes` points into them.
pub(crate) fn sort_pairs(codes: &mut [u32], pairs: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    if pairs.is_sorted() {
        return pairs;
    }
    let mut order: Vec<u32> = (0..pairs.len() as u32).collect();
    order.sort_by_key(|&pair| pairs[pair as usize]);
    let mut new_code = vec![0u32; pairs.len()];
    for (new, &old) in order.iter().enumerate() {
        new_code[old as usize] = new as u32;
    }
    for code in codes.iter_mut().filter(|code| **code != MISSING) {
        *code = new_code[*code as usize];
    }
    order.iter().map(|&old| pairs[old as usize]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_sort_numbers_by_value_before_text() {
        let factor = Factor::from_labels(["10", "b", "2", "a", "1"]);
        assert_eq!(factor.levels(), ["1", "2", "10", "a", "b"]);
        assert_eq!(factor.codes(), [2, 4, 1, 3, 0]);
        assert_eq!(factor.code_of("b"), Some(4));
        assert_eq!(factor.code_of("c"), None);
    }

    #[test]
    fn cross_last_factor_varies_fastest_and_missing_has_no_cell() {
        let a = Factor::from_values([Some("x"), Some("y"), Some("x"), None]);
        let b = Factor::from_values([Some("2"), Some("1"), Some("1"), Some("1")]);
        let cells = Cells::cross(&[&a, &b], 4);
        assert_eq!(cells.keys, [vec![0, 0], vec![0, 1], vec![1, 0]]);
        assert_eq!(cells.codes, [1, 2, 0, MISSING]);
        assert_eq!(cells.rows(), [vec![2], vec![0], vec![1]]);
        assert_eq!(cells.labels(&[&a, &b], 1), ["x", "2"]);
    }

    #[test]
    fn cross_without_factors_is_one_cell() {
        let cells = Cells::cross(&[], 3);
        assert_eq!(cells.codes, [0, 0, 0]);
        assert_eq!(cells.keys, [Vec::<u32>::new()]);
    }
}
