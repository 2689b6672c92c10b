//! Newton's method on the dual of a calibration problem.
//!
//! The dual φ(η) = Σ dᵢG(x′ᵢη) − t′η is convex, G′ = F; where its gradient Σ dᵢF(x′ᵢη)xᵢ − t
//! is 0 the weights dᵢF(x′ᵢη) meet the totals t. Without a solution φ falls for ever, and the
//! direction of the fall proves it.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::super::distance::Response;
use super::{Greg, GregError, GregReport};

/// φ, its gradient and its Hessian at one η.
struct Point {
    eta: DVector<f64>,
    objective: f64,
    gradient: DVector<f64>,
    hessian: DMatrix<f64>,
    /// Σ dᵢ(|G| + 1), the size against which a change of φ is rounding.
    size: f64,
}

/// Rows handled together, so that a block of all columns stays in the cache.
const BLOCK: usize = 1024;

/// A gap that may be the rounding of sums rather than a total not yet met.
const ROUNDING_GAP: f64 = 1e-10;

pub(super) fn solve(greg: &Greg, weights: &[f64]) -> Result<(Vec<f64>, GregReport), GregError> {
    let mut point = Point::at(greg, weights, DVector::zeros(greg.terms.len()), 0.0);
    let mut iterations = 0;
    let mut gap_before = f64::INFINITY;
    loop {
        let worst = worst_gap(greg, &point.gradient);
        // Over many millions of rows sums are no better than this; then more steps do not help.
        let is_rounding = worst.1 <= ROUNDING_GAP && worst.1 >= gap_before / 2.0;
        if worst.1 <= greg.options.tolerance || is_rounding {
            return Ok(finish(greg, weights, &point, iterations, worst));
        }
        gap_before = worst.1;
        let impossible = iterations > 0 && is_out_of_reach(greg, weights, &point.eta);
        let next = if impossible || iterations == greg.options.max_iterations {
            None
        } else {
            step(greg, weights, &point, 0.0)
        };
        let Some(next) = next else {
            if worst.1 <= ROUNDING_GAP {
                return Ok(finish(greg, weights, &point, iterations, worst));
            }
            let misfits = closest(greg, weights);
            let furthest = worst_gap(greg, &misfits).0;
            let (term, total) = (greg.terms[furthest].clone(), greg.totals[furthest]);
            let reached = total + misfit(greg, &misfits, furthest);
            return Err(match impossible {
                true => GregError::OutOfReach { term, total, reached },
                false => GregError::NoConvergence {
                    term,
                    total,
                    reached,
                    iterations,
                },
            });
        };
        point = next;
        iterations += 1;
    }
}

/// The weights dᵢF(x′ᵢη) and how they came about.
fn finish(
    greg: &Greg,
    weights: &[f64],
    point: &Point,
    iterations: usize,
    (furthest, gap): (usize, f64),
) -> (Vec<f64>, GregReport) {
    let (lower, upper) = greg.response.bounds();
    let mut report = GregReport {
        iterations,
        gap,
        furthest: greg.terms.get(furthest).cloned().unwrap_or_default(),
        g_min: f64::INFINITY,
        g_max: f64::NEG_INFINITY,
        at_bounds: 0,
    };
    let mut after = vec![0.0; weights.len()];
    for_each_block(greg, &point.eta, weights.len(), |start, arguments| {
        for (at, &u) in arguments.iter().enumerate() {
            let before = weights[start + at];
            if before > 0.0 {
                let g = greg.response.at(u).factor;
                report.g_min = report.g_min.min(g);
                report.g_max = report.g_max.max(g);
                report.at_bounds += usize::from(g == lower || g == upper);
                after[start + at] = before * g;
            }
        }
    });
    (after, report)
}

impl Point {
    /// φ(η) + ridge·‖η‖²/2; the ridge is 0 but for [`closest`].
    fn at(greg: &Greg, weights: &[f64], eta: DVector<f64>, ridge: f64) -> Self {
        let terms = eta.len();
        let mut gradient = &eta * ridge - &greg.basis_totals;
        let mut hessian = DMatrix::identity(terms, terms) * ridge;
        let mut objective = ridge * eta.norm_squared() / 2.0 - greg.basis_totals.dot(&eta);
        let mut size = objective.abs();
        let mut slopes = vec![0.0; BLOCK];
        let mut scaled = vec![0.0; BLOCK];
        let mut factors = vec![0.0; BLOCK];
        for_each_block(greg, &eta, weights.len(), |start, arguments| {
            let count = arguments.len();
            for (at, &u) in arguments.iter().enumerate() {
                let weight = weights[start + at];
                if weight > 0.0 {
                    let values = greg.response.at(u);
                    objective += weight * values.integral;
                    size += weight * (values.integral.abs() + 1.0);
                    factors[at] = weight * values.factor;
                    slopes[at] = weight * values.slope;
                } else {
                    factors[at] = 0.0;
                    slopes[at] = 0.0;
                }
            }
            for j in 0..terms {
                let column = &greg.columns[j][start..start + count];
                gradient[j] += dot(column, &factors[..count]);
                for ((out, x), slope) in scaled.iter_mut().zip(column).zip(&slopes) {
                    *out = x * slope;
                }
                for i in 0..=j {
                    hessian[(i, j)] += dot(&greg.columns[i][start..start + count], &scaled[..count]);
                }
            }
        });
        hessian.fill_lower_triangle_with_upper_triangle();
        Self {
            eta,
            objective,
            gradient,
            hessian,
            size,
        }
    }
}

