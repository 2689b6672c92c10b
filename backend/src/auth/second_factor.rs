//! The second factor of staff: a code that an app makes anew every half minute (TOTP, RFC 6238), or one of ten recovery
//! codes, each of which works once.
//!
//! The secret lies sealed under a key from outside the database; of a recovery code only a keyed hash is kept. A code of
//! the step before or after is accepted as well, for clocks that are half a minute wrong, but none twice, and none
//! older than one that was accepted (RFC 6238, 5.2).

use sea_orm::ConnectionTrait;
use serde_json::json;
use totp_rs::{Builder, Totp};
use uuid::Uuid;

use super::notices::{self, Kind, Owner};
use super::session::{self, Token};
use super::staff::Staff;
use crate::app::Base;
use crate::clock::Entropy;
use crate::keys::{KeyError, Keys};
use crate::store::second_factors::{self, RecoveryCode, SecondFactor};
use crate::store::sessions::Session;
use crate::store::{StoreError, begin, sessions};

/// Bytes of a secret: as long as the hash (RFC 4226, 4).
const SECRET_BYTES: usize = 20;
/// Recovery codes that an account has at first.
pub const RECOVERY_CODES: usize = 10;
/// Signs of a recovery code: 60 random bits.
const RECOVERY_SIGNS: usize = 12;
/// Letters of recovery codes: none that look alike, so that they can be copied by hand.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567895";

/// What an app and the server share.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; SECRET_BYTES]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(not shown)")
    }
}

impl Secret {
    /// A new one.
    pub fn new(entropy: &Entropy) -> Self {
        Self(entropy.bytes())
    }

    /// The one that was sealed for this account.
    ///
    /// # Errors
    /// [`KeyError::CannotOpen`] when the key file is another, or the bytes were changed.
    pub fn open(keys: &Keys, staff: Uuid, sealed: &[u8]) -> Result<Self, KeyError> {
        let bytes = keys.open_second_factor(staff, sealed)?;
        bytes.try_into().map(Self).map_err(|_| KeyError::CannotOpen)
    }

    fn seal(&self, base: &Base, staff: Uuid) -> Result<Vec<u8>, KeyError> {
        base.keys.seal_second_factor(staff, &self.0, &base.entropy)
    }

    /// SHA-1, six digits, steps of thirty seconds, one step of patience: what every app takes, and the crate's defaults.
    fn totp(&self) -> Totp {
        Builder::new().with_secret(self.0).build_noncompliant()
    }

    /// The secret as apps take it when it is typed, in groups of four.
    pub fn in_groups(&self) -> String {
        let letters = totp_rs::Secret::from(self.0).to_base32();
        let groups: Vec<&str> = (0..letters.len())
            .step_by(4)
            .filter_map(|at| letters.get(at..(at + 4).min(letters.len())))
            .collect();
        groups.join(" ")
    }

    /// The address that apps read from a QR code. Login and host hold no signs that would have to be escaped.
    pub fn address(&self, login: &str, host: &str) -> String {
        let secret = totp_rs::Secret::from(self.0).to_base32();
        let host: String = host
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
            .collect();
        format!(
            "otpauth://totp/Minyi:{login}@{host}?secret={secret}&issuer=Minyi&algorithm=SHA1&digits=6&period=30"
        )
    }

    /// The step of which `typed` is the code, among the present one and its neighbours.
    pub fn step_of(&self, typed: &str, now_ms: i64) -> Option<i64> {
        let seconds = u64::try_from(now_ms / 1_000).ok()?;
        let step = self.totp().check(&plain(typed), seconds)?;
        i64::try_from(step).ok()
    }

    /// The code of a moment, as an app shows it.
    #[cfg(test)]
    pub(crate) fn code_at(&self, now_ms: i64) -> String {
        self.totp()
            .generate(u64::try_from(now_ms / 1_000).unwrap())
            .to_string()
    }

    /// The secret that somebody typed into an app from the page.
    #[cfg(test)]
    pub(crate) fn of_groups(groups: &str) -> Self {
        let bytes = totp_rs::Secret::try_from_base32(groups.replace(' ', "")).unwrap();
        Self(bytes.as_ref().try_into().unwrap())
    }
}

/// What was typed without gaps, small, and with digits and letters of full width made plain.
fn plain(typed: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c)
            .checked_sub(0xfee0)
            .and_then(char::from_u32)
            .unwrap_or(c),
        _ => c,
    };
    typed
        .chars()
        .map(narrow)
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .take(64)
        .collect()
}

/// Whether an account has a second factor.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn is_on(conn: &impl ConnectionTrait, staff: Uuid) -> Result<bool, StoreError> {
    Ok(second_factors::find(conn, staff).await?.is_some())
}

