//! Keys kept outside the database: one master key in a file, one subkey a purpose.
//!
//! Whoever holds the whole database but not this file learns no name, cannot
//! derive a code, and cannot tell which response belongs to which invitation.
//! Subkeys are HMAC-SHA256 of a label under the master key, so that no two
//! purposes ever share a key.
//!
//! Two purposes can be rotated: the keys that seal identities and second factors have generations
//! ([`file`] holds them). The first derives from the master key like every
//! subkey, later ones are random. Whatever is derived and not sealed (codes,
//! links, hashes, the receipts' signature) stays with the master key for ever,
//! because it has left the office on paper or is compared with what is stored.

use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use thiserror::Error;
use uuid::Uuid;

use crate::clock::Entropy;

pub mod file;

use file::KeyFile;

/// Length of an XChaCha20 nonce, which is stored before the ciphertext.
const NONCE_LEN: usize = 24;

/// Why keys or sealed data cannot be used.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The key file cannot be read or made.
    #[error("key file {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The key file holds something else.
    #[error(
        "key file {0} must hold 64 hexadecimal digits, then a line `identity NUMBER DIGITS` for each later generation"
    )]
    Malformed(PathBuf),
    /// Encrypted under another key, or changed since.
    #[error("sealed data cannot be opened: another key file, or the data was changed")]
    CannotOpen,
    /// The cipher refused the plaintext (longer than 256 GiB).
    #[error("data cannot be sealed")]
    CannotSeal,
}

/// A generation of the key that seals identities.
#[derive(Clone)]
struct Generation {
    number: u32,
    cipher: XChaCha20Poly1305,
    fingerprint: String,
}

impl Generation {
    fn new(number: u32, key: &[u8; 32]) -> Self {
        Self {
            number,
            cipher: XChaCha20Poly1305::new(key.into()),
            fingerprint: fingerprint_of(key),
        }
    }
}

/// Which keys data needs: shown to people, kept in backups; tells nothing of the keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Of the master key: four groups of four hexadecimal digits.
    pub master: String,
    /// Of the identity key that seals now.
    pub identity: String,
    /// Number of that generation, from 1.
    pub generation: u32,
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}: {})", self.master, self.generation, self.identity)
    }
}

/// The subkeys, one a purpose.
#[derive(Clone)]
pub struct Keys {
    /// Identity keys, the one that seals first.
    identity: Vec<Generation>,
    master_fingerprint: String,
    backup: [u8; 32],
    /// What seals second factors, in the generations of the identity keys and their order.
    second_factor: Vec<XChaCha20Poly1305>,
    recovery: [u8; 32],
    member: [u8; 32],
    code: [u8; 32],
    code_lookup: [u8; 32],
    link: [u8; 32],
    content: [u8; 32],
    device: [u8; 32],
    audit: [u8; 32],
    field_token: [u8; 32],
    field_box: [u8; 32],
    household: [u8; 32],
    pin: [u8; 32],
    secret: [u8; 32],
    visitor: [u8; 32],
    sender: [u8; 32],
    mail_stop: [u8; 32],
    sitting: [u8; 32],
    receipt: SigningKey,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(not shown)")
    }
}

/// The first 64 bits of a keyed hash, in groups that people can compare.
fn fingerprint_of(key: &[u8; 32]) -> String {
    let digits = hex::encode(&hmac(key, &[b"fingerprint"])[..8]);
    [&digits[..4], &digits[4..8], &digits[8..12], &digits[12..]].join("-")
}

/// HMAC-SHA256 of `parts`, each prefixed by its length so that no two lists of parts collide.
fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    mac_of(key, parts).finalize().into_bytes().into()
}

fn open_with(cipher: &XChaCha20Poly1305, context: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, body) = sealed.split_first_chunk::<NONCE_LEN>()?;
    let payload = Payload {
        msg: body,
        aad: context.as_bytes(),
    };
    cipher.decrypt(&XNonce::from(*nonce), payload).ok()
}

fn mac_of(key: &[u8; 32], parts: &[&[u8]]) -> Hmac<Sha256> {
    // Keys of 32 bytes fit any block, so that the array constructor cannot fail.
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block);
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac
}

