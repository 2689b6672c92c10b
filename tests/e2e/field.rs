//! Interviewer mode from outside, on both databases: nothing acknowledged is lost to `kill -9`, nothing is stored
//! twice, what cannot be accepted is held, and a lost device is wiped.

use std::path::Path;
use std::time::Duration;

use minyi_tests::browser;
use minyi_tests::demo::{self, DemoFile, Login};
use minyi_tests::server::Server;
use serde_json::{Value, json};
use uuid::Uuid;

#[test]
fn interviews_outlive_kill_dash_nine_and_are_stored_once_on_sqlite() {
    let data = demo::copy();
    story(data.path(), &[]);
}

#[test]
fn interviews_outlive_kill_dash_nine_and_are_stored_once_on_postgresql() {
    let (dir, url) = demo::copy_on_postgres();
    let settings = [("DATABASE_URL", url.as_str())];
    story(dir.path(), &settings);
}

/// A device that talks to a server.
#[derive(Clone)]
pub(crate) struct Device {
    client: reqwest::Client,
    token: String,
}

impl Device {
    pub(crate) async fn register(base_url: &str, login: &Login) -> Self {
        let client = reqwest::Client::new();
        let body = json!({ "login": login.user, "password": login.password, "device_name": "测试机" });
        let url = format!("{base_url}/api/v1/field/devices");
        let reply = client.post(url).json(&body).send().await.expect("an answer");
        assert_eq!(reply.status(), 201);
        let reply: Value = reply.json().await.expect("JSON");
        let token = reply["token"].as_str().expect("a token").to_owned();
        Self { client, token }
    }

    pub(crate) async fn get(&self, base_url: &str, path: &str) -> (u16, Value) {
        let url = format!("{base_url}/api/v1/field/{path}");
        let reply = self
            .client
            .get(url)
            .bearer_auth(&self.token)
            .send()
            .await
            .expect("an answer");
        (reply.status().as_u16(), reply.json().await.unwrap_or_default())
    }

    pub(crate) async fn post(
        &self,
        base_url: &str,
        path: &str,
        body: &Value,
    ) -> reqwest::Result<(u16, Value)> {
        let url = format!("{base_url}/api/v1/field/{path}");
        let reply = self
            .client
            .post(url)
            .bearer_auth(&self.token)
            .json(body)
            .send()
            .await?;
        Ok((reply.status().as_u16(), reply.json().await.unwrap_or_default()))
    }
}

pub(crate) fn open_residents(bundle: &Value) -> Vec<String> {
    let cases = bundle["rounds"][0]["assignments"]
        .as_array()
        .expect("assignments");
    let open = cases
        .iter()
        .filter(|case| case["group"] == "resident" && case["state"] == "open");
    open.map(|case| case["case_id"].as_str().expect("a case").to_owned())
        .collect()
}

/// Interviews of `cases`, sealed by the app's own code.
pub(crate) fn sealed(bundle: &Value, cases: &[String], days: &str) -> Vec<Value> {
    let round = &bundle["rounds"][0];
    let forms = round["forms"].as_array().expect("forms");
    let form = forms
        .iter()
        .find(|form| form["form"] == "resident")
        .expect("the residents' form");
    let messages = cases
        .iter()
        .map(|case| {
            let id = Uuid::new_v4();
            let plain = json!({
                "id": id, "case_id": case, "form": "resident", "form_version": form["version"], "language": "zh",
                "mode": "interview", "answering": "self", "ways": [], "consents": ["part"],
                "started_at": format!("{days}T01:00:00Z"), "ended_at": format!("{days}T01:25:00Z"),
                "answers": minyi_tests::answers::minimal_resident(),
            });
            json!({ "id": id, "round": round["id"], "case_id": case, "plain": plain })
        })
        .collect();
    seal(bundle, messages)
}

/// Messages as they are sent, sealed by the app's own code.
fn seal(bundle: &Value, messages: Vec<Value>) -> Vec<Value> {
    let task = json!({ "key": bundle["server_key"], "messages": messages });
    let sealed = browser::run("field/seal.mjs", &task);
    let body = |message: &Value| json!({ "id": message["id"], "round": message["round"], "case_id": message["case_id"], "sealed": message["sealed"] });
    sealed.as_array().expect("messages").iter().map(body).collect()
}

