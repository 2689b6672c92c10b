//! The replication bundle: with it an outsider recomputes every published figure to its last digit.
//!
//! It holds the public part of the plan, the published figures as CSV, and the statistics that they follow from, of
//! published figures only. `minyi replicate BUNDLE.zip` does the arithmetic of
//! [`analysis::publication::statistics`] and compares digit by digit.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use analysis::plan::PlanFiles;
use analysis::publication::figure::{Address, Printed, Scale};
use analysis::publication::statistics::{ScoreStatistics, Statistic, recompute, recompute_scores};
use analysis::publication::{Release, ScoreFigure};
use serde::{Deserialize, Serialize};
use survey_forms::text::Text;
use thiserror::Error;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::files;

/// What the bundle explains about itself.
const README: &str = include_str!("bundle_readme.md");
/// Largest file of a bundle that is read: far above a province's.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// `statistics.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statistics {
    /// The round.
    pub round: String,
    /// Hash of the plan.
    pub plan_sha256: String,
    /// Hash of the publication.
    pub publication_sha256: String,
    /// Every published estimate's statistic.
    pub figures: Vec<FigureStatistic>,
    /// What the scores follow from.
    pub scores: ScoreStatistics,
    /// Grade lines, the best first.
    pub grades: Vec<(Text, f64)>,
}

/// A published estimate's statistic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FigureStatistic {
    /// Which figure.
    #[serde(flatten)]
    pub at: Address,
    /// Percent or points.
    pub scale: Scale,
    /// What it follows from.
    #[serde(flatten)]
    pub statistic: Statistic,
}

/// Why a bundle cannot be made or read.
#[derive(Debug, Error)]
pub enum BundleError {
    /// It is no archive, or a file is missing or too large.
    #[error("{0}")]
    Archive(String),
    /// A file in it does not have the shape it should.
    #[error("{file}: {reason}")]
    File {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
}

fn archive(error: &dyn std::error::Error) -> BundleError {
    BundleError::Archive(error.to_string())
}

/// An archive of files; the same files give the same bytes.
///
/// # Errors
/// [`BundleError::Archive`].
pub fn zip(files: &PlanFiles) -> Result<Vec<u8>, BundleError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in files {
        writer
            .start_file(path.as_str(), options)
            .map_err(|e| archive(&e))?;
        writer.write_all(content).map_err(|e| archive(&e))?;
    }
    Ok(writer.finish().map_err(|e| archive(&e))?.into_inner())
}

/// The statistics of a release.
pub fn statistics(release: &Release, publication_sha256: &str) -> Statistics {
    let figures = release.figures.iter().filter_map(|figure| {
        Some(FigureStatistic {
            at: figure.at.clone(),
            scale: figure.scale,
            statistic: figure.statistic.clone()?,
        })
    });
    Statistics {
        round: release.round.clone(),
        plan_sha256: release.plan_sha256.clone(),
        publication_sha256: publication_sha256.to_owned(),
        figures: figures.collect(),
        scores: release.score_statistics.clone(),
        grades: release.grades.clone(),
    }
}

/// The bundle's files by path.
///
/// - `plan`: the public part of the plan.
///
/// # Errors
/// [`BundleError::File`] when the statistics cannot be written as JSON.
pub fn contents(
    release: &Release,
    publication_sha256: &str,
    plan: &PlanFiles,
) -> Result<PlanFiles, BundleError> {
    let statistics =
        serde_json::to_vec_pretty(&statistics(release, publication_sha256)).map_err(|error| {
            BundleError::File {
                file: "statistics.json".to_owned(),
                reason: error.to_string(),
            }
        })?;
    let mut out: PlanFiles = BTreeMap::from([
        ("README.md".to_owned(), README.as_bytes().to_vec()),
        ("statistics.json".to_owned(), statistics),
        ("figures.csv".to_owned(), files::figures(release)),
        ("scores.csv".to_owned(), files::scores(release)),
        ("rates.csv".to_owned(), files::rates(release)),
        ("codebook.csv".to_owned(), files::code_book(release)),
    ]);
    for (path, content) in plan {
        out.insert(format!("plan/{path}"), content.clone());
    }
    Ok(out)
}

/// What recomputing a bundle gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replication {
    /// Numbers compared.
    pub compared: usize,
    /// Numbers that differ: where, as published, as recomputed.
    pub differing: Vec<(String, String, String)>,
    /// Published estimates that have no statistic, or the other way round.
    pub unmatched: Vec<String>,
}

impl Replication {
    /// Whether everything published was recomputed to its last digit.
    pub fn holds(&self) -> bool {
        self.differing.is_empty() && self.unmatched.is_empty()
    }

    fn compare(&mut self, place: &str, published: &str, again: &str) {
        self.compared += 1;
        if published != again {
            self.differing
                .push((place.to_owned(), published.to_owned(), again.to_owned()));
        }
    }

    fn compare_shown(
        &mut self,
        place: &str,
        row: &BTreeMap<String, String>,
        estimate: &str,
        again: &Printed,
    ) {
        let none = String::new();
        let columns = [
            (estimate, Some(&again.estimate)),
            ("se", again.se.as_ref()),
            ("lower", again.lower.as_ref()),
            ("upper", again.upper.as_ref()),
        ];
        for (column, value) in columns {
            let published = row.get(column).map_or("", String::as_str);
            self.compare(&format!("{place} {column}"), published, value.unwrap_or(&none));
        }
    }
}

