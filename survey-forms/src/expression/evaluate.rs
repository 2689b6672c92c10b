//! Tree and answers to value. Total: every tree has a value in every context.

use std::borrow::Cow;

use jiff::civil::Date;

use super::function::Function;
use super::geo;
use super::moment::{moment_to_days, parse_moment};
use super::parse::compile_pattern;
use super::value::Value;
use super::{Node, NodeKind, Operator, Pattern};

mod more;

use more::base64_decode;

/// What an expression may ask about.
pub trait Context<'a> {
    /// The answer to a question, typed by the question; empty when there is none.
    fn answer(&self, name: &str) -> Value<'a>;
    /// `.`: the answer being tested.
    fn current(&self) -> Value<'a> {
        Value::EMPTY
    }
    /// A column of the choice being tested.
    fn column(&self, _name: &str) -> Value<'a> {
        Value::EMPTY
    }
    /// The day on which the form is filled in.
    fn today(&self) -> Date;
    /// The moment of answering as ODK writes it, as far as it is known.
    fn now(&self) -> Value<'a> {
        Value::text(format!("{}T00:00:00", self.today()))
    }
    /// The next number from 0 up to 1: the same each time that an expression is evaluated for a response.
    fn chance(&self) -> f64 {
        0.5
    }
    /// Minutes by which the clock of the place where the form is filled in is ahead of Greenwich's, as far as it is known.
    /// Days and clocks without an offset are those of that place, and moments that say theirs are turned into its time.
    fn offset(&self) -> Option<i32> {
        None
    }
    /// The language in which days are written.
    fn language(&self) -> &str {
        "en"
    }
    /// The label of a choice of a question; the value itself where there is none.
    fn choice_name(&self, _question: &str, value: &str) -> String {
        value.to_owned()
    }
    /// The author's version of the form.
    fn version(&self) -> Value<'a> {
        Value::EMPTY
    }
    /// What the device says of itself.
    fn property(&self, _name: &str) -> Value<'a> {
        Value::EMPTY
    }
    /// A cell of a table: of `column`, in the first row that has `key` in `key_column`.
    fn pulled(&self, _table: &str, _column: &str, _key_column: &str, _key: &str) -> Value<'a> {
        Value::EMPTY
    }
}

/// The value of `node` in `context`.
pub fn evaluate<'a>(node: &'a Node, context: &impl Context<'a>) -> Value<'a> {
    match &node.kind {
        NodeKind::Number(value) => Value::Number(*value),
        NodeKind::Text(text) => Value::text(text.as_str()),
        NodeKind::Reference(name) => context.answer(name),
        NodeKind::Current => context.current(),
        NodeKind::Column(name) => context.column(name),
        NodeKind::Negate(inner) => Value::Number(-evaluate(inner, context).to_number_at(context.offset())),
        NodeKind::Binary(operator, left, right) => binary(*operator, left, right, context),
        NodeKind::Call {
            function,
            arguments,
            pattern,
        } => {
            let call = Call { arguments, context };
            match (function, pattern) {
                (Function::Regex, Pattern(Some(pattern))) => Value::Boolean(pattern.is_match(&call.text(0))),
                _ => call.value(*function),
            }
        }
    }
}

fn binary<'a>(operator: Operator, left: &'a Node, right: &'a Node, context: &impl Context<'a>) -> Value<'a> {
    let left = evaluate(left, context);
    match operator {
        Operator::And => return Value::Boolean(left.to_boolean() && evaluate(right, context).to_boolean()),
        Operator::Or => return Value::Boolean(left.to_boolean() || evaluate(right, context).to_boolean()),
        _ => {}
    }
    let right = evaluate(right, context);
    let offset = context.offset();
    match operator {
        Operator::Equal => return Value::Boolean(equal(&left, &right, offset)),
        Operator::NotEqual => return Value::Boolean(!equal(&left, &right, offset)),
        _ => {}
    }
    let (l, r) = (left.to_number_at(offset), right.to_number_at(offset));
    match operator {
        Operator::Less => Value::Boolean(l < r),
        Operator::LessOrEqual => Value::Boolean(l <= r),
        Operator::Greater => Value::Boolean(l > r),
        Operator::GreaterOrEqual => Value::Boolean(l >= r),
        Operator::Add => Value::Number(l + r),
        Operator::Subtract => Value::Number(l - r),
        Operator::Multiply => Value::Number(l * r),
        Operator::Divide => Value::Number(l / r),
        // As XPath's: the sign of the dividend.
        Operator::Modulo => Value::Number(l % r),
        Operator::And | Operator::Or | Operator::Equal | Operator::NotEqual => Value::EMPTY,
    }
}

/// XPath 1.0 §3.4, a day counting as a number, and two moments being the same however their clocks are set.
fn equal(left: &Value<'_>, right: &Value<'_>, offset: Option<i32>) -> bool {
    match (left, right) {
        (Value::Boolean(_), _) | (_, Value::Boolean(_)) => left.to_boolean() == right.to_boolean(),
        (Value::Text(l), Value::Text(r)) => {
            let days = |text: &str| parse_moment(text).map(|(day, time)| moment_to_days(day, time, offset));
            l == r || days(l).is_some_and(|one| days(r) == Some(one))
        }
        _ => left.to_number_at(offset) == right.to_number_at(offset),
    }
}

