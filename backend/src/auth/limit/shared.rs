//! The limits that all servers of a database count together: on guessing passwords, codes of apps and second secrets.
//! Behind a balancer with *n* servers whoever guesses would otherwise have *n* times as many tries.
//!
//! Invitations' codes are counted by each server alone: they are asked for at every visit, which should not wait for a
//! row that others write, and have 60 random bits. With a hundred servers six thousand guesses a minute would find one of
//! 90,000 codes after some four thousand years.
//!
//! What is counted stands in the database as a keyed hash: nobody reads from it who tried to sign in, or from where.
//! When the database does not answer, each server's own counts stand.

use std::net::IpAddr;
use std::time::Duration;

use uuid::Uuid;

use super::{APP_CODES, Allowance, LOGIN_ADDRESSES, LOGINS, SECRETS, network};
use crate::app::AppState;
use crate::store::failures;

/// A key of which failures are counted, and how many it may have.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Counted {
    key: String,
    allowance: Allowance,
}

impl Counted {
    fn new(state: &AppState, allowance: Allowance, parts: &[&[u8]]) -> Self {
        let all: Vec<&[u8]> = [&b"failures"[..], allowance.name.as_bytes()]
            .into_iter()
            .chain(parts.iter().copied())
            .collect();
        Self {
            key: state.keys.visitor_mac(&all),
            allowance,
        }
    }

    /// How long it waits, its allowance being spent until `spent_until`. Further away than an allowance can be spent, that
    /// was written by a clock that was ahead: it locks nobody out when the clock is put right, and each server's own
    /// counts, which follow no clock, still hold.
    fn wait(&self, spent_until: i64, now_ms: i64) -> Option<Duration> {
        let over = spent_until - self.allowance.burst_ms() - now_ms;
        u64::try_from(over)
            .ok()
            .filter(|over| *over > 0 && spent_until - now_ms <= self.most_ms())
            .map(Duration::from_millis)
    }

    /// How far away the moment may be until which the allowance is spent: twice it, for failures on several servers at
    /// the same moment.
    fn most_ms(&self) -> i64 {
        2 * self.allowance.burst_ms()
    }
}

fn of_login(state: &AppState, login: &str, address: IpAddr) -> [Counted; 2] {
    let (login, address) = (login.to_lowercase(), network(address).to_string());
    [
        Counted::new(state, LOGINS, &[login.as_bytes(), address.as_bytes()]),
        Counted::new(state, LOGIN_ADDRESSES, &[address.as_bytes()]),
    ]
}

fn of_app_code(state: &AppState, staff: Uuid) -> [Counted; 1] {
    [Counted::new(state, APP_CODES, &[staff.as_bytes()])]
}

fn of_secret(state: &AppState, address: IpAddr) -> [Counted; 1] {
    let address = network(address).to_string();
    [Counted::new(state, SECRETS, &[address.as_bytes()])]
}

async fn wait(state: &AppState, counted: &[Counted]) -> Option<Duration> {
    let keys: Vec<String> = counted.iter().map(|one| one.key.clone()).collect();
    let spent = match failures::spent(&state.db, &keys).await {
        Ok(spent) => spent,
        Err(error) => {
            tracing::warn!(%error, "what other servers counted is not known");
            return None;
        }
    };
    let now = state.clock.now_ms();
    let waits = spent.into_iter().filter_map(|(key, until)| {
        let one = counted.iter().find(|one| one.key == key)?;
        one.wait(until, now)
    });
    waits.max()
}

async fn fail(state: &AppState, counted: &[Counted]) {
    let now = state.clock.now_ms();
    for one in counted {
        let (refill, most) = (one.allowance.refill_ms(), one.most_ms());
        if let Err(error) = failures::count(&state.db, &one.key, now, refill, most).await {
            tracing::warn!(%error, "a failure is not counted for other servers");
        }
    }
}

/// How long `address` must wait before it may try `login` again.
pub async fn login_wait(state: &AppState, login: &str, address: IpAddr) -> Option<Duration> {
    let own = state.limits.login_wait(login, address);
    own.max(wait(state, &of_login(state, login, address)).await)
}

