//! Expressions: what they refer to exists, has a value, and can be compared with what it is compared with.

use crate::diagnostic::catalogue::Fault;
use crate::diagnostic::nearest;
use crate::expression::{Expression, NodeKind, Schema, TypeFault, ValueType, check_types};
use crate::form::{FormParts, Item, Node, Question, QuestionKind, Required};
use crate::xlsform::{Faults, Table};

use super::names::Names;

pub(super) fn check(
    parts: &FormParts,
    nodes: &[Node<'_>],
    names: &Names<'_>,
    survey: &Table,
    choices: Option<&Table>,
    faults: &mut Faults,
) {
    let mut checker = Checker {
        parts,
        names,
        survey,
        choices,
        faults,
    };
    for node in nodes {
        match node.item {
            Item::Group(group) => {
                if let Some(relevant) = &group.relevant {
                    checker.expression(relevant, group.row, "relevant", None);
                }
                if let Some(count) = group.repeat.as_ref().and_then(|repeat| repeat.count.as_ref()) {
                    checker.expression(count, group.row, "repeat_count", None);
                }
            }
            Item::Question(question) => checker.question(question),
        }
    }
}

struct Checker<'c, 'a> {
    parts: &'c FormParts,
    names: &'c Names<'a>,
    survey: &'c Table,
    choices: Option<&'c Table>,
    faults: &'c mut Faults,
}

/// The expressions of a question with their columns.
pub(super) fn of_question(question: &Question) -> impl Iterator<Item = (&'static str, &Expression)> {
    let required = match &question.required {
        Required::When(expression) => Some(expression),
        Required::No | Required::Yes => None,
    };
    [
        ("relevant", question.relevant.as_ref()),
        ("required", required),
        ("constraint", question.constraint.as_ref()),
        ("calculation", question.calculation.as_ref()),
        ("choice_filter", question.choice_filter.as_ref()),
        ("default", question.dynamic_default.as_ref()),
        (
            "parameters",
            question
                .randomize
                .as_ref()
                .and_then(|randomize| randomize.seed.as_ref()),
        ),
    ]
    .into_iter()
    .filter_map(|(column, expression)| expression.map(|expression| (column, expression)))
}

impl Checker<'_, '_> {
    /// Whether the cell has something, even if it could not be read; that has been reported already.
    fn is_written(&self, question: &Question, column: &str) -> bool {
        let mut rows = self.survey.rows().iter();
        rows.find(|row| row.number == question.row)
            .is_some_and(|row| self.survey.cell(row, column).is_some())
    }

    fn question(&mut self, question: &Question) {
        for (column, expression) in of_question(question) {
            self.expression(expression, question.row, column, Some(question));
        }
        let place = |column: &str| self.survey.place_of(question.row, column);
        let kind = &question.kind;
        if let Some(constraint) = &question.constraint
            && !matches!(kind, QuestionKind::Calculate | QuestionKind::Hidden)
            && !constraint.uses_current()
            && !constraint.references().any(|name| name == question.name)
        {
            self.faults
                .add(Fault::ConstraintWithoutCurrent, place("constraint"));
        }
        for name in &question.trigger {
            if let Some(fault) = self.reference(name) {
                self.faults.add(fault, place("trigger"));
            }
        }
        if let QuestionKind::Upload { .. } = kind {
            let word = kind.type_name();
            self.faults.add(Fault::UploadNeedsFiles { word }, place("type"));
        }
        if kind == &QuestionKind::Calculate
            && question.calculation.is_none()
            && question.dynamic_default.is_none()
            && !self.is_written(question, "calculation")
        {
            self.faults.add(Fault::MissingCalculation, place("calculation"));
        }
        let mut no_effect = |column: &str, stands: bool| {
            if stands {
                let fault = Fault::NoEffect {
                    column: column.to_owned(),
                    kind: kind.type_name().to_owned(),
                };
                self.faults.add(fault, place(column));
            }
        };
        if kind.list().is_none() {
            no_effect("choice_filter", question.choice_filter.is_some());
        }
        no_effect(
            "trigger",
            !question.trigger.is_empty() && question.calculation.is_none(),
        );
        if matches!(
            kind,
            QuestionKind::Note | QuestionKind::Calculate | QuestionKind::Hidden
        ) {
            no_effect("required", !matches!(question.required, Required::No));
            no_effect("constraint", question.constraint.is_some());
        }
    }

    fn expression(&mut self, expression: &Expression, row: u32, column: &str, question: Option<&Question>) {
        let mut found: Vec<Fault> = Vec::new();
        let mut unknown: Vec<&str> = Vec::new();
        expression.root().visit(&mut |node| match &node.kind {
            NodeKind::Reference(name) => {
                // A name that is wrong three times in a cell is one fault.
                if unknown.contains(&name.as_str()) {
                    return;
                }
                if let Some(fault) = self.reference(name) {
                    unknown.push(name);
                    found.push(fault);
                }
            }
            NodeKind::Column(name) if column == "choice_filter" => {
                found.extend(self.filter_column(name, question));
            }
            NodeKind::Column(name) => {
                found.push(Fault::BareName {
                    name: name.clone(),
                    is_question: self.names.slot(name).is_some(),
                });
            }
            NodeKind::Current if !matches!(column, "constraint" | "calculation") => {
                found.push(Fault::CurrentOutOfPlace);
            }
            _ => {}
        });
        let schema = FormSchema {
            parts: self.parts,
            names: self.names,
            current: question,
        };
        let mut types: Vec<TypeFault> = check_types(expression.root(), &schema)
            .into_iter()
            .map(|(f, _)| f)
            .collect();
        types.dedup();
        found.extend(types.into_iter().map(|fault| Fault::Type { fault }));
        for fault in found {
            self.faults.add(fault, self.survey.place_of(row, column));
        }
    }

    fn reference(&self, name: &str) -> Option<Fault> {
        match self.names.item(name) {
            Some(Item::Question(question)) if question.kind == QuestionKind::Note => {
                Some(Fault::HasNoValue {
                    name: name.to_owned(),
                    is_group: false,
                })
            }
            Some(Item::Question(_)) => None,
            Some(Item::Group(group)) if group.repeat.is_some() => None,
            Some(Item::Group(_)) => Some(Fault::HasNoValue {
                name: name.to_owned(),
                is_group: true,
            }),
            None if self.names.is_metadata(name) => None,
            None => {
                let suggestion = nearest(name, self.names.with_value()).map(str::to_owned);
                Some(Fault::UnknownReference {
                    name: name.to_owned(),
                    suggestion,
                })
            }
        }
    }

    fn filter_column(&self, name: &str, question: Option<&Question>) -> Option<Fault> {
        let list = question
            .and_then(|question| question.kind.list())
            .and_then(|list| self.parts.choice_lists.get(list));
        if let Some(list) = list.filter(|list| list.file.is_some() || list.external) {
            let mut columns = list.choices.iter().flat_map(|choice| choice.filters.keys());
            let is_known = name == "name" || columns.any(|known| known == name);
            let file = if list.external {
                "external_choices"
            } else {
                &list.name
            };
            return (!is_known).then(|| Fault::MissingTableColumn {
                file: file.to_owned(),
                column: name.to_owned(),
                suggestion: None,
            });
        }
        let table = self.choices?;
        if name == "name" || table.extra_names().any(|known| known == name) {
            return None;
        }
        let suggestion = nearest(name, table.extra_names())
            .map(str::to_owned)
            .or_else(|| self.names.slot(name).map(|_| format!("${{{name}}}")));
        Some(Fault::UnknownFilterColumn {
            name: name.to_owned(),
            suggestion,
        })
    }
}

struct FormSchema<'c, 'a> {
    parts: &'c FormParts,
    names: &'c Names<'a>,
    current: Option<&'c Question>,
}

impl FormSchema<'_, '_> {
    fn question(&self, name: Option<&str>) -> Option<&Question> {
        match name {
            None => self.current,
            Some(name) => self.names.item(name).and_then(Item::as_question),
        }
    }
}

impl Schema for FormSchema<'_, '_> {
    fn value_type(&self, name: Option<&str>) -> ValueType {
        self.question(name)
            .map_or(ValueType::Any, |question| match question.kind {
                QuestionKind::Integer | QuestionKind::Decimal | QuestionKind::Range { .. } => {
                    ValueType::Number
                }
                QuestionKind::Date => ValueType::Date,
                QuestionKind::DateTime => ValueType::DateTime,
                QuestionKind::Text
                | QuestionKind::Time
                | QuestionKind::Barcode
                | QuestionKind::Acknowledge
                | QuestionKind::GeoPoint
                | QuestionKind::GeoTrace
                | QuestionKind::GeoShape
                | QuestionKind::Upload { .. } => ValueType::Text,
                QuestionKind::SelectOne { .. } => ValueType::Choice,
                QuestionKind::SelectMultiple { .. } => ValueType::Set,
                QuestionKind::Rank { .. }
                | QuestionKind::Note
                | QuestionKind::Calculate
                | QuestionKind::Hidden => ValueType::Any,
            })
    }

    fn codes(&self, name: Option<&str>) -> Option<Vec<&str>> {
        let list = self.parts.choice_lists.get(self.question(name)?.kind.list()?)?;
        Some(list.choices.iter().map(|choice| choice.name.as_str()).collect())
    }
}
