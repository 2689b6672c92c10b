//! A calibration margin: the category of each row and the population count of each category.

use std::collections::HashMap;

use super::WeightingError;
use crate::factor::{Cells, Factor, MISSING};

/// One margin of known population counts, over one column or several crossed.
///
/// Built by [`Margin::new`]; afterwards every row with a positive weight has a category,
/// and every category with a population has such a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Margin {
    name: String,
    codes: Vec<u32>,
    labels: Vec<String>,
    totals: Vec<f64>,
}

impl Margin {
    /// Matches population counts to the rows of a sample.
    ///
    /// - `columns`: names and factors, crossed when several (`sex`, `age_band`).
    /// - `totals`: for each combination of labels, in the order of `columns`, its count.
    /// - `weights`: rows of weight 0 (non-respondents) neither need nor supply a category.
    ///
    /// A combination with a count of 0 and no respondent is left out.
    ///
    /// # Errors
    /// Names the first category without a count, counted without a respondent, given twice
    /// or negative, and the first row without a category.
    pub fn new(
        columns: &[(&str, &Factor)],
        totals: &[(Vec<String>, f64)],
        weights: &[f64],
    ) -> Result<Self, WeightingError> {
        let name = columns
            .iter()
            .map(|(name, _)| *name)
            .collect::<Vec<_>>()
            .join(" × ");
        let factors: Vec<&Factor> = columns.iter().map(|(_, factor)| *factor).collect();
        for (column, factor) in columns {
            if factor.len() != weights.len() {
                return Err(WeightingError::ShapeMismatch {
                    what: (*column).to_owned(),
                    found: factor.len(),
                    expected: weights.len(),
                });
            }
        }
        let mut wanted: HashMap<&[String], usize> = HashMap::new();
        for (index, (key, total)) in totals.iter().enumerate() {
            let category = key.join(" / ");
            if key.len() != columns.len() || !total.is_finite() || *total < 0.0 {
                return Err(WeightingError::BadTotal {
                    margin: name,
                    category,
                    total: *total,
                });
            }
            if wanted.insert(key, index).is_some() {
                return Err(WeightingError::DuplicateCategory {
                    margin: name,
                    category,
                });
            }
        }
        let cells = Cells::cross(&factors, weights.len());
        let keys: Vec<Vec<String>> = (0..cells.keys.len() as u32)
            .map(|cell| cells.labels(&factors, cell))
            .collect();
        // Cells in use, recoded densely in their sorted order.
        let mut used = vec![None; keys.len()];
        for (row, &cell) in cells.codes.iter().enumerate() {
            if weights[row] > 0.0 {
                if cell == MISSING {
                    return Err(WeightingError::MissingCategory { margin: name, row });
                }
                used[cell as usize].get_or_insert(row);
            }
        }
        let mut margin = Self {
            name,
            codes: Vec::new(),
            labels: Vec::new(),
            totals: Vec::new(),
        };
        let mut recode = vec![MISSING; keys.len()];
        let mut met = vec![false; totals.len()];
        for (cell, key) in keys.iter().enumerate() {
            let Some(row) = used[cell] else { continue };
            let category = key.join(" / ");
            let Some(&index) = wanted.get(key.as_slice()) else {
                return Err(WeightingError::UnknownCategory {
                    margin: margin.name,
                    category,
                    row,
                });
            };
            met[index] = true;
            recode[cell] = margin.labels.len() as u32;
            margin.labels.push(category);
            margin.totals.push(totals[index].1);
        }
        if let Some(index) = (0..totals.len()).find(|&i| !met[i] && totals[i].1 > 0.0) {
            return Err(WeightingError::EmptyCategory {
                margin: margin.name,
                category: totals[index].0.join(" / "),
                total: totals[index].1,
            });
        }
        margin.codes = cells
            .codes
            .iter()
            .zip(weights)
            .map(|(&cell, &weight)| {
                if weight > 0.0 {
                    recode[cell as usize]
                } else {
                    MISSING
                }
            })
            .collect();
        Ok(margin)
    }

    /// The column's name, several joined by ` × `.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The category of each row; [`MISSING`] for rows of weight 0.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The categories' labels.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The categories' population counts.
    pub fn totals(&self) -> &[f64] {
        &self.totals
    }

    /// The population counted by the margin.
    pub fn population(&self) -> f64 {
        self.totals.iter().sum()
    }

    /// Weighted counts per category.
    pub fn weighted_counts(&self, weights: &[f64]) -> Vec<f64> {
        let mut counts = vec![0.0; self.totals.len()];
        for (&code, &weight) in self.codes.iter().zip(weights) {
            if code != MISSING {
                counts[code as usize] += weight;
            }
        }
        counts
    }

    /// The category furthest from its count and its relative gap under these weights.
    pub fn worst_gap(&self, weights: &[f64]) -> (usize, f64) {
        self.worst_gap_of(&self.weighted_counts(weights))
    }

    /// The category furthest from its count and its relative gap, given the weighted counts.
    pub(super) fn worst_gap_of(&self, counts: &[f64]) -> (usize, f64) {
        counts
            .iter()
            .zip(&self.totals)
            .map(|(count, total)| (count - total).abs() / total.max(f64::MIN_POSITIVE))
            .enumerate()
            .fold(
                (0, 0.0),
                |worst, (category, gap)| {
                    if gap > worst.1 { (category, gap) } else { worst }
                },
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(list: &[(&str, f64)]) -> Vec<(Vec<String>, f64)> {
        list.iter()
            .map(|(label, total)| (vec![(*label).to_owned()], *total))
            .collect()
    }

    #[test]
    fn each_fault_names_margin_and_category() {
        let sex = Factor::from_labels(["f", "m", "f"]);
        let make = |list: &[(&str, f64)], weights: &[f64]| {
            Margin::new(&[("sex", &sex)], &totals(list), weights).map_err(|e| e.to_string())
        };
        let ones = [1.0; 3];
        assert_eq!(
            make(&[("f", 2.0)], &ones).unwrap_err(),
            "margin sex: category m (row 1) has no population count"
        );
        assert_eq!(
            make(&[("f", 2.0), ("m", 1.0), ("x", 4.0)], &ones).unwrap_err(),
            "margin sex: category x has a population of 4 but no respondent"
        );
        assert_eq!(
            make(&[("f", 2.0), ("m", 1.0)], &[1.0, 0.0, 1.0]).unwrap_err(),
            "margin sex: category m has a population of 1 but no respondent"
        );
        assert_eq!(
            make(&[("f", 2.0), ("f", 1.0)], &ones).unwrap_err(),
            "margin sex: category f is given twice"
        );
        assert!(make(&[("f", -2.0), ("m", 1.0)], &ones).is_err());
        assert!(make(&[("f", 2.0), ("m", 1.0), ("x", 0.0)], &ones).is_ok());
    }

    #[test]
    fn row_without_category_matters_only_with_a_weight() {
        let sex = Factor::from_values([Some("f"), None]);
        let list = totals(&[("f", 2.0)]);
        assert!(Margin::new(&[("sex", &sex)], &list, &[1.0, 0.0]).is_ok());
        assert_eq!(
            Margin::new(&[("sex", &sex)], &list, &[1.0, 1.0]),
            Err(WeightingError::MissingCategory {
                margin: "sex".to_owned(),
                row: 1
            })
        );
    }
}
