//! The reader as a whole: forms as Markdown tables, through a real workbook, to a model or to diagnostics.

use proptest::prelude::*;

use crate::diagnostic::Severity;
use crate::form::{Item, MetadataKind, MissingKind, QuestionKind, Required};
use crate::testing::{faults, form, lines, read, xlsx};
use crate::xlsform;

mod reference;

/// One of everything that is supported.
pub(crate) const EVERYTHING: &str = "
    | survey   |                     |            |                 |                  |          |                        |                                     |                        |          |             |                 |                    |            |
    |          | type                | name       | label::中文 (zh)  | label::English (en) | hint::中文 (zh) | relevant            | constraint                          | constraint_message::中文 (zh) | constraint_message::English (en) | required | appearance | choice_filter      | parameters              | calculation       | default | media::audio::中文 (zh) |
    |          | start               | start      |                 |                  |          |                        |                                     |                        |          |             |                 |                    |            |
    |          | today               | today      |                 |                  |          |                        |                                     |                        |          |             |                 |                    |            |
    |          | note                | welcome    | 您好            | Hello            |          |                        |                                     |                        |          |             |                 |                    |            |
    |          | begin_group         | about      | 关于您          | About you        |          |                        |                                     |                        |          |             |                 |                    |            |
    |          | integer             | age        | 您几岁？        | How old are you? | 按周岁   |                        | . >= 16 and . <= 120                | 请填 16 到 120。       | From 16 to 120. | yes |                 |                    |            |
    |          | select_one town     | town       | 哪个乡镇？      | Which township?  |          |                        |                                     |                        |          | yes         | minimal         |                    |            |       |  |  |
    |          | select_one village  | village    | 哪个村？        | Which village?   |          |                        |                                     |                        |          | yes         |                 | town = ${town}     |            |   |  | village.mp3 |
    |          | end_group           |            |                 |                  |          |                        |                                     |                        |          |             |                 |                    |            |
    |          | select_multiple area | need      | 需要什么？      | What do you need? |         | ${age} >= 16           | not(selected(., 'none') and count-selected(.) > 1) | “都不需要”不能和别的一起选。 | None goes alone. | ${age} < 60 | |        |            |
    |          | begin_group         | care       | 康复            | Rehabilitation   |          | selected(${need}, 'rehab') |                                 |                        |          |             | field-list      |                    |            |
    |          | select_one five     | sat        | 满意吗？        | Are you satisfied? |        |                        |                                     |                        |          | yes         | likert          |                    |            |
    |          | range               | hours      | 几个小时？      | How many hours?  |          |                        |                                     |                        |          |             |                 |                    | start=0 end=24 step=0.5 |
    |          | end_group           |            |                 |                  |          |                        |                                     |                        |          |             |                 |                    |            |
    |          | decimal             | income     | 收入？          | Income?          |          |                        |                                     |                        |          |             |                 |                    |            |   | 0 |
    |          | date                | since      | 从哪天起？      | Since when?      |          | ${income} > 0          | . <= today()                        | 不能晚于今天。         | Not after today. |     |                 |                    |            |
    |          | text                | wish       | 还想说什么？    | Anything else?   |          |                        |                                     |                        |          |             | multiline       |                    |            |
    |          | calculate           | score      |                 |                  |          |                        |                                     |                        |          |             |                 |                    |            | if(${sat} >= 4, 1, 0) |

    | choices  |           |       |               |                   |              |      |
    |          | list_name | name  | label::中文 (zh) | label::English (en) | missing    | town |
    |          | town      | a     | 东镇          | East              |              |      |
    |          | town      | b     | 西镇          | West              |              |      |
    |          | village   | a1    | 东一村        | East One          |              | a    |
    |          | village   | a2    | 东二村        | East Two          |              | a    |
    |          | village   | b1    | 西一村        | West One          |              | b    |
    |          | area      | rehab | 康复          | Rehabilitation    |              |      |
    |          | area      | care  | 托养          | Day care          |              |      |
    |          | area      | none  | 都不需要      | None              |              |      |
    |          | area      | dk    | 说不清        | Don't know        | dont_know    |      |
    |          | five      | 5     | 很满意        | Very satisfied    |              |      |
    |          | five      | 4     | 满意          | Satisfied         |              |      |
    |          | five      | 3     | 一般          | Neither           |              |      |
    |          | five      | 2     | 不满意        | Dissatisfied      |              |      |
    |          | five      | 1     | 很不满意      | Very dissatisfied |              |      |
    |          | five      | dk    | 说不清        | Don't know        | dont_know    |      |
    |          | five      | rf    | 不想回答      | Rather not say    | refused      |      |

    | settings |                      |          |         |                  |
    |          | form_title::中文 (zh) | form_title::English (en) | form_id  | version | default_language |
    |          | 残疾人问卷           | Residents | resident | 2026.1  | 中文 (zh)        |
