//! How a row of the survey sheet is called, and where something goes: words that fit into an address and a form field.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A row of the survey sheet: by the name of the question or group, or as `#14` by its number in the spreadsheet where
/// it has no name or one that another row has too.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RowKey {
    /// By name.
    Name(String),
    /// By row, counted from 1 as the spreadsheet shows it (the header is row 1).
    Number(u32),
}

impl RowKey {
    /// The row of this name.
    pub fn name(name: impl Into<String>) -> Self {
        Self::Name(name.into())
    }
}

/// A word that names neither a row nor a place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no row or place of a questionnaire")]
pub struct BadKey(String);

impl FromStr for RowKey {
    type Err = BadKey;

    fn from_str(word: &str) -> Result<Self, BadKey> {
        let bad = || BadKey(word.to_owned());
        match word.trim() {
            "" => Err(bad()),
            word => match word.strip_prefix('#') {
                Some(number) => number.parse().map(Self::Number).map_err(|_| bad()),
                None => Ok(Self::Name(word.to_owned())),
            },
        }
    }
}

impl fmt::Display for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Number(number) => write!(f, "#{number}"),
        }
    }
}

/// Where a row goes. As a word: `first`, `last`, `after:NAME`, `into:NAME`, `into_end:NAME` (with `#14` for `NAME` where a
/// row is known by its number only), so that one list to choose from is enough for any move.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Spot {
    /// Before everything.
    First,
    /// Behind everything.
    Last,
    /// Behind this row; behind the whole group, where it begins one.
    After(RowKey),
    /// The first in this group.
    Into(RowKey),
    /// The last in this group.
    IntoEnd(RowKey),
}

impl FromStr for Spot {
    type Err = BadKey;

    fn from_str(word: &str) -> Result<Self, BadKey> {
        match word.trim() {
            "first" => Ok(Self::First),
            "last" => Ok(Self::Last),
            word => match word.split_once(':') {
                Some(("after", key)) => key.parse().map(Self::After),
                Some(("into", key)) => key.parse().map(Self::Into),
                Some(("into_end", key)) => key.parse().map(Self::IntoEnd),
                _ => Err(BadKey(word.to_owned())),
            },
        }
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => f.write_str("first"),
            Self::Last => f.write_str("last"),
            Self::After(key) => write!(f, "after:{key}"),
            Self::Into(key) => write!(f, "into:{key}"),
            Self::IntoEnd(key) => write!(f, "into_end:{key}"),
        }
    }
}

macro_rules! as_word {
    ($($type:ty),*) => {$(
        impl TryFrom<String> for $type {
            type Error = BadKey;

            fn try_from(word: String) -> Result<Self, BadKey> {
                word.parse()
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> Self {
                value.to_string()
            }
        }
    )*};
}

as_word!(RowKey, Spot);
