//! Files that come with a response: what they are by their bytes, and whether a question takes them. Endings and media types
//! that a client names are not believed, and the name that a file had on somebody's phone is not kept: it may say who they
//! are, or when a picture was taken.

use super::recognise;
use crate::form::UploadKind;
use crate::text::Text;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UploadType {
    /// Whether a picture, a recording, a film, or something else.
    pub kind: UploadKind,
    /// Media type for `Content-Type`.
    pub mime: &'static str,
    /// The usual ending of a name, without the dot.
    pub ending: &'static str,
}

const fn type_of(kind: UploadKind, mime: &'static str, ending: &'static str) -> Option<UploadType> {
    Some(UploadType { kind, mime, ending })
}

/// Recognises a file by its bytes; none for what nobody is asked for, programs and pages with scripts among it.
///
/// # Example
/// ```
/// use survey_forms::media::upload::recognise_upload;
/// assert_eq!(recognise_upload(b"%PDF-1.7\n").map(|found| found.mime), Some("application/pdf"));
/// assert_eq!(recognise_upload(b"MZ\x90\0"), None);
/// ```
pub fn recognise_upload(bytes: &[u8]) -> Option<UploadType> {
    use UploadKind::{Audio, File, Image, Video};
    let head = |at: usize, magic: &[u8]| bytes.get(at..at + magic.len()) == Some(magic);
    if head(4, b"ftyp") {
        return match bytes.get(8..12)? {
            b"heic" | b"heix" | b"hevc" | b"heim" | b"mif1" | b"msf1" => type_of(Image, "image/heic", "heic"),
            b"avif" | b"avis" => type_of(Image, "image/avif", "avif"),
            b"M4A " | b"M4B " => type_of(Audio, "audio/mp4", "m4a"),
            b"qt  " => type_of(Video, "video/quicktime", "mov"),
            brand if brand.starts_with(b"3g") => type_of(Video, "video/3gpp", "3gp"),
            _ => type_of(Video, "video/mp4", "mp4"),
        };
    }
    if head(0, b"GIF87a") || head(0, b"GIF89a") {
        return type_of(Image, "image/gif", "gif");
    }
    if head(0, b"#!AMR") {
        return type_of(Audio, "audio/amr", "amr");
    }
    if head(0, b"fLaC") {
        return type_of(Audio, "audio/flac", "flac");
    }
    if head(0, b"\xff\xf1") || head(0, b"\xff\xf9") {
        return type_of(Audio, "audio/aac", "aac");
    }
    if head(0, b"%PDF-") {
        return type_of(File, "application/pdf", "pdf");
    }
    // Archives alone are not taken: only those that office programs write, which say so in their first entry.
    if head(0, b"PK\x03\x04") {
        return if head(30, b"[Content_Types].xml") || head(30, b"_rels/") || head(30, b"docProps/") {
            office(bytes)
        } else if head(30, b"mimetypeapplication/vnd.oasis.opendocument.") {
            type_of(File, "application/vnd.oasis.opendocument.text", "odt")
        } else {
            None
        };
    }
    match recognise(bytes).map(|found| found.mime) {
        Some("image/png") => type_of(Image, "image/png", "png"),
        Some("image/jpeg") => type_of(Image, "image/jpeg", "jpg"),
        Some("image/webp") => type_of(Image, "image/webp", "webp"),
        Some("audio/wav") => type_of(Audio, "audio/wav", "wav"),
        Some("audio/ogg") => type_of(Audio, "audio/ogg", "ogg"),
        Some("audio/mpeg") => type_of(Audio, "audio/mpeg", "mp3"),
        Some("video/webm") => type_of(Video, "video/webm", "webm"),
        _ => is_plain_text(bytes).then_some(UploadType {
            kind: File,
            mime: "text/plain; charset=utf-8",
            ending: "txt",
        }),
    }
}

/// A document, a workbook or slides, by the name of any part.
fn office(bytes: &[u8]) -> Option<UploadType> {
    let has = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    let of = |word: &'static str, ending| type_of(UploadKind::File, word, ending);
    if has(b"vbaProject.bin") {
        // Macros.
        None
    } else if has(b"word/document.xml") {
        of(
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "docx",
        )
    } else if has(b"xl/workbook.xml") {
        of(
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "xlsx",
        )
    } else if has(b"ppt/presentation.xml") {
        of(
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "pptx",
        )
    } else {
        None
    }
}

