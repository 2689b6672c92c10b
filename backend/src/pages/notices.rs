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
    let faults: Vec<Summary> = view
        .is_wrong
        .then(|| Summary {
            href: "#email".to_owned(),
            text: tr!(lang, "notices.fault_email").into_owned(),
        })
        .into_iter()
        .collect();
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: view.is_wrong,
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
            @if let Some((name, is_linked)) = &view.provider { (provider(lang, staff, (name, *is_linked))) }
        },
    )
}

fn provider(lang: Lang, staff: &SignedIn, (name, is_linked): (&str, bool)) -> Markup {
    let (word, text, button) = match is_linked {
        true => (
            "unlink",
            tr!(lang, "provider.linked", name = name),
            tr!(lang, "provider.unlink", name = name),
        ),
        false => (
            "link",
            tr!(lang, "provider.not_linked", name = name),
            tr!(lang, "provider.link", name = name),
        ),
    };
    html! {
        h2 { (tr!(lang, "provider.title")) }
        p { (text) }
        form method="post" action=(PATH) {
            (csrf(&staff.csrf))
            input type="hidden" name="act" value=(word);
            button type="submit" { (button) }
        }
    }
}
