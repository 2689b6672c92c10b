//! Charts of a fictional county, as a round would give them: for the tests and for `examples/charts.rs`.

use reports::chart::{
    BarChart, BarRow, Chart, DotChart, DotRow, Flag, GradeLine, Heading, HeatMap, HeatRow, LadderChart,
    LadderStep, LikertChart, LikertRow, Measure, Point, RankChart, RankRow, Reference, Series, SlopeChart,
    SlopeRow, TrendChart,
};
use reports::model::Lang;

const TOWNSHIPS: [(&str, &str); 20] = [
    ("青溪镇", "Qingxi"),
    ("白石乡", "Baishi"),
    ("云河镇", "Yunhe"),
    ("松林镇", "Songlin"),
    ("柳塘镇", "Liutang"),
    ("城关街道", "Chengguan"),
    ("东湖街道", "Donghu"),
    ("南桥镇", "Nanqiao"),
    ("石门镇", "Shimen"),
    ("长岭乡", "Changling"),
    ("红岩镇", "Hongyan"),
    ("麦塱镇", "Mailang"),
    ("金沙镇", "Jinsha"),
    ("凤台镇", "Fengtai"),
    ("竹溪苗族乡", "Zhuxi Miao"),
    ("双井镇", "Shuangjing"),
    ("大坪乡", "Daping"),
    ("河口镇", "Hekou"),
    ("经济开发区街道", "Development Zone"),
    ("望江镇", "Wangjiang"),
];

const AREAS: [(&str, &str); 10] = [
    ("康复", "Rehabilitation"),
    ("托养照护", "Care"),
    ("教育", "Education"),
    ("就业", "Employment"),
    ("困难帮扶", "Relief"),
    ("医疗", "Medical care"),
    ("无障碍", "Accessibility"),
    ("文化体育", "Culture and sport"),
    ("证件办理", "Certificates"),
    ("权益维护", "Rights"),
];

/// Every chart with a name for its file.
pub(crate) fn all(lang: Lang) -> Vec<(&'static str, Box<dyn Chart>)> {
    vec![
        ("likert", Box::new(likert(lang))),
        ("dots", Box::new(dots(lang))),
        ("scores", Box::new(scores(lang))),
        ("rank", Box::new(rank(lang))),
        ("bars", Box::new(pareto(lang))),
        ("reasons", Box::new(reasons(lang))),
        ("trend", Box::new(trend(lang))),
        ("trend-one", Box::new(trend_one(lang))),
        ("heat", Box::new(heat(lang))),
        ("ladder", Box::new(ladder(lang))),
        ("slope", Box::new(slope(lang))),
    ]
}

/// A small repeatable spread of numbers from 0 to 1.
fn noise(i: usize, j: usize) -> f64 {
    let mixed = (i as u64 * 7919 + j as u64 * 104_729 + 31) % 997;
    mixed as f64 / 997.0
}

fn heading(id: &str, title: (&str, &str), subtitle: (&str, &str), lang: Lang) -> Heading {
    Heading {
        id: id.to_owned(),
        title: lang.pick(title.0, title.1).to_owned(),
        subtitle: lang.pick(subtitle.0, subtitle.1).to_owned(),
        foot: lang
            .pick(
                "资料来源：2026年度残疾人工作民意测评。按分层两阶段抽样设计加权，区间为95%置信区间，不含无应答偏差。",
                "Source: 2026 opinion survey on work for disabled people. Weighted for a stratified two-stage design; \
                 95% intervals, without non-response bias.",
            )
            .to_owned(),
    }
}

