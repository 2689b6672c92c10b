//! Who visits whom: cases are given out by village, by hand or evenly.
//!
//! Only open cases move: not those that have answered, refused, moved away or died. Nobody is given cases of a unit
//! that they are bound to, unless the office has made an exception.

use std::collections::{BTreeMap, BTreeSet};

use analysis::disposition::Disposition;
use analysis::plan::Plan;
use sea_orm::ConnectionTrait;
use serde_json::json;
use thiserror::Error;
use uuid::Uuid;

use crate::app::Base;
use crate::auth::{Role, independence};
use crate::store::assignments::{self, Assignment};
use crate::store::audit::{self, Entry};
use crate::store::invitations::{COMPLETE, LEFT, WITHDRAWN};
use crate::store::staff::{self, Staff};
use crate::store::{StoreError, begin, exceptions, invitations, sample};

/// Why an assignment is refused.
#[derive(Debug, Error)]
pub enum AssignError {
    /// The interviewer is bound to the unit of one of the villages.
    #[error("employed by the judged unit")]
    Bound,
    /// No interviewer who is active has this id.
    #[error("no such interviewer")]
    Nobody,
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Open cases of a village.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Village {
    /// Code of the unit.
    pub unit: String,
    /// Open cases that nobody has, sorted.
    pub free: Vec<String>,
    /// Open cases by interviewer, sorted.
    pub given: BTreeMap<Uuid, Vec<String>>,
}

/// Cases of a round: by village those that are open, and how many each interviewer has brought home.
#[derive(Clone, Debug, Default)]
pub struct Caseload {
    /// Units with open cases, in the order of the plan's units.
    pub villages: Vec<Village>,
    /// Assigned cases that have answered.
    pub complete: BTreeMap<Uuid, usize>,
}

impl Caseload {
    /// Gathers the cases of a round.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of(conn: &impl ConnectionTrait, plan: &Plan) -> Result<Self, StoreError> {
        let round = plan.round.id.as_str();
        let mut given = assignments::of_round(conn, round).await?;
        let states: BTreeMap<String, String> = invitations::list(conn, round)
            .await?
            .into_iter()
            .filter(|row| row.state != WITHDRAWN)
            .map(|row| (row.case_id, row.state))
            .collect();
        let mut by_unit: BTreeMap<String, Village> = BTreeMap::new();
        let mut complete: BTreeMap<Uuid, usize> = BTreeMap::new();
        for case in sample::list(conn, round).await? {
            let Some(state) = states.get(&case.case_id) else {
                continue;
            };
            let interviewer = given.remove(&case.case_id);
            if state == COMPLETE {
                if let Some(id) = interviewer {
                    *complete.entry(id).or_default() += 1;
                }
                continue;
            }
            if state == LEFT {
                continue;
            }
            let class = case.disposition.as_deref().and_then(Disposition::parse);
            if class.is_some_and(Disposition::settles) {
                continue;
            }
            let village = by_unit.entry(case.unit.clone()).or_insert_with(|| Village {
                unit: case.unit,
                ..Village::default()
            });
            match interviewer {
                Some(id) => village.given.entry(id).or_default().push(case.case_id),
                None => village.free.push(case.case_id),
            }
        }
        let order = plan.units.iter().map(|unit| unit.code.as_str());
        Ok(Self {
            villages: order.filter_map(|code| by_unit.remove(code)).collect(),
            complete,
        })
    }

    /// Open cases that an interviewer has.
    pub fn load(&self, staff: Uuid) -> usize {
        let mine = self
            .villages
            .iter()
            .filter_map(|village| village.given.get(&staff));
        mine.map(Vec::len).sum()
    }
}

/// An interviewer to whom cases may be given.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The account.
    pub staff: Staff,
    /// Whether the office has made an exception in this round.
    pub excepted: bool,
}

impl Candidate {
    /// Whether cases of this unit may be given.
    pub fn may_visit(&self, plan: &Plan, unit: &str) -> bool {
        self.excepted || !independence::is_bound(plan, self.staff.employer_unit.as_deref(), unit)
    }
}

