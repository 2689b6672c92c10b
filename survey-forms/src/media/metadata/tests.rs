use super::*;
use crate::media::upload::recognise_upload;

const FILES: [(&str, &[u8]); 5] = [
    ("jpg", include_bytes!("../../../tests/fixtures/media/gps.jpg")),
    ("png", include_bytes!("../../../tests/fixtures/media/gps.png")),
    ("webp", include_bytes!("../../../tests/fixtures/media/gps.webp")),
    ("heic", include_bytes!("../../../tests/fixtures/media/gps.heic")),
    ("mp4", include_bytes!("../../../tests/fixtures/media/gps.mp4")),
];
/// What the fixtures say: the owner, the device, the day, words, and beginnings of what holds the place.
const SAID: [&[u8]; 8] = [
    b"Phone",
    b"home of Li",
    b"2026:11:20",
    b"ns.adobe.com",
    b"<rdf:",
    b"+39.9042",
    b"loci",
    b"Home",
];

fn file(ending: &str) -> &'static [u8] {
    FILES.iter().find(|(name, _)| *name == ending).unwrap().1
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn cleaned(bytes: &[u8]) -> Result<Vec<u8>, Broken> {
    without_metadata(recognise_upload(bytes).unwrap(), bytes.to_vec())
}

/// Latitude in EXIF: 39 degrees, 54 minutes, as two rationals.
fn latitude(bytes: &[u8]) -> bool {
    has(bytes, &[0, 0, 0, 39, 0, 0, 0, 1, 0, 0, 0, 54, 0, 0, 0, 1])
}

#[test]
fn without_metadata__what_was_said_is_gone__in_every_format() {
    for (ending, bytes) in FILES {
        let said: Vec<_> = SAID.iter().filter(|said| has(bytes, said)).collect();
        assert!(said.len() > 1, "{ending}");
        assert_eq!(latitude(bytes), ending != "mp4", "{ending}");
        let kept = cleaned(bytes).unwrap();
        for said in SAID {
            assert!(!has(&kept, said), "{ending}: {}", String::from_utf8_lossy(said));
        }
        assert!(!latitude(&kept), "{ending}");
        assert_eq!(recognise_upload(&kept), recognise_upload(bytes), "{ending}");
        assert_eq!(cleaned(&kept).unwrap(), kept, "{ending}: once is enough");
        let is_in_place = ["heic", "mp4"].contains(&ending);
        assert_eq!(kept.len() == bytes.len(), is_in_place, "{ending}");
    }
}

#[test]
fn jpeg__picture_and_which_way_is_up_stay() {
    let kept = cleaned(file("jpg")).unwrap();
    let drawn = |bytes: &[u8]| {
        let at = bytes.windows(2).position(|pair| pair == b"\xff\xdb").unwrap();
        bytes[at..].to_vec()
    };
    assert_eq!(drawn(&kept), drawn(file("jpg")), "tables and pixels, to the byte");
    let exif = kept.windows(6).position(|part| part == b"Exif\0\0").unwrap();
    assert_eq!(orientation(&kept[exif + 6..]), Some(6));
    // Header, the one thing EXIF still says, then the picture.
    assert!(kept.starts_with(b"\xff\xd8\xff\xe0\0\x10JFIF\0"));
    assert_eq!(&kept[20..24], b"\xff\xe1\0\x22");
    // Upright, nothing is said.
    let mut upright = file("jpg").to_vec();
    let tag = upright
        .windows(8)
        .position(|part| part == b"\x01\x12\0\x03\0\0\0\x01")
        .unwrap();
    upright[tag + 9] = 1;
    assert!(!has(&cleaned(&upright).unwrap(), b"Exif"));
}

