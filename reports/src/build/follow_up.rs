//! Chapter nine: what to do next. Every point is drawn from a figure of this round; where a
//! figure does not carry a conclusion, there is no point.

use analysis::plan::Measure;

use super::context::Context;
use super::participation::apart_from_county;
use super::{benefit, comparison, method, third_party, watched};
use crate::model::{Block, Lang, Section};
use crate::number::{self, NumberFormat};

/// How many service areas and indicators are named.
const NAMED: usize = 3;

/// The chapter.
pub(super) fn section(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("next", ctx.t("后续工作", "What to do next"));
    let items = points(ctx);
    if items.is_empty() {
        return section;
    }
    section.paragraph(ctx.t(
        "以下各点由本轮数字推出，按涉及人数和权重排列；原因只引用答卷中说到的。",
        "These points follow from this round's figures, by persons concerned and weight; reasons are only those that people named.",
    ));
    section.push(Block::List { ordered: true, items });
    section
}

/// What to do, the most pressing first.
pub(super) fn points(ctx: &Context<'_>) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    items.extend(needs(ctx));
    items.extend(behind(ctx));
    items.extend(room(ctx));
    items.extend(borderline(ctx));
    items.extend(response(ctx));
    items.extend(scorers(ctx));
    items
}

/// The greatest unmet needs, each with the reason that people named most.
fn needs(ctx: &Context<'_>) -> Vec<String> {
    benefit::unmet_needs(ctx)
        .into_iter()
        .filter(|need| ctx.may_show(need.share.n) && need.persons > 0.0)
        .take(NAMED)
        .map(|need| {
            let (area, persons) = (ctx.area_name(Some(&need.area)), benefit::rounded_persons(need.persons));
            let reason = reason(ctx, &need.area);
            match (ctx.lang, reason) {
                (Lang::Zh, Some((label, share))) => format!(
                    "{area}：约{persons}人需要而没有得到。他们说得最多的原因是“{label}”（{share}），宜先从这一环改起。"
                ),
                (Lang::Zh, None) => format!("{area}：约{persons}人需要而没有得到，宜核对名单，逐户衔接。"),
                (Lang::En, Some((label, share))) => format!(
                    "{area}: about {persons} people need it and go without. The reason they name most is “{label}” ({share}); start there."
                ),
                (Lang::En, None) => format!("{area}: about {persons} people need it and go without; go through the list."),
            }
        })
        .collect()
}

/// The reason named most in an area, where enough people gave one.
fn reason(ctx: &Context<'_>, area: &str) -> Option<(String, String)> {
    let row = ctx
        .detail
        .barriers
        .iter()
        .filter(|row| row.unit == ctx.unit && row.area.as_deref() == Some(area) && ctx.may_show(row.share.n))
        .max_by(|a, b| {
            a.share
                .estimate
                .unwrap_or(0.0)
                .total_cmp(&b.share.estimate.unwrap_or(0.0))
        })?;
    let share = number::number(row.share.estimate?, NumberFormat::Percent);
    Some((row.label.get(ctx.lang.code()).to_owned(), share))
}

/// County: units below it by more than error in a headline measure.
fn behind(ctx: &Context<'_>) -> Vec<String> {
    if !ctx.is_county() {
        return Vec::new();
    }
    [
        (Measure::Participation, ctx.t("参与率", "participation")),
        (Measure::Benefit, ctx.t("受益率", "the benefit rate")),
        (Measure::Satisfaction, ctx.t("总体满意度", "overall satisfaction")),
    ]
    .into_iter()
    .filter_map(|(measure, name)| {
        let (_, below) = apart_from_county(ctx, &ctx.leaf(measure)?.code);
        let names: Vec<String> = below.into_iter().map(|unit| ctx.unit_name(unit)).collect();
        let names = ctx.list(&names);
        (!names.is_empty()).then(|| match ctx.lang {
            Lang::Zh => format!("{name}低于全县且超出误差的是{names}，请县级科室到这些地方了解情况。"),
            Lang::En => format!("Below the county in {name}, by more than error: {names}. The county's staff should go and see."),
        })
    })
    .collect()
}

