//! The many spellings of XLSForm: columns, types, yes and no. After pyxform's `aliases.py` and the XLSForm reference.

/// How a column of a sheet is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Treatment {
    /// Read; one column.
    Plain,
    /// Read; one column per language.
    Translated,
    /// Means something that is not supported: an error where a cell is filled.
    Unsupported,
    /// Means nothing on a web page: a warning.
    Ignored,
}

use Treatment::{Ignored, Plain, Translated, Unsupported};

pub(super) const SURVEY: &[(&str, Treatment)] = &[
    ("type", Plain),
    ("name", Plain),
    ("label", Translated),
    ("hint", Translated),
    ("guidance_hint", Translated),
    ("relevant", Plain),
    ("constraint", Plain),
    ("constraint_message", Translated),
    ("required", Plain),
    ("required_message", Translated),
    ("appearance", Plain),
    ("choice_filter", Plain),
    ("media::image", Translated),
    ("media::audio", Translated),
    ("media::video", Translated),
    ("media::captions", Translated),
    ("default", Plain),
    ("read_only", Plain),
    ("calculation", Plain),
    ("parameters", Plain),
    ("disabled", Plain),
    ("repeat_count", Unsupported),
    ("trigger", Unsupported),
    ("save_to", Unsupported),
    ("query", Unsupported),
    ("intent", Unsupported),
    ("autoplay", Ignored),
    ("hxl", Ignored),
    ("media::big-image", Ignored),
    ("body::accuracythreshold", Ignored),
];

pub(super) const CHOICES: &[(&str, Treatment)] = &[
    ("list_name", Plain),
    ("name", Plain),
    ("label", Translated),
    ("missing", Plain),
    ("media::image", Translated),
    ("media::audio", Translated),
    ("media::video", Translated),
    ("media::captions", Translated),
    ("media::big-image", Ignored),
];

pub(super) const SETTINGS: &[(&str, Treatment)] = &[
    ("form_title", Translated),
    ("form_id", Plain),
    ("version", Plain),
    ("default_language", Plain),
    ("style", Ignored),
    ("instance_name", Ignored),
    ("submission_url", Ignored),
    ("auto_send", Ignored),
    ("auto_delete", Ignored),
    ("namespaces", Ignored),
    ("instance_xmlns", Ignored),
    ("name", Ignored),
    ("prefix", Ignored),
    ("sms_keyword", Ignored),
    ("sms_separator", Ignored),
    ("sms_allow_media", Ignored),
    ("sms_date_format", Ignored),
    ("sms_datetime_format", Ignored),
    ("clean_text_values", Ignored),
    ("public_key", Unsupported),
    ("allow_choice_duplicates", Unsupported),
    ("omit_instanceid", Ignored),
    ("compact_tag", Ignored),
    ("add_none_option", Unsupported),
    ("client_editable", Ignored),
];

/// The usual name of a column, given its header in lower case with `_` for blanks.
pub(super) fn column(header: &str, is_choices: bool, is_settings: bool) -> &str {
    match header {
        "image" => "media::image",
        "audio" => "media::audio",
        "video" => "media::video",
        "captions" | "subtitles" => "media::captions",
        "big-image" => "media::big-image",
        "caption" => "label",
        "list-name" | "listname" | "list" if is_choices => "list_name",
        "value" if is_choices => "name",
        "title" | "set_form_title" if is_settings => "form_title",
        "id_string" | "formid" | "set_form_id" if is_settings => "form_id",
        "tag" if !is_choices && !is_settings => "name",
        "command" => "type",
        "relevance" | "bind::relevant" | "skip_logic" => "relevant",
        "calculate" | "bind::calculate" => "calculation",
        "bind::constraint" => "constraint",
        "bind::required" => "required",
        "bind::readonly" | "readonly" | "read-only" => "read_only",
        "constraint-message" | "bind::jr:constraintmsg" => "constraint_message",
        "requiredmsg" | "required-message" | "bind::jr:requiredmsg" => "required_message",
        "guidance-hint" | "control::guidance_hint" => "guidance_hint",
        "choice-filter" => "choice_filter",
        "control::appearance" | "body::appearance" => "appearance",
        "repeat-count" | "count" | "jr:count" | "body::jr:count" | "control::jr:count" => "repeat_count",
        other => other,
    }
}

