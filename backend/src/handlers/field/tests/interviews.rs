//! Interviews: opened, judged, held, stored once.

use super::*;

#[tokio::test]
async fn sealed_interview_becomes_a_response_once_and_completes_its_case() {
    let (field, token) = Field::with_device().await;
    let id = field.id();
    let body = field.interview(id, "resident-000001", |_| {}).await;
    let first = field.send("POST", "responses", &token, Some(&body)).await;
    assert_eq!(first.status, 201, "{}", first.body);
    let again = field.send("POST", "responses", &token, Some(&body)).await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    // Sealed anew, as a device may that had lost its queue's state: the content counts.
    let anew = field.interview(id, "resident-000001", |_| {}).await;
    assert_ne!(anew["sealed"]["ct"], body["sealed"]["ct"]);
    assert_eq!(
        field.send("POST", "responses", &token, Some(&anew)).await.status,
        200
    );
    let other = field
        .interview(id, "resident-000001", |plain| plain["language"] = json!("en"))
        .await;
    assert_eq!(
        field.send("POST", "responses", &token, Some(&other)).await.status,
        409
    );

    let stored = responses::find(&field.server.base.db, id).await.unwrap().unwrap();
    assert_eq!(
        (stored.mode.as_str(), stored.interviewer.as_deref()),
        ("interview", Some("interviewer"))
    );
    assert_eq!(
        (stored.ways.as_str(), stored.consents.as_str()),
        ("read_aloud", "sensitive")
    );
    assert!(!stored.staff_collected);
    assert_eq!(stored.duration_s, 1_200);
    assert_eq!(
        field.disposition("resident-000001").await.as_deref(),
        Some(Disposition::Complete.word())
    );
    let bundle = field.send("GET", "bundle", &token, None).await;
    assert_eq!(bundle.body["rounds"][0]["assignments"][1]["state"], "complete");
    // A later word of the interviewer does not undo it.
    let refusal = attempt(field.id(), "resident-000001", "2.11", "2026-11-23");
    assert_eq!(field.visit(&token, &refusal).await.status, 201);
    assert_eq!(
        field.disposition("resident-000001").await.as_deref(),
        Some("complete")
    );
}

#[tokio::test]
async fn envelope_that_cannot_be_opened_stays_on_the_device() {
    let (field, token) = Field::with_device().await;
    let mut body = field.interview(field.id(), "resident-000001", |_| {}).await;
    body["case_id"] = json!("resident-000002");
    let moved = field.send("POST", "responses", &token, Some(&body)).await;
    assert_eq!((moved.status, &moved.body["error"]), (400, &json!("cannot_open")));
    body["round"] = json!("elsewhere-2026");
    assert_eq!(
        field.send("POST", "responses", &token, Some(&body)).await.status,
        404
    );
    assert_eq!(responses::count(&field.server.base.db, ROUND).await.unwrap(), 0);
    assert_eq!(held::waiting(&field.server.base.db, ROUND).await.unwrap(), 0);
}

