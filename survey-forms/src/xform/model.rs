//! Instances and binds: what is answered, and by which rules.

use super::itext::Itext;
use super::path::{AUDIT, ROOT, View, helped, table_id};
use super::xml::{self, Element};
use super::{Source, body};
use crate::expression::is_name;
use crate::form::{Choice, DataTable, Group, Item, Metadata, MetadataKind, Question, QuestionKind, Required};

/// The primary instance, then one for each choice list.
pub(super) fn instances<'a>(source: &Source<'a>, itext: &mut Itext<'a>) -> Vec<Element> {
    let mut data = Element::new("data").with("id", source.cover.id);
    if !source.cover.version.is_empty() {
        data.set("version", source.cover.version);
    }
    for metadata in source.metadata().filter(|one| one.kind != MetadataKind::Audit) {
        data.push(Element::new(xml::name(&metadata.name)));
    }
    for item in source.items() {
        nodes(item, source, true, &mut data);
    }
    let prefix = prefix(source);
    let mut meta = Element::new(format!("{prefix}meta"));
    if source.metadata().any(|one| one.kind == MetadataKind::Audit) {
        meta.push(Element::new(format!("{prefix}{AUDIT}")));
    }
    data.push(meta.with_child(Element::new(format!("{prefix}instanceID"))));
    let mut all = vec![Element::new("instance").with_child(data)];
    for list in source.lists() {
        let choices = list.choices.iter().enumerate();
        let mut root = Element::new("root");
        root.extend(choices.map(|(at, choice)| choice_item(&list.name, at, choice, itext)));
        let instance = Element::new("instance").with("id", xml::name(&list.name));
        all.push(instance.with_child(root));
    }
    all.extend(source.form.tables.iter().map(|(name, rows)| table(name, rows)));
    all
}

/// What stands before the names of OpenRosa's own nodes: they are in their namespace where a question is called `meta`.
fn prefix(source: &Source<'_>) -> &'static str {
    let is_taken = source.items().any(|item| item.name() == "meta")
        || source
            .form
            .metadata
            .iter()
            .any(|metadata| metadata.name == "meta");
    match is_taken {
        true => "orx:",
        false => "",
    }
}

/// The node of an item. A repeat has two: the template, of which clients make instances, and as pyxform writes it the
/// first instance, in which no template stands again.
fn nodes(item: &Item, source: &Source<'_>, with_templates: bool, around: &mut Element) {
    if let Some(helper) = source.paths.helper(item.name()) {
        around.push(Element::new(helper));
    }
    let new = || Element::new(xml::name(item.name()));
    match item {
        Item::Question(question) => match &question.default {
            Some(default) => around.push(new().with_text(default.as_str())),
            None => around.push(new()),
        },
        Item::Group(group) => {
            let is_repeat = group.repeat.is_some();
            if is_repeat && with_templates {
                let mut template = new().with("jr:template", "");
                inside(group, source, true, &mut template);
                around.push(template);
            }
            let mut node = new();
            inside(group, source, with_templates && !is_repeat, &mut node);
            around.push(node);
        }
    }
}

fn inside(group: &Group, source: &Source<'_>, with_templates: bool, node: &mut Element) {
    let head = body::table_head(group);
    for inside in &group.items {
        if let Some(head) = head.as_ref().filter(|head| head.first == inside.name()) {
            node.push(Element::new(head.name.as_str()));
        }
        nodes(inside, source, with_templates, node);
    }
}

/// A table as an instance: an item for each row, an element for each column that an expression can name.
fn table(name: &str, table: &DataTable) -> Element {
    let mut root = Element::new("root");
    for row in &table.rows {
        let cells = table
            .columns
            .iter()
            .zip(row)
            .filter(|(column, _)| is_name(column));
        let mut item = Element::new("item");
        item.extend(cells.map(|(column, cell)| Element::new(xml::name(column)).with_text(cell.as_str())));
        root.push(item);
    }
    Element::new("instance")
        .with("id", table_id(name))
        .with_child(root)
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
        all.push(noted(metadata, source));
    }
    for item in source.items() {
        binds_of(item, source, itext, &mut all);
    }
    let prefix = prefix(source);
    let bind = Element::new("bind")
        .with("nodeset", format!("{ROOT}/{prefix}meta/{prefix}instanceID"))
        .with("type", "string")
        .with("readonly", "true()")
        .with("jr:preload", "uid");
    all.push(bind);
    all
}

