//! The leadership summary over real SMTP: STARTTLS, a login, and a server that is sometimes down.

use std::path::Path;
use std::time::{Duration, Instant};

use minyi_tests::command::{free_port, minyi, run};
use minyi_tests::demo::{self, DemoFile};
use minyi_tests::server::Server;
use minyi_tests::smtp::{Certificates, Smtp};
use serde_json::Value;
use tempfile::TempDir;

fn queue(data: &Path) {
    let said = run(minyi(["mail", &DemoFile::read(data).round]).env("MINYI_DATA", data));
    assert_eq!(said.code, 0, "{said:?}");
}

fn wait_for(smtp: &Smtp, count: usize, patience: Duration) -> Vec<Value> {
    let begun = Instant::now();
    loop {
        let mails = smtp.received();
        if mails.len() >= count || begun.elapsed() > patience {
            return mails;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// A recipient's address, once for each mail it got.
fn recipients(mails: &[Value]) -> Vec<String> {
    let mut all: Vec<String> = mails
        .iter()
        .map(|mail| {
            mail["envelope"]["to"][0]
                .as_str()
                .expect("a recipient")
                .to_owned()
        })
        .collect();
    all.sort();
    all
}

#[test]
fn the_summary_arrives_with_picture_and_report_and_only_once() {
    let data = demo::copy();
    let dir = TempDir::new().expect("a temporary folder");
    let certificates = Certificates::make(dir.path());
    let inbox = dir.path().join("inbox");
    std::fs::create_dir(&inbox).expect("the inbox");
    let port = free_port();
    let (url, authority) = (Smtp::url(port), certificates.authority().display().to_string());
    let settings = [
        ("MINYI_SMTP_URL", url.as_str()),
        ("MINYI_SMTP_CA", authority.as_str()),
    ];

    // The server is down at first: nothing may be lost, and nothing sent twice when it comes back.
    queue(data.path());
    let server = Server::start(data.path(), &settings);
    std::thread::sleep(Duration::from_secs(3));
    let smtp = Smtp::start(&certificates, &inbox, port);
    let expected = outbox_size(data.path());
    assert!(expected > 0);
    let mails = wait_for(&smtp, expected, Duration::from_secs(60));
    assert_eq!(mails.len(), expected, "{}", server.printed());
    let once = recipients(&mails);

    // Queued again, and the server killed and started again: still one a recipient.
    queue(data.path());
    server.kill();
    let again = Server::start(data.path(), &settings);
    std::thread::sleep(Duration::from_secs(4));
    drop(again);
    assert_eq!(recipients(&smtp.received()), once);
    let mut distinct = once.clone();
    distinct.dedup();
    assert_eq!(distinct, once, "a recipient got two");

    for mail in &mails {
        assert_eq!(mail["secure"], true);
        let html = mail["html"].as_str().expect("an HTML part");
        let text = mail["text"].as_str().expect("a text part");
        assert!(
            text.contains("参与率") || text.contains("Participation"),
            "{text}"
        );
        // mailparser puts the inline picture in place of its cid: reference when it finds it.
        assert!(
            html.contains("data:image/png;base64,"),
            "the picture is not shown"
        );
        let attachments = mail["attachments"].as_array().expect("attachments");
        let pdf = attachments
            .iter()
            .find(|a| a["contentType"] == "application/pdf")
            .expect("a PDF");
        let path = dir.path().join("attached.pdf");
        write_base64(&path, pdf["base64"].as_str().expect("its content"));
        let shown = run(std::process::Command::new("pdfinfo").arg(&path));
        assert_eq!(shown.code, 0, "{shown:?}");
        assert!(
            shown.stdout.contains("Tagged:") && shown.stdout.contains("yes"),
            "{}",
            shown.stdout
        );
    }
}

#[test]
fn dry_run_writes_the_messages_and_queues_none() {
    let data = demo::copy();
    let out = TempDir::new().expect("a temporary folder");
    let before = outbox_size(data.path());
    let mut command = minyi(["mail", &DemoFile::read(data.path()).round, "--dry-run"]);
    let said = run(command.arg(out.path()).env("MINYI_DATA", data.path()));
    assert_eq!(said.code, 0, "{said:?}");
    let messages: Vec<_> = std::fs::read_dir(out.path()).expect("the folder").collect();
    assert!(!messages.is_empty());
    for message in messages {
        let path = message.expect("a file").path();
        assert_eq!(path.extension().and_then(|x| x.to_str()), Some("eml"));
        let bytes = std::fs::read(path).expect("the message");
        assert!(String::from_utf8_lossy(&bytes).contains("Content-ID: <key-chart>"));
    }
    assert_eq!(outbox_size(data.path()), before);
}

fn outbox_size(data: &Path) -> usize {
    let status =
        run(minyi(["round", "status", &DemoFile::read(data).round, "--json"]).env("MINYI_DATA", data));
    assert_eq!(status.code, 0, "{status:?}");
    let status: Value = serde_json::from_str(&status.stdout).expect("JSON");
    let outbox = status["outbox"].as_object().expect("outbox counts by state");
    outbox
        .values()
        .map(|count| usize::try_from(count.as_u64().expect("a count")).expect("small"))
        .sum()
}

fn write_base64(path: &Path, text: &str) {
    let mut decode = std::process::Command::new("base64");
    decode.arg("-d").stdin(std::process::Stdio::piped());
    decode.stdout(std::fs::File::create(path).expect("a file"));
    let mut child = decode.spawn().expect("base64");
    std::io::Write::write_all(&mut child.stdin.take().expect("its input"), text.as_bytes()).expect("written");
    assert!(child.wait().expect("base64").success());
}
