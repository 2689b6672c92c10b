//! The first page: type the code from the letter.

use maud::{Markup, html};

use super::layout::{Fault, Frame, Switches, fault_summary, respondent};
use super::{Help, Reading, tr};

/// What is wrong with the code that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeFault {
    /// Nothing was typed.
    Empty,
    /// So many letters and digits instead of 13.
    Length(usize),
    /// A character that no code has.
    Symbol(char),
    /// The check symbol does not fit: one is wrong, or two have changed places.
    Check,
}

/// The page on which a code is typed.
#[derive(Clone, Debug, Default)]
pub struct Home {
    /// What was typed, given back for correction.
    pub typed: String,
    /// What is wrong with it.
    pub fault: Option<CodeFault>,
    /// Whom to turn to, where one round is running.
    pub help: Option<Help>,
}

/// Renders the first page.
pub fn page(reading: Reading, view: &Home) -> Markup {
    let lang = reading.lang;
    let title = tr!(lang, "home.title");
    let message = view.fault.map(|fault| match fault {
        CodeFault::Empty => tr!(lang, "home.empty"),
        CodeFault::Length(typed) if typed < 13 => tr!(lang, "home.too_short", typed = typed),
        CodeFault::Length(typed) => tr!(lang, "home.too_long", typed = typed),
        CodeFault::Symbol(symbol) => tr!(lang, "home.symbol", symbol = symbol),
        CodeFault::Check => tr!(lang, "home.mistyped"),
    });
    let faults: Vec<Fault> = message
        .iter()
        .map(|text| Fault {
            href: "#code".to_owned(),
            text: text.to_string(),
        })
        .collect();
    let described = if message.is_some() {
        "code-hint code-error"
    } else {
        "code-hint"
    };
    let site = tr!(lang, "site.name");
    let frame = Frame {
        reading,
        title: &title,
        has_error: message.is_some(),
        site: &site,
        help: view.help.as_ref(),
        switches: Switches::InForm("open"),
    };
    respondent(
        frame,
        &html! {
            (fault_summary(&tr!(lang, "question.errors"), &faults))
            h1 { (title) }
            p { (tr!(lang, "home.lead")) }
            form #open method="post" action="/" novalidate {
                div.field {
                    label for="code" { (tr!(lang, "home.label")) }
                    p #code-hint .q-hint { (tr!(lang, "home.hint")) }
                    @if let Some(message) = &message { p #code-error .q-error { (message) } }
                    input #code .code type="text" name="code" value=(view.typed) autocomplete="off"
                        autocapitalize="characters" spellcheck="false" maxlength="40"
                        aria-describedby=(described) aria-invalid=[message.is_some().then_some("true")];
                }
                button.main data-main type="submit" name="go" value="next" { (tr!(lang, "home.go")) }
            }
            h2 { (tr!(lang, "home.no_code")) }
            p { (tr!(lang, "home.no_code_text")) }
            p.quiet { a href="/console" { (tr!(lang, "site.staff")) } }
        },
    )
}
