//! Questionnaires that are being written in the console: every saved state stays, whoever saves says which state they
//! saw, and a draft is put into the plan by an explicit act.
//!
//! A draft is named like its file in the plan (`resident` for `forms/resident.xlsx`). Until something is changed it is
//! the plan's own questionnaire; the first change keeps that as its first state.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;
use serde_json::json;
use survey_forms::editor::Workbook;

use crate::app::Base;
use crate::planning::copy;
use crate::rounds::{self, RoundActError};
use crate::store::form_drafts::{self, FormDraft, FormState, StateLine};
use crate::store::plan_versions::fingerprint;
use crate::store::rounds::Round;
use crate::store::{StoreError, begin};

pub mod fields;
pub mod handing_in;

/// Longest name of a draft.
pub const NAME_CHARS: usize = 40;
/// Most drafts of a round: more are an accident.
const MOST_DRAFTS: usize = 60;

/// What was done to a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// It is the plan's questionnaire.
    Plan,
    /// It began with nothing.
    New,
    /// It began as a copy of another questionnaire.
    Copied,
    /// A file took its place.
    Uploaded,
    /// Questions came from the bank.
    Bank,
    /// A question or a group was added.
    Added,
    /// A question or a group was changed.
    Changed,
    /// It was moved.
    Moved,
    /// It was doubled.
    Duplicated,
    /// It was taken out.
    Removed,
    /// Words were translated.
    Translated,
    /// Title or languages were changed.
    Settings,
}

impl Act {
    const ALL: [(Self, &'static str); 12] = [
        (Self::Plan, "plan"),
        (Self::New, "new"),
        (Self::Copied, "copied"),
        (Self::Uploaded, "uploaded"),
        (Self::Bank, "bank"),
        (Self::Added, "added"),
        (Self::Changed, "changed"),
        (Self::Moved, "moved"),
        (Self::Duplicated, "duplicated"),
        (Self::Removed, "removed"),
        (Self::Translated, "translated"),
        (Self::Settings, "settings"),
    ];

    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(act, _)| *act == self)
            .map_or("", |(_, word)| word)
    }

    /// The act of a word in the table.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == word)
            .map(|(act, _)| *act)
    }
}

/// Whether a draft can have this name: letters as in file names of every system, a letter first.
pub fn is_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    name.len() <= NAME_CHARS
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(is_plain)
}

/// Where a questionnaire stands in the plan.
pub fn path_of(form: &str) -> String {
    format!("forms/{form}.xlsx")
}

/// The name of the draft of a file of the plan; none for other files.
pub fn name_of(path: &str) -> Option<&str> {
    path.strip_prefix("forms/")?
        .strip_suffix(".xlsx")
        .filter(|name| is_name(name))
}

/// A questionnaire that is being written.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its name.
    pub form: String,
    /// The workbook as it is now.
    pub content: Vec<u8>,
    /// Number of the state that it is in; 0 while it is the plan's, unchanged.
    pub head: i32,
    /// Its states, without workbooks.
    pub states: Vec<StateLine>,
    /// Fingerprint of the plan's questionnaire from which it began or into which it was put; empty when the plan had none.
    pub based_on: String,
    /// The questionnaire of this name in the plan's working copy.
    pub in_plan: Option<Vec<u8>>,
}

impl Draft {
    /// What a form says of the state that it was made on: its number, and the beginning of its fingerprint, because the
    /// plan's own questionnaire has no number yet.
    pub fn seen(&self) -> String {
        let fingerprint = fingerprint(&self.content);
        format!("{}.{}", self.head, fingerprint.get(..16).unwrap_or_default())
    }

    /// The state that it is in.
    pub fn state(&self) -> Option<&StateLine> {
        self.line(self.head)
    }

    fn line(&self, seq: i32) -> Option<&StateLine> {
        self.states.iter().find(|state| state.seq == seq)
    }

    /// The state before the last change.
    pub fn undo(&self) -> Option<&StateLine> {
        self.line(self.state()?.parent?)
    }

    /// The state that was left last by undoing.
    pub fn redo(&self) -> Option<&StateLine> {
        self.states
            .iter()
            .rev()
            .find(|state| self.head > 0 && state.parent == Some(self.head))
    }

    /// Whether the plan's questionnaire says the same.
    pub fn is_in_plan(&self) -> bool {
        let in_plan = self.in_plan.as_ref();
        in_plan.is_some_and(|plan| says_the_same(&self.form, plan, &self.content))
    }

