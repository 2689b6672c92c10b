//! The console by HTTP: signing in, who may do what, forms of other sessions, computing.

use axum::http::{StatusCode, header};

use crate::auth::Role;
use crate::handlers::testing::{Browser, ROUND, Server};
use crate::jobs::analyse::KIND as ANALYSE;
use crate::store::{audit, jobs};

pub(super) async fn signed_in(server: &Server, role: Role) -> Browser {
    server.account(role).await;
    let mut browser = server.browser();
    let reply = browser.sign_in(role).await;
    assert_eq!(
        (reply.status, reply.location()),
        (
            StatusCode::SEE_OTHER,
            if role == Role::Interviewer {
                "/field"
            } else {
                "/console"
            },
        ),
        "{}",
        reply.text
    );
    browser
}

pub(super) fn csrf(text: &str) -> String {
    text.split("name=\"csrf\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn console_is_closed_without_signing_in_and_leads_back_afterwards() {
    let server = Server::start().await;
    server.account(Role::Office).await;
    let mut browser = server.browser();
    let page = format!("/console/rounds/{ROUND}");
    let asked = browser.get(&page).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get(asked.location()).await.status, StatusCode::OK);
    for next in [page.as_str(), "//evil.example", "https://evil.example/console"] {
        let fields = [
            ("login", "office"),
            ("password", crate::handlers::testing::PASSWORD),
            ("next", next),
        ];
        let reply = server.browser().post("/console/login", &fields).await;
        assert_eq!(reply.location(), if next == page { next } else { "/console" });
    }
}

