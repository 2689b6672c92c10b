//! What a respondent can do after the answers are in, by HTTP and without script; and what others cannot.

use axum::http::StatusCode;
use serde_json::Value;

use crate::auth::Role;
use crate::handlers::respond::tests::{begin, walk};
use crate::handlers::testing::{Browser, ROUND, Reply, Server};
use crate::merkle;
use crate::store::{cases, improvements, invitations, merkle_log, responses, staff, tallies};
use crate::{roots, rounds};

const WISH: [(&str, &str); 2] = [("first_change", "村口的坡太陡"), ("follow_up", "yes")];
const DAY_S: i64 = 86_400;

/// Answers at a door to the end; the receipt page as the browser then sees it.
async fn answer(browser: &mut Browser, base: &str, prefer: &[(&str, &str)]) -> Reply {
    let first = begin(browser, base).await;
    let (_, at) = walk(browser, first, prefer, 90).await;
    assert_eq!(at, format!("{base}/check"));
    let sent = browser.post(&at, &[("go", "submit")]).await;
    assert_eq!(sent.location(), format!("{base}/receipt"), "{}", sent.text);
    browser.get(sent.location()).await
}

fn after(text: &str, marker: &str) -> String {
    text.split(marker)
        .nth(1)
        .unwrap_or_else(|| panic!("no {marker} in {text}"))
        .split('<')
        .next()
        .unwrap()
        .to_owned()
}

fn receipt_of(page: &Reply) -> String {
    // Shown in groups of four.
    after(&page.text, "data-receipt>").replace(' ', "")
}

async fn secret_of(browser: &mut Browser, base: &str) -> String {
    let page = browser
        .post(&format!("{base}/receipt"), &[("act", "secret")])
        .await;
    assert_eq!(page.status, StatusCode::OK);
    after(&page.text, "data-secret>")
}

async fn sign_in(browser: &mut Browser, receipt: &str, secret: &str) -> Reply {
    browser
        .post(
            "/receipt/mine",
            &[("r", receipt), ("secret", secret), ("go", "next")],
        )
        .await
}

fn csrf(page: &Reply) -> String {
    page.attributes("name=\"csrf\"", "value").remove(0)
}

#[tokio::test]
async fn receipt_says_arrived_today_and_counted_tomorrow_with_a_proof_that_holds() {
    let server = Server::start().await;
    let mut others = Vec::new();
    for nth in 0..4 {
        let path = server.invite("resident", &format!("r-{nth}")).await;
        let page = answer(&mut server.browser(), &path, &[]).await;
        others.push(receipt_of(&page));
    }
    let receipt = others.pop().unwrap();
    let address = format!("/receipt?r={receipt}");
    let today = server.browser().get(&address).await;
    assert_eq!(today.status, StatusCode::OK);
    assert!(today.text.contains("<h1>已经收到</h1>"), "{}", today.text);
    roots::publish_all(&server.base).await.unwrap();
    assert!(
        merkle_log::roots(&server.base.db, ROUND)
            .await
            .unwrap()
            .is_empty(),
        "a day is published when it is over"
    );

    server.wait(DAY_S);
    roots::publish_all(&server.base).await.unwrap();
    roots::publish_all(&server.base).await.unwrap();
    let counted = server.browser().get(&address).await;
    assert!(counted.text.contains("<h1>计入了</h1>"), "{}", counted.text);
    assert!(!counted.text.contains("坡太陡"));

    // Pasted with line breaks, in a browser without script.
    let broken = format!(" {}\n {}", &receipt[..40], &receipt[40..]);
    let pasted = server
        .browser()
        .post("/receipt", &[("r", &broken), ("go", "next")])
        .await;
    assert_eq!(pasted.location(), address);

    // A program checks the same without trusting the page.
    let leaf = crate::submit::receipt::verify(&server.base.keys.verifying_key(), &receipt)
        .unwrap()
        .leaf;
    let api = format!("/api/v1/rounds/{ROUND}");
    let get = async |path: String| -> Value {
        serde_json::from_str(&server.browser().get(&path).await.text).unwrap()
    };
    let bytes =
        |value: &Value| -> [u8; 32] { hex::decode(value.as_str().unwrap()).unwrap().try_into().unwrap() };
    let proof = get(format!("{api}/proof/{leaf}")).await;
    let path: Vec<[u8; 32]> = proof["path"].as_array().unwrap().iter().map(bytes).collect();
    let own = merkle::leaf_hash(&hex::decode(&leaf).unwrap());
    let (index, size) = (
        proof["index"].as_u64().unwrap(),
        proof["root"]["size"].as_u64().unwrap(),
    );
    let root = bytes(&proof["root"]["root"]);
    assert_eq!(size, 4);
    assert!(merkle::verify_inclusion(&own, index, size, &path, &root));

    // More leaves come; the older root stays what it was, and the newer continues it.
    let path = server.invite("resident", "r-9").await;
    answer(&mut server.browser(), &path, &[]).await;
    rounds::close(&server.base, ROUND, "test").await.unwrap();
    let listed = get(format!("{api}/roots")).await;
    assert_eq!(listed["roots"].as_array().unwrap().len(), 2, "{listed}");
    assert_eq!(listed["roots"][1]["kind"], "closing");
    assert_eq!(get(format!("{api}/proof/{leaf}?epoch=1")).await, proof);
    let grown = get(format!("{api}/consistency?from=1&to=2")).await;
    let hashes: Vec<[u8; 32]> = grown["path"].as_array().unwrap().iter().map(bytes).collect();
    let newer = bytes(&grown["to"]["root"]);
    assert!(merkle::verify_consistency(4, &root, 5, &newer, &hashes));
    for root in merkle_log::roots(&server.base.db, ROUND).await.unwrap() {
        assert!(roots::is_signed(&server.base.keys.verifying_key(), &root));
        let forged = merkle_log::SignedRoot {
            size: root.size + 1,
            ..root
        };
        assert!(!roots::is_signed(&server.base.keys.verifying_key(), &forged));
    }
}

