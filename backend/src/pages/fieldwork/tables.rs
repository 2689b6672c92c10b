//! The monitor's tables.

use std::borrow::Cow;

use maud::{Markup, html};

use super::{Due, View, minutes, next_step, part_of_day, share};
use crate::monitor::progress::Line;
use crate::pages::table::Table;
use crate::pages::{Lang, tr, words};

/// Complete and target with a bar; the bar says nothing that the figures do not.
fn complete_of(line: &Line) -> Markup {
    html! {
        td.num {
            (line.progress.complete) " / " (line.target) " "
            @if line.target > 0 {
                meter.keep min="0" max=(line.target) low=(line.target) optimum=(line.target)
                    value=(line.progress.complete.min(line.target)) aria-hidden="true" {}
            }
        }
    }
}

/// The heads of what [`rates`] writes.
fn rates_heads(lang: Lang) -> [Cow<'static, str>; 8] {
    [
        tr!(lang, "fieldwork.invited"),
        tr!(lang, "fieldwork.started"),
        tr!(lang, "fieldwork.held"),
        tr!(lang, "fieldwork.rr1"),
        tr!(lang, "fieldwork.rr2"),
        tr!(lang, "fieldwork.con1"),
        tr!(lang, "fieldwork.coop1"),
        tr!(lang, "fieldwork.ref1"),
    ]
}

fn rates(line: &Line) -> Markup {
    let counts = &line.progress.counts;
    html! {
        td.num { (line.progress.invited) }
        td.num { (line.progress.started) }
        td.num { (line.progress.held) }
        td.num { (share(counts.rr1())) }
        td.num { (share(counts.rr2())) }
        td.num { (share(counts.con1())) }
        td.num { (share(counts.coop1())) }
        td.num { (share(counts.ref1())) }
    }
}

/// Groups in the plan's order.
pub(super) fn groups(lang: Lang, view: &View) -> Markup {
    let table = Table::new("by-group", tr!(lang, "fieldwork.groups_caption"), &view.groups)
        .hidden_caption()
        .pinned()
        .head(tr!(lang, "fieldwork.group"), |group| &group.name)
        .num(tr!(lang, "fieldwork.gap"), |group| group.line.gap())
        .cells([tr!(lang, "fieldwork.complete_of")], true, |group| {
            complete_of(&group.line)
        })
        .cells(rates_heads(lang), true, |group| rates(&group.line));
    html! {
        h2 { (tr!(lang, "fieldwork.groups_title")) }
        (table.scrolling(lang))
    }
}

/// Townships, the widest gap first, and what to do next in each.
pub(super) fn townships(lang: Lang, view: &View) -> Markup {
    let table = Table::new(
        "by-place",
        tr!(lang, "fieldwork.townships_caption"),
        &view.townships,
    )
    .hidden_caption()
    .pinned()
    .head(tr!(lang, "fieldwork.unit"), |place| &place.name)
    .num(tr!(lang, "fieldwork.gap"), |place| place.line.gap())
    .cells([tr!(lang, "fieldwork.complete_of")], true, |place| {
        complete_of(&place.line)
    })
    .text_in("step", tr!(lang, "fieldwork.next"), |place| {
        next_step(lang, &place.line)
    })
    .cells(rates_heads(lang), true, |place| rates(&place.line));
    let href = |format: &str| {
        let page = view.href("/download");
        let joint = if page.contains('?') { '&' } else { '?' };
        format!("{page}{joint}format={format}")
    };
    html! {
        h2 { (tr!(lang, "fieldwork.townships_title")) }
        (table.scrolling(lang))
        p {
            (tr!(lang, "fieldwork.download")) " "
            a.file href=(href("xlsx")) { "Excel" } " "
            a.file href=(href("csv")) { "CSV" }
        }
    }
}

