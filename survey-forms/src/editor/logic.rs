//! Logic from menus: conditions about earlier answers and rules for an answer, as expressions and back, and in words.
//!
//! What menus cannot say stays text. An expression that has a menu's shape is read back into it however it was spaced.

use serde::{Deserialize, Serialize};

use super::desk::Desk;
use super::{EditError, RowKind, Workbook};
use crate::text::Text;

mod conditions;
mod rules;
mod subjects;
mod words;

pub(super) use subjects::{Subject, Subjects, repeats};
pub(super) use words::{ruled, untold};

/// Conditions that must hold together or of which one must.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Conditions {
    /// Whether all must hold or any.
    pub join: Join,
    /// The conditions.
    pub conditions: Vec<Condition>,
}

/// How conditions are joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Join {
    /// All must hold.
    #[default]
    All,
    /// One is enough.
    Any,
}

/// A condition about the answer to a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// The question's name.
    pub question: String,
    /// How its answer is compared.
    pub comparator: Comparator,
    /// With what: as many values as [`Comparator::values`] says, as they would be answered (a choice's value, `18`,
    /// `2026-01-31`).
    #[serde(default)]
    pub values: Vec<String>,
}

/// How an answer is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparator {
    /// It is this.
    Is,
    /// It is not this (holds for no answer too).
    IsNot,
    /// It is one of these two.
    IsEither,
    /// This is among what was chosen.
    Chosen,
    /// This is not among what was chosen (holds for no answer too).
    NotChosen,
    /// At least so much; on that day or later.
    AtLeast,
    /// At most so much; on that day or earlier.
    AtMost,
    /// More than so much; after that day.
    MoreThan,
    /// Less than so much; before that day.
    LessThan,
    /// From one to another, both included.
    Between,
    /// At least so many were chosen.
    ChosenAtLeast,
    /// At most so many were chosen.
    ChosenAtMost,
    /// There is an answer.
    Answered,
    /// There is none.
    NotAnswered,
}

impl Comparator {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Is,
        Self::IsNot,
        Self::IsEither,
        Self::Chosen,
        Self::NotChosen,
        Self::AtLeast,
        Self::AtMost,
        Self::MoreThan,
        Self::LessThan,
        Self::Between,
        Self::ChosenAtLeast,
        Self::ChosenAtMost,
        Self::Answered,
        Self::NotAnswered,
    ];

    /// How many values it compares with.
    pub fn values(self) -> usize {
        match self {
            Self::Answered | Self::NotAnswered => 0,
            Self::Between | Self::IsEither => 2,
            _ => 1,
        }
    }

    /// A word for form fields, `at_least`; read back by [`Self::named`].
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is_not",
            Self::IsEither => "is_either",
            Self::Chosen => "chosen",
            Self::NotChosen => "not_chosen",
            Self::AtLeast => "at_least",
            Self::AtMost => "at_most",
            Self::MoreThan => "more_than",
            Self::LessThan => "less_than",
            Self::Between => "between",
            Self::ChosenAtLeast => "chosen_at_least",
            Self::ChosenAtMost => "chosen_at_most",
            Self::Answered => "answered",
            Self::NotAnswered => "not_answered",
        }
    }

    /// The comparator of this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|comparator| comparator.as_str() == word)
    }

    /// What it is called in a menu, in Chinese and English.
    pub fn words(self) -> Text {
        let (zh, en) = match self {
            Self::Is => ("是", "is"),
            Self::IsNot => ("不是", "is not"),
            Self::IsEither => ("是两者之一", "is one of two"),
            Self::Chosen => ("选了", "includes"),
            Self::NotChosen => ("没有选", "does not include"),
            Self::AtLeast => ("不小于（不早于）", "is at least (not before)"),
            Self::AtMost => ("不大于（不晚于）", "is at most (not after)"),
            Self::MoreThan => ("大于（晚于）", "is more than (after)"),
            Self::LessThan => ("小于（早于）", "is less than (before)"),
            Self::Between => ("在两者之间", "is between"),
            Self::ChosenAtLeast => ("至少选了几项", "has at least so many chosen"),
            Self::ChosenAtMost => ("至多选了几项", "has at most so many chosen"),
            Self::Answered => ("已回答", "is answered"),
            Self::NotAnswered => ("没有回答", "is not answered"),
        };
        Text::zh_en(zh, en)
    }
}

