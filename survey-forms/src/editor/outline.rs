//! The tree of a questionnaire for a page.

use std::collections::BTreeMap;

use serde::Serialize;

use super::desk::{Desk, Line, Tab, key_of, row_number};
use super::logic::{Conditions, Subjects, ruled, untold};
use super::{RowKey, RowKind, Spot, Workbook};
use crate::diagnostic::Diagnostic;
use crate::form::Form;
use crate::text::{Text, is_wording};
use crate::xlsform::layout::yes_no;

/// A questionnaire for a page.
#[derive(Clone, Debug)]
pub struct Outline {
    /// Title; empty when the settings have none.
    pub title: Text,
    /// `form_id` of the settings; empty when there is none.
    pub form_id: String,
    /// `version` of the settings.
    pub version: String,
    /// Tags of the languages, the default first; wordings (`zh-x-easy`) behind them.
    pub languages: Vec<String>,
    /// Rows outside of any group, in order; those of groups are in [`OutlineRow::children`].
    pub rows: Vec<OutlineRow>,
    /// Choice lists of the choices sheet, in order.
    pub lists: Vec<ListView>,
    /// What is wrong with no row in particular, or with rows of other sheets.
    pub diagnostics: Vec<Diagnostic>,
    /// The form, when nothing is wrong with it; for previews and the pretest.
    pub form: Option<Form>,
}

/// A row of the survey sheet. Rows that end groups are not shown, nor those without type, name and label.
#[derive(Clone, Debug, Serialize)]
pub struct OutlineRow {
    /// How it is called in edits and addresses.
    pub key: RowKey,
    /// Number in the spreadsheet, from 1.
    pub row: u32,
    /// Number among the questions that a person sees, from 1; none for others and for groups.
    pub number: Option<usize>,
    /// Its name; may be empty in a draft.
    pub name: String,
    /// What it is.
    pub kind: RowKind,
    /// The type cell as written.
    pub type_cell: String,
    /// Its words.
    pub label: Text,
    /// In how many groups it stands.
    pub depth: usize,
    /// Whether it is left out (`disabled`).
    pub disabled: bool,
    /// Whether it must be answered.
    pub required: bool,
    /// When it is asked, in words (Chinese and English); none when always.
    pub condition: Option<Text>,
    /// What an answer must satisfy, in words; none when anything will do.
    pub rule: Option<Text>,
    /// Its choice list.
    pub list: Option<String>,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
    /// Languages in which its label is missing (wordings are never missed).
    pub untranslated: Vec<String>,
    /// What it holds.
    pub children: Vec<OutlineRow>,
}

/// A choice list for a page.
#[derive(Clone, Debug, Serialize)]
pub struct ListView {
    /// `list_name`.
    pub name: String,
    /// Its choices in order.
    pub choices: Vec<ChoiceView>,
    /// The questions that use it; more than one share it.
    pub used_by: Vec<RowKey>,
}

/// A choice for a page.
#[derive(Clone, Debug, Serialize)]
pub struct ChoiceView {
    /// Row on the choices sheet.
    pub row: u32,
    /// Its value.
    pub name: String,
    /// Its words.
    pub label: Text,
    /// The `missing` cell as written: what kind of missing it is; empty for an answer.
    pub missing: String,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

/// The outline of a workbook; `file_name` is for messages.
pub fn outline(workbook: &Workbook, file_name: &str) -> Outline {
    let desk = Desk::new(workbook.clone());
    let checked = workbook.check(file_name);
    let viewer = Viewer::new(&desk, &checked.diagnostics);
    let settings = desk.body(Tab::Settings).find(|(_, row)| !row.cells.is_empty());
    let setting = |column: &str| {
        settings
            .map_or("", |(at, _)| desk.plain(Tab::Settings, at, column))
            .to_owned()
    };
    Outline {
        title: settings.map_or_else(Text::new, |(at, _)| desk.text(Tab::Settings, at, "form_title")),
        form_id: setting("form_id"),
        version: setting("version"),
        languages: desk.layout.languages.iter().map(|(tag, _)| tag.clone()).collect(),
        rows: viewer.tree(),
        lists: viewer.lists(),
        diagnostics: viewer.others(),
        form: checked.form,
    }
}

/// What pages show of a workbook on the desk.
pub(super) struct Viewer<'d> {
    desk: &'d Desk,
    pub(super) lines: Vec<Line>,
    pub(super) subjects: Subjects,
    diagnostics: &'d [Diagnostic],
}

