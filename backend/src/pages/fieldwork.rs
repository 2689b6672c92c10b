//! The fieldwork monitor: what is missing where, what to do next, who is to be called back.

mod chart;
mod tables;

use std::sync::Arc;

use jiff::civil::Date;
use maud::{Markup, html};

use super::assets;
use super::layout::SignedIn;
use super::round_page::RoundPage;
use super::{Lang, tr, words};
use crate::monitor::days::Curve;
use crate::monitor::progress::{Line, Step};
use crate::monitor::quality::{Quality, Signs};
use crate::store::fieldwork::Workload;

/// An ICC from which interviewers are said to differ markedly.
///
/// # Source
/// Groves (1989), Survey Errors and Survey Costs, chapter 8: most published values lie below 0.02, few above 0.10.
const LARGE_ICC: f64 = 0.05;
/// Townships named among what to do first.
const FIRST: usize = 3;
/// Days that make a week.
const WEEK: usize = 7;

/// A group by which the page can be narrowed.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Code; empty for all groups.
    pub code: String,
    /// Name in the page's language.
    pub name: String,
    /// Whether it is shown now.
    pub current: bool,
}

/// A group or township with its name.
#[derive(Clone, Debug)]
pub struct Named {
    /// Name in the page's language.
    pub name: String,
    /// Where it stands.
    pub line: Line,
}

/// An interviewer.
#[derive(Clone, Debug)]
pub struct Person {
    /// What was done.
    pub work: Workload,
    /// Call-backs due today or before.
    pub due: u64,
    /// Call-backs whose day has passed.
    pub overdue: u64,
    /// Signs in the interviews; none without an interview.
    pub signs: Option<Signs>,
}

/// A device that has been silent.
#[derive(Clone, Debug)]
pub struct Silent {
    /// Name of the interviewer.
    pub owner: String,
    /// What the owner calls it.
    pub device: String,
    /// Day of the last contact, ISO 8601.
    pub last_seen: String,
    /// Days since.
    pub days: i32,
    /// Days left until it wipes itself; none or less: it should have.
    pub left: i32,
    /// Whether the office has asked for a wipe.
    pub wipe: bool,
}

/// A call-back.
#[derive(Clone, Debug)]
pub struct Due {
    /// Case number.
    pub case_id: String,
    /// Name of the group.
    pub group: String,
    /// Name of the township.
    pub township: String,
    /// Name of the village.
    pub village: String,
    /// The day.
    pub day: Date,
    /// Days from today; negative when it has passed.
    pub in_days: i32,
    /// morning, afternoon or evening.
    pub part: Option<String>,
    /// AAPOR code of the last attempt.
    pub disposition: String,
    /// Name of the interviewer.
    pub who: String,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct View {
    /// Identifier of the round.
    pub id: String,
    /// Title of the round.
    pub title: String,
    /// The group chosen; empty for all.
    pub group: String,
    /// Time of the figures by the office's clock.
    pub as_of: String,
    /// Today in the office.
    pub today: Date,
    /// Groups to choose from.
    pub filters: Vec<Filter>,
    /// Every group.
    pub groups: Vec<Named>,
    /// Townships, the widest gap first.
    pub townships: Vec<Named>,
    /// All townships together.
    pub total: Line,
    /// The days.
    pub curve: Curve,
    /// Interviewers.
    pub people: Vec<Person>,
    /// Quality of interviews.
    pub quality: Option<Arc<Quality>>,
    /// Silent devices.
    pub devices: Vec<Silent>,
    /// Call-backs to show.
    pub calls: Vec<Due>,
    /// Call-backs in all.
    pub calls_total: usize,
    /// Call-backs whose day has passed.
    pub overdue: usize,
    /// The plan's target of residents.
    pub plan_target: usize,
    /// The plan's expected response, 0–1.
    pub expected: f64,
}

impl View {
    /// Address of the page, narrowed as it is.
    fn href(&self, part: &str) -> String {
        let base = format!("/console/rounds/{}/fieldwork{part}", self.id);
        match self.group.as_str() {
            "" => base,
            code => {
                let code: String = url::form_urlencoded::byte_serialize(code.as_bytes()).collect();
                format!("{base}?group={code}")
            }
        }
    }

