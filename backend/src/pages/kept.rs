//! Says of which moment figures are that were not counted for this page.

use maud::{Markup, html};

use super::{Lang, tr};

/// The moment of figures that were counted before; nothing where they were counted just now.
pub fn note(lang: Lang, as_of: Option<&str>) -> Markup {
    html! {
        @if let Some(time) = as_of { p.note { (tr!(lang, "kept.as_of", time = time)) } }
    }
}
