//! The full replication bundle, for approved users: the answers that count with weights and design, and requests that
//! `minyi estimate` computes from them, so that estimates can be made again from the ground up.

use std::fs::File;
use std::io::{BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use analysis::plan::Plan;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::columns::{Cell, Column, Kind, Table};
use super::{Detail, ExportError, Format, Rows, Sink, ddi};
use crate::app::Base;
use crate::store::tallies;

const README: &str = include_str!("bundle_readme.md");
/// What stands for a sampling fraction of 0: programs for survey statistics refuse 0.
const NO_FRACTION: f64 = 1e-9;

/// Writes the bundle; returns how many answers are in it.
///
/// # Errors
/// [`ExportError`]; what was begun of the file is left.
pub async fn write(base: &Base, plan: &Plan, path: &Path) -> Result<u64, ExportError> {
    let io = |source| ExportError::Io {
        path: path.display().to_string(),
        source,
    };
    let mut zip = ZipWriter::new(BufWriter::new(File::create(path).map_err(io)?));
    add(&mut zip, "README.md", README.as_bytes()).map_err(io)?;
    let mut all = 0;
    for group in &plan.groups {
        let code = group.code.as_str();
        let table = Table::prepare(base, plan, Detail::Full, Some(code)).await?;
        // The archive takes one file after another: the table is written beside it first.
        let beside = Beside(path.with_extension(format!("{code}.csv.part")));
        all += weighted(base, &table, &beside.0).await?;
        zip.start_file(format!("responses-{code}.csv"), options())
            .map_err(|e| io(e.into()))?;
        let mut file = File::open(&beside.0).map_err(io)?;
        file.rewind().map_err(io)?;
        std::io::copy(&mut file, &mut zip).map_err(io)?;
        let book = ddi::code_book(&table, &plan.round.organiser);
        add(&mut zip, &format!("responses-{code}.ddi.xml"), book.as_bytes()).map_err(io)?;
        let request = serde_json::to_vec_pretty(&request(code, &table.columns)).unwrap_or_default();
        add(&mut zip, &format!("request-{code}.json"), &request).map_err(io)?;
    }
    zip.finish().map_err(|e| io(e.into()))?.flush().map_err(io)?;
    Ok(all)
}

/// A file that is gone when nobody needs it any more.
struct Beside(PathBuf);

impl Drop for Beside {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::error!(%error, path = %self.0.display(), "a part of an export cannot be deleted");
        }
    }
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .large_file(true)
}

fn add(zip: &mut ZipWriter<impl Write + Seek>, name: &str, content: &[u8]) -> std::io::Result<()> {
    zip.start_file(name, options())?;
    zip.write_all(content)
}

/// The rows that have a weight, as CSV.
async fn weighted(base: &Base, table: &Table, path: &Path) -> Result<u64, ExportError> {
    let io = |source| ExportError::Io {
        path: path.display().to_string(),
        source,
    };
    let place = |name: &str| table.columns.iter().position(|column| column.name == name);
    let (weight, fraction) = (place("weight"), place("fraction"));
    let file = BufWriter::new(File::create(path).map_err(io)?);
    let mut sink: Box<dyn Sink + '_> = super::begin(Format::Csv, table, &[], file).map_err(io)?;
    let mut written = 0;
    let all = tallies::total(&base.db, &table.round).await?;
    let mut rows = Rows::new(base, table, all);
    while let Some(page) = rows.next().await? {
        for mut row in page {
            let counts = weight
                .and_then(|at| row.get(at))
                .is_some_and(|cell| *cell != Cell::Empty);
            if !counts {
                continue;
            }
            if let Some(cell) = fraction.and_then(|at| row.get_mut(at))
                && *cell == Cell::Number(0.0)
            {
                *cell = Cell::Number(NO_FRACTION);
            }
            sink.row(&row).map_err(io)?;
            written += 1;
        }
    }
    sink.finish().map_err(io)?;
    Ok(written)
}

/// A request for the distribution of every question with one answer, in the county and by township.
fn request(group: &str, columns: &[Column]) -> Value {
    let mut estimates = Vec::new();
    for column in columns.iter().filter(|column| column.kind == Kind::Factor) {
        let valid: Vec<&str> = column
            .levels
            .iter()
            .filter(|level| level.missing.is_none())
            .map(|level| level.value.as_str())
            .collect();
        if valid.is_empty() || ["group", "township"].contains(&column.name.as_str()) {
            continue;
        }
        for by in [&[][..], &["township"][..]] {
            estimates.push(json!({
                "stat": "proportion",
                "of": column.name,
                "where": { column.name.as_str(): valid },
                "by": by,
            }));
        }
    }
    json!({
        "data": format!("responses-{group}.csv"),
        "design": {
            "ids": ["psu"], "strata": ["stratum"], "weights": "weight", "fpc": ["fraction"],
            "nest": true, "lonely_psu": "adjust",
        },
        "estimates": estimates,
    })
}
