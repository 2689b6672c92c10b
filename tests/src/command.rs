//! Running `minyi` as a user would: by its path, with arguments, reading what it prints.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

/// The folder of this crate (`tests/`), where scripts and fixtures are.
pub fn tests_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The `minyi` program: `MINYI_BIN`, or the one in the target folder of the running test.
///
/// # Panics
/// When it has not been built; the message says how.
pub fn minyi_bin() -> PathBuf {
    if let Some(path) = std::env::var_os("MINYI_BIN") {
        return PathBuf::from(path);
    }
    let exe = std::env::current_exe().expect("the test has a path");
    let found = exe
        .ancestors()
        .skip(1)
        .take(3)
        .map(|dir| dir.join("minyi"))
        .find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("no `minyi` beside {}: run `cargo build` first", exe.display()))
}

/// `minyi` with `args`, in an environment that holds none of its settings.
pub fn minyi<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(minyi_bin());
    command.args(args).stdin(Stdio::null());
    for name in [
        "MINYI_DATA",
        "DATABASE_URL",
        "MINYI_LISTEN",
        "MINYI_BASE_URL",
        "MINYI_SMTP_URL",
        "MINYI_SMTP_CA",
        "MINYI_MAIL_FROM",
        "MINYI_KEY_FILE",
    ] {
        command.env_remove(name);
    }
    command
}

/// What a finished command said.
#[derive(Debug)]
pub struct Said {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// Runs `command` to its end.
///
/// # Panics
/// When it cannot be started or is ended by a signal.
pub fn run(command: &mut Command) -> Said {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the command starts");
    Said {
        code: status.code().expect("the command ends by itself"),
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    }
}

/// The port that a server of the tests tells in its first line.
///
/// # Panics
/// When it tells none: what it needs is not installed, and its own errors say what.
pub fn port_of(child: &mut Child) -> u16 {
    let stdout = child.stdout.take().expect("its output");
    let mut line = String::new();
    BufReader::new(stdout)
        .read_line(&mut line)
        .expect("its first line");
    let port = line.trim().parse();
    port.unwrap_or_else(|_| panic!("no port but {line:?}: was all installed (tests/run.sh does it)?"))
}

/// A port of the loopback interface that is free now.
///
/// # Panics
/// When the machine has none left.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("the port's number").port()
}
