//! The rows of the XLSForm reference (<https://xlsform.org/en/ref-table/>), each as a small form with its expected model.

use crate::form::{Form, Item, Question, QuestionKind, Required, UploadKind};
use crate::testing::{faults, form, lines};

/// A form of one row: its cells by column, beside `type`, `name` and a label.
fn of(kind: &str, cells: &[(&str, &str)]) -> String {
    let given = |column: &str| {
        cells
            .iter()
            .find(|(name, _)| *name == column)
            .map(|(_, cell)| *cell)
    };
    let mut header = String::from("| survey | |\n| | type | name | label |");
    let mut row = format!(
        "| | {kind} | {} | {} |",
        given("name").unwrap_or("q"),
        given("label").unwrap_or("题目")
    );
    for (column, cell) in cells
        .iter()
        .filter(|(column, _)| !["name", "label"].contains(column))
    {
        header.push_str(&format!(" {column} |"));
        row.push_str(&format!(" {cell} |"));
    }
    format!(
        "{header}
         | | text | a | 甲 |
         {row}
         | choices |
         | | list_name | name | label | size |
         | | l | x | 子 | 1 |
         | | l | y | 丑 | 2 |"
    )
}

fn question(form: &Form) -> &Question {
    form.question("q").unwrap_or_else(|| panic!("{form:?}"))
}

/// The kind that a type cell gives a question.
fn kind(cell: &str) -> QuestionKind {
    question(&form(&of(
        cell,
        &[("calculation", if cell.contains("calculate") { "1" } else { "" })],
    )))
    .kind
    .clone()
}

#[test]
fn types__each_row__gives_its_kind() {
    let list = || "l".to_owned();
    let upload = |media| QuestionKind::Upload { media };
    let range = QuestionKind::Range {
        start: 0.0,
        end: 10.0,
        step: 1.0,
    };
    for (cell, expected) in [
        ("integer", QuestionKind::Integer),
        ("decimal", QuestionKind::Decimal),
        ("range", range),
        ("text", QuestionKind::Text),
        ("select_one l", QuestionKind::SelectOne { list: list() }),
        ("select_multiple l", QuestionKind::SelectMultiple { list: list() }),
        ("rank l", QuestionKind::Rank { list: list() }),
        ("note", QuestionKind::Note),
        ("geopoint", QuestionKind::GeoPoint),
        ("geotrace", QuestionKind::GeoTrace),
        ("geoshape", QuestionKind::GeoShape),
        ("date", QuestionKind::Date),
        ("time", QuestionKind::Time),
        ("dateTime", QuestionKind::DateTime),
        ("image", upload(UploadKind::Image)),
        ("audio", upload(UploadKind::Audio)),
        ("video", upload(UploadKind::Video)),
        ("file", upload(UploadKind::File)),
        ("barcode", QuestionKind::Barcode),
        ("calculate", QuestionKind::Calculate),
        ("acknowledge", QuestionKind::Acknowledge),
        ("trigger", QuestionKind::Acknowledge),
        ("hidden", QuestionKind::Hidden),
        // Older spellings, as pyxform reads them.
        ("string", QuestionKind::Text),
        ("int", QuestionKind::Integer),
        ("photo", upload(UploadKind::Image)),
        ("gps", QuestionKind::GeoPoint),
        ("location", QuestionKind::GeoPoint),
        ("select1 l", QuestionKind::SelectOne { list: list() }),
        (
            "select all that apply l",
            QuestionKind::SelectMultiple { list: list() },
        ),
        ("add integer prompt", QuestionKind::Integer),
    ] {
        assert_eq!(kind(cell), expected, "{cell}");
    }
}

#[test]
fn types__not_understood__are_named() {
    for cell in [
        "select_one_from_file l.xml",
        "select_multiple_from_file l.geojson",
        "xml-external",
        "csv-external",
        "osm",
        "background-geopoint",
    ] {
        let found = faults(&of(cell, &[]));
        assert!(
            found
                .iter()
                .any(|fault| fault.code == "XF021" && fault.message.get("zh").contains(cell)),
            "{cell}: {}",
            lines(&found)
        );
    }
}

