//! Samples of the third party's pages.

use maud::Markup;

use super::super::layout::Fault;
use super::super::marking::card::{self, Card, Field, FileLine, Section};
use super::super::marking::declaration::{self, Declaration, Known};
use super::super::marking::{self, CardLine, LogLine, MyUnits, OwnLog};
use super::super::scoring::people::{self, ConflictLine, DrawLine, People, PersonLine};
use super::super::scoring::unit::{self, CriterionLine, Given, Shown, UnitPage};
use super::super::scoring::{self, AgreementLine, Counted, GateView, Scoring, UnitLine, UnitState};
use super::super::{Lang, tr};
use super::signed_in;
use crate::scoring::anchors::Scale;
use crate::scoring::draw::Split;
use crate::scoring::people::{ConflictKind, DECLARED, Load, OFFICE, REGISTER};

const ROUND: &str = "yunling-2026";
const TITLE: &str = "云岭县2026年度残疾人工作测评";
const HASH: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

fn fault(href: &str, text: &str) -> Fault {
    Fault {
        href: href.to_owned(),
        text: text.to_owned(),
    }
}

fn file(n: u128) -> FileLine {
    FileLine {
        id: uuid::Uuid::from_u128(n),
        media_type: if n == 1 { "image/jpeg" } else { "application/pdf" }.to_owned(),
        bytes: 2_400_000,
        taken_on: "11月20日上午".to_owned(),
        place: "青石镇便民服务中心".to_owned(),
    }
}

fn field(at: usize, scale: Scale, mark: &str) -> Field {
    Field {
        at,
        code: format!("A{}", at + 1),
        name: "服务场所无障碍：从大门到窗口，坐轮椅的人能自己走到".to_owned(),
        guidance: "看现场，量坡度。".to_owned(),
        scale,
        max_score: 4.0,
        mark: mark.to_owned(),
        comment: "坡道太陡。".to_owned(),
        evidence_required: at == 0,
        files: if at == 0 {
            vec![file(1), file(2)]
        } else {
            Vec::new()
        },
    }
}

fn card_view() -> Card {
    let steps = [
        "进不了门",
        "能进门，到不了窗口",
        "要人抬或推",
        "能自己到窗口",
        "也能自己用卫生间",
    ];
    Card {
        round: ROUND.to_owned(),
        title: TITLE.to_owned(),
        id: uuid::Uuid::from_u128(9),
        unit: "青石镇".to_owned(),
        third: true,
        sealed: None,
        returned: Some("照片看不清。".to_owned()),
        done: None,
        faults: vec![
            fault("#mark-1", "A2：还没有选分数。"),
            fault("#file-0", "A1：还没有佐证，请传一张照片或一个 PDF。"),
        ],
        sections: vec![Section {
            name: "基层服务能力".to_owned(),
            fields: vec![
                field(0, Scale::Steps(steps.map(str::to_owned).to_vec()), "3"),
                field(1, Scale::Steps(vec![String::new(); 5]), ""),
                field(2, Scale::Number, "2.5"),
            ],
        }],
    }
}

