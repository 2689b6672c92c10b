//! Finished answers come sealed: only this server can open them, not even the device that sealed them.
//!
//! A device makes a key pair for one message (ECDH on P-256), agrees on a secret with the server's public key,
//! derives an AES-256-GCM key by HKDF-SHA-256 (empty salt, info `minyi field v1` and the id), and forgets its own
//! private key. The id, the round and the case are authenticated with it, so that an envelope cannot be moved to
//! another case. What Web Crypto makes of it is fixed by the vectors in `testdata/sealed.json`.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use thiserror::Error;
use uuid::Uuid;

use crate::clock::Entropy;
use crate::keys::{KeyError, Keys};

/// The only version of the envelope.
const VERSION: u8 = 1;
/// Generation of the key that devices are given. Raising it makes a new key; earlier generations still open.
const GENERATION: u32 = 1;

/// A public key of P-256 as JSON Web Key (RFC 7517).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    kty: String,
    crv: String,
    x: String,
    y: String,
}

/// A sealed message as it stands in the body and in the table of what is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    v: u8,
    kid: String,
    epk: Jwk,
    iv: String,
    ct: String,
}

/// What an envelope belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Id of the response.
    pub id: Uuid,
    /// The round.
    pub round: &'a str,
    /// The case.
    pub case: &'a str,
}

/// Why an envelope cannot be opened. The device keeps it, so nothing is lost.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum OpenError {
    /// Another version, or fields that are no key, nonce or ciphertext.
    #[error("the envelope is not of the known form")]
    Malformed,
    /// Sealed to a key that this server does not have.
    #[error("sealed to another server's key")]
    UnknownKey,
    /// Changed on the way, or bound to another id, round or case.
    #[error("damaged, or sealed for another case")]
    Damaged,
}

impl Jwk {
    fn of(key: &PublicKey) -> Self {
        // 4, x, y: 65 bytes.
        let point = key.to_sec1_point(false);
        let (x, y) = point
            .as_bytes()
            .get(1..)
            .unwrap_or_default()
            .split_at_checked(32)
            .unwrap_or_default();
        Self {
            kty: "EC".to_owned(),
            crv: "P-256".to_owned(),
            x: URL_SAFE_NO_PAD.encode(x),
            y: URL_SAFE_NO_PAD.encode(y),
        }
    }

    /// The key, if it is a point of the curve.
    fn key(&self) -> Result<PublicKey, OpenError> {
        let coordinate = |text: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            <[u8; 32]>::try_from(bytes).ok()
        };
        let (Some(x), Some(y)) = (coordinate(&self.x), coordinate(&self.y)) else {
            return Err(OpenError::Malformed);
        };
        if self.kty != "EC" || self.crv != "P-256" {
            return Err(OpenError::Malformed);
        }
        let point = [&[4], x.as_slice(), y.as_slice()].concat();
        PublicKey::from_sec1_bytes(&point).map_err(|_| OpenError::Malformed)
    }
}

/// A key pair to which devices seal.
#[derive(Clone)]
pub struct BoxKey {
    kid: String,
    secret: SecretKey,
}

impl std::fmt::Debug for BoxKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BoxKey({})", self.kid)
    }
}

impl BoxKey {
    /// The key that devices are given now.
    ///
    /// # Errors
    /// Never in practice: of 2³² candidates all would have to lie outside the group's order.
    pub fn current(keys: &Keys) -> Result<Self, KeyError> {
        Self::of_generation(keys, GENERATION)
    }

    fn of_generation(keys: &Keys, generation: u32) -> Result<Self, KeyError> {
        // Almost every string of 32 bytes is a scalar; the next is tried when one is not.
        let mut candidates = (0..=u32::MAX).map(|attempt| keys.field_box_bytes(generation, attempt));
        let secret = candidates
            .find_map(|bytes| SecretKey::from_slice(&bytes).ok())
            .ok_or(KeyError::CannotSeal)?;
        let print = Sha256::digest(secret.public_key().to_sec1_point(false).as_bytes());
        Ok(Self {
            kid: format!("{generation}-{}", hex::encode(&print[..4])),
            secret,
        })
    }

    /// The key of an identifier, if it is one of this server's.
    fn of_kid(keys: &Keys, kid: &str) -> Option<Self> {
        let generation: u32 = kid.split_once('-')?.0.parse().ok()?;
        if !(1..=GENERATION).contains(&generation) {
            return None;
        }
        Self::of_generation(keys, generation)
            .ok()
            .filter(|key| key.kid == kid)
    }

    /// What devices are told.
    pub fn published(&self) -> Value {
        json!({ "kid": self.kid, "jwk": Jwk::of(&self.secret.public_key()) })
    }
}

fn info(id: Uuid) -> Vec<u8> {
    format!("minyi field v1{id}").into_bytes()
}

fn additional_data(subject: Subject<'_>) -> Vec<u8> {
    format!("{}|{}|{}", subject.id, subject.round, subject.case).into_bytes()
}

fn cipher(secret: &SecretKey, other: &PublicKey, id: Uuid) -> Result<Aes256Gcm, OpenError> {
    let mut key = aes_gcm::Key::<Aes256Gcm>::default();
    secret
        .diffie_hellman(other)
        .extract::<Sha256>(None)
        .expand(&info(id), &mut key)
        .map_err(|_| OpenError::Malformed)?;
    Ok(Aes256Gcm::new(&key))
}

