//! Instances and binds: what is answered, and by which rules.

use super::itext::Itext;
use super::path::ROOT;
use super::xml::{self, Element};
use super::{Source, body};
use crate::expression::is_name;
use crate::form::{Choice, Group, Item, MetadataKind, Question, QuestionKind, Required};

/// The primary instance, then one for each choice list.
pub(super) fn instances<'a>(source: &Source<'a>, itext: &mut Itext<'a>) -> Vec<Element> {
    let mut data = Element::new("data").with("id", source.cover.id);
    if !source.cover.version.is_empty() {
        data.set("version", source.cover.version);
    }
    for metadata in source.metadata() {
        data.push(Element::new(xml::name(&metadata.name)));
    }
    for item in source.items() {
        nodes(item, &mut data);
    }
    let (meta, id) = meta(source);
    data.push(Element::new(meta).with_child(Element::new(id)));
    let mut all = vec![Element::new("instance").with_child(data)];
    for list in source.lists() {
        let choices = list.choices.iter().enumerate();
        let mut root = Element::new("root");
        root.extend(choices.map(|(at, choice)| choice_item(&list.name, at, choice, itext)));
        let instance = Element::new("instance").with("id", xml::name(&list.name));
        all.push(instance.with_child(root));
    }
    all
}

/// Names of the node with the instance's id. They are in a namespace of their own where a question is called `meta`.
fn meta(source: &Source<'_>) -> (&'static str, &'static str) {
    let is_taken = source.items().any(|item| item.name() == "meta")
        || source
            .form
            .metadata
            .iter()
            .any(|metadata| metadata.name == "meta");
    match is_taken {
        true => ("orx:meta", "orx:instanceID"),
        false => ("meta", "instanceID"),
    }
}

fn nodes(item: &Item, around: &mut Element) {
    let mut node = Element::new(xml::name(item.name()));
    match item {
        Item::Question(question) => {
            if let Some(default) = &question.default {
                node = node.with_text(default.as_str());
            }
        }
        Item::Group(group) => {
            let heads = body::table_head(group);
            for inside in &group.items {
                if let Some(head) = heads.as_ref().filter(|head| head.first == inside.name()) {
                    node.push(Element::new(head.name.as_str()));
                }
                nodes(inside, &mut node);
            }
        }
    }
    around.push(node);
}

fn choice_item<'a>(list: &str, at: usize, choice: &'a Choice, itext: &mut Itext<'a>) -> Element {
    let id = format!("{}-{at}", xml::name(list));
    itext.words(id.clone(), &choice.label);
    if !choice.media.is_empty() {
        itext.media(&id, &choice.media);
    }
    let mut item = Element::new("item")
        .with_child(Element::new("itextId").with_text(id))
        .with_child(Element::new("name").with_text(choice.name.as_str()));
    if let Some(missing) = choice.missing {
        item.push(Element::new("missing").with_text(missing.as_str()));
    }
    // No expression can name a column that is no name.
    let columns = choice.filters.iter().filter(|(column, _)| is_name(column));
    item.extend(columns.map(|(column, cell)| Element::new(xml::name(column)).with_text(cell.as_str())));
    item
}

/// What each node holds and by which rules.
pub(super) fn binds<'a>(source: &Source<'a>, itext: &mut Itext<'a>) -> Vec<Element> {
    let mut all = Vec::new();
    for metadata in source.metadata() {
        let (type_name, preload, parameter) = match metadata.kind {
            MetadataKind::Start => ("dateTime", "timestamp", "start"),
            MetadataKind::End => ("dateTime", "timestamp", "end"),
            MetadataKind::Today => ("date", "date", "today"),
            MetadataKind::DeviceId => ("string", "property", "deviceid"),
        };
        let bind = Element::new("bind")
            .with("nodeset", source.paths.of_name(&metadata.name))
            .with("type", type_name)
            .with("jr:preload", preload)
            .with("jr:preloadParams", parameter);
        all.push(bind);
    }
    for item in source.items() {
        binds_of(item, source, itext, &mut all);
    }
    let (meta, id) = meta(source);
    let bind = Element::new("bind")
        .with("nodeset", format!("{ROOT}/{meta}/{id}"))
        .with("type", "string")
        .with("readonly", "true()")
        .with("jr:preload", "uid");
    all.push(bind);
    all
}

fn binds_of<'a>(item: &'a Item, source: &Source<'a>, itext: &mut Itext<'a>, out: &mut Vec<Element>) {
    match item {
        Item::Question(question) => out.push(bind(question, source, itext)),
        Item::Group(group) => {
            group_bind(group, source, out);
            for inside in &group.items {
                binds_of(inside, source, itext, out);
            }
        }
    }
}

fn group_bind(group: &Group, source: &Source<'_>, out: &mut Vec<Element>) {
    let path = source.paths.of_name(&group.name);
    if let Some(relevant) = &group.relevant {
        let bind = Element::new("bind")
            .with("nodeset", path.as_str())
            .with("relevant", source.paths.expression(relevant));
        out.push(bind);
    }
    if let Some(head) = body::table_head(group) {
        out.push(
            Element::new("bind")
                .with("nodeset", format!("{path}/{}", head.name))
                .with("type", "string"),
        );
    }
}

/// The data type of ODK XForms.
fn type_name(kind: &QuestionKind) -> &'static str {
    match kind {
        QuestionKind::Integer => "int",
        QuestionKind::Decimal => "decimal",
        QuestionKind::Date => "date",
        QuestionKind::Range { .. } if kind.is_whole_range() => "int",
        QuestionKind::Range { .. } => "decimal",
        QuestionKind::Text
        | QuestionKind::SelectOne { .. }
        | QuestionKind::SelectMultiple { .. }
        | QuestionKind::Note
        | QuestionKind::Calculate => "string",
    }
}

fn bind<'a>(question: &'a Question, source: &Source<'a>, itext: &mut Itext<'a>) -> Element {
    let path = source.paths.of_question(question);
    let mut bind = Element::new("bind")
        .with("nodeset", path.as_str())
        .with("type", type_name(&question.kind));
    if let Some(relevant) = &question.relevant {
        bind.set("relevant", source.paths.expression(relevant));
    }
    match &question.required {
        Required::No => {}
        Required::Yes => bind.set("required", "true()"),
        Required::When(condition) => bind.set("required", source.paths.expression(condition)),
    }
    if !question.required_message.is_empty() {
        let id = format!("{path}:jr:requiredMsg");
        bind.set("jr:requiredMsg", itext.words(id, &question.required_message));
    }
    if let Some(constraint) = &question.constraint {
        bind.set("constraint", source.paths.expression(constraint));
    }
    if !question.constraint_message.is_empty() {
        let id = format!("{path}:jr:constraintMsg");
        bind.set("jr:constraintMsg", itext.words(id, &question.constraint_message));
    }
    if let Some(calculation) = &question.calculation {
        bind.set("calculate", source.paths.expression(calculation));
    }
    let is_shown = question.is_visible();
    if question.kind == QuestionKind::Note || (is_shown && question.is_fixed()) {
        bind.set("readonly", "true()");
    }
    bind
}
