//! Follow-up cases (诉求工单): what a respondent asks the office to see to, from the questionnaire's last page until the
//! respondent has said how it went.
//!
//! A case holds no identity: a township, perhaps a service area, the respondent's own words (sealed), and a way to be
//! reached only where one was left. It hangs on the leaf of a response, so that whoever holds the receipt and the
//! second secret can follow it. How many cases a unit has never enters a score: a unit whose people dare to speak must
//! not fare worse than one whose people do not.

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use survey_forms::response::RawAnswers;

use crate::clock::Entropy;
use crate::entity::responses;
use crate::keys::{KeyError, Keys};
use crate::store::StoreError;
use crate::store::cases::{Case, Message};

pub mod figures;
pub mod office;
pub mod respondent;

/// Days that a case may take where the plan does not say.
pub const USUAL_DAYS: u32 = 15;
/// Question by which contact is asked for.
const FOLLOW_UP: &str = "follow_up";
/// Question that holds what should change.
const FIRST_CHANGE: &str = "first_change";
/// Questions that a questionnaire must keep for follow-up to work.
pub const QUESTIONS: [&str; 2] = [FOLLOW_UP, FIRST_CHANGE];
/// Longest message of a respondent or the office, in characters.
pub const MESSAGE_CHARS: usize = 1_000;
/// Longest way of being reached, in characters.
pub const CONTACT_CHARS: usize = 200;

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CaseState {
    /// 新建: nobody has looked at it.
    New,
    /// 已受理.
    Accepted,
    /// 处理中.
    Working,
    /// 已答复: the respondent has an answer.
    Answered,
    /// 已办结.
    Closed,
    /// 不予受理, with a reason that the respondent is told.
    Rejected,
    /// 已撤回: the respondent took it back; its texts are destroyed.
    Withdrawn,
}

impl CaseState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::New,
        Self::Accepted,
        Self::Working,
        Self::Answered,
        Self::Closed,
        Self::Rejected,
        Self::Withdrawn,
    ];

    /// The word in table and forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Accepted => "accepted",
            Self::Working => "working",
            Self::Answered => "answered",
            Self::Closed => "closed",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether the office still owes something: its deadline runs.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::New | Self::Accepted | Self::Working)
    }

    /// Where the office may move it from here.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::New => &[Self::Accepted, Self::Rejected],
            Self::Accepted => &[Self::Working, Self::Answered, Self::Closed, Self::Rejected],
            Self::Working => &[Self::Answered, Self::Closed],
            Self::Answered => &[Self::Working, Self::Closed],
            Self::Closed | Self::Rejected => &[Self::Working],
            Self::Withdrawn => &[],
        }
    }
}

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 已解决.
    Solved,
    /// 部分解决.
    Partly,
    /// 没有解决.
    Unsolved,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Solved, Self::Partly, Self::Unsolved];

    /// The word in table and forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Solved => "solved",
            Self::Partly => "partly",
            Self::Unsolved => "unsolved",
        }
    }

    /// The outcome of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }
}

/// What the respondent says of how the case was handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Satisfaction {
    /// 很满意.
    VeryGood,
    /// 比较满意.
    Good,
    /// 一般.
    Fair,
    /// 不太满意.
    Poor,
    /// 很不满意.
    VeryPoor,
    /// 说不清: no answer in any share.
    DontKnow,
}

impl Satisfaction {
    /// Every step, the best first.
    pub const ALL: [Self; 6] = [
        Self::VeryGood,
        Self::Good,
        Self::Fair,
        Self::Poor,
        Self::VeryPoor,
        Self::DontKnow,
    ];

    /// The word in table and forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VeryGood => "very_good",
            Self::Good => "good",
            Self::Fair => "fair",
            Self::Poor => "poor",
            Self::VeryPoor => "very_poor",
            Self::DontKnow => "dont_know",
        }
    }

    /// The step of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == word)
    }
}

