//! The spreadsheet's sheets: the same protected figures at full precision, one fact a cell,
//! so that an office can sort, filter and compute with them.

mod about;
mod evaluation;
mod more;

use analysis::results::{Flag, IndicatorResult, Proportion};

use super::context::Context;
use super::{bases, commitments, comparison, report, tables};
use crate::model::{Column, Lang, Row, Sheet, SheetChart, Table};
use crate::number::{NumberFormat, Value};

/// All sheets in order.
pub(super) fn all(ctx: &Context<'_>) -> Vec<Sheet> {
    let sheets = [
        summary(ctx),
        response_rates(ctx),
        scores(ctx),
        indicators(ctx),
        ladder(ctx),
        distributions(ctx),
        more::nodes(ctx),
    ];
    let last = [more::themes(ctx), about::weights(ctx), about::method(ctx)];
    let mut sheets: Vec<Sheet> = sheets
        .into_iter()
        .chain(evaluation::all(ctx))
        .chain(last)
        .chain(commitments::sheets(ctx))
        .filter(|sheet| !sheet.table.rows.is_empty())
        .collect();
    let base = bases::of_scores(ctx);
    for sheet in &mut sheets {
        // Marks and administrative figures are not made of answers and say what they are made of.
        if sheet.table.base.is_none() {
            sheet.table.base.clone_from(&base);
        }
    }
    sheets
}

/// Whether a unit's rows belong in this report: all of them in the county's, its own and the county's in a unit's.
fn belongs(ctx: &Context<'_>, unit: &str) -> bool {
    ctx.is_county() || unit == ctx.unit || unit == ctx.county
}

fn sheet(name: &str, title: String, columns: Vec<Column>, rows: Vec<Row>) -> Sheet {
    Sheet {
        name: name.to_owned(),
        title,
        table: Table {
            columns,
            rows,
            ..Table::default()
        },
        chart: None,
    }
}

fn summary(ctx: &Context<'_>) -> Sheet {
    let lang = ctx.lang;
    let rows = report::headlines(ctx)
        .into_iter()
        .map(|h| {
            let (lower, upper) = match h.interval {
                Value::Interval(lower, upper, format) => {
                    (Value::Number(lower, format), Value::Number(upper, format))
                }
                other => (other.clone(), other),
            };
            Row::plain(vec![
                Value::text(h.name),
                h.value,
                lower,
                upper,
                Value::text(h.change),
                Value::text(h.meaning),
            ])
        })
        .collect();
    let mut sheet = sheet(
        lang.pick("摘要", "Summary"),
        format!("{} · {}", report::title(ctx), report::subtitle(ctx)),
        vec![
            Column::words(ctx.t("指标", "Measure"), 2.2),
            Column::figures(ctx.t("数值", "Value")),
            Column::figures(ctx.t("下限", "Lower")),
            Column::figures(ctx.t("上限", "Upper")),
            Column::words(ctx.t("变化", "Change"), 4.0),
            Column::words(ctx.t("含义", "Meaning"), 5.0),
        ],
        rows,
    );
    sheet.table.notes.extend(report::banner(ctx));
    sheet.table.notes.extend(super::summary::key_sentences(ctx));
    sheet
}

fn response_rates(ctx: &Context<'_>) -> Sheet {
    let rows = ctx
        .detail
        .results
        .response_rates
        .iter()
        .filter(|row| belongs(ctx, &row.unit))
        .map(|row| Row {
            cells: vec![
                Value::text(ctx.unit_name(&row.unit)),
                Value::text(&row.unit),
                Value::text(ctx.perspective_name(&row.group)),
                Value::count(row.invited),
                ctx.base(row.complete),
                ctx.rate(row),
            ],
            strong: row.unit == ctx.unit,
        })
        .collect();
    sheet(
        ctx.t("应答率", "Response rates"),
        ctx.t(
            "应答率（AAPOR RR1，未加权）",
            "Response rates (AAPOR RR1, unweighted)",
        )
        .to_owned(),
        vec![
            Column::words(tables::unit_title(ctx), 1.6),
            Column::words(ctx.t("代码", "Code"), 1.4),
            Column::words(ctx.t("评价主体", "Group"), 1.8),
            Column::figures(ctx.t("邀请", "Invited")),
            Column::figures(ctx.t("完成", "Complete")),
            Column::figures(ctx.t("应答率", "Rate")),
        ],
        rows,
    )
}

