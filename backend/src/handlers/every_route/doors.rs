//! The matrix: every route × every role, nobody, and staff of a judged unit, against the list of doors.

use axum::http::{Method, StatusCode};

use super::{Route, filled, routes};
use crate::auth::Role;
use crate::auth::doors::{DOORS, Door, Needs};
use crate::handlers::testing::{Browser, Reply, Server};
use crate::store::audit;

/// Routes that no session of the console opens, and that ask for none: a code, a link, a receipt or a token is the key,
/// or nothing is, because all may see what they show.
const WITHOUT_SESSION: [&str; 21] = [
    "/",
    "/api/{*rest}",
    "/api/v1/forms/",
    "/api/v1/openapi.json",
    "/api/v1/responses",
    "/api/v1/rounds/",
    "/assets/",
    "/field",
    "/healthz",
    "/mail/stop/",
    "/openrosa/",
    "/media/",
    "/metrics",
    "/privacy",
    "/r/",
    "/o/",
    "/readyz",
    "/receipt",
    "/results",
    "/services/",
    "/weights/",
];
/// Those of interviewers' devices, which a token of the device opens.
const OF_DEVICES: &str = "/api/v1/field/";

/// How a door answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// Sign in first.
    SignIn,
    /// Not this role.
    Forbidden,
    /// Not staff of a judged unit.
    Judged,
    /// Whatever else: let in.
    In,
}

fn answer(reply: &Reply) -> Answer {
    let is_refused = reply.status == StatusCode::FORBIDDEN;
    let leads_to_sign_in =
        reply.location() == "/console/login" || reply.location().starts_with("/console/login?next=");
    if reply.status == StatusCode::SEE_OTHER && leads_to_sign_in {
        Answer::SignIn
    } else if is_refused && reply.text.contains("您的账号没有这个权限") {
        Answer::Forbidden
    } else if is_refused && reply.text.contains("被评价单位的工作人员不能看这一页") {
        Answer::Judged
    } else {
        Answer::In
    }
}

/// What a door answers to a role; none is nobody.
fn expected(needs: Needs, role: Option<Role>, is_judged: bool) -> Answer {
    let Some(role) = role else {
        return match needs {
            Needs::Nothing => Answer::In,
            _ => Answer::SignIn,
        };
    };
    match needs {
        Needs::Nothing | Needs::SignedIn => Answer::In,
        Needs::Action(action) | Needs::Independent(action) | Needs::IndependentOfAll(action)
            if !role.may(action) =>
        {
            Answer::Forbidden
        }
        Needs::Independent(_) if is_judged => Answer::Judged,
        Needs::IndependentOfAll(_) if is_judged => Answer::Forbidden,
        _ => Answer::In,
    }
}

async fn knock(browser: &mut Browser, door: &Door) -> Reply {
    let address = filled(door.path);
    match door.method {
        Method::GET => browser.get(&address).await,
        _ => browser.post(&address, &[]).await,
    }
}

#[test]
fn every_route_of_the_console_is_a_door_and_every_door_a_route() {
    let routes = routes();
    let missing: Vec<String> = routes
        .iter()
        .filter(|route| route.path.starts_with("/console"))
        .filter(|route| {
            !DOORS
                .iter()
                .any(|door| door.method == route.method && door.path == route.path)
        })
        .map(|route| format!("{} \"{}\"", route.method, route.path))
        .collect();
    assert_eq!(missing, Vec::<String>::new(), "say in auth::doors what they need");
    for door in DOORS {
        let route = Route {
            method: door.method.clone(),
            path: door.path.to_owned(),
        };
        assert!(routes.contains(&route), "{route:?} leads nowhere");
    }
    for route in routes.iter().filter(|route| !route.path.starts_with("/console")) {
        let path = route.path.as_str();
        let known = WITHOUT_SESSION
            .iter()
            .any(|begin| path == *begin || (*begin != "/" && path.starts_with(begin)));
        assert!(
            known || path == "/view" || path.starts_with(OF_DEVICES),
            "{path}: who may see it?"
        );
    }
}

