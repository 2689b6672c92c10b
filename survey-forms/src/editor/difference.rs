//! Two versions of a questionnaire side by side.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde::Serialize;

use super::RowKind;
use crate::amend::{self, Ground};
use crate::diagnostic::Diagnostic;
use crate::form::{Form, Item};

/// What differs between two versions.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Difference {
    /// Title, author's version and so on.
    pub settings: Vec<Change>,
    /// Languages and wordings that came, by tag.
    pub languages_added: Vec<String>,
    /// Languages and wordings that went.
    pub languages_removed: Vec<String>,
    /// Questions and groups that differ, in the order of the new version; those that are gone behind the one that stood before them.
    pub rows: Vec<RowChange>,
    /// What the rules for a form in use say of no row in particular.
    pub remarks: Vec<Diagnostic>,
}

/// A question or group that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RowChange {
    /// Its name.
    pub name: String,
    /// Its kind in the new version; in the old one when it is gone.
    pub kind: RowKind,
    /// Its words in the default language of that version.
    pub label: String,
    /// What became of it.
    pub fate: Fate,
    /// What differs; empty when it came or went.
    pub changes: Vec<Change>,
    /// What the rules for a form in use say: errors forbid the change.
    pub rules: Vec<Diagnostic>,
}

/// What became of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says or does something else.
    Changed,
    /// It only stands elsewhere.
    Moved,
}

/// A cell before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it is.
    pub what: What,
    /// The column: `label`, `relevant`, `choices`.
    pub column: String,
    /// The language, of words.
    pub lang: Option<String>,
    /// The choice, of choices.
    pub choice: Option<String>,
    /// Before; empty where there was none.
    pub old: String,
    /// After; empty where there is none.
    pub new: String,
}

/// Kinds of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Words of a question.
    Words,
    /// Its kind.
    Kind,
    /// Conditions, rules and calculations.
    Logic,
    /// Whether it must be answered.
    Required,
    /// Choices: come, gone, reworded, in another order.
    Choices,
    /// Where it stands.
    Place,
    /// Anything else: layout, media, defaults.
    Other,
}

impl Difference {
    /// Whether the two say the same.
    pub fn is_empty(&self) -> bool {
        self.settings.is_empty()
            && self.languages_added.is_empty()
            && self.languages_removed.is_empty()
            && self.rows.is_empty()
    }

    /// Whether the rules for a form in use forbid anything.
    pub fn is_forbidden(&self) -> bool {
        let mut all = self
            .remarks
            .iter()
            .chain(self.rows.iter().flat_map(|row| &row.rules));
        all.any(Diagnostic::is_error)
    }
}

/// What differs between two versions. With `ground`, what the rules for a form in use say of it too
/// (see [`crate::amend::compare`]); `file` is for their messages.
pub fn difference(file: &str, old: &Form, new: &Form, ground: Option<Ground<'_>>) -> Difference {
    let (before, after) = (Version::of(old), Version::of(new));
    let tags = |form: &Form| -> Vec<String> {
        let all = form.languages.iter().chain(&form.wordings);
        all.map(ToString::to_string).collect()
    };
    let (had, has) = (tags(old), tags(new));
    let missing = |from: &[String], among: &[String]| -> Vec<String> {
        from.iter().filter(|tag| !among.contains(tag)).cloned().collect()
    };
    let mut settings = Vec::new();
    cells::words(
        (What::Other, "form_title", None),
        &old.title,
        &new.title,
        &mut settings,
    );
    cells::plain(
        "version",
        (What::Other, &old.author_version, &new.author_version),
        &mut settings,
    );
    cells::plain("form_id", (What::Other, &old.id, &new.id), &mut settings);
    cells::plain(
        "default_language",
        (What::Other, old.default_language(), new.default_language()),
        &mut settings,
    );
    let mut rows = rows(&before, &after);
    let mut remarks = Vec::new();
    if let Some(ground) = ground {
        for (question, said) in amend::by_question(file, old, new, ground) {
            let at = question.and_then(|question| place(&question, &mut rows, &after));
            match at.and_then(|at| rows.get_mut(at)) {
                Some(row) => row.rules.push(said),
                None => remarks.push(said),
            }
        }
    }
    Difference {
        settings,
        languages_added: missing(&has, &had),
        languages_removed: missing(&had, &has),
        rows,
        remarks,
    }
}

/// An item with what is around it.
struct Placed<'f> {
    item: &'f Item,
    group: Option<&'f str>,
    /// Number among the items of its group.
    number: usize,
}

/// A form by the names of its items as the author wrote them.
struct Version<'f> {
    form: &'f Form,
    items: IndexMap<&'f str, Placed<'f>>,
}

