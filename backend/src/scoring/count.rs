//! When marks count: approvals of exact states, cards given back, and the gate through which marks go into the
//! evaluation.

use std::collections::BTreeMap;

use analysis::plan::Plan;
use analysis::results::ScorerAgreement;
use sea_orm::ConnectionTrait;
use serde_json::json;
use uuid::Uuid;

use super::standing::{Standing, View};
use super::{ScoringError, criteria_of, plain, seal, third_party};
use crate::app::Base;
use crate::store::audit;
use crate::store::cards::{self, Approval, Card};
use crate::store::scores::{self, CriterionScoreRow};
use crate::store::{StoreError, begin, staff};

/// What stands between the marks and the evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// Units that lack scorers.
    pub unstaffed: usize,
    /// Cards that are not sealed.
    pub unsealed: usize,
    /// Units whose scorers differ beyond the limit and have no third.
    pub differing: usize,
    /// Sealed cards without an approval of their present state.
    pub unapproved: usize,
    /// Agreement over all criteria, once there is any.
    pub agreement: Option<ScorerAgreement>,
    /// Krippendorff's alpha that the plan asks for.
    pub least_alpha: Option<f64>,
}

impl Gate {
    /// The gate as the round stands.
    pub fn of(plan: &Plan, standing: &Standing) -> Self {
        let units = || standing.units.iter();
        let all = || units().flat_map(|unit| &unit.cards);
        let sealed = |card: &Card| card.state == cards::SEALED;
        Self {
            unstaffed: units().filter(|unit| unit.unstaffed > 0).count(),
            unsealed: all().filter(|held| !sealed(&held.card)).count(),
            differing: units().filter(|unit| !unit.undrawn.is_empty()).count(),
            unapproved: all()
                .filter(|held| sealed(&held.card) && standing.approval(&held.card).is_none())
                .count(),
            agreement: standing
                .agreement(plan)
                .into_iter()
                .find(|row| row.criterion.is_none()),
            least_alpha: third_party(plan).ok().and_then(|third| third.least_alpha),
        }
    }

    /// Whether everything is there that no reason can replace.
    pub fn is_complete(&self) -> bool {
        self.unstaffed + self.unsealed + self.differing + self.unapproved == 0
    }

    /// Whether the scorers agree as far as the plan asks for.
    pub fn agrees(&self) -> bool {
        let alpha = self.agreement.as_ref().and_then(|row| row.alpha);
        match (self.least_alpha, alpha) {
            (None, _) => true,
            (Some(least), Some(alpha)) => alpha >= least,
            (Some(_), None) => false,
        }
    }
}

/// Approves the state of a card that has this hash.
///
/// # Errors
/// [`ScoringError::NotSealed`] while the unit is not open, [`ScoringError::Changed`] when the card has another state,
/// [`ScoringError::Tampered`] when what is stored is not what was sealed.
pub async fn approve(
    base: &Base,
    plan: &Plan,
    actor: &str,
    card: Uuid,
    hash: &str,
) -> Result<(), ScoringError> {
    let tx = begin(&base.db).await?;
    let standing = Standing::of(&tx, plan).await?;
    let found = opened(&standing, card)?;
    if found.hash.as_deref() != Some(hash) {
        return Err(ScoringError::Changed);
    }
    check_seal(&tx, &standing, found).await?;
    let row = Approval {
        card_id: card,
        hash: hash.to_owned(),
        actor: actor.to_owned(),
        at: base.clock.now_ms(),
        voided_at: None,
    };
    cards::approve(&tx, row).await?;
    let detail = json!({ "round": plan.round.id, "sha256": hash });
    base.record(&tx, actor, "card.approve", &card.to_string(), detail)
        .await?;
    Ok(tx.commit().await?)
}

/// A card of a unit that is open.
fn opened(standing: &Standing, card: Uuid) -> Result<&Card, ScoringError> {
    let unit = standing
        .units
        .iter()
        .find(|unit| unit.cards.iter().any(|held| held.card.id == card))
        .ok_or(ScoringError::Nobody)?;
    if unit.view != View::Open {
        return Err(ScoringError::NotSealed);
    }
    let mut held = unit.cards.iter().filter(|held| held.card.id == card);
    held.next().map(|held| &held.card).ok_or(ScoringError::Nobody)
}

