//! Rules for an answer to expressions and back.

use super::super::EditError;
use super::super::refusal::Refusal;
use super::conditions::{as_day, as_number, as_text, binary, call, can_be_quoted, node, number, parts, text};
use super::{Rule, Rules};
use crate::expression::{Expression, FaultKind, Function, Node, NodeKind, Operator, parse_date};

const MOBILE_PHONE: &str = "1[3-9][0-9]{9}";
const ID_NUMBER: &str = "[1-9][0-9]{16}[0-9Xx]";
const POSTAL_CODE: &str = "[0-9]{6}";

fn current() -> Node {
    node(NodeKind::Current)
}

impl Rules {
    /// The expression, for the `constraint` cell; empty when there is no rule.
    ///
    /// # Errors
    /// When a rule has no limit at all, its limits exclude each other, or a pattern is no regular expression.
    ///
    /// # Example
    /// ```
    /// use survey_forms::editor::logic::{Rule, Rules};
    /// let rules = Rules(vec![Rule::Number { least: Some(0.0), most: Some(120.0) }]);
    /// assert_eq!(rules.expression().unwrap(), ". >= 0 and . <= 120");
    /// assert_eq!(Rules::read(".>=0 and .<=120"), Some(rules));
    /// ```
    pub fn expression(&self) -> Result<String, EditError> {
        let mut nodes = Vec::new();
        let mut faults = Vec::new();
        for rule in &self.0 {
            match build(rule) {
                Ok(built) => nodes.push(built),
                Err(refusal) => faults.extend_from_slice(refusal.field("constraint").faults()),
            }
        }
        if !faults.is_empty() {
            return Err(faults.into());
        }
        let joined = nodes
            .into_iter()
            .reduce(|left, right| binary(Operator::And, left, right));
        Ok(joined.map_or_else(String::new, |root| Expression::of(root).source().to_owned()))
    }

    /// The menus of an expression; none when it has another shape.
    pub fn read(expression: &str) -> Option<Self> {
        if expression.trim().is_empty() {
            return Some(Self::default());
        }
        let expression = Expression::parse(expression).ok()?;
        let mut rules: Vec<Rule> = Vec::new();
        for part in parts(Operator::And, expression.root()) {
            let rule = read(part)?;
            match rules.last_mut().and_then(|last| joined(last, &rule)) {
                Some(both) => {
                    rules.pop();
                    rules.push(both);
                }
                None => rules.push(rule),
            }
        }
        // A page has each menu once.
        let twice = (1..rules.len()).any(|at| {
            let same = |other| std::mem::discriminant(other) == std::mem::discriminant(&rules[at]);
            rules[..at].iter().any(same)
        });
        let all = Self(rules);
        if twice {
            return None;
        }
        // What menus would not say again is text.
        all.expression().is_ok().then_some(all)
    }
}

/// A lower limit with the upper one behind it is one rule.
fn joined(last: &Rule, next: &Rule) -> Option<Rule> {
    Some(match (last, next) {
        (
            Rule::Number {
                least: Some(least),
                most: None,
            },
            Rule::Number {
                least: None,
                most: Some(most),
            },
        ) => Rule::Number {
            least: Some(*least),
            most: Some(*most),
        },
        (
            Rule::Length {
                least: Some(least),
                most: None,
            },
            Rule::Length {
                least: None,
                most: Some(most),
            },
        ) => Rule::Length {
            least: Some(*least),
            most: Some(*most),
        },
        (
            Rule::Chosen {
                least: Some(least),
                most: None,
            },
            Rule::Chosen {
                least: None,
                most: Some(most),
            },
        ) => Rule::Chosen {
            least: Some(*least),
            most: Some(*most),
        },
        (
            Rule::Day {
                from: Some(from),
                to: None,
            },
            Rule::Day {
                from: None,
                to: Some(to),
            },
        ) => Rule::Day {
            from: Some(from.clone()),
            to: Some(to.clone()),
        },
        _ => return None,
    })
}

