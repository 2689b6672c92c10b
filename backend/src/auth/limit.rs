//! Limits on guessing codes and passwords.
//!
//! Only failures count, and never against an account or a code alone: whoever
//! guesses at another person's name slows down his own address, so that nobody
//! can be locked out by others. The bursts are generous, because a whole village
//! may share one address, and a right code passes while wrong ones from its
//! address wait. Only past six hundred wrong codes, which a program sends, the
//! whole address waits, a second for each further one; with 60 random bits in
//! a code, sixty guesses a minute would find one of 90,000 codes after some
//! four hundred thousand years.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Clock as _;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{NotUntil, Quota, RateLimiter, clock};
use uuid::Uuid;

use crate::clock::SharedClock;

pub mod shared;

/// How many failures a key may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Allowance {
    /// What is counted.
    name: &'static str,
    /// At once.
    burst: u32,
    /// After so long one more.
    refill: Duration,
}

/// Sign-ins of a name from an address. With the burst, fewer than a hundred an hour (OWASP ASVS 4.0.3, 2.2.1).
const LOGINS: Allowance = Allowance {
    name: "logins",
    burst: 6,
    refill: Duration::from_secs(80),
};
/// Sign-ins from an address.
const LOGIN_ADDRESSES: Allowance = Allowance {
    name: "login addresses",
    burst: 60,
    refill: Duration::from_secs(10),
};
/// Second secrets from an address.
const SECRETS: Allowance = Allowance {
    name: "secrets",
    burst: 20,
    refill: Duration::from_secs(30),
};
/// Codes of an account's app.
const APP_CODES: Allowance = Allowance {
    name: "app codes",
    burst: 30,
    refill: Duration::from_secs(300),
};

impl Allowance {
    fn refill_ms(self) -> i64 {
        i64::try_from(self.refill.as_millis()).unwrap_or(i64::MAX)
    }

    fn burst_ms(self) -> i64 {
        self.refill_ms() * i64::from(self.burst)
    }

    fn guard<K: Hash + Eq + Clone>(self, clock: &SharedClock) -> Guard<K> {
        Guard::new(clock, count(self.burst), self.refill)
    }
}

/// The injected clock as governor wants it: its ticks, so that a clock that is put right locks nobody out for hours.
#[derive(Clone)]
struct Ticks(SharedClock);

impl clock::Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(self.0.ticks())
    }
}

/// Counts failures by key and says when a key has to wait.
struct Guard<K: Hash + Eq + Clone> {
    failures: RateLimiter<K, DashMapStateStore<K>, Ticks, governor::middleware::NoOpMiddleware<Nanos>>,
    clock: Ticks,
    /// Until when a key waits. governor cannot be asked without counting, hence this.
    waiting: Mutex<HashMap<K, Nanos>>,
}

impl<K: Hash + Eq + Clone> Guard<K> {
    fn new(clock: &SharedClock, burst: NonZeroU32, refill: Duration) -> Self {
        let clock = Ticks(clock.clone());
        let quota = Quota::with_period(refill)
            .unwrap_or(Quota::per_minute(burst))
            .allow_burst(burst);
        Self {
            failures: RateLimiter::dashmap_with_clock(quota, clock.clone()),
            clock,
            waiting: Mutex::new(HashMap::new()),
        }
    }

    fn wait(&self, key: &K) -> Option<Duration> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let until = *waiting.get(key)?;
        let now = self.clock.now();
        if until <= now {
            waiting.remove(key);
            return None;
        }
        Some(until.saturating_sub(now).into())
    }

    fn fail(&self, key: &K) {
        let denied = self
            .failures
            .check_key(key)
            .map_err(|denied: NotUntil<Nanos>| denied.earliest_possible());
        if let Err(until) = denied {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let now = self.clock.now();
            waiting.retain(|_, end| *end > now);
            waiting.insert(key.clone(), until);
            drop(waiting);
            self.failures.retain_recent();
        }
    }
}

/// All limits of a server.
pub struct Limits {
    codes: Guard<IpAddr>,
    floods: Guard<IpAddr>,
    logins: Guard<(String, IpAddr)>,
    login_addresses: Guard<IpAddr>,
    secrets: Guard<IpAddr>,
    app_codes: Guard<Uuid>,
}

const fn count(n: u32) -> NonZeroU32 {
    match NonZeroU32::new(n) {
        Some(n) => n,
        None => NonZeroU32::MIN,
    }
}

/// The part of an address that one household or village has: an IPv6 customer owns a whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}

impl Limits {
    /// Limits with nothing counted yet.
    pub fn new(clock: &SharedClock) -> Self {
        Self {
            codes: Guard::new(clock, count(60), Duration::from_secs(10)),
            floods: Guard::new(clock, count(600), Duration::from_secs(1)),
            logins: LOGINS.guard(clock),
            login_addresses: LOGIN_ADDRESSES.guard(clock),
            secrets: SECRETS.guard(clock),
            app_codes: APP_CODES.guard(clock),
        }
    }

    /// How long `address` must wait until it hears of a wrong code again that it is wrong. A right one does not wait:
    /// neighbours share an address.
    pub fn code_wait(&self, address: IpAddr) -> Option<Duration> {
        self.codes.wait(&network(address))
    }

    /// Counts a code from `address` that does not exist.
    pub fn code_failed(&self, address: IpAddr) {
        self.codes.fail(&network(address));
    }

    /// Counts a wrong code from `address`, also while the address waits: a program goes on.
    pub fn code_guessed(&self, address: IpAddr) {
        self.floods.fail(&network(address));
    }

