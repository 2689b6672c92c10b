//! A county's round handed to a province as sums, and archived in object storage.
//!
//! The storage is a folder and a bucket of moto's S3 server, or whatever `MINYI_ARCHIVE_URL` names: `tests/s3.sh` runs the
//! archive's test against another S3 server, `tests/ballista.sh` the cluster's.

use std::collections::BTreeMap;
use std::path::Path;

use minyi_tests::command::{Said, minyi, run};
use minyi_tests::demo::{self, json_file};
use minyi_tests::storage::Storage;
use sea_orm::{ConnectionTrait, Database};
use serde_json::Value;

const ROUND: &str = "yunxi-2026";
const AGREEMENT: &str = "6f1c8a52-8a4e-4c3a-9a53-0b8b8f1d2e11";

/// An office, and the storage that it keeps its archive in.
struct Office<'a> {
    data: &'a Path,
    storage: Option<&'a Storage>,
}

impl Office<'_> {
    fn said(&self, arguments: &[&str]) -> Said {
        let settings = self
            .storage
            .into_iter()
            .flat_map(|storage| storage.settings.clone());
        run(minyi(arguments.iter().copied())
            .env("MINYI_DATA", self.data)
            .envs(settings)
            .args(["--lang", "en"]))
    }

    #[track_caller]
    fn done(&self, arguments: &[&str]) -> String {
        let said = self.said(arguments);
        assert_eq!(said.code, 0, "{}", said.stderr);
        said.stdout
    }

    #[track_caller]
    fn refused(&self, arguments: &[&str]) -> String {
        let said = self.said(arguments);
        assert_eq!(said.code, 1, "{}{}", said.stdout, said.stderr);
        said.stderr
    }

    fn file(&self, name: &str) -> String {
        self.data.join(name).display().to_string()
    }
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
    let office = Office { data, storage: None };
    let (shared, province) = (office.file("county.json"), office.file("province.json"));
    assert!(
        office
            .refused(&["federate", "export", ROUND, "--out", &shared])
            .contains("not over")
    );
    office.done(&["round", "close", ROUND]);
    let told = office.done(&["federate", "export", ROUND, "--out", &shared]);
    let key = office.done(&["federate", "key"]).trim().to_owned();
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

    let list = office.file("keys.csv");
    std::fs::write(&list, format!("unit,key\n{county},{key}\n")).expect("written");
    let combine = [
        "federate", "combine", &shared, "--unit", "99", "--out", &province, "--keys", &list,
    ];
    office.done(&combine);
    office.done(&["analyse", ROUND, "--out", &office.file("now.json")]);
    let results = json_file(&data.join("now.json"));
    let made = json_file(Path::new(&province));
    assert_eq!(made["vouched"], true);
    let compared = same_figures(&made, "99", &results, true);
    assert_eq!(compared, cells.len());
    assert!(compared > 40, "{compared}");

    let other = format!("{county},{}\n", "ab".repeat(31) + "00");
    std::fs::write(&list, other).expect("written");
    assert_ne!(office.said(&combine).code, 0, "another key");
    let text = std::fs::read_to_string(&shared).expect("text");
    let n = cells[0]["moments"]["n"].as_u64().expect("n");
    let changed = text.replacen(&format!("\"n\": {n}"), &format!("\"n\": {}", n + 1), 1);
    assert_ne!(changed, text);
    std::fs::write(&shared, changed).expect("written");
    let told = office.refused(&["federate", "combine", &shared, "--unit", "99", "--out", &province]);
    assert!(told.contains("signature does not hold"), "{told}");
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

