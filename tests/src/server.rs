//! A running `minyi serve` (or `minyi demo`), stopped when dropped.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::command::{free_port, minyi};

/// A server process on a port of its own.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub base_url: String,
    /// Where its output is written.
    pub log: PathBuf,
}

impl Server {
    /// Serves the data folder `data` (made before by `minyi demo` or `minyi round import`).
    ///
    /// # Panics
    /// When it is not ready within 60 seconds; the message holds its log.
    pub fn start(data: &Path, settings: &[(&str, &str)]) -> Self {
        Self::start_on(free_port(), data, settings)
    }

    /// The same on a port of the caller's: that of a server that was killed.
    ///
    /// # Panics
    /// See [`Server::start`].
    pub fn start_on(port: u16, data: &Path, settings: &[(&str, &str)]) -> Self {
        let mut command = minyi(["serve"]);
        command
            .env("MINYI_DATA", data)
            .env("MINYI_LISTEN", format!("127.0.0.1:{port}"));
        command.env("MINYI_BASE_URL", format!("http://127.0.0.1:{port}"));
        command.envs(settings.iter().copied());
        Self::spawn(command, port, data.join(format!("serve-{port}.log")))
    }

    /// Starts `command`, which serves on `port`, and waits until `/readyz` answers.
    ///
    /// # Panics
    /// When it ends before, or is not ready within 180 seconds.
    pub fn spawn(mut command: Command, port: u16, log: PathBuf) -> Self {
        let file = File::create(&log).expect("the log file");
        command
            .stdout(file.try_clone().expect("the log file"))
            .stderr(Stdio::from(file));
        let child = command.spawn().expect("minyi starts");
        let mut server = Self {
            child,
            base_url: format!("http://127.0.0.1:{port}"),
            log,
        };
        server.wait_until_ready(Duration::from_secs(180));
        server
    }

    fn wait_until_ready(&mut self, patience: Duration) {
        let begun = Instant::now();
        let address = self.base_url.trim_start_matches("http://").to_owned();
        while begun.elapsed() < patience {
            if let Some(status) = self.child.try_wait().expect("the child's state") {
                panic!("minyi ended with {status}:\n{}", self.printed());
            }
            if answers_ready(&address) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("minyi was not ready after {patience:?}:\n{}", self.printed());
    }

    /// All that it has printed.
    pub fn printed(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Tells it to stop as a service manager does.
    ///
    /// # Panics
    /// When the signal cannot be sent.
    pub fn terminate(&self) {
        let said = Command::new("kill")
            .arg("-TERM")
            .arg(self.pid().to_string())
            .status();
        assert!(said.expect("kill").success());
    }

    /// Waits for its end after [`Server::terminate`].
    ///
    /// # Panics
    /// When it has not ended after a minute.
    pub fn ended(mut self) -> std::process::ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("the child's state") {
                return status;
            }
            assert!(begun.elapsed().as_secs() < 60, "it goes on:\n{}", self.printed());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Its resident memory in KiB, from the kernel.
    ///
    /// # Panics
    /// When the process has ended.
    pub fn resident_kib(&self) -> u64 {
        let path = format!("/proc/{}/status", self.pid());
        let status = std::fs::read_to_string(path).expect("a running process");
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .expect("VmRSS");
        line.split_whitespace()
            .nth(1)
            .expect("a number")
            .parse()
            .expect("a number")
    }

    /// A figure of `/metrics`, by its name with labels; 0 where it is not there yet.
    ///
    /// # Panics
    /// When the server does not answer.
    pub fn figure(&self, name: &str) -> f64 {
        let text = fetch(&self.base_url, "/metrics").expect("the metrics").1;
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.parse().expect("a number"))
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as `kill -9` does: nothing is flushed, nothing is said.
    ///
    /// # Panics
    /// When the process cannot be waited for.
    pub fn kill(mut self) {
        self.child.kill().expect("kill -9");
        self.child.wait().expect("the end of the process");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already ended is as good as ended now.
        if self.child.kill().is_ok() {
            let _ended = self.child.wait();
        }
    }
}

fn answers_ready(address: &str) -> bool {
    fetch(address, "/readyz").is_some_and(|(status, _)| status == 200)
}

/// Status and text of a page, fetched over a connection of its own; none when there is no answer.
pub fn fetch(base_url: &str, path: &str) -> Option<(u16, String)> {
    use std::io::{Read, Write};
    let address = base_url.trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(address).ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut answer = String::new();
    stream.write_all(request.as_bytes()).ok()?;
    stream.read_to_string(&mut answer).ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    Some((status, answer))
}
