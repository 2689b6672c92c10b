//! Comparing every pair of 20,000 questionnaires of fifty items: 2·10⁸ pairs.

#![expect(clippy::expect_used, reason = "a bench that cannot run should stop")]

use analysis::factor::Factor;
use analysis::quality::duplicates::{DuplicateRule, duplicates};
use divan::Bencher;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 3)]
fn every_pair(bencher: Bencher<'_, '_>) {
    const ROWS: u64 = 20_000;
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let items: Vec<Factor> = (0..50)
        .map(|_| Factor::from_labels((0..ROWS).map(|_| rng.random_range(0..4).to_string())))
        .collect();
    let items: Vec<&Factor> = items.iter().collect();
    bencher
        .counter(divan::counter::ItemsCount::new(ROWS * (ROWS - 1) / 2))
        .bench(|| duplicates(&items, None, DuplicateRule::default()).expect("items of equal length"));
}
