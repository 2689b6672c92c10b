//! From a response to its person, which nothing in the database leads to (design §9).
//!
//! A response holds an HMAC of its invitation's id. With the key file, and with it alone, the round's invitations can be
//! tried until one gives that HMAC. That is done only for a request that two people agreed to; see
//! `store::identity_requests` and `backend/docs/linkage.md`.

use uuid::Uuid;

use crate::app::Base;
use crate::store::frame::{self, Identity};
use crate::store::responses::{self, Response};
use crate::store::{StoreError, cases, invitations, sample};
use crate::submit::receipt;

/// Days in which an agreed request can be used.
pub const VALID_DAYS: i32 = 7;

/// Why a request cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRequest {
    /// No response of the round is meant by what was typed.
    Unknown,
    /// It came through an open link: nobody knows whose it is.
    OpenLink,
}

/// The response meant by a receipt, its leaf, or the number of its follow-up case.
///
/// # Errors
/// When the database does not answer.
pub async fn response_meant(
    base: &Base,
    round: &str,
    typed: &str,
) -> Result<Result<Response, NoRequest>, StoreError> {
    let leaf = if let Ok(case) = Uuid::try_parse(typed) {
        cases::find(&base.db, round, case).await?.map(|case| case.leaf)
    } else if let Ok(receipt) = receipt::verify(&base.keys.verifying_key(), typed) {
        Some(receipt.leaf)
    } else {
        Some(typed.to_ascii_lowercase())
    };
    let found = match leaf {
        Some(leaf) => responses::by_leaf(&base.db, &leaf).await?,
        None => None,
    };
    Ok(match found.filter(|response| response.round_id == round) {
        None => Err(NoRequest::Unknown),
        Some(response) if response.link.is_none() => Err(NoRequest::OpenLink),
        Some(response) => Ok(response),
    })
}

/// Who gave a response; none once the identity was erased or the response was answered anew.
///
/// # Errors
/// When the database does not answer or the key file is another one.
pub async fn person_of(base: &Base, round: &str, leaf: &str) -> Result<Option<Identity>, StoreError> {
    let response = responses::by_leaf(&base.db, leaf).await?;
    let Some(link) = response.and_then(|response| response.link) else {
        return Ok(None);
    };
    let all = invitations::list(&base.db, round).await?;
    let Some(invitation) = all.into_iter().find(|one| base.keys.link(one.id) == link) else {
        return Ok(None);
    };
    let case = sample::find(&base.db, round, &invitation.case_id).await?;
    match case.and_then(|case| case.member_key) {
        Some(member) => frame::identity(&base.db, &base.keys, round, &member).await,
        None => Ok(None),
    }
}
