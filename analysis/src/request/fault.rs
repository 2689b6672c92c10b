//! The catalogue of what can be wrong with a request and its data: codes ES001 onwards.
//!
//! A code is never given to another fault: ES005, "not supported yet", has retired.

use survey_forms::diagnostic::{Diagnostic, Place, nearest};
use survey_forms::text::Text;

use crate::design::{DesignError, DesignFault};

/// Collects faults; nothing stops at the first.
#[derive(Debug, Default)]
pub(super) struct Faults {
    list: Vec<Diagnostic>,
}

impl Faults {
    /// Whether nothing is wrong so far.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The result, unless something is wrong.
    pub(super) fn into_result<T>(self, value: T) -> Result<T, Vec<Diagnostic>> {
        if self.list.is_empty() {
            Ok(value)
        } else {
            Err(self.list)
        }
    }

    /// All faults so far, when there is any.
    pub(super) fn check(&mut self) -> Result<(), Vec<Diagnostic>> {
        std::mem::take(self).into_result(())
    }

    /// Adds a fault of the catalogue; ES018 has its words in `calibrate/fault.rs`.
    pub(super) fn push(
        &mut self,
        code: &'static str,
        place: Place,
        zh: String,
        en: String,
        mend: (String, String),
    ) {
        let (message, mend) = (Text::zh_en(zh, en), Text::zh_en(mend.0, mend.1));
        self.list.push(Diagnostic::error(code, place, message, mend));
    }

    /// ES001: the request is not JSON.
    pub(super) fn not_json(&mut self, error: &serde_json::Error) {
        let row = u32::try_from(error.line()).unwrap_or(u32::MAX);
        self.push(
            "ES001",
            Place::unknown().row(row),
            format!(
                "请求不是合法的 JSON（第 {} 行第 {} 列）。",
                error.line(),
                error.column()
            ),
            format!("the request is not valid JSON: {error}."),
            (
                "请检查括号、引号和逗号；引号和冒号须为半角。".into(),
                "Check brackets, quotes and commas; quotes and colons must be plain ASCII.".into(),
            ),
        );
    }

    /// ES002: a key that the contract does not know.
    pub(super) fn unknown_key(&mut self, path: &str, key: &str, known: &[&str]) {
        let field = join(path, key);
        self.push(
            "ES002",
            Place::unknown().field(&field),
            format!("不认识的键 {key}。"),
            format!("unknown key {key}."),
            suggestion(key, known),
        );
    }

    /// ES003: a key that must be there.
    pub(super) fn missing_key(&mut self, path: &str, key: &str) {
        let field = join(path, key);
        self.push(
            "ES003",
            Place::unknown().field(&field),
            format!("缺少必填的键 {key}。"),
            format!("the key {key} is required."),
            Default::default(),
        );
    }

    /// ES004: a value that the key cannot have.
    pub(super) fn bad_value(&mut self, field: &str, found: &serde_json::Value, expected: (&str, &str)) {
        let found = found.to_string();
        let shown: String = found.chars().take(60).collect();
        self.push(
            "ES004",
            Place::unknown().field(field),
            format!("值 {shown} 不合规定，应为{}。", expected.0),
            format!("the value {shown} does not fit; expected {}.", expected.1),
            Default::default(),
        );
    }

    /// ES004: a name that is not one of a list.
    pub(super) fn bad_name(&mut self, field: &str, found: &str, known: &[&str]) {
        self.push(
            "ES004",
            Place::unknown().field(field),
            format!("不认识的取值 {found}。"),
            format!("unknown value {found}."),
            suggestion(found, known),
        );
    }

    /// ES007: a column that the file does not have.
    pub(super) fn unknown_column(&mut self, field: &str, column: &str, file: &str, known: &[String]) {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        self.push(
            "ES007",
            Place::unknown().field(field),
            format!("数据文件 {file} 中没有列 {column}。"),
            format!("the data file {file} has no column {column}."),
            suggestion(column, &known),
        );
    }

