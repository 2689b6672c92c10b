//! The renderer's own words. They are few: everything else comes from the questionnaire.

use crate::expression::parse_date;
use crate::form::{QuestionKind, UploadKind};
use crate::media::upload::most_upload_bytes;
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

/// The parts of an answer with several fields, in their order: what stands behind the question's name in the field's
/// id, and its label.
pub(super) fn fields(kind: &QuestionKind) -> Vec<(&'static str, Text)> {
    let day = || {
        vec![
            ("", Text::zh_en("年", "Year")),
            ("-month", Text::zh_en("月", "Month")),
            ("-day", Text::zh_en("日", "Day")),
        ]
    };
    let clock = |hour| {
        vec![
            (hour, Text::zh_en("时", "Hour")),
            ("-minute", Text::zh_en("分", "Minute")),
        ]
    };
    match kind {
        QuestionKind::Date => day(),
        QuestionKind::Time => clock(""),
        QuestionKind::DateTime => {
            let mut fields = day();
            fields.extend(clock("-hour"));
            fields
        }
        QuestionKind::GeoPoint => vec![
            ("", Text::zh_en("纬度", "Latitude")),
            ("-longitude", Text::zh_en("经度", "Longitude")),
        ],
        _ => Vec::new(),
    }
}

pub(super) fn time_hint() -> Text {
    Text::zh_en(
        "用 24 小时制，例如：下午两点半填 14 时 30 分。",
        "24-hour clock; for example: hour 14, minute 30.",
    )
}

pub(super) fn moment_hint() -> Text {
    Text::zh_en(
        "例如：2026年 1月 31日 14时 30分。",
        "For example: year 2026, month 1, day 31, hour 14, minute 30.",
    )
}

pub(super) fn place_hint() -> Text {
    Text::zh_en(
        "填数字，例如：纬度 38.25，经度 116.5。",
        "Numbers, for example: latitude 38.25, longitude 116.5.",
    )
}

pub(super) fn line_hint() -> Text {
    Text::zh_en(
        "每行一个点，先纬度后经度，例如：38.25 116.5。至少两个点。",
        "One point a line, latitude then longitude, for example: 38.25 116.5. At least two points.",
    )
}

pub(super) fn outline_hint() -> Text {
    Text::zh_en(
        "沿着边界每行写一个点，先纬度后经度，例如：38.25 116.5。至少三个点。",
        "One point a line along the edge, latitude then longitude, for example: 38.25 116.5. At least three points.",
    )
}

/// What can be handed in, and how large it may be.
pub(super) fn file_hint(kind: UploadKind) -> Text {
    let most = most_upload_bytes(kind) >> 20;
    let (zh, en) = match kind {
        UploadKind::Image => (
            "可以现拍，也可以选手机里的照片",
            "Take a picture, or choose one that you have",
        ),
        UploadKind::Audio => (
            "可以现录，也可以选手机里的录音",
            "Make a recording, or choose one that you have",
        ),
        UploadKind::Video => (
            "可以现录，也可以选手机里的录像",
            "Make a film, or choose one that you have",
        ),
        UploadKind::File => ("请选一个文件", "Choose a file"),
    };
    Text::zh_en(
        format!("{zh}，最大 {most} MB。"),
        format!("{en}; at most {most} MB."),
    )
}

/// Beside a file field whose file is there.
pub(super) fn file_there() -> Text {
    Text::zh_en(
        "文件已经收到。再选一个，就换成新的。",
        "The file has been received. Choose another one to put it in its place.",
    )
}

/// Takes a file back.
pub(super) fn file_back() -> Text {
    Text::zh_en("不交这个文件了", "Take this file back")
}

pub(super) fn barcode_hint() -> Text {
    Text::zh_en(
        "填条码下面印的数字或字母。",
        "Enter the digits or letters under the bars.",
    )
}

pub(super) fn rank_hint() -> Text {
    Text::zh_en(
        "给每一项选一个名次，第 1 是最重要的，名次不能重复。",
        "Choose a number for each line; 1 comes first, and no number is used twice.",
    )
}

pub(super) fn rank(number: usize) -> Text {
    Text::zh_en(format!("第 {number}"), number.to_string())
}

pub(super) fn no_rank() -> Text {
    Text::zh_en("还没选", "Not chosen")
}

/// Beside a box to tick.
pub(super) fn ticked() -> Text {
    Text::zh_en("我读过了，知道了", "I have read this")
}

/// A time, or a day with a time, as people say it; what is neither, as it is.
pub(super) fn moment(value: &str, lang: &str) -> String {
    let chinese = lang.starts_with("zh");
    let (day, clock) = value.split_once('T').unwrap_or(("", value));
    let (clock, zone) = clock.split_at(clock.find(['+', '-', 'Z']).unwrap_or(clock.len()));
    let mut parts = clock.split(':');
    let (Some(hour), Some(minute)) = (parts.next(), parts.next()) else {
        return value.to_owned();
    };
    let number = |text: &str| text.trim_start_matches('0').to_owned();
    let clock = if chinese {
        let zero = |text: String| if text.is_empty() { "0".to_owned() } else { text };
        let second = parts
            .next()
            .map_or(String::new(), |second| format!("{}秒", zero(number(second))));
        format!("{}时{}分{second}", zero(number(hour)), zero(number(minute)))
    } else {
        clock.to_owned()
    };
    let clock = match zone {
        "" => clock,
        zone if chinese => format!("{clock}（{zone}）"),
        zone => format!("{clock} ({zone})"),
    };
    match (day, chinese) {
        ("", _) => clock,
        (day, true) => format!("{}{clock}", date(day, lang)),
        (day, false) => format!("{} {clock}", date(day, lang)),
    }
}

/// A line or an outline: how many points, and where they are.
pub(super) fn places(value: &str, lang: &str) -> String {
    let points: Vec<String> = value
        .split(';')
        .map(|point| point.split_whitespace().take(2).collect::<Vec<_>>().join(", "))
        .collect();
    if lang.starts_with("zh") {
        format!("{} 个点：{}", points.len(), points.join("；"))
    } else {
        format!("{} points: {}", points.len(), points.join("; "))
    }
}

/// A place without what is zero for want of knowledge.
pub(super) fn place(value: &str, lang: &str) -> String {
    let mut numbers = value.split_whitespace();
    match (numbers.next(), numbers.next()) {
        (Some(latitude), Some(longitude)) if lang.starts_with("zh") => {
            format!("纬度 {latitude}，经度 {longitude}")
        }
        (Some(latitude), Some(longitude)) => format!("latitude {latitude}, longitude {longitude}"),
        _ => value.to_owned(),
    }
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
        "%-Y年%-m月%-d日"
    } else {
        "%-d %B %-Y"
    };
    date.strftime(form).to_string()
}
