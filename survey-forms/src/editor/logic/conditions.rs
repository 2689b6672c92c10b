//! Conditions to expressions and back.

use super::super::EditError;
use super::super::kind::RowKind;
use super::super::refusal::Refusal;
use super::{Comparator, Condition, Conditions, Join, Subject, Subjects};
use crate::diagnostic::nearest;
use crate::expression::{Expression, Function, Node, NodeKind, Operator, Pattern, parse_date};
use crate::text::Text;

pub(super) fn node(kind: NodeKind) -> Node {
    Node { kind, span: 0..0 }
}

pub(super) fn call(function: Function, arguments: Vec<Node>) -> Node {
    node(NodeKind::Call {
        function,
        arguments,
        pattern: Pattern::default(),
    })
}

pub(super) fn binary(operator: Operator, left: Node, right: Node) -> Node {
    node(NodeKind::Binary(operator, Box::new(left), Box::new(right)))
}

pub(super) fn text(words: &str) -> Node {
    node(NodeKind::Text(words.to_owned()))
}

pub(super) fn number(value: f64) -> Node {
    let size = node(NodeKind::Number(value.abs()));
    if value < 0.0 {
        node(NodeKind::Negate(Box::new(size)))
    } else {
        size
    }
}

/// The number that a node writes, if it does.
pub(super) fn as_number(node: &Node) -> Option<f64> {
    match &node.kind {
        NodeKind::Number(value) => Some(*value),
        NodeKind::Negate(inner) => match inner.kind {
            NodeKind::Number(value) => Some(-value),
            _ => None,
        },
        _ => None,
    }
}

/// The text that a node writes, if it does.
pub(super) fn as_text(node: &Node) -> Option<&str> {
    match &node.kind {
        NodeKind::Text(text) => Some(text),
        _ => None,
    }
}

/// The day of `date('2026-01-31')`, or of the text alone.
pub(super) fn as_day(node: &Node) -> Option<&str> {
    let words = match &node.kind {
        NodeKind::Call {
            function: Function::Date,
            arguments,
            ..
        } => arguments.first().and_then(as_text),
        _ => as_text(node),
    };
    words.filter(|day| parse_date(day).is_some_and(|date| date.to_string() == *day))
}

/// Whether a text can stand between quotation marks of one kind.
pub(super) fn can_be_quoted(text: &str) -> bool {
    !(text.contains(['"', '“', '”']) && text.contains(['\'', '‘', '’']))
}

/// Parts joined by an operator, however they are bracketed.
pub(super) fn parts(operator: Operator, root: &Node) -> Vec<&Node> {
    match &root.kind {
        NodeKind::Binary(found, left, right) if *found == operator => {
            let mut all = parts(operator, left);
            all.extend(parts(operator, right));
            all
        }
        _ => vec![root],
    }
}

impl Conditions {
    /// The expression.
    pub(in super::super) fn said(&self, subjects: &Subjects) -> Result<String, EditError> {
        let mut nodes = Vec::new();
        let mut faults = Vec::new();
        for condition in &self.conditions {
            match build(condition, subjects) {
                Ok(node) => nodes.push(node),
                Err(refused) => faults.extend_from_slice(refused.faults()),
            }
        }
        if !faults.is_empty() {
            return Err(faults.into());
        }
        let operator = match self.join {
            Join::All => Operator::And,
            Join::Any => Operator::Or,
        };
        let joined = nodes
            .into_iter()
            .reduce(|left, right| binary(operator, left, right));
        Ok(joined.map_or_else(String::new, |root| Expression::of(root).source().to_owned()))
    }

    /// The menus of an expression.
    pub(in super::super) fn heard(expression: &str, subjects: &Subjects) -> Option<Self> {
        if expression.trim().is_empty() {
            return Some(Self::default());
        }
        let expression = Expression::parse(expression).ok()?;
        let any = parts(Operator::Or, expression.root());
        if let [one] = any.as_slice() {
            let all = parts(Operator::And, one).into_iter();
            let all = all.map(|part| read(part, subjects).or_else(|| either(part, subjects)));
            let conditions = paired(all.collect::<Option<_>>()?);
            return Some(Self {
                join: Join::All,
                conditions,
            });
        }
        let conditions = any.into_iter().map(|part| {
            let pair = parts(Operator::And, part).into_iter();
            let pair: Option<Vec<Condition>> = pair.map(|part| read(part, subjects)).collect();
            match paired(pair?).as_slice() {
                [one] => Some(one.clone()),
                _ => None,
            }
        });
        Some(Self {
            join: Join::Any,
            conditions: conditions.collect::<Option<_>>()?,
        })
    }
}