impl<'f> Version<'f> {
    fn of(form: &'f Form) -> Self {
        fn walk<'f>(items: &'f [Item], group: Option<&'f str>, out: &mut IndexMap<&'f str, Placed<'f>>) {
            for (number, item) in items.iter().enumerate() {
                out.insert(item.name(), Placed { item, group, number });
                if let Item::Group(inner) = item {
                    walk(&inner.items, Some(&inner.name), out);
                }
            }
        }
        let mut items = IndexMap::new();
        walk(form.written(), None, &mut items);
        Self { form, items }
    }
}

fn rows(before: &Version<'_>, after: &Version<'_>) -> Vec<RowChange> {
    let moved = moved(before, after);
    let mut rows: Vec<RowChange> = Vec::new();
    for (name, now) in &after.items {
        let Some(was) = before.items.get(name) else {
            rows.push(change(after.form, now.item, Fate::Added));
            continue;
        };
        let mut changes = cells::changes((before.form, was.item), (after.form, now.item));
        let elsewhere = was.group != now.group || moved.contains(name);
        if elsewhere {
            changes.push(Change {
                what: What::Place,
                column: "row".to_owned(),
                lang: None,
                choice: None,
                old: standing(was),
                new: standing(now),
            });
        }
        if !changes.is_empty() {
            let fate = match (elsewhere, changes.len()) {
                (true, 1) => Fate::Moved,
                _ => Fate::Changed,
            };
            let row = change(after.form, now.item, fate);
            rows.push(RowChange { changes, ..row });
        }
    }
    // What is gone is told behind the one that stood before it.
    let mut last: Option<&str> = None;
    for (name, was) in &before.items {
        if !after.items.contains_key(name) {
            let behind = last.and_then(|last| rows.iter().position(|row| row.name == last));
            rows.insert(
                behind.map_or(0, |at| at + 1),
                change(before.form, was.item, Fate::Removed),
            );
            last = Some(name);
        } else if rows.iter().any(|row| row.name == *name) {
            last = Some(name);
        }
    }
    rows
}

/// `group/3`: the third in its group.
fn standing(placed: &Placed<'_>) -> String {
    match placed.group {
        Some(group) => format!("{group}/{}", placed.number + 1),
        None => (placed.number + 1).to_string(),
    }
}

/// Items that stand in another order among those of their group that are in both versions: all but a longest row of
/// them that kept its order.
fn moved<'f>(before: &Version<'f>, after: &Version<'f>) -> BTreeSet<&'f str> {
    let mut groups: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
    for (name, now) in &after.items {
        if before.items.get(name).is_some_and(|was| was.group == now.group) {
            groups.entry(now.group).or_default().push(name);
        }
    }
    let mut moved = BTreeSet::new();
    for names in groups.into_values() {
        let numbers: Vec<usize> = names
            .iter()
            .map(|name| before.items.get(name).map_or(0, |was| was.number))
            .collect();
        let kept = longest_rise(&numbers);
        moved.extend(
            (0..names.len())
                .filter(|at| !kept.contains(at))
                .map(|at| names[at]),
        );
    }
    moved
}

/// Places of a longest rising part (patience sorting).
fn longest_rise(numbers: &[usize]) -> BTreeSet<usize> {
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; numbers.len()];
    for (at, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|end| numbers[*end] < *number);
        before[at] = length.checked_sub(1).map(|length| ends[length]);
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut kept = BTreeSet::new();
    let mut at = ends.last().copied();
    while let Some(place) = at {
        kept.insert(place);
        at = before[place];
    }
    kept
}

fn change(form: &Form, item: &Item, fate: Fate) -> RowChange {
    let label = match item {
        Item::Question(question) => &question.label,
        Item::Group(group) => &group.label,
    };
    RowChange {
        name: item.name().to_owned(),
        kind: kind_of(item),
        label: label.get(form.default_language()).to_owned(),
        fate,
        changes: Vec::new(),
        rules: Vec::new(),
    }
}

fn kind_of(item: &Item) -> RowKind {
    match item {
        Item::Question(question) => RowKind::named(question.kind.type_name()).unwrap_or(RowKind::Other),
        Item::Group(group) if group.repeat.is_some() => RowKind::Repeat,
        Item::Group(group) if group.is_page() => RowKind::Page,
        Item::Group(_) => RowKind::Group,
    }
}

/// The row that a rule is about; one is made where only the rule shows that something is different.
fn place(question: &str, rows: &mut Vec<RowChange>, after: &Version<'_>) -> Option<usize> {
    // `age[2]` is the second answer to `age`.
    let name = question.split('[').next().unwrap_or(question);
    if let Some(at) = rows.iter().position(|row| row.name == name) {
        return Some(at);
    }
    let placed = after.items.get(name)?;
    rows.push(change(after.form, placed.item, Fate::Changed));
    Some(rows.len() - 1)
}

mod cells;

#[cfg(test)]
mod tests;