    /// Address of the live part.
    fn live_href(&self) -> String {
        let page = self.href("");
        let joint = if page.contains('?') { '&' } else { '?' };
        format!("{page}{joint}part=live")
    }
}

/// A share as a percentage, an en dash where there is none.
fn share(value: f64) -> String {
    match value.is_finite() {
        true => words::percent(value),
        false => "–".to_owned(),
    }
}

/// The words of a part of the day; another word is shown as it is.
pub fn part_of_day(lang: Lang, part: Option<&str>) -> String {
    match part {
        Some("morning") => tr!(lang, "fieldwork.morning").into_owned(),
        Some("afternoon") => tr!(lang, "fieldwork.afternoon").into_owned(),
        Some("evening") => tr!(lang, "fieldwork.evening").into_owned(),
        other => other.unwrap_or("–").to_owned(),
    }
}

/// A length of time in minutes with one decimal.
fn minutes(lang: Lang, seconds: f64) -> String {
    match seconds.is_finite() {
        true => tr!(lang, "fieldwork.minutes", n = format!("{:.1}", seconds / 60.0)).into_owned(),
        false => "–".to_owned(),
    }
}

/// What is best done next, as a sentence.
pub fn next_step(lang: Lang, line: &Line) -> String {
    let gap = line.gap();
    match line.step() {
        Step::Reached => tr!(lang, "fieldwork.step_reached").into_owned(),
        Step::Exhausted => tr!(
            lang,
            "fieldwork.step_exhausted",
            gap = gap,
            open = line.progress.open()
        )
        .into_owned(),
        Step::Work => {
            let progress = &line.progress;
            // Whoever agreed to a call-back is among those nobody has met.
            let again = progress.not_met.saturating_sub(line.call_backs);
            let pools = [
                (
                    line.call_backs,
                    tr!(lang, "fieldwork.pool_call_backs", n = line.call_backs),
                ),
                (progress.held, tr!(lang, "fieldwork.pool_held", n = progress.held)),
                (again, tr!(lang, "fieldwork.pool_not_met", n = again)),
                (
                    progress.started,
                    tr!(lang, "fieldwork.pool_started", n = progress.started),
                ),
                (
                    progress.untried,
                    tr!(lang, "fieldwork.pool_untried", n = progress.untried),
                ),
            ];
            let named: Vec<String> = pools
                .into_iter()
                .filter(|(n, _)| *n > 0)
                .map(|(_, text)| text.into_owned())
                .collect();
            let pools = named.join(&tr!(lang, "fieldwork.pool_joint"));
            tr!(lang, "fieldwork.step_work", gap = gap, pools = pools).into_owned()
        }
    }
}

/// The page. `etag` is that of [`live`].
pub fn page(lang: Lang, staff: &SignedIn, view: &View, etag: &str) -> Markup {
    let title = tr!(lang, "fieldwork.title");
    let path = view.href("");
    RoundPage::new(lang, staff, (&view.id, &view.title), (&path, &title)).render(&html! {
        nav.chips aria-label=(tr!(lang, "fieldwork.filter")) {
            @for filter in &view.filters {
                a href={ "/console/rounds/" (view.id) "/fieldwork"
                    @if !filter.code.is_empty() { "?group=" (filter.code) } }
                    aria-current=[filter.current.then_some("true")] { (filter.name) }
            }
        }
        div.updates {
            p #as-of { (tr!(lang, "fieldwork.as_of", time = view.as_of)) }
            a.button href=(path) { (tr!(lang, "fieldwork.refresh")) }
            button #pause type="button" hidden { (tr!(lang, "fieldwork.pause")) }
        }
        p #said .hidden role="status" {}
        div #live data-src=(view.live_href()) data-etag=(etag)
            data-pause=(tr!(lang, "fieldwork.pause")) data-resume=(tr!(lang, "fieldwork.resume"))
            data-ended=(tr!(lang, "fieldwork.ended")) data-offline=(tr!(lang, "fieldwork.offline")) {
            (live(lang, view))
        }
        script defer src=(assets::CONSOLE_JS.href) {}
    })
}

/// The part of the page that changes while fieldwork goes on; it holds no time of day.
pub fn live(lang: Lang, view: &View) -> Markup {
    html! {
        section data-part="sum" { (sum(lang, view)) }
        section data-part="todo" { (todo(lang, view)) }
        section data-part="groups" { (tables::groups(lang, view)) }
        section data-part="townships" { (tables::townships(lang, view)) }
        section data-part="curve" { (chart::section(lang, &view.curve)) }
        section data-part="people" { (people(lang, view)) }
        section data-part="devices" { (tables::devices(lang, view)) }
        section data-part="calls" { (tables::calls(lang, view)) }
        section data-part="about" { (about(lang, view)) }
    }
}

/// The time shown beside the page's figures.
pub fn as_of(lang: Lang, time: &str) -> String {
    tr!(lang, "fieldwork.as_of", time = time).into_owned()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of people that was multiplied by a share"
)]
fn whole(value: f64) -> u64 {
    value.round().max(0.0) as u64
}

