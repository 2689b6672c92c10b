//! Keeping no longer than the plan says (保存期限): what is due when, delays in public, and the daily look.
//!
//! The plan's `[retention]` counts days from the round's last day, and the seal covers it. The office may keep something
//! longer only by a delay with a reason, which anybody reads on `/privacy` as soon as it is decided: the sealed plan stays
//! what it was, and a promise that is broken is broken in public. There is no way to erase later in silence, and erasing
//! earlier (`minyi erase`) breaks no promise.

use analysis::plan::{Kept, Plan};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::json;
use thiserror::Error;

use crate::app::{Base, PlanCache};
use crate::erasure::{self, ErasureError, Found};
use crate::store::retention::{self as store, Delay, Erasure};
use crate::store::rounds::{self, Round, RoundState};
use crate::store::{StoreError, begin};

/// Who acts, in the audit trail, when the plan's day has come.
pub const ACTOR: &str = "minyi";
/// Longest delay decided at once, in days: then somebody has to think about it again.
pub const LONGEST_DELAY: i32 = 365;
/// A reason of fewer characters says nothing.
pub const SHORTEST_REASON: usize = 10;
/// Longest reason, in characters.
pub const LONGEST_REASON: usize = 300;
/// After so many days it is looked whether anything came since: a message in a case, an interview that was late.
const AGAIN_DAYS: i32 = 30;

/// How a kind of what a round keeps stands.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What.
    pub kept: Kept,
    /// Days of the plan; none where it does not say.
    pub days: Option<i32>,
    /// The day that follows from them.
    pub planned: Option<Date>,
    /// The day with all delays.
    pub due: Option<Date>,
    /// The delays, the first one first.
    pub delays: Vec<Delay>,
    /// When it was erased, the first time first.
    pub erasures: Vec<Erasure>,
}

impl Rule {
    /// Whether the day of the plan has come and it was not erased since.
    pub fn is_due(&self, today: Date) -> bool {
        self.due.is_some_and(|due| due <= today) && !self.is_done()
    }

    /// The day on which it was erased last.
    fn erased_on(&self) -> Option<Date> {
        self.erasures.last()?.day.parse().ok()
    }

    /// Days since then.
    fn days_since(&self, today: Date) -> Option<i32> {
        let since = today.since(self.erased_on()?).ok()?;
        Some(since.get_days())
    }

    /// Whether it was erased on its day or later.
    pub fn is_done(&self) -> bool {
        let times = self.due.zip(self.erased_on());
        times.is_some_and(|(due, erased)| erased >= due)
    }

    /// Whether it was erased within the last week.
    fn is_fresh(&self, today: Date) -> bool {
        self.days_since(today).is_some_and(|days| days <= 7)
    }

    /// Whether, having been erased, it is to be looked at again today.
    fn is_due_again(&self, today: Date) -> bool {
        let days = self.days_since(today);
        self.is_done() && days.is_some_and(|days| days > 0 && days % AGAIN_DAYS == 0)
    }
}

/// How everything that a round keeps stands.
///
/// # Errors
/// When the database does not answer.
pub async fn rules(base: &Base, plan: &Plan, round: &Round) -> Result<Vec<Rule>, StoreError> {
    let delays = store::delays(&base.db, &round.id).await?;
    let erasures = store::erasures(&base.db, &round.id).await?;
    let closes_on = round.closes_on.parse::<Date>().ok();
    let rule = |kept: Kept| {
        let delays: Vec<Delay> = delays.iter().filter(|row| row.is_of(kept)).cloned().collect();
        let planned = closes_on.and_then(|day| plan.retention.due(kept, day));
        let latest = delays
            .iter()
            .filter_map(|row| row.until.parse::<Date>().ok())
            .max();
        Rule {
            kept,
            days: plan.retention.days(kept),
            planned,
            due: planned.map(|day| latest.map_or(day, |latest| day.max(latest))),
            delays,
            erasures: erasures.iter().filter(|row| row.is_of(kept)).cloned().collect(),
        }
    };
    Ok(Kept::ALL.into_iter().map(rule).collect())
}

