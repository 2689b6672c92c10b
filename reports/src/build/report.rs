//! The order of the chapters, and what stands around them.

use std::sync::Arc;

use analysis::plan::Measure;

use super::context::Context;
use super::evaluation::change;
use super::{
    annex, answering, bases, benefit, brief, callbacks, commitments, comparison, follow_up, marks, method,
    participation, perspectives, satisfaction, sheets, summary, third_party, voices, watched,
};
use crate::model::{Block, Fact, Headline, Kind, Lang, Picture, Report, Section, number_sections};
use crate::narrative::{self, Measured};
use crate::number::{self, Value};

/// Makes the whole report.
pub(super) fn assemble(ctx: &Context<'_>) -> Report {
    let chapters = [
        summary::section(ctx),
        method::section(ctx),
        answering::section(ctx),
        participation::section(ctx),
        benefit::section(ctx),
        satisfaction::section(ctx),
        watched::section(ctx),
        perspectives::section(ctx),
        commitments::section(ctx),
        comparison::section(ctx),
        change::section(ctx),
        third_party::section(ctx),
        callbacks::section(ctx),
        voices::section(ctx),
        follow_up::section(ctx),
        annex::section(ctx),
    ];
    let mut sections = finished(ctx, chapters);
    number_sections(&mut sections, ctx.lang);
    // The list of tables needs their numbers, and is one of them.
    let index = annex::index(ctx, &sections);
    if let Some(annex) = sections.last_mut() {
        annex.sections.push(index);
    }
    bases::complete(ctx, &mut sections);
    number_sections(&mut sections, ctx.lang);
    document(ctx, Kind::Annual, sections)
}

/// Makes the one-page brief.
pub(super) fn assemble_brief(ctx: &Context<'_>) -> Report {
    let sections = finished(ctx, brief::sections(ctx));
    document(ctx, Kind::Brief, sections)
}

/// The chapters that say something, with bases and explanations under their tables.
fn finished(ctx: &Context<'_>, chapters: impl IntoIterator<Item = Section>) -> Vec<Section> {
    let mut sections: Vec<Section> = chapters.into_iter().map(said_once).filter_map(pruned).collect();
    bases::complete(ctx, &mut sections);
    marks::explain(ctx, &mut sections);
    sections
}

fn document(ctx: &Context<'_>, kind: Kind, sections: Vec<Section>) -> Report {
    let lang = ctx.lang;
    Report {
        kind,
        lang,
        title: match kind {
            Kind::Annual => title(ctx),
            Kind::Brief => brief_title(ctx),
        },
        subtitle: subtitle(ctx),
        organiser: ctx.plan.round.organiser.get(lang.code()).to_owned(),
        round: ctx.plan.round.id.clone(),
        unit: ctx.unit.to_owned(),
        facts: facts(ctx),
        banner: banner(ctx),
        headlines: headlines(ctx),
        key_sentences: summary::key_sentences(ctx),
        key_chart: key_chart(ctx),
        sections,
        sheets: sheets::all(ctx),
    }
}

/// The picture of the e-mail: the ladder, or the scores where nobody was asked for needs.
fn key_chart(ctx: &Context<'_>) -> Picture {
    let ladder = benefit::short_ladder_chart(ctx, "key-ladder");
    if ladder.steps.is_empty() {
        Arc::new(comparison::score_chart(ctx))
    } else {
        Arc::new(ladder)
    }
}

/// The section without the sentences that are the title of one of its own charts: nothing is said twice on a page.
fn said_once(mut section: Section) -> Section {
    let bare = |text: &str| text.trim_end_matches(['。', '.']).to_owned();
    let titles: Vec<String> = section
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Figure(figure) => Some(bare(&figure.chart.heading().title)),
            _ => None,
        })
        .collect();
    section
        .blocks
        .retain(|block| !matches!(block, Block::Finding(text) if titles.contains(&bare(text))));
    section.sections = section.sections.into_iter().map(said_once).collect();
    section
}

/// The section without its empty parts; none when nothing is left.
fn pruned(mut section: Section) -> Option<Section> {
    section.sections = section.sections.into_iter().filter_map(pruned).collect();
    (!section.is_empty()).then_some(section)
}

pub(super) fn title(ctx: &Context<'_>) -> String {
    match (ctx.lang, ctx.is_county()) {
        (Lang::Zh, true) => "残疾人工作社会测评年度报告".to_owned(),
        (Lang::Zh, false) => "残疾人工作社会测评单位报告".to_owned(),
        (Lang::En, true) => "Annual evaluation of work for disabled people".to_owned(),
        (Lang::En, false) => "Evaluation of work for disabled people: unit report".to_owned(),
    }
}

