//! Raking: weights that reproduce several margins at once, by iterative proportional fitting.

pub(super) mod cells;
mod consistency;

use super::{Calibration, Margin, WeightingError, check_weights};
pub(super) use cells::RakeCells;

/// When raking stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RakeOptions {
    /// Largest relative gap between a weighted count and its control that is accepted.
    pub tolerance: f64,
    /// Sweeps over all margins before giving up.
    pub max_sweeps: usize,
    /// Also stop as soon as no cell of the crossed margins changes by this many persons in a
    /// sweep, however far the margins still are: R's `rake` does so, by default at 1 person, and its
    /// residuals, swept ten times as there, are then used too. For figures to be compared with
    /// R's; left out, raking converges and its residuals are exact.
    pub cell_change: Option<f64>,
}

impl Default for RakeOptions {
    fn default() -> Self {
        // Ten digits beyond any printed figure, four above rounding of a million weights.
        Self {
            tolerance: 1e-12,
            max_sweeps: 2000,
            cell_change: None,
        }
    }
}

/// How raking went.
#[derive(Debug, Clone, PartialEq)]
pub struct RakeReport {
    /// Sweeps made.
    pub sweeps: usize,
    /// Largest relative gap left.
    pub gap: f64,
    /// The margin and category with that gap.
    pub furthest: (String, String),
}

/// Rakes `weights` so that the weighted counts match every margin.
///
/// - `weights`: one per row, finite, ≥ 0 (persons represented by a respondent); 0 stays 0.
/// - `margins`: made with the same weights; their sums agree.
///
/// The result is the calibration and a report of the convergence. Margins are taken in the
/// order given, which does not change the limit. [`Raking`] prepares the margins for many weight vectors.
///
/// # Errors
/// [`WeightingError::EmptyCategory`] when no weighted row is left in a category that counts
/// somebody; [`WeightingError::TotalsDisagree`] when margins count different populations. When
/// the sweeps do not converge and two margins are the cause,
/// [`WeightingError::MarginsContradict`] or [`WeightingError::CellExhausted`] says why, else
/// [`WeightingError::NoConvergence`] names the margin and category furthest off.
///
/// # Cost
/// A few passes over the rows; the sweeps run over the cells that occur. Memory: one code per row
/// and margin.
///
/// # Source
/// Deming & Stephan (1940), Annals of Mathematical Statistics 11(4), 427–444; Deville,
/// Särndal & Sautory (1993), JASA 88(423), 1013–1020. Run to convergence, R `survey::rake`
/// and `calibrate(calfun = "raking")` give the same weights.
pub fn rake(
    weights: &[f64],
    margins: &[Margin],
    options: RakeOptions,
) -> Result<(Calibration, RakeReport), WeightingError> {
    let cells = RakeCells::cross(margins, weights.len());
    calibrate(margins, &cells, weights, options)
}

/// Raking prepared for any weights over the rows of its margins, such as replicate weights.
#[derive(Debug, Clone)]
pub struct Raking {
    margins: Vec<Margin>,
    cells: RakeCells,
    options: RakeOptions,
}

impl Raking {
    /// Crosses the margins.
    ///
    /// # Errors
    /// [`WeightingError::NoMargins`], or margins of different lengths.
    pub fn new(margins: Vec<Margin>, options: RakeOptions) -> Result<Self, WeightingError> {
        let first = margins.first().ok_or(WeightingError::NoMargins)?;
        let rows = first.codes().len();
        if let Some(other) = margins.iter().find(|margin| margin.codes().len() != rows) {
            return Err(WeightingError::ShapeMismatch {
                what: other.name().to_owned(),
                found: other.codes().len(),
                expected: rows,
            });
        }
        let cells = RakeCells::cross(&margins, rows);
        Ok(Self {
            margins,
            cells,
            options,
        })
    }

    /// As [`rake`], for an estimate with its variance.
    ///
    /// # Errors
    /// As [`rake`].
    pub fn calibrate(&self, weights: &[f64]) -> Result<(Calibration, RakeReport), WeightingError> {
        calibrate(&self.margins, &self.cells, weights, self.options)
    }

    /// The raked weights alone, for replicates.
    ///
    /// # Errors
    /// As [`rake`].
    pub fn weights(&self, weights: &[f64]) -> Result<(Vec<f64>, RakeReport), WeightingError> {
        let raked = raked_weights(&self.margins, &self.cells, weights, self.options)?;
        Ok((raked.weights, raked.report))
    }
}

/// What the sweeps came to: weights (or masses, of cells).
struct Raked {
    weights: Vec<f64>,
    report: RakeReport,
    /// The weights after each margin of the last sweep, when raking stopped before the margins agreed.
    stages: Option<Vec<Vec<f64>>>,
}

fn calibrate(
    margins: &[Margin],
    cells: &RakeCells,
    weights: &[f64],
    options: RakeOptions,
) -> Result<(Calibration, RakeReport), WeightingError> {
    let raked = raked_weights(margins, cells, weights, options)?;
    let calibration = match raked.stages {
        None => Calibration::on_margins(weights, raked.weights, margins, cells),
        Some(stages) => Calibration::on_sweeps(weights, raked.weights, margins, stages),
    };
    Ok((calibration, raked.report))
}

