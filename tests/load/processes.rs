//! Processor time and memory of processes, from the kernel.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// Milliseconds of one tick of `/proc/PID/stat`: Linux counts 100 a second.
const TICK_MS: f64 = 10.0;

/// Adds up the processor time of some processes and their children.
#[derive(Debug)]
pub(crate) struct Clock {
    pids: Vec<u32>,
}

/// Parent and processor ticks of a process, those of its ended children included.
fn stat(pid: u32) -> Option<(u32, f64)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name may hold blanks; what follows its bracket does not.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |nth: usize| fields.get(nth)?.parse::<f64>().ok();
    let ticks = number(11)? + number(12)? + number(13)? + number(14)?;
    Some((fields.get(1)?.parse().ok()?, ticks))
}

impl Clock {
    pub(crate) fn of(pids: &[u32]) -> Self {
        Self { pids: pids.to_vec() }
    }

    /// Milliseconds used so far.
    pub(crate) fn cpu_ms(&self) -> Result<f64> {
        let mut ticks = 0.0;
        for entry in std::fs::read_dir("/proc")? {
            let name = entry?.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            // A process may end while the folder is read.
            let Some((parent, own)) = stat(pid) else { continue };
            if self.pids.contains(&pid) || self.pids.contains(&parent) {
                ticks += own;
            }
        }
        Ok(ticks * TICK_MS)
    }
}

/// How a command ran.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) seconds: f64,
    /// Most resident memory.
    pub(crate) most_kib: u64,
}

/// Runs a command to its end.
pub(crate) fn timed(mut command: Command) -> Result<Run> {
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn()?;
    let path = format!("/proc/{}/status", child.id());
    let mut most_kib = 0;
    loop {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
        most_kib = most_kib.max(kib.unwrap_or(0));
        if let Some(status) = child.try_wait().context("the command")? {
            ensure!(status.success(), "{command:?}: {status}");
            let seconds = begun.elapsed().as_secs_f64();
            return Ok(Run { seconds, most_kib });
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
