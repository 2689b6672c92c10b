//! The server's routes, read from its router, so that no page can be added without a test that looks at it.

use crate::command::tests_dir;

#[path = "../../backend/src/handlers/every_route/source.rs"]
mod source;

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
        // Where a page with files is sent: loaded, it leads back to the page.
        .filter(|route| !route.contains("/files/"))
        .filter(|route| !route.ends_with("/download") && !route.ends_with("/{file}") && !route.contains("{*"))
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Routes with GET in Rust source.
fn of_source(source: &str) -> Vec<String> {
    source::routes(source)
        .into_iter()
        .filter(|(method, _)| *method == "GET")
        .map(|(_, path)| path)
        .collect()
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
