//! Expressions: what they mean (vectors after the ODK XForms specification and XPath 1.0), and what must hold for
//! every expression there is.

use std::collections::HashMap;

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::{Context, Expression, FaultKind, Function, Node, NodeKind, Operator, Pattern, Value};

struct Fixed(HashMap<&'static str, Value<'static>>, Value<'static>);

impl<'a> Context<'a> for Fixed {
    fn answer(&self, name: &str) -> Value<'a> {
        self.0.get(name).cloned().unwrap_or(Value::EMPTY)
    }
    fn current(&self) -> Value<'a> {
        self.1.clone()
    }
    fn column(&self, name: &str) -> Value<'a> {
        if name == "town" {
            Value::text("a")
        } else {
            Value::EMPTY
        }
    }
    fn today(&self) -> Date {
        date(2026, 11, 23)
    }
}

fn context() -> Fixed {
    let answers = [
        ("age", Value::Number(30.0)),
        ("name", Value::text("𠮷田 𪚥")),
        ("set", Value::text("a b c")),
        ("code", Value::text("5")),
        ("born", Value::Date(date(1990, 2, 3))),
    ];
    Fixed(HashMap::from(answers), Value::Number(7.0))
}

fn value(source: &str) -> String {
    let expression = Expression::parse(source).unwrap_or_else(|faults| panic!("{source}: {faults:?}"));
    expression.evaluate(&context()).to_text().into_owned()
}

#[test]
fn evaluate__vectors() {
    let vectors = [
        // arithmetic and precedence
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("7 div 2", "3.5"),
        ("-7 mod 3", "-1"),
        ("10 - 3 - 2", "5"),
        ("--2", "2"),
        ("2 * -3", "-6"),
        ("1 div 0", "Infinity"),
        ("0 div 0", "NaN"),
        ("0.1 + 0.2 > 0.3", "true"),
        // comparison
        ("${age} >= 18 and ${age} < 60", "true"),
        ("${age} = '30'", "true"),
        ("${code} = 5", "true"),
        ("${code} = '5.0'", "false"),
        ("${gone} = ''", "true"),
        ("${gone} > 3", "false"),
        ("${gone} != 3", "true"),
        ("${age} = ''", "false"),
        ("${age} != ''", "true"),
        ("1 = 1 = true()", "true"),
        ("'b' > 'a'", "false"),
        (". >= 5", "true"),
        // and/or look at the right side only when needed, and bind as they should
        ("true() or false() and false()", "true"),
        ("not(true()) or 1 = 1", "true"),
        // days
        ("today() > ${born}", "true"),
        ("${born} = '1990-02-03'", "true"),
        ("'1990-02-03' < ${born} + 1", "true"),
        ("date('1970-01-02') + 0", "1"),
        ("date(1)", "1970-01-02"),
        ("date('31.12.2026')", ""),
        ("int((today() - ${born}) div 365.25)", "36"),
        // sets
        ("selected(${set}, 'b')", "true"),
        ("selected(${set}, 'ab')", "false"),
        ("selected(${gone}, '')", "false"),
        ("count-selected(${set})", "3"),
        ("selected-at(${set}, 1)", "b"),
        ("selected-at(${set}, 9)", ""),
        ("selected-at(${set}, -1)", ""),
        // texts
        ("string-length(${name})", "4"),
        ("substr(${name}, 1, 3)", "田 "),
        ("substr('abcdef', -2)", "ef"),
        ("substr('abc', 2, 1)", ""),
        ("concat('a', 1, true())", "a1true"),
        ("join(', ', 'a', 'b')", "a, b"),
        (
            "contains('abc', 'bc') and starts-with('abc', 'ab') and ends-with('abc', 'c')",
            "true",
        ),
        ("substring-before('a-b', '-')", "a"),
        ("substring-after('a-b', '-')", "b"),
        ("normalize-space('  a   b ')", "a b"),
        ("regex('110101199003071234', '[0-9]{17}[0-9X]')", "true"),
        ("regex('a110', '[0-9]+')", "false"),
        ("regex('x', concat('[', 'x]'))", "true"),
        ("regex('x', concat('[', ''))", "false"),
        // numbers
        ("number('12.50')", "12.5"),
        ("number('1e3')", "NaN"),
        ("number('inf')", "NaN"),
        ("int(-2.7)", "-2"),
        ("round(2.5)", "3"),
        ("round(3.14159, 2)", "3.14"),
        ("round(1250, -2)", "1300"),
        ("pow(2, 10)", "1024"),
        ("min(3, ${gone}, 1)", "1"),
        ("max(${gone})", "NaN"),
        ("sum(1, ${gone}, '2')", "3"),
        ("count(1, ${gone}, '')", "1"),
        ("floor(-1.5) + ceiling(1.5)", "0"),
        // the rest
        ("if(${age} > 18, 'adult', 'child')", "adult"),
        ("coalesce(${gone}, ${age})", "30"),
        ("once('x')", "7"),
        ("boolean-from-string('1')", "true"),
        ("checklist(1, 2, true(), 1 = 1, false())", "true"),
        ("checklist(-1, 1, true(), true())", "false"),
        ("boolean('false')", "true"),
        // operators that are words may be names too, and quotation marks may be curly
        ("town = “a”", "true"),
        ("${ age }div 2", "15"),
    ];
    for (source, expected) in vectors {
        assert_eq!(value(source), expected, "{source}");
    }
}

