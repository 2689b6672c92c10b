//! Signing by DKIM (RFC 6376, RFC 8463) with lettre's own signer: what receiving servers ask of a sender, and without
//! which they honour no one-click stop (RFC 8058).
//!
//! The key is a PEM file as `openssl genpkey` or `openssl genrsa` writes it (`MINYI_DKIM_KEY`), RSA or Ed25519; the
//! selector is `MINYI_DKIM_SELECTOR`, the domain `MINYI_DKIM_DOMAIN` or the sender's.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use lettre::Message;
use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm, DkimSigningKey,
};
use lettre::message::header::HeaderName;
use thiserror::Error;

use super::compose::sender_domain;
use crate::config::Config;
use crate::summaries::DEFAULT_SENDER;

/// Headers that a signature covers, where a message has them. `Content-Type` is missing: lettre writes it as the begin
/// of the body's own part, outside of what it can sign.
const COVERED: [&str; 9] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Auto-Submitted",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
];

/// Why messages cannot be signed.
#[derive(Debug, Error)]
pub enum DkimError {
    /// The key file cannot be read.
    #[error("MINYI_DKIM_KEY: {path}: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The key file holds no key that DKIM knows.
    #[error(
        "MINYI_DKIM_KEY: {path}: {reason}; make one with `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048` or `openssl genpkey -algorithm ED25519`"
    )]
    Key {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A key without a selector.
    #[error(
        "MINYI_DKIM_SELECTOR is not set: the name under which the public key stands in the DNS, such as minyi"
    )]
    NoSelector,
    /// The selector or the domain is not one.
    #[error("{name} = {value:?} is not a DNS name: letters, digits, hyphens and dots")]
    Name {
        /// The setting.
        name: &'static str,
        /// What was given.
        value: String,
    },
    /// The domain is not the sender's.
    #[error(
        "MINYI_DKIM_DOMAIN = {domain:?} is not the domain of the sender {sender:?} (MINYI_MAIL_FROM) or one above it: receivers would not count the signature"
    )]
    NotTheSenders {
        /// The domain.
        domain: String,
        /// The sender.
        sender: String,
    },
}

/// Signs messages.
#[derive(Debug)]
pub struct Signer {
    selector: String,
    domain: String,
    pem: KeyText,
}

/// A key in the form that lettre takes.
#[derive(Clone)]
struct KeyText {
    algorithm: DkimSigningAlgorithm,
    text: String,
}

impl std::fmt::Debug for KeyText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} key, not shown", self.algorithm)
    }
}

impl Signer {
    /// The signer of the settings; none where they name no key.
    ///
    /// # Errors
    /// [`DkimError`] naming the setting at fault.
    pub fn of(config: &Config) -> Result<Option<Self>, DkimError> {
        let Some(path) = &config.dkim_key else {
            return Ok(None);
        };
        let selector = config.dkim_selector.clone().ok_or(DkimError::NoSelector)?;
        let sender = config.mail_from.as_deref().unwrap_or(DEFAULT_SENDER);
        let own = sender_domain(sender).to_ascii_lowercase();
        let domain = config.dkim_domain.clone().unwrap_or_else(|| own.clone());
        let domain = domain.to_ascii_lowercase();
        for (name, value) in [("MINYI_DKIM_SELECTOR", &selector), ("MINYI_DKIM_DOMAIN", &domain)] {
            if !is_dns_name(value) {
                return Err(DkimError::Name {
                    name,
                    value: value.clone(),
                });
            }
        }
        if own != domain && !own.ends_with(&format!(".{domain}")) {
            return Err(DkimError::NotTheSenders {
                domain,
                sender: sender.to_owned(),
            });
        }
        let text = std::fs::read_to_string(path).map_err(|source| DkimError::Unreadable {
            path: path.display().to_string(),
            source,
        })?;
        let signer = Self {
            selector,
            domain,
            pem: key_text(&text).map_err(|reason| at_fault(path, reason))?,
        };
        // Tried now, so that a key which lettre refuses is found out before a message is.
        signer.key().map_err(|error| at_fault(path, error.to_string()))?;
        Ok(Some(signer))
    }

