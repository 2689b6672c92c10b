//! The data folder and the disk below it.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::Finding;
use crate::pages::{Lang, tr};

/// Below this nothing can be relied on, in bytes.
const TOO_LITTLE: u64 = 200 << 20;
/// Below this it is time to make room.
const LITTLE: u64 = 1 << 30;
/// A commit that takes longer holds respondents up.
const SLOW: Duration = Duration::from_millis(50);

pub(super) fn examine(folder: &Path, lang: Lang) -> Vec<Finding> {
    let path = folder.display();
    if !folder.exists() {
        let what = tr!(lang, "doctor.no_folder", path = path);
        return vec![Finding::warn(what, tr!(lang, "doctor.mend_no_folder"))];
    }
    let took = match write_and_sync(folder) {
        Ok(took) => took,
        Err(error) => {
            let what = tr!(lang, "doctor.folder_fault", path = path, error = error);
            return vec![Finding::fail(what, tr!(lang, "doctor.mend_folder", path = path))];
        }
    };
    let what = tr!(
        lang,
        "doctor.folder",
        path = path,
        took = format!("{:.1}", took.as_secs_f64() * 1_000.0)
    );
    let mut found = vec![if took > SLOW {
        Finding::warn(what, tr!(lang, "doctor.mend_slow"))
    } else {
        Finding::ok(what)
    }];
    if let Some(mode) = open_to_others(folder).filter(|mode| mode & 0o007 != 0) {
        let what = tr!(
            lang,
            "doctor.folder_open",
            path = path,
            mode = format!("{mode:o}")
        );
        found.push(Finding::warn(
            what,
            tr!(lang, "doctor.mend_folder_open", path = path),
        ));
    }
    found.push(space(folder, lang));
    found
}

/// Writes a page, as a commit does, and takes it away again: how long until it is on disk, the best of three.
fn write_and_sync(folder: &Path) -> io::Result<Duration> {
    let path = folder.join(format!(".doctor-{}", std::process::id()));
    let timed = || {
        let mut file = File::create(&path)?;
        let mut best = Duration::MAX;
        for _ in 0..3 {
            file.write_all(&[0; 4096])?;
            let begun = Instant::now();
            file.sync_all()?;
            best = best.min(begun.elapsed());
        }
        Ok(best)
    };
    let took = timed();
    std::fs::remove_file(&path).ok();
    took
}

fn space(folder: &Path, lang: Lang) -> Finding {
    let Some(free) = free_bytes(folder) else {
        return Finding::warn(
            tr!(lang, "doctor.space_unknown"),
            tr!(lang, "doctor.mend_space_unknown"),
        );
    };
    let what = tr!(
        lang,
        "doctor.space",
        path = folder.display(),
        free = format!("{:.1}", free as f64 / f64::from(1 << 30))
    );
    if free < TOO_LITTLE {
        Finding::fail(what, tr!(lang, "doctor.mend_space"))
    } else if free < LITTLE {
        Finding::warn(what, tr!(lang, "doctor.mend_space"))
    } else {
        Finding::ok(what)
    }
}

/// Free space by POSIX `df`: the standard library does not tell it.
fn free_bytes(folder: &Path) -> Option<u64> {
    let output = Command::new("df").arg("-Pk").arg(folder).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let kibibytes: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kibibytes << 10)
}

/// The permissions, where others than the owner have any.
#[cfg(unix)]
pub(super) fn open_to_others(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

/// Where there are no such permissions, none are too wide.
#[cfg(not(unix))]
pub(super) fn open_to_others(_path: &Path) -> Option<u32> {
    None
}

/// Whether the URL names a SQLite file that is not there yet.
pub(super) fn is_absent_sqlite(url: &str) -> bool {
    let path = url
        .strip_prefix("sqlite://")
        .or_else(|| url.strip_prefix("sqlite:"));
    path.and_then(|path| path.split('?').next())
        .is_some_and(|path| !Path::new(path).exists())
}
