//! What stands under every table: how many answered, for how many they stand, and how far the weights stretch them.

use analysis::callback::Finding;
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
        (_, "method-response") => Some(of_invitations(ctx, method::totals(ctx, ctx.unit))),
        (_, "annex-plan" | "annex-amendments" | "annex-index" | "voices-frame") => Some(
            ctx.t("本表不由答卷得出。", "No answers stand behind this table.")
                .to_owned(),
        ),
        (_, "watched-admin") | ("commitments", _) => Some(of_registers(ctx)),
        ("third-party", _) => Some(of_marks(ctx)),
        ("callbacks", _) => of_calls(ctx),
        ("participation" | "benefit", _) => ctx.base_line(PERSONS, ctx.unit).or_else(|| of_scores(ctx)),
        _ => of_scores(ctx),
    }
}

/// Invitations and what came back, unweighted.
///
/// - `invited`, `complete`: how many; none complete where that is withheld.
pub(super) fn of_invitations(ctx: &Context<'_>, (invited, complete): (u64, Option<u64>)) -> String {
    let count = |n: u64| number::number(n as f64, NumberFormat::Count);
    let invited = count(invited);
    match (ctx.lang, complete) {
        (Lang::Zh, Some(n)) => format!("基数：邀请{invited}份，完成{}份，未加权。", count(n)),
        (Lang::Zh, None) => format!("基数：邀请{invited}份，未加权。"),
        (Lang::En, Some(n)) => format!("Base: {invited} invitations, {} complete, unweighted.", count(n)),
        (Lang::En, None) => format!("Base: {invited} invitations, unweighted."),
    }
}

/// Completed calls, which speak for those who agreed to be called.
fn of_calls(ctx: &Context<'_>) -> Option<String> {
    let calls = ctx.detail.callbacks.iter();
    let row = calls
        .into_iter()
        .find(|row| row.unit == ctx.county && row.finding == Finding::Disagrees)?;
    let n = ctx
        .may_show(row.n)
        .then(|| number::number(row.n as f64, NumberFormat::Count))?;
    Some(ctx.lang.pick(
        format!("基数：全县问完的电话{n}个，按各单位同意回访的人数加权。"),
        format!("Base: {n} completed calls in the county, weighted by those who agreed in each unit."),
    ))
}

/// What stands under administrative figures.
pub(super) fn of_registers(ctx: &Context<'_>) -> String {
    ctx.t(
        "本表为行政数据，不由答卷得出。",
        "Administrative data; no answers stand behind this table.",
    )
    .to_owned()
}

/// Marks and the units that they judge.
pub(super) fn of_marks(ctx: &Context<'_>) -> String {
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
    of_records(ctx, std::iter::once(PERSONS).chain(groups))
}

/// The bases of the named records, in one line; marks and registers have none.
pub(super) fn of_records<'a>(ctx: &Context<'_>, groups: impl Iterator<Item = &'a str>) -> Option<String> {
    let lines: Vec<String> = groups
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

#[cfg(test)]
mod tests {
    use crate::build::{Scope, annual};
    use crate::model::{Block, Lang, Section, Table};
    use crate::sample;

    fn collect<'a>(sections: &'a [Section], tables: &mut Vec<&'a Table>) {
        for section in sections {
            tables.extend(section.blocks.iter().filter_map(|block| match block {
                Block::Table(table) => Some(table),
                _ => None,
            }));
            collect(&section.sections, tables);
        }
    }

    #[test]
    fn a_table_of_perspectives_stands_on_the_records_of_those_perspectives() {
        let (detail, plan) = (sample::detail(), sample::plan());
        let report = annual(&detail, &plan, &Scope::County, Lang::Zh).unwrap();
        let mut tables = Vec::new();
        collect(&report.sections, &mut tables);
        let groups: Vec<&str> = plan.groups.iter().map(|group| group.name.get("zh")).collect();
        let mut looked_at = 0;
        for table in tables.iter().filter(|table| table.caption.contains("各视角得分")) {
            let rows: Vec<String> = table.rows.iter().map(|row| row.cells[0].show(Lang::Zh)).collect();
            let base = table.base.clone().unwrap();
            if !rows.iter().any(|row| groups.contains(&row.as_str())) {
                continue;
            }
            looked_at += 1;
            for group in &groups {
                let stands = base.contains(&format!("{group} "));
                assert_eq!(
                    stands,
                    rows.iter().any(|row| row == group),
                    "{}: {base}",
                    table.caption
                );
            }
        }
        assert!(looked_at > 1);
    }

    #[test]
    fn the_response_of_one_group_stands_on_its_own_invitations() {
        let (detail, plan) = (sample::detail(), sample::plan());
        let report = annual(&detail, &plan, &Scope::County, Lang::Zh).unwrap();
        let mut tables = Vec::new();
        collect(&report.sections, &mut tables);
        let of_group = tables
            .iter()
            .find(|table| table.caption.contains("的应答率与有效样本"));
        let table = of_group.unwrap();
        let invited = table.rows[0].cells[1].show(Lang::Zh);
        let base = table.base.clone().unwrap();
        assert!(base.contains(&format!("邀请{invited}份")), "{base}");
    }

    #[test]
    fn no_section_says_in_a_sentence_what_the_title_of_its_chart_says() {
        fn look(sections: &[Section]) {
            for section in sections {
                let titles = section.blocks.iter().filter_map(|block| match block {
                    Block::Figure(figure) => Some(figure.chart.heading().title.clone()),
                    _ => None,
                });
                for title in titles {
                    let twice = section.blocks.iter().any(|block| {
                        matches!(block, Block::Finding(text) if text.trim_end_matches(['。', '.']) == title)
                    });
                    assert!(!twice, "{title}");
                }
                look(&section.sections);
            }
        }
        for lang in [Lang::Zh, Lang::En] {
            let report = annual(&sample::detail(), &sample::plan(), &Scope::County, lang).unwrap();
            look(&report.sections);
        }
    }
}
