//! The second factor by HTTP: setting it up, signing in with it, losing it, and what guessing at it comes to.

use axum::http::StatusCode;

use crate::auth::Role;
use crate::auth::second_factor::{RECOVERY_CODES, Secret};
use crate::handlers::testing::{Browser, PASSWORD, Reply, Server};
use crate::store::audit;

const PAGE: &str = "/console/second-factor";
const STEP: &str = "/console/login/code";
/// A step of the codes, in seconds.
const STEP_S: i64 = 30;

fn csrf(reply: &Reply) -> String {
    reply.attributes("name=\"csrf\"", "value")[0].clone()
}

/// What stands in the page's elements `code`.
fn coded(reply: &Reply) -> Vec<String> {
    let parts = reply.text.split("<code>").skip(1);
    parts
        .map(|part| part.split('<').next().unwrap().to_owned())
        .collect()
}

fn now_code(server: &Server, secret: &Secret) -> String {
    secret.code_at(server.base.clock.now_ms())
}

/// Fills in the page's form for `act`.
async fn act(browser: &mut Browser, act: &str, fields: &[(&str, &str)]) -> Reply {
    let csrf = csrf(&browser.get(PAGE).await);
    let mut all = vec![("csrf", csrf.as_str()), ("act", act)];
    all.extend_from_slice(fields);
    browser.post(PAGE, &all).await
}

/// Sets a second factor up for whoever is signed in; the secret and the recovery codes.
async fn set_up(server: &Server, browser: &mut Browser) -> (Secret, Vec<String>) {
    let begun = act(browser, "begin", &[("password", PASSWORD)]).await;
    assert_eq!(begun.location(), PAGE, "{}", begun.text);
    let shown = browser.get(PAGE).await;
    let secret = Secret::of_groups(&coded(&shown)[0]);
    let done = act(browser, "confirm", &[("code", &now_code(server, &secret))]).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    let codes = coded(&done);
    assert_eq!(codes.len(), RECOVERY_CODES);
    server.wait(STEP_S);
    (secret, codes)
}

/// An account of the office with a second factor.
async fn office() -> (Server, Browser, Secret, Vec<String>) {
    let server = Server::start().await;
    server.account(Role::Office).await;
    let mut browser = server.browser();
    browser.sign_in(Role::Office).await;
    let (secret, codes) = set_up(&server, &mut browser).await;
    (server, browser, secret, codes)
}

