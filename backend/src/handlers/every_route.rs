//! Tests that look at every route of the server, as the router lists them: whom it lets in, what headers it sends, and
//! that no form of another's is taken.

use axum::http::Method;

use super::testing::ROUND;

mod doors;
mod headers;
mod logs;
mod source;

/// Nobody's id.
pub(super) const NOBODY: &str = "00000000-0000-0000-0000-000000000001";

/// A route with its method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) method: Method,
    pub(super) path: String,
}

/// Every route of the router's source.
pub(super) fn routes() -> Vec<Route> {
    source::routes(include_str!("../router.rs"))
        .into_iter()
        .map(|(method, path)| Route {
            method: if method == "GET" {
                Method::GET
            } else {
                Method::POST
            },
            path,
        })
        .collect()
}

/// An address of a route: its holes filled with what is well formed.
pub(super) fn filled(path: &str) -> String {
    let id = if path.starts_with("/console/outbox") {
        NOBODY
    } else {
        ROUND
    };
    let mut out = path.to_owned();
    for (hole, value) in [
        ("{id}", id),
        ("{round}", ROUND),
        ("{unit}", "990101001"),
        ("{case}", NOBODY),
        ("{response}", NOBODY),
        ("{card}", NOBODY),
        ("{file}", NOBODY),
        ("{revision}", "1"),
        ("{erasure}", NOBODY),
        ("{request}", NOBODY),
        ("{version}", "1"),
        ("{form}", "resident"),
        ("{leaf}", "00"),
        ("{slug}", "nowhere"),
        ("{page}", "nothing"),
        ("{token}", "nothing"),
        ("{group}", "resident"),
        ("{*rest}", "nothing"),
        ("{*file}", "nothing"),
    ] {
        out = out.replace(hole, value);
    }
    let code = match path.starts_with("/r/") {
        true => "0000-0000-00000",
        false => "new",
    };
    let out = out.replace("{code}", code);
    assert!(
        !out.contains('{'),
        "{path}: say in handlers::every_route what fills its holes"
    );
    out
}

#[test]
fn routes_are_read_with_their_methods() {
    let routes = routes();
    let has = |method: Method, path: &str| {
        routes
            .iter()
            .any(|route| route.method == method && route.path == path)
    };
    assert!(has(Method::GET, "/console") && !has(Method::POST, "/console"));
    assert!(has(Method::POST, "/console/logout") && !has(Method::GET, "/console/logout"));
    assert!(has(Method::POST, "/receipt/again/q/{page}"));
    assert!(has(Method::POST, "/console/rounds/{id}/plan/upload"));
    assert!(has(Method::POST, "/console/rounds/{id}/marking/cards/{card}"));
    assert!(routes.len() > 190, "{}", routes.len());
}
