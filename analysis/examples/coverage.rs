//! Prints, as a Markdown table, how often each interval for a proportion holds the truth.
//!
//! `cargo run -p analysis --example coverage -- [ROUNDS]` (default 4,000; some minutes unoptimised).

#![expect(clippy::print_stdout, reason = "the table is the point")]

use analysis::interval::coverage::{Setting, simulate};
use analysis::interval::{Method, ProportionMethod};

fn main() -> Result<(), analysis::design::DesignError> {
    let rounds = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok());
    let rounds: u32 = rounds.unwrap_or(4_000);
    let methods = [
        ("t", Method::T),
        ("logit", Method::Proportion(ProportionMethod::Logit)),
        ("asin", Method::Proportion(ProportionMethod::Asin)),
        ("likelihood", Method::Proportion(ProportionMethod::Likelihood)),
        ("beta", Method::Proportion(ProportionMethod::Beta)),
        ("wilson", Method::Proportion(ProportionMethod::Wilson)),
    ];
    let names: Vec<&str> = methods.iter().map(|(name, _)| *name).collect();
    println!("Coverage of nominal 95 % intervals in % (mean width × 100), {rounds} samples each.\n");
    println!("| sample | p | n | {} |", names.join(" | "));
    println!("|---|---|---|{}", "---|".repeat(names.len()));
    for (sample, cluster_size, icc) in [("SRS", 1, 0.0), ("clusters of 5, deff 2", 5, 0.25)] {
        for p in [0.01, 0.05, 0.1, 0.3, 0.5] {
            for n in [20, 50, 100, 200] {
                let setting = Setting {
                    p,
                    n,
                    cluster_size,
                    icc,
                };
                let found = simulate(setting, &methods.map(|(_, method)| method), 0.95, rounds, 1)?;
                let cells: Vec<String> = found
                    .iter()
                    .map(|cell| format!("{:.1} ({:.1})", 100.0 * cell.covered, 100.0 * cell.width))
                    .collect();
                println!("| {sample} | {p} | {n} | {} |", cells.join(" | "));
            }
        }
    }
    Ok(())
}
