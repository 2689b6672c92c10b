//! The interviewers' API by HTTP, and what the office does about it in the console.

use analysis::disposition::Disposition;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

use crate::auth::Role;
use crate::field::sealing::{Subject, testing::seal};
use crate::handlers::testing::{Browser, PASSWORD, ROUND, Server, edited, row_of};
use crate::rounds::amend::{Correction, amend};
use crate::store::assignments::{self, Assignment};
use crate::store::forms::StoredForm;
use crate::store::frame::{self, FrameMember, Identity};
use crate::store::sample::{self, SampleCase};
use crate::store::{audit, begin, devices, held, invitations, responses, staff};

/// A village of the first township, and one of the second.
const NEAR: &str = "990101001001";
const FAR: &str = "990101002001";
const CASES: [(&str, &str, &str); 4] = [
    ("resident-000001", "resident", FAR),
    ("resident-000002", "resident", FAR),
    ("family-000001", "family", FAR),
    ("resident-000003", "resident", NEAR),
];

fn sample_case(case_id: &str, group: &str, unit: &str) -> SampleCase {
    SampleCase {
        round_id: ROUND.into(),
        case_id: case_id.into(),
        group: group.into(),
        member_key: Some(case_id.into()),
        township: Some(unit[..9].into()),
        unit: unit.into(),
        stratum: unit[..9].into(),
        psu: unit.into(),
        certainty: false,
        base_weight: 1.0,
        // The relative belongs to the first resident.
        person: Some(if group == "family" { "N1" } else { case_id }.replace("resident-000001", "N1")),
        category: None,
        grade: None,
        sex: None,
        age_band: None,
        hardship: String::new(),
        body_kind: None,
        disposition: None,
    }
}

struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

/// A round with four invited cases and an interviewer.
struct Field {
    server: Server,
    interviewer: Uuid,
}

impl Field {
    async fn start(employer: Option<&str>) -> Self {
        let server = Server::start().await;
        let base = &server.base;
        let member = |case_id: &str, group: &str, unit: &str| FrameMember {
            round_id: ROUND.into(),
            member_key: case_id.into(),
            unit: unit.into(),
            group: group.into(),
            category: None,
            grade: None,
            sex: None,
            birth_year: None,
            hardship: String::new(),
            body_kind: None,
            relative_of_key: None,
        };
        let identity = |case_id: &str| Identity {
            name: format!("姓名{case_id}"),
            phone: "10010000001".into(),
            address: if case_id.ends_with('1') {
                "3组 12号"
            } else {
                "9组1号"
            }
            .into(),
            ..Identity::default()
        };
        let people = CASES.map(|(id, group, unit)| (member(id, group, unit), identity(id)));
        frame::replace(&base.db, &base.keys, &base.entropy, ROUND, people.into())
            .await
            .unwrap();
        let cases = CASES.map(|(id, group, unit)| sample_case(id, group, unit));
        sample::replace(&base.db, ROUND, cases.into()).await.unwrap();
        let invited = CASES.map(|(id, group, _)| (group.to_owned(), id.to_owned()));
        invitations::issue(&base.db, &base.keys, &base.entropy, ROUND, &invited)
            .await
            .unwrap();
        server.account_of(Role::Interviewer, employer).await;
        let account = staff::by_login(&base.db, "interviewer").await.unwrap().unwrap();
        Self {
            interviewer: account.id,
            server,
        }
    }

    /// With the cases of the far village assigned and a device signed in.
    async fn with_device() -> (Self, String) {
        let field = Self::start(None).await;
        for (case, _, unit) in CASES {
            if unit == FAR {
                field.assign(case).await;
            }
        }
        let token = field.token().await;
        (field, token)
    }

    async fn assign(&self, case: &str) {
        let row = Assignment {
            round_id: ROUND.into(),
            case_id: case.into(),
            staff_id: self.interviewer,
        };
        assignments::put(&self.server.base.db, row).await.unwrap();
    }

