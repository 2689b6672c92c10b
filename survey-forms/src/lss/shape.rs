//! LimeSurvey's types of question, by what they become.

use super::own_words;
use super::survey::Question;
use crate::text::Text;

/// What a question becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// One question of this type.
    Plain(&'static str),
    /// One choice of its own answers.
    One,
    /// One choice of answers that LimeSurvey has of its own.
    OneOf(Fixed),
    /// All of its own answers, put in order.
    Ranked,
    /// Boxes to tick.
    Several,
    /// A question a row, with its own answers.
    Rows,
    /// A question a row, with LimeSurvey's answers.
    RowsOf(Fixed),
    /// Two questions a row.
    Dual,
    /// An input of this type a row.
    Inputs(&'static str),
    /// An input of this type for each row and column.
    Grid(&'static str),
    /// A computation.
    Equation,
    /// Nothing.
    None,
}

/// Answers that LimeSurvey has of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fixed {
    YesNo,
    YesNoUncertain,
    Gender,
    Change,
    Points(u8),
}

impl Fixed {
    /// Name of the list.
    pub(super) fn list(self) -> String {
        match self {
            Self::YesNo => "ls_yes_no".to_owned(),
            Self::YesNoUncertain => "ls_yes_no_uncertain".to_owned(),
            Self::Gender => "ls_gender".to_owned(),
            Self::Change => "ls_change".to_owned(),
            Self::Points(most) => format!("ls_points_{most}"),
        }
    }

    /// Codes with their words.
    pub(super) fn answers(self, languages: &[String]) -> Vec<(String, Text)> {
        let words: &[(&str, &str, &str)] = match self {
            Self::YesNo => &[("Y", "是", "Yes"), ("N", "否", "No")],
            Self::YesNoUncertain => &[
                ("Y", "是", "Yes"),
                ("U", "不确定", "Uncertain"),
                ("N", "否", "No"),
            ],
            Self::Gender => &[("F", "女", "Female"), ("M", "男", "Male")],
            Self::Change => &[
                ("I", "增加", "Increase"),
                ("S", "不变", "Same"),
                ("D", "减少", "Decrease"),
            ],
            Self::Points(most) => {
                let point = |n: u8| {
                    let n = n.to_string();
                    (n.clone(), own_words(languages, &n, &n))
                };
                return (1..=most).map(point).collect();
            }
        };
        words
            .iter()
            .map(|(code, zh, en)| ((*code).to_owned(), own_words(languages, zh, en)))
            .collect()
    }
}

/// What a question becomes: nothing, where it is of a type that has no counterpart, or not finished.
pub(super) fn shape(question: &Question) -> Shape {
    match by_type(question) {
        shape if is_unfinished(question, shape) => Shape::None,
        shape => shape,
    }
}

/// Whether it lacks the answers, rows or columns without which there is nothing to ask; LimeSurvey saves such drafts.
fn is_unfinished(question: &Question, shape: Shape) -> bool {
    let has_answers = |scale| question.answers.iter().any(|answer| answer.scale == scale);
    let has_parts = |scale| question.parts_of(scale).next().is_some();
    match shape {
        Shape::One => !has_answers(0) && !question.has_other,
        Shape::Ranked => !has_answers(0),
        Shape::Several => !has_parts(0) && !question.has_other,
        Shape::Rows => !has_answers(0) || !has_parts(0),
        Shape::RowsOf(_) | Shape::Inputs(_) => !has_parts(0),
        Shape::Dual => !has_answers(0) || !has_answers(1) || !has_parts(0),
        Shape::Grid(_) => !has_parts(0) || !has_parts(1),
        Shape::Plain(_) | Shape::OneOf(_) | Shape::Equation | Shape::None => false,
    }
}

/// What a finished question becomes, by LimeSurvey's letter for its type.
pub(super) fn by_type(question: &Question) -> Shape {
    match question.kind {
        'L' | '!' | 'O' => Shape::One,
        'R' => Shape::Ranked,
        '|' => Shape::Plain("file"),
        'Y' => Shape::OneOf(Fixed::YesNo),
        'G' => Shape::OneOf(Fixed::Gender),
        '5' => Shape::OneOf(Fixed::Points(5)),
        'M' | 'P' => Shape::Several,
        'S' | 'T' | 'U' if question.attribute("numbers_only").is_some() => Shape::Plain("decimal"),
        'S' | 'T' | 'U' => Shape::Plain("text"),
        'N' if question.attribute("num_value_int_only").is_some() => Shape::Plain("integer"),
        'N' => Shape::Plain("decimal"),
        'D' => Shape::Plain("date"),
        'X' => Shape::Plain("note"),
        'A' => Shape::RowsOf(Fixed::Points(5)),
        'B' => Shape::RowsOf(Fixed::Points(10)),
        'C' => Shape::RowsOf(Fixed::YesNoUncertain),
        'E' => Shape::RowsOf(Fixed::Change),
        'F' | 'H' => Shape::Rows,
        '1' => Shape::Dual,
        'Q' => Shape::Inputs("text"),
        'K' => Shape::Inputs("decimal"),
        ';' => Shape::Grid("text"),
        ':' => Shape::Grid("decimal"),
        '*' => Shape::Equation,
        _ => Shape::None,
    }
}

/// Whether it becomes a group with a question for each of its rows.
pub(super) fn is_group(shape: Shape) -> bool {
    matches!(
        shape,
        Shape::Rows | Shape::RowsOf(_) | Shape::Dual | Shape::Inputs(_) | Shape::Grid(_)
    )
}
