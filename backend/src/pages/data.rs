//! The office's page about data for statisticians.

use maud::{Markup, html};

use super::layout::{Fault, SignedIn, csrf};
use super::round_page::RoundPage;
use super::{Lang, tr};

/// File formats with their names.
const FORMATS: [(&str, &str); 5] = [
    ("csv", "CSV"),
    ("xlsx", "Excel"),
    ("parquet", "Parquet"),
    ("sav", "SPSS"),
    ("ddi", "DDI"),
];

/// How an agreement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Entered, not confirmed.
    Asked,
    /// In force.
    Holds,
    /// Past its last day.
    Over,
    /// Ended or refused.
    Ended,
}

/// An agreement.
#[derive(Clone, Debug)]
pub struct Line {
    /// Identifier.
    pub id: String,
    /// Who gets the data.
    pub person: String,
    /// Where that person works.
    pub institution: String,
    /// What for.
    pub purpose: String,
    /// Last day, as people say it.
    pub until: String,
    /// Who entered it.
    pub asked_by: String,
    /// The day.
    pub asked_on: String,
    /// Who confirmed it.
    pub confirmed_by: Option<String>,
    /// How it stands.
    pub standing: Standing,
    /// Whether whoever reads this may confirm it.
    pub may_confirm: bool,
}

/// What was typed into the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// Who gets the data.
    pub person: String,
    /// Where that person works.
    pub institution: String,
    /// What for.
    pub purpose: String,
    /// Last day.
    pub until: String,
}

/// The page.
#[derive(Clone, Debug)]
pub struct View {
    /// Identifier of the round.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The fewest persons who share what a row says.
    pub min_cell: u32,
    /// Agreements, the newest first.
    pub lines: Vec<Line>,
    /// What was typed.
    pub typed: Typed,
    /// Fields at fault.
    pub faulty: Vec<&'static str>,
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &View) -> Markup {
    let path = format!("/console/rounds/{}/data", view.id);
    let title = tr!(lang, "data.title");
    let faults: Vec<Fault> = view
        .faulty
        .iter()
        .map(|name| Fault {
            href: format!("#{name}"),
            text: fault(lang, name),
        })
        .collect();
    RoundPage::new(lang, staff, (&view.id, &view.title), (&path, &title))
        .faults(&faults)
        .render(&html! {
            h2 { (tr!(lang, "data.reduced")) }
            p.note { (tr!(lang, "data.reduced_text", min = view.min_cell)) }
            (files(lang, &path, None))
            h2 { (tr!(lang, "data.full")) }
            p.note { (tr!(lang, "data.full_text")) }
            @if view.lines.is_empty() { p { (tr!(lang, "data.none")) } }
            @for line in &view.lines { (agreement(lang, staff, &path, line)) }
            (form(lang, staff, &path, view))
        })
}

fn files(lang: Lang, path: &str, agreement: Option<&str>) -> Markup {
    let suffix = agreement.map_or_else(String::new, |id| format!("&agreement={id}"));
    html! {
        ul.links {
            li {
                @for (format, name) in FORMATS {
                    a href={ (path) "/download?format=" (format) (suffix) } { (name) } " "
                }
                @if agreement.is_some() {
                    a href={ (path) "/download?format=bundle" (suffix) } { (tr!(lang, "data.bundle")) }
                }
            }
        }
    }
}

fn agreement(lang: Lang, staff: &SignedIn, path: &str, line: &Line) -> Markup {
    let button = |name: &str, words: &str| {
        html! {
            form method="post" action=(path) {
                (csrf(&staff.csrf))
                input type="hidden" name=(name) value=(line.id);
                button type="submit" { (words) }
            }
        }
    };
    html! {
        section.entry aria-label={ (line.person) " · " (line.institution) } {
            p { strong { (line.person) } " · " (line.institution) }
            p { (line.purpose) }
            p.note {
                (tr!(lang, "data.until", day = line.until)) " · "
                (tr!(lang, "data.asked", name = line.asked_by, day = line.asked_on))
                @if let Some(name) = &line.confirmed_by { " · " (tr!(lang, "data.confirmed", name = name)) }
            }
            @match line.standing {
                Standing::Asked => {
                    p { strong { (tr!(lang, "data.asked_state")) } }
                    @if line.may_confirm { (button("confirm", &tr!(lang, "data.confirm"))) }
                    @else { p.note { (tr!(lang, "data.other_confirms")) } }
                    (button("end", &tr!(lang, "data.refuse")))
                }
                Standing::Holds => {
                    p { strong { (tr!(lang, "data.holds")) } }
                    (files(lang, path, Some(&line.id)))
                    (button("end", &tr!(lang, "data.end")))
                }
                Standing::Over => p { strong { (tr!(lang, "data.over")) } },
                Standing::Ended => p { strong { (tr!(lang, "data.ended")) } },
            }
        }
    }
}

fn fault(lang: Lang, name: &str) -> String {
    match name {
        "person" => tr!(lang, "data.fault_person").into_owned(),
        "institution" => tr!(lang, "data.fault_institution").into_owned(),
        "purpose" => tr!(lang, "data.fault_purpose").into_owned(),
        _ => tr!(lang, "data.fault_until").into_owned(),
    }
}

fn form(lang: Lang, staff: &SignedIn, path: &str, view: &View) -> Markup {
    let field = |name: &'static str, label: &str, value: &str| {
        let faulty = view.faulty.contains(&name);
        let error = format!("{name}-error");
        html! {
            div.field {
                label for=(name) { (label) }
                @if faulty { p.q-error #(error) { (fault(lang, name)) } }
                input #(name) name=(name) type="text" value=(value) maxlength="300"
                    aria-invalid=[faulty.then_some("true")] aria-describedby=[faulty.then_some(&error)];
            }
        }
    };
    html! {
        h2 { (tr!(lang, "data.new")) }
        form method="post" action=(path) novalidate {
            (csrf(&staff.csrf))
            (field("person", &tr!(lang, "data.person"), &view.typed.person))
            (field("institution", &tr!(lang, "data.institution"), &view.typed.institution))
            (field("purpose", &tr!(lang, "data.purpose"), &view.typed.purpose))
            (field("until", &tr!(lang, "data.until_label"), &view.typed.until))
            button.main type="submit" { (tr!(lang, "data.enter")) }
        }
    }
}
