//! The page for clients of OpenRosa's, in every state.

use maud::Markup;
use survey_forms::text::Text;

use crate::pages::Lang;
use crate::pages::odk::{self, Address, Joined, Odk};

/// Every state of it.
pub(super) fn pages(lang: Lang) -> Vec<(&'static str, Markup)> {
    let joined = |addresses| Odk {
        joined: Some(Joined {
            login: "zhao.lei".to_owned(),
            token: "4f1c0a9e7d2b58634f1c0a9e7d2b58634f1c0a9e7d2b58634f1c0a9e7d2b5863".to_owned(),
            addresses,
        }),
        ..Odk::default()
    };
    let wrong = Odk {
        login: "zhao.lei".to_owned(),
        fault: Some(Text::zh_en(
            "用户名或者密码不对。请检查后再试；还不行，请联系考评办。",
            "The user name or password is wrong. Please check and try again, or ask the office.",
        )),
        joined: None,
    };
    let address = Address {
        url: "https://minyi.example/openrosa/yunxi-2026".to_owned(),
        round_zh: "云岭县2026年度残疾人工作测评".to_owned(),
        round_en: "Yunling County's assessment of 2026".to_owned(),
    };
    vec![
        ("odk", odk::page(lang, &Odk::default())),
        ("odk-wrong", odk::page(lang, &wrong)),
        ("odk-joined", odk::page(lang, &joined(vec![address]))),
        ("odk-no-cases", odk::page(lang, &joined(Vec::new()))),
    ]
}