";

#[test]
fn read__everything__gives_the_expected_model() {
    let read = read(EVERYTHING).unwrap_or_else(|faults| panic!("{}", lines(&faults)));
    let form = &read.form;
    assert_eq!(
        (form.id.as_str(), form.author_version.as_str()),
        ("resident", "2026.1")
    );
    assert_eq!(form.title.get("en"), "Residents");
    assert_eq!(
        form.languages
            .iter()
            .map(|language| language.as_str())
            .collect::<Vec<_>>(),
        ["zh", "en"]
    );
    assert_eq!(
        form.metadata
            .iter()
            .map(|metadata| metadata.kind)
            .collect::<Vec<_>>(),
        [MetadataKind::Start, MetadataKind::Today]
    );
    let names: Vec<&str> = form.questions().map(|question| question.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "welcome", "age", "town", "village", "need", "sat", "hours", "income", "since", "wish", "score"
        ]
    );
    let age = form.question("age").unwrap();
    assert_eq!(age.row, 6);
    assert_eq!(age.hint.get("en"), "按周岁");
    assert!(matches!(age.required, Required::Yes));
    assert_eq!(
        age.constraint.as_ref().unwrap().to_string(),
        ". >= 16 and . <= 120"
    );
    let need = form.question("need").unwrap();
    assert!(matches!(need.required, Required::When(_)));
    assert_eq!(form.choices(need)[3].missing, Some(MissingKind::DontKnow));
    assert_eq!(
        form.question("hours").unwrap().kind,
        QuestionKind::Range {
            start: 0.0,
            end: 24.0,
            step: 0.5
        }
    );
    assert_eq!(
        form.choices(form.question("sat").unwrap())[0].name,
        "5",
        "a number cell is no 5.0"
    );
    assert_eq!(
        form.choices(form.question("village").unwrap())[0].filters["town"],
        "a"
    );
    assert!(
        matches!(&form.items[3], Item::Group(group) if group.is_page() && group.items.len() == 2),
        "{:?}",
        form.items[3]
    );
    insta::assert_snapshot!(lines(&read.warnings));
    assert!(
        form.version.len() == 64 && form.version.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{}",
        form.version
    );
    let mut json = serde_json::to_value(form).unwrap();
    json["version"] = "[64 hexadecimal digits]".into();
    insta::assert_json_snapshot!(json);
}

#[test]
fn version__follows_the_words_and_nothing_else() {
    let one = form(EVERYTHING).version;
    assert_eq!(one, form(EVERYTHING).version);
    // An empty row and another order of the sheets change no question.
    let (survey, rest) = EVERYTHING.split_once("    | choices").unwrap();
    let swapped = format!("    | choices{rest}\n{survey}");
    assert_eq!(one, form(&swapped).version);
    assert_ne!(one, form(&EVERYTHING.replace("您几岁？", "您多大？")).version);
    assert_ne!(
        one,
        form(&EVERYTHING.replace(". >= 16 and", ". >= 17 and")).version
    );
}

