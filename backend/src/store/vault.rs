//! The identity vault: every sealed column of the database in one place, for what must reach all of them.
//!
//! [`COLUMNS`] says of every column of bytes whether it is sealed; a test compares it with the schema, so that a new
//! one cannot be forgotten when keys are rotated.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{StoreError, frame, frame_versions, insert_all, plan_files as plan_store};
use crate::cases::context as case_context;
use crate::clock::Entropy;
use crate::entity::{case_messages, follow_up_cases, frame_versions as versions, identities, plan_files};
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

/// Every column of bytes, by table.
pub const COLUMNS: &[(&str, &str, Content)] = &[
    ("amendment_media", "content", Content::Open),
    ("case_messages", "body", Content::Sealed),
    ("follow_up_cases", "contact", Content::Sealed),
    ("follow_up_cases", "text", Content::Sealed),
    ("forms", "xlsx", Content::Open),
    ("frame_versions", "content", Content::Sealed),
    ("identities", "sealed", Content::Sealed),
    // Invitations are addressed and written only while they are sent.
    ("outbox", "message", Content::Open),
    ("plan_blobs", "content", Content::Open),
    // The frame is; the column `sealed` says so.
    ("plan_files", "content", Content::Sealed),
    ("responses", "salt", Content::Open),
    // Secrets of second factors are sealed under a key of their own, which derives from the master key and stays.
    ("second_factors", "secret", Content::Open),
    ("sessions", "enrolling", Content::Open),
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
mod tests {
    use super::*;
    use crate::keys::file::KeyFile;
    use crate::store::frame::{FrameMember, Identity};
    use crate::store::tables::{self, Kind};
    use crate::store::testing;

    #[test]
    fn every_column_of_bytes_is_said_to_be_sealed_or_open() {
        let mut schema: Vec<(String, String)> = tables::all()
            .into_iter()
            .flat_map(|table| {
                let name = table.name;
                let bytes = table.columns.into_iter().filter(|c| c.kind == Kind::Bytes);
                bytes
                    .map(move |column| (name.clone(), column.name))
                    .collect::<Vec<_>>()
            })
            .collect();
        schema.sort();
        let listed: Vec<(String, String)> = COLUMNS
            .iter()
            .map(|(table, column, _)| ((*table).to_owned(), (*column).to_owned()))
            .collect();
        assert_eq!(
            schema, listed,
            "say in store/vault.rs whether a new column is sealed, and seal it again there"
        );
    }

    #[tokio::test]
    async fn after_a_rotation_only_the_new_key_opens_and_a_second_run_changes_nothing() {
        let (_dir, db) = testing::database().await;
        let entropy = Entropy::seeded(1);
        let mut file = KeyFile::new([1; 32]);
        let old = Keys::of(&file);
        let person = |n: u32| {
            let member = FrameMember {
                round_id: "r".to_owned(),
                member_key: format!("m{n}"),
                unit: "u".to_owned(),
                group: "resident".to_owned(),
                category: None,
                grade: None,
                sex: None,
                birth_year: None,
                hardship: String::new(),
                body_kind: None,
                relative_of_key: None,
            };
            let identity = Identity {
                name: format!("张{n}"),
                ..Identity::default()
            };
            (member, identity)
        };
        frame::replace(&db, &old, &entropy, "r", (0..1_200).map(person).collect())
            .await
            .unwrap();
        let files = [("frame.csv".to_owned(), b"person_id".to_vec())].into();
        plan_store::replace(&db, &old, &entropy, "r", &files)
            .await
            .unwrap();
        file.rotate(&entropy);
        let new = Keys::of(&file);
        assert_eq!(seal_again(&db, &new, &entropy).await.unwrap(), 1_201);
        assert_eq!(seal_again(&db, &new, &entropy).await.unwrap(), 0);
        let row = identities::Entity::find_by_id(("r".to_owned(), "m7".to_owned()));
        let row = row.one(&db).await.unwrap().unwrap();
        let context = frame::context("r", "m7");
        assert!(old.open(&context, &row.sealed).is_err());
        assert!(String::from_utf8_lossy(&new.open(&context, &row.sealed).unwrap()).contains("张7"));
        assert_eq!(
            plan_store::read(&db, &new, "r").await.unwrap()["frame.csv"],
            b"person_id"
        );
        // A key file that opens nothing of it changes nothing.
        let foreign = Keys::from_master(&[9; 32]);
        assert!(seal_again(&db, &foreign, &entropy).await.is_err());
    }
}
