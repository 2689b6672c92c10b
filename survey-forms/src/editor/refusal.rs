//! Why an edit is not made.

//!
//! ED00x rows and names · ED01x where something goes · ED02x choices and lists · ED03x languages and settings ·
//! ED04x cells · ED05x the workbook as a whole · ED06x menus of logic.

use std::fmt;

use super::details::Reference;
use crate::diagnostic::{Diagnostic, Place};
use crate::text::Text;

/// Everything that stands against an edit: what, where and how to mend it. `place.field` names the part of the [`Edit`]
/// that is meant (`name`, `list`, `value`, `to` …), `place.sheet`, `place.row` and `place.column` the cell of the workbook.
///
/// [`Edit`]: super::Edit
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditError {
    faults: Vec<Diagnostic>,
}

impl EditError {
    /// What is wrong; at least one.
    pub fn faults(&self) -> &[Diagnostic] {
        &self.faults
    }
}

impl From<Diagnostic> for EditError {
    fn from(fault: Diagnostic) -> Self {
        Self { faults: vec![fault] }
    }
}

impl From<Vec<Diagnostic>> for EditError {
    fn from(faults: Vec<Diagnostic>) -> Self {
        Self { faults }
    }
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.faults.iter().map(|fault| fault.to_line("en")).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for EditError {}

/// Kinds of refusal.
#[derive(Clone, Debug)]
pub(super) enum Refusal {
    NoRow {
        key: String,
        suggestion: Option<String>,
    },
    BadName {
        name: String,
    },
    NameTaken {
        name: String,
        row: u32,
    },
    StillReferred {
        name: String,
        by: Reference,
    },
    NotAGroup {
        key: String,
    },
    IntoItself,
    AtTheEnd {
        up: bool,
    },
    NotInAGroup,
    NoEndRow {
        name: String,
    },
    ConditionLost {
        name: String,
    },
    NoList {
        list: String,
        suggestion: Option<String>,
    },
    ListTaken {
        list: String,
    },
    BadListName {
        list: String,
    },
    NeedsList,
    ListInUse {
        list: String,
        by: String,
    },
    NoChoice {
        choice: String,
        list: String,
        suggestion: Option<String>,
    },
    BadChoiceName {
        choice: String,
    },
    ChoiceTaken {
        choice: String,
        list: String,
    },
    ChoiceTested {
        choice: String,
        by: Reference,
    },
    CodeCalculated {
        choice: String,
        by: Reference,
    },
    LastChoice {
        list: String,
    },
    NoLanguage {
        lang: String,
        known: Vec<String>,
    },
    BadLanguage {
        lang: String,
    },
    LanguageThere {
        lang: String,
    },
    WordingWithoutLanguage {
        lang: String,
        language: String,
    },
    LanguageNeeded {
        lang: String,
        is_first: bool,
    },
    BadFormId {
        id: String,
    },
    NoCommonLanguage,
    OtherLanguages {
        languages: Vec<String>,
    },
    OtherTable {
        table: String,
    },
    KindMismatch {
        from: Text,
        to: Text,
    },
    OutOfPlace {
        column: &'static str,
        kind: Text,
    },
    BadYesNo {
        value: String,
    },
    TooLong,
    TooLarge,
    CannotWrite {
        reason: String,
    },
    NoCollection {
        id: String,
    },
    NoBankItem {
        item: String,
        collection: String,
    },
    NotAskable {
        question: String,
        suggestion: Option<String>,
    },
    ComparatorUnfit {
        question: String,
        comparator: Text,
    },
    ValueMissing {
        question: String,
    },
    BadValue {
        value: String,
        question: String,
        wanted: Text,
    },
    BothMarks {
        value: String,
    },
    NoLimit,
    LimitsCross,
    BadPattern {
        reason: String,
    },
    BadDay {
        value: String,
    },
}

impl Refusal {
    /// The code of a row that is not there.
    pub(super) const NO_ROW: &'static str = "ED001";

    pub(super) fn at(self, place: Place) -> Diagnostic {
        let code = self.code();
        let ((zh, en), (mend_zh, mend_en)) = self.words();
        Diagnostic::error(code, place, Text::zh_en(zh, en), Text::zh_en(mend_zh, mend_en))
    }

    /// About a part of the edit.
    pub(super) fn field(self, field: &str) -> EditError {
        self.at(Place::unknown().field(field)).into()
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NoRow { .. } => Self::NO_ROW,
            Self::BadName { .. } => "ED002",
            Self::NameTaken { .. } => "ED003",
            Self::StillReferred { .. } => "ED004",
            Self::ConditionLost { .. } => "ED005",
            Self::KindMismatch { .. } => "ED006",
            Self::NotAGroup { .. } => "ED010",
            Self::IntoItself => "ED011",
            Self::AtTheEnd { .. } => "ED012",
            Self::NotInAGroup => "ED013",
            Self::NoEndRow { .. } => "ED014",
            Self::NoList { .. } => "ED020",
            Self::ListTaken { .. } => "ED021",
            Self::BadListName { .. } => "ED022",
            Self::NeedsList => "ED023",
            Self::ListInUse { .. } => "ED024",
            Self::NoChoice { .. } => "ED025",
            Self::BadChoiceName { .. } => "ED026",
            Self::ChoiceTaken { .. } => "ED027",
            Self::ChoiceTested { .. } => "ED028",
            Self::CodeCalculated { .. } => "ED029",
            Self::LastChoice { .. } => "ED02A",
            Self::NoLanguage { .. } => "ED030",
            Self::BadLanguage { .. } => "ED031",
            Self::LanguageThere { .. } => "ED032",
            Self::WordingWithoutLanguage { .. } => "ED033",
            Self::BadFormId { .. } => "ED034",
            Self::NoCommonLanguage => "ED035",
            Self::LanguageNeeded { .. } => "ED036",
            Self::OutOfPlace { .. } => "ED040",
            Self::BadYesNo { .. } => "ED041",
            Self::TooLong => "ED042",
            Self::TooLarge => "ED050",
            Self::CannotWrite { .. } => "ED051",
            Self::NoCollection { .. } => "ED052",
            Self::NoBankItem { .. } => "ED053",
            Self::OtherLanguages { .. } => "ED054",
            Self::OtherTable { .. } => "ED055",
            Self::NotAskable { .. } => "ED060",
            Self::ComparatorUnfit { .. } => "ED061",
            Self::ValueMissing { .. } => "ED062",
            Self::BadValue { .. } => "ED063",
            Self::BothMarks { .. } => "ED064",
            Self::NoLimit => "ED065",
            Self::LimitsCross => "ED066",
            Self::BadPattern { .. } => "ED067",
            Self::BadDay { .. } => "ED068",
        }
    }

    fn words(&self) -> (Pair, Pair) {
        self.words_of_rows()
            .or_else(|| self.words_of_choices())
            .unwrap_or_else(|| self.words_of_the_rest())
    }
}

/// Chinese and English.
type Pair = (String, String);

pub(super) fn pair(zh: impl Into<String>, en: impl Into<String>) -> Pair {
    (zh.into(), en.into())
}

mod words;
