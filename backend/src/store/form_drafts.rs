//! Drafts of questionnaires. Every saved state stays; a draft is in one of them, and going back is being in another.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{StoreError, insert_all, upsert};
use crate::entity::{form_drafts, form_states};

pub use crate::entity::form_drafts::Model as FormDraft;
pub use crate::entity::form_states::Model as FormState;

/// A state without its workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateLine {
    /// Its number.
    pub seq: i32,
    /// The state from which it was made.
    pub parent: Option<i32>,
    /// What was done.
    pub act: String,
    /// To what.
    pub subject: String,
    /// Login of whoever did it.
    pub actor: String,
    /// When, Unix milliseconds.
    pub at: i64,
}

/// The drafts of a round, by name.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn of_round(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<FormDraft>, StoreError> {
    Ok(form_drafts::Entity::find()
        .filter(form_drafts::Column::RoundId.eq(round))
        .order_by_asc(form_drafts::Column::Form)
        .all(conn)
        .await?)
}

/// A draft.
///
/// # Errors
/// See [`of_round`].
pub async fn find(
    conn: &impl ConnectionTrait,
    round: &str,
    form: &str,
) -> Result<Option<FormDraft>, StoreError> {
    let key = (round.to_owned(), form.to_owned());
    Ok(form_drafts::Entity::find_by_id(key).one(conn).await?)
}

/// Writes a draft.
///
/// # Errors
/// See [`of_round`].
pub async fn put(conn: &impl ConnectionTrait, draft: FormDraft) -> Result<(), StoreError> {
    let key = [form_drafts::Column::RoundId, form_drafts::Column::Form];
    upsert::<form_drafts::Entity>(conn, draft, &key).await
}

/// Every state of a draft, the first one first, without workbooks.
///
/// # Errors
/// See [`of_round`].
pub async fn states(
    conn: &impl ConnectionTrait,
    round: &str,
    form: &str,
) -> Result<Vec<StateLine>, StoreError> {
    use form_states::Column as C;
    let rows: Vec<(i32, Option<i32>, String, String, String, i64)> = form_states::Entity::find()
        .select_only()
        .columns([C::Seq, C::Parent, C::Act, C::Subject, C::Actor, C::At])
        .filter(C::RoundId.eq(round))
        .filter(C::Form.eq(form))
        .order_by_asc(C::Seq)
        .into_tuple()
        .all(conn)
        .await?;
    let line = |(seq, parent, act, subject, actor, at)| StateLine {
        seq,
        parent,
        act,
        subject,
        actor,
        at,
    };
    Ok(rows.into_iter().map(line).collect())
}

/// One state with its workbook.
///
/// # Errors
/// See [`of_round`].
pub async fn state(
    conn: &impl ConnectionTrait,
    round: &str,
    form: &str,
    seq: i32,
) -> Result<Option<FormState>, StoreError> {
    let key = (round.to_owned(), form.to_owned(), seq);
    Ok(form_states::Entity::find_by_id(key).one(conn).await?)
}

/// Number of the last state of a draft; 0 where it has none.
///
/// # Errors
/// See [`of_round`].
pub async fn last(conn: &impl ConnectionTrait, round: &str, form: &str) -> Result<i32, StoreError> {
    let row: Option<Option<i32>> = form_states::Entity::find()
        .select_only()
        .column_as(form_states::Column::Seq.max(), "last")
        .filter(form_states::Column::RoundId.eq(round))
        .filter(form_states::Column::Form.eq(form))
        .into_tuple()
        .one(conn)
        .await?;
    Ok(row.flatten().unwrap_or_default())
}

/// Appends a state.
///
/// # Errors
/// See [`of_round`].
pub async fn append(conn: &impl ConnectionTrait, state: FormState) -> Result<(), StoreError> {
    insert_all::<form_states::Entity>(conn, vec![state]).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{begin, testing};

    fn written(seq: i32, parent: Option<i32>) -> FormState {
        FormState {
            round_id: "r".to_owned(),
            form: "resident".to_owned(),
            seq,
            parent,
            act: "edit".to_owned(),
            subject: String::new(),
            content: vec![u8::try_from(seq).unwrap()],
            actor: "test".to_owned(),
            at: 0,
        }
    }

    #[tokio::test]
    async fn a_draft_is_in_one_of_its_states_and_keeps_all() {
        let (_dir, db) = testing::database().await;
        let tx = begin(&db).await.unwrap();
        assert_eq!(last(&tx, "r", "resident").await.unwrap(), 0);
        append(&tx, written(1, None)).await.unwrap();
        append(&tx, written(2, Some(1))).await.unwrap();
        for head in [2, 1] {
            let draft = FormDraft {
                round_id: "r".to_owned(),
                form: "resident".to_owned(),
                head,
                based_on: String::new(),
            };
            put(&tx, draft).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(find(&db, "r", "resident").await.unwrap().unwrap().head, 1);
        assert_eq!(last(&db, "r", "resident").await.unwrap(), 2);
        let parents: Vec<_> = states(&db, "r", "resident").await.unwrap();
        assert_eq!(
            parents.iter().map(|line| line.parent).collect::<Vec<_>>(),
            [None, Some(1)]
        );
        assert_eq!(
            state(&db, "r", "resident", 2).await.unwrap().unwrap().content,
            [2]
        );
        assert!(find(&db, "other", "resident").await.unwrap().is_none());
    }
}
