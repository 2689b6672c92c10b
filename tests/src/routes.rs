//! The server's routes, read from its router, so that no page can be added without a test that looks at it.

use crate::command::tests_dir;

/// Begins of addresses that serve machines: programs, monitoring, files.
const MACHINES: [&str; 7] = [
    "/api/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/assets/",
    "/media/",
    "/openrosa/",
];

/// Every route of the router at which a browser is shown a page: those that answer GET, machines and files left out.
///
/// # Panics
/// When the router cannot be read.
pub fn pages() -> Vec<String> {
    let path = tests_dir().join("../backend/src/router.rs");
    let source = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut found: Vec<String> = of_source(&source)
        .into_iter()
        .filter(|route| !MACHINES.iter().any(|begin| route.starts_with(begin)))
        .filter(|route| !route.ends_with("/download") && !route.ends_with("/{file}") && !route.contains("{*"))
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Routes with GET in Rust source: literals, and those put together from `base`, which a `let` or `for` has named.
fn of_source(source: &str) -> Vec<String> {
    let mut bases: Vec<String> = Vec::new();
    let mut found = Vec::new();
    for (at, _) in source.char_indices() {
        let rest = &source[at..];
        if rest.starts_with("let base = \"") || rest.starts_with("for base in [") {
            bases = literals(rest.lines().next().unwrap_or_default());
        }
        let Some(call) = rest.strip_prefix(".route(") else {
            continue;
        };
        let call = &call[..closing(call)];
        if !call.contains("get(") {
            continue;
        }
        let head = call.trim_start().trim_start_matches('&');
        if head.starts_with("base") {
            found.extend(bases.iter().cloned());
        } else if let Some(format) = head.strip_prefix("format!(") {
            let pattern = literals(format).into_iter().next().unwrap_or_default();
            let pattern = pattern.replace("{{", "{").replace("}}", "}");
            found.extend(bases.iter().map(|base| pattern.replace("{base}", base)));
        } else {
            found.extend(literals(head).into_iter().next());
        }
    }
    found
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_read_with_their_bases_and_those_without_get_left_out() {
        let source = r#"
            .route("/a", get(x).post(y)).route("/only-post", post(z))
            for base in ["/r/{code}", "/o/{slug}"] {
                router = router.route(base, get(show)).route(&format!("{base}/q/{{page}}"), get(q).post(p));
            }
            let base = "/console/rounds/{id}/x";
            .route(base, get(inviting::show)).route(&format!("{base}/sheets"), post(print))
        "#;
        assert_eq!(
            of_source(source),
            [
                "/a",
                "/r/{code}",
                "/o/{slug}",
                "/r/{code}/q/{page}",
                "/o/{slug}/q/{page}",
                "/console/rounds/{id}/x"
            ]
        );
    }

    #[test]
    fn the_servers_router_is_read() {
        let pages = pages();
        for route in [
            "/",
            "/r/{code}/check",
            "/receipt/again/later",
            "/console/rounds/{id}/cases/{case}",
            "/field",
        ] {
            assert!(
                pages.iter().any(|page| page == route),
                "{route} is not among {pages:?}"
            );
        }
        assert!(pages.len() > 40, "{pages:?}");
    }
}
