//! Samples of the pages of a round's records.

use std::collections::BTreeMap;

use analysis::plan::Change;
use maud::Markup;
use survey_forms::diagnostic::{Diagnostic, Place};
use survey_forms::text::Text;

use super::{help, signed_in};
use crate::pages::Reading;
use crate::pages::records::Refusal;
use crate::pages::records::commitments::{self, CommitmentLine, CommitmentsPage};
use crate::pages::records::frame::{self, FramePage, KindLine, UseLine, VersionLine, VersionPage};
use crate::pages::records::series::{
    self, ChangeLine, Checked, RevisionLine, RevisionPage, SeriesLine, SeriesPage,
};
use crate::pages::records::services::{self as register, InstitutionLine, InstitutionPage, RegisterPage};
use crate::pages::services::{self, Choice, Place as Institution, Services};
use crate::records::commitments::{Standing, Trend};
use crate::records::frames::PlaceLine;

const ROUND: &str = "云岭县2026年度残疾人工作测评";

fn faults() -> Vec<Diagnostic> {
    let at = |row, column: &str| Place::file("a.csv").row(row).column(column);
    vec![
        Diagnostic::error(
            "PL067",
            at(7, "value"),
            Text::zh_en("815 不在合理范围之内。", "815 is not plausible."),
            Text::zh_en("请核对小数点。", "Check the decimal point."),
        ),
        Diagnostic::warning(
            "PL012",
            at(1, "note"),
            Text::zh_en("不认识这一列。", "This column is not known."),
            Text::zh_en("", ""),
        ),
        Diagnostic::error(
            "RC001",
            Place::unknown().field("reason"),
            Text::zh_en("要写明理由。", "A reason is needed."),
            Text::zh_en("写一句话。", "Write a sentence."),
        ),
    ]
}

fn revision_line() -> RevisionLine {
    RevisionLine {
        number: 2,
        at: "2026-11-20 09:30".to_owned(),
        actor: "wangmin".to_owned(),
        reason: "复核上年台账".to_owned(),
        file: "复核.xlsx".to_owned(),
        added: 1,
        changed: 2,
    }
}

fn change(before: Option<&str>) -> ChangeLine {
    ChangeLine {
        series: "特困家庭入户访视率".to_owned(),
        unit: "青石镇".to_owned(),
        period: "2026-Q3".to_owned(),
        before: before.map(str::to_owned),
        now: "81.5".to_owned(),
        source: "台账".to_owned(),
    }
}

fn series_page(reading: Reading, refused: bool, checked: Option<Checked>) -> Markup {
    let line = |latest: &str, value: &str| SeriesLine {
        code: "hardship_visits".to_owned(),
        name: "特困家庭入户访视率".to_owned(),
        unit_of_measure: "%".to_owned(),
        levels: "县、乡镇".to_owned(),
        period: "季度".to_owned(),
        bounds: "0–100".to_owned(),
        latest: latest.to_owned(),
        value: value.to_owned(),
        units: 21,
    };
    let view = SeriesPage {
        round: "2026".to_owned(),
        title: ROUND.to_owned(),
        may_import: true,
        refusal: match refused {
            true => Refusal::of(reading.lang, faults()),
            false => Refusal::default(),
        },
        reason: String::new(),
        checked,
        warnings: Vec::new(),
        series: vec![line("2026-Q3", "79.9"), line("", "")],
        revisions: if refused {
            Vec::new()
        } else {
            vec![revision_line()]
        },
        computed: Some(1),
    };
    series::page(reading.lang, &signed_in(), &view)
}

fn commitments_page(reading: Reading, lines: Vec<CommitmentLine>) -> Markup {
    let view = CommitmentsPage {
        round: "2026".to_owned(),
        title: ROUND.to_owned(),
        revision: 0,
        lines,
    };
    commitments::page(reading.lang, &signed_in(), &view)
}