/// Counts a failed sign-in.
pub async fn login_failed(state: &AppState, login: &str, address: IpAddr) {
    state.limits.login_failed(login, address);
    fail(state, &of_login(state, login, address)).await;
}

/// How long no code of an app is looked at for an account; see [`super::Limits::app_code_wait`].
pub async fn app_code_wait(state: &AppState, staff: Uuid) -> Option<Duration> {
    state
        .limits
        .app_code_wait(staff)
        .max(wait(state, &of_app_code(state, staff)).await)
}

/// Counts a wrong code of an app, given after the right password.
pub async fn app_code_failed(state: &AppState, staff: Uuid) {
    state.limits.app_code_failed(staff);
    fail(state, &of_app_code(state, staff)).await;
}

/// How long `address` must wait before a second secret is looked at again.
pub async fn secret_wait(state: &AppState, address: IpAddr) -> Option<Duration> {
    state
        .limits
        .secret_wait(address)
        .max(wait(state, &of_secret(state, address)).await)
}

/// Counts a wrong second secret from `address`.
pub async fn secret_failed(state: &AppState, address: IpAddr) {
    state.limits.secret_failed(address);
    fail(state, &of_secret(state, address)).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Role;
    use crate::handlers::testing::{PASSWORD, Server};

    const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 1, 2, 3));

    /// As many servers on one database as are asked for, each with counts of its own.
    fn servers(server: &Server, count: usize) -> Vec<AppState> {
        (0..count).map(|_| server.base.clone().into_state().0).collect()
    }

    #[tokio::test]
    async fn several_servers_allow_together_what_one_allows() {
        let server = Server::start().await;
        let several = servers(&server, 3);
        let mut failures = 0;
        // Asked in turns, each less often than its own limit.
        for attempt in 0..60 {
            let state = &several[attempt % several.len()];
            if login_wait(state, "office", ADDRESS).await.is_none() {
                login_failed(state, "Office", ADDRESS).await;
                failures += 1;
            }
        }
        // A burst of six, and the one that tells that it is over.
        assert!((6..=7).contains(&failures), "{failures}");
        let elsewhere = IpAddr::V4(std::net::Ipv4Addr::new(10, 9, 9, 9));
        for state in &several {
            assert!(login_wait(state, "office", ADDRESS).await.is_some());
            assert_eq!(
                login_wait(state, "office", elsewhere).await,
                None,
                "free from elsewhere"
            );
            assert_eq!(
                login_wait(state, "viewer", ADDRESS).await,
                None,
                "another name is free"
            );
        }
        server.wait(200);
        assert_eq!(login_wait(&several[2], "office", ADDRESS).await, None);
    }

    #[tokio::test]
    async fn app_codes_and_second_secrets_are_counted_together_too() {
        let server = Server::start().await;
        let several = servers(&server, 2);
        let staff = Uuid::from_u128(1);
        for attempt in 0..31 {
            app_code_failed(&several[attempt % 2], staff).await;
        }
        for attempt in 0..21 {
            secret_failed(&several[attempt % 2], ADDRESS).await;
        }
        for state in &several {
            assert!(app_code_wait(state, staff).await.is_some());
            assert_eq!(app_code_wait(state, Uuid::from_u128(2)).await, None);
            assert!(secret_wait(state, ADDRESS).await.is_some());
        }
    }

    #[tokio::test]
    async fn a_password_that_one_server_slows_down_is_slowed_down_by_the_other() {
        let server = Server::start().await;
        server.named_account("li", Role::Office, None).await;
        let mut one = server.browser();
        let mut other = server.browser_elsewhere();
        let wrong = [("login", "li"), ("password", "wrong wrong wrong")];
        for _ in 0..7 {
            one.post("/console/login", &wrong).await;
        }
        let right = [("login", "li"), ("password", PASSWORD)];
        for browser in [&mut one, &mut other] {
            assert_eq!(browser.post("/console/login", &right).await.status.as_u16(), 429);
        }
    }
}
