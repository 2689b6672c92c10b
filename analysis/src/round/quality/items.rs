//! Questions that were left without an answer by those whom they concerned.

use std::collections::BTreeSet;

use jiff::civil::Date;
use survey_forms::flow;
use survey_forms::form::{MissingKind, Question, QuestionKind};
use survey_forms::response::RawAnswers;

use super::Responses;
use crate::quality::item_nonresponse::{ItemNonresponse, ItemStatus};
use crate::results::ItemRow;
use crate::round::answers::Answers;

/// One row for each closed question that concerned anybody, in the order of the form; `day` stands for the day of
/// answering in conditions.
pub(super) fn rows(responses: &Responses<'_>, day: Date) -> Vec<ItemRow> {
    let form = responses.form;
    let closed: Vec<(&Question, &Answers)> = form
        .questions()
        .filter(|question| {
            question.is_visible()
                && matches!(
                    question.kind,
                    QuestionKind::SelectOne { .. } | QuestionKind::SelectMultiple { .. }
                )
        })
        .filter_map(|question| Some((question, responses.cases.questions.get(&question.name)?)))
        .collect();
    let mut statuses: Vec<Vec<ItemStatus>> = vec![Vec::with_capacity(responses.len()); closed.len()];
    for &row in &responses.rows {
        let mut given = RawAnswers::new();
        for (name, answers) in &responses.cases.questions {
            if let Some(text) = answers.text(row) {
                given.insert(name.clone(), text);
            }
        }
        let asked: BTreeSet<String> = flow::pages(form, &given, day)
            .into_iter()
            .flat_map(|page| page.questions)
            .collect();
        for ((question, answers), statuses) in closed.iter().zip(&mut statuses) {
            statuses.push(status(responses, question, answers, row, &asked));
        }
    }
    closed
        .iter()
        .zip(statuses)
        .filter_map(|((question, _), statuses)| {
            let item = ItemNonresponse::of(&statuses, None).ok()?;
            let concerned = [
                ItemStatus::Answered,
                ItemStatus::DontKnow,
                ItemStatus::Refused,
                ItemStatus::NotAnswered,
            ];
            let concerned: f64 = concerned.into_iter().map(|status| item.count(status)).sum();
            (concerned > 0.0).then(|| ItemRow {
                group: responses.cases.group.clone(),
                question: question.name.clone(),
                concerned: concerned as u64,
                rate: item.rate(),
                dont_know: item.share(ItemStatus::DontKnow),
                refused: item.share(ItemStatus::Refused),
                not_answered: item.share(ItemStatus::NotAnswered),
            })
        })
        .collect()
}

fn status(
    responses: &Responses<'_>,
    question: &Question,
    answers: &Answers,
    row: usize,
    asked: &BTreeSet<String>,
) -> ItemStatus {
    if !answers.is_given(row) {
        return match asked.contains(&question.name) {
            true => ItemStatus::NotAnswered,
            false => ItemStatus::NotAsked,
        };
    }
    if !answers.is_missing(row) {
        return ItemStatus::Answered;
    }
    let said = answers.text(row).unwrap_or_default();
    let choices = responses.form.choices(question);
    let choice = choices
        .iter()
        .find(|choice| said.split_whitespace().any(|word| word == choice.name));
    match choice.and_then(|choice| choice.missing) {
        Some(MissingKind::Refused) => ItemStatus::Refused,
        Some(MissingKind::NotApplicable) => ItemStatus::NotApplicable,
        _ => ItemStatus::DontKnow,
    }
}
