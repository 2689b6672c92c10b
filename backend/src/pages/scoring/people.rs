//! Who scores: evaluators with their load, conflicts of interest, draws.

use maud::{Markup, html};
use uuid::Uuid;

use super::super::layout::{Fault, SignedIn, csrf};
use super::super::marking::kind;
use super::super::office::FieldFault;
use super::super::round_page::RoundPage;
use super::super::table::Table;
use super::super::{Lang, tr, words};
use super::{base, seed_field};
use crate::scoring::draw::Split;
use crate::scoring::people::{ConflictKind, DECLARED, Load, REGISTER};

/// An evaluator of the round.
#[derive(Clone, Debug)]
pub struct PersonLine {
    /// Account.
    pub id: Uuid,
    /// Login.
    pub login: String,
    /// Name.
    pub name: String,
    /// When conflicts were declared.
    pub declared: Option<String>,
    /// Why they left.
    pub left: Option<String>,
    /// Units with which there is a conflict.
    pub conflicts: usize,
    /// Most units that they take.
    pub capacity: Option<i32>,
    /// What they have.
    pub load: Load,
}

/// A conflict.
#[derive(Clone, Debug)]
pub struct ConflictLine {
    /// Name of the evaluator.
    pub person: String,
    /// Name of the unit.
    pub unit: String,
    /// What binds.
    pub kind: ConflictKind,
    /// Who said so, as stored.
    pub source: String,
    /// What was said.
    pub note: String,
}

/// A draw.
#[derive(Clone, Debug)]
pub struct DrawLine {
    /// Number.
    pub seq: i32,
    /// Whether it was for third scorers.
    pub third: bool,
    /// When.
    pub at: String,
    /// By whom.
    pub actor: String,
    /// Seed.
    pub seed: i64,
    /// Cards made.
    pub made: i32,
    /// Untouched cards that moved.
    pub taken_back: i32,
}

/// The page.
#[derive(Clone, Debug)]
pub struct People {
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
    /// Evaluators of the round.
    pub people: Vec<PersonLine>,
    /// Evaluators' accounts that are not engaged: account and name.
    pub others: Vec<(Uuid, String)>,
    /// Judged units: code and name.
    pub units: Vec<(String, String)>,
    /// Conflicts.
    pub conflicts: Vec<ConflictLine>,
    /// Draws, oldest first.
    pub draws: Vec<DrawLine>,
    /// What is marked together, once that was drawn.
    pub split: Option<Split>,
    /// Scorers a unit needs.
    pub scorers: u32,
    /// Units that lack some.
    pub unstaffed: usize,
    /// A seed that was not used yet.
    pub seed: i64,
}

impl People {
    fn active(&self) -> impl Iterator<Item = &PersonLine> {
        self.people.iter().filter(|person| person.left.is_none())
    }
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &People) -> Markup {
    let title = tr!(lang, "scoring.people");
    let path = format!("{}/people", base(&view.round));
    RoundPage::new(lang, staff, (&view.round, &view.title), (&path, &title))
        .within(&[(&base(&view.round), &tr!(lang, "scoring.title"))])
        .faults(&view.faults)
        .done(view.done.as_deref())
        .render(&html! {
            h2 { (tr!(lang, "scoring.engaged")) }
            @if view.people.is_empty() { p { (tr!(lang, "scoring.engaged_none")) } } @else { (people(lang, view)) }
            @if view.may_manage {
                (engage(lang, staff, view, &path))
                @if view.active().next().is_some() { (withdraw(lang, staff, view, &path)) }
            }
            h2 { (tr!(lang, "scoring.conflicts")) }
            @if view.conflicts.is_empty() { p { (tr!(lang, "scoring.conflicts_none")) } }
            @else { (conflicts(lang, &view.conflicts)) }
            @if view.may_manage && view.active().next().is_some() { (add_conflict(lang, staff, view, &path)) }
            h2 #draw { (tr!(lang, "scoring.draw")) }
            p { (tr!(lang, "scoring.draw_lead", scorers = view.scorers)) }
            @if !view.draws.is_empty() { (draws(lang, &view.draws)) }
            @if view.may_manage { (draw(lang, staff, view, &path)) }
        })
}

