//! A county's round handed to a province as sums, and archived in object storage.
//!
//! The storage is a folder, or whatever `MINYI_ARCHIVE_URL` names; then `MINYI_ARCHIVE_FOLDER` is the folder in which that
//! storage keeps its objects, so that a test can damage one. `tests/s3.sh` runs it against a server that speaks S3.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use minyi_tests::command::{Said, minyi, run};
use minyi_tests::demo::{self, json_file};
use sea_orm::{ConnectionTrait, Database};
use serde_json::Value;

const ROUND: &str = "yunxi-2026";
const AGREEMENT: &str = "6f1c8a52-8a4e-4c3a-9a53-0b8b8f1d2e11";

fn said(data: &Path, arguments: &[&str]) -> Said {
    run(minyi(arguments.iter().copied())
        .env("MINYI_DATA", data)
        .args(["--lang", "en"]))
}

#[track_caller]
fn done(data: &Path, arguments: &[&str]) -> String {
    let said = said(data, arguments);
    assert_eq!(said.code, 0, "{}", said.stderr);
    said.stdout
}

#[track_caller]
fn refused(data: &Path, arguments: &[&str]) -> String {
    let said = said(data, arguments);
    assert_eq!(said.code, 1, "{}{}", said.stdout, said.stderr);
    said.stderr
}

/// How many figures of people the county has in `whole` under the name `unit`, each the same as in its own results.
fn same_figures(whole: &Value, unit: &str, results: &Value, with_errors: bool) -> usize {
    let county = &results["scores"][0]["unit"];
    let rows = whole["indicators"].as_array().expect("rows").iter();
    let rows = rows.filter(|row| row["unit"] == unit && !row["group"].is_null());
    let mut compared = 0;
    for row in rows {
        let own = results["indicators"]
            .as_array()
            .expect("rows")
            .iter()
            .find(|own| {
                own["unit"] == *county && ["code", "group", "area"].iter().all(|key| own[*key] == row[*key])
            });
        let own = own.unwrap_or_else(|| panic!("the county has no {row}"));
        let near = |key: &str| {
            let (a, b) = (
                row[key].as_f64().expect("a number"),
                own[key].as_f64().expect("a number"),
            );
            (a - b).abs() <= 1e-9 * b.abs().max(1e-6)
        };
        assert!(near("estimate") && (!with_errors || near("se")), "{row}\n{own}");
        assert_eq!(row["n"], own["n"]);
        compared += 1;
    }
    compared
}

#[test]
fn a_province_has_the_figures_of_its_county_and_trusts_no_changed_file() {
    let copy = demo::copy();
    let data = copy.path();
    let file = |name: &str| data.join(name).display().to_string();
    let (shared, province) = (file("county.json"), file("province.json"));
    assert!(refused(data, &["federate", "export", ROUND, "--out", &shared]).contains("not over"));
    done(data, &["round", "close", ROUND]);
    let told = done(data, &["federate", "export", ROUND, "--out", &shared]);
    let key = done(data, &["federate", "key"]).trim().to_owned();
    assert!(told.contains(&key), "{told}");
    let statistics = json_file(Path::new(&shared));
    let cells = statistics["statistics"]["cells"].as_array().expect("cells");
    assert!(
        cells
            .iter()
            .all(|cell| cell["moments"]["n"].as_u64() >= statistics["statistics"]["min_cell"].as_u64())
    );
    let county = statistics["statistics"]["unit"]["code"]
        .as_str()
        .expect("a code")
        .to_owned();

    let list = file("keys.csv");
    std::fs::write(&list, format!("unit,key\n{county},{key}\n")).expect("written");
    let combine = [
        "federate", "combine", &shared, "--unit", "99", "--out", &province, "--keys", &list,
    ];
    done(data, &combine);
    done(data, &["analyse", ROUND, "--out", &file("now.json")]);
    let results = json_file(&data.join("now.json"));
    let made = json_file(Path::new(&province));
    assert_eq!(made["vouched"], true);
    let compared = same_figures(&made, "99", &results, true);
    assert_eq!(compared, cells.len());
    assert!(compared > 40, "{compared}");

    let other = format!("{county},{}\n", "ab".repeat(31) + "00");
    std::fs::write(&list, other).expect("written");
    assert_ne!(said(data, &combine).code, 0, "another key");
    let text = std::fs::read_to_string(&shared).expect("text");
    let n = cells[0]["moments"]["n"].as_u64().expect("n");
    let changed = text.replacen(&format!("\"n\": {n}"), &format!("\"n\": {}", n + 1), 1);
    assert_ne!(changed, text);
    std::fs::write(&shared, changed).expect("written");
    let told = refused(
        data,
        &["federate", "combine", &shared, "--unit", "99", "--out", &province],
    );
    assert!(told.contains("signature does not hold"), "{told}");
}

/// Where the archive is for `minyi`, and where its objects are on this machine.
fn storage(data: &Path) -> (String, PathBuf) {
    match (
        std::env::var("MINYI_ARCHIVE_URL"),
        std::env::var_os("MINYI_ARCHIVE_FOLDER"),
    ) {
        (Ok(url), Some(folder)) => (url, PathBuf::from(folder)),
        _ => (data.join("archive").display().to_string(), data.join("archive")),
    }
}

async fn agree(data: &Path) {
    let url = format!("sqlite://{}", data.join("minyi.db").display());
    let db = Database::connect(url).await.expect("the database");
    let id = AGREEMENT.replace('-', "");
    let sql = format!(
        "insert into data_agreements (id, round_id, person, institution, purpose, until, asked_by, asked_on, confirmed_by, confirmed_on) \
         values (x'{id}', '{ROUND}', '周敏', '省残联', '汇总', '2099-12-31', 'a', '2026-01-01', 'b', '2026-01-01')"
    );
    db.execute_unprepared(&sql).await.expect("an agreement");
}

