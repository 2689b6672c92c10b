//! Where a questionnaire tests for a choice: in expressions, in defaults, and in columns of the choices sheet that
//! filters compare with.

use std::collections::BTreeMap;

use super::EditError;
use super::desk::{Desk, Line, Tab, row_number};
use super::details::Reference;
use crate::expression::{Expression, Function, Node, NodeKind, Operator, Span};
use crate::xlsform::layout::{Column, Holds};

/// A place that tests for a choice.
#[derive(Clone, Debug)]
pub(super) struct Test {
    tab: Tab,
    at: usize,
    column: u32,
    how: How,
}

#[derive(Clone, Debug)]
enum How {
    /// Literals of an expression.
    Literals(Vec<Span>),
    /// A default, or a cell that filters compare with: words apart by blanks.
    Words(String),
    /// Values are compared by size or calculated with.
    Calculated,
}

/// Columns of the survey sheet that hold expressions.
const EXPRESSIONS: [&str; 7] = [
    "relevant",
    "constraint",
    "required",
    "calculation",
    "choice_filter",
    "default",
    "repeat_count",
];

/// The cell of a row by the usual name of its column.
pub(super) fn at(desk: &Desk, at: usize, column: &'static str) -> Reference {
    Reference {
        sheet: Tab::Survey.name().to_owned(),
        row: row_number(at),
        column: desk.header_of(Tab::Survey, &Holds::Plain(column)),
        name: desk.plain(Tab::Survey, at, "name").to_owned(),
    }
}

impl Test {
    pub(super) fn is_calculated(&self) -> bool {
        matches!(self.how, How::Calculated)
    }

    pub(super) fn reference(&self, desk: &Desk) -> Reference {
        let column = desk
            .columns(self.tab)
            .iter()
            .find(|column| column.at == self.column);
        Reference {
            sheet: self.tab.name().to_owned(),
            row: row_number(self.at),
            column: column.map_or_else(String::new, |column| column.header.clone()),
            name: desk.plain(self.tab, self.at, "name").to_owned(),
        }
    }

    /// Writes another value in its place.
    pub(super) fn rewrite(&self, desk: &mut Desk, name: &str) -> Result<(), EditError> {
        let Some(row) = desk.sheet_mut(self.tab).rows.get_mut(self.at) else {
            return Ok(());
        };
        let text = row.cell(self.column).to_owned();
        let now = match &self.how {
            How::Literals(spans) => {
                let literal = Expression::of(Node {
                    kind: NodeKind::Text(name.to_owned()),
                    span: 0..0,
                });
                let mut now = text;
                // From the end, so that the places before stay where they are.
                for span in spans.iter().rev() {
                    now.replace_range(span.clone(), literal.source());
                }
                now
            }
            How::Words(old) => {
                let words = text.split_whitespace();
                let words: Vec<&str> = words.map(|word| if word == old { name } else { word }).collect();
                words.join(" ")
            }
            How::Calculated => return Ok(()),
        };
        row.set(self.column, &now);
        Ok(())
    }
}

/// All places that test questions of a list for a choice, or calculate with its values.
pub(super) fn tests(desk: &Desk, list: &str, choice: &str) -> Vec<Test> {
    let lines = desk.lines();
    let mut lists: BTreeMap<&str, &str> = BTreeMap::new();
    for line in &lines {
        if let Some(list) = &line.list {
            lists.insert(&line.name, list);
        }
    }
    let mut tests = Vec::new();
    for line in &lines {
        for column in EXPRESSIONS {
            let is_it = |known: &&Column| known.holds == Holds::Plain(column);
            let Some(place) = desk
                .columns(Tab::Survey)
                .iter()
                .find(is_it)
                .map(|column| column.at)
            else {
                continue;
            };
            let text = desk.plain(Tab::Survey, line.at, column);
            let test = |how| Test {
                tab: Tab::Survey,
                at: line.at,
                column: place,
                how,
            };
            if column == "default" && line.list.as_deref() == Some(list) {
                let is_fixed = !text.contains(['$', '(']);
                if is_fixed && text.split_whitespace().any(|word| word == choice) {
                    tests.push(test(How::Words(choice.to_owned())));
                    continue;
                }
            }
            let Ok(expression) = Expression::parse(text) else {
                continue;
            };
            let seeker = Seeker {
                choice,
                is_meant: &|name| match name {
                    Some(name) => {
                        let base = name.split('[').next().unwrap_or(name);
                        lists.get(base) == Some(&list)
                    }
                    None => line.list.as_deref() == Some(list),
                },
            };
            let mut literals = Vec::new();
            let mut calculated = false;
            expression
                .root()
                .visit(&mut |node| seeker.look(node, &mut literals, &mut calculated));
            if calculated {
                tests.push(test(How::Calculated));
            }
            if !literals.is_empty() {
                literals.sort_by_key(|span| span.start);
                literals.dedup();
                tests.push(test(How::Literals(literals)));
            }
            if column == "choice_filter" {
                filtered(desk, line, &expression, (&seeker, list), &mut tests);
            }
        }
    }
    tests
}

