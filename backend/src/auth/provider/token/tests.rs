//! Tokens that are believed, and hostile ones.

use openidconnect::PrivateSigningKey;
use openidconnect::core::CoreRsaPrivateSigningKey;
use serde_json::{Value, json};

use super::*;

/// A key made for these tests.
const PEM: &str = "-----BEGIN RSA PRIVATE KEY-----\n\
 MIIEogIBAAKCAQEAsmdS+0pAqovHUIYDIc1l0i10YXM/UV4SsL+3ubuk2fq12Bsm\n\
 AAjsNBi8iRJ170ZCBzsZgZVwdueRfu4ermNx1ofTDt6SuyITfZozt4tZ5G86AR2K\n\
 CQ+z4jUeSP3XKIquzYZoCUTYEy/ZC1SOFuOZ9xpAOkxvdbm0+ZTxDqnjPTCTlL1M\n\
 sxNw2WX43FAWLmU0f10AjwSxyrAnolXCo2X1hrMj9if4fWNUX7bhqHjI8MntoEau\n\
 vSryc0bpnSuQRbhblzoSkwIo5Maej2LFN7lxUbdlYikGIwuOjyi2pxl3l+YrHmls\n\
 ine91CTabzlZer2ZeiqrXXmdlvqTN4byb8qqXwIDAQABAoIBAASecK3+q2Jnhun2\n\
 S5qHzgLlz6RTdRlyPLPXyctPaOSXeRTsKwRljBN5nr6okYg8NgAoQkE6ucDr8fqR\n\
 JZ+bn0+YbgxcrEB1mUwNOl18MveBuqLBwcukECLnmVz2wgXPhWDfClccbWuVN5Xq\n\
 8eEW9nONLSOodp85sd9fa8c9HLWG2Kv/aSYoNfQlGjvuITgfTCS/4DoPEhkSgGgN\n\
 3GRDkwcpFyG5jRahZrbdP5YaDEPZOdQ5e7tXqmfPQKxV2xbnxfD72HqT2Eb+uNHu\n\
 bxqAYJltRBTE7T4m++e133vNq+GRqErbrsrzPgbgXfafKo6HC8AQswF7//LOmcwl\n\
 48OCN00CgYEA1hY2OZPMhTSNChe3rQrhuAIRIcM3m3j68btlRuPQXH1YFfotJjuf\n\
 R5v9eGWE4xhUszTUUD9K6zNawuqetnGN/PsRk09/L7W9yYPHlbMtnDLiqk3pwLiX\n\
 59N04LIDQDd8VXZEqBPfK5eAt3aOpgvEwCqCSqv5fWRtEoKQRzIvsssCgYEA1VS2\n\
 co47T8BUEKooTEYC4BheNIiBkhNbMlP4xQO/+ETMOOVcc16GMb/P6gQRW9SaFyR7\n\
 twGcEmnFgStH+5C2/5H0ujjlgG6rMmD1TFCB2XcK+rFcw/P3JoZ8sRjbJBVpnn/g\n\
 92yG/iKM/IFBMndgGy585lx3ZSvqt8JIYZLVMD0CgYAqf8pP78lAAEinYkHyNiDM\n\
 +IwSGcDmOkQGzN60DfGFCtT7t+hSmK9r9cmBpxWUR3Y5BRnIvGfQ/SbdXtoW+b/o\n\
 IqdAiR2EiR2d7W0niKRbR7a7fDAVNA/j05R2LqB6lQk3pfzHKPq6mp7QzNZQnDF4\n\
 vHeU/0LN46vLauPdXlcdtQKBgC0aW/icWa3i2+MqFpsJslHu1PwGYF6h+QYK+u2s\n\
 fUngQc1FsOYzdevOwgaYFZN0v59k90MZ9AVwl3FX1UA6uHYQRc2ZeexNeaSNG0+n\n\
 Nczkfk3Ccfp7+iULChHnT22xmUMJhmbJa0EPzP8V1NL2qjsU+RM7OYMKZfWz/dmj\n\
 Ua+BAoGAYg3mTTMTQHxsQee6USkoMlv1oJt1TX/K632EqUlGAX7nJVQWf4xX0PaM\n\
 +8+JevH+L9I7FKC0+hxMqTMWvU5djTieF/Ra6H/8hGMAW0Uz859Fdvh9xHHWFbqJ\n\
 a5BeNhSNUxoPSz1p9A1Rbt2L6kl0bwwQEgI4ohCogiH+ZqxPrf8=\n\
 -----END RSA PRIVATE KEY-----\n";
