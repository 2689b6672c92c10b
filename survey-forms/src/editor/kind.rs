//! Kinds of rows of the survey sheet, with their words of the type column and for people.

use serde::{Deserialize, Serialize};

use crate::text::Text;

/// What a row of the survey sheet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    /// One choice of a list.
    SelectOne,
    /// Any number of choices of a list.
    SelectMultiple,
    /// Choices put in order.
    Rank,
    /// Words.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// A number from, to, in steps.
    Range,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A day with a time.
    DateTime,
    /// Words to read.
    Note,
    /// A tick that something was read or agreed to.
    Acknowledge,
    /// A barcode.
    Barcode,
    /// A place on the earth.
    GeoPoint,
    /// A picture, where files can be handed in.
    Image,
    /// A recording, where files can be handed in.
    Audio,
    /// A film, where files can be handed in.
    Video,
    /// A file, where files can be handed in.
    File,
    /// A value that follows from other answers.
    Calculate,
    /// A value that is never shown.
    Hidden,
    /// What a device notes by itself, such as `start`.
    Metadata,
    /// Items that belong together.
    Group,
    /// A group whose questions share one page (`field-list`).
    Page,
    /// A group that is asked several times.
    Repeat,
    /// The end of a group or repeat; no page shows it.
    End,
    /// A type that is not understood here, or none beside a name or words.
    Other,
}

impl RowKind {
    /// The kinds of question, group and page that can be added, in the order of a menu.
    pub const ADDABLE: [Self; 23] = [
        Self::SelectOne,
        Self::SelectMultiple,
        Self::Rank,
        Self::Text,
        Self::Integer,
        Self::Decimal,
        Self::Range,
        Self::Date,
        Self::Time,
        Self::DateTime,
        Self::Note,
        Self::Acknowledge,
        Self::Barcode,
        Self::GeoPoint,
        Self::Image,
        Self::Audio,
        Self::Video,
        Self::File,
        Self::Calculate,
        Self::Hidden,
        Self::Page,
        Self::Group,
        Self::Repeat,
    ];

    /// The word of the type column (`select_one` without its list); empty for what has none of its own.
    pub fn type_word(self) -> &'static str {
        match self {
            Self::SelectOne => "select_one",
            Self::SelectMultiple => "select_multiple",
            Self::Rank => "rank",
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Range => "range",
            Self::Date => "date",
            Self::Time => "time",
            Self::DateTime => "dateTime",
            Self::Note => "note",
            Self::Acknowledge => "acknowledge",
            Self::Barcode => "barcode",
            Self::GeoPoint => "geopoint",
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::File => "file",
            Self::Calculate => "calculate",
            Self::Hidden => "hidden",
            Self::Group | Self::Page => "begin_group",
            Self::Repeat => "begin_repeat",
            Self::Metadata | Self::End | Self::Other => "",
        }
    }

    /// A word for addresses and form fields, `select_one`, `page`; read back by [`Self::named`].
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Page => "page",
            Self::Repeat => "repeat",
            Self::Metadata => "metadata",
            Self::End => "end",
            Self::Other => "other",
            _ => self.type_word(),
        }
    }

    /// The kind of this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ADDABLE
            .into_iter()
            .chain([Self::Metadata, Self::End, Self::Other])
            .find(|kind| kind.as_str() == word)
    }

    /// What it is called, in Chinese and English.
    pub fn words(self) -> Text {
        let (zh, en) = match self {
            Self::SelectOne => ("单选", "one choice"),
            Self::SelectMultiple => ("多选", "several choices"),
            Self::Rank => ("排序", "put in order"),
            Self::Text => ("文字", "words"),
            Self::Integer => ("整数", "whole number"),
            Self::Decimal => ("数字（可带小数）", "number"),
            Self::Range => ("范围内的数字", "number in a range"),
            Self::Date => ("日期", "date"),
            Self::Time => ("时间", "time of day"),
            Self::DateTime => ("日期和时间", "date and time"),
            Self::Note => ("说明文字", "words to read"),
            Self::Acknowledge => ("勾选确认", "tick to agree"),
            Self::Barcode => ("条形码", "barcode"),
            Self::GeoPoint => ("地点", "place"),
            Self::Image => ("照片", "picture"),
            Self::Audio => ("录音", "recording"),
            Self::Video => ("录像", "film"),
            Self::File => ("文件", "file"),
            Self::Calculate => ("计算值", "calculation"),
            Self::Hidden => ("隐藏值", "hidden value"),
            Self::Metadata => ("自动记录", "noted by the device"),
            Self::Group => ("分组", "group"),
            Self::Page => ("同一页的一组", "group on one page"),
            Self::Repeat => ("重复组", "repeat"),
            Self::End => ("组的结尾", "end of a group"),
            Self::Other => ("不认识的类型", "unknown type"),
        };
        Text::zh_en(zh, en)
    }

    /// Whether its answers come from a choice list.
    pub fn has_choices(self) -> bool {
        matches!(self, Self::SelectOne | Self::SelectMultiple | Self::Rank)
    }

    /// Whether it begins a group, page or repeat.
    pub fn is_group(self) -> bool {
        matches!(self, Self::Group | Self::Page | Self::Repeat)
    }

    /// Whether a person is asked something.
    pub fn is_question(self) -> bool {
        !self.is_group()
            && !matches!(
                self,
                Self::Note | Self::Calculate | Self::Hidden | Self::Metadata | Self::End | Self::Other
            )
    }
}
