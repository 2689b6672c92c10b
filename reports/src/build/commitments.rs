//! The reform's commitments: what was promised, what was reached, by when. Figures are what the offices report of
//! themselves; they have no sampling error and count in no score unless an indicator counts the same series.

use analysis::commitment::{Figure, Standing, Tracked, Trend, UnitsKept, track};

use super::bases;
use super::context::Context;
use crate::model::{Column, Lang, Row, Section, Sheet, Table};
use crate::number::{self, NumberFormat, Value};

/// Units that are named; more are counted.
const NAMED: usize = 6;

/// The chapter: in the county's report, where the plan has commitments.
pub(super) fn section(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("commitments", ctx.t("改革承诺", "Commitments of the reform"));
    let figures: Vec<Figure<'_>> = ctx.detail.admin.iter().map(Figure::from).collect();
    let tracked = track(ctx.plan, &figures, ctx.plan.round.closes_on);
    if !ctx.is_county() || tracked.is_empty() {
        return section;
    }
    section.finding(finding(ctx, &tracked));
    section.paragraph(ctx.t(
        "以下数字由各单位填报，未经抽样，没有抽样误差。除方案另有规定的指标外，不计入得分。",
        "These figures are what the offices report, not estimates from a sample; they have no sampling error. They count in no score unless the plan says so.",
    ));
    section.table(table(ctx, &tracked));
    for one in &tracked {
        if let Some(units) = &one.units {
            section.paragraph(of_units(ctx, one, units));
        }
    }
    section.note(basis(ctx));
    section
}

/// The sheets of the spreadsheet: the commitments of the county's report, and the administrative figures with the
/// revision that set each.
pub(super) fn sheets(ctx: &Context<'_>) -> Vec<Sheet> {
    let figures: Vec<Figure<'_>> = ctx.detail.admin.iter().map(Figure::from).collect();
    let tracked = track(ctx.plan, &figures, ctx.plan.round.closes_on);
    let mut kept = table(ctx, &tracked);
    let title = std::mem::take(&mut kept.caption);
    if !ctx.is_county() {
        kept.rows.clear();
    }
    let sheet = |name: &str, title: String, table: Table| Sheet {
        name: name.to_owned(),
        title,
        table: Table {
            base: Some(bases::of_registers(ctx)),
            ..table
        },
        chart: None,
    };
    let series = ctx.t("行政数据", "Administrative series");
    vec![
        sheet(ctx.t("改革承诺", "Commitments"), title, kept),
        sheet(series, basis(ctx), series_table(ctx)),
    ]
}

/// Every administrative figure of the report's units.
fn series_table(ctx: &Context<'_>) -> Table {
    let of_units = ctx
        .detail
        .admin
        .iter()
        .filter(|point| ctx.is_county() || point.unit == ctx.unit || point.unit == ctx.county);
    let rows = of_units.map(|point| {
        let lang = ctx.lang.code();
        let name = point.name.as_ref().map_or("", |name| name.get(lang));
        let measured = point.unit_of_measure.as_ref().map_or("", |unit| unit.get(lang));
        Row::plain(vec![
            Value::text(point.code.as_str()),
            Value::text(name),
            Value::text(ctx.unit_name(&point.unit)),
            Value::text(point.period.as_str()),
            Value::number(Some(point.value), NumberFormat::Decimal),
            Value::text(measured),
            Value::text(point.source.as_str()),
            Value::count(u64::from(point.revision)),
        ])
    });
    Table {
        columns: vec![
            Column::words(ctx.t("代码", "Code"), 1.6),
            Column::words(ctx.t("系列", "Series"), 2.2),
            Column::words(ctx.t("单位", "Unit"), 1.2),
            Column::words(ctx.t("期间", "Period"), 1.0),
            Column::figures(ctx.t("数值", "Value")),
            Column::words(ctx.t("计量单位", "Measured in"), 1.0),
            Column::words(ctx.t("来源", "Source"), 1.8),
            Column::figures(ctx.t("修订", "Revision")),
        ],
        rows: rows.collect(),
        ..Table::default()
    }
}