    async fn send(&self, method: &str, path: &str, token: &str, body: Option<&Value>) -> Reply {
        self.send_with(method, path, token, body, ("accept-language", "zh-CN"))
            .await
    }

    async fn send_with(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: Option<&Value>,
        more: (&str, &str),
    ) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/field/{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(more.0, more.1)
            .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())))
            .unwrap();
        let reply = self.server.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = reply.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        assert!(parts.headers.contains_key("x-minyi-time"), "{path}");
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        }
    }

    async fn register(&self, login: &str, password: &str) -> Reply {
        let body = json!({ "login": login, "password": password, "device_name": "红米" });
        self.send("POST", "devices", "", Some(&body)).await
    }

    /// The token that reads and the one that only delivers.
    async fn tokens(&self) -> (String, String) {
        let reply = self.register("interviewer", PASSWORD).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        assert_eq!(reply.body["max_offline_days"], 7);
        let word = |name: &str| reply.body[name].as_str().unwrap().to_owned();
        (word("token"), word("send_token"))
    }

    async fn token(&self) -> String {
        self.tokens().await.0
    }

    /// Sends an attempt, sealed as a device does.
    async fn visit(&self, token: &str, attempt: &Value) -> Reply {
        let sealed = self.sealed(attempt);
        self.send("POST", "attempts", token, Some(&sealed)).await
    }

    fn sealed(&self, attempt: &Value) -> Value {
        let subject = Subject {
            id: attempt["id"].as_str().unwrap().parse().unwrap(),
            round: attempt["round"].as_str().unwrap(),
            case: attempt["case_id"].as_str().unwrap(),
        };
        let base = &self.server.base;
        let sealed = seal(&base.keys, subject, attempt.to_string().as_bytes(), &base.entropy);
        json!({ "id": subject.id, "round": subject.round, "case_id": subject.case, "sealed": sealed })
    }

    fn id(&self) -> Uuid {
        self.server.base.entropy.uuid()
    }

    async fn version(&self) -> String {
        let stored = crate::store::forms::current(&self.server.base.db, ROUND, "resident")
            .await
            .unwrap();
        stored.unwrap().version
    }

    /// An interview of a resident, sealed; `change` edits what is inside.
    async fn interview(&self, id: Uuid, case: &str, change: impl FnOnce(&mut Value)) -> Value {
        let mut plain = json!({
            "id": id, "case_id": case, "form": "resident", "form_version": self.version().await,
            "language": "zh", "mode": "interview", "answering": "self", "ways": ["read_aloud"],
            "consents": ["part", "sensitive"],
            "started_at": "2026-11-23T09:00:00+08:00", "ended_at": "2026-11-23T09:20:00+08:00",
            "answers": { "answering": "self", "need": "none", "took_part": "none" },
        });
        change(&mut plain);
        let subject = Subject {
            id,
            round: ROUND,
            case,
        };
        let base = &self.server.base;
        let sealed = seal(&base.keys, subject, plain.to_string().as_bytes(), &base.entropy);
        json!({ "id": id, "round": ROUND, "case_id": case, "sealed": sealed })
    }

    async fn disposition(&self, case: &str) -> Option<String> {
        let case = sample::find(&self.server.base.db, ROUND, case).await.unwrap();
        case.unwrap().disposition
    }

    async fn acts(&self, action: &str) -> Vec<Value> {
        let rows = audit::latest(&self.server.base.db, 100).await.unwrap();
        rows.into_iter()
            .filter(|row| row.action == action)
            .map(|row| serde_json::from_str(&row.detail).unwrap())
            .collect()
    }

    async fn office(&self) -> (Browser, String) {
        self.server.account(Role::Office).await;
        let mut office = self.server.browser();
        office.sign_in(Role::Office).await;
        let page = office.get(&format!("/console/rounds/{ROUND}/interviewers")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        let csrf = page.attributes("name=\"csrf\"", "value").remove(0);
        (office, csrf)
    }
}

