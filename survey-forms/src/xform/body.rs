//! The body: which control asks each question.

use super::Source;
use super::itext::Itext;
use super::model;
use super::path::At;
use super::xml::{self, Element};
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
    if !group.label.is_empty() {
        let reference = itext.words(format!("{path}:label"), &path, &group.label);
        element.push(Element::new("label").with("ref", reference));
    }
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
    // What is asked again and again stands in an element of its own.
    let mut repeat = group
        .repeat
        .as_ref()
        .map(|_| Element::new("repeat").with("nodeset", path.as_str()));
    let around = repeat.as_mut().unwrap_or(&mut element);
    if !appearance.is_empty() {
        around.set("appearance", appearance);
    }
    if let Some(count) = model::count(group, source) {
        around.set("jr:count", count);
    }
    let head = table_head(group);
    for inside in &group.items {
        if let Some(head) = head.as_ref().filter(|head| head.first == inside.name()) {
            let row = Element::new(head.control)
                .with("ref", format!("{path}/{}", head.name))
                .with("appearance", "label")
                .with_child(itemset(head.list, None));
            around.push(row);
        }
        add(inside, head.as_ref(), source, itext, around);
    }
    if group.repeat.is_some() {
        set_defaults(&group.items, source, around);
    }
    if let Some(repeat) = repeat {
        element.push(repeat);
    }
    element
}

/// Computed defaults of a repetition: set whenever there is another.
fn set_defaults(items: &[Item], source: &Source<'_>, around: &mut Element) {
    for item in items {
        match item {
            Item::Question(question) => around.extend(model::set_default(question, "odk-new-repeat", source)),
            Item::Group(group) if group.repeat.is_none() => set_defaults(&group.items, source, around),
            Item::Group(_) => {}
        }
    }
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
        | QuestionKind::Time
        | QuestionKind::DateTime
        | QuestionKind::Barcode
        | QuestionKind::GeoPoint
        | QuestionKind::Note => Some("input"),
        QuestionKind::SelectOne { .. } => Some("select1"),
        QuestionKind::SelectMultiple { .. } => Some("select"),
        QuestionKind::Range { .. } => Some("range"),
        QuestionKind::Rank { .. } => Some("odk:rank"),
        QuestionKind::Acknowledge => Some("trigger"),
        QuestionKind::Upload { .. } => Some("upload"),
        QuestionKind::Calculate | QuestionKind::Hidden => None,
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
    if let QuestionKind::Upload { media } = &question.kind {
        let media = match media {
            UploadKind::Image => "image/*",
            UploadKind::Audio => "audio/*",
            UploadKind::Video => "video/*",
            UploadKind::File => "application/*",
        };
        element.set("mediatype", media);
    }
    for (key, value) in &question.parameters {
        match key.as_str() {
            "rows" => element.set("rows", value.as_str()),
            "capture-accuracy" => element.set("accuracyThreshold", value.as_str()),
            "warning-accuracy" => element.set("unacceptableAccuracyThreshold", value.as_str()),
            _ => {}
        }
    }
    let label = format!("{path}:label");
    let reference = itext.words(label.clone(), &path, &question.label);
    if !question.media.is_empty() {
        itext.media(&label, &question.media);
    }
    element.push(Element::new("label").with("ref", reference));
    if !question.hint.is_empty() || !question.guidance.is_empty() {
        let hint = format!("{path}:hint");
        let reference = itext.words(hint.clone(), &path, &question.hint);
        if !question.guidance.is_empty() {
            itext.guidance(&hint, &question.guidance);
        }
        element.push(Element::new("hint").with("ref", reference));
    }
    if let Some(list) = question.kind.list() {
        let at = At {
            path: &path,
            is_filter: true,
        };
        let filter = question
            .choice_filter
            .as_ref()
            .map(|filter| source.paths.expression(filter, at));
        let mut items = itemset(list, filter);
        if let Some(randomize) = &question.randomize {
            let seed = randomize.seed.as_ref();
            let seed = seed.map(|seed| format!(", {}", source.paths.expression(seed, At::of(&path))));
            items.set_first(&format!("randomize({{}}{})", seed.unwrap_or_default()));
        }
        element.push(items);
    }
    element.extend(triggered(question, source));
    Some(element)
}

/// Sets what is computed when this question's answer changes.
fn triggered(question: &Question, source: &Source<'_>) -> Vec<Element> {
    let all = source.form.written_questions();
    let waiting = all
        .into_iter()
        .filter(|other| other.trigger.contains(&question.name));
    waiting
        .map(|other| {
            let path = source.paths.of_question(other);
            let value = other.calculation.as_ref();
            let mut set = Element::new("setvalue")
                .with("ref", path.as_str())
                .with("event", "xforms-value-changed");
            if let Some(value) = value {
                set.set("value", source.paths.expression(value, At::of(&path)));
            }
            set
        })
        .collect()
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