#[test]
fn parse__faults_say_what_and_where() {
    let fault = |source: &str| {
        let faults = Expression::parse(source).unwrap_err();
        (
            faults[0].kind.clone(),
            source.get(faults[0].span.clone()).unwrap_or_default().to_owned(),
        )
    };
    let unexpected = |what: &str| FaultKind::Unexpected(what.to_owned());
    assert_eq!(fault("1 +"), (FaultKind::Ends, String::new()));
    assert_eq!(fault(""), (FaultKind::Ends, String::new()));
    assert_eq!(fault("${a} ${b}"), (unexpected("${b}"), "${b}".to_owned()));
    assert_eq!(fault("(1"), (FaultKind::UnclosedParenthesis, "(".to_owned()));
    assert_eq!(fault("${a} = 'x"), (FaultKind::UnclosedText, "'x".to_owned()));
    assert_eq!(fault("${a = 1"), (FaultKind::BrokenReference, "${a".to_owned()));
    assert_eq!(fault("../a = 1"), (FaultKind::Path, "..".to_owned()));
    assert_eq!(fault("6 / 2"), (FaultKind::Path, "/".to_owned()));
    assert_eq!(
        fault("${a} ＞ 1"),
        (
            FaultKind::FullWidth {
                found: '＞',
                wanted: ">"
            },
            "＞".to_owned()
        )
    );
    assert_eq!(
        fault("selected（${a}，'b'）").0,
        FaultKind::FullWidth {
            found: '（',
            wanted: "("
        }
    );
    assert_eq!(
        fault("instance() > 1"),
        (
            FaultKind::UnsupportedFunction("instance".to_owned()),
            "instance".to_owned()
        )
    );
    assert_eq!(fault("regex(., '[')").1, "'['");
    assert_eq!(
        fault("if(1, 2)").0,
        FaultKind::Arguments {
            function: Function::If,
            given: 2
        }
    );
    assert_eq!(fault(&"(".repeat(5_000)).0, FaultKind::TooComplex);
    assert_eq!(fault(&"-".repeat(1_000)).0, FaultKind::TooComplex);
    assert_eq!(fault(&"1+".repeat(5_000)).0, FaultKind::TooComplex);
}

#[test]
fn parse__several_unknown_functions__are_reported_together() {
    let faults = Expression::parse("selectd(${a}, 'x') and nott(1)").unwrap_err();
    let kinds: Vec<FaultKind> = faults.into_iter().map(|fault| fault.kind).collect();
    let unknown = |name: &str, suggestion| FaultKind::UnknownFunction {
        name: name.to_owned(),
        suggestion: Some(suggestion),
    };
    assert_eq!(kinds, [unknown("selectd", "selected"), unknown("nott", "not")]);
}

#[test]
fn print__only_the_parentheses_that_are_needed() {
    for (source, printed) in [
        ("((1+2))*3", "(1 + 2) * 3"),
        ("1-(2-3)", "1 - (2 - 3)"),
        ("(1-2)-3", "1 - 2 - 3"),
        ("-(1+2)", "-(1 + 2)"),
        ("a or (b and c)", "a or b and c"),
        ("(a or b) and c", "(a or b) and c"),
        ("\"it's\"", "\"it's\""),
    ] {
        assert_eq!(
            Expression::parse(source).unwrap().to_string(),
            printed,
            "{source}"
        );
    }
}

