//! A publication as files: CSV that any spreadsheet opens, and the code book that says what is in it.

use analysis::publication::figure::Printed;
use analysis::publication::{Note, Release};

use crate::spreadsheet::harmless;

/// Columns of `figures.csv`: name, meaning in Chinese and English.
const FIGURES: [(&str, &str, &str); 16] = [
    ("code", "指标代码", "code of the indicator"),
    ("indicator_zh", "指标名称", "name of the indicator, Chinese"),
    ("indicator_en", "指标英文名称", "name of the indicator, English"),
    ("unit", "单位代码", "code of the unit"),
    ("unit_zh", "单位名称", "name of the unit, Chinese"),
    ("unit_en", "单位英文名称", "name of the unit, English"),
    (
        "perspective",
        "评价主体；空表示各主体合并",
        "who says so; empty combines all",
    ),
    (
        "area",
        "服务领域；空表示各领域合并",
        "service area; empty pools all",
    ),
    ("measure", "度量", "what is measured"),
    (
        "scale",
        "percent 百分比，points 百分制得分",
        "percent, or points of 100",
    ),
    ("estimate", "估计值", "estimate"),
    ("se", "标准误", "standard error"),
    ("lower", "95%置信区间下限", "lower end of the 95 % interval"),
    ("upper", "95%置信区间上限", "upper end of the 95 % interval"),
    (
        "about_n",
        "答卷数，取整到10；不计人的指标为空",
        "answers, to the nearest ten; empty where nobody is counted",
    ),
    (
        "note",
        "备注，见 note 各行",
        "why there is no figure, or why it needs care",
    ),
];

/// Columns of `scores.csv`.
const SCORES: [(&str, &str, &str); 12] = [
    ("unit", "单位代码", "code of the unit"),
    ("unit_zh", "单位名称", "name of the unit, Chinese"),
    ("unit_en", "单位英文名称", "name of the unit, English"),
    ("score", "得分，0–100", "score, 0–100"),
    ("se", "标准误", "standard error"),
    ("lower", "95%置信区间下限", "lower end of the 95 % interval"),
    ("upper", "95%置信区间上限", "upper end of the 95 % interval"),
    ("rank", "名次", "rank"),
    (
        "best_rank",
        "最好名次（联合95%）",
        "best rank that the answers do not rule out, jointly at 95 %",
    ),
    (
        "worst_rank",
        "最差名次（联合95%）",
        "worst rank that the answers do not rule out",
    ),
    ("grade", "等次", "grade"),
    (
        "borderline",
        "1表示区间跨越等次线",
        "1 where the interval crosses a grade line",
    ),
];

/// Columns of `rates.csv`.
const RATES: [(&str, &str, &str); 9] = [
    ("group", "评价主体代码", "code of the respondent group"),
    ("group_zh", "评价主体", "respondent group, Chinese"),
    ("group_en", "评价主体英文名称", "respondent group, English"),
    ("unit", "单位代码", "code of the unit"),
    ("unit_zh", "单位名称", "name of the unit, Chinese"),
    ("unit_en", "单位英文名称", "name of the unit, English"),
    (
        "about_invited",
        "邀请数，取整到10；空表示隐匿",
        "invited, to the nearest ten; empty when withheld",
    ),
    (
        "about_complete",
        "完成数，取整到10；空表示隐匿",
        "completed, to the nearest ten; empty when withheld",
    ),
    (
        "rate",
        "取整后两数之比，百分比",
        "of the two rounded numbers, percent",
    ),
];

/// Words in the column `note`.
const NOTES: [(Note, &str, &str); 4] = [
    (Note::Hidden, "为保护个人隐匿", "withheld to protect persons"),
    (Note::NoData, "没有数据", "nobody could answer"),
    (Note::SmallN, "答卷少，慎用", "few answers, use with care"),
    (Note::Unreliable, "误差大，慎用", "a wide interval, use with care"),
];

fn table(header: &[(&str, &str, &str)], rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let names = header.iter().map(|(name, _, _)| (*name).to_owned()).collect();
    let mut out = "\u{feff}".as_bytes().to_vec();
    let mut writer = csv::Writer::from_writer(&mut out);
    for row in std::iter::once(names).chain(rows) {
        // Memory does not refuse.
        let _written = writer.write_record(row);
    }
    drop(writer);
    out
}

