//! Choice lists as wholes.

use std::collections::BTreeSet;

use super::super::book::Row;
use super::super::desk::{Desk, Line, Tab, key_of};
use super::super::edit::NewChoice;
use super::super::refusal::Refusal;
use super::super::{EditError, RowKey};
use super::choices;
use crate::diagnostic::{Place, nearest};

/// Whether a list stands in a table of its own.
pub(super) fn is_file(list: &str) -> bool {
    list.to_lowercase().ends_with(".csv")
}

/// Names of the lists of the choices sheet, in order.
pub(super) fn names(desk: &Desk) -> Vec<String> {
    let mut seen = BTreeSet::new();
    desk.body(Tab::Choices)
        .map(|(at, _)| desk.plain(Tab::Choices, at, "list_name").to_owned())
        .filter(|list| !list.is_empty() && seen.insert(list.clone()))
        .collect()
}

/// Whether the choices sheet has a list.
pub(super) fn has(desk: &Desk, list: &str) -> bool {
    desk.body(Tab::Choices)
        .any(|(at, _)| desk.plain(Tab::Choices, at, "list_name") == list)
}

/// Rows of a list on the choices sheet.
pub(super) fn rows(desk: &Desk, list: &str) -> Result<Vec<usize>, EditError> {
    let rows: Vec<usize> = desk
        .body(Tab::Choices)
        .map(|(at, _)| at)
        .filter(|at| desk.plain(Tab::Choices, *at, "list_name") == list)
        .collect();
    if rows.is_empty() || list.is_empty() {
        return Err(missing(desk, list));
    }
    Ok(rows)
}

fn missing(desk: &Desk, list: &str) -> EditError {
    let names = names(desk);
    let suggestion = nearest(list, names.iter().map(String::as_str)).map(str::to_owned);
    let list = list.to_owned();
    Refusal::NoList { list, suggestion }.field("list")
}

/// A list that a question can use: one of the choices sheet, or a table of the workbook.
pub(super) fn existing(desk: &Desk, list: &str) -> Result<String, EditError> {
    let list = list.trim();
    let is_sheet = || {
        let mut sheets = desk.book.sheets.iter();
        sheets.any(|sheet| sheet.name.trim().eq_ignore_ascii_case(list))
    };
    if has(desk, list) && !list.is_empty() || (is_file(list) && is_sheet()) {
        Ok(list.to_owned())
    } else {
        Err(missing(desk, list))
    }
}

fn check_new(desk: &Desk, list: &str, field: &str) -> Result<(), EditError> {
    let owned = || list.to_owned();
    if list.is_empty() || list.contains(char::is_whitespace) || is_file(list) || list == "or_other" {
        return Err(Refusal::BadListName { list: owned() }.field(field));
    }
    if has(desk, list) {
        return Err(Refusal::ListTaken { list: owned() }.field(field));
    }
    Ok(())
}

/// A new list.
pub(super) fn add(desk: &mut Desk, list: &str, choices: &[NewChoice]) -> Result<(), EditError> {
    let list = list.trim();
    check_new(desk, list, "list")?;
    if choices.is_empty() {
        return Err(Refusal::NeedsList.field("choices"));
    }
    desk.sheet_mut(Tab::Choices);
    for choice in choices {
        let at = desk.rows(Tab::Choices).len();
        choices::put(desk, list, choice, at)?;
    }
    Ok(())
}

/// Lines whose choices come from a list of the choices sheet.
pub(super) fn users<'l>(lines: &'l [Line], list: &str) -> impl Iterator<Item = &'l Line> {
    let list = list.to_owned();
    lines
        .iter()
        .filter(move |line| line.list.as_deref() == Some(list.as_str()))
}

/// The type cell with another list; the rest stays as it is written.
fn with_list(type_cell: &str, old: &str, new: &str) -> String {
    let words: Vec<&str> = type_cell.split_whitespace().collect();
    // The list is the last word that is its name; what stands behind it is `or_other`.
    let at = words.iter().rposition(|word| *word == old);
    let words = words
        .iter()
        .enumerate()
        .map(|(place, word)| if Some(place) == at { new } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// Another name for a list.
pub(super) fn rename(desk: &mut Desk, list: &str, name: &str) -> Result<(), EditError> {
    let rows = rows(desk, list)?;
    let name = name.trim();
    if name == list {
        return Ok(());
    }
    check_new(desk, name, "name")?;
    for at in rows {
        desk.set_plain(Tab::Choices, at, "list_name", name)?;
    }
    for line in users(&desk.lines(), list) {
        let cell = with_list(&line.type_cell, list, name);
        desk.set_plain(Tab::Survey, line.at, "type", &cell)?;
    }
    Ok(())
}

/// A list goes.
pub(super) fn remove(desk: &mut Desk, list: &str) -> Result<(), EditError> {
    let rows = rows(desk, list)?;
    let lines = desk.lines();
    let faults: Vec<_> = users(&lines, list)
        .map(|line| {
            let refusal = Refusal::ListInUse {
                list: list.to_owned(),
                by: key_of(line, &lines).to_string(),
            };
            refusal.at(line.place().column("type"))
        })
        .collect();
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let sheet = desk.sheet_mut(Tab::Choices);
    for at in rows.into_iter().rev() {
        sheet.rows.remove(at);
    }
    Ok(())
}

/// A copy of a question's list for itself.
pub(super) fn own(desk: &mut Desk, row: &RowKey, name: &str) -> Result<(), EditError> {
    let lines = desk.lines();
    let line = desk.find(&lines, row)?;
    let Some(list) = line.list.as_deref().filter(|list| !is_file(list)) else {
        let place = Place::sheet("survey").row(line.row()).field("row");
        return Err(Refusal::NeedsList.at(place).into());
    };
    let name = name.trim();
    check_new(desk, name, "name")?;
    let rows: Vec<Row> = rows(desk, list)?
        .into_iter()
        .map(|at| desk.rows(Tab::Choices)[at].clone())
        .collect();
    for row in rows {
        let at = desk.rows(Tab::Choices).len();
        desk.insert(Tab::Choices, at, row)?;
        desk.set_plain(Tab::Choices, at, "list_name", name)?;
    }
    let cell = with_list(&line.type_cell, list, name);
    desk.set_plain(Tab::Survey, line.at, "type", &cell)
}