/// Interviewers.
pub(super) fn people(lang: Lang, view: &View) -> Markup {
    let signs = [
        tr!(lang, "fieldwork.median"),
        tr!(lang, "fieldwork.too_fast"),
        tr!(lang, "fieldwork.alike"),
    ];
    Table::new("people", tr!(lang, "fieldwork.people_caption"), &view.people)
        .hidden_caption()
        .pinned()
        .head(tr!(lang, "fieldwork.person"), |person| &person.work.name)
        .num(
            tr!(lang, "fieldwork.overdue"),
            |person| html! { @if person.overdue > 0 { strong.late { (person.overdue) } } @else { "0" } },
        )
        .num(tr!(lang, "fieldwork.due"), |person| person.due)
        .num(tr!(lang, "fieldwork.assigned"), |person| person.work.assigned)
        .num(tr!(lang, "fieldwork.tried"), |person| person.work.tried)
        .num(tr!(lang, "fieldwork.received"), |person| person.work.received)
        .num(tr!(lang, "fieldwork.refused"), |person| person.work.refused)
        .cells(signs, true, |person| {
            html! {
                @match &person.signs {
                    Some(signs) => {
                        td.num { (minutes(lang, signs.median_s)) }
                        td.num { (signs.too_fast) }
                        td.num { (signs.alike) }
                    }
                    None => { td.num { "–" } td.num { "–" } td.num { "–" } }
                }
            }
        })
        .text_in("day", tr!(lang, "fieldwork.last_day"), |person| {
            person.work.last_day.as_deref().unwrap_or("–")
        })
        .scrolling(lang)
}

/// Silent devices.
pub(super) fn devices(lang: Lang, view: &View) -> Markup {
    let table = Table::new("devices", tr!(lang, "fieldwork.devices_caption"), &view.devices)
        .hidden_caption()
        .pinned()
        .head(tr!(lang, "fieldwork.owner"), |silent| &silent.owner)
        .text(tr!(lang, "fieldwork.device"), |silent| &silent.device)
        .text_in(
            "day",
            tr!(lang, "fieldwork.last_seen"),
            |silent| html! { (silent.last_seen) " · " (tr!(lang, "fieldwork.days_ago", n = silent.days)) },
        )
        .text_in("wide-cell", tr!(lang, "fieldwork.state"), |silent| {
            html! {
                @if silent.wipe { (tr!(lang, "fieldwork.wipe_waiting")) }
                @else if silent.left > 0 { (tr!(lang, "fieldwork.wipes_in", n = silent.left)) }
                @else { (tr!(lang, "fieldwork.wiped_now")) }
            }
        });
    html! {
        h2 #devices-title { (tr!(lang, "fieldwork.devices_title")) }
        @if view.devices.is_empty() { p { (tr!(lang, "fieldwork.devices_none")) } }
        @else { (table.scrolling(lang)) }
    }
}

fn when(lang: Lang, due: &Due) -> Markup {
    html! {
        (due.day) " "
        @match due.in_days {
            late if late < 0 => strong.late { (tr!(lang, "fieldwork.overdue_days", n = -late)) },
            0 => (tr!(lang, "fieldwork.today")),
            1 => (tr!(lang, "fieldwork.tomorrow")),
            _ => (tr!(lang, "fieldwork.after")),
        }
    }
}

/// Call-backs by village.
pub(super) fn calls(lang: Lang, view: &View) -> Markup {
    let table = Table::new("calls", tr!(lang, "fieldwork.calls_caption"), &view.calls)
        .hidden_caption()
        .pinned()
        .head(
            tr!(lang, "fieldwork.case"),
            |due| html! { code { (due.case_id) } },
        )
        .text_in("day", tr!(lang, "fieldwork.when"), |due| when(lang, due))
        .text_in("day", tr!(lang, "fieldwork.part"), |due| {
            part_of_day(lang, due.part.as_deref())
        })
        .text_in(
            "day",
            tr!(lang, "fieldwork.village"),
            |due| html! { (due.township) " " (due.village) },
        )
        .text_in("day", tr!(lang, "fieldwork.group"), |due| &due.group)
        .text_in("day", tr!(lang, "fieldwork.last"), |due| {
            words::disposition(lang, &due.disposition)
        })
        .text_in("day", tr!(lang, "fieldwork.person"), |due| &due.who);
    html! {
        h2 #calls-title { (tr!(lang, "fieldwork.calls_title")) }
        @if view.calls.is_empty() { p { (tr!(lang, "fieldwork.calls_none")) } }
        @else {
            @if view.calls_total > view.calls.len() {
                p.note { (tr!(lang, "fieldwork.calls_more", n = view.calls_total, shown = view.calls.len())) }
            }
            (table.scrolling(lang))
        }
    }
}
