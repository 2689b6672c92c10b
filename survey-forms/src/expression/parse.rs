//! Tokens to tree, by precedence climbing over XPath 1.0's operators.
//!
//! Two bounds keep a hostile cell from exhausting the stack of whoever parses, prints, evaluates or drops the tree:
//! its tokens are counted, and so is how deep it nests.

use super::function::Function;
use super::lex::{Token, is_reference, tokens};
use super::{Node, NodeKind, Operator, Pattern, Span};

/// Real questionnaires stay below 300 tokens; a chain of operators is as deep a tree as it is long.
const MOST_TOKENS: usize = 1_500;
const DEEPEST: usize = 60;
/// A compiled pattern may take this much memory; identity-card patterns take a hundredth.
const PATTERN_BYTES: usize = 1 << 20;

/// What is wrong with an expression, and where in the cell.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{kind} at {span:?}")]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Where.
    pub span: Span,
}

/// What can be wrong with an expression.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FaultKind {
    /// It stops where more is needed.
    #[error("the expression stops too early")]
    Ends,
    /// Something stands where it cannot.
    #[error("{0} cannot stand here")]
    Unexpected(String),
    /// A full-width sign that has an ASCII counterpart in expressions.
    #[error("{found} is full-width; write {wanted}")]
    FullWidth {
        /// What stands there.
        found: char,
        /// What should.
        wanted: &'static str,
    },
    /// `(` without `)`.
    #[error("a parenthesis is not closed")]
    UnclosedParenthesis,
    /// A quotation mark without its other half.
    #[error("a quotation is not closed")]
    UnclosedText,
    /// `${` without a name and `}`.
    #[error("the reference is not complete")]
    BrokenReference,
    /// Paths, predicates and unions of full XPath.
    #[error("paths are not understood")]
    Path,
    /// No such function.
    #[error("unknown function {name}")]
    UnknownFunction {
        /// As written.
        name: String,
        /// The nearest there is.
        suggestion: Option<&'static str>,
    },
    /// A function of ODK that is not understood here.
    #[error("function {0} is not supported")]
    UnsupportedFunction(String),
    /// Too few or too many arguments.
    #[error("{} takes other arguments than {given}", function.name())]
    Arguments {
        /// Which function.
        function: Function,
        /// How many stand there.
        given: usize,
    },
    /// `jr:choice-name()` without the question whose list is meant.
    #[error("a question is expected here")]
    NoQuestion,
    /// A pattern that is no regular expression.
    #[error("not a regular expression: {0}")]
    BadPattern(String),
    /// Longer or deeper than is sane.
    #[error("the expression is too complex")]
    TooComplex,
}

/// Parses `source`; all faults that do not break the grammar are reported together.
pub(super) fn parse(source: &str) -> Result<Node, Vec<Fault>> {
    let tokens = tokens(source);
    if tokens.len() > MOST_TOKENS {
        return Err(vec![Fault {
            kind: FaultKind::TooComplex,
            span: 0..source.len(),
        }]);
    }
    let mut parser = Parser {
        tokens,
        at: 0,
        depth: 0,
        end: source.len(),
        faults: Vec::new(),
    };
    let root = parser
        .expression(0)
        .and_then(|root| parser.finish().map(|()| root));
    match root {
        Ok(root) if parser.faults.is_empty() => Ok(root),
        Ok(_) => Err(parser.faults),
        Err(fault) => {
            parser.faults.push(fault);
            Err(parser.faults)
        }
    }
}

struct Parser<'s> {
    tokens: Vec<(Token<'s>, Span)>,
    at: usize,
    depth: usize,
    end: usize,
    faults: Vec<Fault>,
}

