//! Cookies: read by name, written with every flag said out loud.

use axum::http::{HeaderMap, HeaderValue};
use axum_extra::extract::CookieJar;

/// The value of a cookie in a request.
pub fn get(headers: &HeaderMap, name: &str) -> Option<String> {
    CookieJar::from_headers(headers)
        .get(name)
        .map(|cookie| cookie.value().to_owned())
}

/// A cookie to be set. All are `HttpOnly` and `SameSite=Lax`: no script needs
/// one, and a link from an e-mail or a text message must find its reader.
#[derive(Clone, Debug)]
pub struct NewCookie<'a> {
    /// Name.
    pub name: &'a str,
    /// Value: letters, digits, `.`, `-` and `_`.
    pub value: &'a str,
    /// Path below which it is sent.
    pub path: &'a str,
    /// Lifetime in seconds; 0 removes it.
    pub max_age_s: u64,
    /// Whether the site is behind TLS.
    pub secure: bool,
}

impl NewCookie<'_> {
    /// The `Set-Cookie` header; none when name, value or path hold what a header cannot.
    pub fn header(&self) -> Option<HeaderValue> {
        let ok = |text: &str| {
            text.bytes()
                .all(|b| b.is_ascii_graphic() && !matches!(b, b';' | b',' | b'"'))
        };
        if !(ok(self.name) && ok(self.value) && ok(self.path)) {
            return None;
        }
        let secure = if self.secure { "; Secure" } else { "" };
        let Self {
            name,
            value,
            path,
            max_age_s,
            ..
        } = self;
        HeaderValue::from_str(&format!(
            "{name}={value}; Path={path}; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{secure}"
        ))
        .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_is_said() {
        let cookie = NewCookie {
            name: "a",
            value: "b.c",
            path: "/r/X",
            max_age_s: 60,
            secure: true,
        };
        assert_eq!(
            cookie.header().unwrap(),
            "a=b.c; Path=/r/X; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
        );
        assert!(
            !NewCookie {
                secure: false,
                ..cookie
            }
            .header()
            .unwrap()
            .to_str()
            .unwrap()
            .contains("Secure")
        );
    }

    #[test]
    fn value_cannot_add_attributes() {
        let cookie = NewCookie {
            name: "a",
            value: "b; Domain=x",
            path: "/",
            max_age_s: 60,
            secure: false,
        };
        assert!(cookie.header().is_none());
    }
}