#[test]
fn metadata__each_row__is_noted() {
    for word in [
        "start",
        "end",
        "today",
        "deviceid",
        "username",
        "email",
        "phonenumber",
        "simserial",
        "subscriberid",
        "audit",
        "start-geopoint",
        "background-audio",
    ] {
        let form = form(&of(word, &[]));
        assert_eq!(form.metadata[0].kind.type_name(), word);
        assert_eq!(form.metadata[0].name, "q");
        assert_eq!(serde_json::to_value(&form.metadata[0]).unwrap()["kind"], word);
        let warned = faults(&of(word, &[])).iter().any(|fault| fault.code == "XF028");
        assert_eq!(warned, !form.metadata[0].kind.is_known_here(), "{word}");
    }
}

#[test]
fn columns__each_row__is_read() {
    let read = |kind: &str, cells: &[(&str, &str)]| question(&form(&of(kind, cells))).clone();
    let text =
        |expression: &Option<crate::expression::Expression>| expression.as_ref().map(ToString::to_string);

    let q = read(
        "text",
        &[
            ("hint", "提示"),
            ("guidance_hint", "给访问员"),
            ("appearance", "multiline"),
        ],
    );
    assert_eq!((q.hint.get("zh"), q.guidance.get("zh")), ("提示", "给访问员"));
    assert!(q.appearance.has("multiline"));

    let q = read(
        "integer",
        &[
            ("constraint", ". > 3"),
            ("constraint_message", "太小"),
            ("required", "yes"),
            ("required_message", "要填"),
        ],
    );
    assert_eq!(text(&q.constraint).as_deref(), Some(". > 3"));
    assert!(matches!(q.required, Required::Yes));
    assert_eq!(
        (q.constraint_message.get("zh"), q.required_message.get("zh")),
        ("太小", "要填")
    );

    let q = read(
        "text",
        &[
            ("required", "${a} = 'x'"),
            ("relevant", "${a} != ''"),
            ("read_only", "yes"),
            ("default", "好"),
        ],
    );
    assert!(matches!(q.required, Required::When(_)) && q.read_only && q.is_fixed());
    assert_eq!(
        (text(&q.relevant).as_deref(), q.default.as_deref()),
        (Some("${a} != ''"), Some("好"))
    );

    let q = read(
        "text",
        &[("calculation", "concat(${a}, '!')"), ("trigger", "${a}")],
    );
    assert_eq!(
        (text(&q.calculation).as_deref(), q.trigger.as_slice()),
        (Some("concat(${a}, '!')"), &["a".to_owned()][..])
    );
    assert!(q.takes_answer(), "it can be typed over");

    let q = read(
        "select_one l",
        &[
            ("choice_filter", "size > 1"),
            ("parameters", "randomize=true, seed=${a}"),
        ],
    );
    assert_eq!(text(&q.choice_filter).as_deref(), Some("size > 1"));
    let seed = q.randomize.and_then(|randomize| randomize.seed);
    assert_eq!(text(&seed).as_deref(), Some("${a}"));

    let q = read(
        "select_one l",
        &[
            ("media::image", "a.png"),
            ("audio", "a.mp3"),
            ("media::video", "a.mp4"),
        ],
    );
    let media = [&q.media.image, &q.media.audio, &q.media.video].map(|file| file.get("zh"));
    assert_eq!(media, ["a.png", "a.mp3", "a.mp4"]);

    let q = read("image", &[("parameters", "max-pixels=1024")]);
    assert_eq!(q.parameters["max-pixels"], "1024");
    let q = read("range", &[("parameters", "start=1;end=5;step=0.5")]);
    assert_eq!(
        q.kind,
        QuestionKind::Range {
            start: 1.0,
            end: 5.0,
            step: 0.5
        }
    );
}

#[test]
fn defaults__fixed_and_computed__are_told_apart() {
    for (kind, cell, computed) in [
        ("text", "你好 (x)", false),
        ("text", "a-b", false),
        ("text", "today()", true),
        ("text", "${a}", true),
        ("text", "concat(${a}, '-')", true),
        ("date", "2026-11-23", false),
        ("date", "today()", true),
        ("integer", "5", false),
        ("integer", "-5", false),
        ("integer", "2 * 3", true),
        ("integer", "position(..)", true),
        ("select_one l", "x", false),
        ("select_multiple l", "x y", false),
        ("geopoint", "38.25 116.5 0 0", false),
        ("time", "14:05", false),
    ] {
        let found = faults(&of(kind, &[("default", cell)]));
        let broken: Vec<_> = found
            .iter()
            .filter(|fault| fault.is_error() && fault.code != "XF017")
            .collect();
        assert!(broken.is_empty(), "{kind} {cell}: {}", lines(&found));
        if cell == "position(..)" {
            continue;
        }
        let form = form(&of(kind, &[("default", cell)]));
        let q = question(&form);
        assert_eq!(
            (q.default.is_some(), q.dynamic_default.is_some()),
            (!computed, computed),
            "{kind} {cell}"
        );
    }
}