/// The active interviewers, by login.
///
/// # Errors
/// When the database does not answer.
pub async fn candidates(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Candidate>, StoreError> {
    let excepted = exceptions::of_round(conn, round).await?;
    let all = staff::list(conn).await?.into_iter();
    let active = all.filter(|row| !row.disabled && Role::parse(&row.role) == Some(Role::Interviewer));
    Ok(active
        .map(|staff| Candidate {
            excepted: excepted.contains_key(&staff.id),
            staff,
        })
        .collect())
}

async fn give(
    conn: &impl ConnectionTrait,
    round: &str,
    staff: Uuid,
    cases: &[String],
) -> Result<(), StoreError> {
    for case in cases {
        let row = Assignment {
            round_id: round.to_owned(),
            case_id: case.clone(),
            staff_id: staff,
        };
        assignments::put(conn, row).await?;
    }
    Ok(())
}

fn entry(actor: &str, action: &str, round: &str, detail: serde_json::Value) -> Entry {
    Entry {
        actor: actor.to_owned(),
        action: action.to_owned(),
        subject: round.to_owned(),
        detail,
    }
}

/// Gives every open case of some villages that nobody has to an interviewer; returns how many.
///
/// # Errors
/// [`AssignError`]; nothing is given then.
pub async fn assign(
    base: &Base,
    plan: &Plan,
    actor: &str,
    staff: Uuid,
    villages: &BTreeSet<String>,
) -> Result<usize, AssignError> {
    let round = plan.round.id.as_str();
    let tx = begin(&base.db).await?;
    let candidates = candidates(&tx, round).await?;
    let candidate = candidates.into_iter().find(|one| one.staff.id == staff);
    let candidate = candidate.ok_or(AssignError::Nobody)?;
    if villages.iter().any(|unit| !candidate.may_visit(plan, unit)) {
        return Err(AssignError::Bound);
    }
    let caseload = Caseload::of(&tx, plan).await?;
    let mut cases = Vec::new();
    for village in caseload
        .villages
        .into_iter()
        .filter(|village| villages.contains(&village.unit))
    {
        cases.extend(village.free);
    }
    give(&tx, round, staff, &cases).await?;
    let detail = json!({ "interviewer": candidate.staff.login, "units": villages, "cases": cases.len() });
    audit::append(
        &tx,
        &base.keys,
        base.clock.now_ms(),
        entry(actor, "cases.assign", round, detail),
    )
    .await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(cases.len())
}

/// Takes the open cases of some villages back from whoever has them; returns how many.
///
/// # Errors
/// When the database does not answer.
pub async fn unassign(
    base: &Base,
    plan: &Plan,
    actor: &str,
    villages: &BTreeSet<String>,
) -> Result<usize, StoreError> {
    let round = plan.round.id.as_str();
    let tx = begin(&base.db).await?;
    let caseload = Caseload::of(&tx, plan).await?;
    let chosen = caseload
        .villages
        .into_iter()
        .filter(|village| villages.contains(&village.unit));
    let cases: Vec<String> = chosen
        .flat_map(|village| village.given.into_values().flatten())
        .collect();
    assignments::remove(&tx, round, &cases).await?;
    let detail = json!({ "units": villages, "cases": cases.len() });
    audit::append(
        &tx,
        &base.keys,
        base.clock.now_ms(),
        entry(actor, "cases.unassign", round, detail),
    )
    .await?;
    tx.commit().await?;
    Ok(cases.len())
}

/// Whom each village goes to when what is left is shared out evenly: villages without anyone who may visit are left.
///
/// Villages go one after another, in the plan's order, to whoever has least; another township costs as much as an
/// average village, so that nobody travels through the whole county for a few cases.
pub fn share<'a>(plan: &Plan, caseload: &'a Caseload, among: &[Candidate]) -> Vec<(&'a Village, Uuid)> {
    let left: Vec<&Village> = caseload
        .villages
        .iter()
        .filter(|village| !village.free.is_empty())
        .collect();
    let open: usize = left.iter().map(|village| village.free.len()).sum();
    let detour = open.div_ceil(left.len().max(1));
    let township = |unit: &str| plan.units.township_of(unit).map(str::to_owned);
    let mut loads: Vec<(usize, BTreeSet<Option<String>>)> = among
        .iter()
        .map(|one| {
            let known = caseload
                .villages
                .iter()
                .filter(|village| village.given.contains_key(&one.staff.id));
            (
                caseload.load(one.staff.id),
                known.map(|village| township(&village.unit)).collect(),
            )
        })
        .collect();
    let mut shares = Vec::new();
    for village in left {
        let here = township(&village.unit);
        let able = among
            .iter()
            .enumerate()
            .filter(|(_, one)| one.may_visit(plan, &village.unit));
        let cost = |at: usize| {
            let (load, known) = &loads[at];
            load + if known.contains(&here) { 0 } else { detour }
        };
        let Some((at, one)) = able.min_by_key(|(at, _)| cost(*at)) else {
            continue;
        };
        loads[at].0 += village.free.len();
        loads[at].1.insert(here);
        shares.push((village, one.staff.id));
    }
    shares
}

