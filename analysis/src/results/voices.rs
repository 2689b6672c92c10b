//! What people wrote, as themes: never their words.

use serde::{Deserialize, Serialize};

use super::Proportion;

/// How many of those who wrote something named a theme.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VoiceTheme {
    /// Respondent group.
    pub group: String,
    /// Unit.
    pub unit: String,
    /// Code of the theme in the printed code frame; see [`voices`](crate::voices).
    pub theme: String,
    /// Weighted share of those who wrote something; `n` is how many wrote. One text may hold several themes.
    pub share: Proportion,
    /// Persons who named it.
    pub named: u64,
}
