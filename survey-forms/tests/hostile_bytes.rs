//! The short form, on stable Rust, of what libFuzzer does on demand (`tests/fuzz/run.sh`): every reader of bytes from
//! outside on the same seeds, changed at random with a fixed seed. `MINYI_FUZZ_ROUNDS` is how many times more.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    non_snake_case,
    reason = "a test that meets what it does not expect fails; tests are named subject__condition__result"
)]

use std::path::Path;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

#[path = "../../tests/fuzz/src/mutation.rs"]
mod mutation;
#[path = "../../tests/fuzz/src/targets.rs"]
mod targets;

use mutation::mutated;
use targets::Target;

/// Longest input: beyond it there is more of the same.
const LONGEST: usize = 64 << 10;

fn hold(target: Target, folder: &str, count: usize) {
    let rounds: usize = std::env::var("MINYI_FUZZ_ROUNDS").map_or(1, |text| text.parse().unwrap());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/fuzz/seeds")
        .join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let seeds: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    // Seeds that are refused would lead nowhere when they are changed.
    assert!(
        seeds.iter().any(|seed| targets::run(target, seed)),
        "no seed of {target:?} is read"
    );
    let mut chance = ChaCha8Rng::seed_from_u64(20_261_126);
    for _ in 0..count * rounds {
        let bytes = mutated(&mut chance, &seeds, LONGEST);
        // Only what breaks a rule is said, with what it takes to see it again.
        let outcome = std::panic::catch_unwind(|| targets::run(target, &bytes));
        assert!(
            outcome.is_ok(),
            "{target:?}: {:?}",
            String::from_utf8_lossy(&bytes)
        );
    }
}

#[test]
fn workbook__changed_file__is_read_or_refused_with_a_reason() {
    hold(Target::Workbook, "workbook", 4_000);
}

#[test]
fn workbook__changed_parts__are_read_or_refused_with_a_reason() {
    hold(Target::Parts, "parts", 4_000);
}

#[test]
fn workbook__changed_cells__are_read_or_refused_with_a_reason() {
    hold(Target::Tables, "tables", 1_200);
}

#[test]
fn expression__changed__is_printed_as_it_is_read_and_has_a_value() {
    hold(Target::Expression, "expression", 80_000);
}

#[test]
fn answers__changed__are_stored_as_they_are_or_refused_with_a_reason() {
    hold(Target::Answers, "answers", 300);
}

#[test]
fn media__changed__are_recognised_or_not() {
    hold(Target::Media, "media", 40_000);
}

#[test]
fn submission__changed_xml__is_read_or_refused_with_a_reason() {
    hold(Target::Submission, "submission", 6_000);
}
