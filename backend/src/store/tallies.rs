//! Accepted responses, counted as they come and go, so that a list opens as soon with a million as with a hundred.
//!
//! Whoever accepts or takes back responses writes the [`Changes`] of all of them last in the same transaction: of two
//! transactions that change the same counts, the second waits for the commit of the first and for nothing else. Counts
//! are right as long as every program that writes to the database does so; [`recount`] makes them right again, every
//! night, after a program of an earlier version ran beside this one.

use std::collections::BTreeMap;

use sea_orm::sea_query::{
    Expr, ExprTrait, Func, InsertStatement, IntoTableRef, OnConflict, Query, SelectStatement,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter, QuerySelect,
    Select, Value,
};

use super::responses::{ACCEPTED, Response};
use super::{StoreError, rows_per_statement};
use crate::entity::{response_tallies, responses};

use response_tallies::{Column as C, Entity as Tallies};

/// Round, day, group, mode, open link and interviewer of responses that are counted together.
type Key = [String; 6];

/// What a transaction adds to the counts and takes from them.
#[derive(Clone, Debug, Default)]
pub struct Changes(BTreeMap<Key, i64>);

fn key(response: &Response) -> Key {
    [
        response.round_id.clone(),
        response.day.clone(),
        response.group.clone(),
        response.mode.clone(),
        response.open_link.clone().unwrap_or_default(),
        response.interviewer.clone().unwrap_or_default(),
    ]
}

impl Changes {
    /// The response is accepted.
    pub fn add(&mut self, response: &Response) {
        *self.0.entry(key(response)).or_default() += 1;
    }

    /// The response was accepted and no longer is.
    pub fn remove(&mut self, response: &Response) {
        *self.0.entry(key(response)).or_default() -= 1;
    }

    /// Writes the changes, in the order of their keys: to be called last in a transaction.
    ///
    /// # Errors
    /// When the database does not answer; so for every function here.
    pub async fn write(self, conn: &impl ConnectionTrait) -> Result<(), StoreError> {
        let changed = self.0.into_iter().filter(|(_, n)| *n != 0);
        let rows: Vec<response_tallies::Model> = changed
            .map(
                |([round_id, day, group, mode, open_link, interviewer], n)| response_tallies::Model {
                    round_id,
                    day,
                    group,
                    mode,
                    open_link,
                    interviewer,
                    n,
                },
            )
            .collect();
        for some in rows.chunks(rows_per_statement::<Tallies>()) {
            let some = some.iter().cloned().map(IntoActiveModel::into_active_model);
            Tallies::insert_many(some)
                .on_conflict(added_up())
                .exec_without_returning(conn)
                .await?;
        }
        Ok(())
    }
}

/// Columns of the table's key and the count, in the order in which they are written.
const COLUMNS: [C; 7] = [
    C::RoundId,
    C::Day,
    C::Group,
    C::Mode,
    C::OpenLink,
    C::Interviewer,
    C::N,
];

/// Columns of responses that [`add_inserted`] reads.
pub(crate) const READ: [responses::Column; 8] = [
    responses::Column::Id,
    responses::Column::RoundId,
    responses::Column::Day,
    responses::Column::Group,
    responses::Column::Mode,
    responses::Column::OpenLink,
    responses::Column::Interviewer,
    responses::Column::State,
];

/// The statement that counts rows of responses which another inserts in the same statement, and gives as `inserted`: so
/// many at most. One alone is not put into groups first, which costs the database more than to count it.
///
/// # Errors
/// [`StoreError::Corrupt`] when its columns do not fit, which cannot be.
pub(crate) fn add_inserted(inserted: &'static str, most: usize) -> Result<InsertStatement, StoreError> {
    let counted = match most {
        1 => alike(inserted).expr(Expr::val(1_i64)).take(),
        _ => counted(inserted),
    };
    let mut insert = Query::insert();
    insert
        .into_table(Tallies)
        .columns(COLUMNS)
        .select_from(counted)
        .map_err(corrupt)?
        .on_conflict(added_up());
    Ok(insert)
}

/// The values of [`add_inserted`], in the order of its places.
pub(crate) fn values_of_add_inserted(most: usize) -> Vec<Value> {
    match most {
        1 => vec!["".into(), "".into(), 1_i64.into(), ACCEPTED.into()],
        _ => vec!["".into(), "".into(), ACCEPTED.into()],
    }
}

fn corrupt(error: sea_orm::sea_query::error::Error) -> StoreError {
    StoreError::Corrupt {
        table: "response_tallies",
        what: error.to_string(),
    }
}

/// Where there is such a row already, its count and the new one's are added up.
fn added_up() -> OnConflict {
    let sum = Expr::col((Tallies, C::N)).add(Expr::col(("excluded", C::N)));
    OnConflict::columns([C::RoundId, C::Day, C::Group, C::Mode, C::OpenLink, C::Interviewer])
        .value(C::N, sum)
        .to_owned()
}

/// By what accepted ones among rows of responses are counted.
fn alike(rows: impl IntoTableRef) -> SelectStatement {
    use responses::Column as R;
    let or_empty = |column: R| Func::coalesce([Expr::col(column), Expr::val("")]);
    Query::select()
        .columns([R::RoundId, R::Day, R::Group, R::Mode])
        .expr(or_empty(R::OpenLink))
        .expr(or_empty(R::Interviewer))
        .from(rows)
        .and_where(Expr::col(R::State).eq(ACCEPTED))
        .take()
}

