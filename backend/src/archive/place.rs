//! A place for objects: a folder, or a bucket of anything that speaks S3, behind the same calls.
//!
//! `file:///srv/archive` or a plain path is a folder. `s3://bucket/prefix` is a bucket; region, endpoint and credentials
//! come from the environment (`AWS_REGION`, `AWS_ENDPOINT`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, …), never from
//! the address, and plain HTTP only with `AWS_ALLOW_HTTP=true`.

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, RetryConfig};
use thiserror::Error;
use url::Url;

use crate::pages::{Lang, tr};

/// How long one call may take, retries included.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why a place did not do what was asked.
#[derive(Debug, Error)]
pub enum PlaceError {
    /// The address says nothing that is known here.
    #[error("{0:?} is neither a folder nor an s3:// address")]
    Address(String),
    /// The storage refused, or could not be reached.
    #[error("{path}: {source}")]
    Storage {
        /// The object, or the address.
        path: String,
        /// What it said.
        source: object_store::Error,
    },
    /// The folder cannot be made.
    #[error("{path}: {source}")]
    Folder {
        /// The folder.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl PlaceError {
    /// Whether the machine or the network is at fault and not the address.
    pub fn is_environment(&self) -> bool {
        !matches!(self, Self::Address(_))
    }

    /// What is wrong, where, and how to mend it.
    pub fn told(&self, lang: Lang) -> String {
        match self {
            Self::Address(address) => tr!(lang, "archive.address", address = address),
            Self::Storage { path, source } => tr!(lang, "archive.storage", path = path, error = source),
            Self::Folder { path, source } => tr!(lang, "archive.folder", path = path, error = source),
        }
        .into_owned()
    }
}

/// A place for objects.
#[derive(Clone, Debug)]
pub struct Place {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    address: String,
}

impl Place {
    /// Opens the place at an address; a folder is made where there is none.
    ///
    /// # Errors
    /// [`PlaceError`].
    pub fn open(address: &str) -> Result<Self, PlaceError> {
        let unknown = || PlaceError::Address(address.to_owned());
        match Url::parse(address) {
            Ok(url) if url.scheme() == "s3" => Self::bucket(&url, address),
            Ok(url) if url.scheme() == "file" => {
                Self::folder(&url.to_file_path().map_err(|()| unknown())?, address)
            }
            Ok(_) => Err(unknown()),
            Err(_) => Self::folder(std::path::Path::new(address), address),
        }
    }

    fn folder(path: &std::path::Path, address: &str) -> Result<Self, PlaceError> {
        std::fs::create_dir_all(path).map_err(|source| PlaceError::Folder {
            path: address.to_owned(),
            source,
        })?;
        let store = LocalFileSystem::new_with_prefix(path).map_err(|source| PlaceError::Storage {
            path: address.to_owned(),
            source,
        })?;
        Ok(Self {
            store: Arc::new(store),
            prefix: Path::default(),
            address: address.to_owned(),
        })
    }

    fn bucket(url: &Url, address: &str) -> Result<Self, PlaceError> {
        // A password in an address ends in the history of a shell and in logs.
        if url.host_str().is_none_or(str::is_empty) || !url.username().is_empty() || url.password().is_some()
        {
            return Err(PlaceError::Address(address.to_owned()));
        }
        let retry = RetryConfig {
            max_retries: 3,
            retry_timeout: PATIENCE,
            ..RetryConfig::default()
        };
        let store = AmazonS3Builder::from_env()
            .with_url(url.as_str())
            .with_retry(retry)
            .build()
            .map_err(|source| PlaceError::Storage {
                path: address.to_owned(),
                source,
            })?;
        Ok(Self {
            store: Arc::new(store),
            prefix: Path::from(url.path()),
            address: address.to_owned(),
        })
    }

    /// The address, for people.
    pub fn told(&self) -> &str {
        &self.address
    }

    /// Names that storages cannot hold are written in percent signs; names that were listed are so already.
    fn at(&self, path: &str) -> Path {
        let path = Path::parse(path).unwrap_or_else(|_| Path::from(path));
        self.prefix.parts().chain(path.parts()).collect()
    }

