//! Answers against a form: what is stored, or what the respondent has to put right.
//!
//! The same rules hold for a page in the browser and for a whole response by the API. Conditions are looked at with
//! the answers themselves, so no client is trusted about what was shown.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::answer;
use crate::answer::rank::{self, RankFault};
use crate::expression::moment;
use crate::flow::Page;
use crate::form::{Choice, Form, Question, QuestionKind};
use crate::response::{NOW, OFFSET, RESPONSE_ID, RawAnswers, TAKES_FILES, TRIGGERED};
use crate::state::State;
use crate::text::Text;

pub(crate) mod messages;

/// What is wrong with one answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Name of the question.
    pub field: String,
    /// What is wrong and how to put it right, for the respondent.
    pub message: Text,
}

/// Checks a whole response.
///
/// Returns the answers as they are to be stored: only questions that were asked and answered, in canonical form
/// (ASCII digits, `2026-11-23`, choices in the order of their list), calculations filled in.
///
/// # Errors
/// Every fault: unknown fields, answers to questions that were not asked, missing and invalid answers.
pub fn validate(form: &Form, answers: &RawAnswers, today: Date) -> Result<RawAnswers, Vec<FieldError>> {
    let state = State::of(form, answers, today);
    let mut errors = Vec::new();
    for (name, value) in answers {
        if is_account(form, name) {
            continue;
        }
        if form.slot(name).is_none() && !form.metadata.iter().any(|metadata| metadata.name == *name) {
            errors.push(FieldError {
                field: name.clone(),
                message: messages::unknown_field(),
            });
        } else if !value.trim().is_empty()
            && form.slot(name).is_some_and(|slot| state.question(slot).is_none())
        {
            errors.push(FieldError {
                field: name.clone(),
                message: messages::takes_no_answer(),
            });
        }
    }
    let mut stored = RawAnswers::new();
    for slot in 0..state.len() {
        let Some(question) = state.question(slot) else {
            continue;
        };
        let given = answers.get(&question.name).map_or("", String::as_str).trim();
        match check(&state, slot, question, given) {
            Ok(value) if value.is_empty() => {}
            Ok(value) => {
                stored.insert(question.name.clone(), value.into_owned());
            }
            Err(message) => errors.push(FieldError {
                field: question.name.clone(),
                message,
            }),
        }
    }
    if errors.is_empty() {
        Ok(stored)
    } else {
        Err(errors)
    }
}

/// Whether a key holds what is known of the response itself, and no answer.
fn is_account(form: &Form, key: &str) -> bool {
    [RESPONSE_ID, NOW, OFFSET, TAKES_FILES].contains(&key)
        || key
            .strip_suffix(TRIGGERED)
            .is_some_and(|name| form.slot(name).is_some())
}

/// Checks the answers to the questions of one page; other questions' answers only serve conditions.
pub fn validate_page(form: &Form, page: &Page, answers: &RawAnswers, today: Date) -> Vec<FieldError> {
    let state = State::of(form, answers, today);
    let mut errors = Vec::new();
    for slot in slots(&state, page) {
        let Some(question) = state.question(slot).filter(|_| state.is_relevant(slot)) else {
            continue;
        };
        let given = answers.get(&question.name).map_or("", String::as_str).trim();
        if let Err(message) = check(&state, slot, question, given) {
            errors.push(FieldError {
                field: question.name.clone(),
                message,
            });
        }
    }
    errors
}

/// Slots of a page's questions as the answers make them now: on a shared page an answer may have brought up a
/// question that was not there when the page was sent out.
pub(crate) fn slots(state: &State<'_>, page: &Page) -> Vec<usize> {
    match state.form().slot(&page.name) {
        Some(top) if state.question(top).is_none() => (top + 1..state.len())
            .take_while(|&slot| state.is_inside(slot, top))
            .filter(|&slot| {
                state.is_relevant(slot) && state.question(slot).is_some_and(|question| state.shows(question))
            })
            .collect(),
        _ => page
            .questions
            .iter()
            .filter_map(|name| state.form().slot(name))
            .collect(),
    }
}

