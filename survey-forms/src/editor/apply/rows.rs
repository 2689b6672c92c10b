//! Rows of the survey sheet: come, go, move.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::book::Row;
use super::super::desk::{Desk, Line, Tab};
use super::super::edit::{NewItem, NewList};
use super::super::references;
use super::super::refusal::Refusal;
use super::super::{EditError, RowKey, RowKind, Spot};
use super::{check_name, closed, free_name, holds, kinds, lists, place_of, tidy};
use crate::diagnostic::{Diagnostic, Place};
use crate::xlsform::layout::Holds;

/// A question or group comes.
pub(super) fn add(desk: &mut Desk, item: &NewItem, to: &Spot) -> Result<(), EditError> {
    desk.sheet_mut(Tab::Survey);
    let lines = desk.lines();
    let at = place_of(desk, &lines, to)?;
    if !RowKind::ADDABLE.contains(&item.kind) {
        let refusal = Refusal::KindMismatch {
            from: RowKind::Other.words(),
            to: item.kind.words(),
        };
        return Err(refusal.field("kind"));
    }
    let taken = |name: &str| {
        lines
            .iter()
            .any(|line| line.names().iter().any(|known| known == name))
    };
    let wanted = item.name.trim();
    let name = if wanted.is_empty() {
        free_name(&format!("{}_1", item.kind.as_str()), &taken)
    } else {
        wanted.to_owned()
    };
    check_name(&lines, &name, None)?;
    let list = match (&item.choices, item.kind.has_choices()) {
        (_, false) => None,
        (None, true) => return Err(Refusal::NeedsList.field("list")),
        (Some(NewList::Existing(list)), true) => Some(lists::existing(desk, list)?),
        (Some(NewList::New(choices)), true) => {
            let list = free_name(&name, &|name| lists::has(desk, name));
            lists::add(desk, &list, choices)?;
            Some(list)
        }
    };
    desk.insert(Tab::Survey, at, Row::default())?;
    let type_cell = kinds::type_cell(item.kind, list.as_deref(), false);
    desk.set_plain(Tab::Survey, at, "type", &type_cell)?;
    desk.set_plain(Tab::Survey, at, "name", &name)?;
    for (tag, words) in item.label.iter() {
        let words = tidy(words, "label")?;
        known_language(desk, tag, &words)?;
        desk.set(Tab::Survey, at, &Holds::Words("label", tag.to_owned()), &words)?;
    }
    if item.required && item.kind.is_question() {
        desk.set_plain(Tab::Survey, at, "required", "yes")?;
    }
    if item.kind == RowKind::Page {
        desk.set_plain(Tab::Survey, at, "appearance", "field-list")?;
    }
    if item.kind.is_group() {
        desk.insert(Tab::Survey, at + 1, Row::default())?;
        desk.set_plain(Tab::Survey, at + 1, "type", kinds::end_of(item.kind))?;
    }
    Ok(())
}

/// Whether words can be said in a language; none can where the workbook does not have it.
pub(super) fn known_language(desk: &Desk, tag: &str, words: &str) -> Result<(), EditError> {
    if desk.has_language(tag) || words.is_empty() {
        return Ok(());
    }
    let refusal = Refusal::NoLanguage {
        lang: tag.to_owned(),
        known: desk.layout.languages.iter().map(|(tag, _)| tag.clone()).collect(),
    };
    Err(refusal.field("lang"))
}

/// A row goes elsewhere.
pub(super) fn move_to(desk: &mut Desk, row: &RowKey, to: &Spot) -> Result<(), EditError> {
    let lines = desk.lines();
    let line = desk.find(&lines, row)?;
    closed(line)?;
    let at = place_of(desk, &lines, to)?;
    if at > line.at && at < line.end {
        return Err(Refusal::IntoItself.field("to"));
    }
    carry(desk, line.at..line.end, at);
    Ok(())
}

fn carry(desk: &mut Desk, block: Range<usize>, to: usize) {
    let rows = &mut desk.sheet_mut(Tab::Survey).rows;
    let to = if to >= block.end { to - block.len() } else { to };
    let moved: Vec<Row> = rows.drain(block).collect();
    rows.splice(to..to, moved);
}

/// One step up or down.
pub(super) fn step(desk: &mut Desk, row: &RowKey, up: bool) -> Result<(), EditError> {
    let lines = desk.lines();
    let line = desk.find(&lines, row)?;
    closed(line)?;
    let siblings = lines.iter().filter(|other| other.parent == line.parent);
    let parent = line.parent.and_then(|parent| lines.get(parent));
    let to = if up {
        let before = siblings.take_while(|other| other.at < line.at).last();
        before.map(|before| before.at).or(parent.map(|parent| parent.at))
    } else {
        let behind = siblings.into_iter().find(|other| other.at > line.at);
        if let Some(behind) = behind.or(parent) {
            closed(behind)?;
        }
        behind
            .map(|behind| behind.end)
            .or(parent.map(|parent| parent.end))
    };
    match to {
        Some(to) => carry(desk, line.at..line.end, to),
        None => return Err(Refusal::AtTheEnd { up }.field("row")),
    }
    Ok(())
}