#[test]
fn read__faults_of_all_kinds__are_reported_in_one_run() {
    let found = faults(
        "
        | survey  |                  |          |            |                        |             |                      |          |                      |           |
        |         | type             | name     | label      | relevent               | constraint  | relevance            | required | calculation          | parameters | default | choice_filter |
        |         | integer          | age      | 年龄       |                        | ${age} > 3  |                      | yess     |                      |            | x |
        |         | intger           | other    | 其他       |                        |             |                      |          |                      |            |
        |         | text             | age      | 又是年龄   |                        |             | ${ag} > 3 and ${ag} < 9 |       |                      |            |
        |         | text             | my name  | 姓名       |                        | 1 = 1       |                      |          |                      |            |
        |         | select_one yn    | works    | 工作吗？   |                        |             | ${name} = 'x'        |          |                      |            |
        |         | select_one yes_no | likes   | 喜欢吗？   |                        |             | ${likes} = 'yes'     |          |                      |            |
        |         | select_one yesno | hates    | 讨厌吗？   |                        |             | ${likes} = 'yse'     |          |                      |            | ye |
        |         | select_multiple yesno | many | 多选？    |                        |             | selected(${likes}, 'maybe') or ${many2} = 'yes' | | |          |
        |         | select_multiple yesno | many2 | 多选？   |                        |             | ${many} = 'yes'      |          |                      |            |
        |         | begin_group      | g        | 一组       |                        |             |                      |          |                      |            |
        |         | note             | words    |            |                        |             |                      |          |                      |            |
        |         | calculate        | c        |            |                        |             |                      |          | ${d} + 1             |            |
        |         | calculate        | d        |            |                        |             |                      |          | ${e} + 1             |            |
        |         | calculate        | e        |            |                        |             |                      |          | ${c} + 1             |            |
        |         | calculate        | f        |            |                        |             |                      |          |                      |            |
        |         | range            | r        | 多少？     |                        |             |                      |          |                      | start=9 end=1 |
        |         | begin_repeat     | rep      | 重复       |                        |             |                      |          |                      |            |
        |         | text             | in_rep   | 里面       |                        |             | words = 3            |          |                      |            |
        |         | end_repeat       |          |            |                        |             |                      |          |                      |            |
        |         | geotrace         | where    | 在哪里？   |                        |             | ${words} = 'x'       |          |                      |            |
        |         | text             | after    | 之后       |                        |             | ${g} = 1 or selectd(1, 2) |     |                      |            |
        |         | text             | wide     | 全角       |                        |             | ${age} ＞ 18         |          |                      |            |
        |         |                  | untyped  | 没有题型   |                        |             |                      |          |                      |            |
        |         | end_group        |          |            |                        |             |                      |          |                      |            |
        |         | end_group        |          |            |                        |             |                      |          |                      |            |
        |         | begin_group      | open     | 没结束     |                        |             |                      |          |                      |            |
        |         | text             | last     | 您说 ${agee} 岁 |                   |             | . = 1                |          |                      |            |  | town = 1 |
        | choices |                  |          |            |                        |
        |         | list_name        | name     | lable      | missing                |
        |         | yesno            | yes      | 是         |                        |
        |         | yesno            | no       | 否         | unknown                |
        |         | yesno            | no       | 否         |                        |
        |         | unused           | a b      | 甲         |                        |
        |         |                  | z        | 乙         |                        |
        |         | unused           |          | 丙         |                        |
        ",
    );
    insta::assert_snapshot!(lines(&found));
}

#[test]
fn read__conditions_that_cannot_hold__are_explained() {
    let found = faults(
        "
        | survey  |                 |      |       |                                          |             |
        |         | type            | name | label | relevant                                 | constraint  | constraint_message |
        |         | select_one yn   | one  | 甲    |                                          |             |
        |         | select_multiple yn | many | 乙 |                                          | not(selected(., 'nothing')) | 不行 |
        |         | integer         | age  | 年龄  | ${one} = 'yse' or selected(${many}, 'n') | . < 'many'  | 不行 |
        |         | begin_group     | g    | 组    | ${many} = 'yes'                          |             |
        |         | text            | t    | 丁    | selected(${age}, '3') or ${age} = 'old'  |             |
        |         | end_group       |      |       |                                          |             |
        |         | text            | u    | 戊    | ${g} = 1                                 |             |
        |         | text            | v    | 己    | selected(${one}, 'yes') = 'true'         |             |
        | choices |                 |      |       |
        |         | list_name       | name | label |
        |         | yn              | yes  | 是    |
        |         | yn              | no   | 否    |
        ",
    );
    insta::assert_snapshot!(lines(&found));
}

