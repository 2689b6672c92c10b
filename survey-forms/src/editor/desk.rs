//! A workbook on the desk: its three sheets by what their columns mean, to look at and to change.

use std::collections::HashMap;

use super::book::{Row, Sheet, Workbook};
use super::kind::RowKind;
use super::refusal::Refusal;
use super::{EditError, RowKey};
use crate::diagnostic::Place;
use crate::text::Text;
use crate::xlsform::layout::{Column, Holds, Layout, RowWord, type_of, yes_no};
use crate::xlsform::workbook::{MOST_COLUMNS, MOST_ROWS};
use crate::xlsform::write::header;

/// One of the three sheets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    Survey,
    Choices,
    Settings,
}

impl Tab {
    pub(super) const ALL: [Self; 3] = [Self::Survey, Self::Choices, Self::Settings];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Survey => "survey",
            Self::Choices => "choices",
            Self::Settings => "settings",
        }
    }

    /// Columns that a sheet must have to be one.
    fn first_columns(self) -> &'static [&'static str] {
        match self {
            Self::Survey => &["type", "name"],
            Self::Choices => &["list_name", "name"],
            Self::Settings => &["form_id"],
        }
    }
}

/// A row of the survey sheet that says something.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Place among the sheet's rows; the row that the spreadsheet shows is one more.
    pub(super) at: usize,
    /// One behind the last row that belongs to it, its `end` row included.
    pub(super) end: usize,
    pub(super) kind: RowKind,
    pub(super) name: String,
    pub(super) type_cell: String,
    pub(super) list: Option<String>,
    pub(super) or_other: bool,
    pub(super) disabled: bool,
    /// The group around it, as a place among the lines.
    pub(super) parent: Option<usize>,
    /// Whether a group has its `end` row.
    pub(super) is_closed: bool,
}

impl Line {
    /// Row as the spreadsheet shows it.
    pub(super) fn row(&self) -> u32 {
        row_number(self.at)
    }

    pub(super) fn place(&self) -> Place {
        Place::sheet("survey").row(self.row())
    }

    /// Names by which expressions may refer to what it brings: its own and those that the reader makes.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        if !self.name.is_empty() {
            names.push(self.name.clone());
            if self.or_other {
                names.push(format!("{}_other", self.name));
            }
            if self.kind == RowKind::Repeat {
                names.push(format!("{}_more", self.name));
            }
        }
        names
    }
}

pub(super) fn row_number(at: usize) -> u32 {
    u32::try_from(at + 1).unwrap_or(u32::MAX)
}

/// A workbook with the meaning of its columns.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    pub(super) book: Workbook,
    pub(super) layout: Layout,
}

impl Desk {
    pub(super) fn new(book: Workbook) -> Self {
        let layout = Layout::of(&book.raw());
        Self { book, layout }
    }

    pub(super) fn columns(&self, tab: Tab) -> &[Column] {
        match tab {
            Tab::Survey => &self.layout.survey,
            Tab::Choices => &self.layout.choices,
            Tab::Settings => &self.layout.settings,
        }
    }

    pub(super) fn sheet(&self, tab: Tab) -> Option<&Sheet> {
        let is_it = |sheet: &&Sheet| sheet.name.trim().to_lowercase() == tab.name();
        self.book.sheets.iter().find(is_it)
    }

    /// The sheet; it is made where there is none.
    pub(super) fn sheet_mut(&mut self, tab: Tab) -> &mut Sheet {
        let is_it = |sheet: &Sheet| sheet.name.trim().to_lowercase() == tab.name();
        let at = match self.book.sheets.iter().position(is_it) {
            Some(at) => at,
            None => {
                self.book.sheets.push(Sheet {
                    name: tab.name().to_owned(),
                    rows: Vec::new(),
                });
                self.book.sheets.len() - 1
            }
        };
        if self.book.sheets[at].rows.iter().all(|row| row.cells.is_empty()) {
            self.book.sheets[at].rows = vec![Row::of(tab.first_columns())];
            self.layout = Layout::of(&self.book.raw());
        }
        &mut self.book.sheets[at]
    }

