//! Visits (attempts) and what they make of a case.

use super::*;

#[tokio::test]
async fn attempts_are_stored_once_and_settle_their_case() {
    let (field, token) = Field::with_device().await;
    let id = field.id();
    let home = attempt(id, "resident-000001", "2.24", "2026-11-22");
    assert_eq!(field.visit(&token, &home).await.status, 201);
    assert_eq!(
        field.disposition("resident-000001").await.as_deref(),
        Some("non_contact")
    );
    assert_eq!(field.visit(&token, &home).await.status, 200);
    let other = attempt(id, "resident-000001", "2.25", "2026-11-22");
    assert_eq!(field.visit(&token, &other).await.status, 409);
    let refusal = attempt(field.id(), "resident-000001", "2.11", "2026-11-22");
    assert_eq!(field.visit(&token, &refusal).await.status, 201);
    let late = attempt(field.id(), "resident-000001", "2.24", "2026-11-23");
    assert_eq!(field.visit(&token, &late).await.status, 201);
    assert_eq!(
        field.disposition("resident-000001").await.as_deref(),
        Some("refusal")
    );
    let foreign = attempt(field.id(), "resident-000003", "2.24", "2026-11-23");
    assert_eq!(field.visit(&token, &foreign).await.body["error"], "not_assigned");
    // A clock that is weeks ahead costs no visit.
    let ahead = attempt(field.id(), "resident-000002", "2.24", "2026-12-31");
    assert_eq!(field.visit(&token, &ahead).await.status, 201);
    assert_eq!(field.visit(&token, &ahead).await.status, 200);
    let faulty = attempt(field.id(), "resident-000002", "9.9", "someday");
    let faulty = field.visit(&token, &faulty).await;
    assert_eq!(faulty.status, 422);
    assert_eq!(
        (&faulty.body[0]["field"], &faulty.body[1]["field"]),
        (&json!("disposition"), &json!("day"))
    );
    assert_eq!(
        field
            .send("POST", "attempts", &token, Some(&json!([])))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn visit_is_taken_only_sealed_and_only_for_the_case_it_was_sealed_for() {
    let (field, token) = Field::with_device().await;
    let mut home = attempt(field.id(), "resident-000001", "2.24", "2026-11-23");
    home["note"] = json!("狗在院里");
    let open = field.send("POST", "attempts", &token, Some(&home)).await;
    assert_eq!(open.status, 400);
    let mut moved = field.sealed(&home);
    moved["case_id"] = json!("resident-000002");
    let moved = field.send("POST", "attempts", &token, Some(&moved)).await;
    assert_eq!((moved.status, &moved.body["error"]), (400, &json!("cannot_open")));
    // Inside it says another case than outside.
    let subject = Subject {
        id: home["id"].as_str().unwrap().parse().unwrap(),
        round: ROUND,
        case: "resident-000002",
    };
    let base = &field.server.base;
    let sealed = seal(&base.keys, subject, home.to_string().as_bytes(), &base.entropy);
    let other = json!({ "id": home["id"], "round": ROUND, "case_id": "resident-000002", "sealed": sealed });
    assert_eq!(
        field.send("POST", "attempts", &token, Some(&other)).await.status,
        400
    );
    assert_eq!(field.visit(&token, &home).await.status, 201);
    let bundle = field.send("GET", "bundle", &token, None).await;
    let case = &bundle.body["rounds"][0]["assignments"][1];
    assert_eq!(case["attempts"][0]["note"], "狗在院里");
    assert_eq!(bundle.body["rounds"][0]["assignments"][2]["attempts"], json!([]));
}
