//! The score card: by section, each criterion with its steps in words, a remark and evidence. One form, so that nothing
//! that was chosen is lost when a photograph is handed in; the file inputs stand beside what they belong to.

use maud::{Markup, html};
use uuid::Uuid;

use super::super::layout::{Fault, SignedIn, csrf};
use super::super::office::FieldFault;
use super::super::round_page::RoundPage;
use super::super::{Lang, tr, words};
use super::base;
use crate::scoring::anchors::Scale;
use crate::scoring::evidence::{KINDS, MAX_BYTES, MAX_FILES};

/// A file that was handed in.
#[derive(Clone, Debug)]
pub struct FileLine {
    /// Identifier.
    pub id: Uuid,
    /// Media type.
    pub media_type: String,
    /// Size in bytes.
    pub bytes: i32,
    /// When it was taken, as given.
    pub taken_on: String,
    /// Where it was taken, as given.
    pub place: String,
}

/// A criterion as it stands on the card.
#[derive(Clone, Debug)]
pub struct Field {
    /// Place on the card, by which its fields are named.
    pub at: usize,
    /// Code.
    pub code: String,
    /// What is judged.
    pub name: String,
    /// The guidance, shown where it is not in the steps.
    pub guidance: String,
    /// How it is marked.
    pub scale: Scale,
    /// Highest mark.
    pub max_score: f64,
    /// The mark as typed.
    pub mark: String,
    /// The remark.
    pub comment: String,
    /// Whether evidence is needed.
    pub evidence_required: bool,
    /// Files.
    pub files: Vec<FileLine>,
}

/// Criteria of one indicator.
#[derive(Clone, Debug)]
pub struct Section {
    /// Name of the indicator.
    pub name: String,
    /// Its criteria.
    pub fields: Vec<Field>,
}

/// The card.
#[derive(Clone, Debug)]
pub struct Card {
    /// The round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// Identifier.
    pub id: Uuid,
    /// Name of the unit.
    pub unit: String,
    /// As a third scorer.
    pub third: bool,
    /// When it was sealed, and the hash of what was.
    pub sealed: Option<(String, String)>,
    /// Why the office gave it back.
    pub returned: Option<String>,
    /// What the last act did.
    pub done: Option<String>,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// Sections.
    pub sections: Vec<Section>,
}

impl Card {
    fn path(&self) -> String {
        format!("{}/cards/{}", base(&self.round), self.id)
    }
}

/// Renders the card.
pub fn page(lang: Lang, staff: &SignedIn, view: &Card) -> Markup {
    let title = tr!(lang, "marking.card_of", unit = view.unit);
    let path = view.path();
    RoundPage::new(lang, staff, (&view.round, &view.title), (&path, &title))
        .within(&[(&base(&view.round), &tr!(lang, "marking.title"))])
        .faults(&view.faults)
        .done(view.done.as_deref())
        .render(&html! {
            @if view.third { p.notice { (tr!(lang, "marking.third_note")) } }
            @if let Some(reason) = &view.returned {
                p.warning {
                    (tr!(lang, "marking.returned"))
                    span lang=[words::tongue(lang, reason)] { (reason) }
                }
            }
            @match &view.sealed {
                Some((at, hash)) => {
                    p.notice { (tr!(lang, "marking.sealed_note", at = at)) }
                    p { (tr!(lang, "marking.sealed_hash")) " " code.hash { (hash) } }
                    @for section in &view.sections { (sealed(lang, view, section)) }
                }
                None => {
                    p { (tr!(lang, "marking.card_lead")) }
                    p.note { (tr!(lang, "marking.evidence_note", files = MAX_FILES, mb = MAX_BYTES / 1024 / 1024)) }
                    (form(lang, staff, view, &path))
                }
            }
        })
}

fn form(lang: Lang, staff: &SignedIn, view: &Card, path: &str) -> Markup {
    html! {
        form method="post" action=(path) enctype="multipart/form-data" novalidate {
            (csrf(&staff.csrf))
            @for section in &view.sections {
                h2 { (section.name) }
                @for field in &section.fields { (criterion(lang, view, field)) }
                p { button type="submit" name="go" value="save" { (tr!(lang, "marking.save")) } }
            }
            h2 #seal { (tr!(lang, "marking.seal_title")) }
            p { (tr!(lang, "marking.seal_lead")) }
            p { button.main type="submit" name="go" value="seal" { (tr!(lang, "marking.seal")) } }
        }
    }
}

fn criterion(lang: Lang, view: &Card, field: &Field) -> Markup {
    let id = format!("mark-{}", field.at);
    let fault = FieldFault::of(&view.faults, &id);
    let hint = format!("guide-{}", field.at);
    let is_worded =
        matches!(&field.scale, Scale::Steps(words) if words.iter().all(|words| !words.is_empty()));
    html! {
        fieldset.q.mark {
            legend { (field.code) "　" (field.name) }
            (fault.message())
            @if !is_worded {
                p.note #(hint) lang=[words::tongue(lang, &field.guidance)] {
                    (field.guidance) " " (tr!(lang, "marking.range", max = field.max_score))
                }
            }
            @match &field.scale {
                Scale::Steps(steps) => {
                    div #(id) .steps tabindex="-1" { @for (step, words) in steps.iter().enumerate() { (choice(lang, view, field, (step, words))) } }
                }
                Scale::Number => {
                    div.field {
                        label for=(id) { (tr!(lang, "marking.mark")) }
                        input #(id) name=(id) type="text" inputmode="decimal" value=(field.mark) autocomplete="off"
                            aria-invalid=[fault.invalid()] aria-describedby=[fault.described(Some(&hint))];
                    }
                }
            }
            div.field {
                label for={ "comment-" (field.at) } { (tr!(lang, "marking.comment")) }
                textarea #{ "comment-" (field.at) } name={ "comment-" (field.at) } rows="2" maxlength="1000" { (field.comment) }
            }
            (evidence(lang, view, field))
        }
    }
}

