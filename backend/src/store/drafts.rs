//! Answers on the way. A draft is written before the next page is shown and
//! deleted when its response is accepted.
//!
//! Every answer remembers on which device it was given, as a keyed hash: a
//! device is shown, and may change, only what was given on it (design §7).

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use survey_forms::response::RawAnswers;
use uuid::Uuid;

use super::{StoreError, upsert};
use crate::entity::drafts;
use crate::submit::Way;

/// An answer and the device it was given on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The answer as sent; empty when the question was passed over.
    #[serde(rename = "v")]
    pub value: String,
    /// Keyed hash of the device token.
    #[serde(rename = "d")]
    pub device: String,
}

/// What a draft holds beside its columns, kept as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Answers by question.
    pub answers: BTreeMap<String, Given>,
    /// Whether health information may be asked for and used.
    pub sensitive: bool,
    /// Whether a guardian consented.
    pub guardian: bool,
    /// Township named on an open link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Ways of reading used on any page, as the words of [`crate::submit::Way`].
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub ways: BTreeSet<String>,
    /// Devices, as keyed hashes, on which someone took over from whoever answered before.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub taken_by: BTreeSet<String>,
    /// Device, as keyed hash, on which the respondent's own digits were set: they open what was given on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin_device: Option<String>,
}

/// Answers on the way, of one invitation or one open-link session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Link of the invitation, or hash of the open-link session's token.
    pub id: String,
    /// The round.
    pub round_id: String,
    /// Respondent group.
    pub group: String,
    /// Version being answered.
    pub form_version: String,
    /// Id under which it will be submitted.
    pub response_id: Uuid,
    /// The open link's slug, none for invitations.
    pub open_link: Option<String>,
    /// Language chosen.
    pub language: String,
    /// Page shown last.
    pub current_page: Option<String>,
    /// Device that wrote last.
    pub device: Option<String>,
    /// Start, Unix milliseconds.
    pub started_at: i64,
    /// Day of the last change, ISO 8601.
    pub updated_day: String,
    /// Keyed hash of the respondent's own four digits.
    pub pin: Option<String>,
    /// Wrong digits in a row.
    pub pin_failures: i32,
    /// Answers and consents.
    pub kept: Kept,
}

impl Kept {
    /// Notes ways of reading that were used on a page.
    pub fn add_ways(&mut self, ways: &BTreeSet<Way>) {
        self.ways.extend(ways.iter().map(|way| way.as_str().to_owned()));
    }

    /// Ways of reading used on any page.
    pub fn ways(&self) -> BTreeSet<Way> {
        self.ways.iter().filter_map(|word| Way::parse(word)).collect()
    }

    /// The consents as they are kept with the response.
    pub fn consents(&self) -> String {
        let given = [(self.sensitive, "sensitive"), (self.guardian, "guardian")];
        let words: Vec<&str> = given
            .into_iter()
            .filter_map(|(is_given, word)| is_given.then_some(word))
            .collect();
        words.join(" ")
    }
}

impl Draft {
    /// Every answer, whoever gave it: for the logic of the form and for submission.
    pub fn answers(&self) -> RawAnswers {
        self.kept
            .answers
            .iter()
            .map(|(name, given)| (name.clone(), given.value.clone()))
            .collect()
    }

    /// The answers given on `device`.
    pub fn answers_of(&self, device: &str) -> RawAnswers {
        self.kept
            .answers
            .iter()
            .filter(|(_, given)| given.device == device)
            .map(|(name, given)| (name.clone(), given.value.clone()))
            .collect()
    }

    /// Whether `question` has an answer that was given elsewhere than on `device`.
    pub fn is_hidden(&self, question: &str, device: &str) -> bool {
        self.kept
            .answers
            .get(question)
            .is_some_and(|given| given.device != device && !given.value.is_empty())
    }

    /// Whether whoever uses `device` took it over from whoever answered before.
    pub fn is_taken_over(&self, device: &str) -> bool {
        self.kept.taken_by.contains(device)
    }

    fn into_row(self) -> Result<drafts::Model, StoreError> {
        let answers = serde_json::to_string(&self.kept).map_err(|error| corrupt(&error))?;
        Ok(drafts::Model {
            id: self.id,
            round_id: self.round_id,
            group: self.group,
            form_version: self.form_version,
            response_id: self.response_id,
            // The database must not lead from answers to the invitation; the link's key does.
            invitation_id: None,
            open_link: self.open_link,
            answers,
            language: self.language,
            current_page: self.current_page,
            device_hash: self.device,
            pin_hash: self.pin,
            pin_failures: self.pin_failures,
            started_at: self.started_at,
            updated_day: self.updated_day,
        })
    }

    fn from_row(row: drafts::Model) -> Result<Self, StoreError> {
        Ok(Self {
            kept: serde_json::from_str(&row.answers).map_err(|error| corrupt(&error))?,
            id: row.id,
            round_id: row.round_id,
            group: row.group,
            form_version: row.form_version,
            response_id: row.response_id,
            open_link: row.open_link,
            language: row.language,
            current_page: row.current_page,
            device: row.device_hash,
            started_at: row.started_at,
            updated_day: row.updated_day,
            pin: row.pin_hash,
            pin_failures: row.pin_failures,
        })
    }
}

fn corrupt(error: &serde_json::Error) -> StoreError {
    // Position only: serde's message may quote the content.
    StoreError::Corrupt {
        table: "drafts",
        what: format!("answers, column {}", error.column()),
    }
}

