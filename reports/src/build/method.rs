//! Chapter two: how the answers were got and how far they carry.

mod effects;
mod frame;

use analysis::plan::FrameSource;
use analysis::results::ResponseRate;

use super::context::Context;
use super::tables::{compared_units, is_strong, unit_title};
use super::{bases, quality};
use crate::model::{Block, Column, Lang, Row, Section, Table};
use crate::narrative;
use crate::number::{self, NumberFormat, Value};

/// The chapter.
pub(super) fn section(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("method", ctx.t("方法与样本", "Method and sample"));
    section.sections = vec![
        design(ctx),
        response(ctx),
        weighting(ctx),
        frame::section(ctx),
        quality::section(ctx),
        limits(ctx),
    ];
    section
}

/// Invitations and complete answers of all groups in a unit; the answers are none where one group's are withheld, as
/// the sum would give them away.
pub(super) fn totals(ctx: &Context<'_>, unit: &str) -> (u64, Option<u64>) {
    rates(ctx, unit).fold((0, Some(0)), |(invited, complete), row| {
        let may_show = row.complete == 0 || ctx.may_show(row.complete);
        let complete = complete.filter(|_| may_show).map(|sum| sum + row.complete);
        (invited + row.invited, complete)
    })
}

/// The response rate of the group drawn from persons.
pub(super) fn persons_rate(ctx: &Context<'_>, unit: &str) -> Option<f64> {
    let group = ctx.plan.group_of(FrameSource::Persons)?;
    rates(ctx, unit).find(|row| row.group == group.code)?.rr
}

fn rates<'a>(ctx: &Context<'a>, unit: &str) -> impl Iterator<Item = &'a ResponseRate> {
    ctx.detail
        .results
        .response_rates
        .iter()
        .filter(move |row| row.unit == unit)
}

fn design(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("method-design", ctx.t("调查设计", "Design"));
    let sampling = &ctx.plan.sampling;
    let count = |n: usize| number::number(n as f64, NumberFormat::Count);
    let units = ctx.units().len();
    let target = count(sampling.target_completes);
    let villages = sampling.villages_per_township;
    section.paragraph(match (ctx.lang, villages) {
        (Lang::Zh, Some(v)) => format!(
            "抽样框为全县持证残疾人名册。以{units}个乡镇为层，每个乡镇按与人数成比例的概率（PPS）抽取{v}个村（社区），村内按残疾类别、等级、年龄排序后系统抽取个人；村数不足的乡镇全部入选。计划完成{target}份个人答卷。亲友问卷发给被抽中者的一位亲友，基层组织全部邀请。"
        ),
        (Lang::Zh, None) => format!(
            "抽样框为全县持证残疾人名册。以{units}个乡镇为层抽取村（社区），村内系统抽取个人。计划完成{target}份个人答卷。亲友问卷发给被抽中者的一位亲友，基层组织全部邀请。"
        ),
        (Lang::En, Some(v)) => format!(
            "The frame is the county's register of disabled people. The {units} townships are strata; in each, {v} villages are drawn with probability proportional to size (all of them where there are fewer), and within villages persons are drawn systematically, sorted by category, grade and age. {target} personal answers were planned. One relative or friend of each person drawn is asked, and all grassroots bodies."
        ),
        (Lang::En, None) => format!(
            "The frame is the county's register of disabled people. Villages are drawn within {units} townships as strata, and persons systematically within villages. {target} personal answers were planned. One relative or friend of each person drawn is asked, and all grassroots bodies."
        ),
    });
    section.paragraph(ctx.t(
        "方差按分层多阶段设计用泰勒线性化计算，村为初级抽样单元；按有放回公式处理第一阶段，结果偏保守；系统抽样按随机抽样处理。置信水平为95%。基层组织为普查，没有抽样误差，但同样有无应答。",
        "Variances are linearised for the stratified multi-stage design with villages as primary sampling units; the first stage is treated as drawn with replacement, which is conservative, and systematic draws as random. Intervals are at 95%. Grassroots bodies are a census: no sampling error, but non-response all the same.",
    ));
    section
}