/// `x >= least and x <= most`, one of the two or both.
fn between(subject: &dyn Fn() -> Node, least: Option<Node>, most: Option<Node>) -> Result<Node, Refusal> {
    let least = least.map(|least| binary(Operator::GreaterOrEqual, subject(), least));
    let most = most.map(|most| binary(Operator::LessOrEqual, subject(), most));
    match (least, most) {
        (Some(least), Some(most)) => Ok(binary(Operator::And, least, most)),
        (Some(one), None) | (None, Some(one)) => Ok(one),
        (None, None) => Err(Refusal::NoLimit),
    }
}

fn in_order<T: PartialOrd>(least: &Option<T>, most: &Option<T>) -> Result<(), Refusal> {
    match (least, most) {
        (Some(least), Some(most)) if least > most => Err(Refusal::LimitsCross),
        _ => Ok(()),
    }
}

fn build(rule: &Rule) -> Result<Node, Refusal> {
    let count = |limit: &Option<u32>| limit.map(|limit| number(f64::from(limit)));
    match rule {
        Rule::Number { least, most } => {
            in_order(least, most)?;
            let finite = |limit: &Option<f64>| limit.filter(|limit| limit.is_finite()).map(number);
            between(&current, finite(least), finite(most))
        }
        Rule::Length { least, most } => {
            in_order(least, most)?;
            let length = || call(Function::StringLength, vec![current()]);
            between(&length, count(least), count(most))
        }
        Rule::Chosen { least, most } => {
            in_order(least, most)?;
            let chosen = || call(Function::CountSelected, vec![current()]);
            between(&chosen, count(least), count(most))
        }
        Rule::Day { from, to } => {
            in_order(from, to)?;
            between(&current, day(from)?, day(to)?)
        }
        Rule::NotInFuture => Ok(binary(
            Operator::LessOrEqual,
            current(),
            call(Function::Today, Vec::new()),
        )),
        Rule::NotInPast => Ok(binary(
            Operator::GreaterOrEqual,
            current(),
            call(Function::Today, Vec::new()),
        )),
        Rule::Alone { choice } => {
            if choice.is_empty() {
                return Err(Refusal::NoLimit);
            }
            if !can_be_quoted(choice) {
                let value = choice.clone();
                return Err(Refusal::BothMarks { value });
            }
            let chosen = call(Function::Selected, vec![current(), text(choice)]);
            let how_many = call(Function::CountSelected, vec![current()]);
            let others = binary(Operator::Greater, how_many, number(1.0));
            Ok(call(Function::Not, vec![binary(Operator::And, chosen, others)]))
        }
        Rule::MobilePhone => Ok(matches(MOBILE_PHONE)),
        Rule::IdNumber => Ok(matches(ID_NUMBER)),
        Rule::PostalCode => Ok(matches(POSTAL_CODE)),
        Rule::Pattern { pattern } => {
            if pattern.trim().is_empty() {
                return Err(Refusal::NoLimit);
            }
            if !can_be_quoted(pattern) {
                let value = pattern.clone();
                return Err(Refusal::BothMarks { value });
            }
            let root = matches(pattern);
            match Expression::parse(&root.to_string()) {
                Ok(_) => Ok(root),
                Err(faults) => {
                    let reason = faults.iter().map(|fault| match &fault.kind {
                        FaultKind::BadPattern(reason) => reason.clone(),
                        other => other.to_string(),
                    });
                    let reason = reason.collect::<Vec<_>>().join("; ");
                    Err(Refusal::BadPattern { reason })
                }
            }
        }
    }
}

fn matches(pattern: &str) -> Node {
    call(Function::Regex, vec![current(), text(pattern)])
}

fn day(value: &Option<String>) -> Result<Option<Node>, Refusal> {
    let Some(value) = value.as_deref().map(str::trim).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    match parse_date(value).filter(|day| day.to_string() == value) {
        Some(_) => Ok(Some(call(Function::Date, vec![text(value)]))),
        None => {
            let value = value.to_owned();
            Err(Refusal::BadDay { value })
        }
    }
}