/// A nonce from `entropy`, then `plain` encrypted and bound to `context`.
fn seal_under(
    cipher: &XChaCha20Poly1305,
    context: &str,
    plain: &[u8],
    entropy: &Entropy,
) -> Result<Vec<u8>, KeyError> {
    let nonce = entropy.bytes::<NONCE_LEN>();
    let payload = Payload {
        msg: plain,
        aad: context.as_bytes(),
    };
    let body = cipher
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| KeyError::CannotSeal)?;
    Ok([nonce.as_slice(), &body].concat())
}

impl Keys {
    /// The subkeys of a master key whose identity key was never rotated.
    pub fn from_master(master: &[u8; 32]) -> Self {
        Self::of(&KeyFile::new(*master))
    }

    /// The keys of a key file.
    pub fn of(file: &KeyFile) -> Self {
        let master = file.master();
        let subkey = |label: &str| hmac(master, &[b"minyi", label.as_bytes()]);
        let mut identity: Vec<Generation> = file
            .generations()
            .map(|(number, key)| Generation::new(number, key))
            .collect();
        let label: &[&[u8]] = &[b"minyi", b"second-factor"];
        let of_generation = |(_, key)| XChaCha20Poly1305::new(&hmac(key, label).into());
        let mut second_factor: Vec<XChaCha20Poly1305> = file.generations().map(of_generation).collect();
        second_factor.push(XChaCha20Poly1305::new(&subkey("second-factor").into()));
        // It derives from the master key anyway, so that old backups stay readable as long as that key is kept.
        identity.push(Generation::new(1, &subkey("identity")));
        Self {
            identity,
            master_fingerprint: fingerprint_of(master),
            backup: subkey("backup"),
            second_factor,
            recovery: subkey("recovery-code"),
            member: subkey("member"),
            code: subkey("code"),
            code_lookup: subkey("code-lookup"),
            link: subkey("link"),
            content: subkey("content"),
            device: subkey("device"),
            audit: subkey("audit"),
            field_token: subkey("field-token"),
            field_box: subkey("field-box"),
            household: subkey("household"),
            pin: subkey("pin"),
            secret: subkey("second-secret"),
            visitor: subkey("visitor"),
            sender: subkey("sender"),
            mail_stop: subkey("mail-stop"),
            sitting: subkey("sitting"),
            receipt: SigningKey::from_bytes(&subkey("receipt")),
        }
    }

    /// Reads the key file; makes one (mode 0600) when there is none.
    ///
    /// # Errors
    /// [`KeyError::Io`] and [`KeyError::Malformed`], naming the file.
    pub fn load_or_create(path: &Path, entropy: &Entropy) -> Result<Self, KeyError> {
        match Self::load(path) {
            Err(KeyError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                KeyFile::create(path, entropy)?;
                // Read back: of two servers starting at once, both use the key that won.
                Self::load(path)
            }
            loaded => loaded,
        }
    }

