//! Sessions: a random token in a cookie, its SHA-256 in the database.
//!
//! A session ends an hour after it was last used and twelve hours after it
//! began (OWASP ASVS 3.3). Signing in always makes a new token, so that one
//! planted beforehand is worth nothing; the form token is made with it.

use axum::http::{HeaderMap, HeaderValue};
use sea_orm::ConnectionTrait;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::clock::{Entropy, SKEW_MS};
use crate::middleware::cookie::{self, NewCookie};
use crate::store::StoreError;
use crate::store::sessions::{self, Session};

const HOUR_MS: i64 = 3_600_000;
/// Unused for so long, a session ends.
const IDLE_MS: i64 = HOUR_MS;
/// After so long it ends in any case.
const ABSOLUTE_MS: i64 = 12 * HOUR_MS;
/// The end is moved at most once a minute, to spare writes.
const STEP_MS: i64 = 60_000;

/// A token as the cookie holds it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(not shown)")
    }
}

/// Behind TLS the name's prefix makes the browser refuse a cookie set by a neighbouring site.
fn cookie_name(secure: bool) -> &'static str {
    if secure {
        "__Host-minyi_session"
    } else {
        "minyi_session"
    }
}

impl Token {
    /// How the database knows it.
    pub(super) fn stored(&self) -> String {
        self.hash()
    }

    /// The token a request brings.
    pub fn of_headers(headers: &HeaderMap, secure: bool) -> Option<Self> {
        cookie::get(headers, cookie_name(secure)).map(Self)
    }

    fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.0.as_bytes()))
    }

    /// The cookie that keeps the token.
    pub fn cookie(&self, secure: bool) -> Option<HeaderValue> {
        let max_age_s = (ABSOLUTE_MS / 1_000).unsigned_abs();
        NewCookie {
            name: cookie_name(secure),
            value: &self.0,
            path: "/",
            max_age_s,
            secure,
        }
        .header()
    }
}

/// The cookie's removal.
pub fn forget(secure: bool) -> Option<HeaderValue> {
    NewCookie {
        name: cookie_name(secure),
        value: "",
        path: "/",
        max_age_s: 0,
        secure,
    }
    .header()
}

/// Begins a session in a browser of this kind ([`super::browser::kind`]).
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn begin(
    conn: &impl ConnectionTrait,
    entropy: &Entropy,
    staff: Uuid,
    device: String,
    now_ms: i64,
) -> Result<Token, StoreError> {
    sessions::delete_expired(conn, now_ms).await?;
    let token = Token(hex::encode(entropy.bytes::<32>()));
    let session = Session {
        token_hash: token.hash(),
        staff_id: staff,
        csrf: hex::encode(entropy.bytes::<16>()),
        created_at: now_ms,
        expires_at: now_ms + IDLE_MS,
        device,
        enrolling: None,
    };
    sessions::insert(conn, session).await?;
    Ok(token)
}

/// Puts a new session in place of all that the account has, this one among them: what was protected by less than it is
/// now must not go on. It began when `session` did.
///
/// # Errors
/// See [`begin`].
pub async fn renew(
    conn: &impl ConnectionTrait,
    entropy: &Entropy,
    session: &Session,
    now_ms: i64,
) -> Result<(Token, Session), StoreError> {
    sessions::delete_of(conn, session.staff_id).await?;
    let token = Token(hex::encode(entropy.bytes::<32>()));
    let renewed = Session {
        token_hash: token.hash(),
        csrf: hex::encode(entropy.bytes::<16>()),
        expires_at: (now_ms + IDLE_MS).min(session.created_at + ABSOLUTE_MS),
        enrolling: None,
        ..session.clone()
    };
    sessions::insert(conn, renewed.clone()).await?;
    Ok((token, renewed))
}

/// When a session was last used, Unix milliseconds: to the minute, and in its last hour at the latest when that began.
pub fn last_used(session: &Session) -> i64 {
    (session.expires_at - IDLE_MS).max(session.created_at)
}

/// A name for a session in forms, from which nobody gets at its token.
pub fn name(session: &Session) -> String {
    hex::encode(&Sha256::digest(format!("session name {}", session.token_hash))[..8])
}

/// The session of a token, if it has not ended; using it moves its end.
///
/// # Errors
/// See [`begin`].
pub async fn find(
    conn: &impl ConnectionTrait,
    token: &Token,
    now_ms: i64,
) -> Result<Option<Session>, StoreError> {
    let hash = token.hash();
    let Some(session) = sessions::find(conn, &hash).await? else {
        return Ok(None);
    };
    // Begun in the future: the clock was ahead, and the session would live for as much longer.
    let is_of_wrong_clock = session.created_at > now_ms + SKEW_MS;
    if session.expires_at <= now_ms || is_of_wrong_clock {
        sessions::delete(conn, &hash).await?;
        return Ok(None);
    }
    let end = (now_ms + IDLE_MS).min(session.created_at + ABSOLUTE_MS);
    if end >= session.expires_at + STEP_MS {
        sessions::extend(conn, &hash, end).await?;
    }
    Ok(Some(session))
}

