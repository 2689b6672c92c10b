//! Where things stand in a workbook that may have any fault: for those who change cells rather than read a form.

use super::headers::{self, Kind, Languages, Meaning};
use super::settings;
use super::workbook::{Sheet, Workbook};
use super::{Faults, aliases, types};

/// What a column of one of the three sheets holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// The same in all languages.
    Plain(&'static str),
    /// Words in the language of this tag.
    Words(&'static str, String),
    /// Anything else.
    Other,
}

/// A column.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Counted from 0.
    pub(crate) at: u32,
    /// As written.
    pub(crate) header: String,
    /// What it holds.
    pub(crate) holds: Holds,
    /// Whether it holds words and names no language.
    pub(crate) is_unmarked: bool,
}

/// The columns of the three sheets and the languages of a workbook.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    /// Tag and as written, the default first, wordings behind the languages.
    pub(crate) languages: Vec<(String, String)>,
    pub(crate) survey: Vec<Column>,
    pub(crate) choices: Vec<Column>,
    pub(crate) settings: Vec<Column>,
}

impl Layout {
    /// The layout of a workbook.
    pub(crate) fn of(workbook: &Workbook) -> Self {
        let mut languages = Languages::default();
        let mut faults = Faults::new("");
        let empty = Sheet::empty();
        let sheet = |name: &str| workbook.sheet(name).unwrap_or(&empty);
        // In the order of the reader, which decides what the languages are called.
        let settings_table = headers::read(sheet("settings"), Kind::Settings, &mut languages, &mut faults);
        settings::default_language(&settings_table, &mut languages);
        let survey_table = headers::read(sheet("survey"), Kind::Survey, &mut languages, &mut faults);
        let choices_table = headers::read(sheet("choices"), Kind::Choices, &mut languages, &mut faults);
        let tables = [&survey_table, &choices_table, &settings_table];
        languages.finish(tables.into_iter(), &mut faults, &settings_table);
        let mut known: Vec<(String, String)> = Vec::new();
        for (written, tag) in languages.pairs() {
            if !known.iter().any(|(other, _)| other == tag) {
                known.push((tag.clone(), written.clone()));
            }
        }
        let columns = |name, kind| columns(sheet(name), kind, &languages);
        Self {
            survey: columns("survey", Kind::Survey),
            choices: columns("choices", Kind::Choices),
            settings: columns("settings", Kind::Settings),
            languages: known,
        }
    }
}

fn columns(sheet: &Sheet, kind: Kind, languages: &Languages) -> Vec<Column> {
    let Some(header) = sheet.rows.first() else {
        return Vec::new();
    };
    let columns = header.cells.iter().map(|(&at, header)| {
        let (holds, is_unmarked) = match headers::understood(header, kind).1 {
            Some(Meaning::Plain(name)) => (Holds::Plain(name), false),
            Some(Meaning::Translated(name, language)) => {
                let tag = languages.tag(language.as_deref()).1.to_owned();
                (Holds::Words(name, tag), language.is_none())
            }
            _ => (Holds::Other, false),
        };
        Column {
            at,
            header: header.clone(),
            holds,
            is_unmarked,
        }
    });
    columns.collect()
}

/// What a `type` cell says.
pub(crate) fn type_of(cell: &str) -> RowWord {
    use types::{Chosen, RowType};
    match types::row_type(cell) {
        RowType::Simple(word) => RowWord::Simple(word),
        RowType::Select {
            chosen,
            list,
            or_other,
        } => RowWord::Select {
            word: match chosen {
                Chosen::One => "select_one",
                Chosen::Several => "select_multiple",
                Chosen::Ranked => "rank",
            },
            list,
            or_other,
        },
        RowType::BeginGroup => RowWord::BeginGroup,
        RowType::BeginRepeat => RowWord::BeginRepeat,
        RowType::EndGroup | RowType::EndRepeat => RowWord::End,
        RowType::Metadata(_) => RowWord::Metadata,
        RowType::Unsupported | RowType::Unknown { .. } => RowWord::Other,
    }
}

/// What a `type` cell says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RowWord {
    /// A question without choices, by its usual word.
    Simple(&'static str),
    /// A question with choices.
    Select {
        /// `select_one`, `select_multiple`, `rank`.
        word: &'static str,
        /// Its list, as written.
        list: Option<String>,
        /// Whether a choice "other" and a question for it come too.
        or_other: bool,
    },
    /// The beginning of a group.
    BeginGroup,
    /// The beginning of a repeat.
    BeginRepeat,
    /// The end of either.
    End,
    /// What a device notes.
    Metadata,
    /// What is not understood.
    Other,
}

/// Reads `yes` and `no`.
pub(crate) fn yes_no(cell: &str) -> Option<bool> {
    aliases::yes_no(cell)
}

/// Whether this can be a language's tag.
pub(crate) fn is_tag(text: &str) -> bool {
    headers::is_tag(text)
}

/// Whether this can be a form's id.
pub(crate) fn is_form_id(text: &str) -> bool {
    settings::is_id(text)
}
