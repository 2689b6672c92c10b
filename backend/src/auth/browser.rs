//! What kind of browser and system a session runs in, for its owner to know it by. Only the kind is kept: versions and
//! models would tell one person's machine from another's.

use axum::http::{HeaderMap, header};

/// Marks in `User-Agent` and the browser they stand for; the first that is found counts, for most browsers also name
/// those that they want to be taken for.
const BROWSERS: [(&str, &str); 11] = [
    ("MicroMessenger", "wechat"),
    ("DingTalk", "dingtalk"),
    ("QQBrowser", "qq"),
    ("UCBrowser", "uc"),
    ("HuaweiBrowser", "huawei"),
    ("MiuiBrowser", "xiaomi"),
    ("Edg", "edge"),
    ("OPR/", "opera"),
    ("Firefox/", "firefox"),
    ("Chrome/", "chrome"),
    ("Safari/", "safari"),
];

/// The same for systems; iPads may call themselves Macs.
const SYSTEMS: [(&str, &str); 7] = [
    ("HarmonyOS", "harmony"),
    ("OpenHarmony", "harmony"),
    ("Android", "android"),
    ("iPhone", "ios"),
    ("iPad", "ios"),
    ("Windows", "windows"),
    ("Mac OS X", "macos"),
];

fn found(table: &[(&str, &'static str)], agent: &str) -> &'static str {
    table
        .iter()
        .find(|(mark, _)| agent.contains(mark))
        .map_or("", |(_, word)| *word)
}

/// Browser and system as `browser/system`, each empty where it is not known.
pub fn kind(headers: &HeaderMap) -> String {
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let system = match found(&SYSTEMS, agent) {
        "" if agent.contains("Linux") => "linux",
        system => system,
    };
    format!("{}/{system}", found(&BROWSERS, agent))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn kind_is_told_without_version_or_model() {
        for (agent, expected) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
                "chrome/windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0",
                "edge/windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0",
                "wechat/ios",
            ),
            (
                "Mozilla/5.0 (Linux; Android 9; SM-G9600) AppleWebKit/537.36 Chrome/86.0 Mobile Safari/537.36",
                "chrome/android",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
                "firefox/linux",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17 Safari/605.1.15",
                "safari/macos",
            ),
            ("curl/8.0", "/"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::USER_AGENT, HeaderValue::from_str(agent).unwrap());
            assert_eq!(kind(&headers), expected, "{agent}");
        }
        assert_eq!(kind(&HeaderMap::new()), "/");
    }
}
