//! Gathers what the monitor shows.

use std::collections::BTreeMap;
use std::sync::Arc;

use analysis::plan::Plan;
use jiff::ToSpan;
use jiff::civil::Date;
use uuid::Uuid;

use super::time_of_day;
use crate::app::AppState;
use crate::app::figures::Monitored;
use crate::handlers::console::{local_time, title};
use crate::middleware::problems::PageError;
use crate::monitor::days::Curve;
use crate::monitor::progress::{self, Line};
use crate::pages::fieldwork::{Due, Filter, Named, Person, Silent, View};
use crate::pages::{Lang, tr};
use crate::store::fieldwork::{self, CallBack, Workload};
use crate::store::rounds::{Round, RoundState};
use crate::store::tallies;

/// Days without contact after which a device is called silent.
const SILENT: i64 = 3;

fn unit_name(plan: &Plan, lang: Lang, code: &str) -> String {
    plan.units
        .get(code)
        .map_or_else(|| code.to_owned(), |unit| unit.name.get(lang.code()).to_owned())
}

fn group_name(plan: &Plan, lang: Lang, code: &str) -> String {
    plan.group(code)
        .map_or_else(|| code.to_owned(), |group| group.name.get(lang.code()).to_owned())
}

/// A line of townships with its name; bodies of the county are named as such.
fn place(plan: &Plan, lang: Lang, line: Line) -> Named {
    let name = unit_name(plan, lang, &line.code);
    let name = match line.code == plan.round.county {
        true => tr!(lang, "fieldwork.county_own", county = name).into_owned(),
        false => name,
    };
    Named { name, line }
}

fn day(text: &str, otherwise: Date) -> Date {
    text.parse().unwrap_or(otherwise)
}

fn filters(plan: &Plan, lang: Lang, chosen: &str) -> Vec<Filter> {
    let all = Filter {
        code: String::new(),
        name: tr!(lang, "fieldwork.all_groups").into_owned(),
        current: chosen.is_empty(),
    };
    let groups = plan.groups.iter().map(|group| Filter {
        code: group.code.clone(),
        name: group.name.get(lang.code()).to_owned(),
        current: chosen == group.code,
    });
    std::iter::once(all).chain(groups).collect()
}

fn dues(
    plan: &Plan,
    lang: Lang,
    calls: &[CallBack],
    people: &BTreeMap<Uuid, Workload>,
    today: Date,
) -> Vec<Due> {
    let due = |call: &CallBack| {
        let on = day(&call.day, today);
        Due {
            case_id: call.case_id.clone(),
            group: group_name(plan, lang, &call.group),
            township: call
                .township
                .as_deref()
                .map(|code| unit_name(plan, lang, code))
                .unwrap_or_default(),
            village: match call.township.as_deref() == Some(call.unit.as_str()) {
                true => String::new(),
                false => unit_name(plan, lang, &call.unit),
            },
            day: on,
            in_days: (on - today).get_days(),
            part: call.part.clone(),
            disposition: call.disposition.clone(),
            who: people
                .get(&call.staff)
                .map(|work| work.name.clone())
                .unwrap_or_default(),
        }
    };
    calls.iter().map(due).collect()
}

/// Where the monitor is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// At once, with the first call-backs, and without what takes long to look at for the first time.
    OnPage,
    /// With all there is.
    InFile,
}

/// Call-backs shown on the page; the file holds all of them.
const CALLS: usize = 100;

/// What the monitor shows of a round, of one group (empty: of all).
pub(super) async fn view(
    state: &AppState,
    lang: Lang,
    round: &Round,
    plan: &Arc<Plan>,
    group: &str,
    shown: Shown,
) -> Result<View, PageError> {
    let (db, id) = (&state.db, round.id.as_str());
    let today = state.clock.today();
    let only = (!group.is_empty()).then_some(group);

    let counted = state.figures.monitored(db, id, today).await?;
    let Monitored {
        cases,
        calls,
        workloads,
    } = counted.of.as_ref();
    let is_over = round.round_state() == RoundState::Closed;
    let standing = progress::standing(plan, cases, calls, only, is_over);
    let daily = tallies::daily(db, id).await?;
    let dates = (plan.round.opens_on, plan.round.closes_on);
    let curve = Curve::new(&daily, only, dates, today, standing.total.target);
    let interviews = workloads.values().map(|work| work.received).sum();
    let now = state.clock.now_ms();
    let quality = match shown {
        Shown::OnPage => state.interviews.at_hand(db, plan, interviews, now).await?,
        Shown::InFile => Some(state.interviews.get(db, plan, interviews, now).await?),
    };
    let silent = fieldwork::silent_devices(db, &today.saturating_sub(SILENT.days()).to_string()).await?;

    let today_text = today.to_string();
    let mut people: Vec<Person> = workloads
        .iter()
        .map(|(staff, work)| {
            let own = || calls.iter().filter(|call| call.staff == *staff);
            Person {
                work: work.clone(),
                due: own().filter(|call| call.day <= today_text).count() as u64,
                overdue: own().filter(|call| call.day < today_text).count() as u64,
                signs: quality
                    .as_ref()
                    .and_then(|of| of.by_interviewer.get(&work.login).cloned()),
            }
        })
        .collect();
    people.sort_by(|a, b| {
        b.overdue
            .cmp(&a.overdue)
            .then(b.due.cmp(&a.due))
            .then_with(|| a.work.login.cmp(&b.work.login))
    });
    // Devices of people who have no part in this round are another round's business.
    let devices = silent
        .into_iter()
        .filter_map(|device| {
            let work = workloads.get(&device.staff)?;
            let days = (today - day(&device.last_seen, today)).get_days();
            Some(Silent {
                owner: work.name.clone(),
                device: device.name,
                days,
                left: device.max_offline_days - days,
                last_seen: device.last_seen,
                wipe: device.state == "wipe",
            })
        })
        .collect();
    let mut dues = dues(
        plan,
        lang,
        &calls
            .iter()
            .filter(|call| only.is_none_or(|code| code == call.group))
            .cloned()
            .collect::<Vec<_>>(),
        workloads,
        today,
    );
    let overdue = dues.iter().filter(|due| due.in_days < 0).count();
    let calls_total = dues.len();
    if shown == Shown::OnPage && calls_total > CALLS {
        // The oldest first decides who is shown; the list itself stays by village.
        let mut order: Vec<usize> = (0..calls_total).collect();
        order.sort_by_key(|at| dues[*at].in_days);
        let mut shown = order[..CALLS].to_vec();
        shown.sort_unstable();
        dues = shown.into_iter().map(|at| dues[at].clone()).collect();
    }
    Ok(View {
        id: id.to_owned(),
        title: title(lang, round),
        group: group.to_owned(),
        as_of: counted
            .as_of
            .map_or_else(|| time_of_day(state), |at| local_time(state, at)),
        today,
        filters: filters(plan, lang, group),
        groups: standing
            .groups
            .into_iter()
            .map(|line| Named {
                name: group_name(plan, lang, &line.code),
                line,
            })
            .collect(),
        townships: standing
            .townships
            .into_iter()
            .map(|line| place(plan, lang, line))
            .collect(),
        total: standing.total,
        curve,
        people,
        quality,
        devices,
        calls: dues,
        calls_total,
        overdue,
        plan_target: plan.sampling.target_completes,
        expected: plan.sampling.expected_response,
    })
}
