//! Sharing the work out: the first draw, draws after somebody left, and third scorers where the first ones differ.
//!
//! Everything that a draw depends on is put into an order that no database decides: evaluators by login, units and
//! criteria as in the plan. Whoever has the plan, the list of evaluators with their conflicts, and the seed that is
//! kept with the draw, comes to the same cards.

use std::collections::BTreeSet;

use analysis::assignment::{Pair, Scorer, Task, Workload, assign};
use analysis::plan::Plan;
use sea_orm::ConnectionTrait;
use serde_json::json;
use uuid::Uuid;

use super::standing::Standing;
use super::{ScoringError, criteria_of, sections, third_party};
use crate::app::Base;
use crate::store::cards::{self, Card};
use crate::store::evaluators::{self, Conflict, Draw, Evaluator};
use crate::store::{StoreError, begin, staff};

/// What one scorer marks of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// All criteria: one visit.
    Unit,
    /// The criteria of one indicator: more people see each unit.
    Section,
}

impl Split {
    /// The word in the database and in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Section => "section",
        }
    }

    /// The split with this word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Unit, Self::Section]
            .into_iter()
            .find(|split| split.as_str() == word)
    }
}

/// A draw of the first scorers.
pub const UNITS: &str = "units";
/// A draw of third scorers.
pub const THIRD: &str = "third";

/// What a draw did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// Cards made.
    pub made: usize,
    /// Untouched cards of others that had to move.
    pub taken_back: usize,
}

/// Someone who can be drawn.
struct Candidate {
    login: String,
    row: Evaluator,
    may_take: bool,
}