/// What an accepted response asks to have seen to: the respondent's words, perhaps none; none at all unless contact
/// was asked for.
pub fn wish(answers_json: &str) -> Option<String> {
    // Most ask for nothing, and parsing each would cost more than the whole check.
    if !answers_json.contains(FOLLOW_UP) {
        return None;
    }
    let answers: RawAnswers = serde_json::from_str(answers_json).ok()?;
    (answers.get(FOLLOW_UP).map(String::as_str) == Some("yes"))
        .then(|| answers.get(FIRST_CHANGE).cloned().unwrap_or_default())
}

/// What the sealed texts of a case are bound to.
pub(crate) fn context(case: uuid::Uuid, part: &str) -> String {
    format!("follow_up_cases/{case}/{part}")
}

/// `day` and `days` later, both ISO 8601.
fn due(day: &str, days: u32) -> Result<String, StoreError> {
    let corrupt = || StoreError::Corrupt {
        table: "responses",
        what: "a day that is none".to_owned(),
    };
    let opened: Date = day.parse().map_err(|_| corrupt())?;
    let span: Span = i64::from(days).days();
    Ok(opened.checked_add(span).map_err(|_| corrupt())?.to_string())
}

/// The case of a response, not yet stored. `unit` is the township it concerns.
///
/// # Errors
/// When the text cannot be sealed or the response's day is no day.
pub fn open(
    keys: &Keys,
    entropy: &Entropy,
    response: &responses::Model,
    unit: Option<String>,
    text: &str,
    days: u32,
) -> Result<Case, StoreError> {
    let id = entropy.uuid();
    Ok(Case {
        id,
        round_id: response.round_id.clone(),
        leaf: response.leaf.clone(),
        group: response.group.clone(),
        area: None,
        unit,
        text: keys.seal(&context(id, "text"), text.as_bytes(), entropy)?,
        contact: None,
        state: CaseState::New.as_str().to_owned(),
        owner: None,
        due_on: due(&response.day, days)?,
        opened_on: response.day.clone(),
        done_on: None,
        outcome: None,
        satisfaction: None,
        unread: true,
    })
}

fn opened(keys: &Keys, context: &str, sealed: &[u8]) -> Result<String, KeyError> {
    // Destroyed texts are empty.
    if sealed.is_empty() {
        return Ok(String::new());
    }
    let bytes = keys.open(context, sealed)?;
    String::from_utf8(bytes).map_err(|_| KeyError::CannotOpen)
}

/// The respondent's words.
///
/// # Errors
/// When they were sealed under another key.
pub fn text(keys: &Keys, case: &Case) -> Result<String, KeyError> {
    opened(keys, &context(case.id, "text"), &case.text)
}

/// How to reach the respondent, where that was left.
///
/// # Errors
/// When it was sealed under another key.
pub fn contact(keys: &Keys, case: &Case) -> Result<Option<String>, KeyError> {
    case.contact
        .as_ref()
        .map(|sealed| opened(keys, &context(case.id, "contact"), sealed))
        .transpose()
}

/// A message's text.
///
/// # Errors
/// When it was sealed under another key.
pub fn body(keys: &Keys, message: &Message) -> Result<String, KeyError> {
    opened(
        keys,
        &context(message.case_id, &message.ord.to_string()),
        &message.body,
    )
}

/// A message at the end of a thread, not yet stored.
fn message(
    keys: &Keys,
    entropy: &Entropy,
    thread: &[Message],
    case: &Case,
    (from_office, day, text): (bool, String, &str),
) -> Result<Message, KeyError> {
    let ord = thread.last().map_or(1, |last| last.ord + 1);
    Ok(Message {
        case_id: case.id,
        ord,
        from_office,
        day,
        body: keys.seal(&context(case.id, &ord.to_string()), text.as_bytes(), entropy)?,
    })
}

/// Text as people send it: line ends made one kind, control characters and blank ends gone. None when nothing is left.
pub fn plain(text: &str) -> Option<String> {
    let text: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A short name for a case, to say on the telephone.
pub fn number(case: &Case) -> String {
    case.id.simple().to_string()[..8].to_uppercase()
}

#[cfg(test)]
mod tests;