impl<'s> Parser<'s> {
    fn peek(&self) -> Option<&Token<'s>> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn next(&mut self) -> Option<(Token<'s>, Span)> {
        let found = self.tokens.get(self.at).cloned();
        self.at += 1;
        found
    }

    fn finish(&mut self) -> Result<(), Fault> {
        match self.next() {
            None => Ok(()),
            Some((token, span)) => Err(unexpected(&token, span)),
        }
    }

    /// An expression whose operators bind more tightly than `floor`.
    fn expression(&mut self, floor: u8) -> Result<Node, Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let span = self
                .tokens
                .get(self.at)
                .map_or(self.end..self.end, |(_, span)| span.clone());
            return Err(Fault {
                kind: FaultKind::TooComplex,
                span,
            });
        }
        let mut left = self.operand()?;
        while let Some(operator) = self
            .peek()
            .and_then(infix)
            .filter(|operator| operator.strength() > floor)
        {
            self.at += 1;
            let right = self.expression(operator.strength())?;
            let span = left.span.start..right.span.end;
            left = Node {
                kind: NodeKind::Binary(operator, Box::new(left), Box::new(right)),
                span,
            };
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operand(&mut self) -> Result<Node, Fault> {
        let Some((token, span)) = self.next() else {
            return Err(Fault {
                kind: FaultKind::Ends,
                span: self.end..self.end,
            });
        };
        let kind = match token {
            Token::Number(value) => NodeKind::Number(value),
            Token::Text(text) => NodeKind::Text(text.to_owned()),
            Token::Reference(name) => NodeKind::Reference(name.to_owned()),
            Token::Current => NodeKind::Current,
            Token::Name(name) if self.peek() == Some(&Token::Open) => return self.call(name, span),
            Token::Name(name) => NodeKind::Column(name.to_owned()),
            Token::Symbol(Operator::Subtract) => {
                // Unary minus binds more tightly than every operator (XPath 1.0 §3.5).
                let inner = self.expression(u8::MAX)?;
                let span = span.start..inner.span.end;
                return Ok(Node {
                    kind: NodeKind::Negate(Box::new(inner)),
                    span,
                });
            }
            Token::Open => {
                let inner = self.expression(0)?;
                let close = self.close(&span)?;
                return Ok(Node {
                    kind: inner.kind,
                    span: span.start..close.end,
                });
            }
            other => return Err(unexpected(&other, span)),
        };
        Ok(Node { kind, span })
    }

    fn close(&mut self, open: &Span) -> Result<Span, Fault> {
        match self.next() {
            Some((Token::Close, span)) => Ok(span),
            None => Err(Fault {
                kind: FaultKind::UnclosedParenthesis,
                span: open.clone(),
            }),
            Some((token, span)) => Err(unexpected(&token, span)),
        }
    }

    fn call(&mut self, name: &'s str, span: Span) -> Result<Node, Fault> {
        let Some((_, open)) = self.next() else {
            return Err(Fault {
                kind: FaultKind::Ends,
                span,
            });
        };
        let mut arguments = Vec::new();
        if name == "position" && self.peek() == Some(&Token::Parent) {
            self.at += 1;
        } else if self.peek() != Some(&Token::Close) {
            arguments.push(self.expression(0)?);
            while self.peek() == Some(&Token::Comma) {
                self.at += 1;
                arguments.push(self.expression(0)?);
            }
        }
        let close = self.close(&open)?;
        let whole = span.start..close.end;
        let Some(function) = Function::named(name) else {
            let kind = if Function::is_known_elsewhere(name) {
                FaultKind::UnsupportedFunction(name.to_owned())
            } else {
                let suggestion = crate::diagnostic::nearest(name, Function::names());
                FaultKind::UnknownFunction {
                    name: name.to_owned(),
                    suggestion,
                }
            };
            self.faults.push(Fault { kind, span });
            // A stand-in, so that the rest is read too; with a fault recorded the tree is never returned.
            return Ok(Node {
                kind: NodeKind::Text(String::new()),
                span: whole,
            });
        };
        if !function.takes(arguments.len()) {
            self.faults.push(Fault {
                kind: FaultKind::Arguments {
                    function,
                    given: arguments.len(),
                },
                span: whole.clone(),
            });
        }
        self.check_literals(function, &mut arguments);
        let pattern = self.pattern(function, &arguments);
        Ok(Node {
            kind: NodeKind::Call {
                function,
                arguments,
                pattern,
            },
            span: whole,
        })
    }

    /// What some functions ask of arguments that are literals.
    fn check_literals(&mut self, function: Function, arguments: &mut [Node]) {
        match (function, arguments) {
            // pyxform's way of saying which question is meant; a plain reference says the same.
            (Function::ChoiceName, [_, question]) => {
                let name = match &question.kind {
                    NodeKind::Text(text) => text
                        .trim()
                        .strip_prefix("${")
                        .and_then(|rest| rest.strip_suffix('}'))
                        .map(str::trim)
                        .filter(|name| is_reference(name))
                        .map(str::to_owned),
                    NodeKind::Reference(name) => Some(name.clone()),
                    _ => None,
                };
                match name {
                    Some(name) => question.kind = NodeKind::Reference(name),
                    None => self.faults.push(Fault {
                        kind: FaultKind::NoQuestion,
                        span: question.span.clone(),
                    }),
                }
            }
            (Function::Digest, [_, algorithm, ..]) => {
                if let NodeKind::Text(name) = &algorithm.kind
                    && !name.eq_ignore_ascii_case("SHA-256")
                {
                    self.faults.push(Fault {
                        kind: FaultKind::UnsupportedFunction(format!("digest(…, '{name}')")),
                        span: algorithm.span.clone(),
                    });
                }
            }
            _ => {}
        }
    }

    fn pattern(&mut self, function: Function, arguments: &[Node]) -> Pattern {
        let (Function::Regex, Some(argument)) = (function, arguments.get(1)) else {
            return Pattern::default();
        };
        let NodeKind::Text(source) = &argument.kind else {
            return Pattern::default();
        };
        match compile_pattern(source) {
            Ok(pattern) => Pattern(Some(pattern)),
            Err(problem) => {
                self.faults.push(Fault {
                    kind: FaultKind::BadPattern(problem),
                    span: argument.span.clone(),
                });
                Pattern::default()
            }
        }
    }
}

