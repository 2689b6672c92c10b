use jiff::civil::Date;

use crate::editor::logic::{Rule, Rules};
use crate::expression::{Context, Expression, Value};
use crate::testing::TODAY;

#[test]
fn rules__to_expression_and_back() {
    let said = |text: &str| text.to_owned();
    let cases = [
        (
            Rule::Number {
                least: Some(0.0),
                most: Some(120.0),
            },
            ". >= 0 and . <= 120",
        ),
        (
            Rule::Number {
                least: None,
                most: Some(-0.5),
            },
            ". <= -0.5",
        ),
        (
            Rule::Length {
                least: Some(2),
                most: None,
            },
            "string-length(.) >= 2",
        ),
        (
            Rule::Chosen {
                least: Some(1),
                most: Some(3),
            },
            "count-selected(.) >= 1 and count-selected(.) <= 3",
        ),
        (
            Rule::Day {
                from: Some(said("2026-01-01")),
                to: None,
            },
            ". >= date('2026-01-01')",
        ),
        (Rule::NotInFuture, ". <= today()"),
        (Rule::NotInPast, ". >= today()"),
        (
            Rule::Alone { choice: said("none") },
            "not(selected(., 'none') and count-selected(.) > 1)",
        ),
        (Rule::MobilePhone, "regex(., '1[3-9][0-9]{9}')"),
        (Rule::IdNumber, "regex(., '[1-9][0-9]{16}[0-9Xx]')"),
        (Rule::PostalCode, "regex(., '[0-9]{6}')"),
        (
            Rule::Pattern {
                pattern: said("[A-Z]{2}"),
            },
            "regex(., '[A-Z]{2}')",
        ),
    ];
    for (rule, expected) in &cases {
        let rules = Rules(vec![rule.clone()]);
        assert_eq!(rules.expression().unwrap(), *expected);
        assert_eq!(Rules::read(expected), Some(rules));
    }
    let every = Rules(cases.iter().map(|(rule, _)| rule.clone()).take(4).collect());
    assert_eq!(
        Rules::read(&every.expression().unwrap()),
        None,
        "a page has the menu of numbers once"
    );
    let several = Rules(vec![cases[2].0.clone(), cases[8].0.clone(), cases[5].0.clone()]);
    assert_eq!(Rules::read(&several.expression().unwrap()), Some(several));
}

#[test]
fn rules__that_cannot_be_meant__are_refused() {
    let said = |text: &str| text.to_owned();
    let cases = [
        (
            Rule::Number {
                least: None,
                most: None,
            },
            "ED065",
        ),
        (
            Rule::Length {
                least: Some(3),
                most: Some(2),
            },
            "ED066",
        ),
        (Rule::Pattern { pattern: said("[") }, "ED067"),
        (
            Rule::Day {
                from: Some(said("tomorrow")),
                to: None,
            },
            "ED068",
        ),
        (Rule::Pattern { pattern: said("'\"") }, "ED064"),
        (
            Rule::Alone {
                choice: String::new(),
            },
            "ED065",
        ),
    ];
    for (rule, code) in cases {
        assert_eq!(
            Rules(vec![rule.clone()]).expression().unwrap_err().faults()[0].code,
            code,
            "{rule:?}"
        );
    }
    for text in [". > 3", "${a} >= 3", ". >= ${a}", "regex(., ${a})", ". >= 0 and"] {
        assert_eq!(Rules::read(text), None, "{text}");
    }
}

struct Tested(Value<'static>);

impl<'a> Context<'a> for Tested {
    fn answer(&self, _: &str) -> Value<'a> {
        Value::EMPTY
    }

    fn current(&self) -> Value<'a> {
        self.0.clone()
    }

    fn today(&self) -> Date {
        TODAY
    }
}

#[test]
fn rules__are_held_to_what_they_say() {
    let holds = |rule: Rule, value: Value<'static>| {
        let text = Rules(vec![rule]).expression().unwrap();
        Expression::parse(&text).unwrap().holds(&Tested(value))
    };
    let text = |words: &'static str| Value::text(words);
    assert!(holds(Rule::MobilePhone, text("13912345678")));
    assert!(!holds(Rule::MobilePhone, text("1391234567")));
    assert!(!holds(Rule::MobilePhone, text("139123456789")));
    assert!(holds(Rule::IdNumber, text("11010119900307123X")));
    assert!(!holds(Rule::IdNumber, text("110101900307123")));
    assert!(holds(Rule::PostalCode, text("200000")));
    assert!(holds(
        Rule::Length {
            least: Some(2),
            most: Some(3)
        },
        text("您好")
    ));
    assert!(!holds(
        Rule::Length {
            least: Some(3),
            most: None
        },
        text("您好")
    ));
    assert!(holds(Rule::NotInFuture, Value::Date(TODAY)));
    assert!(!holds(Rule::NotInFuture, Value::Date(TODAY.tomorrow().unwrap())));
    assert!(holds(Rule::NotInPast, Value::Date(TODAY)));
    assert!(!holds(Rule::NotInPast, Value::Date(TODAY.yesterday().unwrap())));
    let alone = || Rule::Alone {
        choice: "none".to_owned(),
    };
    assert!(holds(alone(), text("none")) && holds(alone(), text("a b")));
    assert!(!holds(alone(), text("a none")));
}
