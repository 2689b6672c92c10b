//! The ID token of a provider (OpenID Connect Core 1.0, 3.1.3.7): signed by it with RS256, which every provider has, for
//! this server, for this sign-in, and now.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::{BigUint, Pkcs1v15Sign, RsaPublicKey};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use thiserror::Error;

/// Seconds by which clocks may differ.
const LEEWAY_S: i64 = 60;
/// Longest life of a token that is believed, in seconds.
const LONGEST_S: i64 = 24 * 3_600;
/// Smallest key that is believed, in bytes (RFC 7518, 3.3: 2,048 bits).
const LEAST_KEY_BYTES: usize = 256;
/// What stands before a SHA-256 in a signature by RSASSA-PKCS1-v1_5 (RFC 8017, 9.2, note 1).
const SHA256_PREFIX: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0x04, 0x20,
];

/// A key of the provider (RFC 7517), as far as it is one of RSA.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

/// Why a token is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum TokenFault {
    /// Not three parts of base64url with JSON in them.
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

#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: Option<String>,
}

/// One audience or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// What a token says, as far as it is needed.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Claims {
    iss: String,
    pub(super) sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nonce: Option<String>,
    #[serde(default)]
    pub(super) amr: Vec<String>,
    pub(super) acr: Option<String>,
}

/// What a token has to say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now_s: i64,
}

fn part<T: serde::de::DeserializeOwned>(coded: &str) -> Result<T, TokenFault> {
    let bytes = URL_SAFE_NO_PAD.decode(coded).map_err(|_| TokenFault::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| TokenFault::Malformed)
}

/// The keys that may have signed: those of the name in the token's head, or all where it names none.
fn keys_for<'a>(keys: &'a [Jwk], kid: Option<&'a str>) -> impl Iterator<Item = RsaPublicKey> + 'a {
    let fits = move |key: &&Jwk| {
        let named = kid.is_none_or(|kid| key.kid.as_deref() == Some(kid));
        key.kty == "RSA" && key.purpose.as_deref().is_none_or(|purpose| purpose == "sig") && named
    };
    let number = |coded: &Option<String>| URL_SAFE_NO_PAD.decode(coded.as_ref()?).ok();
    keys.iter().filter(fits).filter_map(move |key| {
        let (n, e) = (number(&key.n)?, number(&key.e)?);
        if n.len() < LEAST_KEY_BYTES {
            return None;
        }
        RsaPublicKey::new(BigUint::from_bytes_be(&n), BigUint::from_bytes_be(&e)).ok()
    })
}

/// What a token says, if it is to be believed.
pub(super) fn check(token: &str, keys: &[Jwk], expected: &Expected<'_>) -> Result<Claims, TokenFault> {
    let (signed, signature) = token.rsplit_once('.').ok_or(TokenFault::Malformed)?;
    let (head, body) = signed.split_once('.').ok_or(TokenFault::Malformed)?;
    let head: Head = part(head)?;
    if head.alg != "RS256" {
        return Err(TokenFault::Algorithm);
    }
    let signature = URL_SAFE_NO_PAD
        .decode(signature)
        .map_err(|_| TokenFault::Malformed)?;
    let digest = Sha256::digest(signed.as_bytes());
    let mut known = keys_for(keys, head.kid.as_deref()).peekable();
    if known.peek().is_none() {
        return Err(TokenFault::NoKey);
    }
    let scheme = || Pkcs1v15Sign {
        hash_len: Some(32),
        prefix: SHA256_PREFIX.into(),
    };
    if !known.any(|key| key.verify(scheme(), &digest[..], &signature).is_ok()) {
        return Err(TokenFault::Signature);
    }
    let claims: Claims = part(body)?;
    let us = expected.client_id;
    let is_for_us = match &claims.aud {
        Audience::One(one) => one == us,
        // With several the token has to say to whom it was given.
        Audience::Several(all) => {
            all.iter().any(|one| one == us) && (all.len() == 1 || claims.azp.as_deref() == Some(us))
        }
    };
    let is_given_to_us = claims.azp.as_deref().is_none_or(|azp| azp == us);
    let now = expected.now_s;
    let is_of_now =
        claims.exp + LEEWAY_S > now && claims.iat <= now + LEEWAY_S && claims.iat + LONGEST_S > now;
    match () {
        () if claims.iss != expected.issuer => Err(TokenFault::Issuer),
        () if !is_for_us || !is_given_to_us => Err(TokenFault::Audience),
        () if !is_of_now => Err(TokenFault::Time),
        () if claims.nonce.as_deref() != Some(expected.nonce) => Err(TokenFault::Nonce),
        () if claims.sub.is_empty() => Err(TokenFault::Malformed),
        () => Ok(claims),
    }
}

