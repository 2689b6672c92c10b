//! The program `minyi`: see `minyi::cli` for its commands and the README for what it is.

use std::process::ExitCode;

fn main() -> ExitCode {
    minyi::cli::run()
}
