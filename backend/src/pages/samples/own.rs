//! Pages of one's own account and of signing in by two steps.

use maud::Markup;

use super::signed_in;
use crate::auth::Role;
use crate::pages::Lang;
use crate::pages::accounts::{self, AccountLine, Factor, Refused};
use crate::pages::second_factor::{self, SecondFactorPage, Standing, Wrong};
use crate::pages::sessions::{self, SessionLine};
use crate::pages::sign_in_code::{self, CodePage, WrongCode};

fn account(login: &str, name: &str, role: Role, factor: Factor) -> AccountLine {
    AccountLine {
        login: login.to_owned(),
        name: name.to_owned(),
        role,
        is_closed: login == "li",
        factor,
        is_own: login == "wang.min",
    }
}

/// Every state of them.
pub(super) fn staff(lang: Lang) -> Vec<(&'static str, Markup)> {
    let staff = signed_in();
    let secret = || Standing::SettingUp {
        secret: "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ".to_owned(),
        address:
            "otpauth://totp/Minyi:wang.min@minyi.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Minyi"
                .to_owned(),
    };
    let on = |left| Standing::On {
        since: "2026-11-20".to_owned(),
        left,
    };
    let factor = |standing, is_required, wrong| {
        let view = SecondFactorPage {
            standing,
            is_required,
            wrong,
        };
        second_factor::page(lang, &staff, &view)
    };
    let step = |wrong| {
        let next = "/console".to_owned();
        sign_in_code::page(lang, &CodePage { next, wrong })
    };
    let codes: Vec<String> = (0..10).map(|n| format!("abcd-efgh-jk{n}m")).collect();
    let line = |device: &str, is_this| SessionLine {
        name: "5f".to_owned(),
        device: device.to_owned(),
        since: "2026-11-23".to_owned(),
        last_used: "2026-11-24".to_owned(),
        is_this,
    };
    let lines = [
        line("chrome/windows", true),
        line("wechat/android", false),
        line("/", false),
    ];
    let accounts = [
        account(
            "wang.min",
            "王敏",
            Role::Office,
            Factor::On("2026-11-20".to_owned()),
        ),
        account("zhao", "赵刚", Role::Office, Factor::Missing),
        account("li", "李娜", Role::Viewer, Factor::Off),
        account("chen", "陈静", Role::Auditor, Factor::On("2026-10-01".to_owned())),
    ];
    let refused = Refused {
        login: "chen".to_owned(),
    };
    vec![
        ("second-factor-off", factor(Standing::Off, false, None)),
        (
            "second-factor-required",
            factor(Standing::Off, true, Some(Wrong::Password)),
        ),
        ("second-factor-setting-up", factor(secret(), false, None)),
        (
            "second-factor-setting-up-error",
            factor(secret(), true, Some(Wrong::NewCode)),
        ),
        ("second-factor-on", factor(on(10), false, None)),
        ("second-factor-few-codes", factor(on(2), true, Some(Wrong::Code))),
        ("recovery-codes", second_factor::codes(lang, &staff, &codes, true)),
        (
            "recovery-codes-renewed",
            second_factor::codes(lang, &staff, &codes, false),
        ),
        ("sign-in-code", step(None)),
        ("sign-in-code-error", step(Some(WrongCode::App))),
        ("sign-in-recovery-error", step(Some(WrongCode::Recovery))),
        ("sessions", sessions::page(lang, &staff, &lines)),
        ("accounts", accounts::page(lang, &staff, &accounts, None)),
        (
            "accounts-error",
            accounts::page(lang, &staff, &accounts, Some(&refused)),
        ),
        (
            "accounts-none",
            accounts::page(lang, &staff, &accounts[..3], None),
        ),
    ]
}
