//! How the provider is asked: nothing is followed, no wait and no answer is longer than it may be.

use std::pin::Pin;
use std::time::Duration;

use openidconnect::core::CoreErrorResponseType;
use openidconnect::{
    AsyncHttpClient, DiscoveryError, HttpRequest, HttpResponse, RequestTokenError, StandardErrorResponse,
};
use reqwest_of_polars as reqwest;
use serde_json::Value;

use super::token::TokenFault;
use super::{ProviderError, said};
use crate::config::provider::ProviderSettings;

/// Longest answer of the provider that is read.
const MOST_BYTES: usize = 1 << 20;
/// Longest wait for one.
const PATIENCE: Duration = Duration::from_secs(10);

/// The client; the library's own implementation for it would read answers without end.
#[derive(Debug)]
pub(super) struct Http(reqwest::Client);

impl Http {
    /// A client that follows nothing: an answer that leads elsewhere is no answer.
    pub(super) fn of(settings: &ProviderSettings) -> Result<Self, String> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE);
        if let Some(path) = &settings.ca {
            let pem = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
            let ca = reqwest::Certificate::from_pem(&pem).map_err(|error| error.to_string())?;
            builder = builder.add_root_certificate(ca);
        }
        builder.build().map(Self).map_err(|error| error.to_string())
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, ProviderError> {
        let request = request.try_into().map_err(unreached)?;
        let mut answer = self.0.execute(request).await.map_err(unreached)?;
        let status = answer.status();
        // What is wrong with a request stands in the body of a 4xx (RFC 6749, 5.2); nothing stands in others.
        if !status.is_success() && !status.is_client_error() {
            return Err(answers(status));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(unreached)? {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(said("its answer is too long"));
            }
            body.extend_from_slice(&chunk);
        }
        let mut read = HttpResponse::new(body);
        *read.status_mut() = status;
        *read.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(read)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = ProviderError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, ProviderError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// The library's errors quote addresses, which may hold a code.
fn unreached(error: reqwest::Error) -> ProviderError {
    said(error.without_url())
}

fn answers(what: impl std::fmt::Display) -> ProviderError {
    let word = what.to_string();
    // A word of the provider's: the log takes no page of it.
    said(format!("it answers {word:.80}"))
}

impl From<DiscoveryError<ProviderError>> for ProviderError {
    fn from(error: DiscoveryError<ProviderError>) -> Self {
        match error {
            DiscoveryError::Request(error) => error,
            DiscoveryError::Response(status, ..) if !status.is_success() => answers(status),
            DiscoveryError::Parse(error) => said(error),
            // Otherwise anybody's metadata could stand at anybody's address (Discovery, 4.3).
            DiscoveryError::Validation(_) => said("it calls itself by another address than the settings"),
            error => said(error),
        }
    }
}

type Refusal = RequestTokenError<ProviderError, StandardErrorResponse<CoreErrorResponseType>>;

impl From<Refusal> for ProviderError {
    /// What was read is not quoted: a token may stand in it.
    fn from(error: Refusal) -> Self {
        let holds_token = |body: &[u8]| {
            let answer = serde_json::from_slice::<Value>(body).unwrap_or_default();
            answer["id_token"].is_string()
        };
        match error {
            RequestTokenError::Request(error) => error,
            RequestTokenError::ServerResponse(answer) => answers(answer.error()),
            RequestTokenError::Parse(_, body) if holds_token(&body) => TokenFault::Malformed.into(),
            RequestTokenError::Parse(..) => said("its answer holds no tokens"),
            RequestTokenError::Other(what) => said(what),
        }
    }
}