fn response(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("method-response", ctx.t("回收与应答率", "Response"));
    for row in rates(ctx, ctx.unit) {
        if row.rr.is_some_and(|rate| rate < 0.5) {
            let name = ctx.perspective_name(&row.group);
            let words = narrative::response(row.rr.unwrap_or_default(), ctx.lang);
            section.warning(
                ctx.lang
                    .pick(format!("{name}：{words}"), format!("{name}: {words}")),
            );
        }
    }
    section.table(by_group(ctx));
    section.table(outcomes(ctx));
    section.table(by_unit(ctx));
    let low = low_units(ctx);
    if ctx.is_county() && !low.is_empty() {
        let names = ctx.list(&low);
        let group = ctx
            .plan
            .group_of(FrameSource::Persons)
            .map(|g| ctx.perspective_name(&g.code))
            .unwrap_or_default();
        section.warning(ctx.lang.pick(
            format!("{group}应答率低于50%的有：{names}。这些单位的数字请与“受访者与抽样框对照”一并使用。"),
            format!(
                "{group}: below 50% in {names}. Read their figures beside the comparison with the frame."
            ),
        ));
    }
    section
}

/// Units whose persons' response rate is below 50 %, by name.
pub(super) fn low_units(ctx: &Context<'_>) -> Vec<String> {
    let units = ctx.units().into_iter();
    units
        .filter(|u| persons_rate(ctx, u).is_some_and(|rate| rate < 0.5))
        .map(|u| ctx.unit_name(u))
        .collect()
}

fn by_group(ctx: &Context<'_>) -> Table {
    let rows = rates(ctx, ctx.unit)
        .map(|row| {
            Row::plain(vec![
                Value::text(ctx.perspective_name(&row.group)),
                Value::count(row.invited),
                ctx.base(row.complete),
                ctx.rate(row),
            ])
        })
        .collect();
    Table {
        caption: ctx
            .t("各评价主体的应答率", "Response rate by respondent group")
            .to_owned(),
        columns: vec![
            Column::words(ctx.t("评价主体", "Group"), 2.0),
            Column::figures(ctx.t("邀请", "Invited")),
            Column::figures(ctx.t("完成", "Complete")),
            Column::figures(ctx.t("应答率（RR1）", "Rate (RR1)")),
        ],
        rows,
        notes: vec![
            ctx.t(
                "应答率按AAPOR的RR1计算：完成数除以邀请数，未加权。邀请数里不算已查明不属于调查对象的人；情况不明的都算在内，所以这是最低的算法。",
                "AAPOR RR1: complete answers over those invited, unweighted. Whoever is known not to be eligible is not among the invited, and everyone of whom nothing is known is: the lowest of the rates.",
            )
            .to_owned(),
        ],
        ..Table::default()
    }
}

/// The AAPOR table: how every invited case ended.
fn outcomes(ctx: &Context<'_>) -> Table {
    let mut codes: Vec<&str> = Vec::new();
    for row in ctx.detail.dispositions.iter().filter(|row| row.unit == ctx.unit) {
        if !codes.contains(&row.disposition.as_str()) {
            codes.push(&row.disposition);
        }
    }
    let groups: Vec<&str> = rates(ctx, ctx.unit).map(|row| row.group.as_str()).collect();
    let cases = |group: &str, code: &str| {
        let found = ctx
            .detail
            .dispositions
            .iter()
            .find(|row| row.unit == ctx.unit && row.group == group && row.disposition == code);
        ctx.base(found.map_or(0, |row| row.n))
    };
    let mut columns = vec![Column::words(ctx.t("处置结果", "Outcome"), 2.2)];
    columns.extend(
        groups
            .iter()
            .map(|group| Column::figures(ctx.perspective_name(group))),
    );
    let rows = codes
        .iter()
        .map(|code| {
            let mut cells = vec![Value::text(disposition(code, ctx.lang))];
            cells.extend(groups.iter().map(|group| cases(group, code)));
            Row::plain(cells)
        })
        .collect();
    Table {
        caption: ctx
            .t("邀请的最终处置（AAPOR）", "Final outcome of invitations (AAPOR)")
            .to_owned(),
        columns,
        rows,
        notes: vec![
            ctx.t(
                "必答题全部答了才能交卷，交了的都算完成；选答题空着不影响。开了头没交的和交了又撤回的，不计入任何估计，算作拒绝。",
                "An answer can only be handed in with every required question answered, and then is complete; optional questions may be empty. What was begun and never handed in, or handed in and taken back, is in no estimate and counts as refused.",
            )
            .to_owned(),
        ],
        ..Table::default()
    }
}

