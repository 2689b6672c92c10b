//! The console's overview of one round: fieldwork, computing, results, reports.

mod computing;
mod reports;

use maud::{Markup, html};

use super::layout::{ConsoleFrame, SignedIn, console, crumbs};
use super::office::{rate, rate_text};
use super::table::{Table, scrolling};
use super::{Lang, kept, tr, words};

pub use computing::{Computing, computing_page};

/// Below this response rate a warning stands beside the figure (design §6).
const LOW_RATE: f64 = 0.5;

/// Invitations and completes of a group or unit.
#[derive(Clone, Debug)]
pub struct RateLine {
    /// Code, for the row.
    pub code: String,
    /// Name in the page's language.
    pub name: String,
    /// Invitations.
    pub invited: u64,
    /// Complete responses.
    pub complete: u64,
}

impl RateLine {
    /// AAPOR RR1, unweighted.
    fn rate(&self) -> Option<f64> {
        rate(self.complete, self.invited)
    }

    fn is_low(&self) -> bool {
        self.rate().is_some_and(|rate| rate < LOW_RATE)
    }
}

/// An open link and how many answered by it.
#[derive(Clone, Debug)]
pub struct OpenLinkLine {
    /// Name of the group.
    pub group: String,
    /// Path of the link.
    pub href: String,
    /// Responses.
    pub count: u64,
}

/// A headline figure.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What is measured.
    pub name: String,
    /// Estimate in words, with its sign.
    pub estimate: String,
    /// Interval in words.
    pub interval: String,
    /// Persons used.
    pub n: String,
}

/// A unit's score.
#[derive(Clone, Debug)]
pub struct ScoreLine {
    /// Name of the unit.
    pub unit: String,
    /// Score with one decimal.
    pub score: String,
    /// Interval.
    pub interval: String,
    /// Rank.
    pub rank: String,
    /// Rank interval.
    pub rank_interval: String,
    /// Grade.
    pub grade: String,
}

/// The latest results in short.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The county's headline figures.
    pub figures: Vec<Figure>,
    /// Scores in the order of rank.
    pub scores: Vec<ScoreLine>,
}

/// A unit for which a report can be made.
#[derive(Clone, Debug)]
pub struct ReportUnit {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
}

/// The overview of a round.
#[derive(Clone, Debug)]
pub struct Overview {
    /// Identifier.
    pub id: String,
    /// Title in the page's language.
    pub title: String,
    /// State as stored.
    pub state: String,
    /// SHA-256 of the plan, once sealed.
    pub plan_sha256: Option<String>,
    /// Which version of the plan made the results, where there is more than one.
    pub made_by: Option<String>,
    /// Whether the reader may see the plan and the steps of the round.
    pub may_see_plan: bool,
    /// First day, ISO 8601.
    pub opens_on: String,
    /// Last day, ISO 8601.
    pub closes_on: String,
    /// Fieldwork by group.
    pub groups: Vec<RateLine>,
    /// Fieldwork by township.
    pub townships: Vec<RateLine>,
    /// When fieldwork was counted, if not just now.
    pub as_of: Option<String>,
    /// Open links.
    pub open_links: Vec<OpenLinkLine>,
    /// Responses a day.
    pub daily: Vec<(String, u64)>,
    /// Computing.
    pub computing: Computing,
    /// Results; none before computing or where the role may not see them.
    pub summary: Option<Summary>,
    /// Units whose reports can be downloaded; empty before computing or without the right.
    pub report_units: Vec<ReportUnit>,
    /// Whether the role may see interviewers.
    pub may_see_interviewers: bool,
    /// Whether fieldwork and cases may be watched: not by staff of a judged unit.
    pub may_watch: bool,
    /// Whether the role may publish results.
    pub may_publish: bool,
    /// Whether they may look at requests to learn who gave a response.
    pub may_settle_identity: bool,
    /// Whether the role may hand out invitations.
    pub may_hand_out: bool,
    /// Whether the role may see administrative figures and the register of institutions.
    pub may_see_records: bool,
    /// Whether the role may see how the frame changed.
    pub may_see_frame: bool,
    /// Whether the role may see the leadership's e-mail.
    pub may_see_mail: bool,
    /// Whether the plan asks for call-backs and the role may see them.
    pub may_see_callbacks: bool,
    /// Whether the third party's work may be seen.
    pub may_see_scoring: bool,
    /// Whether the person marks units for the third party.
    pub may_mark: bool,
    /// Whether the role may start computing.
    pub may_compute: bool,
    /// Whether the role may see results and reports.
    pub may_read_results: bool,
}

