//! Texts that stay in the JSON they were read from.

use std::borrow::Cow;

use serde::Deserialize;

/// A text that stays in the JSON it was read from, unless that had to write it otherwise.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Borrowed<'j>(#[serde(borrow)] pub(crate) Cow<'j, str>);
