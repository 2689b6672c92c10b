//! A real identity provider (npm's `oidc-provider`), and a browser without a screen that signs in there.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::json;

use crate::command::{free_port, tests_dir};

/// The secret of the only client.
pub const SECRET: &str = "a secret, of the test & nobody else's";

/// Where an identity provider will be: known before it runs, because the server is told first.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    port: u16,
}

impl Place {
    /// A free one.
    pub fn free() -> Self {
        Self { port: free_port() }
    }

    /// Its address.
    pub fn issuer(self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// A running identity provider, stopped when dropped.
#[derive(Debug)]
pub struct Provider {
    child: Child,
    /// Held open: whoever cannot write ends.
    _stdout: BufReader<ChildStdout>,
}

impl Provider {
    /// Runs one for the server at `base_url`.
    ///
    /// # Panics
    /// When it does not listen.
    pub fn start(place: Place, base_url: &str) -> Self {
        let task = json!({
            "port": place.port,
            "redirect": format!("{base_url}/console/login/provider/back"),
            "secret": SECRET,
        });
        let mut child = Command::new("node")
            .arg(tests_dir().join("browser/provider.mjs"))
            .arg(task.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node is installed (tests/run.sh does it)");
        let stdout = child.stdout.take().expect("its standard output");
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        while line.trim() != place.issuer() {
            line.clear();
            let read = stdout.read_line(&mut line).expect("a line");
            assert!(read > 0, "the identity provider does not listen");
        }
        Self {
            child,
            _stdout: stdout,
        }
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        let _stopped = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// What stands in an attribute of the first element that holds `marker`.
///
/// # Panics
/// When there is none.
pub fn attribute(page: &str, marker: &str, name: &str) -> String {
    let start = format!(" {name}=\"");
    let element = page
        .split('<')
        .find(|element| element.contains(marker) && element.contains(&start));
    let element = element.unwrap_or_else(|| panic!("no {marker} with {name} in:\n{page}"));
    let value = element
        .split(&start)
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    value.unwrap_or_default().replace("&amp;", "&")
}

/// Goes to the provider's page at `address`, is `person` there with `password`, agrees, and gives where that ends: path
/// with query, and the page.
///
/// # Panics
/// When the provider asks for something else.
pub async fn pass(
    client: &reqwest::Client,
    address: &str,
    (person, password): (&str, &str),
) -> (String, String) {
    let mut reply = client.get(address).send().await.expect("an answer");
    for _ in 0..4 {
        let url = reply.url().clone();
        let page = reply.text().await.expect("a page");
        if !url.path().starts_with("/interaction/") {
            let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
            return (format!("{}{query}", url.path()), page);
        }
        let action = attribute(&page, "form ", "action");
        let form = match page.contains("value=\"login\"") {
            true => vec![("prompt", "login"), ("login", person), ("password", password)],
            false => vec![("prompt", "consent")],
        };
        reply = client.post(action).form(&form).send().await.expect("an answer");
    }
    panic!("the provider asks for ever");
}
