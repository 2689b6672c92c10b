//! Interviews that could not be accepted as responses: kept sealed until the office has decided.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::StoreError;
use crate::clock::Entropy;
use crate::entity::held;
use crate::keys::{KeyError, Keys};

pub use crate::entity::held::Model as Held;

/// Waits for the office.
pub const HELD: &str = "held";
/// Accepted as a response later; the envelope is gone.
pub const ACCEPTED: &str = "accepted";
/// Put aside by the office with a reason; the envelope is gone.
pub const DISCARDED: &str = "discarded";

/// Begins an envelope that is sealed under the identity key too; until November 2026 none was.
const SEALED: &str = "sealed:";

fn context(id: Uuid) -> String {
    format!("held/{id}")
}

/// An envelope as it is kept. A device has sealed it to a key pair of the server's, which derives from the master key and
/// cannot be rotated; so it is sealed once more under the identity key, which can.
///
/// # Errors
/// See [`Keys::seal`].
pub fn sealed(keys: &Keys, entropy: &Entropy, id: Uuid, envelope: &str) -> Result<String, KeyError> {
    let sealed = keys.seal(&context(id), envelope.as_bytes(), entropy)?;
    Ok(format!("{SEALED}{}", STANDARD.encode(sealed)))
}

fn bytes_of(kept: &str) -> Option<Result<Vec<u8>, KeyError>> {
    let coded = kept.strip_prefix(SEALED)?;
    Some(STANDARD.decode(coded).map_err(|_| KeyError::CannotOpen))
}

/// The envelope as the device sent it.
///
/// # Errors
/// See [`Keys::open`].
pub fn opened(keys: &Keys, id: Uuid, kept: &str) -> Result<String, KeyError> {
    let Some(sealed) = bytes_of(kept) else {
        return Ok(kept.to_owned());
    };
    let envelope = keys.open(&context(id), &sealed?)?;
    String::from_utf8(envelope).map_err(|_| KeyError::CannotOpen)
}

/// What is kept, sealed by the present identity key; none where it is so already.
///
/// # Errors
/// See [`Keys::seal_again`].
pub(super) fn seal_again(
    keys: &Keys,
    entropy: &Entropy,
    id: Uuid,
    kept: &str,
) -> Result<Option<String>, KeyError> {
    let Some(bytes) = bytes_of(kept) else {
        return sealed(keys, entropy, id, kept).map(Some);
    };
    let again = keys.seal_again(&context(id), &bytes?, entropy)?;
    Ok(again.map(|again| format!("{SEALED}{}", STANDARD.encode(again))))
}

/// Keeps an interview; gives what is stored under its id.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn insert(conn: &impl ConnectionTrait, row: Held) -> Result<Held, StoreError> {
    let id = row.id;
    let unless_known = OnConflict::column(held::Column::Id).do_nothing().to_owned();
    held::Entity::insert(row.into_active_model())
        .on_conflict(unless_known)
        .exec_without_returning(conn)
        .await?;
    find(conn, id).await?.ok_or_else(|| StoreError::Corrupt {
        table: "held",
        what: "an interview is gone that was written a moment ago".to_owned(),
    })
}

/// The held interview with this id.
///
/// # Errors
/// See [`insert`].
pub async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Held>, StoreError> {
    Ok(held::Entity::find_by_id(id).one(conn).await?)
}

/// All that were ever held in a round: those that wait first, then the latest.
///
/// # Errors
/// See [`insert`].
pub async fn list(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Held>, StoreError> {
    let mut rows = held::Entity::find()
        .filter(held::Column::RoundId.eq(round))
        .order_by_desc(held::Column::Day)
        .order_by_asc(held::Column::Id)
        .all(conn)
        .await?;
    rows.sort_by_key(|row| row.state != HELD);
    Ok(rows)
}

/// How many wait in a round.
///
/// # Errors
/// See [`insert`].
pub async fn waiting(conn: &impl ConnectionTrait, round: &str) -> Result<u64, StoreError> {
    Ok(held::Entity::find()
        .filter(held::Column::RoundId.eq(round))
        .filter(held::Column::State.eq(HELD))
        .count(conn)
        .await?)
}

/// Notes what is wrong with one that waits.
///
/// # Errors
/// See [`insert`].
pub async fn set_faults(
    conn: &impl ConnectionTrait,
    id: Uuid,
    reason: &str,
    faults: &str,
) -> Result<(), StoreError> {
    held::Entity::update_many()
        .col_expr(held::Column::Reason, Expr::value(reason))
        .col_expr(held::Column::Faults, Expr::value(faults))
        .filter(held::Column::Id.eq(id))
        .filter(held::Column::State.eq(HELD))
        .exec(conn)
        .await?;
    Ok(())
}

/// Settles one that waits and destroys its envelope; tells whether it waited.
///
/// # Errors
/// See [`insert`].
pub async fn settle(
    conn: &impl ConnectionTrait,
    id: Uuid,
    state: &str,
    note: Option<&str>,
) -> Result<bool, StoreError> {
    let done = held::Entity::update_many()
        .col_expr(held::Column::State, Expr::value(state))
        .col_expr(held::Column::Note, Expr::value(note.map(str::to_owned)))
        .col_expr(held::Column::Envelope, Expr::value(""))
        .filter(held::Column::Id.eq(id))
        .filter(held::Column::State.eq(HELD))
        .exec(conn)
        .await?;
    Ok(done.rows_affected > 0)
}
