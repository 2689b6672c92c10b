//! Two people, a reason, one look, and every step in the audit trail.

use axum::http::StatusCode;
use serde_json::json;

use crate::auth::Role;
use crate::handlers::testing::{Server, VILLAGE, csrf, frame_member};
use crate::store::frame::Identity;
use crate::store::{audit, begin};

const PAGE: &str = "/console/rounds/yunxi-2026/identity";

/// A response of an invited person named 张三, given through the API; its leaf.
async fn answered(server: &Server) -> String {
    server.draw("m1").await;
    let identity = Identity {
        person_id: "p1".to_owned(),
        name: "张三".to_owned(),
        phone: "13900001111".to_owned(),
        card_number: "CARD-1".to_owned(),
        ..Identity::default()
    };
    let member = frame_member("m1", "resident", VILLAGE);
    server.put_frame(vec![(member, identity)]).await;
    server.answer_as_drawn(json!({})).await
}

#[tokio::test]
async fn one_asks_another_agrees_and_the_first_sees_it_once() {
    let server = Server::start().await;
    let leaf = answered(&server).await;
    let (mut asker, asks) = server.signed_in("li", Role::Office).await;
    let (mut auditor, audits) = server.signed_in("wang", Role::Auditor).await;

    let short = asker
        .post(PAGE, &[("csrf", &asks), ("response", &leaf), ("reason", "x")])
        .await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.text.contains("id=\"reason-error\"") && !short.text.contains("id=\"response-error\""));
    let unknown = asker
        .post(
            PAGE,
            &[
                ("csrf", &asks),
                ("response", "ff"),
                ("reason", "答卷说有生命危险"),
            ],
        )
        .await;
    assert!(unknown.text.contains("id=\"response-error\""));
    let fields = [
        ("csrf", asks.as_str()),
        ("response", leaf.as_str()),
        ("reason", "答卷说有生命危险，需要马上联系本人"),
    ];
    assert_eq!(asker.post(PAGE, &fields).await.status, StatusCode::SEE_OTHER);
    let id = auditor
        .get(PAGE)
        .await
        .attributes("name=\"confirm\"", "value")
        .remove(0);

    // Not before another person has agreed, and nobody agrees to their own.
    for name in ["see", "confirm"] {
        let early = asker.post(PAGE, &[("csrf", &asks), (name, &id)]).await;
        assert_eq!(early.status, StatusCode::FORBIDDEN, "{name}");
    }
    let agreed = auditor.post(PAGE, &[("csrf", &audits), ("confirm", &id)]).await;
    assert_eq!(agreed.status, StatusCode::SEE_OTHER);
    // Whoever agreed does not see it, and does not decide again.
    for name in ["see", "refuse"] {
        let other = auditor.post(PAGE, &[("csrf", &audits), (name, &id)]).await;
        assert_eq!(other.status, StatusCode::FORBIDDEN, "{name}");
    }
    let shown = asker.post(PAGE, &[("csrf", &asks), ("see", &id)]).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.text.contains("张三") && shown.text.contains("13900001111"));
    assert!(
        !shown.text.contains("CARD-1"),
        "no more than reaching the person needs"
    );
    assert_eq!(shown.headers["cache-control"], "no-store");
    let again = asker.post(PAGE, &[("csrf", &asks), ("see", &id)]).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN);

    let acts: Vec<String> = audit::of_subject(&server.base.db, &id)
        .await
        .unwrap()
        .into_iter()
        .map(|entry| {
            assert!(!entry.detail.contains("张三"));
            format!("{} {}", entry.actor, entry.action)
        })
        .collect();
    assert_eq!(
        acts,
        ["li identity.ask", "wang identity.confirm", "li identity.see"]
    );
}

#[tokio::test]
async fn a_request_that_was_agreed_to_lapses() {
    let server = Server::start().await;
    let leaf = answered(&server).await;
    let (mut asker, asks) = server.signed_in("li", Role::Office).await;
    let (mut second, agrees) = server.signed_in("chen", Role::Office).await;
    let fields = [
        ("csrf", asks.as_str()),
        ("response", leaf.as_str()),
        ("reason", "答卷说有生命危险"),
    ];
    asker.post(PAGE, &fields).await;
    let id = second
        .get(PAGE)
        .await
        .attributes("name=\"confirm\"", "value")
        .remove(0);
    second.post(PAGE, &[("csrf", &agrees), ("confirm", &id)]).await;
    server.wait(7 * 86_400);
    // Sessions end meanwhile.
    asker.sign_in_as("li").await;
    let page = asker.get(PAGE).await;
    assert!(!page.text.contains("name=\"see\""), "{}", page.text);
    let token = csrf(&page);
    let late = asker.post(PAGE, &[("csrf", &token), ("see", &id)]).await;
    assert_eq!(late.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn nobody_whom_a_judged_unit_employs_asks_or_agrees_and_viewers_see_nothing() {
    let server = Server::start().await;
    server
        .named_account("town", Role::Office, Some("990101001"))
        .await;
    server.named_account("viewer", Role::Viewer, None).await;
    for login in ["town", "viewer"] {
        let mut browser = server.browser();
        browser.sign_in_as(login).await;
        assert_eq!(browser.get(PAGE).await.status, StatusCode::FORBIDDEN, "{login}");
    }
    // An auditor agrees and does not ask.
    let leaf = answered(&server).await;
    let (mut auditor, token) = server.signed_in("wang", Role::Auditor).await;
    let fields = [
        ("csrf", token.as_str()),
        ("response", &leaf),
        ("reason", "想知道是谁写的"),
    ];
    assert_eq!(auditor.post(PAGE, &fields).await.status, StatusCode::FORBIDDEN);
    // What came through an open link is nobody's.
    let (mut asker, asks) = server.signed_in("li", Role::Office).await;
    let tx = begin(&server.base.db).await.unwrap();
    let sql = "UPDATE responses SET link = NULL, open_link = 'x'";
    sea_orm::ConnectionTrait::execute_unprepared(&tx, sql)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let fields = [
        ("csrf", asks.as_str()),
        ("response", &leaf),
        ("reason", "想知道是谁写的"),
    ];
    let reply = asker.post(PAGE, &fields).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
}
