//! The public page of a round: the plan's fingerprint, what was published, how to check it. Figures arrive as they were
//! frozen: withheld, rounded and printed.

pub mod archive;
mod tables;

use analysis::publication::Release;
use maud::{Markup, html};

use super::improvements::{self, Done};
use super::layout::{Frame, Switches, respondent};
use super::planning::public::PlanNote;
use super::{Help, Lang, Reading, tr, words};
use crate::publication::charts::{self, Picture};
use crate::store::publications::{PUBLISHED, WITHDRAWN};

/// A questionnaire that was corrected while answers came in.
#[derive(Clone, Debug)]
pub struct Amended {
    /// The day, as people say it.
    pub day: String,
    /// Title of the questionnaire.
    pub form: String,
    /// Why, in the office's words.
    pub reason: String,
    /// Version before.
    pub old_version: String,
    /// Version since.
    pub new_version: String,
}

/// A publication with what it says.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Its number; none while the office only looks at it.
    pub seq: Option<i32>,
    /// The day, as people say it.
    pub day: String,
    /// SHA-256 of its content.
    pub sha256: String,
    /// Whether it is the one in force.
    pub current: bool,
    /// What it says.
    pub release: Release,
}

/// A publication as the page lists it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its number.
    pub seq: i32,
    /// The day, as people say it.
    pub day: String,
    /// SHA-256 of its content.
    pub sha256: String,
    /// State as stored.
    pub state: String,
    /// The day on which it ended.
    pub ended_on: Option<String>,
    /// Why it was withdrawn, in the office's words.
    pub reason: Option<String>,
}

/// The public page of a round.
#[derive(Clone, Debug)]
pub struct Results {
    /// Identifier of the round.
    pub id: String,
    /// Title.
    pub title: String,
    /// State as stored.
    pub state: String,
    /// First day, ISO 8601.
    pub opens_on: String,
    /// Last day, ISO 8601.
    pub closes_on: String,
    /// SHA-256 of the plan, once sealed.
    pub plan_sha256: Option<String>,
    /// Which version of the plan made the figures, and how the plan was amended.
    pub provenance: PlanNote,
    /// Corrections of the questionnaires since sealing.
    pub amended: Vec<Amended>,
    /// What is published; none before.
    pub shown: Option<Shown>,
    /// All publications, the first one first.
    pub listed: Vec<Listed>,
    /// What was done about the points raised.
    pub done: Vec<Done>,
    /// The newest signed root.
    pub root: Option<PublicRoot>,
    /// Whom to turn to.
    pub help: Help,
}

/// The newest signed root of the log of responses.
#[derive(Clone, Debug)]
pub struct PublicRoot {
    /// Last day of the responses in it, as people say it.
    pub day: String,
    /// Number of leaves.
    pub size: i64,
    /// Root, hex.
    pub root: String,
    /// Signature, hex.
    pub signature: String,
}

/// Renders the public page.
pub fn page(reading: Reading, view: &Results) -> Markup {
    let lang = reading.lang;
    let title = tr!(lang, "results.title");
    let path = format!("/results/{}", view.id);
    let frame = Frame {
        reading,
        title: &title,
        has_error: false,
        site: &view.title,
        help: Some(&view.help),
        switches: Switches::Return(&path),
    };
    respondent(
        frame,
        &html! {
            h1 { (view.title) }
            p { (words::state(lang, &view.state)) " · " (words::day_of(lang, &view.opens_on)) " – " (words::day_of(lang, &view.closes_on)) }
            p.alone { a href="/results" { (tr!(lang, "publication.archive")) } }
            @match &view.shown {
                None => { h2 { (tr!(lang, "results.headline")) } p.notice { (tr!(lang, "results.not_out")) } }
                Some(shown) => { (view.provenance.beside_figures()) (published(lang, view, shown)) }
            }
            @if !view.listed.is_empty() { (history(lang, view)) }
            h2 { (tr!(lang, "improve.title")) }
            (improvements::entries(lang, &view.done))
            h2 { (tr!(lang, "roots.title")) }
            p { (tr!(lang, "roots.text")) " " a href="/receipt" { (tr!(lang, "receipt_check.title")) } }
            @if let Some(root) = &view.root { (public_root(reading, view, root)) } @else { p { (tr!(lang, "roots.none")) } }
            h2 { (tr!(lang, "results.plan")) }
            @match &view.plan_sha256 {
                Some(hash) => {
                    p { (tr!(lang, "results.plan_text")) }
                    p.receipt { (hash) }
                    p.alone { a href={ (path) "/plan.zip" } { (tr!(lang, "publication.plan_file")) } }
                    p.quiet { (tr!(lang, "publication.plan_note")) }
                }
                None => p { (tr!(lang, "results.plan_unsealed")) },
            }
            (view.provenance.amendments(lang))
            @if !view.amended.is_empty() { (amendments(lang, &view.amended)) }
        },
    )
}

