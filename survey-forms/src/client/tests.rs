//! What clients are given, and the vectors that hold their evaluator to this crate's.
//!
//! The files in `tests/vectors` are the specification that both sides read: each test here computes every vector
//! again, and the clients' tests do the same in their own language. `MINYI_VECTORS=write` writes them anew, after a
//! change that is meant.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::civil::Date;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::{fragments, model, tree};
use crate::answer::{parts, rank};
use crate::expression::{Context, Expression, Function, Node, NodeKind, Operator, Pattern, Value, evaluate};
use crate::flow;
use crate::form::{Form, QuestionKind};
use crate::response::RawAnswers;
use crate::state::State;
use crate::testing::{TODAY, answers, form};
use crate::validate::{validate, validate_page};

mod answers;
mod expressions;
mod fragments;

use self::answers::{odd_answers, sample_answers, wide_answers};

/// What the first form does not have: a calculation that keeps its value, a fixed question, conditions in
/// conditions, earlier answers in words, patterns, dates that depend on the day, a range that goes down.
const ODD: &str = "
    | survey   |                     |            |                 |                  |          |            |                    |          |                    |                       |           |               |                       |
    |          | type                | name       | label::中文 (zh) | label::English (en) | relevant | constraint | constraint_message::中文 (zh) | required | required_message::中文 (zh) | appearance | choice_filter | default | read_only | calculation | parameters |
    |          | today               | day        |                 |                  |          |            |                    |          |                    |                       |           |               |                       |         |  |
    |          | text                | called     | 怎么称呼您？    | Your name?       |          | regex(., '[\\p{Han}·]{2,6}') | “${called}”不像名字。 | yes | 请写名字。 |  |  |  |  |  |  |
    |          | select_one yn       | helped     | 有人帮您吗？    | Any help?        |          |            |                    | yes      |                    |                       |           |               |                       |    |  |
    |          | begin_group         | outer      | 帮忙            | Help             | ${helped} = 'yes' |   |                    |          |                    |                       |           |               |                       |    |  |
    |          | integer             | helpers    | 几个人？        | How many?        |          | . > 0 and . < 10 | ${called}，请填 1 到 9。 |  |              |                       |           |               |                       |    |  |
    |          | begin_group         | inner      |                 |                  | ${helpers} > 1 |      |                    |          |                    | field-list            |           |               |                       |    |  |
    |          | text                | who        | ${called}，都是谁？ | Who, ${called}? |          |            |                    | ${helpers} > 2 | 有 ${helpers} 个人，请写是谁。 | multiline |           |               |                       |    |  |
    |          | select_multiple kin | kin        | 是什么人？      | Which relation?  |          | count-selected(.) <= ${helpers} |  |  |     |                       | ${helpers} >= least or name = 'none' |               |                       |  |  |
    |          | note                | thanks     | 谢谢${kin}。    | Thanks.          | selected(${kin}, 'son') |  |            |          |                    |                       |           |               |                       |    |  |
    |          | end_group           |            |                 |                  |          |            |                    |          |                    |                       |           |               |                       |    |  |
    |          | end_group           |            |                 |                  |          |            |                    |          |                    |                       |           |               |                       |    |  |
    |          | date                | visit      | 哪天去的？      | Which day?       |          | . <= today() and . >= today() - 365 | 要在一年以内。 |  |  |            |           |               |                       |    |  |
    |          | integer             | ago        | 过了几天        | Days since       | ${visit} != '' |      |                    |          |                    |                       |           |               |                       | ${day} - ${visit} |  |
    |          | range               | pain       | 有多疼？        | How much pain?   |          |            |                    | yes      |                    |                       |           |               |                       |    | start=0 end=10 step=1 |
    |          | range               | share      | 几成？          | What share?      |          |            |                    |          |                    |                       |           |               |                       |    | start=0.1 end=0.9 step=0.2 |
    |          | text                | office     | 办公室          | Office           |          |            |                    |          |                    |                       |           | 县残联        | yes                   |    |  |
    |          | decimal             | money      | 花了多少？      | Spent?           |          | . >= 0 |                |          |                    |                       |           | 10            |                       |    |  |
    |          | calculate           | first      |                 |                  |          |            |                    |          |                    |                       |           |               |                       | once(concat(${called}, '-', ${helpers})) |  |
    |          | calculate           | mean       |                 |                  |          |            |                    |          |                    |                       |           |               |                       | ${money} div ${helpers} |  |
    |          | note                | bye        | ${called}，${day} 再见 | Bye         | ${mean} > 5 or ${ago} mod 2 = 1 |  |     |          |                    |                       |           |               |                       |    |  |

    | choices  |           |       |               |                   |              |      |
    |          | list_name | name  | label::中文 (zh) | label::English (en) | missing    | least |
    |          | yn        | yes   | 有            | Yes               |              |      |
    |          | yn        | no    | 没有          | No                |              |      |
    |          | yn        | rf    | 不想回答      | Rather not say    | refused      |      |
    |          | kin       | son   | 儿子          | Son               |              | 1    |
    |          | kin       | wife  | 妻子          | Wife              |              | 2    |
    |          | kin       | other | 别人          | Other             |              | 3    |
    |          | kin       | none  | 说不清        | Don't know        | dont_know    |      |

    | settings |                      |          |         |                  |
    |          | form_title::中文 (zh) | form_title::English (en) | form_id  | version | default_language |
    |          | 别的                  | Other                    | odd      | 1       | 中文 (zh)        |
