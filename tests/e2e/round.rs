//! The whole round: from the sample plan to the results file, on both databases.

use std::collections::BTreeMap;

use minyi_tests::command::{minyi, run};
use minyi_tests::demo::{self, DemoFile, json_file};
use serde_json::Value;
use tempfile::TempDir;

#[test]
fn sqlite_and_postgresql_give_the_same_results_file() {
    let (dir, url) = demo::copy_on_postgres();
    let on_postgres = std::fs::read(dir.path().join("results.json")).expect("results on PostgreSQL");
    let on_sqlite = std::fs::read(demo::shared().join("results.json")).expect("results on SQLite");
    assert!(on_sqlite == on_postgres, "the results files differ");

    let out = dir.path().join("again.json");
    let round = DemoFile::read(dir.path()).round;
    let mut again = minyi(["analyse", &round, "--out"]);
    again
        .arg(&out)
        .env("MINYI_DATA", dir.path())
        .env("DATABASE_URL", &url);
    let said = run(&mut again);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(
        std::fs::read(&out).expect("results again") == on_sqlite,
        "computing again gives other figures"
    );
}

#[test]
fn the_demo_writes_what_the_contract_names() {
    let dir = demo::shared();
    let demo = DemoFile::read(dir);
    for role in ["office", "evaluator", "viewer"] {
        assert!(!demo.login(role).password.is_empty());
    }
    for group in ["resident", "family", "grassroots"] {
        assert!(demo.open_links[group].starts_with("/o/"), "{group}");
        assert!(!demo.invitations[group].is_empty(), "{group}");
    }
    let results = json_file(&dir.join("results.json"));
    // Only the county has a score without a rank.
    let county = array(&results, "scores")
        .iter()
        .find(|row| row["rank"].is_null())
        .expect("the county")["unit"]
        .clone();
    let complete: u64 = array(&results, "response_rates")
        .iter()
        .filter(|row| row["unit"] == county)
        .map(|row| row["complete"].as_u64().expect("a count"))
        .sum();
    assert_eq!(complete, 3000);
    assert_eq!(
        array(&results, "scores")
            .iter()
            .filter(|row| row["rank"].is_u64())
            .count(),
        20
    );
    for format in ["html", "pdf", "xlsx", "docx"] {
        let found = std::fs::read_dir(dir.join("reports"))
            .expect("reports/")
            .filter(|entry| {
                entry
                    .as_ref()
                    .is_ok_and(|e| e.path().extension().is_some_and(|x| x == format))
            })
            .count();
        assert!(found >= 2, "{found} reports as {format}");
    }
}

#[test]
fn estimates_agree_with_the_truth_as_often_as_they_claim() {
    let dir = demo::shared();
    let truth = keyed(&json_file(&dir.join("truth.json")));
    let results = keyed(&json_file(&dir.join("results.json")));
    let (mut inside, mut all) = (0u32, 0u32);
    for (key, row) in &results {
        let true_row = truth.get(key).unwrap_or_else(|| panic!("truth.json lacks {key}"));
        let (Some(value), Some(lower), Some(upper)) = (
            true_row["estimate"].as_f64(),
            row["lower"].as_f64(),
            row["upper"].as_f64(),
        ) else {
            continue;
        };
        if row["flag"].is_null() {
            all += 1;
            inside += u32::from(lower <= value && value <= upper);
        }
    }
    let share = f64::from(inside) / f64::from(all);
    // Many correlated intervals of one sample: near the nominal 95 %, not exactly there.
    assert!(all > 300, "{all} intervals");
    assert!(share > 0.88, "{inside} of {all} intervals hold the true value");
}

#[test]
fn an_office_takes_a_plan_from_its_folder_to_invitations() {
    let demo = demo::copy();
    let dir = TempDir::new().expect("a temporary folder");
    let (plan, data, codes) = (
        dir.path().join("plan"),
        dir.path().join("data"),
        dir.path().join("codes.csv"),
    );
    let round = DemoFile::read(demo.path()).round;
    let export = run(minyi(["round", "export", &round])
        .arg(&plan)
        .env("MINYI_DATA", demo.path()));
    assert_eq!(export.code, 0, "{export:?}");

    let office = |arguments: &[&std::ffi::OsStr]| run(minyi(arguments).env("MINYI_DATA", &data));
    let steps: [&[&std::ffi::OsStr]; 5] = [
        &["round".as_ref(), "import".as_ref(), plan.as_os_str()],
        &["round".as_ref(), "seal".as_ref(), round.as_ref()],
        &["round".as_ref(), "sample".as_ref(), round.as_ref()],
        &[
            "round".as_ref(),
            "invite".as_ref(),
            round.as_ref(),
            "--out".as_ref(),
            codes.as_os_str(),
        ],
        &["round".as_ref(), "open".as_ref(), round.as_ref()],
    ];
    for step in steps {
        let said = office(step);
        assert_eq!(said.code, 0, "{step:?}: {said:?}");
    }
    // Nobody may draw again until they like it.
    assert_eq!(office(steps[2]).code, 1);
    let issued = std::fs::read_to_string(&codes).expect("codes.csv");
    assert!(issued.lines().count() > 4_000, "{} lines", issued.lines().count());
    let status = office(&[
        "round".as_ref(),
        "status".as_ref(),
        round.as_ref(),
        "--json".as_ref(),
    ]);
    let status: Value = serde_json::from_str(&status.stdout).expect("JSON");
    assert_eq!(status["state"], "open");
    assert_eq!(status["invitations"]["grassroots"]["issued"], 626);

    // The code of the first line opens its questionnaire.
    let code = issued
        .lines()
        .nth(1)
        .and_then(|line| line.split(',').nth(2))
        .expect("a code");
    let server = minyi_tests::server::Server::start(&data, &[]);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let page = runtime
        .block_on(reqwest::get(format!("{}/r/{code}", server.base_url)))
        .expect("the page");
    assert_eq!(page.status().as_u16(), 200);
}

fn array<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key]
        .as_array()
        .unwrap_or_else(|| panic!("{key} is no array"))
}

fn keyed(results: &Value) -> BTreeMap<String, Value> {
    array(results, "indicators")
        .iter()
        .map(|row| {
            let key = ["code", "unit", "group", "area", "measure"]
                .map(|name| row[name].to_string())
                .join(" ");
            (key, row.clone())
        })
        .collect()
}