    /// Where the public key must stand in the DNS.
    pub fn dns_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    fn key(&self) -> Result<DkimSigningKey, lettre::message::dkim::DkimSigningKeyError> {
        DkimSigningKey::new(&self.pem.text, self.pem.algorithm)
    }

    /// Signs a message, which must not be changed any more.
    pub fn sign(&self, message: &mut Message) {
        let covered = COVERED
            .into_iter()
            .filter(|name| message.headers().get_raw(name).is_some())
            .map(HeaderName::new_from_ascii_str);
        // Relaxed: servers on the way fold headers and trim spaces.
        let relaxed = DkimCanonicalization {
            header: DkimCanonicalizationType::Relaxed,
            body: DkimCanonicalizationType::Relaxed,
        };
        match self.key() {
            Ok(key) => {
                let (selector, domain) = (self.selector.clone(), self.domain.clone());
                message.sign(&DkimConfig::new(
                    selector,
                    domain,
                    key,
                    covered.collect(),
                    relaxed,
                ));
            }
            Err(error) => tracing::error!(%error, "a message goes without its signature"),
        }
    }
}

fn at_fault(path: &Path, reason: String) -> DkimError {
    DkimError::Key {
        path: path.display().to_string(),
        reason,
    }
}

fn is_dns_name(text: &str) -> bool {
    !text.is_empty()
        && text.split('.').all(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
}

/// Object identifiers of the two algorithms, in DER.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
/// Tags of DER.
const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OBJECT: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// The key of a PEM file as lettre takes it: PKCS #1 for RSA, the seed in Base64 for Ed25519. `openssl` writes both in
/// PKCS #8 (RFC 5958), which is unwrapped.
fn key_text(pem: &str) -> Result<KeyText, String> {
    if pem.contains("-----BEGIN RSA PRIVATE KEY-----") {
        return Ok(KeyText {
            algorithm: DkimSigningAlgorithm::Rsa,
            text: pem.to_owned(),
        });
    }
    let body = pem
        .split_once("-----BEGIN PRIVATE KEY-----")
        .and_then(|(_, rest)| rest.split_once("-----END PRIVATE KEY-----"))
        .map(|(body, _)| body.split_whitespace().collect::<String>());
    let body = body.ok_or("it is no private key in PEM without a password")?;
    let der = BASE64.decode(body).map_err(|error| error.to_string())?;
    let (algorithm, key) = unwrap_pkcs8(&der).ok_or("it is no private key by PKCS #8")?;
    match algorithm {
        RSA => Ok(KeyText {
            algorithm: DkimSigningAlgorithm::Rsa,
            text: pkcs1_pem(key),
        }),
        ED25519 => {
            let (seed, _) = element(key, OCTETS).ok_or("its Ed25519 key has no seed")?;
            Ok(KeyText {
                algorithm: DkimSigningAlgorithm::Ed25519,
                text: BASE64.encode(seed),
            })
        }
        _ => Err("its algorithm is neither RSA nor Ed25519".to_owned()),
    }
}

/// The algorithm and the key of a `PrivateKeyInfo`.
fn unwrap_pkcs8(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (info, _) = element(der, SEQUENCE)?;
    let (_version, rest) = element(info, INTEGER)?;
    let (algorithm, rest) = element(rest, SEQUENCE)?;
    let (oid, _parameters) = element(algorithm, OBJECT)?;
    let (key, _attributes) = element(rest, OCTETS)?;
    Some((oid, key))
}

/// The content of the DER element at the begin of `bytes`, which must have `tag`, and what follows it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    let (&length, rest) = rest.split_first()?;
    if first != tag {
        return None;
    }
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        // Two bytes of length hold any key.
        0x81 | 0x82 => {
            let (digits, rest) = rest.split_at_checked(usize::from(length - 0x80))?;
            (
                digits
                    .iter()
                    .fold(0, |sum, &digit| (sum << 8) | usize::from(digit)),
                rest,
            )
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

fn pkcs1_pem(der: &[u8]) -> String {
    let text = BASE64.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .filter_map(|line| std::str::from_utf8(line).ok())
        .collect();
    format!(
        "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----\n",
        lines.join("\n")
    )
}

#[cfg(test)]
mod tests;
