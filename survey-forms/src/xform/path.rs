//! Where each question stands in the instance, and expressions that say so.

use std::collections::{HashMap, HashSet};

use super::{Cover, xml};
use crate::expression::{Expression, Function, Node, NodeKind, Operator, Pattern, Span};
use crate::form::{Form, Item, MetadataKind, Question, QuestionKind, nodes};
use crate::placeholder::{self, Part};

/// The root of the primary instance, as pyxform calls it.
pub(super) const ROOT: &str = "/data";
/// What the log of a client is called.
pub(super) const AUDIT: &str = "audit";

/// Where nodes stand by name, with the questions whose answers are one choice.
pub(super) struct Paths {
    places: HashMap<String, Place>,
    chosen: HashMap<String, bool>,
    helpers: Helpers,
}

/// Where a node stands: the names from the root down to it.
struct Place {
    steps: Vec<String>,
    /// How many of the steps lead to each repeat around it, the outermost first.
    repeats: Vec<usize>,
    is_repeat: bool,
}

impl Place {
    fn absolute(&self) -> String {
        format!("{ROOT}/{}", self.steps.join("/"))
    }

    /// How many steps lead to the innermost repeat around both.
    fn shared(&self, other: &Self) -> Option<usize> {
        let both = self.repeats.iter().zip(&other.repeats);
        both.take_while(|(here, there)| here == there && self.steps[..**here] == other.steps[..**there])
            .map(|(here, _)| *here)
            .last()
    }
}

/// From where an expression looks at other nodes.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'v> {
    /// Name of the node; one that is nobody's looks from the root.
    pub(super) at: &'v str,
    /// Whether it stands in a filter of choices, where the node itself is `current()`.
    pub(super) in_filter: bool,
}

impl<'v> View<'v> {
    pub(super) fn of(at: &'v str) -> Self {
        Self { at, in_filter: false }
    }
}

impl Paths {
    pub(super) fn of(form: &Form, cover: &Cover<'_>) -> Self {
        let mut all = Self {
            places: HashMap::new(),
            chosen: HashMap::new(),
            helpers: Helpers::of(form),
        };
        for metadata in cover.metadata.iter().chain(&form.metadata) {
            let steps = match metadata.kind {
                // ODK has one place for it.
                MetadataKind::Audit => vec!["meta".to_owned(), AUDIT.to_owned()],
                _ => vec![xml::name(&metadata.name)],
            };
            let place = Place {
                steps,
                repeats: Vec::new(),
                is_repeat: false,
            };
            all.places.insert(metadata.name.clone(), place);
        }
        all.walk(cover.before, &[], &[]);
        all.walk(form.written(), &[], &[]);
        all
    }

    fn walk(&mut self, items: &[Item], around: &[String], repeats: &[usize]) {
        for item in items {
            let below = |name: &str| {
                let mut steps = around.to_vec();
                steps.push(xml::name(name));
                steps
            };
            let steps = below(item.name());
            let mut place = Place {
                steps: steps.clone(),
                repeats: repeats.to_vec(),
                is_repeat: false,
            };
            match item {
                Item::Question(question) => {
                    let is_one = matches!(question.kind, QuestionKind::SelectOne { .. });
                    self.chosen.insert(question.name.clone(), is_one);
                }
                Item::Group(group) => {
                    let mut inside = repeats.to_vec();
                    if group.repeat.is_some() {
                        place.is_repeat = true;
                        inside.push(steps.len());
                    }
                    self.walk(&group.items, &steps, &inside);
                }
            }
            self.places.insert(item.name().to_owned(), place);
            if let Some(helper) = self.helpers.of_item(item.name()) {
                let helper = helper.to_owned();
                let place = Place {
                    steps: below(&helper),
                    repeats: repeats.to_vec(),
                    is_repeat: false,
                };
                self.places.insert(helper, place);
            }
        }
    }

    /// The node that holds what is computed for this item; see [`Helpers`].
    pub(super) fn helper(&self, item: &str) -> Option<&str> {
        self.helpers.of_item(item)
    }

    /// The path of a name; of a name that is nobody's, where it would stand in the root.
    pub(super) fn of_name(&self, name: &str) -> String {
        self.places
            .get(name)
            .map_or_else(|| format!("{ROOT}/{}", xml::name(name)), Place::absolute)
    }

    pub(super) fn of_question(&self, question: &Question) -> String {
        self.of_name(&question.name)
    }

    /// How a name is reached from elsewhere: within one instance of a repeat by a relative path, as pyxform does, so that
    /// no client can take it for all instances.
    pub(super) fn reference(&self, name: &str, view: View<'_>) -> String {
        let (Some(here), Some(there)) = (self.places.get(view.at), self.places.get(name)) else {
            return self.of_name(name);
        };
        if here.shared(there).is_none() {
            return there.absolute();
        }
        let common = here
            .steps
            .iter()
            .zip(&there.steps)
            .take_while(|(one, other)| one == other)
            .count()
            .min(here.steps.len() - 1)
            .min(there.steps.len() - 1);
        let up = "../".repeat(here.steps.len() - common);
        let current = if view.in_filter { "current()/" } else { "" };
        format!("{current}{up}{}", there.steps[common..].join("/"))
    }

