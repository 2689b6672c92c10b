//! Telling the owner of an account what happened to it (OWASP ASVS 4.0.3, 2.2.3, 2.5.5): on the account's page until it was
//! read, and by e-mail where the owner left an address. Both are written in the transaction of the act itself, so that
//! whoever does it cannot do it unnoticed.
//!
//! A message says what happened and when, and holds no link but that of the console: it must not teach people to click.

use std::time::{Duration, SystemTime};

use axum::http::{HeaderMap, HeaderValue};
use maud::html;
use sea_orm::ConnectionTrait;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::Base;
use crate::mail::compose::{Header, Letter, compose_letter, sender_domain};
use crate::mail::dkim::Signer;
use crate::middleware::cookie::{self, NewCookie};
use crate::pages::{Lang, notices as words, tr};
use crate::store::StoreError;
use crate::store::notices::{self as store, KnownBrowser, Notice};
use crate::store::outbox::{self, NewMessage};
use crate::summaries::DEFAULT_SENDER;

/// Kind of the message in the outbox.
pub const KIND: &str = "account-notice";
/// So long notices and browsers are kept: browsers keep no cookie longer.
const KEPT_MS: i64 = 400 * 24 * 3_600_000;
/// Browsers known of an account, at most.
const MOST_BROWSERS: usize = 20;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The owner changed the password.
    Password,
    /// The office set another password.
    PasswordSet,
    /// A second factor was turned on, or another phone took its place.
    SecondFactorOn,
    /// It was turned off.
    SecondFactorOff,
    /// The office took it away.
    SecondFactorReset,
    /// New recovery codes took the place of the old ones.
    RecoveryCodes,
    /// A recovery code was used.
    RecoveryUsed,
    /// Somebody signed in with a browser that had not been used before.
    NewBrowser,
    /// Notices go to another address, or to none.
    Address,
    /// The account can be used by the identity provider.
    ProviderLinked,
    /// It cannot any more.
    ProviderUnlinked,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Password,
        Self::PasswordSet,
        Self::SecondFactorOn,
        Self::SecondFactorOff,
        Self::SecondFactorReset,
        Self::RecoveryCodes,
        Self::RecoveryUsed,
        Self::NewBrowser,
        Self::Address,
        Self::ProviderLinked,
        Self::ProviderUnlinked,
    ];

    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::PasswordSet => "password_set",
            Self::SecondFactorOn => "second_factor_on",
            Self::SecondFactorOff => "second_factor_off",
            Self::SecondFactorReset => "second_factor_reset",
            Self::RecoveryCodes => "recovery_codes",
            Self::RecoveryUsed => "recovery_used",
            Self::NewBrowser => "new_browser",
            Self::Address => "address",
            Self::ProviderLinked => "provider_linked",
            Self::ProviderUnlinked => "provider_unlinked",
        }
    }

    /// The kind of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// Whom something happened to.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    /// The account.
    pub id: Uuid,
    /// Its login.
    pub login: &'a str,
}

/// Tells the owner of an account what happened to it; `device` is the kind of browser it was done in, empty where somebody
/// else did it.
///
/// # Errors
/// When the database does not answer. A message that cannot be written is logged: the account's page tells it too.
pub async fn tell(
    base: &Base,
    tx: &impl ConnectionTrait,
    owner: Owner<'_>,
    kind: Kind,
    device: &str,
) -> Result<(), StoreError> {
    let now = base.clock.now_ms();
    let notice = Notice {
        id: base.entropy.uuid(),
        staff_id: owner.id,
        kind: kind.word().to_owned(),
        device: device.to_owned(),
        at: now,
        seen: false,
    };
    store::forget(tx, owner.id, now - KEPT_MS).await?;
    if let Some(address) = store::address(tx, owner.id).await? {
        let lang = Lang::parse(&address.language).unwrap_or_default();
        match message(base, owner, &notice, (lang, &address.email)) {
            Ok(message) => {
                let mail = NewMessage {
                    id: base.entropy.uuid(),
                    round: String::new(),
                    kind: KIND.to_owned(),
                    recipient: address.email,
                    dedup_key: format!("{KIND}/{}", notice.id),
                    message,
                };
                outbox::enqueue(tx, vec![mail], now).await?;
            }
            Err(error) => tracing::warn!(%error, "a notice about an account cannot be sent by e-mail"),
        }
    }
    store::insert(tx, notice).await
}

