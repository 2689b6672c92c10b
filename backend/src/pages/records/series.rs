//! Administrative series: what there is, the revisions, and the form that takes new figures.

use maud::{Markup, html};
use survey_forms::diagnostic::Diagnostic;

use super::{Refusal, UploadForm, fault_table, files, upload_form, written};
use crate::pages::layout::{ConsoleFrame, SignedIn, console, crumbs};
use crate::pages::round_page::RoundPage;
use crate::pages::table::Table;
use crate::pages::{Lang, tr};

/// A series of the plan.
#[derive(Clone, Debug)]
pub struct SeriesLine {
    /// Code.
    pub code: String,
    /// Name in the page's language; the code when the plan gives none.
    pub name: String,
    /// Unit of measure.
    pub unit_of_measure: String,
    /// Who reports it, in words.
    pub levels: String,
    /// The kind of its periods, in words.
    pub period: String,
    /// Plausible values; empty for any.
    pub bounds: String,
    /// Its latest period; empty when there is no figure.
    pub latest: String,
    /// The county's figure of that period; empty when there is none.
    pub value: String,
    /// Units with a figure in that period.
    pub units: usize,
}

/// A revision.
#[derive(Clone, Debug)]
pub struct RevisionLine {
    /// Number.
    pub number: i32,
    /// When, to the minute.
    pub at: String,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// Name of the file.
    pub file: String,
    /// New figures.
    pub added: i32,
    /// Changed figures.
    pub changed: i32,
}

/// A figure that a revision set.
#[derive(Clone, Debug)]
pub struct ChangeLine {
    /// Name of the series.
    pub series: String,
    /// Name of the unit.
    pub unit: String,
    /// Period.
    pub period: String,
    /// The value before; none where there was none.
    pub before: Option<String>,
    /// The value since.
    pub now: String,
    /// Where it comes from.
    pub source: String,
}

/// What a file would change.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// The changes.
    pub changes: Vec<ChangeLine>,
    /// Figures that are as they were.
    pub same: usize,
}

/// The page.
#[derive(Clone, Debug)]
pub struct SeriesPage {
    /// The round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// Whether the role may import, and the round takes figures.
    pub may_import: bool,
    /// What is wrong with what was sent.
    pub refusal: Refusal,
    /// The reason as it was typed.
    pub reason: String,
    /// What a file that was only checked would change.
    pub checked: Option<Checked>,
    /// What somebody should look at in the file.
    pub warnings: Vec<Diagnostic>,
    /// The series.
    pub series: Vec<SeriesLine>,
    /// The revisions, the latest first.
    pub revisions: Vec<RevisionLine>,
    /// Revision that the stored results rest on; none when nothing was computed.
    pub computed: Option<u32>,
}

fn address(round: &str) -> String {
    format!("/console/rounds/{round}/series")
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &SeriesPage) -> Markup {
    let path = address(&view.round);
    let title = tr!(lang, "series.title");
    let latest = view.revisions.first().map_or(0, |revision| revision.number);
    let download = |what: &str, format: &str| format!("{path}/download?what={what}&format={format}");
    RoundPage::new(lang, staff, (&view.round, &view.title), (&path, &title))
        .faults(&view.refusal.fields)
        .has_error(view.refusal.is_some())
        .render(&html! {
            p { (tr!(lang, "series.lead")) }
            p.notice {
                @if latest == 0 { (tr!(lang, "series.as_sealed")) } @else { (tr!(lang, "series.now", number = latest)) }
                @if let Some(computed) = view.computed {
                    " " (tr!(lang, "series.computed", number = computed))
                    @if i64::from(computed) != i64::from(latest) { " " strong { (tr!(lang, "series.compute_again")) } }
                }
            }
            (fault_table(lang, &view.refusal.of_file))
            (fault_table(lang, &view.warnings))
            @if let Some(checked) = &view.checked {
                h2 { (tr!(lang, "series.checked_title")) }
                p { (tr!(lang, "series.checked", count = checked.changes.len(), same = checked.same)) }
                @if !checked.changes.is_empty() { (changes(lang, &checked.changes)) }
            }
            @if view.may_import {
                h2 { (tr!(lang, "series.import")) }
                (files(lang, &[
                    (download("template", "xlsx"), tr!(lang, "series.template_xlsx").into_owned()),
                    (download("template", "csv"), tr!(lang, "series.template_csv").into_owned()),
                ]))
                (upload_form(lang, &UploadForm {
                    action: &path,
                    csrf: &staff.csrf,
                    faults: &view.refusal.fields,
                    reason: Some(&view.reason),
                    check: Some(&tr!(lang, "series.only_check")),
                    button: &tr!(lang, "series.import_go"),
                }))
            }
            h2 { (tr!(lang, "series.list")) }
            (files(lang, &[
                (download("current", "xlsx"), tr!(lang, "series.current_xlsx").into_owned()),
                (download("current", "csv"), tr!(lang, "series.current_csv").into_owned()),
            ]))
            (table(lang, &view.series))
            h2 { (tr!(lang, "series.history")) }
            (revisions(lang, &path, &view.revisions))
        })
}

