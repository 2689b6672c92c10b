//! Kinds that devices answer, repeats, actions and orders of chance.

use proptest::prelude::*;

use super::{filled, lines};
use crate::flow::clear_hidden;
use crate::form::{Form, Item};
use crate::response::RawAnswers;
use crate::testing::{TODAY, answers, form};
use crate::validate::validate;
use crate::xform::write;

const WIDE: &str = "
    | survey |
    | | type | name | label | relevant | default | calculation | trigger | repeat_count | parameters | choice_filter | appearance | required |
    | | username | who |
    | | audit | audit |
    | | start-geopoint | where |
    | | background-audio | tape |
    | | time | clock | 几点？ | | now() |
    | | dateTime | moment | 什么时候？ |
    | | rank l | order | 排一排 |
    | | acknowledge | read | 读过了 |
    | | barcode | bar | 条码 |
    | | geopoint | place | 在哪里？ | | | | | | capture-accuracy=5 allow-mock-accuracy=true |
    | | image | photo | 照片 | | | | | | max-pixels=640 |
    | | file | paper | 文件 | | | | | | | | | yes |
    | | hidden | kept | | | 5 |
    | | integer | n | 几个人？ |
    | | select_one l or_other | pick | 选 | | | | | | randomize=true seed=${n}+1 |
    | | text | after | 之后 | | | concat(${n}, 'x') | ${n} |
    | | text | follows | 跟着 | | | concat(${kept}, 'x') | ${kept} |
    | | begin_repeat | person | 人 | ${n} > 0 | | | | ${n} + 0 | most=3 | | field-list |
    | | begin_group | more | 细节 |
    | | text | name | 第几个？ | | position(..) |
    | | integer | age | ${name} 几岁？ |
    | | text | older | 大几岁 | | | ${age} + 1 | ${age} |
    | | begin_repeat | job | 工作 | ${age} > 3 | | | | | most=2 |
    | | select_multiple l | what | 做什么？ | | ${name} | | | | randomize=true | name != ${name} and name != ${bar} |
    | | end_repeat |
    | | end_group |
    | | end_repeat |
    | | calculate | ages | | | | count(${age}) + sum(${age}, ${n}) + count(${person}) + indexed-repeat(${age}, ${person}, ${n}) |
    | choices |
    | | list_name | name | label |
    | | l | x | 甲 |
    | | l | y | 乙 |
    | | l | z | 丙 |";

#[test]
fn write__all_kinds() {
    insta::assert_snapshot!(lines(&write(&form(WIDE))));
}

#[test]
fn write__names_that_helpers_would_have__are_left_to_questions() {
    let form = form(
        "| survey |
         | | type | name | label | repeat_count | parameters |
         | | begin_repeat | r | 人 | 2 | |
         | | text | t | 名字 | | |
         | | end_repeat | | | | |
         | | text | r_count | 数 | | |",
    );
    let xform = write(&form);
    assert!(xform.contains("jr:count=\"/data/r_count_\""), "{xform}");
    let read = filled(
        &form,
        "<r_count_>2</r_count_><r><t>a</t></r><r><t>b</t></r><r_count>c</r_count>",
    );
    assert_eq!(
        read.answers(&form, &[]),
        answers(&[("r_count", "c"), ("t[1]", "a"), ("t[2]", "b")])
    );
}

/// What is stored of a submission.
fn stored(form: &Form, inside: &str) -> RawAnswers {
    validate(form, &filled(form, inside).answers(form, &[]), TODAY)
        .unwrap_or_else(|faults| panic!("{faults:?}"))
}

#[test]
fn answers__of_all_kinds__are_stored_as_those_of_the_web_are() {
    let form = form(WIDE);
    let from_app = stored(
        &form,
        "<who>li</who><where>38 116 0 4</where><tape>a.m4a</tape><clock>14:05:00.000+08:00</clock>\
         <moment>2026-11-03T09:30:00.000+08:00</moment><order>y z other x</order><read>OK</read><bar>690</bar>\
         <place>38.25 116.5 12.0 4.9</place><photo>1.jpg</photo><paper>2.pdf</paper><kept>5</kept><n>2</n>\
         <pick_seed>3</pick_seed><pick>other</pick><pick_other>别的</pick_other><after>2x</after><follows>5x</follows>\
         <person_count>2</person_count>\
         <person><more><name>1</name><age>40</age><older>42</older>\
           <job><what>y x</what></job><job><what/></job></more></person>\
         <person><more><name>二</name><age>2</age><older>3</older></more></person>\
         <ages>86</ages><meta><audit>audit.csv</audit></meta>",
    );
    let web = answers(&[
        ("clock", "14:5"),
        ("moment", "2026-11-3T9:30"),
        ("meta/offset", "+08:00"),
        ("order", "y z other x"),
        ("read", "OK"),
        ("bar", "690"),
        ("place", "38.25,116.5,12,4.9"),
        ("photo", "1.jpg"),
        ("paper", "2.pdf"),
        ("n", "2"),
        ("pick", "other"),
        ("pick_other", "别的"),
        ("after", "2x"),
        ("after/trigger", "2"),
        ("name[1]", "1"),
        ("age[1]", "40"),
        ("older[1]", "42"),
        ("older[1]/trigger", "40"),
        ("job_more[1][1]", "yes"),
        ("what[1][1]", "x y"),
        ("job_more[1][2]", "no"),
        ("name[2]", "二"),
        ("age[2]", "2"),
        ("older[2]", "3"),
        ("older[2]/trigger", "2"),
    ]);
    assert_eq!(from_app, validate(&form, &web, TODAY).unwrap());
    assert_eq!(from_app["older[1]"], "42", "typed over what the trigger set");
    assert_eq!(from_app["ages"], "50", "2 + (40 + 2 + 2) + 2 + 2");
}

