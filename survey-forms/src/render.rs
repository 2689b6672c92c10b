//! A page's questions as accessible HTML (WCAG 2.2 AA): what is inside the `<form>`, never the form itself, and no
//! address. It works without script and without style.
//!
//! - One question's words are the page's `<h1>`: inside `<legend>` for choices, inside `<label>` for inputs.
//! - Hints and errors are tied to their field with `aria-describedby`; an input's `id` is the question's name, a
//!   choice's `NAME-VALUE`, an error's `err-NAME`, a hint's `hint-NAME`. A date has three fields of one name, year
//!   first, as have a time, a moment and a place; the first one's `id` is the question's name. Every line of an order has a
//!   list of numbers, all of one name.
//! - Scales are words with a decorative face; numbers that only serve analysis are never shown.
//! - A text that fell back to another language carries `lang`.
//! - What is heard instead of a text stands in its `data-audio`; films in sign language are native players with
//!   captions in a disclosure, open for readers who asked for them.

use std::fmt;

use jiff::civil::Date;
use maud::{Markup, html};

use crate::answer;
use crate::flow::Page;
use crate::form::{Form, Item, Question, QuestionKind};
use crate::response::RawAnswers;
use crate::state::State;
use crate::styled;
use crate::text::Text;
use crate::validate::{FieldError, slots};

mod face;
mod media;
mod page;
mod widget;
mod words;

/// How a page is shown to a reader.
#[derive(Clone, Copy)]
pub struct Manner<'m> {
    /// Language, with the wordings wanted in their order: `zh`, `en-x-easy`, `zh-x-proxy-easy`.
    pub lang: &'m str,
    /// Whether films in sign language are open from the start.
    pub sign: bool,
    /// The address of a media file by its name; none when there is no such file, which is then left out.
    pub media: &'m dyn Fn(&str) -> Option<String>,
}

impl<'m> Manner<'m> {
    /// The words alone in a language or wording, media files at `media/NAME` beside the page.
    pub fn new(lang: &'m str) -> Self {
        Self {
            lang,
            sign: false,
            media: &beside,
        }
    }
}

impl fmt::Debug for Manner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Manner");
        shown.field("lang", &self.lang).field("sign", &self.sign);
        shown.finish_non_exhaustive()
    }
}

/// `media/NAME`, relative to the page. Captions that no form names cannot be known to be there.
fn beside(name: &str) -> Option<String> {
    (!name.ends_with(".vtt")).then(|| format!("media/{name}"))
}

/// The questions of a page with what has been answered and what is wrong, in a language or wording (`zh-x-proxy`).
///
/// `errors` are those of [`crate::validate::validate_page`]; what was typed is shown again as it was typed.
pub fn page(form: &Form, page: &Page, answers: &RawAnswers, errors: &[FieldError], lang: &str) -> Markup {
    page_in(form, page, answers, errors, &Manner::new(lang))
}

/// As [`page`], for a reader who wants more than a language.
pub fn page_in(
    form: &Form,
    page: &Page,
    answers: &RawAnswers,
    errors: &[FieldError],
    manner: &Manner<'_>,
) -> Markup {
    let state = State::of(form, answers, page.today);
    let view = View {
        state: &state,
        page,
        answers,
        errors,
        lang: manner.lang,
        manner,
    };
    let slots = slots(&state, page);
    view.page(&slots)
}

/// A page as it looks before anything is answered, for clients that fill it in themselves: every question of it is
/// there with every choice, and earlier answers are marked with their names (see [`crate::client`]).
pub(crate) fn template(form: &Form, page: &Page, lang: &str) -> Markup {
    let state = State::template(form, page.today);
    let answers = RawAnswers::new();
    // Media stand beside the page: the client puts in the addresses of those that it has kept.
    let manner = Manner::new(lang);
    let view = View {
        state: &state,
        page,
        answers: &answers,
        errors: &[],
        lang,
        manner: &manner,
    };
    let slots = slots(&state, page);
    view.page(&slots)
}

/// The words of pages and questions with earlier answers filled in, without markup: for titles, lists and messages.
pub struct Words<'a>(State<'a>);

impl<'a> Words<'a> {
    /// The words as they are for these answers.
    pub fn new(form: &'a Form, answers: &'a RawAnswers, today: Date) -> Self {
        Self(State::of(form, answers, today))
    }

    /// The words by which a question is understood alone.
    pub fn of(&self, question: &Question, lang: &str) -> String {
        self.0.fill_in(&self.0.form().words_of(question), lang)
    }