/// Opens an envelope.
///
/// # Errors
/// [`OpenError`].
pub fn open(keys: &Keys, envelope: &Envelope, subject: Subject<'_>) -> Result<Vec<u8>, OpenError> {
    if envelope.v != VERSION {
        return Err(OpenError::Malformed);
    }
    let key = BoxKey::of_kid(keys, &envelope.kid).ok_or(OpenError::UnknownKey)?;
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| OpenError::Malformed);
    let nonce = <[u8; 12]>::try_from(decode(&envelope.iv)?).map_err(|_| OpenError::Malformed)?;
    let sealed = decode(&envelope.ct)?;
    let payload = Payload {
        msg: &sealed,
        aad: &additional_data(subject),
    };
    cipher(&key.secret, &envelope.epk.key()?, subject.id)?
        .decrypt(&Nonce::from(nonce), payload)
        .map_err(|_| OpenError::Damaged)
}

/// Seals as a device does: what reaches the server by another road is kept no other way.
///
/// # Errors
/// [`OpenError`], never in practice: the keys are this server's own.
pub fn seal(
    keys: &Keys,
    subject: Subject<'_>,
    plain: &[u8],
    entropy: &Entropy,
) -> Result<Envelope, OpenError> {
    let server = BoxKey::current(keys).map_err(|_| OpenError::UnknownKey)?;
    let ephemeral = SecretKey::from_slice(&entropy.bytes::<32>()).map_err(|_| OpenError::Malformed)?;
    let nonce = entropy.bytes::<12>();
    let payload = Payload {
        msg: plain,
        aad: &additional_data(subject),
    };
    let sealed = cipher(&ephemeral, &server.secret.public_key(), subject.id)?
        .encrypt(&Nonce::from(nonce), payload)
        .map_err(|_| OpenError::Malformed)?;
    Ok(Envelope {
        v: VERSION,
        kid: server.kid,
        epk: Jwk::of(&ephemeral.public_key()),
        iv: URL_SAFE_NO_PAD.encode(nonce),
        ct: URL_SAFE_NO_PAD.encode(sealed),
    })
}

#[cfg(test)]
pub(crate) mod testing {
    //! A device that seals.

    use super::*;

    /// Seals as a device does.
    pub(crate) fn seal(keys: &Keys, subject: Subject<'_>, plain: &[u8], entropy: &Entropy) -> Envelope {
        super::seal(keys, subject, plain, entropy).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Uuid = Uuid::from_u128(0x7c2f_6e0e_5b0e_4a3b_9a53_0a4d_1c1f_7b11);
    const SUBJECT: Subject<'_> = Subject {
        id: ID,
        round: "yunxi-2026",
        case: "resident-000001",
    };

    fn keys() -> Keys {
        Keys::from_master(&[7; 32])
    }

    #[derive(Deserialize)]
    struct Vector {
        id: Uuid,
        round: String,
        case_id: String,
        plain: serde_json::Value,
        sealed: Envelope,
    }

    /// Made by `tests/browser/field/seal.mjs`: the app's own code on Node's Web Crypto, for the key of [`keys`].
    #[test]
    fn what_web_crypto_sealed_is_opened() {
        let vectors: Vec<Vector> = serde_json::from_str(include_str!("testdata/sealed.json")).unwrap();
        assert_eq!(vectors.len(), 3);
        for vector in vectors {
            let subject = Subject {
                id: vector.id,
                round: &vector.round,
                case: &vector.case_id,
            };
            let plain = open(&keys(), &vector.sealed, subject).unwrap();
            assert_eq!(
                serde_json::from_slice::<serde_json::Value>(&plain).unwrap(),
                vector.plain
            );
        }
    }

    #[test]
    fn envelope_opens_only_for_its_own_case_round_and_id() {
        let envelope = testing::seal(&keys(), SUBJECT, "答卷".as_bytes(), &Entropy::seeded(1));
        assert_eq!(open(&keys(), &envelope, SUBJECT).unwrap(), "答卷".as_bytes());
        let others = [
            Subject {
                id: Uuid::nil(),
                ..SUBJECT
            },
            Subject {
                round: "yunxi-2027",
                ..SUBJECT
            },
            Subject {
                case: "resident-000002",
                ..SUBJECT
            },
        ];
        for other in others {
            assert_eq!(open(&keys(), &envelope, other), Err(OpenError::Damaged));
        }
    }

    #[test]
    fn damaged_and_foreign_envelopes_are_told_apart() {
        let good = testing::seal(&keys(), SUBJECT, b"x", &Entropy::seeded(1));
        let fault = |change: &dyn Fn(&mut Envelope)| {
            let mut envelope = good.clone();
            change(&mut envelope);
            open(&keys(), &envelope, SUBJECT).unwrap_err()
        };
        assert_eq!(fault(&|e| e.v = 2), OpenError::Malformed);
        assert_eq!(fault(&|e| e.iv.push('A')), OpenError::Malformed);
        assert_eq!(fault(&|e| e.epk.y = e.epk.x.clone()), OpenError::Malformed);
        assert_eq!(fault(&|e| e.epk.crv = "P-384".into()), OpenError::Malformed);
        assert_eq!(fault(&|e| e.kid = "2-00000000".into()), OpenError::UnknownKey);
        assert_eq!(fault(&|e| e.kid = "1-00000000".into()), OpenError::UnknownKey);
        assert_eq!(fault(&|e| e.ct = e.iv.clone()), OpenError::Damaged);
        assert_eq!(
            open(&Keys::from_master(&[8; 32]), &good, SUBJECT),
            Err(OpenError::UnknownKey)
        );
    }

    #[test]
    fn key_stays_the_same_from_start_to_start_and_differs_by_generation() {
        let key = |generation| BoxKey::of_generation(&keys(), generation).unwrap().published();
        assert_eq!(key(1), BoxKey::current(&keys()).unwrap().published());
        assert_ne!(key(1)["jwk"], key(2)["jwk"]);
    }
}
