//! A questionnaire for clients that run it without a server, such as the interviewers' app: the questions and rules
//! as JSON, and the pages as HTML.
//!
//! - [`model`] holds everything that decides what is asked, what may be answered and what is said. Expressions are
//!   syntax trees, never text, so that there is one parser; what each tree is worth is fixed by the vectors in
//!   `tests/vectors`, which this crate and the client's own tests both read.
//! - [`fragments`] holds every page as the one renderer makes it, with every question and every choice; the client
//!   takes away what is not asked or not offered.
//!
//! Where an earlier answer belongs in words, both hold the question's name between U+E000 and U+E001.
//!
//! A client's checks are a help to the person who answers. What is stored is decided by [`crate::validate`] alone.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::{Map, Value as Json, json};

use crate::expression::{Expression, Function};
use crate::flow;
use crate::form::{Choice, Form, Item, Node, Question, QuestionKind, Required};
use crate::render;
use crate::state::State;
use crate::styled::plain_text;
use crate::text::Text;
use crate::validate::messages;

mod pattern;
mod tree;

pub use tree::tree;

/// No page depends on the day before there are answers, so any day serves.
const ANY_DAY: Date = Date::constant(1970, 1, 1);

/// The form as JSON.
///
/// `nodes` lists questions and groups in document order; a node's place in the list is its slot, `parent` the slot
/// of the group around it (null at the top), and `order` the slots in the order in which `relevant` and
/// `calculation` must be evaluated. Keys whose value would be empty are left out.
pub fn model(form: &Form) -> Json {
    let words = State::template(form, ANY_DAY);
    let nodes: Vec<Json> = form.nodes().iter().map(|at| node(form, at, &words)).collect();
    let lists: Map<String, Json> = form
        .choice_lists
        .iter()
        .map(|(name, list)| (name.clone(), list.choices.iter().map(choice).collect()))
        .collect();
    let messages: Map<String, Json> = messages::catalogue()
        .into_iter()
        .map(|(key, text)| (key.to_owned(), json!(text)))
        .collect();
    json!({
        "id": form.id,
        "title": form.title,
        "version": form.version,
        "author_version": form.author_version,
        "languages": form.languages,
        "tables": form.tables,
        "metadata": form.metadata,
        "order": form.evaluation_order(),
        "nodes": nodes,
        "lists": lists,
        "messages": messages,
        "words": { "ticked": render::ticked_words() },
    })
}

/// Every page in a language, by its name.
pub fn fragments(form: &Form, lang: &str) -> BTreeMap<String, String> {
    flow::every_page(form, ANY_DAY)
        .into_iter()
        .map(|page| {
            let html = render::template(form, &page, lang).into_string();
            (page.name, html)
        })
        .collect()
}

fn node(form: &Form, node: &Node<'_>, words: &State<'_>) -> Json {
    let mut fields = Fields(Map::new());
    fields.put("name", json!(node.item.name()));
    fields.put("parent", json!(node.parent));
    fields.expression("relevant", node.item.relevant());
    match node.item {
        Item::Group(group) => {
            fields.put("group", json!(true));
            fields.put("page", json!(group.is_page()));
            fields.words("label", &group.label, words);
        }
        Item::Question(question) => of_question(question, &form.words_of(question), words, &mut fields),
    }
    Json::Object(fields.0)
}

fn of_question(question: &Question, label: &Text, words: &State<'_>, fields: &mut Fields) {
    fields.put("type", json!(question.kind.type_name()));
    match &question.kind {
        QuestionKind::SelectOne { list }
        | QuestionKind::SelectMultiple { list }
        | QuestionKind::Rank { list } => {
            fields.put("list", json!(list));
        }
        QuestionKind::Range { start, end, step } => {
            fields.put("range", json!([start, end, step]));
        }
        _ => {}
    }
    if let Some((outside, off_step)) = messages::of_range(&question.kind) {
        fields.put("outside_range", json!(outside));
        fields.put("off_step", json!(off_step));
    }
    fields.words("label", label, words);
    fields.put(
        "required",
        match &question.required {
            Required::No => json!(false),
            Required::Yes => json!(true),
            Required::When(expression) => tree(expression.root()),
        },
    );
    fields.words("required_message", &question.required_message, words);
    fields.expression("constraint", question.constraint.as_ref());
    fields.words("constraint_message", &question.constraint_message, words);
    fields.expression("choice_filter", question.choice_filter.as_ref());
    fields.expression("calculation", question.calculation.as_ref());
    fields.put("read_only", json!(question.read_only));
    if let Some(default) = &question.default {
        fields.put("default", json!(default));
    }
    fields.expression("dynamic_default", question.dynamic_default.as_ref());
    if !question.trigger.is_empty() {
        fields.put("trigger", json!(question.trigger));
    }
    if let Some(randomize) = &question.randomize {
        let seed = randomize.seed.as_ref().map(|seed| tree(seed.root()));
        fields.put("randomize", json!({ "seed": seed }));
    }
    if question
        .calculation
        .as_ref()
        .is_some_and(|e| e.calls(Function::Once))
    {
        fields.put("once", json!(true));
    }
}

fn choice(choice: &Choice) -> Json {
    let mut fields = Map::new();
    fields.insert("name".to_owned(), json!(choice.name));
    fields.insert("label".to_owned(), json!(plain_text(&choice.label)));
    if let Some(missing) = choice.missing {
        fields.insert("missing".to_owned(), json!(missing));
    }
    if !choice.filters.is_empty() {
        fields.insert("columns".to_owned(), json!(choice.filters));
    }
    Json::Object(fields)
}

struct Fields(Map<String, Json>);

impl Fields {
    fn put(&mut self, key: &str, value: Json) {
        self.0.insert(key.to_owned(), value);
    }

    fn words(&mut self, key: &str, text: &Text, words: &State<'_>) {
        if !text.is_empty() {
            self.put(key, json!(words.fill(text)));
        }
    }

    fn expression(&mut self, key: &str, expression: Option<&Expression>) {
        if let Some(expression) = expression {
            self.put(key, tree(expression.root()));
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
