//! Questions of the bank or of another questionnaire come, with their choice lists and tables.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::super::book::{Row, Sheet};
use super::super::desk::{Desk, Line, Tab};
use super::super::refusal::Refusal;
use super::super::{EditError, RowKey, Spot, Workbook, bank, references};
use super::rows::add_names;
use super::{closed, free_name, kinds, lists, place_of};
use crate::xlsform::layout::Holds;

/// Questions of a collection come; all of them when none is named.
pub(super) fn insert(
    desk: &mut Desk,
    collection: &str,
    items: &[String],
    to: &Spot,
) -> Result<(), EditError> {
    let Some(found) = bank::collection(collection) else {
        let id = collection.to_owned();
        return Err(Refusal::NoCollection { id }.field("collection"));
    };
    let from = Desk::new(found.workbook.clone());
    if !speaks(desk, &from) {
        return Err(Refusal::NoCommonLanguage.field("collection"));
    }
    let source = from.lines();
    let mut wanted = Vec::new();
    for item in items {
        let line = source.iter().find(|line| line.name == *item).ok_or_else(|| {
            let (item, collection) = (item.clone(), collection.to_owned());
            Refusal::NoBankItem { item, collection }.field("items")
        })?;
        wanted.push(line);
    }
    if items.is_empty() {
        wanted.extend(source.iter().filter(|line| line.parent.is_none()));
    }
    bring_rows(desk, &from, &source, &wanted, to)
}

/// Rows of another questionnaire come.
pub(super) fn take_over(
    desk: &mut Desk,
    other: &Workbook,
    items: &[RowKey],
    to: &Spot,
) -> Result<(), EditError> {
    let from = Desk::new(other.clone());
    if !speaks(desk, &from) {
        let languages = from.layout.languages.iter().map(|(tag, _)| tag.clone()).collect();
        return Err(Refusal::OtherLanguages { languages }.field("items"));
    }
    let source = from.lines();
    let mut wanted = Vec::new();
    for key in items {
        let line = from.find(&source, key)?;
        closed(line)?;
        wanted.push(line);
    }
    bring_rows(desk, &from, &source, &wanted, to)
}

/// Whether something of the other's words can be kept.
fn speaks(desk: &Desk, from: &Desk) -> bool {
    let mut languages = from.layout.languages.iter();
    languages.any(|(tag, _)| desk.has_language(tag))
}

/// Rows with what they refer to, their choice lists and their tables come.
fn bring_rows(
    desk: &mut Desk,
    from: &Desk,
    source: &[Line],
    wanted: &[&Line],
    to: &Spot,
) -> Result<(), EditError> {
    let blocks = blocks(from, source, wanted);
    desk.sheet_mut(Tab::Survey);
    let lines = desk.lines();
    let at = place_of(desk, &lines, to)?;

    let inside: Vec<&Line> = source
        .iter()
        .filter(|line| blocks.iter().any(|block| block.contains(&line.at)))
        .collect();
    let mut taken: Vec<String> = lines.iter().flat_map(Line::names).collect();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for line in &inside {
        let name = free_name(&line.name, &|name| taken.iter().any(|known| known == name));
        taken.push(name.clone());
        add_names(&mut names, line, &name, source);
    }
    for table in tables(from, &blocks, &inside) {
        bring_table(desk, table)?;
    }
    let lists: BTreeSet<&String> = inside.iter().filter_map(|line| line.list.as_ref()).collect();
    let mut brought: BTreeMap<String, String> = BTreeMap::new();
    for list in lists.into_iter().filter(|list| !lists::is_file(list)) {
        brought.insert(list.clone(), bring(desk, from, list)?);
    }

    let mut place = at;
    for row in blocks.into_iter().flatten() {
        copy(desk, from, (Tab::Survey, row), place)?;
        if let Some(line) = source.iter().find(|line| line.at == row) {
            let name = names.get(&line.name).cloned().unwrap_or_default();
            desk.set_plain(Tab::Survey, place, "name", &name)?;
            if let Some(list) = line.list.as_ref().and_then(|list| brought.get(list)) {
                let cell = kinds::type_cell(line.kind, Some(list), line.or_other);
                desk.set_plain(Tab::Survey, place, "type", &cell)?;
            }
        }
        place += 1;
    }
    references::rename(desk, Some(at..place), &|name| names.get(name).cloned());
    Ok(())
}

