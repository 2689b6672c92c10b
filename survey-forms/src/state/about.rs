//! What an expression sees: the state, the answer being tested, the choice being tested.

use std::borrow::Cow;
use std::cell::Cell;

use jiff::civil::Date;

use super::State;
use crate::expression::chance::{ParkMiller, seed_of};
use crate::expression::{Context, Value};
use crate::form::{Choice, MetadataKind};
use crate::response::NOW;

pub(super) struct About<'s, 'a> {
    state: &'s State<'a>,
    slot: Option<usize>,
    current: Value<'a>,
    choice: Option<&'a Choice>,
    /// How many numbers the expression has drawn.
    drawn: Cell<u32>,
}

impl<'s, 'a> About<'s, 'a> {
    /// What an expression of the item at `slot` sees.
    pub(super) fn of(state: &'s State<'a>, slot: usize, current: Value<'a>) -> Self {
        Self {
            state,
            slot: Some(slot),
            current,
            choice: None,
            drawn: Cell::new(0),
        }
    }

    /// What a filter sees of a choice.
    pub(super) fn of_choice(state: &'s State<'a>, choice: &'a Choice) -> Self {
        Self {
            state,
            slot: None,
            current: Value::EMPTY,
            choice: Some(choice),
            drawn: Cell::new(0),
        }
    }
}

impl<'a> State<'a> {
    /// What the device noted under this name: the day always, all else as far as the answers hold it.
    pub(super) fn noted(&self, name: &str) -> Value<'a> {
        let Some(noted) = self.form.metadata.iter().find(|noted| noted.name == name) else {
            return Value::EMPTY;
        };
        match noted.kind {
            MetadataKind::Today => Value::Date(self.today),
            _ => self
                .answers
                .and_then(|answers| answers.get(name))
                .map_or(Value::EMPTY, |value| Value::text(value.as_str())),
        }
    }
}

impl<'a> Context<'a> for About<'_, 'a> {
    fn answer(&self, name: &str) -> Value<'a> {
        let state = self.state;
        match state.form.slot(name) {
            Some(slot) => match state.question(slot) {
                Some(question) => state.typed(question, state.values[slot].clone()),
                // A group is there or not: this is how instances of a repeat are counted.
                None if state.relevant[slot] => Value::text("1"),
                None => Value::EMPTY,
            },
            None => state.noted(name),
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

    fn now(&self) -> Value<'a> {
        match self.state.answers.and_then(|answers| answers.get(NOW)) {
            Some(now) => Value::text(now.as_str()),
            None => Value::text(format!("{}T00:00:00", self.state.today)),
        }
    }

    fn offset(&self) -> Option<i32> {
        self.state.offset()
    }

    fn chance(&self) -> f64 {
        let drawn = self.drawn.get();
        self.drawn.set(drawn + 1);
        let name = self.slot.map_or("", |slot| self.state.item(slot).name());
        let words = format!("{}/{name}/{drawn}", self.state.response_id());
        let mut chance = ParkMiller::new(seed_of(&words));
        // The first number lies near its seed.
        chance.next();
        chance.next()
    }

    fn language(&self) -> &str {
        self.state.form.default_language()
    }

    fn choice_name(&self, question: &str, value: &str) -> String {
        let form = self.state.form;
        let found = form.slot(question).and_then(|slot| {
            let choices = form.choices(self.state.question(slot)?);
            choices.iter().find(|choice| choice.name == value)
        });
        found.map_or_else(
            || value.to_owned(),
            |choice| choice.label.get(form.default_language()).to_owned(),
        )
    }

    fn version(&self) -> Value<'a> {
        Value::text(self.state.form.author_version.as_str())
    }

    fn property(&self, name: &str) -> Value<'a> {
        let noted = self
            .state
            .form
            .metadata
            .iter()
            .find(|noted| noted.kind.type_name() == name);
        noted.map_or(Value::EMPTY, |noted| match noted.kind {
            MetadataKind::Today => Value::Text(Cow::Owned(self.state.today.to_string())),
            _ => self.state.noted(&noted.name),
        })
    }

    fn pulled(&self, table: &str, column: &str, key_column: &str, key: &str) -> Value<'a> {
        let form = self.state.form;
        let found = form
            .tables
            .get(table)
            .and_then(|table| table.find(column, key_column, key));
        found.map_or(Value::EMPTY, Value::text)
    }
}
