//! Samples of the public page, of the list of rounds, and of the office's page about publishing.

use analysis::publication::figure::{Address, Printed, Scale};
use analysis::publication::{
    IndicatorFigure, Loss, Named, NamedIndicator, Note, RateFigure, Release, ScoreFigure,
};
use maud::Markup;
use survey_forms::text::Text;

use super::{after, help, signed_in};
use crate::pages::data::{self, Line, Standing, Typed};
use crate::pages::planning::public::{PlanAmended, PlanNote, made_by};
use crate::pages::results::archive::{self, Past};
use crate::pages::results::{self, Amended, Listed, PublicRoot, Results, Shown};
use crate::pages::{Lang, Reading, publication};
use crate::planning::history::Provenance;

fn named(code: &str, zh: &str, en: &str) -> Named {
    Named {
        code: code.to_owned(),
        name: Text::zh_en(zh, en),
    }
}

fn printed(estimate: &str, lower: &str, upper: &str) -> Printed {
    Printed {
        estimate: estimate.to_owned(),
        se: Some("1.50".to_owned()),
        lower: Some(lower.to_owned()),
        upper: Some(upper.to_owned()),
    }
}

fn figure(code: &str, measure: &str, area: Option<&str>, shown: Option<Printed>) -> IndicatorFigure {
    IndicatorFigure {
        at: Address {
            code: code.to_owned(),
            unit: "990101".to_owned(),
            group: None,
            area: area.map(str::to_owned),
        },
        measure: measure.to_owned(),
        scale: Scale::of(measure),
        about: shown.as_ref().map(|_| 1_330),
        note: shown.is_none().then_some(Note::Hidden),
        shown,
        statistic: None,
    }
}

fn score(unit: &str, score: &str, rank: Option<(u32, u32, u32)>, borderline: bool) -> ScoreFigure {
    ScoreFigure {
        unit: unit.to_owned(),
        shown: Some(printed(score, "70.1", "79.2")),
        rank,
        grade: Some("良好".to_owned()),
        borderline,
    }
}

fn release() -> Release {
    let node = |code: &str, zh: &str, en: &str, measure: &str| NamedIndicator {
        code: code.to_owned(),
        parent: None,
        name: Text::zh_en(zh, en),
        weight: 10.0,
        measure: Some(measure.to_owned()),
    };
    Release {
        round: "2026".to_owned(),
        title: Text::zh_en("云岭县2026年度残疾人工作测评", "Yunling County 2026"),
        plan_sha256: "9f86d081".repeat(8),
        interim: true,
        min_cell: 10,
        round_to: 10,
        units: vec![
            named("990101", "云岭县", "Yunling County"),
            named("990101001", "东乡镇", "Dongxiang"),
            named("990101002", "西河乡", "Xihe"),
        ],
        perspectives: vec![
            named("resident", "残疾居民", "Disabled residents"),
            named("grassroots", "专门协会", "Associations"),
        ],
        areas: vec![
            named("rehab", "康复", "Rehabilitation"),
            named("care", "托养", "Care"),
        ],
        indicators: vec![
            node("1.1", "参与率", "Took part at least once", "participation"),
            node("2.1", "需求满足率", "Needs met", "coverage"),
            node("3.1", "总体满意度", "Overall satisfaction", "satisfaction"),
            node("4.5", "权益维护", "Rights", "share"),
        ],
        grades: vec![
            (Text::zh_en("良好", "Good"), 75.0),
            (Text::zh_en("合格", "Fair"), 0.0),
        ],
        rates: vec![
            RateFigure {
                group: "resident".to_owned(),
                unit: "990101".to_owned(),
                invited: Some(3_200),
                complete: Some(1_330),
                rate: Some("41.6".to_owned()),
            },
            RateFigure {
                group: "grassroots".to_owned(),
                unit: "990101".to_owned(),
                invited: None,
                complete: None,
                rate: None,
            },
        ],
        figures: vec![
            figure(
                "1.1",
                "participation",
                None,
                Some(printed("41.2", "38.5", "44.0")),
            ),
            figure("2.1", "coverage", None, Some(printed("63.0", "60.1", "65.9"))),
            figure(
                "2.1",
                "coverage",
                Some("rehab"),
                Some(printed("71.0", "66.1", "75.4")),
            ),
            figure("2.1", "coverage", Some("care"), None),
            figure("3.1", "satisfaction", None, Some(printed("74.8", "73.1", "76.4"))),
            figure("4.5", "share", None, None),
        ],
        scores: vec![
            score("990101", "74.1", None, false),
            score("990101001", "74.6", Some((1, 1, 2)), true),
            score("990101002", "72.0", Some((2, 1, 2)), false),
        ],
        score_statistics: Default::default(),
    }
}