fn table(lang: Lang, series: &[SeriesLine]) -> Markup {
    Table::new("series", tr!(lang, "series.list_caption"), series)
        .pinned()
        .head_in("step", tr!(lang, "series.series"), |line| written(lang, &line.name))
        .text(tr!(lang, "series.latest"), |line| html! { @if line.latest.is_empty() { (tr!(lang, "series.no_figure")) } @else { (line.latest) } })
        .num(tr!(lang, "series.county_value"), |line| html! {
                            @if line.value.is_empty() { "–" }
                            @else { (line.value)
                                @if line.unit_of_measure == "%" { "%" }
                                @else if !line.unit_of_measure.is_empty() { " " (line.unit_of_measure) } }})
        .num(tr!(lang, "series.units"), |line| &line.units)
        .text(tr!(lang, "series.levels"), |line| &line.levels)
        .text(tr!(lang, "series.period"), |line| &line.period)
        .text(tr!(lang, "series.bounds"), |line| html! { @if line.bounds.is_empty() { "–" } @else { (line.bounds) } })
        .text(tr!(lang, "records.code"), |line| &line.code)
        .scrolling(lang)
}

fn revisions(lang: Lang, path: &str, revisions: &[RevisionLine]) -> Markup {
    if revisions.is_empty() {
        return html! { p { (tr!(lang, "series.no_revision")) } };
    }
    Table::new("revisions", tr!(lang, "series.history_caption"), revisions)
        .head(tr!(lang, "series.revision"), |line| html! { a href={ (path) "/" (line.number) } { (tr!(lang, "series.number", number = line.number)) } })
        .text_in("day", tr!(lang, "records.when"), |line| &line.at)
        .text(tr!(lang, "records.who"), |line| &line.actor)
        .text_in("wide-cell", tr!(lang, "records.why"), |line| written(lang, &line.reason))
        .num(tr!(lang, "series.added"), |line| &line.added)
        .num(tr!(lang, "series.changed"), |line| &line.changed)
        .text(tr!(lang, "records.file_name"), |line| &line.file)
        .scrolling(lang)
}

fn changes(lang: Lang, changes: &[ChangeLine]) -> Markup {
    Table::new("changes", tr!(lang, "series.changes_caption", count = changes.len()), changes)
        .head(tr!(lang, "series.series"), |line| written(lang, &line.series))
        .text(tr!(lang, "series.unit"), |line| &line.unit)
        .text(tr!(lang, "series.period"), |line| &line.period)
        .num(tr!(lang, "series.before"), |line| html! { @match &line.before { Some(before) => (before), None => (tr!(lang, "series.none_before")) } })
        .num(tr!(lang, "series.after"), |line| html! { strong { (line.now) } })
        .text(tr!(lang, "series.source"), |line| written(lang, &line.source))
        .scrolling(lang)
}

/// A revision with its figures.
#[derive(Clone, Debug)]
pub struct RevisionPage {
    /// The round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// Whether it was imported just now.
    pub is_new: bool,
    /// The revision.
    pub revision: RevisionLine,
    /// SHA-256 of the file.
    pub sha256: String,
    /// What it changed.
    pub changes: Vec<ChangeLine>,
}

/// Renders a revision.
pub fn revision(lang: Lang, staff: &SignedIn, view: &RevisionPage) -> Markup {
    let list = address(&view.round);
    let path = format!("{list}/{}", view.revision.number);
    let title = tr!(lang, "series.revision_title", number = view.revision.number);
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: false,
        path: &path,
        staff: Some(staff),
    };
    console(
        frame,
        &html! {
            (crumbs(lang, &[
                (&format!("/console/rounds/{}", view.round), &view.title),
                (&list, &tr!(lang, "series.title")),
            ]))
            @if view.is_new { p.notice role="status" { (tr!(lang, "series.imported")) } }
            h1 { (title) }
            dl.facts {
                div { dt { (tr!(lang, "records.why")) } dd { (written(lang, &view.revision.reason)) } }
                div { dt { (tr!(lang, "records.who")) } dd { (view.revision.actor) } }
                div { dt { (tr!(lang, "records.when")) } dd { (view.revision.at) } }
                div { dt { (tr!(lang, "records.file_name")) } dd { (view.revision.file) } }
                div { dt { "SHA-256" } dd { code.hash { (view.sha256) } } }
            }
            (changes(lang, &view.changes))
        },
    )
}