pub(crate) fn likert(lang: Lang) -> LikertChart {
    let rows: [(&str, &str, [f64; 5], f64, u64); 8] = [
        (
            "工作人员的服务态度",
            "Attitude of staff",
            [2.1, 4.0, 12.6, 43.1, 38.2],
            1.4,
            2716,
        ),
        (
            "办事过程公平公正",
            "Fairness",
            [4.2, 8.8, 21.3, 40.5, 25.2],
            6.9,
            2569,
        ),
        (
            "政策和结果解释得清楚明白",
            "Clear explanation of rules and decisions",
            [5.5, 11.6, 24.0, 38.4, 20.5],
            5.1,
            2618,
        ),
        (
            "少跑腿、一次办成",
            "Few trips",
            [6.9, 14.2, 22.7, 35.9, 20.3],
            3.3,
            2668,
        ),
        ("办事速度", "Speed", [5.1, 12.0, 23.9, 38.8, 20.2], 2.6, 2687),
        (
            "康复与辅助器具适配服务满意度",
            "Rehabilitation and assistive devices",
            [3.1, 6.2, 18.4, 44.8, 27.5],
            0.3,
            1104,
        ),
        (
            "诉求办理结果",
            "Outcome of complaints",
            [15.6, 21.9, 24.5, 26.4, 11.6],
            9.8,
            243,
        ),
        (
            "对乡镇残联工作的总体评价",
            "Overall",
            [2.8, 6.5, 19.2, 46.0, 25.5],
            1.8,
            2709,
        ),
    ];
    LikertChart {
        heading: heading(
            "likert",
            (
                "态度最受认可，诉求办理结果最不令人满意",
                "Staff attitude is rated best, outcomes of complaints worst",
            ),
            (
                "对各项服务过程的满意程度，全县残疾居民，2026年9—10月，占有效回答的百分比",
                "Satisfaction with service, disabled residents of the county, Sept–Oct 2026, % of valid answers",
            ),
            lang,
        ),
        steps: lang
            .pick(
                ["很不满意", "不太满意", "一般", "比较满意", "很满意"],
                [
                    "Very dissatisfied",
                    "Dissatisfied",
                    "Neither",
                    "Satisfied",
                    "Very satisfied",
                ],
            )
            .map(str::to_owned),
        missing_name: lang
            .pick("说不清、不适用等", "Don't know, not applicable")
            .to_owned(),
        top_name: lang.pick("满意", "Satisfied").to_owned(),
        rows: rows
            .into_iter()
            .map(|(zh, en, shares, missing, n)| LikertRow {
                label: lang.pick(zh, en).to_owned(),
                shares: Some(shares),
                missing: Some(missing),
                n: Some(n),
                small_n: n < 300,
            })
            .chain([LikertRow {
                label: lang.pick("法律援助服务", "Legal aid").to_owned(),
                shares: None,
                missing: None,
                n: None,
                small_n: false,
            }])
            .collect(),
        keep_order: false,
    }
}

fn township_rows(lang: Lang, low: f64, span: f64) -> Vec<DotRow> {
    TOWNSHIPS
        .iter()
        .enumerate()
        .map(|(i, (zh, en))| {
            let value = low + span * noise(i, 3);
            let half = 2.6 + 4.5 * noise(i, 5);
            let point = match i {
                16 => Point::suppressed(),
                9 => Point::estimated(value, value - 9.6, value + 9.2).flagged(Flag::SmallN),
                _ => Point::estimated(value, value - half, value + half * 0.95),
            };
            DotRow {
                label: lang.pick(*zh, *en).to_owned(),
                point,
                note: format!("n={}", 96 + (noise(i, 8) * 120.0) as u32),
                borderline: false,
                highlighted: i == 3,
            }
        })
        .collect()
}

pub(crate) fn dots(lang: Lang) -> DotChart {
    DotChart {
        heading: heading(
            "dots",
            (
                "松林镇受益率高于全县，但与多数乡镇的差异在误差之内",
                "Songlin's benefit rate is above the county's, but most differences are within the error",
            ),
            (
                "受益率：有需要、得到且有帮助的人次占有需要人次的比例，各乡镇（街道），2026年",
                "Benefit rate: needed, received and helped, as a share of needs, by township, 2026",
            ),
            lang,
        ),
        measure: Measure::Percent,
        rows: township_rows(lang, 44.0, 30.0),
        reference: Some(Reference {
            label: lang.pick("全县", "County").to_owned(),
            point: Point::estimated(58.7, 57.2, 60.2),
        }),
        lines: vec![],
        keep_order: false,
    }
}

