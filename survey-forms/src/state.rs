//! A form's state for certain answers: which items are asked and what every calculation comes to. Computed in one
//! pass over the form's evaluation order; everything that depends on answers (validation, flow, rendering) asks here.

use std::borrow::Cow;

use jiff::civil::Date;

use crate::answer;
use crate::expression::chance::{seed_of, seed_of_value, shuffle};
use crate::expression::moment::{self, parse_moment};
use crate::expression::{Value, parse_date};
use crate::form::{Choice, Form, Group, Item, Node, Question, QuestionKind, Required};
use crate::placeholder::{self, Part};
use crate::render::answer_text;
use crate::response::{NOW, OFFSET, RESPONSE_ID, RawAnswers, TAKES_FILES, TRIGGERED};
use crate::styled;
use crate::text::Text;

mod about;

use about::About;

pub(crate) struct State<'a> {
    form: &'a Form,
    today: Date,
    /// Absent for a template.
    answers: Option<&'a RawAnswers>,
    nodes: Vec<Node<'a>>,
    /// By slot: the answer in canonical form; of a hidden question, empty.
    values: Vec<Cow<'a, str>>,
    relevant: Vec<bool>,
    /// Minutes by which the clock of the place is ahead of Greenwich's, as far as the answers say.
    offset: Option<i32>,
    /// Whether files can be handed in.
    takes_files: bool,
    /// Whether this stands for every state there can be; see [`State::template`].
    template: bool,
}

/// What stands around a name in the words of a template, where a client puts the answer: two characters for private
/// use, which no keyboard types.
pub(crate) const MARKS: (char, char) = ('\u{e000}', '\u{e001}');

/// What stands between the values of several triggers; no answer holds it.
const BETWEEN: char = '\u{1f}';

impl<'a> State<'a> {
    /// The state from which pages are rendered for clients that know the answers only later: everything is asked,
    /// every choice is offered, whatever may be required is required, and `${name}` becomes the name between
    /// [`MARKS`].
    pub(crate) fn template(form: &'a Form, today: Date) -> Self {
        let nodes = form.nodes();
        Self {
            form,
            today,
            answers: None,
            values: vec![Cow::Borrowed(""); nodes.len()],
            relevant: vec![true; nodes.len()],
            nodes,
            offset: None,
            takes_files: false,
            template: true,
        }
    }

    pub(crate) fn of(form: &'a Form, answers: &'a RawAnswers, today: Date) -> Self {
        let nodes = form.nodes();
        let values = vec![Cow::Borrowed(""); nodes.len()];
        let relevant = vec![false; nodes.len()];
        let mut state = Self {
            form,
            today,
            answers: Some(answers),
            nodes,
            values,
            relevant,
            offset: offset(answers),
            takes_files: answers.get(TAKES_FILES).is_some_and(|said| said == "yes"),
            template: false,
        };
        for &slot in form.evaluation_order() {
            state.settle(slot, answers);
        }
        state
    }

    /// Settles one slot; all it depends on has been settled.
    fn settle(&mut self, slot: usize, answers: &'a RawAnswers) {
        let Node { item, parent } = self.nodes[slot];
        let inside = parent.is_none_or(|group| self.relevant[group]);
        let relevant = inside
            && item
                .relevant()
                .is_none_or(|expression| expression.holds(&self.about(slot)));
        self.relevant[slot] = relevant;
        let Item::Question(question) = item else { return };
        if !relevant {
            return;
        }
        let given = answers.get(&question.name).map_or("", String::as_str);
        self.values[slot] = match &question.calculation {
            _ if !question.trigger.is_empty() => self.triggered(slot, question, given),
            Some(_) => self.calculated(slot, question, given),
            None if question.is_fixed() => self.default_of(slot, question),
            None => answer::lenient(&question.kind, given),
        };
    }

