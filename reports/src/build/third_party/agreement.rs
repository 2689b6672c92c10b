//! How far the third party's scorers agree: a sentence, a plot, a table, and what a third scorer settled.

use analysis::results::{CriterionResult, ScorerAgreement};

use super::super::charts;
use super::super::context::Context;
use crate::chart::{DotChart, DotRow, GradeLine, Measure, Point};
use crate::model::{Column, Lang, Row, Section, Table};
use crate::number::{self, NumberFormat, Value};

/// Below this Krippendorff's alpha, marks do not support conclusions (Krippendorff 2004).
const LEAST_ALPHA: f64 = 0.667;

/// Rows beyond the plan's limit that nobody has marked a third time.
pub(super) fn unsettled<'a>(ctx: &'a Context<'_>) -> impl Iterator<Item = &'a CriterionResult> {
    let rows = ctx.detail.criteria.iter();
    rows.filter(|row| row.beyond_limit && !row.third && (ctx.is_county() || row.unit == ctx.unit))
}

pub(super) fn section(ctx: &Context<'_>) -> Section {
    let mut section = Section::new(
        "third-party-agreement",
        ctx.t("评分一致性", "Agreement of scorers"),
    );
    let overall = ctx.detail.agreement.iter().find(|row| row.criterion.is_none());
    if let Some(overall) = overall {
        section.finding(sentence(ctx, overall));
    }
    let own = |row: &&CriterionResult| ctx.is_county() || row.unit == ctx.unit;
    let settled = ctx
        .detail
        .criteria
        .iter()
        .filter(own)
        .filter(|row| row.third)
        .count();
    if settled > 0 {
        section.paragraph(match ctx.lang {
            Lang::Zh => format!("有{settled}处两位评分人相差超过方案限度，已由第三人独立复评，三个分数取平均。"),
            Lang::En if settled == 1 => "In one place two scorers differed beyond the plan's limit; a third marked it independently, and the mean of the three counts.".to_owned(),
            Lang::En => format!(
                "In {settled} places two scorers differed beyond the plan's limit; a third marked them independently, and the mean of the three counts."
            ),
        });
    }
    let beyond: Vec<String> = unsettled(ctx)
        .map(|row| {
            ctx.lang.pick(
                format!("{}的{}", ctx.unit_name(&row.unit), row.criterion),
                format!("{} in {}", row.criterion, ctx.unit_name(&row.unit)),
            )
        })
        .collect();
    if !beyond.is_empty() {
        let (count, names) = (beyond.len(), ctx.list(&beyond));
        section.warning(match ctx.lang {
            Lang::Zh => format!("两位评分人相差超过方案限度、应由第三人复评的有{count}处：{names}。"),
            Lang::En => format!("Beyond the plan's limit, and due to a third scorer: {count} ({names})."),
        });
    }
    if !ctx.is_county() {
        return section;
    }
    if let Some(chart) = agreement_plot(ctx) {
        section.figure(chart);
    }
    let rows: Vec<Row> = ctx
        .detail
        .agreement
        .iter()
        .map(|row| agreement_row(ctx, row))
        .collect();
    if !rows.is_empty() {
        section.table(Table {
            caption: ctx
                .t("独立评分人之间的一致程度", "Agreement of independent scorers")
                .to_owned(),
            columns: vec![
                Column::words(ctx.t("评分项", "Criterion"), 1.4),
                Column::figures(ctx.t("成对数", "Pairs")),
                Column::figures(ctx.t("完全一致", "Equal")),
                Column::figures(ctx.t("相差不超过1分", "At most one apart")),
                Column::figures(ctx.t("加权κ", "Weighted κ")),
                Column::figures("ICC(1)"),
                Column::figures("Krippendorff α"),
                Column::intervals(ctx.t("α的95%区间", "95% interval of α")),
            ],
            rows,
            ..Table::default()
        });
        section.paragraph(ctx.t(
            "只统计互相看不见时打出的分数；“全部”一行先扣除各评分项的难易差别。单位少时区间会很宽。",
            "Only marks given blind; in the row “All”, how hard each criterion is was taken out. With few units intervals are wide.",
        ));
    }
    section
}

fn agreement_row(ctx: &Context<'_>, row: &ScorerAgreement) -> Row {
    let name = row
        .criterion
        .clone()
        .unwrap_or_else(|| ctx.t("全部", "All").to_owned());
    let cells = vec![
        Value::text(name),
        Value::count(row.n),
        Value::Number(row.exact, NumberFormat::Percent),
        Value::Number(row.within_one, NumberFormat::Percent),
        Value::number(row.kappa.map(|kappa| kappa.value), NumberFormat::Decimal),
        Value::number(row.icc.map(|icc| icc.value), NumberFormat::Decimal),
        Value::number(row.alpha, NumberFormat::Decimal),
        Value::interval(row.alpha_lower, row.alpha_upper, NumberFormat::Decimal),
    ];
    Row {
        cells,
        strong: row.criterion.is_none(),
    }
}