    pub(super) fn rows(&self, tab: Tab) -> &[Row] {
        self.sheet(tab).map_or(&[], |sheet| &sheet.rows)
    }

    /// Place of the header row.
    pub(super) fn header(&self, tab: Tab) -> Option<usize> {
        self.rows(tab).iter().position(|row| !row.cells.is_empty())
    }

    /// Rows behind the header, with their places.
    pub(super) fn body(&self, tab: Tab) -> impl Iterator<Item = (usize, &Row)> {
        let rows = self.rows(tab);
        let first = self.header(tab).map_or(rows.len(), |header| header + 1);
        rows.iter().enumerate().skip(first)
    }

    /// A cell that is the same in all languages.
    pub(super) fn plain(&self, tab: Tab, at: usize, column: &str) -> &str {
        let is_it = |found: &&Column| matches!(found.holds, Holds::Plain(name) if name == column);
        match (self.columns(tab).iter().find(is_it), self.rows(tab).get(at)) {
            (Some(found), Some(row)) => row.cell(found.at),
            _ => "",
        }
    }

    /// Words in all languages, the default first.
    pub(super) fn text(&self, tab: Tab, at: usize, column: &str) -> Text {
        let Some(row) = self.rows(tab).get(at) else {
            return Text::new();
        };
        let in_language = |tag: &str| {
            let words = self.columns(tab).iter().filter(
                |found| matches!(&found.holds, Holds::Words(name, known) if *name == column && known == tag),
            );
            words
                .map(|found| row.cell(found.at))
                .find(|cell| !cell.is_empty())
                .map(|cell| (tag.to_owned(), cell.to_owned()))
        };
        self.layout
            .languages
            .iter()
            .filter_map(|(tag, _)| in_language(tag))
            .collect()
    }

    pub(super) fn has_language(&self, tag: &str) -> bool {
        self.layout.languages.iter().any(|(known, _)| known == tag)
    }

    /// The header of a column as the author wrote it; the usual one where there is none.
    pub(super) fn header_of(&self, tab: Tab, holds: &Holds) -> String {
        let found = self.columns(tab).iter().find(|column| column.holds == *holds);
        found.map_or_else(
            || match holds {
                Holds::Plain(name) => (*name).to_owned(),
                Holds::Words(name, tag) => self.new_header(tab, name, tag),
                Holds::Other => String::new(),
            },
            |column| column.header.clone(),
        )
    }

    /// `hint::English (en)`, the language called as it is elsewhere in the workbook.
    fn new_header(&self, tab: Tab, column: &str, tag: &str) -> String {
        let is_default = self
            .layout
            .languages
            .first()
            .is_some_and(|(first, _)| first == tag);
        let unmarked = Tab::ALL.iter().any(|tab| {
            self.columns(*tab).iter().any(|known| {
                known.is_unmarked && matches!(&known.holds, Holds::Words(_, known) if known == tag)
            })
        });
        let marked = self.columns(tab).iter().any(|known| {
            !known.is_unmarked && matches!(&known.holds, Holds::Words(_, known) if known == tag)
        });
        if is_default && unmarked && !marked {
            return column.to_owned();
        }
        match self.layout.languages.iter().find(|(known, _)| known == tag) {
            Some((_, written)) => format!("{column}::{written}"),
            None => header(column, tag),
        }
    }

