//! The token by which it is counted how many invited people answered in one browser; see [`crate::sittings`].

use axum::http::{HeaderMap, HeaderValue};

use crate::app::AppState;
use crate::middleware::cookie::{self, NewCookie};

const COOKIE: &str = "minyi_phone";
/// The doors of invited people, and no other page.
const PATH: &str = "/r";
/// Longer than a round is open.
const LIFETIME_S: u64 = 60 * 86_400;
/// 16 bytes in hex.
const LEN: usize = 32;

/// The token of the browser.
pub(super) fn token(headers: &HeaderMap) -> Option<String> {
    cookie::get(headers, COOKIE).filter(|token| token.len() == LEN)
}

/// The cookie for a browser that has no token yet.
pub(super) fn new_cookie(state: &AppState, headers: &HeaderMap) -> Option<HeaderValue> {
    if token(headers).is_some() {
        return None;
    }
    NewCookie {
        name: COOKIE,
        value: &hex::encode(state.entropy.bytes::<16>()),
        path: PATH,
        max_age_s: LIFETIME_S,
        secure: state.config.is_https(),
    }
    .header()
}
