//! The key file: the master key, and the later generations of the identity key.
//!
//! The first line is the master key in 64 hexadecimal digits. A rotation adds a
//! line `identity NUMBER DIGITS` above the earlier ones; while two are there,
//! the first seals and both open. The file is only ever replaced whole, by
//! renaming, so that nobody meets half of it.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::KeyError;
use crate::clock::Entropy;

/// What a key file holds.
#[derive(Clone)]
pub struct KeyFile {
    master: [u8; 32],
    /// Later generations of the identity key, the newest first.
    generations: Vec<(u32, [u8; 32])>,
}

impl std::fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyFile(not shown)")
    }
}

impl KeyFile {
    /// A file with this master key alone.
    pub(crate) fn new(master: [u8; 32]) -> Self {
        Self {
            master,
            generations: Vec::new(),
        }
    }

    pub(super) fn master(&self) -> &[u8; 32] {
        &self.master
    }

    pub(super) fn generations(&self) -> impl Iterator<Item = (u32, &[u8; 32])> {
        self.generations.iter().map(|(number, key)| (*number, key))
    }

    /// Whether a rotation was begun and its earlier key is still there.
    pub fn is_rotating(&self) -> bool {
        // After the first rotation the earlier key is the derived one, which is no line of its own: see `rotate`.
        self.generations.len() > 1
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// [`KeyError::Io`] and [`KeyError::Malformed`], naming the file.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let text = std::fs::read_to_string(path).map_err(|source| at(path, source))?;
        Self::parse(&text).ok_or_else(|| KeyError::Malformed(path.to_owned()))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut file = Self::new(key_of(lines.next()?)?);
        for line in lines {
            let mut words = line.split_whitespace();
            let ("identity", number, digits, None) =
                (words.next()?, words.next()?, words.next()?, words.next())
            else {
                return None;
            };
            file.generations.push((number.parse().ok()?, key_of(digits)?));
        }
        let falling = file.generations.windows(2).all(|pair| pair[0].0 > pair[1].0);
        let later = file.generations.iter().all(|(number, _)| *number > 1);
        (falling && later).then_some(file)
    }

    fn text(&self) -> String {
        let mut text = format!("{}\n", hex::encode(self.master));
        for (number, key) in &self.generations {
            text.push_str(&format!("identity {number} {}\n", hex::encode(key)));
        }
        text
    }

    /// Writes a new key file beside `path` and links it into place; one that is there already stays.
    ///
    /// # Errors
    /// [`KeyError::Io`].
    pub fn create(path: &Path, entropy: &Entropy) -> Result<(), KeyError> {
        let io = |source| at(path, source);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(io)?;
        }
        let draft = write_beside(path, &Self::new(entropy.bytes()).text(), entropy).map_err(io)?;
        let linked = std::fs::hard_link(&draft, path);
        std::fs::remove_file(&draft).map_err(io)?;
        match linked {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(io(error)),
            _ => Ok(()),
        }
    }

    /// Puts a new identity key on top; the earlier one stays until [`KeyFile::finish`].
    pub fn rotate(&mut self, entropy: &Entropy) {
        let newest = self.generations.first().map_or(1, |(number, _)| *number);
        self.generations.insert(0, (newest + 1, entropy.bytes()));
    }

    /// Leaves out all identity keys but the newest; gives those left out as lines of a key file.
    pub fn finish(&mut self) -> Option<String> {
        let kept = self.generations.len().min(1);
        let old = Self {
            master: self.master,
            generations: self.generations.split_off(kept),
        };
        (!old.generations.is_empty()).then(|| old.text())
    }

    /// Puts this in the place of the file at `path`.
    ///
    /// # Errors
    /// [`KeyError::Io`].
    pub fn replace(&self, path: &Path, entropy: &Entropy) -> Result<(), KeyError> {
        let draft = write_beside(path, &self.text(), entropy).map_err(|source| at(path, source))?;
        std::fs::rename(&draft, path)
            .and_then(|()| sync_folder(path))
            .map_err(|source| at(path, source))
    }
}

