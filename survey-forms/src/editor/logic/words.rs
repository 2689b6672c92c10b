//! Conditions and rules in words, Chinese and English.

use super::{Comparator, Condition, Conditions, Join, Rule, Rules, Subjects};
use crate::text::Text;

/// Columns of a question's words that are shown; a Chinese character takes two.
const SHOWN: usize = 80;

fn short(words: &str) -> String {
    let line = words.lines().next().unwrap_or_default().trim();
    let mut width = 0;
    let end = line.char_indices().find(|(_, sign)| {
        width += if sign.is_ascii() { 1 } else { 2 };
        width > SHOWN
    });
    match end {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// What stands for a question or choice in a language: its words, else its name.
fn called(label: Option<&Text>, name: &str, lang: &str) -> String {
    match label.map_or("", |label| label.get(lang)) {
        "" => name.to_owned(),
        words => short(words),
    }
}

impl Conditions {
    /// In words.
    pub(in super::super) fn told(&self, subjects: &Subjects) -> Text {
        if self.conditions.is_empty() {
            return Text::new();
        }
        let each = |lang: &str| self.each(subjects, lang);
        let (zh, en) = match self.join {
            Join::All => (each("zh").join("，而且"), each("en").join(" and ")),
            Join::Any => (each("zh").join("，或者"), each("en").join(" or ")),
        };
        let gap = if zh.ends_with(|c: char| c.is_ascii_alphanumeric()) {
            " "
        } else {
            ""
        };
        Text::zh_en(format!("只有当{zh}{gap}时才问"), format!("Asked only if {en}"))
    }

    /// The conditions one by one; where one of several values of a question is enough, the question is said once.
    fn each(&self, subjects: &Subjects, lang: &str) -> Vec<String> {
        let mut said: Vec<String> = Vec::new();
        let mut last: Option<&Condition> = None;
        for one in &self.conditions {
            let goes_on = self.join == Join::Any
                && matches!(one.comparator, Comparator::Is | Comparator::Chosen)
                && last
                    .is_some_and(|last| last.question == one.question && last.comparator == one.comparator);
            match said.last_mut() {
                Some(before) if goes_on => {
                    let value = value(one, 0, subjects, lang);
                    match lang {
                        "zh" => before.push_str(&format!("或{}", spaced(&value))),
                        _ => before.push_str(&format!(" or {value}")),
                    }
                }
                _ => said.push(condition(one, subjects, lang)),
            }
            last = Some(one);
        }
        said
    }
}

/// What an answer must satisfy, in words; the expression itself where it has no menu's shape. `choices` are those of the
/// question.
pub(in super::super) fn ruled(expression: &str, choices: &[(String, Text)]) -> Text {
    if let Some(rules) = Rules::read(expression) {
        return rules.words();
    }
    let Some(alone) = super::rules::alone_each(expression) else {
        return Text::zh_en(
            format!("答案要满足 {expression}"),
            format!("The answer must satisfy {expression}"),
        );
    };
    let each = |lang: &str, between: &str| {
        let called = alone.iter().map(|name| {
            let choice = choices.iter().find(|(known, _)| known == name);
            format!("“{}”", called(choice.map(|(_, label)| label), name, lang))
        });
        called.collect::<Vec<_>>().join(between)
    };
    Text::zh_en(
        format!("选了{}就不能再选别的", each("zh", "")),
        format!("{} can only be chosen alone", each("en", ", ")),
    )
}

/// An expression that menus cannot say, in words around it.
pub(in super::super) fn untold(expression: &str) -> Text {
    Text::zh_en(
        format!("只有当 {expression} 时才问"),
        format!("Asked only if {expression}"),
    )
}

/// A value of a condition: a choice by its words, in quotation marks.
fn value(condition: &Condition, at: usize, subjects: &Subjects, lang: &str) -> String {
    let value = condition.values.get(at).map_or("", String::as_str);
    let subject = subjects.get(&condition.question);
    let choice = subject.and_then(|subject| subject.choices.iter().find(|(name, _)| name == value));
    match choice {
        Some((name, label)) => format!("“{}”", called(Some(label), name, lang)),
        None => value.to_owned(),
    }
}

fn condition(condition: &Condition, subjects: &Subjects, lang: &str) -> String {
    let subject = subjects.get(&condition.question);
    let question = called(subject.map(|subject| &subject.label), &condition.question, lang);
    let is_day = subject
        .is_some_and(|subject| matches!(subject.kind, super::RowKind::Date | super::RowKind::DateTime));
    let said = if lang == "zh" { chinese } else { english };
    let value = |at| value(condition, at, subjects, lang);
    said(condition.comparator, (&question, is_day), &value(0), &value(1))
}

fn chinese(comparator: Comparator, (question, is_day): (&str, bool), value: &str, other: &str) -> String {
    let said = match comparator {
        Comparator::Is => format!("是{}", spaced(value)),
        Comparator::IsNot => format!("不是{}", spaced(value)),
        Comparator::IsEither => format!("是{}或{}", spaced(value), spaced(other)),
        Comparator::Chosen => format!("选了{}", spaced(value)),
        Comparator::NotChosen => format!("没有选{}", spaced(value)),
        Comparator::AtLeast if is_day => format!("不早于 {value}"),
        Comparator::AtMost if is_day => format!("不晚于 {value}"),
        Comparator::MoreThan if is_day => format!("晚于 {value}"),
        Comparator::LessThan if is_day => format!("早于 {value}"),
        Comparator::AtLeast => format!("不小于 {value}"),
        Comparator::AtMost => format!("不大于 {value}"),
        Comparator::MoreThan => format!("大于 {value}"),
        Comparator::LessThan => format!("小于 {value}"),
        Comparator::Between => format!("在 {value} 到 {other} 之间"),
        Comparator::ChosenAtLeast => format!("至少选了 {value} 项"),
        Comparator::ChosenAtMost => format!("至多选了 {value} 项"),
        Comparator::Answered => "已回答".to_owned(),
        Comparator::NotAnswered => "没有回答".to_owned(),
    };
    format!("“{question}”{said}")
}

/// A blank before what is not in quotation marks.
fn spaced(value: &str) -> String {
    if value.starts_with('“') {
        value.to_owned()
    } else {
        format!(" {value}")
    }
}

fn english(comparator: Comparator, (question, is_day): (&str, bool), value: &str, other: &str) -> String {
    let said = match comparator {
        Comparator::Is => format!("is {value}"),
        Comparator::IsNot => format!("is not {value}"),
        Comparator::IsEither => format!("is {value} or {other}"),
        Comparator::Chosen => format!("includes {value}"),
        Comparator::NotChosen => format!("does not include {value}"),
        Comparator::AtLeast if is_day => format!("is not before {value}"),
        Comparator::AtMost if is_day => format!("is not after {value}"),
        Comparator::MoreThan if is_day => format!("is after {value}"),
        Comparator::LessThan if is_day => format!("is before {value}"),
        Comparator::AtLeast => format!("is at least {value}"),
        Comparator::AtMost => format!("is at most {value}"),
        Comparator::MoreThan => format!("is more than {value}"),
        Comparator::LessThan => format!("is less than {value}"),
        Comparator::Between => format!("is from {value} to {other}"),
        Comparator::ChosenAtLeast => format!("has at least {value} chosen"),
        Comparator::ChosenAtMost => format!("has at most {value} chosen"),
        Comparator::Answered => "is answered".to_owned(),
        Comparator::NotAnswered => "is not answered".to_owned(),
    };
    format!("“{question}” {said}")
}

impl Rules {
    /// In words: `答案要在 0 到 120 之间`.
    pub fn words(&self) -> Text {
        if self.0.is_empty() {
            return Text::new();
        }
        let each = |lang: &str| -> Vec<String> {
            let rules = self.0.iter();
            rules.map(|one| rule(one).get(lang).to_owned()).collect()
        };
        Text::zh_en(
            format!("答案{}", each("zh").join("，而且")),
            format!("The answer must be {}", each("en").join(" and ")),
        )
    }
}

/// Limits in words: what is said of both, of the least alone, of the most alone.
fn limits(least: Option<String>, most: Option<String>, words: [(&str, &str); 3]) -> Text {
    let which = match (&least, &most) {
        (Some(_), Some(_)) => words[0],
        (Some(_), None) => words[1],
        (None, Some(_)) => words[2],
        (None, None) => return Text::new(),
    };
    let (least, most) = (least.unwrap_or_default(), most.unwrap_or_default());
    let fill = |words: &str| words.replace("{least}", &least).replace("{most}", &most);
    Text::zh_en(fill(which.0), fill(which.1))
}

fn rule(rule: &Rule) -> Text {
    let said = |limit: &Option<u32>| limit.map(|limit| limit.to_string());
    match rule {
        Rule::Number { least, most } => limits(
            least.map(|least| least.to_string()),
            most.map(|most| most.to_string()),
            [
                ("要在 {least} 到 {most} 之间", "from {least} to {most}"),
                ("要不小于 {least}", "at least {least}"),
                ("要不大于 {most}", "at most {most}"),
            ],
        ),
        Rule::Length { least, most } => limits(
            said(least),
            said(most),
            [
                (
                    "要有 {least} 到 {most} 个字",
                    "from {least} to {most} characters long",
                ),
                ("至少 {least} 个字", "at least {least} characters long"),
                ("最多 {most} 个字", "at most {most} characters long"),
            ],
        ),
        Rule::Chosen { least, most } => limits(
            said(least),
            said(most),
            [
                ("要选 {least} 到 {most} 项", "from {least} to {most} choices"),
                ("至少选 {least} 项", "at least {least} choices"),
                ("最多选 {most} 项", "at most {most} choices"),
            ],
        ),
        Rule::Day { from, to } => limits(
            from.clone(),
            to.clone(),
            [
                ("要在 {least} 到 {most} 之间", "from {least} to {most}"),
                ("要不早于 {least}", "not before {least}"),
                ("要不晚于 {most}", "not after {most}"),
            ],
        ),
        Rule::NotInFuture => Text::zh_en("要不晚于答题当天", "not after the day of answering"),
        Rule::NotInPast => Text::zh_en("要不早于答题当天", "not before the day of answering"),
        Rule::Alone { choice } => Text::zh_en(
            format!("选了 {choice} 就不能再选别的"),
            format!("nothing else where {choice} is chosen"),
        ),
        Rule::MobilePhone => Text::zh_en("要是手机号码", "the number of a mobile phone"),
        Rule::IdNumber => Text::zh_en("要是身份证号", "a resident identity number"),
        Rule::PostalCode => Text::zh_en("要是邮政编码", "a postal code"),
        Rule::Pattern { pattern } => {
            Text::zh_en(format!("要符合格式 {pattern}"), format!("of the form {pattern}"))
        }
    }
}