/// Whether `typed` is a code of the account's app that was not used before; it is used up by this.
///
/// # Errors
/// See [`is_on`]; when the key file is another.
pub async fn spend_code(
    conn: &impl ConnectionTrait,
    keys: &Keys,
    staff: Uuid,
    typed: &str,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let Some(row) = second_factors::find(conn, staff).await? else {
        return Ok(false);
    };
    match Secret::open(keys, staff, &row.secret)?.step_of(typed, now_ms) {
        Some(step) => second_factors::spend_step(conn, staff, step).await,
        None => Ok(false),
    }
}

/// Whether `typed` is a recovery code of the account that was not used before; it is used up by this.
///
/// # Errors
/// See [`is_on`].
pub async fn spend_recovery(
    conn: &impl ConnectionTrait,
    keys: &Keys,
    staff: Uuid,
    typed: &str,
) -> Result<bool, StoreError> {
    let code = plain(typed);
    if code.len() != RECOVERY_SIGNS {
        return Ok(false);
    }
    second_factors::spend_recovery(conn, staff, &keys.recovery_mac(staff, &code)).await
}

/// New recovery codes as they are shown, and what is kept of them.
fn recovery_codes(base: &Base, staff: Uuid) -> (Vec<String>, Vec<RecoveryCode>) {
    let one = || {
        let bytes = base.entropy.bytes::<RECOVERY_SIGNS>();
        let code: String = bytes
            .iter()
            .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
            .collect();
        let row = RecoveryCode {
            staff_id: staff,
            mac: base.keys.recovery_mac(staff, &code),
        };
        (format!("{}-{}-{}", &code[..4], &code[4..8], &code[8..]), row)
    };
    (0..RECOVERY_CODES).map(|_| one()).unzip()
}

/// Begins to set one up in this session; what the account has stays until the first code was right.
///
/// # Errors
/// See [`is_on`].
pub async fn enrol(base: &Base, who: &Staff) -> Result<(), StoreError> {
    let sealed = Secret::new(&base.entropy).seal(base, who.id())?;
    sessions::set_enrolling(&base.db, &who.session().token_hash, Some(sealed)).await
}

/// Gives up setting one up.
///
/// # Errors
/// See [`is_on`].
pub async fn give_up(base: &Base, who: &Staff) -> Result<(), StoreError> {
    sessions::set_enrolling(&base.db, &who.session().token_hash, None).await
}

/// The secret that is being set up in this session.
///
/// # Errors
/// When the key file is another.
pub fn enrolling(keys: &Keys, who: &Staff) -> Result<Option<Secret>, StoreError> {
    let sealed = who.session().enrolling.as_deref();
    let open = |sealed| Secret::open(keys, who.id(), sealed);
    Ok(sealed.map(open).transpose()?)
}

/// What whoever turned it on gets: to be shown this once.
#[derive(Debug)]
pub struct TurnedOn {
    /// The recovery codes.
    pub codes: Vec<String>,
    /// Token of the session that goes on; all others have ended.
    pub token: Token,
    /// That session.
    pub session: Session,
}

/// Turns on the one that is being set up here, if `typed` is its code.
///
/// # Errors
/// See [`is_on`].
pub async fn turn_on(base: &Base, who: &Staff, typed: &str) -> Result<Option<TurnedOn>, StoreError> {
    let now = base.clock.now_ms();
    let Some(secret) = enrolling(&base.keys, who)? else {
        return Ok(None);
    };
    let Some(step) = secret.step_of(typed, now) else {
        return Ok(None);
    };
    let (codes, rows) = recovery_codes(base, who.id());
    let row = SecondFactor {
        staff_id: who.id(),
        secret: secret.seal(base, who.id())?,
        last_step: step,
        since: base.clock.today().to_string(),
    };
    let tx = begin(&base.db).await?;
    let had = is_on(&tx, who.id()).await?;
    second_factors::put(&tx, row, rows).await?;
    let (token, session) = session::renew(&tx, &base.entropy, who.session(), now).await?;
    let detail = json!({ "instead_of_another": had });
    base.record(&tx, &who.login, "staff.second_factor_on", &who.login, detail)
        .await?;
    tell(base, &tx, who, Kind::SecondFactorOn).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Some(TurnedOn {
        codes,
        token,
        session,
    }))
}

/// Tells the owner, who does it in this session's browser.
async fn tell(base: &Base, tx: &impl ConnectionTrait, who: &Staff, kind: Kind) -> Result<(), StoreError> {
    let owner = Owner {
        id: who.id(),
        login: &who.login,
    };
    notices::tell(base, tx, owner, kind, &who.session().device).await
}

