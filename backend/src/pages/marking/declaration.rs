//! The declaration of conflicts of interest: made before an evaluator sees anything, added to at any time.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::super::layout::{Fault, SignedIn, csrf};
use super::super::office::FieldFault;
use super::super::round_page::RoundPage;
use super::super::{Lang, tr, words};
use super::{base, kind};
use crate::scoring::people::ConflictKind;

/// A conflict that is known.
#[derive(Clone, Debug)]
pub struct Known {
    /// Name of the unit.
    pub unit: String,
    /// What binds.
    pub kind: ConflictKind,
    /// Whether the evaluator said so; otherwise the office found it.
    pub declared: bool,
    /// What the evaluator wrote; what the office wrote is not shown.
    pub note: String,
}

/// The page.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// The round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// Nothing was declared yet.
    pub first: bool,
    /// Judged units: code and name.
    pub units: Vec<(String, String)>,
    /// What is known.
    pub known: Vec<Known>,
    /// Kind chosen by unit.
    pub chosen: BTreeMap<String, String>,
    /// The note as typed.
    pub note: String,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

/// Kinds that can be declared: employment is known from the account.
const DECLARABLE: [ConflictKind; 5] = [
    ConflictKind::Unit,
    ConflictKind::Institution,
    ConflictKind::Relatives,
    ConflictKind::PastPost,
    ConflictKind::Household,
];

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &Declaration) -> Markup {
    let title = tr!(lang, "marking.declaration");
    let path = format!("{}/declaration", base(&view.round));
    let fault = FieldFault::of(&view.faults, "sure");
    RoundPage::new(lang, staff, (&view.round, &view.title), (&path, &title))
        .faults(&view.faults)
        .render(&html! {
            @if view.first { p.warning { (tr!(lang, "marking.declare_first")) } }
            p { (tr!(lang, "marking.declare_lead")) }
            ul {
                @for one in DECLARABLE { li { (kind(lang, one)) } }
            }
            p.note { (tr!(lang, "marking.declare_privacy")) }
            @if !view.known.is_empty() { (known(lang, &view.known)) }
            h2 { (tr!(lang, "marking.declare_units")) }
            form method="post" action=(path) novalidate {
                (csrf(&staff.csrf))
                @for (code, name) in &view.units { (unit(lang, view, code, name)) }
                div.field {
                    label for="note" { (tr!(lang, "marking.declare_note")) }
                    textarea #note name="note" rows="3" maxlength="1000" { (view.note) }
                }
                div.check {
                    (fault.message())
                    input #sure type="checkbox" name="sure" value="1" required
                        aria-invalid=[fault.invalid()] aria-describedby=[fault.described(None)];
                    label for="sure" { (tr!(lang, "marking.declare_sure")) }
                }
                button.main type="submit" { (tr!(lang, "marking.declare_go")) }
            }
        })
}

fn unit(lang: Lang, view: &Declaration, code: &str, name: &str) -> Markup {
    let id = format!("unit-{code}");
    let chosen = view.chosen.get(code).map(String::as_str).unwrap_or_default();
    html! {
        div.field {
            label for=(id) { (name) }
            select #(id) name=(id) {
                option value="" { (tr!(lang, "marking.no_conflict")) }
                @for one in DECLARABLE {
                    option value=(one.as_str()) selected[one.as_str() == chosen] { (kind(lang, one)) }
                }
            }
        }
    }
}

fn known(lang: Lang, known: &[Known]) -> Markup {
    html! {
        h2 { (tr!(lang, "marking.known")) }
        ul {
            @for one in known {
                li {
                    (one.unit) " · " (kind(lang, one.kind)) " · "
                    @if one.declared { (tr!(lang, "marking.said_by_you")) } @else { (tr!(lang, "marking.found")) }
                    @if !one.note.is_empty() { br; span.quiet lang=[words::tongue(lang, &one.note)] { (one.note) } }
                }
            }
        }
    }
}
