//! The frame and its newer versions: what a new file changes, who decided what, and which version weights rest on. Counts
//! only; the list of members is a file for the office.

use analysis::plan::Change;
use maud::{Markup, html};

use super::{Refusal, UploadForm, fault_table, files, reason_field, upload_form, written};
use crate::pages::layout::{SignedIn, csrf};
use crate::pages::office::FieldFault;
use crate::pages::round_page::RoundPage;
use crate::pages::table::Table;
use crate::pages::{Lang, tr};
use crate::records::frames::PlaceLine;

/// A version of the frame.
#[derive(Clone, Debug)]
pub struct VersionLine {
    /// Number; 0 is the plan's.
    pub version: i32,
    /// `proposed`, `applied` or `discarded`; empty for the plan's.
    pub state: String,
    /// Members.
    pub rows: i64,
    /// When the last thing was done to it.
    pub at: String,
    /// Who did it.
    pub actor: String,
    /// Why it was applied.
    pub reason: String,
    /// Name of the file.
    pub file: String,
}

/// A decision about the version in use.
#[derive(Clone, Debug)]
pub struct UseLine {
    /// The version.
    pub version: i32,
    /// When.
    pub at: String,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
}

/// The page of all versions.
#[derive(Clone, Debug)]
pub struct FramePage {
    /// The round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// Whether the role may change anything, and the round has a sealed plan.
    pub may_edit: bool,
    /// What the last act did.
    pub done: Option<String>,
    /// What is wrong with what was sent.
    pub refusal: Refusal,
    /// The reason as it was typed.
    pub reason: String,
    /// All versions, the latest first, the plan's last.
    pub versions: Vec<VersionLine>,
    /// The version that weights are calibrated to.
    pub in_use: i32,
    /// The version that the stored results rest on; none when nothing was computed.
    pub computed: Option<u32>,
    /// Versions that may be used.
    pub usable: Vec<i32>,
    /// Decisions about it, the latest first.
    pub uses: Vec<UseLine>,
}

fn address(round: &str) -> String {
    format!("/console/rounds/{round}/frame")
}

fn version_name(lang: Lang, version: i32) -> String {
    match version {
        0 => tr!(lang, "frame.first").into_owned(),
        version => tr!(lang, "frame.version", number = version).into_owned(),
    }
}

fn state_name(lang: Lang, state: &str) -> String {
    match state {
        "proposed" => tr!(lang, "frame.proposed"),
        "applied" => tr!(lang, "frame.applied"),
        "discarded" => tr!(lang, "frame.discarded"),
        _ => tr!(lang, "frame.of_plan"),
    }
    .into_owned()
}

/// The name of a kind of change.
pub fn change_name(lang: Lang, change: Change) -> String {
    match change {
        Change::New => tr!(lang, "frame.new"),
        Change::Moved => tr!(lang, "frame.moved"),
        Change::Deceased => tr!(lang, "frame.deceased"),
        Change::Left => tr!(lang, "frame.left"),
        Change::Category => tr!(lang, "frame.category"),
        Change::Grade => tr!(lang, "frame.grade"),
        Change::Details => tr!(lang, "frame.details"),
        Change::Contact => tr!(lang, "frame.contact"),
    }
    .into_owned()
}

/// Renders the page of all versions.
pub fn page(lang: Lang, staff: &SignedIn, view: &FramePage) -> Markup {
    let path = address(&view.round);
    let title = tr!(lang, "frame.title");
    RoundPage::new(lang, staff, (&view.round, &view.title), (&path, &title))
        .faults(&view.refusal.fields)
        .has_error(view.refusal.is_some())
        .done(view.done.as_deref())
        .render(&html! {
            p { (tr!(lang, "frame.lead")) }
            p.notice {
                (tr!(lang, "frame.in_use", version = version_name(lang, view.in_use)))
                @if let Some(computed) = view.computed.filter(|computed| i64::from(*computed) != i64::from(view.in_use)) {
                    " " strong { (tr!(lang, "frame.compute_again", number = computed)) }
                }
            }
            (fault_table(lang, &view.refusal.of_file))
            (versions(lang, &path, &view.versions))
            @if view.may_edit {
                h2 { (tr!(lang, "frame.upload")) }
                p.note { (tr!(lang, "frame.upload_text")) }
                (upload_form(lang, &UploadForm {
                    action: &path,
                    csrf: &staff.csrf,
                    faults: &view.refusal.fields,
                    reason: None,
                    check: None,
                    button: &tr!(lang, "frame.upload_go"),
                }))
            }
            @if view.may_edit && view.usable.len() > 1 { (use_form(lang, staff, &path, view)) }
            @if !view.uses.is_empty() { (uses(lang, &view.uses)) }
        })
}

