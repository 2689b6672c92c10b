//! The identity vault: every sealed column of the database in one place, for what must reach all of them.
//!
//! [`COLUMNS`] says of every column of bytes whether it is sealed, and names the sealed ones of text; a test compares it
//! with the schema, a second one with the places of the program that seal, and a third one rotates the keys of a server
//! that holds something of each and looks through every value of the database for what the earlier key had sealed.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    StoreError, attachments as attachment_store, frame, frame_versions, held as held_store, insert_all,
    plan_files as plan_store,
};
use crate::cases::context as case_context;
use crate::clock::Entropy;
use crate::entity::{
    attachments, case_messages, follow_up_cases, frame_versions as versions, held, identities, plan_files,
    second_factors, sessions,
};
use crate::keys::Keys;

/// Rows read at a time.
const PAGE: u64 = 500;

/// What a column of bytes holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// What names people, sealed under the identity key.
    Sealed,
    /// Bytes that name nobody.
    Open,
}

/// Every column of bytes, and every one of text that is sealed, by table.
pub const COLUMNS: &[(&str, &str, Content)] = &[
    ("amendment_media", "content", Content::Open),
    ("attachments", "content", Content::Sealed),
    ("case_messages", "body", Content::Sealed),
    ("follow_up_cases", "contact", Content::Sealed),
    ("follow_up_cases", "text", Content::Sealed),
    ("form_states", "content", Content::Open),
    ("forms", "xlsx", Content::Open),
    ("frame_versions", "content", Content::Sealed),
    // Text: sealed to a key pair that derives from the master key, and over that under the identity key.
    ("held", "envelope", Content::Sealed),
    ("identities", "sealed", Content::Sealed),
    // Invitations are addressed and written only while they are sent.
    ("outbox", "message", Content::Open),
    ("plan_blobs", "content", Content::Open),
    // The frame is; the column `sealed` says so.
    ("plan_files", "content", Content::Sealed),
    ("responses", "salt", Content::Open),
    // Under a key of their own, in the same generations.
    ("second_factors", "secret", Content::Sealed),
    ("sessions", "enrolling", Content::Sealed),
    ("sitting_keys", "salt", Content::Open),
];

/// Seals what an earlier identity key sealed anew under the present one; returns how many values. Values sealed so
/// already stay as they are, so that it can be run again at any time.
///
/// # Errors
/// When the database does not answer, or a value opens under no key: then nothing should be committed.
pub async fn seal_again(
    tx: &impl ConnectionTrait,
    keys: &Keys,
    entropy: &Entropy,
) -> Result<u64, StoreError> {
    let mut done = 0;
    done += seal_identities(tx, keys, entropy).await?;
    done += seal_frames(tx, keys, entropy).await?;
    done += seal_cases(tx, keys, entropy).await?;
    done += seal_messages(tx, keys, entropy).await?;
    done += seal_held(tx, keys, entropy).await?;
    done += seal_second_factors(tx, keys, entropy).await?;
    done += seal_attachments(tx, keys, entropy).await?;
    Ok(done)
}

/// Files that came with responses: one at a time, because they are large.
async fn seal_attachments(
    tx: &impl ConnectionTrait,
    keys: &Keys,
    entropy: &Entropy,
) -> Result<u64, StoreError> {
    use attachments::Column as C;
    let mut done = 0;
    let all: Vec<uuid::Uuid> = attachments::Entity::find()
        .select_only()
        .column(C::Id)
        .into_tuple()
        .all(tx)
        .await?;
    for id in all {
        let Some(row) = attachments::Entity::find_by_id(id).one(tx).await? else {
            continue;
        };
        let Some(content) = again(keys, entropy, &attachment_store::context(id), &row.content)? else {
            continue;
        };
        attachments::Entity::update_many()
            .col_expr(C::Content, Expr::value(content))
            .filter(C::Id.eq(id))
            .exec(tx)
            .await?;
        done += 1;
    }
    Ok(done)
}