/// `${x} = 'a' or ${x} = 'b'`.
fn either(part: &Node, subjects: &Subjects) -> Option<Condition> {
    let two = parts(Operator::Or, part);
    let [one, other] = two.as_slice() else {
        return None;
    };
    let (mut one, other) = (read(one, subjects)?, read(other, subjects)?);
    let is_is = one.comparator == Comparator::Is && other.comparator == Comparator::Is;
    if !is_is || one.question != other.question || subjects.get(&one.question)?.kind != RowKind::SelectOne {
        return None;
    }
    one.comparator = Comparator::IsEither;
    one.values.extend(other.values);
    Some(one)
}

/// `at least` with the `at most` behind it is `between`.
fn paired(conditions: Vec<Condition>) -> Vec<Condition> {
    let mut out: Vec<Condition> = Vec::new();
    for condition in conditions {
        match out.last_mut() {
            Some(last)
                if last.question == condition.question
                    && last.comparator == Comparator::AtLeast
                    && condition.comparator == Comparator::AtMost =>
            {
                last.comparator = Comparator::Between;
                last.values.extend(condition.values);
            }
            _ => out.push(condition),
        }
    }
    out
}

fn build(condition: &Condition, subjects: &Subjects) -> Result<Node, EditError> {
    let name = condition.question.as_str();
    let question = || name.to_owned();
    let asked = subjects
        .get(name)
        .filter(|subject| !Comparator::of(subject.kind).is_empty());
    let Some(subject) = asked else {
        let names = subjects.0.keys().map(String::as_str);
        let refusal = Refusal::NotAskable {
            question: question(),
            suggestion: nearest(name, names).map(str::to_owned),
        };
        return Err(refusal.field("relevant"));
    };
    let comparator = condition.comparator;
    if !Comparator::of(subject.kind).contains(&comparator) {
        let refusal = Refusal::ComparatorUnfit {
            question: question(),
            comparator: comparator.words(),
        };
        return Err(refusal.field("relevant"));
    }
    let answer = || node(NodeKind::Reference(question()));
    let value = |at: usize| literal(condition, at, subject);
    let compare = |operator, at| Ok::<_, EditError>(binary(operator, answer(), value(at)?));
    let count = |operator| {
        let how_many = call(Function::CountSelected, vec![answer()]);
        Ok::<_, EditError>(binary(operator, how_many, value(0)?))
    };
    Ok(match comparator {
        Comparator::Is => compare(Operator::Equal, 0)?,
        Comparator::IsNot => compare(Operator::NotEqual, 0)?,
        Comparator::IsEither => {
            let (one, other) = (compare(Operator::Equal, 0)?, compare(Operator::Equal, 1)?);
            binary(Operator::Or, one, other)
        }
        Comparator::AtLeast => compare(Operator::GreaterOrEqual, 0)?,
        Comparator::AtMost => compare(Operator::LessOrEqual, 0)?,
        Comparator::MoreThan => compare(Operator::Greater, 0)?,
        Comparator::LessThan => compare(Operator::Less, 0)?,
        Comparator::Between => {
            let (least, most) = (value(0)?, value(1)?);
            let size = |node: &Node| {
                as_number(node).or_else(|| as_day(node).and_then(parse_date).map(crate::expression::to_days))
            };
            if size(&least) > size(&most) {
                return Err(Refusal::LimitsCross.field("relevant"));
            }
            compare(Operator::GreaterOrEqual, 0)
                .and_then(|least| Ok(binary(Operator::And, least, compare(Operator::LessOrEqual, 1)?)))?
        }
        Comparator::Chosen => call(Function::Selected, vec![answer(), value(0)?]),
        Comparator::NotChosen => {
            let chosen = call(Function::Selected, vec![answer(), value(0)?]);
            call(Function::Not, vec![chosen])
        }
        Comparator::ChosenAtLeast => count(Operator::GreaterOrEqual)?,
        Comparator::ChosenAtMost => count(Operator::LessOrEqual)?,
        Comparator::Answered => binary(Operator::NotEqual, answer(), text("")),
        Comparator::NotAnswered => binary(Operator::Equal, answer(), text("")),
    })
}

