//! Every status of design §8, through HTTP; and what the database holds afterwards.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use jiff::civil::date;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use survey_forms::form::{Form, QuestionKind};
use survey_forms::response::RawAnswers;
use survey_forms::{flow, validate};
use tower::ServiceExt;

use crate::handlers::testing::{ROUND, Server, edited, row_of};
use crate::rounds::{
    self,
    amend::{Correction, amend},
};
use crate::store::{forms, invitations, responses};
use crate::submit::receipt;

mod guessing;
mod races;

const FORM: &str = "grassroots";

/// The shortest way through a form: the first choice of every question that is asked.
fn shortest_answers(form: &Form) -> RawAnswers {
    let today = date(2026, 11, 23);
    let mut answers = RawAnswers::new();
    loop {
        let before = answers.len();
        for page in flow::pages(form, &answers, today) {
            for question in page.questions.iter().filter_map(|name| form.question(name)) {
                let value = match &question.kind {
                    QuestionKind::SelectOne { .. } | QuestionKind::SelectMultiple { .. } => {
                        form.choices(question)[0].name.clone()
                    }
                    QuestionKind::Integer | QuestionKind::Range { .. } => "1".to_owned(),
                    _ => continue,
                };
                answers.entry(question.name.clone()).or_insert(value);
            }
        }
        if answers.len() == before {
            return validate::validate(form, &answers, today).unwrap();
        }
    }
}

struct Api {
    server: Server,
    version: String,
    answers: RawAnswers,
}

impl Api {
    async fn start() -> Self {
        let server = Server::start().await;
        let stored = forms::current(&server.base.db, ROUND, FORM)
            .await
            .unwrap()
            .unwrap();
        let form = survey_forms::xlsform::read(&stored.source_path, &stored.xlsx)
            .unwrap()
            .form;
        Self {
            server,
            version: stored.version,
            answers: shortest_answers(&form),
        }
    }

    async fn code(&self, case_id: &str) -> String {
        self.server
            .invite("grassroots", case_id)
            .await
            .trim_start_matches("/r/")
            .to_owned()
    }

    fn body(&self, id: u128, code: &str) -> Value {
        let id = uuid::Builder::from_random_bytes(id.to_be_bytes()).into_uuid();
        json!({
            "id": id, "code": code, "form": FORM, "form_version": self.version, "language": "en", "mode": "web",
            "answering": "self", "started_at": "2026-11-23T16:00:00+08:00", "ended_at": "2026-11-23T16:05:00+08:00",
            "answers": self.answers,
        })
    }

    async fn send(&self, body: impl Into<Body>) -> (StatusCode, Value, header::HeaderMap) {
        let request = Request::post("/api/v1/responses").header(header::CONTENT_TYPE, "application/json");
        let request = request.body(body.into()).unwrap();
        let (parts, body) = self
            .server
            .router
            .clone()
            .oneshot(request)
            .await
            .unwrap()
            .into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        (
            parts.status,
            serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            parts.headers,
        )
    }

    async fn post(&self, body: &Value) -> (u16, Value) {
        let (status, reply, _) = self.send(body.to_string()).await;
        (status.as_u16(), reply)
    }

    async fn stored(&self) -> Vec<responses::Response> {
        responses::all(&self.server.base.db, ROUND).await.unwrap()
    }
}

#[tokio::test]
async fn accepted_response_is_stored_without_time_and_the_code_is_used_up() {
    let api = Api::start().await;
    let code = api.code("c1").await;
    let (status, reply) = api.post(&api.body(1, &code.to_lowercase())).await;
    assert_eq!(status, 201, "{reply}");
    let stored = api.stored().await;
    assert_eq!(stored.len(), 1);
    let row = &stored[0];
    assert_eq!(
        (row.day.as_str(), row.duration_s, row.mode.as_str()),
        ("2026-11-23", 300, "web")
    );
    assert_eq!(
        serde_json::from_str::<RawAnswers>(&row.answers).unwrap(),
        api.answers
    );
    let checked = receipt::verify(
        &api.server.base.keys.verifying_key(),
        reply["receipt"].as_str().unwrap(),
    )
    .unwrap();
    assert_eq!((checked.round.as_str(), &checked.leaf), (ROUND, &row.leaf));
    let invited = invitations::list(&api.server.base.db, ROUND).await.unwrap();
    assert_eq!(invited[0].state, invitations::COMPLETE);
    assert_eq!(row.link, Some(api.server.base.keys.link(invited[0].id)));
    // Neither the code nor the invitation's id stands beside the answers.
    assert!(!format!("{row:?}").contains(&invited[0].id.to_string()));
}