/// New recovery codes in place of the old ones.
///
/// # Errors
/// See [`is_on`].
pub async fn renew_codes(base: &Base, who: &Staff) -> Result<Vec<String>, StoreError> {
    let (codes, rows) = recovery_codes(base, who.id());
    let tx = begin(&base.db).await?;
    second_factors::put_codes(&tx, who.id(), rows).await?;
    base.record(&tx, &who.login, "staff.recovery_codes", &who.login, json!({}))
        .await?;
    tell(base, &tx, who, Kind::RecoveryCodes).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(codes)
}

/// Turns the own one off; all other sessions end. None when there was none.
///
/// # Errors
/// See [`is_on`].
pub async fn turn_off(base: &Base, who: &Staff) -> Result<Option<Token>, StoreError> {
    let tx = begin(&base.db).await?;
    if !second_factors::delete(&tx, who.id()).await? {
        return Ok(None);
    }
    let (token, _) = session::renew(&tx, &base.entropy, who.session(), base.clock.now_ms()).await?;
    base.record(&tx, &who.login, "staff.second_factor_off", &who.login, json!({}))
        .await?;
    tell(base, &tx, who, Kind::SecondFactorOff).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Some(token))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing;

    /// RFC 6238, appendix B, for SHA-1, cut to six digits; the secret is that of the RFC.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = Secret(*b"12345678901234567890");
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.code_at(seconds * 1_000), code);
            assert_eq!(secret.step_of(code, seconds * 1_000), Some(seconds / 30));
        }
    }

    #[test]
    fn neighbouring_steps_are_accepted_and_no_others_however_the_digits_are_typed() {
        let secret = Secret::new(&Entropy::seeded(3));
        let now = 1_800_000_015_000;
        let step = now / 30_000;
        for (off, accepted) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let code = secret.code_at(now + off * 30_000);
            let expected = accepted.then_some(step + off);
            assert_eq!(secret.step_of(&code, now), expected, "{off}");
        }
        let code = secret.code_at(now);
        let wide: String = code
            .chars()
            .map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap())
            .collect();
        for typed in [format!(" {} {}\n", &code[..3], &code[3..]), wide] {
            assert_eq!(secret.step_of(&typed, now), Some(step), "{typed}");
        }
        for typed in ["", "12345", "+12345", "1234567"] {
            assert_eq!(secret.step_of(typed, now), None, "{typed}");
        }
    }

    #[test]
    fn secret_is_shown_as_apps_take_it() {
        let secret = Secret(*b"12345678901234567890");
        assert_eq!(secret.in_groups(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(Secret::of_groups(&secret.in_groups()), secret);
        assert_eq!(
            secret.address("wang.min", "minyi.example"),
            "otpauth://totp/Minyi:wang.min@minyi.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Minyi\
             &algorithm=SHA1&digits=6&period=30"
        );
    }

    #[tokio::test]
    async fn no_code_works_twice_nor_one_older_than_the_last() {
        let (_dir, db) = testing::database().await;
        let (keys, entropy) = (Keys::from_master(&[1; 32]), Entropy::seeded(1));
        let staff = Uuid::from_u128(1);
        let secret = Secret::new(&entropy);
        let now = 1_800_000_015_000;
        let row = SecondFactor {
            staff_id: staff,
            secret: keys.seal_second_factor(staff, &secret.0, &entropy).unwrap(),
            last_step: 0,
            since: "2026-11-26".to_owned(),
        };
        let code = RecoveryCode {
            staff_id: staff,
            mac: keys.recovery_mac(staff, "abcdefghjkmn"),
        };
        second_factors::put(&db, row, vec![code]).await.unwrap();
        let spend = async |code: String| spend_code(&db, &keys, staff, &code, now).await.unwrap();
        assert!(spend(secret.code_at(now)).await);
        assert!(!spend(secret.code_at(now)).await, "used before");
        assert!(!spend(secret.code_at(now - 30_000)).await, "older than the last");
        assert!(spend(secret.code_at(now + 30_000)).await);
        let recover = async |typed: &str| spend_recovery(&db, &keys, staff, typed).await.unwrap();
        assert!(!recover("abcd-efgh-jkmm").await);
        assert!(!recover("abcd").await);
        assert!(recover("ABCD efgh-jkmn").await);
        assert!(!recover("abcd-efgh-jkmn").await, "used before");
        let other = Uuid::from_u128(2);
        assert!(
            !spend_code(&db, &keys, other, &secret.code_at(now), now)
                .await
                .unwrap()
        );
    }
}
