//! Twelve means overall and by township and three items' proportions, from a Parquet file of a million rows, beside
//! a bare polars scan that adds up the same sums per stratum and PSU.
//!
//! `cargo run --release -p analysis --example bench_data -- 1000000 target/bench/1000000.parquet` makes the file;
//! `MINYI_BENCH_DATA` names another one.

#![expect(clippy::expect_used, reason = "a bench that cannot run should stop")]

use std::path::PathBuf;

use analysis::estimate::{EstimateOptions, proportion};
use analysis::sums::{DesignColumns, Question, Statistic, parquet};
use polars::prelude::*;

fn main() {
    divan::main();
}

fn file() -> PathBuf {
    std::env::var_os("MINYI_BENCH_DATA").map_or_else(
        || {
            PathBuf::from(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../target/bench/1000000.parquet"
            ))
        },
        PathBuf::from,
    )
}

fn questions() -> Vec<Question> {
    let ask = |statistic, item: usize, by: &[&str], options| Question {
        statistic,
        of: format!("q{item}"),
        per: None,
        by: by.iter().map(|name| (*name).to_owned()).collect(),
        condition: Vec::new(),
        options,
    };
    let means = (1..=12).flat_map(|item| {
        [&[][..], &["township"]].map(|by| ask(Statistic::Mean, item, by, EstimateOptions::default()))
    });
    let shares = (1..=3).map(|item| ask(Statistic::Proportion, item, &[], proportion::default_options()));
    means.chain(shares).collect()
}

/// From the file to estimates with standard errors and intervals.
#[divan::bench(sample_count = 10)]
fn estimates() -> usize {
    let design = DesignColumns {
        ids: vec!["psu".into()],
        strata: vec!["stratum".into()],
        weights: "w".into(),
        ..DesignColumns::default()
    };
    let sums = parquet::sums(&file(), &design, &questions()).expect("run the example bench_data first");
    sums.estimates().expect("a sound design").len()
}

/// The peer: nothing but Σw and Σwy of twelve items per stratum and PSU.
#[divan::bench(sample_count = 10)]
fn bare_polars_group_by() -> usize {
    let mut sums = vec![len()];
    for item in (1..=12).map(|item| format!("q{item}")) {
        let known = col(&item).is_not_null().cast(DataType::Float64);
        sums.push((col("w") * known).sum().alias(format!("{item}_w")));
        sums.push((col("w") * col(&item)).sum().alias(format!("{item}_wy")));
    }
    let path = file();
    let scan = LazyFrame::scan_parquet(PlRefPath::new(path.to_string_lossy()), ScanArgsParquet::default());
    let lazy = scan.expect("run the example bench_data first");
    let grouped = lazy.group_by([col("stratum"), col("psu")]).agg(sums).collect();
    grouped.expect("a sound file").height()
}
