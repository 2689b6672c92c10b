//! What questions are called in a table or a chart, where their full wording has no room.

use super::context::Context;

/// A few words for a question: the common ones by name, others from the form.
pub(super) fn short(ctx: &Context<'_>, group: &str, question: &str) -> String {
    let words = match question {
        "sat_overall" => ("总体工作", "the work overall"),
        "sat_attitude" => ("服务态度", "attitude"),
        "sat_speed" => ("办事快慢", "speed"),
        "sat_trips" => ("少跑路", "few trips"),
        "sat_fair" => ("公平", "fairness"),
        "sat_clear" => ("讲得清楚", "clear explanation"),
        "sat_handling" => ("诉求处理", "handling of problems raised"),
        "sat_respite" => ("喘息服务", "respite"),
        "sat_carer_support" => ("照护支持", "support for carers"),
        "sat_carer_overall" => ("照护者总体感受", "carers overall"),
        "sat_guidance" => ("上级指导", "guidance from above"),
        "sat_training" => ("培训", "training"),
        _ => return from_form(ctx, group, question),
    };
    ctx.t(words.0, words.1).to_owned()
}

/// The question's own words, or its name when the form has it no longer.
fn from_form(ctx: &Context<'_>, group: &str, question: &str) -> String {
    let asked = ctx.plan.forms.get(group).and_then(|form| form.question(question));
    let words = asked
        .map(|q| q.label.get(ctx.lang.code()).trim().to_owned())
        .filter(|words| !words.is_empty());
    words.unwrap_or_else(|| question.to_owned())
}
