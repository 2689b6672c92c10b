//! The body of `POST /api/v1/responses`, and the response it stands for.
//!
//! A body is read in two steps, because the id is looked up before anything
//! else: [`Submission::from_json`] fails only when there is no id to look up;
//! every other fault travels with the submission.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::temporal::Pieces;
use serde::Serialize;
use serde_json::{Map, Value, json};
use survey_forms::response::RawAnswers;
use survey_forms::validate::FieldError;
use uuid::Uuid;

use super::{Door, field_error};
use crate::store::rounds::{Round, RoundState};

/// Longest duration kept: a month in seconds. Longer ones are drafts that lay about.
const MAX_DURATION_S: i64 = 31 * 86_400;

/// The way of answering (填答方式).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// On a page.
    Web,
    /// An interviewer asked.
    Interview,
    /// By telephone.
    Phone,
    /// On paper, entered later.
    Paper,
}

impl Mode {
    /// The word in body and table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Interview => "interview",
            Self::Phone => "phone",
            Self::Paper => "paper",
        }
    }

    /// The state of a round for a response that arrives on `today`: pages close with the last day, what was asked or
    /// written before has some days more to arrive.
    pub(super) fn state_of(self, round: &Round, today: Date) -> RoundState {
        match self {
            Self::Web => round.state_on(today),
            Self::Interview | Self::Phone | Self::Paper => round.state_for_interviews_on(today),
        }
    }

    /// The mode of a word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Web, Self::Interview, Self::Phone, Self::Paper]
            .into_iter()
            .find(|mode| mode.as_str() == word)
    }
}

/// Who fills in (填答人).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Answering {
    /// 本人.
    #[serde(rename = "self")]
    Myself,
    /// 协助.
    Assisted,
    /// 代答.
    Proxy,
}

impl Answering {
    /// The word in body and table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Myself => "self",
            Self::Assisted => "assisted",
            Self::Proxy => "proxy",
        }
    }

    /// The value of a word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Myself, Self::Assisted, Self::Proxy]
            .into_iter()
            .find(|value| value.as_str() == word)
    }
}

/// A way of reading (阅读方式) that was used while answering: explains times and patterns, and never an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Read aloud by a recording or the device's voice (朗读).
    ReadAloud,
    /// Sign-language video (手语).
    Sign,
    /// Easy-read wording (易读).
    Easy,
    /// Large or very large type (大字).
    Large,
    /// Light on dark or high contrast (高对比).
    Contrast,
}

impl Way {
    /// Every way, in the order in which they are stored.
    pub const ALL: [Self; 5] = [
        Self::ReadAloud,
        Self::Sign,
        Self::Easy,
        Self::Large,
        Self::Contrast,
    ];

    /// The word in body and table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadAloud => "read_aloud",
            Self::Sign => "sign",
            Self::Easy => "easy",
            Self::Large => "large",
            Self::Contrast => "contrast",
        }
    }

    /// The way of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.as_str() == word)
    }

    /// Ways as one text, in a fixed order.
    pub fn join(ways: &BTreeSet<Self>) -> String {
        ways.iter().map(|way| way.as_str()).collect::<Vec<_>>().join(" ")
    }
}

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
        let value: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let Value::Object(body) = &value else {
            return Err("the body must be a JSON object".to_owned());
        };
        let id = match body.get("id") {
            Some(Value::String(text)) => {
                Uuid::try_parse(text).map_err(|_| "`id` must be a UUID".to_owned())?
            }
            _ => return Err("`id` must be a UUID".to_owned()),
        };
        let mut reader = Reader {
            body,
            faults: Vec::new(),
        };
        reader.known_fields(&FIELDS);
        let door = reader.door();
        let response = reader.read(id, door);
        Ok(Self {
            id,
            content: canonical(value),
            response,
        })
    }

    /// Reads what an interviewer's device had sealed: a body without door, with the case and the consents.
    ///
    /// # Errors
    /// A sentence when it is no JSON object, or belongs to another id or case.
    pub fn from_interview(plain: &[u8], case: &str, interview: Interview) -> Result<Self, String> {
        let value: Value = serde_json::from_slice(plain).map_err(|error| error.to_string())?;
        let Value::Object(body) = &value else {
            return Err("the body must be a JSON object".to_owned());
        };
        let same = |name: &str, expected: &str| match body.get(name) {
            None => true,
            Some(Value::String(text)) => text.eq_ignore_ascii_case(expected),
            Some(_) => false,
        };
        if !same("id", &interview.id.to_string()) || !same("case_id", case) {
            return Err("the body belongs to another id or case".to_owned());
        }
        let mut reader = Reader {
            body,
            faults: Vec::new(),
        };
        reader.known_fields(&INTERVIEW_FIELDS);
        let consents = reader.consents();
        if let Some(mode) = body.get("mode").and_then(Value::as_str)
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
            content: canonical(value),
            response,
        })
    }

    /// Content by which a repeat is recognised of what cannot be read as a submission.
    pub fn content_of(plain: &[u8]) -> Vec<u8> {
        serde_json::from_slice(plain).map_or_else(|_| plain.to_vec(), canonical)
    }
}

