//! Tables that a form brings along: `villages.csv` of `select_one_from_file villages.csv` and of
//! `pulldata('villages', …)`. They stand in the same workbook, each on a sheet that is named as the file.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::Faults;
use super::headers::Languages;
use super::survey::{FromFile, Survey};
use super::workbook::{Sheet, Workbook};
use crate::diagnostic::catalogue::Fault;
use crate::diagnostic::{Place, nearest};
use crate::expression::{Expression, Function, NodeKind};
use crate::form::{Choice, ChoiceList, DataTable, FileColumns, Item, Required, nodes};
use crate::text::Text;

/// Whether a sheet is such a table.
pub(super) fn is_table(sheet: &str) -> bool {
    sheet.ends_with(".csv")
}

/// The choice lists that questions take from files.
pub(super) fn lists(
    workbook: &Workbook,
    survey: &Survey,
    languages: &Languages,
    place: &dyn Fn(u32) -> Place,
    faults: &mut Faults,
) -> IndexMap<String, ChoiceList> {
    let mut lists: IndexMap<String, ChoiceList> = IndexMap::new();
    for wanted in &survey.from_files {
        if lists.contains_key(&wanted.file) {
            continue;
        }
        match workbook.sheet(&wanted.file.to_lowercase()) {
            None => faults.add(missing(workbook, &wanted.file), place(wanted.row)),
            Some(sheet) => {
                let list = list(sheet, wanted, languages, faults);
                lists.insert(wanted.file.clone(), list);
            }
        }
    }
    lists
}

fn missing(workbook: &Workbook, file: &str) -> Fault {
    let there = workbook.names().filter(|name| is_table(name));
    Fault::MissingTable {
        file: file.to_owned(),
        suggestion: nearest(file, there).map(str::to_owned),
    }
}

fn list(sheet: &Sheet, wanted: &FromFile, languages: &Languages, faults: &mut Faults) -> ChoiceList {
    let mut out = ChoiceList {
        name: wanted.file.clone(),
        file: Some(FileColumns {
            value: wanted.value.clone(),
            label: wanted.label.clone(),
        }),
        external: false,
        choices: Vec::new(),
    };
    let Some((header, rows)) = sheet.rows.split_first() else {
        return out;
    };
    let column = |name: &str| {
        header
            .cells
            .iter()
            .find(|(_, cell)| *cell == name)
            .map(|(at, _)| *at)
    };
    let (Some(value), Some(label)) = (column(&wanted.value), column(&wanted.label)) else {
        let column = if column(&wanted.value).is_none() {
            &wanted.value
        } else {
            &wanted.label
        };
        faults.add(
            Fault::MissingTableColumn {
                file: wanted.file.clone(),
                column: column.clone(),
                suggestion: nearest(column, header.cells.values().map(String::as_str)).map(str::to_owned),
            },
            Place::sheet(wanted.file.as_str()).row(header.number),
        );
        return out;
    };
    let mut seen: HashMap<&str, u32> = HashMap::new();
    for row in rows {
        let place = || Place::sheet(wanted.file.as_str()).row(row.number);
        let Some(name) = row.cells.get(&value) else {
            let list = wanted.file.clone();
            faults.add(Fault::ChoiceWithoutName { list }, place());
            continue;
        };
        if name.contains(char::is_whitespace) {
            faults.add(Fault::BadChoiceName { choice: name.clone() }, place());
        }
        if let Some(&other_row) = seen.get(name.as_str()) {
            let fault = Fault::DuplicateChoice {
                choice: name.clone(),
                list: wanted.file.clone(),
                other_row,
            };
            faults.add(fault, place());
            continue;
        }
        seen.insert(name, row.number);
        let words = row.cells.get(&label).unwrap_or(name);
        let default = languages
            .tags()
            .first()
            .map_or("zh".to_owned(), |language| language.as_str().to_owned());
        out.choices.push(Choice {
            name: name.clone(),
            label: Text::of(&default, words.as_str()),
            filters: header
                .cells
                .iter()
                .filter(|(at, _)| **at != value && **at != label)
                .filter_map(|(at, column)| Some((column.clone(), row.cells.get(at)?.clone())))
                .collect(),
            row: row.number,
            ..Choice::default()
        });
    }
    out
}

/// The tables that expressions look into, by the name by which they call them.
pub(super) fn pulled(
    workbook: &Workbook,
    items: &[Item],
    place: &dyn Fn(u32, &str) -> Place,
    faults: &mut Faults,
) -> IndexMap<String, DataTable> {
    let mut tables: IndexMap<String, DataTable> = IndexMap::new();
    for node in nodes(items) {
        let expressions: Vec<(&str, &Expression, u32)> = match node.item {
            Item::Group(group) => group
                .relevant
                .iter()
                .map(|e| ("relevant", e, group.row))
                .collect(),
            Item::Question(question) => {
                let required = match &question.required {
                    Required::When(expression) => Some(expression),
                    _ => None,
                };
                [
                    ("relevant", question.relevant.as_ref()),
                    ("constraint", question.constraint.as_ref()),
                    ("required", required),
                    ("calculation", question.calculation.as_ref()),
                    ("choice_filter", question.choice_filter.as_ref()),
                    ("default", question.dynamic_default.as_ref()),
                ]
                .into_iter()
                .filter_map(|(column, e)| Some((column, e?, question.row)))
                .collect()
            }
        };
        for (column, expression, row) in expressions {
            expression.root().visit(&mut |part| {
                let NodeKind::Call {
                    function: Function::PullData,
                    arguments,
                    ..
                } = &part.kind
                else {
                    return;
                };
                let words: Vec<Option<&str>> = arguments
                    .iter()
                    .map(|argument| match &argument.kind {
                        NodeKind::Text(text) => Some(text.as_str()),
                        _ => None,
                    })
                    .collect();
                let [Some(name), Some(wanted), Some(key), ..] = words.as_slice() else {
                    faults.add(Fault::ComputedTable, place(row, column));
                    return;
                };
                let file = format!("{}.csv", name.trim_end_matches(".csv"));
                let Some(sheet) = workbook.sheet(&file.to_lowercase()) else {
                    faults.add(missing(workbook, &file), place(row, column));
                    return;
                };
                let table = tables.entry((*name).to_owned()).or_insert_with(|| table(sheet));
                for wanted in [wanted, key] {
                    if !table.columns.iter().any(|known| known == wanted) {
                        let suggestion = nearest(wanted, table.columns.iter().map(String::as_str));
                        faults.add(
                            Fault::MissingTableColumn {
                                file: file.clone(),
                                column: (*wanted).to_owned(),
                                suggestion: suggestion.map(str::to_owned),
                            },
                            place(row, column),
                        );
                    }
                }
            });
        }
    }
    tables
}

fn table(sheet: &Sheet) -> DataTable {
    let Some((header, rows)) = sheet.rows.split_first() else {
        return DataTable::default();
    };
    DataTable {
        columns: header.cells.values().cloned().collect(),
        rows: rows
            .iter()
            .map(|row| {
                let cells = header
                    .cells
                    .keys()
                    .map(|at| row.cells.get(at).cloned().unwrap_or_default());
                cells.collect()
            })
            .collect(),
    }
}
