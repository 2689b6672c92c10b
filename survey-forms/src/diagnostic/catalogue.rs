//! Every fault that a questionnaire can have, with its code and its words. The one place where codes are given out:
//! a code that has been published keeps its meaning for ever.
//!
//! XF00x workbook and columns · XF01x names and references · XF02x types · XF03x groups and pages · XF04x choices ·
//! XF05x–XF06x expressions · XF07x words and languages · XF08x settings and values ·
//! XF09x media files · XF10x easy reading · XF11x CSV.

use super::{Diagnostic, Place, Severity};
use crate::expression::{FaultKind, TypeFault};
use crate::text::Text;

mod choices;
mod expressions;
mod media;
mod names;
mod repeats;
mod wording;

/// A fault, holding what its message names.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    missing_docs,
    reason = "each variant is explained by its message below, its fields by their names"
)]
pub enum Fault {
    BrokenWorkbook {
        reason: String,
    },
    EmptyFile,
    MissingSheet {
        sheet: &'static str,
        suggestion: Option<String>,
    },
    MissingColumn {
        column: &'static str,
        suggestion: Option<String>,
    },
    UnknownColumn {
        header: String,
        suggestion: Option<String>,
    },
    DuplicateColumn {
        header: String,
        other: String,
    },
    NoQuestions,
    TooLarge {
        most: String,
    },
    UnsupportedColumn {
        header: String,
    },
    DuplicateName {
        name: String,
        other_row: u32,
    },
    BadName {
        name: String,
    },
    UnknownReference {
        name: String,
        suggestion: Option<String>,
    },
    Cycle {
        path: Vec<String>,
    },
    ConstraintCycle {
        path: Vec<String>,
    },
    MissingName,
    UnknownType {
        word: String,
        suggestion: Option<String>,
    },
    UnsupportedType {
        word: String,
    },
    MissingType,
    BadParameter {
        text: String,
    },
    RangeRunsBackwards {
        start: String,
        end: String,
        step: String,
    },
    MissingList {
        word: String,
    },
    EndWithoutBegin,
    BeginWithoutEnd {
        name: String,
    },
    EmptyGroup {
        name: String,
    },
    DependsOnSamePage {
        name: String,
    },
    UnknownList {
        list: String,
        suggestion: Option<String>,
    },
    DuplicateChoice {
        choice: String,
        list: String,
        other_row: u32,
    },
    UnusedList {
        list: String,
    },
    UnknownExternalList {
        list: String,
        suggestion: Option<String>,
    },
    ListOnTwoSheets {
        list: String,
    },
    BadChoiceName {
        choice: String,
    },
    ChoiceWithoutList,
    ChoiceWithoutName {
        list: String,
    },
    ChoiceWithoutLabel {
        choice: String,
        list: String,
    },
    BadMissingKind {
        word: String,
    },
    UnknownFilterColumn {
        name: String,
        suggestion: Option<String>,
    },
    OnlyMissingChoices {
        list: String,
    },
    Expression {
        kind: FaultKind,
        around: String,
    },
    Type {
        fault: TypeFault,
    },
    ConstraintWithoutCurrent,
    CurrentOutOfPlace,
    BareName {
        name: String,
        is_question: bool,
    },
    HasNoValue {
        name: String,
        is_group: bool,
    },
    MissingCalculation,
    NoEffect {
        column: String,
        kind: String,
    },
    MissingLabel {
        name: String,
    },
    MissingTranslation {
        language: String,
    },
    MissingDefaultWording {
        language: String,
    },
    WordingWithoutLanguage {
        tag: String,
        language: String,
    },
    UnknownWording {
        tag: String,
        suggestion: Option<String>,
    },
    MissingMedia {
        file: String,
    },
    BadMediaName {
        file: String,
    },
    WrongMedia {
        file: String,
        found: Option<&'static str>,
        wanted: &'static str,
    },
    MediaTooLarge {
        file: String,
        most: String,
    },
    LanguageWithoutCode {
        name: String,
        tag: String,
    },
    MessageWithoutRule {
        rule: &'static str,
    },
    ConstraintWithoutMessage,
    BrokenPlaceholder {
        text: String,
    },
    UnknownDefaultLanguage {
        name: String,
        known: Vec<String>,
    },
    BadYesNo {
        value: String,
    },
    BadDefault {
        value: String,
        suggestion: Option<String>,
    },
    BadFormId {
        id: String,
    },
    IgnoredColumn {
        header: String,
    },
    UnsupportedSheet {
        sheet: String,
    },
    UnsupportedSetting {
        header: String,
    },
    RowBeyondTypes {
        text: String,
    },
    RepeatedReference {
        name: String,
        repeat: String,
    },
    PositionOutsideRepeat,
    NotARepeat {
        name: String,
    },
    WrongEnd {
        name: String,
        is_repeat: bool,
    },
    BadRepeatCount {
        most: u32,
    },
    OpenRepeat {
        most: u32,
    },
    TooManyInstances {
        count: usize,
        most: usize,
    },
    CountWithoutRepeat {
        name: String,
    },
    BadTrigger {
        text: String,
    },
    OtherOutOfPlace,
    UploadNeedsFiles {
        word: &'static str,
    },
    NotNotedHere {
        word: &'static str,
    },
    NeverAsked {
        name: String,
    },
    NeverSatisfied {
        name: String,
    },
    LongSentence {
        count: usize,
        most: usize,
        text: String,
    },
    RareCharacters {
        characters: String,
    },
    MissingTable {
        file: String,
        suggestion: Option<String>,
    },
    MissingTableColumn {
        file: String,
        column: String,
        suggestion: Option<String>,
    },
    ComputedTable,
    NotUtf8,
    UnclosedQuote {
        line: u32,
    },
}