#[tokio::test]
async fn what_is_no_receipt_is_explained() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let receipt = receipt_of(&answer(&mut server.browser(), &path, &[]).await);
    let forged = receipt.replace(ROUND, "other-2026");
    for (typed, words) in [
        ("", "请把回执粘贴"),
        ("MY1.x", "不像一张完整的回执"),
        (forged.as_str(), "不是本系统发的"),
    ] {
        let reply = server
            .browser()
            .post("/receipt", &[("r", typed), ("go", "next")])
            .await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            reply.text.contains(words) && reply.text.contains("<title>错误："),
            "{typed}"
        );
        assert!(reply.text.contains("aria-invalid=\"true\""));
    }
    let keys = &server.base.keys;
    let stranger = crate::submit::receipt::sign(keys, ROUND, &[7; 32]);
    let missing = server.browser().get(&format!("/receipt?r={stranger}")).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert!(missing.text.contains("没有找到"));
}

#[tokio::test]
async fn second_secret_is_given_once_to_the_browser_that_sent_the_answers() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let page = answer(&mut phone, &path, &[]).await;
    let receipt = receipt_of(&page);
    assert!(
        page.text.contains("value=\"secret\""),
        "offered, not given unasked"
    );
    let stranger = server
        .browser()
        .post(&format!("{path}/receipt"), &[("act", "secret")])
        .await;
    assert_eq!(stranger.location(), path, "the code alone is not enough");

    let secret = secret_of(&mut phone, &path).await;
    assert_eq!(secret.len(), 19);
    let again = phone.post(&format!("{path}/receipt"), &[("act", "secret")]).await;
    assert!(again.text.contains("已经给过了") && !again.text.contains(&secret));
    assert!(!phone.get(&format!("{path}/receipt")).await.text.contains(&secret));

    let other = server.invite("resident", "r-2").await;
    let others = receipt_of(&answer(&mut server.browser(), &other, &[]).await);
    for (typed, digits) in [
        (&receipt, "0000 0000 0000 0000"),
        (&receipt, "abc"),
        (&others, secret.as_str()),
    ] {
        let refused = sign_in(&mut server.browser(), typed, digits).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("对不上") && !refused.text.contains(digits));
    }
    let mut own = server.browser();
    let typed = secret.replace(' ', "");
    assert_eq!(
        sign_in(&mut own, &receipt, &typed).await.location(),
        "/receipt/mine"
    );
    assert!(
        own.get("/receipt/mine")
            .await
            .text
            .contains("data-own=\"counted\"")
    );
    server.wait(2 * 3_600 + 1);
    assert!(
        own.get("/receipt/mine").await.text.contains("name=\"secret\""),
        "closed after two hours"
    );

    for _ in 0..21 {
        sign_in(&mut own, &receipt, "1111 1111 1111 1111").await;
    }
    let slowed = sign_in(&mut own, &receipt, &secret).await;
    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn answers_given_again_take_the_place_of_the_earlier_ones() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let receipt = receipt_of(&answer(&mut phone, &path, &WISH).await);
    let secret = secret_of(&mut phone, &path).await;
    let earlier = responses::all(&server.base.db, ROUND).await.unwrap().remove(0);
    assert_eq!(
        server.browser().get("/receipt/again").await.location(),
        "/receipt/mine"
    );

    let mut own = server.browser();
    sign_in(&mut own, &receipt, &secret).await;
    let start = own.get("/receipt/again").await;
    assert_eq!(start.status, StatusCode::OK, "{}", start.location());
    let first = begin(&mut own, "/receipt/again").await;
    assert!(!own.get(&first).await.text.contains(" checked"), "answered blind");
    let page = answer(&mut own, "/receipt/again", &[("follow_up", "no")]).await;
    let newer = receipt_of(&page);
    assert_ne!(newer, receipt);

    let stored = responses::all(&server.base.db, ROUND).await.unwrap();
    assert_eq!(stored.len(), 1, "one person, one response");
    let keys = &server.base.keys;
    assert_eq!(
        crate::submit::receipt::of(keys, ROUND, &stored[0].leaf).unwrap(),
        newer
    );
    assert_eq!(stored[0].link, earlier.link);
    let old = responses::find(&server.base.db, earlier.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (old.state.as_str(), old.answers.as_str()),
        (responses::REPLACED, "{}")
    );
    assert!(old.salt.is_empty() && old.link.is_none() && old.content_mac.is_empty());
    assert_eq!(old.leaf, earlier.leaf, "the tombstone stays");

    // The case goes on under the newer receipt; the secret opens both, and only the old one says so.
    assert!(
        cases::by_leaf(&server.base.db, &stored[0].leaf)
            .await
            .unwrap()
            .is_some()
    );
    let mut both = server.browser();
    sign_in(&mut both, &receipt, &secret).await;
    let replaced = both.get("/receipt/mine").await;
    assert!(replaced.text.contains("已被您新的回答代替"));
    assert_eq!(both.get("/receipt/again").await.location(), "/receipt/mine");
    sign_in(&mut both, &newer, &secret).await;
    assert!(
        both.get("/receipt/mine")
            .await
            .text
            .contains("data-own=\"counted\"")
    );
    let public = server.browser().get(&format!("/receipt?r={receipt}")).await;
    assert!(
        !public.text.contains("代替您") && !public.text.contains("data-own"),
        "whoever holds the receipt alone learns nothing"
    );
    let shown = server.browser().get(&format!("/receipt?r={newer}")).await;
    assert_eq!(
        public.text.matches("<p").count(),
        shown.text.matches("<p").count()
    );
}

