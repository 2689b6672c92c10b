//! A round whose one questionnaire has every kind of question: the plan folder `fixtures/everything`, its workbook
//! made from tables, taken from import to open by the program itself.

use std::path::{Path, PathBuf};

use sea_orm::ConnectionTrait;
use tempfile::TempDir;

use crate::command::{minyi, run, tests_dir};
use crate::workbook;

/// The round's id, as its plan says.
pub const ROUND: &str = "everything-2026";

/// A data folder with the round.
#[derive(Debug)]
pub struct Everything {
    dir: TempDir,
    /// Codes of invitations, none used.
    pub codes: Vec<String>,
}

/// How far the round is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Invited, not open yet: respondents are told when it begins.
    Early,
    /// Answers are taken.
    Open,
    /// Over.
    Closed,
}

impl Everything {
    /// Makes the round in a folder of its own.
    ///
    /// # Panics
    /// When the program refuses a step; the message is what it said.
    pub fn make(stage: Stage) -> Self {
        let dir = TempDir::with_prefix("minyi-everything-").expect("a temporary folder");
        let plan = dir.path().join("plan");
        std::fs::create_dir_all(plan.join("forms")).expect("a folder");
        copy_fixture(&tests_dir().join("fixtures/everything"), &plan);
        let tables = tests_dir().join("fixtures/everything/form.txt");
        std::fs::write(plan.join("forms/everything.xlsx"), workbook::of_tables(&tables))
            .expect("the questionnaire");
        let out = dir.path().join("codes.csv");
        let (plan, codes) = (path_text(&plan), path_text(&out));
        let data = dir.path().join("data");
        let mut steps: Vec<Vec<&str>> = vec![
            vec!["import", &plan],
            vec!["seal", ROUND],
            vec!["sample", ROUND],
            vec!["invite", ROUND, "--out", &codes],
        ];
        if stage >= Stage::Open {
            steps.push(vec!["open", ROUND]);
        }
        if stage == Stage::Closed {
            steps.push(vec!["close", ROUND]);
        }
        for step in steps {
            let arguments = ["round"].into_iter().chain(step.iter().copied());
            let said = run(minyi(arguments).env("MINYI_DATA", &data));
            assert_eq!(said.code, 0, "round {step:?}: {said:?}");
        }
        let issued = std::fs::read_to_string(&out).expect("codes.csv");
        let codes = issued
            .lines()
            .skip(1)
            .filter_map(|line| line.split(',').nth(2).map(str::to_owned))
            .collect();
        Self { dir, codes }
    }

    /// Takes a table away under a running server, so that every page that needs it fails.
    ///
    /// # Panics
    /// When the database cannot be reached.
    pub fn break_database(&self) {
        let url = format!("sqlite://{}", self.data().join("minyi.db").display());
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let db = sea_orm::Database::connect(&url).await.expect("the database");
            db.execute_unprepared("DROP TABLE round_groups")
                .await
                .expect("the table is gone");
        });
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }
}

fn path_text(path: &Path) -> String {
    path.to_str().expect("a path in UTF-8").to_owned()
}

fn copy_fixture(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("the fixture") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("its type").is_dir() {
            std::fs::create_dir_all(&target).expect("a folder");
            copy_fixture(&entry.path(), &target);
        } else if entry.file_name() != "form.txt" {
            std::fs::copy(entry.path(), &target).expect("a copy");
        }
    }
}
