//! Signing in by an identity provider (OpenID Connect 1.0, authorisation code with PKCE), for offices that have one.
//!
//! The provider says who somebody is and nothing else: accounts, roles and rights stay here, and an account is linked to a
//! subject by its owner, who is signed in and gives the password once more. Each way there and back has a state that is
//! bound to the browser by a cookie, a nonce that the token must hold, and a proof of the one who left (PKCE); each is
//! good for one return within ten minutes.
//!
//! The account's own second factor is asked for unless the settings trust a word of `amr` or `acr` in the token.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest_of_polars as reqwest;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use thiserror::Error;
use tokio::sync::Mutex;
use url::Url;
use uuid::Uuid;

use crate::app::Base;
use crate::config::provider::ProviderSettings;
use crate::middleware::cookie::{self, NewCookie};
use crate::store::providers::{self, SignIn};
use crate::store::{StoreError, begin};

mod token;

use token::{Expected, Jwk, TokenFault};

/// So long somebody may be away.
const AWAY_MS: i64 = 10 * 60_000;
/// So long it is believed what the provider said of itself; its keys change.
const KNOWN_MS: i64 = 3_600_000;
/// Longest answer of the provider that is read.
const MOST_BYTES: usize = 1 << 20;
/// Longest wait for one.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most people on the way at once: more are no people.
const MOST_AWAY: u64 = 10_000;
/// Where the provider sends people back to.
pub const BACK: &str = "/console/login/provider/back";

/// Why nobody is signed in.
#[derive(Debug, Error)]
pub enum ProviderError {
    /// The provider cannot be reached, or says what it should not.
    #[error("the identity provider: {0}")]
    Provider(String),
    /// Whoever comes back did not leave from this browser, or long ago.
    #[error("nobody left from here with this state")]
    Stranger,
    /// Too many are on the way.
    #[error("too many sign-ins are on the way")]
    Crowded,
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the provider says of itself (OpenID Connect Discovery 1.0, section 3), as far as it is needed.
#[derive(Clone, Debug, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    jwks_uri: Url,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

impl Metadata {
    /// Whether the secret goes into the form: only where the provider knows no other way (`client_secret_basic` is the
    /// default).
    fn wants_secret_in_form(&self) -> bool {
        let knows = |word: &str| {
            self.token_endpoint_auth_methods_supported
                .iter()
                .any(|one| one == word)
        };
        knows("client_secret_post") && !knows("client_secret_basic")
    }
}

/// The keys with which the provider signs (RFC 7517).
#[derive(Clone, Debug, Deserialize)]
struct KeySet {
    keys: Vec<Jwk>,
}

/// What is known of the provider, and since when.
#[derive(Clone, Debug)]
struct Known {
    metadata: Metadata,
    keys: Vec<Jwk>,
    at_ms: i64,
}

/// What the provider gives for a code.
#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

/// The provider, and what it said of itself.
pub struct Provider {
    settings: ProviderSettings,
    http: Option<reqwest::Client>,
    known: Mutex<Option<Known>>,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// Whom the provider means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Its name for the person.
    pub subject: String,
    /// Whether they gave a second factor there that the settings trust.
    pub is_multi_factor: bool,
}

/// Whoever came back.
#[derive(Clone, Debug)]
pub struct Returned {
    /// Whom the provider means.
    pub person: Person,
    /// Where to go afterwards.
    pub next: String,
    /// The account that is being linked; none where somebody signs in.
    pub linking: Option<Uuid>,
}

/// Someone who leaves: where to, and what the browser keeps meanwhile.
#[derive(Debug)]
pub struct Leaving {
    /// The provider's page.
    pub address: String,
    /// The cookie that binds the way back to this browser.
    pub cookie: Option<HeaderValue>,
}

fn cookie_name(secure: bool) -> &'static str {
    match secure {
        true => "__Host-minyi_provider",
        false => "minyi_provider",
    }
}

fn keep(value: &str, max_age_s: u64, secure: bool) -> Option<HeaderValue> {
    let cookie = NewCookie {
        name: cookie_name(secure),
        value,
        path: "/",
        max_age_s,
        secure,
    };
    cookie.header()
}

/// The removal of the cookie that binds the way back.
pub fn forget(secure: bool) -> Option<HeaderValue> {
    keep("", 0, secure)
}

fn hash(state: &str) -> String {
    hex::encode(Sha256::digest(state.as_bytes()))
}

/// A client that follows nothing: an answer that leads elsewhere is no answer.
fn client(settings: &ProviderSettings) -> Result<reqwest::Client, String> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE);
    if let Some(path) = &settings.ca {
        let pem = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let ca = reqwest::Certificate::from_pem(&pem).map_err(|error| error.to_string())?;
        builder = builder.add_root_certificate(ca);
    }
    builder.build().map_err(|error| error.to_string())
}

/// An answer of the provider as JSON, no longer than it may be.
async fn json<T: DeserializeOwned>(request: reqwest::RequestBuilder) -> Result<T, ProviderError> {
    let mut answer = request
        .header("accept", "application/json")
        .send()
        .await
        .map_err(unreached)?;
    let status = answer.status();
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreached)? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err(said("its answer is too long"));
        }
        body.extend_from_slice(&chunk);
    }
    if !status.is_success() {
        return Err(said(format!("it answers {status}")));
    }
    serde_json::from_slice(&body).map_err(said)
}

/// The library's errors quote addresses, which may hold a code.
fn unreached(error: reqwest::Error) -> ProviderError {
    said(error.without_url())
}

fn said(error: impl std::fmt::Display) -> ProviderError {
    ProviderError::Provider(error.to_string())
}

impl From<TokenFault> for ProviderError {
    fn from(error: TokenFault) -> Self {
        said(error)
    }
}

