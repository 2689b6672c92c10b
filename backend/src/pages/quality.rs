//! The console's page on quality flags: what was found, by way of answering, and what it means.

use maud::{Markup, html};

use super::layout::{ConsoleFrame, SignedIn, console, crumbs};
use super::office::scrolling;
use super::{Lang, tr};

/// The flags of one way of answering in a group.
#[derive(Clone, Debug)]
pub struct WayLine {
    /// Name of the group.
    pub group: String,
    /// The way in words.
    pub way: String,
    /// Responses.
    pub responses: u64,
    /// Median seconds per answer; none where there is no baseline.
    pub usual: Option<String>,
    /// Too fast: flagged, judged.
    pub fast: (u64, u64),
    /// One answer throughout, in haste: flagged, judged.
    pub alike: (u64, u64),
    /// Nearly another's: flagged, judged.
    pub copies: (u64, u64),
}

/// What the answers to a question owe to those who asked.
#[derive(Clone, Debug)]
pub struct AskerLine {
    /// Name of the group.
    pub group: String,
    /// The question.
    pub question: String,
    /// Intra-interviewer correlation.
    pub icc: String,
    /// Its interval.
    pub interval: String,
    /// Interviewers.
    pub interviewers: u64,
    /// Answers.
    pub n: u64,
    /// Probability of as much by chance.
    pub p: String,
}

/// How often a question had no answer.
#[derive(Clone, Debug)]
pub struct ItemLine {
    /// Name of the group.
    pub group: String,
    /// The question.
    pub question: String,
    /// Respondents whom it concerned.
    pub concerned: u64,
    /// No answer; don't know, refused, not filled in.
    pub rates: [String; 4],
}

/// The page.
#[derive(Clone, Debug, Default)]
pub struct Quality {
    /// Identifier of the round.
    pub id: String,
    /// Title of the round.
    pub title: String,
    /// Whether there are figures.
    pub computed: bool,
    /// Responses looked at.
    pub responses: u64,
    /// Responses with a flag.
    pub flagged: u64,
    /// Flags by way.
    pub ways: Vec<WayLine>,
    /// Interviewer effects, the largest first.
    pub askers: Vec<AskerLine>,
    /// Questions without answers, the most first.
    pub items: Vec<ItemLine>,
    /// Group, begun, given up, and the page that most gave up on.
    pub break_off: Vec<(String, u64, u64, String)>,
}

/// A way of answering in words: "网络·本人·朗读".
pub fn way(lang: Lang, mode: &str, answering: &str, reading: &str) -> String {
    let word = |code: &str| match code {
        "web" => tr!(lang, "quality.web").into_owned(),
        "interview" => tr!(lang, "quality.interview").into_owned(),
        "phone" => tr!(lang, "quality.phone").into_owned(),
        "paper" => tr!(lang, "quality.paper").into_owned(),
        "self" => tr!(lang, "quality.self").into_owned(),
        "assisted" => tr!(lang, "quality.assisted").into_owned(),
        "proxy" => tr!(lang, "quality.proxy").into_owned(),
        "read_aloud" => tr!(lang, "quality.read_aloud").into_owned(),
        "sign" => tr!(lang, "quality.sign").into_owned(),
        "easy" => tr!(lang, "quality.easy").into_owned(),
        other => other.to_owned(),
    };
    let read = reading.split('+').filter(|code| *code != "none");
    let parts: Vec<String> = [mode, answering].into_iter().chain(read).map(word).collect();
    parts.join(" · ")
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &Quality) -> Markup {
    let path = format!("/console/rounds/{}/quality", view.id);
    let heading = tr!(lang, "quality.title");
    let frame = ConsoleFrame {
        lang,
        title: &heading,
        has_error: false,
        path: &path,
        staff: Some(staff),
    };
    console(
        frame,
        &html! {
            (crumbs(lang, &[(&format!("/console/rounds/{}", view.id), &view.title)]))
            h1 { (heading) }
            @if view.computed {
                p { (tr!(lang, "quality.found", flagged = view.flagged, responses = view.responses)) }
                p.note { (tr!(lang, "quality.meaning")) }
                h2 { (tr!(lang, "quality.ways_title")) }
                p.note { (tr!(lang, "quality.ways_note")) }
                (scrolling(lang, "ways", &ways(lang, view)))
                (askers(lang, view))
                (items(lang, view))
                (break_off(lang, view))
            } @else {
                p { (tr!(lang, "quality.none")) }
            }
        },
    )
}

