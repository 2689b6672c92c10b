//! The rows of a sample collapsed to the cells of its crossed margins.
//!
//! Raking multiplies all rows of a cell by the same factor, so that a sweep over the cells
//! that occur (some hundreds) does what a sweep over a million rows would.

use crate::factor::{MISSING, encode_pairs};
use crate::weighting::{Margin, WeightingError};

/// Which cell each row is in, and which category of each margin each cell is in.
#[derive(Debug, Clone)]
pub(in crate::weighting) struct RakeCells {
    /// One per row; [`MISSING`] where a margin has no category.
    cells: Vec<u32>,
    /// `categories[margin][cell]`.
    categories: Vec<Vec<u32>>,
    count: usize,
}

impl RakeCells {
    /// Crosses the margins of `rows` rows in one pass per margin.
    pub(super) fn cross(margins: &[Margin], rows: usize) -> Self {
        let (mut cells, mut count) = (vec![0u32; rows], 1);
        let mut categories: Vec<Vec<u32>> = Vec::with_capacity(margins.len());
        for margin in margins {
            let (joint, pairs) = encode_pairs(&cells, count, margin.codes(), margin.totals().len());
            for earlier in &mut categories {
                *earlier = pairs.iter().map(|pair| earlier[pair.0 as usize]).collect();
            }
            categories.push(pairs.iter().map(|pair| pair.1).collect());
            cells = joint;
            count = pairs.len();
        }
        Self {
            cells,
            categories,
            count,
        }
    }

    /// A cell's category of a margin.
    pub(in crate::weighting) fn category(&self, margin: usize, cell: usize) -> u32 {
        self.categories[margin][cell]
    }

    /// The categories of a margin, one per cell.
    pub(super) fn categories(&self, margin: usize) -> &[u32] {
        &self.categories[margin]
    }

    /// Σ weights of each cell.
    pub(in crate::weighting) fn masses(&self, weights: impl IntoIterator<Item = f64>) -> Vec<f64> {
        let mut masses = vec![0.0; self.count];
        for (&cell, weight) in self.cells.iter().zip(weights) {
            if cell != MISSING {
                masses[cell as usize] += weight;
            }
        }
        masses
    }

    /// Weighted counts of a margin from the cells' masses.
    pub(super) fn counts(&self, margin: usize, categories: usize, masses: &[f64]) -> Vec<f64> {
        let mut counts = vec![0.0; categories];
        for (&category, mass) in self.categories[margin].iter().zip(masses) {
            counts[category as usize] += mass;
        }
        counts
    }

    /// The weights times the factor of their cell.
    pub(super) fn scale(&self, weights: &[f64], factors: &[f64]) -> Vec<f64> {
        weights
            .iter()
            .zip(&self.cells)
            .map(|(weight, &cell)| match cell {
                MISSING => 0.0,
                cell => weight * factors[cell as usize],
            })
            .collect()
    }
}

/// Weights made later, such as replicates', must suit margins made with the full sample's: a
/// weighted row has a category, and a category with a population has a weighted row.
pub(in crate::weighting) fn check_margin(margin: &Margin, weights: &[f64]) -> Result<(), WeightingError> {
    if margin.codes().len() != weights.len() {
        return Err(WeightingError::ShapeMismatch {
            what: margin.name().to_owned(),
            found: margin.codes().len(),
            expected: weights.len(),
        });
    }
    let mut counts = vec![0.0; margin.totals().len()];
    for (row, (&code, &weight)) in margin.codes().iter().zip(weights).enumerate() {
        if code != MISSING {
            counts[code as usize] += weight;
        } else if weight > 0.0 {
            return Err(WeightingError::MissingCategory {
                margin: margin.name().to_owned(),
                row,
            });
        }
    }
    match (0..counts.len()).find(|&at| counts[at] == 0.0 && margin.totals()[at] > 0.0) {
        Some(at) => Err(WeightingError::EmptyCategory {
            margin: margin.name().to_owned(),
            category: margin.labels()[at].clone(),
            total: margin.totals()[at],
        }),
        None => Ok(()),
    }
}
