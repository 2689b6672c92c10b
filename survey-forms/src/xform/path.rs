//! Where each question stands in the instance, and expressions that say so.

use std::collections::HashMap;

use super::{Cover, xml};
use crate::expression::{Expression, Function, Node, NodeKind, Operator, Pattern, Span};
use crate::form::{Form, Item, Question, QuestionKind};
use crate::placeholder::{self, Part};

/// The root of the primary instance, as pyxform calls it.
pub(super) const ROOT: &str = "/data";

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    /// Path of the node that it is about.
    pub(super) path: &'a str,
    /// Whether it chooses among a list's items, which are what `.` and bare names then are.
    pub(super) is_filter: bool,
}

impl<'a> At<'a> {
    /// An expression about a node.
    pub(super) fn of(path: &'a str) -> Self {
        Self {
            path,
            is_filter: false,
        }
    }
}

/// Absolute paths by name, with the questions whose answers are one choice.
pub(super) struct Paths {
    paths: HashMap<String, String>,
    chosen: HashMap<String, bool>,
    /// Paths of the repeats.
    repeats: Vec<String>,
}

impl Paths {
    pub(super) fn of(form: &Form, cover: &Cover<'_>) -> Self {
        let mut all = Self {
            paths: HashMap::new(),
            chosen: HashMap::new(),
            repeats: Vec::new(),
        };
        for metadata in cover.metadata.iter().chain(&form.metadata) {
            let path = format!("{ROOT}/{}", xml::name(&metadata.name));
            all.paths.insert(metadata.name.clone(), path);
        }
        all.walk(cover.before, ROOT);
        all.walk(form.written(), ROOT);
        all
    }

    fn walk(&mut self, items: &[Item], around: &str) {
        for item in items {
            let path = format!("{around}/{}", xml::name(item.name()));
            match item {
                Item::Question(question) => {
                    let is_one = matches!(question.kind, QuestionKind::SelectOne { .. });
                    self.chosen.insert(question.name.clone(), is_one);
                }
                Item::Group(group) => {
                    if group.repeat.is_some() {
                        self.repeats.push(path.clone());
                    }
                    self.walk(&group.items, &path);
                }
            }
            self.paths.insert(item.name().to_owned(), path);
        }
    }

    /// The path of a name; of a name that is nobody's, where it would stand in the root.
    pub(super) fn of_name(&self, name: &str) -> String {
        self.paths
            .get(name)
            .cloned()
            .unwrap_or_else(|| format!("{ROOT}/{}", xml::name(name)))
    }

    pub(super) fn of_question(&self, question: &Question) -> String {
        self.of_name(&question.name)
    }

    /// The path of a name as seen from a place: within the same repeat it is relative, so that it is of the same
    /// instance.
    fn seen(&self, name: &str, at: At<'_>) -> String {
        let path = self.of_name(name);
        let shares = |repeat: &String| is_inside(at.path, repeat) && is_inside(&path, repeat);
        if !self.repeats.iter().any(shares) {
            return path;
        }
        let (from, to): (Vec<&str>, Vec<&str>) = (at.path.split('/').collect(), path.split('/').collect());
        let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
        let up = std::iter::repeat_n("..", from.len() - shared);
        let steps: Vec<&str> = up.chain(to.into_iter().skip(shared)).collect();
        let current = if at.is_filter { "current()/" } else { "" };
        format!("{current}{}", steps.join("/"))
    }

    /// An expression in ODK's XPath.
    pub(super) fn expression(&self, expression: &Expression, at: At<'_>) -> String {
        self.node(expression.root(), at).to_string()
    }