    /// ES008: a column name that occurs twice.
    pub(super) fn duplicate_column(&mut self, file: &str, column: &str) {
        self.push(
            "ES008",
            Place::file(file).column(column),
            format!("列名 {column} 出现不止一次。"),
            format!("the column name {column} occurs more than once."),
            (
                "请改名，使列名唯一。".into(),
                "Rename it so that column names are unique.".into(),
            ),
        );
    }

    /// ES010: a weight that is not positive.
    pub(super) fn bad_weight(&mut self, place: Place, value: f64) {
        self.push(
            "ES010",
            place,
            format!("权数 {value} 不是正数。"),
            format!("the weight {value} is not positive."),
            (
                "每行的权数须大于 0。".into(),
                "Every row needs a weight above 0.".into(),
            ),
        );
    }

    /// ES011: a row without a value that the design or calibration needs.
    pub(super) fn missing_value(&mut self, place: Place, field: &str) {
        self.push(
            "ES011",
            place,
            format!("{field} 不允许有缺失值。"),
            format!("{field} must not have missing values."),
            (
                "请补上数值，或先删去这一行。".into(),
                "Fill it in, or leave the row out.".into(),
            ),
        );
    }

    /// ES012 to ES016: faults of the design, with the columns that the request named.
    pub(super) fn design(&mut self, error: DesignError, place: impl Fn(&str, usize, Option<usize>) -> Place) {
        // Sizes and fractions that are mixed make no sense of what follows from them.
        let mixed = error
            .faults
            .iter()
            .any(|fault| matches!(fault, DesignFault::FpcValue { .. }));
        for fault in error.faults {
            let (code, at, zh, en, mend) = match &fault {
                DesignFault::NotNested {
                    id,
                    first,
                    second,
                    row,
                } => (
                    "ES012",
                    place("ids", 1, Some(*row)),
                    format!("群编号 {id} 同时出现在层 {first} 和层 {second} 中。"),
                    format!("PSU {id} occurs in stratum {first} and stratum {second}."),
                    (
                        "若编号只在层内唯一，请设 \"nest\": true。",
                        "If ids are numbered within strata, set \"nest\": true.",
                    ),
                ),
                DesignFault::FpcValue { row, stage, value } => (
                    "ES013",
                    place("fpc", *stage, Some(*row)),
                    format!(
                        "第 {stage} 阶段的 fpc 值 {value} 不合规定：须全部为不小于 1 的总体单位数，或全部为 (0, 1] 内的抽样比。"
                    ),
                    format!(
                        "the fpc {value} of stage {stage} is neither a population size of at least 1 nor, throughout, a fraction in (0, 1]."
                    ),
                    (
                        "请统一改为总体单位数或抽样比。",
                        "Use population sizes throughout, or fractions throughout.",
                    ),
                ),
                DesignFault::FpcVaries { .. } | DesignFault::FpcTooSmall { .. } if mixed => continue,
                DesignFault::FpcVaries {
                    row,
                    stage,
                    stratum,
                    first,
                    second,
                } => (
                    "ES014",
                    place("fpc", *stage, Some(*row)),
                    format!("同一层 {stratum} 内第 {stage} 阶段的 fpc 不一致：{first} 与 {second}。"),
                    format!(
                        "the fpc {second} of stage {stage} differs from {first} in the same stratum {stratum}."
                    ),
                    (
                        "同一层只能有一个总体单位数。",
                        "A stratum has one population size.",
                    ),
                ),
                DesignFault::FpcTooSmall {
                    stage,
                    stratum,
                    sampled,
                    population,
                    row,
                } => (
                    "ES015",
                    place("fpc", *stage, Some(*row)),
                    format!(
                        "层 {stratum} 第 {stage} 阶段抽取了 {sampled} 个单位，超过总体的 {population} 个。"
                    ),
                    format!(
                        "{sampled} units of stratum {stratum} were sampled at stage {stage}, but the population is {population}."
                    ),
                    (
                        "总体单位数不能小于样本单位数。",
                        "The population cannot be smaller than the sample.",
                    ),
                ),
                DesignFault::Lonely { stage, stratum } => (
                    "ES016",
                    place("strata", *stage, None),
                    format!("层 {stratum} 在第 {stage} 阶段只有一个抽样单位，无法估计方差。"),
                    format!(
                        "stratum {stratum} has a single sampled unit at stage {stage}, so that its variance cannot be estimated."
                    ),
                    (
                        "请合并层，或设 \"lonely_psu\" 为 remove、adjust、certainty 或 average。",
                        "Merge strata, or set \"lonely_psu\" to remove, adjust, certainty or average.",
                    ),
                ),
                DesignFault::Missing { row, column, stage } => (
                    "ES011",
                    place(column, *stage, Some(*row)),
                    format!("第 {stage} 阶段的 {column} 缺失。"),
                    format!("the {column} of stage {stage} is missing."),
                    (
                        "请补上数值，或先删去这一行。",
                        "Fill it in, or leave the row out.",
                    ),
                ),
                DesignFault::Weight { row, value } => (
                    "ES010",
                    place("weights", 1, Some(*row)),
                    format!("权数 {value} 不是非负有限数。"),
                    format!("the weight {value} is not a finite number of at least 0."),
                    ("请更正，或删去这一行。", "Correct it, or take the row out."),
                ),
                DesignFault::Length { .. } | DesignFault::Empty => (
                    "ES019",
                    place("data", 1, None),
                    "数据没有任何行。".to_owned(),
                    "the data have no rows.".to_owned(),
                    ("请检查表头下是否有数据。", "Is there data below the header?"),
                ),
            };
            self.push(code, at, zh, en, (mend.0.to_owned(), mend.1.to_owned()));
        }
    }