impl Comparator {
    /// The comparators that fit answers of a kind, the usual one first; none where no condition can ask about it.
    pub fn of(kind: RowKind) -> &'static [Self] {
        use Comparator::{
            Answered, AtLeast, AtMost, Between, Chosen, ChosenAtLeast, ChosenAtMost, Is, IsEither, IsNot,
            LessThan, MoreThan, NotAnswered, NotChosen,
        };
        match kind {
            RowKind::SelectOne => &[Is, IsNot, IsEither, Answered, NotAnswered],
            RowKind::Text | RowKind::Barcode | RowKind::Hidden => &[Is, IsNot, Answered, NotAnswered],
            RowKind::SelectMultiple => &[
                Chosen,
                NotChosen,
                ChosenAtLeast,
                ChosenAtMost,
                Answered,
                NotAnswered,
            ],
            RowKind::Integer | RowKind::Decimal | RowKind::Range => &[
                AtLeast,
                AtMost,
                Between,
                Is,
                IsNot,
                MoreThan,
                LessThan,
                Answered,
                NotAnswered,
            ],
            RowKind::Calculate => &[
                Is,
                IsNot,
                AtLeast,
                AtMost,
                Between,
                MoreThan,
                LessThan,
                Answered,
                NotAnswered,
            ],
            RowKind::Date | RowKind::DateTime => &[
                AtLeast,
                AtMost,
                Between,
                MoreThan,
                LessThan,
                Answered,
                NotAnswered,
            ],
            RowKind::Rank
            | RowKind::Time
            | RowKind::Acknowledge
            | RowKind::GeoPoint
            | RowKind::Image
            | RowKind::Audio
            | RowKind::Video
            | RowKind::File => &[Answered, NotAnswered],
            RowKind::Note
            | RowKind::Metadata
            | RowKind::Group
            | RowKind::Page
            | RowKind::Repeat
            | RowKind::End
            | RowKind::Other => &[],
        }
    }
}

/// What an answer must satisfy: all of these.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rules(pub Vec<Rule>);

/// A rule for an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "rule")]
pub enum Rule {
    /// A number from, to; one of the two may be missing.
    Number {
        /// Least.
        least: Option<f64>,
        /// Most.
        most: Option<f64>,
    },
    /// How many characters; one of the two may be missing.
    Length {
        /// Least.
        least: Option<u32>,
        /// Most.
        most: Option<u32>,
    },
    /// How many choices; one of the two may be missing.
    Chosen {
        /// Least.
        least: Option<u32>,
        /// Most.
        most: Option<u32>,
    },
    /// A day from, to (`2026-01-31`); one of the two may be missing.
    Day {
        /// First.
        from: Option<String>,
        /// Last.
        to: Option<String>,
    },
    /// Not later than the day of answering.
    NotInFuture,
    /// Not earlier than the day of answering.
    NotInPast,
    /// A choice that cannot be combined with others, such as "none of these".
    Alone {
        /// The choice.
        choice: String,
    },
    /// A telephone number of a mobile phone in China: eleven digits that begin with 1.
    MobilePhone,
    /// A resident identity number: 17 digits and a digit or X. The check digit is not looked at.
    IdNumber,
    /// A postal code: six digits.
    PostalCode,
    /// A pattern that the whole answer must match (a regular expression).
    Pattern {
        /// The expression.
        pattern: String,
    },
}

impl Conditions {
    /// The expression, for the `relevant` cell; empty when there is no condition.
    ///
    /// # Errors
    /// When a question does not exist, a comparator does not fit its kind or a value is missing or no value of its kind.
    ///
    /// # Example
    /// ```
    /// use survey_forms::editor::{Workbook, logic::{Comparator, Conditions}};
    /// let csv = "survey\n,type,name,label\n,integer,age,年龄\n";
    /// let workbook = Workbook::read("a.csv", csv.as_bytes()).unwrap().workbook;
    /// let menus = Conditions::read("${age}>=18", &workbook).unwrap();
    /// assert_eq!(menus.conditions[0].comparator, Comparator::AtLeast);
    /// assert_eq!(menus.expression(&workbook).unwrap(), "${age} >= 18");
    /// assert_eq!(menus.words(&workbook).get("zh"), "只有当“年龄”不小于 18 时才问");
    /// ```
    pub fn expression(&self, workbook: &Workbook) -> Result<String, EditError> {
        self.said(&Subjects::of(&Desk::new(workbook.clone())))
    }

    /// The menus of an expression; none when it has another shape.
    pub fn read(expression: &str, workbook: &Workbook) -> Option<Self> {
        Self::heard(expression, &Subjects::of(&Desk::new(workbook.clone())))
    }

    /// In words: `只有当“您多大年纪？”不小于 18 时才问`.
    pub fn words(&self, workbook: &Workbook) -> Text {
        self.told(&Subjects::of(&Desk::new(workbook.clone())))
    }
}

impl Rule {
    /// The words under `rule` of the rules that fit answers of a kind, the usual one first.
    pub fn of(kind: RowKind) -> &'static [&'static str] {
        match kind {
            RowKind::Integer | RowKind::Decimal => &["number"],
            RowKind::Text => &["length", "mobile_phone", "id_number", "postal_code", "pattern"],
            RowKind::Barcode => &["length", "pattern"],
            RowKind::SelectMultiple => &["chosen", "alone"],
            RowKind::Date | RowKind::DateTime => &["not_in_future", "not_in_past", "day"],
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests;