    /// The same tree with paths in the place of `${name}`: a path is printed as a bare name is.
    ///
    /// What JavaRosa does not have is spelled out: `floor` and `ceiling` from `int`; `sum` and `count`, which it knows of
    /// one set of nodes alone, as additions in which an answer that is not there is nothing.
    fn node(&self, node: &Node, at: At<'_>) -> Node {
        let boxed = |node: &Node| Box::new(self.node(node, at));
        let kind = match &node.kind {
            NodeKind::Reference(name) => NodeKind::Column(self.seen(name, at)),
            NodeKind::Negate(inner) => NodeKind::Negate(boxed(inner)),
            NodeKind::Binary(operator, left, right) => NodeKind::Binary(*operator, boxed(left), boxed(right)),
            NodeKind::Call {
                function: function @ (Function::Sum | Function::Count | Function::CountNonEmpty),
                arguments,
                ..
            } if arguments.len() > 1 => {
                let made = Made(&node.span);
                let parts = arguments.iter().map(|argument| match function {
                    Function::Sum => made.call(
                        Function::Coalesce,
                        vec![self.node(argument, at), made.number(0.0)],
                    ),
                    _ => {
                        let is_there =
                            made.binary(Operator::NotEqual, self.node(argument, at), made.text(""));
                        made.choice(is_there, made.number(1.0), made.number(0.0))
                    }
                });
                return parts
                    .reduce(|sum, part| made.binary(Operator::Add, sum, part))
                    .unwrap_or_else(|| made.number(0.0));
            }
            NodeKind::Call {
                function: function @ (Function::Floor | Function::Ceiling),
                arguments,
                ..
            } if let [argument] = arguments.as_slice() => {
                let made = Made(&node.span);
                let (missed, step) = match function {
                    Function::Floor => (Operator::Less, Operator::Subtract),
                    _ => (Operator::Greater, Operator::Add),
                };
                let value = self.node(argument, at);
                let whole = made.call(Function::Int, vec![value.clone()]);
                let next = made.binary(step, whole.clone(), made.number(1.0));
                return made.choice(made.binary(missed, value, whole.clone()), next, whole);
            }
            NodeKind::Call {
                function: function @ (Function::ChoiceName | Function::IndexedRepeat),
                arguments,
                pattern,
            } => {
                // These name nodes; only a value or a number of an instance is seen from the place.
                let is_name = |at: usize| match function {
                    Function::ChoiceName => at == 1,
                    _ => at % 2 == 1 || at == 0,
                };
                let absolute = At::of(ROOT);
                let arguments = arguments
                    .iter()
                    .enumerate()
                    .map(|(nth, argument)| self.node(argument, if is_name(nth) { absolute } else { at }));
                NodeKind::Call {
                    function: *function,
                    arguments: arguments.collect(),
                    pattern: pattern.clone(),
                }
            }
            NodeKind::Call {
                function,
                arguments,
                pattern,
            } => NodeKind::Call {
                function: *function,
                arguments: arguments.iter().map(|argument| self.node(argument, at)).collect(),
                pattern: pattern.clone(),
            },
            NodeKind::Column(name) => NodeKind::Column(xml::name(name)),
            kind @ (NodeKind::Number(_) | NodeKind::Text(_) | NodeKind::Current) => kind.clone(),
        };
        Node {
            kind,
            span: node.span.clone(),
        }
    }

    /// Words cut at their placeholders, these as the expressions that show an earlier answer.
    pub(super) fn words(&self, words: &str, at: At<'_>) -> Vec<xml::Child> {
        placeholder::parts(words)
            .into_iter()
            .map(|part| match part {
                Part::Words(words) | Part::Broken(words) => xml::Child::Text(words.to_owned()),
                Part::Answer(name) => {
                    let seen = self.seen(name, at);
                    let value = match self.chosen.get(name) {
                        Some(true) => format!("jr:choice-name({seen}, '{}')", self.of_name(name)),
                        _ => seen,
                    };
                    xml::Child::Element(xml::Element::new("output").with("value", value))
                }
            })
            .collect()
    }
}

fn is_inside(path: &str, repeat: &str) -> bool {
    path.strip_prefix(repeat)
        .is_some_and(|rest| rest.starts_with('/'))
}

/// Makes parts of an expression that stand where another stood.
struct Made<'a>(&'a Span);

impl Made<'_> {
    fn of(&self, kind: NodeKind) -> Node {
        Node {
            kind,
            span: self.0.clone(),
        }
    }

    fn number(&self, value: f64) -> Node {
        self.of(NodeKind::Number(value))
    }

    fn text(&self, text: &str) -> Node {
        self.of(NodeKind::Text(text.to_owned()))
    }

    fn binary(&self, operator: Operator, left: Node, right: Node) -> Node {
        self.of(NodeKind::Binary(operator, Box::new(left), Box::new(right)))
    }

    fn call(&self, function: Function, arguments: Vec<Node>) -> Node {
        self.of(NodeKind::Call {
            function,
            arguments,
            pattern: Pattern::default(),
        })
    }

    fn choice(&self, condition: Node, then: Node, otherwise: Node) -> Node {
        self.call(Function::If, vec![condition, then, otherwise])
    }
}
