//! Makes the file that the benchmarks and their peers read.
//!
//! `cargo run --release -p analysis --example bench_data -- ROWS OUT.parquet [OUT.csv]`
//!
//! A country's survey in small: 22 townships × 3 groups are the strata, 594 villages the PSUs (nine in each stratum),
//! weights, twelve five-point items of which 5 % are missing, and three more columns to rake on. Rows come in no
//! order. The seed is fixed: the same call makes the same file.

use std::fs::File;
use std::io::BufWriter;

use polars::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Rows of a row group, as polars writes them by default.
const GROUP: usize = 1 << 18;
const ITEMS: usize = 12;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [rows, parquet, csv @ ..] = arguments.as_slice() else {
        return Err("usage: bench_data ROWS OUT.parquet [OUT.csv]".into());
    };
    let rows: usize = rows.parse()?;
    let mut rng = ChaCha8Rng::seed_from_u64(20_261_125);
    // How satisfied each village is, and how well each item goes down.
    let village: Vec<f64> = (0..594).map(|_| rng.random::<f64>() - 0.5).collect();
    let item: Vec<f64> = (0..ITEMS).map(|_| 2.5 + rng.random::<f64>()).collect();
    let first = batch(&mut rng, rows.min(GROUP), &village, &item)?;
    let mut writer = ParquetWriter::new(BufWriter::new(File::create(parquet)?)).batched(first.schema())?;
    let mut csv_file = csv.first().map(File::create).transpose()?;
    let (mut left, mut next) = (rows, first);
    loop {
        writer.write_batch(&next)?;
        if let Some(file) = &mut csv_file {
            CsvWriter::new(file)
                .include_header(left == rows)
                .finish(&mut next)?;
        }
        left -= next.height();
        if left == 0 {
            break;
        }
        next = batch(&mut rng, left.min(GROUP), &village, &item)?;
    }
    writer.finish()?;
    Ok(())
}

fn batch(rng: &mut ChaCha8Rng, rows: usize, village: &[f64], item: &[f64]) -> PolarsResult<DataFrame> {
    let psu: Vec<i32> = (0..rows).map(|_| rng.random_range(0..594)).collect();
    // Nine villages to a stratum, three strata to a township.
    let stratum: Vec<i32> = psu.iter().map(|psu| psu / 9).collect();
    let township: Vec<i32> = stratum.iter().map(|stratum| stratum / 3).collect();
    let mut column = |low: f64, high: f64| -> Vec<f64> {
        (0..rows)
            .map(|_| low + (high - low) * rng.random::<f64>())
            .collect()
    };
    let weight = column(5.0, 60.0);
    let [sex, age, category] = [2.0, 7.0, 4.0].map(|levels| {
        let codes = column(0.0, levels).into_iter().map(|x| x as i32);
        codes.collect::<Vec<i32>>()
    });
    let mut columns = vec![
        Column::new("psu".into(), psu.clone()),
        Column::new("stratum".into(), stratum),
        Column::new("township".into(), township),
        Column::new("w".into(), weight),
        Column::new("sex".into(), sex),
        Column::new("age".into(), age),
        Column::new("category".into(), category),
    ];
    for (at, level) in item.iter().enumerate() {
        let answers: Vec<Option<i32>> = psu
            .iter()
            .map(|&psu| {
                let mood = level + village[psu as usize] + 3.0 * (rng.random::<f64>() - 0.5);
                (rng.random::<f64>() >= 0.05).then(|| mood.round().clamp(1.0, 5.0) as i32)
            })
            .collect();
        columns.push(Column::new(format!("q{}", at + 1).into(), answers));
    }
    DataFrame::new(rows, columns)
}
