//! Evaluators: engaged by the office, bound by the conflicts that they declare and that the register shows, and free
//! to leave.

use std::collections::BTreeSet;

use analysis::plan::Plan;
use sea_orm::ConnectionTrait;
use serde_json::json;
use uuid::Uuid;

use super::{ScoringError, criteria_of, evidence, plain, third_party};
use crate::app::Base;
use crate::auth::{Role, independence};
use crate::store::cards::{self, Card};
use crate::store::evaluators::{self, Conflict, Evaluator};
use crate::store::staff::{self, Staff};
use crate::store::{StoreError, begin};

/// What binds an evaluator to a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConflictKind {
    /// Works or worked with the unit's own people, or judged it on its behalf.
    Unit,
    /// An institution that the unit runs, pays or supervises.
    Institution,
    /// Relatives who work there or receive its services.
    Relatives,
    /// A post there in the past.
    PastPost,
    /// Employed by it, by a part of it, or by what stands above it.
    Employer,
    /// Lives in the household of somebody whom it serves or employs.
    Household,
}

impl ConflictKind {
    /// Every kind, those that are declared first.
    pub const ALL: [Self; 6] = [
        Self::Unit,
        Self::Institution,
        Self::Relatives,
        Self::PastPost,
        Self::Household,
        Self::Employer,
    ];

    /// The word in the database and in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Institution => "institution",
            Self::Relatives => "relatives",
            Self::PastPost => "past_post",
            Self::Employer => "employer",
            Self::Household => "household",
        }
    }

    /// The kind with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Said by the evaluator.
pub const DECLARED: &str = "declared";
/// Found in the accounts.
pub const REGISTER: &str = "register";
/// Known to the office.
pub const OFFICE: &str = "office";

/// A conflict as somebody states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// Code of the judged unit.
    pub unit: String,
    /// What binds.
    pub kind: ConflictKind,
    /// In their own words; may be empty.
    pub note: String,
}

/// An evaluator of a round who has not left.
///
/// # Errors
/// [`ScoringError::Nobody`].
pub async fn engaged(
    conn: &impl ConnectionTrait,
    round: &str,
    staff: Uuid,
) -> Result<Evaluator, ScoringError> {
    let row = evaluators::find(conn, round, staff).await?;
    row.filter(|row| row.withdrawn_at.is_none())
        .ok_or(ScoringError::Nobody)
}

/// The same who has declared.
///
/// # Errors
/// [`ScoringError::Nobody`], [`ScoringError::Undeclared`].
pub async fn declared(
    conn: &impl ConnectionTrait,
    round: &str,
    staff: Uuid,
) -> Result<Evaluator, ScoringError> {
    let row = engaged(conn, round, staff).await?;
    match row.declared_at {
        Some(_) => Ok(row),
        None => Err(ScoringError::Undeclared),
    }
}

/// What the accounts know of a person's ties: the employer, and posts of closed or other accounts of the same name.
///
/// A name is no proof: the office sees where it comes from and can engage somebody else.
pub fn of_register(plan: &Plan, accounts: &[Staff], person: &Staff) -> Vec<Stated> {
    let tied = |employer: Option<&str>, kind, note: &str| {
        let units = plan.scored_units().into_iter();
        units
            .filter(|unit| independence::is_bound(plan, employer, &unit.code))
            .map(|unit| Stated {
                unit: unit.code.clone(),
                kind,
                note: note.to_owned(),
            })
            .collect::<Vec<_>>()
    };
    let mut found = tied(person.employer_unit.as_deref(), ConflictKind::Employer, "");
    let namesakes = accounts
        .iter()
        .filter(|other| other.id != person.id && other.display_name == person.display_name)
        .filter(|other| independence::judged_employer(plan, other.employer_unit.as_deref()).is_some());
    for other in namesakes {
        found.extend(tied(
            other.employer_unit.as_deref(),
            ConflictKind::PastPost,
            &other.login,
        ));
    }
    found
}

async fn evaluator_account(conn: &impl ConnectionTrait, id: Uuid) -> Result<Staff, ScoringError> {
    let row = staff::find(conn, id).await?;
    row.filter(|row| Role::parse(&row.role) == Some(Role::Evaluator) && !row.disabled)
        .ok_or(ScoringError::Nobody)
}

