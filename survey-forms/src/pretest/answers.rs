//! Answers as a robot gives them: what a type allows, what the form compares an answer with, and the edges of both.

use std::collections::HashMap;

use jiff::ToSpan;
use jiff::civil::Date;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::pattern::matching;
use crate::expression::{Expression, Function, Node, NodeKind, Value};
use crate::form::{Form, Item, Question, QuestionKind, Required};
use crate::state::State;

/// What a run leaves to chance; the same seed gives the same run.
#[derive(Clone, Debug)]
pub(super) struct Chance(ChaCha8Rng);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// From 0 up to and without `end`; 0 when that is 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end.max(1))
    }

    /// Whether one of `n` times.
    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'i, T>(&mut self, items: &'i [T]) -> Option<&'i T> {
        items.choose(&mut self.0)
    }
}

/// What is known of a form before it is answered.
pub(super) struct Robot<'f> {
    pub(super) today: Date,
    /// Literals with which an answer is compared anywhere in the form, by question.
    compared: HashMap<&'f str, Vec<String>>,
    /// Patterns that an answer must match.
    patterns: HashMap<&'f str, Vec<&'f str>>,
}

impl<'f> Robot<'f> {
    pub(super) fn new(form: &'f Form, today: Date) -> Self {
        let mut robot = Self {
            today,
            compared: HashMap::new(),
            patterns: HashMap::new(),
        };
        for node in form.nodes() {
            match node.item {
                Item::Group(group) => robot.read(group.relevant.iter(), &group.name),
                Item::Question(question) => {
                    let required = match &question.required {
                        Required::When(expression) => Some(expression),
                        _ => None,
                    };
                    let expressions = [
                        question.relevant.as_ref(),
                        question.constraint.as_ref(),
                        question.calculation.as_ref(),
                        question.choice_filter.as_ref(),
                        required,
                    ];
                    robot.read(expressions.into_iter().flatten(), &question.name);
                }
            }
        }
        robot
    }

