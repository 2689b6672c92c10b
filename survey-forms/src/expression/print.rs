//! Tree to text. Parsing the text gives the same tree; parentheses stand only where they are needed.

use std::fmt;

use super::{Function, Node, NodeKind};

/// Tighter than every binary operator.
const UNARY: u8 = 7;

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            NodeKind::Number(value) => write!(f, "{value}"),
            NodeKind::Text(text) if text.contains(['\'', '‘', '’']) => write!(f, "\"{text}\""),
            NodeKind::Text(text) => write!(f, "'{text}'"),
            NodeKind::Reference(name) => write!(f, "${{{name}}}"),
            NodeKind::Current => f.write_str("."),
            NodeKind::Column(name) => f.write_str(name),
            NodeKind::Negate(inner) => {
                f.write_str("-")?;
                child(f, inner, UNARY)
            }
            NodeKind::Binary(operator, left, right) => {
                child(f, left, operator.strength())?;
                write!(f, " {} ", operator.symbol())?;
                // All operators group to the left, so an equal one on the right needs parentheses.
                child(f, right, operator.strength() + 1)
            }
            NodeKind::Call {
                function: Function::Position,
                ..
            } => f.write_str("position(..)"),
            NodeKind::Call {
                function: Function::ChoiceName,
                arguments,
                ..
            } if arguments.len() == 2 => {
                // As pyxform wants it: the name of the question, not its value.
                write!(f, "jr:choice-name({}, '{}')", arguments[0], arguments[1])
            }
            NodeKind::Call {
                function, arguments, ..
            } => {
                write!(f, "{}(", function.name())?;
                for (at, argument) in arguments.iter().enumerate() {
                    if at > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{argument}")?;
                }
                f.write_str(")")
            }
        }
    }
}

fn child(f: &mut fmt::Formatter<'_>, node: &Node, needed: u8) -> fmt::Result {
    let strength = match &node.kind {
        NodeKind::Binary(operator, ..) => operator.strength(),
        NodeKind::Negate(_) => UNARY,
        _ => u8::MAX,
    };
    if strength < needed {
        write!(f, "({node})")
    } else {
        write!(f, "{node}")
    }
}