";

/// The types, functions and columns that the other two forms do not have, and repeats of every kind.
pub(crate) const WIDE: &str = "
    | survey |                          |          |                  |                      |                                   |          |                |                        |             |                  |                            |              |               |           |
    |        | type                     | name     | label::中文 (zh) | label::English (en)  | relevant                          | required | constraint     | constraint_message::中文 (zh) | default     | calculation      | parameters                 | repeat_count | choice_filter | trigger   | read_only |
    |        | start                    | begun    |                  |                      |                                   |          |                |                        |             |                  |                            |              |               |           |
    |        | deviceid                 | device   |                  |                      |                                   |          |                |                        |             |                  |                            |              |               |           |
    |        | acknowledge              | read     | 请读一遍。       | Please read.         |                                   | yes      |                |                        |             |                  |                            |              |               |           |
    |        | time                     | wakes    | 几点起床？       | When do you get up?  |                                   | yes      | decimal-time(.) < 0.5 | 请填上午。      |             |                  |                            |              |               |           |
    |        | dateTime                 | visited  | 什么时候来的？   | When did they come?  |                                   |          | . <= now()     | 不能晚于现在。         |             |                  |                            |              |               |           |
    |        | geopoint                 | place    | 在哪里？         | Where is it?         |                                   |          |                |                        |             |                  |                            |              |               |           |
    |        | barcode                  | code     | 条码             | Barcode              |                                   |          | string-length(.) > 3 | 太短了。         |             |                  |                            |              |               |           |
    |        | rank need                | order    | 排个顺序         | Put in order         |                                   | yes      | not(starts-with(., 'job')) | 就业不在第一。 |          |                  |                            |              |               |           |
    |        | select_one want or_other | first    | 最要紧的？       | Which first?         |                                   |          |                |                        |             |                  | randomize=true seed=${seed} |             |               |           |
    |        | select_multiple town     | towns    | 哪些镇？         | Which towns?         |                                   |          |                |                        |             |                  | randomize=true             |              | size > 1      |           |
    |        | integer                  | seed     | 种子             | Seed                 |                                   |          |                |                        | 6 * 7       |                  |                            |              |               |           |
    |        | hidden                   | source   |                  |                      |                                   |          |                |                        | web         |                  |                            |              |               |           |
    |        | hidden                   | chance   |                  |                      |                                   |          |                |                        |             | once(random())   |                            |              |               |           |
    |        | calculate                | draws    |                  |                      |                                   |          |                |                        |             | concat(uuid(8), '/', random() = random()) |   |              |               |           |
    |        | text                     | guess    | 称呼             | Name                 |                                   |          |                |                        |             | concat(${seed}, '号') |                       |              |               | ${seed}   |           |
    |        | calculate                | stamp    |                  |                      |                                   |          |                |                        |             | concat(${code}, ${seed}) |                    |              |               | ${code}, ${seed} | |
    |        | text                     | noted    | 记下的           | Noted                |                                   |          |                |                        | concat('第', ${seed}) |        |                            |              |               |           | yes       |
    |        | image                    | photo    | 照片             | A picture            |                                   |          |                |                        |             |                  |                            |              |               |           |
    |        | integer                  | members  | 家里几口人？     | How many at home?    |                                   |          | . < 4          | 最多三口。             |             |                  |                            |              |               |           |
    |        | begin_repeat             | member   | 家里人           | Member               |                                   |          |                |                        |             |                  | most=3                     | ${members}   |               |           |
    |        | text                     | called   | 怎么称呼？       | What name?           |                                   | yes      |                |                        | concat('第', position(..)) |     |                            |              |               |           |
    |        | integer                  | age      | ${called}几岁？  | How old is ${called}? |                                  |          | . >= 0         | 不能小于 0。           |             |                  |                            |              |               |           |
    |        | begin_repeat             | job      | 工作             | Job                  | ${age} >= 16                      |          |                |                        |             |                  |                            | 2            |               |           |
    |        | text                     | work     | ${called}做什么？ | What does ${called} do? | position(..) = 1 or ${age} > 20 |         |                |                        |             |                  |                            |              |               |           |
    |        | end_repeat               |          |                  |                      |                                   |          |                |                        |             |                  |                            |              |               |           |
    |        | end_repeat               |          |                  |                      |                                   |          |                |                        |             |                  |                            |              |               |           |
    |        | calculate                | years    |                  |                      |                                   |          |                |                        |             | sum(${age})      |                            |              |               |           |
    |        | calculate                | there    |                  |                      |                                   |          |                |                        |             | count(${member}) |                            |              |               |           |
    |        | calculate                | second   |                  |                      |                                   |          |                |                        |             | indexed-repeat(${called}, ${member}, ${there}) | |            |               |           |
    |        | calculate                | jobs     |                  |                      |                                   |          |                |                        |             | join('/', ${work}) |                          |              |               |           |
    |        | note                     | total    | 一共${years}岁，${second}。 | ${years} years in all. |              |          |                |                        |             |                  |                            |              |               |           |
    |        | begin_repeat             | pet      | 宠物             | Pet                  | ${there} > 0                      |          |                |                        |             |                  | most=2                     |              |               |           |
    |        | text                     | kind     | 是什么？         | Which kind?          |                                   |          |                |                        |             |                  |                            |              |               |           |
    |        | end_repeat               |          |                  |                      |                                   |          |                |                        |             |                  |                            |              |               |           |
    |        | select_one_from_file streets.csv | street | 哪条街？ | Which street? |                       |          |                |                        |             |                  | value=code label=words     |              | town = 'a' or selected(${towns}, town) | | |
    |        | calculate                | length   |                  |                      |                                   |          |                |                        |             | pulldata('streets', 'metres', 'code', ${street}) + 1 |  |    |               |           |           |
    |        | select_one_external hamlet | hamlet | 哪个自然村？     | Which hamlet?        |                                   |          |                |                        |             |                  |                            |              | town = ${street} or selected(${towns}, town) | | |
    |        | geotrace                 | road     | 走哪条路？       | Which way?           |                                   |          | distance(.) < 5000 | 太远了。           |             |                  |                            |              |               |           |           |
    |        | geoshape                 | plot     | 哪块地？         | Which plot?          |                                   |          |                |                        |             |                  |                            |              |               |           |           |
    |        | calculate                | metres   |                  |                      |                                   |          |                |                        |             | round(distance(${road}), 1) |                 |              |               |           |           |
    |        | calculate                | mu       |                  |                      |                                   |          |                |                        |             | round(area(${plot}) div 666.67, 2) |          |              |               |           |           |
    |        | calculate                | late     |                  |                      |                                   |          |                |                        |             | if(date(${visited}) = today(), format-date-time(${visited}, '%H:%M'), int(decimal-date-time(${visited}))) | | | | | |
    |        | calculate                | says     |                  |                      |                                   |          |                |                        |             | concat(jr:choice-name(${first}, '${first}'), ' ', format-date-time(now(), '%Y年%n月%e日 %a'), version(), property('deviceid'), ${begun}) | | | | |

    | choices |           |       |                  |                     |           |      |
    |         | list_name | name  | label::中文 (zh) | label::English (en) | missing   | size |
    |         | need      | rehab | 康复             | Rehabilitation      |           |      |
    |         | need      | care  | 托养             | Day care            |           |      |
    |         | need      | job   | 就业             | Work                |           |      |
    |         | need      | dk    | 说不清           | Don't know          | dont_know |      |
    |         | want      | rehab | 康复             | Rehabilitation      |           |      |
    |         | want      | care  | 托养             | Day care            |           |      |
    |         | want      | none  | 都不要           | None of them        |           |      |
    |         | town      | a     | 东镇             | East                |           | 1    |
    |         | town      | b     | 西镇             | West                |           | 2    |
    |         | town      | c     | 南镇             | South               |           | 3    |
    |         | town      | d     | 北镇             | North               |           | 4    |

    | external_choices |           |      |                  |                     |      |
    |                  | list_name | name | label::中文 (zh) | label::English (en) | town |
    |                  | hamlet    | h1   | 上庄             | Upper               | a    |
    |                  | hamlet    | h2   | 下庄             | Lower               | b    |
    |                  | hamlet    | h3   | 街口             | Corner              | s2   |

    | streets.csv |      |        |      |        |
    |             | code | words  | town | metres |
    |             | s1   | 解放路 | a    | 400    |
    |             | s2   | 和平街 | b    | 250    |

    | settings |                      |          |         |                  |
    |          | form_title::中文 (zh) | form_title::English (en) | form_id  | version | default_language |
    |          | 宽的                  | Wide                     | wide     | 7       | 中文 (zh)        |
