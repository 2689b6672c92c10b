//! `plan.toml` as a form: the settings that an office changes every year. The rest is edited as text.

use maud::{Markup, html};

use super::Around;
use crate::pages::layout::{Fault, csrf};
use crate::pages::office::FieldFault;
use crate::pages::tr;
use crate::planning::settings::Shape;

/// A key of `plan.toml` in the form.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Where it is: `groups[1].weight`.
    pub path: String,
    /// What it is called.
    pub label: String,
    /// What it holds.
    pub shape: Shape,
    /// What stands there, or was typed.
    pub value: String,
    /// Values to choose from, with what they are called; empty where it is typed.
    pub options: Vec<(&'static str, String)>,
    /// What stands there now, where somebody else changed it meanwhile.
    pub theirs: Option<String>,
}

impl Setting {
    /// The id of its field.
    pub fn id(&self) -> String {
        let plain = |c: char| {
            if c.is_ascii_alphanumeric() || c == '_' {
                c
            } else {
                '-'
            }
        };
        format!("s-{}", self.path.chars().map(plain).collect::<String>())
    }
}

/// Settings that belong together.
#[derive(Clone, Debug)]
pub struct Section {
    /// Heading.
    pub heading: String,
    /// A sentence about them.
    pub note: Option<String>,
    /// Blocks of fields: one, or one for each element of a list.
    pub blocks: Vec<Block>,
}

/// Fields of a section, or of an element of a list.
#[derive(Clone, Debug)]
pub struct Block {
    /// What the element is called; none where there is but one block.
    pub legend: Option<String>,
    /// Fields.
    pub settings: Vec<Setting>,
    /// Value of the box that takes the element out, where it can be.
    pub remove: Option<String>,
}

/// The form.
#[derive(Clone, Debug)]
pub struct SettingsPage {
    /// Fingerprint of the state that is shown.
    pub seen: String,
    /// Sections.
    pub sections: Vec<Section>,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// Whether somebody else changed the file meanwhile.
    pub conflict: bool,
}

/// Renders the page.
pub fn page(around: Around<'_>, view: &SettingsPage) -> Markup {
    let lang = around.lang;
    let content = html! {
        @if view.conflict {
            div.faults role="alert" {
                h2 { (tr!(lang, "plan.conflict_title")) }
                p { (tr!(lang, "plan.conflict_fields")) }
                p { a href=(around.path("")) { (tr!(lang, "plan.conflict_leave")) } }
            }
        }
        p { (tr!(lang, "plan.settings_lead")) }
        p { a href=(super::about(around, "/file", "plan.toml")) { (tr!(lang, "plan.as_text")) } }
        form method="post" action=(around.path("/settings")) novalidate {
            (csrf(&around.staff.csrf))
            input type="hidden" name="seen" value=(view.seen);
            @for section in &view.sections {
                h2 { (section.heading) }
                @if let Some(note) = &section.note { p.note { (note) } }
                @for block in &section.blocks { (fields(around, view, block)) }
            }
            button.main type="submit" { (tr!(lang, "plan.keep")) }
        }
    };
    around.form_page(
        &tr!(lang, "plan.settings"),
        "/settings",
        (&view.faults, view.conflict),
        &content,
    )
}

fn fields(around: Around<'_>, view: &SettingsPage, block: &Block) -> Markup {
    let inner = html! {
        @for setting in &block.settings { (field(around, view, setting)) }
        @if let Some(value) = &block.remove {
            p.check {
                input id={ "r-" (value) } type="checkbox" name="remove" value=(value);
                label for={ "r-" (value) } { (tr!(around.lang, "plan.take_out", name = block.legend.as_deref().unwrap_or_default())) }
            }
        }
    };
    html! {
        @match &block.legend {
            Some(legend) => fieldset.q { legend { (legend) } (inner) },
            None => (inner),
        }
    }
}

fn field(around: Around<'_>, view: &SettingsPage, setting: &Setting) -> Markup {
    let id = setting.id();
    let fault = FieldFault::of(&view.faults, &id);
    let hint = format!("{id}-now");
    let hinted = setting.theirs.as_ref().map(|_| hint.as_str());
    let mode = match setting.shape {
        Shape::Whole => Some("numeric"),
        Shape::Number => Some("decimal"),
        _ => None,
    };
    html! {
        div.field {
            label for=(id) { (setting.label) }
            (fault.message())
            @if !setting.options.is_empty() {
                select id=(id) name=(setting.path) aria-invalid=[fault.invalid()]
                    aria-describedby=[fault.described(hinted)] {
                    @for (value, name) in &setting.options {
                        option value=(value) selected[*value == setting.value] { (name) }
                    }
                }
            } @else if setting.shape == Shape::Sentence {
                textarea id=(id) name=(setting.path) rows="3" aria-invalid=[fault.invalid()]
                    aria-describedby=[fault.described(hinted)] { "\n" (setting.value) }
            } @else {
                input id=(id) type=(if setting.shape == Shape::Day { "date" } else { "text" }) name=(setting.path)
                    value=(setting.value) inputmode=[mode] autocomplete="off" aria-invalid=[fault.invalid()]
                    aria-describedby=[fault.described(hinted)];
            }
            @if let Some(theirs) = &setting.theirs {
                p.note id=(hint) { (tr!(around.lang, "plan.now_says", value = theirs)) }
            }
        }
    }
}