impl<'d> Viewer<'d> {
    pub(super) fn new(desk: &'d Desk, diagnostics: &'d [Diagnostic]) -> Self {
        Self {
            desk,
            lines: desk.lines(),
            subjects: Subjects::of(desk),
            diagnostics,
        }
    }

    fn tree(&self) -> Vec<OutlineRow> {
        let mut number = 0;
        let rows: Vec<OutlineRow> = (0..self.lines.len())
            .map(|at| {
                let mut row = self.row(at);
                if row.kind.is_question() && !row.disabled {
                    number += 1;
                    row.number = Some(number);
                }
                row
            })
            .collect();
        // From the end, so that a group has all its rows before it goes into its own.
        let mut top: Vec<OutlineRow> = Vec::new();
        let mut held: BTreeMap<usize, Vec<OutlineRow>> = BTreeMap::new();
        for (at, mut row) in rows.into_iter().enumerate().rev() {
            row.children = held.remove(&at).unwrap_or_default();
            row.children.reverse();
            match self.lines[at].parent {
                Some(parent) => held.entry(parent).or_default().push(row),
                None => top.push(row),
            }
        }
        top.reverse();
        top
    }

    fn depth(&self, line: &Line) -> usize {
        let mut depth = 0;
        let mut parent = line.parent;
        while let Some(line) = parent.and_then(|parent| self.lines.get(parent)) {
            depth += 1;
            parent = line.parent;
        }
        depth
    }

    /// A row without its number and children.
    pub(super) fn row(&self, at: usize) -> OutlineRow {
        let line = &self.lines[at];
        let desk = self.desk;
        let cell = |column: &str| desk.plain(Tab::Survey, line.at, column);
        let label = desk.text(Tab::Survey, line.at, "label");
        let required = cell("required");
        let is_silent = matches!(
            line.kind,
            RowKind::Calculate | RowKind::Hidden | RowKind::Metadata
        ) || line.disabled
            || (line.kind.is_group() && label.is_empty());
        let languages = desk.layout.languages.iter().map(|(tag, _)| tag);
        let untranslated =
            languages.filter(|tag| !is_silent && !is_wording(tag) && label.exact(tag).is_none());
        OutlineRow {
            key: key_of(line, &self.lines),
            row: line.row(),
            number: None,
            name: line.name.clone(),
            kind: line.kind,
            type_cell: line.type_cell.clone(),
            depth: self.depth(line),
            disabled: line.disabled,
            required: !required.is_empty() && yes_no(required) != Some(false),
            condition: self.condition(cell("relevant")),
            rule: self.rule(line, cell("constraint")),
            list: line.list.clone(),
            diagnostics: self.about(Tab::Survey, line.row()),
            untranslated: untranslated.cloned().collect(),
            label,
            children: Vec::new(),
        }
    }

    fn condition(&self, cell: &str) -> Option<Text> {
        if cell.is_empty() {
            return None;
        }
        let menus = Conditions::heard(cell, &self.subjects);
        Some(menus.map_or_else(|| untold(cell), |menus| menus.told(&self.subjects)))
    }

    fn rule(&self, line: &Line, cell: &str) -> Option<Text> {
        let subject = self.subjects.get(&line.name);
        let choices = subject.map_or(&[][..], |subject| &subject.choices);
        (!cell.is_empty()).then(|| ruled(cell, choices))
    }

    fn about(&self, tab: Tab, row: u32) -> Vec<Diagnostic> {
        let found = self.diagnostics.iter();
        found
            .filter(|found| found.place.sheet.as_deref() == Some(tab.name()) && found.place.row == Some(row))
            .cloned()
            .collect()
    }

