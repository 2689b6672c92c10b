//! How long what names people is kept: the office's page of a round, and what everybody reads of it.

use analysis::plan::Kept;
use maud::{Markup, html};

use super::layout::{Fault as Summary, SignedIn, csrf};
use super::office::FieldFault;
use super::round_page::RoundPage;
use super::table::Table;
use super::{Lang, tr, words};

/// How a kind of what is kept stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The plan names no day.
    NoDay,
    /// Its day is to come.
    Waits,
    /// Its day has come.
    Due,
    /// It was erased on this day.
    Erased(String),
}

/// A delay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delayed {
    /// The day of the decision, in words.
    pub day: String,
    /// Until when, in words.
    pub until: String,
    /// Why, as it was written.
    pub reason: String,
}

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Identifier.
    pub id: String,
    /// The day, in words.
    pub day: String,
    /// Who did it.
    pub actor: String,
    /// SHA-256.
    pub sha256: String,
}

/// A kind of what is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What.
    pub kept: Kept,
    /// Days of the plan.
    pub days: Option<i32>,
    /// The day on which it is erased, in words.
    pub due: Option<String>,
    /// How it stands.
    pub standing: Standing,
    /// Delays, the first one first.
    pub delays: Vec<Delayed>,
    /// Certificates, the first one first.
    pub certificates: Vec<Certificate>,
}

impl Line {
    fn may_be_delayed(&self) -> bool {
        matches!(self.standing, Standing::Waits | Standing::Due)
    }
}

/// What is wrong with a delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing chosen that can be delayed.
    Kept,
    /// No day, or none that is later than planned and within a year.
    Until,
    /// No reason that says anything.
    Reason,
}

/// What was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// What is to be delayed.
    pub kept: String,
    /// Until when, ISO 8601.
    pub until: String,
    /// Why.
    pub reason: String,
}

