//! Respondents beside the frame: who answered more and less often than the register would have it.

use analysis::plan::FrameSource;

use super::super::context::Context;
use super::margin;
use crate::model::{Column, Lang, Row, Section, Table};
use crate::number::{self, NumberFormat, Value};

/// The section.
pub(super) fn section(ctx: &Context<'_>) -> Section {
    let mut section = Section::new(
        "method-frame",
        ctx.t("受访者与抽样框对照", "Respondents beside the frame"),
    );
    // The comparison is made for the whole county; by township it would single out persons.
    let persons = ctx
        .plan
        .group_of(FrameSource::Persons)
        .map(|group| group.code.as_str());
    let cells: Vec<_> = ctx
        .detail
        .respondents_vs_frame
        .iter()
        .filter(|cell| Some(cell.group.as_str()) == persons && cell.by != ["township"])
        .collect();
    if cells.is_empty() {
        return section;
    }
    let furthest = cells.iter().filter(|cell| ctx.may_show(cell.n)).max_by(|a, b| {
        (a.respondents - a.frame)
            .abs()
            .total_cmp(&(b.respondents - b.frame).abs())
    });
    if let Some(cell) = furthest {
        let label = cell_name(&cell.cell, &cell.by, ctx.lang);
        let (frame, got) = (
            number::number(cell.frame, NumberFormat::Percent),
            number::number(cell.respondents, NumberFormat::Percent),
        );
        let mended = number::number(cell.weighted, NumberFormat::Percent);
        section.finding(match ctx.lang {
            Lang::Zh => format!("加权前，受访者与名册相差最大的是{label}：名册{frame}，受访者{got}，加权后{mended}。"),
            Lang::En => format!(
                "Before weighting, respondents differ most from the register in {label}: {frame} of the register, {got} of respondents, {mended} after weighting."
            ),
        });
    }
    let rows = cells
        .iter()
        .map(|cell| {
            let shown = ctx.may_show(cell.n);
            let hide = |value: Value| if shown { value } else { Value::Suppressed };
            Row::plain(vec![
                Value::text(
                    cell.by
                        .iter()
                        .map(|by| margin(by, ctx.lang))
                        .collect::<Vec<_>>()
                        .join("×"),
                ),
                Value::text(cell_name(&cell.cell, &cell.by, ctx.lang)),
                Value::Number(cell.frame, NumberFormat::Percent),
                hide(Value::Number(cell.respondents, NumberFormat::Percent)),
                hide(Value::Number(cell.weighted, NumberFormat::Percent)),
                ctx.base(cell.n),
            ])
        })
        .collect();
    section.table(Table {
        caption: ctx
            .t(
                "全县受访者构成与名册构成",
                "Respondents and register, whole county",
            )
            .to_owned(),
        columns: vec![
            Column::words(ctx.t("特征", "Margin"), 1.4),
            Column::words(ctx.t("类别", "Cell"), 1.6),
            Column::figures(ctx.t("名册", "Register")),
            Column::figures(ctx.t("受访者（未加权）", "Respondents, unweighted")),
            Column::figures(ctx.t("加权后", "Weighted")),
            Column::figures(ctx.t("答卷数", "Answers")),
        ],
        rows,
        ..Table::default()
    });
    section
}

/// "18–44岁", "75岁及以上".
fn age_band(band: &str, lang: Lang) -> String {
    match band.strip_suffix('+') {
        Some(from) => lang.pick(format!("{from}岁及以上"), format!("aged {from} and over")),
        None => {
            let band = band.replace('-', "–");
            lang.pick(format!("{band}岁"), format!("aged {band}"))
        }
    }
}

/// The words of a cell of a margin: register codes as people say them.
fn cell_name(cell: &[String], by: &[String], lang: Lang) -> String {
    let name = |(value, column): (&String, &String)| {
        let words = match (column.as_str(), value.as_str()) {
            ("category", "vision") => ("视力", "visual impairment"),
            ("category", "hearing") => ("听力", "hearing impairment"),
            ("category", "speech") => ("言语", "speech impairment"),
            ("category", "physical") => ("肢体", "physical disability"),
            ("category", "intellectual") => ("智力", "intellectual disability"),
            ("category", "mental") => ("精神", "mental disability"),
            ("category", "multiple") => ("多重", "multiple disabilities"),
            ("sex", "male" | "m" | "1") => ("男", "men"),
            ("sex", "female" | "f" | "2") => ("女", "women"),
            ("grade", "1") => ("一级", "grade 1"),
            ("grade", "2") => ("二级", "grade 2"),
            ("grade", "3") => ("三级", "grade 3"),
            ("grade", "4") => ("四级", "grade 4"),
            ("age_band", band) => return age_band(band, lang),
            (_, other) => return other.to_owned(),
        };
        lang.pick(words.0, words.1).to_owned()
    };
    cell.iter()
        .zip(by)
        .map(name)
        .collect::<Vec<_>>()
        .join(lang.pick("，", ", "))
}
