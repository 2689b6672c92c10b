//! What a device fetches: the bundle and the app itself.

use super::*;

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
