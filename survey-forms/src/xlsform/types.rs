//! What a `type` cell says, in its many spellings. After pyxform's `question_type_dictionary.py` and the XLSForm reference.

use crate::form::MetadataKind;

/// How choices are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chosen {
    One,
    Several,
    Ranked,
}

/// What a `type` cell says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum RowType {
    Simple(&'static str),
    Select {
        chosen: Chosen,
        list: Option<String>,
        /// Whether a choice "other" and a question for it come too.
        or_other: bool,
        /// Whether the list stands on the sheet `external_choices`.
        external: bool,
    },
    BeginGroup,
    EndGroup,
    BeginRepeat,
    EndRepeat,
    Metadata(MetadataKind),
    /// XLSForm knows it; this does not, yet.
    Unsupported,
    Unknown {
        suggestion: Option<&'static str>,
    },
}

const SIMPLE: &[(&str, &str)] = &[
    ("text", "text"),
    ("string", "text"),
    ("integer", "integer"),
    ("percentage", "percentage"),
    ("number of days in last month", "days of a month"),
    ("number of days in last six months", "days of half a year"),
    ("number of days in last year", "days of a year"),
    ("int", "integer"),
    ("decimal", "decimal"),
    ("date", "date"),
    ("time", "time"),
    ("datetime", "dateTime"),
    ("date time", "dateTime"),
    ("range", "range"),
    ("note", "note"),
    ("calculate", "calculate"),
    ("hidden", "hidden"),
    ("acknowledge", "acknowledge"),
    ("trigger", "acknowledge"),
    ("barcode", "barcode"),
    ("geopoint", "geopoint"),
    ("gps", "geopoint"),
    ("location", "geopoint"),
    ("geotrace", "geotrace"),
    ("geoshape", "geoshape"),
    ("image", "image"),
    ("photo", "image"),
    ("picture", "image"),
    ("audio", "audio"),
    ("video", "video"),
    ("file", "file"),
];

/// Other spellings of what is noted without asking.
const METADATA: &[(&str, MetadataKind)] = &[
    ("start time", MetadataKind::Start),
    ("end time", MetadataKind::End),
    ("device id", MetadataKind::DeviceId),
    ("imei", MetadataKind::DeviceId),
    ("phone number", MetadataKind::PhoneNumber),
    ("sim id", MetadataKind::SimSerial),
    ("subscriber id", MetadataKind::SubscriberId),
    ("uri:deviceid", MetadataKind::DeviceId),
    ("uri:email", MetadataKind::Email),
    ("uri:phonenumber", MetadataKind::PhoneNumber),
    ("uri:simserial", MetadataKind::SimSerial),
    ("uri:subscriberid", MetadataKind::SubscriberId),
    ("uri:username", MetadataKind::Username),
];

const EXTERNAL: &str = "select one external";

const SELECTS: &[(&str, Chosen)] = &[
    (EXTERNAL, Chosen::One),
    ("select one from file", Chosen::One),
    ("select multiple from file", Chosen::Several),
    ("select one from", Chosen::One),
    ("select one using", Chosen::One),
    ("select one", Chosen::One),
    ("select1", Chosen::One),
    ("select multiple from", Chosen::Several),
    ("select multiple using", Chosen::Several),
    ("select multiple", Chosen::Several),
    ("select all that apply from", Chosen::Several),
    ("select all that apply", Chosen::Several),
    ("rank", Chosen::Ranked),
    ("add select one prompt using", Chosen::One),
    ("add select multiple prompt using", Chosen::Several),
    ("q select1", Chosen::One),
    ("q select", Chosen::Several),
];

/// What a number may be by its type alone, as pyxform's oldest types have it.
pub(super) fn limits(word: &str) -> Option<&'static str> {
    Some(match word {
        "percentage" => "0 <= . and . <= 100",
        "days of a month" => "0 <= . and . <= 31",
        "days of half a year" => "0 <= . and . <= 183",
        "days of a year" => "0 <= . and . <= 365",
        _ => return None,
    })
}