/// What a publication says: figures, pictures with their tables, files.
pub fn published(lang: Lang, view: &Results, shown: &Shown) -> Markup {
    let release = &shown.release;
    let any_low = tables::any_low_rate(release);
    html! {
        @if release.interim { p.notice { (tr!(lang, "publication.interim", day = shown.day)) } }
        @if !shown.current && shown.seq.is_some() {
            p.notice {
                (tr!(lang, "publication.not_current")) " "
                a href={ "/results/" (view.id) } { (tr!(lang, "publication.to_current")) }
            }
        }
        h2 { (tr!(lang, "results.headline")) }
        (tables::headline(lang, release))
        h2 { (tr!(lang, "publication.scores")) }
        p { (tr!(lang, "publication.scores_text")) }
        (picture(lang, view, shown, Picture::Ranks))
        (tables::scores(lang, release))
        h2 { (tr!(lang, "publication.areas")) }
        (picture(lang, view, shown, Picture::Areas))
        (tables::areas(lang, release))
        @if let Some(others) = tables::indicators(lang, release) {
            h2 { (tr!(lang, "publication.indicators")) }
            (others)
        }
        h2 { (tr!(lang, "results.rates")) }
        (tables::rates(lang, release))
        @if any_low { p { (tr!(lang, "results.bias")) } }
        p.quiet { (tr!(lang, "results.rounded", min = release.min_cell)) }
        h2 { (tr!(lang, "publication.files")) }
        (files(lang, view, shown))
    }
}

/// A picture for wide pages and one for phones; its figures stand in the table below it.
fn picture(lang: Lang, view: &Results, shown: &Shown, picture: Picture) -> Markup {
    let report_lang = match lang {
        Lang::Zh => reports::model::Lang::Zh,
        Lang::En => reports::model::Lang::En,
    };
    let Some(alt) = charts::alt_text(&shown.release, picture, report_lang) else {
        return html! {};
    };
    // What is only looked at has no address of its own yet.
    let Some(seq) = shown.seq else {
        return html! { p.quiet { (alt) } };
    };
    let base = format!("/results/{}/{}-{}", view.id, picture.word(), lang.code());
    html! {
        picture {
            source media="(min-width: 46rem)" srcset={ (base) ".svg?version=" (seq) };
            img.picture src={ (base) "-narrow.svg?version=" (seq) } alt=(alt) loading="lazy";
        }
    }
}

fn files(lang: Lang, view: &Results, shown: &Shown) -> Markup {
    let href = |file: &str| match shown.seq {
        Some(seq) if !shown.current => format!("/results/{}/{file}?version={seq}", view.id),
        _ => format!("/results/{}/{file}", view.id),
    };
    html! {
        p { (tr!(lang, "publication.files_text")) }
        @if shown.seq.is_none() { p.quiet { (tr!(lang, "publication.files_later")) } }
        @else {
            ul.files {
                li { a href=(href("figures.csv")) { (tr!(lang, "publication.file_figures")) } }
                li { a href=(href("scores.csv")) { (tr!(lang, "publication.file_scores")) } }
                li { a href=(href("rates.csv")) { (tr!(lang, "publication.file_rates")) } }
                li { a href=(href("codebook.csv")) { (tr!(lang, "publication.file_codebook")) } }
                li { a href=(href("replication.zip")) { (tr!(lang, "publication.file_replication")) } }
                li { a href=(href("release.json")) { (tr!(lang, "publication.file_release")) } }
            }
        }
    }
}

/// Every publication of the round, those no longer in force among them.
fn history(lang: Lang, view: &Results) -> Markup {
    html! {
        h2 { (tr!(lang, "publication.history")) }
        p { (tr!(lang, "publication.history_text")) }
        ol {
            @for row in view.listed.iter().rev() {
                li value=(row.seq) {
                    p {
                        @if row.state == WITHDRAWN { (row.day) }
                        @else { a href={ "/results/" (view.id) "?version=" (row.seq) } { (row.day) } }
                        " · "
                        @if row.state == PUBLISHED { (tr!(lang, "publication.in_force")) }
                        @else if row.state == WITHDRAWN {
                            (tr!(lang, "publication.withdrawn_on", day = row.ended_on.as_deref().unwrap_or_default()))
                        } @else {
                            (tr!(lang, "publication.superseded_on", day = row.ended_on.as_deref().unwrap_or_default()))
                        }
                    }
                    @if let Some(reason) = &row.reason {
                        p { (tr!(lang, "publication.reason")) span lang=[words::tongue(lang, reason)] { (reason) } }
                    }
                    details.more {
                        summary { (tr!(lang, "publication.fingerprint")) }
                        p.code { (row.sha256) }
                    }
                }
            }
        }
    }
}

fn amendments(lang: Lang, amended: &[Amended]) -> Markup {
    html! {
        h2 { (tr!(lang, "results.amended")) }
        p { (tr!(lang, "results.amended_text")) }
        ol {
            @for line in amended {
                li {
                    p { (tr!(lang, "results.amended_line", day = line.day, form = line.form)) }
                    // The office writes it once, in its own language.
                    p lang=(if line.reason.is_ascii() { Lang::En.tag() } else { Lang::Zh.tag() }) { (line.reason) }
                    details.more {
                        summary { (tr!(lang, "results.amended_detail")) }
                        p.code { (tr!(lang, "results.amended_versions", old = line.old_version, new = line.new_version)) }
                    }
                }
            }
        }
    }
}

fn public_root(reading: Reading, view: &Results, root: &PublicRoot) -> Markup {
    let lang = reading.lang;
    html! {
        p { (tr!(lang, "roots.newest", day = root.day, size = root.size)) }
        details.more {
            summary { (tr!(lang, "receipt_check.experts")) }
            dl.answers {
                div { dt { (tr!(lang, "receipt_check.root")) } dd.code { (root.root) } }
                div { dt { (tr!(lang, "roots.signature")) } dd.code { (root.signature) } }
            }
            p { a href={ "/api/v1/rounds/" (view.id) "/roots" } { (tr!(lang, "receipt_check.all_roots")) } }
        }
    }
}
