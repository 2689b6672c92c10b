//! The console's page on quality flags: what was found, by way of answering, and what it means.

use maud::{Markup, html};

use super::layout::SignedIn;
use super::round_page::RoundPage;
use super::table::Table;
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
    RoundPage::new(lang, staff, (&view.id, &view.title), (&path, &heading)).render(&html! {
        @if view.computed {
            p { (tr!(lang, "quality.found", flagged = view.flagged, responses = view.responses)) }
            p.note { (tr!(lang, "quality.meaning")) }
            h2 { (tr!(lang, "quality.ways_title")) }
            p.note { (tr!(lang, "quality.ways_note")) }
            (ways(lang, view))
            (askers(lang, view))
            (items(lang, view))
            (break_off(lang, view))
        } @else {
            p { (tr!(lang, "quality.none")) }
        }
    })
}

fn count(lang: Lang, (flagged, judged): (u64, u64)) -> Markup {
    html! {
        @if judged == 0 { (tr!(lang, "quality.not_judged")) } @else { (flagged) " / " (judged) }
    }
}

fn ways(lang: Lang, view: &Quality) -> Markup {
    Table::new("ways", tr!(lang, "quality.ways_title"), &view.ways)
        .hidden_caption()
        .text(tr!(lang, "round.group"), |line| &line.group)
        .head(tr!(lang, "quality.way"), |line| &line.way)
        .num(tr!(lang, "round.count"), |line| line.responses)
        .num(tr!(lang, "quality.usual"), |line| {
            line.usual.as_deref().unwrap_or("–")
        })
        .num(tr!(lang, "quality.fast"), |line| count(lang, line.fast))
        .num(tr!(lang, "quality.alike"), |line| count(lang, line.alike))
        .num(tr!(lang, "quality.copies"), |line| count(lang, line.copies))
        .scrolling(lang)
}

fn askers(lang: Lang, view: &Quality) -> Markup {
    let table = Table::new("askers", tr!(lang, "quality.askers_title"), &view.askers)
        .hidden_caption()
        .text(tr!(lang, "round.group"), |line| &line.group)
        .head_in("ask", tr!(lang, "quality.question"), |line| &line.question)
        .num(tr!(lang, "quality.icc"), |line| &line.icc)
        .num(tr!(lang, "round.interval"), |line| &line.interval)
        .num(tr!(lang, "quality.askers"), |line| &line.interviewers)
        .num(tr!(lang, "round.n"), |line| &line.n)
        .num(tr!(lang, "quality.p"), |line| &line.p);
    html! {
        @if !view.askers.is_empty() {
            h2 { (tr!(lang, "quality.askers_title")) }
            p.note { (tr!(lang, "quality.askers_note")) }
            (table.scrolling(lang))
        }
    }
}

fn items(lang: Lang, view: &Quality) -> Markup {
    let rates = [
        tr!(lang, "quality.missing"),
        tr!(lang, "quality.dont_know"),
        tr!(lang, "quality.refused"),
        tr!(lang, "quality.not_answered"),
    ];
    let table = Table::new("items", tr!(lang, "quality.items_title"), &view.items)
        .hidden_caption()
        .text(tr!(lang, "round.group"), |line| &line.group)
        .head_in("ask", tr!(lang, "quality.question"), |line| &line.question)
        .num(tr!(lang, "quality.concerned"), |line| line.concerned)
        .cells(
            rates,
            true,
            |line| html! { @for rate in &line.rates { td.num { (rate) } } },
        );
    html! {
        @if !view.items.is_empty() {
            h2 { (tr!(lang, "quality.items_title")) }
            (table.scrolling(lang))
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
