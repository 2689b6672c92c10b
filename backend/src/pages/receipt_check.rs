//! The page on which anyone who holds a receipt sees that a response was included, and what was done about the points
//! raised by all.

use maud::{Markup, html};

use super::improvements::{self, Done};
use super::layout::{Fault, Frame, Switches, fault_summary, respondent};
use super::{Help, Lang, Reading, tr};

/// What is wrong with what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypingFault {
    /// Nothing was typed.
    Empty,
    /// Not the form of a receipt.
    Malformed,
    /// The signature does not hold.
    Forged,
}

/// That the response is in a published root, in hex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Last day of the responses in the root, as people say it.
    pub day: String,
    /// Number of the publication.
    pub epoch: i32,
    /// Leaves in it.
    pub size: i64,
    /// Place of the leaf, from 0.
    pub index: u64,
    /// Hashes from the leaf upwards.
    pub path: Vec<String>,
    /// The root.
    pub root: String,
}

/// A receipt whose response is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Identifier of the round.
    pub round_id: String,
    /// Name of the round.
    pub round: String,
    /// The leaf.
    pub leaf: String,
    /// The proof; none until the day after.
    pub proof: Option<Proof>,
    /// What was done.
    pub done: Vec<Done>,
    /// Whom to turn to.
    pub help: Help,
}

/// The page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// What was typed, given back for correction.
    pub typed: String,
    /// What is wrong with it.
    pub fault: Option<TypingFault>,
    /// A genuine receipt whose response is not stored.
    pub missing: bool,
    /// A genuine receipt whose response is.
    pub found: Option<Found>,
}

/// Renders the page; `help` is whom to turn to where no round is known.
pub fn page(reading: Reading, view: &Check, help: Option<&Help>) -> Markup {
    let lang = reading.lang;
    let site = tr!(lang, "site.name");
    let (title, fault) = match (&view.found, view.missing, view.fault) {
        (Some(found), _, _) if found.proof.is_some() => (tr!(lang, "receipt_check.counted"), None),
        (Some(_), _, _) => (tr!(lang, "receipt_check.arrived"), None),
        (None, true, _) => (tr!(lang, "receipt_check.missing"), None),
        (None, false, fault) => (
            tr!(lang, "receipt_check.title"),
            fault.map(|fault| match fault {
                TypingFault::Empty => tr!(lang, "receipt_check.empty"),
                TypingFault::Malformed => tr!(lang, "receipt_check.malformed"),
                TypingFault::Forged => tr!(lang, "receipt_check.forged"),
            }),
        ),
    };
    let faults: Vec<Fault> = fault
        .iter()
        .map(|text| Fault {
            href: "#r".to_owned(),
            text: text.to_string(),
        })
        .collect();
    let frame = Frame {
        reading,
        title: &title,
        has_error: fault.is_some(),
        site: view.found.as_ref().map_or(&site, |found| &found.round),
        help: view.found.as_ref().map(|found| &found.help).or(help),
        switches: Switches::InForm("check"),
    };
    respondent(
        frame,
        &html! {
            (fault_summary(&tr!(lang, "question.errors"), &faults))
            h1 { (title) }
            @if let Some(found) = &view.found { (result(lang, found)) }
            @if view.missing {
                p { (tr!(lang, "receipt_check.missing_text")) }
                p { (tr!(lang, "receipt_check.missing_ask")) }
            }
            @if view.found.is_some() || view.missing { h2 { (tr!(lang, "receipt_check.another")) } }
            @else { p { (tr!(lang, "receipt_check.lead")) } }
            (form(lang, view, fault.as_deref()))
        },
    )
}

fn form(lang: Lang, view: &Check, fault: Option<&str>) -> Markup {
    let described = if fault.is_some() {
        "r-hint r-error"
    } else {
        "r-hint"
    };
    html! {
        form #check method="post" action="/receipt" novalidate {
            div.field {
                label for="r" { (tr!(lang, "receipt_check.label")) }
                p #r-hint .q-hint { (tr!(lang, "receipt_check.hint")) }
                @if let Some(fault) = fault { p #r-error .q-error { (fault) } }
                textarea #r .code name="r" rows="4" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="600"
                    aria-describedby=(described) aria-invalid=[fault.map(|_| "true")] { (view.typed) }
            }
            button.main data-main type="submit" name="go" value="next" { (tr!(lang, "receipt_check.go")) }
        }
    }
}

fn result(lang: Lang, found: &Found) -> Markup {
    html! {
        p.notice {
            @match &found.proof {
                Some(proof) => (tr!(lang, "receipt_check.counted_text", day = proof.day)),
                None => (tr!(lang, "receipt_check.arrived_text")),
            }
        }
        p { (tr!(lang, "receipt_check.no_answers")) }
        p { (tr!(lang, "receipt_check.since")) " " a href="/receipt/mine" { (tr!(lang, "receipt_check.since_go")) } }
        @if let Some(proof) = &found.proof { (for_experts(lang, found, proof)) }
        h2 { (tr!(lang, "improve.title")) }
        (improvements::entries(lang, &found.done))
        p { a.second href={ "/results/" (found.round_id) } { (tr!(lang, "receipt_check.results")) } }
    }
}

fn for_experts(lang: Lang, found: &Found, proof: &Proof) -> Markup {
    let api = format!("/api/v1/rounds/{}", found.round_id);
    html! {
        details.more {
            summary { (tr!(lang, "receipt_check.experts")) }
            p { (tr!(lang, "receipt_check.experts_text")) }
            dl.answers {
                div { dt { (tr!(lang, "receipt_check.leaf")) } dd.code { (found.leaf) } }
                div { dt { (tr!(lang, "receipt_check.place")) } dd { (proof.index + 1) " / " (proof.size) } }
                div { dt { (tr!(lang, "receipt_check.root")) } dd.code { (proof.root) } }
                div { dt { (tr!(lang, "receipt_check.epoch")) } dd { (proof.epoch) " · " (proof.day) } }
                div {
                    dt { (tr!(lang, "receipt_check.path")) }
                    dd.code { @for hash in &proof.path { (hash) br; } }
                }
            }
            p {
                a href={ (api) "/roots" } { (tr!(lang, "receipt_check.all_roots")) } " · "
                a href={ (api) "/proof/" (found.leaf) } { (tr!(lang, "receipt_check.as_json")) }
            }
        }
    }
}
