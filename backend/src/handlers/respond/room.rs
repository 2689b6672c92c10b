//! Whether an open link has room: the daily cap of its site and the quotas of its group.
//!
//! Asked when somebody begins. Whoever has begun may go on and hand in; what may be kept at most is decided by the
//! writer (`submit`), which alone can count for certain.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use jiff::ToSpan;

use super::visit::{Entry, Visit};
use crate::app::AppState;
use crate::middleware::problems::PageError;
use crate::pages::problem::Problem;
use crate::store::drafts::Draft;
use crate::store::{links, quotas, tallies};

/// Drafts and answers of a day that a site lets in, as a multiple of its cap: people who begin and never finish
/// must not close the door to all others, and it must not stand open to any number of drafts either.
const BEGUN_PER_PLACE: u64 = 2;

/// The name of the site; for answers given again, of the one at which they were given first.
fn site(visit: &Visit) -> &str {
    if let Some(site) = visit.site() {
        return site;
    }
    let Entry::Again(earlier) = &visit.entry else {
        return "";
    };
    let links = &visit.plan.links;
    let link = links
        .iter()
        .find(|link| earlier.open_link.as_ref() == Some(&link.slug));
    link.map_or("", |link| link.site.get(visit.reading.lang.code()))
}

/// The reply at the cap: when to come again, or that there is no other day.
pub(super) fn capped(state: &AppState, visit: &Visit) -> PageError {
    let tomorrow = visit.today.checked_add(1.day()).ok();
    let again = tomorrow.filter(|day| *day <= visit.plan.round.closes_on);
    let problem = Problem::CapReached {
        site: site(visit).to_owned(),
        again,
    };
    PageError::helped(StatusCode::TOO_MANY_REQUESTS, problem, &visit.help())
        .retry_after(state.clock.seconds_left_today())
}

/// The reply at a full quota.
pub(super) fn quota_full(visit: &Visit) -> PageError {
    PageError::helped(StatusCode::GONE, Problem::QuotaFull, &visit.help())
}

/// Refuses somebody new when the site has its number for today.
pub(super) async fn under_cap(state: &AppState, visit: &Visit) -> Result<(), PageError> {
    let Some(link) = &visit.link else { return Ok(()) };
    let Some(cap) = link.daily_cap.and_then(|cap| u64::try_from(cap).ok()) else {
        return Ok(());
    };
    let round = visit.round.id.as_str();
    let day = visit.today.to_string();
    let answers = tallies::of_link_on(&state.db, round, &link.slug, &day).await?;
    let begun = links::begun_since(&state.db, round, &link.slug, state.clock.today_began_ms()).await?;
    if answers >= cap || answers + begun >= cap.saturating_mul(BEGUN_PER_PLACE) {
        return Err(capped(state, visit));
    }
    Ok(())
}

/// Refuses when a cell that is known now, and was not known `before`, has what was wanted.
pub(super) async fn under_quota(
    state: &AppState,
    visit: &Visit,
    before: Option<&Draft>,
    after: (Option<&str>, &BTreeMap<String, String>),
) -> Result<(), PageError> {
    if !matches!(visit.entry, Entry::Open(_)) {
        return Ok(());
    }
    let quotas = visit.round.quotas_of(&visit.group.group);
    if quotas.is_empty() {
        return Ok(());
    }
    let known = before.map(|draft| (draft.kept.unit.clone(), plain(draft)));
    let mut taken = None;
    for quota in &quotas {
        let Some(cell) = quota.cell(after.0, after.1) else {
            continue;
        };
        let earlier = known
            .as_ref()
            .and_then(|(unit, answers)| quota.cell(unit.as_deref(), answers));
        if earlier.as_ref() == Some(&cell) {
            continue;
        }
        if taken.is_none() {
            taken = Some(quotas::taken(&state.db, &visit.round.id).await?);
        }
        let here = taken
            .as_ref()
            .and_then(|taken| taken.get(&quotas::key(quota, &cell)));
        if here.copied().unwrap_or_default() >= u64::from(quota.limits(&cell).target) {
            return Err(quota_full(visit));
        }
    }
    Ok(())
}

/// The answers of a draft by question.
pub(super) fn plain(draft: &Draft) -> BTreeMap<String, String> {
    let answers = draft.kept.answers.iter();
    answers
        .map(|(name, given)| (name.clone(), given.value.clone()))
        .collect()
}
