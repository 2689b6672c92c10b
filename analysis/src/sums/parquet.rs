//! The sums of a Parquet file, read slice by slice on all cores.

use std::collections::BTreeMap;
use std::fs::File;
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use polars::prelude::{ParallelStrategy, ParquetReader, SerReader};

use super::{DesignColumns, Question, Sums, SumsError};

/// Rows read at once: a few columns of so many rows stay in the second cache.
const SLICE_ROWS: usize = 1 << 18;
/// The file is summed in so many parts however many cores there are, so that rounding does not depend on the machine.
const PARTS: usize = 16;

/// Sums a Parquet file for these questions.
///
/// Memory is bounded by one slice per core and the sums themselves, whatever the length of the file.
///
/// # Errors
/// A file that cannot be read, or what [`Sums::add`] refuses.
pub fn sums(path: &Path, design: &DesignColumns, questions: &[Question]) -> Result<Sums, SumsError> {
    let empty = Sums::new(design, questions);
    let columns = empty.columns();
    let mut reader = ParquetReader::new(File::open(path)?);
    let metadata = reader.get_metadata()?.clone();
    let mut slices: Vec<(usize, usize)> = Vec::new();
    let mut start = 0;
    for group in &metadata.row_groups {
        let rows = group.num_rows();
        let pieces = rows.div_ceil(SLICE_ROWS).max(1);
        for piece in 0..pieces {
            let (from, to) = (rows * piece / pieces, rows * (piece + 1) / pieces);
            slices.push((start + from, to - from));
        }
        start += rows;
    }
    let parts = PARTS.min(slices.len());
    let part_sums = |part: usize| -> Result<Sums, SumsError> {
        let mut sums = empty.clone();
        for &(from, rows) in &slices[slices.len() * part / parts..slices.len() * (part + 1) / parts] {
            let mut reader = ParquetReader::new(File::open(path)?);
            reader.set_metadata(metadata.clone());
            let batch = reader
                .with_slice(Some((from, rows)))
                .with_columns(Some(columns.clone()))
                .read_parallel(ParallelStrategy::None)
                .finish()?;
            sums.add(&batch, from)?;
        }
        Ok(sums)
    };
    let workers = std::thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(parts);
    let next = AtomicUsize::new(0);
    let merged = Mutex::new(Merged {
        parts: 0,
        all: Ok(empty.clone()),
        waiting: BTreeMap::new(),
    });
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let part = next.fetch_add(1, Ordering::Relaxed);
                    if part >= parts {
                        break;
                    }
                    let sums = part_sums(part);
                    merged
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .take(part, sums);
                }
            });
        }
    });
    merged.into_inner().unwrap_or_else(PoisonError::into_inner).all
}

/// The parts joined so far, always in their order: sums of floats depend on it.
struct Merged {
    parts: usize,
    all: Result<Sums, SumsError>,
    waiting: BTreeMap<usize, Result<Sums, SumsError>>,
}

impl Merged {
    fn take(&mut self, part: usize, sums: Result<Sums, SumsError>) {
        self.waiting.insert(part, sums);
        while let Some(next) = self.waiting.remove(&self.parts) {
            self.parts += 1;
            match (next, &mut self.all) {
                (Ok(next), Ok(all)) => {
                    if let Err(error) = all.absorb(next) {
                        self.all = Err(error);
                    }
                }
                (Err(error), Ok(_)) => self.all = Err(error),
                // The first fault of the file is the one to tell.
                (_, Err(_)) => {}
            }
        }
    }
}
