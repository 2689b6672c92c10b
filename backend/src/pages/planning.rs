//! The plan in the console: what it holds, its faults, and the ways to change, save, seal and amend it.

pub mod history;
pub mod public;
pub mod rows;
pub mod seal;
pub mod settings;
pub mod start;
pub mod text;

use maud::{Markup, html};
use survey_forms::diagnostic::Diagnostic;

use super::layout::{ConsoleFrame, Fault, SignedIn, console, crumbs, csrf, fault_summary};
use super::office::FieldFault;
use super::table::Table;
use super::{Lang, tr};
use crate::questionnaires::name_of;

/// What every page of a plan knows.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a SignedIn,
    /// The round.
    pub round: &'a str,
    /// Its title.
    pub title: &'a str,
}

impl Around<'_> {
    /// Address of a page of the plan.
    pub fn path(&self, part: &str) -> String {
        format!("/console/rounds/{}/plan{part}", self.round)
    }

    /// A page below the plan's own.
    pub(super) fn page(&self, heading: &str, part: &str, faults: &[Fault], content: &Markup) -> Markup {
        self.form_page(heading, part, (faults, false), content)
    }

    /// A page below the plan's own with a form that somebody else may have been quicker to send.
    pub(super) fn form_page(
        &self,
        heading: &str,
        part: &str,
        (faults, is_conflict): (&[Fault], bool),
        content: &Markup,
    ) -> Markup {
        let (lang, path) = (self.lang, self.path(part));
        let frame = ConsoleFrame {
            lang,
            title: heading,
            has_error: is_conflict || !faults.is_empty(),
            path: &path,
            staff: Some(self.staff),
        };
        let (round, plan) = (format!("/console/rounds/{}", self.round), self.path(""));
        let plan_title = tr!(lang, "plan.title");
        let mut within = vec![(round.as_str(), self.title)];
        if !part.is_empty() {
            within.push((&plan, &plan_title));
        }
        console(
            frame,
            &html! {
                (crumbs(lang, &within))
                (fault_summary(&tr!(lang, "question.errors"), faults))
                h1 { (heading) }
                (content)
            },
        )
    }
}

/// What a file of a plan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// `plan.toml`.
    Settings,
    /// A table that is edited row by row.
    Table,
    /// Another text.
    Text,
    /// A questionnaire.
    Form,
    /// A picture, a recording or a film.
    Media,
}

impl FileKind {
    /// What a path is.
    pub fn of(path: &str) -> Self {
        match path {
            "plan.toml" => Self::Settings,
            path if path.ends_with(".csv") => Self::Table,
            path if path.starts_with("forms/") => Self::Form,
            path if path.starts_with("media/") => Self::Media,
            _ => Self::Text,
        }
    }

    /// Whether it can be edited as text.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Settings | Self::Table | Self::Text)
    }
}

/// How a file stands against what is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// As saved.
    Same,
    /// Changed.
    Changed,
    /// New.
    New,
    /// Taken out.
    Gone,
}

/// A file of the working copy.
#[derive(Clone, Debug)]
pub struct FileLine {
    /// Its path.
    pub path: String,
    /// Bytes.
    pub size: usize,
    /// How it stands.
    pub standing: Standing,
}

/// The plan of a round.
#[derive(Clone, Debug)]
pub struct PlanPage {
    /// State of the round as stored.
    pub state: String,
    /// Hash of the saved plan.
    pub sha256: String,
    /// What the last act did.
    pub done: Option<String>,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// Faults and warnings of the working copy.
    pub found: Vec<Diagnostic>,
    /// Files.
    pub files: Vec<FileLine>,
    /// Who changed the working copy last, and when; none while nothing is changed.
    pub changed: Option<(String, String)>,
    /// Whether something else was saved since the working copy began.
    pub overtaken: bool,
    /// Fingerprint of the working copy.
    pub seen: String,
    /// Fingerprint of what is saved.
    pub seen_saved: String,
    /// Whether the reader may change it.
    pub may_edit: bool,
    /// A reason that was typed.
    pub reason: String,
}

impl PlanPage {
    fn errors(&self) -> usize {
        self.found.iter().filter(|fault| fault.is_error()).count()
    }
}

