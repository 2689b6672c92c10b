//! The sample round that `minyi demo` makes, made once for all tests that only read it and copied for those
//! that write.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;

use crate::command::{free_port, minyi};
use crate::postgres::Postgres;
use crate::server::Server;

/// The seed of every demo in the tests.
pub const SEED: &str = "20261123";

/// `demo.json`, as design §5 fixes it.
#[derive(Debug, Clone, Deserialize)]
pub struct DemoFile {
    /// Where the demo serves.
    pub base_url: String,
    /// The round's id.
    pub round: String,
    /// Who may log in.
    pub logins: Vec<Login>,
    /// Path of the open link of each group.
    pub open_links: std::collections::BTreeMap<String, String>,
    /// Unused invitation codes of each group.
    pub invitations: std::collections::BTreeMap<String, Vec<String>>,
}

/// A staff login of the demo.
#[derive(Debug, Clone, Deserialize)]
pub struct Login {
    /// office, evaluator, viewer, interviewer or auditor.
    pub role: String,
    /// The login name.
    pub user: String,
    /// The password.
    pub password: String,
}

impl DemoFile {
    /// Reads `DIR/demo.json`.
    ///
    /// # Panics
    /// When it is not there or not of that form.
    pub fn read(dir: &Path) -> Self {
        let text = std::fs::read_to_string(dir.join("demo.json")).expect("demo.json");
        serde_json::from_str(&text).expect("demo.json has the form of design §5")
    }

    /// The login of `role`.
    ///
    /// # Panics
    /// When the demo made none.
    pub fn login(&self, role: &str) -> &Login {
        self.logins
            .iter()
            .find(|login| login.role == role)
            .expect("a login of that role")
    }
}

/// A JSON file of a data folder.
///
/// # Panics
/// When it is missing or not JSON.
pub fn json_file(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Runs `minyi demo` in `dir` until its `demo.json` stands; the server goes on until dropped.
///
/// # Panics
/// When it is not ready in time.
pub fn make(dir: &Path, settings: &[(&str, &str)]) -> Server {
    let port = free_port();
    let mut command = minyi(["demo", "--port", &port.to_string(), "--seed", SEED, "--dir"]);
    command.arg(dir).envs(settings.iter().copied());
    let server = Server::spawn(command, port, dir.join("demo.log"));
    let begun = std::time::Instant::now();
    while !dir.join("demo.json").is_file() {
        assert!(
            begun.elapsed().as_secs() < 180,
            "no demo.json:\n{}",
            server.printed()
        );
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    server
}

/// The demo's data folder on SQLite, made once a test run. Read it, or [`copy`] it.
pub fn shared() -> &'static Path {
    static SHARED: LazyLock<TempDir> = LazyLock::new(|| {
        let dir = TempDir::with_prefix("minyi-demo-").expect("a temporary folder");
        drop(make(dir.path(), &[]));
        dir
    });
    SHARED.path()
}

/// A copy of the shared demo's data folder, for a test that writes.
///
/// # Panics
/// When it cannot be copied.
pub fn copy() -> TempDir {
    let dir = TempDir::with_prefix("minyi-copy-").expect("a temporary folder");
    copy_folder(shared(), dir.path());
    dir
}

/// The demo on PostgreSQL, made once a test run, copied for a test that writes: the data folder and the database's URL.
///
/// # Panics
/// When it cannot be made or copied.
pub fn copy_on_postgres() -> (TempDir, String) {
    static SHARED: LazyLock<(TempDir, String)> = LazyLock::new(|| {
        let dir = TempDir::with_prefix("minyi-demo-pg-").expect("a temporary folder");
        let url = Postgres::shared().database();
        drop(make(dir.path(), &[("DATABASE_URL", url.as_str())]));
        (dir, url)
    });
    let dir = TempDir::with_prefix("minyi-copy-pg-").expect("a temporary folder");
    copy_folder(SHARED.0.path(), dir.path());
    (dir, Postgres::shared().copy_of(&SHARED.1))
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("the folder") {
        let entry = entry.expect("an entry");
        let target: PathBuf = to.join(entry.file_name());
        if entry.file_type().expect("its type").is_dir() {
            std::fs::create_dir_all(&target).expect("a folder");
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).expect("a copy");
        }
    }
}
