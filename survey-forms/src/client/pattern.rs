//! Regular expressions in JavaScript's words. The two languages differ in what `.`, `\d`, `\w` and `\s` stand for and
//! in their flags, so a pattern is not copied: it is parsed, and every class is written out as the ranges it means.

use std::fmt::Write;

use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// A pattern that means the same in JavaScript with the flag `u`, for the whole text; `None` where JavaScript of 2017
/// cannot say it (word boundaries, line starts).
pub(super) fn javascript(source: &str) -> Option<String> {
    let hir = regex_syntax::parse(&format!("^(?:{source})$")).ok()?;
    let mut out = String::new();
    write(&hir, &mut out)?;
    Some(out)
}

fn write(hir: &Hir, out: &mut String) -> Option<()> {
    match hir.kind() {
        HirKind::Empty => out.push_str("(?:)"),
        HirKind::Literal(literal) => {
            for c in std::str::from_utf8(&literal.0).ok()?.chars() {
                character(c, out)?;
            }
        }
        HirKind::Class(Class::Unicode(class)) => {
            out.push('[');
            for range in class.ranges() {
                character(range.start(), out)?;
                if range.start() != range.end() {
                    out.push('-');
                    character(range.end(), out)?;
                }
            }
            out.push(']');
        }
        HirKind::Class(Class::Bytes(_)) => return None,
        HirKind::Look(Look::Start) => out.push('^'),
        HirKind::Look(Look::End) => out.push('$'),
        HirKind::Look(_) => return None,
        HirKind::Repetition(repetition) => {
            out.push_str("(?:");
            write(&repetition.sub, out)?;
            match repetition.max {
                Some(max) => write!(out, "){{{},{max}}}", repetition.min).ok()?,
                None => write!(out, "){{{},}}", repetition.min).ok()?,
            }
        }
        HirKind::Capture(capture) => {
            out.push_str("(?:");
            write(&capture.sub, out)?;
            out.push(')');
        }
        HirKind::Concat(parts) => {
            for part in parts {
                write(part, out)?;
            }
        }
        HirKind::Alternation(parts) => {
            out.push_str("(?:");
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    out.push('|');
                }
                write(part, out)?;
            }
            out.push(')');
        }
    }
    Some(())
}

fn character(c: char, out: &mut String) -> Option<()> {
    if c.is_ascii_alphanumeric() {
        out.push(c);
        return Some(());
    }
    write!(out, "\\u{{{:x}}}", u32::from(c)).ok()
}

#[cfg(test)]
mod tests {
    use super::javascript;

    #[test]
    fn javascript__classes_are_written_out_and_flags_are_gone() {
        assert_eq!(
            javascript("[0-9]{17}[0-9Xx]").as_deref(),
            Some("^(?:[0-9]){17,17}[0-9Xx]$")
        );
        assert_eq!(javascript("(?i)ab?").as_deref(), Some("^[Aa](?:[Bb]){0,1}$"));
        assert_eq!(
            javascript("a.b|[一-三]+").as_deref(),
            Some("^(?:a[\\u{0}-\\u{9}\\u{b}-\\u{10ffff}]b|(?:[\\u{4e00}-\\u{4e09}]){1,})$")
        );
        assert!(javascript("\\d").is_some_and(|pattern| pattern.contains("\\u{ff10}-\\u{ff19}")));
    }

    #[test]
    fn javascript__what_it_cannot_say__is_none() {
        assert_eq!(javascript("\\bword\\b"), None);
        assert_eq!(javascript("["), None);
    }
}
