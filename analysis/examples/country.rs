//! A country of disabled people's answers, made up and summed on one machine.
//!
//! `cargo run --release -p analysis --example country -- [RESPONSES [DIR [SUMS]]]` (38,000,000 by default, in a folder that
//! is deleted afterwards unless DIR is given; a DIR that holds them already is only read)
//!
//! SUMS is what `minyi-ballista sum` told of the same files: every county's, province's and the country's figures of the two
//! engines are compared, and a difference of more than 1e-9 is an error (`tests/ballista.sh`).
//!
//! Up to 2,800 counties in 31 provinces, 20 townships each as strata, villages as sampled units, one of them taken for
//! certain; twelve figures with don't-knows and people whom a figure does not concern. Files are those of
//! `minyi archive --data measures`. Counties are summed on all cores, joined into provinces and these into the country;
//! time, throughput and the most memory that the process ever held are printed. The seed is fixed.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use analysis::federation::cluster::CountySums;
use analysis::federation::partitions::{DESIGN, Partition, columns};
use analysis::federation::{Cell, CellName, Moments};
use analysis::plan::Measure;
use polars::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const FIGURES: usize = 12;
const ROUND: &str = "measures/round=2026";
/// Card holders of a county on average; fewer responses make fewer counties.
const COUNTY: usize = 13_572;
const TOWNSHIPS: u32 = 20;
/// Rows of one file, as in an archive.
const PART: usize = 50_000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let responses: usize = arguments
        .first()
        .map_or(Ok(38_000_000), |text| text.replace('_', "").parse())?;
    let own = tempfile::tempdir()?;
    let dir = arguments
        .get(1)
        .map_or_else(|| own.path().to_owned(), PathBuf::from);
    let counties = responses.div_ceil(COUNTY).max(1);
    let begun = Instant::now();
    let made = on_all_cores(counties, |county| {
        let rows = responses * (county + 1) / counties - responses * county / counties;
        write_county(&dir, county, rows).map_err(|error| error.to_string())
    })?;
    eprintln!(
        "written: {} MB in {:.1} s",
        made.iter().sum::<u64>() >> 20,
        begun.elapsed().as_secs_f64()
    );
    let begun = Instant::now();
    let summed = on_all_cores(counties, |county| {
        let mut partition = Partition::new("persons");
        for part in parts(&dir, county) {
            let bytes = std::fs::read(&part).map_err(|error| error.to_string())?;
            partition.add(&bytes).map_err(|error| error.to_string())?;
        }
        Ok((partition.rows(), partition.cells()))
    })?;
    let mut provinces: BTreeMap<usize, Vec<&[Cell]>> = BTreeMap::new();
    for (county, (_, cells)) in summed.iter().enumerate() {
        provinces.entry(county % 31).or_default().push(cells);
    }
    let provinces: Vec<Vec<Moments>> = provinces.into_values().map(|counties| join(&counties)).collect();
    let country = whole(&provinces);
    let rows: usize = summed.iter().map(|(rows, _)| rows).sum();
    let took = begun.elapsed().as_secs_f64();
    for (figure, whole) in country.iter().enumerate() {
        eprintln!(
            "{}: {:.9} ± {:.9}, n = {}, df = {}",
            code(figure),
            whole.ratio().unwrap_or(f64::NAN),
            whole.variance().sqrt(),
            whole.n,
            whole.df
        );
    }
    eprintln!(
        "summed: {rows} rows of {counties} counties in {} provinces, {FIGURES} figures with standard errors of each, in {took:.2} s ({:.1} million rows a second); at most {} MB in memory",
        provinces.len(),
        rows as f64 / took / 1e6,
        peak_mb()
    );
    if let Some(path) = arguments.get(2) {
        let cells: Vec<&[Cell]> = summed.iter().map(|(_, cells)| cells.as_slice()).collect();
        compare(Path::new(path), &cells, &provinces, &country)?;
    }
    Ok(())
}

fn whole(provinces: &[Vec<Moments>]) -> Vec<Moments> {
    let of = |figure: usize| Moments::join(provinces.iter().map(|province| &province[figure]));
    (0..FIGURES).map(of).collect()
}