#[tokio::test]
async fn withdrawn_answers_are_gone_and_the_person_may_come_back() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let receipt = receipt_of(&answer(&mut phone, &path, &WISH).await);
    let secret = secret_of(&mut phone, &path).await;
    let mut own = server.browser();
    sign_in(&mut own, &receipt, &secret).await;
    let unsure = own.post("/receipt/mine/withdraw", &[("go", "next")]).await;
    assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = own.post("/receipt/mine/withdraw", &[("sure", "yes")]).await;
    assert_eq!(done.location(), "/receipt/mine?done=withdrawn");
    let page = own.get(done.location()).await;
    assert!(page.text.contains("data-own=\"withdrawn\"") && page.text.contains("重新回答"));

    assert!(responses::all(&server.base.db, ROUND).await.unwrap().is_empty());
    let leaf = crate::submit::receipt::verify(&server.base.keys.verifying_key(), &receipt)
        .unwrap()
        .leaf;
    let tombstone = responses::by_leaf(&server.base.db, &leaf).await.unwrap().unwrap();
    assert_eq!(tombstone.answers, "{}");
    assert!(tombstone.salt.is_empty());
    let case = cases::by_leaf(&server.base.db, &leaf).await.unwrap().unwrap();
    assert!(case.text.is_empty() && case.state == "withdrawn");
    let invited = invitations::list(&server.base.db, ROUND).await.unwrap();
    assert_eq!(invited[0].state, invitations::LEFT);
    let used = server.browser().get(&path).await;
    assert_eq!(
        used.status,
        StatusCode::CONFLICT,
        "nobody else answers in their place"
    );
    assert!(used.text.contains("已经用过了"));

    let page = answer(&mut own, "/receipt/again", &[]).await;
    assert!(page.text.contains("data-receipt>MY1."));
    assert_eq!(responses::all(&server.base.db, ROUND).await.unwrap().len(), 1);
    let invited = invitations::list(&server.base.db, ROUND).await.unwrap();
    assert_eq!(invited[0].state, invitations::COMPLETE);

    rounds::close(&server.base, ROUND, "test").await.unwrap();
    let mut late = server.browser();
    sign_in(&mut late, &receipt_of(&page), &secret).await;
    assert_eq!(
        late.get("/receipt/mine/withdraw").await.location(),
        "/receipt/mine"
    );
    late.post("/receipt/mine/withdraw", &[("sure", "yes")]).await;
    assert_eq!(
        tallies::total(&server.base.db, ROUND).await.unwrap(),
        1,
        "closed is closed"
    );
}