#[test]
fn or_other__adds_a_choice_and_a_question() {
    let form = form(&of("select_multiple l or_other", &[("required", "yes")]));
    let names: Vec<&str> = form.questions().map(|question| question.name.as_str()).collect();
    assert_eq!(names, ["a", "q", "q_other"]);
    let choices: Vec<(&str, &str)> = form
        .choices(question(&form))
        .iter()
        .map(|choice| (choice.name.as_str(), choice.label.get("zh")))
        .collect();
    assert_eq!(choices, [("x", "子"), ("y", "丑"), ("other", "其他")]);
    let other = form.question("q_other").unwrap();
    assert_eq!(
        other.relevant.as_ref().unwrap().to_string(),
        "selected(${q}, 'other')"
    );
    for (kind, cells) in [
        ("rank l or_other", &[][..]),
        ("select_one l or_other", &[("choice_filter", "size > 1")][..]),
    ] {
        let found = faults(&of(kind, cells));
        assert!(
            found.iter().any(|fault| fault.code == "XF026"),
            "{}",
            lines(&found)
        );
    }
}

#[test]
fn groups_and_repeats__nest_as_written() {
    let form = form(
        "
        | survey |              |      |        |               |            |
        |        | type         | name | label  | relevant      | repeat_count | parameters |
        |        | integer      | n    | 几个？ |               |            |
        |        | begin_group  | g    | 外     | ${n} > 0      |            |
        |        | begin_repeat | r    | 人     |               | ${n}       | most=2 |
        |        | begin_group  | h    | 内     | ${n} > 1      |            |
        |        | text         | t    | 名字   |               |            |
        |        | end_group    |      |        |               |            |
        |        | end_repeat   |      |        |               |            |
        |        | end_group    |      |        |               |            |
        ",
    );
    let names: Vec<String> = form
        .nodes()
        .iter()
        .map(|node| node.item.name().to_owned())
        .collect();
    assert_eq!(names, ["n", "g", "r[1]", "h[1]", "t[1]", "r[2]", "h[2]", "t[2]"]);
    let Item::Group(outer) = &form.written()[1] else {
        panic!("a group")
    };
    let Item::Group(repeat) = &outer.items[0] else {
        panic!("a repeat")
    };
    let written = repeat.repeat.as_ref().unwrap();
    assert_eq!((repeat.name.as_str(), written.most), ("r", 2));
    assert_eq!(written.count.as_ref().unwrap().to_string(), "${n}");
    let Item::Group(second) = form.nodes()[5].item else {
        panic!("a group")
    };
    assert_eq!(second.relevant.as_ref().unwrap().to_string(), "${n} >= 2");
    assert_eq!(second.label.get("zh"), "人（第 2 个）");
}

#[test]
fn repeats__what_is_wrong_with_them__is_said_once() {
    let found = faults(
        "
        | survey |              |      |        |                                    |              |            |             |
        |        | type         | name | label  | relevant                           | repeat_count | parameters | calculation |
        |        | begin_group  | g    | 组     |                                    | 3            |            |             |
        |        | text         | x    | 甲     | position(..) = 1                   |              |            |             |
        |        | end_repeat   |      |        |                                    |              |            |             |
        |        | begin_repeat | r    | 人     |                                    | 0            |            |             |
        |        | text         | t    | 名字   |                                    |              |            |             |
        |        | end_repeat   |      |        |                                    |              |            |             |
        |        | begin_repeat | s    | 事     |                                    | ${nn}        | most=x     |             |
        |        | text         | u    | ${t}？ | ${t} = 'a' or sum(${t}) > 0        |              |            |             |
        |        | end_repeat   |      |        |                                    |              |            |             |
        |        | calculate    | c    |        |                                    |              |            | indexed-repeat(${t}, ${g}, 1) + ${r} |
        |        | calculate    | d    |        |                                    |              |            | count(${r}) + indexed-repeat(${t}, ${r}, 2) |
        ",
    );
    insta::assert_snapshot!(lines(&found));
}

