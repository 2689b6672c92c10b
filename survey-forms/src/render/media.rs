//! Pictures, recordings and films beside the words.

use maud::{Markup, html};

use super::{View, primary, words};
use crate::form::{Choice, Media, Question};
use crate::media::{captions_beside, is_plain_name};
use crate::text::{Text, split};

impl View<'_, '_> {
    /// What stands below a question's words. Pictures say nothing that the words do not say, so their alternative is
    /// empty.
    pub(super) fn media(&self, question: &Question) -> Markup {
        let media = &question.media;
        html! {
            @if let Some(image) = self.file(&media.image) { img.q-image src=(image) alt=""; }
            @if let Some(audio) = self.recording(&question.label, &media.audio) {
                audio.q-audio controls preload="none" src=(audio) aria-label=(self.named(&words::hear(), &question.label)) {}
            }
            (self.film(&question.label, media))
        }
    }

    /// What stands below a choice.
    pub(super) fn choice_media(&self, choice: &Choice) -> Markup {
        html! {
            @if let Some(audio) = self.recording(&choice.label, &choice.media.audio) {
                audio.choice-audio controls preload="none" src=(audio)
                    aria-label=(self.named(&words::hear(), &choice.label)) {}
            }
            (self.film(&choice.label, &choice.media))
        }
    }

    fn film(&self, label: &Text, media: &Media) -> Markup {
        let Some((tag, film)) = media.video.resolve(self.lang) else {
            return html! {};
        };
        let Some(address) = self
            .address(film)
            .filter(|_| says_the_same(self.lang, label, tag))
        else {
            return html! {};
        };
        let name = self.named(&words::sign(), label);
        html! {
            details.sign open[self.manner.sign] {
                summary { (self.text(&words::watch_sign())) span.hidden { " " (self.state.fill_in(label, self.lang)) } }
                video.q-video controls preload="none" playsinline src=(address) aria-label=(name) {
                    @if let Some((language, captions)) = self.captions(film, &media.captions) {
                        track kind="captions" src=(captions) srclang=(language) default
                            label=(words::captions().get(self.lang));
                    }
                }
            }
        }
    }

    /// The captions that the form names, else those beside the film, with their language.
    fn captions(&self, film: &str, named: &Text) -> Option<(String, String)> {
        if let Some((tag, file)) = named.resolve(self.lang) {
            return Some((primary(tag).to_owned(), self.address(file)?));
        }
        let form = self.state.form();
        let languages =
            std::iter::once(primary(self.lang)).chain(form.languages.iter().map(|tag| primary(tag.as_str())));
        languages.into_iter().find_map(|language| {
            Some((
                language.to_owned(),
                self.address(&captions_beside(film, language))?,
            ))
        })
    }

    /// The recording of a text, where it says what the reader reads: in the same language, and to the same person.
    pub(super) fn recording(&self, label: &Text, audio: &Text) -> Option<String> {
        let (tag, file) = audio.resolve(self.lang)?;
        let (label_tag, _) = label.resolve(self.lang)?;
        let same = primary(label_tag) == primary(tag) && says_the_same(self.lang, label, tag);
        self.address(file).filter(|_| same)
    }

    /// The address of a file in the reader's language, if there is one.
    pub(super) fn file(&self, name: &Text) -> Option<String> {
        self.address(name.get(self.lang))
    }

    /// A media file's address. Only plain file names are followed.
    fn address(&self, name: &str) -> Option<String> {
        is_plain_name(name).then(|| (self.manner.media)(name)).flatten()
    }

    /// `what` and the words it belongs to: a name for a player among many.
    fn named(&self, what: &Text, label: &Text) -> String {
        format!("{}{}", what.get(self.lang), self.state.fill_in(label, self.lang))
    }
}

/// Whether what was recorded under `tag` speaks to the same person as the label that is read: easy words may be told
/// in a recording of the usual ones, but "your relative" not in one of "you".
fn says_the_same(lang: &str, label: &Text, tag: &str) -> bool {
    let to_proxy = |tag: &str| split(tag).1.contains(&"proxy");
    label
        .resolve(lang)
        .is_some_and(|(label_tag, _)| to_proxy(label_tag) == to_proxy(tag))
}
