//! Restoring a backup: first everything is checked, then it is brought in, and it stands all at once or not at all.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value as Json, json};
use zip::ZipArchive;
use zip::result::ZipError;

use super::fault::Difference;
use super::manifest::{FORMAT, Hashed, MANIFEST, Manifest, PROGRAM, SEAL, TableMember};
use super::{BackupFault, Progress};
use crate::clock::{Clock, Entropy};
use crate::config::Config;
use crate::keys::{KeyError, Keys};
use crate::store::audit::{self, Entry};
use crate::store::tables::{self, Filling};
use crate::store::{self, connect_as_is, redact_url};

/// The longest manifest and line that are read: far above what any installation writes.
const MAX_MANIFEST: u64 = 64 << 20;
/// A table's row at most: files of plans are rows.
const MAX_LINE: u64 = 1 << 30;

type Archive = ZipArchive<BufReader<File>>;

/// Restores `file` into the database and the data folder of `config`, which must be empty.
///
/// # Errors
/// [`BackupFault`]; then database and data folder are as they were.
pub async fn restore(
    config: &Config,
    clock: &dyn Clock,
    entropy: &Entropy,
    file: &Path,
    progress: Progress<'_>,
) -> Result<Manifest, BackupFault> {
    let mut backup = Backup::open(file)?;
    let keys = backup.check_key(&config.key_file)?;
    backup.check_schema()?;
    let all = 2 * backup.manifest.length();
    backup.check_members(&|done| progress(done, all))?;
    let half = backup.manifest.length();
    std::fs::create_dir_all(&config.data_dir).map_err(|source| disk(&config.data_dir, source))?;
    let db = connect_as_is(&config.database_url, true).await?;
    if let Some(table) = tables::first_with_rows(&db).await? {
        return Err(BackupFault::NotEmpty {
            database: redact_url(&config.database_url),
            table,
        });
    }
    tables::applied(&db).await?;
    let mut staged = Staged::new(&config.data_dir, entropy)?;
    let files = backup.unpack(&mut staged)?;
    let filling = Filling::begin(&db, &backup.manifest.migrations).await?;
    let mut done = half + files;
    for member in backup.manifest.tables.clone() {
        backup
            .load(&filling, &member, &mut |rows| {
                done += rows;
                progress(done, all);
            })
            .await?;
    }
    filling.migrate().await?;
    let entry = Entry {
        actor: "cli".to_owned(),
        action: "backup.restore".to_owned(),
        subject: "database".to_owned(),
        detail: json!({ "written": backup.manifest.at, "from": backup.manifest.database }),
    };
    audit::append(filling.tx(), &keys, clock.now_ms(), entry).await?;
    staged.place()?;
    if let Err(error) = filling.finish().await {
        staged.take_back();
        return Err(error.into());
    }
    staged.finish();
    Ok(backup.manifest)
}

/// How many messages wait to be sent, once `config`'s database was restored: they go out when the server starts.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting_mail(config: &Config) -> Result<u64, BackupFault> {
    let db = store::connect(&config.database_url).await?;
    Ok(store::outbox::waiting(&db).await?)
}

fn disk(path: &Path, source: io::Error) -> BackupFault {
    BackupFault::Disk {
        path: path.to_owned(),
        source,
    }
}

/// An opened backup whose manifest was read.
struct Backup {
    path: PathBuf,
    archive: Archive,
    manifest: Manifest,
    /// The manifest's bytes, and the seal beside it.
    sealed: (Vec<u8>, String),
}