fn view(lang: Lang, shown: Option<Shown>) -> Results {
    let out = shown.is_some();
    let listed = |seq: i32, state: &str, reason: Option<&str>| Listed {
        seq,
        day: "2026年12月21日".to_owned(),
        sha256: "60303ae2".repeat(8),
        state: state.to_owned(),
        ended_on: (state != "published").then(|| "2026年12月24日".to_owned()),
        reason: reason.map(str::to_owned),
    };
    Results {
        id: "2026".to_owned(),
        title: match lang {
            Lang::Zh => "云岭县2026年度残疾人工作测评".to_owned(),
            Lang::En => "Yunling County 2026".to_owned(),
        },
        state: "closed".to_owned(),
        opens_on: "2026-11-01".to_owned(),
        closes_on: "2026-12-20".to_owned(),
        plan_sha256: out.then(|| "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c".to_owned()),
        provenance: match out {
            true => PlanNote {
                made_by: made_by(
                    lang,
                    Some(Provenance {
                        made_by: 1,
                        in_force: 2,
                    }),
                ),
                amended: vec![PlanAmended {
                    day: "12月2日".to_owned(),
                    number: 2,
                    answers: "1330".to_owned(),
                    reason: "截止日期延长一周".to_owned(),
                    sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c".to_owned(),
                }],
            },
            false => PlanNote::default(),
        },
        amended: match out {
            true => vec![Amended {
                day: "2026年11月20日".to_owned(),
                form: "残疾居民问卷".to_owned(),
                reason: "第3题漏了“社区康复站”这个选项。".to_owned(),
                old_version: "9f86d081".repeat(8),
                new_version: "60303ae2".repeat(8),
            }],
            false => Vec::new(),
        },
        listed: match out {
            true => vec![
                listed(1, "withdrawn", Some("西河乡的访问记录还在核对。")),
                listed(2, "superseded", None),
                listed(3, "published", None),
            ],
            false => Vec::new(),
        },
        shown,
        done: after::done(),
        root: Some(PublicRoot {
            day: "2026年11月24日".to_owned(),
            size: 2530,
            root: "9f86d081".repeat(8),
            signature: "9f86d081".repeat(16),
        }),
        help: help(),
    }
}

fn shown(seq: Option<i32>, current: bool) -> Shown {
    Shown {
        seq,
        day: "2026年12月24日".to_owned(),
        sha256: "60303ae2".repeat(8),
        current,
        release: release(),
    }
}

/// Every state of these pages.
pub(super) fn all(reading: Reading) -> Vec<(&'static str, Markup)> {
    let lang = reading.lang;
    let past = Past {
        round: "2025".to_owned(),
        title: "云岭县2025年度残疾人工作测评".to_owned(),
        opens_on: "2025年11月1日".to_owned(),
        closes_on: "2025年12月20日".to_owned(),
        published_on: "2025年12月28日".to_owned(),
    };
    let office = |ready: bool, refusal: Option<publication::Refusal>| publication::View {
        id: "2026".to_owned(),
        title: "云岭县2026年度残疾人工作测评".to_owned(),
        ready: ready.then(|| publication::Ready {
            is_new: true,
            interim: true,
            hidden: 41,
            loss: Loss {
                figures: 1_204,
                small: 20,
                alike: 3,
                differences: 0,
                complementary: 18,
            },
            sha256: "60303ae2".repeat(8),
        }),
        obstacle: (!ready)
            .then(|| publication::Obstacle::Exposed(vec!["总体满意度，亲友，青石镇".to_owned()])),
        refusal,
        rows: match ready {
            true => vec![publication::Row {
                seq: 1,
                day: "2026年12月21日".to_owned(),
                state: "published".to_owned(),
                actor: "office".to_owned(),
                ended_on: None,
                reason: None,
            }],
            false => Vec::new(),
        },
    };
    let staff = signed_in();
    let agreement = |standing: Standing, may_confirm: bool| Line {
        id: "6f9619ff-8b86-4d01-b42d-00cf4fc964ff".to_owned(),
        person: "周敏".to_owned(),
        institution: "省社会科学院".to_owned(),
        purpose: "康复服务可及性研究".to_owned(),
        until: "2027年6月30日".to_owned(),
        asked_by: "office".to_owned(),
        asked_on: "2026年12月28日".to_owned(),
        confirmed_by: (standing == Standing::Holds).then(|| "office2".to_owned()),
        standing,
        may_confirm,
    };
    let data_view = |lines: Vec<Line>, faulty: Vec<&'static str>| data::View {
        id: "2026".to_owned(),
        title: "云岭县2026年度残疾人工作测评".to_owned(),
        min_cell: 10,
        lines,
        typed: Typed::default(),
        faulty,
    };
    let agreements = vec![
        agreement(Standing::Asked, true),
        agreement(Standing::Asked, false),
        agreement(Standing::Holds, true),
        agreement(Standing::Over, true),
    ];
    let refused = Some(publication::Refusal::Reason(String::new()));
    vec![
        (
            "results",
            results::page(reading, &view(lang, Some(shown(Some(3), true)))),
        ),
        (
            "results-old",
            results::page(reading, &view(lang, Some(shown(Some(2), false)))),
        ),
        ("results-not-out", results::page(reading, &view(lang, None))),
        ("results-archive", archive::page(reading, &[past])),
        ("results-archive-none", archive::page(reading, &[])),
        (
            "publication",
            publication::page(lang, &staff, &office(true, None)),
        ),
        (
            "publication-refused",
            publication::page(lang, &staff, &office(true, refused)),
        ),
        (
            "publication-obstacle",
            publication::page(lang, &staff, &office(false, None)),
        ),
        (
            "data",
            data::page(lang, &staff, &data_view(agreements, Vec::new())),
        ),
        (
            "data-refused",
            data::page(lang, &staff, &data_view(Vec::new(), vec!["person", "until"])),
        ),
        (
            "publication-preview",
            publication::preview(lang, &staff, &view(lang, Some(shown(None, true)))),
        ),
    ]
}