/// The value to be stored, or what to say.
fn check<'a>(
    state: &'a State<'a>,
    slot: usize,
    question: &'a Question,
    given: &'a str,
) -> Result<Cow<'a, str>, Text> {
    if !state.is_relevant(slot) {
        // Calculations of hidden parts are the client's own bookkeeping.
        let harmless = given.is_empty() || question.is_fixed();
        return if harmless {
            Ok(Cow::Borrowed(""))
        } else {
            Err(messages::not_asked())
        };
    }
    if question.kind == QuestionKind::Note {
        return if given.is_empty() {
            Ok(Cow::Borrowed(""))
        } else {
            Err(messages::takes_no_answer())
        };
    }
    if question.is_fixed() {
        return Ok(Cow::Owned(state.value(slot).to_owned()));
    }
    let given = match given {
        // Nobody was asked yet: what the trigger has set stands.
        "" if !question.trigger.is_empty() => state.value(slot),
        given => given,
    };
    if given.is_empty() {
        if !state.is_required(slot) {
            return Ok(Cow::Borrowed(""));
        }
        let own = &question.required_message;
        return Err(if own.is_empty() {
            messages::required(&question.kind)
        } else {
            state.fill(own)
        });
    }
    let value = match &question.kind {
        QuestionKind::SelectOne { .. } => {
            if !state.offers(question, given) {
                return Err(messages::not_offered());
            }
            Cow::Borrowed(given)
        }
        QuestionKind::SelectMultiple { .. } => Cow::Owned(chosen(state, question, given)?),
        QuestionKind::Rank { .. } => Cow::Owned(ranked(state, question, given)?),
        kind => answer::canonical(kind, given).map_err(|fault| messages::invalid(&fault, kind))?,
    };
    // By the clock of the place where the form is filled in, which is known now and nobody could tell later.
    let value = match (&question.kind, state.offset()) {
        (QuestionKind::DateTime, Some(minutes)) if says_no_offset(&value) => {
            Cow::Owned(format!("{value}{}", moment::offset_text(minutes)))
        }
        _ => value,
    };
    if !state.satisfies_constraint(slot) {
        let own = &question.constraint_message;
        return Err(if own.is_empty() {
            messages::constraint()
        } else {
            state.fill(own)
        });
    }
    Ok(value)
}

fn says_no_offset(value: &str) -> bool {
    moment::parse_moment(value).is_some_and(|(_, time)| time.offset.is_none())
}

/// The order that was given, of everything offered.
fn ranked<'a>(state: &State<'a>, question: &'a Question, given: &str) -> Result<String, Text> {
    let offered: Vec<&str> = state
        .ranked(question)
        .into_iter()
        .map(|choice: &Choice| choice.name.as_str())
        .collect();
    rank::canonical(given, &offered).map_err(|fault| match fault {
        RankFault::Unknown => messages::not_offered(),
        RankFault::Incomplete => messages::rank_incomplete(),
        RankFault::Twice => messages::rank_twice(),
    })
}

/// Chosen values in the order of the list, each once.
fn chosen(state: &State<'_>, question: &Question, given: &str) -> Result<String, Text> {
    let wanted: Vec<&str> = given.split_whitespace().collect();
    let choices = state.form().choices(question);
    if wanted.iter().any(|name| !state.offers(question, name)) {
        return Err(messages::not_offered());
    }
    let chosen: Vec<_> = choices
        .iter()
        .filter(|choice| wanted.contains(&choice.name.as_str()))
        .collect();
    // "Don't know" beside an answer is neither; what was meant can only be asked.
    if chosen.len() > 1
        && let Some(missing) = chosen.iter().find(|choice| choice.missing.is_some())
    {
        return Err(messages::missing_beside_answers(&missing.label));
    }
    Ok(chosen
        .iter()
        .map(|choice| choice.name.as_str())
        .collect::<Vec<_>>()
        .join(" "))
}

#[cfg(test)]
mod tests;
