use axum::http::StatusCode;

use crate::app::PlanCache;
use crate::auth::Role;
use crate::handlers::testing::{ROUND, Reply, Server};
use crate::retention;

const PAGE: &str = "/console/rounds/yunxi-2026/retention";
const REASON: &str = "有未办结的行政复议，需要保留";

fn csrf(reply: &Reply) -> String {
    reply.attributes("name=\"csrf\"", "value").remove(0)
}

#[tokio::test]
async fn the_office_sees_what_is_due_delays_in_public_and_downloads_certificates() {
    let server = Server::start().await;
    server.named_account("li", Role::Office, None).await;
    server.named_account("wang", Role::Auditor, None).await;
    let mut office = server.browser();
    office.sign_in_as("li").await;
    let page = office.get(PAGE).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("2027年6月29日") && page.text.contains("2029年12月30日"));
    let token = csrf(&page);

    let mut fields = [
        ("csrf", token.as_str()),
        ("kept", "identities"),
        ("until", "2027-01-01"),
        ("reason", REASON),
    ];
    let early = office.post(PAGE, &fields).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(early.text.contains("id=\"until-error\"") && early.text.contains(REASON));
    fields[2].1 = "2027-08-31";
    fields[3].1 = "短";
    assert!(
        office
            .post(PAGE, &fields)
            .await
            .text
            .contains("id=\"reason-error\"")
    );
    fields[3].1 = REASON;
    assert_eq!(office.post(PAGE, &fields).await.status, StatusCode::SEE_OTHER);

    // Everybody reads it, without signing in, and in both languages.
    let mut anyone = server.browser();
    let public = anyone.get("/privacy").await;
    assert!(
        public.text.contains(REASON) && public.text.contains("2027年8月31日"),
        "{}",
        public.text
    );
    anyone.language = "en";
    let english = anyone.get("/privacy").await;
    assert!(english.text.contains("kept until 31 August 2027"));

    server.wait(290 * 86_400);
    retention::run_all(&server.base, &PlanCache::default())
        .await
        .unwrap();
    let mut auditor = server.browser();
    auditor.sign_in_as("wang").await;
    let page = auditor.get(PAGE).await;
    assert!(
        !page
            .text
            .contains("<form method=\"post\" action=\"/console/rounds/yunxi-2026/retention\"")
    );
    let mut links = page.attributes("/download", "href");
    assert_eq!(links.len(), 2, "{links:?}");
    let certificate = auditor.get(&links.remove(0)).await;
    let said: serde_json::Value = serde_json::from_str(&certificate.text).unwrap();
    assert_eq!(
        (said["round"].as_str(), said["kind"].as_str()),
        (Some(ROUND), Some("minyi-erasure-certificate"))
    );
    // An auditor reads and delays nothing.
    let token = csrf(&auditor.get("/console/password").await);
    fields[0].1 = token.as_str();
    assert_eq!(auditor.post(PAGE, &fields).await.status, StatusCode::FORBIDDEN);
}
