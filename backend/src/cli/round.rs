//! `minyi round`: a plan folder in and out, sealing, and how a round stands.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Subcommand;
use serde::Serialize;

use super::say;
use crate::app::Base;
use crate::rounds::{self, files};
use crate::store::invitations::Issued;
use crate::store::{frame, invitations, outbox, responses, sample};

/// Who acts, in the audit log.
const ACTOR: &str = "cli";

/// Commands on a round.
#[derive(Debug, Subcommand)]
pub enum RoundCommand {
    /// Import a plan folder as a draft.
    Import {
        /// The folder with plan.toml.
        plan_dir: PathBuf,
    },
    /// Write the plan's files as they were imported.
    Export {
        /// The round.
        id: String,
        /// An empty or new folder.
        dir: PathBuf,
    },
    /// Fix the plan and print its SHA-256.
    Seal {
        /// The round.
        id: String,
    },
    /// Draw the sample that the sealed plan describes.
    Sample {
        /// The round.
        id: String,
    },
    /// Issue invitations to the sample and write their codes as CSV: the office's to hand out, kept nowhere else.
    Invite {
        /// The round.
        id: String,
        /// The file for the codes; it must not exist yet.
        #[arg(long)]
        out: PathBuf,
    },
    /// Open a sealed round for responses.
    Open {
        /// The round.
        id: String,
    },
    /// Close a round.
    Close {
        /// The round.
        id: String,
    },
    /// How the round stands.
    Status {
        /// The round.
        id: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

/// How a round stands.
#[derive(Debug, Serialize)]
struct Status {
    id: String,
    state: String,
    plan_sha256: Option<String>,
    frame: u64,
    sample: u64,
    /// By group and state.
    invitations: BTreeMap<String, BTreeMap<String, u64>>,
    responses: u64,
    /// Messages by state.
    outbox: BTreeMap<String, i64>,
}

/// Runs the command.
///
/// # Errors
/// When the plan has faults, the round does not exist or is in another state, or a folder cannot be used.
pub async fn run(base: &Base, command: RoundCommand) -> Result<()> {
    match command {
        RoundCommand::Import { plan_dir } => {
            let imported = rounds::import(base, &files::read(&plan_dir)?, ACTOR).await?;
            say(&format!(
                "{}: {} units, {} forms, {} rows of the frame",
                imported.round, imported.units, imported.forms, imported.frame
            ));
        }
        RoundCommand::Export { id, dir } => {
            let exported = rounds::export(base, &id, ACTOR).await?;
            files::write(&dir, &exported)?;
            say(&format!("{}: {} files", dir.display(), exported.len()));
        }
        RoundCommand::Seal { id } => say(&rounds::seal(base, &id, ACTOR).await?),
        RoundCommand::Sample { id } => {
            say(&format!(
                "{} cases drawn",
                rounds::draw_sample(base, &id, ACTOR).await?
            ));
        }
        RoundCommand::Invite { id, out } => {
            // Opened first: codes that cannot be written down must not be issued.
            let file = File::create_new(&out).with_context(|| out.display().to_string())?;
            let issued = rounds::invite(base, &id, ACTOR).await?;
            write_codes(base, &issued, file).with_context(|| out.display().to_string())?;
            say(&format!("{}: {} invitations", out.display(), issued.len()));
        }
        RoundCommand::Open { id } => rounds::open(base, &id, ACTOR).await?,
        RoundCommand::Close { id } => rounds::close(base, &id, ACTOR).await?,
        RoundCommand::Status { id, json } => {
            let status = status(base, &id).await?;
            if json {
                say(&serde_json::to_string_pretty(&status)?);
            } else {
                show(&status);
            }
        }
    }
    Ok(())
}

fn write_codes(base: &Base, issued: &[Issued], file: File) -> Result<()> {
    let mut writer = csv::Writer::from_writer(file);
    writer.write_record(["case_id", "group", "code", "url"])?;
    for invitation in issued {
        let code = invitation.code.to_string();
        let url = format!("{}/r/{code}", base.config.base_url);
        writer.write_record([&invitation.case_id, &invitation.group, &code, &url])?;
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error())?
        .sync_all()?;
    Ok(())
}

async fn status(base: &Base, id: &str) -> Result<Status> {
    let round = rounds::require(base, id).await?;
    let mut by_group: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for invitation in invitations::list(&base.db, id).await? {
        *by_group
            .entry(invitation.group)
            .or_default()
            .entry(invitation.state)
            .or_default() += 1;
    }
    Ok(Status {
        id: round.id,
        state: round.state,
        plan_sha256: round.plan_sha256,
        frame: frame::count(&base.db, id).await?,
        sample: sample::count(&base.db, id).await?,
        invitations: by_group,
        responses: responses::count(&base.db, id).await?,
        outbox: outbox::counts(&base.db, id).await?.into_iter().collect(),
    })
}

fn show(status: &Status) {
    say(&format!("{}: {}", status.id, status.state));
    say(&format!(
        "plan_sha256  {}",
        status.plan_sha256.as_deref().unwrap_or("-")
    ));
    say(&format!("frame        {}", status.frame));
    say(&format!("sample       {}", status.sample));
    for (group, states) in &status.invitations {
        let states: Vec<String> = states
            .iter()
            .map(|(state, count)| format!("{state} {count}"))
            .collect();
        say(&format!("{group:<12} {}", states.join(", ")));
    }
    say(&format!("responses    {}", status.responses));
    for (state, count) in &status.outbox {
        say(&format!("mail {state:<7} {count}"));
    }
}
