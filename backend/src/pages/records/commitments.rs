//! The reform's commitments: targets, what was reached, by when, which way it goes.

use maud::{Markup, html};

use super::written;
use crate::pages::layout::SignedIn;
use crate::pages::round_page::RoundPage;
use crate::pages::table::Table;
use crate::pages::{Lang, tr};
use crate::records::commitments::{Standing, Trend};

/// A commitment.
#[derive(Clone, Debug)]
pub struct CommitmentLine {
    /// What was promised.
    pub name: String,
    /// Where the promise stands; may be empty.
    pub clause: String,
    /// The target with its sign and unit.
    pub target: String,
    /// The last day, ISO 8601.
    pub by: String,
    /// The latest figure with its unit; empty when there is none.
    pub value: String,
    /// The period of that figure.
    pub period: String,
    /// The figure and period before; empty when there is none.
    pub before: String,
    /// Share of the target that is reached, 0–1.
    pub attainment: Option<f64>,
    /// How it stands.
    pub standing: Standing,
    /// Which way it goes.
    pub trend: Trend,
    /// Units that keep it, of how many, and the names of those that do not.
    pub units: Option<(usize, usize, Vec<String>)>,
}

/// The page.
#[derive(Clone, Debug)]
pub struct CommitmentsPage {
    /// The round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// Latest revision of the series; 0 for the sealed figures.
    pub revision: i32,
    /// The commitments in the order of the plan.
    pub lines: Vec<CommitmentLine>,
}

fn standing(lang: Lang, standing: Standing) -> String {
    match standing {
        Standing::Kept => tr!(lang, "commitments.kept"),
        Standing::Open => tr!(lang, "commitments.open"),
        Standing::Missed => tr!(lang, "commitments.missed"),
        Standing::Unknown => tr!(lang, "commitments.unknown"),
    }
    .into_owned()
}

fn trend(lang: Lang, trend: Trend) -> String {
    match trend {
        Trend::Better => tr!(lang, "commitments.better"),
        Trend::Worse => tr!(lang, "commitments.worse"),
        Trend::Same => tr!(lang, "commitments.same"),
        Trend::Unknown => tr!(lang, "commitments.first"),
    }
    .into_owned()
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &CommitmentsPage) -> Markup {
    let path = format!("/console/rounds/{}/commitments", view.round);
    let title = tr!(lang, "commitments.title");
    let of = |wanted: Standing| view.lines.iter().filter(|line| line.standing == wanted).count();
    RoundPage::new(lang, staff, (&view.round, &view.title), (&path, &title)).render(&html! {
        @if view.lines.is_empty() { p { (tr!(lang, "commitments.none")) } }
        @else {
            p.lead {
                (tr!(
                    lang,
                    "commitments.summary",
                    all = view.lines.len(),
                    kept = of(Standing::Kept),
                    open = of(Standing::Open),
                    missed = of(Standing::Missed)
                ))
            }
            p.note { (tr!(lang, "commitments.lead")) }
            (table(lang, &view.lines))
            (units(lang, &view.lines))
            p.note {
                @if view.revision == 0 { (tr!(lang, "series.as_sealed")) }
                @else { (tr!(lang, "series.now", number = view.revision)) }
                " " a href={ "/console/rounds/" (view.round) "/series" } { (tr!(lang, "series.title")) }
            }
        }
    })
}

fn table(lang: Lang, lines: &[CommitmentLine]) -> Markup {
    Table::new("commitments", tr!(lang, "commitments.caption"), lines)
        .pinned()
        .mark("bad", |line| line.standing == Standing::Missed)
        .head_in("step", tr!(lang, "commitments.commitment"), |line| html! {
                            (written(lang, &line.name))
                            @if !line.clause.is_empty() { br; span.note { (written(lang, &line.clause)) } }})
        .text(tr!(lang, "commitments.standing"), |line| html! { strong { (standing(lang, line.standing)) } })
        .num(tr!(lang, "commitments.target"), |line| &line.target)
        .num(tr!(lang, "commitments.reached"), |line| html! {
                            @if line.value.is_empty() { "–" }
                            @else { (line.value) br; span.note { (line.period) } }})
        .text(tr!(lang, "commitments.attainment"), |line| html! {
                            @if let Some(share) = line.attainment {
                                @let percent = (share * 100.0).floor();
                                meter min="0" max="100" value=(format!("{percent:.0}")) aria-hidden="true" {}
                                " " (format!("{percent:.0}%"))
                            } @else { "–" }})
        .text(tr!(lang, "commitments.before"), |line| html! { @if line.before.is_empty() { "–" } @else { (line.before) br; } span.note { (trend(lang, line.trend)) } })
        .text_in("day", tr!(lang, "commitments.by"), |line| &line.by)
        .scrolling(lang)
}

fn units(lang: Lang, lines: &[CommitmentLine]) -> Markup {
    html! {
        @for line in lines {
            @if let Some((kept, of, behind)) = &line.units {
                h2 { (written(lang, &line.name)) }
                p { (tr!(lang, "commitments.units", kept = kept, of = of)) }
                @if !behind.is_empty() {
                    details {
                        summary { (tr!(lang, "commitments.behind", count = behind.len())) }
                        p { (behind.join(if lang == Lang::Zh { "、" } else { ", " })) }
                    }
                }
            }
        }
    }
}
