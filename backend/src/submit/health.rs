//! Questions about body and health (PIPL Art. 28) need a consent of their own.

use survey_forms::form::{Form, MissingKind, Question, Required};
use survey_forms::response::RawAnswers;

/// Whether a question asks about body and health: the Washington Group questions, which every plan names `wg_…`.
pub fn is_sensitive(question: &Question) -> bool {
    question.name.starts_with("wg_")
}

/// The choice by which a question can be refused, if it has one.
pub fn refusal<'a>(form: &'a Form, question: &Question) -> Option<&'a str> {
    form.choices(question)
        .iter()
        .find(|choice| choice.missing == Some(MissingKind::Refused))
        .map(|choice| choice.name.as_str())
}

/// Takes answers about health out, when consent to them was not given: "rather not say" where the question has it.
pub fn withhold(form: &Form, answers: &mut RawAnswers) {
    for question in form.questions().filter(|question| is_sensitive(question)) {
        match refusal(form, question) {
            Some(refused) => {
                answers.insert(question.name.clone(), refused.to_owned());
            }
            None if matches!(question.required, Required::No) => {
                answers.remove(&question.name);
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_about_health_are_taken_out_and_nothing_else() {
        let bytes = include_bytes!("../../plans/sample/forms/resident.xlsx");
        let form = survey_forms::xlsform::read("resident.xlsx", bytes).unwrap().form;
        let sensitive: Vec<&Question> = form
            .questions()
            .filter(|question| is_sensitive(question))
            .collect();
        assert!(!sensitive.is_empty());
        let mut answers: RawAnswers = sensitive
            .iter()
            .map(|question| (question.name.clone(), "4".to_owned()))
            .collect();
        answers.insert("answering".to_owned(), "self".to_owned());
        withhold(&form, &mut answers);
        assert_eq!(answers.remove("answering").as_deref(), Some("self"));
        for (name, value) in answers {
            let question = form.question(&name).unwrap();
            assert_eq!(refusal(&form, question), Some(value.as_str()), "{name}");
        }
    }
}
