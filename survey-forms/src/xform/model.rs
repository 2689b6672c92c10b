//! Instances and binds: what is answered, and by which rules.

use super::itext::Itext;
use super::path::{At, ROOT};
use super::xml::{self, Element};
use super::{Source, body};
use crate::expression::{Expression, NodeKind, is_name};
use crate::form::{Choice, Group, Item, Metadata, MetadataKind, Question, QuestionKind, Repeat, Required};

/// The primary instance, then one for each choice list.
pub(super) fn instances<'a>(source: &Source<'a>, itext: &mut Itext<'a>) -> Vec<Element> {
    let mut data = Element::new("data").with("id", source.cover.id);
    if !source.cover.version.is_empty() {
        data.set("version", source.cover.version);
    }
    let is_own = |metadata: &&Metadata| metadata.kind != MetadataKind::Audit;
    for metadata in source.metadata().filter(is_own) {
        data.push(Element::new(xml::name(&metadata.name)));
    }
    for item in source.items() {
        nodes(item, &mut data);
    }
    let (meta, id) = meta(source);
    let mut block = Element::new(meta);
    if source
        .metadata()
        .any(|metadata| metadata.kind == MetadataKind::Audit)
    {
        block.push(Element::new(audit(meta)));
    }
    data.push(block.with_child(Element::new(id)));
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

/// Name of the node of the log, which stands beside the instance's id.
fn audit(meta: &str) -> &'static str {
    match meta {
        "meta" => "audit",
        _ => "orx:audit",
    }
}

fn nodes(item: &Item, around: &mut Element) {
    let mut node = Element::new(xml::name(item.name()));
    let Item::Group(group) = item else {
        if let Item::Question(question) = item
            && let Some(default) = &question.default
        {
            node = node.with_text(default.as_str());
        }
        return around.push(node);
    };
    let heads = body::table_head(group);
    for inside in &group.items {
        if let Some(head) = heads.as_ref().filter(|head| head.first == inside.name()) {
            node.push(Element::new(head.name.as_str()));
        }
        nodes(inside, &mut node);
    }
    if let Some(repeat) = &group.repeat {
        if counts(repeat) {
            around.push(Element::new(count_name(group)));
        }
        around.push(node.clone().with("jr:template", ""));
    }
    around.push(node);
}

/// Whether a repeat's count is more than one question's answer, so that clients need a node that computes it.
fn counts(repeat: &Repeat) -> bool {
    let is_answer = |count: &Expression| matches!(count.root().kind, NodeKind::Reference(_));
    repeat.count.as_ref().is_some_and(|count| !is_answer(count))
}

/// Name of the node with the computed count of a repeat, as pyxform calls it.
fn count_name(group: &Group) -> String {
    format!("{}_count", xml::name(&group.name))
}

/// The node that says how often a repeat is asked; none where the respondent says so.
pub(super) fn count(group: &Group, source: &Source<'_>) -> Option<String> {
    let path = source.paths.of_name(&group.name);
    let repeat = group.repeat.as_ref()?;
    match &repeat.count.as_ref()?.root().kind {
        NodeKind::Reference(_) => {
            let count = repeat.count.as_ref()?;
            Some(source.paths.expression(count, At::of(&path)))
        }
        _ => Some(format!("{path}_count")),
    }
}

fn choice_item<'a>(list: &str, at: usize, choice: &'a Choice, itext: &mut Itext<'a>) -> Element {
    let id = format!("{}-{at}", xml::name(list));
    itext.words(id.clone(), "", &choice.label);
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
        noted(metadata, source, &mut all);
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

/// What a device notes by itself.
fn noted(metadata: &Metadata, source: &Source<'_>, out: &mut Vec<Element>) {
    let path = source.paths.of_name(&metadata.name);
    let preloaded = |type_name: &str, preload: &str, parameter: &str| {
        Element::new("bind")
            .with("nodeset", path.as_str())
            .with("type", type_name)
            .with("jr:preload", preload)
            .with("jr:preloadParams", parameter)
    };
    let plain = |type_name: &str| {
        Element::new("bind")
            .with("nodeset", path.as_str())
            .with("type", type_name)
    };
    match metadata.kind {
        MetadataKind::Start => out.push(preloaded("dateTime", "timestamp", "start")),
        MetadataKind::End => out.push(preloaded("dateTime", "timestamp", "end")),
        MetadataKind::Today => out.push(preloaded("date", "date", "today")),
        MetadataKind::DeviceId
        | MetadataKind::Username
        | MetadataKind::Email
        | MetadataKind::PhoneNumber
        | MetadataKind::SimSerial
        | MetadataKind::SubscriberId => {
            out.push(preloaded("string", "property", metadata.kind.type_name()));
        }
        MetadataKind::Audit => {
            let (meta, _) = meta(source);
            let bind = Element::new("bind")
                .with("nodeset", format!("{ROOT}/{meta}/{}", audit(meta)))
                .with("type", "binary");
            out.push(bind);
        }
        MetadataKind::StartGeopoint => {
            out.push(plain("geopoint"));
            let set = Element::new("odk:setgeopoint")
                .with("ref", path.as_str())
                .with("event", FIRST);
            out.push(set);
        }
        MetadataKind::BackgroundAudio => {
            out.push(plain("binary"));
            let record = Element::new("odk:recordaudio")
                .with("ref", path.as_str())
                .with("event", "odk-instance-load");
            out.push(record);
        }
    }
}