    fn calculated(&self, slot: usize, question: &'a Question, given: &'a str) -> Cow<'a, str> {
        let Some(calculation) = &question.calculation else {
            return Cow::Borrowed("");
        };
        // What `once()` finds is what was stored before.
        let now = About::of(self, slot, self.typed(question, Cow::Borrowed(given)));
        calculation.evaluate(&now).to_answer()
    }

    /// The value of a question that follows a trigger: computed when the trigger has another value than when it was
    /// computed last, else what is there, which a respondent may have typed over it.
    fn triggered(&self, slot: usize, question: &'a Question, given: &'a str) -> Cow<'a, str> {
        let mark = self.trigger_mark(question);
        let last = self
            .answers
            .and_then(|answers| answers.get(&format!("{}{TRIGGERED}", question.name)));
        let as_given = || answer::lenient(&question.kind, given);
        match last {
            Some(last) if *last == mark => as_given(),
            // A client that keeps its own account of triggers sends the value alone.
            None if !given.trim().is_empty() => as_given(),
            None if mark.chars().all(|c| c == BETWEEN) => Cow::Borrowed(""),
            _ => self.calculated(slot, question, given),
        }
    }

    /// The values of a question's triggers, by which a change is noticed.
    pub(crate) fn trigger_mark(&self, question: &Question) -> String {
        let values: Vec<&str> = question
            .trigger
            .iter()
            .map(|name| self.form.slot(name).map_or("", |slot| self.value(slot)))
            .collect();
        values.join(&BETWEEN.to_string())
    }

    /// What stands in a question before anybody has answered it.
    pub(crate) fn default_of(&self, slot: usize, question: &'a Question) -> Cow<'a, str> {
        match (&question.default, &question.dynamic_default) {
            (Some(fixed), _) => Cow::Borrowed(fixed),
            (None, Some(_)) if self.template => Cow::Borrowed(""),
            (None, Some(dynamic)) => {
                let value = dynamic.evaluate(&About::of(self, slot, Value::EMPTY)).to_answer();
                match answer::canonical(&question.kind, &value) {
                    Ok(read) => Cow::Owned(read.into_owned()),
                    Err(_) => value,
                }
            }
            (None, None) => Cow::Borrowed(""),
        }
    }

    pub(crate) fn form(&self) -> &'a Form {
        self.form
    }

    pub(crate) fn today(&self) -> Date {
        self.today
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn item(&self, slot: usize) -> &'a Item {
        self.nodes[slot].item
    }

    pub(crate) fn question(&self, slot: usize) -> Option<&'a Question> {
        self.nodes[slot].item.as_question()
    }

    pub(crate) fn is_relevant(&self, slot: usize) -> bool {
        self.relevant[slot]
    }

    /// The canonical answer, computed where it is computed; empty when hidden or missing.
    pub(crate) fn value(&self, slot: usize) -> &str {
        &self.values[slot]
    }

    /// Whether the item at `slot` is in this group, at any depth.
    pub(crate) fn is_inside(&self, slot: usize, group: usize) -> bool {
        self.groups_around(slot).any(|(around, _)| around == group)
    }

    /// Groups around a slot, the innermost first.
    pub(crate) fn groups_around(&self, slot: usize) -> impl Iterator<Item = (usize, &'a Group)> {
        std::iter::successors(self.nodes[slot].parent, |&around| self.nodes[around].parent).filter_map(
            |around| match self.nodes[around].item {
                Item::Group(group) => Some((around, group)),
                Item::Question(_) => None,
            },
        )
    }

    /// Whether a question here takes an answer.
    pub(crate) fn takes_answer(&self, slot: usize) -> bool {
        self.question(slot)
            .is_some_and(|question| question.takes_answer() || (self.takes_files && question.takes_file()))
    }

    /// Whether a page shows this question.
    pub(crate) fn shows(&self, question: &Question) -> bool {
        question.is_visible() || (self.takes_files && question.takes_file())
    }

    /// Minutes by which the clock of the place is ahead of Greenwich's, as far as the answers say.
    pub(crate) fn offset(&self) -> Option<i32> {
        self.offset
    }

    /// Whether the question here must be answered now.
    pub(crate) fn is_required(&self, slot: usize) -> bool {
        self.relevant[slot]
            && self.takes_answer(slot)
            && self
                .question(slot)
                .is_some_and(|question| match &question.required {
                    Required::No => false,
                    Required::Yes => true,
                    Required::When(expression) => self.template || expression.holds(&self.about(slot)),
                })
    }

    /// Whether the answer satisfies the question's constraint.
    pub(crate) fn satisfies_constraint(&self, slot: usize) -> bool {
        self.question(slot)
            .and_then(|question| question.constraint.as_ref())
            .is_none_or(|constraint| constraint.holds(&self.about(slot)))
    }

    /// The choices that a question offers now, in the order in which it offers them.
    pub(crate) fn offered(&self, question: &'a Question) -> Vec<&'a Choice> {
        let choices = self.form.choices(question).iter();
        let offered: Vec<&Choice> = match &question.choice_filter {
            _ if self.template => return choices.collect(),
            None => choices.collect(),
            Some(filter) => choices
                .filter(|choice| filter.holds(&About::of_choice(self, choice)))
                .collect(),
        };
        match &question.randomize {
            Some(randomize) => {
                let seed = match &randomize.seed {
                    Some(seed) => {
                        let slot = self.form.slot(&question.name).unwrap_or_default();
                        let value = seed.evaluate(&About::of(self, slot, Value::EMPTY));
                        seed_of_value(value.to_number(), &value.to_text())
                    }
                    None => seed_of(&format!("{}/{}", self.response_id(), question.name)),
                };
                shuffle(&offered, seed)
            }
            None => offered,
        }
    }

    /// The names that a question offers to be put in order; "don't know" and its like have no place in one.
    pub(crate) fn ranked(&self, question: &'a Question) -> Vec<&'a Choice> {
        let offered = self.offered(question).into_iter();
        offered.filter(|choice| choice.missing.is_none()).collect()
    }

    /// Whether a question offers this choice now.
    pub(crate) fn offers(&self, question: &'a Question, name: &str) -> bool {
        self.form.choices(question).iter().any(|choice| {
            choice.name == name
                && question
                    .choice_filter
                    .as_ref()
                    .is_none_or(|filter| filter.holds(&About::of_choice(self, choice)))
        })
    }

    /// The response's own identifier, as far as the caller gives one.
    fn response_id(&self) -> &'a str {
        self.answers
            .and_then(|answers| answers.get(RESPONSE_ID))
            .map_or("", String::as_str)
    }

    /// The context of expressions that belong to this slot.
    fn about(&self, slot: usize) -> About<'_, 'a> {
        let current = match self.question(slot) {
            Some(question) => self.typed(question, self.values[slot].clone()),
            None => Value::EMPTY,
        };
        About::of(self, slot, current)
    }

    /// An answer with the type that its question gives it.
    fn typed(&self, question: &Question, answer: Cow<'a, str>) -> Value<'a> {
        if answer.is_empty() {
            return Value::EMPTY;
        }
        match question.kind {
            QuestionKind::Integer | QuestionKind::Decimal | QuestionKind::Range { .. } => {
                match Value::Text(answer.clone()).to_number() {
                    number if number.is_nan() => Value::Text(answer),
                    number => Value::Number(number),
                }
            }
            QuestionKind::Date => parse_date(&answer).map_or(Value::Text(answer), Value::Date),
            _ => Value::Text(answer),
        }
    }
}

/// The offset of the moment of answering, or the one that stands by itself.
fn offset(answers: &RawAnswers) -> Option<i32> {
    let now = answers.get(NOW).and_then(|now| parse_moment(now));
    let own = || answers.get(OFFSET).and_then(|said| moment::offset(said.trim()));
    now.and_then(|(_, time)| time.offset).or_else(own)
}

impl State<'_> {
    /// Words without markup, with earlier answers in the place of `${name}`, in every language.
    pub(crate) fn fill(&self, text: &Text) -> Text {
        text.map(|language, words| self.fill_words(&styled::plain(words), language))
    }

    /// The same in one language.
    pub(crate) fn fill_in(&self, text: &Text, lang: &str) -> String {
        self.fill_words(&styled::plain(text.get(lang)), lang)
    }

    /// Words with earlier answers in the place of `${name}`. What stands in an answer is never markup.
    pub(crate) fn fill_words(&self, words: &str, lang: &str) -> String {
        if !words.contains("${") {
            return words.to_owned();
        }
        let mut out = String::with_capacity(words.len());
        for part in placeholder::parts(words) {
            match part {
                Part::Words(words) | Part::Broken(words) => out.push_str(words),
                Part::Answer(name) if self.template => {
                    out.push(MARKS.0);
                    out.push_str(name);
                    out.push(MARKS.1);
                }
                Part::Answer(name) => match self
                    .form
                    .slot(name)
                    .and_then(|slot| Some((slot, self.question(slot)?)))
                {
                    Some((slot, question)) => {
                        out.push_str(&answer_text(self.form, question, self.value(slot), lang))
                    }
                    None => out.push_str(&self.noted(name).to_text()),
                },
            }
        }
        out
    }
}

#[cfg(test)]
mod tests;
