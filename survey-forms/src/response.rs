//! Answers as they travel and as they are stored: one text per question name.

use std::collections::BTreeMap;

use crate::answer::{parts, rank};
use crate::flow::Page;
use crate::form::{Form, QuestionKind};

/// Key under which a response's own identifier may stand among its answers. What is left to chance (the order of
/// choices, `random()`, `uuid()`) follows from it; it is never stored as an answer.
pub const RESPONSE_ID: &str = "meta/instanceID";

/// Key under which the moment of answering may stand, as ODK writes it. Without it, `now()` is the beginning of the day.
pub const NOW: &str = "meta/now";

/// Key under which the offset of the clock may stand by which the form is filled in, such as `+08:00`, where the moment of
/// answering does not say it. By it moments with another offset are compared with days and with clocks that say none.
pub const OFFSET: &str = "meta/offset";

/// Key under which `yes` stands where files can be handed in: only then are pictures, recordings, films and files asked
/// for on pages and can be required.
pub const TAKES_FILES: &str = "meta/files";

/// What stands behind a question's name in the field by which its file is taken back.
pub const REMOVE: &str = "/remove";

/// What stands behind a question's name in the key under which its trigger's last value is kept.
pub(crate) const TRIGGERED: &str = "/trigger";

pub use crate::expression::moment::offset_text;

/// Answers by question name. An answer to a `select_multiple` is its choices joined by spaces; no answer is absent
/// or the empty text.
pub type RawAnswers = BTreeMap<String, String>;

/// The answers that a page's HTML form sent back.
///
/// Every question of the page is in the result, with the empty text where nothing was given, so that an answer can
/// be taken back; repeated keys of a `select_multiple` or `rank` and the
/// fields of a date, time or place are joined. Keys that are not of this page are left out.
pub fn from_pairs(form: &Form, page: &Page, pairs: &[(String, String)]) -> RawAnswers {
    let mut answers = RawAnswers::new();
    for name in &page.questions {
        let Some(question) = form.question(name).filter(|question| question.takes_answer()) else {
            continue;
        };
        let mut given = pairs
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.trim());
        let value = match question.kind {
            QuestionKind::SelectMultiple { .. } => {
                given.filter(|v| !v.is_empty()).collect::<Vec<_>>().join(" ")
            }
            QuestionKind::Rank { .. } => rank::join(given),
            ref kind if kind.fields() > 1 => parts::join(kind, &given.collect::<Vec<_>>()),
            // A browser sends one; of several the last one wins, as in a URL that was edited by hand.
            _ => given.next_back().unwrap_or_default().to_owned(),
        };
        answers.insert(name.clone(), value);
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::from_pairs;
    use crate::flow;
    use crate::testing::{TODAY, answers, form};

    #[test]
    fn from_pairs__date__is_its_fields_in_order_and_can_be_taken_back() {
        let form = form(
            "
            | survey |      |       |          |
            |        | type | name  | label    |
            |        | date | since | 哪天起？ |
            ",
        );
        let page = flow::page(&form, &answers(&[]), "since", TODAY).unwrap();
        let sent = |fields: &[&str]| {
            let pairs: Vec<(String, String)> = fields
                .iter()
                .map(|value| ("since".to_owned(), (*value).to_owned()))
                .collect();
            from_pairs(&form, &page, &pairs).remove("since").unwrap()
        };
        assert_eq!(sent(&["2026", "1", "31"]), "2026-1-31");
        assert_eq!(
            sent(&["2026-01-31"]),
            "2026-01-31",
            "one field, as other clients send it"
        );
        assert_eq!(sent(&["", "", ""]), "");
        assert_eq!(sent(&[]), "");
    }
}
