//! Invitations: a state, no time, and a code that is derived and never stored.

use std::collections::{BTreeMap, BTreeSet};

use analysis::disposition::Disposition;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{StoreError, insert_all};
use crate::clock::Entropy;
use crate::codes::Code;
use crate::entity::{attempts, invitations, sample_cases};
use crate::keys::Keys;

pub use crate::entity::invitations::Model as Invitation;

/// Not yet used.
pub const ISSUED: &str = "issued";
/// Answers have been kept, but not submitted.
pub const STARTED: &str = "started";
/// A response was accepted.
pub const COMPLETE: &str = "complete";
/// Taken back by the office.
pub const WITHDRAWN: &str = "withdrawn";

/// The respondent withdrew the response: counted as invited, never reminded, not to be answered by its code.
pub const LEFT: &str = "left";

/// Whether a code has been used: its response was accepted, whatever became of it since.
pub fn is_used(invitation: &Invitation) -> bool {
    matches!(invitation.state.as_str(), COMPLETE | LEFT)
}

/// A newly issued invitation with its code, which can be derived again but is not stored.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The invitation.
    pub id: Uuid,
    /// Respondent group.
    pub group: String,
    /// The sampled case.
    pub case_id: String,
    /// The code to print.
    pub code: Code,
}

/// Issues one invitation for each `(group, case_id)`.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn issue(
    conn: &impl ConnectionTrait,
    keys: &Keys,
    entropy: &Entropy,
    round: &str,
    cases: &[(String, String)],
) -> Result<Vec<Issued>, StoreError> {
    let mut rows = Vec::with_capacity(cases.len());
    let mut issued = Vec::with_capacity(cases.len());
    for (group, case_id) in cases {
        let id = entropy.uuid();
        let code = Code::of_invitation(keys, id);
        rows.push(Invitation {
            id,
            round_id: round.to_owned(),
            group: group.clone(),
            case_id: case_id.clone(),
            code_lookup: code.lookup(keys),
            state: ISSUED.to_owned(),
            no_remind: false,
        });
        issued.push(Issued {
            id,
            group: group.clone(),
            case_id: case_id.clone(),
            code,
        });
    }
    insert_all::<invitations::Entity>(conn, rows).await?;
    Ok(issued)
}

/// The invitation of a code.
///
/// # Errors
/// See [`issue`].
pub async fn by_code(
    conn: &impl ConnectionTrait,
    keys: &Keys,
    code: &Code,
) -> Result<Option<Invitation>, StoreError> {
    let row = invitations::Entity::find().filter(invitations::Column::CodeLookup.eq(code.lookup(keys)));
    Ok(row.one(conn).await?)
}

/// The invitation with this id.
///
/// # Errors
/// See [`issue`].
pub async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Invitation>, StoreError> {
    Ok(invitations::Entity::find_by_id(id).one(conn).await?)
}

/// The invitations of some cases, those taken back among them.
///
/// # Errors
/// See [`issue`].
pub async fn of_cases(
    conn: &impl ConnectionTrait,
    round: &str,
    cases: &[String],
) -> Result<Vec<Invitation>, StoreError> {
    let mut rows = Vec::with_capacity(cases.len());
    for part in cases.chunks(10_000) {
        rows.extend(
            invitations::Entity::find()
                .filter(invitations::Column::RoundId.eq(round))
                .filter(invitations::Column::CaseId.is_in(part))
                .all(conn)
                .await?,
        );
    }
    Ok(rows)
}

