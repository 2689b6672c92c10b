//! Tokens. The lexer never fails: what is no token becomes one that says so, and the parser reports it where it
//! stands, knowing what should have stood there.

use winnow::combinator::{alt, cut_err, delimited, opt, preceded};
use winnow::error::ContextError;
use winnow::prelude::*;
use winnow::stream::{LocatingSlice, Location};
use winnow::token::{any, one_of, take_while};

use super::{Operator, Span};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'s> {
    Number(f64),
    Text(&'s str),
    Reference(&'s str),
    /// A name, or one of the operators that are words; position decides.
    Name(&'s str),
    Symbol(Operator),
    Current,
    Open,
    Close,
    Comma,
    /// `/`, `@`, `[`: the paths of full XPath.
    Path,
    /// `..`, which only `position(..)` knows.
    Parent,
    UnclosedText,
    /// `${` without a name and `}` behind it.
    BrokenReference,
    Wrong(char),
}

/// Excel turns straight quotation marks into curly ones by itself; pyxform reads both alike, and so does this.
const DOUBLE: [char; 3] = ['"', '“', '”'];
const SINGLE: [char; 3] = ['\'', '‘', '’'];

type Input<'s> = LocatingSlice<&'s str>;
type Lexed<T> = winnow::ModalResult<T, ContextError>;

pub(super) fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

pub(super) fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// Whether this can be the name of a question, group or list: an XML name without a colon.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(is_name_start) && text.chars().all(is_name_char)
}

/// Reads the tokens of `source`, each with its place.
pub(super) fn tokens(source: &str) -> Vec<(Token<'_>, Span)> {
    let mut input = LocatingSlice::new(source);
    let mut out = Vec::new();
    loop {
        let _: Lexed<&str> = take_while(0.., |c: char| c.is_whitespace()).parse_next(&mut input);
        if input.is_empty() {
            return out;
        }
        let start = input.current_token_start();
        let Ok(token) = token(&mut input) else { return out };
        out.push((token, start..input.current_token_start()));
    }
}

fn token<'s>(input: &mut Input<'s>) -> Lexed<Token<'s>> {
    alt((
        number,
        reference,
        preceded("${", take_while(0.., |c: char| !c.is_whitespace() && c != ')'))
            .map(|_: &str| Token::BrokenReference),
        text,
        name,
        symbol,
        any.map(Token::Wrong),
    ))
    .parse_next(input)
}

/// `12`, `12.5`, `12.`, `.5`.
fn number<'s>(input: &mut Input<'s>) -> Lexed<Token<'s>> {
    fn digits<'s>(input: &mut Input<'s>) -> Lexed<&'s str> {
        take_while(1.., |c: char| c.is_ascii_digit()).parse_next(input)
    }
    alt(((digits, opt((".", opt(digits)))).void(), (".", digits).void()))
        .take()
        .verify_map(|text: &str| text.parse::<f64>().ok().filter(|value| value.is_finite()))
        .map(Token::Number)
        .parse_next(input)
}

fn bare_name<'s>(input: &mut Input<'s>) -> Lexed<&'s str> {
    (one_of(is_name_start), take_while(0.., is_name_char))
        .take()
        .parse_next(input)
}

/// Whether this can be what stands in `${…}`: a name, or a name in instances of repeats, `age[2]` or `age[2][1]`.
pub(crate) fn is_reference(text: &str) -> bool {
    let (name, mut rest) = text.split_at(text.find('[').unwrap_or(text.len()));
    while let Some(inside) = rest.strip_prefix('[') {
        let Some((number, behind)) = inside.split_once(']') else {
            return false;
        };
        if number.is_empty() || number.len() > 4 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return false;
        }
        rest = behind;
    }
    is_name(name) && rest.is_empty()
}

fn reference<'s>(input: &mut Input<'s>) -> Lexed<Token<'s>> {
    fn blank(input: &mut Input<'_>) -> Lexed<()> {
        take_while(0.., |c: char| c.is_whitespace())
            .void()
            .parse_next(input)
    }
    delimited(
        ("${", blank),
        take_while(1.., |c: char| !c.is_whitespace() && c != '}').verify(is_reference),
        (blank, "}"),
    )
    .map(Token::Reference)
    .parse_next(input)
}

fn text<'s>(input: &mut Input<'s>) -> Lexed<Token<'s>> {
    fn quoted<'s>(marks: [char; 3]) -> impl FnMut(&mut Input<'s>) -> Lexed<Token<'s>> {
        move |input| {
            one_of(marks).parse_next(input)?;
            let content: &str = cut_err(take_while(0.., |c| !marks.contains(&c))).parse_next(input)?;
            Ok(match opt(one_of(marks)).parse_next(input)? {
                Some(_) => Token::Text(content),
                None => Token::UnclosedText,
            })
        }
    }
    alt((quoted(DOUBLE), quoted(SINGLE))).parse_next(input)
}

/// A name may hold one colon, as in `jr:choice-name`.
fn name<'s>(input: &mut Input<'s>) -> Lexed<Token<'s>> {
    (bare_name, opt((":", bare_name)))
        .take()
        .map(Token::Name)
        .parse_next(input)
}

fn symbol<'s>(input: &mut Input<'s>) -> Lexed<Token<'s>> {
    alt((
        alt((
            "!=".value(Operator::NotEqual),
            "<=".value(Operator::LessOrEqual),
            ">=".value(Operator::GreaterOrEqual),
            "=".value(Operator::Equal),
            "<".value(Operator::Less),
            ">".value(Operator::Greater),
            "+".value(Operator::Add),
            alt(("-", "\u{2212}")).value(Operator::Subtract),
            "*".value(Operator::Multiply),
        ))
        .map(Token::Symbol),
        "..".value(Token::Parent),
        alt(("/", "@", "|", "[")).value(Token::Path),
        alt((
            ".".value(Token::Current),
            "(".value(Token::Open),
            ")".value(Token::Close),
            ",".value(Token::Comma),
        )),
    ))
    .parse_next(input)
}
