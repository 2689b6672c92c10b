//! Routes read from the router's source, so that none can be added without the tests that look at every one. Outside of
//! this crate's tests, `tests/src/routes.rs` reads them by this file, too.

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

/// Every route with its method, `GET` or `POST`: literal addresses, and those put together from a `base`, which a `let`
/// or `for` has named.
pub(super) fn routes(source: &str) -> Vec<(&'static str, String)> {
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
        let head = call.trim_start().trim_start_matches('&');
        let paths: Vec<String> = if head.starts_with("base") {
            bases.clone()
        } else if let Some(format) = head.strip_prefix("format!(") {
            let pattern = literals(format).into_iter().next().unwrap_or_default();
            let pattern = pattern.replace("{{", "{").replace("}}", "}");
            bases.iter().map(|base| pattern.replace("{base}", base)).collect()
        } else {
            literals(head).into_iter().take(1).collect()
        };
        for (mark, method) in [("get(", "GET"), ("post(", "POST")] {
            let is_called = call
                .match_indices(mark)
                .any(|(at, _)| !call[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
            if is_called {
                found.extend(paths.iter().map(|path| (method, path.clone())));
            }
        }
    }
    found
}
