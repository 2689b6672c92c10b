//! Samples of the pages of the evaluation.

use maud::Markup;

use super::signed_in;
use crate::pages::Lang;
use crate::pages::unit::{
    self, CriterionLine, LeafDetail, NodeLine, PartLine, QuestionLine, SeriesLine, UnitView,
};
use crate::pages::units::{
    self, CeilingLine, ChangeCell, Computed, PairLine, SignLine, StabilityLine, UnitLine, Units,
};

fn line(code: &str, name: &str, change: ChangeCell) -> UnitLine {
    UnitLine {
        code: code.to_owned(),
        name: name.to_owned(),
        score: "76.2".to_owned(),
        interval: "73.0–79.4".to_owned(),
        rank_interval: "1–9".to_owned(),
        groups: "1 2".to_owned(),
        grade: "良好".to_owned(),
        borderline: true,
        sure: "78%".to_owned(),
        repeat: "30%".to_owned(),
        change: Some(change),
    }
}

fn compared() -> Units {
    let size = || "+3.1".to_owned();
    Units {
        id: "yunling-2026".to_owned(),
        title: "云岭县2026年度测评".to_owned(),
        computed: Computed::Whole,
        full: true,
        lines: vec![
            line("T01", "青石镇", ChangeCell::Up(size())),
            line("T02", "白河乡", ChangeCell::Down("-4.0".to_owned())),
            line("T03", "松林镇", ChangeCell::Noise(size())),
            line("T04", "柳河乡", ChangeCell::None),
            line("T05", "石桥乡", ChangeCell::Withheld),
        ],
        bands: vec![
            vec!["青石镇".to_owned()],
            vec!["白河乡".to_owned(), "松林镇".to_owned()],
        ],
        chosen: Some(("T01".to_owned(), "T02".to_owned())),
        pair: Some(PairLine {
            better: "青石镇".to_owned(),
            worse: "白河乡".to_owned(),
            difference: "3.2".to_owned(),
            probability: "91%".to_owned(),
            significant: false,
        }),
        weights: Some(("25.0%".to_owned(), 2_000)),
        stability: vec![StabilityLine {
            name: "青石镇".to_owned(),
            ranks: "1–2".to_owned(),
            same_rank: "90%".to_owned(),
            same_grade: "99%".to_owned(),
        }],
        shows_signs: true,
        signs: vec![SignLine {
            unit: "白河乡".to_owned(),
            sign: "有工作人员在场".to_owned(),
            judged: 118,
            found: 31,
            share: "26.3%".to_owned(),
            usual: "4.0%".to_owned(),
            p: "0.001".to_owned(),
        }],
        ceilings: vec![CeilingLine {
            unit: "青石镇".to_owned(),
            group: "残疾人".to_owned(),
            shares: Some(("93.0%".to_owned(), "80.1%".to_owned())),
        }],
        ..Units::default()
    }
}

fn drilled() -> UnitView {
    let part = |name: &str| PartLine {
        name: name.to_owned(),
        share: "40.0%".to_owned(),
        value: "71.2".to_owned(),
        se: "2.1".to_owned(),
        n: "118".to_owned(),
    };
    UnitView {
        id: "yunling-2026".to_owned(),
        title: "云岭县2026年度测评".to_owned(),
        code: "T01".to_owned(),
        name: "青石镇".to_owned(),
        full: false,
        score: "76.2 (73.0–79.4)".to_owned(),
        rank: Some([3, 1, 9, 20]),
        grade: "良好".to_owned(),
        repeat: Some("30%".to_owned()),
        change: Some(ChangeCell::Noise("+1.2".to_owned())),
        alike: Some(vec!["白河乡".to_owned()]),
        chances: vec![
            ("优秀".to_owned(), "不到1%".to_owned()),
            ("良好".to_owned(), "78%".to_owned()),
        ],
        views: vec![part("残疾人")],
        nodes: vec![
            NodeLine {
                code: "3".to_owned(),
                name: "满意".to_owned(),
                weight: "25%".to_owned(),
                ..NodeLine::default()
            },
            NodeLine {
                code: "3.1".to_owned(),
                name: "总体满意度".to_owned(),
                has_details: true,
                weight: "8%".to_owned(),
                value: "71.2".to_owned(),
                interval: "67.1–75.3".to_owned(),
                county: "70.0".to_owned(),
                gain: "0.8".to_owned(),
                change: Some(ChangeCell::Noise("+1.2".to_owned())),
            },
        ],
        leaves: vec![LeafDetail {
            code: "3.1".to_owned(),
            name: "总体满意度".to_owned(),
            parts: vec![part("残疾人"), part("第三方")],
            questions: vec![QuestionLine {
                group: "残疾人".to_owned(),
                question: "总的来说，您满意吗？".to_owned(),
                n: "118".to_owned(),
                result: "平均71.2分".to_owned(),
            }],
            criteria: vec![CriterionLine {
                name: "坐轮椅的人能自己走到".to_owned(),
                mark: "3.0 / 4".to_owned(),
                scorers: 2,
                range: "1.0".to_owned(),
            }],
            series: vec![SeriesLine {
                name: "特困家庭访视率".to_owned(),
                period: "2026-Q4".to_owned(),
                value: "88.1%".to_owned(),
                source: "台账".to_owned(),
            }],
        }],
    }
}

/// Every state of the pages.
pub(super) fn pages(lang: Lang) -> Vec<(&'static str, Markup)> {
    let who = signed_in();
    let old = Units {
        computed: Computed::Old,
        ..compared()
    };
    let bare = Units {
        pair: None,
        bands: Vec::new(),
        signs: Vec::new(),
        ceilings: Vec::new(),
        full: false,
        ..compared()
    };
    let alone = UnitView {
        alike: Some(Vec::new()),
        full: true,
        ..drilled()
    };
    vec![
        ("units", units::page(lang, &who, &compared())),
        ("units-none", units::page(lang, &who, &Units::default())),
        ("units-old", units::page(lang, &who, &old)),
        ("units-bare", units::page(lang, &who, &bare)),
        ("unit", unit::page(lang, &who, &drilled())),
        ("unit-alone", unit::page(lang, &who, &alone)),
    ]
}
