//! Weights of a plan, for the office, side by side; and the questionnaire in which an expert compares indicators.

pub mod expert;

use maud::{Markup, html};

use super::layout::{Fault, SignedIn, csrf};
use super::office::FieldFault;
use super::round_page::RoundPage;
use super::table::scrolling;
use super::{Lang, tr};

/// A way to come to weights.
#[derive(Clone, Debug)]
pub struct Way {
    /// Its word in the form: `equal`, `ahp`, `entropy`.
    pub name: &'static str,
    /// What it is called.
    pub title: String,
    /// Why it cannot be taken over, or has no weights; empty when it can.
    pub against: Vec<String>,
    /// Points by row of the table; empty where there are none.
    pub points: Vec<String>,
}

/// An indicator.
#[derive(Clone, Debug)]
pub struct IndicatorLine {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// How deep it stands.
    pub depth: usize,
    /// What it weighs now.
    pub weight: String,
}

/// An expert.
#[derive(Clone, Debug)]
pub struct ExpertLine {
    /// Identifier.
    pub id: String,
    /// Number: E1.
    pub number: String,
    /// Who it is.
    pub name: String,
    /// `open`, `done` or `withdrawn`.
    pub state: String,
    /// Pairs compared, and pairs there are.
    pub progress: (usize, usize),
    /// What contradicts itself, with the pair and what would fit.
    pub contradictions: Vec<String>,
}

/// The page.
#[derive(Clone, Debug)]
pub struct WeightsPage {
    /// The round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// Whether the plan is a draft that this reader may change.
    pub may_edit: bool,
    /// What the last act did.
    pub done: Option<String>,
    /// A link made just now, with its expert's number: shown once.
    pub link: Option<(String, String)>,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// Fingerprint of indicators.csv.
    pub seen: String,
    /// Indicators that are weighed.
    pub indicators: Vec<IndicatorLine>,
    /// Ways beside the weights as they stand.
    pub ways: Vec<Way>,
    /// Experts.
    pub experts: Vec<ExpertLine>,
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &WeightsPage) -> Markup {
    let title = tr!(lang, "weights.title");
    let path = format!("/console/rounds/{}/weights", view.round);
    let plan = format!("/console/rounds/{}/plan", view.round);
    RoundPage::new(lang, staff, (&view.round, &view.title), (&path, &title))
        .within(&[(&plan, &tr!(lang, "plan.title"))])
        .faults(&view.faults)
        .done(view.done.as_deref())
        .render(&html! {
            @if let Some((number, link)) = &view.link {
                section aria-labelledby="link" {
                    h2 #link { (tr!(lang, "weights.link_title", number = number)) }
                    p { (tr!(lang, "weights.link_once")) }
                    p { code.hash { (link) } }
                }
            }
            p { (tr!(lang, "weights.lead")) }
            @if !view.may_edit { p.notice { (tr!(lang, "weights.read_only")) } }
            (side_by_side(lang, view))
            @for way in &view.ways { (take_over(lang, staff, (view, &path), way)) }
            (experts(lang, staff, view, &path))
        })
}

fn side_by_side(lang: Lang, view: &WeightsPage) -> Markup {
    let shown: Vec<&Way> = view.ways.iter().filter(|way| !way.points.is_empty()).collect();
    let table = html! {
        table {
            caption #ways { (tr!(lang, "weights.table")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "weights.indicator")) }
                    th.num scope="col" { (tr!(lang, "weights.now")) }
                    @for way in &shown { th.num scope="col" { (way.title) } }
                }
            }
            tbody {
                @for (row, line) in view.indicators.iter().enumerate() {
                    tr {
                        th scope="row" .{ "deep" (line.depth.min(3)) } { (line.code) " " (line.name) }
                        td.num { (line.weight) }
                        @for way in &shown { td.num { (way.points.get(row).map(String::as_str).unwrap_or_default()) } }
                    }
                }
            }
        }
    };
    html! {
        h2 { (tr!(lang, "weights.side_by_side")) }
        (scrolling(lang, "ways", &table))
    }
}