pub(crate) fn scores(lang: Lang) -> DotChart {
    let grades = lang.pick(
        ["优秀", "良好", "合格", "不合格"],
        ["Excellent", "Good", "Pass", "Fail"],
    );
    let mut rows = township_rows(lang, 66.0, 22.0);
    for row in &mut rows {
        row.note.clear();
        let Some(value) = row.point.shown() else { continue };
        let (lower, upper) = row.point.interval().unwrap_or((value, value));
        row.borderline = [60.0, 75.0, 85.0]
            .iter()
            .any(|line| lower < *line && *line <= upper);
        let grade = if value >= 85.0 {
            0
        } else if value >= 75.0 {
            1
        } else if value >= 60.0 {
            2
        } else {
            3
        };
        row.note = grades[grade].to_owned();
    }
    DotChart {
        heading: heading(
            "scores",
            ("十个乡镇的等次处于临界", "Ten townships have a borderline grade"),
            (
                "综合得分（0—100分）与95%置信区间，各乡镇（街道），2026年",
                "Composite score (0–100) with 95% interval, by township, 2026",
            ),
            lang,
        ),
        measure: Measure::Score,
        rows,
        reference: Some(Reference {
            label: lang.pick("全县", "County").to_owned(),
            point: Point::estimated(76.2, 75.1, 77.3),
        }),
        lines: [(60.0, 2), (75.0, 1), (85.0, 0)]
            .map(|(value, grade)| GradeLine {
                label: grades[grade].to_owned(),
                value,
            })
            .to_vec(),
        keep_order: false,
    }
}

pub(crate) fn slope(lang: Lang) -> SlopeChart {
    let rows = TOWNSHIPS.iter().enumerate().map(|(i, (zh, en))| {
        let before = 66.0 + 20.0 * noise(i, 3);
        let moved = 12.0 * (noise(i, 9) - 0.5);
        SlopeRow {
            label: lang.pick(*zh, *en).to_owned(),
            before,
            now: before + moved,
            real: moved.abs() > 4.5,
            highlighted: i == 3,
        }
    });
    SlopeChart {
        heading: heading(
            "slope",
            (
                "三个乡镇的得分变化超出误差",
                "Three scores moved by more than noise",
            ),
            ("综合得分，上一轮与本轮", "Score, last round and this"),
            lang,
        ),
        measure: Measure::Score,
        periods: ["2025", "2026"].map(|year| lang.pick(format!("{year}年"), year.to_owned())),
        rows: rows.collect(),
    }
}

pub(crate) fn rank(lang: Lang) -> RankChart {
    let mut rows: Vec<RankRow> = TOWNSHIPS
        .iter()
        .enumerate()
        .map(|(i, (zh, en))| {
            let score = 66.0 + 22.0 * noise(i, 3);
            let grade = if score >= 85.0 {
                ("优秀", "Excellent")
            } else if score >= 75.0 {
                ("良好", "Good")
            } else {
                ("合格", "Pass")
            };
            RankRow {
                label: lang.pick(*zh, *en).to_owned(),
                score,
                grade: lang.pick(grade.0, grade.1).to_owned(),
                borderline: (score - 75.0).abs() < 2.5 || (score - 85.0).abs() < 2.5,
                highlighted: i == 3,
                ..RankRow::default()
            }
        })
        .collect();
    rows.sort_by(|a, b| b.score.total_cmp(&a.score));
    for (i, row) in rows.iter_mut().enumerate() {
        let place = i as u32 + 1;
        row.rank = place;
        row.rank_lower = place.saturating_sub(2 + (noise(i, 4) * 5.0) as u32).max(1);
        row.rank_upper = (place + 2 + (noise(i, 6) * 5.0) as u32).min(20);
    }
    RankChart {
        heading: heading(
            "rank",
            ("前七名之间分不出先后", "The first seven cannot be told apart"),
            (
                "各乡镇（街道）综合得分的名次与95%联合名次区间，2026年",
                "Ranks by composite score with joint 95% rank intervals, by township, 2026",
            ),
            lang,
        ),
        rows,
    }
}

