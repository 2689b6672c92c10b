//! Amendments of sealed rounds: what was put in place of what, and the media that came along. The plan's own files
//! stay as they were sealed; [`apply`] lays the amendments over them.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{StoreError, forms, insert_all};
use crate::entity::{amendment_media, amendments};

pub use crate::entity::amendments::Model as Amendment;

/// Appends an amendment.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn insert(conn: &impl ConnectionTrait, row: Amendment) -> Result<(), StoreError> {
    insert_all::<amendments::Entity>(conn, vec![row]).await
}

/// The amendments of a round, the first one first.
///
/// # Errors
/// See [`insert`].
pub async fn of_round(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Amendment>, StoreError> {
    Ok(amendments::Entity::find()
        .filter(amendments::Column::RoundId.eq(round))
        .order_by_asc(amendments::Column::Seq)
        .all(conn)
        .await?)
}

/// Keeps media of an amended questionnaire.
///
/// # Errors
/// See [`insert`].
pub async fn add_media(
    conn: &impl ConnectionTrait,
    round: &str,
    files: BTreeMap<String, Vec<u8>>,
) -> Result<(), StoreError> {
    for (name, content) in files {
        let row = amendment_media::Model {
            round_id: round.to_owned(),
            name,
            content,
        };
        // One statement a file: films are large.
        insert_all::<amendment_media::Entity>(conn, vec![row]).await?;
    }
    Ok(())
}

/// Names of the media that came with amendments, sorted.
///
/// # Errors
/// See [`insert`].
pub async fn media_names(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<String>, StoreError> {
    let rows = amendment_media::Entity::find()
        .select_only()
        .column(amendment_media::Column::Name)
        .filter(amendment_media::Column::RoundId.eq(round))
        .order_by_asc(amendment_media::Column::Name);
    Ok(rows.into_tuple().all(conn).await?)
}

/// A media file that came with an amendment.
///
/// # Errors
/// See [`insert`].
pub async fn media(
    conn: &impl ConnectionTrait,
    round: &str,
    name: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row = amendment_media::Entity::find()
        .filter(amendment_media::Column::RoundId.eq(round))
        .filter(amendment_media::Column::Name.eq(name))
        .one(conn)
        .await?;
    Ok(row.map(|row| row.content))
}

/// Lays the present questionnaires and the media that came with them over the files of the sealed plan.
///
/// # Errors
/// See [`insert`].
pub async fn apply(
    conn: &impl ConnectionTrait,
    round: &str,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> Result<(), StoreError> {
    for form in forms::all_current(conn, round).await? {
        files.insert(form.source_path, form.xlsx);
    }
    for name in media_names(conn, round).await? {
        if let Some(content) = media(conn, round, &name).await? {
            files.insert(format!("{}{name}", crate::media::FOLDER), content);
        }
    }
    Ok(())
}