    /// Whether the plan's questionnaire became another since the draft began.
    pub fn is_overtaken(&self) -> bool {
        let now = self.in_plan.as_deref().map(fingerprint).unwrap_or_default();
        self.head > 0 && now != self.based_on && !self.is_in_plan()
    }
}

/// Whether two files hold the same cells: when they were written is no difference.
fn says_the_same(form: &str, one: &[u8], other: &[u8]) -> bool {
    if one == other {
        return true;
    }
    let read = |content: &[u8]| {
        Workbook::read(&path_of(form), content)
            .ok()
            .map(|read| read.workbook)
    };
    read(one).is_some_and(|one| Some(one) == read(other))
}

/// The questionnaires of the plan's working copy, by the names of their drafts.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn of_plan(
    conn: &impl ConnectionTrait,
    base: &Base,
    round: &Round,
) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
    let files = copy::load(conn, base, round).await?.files;
    let named = files
        .into_iter()
        .filter_map(|(path, content)| Some((name_of(&path)?.to_owned(), content)));
    Ok(named.collect())
}

/// A draft, or the plan's questionnaire of its name as one that nothing was changed in.
///
/// # Errors
/// See [`of_plan`].
pub async fn load(
    conn: &impl ConnectionTrait,
    base: &Base,
    round: &Round,
    form: &str,
) -> Result<Option<Draft>, StoreError> {
    if !is_name(form) {
        return Ok(None);
    }
    let in_plan = of_plan(conn, base, round).await?.remove(form);
    let (content, draft) = match form_drafts::find(conn, &round.id, form).await? {
        Some(draft) => {
            let state = form_drafts::state(conn, &round.id, form, draft.head).await?;
            let state = state.ok_or_else(|| StoreError::Corrupt {
                table: "form_drafts",
                what: format!("{form} is in a state that is not there"),
            })?;
            (state.content, Some(draft))
        }
        None => match &in_plan {
            Some(content) => (content.clone(), None),
            None => return Ok(None),
        },
    };
    Ok(Some(Draft {
        form: form.to_owned(),
        content,
        head: draft.as_ref().map_or(0, |draft| draft.head),
        states: form_drafts::states(conn, &round.id, form).await?,
        based_on: match draft {
            Some(draft) => draft.based_on,
            None => in_plan.as_deref().map(fingerprint).unwrap_or_default(),
        },
        in_plan,
    }))
}

/// What became of a change.
#[derive(Clone, Debug)]
pub enum Saved {
    /// It is the draft's state now.
    Done,
    /// Somebody else changed the draft meanwhile; this is what it is now.
    Conflict(Box<Draft>),
}

/// Somebody's change.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// What was done.
    pub act: Act,
    /// To which question or file; may be empty.
    pub subject: &'a str,
    /// Login of whoever did it.
    pub actor: &'a str,
}

/// Saves a state of a draft; `seen` is what [`Draft::seen`] said when it was shown.
///
/// # Errors
/// [`RoundActError::Unknown`] where there is no such draft.
pub async fn save(
    base: &Base,
    (id, form): (&str, &str),
    seen: &str,
    content: Vec<u8>,
    change: Change<'_>,
) -> Result<Saved, RoundActError> {
    let tx = begin(&base.db).await?;
    let round = rounds::held_alone(&tx, id).await?;
    let Some(draft) = load(&tx, base, &round, form).await? else {
        return Err(unknown(form));
    };
    // The same change twice, as when a button is pressed again, is none.
    if says_the_same(form, &draft.content, &content) {
        return Ok(Saved::Done);
    }
    if draft.seen() != seen {
        return Ok(Saved::Conflict(Box::new(draft)));
    }
    let mut parent = (draft.head > 0).then_some(draft.head);
    if parent.is_none() {
        let first = Change {
            act: Act::Plan,
            subject: "",
            ..change
        };
        parent = Some(append(&tx, base, (id, form), (None, draft.content), first).await?);
    }
    let seq = append(&tx, base, (id, form), (parent, content), change).await?;
    let row = FormDraft {
        round_id: id.to_owned(),
        form: form.to_owned(),
        head: seq,
        based_on: draft.based_on,
    };
    form_drafts::put(&tx, row).await?;
    record(&tx, base, (id, form), (seq, change)).await?;
    tx.commit().await?;
    Ok(Saved::Done)
}

