//! What stands beside the figures: how scorers agree, series and counts as they came, and what the reader must know.

use survey_forms::text::Text;

use super::RoundInput;
use super::cases::Cases;
use super::sample;
use crate::evaluation::agreement;
use crate::indicator::marks::Marks;
use crate::plan::Plan;
use crate::results::{AdminPoint, DailyCount, OpenLinkCount, RoundDetail, ScorerAgreement};

/// Agreement of the marks that were given blind, each criterion and all of them; see [`agreement`].
pub(super) fn scorer_agreement(plan: &Plan, marks: &Marks) -> Vec<ScorerAgreement> {
    let criteria: Vec<agreement::CriterionMarks> = plan
        .criteria
        .iter()
        .map(|criterion| agreement::CriterionMarks {
            criterion: criterion.code.clone(),
            units: plan
                .units
                .iter()
                .map(|unit| marks.blind(&criterion.code, &unit.code))
                .collect(),
        })
        .collect();
    agreement::by_criterion(&criteria)
}

pub(super) fn admin_points(plan: &Plan) -> Vec<AdminPoint> {
    let mut points: Vec<AdminPoint> = plan
        .admin
        .iter()
        .map(|value| AdminPoint {
            code: value.code.clone(),
            name: value.name.clone(),
            unit_of_measure: value.unit_of_measure.clone(),
            unit: value.unit.clone(),
            period: value.period.clone(),
            value: value.value,
            source: value.source.clone(),
            revision: value.revision,
        })
        .collect();
    points.sort_by(|a, b| (&a.code, &a.unit, &a.period).cmp(&(&b.code, &b.unit, &b.period)));
    points
}

pub(super) fn open_links(input: &RoundInput<'_>) -> Vec<OpenLinkCount> {
    let mut counts: Vec<OpenLinkCount> = input
        .open_link_counts
        .iter()
        .map(|(group, n)| OpenLinkCount {
            group: group.clone(),
            n: *n,
        })
        .collect();
    counts.sort_by(|a, b| a.group.cmp(&b.group));
    counts
}

pub(super) fn daily(input: &RoundInput<'_>) -> Vec<DailyCount> {
    let mut counts: Vec<DailyCount> = input
        .daily
        .iter()
        .map(|(date, group, n)| DailyCount {
            date: *date,
            group: group.clone(),
            n: *n,
        })
        .collect();
    counts.sort_by(|a, b| (a.date, &a.group).cmp(&(b.date, &b.group)));
    counts
}

/// What every reader must know, beside what the steps above had to say.
pub(super) fn warn(plan: &Plan, cases: &[Cases], detail: &RoundDetail, warnings: &mut Vec<Text>) {
    let staff: usize = cases
        .iter()
        .map(|cases| cases.staff_collected.iter().filter(|staff| **staff).count())
        .sum();
    if staff > 0 {
        warnings.push(Text::zh_en(
            format!("{staff} 份由被评价单位人员收集的答卷未计入任何估计。"),
            format!("{staff} responses that were collected by staff of judged units are in no estimate."),
        ));
    }
    let county = &plan.county().code;
    for rate in detail
        .results
        .response_rates
        .iter()
        .filter(|rate| rate.unit == *county)
    {
        if let Some(rr) = rate.rr.filter(|rr| *rr < 0.5) {
            let name = sample::perspective_name(plan, &rate.group);
            warnings.push(Text::zh_en(
                format!("{}的应答率为 {:.1}%；误差区间不包含无应答可能造成的偏差。", name.get("zh"), 100.0 * rr),
                format!("{}: the response rate is {:.1}%; intervals do not cover what non-response may have done.", name.get("en"), 100.0 * rr),
            ));
        }
    }
    let single = detail.criteria.iter().filter(|row| row.scorers < 2).count();
    if single > 0 {
        warnings.push(Text::zh_en(
            format!("{single} 个第三方评分只有一人评分，看不出评分人之间的差异。"),
            format!("{single} third-party marks come from a single scorer, whose error cannot be seen."),
        ));
    }
    let open: u64 = detail.open_link_counts.iter().map(|count| count.n).sum();
    if open > 0 {
        warnings.push(Text::zh_en(
            format!("{open} 份公开链接答卷单独列出，未计入估计。"),
            format!("{open} responses by open links are reported apart and are in no estimate."),
        ));
    }
}