fn disposition(code: &str, lang: Lang) -> String {
    let words = match code {
        "complete" => ("完成", "Complete"),
        "partial" => ("已访问，答卷还没收到", "Interviewed, answers awaited"),
        "break_off" => ("中途退出", "Break-off"),
        "refused" | "refusal" => ("拒绝或中途退出", "Refused or broken off"),
        "no_answer" | "non_contact" => ("没有联系上", "Not reached"),
        "other" => ("其他原因没有应答", "Eligible, did not answer for another reason"),
        "unknown_household" => (
            "不知道住户中有没有调查对象",
            "Unknown whether anyone eligible lives there",
        ),
        "unknown_other" => ("不知道是否仍属调查对象", "Unknown whether still eligible"),
        "deceased" => ("已去世", "Deceased"),
        "moved" => ("已迁出", "Moved away"),
        "ineligible" | "not_eligible" => ("不属于调查对象", "Not eligible"),
        "unknown" => ("情况不明", "Unknown"),
        "staff_collected" => (
            "由本单位工作人员代收（不计入）",
            "Collected by the unit's staff (left out)",
        ),
        other => return other.to_owned(),
    };
    lang.pick(words.0, words.1).to_owned()
}

fn by_unit(ctx: &Context<'_>) -> Table {
    let group = ctx.plan.group_of(FrameSource::Persons);
    let code = group.map(|group| group.code.as_str()).unwrap_or_default();
    let rows = compared_units(ctx)
        .into_iter()
        .filter_map(|unit| {
            let row = rates(ctx, unit).find(|row| row.group == code)?;
            let weights = ctx.weights(code, unit);
            let figure = |value: Option<f64>, format| match weights {
                Some(w) if !ctx.may_show(w.n) => Value::Suppressed,
                _ => Value::number(value, format),
            };
            let cells = vec![
                Value::text(ctx.unit_name(unit)),
                Value::count(row.invited),
                ctx.base(row.complete),
                ctx.rate(row),
                figure(weights.map(|w| w.deff_kish), NumberFormat::Decimal),
                figure(weights.map(|w| w.effective_n), NumberFormat::Count),
            ];
            Some(Row {
                cells,
                strong: is_strong(ctx, unit),
            })
        })
        .collect();
    let name = ctx.perspective_name(code);
    Table {
        caption: ctx.lang.pick(
            format!("{name}的应答率与有效样本"),
            format!("{name}: response and effective sample"),
        ),
        columns: vec![
            Column::words(unit_title(ctx), 1.8),
            Column::figures(ctx.t("邀请", "Invited")),
            Column::figures(ctx.t("完成", "Complete")),
            Column::figures(ctx.t("应答率", "Rate")),
            Column::figures(ctx.t("加权设计效应", "Weighting deff")),
            Column::figures(ctx.t("有效样本", "Effective n")),
        ],
        rows,
        base: rates(ctx, ctx.unit).find(|row| row.group == code).map(|row| {
            let complete = (row.complete == 0 || ctx.may_show(row.complete)).then_some(row.complete);
            bases::of_invitations(ctx, (row.invited, complete))
        }),
        ..Table::default()
    }
}

