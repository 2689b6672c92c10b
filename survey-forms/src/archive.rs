//! Archives that somebody uploads, measured before any reader unpacks them into memory.

use std::io::{Cursor, Read};

use zip::ZipArchive;

/// Entries of an archive: a workbook has some ten, and one for each sheet.
const MOST_ENTRIES: usize = 512;

/// Why an archive is not unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No ZIP archive, or a damaged one: what its reader says.
    Broken(String),
    /// It unpacks to more than is allowed, or has more entries than any workbook.
    TooLarge,
}

fn broken(error: impl std::fmt::Display) -> Refusal {
    Refusal::Broken(error.to_string())
}

/// Unpacks every entry into nothing and counts, so that an archive that lies about its size is refused as well: zeros
/// compress a thousandfold, and what is a small upload must not become gigabytes.
///
/// # Errors
/// [`Refusal`].
pub fn measure(bytes: &[u8], most_bytes: u64) -> Result<(), Refusal> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if archive.len() > MOST_ENTRIES {
        return Err(Refusal::TooLarge);
    }
    let mut claimed = 0_u64;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(broken)?;
        claimed = claimed.saturating_add(entry.size());
    }
    if claimed > most_bytes {
        return Err(Refusal::TooLarge);
    }
    let mut left = most_bytes;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(broken)?;
        let mut entry = entry.take(left + 1);
        let read = std::io::copy(&mut entry, &mut std::io::sink()).map_err(broken)?;
        left = left.checked_sub(read).ok_or(Refusal::TooLarge)?;
    }
    Ok(())
}
