//! Samples of the pages of respondents: doors, questions put off, checks, and what can go wrong.

use jiff::civil::date;
use maud::Markup;

use super::{after, help, results, signed_in, start_view};
use crate::inviting::waves::{Wave, WaveState};
use crate::pages::check::{Answered, Check};
use crate::pages::handover::HandOver;
use crate::pages::home::{CodeFault, Home};
use crate::pages::invitations::{GroupLine, Invitations, LinkLine, Pick, QuotaLine};
use crate::pages::layout::Fault;
use crate::pages::no_remind::NoRemind;
use crate::pages::problem::{Problem, UsedCode};
use crate::pages::question::{Later, PinOffer};
use crate::pages::start::{Audience, OpenLink, PinAsk, PinFault, Resume, Start, UnitChoice};
use crate::pages::{Reading, check, handover, home, invitations, no_remind, problem, question, start};

/// Every page that a respondent sees outside the questions.
pub(super) fn pages(reading: Reading) -> Vec<(&'static str, Markup)> {
    let open = OpenLink {
        units: vec![
            UnitChoice {
                code: "T01".to_owned(),
                name: "青石镇".to_owned(),
            },
            UnitChoice {
                code: "T02".to_owned(),
                name: "白河乡".to_owned(),
            },
        ],
        chosen: String::new(),
        missing: true,
        site: Some("云岭县人民医院".to_owned()),
    };
    let answered = |name: &str, question: &str, answer: &str| Answered {
        name: name.to_owned(),
        question: question.to_owned(),
        answer: answer.to_owned(),
        change: format!("/r/7K3M-9QXT-5W2HD/q/{name}?from=check"),
    };
    let later = |code: Option<&str>, forgotten| Later {
        round: "云岭县2026年度残疾人工作测评".to_owned(),
        path: "/r/7K3M-9QXT-5W2HD/later".to_owned(),
        start: "/r/7K3M-9QXT-5W2HD".to_owned(),
        code: code.map(str::to_owned),
        closes_on: Some(date(2026, 12, 20)),
        forgotten,
        pin: None,
        help: help(),
    };
    let elsewhere = |fault| Start {
        resume: Some(Resume::Elsewhere),
        pin: Some(PinAsk {
            action: "/r/7K3M-9QXT-5W2HD/pin".to_owned(),
            fault,
        }),
        ..start_view()
    };
    let no_remind = |done| NoRemind {
        round: "云岭县2026年度残疾人工作测评".to_owned(),
        path: "/r/7K3M-9QXT-5W2HD/noremind".to_owned(),
        start: Some("/r/7K3M-9QXT-5W2HD".to_owned()),
        done,
        help: help(),
    };
    let pin_offer = |offer| Later {
        pin: Some(offer),
        ..later(Some("7K3M-9QXT-5W2H-D"), false)
    };
    let hand_over = |taken| HandOver {
        round: "云岭县2026年度残疾人工作测评".to_owned(),
        path: "/r/7K3M-9QXT-5W2HD/handover".to_owned(),
        go_on: "/r/7K3M-9QXT-5W2HD/q/need".to_owned(),
        taken,
        help: help(),
    };
    let help = help();
    let mut pages = vec![
        ("home", home::page(reading, &Home::default())),
        (
            "home-error",
            home::page(
                reading,
                &Home {
                    typed: "7K3M <b>".to_owned(),
                    fault: Some(CodeFault::Symbol('<')),
                    help: Some(help.clone()),
                },
            ),
        ),
        (
            "home-empty",
            home::page(
                reading,
                &Home {
                    fault: Some(CodeFault::Empty),
                    ..Home::default()
                },
            ),
        ),
        ("start", start::page(reading, &start_view())),
        (
            "home-short",
            home::page(
                reading,
                &Home {
                    typed: "7K3M-9QXT-5W2H".to_owned(),
                    fault: Some(CodeFault::Length(12)),
                    ..Home::default()
                },
            ),
        ),
        (
            "home-check",
            home::page(
                reading,
                &Home {
                    typed: "7K3M-9QXT-5W2H-E".to_owned(),
                    fault: Some(CodeFault::Check),
                    ..Home::default()
                },
            ),
        ),
        ("start-pin", start::page(reading, &elsewhere(None))),
        (
            "start-pin-wrong",
            start::page(reading, &elsewhere(Some(PinFault::Wrong { left: 3 }))),
        ),
        (
            "start-pin-locked",
            start::page(reading, &elsewhere(Some(PinFault::Locked))),
        ),
        ("later-pin", question::later(reading, &pin_offer(PinOffer::Ask))),
        (
            "later-pin-error",
            question::later(reading, &pin_offer(PinOffer::NotFour)),
        ),
        (
            "later-pin-stored",
            question::later(reading, &pin_offer(PinOffer::Stored)),
        ),
        ("no-remind", no_remind::page(reading, &no_remind(false))),
        ("no-remind-done", no_remind::page(reading, &no_remind(true))),
        (
            "start-error",
            start::page(
                reading,
                &Start {
                    consent_missing: true,
                    audience: Audience::Family,
                    ..start_view()
                },
            ),
        ),
        (
            "start-resume",
            start::page(
                reading,
                &Start {
                    resume: Some(Resume::Here),
                    ..start_view()
                },
            ),
        ),
        (
            "start-elsewhere",
            start::page(
                reading,
                &Start {
                    resume: Some(Resume::Elsewhere),
                    ..start_view()
                },
            ),
        ),
        (
            "open",
            start::page(
                reading,
                &Start {
                    open: Some(open),
                    audience: Audience::Grassroots,
                    asks_health: false,
                    ..start_view()
                },
            ),
        ),
        (
            "later",
            question::later(reading, &later(Some("7K3M-9QXT-5W2HD"), false)),
        ),
        (
            "later-hidden",
            question::later(reading, &later(Some("7K3M-9QXT-5W2HD"), true)),
        ),
        ("later-open", question::later(reading, &later(None, false))),
        ("handover", handover::page(reading, &hand_over(false))),
        ("handover-taken", handover::page(reading, &hand_over(true))),
        (
            "check",
            check::page(
                reading,
                &Check {
                    round: "云岭县2026年度残疾人工作测评".to_owned(),
                    path: "/r/7K3M-9QXT-5W2HD/check".to_owned(),
                    rows: vec![
                        answered("answering", "这份问卷由谁填写？", "本人"),
                        answered(
                            "need",
                            "过去12个月里，您需要过下面哪些帮助？",
                            "康复、医疗、办证评残",
                        ),
                        answered("first_change", "您觉得最先要改的是什么？", ""),
                    ],
                    elsewhere: 4,
                    taken: false,
                    withheld: 6,
                    faults: vec![Fault {
                        href: "/r/7K3M-9QXT-5W2HD/q/sat_overall?from=check".to_owned(),
                        text: "这一题还没有答：总的来说，您满意吗？".to_owned(),
                    }],
                    asks_callback: true,
                    back: Some("/r/7K3M-9QXT-5W2HD/q/follow_up".to_owned()),
                    help: help.clone(),
                },
            ),
        ),
    ];
    let wave = |due, sent, skipped| WaveState {
        due,
        sent,
        skipped,
        ..WaveState::default()
    };
    let pick = |code: &str, name: &str| Pick {
        code: code.to_owned(),
        name: name.to_owned(),
    };
    let view = |fault: Option<Fault>, done: Option<&str>| Invitations {
        id: "2026".to_owned(),
        round: "云岭县2026年度残疾人工作测评".to_owned(),
        fault,
        done: done.map(str::to_owned),
        groups: vec![GroupLine {
            name: "残疾人".to_owned(),
            issued: 1_120,
            started: 60,
            complete: 1_650,
            left: 2,
            withdrawn: 3,
        }],
        group_picks: vec![pick("resident", "残疾人")],
        places: vec![(pick("T01", "青石镇"), vec![pick("V01", "东街村")])],
        as_of: Some("2026-11-25 09:12".to_owned()),
        waves: vec![
            (Wave::Invitation, wave(0, 180, 4)),
            (Wave::First, wave(95, 0, 0)),
            (Wave::Second, wave(0, 0, 0)),
        ],
        spacing_days: 7,
        has_mail: done.is_some(),
        is_open: true,
        links: vec![LinkLine {
            slug: "2026-hospital".to_owned(),
            name: "云岭县人民医院".to_owned(),
            url: "https://minyi.example.org/o/2026-hospital".to_owned(),
            today: 40,
            cap: Some(40),
            total: 212,
        }],
        quotas: vec![QuotaLine {
            name: "残疾人 · 青石镇".to_owned(),
            taken: 150,
            target: 150,
            maximum: 200,
        }],
        may_send: true,
        case: "c-000123".to_owned(),
    };
    let fault = Fault {
        href: "#reason".to_owned(),
        text: "请写明原因。".to_owned(),
    };
    pages.extend([
        (
            "invitations",
            invitations::page(
                reading.lang,
                &signed_in(),
                &view(None, Some("c-000123 的邀请已经收回。")),
            ),
        ),
        (
            "invitations-error",
            invitations::page(reading.lang, &signed_in(), &view(Some(fault), None)),
        ),
    ]);
    let problems = [
        ("unknown-code", Problem::UnknownCode),
        (
            "used-code",
            Problem::UsedCode(UsedCode {
                receipt: Some("/r/7K3M-9QXT-5W2HD/receipt".to_owned()),
                until: Some(date(2026, 12, 20)),
            }),
        ),
        (
            "cap-reached",
            Problem::CapReached {
                site: "云岭县人民医院".to_owned(),
                again: Some(date(2026, 11, 24)),
            },
        ),
        (
            "cap-reached-last-day",
            Problem::CapReached {
                site: "云岭县人民医院".to_owned(),
                again: None,
            },
        ),
        ("quota-full", Problem::QuotaFull),
        (
            "judged-unit",
            Problem::JudgedUnit {
                unit: "城关镇".to_owned(),
            },
        ),
        ("used-code-over", Problem::UsedCode(UsedCode::default())),
        ("closed", Problem::Closed(date(2026, 12, 20))),
        ("early", Problem::Early(date(2026, 11, 1))),
        ("unknown-link", Problem::UnknownLink),
        ("too-many", Problem::TooMany { minutes: 2 }),
        ("lost", Problem::Lost),
        ("forbidden", Problem::Forbidden),
        ("stale", Problem::Stale),
        ("failed", Problem::Failed),
        ("unreadable", Problem::Unreadable),
    ];
    pages.extend(problems.map(|(name, what)| (name, problem::page(reading, &what, Some(&help), "/"))));
    pages.extend(results::all(reading));
    pages.extend(after::respondents(reading));
    pages
}
