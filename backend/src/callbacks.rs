//! The call-back sample (回访): drawing it among those who answered and agreed, the calls, and what they show.
//!
//! The office draws; the third party's people call, one person at a time. What was said is kept without the case, so that
//! nobody, not even on the database, learns who said that staff stood by.

pub mod calls;

use std::collections::BTreeMap;

use analysis::callback::{CallbackRow, CalledUnit, Check, Said, estimate};
use analysis::plan::{CallbackPlan, Plan};
use sea_orm::ConnectionTrait;
use sha2::{Digest, Sha256};

use crate::store::StoreError;
use crate::store::callbacks::{self, CallbackCase, CallbackCheck};

#[cfg(test)]
mod tests;

/// Those who agreed, by judged unit, each in the order of the draw: a hash of the plan's seed and the case, which nobody
/// can steer by choosing when to draw.
fn in_order_of_draw(
    plan: &Plan,
    seed: u64,
    consenting: Vec<(String, String)>,
) -> BTreeMap<String, Vec<String>> {
    let mut by_unit: BTreeMap<String, Vec<(Vec<u8>, String)>> = BTreeMap::new();
    for (case, unit) in consenting {
        if let Some(judged) = plan.judged_unit(&unit) {
            let place = Sha256::new()
                .chain_update(b"callback")
                .chain_update(seed.to_be_bytes())
                .chain_update(case.as_bytes())
                .finalize();
            by_unit
                .entry(judged.code.clone())
                .or_default()
                .push((place.to_vec(), case));
        }
    }
    by_unit
        .into_iter()
        .map(|(unit, mut cases)| {
            cases.sort();
            (unit, cases.into_iter().map(|(_, case)| case).collect())
        })
        .collect()
}

/// Draws as many in each unit as the plan asks for, those drawn before counted in; returns how many were added.
///
/// # Errors
/// When the database does not answer.
pub async fn draw(
    conn: &impl ConnectionTrait,
    plan: &Plan,
    callback: &CallbackPlan,
) -> Result<u64, StoreError> {
    let round = plan.round.id.as_str();
    let already = callbacks::drawn(conn, round).await?;
    let pool = in_order_of_draw(plan, callback.seed, callbacks::consenting(conn, round).await?);
    let mut rows = Vec::new();
    for (unit, cases) in pool {
        let of_unit = || already.iter().filter(|row| row.unit == unit);
        let missing = callback.per_unit.saturating_sub(of_unit().count());
        let new = cases
            .into_iter()
            .zip(0..)
            .filter(|(case, _)| !of_unit().any(|row| row.case_id == *case));
        rows.extend(new.take(missing).map(|(case_id, place)| CallbackCase {
            round_id: round.to_owned(),
            case_id,
            unit: unit.clone(),
            place,
            caller: None,
            attempts: 0,
            outcome: None,
        }));
    }
    callbacks::insert(conn, rows).await
}

fn check_of(row: &CallbackCheck) -> Option<Check> {
    Some(Check {
        took_part: Said::parse(&row.took_part)?,
        answered_self: Said::parse(&row.answered_self)?,
        staff_present: Said::parse(&row.staff_present)?,
        rating_right: Said::parse(&row.rating_right)?,
    })
}

/// What the calls of a round show, the county first; nothing where nobody was called.
///
/// # Errors
/// When the database does not answer.
pub async fn figures(conn: &impl ConnectionTrait, plan: &Plan) -> Result<Vec<CallbackRow>, StoreError> {
    let round = plan.round.id.as_str();
    let checks = callbacks::checks(conn, round).await?;
    if checks.is_empty() {
        return Ok(Vec::new());
    }
    let pool = in_order_of_draw(plan, 0, callbacks::consenting(conn, round).await?);
    let units: Vec<CalledUnit> = plan
        .scored_units()
        .iter()
        .map(|unit| CalledUnit {
            unit: unit.code.clone(),
            consenting: pool
                .get(&unit.code)
                .map_or(0, |cases| u64::try_from(cases.len()).unwrap_or(u64::MAX)),
            checks: checks
                .get(&unit.code)
                .map(|rows| rows.iter().filter_map(check_of).collect())
                .unwrap_or_default(),
        })
        .collect();
    Ok(estimate(&plan.round.county, &units))
}
