//! The page on which an interviewer gets what ODK Collect or Enketo asks for: address, user name, password.

use maud::{Markup, html};
use survey_forms::text::Text;

use super::layout::{ConsoleFrame, Fault, console, fault_summary};
use super::{Lang, tr};

/// The page.
#[derive(Clone, Debug, Default)]
pub struct Odk {
    /// The name that was typed.
    pub login: String,
    /// Why it did not work.
    pub fault: Option<Text>,
    /// What to enter in the client, once signed in.
    pub joined: Option<Joined>,
}

/// What to enter in the client.
#[derive(Clone, Debug)]
pub struct Joined {
    /// User name.
    pub login: String,
    /// Password: the device's token, shown this once.
    pub token: String,
    /// Addresses of the rounds in which the interviewer has cases.
    pub addresses: Vec<Address>,
}

/// The server's address for a round.
#[derive(Clone, Debug)]
pub struct Address {
    /// The address.
    pub url: String,
    /// The round's title in Chinese.
    pub round_zh: String,
    /// The round's title in English.
    pub round_en: String,
}

/// Renders the page.
pub fn page(lang: Lang, view: &Odk) -> Markup {
    let title = match view.joined {
        Some(_) => tr!(lang, "openrosa.joined"),
        None => tr!(lang, "openrosa.title"),
    };
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: view.fault.is_some(),
        path: "/field/odk",
        staff: None,
    };
    let content = match &view.joined {
        Some(joined) => settings(lang, joined),
        None => sign_in(lang, view),
    };
    console(
        frame,
        &html! {
            @if let Some(fault) = &view.fault {
                (fault_summary(&tr!(lang, "question.errors"), &[Fault {
                    href: "#login".to_owned(),
                    text: fault.get(lang.code()).to_owned(),
                }]))
            }
            h1 { (title) }
            (content)
        },
    )
}

fn sign_in(lang: Lang, view: &Odk) -> Markup {
    let invalid = view.fault.is_some().then_some("true");
    html! {
        p { (tr!(lang, "openrosa.about")) }
        p { (tr!(lang, "openrosa.prefer")) " " a href="/field" { (tr!(lang, "openrosa.app")) } }
        form.login method="post" action="/field/odk" {
            div.field {
                label for="login" { (tr!(lang, "login.user")) }
                input #login type="text" name="login" value=(view.login) autocomplete="username"
                    autocapitalize="none" spellcheck="false" required aria-invalid=[invalid];
            }
            div.field {
                label for="password" { (tr!(lang, "login.password")) }
                input #password type="password" name="password" autocomplete="current-password" required
                    aria-invalid=[invalid];
            }
            div.field {
                label for="device" { (tr!(lang, "openrosa.device")) }
                input #device type="text" name="device" maxlength="60" autocomplete="off"
                    aria-describedby="device-hint";
                p #device-hint .quiet { (tr!(lang, "openrosa.device_hint")) }
            }
            button.main type="submit" { (tr!(lang, "openrosa.go")) }
        }
    }
}

fn settings(lang: Lang, joined: &Joined) -> Markup {
    html! {
        p.notice role="status" { (tr!(lang, "openrosa.once")) }
        @if joined.addresses.is_empty() { p { (tr!(lang, "openrosa.no_cases")) } }
        dl {
            @for address in &joined.addresses {
                dt {
                    (tr!(lang, "openrosa.address")) " · "
                    @match lang { Lang::Zh => (address.round_zh), Lang::En => (address.round_en) }
                }
                dd { code { (address.url) } }
            }
            dt { (tr!(lang, "login.user")) }
            dd { code { (joined.login) } }
            dt { (tr!(lang, "login.password")) }
            dd.secret { code { (joined.token) } }
        }
        h2 { (tr!(lang, "openrosa.how")) }
        ol {
            li { (tr!(lang, "openrosa.how_server")) }
            li { (tr!(lang, "openrosa.how_forms")) }
            li { (tr!(lang, "openrosa.how_case")) }
            li { (tr!(lang, "openrosa.how_lost")) }
        }
    }
}
