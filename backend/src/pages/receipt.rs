//! The receipt: the answers have arrived, how to prove that later, and how to take them back or be heard again.

use maud::{Markup, PreEscaped, html};

use super::layout::{Fault, Frame, Switches, fault_summary, respondent};
use super::{Help, Lang, Reading, tr};

/// The second secret on the receipt page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// Can be made.
    Offer,
    /// Was made, and is not shown again.
    Made,
    /// Was made just now.
    Fresh(String),
    /// The response was taken back: there is nothing to have a secret for.
    No,
}

/// A service area to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaChoice {
    /// Code.
    pub code: String,
    /// Name in the page's language.
    pub name: String,
}

/// What came of the last press on the contact form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactNote {
    /// Kept.
    Kept,
    /// Nothing was written or chosen.
    Missing,
    /// Too long.
    TooLong,
}

/// The form by which a way to be reached is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Service areas.
    pub areas: Vec<AreaChoice>,
    /// The one chosen before, or empty.
    pub area: String,
    /// Whether a way to be reached is kept already; it is not shown again.
    pub left: bool,
    /// What was typed, given back for correction.
    pub typed: String,
    /// What came of it.
    pub note: Option<ContactNote>,
}

/// The receipt page.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Name of the round.
    pub round: String,
    /// Address of the page itself.
    pub path: String,
    /// The receipt as text.
    pub receipt: String,
    /// Address at which the receipt is checked, with the host: what the QR code holds.
    pub check_url: String,
    /// The same on this host.
    pub check_path: String,
    /// Address where results will be published, with the host.
    pub results_url: String,
    /// Path of the same page on this host.
    pub results_path: String,
    /// Path of the register of service institutions, where it holds any.
    pub services_path: Option<String>,
    /// The second secret.
    pub secret: Secret,
    /// The contact form, where follow-up was asked for.
    pub contact: Option<Contact>,
    /// Where this browser forgets the receipt, if it can.
    pub forget: Option<String>,
    /// Whom to turn to.
    pub help: Help,
}

/// A receipt in groups of four, by which it is read out and compared; the round stays whole. Blanks do not count when
/// it is typed.
fn in_fours(receipt: &str) -> String {
    let mut out = String::with_capacity(receipt.len() * 5 / 4);
    for (at, part) in receipt.split('.').enumerate() {
        if at > 0 {
            out.push('.');
        }
        for (place, sign) in part.chars().enumerate() {
            if at > 1 && place > 0 && place % 4 == 0 {
                out.push(' ');
            }
            out.push(sign);
        }
    }
    out
}

/// A button by which the script copies what stands before it, without blanks, and the place where it says that it did.
/// Without a script there is neither.
fn copy(lang: Lang, words: &str) -> Markup {
    html! {
        button.second type="button" hidden data-copy data-done=(tr!(lang, "receipt.copied"))
            data-failed=(tr!(lang, "receipt.not_copied")) { (words) }
        p.quiet role="status" {}
    }
}

/// A QR code; none when the text does not fit one.
fn qr_svg(text: &str) -> Option<String> {
    super::qr::svg(text)
}

/// Renders the receipt page.
pub fn page(reading: Reading, view: &Receipt) -> Markup {
    let lang = reading.lang;
    let title = tr!(lang, "receipt.title");
    let fault = match view.contact.as_ref().and_then(|contact| contact.note) {
        Some(ContactNote::Missing) => Some(tr!(lang, "receipt.contact_missing")),
        Some(ContactNote::TooLong) => Some(tr!(lang, "receipt.contact_long")),
        Some(ContactNote::Kept) | None => None,
    };
    let faults: Vec<Fault> = fault
        .iter()
        .map(|text| Fault {
            href: "#contact".to_owned(),
            text: text.to_string(),
        })
        .collect();
    let frame = Frame {
        reading,
        title: &title,
        has_error: fault.is_some(),
        site: &view.round,
        help: Some(&view.help),
        switches: Switches::Return(&view.path),
    };
    respondent(
        frame,
        &html! {
            (fault_summary(&tr!(lang, "question.errors"), &faults))
            h1 { (title) }
            @if let Secret::Fresh(secret) = &view.secret { (fresh(lang, secret)) }
            p { (tr!(lang, "receipt.text")) }
            p.receipt data-receipt { (in_fours(&view.receipt)) }
            (copy(lang, &tr!(lang, "receipt.copy")))
            p { (tr!(lang, "receipt.what")) }
            @if let Some(svg) = qr_svg(&view.check_url) {
                div.qr role="img" aria-label=(tr!(lang, "receipt.qr")) { (PreEscaped(svg)) }
                p.quiet { (tr!(lang, "receipt.qr_caption")) }
            }
            p { a.second href=(view.check_path) { (tr!(lang, "receipt.check")) } }
            p { (tr!(lang, "receipt.print")) }
            p {
                a href=(view.results_path) { (tr!(lang, "receipt.results")) }
                span.printed { " " (view.results_url) }
            }
            @if let Some(path) = &view.services_path { p { a.second href=(path) { (tr!(lang, "services.link")) } } }
            @if let Some(contact) = &view.contact { (contact_form(lang, view, contact, fault.as_deref())) }
            (secret(lang, view))
            @if let Some(forget) = &view.forget {
                h2 { (tr!(lang, "receipt.shared")) }
                p { (tr!(lang, "receipt.shared_text")) }
                form method="post" action=(forget) {
                    button.second type="submit" { (tr!(lang, "receipt.forget")) }
                }
            }
            p { strong { (tr!(lang, "receipt.done")) } }
        },
    )
}

