//! What a user who makes a mistake is told: what is wrong, where, and how to mend it, and the exit code of
//! design §5. Each test breaks one thing in an exported copy of the sample plan.

use std::path::{Path, PathBuf};

use minyi_tests::command::{Said, free_port, minyi, run};
use minyi_tests::demo::{self, DemoFile};
use tempfile::TempDir;

/// The sample plan's folder, with the demo's frame, free to be broken.
struct PlanCopy {
    dir: TempDir,
}

impl PlanCopy {
    fn new() -> Self {
        let dir = TempDir::new().expect("a temporary folder");
        let round = DemoFile::read(demo::shared()).round;
        let plan = dir.path().join("plan");
        let data = demo::copy();
        let said = run(minyi(["round", "export", &round])
            .arg(&plan)
            .env("MINYI_DATA", data.path()));
        assert_eq!(said.code, 0, "{said:?}");
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join("plan").join(name)
    }

    fn edit(&self, name: &str, edit: impl FnOnce(String) -> String) {
        let before = std::fs::read_to_string(self.path(name)).expect(name);
        let after = edit(before.clone());
        assert_ne!(before, after, "the edit of {name} changes nothing");
        std::fs::write(self.path(name), after).expect(name);
    }

    fn import(&self) -> Said {
        let data = self.dir.path().join("data");
        run(minyi(["round", "import"])
            .arg(self.path(""))
            .env("MINYI_DATA", data))
    }
}

fn assert_told(said: &Said, code: i32, parts: &[&str]) {
    assert_eq!(said.code, code, "{said:?}");
    for part in parts {
        assert!(said.stderr.contains(part), "{part:?} is not in: {}", said.stderr);
    }
    assert!(!said.stderr.contains("panicked"), "{}", said.stderr);
}

fn check_form(sheets: &[(&str, &[&[&str]])]) -> Said {
    let dir = TempDir::new().expect("a temporary folder");
    let path = dir.path().join("form.xlsx");
    write_workbook(&path, sheets);
    run(minyi(["form", "check"]).arg(&path))
}

fn write_workbook(path: &Path, sheets: &[(&str, &[&[&str]])]) {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    for (name, rows) in sheets {
        let sheet = workbook.add_worksheet();
        sheet.set_name(*name).expect("a sheet name");
        for (r, row) in (0u32..).zip(*rows) {
            for (c, cell) in (0u16..).zip(*row) {
                sheet.write_string(r, c, *cell).expect("a cell");
            }
        }
    }
    workbook.save(path).expect("a workbook");
}

#[test]
fn the_exported_plan_imports_again() {
    let said = PlanCopy::new().import();
    assert_eq!(said.code, 0, "{said:?}");
}

#[test]
fn a_broken_workbook_is_named() {
    let dir = TempDir::new().expect("a temporary folder");
    let path = dir.path().join("broken.xlsx");
    std::fs::write(&path, b"PK\x03\x04 this is no workbook").expect("a file");
    assert_told(&run(minyi(["form", "check"]).arg(&path)), 1, &["broken.xlsx"]);
}

#[test]
fn an_unknown_column_is_named_with_its_sheet_and_the_nearest_name() {
    let said = check_form(&[(
        "survey",
        &[
            &["type", "name", "label", "relevnt"],
            &["text", "a", "A", "1 = 1"],
        ],
    )]);
    assert_told(&said, 0, &["survey", "relevnt", "relevant"]);
}

#[test]
fn a_circular_relevant_is_printed_as_a_path() {
    let said = check_form(&[(
        "survey",
        &[
            &["type", "name", "label", "relevant"],
            &["text", "first", "A", "${second} = '1'"],
            &["text", "second", "B", "${first} = '1'"],
        ],
    )]);
    assert_told(&said, 1, &["first", "second", "survey", "2"]);
}

#[test]
fn a_frame_with_a_duplicate_id_names_the_row() {
    let plan = PlanCopy::new();
    plan.edit("frame.csv", |text| {
        let second = text.lines().nth(1).expect("a person").to_owned();
        format!("{text}{second}\n")
    });
    assert_told(&plan.import(), 1, &["frame.csv", "person_id"]);
}

#[test]
fn a_unit_without_its_parent_names_the_row() {
    let plan = PlanCopy::new();
    plan.edit("units.csv", |text| {
        format!(
            "{}\nX99,NOWHERE,village,village,无主村,Orphan Village\n",
            text.trim_end()
        )
    });
    assert_told(&plan.import(), 1, &["units.csv", "NOWHERE", "parent"]);
}

#[test]
fn weights_that_do_not_sum_are_refused() {
    let plan = PlanCopy::new();
    plan.edit("indicators.csv", |text| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let header: Vec<&str> = lines[0].split(',').collect();
        let weight = header
            .iter()
            .position(|name| *name == "weight")
            .expect("a weight column");
        let row = lines
            .iter()
            .position(|line| line.starts_with("1.1,"))
            .expect("indicator 1.1");
        let mut cells: Vec<String> = lines[row].split(',').map(str::to_owned).collect();
        cells[weight] = "11".to_owned();
        lines[row] = cells.join(",");
        lines.join("\n") + "\n"
    });
    assert_told(&plan.import(), 1, &["indicators.csv", "weight"]);
}

#[test]
fn a_port_in_use_is_an_environment_fault() {
    let data = demo::copy();
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    let said = run(minyi(["serve"])
        .env("MINYI_DATA", data.path())
        .env("MINYI_LISTEN", &address));
    assert_told(&said, 3, &[&address]);
}

#[test]
fn a_database_that_cannot_be_reached_is_an_environment_fault() {
    let data = TempDir::new().expect("a temporary folder");
    let url = format!("postgres://minyi@127.0.0.1:{}/minyi", free_port());
    let said = run(minyi(["round", "status", "any"])
        .env("MINYI_DATA", data.path())
        .env("DATABASE_URL", url));
    assert_told(&said, 3, &["DATABASE_URL"]);
}

#[test]
fn an_unknown_command_is_a_usage_fault() {
    assert_told(&run(&mut minyi(["frobnicate"])), 2, &["frobnicate"]);
}
