//! A reader for the few R expressions that the golden files use: calls, formulas,
//! comparisons, vectors. Enough to know what was computed, nothing more.

use std::iter::Peekable;
use std::str::Chars;

/// An argument of a call, named or not.
pub(crate) type Argument = (Option<String>, R);

/// An R expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum R {
    Number(f64),
    Text(String),
    Name(String),
    /// A call with its arguments, named or not; operators are calls of their symbol.
    Call(String, Vec<Argument>),
}

impl R {
    /// Parses a whole expression; `None` when it is not one of the shapes known here.
    pub(crate) fn parse(source: &str) -> Option<R> {
        let mut parser = Parser {
            tokens: tokens(source)?,
            at: 0,
        };
        let expression = parser.expression(0)?;
        (parser.at == parser.tokens.len()).then_some(expression)
    }

    /// The function's name and arguments.
    pub(crate) fn call(&self) -> Option<(&str, &[Argument])> {
        match self {
            R::Call(name, arguments) => Some((name, arguments)),
            _ => None,
        }
    }

    /// A named argument.
    pub(crate) fn named(&self, wanted: &str) -> Option<&R> {
        self.call()?
            .1
            .iter()
            .find(|(name, _)| name.as_deref() == Some(wanted))
            .map(|(_, value)| value)
    }

