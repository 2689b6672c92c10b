//! A corrected questionnaire in the middle of fieldwork, put there while the server runs: whoever began before delivers
//! as before, whoever begins afterwards sees the new words, and all count.

use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Reader, Xlsx};
use minyi_tests::command::{Said, minyi, run, tests_dir};
use minyi_tests::demo::{self, DemoFile, json_file};
use minyi_tests::server::Server;
use sea_orm::{ConnectionTrait, Database, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::field::{Device, open_residents, sealed};

const NEW_WORDS: &str = "这份问卷现在由谁来填？";

#[test]
fn amended_questionnaire_reaches_the_next_and_refuses_nobody_on_sqlite() {
    let data = demo::copy();
    story(data.path(), &[]);
}

#[test]
fn amended_questionnaire_reaches_the_next_and_refuses_nobody_on_postgresql() {
    let (dir, url) = demo::copy_on_postgres();
    let settings = [("DATABASE_URL", url.as_str())];
    story(dir.path(), &settings);
}

/// The sample's questionnaire for residents after `edit` of the rows of each sheet.
fn edited(path: &Path, edit: impl Fn(&str, &mut Vec<Vec<String>>)) {
    let sample = tests_dir().join("../backend/plans/sample/forms/resident.xlsx");
    let bytes = std::fs::read(sample).expect("the sample's questionnaire");
    let mut before: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let mut after = rust_xlsxwriter::Workbook::new();
    for name in before.sheet_names() {
        let range = before.worksheet_range(&name).expect("a sheet");
        let text = |cell: &Data| match cell {
            Data::Empty => String::new(),
            cell => cell.to_string(),
        };
        let mut rows: Vec<Vec<String>> = range.rows().map(|row| row.iter().map(text).collect()).collect();
        edit(&name, &mut rows);
        let sheet = after.add_worksheet();
        sheet.set_name(&name).expect("a name");
        for (row, cells) in (0..).zip(&rows) {
            for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
                sheet.write_string(row, column, cell).expect("a cell");
            }
        }
    }
    after.save(path).expect("the workbook");
}

fn amend(data: &Path, settings: &[(&str, &str)], round: &str, form: &Path) -> Said {
    let mut command = minyi(["--lang", "en", "round", "amend", round]);
    command.arg(form).args(["--reason", "第1题漏了“现在”。"]);
    command.env("MINYI_DATA", data).envs(settings.iter().copied());
    run(&mut command)
}

async fn post(base_url: &str, body: &Value) -> (u16, Value) {
    let url = format!("{base_url}/api/v1/responses");
    let reply = reqwest::Client::new()
        .post(url)
        .json(body)
        .send()
        .await
        .expect("an answer");
    (reply.status().as_u16(), reply.json().await.unwrap_or_default())
}

fn web(door: (&str, &str), version: &Value) -> Value {
    json!({
        "id": Uuid::new_v4(), door.0: door.1, "form": "resident", "form_version": version, "language": "zh",
        "mode": "web", "answering": "self", "started_at": "2026-11-20T09:00:00+08:00",
        "ended_at": "2026-11-20T09:10:00+08:00", "answers": minyi_tests::answers::minimal_resident(),
    })
}

/// What a respondent reads on the first page of the questionnaire, through a browser's requests.
async fn first_page(base_url: &str, code: &str) -> String {
    let browser = reqwest::Client::builder()
        .cookie_store(true)
        .build()
        .expect("a client");
    let path = format!("{base_url}/r/{code}");
    let form = [("consent", "yes"), ("go", "begin")];
    let reply = browser.post(&path).form(&form).send().await.expect("an answer");
    assert!(reply.url().path().contains("/q/"), "{}", reply.url());
    reply.text().await.expect("a page")
}

/// Version, mode, seconds and answers of each response: what the office's own files leave out is told by the database.
async fn stored(data: &Path, settings: &[(&str, &str)]) -> Vec<(String, String, i64, Value)> {
    let sqlite = format!("sqlite://{}", data.join("minyi.db").display());
    let url = settings
        .iter()
        .find(|(name, _)| *name == "DATABASE_URL")
        .map_or(sqlite.as_str(), |(_, url)| url);
    let db = Database::connect(url).await.expect("the database");
    let question = Statement::from_string(
        db.get_database_backend(),
        "SELECT form_version, mode, duration_s, answers FROM responses",
    );
    let rows = db.query_all_raw(question).await.expect("responses");
    let read = |row: &sea_orm::QueryResult| {
        let answers: String = row.try_get("", "answers").expect("answers");
        (
            row.try_get("", "form_version").expect("a version"),
            row.try_get("", "mode").expect("a mode"),
            row.try_get("", "duration_s").expect("seconds"),
            serde_json::from_str(&answers).expect("answers as JSON"),
        )
    };
    rows.iter().map(read).collect()
}

