//! `minyi verify` and `minyi audit verify`: is a response included, is the log whole.

use analysis::plan::Plan;
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};

use super::say;
use crate::app::Base;
use crate::roots;
use crate::store::{audit, plan_files, responses, rounds};
use crate::submit::receipt;

/// Check that the response of a receipt is included.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The receipt as printed.
    pub receipt: String,
}

/// Commands on the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Check the chain from the first entry to the last, and the seals of the plans.
    Verify,
}

/// Checks a receipt's signature, that its leaf is stored, and the proof that it is in the newest published root.
///
/// # Errors
/// When the receipt is not ours, its response is not there, or the proof does not hold.
pub async fn verify_receipt(base: &Base, arguments: &VerifyArgs) -> Result<()> {
    let receipt = receipt::verify(&base.keys.verifying_key(), &arguments.receipt)?;
    let stored = responses::by_leaf(&base.db, &receipt.leaf).await?;
    let Some(response) = stored.filter(|response| response.round_id == receipt.round) else {
        bail!("the receipt is genuine, but no response with its leaf is stored");
    };
    say(&format!("included in round {}", response.round_id));
    let Some(proof) = roots::inclusion(&base.db, &receipt.round, &receipt.leaf, None).await? else {
        say("not in a published root yet: the root of its day is published the day after, or at closing");
        return Ok(());
    };
    if !proof.holds(&base.keys.verifying_key(), &receipt.leaf) {
        bail!(
            "the log does not hold: leaf {} does not lead to root {} of epoch {}",
            receipt.leaf,
            proof.root.root,
            proof.root.epoch
        );
    }
    say(&format!(
        "leaf {} of {} in root {} of {} (epoch {}), proof of {} hashes holds",
        proof.index + 1,
        proof.root.size,
        proof.root.root,
        proof.root.day,
        proof.root.epoch,
        proof.path.len()
    ));
    Ok(())
}

/// Runs the command.
///
/// # Errors
/// When the chain is broken, the message names the entry; when a sealed plan was changed, the round.
pub async fn run(base: &Base, command: AuditCommand) -> Result<()> {
    let AuditCommand::Verify = command;
    let chain = audit::verify(&base.db, &base.keys)
        .await
        .context("the audit log does not hold")?;
    say(&format!("{} entries, head {}", chain.entries, chain.head));
    verify_seals(base).await
}

/// Checks that the plan of every sealed round is still the one whose hash was published.
async fn verify_seals(base: &Base) -> Result<()> {
    for round in rounds::list(&base.db).await? {
        let Some(seal) = round.plan_sha256 else { continue };
        let files = plan_files::read(&base.db, &base.keys, &round.id).await?;
        if !Plan::is_sealed_by(&files, &seal) {
            bail!(
                "the plan of round {} is not the one that was sealed as {seal}",
                round.id
            );
        }
        say(&format!("plan of round {} sealed as {seal}", round.id));
    }
    Ok(())
}
