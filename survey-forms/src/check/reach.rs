//! What can never happen: questions that no answers bring up, and constraints that no answer satisfies.
//!
//! Conditions are tried with every answer that makes a difference, where those are few: all choices of a list; of numbers
//! those around the numbers that they are compared with. Where a condition looks at anything else (the day, a text, a
//! calculation) nothing is claimed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::names::{Names, row};
use crate::diagnostic::catalogue::Fault;
use crate::expression::{Context, Expression, Function, Node as Part, NodeKind, Value};
use crate::form::{FormParts, Item, Node, Question, QuestionKind};
use crate::xlsform::{Faults, Table};

/// More combinations of answers than this are not tried.
const MOST_COMBINATIONS: usize = 20_000;
/// More choices of a `select_multiple` than this are not tried in all combinations.
const MOST_OF_SEVERAL: usize = 6;
/// More values of a range than this are not tried one by one.
const MOST_STEPS: f64 = 500.0;

pub(super) fn check(
    parts: &FormParts,
    nodes: &[Node<'_>],
    names: &Names<'_>,
    survey: &Table,
    faults: &mut Faults,
) {
    let reach = Reach { parts, nodes, names };
    let mut never = vec![false; nodes.len()];
    for (slot, node) in nodes.iter().enumerate() {
        if node.parent.is_some_and(|parent| never[parent]) {
            // Said of the group already.
            never[slot] = true;
            continue;
        }
        if node.item.relevant().is_some() && reach.can_be_asked(slot) == Some(false) {
            never[slot] = true;
            let name = node.item.name().to_owned();
            faults.add(
                Fault::NeverAsked { name },
                survey.place_of(row(node.item), "relevant"),
            );
        }
        if let Item::Question(question) = node.item
            && question.takes_answer()
            && reach.can_be_satisfied(question) == Some(false)
        {
            let name = question.name.clone();
            faults.add(
                Fault::NeverSatisfied { name },
                survey.place_of(question.row, "constraint"),
            );
        }
    }
}

struct Reach<'r, 'a> {
    parts: &'r FormParts,
    nodes: &'r [Node<'a>],
    names: &'r Names<'a>,
}

/// Name under which the answer being tested stands.
const CURRENT: &str = ".";

