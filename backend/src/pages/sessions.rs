//! The page of one's own sessions.

use maud::{Markup, html};

use super::layout::{ConsoleFrame, SignedIn, console, csrf};
use super::table::scrolling;
use super::{Lang, own, tr};

const PATH: &str = "/console/sessions";

/// A session.
#[derive(Clone, Debug)]
pub struct SessionLine {
    /// Its name in forms.
    pub name: String,
    /// Browser and system, as `auth::browser` words them.
    pub device: String,
    /// Day on which it began, ISO 8601.
    pub since: String,
    /// Day on which it was last used, ISO 8601.
    pub last_used: String,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// Names of browsers; none where it is none of these. Those that are names in both languages stay as they are.
fn browser(lang: Lang, word: &str) -> Option<String> {
    let name = match word {
        "wechat" => tr!(lang, "sessions.wechat").into_owned(),
        "dingtalk" => tr!(lang, "sessions.dingtalk").into_owned(),
        "qq" => tr!(lang, "sessions.qq").into_owned(),
        "uc" => tr!(lang, "sessions.uc").into_owned(),
        "huawei" => tr!(lang, "sessions.huawei").into_owned(),
        "xiaomi" => tr!(lang, "sessions.xiaomi").into_owned(),
        "edge" => "Edge".to_owned(),
        "opera" => "Opera".to_owned(),
        "firefox" => "Firefox".to_owned(),
        "chrome" => "Chrome".to_owned(),
        "safari" => "Safari".to_owned(),
        _ => return None,
    };
    Some(name)
}

fn system(lang: Lang, word: &str) -> Option<String> {
    let name = match word {
        "harmony" => tr!(lang, "sessions.harmony"),
        "android" => tr!(lang, "sessions.android"),
        "ios" => tr!(lang, "sessions.ios"),
        "windows" => tr!(lang, "sessions.windows"),
        "macos" => tr!(lang, "sessions.macos"),
        "linux" => tr!(lang, "sessions.linux"),
        _ => return None,
    };
    Some(name.into_owned())
}

/// A device in words.
pub(super) fn device(lang: Lang, kind: &str) -> String {
    let (browser_word, system_word) = kind.split_once('/').unwrap_or_default();
    match (browser(lang, browser_word), system(lang, system_word)) {
        (Some(browser), Some(system)) => {
            tr!(lang, "sessions.device", browser = browser, system = system).into_owned()
        }
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => tr!(lang, "sessions.unknown").into_owned(),
    }
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, lines: &[SessionLine]) -> Markup {
    let title = tr!(lang, "sessions.title");
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: false,
        path: PATH,
        staff: Some(staff),
    };
    let table = html! {
        table {
            caption #sessions { (tr!(lang, "sessions.caption")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "sessions.where")) }
                    th scope="col" { (tr!(lang, "sessions.act")) }
                    th scope="col" { (tr!(lang, "sessions.used")) }
                    th scope="col" { (tr!(lang, "sessions.since")) }
                }
            }
            tbody {
                @for line in lines {
                    @let device = device(lang, &line.device);
                    tr {
                        th scope="row" { (device) }
                        td {
                            @if line.is_this { (tr!(lang, "sessions.this")) }
                            @else {
                                form method="post" action=(PATH) {
                                    (csrf(&staff.csrf))
                                    input type="hidden" name="end" value=(line.name);
                                    button type="submit" {
                                        (tr!(lang, "sessions.end"))
                                        span.hidden { (tr!(lang, "sessions.end_which", device = device, day = line.since)) }
                                    }
                                }
                            }
                        }
                        td.day { (line.last_used) }
                        td.day { (line.since) }
                    }
                }
            }
        }
    };
    console(
        frame,
        &html! {
            h1 { (title) }
            (own::nav(lang, PATH))
            p { (tr!(lang, "sessions.lead")) }
            (scrolling(lang, "sessions", &table))
            p { (tr!(lang, "sessions.strange")) }
            form method="post" action=(PATH) {
                (csrf(&staff.csrf))
                input type="hidden" name="end" value="all";
                button type="submit" { (tr!(lang, "sessions.end_all")) }
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_told_in_words() {
        for (kind, zh, en) in [
            (
                "chrome/windows",
                "Chrome，Windows 电脑",
                "Chrome on a Windows computer",
            ),
            (
                "wechat/ios",
                "微信，苹果手机或平板",
                "WeChat on an iPhone or iPad",
            ),
            ("/android", "安卓手机或平板", "an Android phone or tablet"),
            ("safari/", "Safari", "Safari"),
            ("", "认不出的浏览器", "a browser not recognised"),
        ] {
            assert_eq!(device(Lang::Zh, kind), zh);
            assert_eq!(device(Lang::En, kind), en);
        }
    }
}