/// The rows that are wanted with those that they refer to, in order.
fn blocks(from: &Desk, lines: &[Line], wanted: &[&Line]) -> Vec<Range<usize>> {
    let outermost = |line: &Line| {
        let mut outer = line.clone();
        while let Some(parent) = outer.parent.and_then(|parent| lines.get(parent)) {
            outer = parent.clone();
        }
        outer.at..outer.end
    };
    let mut blocks: Vec<Range<usize>> = wanted.iter().map(|line| line.at..line.end).collect();
    loop {
        let covered = |at: usize| blocks.iter().any(|block| block.contains(&at));
        let missing = references::cells(from)
            .filter(|cell| cell.tab == Tab::Survey && covered(cell.at))
            .flat_map(|cell| references::names(cell.text))
            .find_map(|name| {
                let line = lines
                    .iter()
                    .find(|line| line.names().iter().any(|known| known == name))?;
                (!covered(line.at)).then(|| outermost(line))
            });
        match missing {
            Some(block) => blocks.push(block),
            None => break,
        }
    }
    // What stands inside of another block comes with it.
    let all = blocks.clone();
    blocks.retain(|block| {
        !all.iter()
            .any(|other| other != block && other.start <= block.start && block.end <= other.end)
    });
    blocks.sort_by_key(|block| block.start);
    blocks.dedup();
    blocks
}

/// Tables of the other workbook from which these rows take choices or cells.
fn tables<'f>(from: &'f Desk, blocks: &[Range<usize>], lines: &[&Line]) -> Vec<&'f Sheet> {
    let is_pulled = |table: &str| {
        let stem = table.rsplit_once('.').map_or(table, |(stem, _)| stem);
        let named = ["'", "\""].map(|mark| [format!("{mark}{stem}{mark}"), format!("{mark}{table}{mark}")]);
        let mut cells = references::texts(from, Tab::Survey)
            .filter(|(at, _)| blocks.iter().any(|block| block.contains(at)));
        cells.any(|(_, text)| {
            text.contains("pulldata") && named.iter().flatten().any(|name| text.contains(name))
        })
    };
    let sheets = from.book.sheets.iter();
    sheets
        .filter(|sheet| {
            let name = sheet.name.trim();
            let is_chosen = lines
                .iter()
                .filter_map(|line| line.list.as_deref())
                .any(|list| list.eq_ignore_ascii_case(name));
            lists::is_file(name) && (is_chosen || is_pulled(name))
        })
        .collect()
}

/// A table in the workbook; it must not be another of the same name.
fn bring_table(desk: &mut Desk, table: &Sheet) -> Result<(), EditError> {
    let is_it = |sheet: &&Sheet| sheet.name.trim().eq_ignore_ascii_case(table.name.trim());
    match desk.book.sheets.iter().find(is_it) {
        None => desk.book.sheets.push(table.clone()),
        Some(there) if there.rows == table.rows => {}
        Some(_) => {
            let table = table.name.clone();
            return Err(Refusal::OtherTable { table }.field("items"));
        }
    }
    Ok(())
}

/// A list of the bank in the workbook: the same one where it is there already, else a copy with a name of its own.
fn bring(desk: &mut Desk, from: &Desk, list: &str) -> Result<String, EditError> {
    let rows = lists::rows(from, list)?;
    if lists::has(desk, list) && says_the_same(desk, from, list)? {
        return Ok(list.to_owned());
    }
    let name = free_name(list, &|name| lists::has(desk, name));
    desk.sheet_mut(Tab::Choices);
    for row in rows {
        let at = desk.rows(Tab::Choices).len();
        copy(desk, from, (Tab::Choices, row), at)?;
        desk.set_plain(Tab::Choices, at, "list_name", &name)?;
    }
    Ok(name)
}

fn says_the_same(desk: &Desk, from: &Desk, list: &str) -> Result<bool, EditError> {
    let (there, here) = (lists::rows(from, list)?, lists::rows(desk, list)?);
    let same = |(there, here): (&usize, &usize)| {
        let plain =
            |column| from.plain(Tab::Choices, *there, column) == desk.plain(Tab::Choices, *here, column);
        let (words, own) = (
            from.text(Tab::Choices, *there, "label"),
            desk.text(Tab::Choices, *here, "label"),
        );
        let mut said = words.iter().filter(|(tag, _)| desk.has_language(tag));
        let columns = from
            .columns(Tab::Choices)
            .iter()
            .filter(|column| column.holds == Holds::Other);
        let mut filtered =
            columns.map(|column| (from.rows(Tab::Choices)[*there].cell(column.at), &column.header));
        plain("name")
            && plain("missing")
            && filtered.all(|(cell, header)| desk.other(Tab::Choices, *here, header) == cell)
            && said.all(|(tag, words)| own.exact(tag).is_some_and(|(_, own)| own == words))
    };
    Ok(there.len() == here.len() && there.iter().zip(&here).all(same))
}

/// Copies a row, cell by cell, by what the columns mean.
fn copy(desk: &mut Desk, from: &Desk, (tab, row): (Tab, usize), at: usize) -> Result<(), EditError> {
    desk.insert(tab, at, Row::default())?;
    for column in from.columns(tab) {
        let text = from.rows(tab).get(row).map_or("", |row| row.cell(column.at));
        if text.is_empty() {
            continue;
        }
        match &column.holds {
            Holds::Words(_, tag) if !desk.has_language(tag) => {}
            // What filters choose by.
            Holds::Other if tab == Tab::Choices => desk.set_other(tab, at, &column.header, text)?,
            Holds::Other => {}
            holds => desk.set(tab, at, holds, text)?,
        }
    }
    Ok(())
}
