//! Erasing what a round keeps of people, kind by kind ([`Kept`]), and leaving what figures rest on.

use std::collections::{BTreeMap, BTreeSet};

use analysis::plan::Kept;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::mailing::recipients::STOPPED;
use super::outbox::{HELD, QUEUED, SENDING, SKIPPED};
use super::{StoreError, attachments, insert_all, shuffle};
use crate::clock::Entropy;
use crate::entity::{
    attempts, callback_consents, case_messages, drafts, evidence_files, follow_up_cases, frame_members,
    frame_versions, held, identities, mail_recipients, outbox, plan_files, responses, sample_cases,
    score_cards,
};

mod person;

pub use person::{Sealing, person};

/// Responses looked at in one transaction.
const PAGE: u64 = 500;

/// What was erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Erased {
    /// Names with telephone, address and card number.
    pub identities: u64,
    /// Frames as files, the newer ones among them.
    pub frames: u64,
    /// Ways to reach those who asked for something, left with follow-up cases.
    pub contacts: u64,
    /// Keys made of the register's numbers, replaced by random ones.
    pub register_keys: u64,
    /// Responses whose typed words are gone, and with them the salt of their leaf.
    pub responses: u64,
    /// Follow-up cases whose text is gone.
    pub cases: u64,
    /// Messages of follow-up cases.
    pub messages: u64,
    /// Unfinished answers and interviews that were never accepted.
    pub unfinished: u64,
    /// Visits and calls whose note is gone.
    pub notes: u64,
    /// Consents to be called back.
    pub consents: u64,
    /// Files of evidence.
    pub files: u64,
    /// Messages whose text and address are gone.
    pub mails: u64,
    /// Addresses on the list of recipients.
    pub recipients: u64,
    /// Files that came with responses.
    pub attachments: u64,
}

impl Erased {
    /// Whether there was nothing to erase.
    pub fn is_nothing(&self) -> bool {
        let register_keys = self.register_keys;
        // Those are replaced whenever it is tried.
        *self
            == Self {
                register_keys,
                ..Self::default()
            }
    }
}

/// Erases the identities of a round in the caller's transaction.
///
/// Sample and frame stay, because figures are weighted by them; their keys, which somebody with the key file and a
/// number of the register could recognise, are replaced by random ones.
///
/// # Errors
/// When the database does not answer.
pub async fn identities(
    tx: &impl ConnectionTrait,
    entropy: &Entropy,
    round: &str,
) -> Result<Erased, StoreError> {
    let gone = identities::Entity::delete_many()
        .filter(identities::Column::RoundId.eq(round))
        .exec(tx)
        .await?;
    let files = plan_files::Entity::delete_many()
        .filter(plan_files::Column::RoundId.eq(round))
        .filter(plan_files::Column::Sealed.eq(true))
        .exec(tx)
        .await?;
    let newer = frame_versions::Entity::update_many()
        .col_expr(frame_versions::Column::Content, Expr::value(Vec::<u8>::new()))
        .filter(frame_versions::Column::RoundId.eq(round))
        .filter(frame_versions::Column::Content.ne(Vec::<u8>::new()))
        .exec(tx)
        .await?;
    let contacts = follow_up_cases::Entity::update_many()
        .col_expr(
            follow_up_cases::Column::Contact,
            Expr::value(Option::<Vec<u8>>::None),
        )
        .filter(follow_up_cases::Column::RoundId.eq(round))
        .filter(follow_up_cases::Column::Contact.is_not_null())
        .exec(tx)
        .await?;
    let mut erased = Erased {
        identities: gone.rows_affected,
        frames: files.rows_affected + newer.rows_affected,
        contacts: contacts.rows_affected,
        ..Erased::default()
    };
    if !erased.is_nothing() {
        erased.register_keys = replace_keys(tx, entropy, round).await?;
    }
    Ok(erased)
}

/// Which answers of a form's version are words that people typed.
#[derive(Clone, Debug, Default)]
pub struct TypedWords {
    /// Names of the questions that take text.
    pub typed: BTreeSet<String>,
    /// Names of calculations, which may repeat what was typed.
    pub calculated: BTreeSet<String>,
}