/// Out of its group.
pub(super) fn leave(desk: &mut Desk, row: &RowKey) -> Result<(), EditError> {
    let lines = desk.lines();
    let line = desk.find(&lines, row)?;
    closed(line)?;
    let Some(parent) = line.parent.and_then(|parent| lines.get(parent)) else {
        return Err(Refusal::NotInAGroup.field("row"));
    };
    closed(parent)?;
    carry(desk, line.at..line.end, parent.end);
    Ok(())
}

/// The lines of a block.
fn within<'l>(lines: &'l [Line], block: &Range<usize>) -> impl Iterator<Item = &'l Line> {
    lines.iter().filter({
        let block = block.clone();
        move |line| block.contains(&line.at)
    })
}

/// A copy with names of its own.
pub(super) fn duplicate(desk: &mut Desk, row: &RowKey) -> Result<(), EditError> {
    let lines = desk.lines();
    let line = desk.find(&lines, row)?;
    closed(line)?;
    let block = line.at..line.end;
    let mut taken: Vec<String> = lines.iter().flat_map(Line::names).collect();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for copied in within(&lines, &block).filter(|copied| !copied.name.is_empty()) {
        let name = free_name(&copied.name, &|name| taken.iter().any(|known| known == name));
        taken.push(name.clone());
        add_names(&mut names, copied, &name, &lines);
    }
    let rows = desk.rows(Tab::Survey)[block.clone()].to_vec();
    let count = rows.len();
    for (offset, row) in rows.into_iter().enumerate() {
        desk.insert(Tab::Survey, block.end + offset, row)?;
    }
    for copied in within(&lines, &block).filter(|copied| !copied.name.is_empty()) {
        let name = names.get(&copied.name).cloned().unwrap_or_default();
        desk.set_plain(Tab::Survey, copied.at + count, "name", &name)?;
    }
    let copies = block.end..block.end + count;
    references::rename(desk, Some(copies), &|name| names.get(name).cloned());
    Ok(())
}

/// What a line's names become when it gets another; those that the reader makes follow, unless a row has one of them.
pub(super) fn add_names(names: &mut BTreeMap<String, String>, line: &Line, now: &str, lines: &[Line]) {
    for old in line.names() {
        let made = old.strip_prefix(&line.name).unwrap_or_default();
        if made.is_empty() || !lines.iter().any(|other| other.name == old) {
            names.insert(old.clone(), format!("{now}{made}"));
        }
    }
}

/// Everything that refers to a block from outside, as faults.
fn referred(desk: &Desk, lines: &[Line], block: &Range<usize>) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    for line in within(lines, block) {
        let elsewhere = |name: &String| {
            let mut others = lines.iter().filter(|other| !block.contains(&other.at));
            others.any(|other| other.name == *name)
        };
        let names: Vec<String> = line.names().into_iter().filter(|name| !elsewhere(name)).collect();
        for by in references::to(desk, &names, block) {
            let place = Place::sheet(by.sheet.clone())
                .row(by.row)
                .column(by.column.clone());
            let name = line.name.clone();
            faults.push(Refusal::StillReferred { name, by }.at(place));
        }
    }
    faults
}

/// It goes.
pub(super) fn remove(desk: &mut Desk, row: &RowKey) -> Result<(), EditError> {
    let lines = desk.lines();
    let line = desk.find(&lines, row)?;
    closed(line)?;
    let block = line.at..line.end;
    let faults = referred(desk, &lines, &block);
    if !faults.is_empty() {
        return Err(faults.into());
    }
    desk.sheet_mut(Tab::Survey).rows.drain(block);
    Ok(())
}

/// The group goes, what it holds stays.
pub(super) fn ungroup(desk: &mut Desk, row: &RowKey) -> Result<(), EditError> {
    let lines = desk.lines();
    let line = desk.find(&lines, row)?;
    closed(line)?;
    if !holds(line) {
        let key = row.to_string();
        return Err(Refusal::NotAGroup { key }.field("row"));
    }
    if !desk.plain(Tab::Survey, line.at, "relevant").is_empty() {
        let name = line.name.clone();
        return Err(Refusal::ConditionLost { name }
            .at(line.place().column("relevant"))
            .into());
    }
    let faults = referred(desk, &lines, &(line.at..line.at + 1));
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let rows = &mut desk.sheet_mut(Tab::Survey).rows;
    rows.remove(line.end - 1);
    rows.remove(line.at);
    Ok(())
}

/// Another name, everywhere.
pub(super) fn rename(desk: &mut Desk, row: &RowKey, name: &str) -> Result<(), EditError> {
    let lines = desk.lines();
    let line = desk.find(&lines, row)?;
    let name = name.trim();
    check_name(&lines, name, Some(line.at))?;
    if line.name == name {
        return Ok(());
    }
    // Of two rows of one name the other keeps it, and what refers to it.
    let shared = lines
        .iter()
        .any(|other| other.at != line.at && other.name == line.name);
    if !line.name.is_empty() && !shared {
        let mut names = BTreeMap::new();
        add_names(&mut names, line, name, &lines);
        references::rename(desk, None, &|old| names.get(old).cloned());
    }
    desk.set_plain(Tab::Survey, line.at, "name", name)
}
