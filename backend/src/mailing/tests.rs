//! The schedule followed, and the office's page of it, by HTTP and on the database.

use std::sync::Arc;

use axum::http::StatusCode;

use super::recipients::{of_token, stop_token};
use super::run::{run_all, run_due};
use crate::app::PlanCache;
use crate::auth::Role;
use crate::handlers::testing::{Browser, ROUND, Server};
use crate::rounds::{self as acts};
use crate::store::mailing::recipients::{self, MailRecipient};
use crate::store::mailing::runs::{self, MailRun};
use crate::store::outbox::{self, Listed};
use crate::store::{audit, results, rounds};

const PAGE: &str = "/console/rounds/yunxi-2026/mailing";
/// From the clock of the tests, a Monday at 16:00, to the next Monday at 9:00.
const TO_MONDAY_S: i64 = (6 * 24 + 17) * 3_600;
const WEEK_S: i64 = 7 * 24 * 3_600;

/// A server whose round has results that need no answers: the run computes, which a round without answers allows.
async fn server() -> Server {
    Server::start().await
}

async fn queued(server: &Server) -> Vec<Listed> {
    outbox::of_round(&server.base.db, ROUND, 100).await.unwrap()
}

async fn run(server: &Server) -> Option<String> {
    let round = rounds::find(&server.base.db, ROUND).await.unwrap().unwrap();
    let due = run_due(&server.base, &PlanCache::default(), round).await.unwrap();
    due.map(|due| due.period)
}

async fn all_runs(server: &Server) -> Vec<MailRun> {
    runs::of_round(&server.base.db, ROUND).await.unwrap()
}

async fn list(server: &Server) -> Vec<MailRecipient> {
    recipients::of_round(&server.base.db, ROUND).await.unwrap()
}

async fn office(server: &Server) -> (Browser, String) {
    server.account(Role::Office).await;
    let mut browser = server.browser();
    browser.sign_in(Role::Office).await;
    let page = browser.get(PAGE).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let csrf = page.attributes("name=\"csrf\"", "value")[0].clone();
    (browser, csrf)
}

#[tokio::test]
async fn each_week_goes_once_to_the_leadership_and_the_end_to_the_units_too() {
    let server = server().await;
    assert_eq!(
        run(&server).await,
        None,
        "what was due before the opening is not sent"
    );
    server.wait(TO_MONDAY_S - 1);
    assert_eq!(run(&server).await, None);
    server.wait(1);
    assert_eq!(run(&server).await.as_deref(), Some("2026-11-30"));
    let ran = all_runs(&server).await;
    assert_eq!(
        (ran[0].state.as_str(), ran[0].messages, &ran[0].error),
        ("done", 3, &None)
    );
    let first = queued(&server).await;
    assert_eq!(first.len(), 3, "{first:?}");
    assert!(first.iter().all(|message| message.kind == "summary-weekly"));
    assert!(
        !first
            .iter()
            .any(|message| message.recipient.starts_with("chengguan"))
    );
    assert_eq!(run(&server).await, None, "once");

    // Two weeks without a server: the latest is made up for, and it alone.
    server.wait(2 * WEEK_S + 3_600);
    assert_eq!(run(&server).await.as_deref(), Some("2026-12-14"));
    assert_eq!(run(&server).await, None);
    assert_eq!(queued(&server).await.len(), 6);

    // Between closing and the schedule's next look the office is told that the end is about to go.
    acts::close(&server.base, ROUND, "test").await.unwrap();
    let (mut browser, _) = office(&server).await;
    assert!(browser.get(PAGE).await.text.contains("这就要发"));
    assert_eq!(run(&server).await.as_deref(), Some("end"));
    assert!(browser.get(PAGE).await.text.contains("后面没有要发的了"));
    assert_eq!(run(&server).await, None);
    let all = queued(&server).await;
    let last: Vec<_> = all
        .iter()
        .filter(|message| message.kind == "summary-final")
        .collect();
    assert_eq!(last.len(), 4);
    assert!(
        last.iter()
            .any(|message| message.recipient.starts_with("chengguan"))
    );
    // Opened and closed once more, there is still one end.
    acts::open(&server.base, ROUND, "test").await.unwrap();
    acts::close(&server.base, ROUND, "test").await.unwrap();
    assert_eq!(run(&server).await, None);
    let trail = audit::latest(&server.base.db, 50).await.unwrap();
    assert_eq!(trail.iter().filter(|row| row.action == "mail.run").count(), 3);
}