";

/// Compares with the committed file, or writes it when asked to.
fn settle(name: &str, computed: &Json) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(name);
    if std::env::var_os("MINYI_VECTORS").is_some_and(|word| word == "write") {
        std::fs::write(&path, lines(computed)).unwrap();
    }
    let committed: Json = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let (Json::Object(committed), Json::Object(computed)) = (&committed, computed) else {
        panic!("an object at the top");
    };
    for (key, value) in computed {
        if let (Json::Array(now), Some(Json::Array(then))) = (value, committed.get(key)) {
            for (a, b) in now.iter().zip(then) {
                assert_eq!(a, b, "{name}: {key}");
            }
        }
        assert_eq!(committed.get(key), Some(value), "{name}: {key}");
    }
}

/// One vector a line, so that a difference can be read.
fn lines(json: &Json) -> String {
    let Json::Object(fields) = json else {
        panic!("an object")
    };
    let mut out = String::from("{\n");
    for (at, (key, value)) in fields.iter().enumerate() {
        let end = if at + 1 == fields.len() { "\n" } else { ",\n" };
        match value {
            Json::Array(items) => {
                let items: Vec<String> = items.iter().map(|item| format!("    {item}")).collect();
                out.push_str(&format!("  {}: [\n{}\n  ]{end}", json!(key), items.join(",\n")));
            }
            other => out.push_str(&format!("  {}: {other}{end}", json!(key))),
        }
    }
    out.push_str("}\n");
    out
}

