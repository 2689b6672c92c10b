//! Samples of the pages after the answers are in: receipts, second secret, cases.

use jiff::civil::date;
use maud::Markup;

use super::{help, signed_in};
use crate::cases::figures::Figures;
use crate::cases::{CaseState, Outcome, Satisfaction};
use crate::pages::cases::{self, Cases, Choice, Event, FigureRow, List, OneCase, Row, Search, Typed};
use crate::pages::improvements::{self, Done, Improvements};
use crate::pages::mine::{self, Case, Door, Line, Mine, Note, Own, Withdraw};
use crate::pages::receipt::{self, AreaChoice, Contact, ContactNote, Receipt, Secret};
use crate::pages::receipt_check::{self, Check, Found, Proof, TypingFault};
use crate::pages::{Lang, Reading};

const ROUND: &str = "云岭县2026年度残疾人工作测评";

fn areas() -> Vec<AreaChoice> {
    [("rehab", "康复"), ("medical", "医疗")]
        .map(|(code, name)| AreaChoice {
            code: code.to_owned(),
            name: name.to_owned(),
        })
        .to_vec()
}

/// What was done about two points.
pub(super) fn done() -> Vec<Done> {
    let entry = |area: Option<&str>, withdrawn| Done {
        id: "3f1c".to_owned(),
        area: area.map(str::to_owned),
        said: "轮椅坏了没地方修。".to_owned(),
        did: "每月10日，修理的师傅到各乡镇上门修。".to_owned(),
        day: "2026年11月20日".to_owned(),
        withdrawn,
    };
    vec![entry(Some("康复"), false), entry(None, true)]
}

/// A receipt page; the cases below vary it.
pub(super) fn receipt_view(secret: Secret, contact: Option<Contact>) -> Receipt {
    let receipt = format!("MY1.2026.{}", "4F7KQZ2M".repeat(16));
    Receipt {
        round: ROUND.to_owned(),
        path: "/r/7K3M-9QXT-5W2HD/receipt".to_owned(),
        check_url: format!("https://minyi.example.org/receipt?r={receipt}"),
        check_path: format!("/receipt?r={receipt}"),
        receipt,
        results_url: "https://minyi.example.org/results/2026".to_owned(),
        results_path: "/results/2026".to_owned(),
        services_path: Some("/services/2026".to_owned()),
        secret,
        contact,
        forget: Some("/r/7K3M-9QXT-5W2HD/later".to_owned()),
        help: help(),
    }
}

fn contact(note: Option<ContactNote>) -> Contact {
    Contact {
        areas: areas(),
        area: "rehab".to_owned(),
        left: note == Some(ContactNote::Kept),
        typed: String::new(),
        note,
    }
}

fn found(proof: bool) -> Check {
    Check {
        found: Some(Found {
            round_id: "2026".to_owned(),
            round: ROUND.to_owned(),
            leaf: "9f86d081884c7d659a2feaa0c55ad015".repeat(2),
            proof: proof.then(|| Proof {
                day: "2026年11月24日".to_owned(),
                epoch: 40,
                size: 2530,
                index: 17,
                path: vec!["9f86d081884c7d659a2feaa0c55ad015".repeat(2); 12],
                root: "a3bf4f1b2b0b822cd15d6c15b0f00a08".repeat(2),
            }),
            done: done(),
            help: help(),
        }),
        ..Check::default()
    }
}

fn own(state: Own, note: Option<Note>) -> Mine {
    let line = |from_office, text: &str| Line {
        from_office,
        day: "2026-11-20".to_owned(),
        text: text.to_owned(),
    };
    Mine {
        round: ROUND.to_owned(),
        state,
        until: Some(date(2026, 12, 20)),
        case: Some(Case {
            number: "3F1C09AB".to_owned(),
            state: CaseState::Answered,
            due_on: "2026-12-05".to_owned(),
            may_rate: true,
            rating: Some(Satisfaction::Good),
        }),
        thread: vec![
            line(false, "轮椅坏了。\n没地方修。"),
            line(true, "师傅周五上门。"),
        ],
        typed: "还有一件事".to_owned(),
        note,
        help: help(),
    }
}

/// The respondents' pages.
pub(super) fn respondents(reading: Reading) -> Vec<(&'static str, Markup)> {
    let receipt = |secret, note: Option<Option<ContactNote>>| {
        receipt::page(reading, &receipt_view(secret, note.map(contact)))
    };
    let fault = |fault| Check {
        typed: "MY1.x".to_owned(),
        fault: Some(fault),
        ..Check::default()
    };
    let check = |view: Check| receipt_check::page(reading, &view, None);
    let over = Mine {
        until: None,
        case: None,
        thread: Vec::new(),
        ..own(Own::Withdrawn, Some(Note::Withdrawn))
    };
    let withdraw = |missing| Withdraw {
        round: ROUND.to_owned(),
        has_case: true,
        missing,
        help: help(),
    };
    let door = |failed| Door {
        typed: "MY1.x".to_owned(),
        failed,
    };
    vec![
        ("receipt", receipt(Secret::Offer, None)),
        (
            "receipt-secret",
            receipt(Secret::Fresh("0123 4567 8901 2345".to_owned()), Some(None)),
        ),
        (
            "receipt-made",
            receipt(Secret::Made, Some(Some(ContactNote::Kept))),
        ),
        (
            "receipt-contact-error",
            receipt(Secret::No, Some(Some(ContactNote::Missing))),
        ),
        ("check-receipt", check(Check::default())),
        ("check-receipt-empty", check(fault(TypingFault::Empty))),
        ("check-receipt-malformed", check(fault(TypingFault::Malformed))),
        ("check-receipt-forged", check(fault(TypingFault::Forged))),
        ("check-receipt-counted", check(found(true))),
        ("check-receipt-arrived", check(found(false))),
        (
            "check-receipt-missing",
            check(Check {
                missing: true,
                ..Check::default()
            }),
        ),
        ("mine-door", mine::door(reading, &Door::default(), None)),
        ("mine-door-failed", mine::door(reading, &door(true), None)),
        ("mine", mine::page(reading, &own(Own::Counted, Some(Note::Sent)))),
        (
            "mine-rated",
            mine::page(reading, &own(Own::Counted, Some(Note::Rated))),
        ),
        (
            "mine-empty",
            mine::page(reading, &own(Own::Counted, Some(Note::Empty))),
        ),
        (
            "mine-many",
            mine::page(reading, &own(Own::Counted, Some(Note::TooMany))),
        ),
        (
            "mine-unrated",
            mine::page(reading, &own(Own::Counted, Some(Note::Unrated))),
        ),
        ("mine-replaced", mine::page(reading, &own(Own::Replaced, None))),
        ("mine-over", mine::page(reading, &over)),
        ("withdraw", mine::withdraw(reading, &withdraw(false))),
        ("withdraw-missing", mine::withdraw(reading, &withdraw(true))),
    ]
}