fn versions(lang: Lang, path: &str, versions: &[VersionLine]) -> Markup {
    Table::new("versions", tr!(lang, "frame.versions"), versions)
        .head(tr!(lang, "frame.which"), |line| {
            html! {
                @if line.version > 0 && line.state != "discarded" {
                    a href={ (path) "/" (line.version) } { (version_name(lang, line.version)) }
                } @else { (version_name(lang, line.version)) }
            }
        })
        .text(tr!(lang, "frame.state"), |line| state_name(lang, &line.state))
        .num(tr!(lang, "frame.members"), |line| &line.rows)
        .text_in(
            "day",
            tr!(lang, "records.when"),
            |line| html! { @if line.at.is_empty() { "–" } @else { (line.at) } },
        )
        .text(
            tr!(lang, "records.who"),
            |line| html! { @if line.actor.is_empty() { "–" } @else { (line.actor) } },
        )
        .text_in(
            "wide-cell",
            tr!(lang, "records.why"),
            |line| html! { @if line.reason.is_empty() { "–" } @else { (written(lang, &line.reason)) } },
        )
        .text(tr!(lang, "records.file_name"), |line| &line.file)
        .scrolling(lang)
}

fn use_form(lang: Lang, staff: &SignedIn, path: &str, view: &FramePage) -> Markup {
    let fault = FieldFault::of(&view.refusal.fields, "version");
    html! {
        h2 { (tr!(lang, "frame.use_title")) }
        p.note { (tr!(lang, "frame.use_text")) }
        form method="post" action={ (path) "/use" } novalidate {
            (csrf(&staff.csrf))
            div.field {
                label for="version" { (tr!(lang, "frame.which")) }
                (fault.message())
                select #version name="version" aria-invalid=[fault.invalid()] aria-describedby=[fault.described(None)] {
                    @for version in &view.usable {
                        option value=(version) selected[*version == view.in_use] { (version_name(lang, *version)) }
                    }
                }
            }
            (reason_field(lang, &view.refusal.fields, &view.reason))
            button.main type="submit" { (tr!(lang, "frame.use_go")) }
        }
    }
}

fn uses(lang: Lang, uses: &[UseLine]) -> Markup {
    let table = Table::new("uses", tr!(lang, "frame.uses"), uses)
        .head(tr!(lang, "frame.which"), |line| version_name(lang, line.version))
        .text_in("day", tr!(lang, "records.when"), |line| &line.at)
        .text(tr!(lang, "records.who"), |line| &line.actor)
        .text_in("wide-cell", tr!(lang, "records.why"), |line| {
            written(lang, &line.reason)
        });
    html! {
        h2 { (tr!(lang, "frame.uses")) }
        (table.scrolling(lang))
    }
}

/// One kind of change, in counts.
#[derive(Clone, Debug)]
pub struct KindLine {
    /// The kind.
    pub kind: Change,
    /// Members.
    pub all: u64,
    /// Members of whom the sample holds one.
    pub drawn: u64,
}

/// A version with what it changes.
#[derive(Clone, Debug)]
pub struct VersionPage {
    /// The round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// The version.
    pub line: VersionLine,
    /// The version that it was held against.
    pub based_on: i32,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Members before.
    pub before: u64,
    /// By kind of change.
    pub kinds: Vec<KindLine>,
    /// By group: name and counts.
    pub groups: Vec<(String, PlaceLine)>,
    /// By township: name and counts.
    pub townships: Vec<(String, PlaceLine)>,
    /// What somebody should look at in the file.
    pub notes: Vec<String>,
    /// Whether so many are gone that it may be the wrong file.
    pub is_alarming: bool,
    /// Whether the role may apply it and download the list.
    pub may_edit: bool,
    /// What is wrong with what was sent.
    pub refusal: Refusal,
    /// The reason as it was typed.
    pub reason: String,
}

