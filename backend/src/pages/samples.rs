//! A sample of every page that needs no questionnaire, for the tests and for looking at them.

use jiff::civil::date;
use maud::Markup;

use crate::inviting::waves::{Wave, WaveState};

use super::check::{Answered, Check};
use super::handover::HandOver;
use super::home::{CodeFault, Home};
use super::invitations::{GroupLine, Invitations, LinkLine, Pick, QuotaLine};
use super::layout::{Fault, MenuItem, SignedIn};
use super::login::{Login, LoginNote};
use super::no_remind::NoRemind;
use super::office::{AuditLine, Message, RoundLine};
use super::password::{self, Change, Wrong};
use super::problem::{Problem, UsedCode};
use super::quality::{AskerLine, ItemLine, Quality, WayLine};
use super::question::{Later, PinOffer};
use super::round::{Computing, Figure, OpenLinkLine, Overview, RateLine, ReportUnit, ScoreLine, Summary};
use super::start::{Audience, Consents, OpenLink, PinAsk, PinFault, Resume, Start, UnitChoice};
use super::{
    Help, Lang, Reading, check, handover, home, invitations, login, no_remind, office, problem, quality,
    question, round, start,
};

mod after;
mod callbacks;
mod evaluated;
mod mailing;
mod own;
mod records;
mod results;
mod third;

/// The person to turn to.
pub(crate) fn help() -> Help {
    Help {
        organiser: "云岭县残疾人联合会".to_owned(),
        contact: Some("云岭县残联考评办，电话 0123-4567890（工作日）".to_owned()),
    }
}

/// A start page; the cases below vary it.
pub(crate) fn start_view() -> Start {
    Start {
        title: "说说残联的服务".to_owned(),
        round: "云岭县2026年度残疾人工作测评".to_owned(),
        action: "/r/7K3M-9QXT-5W2HD".to_owned(),
        audience: Audience::Resident,
        minutes: 6,
        closes_on: Some(date(2026, 12, 20)),
        asks_health: true,
        open: None,
        resume: None,
        pin: None,
        consents: Consents::default(),
        consent_missing: false,
        help: help(),
    }
}

/// Someone of the office.
pub(crate) fn signed_in() -> SignedIn {
    let item = |href: &str, text: &str, current| MenuItem {
        href: href.to_owned(),
        text: text.to_owned(),
        current,
    };
    SignedIn {
        name: "王敏".to_owned(),
        role: "考评办".to_owned(),
        csrf: "c5a1".to_owned(),
        menu: vec![
            item("/console", "测评轮次", true),
            item("/console/outbox", "邮件", false),
            item("/console/audit", "审计记录", false),
        ],
    }
}

fn overview(computing: Computing) -> Overview {
    let line = |code: &str, name: &str, invited, complete| RateLine {
        code: code.to_owned(),
        name: name.to_owned(),
        invited,
        complete,
    };
    let done = matches!(computing, Computing::Done(_));
    let figure = |name: &str, estimate: &str, interval: &str| Figure {
        name: name.to_owned(),
        estimate: estimate.to_owned(),
        interval: interval.to_owned(),
        n: "1830".to_owned(),
    };
    Overview {
        id: "2026".to_owned(),
        title: "云岭县2026年度残疾人工作测评".to_owned(),
        state: "open".to_owned(),
        plan_sha256: Some("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned()),
        made_by: None,
        may_see_plan: true,
        opens_on: "2026-11-01".to_owned(),
        closes_on: "2026-12-20".to_owned(),
        groups: vec![
            line("resident", "残疾居民", 3200, 1830),
            line("family", "亲友", 1500, 690),
            line("grassroots", "基层组织", 640, 0),
        ],
        townships: vec![
            line("T01", "青石镇", 160, 98),
            line("T02", "白河乡", 160, 61),
            line("T03", "柳树镇", 0, 0),
        ],
        open_links: vec![OpenLinkLine {
            group: "残疾居民".to_owned(),
            href: "/o/yunling".to_owned(),
            count: 37,
        }],
        daily: vec![
            ("2026-11-01".to_owned(), 120),
            ("2026-11-02".to_owned(), 310),
            ("2026-11-03".to_owned(), 45),
        ],
        computing,
        summary: done.then(|| Summary {
            figures: vec![
                figure("参与率", "41.2%", "38.0%–44.5%"),
                figure("满意度", "71.3", "69.9–72.7"),
            ],
            scores: vec![ScoreLine {
                unit: "青石镇".to_owned(),
                score: "78.4".to_owned(),
                interval: "74.0–82.8".to_owned(),
                rank: "1".to_owned(),
                rank_interval: "1–6".to_owned(),
                grade: "良好".to_owned(),
            }],
        }),
        report_units: if done {
            vec![ReportUnit {
                code: "T01".to_owned(),
                name: "青石镇".to_owned(),
            }]
        } else {
            Vec::new()
        },
        may_see_interviewers: true,
        may_see_mail: true,
        may_see_callbacks: true,
        may_watch: true,
        may_hand_out: true,
        may_see_records: true,
        may_see_frame: true,
        may_see_scoring: true,
        may_mark: false,
        may_compute: true,
        may_publish: true,
        may_read_results: true,
    }
}

/// Every page with its name, in the language and look of `reading`.
pub(crate) fn all(reading: Reading) -> Vec<(String, Markup)> {
    let mut pages = respondent(reading);
    pages.extend(staff(reading.lang));
    pages.extend(after::staff(reading.lang));
    pages.extend(records::all(reading));
    pages.extend(mailing::staff(reading.lang));
    pages.extend(callbacks::staff(reading.lang));
    pages.extend(mailing::stopping(reading));
    pages.extend(third::staff(reading.lang));
    pages.extend(own::staff(reading.lang));
    pages.extend(evaluated::pages(reading.lang));
    pages
        .into_iter()
        .map(|(name, page)| (name.to_owned(), page))
        .collect()
}

fn respondent(reading: Reading) -> Vec<(&'static str, Markup)> {
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
    ];
    pages.extend(problems.map(|(name, what)| (name, problem::page(reading, &what, Some(&help), "/"))));
    pages.extend(results::all(reading));
    pages.extend(after::respondents(reading));
    pages
}

