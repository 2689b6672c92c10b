//! Responses. They are written by `submit`; what their respondents take back is taken back here.

use std::collections::BTreeMap;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DerivePartialModel, EntityTrait, FromQueryResult,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

use super::tallies::Changes;
use super::{StoreError, attachments, quotas};
use crate::entity::responses;

pub use crate::entity::responses::Model as Response;

/// Accepted and counted.
pub const ACCEPTED: &str = "accepted";
/// Answered again by the same person: the newer response counts.
pub const REPLACED: &str = "replaced";
/// Withdrawn by the respondent: its leaf stays as a tombstone, its answers and salt are gone.
pub const WITHDRAWN: &str = "withdrawn";

/// Rows read at a time by [`page`].
pub const PAGE_SIZE: u64 = 2_000;
/// Most rows read at a time by [`exported_page`].
pub const LONGEST_PAGE: u64 = 4_000;

/// The response with this id.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Response>, StoreError> {
    Ok(responses::Entity::find_by_id(id).one(conn).await?)
}

fn accepted(round: &str) -> Select<responses::Entity> {
    responses::Entity::find()
        .filter(responses::Column::RoundId.eq(round))
        .filter(responses::Column::State.eq(ACCEPTED))
}

/// The next accepted responses of a round after `after`, by id: ids are random, so that
/// the order says nothing of the order of arrival.
///
/// # Errors
/// See [`find`].
pub async fn page(
    conn: &impl ConnectionTrait,
    round: &str,
    after: Option<Uuid>,
) -> Result<Vec<Response>, StoreError> {
    Ok(by_id(round, after).limit(PAGE_SIZE).all(conn).await?)
}

/// What an export holds of a response: neither its receipt nor anything by which the server knows it again.
#[derive(Clone, Debug, PartialEq, Eq, DerivePartialModel)]
#[sea_orm(entity = "responses::Entity", from_query_result)]
pub struct Exported {
    /// Its id, by which it finds its files.
    pub id: Uuid,
    /// Respondent group.
    pub group: String,
    /// Version answered.
    pub form_version: String,
    /// The keyed link to the invitation.
    pub link: Option<String>,
    /// Open-link slug.
    pub open_link: Option<String>,
    /// Unit named on an open link, if any.
    pub unit: Option<String>,
    /// web, interview, phone or paper.
    pub mode: String,
    /// self, assisted or proxy.
    pub answering: String,
    /// Language of the answers.
    pub language: String,
    /// Collected by staff of the judged unit.
    pub staff_collected: bool,
    /// Day of acceptance, ISO 8601.
    pub day: String,
    /// Seconds from start to end.
    pub duration_s: i64,
    /// Canonical answers as JSON.
    pub answers: String,
    /// Ways of reading used, space-separated.
    pub ways: String,
    /// Login of the interviewer who asked.
    pub interviewer: Option<String>,
}

/// The next accepted responses of a round, by id, of each what an export holds: up to [`LONGEST_PAGE`] of those after the
/// first id and not after the second.
///
/// # Errors
/// See [`find`].
pub async fn exported_page(
    conn: &impl ConnectionTrait,
    round: &str,
    (after, until): (Option<Uuid>, Option<Uuid>),
) -> Result<Vec<Exported>, StoreError> {
    let of_slice = until.map(|until| responses::Column::Id.lte(until));
    Ok(by_id(round, after)
        .filter(Condition::all().add_option(of_slice))
        .limit(LONGEST_PAGE)
        .into_partial_model()
        .all(conn)
        .await?)
}

fn by_id(round: &str, after: Option<Uuid>) -> Select<responses::Entity> {
    let later = after.map(|after| responses::Column::Id.gt(after));
    accepted(round)
        .filter(Condition::all().add_option(later))
        .order_by_asc(responses::Column::Id)
}

/// How an invitation was answered, without the answers.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Invited {
    /// The keyed link to the invitation.
    pub link: String,
    /// How the answers came.
    pub mode: String,
    /// Who filled them in.
    pub answering: String,
    /// Whether staff wrote them down.
    pub staff_collected: bool,
}

