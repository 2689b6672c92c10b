//! The settings sheet: one header row and one row of values.

use super::Faults;
use super::headers::{Languages, Table};
use crate::diagnostic::catalogue::Fault;
use crate::text::Text;

pub(super) struct Settings {
    pub(super) id: String,
    pub(super) title: Text,
    pub(super) version: String,
}

/// Tells `languages` which one is the default; before the other sheets are read.
pub(super) fn default_language(table: &Table, languages: &mut Languages) {
    let Some(row) = table.rows().first() else { return };
    if let Some(cell) = table.cell(row, "default_language") {
        languages.set_default(cell.text);
    }
}

pub(super) fn read(table: &Table, file_name: &str, languages: &Languages, faults: &mut Faults) -> Settings {
    let stem = file_stem(file_name);
    let Some(row) = table.rows().first() else {
        return Settings {
            title: unnamed(&stem, languages),
            id: stem,
            version: String::new(),
        };
    };
    let id = match table.cell(row, "form_id") {
        None => stem,
        Some(cell) => {
            if !is_id(cell.text) {
                let place = table.place(row.number).column(cell.header);
                faults.add(
                    Fault::BadFormId {
                        id: cell.text.to_owned(),
                    },
                    place,
                );
            }
            cell.text.to_owned()
        }
    };
    let title = Some(table.text(row, "form_title", languages)).filter(|title| !title.is_empty());
    let version = table
        .cell(row, "version")
        .map_or(String::new(), |cell| cell.text.to_owned());
    Settings {
        title: title.unwrap_or_else(|| unnamed(&id, languages)),
        id,
        version,
    }
}

/// pyxform too falls back to the id where there is no title.
fn unnamed(id: &str, languages: &Languages) -> Text {
    Text::of(
        languages
            .tags()
            .first()
            .map_or("zh", |language| language.as_str()),
        id,
    )
}

pub(super) fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphanumeric() || c == '_')
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// `uploads/resident.xlsx` → `resident`, with what cannot be in an id replaced.
fn file_stem(file_name: &str) -> String {
    let base = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    let id: String = stem
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || matches!(c, '_' | '-' | '.') {
                c
            } else {
                '_'
            }
        })
        .collect();
    if is_id(&id) { id } else { format!("form{id}") }
}
