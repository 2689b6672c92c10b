//! The page's tables: recipients, runs of the schedule, messages.

use maud::{Markup, html};

use super::super::layout::SignedIn;
use super::super::{Lang, tr};
use super::{FieldFault, Mailing, RecipientLine, form, message_kind, message_state, scrolling};

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
    let table = html! {
        table {
            caption #recipients .hidden { (heading) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "mailing.name")) }
                    th scope="col" { (tr!(lang, "mailing.role")) }
                    th scope="col" { (tr!(lang, "mailing.scope")) }
                    th scope="col" { (tr!(lang, "mailing.language")) }
                    th scope="col" { (tr!(lang, "mailing.email")) }
                    th scope="col" { (tr!(lang, "mailing.state")) }
                    @if view.computed.is_some() { th scope="col" { (tr!(lang, "mailing.message")) } }
                    @if view.may_manage { th scope="col" { (tr!(lang, "outbox.act")) } }
                }
            }
            tbody {
                @for line in &view.recipients {
                    tr {
                        th scope="row" { (line.name) }
                        td { (line.role) }
                        td { (line.scope) }
                        td { (line.language) }
                        td { (line.email) }
                        td { (state(lang, line)) }
                        @if view.computed.is_some() {
                            td {
                                a href={ (view.path("/preview?to=")) (line.id) } {
                                    (tr!(lang, "mailing.look")) span.hidden { " " (line.name) }
                                }
                            }
                        }
                        @if view.may_manage { td { (act(line)) } }
                    }
                }
            }
        }
    };
    html! {
        h2 { (heading) }
        p.note { (tr!(lang, "mailing.recipients_note")) }
        @if view.recipients.is_empty() { p { (tr!(lang, "mailing.nobody")) } }
        @else { (scrolling(lang, "recipients", &table)) }
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
    let table = html! {
        table {
            caption #runs .hidden { (heading) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "mailing.what")) }
                    th scope="col" { (tr!(lang, "mailing.due")) }
                    th scope="col" { (tr!(lang, "mailing.state")) }
                    th.num scope="col" { (tr!(lang, "mailing.messages")) }
                    th scope="col" { (tr!(lang, "outbox.error")) }
                }
            }
            tbody {
                @for run in &view.runs {
                    tr.bad[run.state == "failed"] {
                        th scope="row" { (run.what) }
                        td { (run.due) }
                        td { (word(&run.state)) }
                        td.num { (run.messages) }
                        td { (run.error.as_deref().unwrap_or_default()) }
                    }
                }
            }
        }
    };
    html! {
        h2 { (heading) }
        @if view.runs.is_empty() { p { (tr!(lang, "mailing.no_runs")) } }
        @else { (scrolling(lang, "runs", &table)) }
    }
}

/// What became of each message.
pub(super) fn log(lang: Lang, view: &Mailing) -> Markup {
    let heading = tr!(lang, "mailing.log");
    let table = html! {
        table {
            caption #log .hidden { (heading) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "outbox.to")) }
                    th scope="col" { (tr!(lang, "outbox.subject")) }
                    th scope="col" { (tr!(lang, "outbox.state")) }
                    th scope="col" { (tr!(lang, "audit.at")) }
                    th.num scope="col" { (tr!(lang, "outbox.attempts")) }
                    th scope="col" { (tr!(lang, "outbox.error")) }
                }
            }
            tbody {
                @for message in &view.log {
                    tr.bad[message.state == "failed"] {
                        th scope="row" { (message.recipient) }
                        td { (message_kind(lang, &message.kind)) }
                        td { (message_state(lang, &message.state)) }
                        td { (message.when) }
                        td.num { (message.attempts) }
                        td { (message.error.as_deref().unwrap_or_default()) }
                    }
                }
            }
        }
    };
    html! {
        h2 { (heading) }
        @if view.log.is_empty() { p { (tr!(lang, "outbox.empty")) } }
        @else {
            p.note { (tr!(lang, "mailing.log_note")) " " a href="/console/outbox" { (tr!(lang, "outbox.title")) } }
            (scrolling(lang, "log", &table))
        }
    }
}
