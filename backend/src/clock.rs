//! Time, identifiers and randomness, injected so that tests can set them.
//!
//! This is the only file that may read the machine's clock (see `clippy.toml`).
//! Days are days in the office's time zone, a fixed offset from UTC: China has
//! one zone and no summer time, and a bare machine may lack a zone database.
//!
//! A machine's clock is sometimes wrong by hours and then put right. What must only wait (limits on guessing) counts
//! [`Clock::ticks`], which never jump. What is written down with a time (sessions, leases, mail to be tried again) is
//! read with the rule that a time further ahead than it can have been meant, [`SKEW_MS`] allowed, was written by a clock
//! that was wrong, and counts as passed. Nobody is locked out and nothing is stuck until the wrong time comes round;
//! what a clock that is ahead ends too soon (a session, a root of the day) costs a sign-in or is a day early, and no more.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use rand::{Rng, SeedableRng, rngs::SysRng};
use rand_chacha::ChaCha20Rng;
use uuid::Uuid;

/// How far apart the clocks of several servers on one database may be, in milliseconds; the same is allowed between
/// two looks at one clock.
pub const SKEW_MS: i64 = 5 * 60_000;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;

    /// Date and time in the office's time zone.
    fn local(&self) -> DateTime;

    /// Time since some moment of this process; it only grows, whatever is done to the machine's clock.
    fn ticks(&self) -> Duration;

    /// Today in the office's time zone.
    fn today(&self) -> Date {
        self.local().date()
    }

    /// Minutes by which the office's time zone is ahead of Greenwich's.
    fn offset_minutes(&self) -> i32 {
        let here = self.local();
        let there = local_at(self.now(), Offset::UTC);
        let ahead = here
            .since((jiff::Unit::Second, there))
            .map_or(0, |span| span.get_seconds());
        // The two looks at the clock may lie on both sides of a minute.
        i32::try_from((ahead + 30).div_euclid(60)).unwrap_or_default()
    }

    /// Whole seconds until the day ends in the office's time zone, at least one.
    fn seconds_left_today(&self) -> u64 {
        let time = self.local().time();
        let passed =
            i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second());
        (86_400 - passed).max(1).unsigned_abs()
    }

    /// When today began, in Unix milliseconds.
    fn today_began_ms(&self) -> i64 {
        let left = i64::try_from(self.seconds_left_today()).unwrap_or(86_400);
        self.now_ms() - (86_400 - left) * 1_000 - i64::from(self.local().time().millisecond())
    }

    /// The present moment as Unix milliseconds, as the tables keep it.
    fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }
}

/// Shared handle to a clock.
pub type SharedClock = Arc<dyn Clock>;

fn local_at(moment: Timestamp, offset: Offset) -> DateTime {
    TimeZone::fixed(offset).to_datetime(moment)
}

/// The machine's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    offset: Offset,
}

impl SystemClock {
    /// A clock whose days begin at midnight of `offset`.
    pub fn new(offset: Offset) -> Self {
        Self { offset }
    }
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the wall clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn ticks(&self) -> Duration {
        static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
        BEGAN.elapsed()
    }

    fn local(&self) -> DateTime {
        local_at(self.now(), self.offset)
    }
}

/// A clock that stands still until told otherwise.
#[derive(Debug)]
pub struct FixedClock {
    moment: Mutex<Timestamp>,
    ticks: Mutex<Duration>,
    offset: Offset,
}

impl FixedClock {
    /// A clock standing at `moment`, with days of UTC+8.
    pub fn at(moment: Timestamp) -> Self {
        Self {
            moment: Mutex::new(moment),
            ticks: Mutex::new(Duration::ZERO),
            offset: Offset::constant(8),
        }
    }

    /// Lets time pass.
    pub fn advance(&self, by: SignedDuration) {
        *self.ticks.lock().unwrap_or_else(PoisonError::into_inner) += by.unsigned_abs();
        self.jump(by);
    }

    /// Sets the clock forward or back, as a machine's is put right: no time passes.
    pub fn jump(&self, by: SignedDuration) {
        let mut moment = self.moment.lock().unwrap_or_else(PoisonError::into_inner);
        *moment = moment.saturating_add(by).unwrap_or(*moment);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.moment.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ticks(&self) -> Duration {
        *self.ticks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn local(&self) -> DateTime {
        local_at(self.now(), self.offset)
    }
}

/// Source of salts, identifiers and tokens.
#[derive(Clone)]
pub struct Entropy(Arc<Mutex<ChaCha20Rng>>);

impl Entropy {
    /// Seeded by the operating system.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn system() -> Result<Self, std::io::Error> {
        let rng = ChaCha20Rng::try_from_rng(&mut SysRng).map_err(std::io::Error::other)?;
        Ok(Self(Arc::new(Mutex::new(rng))))
    }

    /// Seeded by a number: for `minyi demo` and tests, where two runs must agree.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(ChaCha20Rng::seed_from_u64(seed))))
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(&mut out);
        out
    }

    /// A random identifier (UUID v4, which carries no time).
    pub fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }
}

impl std::fmt::Debug for Entropy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entropy")
    }
}

#[cfg(test)]
mod jumps;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn today_is_the_day_in_china() {
        let clock = FixedClock::at("2026-11-22T16:30:00Z".parse().unwrap());
        assert_eq!(clock.today(), jiff::civil::date(2026, 11, 23));
        assert_eq!(clock.seconds_left_today(), 23 * 3_600 + 1_800);
        assert_eq!(clock.now_ms() - clock.today_began_ms(), 1_800_000);
        clock.advance(SignedDuration::from_hours(24));
        assert_eq!(clock.today(), jiff::civil::date(2026, 11, 24));
    }

    #[test]
    fn seeded_entropy_repeats_and_makes_v4() {
        let (a, b) = (Entropy::seeded(7), Entropy::seeded(7));
        let id = a.uuid();
        assert_eq!(id, b.uuid());
        assert_eq!(id.get_version_num(), 4);
        assert_ne!(a.bytes::<16>(), a.bytes::<16>());
    }
}
