use std::collections::BTreeSet;

use super::submission::Submission;
use super::write;
use crate::form::Form;
use crate::testing::{TODAY, form};
use crate::validate::validate;

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

const REPEATED: &str = "
    | survey |
    | | type | name | label | repeat_count | parameters | default | trigger | calculation | choice_filter | relevant |
    | | integer | people | 几口人？ |
    | | begin_repeat | person | 家人 | ${people} + 0 | most=3 |
    | | text | called | 怎么称呼？ | | | concat('P', position(..)) |
    | | integer | years | ${called} 几岁？ | | | | | | | ${called} != '' |
    | | begin_repeat | wish | 心愿 | | most=2 |
    | | select_one l | wished | 什么？ | | | | | | ${called} != name |
    | | end_repeat |
    | | end_repeat |
    | | rank l | order | 排序 | | randomize=true seed=7 |
    | | acknowledge | seen | 看过 |
    | | image | photo | 照片 |
    | | text | follows | 跟着变 | | | | ${people} | ${people} + 1 |
    | | calculate | all | | | | | | sum(${years}) |
    | choices |
    | | list_name | name | label |
    | | l | a | 甲 |
    | | l | b | 乙 |";

#[test]
fn write__repeats_triggers_and_computed_defaults() {
    insta::assert_snapshot!(lines(&write(&form(REPEATED))));
}

#[test]
fn answers__of_repeats__are_those_of_their_instances() {
    let form = form(REPEATED);
    let read = filled(
        &form,
        "<people>2</people><person_count>2</person_count>\
         <person><called>甲</called><years>7</years><wish><wished>b</wished></wish></person>\
         <person><called>乙</called><years>8</years><wish><wished>a</wished></wish><wish><wished>b</wished></wish></person>\
         <order>b a</order><seen>OK</seen><follows>3</follows><all>15</all>",
    );
    let stored = validate(&form, &read.answers(&form, &[]), TODAY).unwrap();
    let stored: Vec<String> = stored
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(
        stored.join(" "),
        "all=15 called[1]=甲 called[2]=乙 follows=3 order=b a people=2 seen=OK wish_more[1][1]=yes wish_more[1][2]=no \
         wish_more[2][1]=yes wish_more[2][2]=yes wished[1][1]=b wished[2][1]=a wished[2][2]=b years[1]=7 years[2]=8"
    );
}
