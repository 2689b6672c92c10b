//! A sealed plan amended from the command line, on SQLite and PostgreSQL: what may change changes with a reason and
//! makes a version, what may not is refused by file and key, and the history tells all of it.

use std::path::Path;

use minyi_tests::command::{Said, minyi, run, tests_dir};
use minyi_tests::postgres::Postgres;
use serde_json::Value;
use tempfile::TempDir;

const ROUND: &str = "yunxi-2026";

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("the sample plan") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a file");
        }
    }
}

/// Replaces words in a file of the plan.
fn edit(plan: &Path, file: &str, from: &str, to: &str) {
    let path = plan.join(file);
    let text = std::fs::read_to_string(&path).expect("a text");
    assert!(text.contains(from), "{from}");
    std::fs::write(path, text.replace(from, to)).expect("the text");
}

fn story(data: &Path, settings: &[(&str, &str)]) {
    let work = TempDir::new().expect("a temporary folder");
    let plan = work.path().join("plan");
    copy(&tests_dir().join("../backend/plans/sample"), &plan);
    let folder = plan.to_str().expect("a path");
    let does = |arguments: &[&str]| -> Said {
        run(minyi(arguments.iter().copied())
            .env("MINYI_DATA", data)
            .envs(settings.iter().copied()))
    };
    let done = |arguments: &[&str]| -> String {
        let said = does(arguments);
        assert_eq!(said.code, 0, "{said:?}");
        said.stdout
    };
    done(&["round", "import", folder]);
    let draft = does(&["round", "plan-amend", ROUND, folder, "--reason", "还没有封存"]);
    assert_eq!(draft.code, 1, "a draft is imported again, not amended: {draft:?}");
    let sealed = done(&["round", "seal", ROUND]).trim().to_owned();

    let same = does(&["round", "plan-amend", ROUND, folder, "--reason", "没有改"]);
    assert!(same.code == 1 && same.stderr.contains("PA022"), "{same:?}");
    edit(
        &plan,
        "indicators.csv",
        "Took part at least once,10,",
        "Took part at least once,12,",
    );
    edit(
        &plan,
        "indicators.csv",
        "Known and visited,4,",
        "Known and visited,2,",
    );
    let silent = does(&["round", "plan-amend", ROUND, folder, "--reason", " "]);
    assert!(silent.code == 1 && silent.stderr.contains("PA027"), "{silent:?}");
    let amended = done(&["round", "plan-amend", ROUND, folder, "--reason", "专家会议意见"]);
    let hash = amended.lines().last().expect("the hash").to_owned();
    assert!(hash.len() == 64 && hash != sealed, "{amended}");

    edit(&plan, "plan.toml", "year = 2026", "year = 2025");
    let refused = does(&["round", "plan-amend", ROUND, folder, "--reason", "换年度"]);
    assert!(
        refused.code == 1 && refused.stderr.contains("PA020") && refused.stderr.contains("round.year"),
        "{refused:?}"
    );

    let status: Value =
        serde_json::from_str(&done(&["round", "status", ROUND, "--json"])).expect("the status as JSON");
    assert_eq!(status["plan_sha256"], hash.as_str());
    let versions: Value =
        serde_json::from_str(&done(&["round", "versions", ROUND, "--json"])).expect("the versions as JSON");
    let told: Vec<(&str, Option<u64>, &str)> = versions
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| {
            let word = |key: &str| entry[key].as_str().expect("a word");
            (word("kind"), entry["published"].as_u64(), word("reason"))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("import", None, ""),
            ("seal", Some(1), ""),
            ("amend", Some(2), "专家会议意见")
        ]
    );
    assert_eq!(versions[1]["sha256"], sealed.as_str());
    assert_eq!(versions[2]["sha256"], hash.as_str());
    let audit = done(&["audit", "verify"]);
    assert!(!audit.is_empty());
}

#[test]
fn a_sealed_plan_is_amended_with_a_reason_on_sqlite() {
    let data = TempDir::new().expect("a temporary folder");
    story(data.path(), &[]);
}

#[test]
fn a_sealed_plan_is_amended_with_a_reason_on_postgresql() {
    let url = Postgres::shared().database();
    let data = TempDir::new().expect("a temporary folder");
    story(data.path(), &[("DATABASE_URL", url.as_str())]);
}