#[tokio::test]
async fn a_units_message_is_about_that_unit_and_carries_no_other_report() {
    let server = server().await;
    acts::close(&server.base, ROUND, "test").await.unwrap();
    assert_eq!(run(&server).await.as_deref(), Some("end"));
    let all = queued(&server).await;
    let of = |name: &str| {
        all.iter()
            .find(|message| message.recipient.starts_with(name))
            .unwrap()
            .id
    };
    let text = async |id| {
        let found = outbox::message(&server.base.db, id).await.unwrap().unwrap();
        String::from_utf8(found.message).unwrap()
    };
    let unit = text(of("chengguan")).await;
    assert!(unit.contains("yunxi-2026-990101001-zh.pdf") && !unit.contains("yunxi-2026-county"));
    assert!(unit.contains("yunxi-2026-990101001-brief-zh.pdf"));
    let leader = text(of("leader")).await;
    assert!(leader.contains("yunxi-2026-county-zh.pdf"));
    for message in [unit, leader] {
        assert!(message.contains("List-Unsubscribe: <http"), "{}", &message[..600]);
        assert!(message.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
    }
}

#[tokio::test]
async fn several_servers_on_one_database_send_each_summary_once() {
    let server = server().await;
    server.wait(TO_MONDAY_S);
    let base = Arc::new(server.base.clone());
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let base = Arc::clone(&base);
        tasks.spawn(async move { run_all(&base, &PlanCache::default()).await.unwrap() });
    }
    tasks.join_all().await;
    assert_eq!(all_runs(&server).await.len(), 1);
    assert_eq!(queued(&server).await.len(), 3);
    let trail = audit::latest(&server.base.db, 50).await.unwrap();
    assert_eq!(trail.iter().filter(|row| row.action == "mail.run").count(), 1);
}

