//! The page of invitations by HTTP: who gets in, and what each act leaves behind.

use axum::http::StatusCode;

use crate::auth::Role;
use crate::handlers::testing::{Browser, ROUND, Server};
use crate::store::{audit, invitations};

const PAGE: &str = "/console/rounds/yunxi-2026/invitations";

async fn signed_in(server: &Server, role: Role, employer: Option<&str>) -> Browser {
    server.account_of(role, employer).await;
    let mut browser = server.browser();
    assert_eq!(browser.sign_in(role).await.status, StatusCode::SEE_OTHER);
    browser
}

fn csrf(text: &str) -> String {
    let token = text.split("name=\"csrf\" value=\"").nth(1).unwrap();
    token.split('"').next().unwrap().to_owned()
}

async fn acts(server: &Server) -> Vec<String> {
    let rows = audit::latest(&server.base.db, 50).await.unwrap();
    rows.into_iter()
        .map(|row| format!("{} {}", row.actor, row.action))
        .collect()
}

#[tokio::test]
async fn only_office_and_third_party_hold_invitations_and_only_the_office_sends() {
    let server = Server::start().await;
    for (role, page, send) in [
        (Role::Office, 200, 422),
        (Role::Evaluator, 200, 403),
        (Role::Viewer, 403, 403),
        (Role::Auditor, 403, 403),
    ] {
        let mut browser = signed_in(&server, role, None).await;
        let shown = browser.get(PAGE).await;
        assert_eq!(shown.status.as_u16(), page, "{role:?}");
        // An interviewer's page has no form; without the right its token is not looked at.
        let console = browser.get("/console").await;
        let token = match console.status {
            StatusCode::OK => csrf(&console.text),
            _ => String::new(),
        };
        let fields = [("csrf", token.as_str()), ("case", "none"), ("reason", "lost")];
        let reply = browser.post(&format!("{PAGE}/replace"), &fields).await;
        assert_eq!(reply.status.as_u16(), send, "{role:?}: {}", reply.text);
        if role == Role::Evaluator {
            assert!(
                !shown.text.contains("换发") && shown.text.contains("打印邀请信"),
                "{}",
                shown.text
            );
        }
    }
}

#[tokio::test]
async fn nobody_whom_a_judged_unit_or_one_below_employs_gets_in_and_the_page_says_why() {
    // A township, and a village below it.
    for employer in ["990101001", "990101001001"] {
        let server = Server::start().await;
        let mut browser = signed_in(&server, Role::Office, Some(employer)).await;
        let token = csrf(&browser.get("/console").await.text);
        let refused = browser.get(PAGE).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{employer}");
        assert!(
            refused.text.contains("不能看这一页") && refused.text.contains("城关镇"),
            "{}",
            refused.text
        );
        for act in ["sheets", "sms", "posters", "email", "replace"] {
            let reply = browser
                .post(&format!("{PAGE}/{act}"), &[("csrf", token.as_str())])
                .await;
            assert_eq!(reply.status, StatusCode::FORBIDDEN, "{act}");
            assert!(reply.text.contains("不能看这一页"), "{act}: {}", reply.text);
        }
    }
    // The county runs the round and is not judged in it; a code of elsewhere is no unit of this round.
    for employer in ["990101", "880000"] {
        let server = Server::start().await;
        let mut browser = signed_in(&server, Role::Office, Some(employer)).await;
        assert_eq!(browser.get(PAGE).await.status, StatusCode::OK, "{employer}");
    }
}

#[tokio::test]
async fn acts_need_the_session_s_own_form_and_are_recorded() {
    let server = Server::start().await;
    server.invite("resident", "c-1").await;
    let mut office = signed_in(&server, Role::Office, None).await;
    let page = office.get(PAGE).await;
    assert!(
        page.text.contains("县政务服务中心") && page.text.contains("0 / 40"),
        "{}",
        page.text
    );
    let token = csrf(&page.text);
    for act in ["sheets", "sms", "posters", "email", "replace"] {
        let foreign = office.post(&format!("{PAGE}/{act}"), &[("csrf", "x")]).await;
        assert_eq!(foreign.status, StatusCode::FORBIDDEN, "{act}");
    }
    let own = ("csrf", token.as_str());
    let poster = office
        .post(&format!("{PAGE}/posters"), &[own, ("slug", "yunxi-2026-hall")])
        .await;
    assert_eq!(poster.headers["content-type"], "application/pdf");
    assert_eq!(poster.headers["cache-control"], "no-store");
    let lost = [own, ("case", "c-1"), ("reason", "信丢了"), ("go", "reissue")];
    let replaced = office.post(&format!("{PAGE}/replace"), &lost).await;
    assert_eq!(replaced.status, StatusCode::SEE_OTHER, "{}", replaced.text);
    let after = office.get(replaced.location()).await;
    assert!(after.text.contains("c-1 的邀请换发好了"), "{}", after.text);
    let states: Vec<String> = invitations::list(&server.base.db, ROUND)
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.state)
        .collect();
    assert!(states.contains(&"withdrawn".to_owned()) && states.contains(&"issued".to_owned()));
    let silent = office
        .post(&format!("{PAGE}/replace"), &[own, ("case", "c-1")])
        .await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        silent.text.contains("请写明原因") && silent.text.contains("<title>错误："),
        "{}",
        silent.text
    );
    let nobody = office.post(&format!("{PAGE}/sms"), &[own]).await;
    assert!(nobody.text.contains("没有可以用的邀请"), "{}", nobody.text);
    let acts = acts(&server).await;
    for act in ["office invitation.posters", "office invitation.reissue"] {
        assert!(acts.contains(&act.to_owned()), "{act} in {acts:?}");
    }
    audit::verify(&server.base.db, &server.base.keys).await.unwrap();
}
