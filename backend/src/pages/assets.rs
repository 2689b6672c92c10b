//! The style sheets and the script, embedded, with their fingerprint in the address.
//!
//! The address changes with the content, so browsers may keep a file for a
//! year: after the first page a survey costs only its HTML.

use std::borrow::Cow;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// A file served under `/assets/`.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Address with fingerprint, `/assets/survey-1a2b3c4d5e.css`.
    pub href: String,
    /// Media type.
    pub content_type: &'static str,
    /// The bytes.
    pub body: Cow<'static, str>,
}

impl Asset {
    fn new(
        stem: &str,
        extension: &str,
        content_type: &'static str,
        body: impl Into<Cow<'static, str>>,
    ) -> Self {
        let body = body.into();
        let print = hex::encode(&Sha256::digest(body.as_bytes())[..5]);
        Self {
            href: format!("/assets/{stem}-{print}.{extension}"),
            content_type,
            body,
        }
    }
}

/// Style of the respondents' and the public pages.
pub static SURVEY_CSS: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "survey",
        "css",
        "text/css; charset=utf-8",
        survey_css(include_str!("../../assets/survey.css")),
    )
});

/// Comments of the form `/*! name */` around the rules for white on black.
const DARK: (&str, &str) = ("/*! dark */", "/*! end */");

/// The style sheet as sent: without comments, and with the rules for white on black once more for phones that are set
/// dark. They stand in the file once, because web views of 2017 know neither nesting nor, all of them, custom
/// properties.
fn survey_css(source: &str) -> String {
    let dark = source
        .split_once(DARK.0)
        .and_then(|(_, rest)| rest.split_once(DARK.1))
        .map_or("", |(rules, _)| rules);
    let auto = dark.replace(".dark", ".auto");
    let mut out = String::with_capacity(source.len() + auto.len());
    let mut rest = source;
    while let Some((before, comment)) = rest.split_once("/*") {
        out.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    let lines = out.lines().filter(|line| !line.trim().is_empty());
    let mut sheet: String = lines.flat_map(|line| [line, "\n"]).collect();
    sheet.push_str("@media (prefers-color-scheme:dark){");
    sheet.push_str(auto.trim());
    sheet.push_str("}\n");
    sheet
}

/// Read-aloud, saving in the background, focus on errors; nothing depends on it.
pub static SURVEY_JS: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "survey",
        "js",
        "text/javascript; charset=utf-8",
        include_str!("../../assets/survey.js"),
    )
});

/// Style of the console.
pub static CONSOLE_CSS: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "console",
        "css",
        "text/css; charset=utf-8",
        include_str!("../../assets/console.css"),
    )
});

/// Keeps the fieldwork monitor up to date; the page is whole without it.
pub static CONSOLE_JS: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "console",
        "js",
        "text/javascript; charset=utf-8",
        include_str!("../../assets/console.js"),
    )
});

/// Makes the editor of questionnaires quicker: menus that follow what is chosen, a warning before words are lost.
pub static EDITOR_JS: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "editor",
        "js",
        "text/javascript; charset=utf-8",
        include_str!("../../assets/editor.js"),
    )
});

/// The file with this address, if it is one of ours in the present version.
pub fn find(path: &str) -> Option<&'static Asset> {
    [&SURVEY_CSS, &SURVEY_JS, &CONSOLE_CSS, &CONSOLE_JS, &EDITOR_JS]
        .into_iter()
        .map(|asset| &**asset)
        .find(|asset| asset.href == path)
}
