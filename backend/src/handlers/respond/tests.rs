//! A respondent's ways through the server, by HTTP and without script.

use axum::http::{StatusCode, header};

use crate::handlers::testing::{Browser, ROUND, Reply, Server};
use crate::rounds;
use crate::store::{drafts, responses};

mod attacks;
mod doors;

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
async fn new_device_goes_on_at_the_first_unanswered_page_and_sees_nothing_earlier() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let first = begin(&mut phone, &path).await;
    let (passed, next) = walk(&mut phone, first, &[], 6).await;
    assert_eq!(passed.len(), 6);
    let secret = passed
        .iter()
        .find(|page| page.ends_with("/q/answering"))
        .unwrap_or(&passed[0]);

    let mut borrowed = server.browser();
    let start = borrowed.get(&path).await;
    assert!(start.text.contains("别的手机上答了一部分"), "{}", start.text);
    assert_eq!(
        borrowed.get(secret).await.location(),
        path,
        "nothing before the button is pressed"
    );
    let resumed = borrowed.post(&path, &[("go", "begin")]).await;
    assert_eq!(resumed.location(), next);
    let peek = borrowed.get(secret).await;
    assert_eq!(
        (peek.status, peek.location()),
        (StatusCode::SEE_OTHER, next.as_str())
    );
    let overwrite = borrowed
        .post(secret, &[("answering", "proxy"), ("go", "next")])
        .await;
    assert_eq!(overwrite.location(), next);

    let (_, at) = walk(&mut borrowed, next.clone(), &[], 80).await;
    let check = borrowed.get(&at).await;
    assert!(check.text.contains("在别的手机上填的"), "{}", check.text);
    for page in &passed {
        assert!(
            !check.text.contains(&format!("{page}?from=check")),
            "{page} can be changed elsewhere"
        );
    }
    // The first phone still sees its own, and none of what the borrowed one gave.
    let own = phone.get(secret).await;
    assert_eq!(own.status, StatusCode::OK);
    assert!(own.text.contains(" checked"), "{}", own.text);
    assert!(!phone.get(&next).await.text.contains(" checked"));

    // Handing the phone on: it forgets, the draft does not.
    let hidden = phone.post(&format!("{path}/later"), &[("go", "forget")]).await;
    assert!(phone.get(hidden.location()).await.text.contains("已经藏起来了"));
    assert_eq!(phone.get(secret).await.location(), path);
    let sent = borrowed.post(&at, &[("go", "submit")]).await;
    assert_eq!(sent.location(), format!("{path}/receipt"), "{}", sent.text);
    let stored = responses::all(&server.base.db, ROUND).await.unwrap();
    assert!(
        stored[0].answers.contains("\"answering\":\"self\""),
        "{}",
        stored[0].answers
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
async fn open_link_asks_the_township_and_resumes_in_the_same_browser_only() {
    let server = Server::start().await;
    let path = format!("/o/{ROUND}-resident");
    let mut phone = server.browser();
    let start = phone.get(&path).await;
    assert!(
        start.text.contains("公开链接") && start.text.contains("城关镇"),
        "{}",
        start.text
    );
    let nowhere = phone.post(&path, &CONSENT).await;
    assert_eq!(nowhere.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nowhere.text.contains("href=\"#unit\"") && nowhere.text.contains("value=\"yes\" checked"));
    let begun = phone
        .post(&path, &[&CONSENT[..], &[("unit", "990101001")]].concat())
        .await;
    let (_, at) = walk(&mut phone, begun.location().to_owned(), &[], 5).await;
    assert!(!server.browser().get(&path).await.text.contains("上次答了一部分"));
    assert!(phone.get(&path).await.text.contains("上次答了一部分"));
    let (_, at) = walk(&mut phone, at, &[], 80).await;
    let sent = phone.post(&at, &[("go", "submit")]).await;
    assert_eq!(sent.location(), format!("{path}/receipt"), "{}", sent.text);
    let stored = responses::all(&server.base.db, ROUND).await.unwrap();
    assert_eq!(
        (stored[0].link.as_deref(), stored[0].open_link.as_deref()),
        (None, Some("yunxi-2026-resident"))
    );
    assert!(phone.get(&format!("{path}/receipt")).await.text.contains("MY1."));
    assert_eq!(stored[0].unit.as_deref(), Some("990101001"));
    // The link itself is never used up.
    assert_eq!(phone.get(&path).await.status, StatusCode::OK);
}

#[tokio::test]
async fn doors_that_do_not_open_say_why_kindly() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut browser = server.browser();
    let unknown = browser.get("/r/0000-0000-00012").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(unknown.text.contains("没有找到这个答题码"));
    assert_eq!(browser.get("/o/nothing").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/nothing").await.status, StatusCode::NOT_FOUND);
    let mistyped = browser.post("/", &[("code", "0000 0000 00013")]).await;
    assert_eq!(mistyped.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(mistyped.text.contains("value=\"0000 0000 00013\""));

    let mut phone = server.browser();
    let at = begin(&mut phone, &path).await;
    rounds::close(&server.base, ROUND, "test").await.unwrap();
    for address in [path.clone(), at] {
        let closed = phone.get(&address).await;
        assert_eq!(closed.status, StatusCode::GONE);
        assert!(closed.text.contains("已经结束") && closed.text.contains("需要帮忙吗"));
    }
}

#[tokio::test]
async fn guessing_codes_is_slowed_down_and_recovers() {
    let server = Server::start().await;
    let mut guesser = server.browser();
    let mut statuses = Vec::new();
    for _ in 0..62 {
        statuses.push(guesser.get("/r/0000-0000-00012").await.status);
    }
    assert_eq!(statuses[..61], [StatusCode::NOT_FOUND; 61]);
    let slowed = guesser.get("/r/0000-0000-00012").await;
    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(slowed.headers.contains_key(header::RETRY_AFTER) && slowed.text.contains("请稍等"));
    server.wait(11);
    assert_eq!(
        guesser.get("/r/0000-0000-00012").await.status,
        StatusCode::NOT_FOUND
    );
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

#[tokio::test]
async fn draft_is_stored_under_the_link_without_the_token() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let at = begin(&mut phone, &path).await;
    walk(&mut phone, at, &[], 3).await;
    let invitation = &crate::store::invitations::list(&server.base.db, ROUND)
        .await
        .unwrap()[0];
    assert_eq!(invitation.state, crate::store::invitations::STARTED);
    let draft = drafts::find(&server.base.db, &server.base.keys.link(invitation.id))
        .await
        .unwrap()
        .unwrap();
    assert!(draft.kept.sensitive && !draft.kept.answers.is_empty());
    assert!(draft.kept.answers.values().all(|given| given.device.len() == 64));
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

#[tokio::test]
async fn phone_handed_over_shows_and_changes_nothing_earlier_and_goes_on() {
    let server = Server::start().await;
    let open = format!("/o/{ROUND}-resident");
    for path in [server.invite("resident", "r-1").await, open] {
        let mut phone = server.browser();
        let begun = [&CONSENT[..], &[("unit", "990101001")]].concat();
        let first = phone.post(&path, &begun).await.location().to_owned();
        let (passed, at) = walk(&mut phone, first, &[("answering", "assisted")], 6).await;
        // What is typed when the button is pressed is kept.
        let page = phone.get(&at).await;
        assert!(page.text.contains("把手机交给别人填") && page.text.contains("value=\"handover\""));
        assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
        let mut fields = answers(&page, &[]);
        fields.retain(|(name, _)| name != "go");
        fields.push(("go".to_owned(), "handover".to_owned()));
        let asking = press(&mut phone, &at, &fields).await;
        assert_eq!(asking.location(), format!("{path}/handover"));
        let before = phone.get(asking.location()).await;
        assert_eq!(before.headers[header::CACHE_CONTROL], "no-store");
        assert!(before.text.contains("看不到") && before.text.contains(&format!("href=\"{at}\"")));
        assert!(
            phone.get(&at).await.text.contains(" checked"),
            "asking changes nothing"
        );

        let handed = phone.post(&format!("{path}/handover"), &[("go", "hand")]).await;
        let after = phone.get(handed.location()).await;
        assert!(after.text.contains("手机已经交给您了"), "{}", after.text);
        let next = after.attributes("a class=\"main\"", "href").pop().unwrap();
        assert!(next.contains("/q/") && !passed.contains(&next), "{next}");
        for earlier in passed.iter().chain([&at]) {
            let peek = phone.get(earlier).await;
            if peek.status == StatusCode::OK {
                // A page with questions that nobody answered yet shows those alone.
                assert_eq!(earlier, &next);
                assert!(!peek.text.contains(" checked"), "{earlier}: {}", peek.text);
            } else {
                assert_eq!(peek.location(), next, "{earlier}");
            }
        }
        let overwrite = phone
            .post(&passed[0], &[("answering", "proxy"), ("go", "next")])
            .await;
        assert_eq!(overwrite.location(), next);
        assert!(phone.get(&path).await.text.contains("前面已经有人答了一部分"));

        let (own, at) = walk(&mut phone, next, &[], 80).await;
        assert_eq!(at, format!("{path}/check"));
        let check = phone.get(&at).await;
        assert!(check.text.contains("是前面的人填的"), "{}", check.text);
        assert!(check.text.contains(&format!("{}?from=check", own[1])));
        assert!(
            passed
                .iter()
                .all(|page| !check.text.contains(&format!("{page}?from=check")))
        );
        // Whoever took the phone may hand it on in turn.
        let again = phone.get(&format!("{path}/handover")).await;
        assert!(again.text.contains("value=\"hand\""));
        let sent = phone.post(&at, &[("go", "submit")]).await;
        assert_eq!(sent.location(), format!("{path}/receipt"), "{}", sent.text);
        assert!(phone.get(sent.location()).await.text.contains("MY1."));
    }
    let stored = responses::all(&server.base.db, ROUND).await.unwrap();
    assert_eq!(stored.len(), 2);
    assert!(stored.iter().all(|row| row.answering == "assisted"));
}

#[tokio::test]
async fn who_answers_may_change_in_the_middle_and_only_what_belongs_is_kept() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let first = begin(&mut phone, &path).await;
    let prefer = [
        ("need", "rehab"),
        ("recv_rehab", "yes"),
        ("took_part", "training"),
    ];
    let (passed, check) = walk(&mut phone, first.clone(), &prefer, 80).await;
    let asked = |pages: &[String], name: &str| pages.iter().any(|page| page.ends_with(&format!("/q/{name}")));
    assert!(asked(&passed, "process") && asked(&passed, "sat_overall"));
    let kept = |draft: &drafts::Draft| draft.answers();
    let draft = server.draft(&path).await;
    assert!(kept(&draft).contains_key("sat_overall") && !kept(&draft).contains_key("relation"));

    // Somebody else answers after all: opinions go, facts stay, and what a proxy is asked is asked.
    let changed = [("answering", "proxy"), ("from", "check"), ("go", "next")];
    let mut at = phone.post(&first, &changed).await.location().to_owned();
    let draft = server.draft(&path).await;
    let now = kept(&draft);
    assert!(
        now.keys()
            .all(|name| !name.starts_with("sat_") && name != "knows_whom"),
        "{now:?}"
    );
    assert_eq!(
        (now["need"].as_str(), now["recv_rehab"].as_str()),
        ("rehab", "yes")
    );
    assert!(now.contains_key("help_rehab") && now.contains_key("visits"));
    let mut asked_of_proxy = String::new();
    for _ in 0..8 {
        if !at.contains("/q/") {
            break;
        }
        let page = phone.get(&at).await;
        asked_of_proxy.push_str(&page.text);
        let mut fields = answers(&page, &[("relation", "child")]);
        fields.push(("from".to_owned(), "check".to_owned()));
        at = press(&mut phone, &at, &fields).await.location().to_owned();
    }
    assert_eq!(at, check);
    assert!(asked_of_proxy.contains("name=\"relation\"") && !asked_of_proxy.contains("name=\"sat_"));

    // And back: the relation goes, the opinions are asked for again.
    let back = [("answering", "self"), ("from", "check"), ("go", "next")];
    let at = phone.post(&first, &back).await.location().to_owned();
    assert!(at.contains("/q/"), "{at}");
    let draft = server.draft(&path).await;
    assert!(!kept(&draft).contains_key("relation") && kept(&draft)["need"] == "rehab");
    let (again, at) = walk(&mut phone, at.split('?').next().unwrap().to_owned(), &[], 80).await;
    assert!(asked(&again, "sat_overall"), "{again:?}");
    let sent = phone.post(&at, &[("go", "submit")]).await;
    assert_eq!(sent.location(), format!("{path}/receipt"), "{}", sent.text);
    let stored = responses::all(&server.base.db, ROUND).await.unwrap();
    assert_eq!(stored[0].answering, "self");
    assert!(stored[0].answers.contains("sat_overall") && !stored[0].answers.contains("relation"));
}

#[tokio::test]
async fn display_changed_on_the_page_of_a_problem_leads_back_to_the_problem() {
    let server = Server::start().await;
    let mut phone = server.browser();
    for (path, status) in [
        ("/r/0000-0000-00000", StatusCode::NOT_FOUND),
        ("/o/nowhere", StatusCode::NOT_FOUND),
        ("/nowhere", StatusCode::NOT_FOUND),
    ] {
        let page = phone.get(path).await;
        assert_eq!(page.status, status, "{path}");
        assert!(
            page.text.contains(&format!(r#"name="to" value="{path}""#)),
            "{}",
            page.text
        );
        assert!(page.text.contains("id=\"help\""), "whom to ask: {}", page.text);
        let larger = phone.post("/view", &[("to", path), ("size", "3")]).await;
        assert_eq!(larger.location(), path);
        assert!(phone.get(path).await.text.contains(r#"class="largest"#));
    }
}

#[tokio::test]
async fn ways_of_reading_used_on_any_page_are_kept_with_the_response() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let first = begin(&mut phone, &path).await;
    let page = phone.get(&first).await;
    let mut fields = answers(&page, &[]);
    fields.push(("heard".to_owned(), "1".to_owned()));
    let at = press(&mut phone, &first, &fields).await.location().to_owned();
    assert!(server.draft(&path).await.kept.ways.contains("read_aloud"));
    // Large type for one page, then back to normal.
    phone.post(&at, &[("size", "2")]).await;
    let page = phone.get(&at).await;
    let next = press(&mut phone, &at, &answers(&page, &[]))
        .await
        .location()
        .to_owned();
    phone.post(&next, &[("size", "1")]).await;
    let (_, check) = walk(&mut phone, next, &[], 80).await;
    let sent = phone.post(&check, &[("go", "submit")]).await;
    assert_eq!(sent.location(), format!("{path}/receipt"), "{}", sent.text);
    let stored = responses::all(&server.base.db, ROUND).await.unwrap();
    assert_eq!(stored[0].ways, "read_aloud large");
    assert_eq!(stored[0].consents, "sensitive");

    let plain = server.invite("resident", "r-2").await;
    let mut other = server.browser();
    let first = begin(&mut other, &plain).await;
    let (_, check) = walk(&mut other, first, &[], 80).await;
    other.post(&check, &[("go", "submit")]).await;
    let stored = responses::all(&server.base.db, ROUND).await.unwrap();
    assert!(
        stored.iter().any(|row| row.ways.is_empty()),
        "nothing is noted that was not used"
    );
}

#[tokio::test]
async fn film_watched_and_check_page_read_aloud_are_ways_of_reading() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let first = begin(&mut phone, &path).await;
    let page = phone.get(&first).await;
    assert!(page.text.contains(r#"name="watched""#), "{}", page.text);
    // The script's own saving notes it too, before any button.
    let kept = phone
        .post(&first, &[("answering", "self"), ("watched", "1"), ("go", "keep")])
        .await;
    assert_eq!(kept.status, StatusCode::NO_CONTENT);
    assert!(server.draft(&path).await.kept.ways.contains("sign"));

    let (_, check) = walk(&mut phone, first, &[], 80).await;
    let page = phone.get(&check).await;
    assert!(page.text.contains(r#"name="heard""#), "{}", page.text);
    let sent = phone
        .post(&check, &[("heard", "1"), ("watched", ""), ("go", "submit")])
        .await;
    assert_eq!(sent.location(), format!("{path}/receipt"), "{}", sent.text);
    let stored = responses::all(&server.base.db, ROUND).await.unwrap();
    assert_eq!(stored[0].ways, "read_aloud sign");
}

#[tokio::test]
async fn every_page_of_the_sample_asks_one_question_which_is_its_heading_and_its_title() {
    let server = Server::start().await;
    for group in ["resident", "family", "grassroots"] {
        let path = server.invite(group, "r-1").await;
        let mut phone = server.browser();
        let first = begin(&mut phone, &path).await;
        let (passed, _) = walk(&mut phone, first, &[], 80).await;
        assert!(passed.len() > 10, "{passed:?}");
        for at in &passed {
            let text = phone.get(at).await.text;
            let headings = text.matches("<h1").count();
            let asked = text.matches("<legend").count() + text.matches("<label for=\"first_change\"").count();
            let typed = text.matches("inputmode=\"numeric\"").count();
            assert_eq!((headings, asked + typed), (1, 1), "{at}: {text}");
            assert!(!text.contains("道题"), "{at}");
            let heading = text
                .split_once("<h1>")
                .and_then(|(_, rest)| rest.split_once("</h1>"));
            let words: String = heading
                .unwrap()
                .0
                .split('<')
                .map(|part| part.rsplit('>').next().unwrap())
                .collect();
            let words = words.trim_end_matches("（必答）");
            let title = text.split_once("<title>").unwrap().1;
            assert!(title.starts_with(words), "{at}: {words}");
        }
    }
}

#[tokio::test]
async fn proxy_and_easy_reader_are_spoken_to_in_their_words_with_pictures() {
    let server = Server::start().await;
    let path = server.invite("resident", "resident-proxy").await;
    let mut browser = server.browser();
    let first = begin(&mut browser, &path).await;
    let proxy = [("answering", "proxy"), ("need", "rehab")];
    let (passed, _) = walk(&mut browser, first, &proxy, 40).await;
    let need = passed.iter().find(|at| at.ends_with("/need")).unwrap();
    let received = passed.iter().find(|at| at.ends_with("/recv_rehab")).unwrap();
    let usual = browser.get(need).await.text;
    assert!(
        usual.contains("您的家人需要过") && !usual.contains(".svg"),
        "{usual}"
    );
    let check = browser.get(&format!("{path}/check")).await.text;
    assert!(
        check.contains("为什么由您代替您的家人回答？") && check.contains("您的家人需要过"),
        "{check}"
    );

    // One press on any page changes the words, and is remembered.
    let form = [("need", "rehab"), ("easy", "1")];
    let pressed = browser.post(need, &form).await;
    assert_eq!(pressed.location(), need);
    let easy = browser.get(need).await;
    assert!(
        easy.text.contains("您的家人需要过") && easy.text.contains("看病<"),
        "the proxy's words win, the choices are easy: {}",
        easy.text
    );
    let pictures = easy.attributes("choice-image", "src");
    assert_eq!(pictures.len(), 10, "{pictures:?}");
    for picture in &pictures {
        let reply = browser.get(&picture.replace("&amp;", "&")).await;
        assert_eq!(reply.status, StatusCode::OK, "{picture}");
        let cached = reply.headers[header::CACHE_CONTROL].to_str().unwrap();
        assert!(cached.contains("immutable"), "{picture}: {cached}");
    }
    let received = browser.get(received).await.text;
    assert!(received.contains("说的是这一年"), "{received}");
    assert!(
        !received.contains("name=\"sign\""),
        "no films, no switch: {received}"
    );
}
