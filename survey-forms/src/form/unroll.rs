//! Repeats as what they are to everything that asks: so many groups one behind the other, each with questions of its
//! own, `age[1]`, `age[2]`. What refers to a question of the same instance gets its number; `sum(${age})` and its like
//! get all of them; `position(..)` is a number, and `indexed-repeat()` a choice among instances.
//!
//! An instance that is not asked is not relevant, as with any other group. How many there can be is known beforehand,
//! because each is a column of the data; see [`super::Repeat::most`].

use std::collections::HashMap;

use indexmap::IndexMap;

use super::{Choice, ChoiceList, Group, Instance, Item, Question, QuestionKind, Randomize, Repeat, Required};
use crate::expression::{Expression, Function, Node, NodeKind, Operator, Pattern};
use crate::placeholder::{self, Part};
use crate::text::Text;

/// Name of the list from which "is there another?" is answered, which no author wrote.
pub const MORE: &str = "minyi_more";

/// Items without repeats, and the choice lists that their own questions need.
pub(crate) struct Unrolled {
    pub(crate) items: Vec<Item>,
    pub(crate) lists: IndexMap<String, ChoiceList>,
}

/// The instance of each repeat around a place, the outermost first.
type Path = Vec<(String, u32)>;

/// Puts the instances of every repeat in its place; none when there are no repeats.
pub(crate) fn unroll(items: &[Item]) -> Option<Unrolled> {
    let mut known = Known::default();
    known.read(items, &[]);
    if known.repeats.is_empty() {
        return None;
    }
    let mut asks = false;
    let items = known.items(items, &Path::new(), &mut asks);
    let mut lists = IndexMap::new();
    if asks {
        lists.insert(MORE.to_owned(), more_list());
    }
    Some(Unrolled { items, lists })
}

#[derive(Default)]
struct Known {
    /// Repeats around every question, group and repeat (itself not among them).
    around: HashMap<String, Vec<String>>,
    repeats: HashMap<String, Repeat>,
}

impl Known {
    fn read(&mut self, items: &[Item], around: &[String]) {
        for item in items {
            self.around.insert(item.name().to_owned(), around.to_vec());
            let Item::Group(group) = item else { continue };
            let mut inside = around.to_vec();
            if let Some(repeat) = &group.repeat {
                inside.push(group.name.clone());
                self.repeats.insert(group.name.clone(), repeat.clone());
            }
            self.read(&group.items, &inside);
        }
    }

    fn items(&self, items: &[Item], path: &Path, asks: &mut bool) -> Vec<Item> {
        let mut out = Vec::new();
        for item in items {
            match item {
                Item::Question(question) => out.push(Item::Question(self.question(question, path))),
                Item::Group(group) => match &group.repeat {
                    None => out.push(Item::Group(self.group(group, path, asks))),
                    Some(repeat) => self.instances(group, repeat, path, &mut out, asks),
                },
            }
        }
        out
    }

    fn instances(&self, group: &Group, repeat: &Repeat, path: &Path, out: &mut Vec<Item>, asks: &mut bool) {
        let relevant = group.relevant.as_ref().map(|e| self.expression(e, path));
        for number in 1..=repeat.most {
            let mut inside = path.clone();
            inside.push((group.name.clone(), number));
            let condition = match &repeat.count {
                Some(count) => {
                    let count = self.node(count.root(), path);
                    // A count that is written as a number needs no condition.
                    match &count.kind {
                        NodeKind::Number(_) => None,
                        _ => Some(binary(
                            Operator::GreaterOrEqual,
                            count,
                            plain(NodeKind::Number(f64::from(number))),
                        )),
                    }
                }
                None => {
                    *asks = true;
                    let asked = more(group, path, number, relevant.as_ref());
                    let name = asked.name.clone();
                    out.push(Item::Question(asked));
                    Some(says_yes(&name))
                }
            };
            let mut instance = self.group(group, &inside, asks);
            instance.relevant = both(relevant.as_ref(), condition);
            instance.label = numbered(&instance.label, number);
            instance.instance = Some(Instance {
                of: group.name.clone(),
                number,
            });
            out.push(Item::Group(instance));
        }
    }

    fn group(&self, group: &Group, path: &Path, asks: &mut bool) -> Group {
        Group {
            name: renamed(&group.name, path),
            label: self.words(&group.label, path),
            relevant: group.relevant.as_ref().map(|e| self.expression(e, path)),
            appearance: group.appearance.clone(),
            repeat: None,
            instance: None,
            items: self.items(&group.items, path, asks),
            row: group.row,
        }
    }

