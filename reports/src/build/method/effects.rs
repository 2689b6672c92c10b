//! Design effects of the main estimates: what clustering, strata and weights together cost, beside Kish's figure for
//! the weights alone.

use analysis::plan::{ADMIN, FrameSource, Measure, THIRD_PARTY};

use super::super::context::Context;
use super::super::question;
use crate::model::{Column, Row, Table};
use crate::number::{NumberFormat, Value};

/// The code of the question on the work overall.
const OVERALL: &str = "sat_overall";
/// Points of the five steps on 0–100.
const POINTS: [(&str, f64); 5] = [("1", 0.0), ("2", 25.0), ("3", 50.0), ("4", 75.0), ("5", 100.0)];

/// An estimate with the error that it has and the one that a simple random sample of as many would give.
struct Effect {
    name: String,
    n: u64,
    se: f64,
    simple: f64,
    format: NumberFormat,
    /// Everybody was asked: no number of a simple random sample stands for that.
    census: bool,
}

impl Effect {
    /// Variance under the design ÷ variance under simple random sampling.
    fn deff(&self) -> f64 {
        (self.se / self.simple).powi(2)
    }
}

/// The table; none where nothing can be compared.
pub(super) fn table(ctx: &Context<'_>) -> Option<Table> {
    let effects: Vec<Effect> = rates(ctx).into_iter().chain(means(ctx)).collect();
    if effects.is_empty() {
        return None;
    }
    let rows = effects
        .iter()
        .map(|effect| {
            let error = |value| {
                Value::Number(
                    value,
                    match effect.format {
                        NumberFormat::Percent => NumberFormat::Percent,
                        _ => NumberFormat::Decimal,
                    },
                )
            };
            Row::plain(vec![
                Value::text(&effect.name),
                Value::count(effect.n),
                error(effect.se),
                error(effect.simple),
                Value::Number(effect.deff(), NumberFormat::Decimal),
                match effect.census {
                    true => Value::Absent,
                    false => Value::Number(effect.n as f64 / effect.deff(), NumberFormat::Count),
                },
            ])
        })
        .collect();
    Some(Table {
        caption: ctx
            .t("主要估计的设计效应", "Design effects of the main estimates")
            .to_owned(),
        columns: vec![
            Column::words(ctx.t("估计", "Estimate"), 2.6),
            Column::figures(ctx.t("答卷数", "Answers")),
            Column::figures(ctx.t("标准误", "SE")),
            Column::figures(ctx.t("简单随机时", "If simple random")),
            Column::figures(ctx.t("设计效应", "Deff")),
            Column::figures(ctx.t("有效样本", "Effective n")),
        ],
        rows,
        notes: vec![
            ctx.t(
                "设计效应是实际方差与同样多人的简单随机样本的方差之比，包括整群、分层和加权；校准用到名册信息，可以小于1，普查的误差只来自无应答，远小于1。",
                "The design effect is the variance under the design ÷ that of a simple random sample of as many: clusters, strata and weights together. Calibration brings in the register and may take it below 1; in a census only non-response leaves an error, and it is far below 1.",
            )
            .to_owned(),
        ],
        ..Table::default()
    })
}

/// Whether a group is asked in whole.
fn is_census(ctx: &Context<'_>, group: &str) -> bool {
    let bodies = ctx.plan.group_of(FrameSource::Bodies);
    bodies.is_some_and(|bodies| bodies.code == group)
}

/// Shares of persons, each person counting once.
fn rates(ctx: &Context<'_>) -> Vec<Effect> {
    let measures = [Measure::Participation, Measure::TopTwo];
    let leaves = ctx
        .plan
        .indicators
        .leaves()
        .filter(|leaf| leaf.measure.is_some_and(|measure| measures.contains(&measure)));
    let mut effects = Vec::new();
    for leaf in leaves {
        let rows = ctx.detail.results.indicators.iter().filter(|row| {
            row.code == leaf.code && row.unit == ctx.unit && row.area.is_none() && ctx.may_show(row.n)
        });
        let rows: Vec<_> = rows.collect();
        // The pooled row of a single perspective repeats it; of several it is no sample's.
        let several = leaf.perspectives.len() > 1;
        let of_sample = rows
            .iter()
            .filter(|row| row.group.is_some() == several)
            .filter(|row| !matches!(row.group.as_deref(), Some(THIRD_PARTY | ADMIN)));
        for row in of_sample {
            let (Some(p), Some(se)) = (row.estimate, row.se) else {
                continue;
            };
            let simple = (p * (1.0 - p) / (row.n.saturating_sub(1).max(1)) as f64).sqrt();
            if simple > 0.0 && se > 0.0 {
                let census = row.group.as_deref().is_some_and(|group| is_census(ctx, group));
                let group = row.group.as_deref().map(|group| ctx.perspective_name(group));
                effects.push(Effect {
                    name: named(ctx, leaf.name.get(ctx.lang.code()), group),
                    n: row.n,
                    se,
                    simple,
                    format: NumberFormat::Percent,
                    census,
                });
            }
        }
    }
    effects
}

/// The mean of the question on the work overall, by group.
fn means(ctx: &Context<'_>) -> Vec<Effect> {
    let rows = ctx
        .detail
        .distributions
        .iter()
        .filter(|row| row.question == OVERALL && row.unit == ctx.unit && ctx.may_show(row.n));
    let effects = rows.filter_map(|row| {
        let (mean, se) = (row.mean?, row.mean_se.filter(|se| *se > 0.0)?);
        let spread: f64 = POINTS
            .iter()
            .map(|(step, points)| {
                let share = row.shares.iter().find(|share| share.value == *step);
                share.map_or(0.0, |share| share.estimate * (points - mean).powi(2))
            })
            .sum();
        let simple = (spread / row.n.saturating_sub(1).max(1) as f64).sqrt();
        (simple > 0.0).then(|| Effect {
            name: named(
                ctx,
                &question::short(ctx, &row.group, OVERALL),
                Some(ctx.perspective_name(&row.group)),
            ),
            n: row.n,
            se,
            simple,
            format: NumberFormat::Score,
            census: is_census(ctx, &row.group),
        })
    });
    effects.collect()
}

fn named(ctx: &Context<'_>, what: &str, group: Option<String>) -> String {
    match group {
        Some(group) => {
            let mut letters = what.chars();
            let first = letters.next().map(char::to_uppercase).into_iter().flatten();
            let begun: String = first.chain(letters).collect();
            ctx.lang
                .pick(format!("{what}（{group}）"), format!("{begun} ({group})"))
        }
        None => what.to_owned(),
    }
}