fn count(lang: Lang, (flagged, judged): (u64, u64)) -> Markup {
    html! {
        td.num {
            @if judged == 0 { (tr!(lang, "quality.not_judged")) } @else { (flagged) " / " (judged) }
        }
    }
}

fn ways(lang: Lang, view: &Quality) -> Markup {
    html! {
        table {
            caption #ways .hidden { (tr!(lang, "quality.ways_title")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "round.group")) }
                    th scope="col" { (tr!(lang, "quality.way")) }
                    th.num scope="col" { (tr!(lang, "round.count")) }
                    th.num scope="col" { (tr!(lang, "quality.usual")) }
                    th.num scope="col" { (tr!(lang, "quality.fast")) }
                    th.num scope="col" { (tr!(lang, "quality.alike")) }
                    th.num scope="col" { (tr!(lang, "quality.copies")) }
                }
            }
            tbody {
                @for line in &view.ways {
                    tr {
                        td { (line.group) }
                        th scope="row" { (line.way) }
                        td.num { (line.responses) }
                        td.num { (line.usual.as_deref().unwrap_or("–")) }
                        (count(lang, line.fast))
                        (count(lang, line.alike))
                        (count(lang, line.copies))
                    }
                }
            }
        }
    }
}

fn askers(lang: Lang, view: &Quality) -> Markup {
    let table = html! {
        table {
            caption #askers .hidden { (tr!(lang, "quality.askers_title")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "round.group")) }
                    th scope="col" { (tr!(lang, "quality.question")) }
                    th.num scope="col" { (tr!(lang, "quality.icc")) }
                    th.num scope="col" { (tr!(lang, "round.interval")) }
                    th.num scope="col" { (tr!(lang, "quality.askers")) }
                    th.num scope="col" { (tr!(lang, "round.n")) }
                    th.num scope="col" { (tr!(lang, "quality.p")) }
                }
            }
            tbody {
                @for line in &view.askers {
                    tr {
                        td { (line.group) }
                        th.ask scope="row" { (line.question) }
                        td.num { (line.icc) }
                        td.num { (line.interval) }
                        td.num { (line.interviewers) }
                        td.num { (line.n) }
                        td.num { (line.p) }
                    }
                }
            }
        }
    };
    html! {
        @if !view.askers.is_empty() {
            h2 { (tr!(lang, "quality.askers_title")) }
            p.note { (tr!(lang, "quality.askers_note")) }
            (scrolling(lang, "askers", &table))
        }
    }
}

fn items(lang: Lang, view: &Quality) -> Markup {
    let table = html! {
        table {
            caption #items .hidden { (tr!(lang, "quality.items_title")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "round.group")) }
                    th scope="col" { (tr!(lang, "quality.question")) }
                    th.num scope="col" { (tr!(lang, "quality.concerned")) }
                    th.num scope="col" { (tr!(lang, "quality.missing")) }
                    th.num scope="col" { (tr!(lang, "quality.dont_know")) }
                    th.num scope="col" { (tr!(lang, "quality.refused")) }
                    th.num scope="col" { (tr!(lang, "quality.not_answered")) }
                }
            }
            tbody {
                @for line in &view.items {
                    tr {
                        td { (line.group) }
                        th.ask scope="row" { (line.question) }
                        td.num { (line.concerned) }
                        @for rate in &line.rates { td.num { (rate) } }
                    }
                }
            }
        }
    };
    html! {
        @if !view.items.is_empty() {
            h2 { (tr!(lang, "quality.items_title")) }
            (scrolling(lang, "items", &table))
        }
    }
}

fn break_off(lang: Lang, view: &Quality) -> Markup {
    html! {
        h2 { (tr!(lang, "quality.break_title")) }
        @if view.break_off.is_empty() { p { (tr!(lang, "quality.break_none")) } }
        @else {
            ul {
                @for (group, began, left, page) in &view.break_off {
                    li { (tr!(lang, "quality.break_line", group = group, began = began, left = left, page = page)) }
                }
            }
        }
    }
}