#[test]
fn jpeg__what_stands_behind_the_end_goes__and_a_cut_one_is_ended() {
    let whole = cleaned(file("jpg")).unwrap();
    let live = [file("jpg"), b"\0\0\0\x18ftypmp42 a film with a place"].concat();
    assert_eq!(cleaned(&live).unwrap(), whole);
    let cut = &file("jpg")[..file("jpg").len() - 10];
    assert!(cleaned(cut).unwrap().ends_with(b"\xff\xd9"));
    // A colour profile is how it is shown; a second picture, words of a camera and small pictures are not.
    let picture = |segments: &[u8]| {
        [
            b"\xff\xd8",
            segments,
            b"\xff\xda\0\x02..\xff\0..\xff\xd0..\xff\xd9",
        ]
        .concat()
    };
    let profile = b"\xff\xe2\0\x0fICC_PROFILE\0x\xff\xee\0\x07Adobe";
    let small = b"\xff\xe0\0\x13JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01rgb";
    let header = b"\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0";
    let other = b"\xff\xe2\0\x06MPF\0\xff\xed\0\x04IP\xff\xff\xff\xfe\0\x04hi";
    assert_eq!(
        cleaned(&picture(&[&small[..], other, profile].concat())).unwrap(),
        picture(&[&header[..], profile].concat())
    );
}

#[test]
fn png_and_webp__how_it_is_shown_stays() {
    let png = file("png");
    let colour = [
        &png[..33],
        b"\0\0\0\x01sRGB\0\xae\xce\x1c\xe9",
        &png[33..],
        b"behind the end",
    ]
    .concat();
    let kept = cleaned(&colour).unwrap();
    assert!(has(&kept, b"sRGB") && has(&kept, b"IDAT") && kept.ends_with(b"IEND\xae\x42\x60\x82"));
    assert!(!has(&kept, b"eXIf") && !has(&kept, b"tEXt") && !has(&kept, b"iTXt"));
    let kept = cleaned(file("webp")).unwrap();
    let flags = kept.windows(4).position(|part| part == b"VP8X").unwrap() + 8;
    assert_eq!(
        kept[flags] & 0x0c,
        0x08,
        "EXIF, which says what is up, and no XMP"
    );
    let exif = kept.windows(4).position(|part| part == b"EXIF").unwrap();
    assert_eq!(orientation(&kept[exif + 8..]), Some(6));
    let length = u32::from_le_bytes(kept[4..8].try_into().unwrap());
    assert_eq!(length as usize, kept.len() - 8);
}

#[test]
fn film_and_heic__places_in_the_file_stay_right() {
    for ending in ["mp4", "heic"] {
        let (before, after) = (file(ending), cleaned(file(ending)).unwrap());
        let media = |bytes: &[u8]| {
            let at = bytes.windows(4).position(|part| part == b"mdat").unwrap();
            let length = u32::from_be_bytes(bytes[at - 4..at].try_into().unwrap());
            (at, length)
        };
        assert_eq!(media(before), media(&after), "{ending}");
    }
    // When it was made is forgotten too.
    let mut dated = file("mp4").to_vec();
    let at = dated.windows(4).position(|part| part == b"mvhd").unwrap() + 8;
    dated[at..at + 8].copy_from_slice(b"\xe5\x01\x02\x03\xe5\x01\x02\x04");
    assert_eq!(cleaned(&dated).unwrap(), cleaned(file("mp4")).unwrap());
}

#[test]
fn without_metadata__cut_or_changed_anywhere__is_taken_or_refused_without_what_was_said() {
    for (ending, bytes) in FILES {
        let upload = recognise_upload(bytes).unwrap();
        for end in 12..bytes.len() {
            if let Ok(kept) = without_metadata(upload, bytes[..end].to_vec()) {
                assert!(
                    !has(&kept, b"home of Li") && !has(&kept, b"Phone"),
                    "{ending} {end}"
                );
            }
        }
        for at in 12..bytes.len() {
            for value in [0, 0x7f, 0xff] {
                let mut changed = bytes.to_vec();
                changed[at] = value;
                let _ = without_metadata(upload, changed);
            }
        }
    }
    for stub in [
        &b"\xff\xd8\xff a JPEG"[..],
        b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR",
        b"RIFF\0\0\0\0WEBPVP8 ",
    ] {
        let upload = recognise_upload(stub).unwrap();
        assert_eq!(without_metadata(upload, stub.to_vec()), Err(Broken));
    }
}

#[test]
fn film__boxes_in_boxes_without_end__come_to_an_end() {
    let mut bytes = b"\0\0\0\x10ftypmp42\0\0\0\0".to_vec();
    bytes.extend(b"\xff\xff\xff\xffmoov");
    bytes.extend(b"\xff\xff\xff\xfftrak".repeat(100_000));
    assert_eq!(cleaned(&bytes).unwrap().len(), bytes.len());
}