    /// Whether a name stands for several nodes as seen from there.
    fn is_many(&self, name: &str, view: View<'_>) -> bool {
        self.places.get(name).is_some_and(|there| {
            let shared = self
                .places
                .get(view.at)
                .and_then(|here| here.shared(there))
                .unwrap_or_default();
            there.is_repeat || there.repeats.iter().any(|repeat| *repeat > shared)
        })
    }

    /// `position(..)` of the innermost repeat, however deep in its groups.
    fn position(&self, view: View<'_>) -> String {
        let up = self
            .places
            .get(view.at)
            .and_then(|here| here.repeats.last().map(|repeat| here.steps.len() - repeat))
            .unwrap_or(1);
        let steps = vec![".."; up.max(1)].join("/");
        let current = if view.in_filter { "current()/" } else { "" };
        format!("position({current}{steps})")
    }

    /// An expression in ODK's XPath.
    pub(super) fn expression(&self, expression: &Expression, view: View<'_>) -> String {
        self.node(expression.root(), view).to_string()
    }

    /// The same tree with paths in the place of `${name}`: a path is printed as a bare name is.
    ///
    /// What JavaRosa does not have is spelled out: `floor` and `ceiling` from `int`; `sum` and `count`, which it knows of
    /// one set of nodes alone, as additions in which an answer that is not there is nothing; `pulldata`, for which a file
    /// would have to be sent along, as a look into an instance.
    fn node(&self, node: &Node, view: View<'_>) -> Node {
        let one = |node: &Node| self.node(node, view);
        let boxed = |node: &Node| Box::new(one(node));
        let made = Made(&node.span);
        let kind = match &node.kind {
            NodeKind::Reference(name) => NodeKind::Column(self.reference(name, view)),
            NodeKind::Negate(inner) => NodeKind::Negate(boxed(inner)),
            NodeKind::Binary(operator, left, right) => NodeKind::Binary(*operator, boxed(left), boxed(right)),
            NodeKind::Call {
                function, arguments, ..
            } => {
                return self
                    .call(*function, arguments, view, &made)
                    .unwrap_or_else(|| made.call(*function, arguments.iter().map(one).collect()));
            }
            NodeKind::Column(name) => NodeKind::Column(xml::name(name)),
            kind @ (NodeKind::Number(_) | NodeKind::Text(_) | NodeKind::Current) => kind.clone(),
        };
        made.of(kind)
    }

    /// A call that is written in another way than here; none when it is written as it is.
    fn call(&self, function: Function, arguments: &[Node], view: View<'_>, made: &Made<'_>) -> Option<Node> {
        let one = |node: &Node| self.node(node, view);
        let many = |node: &Node| matches!(&node.kind, NodeKind::Reference(name) if self.is_many(name, view));
        let is_node = |node: &Node| matches!(node.kind, NodeKind::Reference(_));
        let absolute = |node: &Node| match &node.kind {
            NodeKind::Reference(name) => made.of(NodeKind::Column(self.of_name(name))),
            _ => one(node),
        };
        match (function, arguments) {
            (Function::Count | Function::CountNonEmpty, [argument]) if is_node(argument) => {
                Some(made.call(self.counting(function, argument), vec![one(argument)]))
            }
            (Function::Sum, [argument]) if is_node(argument) => None,
            (Function::Sum | Function::Count | Function::CountNonEmpty, _) => {
                let parts = arguments.iter().map(|argument| match function {
                    _ if many(argument) => made.call(self.counting(function, argument), vec![one(argument)]),
                    Function::Sum => made.call(Function::Coalesce, vec![one(argument), made.number(0.0)]),
                    _ => {
                        let is_there = made.binary(Operator::NotEqual, one(argument), made.text(""));
                        made.choice(is_there, made.number(1.0), made.number(0.0))
                    }
                });
                parts.reduce(|sum, part| made.binary(Operator::Add, sum, part))
            }
            // A set of nodes is one only where nothing stands beside it.
            (Function::Min | Function::Max | Function::Concat, [_, _, ..]) if arguments.iter().any(many) => {
                let parts = arguments.iter().map(|argument| match many(argument) {
                    true => made.call(function, vec![one(argument)]),
                    false => one(argument),
                });
                Some(made.call(function, parts.collect()))
            }
            (Function::Join, [sign, _, _, ..]) if arguments.iter().any(many) => {
                let parts = arguments.iter().map(|argument| match many(argument) {
                    true => made.call(function, vec![one(sign), one(argument)]),
                    false => one(argument),
                });
                Some(made.call(function, parts.collect()))
            }
            // JavaRosa measures one text or one set of nodes.
            (Function::Area | Function::Distance, [_, _, ..]) => {
                let parts = arguments.iter().map(|argument| match many(argument) {
                    true => made.call(Function::Join, vec![made.text(";"), one(argument)]),
                    false => one(argument),
                });
                let joined = std::iter::once(made.text(";")).chain(parts);
                Some(made.call(function, vec![made.call(Function::Join, joined.collect())]))
            }
            (Function::Floor | Function::Ceiling, [argument]) => {
                let (missed, step) = match function {
                    Function::Floor => (Operator::Less, Operator::Subtract),
                    _ => (Operator::Greater, Operator::Add),
                };
                let value = one(argument);
                let whole = made.call(Function::Int, vec![value.clone()]);
                let next = made.binary(step, whole.clone(), made.number(1.0));
                Some(made.choice(made.binary(missed, value, whole.clone()), next, whole))
            }
            (Function::Position, _) => Some(made.of(NodeKind::Column(self.position(view)))),
            (Function::IndexedRepeat, _) => {
                let parts = arguments.iter().enumerate().map(|(at, argument)| {
                    // The question and the repeats are sets of nodes, the numbers are values.
                    if at == 0 || at % 2 == 1 {
                        absolute(argument)
                    } else {
                        one(argument)
                    }
                });
                Some(made.call(function, parts.collect()))
            }
            (Function::ChoiceName, [value, question]) => {
                Some(made.call(function, vec![one(value), absolute(question)]))
            }
            (Function::PullData, [table, column, key_column, key]) => {
                let text = |node: &Node| match &node.kind {
                    NodeKind::Text(text) => text.clone(),
                    _ => String::new(),
                };
                let key = self.node(
                    key,
                    View {
                        in_filter: true,
                        ..view
                    },
                );
                Some(made.of(NodeKind::Column(format!(
                    "instance('{}')/root/item[{} = {key}]/{}",
                    table_id(&text(table)),
                    xml::name(&text(key_column)),
                    xml::name(&text(column)),
                ))))
            }
            _ => None,
        }
    }

