//! What is said about an import, `LS…`: faults of the file, and what could not be carried over.

use crate::diagnostic::{Diagnostic, Place};
use crate::text::Text;

/// Something to be said.
#[derive(Clone, Debug)]
pub(super) enum Remark {
    NotXml {
        reason: String,
    },
    NotASurvey,
    NoQuestions,
    TooLarge,
    CannotWrite {
        reason: String,
    },
    /// A question of a type that has no counterpart.
    Type {
        kind: char,
    },
    /// A question without the answers or rows that its type has.
    Unfinished,
    /// A condition of LimeSurvey's that has no counterpart.
    Condition {
        source: String,
    },
    /// A computation that has no counterpart.
    Equation {
        source: String,
    },
    /// A rule for answers that has no counterpart.
    Rule {
        name: String,
        value: String,
    },
    /// Behaviour that has no counterpart.
    Behaviour {
        name: String,
    },
    /// Pictures, films or scripts in words.
    Markup,
    /// `{…}` in words.
    Placeholder {
        source: String,
    },
    /// A code that cannot be a name, or that two things have.
    Renamed {
        from: String,
        to: String,
    },
    /// Words that are missing; the code stands for them.
    NoWords,
    /// Conditions in the old table.
    OldConditions {
        count: usize,
    },
    /// Parts of the survey beside its questions.
    Beside {
        zh: &'static str,
        en: &'static str,
    },
}

impl Remark {
    /// The remark as a diagnostic at a place.
    pub(super) fn at(self, place: Place) -> Diagnostic {
        let (code, is_error, (zh, en), (mend_zh, mend_en)) = self.parts();
        let (message, mend) = (Text::zh_en(zh, en), Text::zh_en(mend_zh, mend_en));
        match is_error {
            true => Diagnostic::error(code, place, message, mend),
            false => Diagnostic::warning(code, place, message, mend),
        }
    }