/// Engages an evaluator for the round, who then has to declare; conflicts that the register shows are written down.
/// Returns how many were found. Whoever left can be engaged anew.
///
/// # Errors
/// [`ScoringError::Nobody`] for anyone who is no evaluator, [`ScoringError::Employed`] for one of a judged unit.
pub async fn engage(
    base: &Base,
    plan: &Plan,
    actor: &str,
    person: Uuid,
    capacity: Option<i32>,
) -> Result<usize, ScoringError> {
    third_party(plan)?;
    let round = plan.round.id.as_str();
    let tx = begin(&base.db).await?;
    let account = evaluator_account(&tx, person).await?;
    if let Some(unit) = independence::judged_employer(plan, account.employer_unit.as_deref()) {
        return Err(ScoringError::Employed {
            unit: unit.code.clone(),
        });
    }
    let earlier = evaluators::find(&tx, round, person).await?;
    let declared_at = earlier
        .filter(|row| row.withdrawn_at.is_none())
        .and_then(|row| row.declared_at);
    let row = Evaluator {
        round_id: round.to_owned(),
        staff_id: person,
        capacity,
        engaged_on: base.clock.today().to_string(),
        declared_at,
        withdrawn_at: None,
        withdrawn_reason: None,
    };
    evaluators::put(&tx, row).await?;
    let found = of_register(plan, &staff::list(&tx).await?, &account);
    let added = write(&tx, base, round, person, REGISTER, &found).await?;
    let detail = json!({ "evaluator": account.login, "capacity": capacity, "found": added.len() });
    base.record(&tx, actor, "evaluator.engage", round, detail).await?;
    tx.commit().await?;
    Ok(added.len())
}

/// Writes conflicts down; returns the units of those that are new.
async fn write(
    conn: &impl ConnectionTrait,
    base: &Base,
    round: &str,
    person: Uuid,
    source: &str,
    stated: &[Stated],
) -> Result<BTreeSet<String>, StoreError> {
    let mut added = BTreeSet::new();
    for conflict in stated {
        let row = Conflict {
            round_id: round.to_owned(),
            staff_id: person,
            unit: conflict.unit.clone(),
            kind: conflict.kind.as_str().to_owned(),
            source: source.to_owned(),
            note: plain(&conflict.note),
            at: base.clock.now_ms(),
        };
        if evaluators::add_conflict(conn, row).await? {
            added.insert(conflict.unit.clone());
        }
    }
    Ok(added)
}

/// What was taken back from a scorer.
#[derive(Debug, Default)]
struct TakenBack {
    cards: usize,
    /// Files of evidence that nothing names any more, to be deleted once that is committed.
    files: Vec<Uuid>,
}

/// Takes back the open cards of a person that `which` picks; sealed ones stay, since nobody makes sealed marks void by
/// saying something later.
async fn take_back(
    conn: &impl ConnectionTrait,
    round: &str,
    person: Uuid,
    which: impl Fn(&Card) -> bool,
) -> Result<TakenBack, StoreError> {
    let mut taken = TakenBack::default();
    for card in cards::of_staff(conn, round, person).await? {
        if card.state == cards::DRAFT && which(&card) {
            let void = Card {
                state: cards::VOID.to_owned(),
                ..card.clone()
            };
            if cards::move_state(conn, &card, void).await? {
                taken.cards += 1;
                taken
                    .files
                    .extend(evidence::forget_unsealed(conn, card.id).await?);
            }
        }
    }
    Ok(taken)
}

