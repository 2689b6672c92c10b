//! The receipt: the answers have arrived, and how to prove that later.

use maud::{Markup, PreEscaped, html};

use super::layout::{Frame, Switches, respondent};
use super::{Help, Reading, tr};

/// The receipt page.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Name of the round.
    pub round: String,
    /// Address of the page itself.
    pub path: String,
    /// The receipt as text.
    pub receipt: String,
    /// Address where results will be published, with the host.
    pub results_url: String,
    /// Path of the same page on this host.
    pub results_path: String,
    /// Whom to turn to.
    pub help: Help,
}

/// The receipt as a QR code; none when it does not fit one.
fn qr_svg(text: &str) -> Option<String> {
    super::qr::svg(text)
}

/// Renders the receipt page.
pub fn page(reading: Reading, view: &Receipt) -> Markup {
    let lang = reading.lang;
    let title = tr!(lang, "receipt.title");
    let frame = Frame {
        reading,
        title: &title,
        has_error: false,
        site: &view.round,
        help: Some(&view.help),
        switches: Switches::Return(&view.path),
    };
    respondent(
        frame,
        &html! {
            h1 { (title) }
            p { (tr!(lang, "receipt.text")) }
            p.receipt data-receipt { (view.receipt) }
            p { (tr!(lang, "receipt.what")) }
            @if let Some(svg) = qr_svg(&view.receipt) {
                div.qr role="img" aria-label=(tr!(lang, "receipt.qr")) { (PreEscaped(svg)) }
                p.quiet { (tr!(lang, "receipt.qr_caption")) }
            }
            p { (tr!(lang, "receipt.print")) }
            p { (tr!(lang, "receipt.results")) ": " a href=(view.results_path) { (view.results_url) } }
            p { strong { (tr!(lang, "receipt.done")) } }
        },
    )
}
