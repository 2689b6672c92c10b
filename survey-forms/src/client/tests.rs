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
use crate::expression::{Context, Expression, Function, Node, NodeKind, Operator, Pattern, Value, evaluate};
use crate::flow;
use crate::form::Form;
use crate::response::RawAnswers;
use crate::state::State;
use crate::testing::{TODAY, answers, form};
use crate::validate::{validate, validate_page};

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

// --- expressions

struct Fixed(BTreeMap<&'static str, Value<'static>>);

impl<'a> Context<'a> for Fixed {
    fn answer(&self, name: &str) -> Value<'a> {
        self.0.get(name).cloned().unwrap_or(Value::EMPTY)
    }
    fn current(&self) -> Value<'a> {
        self.answer(".")
    }
    fn column(&self, name: &str) -> Value<'a> {
        if name == "town" {
            Value::text("a")
        } else {
            Value::EMPTY
        }
    }
    fn today(&self) -> Date {
        TODAY
    }
}

fn context() -> Fixed {
    Fixed(BTreeMap::from([
        (".", Value::Number(7.0)),
        ("age", Value::Number(30.0)),
        ("debt", Value::Number(-0.25)),
        ("name", Value::text("𠮷田 𪚥")),
        ("set", Value::text("a b c")),
        ("code", Value::text("5")),
        ("words", Value::text("  two\u{3000}words\u{a0} ")),
        ("day", Value::text("2026-11-23")),
        ("born", Value::Date(jiff::civil::date(1990, 2, 3))),
    ]))
}

fn typed(value: &Value<'_>) -> Json {
    match value {
        Value::Boolean(value) => json!({ "boolean": value }),
        Value::Number(_) => json!({ "number": value.to_text() }),
        Value::Text(text) => json!({ "text": text }),
        Value::Date(_) => json!({ "date": value.to_text() }),
    }
}

