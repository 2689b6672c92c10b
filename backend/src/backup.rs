//! Backups (备份): everything that cannot be computed again, in one file that any installation can be restored from.
//!
//! A backup is a zip: `tables/NAME.jsonl` holds the rows of a table, one JSON list a line, `files/…` what lies in the
//! data folder and not in the database, `manifest.json` what must be there with its SHA-256, and `manifest.mac` the
//! seal of the manifest under the master key. All rows are those of one moment. The key file is never inside: whoever
//! finds a backup finds no name. Rows carry their columns' names, so that a backup fits either database, and a schema
//! newer than its own by way of the migrations between.

pub mod fault;
pub mod manifest;
pub mod read;
pub mod write;

pub use fault::BackupFault;

/// What is told on the way: rows and files done, and how many there are.
pub type Progress<'a> = &'a dyn Fn(u64, u64);

#[cfg(test)]
mod tests;