fn people(lang: Lang, view: &People) -> Markup {
    Table::new("people", tr!(lang, "scoring.engaged"), &view.people)
        .hidden_caption()
        .pinned()
        .head(
            tr!(lang, "scoring.name"),
            |person| html! { (person.name) " " span.quiet { (person.login) } },
        )
        .text(tr!(lang, "scoring.declaration"), |person| {
            html! {
                @match (&person.left, &person.declared) {
                    (Some(reason), _) => {
                        (tr!(lang, "scoring.left")) span lang=[words::tongue(lang, reason)] { (reason) }
                    }
                    (None, Some(at)) => (at),
                    (None, None) => strong { (tr!(lang, "scoring.undeclared")) },
                }
            }
        })
        .num(tr!(lang, "scoring.conflict_units"), |person| &person.conflicts)
        .num(tr!(lang, "scoring.cards"), |person| &person.load.cards)
        .num(tr!(lang, "scoring.sealed"), |person| &person.load.sealed)
        .num(
            tr!(lang, "scoring.capacity"),
            |person| html! { @match person.capacity { Some(n) => (n), None => "–" } },
        )
        .scrolling(lang)
}

fn engage(lang: Lang, staff: &SignedIn, view: &People, path: &str) -> Markup {
    let fault = FieldFault::of(&view.faults, "person");
    let wrong = FieldFault::of(&view.faults, "capacity");
    html! {
        h3 { (tr!(lang, "scoring.engage")) }
        @if view.others.is_empty() { p { (tr!(lang, "scoring.engage_nobody")) } }
        @else {
            form.inline method="post" action=(path) novalidate {
                (csrf(&staff.csrf))
                div.field {
                    label for="person" { (tr!(lang, "scoring.name")) }
                    (fault.message())
                    select #person name="person" aria-invalid=[fault.invalid()] aria-describedby=[fault.described(None)] {
                        @for (id, name) in &view.others { option value=(id) { (name) } }
                    }
                }
                div.field {
                    label for="capacity" { (tr!(lang, "scoring.capacity_field")) }
                    (wrong.message())
                    input #capacity name="capacity" type="text" inputmode="numeric" autocomplete="off"
                        aria-invalid=[wrong.invalid()] aria-describedby=[wrong.described(None)];
                }
                button type="submit" name="go" value="engage" { (tr!(lang, "scoring.engage_go")) }
            }
        }
    }
}

fn person_select(lang: Lang, id: &str, view: &People) -> Markup {
    html! {
        div.field {
            label for=(id) { (tr!(lang, "scoring.name")) }
            select #(id) name="person" { @for one in view.active() { option value=(one.id) { (one.name) " " (one.login) } } }
        }
    }
}

fn reason_field(view: &People, id: &str, label: &str) -> Markup {
    let fault = FieldFault::of(&view.faults, id);
    html! {
        div.field {
            label for=(id) { (label) }
            (fault.message())
            input #(id) name="reason" type="text" maxlength="300" autocomplete="off" required
                aria-invalid=[fault.invalid()] aria-describedby=[fault.described(None)];
        }
    }
}

fn withdraw(lang: Lang, staff: &SignedIn, view: &People, path: &str) -> Markup {
    let open = FieldFault::of(&view.faults, "withdraw-reason").is_some();
    html! {
        details open[open] {
            summary { (tr!(lang, "scoring.withdraw")) }
            p { (tr!(lang, "scoring.withdraw_lead")) }
            form.inline method="post" action=(path) novalidate {
                (csrf(&staff.csrf))
                (person_select(lang, "withdraw-person", view))
                (reason_field(view, "withdraw-reason", &tr!(lang, "scoring.reason")))
                button type="submit" name="go" value="withdraw" { (tr!(lang, "scoring.withdraw_go")) }
            }
        }
    }
}