fn forms() -> Vec<(Form, Vec<RawAnswers>)> {
    vec![
        (form(crate::xlsform::tests::EVERYTHING), sample_answers()),
        (form(ODD), odd_answers()),
        (form(WIDE), wide_answers()),
    ]
}

/// For each form its model and what `of` says of each set of answers.
fn by_form<T: Serialize>(of: impl Fn(&Form, &RawAnswers) -> T) -> Json {
    let mut out = serde_json::Map::new();
    out.insert("today".to_owned(), json!(TODAY.to_string()));
    for (form, cases) in forms() {
        let cases: Vec<Json> = cases
            .iter()
            .map(|given| json!({ "answers": given, "expected": of(&form, given) }))
            .collect();
        out.insert(format!("{}_model", form.id), model(&form));
        out.insert(form.id, json!(cases));
    }
    Json::Object(out)
}

#[test]
fn flow_vectors__pages_and_ways__are_what_clients_are_held_to() {
    let computed = by_form(|form, given| {
        let pages = flow::pages(form, given, TODAY);
        let page: Vec<Json> = pages
            .iter()
            .map(|page| json!([page.name, page.questions, page.has_required]))
            .collect();
        let ways: BTreeMap<&str, Json> = flow::every_page(form, TODAY)
            .iter()
            .map(|page| {
                let name = form
                    .nodes()
                    .into_iter()
                    .find(|node| node.item.name() == page.name)
                    .unwrap()
                    .item
                    .name();
                let next = flow::next(form, given, Some(name), TODAY).map(|page| page.name);
                let previous = flow::previous(form, given, name, TODAY).map(|page| page.name);
                (name, json!([previous, next]))
            })
            .collect();
        let mut cleared = given.clone();
        flow::clear_hidden(form, &mut cleared, TODAY);
        let state = State::of(form, given, TODAY);
        let words: BTreeMap<&str, Json> = form
            .questions()
            .filter(|question| question.label.get("zh").contains("${"))
            .map(|question| (question.name.as_str(), json!(state.fill(&question.label))))
            .collect();
        let said: BTreeMap<&str, [String; 2]> = form
            .questions()
            .filter_map(|question| {
                let value = state.value(form.slot(&question.name)?);
                let say = |lang| crate::render::answer_text(form, question, value, lang);
                (!value.is_empty()).then(|| (question.name.as_str(), [say("zh"), say("en")]))
            })
            .collect();
        let offered: BTreeMap<&str, Vec<&str>> = form
            .questions()
            .filter(|question| question.kind.list().is_some())
            .map(|question| {
                let choices = state.offered(question);
                (
                    question.name.as_str(),
                    choices.iter().map(|choice| choice.name.as_str()).collect(),
                )
            })
            .collect();
        let defaults: BTreeMap<&str, String> = form
            .questions()
            .filter(|question| question.dynamic_default.is_some())
            .filter_map(|question| {
                let slot = form.slot(&question.name)?;
                Some((
                    question.name.as_str(),
                    state.default_of(slot, question).into_owned(),
                ))
            })
            .collect();
        json!({
            "defaults": defaults,
            "pages": page,
            "first_unanswered": flow::first_unanswered(form, given, TODAY).map(|page| page.name),
            "ways": ways,
            "cleared": cleared,
            "words": words,
            "said": said,
            "offered": offered,
        })
    });
    settle("flow.json", &computed);
}