/// The draft `id`.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn find(conn: &impl ConnectionTrait, id: &str) -> Result<Option<Draft>, StoreError> {
    let row = drafts::Entity::find_by_id(id.to_owned()).one(conn).await?;
    row.map(Draft::from_row).transpose()
}

/// The draft `id`, held against other writers until the transaction ends.
///
/// # Errors
/// See [`find`].
pub async fn find_for_update(tx: &impl ConnectionTrait, id: &str) -> Result<Option<Draft>, StoreError> {
    let row = drafts::Entity::find_by_id(id.to_owned())
        .lock_exclusive()
        .one(tx)
        .await?;
    row.map(Draft::from_row).transpose()
}

/// Group and last page of the drafts of a round that were last changed on `day` (ISO 8601) or before, sorted; those
/// that never showed a page are left out.
///
/// # Errors
/// See [`find`].
pub async fn untouched_since(
    conn: &impl ConnectionTrait,
    round: &str,
    day: &str,
) -> Result<Vec<(String, String)>, StoreError> {
    Ok(drafts::Entity::find()
        .select_only()
        .columns([drafts::Column::Group, drafts::Column::CurrentPage])
        .filter(drafts::Column::RoundId.eq(round))
        .filter(drafts::Column::CurrentPage.is_not_null())
        .filter(drafts::Column::UpdatedDay.lte(day))
        .order_by_asc(drafts::Column::Group)
        .order_by_asc(drafts::Column::CurrentPage)
        .into_tuple()
        .all(conn)
        .await?)
}

/// The drafts of a group of respondents.
///
/// # Errors
/// See [`find`].
pub async fn of_group(
    conn: &impl ConnectionTrait,
    round: &str,
    group: &str,
) -> Result<Vec<Draft>, StoreError> {
    let rows = drafts::Entity::find()
        .filter(drafts::Column::RoundId.eq(round))
        .filter(drafts::Column::Group.eq(group))
        .order_by_asc(drafts::Column::Id)
        .all(conn)
        .await?;
    rows.into_iter().map(Draft::from_row).collect()
}

/// Inserts or replaces a draft.
///
/// # Errors
/// See [`find`].
pub async fn put(conn: &impl ConnectionTrait, draft: Draft) -> Result<(), StoreError> {
    upsert::<drafts::Entity>(conn, draft.into_row()?, &[drafts::Column::Id]).await
}

/// Removes a draft.
///
/// # Errors
/// See [`find`].
pub async fn delete(conn: &impl ConnectionTrait, id: &str) -> Result<(), StoreError> {
    drafts::Entity::delete_by_id(id.to_owned()).exec(conn).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{begin, testing};

    fn draft() -> Draft {
        let given = |value: &str, device: &str| Given {
            value: value.to_owned(),
            device: device.to_owned(),
        };
        let mut kept = Kept {
            sensitive: true,
            ..Kept::default()
        };
        kept.answers.insert("wg_see".to_owned(), given("2", "phone a"));
        kept.answers
            .insert("need".to_owned(), given("rehab care", "phone b"));
        Draft {
            id: "link".to_owned(),
            round_id: "2026".to_owned(),
            group: "resident".to_owned(),
            form_version: "f00".to_owned(),
            response_id: Uuid::from_u128(7),
            open_link: None,
            language: "zh".to_owned(),
            current_page: Some("need".to_owned()),
            device: Some("phone b".to_owned()),
            started_at: 1,
            updated_day: "2026-11-23".to_owned(),
            pin: Some("hash".to_owned()),
            pin_failures: 2,
            kept,
        }
    }

    #[tokio::test]
    async fn draft_comes_back_as_it_was_and_goes_when_deleted() {
        let (_dir, db) = testing::database().await;
        put(&db, draft()).await.unwrap();
        let mut changed = draft();
        changed.kept.unit = Some("T01".to_owned());
        put(&db, changed.clone()).await.unwrap();
        let tx = begin(&db).await.unwrap();
        assert_eq!(find_for_update(&tx, "link").await.unwrap(), Some(changed));
        tx.commit().await.unwrap();
        delete(&db, "link").await.unwrap();
        assert_eq!(find(&db, "link").await.unwrap(), None);
    }

    #[tokio::test]
    async fn untouched_drafts_are_those_of_the_day_or_before_with_a_page() {
        let (_dir, db) = testing::database().await;
        for (id, day, page) in [
            ("a", "2026-11-20", Some("need")),
            ("b", "2026-11-21", Some("answering")),
            ("c", "2026-11-19", None),
        ] {
            let draft = Draft {
                id: id.to_owned(),
                updated_day: day.to_owned(),
                current_page: page.map(str::to_owned),
                ..draft()
            };
            put(&db, draft).await.unwrap();
        }
        let left = untouched_since(&db, "2026", "2026-11-20").await.unwrap();
        assert_eq!(left, [("resident".to_owned(), "need".to_owned())]);
        assert!(
            untouched_since(&db, "other", "2026-11-20")
                .await
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn device_sees_only_its_own_answers() {
        let draft = draft();
        assert_eq!(draft.answers_of("phone a").keys().collect::<Vec<_>>(), ["wg_see"]);
        assert!(draft.is_hidden("need", "phone a") && !draft.is_hidden("need", "phone b"));
        assert!(draft.answers_of("phone c").is_empty());
        assert_eq!(draft.answers().len(), 2);
    }
}