fn kind_name(lang: Lang, path: &str) -> String {
    match path {
        "plan.toml" => tr!(lang, "plan.is_settings"),
        "units.csv" => tr!(lang, "plan.is_units"),
        "indicators.csv" => tr!(lang, "plan.is_indicators"),
        "criteria.csv" => tr!(lang, "plan.is_criteria"),
        "admin.csv" => tr!(lang, "plan.is_admin"),
        "series.csv" => tr!(lang, "plan.is_series"),
        "commitments.csv" => tr!(lang, "plan.is_commitments"),
        "comparisons.csv" => tr!(lang, "plan.is_comparisons"),
        path => match FileKind::of(path) {
            FileKind::Form => tr!(lang, "plan.is_form"),
            FileKind::Media => tr!(lang, "plan.is_media"),
            _ => tr!(lang, "plan.is_note"),
        },
    }
    .into_owned()
}

/// A size as people say it.
fn size(bytes: usize) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KB", bytes.div_ceil(1024)),
        _ => format!("{} MB", bytes.div_ceil(1_048_576)),
    }
}

/// An address of a page about one file.
fn about(around: Around<'_>, part: &str, path: &str) -> String {
    let path: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
    format!("{}?path={path}", around.path(part))
}

/// Where a file is edited in the way that suits it.
pub fn editor(around: Around<'_>, path: &str) -> String {
    match FileKind::of(path) {
        FileKind::Settings => around.path("/settings"),
        FileKind::Table => about(around, "/table", path),
        FileKind::Form => match name_of(path) {
            Some(form) => format!("{}/{form}", super::editor::list_path(around.round)),
            None => about(around, "/file", path),
        },
        _ => about(around, "/file", path),
    }
}

/// Where the faults of a file are mended: in its text, or in the editor of questionnaires.
fn place_of(around: Around<'_>, path: &str) -> String {
    match name_of(path) {
        Some(form) => format!("{}/{form}/check", super::editor::list_path(around.round)),
        None => about(around, "/file", path),
    }
}

/// Faults of a plan as a list, each a link to the file where it is.
pub fn fault_list(around: Around<'_>, found: &[Diagnostic], links: bool) -> Markup {
    html! {
        ul.todo {
            @for fault in found {
                li .bad[fault.is_error()] {
                    @match fault.place.file.as_deref().filter(|_| links) {
                        Some(file) => a href=(place_of(around, file)) { (fault.to_line(around.lang.code())) },
                        None => (fault.to_line(around.lang.code())),
                    }
                }
            }
        }
    }
}

/// Renders the page.
pub fn page(around: Around<'_>, view: &PlanPage) -> Markup {
    let lang = around.lang;
    let errors = view.errors();
    let is_draft = view.state == "draft";
    let content = html! {
        @if let Some(done) = &view.done { p.notice role="status" { (done) } }
        p {
            @if is_draft { (tr!(lang, "plan.lead_draft")) } @else { (tr!(lang, "plan.lead_sealed")) }
        }
        dl.facts {
            div { dt { (tr!(lang, "round.state")) } dd { (super::words::state(lang, &view.state)) } }
            div {
                dt { @if is_draft { (tr!(lang, "plan.hash_saved")) } @else { (tr!(lang, "plan.hash_sealed")) } }
                dd { code.hash { (view.sha256) } }
            }
            @if let Some((who, when)) = &view.changed {
                div { dt { (tr!(lang, "plan.changed")) } dd { (tr!(lang, "plan.changed_by", who = who, when = when)) } }
            }
        }
        ul.links {
            li { a href=(around.path("/versions")) { (tr!(lang, "plan.versions")) } }
            li { a href=(super::editor::list_path(around.round)) { (tr!(lang, "editor.forms")) } }
            li { a href={ "/console/rounds/" (around.round) "/weights" } { (tr!(lang, "weights.title")) } }
            li { a href={ "/console/rounds/" (around.round) "/steps" } { (tr!(lang, "steps.title")) } }
            @if is_draft && view.may_edit { li { a href=(around.path("/seal")) { (tr!(lang, "plan.seal")) } } }
            @if !is_draft && view.may_edit { li { a href=(around.path("/amend")) { (tr!(lang, "plan.amend")) } } }
        }
        h2 { (tr!(lang, "plan.check")) }
        @if view.found.is_empty() { p { (tr!(lang, "plan.no_faults")) } }
        @else {
            p .warning[errors > 0] {
                @if errors > 0 { (tr!(lang, "plan.faults", n = errors)) } @else { (tr!(lang, "plan.warnings", n = view.found.len())) }
            }
            (fault_list(around, &view.found, view.may_edit))
        }
        h2 { (tr!(lang, "plan.files")) }
        (files(around, view))
        @if view.may_edit && view.changed.is_some() { (saving(around, view, errors)) }
        h2 { (tr!(lang, "plan.transfer")) }
        p { a.button href=(around.path("/download")) { (tr!(lang, "plan.download")) } }
        p.note { (tr!(lang, "plan.download_note")) }
        @if view.may_edit { (upload(around, view)) }
    };
    around.page(&tr!(lang, "plan.title"), "", &view.faults, &content)
}

