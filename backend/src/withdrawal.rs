//! Taking a response back (PIPL Art. 15, 47), and the second secret that it needs.
//!
//! Answers and salt are destroyed; the leaf stays in the log as a tombstone that says nothing. The invitation is then
//! `left`: it counts as invited and not as answered, is never reminded, and its code opens nothing, because whoever else
//! holds the code must not answer in the person's place. Whoever holds receipt and second secret may answer again until
//! the round closes.

use analysis::disposition::Disposition;
use thiserror::Error;

use crate::app::Base;
use crate::cases::respondent;
use crate::dataset;
use crate::keys::Keys;
use crate::store::responses::{self, WITHDRAWN};
use crate::store::secrets::{self, SecondSecret};
use crate::store::tallies::Changes;
use crate::store::{StoreError, begin, cases, invitations, rounds, sample};

/// Digits of a second secret: 53 bits, guessed at only under rate limits.
const DIGITS: usize = 16;
const MODULUS: u64 = 10_u64.pow(DIGITS as u32);

/// Why a response is not taken back.
#[derive(Debug, Error)]
pub enum WithdrawError {
    /// It is not there, or was taken back or replaced before.
    #[error("there is nothing to withdraw")]
    Nothing,
    /// The round is over and its figures are out.
    #[error("the round is closed")]
    Closed,
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The digits of what was typed, with spaces, hyphens and full-width digits as people type them; none when it cannot
/// be a second secret.
pub fn digits(typed: &str) -> Option<String> {
    let mut digits = String::new();
    for c in typed.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '\u{ff10}'..='\u{ff19}' => digits.extend(char::from_digit(u32::from(c) - 0xff10, 10)),
            c if c.is_whitespace() || matches!(c, '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}') => {}
            _ => return None,
        }
    }
    (digits.len() == DIGITS).then_some(digits)
}

/// Makes the second secret of a receipt and returns it in groups of four; none when there is one already. It is shown
/// once and stored as a keyed hash.
///
/// # Errors
/// When the database does not answer.
pub async fn make_secret(base: &Base, round: &str, leaf: &str) -> Result<Option<String>, StoreError> {
    let tx = begin(&base.db).await?;
    if secrets::find(&tx, leaf).await?.is_some() {
        return Ok(None);
    }
    let digits = format!("{:0DIGITS$}", u64::from_be_bytes(base.entropy.bytes()) % MODULUS);
    let row = SecondSecret {
        leaf: leaf.to_owned(),
        round_id: round.to_owned(),
        mac: base.keys.secret_mac(round, &digits),
    };
    secrets::insert(&tx, row).await?;
    tx.commit().await?;
    let groups: Vec<&str> = (0..DIGITS).step_by(4).map(|at| &digits[at..at + 4]).collect();
    Ok(Some(groups.join(" ")))
}

/// Whether `typed` is the second secret of a leaf.
///
/// # Errors
/// When the database does not answer.
pub async fn is_secret(base: &Base, keys: &Keys, leaf: &str, typed: &str) -> Result<bool, StoreError> {
    let Some(digits) = digits(typed) else {
        return Ok(false);
    };
    let stored = secrets::find(&base.db, leaf).await?;
    // Both are keyed hashes: how far two of them agree says nothing of the digits.
    Ok(stored.is_some_and(|row| row.mac == keys.secret_mac(&row.round_id, &digits)))
}

/// Takes back the response of a leaf; its follow-up case goes on only if `keep_case`.
///
/// # Errors
/// [`WithdrawError`].
pub async fn withdraw(base: &Base, leaf: &str, keep_case: bool) -> Result<(), WithdrawError> {
    let tx = begin(&base.db).await?;
    let response = responses::by_leaf(&tx, leaf)
        .await?
        .ok_or(WithdrawError::Nothing)?;
    // Held, so that the round does not close between this look and the commit.
    let round = rounds::hold(&tx, &response.round_id)
        .await?
        .ok_or(WithdrawError::Nothing)?;
    if round.state_on(base.clock.today()) != rounds::RoundState::Open {
        return Err(WithdrawError::Closed);
    }
    let mut tallies = Changes::default();
    if !responses::take_back(&tx, &response, WITHDRAWN, &mut tallies).await? {
        return Err(WithdrawError::Nothing);
    }
    if let Some(link) = &response.link
        && let Some(invitation) = invitations::by_link(&tx, &base.keys, &round.id, link).await?
    {
        invitations::set_state(&tx, invitation.id, invitations::COMPLETE, invitations::LEFT).await?;
        // Whoever takes the answers back has refused after all.
        let case = [invitation.case_id];
        sample::set_disposition(&tx, &round.id, &case, Disposition::Refusal).await?;
    }
    if !keep_case && let Some(case) = cases::by_leaf(&tx, leaf).await? {
        respondent::take_back(&tx, case, &base.clock.today().to_string()).await?;
    }
    tallies.write(&tx).await?;
    tx.commit().await.map_err(StoreError::from)?;
    dataset::forget(&base.config.data_dir, &response);
    Ok(())
}