fn brief_title(ctx: &Context<'_>) -> String {
    ctx.t(
        "残疾人工作社会测评简报",
        "Evaluation of work for disabled people: brief",
    )
    .to_owned()
}

pub(super) fn subtitle(ctx: &Context<'_>) -> String {
    let (unit, county, year) = (
        ctx.unit_name(ctx.unit),
        ctx.unit_name(ctx.county),
        ctx.plan.round.year,
    );
    match (ctx.lang, ctx.is_county()) {
        (Lang::Zh, true) => format!("{county}（{year}年）"),
        (Lang::Zh, false) => format!("{county}{unit}（{year}年）"),
        (Lang::En, true) => format!("{county}, {year}"),
        (Lang::En, false) => format!("{unit}, {county}, {year}"),
    }
}

pub(super) fn facts(ctx: &Context<'_>) -> Vec<Fact> {
    let round = &ctx.plan.round;
    let lang = ctx.lang;
    let hash = &ctx.detail.results.plan_sha256;
    let fact = |label: &str, value: String| Fact {
        label: label.to_owned(),
        value,
    };
    let (from, to) = (
        number::date(round.opens_on, lang),
        number::date(round.closes_on, lang),
    );
    let mut facts = vec![
        fact(
            ctx.t("测评轮次", "Round"),
            format!("{}{}", round.title.get(lang.code()), bracketed(&round.id, lang)),
        ),
        fact(
            ctx.t("组织单位", "Organiser"),
            round.organiser.get(lang.code()).to_owned(),
        ),
        fact(
            ctx.t("调查时间", "Fieldwork"),
            lang.pick(format!("{from}至{to}"), format!("{from} to {to}")),
        ),
        fact(
            ctx.t("方案指纹", "Plan SHA-256"),
            match ctx.detail.results.plan_version() {
                1 => hash.clone(),
                version => lang.pick(
                    format!("{hash}（修订后的第{version}版）"),
                    format!("{hash} (version {version}, as amended)"),
                ),
            },
        ),
    ];
    facts.extend(commitments::records_used(ctx).map(|words| fact(ctx.t("数据版本", "Records"), words)));
    facts
}

fn bracketed(text: &str, lang: Lang) -> String {
    lang.pick(format!("（{text}）"), format!(" ({text})"))
}

/// What the cover says when the figures cannot be real: GB/T 2260 gives no place a code
/// beginning with 99, so such a county is fictional.
pub(super) fn banner(ctx: &Context<'_>) -> Option<String> {
    ctx.county.starts_with("99").then(|| {
        ctx.t(
            "演示数据：县名、人员和答卷均为程序生成，不反映任何真实地区的情况。",
            "Demonstration: the county, its people and all answers are made by a program and tell nothing about any real place.",
        )
        .to_owned()
    })
}

pub(super) fn headlines(ctx: &Context<'_>) -> Vec<Headline> {
    [
        (
            Measure::Participation,
            ctx.t("参与率", "Participation rate"),
            ctx.t(
                "过去一年至少参加过一次活动、培训、座谈或会议的人",
                "took part at least once in the year",
            ),
        ),
        (
            Measure::Benefit,
            ctx.t("受益率", "Benefit rate"),
            ctx.t(
                "有需要、得到了而且有帮助的服务占全部需求的比例",
                "share of needs that were met and helped",
            ),
        ),
        (
            Measure::Satisfaction,
            ctx.t("满意度", "Satisfaction"),
            ctx.t("总体满意程度，0–100分", "overall satisfaction, 0–100"),
        ),
    ]
    .into_iter()
    .filter_map(|(measure, name, meaning)| headline(ctx, measure, name, meaning))
    .collect()
}

fn headline(ctx: &Context<'_>, measure: Measure, name: &str, meaning: &str) -> Option<Headline> {
    let leaf = ctx.leaf(measure)?;
    let row = ctx.estimate(&leaf.code, ctx.unit, None);
    let value = ctx.value(row);
    let (change, movement) = if value == Value::Suppressed {
        narrative::change(None, None, ctx.format(&leaf.code), ctx.lang)
    } else if ctx.is_county() || ctx.has_previous() {
        ctx.change(&leaf.code, ctx.unit)
    } else {
        let now = row.and_then(|row| Measured::new(row.estimate, row.se));
        // A unit without an earlier round is read against its county.
        let county = ctx
            .estimate(&leaf.code, ctx.county, None)
            .and_then(|row| Measured::new(row.estimate, row.se));
        let (words, _) = narrative::against_county(now, county, ctx.format(&leaf.code), ctx.lang);
        (words, crate::model::Movement::Unknown)
    };
    Some(Headline {
        name: name.to_owned(),
        value,
        interval: ctx.value_interval(row),
        change,
        movement,
        meaning: meaning.to_owned(),
    })
}