fn read(part: &Node) -> Option<Rule> {
    match &part.kind {
        NodeKind::Binary(operator, left, right) => limit(*operator, left, right),
        NodeKind::Call {
            function, arguments, ..
        } => match (function, arguments.as_slice()) {
            (Function::Regex, [subject, pattern]) if subject.kind == NodeKind::Current => {
                Some(match as_text(pattern)? {
                    MOBILE_PHONE => Rule::MobilePhone,
                    ID_NUMBER => Rule::IdNumber,
                    POSTAL_CODE => Rule::PostalCode,
                    pattern => Rule::Pattern {
                        pattern: pattern.to_owned(),
                    },
                })
            }
            (Function::Not, [inner]) => alone(inner),
            _ => None,
        },
        _ => None,
    }
}

fn limit(operator: Operator, left: &Node, right: &Node) -> Option<Rule> {
    let is_least = match operator {
        Operator::GreaterOrEqual => true,
        Operator::LessOrEqual => false,
        _ => return None,
    };
    let whole = || {
        let value = as_number(right)?;
        (value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&value)).then_some(value as u32)
    };
    let of = |function: Function| {
        matches!(&left.kind, NodeKind::Call { function: found, arguments, .. }
            if *found == function && arguments.first().is_some_and(|one| one.kind == NodeKind::Current))
    };
    let sides = |limit: u32| {
        if is_least {
            (Some(limit), None)
        } else {
            (None, Some(limit))
        }
    };
    if of(Function::StringLength) {
        let (least, most) = sides(whole()?);
        return Some(Rule::Length { least, most });
    }
    if of(Function::CountSelected) {
        let (least, most) = sides(whole()?);
        return Some(Rule::Chosen { least, most });
    }
    if left.kind != NodeKind::Current {
        return None;
    }
    if let NodeKind::Call {
        function: Function::Today,
        ..
    } = &right.kind
    {
        return Some(if is_least {
            Rule::NotInPast
        } else {
            Rule::NotInFuture
        });
    }
    if let Some(day) = as_day(right).map(str::to_owned) {
        let (from, to) = if is_least {
            (Some(day), None)
        } else {
            (None, Some(day))
        };
        return Some(Rule::Day { from, to });
    }
    let value = as_number(right)?;
    let (least, most) = if is_least {
        (Some(value), None)
    } else {
        (None, Some(value))
    };
    Some(Rule::Number { least, most })
}

/// `selected(., 'none') and count-selected(.) > 1`.
fn alone(inner: &Node) -> Option<Rule> {
    let NodeKind::Binary(Operator::And, left, right) = &inner.kind else {
        return None;
    };
    let choice = chosen_of(left)?;
    let NodeKind::Binary(Operator::Greater, how_many, one) = &right.kind else {
        return None;
    };
    let counts = matches!(&how_many.kind, NodeKind::Call { function: Function::CountSelected, arguments, .. }
        if arguments.first().is_some_and(|one| one.kind == NodeKind::Current));
    (counts && as_number(one) == Some(1.0)).then(|| Rule::Alone {
        choice: choice.to_owned(),
    })
}

/// The choices of `count-selected(.) <= 1 or not(selected(., 'none') or selected(., 'dk'))`, each of which stands alone.
pub(super) fn alone_each(expression: &str) -> Option<Vec<String>> {
    let expression = Expression::parse(expression).ok()?;
    let NodeKind::Binary(Operator::Or, left, right) = &expression.root().kind else {
        return None;
    };
    if limit_of(left) != Some((None, Some(1))) {
        return None;
    }
    let NodeKind::Call {
        function: Function::Not,
        arguments,
        ..
    } = &right.kind
    else {
        return None;
    };
    let chosen = parts(Operator::Or, arguments.first()?).into_iter();
    chosen.map(|part| chosen_of(part).map(str::to_owned)).collect()
}

/// The limits of how many are chosen.
fn limit_of(node: &Node) -> Option<(Option<u32>, Option<u32>)> {
    let NodeKind::Binary(operator, left, right) = &node.kind else {
        return None;
    };
    match limit(*operator, left, right)? {
        Rule::Chosen { least, most } => Some((least, most)),
        _ => None,
    }
}

/// The choice of `selected(., 'none')`.
fn chosen_of(node: &Node) -> Option<&str> {
    let NodeKind::Call {
        function: Function::Selected,
        arguments,
        ..
    } = &node.kind
    else {
        return None;
    };
    match arguments.as_slice() {
        [set, code] if set.kind == NodeKind::Current => as_text(code),
        _ => None,
    }
}
