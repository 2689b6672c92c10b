use proptest::prelude::*;

use super::{Row, Rows, header, workbook, write};
use crate::form::Form;
use crate::text::Text;
use crate::xlsform::read;

fn round_trip(form: &Form) -> Form {
    let bytes = write(form).unwrap();
    match read("again.xlsx", &bytes) {
        Ok(read) => read.form,
        Err(faults) => panic!("{}", crate::testing::lines(&faults)),
    }
}

fn same(one: &Form, other: &Form) {
    assert_eq!(
        serde_json::to_value(one).unwrap(),
        serde_json::to_value(other).unwrap()
    );
    assert_eq!(one.version, other.version);
}

#[test]
fn write__questionnaires_of_the_sample_plan__read_back_the_same() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in ["resident", "family", "grassroots"] {
        let path = folder.join(format!("../backend/plans/sample/forms/{file}.xlsx"));
        let form = read(file, &std::fs::read(path).unwrap()).unwrap().form;
        let again = round_trip(&form);
        same(&again, &form);
        assert_eq!(crate::xform::write(&again), crate::xform::write(&form));
    }
}

const SELDOM: &str = "
    | survey |
    | | type | name | label | label::Français (fr) | guidance_hint::fr | required_message | required | appearance | read_only | default | parameters | calculation | choice_filter | media::video::fr | media::captions::fr |
    | | deviceid | d |
    | | begin group | g | | | | | | table-list  w1 |
    | | select_multiple l | m | 多选 | | Plusieurs | 要答 | today() > '2026-01-01' | | | | | | kind = 'a' | f.mp4 | f.vtt |
    | | end group |
    | | range | r | 度 | | | | | | | -0.5 | start=-1 end=1 step=0.25 |
    | | text | t | =1+1 | | | | | | yes | 007 |
    | | calculate | c | | | | | | | | | | once(today()) |
    | choices |
    | | list_name | name | label | label::fr | kind | kind of thing |
    | | l | 1 | 一 | Un | a | 2026-11-23 |
    | | l | 2 | 二 | | b | |
    | settings |
    | | version | default_language |
    | | 0012 | fr |";

#[test]
fn write__what_is_seldom_used__reads_back_the_same() {
    let form = crate::testing::form(SELDOM);
    assert_eq!(form.author_version, "12", "a number in the test's workbook");
    same(&round_trip(&form), &form);
}

/// Rows of the XLSForm reference that say more than a type and a name.
const ROWS: &[(&str, &str, &str)] = &[
    ("integer", "default", "2 * 3"),
    ("decimal", "default", "1.5"),
    ("text", "parameters", "rows=3"),
    ("text", "default", "today()"),
    ("select_one l", "parameters", "randomize=true, seed=${a}"),
    ("select_multiple l", "parameters", "randomize=true seed=42"),
    ("select_one l", "parameters", "randomize=yes"),
    ("select_one l or_other", "required", "yes"),
    ("select_multiple l or_other", "hint", "提示"),
    ("rank l", "parameters", "randomize=true"),
    ("note", "hint", "提示"),
    (
        "geopoint",
        "parameters",
        "capture-accuracy=2.5 warning-accuracy=10 allow-mock-accuracy=true",
    ),
    ("geopoint", "default", "38.25 116.5 0 0"),
    ("date", "default", "2026-11-23"),
    ("time", "default", "now()"),
    ("dateTime", "required", "yes"),
    ("image", "parameters", "max-pixels=1024 app=com.example"),
    ("audio", "parameters", "quality=low"),
    ("video", "relevant", "${a} != ''"),
    ("file", "required", "yes"),
    ("barcode", "constraint", ". != ''"),
    ("acknowledge", "required", "yes"),
    ("hidden", "default", "x"),
    ("calculate", "calculation", "once(random())"),
    ("range", "parameters", "start=1 end=5 step=0.5 tick_interval=1"),
    ("start", "hint", ""),
    ("end", "hint", ""),
    ("today", "hint", ""),
    ("deviceid", "hint", ""),
    ("username", "hint", ""),
    ("email", "hint", ""),
    ("phonenumber", "hint", ""),
    ("simserial", "hint", ""),
    ("subscriberid", "hint", ""),
    ("audit", "hint", ""),
    ("start-geopoint", "hint", ""),
    ("background-audio", "hint", ""),
];

