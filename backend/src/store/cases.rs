//! Follow-up cases (诉求工单) and their threads. Texts arrive sealed and leave sealed; `crate::cases` opens them.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

use super::{StoreError, insert_all};
use crate::cases::CaseState;
use crate::entity::{case_messages, follow_up_cases};

pub use crate::entity::case_messages::Model as Message;
pub use crate::entity::follow_up_cases::Model as Case;

use follow_up_cases::Column as C;

/// Which cases a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this state.
    pub state: Option<CaseState>,
    /// Not done, and due before this day.
    pub overdue_on: Option<String>,
    /// Not done.
    pub open: bool,
    /// Of this service area; an empty one is those without.
    pub area: Option<String>,
    /// About this township; an empty one is those without.
    pub unit: Option<String>,
    /// Seen to by this account.
    pub owner: Option<Uuid>,
}

fn words(states: impl Iterator<Item = CaseState>) -> Vec<&'static str> {
    states.map(CaseState::as_str).collect()
}

fn open_states() -> Vec<&'static str> {
    words(CaseState::ALL.into_iter().filter(|state| state.is_open()))
}

fn filtered(round: &str, filter: &Filter) -> Select<follow_up_cases::Entity> {
    let or_none = |column: C, wanted: &Option<String>| {
        wanted.as_ref().map(|value| match value.as_str() {
            "" => column.is_null(),
            code => column.eq(code),
        })
    };
    let condition = Condition::all()
        .add(C::RoundId.eq(round))
        .add_option(filter.state.map(|state| C::State.eq(state.as_str())))
        .add_option((filter.open || filter.overdue_on.is_some()).then(|| C::State.is_in(open_states())))
        .add_option(filter.overdue_on.as_ref().map(|day| C::DueOn.lt(day.as_str())))
        .add_option(or_none(C::Area, &filter.area))
        .add_option(or_none(C::Unit, &filter.unit))
        .add_option(filter.owner.map(|owner| C::Owner.eq(owner)));
    follow_up_cases::Entity::find().filter(condition)
}

/// Adds cases.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn insert(conn: &impl ConnectionTrait, rows: Vec<Case>) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    insert_all::<follow_up_cases::Entity>(conn, rows).await
}

/// A case of a round.
///
/// # Errors
/// See [`insert`].
pub async fn find(conn: &impl ConnectionTrait, round: &str, id: Uuid) -> Result<Option<Case>, StoreError> {
    Ok(follow_up_cases::Entity::find_by_id(id)
        .filter(C::RoundId.eq(round))
        .one(conn)
        .await?)
}

/// The same, held until the end of the transaction, so that two members of staff act one after the other.
///
/// # Errors
/// See [`insert`].
pub async fn find_for_update(
    tx: &impl ConnectionTrait,
    round: &str,
    id: Uuid,
) -> Result<Option<Case>, StoreError> {
    Ok(follow_up_cases::Entity::find_by_id(id)
        .filter(C::RoundId.eq(round))
        .lock_exclusive()
        .one(tx)
        .await?)
}

/// The case of a response's leaf.
///
/// # Errors
/// See [`insert`].
pub async fn by_leaf(conn: &impl ConnectionTrait, leaf: &str) -> Result<Option<Case>, StoreError> {
    Ok(follow_up_cases::Entity::find()
        .filter(C::Leaf.eq(leaf))
        .lock_exclusive()
        .one(conn)
        .await?)
}

/// The case of an earlier response goes on as that of the newer.
///
/// # Errors
/// See [`insert`].
pub async fn carry_over(conn: &impl ConnectionTrait, earlier: &str, newer: &str) -> Result<(), StoreError> {
    follow_up_cases::Entity::update_many()
        .col_expr(C::Leaf, Expr::value(newer))
        .filter(C::Leaf.eq(earlier))
        .exec(conn)
        .await?;
    Ok(())
}

/// Writes every column of a case back.
///
/// # Errors
/// See [`insert`]; when there is no such case.
pub async fn update(conn: &impl ConnectionTrait, row: Case) -> Result<(), StoreError> {
    row.into_active_model().reset_all().update(conn).await?;
    Ok(())
}

/// How many cases a filter finds.
///
/// # Errors
/// See [`insert`].
pub async fn count(conn: &impl ConnectionTrait, round: &str, filter: &Filter) -> Result<u64, StoreError> {
    Ok(filtered(round, filter).count(conn).await?)
}

/// A page of cases: those that are open first, the one due earliest on top.
///
/// # Errors
/// See [`insert`].
pub async fn page(
    conn: &impl ConnectionTrait,
    round: &str,
    filter: &Filter,
    (offset, limit): (u64, u64),
) -> Result<Vec<Case>, StoreError> {
    let is_done: Expr = Expr::case(C::State.is_in(open_states()), 0).finally(1).into();
    Ok(filtered(round, filter)
        .order_by(is_done, sea_orm::Order::Asc)
        .order_by_asc(C::DueOn)
        .order_by_asc(C::Id)
        .offset(offset)
        .limit(limit)
        .all(conn)
        .await?)
}

/// What figures are made of, without any text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// Township; none where unknown.
    pub unit: Option<String>,
    /// Service area; none where unknown.
    pub area: Option<String>,
    /// State.
    pub state: String,
    /// Day by which it must be done.
    pub due_on: String,
    /// Day it was done.
    pub done_on: Option<String>,
    /// How it ended.
    pub outcome: Option<String>,
    /// What the respondent said of it.
    pub satisfaction: Option<String>,
}

/// What figures are made of, of every case of a round.
///
/// # Errors
/// See [`insert`].
pub async fn briefs(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Brief>, StoreError> {
    type Row = (
        Option<String>,
        Option<String>,
        String,
        String,
        Option<String>,
        Option<String>,
        Option<String>,
    );
    let rows: Vec<Row> = follow_up_cases::Entity::find()
        .select_only()
        .columns([
            C::Unit,
            C::Area,
            C::State,
            C::DueOn,
            C::DoneOn,
            C::Outcome,
            C::Satisfaction,
        ])
        .filter(C::RoundId.eq(round))
        .into_tuple()
        .all(conn)
        .await?;
    let briefs = rows.into_iter().map(
        |(unit, area, state, due_on, done_on, outcome, satisfaction)| Brief {
            unit,
            area,
            state,
            due_on,
            done_on,
            outcome,
            satisfaction,
        },
    );
    Ok(briefs.collect())
}

/// A case's messages in order.
///
/// # Errors
/// See [`insert`].
pub async fn messages(conn: &impl ConnectionTrait, case: Uuid) -> Result<Vec<Message>, StoreError> {
    Ok(case_messages::Entity::find()
        .filter(case_messages::Column::CaseId.eq(case))
        .order_by_asc(case_messages::Column::Ord)
        .all(conn)
        .await?)
}

/// Adds a message at its place in the thread.
///
/// # Errors
/// See [`insert`]; when the place is taken.
pub async fn add_message(conn: &impl ConnectionTrait, row: Message) -> Result<(), StoreError> {
    insert_all::<case_messages::Entity>(conn, vec![row]).await
}

/// Deletes a case's messages.
///
/// # Errors
/// See [`insert`].
pub async fn forget_messages(conn: &impl ConnectionTrait, case: Uuid) -> Result<(), StoreError> {
    case_messages::Entity::delete_many()
        .filter(case_messages::Column::CaseId.eq(case))
        .exec(conn)
        .await?;
    Ok(())
}