#[test]
fn read__circular_relevant__is_printed_as_a_path() {
    let found = faults(
        "
        | survey |      |      |       |             |
        |        | type | name | label | relevant    |
        |        | text | a    | 甲    | ${c} = 'x'  |
        |        | text | b    | 乙    | ${a} = 'x'  |
        |        | text | c    | 丙    | ${b} = 'x'  |
        |        | text | self | 己    | ${self} = 1 |
        ",
    );
    insta::assert_snapshot!(lines(&found), @r"
    XF013 test.xlsx survey 表第 2 行 relevant 列：互相依赖，绕成了圈：a → c → b → a。请去掉其中一处引用，让每道题只依赖别的题。
    XF013 test.xlsx, survey sheet, row 2, column relevant: These depend on each other in a circle: a → c → b → a. Take away one of the references, so that nothing depends on itself.
    XF013 test.xlsx survey 表第 5 行 relevant 列：互相依赖，绕成了圈：self → self。请去掉其中一处引用，让每道题只依赖别的题。
    XF013 test.xlsx, survey sheet, row 5, column relevant: These depend on each other in a circle: self → self. Take away one of the references, so that nothing depends on itself.
    ");
}

#[test]
fn read__group_that_depends_on_what_it_holds__is_a_circle() {
    let found = faults(
        "
        | survey |             |      |       |             |
        |        | type        | name | label | relevant    |
        |        | begin_group | g    | 组    | ${q} = 'x'  |
        |        | text        | q    | 题    |             |
        |        | end_group   |      |       |             |
        ",
    );
    assert_eq!(found[0].code, "XF013");
    assert!(
        found[0].message.get("zh").contains("g → q → g"),
        "{}",
        found[0].to_line("zh")
    );
}

#[test]
fn read__constraints_that_refer_to_each_other__are_a_warning() {
    let found = faults(
        "
        | survey |         |      |       |             |                    |
        |        | type    | name | label | constraint  | constraint_message |
        |        | integer | low  | 低    | . <= ${high} | 低不过高          |
        |        | integer | high | 高    | . >= ${low} | 高不过低           |
        ",
    );
    assert_eq!(
        found.iter().map(|fault| fault.code).collect::<Vec<_>>(),
        ["XF014"]
    );
}

#[test]
fn read__not_a_workbook__says_so() {
    for (bytes, code) in [
        (&b""[..], "XF002"),
        (b"name,age\n", "XF001"),
        (b"PK\x03\x04rubbish", "XF001"),
    ] {
        let faults = xlsform::read("x.xlsx", bytes).unwrap_err();
        assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [code]);
        assert_eq!(faults[0].place.file.as_deref(), Some("x.xlsx"));
    }
    let whole = xlsx(EVERYTHING);
    let truncated = xlsform::read("x.xlsx", &whole[..whole.len() / 2]).unwrap_err();
    assert_eq!(truncated[0].code, "XF001");
    let huge = vec![0; 9 << 20];
    assert_eq!(xlsform::read("x.xlsx", &huge).unwrap_err()[0].code, "XF008");
}

#[test]
fn read__missing_sheets_and_columns__are_named() {
    let codes = |markdown: &str| {
        faults(markdown)
            .iter()
            .map(|fault| fault.to_line("zh"))
            .collect::<Vec<_>>()
    };
    insta::assert_debug_snapshot!([
        codes("| Surveys | |\n| | type | name |\n| | text | a |"),
        codes("| survey | |\n| | typ | name | label |\n| | text | a | 甲 |"),
        codes("| survey | |\n| | type | name | label |"),
        codes(
            "| survey | |\n| | type | name | label |\n| | select_one yn | a | 甲 |\n| choice | |\n| | list_name | name |"
        ),
        codes("| survey | |"),
    ]);
}

#[test]
fn read__cell_in_the_last_corner__costs_nothing() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet().set_name("survey").unwrap();
    sheet.write_string(0, 0, "type").unwrap();
    sheet.write_string(1_048_575, 16_383, "far away").unwrap();
    let faults = xlsform::read("x.xlsx", &workbook.save_to_buffer().unwrap()).unwrap_err();
    assert_eq!(faults[0].code, "XF008");
}

#[test]
fn read__plain_label_and_no_settings__takes_file_name_and_script() {
    let read = read("| survey | |\n| | type | name | label |\n| | text | 𠮷名 | 您的名字？ |").unwrap();
    assert_eq!(
        (read.form.id.as_str(), read.form.title.get("zh")),
        ("test", "test")
    );
    assert_eq!(read.form.default_language(), "zh");
    assert!(
        read.form.question("𠮷名").is_some(),
        "a name of four-byte characters"
    );
    let english = form("| survey | |\n| | type | name | label |\n| | text | a | Your name? |");
    assert_eq!(english.default_language(), "en");
}

#[test]
fn read__dates_and_truth_values_in_cells__are_what_they_show() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet().set_name("survey").unwrap();
    for (column, header) in (0u16..).zip(["type", "name", "label", "default", "required"]) {
        sheet.write_string(0, column, header).unwrap();
    }
    for (column, cell) in (0u16..).zip(["date", "since", "从哪天起？"]) {
        sheet.write_string(1, column, cell).unwrap();
    }
    let format = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    sheet.write_number_with_format(1, 3, 46_349.0, &format).unwrap();
    sheet.write_boolean(1, 4, true).unwrap();
    let form = xlsform::read("x.xlsx", &workbook.save_to_buffer().unwrap())
        .unwrap()
        .form;
    let question = form.question("since").unwrap();
    assert_eq!(question.default.as_deref(), Some("2026-11-23"));
    assert!(matches!(question.required, Required::Yes));
}