/// Compares what a cluster summed with what was summed here.
fn compare(
    path: &Path,
    counties: &[&[Cell]],
    provinces: &[Vec<Moments>],
    country: &[Moments],
) -> Result<(), Box<dyn Error>> {
    let mut theirs: BTreeMap<String, Vec<Cell>> = BTreeMap::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let sums: CountySums = serde_json::from_str(line)?;
        theirs.insert(sums.county.clone(), sums.cells());
    }
    let theirs: Vec<&[Cell]> = (0..counties.len())
        .map(|county| theirs.get(&code_of(county)).map_or(&[][..], Vec::as_slice))
        .collect();
    let mut of_provinces: BTreeMap<usize, Vec<&[Cell]>> = BTreeMap::new();
    for (county, cells) in theirs.iter().enumerate() {
        of_provinces.entry(county % 31).or_default().push(cells);
    }
    let of_provinces: Vec<Vec<Moments>> = of_provinces
        .into_values()
        .map(|counties| join(&counties))
        .collect();
    let of_country = whole(&of_provinces);
    let mut pairs: Vec<(Moments, Moments)> = Vec::new();
    for (here, there) in counties.iter().zip(&theirs) {
        pairs.extend(join(&[*here]).into_iter().zip(join(&[*there])));
    }
    let levels = provinces.iter().zip(&of_provinces);
    pairs.extend(levels.flat_map(|(here, there)| here.iter().copied().zip(there.iter().copied())));
    pairs.extend(country.iter().copied().zip(of_country));
    let largest = pairs.iter().map(|(here, there)| difference(here, there));
    let largest = largest.fold(0.0, f64::max);
    eprintln!(
        "{} figures by the other engine: the largest relative difference of estimate, standard error, n or df is {largest:.1e}",
        pairs.len()
    );
    match largest <= 1e-9 {
        true => Ok(()),
        false => Err("the engines differ".into()),
    }
}

fn difference(here: &Moments, there: &Moments) -> f64 {
    let of = |moments: &Moments| {
        let ratio = moments.ratio().unwrap_or(f64::NAN);
        [
            ratio,
            moments.variance().sqrt(),
            moments.xx.sqrt(),
            moments.n as f64,
            moments.df,
        ]
    };
    let pairs = of(here).into_iter().zip(of(there));
    pairs
        // Not a number on one side is a difference like any other.
        .map(|(a, b)| {
            if a == b {
                0.0
            } else {
                (a - b).abs() / a.abs().max(1e-12)
            }
        })
        .fold(0.0, |most, next| {
            if next.is_nan() {
                f64::INFINITY
            } else {
                most.max(next)
            }
        })
}

fn join(counties: &[&[Cell]]) -> Vec<Moments> {
    (0..FIGURES)
        .map(|figure| {
            let name = name(figure);
            let of = |cells: &&[Cell]| {
                cells
                    .iter()
                    .find(|cell| cell.name == name)
                    .map(|cell| cell.moments)
            };
            let moments: Vec<Moments> = counties.iter().filter_map(of).collect();
            Moments::join(&moments)
        })
        .collect()
}

/// Does something for each number below `count` on all cores; what it makes comes in order.
fn on_all_cores<T: Send>(
    count: usize,
    work: impl Fn(usize) -> Result<T, String> + Sync,
) -> Result<Vec<T>, String> {
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<usize, Result<T, String>>> = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, std::num::NonZero::get) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        break;
                    }
                    let made = work(number);
                    done.lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner)
                        .insert(number, made);
                }
            });
        }
    });
    let done = done
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    done.into_values().collect()
}

fn code(figure: usize) -> String {
    format!("{}.{}", 1 + figure / 4, figure % 4)
}

fn name(figure: usize) -> CellName {
    CellName {
        code: code(figure),
        group: "persons".to_owned(),
        area: None,
    }
}

fn measure(figure: usize) -> Measure {
    [Measure::Participation, Measure::Coverage, Measure::Satisfaction][figure / 4]
}