fn story(data: &Path, settings: &[(&str, &str)]) {
    let demo = DemoFile::read(data);
    let complete = |results: &Value| -> u64 {
        let rows = results["response_rates"].as_array().expect("rates").iter();
        let county = rows.filter(|row| row["unit"] == "990101" && row["group"] == "resident");
        county.map(|row| row["complete"].as_u64().expect("a count")).sum()
    };
    let before = complete(&json_file(&data.join("results.json")));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = Server::start(data, settings);
    let device = runtime.block_on(Device::register(&server.base_url, demo.login("interviewer")));
    let (_, bundle) = runtime.block_on(device.get(&server.base_url, "bundle"));
    let (_, status) = runtime.block_on(device.get(&server.base_url, "status"));
    let case = open_residents(&bundle).remove(0);
    let interview = sealed(&bundle, &[case], "2026-11-20").remove(0);
    let version_in = |bundle: &Value| -> Value {
        let forms = bundle["rounds"][0]["forms"].as_array().expect("forms");
        let resident = forms.iter().find(|form| form["form"] == "resident");
        resident.expect("the residents' form")["version"].clone()
    };
    let old = version_in(&bundle);
    let codes = &demo.invitations["resident"];

    // A correction that would lose a question is refused and changes nothing; one that would not is taken.
    let form = data.join("resident.xlsx");
    edited(&form, |sheet, rows| {
        if sheet == "survey" {
            rows.retain(|row| row[1] != "sat_overall");
        }
    });
    let said = amend(data, settings, &demo.round, &form);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(
        said.stderr.contains("AM001") && said.stderr.contains("sat_overall"),
        "{said:?}"
    );
    assert_eq!(
        version_in(&runtime.block_on(device.get(&server.base_url, "bundle")).1),
        old
    );
    edited(&form, |sheet, rows| {
        if sheet == "survey" {
            rows[1][2] = NEW_WORDS.to_owned();
        }
    });
    let said = amend(data, settings, &demo.round, &form);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stderr.contains("AM050"), "{said:?}");

    // The running server hands the new version out at once: to phones, by pages, to programs.
    let (_, after) = runtime.block_on(device.get(&server.base_url, "bundle"));
    let new = version_in(&after);
    assert_ne!(new, old);
    let (_, later) = runtime.block_on(device.get(&server.base_url, "status"));
    assert_ne!(status["bundle_etag"], later["bundle_etag"]);
    let page = runtime.block_on(first_page(&server.base_url, &codes[0]));
    assert!(page.contains(NEW_WORDS), "{page}");

    // Begun before, delivered after: the interview, once, and a page that was left open.
    let (status, receipt) = runtime
        .block_on(device.post(&server.base_url, "responses", &interview))
        .expect("an answer");
    assert_eq!(status, 201, "{receipt}");
    let again = runtime.block_on(device.post(&server.base_url, "responses", &interview));
    assert_eq!(again.expect("an answer"), (200, receipt));
    let open = runtime.block_on(post(&server.base_url, &web(("code", &codes[1]), &old)));
    assert_eq!(open.0, 201, "{}", open.1);
    let fresh = runtime.block_on(post(&server.base_url, &web(("code", &codes[2]), &new)));
    assert_eq!(fresh.0, 201, "{}", fresh.1);

    // Stored as they were given, each with its version.
    let rows = runtime.block_on(stored(data, settings));
    let of = |version_of: &Value, mode_of: &str, length: i64| {
        let like = rows.iter().filter(|(version, mode, seconds, answers)| {
            Some(version.as_str()) == version_of.as_str()
                && (mode.as_str(), *seconds) == (mode_of, length)
                && (&answers["need"], &answers["took_part"]) == (&json!("none"), &json!("none"))
        });
        like.count()
    };
    assert_eq!(of(&old, "interview", 1500), 1);
    assert_eq!(of(&new, "web", 600), 1);
    assert!(of(&old, "web", 600) >= 1);

    // Computed together, under the seal of before, with the amendment told.
    let out = data.join("after.json");
    let mut again = minyi(["analyse", &demo.round, "--out"]);
    again
        .arg(&out)
        .env("MINYI_DATA", data)
        .envs(settings.iter().copied());
    let said = run(&mut again);
    assert_eq!(said.code, 0, "{said:?}");
    let results = json_file(&out);
    assert_eq!(complete(&results), before + 3);
    assert_eq!(
        results["plan_sha256"],
        json_file(&data.join("results.json"))["plan_sha256"]
    );
    let amendment = &results["amendments"][0];
    assert_eq!(
        (&amendment["old_version"], &amendment["new_version"]),
        (&old, &new)
    );
    assert_eq!(amendment["reason"], "第1题漏了“现在”。");
    let page = format!("{}/results/{}", server.base_url, demo.round);
    let public = runtime.block_on(async { reqwest::get(page).await.expect("an answer").text().await });
    assert!(public.expect("a page").contains("第1题漏了"));
    let reports = data.join("amended-report");
    let mut report = minyi(["report", &demo.round, "--format", "html", "--out"]);
    report
        .arg(&reports)
        .env("MINYI_DATA", data)
        .envs(settings.iter().copied());
    let said = run(&mut report);
    assert_eq!(said.code, 0, "{said:?}");
    let told = said
        .stdout
        .lines()
        .map(|path| std::fs::read_to_string(path).expect("a report"));
    assert!(
        told.into_iter().any(|text| text.contains("第1题漏了")),
        "{said:?}"
    );
}
