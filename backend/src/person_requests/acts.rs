//! What is done for somebody who asked: corrected, left alone, erased.

use std::collections::BTreeSet;

use analysis::disposition::Disposition;
use serde_json::json;
use uuid::Uuid;

use super::{RequestError, held, members};
use crate::app::Base;
use crate::callbacks::calls::Outcome;
use crate::store::erasure::{self, Sealing};
use crate::store::frame::{self, Identity};
use crate::store::{StoreError, assignments, begin, invitations, person_requests as store, sample};

/// What is put in the place of what is stored; the register's number stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Corrected {
    /// Name.
    pub name: String,
    /// Telephone.
    pub phone: String,
    /// E-mail address.
    pub email: String,
    /// Card number.
    pub card_number: String,
    /// Address.
    pub address: String,
}

/// Corrects how the person is reached and called, in every row that is theirs. The trail says which fields changed, never
/// what they hold.
///
/// # Errors
/// [`RequestError`].
pub async fn correct(
    base: &Base,
    round: &str,
    id: Uuid,
    new: &Corrected,
    actor: &str,
) -> Result<(), RequestError> {
    let tx = begin(&base.db).await?;
    let request = held(base, &tx, round, id, actor).await?;
    let (mut people, mut changed) = (Vec::new(), BTreeSet::new());
    for key in members(&request) {
        let Some(stored) = frame::identity(&tx, &base.keys, round, &key).await? else {
            continue;
        };
        let identity = Identity {
            person_id: stored.person_id.clone(),
            name: new.name.clone(),
            phone: new.phone.clone(),
            email: new.email.clone(),
            card_number: new.card_number.clone(),
            address: new.address.clone(),
        };
        for (field, before, after) in [
            ("name", &stored.name, &identity.name),
            ("phone", &stored.phone, &identity.phone),
            ("email", &stored.email, &identity.email),
            ("card_number", &stored.card_number, &identity.card_number),
            ("address", &stored.address, &identity.address),
        ] {
            if before != after {
                changed.insert(field);
            }
        }
        people.push((key, identity));
    }
    if changed.is_empty() {
        return Ok(());
    }
    frame::put_identities(&tx, &base.keys, &base.entropy, round, people).await?;
    let detail = json!({ "round": round, "fields": changed });
    base.record(&tx, actor, "person.correct", &id.to_string(), detail)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Leaves the person alone from now on: no invitation, reminder, visit or call. What was answered stays.
///
/// # Errors
/// [`RequestError`].
pub async fn stop(base: &Base, round: &str, id: Uuid, actor: &str) -> Result<(), RequestError> {
    let tx = begin(&base.db).await?;
    let request = held(base, &tx, round, id, actor).await?;
    let cases = leave_alone(&tx, round, &members(&request)).await?;
    let detail = json!({ "round": round, "cases": cases });
    base.record(&tx, actor, "person.stop", &id.to_string(), detail)
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn leave_alone(
    tx: &sea_orm::DatabaseTransaction,
    round: &str,
    keys: &[String],
) -> Result<Vec<String>, StoreError> {
    let mut cases = Vec::new();
    for case in sample::of_members(tx, round, keys).await? {
        let ids = [case.case_id.clone()];
        let invitation = invitations::of_case(tx, round, &case.case_id).await?;
        if let Some(invitation) = &invitation {
            invitations::set_no_remind(tx, invitation.id).await?;
        }
        // Who has answered did not refuse.
        if !invitation.as_ref().is_some_and(invitations::is_used) {
            sample::set_disposition(tx, round, &ids, Disposition::Refusal).await?;
        }
        assignments::remove(tx, round, &ids).await?;
        store::stop_calls(tx, round, &case.case_id, Outcome::Refused.as_str()).await?;
        cases.push(case.case_id);
    }
    Ok(cases)
}

/// Erases who the person is, and leaves them alone; a code that was not used opens nothing any more. What was answered and
/// what figures are weighted by stays, under a random key.
///
/// # Errors
/// [`RequestError`].
pub async fn erase(base: &Base, round: &str, id: Uuid, actor: &str) -> Result<(), RequestError> {
    let tx = begin(&base.db).await?;
    let request = held(base, &tx, round, id, actor).await?;
    let keys = members(&request);
    let cases = leave_alone(&tx, round, &keys).await?;
    for case in &cases {
        if let Some(invitation) = invitations::of_case(&tx, round, case).await?
            && !invitations::is_used(&invitation)
        {
            invitations::withdraw(&tx, invitation.id).await?;
        }
    }
    let sealing = Sealing {
        keys: &base.keys,
        entropy: &base.entropy,
    };
    let (mut renamed, mut identities, mut frames) = (Vec::new(), 0, 0);
    for key in &keys {
        let (erased, new_key) = erasure::person(&tx, sealing, round, key).await?;
        identities += erased.identities;
        frames += erased.frames;
        renamed.push(new_key);
    }
    store::set_members(&tx, id, &renamed).await?;
    let detail = json!({ "round": round, "identities": identities, "frames": frames, "cases": cases });
    base.record(&tx, actor, "person.erase", &id.to_string(), detail)
        .await?;
    tx.commit().await?;
    if let Err(error) = erasure::scrub(&base.db, analysis::plan::Kept::Identities).await {
        tracing::warn!(%error, "the database's files were not rewritten after the erasure");
    }
    Ok(())
}
