//! Doors that open for some and not for others: caps, quotas, the last day, the four digits, "do not remind me".

use axum::http::StatusCode;
use serde_json::json;

use super::*;
use crate::store::invitations;

pub(super) const SITE: &str = "/o/hall";

/// A server with a site that takes two answers a day, and a quota of one to two answers a township.
pub(super) async fn limited(cap: u32, quota: bool) -> Server {
    Server::start_with(|plan| {
        plan.push_str(&format!(
            "\n[[links]]\nslug = \"hall\"\ngroup = \"grassroots\"\nsite = {{ zh = \"政务大厅\", en = \"Hall\" }}\ndaily_cap = {cap}\n"
        ));
        if quota {
            plan.push_str("\n[[quotas]]\ngroup = \"grassroots\"\nby = [\"township\"]\ntarget = 1\nmaximum = 2\n");
        }
    })
    .await
}

pub(super) async fn begin_at(server: &Server, township: &str) -> (Browser, Reply) {
    let mut phone = server.browser();
    let reply = phone
        .post(SITE, &[&CONSENT[..], &[("unit", township)]].concat())
        .await;
    (phone, reply)
}

/// Goes on from a page to the receipt; the reply to "submit".
pub(super) async fn finish(phone: &mut Browser, from: &str) -> Reply {
    let (_, at) = walk(phone, from.to_owned(), &[], 80).await;
    phone.post(&at, &[("go", "submit")]).await
}

