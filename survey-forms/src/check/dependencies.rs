//! What depends on what: circles are reported as a path, and what remains gives the order of evaluation.

use std::collections::HashMap;

use petgraph::algo::{tarjan_scc, toposort};
use petgraph::graph::{DiGraph, NodeIndex};

use crate::diagnostic::catalogue::Fault;
use crate::form::{Item, Node};
use crate::xlsform::{Faults, Table};

use super::expressions::of_question;
use super::names::{Names, row};

/// How one item depends on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    /// Its value or whether it is asked cannot be known without the other.
    Value(&'static str),
    /// Its constraint reads the other; nothing is computed from a constraint.
    Constraint,
}

type Graph = DiGraph<usize, Need>;

/// Reports circles; returns all slots, dependencies first.
pub(super) fn check(nodes: &[Node<'_>], names: &Names<'_>, table: &Table, faults: &mut Faults) -> Vec<usize> {
    let graph = graph(nodes, &|name| names.slot(name));
    let values = values_of(&graph);
    let mut in_circle = vec![false; nodes.len()];
    for circle in circles(&values) {
        circle.iter().for_each(|&at| in_circle[at.index()] = true);
        let (path, first) = path(&values, &circle);
        let column = first.map_or("relevant", |need| match need {
            Need::Value(column) => column,
            Need::Constraint => "constraint",
        });
        let place = table.place_of(row(nodes[path[0]].item), column);
        faults.add(
            Fault::Cycle {
                path: words(&path, nodes),
            },
            place,
        );
    }
    for circle in circles(&graph) {
        if circle.iter().any(|at| in_circle[at.index()]) {
            continue;
        }
        let (path, _) = path(&graph, &circle);
        // A constraint that names its own question by name means `.`.
        if path.len() > 2 {
            let place = table.place_of(row(nodes[path[0]].item), "constraint");
            faults.add(
                Fault::ConstraintCycle {
                    path: words(&path, nodes),
                },
                place,
            );
        }
    }
    report_same_page(nodes, names, table, faults);
    order(&values)
}

/// All slots of a form without circles, dependencies first.
pub(crate) fn evaluation_order(nodes: &[Node<'_>]) -> Vec<usize> {
    let slots: HashMap<&str, usize> = nodes
        .iter()
        .enumerate()
        .map(|(slot, node)| (node.item.name(), slot))
        .collect();
    order(&values_of(&graph(nodes, &|name| slots.get(name).copied())))
}

fn values_of(graph: &Graph) -> Graph {
    graph.filter_map(
        |_, &slot| Some(slot),
        |_, need| matches!(need, Need::Value(_)).then_some(*need),
    )
}

fn order(values: &Graph) -> Vec<usize> {
    // Edges run from what needs to what is needed, so the reverse is the order of evaluation.
    toposort(values, None).map_or_else(
        |_| (0..values.node_count()).collect(),
        |order| order.into_iter().rev().map(NodeIndex::index).collect(),
    )
}

fn graph(nodes: &[Node<'_>], slot_of: &dyn Fn(&str) -> Option<usize>) -> Graph {
    let mut graph = Graph::with_capacity(nodes.len(), nodes.len() * 2);
    let at: Vec<NodeIndex> = (0..nodes.len()).map(|slot| graph.add_node(slot)).collect();
    for (slot, node) in nodes.iter().enumerate() {
        if let Some(parent) = node.parent {
            graph.add_edge(at[slot], at[parent], Need::Value("relevant"));
        }
        let mut add = |name: &str, need: Need| {
            if let Some(other) = slot_of(name) {
                graph.add_edge(at[slot], at[other], need);
            }
        };
        match node.item {
            Item::Group(group) => {
                let count = group.repeat.as_ref().and_then(|repeat| repeat.count.as_ref());
                for (column, expression) in [("relevant", group.relevant.as_ref()), ("repeat_count", count)] {
                    for name in expression.into_iter().flat_map(|e| e.references()) {
                        add(name, Need::Value(column));
                    }
                }
            }
            Item::Question(question) => {
                for name in &question.trigger {
                    add(name, Need::Value("trigger"));
                }
                for (column, expression) in of_question(question) {
                    for name in expression.references() {
                        match column {
                            "relevant" | "calculation" | "default" => add(name, Need::Value(column)),
                            // A constraint changes no value, and neither does which choices are offered or what is
                            // required; but a circle through them means that no order of asking is right.
                            _ => add(name, Need::Constraint),
                        }
                    }
                }
            }
        }
    }
    graph
}

/// Sets of items that depend on each other, or on themselves, in document order.
fn circles(graph: &Graph) -> Vec<Vec<NodeIndex>> {
    let mut found: Vec<Vec<NodeIndex>> = tarjan_scc(graph)
        .into_iter()
        .filter(|set| set.len() > 1 || graph.contains_edge(set[0], set[0]))
        .map(|mut set| {
            set.sort();
            set
        })
        .collect();
    found.sort();
    found
}

/// A shortest way from the first item of a circle back to it, and the need of its first step.
fn path(graph: &Graph, circle: &[NodeIndex]) -> (Vec<usize>, Option<Need>) {
    let start = circle[0];
    let mut came_from: Vec<Option<NodeIndex>> = vec![None; graph.node_count()];
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        let mut next: Vec<NodeIndex> = graph
            .neighbors(at)
            .filter(|other| circle.contains(other))
            .collect();
        next.sort();
        for other in next {
            if other == start {
                let mut path = vec![start.index(), at.index()];
                let mut back = at;
                while back != start {
                    let Some(previous) = came_from[back.index()] else {
                        break;
                    };
                    path.push(previous.index());
                    back = previous;
                }
                if at == start {
                    path.truncate(2);
                }
                path.reverse();
                let step = graph
                    .find_edge(start, NodeIndex::new(path[1]))
                    .and_then(|edge| graph.edge_weight(edge));
                return (path, step.copied());
            }
            if came_from[other.index()].is_none() {
                came_from[other.index()] = Some(at);
                queue.push_back(other);
            }
        }
    }
    (vec![start.index()], None)
}

fn words(path: &[usize], nodes: &[Node<'_>]) -> Vec<String> {
    path.iter()
        .map(|&slot| nodes[slot].item.name().to_owned())
        .collect()
}

/// Questions of a shared page that appear or disappear by another answer of the same page.
fn report_same_page(nodes: &[Node<'_>], names: &Names<'_>, table: &Table, faults: &mut Faults) {
    let page_of = |slot: usize| {
        let around = std::iter::successors(Some(slot), |&at| nodes[at].parent);
        around
            .filter(|&at| matches!(nodes[at].item, Item::Group(group) if group.is_page()))
            .last()
    };
    for (slot, node) in nodes.iter().enumerate() {
        let Some(page) = page_of(slot) else { continue };
        let Some(relevant) = node.item.relevant() else {
            continue;
        };
        let same_page = relevant.references().find(|name| {
            names.slot(name).is_some_and(|other| {
                other != page && page_of(other) == Some(page) && asked(nodes[other].item)
            })
        });
        if let Some(name) = same_page.filter(|_| slot != page) {
            let place = table.place_of(row(node.item), "relevant");
            faults.add(
                Fault::DependsOnSamePage {
                    name: name.to_owned(),
                },
                place,
            );
        }
    }
}

fn asked(item: &Item) -> bool {
    item.as_question()
        .is_some_and(crate::form::Question::takes_answer)
}
