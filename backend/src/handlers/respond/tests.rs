//! A respondent's ways through the server, by HTTP and without script.

use axum::http::{StatusCode, header};

use crate::handlers::testing::{Browser, ROUND, Reply, Server};
use crate::rounds;
use crate::store::{drafts, responses};

mod attacks;
mod doors;
mod files;
mod handed_over;
mod reading;
mod sittings;

const CONSENT: [(&str, &str); 3] = [("consent", "yes"), ("sensitive", "yes"), ("go", "begin")];

/// What a person would answer on a page: the preferred choice where there is one,
/// else the first choice of each list, else a word.
fn answers(page: &Reply, prefer: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for element in page
        .text
        .split('<')
        .filter(|e| e.starts_with("input") || e.starts_with("textarea"))
    {
        let value_of = |name: &str| {
            Some(
                element
                    .split(&format!(" {name}=\""))
                    .nth(1)?
                    .split('"')
                    .next()?
                    .to_owned(),
            )
        };
        let (Some(name), kind) = (value_of("name"), value_of("type").unwrap_or_default()) else {
            continue;
        };
        if kind == "hidden" || fields.iter().any(|(known, _)| *known == name) {
            continue;
        }
        let wanted = prefer
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| (*value).to_owned());
        let value = match kind.as_str() {
            "radio" | "checkbox" => wanted.or(value_of("value")).unwrap_or_default(),
            _ if element.contains("inputmode") => wanted.unwrap_or_else(|| "2".to_owned()),
            _ => wanted.unwrap_or_else(|| "多来村里看看".to_owned()),
        };
        fields.push((name, value));
    }
    fields.push(("go".to_owned(), "next".to_owned()));
    fields
}

async fn press(browser: &mut Browser, path: &str, fields: &[(String, String)]) -> Reply {
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    browser.post(path, &fields).await
}

/// Walks from a page of the questionnaire to the check page; returns the pages passed.
pub(crate) async fn walk(
    browser: &mut Browser,
    mut at: String,
    prefer: &[(&str, &str)],
    most: usize,
) -> (Vec<String>, String) {
    let mut passed = Vec::new();
    while at.contains("/q/") && passed.len() < most {
        let page = browser.get(&at).await;
        assert_eq!(page.status, StatusCode::OK, "{at} leads to {}", page.location());
        let reply = press(browser, &at, &answers(&page, prefer)).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{at}: {}", reply.text);
        passed.push(at);
        at = reply.location().to_owned();
    }
    (passed, at)
}

pub(crate) async fn begin(browser: &mut Browser, path: &str) -> String {
    let reply = browser.post(path, &CONSENT).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.text);
    reply.location().to_owned()
}

#[tokio::test]
async fn questionnaire_is_walked_from_code_to_receipt_and_counts_once() {
    let server = Server::start().await;
    for group in ["resident", "family", "grassroots"] {
        let path = server.invite(group, &format!("{group}-1")).await;
        let mut browser = server.browser();
        let typed = path.trim_start_matches("/r/").to_lowercase().replace('-', " ");
        let entered = browser.post("/", &[("code", &typed), ("go", "next")]).await;
        assert_eq!(entered.location(), path);

        let start = browser.get(&path).await;
        assert_eq!(start.status, StatusCode::OK);
        assert!(
            start.text.contains("自愿参加") && start.text.contains("保密") && !start.text.contains("匿名")
        );
        let unticked = browser.post(&path, &[("go", "begin")]).await;
        assert_eq!(unticked.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(unticked.text.contains("<title>错误：") && unticked.text.contains("href=\"#consent\""));

        let first = begin(&mut browser, &path).await;
        let (passed, at) = walk(&mut browser, first, &[], 80).await;
        assert!(passed.len() > 8, "{group}: {passed:?}");
        assert_eq!(at, format!("{path}/check"), "{group}");
        server.wait(60);
        let check = browser.get(&at).await;
        assert!(check.text.contains("?from=check") && !check.text.contains("别的手机上填的"));

        // Pressed twice at the same time: one response, one receipt.
        let mut twice = browser.clone();
        let fields = [("go", "submit")];
        let (one, two) = tokio::join!(browser.post(&at, &fields), twice.post(&at, &fields));
        for reply in [one, two] {
            assert_eq!(
                reply.location(),
                format!("{path}/receipt"),
                "{group}: {} {}",
                reply.status,
                reply.text
            );
        }
        let receipt = browser.get(&format!("{path}/receipt")).await;
        assert!(
            receipt.text.contains("data-receipt>MY1.") && receipt.text.contains("<svg"),
            "{}",
            receipt.text
        );

        let again = browser.get(&path).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert!(again.text.contains("已经用过了") && again.text.contains(&format!("{path}/receipt")));
        let stranger = server.browser().get(&path).await;
        assert_eq!(stranger.status, StatusCode::CONFLICT);
        assert!(
            !stranger.text.contains(&format!("{path}/receipt")),
            "another device is shown no receipt"
        );
        assert_eq!(
            server.browser().get(&format!("{path}/receipt")).await.location(),
            path
        );
    }
    let stored = responses::all(&server.base.db, ROUND).await.unwrap();
    assert_eq!(stored.len(), 3);
    assert!(
        stored
            .iter()
            .all(|row| row.language == "zh" && row.mode == "web" && row.duration_s == 60)
    );
}

#[tokio::test]
async fn back_later_switches_and_saving_in_between_lose_nothing() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let first = begin(&mut phone, &path).await;
    let (_, at) = walk(&mut phone, first, &[("answering", "assisted")], 4).await;
    let page = phone.get(&at).await;
    let mut fields = answers(&page, &[]);
    let (name, value) = fields[0].clone();
    let is_kept = |page: &Reply| {
        page.text
            .split('<')
            .any(|e| e.contains(&format!("name=\"{name}\"")) && e.contains(" checked"))
            || page.text.contains(&format!("value=\"{value}\" checked"))
    };
    fields.retain(|(key, _)| key != "go");
    let with = |extra: (&str, &str)| {
        let mut fields = fields.clone();
        fields.push((extra.0.to_owned(), extra.1.to_owned()));
        fields
    };
    let kept = press(&mut phone, &at, &with(("go", "keep"))).await;
    assert_eq!((kept.status, kept.text.as_str()), (StatusCode::NO_CONTENT, ""));
    assert!(is_kept(&phone.get(&at).await), "saved while thinking");

    let switched = press(&mut phone, &at, &with(("lang", "en"))).await;
    assert_eq!(switched.location(), at);
    let english = phone.get(&at).await;
    assert!(english.text.contains("<html lang=\"en\"") && is_kept(&english));

    let back = press(&mut phone, &at, &with(("go", "back"))).await;
    assert!(back.location().contains("/q/") && back.location() != at);
    let overtaken = press(&mut phone, &at, &with(("go", "keep"))).await;
    assert_eq!(
        overtaken.status,
        StatusCode::CONFLICT,
        "a late save must not undo what came after"
    );
    assert!(phone.get(back.location()).await.text.contains(" checked"));
    assert!(is_kept(&phone.get(&at).await));

    let later = press(&mut phone, &at, &with(("go", "later"))).await;
    assert!(
        phone
            .get(later.location())
            .await
            .text
            .contains(path.trim_start_matches("/r/"))
    );
    let resumed = phone.post(&path, &[("go", "begin")]).await;
    assert_eq!(resumed.location(), at, "the same phone goes on where it was");
}

