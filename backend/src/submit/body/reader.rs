//! Reads the fields of a body and gathers every fault, so that all are named at once.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use survey_forms::response::RawAnswers;
use survey_forms::validate::FieldError;
use uuid::Uuid;

use super::tree::{Object, Tree};
use super::{MAX_DURATION_S, NewResponse};
use crate::submit::words::{Answering, Mode, Way};
use crate::submit::{Door, field_error};

/// Reads fields and gathers faults.
pub(super) struct Reader<'a> {
    body: &'a Object<'a>,
    faults: Vec<FieldError>,
}

/// Fields of a body that a program sends.
pub(super) const FIELDS: [&str; 12] = [
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
pub(super) const INTERVIEW_FIELDS: [&str; 12] = [
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

/// The word by which somebody agrees to be called back.
pub(crate) const CALLBACK: &str = "callback";

impl<'a> Reader<'a> {
    pub(super) fn new(body: &'a Object<'a>) -> Self {
        Self {
            body,
            faults: Vec::new(),
        }
    }

    pub(super) fn fault(&mut self, field: &str, zh: &str, en: &str) {
        self.faults.push(field_error(field, zh, en));
    }

    /// A text, none when absent or null.
    fn text(&mut self, field: &str) -> Option<String> {
        match self.body.get(field) {
            None | Some(Tree::Null) => None,
            // PostgreSQL stores no NUL: one such text would make every response of its batch fail.
            Some(Tree::Text(text)) if text.contains('\0') => {
                self.fault(
                    field,
                    "含有不能保存的字符。",
                    "This holds a character that cannot be stored.",
                );
                None
            }
            Some(Tree::Text(text)) => Some(text.to_string()),
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

    pub(super) fn door(&mut self) -> Option<Door> {
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
            Some(Tree::Object(given)) => {
                for (name, value) in given {
                    match value {
                        Tree::Text(text) => {
                            answers.insert(name.to_string(), text.to_string());
                        }
                        Tree::Null => {}
                        _ => self.fault(name, "回答应为文本。", "An answer must be a text."),
                    }
                }
            }
            None | Some(Tree::Null) => self.fault("answers", "缺少这一项。", "This is missing."),
            Some(_) => self.fault("answers", "应为对象。", "This must be an object."),
        }
        answers
    }

    /// The optional list of ways of reading.
    fn ways(&mut self) -> BTreeSet<Way> {
        let words = match self.body.get("ways") {
            None | Some(Tree::Null) => return BTreeSet::new(),
            Some(Tree::List(words)) => words.as_slice(),
            Some(_) => &[Tree::Null],
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

    pub(super) fn known_fields(&mut self, known: &[&str]) {
        let body = self.body;
        for name in body.keys().filter(|name| !known.contains(&name.as_ref())) {
            self.fault(name, "没有这一项。", "There is no such field.");
        }
    }

    /// The consents of an interview: taking part, which must be among them, and those that are kept.
    pub(super) fn consents(&mut self) -> String {
        let given = match self.body.get("consents") {
            Some(Tree::List(words)) => words.as_slice(),
            _ => &[],
        };
        let words: BTreeSet<&str> = given.iter().filter_map(Tree::as_str).collect();
        if !words.contains("part") {
            self.fault(
                "consents",
                "没有记下“自愿参加”。",
                "That the person takes part of their own free will was not noted.",
            );
        }
        let kept = ["sensitive", "guardian"];
        // Agreeing to be called back is kept with the case and not with the answers (`field::interviews`).
        let known = |word: &&str| kept.contains(word) || ["part", CALLBACK].contains(word);
        if words.len() != given.len() || !words.iter().all(known) {
            self.fault(
                "consents",
                "应为列表，每项是 part, sensitive, guardian, callback 之一。",
                "This must be a list of part, sensitive, guardian, callback.",
            );
        }
        let kept: Vec<&str> = kept.into_iter().filter(|word| words.contains(word)).collect();
        kept.join(" ")
    }

    pub(super) fn read(mut self, id: Uuid, door: Option<Door>) -> Result<NewResponse, Vec<FieldError>> {
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
                files_of: None,
                ended_on: None,
            }),
            _ => Err(self.faults),
        }
    }
}
