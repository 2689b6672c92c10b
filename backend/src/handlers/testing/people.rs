//! People of the register, and what they answer.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{ROUND, Reply, Server, sample_case};
use crate::auth::Role;
use crate::handlers::testing::Browser;
use crate::store::frame::{self, FrameMember, Identity};
use crate::store::{responses, sample};

/// Where the people of the tests live, unless they say otherwise.
pub(crate) const VILLAGE: &str = "990101001001";

/// A member of the frame of whom nothing else is known.
pub(crate) fn frame_member(key: &str, group: &str, unit: &str) -> FrameMember {
    FrameMember {
        round_id: ROUND.to_owned(),
        member_key: key.to_owned(),
        unit: unit.to_owned(),
        group: group.to_owned(),
        category: None,
        grade: None,
        sex: None,
        birth_year: None,
        hardship: String::new(),
        body_kind: None,
        relative_of_key: None,
    }
}

/// The token of a page's form.
pub(crate) fn csrf(reply: &Reply) -> String {
    reply.attributes("name=\"csrf\"", "value").remove(0)
}

impl Server {
    /// Makes these people the round's frame.
    pub(crate) async fn put_frame(&self, people: Vec<(FrameMember, Identity)>) {
        let base = &self.base;
        let put = frame::replace(&base.db, &base.keys, &base.entropy, ROUND, people).await;
        put.unwrap();
    }

    /// Makes the case R1 the sample: the resident of this key in the frame.
    pub(crate) async fn draw(&self, member_key: &str) {
        let mut case = sample_case("R1", "resident", VILLAGE);
        case.member_key = Some(member_key.to_owned());
        sample::replace(&self.base.db, ROUND, vec![case]).await.unwrap();
    }

    /// Has the case R1 answer through the API, with `more` beside what everybody is asked; the leaf of the response.
    pub(crate) async fn answer_as_drawn(&self, more: Value) -> String {
        let path = self.invite("resident", "R1").await;
        let form = self.plan().await.forms["resident"].version.clone();
        let mut answers = json!({ "answering": "self", "need": "none", "took_part": "none" });
        for (question, answer) in more.as_object().unwrap() {
            answers[question] = answer.clone();
        }
        let body = json!({
            "id": self.base.entropy.uuid(), "code": path.trim_start_matches("/r/"), "form": "resident",
            "form_version": form, "language": "zh", "mode": "web", "answering": "self",
            "started_at": "2026-11-23T08:00:00Z", "ended_at": "2026-11-23T08:05:00Z", "answers": answers,
        });
        let reply = self.browser().post_json("/api/v1/responses", &body).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text);
        responses::all(&self.base.db, ROUND).await.unwrap()[0]
            .leaf
            .clone()
    }

    /// The browser of somebody who is signed in by a name of their own, and the token of its forms.
    pub(crate) async fn signed_in(&self, login: &str, role: Role) -> (Browser, String) {
        self.named_account(login, role, None).await;
        let mut browser = self.browser();
        browser.sign_in_as(login).await;
        let token = csrf(&browser.get("/console/password").await);
        (browser, token)
    }
}
