//! How far long work is: a bar on a terminal, a line now and then where there is none.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Between two lines of a log; work that takes less has none.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// The progress of one piece of work.
pub(super) struct Progress {
    bar: ProgressBar,
    begun: Instant,
    /// Milliseconds from the beginning to the last line.
    told: AtomicU64,
}

impl Progress {
    /// Nothing is done yet of `all`, which may become known later.
    pub(super) fn new(all: u64) -> Self {
        let bar = ProgressBar::new(all.max(1));
        if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len} {msg} ({elapsed}, {eta} left)")
        {
            bar.set_style(style);
        }
        Self {
            bar,
            begun: Instant::now(),
            told: AtomicU64::new(0),
        }
    }

    /// `done` of `all` are done.
    pub(super) fn set(&self, done: u64, all: u64) {
        self.bar.set_length(all);
        self.bar.set_position(done);
        self.tell();
    }

    /// One more is done: `what`.
    pub(super) fn step(&self, what: &str) {
        self.bar.set_message(what.to_owned());
        self.bar.inc(1);
        self.tell();
    }

    fn tell(&self) {
        let now = self.begun.elapsed();
        let told = Duration::from_millis(self.told.load(Ordering::Relaxed));
        if self.bar.is_hidden() && now.saturating_sub(told) >= LINE_EVERY {
            let millis = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
            self.told.store(millis, Ordering::Relaxed);
            let (done, all) = (self.bar.position(), self.bar.length().unwrap_or_default());
            eprintln!(
                "[{:>5.1} s] {done}/{all} {}",
                now.as_secs_f64(),
                self.bar.message()
            );
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(self) {
        self.bar.finish_and_clear();
    }
}