fn evaluators(lang: Lang) -> Vec<(&'static str, Markup)> {
    let staff = signed_in();
    let line = |n: usize, sealed: Option<&str>| CardLine {
        href: format!("/console/rounds/{ROUND}/marking/cards/{n}"),
        unit: "青石镇".to_owned(),
        third: n == 2,
        criteria: 14,
        marked: 5,
        sealed: sealed.map(str::to_owned),
    };
    let units = |lines| MyUnits {
        round: ROUND.to_owned(),
        title: TITLE.to_owned(),
        done: Some(tr!(lang, "marking.done_declared").into_owned()),
        declared: "2026-11-20 09:12".to_owned(),
        conflicts: 1,
        lines,
    };
    let declared = Declaration {
        round: ROUND.to_owned(),
        title: TITLE.to_owned(),
        first: true,
        units: vec![
            ("T01".to_owned(), "青石镇".to_owned()),
            ("T02".to_owned(), "白河乡".to_owned()),
        ],
        known: vec![Known {
            unit: "白河乡".to_owned(),
            kind: ConflictKind::Relatives,
            declared: true,
            note: "表弟在镇残联工作。".to_owned(),
        }],
        chosen: [("T01".to_owned(), "past_post".to_owned())].into(),
        note: String::new(),
        faults: vec![fault("#sure", &tr!(lang, "marking.not_sure"))],
    };
    let sealed = Card {
        sealed: Some(("2026-11-22 16:40".to_owned(), HASH.to_owned())),
        faults: Vec::new(),
        returned: None,
        ..card_view()
    };
    let acts = [
        "staff.login",
        "evaluator.declare",
        "card.save",
        "card.seal",
        "evidence.add",
        "evidence.remove",
        "evidence.read",
        "other",
    ];
    let log = OwnLog {
        round: ROUND.to_owned(),
        title: TITLE.to_owned(),
        lines: acts
            .into_iter()
            .zip(1..)
            .map(|(action, seq)| LogLine {
                seq,
                at: "2026-11-22 16:40".to_owned(),
                action: action.to_owned(),
                subject: "青石镇".to_owned(),
            })
            .collect(),
    };
    vec![
        (
            "marking",
            marking::units(
                lang,
                &staff,
                &units(vec![line(1, None), line(2, None), line(3, Some("2026-11-22"))]),
            ),
        ),
        ("marking-none", marking::units(lang, &staff, &units(Vec::new()))),
        ("declaration", declaration::page(lang, &staff, &declared)),
        ("card", card::page(lang, &staff, &card_view())),
        ("card-sealed", card::page(lang, &staff, &sealed)),
        ("marking-log", marking::log(lang, &staff, &log)),
    ]
}

fn overview(lang: Lang, complete: bool) -> Scoring {
    let states = [
        UnitState::Unstaffed,
        UnitState::Marking,
        UnitState::Differing,
        UnitState::WithThird,
        UnitState::Sealed,
        UnitState::Approved,
    ];
    let open = usize::from(!complete);
    Scoring {
        round: ROUND.to_owned(),
        title: TITLE.to_owned(),
        done: None,
        faults: match complete {
            true => vec![fault("#reason", &tr!(lang, "scoring.no_reason"))],
            false => Vec::new(),
        },
        may_manage: true,
        units: states
            .into_iter()
            .zip(0..)
            .map(|(state, n)| UnitLine {
                code: format!("T{n}"),
                name: "青石镇".to_owned(),
                cards: n,
                sealed: n / 2,
                state,
            })
            .collect(),
        agreement: [None, Some("A1".to_owned())]
            .into_iter()
            .map(|criterion| AgreementLine {
                criterion,
                n: "20".to_owned(),
                exact: "61.0%".to_owned(),
                near: "95.0%".to_owned(),
                kappa: "0.63 [0.41, 0.78]".to_owned(),
                icc: "0.64 [0.42, 0.80]".to_owned(),
                alpha: "0.61 [0.40, 0.76]".to_owned(),
            })
            .collect(),
        gate: GateView {
            unstaffed: open,
            unsealed: open,
            differing: 2 * open,
            unapproved: open,
            least_alpha: Some("0.67".to_owned()),
            alpha: Some("0.61 [0.40, 0.76]".to_owned()),
            agrees: false,
        },
        counted: Counted {
            marks: if complete { 560 } else { 532 },
            by: complete.then(|| ("2026-11-22 16:40".to_owned(), "office".to_owned())),
        },
        seed: 123_456,
    }
}