    fn question(&self, question: &Question, path: &Path) -> Question {
        let expression = |e: &Option<Expression>| e.as_ref().map(|e| self.expression(e, path));
        let words = |text: &Text| self.words(text, path);
        Question {
            name: renamed(&question.name, path),
            label: words(&question.label),
            hint: words(&question.hint),
            guidance: words(&question.guidance),
            relevant: expression(&question.relevant),
            constraint: expression(&question.constraint),
            constraint_message: words(&question.constraint_message),
            required: match &question.required {
                Required::When(e) => Required::When(self.expression(e, path)),
                other => other.clone(),
            },
            required_message: words(&question.required_message),
            choice_filter: expression(&question.choice_filter),
            dynamic_default: expression(&question.dynamic_default),
            calculation: expression(&question.calculation),
            trigger: question
                .trigger
                .iter()
                .map(|name| self.reference(name, path))
                .collect(),
            randomize: question.randomize.as_ref().map(|randomize| Randomize {
                seed: expression(&randomize.seed),
            }),
            ..question.clone()
        }
    }

    fn words(&self, text: &Text, path: &Path) -> Text {
        text.map(|_, words| {
            placeholder::parts(words)
                .into_iter()
                .map(|part| match part {
                    Part::Answer(name) => format!("${{{}}}", self.reference(name, path)),
                    Part::Words(words) | Part::Broken(words) => words.to_owned(),
                })
                .collect()
        })
    }

    /// The name by which a place refers to a question: with the numbers of the repeats that both are in.
    fn reference(&self, name: &str, path: &Path) -> String {
        let around = self.around.get(name).map_or(&[][..], Vec::as_slice);
        let shared = around
            .iter()
            .zip(path)
            .take_while(|(repeat, (of, _))| *repeat == of)
            .count();
        renamed(name, &path[..shared])
    }

    /// Whether a question or repeat has several instances as seen from here.
    fn is_many(&self, name: &str, path: &Path) -> bool {
        self.around
            .get(name)
            .is_some_and(|around| around.len() > self.shared(name, path))
            || (self.repeats.contains_key(name) && !path.iter().any(|(of, _)| of == name))
    }

    fn shared(&self, name: &str, path: &Path) -> usize {
        let around = self.around.get(name).map_or(&[][..], Vec::as_slice);
        around
            .iter()
            .zip(path)
            .take_while(|(repeat, (of, _))| *repeat == of)
            .count()
    }

    fn expression(&self, expression: &Expression, path: &Path) -> Expression {
        Expression::of(self.node(expression.root(), path))
    }

    fn node(&self, node: &Node, path: &Path) -> Node {
        let inner = |node: &Node| self.node(node, path);
        let kind = match &node.kind {
            NodeKind::Reference(name) => NodeKind::Reference(self.reference(name, path)),
            NodeKind::Negate(operand) => NodeKind::Negate(Box::new(inner(operand))),
            NodeKind::Binary(operator, left, right) => {
                NodeKind::Binary(*operator, Box::new(inner(left)), Box::new(inner(right)))
            }
            NodeKind::Call {
                function: Function::Position,
                ..
            } => NodeKind::Number(path.last().map_or(1.0, |(_, number)| f64::from(*number))),
            NodeKind::Call {
                function: Function::IndexedRepeat,
                arguments,
                ..
            } => return self.indexed(arguments, path),
            NodeKind::Call {
                function,
                arguments,
                pattern,
            } => {
                let mut out = Vec::new();
                for argument in arguments {
                    match &argument.kind {
                        NodeKind::Reference(name) if function.takes_many() && self.is_many(name, path) => {
                            let every = self.every(name, path).into_iter();
                            out.extend(every.map(|name| plain(NodeKind::Reference(name))));
                        }
                        _ => out.push(inner(argument)),
                    }
                }
                NodeKind::Call {
                    function: *function,
                    arguments: out,
                    pattern: pattern.clone(),
                }
            }
            NodeKind::Number(_) | NodeKind::Text(_) | NodeKind::Current | NodeKind::Column(_) => {
                node.kind.clone()
            }
        };
        Node {
            kind,
            span: node.span.clone(),
        }
    }

    /// Names of all instances of a question or repeat as seen from here, in order.
    fn every(&self, name: &str, path: &Path) -> Vec<String> {
        let mut repeats = self.around.get(name).cloned().unwrap_or_default();
        if self.repeats.contains_key(name) {
            repeats.push(name.to_owned());
        }
        let shared = self.shared(name, path);
        let mut paths: Vec<Path> = vec![path[..shared].to_vec()];
        for repeat in repeats.iter().skip(shared) {
            let most = self.repeats.get(repeat).map_or(0, |repeat| repeat.most);
            paths = paths
                .into_iter()
                .flat_map(|path| {
                    (1..=most).map(move |number| {
                        let mut longer = path.clone();
                        longer.push((repeat.clone(), number));
                        longer
                    })
                })
                .collect();
        }
        paths.iter().map(|path| renamed(name, path)).collect()
    }