fn conflicts(lang: Lang, lines: &[ConflictLine]) -> Markup {
    Table::new("conflicts", tr!(lang, "scoring.conflicts"), lines)
        .hidden_caption()
        .head(tr!(lang, "scoring.name"), |line| &line.person)
        .text(tr!(lang, "round.unit"), |line| &line.unit)
        .text(tr!(lang, "scoring.conflict_kind"), |line| kind(lang, line.kind))
        .text(tr!(lang, "scoring.conflict_source"), |line| {
            html! {
                @match line.source.as_str() {
                    DECLARED => (tr!(lang, "scoring.source_declared")),
                    REGISTER => (tr!(lang, "scoring.source_register")),
                    _ => (tr!(lang, "scoring.source_office")),
                }
            }
        })
        .text_in(
            "wide-cell",
            tr!(lang, "scoring.conflict_note"),
            |line| html! { span lang=[words::tongue(lang, &line.note)] { (line.note) } },
        )
        .scrolling(lang)
}

fn add_conflict(lang: Lang, staff: &SignedIn, view: &People, path: &str) -> Markup {
    let open = FieldFault::of(&view.faults, "conflict-reason").is_some();
    html! {
        details open[open] {
            summary { (tr!(lang, "scoring.add_conflict")) }
            form.inline method="post" action=(path) novalidate {
                (csrf(&staff.csrf))
                (person_select(lang, "conflict-person", view))
                div.field {
                    label for="conflict-unit" { (tr!(lang, "round.unit")) }
                    select #conflict-unit name="unit" { @for (code, name) in &view.units { option value=(code) { (name) } } }
                }
                div.field {
                    label for="conflict-kind" { (tr!(lang, "scoring.conflict_kind")) }
                    select #conflict-kind name="kind" {
                        @for one in ConflictKind::ALL { option value=(one.as_str()) { (kind(lang, one)) } }
                    }
                }
                (reason_field(view, "conflict-reason", &tr!(lang, "scoring.conflict_note")))
                button type="submit" name="go" value="conflict" { (tr!(lang, "scoring.add_conflict_go")) }
            }
        }
    }
}

fn draws(lang: Lang, lines: &[DrawLine]) -> Markup {
    Table::new("draws", tr!(lang, "scoring.draws"), lines)
        .num_head(tr!(lang, "scoring.draw_number"), |line| &line.seq)
        .text_in("day", tr!(lang, "scoring.draw_at"), |line| &line.at)
        .text(tr!(lang, "scoring.draw_for"), |line| html! { @if line.third { (tr!(lang, "scoring.draw_third")) } @else { (tr!(lang, "scoring.draw_units")) } })
        .num(tr!(lang, "scoring.seed"), |line| &line.seed)
        .num(tr!(lang, "scoring.draw_made"), |line| &line.made)
        .num(tr!(lang, "scoring.draw_moved"), |line| &line.taken_back)
        .text(tr!(lang, "scoring.draw_by"), |line| &line.actor)
        .scrolling(lang)
}

fn draw(lang: Lang, staff: &SignedIn, view: &People, path: &str) -> Markup {
    let fault = FieldFault::of(&view.faults, "draw");
    html! {
        (fault.message())
        @if view.unstaffed == 0 && !view.draws.is_empty() { p { (tr!(lang, "scoring.draw_complete")) } }
        @else {
            p { (tr!(lang, "scoring.draw_unstaffed", n = view.unstaffed)) }
            form method="post" action=(path) novalidate {
                (csrf(&staff.csrf))
                @if view.split.is_none() {
                    fieldset.q {
                        legend { (tr!(lang, "scoring.split")) }
                        span.pick {
                            input #split-unit type="radio" name="split" value=(Split::Unit.as_str()) checked;
                            label for="split-unit" { (tr!(lang, "scoring.split_unit")) }
                        }
                        span.pick {
                            input #split-section type="radio" name="split" value=(Split::Section.as_str());
                            label for="split-section" { (tr!(lang, "scoring.split_section")) }
                        }
                    }
                }
                (seed_field(lang, "seed", view.seed))
                p.note { (tr!(lang, "scoring.seed_note")) }
                button.main type="submit" name="go" value="draw" { (tr!(lang, "scoring.draw_go")) }
            }
        }
    }
}