#[tokio::test]
async fn at_the_cap_the_door_closes_kindly_and_whoever_began_before_may_still_send() {
    let server = limited(1, false).await;
    let (mut early, begun_early) = begin_at(&server, "990101001").await;
    let (mut first, begun) = begin_at(&server, "990101002").await;
    // Twice the cap has begun: nobody more, until one of them hands in or the day ends.
    let (_, third) = begin_at(&server, "990101003").await;
    assert_eq!(third.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(
        finish(&mut first, begun.location())
            .await
            .location()
            .ends_with("/receipt")
    );
    let closed = server.browser().get(SITE).await;
    assert_eq!(closed.status, StatusCode::TOO_MANY_REQUESTS);
    // 16:00 in China: eight hours are left.
    assert_eq!(closed.headers["retry-after"], "28800");
    for words in ["今天的名额已经满了", "政务大厅", "2026年11月24日", "0000-1234567"] {
        assert!(closed.text.contains(words), "{words}: {}", closed.text);
    }
    let sent = finish(&mut early, begun_early.location()).await;
    assert!(sent.location().ends_with("/receipt"), "{}", sent.text);
    let stored = responses::all(&server.base.db, ROUND).await.unwrap();
    assert!(stored.iter().all(|row| row.open_link.as_deref() == Some("hall")));
    server.wait(8 * 3_600);
    assert_eq!(server.browser().get(SITE).await.status, StatusCode::OK);
}

#[tokio::test]
async fn on_the_last_day_the_cap_names_no_other_day() {
    let server = limited(1, false).await;
    server.wait(38 * 86_400);
    let (mut phone, begun) = begin_at(&server, "990101001").await;
    assert!(
        finish(&mut phone, begun.location())
            .await
            .location()
            .ends_with("/receipt")
    );
    let closed = server.browser().get(SITE).await;
    assert!(
        closed.text.contains("今天是最后一天") && !closed.text.contains("2027年"),
        "{}",
        closed.text
    );
}

#[tokio::test]
async fn programs_hear_of_the_cap_with_the_seconds_left_and_many_at_once_never_pass_it() {
    let server = limited(3, false).await;
    let form = crate::store::forms::current(&server.base.db, ROUND, "grassroots")
        .await
        .unwrap()
        .unwrap();
    let stored = {
        // A valid set of answers, as a page would send it.
        let (mut phone, begun) = begin_at(&server, "990101001").await;
        finish(&mut phone, begun.location()).await;
        responses::all(&server.base.db, ROUND).await.unwrap().remove(0)
    };
    let answers: serde_json::Value = serde_json::from_str(&stored.answers).unwrap();
    let send = |id: u128| {
        let id = uuid::Builder::from_random_bytes(id.to_be_bytes()).into_uuid();
        let body = json!({ "id": id, "link": "hall", "form": "grassroots", "form_version": form.version,
            "language": "zh", "mode": "web", "answering": "self", "answers": answers });
        let request = axum::http::Request::post("/api/v1/responses")
            .header(header::CONTENT_TYPE, "application/json")
            .body(axum::body::Body::from(body.to_string()))
            .unwrap();
        tower::ServiceExt::oneshot(server.router.clone(), request)
    };
    let (a, b, c, d, e) = tokio::join!(send(1), send(2), send(3), send(4), send(5));
    let replies = [a, b, c, d, e].map(|reply| reply.unwrap());
    let statuses: Vec<u16> = replies.iter().map(|reply| reply.status().as_u16()).collect();
    assert_eq!(
        statuses.iter().filter(|status| **status == 201).count(),
        2,
        "{statuses:?}"
    );
    let refused = replies.iter().find(|reply| reply.status() == 429).unwrap();
    assert_eq!(refused.headers()["retry-after"], "28800");
    assert_eq!(responses::count(&server.base.db, ROUND).await.unwrap(), 3);
}

#[tokio::test]
async fn a_full_cell_closes_for_newcomers_at_the_target_and_for_all_at_the_maximum() {
    let server = limited(99, true).await;
    let mut begun = Vec::new();
    for _ in 0..3 {
        begun.push(begin_at(&server, "990101001").await);
    }
    let mut outcomes = Vec::new();
    for (phone, reply) in &mut begun {
        outcomes.push(finish(phone, reply.location()).await);
    }
    assert!(outcomes[0].location().ends_with("/receipt") && outcomes[1].location().ends_with("/receipt"));
    assert_eq!(outcomes[2].status, StatusCode::GONE, "the maximum is two");
    let (_, late) = begin_at(&server, "990101001").await;
    assert_eq!(late.status, StatusCode::GONE);
    assert!(
        late.text.contains("已经收满了") && late.text.contains("0000-1234567"),
        "{}",
        late.text
    );
    let (_, elsewhere) = begin_at(&server, "990101002").await;
    assert_eq!(elsewhere.status, StatusCode::SEE_OTHER, "{}", elsewhere.text);
    // Invitations know no quota.
    let path = server.invite("grassroots", "g-1").await;
    let mut invited = server.browser();
    let first = begin(&mut invited, &path).await;
    assert!(
        finish(&mut invited, &first)
            .await
            .location()
            .ends_with("/receipt")
    );
}

#[tokio::test]
async fn a_site_in_one_township_asks_for_none_and_answers_for_it() {
    let server = Server::start_with(|plan| {
        plan.push_str("\n[[links]]\nslug = \"hall\"\ngroup = \"grassroots\"\nsite = { zh = \"政务大厅\" }\nunit = \"990101002\"\n");
    })
    .await;
    let mut phone = server.browser();
    let start = phone.get(SITE).await;
    assert!(
        start.text.contains("政务大厅") && !start.text.contains("name=\"unit\""),
        "{}",
        start.text
    );
    let begun = begin(&mut phone, SITE).await;
    assert!(finish(&mut phone, &begun).await.location().ends_with("/receipt"));
    let stored = responses::all(&server.base.db, ROUND).await.unwrap();
    assert_eq!(stored[0].unit.as_deref(), Some("990101002"));
}

#[tokio::test]
async fn after_the_last_day_pages_are_closed_and_interviews_have_some_days_more() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let at = begin(&mut phone, &path).await;
    // 23 November 16:00 plus 38 days: the afternoon of 31 December.
    server.wait(38 * 86_400);
    assert_eq!(phone.get(&at).await.status, StatusCode::OK, "the last day counts");
    server.wait(8 * 3_600);
    for address in [&path, &at] {
        let closed = phone.get(address).await;
        assert_eq!(closed.status, StatusCode::GONE, "{address}");
        assert!(closed.text.contains("2026年12月31日"), "{}", closed.text);
    }
    let round = crate::store::rounds::find(&server.base.db, ROUND)
        .await
        .unwrap()
        .unwrap();
    let today = server.base.clock.today();
    assert_eq!(round.state_on(today), crate::store::rounds::RoundState::Closed);
    assert_eq!(
        round.state_for_interviews_on(today),
        crate::store::rounds::RoundState::Open
    );
    server.wait(7 * 86_400);
    let today = server.base.clock.today();
    assert_eq!(
        round.state_for_interviews_on(today),
        crate::store::rounds::RoundState::Closed
    );
}

/// A phone that has answered three pages and set the digits.
async fn with_pin(server: &Server, path: &str) -> Browser {
    let mut phone = server.browser();
    let first = begin(&mut phone, path).await;
    walk(&mut phone, first, &[], 3).await;
    let later = format!("{path}/later");
    assert!(phone.get(&later).await.text.contains("inputmode=\"numeric\""));
    let wrong = phone.post(&later, &[("go", "pin"), ("pin", "12")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.text.contains("<title>错误：") && wrong.text.contains("href=\"#pin\""),
        "{}",
        wrong.text
    );
    let set = phone.post(&later, &[("go", "pin"), ("pin", "０４ 27")]).await;
    assert_eq!(set.location(), later, "{}", set.text);
    assert!(phone.get(&later).await.text.contains("密码设好了"));
    phone
}

#[tokio::test]
async fn four_digits_show_the_earlier_answers_on_another_phone_and_leave_the_first_with_none() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = with_pin(&server, &path).await;
    let mut other = server.browser();
    let start = other.get(&path).await;
    assert!(
        start.text.contains(&format!("action=\"{path}/pin\"")),
        "{}",
        start.text
    );
    let opened = other.post(&format!("{path}/pin"), &[("pin", "0427")]).await;
    assert!(opened.location().contains("/q/"), "{}", opened.text);
    assert!(other.get(&path).await.text.contains("上次答了一部分"));
    let (_, check) = walk(&mut other, opened.location().to_owned(), &[], 80).await;
    let check = other.get(&check).await;
    assert!(
        !check.text.contains("别的手机上填的"),
        "all answers are this phone's now"
    );
    assert!(phone.get(&path).await.text.contains("已经在别的手机上答了一部分"));
    let sent = other.post(&format!("{path}/check"), &[("go", "submit")]).await;
    assert!(sent.location().ends_with("/receipt"), "{}", sent.text);
}

