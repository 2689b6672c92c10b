//! The first office account of an installation comes from the command line, and signs in.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use minyi_tests::command::{Said, minyi, run};
use minyi_tests::server::Server;
use tempfile::TempDir;

const PASSWORD: &str = "four words 彼此无关 here";

/// Runs `minyi staff` with a line on standard input.
fn staff(data: &Path, arguments: &[&str], line: &str) -> Said {
    let mut command = minyi(["--lang", "en", "staff"]);
    command
        .args(arguments)
        .env("MINYI_DATA", data)
        .stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command starts");
    let mut stdin = child.stdin.take().expect("its standard input");
    // A command that asks for nothing has closed it.
    let _written = writeln!(stdin, "{line}");
    drop(stdin);
    let output = child.wait_with_output().expect("its end");
    Said {
        code: output.status.code().expect("the command ends by itself"),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Where signing in leads.
async fn sign_in(server: &Server, login: &str, password: &str) -> String {
    let client = reqwest::Client::builder()
        .cookie_store(true)
        .build()
        .expect("a client");
    let form = [("login", login), ("password", password)];
    let url = format!("{}/console/login", server.base_url);
    let reply = client.post(url).form(&form).send().await.expect("an answer");
    format!("{} {}", reply.status().as_u16(), reply.url().path())
}

#[test]
fn account_made_on_the_command_line_signs_in_until_it_is_closed() {
    let data = TempDir::new().expect("a temporary folder");
    let data = data.path();
    let office = [
        "add",
        "wang.min",
        "--role",
        "office",
        "--name",
        "王敏",
        "--password-stdin",
    ];
    let short = staff(data, &office, "short");
    assert_eq!(short.code, 1, "{short:?}");
    assert!(short.stderr.contains("at least 12 characters"), "{short:?}");
    let added = staff(data, &office, PASSWORD);
    assert_eq!(added.code, 0, "{added:?}");
    assert!(!added.stdout.contains(PASSWORD));
    let twice = staff(data, &office, PASSWORD);
    assert!(twice.code == 1 && twice.stderr.contains("taken"), "{twice:?}");
    // Without a terminal nobody can be asked.
    let nobody = staff(data, &["add", "li", "--role", "viewer", "--name", "李"], "");
    assert!(
        nobody.code == 1 && nobody.stderr.contains("--password-stdin"),
        "{nobody:?}"
    );
    let made = staff(
        data,
        &["add", "li", "--role", "viewer", "--name", "李", "--generate"],
        "",
    );
    let initial = made
        .stdout
        .trim()
        .rsplit(' ')
        .next()
        .unwrap_or_default()
        .to_owned();
    assert_eq!((made.code, initial.len()), (0, 12), "{made:?}");

    let server = Server::start(data, &[]);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let leads = |login: &str, password: &str| runtime.block_on(sign_in(&server, login, password));
    assert_eq!(leads("wang.min", PASSWORD), "200 /console");
    assert_eq!(leads("li", &initial), "200 /console");
    assert_eq!(staff(data, &["close", "li", "--reason", "left"], "").code, 0);
    assert_eq!(leads("li", &initial), "422 /console/login");
    assert_eq!(staff(data, &["reopen", "li"], "").code, 0);
    assert_eq!(leads("li", &initial), "200 /console");
    assert_eq!(
        staff(data, &["password", "li", "--password-stdin"], PASSWORD).code,
        0
    );
    assert_eq!(leads("li", &initial), "422 /console/login");
    assert_eq!(leads("li", PASSWORD), "200 /console");
    let off = staff(data, &["second-factor", "li"], "");
    assert!(
        off.code == 0 && off.stdout.contains("no two-step sign-in"),
        "{off:?}"
    );
    let nothing = staff(data, &["second-factor", "li", "--remove", "--reason", "lost"], "");
    assert!(
        nothing.code == 1 && nothing.stderr.contains("no two-step sign-in"),
        "{nothing:?}"
    );
    let list = staff(data, &["list"], "").stdout;
    assert!(
        list.lines().count() == 2 && list.contains("wang.min") && !list.contains("argon2"),
        "{list}"
    );
    let mut verify = minyi(["audit", "verify"]);
    let said = run(verify.env("MINYI_DATA", data));
    assert_eq!(said.code, 0, "{said:?}");
}
