//! What lies in the data folder without its key: no identity, and no invitation code.

use std::path::Path;

use minyi_tests::command::{minyi, run};
use minyi_tests::demo::{self, DemoFile};
use tempfile::TempDir;

/// All bytes of the database files (with the write-ahead log).
fn database_bytes(data: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(data).expect("the data folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default()
            .to_owned();
        if name.contains(".db") || name.contains(".sqlite") {
            all.extend(std::fs::read(path).expect("the file"));
        }
    }
    assert!(
        all.len() > 1_000_000,
        "the database was not found: {} bytes",
        all.len()
    );
    all
}

fn holds(haystack: &[u8], needle: &str) -> bool {
    memchr::memmem::find(haystack, needle.as_bytes()).is_some()
}

#[test]
fn the_database_holds_no_identity_in_clear() {
    let data = demo::copy();
    let round = DemoFile::read(data.path()).round;
    let out = TempDir::new().expect("a temporary folder");
    let plan = out.path().join("plan");
    let said = run(minyi(["round", "export", &round])
        .arg(&plan)
        .env("MINYI_DATA", data.path()));
    assert_eq!(said.code, 0, "{said:?}");
    let frame = std::fs::read_to_string(plan.join("frame.csv")).expect("frame.csv");
    let frame = frame.trim_start_matches('\u{feff}');
    let header: Vec<&str> = frame.lines().next().expect("a header").split(',').collect();
    let database = database_bytes(data.path());
    let mut looked = 0;
    for column in ["person_id", "phone", "email"] {
        let place = header.iter().position(|name| *name == column).expect(column);
        let values = frame
            .lines()
            .skip(1)
            .step_by(997)
            .filter_map(|line| line.split(',').nth(place));
        for value in values.filter(|value| value.len() >= 6) {
            assert!(!holds(&database, value), "{column} {value} is in the database");
            looked += 1;
        }
    }
    assert!(looked > 50, "only {looked} values were looked for");
}

#[test]
fn the_database_holds_no_invitation_code() {
    let data = demo::copy();
    let database = database_bytes(data.path());
    for codes in DemoFile::read(data.path()).invitations.values() {
        for code in codes.iter().take(5) {
            let bare: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
            assert!(
                !holds(&database, code) && !holds(&database, &bare),
                "{code} is in the database"
            );
        }
    }
}
