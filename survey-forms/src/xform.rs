//! ODK XForms out, submissions in: the same questionnaire for the programs that this community already has (ODK
//! Collect, Enketo, …), and their answers back.
//!
//! Written after the ODK XForms specification 1.0.0 (<https://getodk.github.io/xforms-spec/>) and like pyxform, so that
//! both make equivalent forms of one workbook. Where Minyi means more than XLSForm says, the form keeps the meaning:
//! - every wording (`zh-x-easy`) is a translation of its own and is complete, with the usual words where it has none;
//! - `${name}` of a chosen answer shows the choice's words, not its code (`jr:choice-name`);
//! - a question that is computed cannot be typed in (`readonly`);
//! - a note is never required: nobody can answer it, and Collect would lead no further;
//! - why a choice is no answer (`missing`) stands as a column of its list;
//! - tables stand in the form, so that no file has to be sent along, and `pulldata` looks into them;
//! - `count` of a question in a repeat counts answers, and `position(..)` is the repeat's however deep its groups.
//!
//! A repeat is written once, as its author wrote it ([`Form::written`]), and its instances in a submission are the
//! answers to `age[1]`, `age[2]`, …. Two things have no place in an XForm and are left out: captions of films, and how
//! often a repeat without a count can be asked at most; a submission with more instances is one with unknown fields.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::form::{ChoiceList, Form, Item, MORE, Metadata, Question};

mod actions;
mod body;
mod itext;
mod model;
mod path;
pub mod submission;
mod xml;

use itext::Itext;
use path::Paths;
use xml::Element;

/// What an XForm is called, and what is asked before the questionnaire itself.
#[derive(Clone, Copy, Debug)]
pub struct Cover<'a> {
    /// The `id` by which clients know the form.
    pub id: &'a str,
    /// The `version`; none when empty.
    pub version: &'a str,
    /// What the device notes beside what the form itself asks it to note.
    pub metadata: &'a [Metadata],
    /// Questions before the questionnaire, whose names no question of the form has.
    pub before: &'a [Item],
    /// Their choice lists, whose names no list of the form has.
    pub lists: &'a IndexMap<String, ChoiceList>,
}

/// The XForm of a questionnaire, called by its own id and its author's version.
///
/// # Example
/// ```
/// let bytes = std::fs::read("tests/fixtures/greeting.xlsx").unwrap();
/// let form = survey_forms::xlsform::read("greeting.xlsx", &bytes).unwrap().form;
/// let xform = survey_forms::xform::write(&form);
/// assert!(xform.contains("<bind nodeset=\"/data/age\" type=\"int\""));
/// ```
pub fn write(form: &Form) -> String {
    let lists = IndexMap::new();
    write_with(
        form,
        &Cover {
            id: &form.id,
            version: &form.author_version,
            metadata: &[],
            before: &[],
            lists: &lists,
        },
    )
}

/// The XForm of a questionnaire under another id or version, or with questions before it.
pub fn write_with(form: &Form, cover: &Cover<'_>) -> String {
    let paths = Paths::of(form, cover);
    let source = Source {
        form,
        cover,
        paths,
        triggered: actions::triggered(form),
    };
    let mut itext = Itext::default();
    let body = body::body(&source, &mut itext);
    let mut model = Element::new("model").with("odk:xforms-version", "1.0.0");
    let instances = model::instances(&source, &mut itext);
    let binds = model::binds(&source, &mut itext);
    model.push(itext.into_element(&source));
    model.extend(instances);
    model.extend(binds);
    model.extend(actions::at_first(&source));
    let title = Element::new("h:title").with_text(form.title.get(form.default_language()));
    let head = Element::new("h:head").with_child(title).with_child(model);
    let html = Element::new("h:html")
        .with("xmlns", "http://www.w3.org/2002/xforms")
        .with("xmlns:h", "http://www.w3.org/1999/xhtml")
        .with("xmlns:ev", "http://www.w3.org/2001/xml-events")
        .with("xmlns:xsd", "http://www.w3.org/2001/XMLSchema")
        .with("xmlns:jr", "http://openrosa.org/javarosa")
        .with("xmlns:orx", "http://openrosa.org/xforms")
        .with("xmlns:odk", "http://www.opendatakit.org/xforms")
        .with_child(head)
        .with_child(body);
    xml::to_string(&html)
}

/// What is written, with the places of its nodes.
struct Source<'a> {
    form: &'a Form,
    cover: &'a Cover<'a>,
    paths: Paths,
    /// Questions by the names of those whose change lets them be computed anew.
    triggered: HashMap<&'a str, Vec<&'a Question>>,
}

impl<'a> Source<'a> {
    /// What is asked, in order.
    fn items(&self) -> impl Iterator<Item = &'a Item> {
        self.cover.before.iter().chain(self.form.written())
    }

    fn metadata(&self) -> impl Iterator<Item = &'a Metadata> {
        self.cover.metadata.iter().chain(&self.form.metadata)
    }

    fn lists(&self) -> impl Iterator<Item = &'a ChoiceList> {
        // "Is there another?" is what clients ask by themselves.
        let own = self.form.choice_lists.values().filter(|list| list.name != MORE);
        self.cover.lists.values().chain(own)
    }

    /// Questions that are computed anew when this one changes.
    fn triggered_by(&self, name: &str) -> &[&'a Question] {
        self.triggered.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether a question is computed anew when another changes. What is never shown never changes by hand, so that where
    /// nothing else is named its value follows as any calculation does.
    fn is_triggered(&self, question: &Question) -> bool {
        question
            .trigger
            .iter()
            .any(|name| self.triggered.contains_key(name.as_str()))
    }
}

#[cfg(test)]
mod tests;