/// What a `type` cell says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum RowType {
    Simple(&'static str),
    Select {
        multiple: bool,
        list: Option<String>,
    },
    BeginGroup,
    EndGroup,
    Metadata(&'static str),
    /// XLSForm knows it; this does not, yet.
    Unsupported,
    Unknown {
        suggestion: Option<&'static str>,
    },
}

const SIMPLE: &[(&str, &str)] = &[
    ("text", "text"),
    ("string", "text"),
    ("add text prompt", "text"),
    ("integer", "integer"),
    ("int", "integer"),
    ("add integer prompt", "integer"),
    ("decimal", "decimal"),
    ("add decimal prompt", "decimal"),
    ("date", "date"),
    ("add date prompt", "date"),
    ("range", "range"),
    ("note", "note"),
    ("add note prompt", "note"),
    ("calculate", "calculate"),
    ("add calculate prompt", "calculate"),
];

const METADATA: &[(&str, &str)] = &[
    ("start", "start"),
    ("start time", "start"),
    ("end", "end"),
    ("end time", "end"),
    ("today", "today"),
    ("deviceid", "deviceid"),
    ("device id", "deviceid"),
    ("imei", "deviceid"),
];

const SELECTS: &[(&str, bool)] = &[
    ("select one from", false),
    ("select one using", false),
    ("select one", false),
    ("select1", false),
    ("select multiple from", true),
    ("select multiple using", true),
    ("select multiple", true),
    ("select all that apply from", true),
    ("select all that apply", true),
];

/// First words of types that XLSForm has and this has not.
const UNSUPPORTED: &[&str] = &[
    "acknowledge",
    "audio",
    "audit",
    "background-audio",
    "background-geopoint",
    "barcode",
    "begin loop",
    "begin repeat",
    "binary",
    "csv-external",
    "datetime",
    "dateTime",
    "email",
    "end loop",
    "end repeat",
    "file",
    "geopoint",
    "geoshape",
    "geotrace",
    "gps",
    "hidden",
    "image",
    "location",
    "osm",
    "phonenumber",
    "photo",
    "picture",
    "rank",
    "select one external",
    "select one from file",
    "select multiple from file",
    "simserial",
    "start-geopoint",
    "subscriberid",
    "time",
    "trigger",
    "username",
    "video",
    "xml-external",
    "repeat",
    "loop",
    "add repeat",
];

/// Reads a `type` cell.
pub(super) fn row_type(cell: &str) -> RowType {
    let words: Vec<&str> = cell.split_whitespace().collect();
    let normal = words.join(" ").to_lowercase().replace('_', " ");
    match normal.as_str() {
        "begin group" | "begingroup" | "start group" | "group" => return RowType::BeginGroup,
        "end group" | "endgroup" | "stop group" => return RowType::EndGroup,
        _ => {}
    }
    if let Some((_, kind)) = SIMPLE.iter().find(|(word, _)| *word == normal) {
        return RowType::Simple(kind);
    }
    if let Some((_, kind)) = METADATA.iter().find(|(word, _)| *word == normal) {
        return RowType::Metadata(kind);
    }
    if starts_with_any(&normal, UNSUPPORTED) {
        return RowType::Unsupported;
    }
    for (prefix, multiple) in SELECTS {
        let Some(rest) = normal.strip_prefix(prefix) else {
            continue;
        };
        if !rest.is_empty() && !rest.starts_with(' ') {
            continue;
        }
        if rest.ends_with(" or other") || rest.ends_with(" or specify other") {
            return RowType::Unsupported;
        }
        // The list keeps its own spelling: it is the last word of the cell as written.
        let list = (!rest.trim().is_empty())
            .then(|| words.last().map(|word| (*word).to_owned()))
            .flatten();
        return RowType::Select {
            multiple: *multiple,
            list,
        };
    }
    let first = normal.split(' ').next().unwrap_or_default();
    let known = [
        "text",
        "integer",
        "decimal",
        "date",
        "range",
        "note",
        "calculate",
        "select_one",
        "select_multiple",
        "begin_group",
        "end_group",
        "start",
        "end",
        "today",
        "deviceid",
    ];
    let spelled = normal.replace(' ', "_");
    let suggestion = crate::diagnostic::nearest(&spelled, known)
        .or_else(|| crate::diagnostic::nearest(first, known))
        .or_else(|| {
            known
                .into_iter()
                .find(|word| word.starts_with("select") && spelled.starts_with(&word[..8]))
        })
        .or_else(|| synonym(first));
    RowType::Unknown { suggestion }
}

/// What people write who have not seen the reference.
fn synonym(word: &str) -> Option<&'static str> {
    Some(match word {
        "number" | "num" | "数字" | "整数" => "integer",
        "float" | "double" | "小数" => "decimal",
        "radio" | "single" | "单选" | "单选题" => "select_one",
        "checkbox" | "multi" | "multiple" | "多选" | "多选题" => "select_multiple",
        "文本" | "文字" | "填空" | "textarea" => "text",
        "日期" => "date",
        "说明" | "label" => "note",
        _ => return None,
    })
}

fn starts_with_any(normal: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        let word = word.to_lowercase();
        normal == word
            || normal
                .strip_prefix(word.as_str())
                .is_some_and(|rest| rest.starts_with(' '))
    })
}

/// Reads `yes` and `no` in pyxform's spellings, and in Chinese.
pub(super) fn yes_no(cell: &str) -> Option<bool> {
    match cell.trim().to_lowercase().as_str() {
        "yes" | "true" | "true()" | "y" | "1" | "是" => Some(true),
        "" | "no" | "false" | "false()" | "n" | "0" | "否" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{RowType, row_type};

    #[test]
    fn row_type__spellings_of_one_type__are_one() {
        let list = |multiple| RowType::Select {
            multiple,
            list: Some("Yes_No".to_owned()),
        };
        for cell in [
            "select_one Yes_No",
            "select one  Yes_No",
            "select1 Yes_No",
            "Select one from Yes_No",
        ] {
            assert_eq!(row_type(cell), list(false), "{cell}");
        }
        assert_eq!(row_type("select all that apply from Yes_No"), list(true));
        assert_eq!(
            row_type("select_one"),
            RowType::Select {
                multiple: false,
                list: None
            }
        );
        assert_eq!(row_type("begin_group"), RowType::BeginGroup);
    }

    #[test]
    fn row_type__not_supported_yet__is_not_unknown() {
        for cell in [
            "begin_repeat",
            "end repeat",
            "rank yn",
            "geopoint",
            "select_one yn or_other",
            "dateTime",
            "select_one_from_file a.csv",
            "acknowledge",
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
