//! The console's page of briefs, and of the reports of all units at once.

use std::borrow::Cow;

use maud::{Markup, html};

use super::layout::{SignedIn, csrf};
use super::round::ReportUnit;
use super::round_page::RoundPage;
use super::{Lang, tr};

/// How far the archive of a language is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    /// Never asked for.
    Never,
    /// Waiting for the runner.
    Queued,
    /// Under way, with the percentage that is done.
    Running(u8),
    /// Ready since the time given.
    Done(String),
    /// Ready since the time given, but of results that were computed again since.
    Stale(String),
    /// Given up, with the reason.
    Failed(String),
}

impl Made {
    /// Whether the end is still to come.
    pub fn is_pending(&self) -> bool {
        matches!(self, Self::Queued | Self::Running(_))
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Queued => "queued",
            Self::Running(_) => "running",
            Self::Done(_) => "done",
            Self::Stale(_) => "stale",
            Self::Failed(_) => "failed",
        }
    }
}

/// The page.
#[derive(Clone, Debug)]
pub struct Reports {
    /// Identifier of the round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// Units that have a brief; none before computing.
    pub units: Vec<ReportUnit>,
    /// The archives by language.
    pub archives: Vec<(Lang, Made)>,
    /// Whether the role may have all reports made.
    pub may_make: bool,
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &Reports) -> Markup {
    let path = format!("/console/rounds/{}/reports", view.round);
    let title = tr!(lang, "reports.title");
    RoundPage::new(lang, staff, (&view.round, &view.title), (&path, &title)).render(&html! {
        @if view.units.is_empty() {
            p.warning { (tr!(lang, "reports.not_computed")) }
        } @else {
            p { (tr!(lang, "reports.lead")) }
            (brief(lang, view))
            h2 { (tr!(lang, "reports.all")) }
            p { (tr!(lang, "reports.all_lead")) }
            @for (of, made) in &view.archives { (archive(lang, staff, view, *of, made)) }
            @if view.archives.iter().any(|(_, made)| made.is_pending()) {
                p { a href=(path) { (tr!(lang, "reports.refresh")) } }
            }
        }
    })
}

fn brief(lang: Lang, view: &Reports) -> Markup {
    html! {
        h2 { (tr!(lang, "reports.brief")) }
        form.inline method="get" action={ "/console/rounds/" (view.round) "/report/download" } {
            input type="hidden" name="kind" value="brief";
            div.field {
                label for="unit" { (tr!(lang, "reports.brief_unit")) }
                select #unit name="unit" {
                    option value="" { (tr!(lang, "reports.county")) }
                    @for unit in &view.units { option value=(unit.code) { (unit.name) } }
                }
            }
            div.field {
                label for="format" { (tr!(lang, "reports.brief_format")) }
                select #format name="format" {
                    option value="pdf" { (tr!(lang, "round.format_pdf")) }
                    option value="html" { (tr!(lang, "round.format_html")) }
                }
            }
            div.field {
                label for="lang" { (tr!(lang, "reports.brief_language")) }
                select #lang name="lang" {
                    @for choice in Lang::ALL {
                        option value=(choice.code()) lang=(choice.tag()) selected[choice == lang] { (own_name(choice)) }
                    }
                }
            }
            button type="submit" { (tr!(lang, "reports.brief_go")) }
        }
    }
}

fn own_name(lang: Lang) -> Cow<'static, str> {
    match lang {
        Lang::Zh => tr!(lang, "language.zh"),
        Lang::En => tr!(lang, "language.en"),
    }
}

fn archive(lang: Lang, staff: &SignedIn, view: &Reports, of: Lang, made: &Made) -> Markup {
    let path = format!("/console/rounds/{}/reports", view.round);
    let name = own_name(of);
    let ready = matches!(made, Made::Done(_) | Made::Stale(_));
    html! {
        h3 lang=(of.tag()) { (name) }
        p .warning[matches!(made, Made::Failed(_) | Made::Stale(_))] data-job-state=(made.word()) {
            @match made {
                Made::Never => (tr!(lang, "reports.none")),
                Made::Queued => (tr!(lang, "reports.queued")),
                Made::Running(percent) => (tr!(lang, "reports.running", percent = percent)),
                Made::Done(at) => (tr!(lang, "reports.done", at = at)),
                Made::Stale(at) => (tr!(lang, "reports.stale", at = at)),
                Made::Failed(message) => (tr!(lang, "reports.failed", message = message)),
            }
            @if let Made::Running(percent) = made {
                progress max="100" value=(percent) aria-label=(tr!(lang, "reports.progress", language = name)) { (percent) "%" }
            }
        }
        @if ready {
            p { a href={ (path) "/all/download?lang=" (of.code()) } { (tr!(lang, "reports.download", language = name)) } }
        }
        @if view.may_make && !made.is_pending() {
            form method="post" action=(path) {
                (csrf(&staff.csrf))
                input type="hidden" name="lang" value=(of.code());
                button type="submit" {
                    @if ready { (tr!(lang, "reports.all_again", language = name)) }
                    @else { (tr!(lang, "reports.all_go", language = name)) }
                }
            }
        }
    }
}