/// Code, severity and words of a fault.
pub(super) struct Words {
    pub(super) code: &'static str,
    pub(super) severity: Severity,
    pub(super) message: Text,
    pub(super) mend: Text,
}

pub(super) fn error(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Words {
    Words {
        code,
        severity: Severity::Error,
        message: Text::zh_en(zh, en),
        mend: Text::new(),
    }
}

pub(super) fn warning(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Words {
    Words {
        severity: Severity::Warning,
        ..error(code, zh, en)
    }
}

impl Words {
    pub(super) fn mend(self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            mend: Text::zh_en(zh, en),
            ..self
        }
    }

    /// "Did you mean …?", or what to do when nothing is near.
    pub(super) fn meant(self, suggestion: Option<&str>, zh: &str, en: &str) -> Self {
        match suggestion {
            Some(name) => self.mend(format!("是否想写 {name}？"), format!("Did you mean {name}?")),
            None => self.mend(zh, en),
        }
    }
}

impl Fault {
    /// The fault at its place.
    pub fn at(&self, place: Place) -> Diagnostic {
        let words = self.words();
        Diagnostic {
            code: words.code,
            severity: words.severity,
            place,
            message: words.message,
            mend: words.mend,
        }
    }

    fn words(&self) -> Words {
        self.of_workbook()
            .or_else(|| names::words(self))
            .or_else(|| choices::words(self))
            .or_else(|| wording::words(self))
            .or_else(|| media::words(self))
            .or_else(|| repeats::words(self))
            .or_else(|| expressions::words(self))
            // Every variant has its words: `every_fault_has_words_and_its_own_code` holds this to be so.
            .unwrap_or_else(|| error("XF000", "问卷有误。", "The questionnaire is wrong."))
    }

    fn of_workbook(&self) -> Option<Words> {
        Some(match self {
            Self::BrokenWorkbook { reason } => error(
                "XF001",
                format!("无法读取，不是完整的 .xlsx 工作簿（{reason}）。"),
                format!("It cannot be read as an .xlsx workbook ({reason})."),
            )
            .mend(
                "请用 Excel 或 WPS 打开原文件，另存为“Excel 工作簿 (.xlsx)”后再上传；有密码的请先取消密码。",
                "Open it in Excel or WPS, save it as “Excel Workbook (.xlsx)” without a password, and upload that.",
            ),
            Self::EmptyFile => error("XF002", "文件是空的。", "The file is empty.")
                .mend("请检查上传的是不是正确的文件。", "Check that it is the right file."),
            Self::MissingSheet { sheet, suggestion } => error(
                "XF003",
                format!("缺少名为 {sheet} 的工作表。"),
                format!("There is no sheet named {sheet}."),
            )
            .mend(
                suggestion.as_ref().map_or_else(
                    || format!("请新建工作表 {sheet}。"),
                    |near| format!("请把工作表“{near}”改名为 {sheet}。"),
                ),
                suggestion
                    .as_ref()
                    .map_or_else(|| format!("Add a sheet {sheet}."), |near| format!("Rename the sheet “{near}” to {sheet}.")),
            ),
            Self::MissingColumn { column, suggestion } => error(
                "XF004",
                format!("缺少 {column} 列。"),
                format!("The column {column} is missing."),
            )
            .mend(
                suggestion.as_ref().map_or_else(
                    || format!("请在第一行加上列名 {column}。"),
                    |near| format!("请把列名“{near}”改为 {column}。"),
                ),
                suggestion.as_ref().map_or_else(
                    || format!("Add the header {column} to the first row."),
                    |near| format!("Rename the header “{near}” to {column}."),
                ),
            ),
            Self::UnknownColumn { header, suggestion } => warning(
                "XF005",
                format!("不认识列名“{header}”，整列没有读取。"),
                format!("The header “{header}” is not known, so the column was not read."),
            )
            .meant(
                suggestion.as_deref(),
                "如果只是备注，可以不管。",
                "If it only holds notes, nothing needs to be done.",
            ),
            Self::DuplicateColumn { header, other } => error(
                "XF006",
                format!("列名“{header}”与“{other}”含义相同，不知道该用哪一列。"),
                format!("The headers “{header}” and “{other}” mean the same column."),
            )
            .mend("请只保留一列。", "Keep one of them."),
            Self::NoQuestions => error("XF007", "没有任何题目。", "There are no questions.")
                .mend("请从第二行起每行写一道题。", "Write one question a row, from the second row on."),
            Self::TooLarge { most } => error(
                "XF008",
                format!("内容太多，超过了上限（{most}）。"),
                format!("It is larger than the limit ({most})."),
            )
            .mend(
                "请删去多余的行、列和图片；整列设了格式的，请删除空白行列后再保存。",
                "Remove rows, columns and pictures that are not needed, and delete empty formatted ones.",
            ),
            Self::UnsupportedColumn { header } => error(
                "XF009",
                format!("这里用到了 XLSForm 的“{header}”功能，目前还不支持。"),
                format!("The XLSForm feature “{header}” is used here and is not supported yet."),
            )
            .mend("请清空这一格，换一种问法。", "Clear the cell and ask in another way."),
            Self::UnsupportedSheet { sheet } => error(
                "XF086",
                match sheet.as_str() {
                    "entities" => "entities 工作表会让一份答卷建立或更新“实体”（可供其他问卷引用的人或物的名册），本系统有意不做：名册由抽样框管理，与答案分开保存。".to_owned(),
                    _ => format!("用到了 XLSForm 的 {sheet} 工作表，目前还不支持。"),
                },
                match sheet.as_str() {
                    "entities" => "The sheet entities makes a submission create or change entities, a list of people or things that other forms use. That is left out on purpose: lists of people are the sampling frame's, kept apart from answers.".to_owned(),
                    _ => format!("The XLSForm sheet {sheet} is used and is not supported yet."),
                },
            )
            .mend(
                "请删除这张表；有 save_to 列的，也请清空。",
                "Remove the sheet; where there is a column save_to, clear it too.",
            ),
            Self::IgnoredColumn { header } => warning(
                "XF085",
                format!("“{header}”列对网页问卷不起作用，没有读取。"),
                format!("The column “{header}” has no effect on web questionnaires and was not read."),
            ),
            Self::RowBeyondTypes { text } => error(
                "XF087",
                format!("这一行没有 type，却写了内容（{text}）。"),
                format!("This row has no type but holds “{text}”."),
            )
            .mend("请补上题型，或清空这一行。", "Give it a type, or clear the row."),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests;
