//! Fieldwork as the monitor sees it: counts over invitations, attempts, assignments, devices and responses.
//!
//! The database does the counting: however many cases there are, what comes over is a line for each combination that
//! occurs. Nothing is written here but the [synthetic fieldwork](insert) of a demo.

use std::collections::BTreeMap;

use sea_orm::sea_query::{
    BinOper, CaseStatement, Cond, Expr, ExprTrait, Func, JoinType, Order, Query, SelectStatement,
};
use sea_orm::{ConnectionTrait, QueryResult, StatementBuilder, TryGetableMany};
use uuid::Uuid;

use analysis::disposition::Disposition;

use super::invitations::{COMPLETE, ISSUED, STARTED, WITHDRAWN};
use super::responses::ACCEPTED;
use super::{StoreError, insert_all};
use crate::entity::{
    assignments, attempts, devices, invitations, response_tallies, responses, sample_cases, staff,
};

pub use crate::entity::assignments::Model as Assignment;
pub use crate::entity::attempts::Model as Attempt;
pub use crate::entity::devices::Model as Device;

/// Where the code begins in a day with a code behind it: days are ISO 8601, ten characters.
const CODE_FROM: i32 = 11;

/// How many invited cases have the same group, township, state and history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseCount {
    /// Respondent group.
    pub group: String,
    /// Township; none for bodies of the county.
    pub township: Option<String>,
    /// State of the invitation.
    pub invitation: String,
    /// Disposition noted by the office, as stored.
    pub office: Option<String>,
    /// AAPOR code of the latest attempt that settles a case.
    pub settled: Option<String>,
    /// AAPOR code of the latest attempt.
    pub latest: Option<String>,
    /// How many.
    pub n: u64,
}

impl CaseCount {
    /// What these cases count as.
    pub fn disposition(&self) -> Disposition {
        let parse = |code: &Option<String>| code.as_deref().and_then(Disposition::parse);
        Disposition::settle(
            self.invitation == super::invitations::COMPLETE,
            parse(&self.office),
            parse(&self.settled),
            parse(&self.latest),
        )
    }

    /// What these cases count as once fieldwork is over.
    pub fn at_close(&self) -> Disposition {
        let begun = self.invitation == STARTED;
        self.disposition().at_close(self.settled.as_deref(), begun)
    }
}

/// Rows of a statement as tuples.
async fn rows<T: TryGetableMany>(
    conn: &impl ConnectionTrait,
    statement: &impl StatementBuilder,
) -> Result<Vec<T>, StoreError> {
    let found: Vec<QueryResult> = conn.query_all(statement).await?;
    let read = found.iter().map(T::try_get_many_by_index);
    read.collect::<Result<_, _>>()
        .map_err(|error| StoreError::Database(error.into()))
}

/// Attempts of a disposition that `chosen` takes, by the beginning of their codes.
fn of_family(chosen: impl Fn(Disposition) -> bool) -> Cond {
    let families = Disposition::ALL
        .into_iter()
        .filter(|disposition| chosen(*disposition))
        .flat_map(Disposition::families);
    families.fold(Cond::any(), |any, family| {
        any.add(Expr::col((attempts::Entity, attempts::Column::Disposition)).like(format!("{family}%")))
    })
}

/// For each case that was tried: `settled` and `latest`, the codes of its latest attempt that settles and of all.
///
/// The greatest of "day and code" holds the latest day's code; of several on one day it is the highest.
fn outcomes(round: &str) -> SelectStatement {
    let dated = || {
        Expr::col(attempts::Column::Day)
            .binary(BinOper::Custom("||"), Expr::col(attempts::Column::Disposition))
    };
    let code_of = |dated: Expr| Func::cust("SUBSTR").args([Func::max(dated).into(), Expr::val(CODE_FROM)]);
    let settling: CaseStatement = Expr::case(of_family(Disposition::settles), dated());
    Query::select()
        .column(attempts::Column::CaseId)
        .expr_as(code_of(settling.into()), "settled")
        .expr_as(code_of(dated()), "latest")
        .from(attempts::Entity)
        .and_where(Expr::col(attempts::Column::RoundId).eq(round))
        .group_by_col(attempts::Column::CaseId)
        .take()
}