/// Cells of the column with which a filter compares the question.
fn filtered(
    desk: &Desk,
    line: &Line,
    filter: &Expression,
    (seeker, list): (&Seeker<'_>, &str),
    tests: &mut Vec<Test>,
) {
    let mut names: Vec<&str> = Vec::new();
    filter.root().visit(&mut |node| {
        let pair = match &node.kind {
            NodeKind::Binary(Operator::Equal | Operator::NotEqual, left, right) => Some((&**left, &**right)),
            NodeKind::Call {
                function: Function::Selected,
                arguments,
                ..
            } => match arguments.as_slice() {
                [set, code] => Some((set, code)),
                _ => None,
            },
            _ => None,
        };
        for (one, other) in pair
            .into_iter()
            .flat_map(|(left, right)| [(left, right), (right, left)])
        {
            if let NodeKind::Column(name) = &one.kind
                && seeker.is_about(other)
            {
                names.push(name);
            }
        }
    });
    for name in names {
        // The values of one list are those of another: changing one alone would part them.
        if name == "name" {
            if let Some(column) = desk
                .columns(Tab::Survey)
                .iter()
                .find(|column| column.holds == Holds::Plain("choice_filter"))
            {
                tests.push(Test {
                    tab: Tab::Survey,
                    at: line.at,
                    column: column.at,
                    how: How::Calculated,
                });
            }
            continue;
        }
        let columns = desk.columns(Tab::Choices).iter();
        let Some(column) = columns
            .filter(|column| column.holds == Holds::Other)
            .find(|column| column.header.trim() == name)
        else {
            continue;
        };
        for (at, row) in desk.body(Tab::Choices) {
            let is_of = desk.plain(Tab::Choices, at, "list_name");
            let cell = row.cell(column.at);
            let is_new = !tests
                .iter()
                .any(|test| test.tab == Tab::Choices && test.at == at && test.column == column.at);
            if line.list.as_deref() == Some(is_of)
                && is_of != list
                && cell.split_whitespace().any(|word| word == seeker.choice)
                && is_new
            {
                tests.push(Test {
                    tab: Tab::Choices,
                    at,
                    column: column.at,
                    how: How::Words(seeker.choice.to_owned()),
                });
            }
        }
    }
}

struct Seeker<'s> {
    choice: &'s str,
    /// Whether the question of this name (`.` for none) is answered from the list.
    is_meant: &'s dyn Fn(Option<&str>) -> bool,
}

impl Seeker<'_> {
    fn look(&self, node: &Node, literals: &mut Vec<Span>, calculated: &mut bool) {
        match &node.kind {
            NodeKind::Binary(Operator::Equal | Operator::NotEqual, left, right) => {
                for (one, other) in [(left, right), (right, left)] {
                    if self.is_choice(one) && self.is_about(other) {
                        literals.push(one.span.clone());
                    }
                }
            }
            NodeKind::Binary(operator, left, right) if operator.compares() || operator.calculates() => {
                *calculated |= self.is_subject(left) || self.is_subject(right);
            }
            NodeKind::Negate(inner) => *calculated |= self.is_subject(inner),
            NodeKind::Call {
                function, arguments, ..
            } => match function {
                Function::Selected | Function::ChoiceName => {
                    if let [first, second] = arguments.as_slice() {
                        let (literal, subject) = match function {
                            Function::Selected => (second, first),
                            _ => (first, second),
                        };
                        if self.is_choice(literal) && self.is_about(subject) {
                            literals.push(literal.span.clone());
                        }
                    }
                }
                Function::CountSelected
                | Function::SelectedAt
                | Function::Coalesce
                | Function::Once
                | Function::If
                | Function::Not
                | Function::Boolean
                | Function::String
                | Function::StringLength
                | Function::Count
                | Function::CountNonEmpty
                | Function::IndexedRepeat
                | Function::Position => {}
                _ => *calculated |= arguments.iter().any(|argument| self.is_subject(argument)),
            },
            _ => {}
        }
    }

    fn is_choice(&self, node: &Node) -> bool {
        match &node.kind {
            NodeKind::Text(text) => text == self.choice,
            NodeKind::Number(value) => value.to_string() == self.choice,
            _ => false,
        }
    }

    fn is_subject(&self, node: &Node) -> bool {
        match &node.kind {
            NodeKind::Reference(name) => (self.is_meant)(Some(name)),
            NodeKind::Current => (self.is_meant)(None),
            _ => false,
        }
    }

    /// Whether what comes out may be a value of the list.
    fn is_about(&self, node: &Node) -> bool {
        let mut found = self.is_subject(node);
        if let NodeKind::Call { arguments, .. } = &node.kind {
            found |= arguments.iter().any(|argument| self.is_about(argument));
        }
        found
    }
}
