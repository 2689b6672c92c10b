//! Signing in by an identity provider (OpenID Connect 1.0, authorisation code with PKCE), for offices that have one.
//!
//! The provider says who somebody is and nothing else: accounts, roles and rights stay here, and an account is linked to a
//! subject by its owner, who is signed in and gives the password once more. Each way there and back has a state that is
//! bound to the browser by a cookie, a nonce that the token must hold, and a proof of the one who left (PKCE); each is
//! good for one return within ten minutes.
//!
//! The account's own second factor is asked for unless the settings trust a word of `amr` or `acr` in the token.

use axum::http::{HeaderMap, HeaderValue};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreProviderMetadata,
};
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, ConfigurationError, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    TokenResponse,
};
use sha2::{Digest, Sha256};
use thiserror::Error;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::app::Base;
use crate::clock::SKEW_MS;
use crate::config::provider::ProviderSettings;
use crate::middleware::cookie::{self, NewCookie};
use crate::store::providers::{self, SignIn};
use crate::store::{StoreError, begin};

mod http;
#[cfg(test)]
mod tests;
mod token;

use http::Http;
use token::{Expected, TokenFault};

/// So long somebody may be away.
const AWAY_MS: i64 = 10 * 60_000;
/// So long it is believed what the provider said of itself; its keys change.
const KNOWN_MS: i64 = 3_600_000;
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

/// What the provider said of itself with its keys, and when.
type Known = (CoreProviderMetadata, i64);

/// This server as a client of the provider, which has pages to sign in and may have a place to exchange codes.
type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The provider, and what it said of itself.
pub struct Provider {
    settings: ProviderSettings,
    http: Option<Http>,
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

fn said(error: impl std::fmt::Display) -> ProviderError {
    ProviderError::Provider(error.to_string())
}

impl From<ConfigurationError> for ProviderError {
    fn from(_: ConfigurationError) -> Self {
        said("it names no place to exchange codes")
    }
}

impl From<TokenFault> for ProviderError {
    fn from(error: TokenFault) -> Self {
        said(error)
    }
}

impl Provider {
    /// The provider of the settings. A certificate authority that cannot be read is logged; nobody signs in by it then.
    pub fn of(settings: ProviderSettings) -> Self {
        let http = match Http::of(&settings) {
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

    fn http(&self) -> Result<&Http, ProviderError> {
        self.http
            .as_ref()
            .ok_or_else(|| said("the settings cannot be used; see the log"))
    }

    /// What the provider says of itself and the keys with which it signs, asked for again every hour, when the clock was
    /// set back, and when `anew` says so.
    async fn known(&self, now_ms: i64, anew: bool) -> Result<CoreProviderMetadata, ProviderError> {
        let mut known = self.known.lock().await;
        if let Some((metadata, at_ms)) = known.as_ref()
            && !anew
            && (0..KNOWN_MS).contains(&(now_ms - at_ms))
        {
            return Ok(metadata.clone());
        }
        // As it is written, not as a URL is normalised: the tokens name it letter by letter.
        let issuer = IssuerUrl::new(self.settings.issuer.clone()).map_err(said)?;
        let fresh = CoreProviderMetadata::discover_async(issuer, self.http()?).await?;
        let keys = token::strong(fresh.jwks());
        let fresh = fresh.set_jwks(keys);
        *known = Some((fresh.clone(), now_ms));
        Ok(fresh)
    }

    fn client(&self, base: &Base, metadata: &CoreProviderMetadata) -> Result<Client, ProviderError> {
        let back = format!("{}{BACK}", base.config.base_url);
        let id = ClientId::new(self.settings.client_id.clone());
        let secret = ClientSecret::new(self.settings.client_secret.0.clone());
        let client = CoreClient::from_provider_metadata(metadata.clone(), id, Some(secret));
        let auth = match wants_secret_in_form(metadata) {
            true => AuthType::RequestBody,
            false => AuthType::BasicAuth,
        };
        let back = RedirectUrl::new(back).map_err(said)?;
        Ok(client.set_auth_type(auth).set_redirect_uri(back))
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
        let client = self.client(base, &self.known(now, false).await?)?;
        let random = || hex::encode(base.entropy.bytes::<32>());
        let (state, nonce, verifier) = (random(), random(), random());
        let proof = PkceCodeVerifier::new(verifier.clone());
        let sent = (CsrfToken::new(state.clone()), Nonce::new(nonce.clone()));
        let (address, ..) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || sent.0,
                move || sent.1,
            )
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&proof))
            .url();
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
        // One that seems to last longer than any left while the clock was ahead.
        let lasts = now + 1..=now + AWAY_MS + SKEW_MS;
        let row = row
            .filter(|row| lasts.contains(&row.expires_at))
            .ok_or(ProviderError::Stranger)?;
        let metadata = self.known(now, false).await?;
        let client = self.client(base, &metadata)?;
        let token = self.exchange(&client, (code, row.verifier)).await?;
        let expected = Expected {
            issuer: &self.settings.issuer,
            client_id: &self.settings.client_id,
            nonce: &row.nonce,
            now_s: now / 1_000,
        };
        let claims = match token::check(&token, metadata.jwks(), &expected) {
            // Its keys may have changed since they were asked for.
            Err(TokenFault::NoKey) => {
                let fresh = self.known(now, true).await?;
                token::check(&token, fresh.jwks(), &expected)?
            }
            checked => checked?,
        };
        let methods = claims.auth_method_refs().into_iter().flatten();
        let class = claims.auth_context_ref().map(|class| class.as_str());
        let mut words = methods.map(|method| method.as_str()).chain(class);
        let trusted = &self.settings.multi_factor;
        Ok(Returned {
            person: Person {
                is_multi_factor: words.any(|word| trusted.iter().any(|one| one == word)),
                subject: claims.subject().to_string(),
            },
            next: row.next,
            linking: row.staff_id.and_then(|id| Uuid::try_parse(&id).ok()),
        })
    }

    /// The ID token for a code (RFC 6749, 4.1.3, with the proof of RFC 7636).
    async fn exchange(
        &self,
        client: &Client,
        (code, verifier): (&str, String),
    ) -> Result<CoreIdToken, ProviderError> {
        let request = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier));
        let tokens = request.request_async(self.http()?).await?;
        let token = tokens.id_token().cloned();
        token.ok_or_else(|| said("its answer holds no ID token"))
    }
}

/// Whether the secret goes into the form: only where the provider knows no other way (`client_secret_basic` is the
/// default).
fn wants_secret_in_form(metadata: &CoreProviderMetadata) -> bool {
    let known = metadata.token_endpoint_auth_methods_supported();
    let knows = |method| known.is_some_and(|known| known.contains(&method));
    knows(CoreClientAuthMethod::ClientSecretPost) && !knows(CoreClientAuthMethod::ClientSecretBasic)
}
