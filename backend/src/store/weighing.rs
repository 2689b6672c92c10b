//! Experts who compare indicators pair by pair, and what they said.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{StoreError, insert_all, upsert};
use crate::entity::{weight_experts, weight_judgements};

pub use crate::entity::weight_experts::Model as Expert;
pub use crate::entity::weight_judgements::Model as Judgement;

/// Still comparing.
pub const OPEN: &str = "open";
/// Says that everything is compared.
pub const DONE: &str = "done";
/// Taken out by the office.
pub const WITHDRAWN: &str = "withdrawn";

/// Adds an expert, or replaces what is known of one.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn put(conn: &impl ConnectionTrait, expert: Expert) -> Result<(), StoreError> {
    upsert::<weight_experts::Entity>(conn, expert, &[weight_experts::Column::Id]).await
}

/// The experts of a round in the order in which they were asked.
///
/// # Errors
/// See [`put`].
pub async fn of_round(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Expert>, StoreError> {
    Ok(weight_experts::Entity::find()
        .filter(weight_experts::Column::RoundId.eq(round))
        .order_by_asc(weight_experts::Column::Seq)
        .all(conn)
        .await?)
}

/// The expert to whom a token was given, unless the office took the link back.
///
/// # Errors
/// See [`put`].
pub async fn by_token(conn: &impl ConnectionTrait, token_hash: &str) -> Result<Option<Expert>, StoreError> {
    Ok(weight_experts::Entity::find()
        .filter(weight_experts::Column::TokenHash.eq(token_hash))
        .filter(weight_experts::Column::State.ne(WITHDRAWN))
        .one(conn)
        .await?)
}

/// What an expert said.
///
/// # Errors
/// See [`put`].
pub async fn judgements(conn: &impl ConnectionTrait, expert: Uuid) -> Result<Vec<Judgement>, StoreError> {
    Ok(weight_judgements::Entity::find()
        .filter(weight_judgements::Column::ExpertId.eq(expert))
        .order_by_asc(weight_judgements::Column::First)
        .order_by_asc(weight_judgements::Column::Second)
        .all(conn)
        .await?)
}

/// Keeps what an expert says of pairs in place of what was said of them before.
///
/// # Errors
/// See [`put`].
pub async fn say(conn: &impl ConnectionTrait, said: Vec<Judgement>) -> Result<(), StoreError> {
    for row in &said {
        weight_judgements::Entity::delete_by_id((row.expert_id, row.first.clone(), row.second.clone()))
            .exec(conn)
            .await?;
    }
    insert_all::<weight_judgements::Entity>(conn, said).await
}
