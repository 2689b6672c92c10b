//! Protecting a publication of the size that reports have: 30 × 10 × 3 with all its margins, 1,364 cells.
//!
//! The smaller the mean count, the more cells are small: about 300, 130 and 40 of them.

#![expect(clippy::expect_used, reason = "a bench that cannot run should stop")]

use analysis::disclosure::{Dimension, Rule, Tables};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn main() {
    divan::main();
}

fn flat(name: &str, levels: usize) -> Dimension {
    let labels: Vec<String> = (0..levels).map(|level| format!("{name}{level}")).collect();
    Dimension::flat(name, labels).expect("distinct labels")
}

#[divan::bench(args = [20.0, 60.0, 200.0], sample_count = 3)]
fn protect(mean: f64) -> usize {
    let mut rng = ChaCha8Rng::seed_from_u64(12_345);
    let counts: Vec<u64> = (0..900)
        .map(|_| (-mean * rng.random::<f64>().max(1e-9).ln()) as u64)
        .collect();
    let mut tables = Tables::default();
    tables
        .cross(&[flat("row", 30), flat("column", 10), flat("layer", 3)], &counts)
        .expect("a cell for each count");
    let safe = tables.protect(&Rule::min_cell(10)).expect("enough cells to hide");
    safe.loss().small
}

/// Units × 3 perspectives × 5 areas with all their margins, as an indicator of a round has them: a county has 20 units,
/// a large one 100, a province in one round 2,000. The time should grow as their number does.
#[divan::bench(args = [20, 100, 500, 2_000], sample_count = 1)]
fn units(number: usize) -> usize {
    let mut rng = ChaCha8Rng::seed_from_u64(12_345);
    let counts: Vec<u64> = (0..number * 15)
        .map(|_| (-60.0 * rng.random::<f64>().max(1e-9).ln()) as u64)
        .collect();
    let mut tables = Tables::default();
    let dimensions = [flat("unit", number), flat("group", 3), flat("area", 5)];
    tables.cross(&dimensions, &counts).expect("a cell for each count");
    let safe = tables.protect(&Rule::min_cell(10)).expect("enough cells to hide");
    safe.loss().complementary
}
