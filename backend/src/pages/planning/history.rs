//! Versions of a plan, and the difference between two of them.

use maud::{Markup, html};

use super::Around;
use crate::pages::layout::crumbs;
use crate::pages::layout::{ConsoleFrame, console};
use crate::pages::table::{Table, scrolling};
use crate::pages::{Lang, tr, words};
use crate::planning::difference::{Change, Difference, Fate, Line};
use crate::planning::history::{Entry, QUESTIONNAIRE};

/// The page.
#[derive(Clone, Debug)]
pub struct VersionsPage {
    /// Every event, the first one first.
    pub entries: Vec<Entry>,
    /// Moments of the events, as people say them.
    pub moments: Vec<String>,
    /// What can be compared: value and name.
    pub choices: Vec<(String, String)>,
    /// What is compared: the values of both, and what differs.
    pub compared: Option<(String, String, Difference)>,
    /// Whether addresses of the mail lists are left out.
    pub without_mail: bool,
}

fn kind_name(lang: Lang, entry: &Entry) -> String {
    match entry.kind.as_str() {
        "import" => tr!(lang, "plan.k_import").into_owned(),
        "edit" => tr!(lang, "plan.k_edit").into_owned(),
        "seal" => tr!(lang, "plan.k_seal").into_owned(),
        "amend" => tr!(lang, "plan.k_amend").into_owned(),
        QUESTIONNAIRE => tr!(
            lang,
            "plan.k_form",
            form = entry.form.as_deref().unwrap_or_default()
        )
        .into_owned(),
        other => other.to_owned(),
    }
}

/// Renders the page.
pub fn page(around: Around<'_>, view: &VersionsPage) -> Markup {
    let lang = around.lang;
    let content = html! {
        p { (tr!(lang, "plan.versions_lead")) }
        (entries(around, view))
        h2 { (tr!(lang, "plan.difference")) }
        @if view.choices.len() < 2 { p { (tr!(lang, "plan.nothing_to_compare")) } }
        @else {
            form.inline method="get" action=(around.path("/versions")) {
                (choice(view, "from", &tr!(lang, "plan.from"), view.compared.as_ref().map(|compared| compared.0.as_str())))
                (choice(view, "to", &tr!(lang, "plan.to"), view.compared.as_ref().map(|compared| compared.1.as_str())))
                button.main type="submit" { (tr!(lang, "plan.compare")) }
            }
        }
        @if let Some((_, _, difference)) = &view.compared { (self::difference(lang, difference, view.without_mail)) }
    };
    around.page(&tr!(lang, "plan.versions"), "/versions", &[], &content)
}

fn choice(view: &VersionsPage, name: &str, label: &str, chosen: Option<&str>) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                @for (value, words) in &view.choices {
                    option value=(value) selected[chosen == Some(value)] { (words) }
                }
            }
        }
    }
}

fn entries(around: Around<'_>, view: &VersionsPage) -> Markup {
    let lang = around.lang;
    let lines: Vec<_> = view.entries.iter().zip(&view.moments).collect();
    Table::new("versions", tr!(lang, "plan.versions"), &lines)
        .hidden_caption()
        .head_in("day", tr!(lang, "plan.v_when"), |(_, moment)| moment)
        .text(tr!(lang, "plan.v_what"), |(entry, _)| {
            html! {
                (kind_name(lang, entry))
                @if let Some(number) = entry.published { " · " strong { (tr!(lang, "plan.version", n = number)) } }
            }
        })
        .text(tr!(lang, "plan.v_who"), |(entry, _)| &entry.actor)
        .cells([tr!(lang, "plan.v_why")], false, |(entry, _)| {
            html! { td.wide-cell lang=[words::tongue(lang, &entry.reason)] { (entry.reason) } }
        })
        .text(
            tr!(lang, "plan.v_hash"),
            |(entry, _)| html! { code { (entry.sha256.get(..12).unwrap_or(&entry.sha256)) } },
        )
        .num(
            tr!(lang, "plan.v_answers"),
            |(entry, _)| html! { @if let Some(answers) = entry.answers_before { (answers) } @else { "–" } },
        )
        .scrolling(lang)
}

fn fate_name(lang: Lang, fate: &Fate) -> String {
    match fate {
        Fate::Added => tr!(lang, "plan.is_new"),
        Fate::Removed => tr!(lang, "plan.is_gone"),
        Fate::Changed(_) => tr!(lang, "plan.is_changed"),
    }
    .into_owned()
}

