//! The chapter on what moved since the round before, worded by whether it is more than noise.

use analysis::results::{ChangeResults, ChangeRow, NotComparable};

use super::super::context::Context;
use super::super::{charts, tables};
use crate::chart::{Measure, SlopeChart, SlopeRow};
use crate::model::{Column, Lang, Row, Section, Table};
use crate::number::{self, NumberFormat, Value};

/// The chapter; empty without a round before.
pub(in super::super) fn section(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("change", ctx.t("与上一轮比较", "Change since the last round"));
    let Some(found) = super::of(ctx).and_then(|found| found.change.as_ref()) else {
        return section;
    };
    section.paragraph(method(ctx, found));
    section.finding(sentence(ctx, found));
    let mut scores = Section::new("change-scores", ctx.t("得分", "Scores"));
    let chart = slope(ctx, found);
    if !chart.rows.is_empty() {
        scores.figure(chart);
    }
    let rows = tables::compared_units(ctx)
        .into_iter()
        .filter_map(|unit| found.row(unit, ""))
        .map(|row| (ctx.unit_name(&row.unit), row))
        .collect::<Vec<_>>();
    let caption = ctx.t("综合得分的变化", "Change of the scores").to_owned();
    scores.table(table(ctx, tables::unit_title(ctx), caption, &rows));
    section.sections = vec![scores, nodes(ctx, found)];
    if ctx.is_county() {
        section.sections.push(list(ctx, found));
    }
    section
}

fn method(ctx: &Context<'_>, found: &ChangeResults) -> String {
    let overlap = found
        .overlap
        .map(|share| number::number(share, NumberFormat::Percent));
    let overlap = match (ctx.lang, overlap) {
        (Lang::Zh, Some(share)) => {
            format!(
                "本轮抽中的村有{share}上一轮也抽中；两轮按互相独立的样本计算误差，村相同时误差其实更小，因此判为真变化的更可靠。"
            )
        }
        (Lang::En, Some(share)) => format!(
            " {share} of this round's villages were in the last sample too; the two samples are taken as independent, which overstates the error where villages are the same: what is called real is the more so."
        ),
        (Lang::Zh, None) => "上一轮抽中哪些村不清楚，两轮按互相独立的样本计算误差。".to_owned(),
        (Lang::En, None) => {
            " Which villages were drawn last time is not known; the two samples are taken as independent."
                .to_owned()
        }
    };
    let previous = &found.previous;
    ctx.lang.pick(
        format!(
            "上一轮：{previous}。只比较两轮算法相同的数字：指标的评价主体及其份额、各项权重都没有变。得分的变化按Holm方法、各单位各指标的清单按Benjamini–Hochberg方法校正了多次检验；校正后概率低于5%的才说上升或下降。{overlap}"
        ),
        format!(
            "The round before: {previous}. Only figures computed alike are compared: the same perspectives with the same shares, the same weights. P-values are adjusted for the number of tests, by Holm's method for scores and by Benjamini and Hochberg's for the list of all units and indicators; up and down are said below 5% only.{overlap}"
        ),
    )
}

