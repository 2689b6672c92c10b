//! ODK XForms out, submissions in: the same questionnaire for the programs that this community already has (ODK
//! Collect, Enketo, …), and their answers back.
//!
//! Written after the ODK XForms specification 1.0.0 (<https://getodk.github.io/xforms-spec/>) and like pyxform, so that
//! both make equivalent forms of one workbook. Where Minyi means more than XLSForm says, the form keeps the meaning:
//! - every wording (`zh-x-easy`) is a translation of its own and is complete, with the usual words where it has none;
//! - `${name}` of a chosen answer shows the choice's words, not its code (`jr:choice-name`);
//! - a question that is computed cannot be typed in (`readonly`);
//! - why a choice is no answer (`missing`) stands as a column of its list.
//!
//! Captions of films have no place in an XForm; they are the one thing left out.

use indexmap::IndexMap;

use crate::form::{ChoiceList, Form, Item, Metadata};

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
    let source = Source { form, cover, paths };
    let mut itext = Itext::default();
    let body = body::body(&source, &mut itext);
    let mut model = Element::new("model").with("odk:xforms-version", "1.0.0");
    let instances = model::instances(&source, &mut itext);
    let binds = model::binds(&source, &mut itext);
    model.push(itext.into_element(&source));
    model.extend(instances);
    model.extend(binds);
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
        self.cover.lists.values().chain(self.form.written_lists())
    }
}

#[cfg(test)]
mod tests;
