//! Chapter: what people wrote, as themes of a printed code frame. No word of theirs is quoted.

use analysis::results::VoiceTheme;
use analysis::voices::{FRAME, OTHER};

use super::charts;
use super::context::Context;
use crate::chart::BarRow;
use crate::model::{Column, Lang, Row, Section, Table};
use crate::narrative::{self, Measured};
use crate::number::{self, NumberFormat, Value};

/// How many themes the finding names.
const NAMED: usize = 3;

/// The chapter; empty where nobody wrote anything.
pub(super) fn section(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("voices", ctx.t("群众意见", "Voices"));
    let groups: Vec<&str> = groups(ctx);
    if groups.is_empty() {
        return section;
    }
    section.paragraph(ctx.t(
        "问卷最后请人写下“最先要改的是什么”。写的话可能认出人来，所以不引用原话，只按下面印出的编码办法归入主题；一段话可以归入几个主题。占比是写了意见的人中提到该主题的加权比例。",
        "The questionnaires end with the question what should change first. Words can point at their writer, so none is quoted: each text is sorted into themes by the code frame printed below, and may fall into several. Shares are weighted, of those who wrote something.",
    ));
    for group in &groups {
        section.finding(finding(ctx, group));
    }
    let shown = shown_themes(ctx, &groups);
    if shown.is_empty() {
        section.note(too_few(ctx));
        return section;
    }
    for group in &groups {
        if let Some((heading, bars)) = bars(ctx, group) {
            section.figure(charts::share_bars(heading, bars, false));
        }
    }
    section.table(table(ctx, &groups, &shown));
    section.sections.push(frame(ctx));
    section
}

/// The groups of the unit in which enough people wrote something.
fn groups<'a>(ctx: &Context<'a>) -> Vec<&'a str> {
    let wrote = |group: &&str| rows(ctx, group).next().is_some();
    let codes = ctx.plan.groups.iter().map(|group| group.code.as_str());
    codes.filter(wrote).collect()
}

fn rows<'a>(ctx: &Context<'a>, group: &str) -> impl Iterator<Item = &'a VoiceTheme> {
    let (unit, group) = (ctx.unit, group.to_owned());
    let all = ctx.detail.voices.iter();
    all.filter(move |row| row.unit == unit && row.group == group)
}

/// Whether enough people named the theme, and enough wrote at all.
fn is_shown(ctx: &Context<'_>, row: &VoiceTheme) -> bool {
    ctx.may_show(row.named) && ctx.may_show(row.share.n) && row.share.estimate.is_some()
}

/// The themes that any group may show, in the order of the frame.
fn shown_themes(ctx: &Context<'_>, groups: &[&str]) -> Vec<&'static str> {
    let codes = FRAME.iter().map(|theme| theme.code).chain([OTHER]);
    codes
        .filter(|code| {
            groups
                .iter()
                .any(|group| rows(ctx, group).any(|row| row.theme == *code && is_shown(ctx, row)))
        })
        .collect()
}

/// The name of a theme.
pub(super) fn theme_name(code: &str, lang: Lang) -> String {
    let theme = FRAME.iter().find(|theme| theme.code == code);
    theme.map_or_else(
        || lang.pick("其他", "Other").to_owned(),
        |theme| lang.pick(theme.zh, theme.en).to_owned(),
    )
}

/// The themes of a group that may be shown, the most named first; "other" is no theme to be named.
fn by_share<'a>(ctx: &Context<'a>, group: &str) -> Vec<&'a VoiceTheme> {
    let mut found: Vec<&VoiceTheme> = rows(ctx, group)
        .filter(|row| row.theme != OTHER && is_shown(ctx, row))
        .collect();
    found.sort_by(|a, b| {
        let share = |row: &VoiceTheme| row.share.estimate.unwrap_or(0.0);
        share(b).total_cmp(&share(a))
    });
    found
}

fn finding(ctx: &Context<'_>, group: &str) -> String {
    let found = by_share(ctx, group);
    let shares: Vec<Measured> = found
        .iter()
        .filter_map(|row| Measured::new(row.share.estimate, row.share.se))
        .collect();
    let named: Vec<String> = found
        .into_iter()
        .take(NAMED)
        .map(|row| {
            let share = ctx.share(&row.share).show(ctx.lang);
            let name = theme_name(&row.theme, ctx.lang);
            ctx.lang
                .pick(format!("{name}（{share}）"), format!("{name} ({share})"))
        })
        .collect();
    if named.is_empty() {
        return String::new();
    }
    let order = narrative::order_settled(narrative::leaders(&shares), named.len(), ctx.lang);
    let (name, named) = (ctx.perspective_name(group), ctx.list(&named));
    match ctx.lang {
        Lang::Zh => format!("{name}写的意见里，提得最多的是{named}{order}。"),
        Lang::En => format!("{name}: written about most were {named}{order}."),
    }
}

