//! One block of a report as HTML.

use maud::{Markup, PreEscaped, html};

use super::HtmlError;
use crate::chart::Frame;
use crate::model::{Block, Figure, Headline, Lang, NoteKind, Report, Table};
use crate::number::Value;

/// The markup of one block.
pub(super) fn markup(report: &Report, block: &Block) -> Result<Markup, HtmlError> {
    Ok(match block {
        Block::Paragraph(text) => html! { p { (text) } },
        Block::Finding(text) => html! { p class="finding" { (text) } },
        Block::List { ordered: true, items } => html! { ol { @for item in items { li { (item) } } } },
        Block::List {
            ordered: false,
            items,
        } => html! { ul { @for item in items { li { (item) } } } },
        Block::Headlines => headlines(&report.headlines, report.lang),
        Block::Table(table) => table_markup(table, report.lang),
        Block::Figure(figure) => figure_markup(figure, report.lang)?,
        Block::Note {
            kind: NoteKind::Note,
            text,
        } => html! { div class="note" { (text) } },
        Block::Note {
            kind: NoteKind::Warning,
            text,
        } => {
            let label = report.lang.pick("注意：", "Note: ");
            html! { div class="note warning" { strong { (label) } (text) } }
        }
    })
}

fn headlines(headlines: &[Headline], lang: Lang) -> Markup {
    let interval = lang.pick("95%置信区间 ", "95% interval ");
    html! {
        ul class="headlines" {
            @for headline in headlines {
                li {
                    p class="name" { (headline.name) }
                    p class="value" { (headline.value.show(lang)) }
                    @if headline.interval != Value::Absent {
                        p class="interval" { (interval) (headline.interval.show(lang)) }
                    }
                    p class="change" { (headline.change) }
                    p class="meaning" { (headline.meaning) }
                }
            }
        }
    }
}

fn figure_markup(figure: &Figure, lang: Lang) -> Result<Markup, HtmlError> {
    let heading = figure.chart.heading();
    let wide = figure.chart.svg_in(lang, Frame::WIDE.bare())?;
    let narrow = figure.chart.svg_in(lang, Frame::NARROW.bare())?;
    let show = lang.pick("查看图中数据", "Show the figures of this chart");
    Ok(html! {
        figure {
            figcaption {
                @if !figure.number.is_empty() { span class="number" { (figure.number) } }
                (heading.title)
                @if !heading.subtitle.is_empty() { span class="shown" { (heading.subtitle) } }
            }
            // Two drawings of one picture: only one is displayed, so only one is announced.
            div class="wide" { (PreEscaped(wide)) }
            div class="narrow" { (PreEscaped(narrow)) }
            @if !heading.foot.is_empty() { p class="under" { (heading.foot) } }
            details {
                summary { (show) @if !figure.number.is_empty() { " (" (figure.number) ")" } }
                (figure_table(figure, lang))
            }
        }
    })
}

fn figure_table(figure: &Figure, lang: Lang) -> Markup {
    let table = figure.chart.table(lang);
    html! {
        div class="table" role="region" tabindex="0" aria-label={ (figure.number) " " (figure.chart.heading().title) } {
            table {
                caption { (figure.chart.heading().title) }
                thead { tr { @for title in &table.header { th scope="col" { (title) } } } }
                tbody {
                    @for row in &table.rows {
                        tr {
                            @for (i, cell) in row.iter().enumerate() {
                                @if i == 0 { th scope="row" { (cell) } } @else { td { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn table_markup(table: &Table, lang: Lang) -> Markup {
    html! {
        div class="table" role="region" tabindex="0" aria-label={ (table.number) " " (table.caption) } {
            table {
                caption {
                    @if let Some(unit) = &table.unit { span class="unit" { (unit) } }
                    @if !table.number.is_empty() { span class="number" { (table.number) } }
                    (table.caption)
                }
                thead {
                    tr {
                        @for column in &table.columns {
                            th scope="col" class=[column.figures.then_some("figure")] { (column.title) }
                        }
                    }
                }
                tbody {
                    @for row in &table.rows {
                        tr class=[row.strong.then_some("strong")] {
                            @for (i, (cell, column)) in row.cells.iter().zip(&table.columns).enumerate() {
                                @if i == 0 {
                                    th scope="row" { (cell.show(lang)) }
                                } @else {
                                    td class=[column.figures.then_some("figure")] { (cell.show(lang)) }
                                }
                            }
                        }
                    }
                }
            }
        }
        @if let Some(base) = &table.base { p class="under" { (base) } }
        @for note in &table.notes { p class="under" { (note) } }
    }
}