const BY_HAND: &[&str] = &[
    // arithmetic and precedence
    "1 + 2 * 3",
    "(1 + 2) * 3",
    "7 div 2",
    "-7 mod 3",
    "7 mod -3",
    "5.5 mod 2",
    "10 - 3 - 2",
    "--2",
    "1 div 0",
    "-1 div 0",
    "0 div 0",
    "0.1 + 0.2",
    "0.1 + 0.2 > 0.3",
    "1 div 3",
    "2 div 3 * 3 = 2",
    "100000000000000000000000",
    "0.0000001",
    "123456789012 * 1000000000000",
    "1 div 8000000000",
    "-${debt}",
    "${age} mod 7",
    // comparison of numbers, texts, days, and what is missing
    "${age} >= 18 and ${age} < 60",
    "${age} = '30'",
    "${age} = '30.0'",
    "${code} = 5",
    "${code} = '5.0'",
    "${code} = '5'",
    "${gone} = ''",
    "${gone} > 3",
    "${gone} < 3",
    "${gone} != 3",
    "${gone} = 0",
    "${gone} + 1",
    "${age} = ''",
    "${age} != ''",
    "1 = 1 = true()",
    "'b' > 'a'",
    "'10' > '9'",
    "true() = 'false'",
    "false() = ''",
    ". >= 5",
    ". = '7'",
    "0 div 0 = 0 div 0",
    "0 div 0 != 0 div 0",
    // and, or
    "true() or false() and false()",
    "not(true()) or 1 = 1",
    "${gone} or ${set}",
    "${gone} and ${age}",
    "not(${gone})",
    "not('0')",
    "not(0)",
    "boolean('false')",
    "boolean(0 div 0)",
    "boolean(${born})",
    // days
    "today()",
    "today() > ${born}",
    "${born} = '1990-02-03'",
    "'1990-02-03' < ${born} + 1",
    "date('1970-01-02') + 0",
    "date(1)",
    "date(-1)",
    "date(1.9)",
    "date(true())",
    "date('31.12.2026')",
    "date('2026-02-29')",
    "date('2024-02-29')",
    "date('2026-11-23T10:00:00')",
    "date(4000001)",
    "date(2932896)",
    "date(2932897)",
    "date(-719528)",
    "date(-719529)",
    "date(-800000)",
    "int((today() - ${born}) div 365.25)",
    "${born} + 0",
    "${day} + 1",
    "string(${born})",
    "today() = ${day}",
    "date(${day}) = ${day}",
    "number('1969-12-31')",
    "number('0000-01-01')",
    // sets
    "selected(${set}, 'b')",
    "selected(${set}, 'ab')",
    "selected(${set}, ' b')",
    "selected(${gone}, '')",
    "selected(${words}, 'words')",
    "count-selected(${set})",
    "count-selected(${gone})",
    "count-selected(${words})",
    "selected-at(${set}, 1)",
    "selected-at(${set}, 1.9)",
    "selected-at(${set}, 9)",
    "selected-at(${set}, -1)",
    "selected-at(${set}, ${gone})",
    // texts
    "string-length(${name})",
    "string-length('')",
    "substr(${name}, 1, 3)",
    "substr('abcdef', -2)",
    "substr('abc', 2, 1)",
    "substr('abc', ${gone})",
    "substr('abc', 0, -1)",
    "substr('abc', -9, 2)",
    "substr('abc', 1.7)",
    "concat('a', 1, true(), ${gone}, ${born})",
    "join(', ', 'a', 'b')",
    "join('-', ${gone}, 1)",
    "join('x', 1)",
    "contains('abc', 'bc') and starts-with('abc', 'ab') and ends-with('abc', 'c')",
    "contains('abc', '')",
    "starts-with('', 'a')",
    "ends-with('aXa', 'a')",
    "substring-before('a-b-c', '-')",
    "substring-after('a-b-c', '-')",
    "substring-before('ab', '')",
    "substring-after('ab', '')",
    "substring-before('ab', 'x')",
    "normalize-space(${words})",
    "normalize-space('  a   b ')",
    "string(1.50)",
    "string(-0)",
    "string(${age})",
    // patterns: whole texts; classes as Rust has them
    "regex('110101199003071234', '[0-9]{17}[0-9X]')",
    "regex('a110', '[0-9]+')",
    "regex('一二', '[一-龥]+')",
    "regex('𠮷', '.')",
    "regex('１', '\\d')",
    "regex('a1_b', '\\w+')",
    "regex('田', '\\w')",
    "regex('ab', 'a|b')",
    "regex('AB', '(?i)ab')",
    "regex('', 'a?')",
    "regex('a-b', 'a\\-b')",
    "regex('\u{3000}', '\\s')",
    "regex('x', concat('[', 'x]'))",
    "regex('x', concat('[', ''))",
    "regex('xx', concat('x', '+'))",
    // numbers
    "number('12.50')",
    "number(' 12 ')",
    "number('1e3')",
    "number('inf')",
    "number('-.5')",
    "number('5.')",
    "number('.')",
    "number('-')",
    "number('1-2')",
    "number('１')",
    "number(true())",
    "number('')",
    "int(-2.7)",
    "int(${gone})",
    "round(2.5)",
    "round(-2.5)",
    "round(0.49999999999999994)",
    "round(3.14159, 2)",
    "round(1250, -2)",
    "round(2.675, 2)",
    "round(1, 400)",
    "floor(-1.5) + ceiling(1.5)",
    "abs(-3)",
    "abs(${debt})",
    "sqrt(2)",
    "sqrt(-1)",
    "pow(2, 10)",
    "pow(2, 0.5) > 1.41",
    "round(exp(1), 6)",
    "round(log(10), 6)",
    "round(log10(1000), 6)",
    "log(-1)",
    "min(3, ${gone}, 1)",
    "max(3, ${gone}, 10)",
    "max(${gone})",
    "min('x', 1)",
    "sum(1, ${gone}, '2')",
    "sum(${gone})",
    "sum('x')",
    "count(1, ${gone}, '')",
    "count-non-empty(${set}, ${age})",
    // the rest
    "if(${age} > 18, 'adult', 'child')",
    "if(${gone}, 1, ${born})",
    "if('false', 1, 2)",
    "coalesce(${gone}, ${age})",
    "coalesce(${gone}, '')",
    "coalesce('a', 'b')",
    "once('x')",
    "boolean-from-string('1')",
    "boolean-from-string('yes')",
    "boolean-from-string(1)",
    "boolean-from-string(true())",
    "checklist(1, 2, true(), 1 = 1, false())",
    "checklist(-1, 1, true(), true())",
    "checklist(2, -1, true())",
    "checklist('x', 1, true())",
    "town = 'a'",
    "gone = ''",
    "${ age }div 2",
];