/// Whether it is words: UTF-8 without signs that steer, and no markup that a browser might take for a page.
fn is_plain_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        !text.is_empty()
            && !text.starts_with(['<', '#', '{', '%'])
            && !text
                .chars()
                .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    })
}

/// The largest file that a question takes, in bytes: what a phone makes without being asked to make it small.
pub fn most_upload_bytes(kind: UploadKind) -> usize {
    match kind {
        UploadKind::Image | UploadKind::File => 10 << 20,
        UploadKind::Audio => 16 << 20,
        UploadKind::Video => 20 << 20,
    }
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadFault {
    /// Nothing in it.
    Empty,
    /// Above [`most_upload_bytes`].
    TooLarge,
    /// Of no kind that the question takes.
    Kind,
    /// A picture that ends too early, or is none in spite of its first bytes.
    Broken,
}

/// What a file is, if a question of this kind takes it.
///
/// # Errors
/// [`UploadFault`].
pub fn check_upload(kind: UploadKind, bytes: &[u8]) -> Result<UploadType, UploadFault> {
    if bytes.is_empty() {
        return Err(UploadFault::Empty);
    }
    if bytes.len() > most_upload_bytes(kind) {
        return Err(UploadFault::TooLarge);
    }
    let fits = |found: &UploadType| match kind {
        UploadKind::File => true,
        // A film's container may hold sound alone, and phones record into it.
        UploadKind::Audio => matches!(found.kind, UploadKind::Audio | UploadKind::Video),
        kind => found.kind == kind,
    };
    recognise_upload(bytes).filter(fits).ok_or(UploadFault::Kind)
}

impl UploadFault {
    /// The fault in words for whoever chose the file.
    pub fn message(self, kind: UploadKind) -> Text {
        let most = most_upload_bytes(kind) >> 20;
        match (self, kind) {
            (Self::Empty, _) => Text::zh_en(
                "这个文件是空的。请重新选一个文件。",
                "This file is empty. Choose another one.",
            ),
            (Self::TooLarge, _) => Text::zh_en(
                format!("这个文件太大，最多 {most} MB。请选小一点的文件，或者拍得小一些、录得短一些。"),
                format!(
                    "This file is too large; the most is {most} MB. Choose a smaller one, or take a smaller picture or a shorter recording."
                ),
            ),
            (Self::Broken, _) => Text::zh_en(
                "这张照片不完整，打不开。请重新拍一张，或者重新选。",
                "This picture is not whole and cannot be opened. Take it again, or choose another.",
            ),
            (Self::Kind, UploadKind::Image) => Text::zh_en(
                "这不是照片或图片。请选 JPG、PNG、WebP、GIF 或 HEIC 格式的图片。",
                "This is no picture. Choose a picture in JPG, PNG, WebP, GIF or HEIC format.",
            ),
            (Self::Kind, UploadKind::Audio) => Text::zh_en(
                "这不是录音。请选 MP3、M4A、AMR、AAC、WAV 或 OGG 格式的录音。",
                "This is no recording. Choose a recording in MP3, M4A, AMR, AAC, WAV or OGG format.",
            ),
            (Self::Kind, UploadKind::Video) => Text::zh_en(
                "这不是录像。请选 MP4、MOV、3GP 或 WebM 格式的录像。",
                "This is no film. Choose a film in MP4, MOV, 3GP or WebM format.",
            ),
            (Self::Kind, UploadKind::File) => Text::zh_en(
                "这种文件不能交。请选照片、录音、录像、PDF、Word、Excel 或纯文字文件。",
                "Files of this kind are not taken. Choose a picture, a recording, a film, or a PDF, Word, Excel or plain text file.",
            ),
        }
    }
}

/// The name under which the file of a question is kept, `photo-2.jpg` for `photo[2]` and a file that ended in `.JPG`. It
/// follows from the question alone.
pub fn stored_name(question: &str, ending: &str) -> String {
    let stem = question.replace('[', "-").replace(']', "");
    let ending = ending.to_lowercase();
    let is_usual = (1..=5).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
    format!("{stem}.{}", if is_usual { &ending } else { "bin" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::is_plain_name;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR";

    #[test]
    fn recognise_upload__what_phones_make__is_known_and_the_rest_is_not() {
        let ftyp = |brand: &[u8]| [b"\0\0\0\x18ftyp", brand, b"\0\0\0\0"].concat();
        let zip = |name: &[u8], rest: &[u8]| [b"PK\x03\x04".as_slice(), &[0; 26], name, rest].concat();
        for (bytes, mime, ending) in [
            (PNG.to_vec(), "image/png", "png"),
            (b"\xff\xd8\xff\xe1".to_vec(), "image/jpeg", "jpg"),
            (b"RIFF\0\0\0\0WEBPVP8 ".to_vec(), "image/webp", "webp"),
            (b"GIF89a".to_vec(), "image/gif", "gif"),
            (ftyp(b"heic"), "image/heic", "heic"),
            (ftyp(b"mp42"), "video/mp4", "mp4"),
            (ftyp(b"3gp4"), "video/3gpp", "3gp"),
            (ftyp(b"qt  "), "video/quicktime", "mov"),
            (ftyp(b"M4A "), "audio/mp4", "m4a"),
            (b"#!AMR\n".to_vec(), "audio/amr", "amr"),
            (b"\xff\xf1\x50".to_vec(), "audio/aac", "aac"),
            (b"ID3\x04".to_vec(), "audio/mpeg", "mp3"),
            (b"OggS".to_vec(), "audio/ogg", "ogg"),
            (b"\x1a\x45\xdf\xa3".to_vec(), "video/webm", "webm"),
            (b"%PDF-1.7".to_vec(), "application/pdf", "pdf"),
            (
                "\u{feff}甲,乙\r\n1,2".as_bytes().to_vec(),
                "text/plain; charset=utf-8",
                "txt",
            ),
        ] {
            let found = recognise_upload(&bytes).unwrap_or_else(|| panic!("{mime}"));
            assert_eq!((found.mime, found.ending), (mime, ending));
        }
        let docx = zip(b"[Content_Types].xml", b"word/document.xml");
        assert_eq!(recognise_upload(&docx).map(|found| found.ending), Some("docx"));
        for bytes in [
            b"".to_vec(),
            b"MZ\x90\0".to_vec(),
            b"\x7fELF".to_vec(),
            b"#!/bin/sh\n".to_vec(),
            b"<html><script>".to_vec(),
            b" <svg xmlns='http://www.w3.org/2000/svg'>".to_vec(),
            zip(b"a.exe", b""),
            zip(b"[Content_Types].xml", b"word/document.xml word/vbaProject.bin"),
            b"a\0b".to_vec(),
            b"WEBVTT\n\x1b".to_vec(),
        ] {
            assert_eq!(
                recognise_upload(&bytes),
                None,
                "{}",
                String::from_utf8_lossy(&bytes)
            );
        }
    }

    #[test]
    fn check_upload__kind_and_size() {
        assert_eq!(
            check_upload(UploadKind::Image, PNG).map(|found| found.ending),
            Ok("png")
        );
        assert_eq!(
            check_upload(UploadKind::File, PNG).map(|found| found.ending),
            Ok("png")
        );
        assert_eq!(check_upload(UploadKind::Audio, PNG), Err(UploadFault::Kind));
        assert!(check_upload(UploadKind::Audio, b"\0\0\0\x18ftyp3gp4").is_ok());
        assert_eq!(check_upload(UploadKind::Video, b"#!AMR"), Err(UploadFault::Kind));
        assert_eq!(check_upload(UploadKind::File, b""), Err(UploadFault::Empty));
        let mut large = PNG.to_vec();
        large.resize(most_upload_bytes(UploadKind::Image) + 1, 0);
        assert_eq!(
            check_upload(UploadKind::Image, &large),
            Err(UploadFault::TooLarge)
        );
        for kind in [
            UploadKind::Image,
            UploadKind::Audio,
            UploadKind::Video,
            UploadKind::File,
        ] {
            for fault in [UploadFault::Empty, UploadFault::TooLarge, UploadFault::Kind] {
                assert_ne!(fault.message(kind).get("zh"), fault.message(kind).get("en"));
            }
        }
    }

    #[test]
    fn stored_name__says_nothing_of_the_phone() {
        for (question, ending, name) in [
            ("photo", "JPG", "photo.jpg"),
            ("photo[2][1]", "jpeg", "photo-2-1.jpeg"),
            ("照片", "", "照片.bin"),
            ("a", "../x", "a.bin"),
            ("a", "veryLong", "a.bin"),
        ] {
            assert_eq!(stored_name(question, ending), name);
            assert!(is_plain_name(name), "{name}");
        }
    }
}
