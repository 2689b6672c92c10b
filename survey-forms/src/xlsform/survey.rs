//! The survey sheet to questions and groups.

use super::Faults;
use super::aliases::yes_no;
use super::choices::{OTHER, in_languages};
use super::headers::{Languages, Table, TableRow};
use super::parameters;
use super::types::{Chosen, RowType, limits, row_type};
use crate::diagnostic::catalogue::Fault;
use crate::expression::{Expression, Node, NodeKind};
use crate::form::{
    Appearance, Group, Item, Metadata, MetadataKind, Question, QuestionKind, Repeat, Required,
};

mod cells;
mod kinds;

pub(crate) use cells::around;
pub(super) use cells::media;

pub(super) struct Survey {
    pub(super) items: Vec<Item>,
    pub(super) metadata: Vec<Metadata>,
    pub(super) has_selects: bool,
    /// Lists to which `or_other` adds a choice.
    pub(super) with_other: Vec<String>,
    pub(super) from_files: Vec<FromFile>,
    /// Lists that `select_one_external` names, with the row.
    pub(super) external: Vec<(String, u32)>,
}

/// A list that stands in a file, with the columns that its questions name.
pub(super) struct FromFile {
    pub(super) file: String,
    pub(super) value: String,
    pub(super) label: String,
    /// Row of the first question with it.
    pub(super) row: u32,
}

pub(super) fn read(table: &Table, languages: &Languages, faults: &mut Faults) -> Survey {
    let mut reader = Reader {
        table,
        languages,
        faults,
        metadata: Vec::new(),
        has_selects: false,
        with_other: Vec::new(),
        from_files: Vec::new(),
        external: Vec::new(),
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
        with_other: reader.with_other,
        from_files: reader.from_files,
        external: reader.external,
    }
}

struct Reader<'t> {
    table: &'t Table,
    languages: &'t Languages,
    faults: &'t mut Faults,
    metadata: Vec<Metadata>,
    has_selects: bool,
    with_other: Vec<String>,
    from_files: Vec<FromFile>,
    external: Vec<(String, u32)>,
}

/// A group or repeat that has begun.
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
                kind @ (RowType::BeginGroup | RowType::BeginRepeat) => {
                    let mut group = self.group(row);
                    if kind == RowType::BeginRepeat {
                        group.repeat = Some(self.repeat(row));
                    } else if table.cell(row, "repeat_count").is_some() {
                        let fault = Fault::CountWithoutRepeat {
                            name: group.name.clone(),
                        };
                        self.faults.add(fault, table.place_of(row.number, "repeat_count"));
                    }
                    open.push(Open {
                        group,
                        items_before: std::mem::take(&mut items),
                    });
                }
                kind @ (RowType::EndGroup | RowType::EndRepeat) => match open.pop() {
                    Some(Open {
                        mut group,
                        items_before,
                    }) => {
                        let is_repeat = group.repeat.is_some();
                        if is_repeat != (kind == RowType::EndRepeat) {
                            let fault = Fault::WrongEnd {
                                name: group.name.clone(),
                                is_repeat,
                            };
                            self.faults.add(fault, table.place_of(row.number, "type"));
                        }
                        group.items = std::mem::replace(&mut items, items_before);
                        items.push(Item::Group(group));
                    }
                    None => self
                        .faults
                        .add(Fault::EndWithoutBegin, table.place_of(row.number, "type")),
                },
                RowType::Metadata(kind) => self.metadata(row, kind),
                RowType::Unsupported => {
                    let fault = Fault::UnsupportedType {
                        word: cell.text.to_owned(),
                    };
                    self.faults.add(fault, table.place_of(row.number, "type"));
                    // A stand-in, so that references to it are not reported too.
                    items.extend(self.question(row, QuestionKind::Text).map(Item::Question));
                }
                RowType::Unknown { suggestion } => {
                    let fault = Fault::UnknownType {
                        word: cell.text.to_owned(),
                        suggestion: suggestion.map(str::to_owned),
                    };
                    self.faults.add(fault, table.place_of(row.number, "type"));
                    items.extend(self.question(row, QuestionKind::Text).map(Item::Question));
                }
                RowType::Select {
                    chosen,
                    list,
                    or_other,
                    external,
                } => {
                    if let Some(list) = list.clone().filter(|_| external) {
                        self.external.push((list, row.number));
                    }
                    self.has_selects |= !external
                        && !list
                            .as_deref()
                            .is_some_and(|list| list.to_lowercase().ends_with(".csv"));
                    let asked = self.select(row, cell.text, chosen, list, or_other);
                    items.extend(asked.into_iter().map(Item::Question));
                }
                RowType::Simple(word) => {
                    let kind = self.simple(row, word);
                    let mut question = self.question(row, kind);
                    if let (Some(question), Some(limits)) = (&mut question, limits(word))
                        && question.constraint.is_none()
                    {
                        question.constraint = Expression::parse(limits).ok();
                    }
                    items.extend(question.map(Item::Question));
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
            repeat: None,
            instance: None,
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
        let (default, dynamic_default) = self.default(row, &kind);
        let (randomize, parameters) = self.parameters(row, &kind);
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
            default,
            dynamic_default,
            read_only: self.read_only(row),
            calculation: self.expression(row, "calculation"),
            trigger: self.trigger(row),
            randomize,
            parameters,
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