fn commitment(standing: Standing, trend: Trend) -> CommitmentLine {
    let known = standing != Standing::Unknown;
    CommitmentLine {
        name: "机关残疾人干部不低于15%".to_owned(),
        clause: "改革方案：干部队伍".to_owned(),
        target: "≥ 15%".to_owned(),
        by: "2026-12-31".to_owned(),
        value: if known { "14.6%" } else { "" }.to_owned(),
        period: "2026".to_owned(),
        before: if known { "11.1%（2025）" } else { "" }.to_owned(),
        attainment: known.then_some(0.973),
        standing,
        trend,
        units: known.then(|| (3, 20, vec!["青石镇".to_owned(), "白河乡".to_owned()])),
    }
}

fn version_line(version: i32, state: &str) -> VersionLine {
    VersionLine {
        version,
        state: state.to_owned(),
        rows: 61_234,
        at: if version > 0 { "2026-11-20 09:30" } else { "" }.to_owned(),
        actor: if version > 0 { "wangmin" } else { "" }.to_owned(),
        reason: if state == "applied" {
            "按11月持证库更新"
        } else {
            ""
        }
        .to_owned(),
        file: "frame.csv".to_owned(),
    }
}

fn frame_page(reading: Reading, refused: bool) -> Markup {
    let view = FramePage {
        round: "2026".to_owned(),
        title: ROUND.to_owned(),
        may_edit: true,
        done: (!refused).then(|| "已经决定。".to_owned()),
        refusal: match refused {
            true => Refusal::of(reading.lang, faults()),
            false => Refusal::default(),
        },
        reason: String::new(),
        versions: vec![
            version_line(3, "proposed"),
            version_line(2, "discarded"),
            version_line(1, "applied"),
            version_line(0, ""),
        ],
        in_use: 1,
        computed: Some(0),
        usable: vec![1, 0],
        uses: vec![UseLine {
            version: 1,
            at: "2026-11-21 10:00".to_owned(),
            actor: "wangmin".to_owned(),
            reason: "新办证的人多".to_owned(),
        }],
    };
    frame::page(reading.lang, &signed_in(), &view)
}

fn version_page(reading: Reading) -> Markup {
    let place = |code: &str| PlaceLine {
        code: code.to_owned(),
        counts: BTreeMap::from([(Change::New, 12), (Change::Moved, 3)]),
        moved_in: 2,
    };
    let view = VersionPage {
        round: "2026".to_owned(),
        title: ROUND.to_owned(),
        line: version_line(3, "proposed"),
        based_on: 0,
        sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        before: 61_000,
        kinds: Change::ALL
            .into_iter()
            .map(|kind| KindLine {
                kind,
                all: 12,
                drawn: 1,
            })
            .collect(),
        groups: vec![("残疾人".to_owned(), place("resident"))],
        townships: vec![("青石镇".to_owned(), place("T01"))],
        notes: vec!["PL012（提醒）frame.csv 第 1 行 note 列：不认识这一列。".to_owned()],
        is_alarming: true,
        may_edit: true,
        refusal: Refusal::default(),
        reason: String::new(),
    };
    frame::version(reading.lang, &signed_in(), &view)
}

fn register_page(reading: Reading, lines: Vec<InstitutionLine>) -> Markup {
    let view = RegisterPage {
        round: "2026".to_owned(),
        title: ROUND.to_owned(),
        may_edit: true,
        done: None,
        refusal: Refusal::default(),
        lines,
        without: vec!["白河乡".to_owned()],
    };
    register::page(reading.lang, &signed_in(), &view)
}

