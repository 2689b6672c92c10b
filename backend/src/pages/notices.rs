//! The page of notices about one's own account, and where they go by e-mail.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use maud::{Markup, html};

use super::layout::{ConsoleFrame, Fault as Summary, SignedIn, console, csrf, fault_summary};
use super::office::FieldFault;
use super::{Lang, own, sessions, tr};
use crate::auth::notices::Kind;

/// Where it is.
pub const PATH: &str = "/console/notices";

/// A notice.
#[derive(Clone, Debug)]
pub struct Line {
    /// What happened: a word of `auth::notices::Kind`.
    pub kind: String,
    /// Kind of browser and system.
    pub device: String,
    /// When, by the office's clock.
    pub when: String,
    /// Whether it was read.
    pub seen: bool,
}

/// The page.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Notices, the latest first.
    pub lines: Vec<Line>,
    /// The moment of the latest one, Unix milliseconds: what is told later stays unread.
    pub latest: i64,
    /// The address, as it is or as it was typed.
    pub email: String,
    /// Whether that is no address.
    pub is_wrong: bool,
    /// Whether the address was saved just now.
    pub is_saved: bool,
    /// The identity provider's name and whether the account is linked to it; none where there is no provider.
    pub provider: Option<(String, bool)>,
    /// Whether the password that linking takes was wrong.
    pub is_wrong_password: bool,
    /// Whether the provider could not be asked just now.
    pub is_unreachable: bool,
}

/// A moment by the office's clock, to the minute.
pub fn moment(ms: i64, utc_offset_hours: i8) -> String {
    let zone = TimeZone::fixed(Offset::from_hours(utc_offset_hours).unwrap_or(Offset::UTC));
    Timestamp::from_millisecond(ms)
        .map(|moment| zone.to_datetime(moment).strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default()
}

/// What happened, in words.
pub fn what(lang: Lang, kind: &str, device: &str) -> String {
    let device = sessions::device(lang, device);
    match Kind::parse(kind) {
        Some(Kind::Password) => tr!(lang, "notices.password", device = device),
        Some(Kind::PasswordSet) => tr!(lang, "notices.password_set"),
        Some(Kind::SecondFactorOn) => tr!(lang, "notices.second_factor_on", device = device),
        Some(Kind::SecondFactorOff) => tr!(lang, "notices.second_factor_off", device = device),
        Some(Kind::SecondFactorReset) => tr!(lang, "notices.second_factor_reset"),
        Some(Kind::RecoveryCodes) => tr!(lang, "notices.recovery_codes", device = device),
        Some(Kind::RecoveryUsed) => tr!(lang, "notices.recovery_used", device = device),
        Some(Kind::NewBrowser) => tr!(lang, "notices.new_browser", device = device),
        Some(Kind::Address) => tr!(lang, "notices.address_changed", device = device),
        Some(Kind::ProviderLinked) => tr!(lang, "notices.provider_linked", device = device),
        Some(Kind::ProviderUnlinked) => tr!(lang, "notices.provider_unlinked", device = device),
        None => return kind.to_owned(),
    }
    .into_owned()
}

/// The line on the console's first page that something happened to the account.
pub(super) fn waiting(lang: Lang, unread: u64) -> Markup {
    html! {
        @if unread > 0 {
            p.warning { a href=(PATH) { (tr!(lang, "notices.waiting", count = unread)) } }
        }
    }
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &View) -> Markup {
    let title = tr!(lang, "notices.title");
    let faults: Vec<Summary> = [
        (view.is_wrong, "#email", tr!(lang, "notices.fault_email")),
        (
            view.is_wrong_password,
            "#password",
            tr!(lang, "provider.fault_password"),
        ),
        (view.is_unreachable, "#provider", tr!(lang, "provider.failed")),
    ]
    .into_iter()
    .filter(|(is_so, _, _)| *is_so)
    .map(|(_, href, text)| Summary {
        href: href.to_owned(),
        text: text.into_owned(),
    })
    .collect();
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: !faults.is_empty(),
        path: PATH,
        staff: Some(staff),
    };
    let email = FieldFault::of(&faults, "email");
    console(
        frame,
        &html! {
            (fault_summary(&tr!(lang, "question.errors"), &faults))
            h1 { (title) }
            (own::nav(lang, PATH))
            @if view.is_saved { p.notice role="status" { (tr!(lang, "notices.saved")) } }
            p { (tr!(lang, "notices.lead")) }
            @if view.lines.is_empty() { p { (tr!(lang, "notices.none")) } }
            @else {
                ul.thread {
                    @for line in &view.lines {
                        li {
                            p.quiet { (line.when) @if !line.seen { " · " strong { (tr!(lang, "notices.unread")) } } }
                            p { (what(lang, &line.kind, &line.device)) }
                        }
                    }
                }
                p { (tr!(lang, "notices.strange")) }
                @if view.lines.iter().any(|line| !line.seen) {
                    form method="post" action=(PATH) {
                        (csrf(&staff.csrf))
                        input type="hidden" name="act" value="read";
                        input type="hidden" name="until" value=(view.latest);
                        button type="submit" { (tr!(lang, "notices.read")) }
                    }
                }
            }
            h2 { (tr!(lang, "notices.email_title")) }
            form method="post" action=(PATH) novalidate {
                (csrf(&staff.csrf))
                input type="hidden" name="act" value="address";
                div.field {
                    label for="email" { (tr!(lang, "notices.email")) }
                    p.q-hint #email-hint { (tr!(lang, "notices.email_hint")) }
                    (email.message())
                    input #email name="email" type="email" maxlength="200" value=(view.email) autocomplete="email"
                        aria-invalid=[email.invalid()] aria-describedby=[email.described(Some("email-hint"))];
                }
                button type="submit" { (tr!(lang, "notices.save")) }
            }
            @if let Some((name, is_linked)) = &view.provider { (provider(lang, staff, (name, *is_linked), &faults)) }
        },
    )
}

fn provider(lang: Lang, staff: &SignedIn, (name, is_linked): (&str, bool), faults: &[Summary]) -> Markup {
    let password = FieldFault::of(faults, "password");
    html! {
        h2 #provider { (tr!(lang, "provider.title")) }
        @if is_linked {
            p { (tr!(lang, "provider.linked", name = name)) }
            form method="post" action=(PATH) {
                (csrf(&staff.csrf))
                input type="hidden" name="act" value="unlink";
                button type="submit" { (tr!(lang, "provider.unlink", name = name)) }
            }
        } @else {
            p { (tr!(lang, "provider.not_linked", name = name)) }
            form method="post" action=(PATH) novalidate {
                (csrf(&staff.csrf))
                input type="hidden" name="act" value="link";
                div.field {
                    label for="password" { (tr!(lang, "provider.password")) }
                    (password.message())
                    input #password type="password" name="password" autocomplete="current-password"
                        aria-invalid=[password.invalid()] aria-describedby=[password.described(None)];
                }
                button type="submit" { (tr!(lang, "provider.link", name = name)) }
            }
        }
    }
}

/// The page that leads on to the identity provider.
pub fn onward(lang: Lang, staff: &SignedIn, (name, address): (&str, &str)) -> Markup {
    let title = tr!(lang, "provider.title");
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
            p { (tr!(lang, "provider.onward_text", name = name)) }
            p { a.button href=(address) { (tr!(lang, "provider.onward", name = name)) } }
        },
    )
}
