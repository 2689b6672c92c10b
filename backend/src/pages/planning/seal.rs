//! Sealing a plan, and amending a sealed one: what is fixed is shown beforehand, and confirmed by its hash.

use maud::{Markup, html};
use survey_forms::diagnostic::Diagnostic;

use super::history::difference;
use super::{Around, fault_list};
use crate::pages::layout::{Fault, csrf};
use crate::pages::office::FieldFault;
use crate::pages::table::Table;
use crate::pages::tr;
use crate::planning::amend::{Effect, Verdict};
use crate::planning::difference::Difference;

/// Why a plan cannot be sealed as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unready {
    /// The working copy says something else.
    Unsaved,
    /// It is sealed already.
    Sealed,
}

/// The page before sealing.
#[derive(Clone, Debug)]
pub struct SealPage {
    /// Hash of the plan as it would be sealed.
    pub sha256: String,
    /// The hash that was confirmed, where the plan is another one now.
    pub moved_from: Option<String>,
    /// Files under the seal, each with a short form of its content.
    pub files: Vec<(String, String)>,
    /// Files that the seal leaves out.
    pub records: Vec<String>,
    /// What should be looked at before.
    pub warnings: Vec<Diagnostic>,
    /// Why it cannot be.
    pub unready: Option<Unready>,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
}

fn confirm(around: Around<'_>, faults: &[Fault], words: &str) -> Markup {
    let fault = FieldFault::of(faults, "confirm");
    html! {
        (fault.message())
        p.check {
            input #confirm type="checkbox" name="confirm" value="yes" aria-invalid=[fault.invalid()]
                aria-describedby=[fault.described(None)];
            label for="confirm" { (words) }
        }
        (csrf(&around.staff.csrf))
    }
}

/// Renders the page.
pub fn page(around: Around<'_>, view: &SealPage) -> Markup {
    let lang = around.lang;
    let files = Table::new("sealed", tr!(lang, "plan.seal_covers"), &view.files)
        .hidden_caption()
        .head(tr!(lang, "plan.file"), |(path, _)| path)
        .text(
            tr!(lang, "plan.content"),
            |(_, content)| html! { code { (content) } },
        );
    let content = html! {
        @if let Some(before) = &view.moved_from {
            div.faults role="alert" {
                h2 { (tr!(lang, "plan.moved_title")) }
                p { (tr!(lang, "plan.moved_text")) }
                p { code.hash { (before) } }
            }
        }
        p { (tr!(lang, "plan.seal_lead")) }
        h2 { (tr!(lang, "plan.seal_hash")) }
        p { code.hash { (view.sha256) } }
        @if !view.warnings.is_empty() {
            h2 { (tr!(lang, "plan.check")) }
            (fault_list(around, &view.warnings, false))
        }
        h2 { (tr!(lang, "plan.seal_go_title")) }
        @match view.unready {
            Some(Unready::Unsaved) => {
                p.warning { (tr!(lang, "plan.seal_unsaved")) }
                p { a.button href=(around.path("")) { (tr!(lang, "plan.to_plan")) } }
            }
            Some(Unready::Sealed) => p.notice { (tr!(lang, "plan.seal_done")) },
            None => {
                form method="post" action=(around.path("/seal")) novalidate {
                    input type="hidden" name="sha256" value=(view.sha256);
                    (confirm(around, &view.faults, &tr!(lang, "plan.seal_confirm", hash = view.sha256.get(..12).unwrap_or_default())))
                    button.main type="submit" { (tr!(lang, "plan.seal_go")) }
                }
            }
        }
        h2 { (tr!(lang, "plan.seal_covers")) }
        (files.scrolling(lang))
        p.note { (tr!(lang, "plan.seal_not", files = view.records.join(if lang == crate::pages::Lang::Zh { "、" } else { ", " }))) }
    };
    around.page(&tr!(lang, "plan.seal"), "/seal", &view.faults, &content)
}