fn quality_view(lang: Lang) -> Quality {
    let line = |mode: &str, reading: &str, usual: Option<&str>| WayLine {
        group: "残疾居民".to_owned(),
        way: quality::way(lang, mode, "self", reading),
        responses: 410,
        usual: usual.map(str::to_owned),
        fast: usual.map_or((0, 0), |_| (6, 410)),
        alike: (0, 0),
        copies: (1, 410),
    };
    Quality {
        id: "2026".to_owned(),
        title: "云岭县2026年度残疾人工作测评".to_owned(),
        computed: true,
        responses: 2520,
        flagged: 31,
        ways: vec![
            line("web", "read_aloud+easy", Some("13.2")),
            line("paper", "none", None),
        ],
        askers: vec![AskerLine {
            group: "残疾居民".to_owned(),
            question: "您对工作人员的态度，满意不满意？".to_owned(),
            icc: "0.021".to_owned(),
            interval: "-0.004 – 0.071".to_owned(),
            interviewers: 20,
            n: 610,
            p: "0.061".to_owned(),
        }],
        items: vec![ItemLine {
            group: "残疾居民".to_owned(),
            question: "您对补助分配的公平程度，满意不满意？".to_owned(),
            concerned: 1480,
            rates: ["8.3%", "6.0%", "1.3%", "1.0%"].map(str::to_owned),
        }],
        break_off: vec![("残疾居民".to_owned(), 1040, 38, "您看东西有困难吗？".to_owned())],
    }
}

fn staff(lang: Lang) -> Vec<(&'static str, Markup)> {
    let who = signed_in();
    let noted = |note| Login {
        user: "wang".to_owned(),
        next: "/console".to_owned(),
        note: Some(note),
    };
    let shown = |computing| round::page(lang, &who, &overview(computing));
    let lines = [RoundLine {
        id: "2026".to_owned(),
        title: "云岭县2026年度残疾人工作测评".to_owned(),
        state: "sealed".to_owned(),
        opens_on: "2026-11-01".to_owned(),
        closes_on: "2026-12-20".to_owned(),
        invited: 5340,
        complete: 2520,
    }];
    let message = |state: &str, error: Option<&str>| Message {
        id: uuid::Uuid::from_u128(1),
        recipient: "leader@example.org".to_owned(),
        kind: "summary".to_owned(),
        state: state.to_owned(),
        attempts: 2,
        error: error.map(str::to_owned),
        when: "2026-11-23 16:05".to_owned(),
    };
    let entry = AuditLine {
        seq: 12,
        at: "2026-11-23 16:05".to_owned(),
        actor: "office".to_owned(),
        action: "round.compute".to_owned(),
        subject: "2026".to_owned(),
        hash: "9f86d081884c7d659a2feaa0c55ad015".to_owned(),
    };
    let running = Computing::Running("16:05".to_owned());
    vec![
        ("login", login::page(lang, &Login::default())),
        ("login-failed", login::page(lang, &noted(LoginNote::Failed))),
        ("login-missing", login::page(lang, &noted(LoginNote::Missing))),
        ("login-out", login::page(lang, &noted(LoginNote::Out))),
        ("login-expired", login::page(lang, &noted(LoginNote::Expired))),
        ("login-changed", login::page(lang, &noted(LoginNote::Changed))),
        ("password", password::page(lang, Some(&who), &Change::default())),
        (
            "password-differs",
            password::page(
                lang,
                None,
                &Change {
                    user: "office".to_owned(),
                    wrong: Some(Wrong::Differs),
                },
            ),
        ),
        ("rounds", office::rounds(lang, &who, &lines, true)),
        ("rounds-empty", office::rounds(lang, &who, &[], false)),
        ("round-never", shown(Computing::Never)),
        ("round-queued", shown(Computing::Queued)),
        ("round-running", shown(running.clone())),
        ("round-done", shown(Computing::Done("16:06".to_owned()))),
        (
            "round-failed",
            shown(Computing::Failed("no responses".to_owned())),
        ),
        (
            "computing",
            round::computing_page(lang, &who, "2026", "云岭县2026年度残疾人工作测评", &running),
        ),
        (
            "outbox",
            office::outbox(
                lang,
                &who,
                &[
                    message("failed", Some("connection refused")),
                    message("sent", None),
                ],
            ),
        ),
        ("quality", quality::page(lang, &who, &quality_view(lang))),
        ("quality-none", quality::page(lang, &who, &Quality::default())),
        ("outbox-empty", office::outbox(lang, &who, &[])),
        ("audit", office::audit(lang, &who, &[entry])),
        ("audit-empty", office::audit(lang, &who, &[])),
    ]
}
