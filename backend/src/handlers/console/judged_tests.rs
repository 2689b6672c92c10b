//! Which pages of a round are closed to staff of a judged unit: all that show or hand out what is its respondents'.

use axum::http::{Method, StatusCode};

use crate::auth::Role;
use crate::auth::doors::{DOORS, Door, Needs};
use crate::handlers::every_route::{NOBODY, filled};
use crate::handlers::testing::{Browser, Server};

/// What the doors of a round have in common.
const ROUND: &str = "/console/rounds/{id}";

/// Doors that show figures of the whole round or published things, or set off a computation of them: the only ones that
/// are open to staff of a judged unit.
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

/// The doors of a round, each with its address behind the round's.
fn of_round() -> impl Iterator<Item = (&'static Door, &'static str)> {
    DOORS
        .iter()
        .filter_map(|door| Some((door, door.path.strip_prefix(ROUND)?)))
}

/// The closed ones that a role may pass otherwise.
fn closed_to_judged(role: Role) -> Vec<(&'static Door, &'static str)> {
    let may = |door: &Door| matches!(door.needs, Needs::Independent(action) if role.may(action));
    of_round().filter(|(door, _)| may(door)).collect()
}

async fn signed_in(employer: Option<&str>) -> (Server, Browser, String) {
    let server = Server::start().await;
    server.account_of(Role::Office, employer).await;
    let mut browser = server.browser();
    assert_eq!(browser.sign_in(Role::Office).await.status, StatusCode::SEE_OTHER);
    let console = browser.get("/console").await;
    let csrf = console.attributes("name=\"csrf\"", "value")[0].clone();
    (server, browser, csrf)
}

#[test]
fn every_door_of_a_round_is_closed_to_judged_units_but_for_those_said_to_be_open() {
    for (door, part) in of_round() {
        let is_closed = matches!(door.needs, Needs::Independent(_));
        assert_eq!(is_closed, !OPEN.contains(&part), "{} {}", door.method, door.path);
    }
    for open in OPEN {
        assert!(of_round().any(|(_, part)| part == open), "{open} is no door");
    }
    assert!(closed_to_judged(Role::Office).len() > 80);
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
        for (door, _) in closed_to_judged(Role::Office) {
            let (method, path) = (&door.method, filled(door.path));
            let reply = match *method {
                Method::GET => browser.get(&path).await,
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
        let round = filled(ROUND);
        for path in ["", "/improvements"] {
            let reply = browser.get(&format!("{round}{path}")).await;
            assert_eq!(reply.status, StatusCode::OK, "{employer:?} {path}");
        }
        // The overview leads nowhere that is closed, and shows nobody's townships.
        let overview = browser.get(&round).await;
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
        let mut own = 0;
        for (door, part) in closed_to_judged(Role::Evaluator) {
            if door.method == Method::GET && part.starts_with("/marking") {
                let reply = browser.get(&filled(door.path)).await;
                assert_eq!(reply.status, status, "{employer:?} {part}");
                own += 1;
            }
        }
        assert_eq!(own, 5);
    }
}