impl TypedWords {
    /// Takes what was typed out of answers; gives whether anything was.
    fn take_out(&self, answers: &mut BTreeMap<String, String>) -> bool {
        let before = answers.len();
        let mut taken = Vec::new();
        for name in &self.typed {
            taken.extend(answers.remove(name));
        }
        // A single sign may stand anywhere; a calculation that holds more of what was typed repeats it.
        taken.retain(|text| text.chars().count() > 1);
        let repeats = |text: &String| taken.iter().any(|typed| text.contains(typed.as_str()));
        answers.retain(|name, text| !(self.calculated.contains(name) && repeats(text)));
        answers.len() < before
    }
}

/// Erases the typed words of the next responses of a round after `after`, in the caller's transaction; gives the id of
/// the last one that was looked at, none at the end, and how many were changed.
///
/// The salt goes with the words, as it does when a response is withdrawn: with it and the leaf somebody could try whether
/// it was this sentence that a person wrote.
///
/// # Errors
/// When the database does not answer, or a response is not JSON.
pub async fn typed_words(
    tx: &impl ConnectionTrait,
    round: &str,
    words: &BTreeMap<String, TypedWords>,
    after: Option<Uuid>,
) -> Result<(Option<Uuid>, u64), StoreError> {
    use responses::Column as C;
    let mut query = responses::Entity::find().filter(C::RoundId.eq(round));
    if let Some(after) = after {
        query = query.filter(C::Id.gt(after));
    }
    let rows = query.order_by_asc(C::Id).limit(PAGE).all(tx).await?;
    let mut changed = 0;
    for row in &rows {
        let mut answers: BTreeMap<String, String> =
            serde_json::from_str(&row.answers).map_err(|error| StoreError::Corrupt {
                table: "responses",
                what: error.to_string(),
            })?;
        let version = words.get(&row.form_version);
        if !version.is_some_and(|version| version.take_out(&mut answers)) {
            continue;
        }
        let answers = serde_json::json!(answers).to_string();
        responses::Entity::update_many()
            .col_expr(C::Answers, Expr::value(answers))
            .col_expr(C::Salt, Expr::value(Vec::<u8>::new()))
            .col_expr(C::ContentMac, Expr::value(""))
            .filter(C::Id.eq(row.id))
            .exec(tx)
            .await?;
        changed += 1;
    }
    let is_full = rows.len() as u64 == PAGE;
    Ok((rows.last().filter(|_| is_full).map(|row| row.id), changed))
}

/// Erases the other words that people typed in a round: follow-up cases with their messages, answers that were never
/// handed in, and interviews that were never accepted; and all files that came with answers, which say more of people than
/// words do.
///
/// # Errors
/// When the database does not answer; so for the functions below.
pub async fn other_words(tx: &impl ConnectionTrait, round: &str) -> Result<Erased, StoreError> {
    let of_round = follow_up_cases::Entity::find()
        .select_only()
        .column(follow_up_cases::Column::Id)
        .filter(follow_up_cases::Column::RoundId.eq(round));
    let ids: Vec<Uuid> = of_round.into_tuple().all(tx).await?;
    let mut messages = 0;
    for some in ids.chunks(1_000) {
        let gone = case_messages::Entity::delete_many()
            .filter(case_messages::Column::CaseId.is_in(some.iter().copied()))
            .exec(tx)
            .await?;
        messages += gone.rows_affected;
    }
    let cases = follow_up_cases::Entity::update_many()
        .col_expr(follow_up_cases::Column::Text, Expr::value(Vec::<u8>::new()))
        .filter(follow_up_cases::Column::RoundId.eq(round))
        .filter(follow_up_cases::Column::Text.ne(Vec::<u8>::new()))
        .exec(tx)
        .await?;
    let unfinished = drafts::Entity::update_many()
        .col_expr(drafts::Column::Answers, Expr::value("{}"))
        .filter(drafts::Column::RoundId.eq(round))
        .filter(drafts::Column::Answers.ne("{}"))
        .exec(tx)
        .await?;
    let interviews = held::Entity::update_many()
        .col_expr(held::Column::Envelope, Expr::value(""))
        .col_expr(held::Column::State, Expr::value(super::held::DISCARDED))
        .filter(held::Column::RoundId.eq(round))
        .filter(held::Column::Envelope.ne(""))
        .exec(tx)
        .await?;
    Ok(Erased {
        cases: cases.rows_affected,
        messages,
        unfinished: unfinished.rows_affected + interviews.rows_affected,
        attachments: attachments::remove_round(tx, round).await?,
        ..Erased::default()
    })
}

