//! Files of ISO's base media format (ISO/IEC 14496-12): boxes in boxes. Other boxes tell places in the file, so nothing is
//! taken out: what goes becomes free space of the same length, filled with zeros.

use std::ops::Range;

/// Boxes beside each other of a film stay far below this.
const MOST_BOXES: usize = 10_000;
/// The film, its track, the track's media.
const DEEPEST: usize = 3;

/// A box: where its name stands, and where its content.
struct Found {
    kind: [u8; 4],
    name: usize,
    content: Range<usize>,
}

fn number(bytes: &[u8], at: usize, width: usize) -> Option<usize> {
    let part = bytes.get(at..at.checked_add(width)?)?;
    let value = part.iter().try_fold(0_u64, |sum, &byte| {
        sum.checked_mul(256)?.checked_add(u64::from(byte))
    })?;
    usize::try_from(value).ok()
}

/// The boxes in a part of the file. One that says it is longer than what it is in ends there, as a film does that was cut.
fn inside(bytes: &[u8], part: Range<usize>) -> Vec<Found> {
    let mut found = Vec::new();
    let (mut at, end) = (part.start, part.end.min(bytes.len()));
    while found.len() < MOST_BOXES
        && at < end
        && let (Some(short), Some(kind)) = (number(bytes, at, 4), bytes.get(at + 4..at + 8))
    {
        let Ok(kind) = <[u8; 4]>::try_from(kind) else {
            break;
        };
        let (head, length) = match short {
            0 => (8, end - at),
            1 => (16, number(bytes, at + 8, 8).unwrap_or(usize::MAX)),
            length => (8, length),
        };
        if length < head {
            break;
        }
        let last = at.saturating_add(length).min(end);
        let content = (at + head).min(last)..last;
        found.push(Found {
            kind,
            name: at + 4,
            content,
        });
        at = last;
    }
    found
}

fn fill(bytes: &mut [u8], part: Range<usize>) {
    if let Some(part) = bytes.get_mut(part) {
        part.fill(0);
    }
}

/// The box becomes free space.
fn free(bytes: &mut [u8], found: &Found) {
    if let Some(name) = bytes.get_mut(found.name..found.name + 4) {
        name.copy_from_slice(b"free");
    }
    fill(bytes, found.content.clone());
}

/// When a film, a track or its media were made.
fn forget_dates(bytes: &mut [u8], found: &Found) {
    let from = found.content.start + 4;
    let width = if bytes.get(found.content.start) == Some(&1) {
        16
    } else {
        8
    };
    fill(bytes, from..(from + width).min(found.content.end).max(from));
}

/// A film or recording without user data, metadata and dates.
pub(super) fn film(mut bytes: Vec<u8>) -> Vec<u8> {
    let whole = 0..bytes.len();
    for found in inside(&bytes, whole) {
        match &found.kind {
            b"udta" | b"meta" | b"uuid" => free(&mut bytes, &found),
            b"moov" => within(&mut bytes, found.content, DEEPEST),
            _ => {}
        }
    }
    bytes
}

/// What a film says of itself and of its tracks.
fn within(bytes: &mut [u8], part: Range<usize>, deep: usize) {
    for found in inside(bytes, part) {
        match &found.kind {
            b"udta" | b"meta" | b"uuid" => free(bytes, &found),
            b"mvhd" | b"tkhd" | b"mdhd" => forget_dates(bytes, &found),
            b"trak" | b"mdia" if deep > 1 => within(bytes, found.content, deep - 1),
            _ => {}
        }
    }
}

/// A picture without the bytes of its EXIF and XMP; which way is up is a property of its own in this format.
pub(super) fn picture(mut bytes: Vec<u8>) -> Vec<u8> {
    let whole = 0..bytes.len();
    for found in inside(&bytes, whole) {
        match &found.kind {
            b"uuid" | b"udta" => free(&mut bytes, &found),
            b"meta" => {
                // A version and flags stand before the boxes.
                let parts = inside(&bytes, found.content.start + 4..found.content.end);
                let of = |kind: &[u8; 4]| {
                    parts
                        .iter()
                        .find(|part| &part.kind == kind)
                        .map(|part| part.content.clone())
                };
                let (Some(items), Some(places)) = (of(b"iinf"), of(b"iloc")) else {
                    continue;
                };
                let said = items_that_say(&bytes, items);
                let data = of(b"idat").map_or(0, |data| data.start);
                for part in places_of(&bytes, places, &said, data).unwrap_or_default() {
                    fill(&mut bytes, part);
                }
            }
            _ => {}
        }
    }
    bytes
}

/// Numbers of the items that hold EXIF, or XMP and other words (`mime`, `uri `).
fn items_that_say(bytes: &[u8], part: Range<usize>) -> Vec<usize> {
    let entries = if bytes.get(part.start) == Some(&0) { 6 } else { 8 };
    inside(bytes, part.start + entries..part.end)
        .into_iter()
        .filter_map(|entry| {
            let at = entry.content.start;
            let width = match bytes.get(at)? {
                2 => 2,
                3 => 4,
                _ => return None,
            };
            let item = number(bytes, at + 4, width)?;
            let kind = bytes.get(at + 4 + width + 2..at + 4 + width + 6)?;
            [&b"Exif"[..], b"mime", b"uri "].contains(&kind).then_some(item)
        })
        .collect()
}

/// Where the bytes of items are; `data` is where the box with small items begins.
fn places_of(bytes: &[u8], part: Range<usize>, items: &[usize], data: usize) -> Option<Vec<Range<usize>>> {
    let mut at = part.start;
    let mut next = |width: usize| {
        let value = number(bytes, at, width);
        at += width;
        value
    };
    let version = next(4)? >> 24;
    let widths = next(2)?;
    let [offset, length, base, index] = [12, 8, 4, 0].map(|shift| widths >> shift & 15);
    let wide = if version < 2 { 2 } else { 4 };
    let mut places = Vec::new();
    for _ in 0..next(wide)?.min(MOST_BOXES) {
        let item = next(wide)?;
        let method = if version == 0 { 0 } else { next(2)? & 15 };
        next(2)?;
        let from = next(base)?;
        for _ in 0..next(2)? {
            if version > 0 {
                next(index)?;
            }
            let (offset, length) = (next(offset)?, next(length)?);
            let start = match method {
                0 => from.checked_add(offset)?,
                1 => from.checked_add(offset)?.checked_add(data)?,
                _ => continue,
            };
            if items.contains(&item) {
                places.push(start..start.checked_add(length)?.min(bytes.len()).max(start));
            }
        }
    }
    Some(places)
}
