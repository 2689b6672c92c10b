//! Which pages of a round are closed to staff of a judged unit: all that show or hand out what is its respondents'.

use axum::http::StatusCode;

use crate::auth::Role;
use crate::handlers::testing::{Browser, Server};

const ROUND: &str = "/console/rounds/yunxi-2026";
const NOBODY: &str = "00000000-0000-0000-0000-000000000001";

/// Routes that only independent staff may use: method, and path behind the round with any parameter filled in.
const CLOSED: &[(&str, &str, &str)] = &[
    ("GET", "/fieldwork", "/fieldwork"),
    ("GET", "/fieldwork", "/fieldwork?part=live"),
    ("GET", "/fieldwork/download", "/fieldwork/download?format=csv"),
    ("GET", "/interviewers", "/interviewers"),
    ("POST", "/interviewers", "/interviewers"),
    ("POST", "/interviewers/cases", "/interviewers/cases"),
    ("POST", "/interviewers/devices", "/interviewers/devices"),
    ("POST", "/interviewers/exceptions", "/interviewers/exceptions"),
    ("POST", "/interviewers/accounts", "/interviewers/accounts"),
    ("GET", "/held", "/held"),
    (
        "POST",
        "/held/{response}",
        "/held/00000000-0000-0000-0000-000000000001",
    ),
    ("GET", "/invitations", "/invitations"),
    ("POST", "/invitations/sheets", "/invitations/sheets"),
    ("POST", "/invitations/sms", "/invitations/sms"),
    ("POST", "/invitations/posters", "/invitations/posters"),
    ("POST", "/invitations/email", "/invitations/email"),
    ("POST", "/invitations/replace", "/invitations/replace"),
    ("GET", "/attachments", "/attachments"),
    ("GET", "/attachments/all/download", "/attachments/all/download"),
    (
        "GET",
        "/attachments/{file}/download",
        "/attachments/00000000-0000-0000-0000-000000000001/download",
    ),
    ("GET", "/callbacks", "/callbacks"),
    ("POST", "/callbacks", "/callbacks"),
    ("GET", "/mailing", "/mailing"),
    ("POST", "/mailing", "/mailing"),
    (
        "GET",
        "/mailing/preview",
        "/mailing/preview?to=00000000-0000-0000-0000-000000000001",
    ),
    (
        "GET",
        "/mailing/message",
        "/mailing/message?to=00000000-0000-0000-0000-000000000001",
    ),
    ("GET", "/quality", "/quality"),
    ("GET", "/cases", "/cases"),
    ("GET", "/cases", "/cases?show=overdue"),
    (
        "GET",
        "/cases/{case}",
        "/cases/00000000-0000-0000-0000-000000000001",
    ),
    (
        "POST",
        "/cases/{case}",
        "/cases/00000000-0000-0000-0000-000000000001",
    ),
    ("GET", "/scoring", "/scoring"),
    ("POST", "/scoring/count", "/scoring/count"),
    ("GET", "/scoring/people", "/scoring/people"),
    ("POST", "/scoring/people", "/scoring/people"),
    ("GET", "/scoring/units/{unit}", "/scoring/units/990101001"),
    ("POST", "/scoring/units/{unit}", "/scoring/units/990101001"),
    (
        "GET",
        "/scoring/evidence/{file}/download",
        "/scoring/evidence/00000000-0000-0000-0000-000000000001/download",
    ),
    ("GET", "/interviewers", "/interviewers?done=assign&n=3"),
    ("GET", "/held", "/held?done=still"),
    ("GET", "/cases", "/cases?page=2"),
    ("GET", "/series", "/series"),
    (
        "GET",
        "/series/download",
        "/series/download?what=current&format=csv",
    ),
    ("GET", "/series/{revision}", "/series/1"),
    ("GET", "/commitments", "/commitments"),
    ("GET", "/services", "/services"),
    (
        "GET",
        "/services/download",
        "/services/download?what=current&format=csv",
    ),
    ("GET", "/services/{code}", "/services/new"),
    ("POST", "/services/{code}", "/services/new"),
    ("GET", "/frame", "/frame"),
    ("POST", "/frame/use", "/frame/use"),
    ("GET", "/frame/{version}", "/frame/1"),
    ("POST", "/frame/{version}", "/frame/1"),
    ("GET", "/frame/{version}/download", "/frame/1/download?format=csv"),
    ("POST", "/series", "/series"),
    ("POST", "/frame", "/frame"),
    ("POST", "/services", "/services"),
    ("GET", "/publication", "/publication"),
    ("POST", "/publication", "/publication"),
    ("GET", "/publication/preview", "/publication/preview"),
    ("GET", "/identity", "/identity"),
    ("POST", "/identity", "/identity"),
    ("GET", "/retention", "/retention"),
    ("POST", "/retention", "/retention"),
    (
        "GET",
        "/retention/{erasure}/download",
        "/retention/00000000-0000-0000-0000-000000000001/download",
    ),
    ("GET", "/people", "/people"),
    ("POST", "/people", "/people"),
    (
        "GET",
        "/people/{request}",
        "/people/00000000-0000-0000-0000-000000000001",
    ),
    (
        "POST",
        "/people/{request}",
        "/people/00000000-0000-0000-0000-000000000001",
    ),
    (
        "GET",
        "/people/{request}/copy/download",
        "/people/00000000-0000-0000-0000-000000000001/copy/download?format=json",
    ),
    ("GET", "/data", "/data"),
    ("POST", "/data", "/data"),
    ("GET", "/data/download", "/data/download?format=csv"),
    ("GET", "/plan", "/plan"),
    ("GET", "/plan/settings", "/plan/settings"),
    ("POST", "/plan/settings", "/plan/settings"),
    ("GET", "/plan/table", "/plan/table?file=indicators.csv"),
    ("POST", "/plan/table", "/plan/table"),
    ("GET", "/plan/row", "/plan/row?file=indicators.csv"),
    ("POST", "/plan/row", "/plan/row"),
    ("GET", "/plan/file", "/plan/file?file=plan.toml"),
    ("POST", "/plan/file", "/plan/file"),
    ("GET", "/plan/versions", "/plan/versions"),
    ("GET", "/plan/seal", "/plan/seal"),
    ("POST", "/plan/seal", "/plan/seal"),
    ("GET", "/plan/amend", "/plan/amend"),
    ("POST", "/plan/amend", "/plan/amend"),
    ("POST", "/plan/save", "/plan/save"),
    ("POST", "/plan/discard", "/plan/discard"),
    ("GET", "/plan/download", "/plan/download"),
    ("POST", "/plan/upload", "/plan/upload"),
    ("GET", "/weights", "/weights"),
    ("POST", "/weights", "/weights"),
    ("GET", "/steps", "/steps"),
    ("POST", "/steps", "/steps"),
];
/// Routes that are an evaluator's own: whoever a judged unit employs is refused there, too.
const EVALUATORS: [(&str, &str); 5] = [
    ("/marking", "/marking"),
    ("/marking/declaration", "/marking/declaration"),
    (
        "/marking/cards/{card}",
        "/marking/cards/00000000-0000-0000-0000-000000000001",
    ),
    (
        "/marking/evidence/{file}/download",
        "/marking/evidence/00000000-0000-0000-0000-000000000001/download",
    ),
    ("/marking/log", "/marking/log"),
];
/// Routes that show figures of the whole round or published things, or set off a computation of them.
const OPEN: [&str; 8] = [
    "",
    "/compute",
    "/report/download",
    "/reports",
    "/reports/all/download",
    "/improvements",
    "/units",
    "/units/{unit}",
];