/// Erases the notes of a round's visits and calls, and who agreed to be called back. Day, kind and code of each attempt
/// stay: response rates are made of them.
///
/// # Errors
/// See [`other_words`].
pub async fn visits(tx: &impl ConnectionTrait, round: &str) -> Result<Erased, StoreError> {
    use attempts::Column as C;
    let noted = Condition::any()
        .add(C::Note.ne(""))
        .add(C::CallbackDay.is_not_null())
        .add(C::CallbackPart.is_not_null());
    let notes = attempts::Entity::update_many()
        .col_expr(C::Note, Expr::value(""))
        .col_expr(C::CallbackDay, Expr::value(Option::<String>::None))
        .col_expr(C::CallbackPart, Expr::value(Option::<String>::None))
        .filter(C::RoundId.eq(round))
        .filter(noted)
        .exec(tx)
        .await?;
    let consents = callback_consents::Entity::delete_many()
        .filter(callback_consents::Column::RoundId.eq(round))
        .exec(tx)
        .await?;
    Ok(Erased {
        notes: notes.rows_affected,
        consents: consents.rows_affected,
        ..Erased::default()
    })
}

/// Marks the files of a round's evidence as erased: what they were, and the hash by which a seal names them, stay, where
/// and when they were taken goes. The bytes lie outside the database.
///
/// # Errors
/// See [`other_words`].
pub async fn evidence(tx: &impl ConnectionTrait, round: &str) -> Result<Erased, StoreError> {
    use evidence_files::Column as C;
    let mut files = 0;
    for some in evidence_of(tx, round).await?.chunks(1_000) {
        let gone = evidence_files::Entity::update_many()
            .col_expr(C::TakenOn, Expr::value(""))
            .col_expr(C::Place, Expr::value(""))
            .col_expr(C::Bytes, Expr::value(0))
            .filter(C::Id.is_in(some.iter().copied()))
            .filter(C::Bytes.ne(0))
            .exec(tx)
            .await?;
        files += gone.rows_affected;
    }
    Ok(Erased {
        files,
        ..Erased::default()
    })
}

