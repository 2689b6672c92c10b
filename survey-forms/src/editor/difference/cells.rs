//! What differs in a question or group.

use super::{Change, What, kind_of};
use crate::expression::Expression;
use crate::form::{ChoiceList, Form, Group, Item, Question, QuestionKind, Required};
use crate::text::Text;

/// A text that differs.
pub(super) fn plain(column: &str, (what, old, new): (What, &str, &str), changes: &mut Vec<Change>) {
    if old != new {
        changes.push(Change {
            what,
            column: column.to_owned(),
            lang: None,
            choice: None,
            old: old.to_owned(),
            new: new.to_owned(),
        });
    }
}

/// Words that differ, language by language.
pub(super) fn words(
    (what, column, choice): (What, &str, Option<&str>),
    old: &Text,
    new: &Text,
    changes: &mut Vec<Change>,
) {
    let mut tags: Vec<&str> = new.iter().map(|(tag, _)| tag).collect();
    tags.extend(
        old.iter()
            .map(|(tag, _)| tag)
            .filter(|tag| new.exact(tag).is_none()),
    );
    tags.dedup();
    for tag in tags {
        let exact = |text: &Text| {
            text.exact(tag)
                .map_or_else(String::new, |(_, words)| words.to_owned())
        };
        let (was, now) = (exact(old), exact(new));
        if was != now {
            changes.push(Change {
                what,
                column: column.to_owned(),
                lang: Some(tag.to_owned()),
                choice: choice.map(str::to_owned),
                old: was,
                new: now,
            });
        }
    }
}

fn said(expression: Option<&Expression>) -> String {
    expression.map(ToString::to_string).unwrap_or_default()
}

/// Everything that differs between an item and the one of its name before.
pub(super) fn changes((old_form, old): (&Form, &Item), (new_form, new): (&Form, &Item)) -> Vec<Change> {
    let mut changes = Vec::new();
    match (old, new) {
        (Item::Question(old), Item::Question(new)) => {
            question((old_form, old), (new_form, new), &mut changes);
        }
        (Item::Group(old), Item::Group(new)) => group(old, new, &mut changes),
        _ => {
            let kinds = (kind_of(old).as_str(), kind_of(new).as_str());
            plain("type", (What::Kind, kinds.0, kinds.1), &mut changes);
        }
    }
    changes
}

fn group(old: &Group, new: &Group, changes: &mut Vec<Change>) {
    let kind = |group: &Group| {
        let item = Item::Group(Group {
            items: Vec::new(),
            ..group.clone()
        });
        kind_of(&item).as_str()
    };
    plain("type", (What::Kind, kind(old), kind(new)), changes);
    words((What::Words, "label", None), &old.label, &new.label, changes);
    let conditions = (said(old.relevant.as_ref()), said(new.relevant.as_ref()));
    plain("relevant", (What::Logic, &conditions.0, &conditions.1), changes);
    let count = |group: &Group| match &group.repeat {
        Some(repeat) => match &repeat.count {
            Some(count) => count.to_string(),
            None => format!("most={}", repeat.most),
        },
        None => String::new(),
    };
    plain("repeat_count", (What::Logic, &count(old), &count(new)), changes);
    let looks = (old.appearance.as_str(), new.appearance.as_str());
    plain("appearance", (What::Other, looks.0, looks.1), changes);
}

/// The type cell, with the limits of a range.
fn kind(question: &Question) -> String {
    match &question.kind {
        QuestionKind::Range { start, end, step } => format!("range {start}–{end}, {step}"),
        kind => match kind.list() {
            Some(list) => format!("{} {list}", kind.type_name()),
            None => kind.type_name().to_owned(),
        },
    }
}

