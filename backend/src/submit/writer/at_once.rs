//! A batch in one statement, which is a transaction of its own, where that is enough: on PostgreSQL, for responses by
//! open links of one round that limits nothing. Each further statement would be a way to the database and back, which
//! costs more than what the statement does.
//!
//! The round is judged by as it was last seen. The statement holds its row and writes only if it still is as it was and
//! the link still leads to it; if not, nothing has happened, and the batch goes the way of all others.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sea_orm::sea_query::{
    CommonTableExpression, Expr, ExprTrait, JoinType, OnConflict, Query, SelectStatement, SubQueryStatement,
    ValueTuple, WithClause, WithQuery,
};
use sea_orm::sqlx::Row;
use sea_orm::{DbBackend, DbErr, Iterable, ModelTrait, RuntimeErr, Value};
use uuid::Uuid;

use super::judge::Judged;
use super::pending::{Key, Pending};
use super::rows::{corrupt, receipts, repeat};
use super::surroundings::{Surroundings, stored};
use super::{Outcome, Writer, settle_twins};
use crate::cases;
use crate::entity::{links, responses, round_groups, rounds};
use crate::store::links::OpenDoor;
use crate::store::rounds::{Round, RoundState};
use crate::store::{StoreError, padded, tallies};
use crate::submit::limits::Limits;
use crate::submit::{Accepted, SubmitError};

/// Most responses in one statement; more come only under load, where ways cost little.
const MOST: usize = 32;

/// Statements as they were written once, by how many rows and links they take and whether the round's plan is sealed: to
/// put one together costs more than anything else that is done for a response.
pub(super) type Written = BTreeMap<(usize, usize, bool), Arc<str>>;

impl Writer {
    /// Writes a batch by one statement; none where the batch, the database or what has changed does not allow it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(super) async fn commit_at_once(
        &mut self,
        batch: &[Pending],
    ) -> Result<Option<Vec<Outcome>>, StoreError> {
        if batch.len() > MOST || self.db.get_database_backend() != DbBackend::Postgres {
            return Ok(None);
        }
        let Some((round, links)) = self.known_round(batch) else {
            return Ok(None);
        };
        let around = Surroundings::of_open_links(round.clone(), links);
        let mut limits = Limits::new(self.clock.today(), self.clock.seconds_left_today());
        // Its own connection may be kept from the last batch: what there is to look up goes by the common ones.
        let db = self.common.clone();
        let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(batch.len());
        let mut rows: Vec<(usize, responses::Model)> = Vec::with_capacity(batch.len());
        for pending in batch {
            match self.judge(&db, pending, &around, &mut limits).await? {
                Judged::New { row, .. } => {
                    if cases::wish(&row.answers).is_some() {
                        return Ok(None);
                    }
                    rows.push((outcomes.len(), *row));
                    outcomes.push(None);
                }
                Judged::Twin => outcomes.push(None),
                // What is refused may have been stored before.
                Judged::Done(_) => return Ok(None),
            }
        }
        let slugs: Vec<&str> = padded(around.links.keys().map(String::as_str).collect());
        let models: Vec<&responses::Model> = rows.iter().map(|(_, row)| row).collect();
        // While the database works, what is to be said when it has is put together.
        let keys = Arc::clone(&self.keys);
        let inserting = self.insert_at_once(&round, &slugs, &models);
        let (inserted, receipts) = tokio::join!(inserting, receipts(&keys, &models));
        let (Some(inserted), receipts) = (inserted?, receipts?) else {
            return Ok(None);
        };
        metrics::counter!("minyi_responses_accepted_total").increment(inserted.len() as u64);
        let skipped = rows.iter().filter(|(_, row)| !inserted.contains(&row.leaf));
        let stored = stored(&db, &keys, skipped.map(|(_, row)| row.id).collect()).await?;
        for ((index, row), receipt) in rows.into_iter().zip(receipts) {
            outcomes[index] = Some(match inserted.contains(&row.leaf) {
                true => Ok(Accepted {
                    receipt,
                    replayed: false,
                }),
                false => settle(&stored, &row),
            });
        }
        Ok(Some(settle_twins(batch, outcomes)))
    }

    /// The round and the doors to which all of a batch lead, as they were last seen.
    fn known_round(&self, batch: &[Pending]) -> Option<(Round, BTreeMap<String, Option<OpenDoor>>)> {
        let mut links = BTreeMap::new();
        let mut round: Option<&Round> = None;
        for pending in batch {
            let Key::Slug(slug) = &pending.key else {
                return None;
            };
            let door = self.doors.unlimited(slug)?;
            if pending.draft_id.is_some() || round.is_some_and(|round| *round != door.round) {
                return None;
            }
            round = Some(&door.round);
            links.entry(slug.clone()).or_insert_with(|| Some(door.clone()));
        }
        let round = round.filter(|round| round.round_state() == RoundState::Open)?;
        Some((round.clone(), links))
    }

    /// Inserts rows and counts them, if the round is as it was; gives the leaves of those that are new.
    async fn insert_at_once(
        &mut self,
        round: &Round,
        slugs: &[&str],
        rows: &[&responses::Model],
    ) -> Result<Option<BTreeSet<String>>, StoreError> {
        let key = (rows.len(), slugs.len(), round.plan_sha256.is_some());
        let sql = match self.written.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let statement = statement(round, slugs, rows)?;
                place.insert(DbBackend::Postgres.build(&statement).sql.into())
            }
        };
        let values = values(round, slugs, rows);
        let found = self.kept.rows(&self.db, Arc::clone(sql), values).await?;
        if found.is_empty() {
            return Ok(None);
        }
        let leaves = found.iter().map(|row| row.try_get::<Option<String>, _>(0));
        let leaves: Vec<Option<String>> = leaves
            .collect::<Result<_, _>>()
            .map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())))?;
        Ok(Some(leaves.into_iter().flatten().collect()))
    }
}

