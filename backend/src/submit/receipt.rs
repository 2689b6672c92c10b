//! Receipts (回执): a signed leaf, which shows that a response was accepted and never which answers.
//!
//! A leaf is the salted hash of a response. The salt is random, shown by no
//! page, and destroyed when a response is withdrawn; without it nobody, the
//! respondent included, can show what was answered, so that nobody can be made
//! to. Text form: `MY1.{round}.{leaf}.{signature}`, the last two in base64url.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::keys::Keys;
use crate::store::StoreError;

const PREFIX: &str = "MY1";

/// A receipt whose signature was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The round.
    pub round: String,
    /// The leaf, hex.
    pub leaf: String,
}

/// Why a text is no receipt.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ReceiptError {
    /// Not the form of a receipt.
    #[error("this is not a receipt: it must read MY1.round.leaf.signature")]
    Malformed,
    /// Not signed by this server, or changed.
    #[error("the signature does not hold: the receipt is from another server, or was changed")]
    BadSignature,
}

/// The salted hash of a response.
pub fn leaf(salt: &[u8; 32], round: &str, form_version: &str, answers_json: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"minyi leaf v1");
    for part in [
        salt.as_slice(),
        round.as_bytes(),
        form_version.as_bytes(),
        answers_json.as_bytes(),
    ] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

fn message(round: &str, leaf: &[u8]) -> Vec<u8> {
    [b"minyi receipt v1\0", round.as_bytes(), b"\0", leaf].concat()
}

/// Signs a leaf.
pub fn sign(keys: &Keys, round: &str, leaf: &[u8; 32]) -> String {
    let signature = keys.sign(&message(round, leaf));
    format!(
        "{PREFIX}.{round}.{}.{}",
        URL_SAFE_NO_PAD.encode(leaf),
        URL_SAFE_NO_PAD.encode(signature)
    )
}

/// The receipt of a stored response. None is kept: signed again, a leaf gives the same letters (Ed25519 takes no chance,
/// RFC 8032 §5.1.6).
///
/// - `leaf`: hex, as it is stored.
///
/// # Errors
/// [`StoreError::Corrupt`] when it is no leaf.
pub fn of(keys: &Keys, round: &str, leaf: &str) -> Result<String, StoreError> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(leaf, &mut bytes).map_err(|error| StoreError::Corrupt {
        table: "responses",
        what: format!("leaf: {error}"),
    })?;
    Ok(sign(keys, round, &bytes))
}

/// Reads a receipt and checks its signature. Blanks count for nothing: the receipt's page shows it in groups of four,
/// and mail programs break lines.
///
/// # Errors
/// [`ReceiptError`].
pub fn verify(key: &VerifyingKey, text: &str) -> Result<Receipt, ReceiptError> {
    let text: String = text.split_whitespace().collect();
    let mut parts = text.split('.');
    let (Some(PREFIX), Some(round), Some(leaf), Some(signature), None) = (
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
    ) else {
        return Err(ReceiptError::Malformed);
    };
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| ReceiptError::Malformed);
    let leaf = decode(leaf)?;
    let signature = Signature::from_slice(&decode(signature)?).map_err(|_| ReceiptError::Malformed)?;
    if leaf.len() != 32 {
        return Err(ReceiptError::Malformed);
    }
    key.verify_strict(&message(round, &leaf), &signature)
        .map_err(|_| ReceiptError::BadSignature)?;
    Ok(Receipt {
        round: round.to_owned(),
        leaf: hex::encode(leaf),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipt_verifies_until_anything_is_changed() {
        let keys = Keys::from_master(&[9; 32]);
        let leaf = leaf(&[1; 32], "qinghe-2026", "v", "{}");
        let text = sign(&keys, "qinghe-2026", &leaf);
        let key = keys.verifying_key();
        let receipt = verify(&key, &format!(" {text}\n")).unwrap();
        assert_eq!(
            (receipt.round.as_str(), receipt.leaf),
            ("qinghe-2026", hex::encode(leaf))
        );
        assert_eq!(
            verify(&key, &text.replace("2026", "2027")),
            Err(ReceiptError::BadSignature)
        );
        let in_fours: String = text.chars().map(|one| format!("{one} ")).collect();
        assert!(verify(&key, &in_fours.replacen(' ', "\n", 3)).is_ok());
        let other = Keys::from_master(&[8; 32]).verifying_key();
        assert_eq!(verify(&other, &text), Err(ReceiptError::BadSignature));
        for bad in [
            "",
            "MY1",
            "MY1.a.b.c",
            "MY2.a.b.c",
            &format!("{text}.x"),
            &text[..text.len() - 4],
        ] {
            assert_eq!(verify(&key, bad), Err(ReceiptError::Malformed), "{bad}");
        }
    }

    #[test]
    fn a_stored_leaf_gives_the_receipt_that_was_given_and_nothing_else_gives_one() {
        let keys = Keys::from_master(&[9; 32]);
        let given = sign(&keys, "qinghe-2026", &[7; 32]);
        assert_eq!(of(&keys, "qinghe-2026", &hex::encode([7; 32])).unwrap(), given);
        for leaf in ["", "07", "not a leaf", &hex::encode([7; 33])] {
            let error = of(&keys, "qinghe-2026", leaf).unwrap_err();
            assert!(error.to_string().starts_with("responses: leaf"), "{error}");
        }
    }

    #[test]
    fn leaf_depends_on_every_part() {
        let base = leaf(&[1; 32], "r", "v", "{}");
        assert_ne!(base, leaf(&[2; 32], "r", "v", "{}"));
        assert_ne!(base, leaf(&[1; 32], "rv", "", "{}"));
        assert_ne!(base, leaf(&[1; 32], "r", "v", "{ }"));
    }
}