fn institution_page(reading: Reading, code: Option<&str>) -> Markup {
    let typed = [
        ("name_zh", "青石镇康复站"),
        ("unit", "T01"),
        ("areas", "rehab"),
        ("accessible", "entrance"),
        ("not_accessible", "lift"),
    ];
    let fault = Diagnostic::error(
        "SV006",
        Place::unknown().field("phone"),
        Text::zh_en("不是电话号码。", "This is no telephone number."),
        Text::zh_en("只写一个号码。", "Write one number."),
    );
    let view = InstitutionPage {
        round: "2026".to_owned(),
        title: ROUND.to_owned(),
        code: code.map(str::to_owned),
        typed: typed
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        faults: match code {
            Some(_) => Refusal::of(reading.lang, vec![fault]).fields,
            None => Vec::new(),
        },
        units: vec![("T01".to_owned(), "青石镇".to_owned())],
        areas: vec![("rehab".to_owned(), "康复".to_owned())],
    };
    register::institution(reading.lang, &signed_in(), &view)
}

fn services_page(reading: Reading, places: Vec<Institution>, any: bool) -> Markup {
    let choice = |code: &str, name: &str| Choice {
        code: code.to_owned(),
        name: name.to_owned(),
    };
    let view = Services {
        round: "2026".to_owned(),
        title: ROUND.to_owned(),
        townships: vec![choice("T01", "青石镇")],
        areas: vec![choice("rehab", "康复")],
        township: "T01".to_owned(),
        area: String::new(),
        places,
        any,
        help: help(),
    };
    services::page(reading, &view)
}

/// Every page of this part with its name.
pub(super) fn all(reading: Reading) -> Vec<(&'static str, Markup)> {
    let place = |township: Option<&str>, phone: &str, accessible: &[&str]| Institution {
        name: "青石镇康复站".to_owned(),
        township: township.map(str::to_owned),
        areas: vec!["康复".to_owned(), "医疗".to_owned()],
        services: "日常康复训练".to_owned(),
        address: String::new(),
        phone: phone.to_owned(),
        hours: "工作日 8:30—17:30".to_owned(),
        accessible: accessible.iter().map(|code| (*code).to_owned()).collect(),
        not_accessible: Vec::new(),
    };
    let lines = [
        commitment(Standing::Kept, Trend::Better),
        commitment(Standing::Open, Trend::Same),
        commitment(Standing::Missed, Trend::Worse),
        commitment(Standing::Unknown, Trend::Unknown),
    ];
    let checked = Checked {
        changes: vec![change(Some("80.1")), change(None)],
        same: 4,
    };
    let line = InstitutionLine {
        code: "rehab-01".to_owned(),
        name: "青石镇康复站".to_owned(),
        unit: "青石镇".to_owned(),
        areas: "康复、医疗".to_owned(),
        phone: String::new(),
        known: 3,
        closed: true,
        day: "2026-11-20".to_owned(),
    };
    let revision = RevisionPage {
        round: "2026".to_owned(),
        title: ROUND.to_owned(),
        is_new: true,
        revision: revision_line(),
        sha256: "9f86d081884c7d659a2feaa0c55ad015".to_owned(),
        changes: vec![change(Some("80.1")), change(None)],
    };
    vec![
        ("series", series_page(reading, false, None)),
        ("series-refused", series_page(reading, true, None)),
        ("series-checked", series_page(reading, false, Some(checked))),
        (
            "series-revision",
            series::revision(reading.lang, &signed_in(), &revision),
        ),
        ("commitments", commitments_page(reading, lines.to_vec())),
        ("commitments-none", commitments_page(reading, Vec::new())),
        ("frame", frame_page(reading, false)),
        ("frame-refused", frame_page(reading, true)),
        ("frame-version", version_page(reading)),
        ("register", register_page(reading, vec![line])),
        ("register-empty", register_page(reading, Vec::new())),
        ("institution-new", institution_page(reading, None)),
        ("institution-fault", institution_page(reading, Some("rehab-01"))),
        (
            "services",
            services_page(
                reading,
                vec![
                    place(Some("青石镇"), "0123-4567890转8", &["entrance", "toilet"]),
                    place(None, "", &[]),
                ],
                true,
            ),
        ),
        ("services-empty", services_page(reading, Vec::new(), false)),
    ]
}