pub(crate) fn pareto(lang: Lang) -> BarChart {
    let values = [21.4, 18.0, 4.1, 15.2, 16.8, 11.3, 12.6, 3.2, 1.9, 2.7];
    BarChart {
        heading: heading(
            "unmet",
            (
                "康复、托养照护和困难帮扶的需求缺口最大",
                "Rehabilitation, care and relief are the needs least met",
            ),
            (
                "有需要而没有得到的人占全体持证残疾人的比例，分服务领域，2026年",
                "Persons who needed help and did not get it, % of all card holders, by service area, 2026",
            ),
            lang,
        ),
        measure: Measure::Percent,
        rows: AREAS
            .iter()
            .zip(values)
            .map(|((zh, en), value)| BarRow {
                label: lang.pick(*zh, *en).to_owned(),
                point: Point::estimated(value, value * 0.86, value * 1.15 + 0.2),
                highlighted: false,
            })
            .collect(),
        reference: None,
        cumulative: true,
        keep_order: false,
    }
}

pub(crate) fn reasons(lang: Lang) -> BarChart {
    let reasons = [
        (
            "不知道有这项服务或者不知道可以申请",
            "Did not know the service or that one can apply",
            34.2,
        ),
        ("不会申请、手续太复杂", "Could not manage the application", 21.7),
        ("正在等待审批或排队", "Waiting for approval or in a queue", 14.9),
        ("离家太远、没有人陪同", "Too far, nobody to come along", 12.4),
        ("申请了但没有被批准", "Applied and was refused", 8.8),
        ("需要自己花钱", "Costs money", 5.6),
        ("其他", "Other", 2.4),
    ];
    BarChart {
        heading: heading(
            "why",
            (
                "没有得到服务，三分之一是因为不知道",
                "One in three went without because they did not know",
            ),
            (
                "没有得到所需服务的原因，按人次，2026年",
                "Why needed services were not received, by need, 2026",
            ),
            lang,
        ),
        measure: Measure::Percent,
        rows: reasons
            .into_iter()
            .enumerate()
            .map(|(i, (zh, en, value))| BarRow {
                label: lang.pick(zh, en).to_owned(),
                point: if i == 5 {
                    Point::suppressed()
                } else {
                    Point::estimated(value, value - 2.1, value + 2.2)
                },
                highlighted: i == 0,
            })
            .collect(),
        reference: None,
        cumulative: false,
        keep_order: false,
    }
}

pub(crate) fn trend(lang: Lang) -> TrendChart {
    let gap = Point::absent;
    let around = |value: f64| Point::estimated(value, value - 2.4, value + 2.3);
    let names = lang.pick(
        ["残疾居民", "亲友", "基层组织"],
        ["Disabled residents", "Family and friends", "Grassroots bodies"],
    );
    let points = [
        vec![
            around(63.1),
            around(64.8),
            gap(),
            around(67.9),
            around(68.4),
            around(71.3),
        ],
        vec![
            around(60.2),
            around(60.9),
            gap(),
            around(63.0),
            around(66.9),
            around(69.8),
        ],
        vec![
            gap(),
            around(70.4),
            gap(),
            around(72.2),
            around(71.0),
            around(72.6),
        ],
    ];
    TrendChart {
        heading: heading(
            "trend",
            (
                "居民满意度五年提高8.2分，与基层组织的差距缩小",
                "Residents' satisfaction rose 8.2 points in five years, closing on grassroots bodies",
            ),
            (
                "总体满意度（0—100分），全县，分评价主体",
                "Overall satisfaction (0–100), county, by group",
            ),
            lang,
        ),
        measure: Measure::Score,
        periods: (2021..=2026)
            .map(|year| lang.pick(format!("{year}年"), year.to_string()))
            .collect(),
        series: names
            .into_iter()
            .zip(points)
            .enumerate()
            .map(|(i, (label, points))| Series {
                label: label.to_owned(),
                points,
                highlighted: i == 0,
            })
            .collect(),
        from_zero: false,
    }
}

