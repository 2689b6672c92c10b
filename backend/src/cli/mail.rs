//! `minyi mail`: queues the leadership group's summaries, or writes them as files.

use std::path::PathBuf;

use analysis::results::RoundDetail;
use anyhow::{Context, Result, bail};
use clap::Args;

use crate::app::Base;
use crate::mailing::recipients::{self, gets};
use crate::mailing::schedule::Kind;
use crate::rounds;
use crate::store::results;
use crate::summaries::{self, Reason};

/// Queue the summaries; a running server with `MINYI_SMTP_URL` sends them.
#[derive(Debug, Args)]
pub struct MailArgs {
    /// The round.
    pub id: String,
    /// Write `.eml` files into this folder and queue nothing.
    #[arg(long, value_name = "DIR")]
    pub dry_run: Option<PathBuf>,
}

/// What was done.
#[derive(Debug, PartialEq, Eq)]
pub enum Done {
    /// So many messages were queued, of so many in all: the others were queued before.
    Queued(u64, usize),
    /// These files were written.
    Written(Vec<PathBuf>),
}

/// Makes the messages and queues or writes them.
///
/// # Errors
/// When nothing has been computed, or a message, the outbox or the folder cannot be written.
pub async fn run(base: &Base, arguments: MailArgs) -> Result<Done> {
    let plan = rounds::plan(base, &arguments.id).await?;
    let Some((_, detail)) = results::get::<RoundDetail>(&base.db, &arguments.id).await? else {
        bail!(
            "round {0:?} has not been computed yet; run `minyi analyse {0}` first",
            arguments.id
        );
    };
    let overdue = summaries::overdue(base, &arguments.id).await?;
    let all = recipients::of_round(base, &base.db, &plan).await?;
    // Who works for a judged unit gets what the schedule sends at the end, and nothing of an unfinished round.
    let to: Vec<_> = all.into_iter().filter(|row| gets(row, Kind::Weekly)).collect();
    let letters = {
        let base = base.clone();
        tokio::task::spawn_blocking(move || {
            summaries::letters(&base, &plan, &detail, overdue.as_ref(), &to, &Reason::OnRequest)
        })
        .await??
    };
    let Some(dir) = arguments.dry_run else {
        let all = letters.len();
        let queued = summaries::queue(&base.db, base, &arguments.id, letters).await?;
        return Ok(Done::Queued(queued, all));
    };
    std::fs::create_dir_all(&dir).with_context(|| dir.display().to_string())?;
    let mut written = Vec::new();
    for (number, letter) in (1..).zip(letters) {
        let path = dir.join(format!("{}-{}-{number}.eml", arguments.id, summaries::KIND));
        std::fs::write(&path, letter.message).with_context(|| path.display().to_string())?;
        written.push(path);
    }
    Ok(Done::Written(written))
}