fn files(around: Around<'_>, view: &PlanPage) -> Markup {
    let lang = around.lang;
    Table::new("files", tr!(lang, "plan.files"), &view.files)
        .hidden_caption()
        .head(tr!(lang, "plan.file"), |file| html! {
                            @if view.may_edit && file.standing != Standing::Gone { a href=(editor(around, &file.path)) { (file.path) } }
                            @else { (file.path) }})
        .text(tr!(lang, "plan.what"), |file| kind_name(lang, &file.path))
        .num(tr!(lang, "plan.size"), |file| size(file.size))
        .text(tr!(lang, "plan.standing"), |file| html! {
                            @match file.standing {
                                Standing::Same => (tr!(lang, "plan.same")),
                                Standing::Changed => strong { (tr!(lang, "plan.is_changed")) },
                                Standing::New => strong { (tr!(lang, "plan.is_new")) },
                                Standing::Gone => strong { (tr!(lang, "plan.is_gone")) },
                            }})
        .scrolling(lang)
}

fn saving(around: Around<'_>, view: &PlanPage, errors: usize) -> Markup {
    let lang = around.lang;
    let is_draft = view.state == "draft";
    let fault = FieldFault::of(&view.faults, "reason");
    html! {
        h2 { (tr!(lang, "plan.unsaved")) }
        @if view.overtaken { p.warning { (tr!(lang, "plan.overtaken")) } }
        p { a href={ (around.path("/versions")) "?from=saved&to=copy" } { (tr!(lang, "plan.see_changes")) } }
        @if is_draft && errors == 0 {
            form method="post" action=(around.path("/save")) novalidate {
                (csrf(&around.staff.csrf))
                input type="hidden" name="seen" value=(view.seen);
                input type="hidden" name="saved" value=(view.seen_saved);
                div.field {
                    label for="reason" { (tr!(lang, "plan.save_reason")) }
                    (fault.message())
                    input #reason type="text" name="reason" maxlength="300" autocomplete="off" value=(view.reason)
                        aria-invalid=[fault.invalid()] aria-describedby=[fault.described(None)];
                }
                button.main type="submit" { (tr!(lang, "plan.save")) }
            }
        } @else if is_draft { p { (tr!(lang, "plan.save_blocked")) } }
        @else { p { a.button href=(around.path("/amend")) { (tr!(lang, "plan.amend")) } } }
        details {
            summary { (tr!(lang, "plan.discard_title")) }
            form method="post" action=(around.path("/discard")) {
                (csrf(&around.staff.csrf))
                input type="hidden" name="seen" value=(view.seen);
                p { (tr!(lang, "plan.discard_note")) }
                button type="submit" { (tr!(lang, "plan.discard")) }
            }
        }
    }
}

fn upload(around: Around<'_>, view: &PlanPage) -> Markup {
    let lang = around.lang;
    let fault = FieldFault::of(&view.faults, "archive");
    html! {
        form method="post" action=(around.path("/upload")) enctype="multipart/form-data" {
            (csrf(&around.staff.csrf))
            input type="hidden" name="seen" value=(view.seen);
            div.field {
                label for="archive" { (tr!(lang, "plan.upload_label")) }
                (fault.message())
                input #archive type="file" name="file" accept=".zip,application/zip" required
                    aria-invalid=[fault.invalid()] aria-describedby=[fault.described(Some("archive-note"))];
                p.note #archive-note { (tr!(lang, "plan.upload_note")) }
            }
            button type="submit" { (tr!(lang, "plan.upload")) }
        }
    }
}
