//! Words that respondents read: there at all, and with references to answers that exist.

use crate::diagnostic::catalogue::Fault;
use crate::diagnostic::nearest;
use crate::form::{FormParts, Item, Node, QuestionKind, Required};
use crate::placeholder;
use crate::text::Text;
use crate::xlsform::{Faults, Table};

use super::names::Names;

pub(super) fn check(
    parts: &FormParts,
    nodes: &[Node<'_>],
    names: &Names<'_>,
    table: &Table,
    faults: &mut Faults,
) {
    for node in nodes {
        match node.item {
            Item::Group(group) => {
                check_placeholders(&group.label, group.row, "label", parts, names, table, faults)
            }
            Item::Question(question) => {
                let place = |column: &str| table.place_of(question.row, column);
                if !question.label.has_language()
                    && !matches!(question.kind, QuestionKind::Calculate | QuestionKind::Hidden)
                    && table.has("label")
                {
                    faults.add(
                        Fault::MissingLabel {
                            name: question.name.clone(),
                        },
                        place("label"),
                    );
                }
                if !question.constraint_message.is_empty() && question.constraint.is_none() {
                    // A constraint that could not be parsed has been reported already.
                    if !faults.has_errors() {
                        faults.add(
                            Fault::MessageWithoutRule { rule: "constraint" },
                            place("constraint_message"),
                        );
                    }
                } else if question.constraint.is_some()
                    && question.constraint_message.is_empty()
                    && question.takes_answer()
                {
                    faults.add(Fault::ConstraintWithoutMessage, place("constraint_message"));
                }
                if !question.required_message.is_empty() && matches!(question.required, Required::No) {
                    faults.add(
                        Fault::MessageWithoutRule { rule: "required" },
                        place("required_message"),
                    );
                }
                for (column, text) in [
                    ("label", &question.label),
                    ("hint", &question.hint),
                    ("constraint_message", &question.constraint_message),
                    ("required_message", &question.required_message),
                ] {
                    check_placeholders(text, question.row, column, parts, names, table, faults);
                }
            }
        }
    }
}

fn check_placeholders(
    text: &Text,
    row: u32,
    column: &str,
    parts: &FormParts,
    names: &Names<'_>,
    table: &Table,
    faults: &mut Faults,
) {
    let mut reported: Vec<String> = Vec::new();
    for (_, words) in text.iter() {
        for part in placeholder::parts(words) {
            let (name, fault) = match part {
                placeholder::Part::Words(_) => continue,
                placeholder::Part::Broken(text) => (
                    text,
                    Fault::BrokenPlaceholder {
                        text: text.to_owned(),
                    },
                ),
                placeholder::Part::Answer(name) if has_value(name, parts, names) => continue,
                placeholder::Part::Answer(name) => {
                    let suggestion = nearest(name, names.with_value()).map(str::to_owned);
                    (
                        name,
                        Fault::UnknownReference {
                            name: name.to_owned(),
                            suggestion,
                        },
                    )
                }
            };
            if !reported.iter().any(|known| known == name) {
                reported.push(name.to_owned());
                faults.add(fault, table.place_of(row, column));
            }
        }
    }
}

fn has_value(name: &str, parts: &FormParts, names: &Names<'_>) -> bool {
    parts.metadata.iter().any(|metadata| metadata.name == name)
        || names
            .item(name)
            .and_then(Item::as_question)
            .is_some_and(|question| question.kind != QuestionKind::Note)
}
