//! Rakes the benchmark's file on four margins: `rake FILE.parquet TOTALS.json`
//!
//! The control totals are those of the same rows under other weights, so that they agree with each other; they are
//! written to `TOTALS.json` for the peers. Prints the seconds from columns to calibrated weights.

use std::fs::File;
use std::io::Write;
use std::time::Instant;

use analysis::factor::Factor;
use analysis::weighting::{Margin, RakeOptions, rake};
use polars::prelude::*;
use serde_json::{Map, Value, json};

const MARGINS: [&str; 4] = ["township", "age", "category", "sex"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(file), Some(totals)) = (arguments.next(), arguments.next()) else {
        return Err("usage: rake FILE.parquet TOTALS.json".into());
    };
    let mut columns = MARGINS.map(str::to_owned).to_vec();
    columns.push("w".to_owned());
    let frame = ParquetReader::new(File::open(file)?)
        .with_columns(Some(columns))
        .finish()?;
    let weights: Vec<f64> = frame
        .column("w")?
        .f64()?
        .iter()
        .map(Option::unwrap_or_default)
        .collect();
    let factors = MARGINS
        .iter()
        .map(|name| Factor::from_column(frame.column(name)?))
        .collect::<PolarsResult<Vec<Factor>>>()?;
    // Other weights: each category of each margin a little more or less frequent.
    let mut others = weights.clone();
    for (at, factor) in (1u32..).zip(&factors) {
        for (other, code) in others.iter_mut().zip(factor.codes()) {
            *other *= 0.85 + 0.05 * f64::from((code * 5 + at * 3) % 7);
        }
    }
    let counts: Vec<Vec<(Vec<String>, f64)>> = factors.iter().map(|factor| count(factor, &others)).collect();
    let by_name = MARGINS.iter().zip(&counts).map(|(name, counts)| {
        let categories: Map<String, Value> = counts
            .iter()
            .map(|(labels, total)| (labels[0].clone(), json!(total)))
            .collect();
        ((*name).to_owned(), Value::Object(categories))
    });
    serde_json::to_writer(File::create(totals)?, &Value::Object(by_name.collect()))?;

    let start = Instant::now();
    let margins = MARGINS
        .iter()
        .zip(&factors)
        .zip(&counts)
        .map(|((name, factor), counts)| Margin::new(&[(name, factor)], counts, &weights))
        .collect::<Result<Vec<Margin>, _>>()?;
    let (calibration, report) = rake(&weights, &margins, RakeOptions::default())?;
    let seconds = start.elapsed().as_secs_f64();
    let line = json!({
        "peer": "analysis", "compute": seconds, "sweeps": report.sweeps, "gap": report.gap,
        "rows": calibration.weights().len(),
    });
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

/// The weighted count of each level.
fn count(factor: &Factor, weights: &[f64]) -> Vec<(Vec<String>, f64)> {
    let mut counts: Vec<(Vec<String>, f64)> = factor
        .levels()
        .iter()
        .map(|level| (vec![level.clone()], 0.0))
        .collect();
    for (&code, weight) in factor.codes().iter().zip(weights) {
        counts[code as usize].1 += weight;
    }
    counts
}