    /// ES021: more levels or domains than an answer can tell.
    pub(super) fn too_many(&mut self, field: &str, what: &str, found: usize, limit: usize) {
        self.push(
            "ES021",
            Place::unknown().field(field),
            format!("{what} 有 {found} 个不同取值，最多 {limit} 个。"),
            format!("{what} has {found} different values; at most {limit} are told apart."),
            (
                "这像是编号列；请改用分类列，或先合并取值。".into(),
                "It looks like a column of ids; use one of categories, or merge values first.".into(),
            ),
        );
    }

    /// ES017: a value asked for that the column does not have.
    pub(super) fn unknown_level(&mut self, field: &str, column: &str, value: &str, known: &[String]) {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        self.push(
            "ES017",
            Place::unknown().field(field),
            format!("列 {column} 中没有取值 {value}。"),
            format!("the column {column} has no value {value}."),
            suggestion(value, &known),
        );
    }

    /// ES004: a column that should tell two groups apart.
    pub(super) fn not_two_levels(&mut self, field: &str, column: &str, levels: &[String]) {
        let (found, list) = (
            levels.len(),
            levels.iter().take(10).cloned().collect::<Vec<_>>().join(", "),
        );
        self.push(
            "ES004",
            Place::unknown().field(field),
            format!("列 {column} 应恰有两个取值，实有 {found} 个：{list}。"),
            format!("the column {column} should have two values, but has {found}: {list}."),
            Default::default(),
        );
    }
}

/// `estimates[0]` and `of` make `estimates[0].of`.
pub(super) fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// A near-miss, or all that is known when that is little.
pub(super) fn suggestion(name: &str, known: &[&str]) -> (String, String) {
    match nearest(name, known.iter().copied()) {
        Some(near) => (format!("是否想写 {near}？"), format!("Did you mean {near}?")),
        None if known.len() <= 20 => {
            let list = known.join(", ");
            (format!("可用：{list}。"), format!("Known: {list}."))
        }
        None => Default::default(),
    }
}