#[tokio::test]
async fn an_archive_is_written_once_goes_on_where_it_was_cut_short_and_finds_what_was_changed() {
    let copy = demo::copy();
    let data = copy.path();
    let (url, folder) = storage(data);
    let write = ["archive", ROUND, "--to", &url];
    assert!(refused(data, &write).contains("not over"));
    done(data, &["round", "close", ROUND]);
    let told = done(data, &write);
    let counties = folder.join(format!("responses/round={ROUND}"));
    let county = std::fs::read_dir(&counties)
        .expect("counties")
        .next()
        .expect("a county")
        .expect("an entry")
        .path();
    let manifest = json_file(&county.join("manifest.json"));
    let results = json_file(&data.join("results.json"));
    let code = results["scores"][0]["unit"].as_str().expect("a code").to_owned();
    assert!(county.ends_with(format!("county={code}")), "{}", county.display());
    let rows = manifest["objects"][0]["rows"].as_u64().expect("rows");
    assert!(rows >= 3_000 && told.contains(&rows.to_string()), "{told}");

    assert!(done(data, &write).contains("checked one by one"));
    // Cut short before the manifest: what is there is found and not written again.
    std::fs::remove_file(county.join("manifest.json")).expect("removed");
    assert!(done(data, &write).contains("(1 of the files"));
    let part = county.join("part-00000.parquet");
    let mut bytes = std::fs::read(&part).expect("a part");
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    std::fs::write(&part, &bytes).expect("damaged");
    let told = refused(data, &write);
    assert!(
        told.contains("part-00000.parquet") && told.contains("SHA-256"),
        "{told}"
    );

    let measures = ["archive", ROUND, "--to", &url, "--data", "measures"];
    assert!(refused(data, &measures).contains("agreement"));
    agree(data).await;
    let measures = [&measures[..], &["--agreement", AGREEMENT]].concat();
    done(data, &measures);
    let out = data.join("country.json").display().to_string();
    let sum = ["federate", "country", &url, "--round", ROUND, "--out", &out];
    let told = done(data, &sum);
    assert!(told.contains("1 counties, 1 provinces"), "{told}");
    let by_cluster = [&sum[..], &["--engine", "ballista://127.0.0.1:1"]].concat();
    let alone = run(minyi(by_cluster)
        .env("MINYI_BALLISTA", "/no/such/program")
        .args(["--lang", "en"]));
    assert!(
        alone.code != 0 && alone.stderr.contains("analysis/ballista"),
        "{}",
        alone.stderr
    );
    done(
        data,
        &[
            "analyse",
            ROUND,
            "--out",
            &data.join("now.json").display().to_string(),
        ],
    );
    let results = json_file(&data.join("now.json"));
    // Errors differ by what calibration takes from them, which the country does not know.
    let compared = same_figures(&json_file(Path::new(&out)), "country", &results, false);
    assert!(compared > 40, "{compared}");
}

/// The numbers of results, by what they are of.
fn numbers(results: &Value) -> BTreeMap<String, f64> {
    let mut numbers = BTreeMap::new();
    for list in ["indicators", "scores"] {
        for row in results[list].as_array().expect("rows") {
            let name = ["code", "unit", "group", "area"]
                .map(|key| row[key].to_string())
                .join("/");
            for (key, value) in row.as_object().expect("a row") {
                if let Some(value) = value.as_f64() {
                    numbers.insert(format!("{list}/{name}/{key}"), value);
                }
            }
        }
    }
    numbers
}

#[tokio::test]
#[ignore = "needs a cluster whose scheduler MINYI_BALLISTA_SCHEDULER names: tests/ballista.sh"]
async fn a_cluster_has_the_figures_of_one_machine_and_misses_no_file() {
    let scheduler = std::env::var("MINYI_BALLISTA_SCHEDULER").expect("MINYI_BALLISTA_SCHEDULER");
    let copy = demo::copy();
    let data = copy.path();
    let (url, folder) = storage(data);
    done(data, &["round", "close", ROUND]);
    agree(data).await;
    let archive = [
        "archive",
        ROUND,
        "--to",
        &url,
        "--data",
        "measures",
        "--agreement",
        AGREEMENT,
    ];
    done(data, &archive);
    let file = |name: &str| data.join(name).display().to_string();
    let (here, there) = (file("here.json"), file("there.json"));
    done(
        data,
        &["federate", "country", &url, "--round", ROUND, "--out", &here],
    );
    let engine = format!("ballista://{scheduler}");
    let by_cluster = [
        "federate", "country", &url, "--round", ROUND, "--out", &there, "--engine", &engine,
    ];
    assert!(done(data, &by_cluster).contains("1 counties, 1 provinces"));
    let (here, there) = (
        numbers(&json_file(Path::new(&here))),
        numbers(&json_file(Path::new(&there))),
    );
    assert_eq!(here.keys().collect::<Vec<_>>(), there.keys().collect::<Vec<_>>());
    assert!(here.len() > 400, "{}", here.len());
    for (name, expected) in &here {
        let found = there[name];
        assert!(
            (found - expected).abs() <= 1e-9 * expected.abs().max(1e-6),
            "{name}: {found} {expected}"
        );
    }

    let round = folder.join(format!("measures/round={ROUND}"));
    let county = std::fs::read_dir(round)
        .expect("counties")
        .next()
        .expect("a county")
        .expect("an entry")
        .path();
    std::fs::remove_file(county.join("perspective=persons/part-00000.parquet")).expect("removed");
    let told = refused(data, &by_cluster);
    assert!(
        told.contains("part-00000.parquet") && told.contains("not there"),
        "{told}"
    );
}