#[test]
fn csv__is_read_as_a_workbook_is() {
    let csv = "survey,,,,\n,type,name,label::中文 (zh),label::English (en)\n,integer,age,\"您几岁,\n周岁？\",How old?\n,select_one yn,works,工作吗？,Work?\nchoices,list_name,name,label::中文 (zh),label::English (en)\n,yn,yes,是,Yes\n,yn,no,否,No\nsettings,form_title::中文 (zh),form_id\n,问卷,r\n";
    let read = crate::xlsform::read("问卷.CSV", csv.as_bytes())
        .unwrap_or_else(|faults| panic!("{}", lines(&faults)));
    assert_eq!((read.form.id.as_str(), read.form.title.get("zh")), ("r", "问卷"));
    assert_eq!(
        read.form.question("age").unwrap().label.get("zh"),
        "您几岁,\n周岁？"
    );
    assert_eq!(read.form.choices(read.form.question("works").unwrap()).len(), 2);
    let faults =
        crate::xlsform::read("a.csv", "survey\n,type,name,label\n,intger,age,年龄\n".as_bytes()).unwrap_err();
    assert_eq!(faults[0].place.row, Some(3));
}

#[test]
fn tables__stand_on_sheets_named_as_files() {
    let with = |kind: &str, calculation: &str, sheet: &str| {
        format!(
            "
            | survey |      |      |       |                |             |            |
            |        | type | name | label | choice_filter  | calculation | parameters |
            |        | {kind} | q  | 哪里？ | town = 'a'    |             |            |
            |        | calculate | c |    |                | {calculation} |          |
            | {sheet} |     |       |      |       |
            |         | name | label | town | people |
            |         | v1   | 东村  | a    | 320    |
            |         | v2   | 西村  | b    | 150    |
            "
        )
    };
    let good = with(
        "select_one_from_file villages.csv",
        "pulldata('villages', 'people', 'name', ${q}) * 2",
        "Villages.csv",
    );
    let form = form(&good);
    let list = &form.choice_lists["villages.csv"];
    assert_eq!(list.file.as_ref().unwrap().value, "name");
    assert_eq!(
        (
            list.choices[1].label.get("zh"),
            list.choices[1].filters["town"].as_str()
        ),
        ("西村", "b")
    );
    let given = crate::testing::answers(&[("q", "v1")]);
    let stored = crate::validate::validate(&form, &given, crate::testing::TODAY).unwrap();
    assert_eq!(stored["c"], "640");
    let codes = |markdown: &str| {
        faults(markdown)
            .into_iter()
            .map(|fault| fault.code)
            .collect::<Vec<_>>()
    };
    let kind = "select_multiple_from_file villages.csv";
    assert_eq!(codes(&with(kind, "1", "village.csv")), ["XF112"]);
    assert_eq!(
        codes(&with(
            kind,
            "pulldata('villages', 'peopel', 'name', ${q})",
            "villages.csv"
        )),
        ["XF113"]
    );
    assert_eq!(
        codes(&with(
            kind,
            "pulldata(${q}, 'people', 'name', ${q})",
            "villages.csv"
        )),
        ["XF114"]
    );
}