pub(crate) fn trend_one(lang: Lang) -> TrendChart {
    TrendChart {
        heading: heading(
            "visits",
            ("入户访视人次翻了一番", "Home visits doubled"),
            (
                "特困残疾人家庭上季度至少访视一次的比例，松林镇",
                "Hardship households visited at least once last quarter, Songlin",
            ),
            lang,
        ),
        measure: Measure::Percent,
        periods: (2017..=2026)
            .map(|year| lang.pick(format!("{year}年"), year.to_string()))
            .collect(),
        series: vec![Series {
            label: lang.pick("松林镇", "Songlin").to_owned(),
            points: [31.0, 33.5, 30.2, 38.0, 44.1, 49.0, 52.4, 58.8, 61.0, 64.2]
                .map(Point::exact)
                .to_vec(),
            highlighted: true,
        }],
        from_zero: true,
    }
}

pub(crate) fn heat(lang: Lang) -> HeatMap {
    HeatMap {
        heading: heading(
            "heat",
            (
                "无障碍和就业普遍偏低，证件办理各乡镇都好",
                "Accessibility and employment are low nearly everywhere, certificates are good",
            ),
            (
                "需求满足率（%）：得到服务的人次占有需要人次的比例，各乡镇（街道）× 服务领域，2026年",
                "Coverage (%): needs received, by township and service area, 2026",
            ),
            lang,
        ),
        measure: Measure::Percent,
        columns: AREAS
            .iter()
            .map(|(zh, en)| lang.pick(*zh, *en).to_owned())
            .collect(),
        rows: TOWNSHIPS
            .iter()
            .enumerate()
            .map(|(i, (zh, en))| HeatRow {
                label: lang.pick(*zh, *en).to_owned(),
                cells: (0..10)
                    .map(|j| {
                        let base = [66.0, 55.0, 74.0, 44.0, 68.0, 72.0, 41.0, 60.0, 88.0, 63.0][j];
                        let value = (base + 26.0 * (noise(i, j * 3 + 1) - 0.5)).clamp(5.0, 97.0);
                        match (i * 10 + j) % 29 {
                            7 => Point::suppressed(),
                            13 => Point::exact(value).flagged(Flag::SmallN),
                            28 if i > 15 => Point::absent(),
                            _ => Point::exact(value),
                        }
                    })
                    .collect(),
                highlighted: i == 3,
            })
            .collect(),
    }
}

pub(crate) fn ladder(lang: Lang) -> LadderChart {
    let values = [
        (41.2, 27.4, 21.0),
        (24.9, 10.7, 8.8),
        (9.8, 6.9, 5.7),
        (22.6, 9.1, 6.2),
        (38.4, 26.0, 19.9),
        (35.5, 26.3, 21.4),
        (20.3, 8.4, 6.0),
        (12.2, 7.7, 6.5),
        (17.0, 15.4, 14.6),
        (8.1, 4.5, 2.9),
    ];
    let around = |value: f64| Point::estimated(value, value * 0.93 - 0.4, value * 1.07 + 0.4);
    LadderChart {
        heading: heading(
            "ladder",
            (
                "康复需求最大，只有一半的人真正得到帮助",
                "Rehabilitation is needed most, and helps only half of those who need it",
            ),
            (
                "占全体持证残疾人的百分比，分服务领域，2026年，n=2,754",
                "% of all card holders, by service area, 2026, n=2,754",
            ),
            lang,
        ),
        rungs: lang
            .pick(["有需要", "得到了", "有帮助"], ["Needed", "Received", "Helped"])
            .map(str::to_owned),
        steps: AREAS
            .iter()
            .zip(values)
            .enumerate()
            .map(|(i, ((zh, en), (needed, received, helped)))| LadderStep {
                label: lang.pick(*zh, *en).to_owned(),
                needed: around(needed),
                received: around(received),
                helped: if i == 9 {
                    Point::suppressed()
                } else {
                    around(helped)
                },
                highlighted: false,
            })
            .collect(),
        keep_order: false,
    }
}