    /// `count` here means answers that are there; of a repeat it means instances.
    fn counting(&self, function: Function, argument: &Node) -> Function {
        let of_instances = matches!(&argument.kind, NodeKind::Reference(name)
            if self.places.get(name).is_some_and(|place| place.is_repeat));
        match function {
            Function::Count | Function::CountNonEmpty if of_instances => Function::Count,
            Function::Count => Function::CountNonEmpty,
            other => other,
        }
    }

    /// Words cut at their placeholders, these as the expressions that show an earlier answer.
    pub(super) fn words(&self, words: &str, at: &str) -> Vec<xml::Child> {
        placeholder::parts(words)
            .into_iter()
            .map(|part| match part {
                Part::Words(words) | Part::Broken(words) => xml::Child::Text(words.to_owned()),
                Part::Answer(name) => {
                    let path = self.reference(name, View::of(at));
                    let value = match self.chosen.get(name) {
                        Some(true) => format!("jr:choice-name({path}, '{}')", self.of_name(name)),
                        _ => path,
                    };
                    xml::Child::Element(xml::Element::new("output").with("value", value))
                }
            })
            .collect()
    }
}

/// The instance that holds a table of `pulldata()`.
pub(super) fn table_id(table: &str) -> String {
    format!("pulldata.{}", xml::name(table))
}

/// Nodes for what clients take only from a node: how often a repeat is asked, and what an order of choices follows from,
/// where either is more than one answer. Called as pyxform calls them, `NAME_count`.
pub(super) struct Helpers(HashMap<String, String>);

impl Helpers {
    pub(super) fn of(form: &Form) -> Self {
        let nodes = nodes(form.written());
        let mut taken: HashSet<String> = nodes.iter().map(|node| xml::name(node.item.name())).collect();
        taken.extend(form.metadata.iter().map(|one| xml::name(&one.name)));
        let mut all = HashMap::new();
        for node in nodes {
            if let Some((suffix, _)) = helped(node.item) {
                let mut name = format!("{}_{suffix}", xml::name(node.item.name()));
                while !taken.insert(name.clone()) {
                    name.push('_');
                }
                all.insert(node.item.name().to_owned(), name);
            }
        }
        Self(all)
    }

    fn of_item(&self, item: &str) -> Option<&str> {
        self.0.get(item).map(String::as_str)
    }

    /// Whether a node is one of them.
    pub(super) fn has(&self, node: &str) -> bool {
        self.0.values().any(|name| name == node)
    }
}

/// What a node has to be made for.
pub(super) fn helped(item: &Item) -> Option<(&'static str, &Expression)> {
    match item {
        Item::Group(group) => {
            let count = group.repeat.as_ref()?.count.as_ref()?;
            let is_answer = matches!(count.root().kind, NodeKind::Reference(_));
            (!is_answer).then_some(("count", count))
        }
        Item::Question(question) => {
            let seed = question.randomize.as_ref()?.seed.as_ref()?;
            let is_plain = matches!(seed.root().kind, NodeKind::Reference(_) | NodeKind::Number(_));
            (!is_plain).then_some(("seed", seed))
        }
    }
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
