//! Statistics with a signature.

use analysis::federation::SharedStatistics;
use ed25519_dalek::{Signature, VerifyingKey};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::keys::Keys;

/// A unit's statistics, and who says so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// The statistics.
    pub statistics: SharedStatistics,
    /// The day of the signature.
    pub day: Date,
    /// The public key, hex.
    pub key: String,
    /// Ed25519 signature of day and statistics, hex.
    pub signature: String,
}

impl Signed {
    /// Signs statistics.
    ///
    /// # Errors
    /// Never, as statistics are always JSON; serde's signature has one.
    pub fn of(keys: &Keys, statistics: SharedStatistics, day: Date) -> Result<Self, serde_json::Error> {
        let mut signed = Self {
            statistics,
            day,
            key: hex::encode(keys.verifying_key().as_bytes()),
            signature: String::new(),
        };
        signed.signature = hex::encode(keys.sign(signed.statement()?.as_bytes()));
        Ok(signed)
    }

    /// What is signed: the compact JSON of what was read, so that nothing unread is ever taken for signed.
    fn statement(&self) -> Result<String, serde_json::Error> {
        let text = serde_json::to_string(&self.statistics)?;
        let hash = hex::encode(Sha256::digest(text));
        Ok(format!("minyi statistics v1\n{}\n{hash}\n", self.day))
    }

    /// Whether the signature is that of the enclosed key.
    ///
    /// # Errors
    /// As [`Signed::of`].
    pub fn holds(&self) -> Result<bool, serde_json::Error> {
        let statement = self.statement()?;
        Ok(key(&self.key).is_some_and(|key| holds(&key, statement.as_bytes(), &self.signature)))
    }
}

/// A public key from its hex form.
pub fn key(hex: &str) -> Option<VerifyingKey> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(hex, &mut bytes).ok()?;
    VerifyingKey::from_bytes(&bytes).ok()
}

/// Whether a signature, in hex, is that of a key.
pub fn holds(key: &VerifyingKey, statement: &[u8], signature: &str) -> bool {
    let mut bytes = [0; 64];
    hex::decode_to_slice(signature, &mut bytes).is_ok()
        && key
            .verify_strict(statement, &Signature::from_bytes(&bytes))
            .is_ok()
}
