//! LimeSurvey's expressions (ExpressionScript) as XLSForm's. What has no counterpart is none, never something near it.

use std::collections::HashMap;

use crate::expression::Expression;

/// What a code of LimeSurvey's stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The answer to a question.
    Answer(String),
    /// Whether a box of a question with several choices is ticked.
    Ticked { question: String, choice: String },
}

/// Codes, and addresses of the form `123X4X56`, with what they stand for.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<String, Meaning>);

impl Names {
    pub(super) fn insert(&mut self, code: impl Into<String>, meaning: Meaning) {
        self.0.entry(code.into()).or_insert(meaning);
    }

    /// The question whose answer a code in words shows.
    pub(super) fn shown(&self, code: &str) -> Option<&str> {
        match self.0.get(code)? {
            Meaning::Answer(name) => Some(name),
            Meaning::Ticked { .. } => None,
        }
    }
}

/// An expression in XLSForm's language; none where a part of it has no counterpart.
pub(super) fn translate(source: &str, names: &Names) -> Option<String> {
    let tokens = tokens(source)?;
    let mut reader = Reader {
        tokens,
        at: 0,
        depth: 0,
        names,
    };
    let value = reader.level(0)?;
    let done = reader.at == reader.tokens.len();
    let text = value.text();
    // What this crate does not read is no translation.
    (done && Expression::parse(&text).is_ok()).then_some(text)
}

/// Whether a condition always holds.
pub(super) fn always(source: &str) -> bool {
    matches!(source.trim(), "" | "1" | "true")
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(String),
    Text(String),
    Name(String),
    Sign(&'static str),
}

const SIGNS: [(&str, &str); 21] = [
    ("&&", "and"),
    ("||", "or"),
    ("===", "="),
    ("!==", "!="),
    ("==", "="),
    ("!=", "!="),
    ("<>", "!="),
    ("<=", "<="),
    (">=", ">="),
    ("<", "<"),
    (">", ">"),
    ("=", "="),
    ("!", "not"),
    ("(", "("),
    (")", ")"),
    (",", ","),
    ("+", "+"),
    ("-", "-"),
    ("*", "*"),
    ("/", "div"),
    ("%", "mod"),
];

fn tokens(source: &str) -> Option<Vec<Token>> {
    const MOST: usize = 1_000;
    let mut found = Vec::new();
    let mut rest = source.trim_start();
    while let Some(first) = rest.chars().next() {
        if found.len() > MOST {
            return None;
        }
        let length = if matches!(first, '"' | '\'') {
            let end = rest[1..].find(first)? + 1;
            found.push(Token::Text(rest[1..end].to_owned()));
            end + 1
        } else if first.is_ascii_digit() && !is_address(rest) {
            let end = rest
                .find(|c: char| !c.is_ascii_digit() && c != '.')
                .unwrap_or(rest.len());
            found.push(Token::Number(rest[..end].to_owned()));
            end
        } else if first.is_ascii_alphanumeric() || first == '_' {
            let end = rest
                .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.' | '#'))
                .unwrap_or(rest.len());
            found.push(match rest[..end].to_ascii_lowercase().as_str() {
                "and" => Token::Sign("and"),
                "or" => Token::Sign("or"),
                "eq" => Token::Sign("="),
                "ne" => Token::Sign("!="),
                "lt" => Token::Sign("<"),
                "le" => Token::Sign("<="),
                "gt" => Token::Sign(">"),
                "ge" => Token::Sign(">="),
                _ => Token::Name(rest[..end].to_owned()),
            });
            end
        } else {
            let (sign, meaning) = SIGNS
                .into_iter()
                .filter(|(sign, _)| rest.starts_with(sign))
                .max_by_key(|(sign, _)| sign.len())?;
            found.push(Token::Sign(meaning));
            sign.len()
        };
        rest = rest[length..].trim_start();
    }
    Some(found)
}

/// `123X4X56`: a question by the numbers of survey, group and question.
fn is_address(text: &str) -> bool {
    let mut parts = text.splitn(3, 'X');
    let is_number = |part: Option<&str>| {
        part.is_some_and(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
    };
    is_number(parts.next())
        && is_number(parts.next())
        && parts
            .next()
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// A part that has been read.
enum Value {
    /// As XLSForm writes it.
    Text(String),
    /// A literal, without its quotation marks.
    Literal(String),
    /// A box, which is `Y` when it is ticked and empty otherwise.
    Ticked(String),
}

impl Value {
    fn text(self) -> String {
        match self {
            Self::Text(text) | Self::Ticked(text) => text,
            Self::Literal(words) => quoted(&words),
        }
    }
}

fn quoted(words: &str) -> String {
    match words.contains('\'') {
        true => format!("\"{words}\""),
        false => format!("'{words}'"),
    }
}

struct Reader<'n> {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    names: &'n Names,
}

/// Operators, the loosest first.
const LEVELS: [&[&str]; 6] = [
    &["or"],
    &["and"],
    &["=", "!="],
    &["<", "<=", ">", ">="],
    &["+", "-"],
    &["*", "div", "mod"],
];

impl Reader<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is_it = matches!(self.peek(), Some(Token::Sign(found)) if *found == sign);
        self.at += usize::from(is_it);
        is_it
    }

    fn level(&mut self, level: usize) -> Option<Value> {
        const DEEPEST: usize = 400;
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let Some(signs) = LEVELS.get(level) else {
            let value = self.operand();
            self.depth -= 1;
            return value;
        };
        let mut left = self.level(level + 1)?;
        while let Some(Token::Sign(sign)) = self.peek()
            && signs.contains(sign)
        {
            let sign = *sign;
            self.at += 1;
            let right = self.level(level + 1)?;
            left = joined(left, sign, right)?;
        }
        self.depth -= 1;
        Some(left)
    }

    fn operand(&mut self) -> Option<Value> {
        match self.take()? {
            Token::Number(number) => Some(Value::Text(number)),
            Token::Text(words) if words.contains('\'') && words.contains('"') => None,
            Token::Text(words) => Some(Value::Literal(words)),
            Token::Sign("not") => Some(Value::Text(format!("not({})", self.operand_of_not()?.text()))),
            Token::Sign("-") => Some(Value::Text(format!("-{}", self.operand()?.text()))),
            Token::Sign("(") => {
                let inside = self.level(0)?;
                self.takes(")").then_some(match inside {
                    Value::Text(text) => Value::Text(format!("({text})")),
                    other => other,
                })
            }
            Token::Name(name) if matches!(self.peek(), Some(Token::Sign("("))) => self.call(&name),
            Token::Name(name) => self.named(&name),
            Token::Sign(_) => None,
        }
    }

    fn operand_of_not(&mut self) -> Option<Value> {
        self.level(LEVELS.len())
    }

    fn named(&self, name: &str) -> Option<Value> {
        let (code, rest) = name.split_once('.').unwrap_or((name, ""));
        if !matches!(rest, "" | "NAOK" | "code" | "value" | "valueNAOK") {
            return None;
        }
        Some(match self.names.0.get(code)? {
            Meaning::Answer(name) => Value::Text(format!("${{{name}}}")),
            Meaning::Ticked { question, choice } => {
                Value::Ticked(format!("selected(${{{question}}}, {})", quoted(choice)))
            }
        })
    }

    fn call(&mut self, name: &str) -> Option<Value> {
        self.takes("(");
        let mut arguments = Vec::new();
        while !self.takes(")") {
            arguments.push(self.level(0)?);
            if !self.takes(",") && !matches!(self.peek(), Some(Token::Sign(")"))) {
                return None;
            }
        }
        if let ("is_empty", [Value::Ticked(ticked)]) = (name, arguments.as_slice()) {
            return Some(Value::Text(format!("not({ticked})")));
        }
        let texts: Vec<String> = arguments.into_iter().map(Value::text).collect();
        let ours = match (name, texts.as_slice()) {
            ("is_empty", [one]) => return Some(Value::Text(format!("({one} = '')"))),
            ("regexMatch", [pattern, text]) => {
                let pattern = pattern_of(pattern.get(1..pattern.len() - 1)?)?;
                return Some(Value::Text(format!("regex({text}, {})", quoted(&pattern))));
            }
            ("intval", [_]) => "int",
            ("ceil", [_]) => "ceiling",
            ("strlen", [_]) => "string-length",
            ("if", [_, _, _]) => "if",
            ("floor" | "abs" | "sqrt" | "round" | "pow" | "min" | "max" | "sum", _) => name,
            _ => return None,
        };
        Some(Value::Text(format!("{ours}({})", texts.join(", "))))
    }
}

