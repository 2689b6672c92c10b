//! The demo's round of the year before: the same county as it was then, another sample, its results stored.

use std::sync::Arc;

use analysis::plan::Plan;
use analysis::results::RoundDetail;
use analysis::round::{self, RoundInput};
use anyhow::{Context, Result};

use crate::synthetic::{self, Fieldwork, Population};

/// Id of the round before.
pub(super) const ROUND: &str = "yunxi-2025";

/// Makes a plan name the round before.
pub(super) fn named(settings: &str) -> String {
    settings.replace(
        &format!("# previous = \"{ROUND}\""),
        &format!("previous = \"{ROUND}\""),
    )
}

/// Computes the round before from `respondents` answers.
pub(super) fn results(plan: &Plan, population: &Population, respondents: usize) -> Result<RoundDetail> {
    let population = population.year_before();
    let mut earlier = plan.clone();
    ROUND.clone_into(&mut earlier.round.id);
    earlier.round.year -= 1;
    earlier.round.previous = None;
    let fieldwork = Fieldwork::run(&population, &earlier, respondents)?;
    let input = RoundInput {
        plan: &earlier,
        plan_sha256: String::new(),
        groups: synthetic::group_cases(&population, &earlier, &fieldwork)?,
        criterion_scores: synthetic::criterion_scores(&population, &earlier),
        open_link_counts: Vec::new(),
        daily: Vec::new(),
        unfinished: Vec::new(),
        sittings: Vec::new(),
        previous: None,
    };
    round::compute_before(&input).context("the year before")
}

/// The same on another thread.
pub(super) fn spawn(
    plan: &Arc<Plan>,
    population: &Arc<Population>,
    respondents: usize,
) -> tokio::task::JoinHandle<Result<RoundDetail>> {
    let (plan, population) = (Arc::clone(plan), Arc::clone(population));
    tokio::task::spawn_blocking(move || results(&plan, &population, respondents))
}
