//! Chapter eight: what the third party found, and how far its scorers agree.

use analysis::results::{CriterionResult, ScorerAgreement};

use super::context::Context;
use crate::model::{Column, Lang, Row, Section, Table};
use crate::number::{self, NumberFormat, Value};

/// Below this Krippendorff's alpha, marks do not support conclusions (Krippendorff 2004).
const LEAST_ALPHA: f64 = 0.667;

/// The chapter.
pub(super) fn section(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("third-party", ctx.t("第三方评估", "Third party"));
    if ctx.detail.criteria.is_empty() {
        return section;
    }
    section.paragraph(match &ctx.plan.third_party {
        Some(plan) => match ctx.lang {
            Lang::Zh => format!(
                "第三方按评分项现场核查打分，每个单位、每项至少{}人各自独立评分，封存前互不可见。",
                plan.scorers
            ),
            Lang::En => format!(
                "The third party scored criteria on site; at least {} scorers per unit and criterion, blind to each other until sealed.",
                plan.scorers
            ),
        },
        None => String::new(),
    });
    section.sections = vec![criteria(ctx), agreement(ctx)];
    section
}

fn of_criterion<'a>(ctx: &Context<'a>, criterion: &str) -> Vec<&'a CriterionResult> {
    let units = ctx.units();
    let rows = ctx.detail.criteria.iter();
    rows.filter(|row| row.criterion == criterion && units.contains(&row.unit.as_str()))
        .collect()
}

/// The mean over the units, as percent of the highest mark.
fn mean(rows: &[&CriterionResult]) -> Option<f64> {
    (!rows.is_empty()).then(|| rows.iter().map(|row| row.value).sum::<f64>() / rows.len() as f64)
}

fn criteria(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("third-party-criteria", ctx.t("评分项", "Criteria"));
    let own = |criterion: &str| {
        ctx.detail
            .criteria
            .iter()
            .find(|row| row.criterion == criterion && row.unit == ctx.unit)
    };
    let mut columns = vec![Column::words(ctx.t("评分项", "Criterion"), 4.2)];
    if ctx.is_county() {
        columns.extend([
            Column::figures(ctx.t("平均", "Mean")),
            Column::figures(ctx.t("最低", "Least")),
            Column::figures(ctx.t("最高", "Greatest")),
            Column::figures(ctx.t("评分人次", "Marks")),
        ]);
    } else {
        columns.extend([
            Column::figures(ctx.t("本单位", "This unit")),
            Column::figures(ctx.t("标准误", "Standard error")),
            Column::figures(ctx.t("各单位平均", "Mean of units")),
            Column::figures(ctx.t("评分人数", "Scorers")),
        ]);
    }
    let mut lowest: Option<(f64, String)> = None;
    let rows = ctx
        .plan
        .criteria
        .iter()
        .filter_map(|criterion| {
            let all = of_criterion(ctx, &criterion.code);
            let name = criterion.name.get(ctx.lang.code()).to_owned();
            let shown = if ctx.is_county() {
                mean(&all)
            } else {
                own(&criterion.code).map(|row| row.value)
            }?;
            if lowest.as_ref().is_none_or(|(least, _)| shown < *least) {
                lowest = Some((shown, name.clone()));
            }
            let mut cells = vec![Value::text(format!("{}　{name}", criterion.code))];
            if ctx.is_county() {
                let values = all.iter().map(|row| row.value);
                cells.extend([
                    Value::score(Some(shown)),
                    Value::score(values.clone().min_by(f64::total_cmp)),
                    Value::score(values.max_by(f64::total_cmp)),
                    Value::count(all.iter().map(|row| row.scorers).sum()),
                ]);
            } else {
                let row = own(&criterion.code);
                cells.extend([
                    Value::score(Some(shown)),
                    Value::number(row.and_then(|row| row.se), NumberFormat::Decimal),
                    Value::score(mean(&all)),
                    Value::count(row.map_or(0, |row| row.scorers)),
                ]);
            }
            Some(Row::plain(cells))
        })
        .collect();
    if let Some((value, name)) = lowest {
        let value = number::number(value, NumberFormat::Score);
        section.finding(match ctx.lang {
            Lang::Zh => format!("得分最低的评分项是“{name}”，为满分的{value}%。"),
            Lang::En => format!("The lowest criterion is “{name}”, at {value}% of the highest mark."),
        });
    }
    section.table(Table {
        caption: ctx
            .t(
                "第三方评分（占满分的百分比）",
                "Third-party marks, percent of the highest",
            )
            .to_owned(),
        columns,
        rows,
        ..Table::default()
    });
    section
}

fn agreement(ctx: &Context<'_>) -> Section {
    let mut section = Section::new(
        "third-party-agreement",
        ctx.t("评分一致性", "Agreement of scorers"),
    );
    let overall = ctx.detail.agreement.iter().find(|row| row.criterion.is_none());
    if let Some(overall) = overall {
        section.finding(sentence(ctx, overall));
    }
    let beyond: Vec<String> = ctx
        .detail
        .criteria
        .iter()
        .filter(|row| row.beyond_limit && (ctx.is_county() || row.unit == ctx.unit))
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
    let rows: Vec<Row> = ctx
        .detail
        .agreement
        .iter()
        .map(|row| {
            let name = row
                .criterion
                .clone()
                .unwrap_or_else(|| ctx.t("全部", "All").to_owned());
            let cells = vec![
                Value::text(name),
                Value::count(row.n),
                Value::Number(row.exact, NumberFormat::Percent),
                Value::Number(row.within_one, NumberFormat::Percent),
                Value::number(row.alpha, NumberFormat::Decimal),
            ];
            Row {
                cells,
                strong: row.criterion.is_none(),
            }
        })
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
                Column::figures("Krippendorff α"),
            ],
            rows,
            ..Table::default()
        });
    }
    section
}

fn sentence(ctx: &Context<'_>, overall: &ScorerAgreement) -> String {
    let exact = number::number(overall.exact, NumberFormat::Percent);
    let near = number::number(overall.within_one, NumberFormat::Percent);
    let alpha = overall
        .alpha
        .map(|alpha| number::number(alpha, NumberFormat::Decimal));
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

/// Criteria marked beyond the limit: how many, for the list of what to do next.
pub(super) fn beyond_limit(ctx: &Context<'_>) -> usize {
    let rows = ctx.detail.criteria.iter();
    rows.filter(|row| row.beyond_limit && (ctx.is_county() || row.unit == ctx.unit))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::Scope;
    use crate::model::Block;
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
        };
        assert!(sentence(&ctx, &row(0.5)).contains("谨慎使用"));
        assert!(!sentence(&ctx, &row(0.8)).contains("谨慎使用"));
    }

    #[test]
    fn unit_chapter_names_no_other_unit() {
        let (detail, plan) = (sample::detail(), sample::plan());
        let code = plan.scored_units()[2].code.clone();
        let scope = Scope::Unit(code.clone());
        let ctx = Context::new(&detail, None, &plan, &scope, Lang::Zh).unwrap();
        let words = format!("{:?}", section(&ctx));
        for other in plan.scored_units().into_iter().filter(|unit| unit.code != code) {
            assert!(!words.contains(other.name.get("zh")), "{}", other.name.get("zh"));
        }
        assert!(matches!(
            section(&ctx).sections[0].blocks.last(),
            Some(Block::Table(_))
        ));
    }
}
