//! Computing a round: stored responses in, stored results out. Safe to run again: the results replace those before.

use std::sync::Arc;

use analysis::plan::Plan;
use analysis::publication::Counts;
use analysis::results::{AmendmentLine, PLAN_AMENDED, RecordsUsed, RoundDetail};
use analysis::round;
use anyhow::{Context, Result};
use survey_forms::text::Text;

use super::queue::Work;
use crate::app::{AppState, Base};
use crate::callbacks;
use crate::dataset;
use crate::planning::history;
use crate::publication;
use crate::records::series;
use crate::store::jobs::Job;
use crate::store::{StoreError, amendments, plan_versions, responses, results, rounds};

/// The kind of these jobs.
pub const KIND: &str = "analyse";

/// Computes the round and stores what came out.
///
/// # Errors
/// When there is no such round, its data cannot be read, or its plan does not fit them.
pub async fn analyse(base: &Base, id: &str) -> Result<Arc<RoundDetail>> {
    let mut plan = Arc::unwrap_or_clone(crate::rounds::plan(base, id).await?);
    let sealed = rounds::find(&base.db, id)
        .await?
        .and_then(|round| round.plan_sha256);
    let plan_sha256 = sealed.context("the plan is not sealed yet: figures need a plan that cannot change")?;
    let of_series = series::apply(&base.db, &mut plan).await?;
    let plan = Arc::new(plan);
    let data = dataset::load(base, &plan).await?;
    let records = RecordsUsed {
        series_revision: of_series.series_revision,
        series_day: of_series.series_day,
        ..data.records().clone()
    };
    let plan_of_calls = Arc::clone(&plan);
    let before = match &plan.round.previous {
        Some(previous) => results::get::<RoundDetail>(&base.db, previous).await?,
        None => None,
    };
    let earlier = publication::earlier(&base.db, id).await?;
    let lacking = plan.round.previous.clone().filter(|_| before.is_none());
    let computed = tokio::task::spawn_blocking(move || {
        let mut input = data.input(&plan, &plan_sha256);
        input.previous = before.as_ref().map(|(_, detail)| detail);
        round::compute(&input).map(|mut detail| {
            withhold(&mut detail, &plan, &earlier);
            detail
        })
    });
    let mut detail = computed.await??;
    detail.callbacks = callbacks::figures(&base.db, &plan_of_calls).await?;
    detail.warnings.extend(lacking.map(|id| no_previous(&id)));
    detail.results.amendments = amended(base, id).await?;
    detail.results.records = Some(records);
    results::put(&base.db, id, base.clock.now_ms(), &detail).await?;
    Ok(Arc::new(detail))
}

/// Where no publication could be made safe, reports keep to their own rule and nothing can be published.
fn withhold(detail: &mut RoundDetail, plan: &Plan, earlier: &[Counts]) {
    if let Err(error) = publication::withhold(detail, plan, earlier) {
        tracing::warn!(%error, "no publication of these results would be safe");
        detail.withheld = reports::build::withheld(detail, plan);
    }
}

/// Said where the plan names a round before, and nothing is known of it.
fn no_previous(id: &str) -> Text {
    Text::zh_en(
        format!(
            "方案要求和上一轮 {id} 比较，但系统里没有它的结果。请先计算那一轮，或用 minyi results import 导入它的结果文件，再重新计算。"
        ),
        format!(
            "The plan compares with the round {id}, whose results are not here. Compute that round, or import its results with minyi results import, and compute again."
        ),
    )
}

/// What was amended, with the answers that came before: the plan itself first, then its questionnaires.
async fn amended(base: &Base, id: &str) -> Result<Vec<AmendmentLine>, StoreError> {
    let mut lines = plan_amended(base, id).await?;
    let all = amendments::of_round(&base.db, id).await?;
    if all.is_empty() {
        return Ok(lines);
    }
    let counts = responses::by_version(&base.db, id).await?;
    lines.extend(all.into_iter().filter_map(|row| {
        let version = (row.form.clone(), row.old_version.clone());
        Some(AmendmentLine {
            answers_before: counts.get(&version).copied().unwrap_or_default(),
            day: row.day.parse().ok()?,
            form: row.form,
            old_version: row.old_version,
            new_version: row.new_version,
            reason: row.reason,
        })
    }));
    Ok(lines)
}

/// The amendments of the plan.
async fn plan_amended(base: &Base, id: &str) -> Result<Vec<AmendmentLine>, StoreError> {
    let versions = plan_versions::of_round(&base.db, id).await?;
    let published: Vec<_> = history::published(&versions)
        .map(|(_, version)| version)
        .collect();
    let lines = published.windows(2).filter_map(|pair| match pair {
        [before, now] => Some(AmendmentLine {
            form: PLAN_AMENDED.to_owned(),
            old_version: before.plan_sha256.clone(),
            new_version: now.plan_sha256.clone(),
            reason: now.reason.clone(),
            day: now.day.parse().ok()?,
            answers_before: u64::try_from(now.answers_before).unwrap_or_default(),
        }),
        _ => None,
    });
    Ok(lines.collect())
}

/// The worker of the queue.
pub fn work(state: AppState, job: Job) -> Work {
    Box::pin(async move {
        let id = job.round_id.context("the job names no round")?;
        analyse(&state.base(), &id).await?;
        state.looked_at.prepare(state.base(), &id);
        Ok(())
    })
}
