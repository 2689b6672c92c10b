//! The closed lists of words that a response is described with: how, by whom and by which ways of reading.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;

use crate::store::rounds::{Round, RoundState};

/// The way of answering (填答方式).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// On a page.
    Web,
    /// An interviewer asked.
    Interview,
    /// By telephone.
    Phone,
    /// On paper, entered later.
    Paper,
}

impl Mode {
    /// The word in body and table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Interview => "interview",
            Self::Phone => "phone",
            Self::Paper => "paper",
        }
    }

    /// The state of a round for a response that arrives on `today`: pages close with the last day, what was asked or
    /// written before has some days more to arrive. On an open link anyone may say that it was.
    pub(super) fn state_of(self, round: &Round, today: Date, on_open_link: bool) -> RoundState {
        match self {
            Self::Interview | Self::Phone | Self::Paper if !on_open_link => {
                round.state_for_interviews_on(today)
            }
            _ => round.state_on(today),
        }
    }

    /// The mode of a word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Web, Self::Interview, Self::Phone, Self::Paper]
            .into_iter()
            .find(|mode| mode.as_str() == word)
    }
}

/// Who fills in (填答人).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Answering {
    /// 本人.
    #[serde(rename = "self")]
    Myself,
    /// 协助.
    Assisted,
    /// 代答.
    Proxy,
}

impl Answering {
    /// The word in body and table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Myself => "self",
            Self::Assisted => "assisted",
            Self::Proxy => "proxy",
        }
    }

    /// The value of a word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Myself, Self::Assisted, Self::Proxy]
            .into_iter()
            .find(|value| value.as_str() == word)
    }
}

/// A way of reading (阅读方式) that was used while answering: explains times and patterns, and never an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Read aloud by a recording or the device's voice (朗读).
    ReadAloud,
    /// Sign-language video (手语).
    Sign,
    /// Easy-read wording (易读).
    Easy,
    /// Large or very large type (大字).
    Large,
    /// Light on dark or high contrast (高对比).
    Contrast,
}

impl Way {
    /// Every way, in the order in which they are stored.
    pub const ALL: [Self; 5] = [
        Self::ReadAloud,
        Self::Sign,
        Self::Easy,
        Self::Large,
        Self::Contrast,
    ];

    /// The word in body and table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadAloud => "read_aloud",
            Self::Sign => "sign",
            Self::Easy => "easy",
            Self::Large => "large",
            Self::Contrast => "contrast",
        }
    }

    /// The way of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.as_str() == word)
    }

    /// Ways as one text, in a fixed order.
    pub fn join(ways: &BTreeSet<Self>) -> String {
        ways.iter().map(|way| way.as_str()).collect::<Vec<_>>().join(" ")
    }
}
