//! Tests that look at every route of the server, as the router lists them: whom it lets in, what headers it sends, and
//! that no form of another's is taken.

use axum::http::Method;

use super::testing::ROUND;

mod doors;
mod headers;
mod logs;

/// Nobody's id.
pub(super) const NOBODY: &str = "00000000-0000-0000-0000-000000000001";

/// A route with its method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) method: Method,
    pub(super) path: String,
}

/// Where the parenthesis that is open before `text` closes.
fn closing(text: &str) -> usize {
    let mut depth = 1;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// What stands between quotation marks; addresses hold no escapes.
fn literals(text: &str) -> Vec<String> {
    text.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Every route of the router's source: literal addresses, and those put together from a `base`.
pub(super) fn routes() -> Vec<Route> {
    let source = include_str!("../router.rs");
    let mut bases: Vec<String> = Vec::new();
    let mut found = Vec::new();
    for (at, _) in source.char_indices() {
        let rest = &source[at..];
        if rest.starts_with("let base = \"") || rest.starts_with("for base in [") {
            bases = literals(rest.lines().next().unwrap());
        }
        let Some(call) = rest.strip_prefix(".route(") else {
            continue;
        };
        let call = &call[..closing(call)];
        let head = call.trim_start().trim_start_matches('&');
        let paths: Vec<String> = if head.starts_with("base") {
            bases.clone()
        } else if let Some(format) = head.strip_prefix("format!(") {
            let pattern = literals(format)[0].replace("{{", "{").replace("}}", "}");
            bases.iter().map(|base| pattern.replace("{base}", base)).collect()
        } else {
            literals(head).into_iter().take(1).collect()
        };
        for (mark, method) in [("get(", Method::GET), ("post(", Method::POST)] {
            let is_called = call
                .match_indices(mark)
                .any(|(at, _)| !call[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
            if is_called {
                found.extend(paths.iter().map(|path| Route {
                    method: method.clone(),
                    path: path.clone(),
                }));
            }
        }
    }
    found
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
