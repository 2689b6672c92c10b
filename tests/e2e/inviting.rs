//! Inviting people: sheets whose QR codes a camera reads, and e-mail over real SMTP that stops when it should.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use minyi_tests::command::{free_port, minyi, run};
use minyi_tests::demo::{self, DemoFile};
use minyi_tests::server::Server;
use minyi_tests::smtp::{Certificates, Smtp};
use serde_json::Value;
use tempfile::TempDir;

/// A page as grey values.
struct Picture {
    width: usize,
    height: usize,
    grey: Vec<u8>,
}

/// Reads a picture as `pdftoppm -gray` writes it: `P5 WIDTH HEIGHT 255` and the bytes.
fn read_pgm(path: &Path) -> Picture {
    let bytes = std::fs::read(path).expect("a page");
    let mut fields = bytes.splitn(4, |byte| byte.is_ascii_whitespace());
    assert_eq!(fields.next(), Some(b"P5".as_slice()));
    let mut number = || -> usize {
        let field = fields.next().expect("a number");
        std::str::from_utf8(field)
            .expect("digits")
            .parse()
            .expect("a number")
    };
    let (width, height) = (number(), number());
    let grey = bytes[bytes.len() - width * height..].to_vec();
    Picture { width, height, grey }
}

/// Every QR code on every page of a PDF, as a phone would read it off the paper at 150 dpi.
fn read_codes(pdf: &Path) -> Vec<Vec<String>> {
    let dir = TempDir::new().expect("a folder");
    let mut command = std::process::Command::new("pdftoppm");
    let drawn = run(command
        .args(["-gray", "-r", "150"])
        .arg(pdf)
        .arg(dir.path().join("page")));
    assert_eq!(drawn.code, 0, "{drawn:?}");
    let mut pages: Vec<_> = std::fs::read_dir(dir.path())
        .expect("pages")
        .map(|entry| entry.expect("a page").path())
        .collect();
    pages.sort();
    let read = |path: &std::path::PathBuf| {
        let page = read_pgm(path);
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(page.width, page.height, |x, y| {
            page.grey[y * page.width + x]
        });
        let grids = image.detect_grids();
        grids
            .iter()
            .map(|grid| grid.decode().expect("a code that can be read").1)
            .collect()
    };
    pages.iter().map(read).collect()
}

fn make(data: &Path, arguments: &[&str], out: &Path) -> String {
    let mut command = minyi(["round"]);
    command.args(arguments).arg("--out").arg(out);
    command
        .env("MINYI_DATA", data)
        .env("MINYI_BASE_URL", "https://minyi.yunxi.example");
    let said = run(&mut command);
    assert_eq!(said.code, 0, "{said:?}");
    said.stdout
}

/// A village of the plan in which somebody was drawn, found by asking for its sheets.
fn village(data: &Path, round: &str, dir: &Path) -> (String, std::path::PathBuf) {
    for number in 1..40 {
        let code = format!("990101001{number:03}");
        let out = dir.join(format!("{code}.pdf"));
        let mut command = minyi(["round", "sheets", round, "--village", &code, "--out"]);
        command
            .arg(&out)
            .env("MINYI_DATA", data)
            .env("MINYI_BASE_URL", "https://minyi.yunxi.example");
        if run(&mut command).code == 0 {
            return (code, out);
        }
        assert!(!out.exists(), "nothing is written when nobody is invited");
    }
    panic!("no village of the first township was drawn");
}

#[test]
fn every_printed_code_opens_the_questionnaire_of_its_own_invitation() {
    let data = demo::copy();
    let round = DemoFile::read(data.path()).round;
    let dir = TempDir::new().expect("a folder");
    let (village, letters) = village(data.path(), &round, dir.path());
    let pages = read_codes(&letters);
    assert!(pages[0].is_empty(), "the list holds no codes");
    assert!(pages[1..].iter().all(|codes| codes.len() == 1), "{pages:?}");
    let of_letters: BTreeSet<String> = pages.concat().into_iter().collect();

    let labels = dir.path().join("labels.pdf");
    make(
        data.path(),
        &[
            "sheets",
            &round,
            "--layout",
            "labels",
            "--village",
            &village,
            "--without-names",
        ],
        &labels,
    );
    let pages = read_codes(&labels);
    let of_labels: BTreeSet<String> = pages.concat().into_iter().collect();
    assert_eq!(of_labels, of_letters);
    assert_eq!(pages.len(), 1 + of_labels.len().div_ceil(12));

    let server = Server::start(data.path(), &[]);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut open = 0;
    for url in &of_letters {
        let path = url
            .strip_prefix("https://minyi.yunxi.example")
            .expect("the short address");
        let reply = runtime
            .block_on(reqwest::get(format!("{}{path}", server.base_url)))
            .expect("a reply");
        match reply.status().as_u16() {
            200 => open += 1,
            // Printed although answered: a gap in the list would tell.
            409 => {}
            other => panic!("{path}: {other}"),
        }
    }
    assert!(open > 0, "of {} codes none is open", of_letters.len());

    let poster = dir.path().join("poster.pdf");
    make(data.path(), &["posters", &round], &poster);
    for url in read_codes(&poster).concat() {
        let path = url
            .strip_prefix("https://minyi.yunxi.example")
            .expect("the short address");
        let reply = runtime
            .block_on(reqwest::get(format!("{}{path}", server.base_url)))
            .expect("a reply");
        assert_eq!(reply.status().as_u16(), 200, "{path}");
    }
}

