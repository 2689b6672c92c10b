//! Pages of retention, of requests about personal data, and of notices about accounts.

use analysis::plan::Kept;
use maud::Markup;

use super::signed_in;
use crate::pages::login::{self, Login, LoginNote};
use crate::pages::notices::{self, Line as NoticeLine, View as Notices};
use crate::pages::person::{
    self, Fault as PersonFault, Line as Request, Opened, Person, Standing as At, Typed,
};
use crate::pages::privacy;
use crate::pages::retention::{self, Certificate, Delayed, Fault, Line, RoundKeeps, Standing, View};
use crate::pages::{Lang, Reading};
use crate::person_requests::{Drawn, Known, SentMessage, Visit, Want};
use crate::store::frame::Identity;

const TITLE: &str = "云岭县2026年度残疾人工作测评";

fn lines() -> Vec<Line> {
    let line = |kept, days, due: Option<&str>, standing| Line {
        kept,
        days,
        due: due.map(str::to_owned),
        standing,
        delays: Vec::new(),
        certificates: Vec::new(),
    };
    let certificate = Certificate {
        id: "00000000-0000-0000-0000-000000000001".to_owned(),
        day: "2027年6月29日".to_owned(),
        actor: crate::retention::ACTOR.to_owned(),
        sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
    };
    let delayed = Delayed {
        day: "2027年6月1日".to_owned(),
        until: "2027年12月31日".to_owned(),
        reason: "有未办结的行政复议，需要保留佐证。".to_owned(),
    };
    vec![
        Line {
            certificates: vec![certificate],
            ..line(
                Kept::Identities,
                Some(180),
                Some("2027年6月29日"),
                Standing::Erased("2027年6月29日".to_owned()),
            )
        },
        line(Kept::FreeText, Some(365), Some("2027年12月31日"), Standing::Waits),
        Line {
            delays: vec![delayed],
            ..line(Kept::Evidence, Some(180), Some("2027年12月31日"), Standing::Waits)
        },
        line(Kept::Visits, Some(180), Some("2027年6月29日"), Standing::Due),
        line(Kept::Mail, None, None, Standing::NoDay),
    ]
}

fn keeping(lines: Vec<Line>, faults: Vec<Fault>) -> View {
    View {
        id: "2026".to_owned(),
        title: TITLE.to_owned(),
        closes_on: "2026年12月31日".to_owned(),
        open_cases: 3,
        may_delay: true,
        lines,
        typed: retention::Typed::default(),
        faults,
    }
}

fn request(standing: At) -> Request {
    Request {
        id: "1f2e3d4c-0000-0000-0000-000000000001".to_owned(),
        wants: vec![Want::Copy, Want::Correct],
        basis: "本人到场，核对了残疾人证。".to_owned(),
        asked_by: "li".to_owned(),
        asked_on: "2026年11月23日".to_owned(),
        due_on: "2026年12月14日".to_owned(),
        is_late: standing == At::Lapsed,
        decided_by: Some("wang".to_owned()),
        done: (standing == At::Done)
            .then(|| ("2026年11月30日".to_owned(), "副本已当面交给本人。".to_owned())),
        standing,
        own: true,
    }
}

fn stored(is_erased: bool) -> Person {
    let identity = Identity {
        person_id: "p1".to_owned(),
        name: "张三".to_owned(),
        phone: "13900001111".to_owned(),
        email: "zhang@example.org".to_owned(),
        card_number: "99010119700101123X44".to_owned(),
        address: "城关镇一组3号".to_owned(),
    };
    let drawn = Drawn {
        case_id: "R00012".to_owned(),
        invitation: Some("issued".to_owned()),
        no_reminders: false,
        disposition: None,
        messages: vec![SentMessage {
            kind: "invitation".to_owned(),
            state: "sent".to_owned(),
            queued_at: 0,
        }],
        visits: vec![Visit {
            day: "2026-11-20".to_owned(),
            mode: "interview".to_owned(),
            disposition: "2.25".to_owned(),
            note: "下午在家".to_owned(),
        }],
        agreed_to_call: true,
        call: None,
    };
    Person {
        known: Known {
            identity: (!is_erased).then_some(identity),
            group: "resident".to_owned(),
            unit: "990101001001".to_owned(),
            category: Some("vision".to_owned()),
            grade: Some("2".to_owned()),
            sex: Some("female".to_owned()),
            birth_year: Some(1970),
            hardship: String::new(),
            is_relative: false,
            drawn: vec![drawn],
        },
        group: "残疾人".to_owned(),
        unit: "东关村".to_owned(),
        days: vec![vec!["2026年11月1日".to_owned()]],
    }
}

