//! Sums of archived measures by an Apache DataFusion Ballista cluster.
//!
//! The cluster's client is a program of its own, `minyi-ballista` (`analysis/ballista`), because datafusion is large and few
//! need it. It gets the counties whose manifest holds and tells sums of each; what makes figures of sums is the same as on
//! one machine.
//!
//! Executors read the objects, not this process: of each object its length is compared with the manifest, and of each
//! perspective the number of rows, but not the SHA-256. `minyi federate country` without an engine checks these.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use analysis::federation::cluster::CountySums;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use tokio::sync::mpsc;

use super::country::{self, Keys, Summed};
use super::manifest::{Manifest, perspective};
use super::place::Place;
use super::{ArchiveError, DataSet};

/// Manifests read at once.
const AT_ONCE: usize = 16;
/// Sums that wait to be taken.
const WAITING: usize = 64;
/// What is kept of what the program complains of.
const COMPLAINT_BYTES: usize = 4_096;

/// What sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Engine {
    /// This process, on all cores.
    Here,
    /// The cluster of the scheduler at this host and port.
    Ballista(String),
}

impl Engine {
    /// Reads `polars` or `ballista://HOST:PORT`.
    ///
    /// # Errors
    /// [`ArchiveError::Engine`].
    pub fn read(text: &str) -> Result<Self, ArchiveError> {
        if text == "polars" {
            return Ok(Self::Here);
        }
        let address = text
            .strip_prefix("ballista://")
            .map(|rest| rest.trim_end_matches('/'));
        let parts = address.and_then(|address| address.rsplit_once(':'));
        match (address, parts) {
            (Some(address), Some((host, port)))
                if !host.is_empty() && !host.contains(['/', '@']) && port.parse::<u16>().is_ok() =>
            {
                Ok(Self::Ballista(address.to_owned()))
            }
            _ => Err(ArchiveError::Engine(text.to_owned())),
        }
    }
}

/// What is asked of the cluster.
#[derive(Serialize)]
struct Job<'a> {
    from: &'a str,
    round: &'a str,
    counties: Vec<&'a str>,
    unfinished: Vec<&'a str>,
    perspectives: Vec<&'a str>,
}

