//! A report of a few blocks, one of each kind.

use crate::chart::{self, DotChart, DotRow, Heading, Point};
use crate::model::{
    Block, Column, Fact, Headline, Lang, Movement, Report, Row, Section, Sheet, Table, number_sections,
};
use crate::number::{NumberFormat, Value};

/// A report made by hand: a few blocks of every kind, for tests of the formats alone.
pub(crate) fn small_report(lang: Lang) -> Report {
    let t = |zh: &'static str, en: &'static str| lang.pick(zh, en).to_owned();
    let chart = |id: &str| DotChart {
        heading: Heading {
            id: id.to_owned(),
            title: t("两个乡镇没有可区分的差异", "Two townships cannot be told apart"),
            subtitle: t("综合得分，n=236", "Score, n=236"),
            foot: t("来源：2026年社会测评。", "Source: 2026 survey."),
        },
        measure: chart::Measure::Score,
        rows: vec![
            DotRow {
                label: t("青石镇", "Qingshi"),
                point: Point::estimated(71.3, 68.0, 74.6),
                ..DotRow::default()
            },
            DotRow {
                label: t("柳河乡", "Liuhe"),
                point: Point::estimated(69.9, 66.1, 73.7),
                ..DotRow::default()
            },
        ],
        ..DotChart::default()
    };
    let table = Table {
        caption: t("综合得分", "Scores"),
        columns: vec![
            Column::words(t("乡镇", "Township"), 1.6),
            Column::figures(t("得分", "Score")),
            Column::intervals(t("95%置信区间", "95% interval")),
        ],
        rows: vec![
            Row::strong(vec![
                Value::text(t("青石镇", "Qingshi")),
                Value::score(Some(71.25)),
                Value::interval(Some(68.0), Some(74.6), NumberFormat::Score),
            ]),
            Row::plain(vec![
                Value::text(t("柳河乡", "Liuhe")),
                Value::Suppressed,
                Value::Absent,
            ]),
        ],
        base: Some(t("基数：未加权236人。", "Base: 236 unweighted.")),
        ..Table::default()
    };
    let mut summary = Section::new("summary", t("摘要", "Summary"));
    summary.paragraph(t("本轮测评收回答卷236份。", "236 answers came back."));
    summary.push(Block::Headlines);
    summary.finding(t(
        "两个乡镇没有可区分的差异。",
        "Two townships cannot be told apart.",
    ));
    summary.figure(chart("small-dots"));
    summary.table(table.clone());
    summary.warning(t("应答率低于50%。", "Fewer than 50% answered."));
    summary.push(Block::List {
        ordered: true,
        items: vec![t("先做这件事。", "Do this first.")],
    });
    let mut sections = vec![summary];
    number_sections(&mut sections, lang);
    Report {
        kind: crate::model::Kind::Annual,
        lang,
        title: t(
            "残疾人工作社会测评年度报告",
            "Annual evaluation of work for disabled people",
        ),
        subtitle: t("云溪县（2026年）", "Yunxi County, 2026"),
        organiser: t("云溪县残疾人联合会考评办", "Assessment office, Yunxi County"),
        round: "yunxi-2026".to_owned(),
        unit: "990101".to_owned(),
        facts: vec![Fact {
            label: t("方案指纹", "Plan SHA-256"),
            value: "5f0c3a9d…".to_owned(),
        }],
        banner: Some(t("演示数据。", "Demonstration.")),
        headlines: vec![Headline {
            name: t("参与率", "Participation rate"),
            value: Value::percent(Some(0.624)),
            interval: Value::interval(Some(0.591), Some(0.657), NumberFormat::Percent),
            change: t("尚无可比的上一轮数字", "no earlier round to compare with"),
            movement: Movement::Unknown,
            meaning: t(
                "过去一年至少参加过一次活动",
                "took part at least once in the year",
            ),
        }],
        key_sentences: vec![t(
            "每100项需求中，约62项得到了服务。",
            "Of every 100 needs about 62 were met.",
        )],
        key_chart: std::sync::Arc::new(chart("key-dots")),
        sections,
        sheets: vec![Sheet {
            name: t("得分", "Scores"),
            title: t("综合得分", "Scores"),
            table,
            chart: None,
        }],
    }
}