/// Invited cases by group, township, state and history.
///
/// A case whose invitation was taken back stays in the denominator unless another replaced it, as in the report
/// ([`crate::dataset::load`]): a denominator that the office can shorten would be no denominator.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn cases(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<CaseCount>, StoreError> {
    let invitation = |column| (invitations::Entity, column);
    let sampled = |column| (sample_cases::Entity, column);
    let same_case = Cond::all()
        .add(
            Expr::col(sampled(sample_cases::Column::RoundId))
                .equals(invitation(invitations::Column::RoundId)),
        )
        .add(
            Expr::col(sampled(sample_cases::Column::CaseId)).equals(invitation(invitations::Column::CaseId)),
        );
    let valid = Query::select()
        .column(invitations::Column::CaseId)
        .from(invitations::Entity)
        .and_where(Expr::col(invitations::Column::RoundId).eq(round))
        .and_where(Expr::col(invitations::Column::State).ne(WITHDRAWN))
        .take();
    let statement = Query::select()
        .column(invitation(invitations::Column::Group))
        .column(sampled(sample_cases::Column::Township))
        .column(invitation(invitations::Column::State))
        .column(sampled(sample_cases::Column::Disposition))
        .column(("tried", "settled"))
        .column(("tried", "latest"))
        // Of a case whose codes were all taken back there may be several.
        .expr(Func::count_distinct(Expr::col(invitation(
            invitations::Column::CaseId,
        ))))
        .from(invitations::Entity)
        .left_join(sample_cases::Entity, same_case)
        .join_subquery(
            JoinType::LeftJoin,
            outcomes(round),
            "tried",
            Expr::col(("tried", attempts::Column::CaseId)).equals(invitation(invitations::Column::CaseId)),
        )
        .and_where(Expr::col(invitation(invitations::Column::RoundId)).eq(round))
        .cond_where(
            Cond::any()
                .add(Expr::col(invitation(invitations::Column::State)).ne(WITHDRAWN))
                .add(Expr::col(invitation(invitations::Column::CaseId)).not_in_subquery(valid)),
        )
        .group_by_col(invitation(invitations::Column::Group))
        .group_by_col(sampled(sample_cases::Column::Township))
        .group_by_col(invitation(invitations::Column::State))
        .group_by_col(sampled(sample_cases::Column::Disposition))
        .group_by_col(("tried", "settled"))
        .group_by_col(("tried", "latest"))
        .take();
    type Row = (
        String,
        Option<String>,
        String,
        Option<String>,
        Option<String>,
        Option<String>,
        i64,
    );
    let counted = rows::<Row>(conn, &statement).await?;
    Ok(counted
        .into_iter()
        .map(
            |(group, township, invitation, office, settled, latest, n)| CaseCount {
                group,
                township,
                invitation,
                office,
                settled,
                latest,
                n: n.unsigned_abs(),
            },
        )
        .collect())
}

/// How many invited cases of a group and township have answered, and how many have not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Respondent group.
    pub group: String,
    /// Township; none for bodies of the county.
    pub township: Option<String>,
    /// Cases invited: one whose code was replaced or taken back is still one case, as in the analysis.
    pub invited: u64,
    /// Cases that have answered.
    pub complete: u64,
}

/// Cases invited and answered by group and township.
///
/// # Errors
/// See [`cases`].
pub async fn answered(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Answered>, StoreError> {
    use invitations::Column as I;
    let is_complete = Expr::case(Expr::col(I::State).eq(COMPLETE), 1).finally(0);
    let invited = Query::select()
        .column(I::CaseId)
        .expr_as(Func::min(Expr::col(I::Group)), "of_group")
        .expr_as(Func::max(is_complete), "is_complete")
        .from(invitations::Entity)
        .and_where(Expr::col(I::RoundId).eq(round))
        .group_by_col(I::CaseId)
        .take();
    let sampled = |column| Expr::col((sample_cases::Entity, column));
    let of_invited = |column: &'static str| Expr::col(("invited", column));
    let statement = Query::select()
        .column(("invited", "of_group"))
        .column((sample_cases::Entity, sample_cases::Column::Township))
        .expr(Func::count(of_invited("of_group")))
        .expr(of_invited("is_complete").sum().cast_as("bigint"))
        .from_subquery(invited, "invited")
        .left_join(
            sample_cases::Entity,
            Cond::all()
                .add(sampled(sample_cases::Column::CaseId).equals(("invited", I::CaseId)))
                .add(sampled(sample_cases::Column::RoundId).eq(round)),
        )
        .group_by_col(("invited", "of_group"))
        .group_by_col((sample_cases::Entity, sample_cases::Column::Township))
        .take();
    let counted = rows::<(String, Option<String>, i64, i64)>(conn, &statement).await?;
    Ok(counted
        .into_iter()
        .map(|(group, township, invited, complete)| Answered {
            group,
            township,
            invited: invited.unsigned_abs(),
            complete: complete.unsigned_abs(),
        })
        .collect())
}

/// The latest code that settles and the latest of all, by case, for cases that were tried.
pub type Tried = BTreeMap<String, (Option<String>, Option<String>)>;

/// What the attempts at each case come to.
///
/// # Errors
/// See [`cases`].
pub async fn tried(conn: &impl ConnectionTrait, round: &str) -> Result<Tried, StoreError> {
    let found = rows::<(String, Option<String>, Option<String>)>(conn, &outcomes(round)).await?;
    Ok(found
        .into_iter()
        .map(|(case, settled, latest)| (case, (settled, latest)))
        .collect())
}

fn of_round_responses(round: &str) -> Cond {
    Cond::all()
        .add(Expr::col(responses::Column::RoundId).eq(round))
        .add(Expr::col(responses::Column::State).eq(ACCEPTED))
}

/// What one interviewer has done in a round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workload {
    /// Login.
    pub login: String,
    /// Name shown to colleagues.
    pub name: String,
    /// Cases assigned.
    pub assigned: u64,
    /// Cases tried at least once.
    pub tried: u64,
    /// Attempts.
    pub attempts: u64,
    /// Cases with a refusal or break-off.
    pub refused: u64,
    /// Cases reported as interviewed.
    pub reported: u64,
    /// Accepted responses that name the interviewer.
    pub received: u64,
    /// Day of the latest attempt, ISO 8601.
    pub last_day: Option<String>,
}

