//! Choice lists: known, used, without duplicates, with words; defaults that can be answers.

use std::collections::{HashMap, HashSet};

use super::ChoiceSheets;
use crate::answer;
use crate::diagnostic::catalogue::Fault;
use crate::diagnostic::nearest;
use crate::form::{ChoiceList, FormParts, Node, Question};
use crate::xlsform::{Faults, Table};

pub(super) fn check(
    parts: &FormParts,
    nodes: &[Node<'_>],
    survey: &Table,
    sheets: ChoiceSheets<'_>,
    faults: &mut Faults,
) {
    let mut used: HashSet<&str> = HashSet::new();
    for question in nodes.iter().filter_map(|node| node.item.as_question()) {
        if let Some(list) = question.kind.list() {
            used.insert(list);
            // Without a choices sheet the sheet is what is missing, and that has been said.
            let is_file = list.to_lowercase().ends_with(".csv");
            // A file that is missing has been told of as well.
            if sheets.choices.is_some()
                && !list.is_empty()
                && !is_file
                && !parts.choice_lists.contains_key(list)
            {
                let suggestion =
                    nearest(list, parts.choice_lists.keys().map(String::as_str)).map(str::to_owned);
                let place = survey.place_of(question.row, "type");
                faults.add(
                    Fault::UnknownList {
                        list: list.to_owned(),
                        suggestion,
                    },
                    place,
                );
            }
        }
        check_default(question, parts, survey, faults);
    }
    for list in parts.choice_lists.values() {
        // What stands in files was checked when they were read.
        let Some(table) = sheets.of(list) else { continue };
        check_list(list, table, faults);
        if !used.contains(list.name.as_str()) {
            let row = list.choices.first().map_or(1, |choice| choice.row);
            faults.add(
                Fault::UnusedList {
                    list: list.name.clone(),
                },
                table.place_of(row, "list_name"),
            );
        }
    }
}

fn check_list(list: &ChoiceList, table: &Table, faults: &mut Faults) {
    let mut seen: HashMap<&str, u32> = HashMap::new();
    for choice in &list.choices {
        if let Some(&other_row) = seen.get(choice.name.as_str()) {
            let fault = Fault::DuplicateChoice {
                choice: choice.name.clone(),
                list: list.name.clone(),
                other_row,
            };
            faults.add(fault, table.place_of(choice.row, "name"));
        } else {
            seen.insert(&choice.name, choice.row);
        }
        if !choice.label.has_language() && table.has("label") {
            let fault = Fault::ChoiceWithoutLabel {
                choice: choice.name.clone(),
                list: list.name.clone(),
            };
            faults.add(fault, table.place_of(choice.row, "label"));
        }
    }
    if let Some(first) = list.choices.first()
        && list.choices.iter().all(|choice| choice.missing.is_some())
    {
        faults.add(
            Fault::OnlyMissingChoices {
                list: list.name.clone(),
            },
            table.place_of(first.row, "missing"),
        );
    }
}

fn check_default(question: &Question, parts: &FormParts, survey: &Table, faults: &mut Faults) {
    let Some(value) = &question.default else { return };
    let place = || survey.place_of(question.row, "default");
    let bad = match question.kind.list() {
        Some(name) => {
            let Some(list) = parts.choice_lists.get(name) else {
                return;
            };
            value
                .split_whitespace()
                .find(|part| list.choice(part).is_none())
                .map(|part| {
                    let suggestion = nearest(part, list.choices.iter().map(|choice| choice.name.as_str()));
                    (part.to_owned(), suggestion.map(str::to_owned))
                })
        }
        None => answer::canonical(&question.kind, value)
            .is_err()
            .then(|| (value.clone(), None)),
    };
    if let Some((value, suggestion)) = bad {
        faults.add(Fault::BadDefault { value, suggestion }, place());
    }
}
