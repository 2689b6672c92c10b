//! Translations: what is written in one language should be there in all.

use super::ChoiceSheets;
use crate::diagnostic::catalogue::Fault;
use crate::form::{FormParts, Item, Node};
use crate::text::{Language, Text};
use crate::xlsform::{Faults, Table};

pub(super) fn check(
    parts: &FormParts,
    nodes: &[Node<'_>],
    survey: &Table,
    sheets: ChoiceSheets<'_>,
    faults: &mut Faults,
) {
    let languages: Vec<&str> = parts.languages.iter().map(Language::as_str).collect();
    if languages.len() < 2 {
        return;
    }
    let mut report = |text: &Text, table: &Table, row: u32, column: &str| {
        for (at, language) in missing(text, &languages) {
            let language = language.to_owned();
            // The default language is the first: who reads it has no other.
            let fault = match (column, at) {
                ("label", 0) => Fault::MissingDefaultWording { language },
                _ => Fault::MissingTranslation { language },
            };
            let language = languages[at];
            faults.add(fault, table.place_in(row, column, language));
        }
    };
    for node in nodes {
        match node.item {
            Item::Group(group) => report(&group.label, survey, group.row, "label"),
            Item::Question(question) => {
                report(&question.label, survey, question.row, "label");
                report(&question.hint, survey, question.row, "hint");
                report(
                    &question.constraint_message,
                    survey,
                    question.row,
                    "constraint_message",
                );
                report(
                    &question.required_message,
                    survey,
                    question.row,
                    "required_message",
                );
            }
        }
    }
    for list in parts.choice_lists.values() {
        let Some(table) = sheets.of(list) else { continue };
        for choice in &list.choices {
            report(&choice.label, table, choice.row, "label");
        }
    }
}

/// Languages of the form without their own string, with their places. What stands only in a wording needs no other
/// language.
fn missing<'l>(text: &Text, languages: &[&'l str]) -> Vec<(usize, &'l str)> {
    if !text.has_language() {
        return Vec::new();
    }
    languages
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, language)| text.exact(language).is_none())
        .collect()
}
