//! Answers a questionnaire as a person does who does not read it, for tests of several crates.

use jiff::civil::Date;
use survey_forms::flow;
use survey_forms::form::{Form, QuestionKind};
use survey_forms::response::RawAnswers;
use survey_forms::validate::validate_page;

/// Answers every page as it comes, by `say`, or else with the first choice, 1, today, or a word. Gives the answers and the
/// names of all that was asked or read.
///
/// # Panics
/// When a page has a fault.
pub(crate) fn answered(
    form: &Form,
    mut answers: RawAnswers,
    today: Date,
    say: &dyn Fn(&str) -> Option<String>,
) -> (RawAnswers, Vec<String>) {
    let mut at: Option<String> = None;
    while let Some(mut page) = flow::next(form, &answers, at.as_deref(), today) {
        let name = page.name.clone();
        // A page brings up further questions as it is answered.
        while let Some(question) =
            page.questions
                .iter()
                .filter_map(|name| form.question(name))
                .find(|question| {
                    !answers.contains_key(&question.name) && !matches!(question.kind, QuestionKind::Note)
                })
        {
            let first = || form.choices(question).first().map(|choice| choice.name.clone());
            let usual = || match question.kind {
                QuestionKind::SelectOne { .. } | QuestionKind::SelectMultiple { .. } => first(),
                QuestionKind::Integer | QuestionKind::Decimal => Some("1".to_owned()),
                QuestionKind::Date => Some(today.to_string()),
                QuestionKind::Text => Some("word".to_owned()),
                _ => None,
            };
            let answer = say(&question.name).or_else(usual).unwrap_or_default();
            answers.insert(question.name.clone(), answer);
            match flow::page(form, &answers, &name, today) {
                Some(now) => page = now,
                None => break,
            }
        }
        let errors = validate_page(form, &page, &answers, today);
        assert!(errors.is_empty(), "{errors:#?}");
        flow::clear_hidden(form, &mut answers, today);
        at = Some(name);
    }
    let pages = flow::pages(form, &answers, today);
    let asked = pages.into_iter().flat_map(|page| page.questions).collect();
    (answers, asked)
}
