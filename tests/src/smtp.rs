//! A real SMTP server (npm's `smtp-server`) that offers STARTTLS and asks for a login, with a certificate
//! authority of its own. What it accepts is parsed by `mailparser` and kept in a folder.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::command::{port_of, tests_dir};

/// The certificate authority and the server's certificate, made once with `openssl` in a folder.
#[derive(Debug)]
pub struct Certificates {
    dir: PathBuf,
}

impl Certificates {
    /// Makes an authority and a certificate for `localhost` in `dir`.
    ///
    /// # Panics
    /// When `openssl` is missing or fails.
    pub fn make(dir: &Path) -> Self {
        let script = "
            set -e
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
                -subj '/CN=Minyi test authority' -keyout ca.key -out ca.pem
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
                -subj '/CN=localhost' -keyout server.key -out server.csr
            printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\\nbasicConstraints=CA:FALSE\\n' > server.ext
            openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
                -extfile server.ext -out server.pem";
        let output = Command::new("sh")
            .args(["-c", script])
            .current_dir(dir)
            .output()
            .expect("sh");
        assert!(
            output.status.success(),
            "openssl: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Self { dir: dir.to_owned() }
    }

    /// The authority's certificate, for `MINYI_SMTP_CA`.
    pub fn authority(&self) -> PathBuf {
        self.dir.join("ca.pem")
    }
}

/// A running SMTP server, stopped when dropped.
#[derive(Debug)]
pub struct Smtp {
    child: Child,
    inbox: PathBuf,
    /// The port it listens on.
    pub port: u16,
}

impl Smtp {
    /// Starts the server on `port` (0 takes a free one); mails land in `inbox` as JSON.
    ///
    /// # Panics
    /// When node or its packages are missing.
    pub fn start(certificates: &Certificates, inbox: &Path, port: u16) -> Self {
        let mut child = Command::new("node")
            .arg(tests_dir().join("browser/smtp.mjs"))
            .arg(&certificates.dir)
            .arg(inbox)
            .arg(port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node is installed (tests/run.sh does it)");
        let port = port_of(&mut child);
        Self {
            child,
            inbox: inbox.to_owned(),
            port,
        }
    }

    /// The URL for `MINYI_SMTP_URL`: login and STARTTLS required.
    pub fn url(port: u16) -> String {
        format!("smtp://minyi:correct-horse@localhost:{port}?tls=required")
    }

    /// The mails accepted so far, in order of arrival.
    ///
    /// # Panics
    /// When the inbox cannot be read.
    pub fn received(&self) -> Vec<Value> {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(&self.inbox)
            .expect("the inbox")
            .map(|entry| entry.expect("a mail").path())
            .filter(|path| path.extension().is_some_and(|ext| ext == "json"))
            .collect();
        paths.sort();
        paths.iter().map(|path| crate::demo::json_file(path)).collect()
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        if self.child.kill().is_ok() {
            let _ended = self.child.wait();
        }
    }
}
