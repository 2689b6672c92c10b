//! The page on which everyone sets up, renews and turns off their second factor.

use maud::{Markup, PreEscaped, html};

use super::layout::{ConsoleFrame, Fault, SignedIn, console, csrf, fault_summary};
use super::office::FieldFault;
use super::sign_in_code::code_input;
use super::{Lang, own, tr, words};

const PATH: &str = "/console/second-factor";
/// With so few recovery codes left the page says that it is time for new ones.
const FEW: u64 = 3;

/// How the account's second factor stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is none.
    Off,
    /// One is being set up in this session.
    SettingUp {
        /// The secret in groups, to be typed into an app.
        secret: String,
        /// The address that apps read from a QR code.
        address: String,
    },
    /// There is one.
    On {
        /// Since which day, ISO 8601.
        since: String,
        /// How many recovery codes are left.
        left: u64,
    },
}

/// What is wrong with what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The password, or there were too many attempts.
    Password,
    /// The code of the second factor that there is.
    Code,
    /// The code of the one that is being set up.
    NewCode,
}

/// The page.
#[derive(Clone, Debug)]
pub struct SecondFactorPage {
    /// How it stands.
    pub standing: Standing,
    /// Whether the settings make it compulsory for the role.
    pub is_required: bool,
    /// What was wrong.
    pub wrong: Option<Wrong>,
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &SecondFactorPage) -> Markup {
    let title = tr!(lang, "second.title");
    let faults: Vec<Fault> = view
        .wrong
        .iter()
        .map(|wrong| match wrong {
            Wrong::Password => ("#password", tr!(lang, "second.password_wrong")),
            Wrong::Code => ("#code", tr!(lang, "second.proof_wrong")),
            Wrong::NewCode => ("#code", tr!(lang, "second.new_code_wrong")),
        })
        .map(|(href, text)| Fault {
            href: href.to_owned(),
            text: text.into_owned(),
        })
        .collect();
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: view.wrong.is_some(),
        path: PATH,
        staff: Some(staff),
    };
    let content = match &view.standing {
        Standing::Off => off(lang, staff, view.is_required, &faults),
        Standing::SettingUp { secret, address } => setting_up(lang, staff, (secret, address), &faults),
        Standing::On { since, left } => on(lang, staff, view.is_required, (since, *left), &faults),
    };
    console(
        frame,
        &html! {
            (fault_summary(&tr!(lang, "question.errors"), &faults))
            h1 { (title) }
            (own::nav(lang, PATH))
            (content)
        },
    )
}

fn password_field(lang: Lang, faults: &[Fault]) -> Markup {
    let fault = FieldFault::of(faults, "password");
    html! {
        div.field {
            label for="password" { (tr!(lang, "password.old")) }
            (fault.message())
            input #password type="password" name="password" autocomplete="current-password" required
                aria-invalid=[fault.invalid()] aria-describedby=[fault.described(None)];
        }
    }
}

fn off(lang: Lang, staff: &SignedIn, is_required: bool, faults: &[Fault]) -> Markup {
    html! {
        @if is_required { p.warning { strong { (tr!(lang, "second.required")) } } }
        p { (tr!(lang, "second.why")) }
        p { (tr!(lang, "second.apps")) }
        form.login method="post" action=(PATH) {
            (csrf(&staff.csrf))
            input type="hidden" name="act" value="begin";
            (password_field(lang, faults))
            button.main type="submit" { (tr!(lang, "second.begin")) }
        }
    }
}

fn setting_up(lang: Lang, staff: &SignedIn, (secret, address): (&str, &str), faults: &[Fault]) -> Markup {
    let fault = FieldFault::of(faults, "code");
    html! {
        ol.steps {
            li {
                h2 { (tr!(lang, "second.scan")) }
                p { (tr!(lang, "second.apps")) }
                @if let Some(svg) = super::qr::svg(address) {
                    div.qr.large role="img" aria-label=(tr!(lang, "second.qr")) { (PreEscaped(svg)) }
                }
                p { (tr!(lang, "second.by_hand")) }
                p.secret { code { (secret) } }
                p.quiet { (tr!(lang, "second.by_hand_kind")) }
            }
            li {
                h2 { (tr!(lang, "second.confirm")) }
                form.login method="post" action=(PATH) {
                    (csrf(&staff.csrf))
                    input type="hidden" name="act" value="confirm";
                    div.field {
                        label for="code" { (tr!(lang, "second.code")) }
                        (fault.message())
                        (code_input("code", &fault, None))
                    }
                    button.main type="submit" { (tr!(lang, "second.confirm_go")) }
                }
            }
        }
        form method="post" action=(PATH) {
            (csrf(&staff.csrf))
            input type="hidden" name="act" value="give-up";
            button type="submit" { (tr!(lang, "second.give_up")) }
        }
    }
}

fn on(
    lang: Lang,
    staff: &SignedIn,
    is_required: bool,
    (since, left): (&str, u64),
    faults: &[Fault],
) -> Markup {
    let fault = FieldFault::of(faults, "code");
    html! {
        p.notice { (tr!(lang, "second.is_on", day = words::day_of(lang, since))) }
        p.warning[left <= FEW] { (tr!(lang, "second.left", n = left)) }
        h2 { (tr!(lang, "second.change")) }
        p #proof-hint { (tr!(lang, "second.proof")) }
        form.login method="post" action=(PATH) {
            (csrf(&staff.csrf))
            (password_field(lang, faults))
            div.field {
                label for="code" { (tr!(lang, "second.code_or_recovery")) }
                (fault.message())
                input #code type="text" name="code" autocomplete="one-time-code" autocapitalize="none"
                    spellcheck="false" required aria-invalid=[fault.invalid()]
                    aria-describedby=[fault.described(Some("proof-hint"))];
            }
            p { button type="submit" name="act" value="codes" { (tr!(lang, "second.new_codes")) } }
            p { button type="submit" name="act" value="begin" { (tr!(lang, "second.new_phone")) } }
            @if is_required { p { (tr!(lang, "second.stays_on")) } }
            @else { p { button type="submit" name="act" value="off" { (tr!(lang, "second.turn_off")) } } }
        }
    }
}

/// Renders the recovery codes, once; `is_new` when the second factor was turned on with them.
pub fn codes(lang: Lang, staff: &SignedIn, codes: &[String], is_new: bool) -> Markup {
    let title = tr!(lang, "second.codes_title");
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: false,
        path: PATH,
        staff: Some(staff),
    };
    console(
        frame,
        &html! {
            h1 { (title) }
            @if is_new { p.notice role="status" { (tr!(lang, "second.turned_on")) } }
            p { strong { (tr!(lang, "second.codes_once")) } }
            p { (tr!(lang, "second.codes_lead")) }
            ul.recovery { @for code in codes { li { code { (code) } } } }
            p { a.button href="/console" { (tr!(lang, "second.codes_kept")) } }
        },
    )
}
