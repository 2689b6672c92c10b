//! What can be known about an expression without answers: comparisons that can never hold, codes that no list has,
//! words where a number is needed. XPath itself accepts all of these in silence.

use std::borrow::Cow;

use super::function::Function;
use super::value::Value;
use super::{Node, NodeKind, Operator, Span};

/// Type of a value before there are answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// True or false.
    Boolean,
    /// A number.
    Number,
    /// Words.
    Text,
    /// A day.
    Date,
    /// A day with a time.
    DateTime,
    /// One choice of a list.
    Choice,
    /// Chosen values joined by spaces.
    Set,
    /// It depends.
    Any,
}

/// What a questionnaire knows of its questions.
pub trait Schema {
    /// The type of `${name}`; of `.` for `None`.
    fn value_type(&self, name: Option<&str>) -> ValueType;
    /// The codes from which `${name}` (or `.`) is chosen, if it is.
    fn codes(&self, name: Option<&str>) -> Option<Vec<&str>>;
}

/// Something that cannot be meant.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeFault {
    /// A code that is not on the question's list.
    UnknownCode {
        /// As written.
        code: String,
        /// The question, or `None` for `.`.
        question: Option<String>,
        /// The nearest code on the list.
        suggestion: Option<String>,
    },
    /// Words where a number or a day is needed.
    NotANumber {
        /// The literal.
        literal: String,
    },
    /// `=` between an answer of several choices and one code.
    SetCompared {
        /// The question, or `None` for `.`.
        question: Option<String>,
    },
    /// `=` between a truth value and a text.
    BooleanCompared {
        /// The literal.
        literal: String,
    },
    /// `selected` on something that is not chosen from a list.
    NotChosen {
        /// The question, or `None` for `.`.
        question: Option<String>,
    },
}

/// All type faults of a tree, with their places.
pub fn check_types(root: &Node, schema: &dyn Schema) -> Vec<(TypeFault, Span)> {
    let mut faults = Vec::new();
    root.visit(&mut |node| check_node(node, schema, &mut faults));
    faults
}

fn check_node(node: &Node, schema: &dyn Schema, faults: &mut Vec<(TypeFault, Span)>) {
    match &node.kind {
        NodeKind::Binary(Operator::Equal | Operator::NotEqual, left, right) => {
            check_equality(left, right, schema, faults);
            check_equality(right, left, schema, faults);
        }
        NodeKind::Binary(operator, left, right) if operator.compares() || operator.calculates() => {
            for side in [left, right] {
                if let NodeKind::Text(literal) = &side.kind
                    && Value::text(literal.as_str()).to_number().is_nan()
                {
                    faults.push((
                        TypeFault::NotANumber {
                            literal: literal.clone(),
                        },
                        side.span.clone(),
                    ));
                }
            }
        }
        NodeKind::Call {
            function: Function::Selected,
            arguments,
            ..
        } => {
            if let [set, code] = arguments.as_slice() {
                check_selected(set, code, schema, faults);
            }
        }
        _ => {}
    }
}

/// Faults of `operand = literal`.
fn check_equality(operand: &Node, literal: &Node, schema: &dyn Schema, faults: &mut Vec<(TypeFault, Span)>) {
    let Some(code) = literal_text(literal) else { return };
    if code.is_empty() {
        return;
    }
    let kind = type_of(operand, schema);
    let subject = subject(operand);
    let fault = match kind {
        ValueType::Boolean if matches!(literal.kind, NodeKind::Text(_)) => TypeFault::BooleanCompared {
            literal: code.into_owned(),
        },
        ValueType::Number | ValueType::Date | ValueType::DateTime
            if Value::text(code.as_ref()).to_number().is_nan() =>
        {
            TypeFault::NotANumber {
                literal: code.into_owned(),
            }
        }
        ValueType::Set => {
            let Some(question) = subject else { return };
            TypeFault::SetCompared {
                question: question.map(str::to_owned),
            }
        }
        ValueType::Choice => {
            let Some(question) = subject else { return };
            match unknown_code(&code, question, schema) {
                Some(fault) => fault,
                None => return,
            }
        }
        _ => return,
    };
    faults.push((fault, literal.span.clone()));
}

fn check_selected(set: &Node, code: &Node, schema: &dyn Schema, faults: &mut Vec<(TypeFault, Span)>) {
    let Some(question) = subject(set) else { return };
    if schema.codes(question).is_none() {
        // A calculation may hold chosen values; a number or a day cannot.
        if matches!(
            schema.value_type(question),
            ValueType::Number | ValueType::Date | ValueType::DateTime
        ) {
            faults.push((
                TypeFault::NotChosen {
                    question: question.map(str::to_owned),
                },
                set.span.clone(),
            ));
        }
        return;
    }
    if let Some(text) = literal_text(code)
        && let Some(fault) = unknown_code(&text, question, schema)
    {
        faults.push((fault, code.span.clone()));
    }
}

fn unknown_code(code: &str, question: Option<&str>, schema: &dyn Schema) -> Option<TypeFault> {
    let codes = schema.codes(question)?;
    if codes.contains(&code) {
        return None;
    }
    let suggestion = crate::diagnostic::nearest(code, codes.iter().copied()).map(str::to_owned);
    Some(TypeFault::UnknownCode {
        code: code.to_owned(),
        question: question.map(str::to_owned),
        suggestion,
    })
}

/// `Some(Some(name))` for `${name}`, `Some(None)` for `.`, `None` for anything else.
fn subject(node: &Node) -> Option<Option<&str>> {
    match &node.kind {
        NodeKind::Reference(name) => Some(Some(name)),
        NodeKind::Current => Some(None),
        _ => None,
    }
}

fn literal_text(node: &Node) -> Option<Cow<'_, str>> {
    match &node.kind {
        NodeKind::Text(text) => Some(Cow::Borrowed(text)),
        NodeKind::Number(value) => Some(Value::Number(*value).to_text()),
        _ => None,
    }
}

fn type_of(node: &Node, schema: &dyn Schema) -> ValueType {
    match &node.kind {
        NodeKind::Number(_) | NodeKind::Negate(_) => ValueType::Number,
        NodeKind::Text(_) => ValueType::Text,
        NodeKind::Reference(name) => schema.value_type(Some(name)),
        NodeKind::Current => schema.value_type(None),
        NodeKind::Column(_) => ValueType::Any,
        NodeKind::Binary(operator, ..) if operator.calculates() => ValueType::Number,
        NodeKind::Binary(..) => ValueType::Boolean,
        NodeKind::Call { function, .. } => function.result(),
    }
}
