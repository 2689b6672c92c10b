//! Gathers what the overview of a round shows.

use std::collections::{BTreeMap, HashMap};

use analysis::plan::Plan;
use analysis::results::{IndicatorResult, RoundResults, Score};
use serde::Deserialize;

use super::{computing, local_time, title};
use crate::app::AppState;
use crate::auth::independence::judged_employer;
use crate::auth::policy::Action;
use crate::auth::staff::Staff;
use crate::middleware::problems::PageError;
use crate::pages::Lang;
use crate::pages::planning::public::made_by;
use crate::pages::round::{Figure, OpenLinkLine, Overview, RateLine, ReportUnit, ScoreLine, Summary};
use crate::pages::words;
use crate::planning::history;
use crate::scoring::people::engaged;
use crate::scoring::third_party;
use crate::store::rounds::{self, Round, RoundGroup};
use crate::store::units::{self, Unit};
use crate::store::{results, tallies};

/// The part of the stored results that pages show.
#[derive(Debug, Deserialize)]
pub(in crate::handlers) struct Stored {
    pub(in crate::handlers) results: RoundResults,
}

/// The measures that are headline figures.
const HEADLINES: [&str; 5] = [
    "participation",
    "coverage",
    "effectiveness",
    "benefit",
    "satisfaction",
];

pub(super) fn unit_name(lang: Lang, unit: &Unit) -> String {
    match lang {
        Lang::En if !unit.name_en.is_empty() => unit.name_en.clone(),
        _ => unit.name_zh.clone(),
    }
}

/// A group's name in the page's language.
pub(in crate::handlers) fn group_name(lang: Lang, group: &RoundGroup) -> String {
    match lang {
        Lang::En if !group.name_en.is_empty() => group.name_en.clone(),
        _ => group.name_zh.clone(),
    }
}

/// Invited and complete by group and by township.
struct Fieldwork {
    by_group: HashMap<String, (u64, u64)>,
    by_township: HashMap<String, (u64, u64)>,
    /// When they were counted, if not just now.
    as_of: Option<String>,
}

/// Cases invited and answered.
async fn fieldwork(state: &AppState, round: &str) -> Result<Fieldwork, PageError> {
    let answered = state.figures.answered(&state.db, round).await?;
    let mut counts = Fieldwork {
        by_group: HashMap::new(),
        by_township: HashMap::new(),
        as_of: answered.as_of.map(|at| local_time(state, at)),
    };
    for row in answered.of.iter() {
        let group = counts.by_group.entry(row.group.clone()).or_default();
        *group = (group.0 + row.invited, group.1 + row.complete);
        if let Some(township) = &row.township {
            let unit = counts.by_township.entry(township.clone()).or_default();
            *unit = (unit.0 + row.invited, unit.1 + row.complete);
        }
    }
    Ok(counts)
}

/// What stands where there is no figure.
const NONE: &str = "–";

fn number(value: Option<f64>, fraction: bool) -> String {
    match value {
        None => NONE.to_owned(),
        Some(value) if fraction => words::percent(value),
        Some(value) => format!("{value:.1}"),
    }
}

/// An interval by its ends; one dash where there is none.
fn between(low: String, high: String) -> String {
    match low == high && low == NONE {
        true => low,
        false => format!("{low}–{high}"),
    }
}

/// A result as a figure; `name` of its indicator.
pub(in crate::handlers) fn figure(name: String, result: &IndicatorResult) -> Figure {
    let fraction = result.measure != "satisfaction";
    Figure {
        name,
        estimate: number(result.estimate, fraction),
        interval: between(number(result.lower, fraction), number(result.upper, fraction)),
        n: result.n.to_string(),
    }
}

/// The county's headline results: all groups and areas together, in the plan's order.
pub(in crate::handlers) fn headlines<'a>(
    plan: &'a Plan,
    results: &'a RoundResults,
) -> impl Iterator<Item = (&'a analysis::plan::Indicator, &'a IndicatorResult)> {
    plan.indicators.iter().filter_map(move |indicator| {
        let of_county = |result: &&IndicatorResult| {
            result.code == indicator.code
                && result.unit == plan.round.county
                && result.group.is_none()
                && result.area.is_none()
                && HEADLINES.contains(&result.measure.as_str())
        };
        results
            .indicators
            .iter()
            .find(of_county)
            .map(|result| (indicator, result))
    })
}

fn score_line(name: String, score: &Score) -> ScoreLine {
    let whole = |value: Option<u32>| value.map_or_else(|| NONE.to_owned(), |value| value.to_string());
    ScoreLine {
        unit: name,
        score: number(score.score, false),
        interval: between(number(score.lower, false), number(score.upper, false)),
        rank: whole(score.rank),
        rank_interval: between(whole(score.rank_lower), whole(score.rank_upper)),
        grade: score.grade.clone().unwrap_or_default(),
    }
}

