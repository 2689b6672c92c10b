//! The program `minyi`: see `minyi::cli` for its commands and the README for what it is.

use std::process::ExitCode;

/// A response's values are made on one thread and freed on another, which the system's allocator is slow at: with this
/// one an export takes a quarter less time (`tests/load`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    minyi::cli::run()
}