/// An evaluator's declaration: new conflicts are added to what is known, none is taken away. Open cards of those units
/// are taken back and wait for a new draw. Returns how many cards.
///
/// # Errors
/// [`ScoringError::Nobody`] for whoever is not engaged, or a unit that is not judged.
pub async fn declare(
    base: &Base,
    plan: &Plan,
    (actor, person): (&str, Uuid),
    stated: &[Stated],
) -> Result<usize, ScoringError> {
    let round = plan.round.id.as_str();
    check_units(plan, stated)?;
    let tx = begin(&base.db).await?;
    let row = engaged(&tx, round, person).await?;
    let added = write(&tx, base, round, person, DECLARED, stated).await?;
    let taken = take_back(&tx, round, person, |card| added.contains(&card.unit)).await?;
    let row = Evaluator {
        declared_at: Some(base.clock.now_ms()),
        ..row
    };
    evaluators::put(&tx, row).await?;
    let detail = json!({ "conflicts": added.len(), "cards_taken_back": taken.cards });
    base.record(&tx, actor, "evaluator.declare", round, detail)
        .await?;
    tx.commit().await?;
    evidence::delete(&base.config, &taken.files).await;
    Ok(taken.cards)
}

fn check_units(plan: &Plan, stated: &[Stated]) -> Result<(), ScoringError> {
    let scored: BTreeSet<&str> = plan
        .scored_units()
        .into_iter()
        .map(|unit| unit.code.as_str())
        .collect();
    match stated
        .iter()
        .all(|conflict| scored.contains(conflict.unit.as_str()))
    {
        true => Ok(()),
        false => Err(ScoringError::Nobody),
    }
}

/// A conflict that the office knows of. Returns how many open cards were taken back.
///
/// # Errors
/// See [`declare`]; [`ScoringError::NoReason`] without a note.
pub async fn add_conflict(
    base: &Base,
    plan: &Plan,
    actor: &str,
    person: Uuid,
    stated: Stated,
) -> Result<usize, ScoringError> {
    let round = plan.round.id.as_str();
    if plain(&stated.note).is_empty() {
        return Err(ScoringError::NoReason);
    }
    check_units(plan, std::slice::from_ref(&stated))?;
    let tx = begin(&base.db).await?;
    engaged(&tx, round, person).await?;
    let login = staff::find(&tx, person).await?.map(|row| row.login);
    let added = write(&tx, base, round, person, OFFICE, &[stated]).await?;
    let taken = take_back(&tx, round, person, |card| added.contains(&card.unit)).await?;
    let detail = json!({ "evaluator": login, "units": added, "cards_taken_back": taken.cards });
    base.record(&tx, actor, "evaluator.conflict", round, detail)
        .await?;
    tx.commit().await?;
    evidence::delete(&base.config, &taken.files).await;
    Ok(taken.cards)
}

/// Ends an engagement. Open cards are taken back and wait for a new draw; sealed ones stay. Returns how many cards.
///
/// # Errors
/// [`ScoringError::Nobody`], [`ScoringError::NoReason`].
pub async fn withdraw(
    base: &Base,
    plan: &Plan,
    actor: &str,
    person: Uuid,
    reason: &str,
) -> Result<usize, ScoringError> {
    let round = plan.round.id.as_str();
    let reason = plain(reason);
    if reason.is_empty() {
        return Err(ScoringError::NoReason);
    }
    let tx = begin(&base.db).await?;
    let row = engaged(&tx, round, person).await?;
    let login = staff::find(&tx, person).await?.map(|row| row.login);
    let taken = take_back(&tx, round, person, |_| true).await?;
    let detail = json!({ "evaluator": login, "cards_taken_back": taken.cards, "reason": reason });
    let row = Evaluator {
        withdrawn_at: Some(base.clock.now_ms()),
        withdrawn_reason: Some(reason),
        ..row
    };
    evaluators::put(&tx, row).await?;
    base.record(&tx, actor, "evaluator.withdraw", round, detail)
        .await?;
    tx.commit().await?;
    evidence::delete(&base.config, &taken.files).await;
    Ok(taken.cards)
}

/// How much an evaluator has: cards in all, and sealed ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Cards.
    pub cards: usize,
    /// Those that are sealed.
    pub sealed: usize,
    /// Criteria on them.
    pub criteria: usize,
}

/// The load of a person among the cards of a round.
///
/// # Errors
/// When a card cannot be read.
pub fn load_of(all: &[Card], person: Uuid) -> Result<Load, StoreError> {
    let mut load = Load::default();
    for card in all.iter().filter(|card| card.staff_id == person) {
        load.cards += 1;
        load.sealed += usize::from(card.state == cards::SEALED);
        load.criteria += criteria_of(card)?.len();
    }
    Ok(load)
}
