//! Every state of every page at four widths, with axe, targets, focus, text spacing, zoom and forced colours
//! (`browser/checks.mjs`), and what assistive technology gets of each kind of question.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use minyi_tests::browser;
use minyi_tests::command::{minyi, run};
use minyi_tests::demo::{self, DemoFile};
use minyi_tests::everything::{Everything, ROUND, Stage};
use minyi_tests::routes;
use minyi_tests::server::Server;
use sea_orm::ConnectionTrait;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// Well formed, its check symbol right, and nobody's.
const NOBODYS_CODE: &str = "0000-0000-00000";
/// An account of the demo's server for what would end the sessions of the others.
const GUARD: (&str, &str) = ("guard", "four words of nobody else");
/// A township of the demo's county.
const TOWNSHIP: &str = "990101001";

/// A round that has ended, seen by someone who answered it and by staff of whom one works for a judged unit.
struct Ended {
    data: TempDir,
    receipt: String,
    secret: String,
}

impl Ended {
    fn make() -> Self {
        let data = demo::copy();
        let demo = DemoFile::read(data.path());
        let made = {
            let server = Server::start(data.path(), &[]);
            let code = &demo.invitations["resident"][0];
            browser::run(
                "ended.mjs",
                &json!({ "url": format!("{}/r/{code}", server.base_url) }),
            )
        };
        let word = |name: &str| made[name].as_str().expect("what the script made").to_owned();
        let said = run(minyi(["round", "close", &demo.round]).env("MINYI_DATA", data.path()));
        assert_eq!(said.code, 0, "{said:?}");
        employ(data.path(), &demo.login("evaluator").user);
        Self {
            receipt: word("receipt"),
            secret: word("secret"),
            data,
        }
    }
}

/// Adds [`GUARD`] to the demo.
fn add_guard(data: &Path) {
    let (user, password) = GUARD;
    let mut command = minyi(["staff", "add", user, "--role", "auditor", "--name", "周卫"]);
    command.arg("--password-stdin").env("MINYI_DATA", data);
    let mut child = command.stdin(Stdio::piped()).spawn().expect("the command starts");
    let mut stdin = child.stdin.take().expect("its standard input");
    writeln!(stdin, "{password}").expect("it reads the password");
    drop(stdin);
    assert!(child.wait().expect("its end").success());
}

/// Makes the township the employer of an account, as if it had been added so.
fn employ(data: &Path, login: &str) {
    let url = format!("sqlite://{}", data.join("minyi.db").display());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let db = sea_orm::Database::connect(&url).await.expect("the database");
        let change = format!("UPDATE staff SET employer_unit = '{TOWNSHIP}' WHERE login = '{login}'");
        let done = db.execute_unprepared(&change).await.expect("the account");
        assert_eq!(done.rows_affected(), 1);
    });
}

#[test]
fn every_state_of_every_page_is_accessible_at_every_width() {
    let everything = Everything::make(Stage::Open);
    let early = Everything::make(Stage::Early);
    let closed = Everything::make(Stage::Closed);
    let broken = Everything::make(Stage::Open);
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let on = |round: &Everything| Server::start(&round.data(), &[]);
    let (open_server, early_server, closed_server) = (on(&everything), on(&early), on(&closed));
    // A second program on the same data: whoever guesses at codes there slows nobody down here.
    let (limited_server, broken_server) = (on(&early), on(&broken));
    broken.break_database();
    add_guard(data.path());
    let demo_server = Server::start(data.path(), &[]);
    let ended = Ended::make();
    let ended_server = Server::start(ended.data.path(), &[]);
    let logins: Map<String, Value> = demo
        .logins
        .iter()
        .map(|login| {
            (
                login.role.clone(),
                json!({ "user": login.user, "password": login.password }),
            )
        })
        .collect();
    let only = std::env::var("MINYI_STATES").ok();
    let report = browser::run(
        "pages.mjs",
        &json!({
            "everything": { "url": open_server.base_url, "round": ROUND, "codes": everything.codes },
            "early": { "url": early_server.base_url, "codes": early.codes },
            "closed": { "url": closed_server.base_url, "codes": closed.codes },
            "limited": { "url": limited_server.base_url, "wrong": NOBODYS_CODE },
            "broken": { "url": broken_server.base_url, "codes": broken.codes },
            "demo": {
                "url": demo_server.base_url, "round": demo.round, "logins": logins,
                "codes": demo.invitations["resident"],
            },
            "guard": { "user": GUARD.0, "password": GUARD.1 },
            "ended": {
                "url": ended_server.base_url, "round": demo.round, "logins": logins,
                "receipt": ended.receipt, "secret": ended.secret,
            },
            "routes": routes::pages(),
            // To look at some of them alone: a pattern of their names, and a folder for pictures.
            "only": only, "shots": std::env::var("MINYI_SHOTS").ok(),
        }),
    );
    let states = report["states"].as_u64().expect("the number of states");
    assert!(
        only.is_some() || states >= 290,
        "only {states} states were looked at"
    );
}

#[test]
fn the_accessibility_tree_of_each_kind_of_question_is_as_it_was_read_and_approved() {
    let everything = Everything::make(Stage::Open);
    let server = Server::start(&everything.data(), &[]);
    for (nth, language) in [(0, "zh"), (1, "en")] {
        let report = browser::run(
            "trees.mjs",
            &json!({
                "everything": { "url": server.base_url, "codes": everything.codes },
                "nth": nth, "language": language,
            }),
        );
        insta::assert_snapshot!(format!("trees_{language}"), lines(&report["states"]));
    }
}

#[test]
fn a_screen_reader_speaks_the_residents_questionnaire_as_it_was_read_and_approved() {
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let server = Server::start(data.path(), &[]);
    for (nth, language) in [(0, "zh"), (1, "en")] {
        let code = &demo.invitations["resident"][nth];
        let report = browser::run(
            "speech.mjs",
            &json!({
                "url": format!("{}/r/{code}", server.base_url), "language": language,
                "prefer": {
                    "answering": "self", "need": ["rehab", "employment"], "recv_rehab": "yes",
                    "recv_employment": "no", "took_part": ["training"], "raised": "yes",
                },
                "invalid": { "question": "need", "value": ["rehab", "none"] },
            }),
        );
        insta::assert_snapshot!(format!("speech_{language}"), lines(&report["log"]));
    }
}

/// One page of each layout: every page goes through the same rules in `every_state…` already, so that Lighthouse is the
/// second opinion on how they are applied.
const KINDS_OF_PAGE: &str = "^(start|question: .*|check|receipt|own pages|the interviewers app|public results|console: (log in|round|cases|case))$";

#[test]
fn lighthouse_finds_nothing_to_better_in_the_accessibility_of_any_type_of_page() {
    let data = demo::copy();
    let server = Server::start(data.path(), &[]);
    let report = browser::run(
        "lighthouse.mjs",
        &json!({ "demo": data.path(), "baseUrl": server.base_url, "nth": 2, "only": KINDS_OF_PAGE }),
    );
    let pages = report["pages"].as_u64().expect("the number of pages");
    assert!(pages >= 12, "only {pages} pages were judged");
}

fn lines(report: &Value) -> String {
    let lines = report.as_array().expect("lines");
    assert!(lines.len() > 200, "only {} lines", lines.len());
    lines
        .iter()
        .map(|line| line.as_str().expect("a line"))
        .collect::<Vec<_>>()
        .join("\n")
}
