//! The office's pages of the third party's work: how far each unit is, how far scorers agree, and whether marks count.

use std::borrow::Cow;

use maud::{Markup, html};

use super::layout::{Fault, SignedIn, csrf};
use super::office::FieldFault;
use super::round_page::RoundPage;
use super::table::Table;
use super::{Lang, tr};

pub mod people;
pub mod unit;

/// Where the office's pages of a round's third party are.
pub fn base(round: &str) -> String {
    format!("/console/rounds/{round}/scoring")
}

/// How far a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitState {
    /// Scorers are missing.
    Unstaffed,
    /// Not every card is sealed.
    Marking,
    /// The first scorers differ, and nobody was drawn as a third.
    Differing,
    /// A third scorer has not sealed yet.
    WithThird,
    /// All sealed; approvals are missing.
    Sealed,
    /// All approved.
    Approved,
}

impl UnitState {
    fn words(self, lang: Lang) -> Cow<'static, str> {
        match self {
            Self::Unstaffed => tr!(lang, "scoring.state_unstaffed"),
            Self::Marking => tr!(lang, "scoring.state_marking"),
            Self::Differing => tr!(lang, "scoring.state_differing"),
            Self::WithThird => tr!(lang, "scoring.state_third"),
            Self::Sealed => tr!(lang, "scoring.state_sealed"),
            Self::Approved => tr!(lang, "scoring.state_approved"),
        }
    }
}

/// A unit in the table of progress.
#[derive(Clone, Debug)]
pub struct UnitLine {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Cards.
    pub cards: usize,
    /// Sealed ones.
    pub sealed: usize,
    /// How far it is.
    pub state: UnitState,
}

/// A row of the table of agreement, its figures in words.
#[derive(Clone, Debug)]
pub struct AgreementLine {
    /// Criterion; none over all of them.
    pub criterion: Option<String>,
    /// Units, over all criteria pairs.
    pub n: String,
    /// Share of equal marks.
    pub exact: String,
    /// Share at most one apart.
    pub near: String,
    /// Weighted kappa with interval.
    pub kappa: String,
    /// ICC with interval.
    pub icc: String,
    /// Alpha with interval.
    pub alpha: String,
}

/// What stands between marks and evaluation, in words where it is a figure.
#[derive(Clone, Debug)]
pub struct GateView {
    /// Units without enough scorers.
    pub unstaffed: usize,
    /// Cards not sealed.
    pub unsealed: usize,
    /// Units that wait for a third scorer to be drawn.
    pub differing: usize,
    /// Cards not approved.
    pub unapproved: usize,
    /// Alpha that the plan asks for.
    pub least_alpha: Option<String>,
    /// Alpha with interval.
    pub alpha: Option<String>,
    /// Whether alpha reaches it.
    pub agrees: bool,
}

impl GateView {
    /// Whether nothing is missing that no reason can replace.
    pub fn is_complete(&self) -> bool {
        self.unstaffed + self.unsealed + self.differing + self.unapproved == 0
    }
}

/// When marks were last let count.
#[derive(Clone, Debug)]
pub struct Counted {
    /// Marks in the evaluation now.
    pub marks: usize,
    /// When, and by whom; none where they came otherwise.
    pub by: Option<(String, String)>,
}

/// The overview.
#[derive(Clone, Debug)]
pub struct Scoring {
    /// The round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// What the last act did.
    pub done: Option<String>,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// Whether the role may act.
    pub may_manage: bool,
    /// Units.
    pub units: Vec<UnitLine>,
    /// Agreement; empty before any unit was sealed by all.
    pub agreement: Vec<AgreementLine>,
    /// The gate.
    pub gate: GateView,
    /// Marks that count.
    pub counted: Counted,
    /// A seed that was not used yet.
    pub seed: i64,
}

/// Renders the overview.
pub fn page(lang: Lang, staff: &SignedIn, view: &Scoring) -> Markup {
    let title = tr!(lang, "scoring.title");
    let path = base(&view.round);
    let sealed: usize = view.units.iter().map(|line| line.sealed).sum();
    let cards: usize = view.units.iter().map(|line| line.cards).sum();
    RoundPage::new(lang, staff, (&view.round, &view.title), (&path, &title))
        .faults(&view.faults)
        .done(view.done.as_deref())
        .render(&html! {
            ul.links { li { a href={ (path) "/people" } { (tr!(lang, "scoring.people")) } } }
            h2 { (tr!(lang, "scoring.progress")) }
            p.lead { (tr!(lang, "scoring.sealed_count", sealed = sealed, cards = cards)) }
            p.note { (tr!(lang, "scoring.progress_note")) }
            (progress(lang, &path, &view.units))
            @if view.may_manage && view.gate.differing > 0 { (third(lang, staff, view, &path)) }
            h2 { (tr!(lang, "scoring.agreement")) }
            p.note { (tr!(lang, "scoring.agreement_note")) }
            @if view.agreement.is_empty() { p { (tr!(lang, "scoring.agreement_none")) } }
            @else { (agreement(lang, &view.agreement)) }
            (gate(lang, staff, view, &path))
        })
}

