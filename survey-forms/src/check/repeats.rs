//! Repeats: what is outside of one does not speak of its questions as if there were one answer.

use std::collections::HashMap;

use super::expressions::of_question;
use super::names::{Names, row};
use crate::diagnostic::catalogue::Fault;
use crate::expression::{Expression, Function, Node as Part, NodeKind};
use crate::form::{FormParts, Item, Node};
use crate::placeholder;
use crate::xlsform::{Faults, Table};

/// The most questions and groups that a form has, instances counted; a thousand questions with ten members each.
const MOST_ITEMS: usize = 10_000;

pub(super) fn check(
    parts: &FormParts,
    nodes: &[Node<'_>],
    names: &Names<'_>,
    survey: &Table,
    faults: &mut Faults,
) {
    // Where nothing is repeated only `position(..)` can be out of place.
    let around: Vec<Vec<usize>> = (0..nodes.len()).map(|slot| repeats_around(nodes, slot)).collect();
    let checker = Checker {
        nodes,
        names,
        around: &around,
    };
    for (slot, node) in nodes.iter().enumerate() {
        let place = |column: &str| survey.place_of(row(node.item), column);
        let mut expressions: Vec<(&str, &Expression, &[usize])> = Vec::new();
        let outside = around[slot].as_slice();
        match node.item {
            Item::Group(group) => {
                expressions.extend(group.relevant.iter().map(|e| ("relevant", e, outside)));
                if let Some(count) = group.repeat.as_ref().and_then(|repeat| repeat.count.as_ref()) {
                    expressions.push(("repeat_count", count, outside));
                }
            }
            Item::Question(question) => {
                expressions.extend(of_question(question).map(|(column, e)| (column, e, outside)));
            }
        }
        for (column, expression, inside) in expressions {
            for fault in checker.expression(expression.root(), inside) {
                faults.add(fault, place(column));
            }
        }
        if let Item::Question(question) = node.item {
            for name in &question.trigger {
                if let Some(fault) = checker.reference(name, outside) {
                    faults.add(fault, place("trigger"));
                }
            }
            for (column, text) in [("label", &question.label), ("hint", &question.hint)] {
                let mut said: Vec<&str> = Vec::new();
                for (_, words) in text.iter() {
                    for part in placeholder::parts(words) {
                        let placeholder::Part::Answer(name) = part else {
                            continue;
                        };
                        if let Some(fault) = checker.reference(name, outside)
                            && !said.contains(&name)
                        {
                            said.push(name);
                            faults.add(fault, place(column));
                        }
                    }
                }
            }
        }
    }
    let count = size(&parts.items);
    if count > MOST_ITEMS {
        let first = nodes
            .iter()
            .find(|node| matches!(node.item, Item::Group(group) if group.repeat.is_some()));
        let place = survey.place_of(first.map_or(1, |node| row(node.item)), "type");
        faults.add(
            Fault::TooManyInstances {
                count,
                most: MOST_ITEMS,
            },
            place,
        );
    }
}

/// How many items there are with all instances.
fn size(items: &[Item]) -> usize {
    items.iter().fold(0_usize, |sum, item| {
        sum.saturating_add(match item {
            Item::Question(_) => 1,
            Item::Group(group) => {
                let times = group.repeat.as_ref().map_or(1, |repeat| repeat.most as usize);
                size(&group.items).saturating_add(1).saturating_mul(times)
            }
        })
    })
}

/// Slots of the repeats around a slot, the outermost first.
fn repeats_around(nodes: &[Node<'_>], slot: usize) -> Vec<usize> {
    let mut found: Vec<usize> = std::iter::successors(nodes[slot].parent, |&at| nodes[at].parent)
        .filter(|&at| matches!(nodes[at].item, Item::Group(group) if group.repeat.is_some()))
        .collect();
    found.reverse();
    found
}

struct Checker<'c, 'a> {
    nodes: &'c [Node<'a>],
    names: &'c Names<'a>,
    around: &'c [Vec<usize>],
}

impl Checker<'_, '_> {
    fn expression(&self, part: &Part, inside: &[usize]) -> Vec<Fault> {
        let mut found = Vec::new();
        self.visit(part, inside, &mut found);
        let mut said: HashMap<String, ()> = HashMap::new();
        found.retain(|fault| said.insert(format!("{fault:?}"), ()).is_none());
        found
    }

    fn visit(&self, part: &Part, inside: &[usize], found: &mut Vec<Fault>) {
        match &part.kind {
            NodeKind::Reference(name) => found.extend(self.reference(name, inside)),
            NodeKind::Negate(inner) => self.visit(inner, inside, found),
            NodeKind::Binary(_, left, right) => {
                self.visit(left, inside, found);
                self.visit(right, inside, found);
            }
            NodeKind::Call {
                function: Function::Position,
                ..
            } => {
                if inside.is_empty() {
                    found.push(Fault::PositionOutsideRepeat);
                }
            }
            NodeKind::Call {
                function: Function::IndexedRepeat,
                arguments,
                ..
            } => self.indexed(arguments, inside, found),
            NodeKind::Call {
                function: Function::ChoiceName,
                arguments,
                ..
            } => {
                // The question is named for its list, which all instances share.
                if let Some(value) = arguments.first() {
                    self.visit(value, inside, found);
                }
            }
            NodeKind::Call {
                function, arguments, ..
            } => {
                for argument in arguments {
                    match &argument.kind {
                        NodeKind::Reference(_) if function.takes_many() => {}
                        _ => self.visit(argument, inside, found),
                    }
                }
            }
            NodeKind::Number(_) | NodeKind::Text(_) | NodeKind::Current | NodeKind::Column(_) => {}
        }
    }

    fn indexed(&self, arguments: &[Part], inside: &[usize], found: &mut Vec<Fault>) {
        let around = match arguments.first().map(|part| &part.kind) {
            Some(NodeKind::Reference(name)) => self.names.slot(name).map(|slot| self.around[slot].as_slice()),
            _ => None,
        };
        for (at, argument) in arguments.iter().enumerate().skip(1) {
            match (&argument.kind, at % 2) {
                (_, 0) => self.visit(argument, inside, found),
                (NodeKind::Reference(name), _) => {
                    let slot = self.names.slot(name);
                    let fits = slot.is_some_and(|slot| around.is_none_or(|around| around.contains(&slot)));
                    if !fits {
                        found.push(Fault::NotARepeat { name: name.clone() });
                    }
                }
                _ => found.push(Fault::NotARepeat {
                    name: argument.to_string(),
                }),
            }
        }
        if around.is_none_or(<[usize]>::is_empty)
            && let Some(first) = arguments.first()
        {
            found.push(Fault::NotARepeat {
                name: first.to_string(),
            });
        }
    }

    /// What is wrong with speaking of this question in the singular from inside these repeats.
    fn reference(&self, name: &str, inside: &[usize]) -> Option<Fault> {
        let slot = self.names.slot(name)?;
        let beyond = self.around[slot].iter().find(|repeat| !inside.contains(repeat));
        let is_repeat = matches!(self.nodes[slot].item, Item::Group(group) if group.repeat.is_some());
        match beyond {
            Some(&repeat) => Some(Fault::RepeatedReference {
                name: name.to_owned(),
                repeat: self.nodes[repeat].item.name().to_owned(),
            }),
            None if is_repeat => Some(Fault::HasNoValue {
                name: name.to_owned(),
                is_group: true,
            }),
            None => None,
        }
    }
}
