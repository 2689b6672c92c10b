//! Pictures, recordings and films that a form names: which they are, and whether the files beside it are what the form
//! says. Bytes are looked at, not endings: what a phone gets must be what its type says.

use std::collections::BTreeMap;

use crate::diagnostic::catalogue::Fault;
use crate::diagnostic::{Diagnostic, Place};
use crate::form::{Form, Item, Media};
use crate::text::Text;

pub mod metadata;
pub mod upload;

/// What a media file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaType {
    /// `image`, `audio`, `video` or `captions`.
    pub kind: &'static str,
    /// Media type for `Content-Type`.
    pub mime: &'static str,
}

const fn type_of(kind: &'static str, mime: &'static str) -> Option<MediaType> {
    Some(MediaType { kind, mime })
}

/// Recognises a file by its first bytes; none for what no page shows.
///
/// # Example
/// ```
/// use survey_forms::media::recognise;
/// assert_eq!(recognise(b"WEBVTT\n\n").map(|found| found.mime), Some("text/vtt; charset=utf-8"));
/// assert_eq!(recognise(b"<html>"), None);
/// ```
pub fn recognise(bytes: &[u8]) -> Option<MediaType> {
    let head = |at: usize, magic: &[u8]| bytes.get(at..at + magic.len()) == Some(magic);
    if head(0, b"\x89PNG\r\n\x1a\n") {
        return type_of("image", "image/png");
    }
    if head(0, b"\xff\xd8\xff") {
        return type_of("image", "image/jpeg");
    }
    if head(0, b"RIFF") && head(8, b"WEBP") {
        return type_of("image", "image/webp");
    }
    if head(0, b"RIFF") && head(8, b"WAVE") {
        return type_of("audio", "audio/wav");
    }
    if head(0, b"OggS") {
        return type_of("audio", "audio/ogg");
    }
    if head(4, b"ftyp") {
        return match bytes.get(8..12) {
            Some(b"M4A " | b"M4B ") => type_of("audio", "audio/mp4"),
            _ => type_of("video", "video/mp4"),
        };
    }
    if head(0, b"\x1a\x45\xdf\xa3") {
        return type_of("video", "video/webm");
    }
    // An ID3 tag, or the frame header of MPEG audio layer III.
    let is_frame = bytes.first() == Some(&0xff) && bytes.get(1).is_some_and(|byte| byte & 0xe6 == 0xe2);
    if head(0, b"ID3") || is_frame {
        return type_of("audio", "audio/mpeg");
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if text.starts_with(b"WEBVTT") {
        return type_of("captions", "text/vtt; charset=utf-8");
    }
    is_svg(text).then_some(MediaType {
        kind: "image",
        mime: "image/svg+xml",
    })
}

/// Whether XML begins with an `<svg>` element, after its declaration and comments.
fn is_svg(bytes: &[u8]) -> bool {
    let Ok(mut rest) = std::str::from_utf8(bytes) else {
        return false;
    };
    loop {
        rest = rest.trim_start();
        let end = match rest {
            _ if rest.starts_with("<?") => "?>",
            _ if rest.starts_with("<!--") => "-->",
            _ if rest.starts_with("<!") => ">",
            _ => return rest.starts_with("<svg"),
        };
        match rest.find(end) {
            Some(at) => rest = &rest[at + end.len()..],
            None => return false,
        }
    }
}

/// The largest file of a kind, bytes: what a phone on a slow network can still be asked to load.
fn most_bytes(kind: &str) -> usize {
    match kind {
        "image" => 1 << 20,
        "audio" => 8 << 20,
        "video" => 64 << 20,
        _ => 256 << 10,
    }
}

/// Whether a name is that of a file in one folder, and of nothing else.
pub fn is_plain_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// Names of caption files looked for beside a film where the form names none, by language: `NAME.zh.vtt`.
pub fn captions_beside(film: &str, language: &str) -> String {
    let stem = film.rsplit_once('.').map_or(film, |(stem, _)| stem);
    let language = language.split('-').next().unwrap_or(language);
    format!("{stem}.{language}.vtt")
}

/// A file that the form names.
struct Named<'f> {
    file: &'f str,
    kind: &'static str,
    sheet: &'static str,
    row: u32,
    column: &'static str,
}

fn all_named(form: &Form) -> Vec<Named<'_>> {
    let mut named = Vec::new();
    for node in form.nodes() {
        if let Item::Question(question) = node.item {
            add(&question.media, "survey", question.row, &mut named);
        }
    }
    for choice in form.choice_lists.values().flat_map(|list| &list.choices) {
        add(&choice.media, "choices", choice.row, &mut named);
    }
    named
}

fn add<'f>(media: &'f Media, sheet: &'static str, row: u32, named: &mut Vec<Named<'f>>) {
    let columns: [(&'f Text, &'static str, &'static str); 4] = [
        (&media.image, "image", "media::image"),
        (&media.audio, "audio", "media::audio"),
        (&media.video, "video", "media::video"),
        (&media.captions, "captions", "media::captions"),
    ];
    for (text, kind, column) in columns {
        for (_, file) in text.iter().filter(|(_, file)| !file.is_empty()) {
            named.push(Named {
                file,
                kind,
                sheet,
                row,
                column,
            });
        }
    }
}

/// Names of all files a reader of this form may ask for, each once, sorted: those it names, and captions beside films.
pub fn files(form: &Form) -> Vec<String> {
    let mut files = std::collections::BTreeSet::new();
    for named in all_named(form) {
        if named.kind == "video" {
            for language in &form.languages {
                files.insert(captions_beside(named.file, language.as_str()));
            }
        }
        files.insert(named.file.to_owned());
    }
    files.into_iter().collect()
}

/// What is wrong with the files that a form names, given those there are, by name. `form_file` is used in messages.
///
/// A file named in several cells is reported at each: every one of them has to be put right.
pub fn check<B: AsRef<[u8]>>(form_file: &str, form: &Form, there: &BTreeMap<String, B>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for named in all_named(form) {
        let file = named.file.to_owned();
        let fault = match there.get(named.file) {
            _ if !is_plain_name(named.file) => Some(Fault::BadMediaName { file }),
            None => Some(Fault::MissingMedia { file }),
            Some(bytes) => {
                let bytes = bytes.as_ref();
                let type_ = recognise(bytes);
                let most = most_bytes(named.kind);
                // A film's container may hold sound alone, and phones record into it.
                let fits = type_.is_some_and(|found| {
                    found.kind == named.kind || (named.kind == "audio" && found.kind == "video")
                });
                if !fits {
                    Some(Fault::WrongMedia {
                        file,
                        found: type_.map(|found| found.mime),
                        wanted: named.kind,
                    })
                } else if bytes.len() > most {
                    let most = match most >> 20 {
                        0 => format!("{} KB", most >> 10),
                        mib => format!("{mib} MB"),
                    };
                    Some(Fault::MediaTooLarge { file, most })
                } else {
                    None
                }
            }
        };
        if let Some(fault) = fault {
            let place = Place::sheet(named.sheet)
                .in_file(form_file)
                .row(named.row)
                .column(named.column);
            found.push(fault.at(place));
        }
    }
    found
}

#[cfg(test)]
mod tests;