#[tokio::test]
async fn signing_in_takes_password_and_code_and_no_code_twice() {
    let (server, _, secret, codes) = office().await;
    let mut browser = server.browser();
    let half = browser
        .post(
            "/console/login",
            &[
                ("login", "office"),
                ("password", PASSWORD),
                ("next", "/console/audit"),
            ],
        )
        .await;
    assert_eq!(half.location(), format!("{STEP}?next=%2Fconsole%2Faudit"));
    let asked = browser.get(half.location()).await;
    assert!(asked.text.contains("value=\"/console/audit\""), "{}", asked.text);
    for closed in ["/console", PAGE, "/console/sessions", "/console/accounts"] {
        let reply = browser.get(closed).await;
        assert!(
            reply.location().starts_with("/console/login?next="),
            "half-way opens {closed}"
        );
    }
    let code = now_code(&server, &secret);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let refused = browser.post(STEP, &[("code", wrong)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("href=\"#code\"") && !refused.text.contains(wrong));
    let done = browser
        .post(STEP, &[("code", &code), ("next", "/console/audit")])
        .await;
    assert_eq!(done.location(), "/console/audit", "{}", done.text);
    assert_eq!(browser.get("/console/audit").await.status, StatusCode::OK);
    let again = browser.post(STEP, &[("code", &code)]).await;
    assert_eq!(
        again.location(),
        "/console/login?expired=1",
        "the step is over once it was taken"
    );

    // The same code, from somebody who looked over the shoulder and knows the password.
    let mut thief = server.browser();
    thief.sign_in(Role::Office).await;
    let replayed = thief.post(STEP, &[("code", &code)]).await;
    assert_eq!(replayed.status, StatusCode::UNPROCESSABLE_ENTITY);
    for (accepted, code) in [(true, &codes[0]), (false, &codes[0]), (true, &codes[1])] {
        let mut browser = server.browser();
        browser.sign_in(Role::Office).await;
        let reply = browser.post(STEP, &[("recovery", code)]).await;
        assert_eq!(reply.location() == "/console", accepted, "{code}");
    }
    let logins: Vec<String> = audit::latest(&server.base.db, 50)
        .await
        .unwrap()
        .into_iter()
        .filter(|row| row.action == "staff.login")
        .map(|row| row.detail.to_string())
        .collect();
    assert_eq!(
        logins
            .iter()
            .filter(|detail| detail.contains("recovery code"))
            .count(),
        2
    );
    assert!(!logins.iter().any(|detail| detail.contains(&code)));
}

#[tokio::test]
async fn setting_up_takes_the_password_and_a_right_code_and_ends_the_other_sessions() {
    let server = Server::start().await;
    server.account(Role::Viewer).await;
    let (mut here, mut elsewhere) = (server.browser(), server.browser());
    here.sign_in(Role::Viewer).await;
    elsewhere.sign_in(Role::Viewer).await;
    let foreign = here.post(PAGE, &[("act", "begin"), ("password", PASSWORD)]).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let unproven = act(&mut here, "begin", &[("password", "wrong")]).await;
    assert_eq!(unproven.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unproven.text.contains("href=\"#password\""));
    act(&mut here, "begin", &[("password", PASSWORD)]).await;
    let shown = here.get(PAGE).await;
    let secret = Secret::of_groups(&coded(&shown)[0]);
    assert!(shown.text.contains("<svg"), "a QR code");
    // Until the code was right, signing in is as it was.
    assert_eq!(
        server.browser().sign_in(Role::Viewer).await.location(),
        "/console"
    );
    let late = secret.code_at(server.base.clock.now_ms() - 90_000);
    let refused = act(&mut here, "confirm", &[("code", &late)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(coded(&refused)[0], secret.in_groups(), "it can be tried again");
    let before = here.clone();
    let done = act(&mut here, "confirm", &[("code", &now_code(&server, &secret))]).await;
    assert_eq!(coded(&done).len(), RECOVERY_CODES);
    assert_eq!(here.get("/console").await.status, StatusCode::OK);
    for mut ended in [before, elsewhere] {
        assert_eq!(ended.get("/console").await.status, StatusCode::SEE_OTHER);
    }
    // The code that turned it on signs nobody in.
    let mut thief = server.browser();
    thief.sign_in(Role::Viewer).await;
    let replayed = thief.post(STEP, &[("code", &now_code(&server, &secret))]).await;
    assert_eq!(replayed.status, StatusCode::UNPROCESSABLE_ENTITY);
    let on = here.get(PAGE).await;
    assert!(on.text.contains("还剩10个恢复码") && !on.text.contains(&secret.in_groups()));
}

#[tokio::test]
async fn new_codes_another_phone_and_turning_off_take_password_and_code() {
    let (server, mut browser, secret, codes) = office().await;
    let password = ("password", PASSWORD);
    for fields in [vec![password], vec![password, ("code", "123")]] {
        for wanted in ["codes", "begin", "off"] {
            let refused = act(&mut browser, wanted, &fields).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wanted}");
            server.wait(40);
        }
    }
    let code = now_code(&server, &secret);
    let renewed = act(&mut browser, "codes", &[password, ("code", &code)]).await;
    let new = coded(&renewed);
    assert!(new.len() == RECOVERY_CODES && !new.contains(&codes[0]));
    let old = act(&mut browser, "off", &[password, ("code", &codes[0])]).await;
    assert_eq!(
        old.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "an old code is void"
    );
    let begun = act(&mut browser, "begin", &[password, ("code", &new[0])]).await;
    assert_eq!(begun.location(), PAGE, "{}", begun.text);
    act(&mut browser, "give-up", &[]).await;
    assert!(browser.get(PAGE).await.text.contains("还剩9个恢复码"));
    let off = act(&mut browser, "off", &[password, ("code", &new[1])]).await;
    assert_eq!(off.location(), PAGE, "{}", off.text);
    assert!(browser.get(PAGE).await.text.contains("value=\"begin\""));
    assert_eq!(
        server.browser().sign_in(Role::Office).await.location(),
        "/console"
    );
    let acts: Vec<String> = audit::latest(&server.base.db, 50)
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.action)
        .filter(|action| action.starts_with("staff.") && action != "staff.login")
        .collect();
    assert_eq!(
        acts,
        [
            "staff.second_factor_off",
            "staff.recovery_codes",
            "staff.second_factor_on"
        ]
    );
}

#[tokio::test]
async fn whoever_has_the_password_alone_does_not_change_it() {
    let (server, mut owner, _, _) = office().await;
    let new = "a longer sentence";
    let fields = [
        ("login", "office"),
        ("old", PASSWORD),
        ("new", new),
        ("again", new),
    ];
    let mut thief = server.browser();
    let sent = thief.post("/console/password", &fields).await;
    assert_eq!(sent.location(), "/console/login?next=%2Fconsole%2Fpassword");
    assert!(
        server
            .browser()
            .sign_in(Role::Office)
            .await
            .location()
            .starts_with(STEP)
    );
    let csrf = csrf(&owner.get("/console/password").await);
    let own = [("csrf", csrf.as_str()), fields[1], fields[2], fields[3]];
    let changed = owner.post("/console/password", &own).await;
    assert_eq!(changed.location(), "/console/login?changed=1");
}

#[tokio::test]
async fn where_it_is_compulsory_nothing_else_opens_until_it_is_on() {
    let server = Server::start()
        .await
        .with_settings(|config| config.require_second_factor = vec![Role::Office]);
    server.account(Role::Office).await;
    server.account(Role::Viewer).await;
    let mut viewer = server.browser();
    viewer.sign_in(Role::Viewer).await;
    assert_eq!(viewer.get("/console").await.status, StatusCode::OK);
    let mut office = server.browser();
    office.sign_in(Role::Office).await;
    let round = format!("/console/rounds/{}", crate::handlers::testing::ROUND);
    for path in [
        "/console",
        "/console/audit",
        &round,
        &format!("{round}/invitations"),
    ] {
        assert_eq!(office.get(path).await.location(), PAGE, "{path}");
    }
    let compute = office.post(&format!("{round}/compute"), &[]).await;
    assert_eq!(compute.location(), PAGE);
    let told = office.get(PAGE).await;
    assert!(told.text.contains("必须开启两步验证"), "{}", told.text);
    assert_eq!(office.get("/console/sessions").await.status, StatusCode::OK);
    let (_, codes) = set_up(&server, &mut office).await;
    assert_eq!(office.get("/console").await.status, StatusCode::OK);
    let page = office.get(PAGE).await;
    assert!(!page.text.contains("value=\"off\""), "it cannot be turned off");
    let fields = [("password", PASSWORD), ("code", codes[0].as_str())];
    let off = act(&mut office, "off", &fields).await;
    assert_eq!(off.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn guessing_from_many_addresses_slows_codes_down_and_locks_nobody_out() {
    let (server, _, secret, codes) = office().await;
    // Somebody has the password and guesses from everywhere.
    let mut refused = 0;
    for n in 0..12 {
        let mut thief = server.browser();
        thief.from = format!("10.9.{n}.1");
        assert!(thief.sign_in(Role::Office).await.location().starts_with(STEP));
        for _ in 0..4 {
            let reply = thief.post(STEP, &[("code", "000000")]).await;
            refused += usize::from(reply.status == StatusCode::TOO_MANY_REQUESTS);
        }
        let fifth = thief.post(STEP, &[("code", "000000")]).await;
        // Those who come later are not even looked at.
        assert!(fifth.location() == "/console/login?expired=1" || n > 5);
    }
    assert!(refused > 10, "the account's codes wait: {refused}");
    // Now not even the right one is looked at, and the owner takes a recovery code.
    let mut owner = server.browser();
    owner.from = "10.8.0.1".to_owned();
    owner.sign_in(Role::Office).await;
    let code = now_code(&server, &secret);
    assert_eq!(
        owner.post(STEP, &[("code", &code)]).await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
    let reply = owner.post(STEP, &[("recovery", &codes[0])]).await;
    assert_eq!(reply.location(), "/console");
    // Without the password nobody comes so far: others' sign-ins do not touch the account.
    server.account(Role::Viewer).await;
    let mut stranger = server.browser();
    let fields = [("login", "viewer"), ("password", "guess"), ("code", "000000")];
    for _ in 0..6 {
        stranger.post("/console/login", &fields).await;
    }
    let begun = stranger.post(STEP, &[("code", "000000")]).await;
    assert_eq!(begun.location(), "/console/login?expired=1");
}

#[tokio::test]
async fn office_takes_a_lost_second_factor_away_with_a_reason_and_never_its_own() {
    let (server, mut office, _, _) = office().await;
    server.account(Role::Viewer).await;
    let mut viewer = server.browser();
    viewer.sign_in(Role::Viewer).await;
    set_up(&server, &mut viewer).await;
    let page = office.get("/console/accounts").await;
    assert_eq!(page.status, StatusCode::OK);
    let offered = page.attributes("option", "value");
    assert_eq!(offered, ["viewer"], "{}", page.text);
    let csrf = csrf(&page);
    let send = [("csrf", csrf.as_str()), ("login", "viewer")];
    let unreasoned = office.post("/console/accounts", &send).await;
    assert_eq!(unreasoned.status, StatusCode::UNPROCESSABLE_ENTITY);
    let own = [("csrf", csrf.as_str()), ("login", "office"), ("reason", "x")];
    assert_eq!(
        office.post("/console/accounts", &own).await.status,
        StatusCode::FORBIDDEN
    );
    let foreign = [("csrf", "0"), ("login", "viewer"), ("reason", "x")];
    assert_eq!(
        office.post("/console/accounts", &foreign).await.status,
        StatusCode::FORBIDDEN
    );
    let reasoned = [send[0], send[1], ("reason", "手机丢了，已当面核对")];
    assert_eq!(
        office.post("/console/accounts", &reasoned).await.location(),
        "/console/accounts"
    );
    assert_eq!(viewer.get("/console").await.status, StatusCode::SEE_OTHER);
    assert_eq!(viewer.sign_in(Role::Viewer).await.location(), "/console");
    let acts = audit::of_subject(&server.base.db, "viewer").await.unwrap();
    let reset = acts
        .iter()
        .find(|row| row.action == "staff.second_factor_reset")
        .unwrap();
    assert_eq!(reset.actor, "office");
    assert!(reset.detail.to_string().contains("手机丢了"));
    assert_eq!(
        viewer.get("/console/accounts").await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn office_of_a_judged_unit_decides_about_nobodys_way_in() {
    let server = Server::start().await;
    server.account_of(Role::Office, Some("990101001")).await;
    let mut office = server.browser();
    office.sign_in(Role::Office).await;
    let csrf = csrf(&office.get("/console").await);
    assert_eq!(
        office.get("/console/accounts").await.status,
        StatusCode::FORBIDDEN
    );
    let fields = [("csrf", csrf.as_str()), ("login", "viewer"), ("reason", "x")];
    assert_eq!(
        office.post("/console/accounts", &fields).await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn sessions_are_listed_without_their_tokens_and_ended_one_by_one_or_all() {
    let server = Server::start().await;
    server.account(Role::Auditor).await;
    let (mut here, mut there, mut third) = (server.browser(), server.browser(), server.browser());
    for browser in [&mut here, &mut there, &mut third] {
        browser.sign_in(Role::Auditor).await;
        server.wait(1);
    }
    let page = here.get("/console/sessions").await;
    let names = page.attributes("name=\"end\"", "value");
    assert_eq!(names.len(), 3, "two others and all: {names:?}");
    assert!(page.text.contains("2026-11-23") && page.text.contains("就是这里"));
    let csrf = csrf(&page);
    let foreign = [("csrf", "0"), ("end", names[0].as_str())];
    assert_eq!(
        here.post("/console/sessions", &foreign).await.status,
        StatusCode::FORBIDDEN
    );
    // The latest stands first.
    let one = [("csrf", csrf.as_str()), ("end", names[0].as_str())];
    here.post("/console/sessions", &one).await;
    assert_eq!(third.get("/console").await.status, StatusCode::SEE_OTHER);
    assert_eq!(there.get("/console").await.status, StatusCode::OK);
    let all = [("csrf", csrf.as_str()), ("end", "all")];
    let left = here.post("/console/sessions", &all).await;
    assert_eq!(left.location(), "/console/login?out=1");
    for browser in [&mut here, &mut there] {
        assert_eq!(browser.get("/console").await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn signing_in_ends_what_the_browser_held_before() {
    let server = Server::start().await;
    server.account(Role::Viewer).await;
    server.account(Role::Auditor).await;
    let mut browser = server.browser();
    browser.sign_in(Role::Viewer).await;
    // Somebody has planted a cookie, or copied it: after the next sign-in it is worth nothing.
    let mut planted = browser.clone();
    browser.sign_in(Role::Auditor).await;
    assert_eq!(planted.get("/console").await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/console/audit").await.status, StatusCode::OK);
}
