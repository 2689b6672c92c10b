//! A caller's work: take a person, see whom to call, say how it went. Every act is in the audit trail, the sight of a
//! telephone number among them.

use analysis::callback::Check;
use analysis::plan::{CallbackPlan, Plan};
use serde_json::json;

use crate::app::Base;
use crate::store::callbacks::{self, CallbackCase};
use crate::store::frame::{self, Identity};
use crate::store::{StoreError, begin, sample};

/// How a call ended, with the code by AAPOR's Standard Definitions (2023) for telephone surveys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All questions were put (1.1).
    Done,
    /// Does not want to (2.11).
    Refused,
    /// Nobody answered, or not the person, after as many calls as the plan asks for (2.21).
    NotReached,
    /// Cannot speak on the telephone (2.32).
    Unable,
    /// The number is another's or dead, or there is none (4.3).
    WrongNumber,
}

impl Outcome {
    /// Every outcome that ends a case, in the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::Done,
        Self::Refused,
        Self::Unable,
        Self::WrongNumber,
        Self::NotReached,
    ];

    /// The word in forms and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::NotReached => "not_reached",
            Self::Unable => "unable",
            Self::WrongNumber => "wrong_number",
        }
    }

    /// The outcome of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }

    /// The code by AAPOR.
    pub fn code(self) -> &'static str {
        match self {
            Self::Done => "1.1",
            Self::Refused => "2.11",
            Self::NotReached => "2.21",
            Self::Unable => "2.32",
            Self::WrongNumber => "4.3",
        }
    }
}

/// Takes the next person for a caller, unless they have one; none when all are called or taken. Who was tried least comes
/// first, and those who withdrew their answers meanwhile are passed over.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn next(base: &Base, plan: &Plan, caller: &str) -> Result<Option<CallbackCase>, StoreError> {
    let round = plan.round.id.as_str();
    if let Some(open) = callbacks::of_caller(&base.db, round, caller).await? {
        return Ok(Some(open));
    }
    let standing: std::collections::BTreeSet<String> = callbacks::consenting(&base.db, round)
        .await?
        .into_iter()
        .map(|(case, _)| case)
        .collect();
    let mut free: Vec<CallbackCase> = callbacks::drawn(&base.db, round).await?;
    free.retain(|row| row.outcome.is_none() && row.caller.is_none() && standing.contains(&row.case_id));
    free.sort_by_key(|row| (row.attempts, row.place));
    for row in free {
        let tx = begin(&base.db).await?;
        if callbacks::take(&tx, round, &row.case_id, caller).await? {
            let detail = json!({ "case": row.case_id });
            base.record(&tx, caller, "callback.take", round, detail).await?;
            tx.commit().await?;
            return callbacks::of_caller(&base.db, round, caller).await;
        }
    }
    Ok(None)
}

/// Whom to call: name and number from the register, for the caller who has the case and for nobody else.
///
/// # Errors
/// See [`next`].
pub async fn reveal(base: &Base, plan: &Plan, caller: &str) -> Result<Option<Identity>, StoreError> {
    let round = plan.round.id.as_str();
    let Some(open) = callbacks::of_caller(&base.db, round, caller).await? else {
        return Ok(None);
    };
    let case = sample::find(&base.db, round, &open.case_id).await?;
    let Some(key) = case.and_then(|case| case.member_key) else {
        return Ok(None);
    };
    // Recorded before it is seen: whoever has seen a number stands in the trail, whatever happens next.
    let tx = begin(&base.db).await?;
    base.record(
        &tx,
        caller,
        "callback.view",
        round,
        json!({ "case": open.case_id }),
    )
    .await?;
    tx.commit().await?;
    frame::identity(&base.db, &base.keys, round, &key).await
}

/// What a caller says of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Ended, with what was said where all questions were put.
    Ended(Outcome, Option<Check>),
    /// Nobody was reached: to be tried again until the plan's number of calls.
    Later,
}

/// Records a call of the caller's open case; false when there is none.
///
/// # Errors
/// See [`next`].
pub async fn record(
    base: &Base,
    plan: &Plan,
    callback: &CallbackPlan,
    caller: &str,
    call: Call,
) -> Result<bool, StoreError> {
    let round = plan.round.id.as_str();
    let tx = begin(&base.db).await?;
    let Some(open) = callbacks::of_caller(&tx, round, caller).await? else {
        return Ok(false);
    };
    let call = match call {
        Call::Later if open.attempts + 1 >= callback.attempts => Call::Ended(Outcome::NotReached, None),
        other => other,
    };
    let (changed, word) = match call {
        Call::Later => {
            let changed = callbacks::try_later(&tx, round, &open.case_id, caller).await?;
            (changed, "later")
        }
        Call::Ended(outcome, _) => {
            let word = outcome.as_str();
            (
                callbacks::end(&tx, round, &open.case_id, caller, word).await?,
                word,
            )
        }
    };
    if !changed {
        return Ok(false);
    }
    if let Call::Ended(Outcome::Done, Some(check)) = call {
        let row = callbacks::check_row(base.entropy.uuid(), round, &open.unit, check);
        callbacks::insert_checks(&tx, vec![row]).await?;
    }
    // How it ended, never what was said: the trail names the case.
    let detail = json!({ "case": open.case_id, "outcome": word });
    base.record(&tx, caller, "callback.call", round, detail).await?;
    tx.commit().await?;
    Ok(true)
}