/// The interviewers with an assignment, an attempt or a response in a round, by their account.
///
/// # Errors
/// See [`cases`].
pub async fn workloads(
    conn: &impl ConnectionTrait,
    round: &str,
) -> Result<BTreeMap<Uuid, Workload>, StoreError> {
    let mut of: BTreeMap<Uuid, Workload> = BTreeMap::new();
    let assigned = Query::select()
        .column(assignments::Column::StaffId)
        .expr(Func::count(Expr::col(assignments::Column::CaseId)))
        .from(assignments::Entity)
        .and_where(Expr::col(assignments::Column::RoundId).eq(round))
        .group_by_col(assignments::Column::StaffId)
        .take();
    for (id, n) in rows::<(Uuid, i64)>(conn, &assigned).await? {
        of.entry(id).or_default().assigned = n.unsigned_abs();
    }
    let cases_with = |family: Disposition| {
        let case = || Expr::col(attempts::Column::CaseId);
        Func::count_distinct(Expr::case(of_family(|other| other == family), case()))
    };
    let tried = Query::select()
        .column(attempts::Column::StaffId)
        .expr(Func::count(Expr::col(attempts::Column::Id)))
        .expr(Func::count_distinct(Expr::col(attempts::Column::CaseId)))
        .expr(cases_with(Disposition::Refusal))
        .expr(cases_with(Disposition::Complete))
        .expr(Func::max(Expr::col(attempts::Column::Day)))
        .from(attempts::Entity)
        .and_where(Expr::col(attempts::Column::RoundId).eq(round))
        .group_by_col(attempts::Column::StaffId)
        .take();
    type Tried = (Uuid, i64, i64, i64, i64, Option<String>);
    for (id, n, tried, refused, reported, last_day) in rows::<Tried>(conn, &tried).await? {
        let workload = of.entry(id).or_default();
        workload.attempts = n.unsigned_abs();
        workload.tried = tried.unsigned_abs();
        workload.refused = refused.unsigned_abs();
        workload.reported = reported.unsigned_abs();
        workload.last_day = last_day;
    }
    let received = Query::select()
        .column((staff::Entity, staff::Column::Id))
        .expr(
            Expr::col((response_tallies::Entity, response_tallies::Column::N))
                .sum()
                .cast_as("bigint"),
        )
        .from(response_tallies::Entity)
        .inner_join(
            staff::Entity,
            Expr::col((staff::Entity, staff::Column::Login))
                .equals((response_tallies::Entity, response_tallies::Column::Interviewer)),
        )
        .and_where(Expr::col((response_tallies::Entity, response_tallies::Column::RoundId)).eq(round))
        .group_by_col((staff::Entity, staff::Column::Id))
        .take();
    for (id, n) in rows::<(Uuid, i64)>(conn, &received).await? {
        of.entry(id).or_default().received = n.unsigned_abs();
    }
    name(conn, &mut of).await?;
    Ok(of)
}

