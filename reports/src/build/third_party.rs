//! Chapter eight: what the third party found, and how far its scorers agree.

use analysis::results::CriterionResult;

use super::context::Context;
use crate::model::{Column, Lang, Row, Section, Table};
use crate::number::{self, NumberFormat, Value};

mod agreement;

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
    section.sections = vec![
        by_section(ctx),
        criteria(ctx),
        agreement::section(ctx),
        evidence(ctx),
    ];
    section.sections.retain(|part| !part.blocks.is_empty());
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

/// Marks by the indicator that they feed, with how far scorers lie apart.
fn by_section(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("third-party-sections", ctx.t("各部分得分", "Marks by part"));
    let units = ctx.units();
    let own = |row: &&CriterionResult| match ctx.is_county() {
        true => units.contains(&row.unit.as_str()),
        false => row.unit == ctx.unit,
    };
    let mut codes: Vec<&str> = Vec::new();
    for criterion in &ctx.plan.criteria {
        if !codes.contains(&criterion.indicator.as_str()) {
            codes.push(&criterion.indicator);
        }
    }
    let rows = codes.into_iter().filter_map(|code| {
        let of_part: Vec<&CriterionResult> = ctx
            .detail
            .criteria
            .iter()
            .filter(|row| row.indicator == code)
            .filter(own)
            .collect();
        let node = ctx.plan.indicators.get(code)?;
        let values = || of_part.iter().map(|row| row.value);
        let cells = vec![
            Value::text(format!("{code}　{}", node.name.get(ctx.lang.code()))),
            Value::score(mean(&of_part)),
            Value::score(values().min_by(f64::total_cmp)),
            Value::score(values().max_by(f64::total_cmp)),
            Value::number(scorer_deviation(&of_part), NumberFormat::Decimal),
            Value::count(of_part.iter().map(|row| row.scorers).sum()),
        ];
        (!of_part.is_empty()).then(|| Row::plain(cells))
    });
    let rows = rows.collect();
    section.table(Table {
        caption: ctx
            .t(
                "第三方评分按部分汇总（占满分的百分比）",
                "Third-party marks by part, percent of the highest",
            )
            .to_owned(),
        columns: vec![
            Column::words(ctx.t("部分", "Part"), 3.2),
            Column::figures(ctx.t("平均", "Mean")),
            Column::figures(ctx.t("最低", "Least")),
            Column::figures(ctx.t("最高", "Greatest")),
            Column::figures(ctx.t("评分人之间的标准差", "Deviation between scorers")),
            Column::figures(ctx.t("评分人次", "Marks")),
        ],
        rows,
        ..Table::default()
    });
    section
}

/// Standard deviation of a single mark around the mean of its unit and criterion, pooled, in percent of the highest
/// mark; `None` where nobody marked the same twice. A standard error se of k marks stands for the variance k·se² with
/// k − 1 degrees of freedom.
fn scorer_deviation(rows: &[&CriterionResult]) -> Option<f64> {
    let (mut squares, mut freedom) = (0.0, 0.0);
    for row in rows {
        if let Some(se) = row.se {
            let k = row.scorers as f64;
            squares += (k - 1.0) * k * se * se;
            freedom += k - 1.0;
        }
    }
    (freedom > 0.0).then(|| (squares / freedom).sqrt())
}

