//! How the reader wants to read: one cookie, else the browser's language.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};

use super::cookie::{self, NewCookie};
use crate::pages::{Contrast, Lang, Offers, Reading, TextSize};

/// Holds no person: `zh.1.d.es` is language, text size, colours, and letters for easy read and sign language.
const COOKIE: &str = "minyi_view";
const YEAR_S: u64 = 365 * 86_400;

/// The wishes that a request's headers tell.
pub fn of_headers(headers: &HeaderMap) -> Reading {
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    let fallback = Reading {
        lang: accepted.and_then(Lang::accepted).unwrap_or_default(),
        ..Reading::default()
    };
    cookie::get(headers, COOKIE)
        .and_then(|value| parse(&value))
        .unwrap_or(fallback)
}

/// The wishes that [`code`] wrote.
pub fn parse(value: &str) -> Option<Reading> {
    let mut parts = value.split('.');
    let lang = Lang::parse(parts.next()?)?;
    let size = TextSize::parse(parts.next().unwrap_or_default());
    let contrast = match parts.next().unwrap_or_default() {
        // Cookies of earlier versions said only whether it is dark.
        "1" => Contrast::Dark,
        code => Contrast::parse(code),
    };
    let extras = parts.next().unwrap_or_default();
    Some(Reading {
        lang,
        size,
        contrast,
        easy: extras.contains('e'),
        sign: extras.contains('s'),
        offers: Offers::default(),
    })
}

/// The wishes in one word.
pub fn code(reading: Reading) -> String {
    format!(
        "{}.{}.{}.{}{}",
        reading.lang.code(),
        reading.size.code(),
        reading.contrast.code(),
        if reading.easy { "e" } else { "" },
        if reading.sign { "s" } else { "" }
    )
}

/// The cookie that remembers `reading`.
pub fn remember(reading: Reading, secure: bool) -> Option<HeaderValue> {
    NewCookie {
        name: COOKIE,
        value: &code(reading),
        path: "/",
        max_age_s: YEAR_S,
        secure,
    }
    .header()
}

/// The wish pressed on a page, if one of the switches was pressed.
pub fn changed(reading: Reading, pairs: &[(String, String)]) -> Option<Reading> {
    let mut new = reading;
    let mut pressed = false;
    for (name, value) in pairs {
        match name.as_str() {
            "lang" => new.lang = Lang::parse(value)?,
            "size" => new.size = TextSize::parse(value),
            "contrast" => new.contrast = Contrast::parse(value),
            "easy" => new.easy = value == "1",
            "sign" => new.sign = value == "1",
            _ => continue,
        }
        pressed = true;
    }
    pressed.then_some(new)
}

impl<S: Send + Sync> FromRequestParts<S> for Reading {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(of_headers(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn cookie_wins_over_the_browser_and_chinese_is_the_default() {
        assert_eq!(of_headers(&HeaderMap::new()).lang, Lang::Zh);
        let english = headers(&[(header::ACCEPT_LANGUAGE, "fr, en-GB;q=0.8, zh;q=0.5")]);
        assert_eq!(of_headers(&english).lang, Lang::En);
        let both = headers(&[
            (header::ACCEPT_LANGUAGE, "en"),
            (header::COOKIE, "x=1; minyi_view=zh.3.1"),
        ]);
        assert_eq!(
            of_headers(&both),
            Reading {
                lang: Lang::Zh,
                size: TextSize::Largest,
                contrast: Contrast::Dark,
                ..Reading::default()
            }
        );
        let spoilt = headers(&[
            (header::ACCEPT_LANGUAGE, "en"),
            (header::COOKIE, "minyi_view=%00"),
        ]);
        assert_eq!(of_headers(&spoilt).lang, Lang::En);
    }

    #[test]
    fn switches_change_one_wish_each() {
        let pair = |name: &str, value: &str| [(name.to_owned(), value.to_owned())];
        let now = Reading {
            lang: Lang::Zh,
            size: TextSize::Large,
            contrast: Contrast::Dark,
            easy: true,
            ..Reading::default()
        };
        assert_eq!(
            changed(now, &pair("lang", "en")),
            Some(Reading {
                lang: Lang::En,
                ..now
            })
        );
        assert_eq!(
            changed(now, &pair("contrast", "y")),
            Some(Reading {
                contrast: Contrast::Yellow,
                ..now
            })
        );
        assert_eq!(
            changed(now, &pair("easy", "0")),
            Some(Reading { easy: false, ..now })
        );
        assert_eq!(changed(now, &pair("go", "next")), None);
        assert_eq!(changed(now, &pair("lang", "<script>")), None);
    }

    #[test]
    fn every_wish_comes_back_from_its_cookie() {
        for contrast in Contrast::ALL {
            for (easy, sign) in [(false, true), (true, false), (true, true)] {
                let wish = Reading {
                    lang: Lang::En,
                    size: TextSize::Large,
                    contrast,
                    easy,
                    sign,
                    ..Reading::default()
                };
                let cookie = remember(wish, false).unwrap();
                let pair = cookie.to_str().unwrap().split(';').next().unwrap();
                let value = pair.split_once('=').unwrap().1;
                assert_eq!(parse(value), Some(wish), "{pair}");
            }
        }
    }
}
