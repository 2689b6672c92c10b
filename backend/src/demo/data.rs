//! What the demo publishes: the round's results, while answers are still coming in.

use anyhow::Result;

use super::ACTOR;
use crate::app::Base;
use crate::publication;

/// Publishes the round's results.
pub(super) async fn publish(base: &Base, round: &str) -> Result<()> {
    publication::publish(base, round, None, ACTOR).await?;
    Ok(())
}