/// Renders the overview.
pub fn page(lang: Lang, staff: &SignedIn, view: &Overview) -> Markup {
    let path = format!("/console/rounds/{}", view.id);
    let frame = ConsoleFrame {
        lang,
        title: &view.title,
        has_error: false,
        path: &path,
        staff: Some(staff),
    };
    let low = view.townships.iter().filter(|line| line.is_low()).count();
    console(
        frame,
        &html! {
            (crumbs(lang, &[]))
            h1 { (view.title) }
            dl.facts {
                div { dt { (tr!(lang, "round.state")) } dd { (words::state(lang, &view.state)) } }
                div { dt { (tr!(lang, "round.dates")) } dd { (view.opens_on) " – " (view.closes_on) } }
                div {
                    dt { (tr!(lang, "round.plan_hash")) }
                    dd {
                        @match &view.plan_sha256 {
                            Some(hash) => code.hash { (hash) },
                            None => (tr!(lang, "round.not_sealed")),
                        }
                    }
                }
            }
            ul.links {
                li { a href={ "/results/" (view.id) } { (tr!(lang, "console.public")) } }
                @if view.may_see_plan {
                    li { a href={ (path) "/plan" } { (tr!(lang, "plan.title")) } }
                    li { a href={ (path) "/steps" } { (tr!(lang, "steps.title")) } }
                }
                @if view.may_watch {
                    li { a href={ (path) "/fieldwork" } { (tr!(lang, "fieldwork.link")) } }
                }
                @if view.may_see_interviewers {
                    li { a href={ (path) "/interviewers" } { (tr!(lang, "interviewers.title")) } }
                }
                @if view.may_hand_out {
                    li { a href={ (path) "/invitations" } { (tr!(lang, "invitations.title")) } }
                }
                @if view.may_watch {
                    li { a href={ (path) "/cases" } { (tr!(lang, "cases.title")) } }
                }
                @if view.may_see_callbacks {
                    li { a href={ (path) "/callbacks" } { (tr!(lang, "callback.title")) } }
                }
                @if view.may_see_mail {
                    li { a href={ (path) "/mailing" } { (tr!(lang, "mailing.title")) } }
                }
                @if view.may_see_scoring {
                    li { a href={ (path) "/scoring" } { (tr!(lang, "scoring.title")) } }
                }
                @if view.may_mark {
                    li { a href={ (path) "/marking" } { (tr!(lang, "marking.title")) } }
                }
                li { a href={ (path) "/improvements" } { (tr!(lang, "improve.title")) } }
                @if view.may_see_records {
                    li { a href={ (path) "/series" } { (tr!(lang, "series.title")) } }
                    li { a href={ (path) "/commitments" } { (tr!(lang, "commitments.title")) } }
                    li { a href={ (path) "/services" } { (tr!(lang, "services.register")) } }
                }
                @if view.may_see_frame { li { a href={ (path) "/frame" } { (tr!(lang, "frame.title")) } } }
                @if view.may_publish { li { a href={ (path) "/publication" } { (tr!(lang, "publication.title")) } } }
                @if view.may_publish { li { a href={ (path) "/data" } { (tr!(lang, "data.title")) } } }
                @if view.may_publish { li { a href={ (path) "/attachments" } { (tr!(lang, "attachments.title")) } } }
                @if view.may_settle_identity {
                    li { a href={ (path) "/identity" } { (tr!(lang, "identity.title")) } }
                    li { a href={ (path) "/people" } { (tr!(lang, "person.title")) } }
                    li { a href={ (path) "/retention" } { (tr!(lang, "retention.title")) } }
                }
            }
            h2 { (tr!(lang, "round.groups_title")) }
            p.note { (tr!(lang, "round.rate_note")) }
            (kept::note(lang, view.as_of.as_deref()))
            (rates(lang, "groups", &tr!(lang, "round.groups_title"), &tr!(lang, "round.group"), &view.groups))
            @if view.may_read_results || view.may_compute { (computing::computing(lang, staff, view)) }
            @if let Some(summary) = &view.summary { (results(lang, view, summary)) }
            @if view.may_read_results { (reports::reports(lang, view)) }
            @if view.may_watch {
                h2 { (tr!(lang, "round.townships_title")) }
                @if low > 0 {
                    p.warning { (tr!(lang, "round.low_count", count = low)) " " (tr!(lang, "round.low_note")) }
                }
                (rates(lang, "units", &tr!(lang, "round.townships_title"), &tr!(lang, "round.unit"), &view.townships))
                (open_links(lang, view))
                (daily(lang, view))
            }
        },
    )
}