#[tokio::test]
async fn five_wrong_tries_hide_the_earlier_answers_for_good_and_stop_nobody_from_answering() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = with_pin(&server, &path).await;
    let mut other = server.browser();
    let guess = format!("{path}/pin");
    let not_four = other.post(&guess, &[("pin", "abc")]).await;
    assert!(
        not_four.text.contains("请填4个数字"),
        "typing slips are no tries: {}",
        not_four.text
    );
    for left in [4, 3, 2, 1] {
        let wrong = other.post(&guess, &[("pin", "1111")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            wrong.text.contains(&format!("还可以再试{left}次")),
            "{}",
            wrong.text
        );
    }
    assert!(
        other
            .post(&guess, &[("pin", "1111")])
            .await
            .text
            .contains("输错了5次")
    );
    let right = other.post(&guess, &[("pin", "0427")]).await;
    assert!(right.text.contains("输错了5次"), "the right digits come too late");
    // The first phone sees what it gave, the second goes on without it.
    assert!(phone.get(&path).await.text.contains("上次答了一部分"));
    let resumed = other.post(&path, &[("go", "begin")]).await;
    let (_, check) = walk(&mut other, resumed.location().to_owned(), &[], 80).await;
    let sent = other.post(&check, &[("go", "submit")]).await;
    assert!(sent.location().ends_with("/receipt"), "{}", sent.text);
}

#[tokio::test]
async fn another_phone_can_set_no_digits_to_open_what_it_may_not_see() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let first = begin(&mut phone, &path).await;
    walk(&mut phone, first, &[], 3).await;
    let mut other = server.browser();
    other.post(&path, &[("go", "begin")]).await;
    let later = format!("{path}/later");
    assert!(!other.get(&later).await.text.contains("name=\"pin\""));
    other.post(&later, &[("go", "pin"), ("pin", "0427")]).await;
    let opened = other.post(&format!("{path}/pin"), &[("pin", "0427")]).await;
    assert_eq!(opened.location(), path, "there are no digits to try");
}

#[tokio::test]
async fn do_not_remind_me_needs_a_press_and_leaves_the_questionnaire_open() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let stop = format!("{path}/noremind");
    let mut phone = server.browser();
    let asked = phone.get(&stop).await;
    assert_eq!(asked.status, StatusCode::OK);
    let flag = async || invitations::list(&server.base.db, ROUND).await.unwrap()[0].no_remind;
    assert!(
        asked.text.contains("不再提醒我") && !flag().await,
        "opening the link changes nothing"
    );
    // As mail programs send it (RFC 8058): no cookie, no page before.
    let sent = server
        .browser()
        .post(&stop, &[("List-Unsubscribe", "One-Click")])
        .await;
    assert_eq!((sent.status, sent.location()), (StatusCode::OK, ""));
    assert!(flag().await);
    assert!(phone.get(&stop).await.text.contains("不会再提醒您了"));
    assert_eq!(phone.get(&path).await.status, StatusCode::OK);
    assert_eq!(
        phone.get("/r/0000-0000-0001-2/noremind").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_mistyped_code_is_told_what_is_wrong() {
    let server = Server::start().await;
    for (typed, words) in [
        ("7K3M-9QXT", "您只填了8个"),
        ("7K3M-9QXT-5W2H-DD", "您填了14个"),
        ("7K3M-9QXT-5W2H-U", "没有“U”"),
        ("0000-0000-0001-3", "打错了"),
        ("", "请填写答题码"),
    ] {
        let reply = server
            .browser()
            .post("/", &[("code", typed), ("go", "next")])
            .await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert!(reply.text.contains(words), "{typed}: {}", reply.text);
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
async fn neighbours_of_whoever_guesses_answer_all_the_same() {
    let server = Server::start().await;
    let mut guesser = server.browser();
    for _ in 0..80 {
        guesser.get("/r/0000-0000-00012").await;
    }
    let refused = guesser.get("/r/0000-0000-00012").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    // Another phone of the village, behind the same address.
    let path = server.invite("resident", "r-1").await;
    let mut neighbour = server.browser();
    assert_eq!(neighbour.get(&path).await.status, StatusCode::OK);
    let first = begin(&mut neighbour, &path).await;
    assert_eq!(neighbour.get(&first).await.status, StatusCode::OK);
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
