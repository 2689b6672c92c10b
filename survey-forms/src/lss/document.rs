//! The XML of an export: tables of rows of named fields.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

/// A row: fields by name.
pub(super) type Fields = HashMap<String, String>;

/// Rows of all tables of an export.
const MOST_ROWS: usize = 500_000;
const DEEPEST: usize = 16;

/// An export.
#[derive(Debug, Default)]
pub(super) struct Document {
    kind: String,
    /// In the order of the file, the survey's own language first where it says which.
    pub(super) languages: Vec<String>,
    tables: HashMap<String, Vec<Fields>>,
}

impl Document {
    /// Reads the XML; else says why not.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
        let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
        let mut document = Self::default();
        let (mut open, mut words): (Vec<String>, String) = (Vec::new(), String::new());
        let mut count = 0;
        loop {
            match reader.read_event().map_err(|error| error.to_string())? {
                Event::Start(start) => {
                    let name = start.name().local_name().as_ref().to_owned();
                    open.push(name);
                    words.clear();
                    if open.len() > DEEPEST {
                        return Err("too many levels".to_owned());
                    }
                    if let [_, table, rows, row] = open.as_slice()
                        && rows == "rows"
                        && row == "row"
                    {
                        count += 1;
                        if count > MOST_ROWS {
                            return Err("too many rows".to_owned());
                        }
                        document
                            .tables
                            .entry(table.clone())
                            .or_default()
                            .push(Fields::new());
                    }
                }
                Event::End(_) => {
                    document.field(&open, &words);
                    open.pop();
                    words.clear();
                }
                Event::Text(text) => words.push_str(&text),
                Event::CData(data) => words.push_str(&data),
                Event::GeneralRef(reference) => {
                    let one = reference.resolve_char_ref().map_err(|error| error.to_string())?;
                    match (one, resolve_predefined_entity(&reference)) {
                        (Some(c), _) => words.push(c),
                        (None, Some(text)) => words.push_str(text),
                        (None, None) => return Err(format!("unknown entity {}", &*reference)),
                    }
                }
                Event::DocType(_) => return Err("a document type is not read".to_owned()),
                Event::Eof => break,
                Event::Empty(_) | Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            }
        }
        match open.is_empty() {
            true => Ok(document),
            false => Err("it ends too early".to_owned()),
        }
    }

    fn field(&mut self, open: &[String], words: &str) {
        match open {
            [_, kind] if kind == "LimeSurveyDocType" => words.trim().clone_into(&mut self.kind),
            [_, languages, language] if languages == "languages" && language == "language" => {
                self.languages.push(words.trim().to_owned());
            }
            [_, table, rows, row, field] if rows == "rows" && row == "row" => {
                if let Some(last) = self.tables.get_mut(table).and_then(|rows| rows.last_mut()) {
                    last.insert(field.clone(), words.to_owned());
                }
            }
            _ => {}
        }
    }

    /// Whether it is the structure of a survey, and not of a group or a question alone.
    pub(super) fn is_survey(&self) -> bool {
        self.kind == "Survey"
    }

    /// The rows of a table; none where the export has no such table.
    pub(super) fn rows(&self, table: &str) -> &[Fields] {
        self.tables.get(table).map_or(&[], Vec::as_slice)
    }
}

/// A field of a row, without blanks around it; empty where it is missing.
pub(super) fn field<'f>(row: &'f Fields, name: &str) -> &'f str {
    row.get(name).map_or("", |text| text.trim())
}