/// Every key of pyxform's `QUESTION_TYPE_DICT` and `aliases.select` (version 4), with what it is here.
#[test]
fn types__every_word_that_pyxform_knows__is_read_or_named() {
    let upload = |media| QuestionKind::Upload { media };
    let (one, several) = (
        QuestionKind::SelectOne { list: "l".to_owned() },
        QuestionKind::SelectMultiple { list: "l".to_owned() },
    );
    let rank = QuestionKind::Rank { list: "l".to_owned() };
    let words: [(&str, QuestionKind); 20] = [
        (
            "acknowledge, add acknowledge prompt, q acknowledge, trigger",
            QuestionKind::Acknowledge,
        ),
        ("add audio prompt, audio, q audio", upload(UploadKind::Audio)),
        ("add barcode prompt, barcode, q barcode", QuestionKind::Barcode),
        (
            "add calculate prompt, calculate, q calculate",
            QuestionKind::Calculate,
        ),
        ("add date prompt, date, q date", QuestionKind::Date),
        (
            "add date time prompt, add dateTime prompt, date time, dateTime, datetime, q date time, q dateTime",
            QuestionKind::DateTime,
        ),
        ("add decimal prompt, decimal, q decimal", QuestionKind::Decimal),
        ("add file prompt, file", upload(UploadKind::File)),
        (
            "add image prompt, image, photo, q image, q picture",
            upload(UploadKind::Image),
        ),
        (
            "add integer prompt, int, integer, q int, percentage, number of days in last month, \
             number of days in last six months, number of days in last year",
            QuestionKind::Integer,
        ),
        (
            "add location prompt, geopoint, gps, location, q geopoint, q location",
            QuestionKind::GeoPoint,
        ),
        ("geotrace, q geotrace", QuestionKind::GeoTrace),
        ("geoshape, q geoshape", QuestionKind::GeoShape),
        ("add note prompt, note, q note", QuestionKind::Note),
        ("add text prompt, q string, string, text", QuestionKind::Text),
        ("add video prompt, q video, video", upload(UploadKind::Video)),
        ("time", QuestionKind::Time),
        ("hidden", QuestionKind::Hidden),
        ("rank l", rank),
        (
            "range",
            QuestionKind::Range {
                start: 0.0,
                end: 10.0,
                step: 1.0,
            },
        ),
    ];
    for (cells, expected) in &words {
        for cell in cells.split(", ") {
            assert_eq!(kind(cell), *expected, "{cell}");
        }
    }
    for (cells, expected) in [
        (
            "select one l, select_one l, select1 l, select one using l, select one from l, q select1 l, \
             add select one prompt using l",
            one,
        ),
        (
            "select all that apply l, select all that apply from l, select_multiple l, select multiple from l, \
             select multiple using l, q select l, add select multiple prompt using l",
            several,
        ),
    ] {
        for cell in cells.split(", ") {
            assert_eq!(kind(cell), expected, "{cell}");
        }
    }
    for (cells, word) in [
        ("audit", "audit"),
        ("background-audio", "background-audio"),
        (
            "device id, deviceid, get device id, imei, uri:deviceid",
            "deviceid",
        ),
        ("email, uri:email", "email"),
        ("end, end time, get end time", "end"),
        (
            "get phone number, phone number, phonenumber, uri:phonenumber",
            "phonenumber",
        ),
        ("get sim id, sim id, simserial, uri:simserial", "simserial"),
        ("get start time, start, start time", "start"),
        (
            "get subscriber id, subscriber id, subscriberid, uri:subscriberid",
            "subscriberid",
        ),
        ("get today, today", "today"),
        ("start-geopoint", "start-geopoint"),
        ("username, uri:username", "username"),
    ] {
        for cell in cells.split(", ") {
            assert_eq!(form(&of(cell, &[])).metadata[0].kind.type_name(), word, "{cell}");
        }
    }
    for cell in [
        "background-geopoint",
        "csv-external",
        "xml-external",
        "osm",
        "begin loop",
        "end loop",
    ] {
        let found = faults(&of(cell, &[]));
        assert!(
            found.iter().any(|fault| fault.code == "XF021"),
            "{cell}: {}",
            lines(&found)
        );
    }
}

#[test]
fn types__with_limits_of_their_own__have_them_unless_the_author_has() {
    let limits = |cell: &str, own: &str| {
        let read = question(&form(&of(
            cell,
            &[("constraint", own), ("constraint_message", "不对")],
        )))
        .clone();
        read.constraint.map(|constraint| constraint.to_string())
    };
    for (cell, expected) in [
        ("percentage", "0 <= . and . <= 100"),
        ("number of days in last month", "0 <= . and . <= 31"),
        ("number of days in last six months", "0 <= . and . <= 183"),
        ("number of days in last year", "0 <= . and . <= 365"),
    ] {
        assert_eq!(limits(cell, "").as_deref(), Some(expected));
    }
    assert_eq!(limits("percentage", ". < 50").as_deref(), Some(". < 50"));
}

