//! Degrees of freedom: the rank of the replicates' analysis weights, less one.
//!
//! The rank does not change when rows are scaled, so rows are replicate weights as multiples of the
//! full-sample weight: tiny weights beside huge ones count as they should. Rows of one PSU are then equal
//! unless they were adjusted, and equal rows are one.

use std::collections::HashMap;

use nalgebra::DMatrix;

use super::{ReplicateDesign, Replicates, Rule};

/// A column counts when it is further than this from the span of those before, relative to its length.
const TOLERANCE: f64 = 1e-5;
/// Multiplications that a decomposition may cost: about a second.
const MAX_WORK: f64 = 4e9;

/// Rank over `rows` less one; 0 over no rows with a weight.
pub(super) fn within(design: &ReplicateDesign, rows: &[u32]) -> f64 {
    let stage = &design.design.stages()[0];
    let known = match &design.replicates {
        Replicates::Units(Rule::Jackknife(rule)) => rule.replicated_strata(stage),
        Replicates::Units(Rule::Balanced(_)) => Some(vec![true; stage.strata().len()]),
        _ => None,
    };
    if let Some(replicated) = known {
        return from_counts(design, rows, &replicated);
    }
    let (codes, height) = match &design.replicates {
        Replicates::Units(_) => units(design, rows),
        Replicates::Rows(weights) => multiples(design, rows, weights),
    };
    let count = design.count();
    if height as f64 * (count as f64).powi(2) > MAX_WORK {
        return design.design.df_within(rows).min(count as f64 - 1.0);
    }
    if height == 0 {
        return 0.0;
    }
    let matrix = DMatrix::from_vec(height, count, columns(design, rows, &codes, height));
    (rank(&(matrix.transpose() * &matrix)) as f64 - 1.0).max(0.0)
}

/// The rank where a replicate changes one stratum, or all strata in pairs, by known factors.
///
/// Let 1 + vᵣ be the columns over the PSUs reached. Within a replicated stratum the vᵣ sum to 0; if all its n
/// PSUs are reached they span n−1 dimensions and not the constant, and if only p < n are reached, all p.
/// A stratum without replicates is 1 throughout. So the rank is Σ(n−1) + Σp over those, and 1 more if any
/// stratum leaves the constant out of the others' span.
fn from_counts(design: &ReplicateDesign, rows: &[u32], replicated: &[bool]) -> f64 {
    let stage = &design.design.stages()[0];
    let mut units = vec![false; stage.units()];
    let mut reached = vec![0u32; replicated.len()];
    for &row in rows {
        if design.design.weights()[row as usize] > 0.0 {
            let unit = stage.unit_of(row as usize);
            if !std::mem::replace(&mut units[unit], true) {
                reached[stage.stratum_of(unit)] += 1;
            }
        }
    }
    let (mut rank, mut constant) = (0u32, 0u32);
    for ((&reached, stratum), &replicated) in reached.iter().zip(stage.strata()).zip(replicated) {
        match reached {
            0 => {}
            _ if !replicated => constant = 1,
            all if all == stratum.units => {
                rank += all - 1;
                constant = 1;
            }
            part => rank += part,
        }
    }
    f64::from((rank + constant).saturating_sub(1))
}

/// The group of each row and the number of groups, by PSU.
fn units(design: &ReplicateDesign, rows: &[u32]) -> (Vec<u32>, usize) {
    let stage = &design.design.stages()[0];
    group(design, rows, |_, row| stage.unit_of(row) as u128)
}

/// The same for weights that differ row by row: rows whose replicates are the same multiple of the
/// full-sample weight, to 30 binary digits. Rounding may keep apart what belongs together; that costs time only.
fn multiples(design: &ReplicateDesign, rows: &[u32], weights: &[f64]) -> (Vec<u32>, usize) {
    let mut marks = vec![0u128; rows.len()];
    for column in weights.chunks_exact(design.design.rows().max(1)) {
        for (mark, &row) in marks.iter_mut().zip(rows) {
            let multiple = column[row as usize] / design.design.weights()[row as usize];
            let digits = (multiple.to_bits() + (1 << 21)) >> 22;
            // Multiplication by an odd constant and a turn: different sequences do not meet in 128 bits.
            *mark = (*mark ^ u128::from(digits))
                .wrapping_mul(0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645)
                .rotate_right(59);
        }
    }
    group(design, rows, |index, _| marks[index])
}

fn group(design: &ReplicateDesign, rows: &[u32], key: impl Fn(usize, usize) -> u128) -> (Vec<u32>, usize) {
    let mut seen: HashMap<u128, u32> = HashMap::new();
    let codes = rows
        .iter()
        .enumerate()
        .map(|(index, &row)| {
            let weight = design.design.weights()[row as usize];
            if weight <= 0.0 {
                return u32::MAX;
            }
            let next = seen.len() as u32;
            *seen.entry(key(index, row as usize)).or_insert(next)
        })
        .collect();
    (codes, seen.len())
}

/// The multiple of each group, one replicate after the other.
fn columns(design: &ReplicateDesign, rows: &[u32], codes: &[u32], groups: usize) -> Vec<f64> {
    let mut first = vec![0u32; groups];
    for (&row, &code) in rows.iter().zip(codes).rev() {
        if let Some(first) = first.get_mut(code as usize) {
            *first = row;
        }
    }
    let full = design.design.weights();
    let mut buffer = super::Buffer::default();
    let mut all = Vec::with_capacity(groups * design.count());
    for replicate in 0..design.count() {
        let weights = design.fill_weights(replicate, &mut buffer);
        all.extend(
            first
                .iter()
                .map(|&row| weights[row as usize] / full[row as usize]),
        );
    }
    all
}

/// The rank of a matrix A from AᵀA: Cholesky's decomposition of the columns at unit length, always of the one furthest
/// from the span of those taken, until none is further than the tolerance. Without that choice rounding grows behind
/// every column that is nearly in the span.
///
/// # Source
/// Higham (2002), Accuracy and Stability of Numerical Algorithms, section 10.3 (complete pivoting).
fn rank(cross: &DMatrix<f64>) -> usize {
    let lengths: Vec<f64> = cross.diagonal().iter().map(|square| square.sqrt()).collect();
    let mut open: Vec<usize> = (0..cross.ncols())
        .filter(|&column| lengths[column] > 0.0)
        .collect();
    // What is left of each column's squared length, and its coordinates along the columns taken.
    let mut left: Vec<f64> = vec![1.0; cross.ncols()];
    let mut along: Vec<Vec<f64>> = vec![Vec::new(); cross.ncols()];
    let mut rank = 0;
    while let Some(at) = (0..open.len()).max_by(|&a, &b| left[open[a]].total_cmp(&left[open[b]])) {
        let pivot = open.swap_remove(at);
        if left[pivot] <= TOLERANCE * TOLERANCE {
            break;
        }
        rank += 1;
        let (diagonal, row) = (left[pivot].sqrt(), std::mem::take(&mut along[pivot]));
        for &column in &open {
            let known: f64 = row.iter().zip(&along[column]).map(|(a, b)| a * b).sum();
            let cosine = cross[(pivot, column)] / (lengths[pivot] * lengths[column]);
            let coordinate = (cosine - known) / diagonal;
            along[column].push(coordinate);
            left[column] -= coordinate * coordinate;
        }
    }
    rank
}
