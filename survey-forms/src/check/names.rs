//! Names: unique in the whole form, well formed, and there at all.

use std::collections::HashMap;

use crate::diagnostic::catalogue::Fault;
use crate::expression::is_name;
use crate::form::{FormParts, Item, Node, QuestionKind};
use crate::xlsform::{Faults, Table};

/// What a name in an expression can stand for.
pub(super) struct Names<'a> {
    /// Slots of questions and groups; of a name used twice, the first.
    slots: HashMap<&'a str, usize>,
    nodes: &'a [Node<'a>],
    metadata: Vec<&'a str>,
}

impl<'a> Names<'a> {
    pub(super) fn check(
        parts: &'a FormParts,
        nodes: &'a [Node<'a>],
        table: &Table,
        faults: &mut Faults,
    ) -> Self {
        let mut slots: HashMap<&str, usize> = HashMap::new();
        let mut questions = false;
        for (slot, node) in nodes.iter().enumerate() {
            let (name, row) = (node.item.name(), row(node.item));
            let place = || table.place_of(row, "name");
            if !is_name(name) {
                faults.add(
                    Fault::BadName {
                        name: name.to_owned(),
                    },
                    place(),
                );
            }
            if let Some(&other) = slots.get(name) {
                let other_row = self::row(nodes[other].item);
                faults.add(
                    Fault::DuplicateName {
                        name: name.to_owned(),
                        other_row,
                    },
                    place(),
                );
            } else {
                slots.insert(name, slot);
            }
            match node.item {
                Item::Question(question) => {
                    questions |= !matches!(question.kind, QuestionKind::Calculate | QuestionKind::Hidden);
                }
                Item::Group(group) => {
                    if group.items.is_empty() {
                        faults.add(
                            Fault::EmptyGroup {
                                name: name.to_owned(),
                            },
                            table.place_of(row, "type"),
                        );
                    }
                }
            }
        }
        if !questions && !faults.has_errors() {
            faults.add(Fault::NoQuestions, table.place(1));
        }
        Self {
            slots,
            nodes,
            metadata: parts
                .metadata
                .iter()
                .map(|metadata| metadata.name.as_str())
                .collect(),
        }
    }

    pub(super) fn slot(&self, name: &str) -> Option<usize> {
        self.slots.get(name).copied()
    }

    pub(super) fn item(&self, name: &str) -> Option<&'a Item> {
        self.slot(name).map(|slot| self.nodes[slot].item)
    }

    pub(super) fn is_metadata(&self, name: &str) -> bool {
        self.metadata.contains(&name)
    }

    /// Names that have a value, in document order.
    pub(super) fn with_value(&self) -> impl Iterator<Item = &'a str> {
        let questions = self.nodes.iter().filter_map(|node| node.item.as_question());
        let questions = questions.filter(|question| question.kind != QuestionKind::Note);
        questions
            .map(|question| question.name.as_str())
            .chain(self.metadata.iter().copied())
    }
}

pub(super) fn row(item: &Item) -> u32 {
    match item {
        Item::Question(question) => question.row,
        Item::Group(group) => group.row,
    }
}