fn scores(ctx: &Context<'_>) -> Sheet {
    let mut order: Vec<_> = comparison::ranked(ctx);
    order.extend(ctx.detail.score(ctx.county));
    let rows = order
        .into_iter()
        .filter(|row| belongs(ctx, &row.unit))
        .map(|row| {
            let rank = |rank: Option<u32>| Value::number(rank.map(f64::from), NumberFormat::Rank);
            let detail = comparison::score_detail(ctx, &row.unit);
            let borderline = detail.is_some_and(|d| d.borderline);
            let cells = vec![
                Value::text(ctx.unit_name(&row.unit)),
                Value::text(&row.unit),
                Value::score(row.score),
                Value::number(row.se, NumberFormat::Decimal),
                Value::score(row.lower),
                Value::score(row.upper),
                rank(row.rank),
                rank(row.rank_lower),
                rank(row.rank_upper),
                row.grade
                    .as_deref()
                    .map_or(Value::Absent, |grade| Value::text(ctx.grade_name(grade))),
                Value::text(if borderline {
                    ctx.t("是", "yes")
                } else {
                    ctx.t("否", "no")
                }),
            ];
            Row {
                cells,
                strong: row.unit == ctx.unit,
            }
        })
        .collect();
    let title = ctx
        .t("综合得分与名次区间", "Scores and rank intervals")
        .to_owned();
    let mut sheet = sheet(
        ctx.t("得分", "Scores"),
        title.clone(),
        vec![
            Column::words(tables::unit_title(ctx), 1.6),
            Column::words(ctx.t("代码", "Code"), 1.4),
            Column::figures(ctx.t("得分", "Score")),
            Column::figures(ctx.t("标准误", "Standard error")),
            Column::figures(ctx.t("下限", "Lower")),
            Column::figures(ctx.t("上限", "Upper")),
            Column::figures(ctx.t("名次", "Rank")),
            Column::figures(ctx.t("名次最好", "Best rank")),
            Column::figures(ctx.t("名次最差", "Worst rank")),
            Column::words(ctx.t("等次", "Grade"), 1.0),
            Column::words(ctx.t("临界", "Borderline"), 1.0),
        ],
        rows,
    );
    sheet.chart = Some(SheetChart::BarsWithIntervals {
        title,
        names: 0,
        values: 2,
        lower: 4,
        upper: 5,
    });
    sheet
}

fn indicators(ctx: &Context<'_>) -> Sheet {
    let rows = ctx
        .detail
        .results
        .indicators
        .iter()
        .filter(|row| belongs(ctx, &row.unit))
        .map(|row| indicator_row(ctx, row))
        .collect();
    let mut sheet = sheet(
        ctx.t("指标", "Indicators"),
        ctx.t(
            "各指标估计值（与results.json一致）",
            "Estimates, as in results.json",
        )
        .to_owned(),
        vec![
            Column::words(ctx.t("指标代码", "Code"), 1.0),
            Column::words(ctx.t("指标", "Indicator"), 2.2),
            Column::words(tables::unit_title(ctx), 1.6),
            Column::words(ctx.t("单位代码", "Unit code"), 1.4),
            Column::words(ctx.t("视角", "Perspective"), 2.0),
            Column::words(ctx.t("服务领域", "Area"), 1.3),
            Column::words(ctx.t("测度", "Measure"), 1.4),
            Column::figures(ctx.t("估计值", "Estimate")),
            Column::figures(ctx.t("标准误", "Standard error")),
            Column::figures(ctx.t("下限", "Lower")),
            Column::figures(ctx.t("上限", "Upper")),
            Column::figures(ctx.t("答卷数", "Answers")),
            Column::words(ctx.t("标记", "Flag"), 1.4),
        ],
        rows,
    );
    sheet.table.notes.push(ctx.marks_note());
    sheet
}

fn indicator_row(ctx: &Context<'_>, row: &IndicatorResult) -> Row {
    let hidden = row.flag == Some(Flag::Suppressed);
    let format = ctx.format_of(row);
    let figure = |value: Option<f64>| {
        if hidden {
            Value::Suppressed
        } else {
            Value::number(value, format)
        }
    };
    let flag = match row.flag {
        None => "",
        Some(Flag::Suppressed) => ctx.t("隐匿", "suppressed"),
        Some(Flag::SmallN) => ctx.t("答卷少", "small_n"),
        Some(Flag::Unreliable) => ctx.t("误差大", "unreliable"),
    };
    Row {
        cells: vec![
            Value::text(&row.code),
            Value::text(ctx.indicator_name(&row.code)),
            Value::text(ctx.unit_name(&row.unit)),
            Value::text(&row.unit),
            Value::text(
                row.group
                    .as_deref()
                    .map_or_else(|| ctx.t("合计", "all").to_owned(), |g| ctx.perspective_name(g)),
            ),
            Value::text(
                row.area
                    .as_deref()
                    .map_or_else(String::new, |area| ctx.area_name(Some(area))),
            ),
            Value::text(measure(&row.measure, ctx.lang)),
            figure(row.estimate),
            figure(row.se),
            figure(row.lower),
            figure(row.upper),
            ctx.answers(row),
            Value::text(flag),
        ],
        strong: row.unit == ctx.unit,
    }
}