fn summary(plan: &Plan, lang: Lang, results: &RoundResults) -> Summary {
    let name = |code: &str| match plan.units.get(code) {
        Some(unit) => unit.name.get(lang.code()).to_owned(),
        None => code.to_owned(),
    };
    let mut scores: Vec<&Score> = results.scores.iter().collect();
    scores.sort_by_key(|score| score.rank.unwrap_or(u32::MAX));
    Summary {
        figures: headlines(plan, results)
            .map(|(indicator, result)| figure(indicator.name.get(lang.code()).to_owned(), result))
            .collect(),
        scores: scores
            .into_iter()
            .map(|score| score_line(name(&score.unit), score))
            .collect(),
    }
}

/// The overview of `round` as `staff` may see it.
pub(super) async fn of(
    state: &AppState,
    staff: &Staff,
    lang: Lang,
    round: Round,
) -> Result<Overview, PageError> {
    let counts = fieldwork(state, &round.id).await?;
    let rate = |code: &str, name: String, counts: &HashMap<String, (u64, u64)>| {
        let (invited, complete) = counts.get(code).copied().unwrap_or_default();
        RateLine {
            code: code.to_owned(),
            name,
            invited,
            complete,
        }
    };
    let groups = rounds::groups(&state.db, &round.id).await?;
    let units = units::list(&state.db, &round.id).await?;
    let townships: Vec<&Unit> = units.iter().filter(|unit| unit.level == "township").collect();

    let mut by_day: BTreeMap<String, u64> = BTreeMap::new();
    let mut by_link: HashMap<String, u64> = HashMap::new();
    for row in tallies::daily(&state.db, &round.id).await? {
        let count = row.count();
        *by_day.entry(row.day).or_default() += count;
        if row.open_link {
            *by_link.entry(row.group).or_default() += count;
        }
    }
    let may_read_results = staff.role.may(Action::SeeResults);
    let stored = match may_read_results {
        true => results::get::<Stored>(&state.db, &round.id).await?,
        false => None,
    };
    let plan = state.plans.get(&state.db, &state.keys, &round.id).await?;
    let may_watch = plan
        .as_ref()
        .is_none_or(|plan| judged_employer(plan, staff.employer_unit.as_deref()).is_none());
    let may_publish = may_watch && staff.role.may(Action::PublishResults);
    if may_publish && stored.is_some() {
        state.looked_at.prepare(state.base(), &round.id);
    }
    let found = match &stored {
        Some((_, stored)) => history::provenance(&state.db, &round.id, &stored.results.plan_sha256).await?,
        None => None,
    };
    Ok(Overview {
        title: title(lang, &round),
        made_by: made_by(lang, found),
        may_see_plan: may_watch && staff.role.may(Action::SeePlan),
        groups: groups
            .iter()
            .map(|group| rate(&group.group, group_name(lang, group), &counts.by_group))
            .collect(),
        townships: townships
            .iter()
            .map(|unit| rate(&unit.code, unit_name(lang, unit), &counts.by_township))
            .collect(),
        as_of: counts.as_of.clone(),
        open_links: groups
            .iter()
            .filter_map(|group| {
                let slug = group.open_link.as_ref()?;
                let count = by_link.get(&group.group).copied().unwrap_or_default();
                Some(OpenLinkLine {
                    group: group_name(lang, group),
                    href: format!("/o/{slug}"),
                    count,
                })
            })
            .collect(),
        daily: by_day.into_iter().collect(),
        computing: computing(state, &round.id).await?,
        summary: stored
            .as_ref()
            .zip(plan.as_ref())
            .map(|((_, stored), plan)| summary(plan, lang, &stored.results)),
        report_units: match stored.is_some() && staff.role.may(Action::DownloadReport) {
            true => townships
                .iter()
                .map(|unit| ReportUnit {
                    code: unit.code.clone(),
                    name: unit_name(lang, unit),
                })
                .collect(),
            false => Vec::new(),
        },
        may_see_interviewers: may_watch && staff.role.may(Action::SeeInterviewers),
        may_hand_out: may_watch && staff.role.may(Action::HandOut),
        may_see_records: may_watch && staff.role.may(Action::SeeRecords),
        may_see_frame: may_watch && staff.role.may(Action::SeeFrame),
        may_see_callbacks: may_watch
            && staff.role.may(Action::SeeCallbacks)
            && plan.as_ref().is_some_and(|plan| plan.callback.is_some()),
        may_see_mail: may_watch && staff.role.may(Action::SeeOutbox),
        may_see_scoring: may_watch
            && staff.role.may(Action::SeeScoring)
            && plan.as_ref().is_some_and(|plan| third_party(plan).is_ok()),
        may_mark: may_watch
            && staff.role.may(Action::ScoreUnits)
            && engaged(&state.db, &round.id, staff.id()).await.is_ok(),
        may_publish,
        may_settle_identity: may_watch && staff.role.may(Action::SettleIdentity),
        may_watch,
        may_compute: staff.role.may(Action::Compute),
        may_read_results,
        id: round.id,
        state: round.state,
        plan_sha256: round.plan_sha256,
        opens_on: round.opens_on,
        closes_on: round.closes_on,
    })
}