fn message(
    base: &Base,
    owner: Owner<'_>,
    notice: &Notice,
    (lang, to): (Lang, &str),
) -> Result<Vec<u8>, String> {
    let from = base.config.mail_from.as_deref().unwrap_or(DEFAULT_SENDER);
    let signer = Signer::of(&base.config).map_err(|error| error.to_string())?;
    let what = words::what(lang, &notice.kind, &notice.device);
    let when = words::moment(notice.at, base.config.utc_offset_hours);
    let lines = [
        tr!(lang, "notices.mail_account", login = owner.login).into_owned(),
        tr!(lang, "notices.mail_what", when = when, what = what).into_owned(),
        tr!(lang, "notices.mail_fine").into_owned(),
        tr!(lang, "notices.mail_strange").into_owned(),
    ];
    let site = base.config.base_url.as_str();
    let page = html! {
        (maud::DOCTYPE)
        html lang=(lang.tag()) {
            head { meta charset="utf-8"; title { (tr!(lang, "notices.mail_subject")) } }
            body {
                @for line in &lines { p { (line) } }
                p { (site) "/console" }
            }
        }
    };
    let letter = Letter {
        subject: tr!(lang, "notices.mail_subject").into_owned(),
        text: format!("{}\n\n{site}/console\n", lines.join("\n\n")),
        html: page.into_string(),
    };
    let header = Header {
        from,
        to_name: owner.login,
        to,
        message_id: format!("<{}@{}>", notice.id.simple(), sender_domain(from)),
        date: SystemTime::UNIX_EPOCH + Duration::from_millis(notice.at.unsigned_abs()),
        unsubscribe: None,
        signer: signer.as_ref(),
    };
    compose_letter(&header, &letter).map_err(|error| error.to_string())
}

/// What a browser is known by: random, in a cookie of its own that no page reads.
#[derive(Clone)]
pub struct BrowserToken(String);

impl std::fmt::Debug for BrowserToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BrowserToken(not shown)")
    }
}

/// Behind TLS the name's prefix makes the browser refuse a cookie set by a neighbouring site.
fn cookie_name(secure: bool) -> &'static str {
    match secure {
        true => "__Host-minyi_browser",
        false => "minyi_browser",
    }
}

impl BrowserToken {
    /// Of the account alone: one browser may serve several people.
    fn hash(&self, staff: Uuid) -> String {
        hex::encode(Sha256::digest(format!("{staff} {}", self.0)))
    }

    /// The cookie that keeps the token.
    pub fn cookie(&self, secure: bool) -> Option<HeaderValue> {
        let cookie = NewCookie {
            name: cookie_name(secure),
            value: &self.0,
            path: "/",
            max_age_s: (KEPT_MS / 1_000).unsigned_abs(),
            secure,
        };
        cookie.header()
    }
}

/// Notes that somebody signs in with the browser of a request, and tells the account's owner where it was not used before.
/// The first browser of an account is news to nobody. Gives the token that the browser is to keep.
///
/// # Errors
/// When the database does not answer.
pub async fn meet(
    base: &Base,
    tx: &impl ConnectionTrait,
    headers: &HeaderMap,
    owner: Owner<'_>,
) -> Result<BrowserToken, StoreError> {
    let now = base.clock.now_ms();
    let device = super::browser::kind(headers);
    let held = cookie::get(headers, cookie_name(base.config.is_https()));
    let held = held.filter(|value| value.len() == 64 && value.bytes().all(|b| b.is_ascii_hexdigit()));
    let token = BrowserToken(held.unwrap_or_else(|| hex::encode(base.entropy.bytes::<32>())));
    let hash = token.hash(owner.id);
    let known = store::browsers(tx, owner.id).await?;
    let is_known = known
        .iter()
        .any(|row| row.token_hash == hash && row.last_used > now - KEPT_MS);
    let stale = known
        .iter()
        .enumerate()
        .filter(|(at, row)| *at + 1 >= MOST_BROWSERS || row.last_used <= now - KEPT_MS);
    let stale: Vec<String> = stale.map(|(_, row)| row.token_hash.clone()).collect();
    if !stale.is_empty() {
        store::forget_browsers(tx, stale).await?;
    }
    if !is_known && !known.is_empty() {
        tell(base, tx, owner, Kind::NewBrowser, &device).await?;
    }
    let row = KnownBrowser {
        token_hash: hash,
        staff_id: owner.id,
        device,
        last_used: now,
    };
    store::put_browser(tx, row).await?;
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.word()), Some(kind));
        }
        assert_eq!(Kind::parse("nothing"), None);
    }
}