/// How many files of evidence there are; never what they are called or what was written.
fn evidence(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("third-party-evidence", ctx.t("佐证", "Evidence"));
    let of_unit = |unit: &str| {
        let rows = ctx.detail.criteria.iter().filter(|row| row.unit == unit);
        let files: u64 = rows.clone().map(|row| row.evidence).sum();
        let with = rows.filter(|row| row.evidence > 0).count() as u64;
        (files, with)
    };
    if !ctx.is_county() {
        let (files, with) = of_unit(ctx.unit);
        section.paragraph(match ctx.lang {
            Lang::Zh => format!("评分人为{with}个评分项提交了{files}个佐证文件，由考评办保管，指纹已随评分表一起封存。"),
            Lang::En => format!(
                "The scorers handed in {files} files of evidence for {with} criteria; the office keeps them, and their fingerprints were sealed with the score cards."
            ),
        });
        return section;
    }
    let rows: Vec<Row> = ctx
        .units()
        .into_iter()
        .map(|unit| {
            let (files, with) = of_unit(unit);
            Row::plain(vec![
                Value::text(ctx.unit_name(unit)),
                Value::count(files),
                Value::count(with),
            ])
        })
        .collect();
    let all: u64 = ctx.units().into_iter().map(|unit| of_unit(unit).0).sum();
    if all == 0 {
        return section;
    }
    section.paragraph(match ctx.lang {
        Lang::Zh => format!("评分人共提交{all}个佐证文件（照片、PDF），由考评办保管，指纹已随评分表一起封存。"),
        Lang::En => format!(
            "The scorers handed in {all} files of evidence (photographs, PDF); the office keeps them, and their fingerprints were sealed with the score cards."
        ),
    });
    section.table(Table {
        caption: ctx
            .t("各单位的佐证文件数", "Files of evidence by unit")
            .to_owned(),
        columns: vec![
            Column::words(ctx.t("单位", "Unit"), 2.0),
            Column::figures(ctx.t("佐证文件", "Files")),
            Column::figures(ctx.t("有佐证的评分项", "Criteria with evidence")),
        ],
        rows,
        ..Table::default()
    });
    section
}

/// Criteria marked beyond the limit: how many, for the list of what to do next.
pub(super) fn beyond_limit(ctx: &Context<'_>) -> usize {
    agreement::unsettled(ctx).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::Scope;
    use crate::model::Block;
    use crate::sample;

    #[test]
    fn county_chapter_counts_evidence_plots_agreement_and_says_what_a_third_settled() {
        let (mut detail, plan) = (sample::detail(), sample::plan());
        for row in &mut detail.criteria {
            row.third = row.beyond_limit;
        }
        let third = detail.criteria.iter().filter(|row| row.third).count();
        assert!(third > 0);
        for lang in [Lang::Zh, Lang::En] {
            let ctx = Context::new(&detail, None, &plan, &Scope::County, lang).unwrap();
            assert_eq!(beyond_limit(&ctx), 0, "nothing is left for a third scorer");
            let chapter = section(&ctx);
            let words = format!("{chapter:?}");
            assert!(
                words.contains(
                    &ctx.lang
                        .pick(format!("有{third}处"), format!("In {third} places"))
                )
            );
            assert_eq!(chapter.sections.len(), 4);
            let figures = chapter.sections[2].blocks.iter();
            assert_eq!(
                figures.filter(|block| matches!(block, Block::Figure(_))).count(),
                1
            );
        }
    }

    #[test]
    fn deviation_of_scorers_is_pooled_from_their_standard_errors() {
        // Marks 2 and 4 of 4: percent 50 and 100, standard deviation 35.36, standard error 25.
        let row = |se, scorers| CriterionResult {
            criterion: "A1".to_owned(),
            indicator: "4.2".to_owned(),
            unit: "t1".to_owned(),
            mean: 3.0,
            value: 75.0,
            se,
            scorers,
            range: 2.0,
            beyond_limit: false,
            third: false,
            evidence: 0,
        };
        let (two, same, single) = (row(Some(25.0), 2), row(Some(0.0), 2), row(None, 1));
        assert!((scorer_deviation(&[&two]).unwrap() - 1250.0_f64.sqrt()).abs() < 1e-12);
        assert!((scorer_deviation(&[&two, &same, &single]).unwrap() - 25.0).abs() < 1e-12);
        assert_eq!(scorer_deviation(&[&single]), None);
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
        assert!(words.contains("佐证文件"));
    }
}
