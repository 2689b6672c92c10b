//! What a row's type brings with it: choices, ranges, repeats, defaults, triggers.

use indexmap::IndexMap;

use super::{
    Chosen, Expression, Fault, Metadata, MetadataKind, Node, NodeKind, OTHER, Question, QuestionKind, Reader,
    Repeat, RowType, TableRow, in_languages, parameters, row_type,
};
use crate::answer;
use crate::expression::{Function, Operator, Pattern};
use crate::form::{Randomize, UploadKind};

/// How often a repeat can be asked at most where the form does not say.
const MOST_INSTANCES: u32 = 10;
/// More instances than any page could lead a person through, each with columns of its own.
const LIMIT_OF_INSTANCES: u32 = 100;

impl Reader<'_> {
    pub(super) fn simple(&mut self, row: &TableRow, word: &str) -> QuestionKind {
        let upload = |media| QuestionKind::Upload { media };
        match word {
            "integer" | "percentage" | "days of a month" | "days of half a year" | "days of a year" => {
                QuestionKind::Integer
            }
            "decimal" => QuestionKind::Decimal,
            "date" => QuestionKind::Date,
            "time" => QuestionKind::Time,
            "dateTime" => QuestionKind::DateTime,
            "note" => QuestionKind::Note,
            "calculate" => QuestionKind::Calculate,
            "hidden" => QuestionKind::Hidden,
            "acknowledge" => QuestionKind::Acknowledge,
            "barcode" => QuestionKind::Barcode,
            "geopoint" => QuestionKind::GeoPoint,
            "geotrace" => QuestionKind::GeoTrace,
            "geoshape" => QuestionKind::GeoShape,
            "image" => upload(UploadKind::Image),
            "audio" => upload(UploadKind::Audio),
            "video" => upload(UploadKind::Video),
            "file" => upload(UploadKind::File),
            "range" => self.range(row),
            _ => QuestionKind::Text,
        }
    }

    /// A question with choices; with `or_other` the question for what the list does not have comes too.
    pub(super) fn select(
        &mut self,
        row: &TableRow,
        cell: &str,
        chosen: Chosen,
        list: Option<String>,
        or_other: bool,
    ) -> Vec<Question> {
        let is_file = list
            .as_deref()
            .is_some_and(|list| list.to_lowercase().ends_with(".csv"));
        let place = || self.table.place_of(row.number, "type");
        let list = list.unwrap_or_else(|| {
            let fault = Fault::MissingList {
                word: cell.to_owned(),
            };
            self.faults.add(fault, place());
            String::new()
        });
        if is_file {
            let pairs = parameters::pairs(self.table, row, &mut super::Faults::new(""));
            let said = |key: &str, usual: &str| pairs.get(key).cloned().unwrap_or_else(|| usual.to_owned());
            self.from_files.push(super::FromFile {
                file: list.clone(),
                value: said("value", "name"),
                label: said("label", "label"),
                row: row.number,
            });
        }
        let kind = match chosen {
            Chosen::One => QuestionKind::SelectOne { list: list.clone() },
            Chosen::Several => QuestionKind::SelectMultiple { list: list.clone() },
            Chosen::Ranked => QuestionKind::Rank { list: list.clone() },
        };
        let Some(question) = self.question(row, kind) else {
            return Vec::new();
        };
        if !or_other {
            return vec![question];
        }
        if chosen == Chosen::Ranked || question.choice_filter.is_some() {
            self.faults
                .add(Fault::OtherOutOfPlace, self.table.place_of(row.number, "type"));
            return vec![question];
        }
        self.with_other.push(list);
        let mut other = Question::new(
            format!("{}_{OTHER}", question.name),
            QuestionKind::Text,
            in_languages(self.languages, "请写明是什么。", "Please say what it is."),
            row.number,
        );
        let plain = |kind| Node { kind, span: 0..0 };
        other.relevant = Some(Expression::of(plain(NodeKind::Call {
            function: Function::Selected,
            arguments: vec![
                plain(NodeKind::Reference(question.name.clone())),
                plain(NodeKind::Text(OTHER.to_owned())),
            ],
            pattern: Pattern::default(),
        })));
        vec![question, other]
    }

    /// `start=0 end=10 step=1`, the defaults of the XLSForm reference where one is left out.
    fn range(&mut self, row: &TableRow) -> QuestionKind {
        let (mut start, mut end, mut step) = (0.0, 10.0, 1.0);
        let pairs = parameters::pairs(self.table, row, self.faults);
        let place = || self.table.place_of(row.number, "parameters");
        for (key, value) in &pairs {
            let target = match key.as_str() {
                "start" => &mut start,
                "end" => &mut end,
                "step" => &mut step,
                // What is left is looked at with the other types' parameters.
                _ => continue,
            };
            match value.parse().ok().filter(|value: &f64| value.is_finite()) {
                Some(number) => *target = number,
                None => {
                    let text = format!("{key}={value}");
                    self.faults.add(Fault::BadParameter { text }, place());
                }
            }
        }
        if !pairs.is_empty() && (start >= end || step <= 0.0 || step > end - start) {
            let fault = Fault::RangeRunsBackwards {
                start: start.to_string(),
                end: end.to_string(),
                step: step.to_string(),
            };
            self.faults.add(fault, place());
        }
        QuestionKind::Range { start, end, step }
    }

    /// What the `parameters` column says of an order of chance, and what other clients make of the rest.
    pub(super) fn parameters(
        &mut self,
        row: &TableRow,
        kind: &QuestionKind,
    ) -> (Option<Randomize>, IndexMap<String, String>) {
        let has_type = |wanted: fn(&RowType) -> bool| {
            let cell = self.table.cell(row, "type");
            cell.is_some_and(|cell| wanted(&row_type(cell.text)))
        };
        // A row that could not be read stands for text, and its parameters are those of what was meant.
        if has_type(|row| matches!(row, RowType::Unsupported | RowType::Unknown { .. })) {
            return (None, IndexMap::new());
        }
        let is_range = matches!(kind, QuestionKind::Range { .. });
        let mut pairs = if is_range {
            // Faults of its pairs were reported when the range was read.
            parameters::pairs(self.table, row, &mut super::Faults::new(""))
        } else {
            parameters::pairs(self.table, row, self.faults)
        };
        if is_range {
            for key in ["start", "end", "step"] {
                pairs.shift_remove(key);
            }
        }
        if kind
            .list()
            .is_some_and(|list| list.to_lowercase().ends_with(".csv"))
        {
            for key in ["value", "label"] {
                pairs.shift_remove(key);
            }
        }
        let randomize = kind
            .list()
            .and_then(|_| parameters::randomize(&mut pairs, self.table, row, self.faults));
        parameters::check_rest(&pairs, kind, self.table, row, self.faults);
        (randomize, pairs)
    }

    /// How often a repeat is asked.
    pub(super) fn repeat(&mut self, row: &TableRow) -> Repeat {
        let mut pairs = parameters::pairs(self.table, row, self.faults);
        let said = parameters::whole(&mut pairs, "most", self.table, row, self.faults);
        let count = self.expression(row, "repeat_count");
        let literal = match count.as_ref().map(|count| &count.root().kind) {
            Some(NodeKind::Number(number)) => Some(*number),
            _ => None,
        };
        let column = if literal.is_some() {
            "repeat_count"
        } else {
            "parameters"
        };
        let place = self.table.place_of(row.number, column);
        let wanted = match literal {
            Some(number)
                if number.fract() == 0.0 && (1.0..=f64::from(LIMIT_OF_INSTANCES)).contains(&number) =>
            {
                number as u32
            }
            Some(_) => LIMIT_OF_INSTANCES + 1,
            None => said.unwrap_or(MOST_INSTANCES),
        };
        if wanted > LIMIT_OF_INSTANCES {
            self.faults.add(
                Fault::BadRepeatCount {
                    most: LIMIT_OF_INSTANCES,
                },
                place,
            );
        } else if literal.is_none() && said.is_none() {
            self.faults.add(Fault::OpenRepeat { most: wanted }, place);
        }
        Repeat {
            count,
            most: wanted.min(LIMIT_OF_INSTANCES),
        }
    }

    /// A default that stands fixed, or one that is computed. As in pyxform, an operator or a call shows that it is.
    pub(super) fn default(
        &mut self,
        row: &TableRow,
        kind: &QuestionKind,
    ) -> (Option<String>, Option<Expression>) {
        let Some(cell) = self.table.cell(row, "default") else {
            return (None, None);
        };
        let fixed = || (Some(cell.text.to_owned()), None);
        let calls = cell.text.split_once('(').is_some_and(|(name, _)| {
            let name = name.trim();
            Function::named(name).is_some() || Function::is_known_elsewhere(name)
        });
        if !cell.text.contains("${") && !calls {
            // `1 + 1` for a number; `2026-11-23`, `a-b` and other words stay what they are.
            let is_words = kind.list().is_some() || answer::canonical(kind, cell.text).is_ok();
            let computed = Expression::parse(cell.text).is_ok_and(|expression| {
                let is_operation = |node: &Node| {
                    matches!(&node.kind, NodeKind::Binary(operator, ..) if operator.calculates() && *operator != Operator::Subtract)
                };
                let mut found = false;
                expression.root().visit(&mut |node| found |= is_operation(node));
                found
            });
            if is_words || !computed {
                return fixed();
            }
        }
        (None, self.expression(row, "default"))
    }

    /// The questions named in the `trigger` column: `${a}`, or several with commas between.
    pub(super) fn trigger(&mut self, row: &TableRow) -> Vec<String> {
        let Some(cell) = self.table.cell(row, "trigger") else {
            return Vec::new();
        };
        let mut names = Vec::new();
        for part in cell.text.split([',', '，', ' ']).filter(|part| !part.is_empty()) {
            match Expression::parse(part).as_ref().map(|read| &read.root().kind) {
                Ok(NodeKind::Reference(name)) => names.push(name.clone()),
                _ => self.faults.add(
                    Fault::BadTrigger {
                        text: part.to_owned(),
                    },
                    self.table.place(row.number).column(cell.header),
                ),
            }
        }
        names
    }

    pub(super) fn metadata(&mut self, row: &TableRow, kind: MetadataKind) {
        let name = match (kind, self.table.cell(row, "name")) {
            // ODK has one name for it.
            (MetadataKind::Audit, None) => Some("audit".to_owned()),
            _ => self.name(row),
        };
        let Some(name) = name else { return };
        if !kind.is_known_here() {
            self.faults.add(
                Fault::NotNotedHere {
                    word: kind.type_name(),
                },
                self.table.place_of(row.number, "type"),
            );
        }
        self.metadata.push(Metadata { name, kind });
    }
}