#[test]
fn write__each_row_of_the_reference__reads_back_the_same() {
    for (kind, column, cell) in ROWS {
        let form = crate::testing::form(&format!(
            "| survey |
             | | type | name | label | {column} |
             | | text | a | 甲 | |
             | | {kind} | q | 题目 | {cell} |
             | choices |
             | | list_name | name | label |
             | | l | x | 子 |
             | | l | y | 丑 |"
        ));
        let again = round_trip(&form);
        same(&again, &form);
        let xform = crate::xform::write(&form);
        assert_eq!(crate::xform::write(&again), xform, "{kind}");
        let place = if *kind == "audit" {
            "/data/meta/audit"
        } else {
            "/data/q"
        };
        assert!(
            xform.contains(&format!("<bind nodeset=\"{place}\"")),
            "{kind}: {xform}"
        );
    }
}

#[test]
fn write__repeats_triggers_and_tables__read_back_the_same() {
    let form = crate::testing::form(
        "| survey |
         | | type | name | label | label::English (en) | relevant | calculation | trigger | repeat_count | parameters | default | choice_filter |
         | | integer | n | 数 | Number |
         | | text | after | 后 | After | | concat(${n}, 'x') | ${n}, ${home} |
         | | select_one_from_file villages.csv or_other | home | 村 | Village | | | | | label=title |
         | | select_multiple_from_file villages.csv | many | 村 | Villages | | | | | label=title randomize=true | | town = 'a' |
         | | select_one_from_file towns.csv | town | 镇 | Town | | | | | value=code label=title |
         | | calculate | people | | | | pulldata('villages', 'people', 'name', ${home}) |
         | | begin_repeat | r | 人 | Person | ${n} > 1 | | | ${n}+1 | most=3 |
         | | text | t | 名 | Name | | | | | | position(..) |
         | | begin_repeat | s | 事 | Thing | | | | 2 |
         | | text | u | ${t} 事 | Thing of ${t} |
         | | end_repeat |
         | | end_repeat |
         | | begin_repeat | o | 更多 | More | | | | | most=2 |
         | | date | v | 天 | Day |
         | | end_repeat |
         | choices |
         | | list_name | name | label |
         | villages.csv |
         | | name | title | town | people |
         | | v1 | 东村 | a | 320 |
         | | v2 | 西村 | b | |
         | towns.csv |
         | | code | title | x |
         | | a | 甲镇 | 1 |
         | | b | 乙镇 | |",
    );
    let again = round_trip(&form);
    same(&again, &form);
    assert_eq!(crate::xform::write(&again), crate::xform::write(&form));
}

/// Words as people put them into cells.
fn words() -> impl Strategy<Value = String> {
    "[ -~一-龥①“”，。\n\t]{0,30}".prop_filter("a placeholder is a matter of its own", |text| {
        !text.contains("${")
    })
}

fn text() -> impl Strategy<Value = Text> {
    (words(), words(), proptest::option::of(words())).prop_map(|(zh, en, easy)| {
        let mut text = Text::zh_en(format!("问{zh}"), format!("q{en}"));
        if let Some(easy) = easy {
            text.insert("zh-x-easy", easy);
        }
        text
    })
}

#[derive(Clone, Debug)]
struct Asked {
    kind: usize,
    label: Text,
    hint: Text,
    message: Text,
    rule: usize,
    required: usize,
    appearance: String,
    around: &'static str,
    extra: bool,
}

/// Those that take an answer on a page come first.
const TYPES: [&str; 18] = [
    "text",
    "integer",
    "decimal",
    "date",
    "select_one l",
    "select_multiple l",
    "range",
    "time",
    "dateTime",
    "rank l",
    "acknowledge",
    "barcode",
    "geopoint",
    "image",
    "file",
    "hidden",
    "note",
    "calculate",
];
const ON_PAGES: usize = 13;
const HIDDEN: usize = 15;
const NOTE: usize = 16;

