//! Passwords: argon2id with OWASP's parameters (19 MiB, 2 passes), off the async threads.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use thiserror::Error;
use tokio::sync::Semaphore;

use crate::clock::Entropy;

mod guessable;

/// Hashes under way at once: each takes 19 MiB and a core for some 30 ms, and
/// sign-ins must not starve the respondents.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Longest password looked at; a longer one is not an honest attempt.
const MAX_BYTES: usize = 1_024;

/// Checked when there is no such account, so that both answers take as long.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| hash_now("nobody", b"no such account!").ok());

/// Why a password could not be hashed or checked.
#[derive(Debug, Error)]
pub enum PasswordError {
    /// argon2 refused, for want of memory or because the stored text is no hash.
    #[error("argon2: {0}")]
    Hash(argon2::password_hash::Error),
    /// The worker thread died.
    #[error("password worker: {0}")]
    Worker(#[from] tokio::task::JoinError),
    /// The program is shutting down.
    #[error("shutting down")]
    Closed(#[from] tokio::sync::AcquireError),
}

fn hash_now(password: &str, salt: &[u8]) -> Result<String, PasswordError> {
    let hash: PasswordHash = Argon2::default()
        .hash_password_with_salt(password.as_bytes(), salt)
        .map_err(PasswordError::Hash)?;
    Ok(hash.to_string())
}

/// The argon2id hash of `password` in PHC form. For a thread that may block.
///
/// # Errors
/// When argon2 has no memory.
pub fn hash(password: &str, entropy: &Entropy) -> Result<String, PasswordError> {
    hash_now(password, &entropy.bytes::<16>())
}

/// The same off the async threads, in its turn.
///
/// # Errors
/// When the machine has no memory or threads left.
pub async fn hash_soon(password: String, entropy: &Entropy) -> Result<String, PasswordError> {
    let _turn = TURNS.acquire().await?;
    let entropy = entropy.clone();
    tokio::task::spawn_blocking(move || hash(&password, &entropy)).await?
}

/// Letters of an initial password: none that look alike, so that it can be read out and copied by hand.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567895";
/// Length of an initial password: 60 random bits.
const INITIAL_LEN: usize = 12;

/// A new initial password, to be told once and changed by whoever gets it.
pub fn initial(entropy: &Entropy) -> String {
    let bytes = entropy.bytes::<INITIAL_LEN>();
    let letters = bytes
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    letters.collect()
}

/// Fewest characters of a password that somebody chooses (OWASP ASVS 4.0 2.1.1).
pub const SHORTEST: usize = 12;
/// Most characters (2.1.2); well below what [`verify`] looks at, whatever the script.
pub const LONGEST: usize = 128;

/// Why a new password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Fewer than twelve characters.
    Short,
    /// More than 128.
    Long,
    /// The present one, or the login.
    Same,
    /// One of those that are tried first.
    Guessable,
}

/// Whether `new` will do as the password of `login`, in place of `old`.
///
/// # Errors
/// [`Unfit`].
pub fn fitness(new: &str, old: &str, login: &str) -> Result<(), Unfit> {
    // Gaps count once, however wide they are (2.1.1).
    let long = new
        .split_whitespace()
        .map(|word| word.chars().count() + 1)
        .sum::<usize>();
    match long.saturating_sub(1) {
        _ if new == old || new.to_lowercase() == login.to_lowercase() => Err(Unfit::Same),
        n if n < SHORTEST => Err(Unfit::Short),
        n if n > LONGEST => Err(Unfit::Long),
        _ if guessable::is_guessable(new, login) => Err(Unfit::Guessable),
        _ => Ok(()),
    }
}

/// Whether `password` is the one of `stored`; `None` stands for an account that
/// does not exist: it takes as long and is always false.
///
/// # Errors
/// When the stored text is no PHC hash, or the machine has no memory or threads left.
pub async fn verify(password: String, stored: Option<String>) -> Result<bool, PasswordError> {
    if password.len() > MAX_BYTES {
        return Ok(false);
    }
    let _turn = TURNS.acquire().await?;
    let exists = stored.is_some();
    let matches = tokio::task::spawn_blocking(move || {
        let Some(text) = stored.or_else(|| NOBODY.clone()) else {
            return Ok(false);
        };
        let hash = PasswordHash::new(&text)?;
        match Argon2::default().verify_password(password.as_bytes(), &hash) {
            Ok(()) => Ok(true),
            Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(error),
        }
    })
    .await?
    .map_err(PasswordError::Hash)?;
    Ok(matches && exists)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_is_right() {
        let stored = hash("正确的密码", &Entropy::seeded(1)).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(
            verify("正确的密码".to_owned(), Some(stored.clone()))
                .await
                .unwrap()
        );
        assert!(
            !verify("正确的密码 ".to_owned(), Some(stored.clone()))
                .await
                .unwrap()
        );
        assert!(!verify("nobody".to_owned(), None).await.unwrap());
        assert!(!verify("x".repeat(MAX_BYTES + 1), Some(stored)).await.unwrap());
        assert!(verify("x".to_owned(), Some("plain".to_owned())).await.is_err());
    }

    /// Neither the answer nor the work tells whether there is such an account.
    #[test]
    fn as_much_is_computed_for_an_account_that_does_not_exist() {
        let real = hash("a", &Entropy::seeded(1)).unwrap();
        let nobody = NOBODY.clone().unwrap();
        let work = |text: &str| {
            let hash = PasswordHash::new(text).unwrap();
            (
                hash.algorithm,
                hash.version,
                hash.params.clone(),
                hash.hash.unwrap().as_bytes().len(),
            )
        };
        assert_eq!(work(&real), work(&nobody));
    }

    #[test]
    fn same_password_has_another_hash_each_time() {
        let entropy = Entropy::seeded(1);
        assert_ne!(hash("a", &entropy).unwrap(), hash("a", &entropy).unwrap());
    }
}