#[test]
fn validation_vectors__faults_and_stored_answers__are_what_clients_are_held_to() {
    let computed = by_form(|form, given| {
        let whole = match validate(form, given, TODAY) {
            Ok(stored) => json!({ "stored": stored }),
            Err(faults) => json!({ "faults": faults }),
        };
        let by_page: BTreeMap<String, Json> = flow::pages(form, given, TODAY)
            .into_iter()
            .map(|page| {
                let faults = validate_page(form, &page, given, TODAY);
                (page.name, json!(faults))
            })
            .filter(|(_, faults)| faults != &json!([]))
            .collect();
        json!({ "whole": whole, "by_page": by_page })
    });
    settle("validation.json", &computed);
}

#[test]
fn date_vectors__three_fields_and_one_answer__are_what_clients_are_held_to() {
    let typed = [
        ["2026", "1", "31"],
        ["２０２６", " 01 ", "09"],
        ["2026年", "1月", "31日"],
        ["20260131", "", ""],
        ["2026-01-31", "", ""],
        ["2026", "", "31"],
        ["", "1", ""],
        ["2026", "02", "30"],
        ["26", "2", "3"],
        ["昨天", "", ""],
        ["1", "2", "3-4"],
        ["", "\u{3000}", ""],
    ];
    let vector = |kind: &QuestionKind, fields: &[&str]| {
        let joined = parts::join(kind, fields);
        let shown = parts::split(kind, &joined);
        json!({ "type": kind.type_name(), "typed": fields, "answer": joined, "shown": shown })
    };
    let mut vectors: Vec<Json> = typed
        .iter()
        .map(|fields| vector(&QuestionKind::Date, fields))
        .collect();
    for fields in [
        ["14", "5"],
        ["１４", " 05 "],
        ["14:05", ""],
        ["", "5"],
        ["24", "0"],
        ["", ""],
        ["下午", "2"],
    ] {
        vectors.push(vector(&QuestionKind::Time, &fields));
    }
    for fields in [
        ["38.25", "116.5"],
        ["３８．２５", ""],
        ["", "1"],
        ["x", "y z"],
        ["", ""],
        ["91", "0"],
    ] {
        vectors.push(vector(&QuestionKind::GeoPoint, &fields));
    }
    for fields in [
        ["2026", "1", "31", "9", "30"],
        ["2026", "", "", "", ""],
        ["", "", "", "9", ""],
        ["2026", "2", "30", "9", "30"],
        ["2026年", "1月", "31日", "9时", "30分"],
        ["", "", "", "", ""],
    ] {
        vectors.push(vector(&QuestionKind::DateTime, &fields));
    }
    let ranks = [
        vec!["2:b", "1:a", "3:c"],
        vec!["1:b", "1:a", ""],
        vec!["", "", ""],
        vec!["a b c"],
        vec!["3:b", "", "1:a"],
    ];
    vectors.extend(ranks.iter().map(|typed| {
        let joined = rank::join(typed.iter().copied());
        let places: Vec<Option<usize>> = ["a", "b", "c"]
            .iter()
            .map(|name| rank::place_of(&joined, name))
            .collect();
        json!({ "type": "rank", "typed": typed, "answer": joined, "shown": places })
    }));
    settle("dates.json", &json!({ "vectors": vectors }));
}
