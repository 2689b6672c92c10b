//! A sample of every page that needs no questionnaire, for the tests and for looking at them.

use jiff::civil::date;
use maud::Markup;

use super::check::{Answered, Check};
use super::home::{CodeFault, Home};
use super::layout::{Fault, MenuItem, SignedIn};
use super::login::{Login, LoginNote};
use super::office::{AuditLine, Message, RoundLine};
use super::problem::{Problem, UsedCode};
use super::question::Later;
use super::results::{PublicRate, PublicRoot, Results};
use super::round::{Computing, Figure, OpenLinkLine, Overview, RateLine, ReportUnit, ScoreLine, Summary};
use super::start::{Audience, Consents, OpenLink, Resume, Start, UnitChoice};
use super::{Help, Lang, Reading, check, home, login, office, problem, question, results, round, start};

mod after;

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
        may_compute: true,
        may_read_results: true,
    }
}

/// Every page with its name, in the language and look of `reading`.
pub(crate) fn all(reading: Reading) -> Vec<(String, Markup)> {
    let mut pages = respondent(reading);
    pages.extend(staff(reading.lang));
    pages.extend(after::staff(reading.lang));
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
                    fault: Some(CodeFault::Mistyped),
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
                    withheld: 6,
                    faults: vec![Fault {
                        href: "/r/7K3M-9QXT-5W2HD/q/sat_overall?from=check".to_owned(),
                        text: "这一题还没有答：总的来说，您满意吗？".to_owned(),
                    }],
                    back: Some("/r/7K3M-9QXT-5W2HD/q/follow_up".to_owned()),
                    help: help.clone(),
                },
            ),
        ),
    ];
    let problems = [
        ("unknown-code", Problem::UnknownCode),
        (
            "used-code",
            Problem::UsedCode(UsedCode {
                receipt: Some("/r/7K3M-9QXT-5W2HD/receipt".to_owned()),
                until: Some(date(2026, 12, 20)),
            }),
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
    pages.extend(problems.map(|(name, what)| (name, problem::page(reading, &what, Some(&help)))));
    let public = |figures: Option<Vec<Figure>>| {
        let view = Results {
            id: "2026".to_owned(),
            title: "云岭县2026年度残疾人工作测评".to_owned(),
            state: "closed".to_owned(),
            opens_on: "2026-11-01".to_owned(),
            closes_on: "2026-12-20".to_owned(),
            plan_sha256: figures
                .as_ref()
                .map(|_| "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c".to_owned()),
            rates: vec![
                PublicRate {
                    group: "残疾居民".to_owned(),
                    invited: Some(3200),
                    complete: Some(1330),
                    rate: Some(0.416),
                },
                PublicRate {
                    group: "专门协会".to_owned(),
                    invited: None,
                    complete: None,
                    rate: None,
                },
            ],
            figures,
            min_cell: 10,
            done: after::done(),
            root: Some(PublicRoot {
                day: "2026年11月24日".to_owned(),
                size: 2530,
                root: "9f86d081".repeat(8),
                signature: "9f86d081".repeat(16),
            }),
            help: help.clone(),
        };
        results::page(reading, &view)
    };
    let summary = overview(Computing::Done(String::new())).summary;
    pages.push(("results", public(summary.map(|summary| summary.figures))));
    pages.push(("results-not-out", public(None)));
    pages.extend(after::respondents(reading));
    pages
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
        ("rounds", office::rounds(lang, &who, &lines)),
        ("rounds-empty", office::rounds(lang, &who, &[])),
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
        ("outbox-empty", office::outbox(lang, &who, &[])),
        ("audit", office::audit(lang, &who, &[entry])),
        ("audit-empty", office::audit(lang, &who, &[])),
    ]
}
