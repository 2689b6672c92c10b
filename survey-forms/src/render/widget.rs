//! One question: its words, hint, error and native control.

use std::borrow::Cow;

use maud::{Markup, html};

use super::face::face;
use super::{View, has, words};
use crate::answer::parts;
use crate::answer::{TICKED, rank};
use crate::form::{Choice, Question, QuestionKind, UploadKind};
use crate::response::REMOVE;
use crate::text::Text;

impl View<'_, '_> {
    /// A question; `first` when its words are the page's heading.
    pub(super) fn question(&self, question: &Question, slot: usize, first: bool) -> Markup {
        let error = self.error(question);
        let class = if error.is_some() { "q q-invalid" } else { "q" };
        let is_choice = question.kind.list().is_some();
        html! {
            div class=(class) {
                @if question.kind == QuestionKind::Note {
                    (self.heading(question, slot, first))
                    (self.hint(question))
                    (self.media(question))
                } @else if question.is_fixed() {
                    (self.heading(question, slot, first))
                    (self.hint(question))
                    p.q-fixed { (super::answer_text(self.state.form(), question, self.state.value(slot), self.lang)) }
                } @else if matches!(question.kind, QuestionKind::Rank { .. }) {
                    (self.ranks(question, slot, first, error))
                } @else if is_choice {
                    (self.choices(question, slot, first, error))
                } @else if question.kind == QuestionKind::Acknowledge {
                    (self.tick(question, slot, first, error))
                } @else if question.kind.fields() > 1 {
                    (self.parts(question, slot, first, error))
                } @else {
                    (self.label(question, slot, first))
                    (self.hint(question))
                    (self.media(question))
                    (self.error_text(question, error))
                    @if question.takes_file() { (self.upload(question, slot, error)) }
                    @else { (self.input(question, slot, error)) }
                }
            }
        }
    }

    /// A note that leads to the one question of its page.
    pub(super) fn note(&self, note: &Question) -> Markup {
        let audio = self.recording(&note.label, &note.media.audio);
        html! {
            div.q.q-note {
                p data-audio=[audio] { (self.text(&note.label)) }
                (self.hint(note))
                (self.media(note))
            }
        }
    }

    /// The question's words as a heading; for choices it stands inside the legend.
    fn heading(&self, question: &Question, slot: usize, first: bool) -> Markup {
        self.headed(question, first, &self.words(question, slot))
    }

    /// The label of an input inside the heading: HTML allows no heading inside a label.
    fn label(&self, question: &Question, slot: usize, first: bool) -> Markup {
        let label = html! { label for=(question.name) { (self.words(question, slot)) } };
        self.headed(question, first, &label)
    }

    fn headed(&self, question: &Question, first: bool, words: &Markup) -> Markup {
        let audio = self.recording(&question.label, &question.media.audio);
        html! {
            @if first { h1 data-audio=[audio] { (words) } } @else { h2 data-audio=[audio] { (words) } }
        }
    }

    fn words(&self, question: &Question, slot: usize) -> Markup {
        // Where the group heads the page, its words are not said again.
        let is_headed = question.name != self.page.name
            && self
                .state
                .groups_around(slot)
                .any(|(_, group)| group.is_table() && group.name == self.page.name);
        let words = if is_headed {
            Cow::Borrowed(&question.label)
        } else {
            self.state.form().words_of(question)
        };
        html! {
            (self.text(&words))
            @if self.state.is_required(slot) { span.q-required { (self.text(&words::required())) } }
        }
    }

    /// The author's hint and what the kind of question adds to it.
    fn hint(&self, question: &Question) -> Markup {
        let own = own_hint(&question.kind).filter(|_| !question.is_fixed());
        html! {
            @if own.is_some() || has(&question.hint, self.lang) {
                div.q-hint id={"hint-" (question.name)} {
                    @if has(&question.hint, self.lang) { p { (self.text(&question.hint)) } }
                    @if let Some(own) = own { p { (self.text(&own)) } }
                }
            }
        }
    }

    fn error_text(&self, question: &Question, error: Option<&Text>) -> Markup {
        html! {
            @if let Some(message) = error {
                p.q-error id={"err-" (question.name)} {
                    // One text: between two elements a browser drops the blank from what it tells a voice.
                    (self.text(&words::error_prefix())) (self.text(message))
                }
            }
        }
    }

