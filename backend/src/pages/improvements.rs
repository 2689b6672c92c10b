//! 您说我改: what people said and what the office did about it, as the public reads it and as the office writes it.

use analysis::plan::Plan;
use maud::{Markup, html};

use super::layout::{Fault, SignedIn, csrf};
use super::receipt::AreaChoice;
use super::round_page::RoundPage;
use super::{Lang, tr, words};
use crate::store::improvements::Improvement;

/// An entry in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Identifier.
    pub id: String,
    /// Service area; none for all.
    pub area: Option<String>,
    /// What people said.
    pub said: String,
    /// What was done.
    pub did: String,
    /// Day, as people say it.
    pub day: String,
    /// Taken back by the office.
    pub withdrawn: bool,
}

/// An entry in the reader's language; Chinese where there is no English.
pub fn done(plan: &Plan, lang: Lang, row: Improvement) -> Done {
    let pick = |zh: String, en: String| match lang {
        Lang::En if !en.is_empty() => en,
        _ => zh,
    };
    let area = row
        .area
        .and_then(|code| plan.areas.iter().find(|area| area.code == code));
    Done {
        id: row.id.to_string(),
        area: area.map(|area| area.name.get(lang.code()).to_owned()),
        said: pick(row.said_zh, row.said_en),
        did: pick(row.did_zh, row.did_en),
        day: row.day.parse().map_or(row.day, |day| words::day(lang, day)),
        withdrawn: row.withdrawn,
    }
}

/// The entries, or a line that there are none yet.
pub fn entries(lang: Lang, done: &[Done]) -> Markup {
    html! {
        @if done.is_empty() { p { (tr!(lang, "improve.none")) } }
        @else {
            ul.thread {
                @for entry in done {
                    li {
                        p.quiet {
                            (entry.area.as_deref().unwrap_or(&tr!(lang, "improve.all_areas"))) " · " (entry.day)
                        }
                        p {
                            strong { (tr!(lang, "improve.said")) }
                            span lang=[words::tongue(lang, &entry.said)] { (entry.said) }
                        }
                        p {
                            strong { (tr!(lang, "improve.did")) }
                            span lang=[words::tongue(lang, &entry.did)] { (entry.did) }
                        }
                    }
                }
            }
        }
    }
}

/// What was typed into the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// Area code, or empty.
    pub area: String,
    /// What people said, in Chinese.
    pub said_zh: String,
    /// What was done, in Chinese.
    pub did_zh: String,
    /// What people said, in English.
    pub said_en: String,
    /// What was done, in English.
    pub did_en: String,
}

/// The office's page.
#[derive(Clone, Debug)]
pub struct Improvements {
    /// Identifier of the round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// Service areas.
    pub areas: Vec<AreaChoice>,
    /// What was typed.
    pub typed: Typed,
    /// Fields that must be filled in or are too long.
    pub faulty: Vec<&'static str>,
    /// Whether the role may publish.
    pub may_publish: bool,
    /// All entries, newest first.
    pub entries: Vec<Done>,
}

/// Renders the office's page.
pub fn page(lang: Lang, staff: &SignedIn, view: &Improvements) -> Markup {
    let path = format!("/console/rounds/{}/improvements", view.round);
    let title = tr!(lang, "improve.title");
    let message = tr!(lang, "improve.fault");
    let faults: Vec<Fault> = view
        .faulty
        .iter()
        .map(|field| Fault {
            href: format!("#{field}"),
            text: message.to_string(),
        })
        .collect();
    RoundPage::new(lang, staff, (&view.round, &view.title), (&path, &title))
        .faults(&faults)
        .render(&html! {
            p.note { (tr!(lang, "improve.office")) }
            @if view.entries.is_empty() { p { (tr!(lang, "improve.none")) } }
            @for entry in &view.entries { (one(lang, staff, view, &path, entry)) }
            @if view.may_publish { (form(lang, staff, view, &path)) }
        })
}

fn one(lang: Lang, staff: &SignedIn, view: &Improvements, path: &str, entry: &Done) -> Markup {
    html! {
        section.entry aria-label=(entry.said) {
            p.note {
                (entry.area.as_deref().unwrap_or(&tr!(lang, "improve.all_areas"))) " · " (entry.day)
                @if entry.withdrawn { " · " strong { (tr!(lang, "improve.withdrawn")) } }
            }
            p { strong { (tr!(lang, "improve.said")) } (entry.said) br; strong { (tr!(lang, "improve.did")) } (entry.did) }
            @if view.may_publish && !entry.withdrawn {
                form method="post" action=(path) {
                    (csrf(&staff.csrf))
                    input type="hidden" name="withdraw" value=(entry.id);
                    button type="submit" { (tr!(lang, "improve.withdraw")) }
                }
            }
        }
    }
}

fn form(lang: Lang, staff: &SignedIn, view: &Improvements, path: &str) -> Markup {
    let text = |name: &'static str, label: &str, value: &str, language: Lang| {
        let faulty = view.faulty.contains(&name);
        let error = format!("{name}-error");
        html! {
            div.field {
                label for=(name) { (label) }
                @if faulty { p.q-error #(error) { (tr!(lang, "improve.fault")) } }
                textarea #(name) name=(name) rows="3" maxlength="300" lang=(language.tag())
                    aria-invalid=[faulty.then_some("true")] aria-describedby=[faulty.then_some(&error)] { (value) }
            }
        }
    };
    html! {
        h2 { (tr!(lang, "improve.new")) }
        form method="post" action=(path) novalidate {
            (csrf(&staff.csrf))
            div.field {
                label for="area" { (tr!(lang, "cases.area")) }
                select #area name="area" {
                    option value="" { (tr!(lang, "improve.all_areas")) }
                    @for area in &view.areas {
                        option value=(area.code) selected[area.code == view.typed.area] { (area.name) }
                    }
                }
            }
            (text("said_zh", &tr!(lang, "improve.said_zh"), &view.typed.said_zh, Lang::Zh))
            (text("did_zh", &tr!(lang, "improve.did_zh"), &view.typed.did_zh, Lang::Zh))
            (text("said_en", &tr!(lang, "improve.said_en"), &view.typed.said_en, Lang::En))
            (text("did_en", &tr!(lang, "improve.did_en"), &view.typed.did_en, Lang::En))
            button.main type="submit" { (tr!(lang, "improve.publish")) }
        }
    }
}