    /// Reads the key file, which must be there: what is stored already needs its own key and no new one.
    ///
    /// # Errors
    /// [`KeyError::Io`] and [`KeyError::Malformed`], naming the file.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        Ok(Self::of(&KeyFile::read(path)?))
    }

    /// Which keys these are.
    pub fn fingerprint(&self) -> Fingerprint {
        let sealing = self.identity.first();
        Fingerprint {
            master: self.master_fingerprint.clone(),
            identity: sealing.map(|one| one.fingerprint.clone()).unwrap_or_default(),
            generation: sealing.map_or(1, |one| one.number),
        }
    }

    /// Whether what was sealed under the keys of `fingerprint` can be opened with these.
    pub fn can_open(&self, fingerprint: &Fingerprint) -> bool {
        self.master_fingerprint == fingerprint.master
            && self
                .identity
                .iter()
                .any(|one| one.fingerprint == fingerprint.identity)
    }

    /// Keyed hash that seals the manifest of a backup, hex.
    pub fn backup_mac(&self, manifest: &[u8]) -> String {
        hex::encode(hmac(&self.backup, &[manifest]))
    }

    /// Whether that hash is the manifest's.
    pub fn is_backup_mac(&self, manifest: &[u8], seal: &str) -> bool {
        hex::decode(seal).is_ok_and(|seal| mac_of(&self.backup, &[manifest]).verify_slice(&seal).is_ok())
    }

    /// Encrypts `plain`, bound to `context` (round and row), with a nonce from `entropy`.
    ///
    /// # Errors
    /// [`KeyError::CannotSeal`], for plaintexts no machine holds.
    pub fn seal(&self, context: &str, plain: &[u8], entropy: &Entropy) -> Result<Vec<u8>, KeyError> {
        let sealing = self.identity.first().ok_or(KeyError::CannotSeal)?;
        let sealed = seal_under(&sealing.cipher, context, plain, entropy)?;
        #[cfg(test)]
        sealed_in_test::note(&sealed, sealing.number);
        Ok(sealed)
    }

    /// Decrypts what [`Keys::seal`] made under the same context, by whichever generation it was sealed.
    ///
    /// # Errors
    /// [`KeyError::CannotOpen`] when key, context or bytes differ.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.identity
            .iter()
            .find_map(|one| open_with(&one.cipher, context, sealed))
            .ok_or(KeyError::CannotOpen)
    }

    /// What was sealed by an earlier generation, sealed by the present one; none where it is so already.
    ///
    /// # Errors
    /// [`KeyError::CannotOpen`] where no generation opens it.
    pub fn seal_again(
        &self,
        context: &str,
        sealed: &[u8],
        entropy: &Entropy,
    ) -> Result<Option<Vec<u8>>, KeyError> {
        let now = self.identity.first().ok_or(KeyError::CannotSeal)?;
        if open_with(&now.cipher, context, sealed).is_some() {
            return Ok(None);
        }
        let plain = self.open(context, sealed)?;
        self.seal(context, &plain, entropy).map(Some)
    }

    /// Encrypts the secret that a member of staff shares with an app, bound to the account.
    ///
    /// # Errors
    /// See [`Keys::seal`].
    pub fn seal_second_factor(
        &self,
        staff: Uuid,
        secret: &[u8],
        entropy: &Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        let sealing = self.second_factor.first().ok_or(KeyError::CannotSeal)?;
        let sealed = seal_under(sealing, &staff.to_string(), secret, entropy)?;
        #[cfg(test)]
        sealed_in_test::note(&sealed, self.fingerprint().generation);
        Ok(sealed)
    }

    /// Decrypts what [`Keys::seal_second_factor`] made for the same account.
    ///
    /// # Errors
    /// See [`Keys::open`].
    pub fn open_second_factor(&self, staff: Uuid, sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.second_factor
            .iter()
            .find_map(|cipher| open_with(cipher, &staff.to_string(), sealed))
            .ok_or(KeyError::CannotOpen)
    }

    /// The same as [`Keys::seal_again`] for what [`Keys::seal_second_factor`] made.
    ///
    /// # Errors
    /// [`KeyError::CannotOpen`] where no generation opens it.
    pub fn seal_second_factor_again(
        &self,
        staff: Uuid,
        sealed: &[u8],
        entropy: &Entropy,
    ) -> Result<Option<Vec<u8>>, KeyError> {
        let now = self.second_factor.first().ok_or(KeyError::CannotSeal)?;
        if open_with(now, &staff.to_string(), sealed).is_some() {
            return Ok(None);
        }
        let plain = self.open_second_factor(staff, sealed)?;
        self.seal_second_factor(staff, &plain, entropy).map(Some)
    }

    /// What the database keeps of a recovery code: its HMAC, hex.
    pub fn recovery_mac(&self, staff: Uuid, code: &str) -> String {
        hex::encode(hmac(&self.recovery, &[staff.as_bytes(), code.as_bytes()]))
    }

    /// Key of a frame member, hex: the person id cannot be found from it by trying card numbers.
    pub fn member_key(&self, round: &str, person_id: &str) -> String {
        hex::encode(hmac(&self.member, &[round.as_bytes(), person_id.as_bytes()]))
    }

    /// The bytes from which an invitation's code is made.
    pub fn code_bytes(&self, invitation: Uuid) -> [u8; 32] {
        hmac(&self.code, &[invitation.as_bytes()])
    }

    /// What the database keeps of a code: its HMAC, hex.
    pub fn code_lookup(&self, code: &str) -> String {
        hex::encode(hmac(&self.code_lookup, &[code.as_bytes()]))
    }

    /// The link of an invitation's response: HMAC of the invitation id, hex.
    pub fn link(&self, invitation: Uuid) -> String {
        hex::encode(hmac(&self.link, &[invitation.as_bytes()]))
    }

    /// Keyed hash of a submission's content, hex.
    pub fn content_mac(&self, content: &[u8]) -> String {
        hex::encode(hmac(&self.content, &[content]))
    }

    /// Keyed hash of a browser token for a round, hex.
    pub fn device_hash(&self, round: &str, token: &str) -> String {
        hex::encode(hmac(&self.device, &[round.as_bytes(), token.as_bytes()]))
    }

    /// Keyed hash of a respondent's four digits for a draft, hex. Ten thousand guesses would find them under any plain
    /// hash, however slow; not without this key.
    pub fn pin_hash(&self, draft: &str, digits: &str) -> String {
        hex::encode(hmac(&self.pin, &[draft.as_bytes(), digits.as_bytes()]))
    }

    /// Keyed hash of an audit entry's fields, hex.
    pub fn audit_hash(&self, fields: &[&[u8]]) -> String {
        hex::encode(hmac(&self.audit, fields))
    }

    /// What the database keeps of an interviewer's bearer token: its HMAC, hex.
    pub fn field_token_hash(&self, token: &str) -> String {
        hex::encode(hmac(&self.field_token, &[token.as_bytes()]))
    }

    /// Bytes from which the key pair of a generation is made that devices seal answers to; see `field::sealing`.
    pub(crate) fn field_box_bytes(&self, generation: u32, attempt: u32) -> [u8; 32] {
        hmac(
            &self.field_box,
            &[&generation.to_be_bytes(), &attempt.to_be_bytes()],
        )
    }

    /// Groups the cases of a household within a round, 12 hex digits: without the key file no address is found from
    /// it by trying, and the same address in another round has another one.
    pub fn household(&self, round: &str, place: &str) -> String {
        hex::encode(&hmac(&self.household, &[round.as_bytes(), place.as_bytes()])[..6])
    }

    /// Keyed hash of a respondent's second secret, hex: all that is stored of it.
    pub fn secret_mac(&self, round: &str, secret: &str) -> String {
        hex::encode(hmac(&self.secret, &[round.as_bytes(), secret.as_bytes()]))
    }

    /// Keyed hash that seals a respondent's cookie, hex.
    pub fn visitor_mac(&self, fields: &[&[u8]]) -> String {
        hex::encode(hmac(&self.visitor, fields))
    }

    /// Whether a seal that came in is that of `fields`, in the same time wherever the two differ.
    pub fn is_visitor_mac(&self, fields: &[&[u8]], seal: &str) -> bool {
        hex::decode(seal).is_ok_and(|seal| mac_of(&self.visitor, fields).verify_slice(&seal).is_ok())
    }

    /// The id under which a browser hands answers in: whoever keeps the browser's token finds the response again, and
    /// nobody else, not even on the database.
    pub fn sent_id(&self, device_hash: &str) -> Uuid {
        let mac = hmac(&self.sender, &[device_hash.as_bytes()]);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&mac[..16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// Seal of the address at which a recipient of the office's mail stops it, hex.
    pub fn mail_stop_mac(&self, recipient: Uuid) -> String {
        hex::encode(hmac(&self.mail_stop, &[recipient.as_bytes()]))
    }

    /// Keyed hash of a device or of a time, beside which responses are counted, hex.
    pub fn sitting_mark(&self, fields: &[&[u8]]) -> String {
        hex::encode(hmac(&self.sitting, fields))
    }

    /// Signs with the receipt key.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.receipt.sign(message).to_bytes()
    }

    /// The key that checks receipts; may be published.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.receipt.verifying_key()
    }
}

/// What was sealed in this test, by nonce, with the generation that sealed it: a test of rotation finds by it what no list
/// of columns names.
#[cfg(test)]
pub(crate) mod sealed_in_test {
    use std::cell::RefCell;
    use std::collections::HashMap;

    use super::NONCE_LEN;

    thread_local! {
        static NOTED: RefCell<HashMap<[u8; NONCE_LEN], u32>> = RefCell::new(HashMap::new());
    }

    pub(super) fn note(sealed: &[u8], generation: u32) {
        if let Some((nonce, _)) = sealed.split_first_chunk::<NONCE_LEN>() {
            NOTED.with(|noted| noted.borrow_mut().insert(*nonce, generation));
        }
    }

    /// The generation that sealed these bytes; none where nothing did.
    pub(crate) fn generation_of(bytes: &[u8]) -> Option<u32> {
        let (nonce, _) = bytes.split_first_chunk::<NONCE_LEN>()?;
        NOTED.with(|noted| noted.borrow().get(nonce).copied())
    }
}

#[cfg(test)]
mod tests;
