//! What everyone in the console has of their own: password, second factor, sessions, notices. One entry of the menu, and
//! on each page the way to the others.

use maud::{Markup, html};

use super::{Lang, tr};

/// The pages, in the order in which they are shown.
pub const PAGES: [&str; 4] = [
    "/console/password",
    "/console/second-factor",
    "/console/sessions",
    "/console/notices",
];

/// The way between them, from `path`.
pub(super) fn nav(lang: Lang, path: &str) -> Markup {
    let words = [
        tr!(lang, "own.password"),
        tr!(lang, "own.second_factor"),
        tr!(lang, "own.sessions"),
        tr!(lang, "notices.menu"),
    ];
    html! {
        nav.chips aria-label=(tr!(lang, "own.menu")) {
            @for (href, words) in PAGES.into_iter().zip(words) {
                a href=(href) aria-current=[(href == path).then_some("page")] { (words) }
            }
        }
    }
}
