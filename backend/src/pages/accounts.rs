//! The office's page of console accounts and their second factors.

use maud::{Markup, html};

use super::layout::{ConsoleFrame, Fault, SignedIn, console, csrf, fault_summary};
use super::office::FieldFault;
use super::table::scrolling;
use super::{Lang, tr, words};
use crate::auth::Role;

const PATH: &str = "/console/accounts";

/// How an account's second factor stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Factor {
    /// On since this day, ISO 8601.
    On(String),
    /// Off.
    Off,
    /// Off although the settings make it compulsory: nothing but setting it up is open to the account.
    Missing,
}

/// An account.
#[derive(Clone, Debug)]
pub struct AccountLine {
    /// Login.
    pub login: String,
    /// Name shown.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Whether it is closed.
    pub is_closed: bool,
    /// Its second factor.
    pub factor: Factor,
    /// Whether it is that of whoever looks.
    pub is_own: bool,
}

/// A removal without a reason.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Whose second factor it was about.
    pub login: String,
}

fn factor(lang: Lang, factor: &Factor) -> String {
    match factor {
        Factor::On(day) => tr!(lang, "accounts.on", day = words::day_of(lang, day)).into_owned(),
        Factor::Off => tr!(lang, "accounts.off").into_owned(),
        Factor::Missing => tr!(lang, "accounts.missing").into_owned(),
    }
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, lines: &[AccountLine], refused: Option<&Refused>) -> Markup {
    let title = tr!(lang, "accounts.title");
    let faults: Vec<Fault> = refused
        .iter()
        .map(|_| Fault {
            href: "#reason".to_owned(),
            text: tr!(lang, "accounts.no_reason").into_owned(),
        })
        .collect();
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: refused.is_some(),
        path: PATH,
        staff: Some(staff),
    };
    let table = html! {
        table {
            caption #accounts { (tr!(lang, "accounts.caption")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "accounts.name")) }
                    th scope="col" { (tr!(lang, "accounts.factor")) }
                    th scope="col" { (tr!(lang, "accounts.role")) }
                    th scope="col" { (tr!(lang, "accounts.login")) }
                }
            }
            tbody {
                @for line in lines {
                    tr {
                        th scope="row" lang=[words::tongue(lang, &line.name)] { (line.name) }
                        td { (factor(lang, &line.factor)) }
                        td {
                            (words::role(lang, line.role))
                            @if line.is_closed { " · " (tr!(lang, "accounts.closed")) }
                        }
                        td { (line.login) }
                    }
                }
            }
        }
    };
    let removable: Vec<&AccountLine> = lines
        .iter()
        .filter(|line| !line.is_own && matches!(line.factor, Factor::On(_)))
        .collect();
    console(
        frame,
        &html! {
            (fault_summary(&tr!(lang, "question.errors"), &faults))
            h1 { (title) }
            p { (tr!(lang, "accounts.lead")) }
            (scrolling(lang, "accounts", &table))
            h2 { (tr!(lang, "accounts.lost")) }
            p { (tr!(lang, "accounts.lost_lead")) }
            @if removable.is_empty() { p { (tr!(lang, "accounts.none")) } }
            @else { (removal(lang, staff, &removable, refused, &faults)) }
        },
    )
}

fn removal(
    lang: Lang,
    staff: &SignedIn,
    removable: &[&AccountLine],
    refused: Option<&Refused>,
    faults: &[Fault],
) -> Markup {
    let fault = FieldFault::of(faults, "reason");
    html! {
        form.login method="post" action=(PATH) {
            (csrf(&staff.csrf))
            div.field {
                label for="login" { (tr!(lang, "accounts.whose")) }
                select #login name="login" {
                    @for line in removable {
                        option value=(line.login)
                            selected[refused.is_some_and(|refused| refused.login == line.login)] {
                            (line.name) " (" (line.login) ")"
                        }
                    }
                }
            }
            div.field {
                label for="reason" { (tr!(lang, "accounts.reason")) }
                (fault.message())
                input #reason type="text" name="reason" maxlength="400" required
                    aria-invalid=[fault.invalid()] aria-describedby=[fault.described(Some("reason-hint"))];
                p #reason-hint .quiet { (tr!(lang, "accounts.reason_hint")) }
            }
            button type="submit" { (tr!(lang, "accounts.remove")) }
        }
    }
}