/// The day of `ended_at` by the device's own calendar, moved into the days that are possible: the answers were checked
/// with it when they were given, and they may arrive days later.
fn ended_on(body: &Map<String, Value>, (first, last): (Date, Date)) -> Option<Date> {
    let written = Pieces::parse(body.get("ended_at")?.as_str()?).ok()?.date();
    Some(written.min(last).max(first))
}

/// Reads fields and gathers faults.
struct Reader<'a> {
    body: &'a Map<String, Value>,
    faults: Vec<FieldError>,
}

const FIELDS: [&str; 12] = [
    "id",
    "code",
    "link",
    "form",
    "form_version",
    "language",
    "mode",
    "answering",
    "started_at",
    "ended_at",
    "answers",
    "ways",
];

/// Fields of a body that a device had sealed.
const INTERVIEW_FIELDS: [&str; 12] = [
    "id",
    "case_id",
    "form",
    "form_version",
    "language",
    "mode",
    "answering",
    "started_at",
    "ended_at",
    "answers",
    "ways",
    "consents",
];

impl Reader<'_> {
    fn fault(&mut self, field: &str, zh: &str, en: &str) {
        self.faults.push(field_error(field, zh, en));
    }

    /// A text, none when absent or null.
    fn text(&mut self, field: &str) -> Option<String> {
        match self.body.get(field) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(_) => {
                self.fault(field, "应为文本。", "This must be a text.");
                None
            }
        }
    }

    fn required(&mut self, field: &str) -> String {
        let present = self.body.get(field).is_some_and(|value| !value.is_null());
        let text = self.text(field);
        if !present {
            self.fault(field, "缺少这一项。", "This is missing.");
        }
        text.unwrap_or_default()
    }

    fn word<T>(&mut self, field: &str, parse: fn(&str) -> Option<T>, words: &str) -> Option<T> {
        let text = self.required(field);
        let value = parse(&text);
        if value.is_none() && !text.is_empty() {
            self.fault(
                field,
                &format!("应为 {words} 之一。"),
                &format!("This must be one of {words}."),
            );
        } else if value.is_none()
            && self
                .body
                .get(field)
                .is_some_and(|value| value.as_str() == Some(""))
        {
            self.fault(field, "缺少这一项。", "This is missing.");
        }
        value
    }

    fn moment(&mut self, field: &str) -> Option<Timestamp> {
        let text = self.text(field)?;
        let moment = text.parse().ok();
        if moment.is_none() {
            self.fault(
                field,
                "应为带时区的时刻，如 2026-11-23T09:30:00+08:00。",
                "This must be a moment with a time zone, such as 2026-11-23T09:30:00+08:00.",
            );
        }
        moment
    }

    fn door(&mut self) -> Option<Door> {
        match (self.text("code"), self.text("link")) {
            (Some(code), None) => Some(Door::Code(code)),
            (None, Some(slug)) => Some(Door::Link(slug)),
            (Some(_), Some(_)) => {
                self.fault(
                    "code",
                    "code 与 link 只能有一个。",
                    "Give either `code` or `link`, not both.",
                );
                None
            }
            (None, None) => {
                if self.faults.is_empty() {
                    self.fault(
                        "code",
                        "需要 code 或 link。",
                        "Either `code` or `link` is needed.",
                    );
                }
                None
            }
        }
    }

    fn answers(&mut self) -> RawAnswers {
        let body = self.body;
        let mut answers = BTreeMap::new();
        match body.get("answers") {
            Some(Value::Object(given)) => {
                for (name, value) in given {
                    match value {
                        Value::String(text) => {
                            answers.insert(name.clone(), text.clone());
                        }
                        Value::Null => {}
                        _ => self.fault(name, "回答应为文本。", "An answer must be a text."),
                    }
                }
            }
            None | Some(Value::Null) => self.fault("answers", "缺少这一项。", "This is missing."),
            Some(_) => self.fault("answers", "应为对象。", "This must be an object."),
        }
        answers
    }

    /// The optional list of ways of reading.
    fn ways(&mut self) -> BTreeSet<Way> {
        let words = match self.body.get("ways") {
            None | Some(Value::Null) => return BTreeSet::new(),
            Some(Value::Array(words)) => words.as_slice(),
            Some(_) => &[Value::Null],
        };
        let ways: Option<BTreeSet<Way>> = words
            .iter()
            .map(|word| word.as_str().and_then(Way::parse))
            .collect();
        ways.unwrap_or_else(|| {
            let known = Way::ALL.map(Way::as_str).join(", ");
            self.fault(
                "ways",
                &format!("应为列表，每项是 {known} 之一。"),
                &format!("This must be a list of {known}."),
            );
            BTreeSet::new()
        })
    }

    fn known_fields(&mut self, known: &[&str]) {
        let body = self.body;
        for name in body.keys().filter(|name| !known.contains(&name.as_str())) {
            self.fault(name, "没有这一项。", "There is no such field.");
        }
    }

    /// The consents of an interview: taking part, which must be among them, and those that are kept.
    fn consents(&mut self) -> String {
        let given = match self.body.get("consents") {
            Some(Value::Array(words)) => words.as_slice(),
            _ => &[],
        };
        let words: BTreeSet<&str> = given.iter().filter_map(Value::as_str).collect();
        if !words.contains("part") {
            self.fault(
                "consents",
                "没有记下“自愿参加”。",
                "That the person takes part of their own free will was not noted.",
            );
        }
        let kept = ["sensitive", "guardian"];
        if words.len() != given.len() || words.iter().any(|word| *word != "part" && !kept.contains(word)) {
            self.fault(
                "consents",
                "应为列表，每项是 part, sensitive, guardian 之一。",
                "This must be a list of part, sensitive, guardian.",
            );
        }
        let kept: Vec<&str> = kept.into_iter().filter(|word| words.contains(word)).collect();
        kept.join(" ")
    }

    fn read(mut self, id: Uuid, door: Option<Door>) -> Result<NewResponse, Vec<FieldError>> {
        if id.get_version_num() != 4 {
            self.fault(
                "id",
                "应为随机编号（UUID v4）。",
                "This must be a random UUID (version 4).",
            );
        }
        let form = self.required("form");
        let form_version = self.required("form_version");
        let language = self.required("language");
        let tag = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if !language.is_empty() && (language.len() > 35 || !language.chars().all(tag)) {
            self.fault(
                "language",
                "应为语言代码，如 zh。",
                "This must be a language tag, such as zh.",
            );
        }
        let mode = self.word("mode", Mode::parse, "web, interview, phone, paper");
        let answering = self.word("answering", Answering::parse, "self, assisted, proxy");
        let (started, ended) = (self.moment("started_at"), self.moment("ended_at"));
        let duration_s = match (started, ended) {
            (Some(started), Some(ended)) if ended < started => {
                self.fault(
                    "ended_at",
                    "不能早于 started_at。",
                    "This must not be before `started_at`.",
                );
                0
            }
            (Some(started), Some(ended)) => ended.as_second() - started.as_second(),
            _ => 0,
        };
        let answers = self.answers();
        let ways = self.ways();
        match (door, mode, answering) {
            (Some(door), Some(mode), Some(answering)) if self.faults.is_empty() => Ok(NewResponse {
                id,
                door,
                form,
                form_version,
                language,
                mode,
                answering,
                duration_s: duration_s.clamp(0, MAX_DURATION_S),
                answers,
                draft_id: None,
                unit: None,
                ways,
                consents: String::new(),
                interviewer: None,
                staff_collected: false,
                ended_on: None,
            }),
            _ => Err(self.faults),
        }
    }
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
