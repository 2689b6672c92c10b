//! A PostgreSQL of our own: Debian's binaries, a fresh data folder, a free port of the loopback interface.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use crate::command::free_port;

/// A running PostgreSQL, stopped when dropped.
#[derive(Debug)]
pub struct Postgres {
    bin: PathBuf,
    dir: TempDir,
    /// The port it listens on.
    pub port: u16,
    databases: AtomicU32,
}

impl Postgres {
    /// Makes and starts a server with its durable defaults (fsync on).
    ///
    /// # Panics
    /// When Debian's package `postgresql` is not installed, or the server does not start.
    pub fn start() -> Self {
        let bin = bin_dir();
        let dir = TempDir::with_prefix("minyi-pg-").expect("a temporary folder");
        let port = free_port();
        if is_root() {
            must(Command::new("chown").arg("postgres").arg(dir.path()));
        }
        let data = dir.path().join("data");
        must(as_postgres(&bin.join("initdb")).arg("-D").arg(&data).args([
            "--auth=trust",
            "--username=minyi",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]));
        let server = Self {
            bin,
            dir,
            port,
            databases: AtomicU32::new(0),
        };
        server.resume();
        server
    }

    /// Starts it again after [`Postgres::stop`].
    ///
    /// # Panics
    /// When it does not start.
    pub fn resume(&self) {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -k {}",
            self.port,
            self.dir.path().display()
        );
        must(
            as_postgres(&self.bin.join("pg_ctl"))
                .args(["-w", "-t", "60", "start", "-D"])
                .arg(self.dir.path().join("data"))
                .arg("-o")
                .arg(options)
                .arg("-l")
                .arg(self.dir.path().join("log")),
        );
    }

    /// Ends it at once, as a crash does; connections break.
    ///
    /// # Panics
    /// When it does not end.
    pub fn stop(&self) {
        must(
            as_postgres(&self.bin.join("pg_ctl"))
                .args(["-w", "-m", "immediate", "stop", "-D"])
                .arg(self.dir.path().join("data")),
        );
    }

    /// The server that tests share: each takes a [`Postgres::database`] of its own.
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Postgres> = LazyLock::new(Postgres::start);
        &SHARED
    }

    /// Creates an empty database and returns its URL.
    ///
    /// # Panics
    /// When it cannot be created.
    pub fn database(&self) -> String {
        let name = format!("minyi_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        must(self.client("createdb").arg(&name));
        format!("postgres://minyi@127.0.0.1:{}/{name}", self.port)
    }

    /// A client program (`psql`, `pgbench`, …) of the same package, pointed at this server.
    pub fn client(&self, program: &str) -> Command {
        let mut command = Command::new(self.bin.join(program));
        command.args(["-h", "127.0.0.1", "-U", "minyi", "-p", &self.port.to_string()]);
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = as_postgres(&self.bin.join("pg_ctl"));
        stop.args(["-m", "immediate", "stop", "-D"])
            .arg(self.dir.path().join("data"));
        // A server that has ended already is what is wanted.
        let _status = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

fn bin_dir() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut dirs: Vec<PathBuf> = versions
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| bin.join("initdb").is_file())
        .collect();
    dirs.sort();
    dirs.pop()
        .expect("Debian's package `postgresql` is installed (tests/run.sh does it)")
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0)
}

/// `program`, as the user `postgres` where we are root: PostgreSQL refuses to run as root.
fn as_postgres(program: &Path) -> Command {
    let mut command;
    if is_root() {
        command = Command::new("setpriv");
        command
            .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
            .arg(program);
    } else {
        command = Command::new(program);
    }
    command.current_dir("/").stdin(Stdio::null());
    command
}

fn must(command: &mut Command) {
    // A daemon keeps inherited pipes open, so output goes to a file instead.
    let mut file = tempfile::tempfile().expect("a temporary file");
    command
        .stdout(file.try_clone().expect("a file"))
        .stderr(file.try_clone().expect("a file"));
    let status = command.status().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    if !status.success() {
        use std::io::{Read, Seek};
        let mut said = String::new();
        file.rewind()
            .and_then(|()| file.read_to_string(&mut said))
            .expect("what it said");
        panic!("{command:?}: {status}\n{said}");
    }
}
