//! A form's state for certain answers: which items are asked and what every calculation comes to. Computed in one
//! pass over the form's evaluation order; everything that depends on answers (validation, flow, rendering) asks here.

use std::borrow::Cow;

use jiff::civil::Date;

use crate::answer;
use crate::expression::{Context, Value, parse_date};
use crate::form::{Choice, Form, Group, Item, MetadataKind, Node, Question, QuestionKind, Required};
use crate::placeholder::{self, Part};
use crate::render::answer_text;
use crate::response::RawAnswers;
use crate::text::Text;

pub(crate) struct State<'a> {
    form: &'a Form,
    today: Date,
    nodes: Vec<Node<'a>>,
    /// By slot: the answer in canonical form; of a hidden question, empty.
    values: Vec<Cow<'a, str>>,
    relevant: Vec<bool>,
    /// Whether this stands for every state there can be; see [`State::template`].
    template: bool,
}

/// What stands around a name in the words of a template, where a client puts the answer: two characters for private
/// use, which no keyboard types.
pub(crate) const MARKS: (char, char) = ('\u{e000}', '\u{e001}');

impl<'a> State<'a> {
    /// The state from which pages are rendered for clients that know the answers only later: everything is asked,
    /// every choice is offered, whatever may be required is required, and `${name}` becomes the name between
    /// [`MARKS`].
    pub(crate) fn template(form: &'a Form, today: Date) -> Self {
        let nodes = form.nodes();
        Self {
            form,
            today,
            values: vec![Cow::Borrowed(""); nodes.len()],
            relevant: vec![true; nodes.len()],
            nodes,
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
            nodes,
            values,
            relevant,
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
            Some(calculation) => {
                // What `once()` finds is what was stored before.
                let now = About {
                    state: self,
                    current: self.typed(question, Cow::Borrowed(given)),
                    choice: None,
                };
                calculation.evaluate(&now).to_answer()
            }
            None if question.read_only => Cow::Borrowed(question.default.as_deref().unwrap_or_default()),
            None => answer::lenient(&question.kind, given),
        };
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
        self.question(slot).is_some_and(Question::takes_answer)
    }

    /// Whether the question here must be answered now.
    pub(crate) fn is_required(&self, slot: usize) -> bool {
        self.relevant[slot]
            && self.question(slot).is_some_and(|question| {
                question.takes_answer()
                    && match &question.required {
                        Required::No => false,
                        Required::Yes => true,
                        Required::When(expression) => self.template || expression.holds(&self.about(slot)),
                    }
            })
    }

    /// Whether the answer satisfies the question's constraint.
    pub(crate) fn satisfies_constraint(&self, slot: usize) -> bool {
        self.question(slot)
            .and_then(|question| question.constraint.as_ref())
            .is_none_or(|constraint| constraint.holds(&self.about(slot)))
    }

    /// The choices that a question offers now.
    pub(crate) fn offered(&self, question: &'a Question) -> Vec<&'a Choice> {
        let choices = self.form.choices(question).iter();
        match &question.choice_filter {
            _ if self.template => choices.collect(),
            None => choices.collect(),
            Some(filter) => choices
                .filter(|choice| {
                    filter.holds(&About {
                        state: self,
                        current: Value::EMPTY,
                        choice: Some(choice),
                    })
                })
                .collect(),
        }
    }

    /// Whether a question offers this choice now.
    pub(crate) fn offers(&self, question: &'a Question, name: &str) -> bool {
        self.form.choices(question).iter().any(|choice| {
            choice.name == name
                && question.choice_filter.as_ref().is_none_or(|filter| {
                    filter.holds(&About {
                        state: self,
                        current: Value::EMPTY,
                        choice: Some(choice),
                    })
                })
        })
    }

    /// The context of expressions that belong to this slot.
    fn about(&self, slot: usize) -> About<'_, 'a> {
        let current = match self.question(slot) {
            Some(question) => self.typed(question, self.values[slot].clone()),
            None => Value::EMPTY,
        };
        About {
            state: self,
            current,
            choice: None,
        }
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

/// What an expression sees: the state, the answer being tested, the choice being tested.
struct About<'s, 'a> {
    state: &'s State<'a>,
    current: Value<'a>,
    choice: Option<&'a Choice>,
}

impl<'a> Context<'a> for About<'_, 'a> {
    fn answer(&self, name: &str) -> Value<'a> {
        let state = self.state;
        match state.form.slot(name) {
            Some(slot) => state.question(slot).map_or(Value::EMPTY, |question| {
                state.typed(question, state.values[slot].clone())
            }),
            None => {
                let today = state
                    .form
                    .metadata
                    .iter()
                    .any(|m| m.name == name && m.kind == MetadataKind::Today);
                if today {
                    Value::Date(state.today)
                } else {
                    Value::EMPTY
                }
            }
        }
    }

    fn current(&self) -> Value<'a> {
        self.current.clone()
    }

    fn column(&self, name: &str) -> Value<'a> {
        match self.choice {
            Some(choice) if name == "name" => Value::text(choice.name.as_str()),
            Some(choice) => choice
                .filters
                .get(name)
                .map_or(Value::EMPTY, |cell| Value::text(cell.as_str())),
            None => Value::EMPTY,
        }
    }

    fn today(&self) -> Date {
        self.state.today
    }
}

impl State<'_> {
    /// Words with earlier answers in the place of `${name}`, in every language.
    pub(crate) fn fill(&self, text: &Text) -> Text {
        text.map(|language, words| self.fill_words(words, language))
    }

    /// The same in one language.
    pub(crate) fn fill_in(&self, text: &Text, lang: &str) -> String {
        self.fill_words(text.get(lang), lang)
    }

    fn fill_words(&self, words: &str, lang: &str) -> String {
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
                    None => out.push_str(
                        &About {
                            state: self,
                            current: Value::EMPTY,
                            choice: None,
                        }
                        .answer(name)
                        .to_text(),
                    ),
                },
            }
        }
        out
    }
}