fn too_few(ctx: &Context<'_>) -> String {
    let min = ctx.plan.suppression.min_cell;
    ctx.lang.pick(
        format!("写了意见的人里，没有一个主题有{min}人提到，所以不分主题公布。全县的主题见全县报告。"),
        format!(
            "No theme was named by {min} people here, so none is listed. The county's report has the themes of the whole county."
        ),
    )
}

fn bars(ctx: &Context<'_>, group: &str) -> Option<(crate::chart::Heading, Vec<BarRow>)> {
    let found = by_share(ctx, group);
    let n = found.first()?.share.n;
    let bars = found
        .iter()
        .map(|row| BarRow {
            label: theme_name(&row.theme, ctx.lang),
            point: ctx.share_point(&row.share),
            highlighted: false,
        })
        .collect();
    let name = ctx.perspective_name(group);
    let n = number::number(n as f64, NumberFormat::Count);
    let subtitle = ctx.lang.pick(
        format!("{name}中写了意见的人提到该主题的百分比，n={n}"),
        format!("{name}: percent of those who wrote something, n={n}"),
    );
    let title = finding(ctx, group).trim_end_matches(['。', '.']).to_owned();
    let id = format!("voices-{group}");
    Some((charts::heading(ctx, &id, title, subtitle), bars))
}

fn table(ctx: &Context<'_>, groups: &[&str], shown: &[&str]) -> Table {
    let mut columns = vec![Column::words(ctx.t("主题", "Theme"), 2.2)];
    for group in groups {
        columns.push(Column::figures(ctx.perspective_name(group)));
        columns.push(Column::intervals(ctx.t("95%置信区间", "95% interval")));
    }
    let rows = shown
        .iter()
        .map(|code| {
            let mut cells = vec![Value::text(theme_name(code, ctx.lang))];
            for group in groups {
                let row = self::rows(ctx, group).find(|row| row.theme == *code);
                match row.filter(|row| is_shown(ctx, row)) {
                    Some(row) => cells.extend([ctx.share(&row.share), ctx.share_interval(&row.share)]),
                    None => cells.extend([Value::Suppressed, Value::Suppressed]),
                }
            }
            Row::plain(cells)
        })
        .collect();
    let wrote: Vec<String> = groups
        .iter()
        .filter_map(|group| {
            let n = rows_base(ctx, group)?;
            let (name, n) = (
                ctx.perspective_name(group),
                number::number(n as f64, NumberFormat::Count),
            );
            Some(ctx.lang.pick(format!("{name}{n}人"), format!("{name} {n}")))
        })
        .collect();
    let wrote = ctx.list(&wrote);
    let min = ctx.plan.suppression.min_cell;
    let mut base = ctx.lang.pick(
        format!("写了意见的：{wrote}（未加权）。"),
        format!("Wrote something: {wrote} (unweighted). "),
    );
    base.push_str(&super::bases::of_scores(ctx).unwrap_or_default());
    Table {
        caption: ctx
            .t("意见的主题（占写了意见的人）", "Themes of what people wrote")
            .to_owned(),
        columns,
        rows,
        base: Some(base),
        notes: vec![ctx.lang.pick(
            format!("提到的人不足{min}人的主题不单列。"),
            format!("Themes named by fewer than {min} people are not listed."),
        )],
        ..Table::default()
    }
}

/// How many of a group wrote something, where that may be told.
fn rows_base(ctx: &Context<'_>, group: &str) -> Option<u64> {
    let n = rows(ctx, group).map(|row| row.share.n).max()?;
    ctx.may_show(n).then_some(n)
}

/// The code frame as it was applied.
fn frame(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("voices-frame", ctx.t("编码办法", "Code frame"));
    section.paragraph(ctx.t(
        "一段话里出现下列任何一个词，就归入该主题；一个也没有的归入“其他”。办法对所有单位相同。只看写了什么，不判断褒贬。",
        "A text belongs to a theme when any of the theme's words stands in it, and to “other” when none does. The same rule holds for every unit. It tells what people write about, not whether they praise or blame.",
    ));
    let rows = FRAME
        .iter()
        .map(|theme| {
            let of_language = theme
                .words
                .iter()
                .filter(|word| word.is_ascii() == (ctx.lang == Lang::En));
            let words: Vec<&str> = of_language.copied().collect();
            Row::plain(vec![
                Value::text(theme_name(theme.code, ctx.lang)),
                Value::text(words.join(ctx.lang.pick("、", ", "))),
            ])
        })
        .collect();
    section.table(Table {
        caption: ctx.t("主题和归入的词", "Themes and their words").to_owned(),
        columns: vec![
            Column::words(ctx.t("主题", "Theme"), 1.6),
            Column::words(ctx.t("词", "Words"), 5.0),
        ],
        rows,
        notes: match ctx.lang {
            Lang::Zh => Vec::new(),
            Lang::En => vec![
                "Texts in Chinese are coded by the Chinese words of the same themes, which the Chinese report prints."
                    .to_owned(),
            ],
        },
        ..Table::default()
    });
    section
}
