//! All that analysis may know of a questionnaire: its variables, their types and labels, and which codes are kinds of
//! missing.

use serde::Serialize;

use crate::answer::TICKED;
use crate::form::{Choice, Form, MissingKind, QuestionKind};
use crate::styled::plain_text;
use crate::text::Text;

/// The variables of a form in document order. Notes have none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CodeBook {
    /// One for each question that can have an answer, calculations included.
    pub variables: Vec<Variable>,
}

/// A column of the data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Variable {
    /// Name of the question.
    pub name: String,
    /// The question's words; of a calculation, empty.
    pub label: Text,
    /// What its values are.
    pub kind: VariableKind,
}

/// What the values of a variable are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum VariableKind {
    /// Words, also those of calculations.
    Text,
    /// Whole numbers.
    Integer,
    /// Numbers.
    Decimal,
    /// Days, `2026-11-23`.
    Date,
    /// One of the levels.
    Factor {
        /// In the order of the list.
        levels: Vec<Level>,
    },
    /// All levels in an order, joined by spaces.
    Ranking {
        /// In the order of the list.
        levels: Vec<Level>,
    },
    /// Any number of the levels, joined by spaces.
    MultiResponse {
        /// In the order of the list.
        levels: Vec<Level>,
    },
}

/// A value of a factor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Level {
    /// As stored.
    pub value: String,
    /// As shown.
    pub label: Text,
    /// Set when it says why there is no answer; it is never counted as one.
    pub missing: Option<MissingKind>,
}

impl CodeBook {
    /// The code book of a form.
    pub fn of(form: &Form) -> Self {
        let variables = form
            .questions()
            .filter(|question| question.kind != QuestionKind::Note)
            .map(|question| Variable {
                name: question.name.clone(),
                label: plain_text(&question.label),
                kind: match &question.kind {
                    QuestionKind::Integer => VariableKind::Integer,
                    QuestionKind::Range { .. } if question.kind.is_whole_range() => VariableKind::Integer,
                    QuestionKind::Decimal | QuestionKind::Range { .. } => VariableKind::Decimal,
                    QuestionKind::Date => VariableKind::Date,
                    QuestionKind::SelectOne { .. } => VariableKind::Factor {
                        levels: levels(form.choices(question)),
                    },
                    QuestionKind::SelectMultiple { .. } => VariableKind::MultiResponse {
                        levels: levels(form.choices(question)),
                    },
                    QuestionKind::Rank { .. } => VariableKind::Ranking {
                        levels: levels(form.choices(question)),
                    },
                    QuestionKind::Acknowledge => VariableKind::Factor {
                        levels: vec![Level {
                            value: TICKED.to_owned(),
                            label: Text::zh_en("已打勾", "Ticked"),
                            missing: None,
                        }],
                    },
                    // Places and files are words to analysis: like them, they tell of one person and are left out
                    // wherever words are.
                    QuestionKind::Text
                    | QuestionKind::Time
                    | QuestionKind::DateTime
                    | QuestionKind::Barcode
                    | QuestionKind::GeoPoint
                    | QuestionKind::GeoTrace
                    | QuestionKind::GeoShape
                    | QuestionKind::Upload { .. }
                    | QuestionKind::Note
                    | QuestionKind::Calculate
                    | QuestionKind::Hidden => VariableKind::Text,
                },
            })
            .collect();
        Self { variables }
    }

    /// The variable of this name.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|variable| variable.name == name)
    }
}

impl Variable {
    /// The levels; empty for what has none.
    pub fn levels(&self) -> &[Level] {
        match &self.kind {
            VariableKind::Factor { levels }
            | VariableKind::MultiResponse { levels }
            | VariableKind::Ranking { levels } => levels,
            _ => &[],
        }
    }
}

fn levels(choices: &[Choice]) -> Vec<Level> {
    choices
        .iter()
        .map(|choice| Level {
            value: choice.name.clone(),
            label: plain_text(&choice.label),
            missing: choice.missing,
        })
        .collect()
}

#[cfg(test)]
mod tests;
