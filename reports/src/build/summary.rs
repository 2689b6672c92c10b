//! Chapter one: what a reader who stops here must know.

use analysis::plan::{FrameSource, Measure, PERSONS};

use super::context::Context;
use super::evaluation::change;
use super::{benefit, comparison, method};
use crate::model::{Block, Lang, Section};
use crate::narrative;
use crate::number::{self, NumberFormat};

/// The chapter.
pub(super) fn section(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("summary", ctx.t("摘要", "Summary"));
    section.paragraph(opening(ctx));
    section.push(Block::Headlines);
    section.finding(benefit::ladder_sentence(ctx));
    section.finding(comparison::place_sentence(ctx));
    section.finding(change::finding(ctx));
    section.finding(benefit::unmet_sentence(ctx));
    if let Some(rate) = method::persons_rate(ctx, ctx.unit) {
        let words = whose(ctx, &narrative::response(rate, ctx.lang));
        if rate < 0.5 {
            section.warning(words)
        } else {
            section.note(words)
        };
    }
    let ladder = benefit::ladder_chart(ctx, "summary-ladder");
    if !ladder.steps.is_empty() {
        section.figure(ladder);
    }
    section
}

/// The three sentences of the e-mail.
pub(super) fn key_sentences(ctx: &Context<'_>) -> Vec<String> {
    [
        benefit::ladder_sentence(ctx),
        comparison::place_sentence(ctx),
        benefit::unmet_sentence(ctx),
    ]
    .into_iter()
    .filter(|sentence| !sentence.is_empty())
    .collect()
}

/// The response rate that the summary prints is that of the disabled people themselves: it says so.
fn whose(ctx: &Context<'_>, words: &str) -> String {
    let Some(group) = ctx.plan.group_of(FrameSource::Persons) else {
        return words.to_owned();
    };
    let name = group.name.get(ctx.lang.code());
    match ctx.lang {
        Lang::Zh => format!("{name}{words}"),
        Lang::En => words.replacen(
            "The response rate",
            &format!("The response rate of {}", within(name)),
            1,
        ),
    }
}

/// A name within a sentence: "Family and friends" loses its capital.
fn within(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}

fn opening(ctx: &Context<'_>) -> String {
    let (invited, complete) = method::totals(ctx, ctx.unit);
    let count = |n: u64| number::number(n as f64, NumberFormat::Count);
    let answers = match (ctx.lang, complete) {
        (Lang::Zh, Some(n)) => format!("收回有效答卷{}份", count(n)),
        (Lang::Zh, None) => "有的评价主体答卷太少，总数不公布".to_owned(),
        (Lang::En, Some(n)) => format!("{} complete answers came back", count(n)),
        (Lang::En, None) => "too few answers came from one of them for the total to be given".to_owned(),
    };
    let invited = count(invited);
    let groups: Vec<String> = ctx
        .plan
        .groups
        .iter()
        .map(|group| within(group.name.get(ctx.lang.code())))
        .collect();
    let groups = ctx.list(&groups);
    let population = ctx
        .weights(PERSONS, ctx.unit)
        .or_else(|| ctx.weights(&ctx.plan.groups.first()?.code, ctx.unit))
        .map(|row| number::number(row.sum, NumberFormat::Count));
    let name = ctx.unit_name(ctx.unit);
    let overall = ctx.leaf(Measure::Satisfaction).map_or(0, |leaf| leaf.code.len());
    // Nothing was asked where nobody was invited: the opening would then be empty words.
    if complete == Some(0) && overall == 0 {
        return String::new();
    }
    match (ctx.lang, population) {
        (Lang::Zh, Some(all)) => format!(
            "本轮测评在{name}向{groups}发出邀请{invited}份，{answers}。结果经加权，代表{name}持证残疾人{all}人。以下数字均附95%置信区间，说明抽样会带来多大误差。"
        ),
        (Lang::Zh, None) => {
            format!("本轮测评在{name}向{groups}发出邀请{invited}份，{answers}。")
        }
        (Lang::En, Some(all)) => format!(
            "In {name}, {invited} invitations went to {groups}, and {answers}. Results are weighted to the {all} registered disabled people. Every number comes with its 95% interval, which tells how much the draw of the sample may have moved it."
        ),
        (Lang::En, None) => {
            format!("In {name}, {invited} invitations went to {groups}, and {answers}.")
        }
    }
}
