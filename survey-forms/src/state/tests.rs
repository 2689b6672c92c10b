//! What follows from answers where more than one question is involved: repeats, triggers, chance, defaults.

use crate::flow;
use crate::response::{NOW, RESPONSE_ID, RawAnswers, from_pairs};
use crate::state::State;
use crate::testing::{TODAY, answers, form};
use crate::validate::validate;

const HOUSEHOLD: &str = "
    | survey |              |         |                  |                 |             |                      |              |                                          |
    |        | type         | name    | label            | relevant        | required    | repeat_count         | parameters   | calculation                              |
    |        | integer      | people  | 几口人？         |                 | yes         |                      |              |                                          |
    |        | begin_repeat | person  | 家里人           |                 |             | ${people}            | most=4       |                                          |
    |        | text         | called  | 怎么称呼？       |                 | yes         |                      |              |                                          |
    |        | integer      | age     | ${called}几岁？  |                 |             |                      |              |                                          |
    |        | calculate    | line    |                  |                 |             |                      |              | concat(position(..), '/', ${people}, ' ', ${called}) |
    |        | text         | school  | 上什么学？       | ${age} < 18     |             |                      |              |                                          |
    |        | end_repeat   |         |                  |                 |             |                      |              |                                          |
    |        | calculate    | total   |                  |                 |             |                      |              | sum(${age})                              |
    |        | calculate    | oldest  |                  |                 |             |                      |              | max(${age})                              |
    |        | calculate    | counted |                  |                 |             |                      |              | count(${person})                         |
    |        | calculate    | last    |                  |                 |             |                      |              | indexed-repeat(${line}, ${person}, ${people}) |
    |        | calculate    | all     |                  |                 |             |                      |              | join(' ', ${called})                     |
    |        | begin_repeat | visit   | 来访             |                 |             |                      | most=2       |                                          |
    |        | date         | day     | 哪天？           |                 | yes         |                      |              |                                          |
    |        | end_repeat   |         |                  |                 |             |                      |              |                                          |
";

#[test]
fn repeat__instances_are_pages_answers_and_sums() {
    let form = form(HOUSEHOLD);
    let mut given = answers(&[("people", "2")]);
    let names = |given: &RawAnswers| -> Vec<String> {
        flow::pages(&form, given, TODAY)
            .into_iter()
            .map(|page| page.name)
            .collect()
    };
    assert_eq!(
        names(&given),
        [
            "people",
            "called[1]",
            "age[1]",
            "called[2]",
            "age[2]",
            "visit_more[1]"
        ]
    );
    for (name, value) in [
        ("called[1]", "小明"),
        ("age[1]", "40"),
        ("called[2]", "小红"),
        ("age[2]", "9"),
        ("school[2]", "小学"),
        ("visit_more[1]", "yes"),
        ("day[1]", "2026-11-01"),
        ("visit_more[2]", "no"),
    ] {
        given.insert(name.to_owned(), value.to_owned());
    }
    assert_eq!(
        names(&given)[4..],
        ["age[2]", "school[2]", "visit_more[1]", "day[1]", "visit_more[2]"]
    );
    let stored = validate(&form, &given, TODAY).expect("all is well");
    for (name, value) in [
        ("line[2]", "2/2 小红"),
        ("total", "49"),
        ("oldest", "40"),
        ("counted", "2"),
        ("last", "2/2 小红"),
        ("all", "小明 小红  "),
    ] {
        assert_eq!(stored.get(name).map_or("", String::as_str), value, "{name}");
    }
    let words = crate::render::Words::new(&form, &given, TODAY);
    assert_eq!(words.of(form.question("age[2]").unwrap(), "zh"), "小红几岁？");
    // What was said of somebody who is not counted any more goes with them.
    given.insert("people".to_owned(), "1".to_owned());
    let faults = validate(&form, &given, TODAY).unwrap_err();
    let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["called[2]", "age[2]", "school[2]"]);
    flow::clear_hidden(&form, &mut given, TODAY);
    assert!(!given.contains_key("called[2]"));
    assert_eq!(validate(&form, &given, TODAY).unwrap()["total"], "40");
}

