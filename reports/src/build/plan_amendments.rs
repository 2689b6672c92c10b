//! The annex's account of changes to the sealed plan: which version made the figures, and why there is more than one.

use super::context::Context;
use crate::model::{Column, Row, Section, Table};
use crate::number::Value;

/// The section; none where the plan stands as it was first sealed.
pub(super) fn section(ctx: &Context<'_>) -> Option<Section> {
    let results = &ctx.detail.results;
    let version = results.plan_version();
    if version == 1 {
        return None;
    }
    let mut section = Section::new(
        "annex-plan-amendments",
        ctx.t("方案的修订", "Amendments of the plan"),
    );
    section.paragraph(ctx.lang.pick(
        format!(
            "本报告的全部数字都按方案第{version}版计算。方案封存以后经过公开修订，每次修订的原因和当时已经收到的答卷数列在下面；修订以前算出的数字，不能和本报告直接相比。"
        ),
        format!(
            "Every figure in this report was computed under version {version} of the plan. The plan was amended in public after it was sealed; each amendment is listed with its reason and the answers that had come by then. Figures computed before an amendment cannot be compared with these directly."
        ),
    ));
    let lines = results.amendments.iter().filter(|line| line.is_of_plan());
    let rows = lines.zip(2_u64..).map(|(line, number)| {
        Row::plain(vec![
            Value::count(number),
            Value::text(line.day.to_string()),
            Value::text(line.reason.clone()),
            // Twelve characters tell versions apart.
            Value::text(format!("{:.12} → {:.12}", line.old_version, line.new_version)),
            Value::count(line.answers_before),
        ])
    });
    section.table(Table {
        caption: ctx.t("方案修订记录", "The amendments of the plan").to_owned(),
        columns: vec![
            Column::figures(ctx.t("版本", "Version")),
            Column::words(ctx.t("日期", "Day"), 1.1),
            Column::words(ctx.t("原因", "Reason"), 3.2),
            Column::words(ctx.t("指纹", "SHA-256"), 2.2),
            Column::figures(ctx.t("此前答卷数", "Answers before")),
        ],
        rows: rows.collect(),
        ..Table::default()
    });
    Some(section)
}
