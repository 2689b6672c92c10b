use std::collections::BTreeMap;

use super::{check, files, recognise};
use crate::testing::{form, lines};

const FORM: &str = "
    | survey  |               |      |           |                          |               |              |
    |         | type          | name | label     | media::image::easy (zh-x-easy) | media::audio  | media::video |
    |         | select_one yn | need | 要康复吗？ | rehab.svg                | need.mp3      | need.mp4     |
    | choices |               |      |           |                          |               |              |
    |         | list_name     | name | label     | media::image             |               |              |
    |         | yn            | yes  | 要        | ../yes.svg               |               |              |
    |         | yn            | no   | 不要      | no.svg                   |               |              |
";

const SVG: &[u8] = b"<?xml version=\"1.0\"?>\n<!-- a -->\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>";

#[test]
fn recognise__first_bytes__decide() {
    let mime = |bytes: &[u8]| recognise(bytes).map(|found| found.mime);
    assert_eq!(mime(SVG), Some("image/svg+xml"));
    assert_eq!(mime(b"\x89PNG\r\n\x1a\n...."), Some("image/png"));
    assert_eq!(mime(b"RIFF\x10\0\0\0WEBPVP8 "), Some("image/webp"));
    assert_eq!(mime(b"RIFF\x10\0\0\0WAVEfmt "), Some("audio/wav"));
    assert_eq!(mime(b"\0\0\0\x18ftypM4A \0\0"), Some("audio/mp4"));
    assert_eq!(mime(b"\0\0\0\x18ftypisom\0\0"), Some("video/mp4"));
    assert_eq!(mime(b"\xff\xfb\x90\x00"), Some("audio/mpeg"));
    assert_eq!(mime(b"ID3\x04\0"), Some("audio/mpeg"));
    assert_eq!(mime(b"\xef\xbb\xbfWEBVTT\n"), Some("text/vtt; charset=utf-8"));
    for other in [
        &b"<html><svg></svg>"[..],
        b"MZ\x90",
        b"",
        b"<!-- no end",
        b"\xff\xd9",
    ] {
        assert_eq!(mime(other), None, "{other:?}");
    }
}

#[test]
fn check__missing_wrong_and_misnamed__are_placed() {
    let form = form(FORM);
    let there = BTreeMap::from([
        ("rehab.svg".to_owned(), b"MZ\x90".to_vec()),
        ("need.mp3".to_owned(), b"ID3".to_vec()),
        ("no.svg".to_owned(), [SVG, &vec![b' '; 1 << 20][..]].concat()),
    ]);
    insta::assert_snapshot!(lines(&check("forms/a.xlsx", &form, &there)));
}

#[test]
fn files__captions_beside_films__are_among_them() {
    assert_eq!(
        files(&form(FORM)),
        [
            "../yes.svg",
            "need.mp3",
            "need.mp4",
            "need.zh.vtt",
            "no.svg",
            "rehab.svg"
        ]
    );
}