    fn failed(&self, path: &str) -> impl Fn(object_store::Error) -> PlaceError {
        let path = format!("{}/{path}", self.address.trim_end_matches('/'));
        move |source| PlaceError::Storage {
            path: path.clone(),
            source,
        }
    }

    /// An object, if it is there.
    ///
    /// # Errors
    /// [`PlaceError::Storage`].
    pub async fn get(&self, path: &str) -> Result<Option<Vec<u8>>, PlaceError> {
        let found = match self.store.get(&self.at(path)).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(self.failed(path)(error)),
        };
        let bytes = found.bytes().await.map_err(self.failed(path))?;
        Ok(Some(bytes.to_vec()))
    }

    /// The length of an object, if it is there.
    ///
    /// # Errors
    /// [`PlaceError::Storage`].
    pub async fn length(&self, path: &str) -> Result<Option<u64>, PlaceError> {
        match self.store.head(&self.at(path)).await {
            Ok(found) => Ok(Some(found.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.failed(path)(error)),
        }
    }

    /// Writes an object, in place of another.
    ///
    /// # Errors
    /// [`PlaceError::Storage`].
    pub async fn put(&self, path: &str, bytes: Vec<u8>) -> Result<(), PlaceError> {
        let put = self.store.put(&self.at(path), PutPayload::from(bytes)).await;
        put.map(|_| ()).map_err(self.failed(path))
    }

    /// Writes an object unless there is one; says whether it was written.
    ///
    /// # Errors
    /// [`PlaceError::Storage`].
    pub async fn create(&self, path: &str, bytes: Vec<u8>) -> Result<bool, PlaceError> {
        let options = PutOptions::from(PutMode::Create);
        let put = self
            .store
            .put_opts(&self.at(path), PutPayload::from(bytes), options)
            .await;
        match put {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(self.failed(path)(error)),
        }
    }

    /// The folders right below one, by name, sorted.
    ///
    /// # Errors
    /// [`PlaceError::Storage`].
    pub async fn folders(&self, path: &str) -> Result<Vec<String>, PlaceError> {
        let prefix = self.at(path);
        let listed = self
            .store
            .list_with_delimiter(Some(&prefix))
            .await
            .map_err(self.failed(path))?;
        let names = listed
            .common_prefixes
            .iter()
            .filter_map(|found| found.filename().map(str::to_owned));
        let mut names: Vec<String> = names.collect();
        names.sort();
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_folder_keeps_objects_and_creates_each_once() {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::open(&dir.path().join("new/archive").display().to_string()).unwrap();
        let path = "responses/round=r 1/county=云溪/part-00000.parquet";
        assert_eq!(place.get(path).await.unwrap(), None);
        assert!(place.create(path, vec![1, 2]).await.unwrap());
        assert!(!place.create(path, vec![3]).await.unwrap());
        assert_eq!(place.get(path).await.unwrap(), Some(vec![1, 2]));
        place.put(path, vec![4]).await.unwrap();
        assert_eq!(place.get(path).await.unwrap(), Some(vec![4]));
        assert_eq!(place.length(path).await.unwrap(), Some(1));
        assert_eq!(place.length("responses/round=r 2").await.unwrap(), None);
        let found = place.folders("responses/round=r 1").await.unwrap();
        let again = format!("responses/round=r 1/{}/part-00000.parquet", found[0]);
        assert_eq!(place.get(&again).await.unwrap(), Some(vec![4]), "{again}");
        assert!(place.folders("measures").await.unwrap().is_empty());
    }

    #[test]
    fn an_address_is_a_folder_or_a_bucket_and_holds_no_password() {
        for address in [
            "https://example.org/a",
            "ftp://a/b",
            "s3://user:secret@bucket/a",
            "s3://",
        ] {
            let error = Place::open(address).unwrap_err();
            assert!(matches!(error, PlaceError::Address(_)), "{address}: {error}");
            assert!(error.told(Lang::En).contains("AWS_SECRET_ACCESS_KEY") && !error.is_environment());
        }
    }
}