/// Ends the session of a token.
///
/// # Errors
/// See [`begin`].
pub async fn end(conn: &impl ConnectionTrait, token: &Token) -> Result<(), StoreError> {
    sessions::delete(conn, &token.hash()).await
}

/// Whether a form was made by this session; compared in constant time.
pub fn is_own_form(session: &Session, csrf: &str) -> bool {
    let (a, b) = (
        Sha256::digest(session.csrf.as_bytes()),
        Sha256::digest(csrf.as_bytes()),
    );
    !session.csrf.is_empty()
        && a.iter()
            .zip(b.iter())
            .fold(0, |difference, (x, y)| difference | (x ^ y))
            == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing;

    #[tokio::test]
    async fn session_lives_while_used_and_ends_after_twelve_hours() {
        let (_dir, db) = testing::database().await;
        let token = begin(&db, &Entropy::seeded(1), Uuid::from_u128(1), "/".to_owned(), 0)
            .await
            .unwrap();
        assert!(find(&db, &token, HOUR_MS - 1).await.unwrap().is_some());
        // An hour after its last use it would have ended at two hours.
        for quarter in 1..48 {
            assert!(
                find(&db, &token, quarter * HOUR_MS / 4).await.unwrap().is_some(),
                "{quarter}"
            );
        }
        assert!(find(&db, &token, ABSOLUTE_MS).await.unwrap().is_none());
        let idle = begin(&db, &Entropy::seeded(2), Uuid::from_u128(1), "/".to_owned(), 0)
            .await
            .unwrap();
        assert!(find(&db, &idle, HOUR_MS).await.unwrap().is_none());
        assert!(
            find(&db, &idle, 1).await.unwrap().is_none(),
            "an ended session is gone"
        );
    }

    #[tokio::test]
    async fn ended_session_and_foreign_form_are_refused() {
        let (_dir, db) = testing::database().await;
        let token = begin(&db, &Entropy::seeded(1), Uuid::from_u128(1), "/".to_owned(), 0)
            .await
            .unwrap();
        let session = find(&db, &token, 1).await.unwrap().unwrap();
        assert_ne!(session.token_hash, token.0, "the token itself is not stored");
        assert!(
            is_own_form(&session, &session.csrf) && !is_own_form(&session, "") && !is_own_form(&session, "x")
        );
        end(&db, &token).await.unwrap();
        assert!(find(&db, &token, 1).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn renewed_session_takes_the_place_of_all_others_and_lives_no_longer() {
        let (_dir, db) = testing::database().await;
        let (entropy, staff) = (Entropy::seeded(1), Uuid::from_u128(1));
        let elsewhere = begin(&db, &entropy, staff, "/".to_owned(), 0).await.unwrap();
        let other = begin(&db, &entropy, Uuid::from_u128(2), "/".to_owned(), 0)
            .await
            .unwrap();
        let here = begin(&db, &entropy, staff, "chrome/windows".to_owned(), 0)
            .await
            .unwrap();
        let session = find(&db, &here, HOUR_MS / 2).await.unwrap().unwrap();
        let (renewed, _) = renew(&db, &entropy, &session, HOUR_MS / 2).await.unwrap();
        for ended in [&here, &elsewhere] {
            assert!(find(&db, ended, HOUR_MS / 2).await.unwrap().is_none());
        }
        assert!(find(&db, &other, HOUR_MS / 2).await.unwrap().is_some());
        let found = find(&db, &renewed, HOUR_MS / 2).await.unwrap().unwrap();
        assert_eq!((found.created_at, found.device.as_str()), (0, "chrome/windows"));
        assert_ne!(found.csrf, session.csrf);
        assert_ne!(name(&found), name(&session));
        assert_eq!(last_used(&found), HOUR_MS / 2);
    }

    #[test]
    fn cookie_is_bound_to_the_host_behind_tls() {
        let header = Token("ab".to_owned()).cookie(true).unwrap();
        assert!(
            header
                .to_str()
                .unwrap()
                .starts_with("__Host-minyi_session=ab; Path=/; ")
        );
        assert!(
            header
                .to_str()
                .unwrap()
                .ends_with("; HttpOnly; SameSite=Lax; Secure")
        );
    }
}
