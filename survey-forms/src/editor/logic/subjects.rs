//! What conditions can ask about.

use indexmap::IndexMap;

use super::super::desk::{Desk, Line, Tab};
use super::super::kind::RowKind;
use crate::text::Text;

/// A question that conditions can ask about.
#[derive(Clone, Debug)]
pub(in super::super) struct Subject {
    pub(in super::super) kind: RowKind,
    pub(in super::super) label: Text,
    /// Choices with their words.
    pub(in super::super) choices: Vec<(String, Text)>,
    /// Row of the survey sheet as a place among its rows.
    pub(in super::super) at: usize,
    /// Names of the repeats around it, the outermost first.
    pub(in super::super) repeats: Vec<String>,
}

/// All questions of a workbook by name.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Subjects(pub(in super::super) IndexMap<String, Subject>);

impl Subjects {
    pub(in super::super) fn of(desk: &Desk) -> Self {
        let lines = desk.lines();
        let mut lists: IndexMap<&str, Vec<(String, Text)>> = IndexMap::new();
        for (at, _) in desk.body(Tab::Choices) {
            let name = desk.plain(Tab::Choices, at, "name").to_owned();
            let label = desk.text(Tab::Choices, at, "label");
            let list = desk.plain(Tab::Choices, at, "list_name");
            lists.entry(list).or_default().push((name, label));
        }
        let mut subjects = IndexMap::new();
        for line in lines
            .iter()
            .filter(|line| !line.name.is_empty() && !line.disabled)
        {
            let choices = line.list.as_deref().and_then(|list| lists.get(list));
            let subject = Subject {
                kind: line.kind,
                label: desk.text(Tab::Survey, line.at, "label"),
                choices: choices.cloned().unwrap_or_default(),
                at: line.at,
                repeats: repeats(line, &lines),
            };
            if line.or_other {
                let other = Subject {
                    kind: RowKind::Text,
                    label: Text::zh_en(
                        format!("{}（其他）", subject.label.get("zh")),
                        format!("{} (other)", subject.label.get("en")),
                    ),
                    choices: Vec::new(),
                    ..subject.clone()
                };
                subjects.entry(format!("{}_other", line.name)).or_insert(other);
            }
            subjects.entry(line.name.clone()).or_insert(subject);
        }
        Self(subjects)
    }

    pub(in super::super) fn get(&self, name: &str) -> Option<&Subject> {
        self.0.get(name)
    }
}

/// Names of the repeats around a line, the outermost first.
pub(in super::super) fn repeats(line: &Line, lines: &[Line]) -> Vec<String> {
    let mut names = Vec::new();
    let mut at = line.parent;
    while let Some(group) = at.and_then(|parent| lines.get(parent)) {
        if group.kind == RowKind::Repeat {
            names.insert(0, group.name.clone());
        }
        at = group.parent;
    }
    names
}
