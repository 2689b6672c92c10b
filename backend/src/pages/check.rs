//! The check page: every answer this device gave, each with a link to change it.

use maud::{Markup, html};

use super::layout::{Fault, Frame, Switches, fault_summary, respondent, used_ways};
use super::{Help, Reading, tr, words};

/// A question and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The question's name, for the row's `id`.
    pub name: String,
    /// The question in words.
    pub question: String,
    /// The answer in words; empty when nothing was answered.
    pub answer: String,
    /// Address of the page where it is changed.
    pub change: String,
}

/// The check page.
#[derive(Clone, Debug)]
pub struct Check {
    /// Name of the round.
    pub round: String,
    /// Address the form is sent to, and of the page itself.
    pub path: String,
    /// Questions in the form's order.
    pub rows: Vec<Answered>,
    /// Answers given on other devices, which stay hidden.
    pub elsewhere: usize,
    /// Whether these were given on this phone, before it was handed over.
    pub taken: bool,
    /// Questions left out for want of the separate consent.
    pub withheld: usize,
    /// What is still missing or wrong.
    pub faults: Vec<Fault>,
    /// Whether one can agree to be called back.
    pub asks_callback: bool,
    /// Address of the page before.
    pub back: Option<String>,
    /// Whom to turn to.
    pub help: Help,
}

/// Renders the check page.
pub fn page(reading: Reading, view: &Check) -> Markup {
    let lang = reading.lang;
    let title = tr!(lang, "check.title");
    let frame = Frame {
        reading,
        title: &title,
        has_error: !view.faults.is_empty(),
        site: &view.round,
        help: Some(&view.help),
        switches: Switches::Return(&view.path),
    };
    respondent(
        frame,
        &html! {
            (fault_summary(&tr!(lang, "check.errors"), &view.faults))
            h1 { (title) }
            p { (tr!(lang, "check.lead")) }
            @if view.elsewhere > 0 {
                p.notice {
                    @if view.taken { (tr!(lang, "check.before", count = view.elsewhere)) }
                    @else { (tr!(lang, "check.elsewhere", count = view.elsewhere)) }
                }
            }
            @if view.withheld > 0 { p.notice { (tr!(lang, "check.withheld", count = view.withheld)) } }
            dl.answers {
                @for row in &view.rows {
                    div #{ "row-" (row.name) } {
                        dt { (row.question) }
                        dd {
                            @if row.answer.is_empty() { span.quiet { (tr!(lang, "question.nothing")) } }
                            @else { span lang=[words::tongue(lang, &row.answer)] { (row.answer) } }
                        }
                        dd.change {
                            a href=(row.change) { (tr!(lang, "check.change")) span.hidden { " " (row.question) } }
                        }
                    }
                }
            }
            form method="post" action=(view.path) {
                (used_ways())
                @if view.asks_callback {
                    label.choice for="callback" {
                        input #callback type="checkbox" name="callback" value="yes" aria-describedby="callback-note";
                        span.choice-label { (tr!(lang, "callback.consent")) }
                    }
                    p.quiet #callback-note { (tr!(lang, "callback.consent_note")) }
                }
                p { (tr!(lang, "check.final")) }
                button.main data-main type="submit" name="go" value="submit" { (tr!(lang, "check.submit")) }
            }
            @if let Some(back) = &view.back {
                div.more { a.second data-back href=(back) { (tr!(lang, "question.back")) } }
            }
        },
    )
}
