//! `minyi replicate`: recomputes every published figure from a replication bundle.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::say;
use crate::publication::bundle;

/// Differences listed before the rest is only counted.
const LISTED: usize = 20;

/// Recompute every published figure from a replication bundle, and compare digit by digit.
#[derive(Debug, Args)]
pub struct ReplicateArgs {
    /// The bundle: replication.zip of a round's public page.
    bundle: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// When the bundle cannot be read, or a figure does not follow from its statistics.
pub fn run(arguments: &ReplicateArgs) -> Result<()> {
    let place = arguments.bundle.display().to_string();
    let bytes = std::fs::read(&arguments.bundle).with_context(|| place.clone())?;
    let found = bundle::replicate(&bytes).with_context(|| place.clone())?;
    for (figure, published, again) in found.differing.iter().take(LISTED) {
        say(&format!("{figure}: {published:?} ≠ {again:?}"));
    }
    for figure in found.unmatched.iter().take(LISTED) {
        say(&format!(
            "{figure}: 公布的数和统计量对不上 · figure and statistic do not match"
        ));
    }
    let wrong = found.differing.len() + found.unmatched.len();
    if !found.holds() {
        bail!("{place}: {wrong} 个数没有复算出来 · {wrong} figures could not be recomputed");
    }
    let compared = found.compared;
    say(&format!(
        "{place}: {compared} 个数全部复算一致 · all {compared} figures recomputed to the last digit"
    ));
    Ok(())
}