#[test]
fn answers__of_more_instances_than_there_can_be__are_not_lost() {
    let form = form(
        "| survey |
         | | type | name | label | repeat_count | parameters |
         | | begin_repeat | r | 人 | | most=2 |
         | | text | t | 名字 | | |
         | | end_repeat | | | | |",
    );
    let read = |inside: &str| filled(&form, inside).answers(&form, &[]);
    assert_eq!(read("<r><t/></r>"), answers(&[]));
    assert_eq!(
        read("<r><t/></r><r><t>b</t></r>"),
        answers(&[("r_more[1]", "yes"), ("r_more[2]", "yes"), ("t[2]", "b")])
    );
    let many = read("<r><t>a</t></r><r><t>b</t></r><r><t>c</t></r>");
    let faults = validate(&form, &many, TODAY).unwrap_err();
    assert_eq!(faults[0].field, "t[3]");
}

/// What a client would send that was given these answers. More instances than were asked say nothing.
fn sent(items: &[Item], numbers: &str, answers: &RawAnswers) -> String {
    let value = |name: &str| {
        answers
            .get(&format!("{name}{numbers}"))
            .map_or("", String::as_str)
    };
    let mut out = String::new();
    for item in items {
        let name = item.name();
        match item {
            Item::Question(_) => out.push_str(&format!("<{name}>{}</{name}>", value(name))),
            Item::Group(group) => {
                let most = group.repeat.as_ref().map_or(0, |repeat| repeat.most);
                for number in 1..=most {
                    let inside = sent(&group.items, &format!("{numbers}[{number}]"), answers);
                    out.push_str(&format!("<{name}>{inside}</{name}>"));
                }
                if most == 0 {
                    out.push_str(&format!(
                        "<{name}>{}</{name}>",
                        sent(&group.items, numbers, answers)
                    ));
                }
            }
        }
    }
    out
}

/// Fields with answers that they may have.
const FIELDS: &[(&str, &[&str])] = &[
    ("clock", &["7:5", "23:59:59"]),
    ("order", &["x y z other", "other z y x"]),
    ("bar", &["x", "690"]),
    ("place", &["1 2", "-38.5,116,3,4"]),
    ("photo", &["a.jpg"]),
    ("n", &["0", "1", "2", "3"]),
    ("pick", &["x", "other"]),
    ("pick_other", &["别的"]),
    ("after", &["改了"]),
    ("name[1]", &["甲", "x"]),
    ("name[2]", &["乙"]),
    ("age[1]", &["3", "40"]),
    ("age[2]", &["4"]),
    ("age[3]", &["50"]),
    ("older[1]", &["7"]),
    ("job_more[1][1]", &["yes", "no"]),
    ("job_more[1][2]", &["yes"]),
    ("job_more[3][1]", &["yes"]),
    ("what[1][1]", &["y", "z other"]),
    ("what[1][2]", &["z"]),
    ("what[3][1]", &["y z"]),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn answers__of_a_submission__are_those_that_the_web_stored(
        given in proptest::collection::vec(proptest::option::of(0..4usize), FIELDS.len()),
    ) {
        let form = form(WIDE);
        let mut web: RawAnswers = FIELDS
            .iter()
            .zip(given)
            .filter_map(|((name, values), at)| Some(((*name).to_owned(), values[at? % values.len()].to_owned())))
            .collect();
        clear_hidden(&form, &mut web, TODAY);
        let web = validate(&form, &web, TODAY);
        prop_assume!(web.is_ok());
        let web = web.unwrap();
        let app = stored(&form, &sent(form.written(), "", &web));
        // A client says how many there are by what is there.
        let without = |answers: &RawAnswers| -> RawAnswers {
            let all = answers.iter().filter(|(name, _)| !name.starts_with("job_more"));
            all.map(|(name, value)| (name.clone(), value.clone())).collect()
        };
        prop_assert_eq!(without(&app), without(&web));
    }
}
