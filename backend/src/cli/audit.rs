//! `minyi verify`, `minyi audit verify` and `export`: is a response included, is the log whole, and what does it say.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use analysis::plan::Plan;
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use serde_json::json;

use super::say;
use crate::app::Base;
use crate::handlers::roots::RootsBody;
use crate::keys::Keys;
use crate::roots;
use crate::store::audit::{self, AuditRow, Chain, Entry};
use crate::store::{begin, merkle_log, plan_files, responses, rounds};
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
    /// Check the chain from the first entry to the last, that it holds what every root was published over, and the seals
    /// of the plans.
    Verify {
        /// Roots that somebody kept, as `/api/v1/rounds/ID/roots` gave them: whoever can write the database may have
        /// taken entries and roots away together.
        #[arg(long, value_name = "FILE")]
        roots: Vec<PathBuf>,
        /// Check an exported log instead of the database's.
        #[arg(long, value_name = "FILE", conflicts_with = "roots")]
        exported: Option<PathBuf>,
    },
    /// Write every entry with its hash, one JSON object a line.
    Export {
        /// The file; standard output where none is given.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// Entries that are read at once.
const PAGE_SIZE: u64 = 5_000;

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
/// When the chain is broken, the message names the entry; when a sealed plan was changed, the round; when a file cannot
/// be read or written.
pub async fn run(base: &Base, command: AuditCommand) -> Result<()> {
    match command {
        AuditCommand::Export { out } => export(base, out.as_deref()).await,
        AuditCommand::Verify {
            exported: Some(file), ..
        } => {
            let chain = verify_exported(&base.keys, &file)?;
            say(&format!("{} entries, head {}", chain.entries, chain.head));
            Ok(())
        }
        AuditCommand::Verify { roots: kept, .. } => {
            let chain = audit::verify(&base.db, &base.keys)
                .await
                .context("the audit log does not hold")?;
            say(&format!("{} entries, head {}", chain.entries, chain.head));
            verify_anchors(base, &chain, &kept).await?;
            verify_seals(base).await
        }
    }
}

/// Writes the log, a page at a time.
async fn export(base: &Base, out: Option<&Path>) -> Result<()> {
    let mut file: Box<dyn Write> = match out {
        Some(path) => {
            let file = File::create(path).with_context(|| path.display().to_string())?;
            Box::new(BufWriter::new(file))
        }
        None => Box::new(std::io::stdout().lock()),
    };
    let (mut after, mut count) = (None, 0_u64);
    loop {
        let rows = audit::page(&base.db, after, PAGE_SIZE).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.seq);
        for row in &rows {
            serde_json::to_writer(&mut file, row)?;
            file.write_all(b"\n")?;
            count += 1;
        }
    }
    file.flush()?;
    let tx = begin(&base.db).await?;
    let entry = Entry {
        actor: "cli".to_owned(),
        action: "audit.export".to_owned(),
        subject: "audit".to_owned(),
        detail: json!({ "entries": count }),
    };
    audit::append(&tx, &base.keys, base.clock.now_ms(), entry).await?;
    tx.commit().await?;
    if let Some(path) = out {
        say(&format!("{count} entries in {}", path.display()));
    }
    Ok(())
}

/// Checks an exported log as the one in the database is checked.
fn verify_exported(keys: &Keys, path: &Path) -> Result<Chain> {
    let place = || path.display().to_string();
    let file = BufReader::new(File::open(path).with_context(place)?);
    let mut chain = Chain::empty();
    for (number, line) in (1..).zip(file.lines()) {
        let line = line.with_context(place)?;
        let row: AuditRow = serde_json::from_str(&line)
            .with_context(|| format!("{}, line {number}: not an entry", place()))?;
        chain = chain
            .with(keys, row)
            .with_context(|| format!("{}, line {number}: the audit log does not hold", place()))?;
    }
    Ok(chain)
}

/// Checks that the log holds what roots were published over: those of the database, and those that somebody kept.
async fn verify_anchors(base: &Base, chain: &Chain, kept: &[PathBuf]) -> Result<()> {
    let mut published = Vec::new();
    for round in rounds::list(&base.db).await? {
        published.extend(merkle_log::roots(&base.db, &round.id).await?);
    }
    for path in kept {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let body: RootsBody = serde_json::from_str(&text).with_context(|| {
            format!(
                "{}: not the roots of a round as /api/v1/rounds/ID/roots gives them",
                path.display()
            )
        })?;
        published.extend(body.into_signed());
    }
    match roots::check_anchors(&base.db, &base.keys.verifying_key(), &published).await? {
        Some(entry) => say(&format!(
            "published roots vouch for entries 1 to {entry}; {} came later",
            chain.entries - entry
        )),
        None => say("no published root vouches for the log yet: the next one will"),
    }
    Ok(())
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