#[cfg(test)]
mod tests {
    use rsa::RsaPrivateKey;
    use serde_json::{Value, json};

    use super::*;

    /// A key made for this test, in hexadecimal digits.
    const N: &str = "a1d8782e82be3438c21a1745fe906e0ad91266511c292e39548240e379a1d76bf60e48b83d3272d0e25125e905bc8dfd\
     91222d31adeb60c06e3d0eb922063acdfacfe5b04b6501feb57c0dce61fa62babeb816e54f96868f6591ce4da1737165\
     547a4ea067cf00abb44a6c2316a6d979ed8bb53e7af0757da61e004c96f40d3470b30532455fa8bc3228b9bbec981aa4\
     9a11bf726bb799f44c3e79de25a9b5d84df5580e6d93a9a53dfc93cb54fcfd4c7e05a6422d8bad0c51e1198eb136bf83\
     ab40ed2e993bd350ff272030b2575e16937441d82425c01d80db3253d90c950fb5f5a79cb24122b6f25bed29ee7c3b6c\
     b60378d1d97e66cf0eee1442669c99f9";
    const D: &str = "4ef36c5d3406592f3ef0bf5db3bafd1369a522287b1653a83fe372880533c004b8796b5c04ee713818cf0131554d0fef\
     1c3791d86441286776df6e293dc1d039df1a3fafea7791ab9118bd1b6a8c5c5140ec48af004e2bc21408369d841eeeb8\
     41a790678b7c5d956553d0c0a5322b70e1427fddc4d73c595909d5978723f2b4544587fccea7185e20ac7b75dfda44c6\
     20454e20f97c96fdf0629bf9e25bccfc8ff27d415b7a3ec644420cfa95db6c7ad02eb97817cd5b9b82fd697653efdbbe\
     9849291a962d25f271d3fd2818dbec6e4d6b0a5a9c94f15e9cbd9bc394e50fda13e771ef28178fd7e29bdbbdbb988c0e\
     2c3a30da893e98f81577e3d600723c49";
    const P: &str = "e45c3c66a9acebcc74e9c9207349975ac1504b2c3e2c5316be16fbd9803c9cf36bec5083a2c3609811f4f21fecf0ab99\
     a556f178f4b14e35c61450a992cc1353336ee2bc3966da4a0fefbd58e19514d4fac35430afcb4d05219b4df50c3205b8\
     de1a47e796ecf67cdc2aad82f2c2785c11560072d147e8a0cf41be033e114b5b";
    const Q: &str = "b56f44eccd5c8d9618494cee574e406817380298ea1fd40897b5f996071eca004f273548428fa1775bf9e9aaffd69e3b\
     8363e307e508ea319a493ff3e3b4439fa8f8f65163a12de140becd1a19faba8f86d6f32669fec397191606583a9144ec\
     a231c6b1f7b4a5d13b96e8bdf85c3897eb7a22281572bd5abc2460002f61743b";
    const NOW: i64 = 1_800_000_000;
    const EXPECTED: Expected<'_> = Expected {
        issuer: "https://id.example.org",
        client_id: "minyi",
        nonce: "n1",
        now_s: NOW,
    };

    fn number(digits: &str) -> BigUint {
        BigUint::from_bytes_be(&hex::decode(digits).unwrap())
    }

    fn coded(value: &Value) -> String {
        URL_SAFE_NO_PAD.encode(value.to_string())
    }

    fn signed(head: &Value, claims: &Value) -> String {
        let primes = vec![number(P), number(Q)];
        let key =
            RsaPrivateKey::from_components(number(N), BigUint::from(65_537_u32), number(D), primes).unwrap();
        let text = format!("{}.{}", coded(head), coded(claims));
        let scheme = Pkcs1v15Sign {
            hash_len: Some(32),
            prefix: SHA256_PREFIX.into(),
        };
        let signature = key.sign(scheme, &Sha256::digest(text.as_bytes())[..]).unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn keys() -> Vec<Jwk> {
        let n = URL_SAFE_NO_PAD.encode(hex::decode(N).unwrap());
        let key = json!({ "kty": "RSA", "kid": "k1", "use": "sig", "n": n, "e": "AQAB" });
        let other = json!({ "kty": "EC", "kid": "k2", "crv": "P-256" });
        serde_json::from_value(json!([other, key])).unwrap()
    }

    fn claims() -> Value {
        json!({ "iss": "https://id.example.org", "sub": "u1", "aud": "minyi", "exp": NOW + 300, "iat": NOW,
                "nonce": "n1", "amr": ["pwd", "otp"] })
    }

    #[test]
    fn a_token_of_the_provider_for_us_now_and_for_this_sign_in_is_believed() {
        let head = json!({ "alg": "RS256", "kid": "k1" });
        let said = check(&signed(&head, &claims()), &keys(), &EXPECTED).unwrap();
        assert_eq!((said.sub.as_str(), said.amr.len()), ("u1", 2));
        let nameless = json!({ "alg": "RS256" });
        assert!(check(&signed(&nameless, &claims()), &keys(), &EXPECTED).is_ok());
        let mut several = claims();
        several["aud"] = json!(["minyi", "other"]);
        several["azp"] = json!("minyi");
        assert!(check(&signed(&head, &several), &keys(), &EXPECTED).is_ok());
    }

    #[test]
    fn every_other_token_is_refused_and_why() {
        let head = json!({ "alg": "RS256", "kid": "k1" });
        for (key, value, fault) in [
            ("iss", json!("https://id.example.com"), TokenFault::Issuer),
            ("aud", json!("other"), TokenFault::Audience),
            ("aud", json!(["minyi", "other"]), TokenFault::Audience),
            ("azp", json!("other"), TokenFault::Audience),
            ("exp", json!(NOW - 61), TokenFault::Time),
            ("iat", json!(NOW + 61), TokenFault::Time),
            ("iat", json!(NOW - LONGEST_S), TokenFault::Time),
            ("nonce", json!("n2"), TokenFault::Nonce),
            ("nonce", Value::Null, TokenFault::Nonce),
            ("sub", json!(""), TokenFault::Malformed),
            ("sub", json!(7), TokenFault::Malformed),
        ] {
            let mut changed = claims();
            changed[key] = value;
            let refused = check(&signed(&head, &changed), &keys(), &EXPECTED);
            assert_eq!(refused.unwrap_err(), fault, "{key}");
        }
        let good = signed(&head, &claims());
        let (text, signature) = good.rsplit_once('.').unwrap();
        let (_, body) = text.split_once('.').unwrap();
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
                format!("{}.{}.{signature}", coded(&head), coded(&json!({}))),
                TokenFault::Signature,
            ),
            ("a.b".to_owned(), TokenFault::Malformed),
            (String::new(), TokenFault::Malformed),
        ] {
            assert_eq!(check(&token, &keys(), &EXPECTED).unwrap_err(), fault, "{token}");
        }
    }
}
