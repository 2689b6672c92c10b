//! Expressions by hand and at random, with what they come to.

use super::*;

struct Fixed(BTreeMap<&'static str, Value<'static>>, Option<i32>);

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
    fn offset(&self) -> Option<i32> {
        self.1
    }
}

fn context(offset: Option<i32>) -> Fixed {
    let answers = BTreeMap::from([
        (".", Value::Number(7.0)),
        ("age", Value::Number(30.0)),
        ("debt", Value::Number(-0.25)),
        ("name", Value::text("𠮷田 𪚥")),
        ("set", Value::text("a b c")),
        ("code", Value::text("5")),
        ("words", Value::text("  two\u{3000}words\u{a0} ")),
        ("day", Value::text("2026-11-23")),
        ("born", Value::Date(jiff::civil::date(1990, 2, 3))),
    ]);
    Fixed(answers, offset)
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
    // days, moments and times
    "now()",
    "now() > today()",
    "number('2026-11-23T12:00:00')",
    "number('2026-11-23T12:00:00.000+08:00')",
    "number('1970-01-01T08:00:00+08:00')",
    "decimal-date-time('2003-03-12T06:00:00.000-03:30')",
    "decimal-date-time(${born})",
    "decimal-date-time('1970-01-02')",
    "decimal-date-time('x')",
    "decimal-time('06:00:00.000-07:00')",
    "decimal-time('18:00')",
    "decimal-time('2026-11-23T12:00')",
    "decimal-time('24:00')",
    "decimal-time(${born})",
    "format-date(${born}, '%Y/%n/%e')",
    "format-date('2026-03-05', '%y-%m-%d %b %a')",
    "format-date('x', '%Y')",
    "format-date(0.5, '%Y')",
    "format-date(true(), '%Y')",
    "format-date-time('2026-03-05T09:15:03.007+08:00', '%H:%M:%S.%3 %h %% %q %')",
    "format-date-time(10.75, '%Y-%m-%d %H:%M')",
    "format-date-time(-0.25, '%Y-%m-%d %H:%M')",
    "format-date(-719528, '%Y')",
    "format-date(-719529, '%Y %y')",
    // characters
    "translate('bar', 'abc', 'ABC')",
    "translate('--aaa--', 'abc-', 'ABC')",
    "translate(${name}, '𠮷', '吉')",
    "translate('aa', 'aa', 'xy')",
    "digest('abc', 'SHA-256', 'hex')",
    "digest(${name}, 'sha-256')",
    "digest('', 'SHA-256', 'base64')",
    "digest('abc', concat('SHA', '-1'))",
    "jr:choice-name(${code}, '${code}')",
    "jr:choice-name('a b', ${set})",
    "uuid()",
    "uuid(12)",
    "uuid(-1)",
    "uuid(${gone})",
    "random() < 1",
    // numbers
    "round(pi(), 10)",
    "round(sin(1), 10)",
    "round(cos(1), 10)",
    "round(tan(1), 10)",
    "round(asin(1), 10)",
    "round(acos(0.5), 10)",
    "round(atan(1), 10)",
    "round(atan2(-1, -1), 10)",
    "round(exp10(3), 6)",
    "asin(2)",
    "weighted-checklist(1, 5, true(), 2, false(), 9)",
    "weighted-checklist(3, -1, true(), 2, 1 = 1, 0.5)",
    "weighted-checklist(-1, 1, true(), 2)",
    "checklist(-1, 2, 1, 0, 'x')",
    "position(..) + 1",
    "indexed-repeat(${age}, ${set}, 1)",
    "item-at(2, 'a', 'b', 'c')",
    "item-at(0, 'a')",
    "item-at(4, 'a', 'b', 'c')",
    "item-at(1.9, 'a', 'b')",
    "item-at(${gone}, 'a')",
    "is-selected(${set}, 'a')",
    "version()",
    "property('deviceid')",
    "pulldata('a', 'b', 'c', 'd')",
    "round(area('38.253094215699576 21.756382658677467 0 0;38.25021274773806 21.756382658677467 0 0;38.25007793942195 21.763892843919166 0 0;38.25290886154963 21.763935759263404 0 0;38.25146813817506 21.758421137528785 0 0'), 2)",
    "area('1 1;2 2')",
    "area('')",
    "area('x')",
    "round(distance('0 0;0 90;90 0'), 2)",
    "round(distance('38.25 116.5 0 0', '38.26 116.51 0 0;38.27 116.5 12 4.9'), 2)",
    "distance(${gone}, '1 1')",
    "distance(${gone})",
    "distance('91 0;0 0')",
    "distance('1 2 3 4 5')",
    "distance('1e1 2')",
    "base64-decode('5Lit5paHIPCgrrc=')",
    "base64-decode('YWI')",
    "base64-decode(' YW I= ')",
    "base64-decode('YWJ')",
    "base64-decode('YWJjZ')",
    "base64-decode('Y=Q=')",
    "base64-decode('YW\u{3000}I=')",
    "base64-decode('//8A77u/YQ==')",
    "base64-decode(${gone})",
    // moments with offsets of their own
    "'2026-11-23T09:30:00.000+08:00' = '2026-11-23T01:30Z'",
    "'2026-11-23T09:30:00.000+08:00' != '2026-11-23T09:30:00.000+09:00'",
    "'2026-11-23T09:30:00.000+08:00' < '2026-11-23T09:30:00.000+07:00'",
    "'2026-11-23T09:30' = '2026-11-23 09:30'",
    "'2026-11-23T09:30' = '2026-11-23T09:30:00.000'",
    "date('2026-11-23T23:30:00.000-05:00')",
    "format-date-time('2026-11-23T23:30:00.000-05:00', '%Y-%m-%d %H:%M')",
    "decimal-time('2026-11-23T23:30:00.000-05:00')",
    "max('2026-11-23T09:30:00.000+08:00', '2026-11-23T09:30:00.000+07:00')",
    "date('9999-12-31T23:30:00.000-05:00')",
    "${age[2]} = ''",
    "${age[2][1]} + 1",
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
    // The last digit of these is the C library's own.
    let inexact = [
        Function::Pow,
        Function::Exp,
        Function::Log,
        Function::Log10,
        Function::Exp10,
        Function::Sin,
        Function::Cos,
        Function::Tan,
        Function::Asin,
        Function::Acos,
        Function::Atan,
        Function::Atan2,
        Function::Area,
        Function::Distance,
    ];
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
    let context = context(None);
    let vector = |source: &str, context: &Fixed| {
        let expression = Expression::parse(source).unwrap_or_else(|faults| panic!("{source}: {faults:?}"));
        let value = evaluate(expression.root(), context);
        json!({ "source": source, "tree": tree(expression.root()), "value": typed(&value), "stored": value.to_answer() })
    };
    let sources = BY_HAND
        .iter()
        .map(|&source| source.to_owned())
        .chain(random_sources(600));
    let vectors: Vec<Json> = sources.map(|source| vector(&source, &context)).collect();
    // The same in Beijing's time, as far as it makes a difference.
    let here = self::context(Some(480));
    let shifted: Vec<Json> = BY_HAND
        .iter()
        .filter(|source| vector(source, &here) != vector(source, &context))
        .map(|source| vector(source, &here))
        .collect();
    assert!(shifted.len() >= 5, "{shifted:?}");
    let answers: BTreeMap<_, _> = context
        .0
        .iter()
        .map(|(name, value)| (name, typed(value)))
        .collect();
    settle(
        "expressions.json",
        &json!({
            "today": TODAY.to_string(), "answers": answers, "columns": { "town": "a" }, "vectors": vectors,
            "offset": 480, "shifted": shifted
        }),
    );
}
