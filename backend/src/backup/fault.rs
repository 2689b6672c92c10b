//! What can be wrong with a backup, in the words of whoever has to mend it.

use std::path::PathBuf;

use thiserror::Error;

use crate::app::StartError;
use crate::keys::{Fingerprint, KeyError};
use crate::pages::{Lang, tr};
use crate::store::{ConnectError, StoreError, tables::RowsError};

/// Why no backup was made, or none restored. Whatever it is, nothing half done is left.
#[derive(Debug, Error)]
pub enum BackupFault {
    /// A file stands where the backup should go.
    #[error("{0} exists")]
    Exists(PathBuf),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// No zip archive, or one cut off: its list of members stands at its end.
    #[error("{path}: no archive, or cut off ({reason})")]
    NotWhole {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        reason: String,
    },
    /// An archive of something else.
    #[error("{0}: not a backup of Minyi")]
    Foreign(PathBuf),
    /// A member is not as the manifest says.
    #[error("{path}: {member}: {what}")]
    Altered {
        /// The file.
        path: PathBuf,
        /// The member.
        member: String,
        /// What differs.
        what: Difference,
    },
    /// A row cannot be read.
    #[error("{path}: {member}, line {line}: not a row of this table")]
    Row {
        /// The file.
        path: PathBuf,
        /// The member.
        member: String,
        /// The line, from 1.
        line: u64,
    },
    /// Written by a newer program.
    #[error("written by a newer Minyi: {0}")]
    Newer(String),
    /// The key file is another one.
    #[error("needs the key {needed}, the key file {file} holds {held}")]
    OtherKey {
        /// What the backup needs.
        needed: Fingerprint,
        /// The key file.
        file: PathBuf,
        /// What it holds.
        held: Fingerprint,
    },
    /// There is no key file.
    #[error("needs the key {needed}, there is no key file {file}")]
    NoKey {
        /// What the backup needs.
        needed: Fingerprint,
        /// Where it should be.
        file: PathBuf,
    },
    /// The database holds something.
    #[error("the database {database} is not empty: table {table} has rows")]
    NotEmpty {
        /// The database, without its password.
        database: String,
        /// The first table with rows.
        table: String,
    },
    /// A file of the data folder stands in the way.
    #[error("{0} stands in the way")]
    InTheWay(PathBuf),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database cannot be reached.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The key file cannot be read.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The program cannot begin.
    #[error(transparent)]
    Start(#[from] StartError),
}

/// How a member differs from what the manifest says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// It is not there.
    Gone,
    /// It cannot be read to its end.
    Unreadable,
    /// Its bytes are others.
    Hash,
    /// It has more or fewer rows.
    Rows,
    /// The manifest does not name it.
    Extra,
    /// The seal of the manifest does not hold.
    Seal,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.told(Lang::En))
    }
}

impl Difference {
    fn told(self, lang: Lang) -> String {
        match self {
            Self::Gone => tr!(lang, "backup.gone"),
            Self::Unreadable => tr!(lang, "backup.unreadable"),
            Self::Hash => tr!(lang, "backup.other_hash"),
            Self::Rows => tr!(lang, "backup.other_rows"),
            Self::Extra => tr!(lang, "backup.extra"),
            Self::Seal => tr!(lang, "backup.seal"),
        }
        .into_owned()
    }
}

impl From<RowsError> for BackupFault {
    fn from(error: RowsError) -> Self {
        match error {
            RowsError::Store(error) => Self::Store(error),
            RowsError::Sink(source) => Self::Disk {
                path: PathBuf::new(),
                source,
            },
        }
    }
}

impl BackupFault {
    /// Whether the machine is at fault and not what was given.
    pub fn is_environment(&self) -> bool {
        match self {
            Self::Disk { source, .. } => source.kind() != std::io::ErrorKind::NotFound,
            Self::Store(_) | Self::Connect(_) | Self::Start(_) => true,
            Self::Key(error) => matches!(error, KeyError::Io { .. }),
            _ => false,
        }
    }

    /// What is wrong, where, and how to mend it.
    pub fn told(&self, lang: Lang) -> String {
        match self {
            Self::Exists(path) => tr!(lang, "backup.exists", path = path.display()),
            Self::Disk { path, source } => {
                tr!(lang, "backup.disk", path = path.display(), error = source)
            }
            Self::NotWhole { path, reason } => {
                tr!(lang, "backup.not_whole", path = path.display(), reason = reason)
            }
            Self::Foreign(path) => tr!(lang, "backup.foreign", path = path.display()),
            Self::Altered { path, member, what } => tr!(
                lang,
                "backup.altered",
                path = path.display(),
                member = member,
                what = what.told(lang)
            ),
            Self::Row { path, member, line } => {
                tr!(
                    lang,
                    "backup.bad_row",
                    path = path.display(),
                    member = member,
                    line = line
                )
            }
            Self::Newer(what) => tr!(lang, "backup.newer", what = what),
            Self::OtherKey { needed, file, held } => tr!(
                lang,
                "backup.other_key",
                needed = needed,
                file = file.display(),
                held = held
            ),
            Self::NoKey { needed, file } => {
                tr!(lang, "backup.no_key", needed = needed, file = file.display())
            }
            Self::NotEmpty { database, table } => {
                tr!(lang, "backup.not_empty", database = database, table = table)
            }
            Self::InTheWay(path) => tr!(lang, "backup.in_the_way", path = path.display()),
            Self::Store(_) | Self::Connect(_) | Self::Key(_) | Self::Start(_) => {
                tr!(lang, "backup.machine", error = self)
            }
        }
        .into_owned()
    }
}
