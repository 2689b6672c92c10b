//! Answers as they travel and as they are stored: one text per question name.

use std::collections::BTreeMap;

use crate::flow::Page;
use crate::form::{Form, QuestionKind};

/// Answers by question name. An answer to a `select_multiple` is its choices joined by spaces; no answer is absent
/// or the empty text.
pub type RawAnswers = BTreeMap<String, String>;

/// The answers that a page's HTML form sent back.
///
/// Every question of the page is in the result, with the empty text where nothing was given, so that an answer can
/// be taken back; repeated keys of a `select_multiple` are joined. Keys that are not of this page are left out.
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
            // A browser sends one; of several the last one wins, as in a URL that was edited by hand.
            _ => given.next_back().unwrap_or_default().to_owned(),
        };
        answers.insert(name.clone(), value);
    }
    answers
}
