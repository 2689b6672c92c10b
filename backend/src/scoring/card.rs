//! A scorer's own card: read, saved, sealed. Nothing here looks at anybody else's.

use std::collections::BTreeMap;

use analysis::plan::{Criterion, Plan};
use sea_orm::ConnectionTrait;
use serde_json::json;
use uuid::Uuid;

use super::{ScoringError, anchors, criteria_of, people, plain, seal};
use crate::app::Base;
use crate::store::cards::{self, Card, Evidence, Mark, Seal};
use crate::store::{StoreError, begin};

/// Who fills in: login and account.
#[derive(Clone, Copy, Debug)]
pub struct Scorer<'a> {
    /// Login.
    pub login: &'a str,
    /// Account.
    pub id: Uuid,
}

/// A card with all that its scorer put on it.
#[derive(Clone, Debug)]
pub struct OwnCard {
    /// The card.
    pub card: Card,
    /// Codes of its criteria.
    pub criteria: Vec<String>,
    /// Marks and comments.
    pub marks: Vec<Mark>,
    /// Files.
    pub evidence: Vec<Evidence>,
}

impl OwnCard {
    /// The mark of a criterion, if the scorer wrote anything there.
    pub fn mark(&self, criterion: &str) -> Option<&Mark> {
        self.marks.iter().find(|mark| mark.criterion == criterion)
    }

    /// The files of a criterion.
    pub fn files(&self, criterion: &str) -> impl Iterator<Item = &Evidence> {
        self.evidence
            .iter()
            .filter(move |file| file.criterion == criterion)
    }

    /// Criteria that have a mark.
    pub fn marked(&self) -> usize {
        self.marks.iter().filter(|mark| mark.mark.is_some()).count()
    }

    /// What is missing before it can be sealed.
    pub fn lacking(&self, plan: &Plan) -> Vec<Lack> {
        let of_card = |criterion: &&Criterion| self.criteria.contains(&criterion.code);
        let mut lacking = Vec::new();
        for criterion in plan.criteria.iter().filter(of_card) {
            let code = criterion.code.clone();
            if self.mark(&code).is_none_or(|mark| mark.mark.is_none()) {
                lacking.push(Lack::Mark(code.clone()));
            }
            if criterion.evidence_required && self.files(&code).next().is_none() {
                lacking.push(Lack::Evidence(code));
            }
        }
        lacking
    }
}

/// Something that is missing on a card, by criterion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// The mark.
    Mark(String),
    /// A file of evidence.
    Evidence(String),
}

/// What a scorer wrote to a criterion.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Written {
    /// The mark; none leaves it open.
    pub mark: Option<f64>,
    /// The remark.
    pub comment: String,
}

/// A scorer's own card, with conflicts declared first.
///
/// # Errors
/// [`ScoringError::Nobody`] also for cards of others, as if there were none; [`ScoringError::Undeclared`].
pub async fn own(
    conn: &impl ConnectionTrait,
    round: &str,
    scorer: Scorer<'_>,
    card: Uuid,
) -> Result<OwnCard, ScoringError> {
    people::declared(conn, round, scorer.id).await?;
    let card = cards::find(conn, card)
        .await?
        .filter(|card| card.round_id == round && card.staff_id == scorer.id && card.state != cards::VOID)
        .ok_or(ScoringError::Nobody)?;
    Ok(OwnCard {
        criteria: criteria_of(&card)?,
        marks: cards::marks(conn, &[card.id]).await?,
        evidence: cards::evidence(conn, &[card.id]).await?,
        card,
    })
}

/// The same while it can be written to.
pub(super) async fn open(
    conn: &impl ConnectionTrait,
    round: &str,
    scorer: Scorer<'_>,
    card: Uuid,
) -> Result<OwnCard, ScoringError> {
    let found = own(conn, round, scorer, card).await?;
    match found.card.state == cards::DRAFT {
        true => Ok(found),
        false => Err(ScoringError::Sealed),
    }
}

/// Notes that a card was begun, and holds it against a seal or withdrawal that comes at the same time.
pub(super) async fn touch(conn: &impl ConnectionTrait, card: &Card) -> Result<(), ScoringError> {
    let begun = Card {
        begun: true,
        ..card.clone()
    };
    match cards::move_state(conn, card, begun).await? {
        true => Ok(()),
        false => Err(ScoringError::Sealed),
    }
}

/// Saves what was written; criteria that the card does not have, and marks that the scale does not have, are left out
/// (the page says so before it comes here).
///
/// # Errors
/// See [`own`]; [`ScoringError::Sealed`].
pub async fn save(
    base: &Base,
    plan: &Plan,
    scorer: Scorer<'_>,
    card: Uuid,
    written: &BTreeMap<String, Written>,
) -> Result<(), ScoringError> {
    let round = plan.round.id.as_str();
    let tx = begin(&base.db).await?;
    let found = open(&tx, round, scorer, card).await?;
    touch(&tx, &found.card).await?;
    for criterion in plan
        .criteria
        .iter()
        .filter(|one| found.criteria.contains(&one.code))
    {
        let Some(written) = written.get(&criterion.code) else {
            continue;
        };
        let row = Mark {
            card_id: card,
            criterion: criterion.code.clone(),
            mark: written.mark.filter(|mark| anchors::is_mark(criterion, *mark)),
            comment: plain(&written.comment),
        };
        cards::put_mark(&tx, row).await?;
    }
    let detail = json!({ "round": round });
    base.record(&tx, scorer.login, "card.save", &card.to_string(), detail)
        .await?;
    Ok(tx.commit().await?)
}

/// What became of a wish to seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sealing {
    /// It is sealed; the hash is the state's.
    Sealed(String),
    /// Something is missing.
    Lacking(Vec<Lack>),
}

/// Seals a card: from then on its scorer cannot change it.
///
/// # Errors
/// See [`save`].
pub async fn seal(base: &Base, plan: &Plan, scorer: Scorer<'_>, card: Uuid) -> Result<Sealing, ScoringError> {
    let round = plan.round.id.as_str();
    let tx = begin(&base.db).await?;
    let found = open(&tx, round, scorer, card).await?;
    let lacking = found.lacking(plan);
    if !lacking.is_empty() {
        return Ok(Sealing::Lacking(lacking));
    }
    let now = base.clock.now_ms();
    let salt = hex::encode(base.entropy.bytes::<16>());
    let content = seal::content(&found.card, scorer.login, &salt, &found.marks, &found.evidence)?;
    let text = seal::text(&content)?;
    let hash = seal::hash(&text);
    let sealed = Card {
        state: cards::SEALED.to_owned(),
        begun: true,
        hash: Some(hash.clone()),
        sealed_at: Some(now),
        ..found.card.clone()
    };
    if !cards::move_state(&tx, &found.card, sealed).await? {
        return Err(ScoringError::Sealed);
    }
    let row = Seal {
        card_id: card,
        version: found.card.version,
        salt,
        hash: hash.clone(),
        content: text,
        at: now,
        returned_reason: None,
    };
    cards::add_seal(&tx, row).await?;
    let detail = json!({ "round": round, "version": found.card.version, "sha256": hash });
    base.record(&tx, scorer.login, "card.seal", &card.to_string(), detail)
        .await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Sealing::Sealed(hash))
}
