//! The words of what stands against a new version.

use super::{Place, Reason};
use crate::diagnostic::Diagnostic;
use crate::text::Text;

/// Where a change is seen in the new workbook.
pub(super) struct Cell {
    sheet: &'static str,
    row: u32,
    column: String,
}

impl Cell {
    /// A cell of the survey sheet.
    pub(super) fn survey(row: u32, column: &str) -> Self {
        Self {
            sheet: "survey",
            row,
            column: column.to_owned(),
        }
    }

    /// A cell of the choices sheet.
    pub(super) fn choices(row: u32, column: &str) -> Self {
        Self {
            sheet: "choices",
            row,
            column: column.to_owned(),
        }
    }

    /// A column, where the row is what is missing.
    pub(super) fn sheet(sheet: &'static str, column: String) -> Self {
        Self {
            sheet,
            row: 0,
            column,
        }
    }
}

/// What is different.
#[derive(Clone, Debug)]
pub(super) enum Change {
    Gone {
        question: String,
        row: u32,
        reason: Reason,
    },
    Renamed {
        question: String,
        now: String,
        reason: Reason,
    },
    Type {
        question: String,
        before: &'static str,
        now: &'static str,
        reason: Reason,
    },
    Range {
        question: String,
        reason: Reason,
    },
    Page {
        question: String,
        before: String,
        now: String,
    },
    ChoiceGone {
        question: String,
        choice: String,
        row: u32,
        reason: Reason,
    },
    Recoded {
        question: String,
        choice: String,
        now: String,
        reason: Reason,
    },
    Missing {
        question: String,
        choice: String,
        reason: Reason,
    },
    Step {
        question: String,
        choice: String,
        reason: Reason,
    },
    Required {
        question: String,
    },
    Conflict {
        question: String,
        count: usize,
        said: Text,
    },
    Condition {
        question: String,
        column: &'static str,
        reason: Reason,
    },
    NewRequired {
        question: String,
    },
    LanguageGone {
        language: String,
    },
    Wording {
        question: String,
        reason: Reason,
    },
    Recording {
        question: String,
        recording: String,
    },
    Order {
        what: String,
    },
}

impl Reason {
    fn zh(&self) -> String {
        match self {
            Self::Used(by) => format!("{}要用它", by.join("、")),
            Self::Answered => "测评已经开始，可能已有人答过".to_owned(),
        }
    }

    fn en(&self) -> String {
        match self {
            Self::Used(by) => format!("it is needed by {}", by.join(", ")),
            Self::Answered => "fieldwork has begun and it may have been answered".to_owned(),
        }
    }
}

impl Change {
    /// The change as a fault of the new workbook.
    pub(super) fn at(self, cell: Cell, file: &str) -> Diagnostic {
        let mut place = Place::sheet(cell.sheet).column(cell.column).in_file(file);
        if cell.row > 0 {
            place = place.row(cell.row);
        }
        let (message, mend) = self.words();
        if matches!(
            self,
            Self::Wording { .. } | Self::Recording { .. } | Self::Order { .. }
        ) {
            Diagnostic::warning(self.code(), place, message, mend)
        } else {
            Diagnostic::error(self.code(), place, message, mend)
        }
    }