fn progress(lang: Lang, path: &str, units: &[UnitLine]) -> Markup {
    Table::new("progress", tr!(lang, "scoring.progress"), units)
        .hidden_caption()
        .head(
            tr!(lang, "round.unit"),
            |line| html! { a href={ (path) "/units/" (line.code) } { (line.name) } },
        )
        .num(tr!(lang, "scoring.sealed"), |line| {
            html! {
                (line.sealed) " / " (line.cards)
                @if line.cards > 0 { progress max=(line.cards) value=(line.sealed) aria-hidden="true" {} }
            }
        })
        .text(tr!(lang, "scoring.state"), |line| line.state.words(lang))
        .scrolling(lang)
}

/// A field for the seed of a draw.
fn seed_field(lang: Lang, id: &str, seed: i64) -> Markup {
    html! {
        div.field {
            label for=(id) { (tr!(lang, "scoring.seed")) }
            input #(id) name="seed" type="text" inputmode="numeric" value=(seed) autocomplete="off" maxlength="18";
        }
    }
}

fn third(lang: Lang, staff: &SignedIn, view: &Scoring, path: &str) -> Markup {
    let fault = FieldFault::of(&view.faults, "third");
    html! {
        h2 #third { (tr!(lang, "scoring.third")) }
        p { (tr!(lang, "scoring.third_lead", n = view.gate.differing)) }
        (fault.message())
        form.inline method="post" action={ (path) "/people" } {
            (csrf(&staff.csrf))
            (seed_field(lang, "third-seed", view.seed))
            button type="submit" name="go" value="third" { (tr!(lang, "scoring.third_go")) }
        }
    }
}

fn agreement(lang: Lang, lines: &[AgreementLine]) -> Markup {
    Table::new("agreement", tr!(lang, "scoring.agreement_caption"), lines)
        .pinned()
        .head(tr!(lang, "scoring.criterion"), |line| {
            html! {
                @match &line.criterion {
                    Some(code) => (code),
                    None => strong { (tr!(lang, "scoring.overall")) },
                }
            }
        })
        .num(tr!(lang, "scoring.pairs"), |line| &line.n)
        .num(tr!(lang, "scoring.exact"), |line| &line.exact)
        .num(tr!(lang, "scoring.near"), |line| &line.near)
        .num(tr!(lang, "scoring.kappa"), |line| &line.kappa)
        .num("ICC(1)", |line| &line.icc)
        .num(tr!(lang, "scoring.alpha"), |line| &line.alpha)
        .scrolling(lang)
}

fn gate(lang: Lang, staff: &SignedIn, view: &Scoring, path: &str) -> Markup {
    let gate = &view.gate;
    let fault = FieldFault::of(&view.faults, "reason");
    let item = |open: usize, done: Cow<'static, str>, words: Cow<'static, str>| {
        html! {
            li { @if open == 0 { (done) } @else { strong { (words) } } }
        }
    };
    html! {
        h2 #count { (tr!(lang, "scoring.gate")) }
        p {
            @match (&view.counted.by, view.counted.marks) {
                (_, 0) => (tr!(lang, "scoring.counted_none")),
                (Some((at, by)), n) => (tr!(lang, "scoring.counted", n = n, at = at, by = by)),
                (None, n) => (tr!(lang, "scoring.counted_otherwise", n = n)),
            }
        }
        @if view.counted.marks > 0 && !gate.is_complete() { p.warning { (tr!(lang, "scoring.counted_partly")) } }
        ul {
            (item(gate.unstaffed, tr!(lang, "scoring.gate_staffed"), tr!(lang, "scoring.gate_unstaffed", n = gate.unstaffed)))
            (item(gate.unsealed, tr!(lang, "scoring.gate_sealed"), tr!(lang, "scoring.gate_unsealed", n = gate.unsealed)))
            (item(gate.differing, tr!(lang, "scoring.gate_agreed"), tr!(lang, "scoring.gate_differing", n = gate.differing)))
            (item(gate.unapproved, tr!(lang, "scoring.gate_approved"), tr!(lang, "scoring.gate_unapproved", n = gate.unapproved)))
            li {
                @match (&gate.least_alpha, &gate.alpha) {
                    (None, Some(alpha)) => (tr!(lang, "scoring.gate_no_limit", alpha = alpha)),
                    (None, None) => (tr!(lang, "scoring.gate_no_alpha")),
                    (Some(least), alpha) => {
                        @let alpha = alpha.as_deref().unwrap_or("–");
                        @if gate.agrees { (tr!(lang, "scoring.gate_alpha", alpha = alpha, least = least)) }
                        @else { strong { (tr!(lang, "scoring.gate_low_alpha", alpha = alpha, least = least)) } }
                    }
                }
            }
        }
        @if view.may_manage && gate.is_complete() {
            form method="post" action={ (path) "/count" } novalidate {
                (csrf(&staff.csrf))
                @if !gate.agrees {
                    div.field {
                        label for="reason" { (tr!(lang, "scoring.count_reason")) }
                        (fault.message())
                        textarea #reason name="reason" rows="2" maxlength="1000"
                            aria-invalid=[fault.invalid()] aria-describedby=[fault.described(None)] {}
                    }
                }
                button.main type="submit" { (tr!(lang, "scoring.count_go")) }
            }
        }
    }
}