/// Two parts with a sign between them; of a box, only whether it is ticked can be asked.
fn joined(left: Value, sign: &str, right: Value) -> Option<Value> {
    if let (Value::Ticked(ticked), Value::Literal(word)) | (Value::Literal(word), Value::Ticked(ticked)) =
        (&left, &right)
    {
        let is_ticked = match (sign, word.as_str()) {
            ("=", "Y") | ("!=", "" | "N") => true,
            ("!=", "Y") | ("=", "" | "N") => false,
            _ => return None,
        };
        return Some(Value::Text(match is_ticked {
            true => ticked.clone(),
            false => format!("not({ticked})"),
        }));
    }
    let is_box = |value: &Value| matches!(value, Value::Ticked(_));
    if !matches!(sign, "and" | "or") && (is_box(&left) || is_box(&right)) {
        return None;
    }
    let side = |value: Value| match value {
        // LimeSurvey's code of "other".
        Value::Literal(word) if word == "-oth-" => quoted("other"),
        other => other.text(),
    };
    Some(Value::Text(format!("{} {sign} {}", side(left), side(right))))
}

/// `/^[0-9]+$/` as a pattern that matches the whole text, as XLSForm's do; none with flags or both quotation marks.
pub(super) fn pattern_of(source: &str) -> Option<String> {
    let inside = source.trim().strip_prefix('/')?.strip_suffix('/')?;
    if inside.contains('\'') && inside.contains('"') {
        return None;
    }
    let (begins, inside) = match inside.strip_prefix('^') {
        Some(rest) => (true, rest),
        None => (false, inside),
    };
    let (ends, inside) = match inside.strip_suffix('$').filter(|rest| !rest.ends_with('\\')) {
        Some(rest) => (true, rest),
        None => (false, inside),
    };
    // `^a|b$` is bound at one end in each of its branches.
    if (begins || ends) && has_branches(inside) {
        return None;
    }
    let any = |is_bound: bool| if is_bound { "" } else { ".*" };
    Some(match (begins, ends) {
        (true, true) => inside.to_owned(),
        _ => format!("{}({inside}){}", any(begins), any(ends)),
    })
}

/// Whether a pattern has branches outside of parentheses.
fn has_branches(pattern: &str) -> bool {
    let (mut depth, mut is_escaped) = (0_i32, false);
    for c in pattern.chars() {
        match c {
            _ if is_escaped => {
                is_escaped = false;
                continue;
            }
            '\\' => is_escaped = true,
            '(' => depth += 1,
            ')' => depth -= 1,
            '|' if depth == 0 => return true,
            _ => {}
        }
    }
    false
}
