//! The drawn sample: what analysis needs to know of each invited case.

use std::collections::BTreeSet;

use analysis::disposition::Disposition;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::{StoreError, insert_all};
use crate::entity::sample_cases;

pub use crate::entity::sample_cases::Model as SampleCase;

/// Replaces the sample of a round.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn replace(
    conn: &impl ConnectionTrait,
    round: &str,
    cases: Vec<SampleCase>,
) -> Result<(), StoreError> {
    sample_cases::Entity::delete_many()
        .filter(sample_cases::Column::RoundId.eq(round))
        .exec(conn)
        .await?;
    insert_all::<sample_cases::Entity>(conn, cases).await
}

/// The cases of a round, sorted by case id (by bytes, whatever the database's collation).
///
/// # Errors
/// See [`replace`].
pub async fn list(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<SampleCase>, StoreError> {
    let of_round = sample_cases::Entity::find().filter(sample_cases::Column::RoundId.eq(round));
    let mut cases = of_round
        .order_by_asc(sample_cases::Column::CaseId)
        .all(conn)
        .await?;
    cases.sort_by(|a, b| a.case_id.cmp(&b.case_id));
    Ok(cases)
}

/// One case.
///
/// # Errors
/// See [`replace`].
pub async fn find(
    conn: &impl ConnectionTrait,
    round: &str,
    case_id: &str,
) -> Result<Option<SampleCase>, StoreError> {
    Ok(
        sample_cases::Entity::find_by_id((round.to_owned(), case_id.to_owned()))
            .one(conn)
            .await?,
    )
}

/// The cases among `ids`.
///
/// # Errors
/// See [`replace`].
pub async fn find_many(
    conn: &impl ConnectionTrait,
    round: &str,
    ids: &[String],
) -> Result<Vec<SampleCase>, StoreError> {
    let mut cases = Vec::with_capacity(ids.len());
    for part in ids.chunks(10_000) {
        cases.extend(
            sample_cases::Entity::find()
                .filter(sample_cases::Column::RoundId.eq(round))
                .filter(sample_cases::Column::CaseId.is_in(part))
                .all(conn)
                .await?,
        );
    }
    cases.sort_by(|a, b| a.case_id.cmp(&b.case_id));
    Ok(cases)
}

/// The cases drawn from some members of the frame.
///
/// # Errors
/// See [`replace`].
pub async fn of_members(
    conn: &impl ConnectionTrait,
    round: &str,
    members: &[String],
) -> Result<Vec<SampleCase>, StoreError> {
    let drawn = sample_cases::Entity::find()
        .filter(sample_cases::Column::RoundId.eq(round))
        .filter(sample_cases::Column::MemberKey.is_in(members));
    let mut cases = drawn.all(conn).await?;
    cases.sort_by(|a, b| a.case_id.cmp(&b.case_id));
    Ok(cases)
}

/// The villages and townships in which somebody was drawn.
///
/// # Errors
/// See [`replace`].
pub async fn places(conn: &impl ConnectionTrait, round: &str) -> Result<BTreeSet<String>, StoreError> {
    use sample_cases::Column as C;
    let rows: Vec<(String, Option<String>)> = sample_cases::Entity::find()
        .select_only()
        .columns([C::Unit, C::Township])
        .filter(C::RoundId.eq(round))
        .distinct()
        .into_tuple()
        .all(conn)
        .await?;
    let codes = rows
        .into_iter()
        .flat_map(|(unit, township)| [Some(unit), township]);
    Ok(codes.flatten().collect())
}

/// Notes what became of cases.
///
/// # Errors
/// See [`replace`].
pub async fn set_disposition(
    conn: &impl ConnectionTrait,
    round: &str,
    cases: &[String],
    disposition: Disposition,
) -> Result<(), StoreError> {
    sample_cases::Entity::update_many()
        .col_expr(sample_cases::Column::Disposition, Expr::value(disposition.word()))
        .filter(sample_cases::Column::RoundId.eq(round))
        .filter(sample_cases::Column::CaseId.is_in(cases))
        .exec(conn)
        .await?;
    Ok(())
}

/// How many cases a round has.
///
/// # Errors
/// See [`replace`].
pub async fn count(conn: &impl ConnectionTrait, round: &str) -> Result<u64, StoreError> {
    Ok(sample_cases::Entity::find()
        .filter(sample_cases::Column::RoundId.eq(round))
        .count(conn)
        .await?)
}
