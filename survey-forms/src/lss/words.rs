//! LimeSurvey's words, which are HTML with `{…}` in it, as plain words.

use super::logic::Names;
use super::remark::{Remark, Remarks};
use crate::text::Text;

/// The words of a text without markup, `{code}` as `${name}`.
pub(super) fn plain(text: &Text, names: &Names, remarks: &mut Remarks) -> Text {
    text.iter()
        .map(|(tag, words)| {
            (
                tag.to_owned(),
                answers(&without_markup(words, remarks), names, remarks),
            )
        })
        .filter(|(_, words)| !words.is_empty())
        .collect()
}

/// Elements after which a line ends.
const BLOCKS: [&str; 9] = ["p", "br", "div", "li", "tr", "h1", "h2", "h3", "ul"];
/// Elements that say more than their words.
const LOST: [&str; 8] = [
    "img", "a", "iframe", "video", "audio", "object", "embed", "script",
];

fn without_markup(words: &str, remarks: &mut Remarks) -> String {
    let mut out = String::with_capacity(words.len());
    let mut rest = words;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        let inside = &rest[at + 1..];
        let is_element = inside.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!'));
        let Some(end) = inside.find('>').filter(|_| is_element) else {
            out.push('<');
            rest = inside;
            continue;
        };
        let is_end = inside.starts_with('/');
        let name = inside[..end].trim_start_matches('/');
        let name = name
            .split(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default();
        let name = name.to_ascii_lowercase();
        if LOST.contains(&name.as_str()) && !is_end {
            remarks.add(Remark::Markup);
        }
        rest = &inside[end + 1..];
        if BLOCKS.contains(&name.as_str()) && (is_end || name == "br") {
            out.push('\n');
        }
        if matches!(name.as_str(), "script" | "style") && !is_end {
            let close = format!("</{name}");
            rest = rest
                .to_ascii_lowercase()
                .find(&close)
                .and_then(|at| rest.get(at..))
                .unwrap_or_default();
        }
    }
    out.push_str(rest);
    let lines = entities(&out).replace('\u{a0}', " ");
    let lines: Vec<String> = lines
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("\n")
}

/// The character references that LimeSurvey's editor writes; others stay.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let found = rest.find(';').filter(|end| *end <= 10).and_then(|end| {
            let name = &rest[1..end];
            let one = match name {
                "nbsp" => '\u{a0}',
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" | "ldquo" | "rdquo" => '"',
                "apos" | "lsquo" | "rsquo" => '\'',
                "ndash" => '–',
                "mdash" => '—',
                "hellip" => '…',
                "auml" => 'ä',
                "ouml" => 'ö',
                "uuml" => 'ü',
                "szlig" => 'ß',
                "eacute" => 'é',
                "egrave" => 'è',
                _ => {
                    let number = name.strip_prefix('#')?;
                    let code = match number.strip_prefix(['x', 'X']) {
                        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                        None => number.parse().ok()?,
                    };
                    char::from_u32(code)?
                }
            };
            Some((one, end + 1))
        });
        match found {
            Some((one, length)) => {
                out.push(one);
                rest = &rest[length..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// `{Q1}` and `{Q1.shown}` as `${Q1}`; other expressions stay and are named.
fn answers(words: &str, names: &Names, remarks: &mut Remarks) -> String {
    let mut out = String::with_capacity(words.len());
    let mut rest = words;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        let inside = &rest[at + 1..];
        // As LimeSurvey has it, a brace beside a blank is a brace.
        let is_expression = inside.starts_with(|c: char| !c.is_whitespace());
        let Some(end) = inside.find('}').filter(|end| is_expression && *end > 0) else {
            out.push('{');
            rest = inside;
            continue;
        };
        let source = &inside[..end];
        let code = source.strip_prefix("INSERTANS:").unwrap_or(source);
        let code = code.split('.').next().unwrap_or_default();
        match names.shown(code) {
            Some(name) => out.push_str(&format!("${{{name}}}")),
            None => {
                let source = source.to_owned();
                // Not `${…}`: nobody has that name.
                out.push_str(&format!("{{{source}}}"));
                remarks.add(Remark::Placeholder { source });
            }
        }
        rest = &inside[end + 1..];
    }
    out.push_str(rest);
    out
}