    /// What is wrong with no row that is shown.
    fn others(&self) -> Vec<Diagnostic> {
        let choices: Vec<u32> = self
            .desk
            .body(Tab::Choices)
            .map(|(at, _)| row_number(at))
            .collect();
        let is_shown = |found: &Diagnostic| match (found.place.sheet.as_deref(), found.place.row) {
            (Some("survey"), Some(row)) => self.lines.iter().any(|line| line.row() == row),
            (Some("choices"), Some(row)) => choices.contains(&row),
            _ => false,
        };
        let found = self.diagnostics.iter();
        found.filter(|found| !is_shown(found)).cloned().collect()
    }

    fn lists(&self) -> Vec<ListView> {
        let mut names: Vec<&str> = Vec::new();
        for (at, _) in self.desk.body(Tab::Choices) {
            let list = self.desk.plain(Tab::Choices, at, "list_name");
            if !list.is_empty() && !names.contains(&list) {
                names.push(list);
            }
        }
        names.into_iter().map(|list| self.list(list)).collect()
    }

    /// A list of the choices sheet.
    pub(super) fn list(&self, list: &str) -> ListView {
        let desk = self.desk;
        let rows = desk
            .body(Tab::Choices)
            .map(|(at, _)| at)
            .filter(|at| desk.plain(Tab::Choices, *at, "list_name") == list);
        let choices = rows.map(|at| ChoiceView {
            row: row_number(at),
            name: desk.plain(Tab::Choices, at, "name").to_owned(),
            label: desk.text(Tab::Choices, at, "label"),
            missing: desk.plain(Tab::Choices, at, "missing").to_owned(),
            diagnostics: self.about(Tab::Choices, row_number(at)),
        });
        let users = self
            .lines
            .iter()
            .filter(|line| line.list.as_deref() == Some(list));
        ListView {
            name: list.to_owned(),
            choices: choices.collect(),
            used_by: users.map(|line| key_of(line, &self.lines)).collect(),
        }
    }
}

/// A place to which a row can be moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SpotChoice {
    /// The place.
    pub spot: Spot,
    /// In how many groups it is.
    pub depth: usize,
    /// The label (or name) of the row that it is after or in; empty for [`Spot::First`].
    pub label: Text,
}

impl Outline {
    /// All rows in the order of the sheet, those of groups behind their group.
    pub fn walk(&self) -> Vec<&OutlineRow> {
        fn into<'o>(rows: &'o [OutlineRow], all: &mut Vec<&'o OutlineRow>) {
            for row in rows {
                all.push(row);
                into(&row.children, all);
            }
        }
        let mut all = Vec::new();
        into(&self.rows, &mut all);
        all
    }

    /// Where a row can go: everywhere but into itself and where it stands. With `None`, where a new one can.
    pub fn spots(&self, moved: Option<&RowKey>) -> Vec<SpotChoice> {
        let mut spots = Vec::new();
        let first = SpotChoice {
            spot: Spot::First,
            depth: 0,
            label: Text::new(),
        };
        spots_in(&self.rows, moved, first, &mut spots);
        spots
    }
}

/// Places among rows that stand together; `begin` is the one before them all.
fn spots_in(rows: &[OutlineRow], moved: Option<&RowKey>, begin: SpotChoice, spots: &mut Vec<SpotChoice>) {
    let is_moved = |row: &OutlineRow| Some(&row.key) == moved;
    if !rows.first().is_some_and(is_moved) {
        spots.push(begin);
    }
    for (at, row) in rows.iter().enumerate() {
        if is_moved(row) {
            continue;
        }
        let label = if row.label.is_empty() {
            Text::zh_en(row.name.as_str(), row.name.as_str())
        } else {
            row.label.clone()
        };
        let choice = |spot, depth| SpotChoice {
            spot,
            depth,
            label: label.clone(),
        };
        if row.kind.is_group() && !row.disabled {
            let inside = choice(Spot::Into(row.key.clone()), row.depth + 1);
            spots_in(&row.children, moved, inside, spots);
        }
        if !rows.get(at + 1).is_some_and(is_moved) {
            spots.push(choice(Spot::After(row.key.clone()), row.depth));
        }
    }
}

#[cfg(test)]
mod tests;
