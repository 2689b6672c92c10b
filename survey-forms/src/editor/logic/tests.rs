use std::collections::BTreeMap;

use jiff::civil::Date;
use proptest::prelude::*;

use super::{Comparator, Condition, Conditions, Join, Rules};
use crate::editor::{RowKind, Workbook};
use crate::expression::{Context, Expression, Value, parse_date, to_days};
use crate::testing::{TODAY, xlsx};

mod rules;

/// One question of each kind that menus tell apart.
const QUESTIONS: &str = "
| survey |                     |       |        |             |
|        | type                | name  | label  | label::en   |
|        | integer             | age   | 年龄   | Age         |
|        | decimal             | kg    | 体重   | Weight      |
|        | select_one yn       | helped | 有人帮吗？ | Any help? |
|        | select_multiple yn  | needs | 需要什么？ | Needs     |
|        | date                | day   | 哪一天 | Which day   |
|        | text                | said  | 说了什么 | Words     |
|        | calculate           | score |        |             |
|        | note                | hello | 您好   | Hello       |
| choices |           |      |       |           |
|         | list_name | name | label | label::en |
|         | yn        | yes  | 是    | Yes       |
|         | yn        | no   | 否    | No        |
|         | yn        | 3    | 三    | Three     |
";

fn workbook() -> Workbook {
    Workbook::read("q.xlsx", &xlsx(QUESTIONS)).unwrap().workbook
}

fn one(question: &str, comparator: Comparator, values: &[&str]) -> Condition {
    Condition {
        question: question.to_owned(),
        comparator,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    }
}

fn all(conditions: Vec<Condition>) -> Conditions {
    Conditions {
        join: Join::All,
        conditions,
    }
}

#[test]
fn expression__every_comparator__is_said_as_odk_says_it() {
    let book = workbook();
    let cases = [
        (one("helped", Comparator::Is, &["yes"]), "${helped} = 'yes'"),
        (one("helped", Comparator::IsNot, &["no"]), "${helped} != 'no'"),
        (
            one("helped", Comparator::IsEither, &["yes", "3"]),
            "${helped} = 'yes' or ${helped} = '3'",
        ),
        (
            one("needs", Comparator::Chosen, &["yes"]),
            "selected(${needs}, 'yes')",
        ),
        (
            one("needs", Comparator::NotChosen, &["3"]),
            "not(selected(${needs}, '3'))",
        ),
        (
            one("needs", Comparator::ChosenAtLeast, &["2"]),
            "count-selected(${needs}) >= 2",
        ),
        (
            one("needs", Comparator::ChosenAtMost, &["1"]),
            "count-selected(${needs}) <= 1",
        ),
        (one("age", Comparator::AtLeast, &["18"]), "${age} >= 18"),
        (
            one("kg", Comparator::Between, &["-1.5", "80"]),
            "${kg} >= -1.5 and ${kg} <= 80",
        ),
        (one("age", Comparator::LessThan, &["18"]), "${age} < 18"),
        (
            one("day", Comparator::AtMost, &["2026-01-31"]),
            "${day} <= date('2026-01-31')",
        ),
        (one("said", Comparator::Is, &["it's"]), "${said} = \"it's\""),
        (one("score", Comparator::Is, &["7"]), "${score} = '7'"),
        (one("score", Comparator::AtLeast, &["7"]), "${score} >= 7"),
        (one("age", Comparator::Answered, &[]), "${age} != ''"),
        (one("needs", Comparator::NotAnswered, &[]), "${needs} = ''"),
    ];
    for (condition, expected) in cases {
        assert_eq!(all(vec![condition]).expression(&book).unwrap(), expected);
    }
}

#[test]
fn expression__what_makes_no_sense__is_refused_by_name() {
    let book = workbook();
    let cases = [
        (one("agee", Comparator::AtLeast, &["1"]), "ED060"),
        (one("hello", Comparator::Answered, &[]), "ED060"),
        (one("age", Comparator::Chosen, &["yes"]), "ED061"),
        (one("age", Comparator::AtLeast, &[" "]), "ED062"),
        (one("age", Comparator::AtLeast, &["many"]), "ED063"),
        (one("helped", Comparator::Is, &["perhaps"]), "ED063"),
        (one("day", Comparator::AtLeast, &["2026-02-31"]), "ED063"),
        (one("said", Comparator::Is, &["'\""]), "ED064"),
        (one("age", Comparator::Between, &["9", "3"]), "ED066"),
    ];
    for (condition, code) in cases {
        let refused = all(vec![condition.clone()]).expression(&book).unwrap_err();
        assert_eq!(refused.faults()[0].code, code, "{condition:?}");
    }
    let both = all(vec![
        one("agee", Comparator::Answered, &[]),
        one("age", Comparator::AtLeast, &[]),
    ]);
    assert_eq!(both.expression(&book).unwrap_err().faults().len(), 2);
}