impl Provider {
    /// The provider of the settings. A certificate authority that cannot be read is logged; nobody signs in by it then.
    pub fn of(settings: ProviderSettings) -> Self {
        let http = match client(&settings) {
            Ok(http) => Some(http),
            Err(error) => {
                tracing::error!(%error, "nobody can sign in by the identity provider");
                None
            }
        };
        Self {
            settings,
            http,
            known: Mutex::new(None),
        }
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Its address.
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    fn http(&self) -> Result<&reqwest::Client, ProviderError> {
        self.http
            .as_ref()
            .ok_or_else(|| said("the settings cannot be used; see the log"))
    }

    /// What the provider says of itself, asked for again every hour, and when `anew` says so.
    async fn known(&self, now_ms: i64, anew: bool) -> Result<Known, ProviderError> {
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref()
            && !anew
            && now_ms - known.at_ms < KNOWN_MS
        {
            return Ok(known.clone());
        }
        let http = self.http()?;
        let address = format!(
            "{}/.well-known/openid-configuration",
            self.issuer().trim_end_matches('/')
        );
        let metadata: Metadata = json(http.get(address)).await?;
        // Otherwise anybody's metadata could stand at anybody's address (Discovery, 4.3).
        if metadata.issuer != self.settings.issuer {
            return Err(said("it calls itself by another address than the settings"));
        }
        let set: KeySet = json(http.get(metadata.jwks_uri.clone())).await?;
        let fresh = Known {
            metadata,
            keys: set.keys,
            at_ms: now_ms,
        };
        *known = Some(fresh.clone());
        Ok(fresh)
    }

    /// Sends somebody to the provider, who goes on to `next` afterwards; `linking` is the account that is being linked.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub async fn leave(
        &self,
        base: &Base,
        next: &str,
        linking: Option<Uuid>,
    ) -> Result<Leaving, ProviderError> {
        let now = base.clock.now_ms();
        let known = self.known(now, false).await?;
        let random = || hex::encode(base.entropy.bytes::<32>());
        let (state, nonce, verifier) = (random(), random(), random());
        // RFC 7636, 4.2.
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let back = redirect(base);
        let mut address = known.metadata.authorization_endpoint;
        address.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("scope", "openid"),
            ("client_id", self.settings.client_id.as_str()),
            ("redirect_uri", back.as_str()),
            ("state", state.as_str()),
            ("nonce", nonce.as_str()),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ]);
        let row = SignIn {
            state_hash: hash(&state),
            nonce,
            verifier,
            next: next.to_owned(),
            staff_id: linking.map(|id| id.to_string()),
            expires_at: now + AWAY_MS,
        };
        let tx = begin(&base.db).await?;
        if providers::leave(&tx, row, now).await? > MOST_AWAY {
            return Err(ProviderError::Crowded);
        }
        tx.commit().await.map_err(StoreError::from)?;
        Ok(Leaving {
            address: address.into(),
            cookie: keep(&state, (AWAY_MS / 1_000).unsigned_abs(), base.config.is_https()),
        })
    }

    /// Whoever comes back with a state and a code.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub async fn come_back(
        &self,
        base: &Base,
        headers: &HeaderMap,
        (state, code): (&str, &str),
    ) -> Result<Returned, ProviderError> {
        let now = base.clock.now_ms();
        let held = cookie::get(headers, cookie_name(base.config.is_https()));
        if held.as_deref() != Some(state) || state.is_empty() {
            return Err(ProviderError::Stranger);
        }
        let tx = begin(&base.db).await?;
        let row = providers::come_back(&tx, &hash(state)).await?;
        tx.commit().await.map_err(StoreError::from)?;
        let row = row
            .filter(|row| row.expires_at > now)
            .ok_or(ProviderError::Stranger)?;
        let known = self.known(now, false).await?;
        let token = self
            .exchange(base, &known.metadata, (code, &row.verifier))
            .await?;
        let expected = Expected {
            issuer: &self.settings.issuer,
            client_id: &self.settings.client_id,
            nonce: &row.nonce,
            now_s: now / 1_000,
        };
        let claims = match token::check(&token, &known.keys, &expected) {
            // Its keys may have changed since they were asked for.
            Err(TokenFault::NoKey) => {
                let keys = self.known(now, true).await?.keys;
                token::check(&token, &keys, &expected)?
            }
            checked => checked?,
        };
        let mut words = claims.amr.iter().chain(&claims.acr);
        Ok(Returned {
            person: Person {
                is_multi_factor: words.any(|word| self.settings.multi_factor.contains(word)),
                subject: claims.sub,
            },
            next: row.next,
            linking: row.staff_id.and_then(|id| Uuid::try_parse(&id).ok()),
        })
    }

    /// The ID token for a code (RFC 6749, 4.1.3, with the proof of RFC 7636).
    async fn exchange(
        &self,
        base: &Base,
        metadata: &Metadata,
        (code, verifier): (&str, &str),
    ) -> Result<String, ProviderError> {
        let (id, secret) = (
            self.settings.client_id.as_str(),
            self.settings.client_secret.0.as_str(),
        );
        let redirect = redirect(base);
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect.as_str()),
            ("code_verifier", verifier),
        ];
        let mut request = self.http()?.post(metadata.token_endpoint.clone());
        if metadata.wants_secret_in_form() {
            fields.extend([("client_id", id), ("client_secret", secret)]);
        } else {
            // Both are form-encoded before they become a name and a password (RFC 6749, 2.3.1).
            let coded =
                |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            request = request.basic_auth(coded(id), Some(coded(secret)));
        }
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        let tokens: Tokens = json(request).await?;
        Ok(tokens.id_token)
    }
}

fn redirect(base: &Base) -> String {
    format!("{}{BACK}", base.config.base_url)
}