fn unknown(form: &str) -> RoundActError {
    RoundActError::Unknown {
        id: form.to_owned(),
        known: Vec::new(),
    }
}

async fn append(
    tx: &impl ConnectionTrait,
    base: &Base,
    (id, form): (&str, &str),
    (parent, content): (Option<i32>, Vec<u8>),
    change: Change<'_>,
) -> Result<i32, StoreError> {
    let seq = form_drafts::last(tx, id, form).await? + 1;
    let state = FormState {
        round_id: id.to_owned(),
        form: form.to_owned(),
        seq,
        parent,
        act: change.act.as_str().to_owned(),
        subject: change.subject.chars().take(80).collect(),
        content,
        actor: change.actor.to_owned(),
        at: base.clock.now_ms(),
    };
    form_drafts::append(tx, state).await?;
    Ok(seq)
}

async fn record(
    tx: &impl ConnectionTrait,
    base: &Base,
    (id, form): (&str, &str),
    (seq, change): (i32, Change<'_>),
) -> Result<(), StoreError> {
    let detail = json!({ "form": form, "state": seq, "act": change.act.as_str(), "subject": change.subject });
    base.record(tx, change.actor, "form.save", id, detail).await
}

/// Puts a draft into an earlier or later one of its states.
///
/// # Errors
/// [`RoundActError::Unknown`] where there is no such draft or state.
pub async fn go_to(
    base: &Base,
    (id, form): (&str, &str),
    seen: &str,
    seq: i32,
    actor: &str,
) -> Result<Saved, RoundActError> {
    let tx = begin(&base.db).await?;
    let round = rounds::held_alone(&tx, id).await?;
    let Some(draft) = load(&tx, base, &round, form).await? else {
        return Err(unknown(form));
    };
    if draft.head == seq {
        return Ok(Saved::Done);
    }
    if draft.seen() != seen {
        return Ok(Saved::Conflict(Box::new(draft)));
    }
    if draft.line(seq).is_none() {
        return Err(unknown(form));
    }
    let row = FormDraft {
        round_id: id.to_owned(),
        form: form.to_owned(),
        head: seq,
        based_on: draft.based_on,
    };
    form_drafts::put(&tx, row).await?;
    let detail = json!({ "form": form, "from": draft.head, "state": seq });
    base.record(&tx, actor, "form.return", id, detail).await?;
    tx.commit().await?;
    Ok(Saved::Done)
}

/// Why a draft cannot begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// No file could have this name.
    Name,
    /// The plan or another draft has it.
    Taken,
    /// There are too many.
    TooMany,
}

/// Begins a draft. Returns why it cannot.
///
/// # Errors
/// [`RoundActError::Unknown`] where there is no such round.
pub async fn begin_draft(
    base: &Base,
    (id, form): (&str, &str),
    content: Vec<u8>,
    change: Change<'_>,
) -> Result<Option<Refused>, RoundActError> {
    if !is_name(form) {
        return Ok(Some(Refused::Name));
    }
    let tx = begin(&base.db).await?;
    let round = rounds::held_alone(&tx, id).await?;
    if load(&tx, base, &round, form).await?.is_some() {
        return Ok(Some(Refused::Taken));
    }
    if form_drafts::of_round(&tx, id).await?.len() >= MOST_DRAFTS {
        return Ok(Some(Refused::TooMany));
    }
    let seq = append(&tx, base, (id, form), (None, content), change).await?;
    let row = FormDraft {
        round_id: id.to_owned(),
        form: form.to_owned(),
        head: seq,
        based_on: String::new(),
    };
    form_drafts::put(&tx, row).await?;
    record(&tx, base, (id, form), (seq, change)).await?;
    tx.commit().await?;
    Ok(None)
}

/// The workbook of the state that a form was made on, to tell what its reader changed; none where that cannot be known.
///
/// # Errors
/// See [`of_plan`].
pub async fn as_seen(
    conn: &impl ConnectionTrait,
    (id, form): (&str, &str),
    seen: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let number = seen
        .split('.')
        .next()
        .and_then(|number| number.parse::<i32>().ok());
    // Number 0 is the plan's questionnaire, which the first change kept as number 1.
    let Some(number) = number.map(|number| number.max(1)) else {
        return Ok(None);
    };
    Ok(form_drafts::state(conn, id, form, number)
        .await?
        .map(|state| state.content))
}

#[cfg(test)]
mod tests;