    fn read(&mut self, expressions: impl Iterator<Item = &'f Expression>, of: &'f str) {
        for expression in expressions {
            let mut parts: Vec<&'f Node> = Vec::new();
            expression.root().visit(&mut |part| parts.push(part));
            for part in parts {
                match &part.kind {
                    NodeKind::Binary(operator, left, right) if operator.compares() => {
                        for (one, other) in [(left, right), (right, left)] {
                            let literal = match &other.kind {
                                NodeKind::Number(_) | NodeKind::Text(_) => Some(literal(other)),
                                // The length of a text has no text, but its number helps nobody either.
                                _ => None,
                            };
                            if let (Some(name), Some(literal)) = (subject(one, of), literal) {
                                self.compared.entry(name).or_default().push(literal);
                            }
                        }
                    }
                    NodeKind::Call {
                        function: Function::Regex,
                        arguments,
                        ..
                    } => {
                        if let [text, pattern] = arguments.as_slice()
                            && let (Some(name), NodeKind::Text(source)) = (subject(text, of), &pattern.kind)
                        {
                            self.patterns.entry(name).or_default().push(source);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// An answer of this question's type; empty where it is passed over.
    pub(super) fn answer<'a>(
        &self,
        state: &State<'a>,
        question: &'a Question,
        chance: &mut Chance,
        at_edges: bool,
        may_pass: bool,
    ) -> String {
        let slot = state.form().slot(&question.name).unwrap_or_default();
        let passes = if at_edges { 2 } else { 8 };
        if may_pass && !state.is_required(slot) && chance.one_in(passes) {
            return String::new();
        }
        // What stands there is what many leave there.
        let standing = state.default_of(slot, question);
        if may_pass && !standing.is_empty() && chance.one_in(4) {
            return standing.into_owned();
        }
        match &question.kind {
            QuestionKind::SelectOne { .. } => {
                let offered = state.offered(question);
                chance
                    .pick(&offered)
                    .map_or(String::new(), |choice| choice.name.clone())
            }
            QuestionKind::SelectMultiple { .. } => several(state, question, chance, at_edges),
            QuestionKind::Rank { .. } => {
                let mut left = state.ranked(question);
                let mut out = Vec::new();
                while !left.is_empty() {
                    out.push(left.swap_remove(chance.below(left.len())).name.as_str());
                }
                out.join(" ")
            }
            QuestionKind::Acknowledge => crate::answer::TICKED.to_owned(),
            QuestionKind::Integer => self.number(&question.name, chance, at_edges, true),
            QuestionKind::Decimal => self.number(&question.name, chance, at_edges, false),
            QuestionKind::Range { start, end, step } => {
                let steps = ((end - start) / step).floor().clamp(0.0, 1e6) as usize;
                let at = match (at_edges, chance.below(2)) {
                    (true, 0) => 0,
                    (true, _) => steps,
                    (false, _) => chance.below(steps + 1),
                };
                // 0.1 + 0.2 is written 0.3.
                let value = start + at as f64 * step;
                Value::Number((value * 1e9).round() / 1e9).to_text().into_owned()
            }
            QuestionKind::Date => self.day(&question.name, chance, at_edges).to_string(),
            QuestionKind::Time => clock(chance, at_edges),
            QuestionKind::DateTime => {
                let day = self.day(&question.name, chance, at_edges);
                format!("{day}T{}", clock(chance, at_edges))
            }
            QuestionKind::GeoPoint => {
                let part = |chance: &mut Chance, most: usize| {
                    let whole = if at_edges { most } else { chance.below(most) };
                    format!("{whole}")
                };
                format!("{} {} 0 0", part(chance, 90), part(chance, 180))
            }
            QuestionKind::GeoTrace | QuestionKind::GeoShape => {
                // A few hundred metres, as somebody walks; four places are an outline too.
                let mut point = |latitude: f64, longitude: f64| {
                    let part = |chance: &mut Chance| chance.below(40) as f64 / 10_000.0;
                    format!("{:.4} {:.4}", latitude + part(chance), longitude + part(chance))
                };
                [
                    point(38.25, 116.5),
                    point(38.26, 116.5),
                    point(38.26, 116.51),
                    point(38.25, 116.51),
                ]
                .join(";")
            }
            _ => self.words(&question.name, chance, at_edges),
        }
    }

    fn number(&self, name: &str, chance: &mut Chance, at_edges: bool, is_whole: bool) -> String {
        let near: Vec<f64> = self
            .compared
            .get(name)
            .into_iter()
            .flatten()
            .filter_map(|literal| literal.parse::<f64>().ok())
            .flat_map(|number| [number - 1.0, number, number + 1.0, number + 0.5])
            .collect();
        let value = match chance.below(if at_edges { 4 } else { 3 }) {
            0 if !near.is_empty() => *chance.pick(&near).unwrap_or(&0.0),
            1 => [0.0, 1.0, 2.0, 3.0][chance.below(4)],
            3 => [0.0, -1.0, 999_999.0][chance.below(3)],
            _ => chance.below(110) as f64,
        };
        let value = if is_whole { value.round() } else { value };
        Value::Number(value).to_text().into_owned()
    }

    fn day(&self, name: &str, chance: &mut Chance, at_edges: bool) -> Date {
        let near: Vec<Date> = self
            .compared
            .get(name)
            .into_iter()
            .flatten()
            .filter_map(|literal| crate::expression::parse_date(literal))
            .collect();
        let back = |days: usize| {
            let days = i64::try_from(days).unwrap_or_default();
            self.today.checked_sub(days.days()).unwrap_or(self.today)
        };
        match chance.below(4) {
            0 if !near.is_empty() => *chance.pick(&near).unwrap_or(&self.today),
            0 if at_edges => self.today.tomorrow().unwrap_or(self.today),
            1 => back(chance.below(2)),
            2 => back(chance.below(400)),
            _ => back(chance.below(30_000)),
        }
    }

    fn words(&self, name: &str, chance: &mut Chance, at_edges: bool) -> String {
        if let Some(pattern) = self.patterns.get(name).and_then(|patterns| chance.pick(patterns))
            && !chance.one_in(10)
            && let Some(text) = matching(pattern, chance)
        {
            return text;
        }
        if let Some(literal) = self.compared.get(name).and_then(|literals| chance.pick(literals))
            && chance.one_in(3)
        {
            return literal.clone();
        }
        let usual = ["测试", "村里修了坡道，出门方便多了。", "a", "12345678", "没有"];
        let odd = [
            "𠮷",
            "  两边有空格  ",
            "1\n2",
            "\"'<>&${a}",
            "字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字",
        ];
        let words: &[&str] = if at_edges { &odd } else { &usual };
        chance
            .pick(words)
            .map_or(String::new(), |text| (*text).to_owned())
    }
}

/// The question that a part of an expression is, `.` being the expression's own.
fn subject<'f>(part: &'f Node, of: &'f str) -> Option<&'f str> {
    match &part.kind {
        NodeKind::Reference(name) => Some(name),
        NodeKind::Current => Some(of),
        // Comparisons of lengths and numbers of choices say nothing of the answer itself.
        _ => None,
    }
}

fn literal(part: &Node) -> String {
    match &part.kind {
        NodeKind::Number(number) => Value::Number(*number).to_text().into_owned(),
        NodeKind::Text(text) => text.clone(),
        _ => String::new(),
    }
}

fn several<'a>(state: &State<'a>, question: &'a Question, chance: &mut Chance, at_edges: bool) -> String {
    let (missing, real): (Vec<_>, Vec<_>) = state
        .offered(question)
        .into_iter()
        .partition(|choice| choice.missing.is_some());
    if chance.one_in(8) || real.is_empty() {
        return chance
            .pick(&missing)
            .map_or(String::new(), |choice| choice.name.clone());
    }
    let wanted = match (at_edges, chance.below(3)) {
        (true, 0) => real.len(),
        (_, 1) => 1,
        _ => 1 + chance.below(real.len()),
    };
    let mut left = real;
    let mut chosen = Vec::new();
    while chosen.len() < wanted && !left.is_empty() {
        chosen.push(left.swap_remove(chance.below(left.len())).name.as_str());
    }
    chosen.join(" ")
}

fn clock(chance: &mut Chance, at_edges: bool) -> String {
    match (at_edges, chance.below(2)) {
        (true, 0) => "00:00".to_owned(),
        (true, _) => "23:59".to_owned(),
        (false, _) => format!("{:02}:{:02}", chance.below(24), chance.below(60)),
    }
}
