//! Writing a backup while the server runs.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::json;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime};

use super::manifest::{
    FORMAT, FileMember, Hashed, MANIFEST, Manifest, PROGRAM, SEAL, TableMember, member_of,
};
use super::{BackupFault, Progress};
use crate::app::Base;
use crate::store::tables::{self, Snapshot};
use crate::store::{StoreError, begin};

/// Writes a backup to `out` and tells what it holds. The act itself is in the audit trail that goes with it.
///
/// # Errors
/// [`BackupFault`]; then nothing is left at `out`.
pub async fn write(base: &Base, out: &Path, progress: Progress<'_>) -> Result<Manifest, BackupFault> {
    if out.exists() {
        return Err(BackupFault::Exists(out.to_owned()));
    }
    let part = out.with_extension("part");
    let file = create(&part)?;
    record(base).await?;
    let written = write_to(base, file, &part, progress).await;
    let kept = written.and_then(|manifest| {
        // A link and no rename: what another process has put there meanwhile stays.
        match std::fs::hard_link(&part, out) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(BackupFault::Exists(out.to_owned()))
            }
            linked => linked
                .and_then(|()| sync_folder_of(out))
                .map(|()| manifest)
                .map_err(|source| disk(out, source)),
        }
    });
    let removed = std::fs::remove_file(&part);
    let manifest = kept?;
    removed.map_err(|source| disk(&part, source))?;
    Ok(manifest)
}

fn disk(path: &Path, source: io::Error) -> BackupFault {
    BackupFault::Disk {
        path: path.to_owned(),
        source,
    }
}

/// A file that only its owner reads: answers are inside, and drafts.
fn create(path: &Path) -> Result<File, BackupFault> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|source| disk(path, source))
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

async fn record(base: &Base) -> Result<(), BackupFault> {
    let tx = begin(&base.db).await?;
    let detail = json!({ "keys": base.keys.fingerprint() });
    base.record(&tx, "cli", "backup.write", "database", detail)
        .await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}

/// The options of every member: no times, so that equal data make equal members.
fn options(method: CompressionMethod) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(method)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o600)
        .large_file(true)
}

type Archive = ZipWriter<BufWriter<File>>;

async fn write_to(
    base: &Base,
    file: File,
    path: &Path,
    progress: Progress<'_>,
) -> Result<Manifest, BackupFault> {
    let snapshot = Snapshot::take(&base.db).await?;
    let evidence = snapshot.evidence().await?;
    let (mut done, mut all) = (0, evidence.len() as u64);
    for table in tables::all() {
        all += snapshot.count(&table.name).await?;
    }
    let mut archive: Archive = ZipWriter::new(BufWriter::with_capacity(1 << 18, file));
    let mut manifest = Manifest {
        kind: PROGRAM.to_owned(),
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        at: base.clock.now_ms(),
        database: snapshot.database().to_owned(),
        keys: base.keys.fingerprint(),
        migrations: snapshot.migrations().await?,
        tables: Vec::new(),
        files: Vec::new(),
        missing: Vec::new(),
    };
    let zip_error = |error: zip::result::ZipError| disk(path, error.into());
    for table in tables::all() {
        let member = member_of(&table.name);
        archive
            .start_file(member, options(CompressionMethod::Deflated))
            .map_err(zip_error)?;
        let mut sink = Hashed::new(&mut archive);
        let mut rows = 0;
        let mut take = |row| {
            serde_json::to_writer(&mut sink, &row)?;
            sink.write_all(b"\n")?;
            rows += 1;
            done += 1;
            if done % 512 == 0 {
                progress(done, all);
            }
            Ok(())
        };
        let written = tables::rows(&snapshot, &table.name, &mut take).await;
        written.map_err(|error| match BackupFault::from(error) {
            BackupFault::Disk { source, .. } => disk(path, source),
            other => other,
        })?;
        let (bytes, sha256) = sink.sum();
        manifest.tables.push(TableMember {
            table,
            rows,
            bytes,
            sha256,
        });
    }
    drop(snapshot);
    for (id, sha256) in evidence {
        let name = format!("evidence/{id}");
        match file_member(base, &mut archive, &name, path)? {
            // What the database knows of the file is not what lies there: said, and kept as it is.
            Some(member) if member.sha256 != sha256 => {
                manifest.missing.push(name);
                manifest.files.push(member);
            }
            Some(member) => manifest.files.push(member),
            None => manifest.missing.push(name),
        }
        done += 1;
        progress(done, all);
    }
    let text = serde_json::to_vec_pretty(&manifest).map_err(|error| disk(path, error.into()))?;
    for (name, bytes) in [
        (MANIFEST, text.as_slice()),
        (SEAL, base.keys.backup_mac(&text).as_bytes()),
    ] {
        archive
            .start_file(name, options(CompressionMethod::Deflated))
            .map_err(zip_error)?;
        archive.write_all(bytes).map_err(|source| disk(path, source))?;
    }
    let finished = archive.finish().map_err(zip_error)?;
    let file = finished
        .into_inner()
        .map_err(|error| disk(path, error.into_error()))?;
    file.sync_all().map_err(|source| disk(path, source))?;
    Ok(manifest)
}

/// Copies a file of the data folder into the archive; none where it is gone.
fn file_member(
    base: &Base,
    archive: &mut Archive,
    name: &str,
    out: &Path,
) -> Result<Option<FileMember>, BackupFault> {
    let source: PathBuf = base.config.data_dir.join(name);
    let mut file = match File::open(&source) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(|error| disk(&source, error))?,
    };
    // Photographs and PDF are compressed already.
    archive
        .start_file(format!("files/{name}"), options(CompressionMethod::Stored))
        .map_err(|error| disk(out, error.into()))?;
    let mut sink = Hashed::new(archive);
    io::copy(&mut file, &mut sink).map_err(|error| disk(out, error))?;
    let (bytes, sha256) = sink.sum();
    Ok(Some(FileMember {
        path: name.to_owned(),
        bytes,
        sha256,
    }))
}
