//! The respondents' pages in Chromium: each questionnaire from the invitation to the receipt at 360 × 640, in both
//! languages, with and without JavaScript, with axe on every page.

use minyi_tests::browser;
use minyi_tests::demo::{self, DemoFile};
use minyi_tests::everything::{Everything, Stage};
use minyi_tests::server::Server;
use serde_json::{Value, json};

struct Walk {
    group: &'static str,
    language: &'static str,
    javascript: bool,
    extra: Value,
}

fn needs_much() -> Value {
    json!({
        "answering": "self", "need": ["rehab", "employment"], "recv_rehab": "yes", "recv_employment": "no",
        "took_part": ["training"], "raised": "yes", "can_answer": "no"
    })
}

fn walk(server: &Server, demo: &DemoFile, nth: usize, walk: &Walk) -> Value {
    let code = &demo.invitations[walk.group][nth];
    let mut task = json!({
        "url": format!("{}/r/{code}", server.base_url), "language": walk.language,
        "javascript": walk.javascript, "width": 360, "height": 640, "prefer": needs_much(),
    });
    if let (Some(task), Some(extra)) = (task.as_object_mut(), walk.extra.as_object()) {
        task.extend(extra.clone());
    }
    browser::run("walk.mjs", &task)
}

#[test]
fn every_questionnaire_can_be_answered_in_both_languages_with_and_without_script() {
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let server = Server::start(data.path(), &[]);
    for group in ["resident", "family", "grassroots"] {
        let mut nth = 0;
        for language in ["zh", "en"] {
            for javascript in [true, false] {
                let extra = json!({ "usedCode": nth == 0, "backAfter": 2 });
                let report = walk(
                    &server,
                    &demo,
                    nth,
                    &Walk {
                        group,
                        language,
                        javascript,
                        extra,
                    },
                );
                let asked = report["asked"].as_array().expect("the questions asked").len();
                assert!(asked >= 12, "{group} in {language} asked only {asked} questions");
                nth += 1;
            }
        }
    }
}

#[test]
fn a_half_finished_answer_resumes_and_a_new_device_sees_nothing_of_it() {
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let server = Server::start(data.path(), &[]);
    for (nth, javascript) in [(5, true), (6, false)] {
        let extra = json!({ "pauseAfter": 6 });
        walk(
            &server,
            &demo,
            nth,
            &Walk {
                group: "resident",
                language: "zh",
                javascript,
                extra,
            },
        );
    }
}

#[test]
fn a_phone_handed_over_shows_nothing_earlier_by_back_history_or_check_page() {
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let server = Server::start(data.path(), &[]);
    for (nth, javascript) in [(9, true), (10, false)] {
        let code = &demo.invitations["resident"][nth];
        let task = json!({ "url": format!("{}/r/{code}", server.base_url), "javascript": javascript });
        let report = browser::run("handover.mjs", &task);
        assert!(
            report["count"].as_u64().is_some_and(|count| count >= 5),
            "{report}"
        );
    }
}

#[test]
fn an_invalid_answer_is_explained_beside_the_field_and_on_top() {
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let server = Server::start(data.path(), &[]);
    for (nth, language) in [(7, "zh"), (8, "en")] {
        let extra = json!({ "invalid": { "question": "need", "value": ["rehab", "none"] } });
        walk(
            &server,
            &demo,
            nth,
            &Walk {
                group: "resident",
                language,
                javascript: false,
                extra,
            },
        );
    }
}

#[test]
fn an_open_link_leads_to_a_receipt() {
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let server = Server::start(data.path(), &[]);
    let url = format!("{}{}", server.base_url, demo.open_links["resident"]);
    let task = json!({ "url": url, "language": "zh", "javascript": false, "prefer": needs_much() });
    browser::run("walk.mjs", &task);
}

#[test]
fn every_questionnaire_can_be_answered_by_keyboard_alone() {
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let server = Server::start(data.path(), &[]);
    for (group, empty) in [
        ("resident", "need"),
        ("family", "need"),
        ("grassroots", "body_type"),
    ] {
        for (nth, javascript) in [(9, true), (10, false)] {
            let code = &demo.invitations[group][nth];
            let report = browser::run(
                "keyboard.mjs",
                &json!({
                    "url": format!("{}/r/{code}", server.base_url), "language": "zh",
                    "javascript": javascript, "prefer": needs_much(), "empty": empty,
                }),
            );
            let asked = report["asked"].as_array().expect("the questions asked").len();
            assert!(asked >= 12, "{group} was asked only {asked} questions");
        }
    }
    let url = format!("{}{}", server.base_url, demo.open_links["resident"]);
    browser::run(
        "keyboard.mjs",
        &json!({ "url": url, "language": "zh", "javascript": false, "prefer": needs_much() }),
    );
}

#[test]
fn answers_for_another_handed_over_or_taken_up_elsewhere_can_be_given_by_keyboard_alone() {
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let server = Server::start(data.path(), &[]);
    let ways = [
        json!({ "prefer": { "answering": "proxy", "can_answer": "no" } }),
        json!({ "handOverAfter": 4 }),
        json!({ "digitsAfter": 3 }),
        json!({ "prefer": { "answering": "assisted" }, "handOverAfter": 5, "digitsAfter": 2 }),
    ];
    let tasks = ways.iter().flat_map(|way| [(way, true), (way, false)]).zip(11..);
    for ((way, javascript), nth) in tasks {
        let code = &demo.invitations["resident"][nth];
        let mut task = json!({
            "url": format!("{}/r/{code}", server.base_url), "language": "zh", "javascript": javascript,
            "prefer": needs_much(),
        });
        if let (Some(task), Some(way)) = (task.as_object_mut(), way.as_object()) {
            task.extend(way.clone());
        }
        let report = browser::run("keyboard.mjs", &task);
        let asked = report["asked"].as_array().expect("the questions asked").len();
        assert!(asked >= 8, "{task} asked only {asked} questions");
    }
}

#[test]
fn every_kind_of_question_can_be_answered_by_keyboard_alone() {
    let everything = Everything::make(Stage::Open);
    let server = Server::start(&everything.data(), &[]);
    for (nth, language) in [(0, "zh"), (1, "en")] {
        let url = format!("{}/r/{}", server.base_url, everything.codes[nth]);
        browser::run(
            "keyboard.mjs",
            &json!({
                "url": url, "language": language, "prefer": { "plain": "no", "age": 34 }, "empty": "several",
            }),
        );
    }
}

#[test]
fn pages_are_read_aloud_part_by_part_and_films_have_their_captions() {
    let everything = Everything::make(Stage::Open);
    let server = Server::start(&everything.data(), &[]);
    browser::run(
        "reading.mjs",
        &json!({
            "url": format!("{}/r/", server.base_url), "codes": everything.codes,
            "none": "这台手机没有中文朗读功能。可以请人读给您听，或者打开手机自带的朗读（读屏）。",
        }),
    );
}