/// Keeps what a finished rotation left out beside the key file; returns where.
///
/// # Errors
/// [`KeyError::Io`].
pub fn put_aside(path: &Path, text: &str, generation: u32, entropy: &Entropy) -> Result<PathBuf, KeyError> {
    let target = path.with_extension(format!("before-{generation}"));
    let draft = write_beside(path, text, entropy).map_err(|source| at(path, source))?;
    std::fs::rename(&draft, &target)
        .and_then(|()| sync_folder(path))
        .map_err(|source| at(&target, source))?;
    Ok(target)
}

fn at(path: &Path, source: std::io::Error) -> KeyError {
    KeyError::Io {
        path: path.to_owned(),
        source,
    }
}

fn key_of(digits: &str) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    hex::decode_to_slice(digits, &mut key).ok()?;
    Some(key)
}

/// A file of mode 0600 beside `path`, on disk when this returns.
fn write_beside(path: &Path, text: &str, entropy: &Entropy) -> std::io::Result<PathBuf> {
    let draft = path.with_extension(format!("new-{}", hex::encode(entropy.bytes::<6>())));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(draft)
}

/// A rename is on disk only when its folder is.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => std::fs::File::open(folder)?.sync_all(),
        _ => std::fs::File::open(".")?.sync_all(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Keys;

    #[test]
    fn a_rotated_file_opens_what_was_sealed_before_and_derives_what_it_always_did() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("minyi.key");
        let entropy = Entropy::seeded(1);
        let first = Keys::load_or_create(&path, &entropy).unwrap();
        let sealed = first.seal("a", b"name", &entropy).unwrap();
        let mut file = KeyFile::read(&path).unwrap();
        file.rotate(&entropy);
        file.replace(&path, &entropy).unwrap();
        let second = Keys::load(&path).unwrap();
        assert_eq!(second.open("a", &sealed).unwrap(), b"name");
        assert_eq!(second.link(uuid::Uuid::nil()), first.link(uuid::Uuid::nil()));
        assert_eq!(second.verifying_key(), first.verifying_key());
        assert_ne!(second.fingerprint().identity, first.fingerprint().identity);
        assert_eq!(second.fingerprint().master, first.fingerprint().master);
        assert!(second.can_open(&first.fingerprint()) && !first.can_open(&second.fingerprint()));
        let again = second.seal_again("a", &sealed, &entropy).unwrap().unwrap();
        assert!(first.open("a", &again).is_err());
        assert_eq!(second.seal_again("a", &again, &entropy).unwrap(), None);
    }

    #[test]
    fn finishing_leaves_the_newest_alone_and_keeps_the_others_aside() {
        let entropy = Entropy::seeded(1);
        let mut file = KeyFile::new([1; 32]);
        file.rotate(&entropy);
        assert!(!file.is_rotating() && file.clone().finish().is_none());
        let second = Keys::of(&file);
        file.rotate(&entropy);
        assert!(file.is_rotating());
        let aside = file.finish().unwrap();
        assert_eq!(KeyFile::parse(&aside).map(|old| old.generations.len()), Some(1));
        assert!(!Keys::of(&file).can_open(&second.fingerprint()));
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("minyi.key");
        let written = put_aside(&path, &aside, 2, &entropy).unwrap();
        assert_eq!(written, dir.path().join("minyi.before-2"));
    }

    #[test]
    fn what_is_no_key_file_is_refused() {
        let key = hex::encode([7; 32]);
        for bad in [
            String::new(),
            "zz".to_owned(),
            format!("{key}\nidentity 1 {key}"),
            format!("{key}\nidentity 2 {key}\nidentity 3 {key}"),
            format!("{key}\nidentity x {key}"),
            format!("{key}\nidentity 2 {key} more"),
            format!("{key}\nidentity 2"),
            format!("{key}\n{key}"),
        ] {
            assert!(KeyFile::parse(&bad).is_none(), "{bad}");
        }
        assert!(KeyFile::parse(&format!("{key}\n\nidentity 3 {key}\nidentity 2 {key}\n")).is_some());
    }
}