#[test]
fn read__warnings_alone__give_a_form() {
    let read = read(
        "
        | survey  |                |      |                |                    |         |
        |         | type           | name | label::中文 (zh) | label::English (en) | lable |
        |         | select_one yn  | a    | 甲？           |                    | x       |
        | choices |                |      |                |                    |
        |         | list_name      | name | label::中文 (zh) | label::English (en) |
        |         | yn             | yes  | 是             | Yes                |
        |         | old            | x    | 旧             | Old                |
        ",
    )
    .unwrap();
    assert!(
        read.warnings
            .iter()
            .all(|warning| warning.severity == Severity::Warning)
    );
    assert_eq!(
        read.warnings.iter().map(|w| w.code).collect::<Vec<_>>(),
        ["XF005", "XF071", "XF042"]
    );
}

#[test]
fn words_missing_in_the_default_language__are_an_error_and_in_another_a_warning() {
    let faults = read(
        "
        | survey  |                |      |                |                    |             |
        |         | type           | name | label::中文 (zh) | label::English (en) | hint::English (en) |
        |         | text           | a    |                | Which?             | Any.        |
        |         | select_one yn  | b    | 乙？           |                    |             |
        | choices |                |      |                |                    |
        |         | list_name      | name | label::中文 (zh) | label::English (en) |
        |         | yn             | yes  |                | Yes                |
        ",
    )
    .unwrap_err();
    let found = faults.iter().map(|fault| (fault.code, fault.place.row));
    assert_eq!(
        found.collect::<Vec<_>>(),
        [
            ("XF078", Some(2)),
            ("XF071", Some(2)),
            ("XF071", Some(3)),
            ("XF078", Some(2))
        ]
    );
}

#[test]
fn fixture__greeting__is_what_the_readme_shows() {
    let markdown = "
        | survey   |               |       |                  |                       |                    |          |
        |          | type          | name  | label::中文 (zh) | label::English (en)   | relevant           | required |
        |          | integer       | age   | 您几岁？         | How old are you?      |                    | yes      |
        |          | select_one yn | works | 您有工作吗？     | Do you have work?     | ${age} >= 16       | yes      |
        | choices  |               |       |                  |                       |
        |          | list_name     | name  | label::中文 (zh) | label::English (en)   |
        |          | yn            | yes   | 有               | Yes                   |
        |          | yn            | no    | 没有             | No                    |
        | settings |               |       |
        |          | form_title    | form_id |
        |          | 问候          | greeting |
    ";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/greeting.xlsx");
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        std::fs::write(path, xlsx(markdown)).unwrap();
    }
    let kept = xlsform::read("greeting.xlsx", &std::fs::read(path).unwrap()).unwrap();
    assert_eq!(kept.form.version, form(markdown).version);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn read__arbitrary_bytes__never_panics(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(xlsform::read("x.xlsx", &bytes).is_err());
    }

    /// Damage inside a real workbook gets further into the reader than noise does.
    #[test]
    fn read__damaged_workbook__never_panics(at in 0usize..10_000, byte in any::<u8>(), cut in 0usize..10_000) {
        let mut bytes = xlsx("| survey | |\n| | type | name | label |\n| | text | a | 甲 |");
        let length = bytes.len();
        bytes[at % length] = byte;
        bytes.truncate(length - cut % 3 * (cut % length) / 3);
        let _ = xlsform::read("x.xlsx", &bytes);
    }
}

#[test]
fn read__wordings__must_belong_to_a_language_and_be_asked_for() {
    let found = crate::testing::faults(
        "
        | survey |      |      |        |                        |                        |
        |        | type | name | label  | label::x (zh-x-esay)   | label::y (ug-x-easy)   |
        |        | note | hi   | 您好   | 好                     | x                      |
        ",
    );
    let codes: Vec<&str> = found.iter().map(|fault| fault.code).collect();
    assert_eq!(codes, ["XF077", "XF076"], "{}", lines(&found));
    assert!(found[0].to_line("zh").contains("zh-x-easy"), "{}", lines(&found));
}