/// Erases what is due in every round; one round's failure keeps no other's back. Several servers may: whoever comes later
/// finds it done.
///
/// # Errors
/// When the rounds cannot be read.
pub async fn run_all(base: &Base, plans: &PlanCache) -> Result<(), StoreError> {
    for round in rounds::list(&base.db).await? {
        let id = round.id.clone();
        if let Err(error) = run(base, plans, round).await {
            tracing::error!(round = id, %error, "what is due to be erased by the plan is not erased; tried again");
        }
    }
    Ok(())
}

async fn run(base: &Base, plans: &PlanCache, round: Round) -> Result<(), ErasureError> {
    let today = base.clock.today();
    // As long as interviews arrive the round is not over for those who handle it.
    if round.state_for_interviews_on(today) != RoundState::Closed {
        return Ok(());
    }
    let plan = plans.of_round(&base.db, &base.keys, &round).await?;
    for rule in rules(base, &plan, &round).await? {
        if rule.is_fresh(today) {
            // Another server may have erased it, and its own folder alone.
            erasure::forget_files(base, &round.id, rule.kept).await?;
        }
        let needed = match (rule.is_due(today), rule.is_due_again(today)) {
            (true, _) => Found::Anything,
            (_, true) => Found::Something,
            _ => continue,
        };
        match erasure::erase(base, &round.id, rule.kept, ACTOR, needed).await {
            Ok(done) => tracing::info!(
                round = round.id,
                kept = rule.kept.word(),
                certificate = done.sha256,
                "erased by the plan"
            ),
            // Nothing came since, or another server was there first.
            Err(ErasureError::Nothing(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Why nothing is delayed.
#[derive(Debug, Error)]
pub enum DelayError {
    /// The plan names no day.
    #[error("the plan names no day for this")]
    NoDay,
    /// It was erased.
    #[error("it was erased already")]
    Erased,
    /// No day, or one that delays nothing, or more than [`LONGEST_DELAY`] days away.
    #[error("not a day to which this can be delayed")]
    Day,
    /// No reason that says anything, or one that is too long.
    #[error("no reason")]
    Reason,
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Latest day to which something may be delayed that is due on `due`.
pub fn latest_delay(due: Date, today: Date) -> Date {
    let from = due.max(today);
    from.checked_add(LONGEST_DELAY.days()).unwrap_or(from)
}

/// Keeps something longer than the plan says, for a reason that everybody may read.
///
/// # Errors
/// [`DelayError`]; then nothing is changed.
pub async fn delay(
    base: &Base,
    plan: &Plan,
    round: &Round,
    (kept, until, reason): (Kept, Option<Date>, &str),
    actor: &str,
) -> Result<(), DelayError> {
    let today = base.clock.today();
    let tx = begin(&base.db).await?;
    // Held, so that it is not erased between this look and the commit.
    rounds::hold_alone(&tx, &round.id).await?;
    let delays = store::delays(&tx, &round.id).await?;
    let erasures = store::erasures(&tx, &round.id).await?;
    let closes_on = round.closes_on.parse::<Date>().ok();
    let planned = closes_on.and_then(|day| plan.retention.due(kept, day));
    let mut due = planned.ok_or(DelayError::NoDay)?;
    for earlier in delays.iter().filter(|row| row.is_of(kept)) {
        due = earlier.until.parse::<Date>().map_or(due, |until| due.max(until));
    }
    let is_done = |row: &Erasure| row.is_of(kept) && row.day.parse::<Date>().is_ok_and(|day| day >= due);
    if erasures.iter().any(is_done) {
        return Err(DelayError::Erased);
    }
    let until = until.filter(|day| *day > due && *day > today && *day <= latest_delay(due, today));
    let until = until.ok_or(DelayError::Day)?;
    let length = reason.chars().count();
    if !(SHORTEST_REASON..=LONGEST_REASON).contains(&length) {
        return Err(DelayError::Reason);
    }
    let row = Delay {
        id: base.entropy.uuid(),
        round_id: round.id.clone(),
        kept: kept.word().to_owned(),
        until: until.to_string(),
        reason: reason.to_owned(),
        actor: actor.to_owned(),
        day: today.to_string(),
    };
    store::add_delay(&tx, row).await?;
    let detail =
        json!({ "kept": kept, "from": due.to_string(), "until": until.to_string(), "reason": reason });
    base.record(&tx, actor, "retention.delay", &round.id, detail)
        .await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}

#[cfg(test)]
mod tests;