    /// The question that it is about.
    pub(super) fn question(&self) -> Option<&str> {
        match self {
            Self::Gone { question, .. }
            | Self::Renamed { question, .. }
            | Self::Type { question, .. }
            | Self::Range { question, .. }
            | Self::Page { question, .. }
            | Self::ChoiceGone { question, .. }
            | Self::Recoded { question, .. }
            | Self::Missing { question, .. }
            | Self::Step { question, .. }
            | Self::Required { question }
            | Self::Conflict { question, .. }
            | Self::Condition { question, .. }
            | Self::NewRequired { question }
            | Self::Wording { question, .. }
            | Self::Recording { question, .. }
            | Self::Order { what: question } => Some(question),
            Self::LanguageGone { .. } => None,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Gone { .. } => "AM001",
            Self::Renamed { .. } => "AM002",
            Self::Type { .. } => "AM003",
            Self::Range { .. } => "AM004",
            Self::Page { .. } => "AM005",
            Self::ChoiceGone { .. } => "AM010",
            Self::Recoded { .. } => "AM011",
            Self::Missing { .. } => "AM012",
            Self::Step { .. } => "AM013",
            Self::Required { .. } => "AM020",
            Self::Conflict { .. } => "AM021",
            Self::Condition { .. } => "AM022",
            Self::NewRequired { .. } => "AM030",
            Self::LanguageGone { .. } => "AM040",
            Self::Wording { .. } => "AM050",
            Self::Recording { .. } => "AM051",
            Self::Order { .. } => "AM052",
        }
    }

