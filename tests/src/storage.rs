//! Where archives are: a folder, a bucket of a server that is started here, or whatever `MINYI_ARCHIVE_URL` names.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Name;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};

use crate::command::{port_of, tests_dir};

const BUCKET: &str = "minyi";
const PREFIX: &str = "archive";

/// A place for archives that a test can look into and damage.
#[derive(Debug)]
pub struct Storage {
    /// Its address for `minyi`.
    pub url: String,
    /// What `minyi` needs in its environment to reach it.
    pub settings: Vec<(&'static str, String)>,
    store: Arc<dyn ObjectStore>,
    _server: Option<Server>,
}

impl Storage {
    /// The place that `MINYI_ARCHIVE_URL` names (a bucket; the rest of the environment says how to reach it), or else
    /// `folder`, which is made.
    ///
    /// # Panics
    /// When the address or the folder is none.
    pub fn named_or(folder: &Path) -> Self {
        match std::env::var("MINYI_ARCHIVE_URL") {
            Ok(url) => {
                let prefix = url
                    .strip_prefix("s3://")
                    .and_then(|rest| rest.split_once('/'))
                    .map(|(_, prefix)| prefix.to_owned())
                    .expect("s3://BUCKET/PREFIX");
                let bucket = AmazonS3Builder::from_env().with_url(&url).build();
                Self {
                    store: Arc::new(PrefixStore::new(bucket.expect("a bucket"), prefix)),
                    url,
                    settings: Vec::new(),
                    _server: None,
                }
            }
            Err(_) => {
                std::fs::create_dir_all(folder).expect("a folder");
                Self {
                    url: folder.display().to_string(),
                    settings: Vec::new(),
                    store: Arc::new(LocalFileSystem::new_with_prefix(folder).expect("a folder")),
                    _server: None,
                }
            }
        }
    }

    /// A bucket of a server of its own, which ends with this.
    ///
    /// # Panics
    /// When Python or moto is missing.
    pub fn bucket() -> Self {
        let server = Server::start();
        let endpoint = format!("http://127.0.0.1:{}", server.port);
        let bucket = AmazonS3Builder::new()
            .with_endpoint(&endpoint)
            .with_allow_http(true)
            .with_region("us-east-1")
            .with_access_key_id(BUCKET)
            .with_secret_access_key(BUCKET)
            .with_bucket_name(BUCKET)
            .build()
            .expect("a bucket");
        Self {
            url: format!("s3://{BUCKET}/{PREFIX}"),
            settings: vec![
                ("AWS_ENDPOINT", endpoint),
                ("AWS_ALLOW_HTTP", "true".to_owned()),
                ("AWS_REGION", "us-east-1".to_owned()),
                ("AWS_ACCESS_KEY_ID", BUCKET.to_owned()),
                ("AWS_SECRET_ACCESS_KEY", BUCKET.to_owned()),
            ],
            store: Arc::new(PrefixStore::new(bucket, PREFIX)),
            _server: Some(server),
        }
    }

    /// The names right below a folder.
    ///
    /// # Panics
    /// When the storage refuses.
    pub async fn folders(&self, folder: &str) -> Vec<String> {
        let found = self.store.list_with_delimiter(Some(&Name::from(folder))).await;
        let found = found.expect("a listing").common_prefixes;
        found
            .iter()
            .filter_map(|name| name.filename().map(str::to_owned))
            .collect()
    }

    /// An object's bytes.
    ///
    /// # Panics
    /// When it is not there.
    pub async fn get(&self, name: &str) -> Vec<u8> {
        let found = self.store.get(&Name::from(name)).await.expect("an object");
        found.bytes().await.expect("its bytes").to_vec()
    }

    /// Writes an object, in place of another.
    ///
    /// # Panics
    /// When the storage refuses.
    pub async fn put(&self, name: &str, bytes: Vec<u8>) {
        let put = self.store.put(&Name::from(name), PutPayload::from(bytes)).await;
        put.expect("written");
    }

    /// Removes an object.
    ///
    /// # Panics
    /// When the storage refuses.
    pub async fn remove(&self, name: &str) {
        self.store.delete(&Name::from(name)).await.expect("removed");
    }
}

/// A running server that speaks S3, ended when dropped.
#[derive(Debug)]
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start() -> Self {
        let own = tests_dir().join("python/venv/bin/python");
        let python = std::env::var_os("MINYI_PYTHON").map_or(own, PathBuf::from);
        let mut child = Command::new(python)
            .arg(tests_dir().join("python/s3.py"))
            .arg(BUCKET)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Python is installed (tests/run.sh does it)");
        let port = port_of(&mut child);
        Self { child, port }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.kill().is_ok() {
            let _ended = self.child.wait();
        }
    }
}