/// The accepted responses to invitations of a round, in no order; those by open links are left out.
///
/// # Errors
/// See [`find`].
pub async fn invited(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Invited>, StoreError> {
    use responses::Column as C;
    Ok(accepted(round)
        .select_only()
        .columns([C::Link, C::Mode, C::Answering, C::StaffCollected])
        .filter(C::Link.is_not_null())
        .into_model()
        .all(conn)
        .await?)
}

/// All accepted responses of a round.
///
/// # Errors
/// See [`find`].
pub async fn all(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Response>, StoreError> {
    let mut out: Vec<Response> = Vec::new();
    loop {
        let rows = page(conn, round, out.last().map(|row| row.id)).await?;
        let done = (rows.len() as u64) < PAGE_SIZE;
        out.extend(rows);
        if done {
            return Ok(out);
        }
    }
}

/// How many accepted responses each version of a form has, by form and version.
///
/// # Errors
/// See [`find`].
pub async fn by_version(
    conn: &impl ConnectionTrait,
    round: &str,
) -> Result<BTreeMap<(String, String), u64>, StoreError> {
    let rows: Vec<(String, String, i64)> = accepted(round)
        .select_only()
        .columns([responses::Column::Form, responses::Column::FormVersion])
        .column_as(responses::Column::Id.count(), "n")
        .group_by(responses::Column::Form)
        .group_by(responses::Column::FormVersion)
        .into_tuple()
        .all(conn)
        .await?;
    let counts = rows
        .into_iter()
        .map(|(form, version, n)| ((form, version), n.unsigned_abs()));
    Ok(counts.collect())
}

/// How many accepted responses a round has, counted one by one: for what must not rest on [`super::tallies`].
///
/// # Errors
/// See [`find`].
pub async fn count(conn: &impl ConnectionTrait, round: &str) -> Result<u64, StoreError> {
    Ok(accepted(round).count(conn).await?)
}

/// Whether an invitation's response is there, by its link.
///
/// # Errors
/// See [`find`].
pub async fn by_link(conn: &impl ConnectionTrait, link: &str) -> Result<Option<Response>, StoreError> {
    Ok(responses::Entity::find()
        .filter(responses::Column::Link.eq(link))
        .one(conn)
        .await?)
}

/// The response whose leaf a receipt names.
///
/// # Errors
/// See [`find`].
pub async fn by_leaf(conn: &impl ConnectionTrait, leaf: &str) -> Result<Option<Response>, StoreError> {
    Ok(responses::Entity::find()
        .filter(responses::Column::Leaf.eq(leaf))
        .one(conn)
        .await?)
}

/// Takes a response back: its answers, files, salt and everything else that tells of the person are destroyed, its leaf stays.
/// `to` is [`WITHDRAWN`] or [`REPLACED`]; a replaced one gives its link up to the newer. Whether it was there to be
/// taken back: of two at the same moment, one finds nothing. What it was counted as is taken from `tallies`, which the
/// caller writes.
///
/// # Errors
/// See [`find`].
pub async fn take_back(
    conn: &impl ConnectionTrait,
    response: &Response,
    to: &str,
    tallies: &mut Changes,
) -> Result<bool, StoreError> {
    let counted = leave(conn, response.id, ACCEPTED, to).await?;
    if counted {
        tallies.remove(response);
    }
    // A withdrawn one no longer counts.
    let was_there = counted || (to == REPLACED && leave(conn, response.id, WITHDRAWN, to).await?);
    if was_there {
        quotas::give_back(conn, response.id).await?;
        attachments::remove_all(conn, response.id).await?;
    }
    Ok(was_there)
}

/// Destroys what a response in state `from` holds and puts it into state `to`; whether it was in that state.
async fn leave(conn: &impl ConnectionTrait, id: Uuid, from: &str, to: &str) -> Result<bool, StoreError> {
    use responses::Column as C;
    let mut update = responses::Entity::update_many()
        .col_expr(C::State, Expr::value(to))
        .col_expr(C::Answers, Expr::value("{}"))
        .col_expr(C::Salt, Expr::value(Vec::<u8>::new()))
        .col_expr(C::ContentMac, Expr::value(""))
        .col_expr(C::Ways, Expr::value(""))
        .col_expr(C::Consents, Expr::value(""))
        .col_expr(C::DurationS, Expr::value(0_i64));
    if to == REPLACED {
        update = update.col_expr(C::Link, Expr::value(Option::<String>::None));
    }
    let done = update
        .filter(C::Id.eq(id))
        .filter(C::State.eq(from))
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// The leaves of a round, tombstones among them, sorted.
///
/// # Errors
/// See [`find`].
pub async fn leaves(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<String>, StoreError> {
    let mut leaves: Vec<String> = responses::Entity::find()
        .select_only()
        .column(responses::Column::Leaf)
        .filter(responses::Column::RoundId.eq(round))
        .into_tuple()
        .all(conn)
        .await?;
    leaves.sort_unstable();
    Ok(leaves)
}