/// The invitations of a round, by case.
///
/// # Errors
/// See [`issue`].
pub async fn list(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Invitation>, StoreError> {
    let of_round = invitations::Entity::find().filter(invitations::Column::RoundId.eq(round));
    Ok(of_round
        .order_by_asc(invitations::Column::CaseId)
        .all(conn)
        .await?)
}

/// The invitation of a case that counts: the one that was not taken back. Held until the transaction ends, so that a
/// response that is being written is either seen, or sees that the code was taken back.
///
/// # Errors
/// See [`issue`].
pub async fn of_case(
    conn: &impl ConnectionTrait,
    round: &str,
    case: &str,
) -> Result<Option<Invitation>, StoreError> {
    Ok(invitations::Entity::find()
        .filter(invitations::Column::RoundId.eq(round))
        .filter(invitations::Column::CaseId.eq(case))
        .filter(invitations::Column::State.ne(WITHDRAWN))
        .lock_exclusive()
        .one(conn)
        .await?)
}

/// Takes an invitation back.
///
/// # Errors
/// See [`issue`].
pub async fn withdraw(conn: &impl ConnectionTrait, id: Uuid) -> Result<(), StoreError> {
    invitations::Entity::update_many()
        .col_expr(invitations::Column::State, Expr::value(WITHDRAWN))
        .filter(invitations::Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

/// What the office notes of cases that nobody writes to again.
pub const CLOSED_FOR_GOOD: [Disposition; 2] = [Disposition::Refusal, Disposition::NotEligible];

/// Attempts after which nobody writes again; AAPOR: refusal, death, not eligible.
pub(super) fn closing() -> Condition {
    Condition::any()
        .add(attempts::Column::Disposition.eq("2.11"))
        .add(attempts::Column::Disposition.eq("2.31"))
        .add(attempts::Column::Disposition.starts_with("4."))
}

/// Cases that refused, died, moved away or do not belong to the frame, as the office or an interviewer noted.
///
/// # Errors
/// See [`issue`].
pub async fn closed_cases(conn: &impl ConnectionTrait, round: &str) -> Result<BTreeSet<String>, StoreError> {
    let noted = sample_cases::Entity::find()
        .select_only()
        .column(sample_cases::Column::CaseId)
        .filter(sample_cases::Column::RoundId.eq(round))
        .filter(sample_cases::Column::Disposition.is_in(CLOSED_FOR_GOOD.map(Disposition::word)));
    let visited = attempts::Entity::find()
        .select_only()
        .column(attempts::Column::CaseId)
        .filter(attempts::Column::RoundId.eq(round))
        .filter(closing());
    let mut cases: BTreeSet<String> = noted
        .into_tuple::<String>()
        .all(conn)
        .await?
        .into_iter()
        .collect();
    cases.extend(visited.into_tuple::<String>().all(conn).await?);
    Ok(cases)
}

/// Marks an issued invitation as started; other states stay.
///
/// # Errors
/// See [`issue`].
pub async fn mark_started(conn: &impl ConnectionTrait, id: Uuid) -> Result<(), StoreError> {
    invitations::Entity::update_many()
        .col_expr(invitations::Column::State, Expr::value(STARTED))
        .filter(invitations::Column::Id.eq(id))
        .filter(invitations::Column::State.eq(ISSUED))
        .exec(conn)
        .await?;
    Ok(())
}

/// Records that a person wants no reminders.
///
/// # Errors
/// See [`issue`].
pub async fn set_no_remind(conn: &impl ConnectionTrait, id: Uuid) -> Result<(), StoreError> {
    invitations::Entity::update_many()
        .col_expr(invitations::Column::NoRemind, Expr::value(true))
        .filter(invitations::Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

/// Marks invitations as complete.
///
/// # Errors
/// See [`issue`].
pub async fn mark_complete(conn: &impl ConnectionTrait, ids: &[Uuid]) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    invitations::Entity::update_many()
        .col_expr(invitations::Column::State, Expr::value(COMPLETE))
        .filter(invitations::Column::Id.is_in(ids.iter().copied()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Moves an invitation from one state to another; others stay.
///
/// # Errors
/// See [`issue`].
pub async fn set_state(
    conn: &impl ConnectionTrait,
    id: Uuid,
    from: &str,
    to: &str,
) -> Result<(), StoreError> {
    invitations::Entity::update_many()
        .col_expr(invitations::Column::State, Expr::value(to))
        .filter(invitations::Column::Id.eq(id))
        .filter(invitations::Column::State.eq(from))
        .exec(conn)
        .await?;
    Ok(())
}

/// The answered or left invitation of a response's link. It is found by trying every one, and only ever on the
/// respondent's own demand: the link itself leads nowhere.
///
/// # Errors
/// See [`issue`].
pub async fn by_link(
    conn: &impl ConnectionTrait,
    keys: &Keys,
    round: &str,
    link: &str,
) -> Result<Option<Invitation>, StoreError> {
    let answered = invitations::Entity::find()
        .filter(invitations::Column::RoundId.eq(round))
        .filter(invitations::Column::State.is_in([COMPLETE, LEFT]))
        .all(conn)
        .await?;
    Ok(answered.into_iter().find(|row| keys.link(row.id) == link))
}

/// Counts of invitations by group and state.
///
/// # Errors
/// See [`issue`].
pub async fn counts(
    conn: &impl ConnectionTrait,
    round: &str,
) -> Result<BTreeMap<(String, String), u64>, StoreError> {
    let rows: Vec<(String, String, i64)> = invitations::Entity::find()
        .select_only()
        .columns([invitations::Column::Group, invitations::Column::State])
        .column_as(invitations::Column::Id.count(), "n")
        .filter(invitations::Column::RoundId.eq(round))
        .group_by(invitations::Column::Group)
        .group_by(invitations::Column::State)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(group, state, n)| ((group, state), n.unsigned_abs()))
        .collect())
}