/// Everything that differs, by file.
pub fn difference(lang: Lang, found: &Difference, without_mail: bool) -> Markup {
    let settings: Vec<&Change> = found
        .settings
        .iter()
        .filter(|change| !(without_mail && change.key.starts_with("mail.")))
        .collect();
    html! {
        @if found.is_empty() { p.notice { (tr!(lang, "plan.no_difference")) } }
        @if !settings.is_empty() {
            h3 { "plan.toml" }
            (changes(lang, "d-settings", &tr!(lang, "plan.d_settings"), &tr!(lang, "plan.d_key"), &settings))
        }
        @if without_mail && settings.len() < found.settings.len() { p.note { (tr!(lang, "plan.mail_hidden")) } }
        @for (at, table) in found.tables.iter().enumerate() {
            h3 { (table.file) }
            @if table.reordered { p { (tr!(lang, "plan.reordered")) } }
            @if !table.rows.is_empty() { (lines(lang, &format!("d-table-{at}"), &table.file, &table.rows)) }
        }
        @for (at, form) in found.forms.iter().enumerate() {
            h3 { (form.file) }
            @if form.unreadable { p.warning { (tr!(lang, "plan.unreadable")) } }
            @if !form.questions.is_empty() { (lines(lang, &format!("d-form-{at}"), &form.file, &form.questions)) }
            @if !form.notes.is_empty() {
                p { (tr!(lang, "plan.form_notes")) }
                ul.todo { @for note in &form.notes { li { (note.to_line(lang.code())) } } }
            }
        }
        @if !found.files.is_empty() {
            h3 { (tr!(lang, "plan.d_files")) }
            ul { @for line in &found.files { li { (line.key) " · " (fate_name(lang, &line.fate)) } } }
        }
    }
}

fn changes(lang: Lang, id: &str, caption: &str, first: &str, changes: &[&Change]) -> Markup {
    Table::new(id, caption, changes)
        .hidden_caption()
        .head(first, |change| html! { code { (change.key) } })
        .text(tr!(lang, "plan.d_old"), |change| {
            value(lang, change.old.as_deref())
        })
        .text(tr!(lang, "plan.d_new"), |change| {
            value(lang, change.new.as_deref())
        })
        .scrolling(lang)
}

fn value(lang: Lang, value: Option<&str>) -> Markup {
    html! {
        @match value {
            None | Some("") => span.quiet { (tr!(lang, "plan.d_none")) },
            Some(value) => (value),
        }
    }
}

fn lines(lang: Lang, id: &str, caption: &str, lines: &[Line]) -> Markup {
    let table = html! {
        table {
            caption id=(id) .hidden { (caption) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "plan.d_row")) }
                    th scope="col" { (tr!(lang, "plan.d_column")) }
                    th scope="col" { (tr!(lang, "plan.d_old")) }
                    th scope="col" { (tr!(lang, "plan.d_new")) }
                }
            }
            @for line in lines {
                tbody {
                    @match &line.fate {
                        Fate::Changed(cells) if !cells.is_empty() => {
                            @for (at, cell) in cells.iter().enumerate() {
                                tr {
                                    @if at == 0 { th scope="rowgroup" rowspan=(cells.len()) { (line.key) " " (line.name) } }
                                    td { (super::rows::column_name(lang, &cell.key)) }
                                    td { (value(lang, cell.old.as_deref())) }
                                    td { (value(lang, cell.new.as_deref())) }
                                }
                            }
                        }
                        fate => tr { th scope="row" { (line.key) " " (line.name) } td colspan="3" { strong { (fate_name(lang, fate)) } } },
                    }
                }
            }
        }
    };
    scrolling(lang, id, &table)
}

/// The page that a frame of the console has beside the plan's own: for lists above a single round.
pub(super) fn outside(
    lang: Lang,
    staff: &crate::pages::layout::SignedIn,
    path: &str,
    title: &str,
    faults: bool,
    content: &Markup,
) -> Markup {
    let frame = ConsoleFrame {
        lang,
        title,
        has_error: faults,
        path,
        staff: Some(staff),
    };
    console(frame, &html! { (crumbs(lang, &[])) (content) })
}
