//! Choice lists: what can be chosen, and which of the choices are kinds of missing rather than answers.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::Media;
use crate::text::Text;

/// The choices that one or more questions offer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ChoiceList {
    /// `list_name`.
    pub name: String,
    /// Set when it stands in a table of its own, which has the list's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<FileColumns>,
    /// Whether it stands on the sheet `external_choices`, as long lists do that are filtered by an earlier answer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub external: bool,
    /// In the order of the sheet.
    pub choices: Vec<Choice>,
}

/// Columns of a table that choices are read from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileColumns {
    /// What is stored.
    pub value: String,
    /// What is shown.
    pub label: String,
}

/// A table that expressions look into with `pulldata()`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DataTable {
    /// Names of its columns.
    pub columns: Vec<String>,
    /// Its rows, each with as many cells as there are columns.
    pub rows: Vec<Vec<String>>,
}

impl DataTable {
    /// The cell of `column` in the first row that has `key` in `key_column`.
    pub fn find(&self, column: &str, key_column: &str, key: &str) -> Option<&str> {
        let place = |name: &str| self.columns.iter().position(|known| known == name);
        let (column, key_column) = (place(column)?, place(key_column)?);
        let row = self
            .rows
            .iter()
            .find(|row| row.get(key_column).is_some_and(|cell| cell == key))?;
        row.get(column).map(String::as_str)
    }
}

impl ChoiceList {
    /// The choice with this name.
    pub fn choice(&self, name: &str) -> Option<&Choice> {
        self.choices.iter().find(|choice| choice.name == name)
    }
}

/// One choice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What is stored.
    pub name: String,
    /// What is shown.
    pub label: Text,
    /// Pictures and recordings beside the label.
    #[serde(skip_serializing_if = "Media::is_empty")]
    pub media: Media,
    /// Set when choosing it says why there is no answer; such a choice is never counted as one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<MissingKind>,
    /// The sheet's further columns, which `choice_filter` reads; empty cells are left out.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub filters: IndexMap<String, String>,
    /// Row on the choices sheet, for messages.
    #[serde(skip)]
    pub row: u32,
}

/// Why there is no answer. The three are kept apart in every table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingKind {
    /// 说不清.
    DontKnow,
    /// 不适用.
    NotApplicable,
    /// 不想回答.
    Refused,
}

impl MissingKind {
    /// Reads the `missing` column of the choices sheet.
    pub fn parse(word: &str) -> Option<Self> {
        match word
            .trim()
            .to_ascii_lowercase()
            .replace([' ', '-', '\''], "_")
            .as_str()
        {
            "dont_know" | "don_t_know" => Some(Self::DontKnow),
            "not_applicable" => Some(Self::NotApplicable),
            "refused" => Some(Self::Refused),
            _ => None,
        }
    }

    /// The word of the `missing` column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DontKnow => "dont_know",
            Self::NotApplicable => "not_applicable",
            Self::Refused => "refused",
        }
    }
}