fn raked_weights(
    margins: &[Margin],
    cells: &RakeCells,
    weights: &[f64],
    options: RakeOptions,
) -> Result<Raked, WeightingError> {
    check_weights(weights)?;
    let first = margins.first().ok_or(WeightingError::NoMargins)?;
    for margin in margins {
        cells::check_margin(margin, weights)?;
        // Counts that differ by more than rounding can never be met together.
        if (margin.population() - first.population()).abs() > 1e-9 * first.population() {
            return Err(WeightingError::TotalsDisagree {
                first: first.name().to_owned(),
                first_total: first.population(),
                other: margin.name().to_owned(),
                other_total: margin.population(),
            });
        }
    }
    let masses = cells.masses(weights.iter().copied());
    let raked = rake_cells(margins, cells, &masses, options)?;
    let expand = |after: Vec<f64>| {
        let factors: Vec<f64> = after
            .iter()
            .zip(&masses)
            .map(|(after, before)| if *before > 0.0 { after / before } else { 0.0 })
            .collect();
        cells.scale(weights, &factors)
    };
    Ok(Raked {
        weights: expand(raked.weights),
        report: raked.report,
        stages: raked
            .stages
            .map(|stages| stages.into_iter().map(expand).collect()),
    })
}

/// Sweeps over the cells until their margins agree; returns the cells' masses.
fn rake_cells(
    margins: &[Margin],
    cells: &RakeCells,
    masses: &[f64],
    options: RakeOptions,
) -> Result<Raked, WeightingError> {
    /// Consistent margins are nearly always met by now; a contradiction is worth looking for.
    const SUSPICIOUS: usize = 50;
    let mut raked = masses.to_vec();
    let mut obstacle = None;
    let mut sweep = 0;
    loop {
        let report = gap(margins, cells, &raked, sweep);
        if sweep > 0 && report.gap <= options.tolerance {
            return Ok(Raked {
                weights: raked,
                report,
                stages: None,
            });
        }
        if obstacle.is_none() && (sweep == SUSPICIOUS || sweep == options.max_sweeps) {
            let found = consistency::find_obstacle(margins, cells, masses);
            if let Some(contradiction) = found.contradiction {
                return Err(contradiction);
            }
            obstacle = Some(found.exhausted);
        }
        if sweep == options.max_sweeps {
            // Tending to 0 may yet come within the tolerance, so this is said last.
            return Err(obstacle.flatten().unwrap_or(WeightingError::NoConvergence {
                margin: report.furthest.0,
                category: report.furthest.1,
                sweeps: report.sweeps,
                gap: report.gap,
            }));
        }
        let before = raked.clone();
        for margin in 0..margins.len() {
            fit_margin(margins, cells, margin, &mut raked);
        }
        sweep += 1;
        let change = raked
            .iter()
            .zip(&before)
            .map(|(after, before)| (after - before).abs())
            .fold(0.0, f64::max);
        if options.cell_change.is_some_and(|allowed| change < allowed) {
            return Ok(stop_early(margins, cells, before, sweep));
        }
    }
}

/// Scales the cells to one margin's counts.
fn fit_margin(margins: &[Margin], cells: &RakeCells, index: usize, raked: &mut [f64]) {
    let totals = margins[index].totals();
    let factors: Vec<f64> = totals
        .iter()
        .zip(cells.counts(index, totals.len(), raked))
        .map(|(total, count)| if count > 0.0 { total / count } else { 0.0 })
        .collect();
    for (mass, &category) in raked.iter_mut().zip(cells.categories(index)) {
        *mass *= factors[category as usize];
    }
}

/// Makes the last sweep once more, keeping what each margin gives.
fn stop_early(margins: &[Margin], cells: &RakeCells, before: Vec<f64>, sweep: usize) -> Raked {
    let mut raked = before;
    let stages = (0..margins.len())
        .map(|margin| {
            fit_margin(margins, cells, margin, &mut raked);
            raked.clone()
        })
        .collect();
    let report = gap(margins, cells, &raked, sweep);
    Raked {
        weights: raked,
        report,
        stages: Some(stages),
    }
}

fn gap(margins: &[Margin], cells: &RakeCells, raked: &[f64], sweeps: usize) -> RakeReport {
    let mut report = RakeReport {
        sweeps,
        gap: 0.0,
        furthest: (String::new(), String::new()),
    };
    for (index, margin) in margins.iter().enumerate() {
        let counts = cells.counts(index, margin.totals().len(), raked);
        let (category, gap) = margin.worst_gap_of(&counts);
        if gap >= report.gap && !margin.labels().is_empty() {
            report.gap = gap;
            report.furthest = (margin.name().to_owned(), margin.labels()[category].clone());
        }
    }
    report
}

#[cfg(test)]
mod tests;
