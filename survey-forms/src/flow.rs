//! The way through a questionnaire: which pages there are given the answers so far, which comes next, and which
//! answers no longer belong to anybody because their question has been taken away.
//!
//! A page is one question, one note, or one group with the appearance `field-list`. Other groups only hold a
//! condition and a heading; their questions are pages of their own.

use jiff::civil::Date;

use crate::expression::Function;
use crate::form::{Form, Item, Required};
use crate::response::{RawAnswers, TRIGGERED};
use crate::state::State;

/// A page of the questionnaire, as it stands for certain answers on a certain day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Name of its question or group: the segment of its address.
    pub name: String,
    /// Names of its questions that are asked now, in order; notes are among them.
    pub questions: Vec<String>,
    /// Whether one of them must be answered.
    pub has_required: bool,
    /// The day for which this holds: `today()` in a filter of choices means this day.
    pub today: Date,
}

/// All pages that are asked now, in order.
pub fn pages(form: &Form, answers: &RawAnswers, today: Date) -> Vec<Page> {
    Pages::of(&State::of(form, answers, today)).0
}

/// All pages that there can be, in order, each with all of its questions.
pub(crate) fn every_page(form: &Form, today: Date) -> Vec<Page> {
    Pages::of(&State::template(form, today)).0
}

/// The page of this name, if it is asked now.
pub fn page(form: &Form, answers: &RawAnswers, name: &str, today: Date) -> Option<Page> {
    pages(form, answers, today)
        .into_iter()
        .find(|page| page.name == name)
}

/// The page after this one, or the first; `None` after the last.
///
/// `after` may be a page that is no longer asked: the next one in the questionnaire's order follows it.
pub fn next(form: &Form, answers: &RawAnswers, after: Option<&str>, today: Date) -> Option<Page> {
    let from = match after {
        None => 0,
        Some(name) => form.slot(name)? + 1,
    };
    pages(form, answers, today)
        .into_iter()
        .find(|page| form.slot(&page.name).is_some_and(|slot| slot >= from))
}

/// The page before this one; `None` before the first.
pub fn previous(form: &Form, answers: &RawAnswers, before: &str, today: Date) -> Option<Page> {
    let until = form.slot(before)?;
    pages(form, answers, today)
        .into_iter()
        .rev()
        .find(|page| form.slot(&page.name).is_some_and(|slot| slot < until))
}

/// The first page with a question that takes an answer and has none; where a respondent resumes.
///
/// A question that may be left out counts as passed when something after it is answered.
pub fn first_unanswered(form: &Form, answers: &RawAnswers, today: Date) -> Option<Page> {
    let state = State::of(form, answers, today);
    let pages = Pages::of(&state).0;
    let open = |page: &Page, required_only: bool| {
        page.questions
            .iter()
            .filter_map(|name| form.slot(name))
            .any(|slot| {
                state.value(slot).is_empty()
                    && state.takes_answer(slot)
                    && (!required_only || state.is_required(slot))
            })
    };
    let answered = |page: &Page| {
        page.questions
            .iter()
            .filter_map(|name| form.slot(name))
            .any(|slot| state.takes_answer(slot) && !state.value(slot).is_empty())
    };
    let reached = pages.iter().rposition(answered).map_or(0, |at| at + 1);
    let missing = pages.iter().take(reached).position(|page| open(page, true));
    let at = missing.or_else(|| {
        pages
            .iter()
            .skip(reached)
            .position(|page| open(page, false))
            .map(|at| at + reached)
    })?;
    pages.into_iter().nth(at)
}

/// Which page this is, counted from 1, and how many there are now; `(0, total)` for a page that is not asked.
pub fn progress(form: &Form, answers: &RawAnswers, name: &str, today: Date) -> (usize, usize) {
    let pages = pages(form, answers, today);
    (
        pages
            .iter()
            .position(|page| page.name == name)
            .map_or(0, |at| at + 1),
        pages.len(),
    )
}

/// Takes away the answers of questions that are not asked any more, and writes down what has to be remembered from one
/// page to the next: what `once()` found and what a trigger set.
///
/// Once is enough: a hidden question counts as unanswered for all others already.
pub fn clear_hidden(form: &Form, answers: &mut RawAnswers, today: Date) {
    let state = State::of(form, answers, today);
    let hidden: Vec<String> = answers
        .keys()
        .filter(|name| form.slot(name).is_some_and(|slot| !state.is_relevant(slot)))
        .cloned()
        .collect();
    let kept: Vec<(String, String)> = (0..state.len())
        .filter_map(|slot| Some((slot, state.question(slot)?)))
        .filter(|(slot, _)| state.is_relevant(*slot))
        .flat_map(|(slot, question)| {
            let is_triggered = !question.trigger.is_empty();
            let is_once = question
                .calculation
                .as_ref()
                .is_some_and(|calculation| calculation.calls(Function::Once));
            let value = (is_triggered || is_once)
                .then(|| (question.name.clone(), state.value(slot).to_owned()))
                .filter(|(_, value)| is_triggered || !value.is_empty());
            let mark = is_triggered.then(|| {
                (
                    format!("{}{TRIGGERED}", question.name),
                    state.trigger_mark(question),
                )
            });
            value.into_iter().chain(mark)
        })
        .collect();
    for name in hidden {
        answers.remove(&format!("{name}{TRIGGERED}"));
        answers.remove(&name);
    }
    answers.extend(kept);
}

struct Pages(Vec<Page>);

impl Pages {
    fn of(state: &State<'_>) -> Self {
        let mut pages: Vec<Page> = Vec::new();
        // Slot of the field-list group whose page is being filled, and where its items end is known by parentage.
        let mut open: Option<usize> = None;
        for slot in 0..state.len() {
            if open.is_some_and(|group| !state.is_inside(slot, group)) {
                open = None;
            }
            if !state.is_relevant(slot) {
                continue;
            }
            match state.item(slot) {
                Item::Group(group) if group.is_page() && open.is_none() => {
                    open = Some(slot);
                    pages.push(Page {
                        name: group.name.clone(),
                        questions: Vec::new(),
                        has_required: false,
                        today: state.today(),
                    });
                }
                Item::Group(_) => {}
                Item::Question(question) if state.shows(question) => {
                    let has_required = !matches!(question.required, Required::No) && state.is_required(slot);
                    match (open, pages.last_mut()) {
                        (Some(_), Some(page)) => {
                            page.questions.push(question.name.clone());
                            page.has_required |= has_required;
                        }
                        _ => pages.push(Page {
                            name: question.name.clone(),
                            questions: vec![question.name.clone()],
                            has_required,
                            today: state.today(),
                        }),
                    }
                }
                Item::Question(_) => {}
            }
        }
        // A group all of whose questions are hidden is no page.
        pages.retain(|page| !page.questions.is_empty());
        Self(pages)
    }
}

#[cfg(test)]
mod tests;
