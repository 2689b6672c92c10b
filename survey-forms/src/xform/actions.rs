//! Actions: what happens by itself when a form is opened, an instance of a repeat begins, or an answer changes.

use std::collections::HashMap;

use super::path::View;
use super::xml::Element;
use super::{Source, body};
use crate::expression::Expression;
use crate::form::{Form, Item, MetadataKind, Question, nodes};

/// Questions by the names of those whose change lets them be computed anew, as far as these are shown.
pub(super) fn triggered(form: &Form) -> HashMap<&str, Vec<&Question>> {
    let questions: Vec<&Question> = nodes(form.written())
        .into_iter()
        .filter_map(|node| node.item.as_question())
        .collect();
    let mut all: HashMap<&str, Vec<&Question>> = HashMap::new();
    for question in &questions {
        for name in &question.trigger {
            let is_shown = |other: &&&Question| other.name == *name && body::control(&other.kind).is_some();
            if let Some(trigger) = questions.iter().find(is_shown) {
                all.entry(trigger.name.as_str()).or_default().push(question);
            }
        }
    }
    all
}

/// What is done once when a form is opened: what the device notes, and defaults that are computed.
pub(super) fn at_first(source: &Source<'_>) -> Vec<Element> {
    let mut all = Vec::new();
    for metadata in source.metadata() {
        let (action, event) = match metadata.kind {
            MetadataKind::StartGeopoint => ("odk:setgeopoint", "odk-instance-first-load"),
            MetadataKind::BackgroundAudio => ("odk:recordaudio", "odk-instance-load"),
            _ => continue,
        };
        let action = Element::new(action)
            .with("ref", source.paths.of_name(&metadata.name))
            .with("event", event);
        all.push(action);
    }
    for item in source.items() {
        defaults(item, "odk-instance-first-load", true, source, &mut all);
    }
    all
}

/// What is done when an instance of a repeat begins: the computed defaults of its questions.
pub(super) fn at_new_instance(items: &[Item], source: &Source<'_>) -> Vec<Element> {
    let mut all = Vec::new();
    for item in items {
        defaults(item, "odk-new-repeat", false, source, &mut all);
    }
    all
}

fn defaults(item: &Item, event: &str, with_repeats: bool, source: &Source<'_>, out: &mut Vec<Element>) {
    match item {
        Item::Question(question) => {
            if let Some(default) = &question.dynamic_default {
                out.push(set(question, event, Some(default), source));
            }
        }
        Item::Group(group) if with_repeats || group.repeat.is_none() => {
            for inside in &group.items {
                defaults(inside, event, with_repeats, source, out);
            }
        }
        Item::Group(_) => {}
    }
}

/// What is done when an answer changes.
pub(super) fn at_change(question: &Question, source: &Source<'_>) -> Vec<Element> {
    let triggered = source.triggered_by(&question.name).iter();
    triggered
        .map(|other| set(other, "xforms-value-changed", other.calculation.as_ref(), source))
        .collect()
}

fn set(question: &Question, event: &str, value: Option<&Expression>, source: &Source<'_>) -> Element {
    let mut element = Element::new("setvalue")
        .with("ref", source.paths.of_question(question))
        .with("event", event);
    if let Some(value) = value {
        element.set("value", source.paths.expression(value, View::of(&question.name)));
    }
    element
}
