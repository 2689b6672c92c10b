//! How far each unit is, as the office may know it: how many cards are sealed, and what is on them only once every one
//! of them is.

use std::collections::BTreeSet;

use analysis::evaluation::agreement::{CriterionMarks, by_criterion};
use analysis::plan::Plan;
use analysis::results::ScorerAgreement;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{criteria_of, third_party};
use crate::store::StoreError;
use crate::store::cards::{self, Approval, Card, Evidence, Mark, Seal};

/// What the office may see of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Not every card is sealed, or some scorers are missing: nothing.
    Closed,
    /// The first scorers have sealed and differ; until a third has sealed too, only on which criteria.
    Differing,
    /// Everything.
    Open,
}

/// A card with its criteria.
#[derive(Clone, Debug)]
pub struct Held {
    /// The card.
    pub card: Card,
    /// Codes of its criteria.
    pub criteria: Vec<String>,
}

/// How far a unit is.
#[derive(Clone, Debug)]
pub struct UnitStanding {
    /// Code of the unit.
    pub unit: String,
    /// Its cards that are not void.
    pub cards: Vec<Held>,
    /// Criteria with fewer scorers than the plan asks for, third ones left out.
    pub unstaffed: usize,
    /// Criteria on which the first scorers lie further apart than the plan's limit; known once all of them have sealed.
    pub differing: Vec<String>,
    /// Those of them for which no third scorer was drawn.
    pub undrawn: Vec<String>,
    /// What may be seen.
    pub view: View,
}

impl UnitStanding {
    /// Cards that are sealed.
    pub fn sealed(&self) -> usize {
        let sealed = self.cards.iter().filter(|held| held.card.state == cards::SEALED);
        sealed.count()
    }

    /// Whether every criterion has its scorers and all of the first ones have sealed.
    fn is_first_done(&self) -> bool {
        let mut first = self.cards.iter().filter(|held| !held.card.third);
        self.unstaffed == 0 && first.all(|held| held.card.state == cards::SEALED)
    }
}

/// All that is known of a round's cards. The marks are for [`UnitStanding::view`] to let through.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The judged units in the plan's order.
    pub units: Vec<UnitStanding>,
    marks: Vec<Mark>,
    evidence: Vec<Evidence>,
    seals: Vec<Seal>,
    approvals: Vec<Approval>,
}

impl Standing {
    /// How far a round is.
    ///
    /// # Errors
    /// When the database does not answer, or a card cannot be read.
    pub async fn of(conn: &impl ConnectionTrait, plan: &Plan) -> Result<Self, StoreError> {
        let all = cards::of_round(conn, &plan.round.id).await?;
        let sealed: Vec<Uuid> = all
            .iter()
            .filter(|card| card.state == cards::SEALED)
            .map(|card| card.id)
            .collect();
        let mut standing = Self {
            units: Vec::new(),
            marks: cards::marks(conn, &sealed).await?,
            evidence: cards::evidence(conn, &sealed).await?,
            seals: cards::seals(conn, &all.iter().map(|card| card.id).collect::<Vec<_>>()).await?,
            approvals: cards::approvals(conn, &sealed).await?,
        };
        for unit in plan.scored_units() {
            let of_unit = all.iter().filter(|card| card.unit == unit.code);
            let held = of_unit
                .map(|card| {
                    Ok(Held {
                        criteria: criteria_of(card)?,
                        card: card.clone(),
                    })
                })
                .collect::<Result<Vec<Held>, StoreError>>()?;
            let found = standing.unit(plan, &unit.code, held);
            standing.units.push(found);
        }
        Ok(standing)
    }

    fn unit(&self, plan: &Plan, code: &str, held: Vec<Held>) -> UnitStanding {
        let needed = third_party(plan).map_or(0, |third| third.scorers as usize);
        let has = |criterion: &str, third: bool| {
            let of = held.iter().filter(move |held| held.card.third == third);
            of.filter(|held| held.criteria.iter().any(|code| code == criterion))
                .count()
        };
        let mut unit = UnitStanding {
            unstaffed: plan
                .criteria
                .iter()
                .filter(|criterion| has(&criterion.code, false) < needed)
                .count(),
            unit: code.to_owned(),
            differing: Vec::new(),
            undrawn: Vec::new(),
            view: View::Closed,
            cards: held.clone(),
        };
        if !unit.is_first_done() {
            return unit;
        }
        unit.differing = self.beyond_limit(plan, &held);
        let lacks_third = unit
            .differing
            .iter()
            .filter(|criterion| has(criterion, true) == 0);
        unit.undrawn = lacks_third.cloned().collect();
        let waits = held.iter().any(|held| held.card.state != cards::SEALED);
        unit.view = if unit.undrawn.is_empty() && !waits {
            View::Open
        } else {
            View::Differing
        };
        unit
    }

