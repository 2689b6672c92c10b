//! The call-back sample by HTTP: agreeing, drawing, calling, and who sees what.

use axum::http::StatusCode;

use analysis::plan::FrameSource;

use super::{draw, figures};
use crate::auth::Role;
use crate::handlers::respond::tests as respond;
use crate::handlers::testing::{Browser, ROUND, Server, frame_member, sample_case};
use crate::store::callbacks::{self, CallbackCase};
use crate::store::frame::Identity;
use crate::store::invitations::{self, COMPLETE, ISSUED};
use crate::store::{audit, begin, sample};

const PAGE: &str = "/console/rounds/yunxi-2026/callbacks";
const CALL: &str = "/console/rounds/yunxi-2026/callbacks/call";
const VILLAGES: [&str; 2] = ["990101001001", "990101002001"];

/// Twenty residents in each of two townships who answered, the first fifteen of whom agreed.
async fn server() -> Server {
    let server = Server::start_with(|plan| *plan = plan.replace("per_unit = 20", "per_unit = 12")).await;
    let (base, mut cases, mut people) = (&server.base, Vec::new(), Vec::new());
    for (at, village) in VILLAGES.into_iter().enumerate() {
        for number in 0..20 {
            let id = format!("r-{at}{number:02}");
            cases.push(sample_case(&id, "resident", village));
            let identity = Identity {
                person_id: id.clone(),
                name: format!("某{id}"),
                phone: format!("138{at}{number:02}"),
                ..Identity::default()
            };
            people.push((frame_member(&id, "resident", village), identity));
        }
    }
    server.put_frame(people).await;
    let ids: Vec<String> = cases.iter().map(|case| case.case_id.clone()).collect();
    sample::replace(&base.db, ROUND, cases).await.unwrap();
    for id in &ids {
        server.invite("resident", id).await;
    }
    for row in invitations::list(&base.db, ROUND).await.unwrap() {
        invitations::set_state(&base.db, row.id, ISSUED, COMPLETE)
            .await
            .unwrap();
    }
    let agreed = ids.into_iter().filter(|id| id[3..] < *"15").collect();
    callbacks::insert_consents(&base.db, ROUND, agreed).await.unwrap();
    server
}

async fn drawn(server: &Server) -> Vec<CallbackCase> {
    callbacks::drawn(&server.base.db, ROUND).await.unwrap()
}

async fn signed_in(server: &Server, role: Role, employer: Option<&str>, page: &str) -> (Browser, String) {
    server.account_of(role, employer).await;
    let mut browser = server.browser();
    browser.sign_in(role).await;
    let reply = browser.get(page).await;
    let csrf = reply.attributes("name=\"csrf\"", "value").into_iter().next();
    (browser, csrf.unwrap_or_default())
}