struct Call<'a, 'c, C> {
    arguments: &'a [Node],
    context: &'c C,
}

impl<'a, C: Context<'a>> Call<'a, '_, C> {
    fn argument(&self, at: usize) -> Value<'a> {
        self.arguments
            .get(at)
            .map_or(Value::EMPTY, |node| evaluate(node, self.context))
    }

    fn text(&self, at: usize) -> Cow<'a, str> {
        self.argument(at).to_text()
    }

    fn number(&self, at: usize) -> f64 {
        self.argument(at).to_number_at(self.context.offset())
    }

    /// Arguments from `at` on.
    fn rest(&self, at: usize) -> impl Iterator<Item = Value<'a>> {
        self.arguments
            .iter()
            .skip(at)
            .map(|node| evaluate(node, self.context))
    }

    fn given(&self) -> impl Iterator<Item = Value<'a>> {
        self.rest(0).filter(|value| !value.is_empty())
    }

    fn numbers(&self) -> impl Iterator<Item = f64> {
        self.given()
            .map(|value| value.to_number_at(self.context.offset()))
    }

    fn value(&self, function: Function) -> Value<'a> {
        use Function as F;
        use Value::{Boolean, Number};
        match function {
            F::Selected => {
                let (set, wanted) = (self.text(0), self.text(1));
                Boolean(set.split_whitespace().any(|chosen| chosen == wanted))
            }
            F::SelectedAt => {
                let place = whole(self.number(1));
                let set = self.text(0);
                let chosen = place
                    .and_then(|at| set.split_whitespace().nth(at))
                    .unwrap_or_default();
                Value::text(chosen.to_owned())
            }
            F::CountSelected => count(self.text(0).split_whitespace()),
            F::If => self.argument(if self.argument(0).to_boolean() { 1 } else { 2 }),
            F::Coalesce => self.given().next().unwrap_or(Value::EMPTY),
            F::Once => match self.context.current() {
                current if current.is_empty() => self.argument(0),
                current => current,
            },
            F::Not => Boolean(!self.argument(0).to_boolean()),
            F::True => Boolean(true),
            F::False => Boolean(false),
            F::Boolean => Boolean(self.argument(0).to_boolean()),
            F::BooleanFromString => Boolean(matches!(self.text(0).as_ref(), "true" | "1")),
            F::String => Value::Text(self.text(0)),
            F::StringLength => count(self.text(0).chars()),
            F::Concat => Value::text(self.rest(0).map(|value| value.to_text()).collect::<String>()),
            F::Join => {
                let parts: Vec<_> = self.rest(1).map(|value| value.to_text()).collect();
                Value::text(parts.join(self.text(0).as_ref()))
            }
            F::Contains => Boolean(self.text(0).contains(self.text(1).as_ref())),
            F::StartsWith => Boolean(self.text(0).starts_with(self.text(1).as_ref())),
            F::EndsWith => Boolean(self.text(0).ends_with(self.text(1).as_ref())),
            F::Substr => self.substr(),
            F::SubstringBefore => {
                let (text, part) = (self.text(0), self.text(1));
                Value::text(
                    text.split_once(part.as_ref())
                        .map_or(String::new(), |(before, _)| before.to_owned()),
                )
            }
            F::SubstringAfter => {
                let (text, part) = (self.text(0), self.text(1));
                Value::text(
                    text.split_once(part.as_ref())
                        .map_or(String::new(), |(_, after)| after.to_owned()),
                )
            }
            F::NormalizeSpace => Value::text(self.text(0).split_whitespace().collect::<Vec<_>>().join(" ")),
            F::Regex => {
                let text = self.text(0);
                Boolean(compile_pattern(&self.text(1)).is_ok_and(|pattern| pattern.is_match(&text)))
            }
            F::Number => Number(self.number(0)),
            F::Int => Number(self.number(0).trunc()),
            F::Round => Number(self.round()),
            F::Floor => Number(self.number(0).floor()),
            F::Ceiling => Number(self.number(0).ceil()),
            F::Abs => Number(self.number(0).abs()),
            F::Sqrt => Number(self.number(0).sqrt()),
            F::Pow => Number(self.number(0).powf(self.number(1))),
            F::Exp => Number(self.number(0).exp()),
            F::Log => Number(self.number(0).ln()),
            F::Log10 => Number(self.number(0).log10()),
            F::Min => Number(self.extreme(f64::min)),
            F::Max => Number(self.extreme(f64::max)),
            F::Sum => Number(self.numbers().sum()),
            F::Count | F::CountNonEmpty => count(self.given()),
            F::Checklist => {
                let hits = self
                    .rest(2)
                    .filter(Value::to_boolean)
                    .fold(0.0, |sum, _| sum + 1.0);
                let (least, most) = (self.number(0), self.number(1));
                Boolean((least < 0.0 || hits >= least) && (most < 0.0 || hits <= most))
            }
            F::Sin => Number(self.number(0).sin()),
            F::Cos => Number(self.number(0).cos()),
            F::Tan => Number(self.number(0).tan()),
            F::Asin => Number(self.number(0).asin()),
            F::Acos => Number(self.number(0).acos()),
            F::Atan => Number(self.number(0).atan()),
            F::Atan2 => Number(self.number(0).atan2(self.number(1))),
            F::Exp10 => Number(10_f64.powf(self.number(0))),
            F::Pi => Number(std::f64::consts::PI),
            F::WeightedChecklist => self.weighted_checklist(),
            F::ItemAt => {
                let at = whole(self.number(0)).and_then(|at| at.checked_sub(1));
                let at = at.filter(|at| *at < self.arguments.len() - 1);
                at.map_or(Value::EMPTY, |at| self.argument(at + 1))
            }
            // Both mean something in a repeat only, where the form has put other expressions in their place.
            F::Position => Number(1.0),
            F::IndexedRepeat => self.argument(0),
            F::Today | F::Date | F::Now => self.day(function),
            F::FormatDate | F::FormatDateTime | F::DecimalDateTime | F::DecimalTime => self.moment(function),
            F::Translate => self.translate(),
            F::ChoiceName => match self.arguments.get(1).map(|node| &node.kind) {
                Some(NodeKind::Reference(question)) => {
                    let chosen = self.text(0);
                    let names: Vec<String> = chosen
                        .split_whitespace()
                        .map(|name| self.context.choice_name(question, name))
                        .collect();
                    Value::text(names.join(", "))
                }
                _ => Value::EMPTY,
            },
            F::Random => Number(self.context.chance()),
            F::Uuid => self.uuid(),
            F::Digest => self.digest(),
            F::Version => self.context.version(),
            F::Property => self.context.property(&self.text(0)),
            F::PullData => {
                let [table, column, key_column, key] = [0, 1, 2, 3].map(|at| self.text(at));
                self.context.pulled(&table, &column, &key_column, &key)
            }
            F::Area => Number(self.points().map_or(f64::NAN, |points| geo::area(&points))),
            F::Distance => Number(self.points().map_or(f64::NAN, |points| geo::distance(&points))),
            F::Base64Decode => Value::text(base64_decode(&self.text(0)).unwrap_or_default()),
        }
    }

    /// The points of all that is given, one after the other; none where something is no place.
    fn points(&self) -> Option<Vec<[f64; 2]>> {
        let mut points = Vec::new();
        for value in self.given() {
            points.extend(geo::points(&value.to_text())?);
        }
        Some(points)
    }

    fn weighted_checklist(&self) -> Value<'a> {
        let weighed: f64 = (2..self.arguments.len().saturating_sub(1))
            .step_by(2)
            .filter(|&at| self.argument(at).to_boolean())
            .map(|at| self.number(at + 1))
            .sum();
        let (least, most) = (self.number(0), self.number(1));
        Value::Boolean((least < 0.0 || weighed >= least) && (most < 0.0 || weighed <= most))
    }

    /// The least or greatest of what is given; `NaN` when nothing is, or when anything is no number.
    fn extreme(&self, pick: fn(f64, f64) -> f64) -> f64 {
        let better = |a: f64, b: f64| {
            if a.is_nan() || b.is_nan() {
                f64::NAN
            } else {
                pick(a, b)
            }
        };
        self.numbers().reduce(better).unwrap_or(f64::NAN)
    }

    fn round(&self) -> f64 {
        let value = self.number(0);
        if self.arguments.len() < 2 {
            return value.round();
        }
        // Beyond 15 digits a double has none to round.
        let scale = 10_f64.powf(self.number(1).trunc().clamp(-15.0, 15.0));
        let scaled = (value * scale).round() / scale;
        if scaled.is_finite() { scaled } else { value }
    }

    fn substr(&self) -> Value<'a> {
        let text = self.text(0);
        let length = text.chars().count();
        let place = |at: usize| {
            let asked = self.number(at);
            // From the end when negative, as in ODK.
            let from_start = if asked < 0.0 {
                count_of(length) + asked
            } else {
                asked
            };
            whole(from_start.max(0.0)).unwrap_or(length).min(length)
        };
        let start = place(1);
        let end = if self.arguments.len() > 2 {
            place(2)
        } else {
            length
        };
        Value::text(
            text.chars()
                .skip(start)
                .take(end.saturating_sub(start))
                .collect::<String>(),
        )
    }
}

fn count<'a>(items: impl Iterator) -> Value<'a> {
    Value::Number(count_of(items.count()))
}

fn count_of(n: usize) -> f64 {
    n as f64
}

fn whole(value: f64) -> Option<usize> {
    (0.0..=4_294_967_296.0).contains(&value).then_some(value as usize)
}
