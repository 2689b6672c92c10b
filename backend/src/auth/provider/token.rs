//! The ID token of a provider (OpenID Connect Core 1.0, 3.1.3.7): signed by it with RS256, which every provider has, for
//! this server, for this sign-in, and now.
//!
//! The library checks the signature, issuer, audience, end and nonce. What it leaves open is decided here: which algorithm
//! and keys are believed, to whom a token for several was given (`azp`), and how far clocks may differ.

use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{
    CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJsonWebKey, CoreJsonWebKeySet,
    CoreJwsSigningAlgorithm,
};
use openidconnect::{
    ClaimsVerificationError, ClientId, IssuerUrl, Nonce, SignatureVerificationError as SignatureFault,
};
use thiserror::Error;

/// Seconds by which clocks may differ.
const LEEWAY_S: i64 = 60;
/// Longest life of a token that is believed, in seconds.
const LONGEST_S: i64 = 24 * 3_600;
/// Smallest key that is believed, in bytes (RFC 7518, 3.3: 2,048 bits).
const LEAST_KEY_BYTES: usize = 256;

/// Why a token is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum TokenFault {
    /// Not three parts of base64url with the JSON of a token in them, or of another kind of token.
    #[error("the ID token is malformed")]
    Malformed,
    /// Signed in another way than RS256, or not at all.
    #[error("the ID token is not signed with RS256; set id_token_signed_response_alg for this client")]
    Algorithm,
    /// None of its keys is the one that the token names.
    #[error("the ID token is signed by a key that the provider does not publish")]
    NoKey,
    /// The signature is not that key's.
    #[error("the ID token's signature is wrong")]
    Signature,
    /// Another issuer.
    #[error("the ID token is another issuer's")]
    Issuer,
    /// For another client.
    #[error("the ID token is for another client")]
    Audience,
    /// Over, or from the future.
    #[error("the ID token is not of this time; compare the clocks")]
    Time,
    /// For another sign-in.
    #[error("the ID token is for another sign-in")]
    Nonce,
}

impl From<ClaimsVerificationError> for TokenFault {
    fn from(error: ClaimsVerificationError) -> Self {
        match error {
            ClaimsVerificationError::InvalidIssuer(_) => Self::Issuer,
            ClaimsVerificationError::InvalidAudience(_) => Self::Audience,
            ClaimsVerificationError::Expired(_) => Self::Time,
            ClaimsVerificationError::InvalidNonce(_) => Self::Nonce,
            ClaimsVerificationError::SignatureVerification(fault) => match fault {
                SignatureFault::DisallowedAlg(_)
                | SignatureFault::NoSignature
                | SignatureFault::UnsupportedAlg(_) => Self::Algorithm,
                SignatureFault::NoMatchingKey | SignatureFault::InvalidKey(_) => Self::NoKey,
                _ => Self::Signature,
            },
            _ => Self::Malformed,
        }
    }
}

/// What a token has to say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now_s: i64,
}

/// The keys that may be believed: those of RSA that are long enough.
pub(super) fn strong(keys: &CoreJsonWebKeySet) -> CoreJsonWebKeySet {
    let is_strong = |key: &&CoreJsonWebKey| {
        // The library tells a key's parts only in writing.
        let written = serde_json::to_value(key).unwrap_or_default();
        let modulus = URL_SAFE_NO_PAD.decode(written["n"].as_str().unwrap_or_default());
        let modulus = modulus.unwrap_or_default();
        let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
        modulus.len() - zeros >= LEAST_KEY_BYTES
    };
    CoreJsonWebKeySet::new(keys.keys().iter().filter(is_strong).cloned().collect())
}

/// What a token says, if it is to be believed.
pub(super) fn check<'t>(
    token: &'t CoreIdToken,
    keys: &CoreJsonWebKeySet,
    expected: &Expected<'_>,
) -> Result<&'t CoreIdTokenClaims, TokenFault> {
    let nonce = Nonce::new(expected.nonce.to_owned());
    let mut fault = TokenFault::NoKey;
    // One key after the other: a token may name none, and providers publish several under one name.
    for key in keys.keys() {
        let claims = token.claims(&verifier(key, expected)?, &nonce);
        match claims.map_err(TokenFault::from) {
            Ok(claims) => return given_to(expected.client_id, claims),
            Err(TokenFault::NoKey) => {}
            Err(TokenFault::Signature) => fault = TokenFault::Signature,
            Err(other) => return Err(other),
        }
    }
    Err(fault)
}

fn verifier<'e>(
    key: &CoreJsonWebKey,
    expected: &Expected<'e>,
) -> Result<CoreIdTokenVerifier<'e>, TokenFault> {
    let now = expected.now_s;
    // As far back as the other clock may be.
    let earliest = UNIX_EPOCH + Duration::from_secs((now - LEEWAY_S).max(0).unsigned_abs());
    let issuer = IssuerUrl::new(expected.issuer.to_owned()).map_err(|_| TokenFault::Issuer)?;
    let client = ClientId::new(expected.client_id.to_owned());
    let keys = CoreJsonWebKeySet::new(vec![key.clone()]);
    // Public: what is signed with the secret that both sides know, the provider did not have to sign.
    let verifier = CoreIdTokenVerifier::new_public_client(client, issuer, keys)
        .set_allowed_algs([CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256])
        .set_other_audience_verifier_fn(|_| true)
        .set_time_fn(move || earliest.into())
        .set_issue_time_verifier_fn(move |issued| {
            let issued = issued.timestamp();
            match issued <= now + LEEWAY_S && issued > now - LONGEST_S {
                true => Ok(()),
                false => Err("issued at another time".to_owned()),
            }
        });
    Ok(verifier)
}

/// A token for several has to say to whom it was given, and any token that says so was given to us.
fn given_to<'t>(us: &str, claims: &'t CoreIdTokenClaims) -> Result<&'t CoreIdTokenClaims, TokenFault> {
    let given = claims.authorized_party().map(|party| party.as_str());
    let is_ours = given.map_or(claims.audiences().len() == 1, |party| party == us);
    match is_ours {
        false => Err(TokenFault::Audience),
        true if claims.subject().is_empty() => Err(TokenFault::Malformed),
        true => Ok(claims),
    }
}

#[cfg(test)]
pub(super) mod tests;
