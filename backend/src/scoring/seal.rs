//! What a seal is over: one canonical text of all that a card says, and its SHA-256.
//!
//! The text holds a salt, because a card of fourteen marks from 0 to 4 could otherwise be found by trying. It is kept
//! as it was sealed, so that a state that was given back can still be compared with the next.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::criteria_of;
use crate::store::StoreError;
use crate::store::cards::{Card, Evidence, Mark};

/// A card's content as it is sealed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// The round.
    pub round: String,
    /// The card.
    pub card: uuid::Uuid,
    /// The unit judged.
    pub unit: String,
    /// Login of the scorer.
    pub scorer: String,
    /// Which seal of the card it is, from 1.
    pub version: i32,
    /// Random.
    pub salt: String,
    /// In the order of the card's criteria.
    pub marks: Vec<SealedMark>,
}

/// A mark as it is sealed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SealedMark {
    /// The criterion.
    pub criterion: String,
    /// The mark; none where it is open, which no seal holds.
    pub mark: Option<f64>,
    /// The scorer's remark.
    pub comment: String,
    /// SHA-256 of each file of evidence, sorted.
    pub evidence: Vec<String>,
}

/// The content of a card that `scorer` fills in.
///
/// # Errors
/// When the card cannot be read.
pub fn content(
    card: &Card,
    scorer: &str,
    salt: &str,
    marks: &[Mark],
    evidence: &[Evidence],
) -> Result<Content, StoreError> {
    let sealed = criteria_of(card)?.into_iter().map(|criterion| {
        let own = |other: &str| other == criterion;
        let mark = marks
            .iter()
            .find(|mark| mark.card_id == card.id && own(&mark.criterion));
        let mut files: Vec<String> = evidence
            .iter()
            .filter(|file| file.card_id == card.id && own(&file.criterion))
            .map(|file| file.sha256.clone())
            .collect();
        files.sort();
        SealedMark {
            mark: mark.and_then(|mark| mark.mark),
            comment: mark.map(|mark| mark.comment.clone()).unwrap_or_default(),
            evidence: files,
            criterion,
        }
    });
    Ok(Content {
        marks: sealed.collect(),
        round: card.round_id.clone(),
        card: card.id,
        unit: card.unit.clone(),
        scorer: scorer.to_owned(),
        version: card.version,
        salt: salt.to_owned(),
    })
}

/// The canonical text: JSON with the fields in the order above, without spaces.
///
/// # Errors
/// When it cannot be written, which no content that is stored can cause.
pub fn text(content: &Content) -> Result<String, StoreError> {
    serde_json::to_string(content).map_err(|error| StoreError::Corrupt {
        table: "card_seals",
        what: error.to_string(),
    })
}

/// SHA-256 of a canonical text, hexadecimal.
pub fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}