/// The page before amending.
#[derive(Clone, Debug)]
pub struct AmendPage {
    /// Hash of the plan in force.
    pub old_sha256: String,
    /// Hash of the plan that would be; the same where nothing is changed.
    pub new_sha256: String,
    /// The hash that was confirmed, where the plan is another one now.
    pub moved_from: Option<String>,
    /// What each change means.
    pub verdicts: Vec<Verdict>,
    /// Everything that stands against it.
    pub found: Vec<Diagnostic>,
    /// What differs.
    pub difference: Difference,
    /// Answers that have come.
    pub answers: u64,
    /// The reason, as typed.
    pub reason: String,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
}

/// Renders the page.
pub fn amend_page(around: Around<'_>, view: &AmendPage) -> Markup {
    let lang = around.lang;
    let rules: Vec<&Verdict> = view
        .verdicts
        .iter()
        .filter(|verdict| verdict.effect == Effect::Rules)
        .collect();
    let words: Vec<&Verdict> = view
        .verdicts
        .iter()
        .filter(|verdict| verdict.effect == Effect::Words)
        .collect();
    let reason = FieldFault::of(&view.faults, "reason");
    let is_changed = view.old_sha256 != view.new_sha256;
    let content = html! {
        @if let Some(before) = &view.moved_from {
            div.faults role="alert" {
                h2 { (tr!(lang, "plan.moved_title")) }
                p { (tr!(lang, "plan.moved_text")) }
                p { code.hash { (before) } }
            }
        }
        p { (tr!(lang, "plan.amend_lead")) }
        ul {
            li { (tr!(lang, "plan.amend_rule_words")) }
            li { (tr!(lang, "plan.amend_rule_rules")) }
            li { (tr!(lang, "plan.amend_rule_never")) }
        }
        @if !is_changed {
            p.notice { (tr!(lang, "plan.amend_nothing")) }
            p { a.button href=(around.path("")) { (tr!(lang, "plan.to_plan")) } }
        } @else {
            dl.facts {
                div { dt { (tr!(lang, "plan.hash_in_force")) } dd { code.hash { (view.old_sha256) } } }
                div { dt { (tr!(lang, "plan.hash_would_be")) } dd { code.hash { (view.new_sha256) } } }
                div { dt { (tr!(lang, "plan.v_answers")) } dd { (view.answers) } }
            }
            @if !view.found.is_empty() {
                h2 { (tr!(lang, "plan.amend_against")) }
                (fault_list(around, &view.found, true))
            }
            @if !rules.is_empty() {
                h2 { (tr!(lang, "plan.amend_rules", n = rules.len())) }
                @if view.answers > 0 { p.warning { (tr!(lang, "plan.amend_after_answers", n = view.answers)) } }
                (verdicts(&rules))
            }
            @if !words.is_empty() {
                h2 { (tr!(lang, "plan.amend_words", n = words.len())) }
                (verdicts(&words))
            }
            @if view.found.is_empty() {
                h2 { (tr!(lang, "plan.amend_go_title")) }
                form method="post" action=(around.path("/amend")) novalidate {
                    input type="hidden" name="sha256" value=(view.new_sha256);
                    div.field {
                        label for="reason" { (tr!(lang, "plan.amend_reason")) }
                        (reason.message())
                        textarea #reason name="reason" rows="3" maxlength="300" aria-invalid=[reason.invalid()]
                            aria-describedby=[reason.described(Some("reason-note"))] { "\n" (view.reason) }
                        p.note #reason-note { (tr!(lang, "plan.amend_reason_note")) }
                    }
                    (confirm(around, &view.faults, &tr!(lang, "plan.amend_confirm", hash = view.new_sha256.get(..12).unwrap_or_default())))
                    button.main type="submit" { (tr!(lang, "plan.amend_go")) }
                }
            }
            h2 { (tr!(lang, "plan.difference")) }
            (difference(lang, &view.difference, false))
        }
    };
    around.page(&tr!(lang, "plan.amend"), "/amend", &view.faults, &content)
}

fn verdicts(verdicts: &[&Verdict]) -> Markup {
    html! {
        ul {
            @for verdict in verdicts {
                li {
                    (verdict.what)
                    @let (old, new) = &verdict.values;
                    @if !old.is_empty() || !new.is_empty() { "：" (old) " → " (new) }
                }
            }
        }
    }
}