fn measure(code: &str, lang: Lang) -> String {
    let zh = match code {
        "participation" => "参与率",
        "coverage" => "需求满足率",
        "effectiveness" => "有效率",
        "benefit" => "受益率",
        "satisfaction" => "满意度",
        "top_two" => "满意率",
        "share" => "比例",
        "criteria" => "第三方评分",
        "admin" => "行政数据",
        other => other,
    };
    lang.pick(zh, code).to_owned()
}

fn ladder(ctx: &Context<'_>) -> Sheet {
    let rows = ctx
        .detail
        .ladder
        .iter()
        .filter(|step| step.unit == ctx.unit && step.area.is_some())
        .map(|step| {
            // A withheld share gives no number of persons away either.
            let persons = |value, share: &Proportion| {
                if ctx.may_show(share.n) {
                    Value::Number(value, NumberFormat::Count)
                } else {
                    Value::Suppressed
                }
            };
            Row::plain(vec![
                Value::text(ctx.area_name(step.area.as_deref())),
                persons(step.persons_needed, &step.received),
                persons(step.persons_received, &step.received),
                persons(step.persons_helped, &step.helped),
                ctx.share(&step.needed),
                ctx.share(&step.received),
                ctx.share(&step.helped),
                ctx.share_base(&step.received),
            ])
        })
        .collect();
    let title = ctx
        .t(
            "需要、得到与有帮助的人数（估计）",
            "Persons who needed, received and were helped",
        )
        .to_owned();
    let mut sheet = sheet(
        ctx.t("需要与得到", "Ladder"),
        title.clone(),
        vec![
            Column::words(ctx.t("服务领域", "Service area"), 1.6),
            Column::figures(ctx.t("需要（人）", "Needed")),
            Column::figures(ctx.t("得到（人）", "Received")),
            Column::figures(ctx.t("有帮助（人）", "Helped")),
            Column::figures(ctx.t("需要÷全体", "Needed ÷ all")),
            Column::figures(ctx.t("得到÷需要", "Received ÷ needed")),
            Column::figures(ctx.t("有帮助÷需要", "Helped ÷ needed")),
            Column::figures(ctx.t("答卷数", "Answers")),
        ],
        rows,
    );
    sheet.chart = Some(SheetChart::Clusters {
        title,
        names: 0,
        series: vec![1, 2, 3],
    });
    sheet
}

fn distributions(ctx: &Context<'_>) -> Sheet {
    let mut rows = Vec::new();
    for row in ctx
        .detail
        .distributions
        .iter()
        .filter(|row| belongs(ctx, &row.unit))
    {
        for share in &row.shares {
            let shown = ctx.may_show(row.n);
            let figure = |value| {
                if shown {
                    Value::Number(value, NumberFormat::Percent)
                } else {
                    Value::Suppressed
                }
            };
            rows.push(Row::plain(vec![
                Value::text(&row.question),
                Value::text(super::question::short(ctx, &row.group, &row.question)),
                Value::text(ctx.perspective_name(&row.group)),
                Value::text(ctx.unit_name(&row.unit)),
                Value::text(&row.unit),
                Value::text(&share.value),
                figure(share.estimate),
                figure(share.se),
                figure(share.lower),
                figure(share.upper),
                ctx.base(row.n),
            ]));
        }
    }
    sheet(
        ctx.t("回答分布", "Distributions"),
        ctx.t("各题回答的加权分布", "Weighted distributions of answers")
            .to_owned(),
        vec![
            Column::words(ctx.t("变量", "Variable"), 1.8),
            Column::words(ctx.t("题目", "Question"), 3.0),
            Column::words(ctx.t("评价主体", "Group"), 1.6),
            Column::words(tables::unit_title(ctx), 1.6),
            Column::words(ctx.t("单位代码", "Unit code"), 1.4),
            Column::words(ctx.t("回答", "Answer"), 1.0),
            Column::figures(ctx.t("占比", "Share")),
            Column::figures(ctx.t("标准误", "Standard error")),
            Column::figures(ctx.t("下限", "Lower")),
            Column::figures(ctx.t("上限", "Upper")),
            Column::figures(ctx.t("有效答卷", "Valid answers")),
        ],
        rows,
    )
}