fn results(lang: Lang, view: &Overview, summary: &Summary) -> Markup {
    let (id, may_watch) = (&view.id, view.may_watch);
    let figures = Table::new("figures", tr!(lang, "round.summary_title"), &summary.figures)
        .hidden_caption()
        .head(tr!(lang, "round.measure"), |figure| &figure.name)
        .num(tr!(lang, "round.estimate"), |figure| &figure.estimate)
        .num(tr!(lang, "round.interval"), |figure| &figure.interval)
        .num(tr!(lang, "round.n"), |figure| &figure.n);
    let scores = Table::new("scores", tr!(lang, "round.scores_title"), &summary.scores)
        .head(tr!(lang, "round.unit"), |line| &line.unit)
        .num(tr!(lang, "round.score"), |line| &line.score)
        .num(tr!(lang, "round.interval"), |line| &line.interval)
        .num(tr!(lang, "round.rank"), |line| &line.rank)
        .num(tr!(lang, "round.rank_interval"), |line| &line.rank_interval)
        .text(tr!(lang, "round.grade"), |line| &line.grade);
    html! {
        h2 { (tr!(lang, "round.summary_title")) }
        p.note { (tr!(lang, "round.internal")) }
        @if let Some(made_by) = &view.made_by { p.notice { (made_by) } }
        @if may_watch { p { a href={ "/console/rounds/" (id) "/quality" } { (tr!(lang, "quality.link")) } } }
        p { a href={ "/console/rounds/" (id) "/units" } { (tr!(lang, "compare.link")) } }
        (figures.scrolling(lang))
        @if !summary.scores.is_empty() { (scores.scrolling(lang)) }
    }
}

fn rates(lang: Lang, id: &str, caption: &str, first: &str, lines: &[RateLine]) -> Markup {
    Table::new(id, caption, lines)
        .hidden_caption()
        .head(first, |line| &line.name)
        .num(tr!(lang, "round.invited"), |line| &line.invited)
        .num(tr!(lang, "round.complete"), |line| &line.complete)
        .num(tr!(lang, "round.rate"), |line| {
            html! {
                (rate_text(line.rate()))
                @if line.is_low() { " " span.low { (tr!(lang, "round.low")) } }
                @if let Some(rate) = line.rate() {
                    meter min="0" max="1" low=(LOW_RATE) optimum="1" value=(format!("{rate:.3}"))
                        aria-hidden="true" {}
                }
            }
        })
        .scrolling(lang)
}

fn open_links(lang: Lang, view: &Overview) -> Markup {
    let table = Table::new("links", tr!(lang, "round.open_links"), &view.open_links)
        .hidden_caption()
        .head(tr!(lang, "round.group"), |line| &line.group)
        .text(
            tr!(lang, "round.open_link"),
            |line| html! { a href=(line.href) { (line.href) } },
        )
        .num(tr!(lang, "round.open_count"), |line| &line.count);
    html! {
        @if !view.open_links.is_empty() {
            h2 { (tr!(lang, "round.open_links")) }
            p.note { (tr!(lang, "round.open_note")) }
            (table.scrolling(lang))
        }
    }
}

fn daily(lang: Lang, view: &Overview) -> Markup {
    let most = view.daily.iter().map(|(_, count)| *count).max().unwrap_or(1);
    let table = html! {
        table {
            caption #daily .hidden { (tr!(lang, "round.daily_title")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "round.day")) }
                    th.num scope="col" { (tr!(lang, "round.count")) }
                    td {}
                }
            }
            tbody {
                @for (day, count) in &view.daily {
                    tr {
                        th scope="row" { (day) }
                        td.num { (count) }
                        td { progress max=(most) value=(count) aria-hidden="true" {} }
                    }
                }
            }
        }
    };
    html! {
        h2 { (tr!(lang, "round.daily_title")) }
        @if view.daily.is_empty() { p { (tr!(lang, "round.no_daily")) } }
        @else { (scrolling(lang, "daily", &table)) }
    }
}
