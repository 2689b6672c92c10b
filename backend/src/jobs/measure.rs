//! What `/metrics` shows of the things that wait: looked at every few seconds, so that asking costs nothing.

use std::time::Duration;

use tokio::sync::watch;

use crate::app::AppState;
use crate::store::{StoreError, jobs, outbox};

/// How often it is looked, and what was measured is summed up; without that, samples that nobody asks for would gather
/// in memory.
const TICK: Duration = Duration::from_secs(5);

/// Looks until `stop` turns true.
pub async fn keep(state: AppState, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        state.metrics.run_upkeep();
        if let Some(bytes) = resident_bytes() {
            metrics::gauge!("minyi_resident_bytes").set(bytes);
        }
        metrics::gauge!("minyi_responses_waiting").set(count(state.submitter.waiting() as u64));
        if let Err(error) = look(&state).await {
            // That the database is away is told by the counter of its errors.
            error.count();
        }
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            changed = stop.changed() => if changed.is_err() { return },
        }
    }
}

/// Counts jobs and messages by state.
async fn look(state: &AppState) -> Result<(), StoreError> {
    let jobs = jobs::by_state(&state.db).await?;
    for name in [jobs::QUEUED, jobs::RUNNING, jobs::FAILED] {
        metrics::gauge!("minyi_jobs", "state" => name).set(count(jobs.get(name).copied().unwrap_or(0)));
    }
    let mail = outbox::by_state(&state.db).await?;
    for name in [outbox::QUEUED, outbox::SENDING, outbox::FAILED, outbox::UNKNOWN] {
        metrics::gauge!("minyi_mail", "state" => name).set(count(mail.get(name).copied().unwrap_or(0)));
    }
    Ok(())
}

fn count(number: u64) -> f64 {
    u32::try_from(number).map_or(f64::from(u32::MAX), f64::from)
}

/// Memory of this process, where the kernel tells.
fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024.0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    /// Names of figures in a text: `minyi_` and lower-case words.
    fn names(text: &str) -> BTreeSet<String> {
        let starts = text.match_indices("minyi_").map(|(at, _)| &text[at..]);
        let names = starts.map(|rest| {
            let end = rest.find(|c: char| !(c.is_ascii_lowercase() || c == '_'));
            rest[..end.unwrap_or(rest.len())]
                .trim_end_matches("_bucket")
                .to_owned()
        });
        names.collect()
    }

    fn read_sources(folder: &Path, all: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read_sources(&path, all);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                all.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }

    #[test]
    fn alerts_and_operators_are_told_of_figures_that_exist() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut sources = String::new();
        read_sources(&root.join("src"), &mut sources);
        let read = |name: &str| std::fs::read_to_string(root.join("docs").join(name)).unwrap();
        let (alerts, chapter) = (read("operations/alerts.yml"), read("operations.md"));
        let told: BTreeSet<String> = names(&alerts).into_iter().chain(names(&chapter)).collect();
        // The package's file is named like a figure.
        let figures: Vec<&String> = told.iter().filter(|name| *name != "minyi_").collect();
        assert!(figures.len() >= 14, "{figures:?}");
        for name in figures {
            assert!(sources.contains(&format!("\"{name}\"")), "{name}");
        }
        assert_eq!(
            alerts.matches("- alert:").count(),
            alerts.matches("todo:").count()
        );
    }
}
