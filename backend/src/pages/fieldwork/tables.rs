//! The monitor's tables.

use maud::{Markup, html};

use super::{Due, Named, View, minutes, next_step, part_of_day, share};
use crate::monitor::progress::Line;
use crate::pages::office::scrolling;
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

fn rates_head(lang: Lang) -> Markup {
    html! {
        th.num scope="col" { (tr!(lang, "fieldwork.invited")) }
        th.num scope="col" { (tr!(lang, "fieldwork.started")) }
        th.num scope="col" { (tr!(lang, "fieldwork.held")) }
        th.num scope="col" { (tr!(lang, "fieldwork.rr1")) }
        th.num scope="col" { (tr!(lang, "fieldwork.rr2")) }
        th.num scope="col" { (tr!(lang, "fieldwork.con1")) }
        th.num scope="col" { (tr!(lang, "fieldwork.coop1")) }
        th.num scope="col" { (tr!(lang, "fieldwork.ref1")) }
    }
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
    let table = html! {
        table.pinned {
            caption #by-group .hidden { (tr!(lang, "fieldwork.groups_caption")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "fieldwork.group")) }
                    th.num scope="col" { (tr!(lang, "fieldwork.gap")) }
                    th.num scope="col" { (tr!(lang, "fieldwork.complete_of")) }
                    (rates_head(lang))
                }
            }
            tbody {
                @for Named { name, line } in &view.groups {
                    tr {
                        th scope="row" { (name) }
                        td.num { (line.gap()) }
                        (complete_of(line))
                        (rates(line))
                    }
                }
            }
        }
    };
    html! {
        h2 { (tr!(lang, "fieldwork.groups_title")) }
        (scrolling(lang, "by-group", &table))
    }
}

/// Townships, the widest gap first, and what to do next in each.
pub(super) fn townships(lang: Lang, view: &View) -> Markup {
    let table = html! {
        table.pinned {
            caption #by-place .hidden { (tr!(lang, "fieldwork.townships_caption")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "fieldwork.unit")) }
                    th.num scope="col" { (tr!(lang, "fieldwork.gap")) }
                    th.num scope="col" { (tr!(lang, "fieldwork.complete_of")) }
                    th scope="col" { (tr!(lang, "fieldwork.next")) }
                    (rates_head(lang))
                }
            }
            tbody {
                @for Named { name, line } in &view.townships {
                    tr {
                        th scope="row" { (name) }
                        td.num { (line.gap()) }
                        (complete_of(line))
                        td.step { (next_step(lang, line)) }
                        (rates(line))
                    }
                }
            }
        }
    };
    let href = |format: &str| {
        let page = view.href("/download");
        let joint = if page.contains('?') { '&' } else { '?' };
        format!("{page}{joint}format={format}")
    };
    html! {
        h2 { (tr!(lang, "fieldwork.townships_title")) }
        (scrolling(lang, "by-place", &table))
        p {
            (tr!(lang, "fieldwork.download")) " "
            a.file href=(href("xlsx")) { "Excel" } " "
            a.file href=(href("csv")) { "CSV" }
        }
    }
}