/// Shares out all open cases that nobody has among some interviewers; returns how many were given.
///
/// # Errors
/// [`AssignError::Nobody`] without any of them; when the database does not answer.
pub async fn share_out(
    base: &Base,
    plan: &Plan,
    actor: &str,
    among: &BTreeSet<Uuid>,
) -> Result<usize, AssignError> {
    let round = plan.round.id.as_str();
    let tx = begin(&base.db).await?;
    let mut chosen = candidates(&tx, round).await?;
    chosen.retain(|one| among.contains(&one.staff.id));
    if chosen.is_empty() {
        return Err(AssignError::Nobody);
    }
    let caseload = Caseload::of(&tx, plan).await?;
    let (mut given, mut counts) = (0, BTreeMap::<&str, usize>::new());
    for (village, staff) in share(plan, &caseload, &chosen) {
        give(&tx, round, staff, &village.free).await?;
        given += village.free.len();
        let login = chosen.iter().find(|one| one.staff.id == staff);
        *counts
            .entry(login.map_or("", |one| one.staff.login.as_str()))
            .or_default() += village.free.len();
    }
    let detail = json!({ "cases": counts });
    audit::append(
        &tx,
        &base.keys,
        base.clock.now_ms(),
        entry(actor, "cases.share_out", round, detail),
    )
    .await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(n: u128, employer: Option<&str>) -> Candidate {
        Candidate {
            staff: Staff {
                id: Uuid::from_u128(n),
                login: format!("i{n}"),
                display_name: String::new(),
                role: "interviewer".into(),
                password_hash: String::new(),
                failed: 0,
                locked_until: None,
                disabled: false,
                created_at: 0,
                employer_unit: employer.map(str::to_owned),
            },
            excepted: false,
        }
    }

    fn village(unit: &str, free: usize) -> Village {
        Village {
            unit: unit.to_owned(),
            free: (0..free).map(|n| format!("{unit}-{n}")).collect(),
            given: BTreeMap::new(),
        }
    }

    fn plan() -> Plan {
        Plan::read(&crate::synthetic::sample_plan()).unwrap()
    }

    #[test]
    fn even_shares_keep_townships_together_and_nobody_at_home() {
        let plan = plan();
        let caseload = Caseload {
            villages: vec![
                village("990101001001", 10),
                village("990101001002", 10),
                village("990101002001", 10),
                village("990101002002", 10),
            ],
            complete: BTreeMap::new(),
        };
        let free = [candidate(1, None), candidate(2, None)];
        let shares = share(&plan, &caseload, &free);
        let of = |n: u128| {
            let mine = shares.iter().filter(|(_, id)| *id == Uuid::from_u128(n));
            mine.map(|(village, _)| &village.unit[..9]).collect::<Vec<_>>()
        };
        assert_eq!(of(1), ["990101001"; 2]);
        assert_eq!(of(2), ["990101002"; 2]);
        let bound = [candidate(1, Some("990101001002")), candidate(2, Some("990101"))];
        let shares = share(&plan, &caseload, &bound);
        assert!(
            shares
                .iter()
                .all(|(village, id)| *id == Uuid::from_u128(1) && village.unit.starts_with("990101002"))
        );
        assert_eq!(shares.len(), 2);
    }

    #[test]
    fn what_somebody_has_already_counts() {
        let plan = plan();
        let mut busy = village("990101001001", 0);
        busy.given
            .insert(Uuid::from_u128(1), (0..30).map(|n| n.to_string()).collect());
        let caseload = Caseload {
            villages: vec![busy, village("990101001002", 5), village("990101001003", 5)],
            complete: BTreeMap::new(),
        };
        let shares = share(&plan, &caseload, &[candidate(1, None), candidate(2, None)]);
        assert!(shares.iter().all(|(_, id)| *id == Uuid::from_u128(2)));
    }
}
