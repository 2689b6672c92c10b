//! What cells hold, and how they are shown in messages.

use super::super::headers::{Languages, Table, TableRow};
use crate::form::Media;

pub(in crate::xlsform) fn media(table: &Table, row: &TableRow, languages: &Languages) -> Media {
    Media {
        image: table.text(row, "media::image", languages),
        audio: table.text(row, "media::audio", languages),
        video: table.text(row, "media::video", languages),
        captions: table.text(row, "media::captions", languages),
    }
}

/// The part of an expression around a fault, short enough for a message: `… and ${b} = ⟨，⟩ …`.
pub(crate) fn around(source: &str, span: &std::ops::Range<usize>) -> String {
    const CHARS: usize = 15;
    let (before, rest) = source.split_at_checked(span.start).unwrap_or((source, ""));
    let (at, after) = rest
        .split_at_checked(span.end.saturating_sub(span.start))
        .unwrap_or((rest, ""));
    let skipped = before.chars().count().saturating_sub(CHARS);
    let lead: String = before.chars().skip(skipped).collect();
    let tail: String = after.chars().take(CHARS).collect();
    let dots = |needed: bool| if needed { "…" } else { "" };
    format!(
        "{}{lead}⟨{at}⟩{tail}{}",
        dots(skipped > 0),
        dots(after.chars().count() > CHARS)
    )
}