    /// The column's place; it is made where there is none, behind those of the same kind.
    pub(super) fn column_mut(&mut self, tab: Tab, holds: &Holds) -> Result<u32, EditError> {
        self.sheet_mut(tab);
        if let Some(found) = self.columns(tab).iter().find(|column| column.holds == *holds) {
            return Ok(found.at);
        }
        let title = self.header_of(tab, holds);
        let base = |holds: &Holds| match holds {
            Holds::Plain(name) | Holds::Words(name, _) => (*name).to_owned(),
            Holds::Other => String::new(),
        };
        let wanted = base(holds);
        let columns = self.columns(tab);
        let last = columns.iter().map(|column| column.at).max();
        let sibling = columns
            .iter()
            .filter(|column| base(&column.holds) == wanted)
            .map(|column| column.at)
            .max();
        let header = self.header(tab).unwrap_or_default();
        let widest = self
            .rows(tab)
            .iter()
            .filter_map(|row| row.cells.keys().next_back())
            .max()
            .copied();
        let at = match sibling {
            Some(sibling) => sibling + 1,
            None => last.max(widest).map_or(0, |last| last + 1),
        };
        if last.max(widest).is_some_and(|last| last + 1 >= MOST_COLUMNS) {
            return Err(Refusal::TooLarge.at(Place::sheet(tab.name())).into());
        }
        let sheet = self.sheet_mut(tab);
        if sibling.is_some() {
            for row in &mut sheet.rows {
                let cells = std::mem::take(&mut row.cells);
                row.cells = cells
                    .into_iter()
                    .map(|(place, cell)| (place + u32::from(place >= at), cell))
                    .collect();
            }
        }
        sheet.rows[header].set(at, &title);
        self.layout = Layout::of(&self.book.raw());
        Ok(at)
    }

    /// Fills a cell; an empty text empties it and makes no column.
    pub(super) fn set(&mut self, tab: Tab, at: usize, holds: &Holds, text: &str) -> Result<(), EditError> {
        let there = self.columns(tab).iter().any(|column| column.holds == *holds);
        if text.is_empty() && !there {
            return Ok(());
        }
        let column = self.column_mut(tab, holds)?;
        if let Some(row) = self.sheet_mut(tab).rows.get_mut(at) {
            row.set(column, text);
        }
        Ok(())
    }

    /// As [`Self::set`], for a cell that is the same in all languages.
    pub(super) fn set_plain(
        &mut self,
        tab: Tab,
        at: usize,
        column: &'static str,
        text: &str,
    ) -> Result<(), EditError> {
        self.set(tab, at, &Holds::Plain(column), text)
    }

    /// A cell of a column that has no meaning of its own, by its header.
    pub(super) fn other(&self, tab: Tab, at: usize, header: &str) -> &str {
        match (self.other_column(tab, header), self.rows(tab).get(at)) {
            (Some(column), Some(row)) => row.cell(column),
            _ => "",
        }
    }

    fn other_column(&self, tab: Tab, header: &str) -> Option<u32> {
        let is_it = |found: &&Column| found.holds == Holds::Other && found.header.trim() == header.trim();
        self.columns(tab).iter().find(is_it).map(|found| found.at)
    }

    /// Fills such a cell; the column is made behind the others where there is none.
    pub(super) fn set_other(
        &mut self,
        tab: Tab,
        at: usize,
        header: &str,
        text: &str,
    ) -> Result<(), EditError> {
        self.sheet_mut(tab);
        let column = match self.other_column(tab, header) {
            Some(column) => column,
            None => {
                let widest = self
                    .rows(tab)
                    .iter()
                    .filter_map(|row| row.cells.keys().next_back())
                    .max();
                let column = widest.map_or(0, |last| last + 1);
                if column >= MOST_COLUMNS {
                    return Err(Refusal::TooLarge.at(Place::sheet(tab.name())).into());
                }
                let first = self.header(tab).unwrap_or_default();
                self.sheet_mut(tab).rows[first].set(column, header);
                self.layout = Layout::of(&self.book.raw());
                column
            }
        };
        if let Some(row) = self.sheet_mut(tab).rows.get_mut(at) {
            row.set(column, text);
        }
        Ok(())
    }

    /// Puts an empty row there.
    pub(super) fn insert(&mut self, tab: Tab, at: usize, row: Row) -> Result<(), EditError> {
        let sheet = self.sheet_mut(tab);
        if sheet.rows.len() >= MOST_ROWS as usize {
            return Err(Refusal::TooLarge.at(Place::sheet(tab.name())).into());
        }
        let at = at.min(sheet.rows.len());
        sheet.rows.insert(at, row);
        Ok(())
    }

