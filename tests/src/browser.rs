//! Chromium, driven by Playwright scripts in `tests/browser`. A script gets its task as JSON and fails loudly.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::command::tests_dir;

/// Debian's Chromium.
///
/// # Panics
/// When it is not installed.
pub fn chromium() -> PathBuf {
    let path = PathBuf::from("/usr/bin/chromium");
    assert!(
        path.is_file(),
        "Debian's package `chromium` is installed by tests/run.sh"
    );
    path
}

fn node(script: &str, task: &Value) -> Output {
    Command::new("node")
        .arg(tests_dir().join("browser").join(script))
        .arg(task.to_string())
        .env("CHROMIUM", chromium())
        .stdin(Stdio::null())
        .output()
        .expect("node is installed (tests/run.sh does it)")
}

/// Runs `tests/browser/SCRIPT` with `task` and returns what it reports as JSON on its last line.
///
/// # Panics
/// When the script fails; the message holds all that it said.
pub fn run(script: &str, task: &Value) -> Value {
    let stdout = said(script, task);
    let last = stdout.lines().last().unwrap_or_default();
    serde_json::from_str(last).unwrap_or_else(|_| panic!("{script} did not end with a report:\n{stdout}"))
}

/// Runs `tests/browser/SCRIPT` with `task` and returns all that it said on its standard output.
///
/// # Panics
/// When the script fails.
pub fn said(script: &str, task: &Value) -> String {
    let output = node(script, task);
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{script} failed for {task}:\n{stdout}\n{stderr}"
    );
    stdout
}

/// Runs `tests/browser/SCRIPT` with a `task` that it has to find fault with, and returns what it said.
///
/// # Panics
/// When the script finds nothing.
pub fn faults(script: &str, task: &Value) -> String {
    let output = node(script, task);
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        !output.status.success(),
        "{script} found no fault in {task}:\n{stdout}"
    );
    stdout
}