fn question(
    (old_form, old): (&Form, &Question),
    (new_form, new): (&Form, &Question),
    changes: &mut Vec<Change>,
) {
    let lists = |form: &Form, question: &Question| {
        let list = question.kind.list()?;
        form.choice_lists.get(list).cloned()
    };
    let (before, after) = (lists(old_form, old), lists(new_form, new));
    let same_list = before.is_some() && after.is_some() && old.kind.type_name() == new.kind.type_name();
    // Another list with the same choices is no change that anybody sees; what differs among choices is told below.
    if !same_list {
        plain("type", (What::Kind, &kind(old), &kind(new)), changes);
    }
    for (column, was, now) in [
        ("label", &old.label, &new.label),
        ("hint", &old.hint, &new.hint),
        ("guidance_hint", &old.guidance, &new.guidance),
        (
            "constraint_message",
            &old.constraint_message,
            &new.constraint_message,
        ),
        ("required_message", &old.required_message, &new.required_message),
    ] {
        words((What::Words, column, None), was, now, changes);
    }
    for (column, was, now) in [
        ("relevant", &old.relevant, &new.relevant),
        ("constraint", &old.constraint, &new.constraint),
        ("calculation", &old.calculation, &new.calculation),
        ("choice_filter", &old.choice_filter, &new.choice_filter),
    ] {
        let (was, now) = (said(was.as_ref()), said(now.as_ref()));
        plain(column, (What::Logic, &was, &now), changes);
    }
    let trigger = (old.trigger.join(" "), new.trigger.join(" "));
    plain("trigger", (What::Logic, &trigger.0, &trigger.1), changes);
    let must = |required: &Required| match required {
        Required::No => String::new(),
        Required::Yes => "yes".to_owned(),
        Required::When(condition) => condition.to_string(),
    };
    let required = (must(&old.required), must(&new.required));
    plain("required", (What::Required, &required.0, &required.1), changes);
    choices(before.as_ref(), after.as_ref(), changes);
    let looks = (old.appearance.as_str(), new.appearance.as_str());
    plain("appearance", (What::Other, looks.0, looks.1), changes);
    let default = |question: &Question| {
        let fixed = question.default.clone();
        fixed.unwrap_or_else(|| said(question.dynamic_default.as_ref()))
    };
    plain("default", (What::Other, &default(old), &default(new)), changes);
    let yes = |is: bool| if is { "yes" } else { "" };
    plain(
        "read_only",
        (What::Other, yes(old.read_only), yes(new.read_only)),
        changes,
    );
    for (column, was, now) in [
        ("media::image", &old.media.image, &new.media.image),
        ("media::audio", &old.media.audio, &new.media.audio),
        ("media::video", &old.media.video, &new.media.video),
        ("media::captions", &old.media.captions, &new.media.captions),
    ] {
        words((What::Other, column, None), was, now, changes);
    }
    let parameters = (parameters(old), parameters(new));
    plain("parameters", (What::Other, &parameters.0, &parameters.1), changes);
}

/// Order of chance and what other clients read; the limits of a range are told as its kind.
fn parameters(question: &Question) -> String {
    let mut pairs = Vec::new();
    if let Some(randomize) = &question.randomize {
        pairs.push("randomize=true".to_owned());
        pairs.extend(randomize.seed.iter().map(|seed| format!("seed={seed}")));
    }
    pairs.extend(
        question
            .parameters
            .iter()
            .map(|(key, value)| format!("{key}={value}")),
    );
    pairs.join(" ")
}

fn choices(old: Option<&ChoiceList>, new: Option<&ChoiceList>, changes: &mut Vec<Change>) {
    let empty = ChoiceList::default();
    let (old, new) = (old.unwrap_or(&empty), new.unwrap_or(&empty));
    let mut tell = |choice: &str, column: &str, was: &str, now: &str| {
        changes.push(Change {
            what: What::Choices,
            column: column.to_owned(),
            lang: None,
            choice: Some(choice.to_owned()),
            old: was.to_owned(),
            new: now.to_owned(),
        });
    };
    for choice in old
        .choices
        .iter()
        .filter(|choice| new.choice(&choice.name).is_none())
    {
        tell(&choice.name, "name", &choice.name, "");
    }
    for choice in new
        .choices
        .iter()
        .filter(|choice| old.choice(&choice.name).is_none())
    {
        tell(&choice.name, "name", "", &choice.name);
    }
    for now in &new.choices {
        let Some(was) = old.choice(&now.name) else {
            continue;
        };
        words(
            (What::Choices, "label", Some(&now.name)),
            &was.label,
            &now.label,
            changes,
        );
        let missing = |choice: &crate::form::Choice| choice.missing.map_or("", |kind| kind.as_str());
        if was.missing != now.missing {
            changes.push(Change {
                what: What::Choices,
                column: "missing".to_owned(),
                lang: None,
                choice: Some(now.name.clone()),
                old: missing(was).to_owned(),
                new: missing(now).to_owned(),
            });
        }
    }
    let order = |list: &ChoiceList, other: &ChoiceList| -> Vec<String> {
        let names = list.choices.iter().map(|choice| choice.name.clone());
        names.filter(|name| other.choice(name).is_some()).collect()
    };
    let (was, now) = (order(old, new).join(" "), order(new, old).join(" "));
    plain("choices", (What::Choices, &was, &now), changes);
}
