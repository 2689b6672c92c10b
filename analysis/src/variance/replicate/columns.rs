//! Replicate weights that came with the data.

use super::{MAX_ROW_WEIGHTS, ReplicateError};

/// Columns of replicate weights and what makes a variance of them.
///
/// ```
/// use analysis::design::SurveyDesign;
/// use analysis::estimate::mean;
/// use analysis::variance::replicate::{ReplicateColumns, ReplicateDesign};
/// let design = SurveyDesign::builder(3).weights(&[2.0, 2.0, 2.0]).build()?;
/// let columns = [[0.0, 3.0, 3.0], [3.0, 0.0, 3.0], [3.0, 3.0, 0.0]];
/// let columns = columns.each_ref().map(|column| column.as_slice());
/// let replicates = ReplicateDesign::from_columns(
///     &design,
///     &ReplicateColumns { columns: &columns, scale: 2.0 / 3.0, rscales: None, combined: true },
/// )?;
/// let made = ReplicateDesign::jk1(&design)?;
/// let se = |design: &ReplicateDesign| design.replicate(|w| vec![mean::value(w, &[1.0, 2.0, 6.0], None)]).se(0);
/// assert_eq!(se(&replicates), se(&made));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ReplicateColumns<'a> {
    /// One column a replicate, each as long as the design; finite, ≥ 0.
    pub columns: &'a [&'a [f64]],
    /// The factor common to all replicates.
    pub scale: f64,
    /// The factor of each replicate; 1 without.
    pub rscales: Option<&'a [f64]>,
    /// Whether the columns already hold the analysis weight; otherwise they multiply the design's weights.
    pub combined: bool,
}

impl ReplicateColumns<'_> {
    /// The analysis weights, one replicate after the other, and the rscales.
    pub(super) fn check(&self, weights: &[f64]) -> Result<(Vec<f64>, Vec<f64>), ReplicateError> {
        let (rows, count) = (weights.len(), self.columns.len());
        if count == 0 {
            return Err(ReplicateError::NoColumns);
        }
        if rows.saturating_mul(count) > MAX_ROW_WEIGHTS {
            return Err(ReplicateError::TooLarge {
                rows,
                replicates: count,
            });
        }
        let rscales = self.rscales.map_or_else(|| vec![1.0; count], <[f64]>::to_vec);
        if rscales.len() != count {
            return Err(ReplicateError::RscaleCount {
                found: rscales.len(),
                expected: count,
            });
        }
        let bad = |value: &f64| !value.is_finite() || *value < 0.0;
        if let Some(&value) = rscales.iter().chain([&self.scale]).find(|value| bad(value)) {
            return Err(ReplicateError::Scale { value });
        }
        let mut all = Vec::with_capacity(rows * count);
        for (index, column) in self.columns.iter().enumerate() {
            if column.len() != rows {
                return Err(ReplicateError::Length {
                    column: index + 1,
                    found: column.len(),
                    expected: rows,
                });
            }
            if let Some(row) = column.iter().position(bad) {
                return Err(ReplicateError::Weight {
                    column: index + 1,
                    row,
                    value: column[row],
                });
            }
            match self.combined {
                true => all.extend_from_slice(column),
                false => all.extend(column.iter().zip(weights).map(|(factor, weight)| factor * weight)),
            }
        }
        Ok((all, rscales))
    }
}
