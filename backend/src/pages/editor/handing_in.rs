//! A questionnaire on its way into the plan: what differs from the plan's, which rule forbids what, and the button.

use maud::{Markup, html};
use survey_forms::diagnostic::Diagnostic;
use survey_forms::editor::RowKey;
use survey_forms::editor::difference::Difference;

use super::super::layout::Fault;
use super::super::office::FieldFault;
use super::super::tr;
use super::versions::difference;
use super::{Around, Conflict, Shell};
use crate::questionnaires::handing_in::Way;

/// The page.
#[derive(Clone, Debug)]
pub struct PlanPage {
    /// How it gets there.
    pub way: Way,
    /// Whether any group of the plan answers it.
    pub has_group: bool,
    /// What differs from the plan's questionnaire; none where there is none or either has faults.
    pub difference: Option<Difference>,
    /// Whether the plan has it as it is here.
    pub in_plan: bool,
    /// Errors of the questionnaire itself.
    pub errors: usize,
    /// What stands against an amendment, and what somebody should look at.
    pub found: Vec<Diagnostic>,
    /// Rows by their number, to lead to them.
    pub rows: Vec<(u32, RowKey)>,
    /// A reason that was typed.
    pub reason: String,
    /// What the last act did.
    pub done: Option<String>,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// Whether somebody else was quicker.
    pub conflict: Option<Conflict>,
}

/// Renders the page.
pub fn page(around: Around<'_>, view: &PlanPage) -> Markup {
    let lang = around.lang;
    let heading = tr!(lang, "editor.menu_plan");
    let shell = Shell {
        heading: &heading,
        part: "/plan",
        faults: &view.faults,
        conflict: view.conflict.as_ref(),
        done: view.done.as_deref(),
        ..Shell::default()
    };
    let forbids = view.found.iter().any(Diagnostic::is_error);
    let plan = format!("/console/rounds/{}/plan", around.round.0);
    let content = html! {
        p {
            @match view.way {
                Way::Copy => (tr!(lang, "editor.plan_copy")),
                Way::Amendment => (tr!(lang, "editor.plan_amend")),
                Way::Never => (tr!(lang, "editor.plan_never")),
            }
            " " a href=(plan) { (tr!(lang, "plan.title")) }
        }
        @if !view.has_group { p.warning { (tr!(lang, "editor.plan_no_group", name = around.form)) } }
        @if view.errors > 0 {
            p.warning { (tr!(lang, "editor.has_faults", n = view.errors)) " " a href=(around.path("/check")) { (tr!(lang, "editor.see_faults")) } }
        }
        @if view.in_plan { p.notice { (tr!(lang, "editor.plan_same")) } }
        @else {
            @if let Some(found) = &view.difference {
                h2 { (tr!(lang, "editor.difference")) }
                (difference(around, found))
            }
            @if !view.found.is_empty() {
                h2 #rules {
                    @if forbids { (tr!(lang, "editor.forbidden")) } @else { (tr!(lang, "editor.to_look_at")) }
                }
                @if forbids { p { (tr!(lang, "editor.forbidden_note")) } }
                (around.faults(&view.found, &view.rows))
            }
            @if view.way != Way::Never && view.errors == 0 && !forbids { (hand_in(around, view)) }
        }
    };
    around.page(shell, &content)
}

fn hand_in(around: Around<'_>, view: &PlanPage) -> Markup {
    let lang = around.lang;
    let reason = FieldFault::of(&view.faults, "reason");
    html! {
        h2 { (tr!(lang, "editor.plan_go")) }
        form method="post" action=(around.path("/plan")) novalidate {
            (around.hidden())
            @if view.way == Way::Amendment {
                div.field {
                    label for="reason" { (tr!(lang, "editor.reason")) }
                    (reason.message())
                    input #reason type="text" name="reason" maxlength="300" autocomplete="off" value=(view.reason)
                        aria-invalid=[reason.invalid()] aria-describedby=[reason.described(Some("reason-note"))];
                    p.note #reason-note { (tr!(lang, "editor.reason_note")) }
                }
            }
            button.main type="submit" { (tr!(lang, "editor.plan_go")) }
        }
    }
}