#[tokio::test]
async fn failed_sign_in_never_says_why_and_is_slowed_down() {
    let server = Server::start().await;
    server.account(Role::Viewer).await;
    let mut browser = server.browser();
    let wrong = browser
        .post("/console/login", &[("login", "viewer"), ("password", "x")])
        .await;
    let nobody = browser
        .post("/console/login", &[("login", "nobody"), ("password", "x")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong.text.replace("viewer", "nobody"), nobody.text);
    assert!(wrong.text.contains("value=\"viewer\"") && !wrong.text.contains("value=\"x\""));
    for _ in 0..7 {
        browser
            .post("/console/login", &[("login", "viewer"), ("password", "x")])
            .await;
    }
    let slowed = browser.sign_in(Role::Viewer).await;
    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
    server.wait(81);
    assert_eq!(browser.sign_in(Role::Viewer).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn each_role_reaches_what_the_policy_says_and_nothing_else() {
    let server = Server::start().await;
    let round = format!("/console/rounds/{ROUND}");
    let report = format!("{round}/report/download?format=pdf&lang=zh");
    // office, evaluator, viewer, interviewer (who has no session here: the app signs in by itself), auditor
    let table = [
        ("/console", [200, 200, 200, 303, 200]),
        (round.as_str(), [200, 200, 200, 303, 200]),
        ("/console/outbox", [200, 403, 403, 303, 403]),
        ("/console/audit", [200, 403, 403, 303, 200]),
        // Nothing is computed, which only those hear who may download.
        (report.as_str(), [404, 403, 404, 303, 404]),
    ];
    for (at, role) in Role::ALL.into_iter().enumerate() {
        let mut browser = signed_in(&server, role).await;
        for (path, statuses) in &table {
            let reply = browser.get(path).await;
            assert_eq!(reply.status.as_u16(), statuses[at], "{role:?} {path}");
            assert_eq!(reply.headers["referrer-policy"], "same-origin");
        }
        let compute = browser.post(&format!("{round}/compute"), &[("csrf", "x")]).await;
        let refused = match role {
            Role::Interviewer => StatusCode::SEE_OTHER,
            _ => StatusCode::FORBIDDEN,
        };
        assert_eq!(compute.status, refused, "{role:?}: wrong token or no right");
    }
    let mut evaluator = server.browser();
    evaluator.sign_in(Role::Evaluator).await;
    let page = evaluator.get(&round).await;
    assert!(
        !page.text.contains("下载报告") && !page.text.contains("计算结果"),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn computing_is_queued_once_and_recorded() {
    let server = Server::start().await;
    server.invite("resident", "r-1").await;
    let mut office = signed_in(&server, Role::Office).await;
    let round = format!("/console/rounds/{ROUND}");
    let page = office.get(&round).await;
    assert!(
        page.text.contains("data-job-state=\"never\"") && page.text.contains("0.0%"),
        "{}",
        page.text
    );
    let fields = [("csrf", csrf(&page.text))];
    let fields = [(fields[0].0, fields[0].1.as_str())];
    for _ in 0..2 {
        let reply = office.post(&format!("{round}/compute"), &fields).await;
        assert_eq!(reply.location(), format!("{round}/compute"));
    }
    let queued = jobs::of_round(&server.base.db, ROUND, 10).await.unwrap();
    assert_eq!(queued.iter().filter(|job| job.kind == ANALYSE).count(), 1);
    let watch = office.get(&format!("{round}/compute")).await;
    assert!(watch.headers.contains_key("refresh") && watch.text.contains("data-job-state=\"queued\""));
    jobs::finish(&server.base.db, queued[0].id, 0).await.unwrap();
    assert_eq!(office.get(&format!("{round}/compute")).await.location(), round);
    let acts = audit::latest(&server.base.db, 10).await.unwrap();
    assert!(
        acts.iter()
            .any(|act| act.action == "round.analyse" && act.actor == "office")
    );
    assert!(acts.iter().any(|act| act.action == "staff.login"));
    audit::verify(&server.base.db, &server.base.keys).await.unwrap();
}

#[tokio::test]
async fn signing_out_needs_the_session_s_own_form_and_ends_it() {
    let server = Server::start().await;
    let mut office = signed_in(&server, Role::Office).await;
    let mut stolen = office.clone();
    let foreign = office.post("/console/logout", &[("csrf", "0")]).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let token = csrf(&office.get("/console").await.text);
    let left = office.post("/console/logout", &[("csrf", &token)]).await;
    assert!(office.get(left.location()).await.text.contains("已退出登录"));
    assert_eq!(
        stolen.get("/console").await.status,
        StatusCode::SEE_OTHER,
        "the token is dead, not only forgotten"
    );
    let mut idle = server.browser();
    let cookie = idle.sign_in(Role::Office).await.headers[header::SET_COOKIE]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
    server.wait(3_601);
    assert_eq!(idle.get("/console").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn public_page_shows_the_plan_and_no_numbers_before_they_are_published() {
    let server = Server::start().await;
    server.invite("resident", "r-1").await;
    let page = server.browser().get(&format!("/results/{ROUND}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text.contains("结果还没有公布") && !page.text.contains("<table"),
        "{}",
        page.text
    );
    let sealed = crate::store::rounds::find(&server.base.db, ROUND)
        .await
        .unwrap()
        .unwrap()
        .plan_sha256
        .unwrap();
    assert!(page.text.contains(&sealed));
    assert_eq!(
        server.browser().get("/results/none").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn quality_page_shows_counts_to_those_who_may_see_results_and_to_no_evaluator() {
    let server = Server::start().await;
    let path = format!("/console/rounds/{ROUND}/quality");
    let mut office = signed_in(&server, Role::Office).await;
    let before = office.get(&path).await;
    assert_eq!(before.status, StatusCode::OK);
    assert!(before.text.contains("还没有计算"), "{}", before.text);

    let invited = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let consent = [("consent", "yes"), ("go", "begin")];
    let first = phone.post(&invited, &consent).await.location().to_owned();
    phone.post(&first, &[("answering", "self"), ("go", "next")]).await;
    jobs_done(&server).await;
    let page = office.get(&path).await;
    assert!(
        page.text.contains("答卷质量") && !page.text.contains("还没有计算"),
        "{}",
        page.text
    );

    let mut evaluator = signed_in(&server, Role::Evaluator).await;
    assert_eq!(evaluator.get(&path).await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        office.get("/console/rounds/none/quality").await.status,
        StatusCode::NOT_FOUND
    );
}

/// Computes the round as the runner of jobs does.
async fn jobs_done(server: &Server) {
    crate::jobs::analyse::analyse(&server.base, ROUND).await.unwrap();
}

#[tokio::test]
async fn failed_mail_is_queued_again_once_by_the_office_and_recorded() {
    use crate::store::outbox;
    let server = Server::start().await;
    let id = uuid::Uuid::from_u128(5);
    let message = outbox::NewMessage {
        id,
        round: ROUND.to_owned(),
        kind: "summary".to_owned(),
        recipient: "leader@yunxi.example".to_owned(),
        dedup_key: "a".to_owned(),
        message: Vec::new(),
    };
    outbox::enqueue(&server.base.db, vec![message], 0).await.unwrap();
    outbox::claim(&server.base.db, 0, 1).await.unwrap().unwrap();
    outbox::give_up(&server.base.db, id, outbox::FAILED, "550 no such mailbox", 0)
        .await
        .unwrap();
    let mut office = signed_in(&server, Role::Office).await;
    let page = office.get("/console/outbox").await;
    assert!(
        page.text.contains("结果摘要") && !page.text.contains(">summary<"),
        "{}",
        page.text
    );
    let action = format!("/console/outbox/{id}/again");
    assert!(
        page.text.contains(&format!("action=\"{action}\"")),
        "{}",
        page.text
    );
    let foreign = office.post(&action, &[("csrf", "0")]).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let token = csrf(&page.text);
    for _ in 0..2 {
        let reply = office.post(&action, &[("csrf", &token)]).await;
        assert_eq!(reply.location(), "/console/outbox");
    }
    assert!(!office.get("/console/outbox").await.text.contains("再发一次"));
    let listed = outbox::of_round(&server.base.db, ROUND, 5).await.unwrap();
    assert_eq!(
        (listed[0].state.as_str(), listed[0].attempts),
        (outbox::QUEUED, 0)
    );
    let acts = audit::latest(&server.base.db, 9).await.unwrap();
    assert_eq!(acts.iter().filter(|act| act.action == "mail.again").count(), 1);
    let mut auditor = signed_in(&server, Role::Auditor).await;
    assert_eq!(
        auditor.post(&action, &[("csrf", "x")]).await.status,
        StatusCode::FORBIDDEN
    );
}