#[tokio::test]
async fn the_draw_is_the_plans_repeats_itself_and_takes_only_those_who_agreed() {
    let server = server().await;
    let (mut office, csrf) = signed_in(&server, Role::Office, None, PAGE).await;
    let reply = office.post(PAGE, &[("csrf", &csrf)]).await;
    assert!(
        reply.location().ends_with("done=draw&n=24"),
        "{}",
        reply.location()
    );
    let first = drawn(&server).await;
    for unit in ["990101001", "990101002"] {
        assert_eq!(first.iter().filter(|row| row.unit == unit).count(), 12);
    }
    assert!(
        first.iter().all(|row| row.case_id[3..] < *"15"),
        "only who agreed"
    );
    assert!(
        office
            .post(PAGE, &[("csrf", &csrf)])
            .await
            .location()
            .ends_with("n=0")
    );
    // Another server with the same plan draws the same people.
    let other = self::server().await;
    let plan = crate::rounds::plan(&other.base, ROUND).await.unwrap();
    let tx = begin(&other.base.db).await.unwrap();
    draw(&tx, &plan, &plan.callback.unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(drawn(&other).await, first);
}

#[tokio::test]
async fn a_caller_sees_one_number_at_a_time_and_every_look_is_in_the_trail() {
    let server = server().await;
    let plan = crate::rounds::plan(&server.base, ROUND).await.unwrap();
    let tx = begin(&server.base.db).await.unwrap();
    draw(&tx, &plan, &plan.callback.unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    let (mut caller, csrf) = signed_in(&server, Role::Evaluator, None, CALL).await;
    caller.post(CALL, &[("csrf", &csrf), ("act", "next")]).await;
    let page = caller.get(CALL).await;
    let own = callbacks::of_caller(&server.base.db, ROUND, "evaluator")
        .await
        .unwrap()
        .unwrap();
    assert!(
        page.text.contains(&own.case_id) && !page.text.contains("138"),
        "{}",
        page.text
    );
    caller.post(CALL, &[("csrf", &csrf), ("act", "next")]).await;
    assert_eq!(
        callbacks::of_caller(&server.base.db, ROUND, "evaluator")
            .await
            .unwrap(),
        Some(own.clone()),
        "the next comes when this one is done"
    );
    let shown = caller.post(CALL, &[("csrf", &csrf), ("act", "show")]).await;
    let phone = format!("138{}", &own.case_id[2..]);
    assert!(shown.text.contains(&phone), "{}", shown.text);
    assert_eq!(
        shown.text.matches("138").count(),
        2,
        "one number: in its link and in words"
    );
    let trail = audit::latest(&server.base.db, 50).await.unwrap();
    let looks: Vec<_> = trail.iter().filter(|row| row.action == "callback.view").collect();
    assert_eq!((looks.len(), looks[0].actor.as_str()), (1, "evaluator"));
    assert!(looks[0].detail.contains(&own.case_id) && !looks[0].detail.contains("138"));

    let incomplete = [
        ("csrf", csrf.as_str()),
        ("act", "save"),
        ("outcome", "done"),
        ("took_part", "yes"),
    ];
    let refused = caller.post(CALL, &incomplete).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("rating_right-error") && !refused.text.contains("took_part-error"));
    let whole = [
        ("csrf", csrf.as_str()),
        ("act", "save"),
        ("outcome", "done"),
        ("took_part", "yes"),
        ("answered_self", "no"),
        ("staff_present", "yes"),
        ("rating_right", "no"),
    ];
    assert!(caller.post(CALL, &whole).await.location().ends_with("done=saved"));
    let said = callbacks::checks(&server.base.db, ROUND).await.unwrap();
    assert_eq!(said[&own.unit][0].staff_present, "yes");
    assert_eq!(said.values().map(Vec::len).sum::<usize>(), 1);
    let kept = format!("{:?} {said:?}", audit::latest(&server.base.db, 50).await.unwrap());
    let (trail, _) = kept.split_once("staff_present").unwrap();
    assert!(!trail.contains("rating"), "what was said is in no trail");
    // Pressed twice, it counts once.
    caller.post(CALL, &whole).await;
    assert_eq!(
        callbacks::checks(&server.base.db, ROUND).await.unwrap()[&own.unit].len(),
        1
    );
}

#[tokio::test]
async fn who_is_not_reached_comes_again_and_counts_as_not_reached_in_the_end() {
    let server = server().await;
    let plan = crate::rounds::plan(&server.base, ROUND).await.unwrap();
    let callback = analysis::plan::CallbackPlan {
        per_unit: 1,
        ..plan.callback.unwrap()
    };
    let tx = begin(&server.base.db).await.unwrap();
    draw(&tx, &plan, &callback).await.unwrap();
    tx.commit().await.unwrap();
    let (mut caller, csrf) = signed_in(&server, Role::Evaluator, None, CALL).await;
    let later = [("csrf", csrf.as_str()), ("act", "save"), ("outcome", "later")];
    for _ in 0..6 {
        caller.post(CALL, &[("csrf", &csrf), ("act", "next")]).await;
        caller.post(CALL, &later).await;
    }
    let all = drawn(&server).await;
    assert!(
        all.iter()
            .all(|row| row.outcome.as_deref() == Some("not_reached") && row.attempts == 2),
        "{all:?}"
    );
    let none = caller.post(CALL, &[("csrf", &csrf), ("act", "next")]).await;
    assert!(none.location().ends_with("done=none"));
    assert!(figures(&server.base.db, &plan).await.unwrap().is_empty());
}

#[tokio::test]
async fn staff_of_a_judged_unit_do_not_call_and_the_office_sees_no_number() {
    let server = server().await;
    let (mut judged, _) = signed_in(&server, Role::Evaluator, Some(VILLAGES[0]), CALL).await;
    for path in [CALL, PAGE] {
        assert_eq!(judged.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let (mut office, csrf) = signed_in(&server, Role::Office, None, PAGE).await;
    assert_eq!(office.get(CALL).await.status, StatusCode::FORBIDDEN);
    let tried = office.post(CALL, &[("csrf", &csrf), ("act", "show")]).await;
    assert_eq!(tried.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn agreeing_is_asked_of_invited_residents_where_the_plan_calls_back_and_is_kept_with_the_case() {
    let server = Server::start().await;
    let plan = crate::rounds::plan(&server.base, ROUND).await.unwrap();
    assert_eq!(plan.group("resident").unwrap().source, FrameSource::Persons);
    // Two residents who answer, of whom one ticks the box, and a relative who is not asked.
    let cases = ["resident", "resident", "family"]
        .into_iter()
        .zip(["r-1", "r-2", "f-1"]);
    let cases: Vec<_> = cases
        .map(|(group, id)| sample_case(id, group, VILLAGES[0]))
        .collect();
    let tx = begin(&server.base.db).await.unwrap();
    sample::replace(&tx, ROUND, cases.clone()).await.unwrap();
    tx.commit().await.unwrap();
    for case in cases {
        let path = server.invite(&case.group, &case.case_id).await;
        let mut phone = server.browser();
        let first = respond::begin(&mut phone, &path).await;
        let (_, check) = respond::walk(&mut phone, first, &[], 80).await;
        let page = phone.get(&check).await;
        let is_asked = page.text.contains("name=\"callback\"");
        assert_eq!(is_asked, case.group == "resident", "{}", case.case_id);
        let agrees = if case.case_id == "r-2" { "" } else { "yes" };
        let sent = phone
            .post(&check, &[("callback", agrees), ("go", "submit")])
            .await;
        assert!(sent.location().ends_with("/receipt"), "{}", sent.text);
    }
    let agreed = callbacks::consenting(&server.base.db, ROUND).await.unwrap();
    assert_eq!(
        agreed,
        [("r-1".to_owned(), VILLAGES[0].to_owned())],
        "whoever is not asked cannot agree"
    );

    let without = Server::start_with(|plan| {
        let at = plan.find("[callback]").unwrap();
        let end = plan[at..].find("\n# ").unwrap() + at;
        plan.replace_range(at..end, "");
    })
    .await;
    let plan = crate::rounds::plan(&without.base, ROUND).await.unwrap();
    assert_eq!(plan.callback, None);
    let (mut office, _) = signed_in(&without, Role::Office, None, PAGE).await;
    assert_eq!(office.get(PAGE).await.status, StatusCode::NOT_FOUND);
    let overview = office.get("/console/rounds/yunxi-2026").await;
    assert!(!overview.text.contains("/callbacks\""));
}
