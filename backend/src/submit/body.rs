//! The body of `POST /api/v1/responses`, and the response it stands for.
//!
//! A body is read in two steps, because the id is looked up before anything
//! else: [`Submission::from_json`] fails only when there is no id to look up;
//! every other fault travels with the submission.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::fmt::temporal::Pieces;
use serde_json::{Value, json};
use survey_forms::response::RawAnswers;
use survey_forms::validate::FieldError;
use uuid::Uuid;

use super::Door;
use super::words::{Answering, Mode, Way};

mod reader;
mod tree;

pub(crate) use reader::CALLBACK;

use reader::{FIELDS, INTERVIEW_FIELDS, Reader};
use tree::{Object, Tree};

/// Longest duration kept: a month in seconds. Longer ones are drafts that lay about.
const MAX_DURATION_S: i64 = 31 * 86_400;

/// A response whose every field has been read; its answers are not yet validated.
#[derive(Clone, Debug)]
pub struct NewResponse {
    /// UUID v4 made by the client, or kept in the draft.
    pub id: Uuid,
    /// The door through which it comes in.
    pub door: Door,
    /// Form name.
    pub form: String,
    /// Version answered.
    pub form_version: String,
    /// Language of the answers.
    pub language: String,
    /// Way of answering.
    pub mode: Mode,
    /// Who filled it in.
    pub answering: Answering,
    /// Seconds from start to end.
    pub duration_s: i64,
    /// Answers by question.
    pub answers: RawAnswers,
    /// A draft of an open-link session, to be deleted with the commit; an invitation's draft is found by itself.
    pub draft_id: Option<String>,
    /// Township named on an open link.
    pub unit: Option<String>,
    /// Ways of reading used.
    pub ways: BTreeSet<Way>,
    /// Consents given beside taking part: `sensitive`, `guardian`, space-separated.
    pub consents: String,
    /// Login of the interviewer who asked; set by the server, never by a body.
    pub interviewer: Option<String>,
    /// Whether staff of the judged unit collected it; set by the server, never by a body.
    pub staff_collected: bool,
    /// Where the files lie that belong to it, when it is another's place than its own: a draft's. Set by the server, never by
    /// a body.
    pub files_of: Option<Uuid>,
    /// The day on which an interview ended, for questions that depend on the day; otherwise they are of today.
    pub ended_on: Option<Date>,
}

/// What came in, with what is needed to recognise it again.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The id, looked up first.
    pub id: Uuid,
    /// The content in canonical form: equal exactly when the parsed JSON is equal.
    pub content: Vec<u8>,
    /// The response, or what is at fault.
    pub response: Result<NewResponse, Vec<FieldError>>,
}

/// What the server knows of an interview beside what the device sends.
#[derive(Clone, Debug)]
pub struct Interview {
    /// The response's id, from the envelope.
    pub id: Uuid,
    /// The invitation of the case.
    pub invitation: Uuid,
    /// Login of the interviewer.
    pub interviewer: String,
    /// Whether the judged unit employs the interviewer.
    pub staff_collected: bool,
    /// First and last day on which it can have been held.
    pub days: (Date, Date),
}

/// JSON with sorted keys and no spaces.
fn canonical(mut value: Value) -> Vec<u8> {
    value.sort_all_objects();
    value.to_string().into_bytes()
}

impl NewResponse {
    /// The same as a submission. The duration is left out of the content: pressing the button twice is a repeat.
    pub(super) fn into_submission(mut self) -> Submission {
        self.duration_s = self.duration_s.clamp(0, MAX_DURATION_S);
        let door = match &self.door {
            Door::Code(code) => json!({ "code": code }),
            Door::Invitation(id) => json!({ "invitation": id }),
            Door::Link(slug) => json!({ "link": slug }),
            Door::Again(earlier) => json!({ "again": earlier }),
        };
        let content = json!({
            "id": self.id,
            "door": door,
            "form": self.form,
            "form_version": self.form_version,
            "language": self.language,
            "mode": self.mode,
            "answering": self.answering,
            "answers": self.answers,
        });
        Submission {
            id: self.id,
            content: canonical(content),
            response: Ok(self),
        }
    }
}

impl Submission {
    /// Reads a body.
    ///
    /// # Errors
    /// A sentence when the body is no JSON object or has no UUID as `id`.
    pub fn from_json(bytes: &[u8]) -> Result<Self, String> {
        let value = Tree::read(bytes)?;
        let Tree::Object(body) = &value else {
            return Err("the body must be a JSON object".to_owned());
        };
        let id = match body.get("id") {
            Some(Tree::Text(text)) => Uuid::try_parse(text).map_err(|_| "`id` must be a UUID".to_owned())?,
            _ => return Err("`id` must be a UUID".to_owned()),
        };
        let mut reader = Reader::new(body);
        reader.known_fields(&FIELDS);
        let door = reader.door();
        let response = reader.read(id, door);
        Ok(Self {
            id,
            content: value.canonical(),
            response,
        })
    }

