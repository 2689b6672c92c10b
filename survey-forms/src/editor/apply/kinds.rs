//! Kinds of rows: what the type column says, and how a row becomes another.

use super::super::desk::{Desk, Line, Tab};
use super::super::refusal::Refusal;
use super::super::{EditError, RowKey, RowKind};
use super::{closed, lists};

/// The type cell of a kind.
pub(super) fn type_cell(kind: RowKind, list: Option<&str>, or_other: bool) -> String {
    let word = kind.type_word();
    match list.filter(|_| kind.has_choices()) {
        Some(list) => {
            let file = if lists::is_file(list) && kind != RowKind::Rank {
                "_from_file"
            } else {
                ""
            };
            let other = if or_other && kind != RowKind::Rank {
                " or_other"
            } else {
                ""
            };
            format!("{word}{file} {list}{other}")
        }
        None => word.to_owned(),
    }
}

/// The type cell of the row that ends a group.
pub(super) fn end_of(kind: RowKind) -> &'static str {
    match kind {
        RowKind::Repeat => "end_repeat",
        _ => "end_group",
    }
}

/// Gives a row another kind.
pub(super) fn set(desk: &mut Desk, row: &RowKey, kind: RowKind, list: Option<&str>) -> Result<(), EditError> {
    let lines = desk.lines();
    let line = desk.find(&lines, row)?;
    let is_question = |kind: RowKind| !kind.is_group() && !matches!(kind, RowKind::Metadata | RowKind::End);
    let fits = RowKind::ADDABLE.contains(&kind)
        && (line.kind.is_group() == kind.is_group())
        && (kind.is_group() || is_question(line.kind));
    if !fits {
        let refusal = Refusal::KindMismatch {
            from: line.kind.words(),
            to: kind.words(),
        };
        return Err(refusal.at(line.place().column("type").field("kind")).into());
    }
    if kind.is_group() {
        return group(desk, line, kind);
    }
    let list = match (list.or(line.list.as_deref()), kind.has_choices()) {
        (_, false) => None,
        (Some(list), true) => Some(lists::existing(desk, list)?),
        (None, true) => return Err(Refusal::NeedsList.field("list")),
    };
    let same = line.kind == kind && line.list == list;
    // What is written stays as it is written, where it says this already.
    if !same {
        desk.set_plain(
            Tab::Survey,
            line.at,
            "type",
            &type_cell(kind, list.as_deref(), line.or_other),
        )?;
    }
    Ok(())
}

fn group(desk: &mut Desk, line: &Line, kind: RowKind) -> Result<(), EditError> {
    if line.kind == kind {
        return Ok(());
    }
    closed(line)?;
    desk.set_plain(Tab::Survey, line.at, "type", kind.type_word())?;
    if !line.disabled {
        desk.set_plain(Tab::Survey, line.end - 1, "type", end_of(kind))?;
    }
    let words = desk.plain(Tab::Survey, line.at, "appearance");
    let mut words: Vec<&str> = words
        .split_whitespace()
        .filter(|word| !word.eq_ignore_ascii_case("field-list"))
        .collect();
    if kind == RowKind::Page {
        words.push("field-list");
    }
    let words = words.join(" ");
    desk.set_plain(Tab::Survey, line.at, "appearance", &words)?;
    if line.kind == RowKind::Repeat {
        // They say how often a repeat is asked, and mean nothing elsewhere.
        desk.set_plain(Tab::Survey, line.at, "repeat_count", "")?;
        desk.set_plain(Tab::Survey, line.at, "parameters", "")?;
    }
    Ok(())
}
