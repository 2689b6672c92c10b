//! Score cards with their marks, seals, approvals and evidence.
//!
//! A card changes only through [`move_state`], which names the state and version that it must be in: two who act at
//! once, on whichever server, cannot both succeed.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{StoreError, insert_all, upsert};
use crate::entity::{card_approvals, card_marks, card_seals, evidence_files, score_cards};

pub use crate::entity::card_approvals::Model as Approval;
pub use crate::entity::card_marks::Model as Mark;
pub use crate::entity::card_seals::Model as Seal;
pub use crate::entity::evidence_files::Model as Evidence;
pub use crate::entity::score_cards::Model as Card;

/// Being filled in.
pub const DRAFT: &str = "draft";
/// Sealed by its scorer.
pub const SEALED: &str = "sealed";
/// Taken back; it counts for nothing.
pub const VOID: &str = "void";

/// Adds cards.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn insert(conn: &impl ConnectionTrait, rows: Vec<Card>) -> Result<(), StoreError> {
    insert_all::<score_cards::Entity>(conn, rows).await
}

/// A card.
///
/// # Errors
/// See [`insert`].
pub async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Card>, StoreError> {
    Ok(score_cards::Entity::find_by_id(id).one(conn).await?)
}

/// The cards of a round that are not void, by unit and then by identifier, which tells nothing of who came first.
///
/// # Errors
/// See [`insert`].
pub async fn of_round(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Card>, StoreError> {
    use score_cards::Column;
    Ok(score_cards::Entity::find()
        .filter(Column::RoundId.eq(round))
        .filter(Column::State.ne(VOID))
        .order_by_asc(Column::Unit)
        .order_by_asc(Column::Third)
        .order_by_asc(Column::Id)
        .all(conn)
        .await?)
}

/// The cards of one evaluator in a round that are not void, by unit.
///
/// # Errors
/// See [`insert`].
pub async fn of_staff(
    conn: &impl ConnectionTrait,
    round: &str,
    staff: Uuid,
) -> Result<Vec<Card>, StoreError> {
    use score_cards::Column;
    Ok(score_cards::Entity::find()
        .filter(Column::RoundId.eq(round))
        .filter(Column::StaffId.eq(staff))
        .filter(Column::State.ne(VOID))
        .order_by_asc(Column::Unit)
        .order_by_asc(Column::Id)
        .all(conn)
        .await?)
}

/// Writes a card's new state if it is still in the state and version of `from`; false where somebody was faster.
///
/// # Errors
/// See [`insert`].
pub async fn move_state(conn: &impl ConnectionTrait, from: &Card, to: Card) -> Result<bool, StoreError> {
    use score_cards::Column;
    let done = score_cards::Entity::update_many()
        .col_expr(Column::State, Expr::value(to.state))
        .col_expr(Column::Version, Expr::value(to.version))
        .col_expr(Column::Begun, Expr::value(to.begun))
        .col_expr(Column::Hash, Expr::value(to.hash))
        .col_expr(Column::SealedAt, Expr::value(to.sealed_at))
        .filter(Column::Id.eq(from.id))
        .filter(Column::State.eq(from.state.clone()))
        .filter(Column::Version.eq(from.version))
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Writes a mark, in place of the one before.
///
/// # Errors
/// See [`insert`].
pub async fn put_mark(conn: &impl ConnectionTrait, row: Mark) -> Result<(), StoreError> {
    use card_marks::Column;
    upsert::<card_marks::Entity>(conn, row, &[Column::CardId, Column::Criterion]).await
}

/// The marks of some cards, by criterion.
///
/// # Errors
/// See [`insert`].
pub async fn marks(conn: &impl ConnectionTrait, cards: &[Uuid]) -> Result<Vec<Mark>, StoreError> {
    Ok(card_marks::Entity::find()
        .filter(card_marks::Column::CardId.is_in(cards.iter().copied()))
        .order_by_asc(card_marks::Column::Criterion)
        .order_by_asc(card_marks::Column::CardId)
        .all(conn)
        .await?)
}

/// Keeps a sealed state.
///
/// # Errors
/// See [`insert`]; when that version was sealed before.
pub async fn add_seal(conn: &impl ConnectionTrait, row: Seal) -> Result<(), StoreError> {
    card_seals::Entity::insert(row.into_active_model())
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// The sealed states of some cards, oldest first.
///
/// # Errors
/// See [`insert`].
pub async fn seals(conn: &impl ConnectionTrait, cards: &[Uuid]) -> Result<Vec<Seal>, StoreError> {
    Ok(card_seals::Entity::find()
        .filter(card_seals::Column::CardId.is_in(cards.iter().copied()))
        .order_by_asc(card_seals::Column::CardId)
        .order_by_asc(card_seals::Column::Version)
        .all(conn)
        .await?)
}

/// Notes why a sealed state was given back.
///
/// # Errors
/// See [`insert`].
pub async fn note_return(
    conn: &impl ConnectionTrait,
    card: Uuid,
    version: i32,
    reason: &str,
) -> Result<(), StoreError> {
    card_seals::Entity::update_many()
        .col_expr(card_seals::Column::ReturnedReason, Expr::value(reason))
        .filter(card_seals::Column::CardId.eq(card))
        .filter(card_seals::Column::Version.eq(version))
        .exec(conn)
        .await?;
    Ok(())
}

/// Approves a state; approving it again after it was void makes it hold again.
///
/// # Errors
/// See [`insert`].
pub async fn approve(conn: &impl ConnectionTrait, row: Approval) -> Result<(), StoreError> {
    use card_approvals::Column;
    upsert::<card_approvals::Entity>(conn, row, &[Column::CardId, Column::Hash]).await
}

/// Makes every approval of a card void.
///
/// # Errors
/// See [`insert`].
pub async fn void_approvals(conn: &impl ConnectionTrait, card: Uuid, at: i64) -> Result<(), StoreError> {
    card_approvals::Entity::update_many()
        .col_expr(card_approvals::Column::VoidedAt, Expr::value(at))
        .filter(card_approvals::Column::CardId.eq(card))
        .filter(card_approvals::Column::VoidedAt.is_null())
        .exec(conn)
        .await?;
    Ok(())
}

/// The approvals of some cards that hold.
///
/// # Errors
/// See [`insert`].
pub async fn approvals(conn: &impl ConnectionTrait, cards: &[Uuid]) -> Result<Vec<Approval>, StoreError> {
    Ok(card_approvals::Entity::find()
        .filter(card_approvals::Column::CardId.is_in(cards.iter().copied()))
        .filter(card_approvals::Column::VoidedAt.is_null())
        .order_by_asc(card_approvals::Column::CardId)
        .all(conn)
        .await?)
}

/// Adds a file of evidence.
///
/// # Errors
/// See [`insert`].
pub async fn add_evidence(conn: &impl ConnectionTrait, row: Evidence) -> Result<(), StoreError> {
    evidence_files::Entity::insert(row.into_active_model())
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// A file of evidence.
///
/// # Errors
/// See [`insert`].
pub async fn find_evidence(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Evidence>, StoreError> {
    Ok(evidence_files::Entity::find_by_id(id).one(conn).await?)
}

/// Forgets a file of evidence.
///
/// # Errors
/// See [`insert`].
pub async fn remove_evidence(conn: &impl ConnectionTrait, id: Uuid) -> Result<(), StoreError> {
    evidence_files::Entity::delete_by_id(id).exec(conn).await?;
    Ok(())
}

/// The evidence of some cards, by criterion and in the order in which it came.
///
/// # Errors
/// See [`insert`].
pub async fn evidence(conn: &impl ConnectionTrait, cards: &[Uuid]) -> Result<Vec<Evidence>, StoreError> {
    use evidence_files::Column;
    Ok(evidence_files::Entity::find()
        .filter(Column::CardId.is_in(cards.iter().copied()))
        .order_by_asc(Column::Criterion)
        .order_by_asc(Column::At)
        .order_by_asc(Column::Id)
        .all(conn)
        .await?)
}
