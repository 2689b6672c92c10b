//! The office's page about publishing results.

use analysis::publication::Loss;
use maud::{Markup, html};

use super::layout::{ConsoleFrame, Fault, SignedIn, console, crumbs, csrf};
use super::results::{self, Results};
use super::round_page::RoundPage;
use super::table::Table;
use super::{Lang, tr};
use crate::store::publications::{PUBLISHED, WITHDRAWN};

/// What would be published.
#[derive(Clone, Debug)]
pub struct Ready {
    /// Whether it differs from what is published.
    pub is_new: bool,
    /// Whether answers are still coming in.
    pub interim: bool,
    /// Figures withheld.
    pub hidden: usize,
    /// What protection costs.
    pub loss: Loss,
    /// SHA-256 of its content.
    pub sha256: String,
}

/// Why nothing can be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Beside what was published before, these figures would single people out.
    Exposed(Vec<String>),
    /// This figure does not follow from the statistics that would be published beside it.
    NotReproducible(String),
}

/// Why an act was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The results changed since they were looked at.
    Changed,
    /// Nothing can be published.
    Impossible,
    /// The reason is missing or too long; as typed.
    Reason(String),
}

/// A publication.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its number.
    pub seq: i32,
    /// Day, as people say it.
    pub day: String,
    /// State as stored.
    pub state: String,
    /// Who published it.
    pub actor: String,
    /// The day on which it ended.
    pub ended_on: Option<String>,
    /// Why it was withdrawn.
    pub reason: Option<String>,
}

/// The page.
#[derive(Clone, Debug)]
pub struct View {
    /// Identifier of the round.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What would be published; none before computing, or when there is an obstacle.
    pub ready: Option<Ready>,
    /// Why nothing can be published.
    pub obstacle: Option<Obstacle>,
    /// Why the last act was not done.
    pub refusal: Option<Refusal>,
    /// All publications, the first one first.
    pub rows: Vec<Row>,
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &View) -> Markup {
    let path = format!("/console/rounds/{}/publication", view.id);
    let title = tr!(lang, "publication.title");
    let faults: Vec<Fault> = view.refusal.iter().map(|refusal| fault(lang, refusal)).collect();
    let in_force = view.rows.iter().any(|row| row.state == PUBLISHED);
    RoundPage::new(lang, staff, (&view.id, &view.title), (&path, &title))
        .faults(&faults)
        .render(&html! {
            p.note { (tr!(lang, "publication.office")) }
            h2 #ready { (tr!(lang, "publication.ready")) }
            @match (&view.ready, &view.obstacle) {
                (Some(ready), _) => (candidate(lang, staff, &path, ready)),
                (None, Some(Obstacle::Exposed(figures))) => {
                    p.warning { (tr!(lang, "publication.obstacle")) }
                    ul { @for figure in figures { li { (figure) } } }
                }
                (None, Some(Obstacle::NotReproducible(figure))) => {
                    p.warning { (tr!(lang, "publication.not_reproducible")) }
                    ul { li { (figure) } }
                }
                (None, None) => p { (tr!(lang, "publication.not_computed")) },
            }
            h2 { (tr!(lang, "publication.history")) }
            (history(lang, view))
            @if in_force { (withdrawal(lang, staff, &path, view)) }
        })
}

fn fault(lang: Lang, refusal: &Refusal) -> Fault {
    let (href, text) = match refusal {
        Refusal::Changed => ("#ready", tr!(lang, "publication.changed")),
        Refusal::Impossible => ("#ready", tr!(lang, "publication.impossible")),
        Refusal::Reason(_) => ("#reason", tr!(lang, "publication.reason_fault")),
    };
    Fault {
        href: href.to_owned(),
        text: text.into_owned(),
    }
}