/// Interviewers.
pub(super) fn people(lang: Lang, view: &View) -> Markup {
    let table = html! {
        table.pinned {
            caption #people .hidden { (tr!(lang, "fieldwork.people_caption")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "fieldwork.person")) }
                    th.num scope="col" { (tr!(lang, "fieldwork.overdue")) }
                    th.num scope="col" { (tr!(lang, "fieldwork.due")) }
                    th.num scope="col" { (tr!(lang, "fieldwork.assigned")) }
                    th.num scope="col" { (tr!(lang, "fieldwork.tried")) }
                    th.num scope="col" { (tr!(lang, "fieldwork.received")) }
                    th.num scope="col" { (tr!(lang, "fieldwork.refused")) }
                    th.num scope="col" { (tr!(lang, "fieldwork.median")) }
                    th.num scope="col" { (tr!(lang, "fieldwork.too_fast")) }
                    th.num scope="col" { (tr!(lang, "fieldwork.alike")) }
                    th scope="col" { (tr!(lang, "fieldwork.last_day")) }
                }
            }
            tbody {
                @for person in &view.people {
                    tr {
                        th scope="row" { (person.work.name) }
                        td.num { @if person.overdue > 0 { strong.late { (person.overdue) } } @else { "0" } }
                        td.num { (person.due) }
                        td.num { (person.work.assigned) }
                        td.num { (person.work.tried) }
                        td.num { (person.work.received) }
                        td.num { (person.work.refused) }
                        @match &person.signs {
                            Some(signs) => {
                                td.num { (minutes(lang, signs.median_s)) }
                                td.num { (signs.too_fast) }
                                td.num { (signs.alike) }
                            }
                            None => { td.num { "–" } td.num { "–" } td.num { "–" } }
                        }
                        td.day { (person.work.last_day.as_deref().unwrap_or("–")) }
                    }
                }
            }
        }
    };
    scrolling(lang, "people", &table)
}

/// Silent devices.
pub(super) fn devices(lang: Lang, view: &View) -> Markup {
    let table = html! {
        table.pinned {
            caption #devices .hidden { (tr!(lang, "fieldwork.devices_caption")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "fieldwork.owner")) }
                    th scope="col" { (tr!(lang, "fieldwork.device")) }
                    th scope="col" { (tr!(lang, "fieldwork.last_seen")) }
                    th scope="col" { (tr!(lang, "fieldwork.state")) }
                }
            }
            tbody {
                @for silent in &view.devices {
                    tr {
                        th scope="row" { (silent.owner) }
                        td { (silent.device) }
                        td.day { (silent.last_seen) " · " (tr!(lang, "fieldwork.days_ago", n = silent.days)) }
                        td.wide-cell {
                            @if silent.wipe { (tr!(lang, "fieldwork.wipe_waiting")) }
                            @else if silent.left > 0 { (tr!(lang, "fieldwork.wipes_in", n = silent.left)) }
                            @else { (tr!(lang, "fieldwork.wiped_now")) }
                        }
                    }
                }
            }
        }
    };
    html! {
        h2 #devices-title { (tr!(lang, "fieldwork.devices_title")) }
        @if view.devices.is_empty() { p { (tr!(lang, "fieldwork.devices_none")) } }
        @else { (scrolling(lang, "devices", &table)) }
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
    let table = html! {
        table.pinned {
            caption #calls .hidden { (tr!(lang, "fieldwork.calls_caption")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "fieldwork.case")) }
                    th scope="col" { (tr!(lang, "fieldwork.when")) }
                    th scope="col" { (tr!(lang, "fieldwork.part")) }
                    th scope="col" { (tr!(lang, "fieldwork.village")) }
                    th scope="col" { (tr!(lang, "fieldwork.group")) }
                    th scope="col" { (tr!(lang, "fieldwork.last")) }
                    th scope="col" { (tr!(lang, "fieldwork.person")) }
                }
            }
            tbody {
                @for due in &view.calls {
                    tr {
                        th scope="row" { code { (due.case_id) } }
                        td.day { (when(lang, due)) }
                        td.day { (part_of_day(lang, due.part.as_deref())) }
                        td.day { (due.township) " " (due.village) }
                        td.day { (due.group) }
                        td.day { (words::disposition(lang, &due.disposition)) }
                        td.day { (due.who) }
                    }
                }
            }
        }
    };
    html! {
        h2 #calls-title { (tr!(lang, "fieldwork.calls_title")) }
        @if view.calls.is_empty() { p { (tr!(lang, "fieldwork.calls_none")) } }
        @else {
            @if view.calls_total > view.calls.len() {
                p.note { (tr!(lang, "fieldwork.calls_more", n = view.calls_total, shown = view.calls.len())) }
            }
            (scrolling(lang, "calls", &table))
        }
    }
}
