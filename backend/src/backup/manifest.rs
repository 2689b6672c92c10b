//! What a backup says of itself.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::keys::Fingerprint;
use crate::store::tables::Table;

/// Name of the member that lists all others.
pub const MANIFEST: &str = "manifest.json";
/// Name of the member that seals the manifest.
pub const SEAL: &str = "manifest.mac";
/// The format that this program writes and reads.
pub const FORMAT: u32 = 1;
/// Word by which a manifest is told from any other JSON file.
pub const PROGRAM: &str = "minyi-backup";

/// The list of what a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`PROGRAM`].
    pub kind: String,
    /// [`FORMAT`].
    pub format: u32,
    /// Version of the program that wrote it.
    pub program: String,
    /// When, Unix milliseconds.
    pub at: i64,
    /// `sqlite` or `postgres`: where it comes from.
    pub database: String,
    /// Keys without which nobody opens names and checks receipts.
    pub keys: Fingerprint,
    /// Migrations that made the schema, in order.
    pub migrations: Vec<String>,
    /// Members that hold tables.
    pub tables: Vec<TableMember>,
    /// Members that hold files of the data folder.
    pub files: Vec<FileMember>,
    /// Files that the database names and the data folder had no longer.
    pub missing: Vec<String>,
}

/// A member that holds a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableMember {
    /// The table and its columns.
    #[serde(flatten)]
    pub table: Table,
    /// Rows.
    pub rows: u64,
    /// Bytes before compression.
    pub bytes: u64,
    /// SHA-256 of those bytes, hex.
    pub sha256: String,
}

impl TableMember {
    /// Its name in the archive.
    pub fn member(&self) -> String {
        member_of(&self.table.name)
    }
}

/// Name of the member of a table.
pub fn member_of(table: &str) -> String {
    format!("tables/{table}.jsonl")
}

/// A member that holds a file of the data folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileMember {
    /// Its path in the data folder, with `/`.
    pub path: String,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256, hex.
    pub sha256: String,
}

impl FileMember {
    /// Its name in the archive.
    pub fn member(&self) -> String {
        format!("files/{}", self.path)
    }
}

impl Manifest {
    /// Rows and files together: the length of the progress bar.
    pub fn length(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum::<u64>() + self.files.len() as u64
    }
}

/// Counts and hashes what passes, either way.
pub struct Hashed<T> {
    inner: T,
    sha: Sha256,
    bytes: u64,
}

impl<T> Hashed<T> {
    /// Nothing has passed yet.
    pub fn new(inner: T) -> Self {
        Self {
            inner,
            sha: Sha256::new(),
            bytes: 0,
        }
    }

    /// How many bytes passed, and their SHA-256 in hex.
    pub fn sum(self) -> (u64, String) {
        (self.bytes, hex::encode(self.sha.finalize()))
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.sha.update(&bytes[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        self.sha.update(&into[..n]);
        self.bytes += n as u64;
        Ok(n)
    }
}
