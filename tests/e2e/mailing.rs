//! Leadership e-mail beyond its delivery: its DKIM signature, checked by somebody else's verifier.

use std::path::Path;
use std::process::Command;

use minyi_tests::command::{minyi, run, tests_dir};
use minyi_tests::demo::{self, DemoFile};
use serde_json::Value;
use tempfile::TempDir;

/// A key as `openssl` makes it, and the record that publishes it.
fn key(dir: &Path, algorithm: &str) -> (std::path::PathBuf, String) {
    let path = dir.join(format!("{algorithm}.pem"));
    // The record of Ed25519 holds the bare key (RFC 8463), that of RSA its wrapping as well.
    let script = match algorithm {
        "rsa" => {
            "openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out \"$0\" && \
             openssl pkey -in \"$0\" -pubout -outform DER | base64 -w0"
        }
        _ => {
            "openssl genpkey -algorithm ED25519 -out \"$0\" && \
             openssl pkey -in \"$0\" -pubout -outform DER | tail -c 32 | base64 -w0"
        }
    };
    let made = run(Command::new("sh").args(["-c", script]).arg(&path));
    assert_eq!(made.code, 0, "{made:?}");
    (path, format!("v=DKIM1; k={algorithm}; p={}", made.stdout.trim()))
}

#[test]
fn summaries_are_signed_so_that_an_independent_verifier_takes_them_and_refuses_what_was_changed() {
    let data = demo::copy();
    let round = DemoFile::read(data.path()).round;
    let dir = TempDir::new().expect("a folder");
    for algorithm in ["rsa", "ed25519"] {
        let (path, record) = key(dir.path(), algorithm);
        let out = dir.path().join(algorithm);
        let mut command = minyi(["mail", &round, "--dry-run"]);
        command
            .arg(&out)
            .env("MINYI_DATA", data.path())
            .env("MINYI_MAIL_FROM", "民意 <minyi@mail.yunxi.example>")
            .env("MINYI_DKIM_KEY", &path)
            .env("MINYI_DKIM_SELECTOR", "minyi2026")
            .env("MINYI_DKIM_DOMAIN", "yunxi.example");
        let said = run(&mut command);
        assert_eq!(said.code, 0, "{said:?}");
        let mut verify = Command::new("node");
        verify
            .arg(tests_dir().join("browser/dkim.mjs"))
            .args(["minyi2026._domainkey.yunxi.example", &record]);
        for message in std::fs::read_dir(&out).expect("the messages") {
            verify.arg(message.expect("a message").path());
        }
        let said = run(&mut verify);
        assert_eq!(said.code, 0, "{said:?}");
        let found: Vec<Value> = serde_json::from_str(&said.stdout).expect("JSON");
        assert_eq!(found.len(), 3, "{found:?}");
        for message in found {
            let result = |kind: &str| message[kind][0]["result"].as_str().expect("a result").to_owned();
            assert_eq!(result("asIs"), "pass", "{algorithm} {message}");
            assert_eq!(result("folded"), "pass", "{algorithm} {message}");
            for forged in ["subject", "body", "noOneClick"] {
                assert_ne!(result(forged), "pass", "{algorithm} {forged} {message}");
            }
            let first = &message["asIs"][0];
            assert_eq!(first["domain"], "yunxi.example");
            assert_eq!(first["algo"], format!("{algorithm}-sha256"));
            let covered = first["headers"].as_str().expect("headers").to_lowercase();
            for header in [
                "from",
                "to",
                "subject",
                "date",
                "message-id",
                "list-unsubscribe",
                "list-unsubscribe-post",
            ] {
                assert!(
                    covered.split(": ").any(|name| name.trim() == header),
                    "{header}: {covered}"
                );
            }
        }
    }
}

#[test]
fn a_key_that_cannot_sign_stops_the_command_and_names_the_setting() {
    let data = demo::copy();
    let round = DemoFile::read(data.path()).round;
    let mut command = minyi(["mail", &round]);
    command
        .env("MINYI_DATA", data.path())
        .env("MINYI_MAIL_FROM", "minyi@yunxi.example")
        .env("MINYI_DKIM_KEY", data.path().join("demo.json"))
        .env("MINYI_DKIM_SELECTOR", "minyi");
    let said = run(&mut command);
    assert_ne!(said.code, 0);
    assert!(said.stderr.contains("MINYI_DKIM_KEY"), "{said:?}");
}
