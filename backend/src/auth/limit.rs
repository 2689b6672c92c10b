//! Limits on guessing codes and passwords.
//!
//! Only failures count, and never against an account or a code alone: whoever
//! guesses at another person's name slows down his own address, so that nobody
//! can be locked out by others. The bursts are generous, because a whole village
//! may share one address; with 60 random bits in a code, six guesses a minute
//! would find one of 90,000 codes after some four million years.

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

use crate::clock::SharedClock;

/// The injected clock as governor wants it.
#[derive(Clone)]
struct Ticks(SharedClock);

impl clock::Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(Duration::from_millis(self.0.now_ms().unsigned_abs()))
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
            logins: Guard::new(clock, count(6), Duration::from_secs(30)),
            login_addresses: Guard::new(clock, count(60), Duration::from_secs(10)),
            secrets: Guard::new(clock, count(20), Duration::from_secs(30)),
        }
    }

    /// How long `address` must wait before its codes are looked up again.
    pub fn code_wait(&self, address: IpAddr) -> Option<Duration> {
        self.codes.wait(&network(address))
    }

    /// Counts a code from `address` that does not exist.
    pub fn code_failed(&self, address: IpAddr) {
        self.codes.fail(&network(address));
    }

    /// Counts a guess of a program at `address`, also while the address waits: unlike a page, a program may go on.
    pub fn code_guessed(&self, address: IpAddr) {
        self.floods.fail(&network(address));
    }

    /// How long programs at `address` must wait before anything of theirs is looked at: so many wrong codes are no
    /// village's slips of the pen any more, and an answer, whatever it says, would tell a right guess from a wrong one.
    pub fn flood_wait(&self, address: IpAddr) -> Option<Duration> {
        self.floods.wait(&network(address))
    }

    /// How long `address` must wait before a second secret is looked at again.
    pub fn secret_wait(&self, address: IpAddr) -> Option<Duration> {
        self.secrets.wait(&network(address))
    }

    /// Counts a wrong second secret from `address`.
    pub fn secret_failed(&self, address: IpAddr) {
        self.secrets.fail(&network(address));
    }

    /// How long `address` must wait before it may try `login` again.
    pub fn login_wait(&self, login: &str, address: IpAddr) -> Option<Duration> {
        let address = network(address);
        self.login_addresses
            .wait(&address)
            .max(self.logins.wait(&(login.to_lowercase(), address)))
    }

    /// Counts a failed sign-in.
    pub fn login_failed(&self, login: &str, address: IpAddr) {
        let address = network(address);
        self.login_addresses.fail(&address);
        self.logins.fail(&(login.to_lowercase(), address));
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