#[tokio::test]
async fn every_door_lets_in_whom_the_list_says_and_nobody_else() {
    let server = Server::start().await;
    let mut visitors: Vec<(Option<Role>, bool, Browser)> = vec![(None, false, server.browser())];
    for role in Role::ALL {
        for employer in [None, Some("990101001001")] {
            let login = format!("{}-{}", role.as_str(), employer.unwrap_or("free"));
            server.named_account(&login, role, employer).await;
            let mut browser = server.browser();
            browser.sign_in_as(&login).await;
            // Interviewers have no session here: their app signs in by itself.
            let known = Some(role).filter(|role| *role != Role::Interviewer);
            visitors.push((known, employer.is_some(), browser));
        }
    }
    let mut wrong = Vec::new();
    for door in DOORS.iter().filter(|door| door.path != "/console/logout") {
        for (role, is_judged, browser) in &mut visitors {
            let reply = knock(browser, door).await;
            let (got, due) = (answer(&reply), expected(door.needs, *role, *is_judged));
            if got != due || reply.status.as_u16() >= 500 {
                let (method, path) = (&door.method, door.path);
                wrong.push(format!(
                    "{method} {path} to {role:?}, judged {is_judged}: {got:?} ({}) for {due:?}",
                    reply.status
                ));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[tokio::test]
async fn an_address_that_is_no_door_is_not_served_even_if_it_is_routed() {
    use axum::Router;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt;

    let router: Router = Router::new()
        .route("/console/new-page", get(async || "secret"))
        .route("/console/audit", get(async || "a door"))
        .route("/else", get(async || "not of the console"))
        .layer(from_fn(crate::auth::doors::check));
    for (method, path, status) in [
        ("GET", "/console/new-page", 404),
        ("HEAD", "/console/new-page", 404),
        ("GET", "/console/audit", 200),
        ("POST", "/console/audit", 405),
        ("DELETE", "/console/audit", 405),
        ("GET", "/else", 200),
    ] {
        let request = axum::http::Request::builder()
            .method(method)
            .uri(path)
            .body(axum::body::Body::empty())
            .unwrap();
        let reply = router.clone().oneshot(request).await.unwrap();
        assert_eq!(reply.status().as_u16(), status, "{method} {path}");
    }
}

/// What a form is refused with that this session did not make.
fn is_stale(reply: &Reply) -> bool {
    reply.status == StatusCode::FORBIDDEN && reply.text.contains("这一页过期了")
}

#[tokio::test]
async fn no_form_of_another_session_or_site_is_taken_by_any_route() {
    let server = Server::start().await;
    let mut wrong = Vec::new();
    for role in [Role::Office, Role::Evaluator] {
        server.account(role).await;
        let mut browser = server.browser();
        browser.sign_in(role).await;
        let before = audit::latest(&server.base.db, 1).await.unwrap()[0].seq;
        for door in DOORS {
            let is_let_in = match door.needs {
                Needs::Nothing => false,
                needs => expected(needs, Some(role), false) == Answer::In,
            };
            if door.method != Method::POST || !is_let_in {
                continue;
            }
            let address = filled(door.path);
            for csrf in ["", "0123456789abcdef0123456789abcdef"] {
                let fields = [("csrf", csrf)];
                let plain = browser.post(&address, &fields).await;
                let parts = browser.upload(&address, &fields, ("a.csv", b"a,b\n1,2\n")).await;
                let refused = [&plain, &parts].into_iter().any(is_stale);
                let taken = [&plain, &parts]
                    .into_iter()
                    .any(|reply| reply.status.as_u16() < 400);
                if !refused || taken {
                    wrong.push(format!(
                        "{} {role:?}: {} and {}",
                        door.path, plain.status, parts.status
                    ));
                }
            }
        }
        assert_eq!(
            browser.get("/console").await.status,
            StatusCode::OK,
            "nobody was signed out"
        );
        let after = audit::latest(&server.base.db, 1).await.unwrap()[0].seq;
        assert_eq!(after, before, "nothing was done");
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[tokio::test]
async fn forms_that_another_site_sends_are_refused_by_every_page() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let posts: Vec<Route> = routes()
        .into_iter()
        .filter(|route| route.method == Method::POST && !route.path.starts_with("/api/"))
        .collect();
    assert!(posts.len() > 60, "{}", posts.len());
    for route in posts {
        for header in [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ] {
            let reply = browser
                .post_with(&filled(&route.path), &[("code", "x")], &[header])
                .await;
            assert!(is_stale(&reply), "{} {header:?}: {}", route.path, reply.status);
        }
    }
}

#[tokio::test]
async fn devices_routes_take_no_session_of_the_console() {
    let server = Server::start().await;
    server.account(Role::Office).await;
    let mut office = server.browser();
    office.sign_in(Role::Office).await;
    let mut seen = 0;
    for route in routes().iter().filter(|route| route.path.starts_with(OF_DEVICES)) {
        // Registering is how a device gets its token: by password.
        if route.path.ends_with("/devices") {
            continue;
        }
        let reply = match route.method {
            Method::GET => office.get(&route.path).await,
            _ => office.post(&route.path, &[]).await,
        };
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{route:?}");
        seen += 1;
    }
    assert!(seen >= 6, "{seen}");
}