impl Backup {
    fn open(path: &Path) -> Result<Self, BackupFault> {
        let file = File::open(path).map_err(|source| disk(path, source))?;
        let not_whole = |error: ZipError| match error {
            ZipError::Io(source) if source.kind() != io::ErrorKind::UnexpectedEof => disk(path, source),
            error => BackupFault::NotWhole {
                path: path.to_owned(),
                reason: error.to_string(),
            },
        };
        let mut archive = ZipArchive::new(BufReader::with_capacity(1 << 18, file)).map_err(not_whole)?;
        let mut member = |name: &str| -> Result<Vec<u8>, BackupFault> {
            let found = match archive.by_name(name) {
                Err(ZipError::FileNotFound) => return Err(BackupFault::Foreign(path.to_owned())),
                found => found.map_err(not_whole)?,
            };
            let mut bytes = Vec::new();
            found
                .take(MAX_MANIFEST)
                .read_to_end(&mut bytes)
                .map_err(|_| altered(path, name, Difference::Unreadable))?;
            Ok(bytes)
        };
        let text = member(MANIFEST)?;
        let seal = String::from_utf8_lossy(&member(SEAL)?).trim().to_owned();
        let about: Json =
            serde_json::from_slice(&text).map_err(|_| altered(path, MANIFEST, Difference::Unreadable))?;
        if about["kind"] != PROGRAM {
            return Err(BackupFault::Foreign(path.to_owned()));
        }
        if about["format"].as_u64() > Some(u64::from(FORMAT)) {
            return Err(BackupFault::Newer(format!("format {}", about["format"])));
        }
        let manifest: Manifest =
            serde_json::from_value(about).map_err(|_| altered(path, MANIFEST, Difference::Unreadable))?;
        Ok(Self {
            path: path.to_owned(),
            archive,
            manifest,
            sealed: (text, seal),
        })
    }

    fn altered(&self, member: &str, what: Difference) -> BackupFault {
        altered(&self.path, member, what)
    }

    /// The keys, if they are those that the backup needs, and the manifest is as they sealed it.
    fn check_key(&self, file: &Path) -> Result<Arc<Keys>, BackupFault> {
        let needed = self.manifest.keys.clone();
        let keys = match Keys::load(file) {
            Err(KeyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                return Err(BackupFault::NoKey {
                    needed,
                    file: file.to_owned(),
                });
            }
            keys => keys?,
        };
        if !keys.can_open(&needed) {
            return Err(BackupFault::OtherKey {
                needed,
                file: file.to_owned(),
                held: keys.fingerprint(),
            });
        }
        if !keys.is_backup_mac(&self.sealed.0, &self.sealed.1) {
            return Err(self.altered(MANIFEST, Difference::Seal));
        }
        Ok(Arc::new(keys))
    }

    /// Refuses schemas that this program does not know.
    fn check_schema(&self) -> Result<(), BackupFault> {
        let known = crate::migration::names();
        let unknown: Vec<&str> = self
            .manifest
            .migrations
            .iter()
            .filter(|name| !known.contains(name))
            .map(String::as_str)
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        Err(BackupFault::Newer(format!(
            "{} ({})",
            self.manifest.program,
            unknown.join(", ")
        )))
    }

    /// Reads every member once and compares it with the manifest, before anything is changed.
    fn check_members(&mut self, progress: &dyn Fn(u64)) -> Result<(), BackupFault> {
        let tables = self
            .manifest
            .tables
            .iter()
            .map(|one| (one.member(), one.bytes, one.sha256.clone(), one.rows));
        let files = self
            .manifest
            .files
            .iter()
            .map(|one| (one.member(), one.bytes, one.sha256.clone(), 1));
        let members: Vec<_> = tables.chain(files).collect();
        let mut named: BTreeSet<&str> = members.iter().map(|(name, ..)| name.as_str()).collect();
        named.extend([MANIFEST, SEAL]);
        if let Some(extra) = self.archive.file_names().find(|name| !named.contains(name)) {
            return Err(altered(&self.path, extra, Difference::Extra));
        }
        let path = self.path.clone();
        let mut done = 0;
        for (name, bytes, sha256, length) in &members {
            let found = match self.archive.by_name(name) {
                Ok(found) => found,
                Err(ZipError::FileNotFound) => return Err(altered(&path, name, Difference::Gone)),
                Err(_) => return Err(altered(&path, name, Difference::Unreadable)),
            };
            // One byte more than there should be is enough to see that it is another.
            let mut reader = Hashed::new(found.take(bytes + 1));
            if io::copy(&mut reader, &mut io::sink()).is_err() {
                return Err(altered(&path, name, Difference::Unreadable));
            }
            if reader.sum() != (*bytes, sha256.clone()) {
                return Err(altered(&path, name, Difference::Hash));
            }
            done += length;
            progress(done);
        }
        Ok(())
    }

