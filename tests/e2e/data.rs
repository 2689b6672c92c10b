//! Data for statisticians: exports read back by other programs, published figures recomputed, and what the reduced file
//! must not hold.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use minyi_tests::command::{minyi, run, tests_dir};
use minyi_tests::demo::{self, DemoFile, json_file};
use minyi_tests::server::Server;
use serde_json::Value;

/// Columns that tell a person, a day or a place.
const PRIVATE: [&str; 10] = [
    "village",
    "psu",
    "stratum",
    "day",
    "duration_s",
    "interviewer",
    "ways",
    "language",
    "link",
    "case_id",
];

fn export(data: &Path, format: &str, out: &Path) {
    let mut command = minyi(["responses", "export", "yunxi-2026", "--format", format, "--out"]);
    let said = run(command.arg(out).env("MINYI_DATA", data));
    assert_eq!(said.code, 0, "{}", said.stderr);
}

fn read_csv(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    // Answers of the demo's reduced file hold neither commas nor quotes.
    let text = std::fs::read_to_string(path).expect("the CSV");
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let split = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<String>>();
    let header = split(lines.next().expect("a header"));
    let rows: Vec<Vec<String>> = lines.map(split).collect();
    assert!(rows.iter().all(|row| row.len() == header.len()));
    (header, rows)
}

/// The Python that `run.sh` sets up with pyreadstat.
fn python() -> std::path::PathBuf {
    let own = tests_dir().join("python/venv/bin/python");
    std::env::var_os("MINYI_PYTHON").map_or(own, std::path::PathBuf::from)
}

#[test]
fn spss_file_is_read_back_by_pyreadstat_with_labels_values_and_missing_kinds() {
    let data = demo::copy();
    let (csv, sav) = (data.path().join("a.csv"), data.path().join("a.sav"));
    export(data.path(), "csv", &csv);
    export(data.path(), "sav", &sav);
    let script = tests_dir().join("python/read_sav.py");
    let read = run(Command::new(python()).arg(script).arg(&sav));
    assert_eq!(read.code, 0, "{}", read.stderr);
    let read: Value = serde_json::from_str(&read.stdout).expect("JSON");
    let (header, rows) = read_csv(&csv);
    assert_eq!(read["rows"].as_u64(), Some(rows.len() as u64));
    assert_eq!(read["encoding"], "UTF-8");
    assert!(
        read["title"]
            .as_str()
            .is_some_and(|title| title.starts_with("云溪县"))
    );
    let at = |name: &str| {
        header
            .iter()
            .position(|column| column == name)
            .expect("the column")
    };
    // A scale: numbers with labels, three kinds of missing declared.
    let sat = at("sat_overall");
    assert_eq!(read["values"]["sat_overall"]["5.0"], "很满意");
    assert_eq!(read["measure"]["sat_overall"], "ordinal");
    assert_eq!(read["missing"]["sat_overall"][0]["lo"].as_f64(), Some(-99.0));
    assert!(
        read["labels"]["sat_overall"]
            .as_str()
            .is_some_and(|label| !label.is_empty())
    );
    let mut compared = 0;
    for (row, cells) in rows.iter().enumerate() {
        let value = &read["data"]["sat_overall"][row];
        match cells[sat].parse::<f64>() {
            Ok(number) => {
                assert_eq!(value.as_f64(), Some(number), "row {row}");
                compared += 1;
            }
            Err(_) if cells[sat].is_empty() => assert!(value.is_null(), "row {row}"),
            Err(_) => assert!(value.as_f64().is_some_and(|code| (-99.0..=-97.0).contains(&code))),
        }
        let weight = read["data"]["weight"][row].as_f64();
        assert_eq!(weight, cells[at("weight")].parse().ok(), "row {row}");
        // Words stay words; several answers are a variable each.
        let mode = read["data"]["mode"][row].as_str().unwrap_or_default();
        assert_eq!(mode, cells[at("mode")]);
        let chosen = cells[at("need")].split(' ').any(|area| area == "rehab");
        match cells[at("need")].is_empty() {
            true => assert!(read["data"]["need.rehab"][row].is_null()),
            false => assert_eq!(
                read["data"]["need.rehab"][row].as_f64(),
                Some(f64::from(u8::from(chosen)))
            ),
        }
    }
    assert!(compared > 1_000, "{compared}");
    let book = std::fs::read_to_string(data.path().join("a.ddi.xml")).expect("the code book");
    for name in &header {
        assert!(
            book.contains(&format!(" name=\"{name}\" ")),
            "{name} is not in the code book"
        );
    }
}