    /// How long `address` must wait before anything from it is looked at: so many wrong codes are no village's slips of
    /// the pen any more but a program's, and an answer, whatever it says, would tell a right guess from a wrong one.
    pub fn flood_wait(&self, address: IpAddr) -> Option<Duration> {
        self.floods.wait(&network(address))
    }

    /// How long `address` must wait before a second secret is looked at again.
    fn secret_wait(&self, address: IpAddr) -> Option<Duration> {
        self.secrets.wait(&network(address))
    }

    /// Counts a wrong second secret from `address`.
    fn secret_failed(&self, address: IpAddr) {
        self.secrets.fail(&network(address));
    }

    /// How long `address` must wait before it may try `login` again.
    fn login_wait(&self, login: &str, address: IpAddr) -> Option<Duration> {
        let address = network(address);
        self.login_addresses
            .wait(&address)
            .max(self.logins.wait(&(login.to_lowercase(), address)))
    }

    /// Counts a failed sign-in.
    fn login_failed(&self, login: &str, address: IpAddr) {
        let address = network(address);
        self.login_addresses.fail(&address);
        self.logins.fail(&(login.to_lowercase(), address));
    }

    /// How long no code of an app is looked at for an account. Six digits are few: whoever has the password and guesses
    /// from many addresses would find them, so here the account itself waits. Its owner is not locked out by that: a
    /// recovery code has 60 random bits and never waits for this.
    fn app_code_wait(&self, staff: Uuid) -> Option<Duration> {
        self.app_codes.wait(&staff)
    }

    /// Counts a wrong code of an app, given after the right password.
    fn app_code_failed(&self, staff: Uuid) {
        self.app_codes.fail(&staff);
    }
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Limits")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::SignedDuration;

    use super::*;
    use crate::clock::FixedClock;

    fn limits() -> (Arc<FixedClock>, Limits) {
        let clock = Arc::new(FixedClock::at("2026-11-23T08:00:00Z".parse().unwrap()));
        let shared: SharedClock = clock.clone();
        (clock, Limits::new(&shared))
    }

    const VILLAGE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 1, 2, 3));
    const OTHER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 1, 2, 4));

    #[test]
    fn sixty_wrong_codes_pass_then_the_address_waits_and_recovers() {
        let (clock, limits) = limits();
        for _ in 0..60 {
            limits.code_failed(VILLAGE);
            assert_eq!(limits.code_wait(VILLAGE), None);
        }
        limits.code_failed(VILLAGE);
        assert!(
            limits
                .code_wait(VILLAGE)
                .is_some_and(|wait| wait <= Duration::from_secs(10))
        );
        assert_eq!(limits.code_wait(OTHER), None);
        clock.advance(SignedDuration::from_secs(11));
        assert_eq!(limits.code_wait(VILLAGE), None);
    }

    #[test]
    fn a_villages_slips_of_the_pen_never_close_its_address_and_a_program_does_for_a_second() {
        let (clock, limits) = limits();
        // Six hundred people who each mistype their code within a minute.
        for _ in 0..600 {
            limits.code_guessed(VILLAGE);
            clock.advance(SignedDuration::from_millis(100));
        }
        assert_eq!(limits.flood_wait(VILLAGE), None);
        for _ in 0..2_000 {
            limits.code_guessed(VILLAGE);
        }
        let wait = limits.flood_wait(VILLAGE).unwrap();
        assert!(wait <= Duration::from_secs(1), "{wait:?}");
        assert_eq!(limits.flood_wait(OTHER), None);
        clock.advance(SignedDuration::from_secs(1));
        assert_eq!(limits.flood_wait(VILLAGE), None);
    }

    #[test]
    fn fewer_than_a_hundred_failures_an_hour_for_a_name_from_one_address() {
        let (clock, limits) = limits();
        let mut failures = 0;
        for _ in 0..3_600 {
            if limits.login_wait("office", VILLAGE).is_none() {
                limits.login_failed("office", VILLAGE);
                failures += 1;
            }
            clock.advance(SignedDuration::from_secs(1));
        }
        assert!((50..100).contains(&failures), "{failures}");
    }

    #[test]
    fn app_codes_of_an_account_wait_from_every_address_and_of_no_other() {
        let (clock, limits) = limits();
        let (wang, li) = (Uuid::from_u128(1), Uuid::from_u128(2));
        for _ in 0..31 {
            assert_eq!(limits.app_code_wait(wang), None);
            limits.app_code_failed(wang);
        }
        assert!(limits.app_code_wait(wang).is_some());
        assert_eq!(limits.app_code_wait(li), None);
        clock.advance(SignedDuration::from_secs(301));
        assert_eq!(limits.app_code_wait(wang), None);
    }

    #[test]
    fn guessing_at_a_name_from_one_address_leaves_the_name_free_elsewhere() {
        let (_clock, limits) = limits();
        for _ in 0..8 {
            limits.login_failed("Office", VILLAGE);
        }
        assert!(limits.login_wait("office", VILLAGE).is_some());
        assert_eq!(limits.login_wait("office", OTHER), None);
        assert_eq!(limits.login_wait("viewer", VILLAGE), None);
    }

    #[test]
    fn neighbours_in_one_ipv6_network_count_together() {
        assert_eq!(
            network("2001:db8:1:2:3::1".parse().unwrap()),
            network("2001:db8:1:2:ffff::9".parse().unwrap())
        );
        assert_ne!(
            network("2001:db8:1:2::1".parse().unwrap()),
            network("2001:db8:1:3::1".parse().unwrap())
        );
        assert_eq!(network("::ffff:10.1.2.3".parse().unwrap()), VILLAGE);
    }
}