/// Compiles a pattern so that it must match the whole text, as ODK does.
pub(super) fn compile_pattern(source: &str) -> Result<regex::Regex, String> {
    regex::RegexBuilder::new(&format!("^(?:{source})$"))
        .size_limit(PATTERN_BYTES)
        .build()
        .map_err(|error| {
            // The message draws the pattern over several lines; the last says what is wrong.
            let message = error.to_string();
            let last = message.lines().last().unwrap_or_default().trim();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        })
}

fn infix(token: &Token<'_>) -> Option<Operator> {
    match token {
        Token::Symbol(operator) => Some(*operator),
        Token::Name("and") => Some(Operator::And),
        Token::Name("or") => Some(Operator::Or),
        Token::Name("div") => Some(Operator::Divide),
        Token::Name("mod") => Some(Operator::Modulo),
        _ => None,
    }
}

fn unexpected(token: &Token<'_>, span: Span) -> Fault {
    let kind = match token {
        Token::UnclosedText => FaultKind::UnclosedText,
        Token::BrokenReference => FaultKind::BrokenReference,
        Token::Path | Token::Parent => FaultKind::Path,
        Token::Wrong(found) => match half_width(*found) {
            Some(wanted) => FaultKind::FullWidth {
                found: *found,
                wanted,
            },
            None => FaultKind::Unexpected(found.to_string()),
        },
        Token::Number(value) => FaultKind::Unexpected(value.to_string()),
        Token::Text(text) => FaultKind::Unexpected(format!("'{text}'")),
        Token::Reference(name) => FaultKind::Unexpected(format!("${{{name}}}")),
        Token::Name(name) => FaultKind::Unexpected((*name).to_owned()),
        Token::Symbol(operator) => FaultKind::Unexpected(operator.symbol().to_owned()),
        Token::Current => FaultKind::Unexpected(".".to_owned()),
        Token::Open => FaultKind::Unexpected("(".to_owned()),
        Token::Close => FaultKind::Unexpected(")".to_owned()),
        Token::Comma => FaultKind::Unexpected(",".to_owned()),
    };
    Fault { kind, span }
}

/// What a Chinese input method types where an expression needs the ASCII sign.
fn half_width(c: char) -> Option<&'static str> {
    Some(match c {
        '（' => "(",
        '）' => ")",
        '，' | '、' => ",",
        '＝' => "=",
        '＜' => "<",
        '＞' => ">",
        '≤' => "<=",
        '≥' => ">=",
        '≠' => "!=",
        '！' => "!=",
        '＋' => "+",
        '－' | '—' => "-",
        '＊' | '×' => "*",
        '÷' => "div",
        '。' | '．' => ".",
        '＄' => "$",
        '｛' => "{",
        '｝' => "}",
        '＇' => "'",
        '＂' => "\"",
        '０'..='９' => "0–9",
        _ => return None,
    })
}