fn story(data: &Path, settings: &[(&str, &str)]) {
    let demo = DemoFile::read(data);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = Server::start(data, settings);
    let device = runtime.block_on(Device::register(&server.base_url, demo.login("interviewer")));
    let (_, bundle) = runtime.block_on(device.get(&server.base_url, "bundle"));
    let cases = open_residents(&bundle);
    assert!(
        cases.len() >= 8,
        "the demo gives the interviewer {} residents",
        cases.len()
    );
    runtime.block_on(media_is_what_the_bundle_says(&server.base_url, &bundle));
    let interviews = sealed(&bundle, &cases, "2026-11-20");
    let visits = cases
        .iter()
        .map(|case| {
            let id = Uuid::new_v4();
            let plain = json!({
                "id": id, "round": demo.round, "case_id": case, "day": demo_day(), "mode": "interview",
                "disposition": "2.24", "note": "狗在院里", "callback_day": null, "callback_part": null,
            });
            json!({ "id": id, "round": demo.round, "case_id": case, "plain": plain })
        })
        .collect();
    let attempts = seal(&bundle, visits);

    // Everything is sent at once, and the server dies amid it.
    let queue: Vec<(&'static str, Value)> = attempts
        .iter()
        .map(|body| ("attempts", body.clone()))
        .chain(interviews.iter().map(|body| ("responses", body.clone())))
        .collect();
    let sending: Vec<_> = queue
        .iter()
        .cloned()
        .map(|(path, body)| {
            let (device, base_url) = (device.clone(), server.base_url.clone());
            runtime.spawn(async move { device.post(&base_url, path, &body).await.ok() })
        })
        .collect();
    std::thread::sleep(Duration::from_millis(60));
    server.kill();
    let acknowledged: Vec<Option<(u16, Value)>> = sending
        .into_iter()
        .map(|one| runtime.block_on(one).expect("the task"))
        .collect();

    // Sent again: what was acknowledged is known, and the rest arrives now.
    let server = Server::start(data, settings);
    for ((path, body), before) in queue.iter().zip(&acknowledged) {
        let (status, reply) = runtime
            .block_on(device.post(&server.base_url, path, body))
            .expect("an answer");
        match before {
            Some((201, said)) => assert_eq!((status, &reply), (200, said), "{path} {body}"),
            _ => assert!(matches!(status, 200 | 201), "{path} {status} {reply}"),
        }
        let again = runtime
            .block_on(device.post(&server.base_url, path, body))
            .expect("an answer");
        assert_eq!(again, (200, reply), "{path}");
    }
    let (_, after) = runtime.block_on(device.get(&server.base_url, "bundle"));
    assert!(open_residents(&after).is_empty());
    let done = after["rounds"][0]["assignments"].as_array().expect("assignments");
    for case in done
        .iter()
        .filter(|case| cases.iter().any(|id| case["case_id"] == id.as_str()))
    {
        assert_eq!(
            (&case["state"], &case["name"]),
            (&json!("complete"), &Value::Null)
        );
        assert_eq!(case["attempts"].as_array().map(Vec::len), Some(1), "{case}");
    }

    // A second interview of the same person is held, durably, and held once.
    let second = sealed(&bundle, &cases[..1], "2026-11-21").remove(0);
    let send = |server: &Server| {
        runtime
            .block_on(device.post(&server.base_url, "responses", &second))
            .expect("an answer")
    };
    let held = send(&server);
    assert_eq!((held.0, &held.1["state"]), (202, &json!("held")));
    server.kill();
    let server = Server::start(data, settings);
    assert_eq!(send(&server), held);

    runtime.block_on(lose(&server.base_url, &demo, &device));
}

/// Every picture that the bundle lists is there, as large as it says.
async fn media_is_what_the_bundle_says(base_url: &str, bundle: &Value) {
    let media = bundle["rounds"][0]["media"].as_array().expect("media");
    assert!(media.iter().any(|file| file["name"] == "yes.svg"), "{media:?}");
    for file in media {
        let url = file["url"].as_str().expect("an address");
        let print = url.split_once("?v=").expect("the content's hash").1;
        let hash = file["sha256"].as_str().expect("the content's hash");
        assert!(hash.len() == 64 && hash.starts_with(print), "{file}");
        let reply = reqwest::get(format!("{base_url}{url}")).await.expect("an answer");
        assert_eq!(reply.status(), 200, "{file}");
        let bytes = reply.bytes().await.expect("the file");
        assert_eq!(file["bytes"], bytes.len(), "{file}");
    }
}

/// A day on which the demo's round is open, and not in the future of any machine that runs the tests.
fn demo_day() -> &'static str {
    "2026-11-20"
}

/// The office sees one held interview and reports the device lost.
async fn lose(base_url: &str, demo: &DemoFile, device: &Device) {
    let office = reqwest::Client::builder()
        .cookie_store(true)
        .build()
        .expect("a client");
    let login = demo.login("office");
    let form = [
        ("login", login.user.as_str()),
        ("password", login.password.as_str()),
    ];
    let reply = office
        .post(format!("{base_url}/console/login"))
        .form(&form)
        .send()
        .await
        .expect("an answer");
    assert!(reply.status().is_success(), "{}", reply.status());
    let page = format!("{base_url}/console/rounds/{}", demo.round);
    let held = office
        .get(format!("{page}/held"))
        .send()
        .await
        .expect("an answer");
    let held = held.text().await.expect("a page");
    assert_eq!(held.matches("value=\"retry\"").count(), 1, "{held}");
    let people = office
        .get(format!("{page}/interviewers"))
        .send()
        .await
        .expect("an answer");
    let people = people.text().await.expect("a page");
    let value = |name: &str| {
        let rest = people
            .split_once(&format!("name=\"{name}\" value=\""))
            .expect(name)
            .1;
        rest.split('"').next().unwrap_or_default().to_owned()
    };
    let form = [
        ("csrf", value("csrf")),
        ("device", value("device")),
        ("go", "lost".to_owned()),
    ];
    let url = format!("{page}/interviewers/devices");
    let reply = office.post(url).form(&form).send().await.expect("an answer");
    assert!(
        reply
            .url()
            .query()
            .is_some_and(|query| query.contains("done=lost")),
        "{}",
        reply.url()
    );
    let (status, gone) = device.get(base_url, "bundle").await;
    assert_eq!((status, &gone["wipe"]), (410, &json!(true)));
    let wiped = device
        .post(base_url, "wiped", &json!({}))
        .await
        .expect("an answer");
    assert_eq!(wiped.0, 204);
}