    /// What is wrong and how to mend it.
    fn words(&self) -> (Text, Text) {
        let (zh, en, mend_zh, mend_en) = match self {
            Self::Gone {
                question,
                row,
                reason,
            } => (
                format!("少了题目 {question}（原来在第 {row} 行）：{}。", reason.zh()),
                format!(
                    "the question {question} (row {row} before) is gone: {}.",
                    reason.en()
                ),
                "请放回这道题。".to_owned(),
                "Put it back.".to_owned(),
            ),
            Self::Renamed {
                question,
                now,
                reason,
            } => (
                format!("题目 {question} 改名成了 {now}：{}。", reason.zh()),
                format!("the question {question} was renamed {now}: {}.", reason.en()),
                format!("名称改回 {question}；题目的文字可以改。"),
                format!("Give it back the name {question}; its words may change."),
            ),
            Self::Type {
                question,
                before,
                now,
                reason,
            } => (
                format!(
                    "题目 {question} 的类型从 {before} 变成了 {now}（或者变成自动计算、只读）：{}。",
                    reason.zh()
                ),
                format!(
                    "the question {question} was {before} and is {now}, or is computed or read-only now: {}.",
                    reason.en()
                ),
                "类型改回原来的；另一种问法请加一道新题。".to_owned(),
                "Give it back its type; ask in another way in a new question.".to_owned(),
            ),
            Self::Range { question, reason } => (
                format!("题目 {question} 的数值范围容不下原来的数：{}。", reason.zh()),
                format!(
                    "the range of the question {question} does not hold every value of before: {}.",
                    reason.en()
                ),
                "start、end、step 改回原来的，或者只放宽两头。".to_owned(),
                "Go back to the same start, end and step, or only widen the ends.".to_owned(),
            ),
            Self::ChoiceGone {
                question,
                choice,
                row,
                reason,
            } => (
                format!(
                    "题目 {question} 少了选项 {choice}（原来在第 {row} 行）：{}。",
                    reason.zh()
                ),
                format!(
                    "the question {question} has lost its choice {choice} (row {row} before): {}.",
                    reason.en()
                ),
                "请放回这个选项。".to_owned(),
                "Put it back.".to_owned(),
            ),
            Self::Recoded {
                question,
                choice,
                now,
                reason,
            } => (
                format!(
                    "题目 {question} 的选项 {choice} 改成了代码 {now}：{}。",
                    reason.zh()
                ),
                format!(
                    "the choice {choice} of the question {question} has the code {now} now: {}.",
                    reason.en()
                ),
                format!("代码改回 {choice}；选项的文字可以改。"),
                format!("Give it back the code {choice}; its words may change."),
            ),
            Self::Missing {
                question,
                choice,
                reason,
            } => (
                format!(
                    "题目 {question} 的选项 {choice} 算不算回答，和原来不一样：{}。",
                    reason.zh()
                ),
                format!(
                    "the choice {choice} of the question {question} counted otherwise before: {}.",
                    reason.en()
                ),
                "missing 列改回原来的。".to_owned(),
                "Write in the column missing what stood there.".to_owned(),
            ),
            Self::Step {
                question,
                choice,
                reason,
            } => (
                format!("题目 {question} 是量表，不能再加选项 {choice}：{}。", reason.zh()),
                format!(
                    "the question {question} is a scale, to which the choice {choice} cannot be added: {}.",
                    reason.en()
                ),
                "请删去它，或者在 missing 列写明它不算回答。".to_owned(),
                "Remove it, or say in the column missing that it is no answer.".to_owned(),
            ),
            Self::Required { question } => (
                format!("题目 {question} 比原来更必答：已经跳过它的人会被挡住。"),
                format!("the question {question} must be answered more often than before: who passed it over would be held up."),
                "required 改回原来的。".to_owned(),
                "Write in the column required what stood there.".to_owned(),
            ),
            Self::Conflict { question, count, said } => (
                format!("题目 {question}：已有 {count} 份答案不符合新的条件（{}）。", said.get("zh")),
                format!("the question {question}: {count} answers already given do not satisfy it ({}).", said.get("en")),
                "请放宽条件，使已经给出的回答仍然有效。".to_owned(),
                "Loosen the condition so that the answers already given stay valid.".to_owned(),
            ),
            Self::Condition { question, column, reason } => (
                format!("题目 {question} 的 {column} 变了，前后问的就不是同一些人：{}。", reason.zh()),
                format!("{column} of the question {question} has changed, so that others would be asked than before: {}.", reason.en()),
                "请改回原来的条件；要换问法，等下一轮。".to_owned(),
                "Go back to the condition of before; ask otherwise in the next round.".to_owned(),
            ),
            Self::Page {
                question,
                before,
                now,
            } => (
                format!("题目 {question} 从 {before} 这一页到了 {now} 这一页：正开着那一页的人，交上来的回答会丢。"),
                format!("the question {question} has gone from the page {before} to {now}: what is typed on a page that is open now would be lost."),
                "题目和页（field-list 的组）的归属、名称保持原样。".to_owned(),
                "Leave questions on their pages, and pages (groups with field-list) their names.".to_owned(),
            ),
            Self::NewRequired { question } => (
                format!("新题 {question} 是必答的，答到一半的人会被挡住。"),
                format!("the new question {question} must be answered: who is in the middle would be held up."),
                "新题的 required 留空。".to_owned(),
                "Leave required empty for new questions.".to_owned(),
            ),
            Self::LanguageGone { language } => (
                format!("少了 {language} 这种文字，正在用它的人会突然看到另一种。"),
                format!("the wording in {language} is gone: who reads it would suddenly see another."),
                "请放回这一列。".to_owned(),
                "Put the column back.".to_owned(),
            ),
            Self::Wording { question, reason } => (
                format!("题目 {question} 的说法变了，{}：前后的回答可能不完全可比，报告会列出这次修订。", reason.zh()),
                format!("the words of the question {question} have changed, and {}: answers before and after may not compare; reports list the amendment.", reason.en()),
                String::new(),
                String::new(),
            ),
            Self::Recording { question, recording } => (
                format!("题目 {question} 的文字变了，录音 {recording} 没有变：听的人听到的还是原来的话。"),
                format!("the words of the question {question} have changed and the recording {recording} has not: who listens hears the words of before."),
                "请重新录音，用新的文件名；或者删去录音，由手机朗读。".to_owned(),
                "Record it anew under another file name, or leave the recording out so that the phone reads it aloud.".to_owned(),
            ),
            Self::Order { what } => (
                format!("从题目 {what} 起，顺序和原来不一样：前后的回答可能不完全可比。"),
                format!("from the question {what} on the order is another: answers before and after may not compare."),
                String::new(),
                String::new(),
            ),
        };
        (Text::zh_en(zh, en), Text::zh_en(mend_zh, mend_en))
    }
}