fn count(tracked: &[Tracked<'_>], standing: Standing) -> usize {
    tracked.iter().filter(|one| one.standing == standing).count()
}

/// How many are kept, and which ones are overdue.
fn finding(ctx: &Context<'_>, tracked: &[Tracked<'_>]) -> String {
    let (all, kept) = (tracked.len(), count(tracked, Standing::Kept));
    let names = |standing| {
        let of = tracked.iter().filter(|one| one.standing == standing);
        let names: Vec<String> = of
            .map(|one| one.commitment.name.get(ctx.lang.code()).to_owned())
            .collect();
        match ctx.lang {
            Lang::Zh => names.join("；"),
            Lang::En => names.join("; "),
        }
    };
    let (missed, open) = (count(tracked, Standing::Missed), count(tracked, Standing::Open));
    let mut text = match ctx.lang {
        Lang::Zh => format!("{all}项承诺中，{kept}项已经达到"),
        Lang::En => format!("{kept} of {all} commitments are kept"),
    };
    if open > 0 {
        text.push_str(
            &ctx.lang
                .pick(format!("，{open}项还在推进"), format!(", {open} are under way")),
        );
    }
    if missed > 0 {
        let which = names(Standing::Missed);
        text.push_str(&ctx.lang.pick(
            format!("，{missed}项逾期没有达到（{which}）"),
            format!(", {missed} missed the day ({which})"),
        ));
    }
    text.push_str(ctx.t("。", "."));
    text
}

fn table(ctx: &Context<'_>, tracked: &[Tracked<'_>]) -> Table {
    let rows = tracked.iter().map(|one| {
        let commitment = one.commitment;
        let reading = |reading: &Option<analysis::commitment::Reading>| {
            // Some are shares and some are days: a share says so.
            let format = match unit(ctx, one) {
                "%" => NumberFormat::Weight,
                _ => NumberFormat::Score,
            };
            Value::number(reading.as_ref().map(|reading| reading.value), format)
        };
        let period = one.latest.as_ref().map_or(Value::Absent, |latest| {
            Value::text(number::period(&latest.period, ctx.lang))
        });
        Row::plain(vec![
            Value::text(commitment.name.get(ctx.lang.code())),
            Value::text(target(ctx, one)),
            Value::text(commitment.by.to_string()),
            period,
            reading(&one.latest),
            reading(&one.before),
            Value::percent(one.attainment),
            Value::text(standing(ctx, one)),
        ])
    });
    let first = tracked.iter().find_map(|one| one.latest.as_ref());
    Table {
        caption: ctx.t("承诺的目标和完成情况", "Commitments: targets and what was reached").to_owned(),
        columns: vec![
            Column::words(ctx.t("承诺", "Commitment"), 2.8),
            Column::words(ctx.t("目标", "Target"), 0.9),
            Column::words(ctx.t("期限", "By"), 1.2),
            Column::words(ctx.t("期间", "Period"), 1.0),
            Column::figures(ctx.t("实际", "Reached")),
            Column::figures(ctx.t("上一期", "Before")),
            Column::figures(ctx.t("完成程度", "Of target")),
            Column::words(ctx.t("状态", "Standing"), 1.1),
        ],
        rows: rows.collect(),
        notes: first
            .map(|_| {
                ctx.t(
                    "完成程度：实际与目标之比，最多100%。上一期：同样长短的前一个期间。",
                    "Of target: what was reached as a share of the target, 100% at most. Before: the period of the same length before.",
                )
                .to_owned()
            })
            .into_iter()
            .collect(),
        ..Table::default()
    }
}

fn target(ctx: &Context<'_>, one: &Tracked<'_>) -> String {
    let sign = if one.commitment.at_least { "≥" } else { "≤" };
    let unit = unit(ctx, one);
    let gap = if unit.is_empty() || unit == "%" {
        ""
    } else {
        ctx.t("", " ")
    };
    format!("{sign}{}{gap}{unit}", one.commitment.target)
}

/// What a commitment's figures are measured in; empty where that is not said.
fn unit<'a>(ctx: &Context<'_>, one: &'a Tracked<'_>) -> &'a str {
    let unit = one.unit_of_measure.as_ref();
    unit.map_or("", |unit| unit.get(ctx.lang.code()))
}

fn standing(ctx: &Context<'_>, one: &Tracked<'_>) -> &'static str {
    match (one.standing, one.trend) {
        (Standing::Kept, _) => ctx.t("已达到", "kept"),
        (Standing::Missed, _) => ctx.t("逾期未达到", "missed"),
        (Standing::Open, Trend::Better) => ctx.t("推进中", "under way"),
        (Standing::Open, Trend::Worse) => ctx.t("退步", "falling back"),
        (Standing::Open, _) => ctx.t("未达到", "not yet"),
        (Standing::Unknown, _) => ctx.t("没有数据", "no figure"),
    }
}

fn of_units(ctx: &Context<'_>, one: &Tracked<'_>, units: &UnitsKept) -> String {
    let name = one.commitment.name.get(ctx.lang.code());
    let (kept, of) = (units.kept, units.of);
    let mut text = match ctx.lang {
        Lang::Zh => format!("{name}：{of}个单位中{kept}个达到"),
        Lang::En => format!("{name}: {kept} of {of} units keep it"),
    };
    if !units.behind.is_empty() && units.behind.len() <= NAMED {
        let names: Vec<String> = units.behind.iter().map(|code| ctx.unit_name(code)).collect();
        let names = ctx.list(&names);
        text.push_str(&ctx.lang.pick(
            format!("，没有达到的是{names}"),
            format!("; those that do not are {names}"),
        ));
    }
    text.push_str(ctx.t("。", "."));
    text
}