fn opened(is_erased: bool, no_outcome: bool) -> Opened {
    Opened {
        round: ("2026".to_owned(), TITLE.to_owned()),
        id: "1f2e3d4c-0000-0000-0000-000000000001".to_owned(),
        wants: vec![Want::Copy],
        due_on: "2026年12月14日".to_owned(),
        people: vec![stored(is_erased)],
        done: is_erased.then(|| "已经删除。".to_owned()),
        no_outcome,
    }
}

fn told() -> Notices {
    let line = |kind: &str, device: &str, seen| NoticeLine {
        kind: kind.to_owned(),
        device: device.to_owned(),
        when: "2026-11-23 16:00".to_owned(),
        seen,
    };
    Notices {
        lines: vec![
            line("new_browser", "chrome/windows", false),
            line("password_set", "", true),
        ],
        latest: 7,
        email: "li@example.org".to_owned(),
        provider: Some(("县统一身份认证".to_owned(), false)),
        ..Notices::default()
    }
}

/// Every state of them.
pub(super) fn staff(lang: Lang) -> Vec<(&'static str, Markup)> {
    let who = signed_in();
    let list = |lines: Vec<Request>, faults| person::View {
        id: "2026".to_owned(),
        title: TITLE.to_owned(),
        may_ask: true,
        lines,
        typed: Typed::default(),
        faults,
    };
    let all = [
        At::Asked,
        At::Mine,
        At::Confirmed,
        At::Lapsed,
        At::Refused,
        At::Done,
    ]
    .map(request);
    let every_fault = vec![
        PersonFault::Name,
        PersonFault::Nobody,
        PersonFault::Wants,
        PersonFault::Basis,
    ];
    let linked = Notices {
        provider: Some(("县统一身份认证".to_owned(), true)),
        is_wrong: true,
        ..told()
    };
    let silent: Vec<Line> = lines()
        .into_iter()
        .map(|line| Line {
            days: None,
            due: None,
            standing: Standing::NoDay,
            delays: Vec::new(),
            certificates: Vec::new(),
            ..line
        })
        .collect();
    let sign_in = Login {
        next: "/console".to_owned(),
        note: Some(LoginNote::NotLinked),
        provider: Some("县统一身份认证".to_owned()),
        ..Login::default()
    };
    vec![
        (
            "retention",
            retention::page(lang, &who, &keeping(lines(), Vec::new())),
        ),
        (
            "retention-faults",
            retention::page(lang, &who, &keeping(lines(), vec![Fault::Until])),
        ),
        (
            "retention-silent",
            retention::page(lang, &who, &keeping(silent, Vec::new())),
        ),
        ("people", person::page(lang, &who, &list(all.into(), Vec::new()))),
        (
            "people-faults",
            person::page(lang, &who, &list(Vec::new(), every_fault)),
        ),
        ("person", person::opened(lang, &who, &opened(false, true))),
        ("person-erased", person::opened(lang, &who, &opened(true, false))),
        ("notices", notices::page(lang, &who, &told())),
        ("notices-linked", notices::page(lang, &who, &linked)),
        ("notices-none", notices::page(lang, &who, &Notices::default())),
        ("login-provider", login::page(lang, &sign_in)),
        (
            "provider-onward",
            notices::onward(
                lang,
                &who,
                ("县统一身份认证", "https://id.example.org/auth?state=1"),
            ),
        ),
    ]
}

/// What everybody reads of rounds that say how long they keep what.
pub(super) fn privacy_with_rounds(reading: Reading) -> Markup {
    let round = RoundKeeps {
        title: TITLE.to_owned(),
        lines: lines(),
    };
    privacy::page(reading, None, &[round])
}
