//! Sums of a job on a cluster.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use ballista_core::extension::SessionStateExt;
use ballista_core::object_store::{session_config_with_s3_support, session_state_with_s3_support};
use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Float64Type, SchemaRef};
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTableUrl};
use datafusion::prelude::SessionContext;
use serde::Serialize;
use tokio::time::timeout;

use crate::job::{Job, called};
use crate::statement::{Counties, Figure, PARTS, figures, ratios, statement};

/// A county's sums of a perspective: a line of the answer.
#[derive(Debug, Serialize)]
pub(crate) struct Line<'a> {
    /// The county's code.
    county: &'a str,
    /// The perspective.
    perspective: &'a str,
    /// Rows read.
    rows: u64,
    /// Rows without a place in the design.
    faulty: u64,
    /// The figures that anybody is behind.
    figures: Vec<Sums<'a>>,
}

/// A figure's sums, as [`statement`](crate::statement) explains them.
#[derive(Debug, Serialize)]
pub(crate) struct Sums<'a> {
    name: &'a str,
    n: u64,
    y: f64,
    x: f64,
    centre: f64,
    a: f64,
    b: f64,
    c: f64,
    units: u64,
    strata: u64,
    root: f64,
}

const TABLE: &str = "measures";

/// Sums a job; writes a line for each county and perspective.
///
/// - `scheduler`: host and port.
/// - `parts`: into how many parts each step is split.
/// - `patience`: how long the sums of a perspective may take.
///
/// # Errors
/// Storage, scheduler or executors that do not answer; files that are no measures.
pub(crate) async fn sum(
    scheduler: &str,
    parts: usize,
    patience: Duration,
    job: &Job,
    out: &mut (impl Write + Send),
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let folder = job.folder().map_err(|error| format!("{}: {error}", job.from))?;
    let here = context(parts, None)?;
    let schema = measures()
        .infer_schema(&here.state(), &ListingTableUrl::parse(&folder)?)
        .await?;
    let names = figures(schema.fields().iter().map(|field| field.name().as_str()));
    let cluster = context(parts, Some(scheduler))?;
    register(&cluster, &folder, &schema).await?;
    register(&here, &folder, &schema).await?;
    let wanted = job.wanted();
    let unfinished: Vec<String> = job.unfinished.iter().map(|county| called(county)).collect();
    let one = wanted.keys().next().map(String::as_str).unwrap_or_default();
    for perspective in &job.perspectives {
        let figures = centred(&here, &names, perspective, one).await?;
        let sql = statement(TABLE, perspective, Counties::AllBut(&unfinished), &figures);
        let summed = async { cluster.sql(&sql).await?.collect().await };
        let batches = timeout(patience, summed).await.map_err(|_| {
            let seconds = patience.as_secs();
            format!("no sums of {perspective} within {seconds} s: an executor may be lost")
        })??;
        for batch in &batches {
            for line in lines(batch, perspective, &figures, &wanted)? {
                serde_json::to_writer(&mut *out, &line)?;
                out.write_all(b"\n")?;
            }
        }
    }
    Ok(())
}

/// A session on a cluster, or in this process.
fn context(parts: usize, scheduler: Option<&str>) -> datafusion::error::Result<SessionContext> {
    let config = session_config_with_s3_support()
        .with_target_partitions(parts.max(1))
        // What they hold is read once, and all of it.
        .with_collect_statistics(false);
    let state = session_state_with_s3_support(config)?;
    let state = match scheduler {
        Some(scheduler) => state.upgrade_for_ballista(format!("http://{scheduler}"))?,
        None => state,
    };
    Ok(SessionContext::new_with_state(state))
}

fn measures() -> ListingOptions {
    ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet")
}

async fn register(
    context: &SessionContext,
    folder: &str,
    schema: &SchemaRef,
) -> datafusion::error::Result<()> {
    let columns = ["county", "perspective"].map(|name| (name.to_owned(), DataType::Utf8));
    let options = measures().with_table_partition_cols(columns.to_vec());
    context
        .register_listing_table(TABLE, folder, options, Some(Arc::clone(schema)), None)
        .await
}

/// The figures with what they are in one county, to few digits.
async fn centred(
    here: &SessionContext,
    names: &[String],
    perspective: &str,
    county: &str,
) -> Result<Vec<Figure>, Box<dyn Error + Send + Sync>> {
    let batches = here
        .sql(&ratios(TABLE, perspective, county, names))
        .await?
        .collect()
        .await?;
    let sums: Vec<f64> = batches.first().map(|batch| row(batch, 0, 0)).unwrap_or_default();
    let centre = |at: usize| match (sums.get(2 * at), sums.get(2 * at + 1)) {
        (Some(y), Some(&x)) if x > 0.0 => format!("{:.2e}", y / x).parse().unwrap_or(0.0),
        _ => 0.0,
    };
    let figures = names.iter().enumerate().map(|(at, name)| Figure {
        name: name.clone(),
        centre: centre(at),
    });
    Ok(figures.collect())
}

/// The numbers of a row from a column on; NaN where there is none.
fn row(batch: &RecordBatch, at: usize, from: usize) -> Vec<f64> {
    let columns = batch.columns().iter().skip(from);
    let numbers = columns.map(|column| match column.as_primitive_opt::<Float64Type>() {
        Some(numbers) if numbers.is_valid(at) => numbers.value(at),
        _ => f64::NAN,
    });
    numbers.collect()
}

/// The lines of the counties that are `wanted`; one that came while the cluster summed is none of them.
fn lines<'a>(
    batch: &'a RecordBatch,
    perspective: &'a str,
    figures: &'a [Figure],
    wanted: &BTreeMap<String, &'a str>,
) -> Result<Vec<Line<'a>>, Box<dyn Error + Send + Sync>> {
    let counties = batch
        .column(0)
        .as_string_opt::<i32>()
        .ok_or_else(|| format!("counties are {}, not text", batch.column(0).data_type()))?;
    let line = |at: usize| {
        let county = *wanted.get(counties.value(at))?;
        let numbers = row(batch, at, 1);
        let (all, of_figures) = numbers.split_at(2);
        let sums = figures.iter().zip(of_figures.chunks(PARTS.len()));
        let sums = sums.filter_map(|(figure, sums)| match *sums {
            [n, y, x, a, b, c, units, strata, root] if n > 0.0 => Some(Sums {
                name: &figure.name,
                n: n as u64,
                y,
                x,
                centre: figure.centre,
                a,
                b,
                c,
                units: units as u64,
                strata: strata as u64,
                root,
            }),
            _ => None,
        });
        Some(Line {
            county,
            perspective,
            rows: all[0] as u64,
            faulty: all[1] as u64,
            figures: sums.collect(),
        })
    };
    Ok((0..batch.num_rows()).filter_map(line).collect())
}

#[cfg(test)]
mod tests;
