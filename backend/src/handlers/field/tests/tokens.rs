//! Devices and their tokens: from the first sign-in to the wipe.

use super::*;

#[tokio::test]
async fn device_is_registered_by_interviewers_alone_and_guessing_is_slowed_down() {
    let field = Field::start(None).await;
    field.server.account(Role::Office).await;
    assert_eq!(
        field.register("office", PASSWORD).await.body["error"],
        "not_an_interviewer"
    );
    let wrong = field.register("interviewer", "x").await;
    let nobody = field.register("nobody", "x").await;
    assert_eq!((wrong.status, &wrong.body), (401, &nobody.body));
    field.token().await;
    for _ in 0..8 {
        field.register("interviewer", "x").await;
    }
    let slowed = field.register("interviewer", PASSWORD).await;
    assert_eq!(slowed.status, 429);
    assert!(slowed.headers.contains_key(header::RETRY_AFTER));
    let english = field
        .send_with("GET", "status", "no such token", None, ("accept-language", "en"))
        .await;
    assert_eq!(
        (english.status, &english.headers[header::WWW_AUTHENTICATE]),
        (401, &header::HeaderValue::from_static("Bearer"))
    );
    assert!(
        english.body["message"]
            .as_str()
            .unwrap()
            .starts_with("Please log in")
    );
    let rows = devices::list(&field.server.base.db).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(field.acts("device.register").await.len(), 1);
}

#[tokio::test]
async fn lost_device_is_wiped_at_its_next_contact_and_says_so() {
    let (field, token) = Field::with_device().await;
    let device = devices::list(&field.server.base.db).await.unwrap().remove(0);
    assert_eq!(field.send("POST", "wiped", &token, None).await.status, 409);
    let (mut office, csrf) = field.office().await;
    let id = device.id.to_string();
    let page = format!("/console/rounds/{ROUND}/interviewers");
    let days = [
        ("csrf", csrf.as_str()),
        ("device", &id),
        ("go", "days"),
        ("days", "3"),
    ];
    assert!(
        office
            .post(&format!("{page}/devices"), &days)
            .await
            .location()
            .contains("done=days")
    );
    let status = field.send("GET", "status", &token, None).await;
    assert_eq!(status.body["max_offline_days"], 3);
    let wrong = [
        ("csrf", csrf.as_str()),
        ("device", &id),
        ("go", "days"),
        ("days", "0"),
    ];
    let reply = office.post(&format!("{page}/devices"), &wrong).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    let lost = [("csrf", csrf.as_str()), ("device", &id), ("go", "lost")];
    assert!(
        office
            .post(&format!("{page}/devices"), &lost)
            .await
            .location()
            .contains("done=lost")
    );
    for path in ["status", "bundle"] {
        let gone = field.send("GET", path, &token, None).await;
        assert_eq!((gone.status, &gone.body["wipe"]), (410, &json!(true)), "{path}");
    }
    assert_eq!(
        field
            .send("POST", "attempts", &token, Some(&json!({})))
            .await
            .status,
        410
    );
    for _ in 0..2 {
        assert_eq!(field.send("POST", "wiped", &token, None).await.status, 204);
    }
    assert_eq!(field.acts("device.wiped").await.len(), 1);
    assert_eq!(field.send("GET", "status", &token, None).await.status, 410);
    assert!(office.get(&page).await.text.contains("已清除"));
}

#[tokio::test]
async fn token_that_only_delivers_reads_nothing_and_outlives_the_one_that_reads() {
    let (field, _) = Field::with_device().await;
    let (_, send_only) = field.tokens().await;
    let refused = field.send("GET", "bundle", &send_only, None).await;
    assert_eq!(
        (refused.status, &refused.body["error"]),
        (403, &json!("only_delivers"))
    );
    assert!(refused.headers.get(header::ETAG).is_none());
    let status = field.send("GET", "status", &send_only, None).await;
    assert_eq!(status.body, json!({ "max_offline_days": 7 }));
    // Two things go up, and nothing of the case comes down with the answer.
    let home = attempt(field.id(), "resident-000001", "2.24", "2026-11-23");
    let visited = field.visit(&send_only, &home).await;
    assert_eq!(
        (visited.status, &visited.body),
        (201, &json!({ "id": home["id"] }))
    );
    let body = field.interview(field.id(), "resident-000001", |_| {}).await;
    let sent = field.send("POST", "responses", &send_only, Some(&body)).await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    assert_eq!(sent.body.as_object().unwrap().len(), 1);
    assert!(field.acts("identities.deliver").await.is_empty());
    // It wakes no token that has lapsed.
    let (reads, send_only) = field.tokens().await;
    field.server.wait(30 * 86_400);
    let late = attempt(field.id(), "resident-000002", "2.24", "2026-11-23");
    assert_eq!(field.visit(&send_only, &late).await.status, 201);
    assert_eq!(field.send("GET", "bundle", &reads, None).await.status, 401);
}

#[tokio::test]
async fn signing_out_ends_both_tokens_and_the_console_says_so() {
    let (field, _) = Field::with_device().await;
    let (reads, send_only) = field.tokens().await;
    for _ in 0..2 {
        assert_eq!(field.send("POST", "sign-out", &send_only, None).await.status, 204);
    }
    for token in [&reads, &send_only] {
        assert_eq!(field.send("GET", "status", token, None).await.status, 401);
    }
    assert_eq!(field.acts("device.sign_out").await.len(), 1);
    assert_eq!(
        field.send("POST", "sign-out", "no such token", None).await.status,
        401
    );
    let (mut office, csrf) = field.office().await;
    let page = format!("/console/rounds/{ROUND}/interviewers");
    assert_eq!(office.get(&page).await.text.matches("已退出登录").count(), 1);
    // A lost device from which somebody signs out has deleted everything just as well.
    let (_, send_only) = field.tokens().await;
    let rows = devices::list(&field.server.base.db).await.unwrap();
    let hash = field.server.base.keys.field_token_hash(&send_only);
    let lost = rows
        .iter()
        .find(|row| row.send_hash.as_ref() == Some(&hash))
        .unwrap();
    let id = lost.id.to_string();
    let lost = [("csrf", csrf.as_str()), ("device", &id), ("go", "lost")];
    office.post(&format!("{page}/devices"), &lost).await;
    assert_eq!(field.send("POST", "sign-out", &send_only, None).await.status, 204);
    assert_eq!(field.acts("device.wiped").await.len(), 1);
    assert_eq!(field.acts("device.sign_out").await.len(), 1);
}

#[tokio::test]
async fn token_lapses_with_the_days_offline_and_with_the_account() {
    let (field, token) = Field::with_device().await;
    field.server.wait(8 * 86_400);
    assert_eq!(field.send("GET", "status", &token, None).await.status, 200);
    field.server.wait(9 * 86_400);
    assert_eq!(field.send("GET", "status", &token, None).await.status, 401);
    let token = field.token().await;
    let db = &field.server.base.db;
    let account = staff::find(db, field.interviewer).await.unwrap().unwrap();
    let closed = staff::Staff {
        disabled: true,
        ..account
    };
    staff::update(db, closed).await.unwrap();
    assert_eq!(field.send("GET", "status", &token, None).await.status, 401);
}