/// Which state of the records the figures are.
fn basis(ctx: &Context<'_>) -> String {
    let closes = number::date(ctx.plan.round.closes_on, ctx.lang);
    let state = match ctx
        .detail
        .results
        .records
        .as_ref()
        .filter(|records| records.series_revision > 0)
    {
        None => ctx
            .t(
                "行政数据为方案封存时的数值，没有修订过",
                "The administrative figures are those of the sealed plan, without a revision",
            )
            .to_owned(),
        Some(records) => {
            let n = number::number(f64::from(records.series_revision), NumberFormat::Count);
            let day = records
                .series_day
                .map(|day| number::date(day, ctx.lang))
                .unwrap_or_default();
            ctx.lang.pick(
                format!("行政数据为第{n}次修订后的数值（{day}）"),
                format!("The administrative figures are those of revision {n} ({day})"),
            )
        }
    };
    ctx.lang.pick(
        format!("{state}；是否逾期按测评结束日{closes}判断。"),
        format!("{state}; whether a day was missed is judged at the end of the round, {closes}."),
    )
}

/// Which state of the records the report rests on, for the cover; none while it is that of the sealed plan.
pub(super) fn records_used(ctx: &Context<'_>) -> Option<String> {
    let records = ctx.detail.results.records.as_ref()?;
    let with_day =
        |words: String, day: Option<jiff::civil::Date>| match day.map(|day| number::date(day, ctx.lang)) {
            Some(day) => ctx
                .lang
                .pick(format!("{words}（{day}）"), format!("{words} ({day})")),
            None => words,
        };
    let series = (records.series_revision > 0).then(|| {
        let n = records.series_revision;
        let words = ctx.lang.pick(
            format!("行政数据第{n}次修订"),
            format!("administrative series, revision {n}"),
        );
        with_day(words, records.series_day)
    });
    let frame = (records.frame_version > 0).then(|| {
        let n = records.frame_version;
        let words = ctx.lang.pick(
            format!("权数校准到抽样框第{n}版"),
            format!("weights calibrated to version {n} of the frame"),
        );
        with_day(words, records.frame_day)
    });
    let all: Vec<String> = series.into_iter().chain(frame).collect();
    (!all.is_empty()).then(|| all.join(ctx.t("；", "; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::Scope;
    use crate::model::Block;
    use crate::sample;

    fn chapter(scope: &Scope, lang: Lang) -> Section {
        let (detail, plan) = (sample::detail(), sample::plan());
        let ctx = Context::new(&detail, None, &plan, scope, lang).unwrap();
        section(&ctx)
    }

    #[test]
    fn chapter_of_the_county_counts_what_its_table_shows() {
        let chapter = chapter(&Scope::County, Lang::Zh);
        let Block::Finding(words) = &chapter.blocks[0] else {
            panic!("a finding")
        };
        let table = chapter.blocks.iter().find_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        });
        let table = table.unwrap();
        let kept = table
            .rows
            .iter()
            .filter(|row| row.cells[7] == Value::text("已达到"))
            .count();
        assert!(
            words.starts_with(&format!("{}项承诺中，{kept}项已经达到", table.rows.len())),
            "{words}"
        );
        assert!(
            words.contains("逾期没有达到（主席团委员中，残疾人和亲属不低于65%）"),
            "{words}"
        );
    }

    #[test]
    fn state_of_the_records_is_told_only_when_it_is_not_the_sealed_one() {
        let (mut detail, plan) = (sample::detail(), sample::plan());
        let told = |detail: &analysis::results::RoundDetail, lang| {
            records_used(&Context::new(detail, None, &plan, &Scope::County, lang).unwrap())
        };
        assert_eq!(told(&detail, Lang::Zh), None);
        detail.results.records = Some(analysis::results::RecordsUsed {
            series_revision: 2,
            series_day: Some(jiff::civil::date(2026, 11, 20)),
            frame_version: 1,
            frame_day: None,
        });
        assert_eq!(
            told(&detail, Lang::Zh).as_deref(),
            Some("行政数据第2次修订（2026年11月20日）；权数校准到抽样框第1版")
        );
    }

    #[test]
    fn chapter_is_left_out_of_the_reports_of_units() {
        let unit = sample::plan().scored_units()[0].code.clone();
        assert!(chapter(&Scope::Unit(unit), Lang::En).is_empty());
    }
}