/// Compares a sealed card with its seal, and the seal with what the audit trail says of it.
async fn check_seal(
    conn: &impl ConnectionTrait,
    standing: &Standing,
    card: &Card,
) -> Result<(), ScoringError> {
    let tampered = || ScoringError::Tampered(card.id);
    let scorer = staff::find(conn, card.staff_id).await?.ok_or_else(tampered)?;
    let seal = standing
        .seals_of(card.id)
        .find(|seal| seal.version == card.version)
        .ok_or_else(tampered)?;
    let (marks, evidence) = standing.sealed_rows();
    let content = seal::content(card, &scorer.login, &seal.salt, marks, evidence)?;
    let hash = seal::hash(&seal::text(&content)?);
    if card.hash.as_deref() != Some(&hash) || seal.hash != hash {
        return Err(tampered());
    }
    let acts = audit::of_subject(conn, &card.id.to_string()).await?;
    let said = acts.iter().rev().find(|act| act.action == "card.seal");
    let is_own = said.is_some_and(|act| {
        let detail: serde_json::Value = serde_json::from_str(&act.detail).unwrap_or_default();
        act.actor == scorer.login && detail["sha256"] == hash
    });
    is_own.then_some(()).ok_or_else(tampered)
}

/// Gives a sealed card back to its scorer. Its approvals are void, and the marks of the unit on its criteria no longer
/// count; what was sealed is kept beside the reason. Returns how many marks were taken out of the results.
///
/// # Errors
/// [`ScoringError::NoReason`], [`ScoringError::NotSealed`].
pub async fn give_back(
    base: &Base,
    plan: &Plan,
    actor: &str,
    card: Uuid,
    reason: &str,
) -> Result<u64, ScoringError> {
    let reason = plain(reason);
    if reason.is_empty() {
        return Err(ScoringError::NoReason);
    }
    let round = plan.round.id.as_str();
    let now = base.clock.now_ms();
    let tx = begin(&base.db).await?;
    let standing = Standing::of(&tx, plan).await?;
    let found = opened(&standing, card)?.clone();
    let draft = Card {
        state: cards::DRAFT.to_owned(),
        version: found.version + 1,
        hash: None,
        sealed_at: None,
        ..found.clone()
    };
    if !cards::move_state(&tx, &found, draft).await? {
        return Err(ScoringError::Changed);
    }
    cards::note_return(&tx, card, found.version, &reason).await?;
    cards::void_approvals(&tx, card, now).await?;
    let removed = scores::remove(&tx, round, &found.unit, &criteria_of(&found)?).await?;
    let detail = json!({ "round": round, "version": found.version, "marks_out": removed, "reason": reason });
    base.record(&tx, actor, "card.return", &card.to_string(), detail)
        .await?;
    tx.commit().await?;
    Ok(removed)
}

/// Lets the marks count: every seal and the audit trail are checked, then the marks of all units take the place of those
/// that counted before. Where the scorers agree less than the plan asks for, a reason is needed, which is recorded.
/// Returns how many marks count.
///
/// # Errors
/// [`ScoringError::Gate`], [`ScoringError::NoReason`], [`ScoringError::Tampered`] naming the card,
/// [`ScoringError::Audit`].
pub async fn count(base: &Base, plan: &Plan, actor: &str, reason: &str) -> Result<usize, ScoringError> {
    third_party(plan)?;
    let round = plan.round.id.as_str();
    let reason = plain(reason);
    audit::verify(&base.db, &base.keys).await?;
    let tx = begin(&base.db).await?;
    let standing = Standing::of(&tx, plan).await?;
    let gate = Gate::of(plan, &standing);
    if !gate.is_complete() {
        return Err(ScoringError::Gate);
    }
    if !gate.agrees() && reason.is_empty() {
        return Err(ScoringError::NoReason);
    }
    let mut rows = Vec::new();
    let mut seals = BTreeMap::new();
    for held in standing.units.iter().flat_map(|unit| &unit.cards) {
        let card = &held.card;
        check_seal(&tx, &standing, card).await?;
        seals.insert(card.id, card.hash.clone());
        let scorer = staff::find(&tx, card.staff_id).await?;
        let login = scorer.map(|row| row.login).unwrap_or_default();
        for mark in standing.marks_of(card.id) {
            let Some(score) = mark.mark else { continue };
            let files = standing.file_count(card.id, &mark.criterion);
            rows.push(CriterionScoreRow {
                round_id: round.to_owned(),
                unit: card.unit.clone(),
                criterion: mark.criterion.clone(),
                scorer: login.clone(),
                score,
                third: card.third,
                evidence: i32::try_from(files).unwrap_or(i32::MAX),
            });
        }
    }
    let counted = rows.len();
    scores::clear(&tx, round).await?;
    scores::insert(&tx, rows).await?;
    let alpha = gate.agreement.as_ref().and_then(|row| row.alpha);
    let detail = json!({
        "marks": counted, "cards": seals.len(), "seals_sha256": seal::hash(&json!(seals).to_string()),
        "alpha": alpha, "least_alpha": gate.least_alpha, "reason": reason,
    });
    base.record(&tx, actor, "scoring.count", round, detail).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(counted)
}
