//! The plan folder on disk.

use std::path::{Component, Path, PathBuf};

use analysis::plan::PlanFiles;
use thiserror::Error;

/// Largest file of a plan: a frame of a few million rows.
const MAX_FILE_BYTES: u64 = 512 * 1024 * 1024;

/// Why a folder cannot be read or written.
#[derive(Debug, Error)]
pub enum FolderError {
    /// The system said no.
    #[error("{path}: {source}")]
    Io {
        /// File or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// No plan is there.
    #[error("{0}: there is no plan.toml in this folder")]
    NoPlan(PathBuf),
    /// A file is larger than any plan's.
    #[error("{0}: larger than 512 MiB")]
    TooLarge(PathBuf),
    /// Something is there already.
    #[error("{0}: the folder is not empty; choose another one, so that nothing is overwritten")]
    NotEmpty(PathBuf),
    /// A stored path would lead out of the folder.
    #[error("{0:?} is not a path inside a plan folder")]
    BadPath(String),
}

impl FolderError {
    /// Whether the machine is at fault rather than what was asked.
    pub fn is_environment(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() != std::io::ErrorKind::NotFound)
    }
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> FolderError {
    let path = path.to_owned();
    |source| FolderError::Io { path, source }
}

/// Hidden files, and the locks that office programs leave beside open files, are not part of a plan.
fn is_part_of_a_plan(name: &str) -> bool {
    !name.starts_with('.') && !name.starts_with('~') && !name.ends_with('~')
}

/// Reads a plan folder.
///
/// # Errors
/// [`FolderError`], naming the path.
pub fn read(dir: &Path) -> Result<PlanFiles, FolderError> {
    let mut files = PlanFiles::new();
    walk(dir, "", &mut files)?;
    if files.contains_key("plan.toml") {
        Ok(files)
    } else {
        Err(FolderError::NoPlan(dir.to_owned()))
    }
}

fn walk(dir: &Path, prefix: &str, files: &mut PlanFiles) -> Result<(), FolderError> {
    for entry in std::fs::read_dir(dir).map_err(io(dir))? {
        let entry = entry.map_err(io(dir))?;
        let path = entry.path();
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
            continue;
        };
        if !is_part_of_a_plan(&name) {
            continue;
        }
        let inside = if prefix.is_empty() {
            name
        } else {
            format!("{prefix}/{name}")
        };
        let metadata = std::fs::metadata(&path).map_err(io(&path))?;
        if metadata.is_dir() {
            walk(&path, &inside, files)?;
        } else if metadata.len() > MAX_FILE_BYTES {
            return Err(FolderError::TooLarge(path));
        } else {
            files.insert(inside, std::fs::read(&path).map_err(io(&path))?);
        }
    }
    Ok(())
}

/// Writes a plan folder; it must be empty or not be there.
///
/// # Errors
/// [`FolderError`], naming the path.
pub fn write(dir: &Path, files: &PlanFiles) -> Result<(), FolderError> {
    std::fs::create_dir_all(dir).map_err(io(dir))?;
    if std::fs::read_dir(dir).map_err(io(dir))?.next().is_some() {
        return Err(FolderError::NotEmpty(dir.to_owned()));
    }
    for (inside, bytes) in files {
        let relative = Path::new(inside);
        if !relative
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
        {
            return Err(FolderError::BadPath(inside.clone()));
        }
        let path = dir.join(relative);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(io(parent))?;
        }
        std::fs::write(&path, bytes).map_err(io(&path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_is_written_and_read_back_byte_for_byte() {
        let dir = tempfile::tempdir().unwrap();
        let files = PlanFiles::from([
            ("plan.toml".to_owned(), b"\xef\xbb\xbf[round]\r\n".to_vec()),
            ("forms/a.xlsx".to_owned(), vec![0, 159, 146, 150]),
        ]);
        let target = dir.path().join("new/plan");
        write(&target, &files).unwrap();
        std::fs::write(target.join("forms/~$a.xlsx"), b"lock").unwrap();
        std::fs::write(target.join(".DS_Store"), b"").unwrap();
        assert_eq!(read(&target).unwrap(), files);
        assert!(matches!(write(&target, &files), Err(FolderError::NotEmpty(_))));
    }

    #[test]
    fn paths_that_lead_outside_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        for bad in ["../x", "/etc/x", "a/../../x"] {
            let files = PlanFiles::from([(bad.to_owned(), Vec::new())]);
            assert!(
                matches!(write(dir.path(), &files), Err(FolderError::BadPath(_))),
                "{bad}"
            );
        }
        assert!(matches!(read(dir.path()), Err(FolderError::NoPlan(_))));
        assert!(read(&dir.path().join("missing")).is_err_and(|error| !error.is_environment()));
    }
}
