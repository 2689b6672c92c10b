//! Evidence (佐证): photographs and PDF files that a scorer gives with a mark.
//!
//! A file is what its first bytes say, whatever it is called: its name is neither believed nor kept. The bytes lie in
//! the data folder under a random identifier, outside anything that is served by path, and are compared with their
//! hash each time they are read.
//!
//! **How long.** A file that a seal names is part of the audit trail: it stays in the data folder, found again by its hash
//! in the seal and the identifier in the trail, even if the sealed card was given back and its scorer then took the
//! file off it. Files that no seal names go with the card when it is taken back: nobody will judge by them, and
//! photographs may show people. Where the plan says for how long evidence is kept (`[retention]`), the bytes go on that
//! day; the row with its hash stays, with no length.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use sea_orm::ConnectionTrait;
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::card::{self, Scorer};
use super::{ScoringError, plain, seal};
use crate::app::Base;
use crate::config::Config;
use crate::store::cards::{self, Evidence};
use crate::store::{StoreError, begin};

/// Largest file: a phone's photograph has 2–5 MB.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;
/// Most files with one mark.
pub const MAX_FILES: usize = 6;
/// Kinds of files that are taken, by media type.
pub const KINDS: [&str; 4] = ["image/jpeg", "image/png", "image/webp", "application/pdf"];

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// Nothing in it.
    Empty,
    /// Above [`MAX_BYTES`].
    TooLarge,
    /// Neither a photograph nor a PDF.
    Kind,
    /// There are [`MAX_FILES`] already.
    TooMany,
}

/// The media type of a file by its content.
///
/// # Errors
/// [`FileFault`].
pub fn check(bytes: &[u8]) -> Result<&'static str, FileFault> {
    if bytes.is_empty() {
        return Err(FileFault::Empty);
    }
    if bytes.len() > MAX_BYTES {
        return Err(FileFault::TooLarge);
    }
    let found = infer::get(bytes).map(|kind| kind.mime_type());
    KINDS
        .into_iter()
        .find(|kind| found == Some(*kind))
        .ok_or(FileFault::Kind)
}

/// A file that was handed in.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// The criterion to whose mark it belongs.
    pub criterion: String,
    /// Its bytes, which [`check`] has looked at.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media_type: &'static str,
    /// When it was taken, as given.
    pub taken_on: String,
    /// Where it was taken, as given.
    pub place: String,
}

fn path(config: &Config, id: Uuid) -> PathBuf {
    config.data_dir.join("evidence").join(id.to_string())
}

/// Keeps files with marks of an open card, all of them together. Returns the criteria that had as many files as they
/// take; what was too much for them is not kept.
///
/// # Errors
/// See [`card::save`]; [`ScoringError::Nobody`] for a criterion that the card does not have; [`ScoringError::Disk`].
pub async fn add(
    base: &Base,
    round: &str,
    scorer: Scorer<'_>,
    card: Uuid,
    files: Vec<NewFile>,
) -> Result<Vec<String>, ScoringError> {
    tokio::fs::create_dir_all(base.config.data_dir.join("evidence")).await?;
    let tx = begin(&base.db).await?;
    let found = card::open(&tx, round, scorer, card).await?;
    card::touch(&tx, &found.card).await?;
    let (mut full, mut kept, mut written) = (Vec::new(), Vec::new(), Vec::new());
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for file in files {
        if !found.criteria.contains(&file.criterion) {
            return Err(ScoringError::Nobody);
        }
        let already = found.files(&file.criterion).count();
        let count = counts.entry(file.criterion.clone()).or_insert(already);
        if *count >= MAX_FILES {
            full.push(file.criterion);
            continue;
        }
        *count += 1;
        let (id, sha256) = (base.entropy.uuid(), hex::encode(Sha256::digest(&file.bytes)));
        kept.push(json!({ "file": id, "sha256": sha256 }));
        let row = Evidence {
            id,
            card_id: card,
            criterion: file.criterion,
            sha256,
            media_type: file.media_type.to_owned(),
            bytes: i32::try_from(file.bytes.len()).unwrap_or(i32::MAX),
            taken_on: plain(&file.taken_on),
            place: plain(&file.place),
            at: base.clock.now_ms(),
        };
        cards::add_evidence(&tx, row).await?;
        written.push((path(&base.config, id), file.bytes));
    }
    let detail = json!({ "round": round, "files": kept });
    base.record(&tx, scorer.login, "evidence.add", &card.to_string(), detail)
        .await?;
    // The rows stand only if the files do.
    for (target, bytes) in &written {
        tokio::fs::write(target, bytes).await?;
    }
    if let Err(error) = tx.commit().await {
        for (target, _) in &written {
            tokio::fs::remove_file(target).await.ok();
        }
        return Err(error.into());
    }
    Ok(full)
}