fn asked() -> impl Strategy<Value = Asked> {
    let around = proptest::sample::select(vec!["", "", "group", "repeat"]);
    let rest = (
        0..5usize,
        0..3usize,
        "[a-z]{0,6}( [a-z-]{1,8})?",
        around,
        any::<bool>(),
    );
    (0..TYPES.len(), text(), text(), text(), rest).prop_map(
        |(kind, label, hint, message, (rule, required, appearance, around, extra))| Asked {
            kind,
            label,
            hint,
            message,
            rule,
            required,
            appearance,
            around,
            extra,
        },
    )
}

/// A workbook with these questions. Each may look at the one before it.
fn made(questions: &[Asked], choices: &[(Text, String)]) -> Vec<u8> {
    let (mut survey, mut list) = (Rows::default(), Rows::with_columns(["list_name", "name"]));
    for (at, one) in questions.iter().enumerate() {
        let row_of = |kind: &str, name: String| {
            let mut row = Row::default();
            row.set("type", kind);
            row.set("name", name);
            row
        };
        // A form asks something.
        let kind = if at == 0 { one.kind % ON_PAGES } else { one.kind };
        let mut row = row_of(TYPES[kind], format!("q{at}"));
        row.set_text("label", &one.label);
        row.set_text("hint", &one.hint);
        row.set("appearance", one.appearance.as_str());
        let can_look =
            at > 0 && questions[at - 1].around != "repeat" && (at == 1 || questions[at - 1].kind != NOTE);
        if can_look {
            let before = format!("${{q{}}}", at - 1);
            let rules = [
                String::new(),
                format!("{before} != ''"),
                format!("1=1 and not({before} = '')"),
                format!("string-length({before}) <  3"),
                format!("coalesce( {before} , 'x') != \"it's\""),
            ];
            row.set("relevant", rules[one.rule].as_str());
        }
        match kind {
            _ if TYPES[kind] == "calculate" => {
                row.set("calculation", format!("concat('{}', {at})", one.rule));
                if one.extra && can_look {
                    row.set("trigger", format!("${{q{}}}", at - 1));
                }
            }
            HIDDEN => row.set("default", "x"),
            NOTE => {}
            _ => {
                row.set("required", ["", "yes", "today() > '2026-01-01'"][one.required]);
                row.set("constraint", ["", ". != ''"][one.rule % 2]);
                row.set_text("constraint_message", &one.message);
            }
        }
        match TYPES[kind] {
            "range" => row.set("parameters", format!("start=0 end={} step=0.5", one.rule + 1)),
            "image" if one.extra => row.set("parameters", "max-pixels=640"),
            "text" if one.extra => row.set("default", "concat('a', 'b')"),
            "select_one l" if one.extra => row.set("parameters", "randomize=true"),
            "select_multiple l" | "rank l" if one.extra => {
                row.set("parameters", format!("randomize=true seed={}", one.rule));
            }
            _ => {}
        }
        if !one.around.is_empty() {
            let mut begin = row_of(&format!("begin_{}", one.around), format!("g{at}"));
            if one.around == "repeat" {
                match one.extra {
                    true => begin.set("repeat_count", format!("{}", one.rule + 1)),
                    false => begin.set("parameters", format!("most={}", one.rule + 1)),
                }
            }
            survey.push(begin);
        }
        survey.push(row);
        if !one.around.is_empty() {
            survey.push(row_of(&format!("end_{}", one.around), String::new()));
        }
    }
    for (at, (label, filter)) in choices.iter().enumerate() {
        let mut row = Row::default();
        row.set("list_name", "l");
        row.set("name", format!("c{at}"));
        row.set_text("label", label);
        row.set("missing", if at == 2 { "refused" } else { "" });
        row.set("area", filter.as_str());
        list.push(row);
    }
    let mut settings = Rows::default();
    let mut row = Row::default();
    row.set(&header("form_title", "zh"), "题");
    settings.push(row);
    workbook(&survey, &list, &settings).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn write__any_form__reads_back_the_same(
        questions in proptest::collection::vec(asked(), 1..8),
        choices in proptest::collection::vec((text(), "[a-z0-9 ]{0,5}"), 2..5),
    ) {
        let form = match read("made.xlsx", &made(&questions, &choices)) {
            Ok(read) => read.form,
            Err(faults) => panic!("{}", crate::testing::lines(&faults)),
        };
        let again = round_trip(&form);
        same(&again, &form);
        prop_assert_eq!(crate::xform::write(&again), crate::xform::write(&form));
    }
}
