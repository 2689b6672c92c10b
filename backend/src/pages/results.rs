//! The public page of a round: the plan's fingerprint, how many answered, and
//! the headline figures once they are published. Numbers arrive suppressed and rounded.

use maud::{Markup, html};

use super::improvements::{self, Done};
use super::layout::{Frame, Switches, respondent};
use super::office::{rate_text, scrolling};
use super::planning::public::PlanNote;
use super::round::Figure;
use super::{Help, Lang, Reading, tr, words};

/// How one respondent group answered, fit for publication.
#[derive(Clone, Debug)]
pub struct PublicRate {
    /// Name of the group.
    pub group: String,
    /// Invitations, rounded; none where there are too few.
    pub invited: Option<u64>,
    /// Completes, rounded; none where there are too few.
    pub complete: Option<u64>,
    /// Response rate; none where counts are withheld.
    pub rate: Option<f64>,
}

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
    /// Response rates by group.
    pub rates: Vec<PublicRate>,
    /// Headline figures, suppressed; none before publication.
    pub figures: Option<Vec<Figure>>,
    /// Smallest number of people a published figure stands for.
    pub min_cell: u32,
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
    let any_low = view
        .rates
        .iter()
        .any(|line| line.rate.is_some_and(|rate| rate < 0.5));
    respondent(
        frame,
        &html! {
            h1 { (view.title) }
            p { (words::state(lang, &view.state)) " · " (words::day_of(lang, &view.opens_on)) " – " (words::day_of(lang, &view.closes_on)) }
            h2 { (tr!(lang, "results.headline")) }
            @match &view.figures {
                None => p.notice { (tr!(lang, "results.not_out")) },
                Some(figures) => { (headline(reading, figures)) (view.provenance.beside_figures()) }
            }
            h2 { (tr!(lang, "results.rates")) }
            (rates(reading, view))
            @if any_low { p { (tr!(lang, "results.bias")) } }
            p.quiet { (tr!(lang, "results.rounded", min = view.min_cell)) }
            h2 { (tr!(lang, "improve.title")) }
            (improvements::entries(lang, &view.done))
            h2 { (tr!(lang, "roots.title")) }
            p { (tr!(lang, "roots.text")) " " a href="/receipt" { (tr!(lang, "receipt_check.title")) } }
            @if let Some(root) = &view.root { (public_root(reading, view, root)) } @else { p { (tr!(lang, "roots.none")) } }
            h2 { (tr!(lang, "results.plan")) }
            @match &view.plan_sha256 {
                Some(hash) => { p { (tr!(lang, "results.plan_text")) } p.receipt { (hash) } }
                None => p { (tr!(lang, "results.plan_unsealed")) },
            }
            (view.provenance.amendments(lang))
            @if !view.amended.is_empty() { (amendments(lang, &view.amended)) }
        },
    )
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

fn headline(reading: Reading, figures: &[Figure]) -> Markup {
    let lang = reading.lang;
    let table = html! {
        table {
            caption #figures { (tr!(lang, "results.headline_caption")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "round.measure")) }
                    th.num scope="col" { (tr!(lang, "round.estimate")) }
                    th.num scope="col" { (tr!(lang, "round.interval")) }
                    th.num scope="col" { (tr!(lang, "round.n")) }
                }
            }
            tbody {
                @for figure in figures {
                    tr {
                        th scope="row" { (figure.name) }
                        td.num { (figure.estimate) }
                        td.num { (figure.interval) }
                        td.num { (figure.n) }
                    }
                }
            }
        }
    };
    scrolling(lang, "figures", &table)
}

fn rates(reading: Reading, view: &Results) -> Markup {
    let lang = reading.lang;
    let count = |count: Option<u64>| match count {
        Some(count) => tr!(lang, "results.about", count = count).into_owned(),
        None => tr!(lang, "results.suppressed").into_owned(),
    };
    let table = html! {
        table {
            caption #rates { (tr!(lang, "results.rates_caption")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "round.group")) }
                    th.num scope="col" { (tr!(lang, "round.invited")) }
                    th.num scope="col" { (tr!(lang, "round.complete")) }
                    th.num scope="col" { (tr!(lang, "round.rate")) }
                }
            }
            tbody {
                @for line in &view.rates {
                    tr {
                        th scope="row" { (line.group) }
                        td.num { (count(line.invited)) }
                        td.num { (count(line.complete)) }
                        td.num { (rate_text(line.rate)) }
                    }
                }
            }
        }
    };
    scrolling(lang, "rates", &table)
}
