//! Questions of the bank come, with their choice lists.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::super::book::Row;
use super::super::desk::{Desk, Line, Tab};
use super::super::refusal::Refusal;
use super::super::{EditError, Spot, bank, references};
use super::rows::add_names;
use super::{free_name, kinds, lists, place_of};
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
    let languages: Vec<&String> = from.layout.languages.iter().map(|(tag, _)| tag).collect();
    if !languages.iter().any(|tag| desk.has_language(tag)) {
        return Err(Refusal::NoCommonLanguage.field("collection"));
    }
    let source = from.lines();
    let blocks = blocks(&from, &source, items).map_err(|item| {
        let collection = collection.to_owned();
        Refusal::NoBankItem { item, collection }.field("items")
    })?;
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
        add_names(&mut names, line, &name, &source);
    }
    let wanted: BTreeSet<&String> = inside.iter().filter_map(|line| line.list.as_ref()).collect();
    let mut brought: BTreeMap<String, String> = BTreeMap::new();
    for list in wanted {
        brought.insert(list.clone(), bring(desk, &from, list)?);
    }

    let mut place = at;
    for row in blocks.into_iter().flatten() {
        copy(desk, &from, (Tab::Survey, row), place)?;
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
fn blocks(from: &Desk, lines: &[Line], items: &[String]) -> Result<Vec<Range<usize>>, String> {
    let outermost = |line: &Line| {
        let mut outer = line.clone();
        while let Some(parent) = outer.parent.and_then(|parent| lines.get(parent)) {
            outer = parent.clone();
        }
        outer.at..outer.end
    };
    let mut blocks: Vec<Range<usize>> = Vec::new();
    if items.is_empty() {
        blocks.extend(
            lines
                .iter()
                .filter(|line| line.parent.is_none())
                .map(|line| line.at..line.end),
        );
    }
    for item in items {
        let line = lines
            .iter()
            .find(|line| line.name == *item)
            .ok_or_else(|| item.clone())?;
        blocks.push(line.at..line.end);
    }
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
    Ok(blocks)
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
        plain("name")
            && plain("missing")
            && said.all(|(tag, words)| own.exact(tag).is_some_and(|(_, own)| own == words))
    };
    Ok(there.len() == here.len() && there.iter().zip(&here).all(same))
}

/// Copies a row, cell by cell, by what the columns mean.
fn copy(desk: &mut Desk, from: &Desk, (tab, row): (Tab, usize), at: usize) -> Result<(), EditError> {
    desk.insert(tab, at, Row::default())?;
    for column in from.columns(tab) {
        let text = from.rows(tab).get(row).map_or("", |row| row.cell(column.at));
        let wanted = match &column.holds {
            Holds::Plain(_) => true,
            Holds::Words(_, tag) => desk.has_language(tag),
            Holds::Other => false,
        };
        if wanted && !text.is_empty() {
            desk.set(tab, at, &column.holds, text)?;
        }
    }
    Ok(())
}