/// Everyone who was ever engaged, by login; those who have declared, have not left and whose account is open may take
/// new work.
async fn candidates(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Candidate>, StoreError> {
    let accounts = staff::list(conn).await?;
    let rows = evaluators::list(conn, round).await?;
    // Accounts come by login.
    let found = accounts.into_iter().filter_map(|account| {
        let row = rows.iter().find(|row| row.staff_id == account.id)?.clone();
        Some(Candidate {
            login: account.login,
            may_take: row.declared_at.is_some() && row.withdrawn_at.is_none() && !account.disabled,
            row,
        })
    });
    Ok(found.collect())
}

fn scorers(candidates: &[Candidate]) -> Vec<Scorer> {
    let scorer = |candidate: &Candidate| Scorer {
        name: candidate.login.clone(),
        capacity: match (candidate.may_take, candidate.row.capacity) {
            (false, _) => Some(0),
            (true, most) => most.and_then(|most| usize::try_from(most).ok()),
        },
    };
    candidates.iter().map(scorer).collect()
}

/// What is to be marked together: unit and criteria.
struct Piece {
    unit: String,
    criteria: Vec<String>,
}

fn pieces(plan: &Plan, split: Split) -> Vec<Piece> {
    let sets: Vec<Vec<String>> = match split {
        Split::Unit => vec![plan.criteria.iter().map(|one| one.code.clone()).collect()],
        Split::Section => sections(plan)
            .into_iter()
            .map(|(_, criteria)| criteria.into_iter().map(|one| one.code.clone()).collect())
            .collect(),
    };
    let units = plan.scored_units().into_iter();
    units
        .flat_map(|unit| {
            sets.iter().map(|criteria| Piece {
                unit: unit.code.clone(),
                criteria: criteria.clone(),
            })
        })
        .collect()
}

/// Pairs that a conflict of interest rules out.
fn conflicted(pieces: &[Piece], candidates: &[Candidate], conflicts: &[Conflict]) -> BTreeSet<Pair> {
    let mut barred = BTreeSet::new();
    for (task, piece) in pieces.iter().enumerate() {
        for (scorer, candidate) in candidates.iter().enumerate() {
            let person = candidate.row.staff_id;
            let is_bound = conflicts
                .iter()
                .any(|conflict| conflict.staff_id == person && conflict.unit == piece.unit);
            // Somebody who left or has not declared is no choice; saying so here lets the message count who is.
            if is_bound || !candidate.may_take {
                barred.insert(Pair { task, scorer });
            }
        }
    }
    barred
}

/// How things are marked together in a round: as in its first draw, once there was one.
///
/// # Errors
/// When the database does not answer.
pub async fn split_of(conn: &impl ConnectionTrait, round: &str) -> Result<Option<Split>, StoreError> {
    let draws = evaluators::draws(conn, round).await?;
    Ok(draws
        .iter()
        .find(|draw| draw.kind == UNITS)
        .and_then(|draw| Split::parse(&draw.split)))
}

/// Draws the scorers of every unit: all of them at first, later those that are missing. Cards that are sealed or begun
/// stay where they are, untouched ones stay unless nobody else can be found.
///
/// # Errors
/// [`ScoringError::NoEvaluators`], [`ScoringError::Assignment`] naming the unit that cannot be staffed.
pub async fn units(
    base: &Base,
    plan: &Plan,
    actor: &str,
    split: Split,
    seed: i64,
) -> Result<Drawn, ScoringError> {
    let third = third_party(plan)?;
    let round = plan.round.id.as_str();
    let tx = begin(&base.db).await?;
    let split = split_of(&tx, round).await?.unwrap_or(split);
    let people = candidates(&tx, round).await?;
    if !people.iter().any(|candidate| candidate.may_take) {
        return Err(ScoringError::NoEvaluators);
    }
    let pieces = pieces(plan, split);
    let mut workload = Workload {
        tasks: pieces
            .iter()
            .map(|piece| Task {
                unit: piece.unit.clone(),
                scorers: third.scorers as usize,
            })
            .collect(),
        scorers: scorers(&people),
        barred: conflicted(&pieces, &people, &evaluators::conflicts(&tx, round).await?),
        ..Workload::default()
    };
    let mut standing: Vec<(Pair, Card)> = Vec::new();
    for card in cards::of_round(&tx, round).await? {
        if card.third {
            continue;
        }
        let criteria = criteria_of(&card)?;
        let task = pieces
            .iter()
            .position(|piece| piece.unit == card.unit && piece.criteria == criteria);
        let scorer = people
            .iter()
            .position(|candidate| candidate.row.staff_id == card.staff_id);
        let (Some(task), Some(scorer)) = (task, scorer) else {
            continue;
        };
        let pair = Pair { task, scorer };
        if card.state == cards::SEALED || card.begun {
            // Done or begun: it stays, even if its scorer has left since.
            workload.barred.remove(&pair);
            workload.fixed.insert(pair);
        } else {
            workload.held.insert(pair);
        }
        standing.push((pair, card));
    }
    // A third scorer of a unit is not drawn as one of its first as well.
    bar_third(&tx, round, (&pieces, &people), &mut workload).await?;
    let pairs = assign(&workload, seed.unsigned_abs())?;
    let mut taken_back = 0;
    for (_, card) in standing.iter().filter(|(pair, _)| !pairs.contains(pair)) {
        let void = Card {
            state: cards::VOID.to_owned(),
            ..card.clone()
        };
        taken_back += usize::from(cards::move_state(&tx, card, void).await?);
    }
    let had: BTreeSet<Pair> = standing.iter().map(|(pair, _)| *pair).collect();
    let new: Vec<(&Piece, Uuid)> = pairs
        .difference(&had)
        .map(|pair| (&pieces[pair.task], people[pair.scorer].row.staff_id))
        .collect();
    let plan_of = DrawOf {
        kind: UNITS,
        split,
        seed,
        taken_back,
    };
    let drawn = write(&tx, base, (round, actor), plan_of, &new).await?;
    tx.commit().await?;
    Ok(drawn)
}

async fn bar_third(
    conn: &impl ConnectionTrait,
    round: &str,
    (pieces, people): (&[Piece], &[Candidate]),
    workload: &mut Workload,
) -> Result<(), StoreError> {
    for card in cards::of_round(conn, round)
        .await?
        .iter()
        .filter(|card| card.third)
    {
        for (task, piece) in pieces.iter().enumerate() {
            for (scorer, candidate) in people.iter().enumerate() {
                let pair = Pair { task, scorer };
                let same = piece.unit == card.unit && candidate.row.staff_id == card.staff_id;
                if same && !workload.fixed.contains(&pair) {
                    workload.barred.insert(pair);
                }
            }
        }
    }
    Ok(())
}

/// Draws a third scorer for the criteria of each unit on which the first ones lie too far apart: one card a unit.
///
/// # Errors
/// See [`units`].
pub async fn third(base: &Base, plan: &Plan, actor: &str, seed: i64) -> Result<Drawn, ScoringError> {
    third_party(plan)?;
    let round = plan.round.id.as_str();
    let tx = begin(&base.db).await?;
    let people = candidates(&tx, round).await?;
    let standing = Standing::of(&tx, plan).await?;
    let waiting = standing.units.iter().filter(|unit| !unit.undrawn.is_empty());
    let pieces: Vec<Piece> = waiting
        .map(|unit| Piece {
            unit: unit.unit.clone(),
            criteria: unit.undrawn.clone(),
        })
        .collect();
    if pieces.is_empty() {
        return Ok(Drawn {
            made: 0,
            taken_back: 0,
        });
    }
    let mut barred = conflicted(&pieces, &people, &evaluators::conflicts(&tx, round).await?);
    for (task, piece) in pieces.iter().enumerate() {
        let of_unit = standing.units.iter().find(|unit| unit.unit == piece.unit);
        for held in of_unit.iter().flat_map(|unit| &unit.cards) {
            let marked = people
                .iter()
                .position(|candidate| candidate.row.staff_id == held.card.staff_id);
            barred.extend(marked.map(|scorer| Pair { task, scorer }));
        }
    }
    let workload = Workload {
        tasks: pieces
            .iter()
            .map(|piece| Task {
                unit: piece.unit.clone(),
                scorers: 1,
            })
            .collect(),
        // How many units somebody takes is about first visits.
        scorers: people
            .iter()
            .map(|candidate| Scorer {
                name: candidate.login.clone(),
                capacity: None,
            })
            .collect(),
        barred,
        ..Workload::default()
    };
    let pairs = assign(&workload, seed.unsigned_abs())?;
    let new: Vec<(&Piece, Uuid)> = pairs
        .iter()
        .map(|pair| (&pieces[pair.task], people[pair.scorer].row.staff_id))
        .collect();
    let plan_of = DrawOf {
        kind: THIRD,
        split: Split::Unit,
        seed,
        taken_back: 0,
    };
    let drawn = write(&tx, base, (round, actor), plan_of, &new).await?;
    tx.commit().await?;
    Ok(drawn)
}

struct DrawOf {
    kind: &'static str,
    split: Split,
    seed: i64,
    taken_back: usize,
}

async fn write(
    tx: &impl ConnectionTrait,
    base: &Base,
    (round, actor): (&str, &str),
    of: DrawOf,
    new: &[(&Piece, Uuid)],
) -> Result<Drawn, ScoringError> {
    let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    let earlier = evaluators::draws(tx, round).await?;
    let seq = earlier.last().map_or(1, |draw| draw.seq + 1);
    let row = Draw {
        round_id: round.to_owned(),
        seq,
        kind: of.kind.to_owned(),
        split: of.split.as_str().to_owned(),
        seed: of.seed,
        made: count(new.len()),
        taken_back: count(of.taken_back),
        actor: actor.to_owned(),
        at: base.clock.now_ms(),
    };
    evaluators::add_draw(tx, row).await?;
    let mut rows = Vec::with_capacity(new.len());
    for (piece, person) in new {
        rows.push(Card {
            id: base.entropy.uuid(),
            round_id: round.to_owned(),
            unit: piece.unit.clone(),
            criteria: json!(piece.criteria).to_string(),
            staff_id: *person,
            third: of.kind == THIRD,
            state: cards::DRAFT.to_owned(),
            version: 1,
            begun: false,
            hash: None,
            sealed_at: None,
            draw: seq,
        });
    }
    cards::insert(tx, rows).await?;
    let detail = json!({
        "draw": seq, "kind": of.kind, "split": of.split.as_str(), "seed": of.seed,
        "made": new.len(), "taken_back": of.taken_back,
    });
    base.record(tx, actor, "scoring.draw", round, detail).await?;
    Ok(Drawn {
        made: new.len(),
        taken_back: of.taken_back,
    })
}