/// When an instance is opened for the first time.
const FIRST: &str = "odk-instance-first-load";

fn binds_of<'a>(item: &'a Item, source: &Source<'a>, itext: &mut Itext<'a>, out: &mut Vec<Element>) {
    match item {
        Item::Question(question) => {
            out.push(bind(question, source, itext));
            out.extend(set_default(question, FIRST, source));
        }
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
    if let Some(count) = group
        .repeat
        .as_ref()
        .filter(|repeat| counts(repeat))
        .and_then(|repeat| repeat.count.as_ref())
    {
        let path = format!("{path}_count");
        let bind = Element::new("bind")
            .with("nodeset", path.as_str())
            .with("type", "string")
            .with("readonly", "true()")
            .with("calculate", source.paths.expression(count, At::of(&path)));
        out.push(bind);
    }
    if let Some(relevant) = &group.relevant {
        let bind = Element::new("bind")
            .with("nodeset", path.as_str())
            .with("relevant", source.paths.expression(relevant, At::of(&path)));
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

/// Sets a computed default when an instance or a repetition begins.
pub(super) fn set_default(question: &Question, event: &str, source: &Source<'_>) -> Option<Element> {
    let default = question.dynamic_default.as_ref()?;
    let path = source.paths.of_question(question);
    let set = Element::new("setvalue")
        .with("ref", path.as_str())
        .with("event", event)
        .with("value", source.paths.expression(default, At::of(&path)));
    Some(set)
}

/// The data type of ODK XForms.
fn type_name(kind: &QuestionKind) -> &'static str {
    match kind {
        QuestionKind::Integer => "int",
        QuestionKind::Decimal => "decimal",
        QuestionKind::Date => "date",
        QuestionKind::Range { .. } if kind.is_whole_range() => "int",
        QuestionKind::Range { .. } => "decimal",
        QuestionKind::Time => "time",
        QuestionKind::DateTime => "dateTime",
        QuestionKind::Rank { .. } => "odk:rank",
        QuestionKind::Barcode => "barcode",
        QuestionKind::GeoPoint => "geopoint",
        QuestionKind::Upload { .. } => "binary",
        QuestionKind::Acknowledge
        | QuestionKind::Hidden
        | QuestionKind::Text
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
        bind.set("relevant", source.paths.expression(relevant, At::of(&path)));
    }
    match &question.required {
        Required::No => {}
        Required::Yes => bind.set("required", "true()"),
        Required::When(condition) => bind.set("required", source.paths.expression(condition, At::of(&path))),
    }
    if !question.required_message.is_empty() {
        let id = format!("{path}:jr:requiredMsg");
        bind.set(
            "jr:requiredMsg",
            itext.words(id, &path, &question.required_message),
        );
    }
    if let Some(constraint) = &question.constraint {
        bind.set("constraint", source.paths.expression(constraint, At::of(&path)));
    }
    if !question.constraint_message.is_empty() {
        let id = format!("{path}:jr:constraintMsg");
        bind.set(
            "jr:constraintMsg",
            itext.words(id, &path, &question.constraint_message),
        );
    }
    // With a trigger it is set when that changes (`body`).
    if let Some(calculation) = question
        .calculation
        .as_ref()
        .filter(|_| question.trigger.is_empty())
    {
        bind.set("calculate", source.paths.expression(calculation, At::of(&path)));
    }
    let is_shown = question.is_visible();
    if question.kind == QuestionKind::Note || (is_shown && question.is_fixed()) {
        bind.set("readonly", "true()");
    }
    for (key, value) in &question.parameters {
        match key.as_str() {
            "max-pixels" => bind.set("orx:max-pixels", value.as_str()),
            "quality" => bind.set("odk:quality", value.as_str()),
            "allow-mock-accuracy" => bind.set("odk:allow-mock-accuracy", value.as_str()),
            _ => {}
        }
    }
    bind
}
