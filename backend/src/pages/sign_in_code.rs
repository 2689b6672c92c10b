//! The second step of signing in: the code.

use maud::{Markup, html};

use super::layout::{ConsoleFrame, Fault, console, fault_summary};
use super::office::FieldFault;
use super::{Lang, tr};

/// Which of the two was wrong, used before, or one too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongCode {
    /// The code of the app.
    App,
    /// The recovery code.
    Recovery,
}

/// The page.
#[derive(Clone, Debug, Default)]
pub struct CodePage {
    /// Where to go afterwards: a path of the console.
    pub next: String,
    /// What was wrong.
    pub wrong: Option<WrongCode>,
}

/// Renders the page.
pub fn page(lang: Lang, view: &CodePage) -> Markup {
    let title = tr!(lang, "second.step_title");
    let faults: Vec<Fault> = view
        .wrong
        .iter()
        .map(|wrong| match wrong {
            WrongCode::App => ("#code", tr!(lang, "second.code_wrong")),
            WrongCode::Recovery => ("#recovery", tr!(lang, "second.recovery_wrong")),
        })
        .map(|(href, text)| Fault {
            href: href.to_owned(),
            text: text.into_owned(),
        })
        .collect();
    let (app, recovery) = (
        FieldFault::of(&faults, "code"),
        FieldFault::of(&faults, "recovery"),
    );
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: view.wrong.is_some(),
        path: "/console/login/code",
        staff: None,
    };
    let next = html! { input type="hidden" name="next" value=(view.next); };
    console(
        frame,
        &html! {
            (fault_summary(&tr!(lang, "question.errors"), &faults))
            h1 { (title) }
            p { (tr!(lang, "second.step_lead")) }
            form.login method="post" action="/console/login/code" {
                (next)
                div.field {
                    label for="code" { (tr!(lang, "second.code")) }
                    (app.message())
                    (code_input("code", &app, None))
                }
                button.main type="submit" { (tr!(lang, "login.go")) }
            }
            details open[recovery.is_some()] {
                summary { (tr!(lang, "second.no_phone")) }
                p { (tr!(lang, "second.recovery_lead")) }
                form method="post" action="/console/login/code" {
                    (next)
                    div.field {
                        label for="recovery" { (tr!(lang, "second.recovery")) }
                        (recovery.message())
                        input #recovery type="text" name="recovery" autocomplete="off" autocapitalize="none"
                            spellcheck="false" required aria-invalid=[recovery.invalid()]
                            aria-describedby=[recovery.described(None)];
                    }
                    button type="submit" { (tr!(lang, "login.go")) }
                }
                p { (tr!(lang, "second.no_codes")) }
            }
            p { a href="/console/login" { (tr!(lang, "second.other_account")) } }
        },
    )
}

/// The field for a code of the app: digits alone on a phone's keyboard, offered by what keeps codes.
pub(super) fn code_input(id: &str, fault: &FieldFault<'_>, hint: Option<&str>) -> Markup {
    html! {
        input #(id) type="text" name="code" inputmode="numeric" autocomplete="one-time-code" required
            aria-invalid=[fault.invalid()] aria-describedby=[fault.described(hint)];
    }
}