#[tokio::test]
async fn wrong_answer_comes_back_with_a_summary_and_what_was_typed() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let mut at = begin(&mut phone, &path).await;
    // The first page that requires an answer.
    let reply = loop {
        let empty = phone.post(&at, &[("go", "next")]).await;
        match empty.status {
            StatusCode::SEE_OTHER => at = empty.location().to_owned(),
            _ => break empty,
        }
        assert!(at.contains("/q/"), "no page requires an answer");
    };
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.text.contains("<title>错误：") && reply.text.contains("role=\"alert\""));
    let ids = reply.attributes("q-error", "id");
    assert!(ids.iter().any(|id| id.starts_with("err-")), "{ids:?}");
    let links = reply.attributes("a href=\"#", "href");
    assert!(
        links
            .iter()
            .any(|link| reply.text.contains(&format!("id=\"{}\"", &link[1..]))),
        "{links:?}"
    );
    // Pages after it are not reached by address, and the check page leads back.
    assert!(
        phone
            .get(&format!("{path}/check"))
            .await
            .location()
            .contains("/q/")
    );
}

#[tokio::test]
async fn without_the_separate_consent_health_is_neither_asked_nor_stored() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let first = phone
        .post(&path, &[("consent", "yes"), ("go", "begin")])
        .await
        .location()
        .to_owned();
    let mut seen = String::new();
    let (passed, at) = walk(&mut phone, first, &[], 80).await;
    for page in &passed {
        seen.push_str(&phone.get(page).await.text);
    }
    assert!(!seen.contains("name=\"wg_"), "health was asked");
    assert!(phone.get(&at).await.text.contains("您没有同意使用身体情况"));
    let sent = phone.post(&at, &[("go", "submit")]).await;
    assert_eq!(sent.location(), format!("{path}/receipt"), "{}", sent.text);
    let stored = responses::all(&server.base.db, ROUND).await.unwrap();
    let answers: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&stored[0].answers).unwrap();
    for (name, value) in answers.iter().filter(|(name, _)| name.starts_with("wg_")) {
        assert!(value == "rf" || value == "", "{name} = {value}");
    }
}

#[tokio::test]
async fn replies_carry_the_headers_that_keep_codes_at_home() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut browser = server.browser();
    let page = browser.get(&path).await;
    let header = |name: &str| {
        page.headers
            .get(name)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    };
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("content-security-policy").contains("frame-ancestors 'none'"));
    assert!(!header("content-security-policy").contains("unsafe"));
    let begun = browser.post(&path, &CONSENT).await;
    let cookie = begun
        .headers
        .get(header::SET_COOKIE)
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        cookie.contains(&format!("Path={path};")) && cookie.contains("HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
    let css = page.attributes("rel=\"stylesheet\"", "href").remove(0);
    let style = browser.get(&css).await;
    assert!(
        style.headers[header::CACHE_CONTROL]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
    assert_eq!(
        browser.get("/assets/survey-0000000000.css").await.status,
        StatusCode::NOT_FOUND
    );
}

#[test]
fn only_local_paths_are_returned_to() {
    use super::is_local;
    assert!(is_local("/r/7K3M-9QXT-5W2HD/check"));
    for path in [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "",
        "/a\nb",
        "javascript:1",
    ] {
        assert!(!is_local(path), "{path}");
    }
}
