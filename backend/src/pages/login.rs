//! The staff's sign-in page.

use maud::{Markup, html};

use super::layout::{ConsoleFrame, Fault, console, fault_summary};
use super::{Lang, tr};

/// Why sign-in did not work, or why the page is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginNote {
    /// A field is empty.
    Missing,
    /// Wrong name or password, a closed account or a pause: never which.
    Failed,
    /// Signed out just now.
    Out,
    /// The password was changed just now.
    Changed,
    /// The session ended by itself.
    Expired,
    /// The identity provider could not be asked, or did not say who it is.
    Provider,
    /// Whom the identity provider means has no account linked to it.
    NotLinked,
}

/// The sign-in page.
#[derive(Clone, Debug, Default)]
pub struct Login {
    /// The name that was typed.
    pub user: String,
    /// Where to go afterwards: a path of the console.
    pub next: String,
    /// What to say on top.
    pub note: Option<LoginNote>,
    /// Name of the identity provider, where there is one.
    pub provider: Option<String>,
}

/// Renders the sign-in page.
pub fn page(lang: Lang, view: &Login) -> Markup {
    let title = tr!(lang, "login.title");
    let error = match view.note {
        Some(LoginNote::Missing) => Some(tr!(lang, "login.missing")),
        Some(LoginNote::Failed) => Some(tr!(lang, "login.failed")),
        Some(LoginNote::Provider) => Some(tr!(lang, "provider.failed")),
        Some(LoginNote::NotLinked) => Some(tr!(lang, "provider.no_account")),
        _ => None,
    };
    let told = match view.note {
        Some(LoginNote::Out) => Some(tr!(lang, "login.out")),
        Some(LoginNote::Changed) => Some(tr!(lang, "login.changed")),
        Some(LoginNote::Expired) => Some(tr!(lang, "login.expired")),
        _ => None,
    };
    let faults: Vec<Fault> = error
        .iter()
        .map(|text| Fault {
            href: "#login".to_owned(),
            text: text.to_string(),
        })
        .collect();
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: error.is_some(),
        path: "/console/login",
        staff: None,
    };
    console(
        frame,
        &html! {
            (fault_summary(&tr!(lang, "question.errors"), &faults))
            h1 { (title) }
            @if let Some(told) = told { p.notice role="status" { (told) } }
            form.login method="post" action="/console/login" {
                input type="hidden" name="next" value=(view.next);
                div.field {
                    label for="login" { (tr!(lang, "login.user")) }
                    input #login type="text" name="login" value=(view.user) autocomplete="username"
                        autocapitalize="none" spellcheck="false" required
                        aria-invalid=[error.is_some().then_some("true")];
                }
                div.field {
                    label for="password" { (tr!(lang, "login.password")) }
                    input #password type="password" name="password" autocomplete="current-password" required
                        aria-describedby="password-hint" aria-invalid=[error.is_some().then_some("true")];
                    p #password-hint .quiet { (tr!(lang, "login.show")) }
                }
                button.main type="submit" { (tr!(lang, "login.go")) }
            }
            @if let Some(name) = &view.provider {
                p { a.button href={ "/console/login/provider?next=" (url::form_urlencoded::byte_serialize(view.next.as_bytes()).collect::<String>()) } {
                    (tr!(lang, "provider.sign_in", name = name))
                } }
            }
            p { a href="/console/password" { (tr!(lang, "login.change")) } }
        },
    )
}
