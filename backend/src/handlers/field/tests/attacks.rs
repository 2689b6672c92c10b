//! What is tried with a stolen device, and by an interviewer who looks beyond the own list.

use super::*;
use crate::codes::Code;
use crate::handlers::respond::tests::{begin, walk};
use crate::store::attempts;
use crate::withdrawal;

/// An envelope that nobody sealed for it.
fn forged(field: &Field, case: &str) -> Value {
    let id = field.id();
    let other = json!({ "id": id, "round": ROUND, "case_id": "resident-000009" });
    let mut sealed = field.sealed(&other);
    sealed["case_id"] = json!(case);
    sealed
}

#[tokio::test]
async fn token_that_lies_open_tells_neither_whose_cases_are_on_the_device_nor_who_has_answered() {
    let (field, _) = Field::with_device().await;
    let (_, deliver) = field.tokens().await;
    let mut told = Vec::new();
    // One of the interviewer's own, one of a colleague's, one that there is not.
    for case in ["resident-000001", "resident-000003", "resident-000777"] {
        for path in ["attempts", "responses"] {
            let reply = field
                .send("POST", path, &deliver, Some(&forged(&field, case)))
                .await;
            told.push((path, reply.status, reply.body));
        }
    }
    for (path, status, body) in &told {
        let (_, first, said) = told.iter().find(|(known, _, _)| known == path).unwrap();
        assert_eq!((status, body), (first, said), "{path}: told apart");
        assert_eq!(*status, 400);
    }
}

#[tokio::test]
async fn interviewer_changes_nothing_of_a_village_that_is_not_theirs() {
    let (field, token) = Field::with_device().await;
    let id = field.id();
    let visit = field
        .visit(&token, &attempt(id, "resident-000003", "2.31", "2026-11-23"))
        .await;
    assert_eq!(visit.status, 404);
    let interview = field.interview(field.id(), "resident-000003", |_| {}).await;
    let held = field.send("POST", "responses", &token, Some(&interview)).await;
    assert_eq!((held.status, held.body["state"].as_str()), (202, Some("held")));
    let db = &field.server.base.db;
    assert_eq!(responses::count(db, ROUND).await.unwrap(), 0);
    assert!(attempts::find(db, id).await.unwrap().is_none());
    assert_eq!(field.disposition("resident-000003").await, None);
}

#[tokio::test]
async fn device_cannot_say_by_itself_how_an_interview_is_marked() {
    let (field, token) = Field::with_device().await;
    for (name, value) in [
        ("staff_collected", json!(false)),
        ("interviewer", json!("somebody")),
        ("code", json!("0000-0000-00012")),
        ("mode", json!("web")),
    ] {
        let interview = field
            .interview(field.id(), "resident-000001", |plain| plain[name] = value)
            .await;
        let held = field.send("POST", "responses", &token, Some(&interview)).await;
        assert_eq!(held.status, 202, "{name}");
        assert_eq!(held.body["faults"][0]["field"], name);
    }
    assert_eq!(responses::count(&field.server.base.db, ROUND).await.unwrap(), 0);
}

#[tokio::test]
async fn note_with_a_character_that_no_database_stores_is_kept_without_it() {
    let (field, token) = Field::with_device().await;
    let id = field.id();
    let mut visit = attempt(id, "resident-000001", "2.24", "2026-11-23");
    visit["note"] = json!("狗\u{0}在院里");
    assert_eq!(field.visit(&token, &visit).await.status, 201);
    assert_eq!(field.visit(&token, &visit).await.status, 200);
    let kept = attempts::find(&field.server.base.db, id).await.unwrap().unwrap();
    assert_eq!(kept.note, "狗在院里");
    let raw = json!({ "id": field.id(), "round": "a\u{0}", "case_id": "b", "sealed": visit });
    assert_eq!(
        field.send("POST", "responses", &token, Some(&raw)).await.status,
        400
    );
}

#[tokio::test]
async fn interviewer_does_not_see_that_a_person_took_the_answers_back() {
    let (field, token) = Field::with_device().await;
    let base = &field.server.base;
    let invited = invitations::list(&base.db, ROUND).await.unwrap();
    let invited = invited
        .iter()
        .find(|row| row.case_id == "resident-000001")
        .unwrap();
    let path = format!("/r/{}", Code::of_invitation(&base.keys, invited.id));
    let mut phone = field.server.browser();
    let first = begin(&mut phone, &path).await;
    let (_, check) = walk(&mut phone, first, &[], 90).await;
    let sent = phone.post(&check, &[("go", "submit")]).await;
    assert!(sent.location().ends_with("/receipt"), "{}", sent.text);
    let before = field.send("GET", "bundle", &token, None).await.body;
    let leaf = responses::all(&base.db, ROUND).await.unwrap().remove(0).leaf;
    withdrawal::withdraw(base, &leaf, false).await.unwrap();
    let after = field.send("GET", "bundle", &token, None).await.body;
    let cases = |bundle: &Value| bundle["rounds"][0]["assignments"].clone();
    assert_eq!(cases(&before)[1]["state"], "complete");
    assert_eq!(cases(&after), cases(&before));
    // A visit that comes later is answered as for anyone who has answered.
    let interview = field.interview(field.id(), "resident-000001", |_| {}).await;
    let held = field.send("POST", "responses", &token, Some(&interview)).await;
    assert_eq!(
        (held.status, &held.body["faults"][0]["field"]),
        (202, &json!("case_id"))
    );
}