#[tokio::test]
async fn request_is_handled_answered_and_judged_without_a_name() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let page = answer(&mut phone, &path, &WISH).await;
    assert!(page.text.contains("您说希望有人联系您"));
    let own_page = format!("{path}/receipt");
    let empty = phone
        .post(&own_page, &[("act", "contact"), ("contact", " ")])
        .await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [
        ("act", "contact"),
        ("contact", "13800000000 下午"),
        ("area", "access"),
    ];
    let kept = phone.post(&own_page, &fields).await;
    assert!(kept.text.contains("记下了") && !kept.text.contains("13800000000"));
    let secret = secret_of(&mut phone, &path).await;
    let mut own = server.browser();
    sign_in(&mut own, &receipt_of(&page), &secret).await;
    for (text, status) in [
        ("", StatusCode::UNPROCESSABLE_ENTITY),
        ("<b>急</b>", StatusCode::SEE_OTHER),
    ] {
        let sent = own.post("/receipt/mine/message", &[("message", text)]).await;
        assert_eq!(sent.status, status, "{text}");
    }
    let early = own.post("/receipt/mine/rating", &[("rating", "good")]).await;
    assert_eq!(early.location(), "/receipt/mine", "nothing to judge yet");

    server.account(Role::Office).await;
    let mut office = server.browser();
    office.sign_in(Role::Office).await;
    let list = office.get(&format!("/console/rounds/{ROUND}/cases")).await;
    let link = list
        .attributes("/cases/", "href")
        .into_iter()
        .find(|href| href.len() > 60)
        .unwrap();
    let case = office.get(&link).await;
    assert!(case.text.contains("村口的坡太陡") && case.text.contains("13800000000"));
    assert!(case.text.contains("&lt;b&gt;急") && case.text.contains("data-case-state=\"new\""));
    let token = csrf(&case);
    let foreign = office
        .post(&link, &[("csrf", "x"), ("act", "reply"), ("text", "好")])
        .await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let moved = |state: &'static str, text: &'static str| {
        [
            ("csrf", token.clone()),
            ("act", "move".to_owned()),
            ("state", state.to_owned()),
            (
                "outcome",
                if state == "closed" { "solved" } else { "" }.to_owned(),
            ),
            ("text", text.to_owned()),
        ]
    };
    for (state, text, status) in [
        ("closed", "", StatusCode::UNPROCESSABLE_ENTITY),
        ("accepted", "", StatusCode::SEE_OTHER),
        ("answered", "", StatusCode::UNPROCESSABLE_ENTITY),
        ("answered", "周五来修坡道", StatusCode::SEE_OTHER),
        ("closed", "", StatusCode::SEE_OTHER),
    ] {
        let fields = moved(state, text);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        assert_eq!(office.post(&link, &fields).await.status, status, "{state} {text}");
    }
    let mine = own.get("/receipt/mine").await;
    assert!(mine.text.contains("周五来修坡道") && mine.text.contains("已办结"));
    assert!(!mine.text.contains("坡太陡") && !mine.text.contains("13800000000"));
    let rated = own.post("/receipt/mine/rating", &[("rating", "very_good")]).await;
    assert_eq!(rated.location(), "/receipt/mine?done=rated");
    let closed = office.get(&link).await;
    assert!(closed.text.contains("很满意") && closed.text.contains("改为“已办结”"));
    crate::store::audit::verify(&server.base.db, &server.base.keys)
        .await
        .unwrap();
    let log = crate::store::audit::latest(&server.base.db, 50).await.unwrap();
    assert!(
        log.iter()
            .all(|row| !row.detail.contains("坡") && !row.detail.contains("138"))
    );
    assert!(
        log.iter()
            .any(|row| row.action == "case.read" && row.actor == "office")
    );

    for n in 0..5 {
        own.post("/receipt/mine/message", &[("message", &format!("第{n}次"))])
            .await;
    }
    let many = own.post("/receipt/mine/message", &[("message", "再来")]).await;
    assert_eq!(many.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(many.text.contains("今天已经写了5次"));
}