fn candidate(lang: Lang, staff: &SignedIn, path: &str, ready: &Ready) -> Markup {
    let loss = ready.loss;
    let lines = [
        (tr!(lang, "publication.loss_all"), loss.figures),
        (tr!(lang, "publication.loss_small"), loss.small),
        (tr!(lang, "publication.loss_alike"), loss.alike),
        (tr!(lang, "publication.loss_difference"), loss.differences),
        (tr!(lang, "publication.loss_complementary"), loss.complementary),
        (tr!(lang, "publication.loss_hidden"), ready.hidden),
    ];
    let table = Table::new("loss", tr!(lang, "publication.loss"), &lines)
        .head(tr!(lang, "publication.loss_what"), |(what, _)| what)
        .num(tr!(lang, "publication.loss_count"), |(_, count)| count);
    html! {
        @if ready.interim { p.warning { (tr!(lang, "publication.interim_warning")) } }
        (table.scrolling(lang))
        p { a href={ (path) "/preview" } { (tr!(lang, "publication.look")) } }
        dl.facts { div { dt { (tr!(lang, "publication.fingerprint")) } dd { code.hash { (ready.sha256) } } } }
        @if ready.is_new {
            form method="post" action=(path) {
                (csrf(&staff.csrf))
                input type="hidden" name="act" value="publish";
                input type="hidden" name="sha256" value=(ready.sha256);
                button.main type="submit" { (tr!(lang, "publication.publish")) }
            }
        } @else { p { (tr!(lang, "publication.same")) } }
    }
}

fn history(lang: Lang, view: &View) -> Markup {
    if view.rows.is_empty() {
        return html! { p { (tr!(lang, "publication.none")) } };
    }
    let latest_first: Vec<_> = view.rows.iter().rev().collect();
    let table = Table::new("history", tr!(lang, "publication.history"), &latest_first)
        .hidden_caption()
        .num_head(tr!(lang, "publication.number"), |row| &row.seq)
        .text(tr!(lang, "publication.day"), |row| &row.day)
        .text(tr!(lang, "publication.by"), |row| &row.actor)
        .text(tr!(lang, "publication.state"), |row| {
            html! {
                @let ended = row.ended_on.as_deref().unwrap_or_default();
                @if row.state == PUBLISHED { (tr!(lang, "publication.in_force")) }
                @else if row.state == WITHDRAWN { (tr!(lang, "publication.withdrawn_on", day = ended)) }
                @else { (tr!(lang, "publication.superseded_on", day = ended)) }
            }
        })
        .text_in("wide-cell", tr!(lang, "publication.reason_head"), |row| {
            row.reason.as_deref().unwrap_or("–")
        });
    html! {
        (table.scrolling(lang))
        p { a href={ "/results/" (view.id) } { (tr!(lang, "console.public")) } }
    }
}

fn withdrawal(lang: Lang, staff: &SignedIn, path: &str, view: &View) -> Markup {
    let typed = match &view.refusal {
        Some(Refusal::Reason(typed)) => Some(typed.as_str()),
        _ => None,
    };
    html! {
        h2 { (tr!(lang, "publication.withdraw_title")) }
        p.note { (tr!(lang, "publication.withdraw_text")) }
        form method="post" action=(path) novalidate {
            (csrf(&staff.csrf))
            input type="hidden" name="act" value="withdraw";
            div.field {
                label for="reason" { (tr!(lang, "publication.withdraw_reason")) }
                @if typed.is_some() { p.q-error #reason-error { (tr!(lang, "publication.reason_fault")) } }
                textarea #reason name="reason" rows="3" maxlength="300" aria-invalid=[typed.map(|_| "true")]
                    aria-describedby=[typed.map(|_| "reason-error")] { (typed.unwrap_or_default()) }
            }
            button type="submit" { (tr!(lang, "publication.withdraw")) }
        }
    }
}

/// The public page as it would be, within the console.
pub fn preview(lang: Lang, staff: &SignedIn, view: &Results) -> Markup {
    let path = format!("/console/rounds/{}/publication", view.id);
    let title = tr!(lang, "publication.preview");
    let here = format!("{path}/preview");
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: false,
        path: &here,
        staff: Some(staff),
    };
    let within = [
        (format!("/console/rounds/{}", view.id), view.title.clone()),
        (path.clone(), tr!(lang, "publication.title").into_owned()),
    ];
    let within: Vec<(&str, &str)> = within
        .iter()
        .map(|(href, words)| (href.as_str(), words.as_str()))
        .collect();
    console(
        frame,
        &html! {
            (crumbs(lang, &within))
            h1 { (title) }
            p.note { (tr!(lang, "publication.preview_text")) }
            @if let Some(shown) = &view.shown { (results::published(lang, view, shown)) }
            p { a href=(path) { (tr!(lang, "publication.back")) } }
        },
    )
}