fn sum(lang: Lang, view: &View) -> Markup {
    let line = &view.total;
    let (complete, target) = (line.progress.complete, line.target);
    // What one group has too much is no answer to what another lacks: each gap is named.
    let chosen = view
        .groups
        .iter()
        .filter(|group| view.group.is_empty() || view.group == group.line.code);
    let short: Vec<String> = chosen
        .filter(|group| group.line.gap() > 0)
        .map(|group| tr!(lang, "fieldwork.short", name = group.name, n = group.line.gap()).into_owned())
        .collect();
    let said = match short.len() {
        0 => tr!(
            lang,
            "fieldwork.reached_all",
            complete = complete,
            target = target
        ),
        _ => {
            let short = short.join(&tr!(lang, "fieldwork.pool_joint"));
            tr!(
                lang,
                "fieldwork.say",
                complete = complete,
                target = target,
                short = short
            )
        }
    };
    let curve = &view.curve;
    let steady = whole(curve.steady(view.today));
    let pace = match complete.cmp(&steady) {
        std::cmp::Ordering::Greater => {
            tr!(
                lang,
                "fieldwork.pace_ahead",
                steady = steady,
                n = complete - steady
            )
        }
        std::cmp::Ordering::Less => {
            tr!(
                lang,
                "fieldwork.pace_behind",
                steady = steady,
                n = steady - complete
            )
        }
        std::cmp::Ordering::Equal => tr!(lang, "fieldwork.pace_even", steady = steady),
    };
    let since = |day: Date| (view.today - day).get_days();
    let recent = |days: i32| -> u64 {
        let of = curve
            .days
            .iter()
            .filter(|day| (0..days).contains(&since(day.day)));
        of.map(|day| day.invited()).sum()
    };
    let left = -since(curve.closes);
    let joint = if lang == Lang::En { " " } else { "" };
    let (opens, closes) = (words::day(lang, curve.opens), words::day(lang, curve.closes));
    html! {
        p.lead data-say=(said) { (said) }
        @if since(curve.opens) < 0 {
            p { (tr!(lang, "fieldwork.not_begun", opens = opens)) }
        } @else {
            p {
                (pace) (joint)
                (tr!(lang, "fieldwork.recent", today = recent(1), week = recent(WEEK as i32))) (joint)
                @if left >= 0 { (tr!(lang, "fieldwork.days_left", n = left, closes = closes)) }
                @else { (tr!(lang, "fieldwork.days_over", closes = closes)) }
            }
        }
    }
}

fn todo(lang: Lang, view: &View) -> Markup {
    let mut acts: Vec<Markup> = Vec::new();
    if view.overdue > 0 {
        acts.push(
            html! { a href="#calls-title" { (tr!(lang, "fieldwork.todo_overdue", n = view.overdue)) } },
        );
    }
    if !view.devices.is_empty() {
        let n = view.devices.len();
        acts.push(html! { a href="#devices-title" { (tr!(lang, "fieldwork.todo_devices", n = n)) } });
    }
    if view.total.progress.held > 0 {
        acts.push(html! { (tr!(lang, "fieldwork.todo_held", n = view.total.progress.held)) });
    }
    let places = view.townships.iter().filter(|place| place.line.gap() > 0);
    for place in places.take(FIRST) {
        let step = next_step(lang, &place.line);
        acts.push(html! { (tr!(lang, "fieldwork.todo_place", name = place.name, step = step)) });
    }
    html! {
        h2 { (tr!(lang, "fieldwork.todo_title")) }
        @if acts.is_empty() { p { (tr!(lang, "fieldwork.todo_none")) } }
        @else { ol.todo { @for act in acts { li { (act) } } } }
    }
}

fn people(lang: Lang, view: &View) -> Markup {
    let quality = view.quality.as_deref();
    html! {
        h2 { (tr!(lang, "fieldwork.people_title")) }
        @if view.people.is_empty() { p { (tr!(lang, "fieldwork.people_none")) } }
        @else {
            (tables::people(lang, view))
            @if quality.is_none() {
                p.note { (tr!(lang, "fieldwork.people_later")) " " a href="" { (tr!(lang, "fieldwork.look_again")) } }
            }
            @if let Some(all) = quality.map(|of| &of.all).filter(|all| all.n > 0) {
                p.note {
                    (tr!(lang, "fieldwork.people_note", n = all.n, median = minutes(lang, all.median_s),
                        alike = share(f64::from(all.alike) / f64::from(all.n))))
                }
            }
            @if let Some(effect) = quality.and_then(|of| of.effect.as_ref()) {
                @let (icc, lower, upper) = (format!("{:.3}", effect.icc), format!("{:.3}", effect.lower), format!("{:.3}", effect.upper));
                @if effect.icc < LARGE_ICC {
                    p.note { (tr!(lang, "fieldwork.icc_small", icc = icc, lower = lower, upper = upper, people = effect.interviewers)) }
                } @else {
                    p.warning { (tr!(lang, "fieldwork.icc_large", icc = icc, lower = lower, upper = upper, people = effect.interviewers)) }
                }
            }
        }
    }
}

fn about(lang: Lang, view: &View) -> Markup {
    let e = view.total.progress.counts.eligibility();
    let e = if e.is_finite() {
        format!("{e:.3}")
    } else {
        "–".to_owned()
    };
    html! {
        details #about {
            summary { (tr!(lang, "fieldwork.about_title")) }
            p { (tr!(lang, "fieldwork.about_source")) }
            ul {
                li { (tr!(lang, "fieldwork.about_rr1")) }
                li { (tr!(lang, "fieldwork.about_con1")) }
                li { (tr!(lang, "fieldwork.about_coop1")) }
                li { (tr!(lang, "fieldwork.about_ref1")) }
                li { (tr!(lang, "fieldwork.about_e", e = e)) }
                li { (tr!(lang, "fieldwork.about_settle")) }
                li {
                    (tr!(lang, "fieldwork.about_target", target = view.plan_target, expected = words::percent(view.expected)))
                }
            }
        }
    }
}