/// Fills in logins and names.
async fn name(conn: &impl ConnectionTrait, of: &mut BTreeMap<Uuid, Workload>) -> Result<(), StoreError> {
    let statement = Query::select()
        .columns([
            staff::Column::Id,
            staff::Column::Login,
            staff::Column::DisplayName,
        ])
        .from(staff::Entity)
        .and_where(Expr::col(staff::Column::Id).is_in(of.keys().copied()))
        .take();
    for (id, login, display_name) in rows::<(Uuid, String, String)>(conn, &statement).await? {
        if let Some(workload) = of.get_mut(&id) {
            workload.login = login;
            workload.name = display_name;
        }
    }
    Ok(())
}

/// A call-back that is still to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallBack {
    /// The case.
    pub case_id: String,
    /// Respondent group.
    pub group: String,
    /// Township; none for bodies of the county.
    pub township: Option<String>,
    /// Village or township.
    pub unit: String,
    /// Who tried last.
    pub staff: Uuid,
    /// Day of that attempt, ISO 8601.
    pub tried_on: String,
    /// Its AAPOR code.
    pub disposition: String,
    /// Day on which to call again, ISO 8601.
    pub day: String,
    /// morning, afternoon or evening.
    pub part: Option<String>,
}

/// Call-backs due on or before `until` (ISO 8601) at cases without an answer, by unit and case.
///
/// A call-back counts when it was agreed on the latest day on which the case was tried: a later attempt has kept it,
/// whatever came of it.
///
/// # Errors
/// See [`cases`].
pub async fn call_backs(
    conn: &impl ConnectionTrait,
    round: &str,
    until: &str,
) -> Result<Vec<CallBack>, StoreError> {
    let attempt = |column| (attempts::Entity, column);
    let latest = Query::select()
        .column(attempts::Column::CaseId)
        .expr_as(Func::max(Expr::col(attempts::Column::Day)), "day")
        .from(attempts::Entity)
        .and_where(Expr::col(attempts::Column::RoundId).eq(round))
        .group_by_col(attempts::Column::CaseId)
        .take();
    let of_case = |entity_case: Expr, entity_round: Expr| {
        Cond::all()
            .add(entity_case.equals(attempt(attempts::Column::CaseId)))
            .add(entity_round.equals(attempt(attempts::Column::RoundId)))
    };
    let statement = Query::select()
        .column(attempt(attempts::Column::CaseId))
        .column((sample_cases::Entity, sample_cases::Column::Group))
        .column((sample_cases::Entity, sample_cases::Column::Township))
        .column((sample_cases::Entity, sample_cases::Column::Unit))
        .column(attempt(attempts::Column::StaffId))
        .column(attempt(attempts::Column::Day))
        .column(attempt(attempts::Column::Disposition))
        .column(attempt(attempts::Column::CallbackDay))
        .column(attempt(attempts::Column::CallbackPart))
        .from(attempts::Entity)
        .join_subquery(
            JoinType::InnerJoin,
            latest,
            "latest",
            Cond::all()
                .add(
                    Expr::col(("latest", attempts::Column::CaseId)).equals(attempt(attempts::Column::CaseId)),
                )
                .add(Expr::col(("latest", "day")).equals(attempt(attempts::Column::Day))),
        )
        .inner_join(
            sample_cases::Entity,
            of_case(
                Expr::col((sample_cases::Entity, sample_cases::Column::CaseId)),
                Expr::col((sample_cases::Entity, sample_cases::Column::RoundId)),
            ),
        )
        .inner_join(
            invitations::Entity,
            of_case(
                Expr::col((invitations::Entity, invitations::Column::CaseId)),
                Expr::col((invitations::Entity, invitations::Column::RoundId)),
            ),
        )
        .and_where(Expr::col(attempt(attempts::Column::RoundId)).eq(round))
        .and_where(Expr::col(attempt(attempts::Column::CallbackDay)).lte(until))
        .and_where(Expr::col((invitations::Entity, invitations::Column::State)).is_in([ISSUED, STARTED]))
        .order_by((sample_cases::Entity, sample_cases::Column::Unit), Order::Asc)
        .order_by(attempt(attempts::Column::CaseId), Order::Asc)
        .take();
    type Row = (
        String,
        String,
        Option<String>,
        String,
        Uuid,
        String,
        String,
        String,
        Option<String>,
    );
    let found = rows::<Row>(conn, &statement).await?;
    // Two attempts on one day that both agree on a call-back are one call-back: the later day stands.
    let mut by_case: BTreeMap<(String, String), CallBack> = BTreeMap::new();
    for (case_id, group, township, unit, staff, tried_on, disposition, day, part) in found {
        let key = (unit.clone(), case_id.clone());
        let call_back = CallBack {
            case_id,
            group,
            township,
            unit,
            staff,
            tried_on,
            disposition,
            day,
            part,
        };
        let earlier = by_case.get(&key).is_some_and(|known| known.day >= call_back.day);
        if !earlier {
            by_case.insert(key, call_back);
        }
    }
    Ok(by_case.into_values().collect())
}