    /// Ids of the hint and the error, for `aria-describedby`.
    fn described_by(&self, question: &Question, error: Option<&Text>) -> Option<String> {
        let hint = has(&question.hint, self.lang) || own_hint(&question.kind).is_some();
        let ids = [hint.then_some("hint-"), error.map(|_| "err-")];
        let ids: Vec<String> = ids
            .into_iter()
            .flatten()
            .map(|kind| format!("{kind}{}", question.name))
            .collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn input(&self, question: &Question, slot: usize, error: Option<&Text>) -> Markup {
        let name = question.name.as_str();
        let value = self.value(question, slot);
        let described = self.described_by(question, error);
        let invalid = error.map(|_| "true");
        // Neither `required` nor `min` and `max`: the browser's own bubbles are in the phone's language, vanish, and
        // keep the page from saying what is wrong beside the field.
        let is_long = question.appearance.has("multiline")
            || matches!(question.kind, QuestionKind::GeoTrace | QuestionKind::GeoShape);
        // A text field with a keypad for numbers too: `type=number` silently drops what it cannot read, full-width
        // digits among it, and changes under a turning wheel.
        match question.kind {
            _ if question.kind == QuestionKind::Integer || question.kind.is_whole_range() => html! {
                input.q-input.q-number type="text" inputmode="numeric" id=(name) name=(name) value=(value)
                    autocomplete="off" aria-describedby=[described] aria-invalid=[invalid];
            },
            QuestionKind::Decimal | QuestionKind::Range { .. } => html! {
                input.q-input.q-number type="text" inputmode="decimal" id=(name) name=(name) value=(value)
                    autocomplete="off" aria-describedby=[described] aria-invalid=[invalid];
            },
            _ if is_long => html! {
                textarea.q-input id=(name) name=(name) rows="5" autocomplete="off" maxlength="10000"
                    aria-describedby=[described] aria-invalid=[invalid] { (value) }
            },
            _ => html! {
                input.q-input type="text" id=(name) name=(name) value=(value) autocomplete="off" maxlength="10000"
                    aria-describedby=[described] aria-invalid=[invalid];
            },
        }
    }

    /// A native file field: on a phone it offers the camera too. What is there already cannot stand in it, so that it is
    /// told of, and taken back by a box.
    fn upload(&self, question: &Question, slot: usize, error: Option<&Text>) -> Markup {
        let name = question.name.as_str();
        let described = self.described_by(question, error);
        let invalid = error.map(|_| "true");
        let remove = format!("{name}{REMOVE}");
        let accept = match question.kind {
            QuestionKind::Upload {
                media: UploadKind::Image,
            } => Some("image/*"),
            QuestionKind::Upload {
                media: UploadKind::Audio,
            } => Some("audio/*"),
            QuestionKind::Upload {
                media: UploadKind::Video,
            } => Some("video/*"),
            _ => None,
        };
        html! {
            @if !self.value(question, slot).is_empty() {
                p.q-file { (self.text(&words::file_there())) }
                div.choices {
                    label.choice for=(remove) {
                        input type="checkbox" id=(remove) name=(remove) value="yes";
                        span.choice-label { (self.text(&words::file_back())) }
                    }
                }
            }
            input.q-input type="file" id=(name) name=(name) accept=[accept]
                aria-describedby=[described] aria-invalid=[invalid];
        }
    }

    /// Text fields for the parts of an answer: a browser's own date field speaks the browser's language, has its own
    /// order, and cannot show what was mistyped. A place is typed too: these pages never ask a device where it is.
    fn parts(&self, question: &Question, slot: usize, first: bool, error: Option<&Text>) -> Markup {
        let name = question.name.as_str();
        let described = self.described_by(question, error);
        let invalid = error.map(|_| "true");
        let values = parts::split(&question.kind, &self.value(question, slot));
        let lines: Vec<_> = values.iter().zip(words::fields(&question.kind)).collect();
        let is_place = question.kind == QuestionKind::GeoPoint;
        let keypad = if is_place { "decimal" } else { "numeric" };
        html! {
            fieldset aria-describedby=[described] {
                legend { (self.heading(question, slot, first)) }
                (self.hint(question))
                (self.media(question))
                (self.error_text(question, error))
                // The clock of a moment stands below its day.
                @for line in lines.chunks(3) {
                    div.q-parts {
                        @for (value, (suffix, label)) in line {
                            @let id = format!("{name}{suffix}");
                            div.q-part {
                                label for=(id) { (self.text(label)) }
                                input.q-input type="text" inputmode=(keypad) id=(id) name=(name) value=(value)
                                    autocomplete="off" maxlength="40" aria-invalid=[invalid];
                            }
                        }
                    }
                }
            }
        }
    }

    /// One box to tick.
    fn tick(&self, question: &Question, slot: usize, first: bool, error: Option<&Text>) -> Markup {
        let described = self.described_by(question, error);
        let is_ticked = self.value(question, slot).trim().eq_ignore_ascii_case(TICKED);
        let id = format!("{}-{TICKED}", question.name);
        html! {
            fieldset aria-describedby=[described] {
                legend { (self.heading(question, slot, first)) }
                (self.hint(question))
                (self.media(question))
                (self.error_text(question, error))
                div.choices {
                    label.choice for=(id) {
                        input type="checkbox" id=(id) name=(question.name) value=(TICKED) checked[is_ticked];
                        span.choice-label { (self.text(&words::ticked())) }
                    }
                }
            }
        }
    }

    /// A number beside each choice: nothing has to be dragged, and every order can be given with a keyboard or a voice.
    fn ranks(&self, question: &Question, slot: usize, first: bool, error: Option<&Text>) -> Markup {
        let value = self.value(question, slot);
        let described = self.described_by(question, error);
        let invalid = error.map(|_| "true");
        let ranked = self.state.ranked(question);
        html! {
            fieldset aria-describedby=[described] {
                legend { (self.heading(question, slot, first)) }
                (self.hint(question))
                (self.media(question))
                (self.error_text(question, error))
                div.q-parts.q-ranks {
                    @for choice in &ranked {
                        @let id = format!("{}-{}", question.name, choice.name);
                        @let place = rank::place_of(&value, &choice.name);
                        @let audio = self.recording(&choice.label, &choice.media.audio);
                        div.q-part.q-rank data-choice=(choice.name) {
                            label for=(id) data-audio=[audio] { (self.text(&choice.label)) }
                            select.q-input id=(id) name=(question.name) aria-invalid=[invalid] {
                                option value="" { (self.text(&words::no_rank())) }
                                @for number in 1..=ranked.len() {
                                    option value={ (number) ":" (choice.name) } selected[place == Some(number)] {
                                        (self.text(&words::rank(number)))
                                    }
                                }
                            }
                        }
                        (self.choice_media(choice))
                    }
                }
            }
        }
    }

    fn choices(&self, question: &Question, slot: usize, first: bool, error: Option<&Text>) -> Markup {
        let value = self.value(question, slot);
        let chosen: Vec<&str> = value.split_whitespace().collect();
        let offered = self.state.offered(question);
        let (missing, scale): (Vec<&Choice>, Vec<&Choice>) =
            offered.into_iter().partition(|choice| choice.missing.is_some());
        let is_likert =
            question.appearance.has("likert") && matches!(question.kind, QuestionKind::SelectOne { .. });
        let class = if is_likert { "choices likert" } else { "choices" };
        let described = self.described_by(question, error);
        // The error is in the group's description; `aria-invalid` on each box would be heard a dozen times, and be false
        // for those that may stay.
        let row = |choice: &Choice, face: Option<Markup>| {
            self.choice(question, choice, chosen.contains(&choice.name.as_str()), face)
        };
        html! {
            fieldset aria-describedby=[described] {
                legend { (self.heading(question, slot, first)) }
                (self.hint(question))
                (self.media(question))
                (self.error_text(question, error))
                div class=(class) {
                    @for (at, choice) in scale.iter().enumerate() {
                        (row(choice, is_likert.then(|| face(at, scale.len(), runs_upward(&scale)))))
                    }
                }
                @if !missing.is_empty() {
                    div.choices.choices-missing {
                        @for choice in &missing { (row(choice, None)) }
                    }
                }
            }
        }
    }

    fn choice(&self, question: &Question, choice: &Choice, is_chosen: bool, face: Option<Markup>) -> Markup {
        let id = format!("{}-{}", question.name, choice.name);
        let is_radio = matches!(question.kind, QuestionKind::SelectOne { .. });
        let type_ = if is_radio { "radio" } else { "checkbox" };
        let image = self.file(&choice.media.image);
        let class = match (choice.missing.is_some(), image.is_some()) {
            (true, true) => "choice choice-missing pictured",
            (true, false) => "choice choice-missing",
            (false, true) => "choice pictured",
            (false, false) => "choice",
        };
        let audio = self.recording(&choice.label, &choice.media.audio);
        html! {
            label class=(class) for=(id) data-audio=[audio] {
                input type=(type_) id=(id) name=(question.name) value=(choice.name) checked[is_chosen];
                @if let Some(face) = face { (face) }
                @if let Some(image) = image {
                    img.choice-image src=(image) alt="" width="48" height="48";
                }
                span.choice-label { (self.text(&choice.label)) }
            }
            // Beside the label, not in it: a press on a player must not choose.
            (self.choice_media(choice))
        }
    }
}

/// Whether a scale goes from its unfavourable end up: its codes are numbers that rise.
fn runs_upward(scale: &[&Choice]) -> bool {
    let codes: Option<Vec<f64>> = scale.iter().map(|choice| choice.name.parse().ok()).collect();
    codes.is_some_and(|codes| codes.len() > 1 && codes.windows(2).all(|pair| pair[0] < pair[1]))
}

fn own_hint(kind: &QuestionKind) -> Option<Text> {
    match kind {
        QuestionKind::SelectMultiple { .. } => Some(words::choose_several()),
        QuestionKind::Date => Some(words::date_hint()),
        QuestionKind::Time => Some(words::time_hint()),
        QuestionKind::DateTime => Some(words::moment_hint()),
        QuestionKind::GeoPoint => Some(words::place_hint()),
        QuestionKind::GeoTrace => Some(words::line_hint()),
        QuestionKind::GeoShape => Some(words::outline_hint()),
        QuestionKind::Barcode => Some(words::barcode_hint()),
        QuestionKind::Rank { .. } => Some(words::rank_hint()),
        QuestionKind::Upload { media } => Some(words::file_hint(*media)),
        QuestionKind::Range { .. } => Some(words::range_hint(kind)),
        _ => None,
    }
}