#[test]
fn text_messages_are_a_table_with_a_link_for_each_number() {
    let data = demo::copy();
    let round = DemoFile::read(data.path()).round;
    let dir = TempDir::new().expect("a folder");
    let out = dir.path().join("sms.csv");
    let said = make(data.path(), &["sms", &round, "--group", "resident"], &out);
    let text = std::fs::read_to_string(&out).expect("the table");
    let rows: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(rows[0], "phone,text,parts");
    assert!(said.contains(&format!("{} messages", rows.len() - 1)), "{said}");
    for row in &rows[1..] {
        let phone = row.split(',').next().expect("a number");
        assert!(phone.bytes().all(|b| b.is_ascii_digit()), "{row}");
        assert!(row.contains("https://minyi.yunxi.example/r/"), "{row}");
    }
}

fn outbox(data: &Path, round: &str) -> Value {
    let said = run(minyi(["round", "status", round, "--json"]).env("MINYI_DATA", data));
    let status: Value = serde_json::from_str(&said.stdout).expect("JSON");
    status["outbox"].clone()
}

fn queue(data: &Path, round: &str, wave: &str) -> u64 {
    let said = run(minyi(["round", "email", round, "--wave", wave]).env("MINYI_DATA", data));
    assert_eq!(said.code, 0, "{said:?}");
    let number = said.stdout.split(' ').next().expect("a number");
    number.parse().expect("a number")
}

#[test]
fn invitations_reach_each_address_once_and_spare_those_who_said_no_before_they_were_sent() {
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let round = demo.round.as_str();
    let summaries = outbox(data.path(), round)["queued"]
        .as_u64()
        .expect("the demo's own mail");
    let queued = queue(data.path(), round, "invitation");
    assert!(queued > 20, "{queued}");
    assert_eq!(queue(data.path(), round, "invitation"), 0);

    // No mail server yet: some say no before their message goes out.
    let server = Server::start(data.path(), &[]);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let refused = &demo.invitations["resident"];
    for code in refused {
        let url = format!("{}/r/{code}/noremind", server.base_url);
        let client = reqwest::Client::new();
        let one_click = [("List-Unsubscribe", "One-Click")];
        let reply = runtime
            .block_on(client.post(url).form(&one_click).send())
            .expect("a reply");
        assert_eq!(reply.status().as_u16(), 200);
    }
    server.kill();

    let dir = TempDir::new().expect("a folder");
    let certificates = Certificates::make(dir.path());
    let inbox = dir.path().join("inbox");
    std::fs::create_dir(&inbox).expect("the inbox");
    let smtp = Smtp::start(&certificates, &inbox, free_port());
    let (url, authority) = (
        Smtp::url(smtp.port),
        certificates.authority().display().to_string(),
    );
    let settings = [
        ("MINYI_SMTP_URL", url.as_str()),
        ("MINYI_SMTP_CA", authority.as_str()),
    ];
    let server = Server::start(data.path(), &settings);
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(120) {
        let states = outbox(data.path(), round);
        if states.get("queued").is_none() && states.get("sending").is_none() {
            break;
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    let states = outbox(data.path(), round);
    let count = |state: &str| states.get(state).and_then(Value::as_u64).unwrap_or_default();
    assert!(count("skipped") > 0, "{states} {}", server.printed());
    assert_eq!(count("sent") + count("skipped"), summaries + queued, "{states}");

    let all = smtp.received();
    let mails: Vec<&Value> = all
        .iter()
        .filter(|mail| {
            mail["text"]
                .as_str()
                .is_some_and(|text| text.contains("/noremind"))
        })
        .collect();
    assert_eq!(mails.len() as u64, count("sent") - summaries);
    let to: BTreeSet<&str> = mails
        .iter()
        .map(|mail| mail["envelope"]["to"][0].as_str().expect("a recipient"))
        .collect();
    assert_eq!(to.len(), mails.len(), "somebody got two");
    for mail in &mails {
        let (text, html) = (
            mail["text"].as_str().expect("text"),
            mail["html"].as_str().expect("HTML"),
        );
        assert_eq!(mail["secure"], true);
        assert!(
            text.contains("您好") && text.contains("Please answer by"),
            "{text}"
        );
        assert!(
            html.contains("lang=\"zh-CN\"") && html.contains("lang=\"en\""),
            "{html}"
        );
        assert!(refused.iter().all(|code| !text.contains(code.as_str())), "{text}");
    }
    // Too early for a reminder.
    assert_eq!(queue(data.path(), round, "reminder-1"), 0);
}