    /// What a page is about: the heading of its group, else the words of its only question, else of the first item.
    pub fn of_page(&self, page: &Page, lang: &str) -> String {
        let form = self.0.form();
        let heading = form.slot(&page.name).and_then(|slot| match self.0.item(slot) {
            Item::Group(group) if has(&group.label, lang) => Some(self.0.fill_in(&group.label, lang)),
            _ => None,
        });
        let questions = || page.questions.iter().filter_map(|name| form.question(name));
        let slot = |question: &Question| form.slot(&question.name).unwrap_or_default();
        let alone = only(questions().filter(|question| self.0.takes_answer(slot(question))));
        heading
            .or_else(|| {
                alone
                    .or_else(|| questions().next())
                    .map(|question| self.of(question, lang))
            })
            .unwrap_or_default()
    }
}

/// The item of an iterator of one.
fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    items.next().filter(|_| items.next().is_none())
}

impl fmt::Debug for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Words").field(&self.0.form().id).finish()
    }
}

/// What a stored answer says, for the page where answers are checked: labels of the choices, in the list's words.
pub fn answer_text(form: &Form, question: &Question, value: &str, lang: &str) -> String {
    // Labels hold commas of their own: only a stronger sign lets a voice tell where one ends.
    let separator = if lang.starts_with("zh") || lang.starts_with("ja") {
        "；"
    } else {
        "; "
    };
    match &question.kind {
        QuestionKind::SelectOne { .. } | QuestionKind::SelectMultiple { .. } => {
            let label = |name: &str| {
                let choice = form.choices(question).iter().find(|choice| choice.name == name);
                choice.map_or_else(
                    || name.to_owned(),
                    |choice| styled::plain(choice.label.get(lang)).into_owned(),
                )
            };
            value
                .split_whitespace()
                .map(label)
                .collect::<Vec<_>>()
                .join(separator)
        }
        QuestionKind::Rank { .. } => {
            // An order that is not whole is shown as it is.
            let places = value.split_whitespace().enumerate().map(|(at, name)| {
                let choice = form.choices(question).iter().find(|choice| choice.name == name);
                let label = choice.map_or(name.into(), |choice| styled::plain(choice.label.get(lang)));
                format!("{}. {label}", at + 1)
            });
            places.collect::<Vec<_>>().join(separator)
        }
        QuestionKind::Acknowledge if value == answer::TICKED => words::ticked().get(lang).to_owned(),
        kind @ (QuestionKind::Time | QuestionKind::DateTime) => {
            words::moment(&answer::lenient(kind, value), lang)
        }
        kind @ QuestionKind::GeoPoint => words::place(&answer::lenient(kind, value), lang),
        kind @ (QuestionKind::GeoTrace | QuestionKind::GeoShape) => {
            words::places(&answer::lenient(kind, value), lang)
        }
        kind @ QuestionKind::Date => words::date(&answer::lenient(kind, value), lang),
        kind => answer::lenient(kind, value).into_owned(),
    }
}

/// What a tick says, for clients that say it themselves.
pub(crate) fn ticked_words() -> Text {
    words::ticked()
}

/// What every widget needs to know.
struct View<'v, 'a> {
    state: &'v State<'a>,
    page: &'v Page,
    answers: &'v RawAnswers,
    errors: &'v [FieldError],
    lang: &'v str,
    manner: &'v Manner<'v>,
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
            // What a trigger has set stands before a default.
            None if !question.trigger.is_empty() && !self.state.value(slot).is_empty() => {
                self.state.value(slot).to_owned()
            }
            None => match self.state.question(slot) {
                Some(question) => self.state.default_of(slot, question).into_owned(),
                None => String::new(),
            },
        }
    }

    /// A text with earlier answers filled in, marked with its language where that is not the page's.
    fn text(&self, text: &Text) -> Markup {
        let Some((language, words)) = text.resolve(self.lang) else {
            return html! {};
        };
        let styled = html! {
            @for span in styled::spans(words) {
                @let filled = self.state.fill_words(&span.words, self.lang);
                @if span.strong { strong { (lines(&filled)) } } @else { (lines(&filled)) }
            }
        };
        // `zh` serves a page in `zh-x-easy`: the same language to every voice.
        let same = primary(language) == primary(self.lang);
        html! {
            @if same { (styled) } @else { span lang=(language) { (styled) } }
        }
    }
}

/// Whether a reader in this language or wording gets to see anything of a text.
fn has(text: &Text, lang: &str) -> bool {
    text.resolve(lang).is_some()
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

/// Line breaks of a cell stay line breaks.
fn lines(text: &str) -> Markup {
    html! {
        @for (at, line) in text.split('\n').enumerate() {
            @if at > 0 { br; }
            (line)
        }
    }
}

#[cfg(test)]
mod tests;
