//! Debian's haproxy in front of several servers, as `backend/deploy/haproxy.cfg` has it.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::server::fetch;

/// A running proxy, stopped when dropped.
#[derive(Debug)]
pub struct Proxy {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub base_url: String,
}

impl Proxy {
    /// Spreads what comes to `port` over `servers` (base URLs); its settings are written into `dir`.
    ///
    /// # Panics
    /// When haproxy is not installed, or no server is ready behind it within a minute.
    pub fn start(dir: &Path, port: u16, servers: &[&str]) -> Self {
        let mut settings = format!(
            "global\n  maxconn 4000\ndefaults\n  mode http\n  timeout connect 2s\n  timeout client 60s\n  \
             timeout server 60s\n  option forwardfor\n  option redispatch\n\
             frontend everybody\n  bind 127.0.0.1:{port}\n  default_backend minyi\n\
             backend minyi\n  balance roundrobin\n  option httpchk GET /readyz\n  \
             default-server check inter 300ms fall 1 rise 1\n"
        );
        for (number, server) in servers.iter().enumerate() {
            let address = server.trim_start_matches("http://");
            settings.push_str(&format!("  server s{number} {address}\n"));
        }
        let path = dir.join("haproxy.cfg");
        std::fs::write(&path, settings).expect("the settings");
        let child = Command::new("/usr/sbin/haproxy")
            .args(["-db", "-q", "-f"])
            .arg(&path)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Debian's package `haproxy` is installed (tests/run.sh does it)");
        let proxy = Self {
            child,
            base_url: format!("http://127.0.0.1:{port}"),
        };
        let begun = Instant::now();
        while fetch(&proxy.base_url, "/readyz").is_none_or(|(status, _)| status != 200) {
            assert!(begun.elapsed().as_secs() < 60, "haproxy serves nothing");
            std::thread::sleep(Duration::from_millis(50));
        }
        proxy
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if self.child.kill().is_ok() {
            let _ended = self.child.wait();
        }
    }
}
