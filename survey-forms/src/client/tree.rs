//! Syntax trees as JSON: lists whose first item says what they are.

use serde_json::{Value as Json, json};

use super::pattern;
use crate::expression::{Function, Node, NodeKind};

/// The tree as JSON: `["number", 18]`, `["text", "a"]`, `["answer", "age"]`, `["current"]`, `["column", "town"]`,
/// `["negate", x]`, `["op", "<=", x, y]`, `["call", "selected", x, y]`; and `["match", x, pattern]` for `regex` with a
/// literal pattern, the pattern being JavaScript's with the flag `u`.
pub fn tree(node: &Node) -> Json {
    match &node.kind {
        // JSON has no infinity, which a literal of some hundred digits comes to.
        NodeKind::Number(value) if value.is_finite() => json!(["number", value]),
        NodeKind::Number(value) => json!(["number", value.to_string()]),
        NodeKind::Text(text) => json!(["text", text]),
        NodeKind::Reference(name) => json!(["answer", name]),
        NodeKind::Current => json!(["current"]),
        NodeKind::Column(name) => json!(["column", name]),
        NodeKind::Negate(inner) => json!(["negate", tree(inner)]),
        NodeKind::Binary(operator, left, right) => {
            json!(["op", operator.symbol(), tree(left), tree(right)])
        }
        NodeKind::Call {
            function, arguments, ..
        } => {
            if let (Function::Regex, [text, literal]) = (function, arguments.as_slice())
                && let NodeKind::Text(source) = &literal.kind
                && let Some(pattern) = pattern::javascript(source)
            {
                return json!(["match", tree(text), pattern]);
            }
            let mut parts = vec![json!("call"), json!(function.name())];
            parts.extend(arguments.iter().map(tree));
            Json::Array(parts)
        }
    }
}
