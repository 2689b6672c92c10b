//! The API does what its own OpenAPI document says: schemathesis makes requests up from it, valid and broken, and looks
//! at every answer.

use std::path::Path;
use std::process::Command;

use minyi_tests::answers;
use minyi_tests::command::{run, tests_dir};
use minyi_tests::demo::{self, DemoFile};
use minyi_tests::responding::{Bodies, post};
use minyi_tests::server::Server;
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// Requests that are made up for each operation, beside those that walk its limits.
const EXAMPLES: &str = "40";

/// What the hooks lead requests to.
struct Known {
    link: String,
    form_version: String,
    leaf: String,
    token: String,
}

/// A leaf that a published root holds.
async fn published_leaf(data: &Path) -> String {
    let url = format!("sqlite://{}", data.join("minyi.db").display());
    let db = Database::connect(url).await.expect("the database");
    let row = db
        .query_one_raw(Statement::from_string(
            DbBackend::Sqlite,
            "SELECT leaf FROM merkle_leaves WHERE position = 0",
        ))
        .await
        .expect("an answer")
        .expect("the demo publishes a root");
    row.try_get("", "leaf").expect("a leaf")
}

async fn known(server: &Server, data: &Path, demo: &DemoFile) -> Known {
    let body = Bodies::new(&server.base_url, demo, answers::minimal_resident())
        .await
        .next();
    let client = reqwest::Client::new();
    let (status, _, reply) = post(&client, &server.base_url, &body).await.expect("an answer");
    assert_eq!(status, 201, "{reply}");
    let login = demo.login("interviewer");
    let device = json!({ "login": login.user, "password": login.password, "device_name": "schemathesis" });
    let url = format!("{}/api/v1/field/devices", server.base_url);
    let reply = client.post(url).json(&device).send().await.expect("an answer");
    let device: Value = reply.json().await.expect("JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    Known {
        link: text(&body["link"]),
        form_version: text(&body["form_version"]),
        leaf: published_leaf(data).await,
        token: text(&device["token"]),
    }
}

fn schemathesis(server: &Server, demo: &DemoFile, known: &Known, arguments: &[&str]) {
    let python = tests_dir().join("python");
    let program = python.join("venv/bin/schemathesis");
    assert!(program.is_file(), "schemathesis is installed by tests/run.sh");
    let mut command = Command::new(program);
    command
        .arg("--config-file")
        .arg(python.join("schemathesis.toml"))
        .arg("run")
        .arg(format!("{}/api/v1/openapi.json", server.base_url))
        .args(["--seed", demo::SEED, "--max-examples", EXAMPLES])
        .args([
            "--phases",
            "examples,coverage,fuzzing",
            "--continue-on-failure",
            "--no-color",
        ])
        .args(arguments)
        .env("PYTHONPATH", &python)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("SCHEMATHESIS_HOOKS", "schemathesis_hooks")
        .env("MINYI_ROUND", &demo.round)
        .env("MINYI_LINK", &known.link)
        .env("MINYI_FORM_VERSION", &known.form_version)
        .env("MINYI_LEAF", &known.leaf)
        .current_dir(std::env::temp_dir());
    let said = run(&mut command);
    assert_eq!(
        said.code,
        0,
        "{}\n{}\n{}",
        said.stdout,
        said.stderr,
        server.printed()
    );
}

#[test]
fn the_api_is_as_its_description_says() {
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let server = Server::start(data.path(), &[]);
    let runtime = Runtime::new().expect("a runtime");
    let known = runtime.block_on(known(&server, data.path(), &demo));
    // Strangers first. What ends a device, and what guesses at passwords, is for them alone.
    schemathesis(&server, &demo, &known, &[]);
    let device = format!("Authorization: Bearer {}", known.token);
    let ends = "^/api/v1/field/(devices|sign-out|wiped)$";
    let as_device = [
        "--include-path-regex",
        "^/api/v1/field/",
        "--exclude-path-regex",
        ends,
        "--header",
        &device,
    ];
    schemathesis(&server, &demo, &known, &as_device);
    let accepted = server.figure("minyi_responses_accepted_total");
    assert!(accepted > 1.0, "no request came as far as an accepted response");
}