fn any_tree() -> impl Strategy<Value = Node> {
    let node = |kind| Node { kind, span: 0..0 };
    let names = vec![
        "age", "debt", "name", "set", "code", "words", "day", "born", "gone",
    ];
    let texts = vec![
        "",
        "a",
        "b",
        "5",
        "-1.5",
        "7",
        "2026-11-23",
        "1990-02-03",
        "a b",
        "words",
        "true",
        "1",
        " ",
        "田",
        "[a-c]+",
    ];
    let numbers = vec![
        0.0, 1.0, 2.0, 3.0, 7.0, 0.5, 2.5, 30.0, 365.25, 20_000.0, 1e-7, 1e21,
    ];
    let leaf = prop_oneof![
        3 => proptest::sample::select(names).prop_map(|name| NodeKind::Reference(name.to_owned())),
        2 => proptest::sample::select(texts).prop_map(|text| NodeKind::Text(text.to_owned())),
        2 => proptest::sample::select(numbers).prop_map(NodeKind::Number),
        1 => Just(NodeKind::Current),
        1 => Just(NodeKind::Column("town".to_owned())),
    ]
    .prop_map(node);
    // The last digit of these four is the C library's own.
    let inexact = [Function::Pow, Function::Exp, Function::Log, Function::Log10];
    let functions: Vec<Function> = Function::all()
        .filter(|function| !inexact.contains(function))
        .collect();
    leaf.prop_recursive(4, 24, 3, move |inner| {
        let call = (
            proptest::sample::select(functions.clone()),
            prop::collection::vec(inner.clone(), 3),
        )
            .prop_map(move |(function, mut arguments)| {
                arguments.truncate(function.arity().1);
                node(NodeKind::Call {
                    function,
                    arguments,
                    pattern: Pattern::default(),
                })
            });
        let operator = proptest::sample::select(Operator::ALL.to_vec());
        prop_oneof![
            1 => inner.clone().prop_map(move |inner| node(NodeKind::Negate(Box::new(inner)))),
            4 => (operator, inner.clone(), inner)
                .prop_map(move |(operator, l, r)| node(NodeKind::Binary(operator, Box::new(l), Box::new(r)))),
            5 => call,
        ]
    })
}

fn random_sources(count: usize) -> Vec<String> {
    let mut runner = TestRunner::deterministic();
    let strategy = any_tree();
    let mut sources = Vec::new();
    while sources.len() < count {
        let source = strategy.new_tree(&mut runner).unwrap().current().to_string();
        // What has no operator and no function says little; a literal that is no pattern cannot be parsed.
        if source.contains(['(', ' ']) && Expression::parse(&source).is_ok() && !sources.contains(&source) {
            sources.push(source);
        }
    }
    sources
}

#[test]
fn expression_vectors__trees_and_values__are_what_clients_are_held_to() {
    let context = context();
    let sources = BY_HAND
        .iter()
        .map(|&source| source.to_owned())
        .chain(random_sources(600));
    let vectors: Vec<Json> = sources
        .map(|source| {
            let expression = Expression::parse(&source).unwrap_or_else(|faults| panic!("{source}: {faults:?}"));
            let value = evaluate(expression.root(), &context);
            json!({ "source": source, "tree": tree(expression.root()), "value": typed(&value), "stored": value.to_answer() })
        })
        .collect();
    let answers: BTreeMap<_, _> = context
        .0
        .iter()
        .map(|(name, value)| (name, typed(value)))
        .collect();
    settle(
        "expressions.json",
        &json!({ "today": TODAY.to_string(), "answers": answers, "columns": { "town": "a" }, "vectors": vectors }),
    );
}

// --- forms

