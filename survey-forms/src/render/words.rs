//! The renderer's own words. They are few: everything else comes from the questionnaire.

use crate::expression::parse_date;
use crate::form::QuestionKind;
use crate::text::Text;

/// Behind the words of a question that must be answered.
pub(super) fn required() -> Text {
    Text::zh_en("（必答）", " (required)")
}

/// Read before an error, so that it is an error without colour too.
pub(super) fn error_prefix() -> Text {
    Text::zh_en("请改正：", "Please correct: ")
}

/// Before the words that a recording says.
pub(super) fn hear() -> Text {
    Text::zh_en("听：", "Listen: ")
}

/// Before the words that a film signs.
pub(super) fn sign() -> Text {
    Text::zh_en("手语：", "Sign language: ")
}

/// Opens a film in sign language.
pub(super) fn watch_sign() -> Text {
    Text::zh_en("看手语", "Watch in sign language")
}

pub(super) fn captions() -> Text {
    Text::zh_en("字幕", "Captions")
}

pub(super) fn choose_several() -> Text {
    Text::zh_en("可以选几项。", "You can choose more than one.")
}

pub(super) fn date_hint() -> Text {
    Text::zh_en(
        "例如：2026年 1月 31日。",
        "For example: year 2026, month 1, day 31.",
    )
}

/// The names of a date's three fields, in their order.
pub(super) fn date_fields() -> [Text; 3] {
    [
        Text::zh_en("年", "Year"),
        Text::zh_en("月", "Month"),
        Text::zh_en("日", "Day"),
    ]
}

/// A range in words; nothing needs to be dragged.
pub(super) fn range_hint(kind: &QuestionKind) -> Text {
    let QuestionKind::Range { start, end, step } = kind else {
        return Text::new();
    };
    let (least, most) = if start <= end { (start, end) } else { (end, start) };
    if (*step - 1.0).abs() < f64::EPSILON && kind.is_whole_range() {
        Text::zh_en(
            format!("填 {least} 到 {most} 之间的整数。"),
            format!("Enter a whole number from {least} to {most}."),
        )
    } else {
        Text::zh_en(
            format!("填 {least} 到 {most} 之间的数字，每 {step} 一档。"),
            format!("Enter a number from {least} to {most}, in steps of {step}."),
        )
    }
}

/// A day as people say it; what is no day, as it is.
pub(super) fn date(value: &str, lang: &str) -> String {
    let Some(date) = parse_date(value) else {
        return value.to_owned();
    };
    let form = if lang.starts_with("zh") {
        "%Y年%-m月%-d日"
    } else {
        "%-d %B %Y"
    };
    date.strftime(form).to_string()
}
