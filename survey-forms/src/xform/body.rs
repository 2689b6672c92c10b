//! The body: which control asks each question.

use super::Source;
use super::itext::Itext;
use super::xml::{self, Element};
use crate::form::{Appearance, Group, Item, Question, QuestionKind};

/// The row of a table (`table-list`) that says what its columns mean, which clients know as a question of its own.
pub(super) struct TableHead<'a> {
    /// Name of the node.
    pub(super) name: String,
    /// The first row's question.
    pub(super) first: &'a str,
    list: &'a str,
    control: &'static str,
}

/// The head of a group that is a table; none where no row has choices.
pub(super) fn table_head(group: &Group) -> Option<TableHead<'_>> {
    let first = group
        .items
        .iter()
        .filter_map(Item::as_question)
        .find(|question| question.kind.list().is_some())
        .filter(|_| group.is_table())?;
    Some(TableHead {
        // As pyxform calls it, so that data of both have the same columns.
        name: format!("reserved_name_for_field_list_labels_{}", first.row),
        first: &first.name,
        list: first.kind.list()?,
        control: control(&first.kind)?,
    })
}

pub(super) fn body<'a>(source: &Source<'a>, itext: &mut Itext<'a>) -> Element {
    let mut body = Element::new("h:body");
    for item in source.items() {
        add(item, None, source, itext, &mut body);
    }
    body
}

fn add<'a>(
    item: &'a Item,
    table: Option<&TableHead<'_>>,
    source: &Source<'a>,
    itext: &mut Itext<'a>,
    around: &mut Element,
) {
    match item {
        Item::Group(inside) => around.push(group(inside, source, itext)),
        Item::Question(question) => around.extend(asked(question, table, source, itext)),
    }
}

fn group<'a>(group: &'a Group, source: &Source<'a>, itext: &mut Itext<'a>) -> Element {
    let path = source.paths.of_name(&group.name);
    let mut element = Element::new("group").with("ref", path.as_str());
    let appearance = match group.is_table() {
        true => {
            let others = group.appearance.words().filter(|word| !is(word, "table-list"));
            std::iter::once("field-list")
                .chain(others)
                .collect::<Vec<_>>()
                .join(" ")
        }
        false => joined(&group.appearance),
    };
    if !appearance.is_empty() {
        element.set("appearance", appearance);
    }
    if !group.label.is_empty() {
        let reference = itext.words(format!("{path}:label"), &group.label);
        element.push(Element::new("label").with("ref", reference));
    }
    let head = table_head(group);
    for inside in &group.items {
        if let Some(head) = head.as_ref().filter(|head| head.first == inside.name()) {
            let row = Element::new(head.control)
                .with("ref", format!("{path}/{}", head.name))
                .with("appearance", "label")
                .with_child(itemset(head.list, None));
            element.push(row);
        }
        add(inside, head.as_ref(), source, itext, &mut element);
    }
    element
}

fn is(word: &str, other: &str) -> bool {
    word.eq_ignore_ascii_case(other)
}

fn joined(appearance: &Appearance) -> String {
    appearance.words().collect::<Vec<_>>().join(" ")
}

/// The element that asks; none for what is never shown.
fn control(kind: &QuestionKind) -> Option<&'static str> {
    match kind {
        QuestionKind::Text
        | QuestionKind::Integer
        | QuestionKind::Decimal
        | QuestionKind::Date
        | QuestionKind::Note => Some("input"),
        QuestionKind::SelectOne { .. } => Some("select1"),
        QuestionKind::SelectMultiple { .. } => Some("select"),
        QuestionKind::Range { .. } => Some("range"),
        QuestionKind::Calculate => None,
    }
}

fn asked<'a>(
    question: &'a Question,
    table: Option<&TableHead<'_>>,
    source: &Source<'a>,
    itext: &mut Itext<'a>,
) -> Option<Element> {
    let path = source.paths.of_question(question);
    let mut element = Element::new(control(&question.kind)?).with("ref", path.as_str());
    let is_row = table.is_some_and(|head| question.kind.list() == Some(head.list));
    let appearance = match is_row {
        true => "list-nolabel".to_owned(),
        false => joined(&question.appearance),
    };
    if !appearance.is_empty() {
        element.set("appearance", appearance);
    }
    if let QuestionKind::Range { start, end, step } = &question.kind {
        element.set("start", start.to_string());
        element.set("end", end.to_string());
        element.set("step", step.to_string());
    }
    let label = format!("{path}:label");
    let reference = itext.words(label.clone(), &question.label);
    if !question.media.is_empty() {
        itext.media(&label, &question.media);
    }
    element.push(Element::new("label").with("ref", reference));
    if !question.hint.is_empty() || !question.guidance.is_empty() {
        let hint = format!("{path}:hint");
        let reference = itext.words(hint.clone(), &question.hint);
        if !question.guidance.is_empty() {
            itext.guidance(&hint, &question.guidance);
        }
        element.push(Element::new("hint").with("ref", reference));
    }
    if let Some(list) = question.kind.list() {
        let filter = question
            .choice_filter
            .as_ref()
            .map(|filter| source.paths.expression(filter));
        element.push(itemset(list, filter));
    }
    Some(element)
}

/// Choices of a list, those that the filter leaves.
fn itemset(list: &str, filter: Option<String>) -> Element {
    let mut nodeset = format!("instance('{}')/root/item", xml::name(list));
    if let Some(filter) = filter {
        nodeset.push_str(&format!("[{filter}]"));
    }
    Element::new("itemset")
        .with("nodeset", nodeset)
        .with_child(Element::new("value").with("ref", "name"))
        .with_child(Element::new("label").with("ref", "jr:itext(itextId)"))
}
