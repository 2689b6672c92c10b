//! The tree of a questionnaire for a page.

use serde::Serialize;

use super::{RowKey, RowKind, Spot, Workbook};
use crate::diagnostic::Diagnostic;
use crate::form::Form;
use crate::text::Text;

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
    let checked = workbook.check(file_name);
    Outline {
        title: Text::new(),
        form_id: String::new(),
        version: String::new(),
        languages: workbook.languages(),
        rows: Vec::new(),
        lists: Vec::new(),
        diagnostics: checked.diagnostics,
        form: checked.form,
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
        Vec::new()
    }

    /// Where a row can go: everywhere but into itself and where it stands. With `None`, where a new one can.
    pub fn spots(&self, moved: Option<&RowKey>) -> Vec<SpotChoice> {
        let _ = moved;
        Vec::new()
    }
}