fn attempt(id: Uuid, case: &str, code: &str, day: &str) -> Value {
    json!({ "id": id, "round": ROUND, "case_id": case, "day": day, "mode": "interview", "disposition": code,
            "note": "", "callback_day": null, "callback_part": null })
}

mod accounts;
mod attacks;

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
async fn bundle_holds_only_own_cases_and_every_delivery_of_names_is_recorded() {
    let (field, token) = Field::with_device().await;
    let first = field.send("GET", "bundle", &token, None).await;
    assert_eq!(first.status, 200);
    let round = &first.body["rounds"][0];
    let cases = round["assignments"].as_array().unwrap();
    let ids: Vec<&str> = cases
        .iter()
        .map(|case| case["case_id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["family-000001", "resident-000001", "resident-000002"]);
    assert!(!first.body.to_string().contains("姓名resident-000003"));
    assert_eq!(cases[0]["relation"], "family of resident-000001");
    assert_eq!(cases[0]["household"], cases[1]["household"]);
    assert_ne!(cases[1]["household"], cases[2]["household"]);
    assert_eq!(cases[1]["name"], "姓名resident-000001");
    let forms: Vec<&str> = round["forms"]
        .as_array()
        .unwrap()
        .iter()
        .map(|form| form["form"].as_str().unwrap())
        .collect();
    assert_eq!(forms, ["resident", "family"]);
    for form in round["forms"].as_array().unwrap() {
        assert!(
            form["model"]["nodes"].is_array() && form["pages"]["zh"].is_object(),
            "{}",
            form["form"]
        );
    }
    assert!(first.body["dispositions"].as_array().unwrap().len() > 10);
    let delivered = field.acts("identities.deliver").await;
    assert_eq!(delivered.len(), 1);
    assert_eq!(delivered[0]["persons"][ROUND], 3);

    // The device has it: nothing is opened, nothing recorded.
    let etag = first.headers[header::ETAG].to_str().unwrap().to_owned();
    let again = field
        .send_with("GET", "bundle", &token, None, ("if-none-match", &etag))
        .await;
    assert_eq!(again.status, 304);
    let status = field.send("GET", "status", &token, None).await;
    assert_eq!(status.body["bundle_etag"], etag.as_str());
    assert_eq!(field.acts("identities.deliver").await.len(), 1);

    // Refused: the name goes with the next bundle.
    let refused = attempt(field.id(), "resident-000002", "2.11", "2026-11-23");
    assert_eq!(field.visit(&token, &refused).await.status, 201);
    let next = field
        .send_with("GET", "bundle", &token, None, ("if-none-match", &etag))
        .await;
    assert_eq!(next.status, 200);
    let case = &next.body["rounds"][0]["assignments"][2];
    assert_eq!(
        (&case["state"], &case["name"], &case["address"]),
        (&json!("closed"), &Value::Null, &Value::Null)
    );
    assert_eq!(case["attempts"][0]["disposition"], "2.11");
    assert_eq!(field.acts("identities.deliver").await[0]["persons"][ROUND], 2);
}

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
async fn amended_questionnaire_is_in_the_bundle_at_once_and_an_interview_begun_before_is_stored_as_it_was() {
    let (field, token) = Field::with_device().await;
    let old = field.version().await;
    let begun = field.interview(field.id(), "resident-000001", |_| {}).await;
    let before = field.send("GET", "bundle", &token, None).await;
    let etag = before.headers[header::ETAG].to_str().unwrap().to_owned();
    let same = field
        .send_with("GET", "bundle", &token, None, ("if-none-match", &etag))
        .await;
    assert_eq!(same.status, 304);
    let xlsx = edited("resident", |sheet, rows| {
        if sheet == "survey" {
            row_of(rows, "answering")[2] = "现在由谁来填？".to_owned();
        }
    });
    let correction = Correction {
        file: "resident.xlsx".into(),
        xlsx,
        reason: "第1题".into(),
        ..Correction::default()
    };
    let amended = amend(&field.server.base, ROUND, correction, "office")
        .await
        .unwrap();
    let after = field
        .send_with("GET", "bundle", &token, None, ("if-none-match", &etag))
        .await;
    assert_eq!(after.status, 200);
    let forms = after.body["rounds"][0]["forms"].as_array().unwrap();
    let resident = forms.iter().find(|form| form["form"] == "resident").unwrap();
    assert_eq!(resident["version"], amended.new_version);
    let media = |reply: &Reply| reply.body["rounds"][0]["media"].clone();
    assert_eq!(
        media(&before),
        media(&after),
        "what interviews begun before show stays"
    );
    let reply = field.send("POST", "responses", &token, Some(&begun)).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    let stored = responses::all(&field.server.base.db, ROUND).await.unwrap();
    let answers: Value = serde_json::from_str(&stored[0].answers).unwrap();
    assert_eq!(
        (
            stored[0].form_version.as_str(),
            &answers["need"],
            &answers["took_part"]
        ),
        (old.as_str(), &json!("none"), &json!("none"))
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

#[tokio::test]
async fn nobody_interviews_for_their_own_employer_unless_the_office_says_why() {
    let field = Field::start(Some(NEAR)).await;
    let refused = field.register("interviewer", PASSWORD).await;
    assert_eq!(
        (refused.status, &refused.body["reason"]),
        (403, &json!("employed_by_judged_unit"))
    );
    let (mut office, csrf) = field.office().await;
    let page = format!("/console/rounds/{ROUND}/interviewers");
    let person = field.interviewer.to_string();
    let assign = |unit: &'static str| {
        vec![
            ("csrf", csrf.clone()),
            ("go", "assign".to_owned()),
            ("person", person.clone()),
            ("unit", unit.to_owned()),
        ]
    };
    async fn post(
        office: &mut Browser,
        path: &str,
        fields: Vec<(&'static str, String)>,
    ) -> (StatusCode, String) {
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let reply = office.post(path, &fields).await;
        (reply.status, reply.location().to_owned())
    }
    let cases = format!("{page}/cases");
    assert_eq!(
        post(&mut office, &cases, assign(NEAR)).await.0,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        post(&mut office, &cases, assign(FAR)).await.1,
        format!("{page}?done=assign&n=3")
    );
    let token = field.token().await;

    let without = vec![
        ("csrf", csrf.clone()),
        ("person", person.clone()),
        ("reason", "  ".to_owned()),
    ];
    let exceptions = format!("{page}/exceptions");
    assert_eq!(
        post(&mut office, &exceptions, without).await.0,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let with = vec![
        ("csrf", csrf.clone()),
        ("person", person.clone()),
        ("reason", "村里只有他会手语".to_owned()),
    ];
    assert!(
        post(&mut office, &exceptions, with)
            .await
            .1
            .contains("done=except")
    );
    assert_eq!(
        field.acts("interviewer.except").await[0]["reason"],
        "村里只有他会手语"
    );
    assert_eq!(
        post(&mut office, &cases, assign(NEAR)).await.1,
        format!("{page}?done=assign&n=1")
    );
    for (case, staff_collected) in [("resident-000001", false), ("resident-000003", true)] {
        let id = field.id();
        let body = field.interview(id, case, |_| {}).await;
        assert_eq!(
            field.send("POST", "responses", &token, Some(&body)).await.status,
            201
        );
        let stored = responses::find(&field.server.base.db, id).await.unwrap().unwrap();
        assert_eq!(stored.staff_collected, staff_collected, "{case}");
    }
}

#[tokio::test]
async fn office_adds_an_interviewer_whose_password_is_shown_once_and_works() {
    let field = Field::start(None).await;
    let (mut office, csrf) = field.office().await;
    let page = format!("/console/rounds/{ROUND}/interviewers");
    let new = [
        ("csrf", csrf.as_str()),
        ("login", "wang.li"),
        ("name", "王丽"),
        ("employer", ""),
    ];
    let made = office.post(&page, &new).await;
    assert_eq!(made.status, StatusCode::OK);
    let password = made
        .text
        .split("data-password>")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap()
        .to_owned();
    assert!(!office.get(&page).await.text.contains(&password));
    assert_eq!(field.register("wang.li", &password).await.status, 201);
    let again = office.post(&page, &new).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text.contains("已经有人用了") && again.text.contains("value=\"王丽\""));
    let bad = [
        ("csrf", csrf.as_str()),
        ("login", "王"),
        ("name", ""),
        ("employer", "nowhere"),
    ];
    let bad = office.post(&page, &bad).await;
    assert_eq!(bad.text.matches("href=\"#new-").count(), 2, "{}", bad.text);
    let log = format!("{:?}", audit::latest(&field.server.base.db, 100).await.unwrap());
    assert!(log.contains("interviewer.add") && !log.contains(&password));

    let share = [
        ("csrf", csrf.as_str()),
        ("go", "share"),
        ("among", &field.interviewer.to_string()),
    ];
    let shared = office.post(&format!("{page}/cases"), &share).await;
    assert_eq!(shared.location(), format!("{page}?done=assign&n=4"));
    let back = [("csrf", csrf.as_str()), ("go", "unassign"), ("unit", FAR)];
    let back = office.post(&format!("{page}/cases"), &back).await;
    assert_eq!(back.location(), format!("{page}?done=unassign&n=3"));
}

#[tokio::test]
async fn interviewers_pages_follow_the_policy() {
    let field = Field::start(None).await;
    let pages = ["interviewers", "held"].map(|page| format!("/console/rounds/{ROUND}/{page}"));
    // office, evaluator, viewer, auditor
    let table = [
        (Role::Office, [200, 200]),
        (Role::Evaluator, [200, 403]),
        (Role::Viewer, [403, 403]),
        (Role::Auditor, [200, 403]),
    ];
    for (role, statuses) in table {
        field.server.account(role).await;
        let mut browser = field.server.browser();
        browser.sign_in(role).await;
        for (page, status) in pages.iter().zip(statuses) {
            assert_eq!(browser.get(page).await.status.as_u16(), status, "{role:?} {page}");
        }
        let forms = browser.get(&pages[0]).await.text;
        assert_eq!(
            forms.contains("value=\"assign\""),
            matches!(role, Role::Office | Role::Evaluator)
        );
        assert_eq!(forms.contains("name=\"employer\""), role == Role::Office);
        let lost = [("csrf", "x"), ("device", "x"), ("go", "lost")];
        let reply = browser.post(&format!("{}/devices", pages[0]), &lost).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{role:?}");
    }
    let mut interviewer = field.server.browser();
    let reply = interviewer.sign_in(Role::Interviewer).await;
    assert_eq!(
        (reply.location(), reply.headers.contains_key(header::SET_COOKIE)),
        ("/field", false)
    );
}

#[tokio::test]
async fn app_is_served_with_its_types_and_is_not_sent_twice() {
    let server = Server::start().await;
    let mut browser = server.browser();
    for (path, media_type) in [
        ("/field", "text/html; charset=utf-8"),
        ("/field/app.webmanifest", "application/manifest+json"),
        ("/field/sw.js", "text/javascript; charset=utf-8"),
        ("/field/field.css", "text/css; charset=utf-8"),
        ("/field/icon-192.png", "image/png"),
    ] {
        let reply = browser.get(path).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        assert_eq!(reply.headers[header::CONTENT_TYPE], media_type);
        let policy = reply.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("worker-src 'self'") && !policy.contains("unsafe"));
        assert_eq!(
            reply.headers.contains_key("service-worker-allowed"),
            path == "/field/sw.js"
        );
        let request = Request::builder()
            .uri(path)
            .header(header::IF_NONE_MATCH, &reply.headers[header::ETAG])
            .body(Body::empty())
            .unwrap();
        let again = server.router.clone().oneshot(request).await.unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
    }
    assert_eq!(
        browser.get("/field/../Cargo.toml").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        browser.get("/field/nothing.js").await.status,
        StatusCode::NOT_FOUND
    );
}
