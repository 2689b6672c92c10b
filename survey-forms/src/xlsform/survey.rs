//! The survey sheet to questions and groups.

use super::Faults;
use super::aliases::{RowType, row_type, yes_no};
use super::headers::{Languages, Table, TableRow};
use crate::diagnostic::catalogue::Fault;
use crate::expression::Expression;
use crate::form::{Appearance, Group, Item, Media, Metadata, MetadataKind, Question, QuestionKind, Required};

pub(super) struct Survey {
    pub(super) items: Vec<Item>,
    pub(super) metadata: Vec<Metadata>,
    pub(super) has_selects: bool,
}

pub(super) fn read(table: &Table, languages: &Languages, faults: &mut Faults) -> Survey {
    let mut reader = Reader {
        table,
        languages,
        faults,
        metadata: Vec::new(),
        has_selects: false,
    };
    // A page without words would be reported for every question; once is enough.
    for column in ["type", "name", "label"] {
        if !table.has(column) {
            table.report_missing(column, reader.faults);
        }
    }
    let items = if table.has("type") {
        reader.items()
    } else {
        Vec::new()
    };
    Survey {
        items,
        metadata: reader.metadata,
        has_selects: reader.has_selects,
    }
}

struct Reader<'t> {
    table: &'t Table,
    languages: &'t Languages,
    faults: &'t mut Faults,
    metadata: Vec<Metadata>,
    has_selects: bool,
}

/// A group that has begun, or a repeat standing in for one so that its end finds it.
struct Open {
    group: Group,
    items_before: Vec<Item>,
}

