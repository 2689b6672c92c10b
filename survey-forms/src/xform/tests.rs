use std::collections::BTreeSet;

use super::submission::Submission;
use super::write;
use crate::form::Form;
use crate::testing::{TODAY, form};
use crate::validate::validate;

mod wide;

/// Everything that an XForm says in a way of its own.
const EVERYTHING: &str = "
    | survey |
    | | type | name | label::中文 (zh) | label::English (en) | label::易读 (zh-x-easy) | hint::中文 (zh) | guidance_hint::中文 (zh) | relevant | constraint | constraint_message::中文 (zh) | required | required_message::中文 (zh) | appearance | choice_filter | default | read_only | calculation | parameters | media::image::易读 (zh-x-easy) |
    | | start | began |
    | | today | day |
    | | begin_group | g | 组 | Group | | | | ${s} != 'n' | | | | | field-list |
    | | integer | age | 年龄 | Age | 几岁 | 提示 | 指导 | | . >= 0 and . <= 120 | 不对 | yes | 要答 | | | 7 | | | | a.png |
    | | note | n | 您 ${age} 岁，选了 ${s} | You are ${age} |
    | | end_group | |
    | | select_one yn | s | 选 | One | | | | | | | ${day} > '2026-01-01' | | likert |
    | | select_multiple yn | m | 多选 | Many | | | | | | | | | | kind = ${s} or name = 'y' |
    | | range | r | 度 | Range | | | | | | | | | | | | | | start=0 end=10 step=0.5 |
    | | calculate | c | | | | | | | | | | | | | | | sum(${age}, ${r}) + count(${age}, ${r}) - 1 |
    | | decimal | d | 数 | Number | | | | | | | | | | | 1.5 | yes |
    | | begin_group | t | 表 | Table | | | | | | | | | table-list |
    | | select_one yn | bus | 公交 | Bus |
    | | select_one yn | shop | 商店 & <店> | Shop |
    | | end_group | |
    | choices |
    | | list_name | name | label::中文 (zh) | label::English (en) | kind | missing |
    | | yn | y | 是 | Yes | a | |
    | | yn | n | 否 | No | b | |
    | | yn | dk | 说不清 | Don't know | c | dont_know |
    | settings |
    | | form_title | form_id | version | default_language |
    | | 标题 | f1 | 3 | 中文 (zh) |";

/// One element a line, so that a change reads as one.
fn lines(xform: &str) -> String {
    xform.replace("><", ">\n<")
}

#[test]
fn write__everything() {
    insta::assert_snapshot!(lines(&write(&form(EVERYTHING))));
}

#[test]
fn write__every_reference_is_defined_in_every_translation() {
    let xform = write(&form(EVERYTHING));
    let between = |begin: &str, end: &str| -> Vec<String> {
        xform
            .split(begin)
            .skip(1)
            .filter_map(|rest| rest.split_once(end))
            .map(|(inside, _)| inside.to_owned())
            .collect()
    };
    let defined = between("<text id=\"", "\"");
    let asked: BTreeSet<String> = between("jr:itext(&apos;", "&apos;)").into_iter().collect();
    assert!(asked.len() > 10);
    for id in asked {
        let times = defined.iter().filter(|other| **other == id).count();
        assert_eq!(times, 3, "{id}");
    }
}

#[test]
fn write__names_that_clients_do_not_find__are_spelled() {
    let form = form(
        "| survey |
         | | type | name | label |
         | | integer | a² | 面积 |
         | | integer | 年龄 | 年龄 |
         | | note | meta | ${a²} ${年龄} |",
    );
    let xform = write(&form);
    assert!(
        xform.contains("<a_ub2_/><_u5e74__u9f84_/><meta/><orx:meta><orx:instanceID/></orx:meta>"),
        "{xform}"
    );
    assert!(xform.contains("<output value=\"/data/a_ub2_\"/>"));
}

fn filled(form: &Form, inside: &str) -> Submission {
    let xml = format!(
        "<?xml version='1.0' ?><data id=\"{}\" xmlns:orx=\"http://openrosa.org/xforms\" version=\"{}\">{inside}\
         <orx:meta><orx:instanceID>uuid:7c2f6e0e-5b0e-4a3b-9a53-0a4d1c1f7b11</orx:instanceID></orx:meta></data>",
        form.id, form.author_version
    );
    Submission::read(xml.as_bytes()).unwrap()
}

#[test]
fn answers__of_a_filled_in_form__are_what_a_browser_would_send() {
    let form = form(EVERYTHING);
    let read = filled(
        &form,
        "<began>2026-11-23T09:00:00.000+08:00</began><day>2026-11-23</day>\
         <g><age> 27 </age><n/></g><s>y</s><m>y</m><r>2.50</r><c>12</c><d>1.5</d>\
         <t><reserved_name_for_field_list_labels_14/><bus>y</bus><shop>n</shop></t>",
    );
    let answers = read.answers(&form, &[]);
    let stored = validate(&form, &answers, TODAY).unwrap();
    let stored: Vec<(&str, &str)> = stored
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        stored,
        [
            ("age", "27"),
            ("bus", "y"),
            ("c", "30.5"),
            ("d", "1.5"),
            ("m", "y"),
            ("r", "2.5"),
            ("s", "y"),
            ("shop", "n")
        ]
    );
}

#[test]
fn answers__what_the_form_has_no_place_for__is_not_lost() {
    let form = form(EVERYTHING);
    let read = filled(
        &form,
        "<g><age>1</age><age>2</age></g><intruder><deep>x</deep></intruder><apart><code>1</code></apart>",
    );
    let answers = read.answers(&form, &["apart"]);
    assert_eq!(answers.get("deep").map(String::as_str), Some("x"));
    assert_eq!(
        answers.get("age").map(String::as_str),
        Some("2"),
        "validation sees what came last"
    );
    assert!(!answers.contains_key("code"));
    assert_eq!(read.value(&["apart", "code"]), Some("1"));
}

#[test]
fn note__that_is_said_to_be_required__is_not__because_nobody_can_answer_it() {
    let form = crate::testing::form(
        "
        | survey |      |      |           |          |
        |        | type | name | label     | required |
        |        | note | told | Read this | yes      |
        |        | text | said | Say       | yes      |
        ",
    );
    let xml = super::write(&form);
    let bind = |name: &str| {
        xml.split("<bind")
            .find(|line| line.contains(&format!("nodeset=\"/data/{name}\"")))
            .unwrap()
            .to_owned()
    };
    assert!(!bind("told").contains("required"), "{}", bind("told"));
    assert!(bind("said").contains("required=\"true()\""), "{}", bind("said"));
}
