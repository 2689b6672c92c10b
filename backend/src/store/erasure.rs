//! Erasing who the people of a round are, and leaving what they said.

use std::collections::BTreeMap;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, QueryFilter, QuerySelect,
};
use serde::{Deserialize, Serialize};

use super::{StoreError, insert_all, shuffle};
use crate::clock::Entropy;
use crate::entity::{follow_up_cases, frame_members, frame_versions, identities, plan_files, sample_cases};

/// What was erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// Names with telephone, address and card number.
    pub identities: u64,
    /// Frames as files, the newer ones among them.
    pub frames: u64,
    /// Ways to reach those who asked for something, left with follow-up cases.
    pub contacts: u64,
    /// Keys made of the register's numbers, replaced by random ones.
    pub register_keys: u64,
}

impl Erased {
    /// Whether there was nothing to erase.
    pub fn is_nothing(&self) -> bool {
        self.identities + self.frames + self.contacts == 0
    }
}

/// Erases the identities of a round in the caller's transaction.
///
/// Sample and frame stay, because figures are weighted by them; their keys, which somebody with the key file and a
/// number of the register could recognise, are replaced by random ones.
///
/// # Errors
/// When the database does not answer.
pub async fn erase(tx: &impl ConnectionTrait, entropy: &Entropy, round: &str) -> Result<Erased, StoreError> {
    let gone = identities::Entity::delete_many()
        .filter(identities::Column::RoundId.eq(round))
        .exec(tx)
        .await?;
    let files = plan_files::Entity::delete_many()
        .filter(plan_files::Column::RoundId.eq(round))
        .filter(plan_files::Column::Sealed.eq(true))
        .exec(tx)
        .await?;
    let newer = frame_versions::Entity::update_many()
        .col_expr(frame_versions::Column::Content, Expr::value(Vec::<u8>::new()))
        .filter(frame_versions::Column::RoundId.eq(round))
        .filter(frame_versions::Column::Content.ne(Vec::<u8>::new()))
        .exec(tx)
        .await?;
    let contacts = follow_up_cases::Entity::update_many()
        .col_expr(
            follow_up_cases::Column::Contact,
            Expr::value(Option::<Vec<u8>>::None),
        )
        .filter(follow_up_cases::Column::RoundId.eq(round))
        .filter(follow_up_cases::Column::Contact.is_not_null())
        .exec(tx)
        .await?;
    Ok(Erased {
        identities: gone.rows_affected,
        frames: files.rows_affected + newer.rows_affected,
        contacts: contacts.rows_affected,
        register_keys: replace_keys(tx, entropy, round).await?,
    })
}

/// Gives every frame member of a round a random key in place of the one made of the register's number.
async fn replace_keys(tx: &impl ConnectionTrait, entropy: &Entropy, round: &str) -> Result<u64, StoreError> {
    let members = frame_members::Entity::find()
        .filter(frame_members::Column::RoundId.eq(round))
        .all(tx)
        .await?;
    let mut keys: BTreeMap<String, String> = BTreeMap::new();
    let mut random = |key: String| {
        keys.entry(key)
            .or_insert_with(|| hex::encode(entropy.bytes::<32>()))
            .clone()
    };
    let members: Vec<frame_members::Model> = members
        .into_iter()
        .map(|member| frame_members::Model {
            member_key: random(member.member_key),
            relative_of_key: member.relative_of_key.map(&mut random),
            ..member
        })
        .collect();
    frame_members::Entity::delete_many()
        .filter(frame_members::Column::RoundId.eq(round))
        .exec(tx)
        .await?;
    let replaced = members.len() as u64;
    insert_all::<frame_members::Entity>(tx, members).await?;
    let cases: Vec<(String, Option<String>)> = sample_cases::Entity::find()
        .select_only()
        .columns([sample_cases::Column::CaseId, sample_cases::Column::MemberKey])
        .filter(sample_cases::Column::RoundId.eq(round))
        .into_tuple()
        .all(tx)
        .await?;
    for (case, key) in cases {
        let Some(key) = key else { continue };
        sample_cases::Entity::update_many()
            .col_expr(sample_cases::Column::MemberKey, Expr::value(random(key)))
            .filter(sample_cases::Column::RoundId.eq(round))
            .filter(sample_cases::Column::CaseId.eq(case))
            .exec(tx)
            .await?;
    }
    Ok(replaced)
}

/// Makes what was erased leave the database's files too; run it after the transaction stands.
///
/// # Errors
/// When the database does not answer, or is in use; then it may be run again.
pub async fn scrub(db: &DatabaseConnection) -> Result<(), StoreError> {
    // Writes the sample anew, and on SQLite empties the write-ahead log, where deleted pages are overwritten.
    shuffle::shuffle(db).await?;
    if db.get_database_backend() == DbBackend::Postgres {
        for table in ["identities", "plan_files", "frame_versions", "frame_members"] {
            db.execute_unprepared(&format!("VACUUM FULL {table}")).await?;
        }
    }
    Ok(())
}
