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
        same(&round_trip(&form), &form);
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

const NEW: &str = "
    | survey |
    | | type | name | label | repeat_count | parameters | default | trigger | calculation | choice_filter | relevant |
    | | username | who |
    | | audit | log |
    | | integer | people | 几口人？ |
    | | begin_repeat | person | 家人 | ${people} | most=3 |
    | | text | called | 怎么称呼？ | | rows=4 | concat('P', position(..)) |
    | | begin_repeat | wish | 心愿 | | most=2 |
    | | select_one l or_other | wished | 什么？ |
    | | end_repeat |
    | | end_repeat |
    | | begin_repeat | twice | 两次 | 2 |
    | | time | at | 几点？ |
    | | end_repeat |
    | | rank l | order | 排序 | | randomize=true seed=${people} |
    | | select_multiple l | any | 乱序 | | randomize=true |
    | | acknowledge | seen | 看过 |
    | | barcode | bar | 扫 |
    | | geopoint | place | 哪里 | | capture-accuracy=10 warning-accuracy=20 |
    | | dateTime | moment | 何时 | | | now() |
    | | image | photo | 照片 | | max-pixels=1000 |
    | | file | paper | 文件 |
    | | hidden | kept | | | | h |
    | | text | follows | 跟着变 | | | | ${people}, ${seen} | ${people} + 1 |
    | choices |
    | | list_name | name | label |
    | | l | a | 甲 |
    | | l | b | 乙 |";

#[test]
fn write__repeats_triggers_chance_and_files__read_back_the_same() {
    let form = crate::testing::form(NEW);
    let again = round_trip(&form);
    same(&again, &form);
    let written = |form: &Form| serde_json::to_value(form.written()).unwrap();
    assert_eq!(written(&again), written(&form));
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
    in_group: bool,
}

fn asked() -> impl Strategy<Value = Asked> {
    let rest = (0..5usize, 0..3usize, "[a-z]{0,6}( [a-z-]{1,8})?", any::<bool>());
    (0..9usize, text(), text(), text(), rest).prop_map(
        |(kind, label, hint, message, (rule, required, appearance, in_group))| Asked {
            kind,
            label,
            hint,
            message,
            rule,
            required,
            appearance,
            in_group,
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
        let kind = if at == 0 { one.kind % 7 } else { one.kind };
        let types = [
            "text",
            "integer",
            "decimal",
            "date",
            "select_one l",
            "select_multiple l",
            "range",
            "note",
            "calculate",
        ];
        let mut row = row_of(types[kind], format!("q{at}"));
        row.set_text("label", &one.label);
        row.set_text("hint", &one.hint);
        row.set("appearance", one.appearance.as_str());
        if at > 0 && (at == 1 || questions[at - 1].kind != 7) {
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
            8 => row.set("calculation", format!("concat('{}', {at})", one.rule)),
            7 => {}
            _ => {
                row.set("required", ["", "yes", "today() > '2026-01-01'"][one.required]);
                row.set("constraint", ["", ". != ''"][one.rule % 2]);
                row.set_text("constraint_message", &one.message);
            }
        }
        if kind == 6 {
            row.set("parameters", format!("start=0 end={} step=0.5", one.rule + 1));
        }
        if one.in_group {
            survey.push(row_of("begin_group", format!("g{at}")));
        }
        survey.push(row);
        if one.in_group {
            survey.push(row_of("end_group", String::new()));
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
        same(&round_trip(&form), &form);
    }
}