/// What a device notes by itself. What takes an action of its own is in [`super::actions`].
fn noted(metadata: &Metadata, source: &Source<'_>) -> Element {
    let kind = metadata.kind;
    let (type_name, preload) = match kind {
        MetadataKind::Start | MetadataKind::End => ("dateTime", Some("timestamp")),
        MetadataKind::Today => ("date", Some("date")),
        MetadataKind::DeviceId
        | MetadataKind::Username
        | MetadataKind::Email
        | MetadataKind::PhoneNumber
        | MetadataKind::SimSerial
        | MetadataKind::SubscriberId => ("string", Some("property")),
        MetadataKind::Audit | MetadataKind::BackgroundAudio => ("binary", None),
        MetadataKind::StartGeopoint => ("geopoint", None),
    };
    let path = match kind {
        MetadataKind::Audit => {
            let prefix = prefix(source);
            format!("{ROOT}/{prefix}meta/{prefix}{AUDIT}")
        }
        _ => source.paths.of_name(&metadata.name),
    };
    let mut bind = Element::new("bind").with("nodeset", path).with("type", type_name);
    if let Some(preload) = preload {
        bind.set("jr:preload", preload);
        bind.set("jr:preloadParams", kind.type_name());
    }
    bind
}

fn binds_of<'a>(item: &'a Item, source: &Source<'a>, itext: &mut Itext<'a>, out: &mut Vec<Element>) {
    if let (Some((_, expression)), Some(helper)) = (helped(item), source.paths.helper(item.name())) {
        let bind = Element::new("bind")
            .with("nodeset", source.paths.of_name(helper))
            .with("type", "string")
            .with("readonly", "true()")
            .with("calculate", source.paths.expression(expression, View::of(helper)));
        out.push(bind);
    }
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
        let bind = Element::new("bind").with("nodeset", path.as_str()).with(
            "relevant",
            source.paths.expression(relevant, View::of(&group.name)),
        );
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
        QuestionKind::Time => "time",
        QuestionKind::DateTime => "dateTime",
        QuestionKind::Rank { .. } => "odk:rank",
        QuestionKind::Barcode => "barcode",
        QuestionKind::GeoPoint => "geopoint",
        QuestionKind::GeoTrace => "geotrace",
        QuestionKind::GeoShape => "geoshape",
        QuestionKind::Upload { .. } => "binary",
        QuestionKind::Range { .. } if kind.is_whole_range() => "int",
        QuestionKind::Range { .. } => "decimal",
        QuestionKind::Text
        | QuestionKind::SelectOne { .. }
        | QuestionKind::SelectMultiple { .. }
        | QuestionKind::Note
        | QuestionKind::Acknowledge
        | QuestionKind::Calculate
        | QuestionKind::Hidden => "string",
    }
}

fn bind<'a>(question: &'a Question, source: &Source<'a>, itext: &mut Itext<'a>) -> Element {
    let path = source.paths.of_question(question);
    let view = View::of(&question.name);
    let mut bind = Element::new("bind")
        .with("nodeset", path.as_str())
        .with("type", type_name(&question.kind));
    if let Some(relevant) = &question.relevant {
        bind.set("relevant", source.paths.expression(relevant, view));
    }
    match &question.required {
        // Nobody can answer a note; where it must be answered, Collect leads no further.
        _ if question.kind == QuestionKind::Note => {}
        Required::No => {}
        Required::Yes => bind.set("required", "true()"),
        Required::When(condition) => bind.set("required", source.paths.expression(condition, view)),
    }
    if !question.required_message.is_empty() {
        let id = format!("{path}:jr:requiredMsg");
        bind.set(
            "jr:requiredMsg",
            itext.words(id, &question.name, &question.required_message),
        );
    }
    if let Some(constraint) = &question.constraint {
        bind.set("constraint", source.paths.expression(constraint, view));
    }
    if !question.constraint_message.is_empty() {
        let id = format!("{path}:jr:constraintMsg");
        bind.set(
            "jr:constraintMsg",
            itext.words(id, &question.name, &question.constraint_message),
        );
    }
    if let Some(calculation) = question
        .calculation
        .as_ref()
        .filter(|_| !source.is_triggered(question))
    {
        bind.set("calculate", source.paths.expression(calculation, view));
    }
    let is_shown = body::control(&question.kind).is_some();
    if question.kind == QuestionKind::Note || (is_shown && question.is_fixed()) {
        bind.set("readonly", "true()");
    }
    for (parameter, value) in &question.parameters {
        match parameter.as_str() {
            "max-pixels" => bind.set("orx:max-pixels", value.as_str()),
            "quality" | "allow-mock-accuracy" => bind.set(&format!("odk:{parameter}"), value.as_str()),
            _ => {}
        }
    }
    bind
}