/// The columns and settings of the reference and their older spellings: each is read, or said to have no effect, or refused
/// by name; none is unknown.
#[test]
fn columns__every_spelling_that_pyxform_knows__is_known() {
    for column in [
        "hint",
        "guidance_hint",
        "appearance",
        "relevant",
        "relevance",
        "constraint",
        "constraint_message",
        "constraining_message",
        "required",
        "required_message",
        "requiredmsg",
        "calculation",
        "calculate",
        "default",
        "trigger",
        "choice_filter",
        "parameters",
        "repeat_count",
        "count",
        "jr:count",
        "read_only",
        "readonly",
        "image",
        "audio",
        "video",
        "big-image",
        "media::image",
        "media::audio",
        "media::video",
        "media::big-image",
        "autoplay",
        "rows",
        "no_app_error_string",
        "noapperrorstring",
        "compact_tag",
        "sms_field",
        "sms_option",
        "sms_response",
        "sms_separator",
        "sms_allow_media",
        "sms_date_format",
        "sms_datetime_format",
        "save_to",
        "disabled",
        "query",
        "intent",
        "hxl",
        "body::accuracyThreshold",
        "bind::jr:constraintMsg",
        "bind::odk:length",
        "instance::abc",
    ] {
        let found = faults(&of("text", &[(column, "")]));
        assert!(
            !found.iter().any(|fault| fault.code == "XF005"),
            "{column}: {}",
            lines(&found)
        );
    }
    for setting in [
        "form_title",
        "set_form_title",
        "form_id",
        "set_form_id",
        "id_string",
        "version",
        "instance_name",
        "default_language",
        "public_key",
        "submission_url",
        "style",
        "name",
        "auto_send",
        "auto_delete",
        "clean_text_values",
        "allow_choice_duplicates",
        "omit_instanceID",
        "namespaces",
        "instance_xmlns",
        "prefix",
        "sms_keyword",
        "sms_separator",
        "add_none_option",
        "client_editable",
        "compact_tag",
    ] {
        let found = faults(&format!(
            "{}\n| settings |\n| | {setting} |\n| | 1 |",
            of("text", &[])
        ));
        assert!(
            !found.iter().any(|fault| fault.code == "XF005"),
            "{setting}: {}",
            lines(&found)
        );
    }
    for spelled in ["tag", "name", "value"] {
        let named = form(&format!(
            "| survey |\n| | command | {spelled} | caption |\n| | text | q | 题目 |"
        ));
        assert_eq!(question(&named).label.get("zh"), "题目", "{spelled}");
    }
}

#[test]
fn select_one_external__takes_its_list_from_its_own_sheet() {
    let with = |kind: &str, filter: &str, more: &str| {
        format!(
            "
            | survey |           |      |          |               |
            |        | type      | name | label    | choice_filter |
            |        | text      | a    | 哪个县？ |               |
            |        | {kind}    | q    | 哪个镇？ | {filter}      |
            | external_choices |           |      |       |        |
            |                  | list_name | name | label | county |
            |                  | town      | t1   | 东镇  | x      |
            |                  | town      | t2   | 西镇  | y      |
            {more}"
        )
    };
    let good = form(&with("select_one_external town", "county = ${a}", ""));
    assert_eq!(
        question(&good).kind,
        QuestionKind::SelectOne {
            list: "town".to_owned()
        }
    );
    let list = &good.choice_lists["town"];
    assert!(list.external && list.choices.len() == 2 && list.choices[1].filters["county"] == "y");
    let again = crate::xlsform::read("again.xlsx", &crate::xlsform::write(&good).unwrap())
        .unwrap()
        .form;
    assert_eq!(
        (again.version, again.choice_lists),
        (good.version, good.choice_lists)
    );
    let codes = |markdown: &str| -> Vec<&str> {
        faults(markdown)
            .iter()
            .filter(|fault| fault.is_error())
            .map(|fault| fault.code)
            .collect()
    };
    assert_eq!(codes(&with("select_one_external towns", "", "")), ["XF115"]);
    assert_eq!(
        codes(&with("select_one_external town", "country = ${a}", "")),
        ["XF113"]
    );
    let twice = "| choices | | | |\n| | list_name | name | label |\n| | town | t3 | 南镇 |";
    assert_eq!(codes(&with("select_one_external town", "", twice)), ["XF116"]);
    let choices = "| choices | | | |\n| | list_name | name | label |\n| | l | x | 甲 |";
    assert_eq!(codes(&with("select_one l", "", choices)), [""; 0]);
}

#[test]
fn entities__are_named_as_left_out() {
    let found = faults(&format!(
        "{}\n| entities |\n| | dataset | label |\n| | people | ${{q}} |",
        of("text", &[("save_to", "name")])
    ));
    let said = lines(&found);
    assert!(
        said.contains("XF086") && said.contains("有意不做") && said.contains("XF009"),
        "{said}"
    );
}
