//! A questionnaire made in the console by keyboard alone, from the bank to the plan; the file that comes out is one that
//! the program takes.

use minyi_tests::browser;
use minyi_tests::command::{minyi, run};
use minyi_tests::demo::{self, DemoFile};
use minyi_tests::server::Server;
use serde_json::json;

#[test]
fn a_questionnaire_is_made_by_keyboard_from_the_bank_to_the_plan() {
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let server = Server::start(data.path(), &[]);
    let office = demo.login("office");
    let year: i32 = demo.round[demo.round.len() - 4..].parse().expect("a year");
    let next = format!("{}{}", &demo.round[..demo.round.len() - 4], year + 1);
    let file = data.path().join("keyboard.xlsx");
    browser::run(
        "editor.mjs",
        &json!({
            "base": server.base_url, "round": next, "user": office.user, "password": office.password,
            "out": file, "shots": std::env::var("MINYI_SHOTS").ok(),
        }),
    );
    let checked = run(&mut minyi([
        "form",
        "check",
        file.to_str().expect("a path"),
        "--json",
    ]));
    assert_eq!(checked.code, 0, "{checked:?}");
    let text = checked.stdout;
    for words in ["您住在哪里？", "How old are you?", "住得最久的地方"] {
        assert!(text.contains(words), "{words}: {text}");
    }
}
