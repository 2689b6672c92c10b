//! A sample of every page that needs no questionnaire, for the tests and for looking at them.

use jiff::civil::date;
use maud::Markup;

use super::layout::{MenuItem, SignedIn};
use super::login::{Login, LoginNote};
use super::office::{AuditLine, Message, RoundLine};
use super::password::{self, Change, Wrong};
use super::quality::{AskerLine, ItemLine, Quality, WayLine};
use super::round::{Computing, Figure, OpenLinkLine, Overview, RateLine, ReportUnit, ScoreLine, Summary};
use super::start::{Audience, Consents, Start};
use super::{Help, Lang, Reading, login, office, quality, round};

mod after;
mod callbacks;
mod evaluated;
mod forms;
mod mailing;
mod odk;
mod own;
mod records;
mod respondents;
mod results;
mod third;
mod trust;

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
        as_of: None,
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
        may_settle_identity: true,
        may_read_results: true,
    }
}

/// Every page with its name, in the language and look of `reading`.
pub(crate) fn all(reading: Reading) -> Vec<(String, Markup)> {
    let mut pages = respondents::pages(reading);
    pages.extend(staff(reading.lang));
    pages.extend(after::staff(reading.lang));
    pages.extend(records::all(reading));
    pages.extend(mailing::staff(reading.lang));
    pages.extend(callbacks::staff(reading.lang));
    pages.extend(mailing::stopping(reading));
    pages.extend(third::staff(reading.lang));
    pages.extend(own::staff(reading.lang));
    pages.extend(odk::pages(reading.lang));
    pages.extend(forms::staff(reading.lang));
    pages.push(("files-too-large", forms::too_large(reading)));
    pages.extend(trust::staff(reading.lang));
    pages.push(("privacy", trust::privacy_with_rounds(reading)));
    pages.extend(evaluated::pages(reading.lang));
    pages
        .into_iter()
        .map(|(name, page)| (name.to_owned(), page))
        .collect()
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
        provider: None,
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
        ("rounds", office::rounds(lang, &who, &lines, (true, 2))),
        ("rounds-empty", office::rounds(lang, &who, &[], (false, 0))),
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
