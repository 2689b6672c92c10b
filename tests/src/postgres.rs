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

    /// Starts the server again after [`Postgres::stop`], on the same port.
    ///
    /// # Panics
    /// When it does not start.
    pub fn resume(&self) {
        let dir = self.dir.path();
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -k {}",
            self.port,
            dir.display()
        );
        must(
            as_postgres(&self.bin.join("pg_ctl"))
                .args(["-w", "-t", "60", "start", "-D"])
                .arg(dir.join("data"))
                .arg("-o")
                .arg(options)
                .arg("-l")
                .arg(dir.join("log")),
        );
    }

    /// Stops the server as a crash does: connections break, nothing is finished.
    ///
    /// # Panics
    /// When it does not stop.
    pub fn stop(&self) {
        must(
            as_postgres(&self.bin.join("pg_ctl"))
                .args(["-w", "-m", "immediate", "stop", "-D"])
                .arg(self.dir.path().join("data")),
        );
    }

    /// The answer to a query that gives one value.
    ///
    /// # Panics
    /// When the query fails.
    pub fn ask(&self, url: &str, query: &str) -> String {
        let database = url.rsplit('/').next().expect("a database name");
        let said = crate::command::run(self.client("psql").args(["-At", database, "-c", query]));
        assert_eq!(said.code, 0, "{said:?}");
        said.stdout.trim().to_owned()
    }

    /// Copies a database of this server that nobody is connected to any more; returns the copy's URL.
    ///
    /// # Panics
    /// When it cannot be copied.
    pub fn copy_of(&self, url: &str) -> String {
        let from = url.rsplit('/').next().expect("a database name");
        let name = format!("minyi_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        // Connections of a program that was just killed end a moment later.
        let leave =
            format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{from}'");
        // Nobody else may look at the original while it is copied.
        static COPYING: std::sync::Mutex<()> = std::sync::Mutex::new(());
        let _alone = COPYING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        must(self.client("psql").args(["-d", "postgres", "-c", &leave]));
        must(self.client("createdb").args(["-T", from]).arg(&name));
        format!("postgres://minyi@127.0.0.1:{}/{name}", self.port)
    }

    /// Copies a database of another server into a new one of this; returns its URL.
    ///
    /// # Panics
    /// When it cannot be copied.
    pub fn copy_from(&self, other: &Self, url: &str) -> String {
        let from = url.rsplit('/').next().expect("a database name");
        let file = self.dir.path().join("dump.sql");
        must(other.client("pg_dump").arg("-f").arg(&file).arg(from));
        let copy = self.database();
        let to = copy.rsplit('/').next().expect("a database name");
        must(
            self.client("psql")
                .args(["-q", "-v", "ON_ERROR_STOP=1", "-f"])
                .arg(&file)
                .arg(to),
        );
        copy
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

    /// The process id of the server, whose children serve connections.
    ///
    /// # Panics
    /// When it does not run.
    pub fn pid(&self) -> u32 {
        let file = self.dir.path().join("data/postmaster.pid");
        let text = std::fs::read_to_string(file).expect("a running server");
        text.lines()
            .next()
            .expect("its first line")
            .parse()
            .expect("a number")
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
