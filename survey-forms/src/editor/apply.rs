//! Making changes.

use super::book::writable;
use super::desk::{Desk, Line, row_number};
use super::refusal::Refusal;
use super::{Edit, EditError, RowKey, Spot, Workbook};
use crate::diagnostic::{Diagnostic, Place};

mod cells;
mod choices;
mod insert;
mod kinds;
mod lists;
mod remembered;
mod rows;
mod watch;

use watch::Watch;

/// Characters of UTF-16 that a cell holds.
const LONGEST: usize = 32_767;

/// The workbook with a change made. Of several changes ([`Edit::All`]) all are tried, so that everything that stands
/// against any of them is told in one run.
///
/// # Errors
/// Everything that stands against it. Nothing is changed then.
///
/// # Example
/// ```
/// use survey_forms::editor::{Edit, RowKey, Workbook, apply};
/// let bytes = std::fs::read("tests/fixtures/greeting.xlsx").unwrap();
/// let workbook = Workbook::read("greeting.xlsx", &bytes).unwrap().workbook;
/// let refused = apply(&workbook, &Edit::Remove { row: RowKey::name("agee") }).unwrap_err();
/// assert_eq!(refused.faults()[0].code, "ED001");
/// ```
pub fn apply(workbook: &Workbook, edit: &Edit) -> Result<Workbook, EditError> {
    let mut desk = Desk::new(workbook.clone());
    let mut faults: Vec<Diagnostic> = Vec::new();
    let mut watch = Watch::default();
    for edit in flat(edit) {
        if !edit.keeps_rows() {
            faults.extend(watch.settle(&desk));
        }
        if let Err(refused) = one(&mut desk, edit, &mut watch) {
            // That a row is not there only follows from what was refused before.
            let follows = |fault: &&Diagnostic| fault.code == Refusal::NO_ROW && !faults.is_empty();
            let new: Vec<Diagnostic> = refused
                .faults()
                .iter()
                .filter(|fault| !follows(fault))
                .cloned()
                .collect();
            faults.extend(new);
        }
    }
    faults.extend(watch.settle(&desk));
    if !faults.is_empty() {
        return Err(faults.into());
    }
    Ok(finished(desk))
}

/// The workbook with rows of another questionnaire, their choice lists and tables, and all that they refer to. Names that
/// the workbook has get a number, and references among what came follow them; words come in the languages that both have.
///
/// # Errors
/// When a row is not there or a group has no end, when they have no language in common, or when a table has the name of
/// another.
pub fn take_over(
    workbook: &Workbook,
    from: &Workbook,
    items: &[RowKey],
    to: &Spot,
) -> Result<Workbook, EditError> {
    let mut desk = Desk::new(workbook.clone());
    insert::take_over(&mut desk, from, items, to)?;
    Ok(finished(desk))
}

fn finished(desk: Desk) -> Workbook {
    let mut book = desk.book;
    for sheet in &mut book.sheets {
        while sheet.rows.last().is_some_and(|row| row.cells.is_empty()) {
            sheet.rows.pop();
        }
    }
    book
}

fn flat(edit: &Edit) -> Vec<&Edit> {
    match edit {
        Edit::All { edits } => edits.iter().flat_map(flat).collect(),
        one => vec![one],
    }
}

impl Edit {
    /// Whether rows of the survey sheet stay where they are.
    fn keeps_rows(&self) -> bool {
        matches!(
            self,
            Self::Rename { .. }
                | Self::SetKind { .. }
                | Self::SetWords { .. }
                | Self::SetCell { .. }
                | Self::SetConditions { .. }
                | Self::SetRules { .. }
                | Self::SetChoiceWords { .. }
                | Self::SetMissing { .. }
                | Self::SetSetting { .. }
        )
    }
}