    fn beyond_limit(&self, plan: &Plan, held: &[Held]) -> Vec<String> {
        let limit = plan.third_party.as_ref().and_then(|third| third.difference_limit);
        let Some(limit) = limit else {
            return Vec::new();
        };
        let first: BTreeSet<Uuid> = held
            .iter()
            .filter(|held| !held.card.third)
            .map(|held| held.card.id)
            .collect();
        let range = |criterion: &str| {
            let values = self
                .marks
                .iter()
                .filter(|mark| mark.criterion == criterion && first.contains(&mark.card_id))
                .filter_map(|mark| mark.mark);
            values.clone().fold(f64::MIN, f64::max) - values.fold(f64::MAX, f64::min)
        };
        plan.criteria
            .iter()
            .filter(|criterion| range(&criterion.code) > limit)
            .map(|criterion| criterion.code.clone())
            .collect()
    }

    /// The marks of a sealed card.
    pub(super) fn marks_of(&self, card: Uuid) -> impl Iterator<Item = &Mark> {
        self.marks.iter().filter(move |mark| mark.card_id == card)
    }

    /// The mark on a criterion of a card of `unit`, if the unit is open.
    pub fn mark(&self, unit: &UnitStanding, card: Uuid, criterion: &str) -> Option<&Mark> {
        let mut of_card = self.marks_of(card);
        of_card.find(|mark| unit.view == View::Open && mark.criterion == criterion)
    }

    /// The files with a criterion of a card of `unit`, if the unit is open.
    pub fn files(&self, unit: &UnitStanding, card: Uuid, criterion: &str) -> Vec<&Evidence> {
        let of_card = self.evidence.iter().filter(|file| file.card_id == card);
        of_card
            .filter(|file| unit.view == View::Open && file.criterion == criterion)
            .collect()
    }

    /// How many files a sealed card has with a criterion.
    pub(super) fn file_count(&self, card: Uuid, criterion: &str) -> usize {
        let of_card = self.evidence.iter().filter(|file| file.card_id == card);
        of_card.filter(|file| file.criterion == criterion).count()
    }

    /// The seals of a card, oldest first.
    pub fn seals_of(&self, card: Uuid) -> impl Iterator<Item = &Seal> {
        self.seals.iter().filter(move |seal| seal.card_id == card)
    }

    /// Marks and evidence of all sealed cards, to compare them with their seals.
    pub(super) fn sealed_rows(&self) -> (&[Mark], &[Evidence]) {
        (&self.marks, &self.evidence)
    }

    /// The approval of a card's present state, if there is one that holds.
    pub fn approval(&self, card: &Card) -> Option<&Approval> {
        let hash = card.hash.as_deref()?;
        self.approvals
            .iter()
            .find(|approval| approval.card_id == card.id && approval.hash == hash)
    }

    /// Agreement of the first scorers in the units where all of them have sealed.
    pub fn agreement(&self, plan: &Plan) -> Vec<ScorerAgreement> {
        let first = |unit: &UnitStanding, criterion: &str| {
            let cards = unit.cards.iter().filter(|held| !held.card.third);
            let marks = cards.filter_map(|held| {
                let mut of_card = self.marks_of(held.card.id);
                of_card.find(|mark| mark.criterion == criterion)?.mark
            });
            match unit.view {
                View::Closed => Vec::new(),
                View::Differing | View::Open => marks.collect(),
            }
        };
        let criteria: Vec<CriterionMarks> = plan
            .criteria
            .iter()
            .map(|criterion| CriterionMarks {
                criterion: criterion.code.clone(),
                units: self
                    .units
                    .iter()
                    .map(|unit| first(unit, &criterion.code))
                    .collect(),
            })
            .collect();
        by_criterion(&criteria)
    }
}