#[tokio::test]
async fn same_id_and_content_gives_the_same_receipt_and_other_content_409() {
    let api = Api::start().await;
    let code = api.code("c1").await;
    let body = api.body(1, &code);
    let (_, first) = api.post(&body).await;
    // The same content spelt otherwise.
    let respelt = serde_json::to_string_pretty(&body).unwrap();
    let (status, again, _) = api.send(respelt).await;
    assert_eq!((status.as_u16(), &again["receipt"]), (200, &first["receipt"]));

    let mut other = body.clone();
    other["answers"]["first_change"] = json!("别的话");
    assert_eq!(api.post(&other).await.0, 409);
    // The id comes before anything else: even faults in what is sent.
    other["answers"] = json!({ "nonsense": "1" });
    other["mode"] = json!("telepathy");
    let (status, reply) = api.post(&other).await;
    assert_eq!((status, reply["error"].as_str()), (409, Some("id_conflict")));
    assert_eq!(api.stored().await.len(), 1);

    rounds::close(&api.server.base, ROUND, "test").await.unwrap();
    assert_eq!(
        api.post(&body).await.0,
        200,
        "a repeat is answered after closing as well"
    );
}

#[tokio::test]
async fn doors_that_do_not_open_say_why() {
    let api = Api::start().await;
    let code = api.code("c1").await;
    assert_eq!(api.post(&api.body(1, &code)).await.0, 201);
    let (status, reply) = api.post(&api.body(2, &code)).await;
    assert_eq!((status, reply["error"].as_str()), (409, Some("code_used")));
    for unknown in ["0000-0000-00000", "not a code", ""] {
        assert_eq!(api.post(&api.body(3, unknown)).await.0, 404, "{unknown}");
    }
    let mut by_link = api.body(4, "");
    by_link.as_object_mut().unwrap().remove("code");
    by_link["link"] = json!("no-such-link");
    assert_eq!(api.post(&by_link).await.0, 404);
    by_link["code"] = json!(code);
    assert_eq!(api.post(&by_link).await.0, 422);
    rounds::close(&api.server.base, ROUND, "test").await.unwrap();
    let fresh = api.code("c2").await;
    assert_eq!(api.post(&api.body(5, &fresh)).await.0, 410);
}

#[tokio::test]
async fn open_link_takes_any_number_of_responses_without_a_link_to_anyone() {
    let api = Api::start().await;
    let groups = crate::store::rounds::groups(&api.server.base.db, ROUND)
        .await
        .unwrap();
    let slug = groups
        .into_iter()
        .find(|group| group.group == "grassroots")
        .unwrap()
        .open_link
        .unwrap();
    for n in 1..=2 {
        let mut body = api.body(n, "");
        body.as_object_mut().unwrap().remove("code");
        body["link"] = json!(slug);
        assert_eq!(api.post(&body).await.0, 201);
    }
    let stored = api.stored().await;
    assert!(
        stored
            .iter()
            .all(|row| row.link.is_none() && row.open_link.as_deref() == Some(slug.as_str()))
    );
    assert_eq!(stored.len(), 2);
}

#[tokio::test]
async fn faults_are_listed_by_field_in_the_language_of_the_response() {
    let api = Api::start().await;
    let code = api.code("c1").await;
    let mut body = api.body(1, &code);
    body["answers"]["sat_overall"] = json!("9");
    body["answers"]["no_such_question"] = json!("1");
    let (status, reply) = api.post(&body).await;
    assert_eq!(status, 422);
    let fields: Vec<&str> = reply
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["field"].as_str().unwrap())
        .collect();
    assert!(
        fields.contains(&"sat_overall") && fields.contains(&"no_such_question"),
        "{fields:?}"
    );
    assert!(reply[0]["message"].as_str().unwrap().is_ascii(), "{reply}");
    body["form_version"] = json!("of last year");
    let (status, reply) = api.post(&body).await;
    assert_eq!(
        (status, reply["current_form_version"].as_str()),
        (409, Some(api.version.as_str()))
    );
    body["form"] = json!("resident");
    let (status, reply) = api.post(&body).await;
    assert_eq!((status, reply[0]["field"].as_str()), (422, Some("form")));
    assert!(api.stored().await.is_empty());
}