const NOW: i64 = 1_800_000_000;
const EXPECTED: Expected<'_> = Expected {
    issuer: "https://id.example.org",
    client_id: "minyi",
    nonce: "n1",
    now_s: NOW,
};

fn coded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A token of the key's.
pub(in crate::auth::provider) fn signed(head: &Value, claims: &Value) -> String {
    let key = CoreRsaPrivateSigningKey::from_pem(PEM, None).unwrap();
    let text = format!("{}.{}", coded(head), coded(claims));
    let rs256 = CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256;
    let signature = key.sign(&rs256, text.as_bytes()).unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The key as the provider publishes it, under a name.
pub(in crate::auth::provider) fn published(kid: &str) -> Value {
    let key = CoreRsaPrivateSigningKey::from_pem(PEM, None).unwrap();
    let mut key = serde_json::to_value(key.as_verification_key()).unwrap();
    key["kid"] = json!(kid);
    key
}

/// The keys of a set as it is published, one of another kind before them.
fn keys(published: &[Value]) -> CoreJsonWebKeySet {
    let mut keys = vec![json!({ "kty": "EC", "kid": "k2", "crv": "P-256" })];
    keys.extend_from_slice(published);
    serde_json::from_value(json!({ "keys": keys })).unwrap()
}

fn claims() -> Value {
    json!({ "iss": "https://id.example.org", "sub": "u1", "aud": "minyi", "exp": NOW + 300, "iat": NOW,
            "nonce": "n1", "amr": ["pwd", "otp"] })
}

fn checked(token: &str, keys: &CoreJsonWebKeySet) -> Result<CoreIdTokenClaims, TokenFault> {
    let token: CoreIdToken = token.parse().map_err(|_| TokenFault::Malformed)?;
    check(&token, keys, &EXPECTED).cloned()
}

#[test]
fn a_token_of_the_provider_for_us_now_and_for_this_sign_in_is_believed() {
    let (head, set) = (
        json!({ "alg": "RS256", "kid": "k1", "typ": "JWT" }),
        keys(&[published("k1")]),
    );
    let said = checked(&signed(&head, &claims()), &set).unwrap();
    let methods = said.auth_method_refs().unwrap();
    assert_eq!((said.subject().as_str(), methods.len()), ("u1", 2));
    let mut several = claims();
    several["aud"] = json!(["minyi", "other"]);
    several["azp"] = json!("minyi");
    let mut late = claims();
    (late["exp"], late["iat"]) = (json!(NOW - 59), json!(NOW - 3_600));
    let mut early = claims();
    early["iat"] = json!(NOW + 60);
    for claims in [several, late, early] {
        assert!(checked(&signed(&head, &claims), &set).is_ok(), "{claims}");
    }
    // A token may name no key, and the provider may publish several, also under one name.
    let mut other = published("k1");
    other["n"] = json!(URL_SAFE_NO_PAD.encode([0xc5; 256]));
    let nameless = json!({ "alg": "RS256" });
    for set in [
        keys(&[other.clone(), published("k1")]),
        keys(&[published("k3"), other]),
    ] {
        assert!(checked(&signed(&nameless, &claims()), &set).is_ok());
    }
}

#[test]
fn every_other_token_is_refused_and_why() {
    let (head, set) = (json!({ "alg": "RS256", "kid": "k1" }), keys(&[published("k1")]));
    for (key, value, fault) in [
        ("iss", json!("https://id.example.com"), TokenFault::Issuer),
        ("iss", json!("https://id.example.org/"), TokenFault::Issuer),
        ("aud", json!("other"), TokenFault::Audience),
        ("aud", json!([]), TokenFault::Audience),
        ("aud", json!(["minyi", "other"]), TokenFault::Audience),
        ("azp", json!("other"), TokenFault::Audience),
        ("exp", json!(NOW - 61), TokenFault::Time),
        ("exp", json!(i64::MIN), TokenFault::Malformed),
        ("iat", json!(NOW + 61), TokenFault::Time),
        ("iat", json!(NOW - LONGEST_S), TokenFault::Time),
        ("iat", json!(i64::MAX), TokenFault::Malformed),
        ("nonce", json!("n2"), TokenFault::Nonce),
        ("nonce", Value::Null, TokenFault::Nonce),
        ("sub", json!(""), TokenFault::Malformed),
        ("sub", json!(7), TokenFault::Malformed),
    ] {
        let mut changed = claims();
        changed[key] = value;
        let refused = checked(&signed(&head, &changed), &set);
        assert_eq!(refused.unwrap_err(), fault, "{changed}");
    }
    let good = signed(&head, &claims());
    let (text, signature) = good.rsplit_once('.').unwrap();
    let (_, body) = text.split_once('.').unwrap();
    let mut others = claims();
    others["sub"] = json!("u2");
    for (token, fault) in [
        (
            format!("{}.{body}.", coded(&json!({ "alg": "none" }))),
            TokenFault::Algorithm,
        ),
        (
            format!("{}.{body}.{signature}", coded(&json!({ "alg": "HS256" }))),
            TokenFault::Algorithm,
        ),
        (
            signed(&json!({ "alg": "RS512", "kid": "k1" }), &claims()),
            TokenFault::Algorithm,
        ),
        (
            signed(&json!({ "alg": "RS256", "kid": "k9" }), &claims()),
            TokenFault::NoKey,
        ),
        (
            signed(&json!({ "alg": "RS256", "kid": "k2" }), &claims()),
            TokenFault::NoKey,
        ),
        (format!("{text}."), TokenFault::Signature),
        (
            format!("{text}.{}", "A".repeat(signature.len())),
            TokenFault::Signature,
        ),
        (
            format!("{}.{}.{signature}", coded(&head), coded(&others)),
            TokenFault::Signature,
        ),
        // Of another kind: what a provider sends when somebody leaves, and what asks for more than is understood.
        (
            signed(
                &json!({ "alg": "RS256", "kid": "k1", "typ": "logout+jwt" }),
                &claims(),
            ),
            TokenFault::Malformed,
        ),
        (
            signed(
                &json!({ "alg": "RS256", "kid": "k1", "crit": ["b64"] }),
                &claims(),
            ),
            TokenFault::Malformed,
        ),
        (
            format!("{}.{}.{signature}", coded(&head), coded(&json!({}))),
            TokenFault::Malformed,
        ),
        ("a.b".to_owned(), TokenFault::Malformed),
        (String::new(), TokenFault::Malformed),
    ] {
        assert_eq!(checked(&token, &set).unwrap_err(), fault, "{token}");
    }
}

#[test]
fn only_keys_of_rsa_for_signatures_that_are_long_enough_are_believed() {
    let token = signed(&json!({ "alg": "RS256", "kid": "k1" }), &claims());
    let strong_of = |key: Value| strong(&keys(&[key]));
    assert!(checked(&token, &strong_of(published("k1"))).is_ok());
    let mut for_secrets = published("k1");
    for_secrets["use"] = json!("enc");
    let mut for_another = published("k1");
    for_another["alg"] = json!("RS512");
    let mut short = published("k1");
    short["n"] = json!(URL_SAFE_NO_PAD.encode([vec![0; 128], vec![0xc5; 128]].concat()));
    for key in [for_secrets, for_another, short.clone()] {
        assert_eq!(checked(&token, &strong_of(key)).unwrap_err(), TokenFault::NoKey);
    }
    assert_eq!(strong_of(short).keys().len(), 0);
}