/// Alpha of every criterion with its interval against the usual limit, times 100, since charts count to 100. What lies
/// below 0, where scorers differ more than chance would have them, is drawn at 0, and the chart says so; the table has
/// the figure.
fn agreement_plot(ctx: &Context<'_>) -> Option<DotChart> {
    let scaled = |value: f64| (100.0 * value).max(0.0);
    let rows: Vec<DotRow> = ctx
        .detail
        .agreement
        .iter()
        .filter_map(|row| {
            let code = row.criterion.as_deref()?;
            let alpha = row.alpha?;
            let point = match (row.alpha_lower, row.alpha_upper) {
                (Some(lower), Some(upper)) => {
                    Point::estimated(scaled(alpha), scaled(lower.min(alpha)), scaled(upper.max(alpha)))
                }
                _ => Point::exact(scaled(alpha)),
            };
            let criterion = ctx
                .plan
                .criteria
                .iter()
                .find(|criterion| criterion.code == code)?;
            let name = criterion.name.get(ctx.lang.code());
            // The name up to its explanation.
            let short = name.split(['：', ':']).next().unwrap_or(name);
            Some(DotRow {
                label: format!("{code}　{short}"),
                point,
                ..DotRow::default()
            })
        })
        .collect();
    let all = rows.len();
    let reached = rows
        .iter()
        .filter(|row| row.point.value.is_some_and(|value| value >= 100.0 * LEAST_ALPHA))
        .count();
    let title = match ctx.lang {
        Lang::Zh => format!("{all}个评分项中，{reached}个的一致性达到0.67"),
        Lang::En => format!("Agreement reaches 0.67 in {reached} of {all} criteria"),
    };
    let subtitle = ctx.t(
        "Krippendorff α，两位独立评分人，全部单位；小于0的画在0处",
        "Krippendorff's alpha, two independent scorers, all units; what is below 0 is drawn at 0",
    );
    (all > 0).then(|| DotChart {
        heading: charts::heading(ctx, "scorer-agreement", title, subtitle.to_owned()),
        measure: Measure::Coefficient,
        rows,
        lines: vec![GradeLine {
            label: ctx.t("通行下限", "Usual limit").to_owned(),
            value: 100.0 * LEAST_ALPHA,
        }],
        ..DotChart::default()
    })
}

fn sentence(ctx: &Context<'_>, overall: &ScorerAgreement) -> String {
    let exact = number::number(overall.exact, NumberFormat::Percent);
    let near = number::number(overall.within_one, NumberFormat::Percent);
    let decimal = |value: f64| number::number(value, NumberFormat::Decimal);
    let interval = overall
        .alpha_lower
        .zip(overall.alpha_upper)
        .map(|(lower, upper)| {
            ctx.lang.pick(
                format!("（95%区间{}～{}）", decimal(lower), decimal(upper)),
                format!(" (95% interval {} to {})", decimal(lower), decimal(upper)),
            )
        });
    let alpha = overall
        .alpha
        .map(|alpha| format!("{}{}", decimal(alpha), interval.unwrap_or_default()));
    match (
        ctx.lang,
        alpha,
        overall.alpha.is_some_and(|alpha| alpha < LEAST_ALPHA),
    ) {
        (Lang::Zh, Some(alpha), low) => {
            let verdict = if low {
                "低于0.67的通行下限，第三方得分应谨慎使用"
            } else {
                "达到0.67的通行下限"
            };
            format!(
                "两位独立评分人完全一致的占{exact}，相差不超过1分的占{near}；Krippendorff α为{alpha}，{verdict}。"
            )
        }
        (Lang::Zh, None, _) => format!("两位独立评分人完全一致的占{exact}，相差不超过1分的占{near}。"),
        (Lang::En, Some(alpha), low) => {
            let verdict = if low {
                "below the usual limit of 0.67: use with care"
            } else {
                "above the usual limit of 0.67"
            };
            format!(
                "Independent scorers agree in {exact} of pairs, within one mark in {near}; Krippendorff's alpha is {alpha}, {verdict}."
            )
        }
        (Lang::En, None, _) => {
            format!("Independent scorers agree in {exact} of pairs, within one mark in {near}.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::Scope;
    use crate::sample;

    #[test]
    fn agreement_sentence_below_the_limit_asks_for_care() {
        let (detail, plan) = (sample::detail(), sample::plan());
        let ctx = Context::new(&detail, None, &plan, &Scope::County, Lang::Zh).unwrap();
        let row = |alpha| ScorerAgreement {
            criterion: None,
            n: 320,
            exact: 0.6,
            within_one: 0.9,
            alpha: Some(alpha),
            alpha_lower: Some(alpha - 0.2),
            alpha_upper: Some(alpha + 0.1),
            kappa: None,
            icc: None,
        };
        assert!(sentence(&ctx, &row(0.5)).contains("谨慎使用"));
        assert!(!sentence(&ctx, &row(0.8)).contains("谨慎使用"));
    }
}
