//! What a picture or film says beside what it shows: the place and the moment where it was taken, the device, words, a
//! small picture of what was cut away. A respondent who sends a photograph of a doorstep does not mean to send the position
//! of the house to the metre; so it goes when the file is received, before it is kept.
//!
//! Nothing is decoded and nothing is compressed again: pixels and sound stay as they came, to the byte. What says how a
//! picture is to be shown stays too: colour profile, transparency, animation, and which way is up.
//!
//! | format | what goes |
//! |---|---|
//! | JPEG | all application segments but JFIF's header, colour profile and Adobe's transform; comments; whatever stands behind the end (films of "live" pictures among it) |
//! | PNG | all ancillary chunks but those for colour, transparency, density and animation; whatever stands behind the end |
//! | WebP | EXIF, XMP and unknown chunks |
//! | HEIC, AVIF | the bytes of EXIF and XMP items |
//! | MP4, MOV, 3GP, M4A | user data and metadata of the film and its tracks, and when they were made |
//!
//! Other formats are kept as they came: GIF, WebM, recordings in AMR, AAC, MP3, OGG, WAV and FLAC, and documents.

use super::upload::UploadType;

mod boxes;

/// A picture without its structure: it ends too early, or is none in spite of its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

/// The file without what it says of itself.
///
/// # Errors
/// When it is no whole picture. Films that end too early are taken: they can be watched.
///
/// # Example
/// ```
/// use survey_forms::media::{metadata, upload};
/// let picture = b"\xff\xd8\xff\xfe\0\x0fHome, 5 Li St\xff\xda\0\x02...\xff\xd9".to_vec();
/// let kind = upload::recognise_upload(&picture).unwrap();
/// let kept = metadata::without_metadata(kind, picture).unwrap();
/// assert_eq!(kept, b"\xff\xd8\xff\xda\0\x02...\xff\xd9");
/// ```
pub fn without_metadata(upload: UploadType, bytes: Vec<u8>) -> Result<Vec<u8>, Broken> {
    match upload.mime {
        "image/jpeg" => jpeg(&bytes).ok_or(Broken),
        "image/png" => png(&bytes).ok_or(Broken),
        "image/webp" => webp(&bytes).ok_or(Broken),
        "image/heic" | "image/avif" => Ok(boxes::picture(bytes)),
        "video/mp4" | "video/quicktime" | "video/3gpp" | "audio/mp4" => Ok(boxes::film(bytes)),
        _ => Ok(bytes),
    }
}

fn two(bytes: &[u8], at: usize) -> Option<usize> {
    let part = bytes.get(at..at.checked_add(2)?)?;
    Some(usize::from(u16::from_be_bytes(part.try_into().ok()?)))
}

fn four(bytes: &[u8], at: usize) -> Option<usize> {
    let part = bytes.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_be_bytes(part.try_into().ok()?)).ok()
}

/// Which way is up, 2 to 8, of a TIFF structure as EXIF has it; none where the picture is upright or nothing is said.
fn orientation(tiff: &[u8]) -> Option<u8> {
    const TAG: u16 = 0x0112;
    let is_little = match tiff.get(..2)? {
        b"II" => true,
        b"MM" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let part: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if is_little {
            u16::from_le_bytes(part)
        } else {
            u16::from_be_bytes(part)
        })
    };
    let first: [u8; 4] = tiff.get(4..8)?.try_into().ok()?;
    let first = usize::try_from(if is_little {
        u32::from_le_bytes(first)
    } else {
        u32::from_be_bytes(first)
    })
    .ok()?;
    let count = usize::from(short(first)?);
    let entries = (0..count).map_while(|entry| first.checked_add(2 + 12 * entry));
    let entry = entries.into_iter().find(|&entry| short(entry) == Some(TAG))?;
    let value = u8::try_from(short(entry.checked_add(8)?)?).ok()?;
    (2..=8).contains(&value).then_some(value)
}

/// EXIF's structure that says which way is up, and nothing else.
fn only_orientation(value: u8) -> Vec<u8> {
    // Big end first, the directory behind the header, one entry: tag 0x0112, a short, once.
    let mut tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    tiff.extend([value, 0, 0, 0, 0, 0, 0]);
    tiff
}