/// What became of a figure, in words.
pub(in super::super) fn verdict(ctx: &Context<'_>, row: &ChangeRow) -> &'static str {
    match (row.not_comparable, row.change) {
        (Some(NotComparable::Withheld), _) => ctx.t("隐匿", "withheld"),
        (Some(NotComparable::Absent), _) | (None, None) => ctx.t("没有上一轮的数字", "no earlier figure"),
        (Some(NotComparable::OtherPerspectives), _) => {
            ctx.t("评价主体或份额不同，不比较", "other perspectives, not compared")
        }
        (Some(NotComparable::OtherWeights), _) => ctx.t("权重不同，不比较", "other weights, not compared"),
        (None, Some(change)) if row.real && change > 0.0 => ctx.t("上升", "up"),
        (None, Some(_)) if row.real => ctx.t("下降", "down"),
        _ => ctx.t("误差之内", "within noise"),
    }
}

/// Scored units whose score moved by more than noise.
fn moved<'a>(ctx: &Context<'_>, found: &'a ChangeResults, up: bool) -> Vec<&'a ChangeRow> {
    let units = ctx.units();
    let rows = found.rows.iter();
    let of = |row: &&ChangeRow| {
        row.code.is_empty()
            && row.real
            && units.contains(&row.unit.as_str())
            && row.change.is_some_and(|change| (change > 0.0) == up)
    };
    rows.filter(of).collect()
}

/// What moved, for the summary; empty without a round before.
pub(in super::super) fn finding(ctx: &Context<'_>) -> String {
    let found = super::of(ctx).and_then(|found| found.change.as_ref());
    found.map_or_else(String::new, |found| sentence(ctx, found))
}

/// What moved.
fn sentence(ctx: &Context<'_>, found: &ChangeResults) -> String {
    let Some(own) = found.row(ctx.unit, "") else {
        return String::new();
    };
    let name = ctx.unit_name(ctx.unit);
    let own = match (own.change, own.real) {
        (None, _) => {
            let why = verdict(ctx, own);
            ctx.lang.pick(
                format!("{name}综合得分：{why}。"),
                format!("Score of {name}: {why}."),
            )
        }
        (Some(change), false) => {
            let size = number::magnitude(change, NumberFormat::Score);
            ctx.lang.pick(
                format!("{name}综合得分与上一轮相差{size}分，在误差之内。"),
                format!("The score of {name} is {size} points from the last round's, within noise."),
            )
        }
        (Some(change), true) => {
            let size = number::magnitude(change, NumberFormat::Score);
            let (zh, en) = if change > 0.0 {
                ("上升", "up")
            } else {
                ("下降", "down")
            };
            ctx.lang.pick(
                format!("{name}综合得分比上一轮{zh}{size}分，超出误差。"),
                format!("The score of {name} is {en} {size} points on the last round, beyond noise."),
            )
        }
    };
    if !ctx.is_county() {
        return own;
    }
    let names = |rows: Vec<&ChangeRow>| {
        let names: Vec<String> = rows.iter().map(|row| ctx.unit_name(&row.unit)).collect();
        (names.len(), ctx.list(&names))
    };
    let ((up, risen), (down, fallen)) = (names(moved(ctx, found, true)), names(moved(ctx, found, false)));
    let kind = tables::unit_kind(ctx);
    let compared = found
        .rows
        .iter()
        .filter(|row| row.code.is_empty() && row.change.is_some());
    let compared = compared.filter(|row| row.unit != ctx.county).count();
    let rest = match (ctx.lang, up, down) {
        (_, 0, 0) if compared == 0 => String::new(),
        (Lang::Zh, 0, 0) => format!("可比的{compared}个{kind}中，没有一个的变化超出误差。"),
        (Lang::En, 0, 0) => format!(" None of the {compared} {kind} compared moved by more than noise."),
        (Lang::Zh, ..) => {
            let mut parts = Vec::new();
            if up > 0 {
                parts.push(format!("上升的有{up}个：{risen}"));
            }
            if down > 0 {
                parts.push(format!("下降的有{down}个：{fallen}"));
            }
            format!(
                "可比的{compared}个{kind}中，变化超出误差而{}；其余的变化在误差之内。",
                parts.join("；")
            )
        }
        (Lang::En, ..) => {
            let mut parts = Vec::new();
            if up > 0 {
                parts.push(format!("{up} rose ({risen})"));
            }
            if down > 0 {
                parts.push(format!("{down} fell ({fallen})"));
            }
            format!(
                " Of the {compared} {kind} compared, {} by more than noise; the others moved within it.",
                parts.join(" and ")
            )
        }
    };
    format!("{own}{rest}")
}

fn slope(ctx: &Context<'_>, found: &ChangeResults) -> SlopeChart {
    let year = ctx.plan.round.year;
    let rows = ctx
        .units()
        .into_iter()
        .filter_map(|unit| found.row(unit, ""))
        .filter(|row| row.change.is_some())
        .filter_map(|row| {
            Some(SlopeRow {
                label: ctx.unit_name(&row.unit),
                before: row.before?,
                now: row.now?,
                real: row.real,
                highlighted: row.unit == ctx.unit,
            })
        })
        .collect();
    let (up, down) = (moved(ctx, found, true).len(), moved(ctx, found, false).len());
    let title = match (ctx.lang, up, down) {
        (Lang::Zh, 0, 0) => "没有一个单位的得分变化超出误差".to_owned(),
        (Lang::En, 0, 0) => "No unit's score moved by more than noise".to_owned(),
        (Lang::Zh, ..) => format!("{up}个单位的得分上升、{down}个下降，超出误差"),
        (Lang::En, ..) => format!("Beyond noise, the scores of {up} units rose and of {down} fell"),
    };
    SlopeChart {
        heading: charts::plain_heading(
            ctx,
            "change-slope",
            title,
            ctx.t(
                "综合得分（0–100分），上一轮与本轮",
                "Score, 0–100, last round and this",
            )
            .to_owned(),
        ),
        measure: Measure::Score,
        periods: [year - 1, year].map(|year| ctx.lang.pick(format!("{year}年"), year.to_string())),
        rows,
    }
}

fn table(ctx: &Context<'_>, first: &str, caption: String, rows: &[(String, &ChangeRow)]) -> Table {
    let cells = |(name, row): &(String, &ChangeRow)| Row {
        cells: vec![
            Value::text(name.clone()),
            Value::score(row.before),
            Value::score(row.now),
            Value::number(row.change, NumberFormat::ScoreChange),
            Value::interval(row.lower, row.upper, NumberFormat::ScoreChange),
            p_value(row.p_adjusted),
            Value::text(verdict(ctx, row)),
        ],
        strong: row.code.is_empty() && tables::is_strong(ctx, &row.unit),
    };
    Table {
        caption,
        columns: vec![
            Column::words(first, 2.2),
            Column::figures(ctx.t("上一轮", "Before")),
            Column::figures(ctx.t("本轮", "Now")),
            Column::figures(ctx.t("变化", "Change")),
            Column::intervals(ctx.t("95%置信区间", "95% interval")),
            Column::figures(ctx.t("校正后概率", "Adjusted p")),
            Column::words(ctx.t("判断", "Verdict"), 1.4),
        ],
        rows: rows.iter().map(cells).collect(),
        notes: vec![
            ctx.t(
                "置信区间只对这一个数字；判断按校正了多次检验的概率。",
                "Intervals are for each figure alone; verdicts go by the adjusted probabilities.",
            )
            .to_owned(),
        ],
        ..Table::default()
    }
}

fn p_value(p: Option<f64>) -> Value {
    match p {
        Some(p) if p < 0.001 => Value::text("<0.001"),
        Some(p) => Value::text(format!("{p:.3}")),
        None => Value::Absent,
    }
}

/// The indicators of the county, or of the unit.
fn nodes(ctx: &Context<'_>, found: &ChangeResults) -> Section {
    let mut section = Section::new("change-nodes", ctx.t("各项指标", "Indicators"));
    let rows: Vec<(String, &ChangeRow)> = ctx
        .plan
        .indicators
        .iter()
        .filter_map(|node| {
            let row = found.row(ctx.unit, &node.code)?;
            Some((format!("{}　{}", node.code, node.name.get(ctx.lang.code())), row))
        })
        .collect();
    let named = |up: bool| {
        let is = |row: &&ChangeRow| row.real && row.change.is_some_and(|change| (change > 0.0) == up);
        let leaf = |row: &&ChangeRow| {
            let node = ctx.plan.indicators.get(&row.code);
            node.is_some_and(|node| node.measure.is_some() && node.weight > 0.0)
        };
        let names: Vec<String> = rows
            .iter()
            .map(|(_, row)| *row)
            .filter(is)
            .filter(leaf)
            .map(|row| ctx.indicator_name(&row.code))
            .collect();
        ctx.list(&names)
    };
    let (up, down) = (named(true), named(false));
    section.finding(match (ctx.lang, up.is_empty(), down.is_empty()) {
        (Lang::Zh, true, true) => "没有一项计分的指标变化超出误差。".to_owned(),
        (Lang::En, true, true) => "No scored indicator moved by more than noise.".to_owned(),
        (Lang::Zh, false, true) => format!("上升并超出误差的指标：{up}；没有下降超出误差的。"),
        (Lang::En, false, true) => format!("Up beyond noise: {up}; none down."),
        (Lang::Zh, true, false) => format!("下降并超出误差的指标：{down}；没有上升超出误差的。"),
        (Lang::En, true, false) => format!("Down beyond noise: {down}; none up."),
        (Lang::Zh, false, false) => format!("上升并超出误差的指标：{up}；下降并超出误差的：{down}。"),
        (Lang::En, false, false) => format!("Up beyond noise: {up}; down beyond noise: {down}."),
    });
    let caption = ctx
        .t("各指标的变化（0–100分）", "Change of the indicators, 0–100")
        .to_owned();
    let mut table = table(ctx, ctx.t("指标", "Indicator"), caption, &rows);
    table
        .columns
        .push(Column::figures(ctx.t("对总分的影响", "To the score")));
    for (cells, (_, row)) in table.rows.iter_mut().zip(&rows) {
        cells
            .cells
            .push(Value::number(row.contribution, NumberFormat::ScoreChange));
    }
    table.notes.push(
        ctx.t(
            "“对总分的影响”各项相加就是综合得分的变化；单项的影响可能只是误差。",
            "The last column adds up to the score's change; each single one may be noise.",
        )
        .to_owned(),
    );
    section.table(table);
    section
}

/// Leaves of units that moved by more than noise.
fn list(ctx: &Context<'_>, found: &ChangeResults) -> Section {
    let mut section = Section::new(
        "change-list",
        ctx.t(
            "各单位变化超出误差的指标",
            "Indicators of units that moved beyond noise",
        ),
    );
    let units = ctx.units();
    let of_leaf = |row: &&ChangeRow| {
        let node = ctx.plan.indicators.get(&row.code);
        units.contains(&row.unit.as_str()) && node.is_some_and(|node| node.measure.is_some())
    };
    let compared = || {
        found
            .rows
            .iter()
            .filter(of_leaf)
            .filter(|row| row.change.is_some())
    };
    let all = compared().count();
    let mut real: Vec<&ChangeRow> = compared().filter(|row| row.real).collect();
    real.sort_by(|a, b| b.change.unwrap_or(0.0).total_cmp(&a.change.unwrap_or(0.0)));
    let n = real.len();
    section.finding(ctx.lang.pick(
        format!("比较了{all}个数字（单位乘指标），{n}个的变化超出误差；这样挑出来的，平均二十个里至多有一个是误差造成的。"),
        format!("Of {all} figures compared (units by indicators), {n} moved beyond noise; of figures so chosen, one in twenty at most is noise on average."),
    ));
    if real.is_empty() {
        return section;
    }
    let rows: Vec<(String, &ChangeRow)> = real
        .into_iter()
        .map(|row| {
            let (unit, name) = (ctx.unit_name(&row.unit), ctx.indicator_name(&row.code));
            (
                ctx.lang
                    .pick(format!("{unit}：{name}"), format!("{unit}: {name}")),
                row,
            )
        })
        .collect();
    let caption = ctx
        .t("变化超出误差的数字", "Figures that moved beyond noise")
        .to_owned();
    section.table(table(
        ctx,
        ctx.t("单位与指标", "Unit and indicator"),
        caption,
        &rows,
    ));
    section
}
