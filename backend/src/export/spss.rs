//! From the columns of an export to variables of an SPSS file.
//!
//! Codes that are numbers become numbers; "don't know", "not applicable" and "rather not say" among them become −97,
//! −99 and −98, declared as missing. Other codes stay words, those three being missing by name. A question with several
//! answers becomes a variable of 0 and 1 for each answer, `question.answer`.

use std::io;

use survey_forms::code_book::Level;
use survey_forms::form::MissingKind;
use survey_forms::text::Text;

use super::columns::{Cell, Column, Kind, Table};
use super::sav::{Dictionary, Kind as SavKind, LONGEST_TEXT, Level as Measured, Value, Variable, Writer};
use super::{Sink, Target};

/// Numbers that say why there is no answer.
const MISSING: (f64, f64) = (-99.0, -97.0);

/// How a column becomes variables.
enum Shape {
    /// A number, its codes translated.
    Coded(Vec<(String, f64)>),
    /// A number, a flag or words as they are.
    Plain,
    /// 0 or 1 for each level.
    Split(Vec<String>),
}

/// An SPSS file in the making.
pub(super) struct Spss<W: Target> {
    out: Writer<W>,
    shapes: Vec<Shape>,
}

fn words(text: &Text) -> String {
    let (zh, en) = (text.get("zh"), text.get("en"));
    match zh.is_empty() {
        true => en.to_owned(),
        false => zh.to_owned(),
    }
}

fn missing_number(kind: MissingKind) -> f64 {
    match kind {
        MissingKind::DontKnow => -97.0,
        MissingKind::Refused => -98.0,
        MissingKind::NotApplicable => -99.0,
    }
}

/// The number of each level, where all that are answers are whole numbers.
fn coded(levels: &[Level]) -> Option<Vec<(String, f64)>> {
    let number = |level: &Level| match level.missing {
        Some(kind) => Some(missing_number(kind)),
        None => level.value.parse::<i32>().ok().map(f64::from),
    };
    let any_answer = levels.iter().any(|level| level.missing.is_none());
    let all: Option<Vec<(String, f64)>> = levels
        .iter()
        .map(|level| Some((level.value.clone(), number(level)?)))
        .collect();
    all.filter(|_| any_answer)
}

fn number(decimals: u8) -> SavKind {
    SavKind::Number {
        decimals,
        labels: Vec::new(),
        missing: None,
    }
}

fn shape(column: &Column, width: usize) -> (Shape, Vec<Variable>) {
    let variable = |kind: SavKind, level: Measured| Variable {
        name: column.name.clone(),
        label: words(&column.label),
        kind,
        level,
    };
    let as_text = |labels: Vec<(String, String)>, missing: Vec<String>| {
        let widest = labels.iter().map(|(value, _)| value.len()).max().unwrap_or(0);
        SavKind::Text {
            width: width.max(widest).clamp(1, LONGEST_TEXT),
            labels,
            missing,
        }
    };
    match column.kind {
        Kind::Integer => (Shape::Plain, vec![variable(number(0), Measured::Scale)]),
        Kind::Decimal => (Shape::Plain, vec![variable(number(4), Measured::Scale)]),
        Kind::Flag => (Shape::Plain, vec![variable(number(0), Measured::Nominal)]),
        Kind::Text | Kind::Date => {
            let kind = as_text(Vec::new(), Vec::new());
            (Shape::Plain, vec![variable(kind, Measured::Nominal)])
        }
        Kind::Factor => match coded(&column.levels) {
            Some(codes) => {
                let labels = codes.iter().zip(&column.levels);
                let kind = SavKind::Number {
                    decimals: 0,
                    labels: labels
                        .map(|((_, code), level)| (*code, words(&level.label)))
                        .collect(),
                    missing: column
                        .levels
                        .iter()
                        .any(|level| level.missing.is_some())
                        .then_some(MISSING),
                };
                (Shape::Coded(codes), vec![variable(kind, Measured::Ordinal)])
            }
            None => {
                let label = |level: &Level| (level.value.clone(), words(&level.label));
                let missing = column.levels.iter().filter(|level| level.missing.is_some());
                let kind = as_text(
                    column.levels.iter().map(label).collect(),
                    missing.map(|level| level.value.clone()).collect(),
                );
                (Shape::Plain, vec![variable(kind, Measured::Nominal)])
            }
        },
        Kind::Multiple => {
            let one = |level: &Level| Variable {
                name: format!("{}.{}", column.name, level.value),
                label: format!("{}：{}", words(&column.label), words(&level.label)),
                kind: SavKind::Number {
                    decimals: 0,
                    labels: vec![(0.0, "否".to_owned()), (1.0, "是".to_owned())],
                    missing: None,
                },
                level: Measured::Nominal,
            };
            let values = column.levels.iter().map(|level| level.value.clone());
            (
                Shape::Split(values.collect()),
                column.levels.iter().map(one).collect(),
            )
        }
    }
}