impl<'a> Reach<'_, 'a> {
    /// Conditions of a slot and of the groups around it.
    fn conditions(&self, slot: usize) -> Vec<&'a Expression> {
        std::iter::successors(Some(slot), |&at| self.nodes[at].parent)
            .filter_map(|at| self.nodes[at].item.relevant())
            .collect()
    }

    /// Whether any answers bring this up; none when that is not known.
    fn can_be_asked(&self, slot: usize) -> Option<bool> {
        let conditions = self.conditions(slot);
        // A question that is not asked has no answer: what its own conditions need is needed too, where that is simple.
        let mut behind: Vec<(String, Vec<&Expression>)> = Vec::new();
        let asked: BTreeSet<&str> = conditions.iter().flat_map(|e| e.references()).collect();
        for name in asked {
            if let Some(slot) = self.names.slot(name) {
                let theirs = self.conditions(slot);
                if !theirs.is_empty() && theirs.iter().all(|e| self.domains(&[*e], None).is_some()) {
                    behind.push((name.to_owned(), theirs));
                }
            }
        }
        let holds =
            |answers: &Answers<'_>, all: &[&Expression]| all.iter().all(|e| e.root().holds_in(answers));
        let with_behind: Vec<&Expression> = conditions
            .iter()
            .copied()
            .chain(behind.iter().flat_map(|(_, theirs)| theirs.iter().copied()))
            .collect();
        let try_all = |expressions: &[&Expression], use_behind: bool| {
            let domains = self.domains(expressions, None)?;
            any(&domains, &mut |answers| {
                holds(answers, &conditions)
                    && (!use_behind
                        || behind
                            .iter()
                            .all(|(name, theirs)| answers.get(name).is_empty() || holds(answers, theirs)))
            })
        };
        try_all(&with_behind, true).or_else(|| try_all(&conditions, false))
    }

    /// Whether any answer satisfies a question's constraint.
    fn can_be_satisfied(&self, question: &Question) -> Option<bool> {
        let constraint = question.constraint.as_ref()?;
        let domains = self.domains(&[constraint], Some(question))?;
        any(&domains, &mut |answers| {
            !answers.get(CURRENT).is_empty() && constraint.root().holds_in(answers)
        })
    }

    /// The answers that make a difference to these expressions, by question; none when they are too many or unknown.
    fn domains(
        &self,
        expressions: &[&Expression],
        current: Option<&Question>,
    ) -> Option<BTreeMap<String, Vec<Value<'static>>>> {
        let mut uses = Uses::default();
        for expression in expressions {
            uses.read(expression.root())?;
        }
        let mut domains = BTreeMap::new();
        let mut combinations = 1_usize;
        for (name, used) in &uses.0 {
            let question = match name.as_str() {
                CURRENT => current?,
                name if current.is_some_and(|question| question.name == name) => return None,
                name => self.names.item(name).and_then(Item::as_question)?,
            };
            let values = self.values(question, used)?;
            combinations = combinations.checked_mul(values.len())?;
            if combinations > MOST_COMBINATIONS {
                return None;
            }
            domains.insert(name.clone(), values);
        }
        Some(domains)
    }

    /// No answer, and every answer that makes a difference.
    fn values(&self, question: &Question, used: &Used) -> Option<Vec<Value<'static>>> {
        // What is computed or set follows from other answers.
        if question.is_fixed() || !question.trigger.is_empty() {
            return None;
        }
        let choices = || {
            let list = self.parts.choice_lists.get(question.kind.list()?)?;
            Some(
                list.choices
                    .iter()
                    .map(|choice| choice.name.clone())
                    .collect::<Vec<_>>(),
            )
        };
        let mut values = vec![Value::EMPTY];
        match &question.kind {
            QuestionKind::SelectOne { .. } => values.extend(choices()?.into_iter().map(Value::text)),
            QuestionKind::SelectMultiple { .. } => {
                let names = choices()?;
                if names.len() > MOST_OF_SEVERAL {
                    return None;
                }
                values.extend((1..1_u32 << names.len()).map(|set| {
                    let chosen = names.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1);
                    Value::text(
                        chosen
                            .map(|(_, name)| name.as_str())
                            .collect::<Vec<_>>()
                            .join(" "),
                    )
                }));
            }
            QuestionKind::Integer | QuestionKind::Decimal => {
                values.extend(
                    around(used, question.kind == QuestionKind::Integer)?
                        .into_iter()
                        .map(Value::Number),
                );
            }
            QuestionKind::Range { start, end, step } => {
                let steps = ((end - start) / step).floor();
                if !(0.0..=MOST_STEPS).contains(&steps) {
                    return None;
                }
                values.extend((0..=steps as u32).map(|at| Value::Number(start + f64::from(at) * step)));
            }
            _ => return None,
        }
        Some(values)
    }
}

/// Numbers on both sides of, and at, those that an answer is compared with; none where it is used in another way.
fn around(used: &Used, is_whole: bool) -> Option<Vec<f64>> {
    if used.otherwise {
        return None;
    }
    let mut points: Vec<f64> = used
        .compared
        .iter()
        .filter(|number| !number.is_nan())
        .copied()
        .collect();
    points.sort_by(f64::total_cmp);
    let between: Vec<f64> = points.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0).collect();
    let ends = [
        points.first().map_or(0.0, |least| least - 1.0),
        points.last().map_or(1.0, |most| most + 1.0),
    ];
    let mut all: Vec<f64> = points.iter().copied().chain(between).chain(ends).collect();
    if is_whole {
        all = all
            .iter()
            .flat_map(|value| [value.floor(), value.ceil()])
            .collect();
    }
    all.sort_by(f64::total_cmp);
    all.dedup();
    Some(all)
}

/// How expressions use an answer.
#[derive(Default)]
struct Used {
    /// Numbers that it is compared with.
    compared: Vec<f64>,
    /// Whether it is used in any other way than in comparisons.
    otherwise: bool,
}

#[derive(Default)]
struct Uses(BTreeMap<String, Used>);