/// Takes a file of an open card away.
///
/// # Errors
/// See [`card::save`].
pub async fn remove(
    base: &Base,
    round: &str,
    scorer: Scorer<'_>,
    card: Uuid,
    file: Uuid,
) -> Result<(), ScoringError> {
    let tx = begin(&base.db).await?;
    let found = card::open(&tx, round, scorer, card).await?;
    if !found.evidence.iter().any(|kept| kept.id == file) {
        return Err(ScoringError::Nobody);
    }
    card::touch(&tx, &found.card).await?;
    let unsealed = unsealed(&tx, card).await?;
    cards::remove_evidence(&tx, file).await?;
    let detail = json!({ "round": round, "file": file });
    base.record(&tx, scorer.login, "evidence.remove", &card.to_string(), detail)
        .await?;
    tx.commit().await?;
    if unsealed.contains(&file) {
        delete(&base.config, &[file]).await;
    }
    Ok(())
}

/// The files of a card that none of its seals names.
async fn unsealed(conn: &impl ConnectionTrait, card: Uuid) -> Result<Vec<Uuid>, StoreError> {
    let mut sealed = BTreeSet::new();
    for row in cards::seals(conn, &[card]).await? {
        let content: seal::Content =
            serde_json::from_str(&row.content).map_err(|error| StoreError::Corrupt {
                table: "card_seals",
                what: error.to_string(),
            })?;
        sealed.extend(content.marks.into_iter().flat_map(|mark| mark.evidence));
    }
    let files = cards::evidence(conn, &[card]).await?.into_iter();
    Ok(files
        .filter(|file| !sealed.contains(&file.sha256))
        .map(|file| file.id)
        .collect())
}

/// Forgets the files of a card that is taken back, but for those that a seal names. Returns whose bytes can be deleted
/// once that is committed.
pub(super) async fn forget_unsealed(
    conn: &impl ConnectionTrait,
    card: Uuid,
) -> Result<Vec<Uuid>, StoreError> {
    let files = unsealed(conn, card).await?;
    for file in &files {
        cards::remove_evidence(conn, *file).await?;
    }
    Ok(files)
}

/// Deletes the bytes of files that are forgotten.
pub(crate) async fn delete(config: &Config, files: &[Uuid]) {
    for file in files {
        // A file without a row is only lost space.
        tokio::fs::remove_file(path(config, *file)).await.ok();
    }
}

/// Whether the plan's day for evidence has come and gone: the hash is there and the bytes are not.
pub fn is_erased(file: &Evidence) -> bool {
    file.bytes == 0
}

/// The bytes of a file, if they are those that were handed in.
///
/// # Errors
/// [`ScoringError::Disk`], [`ScoringError::Tampered`].
pub async fn read(config: &Config, file: &Evidence) -> Result<Vec<u8>, ScoringError> {
    let bytes = tokio::fs::read(path(config, file.id)).await?;
    match hex::encode(Sha256::digest(&bytes)) == file.sha256 {
        true => Ok(bytes),
        false => Err(ScoringError::Tampered(file.card_id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        let png = [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D];
        let webp = *b"RIFF\x24\0\0\0WEBPVP8 ";
        assert_eq!(check(&png), Ok("image/png"));
        assert_eq!(check(&webp), Ok("image/webp"));
        assert_eq!(check(&[0xFF, 0xD8, 0xFF, 0xE0, 0, 0x10]), Ok("image/jpeg"));
        assert_eq!(check(b"%PDF-1.7\n"), Ok("application/pdf"));
        for other in [
            &b"<html><script>alert(1)</script></html>"[..],
            b"MZ\x90\0\x03\0\0\0",
            b"GIF89a\x01\0\x01\0",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            b"PK\x03\x04\x14\0\x06\0",
        ] {
            assert_eq!(check(other), Err(FileFault::Kind), "{other:?}");
        }
        assert_eq!(check(b""), Err(FileFault::Empty));
        let mut large = png.to_vec();
        large.resize(MAX_BYTES + 1, 0);
        assert_eq!(check(&large), Err(FileFault::TooLarge));
    }
}