#[test]
fn read__however_it_is_spelt__and_only_what_menus_can_say() {
    let book = workbook();
    let read = |text: &str| Conditions::read(text, &book);
    assert_eq!(read("  ").unwrap(), Conditions::default());
    assert_eq!(
        read("selected( ${helped} , “yes” ) and ${age}>=3").unwrap(),
        all(vec![
            one("helped", Comparator::Is, &["yes"]),
            one("age", Comparator::AtLeast, &["3"]),
        ])
    );
    assert_eq!(
        read("${helped}=3 or (${age}>=3 and ${age}<=5)").unwrap(),
        Conditions {
            join: Join::Any,
            conditions: vec![
                one("helped", Comparator::Is, &["3"]),
                one("age", Comparator::Between, &["3", "5"]),
            ],
        }
    );
    assert_eq!(
        read("(${helped} = 'yes' or ${helped} = 'no') and ${day} >= '2026-01-01'").unwrap(),
        all(vec![
            one("helped", Comparator::IsEither, &["yes", "no"]),
            one("day", Comparator::AtLeast, &["2026-01-01"]),
        ])
    );
    for text in [
        "${age} >= 3 and",
        "${other} = 'x'",
        "${age} + 1 > 3",
        "3 <= ${age}",
        "${age} > ${kg}",
        "(${age} > 3 or ${kg} > 3) and ${helped} = 'yes'",
        "${needs} = 'yes'",
        "${helped} = 'perhaps'",
        "true()",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn words__both_languages() {
    let book = workbook();
    let said = Conditions::read(
        "${helped} = 'yes' and ${age} >= 18 and selected(${needs}, 'no')",
        &book,
    )
    .unwrap();
    let words = said.words(&book);
    assert_eq!(
        words.get("zh"),
        "只有当“有人帮吗？”是“是”，而且“年龄”不小于 18，而且“需要什么？”选了“否”时才问"
    );
    assert_eq!(
        words.get("en"),
        "Asked only if “Any help?” is “Yes” and “Age” is at least 18 and “Needs” includes “No”"
    );
    let rules = Rules::read(". >= 0 and . <= 120").unwrap();
    assert_eq!(rules.words().get("zh"), "答案要在 0 到 120 之间");
    assert_eq!(
        Rules::read(". <= today()").unwrap().words().get("zh"),
        "答案要不晚于答题当天"
    );
}

struct Answers<'a>(&'a BTreeMap<&'static str, String>);

impl<'a> Context<'a> for Answers<'a> {
    fn answer(&self, name: &str) -> Value<'a> {
        let Some(text) = self.0.get(name).filter(|text| !text.is_empty()) else {
            return Value::EMPTY;
        };
        match name {
            "age" | "kg" => Value::Number(text.parse().unwrap()),
            "day" => Value::Date(parse_date(text).unwrap()),
            _ => Value::text(text.as_str()),
        }
    }

    fn today(&self) -> Date {
        TODAY
    }
}

/// What a condition means, said without any expression.
fn holds(condition: &Condition, answers: &BTreeMap<&'static str, String>) -> bool {
    let answer = answers
        .get(condition.question.as_str())
        .map_or("", String::as_str);
    let value = |at: usize| condition.values[at].as_str();
    let size =
        |text: &str| -> f64 { parse_date(text).map_or_else(|| text.parse().unwrap_or(f64::NAN), to_days) };
    let chosen: Vec<&str> = answer.split_whitespace().collect();
    let is_number = matches!(condition.question.as_str(), "age" | "kg");
    let is = |value: &str| {
        if is_number {
            size(answer) == size(value)
        } else {
            answer == value
        }
    };
    match condition.comparator {
        Comparator::Is => is(value(0)),
        Comparator::IsNot => !is(value(0)),
        Comparator::IsEither => is(value(0)) || is(value(1)),
        Comparator::Chosen => chosen.contains(&value(0)),
        Comparator::NotChosen => !chosen.contains(&value(0)),
        Comparator::AtLeast => size(answer) >= size(value(0)),
        Comparator::AtMost => size(answer) <= size(value(0)),
        Comparator::MoreThan => size(answer) > size(value(0)),
        Comparator::LessThan => size(answer) < size(value(0)),
        Comparator::Between => size(answer) >= size(value(0)) && size(answer) <= size(value(1)),
        Comparator::ChosenAtLeast => chosen.len() as f64 >= size(value(0)),
        Comparator::ChosenAtMost => chosen.len() as f64 <= size(value(0)),
        Comparator::Answered => !answer.is_empty(),
        Comparator::NotAnswered => answer.is_empty(),
    }
}