/// Renders a version.
pub fn version(lang: Lang, staff: &SignedIn, view: &VersionPage) -> Markup {
    let list = address(&view.round);
    let path = format!("{list}/{}", view.line.version);
    let title = tr!(lang, "frame.difference", number = view.line.version);
    let is_open = view.line.state == "proposed";
    RoundPage::new(lang, staff, (&view.round, &view.title), (&path, &title))
        .within(&[(&list, &tr!(lang, "frame.title"))])
        .faults(&view.refusal.fields)
        .has_error(view.refusal.is_some())
        .render(&html! {
            p { (tr!(lang, "frame.against", version = version_name(lang, view.based_on))) }
            dl.facts {
                div { dt { (tr!(lang, "frame.state")) } dd { (state_name(lang, &view.line.state)) } }
                div {
                    dt { (tr!(lang, "frame.members")) }
                    dd { (tr!(lang, "frame.before_now", before = view.before, now = view.line.rows)) }
                }
                div { dt { (tr!(lang, "records.file_name")) } dd { (view.line.file) } }
                div { dt { "SHA-256" } dd { code.hash { (view.sha256) } } }
                @if !view.line.reason.is_empty() {
                    div { dt { (tr!(lang, "records.why")) } dd { (written(lang, &view.line.reason)) } }
                }
            }
            @if view.is_alarming { p.warning { (tr!(lang, "frame.alarming")) } }
            @for note in &view.notes { p.warning { (note) } }
            (kinds(lang, &view.kinds))
            p.note { (tr!(lang, "frame.kinds_note")) }
            @if view.may_edit {
                (files(lang, &[
                    (format!("{path}/download?format=xlsx"), tr!(lang, "frame.list_xlsx").into_owned()),
                    (format!("{path}/download?format=csv"), tr!(lang, "frame.list_csv").into_owned()),
                ]))
                p.note { (tr!(lang, "frame.list_note")) }
            }
            (places(lang, "groups", &tr!(lang, "frame.by_group"), &tr!(lang, "round.group"), &view.groups))
            (places(lang, "townships", &tr!(lang, "frame.by_township"), &tr!(lang, "round.unit"), &view.townships))
            @if view.may_edit && is_open { (decide(lang, staff, &path, view)) }
        })
}

fn kinds(lang: Lang, kinds: &[KindLine]) -> Markup {
    Table::new("kinds", tr!(lang, "frame.kinds"), kinds)
        .head(tr!(lang, "frame.kind"), |line| change_name(lang, line.kind))
        .num(tr!(lang, "frame.all"), |line| &line.all)
        .num(tr!(lang, "frame.drawn"), |line| &line.drawn)
        .scrolling(lang)
}

fn places(lang: Lang, id: &str, caption: &str, first: &str, lines: &[(String, PlaceLine)]) -> Markup {
    if lines.is_empty() {
        return html! {};
    }
    let has_moves = lines.iter().any(|(_, line)| line.moved_in > 0);
    Table::new(id, caption, lines)
        .pinned()
        .head(first, |(name, _)| name)
        .cells(
            Change::ALL.map(|kind| change_name(lang, kind)),
            true,
            |(_, line)| {
                html! {
                    @for kind in Change::ALL {
                        td.num { (line.counts.get(&kind).copied().unwrap_or_default()) }
                    }
                }
            },
        )
        .when(has_moves, |table| {
            table.num(tr!(lang, "frame.moved_in"), |(_, line)| line.moved_in)
        })
        .scrolling(lang)
}

fn decide(lang: Lang, staff: &SignedIn, path: &str, view: &VersionPage) -> Markup {
    html! {
        h2 { (tr!(lang, "frame.apply")) }
        p { (tr!(lang, "frame.apply_text")) }
        form method="post" action=(path) novalidate {
            (csrf(&staff.csrf))
            (reason_field(lang, &view.refusal.fields, &view.reason))
            p.inline {
                button.main type="submit" name="act" value="apply" { (tr!(lang, "frame.apply_go")) }
                button type="submit" name="act" value="discard" { (tr!(lang, "frame.discard_go")) }
            }
        }
    }
}