    /// Rows of the survey sheet that say something, with the groups in which they stand.
    pub(super) fn lines(&self) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let rows = self.rows(Tab::Survey).len();
        for (at, row) in self.body(Tab::Survey) {
            let cell = |column: &str| self.plain(Tab::Survey, at, column);
            let (type_cell, name) = (cell("type"), cell("name"));
            let label = || self.text(Tab::Survey, at, "label");
            if row.cells.is_empty() || (type_cell.is_empty() && name.is_empty() && label().is_empty()) {
                continue;
            }
            let disabled = yes_no(cell("disabled")) == Some(true);
            let (kind, list, or_other) = self.kind(at, type_cell);
            if kind == RowKind::End && !disabled {
                if let Some(group) = open.pop() {
                    lines[group].end = at + 1;
                    lines[group].is_closed = true;
                }
                continue;
            }
            lines.push(Line {
                at,
                end: at + 1,
                kind,
                name: name.to_owned(),
                type_cell: type_cell.to_owned(),
                list,
                or_other,
                disabled,
                parent: open.last().copied(),
                is_closed: disabled || !kind.is_group(),
            });
            // The reader does not look at rows that are left out.
            if kind.is_group() && !disabled {
                open.push(lines.len() - 1);
            }
        }
        for group in open {
            lines[group].end = rows;
        }
        lines.retain(|line| line.kind != RowKind::End);
        lines
    }

    fn kind(&self, at: usize, type_cell: &str) -> (RowKind, Option<String>, bool) {
        let page = || {
            let words = self.plain(Tab::Survey, at, "appearance");
            words
                .split_whitespace()
                .any(|word| word.eq_ignore_ascii_case("field-list"))
        };
        match type_of(type_cell) {
            RowWord::Simple(word) => (RowKind::named(word).unwrap_or(RowKind::Other), None, false),
            RowWord::Select { word, list, or_other } => {
                (RowKind::named(word).unwrap_or(RowKind::Other), list, or_other)
            }
            RowWord::BeginGroup if page() => (RowKind::Page, None, false),
            RowWord::BeginGroup => (RowKind::Group, None, false),
            RowWord::BeginRepeat => (RowKind::Repeat, None, false),
            RowWord::End => (RowKind::End, None, false),
            RowWord::Metadata => (RowKind::Metadata, None, false),
            RowWord::Other => (RowKind::Other, None, false),
        }
    }

    /// The line that is meant.
    pub(super) fn find<'l>(&self, lines: &'l [Line], key: &RowKey) -> Result<&'l Line, EditError> {
        let found = match key {
            RowKey::Name(name) => lines.iter().find(|line| line.name == *name),
            RowKey::Number(number) => lines.iter().find(|line| line.row() == *number),
        };
        found.ok_or_else(|| {
            let suggestion = match key {
                RowKey::Name(name) => {
                    crate::diagnostic::nearest(name, lines.iter().map(|line| line.name.as_str()))
                }
                RowKey::Number(_) => None,
            };
            let refusal = Refusal::NoRow {
                key: key.to_string(),
                suggestion: suggestion.map(str::to_owned),
            };
            refusal.at(Place::sheet("survey").field("row")).into()
        })
    }
}

/// How lines are called.
pub(super) fn keys_of(lines: &[Line]) -> Vec<RowKey> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for line in lines {
        *counts.entry(&line.name).or_default() += 1;
    }
    let key = |line: &Line| match counts.get(line.name.as_str()) {
        Some(1) if !line.name.is_empty() => RowKey::Name(line.name.clone()),
        _ => RowKey::Number(line.row()),
    };
    lines.iter().map(key).collect()
}

/// How a line is called: by name where no other has it.
pub(super) fn key_of(line: &Line, lines: &[Line]) -> RowKey {
    let same = lines.iter().filter(|other| other.name == line.name).count();
    if line.name.is_empty() || same > 1 {
        RowKey::Number(line.row())
    } else {
        RowKey::Name(line.name.clone())
    }
}
