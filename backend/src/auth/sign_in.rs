//! Between password and code: who gave the right password of an account with a second factor holds a token of its own,
//! which opens nothing but the page that asks for the code. Then a session begins, in either case anew: nothing that a
//! browser held before signing in is worth anything afterwards.

use axum::http::{HeaderMap, HeaderValue};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::notices::{self, BrowserToken, Kind, Owner};
use super::session::{self, Token};
use super::{browser, second_factor};
use crate::app::AppState;
use crate::clock::{Entropy, SKEW_MS};
use crate::middleware::cookie::{self, NewCookie};
use crate::store::audit::{self, Entry};
use crate::store::providers;
use crate::store::sign_ins::{self, SignIn};
use crate::store::staff::Staff as Account;
use crate::store::{StoreError, begin as begin_transaction};

/// So long the code may take: to find the phone, and to wait for the next code.
const LIFE_MS: i64 = 10 * 60_000;
/// How the audit trail names a sign-in by a recovery code.
const RECOVERY: &str = "recovery code";
/// After so many wrong codes the password is asked for again.
pub const MAX_TRIES: i32 = 5;

/// A token as the cookie holds it.
#[derive(Clone)]
pub struct HalfToken(String);

impl std::fmt::Debug for HalfToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HalfToken(not shown)")
    }
}

/// Behind TLS the name's prefix makes the browser refuse a cookie set by a neighbouring site.
fn cookie_name(secure: bool) -> &'static str {
    if secure {
        "__Host-minyi_sign_in"
    } else {
        "minyi_sign_in"
    }
}

fn keep(value: &str, max_age_s: u64, secure: bool) -> Option<HeaderValue> {
    NewCookie {
        name: cookie_name(secure),
        value,
        path: "/",
        max_age_s,
        secure,
    }
    .header()
}

impl HalfToken {
    /// The token a request brings.
    pub fn of_headers(headers: &HeaderMap, secure: bool) -> Option<Self> {
        cookie::get(headers, cookie_name(secure)).map(Self)
    }

    fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.0.as_bytes()))
    }

    /// The cookie that keeps the token.
    pub fn cookie(&self, secure: bool) -> Option<HeaderValue> {
        keep(&self.0, (LIFE_MS / 1_000).unsigned_abs(), secure)
    }
}

/// The cookie's removal.
pub fn forget(secure: bool) -> Option<HeaderValue> {
    keep("", 0, secure)
}

/// Begins one for an account whose password was right.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn begin(
    conn: &impl ConnectionTrait,
    entropy: &Entropy,
    staff: Uuid,
    now_ms: i64,
) -> Result<HalfToken, StoreError> {
    let token = HalfToken(hex::encode(entropy.bytes::<32>()));
    let row = SignIn {
        token_hash: token.hash(),
        staff_id: staff,
        tries: 0,
        expires_at: now_ms + LIFE_MS,
    };
    sign_ins::insert(conn, row, now_ms).await?;
    Ok(token)
}

/// The one of a token, while it lives and has tries left.
///
/// # Errors
/// See [`begin`].
pub async fn find(
    conn: &impl ConnectionTrait,
    token: &HalfToken,
    now_ms: i64,
) -> Result<Option<SignIn>, StoreError> {
    let found = sign_ins::find(conn, &token.hash()).await?;
    // One that seems to last longer than any was begun while the clock was ahead.
    let lasts = now_ms + 1..=now_ms + LIFE_MS + SKEW_MS;
    Ok(found.filter(|row| lasts.contains(&row.expires_at) && row.tries < MAX_TRIES))
}

/// What was typed in the second step.
#[derive(Clone, Copy, Debug)]
pub enum Given<'a> {
    /// A code of the app.
    App(&'a str),
    /// A recovery code.
    Recovery(&'a str),
}

/// Whoever was let in: what the browser is to keep.
#[derive(Clone, Debug)]
pub struct Admitted {
    session: Token,
    browser: BrowserToken,
}

impl Admitted {
    /// The cookies that keep it.
    pub fn cookies(&self, secure: bool) -> [Option<HeaderValue>; 2] {
        [self.session.cookie(secure), self.browser.cookie(secure)]
    }
}

/// Begins the session of an account without a second factor, whose password was right.
///
/// # Errors
/// See [`begin`].
pub async fn by_password(
    state: &AppState,
    headers: &HeaderMap,
    account: &Account,
) -> Result<Admitted, StoreError> {
    let tx = begin_transaction(&state.db).await?;
    let admitted = admit(state, &tx, headers, (account, "none")).await?;
    tx.commit().await?;
    Ok(admitted)
}

/// Begins the session of an account that the identity provider says it is; `is_multi_factor` where a second factor was
/// given there that the settings trust.
///
/// # Errors
/// See [`begin`].
pub async fn by_provider(
    state: &AppState,
    headers: &HeaderMap,
    account: &Account,
    is_multi_factor: bool,
) -> Result<Admitted, StoreError> {
    let factor = match is_multi_factor {
        true => "identity provider",
        false => "none",
    };
    let tx = begin_transaction(&state.db).await?;
    let admitted = admit(state, &tx, headers, (account, factor)).await?;
    if is_multi_factor {
        providers::set_multi_factor(&tx, admitted.session.stored()).await?;
    }
    tx.commit().await?;
    Ok(admitted)
}

/// Begins the session of an account whose password was right, if the code is. A wrong one is counted against `half`;
/// of two that come at once, one begins a session.
///
/// # Errors
/// See [`begin`].
pub async fn by_code(
    state: &AppState,
    headers: &HeaderMap,
    (half, account): (&SignIn, &Account),
    given: Given<'_>,
) -> Result<Option<Admitted>, StoreError> {
    let tx = begin_transaction(&state.db).await?;
    let (is_right, factor) = match given {
        Given::App(typed) => {
            let now = state.clock.now_ms();
            let spent = second_factor::spend_code(&tx, &state.keys, account.id, typed, now).await?;
            (spent, "app")
        }
        Given::Recovery(typed) => {
            let spent = second_factor::spend_recovery(&tx, &state.keys, account.id, typed).await?;
            (spent, RECOVERY)
        }
    };
    let admitted = if is_right && sign_ins::delete(&tx, &half.token_hash).await? {
        Some(admit(state, &tx, headers, (account, factor)).await?)
    } else {
        sign_ins::count_try(&tx, &half.token_hash).await?;
        None
    };
    tx.commit().await?;
    Ok(admitted)
}

/// Begins a session with its entry in the audit trail; the one that the browser had before ends.
async fn admit(
    state: &AppState,
    tx: &DatabaseTransaction,
    headers: &HeaderMap,
    (account, second_factor): (&Account, &str),
) -> Result<Admitted, StoreError> {
    if let Some(before) = Token::of_headers(headers, state.config.is_https()) {
        session::end(tx, &before).await?;
    }
    let now = state.clock.now_ms();
    let device = browser::kind(headers);
    let session = session::begin(tx, &state.entropy, account.id, device.clone(), now).await?;
    let (base, owner) = (
        state.base(),
        Owner {
            id: account.id,
            login: &account.login,
        },
    );
    let browser = notices::meet(&base, tx, headers, owner).await?;
    if second_factor == RECOVERY {
        notices::tell(&base, tx, owner, Kind::RecoveryUsed, &device).await?;
    }
    let entry = Entry {
        actor: account.login.clone(),
        action: "staff.login".to_owned(),
        subject: account.login.clone(),
        detail: json!({ "role": account.role, "second_factor": second_factor }),
    };
    audit::append(tx, &state.keys, now, entry).await?;
    Ok(Admitted { session, browser })
}
