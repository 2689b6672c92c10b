//! The body: which control asks each question.

use super::itext::Itext;
use super::path::View;
use super::xml::{self, Element};
use super::{Source, actions};
use crate::form::{Appearance, Group, Item, Question, QuestionKind, UploadKind};

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
    let Some(repeat) = &group.repeat else {
        if !appearance.is_empty() {
            element.set("appearance", appearance);
        }
        label(group, &path, itext, &mut element);
        inside(group, source, itext, &mut element);
        return element;
    };
    label(group, &path, itext, &mut element);
    let mut instances = Element::new("repeat").with("nodeset", path.as_str());
    if !appearance.is_empty() {
        instances.set("appearance", appearance);
    }
    if let Some(count) = &repeat.count {
        let view = View::of(&group.name);
        let count = match source.paths.helper(&group.name) {
            Some(helper) => source.paths.reference(helper, view),
            None => source.paths.expression(count, view),
        };
        instances.set("jr:count", count);
    }
    inside(group, source, itext, &mut instances);
    instances.extend(actions::at_new_instance(&group.items, source));
    element.push(instances);
    element
}

fn label<'a>(group: &'a Group, path: &str, itext: &mut Itext<'a>, element: &mut Element) {
    if !group.label.is_empty() {
        let reference = itext.words(format!("{path}:label"), &group.name, &group.label);
        element.push(Element::new("label").with("ref", reference));
    }
}

fn inside<'a>(group: &'a Group, source: &Source<'a>, itext: &mut Itext<'a>, element: &mut Element) {
    let head = table_head(group);
    for inside in &group.items {
        if let Some(head) = head.as_ref().filter(|head| head.first == inside.name()) {
            let row = Element::new(head.control)
                .with(
                    "ref",
                    format!("{}/{}", source.paths.of_name(&group.name), head.name),
                )
                .with("appearance", "label")
                .with_child(itemset(all_of(head.list)));
            element.push(row);
        }
        add(inside, head.as_ref(), source, itext, element);
    }
}

fn is(word: &str, other: &str) -> bool {
    word.eq_ignore_ascii_case(other)
}

fn joined(appearance: &Appearance) -> String {
    appearance.words().collect::<Vec<_>>().join(" ")
}

/// The element that asks; none for what is never shown.
pub(super) fn control(kind: &QuestionKind) -> Option<&'static str> {
    match kind {
        QuestionKind::Text
        | QuestionKind::Integer
        | QuestionKind::Decimal
        | QuestionKind::Date
        | QuestionKind::Time
        | QuestionKind::DateTime
        | QuestionKind::Barcode
        | QuestionKind::GeoPoint
        | QuestionKind::GeoTrace
        | QuestionKind::GeoShape
        | QuestionKind::Note => Some("input"),
        QuestionKind::SelectOne { .. } => Some("select1"),
        QuestionKind::SelectMultiple { .. } => Some("select"),
        QuestionKind::Rank { .. } => Some("odk:rank"),
        QuestionKind::Acknowledge => Some("trigger"),
        QuestionKind::Upload { .. } => Some("upload"),
        QuestionKind::Range { .. } => Some("range"),
        QuestionKind::Calculate | QuestionKind::Hidden => None,
    }
}

/// Which files a client offers to take.
fn media_type(kind: UploadKind) -> &'static str {
    match kind {
        UploadKind::Image => "image/*",
        UploadKind::Audio => "audio/*",
        UploadKind::Video => "video/*",
        UploadKind::File => "application/*",
    }
}

/// The attribute of the control for a word of the `parameters` column; none for those that the bind has.
fn attribute(parameter: &str) -> Option<&'static str> {
    Some(match parameter {
        "rows" => "rows",
        "app" => "intent",
        "capture-accuracy" => "accuracyThreshold",
        "warning-accuracy" => "unacceptableAccuracyThreshold",
        "tick_interval" => "odk:tick-interval",
        "tick_labelset" => "odk:tick-labelset",
        "placeholder" => "odk:placeholder",
        _ => return None,
    })
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
    match &question.kind {
        QuestionKind::Range { start, end, step } => {
            element.set("start", start.to_string());
            element.set("end", end.to_string());
            element.set("step", step.to_string());
        }
        QuestionKind::Upload { media } => element.set("mediatype", media_type(*media)),
        _ => {}
    }
    for (parameter, value) in &question.parameters {
        if let Some(name) = attribute(parameter) {
            element.set(name, value.as_str());
        }
    }
    let label = format!("{path}:label");
    let reference = itext.words(label.clone(), &question.name, &question.label);
    if !question.media.is_empty() {
        itext.media(&label, &question.media);
    }
    element.push(Element::new("label").with("ref", reference));
    if !question.hint.is_empty() || !question.guidance.is_empty() {
        let hint = format!("{path}:hint");
        let reference = itext.words(hint.clone(), &question.name, &question.hint);
        if !question.guidance.is_empty() {
            itext.guidance(&hint, &question.guidance);
        }
        element.push(Element::new("hint").with("ref", reference));
    }
    if let Some(list) = question.kind.list() {
        element.push(itemset(offered(list, question, source)));
    }
    element.extend(actions::at_change(question, source));
    Some(element)
}

/// All choices of a list.
fn all_of(list: &str) -> String {
    format!("instance('{}')/root/item", xml::name(list))
}

/// The choices of a question: those that the filter leaves, in an order of chance where it wants one.
fn offered(list: &str, question: &Question, source: &Source<'_>) -> String {
    let mut nodeset = all_of(list);
    let view = View::of(&question.name);
    if let Some(filter) = &question.choice_filter {
        let view = View {
            in_filter: true,
            ..view
        };
        nodeset.push_str(&format!("[{}]", source.paths.expression(filter, view)));
    }
    let Some(randomize) = &question.randomize else {
        return nodeset;
    };
    match (&randomize.seed, source.paths.helper(&question.name)) {
        (None, _) => format!("randomize({nodeset})"),
        (Some(_), Some(helper)) => {
            format!("randomize({nodeset}, {})", source.paths.reference(helper, view))
        }
        (Some(seed), None) => format!("randomize({nodeset}, {})", source.paths.expression(seed, view)),
    }
}

fn itemset(nodeset: String) -> Element {
    Element::new("itemset")
        .with("nodeset", nodeset)
        .with_child(Element::new("value").with("ref", "name"))
        .with_child(Element::new("label").with("ref", "jr:itext(itextId)"))
}