fn code_of(county: usize) -> String {
    format!("{}{:04}", 11 + county % 31, county / 31)
}

fn folder(dir: &Path, county: usize) -> PathBuf {
    dir.join(ROUND)
        .join(format!("county={}", code_of(county)))
        .join("perspective=persons")
}

fn parts(dir: &Path, county: usize) -> Vec<PathBuf> {
    let folder = folder(dir, county);
    let parts = (0..).map(|part| folder.join(format!("part-{part:05}.parquet")));
    parts.take_while(|part| part.is_file()).collect()
}

/// Writes a county's files, unless they are there; returns their bytes.
fn write_county(dir: &Path, county: usize, rows: usize) -> Result<u64, Box<dyn Error>> {
    if parts(dir, county).is_empty() {
        let folder = folder(dir, county);
        std::fs::create_dir_all(&folder)?;
        let mut rng = ChaCha8Rng::seed_from_u64(20_261_126 + county as u64);
        let mood = rng.random::<f32>() - 0.5;
        for (part, from) in (0..rows).step_by(PART).enumerate() {
            let mut batch = batch(&mut rng, PART.min(rows - from), mood)?;
            let file = File::create(folder.join(format!("part-{part:05}.parquet")))?;
            ParquetWriter::new(BufWriter::new(file)).finish(&mut batch)?;
        }
    }
    let bytes = parts(dir, county)
        .into_iter()
        .map(|part| std::fs::metadata(part).map(|file| file.len()));
    Ok(bytes.sum::<Result<u64, _>>()?)
}

fn batch(rng: &mut ChaCha8Rng, rows: usize, mood: f32) -> PolarsResult<DataFrame> {
    // Of thirty villages to a township the first was taken for certain: its persons are the sampled units.
    let village: Vec<u32> = (0..rows).map(|_| rng.random_range(0..TOWNSHIPS * 30)).collect();
    let certain = |village: u32| village.is_multiple_of(30);
    let stratum: Vec<u32> = village
        .iter()
        .map(|&v| if certain(v) { TOWNSHIPS + v / 30 } else { v / 30 })
        .collect();
    let psu: Vec<u32> = (0u32..)
        .zip(&village)
        .map(|(row, &v)| if certain(v) { 1_000 + row } else { v })
        .collect();
    let fraction: Vec<f64> = village
        .iter()
        .map(|&v| if certain(v) { 0.4 } else { 0.0 })
        .collect();
    let weight: Vec<f64> = (0..rows).map(|_| 1.0 + 3.0 * rng.random::<f64>()).collect();
    let [a, b, c, d] = DESIGN;
    let mut table = vec![
        Column::new(a.into(), stratum),
        Column::new(b.into(), psu),
        Column::new(c.into(), fraction),
        Column::new(d.into(), weight),
    ];
    for figure in 0..FIGURES {
        let (mut y, mut x) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        for &village in &village {
            let luck: f32 = rng.random();
            let here = luck + 0.2 * mood + 0.004 * (village % 30) as f32;
            let pair = match measure(figure) {
                _ if luck < 0.05 => None,
                Measure::Participation => Some((f32::from(u8::from(here > 0.55)), 1.0)),
                // Services needed and received, none to three.
                Measure::Coverage => {
                    let needed = (luck * 40.0).floor() % 4.0;
                    (needed > 0.0).then(|| ((needed * here.clamp(0.0, 1.0)).round(), needed))
                }
                _ => Some((25.0 * (here * 4.0).floor().clamp(0.0, 4.0), 1.0)),
            };
            y.push(pair.map(|pair| pair.0));
            x.push(pair.map(|pair| pair.1));
        }
        let [of, per] = columns(&name(figure), measure(figure));
        table.push(Column::new(of.as_str().into(), y));
        table.push(Column::new(per.as_str().into(), x));
    }
    DataFrame::new(rows, table)
}

/// Most memory that this process has held, in MB.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap_or_default();
    let kb: String = line.chars().filter(char::is_ascii_digit).collect();
    kb.parse().unwrap_or(0) / 1_024
}