    /// Writes the files of the data folder beside where they belong.
    fn unpack(&mut self, staged: &mut Staged) -> Result<u64, BackupFault> {
        for file in self.manifest.files.clone() {
            let name = file.member();
            let Ok(mut found) = self.archive.by_name(&name) else {
                return Err(altered(&self.path, &name, Difference::Gone));
            };
            // Only what lies inside its folder: `..` and absolute paths are refused by the reader.
            if found.enclosed_name().is_none() {
                return Err(altered(&self.path, &name, Difference::Extra));
            }
            staged.write(&file.path, &mut found)?;
        }
        Ok(self.manifest.files.len() as u64)
    }

    /// Brings the rows of a table in.
    async fn load(
        &mut self,
        filling: &Filling,
        member: &TableMember,
        told: &mut dyn FnMut(u64),
    ) -> Result<(), BackupFault> {
        let name = member.member();
        let Ok(found) = self.archive.by_name(&name) else {
            return Err(altered(&self.path, &name, Difference::Gone));
        };
        let mut reader = BufReader::with_capacity(1 << 16, found);
        let (mut line, mut number) = (Vec::new(), 0);
        let (mut rows, mut bytes) = (Vec::new(), 0);
        loop {
            line.clear();
            let read = (&mut reader).take(MAX_LINE).read_until(b'\n', &mut line);
            let read = read.map_err(|_| altered(&self.path, &name, Difference::Unreadable))?;
            if read > 0 {
                number += 1;
                bytes += read;
                rows.push(member.table.row(&line).ok_or_else(|| BackupFault::Row {
                    path: self.path.clone(),
                    member: name.clone(),
                    line: number,
                })?);
            }
            if rows.is_empty() {
                break;
            }
            if read == 0 || tables::fills_statement(&member.table, rows.len() + 1, bytes) {
                told(rows.len() as u64);
                filling.insert(&member.table, std::mem::take(&mut rows)).await?;
                bytes = 0;
            }
        }
        if number == member.rows {
            Ok(())
        } else {
            Err(altered(&self.path, &name, Difference::Rows))
        }
    }
}

fn altered(path: &Path, member: &str, what: Difference) -> BackupFault {
    BackupFault::Altered {
        path: path.to_owned(),
        member: member.to_owned(),
        what,
    }
}

/// Files on their way into the data folder.
struct Staged {
    data_dir: PathBuf,
    folder: PathBuf,
    /// Paths in the data folder, and whether each is in its place already.
    files: Vec<String>,
    placed: Vec<PathBuf>,
}

impl Staged {
    fn new(data_dir: &Path, entropy: &Entropy) -> Result<Self, BackupFault> {
        let folder = data_dir.join(format!("restoring-{}", hex::encode(entropy.bytes::<6>())));
        Ok(Self {
            data_dir: data_dir.to_owned(),
            folder,
            files: Vec::new(),
            placed: Vec::new(),
        })
    }

    fn write(&mut self, path: &str, from: &mut dyn Read) -> Result<(), BackupFault> {
        let target = self.data_dir.join(path);
        if target.exists() {
            return Err(BackupFault::InTheWay(target));
        }
        let beside = self.folder.join(path);
        let mut write = || -> io::Result<()> {
            if let Some(parent) = beside.parent() {
                std::fs::create_dir_all(parent)?;
            }
            let mut file = File::create(&beside)?;
            io::copy(from, &mut file)?;
            file.sync_all()
        };
        write().map_err(|source| disk(&beside, source))?;
        self.files.push(path.to_owned());
        Ok(())
    }

    /// Moves the files to where they belong.
    fn place(&mut self) -> Result<(), BackupFault> {
        for path in &self.files {
            let target = self.data_dir.join(path);
            let moved = target
                .parent()
                .map_or(Ok(()), std::fs::create_dir_all)
                .and_then(|()| std::fs::rename(self.folder.join(path), &target));
            moved.map_err(|source| disk(&target, source))?;
            self.placed.push(target);
        }
        Ok(())
    }

    fn take_back(&mut self) {
        for path in self.placed.drain(..) {
            std::fs::remove_file(path).ok();
        }
    }

    /// The files stay.
    fn finish(mut self) {
        self.placed.clear();
    }
}

impl Drop for Staged {
    /// Whatever was not finished leaves nothing behind.
    fn drop(&mut self) {
        self.take_back();
        std::fs::remove_dir_all(&self.folder).ok();
    }
}
