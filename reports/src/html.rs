//! The report as one HTML file that needs nothing else: style and pictures are inline,
//! there is no script, and it opens from a memory stick as well as from the server.
//!
//! Landmarks, one `h1`, a skip link, captions and scoped headers make it readable by
//! ear; every chart has its words and its table beside it. Wide charts are swapped for
//! narrow ones on phones by a media query alone.

mod block;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::chart::ChartError;
use crate::model::{Kind, Lang, Report, Section};

/// The sheet of every report page.
const STYLE: &str = include_str!("html/report.css");

/// Why a page could not be made.
#[derive(Debug, thiserror::Error)]
pub enum HtmlError {
    /// A chart could not be drawn.
    #[error("a chart of the report could not be drawn: {0}")]
    Chart(#[from] ChartError),
}

/// Renders the report as one self-contained page.
///
/// # Errors
/// [`HtmlError::Chart`] when a chart cannot be drawn.
pub fn render(report: &Report) -> Result<String, HtmlError> {
    let lang = report.lang;
    let sections = report
        .sections
        .iter()
        .map(|s| section(report, s, 2))
        .collect::<Result<Vec<_>, _>>()?;
    let page = html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content="Minyi";
                title { (report.title) " · " (report.subtitle) }
                style { (PreEscaped(STYLE)) }
            }
            body class=[(report.kind == Kind::Brief).then_some("brief")] {
                a class="skip" href="#main" { (lang.pick("跳到正文", "Skip to the report")) }
                (masthead(report))
                @if report.kind == Kind::Annual { (contents(report)) }
                main id="main" {
                    @for section in &sections { (section) }
                }
                (colophon(report))
            }
        }
    };
    Ok(page.into_string())
}

fn masthead(report: &Report) -> Markup {
    html! {
        header {
            p class="organiser" { (report.organiser) }
            h1 { (report.title) }
            p class="subtitle" { (report.subtitle) }
            @if let Some(banner) = &report.banner {
                p class="banner" { strong { (banner) } }
            }
            // What a page was made from stands at its foot.
            @if report.kind == Kind::Annual { (facts(report)) }
        }
    }
}

fn facts(report: &Report) -> Markup {
    html! {
        dl class="facts" {
            @for fact in &report.facts {
                dt { (fact.label) }
                dd { (fact.value) }
            }
        }
    }
}

fn contents(report: &Report) -> Markup {
    let title = report.lang.pick("目录", "Contents");
    html! {
        nav class="contents" aria-label=(title) {
            h2 { (title) }
            ol {
                @for section in &report.sections {
                    li { a href={ "#" (section.id) } { (section.heading(report.lang)) } }
                }
            }
        }
    }
}

fn section(report: &Report, part: &Section, level: u8) -> Result<Markup, HtmlError> {
    let heading_id = format!("{}-h", part.id);
    let blocks = part
        .blocks
        .iter()
        .map(|b| block::markup(report, b))
        .collect::<Result<Vec<_>, _>>()?;
    let below = part
        .sections
        .iter()
        .map(|s| section(report, s, level + 1))
        .collect::<Result<Vec<_>, _>>()?;
    let heading = part.heading(report.lang);
    Ok(html! {
        section id=(part.id) aria-labelledby=(heading_id) {
            @match level {
                2 => h2 id=(heading_id) { (heading) },
                3 => h3 id=(heading_id) { (heading) },
                _ => h4 id=(heading_id) { (heading) },
            }
            @for block in &blocks { (block) }
            @for part in &below { (part) }
        }
    })
}

fn colophon(report: &Report) -> Markup {
    let made = match report.lang {
        Lang::Zh => "本报告由民意（Minyi）依据封存的评价方案自动生成，各格式文本的数字来自同一份结果文件。",
        Lang::En => {
            "Made by Minyi from the sealed plan; the figures in every format come from one results file."
        }
    };
    html! {
        footer {
            @if report.kind == Kind::Brief { (facts(report)) }
            p { (made) }
        }
    }
}

#[cfg(test)]
mod tests;