/// The leaves where points are left to win: weight × distance to 100.
fn room(ctx: &Context<'_>) -> Vec<String> {
    let mut leaves: Vec<(f64, String)> = ctx
        .plan
        .indicators
        .leaves()
        .filter(|leaf| leaf.weight > 0.0)
        .filter_map(|leaf| {
            let value = watched::node(ctx, &leaf.code, ctx.unit)?.value?;
            let points = leaf.weight * (100.0 - value) / 100.0;
            let name = leaf.name.get(ctx.lang.code());
            let points_text = number::number(points, NumberFormat::Score);
            Some((
                points,
                ctx.lang.pick(
                    format!("{name}（{points_text}分）"),
                    format!("{name} ({points_text} points)"),
                ),
            ))
        })
        .collect();
    leaves.sort_by(|a, b| b.0.total_cmp(&a.0));
    let names: Vec<String> = leaves.into_iter().take(NAMED).map(|(_, name)| name).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let names = ctx.list(&names);
    vec![match ctx.lang {
        Lang::Zh => format!("综合得分提升空间最大的指标（权重乘以与满分的差距）：{names}。"),
        Lang::En => format!(
            "Most points of the score are still to be won in (weight × distance to full marks): {names}."
        ),
    }]
}

fn borderline(ctx: &Context<'_>) -> Option<String> {
    let count = comparison::ranked(ctx)
        .iter()
        .filter(|row| ctx.is_county() || row.unit == ctx.unit)
        .filter(|row| comparison::score_detail(ctx, &row.unit).is_some_and(|d| d.borderline))
        .count();
    if count == 0 {
        return None;
    }
    Some(match (ctx.lang, ctx.is_county()) {
        (Lang::Zh, true) => format!("{count}个单位等次处于临界，评优和问责请结合其他依据，不宜只看等次。"),
        (Lang::Zh, false) => "本单位等次处于临界，评优和问责请结合其他依据，不宜只看等次。".to_owned(),
        (Lang::En, true) => format!(
            "{count} grades are borderline: rewards and sanctions need other grounds beside the grade."
        ),
        (Lang::En, false) => {
            "The grade is borderline: rewards and sanctions need other grounds beside it.".to_owned()
        }
    })
}

fn response(ctx: &Context<'_>) -> Option<String> {
    if !ctx.is_county() {
        let rate = method::persons_rate(ctx, ctx.unit).filter(|rate| *rate < 0.5)?;
        let rate = number::number(rate, NumberFormat::Percent);
        return Some(match ctx.lang {
            Lang::Zh => {
                format!("本单位残疾人应答率为{rate}，下一轮应增加入户访问和电话访问，请第三方访员完成。")
            }
            Lang::En => format!(
                "The response rate is {rate}: next round needs more visits and calls, by the third party's interviewers."
            ),
        });
    }
    let low = method::low_units(ctx);
    if low.is_empty() {
        return None;
    }
    let count = low.len();
    Some(match ctx.lang {
        Lang::Zh => format!(
            "{count}个单位残疾人应答率低于50%，下一轮应优先在这些地方增加入户访问和电话访问，由第三方访员完成。"
        ),
        Lang::En => format!(
            "In {count} units fewer than half of the residents answered: next round, visits and calls by the third party's interviewers should begin there."
        ),
    })
}

fn scorers(ctx: &Context<'_>) -> Option<String> {
    let beyond = third_party::beyond_limit(ctx);
    (beyond > 0).then(|| match ctx.lang {
        Lang::Zh => format!("第三方评分中有{beyond}处相差超过限度，应在结果定稿前由第三人复评。"),
        Lang::En => format!("{beyond} marks of the third party differ beyond the limit and need a third scorer before results are final."),
    })
}