/// Interviews that wait for the office: few.
async fn seal_held(tx: &impl ConnectionTrait, keys: &Keys, entropy: &Entropy) -> Result<u64, StoreError> {
    use held::Column as C;
    let mut done = 0;
    for row in held::Entity::find().filter(C::Envelope.ne("")).all(tx).await? {
        let Some(envelope) = held_store::seal_again(keys, entropy, row.id, &row.envelope)? else {
            continue;
        };
        held::Entity::update_many()
            .col_expr(C::Envelope, Expr::value(envelope))
            .filter(C::Id.eq(row.id))
            .exec(tx)
            .await?;
        done += 1;
    }
    Ok(done)
}

/// Second factors, those that are being set up among them.
async fn seal_second_factors(
    tx: &impl ConnectionTrait,
    keys: &Keys,
    entropy: &Entropy,
) -> Result<u64, StoreError> {
    let mut done = 0;
    for row in second_factors::Entity::find().all(tx).await? {
        let Some(secret) = keys.seal_second_factor_again(row.staff_id, &row.secret, entropy)? else {
            continue;
        };
        second_factors::Entity::update_many()
            .col_expr(second_factors::Column::Secret, Expr::value(secret))
            .filter(second_factors::Column::StaffId.eq(row.staff_id))
            .exec(tx)
            .await?;
        done += 1;
    }
    let enrolling = sessions::Entity::find().filter(sessions::Column::Enrolling.is_not_null());
    for row in enrolling.all(tx).await? {
        let Some(sealed) = row.enrolling else { continue };
        let Some(secret) = keys.seal_second_factor_again(row.staff_id, &sealed, entropy)? else {
            continue;
        };
        sessions::Entity::update_many()
            .col_expr(sessions::Column::Enrolling, Expr::value(Some(secret)))
            .filter(sessions::Column::TokenHash.eq(row.token_hash))
            .exec(tx)
            .await?;
        done += 1;
    }
    Ok(done)
}

/// The value sealed anew; none where it is so already or was destroyed.
fn again(
    keys: &Keys,
    entropy: &Entropy,
    context: &str,
    sealed: &[u8],
) -> Result<Option<Vec<u8>>, StoreError> {
    if sealed.is_empty() {
        return Ok(None);
    }
    Ok(keys.seal_again(context, sealed, entropy)?)
}

async fn seal_identities(
    tx: &impl ConnectionTrait,
    keys: &Keys,
    entropy: &Entropy,
) -> Result<u64, StoreError> {
    use identities::Column as C;
    let mut done = 0;
    let rounds: Vec<String> = identities::Entity::find()
        .select_only()
        .column(C::RoundId)
        .distinct()
        .into_tuple()
        .all(tx)
        .await?;
    for round in rounds {
        let mut after = String::new();
        loop {
            let rows = identities::Entity::find()
                .filter(C::RoundId.eq(&round))
                .filter(C::MemberKey.gt(&after))
                .order_by_asc(C::MemberKey)
                .limit(PAGE)
                .all(tx)
                .await?;
            let Some(last) = rows.last() else { break };
            after.clone_from(&last.member_key);
            let mut sealed_anew = Vec::new();
            for row in rows {
                let context = frame::context(&row.round_id, &row.member_key);
                if let Some(sealed) = again(keys, entropy, &context, &row.sealed)? {
                    sealed_anew.push(identities::Model { sealed, ..row });
                }
            }
            if sealed_anew.is_empty() {
                continue;
            }
            // Taken out and put in again, many at a time: a hundred thousand updates would take a minute.
            identities::Entity::delete_many()
                .filter(C::RoundId.eq(&round))
                .filter(C::MemberKey.is_in(sealed_anew.iter().map(|row| row.member_key.as_str())))
                .exec(tx)
                .await?;
            done += sealed_anew.len() as u64;
            insert_all::<identities::Entity>(tx, sealed_anew).await?;
        }
    }
    Ok(done)
}