fn settle(stored: &BTreeMap<Uuid, (String, String)>, row: &responses::Model) -> Outcome {
    match stored.get(&row.id) {
        Some(first) => repeat(first, &row.content_mac),
        None => Err(SubmitError::CodeUsed),
    }
}

/// The round's row, held, if it is as it was and no other open round has one of the links.
fn held(round: &Round, slugs: &[&str]) -> SelectStatement {
    use rounds::Column as R;
    let of_links = Query::select()
        .column(links::Column::RoundId)
        .from(links::Entity)
        .and_where(Expr::col(links::Column::Slug).is_in(slugs.iter().copied()))
        .take();
    let of_groups = Query::select()
        .column(round_groups::Column::RoundId)
        .from(round_groups::Entity)
        .and_where(Expr::col(round_groups::Column::OpenLink).is_in(slugs.iter().copied()))
        .take();
    let other = |column: R| Expr::col(("other", column));
    let others = Query::select()
        .expr(Expr::val(1))
        .from_as(rounds::Entity, "other")
        .and_where(other(R::Id).ne(round.id.as_str()))
        .and_where(other(R::State).eq(RoundState::Open.as_str()))
        .and_where(
            other(R::Id)
                .in_subquery(of_links)
                .or(other(R::Id).in_subquery(of_groups)),
        )
        .take();
    let mut held = Query::select();
    held.column(R::Id).from(rounds::Entity);
    for column in R::iter() {
        let value = round.get(column);
        held.and_where(match (column, &round.plan_sha256) {
            (R::PlanSha256, None) => Expr::col(column).is_null(),
            _ => Expr::col(column).eq(value),
        });
    }
    held.and_where(Expr::exists(others).not()).lock_shared();
    held.take()
}

fn named(name: &'static str, query: impl Into<SubQueryStatement>) -> CommonTableExpression {
    CommonTableExpression::new()
        .query(query)
        .table_name(name)
        .to_owned()
}