#[test]
fn repeat__columns__are_as_many_as_there_can_be() {
    let book = crate::code_book::CodeBook::of(&form(HOUSEHOLD));
    let of = |stem: &str| {
        let columns = book
            .variables
            .iter()
            .filter(|variable| variable.name.starts_with(stem));
        columns.map(|variable| variable.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(of("age"), ["age[1]", "age[2]", "age[3]", "age[4]"]);
    assert_eq!(of("day"), ["day[1]", "day[2]"]);
}

#[test]
fn trigger__sets_when_it_changes_and_may_be_typed_over() {
    let form = form(
        "
        | survey |         |       |        |                     |         |
        |        | type    | name  | label  | calculation         | trigger |
        |        | text    | name  | 姓名   |                     |         |
        |        | text    | greet | 称呼   | concat(${name}, '同志') | ${name} |
        |        | hidden  | first |        | once(${name})       |         |
        ",
    );
    let mut given = RawAnswers::new();
    let step = |given: &mut RawAnswers, name: &str, value: &str| {
        given.insert(name.to_owned(), value.to_owned());
        flow::clear_hidden(&form, given, TODAY);
    };
    flow::clear_hidden(&form, &mut given, TODAY);
    assert_eq!(given.get("greet").map(String::as_str), Some(""));
    step(&mut given, "name", "王");
    assert_eq!(given["greet"], "王同志");
    step(&mut given, "greet", "老王");
    assert_eq!(given["greet"], "老王", "typed over");
    step(&mut given, "name", "李");
    assert_eq!(given["greet"], "李同志", "the trigger has changed");
    assert_eq!(given["first"], "王", "once is once");
    let stored = validate(&form, &given, TODAY).unwrap();
    assert_eq!((stored["greet"].as_str(), stored.len()), ("李同志", 3));
    // A client with an account of its own sends values alone.
    let stored = validate(&form, &answers(&[("name", "李"), ("greet", "老李")]), TODAY).unwrap();
    assert_eq!(stored["greet"], "老李");
}

#[test]
fn chance__follows_from_the_response() {
    let form = form(
        "
        | survey  |               |       |        |             |                          |
        |         | type          | name  | label  | calculation | parameters               |
        |         | integer       | seed  | 种子   |             |                          |
        |         | select_one l  | own   | 自己   |             | randomize=true           |
        |         | select_one l  | given | 给定   |             | randomize=true seed=${seed} |
        |         | calculate     | r     |        | random()    |                          |
        |         | calculate     | u     |        | uuid()      |                          |
        | choices |               |       |        |
        |         | list_name     | name  | label  |
        |         | l             | 0     | 零     |
        |         | l             | 1     | 一     |
        |         | l             | 2     | 二     |
        |         | l             | 3     | 三     |
        |         | l             | 4     | 四     |
        ",
    );
    assert!(form.leaves_to_chance());
    let look = |id: &str| {
        let given = answers(&[(RESPONSE_ID, id), ("seed", "42")]);
        let state = State::of(&form, &given, TODAY);
        let order = |name: &str| -> String {
            let offered = state.offered(form.question(name).unwrap());
            offered.iter().map(|choice| choice.name.as_str()).collect()
        };
        let value = |name: &str| state.value(form.slot(name).unwrap()).to_owned();
        (order("own"), order("given"), value("r"), value("u"))
    };
    let (one, other) = (look("a"), look("b"));
    assert_eq!(one, look("a"));
    assert_eq!(one.1, "04213", "as JavaRosa does with the seed 42");
    assert_eq!(other.1, one.1);
    assert!(
        one.0 != other.0 && one.2 != other.2 && one.3 != other.3,
        "{one:?} {other:?}"
    );
}

#[test]
fn default__is_computed_until_somebody_has_answered() {
    let form = form(
        "
        | survey |        |       |        |           |                         |
        |        | type   | name  | label  | read_only | default                 |
        |        | text   | name  | 姓名   |           |                         |
        |        | date   | day   | 哪天？ |           | today()                 |
        |        | text   | note  | 备注   | yes       | concat(${name}, ' ', format-date-time(now(), '%H:%M')) |
        ",
    );
    let html = |given: &RawAnswers| {
        let page = flow::page(&form, given, "day", TODAY).unwrap();
        crate::render::page(&form, &page, given, &[], "zh").into_string()
    };
    let mut given = answers(&[("name", "王"), (NOW, "2026-11-23T09:30:00.000+08:00")]);
    assert!(html(&given).contains(r#"value="23""#), "{}", html(&given));
    let stored = validate(&form, &given, TODAY).unwrap();
    assert_eq!(
        (stored["note"].as_str(), stored.get("day")),
        ("王 09:30", None),
        "a default is an offer"
    );
    given.insert("day".to_owned(), String::new());
    assert!(!html(&given).contains(r#"value="23""#), "taken back");
}

#[test]
fn from_pairs__fields_and_numbers_are_one_answer() {
    let form = form(
        "
        | survey  |          |       |        |            |
        |         | type     | name  | label  | appearance |
        |         | begin_group | g  | 一页   | field-list |
        |         | time     | t     | 几点？ |            |
        |         | geopoint | p     | 哪里？ |            |
        |         | rank l   | r     | 次序   |            |
        |         | acknowledge | k  | 读过   |            |
        |         | end_group |      |        |            |
        | choices |          |       |        |
        |         | list_name | name | label  |
        |         | l        | a     | 甲     |
        |         | l        | b     | 乙     |
        ",
    );
    let page = flow::page(&form, &RawAnswers::new(), "g", TODAY).unwrap();
    let sent = |pairs: &[(&str, &str)]| {
        let pairs: Vec<(String, String)> = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        from_pairs(&form, &page, &pairs)
    };
    let given = sent(&[
        ("t", "9"),
        ("t", "30"),
        ("p", "38.2"),
        ("p", "116"),
        ("r", "2:a"),
        ("r", "1:b"),
        ("k", "OK"),
    ]);
    let stored = validate(&form, &given, TODAY).unwrap();
    let expected = answers(&[("t", "09:30"), ("p", "38.2 116 0 0"), ("r", "b a"), ("k", "OK")]);
    assert_eq!(stored, expected);
    let given = sent(&[
        ("t", "9"),
        ("t", ""),
        ("p", "38.2"),
        ("p", ""),
        ("r", "1:a"),
        ("r", "1:b"),
    ]);
    let faults = validate(&form, &given, TODAY).unwrap_err();
    let said: Vec<&str> = faults.iter().map(|fault| fault.message.get("en")).collect();
    assert!(
        said[0].starts_with("This is no time") && said[1].starts_with("This is no place"),
        "{said:?}"
    );
    assert!(said[2].starts_with("Two lines have the same number"), "{said:?}");
    assert_eq!(given["k"], "");
    let html = crate::render::page(&form, &page, &given, &faults, "zh").into_string();
    insta::assert_snapshot!(html.replace("><", ">\n<"));
}
