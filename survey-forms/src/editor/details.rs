//! One row with all its cells, for the page on which it is changed.

use serde::Serialize;

use super::desk::{Desk, Line, Tab, key_of};
use super::edit::{Cell, Words};
use super::logic::{Comparator, Conditions, Rules, Subjects, repeats};
use super::outline::{ListView, OutlineRow, Viewer};
use super::{RowKey, Spot, Workbook, references};
use crate::text::Text;
use crate::xlsform::layout::Holds;

/// A row of the survey sheet for its page.
#[derive(Clone, Debug, Serialize)]
pub struct Details {
    /// As in the outline, without its children.
    pub row: OutlineRow,
    /// Words by column and language; columns without any are left out.
    pub words: Vec<(Words, Text)>,
    /// Cells that say something.
    pub cells: Vec<(Cell, String)>,
    /// Columns that the editor does not know, by their header; they are kept.
    pub others: Vec<(String, String)>,
    /// The condition.
    pub condition: Menu<Conditions>,
    /// What an answer must satisfy.
    pub rule: Menu<Rules>,
    /// Its choice list, when that stands on the choices sheet.
    pub list: Option<ListView>,
    /// What refers to it by name.
    pub referred: Vec<Reference>,
    /// Questions that a condition here can ask about: those that stand before it.
    pub askable: Vec<Askable>,
    /// Where it stands: the row before it in its group, or the group.
    pub spot: Spot,
}

/// An expression as menus, where it has their shape.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Menu<M> {
    /// There is none.
    Empty,
    /// It can be said with menus.
    Menus(M),
    /// It can only be said as text.
    Text(String),
}

/// A place that refers to a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reference {
    /// Sheet, `survey` or `choices` or `settings`.
    pub sheet: String,
    /// Row in the spreadsheet.
    pub row: u32,
    /// Header of the column.
    pub column: String,
    /// Name of the question there; empty when it has none.
    pub name: String,
}

/// A question that conditions can ask about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Askable {
    /// Its name.
    pub name: String,
    /// Its words.
    pub label: Text,
    /// The comparators that fit its kind, the usual one first.
    pub comparators: Vec<Comparator>,
    /// Its choices with their words; empty where a value is typed.
    pub choices: Vec<(String, Text)>,
}

impl Details {
    /// A cell that is the same in all languages; empty when it says nothing.
    pub fn cell(&self, cell: Cell) -> &str {
        self.cells
            .iter()
            .find(|(known, _)| *known == cell)
            .map_or("", |(_, value)| value)
    }

    /// Words in exactly this language; empty when there are none.
    pub fn words(&self, words: Words, lang: &str) -> &str {
        self.words
            .iter()
            .find(|(known, _)| *known == words)
            .and_then(|(_, text)| text.exact(lang))
            .map_or("", |(_, words)| words)
    }
}

/// One row with all its cells; none when there is no such row. `file_name` is for messages.
pub fn details(workbook: &Workbook, row: &RowKey, file_name: &str) -> Option<Details> {
    let desk = Desk::new(workbook.clone());
    let checked = workbook.check(file_name);
    let viewer = Viewer::new(&desk, &checked.diagnostics);
    let wanted = desk.find(&viewer.lines, row).ok()?.at;
    let place = viewer.lines.iter().position(|line| line.at == wanted)?;
    let line = &viewer.lines[place];
    let cell = |column: &str| desk.plain(Tab::Survey, line.at, column).to_owned();
    let askable = askable(&viewer.subjects, line, &viewer.lines);
    let condition = match cell("relevant") {
        text if text.is_empty() => Menu::Empty,
        text => Conditions::heard(&text, &viewer.subjects)
            // What the menus do not offer they cannot show.
            .filter(|menus| {
                let mut asked = menus.conditions.iter();
                asked.all(|one| askable.iter().any(|known| known.name == one.question))
            })
            .map_or(Menu::Text(text), Menu::Menus),
    };
    let rule = match cell("constraint") {
        text if text.is_empty() => Menu::Empty,
        text => Rules::read(&text).map_or(Menu::Text(text), Menu::Menus),
    };
    let list = line.list.as_deref().map(|list| viewer.list(list));
    let others = desk
        .columns(Tab::Survey)
        .iter()
        .filter(|column| column.holds == Holds::Other);
    let others = others.filter_map(|column| {
        let text = desk.rows(Tab::Survey).get(line.at)?.cell(column.at);
        (!text.is_empty()).then(|| (column.header.clone(), text.to_owned()))
    });
    Some(Details {
        row: viewer.row(place),
        words: Words::ALL
            .into_iter()
            .map(|words| (words, desk.text(Tab::Survey, line.at, words.column())))
            .filter(|(_, text)| !text.is_empty())
            .collect(),
        cells: Cell::ALL
            .into_iter()
            .map(|known| (known, cell(known.column())))
            .filter(|(_, text)| !text.is_empty())
            .collect(),
        others: others.collect(),
        condition,
        rule,
        list: list.filter(|list| !list.choices.is_empty()),
        referred: references::to(&desk, &line.names(), &(line.at..line.at + 1)),
        askable,
        spot: spot(line, &viewer.lines),
    })
}

/// Where a line stands.
fn spot(line: &Line, lines: &[Line]) -> Spot {
    let siblings = lines.iter().filter(|other| other.parent == line.parent);
    match siblings.take_while(|other| other.at < line.at).last() {
        Some(before) => Spot::After(key_of(before, lines)),
        None => match line.parent.and_then(|parent| lines.get(parent)) {
            Some(group) => Spot::Into(key_of(group, lines)),
            None => Spot::First,
        },
    }
}

/// Questions before a line whose answers are to be had there.
fn askable(subjects: &Subjects, line: &Line, lines: &[Line]) -> Vec<Askable> {
    let around = repeats(line, lines);
    let is_in_reach = |repeats: &[String]| around.starts_with(repeats);
    subjects
        .0
        .iter()
        .filter(|(_, subject)| subject.at < line.at && is_in_reach(&subject.repeats))
        .map(|(name, subject)| Askable {
            name: name.clone(),
            label: subject.label.clone(),
            comparators: Comparator::of(subject.kind).to_vec(),
            choices: subject.choices.clone(),
        })
        .filter(|askable| !askable.comparators.is_empty())
        .collect()
}
