//! `itext`: all words by language. Each wording of a language is a translation of its own, as clients know no other way
//! to offer it; where it has no words of its own it has the usual ones, so that no reader meets an empty question.

use indexmap::IndexMap;

use super::Source;
use super::path::At;
use super::xml::Element;
use crate::form::Media;
use crate::text::{Language, Text};

/// Words and media under their ids, in the order in which they were asked for.
#[derive(Default)]
pub(super) struct Itext<'a> {
    entries: IndexMap<String, Entry<'a>>,
}

#[derive(Default)]
struct Entry<'a> {
    /// Path of the node that they are said of; empty for a choice.
    path: String,
    words: Option<&'a Text>,
    guidance: Option<&'a Text>,
    media: Option<&'a Media>,
}

impl<'a> Itext<'a> {
    /// Words under an id; the expression that refers to them.
    pub(super) fn words(&mut self, id: String, path: &str, words: &'a Text) -> String {
        let reference = format!("jr:itext('{id}')");
        let entry = self.entry(id);
        path.clone_into(&mut entry.path);
        entry.words = Some(words);
        reference
    }

    pub(super) fn guidance(&mut self, id: &str, guidance: &'a Text) {
        self.entry(id.to_owned()).guidance = Some(guidance);
    }

    pub(super) fn media(&mut self, id: &str, media: &'a Media) {
        self.entry(id.to_owned()).media = Some(media);
    }

    fn entry(&mut self, id: String) -> &mut Entry<'a> {
        self.entries.entry(id).or_default()
    }

    pub(super) fn into_element(self, source: &Source<'_>) -> Element {
        let form = source.form;
        let mut itext = Element::new("itext");
        for language in form.languages.iter().chain(&form.wordings) {
            let mut translation = Element::new("translation").with("lang", written(language));
            if language.as_str() == form.default_language() {
                translation.set("default", "true()");
            }
            let texts = self.entries.iter();
            translation.extend(texts.map(|(id, entry)| text(id, entry, language.as_str(), source)));
            itext.push(translation);
        }
        itext
    }
}

/// `中文 (zh)`: the name that a person chooses by, and the tag that Enketo reads the direction of writing from.
fn written(language: &Language) -> String {
    match (language.own_name(), language.as_str()) {
        (name, tag) if name == tag => tag.to_owned(),
        (name, tag) => format!("{name} ({tag})"),
    }
}

fn text(id: &str, entry: &Entry<'_>, language: &str, source: &Source<'_>) -> Element {
    let mut text = Element::new("text").with("id", id);
    let words = entry.words.map_or("", |words| words.get(language));
    if !words.is_empty() {
        let mut value = Element::new("value");
        value.add(source.paths.words(words, At::of(&entry.path)));
        text.push(value);
    }
    let guidance = entry.guidance.map_or("", |guidance| guidance.get(language));
    if !guidance.is_empty() {
        let mut value = Element::new("value").with("form", "guidance");
        value.add(source.paths.words(guidance, At::of(&entry.path)));
        text.push(value);
    }
    if let Some(media) = entry.media {
        let forms = [
            ("image", "images", &media.image),
            ("audio", "audio", &media.audio),
            ("video", "video", &media.video),
        ];
        for (form, folder, files) in forms {
            let file = files.get(language);
            if !file.is_empty() {
                let address = format!("jr://{folder}/{file}");
                text.push(Element::new("value").with("form", form).with_text(address));
            }
        }
    }
    if text.is_empty() {
        // Help that only some wording has: JavaRosa wants the id in every translation.
        text.push(Element::new("value"));
    }
    text
}
