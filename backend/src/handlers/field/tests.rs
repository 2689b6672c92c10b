//! The interviewers' API by HTTP, and what the office does about it in the console.

use analysis::disposition::Disposition;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

use crate::auth::Role;
use crate::field::sealing::{Subject, testing::seal};
use crate::handlers::testing::{Browser, PASSWORD, ROUND, Server, edited, frame_member, row_of, sample_case};
use crate::rounds::amend::{Correction, amend};
use crate::store::assignments::{self, Assignment};
use crate::store::forms::StoredForm;
use crate::store::frame::Identity;
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

/// A case of which the relative belongs to the first resident.
fn case_of_household(case_id: &str, group: &str, unit: &str) -> SampleCase {
    let person = if group == "family" { "N1" } else { case_id }.replace("resident-000001", "N1");
    SampleCase {
        person: Some(person),
        ..sample_case(case_id, group, unit)
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
        Self::start_on(Server::start().await, employer).await
    }

    async fn start_on(server: Server, employer: Option<&str>) -> Self {
        let base = &server.base;
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
        let people = CASES.map(|(id, group, unit)| (frame_member(id, group, unit), identity(id)));
        server.put_frame(people.into()).await;
        let cases = CASES.map(|(id, group, unit)| case_of_household(id, group, unit));
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
        Self::with_device_on(Server::start().await).await
    }

    async fn with_device_on(server: Server) -> (Self, String) {
        let field = Self::start_on(server, None).await;
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
mod attachments;
mod attacks;
mod bundle;
mod interviews;
mod openrosa;
mod tokens;
mod visits;
mod web_forms;