#[tokio::test]
async fn cases_are_read_by_the_office_only_and_never_by_the_unit_concerned() {
    let server = Server::start().await;
    let link = format!("/o/{ROUND}-resident");
    let mut phone = server.browser();
    let start = phone.get(&link).await;
    let unit = start
        .attributes("option value=\"99", "value")
        .into_iter()
        .next()
        .unwrap();
    let fields = [
        ("consent", "yes"),
        ("sensitive", "yes"),
        ("unit", unit.as_str()),
        ("go", "begin"),
    ];
    let first = phone.post(&link, &fields).await;
    let (_, at) = walk(&mut phone, first.location().to_owned(), &WISH, 90).await;
    phone.post(&at, &[("go", "submit")]).await;
    let filter = cases::Filter::default();
    let found = cases::page(&server.base.db, ROUND, &filter, (0, 10))
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].unit.as_deref(), Some(unit.as_str()));
    assert_eq!(
        (found[0].opened_on.as_str(), found[0].due_on.as_str()),
        ("2026-11-23", "2026-12-08")
    );
    let list = format!("/console/rounds/{ROUND}/cases");
    let one = format!("{list}/{}", found[0].id);
    for (role, sees_list, sees_case) in [
        (Role::Office, 200, 200),
        (Role::Evaluator, 200, 403),
        (Role::Viewer, 200, 403),
        (Role::Auditor, 200, 403),
    ] {
        server.account(role).await;
        let mut browser = server.browser();
        browser.sign_in(role).await;
        let page = browser.get(&list).await;
        assert_eq!(page.status.as_u16(), sees_list, "{role:?}");
        let number = crate::cases::number(&found[0]);
        assert_eq!(page.text.contains(&number), role == Role::Office, "{role:?}");
        assert_eq!(browser.get(&one).await.status.as_u16(), sees_case, "{role:?}");
        let act = browser.post(&one, &[("csrf", "x"), ("act", "reply")]).await;
        assert_eq!(act.status, StatusCode::FORBIDDEN, "{role:?}");
    }
    let mut row = staff::by_login(&server.base.db, "office").await.unwrap().unwrap();
    row.employer_unit = Some(unit);
    staff::update(&server.base.db, row).await.unwrap();
    let mut office = server.browser();
    office.sign_in(Role::Office).await;
    let page = office.get(&list).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text.contains("被评价单位的工作人员不能看这一页") && !page.text.contains(&one));
    assert_eq!(office.get(&one).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_was_done_is_published_and_taken_back() {
    let server = Server::start().await;
    server.account(Role::Office).await;
    let mut office = server.browser();
    office.sign_in(Role::Office).await;
    let page = format!("/console/rounds/{ROUND}/improvements");
    let token = csrf(&office.get(&page).await);
    let half = [
        ("csrf", token.as_str()),
        ("said_zh", "坡太陡"),
        ("did_zh", "修好了"),
        ("said_en", "Too steep"),
    ];
    let refused = office.post(&page, &half).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("坡太陡") && refused.text.contains("href=\"#did_en\""));
    let whole = [
        ("csrf", token.as_str()),
        ("said_zh", "坡太陡"),
        ("did_zh", "修好了"),
        ("area", "access"),
    ];
    assert_eq!(office.post(&page, &whole).await.location(), page);
    let public = format!("/results/{ROUND}");
    let shown = server.browser().get(&public).await;
    assert!(shown.text.contains("您说我改") && shown.text.contains("修好了"));
    let entry = improvements::list(&server.base.db, ROUND)
        .await
        .unwrap()
        .remove(0);
    let id = entry.id.to_string();
    office
        .post(&page, &[("csrf", token.as_str()), ("withdraw", id.as_str())])
        .await;
    assert!(!server.browser().get(&public).await.text.contains("修好了"));
    assert!(office.get(&page).await.text.contains("已收回"));
}