    /// Reads what an interviewer's device had sealed: a body without door, with the case and the consents.
    ///
    /// # Errors
    /// A sentence when it is no JSON object, or belongs to another id or case.
    pub fn from_interview(plain: &[u8], case: &str, interview: Interview) -> Result<Self, String> {
        let value = Tree::read(plain)?;
        let Tree::Object(body) = &value else {
            return Err("the body must be a JSON object".to_owned());
        };
        let same = |name: &str, expected: &str| match body.get(name) {
            None => true,
            Some(Tree::Text(text)) => text.eq_ignore_ascii_case(expected),
            Some(_) => false,
        };
        if !same("id", &interview.id.to_string()) || !same("case_id", case) {
            return Err("the body belongs to another id or case".to_owned());
        }
        let mut reader = Reader::new(body);
        reader.known_fields(&INTERVIEW_FIELDS);
        let consents = reader.consents();
        if let Some(mode) = body.get("mode").and_then(Tree::as_str)
            && !matches!(Mode::parse(mode), Some(Mode::Interview | Mode::Phone))
        {
            reader.fault(
                "mode",
                "应为 interview 或 phone。",
                "This must be interview or phone.",
            );
        }
        let door = Some(Door::Invitation(interview.invitation));
        let response = reader.read(interview.id, door).map(|response| NewResponse {
            consents,
            interviewer: Some(interview.interviewer),
            staff_collected: interview.staff_collected,
            ended_on: ended_on(body, interview.days),
            ..response
        });
        Ok(Self {
            id: interview.id,
            content: value.canonical(),
            response,
        })
    }

    /// Content by which a repeat is recognised of what cannot be read as a submission.
    pub fn content_of(plain: &[u8]) -> Vec<u8> {
        Tree::read(plain).map_or_else(|_| plain.to_vec(), |value| value.canonical())
    }
}

/// The day of `ended_at` by the device's own calendar, moved into the days that are possible: the answers were checked
/// with it when they were given, and they may arrive days later.
fn ended_on(body: &Object<'_>, (first, last): (Date, Date)) -> Option<Date> {
    let written = Pieces::parse(body.get("ended_at")?.as_str()?).ok()?.date();
    Some(written.min(last).max(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body() -> Value {
        json!({
            "id": "7c2f6e0e-5b0e-4a3b-9a53-0a4d1c1f7b11", "code": "0000-0000-00012", "form": "resident",
            "form_version": "v", "language": "zh", "mode": "web", "answering": "self",
            "started_at": "2026-11-23T09:00:00+08:00", "ended_at": "2026-11-23T09:05:30+08:00",
            "answers": { "q1": "4", "q2": null },
        })
    }

    fn faults(change: impl FnOnce(&mut Value)) -> Vec<String> {
        let mut body = body();
        change(&mut body);
        let submission = Submission::from_json(body.to_string().as_bytes()).unwrap();
        submission
            .response
            .unwrap_err()
            .into_iter()
            .map(|fault| fault.field)
            .collect()
    }

    #[test]
    fn body_of_the_contract_is_read() {
        let response = Submission::from_json(body().to_string().as_bytes())
            .unwrap()
            .response
            .unwrap();
        assert_eq!(response.duration_s, 330);
        assert_eq!(response.door, Door::Code("0000-0000-00012".into()));
        assert_eq!(
            response.answers.into_iter().collect::<Vec<_>>(),
            [("q1".to_owned(), "4".to_owned())]
        );
    }

    #[test]
    fn content_is_the_parsed_json_not_its_spelling() {
        let content = |text: &str| Submission::from_json(text.as_bytes()).unwrap().content;
        let a = r#"{"id":"7c2f6e0e-5b0e-4a3b-9a53-0a4d1c1f7b11","answers":{"a":"1","b":"é"}}"#;
        let b = r#"{ "answers": {"b":"\u00e9", "a":"1"}, "id":"7c2f6e0e-5b0e-4a3b-9a53-0a4d1c1f7b11" }"#;
        let c = r#"{"id":"7c2f6e0e-5b0e-4a3b-9a53-0a4d1c1f7b11","answers":{"a":"1","b":"e"}}"#;
        assert_eq!(content(a), content(b));
        assert_ne!(content(a), content(c));
    }

    #[test]
    fn every_fault_is_named_at_once() {
        assert_eq!(faults(|b| b["link"] = json!("x")), ["code"]);
        assert_eq!(faults(|b| b["code"] = Value::Null), ["code"]);
        assert_eq!(
            faults(|b| b["ended_at"] = json!("2026-11-23T08:00:00+08:00")),
            ["ended_at"]
        );
        assert_eq!(faults(|b| b["started_at"] = json!("yesterday")), ["started_at"]);
        assert_eq!(faults(|b| b["answers"]["q1"] = json!(4)), ["q1"]);
        assert_eq!(faults(|b| b["extra"] = json!(1)), ["extra"]);
        // PostgreSQL takes no NUL, and a batch that holds one would fail as a whole.
        assert_eq!(faults(|b| b["language"] = json!("zh\u{0}")), ["language"]);
        assert_eq!(faults(|b| b["form"] = json!("a\u{0}b")), ["form"]);
        assert_eq!(faults(|b| b["form_version"] = json!("\u{0}")), ["form_version"]);
        assert_eq!(faults(|b| b["code"] = json!("\u{0}")), ["code"]);
        assert_eq!(
            faults(|b| b["id"] = json!("01890a5d-ac96-774b-bcce-b302099a8057")),
            ["id"]
        );
        let several = faults(|b| {
            b["mode"] = json!("telepathy");
            b["answering"] = json!("");
            b["form"] = json!(7);
            b.as_object_mut().unwrap().remove("answers");
        });
        assert_eq!(several, ["form", "mode", "answering", "answers"]);
    }

    #[test]
    fn body_without_an_id_is_malformed() {
        for text in ["", "[]", "{", "{}", r#"{"id":7}"#, r#"{"id":"x"}"#] {
            assert!(Submission::from_json(text.as_bytes()).is_err(), "{text}");
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(Submission::from_json(deep.as_bytes()).is_err());
    }
}