/// Archives a round, cuts the archive short, damages it, and sums what it holds.
async fn archived(data: &Path, storage: &Storage) {
    let office = Office {
        data,
        storage: Some(storage),
    };
    let url = storage.url.as_str();
    let write = ["archive", ROUND, "--to", url];
    assert!(office.refused(&write).contains("not over"));
    office.done(&["round", "close", ROUND]);
    let told = office.done(&write);
    let results = json_file(&data.join("results.json"));
    let code = results["scores"][0]["unit"].as_str().expect("a code");
    let counties = format!("responses/round={ROUND}");
    assert_eq!(storage.folders(&counties).await, [format!("county={code}")]);
    let object = |name: &str| format!("{counties}/county={code}/{name}");
    let manifest: Value =
        serde_json::from_slice(&storage.get(&object("manifest.json")).await).expect("a manifest");
    let rows = manifest["objects"][0]["rows"].as_u64().expect("rows");
    assert!(rows >= 3_000 && told.contains(&rows.to_string()), "{told}");

    assert!(office.done(&write).contains("checked one by one"));
    // Cut short before the manifest: what is there is found and not written again.
    storage.remove(&object("manifest.json")).await;
    assert!(office.done(&write).contains("(1 of the files"));
    let part = object("part-00000.parquet");
    let mut bytes = storage.get(&part).await;
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    storage.put(&part, bytes).await;
    let told = office.refused(&write);
    assert!(
        told.contains("part-00000.parquet") && told.contains("SHA-256"),
        "{told}"
    );

    let measures = ["archive", ROUND, "--to", url, "--data", "measures"];
    assert!(office.refused(&measures).contains("agreement"));
    agree(data).await;
    office.done(&[&measures[..], &["--agreement", AGREEMENT]].concat());
    let (out, now) = (office.file("country.json"), office.file("now.json"));
    let sum = ["federate", "country", url, "--round", ROUND, "--out", &out];
    let told = office.done(&sum);
    assert!(told.contains("1 counties, 1 provinces"), "{told}");
    office.done(&["analyse", ROUND, "--out", &now]);
    let (country, results) = (json_file(Path::new(&out)), json_file(Path::new(&now)));
    // Errors differ by what calibration takes from them, which the country does not know.
    let compared = same_figures(&country, "country", &results, false);
    assert!(compared > 40, "{compared}");
}

#[tokio::test]
async fn an_archive_is_written_once_goes_on_where_it_was_cut_short_and_finds_what_was_changed() {
    let copy = demo::copy();
    let storage = Storage::named_or(&copy.path().join("archive"));
    archived(copy.path(), &storage).await;
    let out = copy.path().join("country.json").display().to_string();
    let by_cluster = [
        "federate",
        "country",
        &storage.url,
        "--round",
        ROUND,
        "--out",
        &out,
    ];
    let alone = run(minyi(by_cluster)
        .args(["--engine", "ballista://127.0.0.1:1", "--lang", "en"])
        .env("MINYI_BALLISTA", "/no/such/program"));
    assert!(
        alone.code != 0 && alone.stderr.contains("analysis/ballista"),
        "{}",
        alone.stderr
    );
}

#[tokio::test]
async fn a_bucket_is_an_archive_as_a_folder_is() {
    let copy = demo::copy();
    archived(copy.path(), &Storage::bucket()).await;
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
    let storage = Storage::named_or(&copy.path().join("archive"));
    let office = Office {
        data: copy.path(),
        storage: Some(&storage),
    };
    let url = storage.url.as_str();
    office.done(&["round", "close", ROUND]);
    agree(copy.path()).await;
    let archive = ["archive", ROUND, "--to", url, "--data", "measures"];
    office.done(&[&archive[..], &["--agreement", AGREEMENT]].concat());
    let (here, there) = (office.file("here.json"), office.file("there.json"));
    office.done(&["federate", "country", url, "--round", ROUND, "--out", &here]);
    let engine = format!("ballista://{scheduler}");
    let by_cluster = [
        "federate", "country", url, "--round", ROUND, "--out", &there, "--engine", &engine,
    ];
    assert!(office.done(&by_cluster).contains("1 counties, 1 provinces"));
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

    let round = format!("measures/round={ROUND}");
    let county = storage.folders(&round).await.remove(0);
    let part = format!("{round}/{county}/perspective=persons/part-00000.parquet");
    let bytes = storage.get(&part).await;
    storage.remove(&part).await;
    let told = office.refused(&by_cluster);
    assert!(
        told.contains("part-00000.parquet") && told.contains("not there"),
        "{told}"
    );
    storage.put(&part, bytes).await;
    // Rows that no manifest tells of.
    let more = format!("{round}/{county}/perspective=persons/part-00001.parquet");
    storage.put(&more, storage.get(&part).await).await;
    let told = office.refused(&by_cluster);
    assert!(
        told.contains("perspective=persons") && told.contains("rows, not"),
        "{told}"
    );
}