    /// The unnamed arguments in order.
    pub(crate) fn positional(&self) -> Vec<&R> {
        let arguments = self.call().map(|(_, arguments)| arguments).unwrap_or_default();
        arguments
            .iter()
            .filter(|(name, _)| name.is_none())
            .map(|(_, value)| value)
            .collect()
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            R::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            R::Number(number) => Some(*number),
            R::Call(minus, arguments) if minus == "-" && arguments.len() == 1 => {
                arguments[0].1.number().map(|number| -number)
            }
            _ => None,
        }
    }

    pub(crate) fn is_true(&self) -> bool {
        *self == R::Name("TRUE".to_owned())
    }

    /// The right side of a formula.
    pub(crate) fn formula(&self) -> Option<&R> {
        match self.call()? {
            ("~", [(None, right)]) => Some(right),
            _ => None,
        }
    }

    /// The terms of a sum, `a + b + c`.
    pub(crate) fn terms(&self) -> Vec<&R> {
        match self.call() {
            Some(("+", [(None, left), (None, right)])) => {
                let mut terms = left.terms();
                terms.push(right);
                terms
            }
            _ => vec![self],
        }
    }

    /// As R prints it.
    pub(crate) fn source(&self) -> String {
        match self {
            R::Number(number) => number.to_string(),
            R::Text(text) => format!("\"{text}\""),
            R::Name(name) => name.clone(),
            R::Call(name, arguments) => {
                let list: Vec<String> = arguments.iter().map(|(_, value)| value.source()).collect();
                match (
                    name.chars().all(|c| c.is_alphanumeric() || "._".contains(c)),
                    list.len(),
                ) {
                    (true, _) => format!("{name}({})", list.join(", ")),
                    (false, 1) => format!("{name}{}", list[0]),
                    (false, _) => format!("{} {name} {}", list[0], list[1]),
                }
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(f64),
    Text(String),
    Name(String),
    Symbol(String),
}

fn tokens(source: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut chars = source.chars().peekable();
    while let Some(&c) = chars.peek() {
        if c.is_whitespace() {
            chars.next();
        } else if c.is_ascii_digit() {
            let mut word = take(&mut chars, |c| c.is_ascii_alphanumeric() || c == '.');
            // A minus belongs to the number only behind an exponent: `1e-13`.
            if word.ends_with('e') {
                word.extend(chars.next());
                word += &take(&mut chars, |c| c.is_ascii_digit());
            }
            tokens.push(Token::Number(word.parse().ok()?));
        } else if c.is_alphabetic() || c == '.' {
            tokens.push(Token::Name(take(&mut chars, |c| {
                c.is_alphanumeric() || "._".contains(c)
            })));
        } else if c == '"' || c == '`' {
            chars.next();
            let text = take(&mut chars, |other| other != c);
            chars.next()?;
            tokens.push(if c == '"' {
                Token::Text(text)
            } else {
                Token::Name(text)
            });
        } else {
            chars.next();
            let two: String = [Some(c), chars.peek().copied()].into_iter().flatten().collect();
            if ["==", "<-", "!=", ">=", "<="].contains(&two.as_str()) {
                chars.next();
                tokens.push(Token::Symbol(two));
            } else if "~+-*/<>=!&|(),".contains(c) {
                tokens.push(Token::Symbol(c.to_string()));
            } else {
                return None;
            }
        }
    }
    Some(tokens)
}

fn take(chars: &mut Peekable<Chars<'_>>, keep: impl Fn(char) -> bool) -> String {
    let mut word = String::new();
    while let Some(c) = chars.next_if(|c| keep(*c)) {
        word.push(c);
    }
    word
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn peek_symbol(&self) -> Option<&str> {
        match self.tokens.get(self.at) {
            Some(Token::Symbol(symbol)) => Some(symbol),
            _ => None,
        }
    }

    fn eat(&mut self, symbol: &str) -> Option<()> {
        (self.peek_symbol() == Some(symbol)).then(|| self.at += 1)
    }

    fn expression(&mut self, floor: u8) -> Option<R> {
        let mut left = self.operand()?;
        while let Some(symbol) = self.peek_symbol() {
            let power = match symbol {
                "<-" => 1,
                "~" => 2,
                "&" | "|" => 3,
                "==" | "!=" | ">" | "<" | ">=" | "<=" => 4,
                "+" | "-" => 5,
                "*" | "/" => 6,
                _ => break,
            };
            if power <= floor {
                break;
            }
            let symbol = symbol.to_owned();
            self.at += 1;
            let right = self.expression(power)?;
            left = R::Call(symbol, vec![(None, left), (None, right)]);
        }
        Some(left)
    }

    fn operand(&mut self) -> Option<R> {
        let token = self.tokens.get(self.at)?.clone();
        self.at += 1;
        match token {
            Token::Number(number) => Some(R::Number(number)),
            Token::Text(text) => Some(R::Text(text)),
            Token::Name(name) => match self.eat("(") {
                Some(()) => Some(R::Call(name, self.arguments()?)),
                None => Some(R::Name(name)),
            },
            Token::Symbol(symbol) if symbol == "(" => {
                let inner = self.expression(0)?;
                self.eat(")")?;
                Some(inner)
            }
            Token::Symbol(symbol) if ["~", "-", "!"].contains(&symbol.as_str()) => {
                let power = if symbol == "~" { 2 } else { 7 };
                Some(R::Call(symbol, vec![(None, self.expression(power)?)]))
            }
            Token::Symbol(_) => None,
        }
    }

    fn arguments(&mut self) -> Option<Vec<Argument>> {
        let mut arguments = Vec::new();
        if self.eat(")").is_some() {
            return Some(arguments);
        }
        loop {
            let name = match (self.tokens.get(self.at), self.tokens.get(self.at + 1)) {
                (Some(Token::Name(name)), Some(Token::Symbol(equals))) if equals == "=" => Some(name.clone()),
                _ => None,
            };
            if name.is_some() {
                self.at += 2;
            }
            arguments.push((name, self.expression(0)?));
            if self.eat(")").is_some() {
                return Some(arguments);
            }
            self.eat(",")?;
        }
    }
}

#[test]
fn parses_what_the_files_hold() {
    let call = R::parse("svymean(~a.b + I(c == \"Y\"), subset(d, e > 1e-3), na.rm = TRUE)").unwrap();
    assert_eq!(
        call.source(),
        "svymean(~a.b + I(c == \"Y\"), subset(d, e > 0.001), TRUE)"
    );
    assert!(call.named("na.rm").unwrap().is_true());
    assert_eq!(call.positional()[0].formula().unwrap().terms().len(), 2);
    assert_eq!(
        R::parse("c(No = -1)").unwrap().named("No").unwrap().number(),
        Some(-1.0)
    );
    assert_eq!(R::parse("f(x"), None);
}
