//! `minyi round`: a plan folder in and out, sealing, and how a round stands.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Subcommand, ValueEnum};
use reports::sheets::Layout;
use serde::Serialize;

use super::{form, say};
use crate::app::Base;
use crate::inviting::sheets::{self, SheetOrder};
use crate::inviting::waves::{self, Wave};
use crate::inviting::{Choice, sms};
use crate::pages::Lang;
use crate::publication;
use crate::rounds::amend::Correction;
use crate::rounds::{self, files};
use crate::store::invitations::Issued;
use crate::store::{frame, invitations, outbox, sample, tallies};

mod planning;

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
    /// Publish the computed results under disclosure control, and print the publication's SHA-256.
    Publish {
        /// The round.
        id: String,
    },
    /// Take the published results back; that they were published, and why they went, stays public.
    Withdraw {
        /// The round.
        id: String,
        /// Why, in a sentence that the public page prints.
        #[arg(long)]
        reason: String,
    },
    /// Put a corrected questionnaire in the place of the one with the same form_id; answers already given stay valid.
    Amend {
        /// The round.
        id: String,
        /// The corrected workbook; new media lie beside it as in a plan folder.
        form: PathBuf,
        /// Why, in a sentence that every report prints.
        #[arg(long)]
        reason: String,
    },
    /// Put another plan folder in the place of a sealed one, in public and with a reason; refused where answers forbid it.
    PlanAmend {
        /// The round.
        id: String,
        /// The folder with the whole plan as it shall be; its frame, series and questionnaires are not read in.
        dir: PathBuf,
        /// Why, in a sentence that the public page and every report print.
        #[arg(long)]
        reason: String,
    },
    /// Every saved state of the plan and every amendment, the first one first.
    Versions {
        /// The round.
        id: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
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
    /// Print invitations as a PDF: letters of one household a page, or twelve labels a page, village by village.
    Sheets {
        /// The round.
        id: String,
        /// What to print.
        #[arg(long, value_enum, default_value = "letter")]
        layout: SheetLayout,
        /// A village or township by its code; all when absent.
        #[arg(long, value_name = "CODE")]
        village: Option<String>,
        /// A respondent group; may be given several times; all when absent.
        #[arg(long, value_name = "CODE")]
        group: Vec<String>,
        /// One case by its number.
        #[arg(long, value_name = "NUMBER")]
        case: Option<String>,
        /// Language of the sheets.
        #[arg(long, default_value = "zh", value_parser = ["zh", "en"])]
        language: String,
        /// Print case numbers and open no identity.
        #[arg(long)]
        without_names: bool,
        /// The file; it must not exist yet.
        #[arg(long)]
        out: PathBuf,
    },
    /// Print the posters of the open links as a PDF.
    Posters {
        /// The round.
        id: String,
        /// One link by the last part of its address; all when absent.
        #[arg(long)]
        link: Option<String>,
        /// Language of the posters.
        #[arg(long, default_value = "zh", value_parser = ["zh", "en"])]
        language: String,
        /// The file; it must not exist yet.
        #[arg(long)]
        out: PathBuf,
    },
    /// Write text messages for an SMS gateway as CSV: phone, text, parts.
    Sms {
        /// The round.
        id: String,
        /// A village or township by its code; all when absent.
        #[arg(long, value_name = "CODE")]
        village: Option<String>,
        /// A respondent group; may be given several times; all when absent.
        #[arg(long, value_name = "CODE")]
        group: Vec<String>,
        /// Language of the messages.
        #[arg(long, default_value = "zh", value_parser = ["zh", "en"])]
        language: String,
        /// The file; it must not exist yet.
        #[arg(long)]
        out: PathBuf,
    },
    /// Queue the invitations by e-mail, or a reminder for those who have not answered; a running server sends them.
    Email {
        /// The round.
        id: String,
        /// invitation, reminder-1 or reminder-2.
        #[arg(long, default_value = "invitation", value_parser = ["invitation", "reminder-1", "reminder-2"])]
        wave: String,
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

/// What sheets are printed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SheetLayout {
    /// One household a page.
    Letter,
    /// Twelve people a page.
    Labels,
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
pub async fn run(base: &Base, command: RoundCommand, lang: &str) -> Result<()> {
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
        RoundCommand::Publish { id } => say(&publication::publish(base, &id, None, ACTOR).await?.sha256),
        RoundCommand::Withdraw { id, reason } => {
            rounds::require(base, &id).await?;
            anyhow::ensure!(
                publication::withdraw(base, &id, &reason, ACTOR).await?,
                "轮次 {id} 没有公布的结果 · round {id} has no published results"
            );
        }
        RoundCommand::Amend { id, form, reason } => amend(base, &id, &form, reason, lang).await?,
        RoundCommand::PlanAmend { id, dir, reason } => {
            planning::amend(base, &id, files::read(&dir)?, &reason, lang).await?;
        }
        RoundCommand::Versions { id, json } => planning::versions(base, &id, json).await?,
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
        RoundCommand::Sheets {
            id,
            layout,
            village,
            group,
            case,
            language,
            without_names,
            out,
        } => {
            let order = SheetOrder {
                choice: Choice {
                    unit: village,
                    groups: group,
                    case,
                },
                layout: match layout {
                    SheetLayout::Letter => Layout::Letter,
                    SheetLayout::Labels => Layout::Labels,
                },
                lang: Lang::parse(&language).unwrap_or_default(),
                names: !without_names,
                most: None,
            };
            let plan = rounds::plan(base, &id).await?;
            let printed = sheets::make(base, &plan, &order, ACTOR).await?;
            keep(&out, &printed.pdf)?;
            say(&format!("{} pages", printed.pages));
        }
        RoundCommand::Posters {
            id,
            link,
            language,
            out,
        } => {
            let plan = rounds::plan(base, &id).await?;
            let lang = Lang::parse(&language).unwrap_or_default();
            let printed = sheets::posters(base, &plan, (link.as_deref(), lang), ACTOR).await?;
            keep(&out, &printed.pdf)?;
        }
        RoundCommand::Sms {
            id,
            village,
            group,
            language,
            out,
        } => {
            let plan = rounds::plan(base, &id).await?;
            let choice = Choice {
                unit: village,
                groups: group,
                case: None,
            };
            let lang = Lang::parse(&language).unwrap_or_default();
            let made = sms::messages(base, &plan, (&choice, lang), ACTOR).await?;
            keep(&out, &made.csv)?;
            say(&format!("{} messages, {} parts", made.messages, made.parts));
        }
        RoundCommand::Email { id, wave } => {
            let plan = rounds::plan(base, &id).await?;
            let wave = Wave::parse(&wave).context("a wave")?;
            let done = waves::queue(base, &plan, wave, ACTOR).await?;
            say(&format!(
                "{} messages queued, {} cases without an e-mail address",
                done.queued, done.without_address
            ));
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

async fn amend(base: &Base, id: &str, path: &Path, reason: String, lang: &str) -> Result<()> {
    let (file, xlsx) = form::workbook(path)?;
    let correction = Correction {
        file,
        xlsx,
        media: form::media_beside(path)?.unwrap_or_default(),
        reason,
    };
    let done = rounds::amend::amend(base, id, correction, ACTOR).await?;
    for warning in &done.warnings {
        eprintln!("{}", warning.to_line(lang));
    }
    // Twelve characters tell versions apart.
    let (old, new, held) = (&done.old_version, &done.new_version, done.held_against);
    say(&match lang {
        "en" => format!(
            "{}: version {old:.12} → {new:.12}, held against {held} answers and drafts",
            done.form
        ),
        _ => format!(
            "{}：版本 {old:.12} → {new:.12}，已和 {held} 份答卷、草稿核对",
            done.form
        ),
    });
    Ok(())
}

/// Writes a file that is not there yet.
fn keep(path: &Path, content: &[u8]) -> Result<()> {
    let written = File::create_new(path).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    written.with_context(|| path.display().to_string())?;
    say(&path.display().to_string());
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
        responses: tallies::total(&base.db, id).await?,
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