/// For the third party's callers alone; that staff of a judged unit are none is tested with the calls.
const FOR_CALLERS: &str = "/callbacks/call";

async fn signed_in(employer: Option<&str>) -> (Server, Browser, String) {
    let server = Server::start().await;
    server.account_of(Role::Office, employer).await;
    let mut browser = server.browser();
    assert_eq!(browser.sign_in(Role::Office).await.status, StatusCode::SEE_OTHER);
    let console = browser.get("/console").await;
    let csrf = console.attributes("name=\"csrf\"", "value")[0].clone();
    (server, browser, csrf)
}

/// Every route of a round that the router has, by the text in which they are listed.
fn routes() -> Vec<String> {
    let source = include_str!("../../router.rs");
    let mut found: Vec<String> = source
        .split('"')
        .filter_map(|text| text.strip_prefix("/console/rounds/{id}"))
        .map(str::to_owned)
        .collect();
    // Some functions name the address of a round's part once.
    for part in source.split("\n}") {
        let Some((_, rest)) = part.split_once("let base = \"/console/rounds/{id}") else {
            continue;
        };
        let base = rest.split('"').next().unwrap();
        let below = rest.split('"').filter_map(|text| text.strip_prefix("{base}"));
        found.extend(below.map(|path| format!("{base}{path}")));
    }
    found
}