/// Recomputes every figure of a bundle and compares it with the published one.
///
/// # Errors
/// [`BundleError`], naming the file at fault.
pub fn replicate(bundle: &[u8]) -> Result<Replication, BundleError> {
    let mut zip = ZipArchive::new(Cursor::new(bundle)).map_err(|e| archive(&e))?;
    let statistics: Statistics =
        serde_json::from_slice(&read(&mut zip, "statistics.json")?).map_err(|error| BundleError::File {
            file: "statistics.json".to_owned(),
            reason: error.to_string(),
        })?;
    let mut found = Replication::default();
    replicate_figures(&statistics, &rows(&mut zip, "figures.csv")?, &mut found);
    replicate_scores(&statistics, &rows(&mut zip, "scores.csv")?, &mut found)?;
    for (line, row) in (2..).zip(rows(&mut zip, "rates.csv")?) {
        let count = |column: &str| row.get(column).and_then(|text| text.parse::<f64>().ok());
        let again = count("about_complete")
            .zip(count("about_invited"))
            .map(|(complete, invited)| Scale::Percent.print(complete / invited));
        let published = row.get("rate").map_or("", String::as_str);
        found.compare(
            &format!("rates.csv:{line} rate"),
            published,
            &again.unwrap_or_default(),
        );
    }
    Ok(found)
}

fn replicate_figures(statistics: &Statistics, rows: &[BTreeMap<String, String>], found: &mut Replication) {
    let mut known: BTreeMap<&Address, &FigureStatistic> = statistics
        .figures
        .iter()
        .map(|figure| (&figure.at, figure))
        .collect();
    for row in rows {
        let cell = |column: &str| row.get(column).cloned().unwrap_or_default();
        let filled = |column: &str| Some(cell(column)).filter(|text| !text.is_empty());
        let at = Address {
            code: cell("code"),
            unit: cell("unit"),
            group: filled("perspective"),
            area: filled("area"),
        };
        let statistic = known.remove(&at);
        match (filled("estimate"), statistic) {
            (None, None) => {}
            (Some(_), Some(figure)) => match recompute(&figure.statistic, figure.scale) {
                Some(again) => found.compare_shown(&format!("figures.csv {at}"), row, "estimate", &again),
                None => found.unmatched.push(at.to_string()),
            },
            _ => found.unmatched.push(at.to_string()),
        }
    }
    found.unmatched.extend(known.into_keys().map(ToString::to_string));
}

fn replicate_scores(
    statistics: &Statistics,
    rows: &[BTreeMap<String, String>],
    found: &mut Replication,
) -> Result<(), BundleError> {
    let again =
        recompute_scores(&statistics.scores, &statistics.grades).ok_or_else(|| BundleError::File {
            file: "statistics.json".to_owned(),
            reason: "a number of the scores cannot be read".to_owned(),
        })?;
    let mut known: BTreeMap<&str, &ScoreFigure> = again
        .iter()
        .map(|figure| (figure.unit.as_str(), figure))
        .collect();
    for row in rows {
        let cell = |column: &str| row.get(column).map_or("", String::as_str);
        let unit = cell("unit");
        let Some(figure) = known.remove(unit) else {
            if !cell("score").is_empty() {
                found.unmatched.push(unit.to_owned());
            }
            continue;
        };
        let place = format!("scores.csv {unit}");
        if let Some(shown) = &figure.shown {
            found.compare_shown(&place, row, "score", shown);
        }
        let rank = |part: fn((u32, u32, u32)) -> u32| {
            figure.rank.map(part).map_or_else(String::new, |n| n.to_string())
        };
        found.compare(&place, cell("rank"), &rank(|(rank, _, _)| rank));
        found.compare(&place, cell("best_rank"), &rank(|(_, best, _)| best));
        found.compare(&place, cell("worst_rank"), &rank(|(_, _, worst)| worst));
        found.compare(&place, cell("grade"), figure.grade.as_deref().unwrap_or_default());
        found.compare(
            &place,
            cell("borderline"),
            &u8::from(figure.borderline).to_string(),
        );
    }
    found.unmatched.extend(known.into_keys().map(str::to_owned));
    Ok(())
}

fn read<R: Read + std::io::Seek>(zip: &mut ZipArchive<R>, name: &str) -> Result<Vec<u8>, BundleError> {
    let file = zip.by_name(name).map_err(|error| BundleError::File {
        file: name.to_owned(),
        reason: error.to_string(),
    })?;
    let mut content = Vec::new();
    // What an archive says of its sizes is not to be trusted.
    let read = file.take(MOST_BYTES + 1).read_to_end(&mut content);
    match read.map_err(|e| archive(&e))? as u64 > MOST_BYTES {
        true => Err(BundleError::Archive(format!("{name}: larger than 256 MiB"))),
        false => Ok(content),
    }
}

fn rows<R: Read + std::io::Seek>(
    zip: &mut ZipArchive<R>,
    name: &str,
) -> Result<Vec<BTreeMap<String, String>>, BundleError> {
    let content = read(zip, name)?;
    let content = content.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&content);
    let mut reader = csv::Reader::from_reader(content);
    let all: Result<Vec<BTreeMap<String, String>>, csv::Error> = reader.deserialize().collect();
    all.map_err(|error| BundleError::File {
        file: name.to_owned(),
        reason: error.to_string(),
    })
}