/// JPEG (ITU T.81, annex B) segment by segment.
fn jpeg(bytes: &[u8]) -> Option<Vec<u8>> {
    const EXIF: &[u8] = b"Exif\0\0";
    let mut out = bytes.strip_prefix(b"\xff\xd8").map(|_| b"\xff\xd8".to_vec())?;
    // EXIF stands behind JFIF's header.
    let mut behind_header = out.len();
    let (mut at, mut up, mut is_drawn) = (2, None, false);
    while let Some(&byte) = bytes.get(at) {
        if byte != 0xff {
            return None;
        }
        // Any number of 0xff may stand before a marker.
        at += bytes[at..].iter().take_while(|&&byte| byte == 0xff).count();
        let Some(&marker) = bytes.get(at) else { break };
        at += 1;
        match marker {
            0xd9 => break,
            0x01 | 0xd0..=0xd7 => {
                out.extend([0xff, marker]);
                continue;
            }
            0x00 | 0xd8 => return None,
            _ => {}
        }
        let length = two(bytes, at).filter(|&length| length >= 2)?;
        let said = bytes.get(at + 2..at + length)?;
        let is_kept = match marker {
            // A header with a small picture in it loses that.
            0xe0 if said.starts_with(b"JFIF\0") && said.len() >= 14 => {
                out.extend(b"\xff\xe0\0\x10");
                out.extend(&said[..12]);
                out.extend([0, 0]);
                behind_header = out.len();
                false
            }
            0xe1 => {
                up = up.or_else(|| orientation(said.strip_prefix(EXIF)?));
                false
            }
            0xe2 => said.starts_with(b"ICC_PROFILE\0"),
            0xee => said.starts_with(b"Adobe"),
            0xe0..=0xef | 0xfe => false,
            _ => true,
        };
        if is_kept {
            out.extend([0xff, marker]);
            out.extend(&bytes[at..at + length]);
        }
        at += length;
        if marker == 0xda {
            is_drawn = true;
            // What is drawn goes on to the next marker that is no restart and no 0xff of the data.
            let rest = &bytes[at..];
            let is_end = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7 | 0xff);
            let end = rest.windows(2).position(is_end).unwrap_or(rest.len());
            out.extend(&rest[..end]);
            at += end;
        }
    }
    if let Some(value) = up {
        let tiff = only_orientation(value);
        let length = u16::try_from(2 + EXIF.len() + tiff.len()).ok()?;
        let segment = [b"\xff\xe1", &length.to_be_bytes()[..], EXIF, tiff.as_slice()].concat();
        drop(out.splice(behind_header..behind_header, segment));
    }
    out.extend(b"\xff\xd9");
    is_drawn.then_some(out)
}

/// PNG chunk by chunk.
fn png(bytes: &[u8]) -> Option<Vec<u8>> {
    const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
    // How it is shown: colour, transparency, density, animation. Critical chunks begin with a capital letter.
    const SHOWN: [&[u8; 4]; 16] = [
        b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"bKGD", b"hIST",
        b"pHYs", b"sPLT", b"acTL", b"fcTL", b"fdAT",
    ];
    bytes.strip_prefix(SIGNATURE)?;
    let mut out = SIGNATURE.to_vec();
    let (mut at, mut is_drawn) = (SIGNATURE.len(), false);
    while let Some(length) = four(bytes, at) {
        let kind: &[u8; 4] = bytes.get(at + 4..at + 8)?.try_into().ok()?;
        // Length, kind, what it says, checksum.
        let end = at.checked_add(length)?.checked_add(12)?;
        // The last may have been cut.
        let chunk = bytes.get(at..end).or_else(|| bytes.get(at..))?;
        if kind[0].is_ascii_uppercase() || SHOWN.contains(&kind) {
            out.extend(chunk);
        }
        is_drawn |= kind == b"IDAT";
        if kind == b"IEND" {
            break;
        }
        at = end;
    }
    is_drawn.then_some(out)
}

/// WebP: a RIFF file, chunk by chunk.
fn webp(bytes: &[u8]) -> Option<Vec<u8>> {
    const KEPT: [&[u8; 4]; 7] = [b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];
    const SAYS_EXIF: u8 = 0x08;
    const SAYS_XMP: u8 = 0x04;
    let mut chunks: Vec<(&[u8; 4], Vec<u8>)> = Vec::new();
    let (mut at, mut up) = (12, None);
    while let Some(length) = bytes.get(at + 4..at + 8) {
        let length = usize::try_from(u32::from_le_bytes(length.try_into().ok()?)).ok()?;
        let kind: &[u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        let from = at + 8;
        let said = bytes
            .get(from..from.checked_add(length)?)
            .or_else(|| bytes.get(from..))?;
        if KEPT.contains(&kind) {
            chunks.push((kind, said.to_vec()));
        } else if kind == b"EXIF" {
            up = orientation(said.strip_prefix(b"Exif\0\0").unwrap_or(said));
        }
        // Chunks begin at even places.
        at = from.checked_add(length)?.checked_add(length % 2)?;
    }
    let is_drawn = |kind: &[u8; 4]| [b"VP8 ", b"VP8L", b"ANMF"].contains(&kind);
    if !chunks.iter().any(|(kind, _)| is_drawn(kind)) {
        return None;
    }
    // Only a file with this head can say more than its pixels.
    if let Some((b"VP8X", flags)) = chunks.first_mut().map(|(kind, said)| (&**kind, said))
        && let Some(flags) = flags.first_mut()
    {
        *flags &= !(SAYS_EXIF | SAYS_XMP);
        if let Some(value) = up {
            *flags |= SAYS_EXIF;
            chunks.push((b"EXIF", only_orientation(value)));
        }
    }
    let mut inside = b"WEBP".to_vec();
    for (kind, said) in chunks {
        inside.extend(kind);
        inside.extend(u32::try_from(said.len()).ok()?.to_le_bytes());
        inside.extend(&said);
        inside.resize(inside.len().next_multiple_of(2), 0);
    }
    let length = u32::try_from(inside.len()).ok()?.to_le_bytes();
    Some([b"RIFF", &length[..], inside.as_slice()].concat())
}

#[cfg(test)]
mod tests;