#[test]
fn every_route_of_a_round_is_said_to_be_open_or_closed_to_judged_units() {
    let routes = routes();
    assert!(routes.len() > 15, "{routes:?}");
    for route in &routes {
        let closed = CLOSED.iter().any(|(_, pattern, _)| pattern == route);
        let own = EVALUATORS.iter().any(|(pattern, _)| pattern == route);
        assert!(
            closed || own || OPEN.contains(&route.as_str()) || route == FOR_CALLERS,
            "{route} is in no list"
        );
    }
    for (_, pattern, _) in CLOSED.iter().copied() {
        assert!(
            routes.iter().any(|route| route == pattern),
            "{pattern} is no route"
        );
    }
}

#[tokio::test]
async fn staff_of_a_judged_unit_are_refused_everywhere_and_independent_staff_nowhere() {
    // A township that is scored, a village below it; the county's office, the third party, somewhere else.
    for (employer, is_judged) in [
        (Some("990101001"), true),
        (Some("990101001001"), true),
        (Some("990101"), false),
        (Some("880000"), false),
        (None, false),
    ] {
        let (_server, mut browser, csrf) = signed_in(employer).await;
        for (method, _, path) in CLOSED.iter().copied() {
            let path = format!("{ROUND}{path}");
            let reply = match method {
                "GET" => browser.get(&path).await,
                _ => browser.post(&path, &[("csrf", &csrf), ("person", NOBODY)]).await,
            };
            let refused = reply.status == StatusCode::FORBIDDEN;
            assert_eq!(
                refused, is_judged,
                "{employer:?} {method} {path}: {}",
                reply.status
            );
            assert!(reply.status.as_u16() < 500, "{method} {path}: {}", reply.text);
            if refused {
                assert!(
                    reply.text.contains("被评价单位的工作人员不能看这一页") && reply.text.contains("城关镇"),
                    "{path}: {}",
                    reply.text
                );
            }
        }
        for path in ["", "/improvements"] {
            let reply = browser.get(&format!("{ROUND}{path}")).await;
            assert_eq!(reply.status, StatusCode::OK, "{employer:?} {path}");
        }
        // The overview leads nowhere that is closed, and shows nobody's townships.
        let overview = browser.get(ROUND).await;
        for link in [
            "/fieldwork\"",
            "/cases\"",
            "/interviewers\"",
            "/invitations\"",
            "/mailing\"",
        ] {
            assert_eq!(overview.text.contains(link), !is_judged, "{employer:?} {link}");
        }
        assert_eq!(overview.text.contains("青石镇"), !is_judged, "{employer:?}");
    }
}

#[tokio::test]
async fn evaluators_of_a_judged_unit_are_refused_and_others_find_nothing_before_they_are_engaged() {
    for (employer, status) in [
        (Some("990101001001"), StatusCode::FORBIDDEN),
        (None, StatusCode::NOT_FOUND),
    ] {
        let server = Server::start().await;
        server.account_of(Role::Evaluator, employer).await;
        let mut browser = server.browser();
        browser.sign_in(Role::Evaluator).await;
        for (_, path) in EVALUATORS {
            let reply = browser.get(&format!("{ROUND}{path}")).await;
            assert_eq!(reply.status, status, "{employer:?} {path}");
        }
    }
}