impl Reader<'_> {
    fn items(&mut self) -> Vec<Item> {
        let mut open: Vec<Open> = Vec::new();
        let mut items: Vec<Item> = Vec::new();
        let table = self.table;
        for row in table.rows().iter().filter(|row| !row.is_empty()) {
            if table
                .cell(row, "disabled")
                .is_some_and(|cell| yes_no(cell.text) == Some(true))
            {
                continue;
            }
            let Some(cell) = table.cell(row, "type") else {
                self.row_without_type(row);
                continue;
            };
            match row_type(cell.text) {
                RowType::BeginGroup => {
                    let group = self.group(row);
                    open.push(Open {
                        group,
                        items_before: std::mem::take(&mut items),
                    });
                }
                RowType::EndGroup => match open.pop() {
                    Some(Open {
                        mut group,
                        items_before,
                    }) => {
                        group.items = std::mem::replace(&mut items, items_before);
                        items.push(Item::Group(group));
                    }
                    None => self
                        .faults
                        .add(Fault::EndWithoutBegin, table.place_of(row.number, "type")),
                },
                RowType::Metadata(kind) => self.metadata(row, kind),
                RowType::Unsupported => {
                    let normal = cell.text.to_lowercase().replace('_', " ");
                    if !normal.starts_with("end ") {
                        let fault = Fault::UnsupportedType {
                            word: cell.text.to_owned(),
                        };
                        self.faults.add(fault, table.place_of(row.number, "type"));
                    }
                    if normal.starts_with("begin") {
                        let group = self.group(row);
                        open.push(Open {
                            group,
                            items_before: std::mem::take(&mut items),
                        });
                    } else if normal.starts_with("end") {
                        if let Some(Open {
                            mut group,
                            items_before,
                        }) = open.pop()
                        {
                            group.items = std::mem::replace(&mut items, items_before);
                            items.push(Item::Group(group));
                        }
                    } else {
                        // A stand-in, so that references to it are not reported too.
                        items.extend(self.question(row, QuestionKind::Text).map(Item::Question));
                    }
                }
                RowType::Unknown { suggestion } => {
                    let fault = Fault::UnknownType {
                        word: cell.text.to_owned(),
                        suggestion: suggestion.map(str::to_owned),
                    };
                    self.faults.add(fault, table.place_of(row.number, "type"));
                    items.extend(self.question(row, QuestionKind::Text).map(Item::Question));
                }
                RowType::Select { multiple, list } => {
                    self.has_selects = true;
                    let list = list.unwrap_or_else(|| {
                        let fault = Fault::MissingList {
                            word: cell.text.to_owned(),
                        };
                        self.faults.add(fault, table.place_of(row.number, "type"));
                        String::new()
                    });
                    let kind = if multiple {
                        QuestionKind::SelectMultiple { list }
                    } else {
                        QuestionKind::SelectOne { list }
                    };
                    items.extend(self.question(row, kind).map(Item::Question));
                }
                RowType::Simple(word) => {
                    let kind = self.simple(row, word);
                    items.extend(self.question(row, kind).map(Item::Question));
                }
            }
        }
        while let Some(Open {
            mut group,
            items_before,
        }) = open.pop()
        {
            let fault = Fault::BeginWithoutEnd {
                name: group.name.clone(),
            };
            self.faults.add(fault, table.place_of(group.row, "type"));
            group.items = std::mem::replace(&mut items, items_before);
            items.push(Item::Group(group));
        }
        items
    }

    /// A row with a name or words but no type is a question that lost its type; anything else is a remark.
    fn row_without_type(&mut self, row: &TableRow) {
        let place = self.table.place_of(row.number, "type");
        if self.table.cell(row, "name").is_some() {
            self.faults.add(Fault::MissingType, place);
        } else if !self.table.text(row, "label", self.languages).is_empty() {
            self.faults.add(
                Fault::RowBeyondTypes {
                    text: row.first_text().to_owned(),
                },
                place,
            );
        }
    }

    fn simple(&mut self, row: &TableRow, word: &str) -> QuestionKind {
        match word {
            "integer" => QuestionKind::Integer,
            "decimal" => QuestionKind::Decimal,
            "date" => QuestionKind::Date,
            "note" => QuestionKind::Note,
            "calculate" => QuestionKind::Calculate,
            "range" => self.range(row),
            _ => QuestionKind::Text,
        }
    }

    /// `start=0 end=10 step=1`, the defaults of the XLSForm reference where one is left out.
    fn range(&mut self, row: &TableRow) -> QuestionKind {
        let (mut start, mut end, mut step) = (0.0, 10.0, 1.0);
        if let Some(cell) = self.table.cell(row, "parameters") {
            let place = self.table.place(row.number).column(cell.header);
            let spaced = cell
                .text
                .replace([',', ';', '，', '；'], " ")
                .replace(" =", "=")
                .replace("= ", "=");
            for part in spaced.split_whitespace() {
                let read = part.split_once('=').and_then(|(key, value)| {
                    let value: f64 = value.parse().ok().filter(|value: &f64| value.is_finite())?;
                    match key.to_lowercase().as_str() {
                        "start" => start = value,
                        "end" => end = value,
                        "step" => step = value,
                        "tick_interval" | "placeholder" => {}
                        _ => return None,
                    }
                    Some(())
                });
                if read.is_none() {
                    self.faults.add(
                        Fault::BadParameter {
                            text: part.to_owned(),
                        },
                        place.clone(),
                    );
                }
            }
            if start >= end || step <= 0.0 || step > end - start {
                let fault = Fault::RangeRunsBackwards {
                    start: start.to_string(),
                    end: end.to_string(),
                    step: step.to_string(),
                };
                self.faults.add(fault, place);
            }
        }
        QuestionKind::Range { start, end, step }
    }

    fn metadata(&mut self, row: &TableRow, kind: &str) {
        let kind = match kind {
            "start" => MetadataKind::Start,
            "end" => MetadataKind::End,
            "today" => MetadataKind::Today,
            _ => MetadataKind::DeviceId,
        };
        if let Some(name) = self.name(row) {
            self.metadata.push(Metadata { name, kind });
        }
    }

    /// The name; its rules are checked when all names are known.
    fn name(&mut self, row: &TableRow) -> Option<String> {
        let cell = self.table.cell(row, "name");
        if cell.is_none() && self.table.has("name") {
            self.faults
                .add(Fault::MissingName, self.table.place_of(row.number, "name"));
        }
        cell.map(|cell| cell.text.to_owned())
    }

    fn group(&mut self, row: &TableRow) -> Group {
        let name = self.name(row).unwrap_or_else(|| format!("group_{}", row.number));
        Group {
            name,
            label: self.table.text(row, "label", self.languages),
            relevant: self.expression(row, "relevant"),
            appearance: self.appearance(row),
            items: Vec::new(),
            row: row.number,
        }
    }

    fn question(&mut self, row: &TableRow, kind: QuestionKind) -> Option<Question> {
        let name = self.name(row)?;
        let table = self.table;
        let text = |column: &str| table.text(row, column, self.languages);
        let (label, hint, guidance) = (text("label"), text("hint"), text("guidance_hint"));
        let (constraint_message, required_message) = (text("constraint_message"), text("required_message"));
        Some(Question {
            name,
            label,
            hint,
            guidance,
            relevant: self.expression(row, "relevant"),
            constraint: self.expression(row, "constraint"),
            constraint_message,
            required: self.required(row),
            required_message,
            appearance: self.appearance(row),
            choice_filter: self.expression(row, "choice_filter"),
            media: media(table, row, self.languages),
            default: table.cell(row, "default").map(|cell| cell.text.to_owned()),
            read_only: self.read_only(row),
            calculation: self.expression(row, "calculation"),
            row: row.number,
            kind,
        })
    }

    fn appearance(&self, row: &TableRow) -> Appearance {
        Appearance::new(self.table.cell(row, "appearance").map_or("", |cell| cell.text))
    }

    fn read_only(&mut self, row: &TableRow) -> bool {
        let Some(cell) = self.table.cell(row, "read_only") else {
            return false;
        };
        let read = yes_no(cell.text);
        if read.is_none() {
            let fault = Fault::BadYesNo {
                value: cell.text.to_owned(),
            };
            self.faults
                .add(fault, self.table.place(row.number).column(cell.header));
        }
        read.unwrap_or_default()
    }

    fn required(&mut self, row: &TableRow) -> Required {
        let Some(cell) = self.table.cell(row, "required") else {
            return Required::No;
        };
        match yes_no(cell.text) {
            Some(true) => Required::Yes,
            Some(false) => Required::No,
            // A word that is no condition is a misspelt yes; saying so helps more than a remark about grammar.
            None if !cell.text.contains(['$', '(', '=', '<', '>', '.']) => {
                let fault = Fault::BadYesNo {
                    value: cell.text.to_owned(),
                };
                self.faults
                    .add(fault, self.table.place(row.number).column(cell.header));
                Required::No
            }
            None => self
                .expression(row, "required")
                .map_or(Required::No, Required::When),
        }
    }

    fn expression(&mut self, row: &TableRow, column: &str) -> Option<Expression> {
        let cell = self.table.cell(row, column)?;
        // Excel stores a typed TRUE as a truth value.
        let source = match cell.text {
            "true" => "true()",
            "false" => "false()",
            text => text,
        };
        match Expression::parse(source) {
            Ok(expression) => Some(expression),
            Err(found) => {
                for fault in found {
                    let around = around(source, &fault.span);
                    let place = self.table.place(row.number).column(cell.header);
                    self.faults.add(
                        Fault::Expression {
                            kind: fault.kind,
                            around,
                        },
                        place,
                    );
                }
                None
            }
        }
    }
}

pub(super) fn media(table: &Table, row: &TableRow, languages: &Languages) -> Media {
    Media {
        image: table.text(row, "media::image", languages),
        audio: table.text(row, "media::audio", languages),
        video: table.text(row, "media::video", languages),
        captions: table.text(row, "media::captions", languages),
    }
}

/// The part of an expression around a fault, short enough for a message: `… and ${b} = ⟨，⟩ …`.
fn around(source: &str, span: &std::ops::Range<usize>) -> String {
    const CHARS: usize = 15;
    let (before, rest) = source.split_at_checked(span.start).unwrap_or((source, ""));
    let (at, after) = rest
        .split_at_checked(span.end.saturating_sub(span.start))
        .unwrap_or((rest, ""));
    let skipped = before.chars().count().saturating_sub(CHARS);
    let lead: String = before.chars().skip(skipped).collect();
    let tail: String = after.chars().take(CHARS).collect();
    let dots = |needed: bool| if needed { "…" } else { "" };
    format!(
        "{}{lead}⟨{at}⟩{tail}{}",
        dots(skipped > 0),
        dots(after.chars().count() > CHARS)
    )
}
