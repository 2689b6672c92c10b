//! The page's tables: recipients, runs of the schedule, messages.

use maud::{Markup, html};

use super::super::layout::SignedIn;
use super::super::{Lang, tr};
use super::{FieldFault, Mailing, RecipientLine, form};
use crate::pages::office::message_table;
use crate::pages::table::Table;

fn state(lang: Lang, line: &RecipientLine) -> String {
    match line.state.as_str() {
        "stopped" => tr!(lang, "mailing.state_stopped", day = line.since).into_owned(),
        "removed" => tr!(lang, "mailing.state_removed", day = line.since).into_owned(),
        _ => tr!(lang, "mailing.state_active").into_owned(),
    }
}

/// Who is on the list.
pub(super) fn recipients(lang: Lang, staff: &SignedIn, view: &Mailing) -> Markup {
    let heading = tr!(lang, "mailing.recipients");
    let act = |line: &RecipientLine| {
        let (act, words) = match line.state.as_str() {
            "active" => ("remove", tr!(lang, "mailing.remove")),
            "removed" => ("restore", tr!(lang, "mailing.restore")),
            _ => return html! { "–" },
        };
        let button = html! {
            input type="hidden" name="recipient" value=(line.id);
            button type="submit" { (words) span.hidden { " " (line.name) } }
        };
        form(view, staff, act, &button)
    };
    let table = Table::new("recipients", &*heading, &view.recipients)
        .hidden_caption()
        .head(tr!(lang, "mailing.name"), |line| &line.name)
        .text(tr!(lang, "mailing.role"), |line| &line.role)
        .text(tr!(lang, "mailing.scope"), |line| &line.scope)
        .text(tr!(lang, "mailing.language"), |line| &line.language)
        .text(tr!(lang, "mailing.email"), |line| &line.email)
        .text(tr!(lang, "mailing.state"), |line| state(lang, line))
        .when(view.computed.is_some(), |table| {
            table.text(tr!(lang, "mailing.message"), |line| {
                html! {
                    a href={ (view.path("/preview?to=")) (line.id) } {
                        (tr!(lang, "mailing.look")) span.hidden { " " (line.name) }
                    }
                }
            })
        })
        .when(view.may_manage, |table| table.text(tr!(lang, "outbox.act"), act));
    html! {
        h2 { (heading) }
        p.note { (tr!(lang, "mailing.recipients_note")) }
        @if view.recipients.is_empty() { p { (tr!(lang, "mailing.nobody")) } }
        @else { (table.scrolling(lang)) }
    }
}

/// The form for somebody new.
pub(super) fn add(lang: Lang, staff: &SignedIn, view: &Mailing) -> Markup {
    let field = |id: &'static str, kind: &str, label: &str, value: &str| {
        let fault = FieldFault::of(&view.faults, id);
        html! {
            div.field {
                label for=(id) { (label) }
                (fault.message())
                input #(id) name=(id) type=(kind) maxlength="200" value=(value) autocomplete="off"
                    aria-invalid=[fault.invalid()] aria-describedby=[fault.described(None)];
            }
        }
    };
    let unit_fault = FieldFault::of(&view.faults, "unit");
    let typed = &view.typed;
    let fields = html! {
        (field("name", "text", &tr!(lang, "mailing.name"), &typed.name))
        (field("email", "email", &tr!(lang, "mailing.email"), &typed.email))
        div.field {
            label for="language" { (tr!(lang, "mailing.language")) }
            select #language name="language" {
                option value="zh" lang="zh-CN" selected[typed.language != "en"] { (tr!(lang, "language.zh")) }
                option value="en" lang="en" selected[typed.language == "en"] { (tr!(lang, "language.en")) }
            }
        }
        div.field {
            label for="role" { (tr!(lang, "mailing.role")) }
            select #role name="role" {
                option value="leadership" selected[typed.role != "unit"] { (tr!(lang, "mailing.role_leadership")) }
                option value="unit" selected[typed.role == "unit"] { (tr!(lang, "mailing.role_unit")) }
            }
        }
        div.field {
            label for="unit" { (tr!(lang, "mailing.scope")) }
            (unit_fault.message())
            select #unit name="unit" aria-invalid=[unit_fault.invalid()] aria-describedby=[unit_fault.described(None)] {
                option value="" { (tr!(lang, "mailing.whole")) }
                @for unit in &view.units {
                    option value=(unit.code) selected[unit.code == typed.unit] { (unit.name) }
                }
            }
        }
        button type="submit" { (tr!(lang, "mailing.add")) }
    };
    let at_fault = ["name", "email", "unit"]
        .iter()
        .any(|id| FieldFault::of(&view.faults, id).is_some());
    html! {
        details open[at_fault] {
            summary { (tr!(lang, "mailing.add_title")) }
            (form(view, staff, "add", &fields))
        }
    }
}

/// What the schedule has run.
pub(super) fn runs(lang: Lang, view: &Mailing) -> Markup {
    let heading = tr!(lang, "mailing.runs");
    let word = |state: &str| match state {
        "done" => tr!(lang, "mailing.run_done"),
        "failed" => tr!(lang, "mailing.run_failed"),
        _ => tr!(lang, "mailing.run_running"),
    };
    let table = Table::new("runs", &*heading, &view.runs)
        .hidden_caption()
        .mark("bad", |run| run.state == "failed")
        .head(tr!(lang, "mailing.what"), |run| &run.what)
        .text(tr!(lang, "mailing.due"), |run| &run.due)
        .text(tr!(lang, "mailing.state"), |run| word(&run.state))
        .num(tr!(lang, "mailing.messages"), |run| &run.messages)
        .text(tr!(lang, "outbox.error"), |run| {
            run.error.as_deref().unwrap_or_default()
        });
    html! {
        h2 { (heading) }
        @if view.runs.is_empty() { p { (tr!(lang, "mailing.no_runs")) } }
        @else { (table.scrolling(lang)) }
    }
}

/// What became of each message.
pub(super) fn log(lang: Lang, view: &Mailing) -> Markup {
    let heading = tr!(lang, "mailing.log");
    let table = message_table(lang, "log", &heading, &view.log);
    html! {
        h2 { (heading) }
        @if view.log.is_empty() { p { (tr!(lang, "outbox.empty")) } }
        @else {
            p.note { (tr!(lang, "mailing.log_note")) " " a href="/console/outbox" { (tr!(lang, "outbox.title")) } }
            (table.scrolling(lang))
        }
    }
}