#[test]
fn reduced_file_says_nothing_that_few_share_and_the_full_one_needs_an_agreement() {
    let data = demo::copy();
    let csv = data.path().join("a.csv");
    export(data.path(), "csv", &csv);
    let (header, rows) = read_csv(&csv);
    for name in PRIVATE {
        assert!(!header.iter().any(|column| column == name), "{name}");
    }
    // Against the frame: whatever a row says of the register, at least ten of the frame share it.
    let frame = std::fs::read_to_string(frame(data.path())).expect("the frame");
    let mut lines = frame.trim_start_matches('\u{feff}').lines();
    let names: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let column = |name: &str| {
        names
            .iter()
            .position(|known| *known == name)
            .expect("a column of the frame")
    };
    let (unit, group, category, grade, sex) = (
        column("unit"),
        column("group"),
        column("category"),
        column("grade"),
        column("sex"),
    );
    let persons: Vec<Vec<&str>> = lines
        .map(|line| line.split(',').collect::<Vec<&str>>())
        .filter(|cells| cells[group] == "resident")
        .collect();
    let at = |name: &str| header.iter().position(|known| known == name).expect("the column");
    let mut seen: BTreeMap<Vec<String>, ()> = BTreeMap::new();
    for row in &rows {
        let said = ["township", "category", "grade", "sex"].map(|name| row[at(name)].clone());
        if row[at("group")] != "resident" {
            assert!(said.iter().all(String::is_empty), "{row:?}");
        }
        seen.insert(said.to_vec(), ());
    }
    let fits = |said: &str, known: bool| said.is_empty() || known;
    for said in seen.keys() {
        let sharing = persons.iter().filter(|cells| {
            fits(&said[0], cells[unit].starts_with(&said[0]))
                && fits(&said[1], cells[category] == said[1])
                && fits(&said[2], cells[grade] == said[2])
                && fits(&said[3], cells[sex] == said[3])
        });
        assert!(sharing.take(10).count() == 10, "{said:?}");
    }
    let full = data.path().join("full.csv");
    let mut command = minyi(["responses", "export", "yunxi-2026", "--format", "csv"]);
    command.args(["--agreement", "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "--out"]);
    let said = run(command.arg(&full).env("MINYI_DATA", data.path()));
    assert_eq!(said.code, 1);
    assert!(
        said.stderr.contains("has no agreement") && !full.exists(),
        "{}",
        said.stderr
    );
}

/// The frame as it was imported, written out by the office's own command.
fn frame(data: &Path) -> std::path::PathBuf {
    let folder = data.join("plan-out");
    let mut command = minyi(["round", "export", "yunxi-2026"]);
    let said = run(command.arg(&folder).env("MINYI_DATA", data));
    assert_eq!(said.code, 0, "{}", said.stderr);
    folder.join("frame.csv")
}

#[tokio::test]
async fn published_bundle_is_recomputed_to_the_last_digit_and_agrees_with_the_results_file() {
    let data = demo::copy();
    let server = Server::start(data.path(), &[]);
    let demo = DemoFile::read(data.path());
    let base = format!("{}/results/{}", server.base_url, demo.round);
    let fetch = |file: &str| {
        let url = format!("{base}/{file}");
        async move {
            reqwest::get(url)
                .await
                .expect("a reply")
                .bytes()
                .await
                .expect("a body")
        }
    };
    let bundle = data.path().join("replication.zip");
    std::fs::write(&bundle, fetch("replication.zip").await).expect("the bundle");
    let said = run(minyi(["replicate"]).arg(&bundle));
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
    assert!(said.stdout.contains("to the last digit"), "{}", said.stdout);
    // Every figure shown is the one of the results file, rounded.
    let results = json_file(&data.path().join("results.json"));
    let release: Value = serde_json::from_slice(&fetch("release.json").await).expect("the publication");
    let mut shown = 0;
    let rows = results["indicators"].as_array().expect("indicators");
    for (row, figure) in rows.iter().zip(release["figures"].as_array().expect("figures")) {
        for key in ["code", "unit", "group", "area"] {
            assert_eq!(row[key], figure[key]);
        }
        let small =
            row["flag"] == "suppressed" && !["third_party", "admin"].map(Value::from).contains(&row["group"]);
        assert!(!small || figure["shown"].is_null(), "{row}");
        if let Some(estimate) = figure["shown"]["estimate"].as_str() {
            let scale = if figure["scale"] == "percent" { 100.0 } else { 1.0 };
            let expected = format!("{:.1}", scale * row["estimate"].as_f64().expect("a number"));
            assert_eq!(estimate, expected, "{row}");
            shown += 1;
        }
    }
    assert!(shown > 500, "{shown}");
    no_hidden_figure_is_what_the_others_leave(&release);
    let units = results["scores"].as_array().expect("scores").len();
    let scored = release["scores"].as_array().expect("scores");
    assert_eq!(
        scored.iter().filter(|score| !score["shown"].is_null()).count(),
        units
    );
}

/// An attacker who subtracts: in every sum that is published in part, none or at least two parts are withheld. Sums are
/// the county of its units, a combined figure of its perspectives, and a score of its leaves.
fn no_hidden_figure_is_what_the_others_leave(release: &Value) {
    let figures = release["figures"].as_array().expect("figures");
    let county = release["units"][0]["code"].as_str().expect("the county");
    let text = |figure: &Value, key: &str| figure[key].as_str().unwrap_or_default().to_owned();
    let mut sums: BTreeMap<[String; 4], (bool, usize)> = BTreeMap::new();
    for figure in figures {
        let (code, unit, group, area) = (
            text(figure, "code"),
            text(figure, "unit"),
            text(figure, "group"),
            text(figure, "area"),
        );
        if ["third_party", "admin"].contains(&group.as_str()) {
            continue;
        }
        let hidden = figure["note"] == "hidden";
        let of_units = sums
            .entry(["units".to_owned(), code.clone(), group.clone(), area.clone()])
            .or_default();
        match unit == county {
            true => of_units.0 |= !hidden,
            false => of_units.1 += usize::from(hidden),
        }
        let of_voices = sums.entry(["voices".to_owned(), code, unit, area]).or_default();
        match group.is_empty() {
            true => of_voices.0 |= !hidden,
            false => of_voices.1 += usize::from(hidden),
        }
    }
    for (sum, (total_is_shown, hidden)) in sums {
        assert!(
            !total_is_shown || hidden != 1,
            "{sum:?}: one part alone is withheld"
        );
    }
    for unit in release["score_statistics"]["units"].as_array().expect("units") {
        for part in unit["parts"].as_array().expect("parts") {
            let leaves = part["leaves"].as_array().expect("leaves");
            let hidden = |leaf: &&Value| {
                figures.iter().any(|figure| {
                    figure["code"] == **leaf
                        && figure["unit"] == unit["unit"]
                        && figure["group"].is_null()
                        && figure["area"].is_null()
                        && figure["note"] == "hidden"
                })
            };
            let hidden = leaves.iter().filter(hidden).count();
            assert!(hidden == 0 || (hidden == leaves.len() && hidden >= 2), "{unit}");
        }
    }
}