fn weighting(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("method-weights", ctx.t("加权", "Weights"));
    let margins: Vec<String> = ctx
        .plan
        .calibration
        .iter()
        .map(|by| {
            by.iter()
                .map(|column| margin(column, ctx.lang))
                .collect::<Vec<_>>()
                .join("×")
        })
        .collect();
    let margins = ctx.list(&margins);
    section.paragraph(match ctx.lang {
        Lang::Zh => format!("基础权数为入样概率的倒数，按分组调整无应答，再以迭代比例法校准到名册的{margins}构成。"),
        Lang::En => format!(
            "Base weights are inverse inclusion probabilities, adjusted for non-response within classes and raked to the register by {margins}."
        ),
    });
    let rows: Vec<Row> = ctx
        .detail
        .weights
        .iter()
        .filter(|row| row.unit == ctx.unit && row.n > 0)
        .map(|row| {
            let shown = ctx.may_show(row.n);
            let figure = |value: f64, format| {
                if shown {
                    Value::Number(value, format)
                } else {
                    Value::Suppressed
                }
            };
            let decimal = |value| figure(value, NumberFormat::Decimal);
            Row::plain(vec![
                Value::text(ctx.perspective_name(&row.group)),
                ctx.base(row.n),
                Value::Number(row.sum, NumberFormat::Count),
                decimal(row.min),
                decimal(row.max),
                decimal(row.cv),
                decimal(row.deff_kish),
                figure(row.effective_n, NumberFormat::Count),
                figure(row.efficiency, NumberFormat::Percent),
            ])
        })
        .collect();
    section.table(Table {
        caption: ctx.t("权数与设计效应", "Weights and design effects").to_owned(),
        columns: vec![
            Column::words(ctx.t("记录", "Record"), 2.2),
            Column::figures(ctx.t("未加权", "Unweighted")),
            Column::figures(ctx.t("加权合计", "Weighted")),
            Column::figures(ctx.t("最小", "Least")),
            Column::figures(ctx.t("最大", "Greatest")),
            Column::figures(ctx.t("变异系数", "CV")),
            Column::figures(ctx.t("设计效应", "Deff")),
            Column::figures(ctx.t("有效样本", "Effective n")),
            Column::figures(ctx.t("效率", "Efficiency")),
        ],
        rows,
        notes: vec![
            ctx.t(
                "设计效应为Kish公式1+cv²，只算权数不等的代价。",
                "Design effect by Kish, 1 + cv²: what unequal weights cost alone.",
            )
            .to_owned(),
        ],
        ..Table::default()
    });
    if let Some(table) = effects::table(ctx) {
        section.table(table);
    }
    section
}

/// What a column of the frame is called.
pub(super) fn margin(column: &str, lang: Lang) -> String {
    let words = match column {
        "township" => ("乡镇", "township"),
        "category" => ("残疾类别", "category"),
        "grade" => ("残疾等级", "grade"),
        "sex" => ("性别", "sex"),
        "age_band" => ("年龄", "age"),
        "body_kind" => ("组织类型", "kind of body"),
        other => return other.to_owned(),
    };
    lang.pick(words.0, words.1).to_owned()
}

fn limits(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("method-limits", ctx.t("使用时请注意", "Limits"));
    let mut items: Vec<String> = ctx
        .detail
        .warnings
        .iter()
        .map(|text| text.get(ctx.lang.code()).to_owned())
        .collect();
    for dropped in &ctx.detail.dropped {
        let (leaf, view) = (
            ctx.indicator_name(&dropped.code),
            ctx.perspective_name(&dropped.perspective),
        );
        let lacking: Vec<String> = dropped.lacking.iter().map(|unit| ctx.unit_name(unit)).collect();
        let lacking = ctx.list(&lacking);
        items.push(match ctx.lang {
            Lang::Zh => format!("“{leaf}”中的{view}一项，因{lacking}没有数据，按方案对所有单位一并不计。"),
            Lang::En => format!(
                "In “{leaf}”, the part of {view} is left out for every unit, as the plan says, because {lacking} lack it."
            ),
        });
    }
    if !items.is_empty() {
        section.push(Block::List {
            ordered: false,
            items,
        });
    }
    section
}
