//! Files that came with responses. They lie in the database, so that they come and go with the answers in one transaction,
//! on whichever server somebody answers, and in every backup; sealed under the identity key, because a face or a voice names
//! a person.

use std::collections::BTreeSet;

use sea_orm::sea_query::{Expr, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::responses::ACCEPTED;
use super::{StoreError, padded};
use crate::entity::{attachments, drafts, responses};
use crate::keys::{KeyError, Keys};

pub use crate::entity::attachments::Model as Attachment;

/// Files listed at a time.
pub const PAGE_SIZE: u64 = 200;

/// A file without its bytes.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Listed {
    /// Identifier.
    pub id: Uuid,
    /// The response.
    pub response_id: Uuid,
    /// The question that it answers.
    pub question: String,
    /// Its name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Size in bytes.
    pub bytes: i32,
    /// Keyed hash of the bytes as they were sent, by which a file is known when it comes again.
    pub mac: String,
}

impl Listed {
    /// Where in an archive of a round's files it lies: `photo/3f9c….jpg`.
    pub fn place(&self) -> String {
        let (stem, ending) = self.name.rsplit_once('.').unwrap_or((&self.name, "bin"));
        format!("{stem}/{}.{ending}", self.id)
    }
}

/// What the seal of a file is bound to.
pub fn context(id: Uuid) -> String {
    format!("attachment/{id}")
}

impl Attachment {
    /// The bytes as they are kept.
    ///
    /// # Errors
    /// See [`Keys::open`].
    pub fn opened(&self, keys: &Keys) -> Result<Vec<u8>, KeyError> {
        keys.open(&context(self.id), &self.content)
    }
}

