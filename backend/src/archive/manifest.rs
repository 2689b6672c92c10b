//! What a county archived of a round: every object, and what is known of all of them together.

use analysis::federation::SharedStatistics;
use analysis::plan::Plan;
use analysis::results::RoundDetail;
use ed25519_dalek::VerifyingKey;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::place::Place;
use super::{ArchiveError, without_figures};
use crate::app::Base;
use crate::dataset::RoundData;
use crate::federate::{FederateError, signed};

/// What the first key of a manifest must say.
const FORMAT: &str = "minyi archive 1";
const FILE: &str = "manifest.json";

/// An object of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// Its name below the county's folder.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, lower-case hex.
    pub sha256: String,
    /// Rows in it.
    pub rows: u64,
}

/// A county's part of an archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `minyi archive 1`.
    pub format: String,
    /// The day on which it was written.
    pub day: Date,
    /// `reduced` or `full`.
    pub detail: String,
    /// The objects.
    pub objects: Vec<Object>,
    /// Whose they are, under which plan, and what their figures are; without the figures themselves.
    pub statistics: SharedStatistics,
    /// The county's public key, hex.
    pub key: String,
    /// Ed25519 signature of everything above, hex.
    pub signature: String,
}

/// The perspective of an object of measures.
///
/// # Errors
/// [`ArchiveError::Altered`] where its name has none.
pub fn perspective<'a>(folder: &str, object: &'a Object) -> Result<&'a str, ArchiveError> {
    let named = object.name.strip_prefix("perspective=");
    match named.and_then(|name| name.split_once('/')) {
        Some((perspective, _)) => Ok(perspective),
        None => Err(ArchiveError::Altered {
            path: format!("{folder}/{}", object.name),
            reason: "it belongs to no perspective".to_owned(),
        }),
    }
}

impl Manifest {
    /// Makes and signs a manifest.
    ///
    /// # Errors
    /// When the statistics cannot be made.
    pub fn of(
        base: &Base,
        plan: &Plan,
        data: &RoundData,
        computed: &RoundDetail,
        detail: &str,
        objects: Vec<Object>,
    ) -> Result<Self, FederateError> {
        let mut manifest = Self {
            format: FORMAT.to_owned(),
            day: base.clock.today(),
            detail: detail.to_owned(),
            objects,
            statistics: without_figures(plan, data, computed)?,
            key: hex::encode(base.keys.verifying_key().as_bytes()),
            signature: String::new(),
        };
        manifest.signature = hex::encode(base.keys.sign(manifest.statement()?.as_bytes()));
        Ok(manifest)
    }

    /// What is signed.
    fn statement(&self) -> Result<String, FederateError> {
        let bare = Self {
            signature: String::new(),
            ..self.clone()
        };
        let text = serde_json::to_string(&bare)?;
        Ok(format!(
            "minyi archive v1\n{}\n",
            hex::encode(Sha256::digest(text))
        ))
    }

    /// The manifest of a county's folder, if it is there; its signature holds.
    ///
    /// # Errors
    /// [`ArchiveError::Manifest`], [`ArchiveError::Place`].
    pub async fn read(place: &Place, folder: &str) -> Result<Option<Self>, ArchiveError> {
        let path = format!("{folder}/{FILE}");
        let Some(bytes) = place.get(&path).await? else {
            return Ok(None);
        };
        let fault = |reason: String| ArchiveError::Manifest {
            path: path.clone(),
            reason,
        };
        let manifest: Self = serde_json::from_slice(&bytes).map_err(|error| fault(error.to_string()))?;
        if manifest.format != FORMAT {
            return Err(fault(format!("the format is {:?}", manifest.format)));
        }
        let key: Option<VerifyingKey> = signed::key(&manifest.key);
        let holds = key.is_some_and(|key| {
            manifest
                .statement()
                .is_ok_and(|text| signed::holds(&key, text.as_bytes(), &manifest.signature))
        });
        match holds {
            true => Ok(Some(manifest)),
            false => Err(fault("the signature does not hold".to_owned())),
        }
    }

    /// Puts the manifest into the county's folder: from now on the county is there for readers.
    ///
    /// # Errors
    /// [`ArchiveError::Other`] when another program was faster, [`ArchiveError::Place`].
    pub async fn publish(&self, place: &Place, folder: &str) -> Result<(), ArchiveError> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(FederateError::from)?;
        bytes.push(b'\n');
        if place.create(&format!("{folder}/{FILE}"), bytes).await? {
            return Ok(());
        }
        let there = Self::read(place, folder).await?;
        match there {
            Some(there) if there.objects == self.objects => Ok(()),
            there => Err(ArchiveError::Other {
                folder: folder.to_owned(),
                there: there.as_ref().map_or(0, Self::rows),
                here: self.rows(),
                detail: there.map(|there| there.detail).unwrap_or_default(),
            }),
        }
    }

    /// Rows of all objects.
    pub fn rows(&self) -> u64 {
        self.objects.iter().map(|object| object.rows).sum()
    }

    /// An object, checked against its length and hash.
    ///
    /// # Errors
    /// [`ArchiveError::Altered`], [`ArchiveError::Place`].
    pub async fn object(
        &self,
        place: &Place,
        folder: &str,
        object: &Object,
    ) -> Result<Vec<u8>, ArchiveError> {
        let path = format!("{folder}/{}", object.name);
        let altered = |reason: &str| ArchiveError::Altered {
            path: path.clone(),
            reason: reason.to_owned(),
        };
        let bytes = place
            .get(&path)
            .await?
            .ok_or_else(|| altered("it is not there"))?;
        if bytes.len() as u64 != object.bytes {
            return Err(altered(&format!("{} bytes, not {}", bytes.len(), object.bytes)));
        }
        match hex::encode(Sha256::digest(&bytes)) == object.sha256 {
            true => Ok(bytes),
            false => Err(altered("its SHA-256 is another")),
        }
    }

    /// Checks every object.
    ///
    /// # Errors
    /// [`ArchiveError::Altered`] for the first one at fault.
    pub async fn check(
        &self,
        place: &Place,
        folder: &str,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<(), ArchiveError> {
        let mut done = 0;
        for object in &self.objects {
            self.object(place, folder, object).await?;
            done += object.rows;
            progress(done, self.rows());
        }
        Ok(())
    }
}