/// A value as a literal of the question's kind.
fn literal(condition: &Condition, at: usize, subject: &Subject) -> Result<Node, EditError> {
    let question = || condition.question.clone();
    let value = condition.values.get(at).map_or("", |value| value.trim());
    if value.is_empty() {
        let question = question();
        return Err(Refusal::ValueMissing { question }.field("relevant"));
    }
    let bad = |zh: &str, en: &str| {
        let refusal = Refusal::BadValue {
            value: value.to_owned(),
            question: question(),
            wanted: Text::zh_en(zh, en),
        };
        refusal.field("relevant")
    };
    let counts = matches!(
        condition.comparator,
        Comparator::ChosenAtLeast | Comparator::ChosenAtMost
    );
    if counts {
        let count = value
            .parse::<u32>()
            .map_err(|_| bad("写一个整数，如 2。", "Write a whole number, such as 2."))?;
        return Ok(number(f64::from(count)));
    }
    let is_size = !matches!(
        condition.comparator,
        Comparator::Is | Comparator::IsNot | Comparator::IsEither
    );
    let is_number = match subject.kind {
        RowKind::Integer | RowKind::Decimal | RowKind::Range => true,
        RowKind::Calculate => is_size,
        _ => false,
    };
    if is_number {
        let parsed = value.parse::<f64>().ok().filter(|value| value.is_finite());
        return parsed
            .map(number)
            .ok_or_else(|| bad("写一个数，如 18。", "Write a number, such as 18."));
    }
    if matches!(subject.kind, RowKind::Date | RowKind::DateTime) {
        let day = parse_date(value).filter(|day| day.to_string() == value);
        return day
            .map(|_| call(Function::Date, vec![text(value)]))
            .ok_or_else(|| bad("写成 2026-01-31 这样。", "Write it as 2026-01-31."));
    }
    let has_list = subject.kind.has_choices() && !subject.choices.is_empty();
    if has_list && !subject.choices.iter().any(|(name, _)| name == value) {
        return Err(bad(
            "选这一题的一个选项。",
            "Choose one of the question's choices.",
        ));
    }
    if !can_be_quoted(value) {
        let value = value.to_owned();
        return Err(Refusal::BothMarks { value }.field("relevant"));
    }
    Ok(text(value))
}

fn read(node: &Node, subjects: &Subjects) -> Option<Condition> {
    let (question, comparator, values) = shape(node, subjects)?;
    let subject = subjects.get(question)?;
    if !Comparator::of(subject.kind).contains(&comparator) {
        return None;
    }
    let condition = Condition {
        question: question.to_owned(),
        comparator,
        values,
    };
    // What menus would not say again is text.
    build(&condition, subjects).is_ok().then_some(condition)
}

fn shape<'n>(node: &'n Node, subjects: &Subjects) -> Option<(&'n str, Comparator, Vec<String>)> {
    match &node.kind {
        NodeKind::Binary(operator, left, right) => match &left.kind {
            NodeKind::Reference(name) => {
                let (comparator, values) = compared(*operator, right)?;
                Some((name, comparator, values))
            }
            NodeKind::Call {
                function: Function::CountSelected,
                arguments,
                ..
            } => {
                let comparator = match operator {
                    Operator::GreaterOrEqual => Comparator::ChosenAtLeast,
                    Operator::LessOrEqual => Comparator::ChosenAtMost,
                    _ => return None,
                };
                let value = as_number(right)?.to_string();
                match arguments.first().map(|argument| &argument.kind) {
                    Some(NodeKind::Reference(name)) => Some((name, comparator, vec![value])),
                    _ => None,
                }
            }
            _ => None,
        },
        NodeKind::Call {
            function: Function::Selected,
            arguments,
            ..
        } => match arguments.as_slice() {
            [
                Node {
                    kind: NodeKind::Reference(name),
                    ..
                },
                code,
            ] => {
                let is_one = subjects.get(name)?.kind == RowKind::SelectOne;
                let comparator = if is_one {
                    Comparator::Is
                } else {
                    Comparator::Chosen
                };
                Some((name, comparator, vec![code_of(code)?]))
            }
            _ => None,
        },
        NodeKind::Call {
            function: Function::Not,
            arguments,
            ..
        } => match shape(arguments.first()?, subjects)? {
            (name, Comparator::Chosen, values) => Some((name, Comparator::NotChosen, values)),
            (name, Comparator::Is, values) => Some((name, Comparator::IsNot, values)),
            _ => None,
        },
        _ => None,
    }
}

fn compared(operator: Operator, value: &Node) -> Option<(Comparator, Vec<String>)> {
    if as_text(value) == Some("") {
        return match operator {
            Operator::Equal => Some((Comparator::NotAnswered, Vec::new())),
            Operator::NotEqual => Some((Comparator::Answered, Vec::new())),
            _ => None,
        };
    }
    let comparator = match operator {
        Operator::Equal => Comparator::Is,
        Operator::NotEqual => Comparator::IsNot,
        Operator::GreaterOrEqual => Comparator::AtLeast,
        Operator::LessOrEqual => Comparator::AtMost,
        Operator::Greater => Comparator::MoreThan,
        Operator::Less => Comparator::LessThan,
        _ => return None,
    };
    let day = as_day(value).map(str::to_owned);
    Some((comparator, vec![day.or_else(|| code_of(value))?]))
}

/// A code as it is written: `'1'` or `1`.
fn code_of(node: &Node) -> Option<String> {
    as_text(node)
        .map(str::to_owned)
        .or_else(|| as_number(node).map(|value| value.to_string()))
}
