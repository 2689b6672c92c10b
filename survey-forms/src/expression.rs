//! The expressions of `relevant`, `constraint`, `calculation`, `required` and `choice_filter`: ODK's dialect of
//! XPath 1.0, parsed once to a syntax tree that knows where in the cell each part stands.
//!
//! Nothing is substituted as text: `${name}` is a leaf of the tree, so an answer can never change what an expression
//! means. Evaluating never fails and never panics; as in XPath, what makes no sense is `NaN` or the empty text.

use std::fmt;
use std::ops::Range;

use serde::{Serialize, Serializer};

pub(crate) mod chance;
mod date;
mod evaluate;
mod function;
mod geo;
mod lex;
pub(crate) mod moment;
mod parse;
mod print;
mod types;
mod value;

pub use date::{from_days, parse_date, to_days};
pub use evaluate::{Context, evaluate};
pub use function::Function;
pub(crate) use lex::{is_name, is_reference};
pub use parse::{Fault, FaultKind};
pub use types::{Schema, TypeFault, ValueType, check_types};
pub use value::Value;

/// Where in the source a part stands, in bytes.
pub type Span = Range<usize>;

/// A parsed expression with its source.
#[derive(Clone, Debug)]
pub struct Expression {
    source: String,
    root: Node,
}

impl Expression {
    /// Parses the text of a cell.
    ///
    /// # Errors
    /// Every fault found: the first place where the grammar is broken, or else all unknown functions and wrong
    /// numbers of arguments.
    ///
    /// # Example
    /// ```
    /// let expression = survey_forms::expression::Expression::parse("${age}>=18 and not(${pupil}='yes')").unwrap();
    /// assert_eq!(expression.to_string(), "${age} >= 18 and not(${pupil} = 'yes')");
    /// assert_eq!(expression.references().collect::<Vec<_>>(), ["age", "pupil"]);
    /// ```
    pub fn parse(source: &str) -> Result<Self, Vec<Fault>> {
        Ok(Self {
            source: source.to_owned(),
            root: parse::parse(source)?,
        })
    }

    /// An expression that nobody wrote.
    pub(crate) fn of(root: Node) -> Self {
        Self {
            source: root.to_string(),
            root,
        }
    }

    /// The text as the author wrote it.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The syntax tree.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// Names referred to as `${name}`, in order, repeated as they are.
    pub fn references(&self) -> impl Iterator<Item = &str> {
        let mut names = Vec::new();
        self.root.visit(&mut |node| {
            if let NodeKind::Reference(name) = &node.kind {
                names.push(name.as_str());
            }
        });
        names.into_iter()
    }

    /// Whether `.`, the value being tested, occurs.
    pub fn uses_current(&self) -> bool {
        let mut found = false;
        self.root
            .visit(&mut |node| found |= node.kind == NodeKind::Current);
        found
    }

    /// Whether a function is called anywhere in it.
    pub fn calls(&self, function: Function) -> bool {
        let mut found = false;
        self.root.visit(&mut |node| {
            found |= matches!(&node.kind, NodeKind::Call { function: called, .. } if *called == function);
        });
        found
    }

    /// The value in this context.
    pub fn evaluate<'a>(&'a self, context: &impl Context<'a>) -> Value<'a> {
        evaluate(&self.root, context)
    }

    /// The value as a truth value.
    pub fn holds<'a>(&'a self, context: &impl Context<'a>) -> bool {
        self.evaluate(context).to_boolean()
    }
}

/// The expression in its canonical form: single spaces, and only the parentheses it needs.
impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)
    }
}

impl Serialize for Expression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Two expressions are equal when they mean the same tree, however they were spaced.
impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.root == other.root
    }
}

/// A part of an expression.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where it stands.
    pub span: Span,
}

/// Equality of trees does not look at spans.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Node {
    /// Calls `visit` for this node and all below it, in reading order.
    pub fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a Node)) {
        visit(self);
        match &self.kind {
            NodeKind::Negate(inner) => inner.visit(visit),
            NodeKind::Binary(_, left, right) => {
                left.visit(visit);
                right.visit(visit);
            }
            NodeKind::Call { arguments, .. } => arguments.iter().for_each(|argument| argument.visit(visit)),
            _ => {}
        }
    }
}

/// Kinds of parts.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// A number, never negative (a sign is [`NodeKind::Negate`]).
    Number(f64),
    /// A quoted text; it does not hold both kinds of quotation mark.
    Text(String),
    /// `${name}`.
    Reference(String),
    /// `.`
    Current,
    /// A bare name: a column of the choices sheet, in `choice_filter`.
    Column(String),
    /// `-x`
    Negate(Box<Node>),
    /// `x + y`
    Binary(Operator, Box<Node>, Box<Node>),
    /// `selected(${x}, 'a')`
    Call {
        /// Which function.
        function: Function,
        /// As many as the function takes.
        arguments: Vec<Node>,
        /// For `regex` with a literal pattern.
        pattern: Pattern,
    },
}

/// A regular expression that was written as a literal, compiled once; none for all other calls.
#[derive(Clone, Debug, Default)]
pub struct Pattern(pub(crate) Option<regex::Regex>);

/// The literal is among the arguments, so trees that differ here differ there.
impl PartialEq for Pattern {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `or`
    Or,
    /// `and`
    And,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `div`
    Divide,
    /// `mod`
    Modulo,
}

impl Operator {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Or,
        Self::And,
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::LessOrEqual,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::Add,
        Self::Subtract,
        Self::Multiply,
        Self::Divide,
        Self::Modulo,
    ];

    /// How tightly it binds; XPath 1.0 §3.5. All operators group to the left.
    pub(crate) fn strength(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal | Self::NotEqual => 3,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => 4,
            Self::Add | Self::Subtract => 5,
            Self::Multiply | Self::Divide | Self::Modulo => 6,
        }
    }

    /// As written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "div",
            Self::Modulo => "mod",
        }
    }

    /// Whether it compares: `=`, `!=`, `<` and so on.
    pub fn compares(self) -> bool {
        (3..=4).contains(&self.strength())
    }

    /// Whether it calculates: `+`, `div` and so on.
    pub fn calculates(self) -> bool {
        self.strength() >= 5
    }
}

#[cfg(test)]
mod tests;
