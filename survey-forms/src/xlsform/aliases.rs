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
    ("repeat_count", Plain),
    ("trigger", Plain),
    ("save_to", Unsupported),
    ("query", Unsupported),
    ("intent", Unsupported),
    ("autoplay", Ignored),
    ("hxl", Ignored),
    ("media::big-image", Ignored),
    ("body::accuracythreshold", Ignored),
    ("no_app_error_string", Ignored),
    ("rows", Ignored),
    ("compact_tag", Ignored),
    ("sms_field", Ignored),
    ("sms_option", Ignored),
    ("sms_response", Ignored),
    ("sms_separator", Ignored),
    ("sms_allow_media", Ignored),
    ("sms_date_format", Ignored),
    ("sms_datetime_format", Ignored),
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
        "tag" | "value" if !is_choices && !is_settings => "name",
        "noapperrorstring" | "bind::jr:noapperrorstring" => "no_app_error_string",
        "command" => "type",
        "relevance" | "bind::relevant" | "skip_logic" => "relevant",
        "calculate" | "bind::calculate" => "calculation",
        "bind::constraint" => "constraint",
        "bind::required" => "required",
        "bind::readonly" | "readonly" | "read-only" => "read_only",
        "constraint-message" | "constraining_message" | "bind::jr:constraintmsg" => "constraint_message",
        "requiredmsg" | "required-message" | "bind::jr:requiredmsg" => "required_message",
        "guidance-hint" | "control::guidance_hint" => "guidance_hint",
        "choice-filter" => "choice_filter",
        "control::appearance" | "body::appearance" => "appearance",
        "repeat-count" | "count" | "jr:count" | "body::jr:count" | "control::jr:count" => "repeat_count",
        other => other,
    }
}

/// Reads `yes` and `no` in pyxform's spellings, and in Chinese.
pub(super) fn yes_no(cell: &str) -> Option<bool> {
    match cell.trim().to_lowercase().as_str() {
        "yes" | "true" | "true()" | "y" | "1" | "是" => Some(true),
        "" | "no" | "false" | "false()" | "n" | "0" | "否" => Some(false),
        _ => None,
    }
}
