//! Respondents' phones are old: the script and the style sheet that they get must work in a web view of 2017
//! (Chrome 58), the interviewers' app in a browser that knows modules (Chrome 61, ES2017).

use std::path::{Path, PathBuf};

use minyi_tests::browser;
use minyi_tests::command::tests_dir;
use serde_json::{Value, json};

const WEB_VIEW_OF_2017: u32 = 58;
const FIRST_WITH_MODULES: u32 = 61;

fn assets() -> PathBuf {
    tests_dir().join("../backend/assets")
}

fn respondents(path: &Path) -> Value {
    let is_style = path.extension().is_some_and(|end| end == "css");
    let kind = if is_style { "style" } else { "script" };
    json!({ "path": path, "kind": kind, "ecma": 2015, "chrome": WEB_VIEW_OF_2017 })
}

fn interviewers(path: &Path) -> Value {
    let is_style = path.extension().is_some_and(|end| end == "css");
    let kind = if is_style { "style" } else { "module" };
    json!({ "path": path, "kind": kind, "ecma": 2017, "chrome": FIRST_WITH_MODULES })
}

/// Scripts and style sheets in a folder and below it, sorted by name; none where there is no such folder.
fn sources(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path
            .extension()
            .is_some_and(|end| end == "js" || end == "mjs" || end == "css")
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn respondents_pages_use_nothing_that_a_web_view_of_2017_lacks() {
    let files = ["survey.js", "survey.css"].map(|name| respondents(&assets().join(name)));
    let report = browser::run("old_phones.mjs", &json!({ "files": files }));
    assert_eq!(report["looked"], 2);
}

#[test]
fn the_field_app_uses_nothing_that_the_first_browsers_with_modules_lack() {
    let files: Vec<Value> = sources(&assets().join("field"))
        .iter()
        .map(|path| interviewers(path))
        .collect();
    let report = browser::run("old_phones.mjs", &json!({ "files": files }));
    assert_eq!(report["looked"].as_u64(), u64::try_from(files.len()).ok());
}

#[test]
fn what_is_too_new_is_found() {
    let dir = tests_dir().join("fixtures/too_new");
    let files: Vec<Value> = sources(&dir).iter().map(|path| respondents(path)).collect();
    let said = browser::faults("old_phones.mjs", &json!({ "files": files }));
    let found: Vec<&str> = said
        .lines()
        .filter_map(|line| line.split_once(" | ").map(|(place, _)| place))
        .collect();
    let expected = [
        "new.css:2",
        "new.css:3",
        "new.css:4",
        "new.css:5",
        "new.css:6",
        "new.css:7",
        "new.css:8",
        "new.js:4",
        "new.js:5",
        "new.js:6",
        "new.js:7",
        "new.js:8",
        "new.js:9",
        "syntax.js:1",
    ];
    let places: std::collections::BTreeSet<&str> = found.into_iter().collect();
    assert_eq!(places.into_iter().collect::<Vec<_>>(), expected, "{said}");
}