#[tokio::test]
async fn held_mail_stays_and_goes_when_the_office_lets_it() {
    let server = server().await;
    server.wait(TO_MONDAY_S);
    run(&server).await;
    let (mut browser, csrf) = office(&server).await;
    let without = browser.post(PAGE, &[("csrf", &csrf), ("act", "hold")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.text.contains("id=\"faults\"") && without.text.contains("reason-error"));
    let held = [("csrf", csrf.as_str()), ("act", "hold"), ("reason", "数据要核对")];
    assert_eq!(browser.post(PAGE, &held).await.status, StatusCode::SEE_OTHER);
    let page = browser.get(PAGE).await;
    assert!(
        page.text.contains("已由测试暂停发送") && page.text.contains("数据要核对"),
        "{}",
        page.text
    );
    assert!(
        queued(&server)
            .await
            .iter()
            .all(|message| message.state == outbox::HELD)
    );
    assert!(!outbox::is_due(&server.base.db, i64::MAX).await.unwrap());
    server.wait(WEEK_S);
    assert_eq!(run(&server).await, None);
    browser.sign_in(Role::Office).await;
    let csrf = browser.get(PAGE).await.attributes("name=\"csrf\"", "value")[0].clone();
    let released = browser.post(PAGE, &[("csrf", &csrf), ("act", "release")]).await;
    assert!(
        released.location().ends_with("done=release&n=3"),
        "{}",
        released.location()
    );
    assert_eq!(
        run(&server).await.as_deref(),
        Some("2026-12-07"),
        "the one missed is made up for"
    );
    assert!(
        queued(&server)
            .await
            .iter()
            .all(|message| message.state == outbox::QUEUED)
    );
}

#[tokio::test]
async fn a_recipient_stops_the_mail_by_hand_or_by_one_click_and_the_office_sees_it() {
    let server = server().await;
    server.wait(TO_MONDAY_S);
    run(&server).await;
    let row = list(&server)
        .await
        .into_iter()
        .find(|row| row.email.starts_with("deputy"))
        .unwrap();
    let path = format!("/mail/stop/{}", stop_token(&server.base.keys, row.id));
    let mut reader = server.browser();
    let asked = reader.get(&path).await;
    assert_eq!(asked.status, StatusCode::OK);
    assert!(asked.text.contains("deputy@yunxi.example"), "{}", asked.text);
    let state = async || {
        recipients::find(&server.base.db, row.id)
            .await
            .unwrap()
            .unwrap()
            .state
    };
    assert_eq!(state().await, "active", "opening the link changes nothing");
    let one_click = [("List-Unsubscribe", "One-Click")];
    let sent = server.browser().post(&path, &one_click).await;
    assert_eq!(
        (sent.status, sent.location()),
        (StatusCode::OK, ""),
        "RFC 8058: no redirect"
    );
    assert_eq!(state().await, "stopped");
    let waiting = queued(&server).await;
    let own = waiting
        .iter()
        .find(|message| message.recipient.starts_with("deputy"))
        .unwrap();
    assert_eq!(
        (own.state.as_str(), own.last_error.as_deref()),
        ("skipped", Some("stopped by the recipient"))
    );
    let (mut browser, csrf) = office(&server).await;
    assert!(browser.get(PAGE).await.text.contains("起本人停收"));
    let id = row.id.to_string();
    browser
        .post(PAGE, &[("csrf", &csrf), ("act", "restore"), ("recipient", &id)])
        .await;
    assert_eq!(state().await, "stopped", "the office cannot start it again");
    assert!(reader.get(&path).await.text.contains("已经不再发给您"));
    reader.post(&path, &[("again", "1")]).await;
    assert_eq!(state().await, "active");
    for wrong in [
        "",
        "x",
        &stop_token(&server.base.keys, row.id)[..63],
        &"0".repeat(64),
    ] {
        assert_eq!(of_token(&server.base.keys, wrong), None, "{wrong}");
        assert_eq!(
            reader.get(&format!("/mail/stop/{wrong}")).await.status,
            StatusCode::NOT_FOUND
        );
    }
}

#[tokio::test]
async fn the_list_is_changed_in_the_console_with_every_fault_named() {
    let server = server().await;
    let (mut browser, csrf) = office(&server).await;
    assert_eq!(list(&server).await.len(), 4, "the plan's");
    let mut add = async |name, email, role, unit| {
        let fields = [
            ("csrf", csrf.as_str()),
            ("act", "add"),
            ("name", name),
            ("email", email),
            ("language", "en"),
            ("role", role),
            ("unit", unit),
        ];
        browser.post(PAGE, &fields).await
    };
    let faulty = add("", "nobody", "unit", "").await;
    assert_eq!(faulty.status, StatusCode::UNPROCESSABLE_ENTITY);
    for id in ["name-error", "email-error", "unit-error"] {
        assert!(faulty.text.contains(&format!("id=\"{id}\"")), "{id}");
    }
    assert!(faulty.text.contains("value=\"nobody\""), "what was typed is kept");
    let village = add("村", "v@yunxi.example", "leadership", "990101001001").await;
    assert!(
        village.text.contains("unit-error"),
        "only judged units have a report"
    );
    let twice = add("x", "Leader@Yunxi.example", "leadership", "").await;
    assert!(twice.text.contains("已经在名单上"), "{}", twice.text);
    let added = add("分管", "vice@yunxi.example", "leadership", "990101002").await;
    assert_eq!(added.status, StatusCode::SEE_OTHER);
    let row = list(&server)
        .await
        .into_iter()
        .find(|row| row.email.starts_with("vice"))
        .unwrap();
    assert_eq!(
        (row.source.as_str(), row.unit.as_str(), row.language.as_str()),
        ("console", "990101002", "en")
    );
    let id = row.id.to_string();
    for (act, state) in [("remove", "removed"), ("restore", "active")] {
        browser
            .post(PAGE, &[("csrf", &csrf), ("act", act), ("recipient", &id)])
            .await;
        assert_eq!(
            recipients::find(&server.base.db, row.id)
                .await
                .unwrap()
                .unwrap()
                .state,
            state
        );
    }
    assert_eq!(
        browser.post(PAGE, &[("act", "send")]).await.status,
        StatusCode::FORBIDDEN,
        "another's form"
    );
    assert_eq!(
        browser.post(PAGE, &[("csrf", &csrf), ("act", "?")]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_message_is_looked_at_and_tried_before_it_goes() {
    let server = server().await;
    let (mut browser, csrf) = office(&server).await;
    let id = list(&server)
        .await
        .into_iter()
        .find(|row| row.email.starts_with("leader"))
        .unwrap()
        .id
        .to_string();
    let test = [
        ("csrf", csrf.as_str()),
        ("act", "test"),
        ("recipient", &id),
        ("own", "me@office.example"),
        ("number", "n1"),
    ];
    let early = browser.post(PAGE, &test).await;
    assert!(early.text.contains("结果还没有计算"), "{}", early.text);
    crate::jobs::analyse::analyse(&server.base, ROUND).await.unwrap();
    assert!(
        results::get::<serde::de::IgnoredAny>(&server.base.db, ROUND)
            .await
            .unwrap()
            .is_some()
    );

    let preview = browser.get(&format!("{PAGE}/preview?to={id}")).await;
    assert_eq!(preview.status, StatusCode::OK);
    for words in [
        "【周报】",
        "yunxi-2026-county-zh.pdf",
        "leader@yunxi.example",
        "截至2026年11月23日",
    ] {
        assert!(preview.text.contains(words), "{words}");
    }
    let message = browser.get(&format!("{PAGE}/message?to={id}")).await;
    let policy = message.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("sandbox") && !policy.contains("script"),
        "{policy}"
    );
    assert!(message.text.contains("data:image/png;base64,") && !message.text.contains("cid:"));

    for own in ["", "me", "me@office.example\r\nBcc: x@y.example"] {
        let fields = test.map(|(name, value)| (name, if name == "own" { own } else { value }));
        let reply = browser.post(PAGE, &fields).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{own}");
    }
    for _ in 0..2 {
        assert_eq!(browser.post(PAGE, &test).await.status, StatusCode::SEE_OTHER);
    }
    let sent = queued(&server).await;
    assert_eq!(sent.len(), 1, "pressed twice, sent once");
    assert_eq!(
        (sent[0].recipient.as_str(), sent[0].kind.as_str()),
        ("me@office.example", "summary-test")
    );
    for _ in 0..2 {
        browser.post(PAGE, &[("csrf", &csrf), ("act", "send")]).await;
    }
    assert_eq!(
        queued(&server).await.len(),
        4,
        "the same content goes once to each of the leadership"
    );
    let trail = audit::latest(&server.base.db, 50).await.unwrap();
    let tests: Vec<_> = trail.iter().filter(|row| row.action == "mail.test").collect();
    assert_eq!(tests.len(), 1);
    assert!(!tests[0].detail.contains("me@"), "{}", tests[0].detail);
}