/// The page.
#[derive(Clone, Debug)]
pub struct View {
    /// Identifier of the round.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its last day, in words.
    pub closes_on: String,
    /// Follow-up cases that are still open.
    pub open_cases: u64,
    /// Whether whoever reads this may delay.
    pub may_delay: bool,
    /// What is kept.
    pub lines: Vec<Line>,
    /// What was typed.
    pub typed: Typed,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

/// What a kind is, in words.
pub fn kept_words(lang: Lang, kept: Kept) -> String {
    match kept {
        Kept::Identities => tr!(lang, "retention.identities"),
        Kept::FreeText => tr!(lang, "retention.free_text"),
        Kept::Visits => tr!(lang, "retention.visits"),
        Kept::Evidence => tr!(lang, "retention.evidence"),
        Kept::Mail => tr!(lang, "retention.mail"),
    }
    .into_owned()
}

fn standing_words(lang: Lang, standing: &Standing) -> String {
    match standing {
        Standing::NoDay => tr!(lang, "retention.by_hand"),
        Standing::Waits => tr!(lang, "retention.waits"),
        Standing::Due => tr!(lang, "retention.is_due"),
        Standing::Erased(day) => tr!(lang, "retention.erased_on", day = day),
    }
    .into_owned()
}

fn fault_words(lang: Lang, fault: Fault) -> Summary {
    let (href, text) = match fault {
        Fault::Kept => ("#kept", tr!(lang, "retention.fault_kept")),
        Fault::Until => ("#until", tr!(lang, "retention.fault_until")),
        Fault::Reason => ("#reason", tr!(lang, "retention.fault_reason")),
    };
    Summary {
        href: href.to_owned(),
        text: text.into_owned(),
    }
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &View) -> Markup {
    let path = format!("/console/rounds/{}/retention", view.id);
    let title = tr!(lang, "retention.title");
    let faults: Vec<Summary> = view
        .faults
        .iter()
        .map(|fault| fault_words(lang, *fault))
        .collect();
    let table = Table::new(
        "kept-table",
        tr!(lang, "retention.caption", day = view.closes_on),
        &view.lines,
    )
    .head(tr!(lang, "retention.what"), |line| kept_words(lang, line.kept))
    .text(tr!(lang, "retention.days"), |line| match line.days {
        Some(days) => tr!(lang, "retention.days_after", days = days).into_owned(),
        None => "–".to_owned(),
    })
    .text(tr!(lang, "retention.due"), |line| {
        line.due.as_deref().unwrap_or("–")
    })
    .text(tr!(lang, "retention.standing"), |line| {
        html! {
            @if line.standing == Standing::Due { strong { (standing_words(lang, &line.standing)) } }
            @else { (standing_words(lang, &line.standing)) }
        }
    });
    let is_silent = view.lines.iter().all(|line| line.standing == Standing::NoDay);
    let waits_for_identity = view
        .lines
        .iter()
        .any(|line| line.kept == Kept::Identities && line.may_be_delayed());
    RoundPage::new(lang, staff, (&view.id, &view.title), (&path, &title))
        .faults(&faults)
        .render(&html! {
            p.note { (tr!(lang, "retention.lead")) }
            @if is_silent { p.warning { (tr!(lang, "retention.silent")) } }
            @if view.open_cases > 0 && waits_for_identity {
                p.warning { (tr!(lang, "retention.open_cases", count = view.open_cases)) }
            }
            (table.scrolling(lang))
            (delays(lang, &view.lines))
            (certificates(lang, &path, &view.lines))
            @if view.may_delay && view.lines.iter().any(Line::may_be_delayed) {
                (form(lang, staff, &path, (view, &faults)))
            }
        })
}

fn delays(lang: Lang, lines: &[Line]) -> Markup {
    html! {
        @if lines.iter().any(|line| !line.delays.is_empty()) {
            h2 { (tr!(lang, "retention.delays")) }
            ul.thread {
                @for line in lines {
                    @for delay in &line.delays {
                        li {
                            p.quiet { (delay.day) }
                            p { (tr!(lang, "retention.delayed", what = kept_words(lang, line.kept), day = delay.until)) }
                            p lang=[words::tongue(lang, &delay.reason)] { (delay.reason) }
                        }
                    }
                }
            }
        }
    }
}

fn certificates(lang: Lang, path: &str, lines: &[Line]) -> Markup {
    let all: Vec<(Kept, &Certificate)> = lines
        .iter()
        .flat_map(|line| line.certificates.iter().map(|one| (line.kept, one)))
        .collect();
    if all.is_empty() {
        return html! {};
    }
    let table = Table::new("certificates", tr!(lang, "retention.certificates"), &all)
        .hidden_caption()
        .head(tr!(lang, "retention.what"), |(kept, _)| kept_words(lang, *kept))
        .text(tr!(lang, "retention.day"), |(_, one)| &one.day)
        .text(tr!(lang, "retention.by"), |(_, one)| {
            if one.actor == crate::retention::ACTOR {
                tr!(lang, "retention.by_plan").into_owned()
            } else {
                one.actor.clone()
            }
        })
        .text(tr!(lang, "retention.file"), |(kept, one)| {
            html! {
                a href={ (path) "/" (one.id) "/download" } {
                    (tr!(lang, "retention.certificate"))
                    span.hidden { " " (kept_words(lang, *kept)) " " (one.day) }
                }
            }
        })
        .text_in(
            "wide-cell",
            "SHA-256",
            |(_, one)| html! { code.hash { (one.sha256) } },
        );
    html! {
        h2 { (tr!(lang, "retention.certificates")) }
        (table.scrolling(lang))
    }
}

fn form(lang: Lang, staff: &SignedIn, path: &str, (view, faults): (&View, &[Summary])) -> Markup {
    let (kept, until, reason) = (
        FieldFault::of(faults, "kept"),
        FieldFault::of(faults, "until"),
        FieldFault::of(faults, "reason"),
    );
    html! {
        h2 { (tr!(lang, "retention.delay_title")) }
        p.note { (tr!(lang, "retention.delay_lead")) }
        form method="post" action=(path) novalidate {
            (csrf(&staff.csrf))
            div.field {
                label for="kept" { (tr!(lang, "retention.delay_what")) }
                (kept.message())
                select #kept name="kept" aria-invalid=[kept.invalid()] aria-describedby=[kept.described(None)] {
                    @for line in view.lines.iter().filter(|line| line.may_be_delayed()) {
                        @let word = line.kept.word();
                        option value=(word) selected[view.typed.kept == word] { (kept_words(lang, line.kept)) }
                    }
                }
            }
            div.field {
                label for="until" { (tr!(lang, "retention.delay_until")) }
                p.q-hint #until-hint { (tr!(lang, "retention.delay_until_hint")) }
                (until.message())
                input #until name="until" type="date" value=(view.typed.until) aria-invalid=[until.invalid()]
                    aria-describedby=[until.described(Some("until-hint"))];
            }
            div.field {
                label for="reason" { (tr!(lang, "retention.delay_reason")) }
                p.q-hint #reason-hint { (tr!(lang, "retention.delay_reason_hint")) }
                (reason.message())
                textarea #reason name="reason" rows="3" maxlength="300" aria-invalid=[reason.invalid()]
                    aria-describedby=[reason.described(Some("reason-hint"))] { (view.typed.reason) }
            }
            button.main type="submit" { (tr!(lang, "retention.delay")) }
        }
    }
}

/// A round as everybody reads how long it keeps what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundKeeps {
    /// Its title.
    pub title: String,
    /// What is kept.
    pub lines: Vec<Line>,
}

/// What everybody reads of some rounds.
pub fn public(lang: Lang, rounds: &[RoundKeeps]) -> Markup {
    html! {
        @for round in rounds {
            h3 lang=[words::tongue(lang, &round.title)] { (round.title) }
            ul {
                @for line in round.lines.iter().filter(|line| line.standing != Standing::NoDay) {
                    li {
                        (kept_words(lang, line.kept))
                        (tr!(lang, "retention.colon"))
                        @match (&line.standing, &line.due) {
                            (Standing::Erased(day), _) => (tr!(lang, "retention.erased_on", day = day)),
                            (_, Some(due)) => (tr!(lang, "retention.kept_until", day = due)),
                            _ => (tr!(lang, "retention.by_hand")),
                        }
                        @for delay in &line.delays {
                            p.quiet {
                                (tr!(lang, "retention.delayed_public", decided = delay.day, day = delay.until))
                                span lang=[words::tongue(lang, &delay.reason)] { (delay.reason) }
                            }
                        }
                    }
                }
            }
        }
    }
}