    /// `indexed-repeat(${x}, ${repeat}, n, …)`: the n-th of all instances, within repeats whose number is not given that
    /// of the place itself.
    fn indexed(&self, arguments: &[Node], path: &Path) -> Node {
        let Some(NodeKind::Reference(name)) = arguments.first().map(|node| &node.kind) else {
            return plain(NodeKind::Text(String::new()));
        };
        let repeats = self.around.get(name).cloned().unwrap_or_default();
        let given = |repeat: &str| {
            arguments
                .iter()
                .skip(1)
                .step_by(2)
                .zip(arguments.iter().skip(2).step_by(2))
                .find_map(|(of, number)| {
                    matches!(&of.kind, NodeKind::Reference(name) if name == repeat).then_some(number)
                })
        };
        self.choose(name, &repeats, &Path::new(), &given, path)
    }

    fn choose<'n>(
        &self,
        name: &str,
        repeats: &[String],
        chosen: &Path,
        given: &dyn Fn(&str) -> Option<&'n Node>,
        path: &Path,
    ) -> Node {
        let Some((repeat, deeper)) = repeats.split_first() else {
            return plain(NodeKind::Reference(renamed(name, chosen)));
        };
        let one = |number: u32| {
            let mut longer = chosen.clone();
            longer.push((repeat.clone(), number));
            self.choose(name, deeper, &longer, given, path)
        };
        match given(repeat) {
            Some(number) => {
                let most = self.repeats.get(repeat).map_or(0, |repeat| repeat.most);
                let mut arguments = vec![self.node(number, path)];
                arguments.extend((1..=most).map(one));
                plain(NodeKind::Call {
                    function: Function::ItemAt,
                    arguments,
                    pattern: Pattern::default(),
                })
            }
            None => one(path
                .iter()
                .find(|(of, _)| of == repeat)
                .map_or(1, |(_, number)| *number)),
        }
    }
}

fn renamed(name: &str, path: &[(String, u32)]) -> String {
    let mut out = name.to_owned();
    for (_, number) in path {
        out.push_str(&format!("[{number}]"));
    }
    out
}

fn plain(kind: NodeKind) -> Node {
    Node { kind, span: 0..0 }
}

fn binary(operator: Operator, left: Node, right: Node) -> Node {
    plain(NodeKind::Binary(operator, Box::new(left), Box::new(right)))
}

fn says_yes(name: &str) -> Node {
    binary(
        Operator::Equal,
        plain(NodeKind::Reference(name.to_owned())),
        plain(NodeKind::Text("yes".to_owned())),
    )
}

fn both(one: Option<&Expression>, other: Option<Node>) -> Option<Expression> {
    match (one, other) {
        (Some(one), Some(other)) => Some(Expression::of(binary(Operator::And, one.root().clone(), other))),
        (Some(one), None) => Some(one.clone()),
        (None, other) => other.map(Expression::of),
    }
}

/// The question that comes before an instance of a repeat without a count. Whoever passes it over has no more to say.
fn more(group: &Group, path: &Path, number: u32, relevant: Option<&Expression>) -> Question {
    let name = |number: u32| {
        let mut at = path.clone();
        at.push((group.name.clone(), number));
        renamed(&format!("{}_more", group.name), &at)
    };
    let before = (number > 1).then(|| says_yes(&name(number - 1)));
    let (zh, en) = (group.label.get("zh"), group.label.get("en"));
    let (zh, en) = match zh {
        "" => (group.name.as_str(), group.name.as_str()),
        _ => (zh, en),
    };
    let label = if number == 1 {
        Text::zh_en(
            format!("有“{zh}”要填吗？"),
            format!("Is there a “{en}” to fill in?"),
        )
    } else {
        Text::zh_en(
            format!("还有“{zh}”要填吗？（已填 {} 个）", number - 1),
            format!("Is there another “{en}” to fill in? ({} so far)", number - 1),
        )
    };
    Question {
        relevant: both(relevant, before),
        ..Question::new(
            name(number),
            QuestionKind::SelectOne {
                list: MORE.to_owned(),
            },
            label,
            group.row,
        )
    }
}

fn more_list() -> ChoiceList {
    let choice = |name: &str, zh: &str, en: &str| Choice {
        name: name.to_owned(),
        label: Text::zh_en(zh, en),
        ..Choice::default()
    };
    ChoiceList {
        external: false,
        name: MORE.to_owned(),
        file: None,
        choices: vec![choice("yes", "有", "Yes"), choice("no", "没有", "No")],
    }
}

/// A heading that says which instance it is of: a page is understood alone.
fn numbered(label: &Text, number: u32) -> Text {
    label.map(|language, words| {
        if words.is_empty() {
            String::new()
        } else if language.starts_with("zh") {
            format!("{words}（第 {number} 个）")
        } else {
            format!("{words} ({number})")
        }
    })
}