fn take_over(lang: Lang, staff: &SignedIn, (view, path): (&WeightsPage, &str), way: &Way) -> Markup {
    html! {
        h3 { (way.title) }
        @if !way.against.is_empty() {
            ul.todo { @for line in &way.against { li { (line) } } }
        } @else if view.may_edit {
            form method="post" action=(path) {
                (csrf(&staff.csrf))
                input type="hidden" name="seen" value=(view.seen);
                button type="submit" name="take" value=(way.name) { (tr!(lang, "weights.take", way = way.title)) }
            }
        } @else { p { (tr!(lang, "weights.could_be")) } }
    }
}

/// The form by which an expert counts no longer, with the reason.
fn leave_out(
    lang: Lang,
    staff: &SignedIn,
    (view, path): (&WeightsPage, &str),
    expert: &ExpertLine,
) -> Markup {
    let (id, note) = (
        format!("reason-{}", expert.number),
        format!("leave-out-{}", expert.number),
    );
    let fault = FieldFault::of(&view.faults, &id);
    html! {
        details open[fault.is_some()] {
            summary { (tr!(lang, "weights.withdraw")) span.hidden { " " (expert.number) } }
            p.note #(note) { (tr!(lang, "weights.leave_out_note")) }
            form method="post" action=(path) novalidate {
                (csrf(&staff.csrf))
                input type="hidden" name="expert" value=(expert.id);
                div.field {
                    label for=(id) { (tr!(lang, "weights.leave_out_reason")) }
                    (fault.message())
                    input #(id) type="text" name="reason" maxlength="300" autocomplete="off"
                        aria-invalid=[fault.invalid()] aria-describedby=[fault.described(Some(&note))];
                }
                button type="submit" name="go" value="withdraw" {
                    (tr!(lang, "weights.leave_out")) span.hidden { " " (expert.number) }
                }
            }
        }
    }
}

fn experts(lang: Lang, staff: &SignedIn, view: &WeightsPage, path: &str) -> Markup {
    let fault = FieldFault::of(&view.faults, "name");
    html! {
        h2 { (tr!(lang, "weights.experts")) }
        p { (tr!(lang, "weights.experts_lead")) }
        @if view.experts.is_empty() { p { (tr!(lang, "weights.no_experts")) } }
        @for expert in &view.experts {
            section.entry aria-labelledby={ "e-" (expert.number) } {
                h3 #{ "e-" (expert.number) } { (expert.number) " " (expert.name) }
                p {
                    @match expert.state.as_str() {
                        "done" => (tr!(lang, "weights.is_done")),
                        "withdrawn" => (tr!(lang, "weights.is_withdrawn")),
                        _ => (tr!(lang, "weights.is_open")),
                    }
                    " · " (tr!(lang, "weights.progress", said = expert.progress.0, all = expert.progress.1))
                }
                @if !expert.contradictions.is_empty() {
                    ul.todo { @for line in &expert.contradictions { li { (line) } } }
                }
                @if view.may_edit && expert.state != "withdrawn" {
                    form.inline method="post" action=(path) {
                        (csrf(&staff.csrf))
                        input type="hidden" name="expert" value=(expert.id);
                        button type="submit" name="go" value="renew" { (tr!(lang, "weights.renew")) span.hidden { " " (expert.number) } }
                    }
                    (leave_out(lang, staff, (view, path), expert))
                }
            }
        }
        @if view.may_edit {
            form method="post" action=(path) novalidate {
                (csrf(&staff.csrf))
                div.field {
                    label for="name" { (tr!(lang, "weights.name")) }
                    (fault.message())
                    input #name type="text" name="name" maxlength="60" autocomplete="off" aria-invalid=[fault.invalid()]
                        aria-describedby=[fault.described(Some("name-note"))];
                    p.note #name-note { (tr!(lang, "weights.name_note")) }
                }
                button.main type="submit" name="go" value="add" { (tr!(lang, "weights.add")) }
            }
        }
    }
}