fn kinds() -> [(&'static str, RowKind); 7] {
    [
        ("age", RowKind::Integer),
        ("kg", RowKind::Decimal),
        ("helped", RowKind::SelectOne),
        ("needs", RowKind::SelectMultiple),
        ("day", RowKind::Date),
        ("said", RowKind::Text),
        ("score", RowKind::Calculate),
    ]
}

prop_compose! {
    fn condition()(
        (question, kind) in proptest::sample::select(kinds().to_vec()),
        pick in any::<proptest::sample::Index>(),
        (low, high) in (-5_i32..40, 0_i32..20),
        words in "[a-z您好' ]{1,6}",
        (one, other) in (0_usize..3, 0_usize..3),
    ) -> Condition {
        let comparators = Comparator::of(kind);
        let comparator = comparators[pick.index(comparators.len())];
        let counts = matches!(comparator, Comparator::ChosenAtLeast | Comparator::ChosenAtMost);
        let code = |at: usize| ["yes", "no", "3"][at].to_owned();
        let day = |offset: i32| format!("2026-01-{:02}", offset.rem_euclid(28) + 1);
        let (first, second) = match kind {
            _ if counts => (high.to_string(), String::new()),
            RowKind::SelectOne | RowKind::SelectMultiple => (code(one), code(other)),
            RowKind::Date => {
                let (a, b) = (day(low), day(high));
                if a <= b { (a, b) } else { (b, a) }
            }
            RowKind::Text => {
                let words = words.trim().to_owned();
                (if words.is_empty() { "w".to_owned() } else { words }, String::new())
            }
            RowKind::Decimal => (format!("{low}.5"), (low + high + 1).to_string()),
            _ => (low.to_string(), (low + high).to_string()),
        };
        let values = [first, second].into_iter().take(comparator.values()).collect();
        Condition { question: question.to_owned(), comparator, values }
    }
}

/// As menus say it when they are read: one condition alone is no choice of `all` and `any`; `at least` before `at most`
/// is `between`; among those of which one is enough `either` is two.
fn usual(menus: &Conditions) -> Conditions {
    let mut join = menus.join;
    let mut conditions = menus.conditions.clone();
    if conditions.is_empty() {
        return Conditions::default();
    }
    if let [one] = conditions.as_slice() {
        join = if one.comparator == Comparator::IsEither {
            Join::Any
        } else {
            Join::All
        };
    }
    if join == Join::Any {
        conditions = conditions
            .into_iter()
            .flat_map(|condition| match condition.comparator {
                Comparator::IsEither => condition
                    .values
                    .iter()
                    .map(|value| one(&condition.question, Comparator::Is, &[value]))
                    .collect(),
                _ => vec![condition],
            })
            .collect();
        return Conditions { join, conditions };
    }
    let mut out: Vec<Condition> = Vec::new();
    for condition in conditions {
        match out.last_mut() {
            Some(last)
                if last.question == condition.question
                    && (last.comparator, condition.comparator)
                        == (Comparator::AtLeast, Comparator::AtMost) =>
            {
                last.comparator = Comparator::Between;
                last.values.extend(condition.values);
            }
            _ => out.push(condition),
        }
    }
    Conditions {
        join,
        conditions: out,
    }
}

proptest! {
    #[test]
    fn menus__to_expression_and_back__are_the_same_and_mean_the_same(
        is_any in any::<bool>(),
        conditions in prop::collection::vec(condition(), 0..4),
        age in proptest::option::of(-5_i32..40),
        kg in proptest::option::of(-5_i32..40),
        helped in proptest::sample::select(vec!["", "yes", "no", "3"]),
        needs in proptest::sample::select(vec!["", "yes", "yes no", "3 no", "yes no 3"]),
        day in proptest::option::of(1_u32..29),
        said in proptest::sample::select(vec!["", "w", "a", "您"]),
        score in proptest::option::of(-5_i32..40),
    ) {
        // Limits that cross are refused (two of them joined by chance are read as `between`).
        let menus = Conditions { join: if is_any { Join::Any } else { Join::All }, conditions };
        let crossing = usual(&menus).conditions.iter().any(|condition| {
            condition.comparator == Comparator::Between && {
                let size = |at: usize| {
                    let text = &condition.values[at];
                    parse_date(text).map_or_else(|| text.parse().unwrap(), to_days)
                };
                size(0) > size(1)
            }
        });
        prop_assume!(!crossing);
        let book = workbook();
        let text = menus.expression(&book).unwrap();
        let read = Conditions::read(&text, &book);
        prop_assert_eq!(read, Some(usual(&menus)), "{}", text);
        let answers = BTreeMap::from([
            ("age", age.map_or_else(String::new, |age| age.to_string())),
            ("kg", kg.map_or_else(String::new, |kg| kg.to_string())),
            ("helped", helped.to_owned()),
            ("needs", needs.to_owned()),
            ("day", day.map_or_else(String::new, |day| format!("2026-01-{day:02}"))),
            ("said", said.to_owned()),
            ("score", score.map_or_else(String::new, |score| score.to_string())),
        ]);
        if !menus.conditions.is_empty() {
            let expected = match menus.join {
                Join::All => menus.conditions.iter().all(|condition| holds(condition, &answers)),
                Join::Any => menus.conditions.iter().any(|condition| holds(condition, &answers)),
            };
            let expression = Expression::parse(&text).unwrap();
            prop_assert_eq!(expression.holds(&Answers(&answers)), expected, "{} {:?}", text, answers);
        }
    }
}
