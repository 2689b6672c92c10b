//! The demo's e-mail to the leadership, as somebody of the office would send it.

use std::sync::Arc;

use analysis::plan::Plan;
use analysis::results::RoundDetail;
use anyhow::Result;

use crate::app::Base;
use crate::mailing::recipients::{self, gets};
use crate::mailing::schedule::Kind;
use crate::summaries::{self, Reason};

/// Queues the summary for everyone on the plan's list who may see an unfinished round.
pub(super) async fn queue(base: &Base, plan: &Arc<Plan>, detail: &Arc<RoundDetail>) -> Result<()> {
    let id = plan.round.id.as_str();
    let overdue = summaries::overdue(base, id).await?;
    let all = recipients::of_round(base, &base.db, plan).await?;
    let to: Vec<_> = all.into_iter().filter(|row| gets(row, Kind::Weekly)).collect();
    let letters = {
        let (base, plan, detail) = (base.clone(), Arc::clone(plan), Arc::clone(detail));
        tokio::task::spawn_blocking(move || {
            summaries::letters(&base, &plan, &detail, overdue.as_ref(), &to, &Reason::OnRequest)
        })
        .await??
    };
    summaries::queue(&base.db, base, id, letters).await?;
    Ok(())
}
