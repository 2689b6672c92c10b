//! Values and XPath 1.0's conversions between them, with days as ODK adds them.

use std::borrow::Cow;

use jiff::civil::Date;

use super::date::{parse_date, to_days};
use super::moment::{moment_to_days, parse_moment};

/// A value while an expression is evaluated. A missing answer is the empty text.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// True or false.
    Boolean(bool),
    /// A number, which may be `NaN`.
    Number(f64),
    /// Words, or chosen values joined by spaces.
    Text(Cow<'a, str>),
    /// A day.
    Date(Date),
}

impl<'a> Value<'a> {
    /// The missing answer.
    pub const EMPTY: Value<'static> = Value::Text(Cow::Borrowed(""));

    /// A text.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    /// Whether it is the empty text.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }

    /// XPath's `boolean()`.
    pub fn to_boolean(&self) -> bool {
        match self {
            Self::Boolean(value) => *value,
            Self::Number(value) => *value != 0.0 && !value.is_nan(),
            Self::Text(text) => !text.is_empty(),
            Self::Date(_) => true,
        }
    }

    /// XPath's `number()`; a day or moment, or a text that is one, is days since 1970-01-01.
    pub fn to_number(&self) -> f64 {
        self.to_number_at(None)
    }

    /// The same where the clock is so many minutes ahead of Greenwich's: a moment that says its offset is counted by that
    /// clock, as days and moments without one are.
    pub(crate) fn to_number_at(&self, offset: Option<i32>) -> f64 {
        match self {
            Self::Boolean(value) => f64::from(u8::from(*value)),
            Self::Number(value) => *value,
            Self::Text(text) => text_to_number(text, offset),
            Self::Date(date) => to_days(*date),
        }
    }

    /// XPath's `string()`.
    pub fn to_text(&self) -> Cow<'a, str> {
        match self {
            Self::Boolean(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
            Self::Number(value) => number_to_text(*value),
            Self::Text(text) => text.clone(),
            Self::Date(date) => Cow::Owned(date.to_string()),
        }
    }

    /// What is stored for a calculation with this value: `NaN` and infinities are no answer.
    pub fn to_answer(&self) -> Cow<'a, str> {
        match self {
            Self::Number(value) if !value.is_finite() => Cow::Borrowed(""),
            other => other.to_text(),
        }
    }
}

fn text_to_number(text: &str, offset: Option<i32>) -> f64 {
    let text = text.trim();
    // Rust also reads "inf", "nan" and exponents, which are no XPath numbers.
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    plain
        .then(|| text.parse().ok())
        .flatten()
        .unwrap_or_else(|| days_of(text, offset))
}

/// Days since 1970-01-01 of a text that is a day or a moment, else `NaN`.
pub(super) fn days_of(text: &str, offset: Option<i32>) -> f64 {
    match parse_moment(text) {
        Some((day, time)) => moment_to_days(day, time, offset),
        None => parse_date(text).map_or(f64::NAN, to_days),
    }
}

fn number_to_text(value: f64) -> Cow<'static, str> {
    if value.is_nan() {
        Cow::Borrowed("NaN")
    } else if value.is_infinite() {
        Cow::Borrowed(if value > 0.0 { "Infinity" } else { "-Infinity" })
    } else if value == 0.0 {
        Cow::Borrowed("0")
    } else {
        Cow::Owned(value.to_string())
    }
}