    fn parts(self) -> (&'static str, bool, (String, String), (&'static str, &'static str)) {
        let plain = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
        let by_hand = ("请在做出的表格里补上。", "Add it in the workbook by hand.");
        match self {
            Self::NotXml { reason } => (
                "LS001",
                true,
                (
                    format!("不是完整的 XML（{reason}）。"),
                    format!("This is not well-formed XML ({reason})."),
                ),
                (
                    "请在 LimeSurvey 里重新导出“问卷结构 (.lss)”。",
                    "Export the survey structure (.lss) from LimeSurvey again.",
                ),
            ),
            Self::NotASurvey => (
                "LS002",
                true,
                plain(
                    "不是 LimeSurvey 的问卷结构。",
                    "This is no survey structure of LimeSurvey's.",
                ),
                (
                    "请导出整份问卷（.lss），不是题组（.lsg）、单题（.lsq）或者数据。",
                    "Export the whole survey (.lss), not a group (.lsg), a question (.lsq) or data.",
                ),
            ),
            Self::NoQuestions => (
                "LS003",
                true,
                plain(
                    "没有能转过来的题目。",
                    "There is no question that can be carried over.",
                ),
                ("", ""),
            ),
            Self::TooLarge => (
                "LS004",
                true,
                plain("文件超过 32 MB。", "The file is larger than 32 MB."),
                (
                    "请去掉问卷里嵌入的图片再导出。",
                    "Take pictures out of the survey and export it again.",
                ),
            ),
            Self::CannotWrite { reason } => (
                "LS005",
                true,
                (
                    format!("写不出表格（{reason}）。"),
                    format!("The workbook cannot be written ({reason})."),
                ),
                ("请缩短最长的文字。", "Shorten the longest words."),
            ),
            Self::Type { kind } => {
                let (zh, en) = type_name(kind);
                (
                    "LS010",
                    false,
                    (
                        format!("题型“{zh}”没有对应的写法，这一题没有转过来。"),
                        format!("There is no counterpart of the type \"{en}\"; the question was left out."),
                    ),
                    by_hand,
                )
            }
            Self::Unfinished => (
                "LS021",
                false,
                plain(
                    "这一题还没有选项或者子题，没有转过来。",
                    "It has no answers or rows yet; the question was left out.",
                ),
                by_hand,
            ),
            Self::Condition { source } => (
                "LS011",
                false,
                (
                    format!("出现条件没有转过来，现在总会问到：{source}。"),
                    format!("The condition was not carried over, so that it is always asked: {source}."),
                ),
                ("请在 relevant 列里补上。", "Add it in the column relevant."),
            ),
            Self::Equation { source } => (
                "LS012",
                false,
                (
                    format!("计算没有转过来，这一题略去了：{source}。"),
                    format!("The computation was not carried over and the question left out: {source}."),
                ),
                by_hand,
            ),
            Self::Rule { name, value } => (
                "LS013",
                false,
                (
                    format!("对答案的要求 {name} = {value} 没有转过来。"),
                    format!("The rule for answers {name} = {value} was not carried over."),
                ),
                (
                    "需要的话，请写进 constraint 列。",
                    "Where it is needed, write it into the column constraint.",
                ),
            ),
            Self::Behaviour { name } => (
                "LS014",
                false,
                (
                    format!("设置 {name} 没有对应的写法，没有转过来。"),
                    format!("The setting {name} has no counterpart and was not carried over."),
                ),
                ("", ""),
            ),
            Self::Markup => (
                "LS015",
                false,
                plain(
                    "文字里的图片、影片、链接或者脚本没有转过来，只留下了文字。",
                    "Pictures, films, links or scripts in the words were not carried over, only the words.",
                ),
                (
                    "图片和录音请用 media::image、media::audio 列。",
                    "For pictures and recordings use the columns media::image and media::audio.",
                ),
            ),
            Self::Placeholder { source } => (
                "LS016",
                false,
                (
                    format!("文字里的 {{{source}}} 没有对应的写法，原样留下了。"),
                    format!("{{{source}}} in the words has no counterpart and was left as it is."),
                ),
                ("请改写这句话。", "Rewrite the sentence."),
            ),
            Self::Renamed { from, to } => (
                "LS017",
                false,
                (
                    format!("代码“{from}”不能用作名称或者重复了，改成“{to}”。"),
                    format!("The code \"{from}\" cannot be a name or is used twice; it is \"{to}\" now."),
                ),
                ("", ""),
            ),
            Self::NoWords => (
                "LS018",
                false,
                plain(
                    "没有文字，用代码代替。",
                    "It has no words; the code stands for them.",
                ),
                (
                    "读屏软件要读出题目，请写上文字。",
                    "A screen reader reads the words out: write some.",
                ),
            ),
            Self::OldConditions { count } => (
                "LS019",
                false,
                (
                    format!("旧式的条件表里有 {count} 条，没有转过来。"),
                    format!("The old table of conditions has {count} entries, which were not carried over."),
                ),
                (
                    "请先导入较新的 LimeSurvey 再导出，条件会变成表达式。",
                    "Import the survey into a newer LimeSurvey and export it again: conditions become expressions.",
                ),
            ),
            Self::Beside { zh, en } => (
                "LS020",
                false,
                (
                    format!("{zh}没有转过来。"),
                    format!("{en} were not carried over."),
                ),
                ("", ""),
            ),
        }
    }
}

/// LimeSurvey's name of a type.
fn type_name(kind: char) -> (&'static str, &'static str) {
    match kind {
        'I' => ("语言切换", "language switch"),
        _ => ("未知", "unknown"),
    }
}

/// Remarks with the group and question that they are about.
pub(super) struct Remarks {
    file: String,
    at: String,
    all: Vec<Diagnostic>,
}

impl Remarks {
    pub(super) fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            at: String::new(),
            all: Vec::new(),
        }
    }

    /// What the following remarks are about: a group and a question by their codes.
    pub(super) fn about(&mut self, group: &str, question: &str) {
        self.at = match question {
            "" => group.to_owned(),
            _ => format!("{group} / {question}"),
        };
    }

    pub(super) fn add(&mut self, remark: Remark) {
        let mut place = Place::file(self.file.as_str());
        if !self.at.is_empty() {
            place = place.field(self.at.as_str());
        }
        let found = remark.at(place);
        if !self.all.contains(&found) {
            self.all.push(found);
        }
    }

    pub(super) fn finish(self) -> Vec<Diagnostic> {
        self.all
    }
}