impl Uses {
    /// Notes how a part uses answers; none where its value depends on more than answers.
    fn read(&mut self, part: &Part) -> Option<()> {
        match &part.kind {
            NodeKind::Number(_) | NodeKind::Text(_) => {}
            NodeKind::Reference(name) => self.of(name).otherwise = true,
            NodeKind::Current => self.of(CURRENT).otherwise = true,
            NodeKind::Column(_) => return None,
            NodeKind::Negate(inner) => self.read(inner)?,
            NodeKind::Binary(operator, left, right) => {
                for (side, other) in [(left, right), (right, left)] {
                    match (name_of(side), number_of(other)) {
                        (Some(name), Some(number)) if operator.compares() => {
                            self.of(name).compared.push(number)
                        }
                        _ => self.read(side)?,
                    }
                }
            }
            NodeKind::Call {
                function, arguments, ..
            } => {
                let depends = matches!(
                    function,
                    Function::Today
                        | Function::Now
                        | Function::Random
                        | Function::Uuid
                        | Function::Once
                        | Function::PullData
                        | Function::Property
                        | Function::Version
                        | Function::Position
                        | Function::IndexedRepeat
                        | Function::ChoiceName
                );
                if depends || (function.takes_many() && *function != Function::Checklist) {
                    return None;
                }
                for argument in arguments {
                    self.read(argument)?;
                }
            }
        }
        Some(())
    }

    fn of(&mut self, name: &str) -> &mut Used {
        self.0.entry(name.to_owned()).or_default()
    }
}

fn name_of(part: &Part) -> Option<&str> {
    match &part.kind {
        NodeKind::Reference(name) => Some(name),
        NodeKind::Current => Some(CURRENT),
        _ => None,
    }
}

/// The number that a literal is; `NaN` for a text that is none, with which a number is never equal.
fn number_of(part: &Part) -> Option<f64> {
    match &part.kind {
        NodeKind::Number(number) => Some(*number),
        NodeKind::Text(text) => Some(Value::text(text.as_str()).to_number()),
        NodeKind::Negate(inner) => match inner.kind {
            NodeKind::Number(number) => Some(-number),
            _ => None,
        },
        _ => None,
    }
}

/// One combination of answers.
struct Answers<'d> {
    names: &'d [&'d str],
    domains: &'d [&'d [Value<'static>]],
    at: Vec<usize>,
}

impl Answers<'_> {
    fn get(&self, name: &str) -> Value<'static> {
        let at = self.names.iter().position(|known| *known == name);
        at.and_then(|at| self.domains.get(at)?.get(*self.at.get(at)?).cloned())
            .unwrap_or(Value::EMPTY)
    }

    /// Goes on to the next combination; false after the last.
    fn advance(&mut self) -> bool {
        for (at, domain) in self.at.iter_mut().zip(self.domains) {
            *at += 1;
            if *at < domain.len() {
                return true;
            }
            *at = 0;
        }
        false
    }
}

impl<'a> Context<'a> for Answers<'_> {
    fn answer(&self, name: &str) -> Value<'a> {
        self.get(name)
    }

    fn current(&self) -> Value<'a> {
        self.get(CURRENT)
    }

    fn today(&self) -> Date {
        Date::constant(1970, 1, 1)
    }
}

impl Part {
    fn holds_in(&self, answers: &Answers<'_>) -> bool {
        crate::expression::evaluate(self, answers).to_boolean()
    }
}

/// Whether any combination passes the test.
fn any(
    domains: &BTreeMap<String, Vec<Value<'static>>>,
    test: &mut dyn FnMut(&Answers<'_>) -> bool,
) -> Option<bool> {
    let names: Vec<&str> = domains.keys().map(String::as_str).collect();
    let values: Vec<&[Value<'static>]> = domains.values().map(Vec::as_slice).collect();
    let mut answers = Answers {
        names: &names,
        domains: &values,
        at: vec![0; names.len()],
    };
    loop {
        if test(&answers) {
            return Some(true);
        }
        if !answers.advance() {
            return Some(false);
        }
    }
}

#[cfg(test)]
mod tests;