#[tokio::test]
async fn answers_of_the_version_before_an_amendment_are_judged_by_it_and_accepted() {
    let api = Api::start().await;
    let (first, second) = (api.code("grassroots-1").await, api.code("grassroots-2").await);
    // The writer knows the round before it is amended.
    assert_eq!(api.post(&api.body(1, &first)).await.0, 201);
    let xlsx = edited(FORM, |sheet, rows| {
        if sheet == "survey" {
            row_of(rows, "volunteers")[8] = ". >= 0 and . <= 9".to_owned();
        }
    });
    let correction = Correction {
        file: "grassroots.xlsx".into(),
        xlsx,
        reason: "上限".into(),
        ..Correction::default()
    };
    let amended = amend(&api.server.base, ROUND, correction, "office")
        .await
        .unwrap();
    let mut body = api.body(2, &second);
    body["answers"]["volunteers"] = json!("4000");
    let mut faulty = body.clone();
    faulty["answers"]["volunteers"] = json!("6000");
    let (status, reply) = api.post(&faulty).await;
    assert_eq!((status, reply[0]["field"].as_str()), (422, Some("volunteers")));
    faulty = body.clone();
    faulty["form_version"] = json!(amended.new_version);
    let (status, reply) = api.post(&faulty).await;
    assert_eq!((status, reply[0]["field"].as_str()), (422, Some("volunteers")));
    let (status, reply) = api.post(&body).await;
    assert_eq!(status, 201, "{reply}");
    let versions: Vec<String> = api
        .stored()
        .await
        .into_iter()
        .map(|row| row.form_version)
        .collect();
    assert_eq!(versions, [api.version.clone(), api.version.clone()]);
}

