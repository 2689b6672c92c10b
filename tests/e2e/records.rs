//! A round's records by the command line: figures as revisions, newer frames, the register, and what the demo shows of
//! them.

use minyi_tests::command::{Said, minyi, run};
use minyi_tests::demo::{self, DemoFile, json_file};
use tempfile::TempDir;

struct Round {
    data: TempDir,
    id: String,
}

impl Round {
    fn copy() -> Self {
        let data = demo::copy();
        let id = DemoFile::read(data.path()).round;
        Self { data, id }
    }

    fn path(&self, name: &str) -> String {
        self.data.path().join(name).display().to_string()
    }

    fn say(&self, words: &[&str]) -> Said {
        run(minyi(words.iter().copied()).env("MINYI_DATA", self.data.path()))
    }
}

#[test]
fn figures_are_imported_as_a_revision_and_faults_named_by_row_and_column() {
    let round = Round::copy();
    let id = round.id.as_str();
    assert_eq!(
        json_file(&demo::shared().join("results.json"))["records"]["series_revision"],
        2
    );
    let file = round.path("new.csv");
    let write = |rows: &str| {
        std::fs::write(&file, format!("unit,period,code,value,source\n{rows}")).expect("a file");
    };
    write("990101,2026-Q3,hardship_visits,815,register\n");
    let said = round.say(&[
        "--lang", "en", "series", "import", id, &file, "--reason", "checked",
    ]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(
        said.stderr.contains("new.csv, row 2, column value") && said.stderr.contains("1 fault"),
        "{said:?}"
    );
    write("990101,2026-Q3,hardship_visits,81.5,register\n");
    let said = round.say(&["series", "import", id, &file, "--reason", "复核台账"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(
        said.stdout.contains("→ 81.5") && said.stdout.contains("revision 3"),
        "{said:?}"
    );
    let said = round.say(&["series", "history", id]);
    assert!(
        said.stdout.starts_with("3 ") && said.stdout.contains("复核台账"),
        "{said:?}"
    );
    let out = round.path("now.csv");
    assert_eq!(round.say(&["series", "export", id, "--out", &out]).code, 0);
    let now = std::fs::read_to_string(&out).expect("the figures");
    assert!(now.contains("990101,2026-Q3,hardship_visits,81.5,register"));
    // The plan is exported as it was sealed.
    let plan = round.path("plan");
    assert_eq!(round.say(&["round", "export", id, &plan]).code, 0);
    let sealed = std::fs::read_to_string(round.data.path().join("plan/admin.csv")).expect("admin.csv");
    assert!(!sealed.contains("81.5,register"));
    assert_eq!(round.say(&["audit", "verify"]).code, 0);
}

#[test]
fn frame_of_the_demo_was_renewed_and_the_one_in_use_is_the_offices_decision() {
    let round = Round::copy();
    let id = round.id.as_str();
    let said = round.say(&["frame", "list", id]);
    assert!(
        said.stdout.contains("in use: version 0") && said.stdout.contains("version 1 applied"),
        "{said:?}"
    );
    for kind in ["deceased", "left", "moved", "grade", "category", "new"] {
        assert!(said.stdout.contains(kind), "{kind}: {said:?}");
    }
    let out = round.path("changes.csv");
    assert_eq!(round.say(&["frame", "changes", id, "1", "--out", &out]).code, 0);
    let changes = std::fs::read_to_string(&out).expect("the list");
    assert!(changes.lines().count() > 500, "{}", changes.lines().count());
    assert!(changes.contains(",deceased,yes,"), "somebody drawn has died");
    let said = round.say(&["frame", "use", id, "7", "--reason", "x"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert_eq!(
        round
            .say(&["frame", "use", id, "1", "--reason", "新办证的人多"])
            .code,
        0
    );
    let said = round.say(&["frame", "list", id]);
    assert!(said.stdout.contains("in use: version 1"), "{said:?}");
}