/// The counts as they follow from rows of responses.
fn counted(rows: impl IntoTableRef) -> SelectStatement {
    use responses::Column as R;
    alike(rows)
        .expr(Func::count(Expr::col(R::Id)))
        .group_by_columns([R::RoundId, R::Day, R::Group, R::Mode, R::OpenLink, R::Interviewer])
        .take()
}

/// Counts all responses anew, in the caller's transaction, during which nobody else writes responses.
///
/// # Errors
/// See [`Changes::write`].
pub async fn recount(conn: &impl ConnectionTrait) -> Result<(), StoreError> {
    Tallies::delete_many().exec(conn).await?;
    let mut insert = Query::insert();
    insert
        .into_table(Tallies)
        .columns(COLUMNS)
        .select_from(counted(responses::Entity))
        .map_err(corrupt)?;
    conn.execute(&insert).await?;
    Ok(())
}

fn of_round(round: &str) -> Select<Tallies> {
    Tallies::find().filter(C::RoundId.eq(round))
}

/// The sum of counts as a whole number: PostgreSQL's sum of whole numbers is a decimal.
fn sum() -> Expr {
    Expr::col(C::N).sum().cast_as("bigint")
}

/// A sum that a program of an earlier version may have brought below nothing.
fn counts(n: i64) -> u64 {
    u64::try_from(n).unwrap_or_default()
}

/// How many accepted responses a round has.
///
/// # Errors
/// See [`Changes::write`].
pub async fn total(conn: &impl ConnectionTrait, round: &str) -> Result<u64, StoreError> {
    let n: Option<Option<i64>> = of_round(round)
        .select_only()
        .column_as(sum(), "n")
        .into_tuple()
        .one(conn)
        .await?;
    Ok(counts(n.flatten().unwrap_or_default()))
}

/// Accepted responses of one day, group and door.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct DayCount {
    /// Day, ISO 8601.
    pub day: String,
    /// Respondent group.
    pub group: String,
    /// web, interview, phone or paper.
    pub mode: String,
    /// Whether through an open link.
    pub open_link: bool,
    /// How many.
    pub n: i64,
}

impl DayCount {
    /// How many.
    pub fn count(&self) -> u64 {
        counts(self.n)
    }
}

/// Accepted responses of a round by day, group and door.
///
/// # Errors
/// See [`Changes::write`].
pub async fn daily(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<DayCount>, StoreError> {
    // Spelled out: as a value of its own in each place it would be two expressions to the database.
    let is_open = || Expr::cust("\"open_link\" <> ''");
    let rows: Vec<DayCount> = of_round(round)
        .select_only()
        .columns([C::Day, C::Group, C::Mode])
        .column_as(is_open(), "open_link")
        .column_as(sum(), "n")
        .group_by(C::Day)
        .group_by(C::Group)
        .group_by(C::Mode)
        .group_by(is_open())
        .into_model()
        .all(conn)
        .await?;
    Ok(rows.into_iter().filter(|row| row.n > 0).collect())
}

async fn by(
    conn: &impl ConnectionTrait,
    round: &str,
    column: C,
) -> Result<BTreeMap<String, u64>, StoreError> {
    let rows: Vec<(String, i64)> = of_round(round)
        .select_only()
        .column(column)
        .column_as(sum(), "n")
        .filter(column.ne(""))
        .group_by(column)
        .into_tuple()
        .all(conn)
        .await?;
    let rows = rows.into_iter().filter(|(_, n)| *n > 0);
    Ok(rows.map(|(key, n)| (key, counts(n))).collect())
}

/// Accepted responses of a round by the open link through which they came.
///
/// # Errors
/// See [`Changes::write`].
pub async fn by_link(conn: &impl ConnectionTrait, round: &str) -> Result<BTreeMap<String, u64>, StoreError> {
    by(conn, round, C::OpenLink).await
}

/// Accepted responses of a round by the login of the interviewer who asked.
///
/// # Errors
/// See [`Changes::write`].
pub async fn by_interviewer(
    conn: &impl ConnectionTrait,
    round: &str,
) -> Result<BTreeMap<String, u64>, StoreError> {
    by(conn, round, C::Interviewer).await
}

/// Accepted responses of a round through an open link on a day (ISO 8601).
///
/// # Errors
/// See [`Changes::write`].
pub async fn of_link_on(
    conn: &impl ConnectionTrait,
    round: &str,
    slug: &str,
    day: &str,
) -> Result<u64, StoreError> {
    let n: Option<Option<i64>> = of_round(round)
        .select_only()
        .column_as(sum(), "n")
        .filter(C::Day.eq(day))
        .filter(C::OpenLink.eq(slug))
        .into_tuple()
        .one(conn)
        .await?;
    Ok(counts(n.flatten().unwrap_or_default()))
}

/// Accepted responses of a round through each open link on a day (ISO 8601).
///
/// # Errors
/// See [`Changes::write`].
pub async fn by_link_on(
    conn: &impl ConnectionTrait,
    round: &str,
    day: &str,
) -> Result<BTreeMap<String, u64>, StoreError> {
    let rows: Vec<(String, i64)> = of_round(round)
        .select_only()
        .column(C::OpenLink)
        .column_as(sum(), "n")
        .filter(C::Day.eq(day))
        .filter(C::OpenLink.ne(""))
        .group_by(C::OpenLink)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|(slug, n)| (slug, counts(n))).collect())
}

#[cfg(test)]
mod tests;