#[tokio::test]
async fn what_cannot_be_read_is_400_and_what_is_too_large_413() {
    let api = Api::start().await;
    for text in ["", "{", "[]", r#"{"id":"1"}"#, "\u{0}", &"[".repeat(10_000)] {
        assert_eq!(
            api.send(text.to_owned()).await.0,
            StatusCode::BAD_REQUEST,
            "{text:.20}"
        );
    }
    assert_eq!(
        api.send(vec![b' '; 300 * 1024]).await.0,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    // Axum answers other methods, and the list of routes other paths.
    let get = Request::get("/api/v1/responses").body(Body::empty()).unwrap();
    assert_eq!(
        api.server.router.clone().oneshot(get).await.unwrap().status(),
        StatusCode::METHOD_NOT_ALLOWED
    );
    let lost = Request::get("/api/v1/nothing").body(Body::empty()).unwrap();
    assert_eq!(
        api.server.router.clone().oneshot(lost).await.unwrap().status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn guessing_is_slowed_down_and_a_right_code_still_passes() {
    let api = Api::start().await;
    let code = api.code("c1").await;
    let mut last = 404;
    for n in 0..70 {
        last = api.post(&api.body(n, "0000-0000-00012")).await.0;
    }
    assert_eq!(last, 429);
    let (_, _, headers) = api.send(api.body(99, "0000-0000-00012").to_string()).await;
    assert!(
        headers[header::RETRY_AFTER]
            .to_str()
            .unwrap()
            .parse::<u64>()
            .unwrap()
            >= 1
    );
    assert_eq!(
        api.post(&api.body(100, &code)).await.0,
        201,
        "a neighbour's guesses lock nobody out"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_with_equal_ids_and_codes_are_stored_once_each() {
    let api = std::sync::Arc::new(Api::start().await);
    let mut codes = Vec::new();
    for n in 0..20 {
        codes.push(api.code(&format!("c{n}")).await);
    }
    let mut tasks = tokio::task::JoinSet::new();
    for (n, code) in (0..).zip(&codes) {
        for copy in 0..6u128 {
            // Three copies of one response, and three others that want the same code.
            let id = if copy < 3 { n * 10 } else { n * 10 + copy };
            let (api, body) = (api.clone(), api.body(id, code));
            tasks.spawn(async move { (n, copy, api.post(&body).await) });
        }
    }
    let mut replies: Vec<(u128, u128, (u16, Value))> = tasks.join_all().await;
    replies.sort_by_key(|(n, copy, _)| (*n, *copy));
    for of_code in replies.chunks(6) {
        let statuses: Vec<u16> = of_code.iter().map(|(_, _, (status, _))| *status).collect();
        assert_eq!(statuses.iter().filter(|s| **s == 201).count(), 1, "{statuses:?}");
        assert!(
            statuses.iter().all(|s| matches!(s, 200 | 201 | 409)),
            "{statuses:?}"
        );
        let receipts: std::collections::BTreeSet<&str> = of_code
            .iter()
            .filter_map(|(_, _, (_, reply))| reply["receipt"].as_str())
            .collect();
        assert_eq!(receipts.len(), 1);
    }
    assert_eq!(api.stored().await.len(), codes.len());
}

#[tokio::test]
async fn database_that_fails_answers_503_and_a_later_try_succeeds() {
    let api = Api::start().await;
    let code = api.code("c1").await;
    let db = &api.server.base.db;
    db.execute_unprepared("ALTER TABLE responses RENAME TO away")
        .await
        .unwrap();
    let (status, _, headers) = api.send(api.body(1, &code).to_string()).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(headers.contains_key(header::RETRY_AFTER));
    db.execute_unprepared("ALTER TABLE away RENAME TO responses")
        .await
        .unwrap();
    assert_eq!(api.post(&api.body(1, &code)).await.0, 201);
}

#[tokio::test]
async fn submission_deletes_the_draft_of_its_invitation() {
    use crate::store::drafts;
    let api = Api::start().await;
    let path = api.server.invite("grassroots", "c1").await;
    let mut browser = api.server.browser();
    let start = browser.get(&path).await;
    assert_eq!(start.status, StatusCode::OK);
    browser.post(&path, &[("consent", "yes"), ("go", "begin")]).await;
    let invited = invitations::list(&api.server.base.db, ROUND).await.unwrap();
    let link = api.server.base.keys.link(invited[0].id);
    assert!(drafts::find(&api.server.base.db, &link).await.unwrap().is_some());
    api.post(&api.body(1, path.trim_start_matches("/r/"))).await;
    assert!(drafts::find(&api.server.base.db, &link).await.unwrap().is_none());
}

#[tokio::test]
async fn form_and_openapi_are_described_for_programs() {
    let api = Api::start().await;
    let mut browser = api.server.browser();
    let form: Value =
        serde_json::from_str(&browser.get(&format!("/api/v1/forms/{ROUND}/{FORM}")).await.text).unwrap();
    assert_eq!(form["form_version"], json!(api.version));
    let overall = form["questions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|q| q["name"] == "sat_overall")
        .unwrap();
    assert_eq!(overall["type"], "select_one");
    assert!(
        overall["choices"]
            .as_array()
            .unwrap()
            .iter()
            .any(|choice| choice["name"] == "5")
    );
    assert!(overall.get("required").is_some() && overall.get("relevant").is_some());
    for missing in [
        format!("/api/v1/forms/{ROUND}/none"),
        format!("/api/v1/forms/none/{FORM}"),
    ] {
        assert_eq!(browser.get(&missing).await.status, StatusCode::NOT_FOUND);
    }
    let described: Value = serde_json::from_str(&browser.get("/api/v1/openapi.json").await.text).unwrap();
    let statuses = described["paths"]["/api/v1/responses"]["post"]["responses"]
        .as_object()
        .unwrap();
    for status in [
        "200", "201", "400", "404", "409", "410", "413", "422", "429", "503",
    ] {
        assert!(statuses.contains_key(status), "{status}");
    }
    assert_eq!(browser.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(browser.get("/readyz").await.status, StatusCode::OK);
    api.post(&api.body(1, &api.code("c1").await)).await;
    assert!(
        browser
            .get("/metrics")
            .await
            .text
            .contains("minyi_responses_accepted_total")
    );
}
