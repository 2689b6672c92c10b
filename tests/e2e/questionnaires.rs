//! Real public questionnaires of several hundred rows before the programs of others: pyxform says that they are what was
//! published, ODK Validate and pyxform judge Minyi's XForms of them, and ODK Web Forms' engine answers them.

use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::civil::{Date, date};
use minyi_tests::browser;
use minyi_tests::command::{minyi, run, tests_dir};
use serde_json::{Value, json};
use survey_forms::form::{Form, QuestionKind};
use survey_forms::response::{NOW, RawAnswers};
use survey_forms::validate::validate;
use survey_forms::xlsform;

#[path = "../../survey-forms/tests/answering/mod.rs"]
mod answering;

const TODAY: Date = date(2026, 11, 23);
const NOON: &str = "2026-11-23T12:00:00.000+00:00";

fn python() -> Command {
    let own = tests_dir().join("python/venv/bin/python");
    Command::new(std::env::var_os("MINYI_PYTHON").map_or(own, PathBuf::from))
}

fn said(command: &mut Command) -> Value {
    let said = run(command);
    assert_eq!(said.code, 0, "{}", said.stderr);
    serde_json::from_str(&said.stdout).expect("JSON")
}

fn workbook(name: &str) -> PathBuf {
    tests_dir().join(format!(
        "../survey-forms/tests/fixtures/questionnaires/{name}.xlsx"
    ))
}

/// The questionnaire answered in different ways: the `n`th chooses the `n`th choices, and so on around.
fn runs(form: &Form) -> Vec<Value> {
    let run = |n: usize| {
        let choose = |name: &str| {
            let question = form.question(name)?;
            let choices = form.choices(question);
            let QuestionKind::SelectOne { .. } = question.kind else {
                return None;
            };
            let at = n * (1 + question.row as usize % 3) % choices.len();
            Some(choices[at].name.clone())
        };
        let account = RawAnswers::from_iter([(NOW.to_owned(), NOON.to_owned())]);
        let (answers, asked) = answering::answered(form, account, TODAY, &choose);
        let stored = validate(form, &answers, TODAY).expect("answers that each page took");
        json!({ "answers": answers, "asked": asked, "stored": stored })
    };
    (0..6).map(run).collect()
}

#[test]
fn public_questionnaires_mean_the_same_to_pyxform_odk_validate_and_odk_web_forms() {
    let compared = said(
        python()
            .arg(tests_dir().join("python/questionnaires.py"))
            .arg("compare"),
    );
    for (name, nodes) in [("iraq", 343), ("infant_child", 425)] {
        assert_eq!(compared[name]["nodes"], nodes, "{name}");
        assert_eq!(compared[name]["differences"], json!([]), "{name}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str, ending: &str| folder.path().join(format!("{name}.{ending}"));
    let mut forms = Vec::new();
    for name in ["iraq", "infant_child_mended"] {
        let book = at(name, "xlsx");
        std::fs::copy(workbook(name), &book).expect("a workbook");
        let written = run(minyi(["form", "xform"])
            .arg(&book)
            .arg("--out")
            .arg(at(name, "xml")));
        assert_eq!(written.code, 0, "{name}: {}", written.stderr);
        let bytes = std::fs::read(&book).expect("a workbook");
        let form = xlsform::read(name, &bytes)
            .expect("a questionnaire without errors")
            .form;
        forms.push(json!({ "xform": at(name, "xml"), "runs": runs(&form) }));
    }
    let verdicts = said(python().args([
        &tests_dir().join("python/xform_peers.py"),
        Path::new("judge"),
        folder.path(),
    ]));
    for name in ["iraq", "infant_child_mended"] {
        assert_eq!(
            verdicts[name]["is_valid"], true,
            "{name}: {}",
            verdicts[name]["said"]
        );
        assert_eq!(verdicts[name]["differences"], json!([]), "{name}");
        assert!(verdicts[name]["compared"].as_u64() > Some(400), "{name}");
    }
    let engine = browser::run("web_forms.mjs", &json!({ "judge": forms, "now": NOON }));
    for (verdict, least) in engine.as_array().expect("verdicts").iter().zip([1_800, 2_200]) {
        assert_eq!(verdict["differences"], json!([]));
        assert!(
            verdict["compared"].as_u64() > Some(least),
            "{}",
            verdict["compared"]
        );
    }
}
