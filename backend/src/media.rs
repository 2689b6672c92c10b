//! Pictures, recordings and films of sealed rounds, by the names that their questionnaires use.
//!
//! The plan's files lie in the database. What a round's forms name is hashed once; the address of a file tells its
//! hash, so that a phone keeps it for a year and asks again only when it has changed. The bytes are copied under
//! their hash into the data folder when they are first asked for and served from there, so that a film neither fills
//! the memory nor is read whole for each of its ranges.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use md5::Md5;
use sha2::{Digest, Sha256};
use survey_forms::form::{Choice, Form, Question};
use survey_forms::media::{self, MediaType};

use crate::app::App;
use crate::app::per_round::PerRound;
use crate::store::rounds::Round;
use crate::store::{StoreError, amendments, forms, plan_files};

/// The folder of a plan in which media files lie.
pub const FOLDER: &str = "media/";

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaFile {
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
    /// MD5 of the bytes, hexadecimal: by which clients of OpenRosa's know whether they have a file, and nothing else.
    pub md5: String,
    /// What it is, by its bytes.
    pub media_type: MediaType,
    /// How large it is, in bytes.
    pub bytes: usize,
}

/// The files of one round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MediaIndex {
    round: String,
    files: BTreeMap<String, MediaFile>,
}

impl MediaIndex {
    /// The file of this name, if a form names it and the plan has it.
    pub fn file(&self, name: &str) -> Option<&MediaFile> {
        self.files.get(name)
    }

    /// Where a page finds the file of this name.
    pub fn address(&self, name: &str) -> Option<String> {
        let print = self.file(name)?.sha256.get(..10)?;
        Some(format!("{FOLDER_ADDRESS}{}/{name}?v={print}", self.round))
    }

    /// Whether a form's questions or choices have films that are there.
    pub fn has_films(&self, form: &Form) -> bool {
        let questions = form.questions().map(|Question { media, .. }| media);
        let choices = form.choice_lists.values().flat_map(|list| &list.choices);
        questions
            .chain(choices.map(|Choice { media, .. }| media))
            .flat_map(|media| media.video.iter())
            .any(|(_, film)| self.files.contains_key(film))
    }
}

/// Address under which the files of all rounds lie.
const FOLDER_ADDRESS: &str = "/media/";

/// What is known of the files of sealed rounds, whose plans change by amendments only.
#[derive(Clone, Debug, Default)]
pub struct MediaCache {
    by_round: PerRound<MediaIndex>,
}

impl MediaCache {
    /// The files of a round; none while it is a draft.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of_round(&self, app: &App, round: &Round) -> Result<Arc<MediaIndex>, StoreError> {
        if round.plan_sha256.is_none() {
            return Ok(Arc::default());
        }
        if let Some(known) = self.by_round.get(round) {
            return Ok(known);
        }
        let index = Arc::new(index(app, &round.id).await?);
        self.by_round.keep(round, &index);
        Ok(index)
    }
}

async fn index(app: &App, round: &str) -> Result<MediaIndex, StoreError> {
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    for version in forms::versions(&app.db, round).await? {
        if let Some(form) = app.forms.by_version(&app.db, &version.version).await? {
            wanted.extend(media::files(&form));
        }
    }
    let mut files = BTreeMap::new();
    let mut names = amendments::media_names(&app.db, round).await?;
    let paths = plan_files::paths(&app.db, round).await?;
    names.extend(
        paths
            .iter()
            .filter_map(|path| path.strip_prefix(FOLDER))
            .map(str::to_owned),
    );
    for name in names.iter().filter(|name| wanted.contains(*name)) {
        // One at a time: films are large.
        let Some(bytes) = content(app, round, name).await? else {
            continue;
        };
        if let Some(media_type) = media::recognise(&bytes) {
            let sha256 = hex::encode(Sha256::digest(&bytes));
            let file = MediaFile {
                sha256,
                md5: hex::encode(Md5::digest(&bytes)),
                media_type,
                bytes: bytes.len(),
            };
            files.insert(name.clone(), file);
        }
    }
    Ok(MediaIndex {
        round: round.to_owned(),
        files,
    })
}

/// A file of the sealed plan, or one that came with an amendment.
async fn content(app: &App, round: &str, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let of_plan = plan_files::find(&app.db, &app.keys, round, &format!("{FOLDER}{name}")).await?;
    match of_plan {
        Some(bytes) => Ok(Some(bytes)),
        None => amendments::media(&app.db, round, name).await,
    }
}

/// Why a file cannot be handed out.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The database does not answer, or has lost the file.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The data folder cannot be written.
    #[error("{path}: {source}")]
    Disk {
        /// File or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// The file on disk, copied from the database when it is not there yet.
///
/// # Errors
/// [`MediaError`].
pub async fn on_disk(app: &App, round: &str, name: &str, file: &MediaFile) -> Result<PathBuf, MediaError> {
    let folder = app.config.data_dir.join("media");
    let path = folder.join(&file.sha256);
    if tokio::fs::try_exists(&path).await.unwrap_or(false) {
        return Ok(path);
    }
    let missing = || StoreError::Corrupt {
        table: "plan_files",
        what: format!("{FOLDER}{name} is gone"),
    };
    let bytes = content(app, round, name).await?.ok_or_else(missing)?;
    let disk = |path: &PathBuf| {
        let path = path.clone();
        |source| MediaError::Disk { path, source }
    };
    tokio::fs::create_dir_all(&folder).await.map_err(disk(&folder))?;
    // Written beside and renamed: two requests at once, and half a file is never served.
    let part = folder.join(format!("{}.part", app.entropy.uuid()));
    tokio::fs::write(&part, bytes).await.map_err(disk(&part))?;
    tokio::fs::rename(&part, &path).await.map_err(disk(&path))?;
    Ok(path)
}
