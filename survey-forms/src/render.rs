//! A page's questions as accessible HTML (WCAG 2.2 AA): what is inside the `<form>`, never the form itself, and no
//! address. It works without script and without style.
//!
//! - One question's words are the page's `<h1>`: inside `<legend>` for choices, inside `<label>` for inputs.
//! - Hints and errors are tied to their field with `aria-describedby`; an input's `id` is the question's name, a
//!   choice's `NAME-VALUE`, an error's `err-NAME`, a hint's `hint-NAME`.
//! - Scales are words with a decorative face; numbers that only serve analysis are never shown.
//! - A text that fell back to another language carries `lang`.

use maud::{Markup, html};

use crate::answer;
use crate::flow::Page;
use crate::form::{Form, Question, QuestionKind};
use crate::response::RawAnswers;
use crate::state::State;
use crate::text::Text;
use crate::validate::{FieldError, slots};

mod face;
mod page;
mod widget;
mod words;

/// The questions of a page with what has been answered and what is wrong.
///
/// `errors` are those of [`crate::validate::validate_page`]; what was typed is shown again as it was typed.
pub fn page(form: &Form, page: &Page, answers: &RawAnswers, errors: &[FieldError], lang: &str) -> Markup {
    let state = State::of(form, answers, page.today);
    let view = View {
        state: &state,
        answers,
        errors,
        lang,
    };
    let slots = slots(&state, page);
    view.page(page, &slots)
}

/// A page as it looks before anything is answered, for clients that fill it in themselves: every question of it is
/// there with every choice, and earlier answers are marked with their names (see [`crate::client`]).
pub(crate) fn template(form: &Form, page: &Page, lang: &str) -> Markup {
    let state = State::template(form, page.today);
    let answers = RawAnswers::new();
    let view = View {
        state: &state,
        answers: &answers,
        errors: &[],
        lang,
    };
    let slots = slots(&state, page);
    view.page(page, &slots)
}

/// What a stored answer says, for the page where answers are checked: labels of the choices, in the list's words.
pub fn answer_text(form: &Form, question: &Question, value: &str, lang: &str) -> String {
    let separator = if lang.starts_with("zh") || lang.starts_with("ja") {
        "、"
    } else {
        ", "
    };
    match &question.kind {
        QuestionKind::SelectOne { .. } | QuestionKind::SelectMultiple { .. } => {
            let label = |name: &str| {
                let choice = form.choices(question).iter().find(|choice| choice.name == name);
                choice.map_or_else(|| name.to_owned(), |choice| choice.label.get(lang).to_owned())
            };
            value
                .split_whitespace()
                .map(label)
                .collect::<Vec<_>>()
                .join(separator)
        }
        QuestionKind::Date => words::date(value, lang),
        kind => answer::lenient(kind, value).into_owned(),
    }
}

/// What every widget needs to know.
struct View<'v, 'a> {
    state: &'v State<'a>,
    answers: &'v RawAnswers,
    errors: &'v [FieldError],
    lang: &'v str,
}

impl View<'_, '_> {
    fn error(&self, question: &Question) -> Option<&Text> {
        self.errors
            .iter()
            .find(|error| error.field == question.name)
            .map(|error| &error.message)
    }

    /// What stands in the field: what was typed, or the default where nothing has been said yet.
    fn value(&self, question: &Question, slot: usize) -> String {
        if question.is_fixed() {
            return self.state.value(slot).to_owned();
        }
        match self.answers.get(&question.name) {
            Some(typed) => typed.clone(),
            None => question.default.clone().unwrap_or_default(),
        }
    }

    /// A text with earlier answers filled in, marked with its language where that is not the page's.
    fn text(&self, text: &Text) -> Markup {
        let Some((language, _)) = text.resolve(self.lang) else {
            return html! {};
        };
        let language = language.to_owned();
        let filled = self.state.fill_in(text, self.lang);
        // `zh` serves a page in `zh-x-easy`: the same language to every voice.
        let same = primary(&language) == primary(self.lang);
        html! {
            @if same { (lines(&filled)) } @else { span lang=(language) { (lines(&filled)) } }
        }
    }
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

/// Line breaks of a cell stay line breaks.
fn lines(text: &str) -> Markup {
    html! {
        @for (at, line) in text.lines().enumerate() {
            @if at > 0 { br; }
            (line)
        }
    }
}

#[cfg(test)]
mod tests;
