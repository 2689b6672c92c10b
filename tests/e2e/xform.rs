//! XForms judged by the programs of others: ODK Validate, which ODK Collect's own reader is in, and pyxform.

use std::path::{Path, PathBuf};
use std::process::Command;

use minyi_tests::command::{minyi, run, tests_dir};
use serde_json::Value;

/// The Python that `run.sh` sets up with pyxform.
fn python() -> PathBuf {
    let own = tests_dir().join("python/venv/bin/python");
    std::env::var_os("MINYI_PYTHON").map_or(own, PathBuf::from)
}

fn peers(word: &str, folder: &Path) -> String {
    let script = tests_dir().join("python/xform_peers.py");
    let said = run(Command::new(python()).arg(script).arg(word).arg(folder));
    assert_eq!(said.code, 0, "{}", said.stderr);
    said.stdout
}

#[test]
fn xforms_are_accepted_by_odk_validate_and_mean_what_pyxforms_mean() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    peers("make", folder);
    let forms = tests_dir().join("../backend/plans/sample/forms");
    for name in ["resident", "family", "grassroots"] {
        std::fs::copy(
            forms.join(format!("{name}.xlsx")),
            folder.join(format!("{name}.xlsx")),
        )
        .expect("a form");
    }
    let greeting = tests_dir().join("../survey-forms/tests/fixtures/greeting.xlsx");
    std::fs::copy(greeting, folder.join("greeting.xlsx")).expect("a form");
    let names = [
        "everything",
        "functions",
        "spelled",
        "wide",
        "own",
        "places",
        "elsewhere",
        "resident",
        "family",
        "grassroots",
        "greeting",
    ];
    let file = |name: &str, ending: &str| folder.join(format!("{name}.{ending}"));
    for name in names {
        let mut command = minyi(["form", "xform"]);
        let said = run(command
            .arg(file(name, "xlsx"))
            .arg("--out")
            .arg(file(name, "xml")));
        assert_eq!(said.code, 0, "{name}: {}", said.stderr);
    }
    // Some that must not pass, so that it is known that the others could have failed.
    for (name, of, from, to) in [
        ("changed", "resident", "&apos;rehab&apos;", "&apos;care&apos;"),
        ("later", "wide", "odk-new-repeat", "odk-instance-first-load"),
        ("refused", "spelled", "int(", "integer("),
    ] {
        let text = std::fs::read_to_string(file(of, "xml")).expect("an XForm");
        let other = text.replacen(from, to, 1);
        assert_ne!(text, other, "{name}");
        std::fs::write(file(name, "xml"), other).expect("a file");
        std::fs::copy(file(of, "xlsx"), file(name, "xlsx")).expect("a file");
    }

    let verdicts: Value = serde_json::from_str(&peers("judge", folder)).expect("JSON");
    let differences = |name: &str| verdicts[name]["differences"].as_array().map_or(0, Vec::len);
    for name in names {
        let verdict = &verdicts[name];
        assert_eq!(verdict["is_valid"], true, "{name}: {}", verdict["said"]);
        // What pyxform writes there is refused by ODK Validate, or written in another way on purpose.
        if !["spelled", "own", "elsewhere"].contains(&name) {
            assert_eq!(differences(name), 0, "{name}: {}", verdict["differences"]);
        }
        assert!(verdict["compared"].as_u64() > Some(4), "{name}");
    }
    for name in ["changed", "later"] {
        assert_eq!(differences(name), 1, "{name}: {}", verdicts[name]);
    }
    assert_eq!(verdicts["refused"]["is_valid"], false, "{}", verdicts["refused"]);
}

#[test]
fn survey_of_limesurvey_becomes_a_workbook_that_check_accepts() {
    let folder = tempfile::tempdir().expect("a folder");
    let (lss, xlsx) = (folder.path().join("old.lss"), folder.path().join("new.xlsx"));
    let field = |name: &str, value: &str| format!("<{name}><![CDATA[{value}]]></{name}>");
    let row = |cells: &[(&str, &str)]| {
        let cells: String = cells.iter().map(|(name, value)| field(name, value)).collect();
        format!("<row>{cells}</row>")
    };
    let table = |name: &str, rows: String| format!("<{name}><rows>{rows}</rows></{name}>");
    let question = |qid: &str, kind: &str, code: &str, relevance: &str| {
        row(&[
            ("qid", qid),
            ("gid", "1"),
            ("parent_qid", "0"),
            ("type", kind),
            ("title", code),
            ("relevance", relevance),
            ("question_order", qid),
        ])
    };
    let words = |qid: &str, text: &str| row(&[("qid", qid), ("question", text), ("language", "zh-Hans")]);
    let text = format!(
        "<document><LimeSurveyDocType>Survey</LimeSurveyDocType><DBVersion>640</DBVersion>\
         <languages><language>zh-Hans</language></languages>{}{}{}{}</document>",
        table("surveys", row(&[("sid", "1"), ("language", "zh-Hans")])),
        table("groups", row(&[("gid", "1"), ("group_order", "1")])),
        table(
            "questions",
            question("1", "Y", "helped", "1")
                + &question("2", "T", "why", "helped.NAOK == 'N'")
                + &question("3", "I", "tongue", "1")
        ),
        table(
            "question_l10ns",
            words("1", "有帮助吗？") + &words("2", "为什么？") + &words("3", "排一排")
        ),
    );
    std::fs::write(&lss, text).expect("a file");
    let made = run(minyi(["form", "from-lss"]).arg(&lss).arg("--out").arg(&xlsx));
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert!(
        made.stderr.contains("LS010") && made.stderr.contains("tongue"),
        "{}",
        made.stderr
    );
    assert!(made.stdout.contains("2 道题"), "{}", made.stdout);
    let checked = run(minyi(["form", "check", "--json"]).arg(&xlsx));
    assert_eq!(checked.code, 0, "{}", checked.stderr);
    assert!(checked.stdout.contains("${helped} = 'N'"), "{}", checked.stdout);

    let none = run(minyi(["form", "from-lss"]).arg(&xlsx).arg("--out").arg(&xlsx));
    assert_eq!(none.code, 1);
    assert!(none.stderr.contains("LS001"), "{}", none.stderr);
}