/// The secret on top of the page, where it cannot be missed: it comes once.
fn fresh(lang: Lang, secret: &str) -> Markup {
    html! {
        div.notice role="status" {
            h2 { (tr!(lang, "receipt.secret_fresh_title")) }
            p.receipt.secret data-secret { (secret) }
            (copy(lang, &tr!(lang, "receipt.secret_copy")))
            p { (tr!(lang, "receipt.secret_fresh")) }
            p { (tr!(lang, "receipt.secret_apart")) }
        }
    }
}

fn secret(lang: Lang, view: &Receipt) -> Markup {
    html! {
        @match &view.secret {
            Secret::No => {}
            Secret::Fresh(_) => p { a.second href="/receipt/mine" { (tr!(lang, "receipt.secret_use")) } },
            Secret::Made => {
                h2 { (tr!(lang, "receipt.secret_title")) }
                p { (tr!(lang, "receipt.secret_made")) }
                p { a.second href="/receipt/mine" { (tr!(lang, "receipt.secret_use")) } }
            }
            Secret::Offer => {
                h2 { (tr!(lang, "receipt.secret_title")) }
                p { (tr!(lang, "receipt.secret_text")) }
                form method="post" action=(view.path) {
                    button.second type="submit" name="act" value="secret" { (tr!(lang, "receipt.secret_go")) }
                }
            }
        }
    }
}

fn contact_form(lang: Lang, view: &Receipt, contact: &Contact, fault: Option<&str>) -> Markup {
    let described = if fault.is_some() {
        "contact-hint contact-error"
    } else {
        "contact-hint"
    };
    html! {
        h2 { (tr!(lang, "receipt.contact_title")) }
        @if contact.note == Some(ContactNote::Kept) {
            p.notice role="status" { (tr!(lang, "receipt.contact_kept")) }
        }
        p { (tr!(lang, "receipt.contact_text")) }
        form method="post" action=(view.path) novalidate {
            div.field {
                label for="contact" { (tr!(lang, "receipt.contact_label")) }
                p #contact-hint .q-hint {
                    @if contact.left { (tr!(lang, "receipt.contact_again")) } @else { (tr!(lang, "receipt.contact_hint")) }
                }
                @if let Some(fault) = fault { p #contact-error .q-error { (fault) } }
                input #contact type="text" name="contact" value=(contact.typed) autocomplete="tel" maxlength="200"
                    aria-describedby=(described) aria-invalid=[fault.map(|_| "true")];
            }
            div.field {
                label for="area" { (tr!(lang, "receipt.contact_area")) }
                select #area name="area" {
                    option value="" { (tr!(lang, "receipt.contact_any")) }
                    @for area in &contact.areas {
                        option value=(area.code) selected[area.code == contact.area] { (area.name) }
                    }
                }
            }
            button.second type="submit" name="act" value="contact" { (tr!(lang, "receipt.contact_go")) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::in_fours;

    #[test]
    fn receipt_in_fours_without_its_blanks_is_the_receipt() {
        let receipt = "MY1.yunxi-2026.AbCdEfGhI.1-_4";
        let shown = in_fours(receipt);
        assert_eq!(shown, "MY1.yunxi-2026.AbCd EfGh I.1-_4");
        assert_eq!(shown.replace(' ', ""), receipt);
    }
}