impl<W: Target> Spss<W> {
    /// Begins the file.
    ///
    /// - `widths`: bytes of the longest text of each column.
    pub(super) fn begin(out: W, table: &Table, widths: &[usize]) -> io::Result<Self> {
        let mut dictionary = Dictionary {
            title: words(&table.title),
            written: (table.day.strftime("%d %b %y").to_string(), "00:00:00".to_owned()),
            ..Dictionary::default()
        };
        let mut shapes = Vec::with_capacity(table.columns.len());
        for (at, column) in table.columns.iter().enumerate() {
            if column.name == "weight" {
                dictionary.weight = Some(dictionary.variables.len());
            }
            let (shape, variables) = shape(column, widths.get(at).copied().unwrap_or(0));
            shapes.push(shape);
            dictionary.variables.extend(variables);
        }
        Ok(Self {
            out: Writer::begin(out, &dictionary)?,
            shapes,
        })
    }
}

impl<W: Target> Sink for Spss<W> {
    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        let mut values: Vec<Value<'_>> = Vec::with_capacity(cells.len());
        for (shape, cell) in self.shapes.iter().zip(cells) {
            match (shape, cell) {
                (Shape::Split(levels), Cell::Text(text)) => {
                    let has = |level: &String| text.split(' ').any(|chosen| chosen == level);
                    let flag = |level: &String| Value::Number(f64::from(u8::from(has(level))));
                    values.extend(levels.iter().map(flag));
                }
                (Shape::Split(levels), _) => values.extend(levels.iter().map(|_| Value::None)),
                (Shape::Coded(codes), Cell::Text(text)) => {
                    let code = codes.iter().find(|(value, _)| value == text);
                    values.push(code.map_or(Value::None, |(_, code)| Value::Number(*code)));
                }
                (_, Cell::Text(text)) => values.push(Value::Text(text)),
                (_, Cell::Number(number)) => values.push(Value::Number(*number)),
                (_, Cell::Flag(yes)) => values.push(Value::Number(f64::from(u8::from(*yes)))),
                (_, Cell::Empty) => values.push(Value::None),
            }
        }
        self.out.case(values)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.out.finish().map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(value: &str, zh: &str, missing: Option<MissingKind>) -> Level {
        Level {
            value: value.to_owned(),
            label: Text::zh_en(zh, ""),
            missing,
        }
    }

    #[test]
    fn numeric_codes_become_numbers_and_kinds_of_missing_are_declared() {
        let levels = vec![
            level("1", "很不满意", None),
            level("5", "很满意", None),
            level("dk", "说不清", Some(MissingKind::DontKnow)),
        ];
        let codes = coded(&levels).unwrap();
        assert_eq!(codes[2], ("dk".to_owned(), -97.0));
        let table = Table::of(vec![("sat", Kind::Factor, levels)]);
        let (_, variables) = shape(&table.columns[0], 0);
        assert!(
            matches!(&variables[0].kind, SavKind::Number { missing: Some(MISSING), labels, .. } if labels.len() == 3)
        );
        assert!(coded(&[level("yes", "是", None)]).is_none());
    }

    #[test]
    fn several_answers_become_a_variable_each() {
        let levels = vec![level("rehab", "康复", None), level("care", "托养", None)];
        let table = Table::of(vec![("need", Kind::Multiple, levels)]);
        let (_, variables) = shape(&table.columns[0], 0);
        let names: Vec<&str> = variables.iter().map(|variable| variable.name.as_str()).collect();
        assert_eq!(names, ["need.rehab", "need.care"]);
        assert!(variables[0].label.ends_with("：康复"));
        let mut out = io::Cursor::new(Vec::new());
        let mut sink = Box::new(Spss::begin(&mut out, &table, &[0]).unwrap());
        sink.row(&[Cell::Text("care".to_owned())]).unwrap();
        sink.row(&[Cell::Empty]).unwrap();
        sink.finish().unwrap();
        let bytes = out.into_inner();
        assert_eq!(bytes[bytes.len() - 8..], [100, 101, 255, 255, 0, 0, 0, 0]);
    }
}