fn node(kind: NodeKind) -> Node {
    Node { kind, span: 0..0 }
}

fn any_tree() -> impl Strategy<Value = Node> {
    let name = "[a-z_\u{4e00}-\u{4e20}][a-z0-9_.-]{0,6}";
    let leaf = prop_oneof![
        (0u32..1_000_000, 0u32..4)
            .prop_map(|(n, d)| NodeKind::Number(f64::from(n) / 10f64.powi(d.cast_signed()))),
        "[a-z 𠮷\"]{0,8}".prop_map(NodeKind::Text),
        "[a-z 𠮷'‘]{0,8}".prop_map(NodeKind::Text),
        name.prop_map(NodeKind::Reference),
        name.prop_map(NodeKind::Column),
        Just(NodeKind::Current),
    ]
    .prop_map(node);
    leaf.prop_recursive(5, 40, 4, |inner| {
        let functions: Vec<Function> = Function::all().collect();
        let calls = (
            proptest::sample::select(functions),
            prop::collection::vec(inner.clone(), 3),
        )
            .prop_map(|(function, mut arguments)| {
                arguments.truncate(function.arity().1);
                match function {
                    Function::ChoiceName => arguments[1] = node(NodeKind::Reference("q".to_owned())),
                    Function::Digest => arguments[1] = node(NodeKind::Text("SHA-256".to_owned())),
                    Function::WeightedChecklist | Function::PullData => {
                        arguments.push(node(NodeKind::Current))
                    }
                    _ => {}
                }
                assert!(function.takes(arguments.len()));
                node(NodeKind::Call {
                    function,
                    arguments,
                    pattern: Pattern::default(),
                })
            });
        prop_oneof![
            inner
                .clone()
                .prop_map(|inner| node(NodeKind::Negate(Box::new(inner)))),
            (
                proptest::sample::select(Operator::ALL.to_vec()),
                inner.clone(),
                inner
            )
                .prop_map(|(operator, l, r)| node(NodeKind::Binary(
                    operator,
                    Box::new(l),
                    Box::new(r)
                ))),
            calls,
        ]
    })
}

/// A literal pattern that is no regular expression cannot be parsed, by design.
fn has_bad_pattern(root: &Node) -> bool {
    let mut bad = false;
    root.visit(&mut |node| {
        if let NodeKind::Call {
            function: Function::Regex,
            arguments,
            ..
        } = &node.kind
            && let NodeKind::Text(source) = &arguments[1].kind
        {
            bad |= super::parse::compile_pattern(source).is_err();
        }
    });
    bad
}

proptest! {
    #[test]
    fn parse_of_print__is_the_same_tree(tree in any_tree().prop_filter("pattern", |tree| !has_bad_pattern(tree))) {
        let printed = tree.to_string();
        let parsed = Expression::parse(&printed).map_err(|faults| TestCaseError::fail(format!("{printed}: {faults:?}")))?;
        prop_assert_eq!(parsed.root(), &tree, "{}", printed);
        prop_assert_eq!(parsed.to_string(), printed);
    }

    #[test]
    fn evaluate__any_tree__has_a_value(tree in any_tree()) {
        let value = super::evaluate(&tree, &context());
        let _ = (value.to_boolean(), value.to_number(), value.to_answer().len());
    }

    #[test]
    fn parse__any_text__never_panics(source in "\\PC{0,60}") {
        if let Ok(expression) = Expression::parse(&source) {
            let _ = expression.evaluate(&context());
        }
    }

    #[test]
    fn parse__anything_of_expressions_parts__never_panics(
        parts in prop::collection::vec(proptest::sample::select(vec![
            "${a}", "(", ")", "'", "\"", ".", "..", ",", "1", ".5", "-", "and", "div", "selected(", "regex(.,", "$", "{", "}",
            "position(", "jr:choice-name(", "'${a}'", "${a[1]}", "[", "<=", "!", "“", "（", "if(", "not(", "today()", "𠮷", " ", "pow(", "substr(", "1e9",
        ]), 0..30)
    ) {
        if let Ok(expression) = Expression::parse(&parts.concat()) {
            let again = Expression::parse(&expression.to_string());
            prop_assert_eq!(again.as_ref().map(Expression::root), Ok(expression.root()));
        }
    }
}