fn row(state: CaseState, late: bool, owned: bool) -> Row {
    Row {
        id: "3f1c09ab".to_owned(),
        number: "3F1C09AB".to_owned(),
        area: "康复".to_owned(),
        unit: "青山镇".to_owned(),
        owner: owned.then(|| "王敏".to_owned()),
        state,
        late,
        unread: owned,
        opened_on: "2026-11-05".to_owned(),
        due_on: "2026-11-20".to_owned(),
    }
}

fn all_cases(list: bool) -> Cases {
    let figures = Figures {
        cases: 120,
        open: 31,
        overdue: 9,
        judged: 98,
        on_time: 77,
        closed: 60,
        solved: 41,
        rated: 38,
        satisfied: 30,
    };
    let line = |name: &str, figures| FigureRow {
        name: name.to_owned(),
        figures,
    };
    Cases {
        as_of: None,
        round: "2026".to_owned(),
        title: ROUND.to_owned(),
        total: figures,
        lines: vec![
            line("青山镇", figures),
            line("其余3个乡镇合计", Figures::default()),
        ],
        guarded: (!list).then_some(10),
        list: list.then(|| List {
            rows: vec![
                row(CaseState::New, true, true),
                row(CaseState::Working, false, false),
            ],
            found: 120,
            pages: 3,
            search: Search {
                page: 2,
                ..Search::default()
            },
            areas: areas(),
            units: vec![Choice {
                value: "990102".to_owned(),
                name: "青山镇".to_owned(),
            }],
        }),
    }
}

fn one_case(state: CaseState, typed: Typed) -> OneCase {
    OneCase {
        title: ROUND.to_owned(),
        round: "2026".to_owned(),
        id: "3f1c09ab".to_owned(),
        number: "3F1C09AB".to_owned(),
        state,
        late: state.is_open(),
        text: "轮椅坏了没地方修，希望有人上门修。".to_owned(),
        contact: Some("电话 0123-4567890，下午在家".to_owned()),
        unit: "青山镇".to_owned(),
        area: "rehab".to_owned(),
        areas: areas(),
        owner: "1".to_owned(),
        owners: vec![Choice {
            value: "1".to_owned(),
            name: "王敏".to_owned(),
        }],
        opened_on: "2026-11-05".to_owned(),
        due_on: "2026-11-20".to_owned(),
        done_on: (!state.is_open()).then(|| "2026-11-18".to_owned()),
        outcome: (state == CaseState::Closed).then_some(Outcome::Solved),
        satisfaction: (state == CaseState::Closed).then_some(Satisfaction::VeryGood),
        thread: own(Own::Counted, None).thread,
        history: vec![Event {
            at: "2026-11-06 09:12".to_owned(),
            actor: "office".to_owned(),
            what: "改为“已受理”".to_owned(),
        }],
        typed,
    }
}

/// The office's pages.
pub(super) fn staff(lang: Lang) -> Vec<(&'static str, Markup)> {
    let who = signed_in();
    let typed = |in_move, field| Typed {
        text: "说明".to_owned(),
        in_move,
        fault: Some((field, "请写上内容。".to_owned())),
        ..Typed::default()
    };
    let one = |state, typed| cases::one(lang, &who, &one_case(state, typed));
    let improvements = |faulty| Improvements {
        round: "2026".to_owned(),
        title: ROUND.to_owned(),
        areas: areas(),
        typed: improvements::Typed::default(),
        faulty,
        may_publish: true,
        entries: done(),
    };
    vec![
        ("cases", cases::list(lang, &who, &all_cases(true))),
        ("cases-figures", cases::list(lang, &who, &all_cases(false))),
        ("case-new", one(CaseState::New, Typed::default())),
        ("case-working", one(CaseState::Working, typed(false, "text"))),
        ("case-answered", one(CaseState::Answered, typed(true, "text"))),
        ("case-closed", one(CaseState::Closed, typed(true, "state"))),
        ("case-due", one(CaseState::Accepted, typed(false, "due_on"))),
        ("case-withdrawn", one(CaseState::Withdrawn, Typed::default())),
        (
            "improvements",
            improvements::page(lang, &who, &improvements(Vec::new())),
        ),
        (
            "improvements-error",
            improvements::page(lang, &who, &improvements(vec!["said_zh", "did_en"])),
        ),
    ]
}