/// First words of types that XLSForm has and this has not.
const UNSUPPORTED: &[&str] = &[
    "background-geopoint",
    "begin loop",
    "binary",
    "csv-external",
    "end loop",
    "loop",
    "osm",
    "xml-external",
];

/// Reads a `type` cell.
pub(super) fn row_type(cell: &str) -> RowType {
    let words: Vec<&str> = cell.split_whitespace().collect();
    let normal = words.join(" ").to_lowercase().replace('_', " ");
    match normal.as_str() {
        "begin group" | "begingroup" | "start group" | "group" => return RowType::BeginGroup,
        "end group" | "endgroup" | "stop group" => return RowType::EndGroup,
        "begin repeat" | "beginrepeat" | "start repeat" | "repeat" | "begin looped group"
        | "begin lgroup" => {
            return RowType::BeginRepeat;
        }
        "end repeat" | "endrepeat" | "stop repeat" | "end looped group" | "end lgroup" => {
            return RowType::EndRepeat;
        }
        _ => {}
    }
    // The spellings of the first years: `add text prompt`, `q text`, `get start time`.
    let bare = normal
        .strip_prefix("add ")
        .and_then(|rest| rest.strip_suffix(" prompt"))
        .or_else(|| normal.strip_prefix("q "))
        .or_else(|| normal.strip_prefix("get "))
        .unwrap_or(&normal);
    if let Some((_, kind)) = SIMPLE.iter().find(|(word, _)| *word == bare) {
        return RowType::Simple(kind);
    }
    let metadata = MetadataKind::ALL.iter().map(|(kind, word)| (*word, *kind));
    if let Some((_, kind)) = metadata
        .chain(METADATA.iter().copied())
        .find(|(word, _)| *word == bare)
    {
        return RowType::Metadata(kind);
    }
    if starts_with_any(&normal, UNSUPPORTED) {
        return RowType::Unsupported;
    }
    let (plain, or_other) = [" or other", " or specify other"]
        .iter()
        .find_map(|ending| normal.strip_suffix(ending))
        .map_or((normal.as_str(), false), |plain| (plain, true));
    for (prefix, chosen) in SELECTS {
        let Some(rest) = plain.strip_prefix(prefix) else {
            continue;
        };
        if !rest.is_empty() && !rest.starts_with(' ') {
            continue;
        }
        // Tables in other forms than CSV are the business of apps.
        if prefix.ends_with(" file") && !rest.ends_with(".csv") {
            return RowType::Unsupported;
        }
        // The list keeps its own spelling: it is the last word of the cell as written, before `or_other`.
        let behind = match (or_other, words.last()) {
            (true, Some(last)) if last.eq_ignore_ascii_case("or_other") => 1,
            (true, _) => normal[plain.len()..].split_whitespace().count(),
            (false, _) => 0,
        };
        let list = (!rest.trim().is_empty())
            .then(|| words.iter().rev().nth(behind).map(|word| (*word).to_owned()))
            .flatten();
        return RowType::Select {
            chosen: *chosen,
            list,
            or_other,
            external: *prefix == EXTERNAL,
        };
    }
    let first = normal.split(' ').next().unwrap_or_default();
    let spelled = normal.replace(' ', "_");
    let suggestion = crate::diagnostic::nearest(&spelled, KNOWN)
        .or_else(|| crate::diagnostic::nearest(first, KNOWN))
        .or_else(|| {
            KNOWN
                .into_iter()
                .find(|word| word.starts_with("select") && spelled.starts_with(&word[..8]))
        })
        .or_else(|| synonym(first));
    RowType::Unknown { suggestion }
}

/// What may have been meant.
const KNOWN: [&str; 32] = [
    "text",
    "integer",
    "decimal",
    "date",
    "time",
    "dateTime",
    "range",
    "note",
    "calculate",
    "select_one",
    "select_multiple",
    "rank",
    "begin_group",
    "end_group",
    "begin_repeat",
    "end_repeat",
    "acknowledge",
    "barcode",
    "geopoint",
    "geotrace",
    "geoshape",
    "hidden",
    "image",
    "audio",
    "video",
    "file",
    "start",
    "end",
    "today",
    "deviceid",
    "username",
    "audit",
];