/// Keeps a file.
///
/// # Errors
/// When the database does not answer, or the question has a file already; so for every function here.
pub async fn insert(conn: &impl ConnectionTrait, row: Attachment) -> Result<(), StoreError> {
    attachments::Entity::insert(row.into_active_model())
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

fn listed() -> sea_orm::Select<attachments::Entity> {
    use attachments::Column as C;
    attachments::Entity::find().select_only().columns([
        C::Id,
        C::ResponseId,
        C::Question,
        C::Name,
        C::MediaType,
        C::Bytes,
        C::Mac,
    ])
}

/// The file of a question.
///
/// # Errors
/// See [`insert`].
pub async fn of_question(
    conn: &impl ConnectionTrait,
    response: Uuid,
    question: &str,
) -> Result<Option<Listed>, StoreError> {
    Ok(listed()
        .filter(attachments::Column::ResponseId.eq(response))
        .filter(attachments::Column::Question.eq(question))
        .into_model()
        .one(conn)
        .await?)
}

/// The accepted responses of a round.
fn accepted(round: &str) -> SelectStatement {
    use responses::Column as R;
    responses::Entity::find()
        .select_only()
        .column(R::Id)
        .filter(R::RoundId.eq(round))
        .filter(R::State.eq(ACCEPTED))
        .into_query()
}

/// A file of an accepted response with its bytes, sealed.
///
/// # Errors
/// See [`insert`].
pub async fn find(
    conn: &impl ConnectionTrait,
    round: &str,
    id: Uuid,
) -> Result<Option<Attachment>, StoreError> {
    Ok(attachments::Entity::find_by_id(id)
        .filter(attachments::Column::RoundId.eq(round))
        .filter(attachments::Column::ResponseId.in_subquery(accepted(round)))
        .one(conn)
        .await?)
}

/// The next files of a round's accepted responses after `after`, by identifier: these are random, so that the order tells
/// nothing. Nobody looks at what was not handed in, or may never become a response.
///
/// # Errors
/// See [`insert`].
pub async fn page(
    conn: &impl ConnectionTrait,
    round: &str,
    after: Option<Uuid>,
) -> Result<Vec<Listed>, StoreError> {
    let mut query = listed()
        .filter(attachments::Column::RoundId.eq(round))
        .filter(attachments::Column::ResponseId.in_subquery(accepted(round)));
    if let Some(after) = after {
        query = query.filter(attachments::Column::Id.gt(after));
    }
    Ok(query
        .order_by_asc(attachments::Column::Id)
        .limit(PAGE_SIZE)
        .into_model()
        .all(conn)
        .await?)
}

/// How many files the accepted responses of a round have.
///
/// # Errors
/// See [`insert`].
pub async fn count(conn: &impl ConnectionTrait, round: &str) -> Result<u64, StoreError> {
    Ok(attachments::Entity::find()
        .filter(attachments::Column::RoundId.eq(round))
        .filter(attachments::Column::ResponseId.in_subquery(accepted(round)))
        .count(conn)
        .await?)
}

/// Deletes the file of a question, if it has one.
///
/// # Errors
/// See [`insert`].
pub async fn remove(conn: &impl ConnectionTrait, response: Uuid, question: &str) -> Result<(), StoreError> {
    attachments::Entity::delete_many()
        .filter(attachments::Column::ResponseId.eq(response))
        .filter(attachments::Column::Question.eq(question))
        .exec(conn)
        .await?;
    Ok(())
}

/// Deletes all files of a response.
///
/// # Errors
/// See [`insert`].
pub async fn remove_all(conn: &impl ConnectionTrait, response: Uuid) -> Result<u64, StoreError> {
    let gone = attachments::Entity::delete_many()
        .filter(attachments::Column::ResponseId.eq(response))
        .exec(conn)
        .await?;
    Ok(gone.rows_affected)
}

/// Deletes the files of drafts that end: those that a response has taken over are its own by now.
///
/// # Errors
/// See [`insert`].
pub async fn remove_of_drafts(conn: &impl ConnectionTrait, ids: Vec<String>) -> Result<u64, StoreError> {
    use attachments::Column as C;
    let ended = drafts::Entity::find()
        .select_only()
        .column(drafts::Column::ResponseId)
        .filter(drafts::Column::Id.is_in(padded(ids)))
        .into_query();
    let handed_in = responses::Entity::find()
        .select_only()
        .column(responses::Column::Id)
        .filter(responses::Column::Id.in_subquery(ended.clone()))
        .into_query();
    let gone = attachments::Entity::delete_many()
        .filter(C::ResponseId.in_subquery(ended))
        .filter(C::ResponseId.not_in_subquery(handed_in))
        .exec(conn)
        .await?;
    Ok(gone.rows_affected)
}

/// Deletes all files of a round.
///
/// # Errors
/// See [`insert`].
pub async fn remove_round(conn: &impl ConnectionTrait, round: &str) -> Result<u64, StoreError> {
    let gone = attachments::Entity::delete_many()
        .filter(attachments::Column::RoundId.eq(round))
        .exec(conn)
        .await?;
    Ok(gone.rows_affected)
}

/// Gives the files of a draft to the response that it has become, and deletes those whose questions the response does not
/// answer: nobody asked for them in the end.
///
/// # Errors
/// See [`insert`].
pub async fn settle(
    conn: &impl ConnectionTrait,
    (from, to): (Uuid, Uuid),
    answered: &BTreeSet<String>,
) -> Result<(), StoreError> {
    use attachments::Column as C;
    let rows: Vec<Listed> = listed()
        .filter(C::ResponseId.eq(from))
        .into_model()
        .all(conn)
        .await?;
    let (kept, gone): (Vec<Listed>, Vec<Listed>) =
        rows.into_iter().partition(|row| answered.contains(&row.question));
    if !gone.is_empty() {
        attachments::Entity::delete_many()
            .filter(C::Id.is_in(gone.iter().map(|row| row.id)))
            .exec(conn)
            .await?;
    }
    if from != to && !kept.is_empty() {
        attachments::Entity::update_many()
            .col_expr(C::ResponseId, Expr::value(to))
            .filter(C::ResponseId.eq(from))
            .exec(conn)
            .await?;
    }
    Ok(())
}