fn people_view(lang: Lang, begun: bool) -> People {
    let person = |n: u128, declared: Option<&str>, left: Option<&str>| PersonLine {
        id: uuid::Uuid::from_u128(n),
        login: format!("evaluator-{n}"),
        name: "林晓".to_owned(),
        declared: declared.map(str::to_owned),
        left: left.map(str::to_owned),
        conflicts: 1,
        capacity: Some(8),
        load: Load {
            cards: 8,
            sealed: 3,
            criteria: 112,
        },
    };
    People {
        round: ROUND.to_owned(),
        title: TITLE.to_owned(),
        done: Some(tr!(lang, "scoring.done_engaged", n = 1).into_owned()),
        faults: match begun {
            true => vec![
                fault("#withdraw-reason", &tr!(lang, "scoring.no_reason")),
                fault("#draw", &tr!(lang, "scoring.no_evaluators")),
            ],
            false => Vec::new(),
        },
        may_manage: true,
        people: match begun {
            true => vec![
                person(1, Some("2026-11-20 09:12"), None),
                person(2, None, None),
                person(3, None, Some("调离。")),
            ],
            false => Vec::new(),
        },
        others: match begun {
            true => vec![(uuid::Uuid::from_u128(4), "周敏 evaluator-4".to_owned())],
            false => Vec::new(),
        },
        units: vec![("T01".to_owned(), "青石镇".to_owned())],
        conflicts: [DECLARED, REGISTER, OFFICE]
            .into_iter()
            .filter(|_| begun)
            .map(|source| ConflictLine {
                person: "林晓".to_owned(),
                unit: "青石镇".to_owned(),
                kind: ConflictKind::PastPost,
                source: source.to_owned(),
                note: "2019年以前在该镇任职。".to_owned(),
            })
            .collect(),
        draws: [false, true]
            .into_iter()
            .filter(|_| begun)
            .map(|third| DrawLine {
                seq: 1,
                third,
                at: "2026-11-20 10:00".to_owned(),
                actor: "office".to_owned(),
                seed: 20_261_012,
                made: 40,
                taken_back: 0,
            })
            .collect(),
        split: begun.then_some(Split::Unit),
        scorers: 2,
        unstaffed: 3,
        seed: 123_456,
    }
}

fn unit_view(shown: Shown) -> UnitPage {
    UnitPage {
        round: ROUND.to_owned(),
        title: TITLE.to_owned(),
        code: "T01".to_owned(),
        name: "青石镇".to_owned(),
        done: None,
        faults: Vec::new(),
        may_manage: true,
        shown,
    }
}

fn opened() -> Shown {
    let given = |scorer: &str, mark: Option<f64>| Given {
        scorer: scorer.to_owned(),
        mark,
        comment: "坡道太陡。".to_owned(),
        files: vec![file(1)],
    };
    let one = |n: u128, approved: bool| unit::CardLine {
        id: uuid::Uuid::from_u128(n),
        scorer: "林晓".to_owned(),
        third: n == 2,
        sealed: "2026-11-22 16:40".to_owned(),
        hash: HASH.to_owned(),
        approved: approved.then(|| ("office".to_owned(), "2026-11-22 17:00".to_owned())),
        earlier: vec![("2026-11-21 11:00".to_owned(), "照片看不清。".to_owned())],
    };
    Shown::Open {
        criteria: vec![CriterionLine {
            code: "A1".to_owned(),
            name: "服务场所无障碍".to_owned(),
            max_score: 4.0,
            differs: true,
            given: vec![
                given("林晓", Some(3.0)),
                given("周敏", Some(0.0)),
                given("何川", None),
            ],
        }],
        cards: vec![one(1, true), one(2, false)],
    }
}

/// Evaluators' pages and the office's.
pub(super) fn staff(lang: Lang) -> Vec<(&'static str, Markup)> {
    let staff = signed_in();
    let differing = Shown::Differing(vec![("A1".to_owned(), "服务场所无障碍".to_owned())]);
    let refused = UnitPage {
        faults: vec![fault(
            &format!("#reason-{}", uuid::Uuid::from_u128(1)),
            &tr!(lang, "scoring.no_reason"),
        )],
        ..unit_view(opened())
    };
    let mut pages = evaluators(lang);
    pages.extend([
        ("scoring", scoring::page(lang, &staff, &overview(lang, false))),
        (
            "scoring-complete",
            scoring::page(lang, &staff, &overview(lang, true)),
        ),
        (
            "scoring-people",
            people::page(lang, &staff, &people_view(lang, true)),
        ),
        (
            "scoring-people-none",
            people::page(lang, &staff, &people_view(lang, false)),
        ),
        (
            "scoring-unit-closed",
            unit::page(lang, &staff, &unit_view(Shown::Closed { cards: 2, sealed: 1 })),
        ),
        (
            "scoring-unit-differing",
            unit::page(lang, &staff, &unit_view(differing)),
        ),
        ("scoring-unit", unit::page(lang, &staff, &refused)),
    ]);
    pages
}