#[tokio::test]
async fn what_cannot_be_accepted_is_held_with_its_faults_and_accepted_once_mended() {
    let (field, token) = Field::with_device().await;
    let send = |body: Value| {
        let (field, token) = (&field, &token);
        async move { field.send("POST", "responses", token, Some(&body)).await }
    };
    // No answers: invalid. No consent: invalid. Not theirs: unassigned.
    let invalid = field
        .interview(field.id(), "resident-000001", |plain| {
            plain["answers"] = json!({ "need": "nonsense" })
        })
        .await;
    let reply = send(invalid.clone()).await;
    assert_eq!((reply.status, &reply.body["state"]), (202, &json!("held")));
    assert!(
        reply.body["faults"]
            .as_array()
            .unwrap()
            .iter()
            .any(|fault| fault["field"] == "need"),
        "{}",
        reply.body
    );
    assert!(
        !reply.body.to_string().contains("nonsense"),
        "no answer leaves the server: {}",
        reply.body
    );
    let again = send(invalid).await;
    assert_eq!((again.status, &again.body), (202, &reply.body));
    let without = field
        .interview(field.id(), "resident-000001", |plain| {
            plain["consents"] = json!(["sensitive"])
        })
        .await;
    assert_eq!(send(without).await.body["faults"][0]["field"], "consents");
    let id = field.id();
    let foreign = field.interview(id, "resident-000003", |_| {}).await;
    assert_eq!(send(foreign).await.status, 202);
    assert_eq!(held::waiting(&field.server.base.db, ROUND).await.unwrap(), 3);

    // The office accepts what was only unassigned; the others stay held.
    let (mut office, csrf) = field.office().await;
    let list = format!("/console/rounds/{ROUND}/held");
    let page = office.get(&list).await;
    assert_eq!(page.text.matches("value=\"retry\"").count(), 3);
    assert!(page.text.contains("resident-000003") && !page.text.contains("nonsense"));
    let retry = [("csrf", csrf.as_str()), ("go", "retry")];
    let retried = office.post(&format!("{list}/{id}"), &retry).await;
    assert_eq!(retried.location(), format!("{list}?done=accepted"));
    assert_eq!(responses::count(&field.server.base.db, ROUND).await.unwrap(), 1);
    let kept = held::find(&field.server.base.db, id).await.unwrap().unwrap();
    assert_eq!(
        (kept.state.as_str(), kept.envelope.as_str()),
        (held::ACCEPTED, "")
    );
    assert_eq!(
        office.post(&format!("{list}/{id}"), &retry).await.status,
        StatusCode::NOT_FOUND
    );
    let rows = held::list(&field.server.base.db, ROUND).await.unwrap();
    let waits = rows[0].id;
    assert_eq!(
        office.post(&format!("{list}/{waits}"), &retry).await.location(),
        format!("{list}?done=still")
    );
    let empty = [("csrf", csrf.as_str()), ("go", "discard"), ("reason", " ")];
    assert_eq!(
        office.post(&format!("{list}/{waits}"), &empty).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let discard = [
        ("csrf", csrf.as_str()),
        ("go", "discard"),
        ("reason", "访问员重访"),
    ];
    assert_eq!(
        office.post(&format!("{list}/{waits}"), &discard).await.location(),
        format!("{list}?done=discarded")
    );
    assert_eq!(held::waiting(&field.server.base.db, ROUND).await.unwrap(), 1);
    assert_eq!(field.acts("interview.retry").await.len(), 2);
    assert_eq!(field.acts("interview.discard").await[0]["reason"], "访问员重访");
}

#[tokio::test]
async fn second_answer_of_a_case_is_held_and_not_lost() {
    let (field, token) = Field::with_device().await;
    let first = field.interview(field.id(), "resident-000001", |_| {}).await;
    assert_eq!(
        field.send("POST", "responses", &token, Some(&first)).await.status,
        201
    );
    let id = field.id();
    let second = field.interview(id, "resident-000001", |_| {}).await;
    assert_eq!(
        field
            .send("POST", "responses", &token, Some(&second))
            .await
            .status,
        202
    );
    let kept = held::find(&field.server.base.db, id).await.unwrap().unwrap();
    assert_eq!(kept.reason, "answered");
    crate::rounds::close(&field.server.base, ROUND, "test")
        .await
        .unwrap();
    let id = field.id();
    let late = field.interview(id, "resident-000002", |_| {}).await;
    assert_eq!(
        field.send("POST", "responses", &token, Some(&late)).await.status,
        202
    );
    let kept = held::find(&field.server.base.db, id).await.unwrap().unwrap();
    assert_eq!(kept.reason, "closed");
}

#[tokio::test]
async fn earlier_version_of_the_questionnaire_is_accepted_from_interviews_and_unknown_ones_are_held() {
    let (field, token) = Field::with_device().await;
    let db = &field.server.base.db;
    // The writer has met the version before it becomes an earlier one.
    let first = field.interview(field.id(), "resident-000001", |_| {}).await;
    assert_eq!(
        field.send("POST", "responses", &token, Some(&first)).await.status,
        201
    );
    let earlier = crate::store::forms::current(db, ROUND, "resident")
        .await
        .unwrap()
        .unwrap();
    let family = crate::store::forms::current(db, ROUND, "family")
        .await
        .unwrap()
        .unwrap();
    // What the version says does not matter here, only that there is a newer one.
    let newer = StoredForm {
        version: "newer".into(),
        ..earlier.clone()
    };
    let was = StoredForm {
        current: false,
        ..earlier.clone()
    };
    let tx = begin(db).await.unwrap();
    crate::store::forms::replace(&tx, ROUND, vec![newer, was, family])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let version = earlier.version.clone();
    let body = field
        .interview(field.id(), "resident-000002", |plain| {
            plain["form_version"] = json!(version)
        })
        .await;
    let reply = field.send("POST", "responses", &token, Some(&body)).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    let id = field.id();
    let unknown = field
        .interview(id, "family-000001", |plain| {
            plain["form_version"] = json!("no such version")
        })
        .await;
    assert_eq!(
        field
            .send("POST", "responses", &token, Some(&unknown))
            .await
            .status,
        202
    );
}

#[tokio::test]
async fn answers_about_health_are_not_kept_without_consent() {
    let (field, token) = Field::with_device().await;
    let id = field.id();
    let body = field
        .interview(id, "resident-000001", |plain| {
            plain["consents"] = json!(["part"]);
            plain["answers"]["wg_see"] = json!("4");
        })
        .await;
    let reply = field.send("POST", "responses", &token, Some(&body)).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    let stored = responses::find(&field.server.base.db, id).await.unwrap().unwrap();
    let answers: Value = serde_json::from_str(&stored.answers).unwrap();
    // "Rather not say" stands in its place.
    assert!(
        answers["wg_see"].is_string() && answers["wg_see"] != "4",
        "{answers}"
    );
    assert_eq!(stored.consents, "");
}

#[tokio::test]
async fn interview_is_validated_by_the_day_on_which_it_ended_within_what_is_possible() {
    use jiff::civil::date;
    let days = (date(2026, 11, 20), date(2026, 11, 25));
    let on = |ended: &str| {
        let plain = json!({
            "id": Uuid::from_u128(4), "case_id": "c", "form": "resident", "form_version": "v", "language": "zh",
            "mode": "interview", "answering": "self", "ways": [], "consents": ["part"],
            "started_at": "2026-11-01T09:00:00+08:00", "ended_at": ended, "answers": {},
        });
        let interview = crate::submit::Interview {
            id: "7c2f6e0e-5b0e-4a3b-9a53-0a4d1c1f7b11".parse().unwrap(),
            invitation: Uuid::nil(),
            interviewer: "wang".into(),
            staff_collected: false,
            days,
        };
        let mut plain = plain;
        plain["id"] = json!(interview.id);
        let read = crate::submit::Submission::from_interview(plain.to_string().as_bytes(), "c", interview);
        read.unwrap().response.unwrap().ended_on
    };
    // By the device's own calendar: in Greenwich it is still the day before.
    assert_eq!(on("2026-11-23T00:30:00+08:00"), Some(date(2026, 11, 23)));
    assert_eq!(on("2026-11-22T23:59:59+08:00"), Some(date(2026, 11, 22)));
    assert_eq!(on("2026-12-24T09:00:00+08:00"), Some(days.1));
    assert_eq!(on("2026-11-02T09:00:00+08:00"), Some(days.0));
}

#[tokio::test]
async fn agreeing_to_be_called_back_is_asked_where_the_plan_calls_and_kept_with_the_case_alone() {
    let (field, token) = Field::with_device().await;
    let bundle = field.send("GET", "bundle", &token, None).await;
    let asked = bundle.body["rounds"][0]["consents"].as_array().unwrap();
    let callback = asked
        .iter()
        .find(|consent| consent["name"] == "callback")
        .unwrap();
    assert_eq!(
        (&callback["required"], &callback["groups"]),
        (&json!(false), &json!(["resident"]))
    );
    let id = field.id();
    let agreed = field
        .interview(id, "resident-000001", |plain| {
            plain["consents"] = json!(["part", "sensitive", "callback"]);
        })
        .await;
    let sent = field.send("POST", "responses", &token, Some(&agreed)).await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    let stored = responses::find(&field.server.base.db, id).await.unwrap().unwrap();
    assert_eq!(stored.consents, "sensitive");
    let consenting = crate::store::callbacks::consenting(&field.server.base.db, ROUND)
        .await
        .unwrap();
    assert_eq!(consenting.len(), 1);
    assert_eq!(consenting[0].0, "resident-000001");
}