fn choice(lang: Lang, view: &Card, field: &Field, (step, text): (usize, &str)) -> Markup {
    let name = format!("mark-{}", field.at);
    let id = format!("{name}-{step}");
    let fault = FieldFault::of(&view.faults, &name);
    let value = step.to_string();
    html! {
        div.step-line {
            input #(id) type="radio" name=(name) value=(value) checked[value == field.mark]
                aria-describedby=[fault.described(None)];
            label for=(id) {
                strong.num { (step) }
                @if !text.is_empty() { " " span lang=[words::tongue(lang, text)] { (text) } }
            }
        }
    }
}

/// How large a file is, in words.
fn size(bytes: i32) -> String {
    match bytes {
        0..1_048_576 => format!("{} KB", (bytes / 1024).max(1)),
        _ => format!("{:.1} MB", f64::from(bytes) / 1_048_576.0),
    }
}

/// What a file is, in words.
pub(in crate::pages) fn file_words(lang: Lang, file: &FileLine) -> String {
    let kind = match file.media_type.as_str() {
        "application/pdf" => tr!(lang, "marking.pdf"),
        _ => tr!(lang, "marking.photo"),
    };
    if file.bytes == 0 {
        return tr!(lang, "retention.file_gone", kind = kind).into_owned();
    }
    let mut said = format!("{kind}（{}）", size(file.bytes));
    if lang == Lang::En {
        said = format!("{kind} ({})", size(file.bytes));
    }
    for more in [&file.taken_on, &file.place] {
        if !more.is_empty() {
            said.push_str(" · ");
            said.push_str(more);
        }
    }
    said
}

fn file_link(lang: Lang, view: &Card, file: &FileLine) -> Markup {
    let href = format!("{}/evidence/{}/download", base(&view.round), file.id);
    html! { a.file href=(href) { (file_words(lang, file)) } }
}

fn evidence(lang: Lang, view: &Card, field: &Field) -> Markup {
    let id = format!("file-{}", field.at);
    let fault = FieldFault::of(&view.faults, &id);
    let (taken, place) = (format!("taken-{}", field.at), format!("place-{}", field.at));
    let room = field.files.len() < MAX_FILES;
    html! {
        @if !field.files.is_empty() {
            ul.links {
                @for file in &field.files {
                    li {
                        (file_link(lang, view, file))
                        span.check {
                            input #{ "drop-" (file.id) } type="checkbox" name="drop" value=(file.id);
                            label for={ "drop-" (file.id) } { (tr!(lang, "marking.drop")) }
                        }
                    }
                }
            }
        }
        @if room {
            div.field {
                label for=(id) {
                    @if field.evidence_required { (tr!(lang, "marking.file_needed")) } @else { (tr!(lang, "marking.file")) }
                }
                (fault.message())
                input #(id) type="file" name=(id) accept=(KINDS.join(",")) multiple
                    aria-invalid=[fault.invalid()] aria-describedby=[fault.described(None)];
            }
            details {
                summary { (tr!(lang, "marking.file_more")) }
                div.inline {
                    div.field {
                        label for=(taken) { (tr!(lang, "marking.taken")) }
                        input #(taken) type="text" name=(taken) maxlength="60" autocomplete="off";
                    }
                    div.field {
                        label for=(place) { (tr!(lang, "marking.place")) }
                        input #(place) type="text" name=(place) maxlength="100" autocomplete="off";
                    }
                }
            }
        } @else { p.note { (tr!(lang, "marking.files_full", n = MAX_FILES)) } }
    }
}

/// A section of a card that is sealed: to be read only.
fn sealed(lang: Lang, view: &Card, section: &Section) -> Markup {
    html! {
        h2 { (section.name) }
        @for field in &section.fields {
            section.entry aria-label=(field.name) {
                p { strong { (field.code) "　" (field.name) } }
                p {
                    strong.num { (field.mark) } " / " (field.max_score)
                    @if let Scale::Steps(steps) = &field.scale {
                        @if let Some(text) = field.mark.parse().ok().and_then(|step: usize| steps.get(step)) {
                            " " span lang=[words::tongue(lang, text)] { (text) }
                        }
                    }
                }
                @if !field.comment.is_empty() {
                    blockquote { p lang=[words::tongue(lang, &field.comment)] { (field.comment) } }
                }
                @if !field.files.is_empty() {
                    ul.links { @for file in &field.files { li { (file_link(lang, view, file)) } } }
                }
            }
        }
    }
}