/// The files of a round's evidence, those that were erased among them.
///
/// # Errors
/// See [`other_words`].
pub async fn evidence_of(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Uuid>, StoreError> {
    let cards = score_cards::Entity::find()
        .select_only()
        .column(score_cards::Column::Id)
        .filter(score_cards::Column::RoundId.eq(round));
    let cards: Vec<Uuid> = cards.into_tuple().all(conn).await?;
    let mut files = Vec::new();
    for some in cards.chunks(1_000) {
        let of_cards = evidence_files::Entity::find()
            .select_only()
            .column(evidence_files::Column::Id)
            .filter(evidence_files::Column::CardId.is_in(some.iter().copied()));
        files.extend(of_cards.into_tuple::<Uuid>().all(conn).await?);
    }
    Ok(files)
}

/// Erases the text and the address of every message about a round, and its list of recipients. What never left will not
/// leave any more; whoever has asked for no more mail stays listed by address alone, so that nobody writes to them again.
///
/// # Errors
/// See [`other_words`].
pub async fn mail(tx: &impl ConnectionTrait, round: &str) -> Result<Erased, StoreError> {
    use mail_recipients::Column as R;
    use outbox::Column as C;
    outbox::Entity::update_many()
        .col_expr(C::State, Expr::value(SKIPPED))
        .col_expr(C::LastError, Expr::value("erased by the plan"))
        .filter(C::RoundId.eq(round))
        .filter(C::State.is_in([QUEUED, HELD]))
        .exec(tx)
        .await?;
    let left = Condition::any()
        .add(C::Recipient.ne(""))
        .add(C::Message.ne(Vec::<u8>::new()));
    let mails = outbox::Entity::update_many()
        .col_expr(C::Recipient, Expr::value(""))
        .col_expr(C::Message, Expr::value(Vec::<u8>::new()))
        .filter(C::RoundId.eq(round))
        .filter(C::State.ne(SENDING))
        .filter(left)
        .exec(tx)
        .await?;
    let gone = mail_recipients::Entity::delete_many()
        .filter(R::RoundId.eq(round))
        .filter(R::State.ne(STOPPED))
        .exec(tx)
        .await?;
    let nameless = mail_recipients::Entity::update_many()
        .col_expr(R::Name, Expr::value(""))
        .filter(R::RoundId.eq(round))
        .filter(R::Name.ne(""))
        .exec(tx)
        .await?;
    Ok(Erased {
        mails: mails.rows_affected,
        recipients: gone.rows_affected + nameless.rows_affected,
        ..Erased::default()
    })
}

/// Gives every frame member of a round a random key in place of the one made of the register's number.
async fn replace_keys(tx: &impl ConnectionTrait, entropy: &Entropy, round: &str) -> Result<u64, StoreError> {
    let members = frame_members::Entity::find()
        .filter(frame_members::Column::RoundId.eq(round))
        .all(tx)
        .await?;
    let mut keys: BTreeMap<String, String> = BTreeMap::new();
    let mut random = |key: String| {
        keys.entry(key)
            .or_insert_with(|| hex::encode(entropy.bytes::<32>()))
            .clone()
    };
    let members: Vec<frame_members::Model> = members
        .into_iter()
        .map(|member| frame_members::Model {
            member_key: random(member.member_key),
            relative_of_key: member.relative_of_key.map(&mut random),
            ..member
        })
        .collect();
    frame_members::Entity::delete_many()
        .filter(frame_members::Column::RoundId.eq(round))
        .exec(tx)
        .await?;
    let replaced = members.len() as u64;
    insert_all::<frame_members::Entity>(tx, members).await?;
    let cases: Vec<(String, Option<String>)> = sample_cases::Entity::find()
        .select_only()
        .columns([sample_cases::Column::CaseId, sample_cases::Column::MemberKey])
        .filter(sample_cases::Column::RoundId.eq(round))
        .into_tuple()
        .all(tx)
        .await?;
    for (case, key) in cases {
        let Some(key) = key else { continue };
        sample_cases::Entity::update_many()
            .col_expr(sample_cases::Column::MemberKey, Expr::value(random(key)))
            .filter(sample_cases::Column::RoundId.eq(round))
            .filter(sample_cases::Column::CaseId.eq(case))
            .exec(tx)
            .await?;
    }
    Ok(replaced)
}

/// The tables from whose files a kind has to go.
fn tables_of(kept: Kept) -> &'static [&'static str] {
    match kept {
        Kept::Identities => &["identities", "plan_files", "frame_versions", "frame_members"],
        // Responses, drafts, files and consents are written anew by the shuffle.
        Kept::FreeText => &["follow_up_cases", "case_messages", "held"],
        Kept::Visits => &["attempts"],
        Kept::Evidence => &["evidence_files"],
        Kept::Mail => &["outbox", "mail_recipients"],
    }
}

/// Makes what was erased leave the database's files too; run it after the transaction stands.
///
/// # Errors
/// When the database does not answer, or is in use; then it may be run again.
pub async fn scrub(db: &DatabaseConnection, kept: Kept) -> Result<(), StoreError> {
    // Writes the sample anew, and on SQLite empties the write-ahead log, where deleted pages are overwritten.
    shuffle::shuffle(db).await?;
    if db.get_database_backend() == DbBackend::Postgres {
        for table in tables_of(kept) {
            db.execute_unprepared(&format!("VACUUM FULL {table}")).await?;
        }
    }
    Ok(())
}