/// Calls `use_block` with the arguments x′ᵢη of one block of rows after the other.
fn for_each_block(greg: &Greg, eta: &DVector<f64>, rows: usize, mut use_block: impl FnMut(usize, &[f64])) {
    let mut arguments = vec![0.0; BLOCK];
    let mut start = 0;
    while start < rows {
        let count = BLOCK.min(rows - start);
        let block = &mut arguments[..count];
        block.fill(0.0);
        for (column, eta) in greg.columns.iter().zip(eta.iter()) {
            for (u, x) in block.iter_mut().zip(&column[start..start + count]) {
                *u += eta * x;
            }
        }
        use_block(start, block);
        start += count;
    }
}

/// One Newton step, shortened until φ falls; `None` when no step helps any more.
fn step(greg: &Greg, weights: &[f64], point: &Point, ridge: f64) -> Option<Point> {
    /// A change of φ below this share of its size is rounding.
    const ROUNDING: f64 = 1e-13;
    /// Halvings until a step is below every digit of η.
    const HALVINGS: usize = 60;
    let direction = newton_direction(point)?;
    let fall = -point.gradient.dot(&direction);
    let mut length = 1.0;
    for _ in 0..HALVINGS {
        let next = Point::at(greg, weights, &point.eta + &direction * length, ridge);
        // φ must not rise, nor its slope have turned around steeply (overshot): the approximate
        // Wolfe conditions of Hager & Zhang (2005), SIAM J. Optimization 16(1), 170–192.
        let slope = next.gradient.dot(&direction);
        if next.objective <= point.objective + ROUNDING * point.size && slope <= 0.5 * fall {
            return Some(next);
        }
        length /= 2.0;
    }
    None
}

/// −(H + λI)⁻¹·gradient; λ is 0 unless the cut-off rows leave H singular.
fn newton_direction(point: &Point) -> Option<DVector<f64>> {
    let terms = point.hessian.nrows();
    let largest = point.hessian.diagonal().iter().copied().fold(0.0, f64::max);
    let mut ridge = 0.0;
    // From 10⁻¹² of the largest curvature to beyond it.
    for _ in 0..16 {
        let shifted = &point.hessian + DMatrix::identity(terms, terms) * ridge;
        if let Some(factor) = Cholesky::new(shifted) {
            let smallest = factor
                .l_dirty()
                .diagonal()
                .iter()
                .copied()
                .fold(f64::INFINITY, f64::min);
            if smallest * smallest > 1e-13 * largest {
                let direction = -factor.solve(&point.gradient);
                if direction.iter().all(|value| value.is_finite()) {
                    return Some(direction);
                }
            }
        }
        ridge = (ridge * 10.0).max(1e-12 * largest.max(1e-12));
    }
    None
}

/// How far the closest totals that can be reached are from the controls, in the basis.
///
/// At the minimum of φ(η) + r‖η‖²/2, which exists always, the misfit is −rη; as r goes to 0 its
/// length goes to the smallest there is.
fn closest(greg: &Greg, weights: &[f64]) -> DVector<f64> {
    const STEPS: usize = 60;
    let terms = greg.terms.len();
    let mut eta = DVector::zeros(terms);
    let mut misfits = -greg.basis_totals.clone();
    for ridge in [1e-1, 1e-3, 1e-5] {
        let mut point = Point::at(greg, weights, eta, ridge);
        for _ in 0..STEPS {
            match step(greg, weights, &point, ridge) {
                Some(next) if next.objective < point.objective => point = next,
                _ => break,
            }
        }
        misfits = &point.gradient - &point.eta * ridge;
        eta = point.eta;
    }
    misfits
}

/// Weighted total of a term less its control, from the gradient in the basis: X = X̃R.
fn misfit(greg: &Greg, gradient: &DVector<f64>, term: usize) -> f64 {
    (0..=term).map(|k| greg.basis.r[(k, term)] * gradient[k]).sum()
}

/// The term furthest off and its relative gap.
fn worst_gap(greg: &Greg, gradient: &DVector<f64>) -> (usize, f64) {
    let mut worst = (0, 0.0);
    for (term, scale) in greg.scales.iter().enumerate() {
        let gap = misfit(greg, gradient, term).abs() / scale;
        // A gap that cannot be computed is the worst.
        if gap > worst.1 || gap.is_nan() {
            worst = (term, gap);
        }
    }
    worst
}

/// The smallest and largest Σ dᵢgᵢxᵢ that g-weights within the bounds can give.
pub(super) fn range_within(response: Response, weights: &[f64], column: &[f64]) -> (f64, f64) {
    let (lower, upper) = response.bounds();
    let (mut lowest, mut highest) = (0.0, 0.0);
    for (weight, x) in weights.iter().zip(column) {
        // An infinite bound times 0 would be NaN.
        let mass = weight * x;
        if mass != 0.0 {
            let ends = (mass * lower, mass * upper);
            lowest += ends.0.min(ends.1);
            highest += ends.0.max(ends.1);
        }
    }
    (lowest, highest)
}

/// Whether the direction η proves that no weights within the bounds give the totals: their
/// combination t′η lies above the largest that Σ dᵢgᵢx′ᵢη can be (Farkas' lemma).
fn is_out_of_reach(greg: &Greg, weights: &[f64], eta: &DVector<f64>) -> bool {
    let (lower, upper) = greg.response.bounds();
    if !lower.is_finite() || !upper.is_finite() {
        return false;
    }
    let (mut highest, mut size) = (0.0, 0.0);
    for_each_block(greg, eta, weights.len(), |start, arguments| {
        for (at, &u) in arguments.iter().enumerate() {
            let weight = weights[start + at];
            highest += weight * u * if u > 0.0 { upper } else { lower };
            size += weight * u.abs() * upper.max(-lower);
        }
    });
    greg.basis_totals.dot(eta) > highest + 1e-9 * size
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