/// A device that has neither been wiped nor signed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceSeen {
    /// Whose it is.
    pub staff: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// `active` or `wipe`.
    pub state: String,
    /// Days without contact after which it wipes itself.
    pub max_offline_days: i32,
    /// Day of the last contact, ISO 8601.
    pub last_seen: String,
}

/// The devices that were last heard of on or before `until` (ISO 8601), the longest silent first.
///
/// # Errors
/// See [`cases`].
pub async fn silent_devices(conn: &impl ConnectionTrait, until: &str) -> Result<Vec<DeviceSeen>, StoreError> {
    let statement = Query::select()
        .columns([
            devices::Column::StaffId,
            devices::Column::Name,
            devices::Column::State,
            devices::Column::MaxOfflineDays,
            devices::Column::LastSeenDay,
        ])
        .from(devices::Entity)
        .and_where(Expr::col(devices::Column::State).is_not_in(["wiped", "left"]))
        .and_where(Expr::col(devices::Column::LastSeenDay).lte(until))
        .order_by(devices::Column::LastSeenDay, Order::Asc)
        .order_by(devices::Column::Id, Order::Asc)
        .take();
    let found = rows::<(Uuid, String, String, i32, String)>(conn, &statement).await?;
    Ok(found
        .into_iter()
        .map(|(staff, name, state, max_offline_days, last_seen)| DeviceSeen {
            staff,
            name,
            state,
            max_offline_days,
            last_seen,
        })
        .collect())
}

/// An accepted response that an interviewer took down, without what leads to the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interview {
    /// Identifier of the response.
    pub id: Uuid,
    /// Login of the interviewer.
    pub interviewer: String,
    /// Respondent group.
    pub group: String,
    /// interview or phone.
    pub mode: String,
    /// self, assisted or proxy.
    pub answering: String,
    /// Ways of reading used, space-separated.
    pub ways: String,
    /// Seconds from start to end.
    pub duration_s: i64,
    /// Answers as JSON.
    pub answers: String,
}

/// Interviews read at a time.
pub const INTERVIEWS: usize = 2_000;

/// The next interviews of a round after `after`, by id.
///
/// # Errors
/// See [`cases`].
pub async fn interviews(
    conn: &impl ConnectionTrait,
    round: &str,
    after: Option<Uuid>,
) -> Result<Vec<Interview>, StoreError> {
    let mut statement = Query::select();
    statement
        .columns([
            responses::Column::Id,
            responses::Column::Interviewer,
            responses::Column::Group,
            responses::Column::Mode,
            responses::Column::Answering,
            responses::Column::Ways,
            responses::Column::DurationS,
            responses::Column::Answers,
        ])
        .from(responses::Entity)
        .cond_where(of_round_responses(round))
        .and_where(Expr::col(responses::Column::Interviewer).is_not_null())
        .and_where_option(after.map(|after| Expr::col(responses::Column::Id).gt(after)))
        .order_by(responses::Column::Id, Order::Asc)
        .limit(INTERVIEWS as u64);
    type Row = (Uuid, String, String, String, String, String, i64, String);
    let found = rows::<Row>(conn, &statement).await?;
    Ok(found
        .into_iter()
        .map(
            |(id, interviewer, group, mode, answering, ways, duration_s, answers)| Interview {
                id,
                interviewer,
                group,
                mode,
                answering,
                ways,
                duration_s,
                answers,
            },
        )
        .collect())
}

/// Adds synthetic assignments, attempts and devices.
///
/// # Errors
/// When the database does not answer, or a case is assigned already.
pub async fn insert(
    conn: &impl ConnectionTrait,
    assigned: Vec<Assignment>,
    tried: Vec<Attempt>,
    carried: Vec<Device>,
) -> Result<(), StoreError> {
    insert_all::<assignments::Entity>(conn, assigned).await?;
    insert_all::<attempts::Entity>(conn, tried).await?;
    insert_all::<devices::Entity>(conn, carried).await
}
