//! The choices sheet to choice lists.

use indexmap::IndexMap;

use super::Faults;
use super::headers::{Languages, Table, TableRow};
use super::survey::{Survey, media};
use crate::diagnostic::catalogue::Fault;
use crate::diagnostic::{Place, nearest};
use crate::form::{Choice, ChoiceList, MissingKind};
use crate::text::Text;

/// The value of what `or_other` adds, in pyxform too.
pub(super) const OTHER: &str = "other";

pub(super) fn read(
    table: &Table,
    languages: &Languages,
    faults: &mut Faults,
) -> IndexMap<String, ChoiceList> {
    let mut lists: IndexMap<String, ChoiceList> = IndexMap::new();
    if table.rows().is_empty() {
        return lists;
    }
    for column in ["list_name", "name", "label"] {
        if !table.has(column) {
            table.report_missing(column, faults);
        }
    }
    if !table.has("list_name") {
        return lists;
    }
    for row in table.rows() {
        let Some(list) = table.cell(row, "list_name") else {
            faults.add(Fault::ChoiceWithoutList, table.place_of(row.number, "list_name"));
            continue;
        };
        let entry = lists.entry(list.text.to_owned()).or_insert_with(|| ChoiceList {
            name: list.text.to_owned(),
            file: None,
            external: table.is_external(),
            choices: Vec::new(),
        });
        if let Some(choice) = choice(table, row, list.text, languages, faults) {
            entry.choices.push(choice);
        }
    }
    lists
}

/// Adds the lists of the sheet `external_choices`, and empty ones for those that `select_one_external` asks for in vain, so
/// that each is told of once.
pub(super) fn add_external(
    lists: &mut IndexMap<String, ChoiceList>,
    external: IndexMap<String, ChoiceList>,
    survey: &Survey,
    place: &dyn Fn(u32) -> Place,
    faults: &mut Faults,
) {
    for (list, row) in &survey.external {
        let fault = match (external.contains_key(list), lists.contains_key(list)) {
            (true, true) => Fault::ListOnTwoSheets { list: list.clone() },
            (true, false) => continue,
            (false, _) => Fault::UnknownExternalList {
                list: list.clone(),
                suggestion: nearest(list, external.keys().map(String::as_str)).map(str::to_owned),
            },
        };
        faults.add(fault, place(*row));
        lists.entry(list.clone()).or_insert_with(|| ChoiceList {
            name: list.clone(),
            external: true,
            ..ChoiceList::default()
        });
    }
    for (name, list) in external {
        lists.entry(name).or_insert(list);
    }
}

/// Adds the choice of `or_other`, unless the list has one.
pub(super) fn add_other(list: &mut ChoiceList, languages: &Languages) {
    if list.choice(OTHER).is_some() {
        return;
    }
    list.choices.push(Choice {
        name: OTHER.to_owned(),
        label: in_languages(languages, "其他", "Other"),
        row: list.choices.last().map_or(1, |choice| choice.row),
        ..Choice::default()
    });
}

/// Words of the program's own in all languages of a form; in those that it does not speak, in English.
pub(super) fn in_languages(languages: &Languages, zh: &str, en: &str) -> Text {
    let tags = languages.tags();
    let words = tags.iter().map(|language| {
        let is_chinese = language.as_str().split('-').next() == Some("zh");
        (
            language.as_str().to_owned(),
            if is_chinese { zh } else { en }.to_owned(),
        )
    });
    words.collect()
}

fn choice(
    table: &Table,
    row: &TableRow,
    list: &str,
    languages: &Languages,
    faults: &mut Faults,
) -> Option<Choice> {
    let Some(name) = table.cell(row, "name") else {
        if table.has("name") {
            let fault = Fault::ChoiceWithoutName {
                list: list.to_owned(),
            };
            faults.add(fault, table.place_of(row.number, "name"));
        }
        return None;
    };
    if name.text.contains(char::is_whitespace) {
        let fault = Fault::BadChoiceName {
            choice: name.text.to_owned(),
        };
        faults.add(fault, table.place_of(row.number, "name"));
    }
    let missing = table.cell(row, "missing").and_then(|cell| {
        let kind = MissingKind::parse(cell.text);
        if kind.is_none() {
            let fault = Fault::BadMissingKind {
                word: cell.text.to_owned(),
            };
            faults.add(fault, table.place(row.number).column(cell.header));
        }
        kind
    });
    Some(Choice {
        name: name.text.to_owned(),
        label: table.text(row, "label", languages),
        media: media(table, row, languages),
        missing,
        filters: table
            .extras(row)
            .map(|(column, cell)| (column.to_owned(), cell.to_owned()))
            .collect(),
        row: row.number,
    })
}
