//! The list of recipients: begun as the plan's, kept beside it, with the address by which each can stop the mail.

use analysis::plan::{Plan, RecipientRole};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::schedule::Kind;
use crate::app::Base;
use crate::keys::Keys;
use crate::store::StoreError;
use crate::store::mailing::recipients::{self, ACTIVE, MailRecipient, OF_PLAN, STOPPED};

/// Digits of the seal in an address for stopping: 128 bits.
const SEAL_DIGITS: usize = 32;

/// An address as it is compared.
pub fn key_of(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The role of a recipient; one who is no longer known to the program counts as of a judged unit, who gets least.
pub fn role_of(row: &MailRecipient) -> RecipientRole {
    RecipientRole::parse(&row.role).unwrap_or(RecipientRole::Unit)
}

/// Whether a summary of this kind goes to someone: interim figures never to those who work for a judged unit.
pub fn gets(row: &MailRecipient, kind: Kind) -> bool {
    row.state == ACTIVE && (kind == Kind::Final || role_of(row) == RecipientRole::Leadership)
}

/// Everyone on the list of a round; whoever the plan names and who is not on it yet is put there.
///
/// # Errors
/// When the database does not answer.
pub async fn of_round(
    base: &Base,
    conn: &impl ConnectionTrait,
    plan: &Plan,
) -> Result<Vec<MailRecipient>, StoreError> {
    let round = plan.round.id.as_str();
    let known = recipients::of_round(conn, round).await?;
    let is_known = |email: &str, unit: &str| {
        known
            .iter()
            .any(|row| row.email_key == key_of(email) && row.unit == unit)
    };
    let stopped = recipients::stopped_anywhere(conn).await?;
    let new: Vec<MailRecipient> = plan
        .mail
        .leadership
        .iter()
        .filter(|person| !is_known(&person.email, person.unit.as_deref().unwrap_or_default()))
        .map(|person| {
            let email_key = key_of(&person.email);
            // Who has stopped the mail of another round is not written to again because a plan was copied.
            let state = if stopped.contains(&email_key) {
                STOPPED
            } else {
                ACTIVE
            };
            MailRecipient {
                id: base.entropy.uuid(),
                round_id: round.to_owned(),
                name: person.name.clone(),
                email: person.email.trim().to_owned(),
                email_key,
                language: person.language.clone(),
                role: person.role.as_str().to_owned(),
                unit: person.unit.clone().unwrap_or_default(),
                source: OF_PLAN.to_owned(),
                state: state.to_owned(),
                since: (state == STOPPED).then(|| base.clock.today().to_string()),
            }
        })
        .collect();
    if new.is_empty() {
        return Ok(known);
    }
    recipients::add(conn, new).await?;
    recipients::of_round(conn, round).await
}

/// The address at which a recipient stops the mail. It needs no sign-in, and nobody can make another's.
pub fn stop_url(base: &Base, id: Uuid) -> String {
    format!(
        "{}/mail/stop/{}",
        base.config.base_url,
        stop_token(&base.keys, id)
    )
}

/// What the address for stopping ends with: the recipient's id and its seal.
pub fn stop_token(keys: &Keys, id: Uuid) -> String {
    let mut seal = keys.mail_stop_mac(id);
    seal.truncate(SEAL_DIGITS);
    format!("{}{seal}", id.simple())
}

/// The recipient whom a token names, if its seal is right.
pub fn of_token(keys: &Keys, token: &str) -> Option<Uuid> {
    let id = Uuid::try_parse(token.get(..SEAL_DIGITS)?).ok()?;
    let right = stop_token(keys, id);
    // In the same time wherever the two differ.
    let differs = right
        .bytes()
        .zip(token.bytes())
        .fold(0, |sum, (a, b)| sum | (a ^ b));
    (right.len() == token.len() && differs == 0).then_some(id)
}