/// Frames as files: one row each, few and large.
async fn seal_frames(tx: &impl ConnectionTrait, keys: &Keys, entropy: &Entropy) -> Result<u64, StoreError> {
    let mut done = 0;
    let files: Vec<(String, String)> = plan_files::Entity::find()
        .select_only()
        .columns([plan_files::Column::RoundId, plan_files::Column::Path])
        .filter(plan_files::Column::Sealed.eq(true))
        .into_tuple()
        .all(tx)
        .await?;
    for key in files {
        let Some(row) = plan_files::Entity::find_by_id(key).one(tx).await? else {
            continue;
        };
        let context = plan_store::context(&row.round_id, &row.path);
        let Some(content) = again(keys, entropy, &context, &row.content)? else {
            continue;
        };
        plan_files::Entity::update_many()
            .col_expr(plan_files::Column::Content, Expr::value(content))
            .filter(plan_files::Column::RoundId.eq(row.round_id))
            .filter(plan_files::Column::Path.eq(row.path))
            .exec(tx)
            .await?;
        done += 1;
    }
    let newer: Vec<(String, i32)> = versions::Entity::find()
        .select_only()
        .columns([versions::Column::RoundId, versions::Column::Version])
        .into_tuple()
        .all(tx)
        .await?;
    for key in newer {
        let Some(row) = versions::Entity::find_by_id(key).one(tx).await? else {
            continue;
        };
        let context = frame_versions::context(&row.round_id, row.version);
        let Some(content) = again(keys, entropy, &context, &row.content)? else {
            continue;
        };
        versions::Entity::update_many()
            .col_expr(versions::Column::Content, Expr::value(content))
            .filter(versions::Column::RoundId.eq(row.round_id))
            .filter(versions::Column::Version.eq(row.version))
            .exec(tx)
            .await?;
        done += 1;
    }
    Ok(done)
}

async fn seal_cases(tx: &impl ConnectionTrait, keys: &Keys, entropy: &Entropy) -> Result<u64, StoreError> {
    use follow_up_cases::Column as C;
    let (mut done, mut after) = (0, None);
    loop {
        let mut query = follow_up_cases::Entity::find();
        if let Some(after) = after {
            query = query.filter(C::Id.gt(after));
        }
        let rows = query.order_by_asc(C::Id).limit(PAGE).all(tx).await?;
        let Some(last) = rows.last() else { return Ok(done) };
        after = Some(last.id);
        for row in rows {
            let text = again(keys, entropy, &case_context(row.id, "text"), &row.text)?;
            let contact = match &row.contact {
                Some(sealed) => again(keys, entropy, &case_context(row.id, "contact"), sealed)?,
                None => None,
            };
            for (column, value) in [(C::Text, text), (C::Contact, contact)] {
                let Some(value) = value else { continue };
                follow_up_cases::Entity::update_many()
                    .col_expr(column, Expr::value(value))
                    .filter(C::Id.eq(row.id))
                    .exec(tx)
                    .await?;
                done += 1;
            }
        }
    }
}

async fn seal_messages(tx: &impl ConnectionTrait, keys: &Keys, entropy: &Entropy) -> Result<u64, StoreError> {
    use case_messages::Column as C;
    let mut done = 0;
    let all: Vec<(uuid::Uuid, i32)> = case_messages::Entity::find()
        .select_only()
        .columns([C::CaseId, C::Ord])
        .into_tuple()
        .all(tx)
        .await?;
    for key in all {
        let Some(row) = case_messages::Entity::find_by_id(key).one(tx).await? else {
            continue;
        };
        let context = case_context(row.case_id, &row.ord.to_string());
        let Some(body) = again(keys, entropy, &context, &row.body)? else {
            continue;
        };
        case_messages::Entity::update_many()
            .col_expr(C::Body, Expr::value(body))
            .filter(C::CaseId.eq(row.case_id))
            .filter(C::Ord.eq(row.ord))
            .exec(tx)
            .await?;
        done += 1;
    }
    Ok(done)
}

#[cfg(test)]
mod tests;