fn text(words: &str) -> String {
    harmless(words.to_owned())
}

fn limits(shown: Option<&Printed>) -> [String; 4] {
    let part = |value: Option<&String>| value.cloned().unwrap_or_default();
    match shown {
        None => Default::default(),
        Some(shown) => [
            shown.estimate.clone(),
            part(shown.se.as_ref()),
            part(shown.lower.as_ref()),
            part(shown.upper.as_ref()),
        ],
    }
}

fn whole<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// Every estimate: `figures.csv`.
pub fn figures(release: &Release) -> Vec<u8> {
    let rows = release.figures.iter().map(|figure| {
        let at = &figure.at;
        let named = release.indicators.iter().find(|node| node.code == at.code);
        let name = |lang| named.map_or("", |node| node.name.get(lang));
        let [estimate, se, lower, upper] = limits(figure.shown.as_ref());
        vec![
            at.code.clone(),
            text(name("zh")),
            text(name("en")),
            at.unit.clone(),
            text(Release::name(&release.units, &at.unit, "zh")),
            text(Release::name(&release.units, &at.unit, "en")),
            at.group.clone().unwrap_or_default(),
            at.area.clone().unwrap_or_default(),
            figure.measure.clone(),
            figure.scale.word().to_owned(),
            estimate,
            se,
            lower,
            upper,
            whole(figure.about),
            figure.note.map_or("", Note::word).to_owned(),
        ]
    });
    table(&FIGURES, rows)
}

/// Every score: `scores.csv`.
pub fn scores(release: &Release) -> Vec<u8> {
    let rows = release.scores.iter().map(|score| {
        let [estimate, se, lower, upper] = limits(score.shown.as_ref());
        vec![
            score.unit.clone(),
            text(Release::name(&release.units, &score.unit, "zh")),
            text(Release::name(&release.units, &score.unit, "en")),
            estimate,
            se,
            lower,
            upper,
            whole(score.rank.map(|(rank, _, _)| rank)),
            whole(score.rank.map(|(_, best, _)| best)),
            whole(score.rank.map(|(_, _, worst)| worst)),
            text(score.grade.as_deref().unwrap_or_default()),
            u8::from(score.borderline).to_string(),
        ]
    });
    table(&SCORES, rows)
}

/// Invited and answered: `rates.csv`.
pub fn rates(release: &Release) -> Vec<u8> {
    let rows = release.rates.iter().map(|rate| {
        vec![
            rate.group.clone(),
            text(Release::name(&release.perspectives, &rate.group, "zh")),
            text(Release::name(&release.perspectives, &rate.group, "en")),
            rate.unit.clone(),
            text(Release::name(&release.units, &rate.unit, "zh")),
            text(Release::name(&release.units, &rate.unit, "en")),
            whole(rate.invited),
            whole(rate.complete),
            whole(rate.rate.as_ref()),
        ]
    });
    table(&RATES, rows)
}

/// What every column and code means: `codebook.csv`.
pub fn code_book(release: &Release) -> Vec<u8> {
    let header = [("kind", "", ""), ("code", "", ""), ("zh", "", ""), ("en", "", "")];
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row = |kind: &str, code: &str, zh: &str, en: &str| {
        rows.push(vec![kind.to_owned(), text(code), text(zh), text(en)]);
    };
    for (file, columns) in [
        ("figures.csv", &FIGURES[..]),
        ("scores.csv", &SCORES[..]),
        ("rates.csv", &RATES[..]),
    ] {
        for (name, zh, en) in columns {
            row(file, name, zh, en);
        }
    }
    for (note, zh, en) in NOTES {
        row("note", note.word(), zh, en);
    }
    for node in &release.indicators {
        row("indicator", &node.code, node.name.get("zh"), node.name.get("en"));
    }
    for (kind, list) in [
        ("unit", &release.units),
        ("perspective", &release.perspectives),
        ("area", &release.areas),
    ] {
        for named in list {
            row(kind, &named.code, named.name.get("zh"), named.name.get("en"));
        }
    }
    for (name, from) in &release.grades {
        row(
            "grade",
            name.get("zh"),
            &format!("从{from}分起"),
            &format!("{}, from {from}", name.get("en")),
        );
    }
    table(&header, rows.into_iter())
}