/// Sums counties on a cluster, in the order of their codes.
///
/// - `progress`: told how many of how many counties are done.
///
/// # Errors
/// [`ArchiveError`].
pub(super) async fn summed(
    place: &Place,
    round: &str,
    codes: &[&str],
    keys: Keys<'_>,
    scheduler: &str,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Vec<Summed>, ArchiveError> {
    let read = stream::iter(codes.iter().map(|code| announced(place, round, code, keys))).buffered(AT_ONCE);
    let manifests: Vec<Option<Manifest>> = read.try_collect().await?;
    let mut expected: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for (&code, manifest) in codes.iter().zip(&manifests) {
        for object in manifest.iter().flat_map(|manifest| &manifest.objects) {
            let group = perspective(&DataSet::Measures.folder(round, code), object)?;
            *expected.entry((code, group)).or_default() += object.rows;
        }
    }
    let mut counties: Vec<&str> = expected.keys().map(|(county, _)| *county).collect();
    counties.dedup();
    let unfinished = codes
        .iter()
        .zip(&manifests)
        .filter(|(_, manifest)| manifest.is_none());
    let mut perspectives: Vec<&str> = expected.keys().map(|(_, perspective)| *perspective).collect();
    perspectives.sort_unstable();
    perspectives.dedup();
    let job = Job {
        from: place.told(),
        round,
        counties,
        unfinished: unfinished.map(|(code, _)| *code).collect(),
        perspectives,
    };
    let found = match expected.is_empty() {
        true => BTreeMap::new(),
        false => ask(scheduler, &job, &expected, progress).await?,
    };
    all_read(round, &expected, &found)?;
    let done = codes.iter().zip(manifests).map(|(code, manifest)| {
        let Some(manifest) = manifest else {
            return Err((*code).to_owned());
        };
        let from = ((*code).to_owned(), String::new());
        let of_county = found.range(from..).take_while(|((county, _), _)| county == code);
        let cells = of_county.flat_map(|(_, sums)| sums.cells()).collect();
        Ok(country::with_cells(manifest, cells))
    });
    Ok(done.collect())
}

/// Whether the cluster read each row that the manifests announce, and found none at fault.
fn all_read(
    round: &str,
    expected: &BTreeMap<(&str, &str), u64>,
    found: &BTreeMap<(String, String), CountySums>,
) -> Result<(), ArchiveError> {
    for ((county, perspective), rows) in expected {
        let sums = found.get(&((*county).to_owned(), (*perspective).to_owned()));
        let read = sums.map_or(0, |sums| sums.rows);
        let faulty = sums.map_or(0, |sums| sums.faulty);
        let reason = match (read == *rows, faulty) {
            (true, 0) => continue,
            (false, _) => format!("the cluster read {read} rows, not {rows}"),
            (true, _) => format!("{faulty} rows have no sound stratum, unit, fraction or weight"),
        };
        let folder = DataSet::Measures.folder(round, county);
        return Err(ArchiveError::Altered {
            path: format!("{folder}/perspective={perspective}"),
            reason,
        });
    }
    Ok(())
}

/// A county's manifest, with the lengths of its objects compared; none where it is still being written.
async fn announced(
    place: &Place,
    round: &str,
    code: &str,
    keys: Keys<'_>,
) -> Result<Option<Manifest>, ArchiveError> {
    let folder = DataSet::Measures.folder(round, code);
    let Some(manifest) = country::manifest(place, &folder, keys).await? else {
        return Ok(None);
    };
    for object in &manifest.objects {
        let path = format!("{folder}/{}", object.name);
        let reason = match place.length(&path).await? {
            None => "it is not there".to_owned(),
            Some(bytes) if bytes != object.bytes => format!("{bytes} bytes, not {}", object.bytes),
            Some(_) => continue,
        };
        return Err(ArchiveError::Altered { path, reason });
    }
    Ok(Some(manifest))
}

/// Asks the cluster through the program, and takes its answers as they come.
async fn ask(
    scheduler: &str,
    job: &Job<'_>,
    expected: &BTreeMap<(&str, &str), u64>,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<BTreeMap<(String, String), CountySums>, ArchiveError> {
    let failed = |reason: String| ArchiveError::Cluster {
        scheduler: scheduler.to_owned(),
        reason,
    };
    let text = serde_json::to_vec(job).map_err(|error| failed(error.to_string()))?;
    let program = program();
    let mut command = Command::new(&program);
    command.args(["sum", "--scheduler", scheduler]);
    let started = start(command).map_err(|error| ArchiveError::Program {
        program: program.display().to_string(),
        error: error.to_string(),
    })?;
    let (send, mut lines) = mpsc::channel(WAITING);
    let told = tokio::task::spawn_blocking(move || told(started, &text, &send));
    let mut found = BTreeMap::new();
    while let Some(sums) = lines.recv().await {
        let sums: CountySums = sums;
        let key = (sums.county.clone(), sums.perspective.clone());
        if !expected.contains_key(&(key.0.as_str(), key.1.as_str())) {
            return Err(failed(format!(
                "it told of {}/{}, which nobody asked for",
                key.0, key.1
            )));
        }
        found.insert(key, sums);
        progress(found.len() as u64, expected.len() as u64);
    }
    let told = told.await.map_err(|error| failed(error.to_string()))?;
    told.map(|()| found).map_err(failed)
}

/// The program that talks with the cluster: what `MINYI_BALLISTA` names, or beside this one, or on the path.
fn program() -> PathBuf {
    let name = "minyi-ballista";
    let beside = || {
        let path = std::env::current_exe().ok()?.with_file_name(name);
        path.is_file().then_some(path)
    };
    let named = std::env::var_os("MINYI_BALLISTA").filter(|named| !named.is_empty());
    named
        .map(PathBuf::from)
        .or_else(beside)
        .unwrap_or_else(|| PathBuf::from(name))
}

fn start(mut command: Command) -> std::io::Result<Child> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}

/// Gives the program its job and hands on what it says, a line for each county and perspective.
///
/// # Errors
/// What it complained of; it is ended when nobody takes what it says any more.
fn told(mut child: Child, job: &[u8], lines: &mpsc::Sender<CountySums>) -> Result<(), String> {
    let complaints = child.stderr.take().map(|mut stderr| {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            // Read to the end all the same, so that the program never waits.
            let _ = stderr.read_to_end(&mut text);
            text
        })
    });
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ended before it read this says why on standard error.
        let _ = stdin.write_all(job);
    }
    let mut fault = None;
    for line in child
        .stdout
        .take()
        .into_iter()
        .flat_map(|stdout| BufReader::new(stdout).lines())
    {
        let sums = line
            .map_err(|error| error.to_string())
            .and_then(|line| serde_json::from_str(&line).map_err(|error| error.to_string()));
        match sums {
            Ok(sums) => {
                let sent = lines.blocking_send(sums);
                fault = sent.err().map(|_| "nobody waits for it any more".to_owned());
            }
            Err(error) => fault = Some(error),
        }
        if fault.is_some() {
            // It may have ended by itself.
            let _ = child.kill();
            break;
        }
    }
    let ended = child.wait().map_err(|error| error.to_string())?;
    let complaints = complaints
        .and_then(|thread| thread.join().ok())
        .unwrap_or_default();
    match (fault, ended.success()) {
        (None, true) => Ok(()),
        (Some(fault), _) => Err(fault),
        (None, false) => {
            let from = complaints.len().saturating_sub(COMPLAINT_BYTES);
            let text = String::from_utf8_lossy(&complaints[from..]).trim().to_owned();
            Err(if text.is_empty() { ended.to_string() } else { text })
        }
    }
}

#[cfg(test)]
mod tests;