/// The statement that inserts rows and counts them if the round is as it was, and tells the leaves of those that are new.
fn statement(round: &Round, slugs: &[&str], rows: &[&responses::Model]) -> Result<WithQuery, StoreError> {
    let still = Query::select().column("id").from("held").take();
    let values = rows.iter().map(|row| ValueTuple::Many(cells(row).collect()));
    let mut given = Query::select();
    for (place, _) in responses::Column::iter().enumerate() {
        given.column(("given", format!("column{}", place + 1)));
    }
    given
        .from_values(values, "given")
        .and_where(Expr::exists(still.clone()));
    let mut put = Query::insert();
    put.into_table(responses::Entity)
        .columns(responses::Column::iter())
        .select_from(given)
        .map_err(corrupt)?
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .returning(Query::returning().columns(tallies::READ.into_iter().chain([responses::Column::Leaf])));
    let with = WithClause::new()
        .cte(named("held", held(round, slugs)))
        .cte(named("put", put))
        .cte(named("counted", tallies::add_inserted("put", rows.len())?))
        .to_owned();
    let told = Query::select()
        .column(("put", responses::Column::Leaf))
        .from("held")
        .join(JoinType::LeftJoin, "put", Expr::val(true))
        .take();
    Ok(told.with(with))
}

fn cells(row: &responses::Model) -> impl Iterator<Item = Value> {
    responses::Column::iter().map(|column| row.get(column))
}

/// The values of [`statement`], in the order of its places.
fn values(round: &Round, slugs: &[&str], rows: &[&responses::Model]) -> Vec<Value> {
    let text = |text: &str| Value::from(text);
    let mut values = Vec::with_capacity(32 + rows.len() * 22);
    // The round as it was.
    let of_round = rounds::Column::iter().filter_map(|column| match (column, &round.plan_sha256) {
        (rounds::Column::PlanSha256, None) => None,
        _ => Some(round.get(column)),
    });
    values.extend(of_round);
    // No other that is open has one of the links.
    values.extend([1.into(), text(&round.id), text(RoundState::Open.as_str())]);
    for _table in ["links", "round_groups"] {
        values.extend(slugs.iter().copied().map(text));
    }
    values.extend(rows.iter().flat_map(|row| cells(row)));
    values.extend(tallies::values_of_add_inserted(rows.len()));
    values.push(true.into());
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(n: u128) -> responses::Model {
        let own = |what: &str| format!("{what} {n}");
        responses::Model {
            id: Uuid::from_u128(n),
            round_id: own("round"),
            group: own("group"),
            form: own("form"),
            form_version: own("version"),
            link: (n == 1).then(|| own("link")),
            open_link: Some(own("open")),
            unit: None,
            mode: own("mode"),
            answering: own("answering"),
            language: own("language"),
            staff_collected: n == 1,
            day: own("day"),
            duration_s: 7,
            answers: own("answers"),
            content_mac: own("mac"),
            salt: vec![1, 2],
            leaf: own("leaf"),
            ways: own("ways"),
            consents: own("consents"),
            interviewer: None,
            state: own("state"),
        }
    }

    #[test]
    fn values_are_those_of_the_statement_in_its_order() {
        let round = |plan_sha256: Option<&str>| Round {
            id: "r".into(),
            title_zh: "zh".into(),
            title_en: "en".into(),
            state: "open".into(),
            plan_sha256: plan_sha256.map(str::to_owned),
            opens_on: "2026-11-01".into(),
            closes_on: "2026-11-30".into(),
            grace_days: 7,
            quotas: "{}".into(),
            amended: 1,
        };
        let (one, two) = (row(1), row(2));
        for (plan, slugs, rows) in [
            (None, vec!["a"], vec![&one]),
            (Some("sha"), vec!["a", "b"], vec![&one, &two]),
        ] {
            let round = round(plan);
            let built = DbBackend::Postgres.build(&statement(&round, &slugs, &rows).unwrap());
            assert_eq!(
                built.values.unwrap().0,
                values(&round, &slugs, &rows),
                "{}",
                built.sql
            );
        }
    }
}
