//! Rendered pages, read as HTML by a person who reviews the snapshots.

use super::{Words, answer_text, page};
use crate::flow;
use crate::form::Form;
use crate::response::RawAnswers;
use crate::testing::{TODAY, answers, form};
use crate::validate::validate_page;

fn sample() -> Form {
    form(crate::xlsform::tests::EVERYTHING)
}

/// The page with a line break before each element that starts a block, so that a difference can be read.
fn html(form: &Form, name: &str, given: &RawAnswers, check: bool, lang: &str) -> String {
    let now = flow::page(form, given, name, TODAY).expect("a page that is asked");
    let errors = if check {
        validate_page(form, &now, given, TODAY)
    } else {
        Vec::new()
    };
    let mut markup = page(form, &now, given, &errors, lang).into_string();
    for tag in [
        "<div",
        "<fieldset",
        "<legend",
        "<label",
        "<input",
        "<p",
        "<span",
        "<textarea",
        "<audio",
        "<h1",
        "<h2",
    ] {
        markup = markup.replace(tag, &format!("\n{tag}"));
    }
    markup
}

#[test]
fn render__input_with_hint_and_error() {
    insta::assert_snapshot!(html(&sample(), "age", &answers(&[("age", "1<5")]), true, "zh"));
}

#[test]
fn render__fallback_language__is_marked() {
    let page = html(&sample(), "age", &answers(&[]), false, "en");
    assert!(page.contains(r#"<span lang="zh">按周岁</span>"#), "{page}");
    assert!(page.contains("How old are you?"), "{page}");
    let easy = html(&sample(), "age", &answers(&[]), false, "zh-x-easy");
    assert!(
        !easy.contains("lang="),
        "the same language to every voice: {easy}"
    );
}

#[test]
fn render__field_list_with_likert_and_range() {
    let given = answers(&[("age", "30"), ("need", "rehab"), ("sat", "4")]);
    insta::assert_snapshot!(html(&sample(), "care", &given, true, "zh"));
}

#[test]
fn render__note_before_one_question__is_read_before_the_heading_and_the_title_is_the_question() {
    let form = form(
        "
        | survey |             |        |                  |            |
        |        | type        | name   | label            | appearance |
        |        | begin_group | body   |                  | field-list |
        |        | note        | lead   | 下面问身体。     |            |
        |        | text        | seeing | 看东西有困难吗？ |            |
        |        | end_group   |        |                  |            |
        |        | begin_group | two    |                  | field-list |
        |        | note        | more   | 还有两题。       |            |
        |        | text        | a      | 第一题？         |            |
        |        | text        | b      | 第二题？         |            |
        |        | end_group   |        |                  |            |
        ",
    );
    let given = answers(&[]);
    let one = html(&form, "body", &given, false, "zh");
    let (before, after) = one.split_once("<h1").unwrap();
    assert!(
        before.contains("下面问身体。") && after.contains("看东西有困难吗？"),
        "{one}"
    );
    assert_eq!(
        one.matches("<h1").count() + one.matches("<h2").count(),
        1,
        "{one}"
    );
    let words = Words::new(&form, &given, TODAY);
    let of = |name: &str| words.of_page(&flow::page(&form, &given, name, TODAY).unwrap(), "zh");
    assert_eq!(of("body"), "看东西有困难吗？");
    // Above several questions a note is what they have in common.
    assert_eq!(of("two"), "还有两题。");
    let two = html(&form, "two", &given, false, "zh");
    assert!(two.split_once("</h1>").unwrap().0.contains("还有两题。"), "{two}");
}

#[test]
fn render__several_choices_in_english() {
    let given = answers(&[("age", "30"), ("need", "rehab dk")]);
    insta::assert_snapshot!(html(&sample(), "need", &given, true, "en"));
}

#[test]
fn render__filtered_choices_with_recording() {
    let page = html(
        &sample(),
        "village",
        &answers(&[("town", "a"), ("village", "a2")]),
        false,
        "zh",
    );
    assert!(page.contains("东一村") && !page.contains("西一村"), "{page}");
    assert!(
        page.contains(r#"<audio class="q-audio" controls preload="none" src="media/village.mp3" aria-label="听：哪个村？">"#),
        "{page}"
    );
    assert!(page.contains(r#"value="a2" checked"#), "{page}");
}

#[test]
fn render__note_date_long_text() {
    let form = sample();
    let given = answers(&[
        ("income", "5"),
        ("since", "昨天"),
        ("wish", "</textarea><script>"),
    ]);
    insta::assert_snapshot!(
        [
            html(&form, "welcome", &given, true, "zh"),
            html(&form, "since", &given, true, "zh"),
            html(&form, "wish", &given, true, "zh")
        ]
        .join("\n\n")
    );
}

#[test]
fn render__default__stands_until_something_is_said() {
    let form = sample();
    assert!(html(&form, "income", &answers(&[]), false, "zh").contains(r#"value="0""#));
    assert!(html(&form, "income", &answers(&[("income", "")]), false, "zh").contains(r#"value="""#));
}

#[test]
fn render__scale_values__are_never_shown() {
    let given = answers(&[("age", "30"), ("need", "rehab")]);
    let page = html(&sample(), "care", &given, false, "zh");
    let page = page.split("</fieldset>").next().unwrap();
    let text: String = page
        .split('<')
        .filter_map(|part| part.split_once('>').map(|(_, text)| text))
        .collect();
    assert!(text.contains("很满意"), "{text}");
    for value in ["5", "4", "dk"] {
        assert!(!text.contains(value), "{value} in {text}");
    }
}

#[test]
fn render__earlier_answers_in_words__are_labels_and_escaped() {
    let form = form(
        "
        | survey  |               |      |                            |
        |         | type          | name | label                      |
        |         | text          | who  | 叫什么？                   |
        |         | select_one yn | ok   | ${who}好吗？               |
        |         | note          | end  | ${who}：${ok}              |
        | choices |               |      |                            |
        |         | list_name     | name | label                      |
        |         | yn            | yes  | 好                         |
        ",
    );
    let page = html(
        &form,
        "end",
        &answers(&[("who", "<b>𠮷</b>"), ("ok", "yes")]),
        false,
        "zh",
    );
    assert!(page.contains("&lt;b&gt;𠮷&lt;/b&gt;：好"), "{page}");
}

#[test]
fn answer_text__labels_days_and_numbers() {
    let form = sample();
    let text =
        |name: &str, value: &str, lang: &str| answer_text(&form, form.question(name).unwrap(), value, lang);
    assert_eq!(text("need", "rehab care", "zh"), "康复；托养");
    assert_eq!(text("need", "rehab care", "en"), "Rehabilitation; Day care");
    assert_eq!(text("sat", "4", "zh"), "满意");
    assert_eq!(text("since", "2026-11-03", "zh"), "2026年11月3日");
    assert_eq!(text("since", "2026-11-03", "en"), "3 November 2026");
    assert_eq!(text("since", "2026年-11月-3日", "zh"), "2026年11月3日");
    assert_eq!(text("age", "３０", "zh"), "30");
    assert_eq!(text("sat", "gone", "zh"), "gone");
}

/// Every id that `aria-describedby` and `for` name exists, and none exists twice; on every page, with and without
/// errors, in both languages.
#[test]
fn render__every_reference__has_its_target() {
    let form = sample();
    let given = answers(&[("age", "30"), ("need", "rehab"), ("income", "1")]);
    for now in flow::pages(&form, &given, TODAY) {
        for (check, lang) in [(false, "zh"), (true, "zh"), (true, "en")] {
            let page = html(&form, &now.name, &given, check, lang);
            let all = |attribute: &str| -> Vec<String> {
                let start = format!(" {attribute}=\"");
                let values = page
                    .split(start.as_str())
                    .skip(1)
                    .filter_map(|rest| rest.split('"').next());
                values
                    .flat_map(str::split_whitespace)
                    .map(str::to_owned)
                    .collect()
            };
            let ids = all("id");
            for target in all("aria-describedby").iter().chain(&all("for")) {
                assert_eq!(
                    ids.iter().filter(|id| *id == target).count(),
                    1,
                    "{target} on {}:\n{page}",
                    now.name
                );
            }
            assert_eq!(page.matches("<h1").count(), 1, "{page}");
        }
    }
}

#[test]
fn render__row_of_a_table__is_understood_alone() {
    let form = form(
        "
        | survey  |               |        |                        |                     |            |
        |         | type          | name   | label::中文 (zh)       | label::English (en) | appearance |
        |         | text          | who    | 叫什么？               | Your name?          |            |
        |         | begin_group   | travel | ${who}，满意不满意？   | How satisfied       | table-list |
        |         | select_one yn | bus    | 公交车                 | The bus             |            |
        |         | end_group     |        |                        |                     |            |
        |         | begin_group   | shared | 看病                   | Health care         | field-list table-list |
        |         | select_one yn | doctor | 医生                   | The doctor          |            |
        |         | end_group     |        |                        |                     |            |
        | choices |               |        |                        |                     |            |
        |         | list_name     | name   | label::中文 (zh)       | label::English (en) |            |
        |         | yn            | yes    | 好                     | Good                |            |
        ",
    );
    let given = answers(&[("who", "李梅")]);
    let bus = html(&form, "bus", &given, false, "zh");
    assert!(bus.contains("<h1>李梅，满意不满意？公交车</h1>"), "{bus}");
    assert_eq!(bus.matches("满意不满意").count(), 1, "said once: {bus}");

    let shared = html(&form, "shared", &given, false, "zh");
    assert!(
        shared.contains("<h1>看病</h1>") && shared.contains("<h2>医生</h2>"),
        "{shared}"
    );

    let words = super::Words::new(&form, &given, TODAY);
    let asked = |name: &str| form.question(name).unwrap();
    assert_eq!(words.of(asked("bus"), "zh"), "李梅，满意不满意？公交车");
    assert_eq!(words.of(asked("bus"), "en"), "How satisfied: The bus");
    assert_eq!(words.of(asked("doctor"), "zh"), "看病：医生");
    let page = |name: &str| flow::page(&form, &given, name, TODAY).unwrap();
    assert_eq!(words.of_page(&page("shared"), "zh"), "看病");
    assert_eq!(words.of_page(&page("bus"), "zh"), "李梅，满意不满意？公交车");
}

#[test]
fn render__date__is_three_fields_that_keep_what_was_typed() {
    let form = sample();
    let values = |typed: &str| {
        let page = html(
            &form,
            "since",
            &answers(&[("income", "5"), ("since", typed)]),
            false,
            "en",
        );
        let fields = page.split("<input").skip(1);
        fields
            .map(|field| {
                field
                    .split("value=\"")
                    .nth(1)
                    .unwrap()
                    .split('"')
                    .next()
                    .unwrap()
                    .to_owned()
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(values("2026-11-03"), ["2026", "11", "3"]);
    assert_eq!(values("2026--3"), ["2026", "", "3"]);
    assert_eq!(values(""), ["", "", ""]);
}

const WORDED: &str = "
    | survey  |               |      |               |                          |                            |                     |                              |                         |              |
    |         | type          | name | label::中文 (zh) | label::English (en)      | label::easy (zh-x-easy)    | label::proxy (zh-x-proxy) | media::image::easy (zh-x-easy) | media::audio::中文 (zh) | media::video |
    |         | select_one yn | need | 您需要康复吗？ | Do you need rehabilitation? | 您要康复吗？ | 您的家人需要康复吗？ | rehab.svg | need.mp3 | need.mp4 |
    | choices |               |      |               |                          |                            |                     |                              |                         |              |
    |         | list_name     | name | label::中文 (zh) | label::English (en)      | label::easy (zh-x-easy)    |                     | media::video                 |                         |              |
    |         | yn            | yes  | 需要          | Yes                      | 要                         |                     | yes.mp4                      |                         |              |
    |         | yn            | no   | 不需要        | No                       |                            |                     |                              |                         |              |
";

#[test]
fn render__wordings__are_chosen_and_fall_back() {
    let form = form(WORDED);
    assert_eq!(form.languages.len(), 2, "a wording is no language");
    assert_eq!(form.wordings.len(), 2);
    let shown = |lang: &str| html(&form, "need", &answers(&[]), false, lang);
    let easy = shown("zh-x-easy");
    assert!(
        easy.contains("您要康复吗？") && easy.contains(">要<") && easy.contains(">不需要<"),
        "{easy}"
    );
    assert!(easy.contains("rehab.svg"), "{easy}");
    let proxy = shown("zh-x-proxy-easy");
    assert!(
        proxy.contains("您的家人需要康复吗？") && proxy.contains(">要<"),
        "{proxy}"
    );
    assert!(
        !proxy.contains("need.mp3") && !proxy.contains("need.mp4"),
        "they say “you”: {proxy}"
    );
    let plain = shown("zh");
    assert!(
        plain.contains("您需要康复吗？") && !plain.contains("rehab.svg"),
        "{plain}"
    );
    assert!(plain.contains(r#"data-audio="media/need.mp3""#), "{plain}");
    let english = shown("en-x-easy");
    assert!(
        english.contains("Do you need rehabilitation?") && !english.contains("need.mp3"),
        "{english}"
    );
}

#[test]
fn render__films__have_players_captions_and_names() {
    let form = form(WORDED);
    let now = flow::page(&form, &answers(&[]), "need", TODAY).unwrap();
    let media = |name: &str| (name != "yes.zh.vtt").then(|| format!("/m/{name}"));
    let manner = super::Manner {
        lang: "zh",
        sign: true,
        media: &media,
    };
    let page = super::page_in(&form, &now, &answers(&[]), &[], &manner).into_string();
    assert!(
        page.contains(r#"<details class="sign" open><summary>看手语"#),
        "{page}"
    );
    assert!(page.contains(r#"src="/m/need.mp4" aria-label="手语：您需要康复吗？"><track kind="captions" src="/m/need.zh.vtt" srclang="zh""#), "{page}");
    let (label, rest) = page.split_once("</label>").unwrap();
    assert!(
        !label.contains("yes.mp4"),
        "a player in a label would choose: {label}"
    );
    assert!(
        rest.contains(r#"src="/m/yes.mp4""#) && rest.contains("/m/yes.en.vtt"),
        "{rest}"
    );
}

#[test]
fn render__file_field__only_where_files_can_be_handed_in() {
    let form = form(
        "
        | survey |       |       |            |          |
        |        | type  | name  | label      | required |
        |        | image | photo | 拍一张照片 | yes      |
        |        | text  | more  | 还有吗？   |          |
        ",
    );
    let mut given = answers(&[]);
    let names = |given: &RawAnswers| -> Vec<String> {
        flow::pages(&form, given, TODAY)
            .into_iter()
            .map(|page| page.name)
            .collect()
    };
    assert_eq!(names(&given), ["more"]);
    assert!(
        crate::validate::validate(&form, &given, TODAY).is_ok(),
        "nobody could answer it"
    );
    given.insert(crate::response::TAKES_FILES.to_owned(), "yes".to_owned());
    assert_eq!(names(&given), ["photo", "more"]);
    let faults = crate::validate::validate(&form, &given, TODAY).unwrap_err();
    assert_eq!(faults[0].message.get("zh"), "这道题还没有文件。请选一个文件。");
    let page = flow::page(&form, &given, "photo", TODAY).unwrap();
    let shown = super::page(&form, &page, &given, &faults, "zh").into_string();
    for part in [
        "type=\"file\"",
        "accept=\"image/*\"",
        "aria-invalid=\"true\"",
        "最大 10 MB",
        "id=\"err-photo\"",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("photo/remove"), "nothing is there yet");
    given.insert("photo".to_owned(), "photo.jpg".to_owned());
    let shown = super::page(&form, &page, &given, &[], "en").into_string();
    assert!(
        shown.contains("name=\"photo/remove\"") && shown.contains("Take this file back"),
        "{shown}"
    );
    assert_eq!(
        crate::validate::validate(&form, &given, TODAY).unwrap()["photo"],
        "photo.jpg"
    );
}

#[test]
fn render__styled_words__are_strong_on_pages_and_plain_elsewhere__and_answers_are_never_markup() {
    let form = form(
        "
        | survey |            |      |                                                                     |
        |        | type       | name | label::English (en)                                                 |
        |        | text       | name | What is <span style=\"color:red\">your</span> **name**?              |
        |        | select_one a | pick | ${name}, # _please_ choose                                        |
        | choices |          |      |                                                                     |
        |        | list_name  | name | label::English (en)                                                 |
        |        | a          | x    | **Yes** & no                                                        |
        ",
    );
    let given = answers(&[("name", "**<b>Li</b>**")]);
    let first = html(&form, "name", &given, false, "en");
    assert!(first.contains("What is your <strong>name</strong>?"), "{first}");
    let second = html(&form, "pick", &given, false, "en");
    assert!(
        second.contains("**&lt;b&gt;Li&lt;/b&gt;**, # <strong>please</strong> choose")
            && second.contains("<strong>Yes</strong> &amp; no"),
        "{second}"
    );
    let question = form.question("pick").expect("a question");
    assert_eq!(answer_text(&form, question, "x", "en"), "Yes & no");
    let words = Words::new(&form, &given, TODAY);
    assert_eq!(words.of(question, "en"), "**<b>Li</b>**, # please choose");
    assert!(crate::xform::write(&form).contains("**name**"));
}
