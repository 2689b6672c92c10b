//! What stands under every table: how many answered, for how many they stand, and how far the weights stretch them.

use analysis::plan::{PERSONS, THIRD_PARTY};

use super::context::Context;
use super::method;
use crate::model::{Block, Lang, Section};
use crate::number::{self, NumberFormat};

/// Adds a base to every table that has none of its own, by the chapter that it stands in.
pub(super) fn complete(ctx: &Context<'_>, sections: &mut [Section]) {
    for section in sections {
        let chapter = section.id.clone();
        within(ctx, &chapter, section);
    }
}

fn within(ctx: &Context<'_>, chapter: &str, section: &mut Section) {
    for block in &mut section.blocks {
        if let Block::Table(table) = block
            && table.base.is_none()
        {
            table.base = of_chapter(ctx, chapter, &section.id);
        }
    }
    for below in &mut section.sections {
        within(ctx, chapter, below);
    }
}

fn of_chapter(ctx: &Context<'_>, chapter: &str, section: &str) -> Option<String> {
    match (chapter, section) {
        (_, "method-response") => Some(of_invitations(ctx)),
        (_, "annex-plan" | "annex-amendments" | "annex-index" | "voices-frame") => Some(
            ctx.t("本表不由答卷得出。", "No answers stand behind this table.")
                .to_owned(),
        ),
        (_, "watched-admin") | ("commitments", _) => Some(
            ctx.t(
                "本表为行政数据，不由答卷得出。",
                "Administrative data; no answers stand behind this table.",
            )
            .to_owned(),
        ),
        ("third-party", _) => Some(of_marks(ctx)),
        ("participation" | "benefit", _) => ctx.base_line(PERSONS, ctx.unit).or_else(|| of_scores(ctx)),
        _ => of_scores(ctx),
    }
}

/// Invitations and what came back, unweighted.
fn of_invitations(ctx: &Context<'_>) -> String {
    let count = |n: u64| number::number(n as f64, NumberFormat::Count);
    let (invited, complete) = method::totals(ctx, ctx.unit);
    let invited = count(invited);
    match (ctx.lang, complete) {
        (Lang::Zh, Some(n)) => format!("基数：邀请{invited}份，完成{}份，未加权。", count(n)),
        (Lang::Zh, None) => format!("基数：邀请{invited}份，未加权。"),
        (Lang::En, Some(n)) => format!("Base: {invited} invitations, {} complete, unweighted.", count(n)),
        (Lang::En, None) => format!("Base: {invited} invitations, unweighted."),
    }
}

/// Marks and the units that they judge.
fn of_marks(ctx: &Context<'_>) -> String {
    let marks = || {
        let rows = ctx.detail.criteria.iter();
        rows.filter(|row| ctx.is_county() || row.unit == ctx.unit)
    };
    let given: u64 = marks().map(|row| row.scorers).sum();
    let given = number::number(given as f64, NumberFormat::Count);
    let name = ctx.perspective_name(THIRD_PARTY);
    let cells = number::number(marks().count() as f64, NumberFormat::Count);
    match ctx.lang {
        Lang::Zh => format!("基数：{name}对{cells}个单位×评分项给出{given}个评分，不加权。"),
        Lang::En => format!("Base: {given} marks for {cells} pairs of unit and criterion, unweighted."),
    }
}

/// The bases of all records that scores are made of, in one line; none where nobody answered.
pub(super) fn of_scores(ctx: &Context<'_>) -> Option<String> {
    let groups = ctx.plan.groups.iter().map(|group| group.code.as_str());
    let lines: Vec<String> = std::iter::once(PERSONS)
        .chain(groups)
        .filter_map(|group| {
            let row = ctx.weights(group, ctx.unit).filter(|row| ctx.may_show(row.n))?;
            let figures = [
                (row.n as f64, NumberFormat::Count),
                (row.sum, NumberFormat::Count),
                (row.effective_n, NumberFormat::Count),
                (row.efficiency, NumberFormat::Percent),
            ];
            let figures = figures.map(|(value, format)| number::number(value, format));
            Some(format!(
                "{} {}",
                ctx.perspective_name(group),
                figures.join(ctx.lang.pick("／", " / "))
            ))
        })
        .collect();
    if lines.is_empty() {
        return None;
    }
    let lines = lines.join(ctx.lang.pick("；", "; "));
    Some(match ctx.lang {
        Lang::Zh => format!("基数（未加权／加权后代表／有效样本／加权效率）：{lines}。"),
        Lang::En => format!("Bases (unweighted / weighted / effective / weighting efficiency): {lines}."),
    })
}