fn one(desk: &mut Desk, edit: &Edit, watch: &mut Watch) -> Result<(), EditError> {
    match edit {
        Edit::Add { item, to } => rows::add(desk, item, to),
        Edit::Insert {
            collection,
            items,
            to,
        } => insert::insert(desk, collection, items, to),
        Edit::Move { row, to } => rows::move_to(desk, row, to),
        Edit::MoveUp { row } => rows::step(desk, row, true),
        Edit::MoveDown { row } => rows::step(desk, row, false),
        Edit::MoveOut { row } => rows::leave(desk, row),
        Edit::Duplicate { row } => rows::duplicate(desk, row),
        Edit::Remove { row } => rows::remove(desk, row),
        Edit::Ungroup { row } => rows::ungroup(desk, row),
        Edit::Rename { row, name } => rows::rename(desk, row, name),
        Edit::SetKind { row, kind, list } => kinds::set(desk, row, *kind, list.as_deref()),
        Edit::SetWords {
            row,
            words,
            lang,
            text,
        } => cells::words(desk, (row, *words), (lang, text), watch),
        Edit::SetCell { row, cell, value } => cells::cell(desk, row, (*cell, value), watch),
        Edit::SetConditions { row, conditions } => cells::conditions(desk, row, conditions, watch),
        Edit::SetRules { row, rules } => cells::rules(desk, row, rules, watch),
        Edit::SetSetting { setting, lang, value } => cells::setting(desk, *setting, lang.as_deref(), value),
        Edit::AddLanguage { lang } => cells::add_language(desk, lang),
        Edit::RemoveLanguage { lang } => cells::remove_language(desk, lang),
        Edit::AddList { list, choices } => lists::add(desk, list, choices),
        Edit::RenameList { list, name } => lists::rename(desk, list, name),
        Edit::RemoveList { list } => lists::remove(desk, list),
        Edit::OwnList { row, name } => lists::own(desk, row, name),
        Edit::AddChoice { list, choice, after } => choices::add(desk, list, choice, after.as_deref()),
        Edit::RenameChoice { list, choice, name } => choices::rename(desk, list, choice, name),
        Edit::SetChoiceWords {
            list,
            choice,
            words,
            lang,
            text,
        } => choices::words(desk, (list, choice), *words, (lang, text)),
        Edit::SetMissing {
            list,
            choice,
            missing,
        } => choices::missing(desk, list, choice, *missing),
        Edit::MoveChoice { list, choice, after } => choices::move_to(desk, list, choice, after.as_deref()),
        Edit::RemoveChoice { list, choice } => choices::remove(desk, list, choice),
        // It has been taken apart.
        Edit::All { .. } => Ok(()),
    }
}

/// A text as a cell holds it.
fn tidy(text: &str, field: &str) -> Result<String, EditError> {
    let cleaned = writable(text);
    if cleaned.encode_utf16().count() > LONGEST {
        return Err(Refusal::TooLong.field(field));
    }
    Ok(cleaned)
}

/// Whether a line holds others.
fn holds(line: &Line) -> bool {
    line.kind.is_group() && !line.disabled
}

/// The place among the survey sheet's rows that is meant.
fn place_of(desk: &Desk, lines: &[Line], spot: &Spot) -> Result<usize, EditError> {
    let group = |key| {
        let line = desk.find(lines, key)?;
        if holds(line) {
            closed(line).map(|()| line)
        } else {
            let key = key.to_string();
            Err(Refusal::NotAGroup { key }.field("to"))
        }
    };
    let rows = desk.rows(super::desk::Tab::Survey).len();
    Ok(match spot {
        Spot::First => desk
            .header(super::desk::Tab::Survey)
            .map_or(rows, |header| header + 1),
        Spot::Last => rows,
        Spot::After(key) => {
            let line = desk.find(lines, key)?;
            closed(line)?;
            line.end
        }
        Spot::Into(key) => group(key)?.at + 1,
        Spot::IntoEnd(key) => group(key)?.end - 1,
    })
}

fn closed(line: &Line) -> Result<(), EditError> {
    if line.is_closed {
        return Ok(());
    }
    let name = line.name.clone();
    Err(Refusal::NoEndRow { name }.at(line.place().field("row")).into())
}

/// A name that no row has: the wanted one, or that with a number.
fn free_name(wanted: &str, taken: &dyn Fn(&str) -> bool) -> String {
    if !taken(wanted) {
        return wanted.to_owned();
    }
    // `text_2` becomes `text_3`, not `text_2_2`.
    let stem = match wanted.rsplit_once('_') {
        Some((stem, number)) if !stem.is_empty() && number.parse::<u32>().is_ok() => stem,
        _ => wanted,
    };
    (2_u32..)
        .map(|number| format!("{stem}_{number}"))
        .find(|name| !taken(name))
        .unwrap_or_else(|| wanted.to_owned())
}

/// Whether a name can be that of a new row.
fn check_name(lines: &[Line], name: &str, own: Option<usize>) -> Result<(), EditError> {
    let field = || Place::sheet("survey").field("name");
    if !crate::expression::is_name(name) {
        let name = name.to_owned();
        return Err(Refusal::BadName { name }.at(field()).into());
    }
    match lines
        .iter()
        .find(|line| line.name == name && Some(line.at) != own)
    {
        Some(other) => {
            let refusal = Refusal::NameTaken {
                name: name.to_owned(),
                row: row_number(other.at),
            };
            Err(refusal.at(field()).into())
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