fn any_answers(fields: Vec<&'static str>, values: Vec<&'static str>) -> impl Strategy<Value = RawAnswers> {
    let count = fields.len();
    prop::collection::btree_map(
        proptest::sample::select(fields).prop_map(str::to_owned),
        proptest::sample::select(values).prop_map(str::to_owned),
        0..count,
    )
}

fn random_answers(count: usize, fields: &[&'static str], values: &[&'static str]) -> Vec<RawAnswers> {
    let mut runner = TestRunner::deterministic();
    let strategy = any_answers(fields.to_vec(), values.to_vec());
    (0..count)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

fn sample_answers() -> Vec<RawAnswers> {
    let good = answers(&[
        ("age", " ３０ "),
        ("town", "a"),
        ("village", "a2"),
        ("need", "care rehab care"),
        ("sat", "4"),
        ("hours", "7.50"),
        ("income", "0.0"),
        ("wish", "多来看看\r\n我们"),
    ]);
    let changed = |name: &str, value: &str| {
        let mut all = good.clone();
        all.insert(name.to_owned(), value.to_owned());
        all
    };
    let mut all = vec![RawAnswers::new(), good.clone()];
    for (name, value) in [
        ("age", "15"),
        ("age", "121"),
        ("age", "十"),
        ("age", "1234567890123456"),
        ("age", "+031"),
        ("age", "30.0"),
        ("age", "30.5"),
        ("village", "b1"),
        ("village", ""),
        ("since", "2026-01-01"),
        ("hours", "7.3"),
        ("hours", "24.5"),
        ("hours", "-0"),
        ("income", "很多"),
        ("income", "5。5"),
        ("income", "．５"),
        ("agee", "1"),
        ("welcome", "x"),
        ("about", "x"),
        ("need", "none rehab"),
        ("need", "rehab dk"),
        ("need", "dk"),
        ("need", "rehab gone"),
        ("sat", ""),
        ("sat", "9"),
        ("score", "999"),
        ("start", "2026-01-01T00:00:00"),
        ("wish", "\u{feff}x"),
        ("wish", "\u{85} y \u{3000}"),
        ("age", "70"),
        ("town", "b"),
    ] {
        all.push(changed(name, value));
    }
    for since in [
        "2026年11月23日",
        "2026/11/3",
        "2026-11-24",
        "20261103",
        "２０２６．１１．０３",
        "2026-02-30",
        "26-1-1",
        "昨天",
        "2026-11",
        "2026-11-1-1",
        "+026-1-1",
        "2026- 1 -１",
        "2026-111-1",
        "1899-12-31",
        "2026年11月23号",
    ] {
        let mut with_income = changed("income", "5");
        with_income.insert("since".to_owned(), since.to_owned());
        all.push(with_income);
    }
    all.push(changed("wish", &"字".repeat(10_001)));
    all.push(changed("wish", &"𠮷".repeat(10_000)));
    let fields = [
        "age", "town", "village", "need", "sat", "hours", "income", "since", "wish", "score", "about",
    ];
    let values = [
        "",
        " ",
        "5",
        "30",
        "12",
        "a",
        "b",
        "a1",
        "b1",
        "rehab",
        "rehab care",
        "care  rehab",
        "none",
        "dk",
        "rf",
        "2026-01-01",
        "2026年12月1日",
        "x y",
        "９",
        "𠮷",
        "-1",
        "0.5",
        "24",
        "7.25",
        "yes",
    ];
    all.extend(random_answers(150, &fields, &values));
    all
}

fn odd_answers() -> Vec<RawAnswers> {
    let good = answers(&[
        ("called", "王小·明"),
        ("helped", "yes"),
        ("helpers", "3"),
        ("who", "儿子\r家人"),
        ("kin", "wife son"),
        ("visit", "2026年11月20日"),
        ("pain", "０"),
        ("share", "0.5"),
        ("money", "30"),
        ("first", "旧-1"),
    ]);
    let changed = |name: &str, value: &str| {
        let mut all = good.clone();
        all.insert(name.to_owned(), value.to_owned());
        all
    };
    let mut all = vec![RawAnswers::new(), good.clone()];
    for (name, value) in [
        ("called", "Bob"),
        ("called", "王"),
        ("helped", "no"),
        ("helped", "rf"),
        ("helpers", "1"),
        ("helpers", "2"),
        ("helpers", "0"),
        ("helpers", "10"),
        ("helpers", "x"),
        ("who", ""),
        ("kin", "none"),
        ("kin", "none son"),
        ("kin", "son wife other"),
        ("visit", "2025-11-22"),
        ("visit", "2025-11-23"),
        ("visit", "2026-11-24"),
        ("visit", "2026-11-22"),
        ("visit", ""),
        ("pain", "11"),
        ("pain", "1.5"),
        ("pain", ""),
        ("share", "0.3"),
        ("share", "0.2"),
        ("share", "1.1"),
        ("office", "别处"),
        ("money", ""),
        ("money", "-1"),
        ("mean", "1"),
        ("day", "x"),
        ("inner", "x"),
        ("thanks", "x"),
        ("bye", "x"),
        ("ago", "99"),
    ] {
        all.push(changed(name, value));
    }
    let fields = [
        "called", "helped", "helpers", "who", "kin", "visit", "pain", "share", "money", "first", "mean",
        "ago",
    ];
    let values = [
        "",
        "王明",
        "Bob",
        "yes",
        "no",
        "rf",
        "1",
        "2",
        "3",
        "9",
        "0.3",
        "0.5",
        "son",
        "wife son",
        "other",
        "none",
        "2026-11-20",
        "2026-11-22",
        "2025-11-23",
        "2020-01-01",
        "x y",
        "-1",
        "１",
    ];
    all.extend(random_answers(150, &fields, &values));
    all
}

fn forms() -> Vec<(Form, Vec<RawAnswers>)> {
    vec![
        (form(crate::xlsform::tests::EVERYTHING), sample_answers()),
        (form(ODD), odd_answers()),
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
        json!({
            "pages": page,
            "first_unanswered": flow::first_unanswered(form, given, TODAY).map(|page| page.name),
            "ways": ways,
            "cleared": cleared,
            "words": words,
            "said": said,
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
    let vectors: Vec<Json> = typed
        .iter()
        .map(|fields| {
            let joined = crate::answer::join_date(fields);
            let shown = crate::answer::split_date(&joined);
            json!({ "typed": fields, "answer": joined, "shown": shown })
        })
        .collect();
    settle("dates.json", &json!({ "vectors": vectors }));
}

// --- pages

#[test]
fn fragments__hold_every_question_and_choice_once() {
    for (form, _) in forms() {
        for lang in ["zh", "en"] {
            let pages = fragments(&form, lang);
            for page in flow::every_page(&form, TODAY) {
                let html = &pages[&page.name];
                assert_eq!(html.matches("<h1").count(), 1, "{html}");
                assert_eq!(
                    html.matches("class=\"q\"").count(),
                    page.questions.len(),
                    "{html}"
                );
                for question in page.questions.iter().filter_map(|name| form.question(name)) {
                    for choice in form.choices(question) {
                        let id = format!("id=\"{}-{}\"", question.name, choice.name);
                        assert_eq!(html.matches(&id).count(), 1, "{id} in {html}");
                    }
                }
            }
            assert!(!pages.contains_key("score"), "a calculation is on no page");
        }
    }
}

#[test]
fn page_vectors__fragments__are_what_clients_fit_to_answers() {
    let mut out = serde_json::Map::new();
    for (form, _) in forms() {
        let pages = json!({ "zh": fragments(&form, "zh"), "en": fragments(&form, "en") });
        let mut all = serde_json::Map::new();
        all.insert("model".to_owned(), model(&form));
        all.insert("pages".to_owned(), pages);
        out.insert(form.id, Json::Object(all));
    }
    settle("pages.json", &Json::Object(out));
}

#[test]
fn fragments__earlier_answers__are_names_between_marks() {
    let pages = fragments(&form(ODD), "zh");
    assert!(
        pages["inner"].contains("\u{e000}called\u{e001}，都是谁？"),
        "{}",
        pages["inner"]
    );
    assert!(
        pages["inner"].contains("class=\"q-required\""),
        "what may be required is marked"
    );
}