/// What people write who have not seen the reference.
fn synonym(word: &str) -> Option<&'static str> {
    Some(match word {
        "number" | "num" | "数字" | "整数" => "integer",
        "float" | "double" | "小数" => "decimal",
        "radio" | "single" | "单选" | "单选题" => "select_one",
        "checkbox" | "multi" | "multiple" | "多选" | "多选题" => "select_multiple",
        "文本" | "文字" | "填空" | "textarea" => "text",
        "日期" => "date",
        "时间" => "time",
        "排序" | "排序题" | "ranking" => "rank",
        "定位" | "位置" => "geopoint",
        "照片" | "拍照" => "image",
        "录音" => "audio",
        "说明" | "label" => "note",
        _ => return None,
    })
}

fn starts_with_any(normal: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        normal
            .strip_prefix(word)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })
}

#[cfg(test)]
mod tests {
    use super::{Chosen, RowType, row_type};
    use crate::form::MetadataKind;

    fn select(chosen: Chosen, list: Option<&str>, or_other: bool) -> RowType {
        RowType::Select {
            chosen,
            list: list.map(str::to_owned),
            or_other,
            external: false,
        }
    }

    #[test]
    fn row_type__spellings_of_one_type__are_one() {
        for cell in [
            "select_one Yes_No",
            "select one  Yes_No",
            "select1 Yes_No",
            "Select one from Yes_No",
        ] {
            assert_eq!(
                row_type(cell),
                select(Chosen::One, Some("Yes_No"), false),
                "{cell}"
            );
        }
        assert_eq!(
            row_type("select all that apply from Yes_No"),
            select(Chosen::Several, Some("Yes_No"), false)
        );
        for cell in [
            "select_one Yes_No or_other",
            "select one Yes_No or other",
            "select_one Yes_No or specify other",
        ] {
            assert_eq!(
                row_type(cell),
                select(Chosen::One, Some("Yes_No"), true),
                "{cell}"
            );
        }
        assert_eq!(
            row_type("rank Needs"),
            select(Chosen::Ranked, Some("Needs"), false)
        );
        assert_eq!(
            row_type("select_one_external Towns"),
            RowType::Select {
                chosen: Chosen::One,
                list: Some("Towns".to_owned()),
                or_other: false,
                external: true
            }
        );
        assert_eq!(row_type("select_one"), select(Chosen::One, None, false));
        assert_eq!(row_type("begin_group"), RowType::BeginGroup);
        assert_eq!(row_type("begin repeat"), RowType::BeginRepeat);
        for cell in ["dateTime", "datetime", "date time", "q date time"] {
            assert_eq!(row_type(cell), RowType::Simple("dateTime"), "{cell}");
        }
        assert_eq!(row_type("add integer prompt"), RowType::Simple("integer"));
        assert_eq!(row_type("trigger"), RowType::Simple("acknowledge"));
        assert_eq!(
            row_type("get phone number"),
            RowType::Metadata(MetadataKind::PhoneNumber)
        );
        assert_eq!(row_type("username"), RowType::Metadata(MetadataKind::Username));
    }

    #[test]
    fn row_type__not_supported_yet__is_not_unknown() {
        for cell in [
            "begin loop",
            "select_one_from_file a.xml",
            "select_multiple_from_file a.geojson",
            "osm",
            "xml-external",
        ] {
            assert_eq!(row_type(cell), RowType::Unsupported, "{cell}");
        }
    }

    #[test]
    fn row_type__slips__are_understood() {
        for (cell, meant) in [
            ("intger", "integer"),
            ("selct_one yn", "select_one"),
            ("number", "integer"),
            ("单选", "select_one"),
            ("acknowlege", "acknowledge"),
            ("排序", "rank"),
        ] {
            assert_eq!(
                row_type(cell),
                RowType::Unknown {
                    suggestion: Some(meant)
                },
                "{cell}"
            );
        }
        assert_eq!(row_type("qwertz"), RowType::Unknown { suggestion: None });
    }
}
