//! Devices of the synthetic answers: phones of one's own, and in one township an eager helper's.

use analysis::plan::{FrameSource, Plan};
use anyhow::{Context, Result};
use jiff::SignedDuration;
use std::sync::Arc;

use super::midnight;
use crate::app::Base;
use crate::clock::{Entropy, FixedClock};
use crate::submit::Mode;
use crate::synthetic::Fieldwork;

/// In the township with the helper, one answer in so many is given on the helper's phone.
const HELPED: usize = 3;

/// Counts every answer that a person gave on a page for its device, as the pages do.
pub(super) async fn store(base: &Base, plan: &Plan, fieldwork: &Fieldwork, seed: u64) -> Result<()> {
    let tokens = Entropy::seeded(seed ^ 0x0de7_1ce5);
    let townships = plan.units.of_level("township");
    let helped = townships.last().map(|unit| unit.code.as_str());
    let helper = hex::encode(tokens.bytes::<16>());
    let on_pages = fieldwork.responses.iter().filter(|response| {
        let group = plan.group(&response.group);
        response.mode == Mode::Web && group.is_some_and(|group| group.source != FrameSource::Bodies)
    });
    let mut in_township = 0;
    for response in on_pages {
        let at = response.case.context("an invited response")?;
        let case = &fieldwork.cases[at];
        let mut token = hex::encode(tokens.bytes::<16>());
        if case.township.as_deref() == helped {
            in_township += 1;
            if in_township % HELPED == 0 {
                token.clone_from(&helper);
            }
        }
        let ended = SignedDuration::from_mins(i64::from(response.start_minute))
            + SignedDuration::from_secs(i64::from(response.duration_s));
        let then = Base {
            clock: Arc::new(FixedClock::at(midnight(response.day) + ended)),
            ..base.clone()
        };
        base.sittings.count(&then, plan, &case.unit, Some(token)).await?;
    }
    base.sittings
        .write(base, None)
        .await
        .context("the counts of devices")
}
