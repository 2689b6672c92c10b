//! The command line (design §5): parse, call, choose the exit code.
//!
//! 0 done; 1 the input is at fault, with a message on standard error; 2 usage; 3 the environment (database, network,
//! disk). Results go to standard output, everything said on the way to standard error.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use tokio::runtime::Builder;

use crate::app::Base;
use crate::config::{Config, ConfigError};

pub mod analyse;
pub mod archive;
pub mod audit;
pub mod backup;
pub mod demo;
pub mod doctor;
pub mod erase;
pub mod estimate;
pub mod failure;
pub mod federate;
pub mod form;
pub mod keys;
pub mod mail;
mod progress;
pub mod records;
pub mod replicate;
pub mod report;
pub mod responses;
pub mod results;
pub mod round;
pub mod serve;
pub mod staff;
mod threads;

use failure::Failure;

/// Satisfaction surveys and third-party evaluation of services for disabled people.
#[derive(Debug, Parser)]
#[command(name = "minyi", version)]
pub struct Cli {
    /// Settings file (TOML); the environment wins over it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Language of messages about input: zh or en.
    #[arg(long, global = true, default_value = "zh", value_parser = ["zh", "en"])]
    lang: String,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::DemoArgs),
    /// Run the server.
    Serve,
    /// Import, export, seal or look at a round.
    #[command(subcommand)]
    Round(round::RoundCommand),
    /// Check a questionnaire.
    #[command(subcommand)]
    Form(form::FormCommand),
    /// Staff accounts.
    #[command(subcommand)]
    Staff(staff::StaffCommand),
    /// Bring responses in, or take them out.
    #[command(subcommand)]
    Responses(responses::ResponsesCommand),
    /// Administrative series of a round.
    #[command(subcommand)]
    Series(records::SeriesCommand),
    /// Newer frames of a round.
    #[command(subcommand)]
    Frame(records::FrameCommand),
    /// The register of service institutions of a round.
    #[command(subcommand)]
    Services(records::ServicesCommand),
    /// Take computed results out, or bring in those of a round before.
    #[command(subcommand)]
    Results(results::ResultsCommand),
    Estimate(estimate::EstimateArgs),
    Replicate(replicate::ReplicateArgs),
    Archive(archive::ArchiveArgs),
    /// A province from its counties, and the country, without seeing persons.
    #[command(subcommand)]
    Federate(federate::FederateCommand),
    Analyse(analyse::AnalyseArgs),
    Report(report::ReportArgs),
    Mail(mail::MailArgs),
    Verify(audit::VerifyArgs),
    /// Check the audit log.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    Backup(backup::BackupArgs),
    Restore(backup::RestoreArgs),
    Erase(erase::EraseArgs),
    /// The key file: which keys it holds, and a new one for identities.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Look at settings, disk, database, keys, clock, fonts and mail, and say how to mend what is wrong.
    Doctor,
}

/// Runs the program with the process's arguments.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let lang = cli.lang.clone();
    let outcome = runtime_for(&cli)
        .build()
        .map_err(|error| Failure::Environment(error.to_string()))
        .and_then(|runtime| {
            let outcome = runtime
                .block_on(dispatch(cli))
                .map_err(|error| Failure::of(&error, &lang));
            // A computation that nobody waits for any more must not hold up the end.
            runtime.shutdown_timeout(std::time::Duration::from_secs(1));
            outcome
        });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{}", failure.message());
            ExitCode::from(failure.exit_code())
        }
    }
}

/// The threads on which a command runs: as many as there are processors, or as `TOKIO_WORKER_THREADS` says; of a server,
/// see [`threads`].
fn runtime_for(cli: &Cli) -> Builder {
    let mut runtime = Builder::new_multi_thread();
    runtime.enable_all();
    if matches!(cli.command, Command::Serve)
        && std::env::var_os("TOKIO_WORKER_THREADS").is_none()
        && let Ok(processors) = std::thread::available_parallelism()
        // Settings that are at fault are told when the command reads them.
        && let Ok(config) = load_config(cli.config.as_deref())
    {
        runtime.worker_threads(threads::of_server(&config.database_url, processors.get()));
    }
    runtime
}

async fn dispatch(cli: Cli) -> Result<()> {
    match cli.command {
        Command::Form(command) => form::run(command, &cli.lang),
        Command::Estimate(arguments) => estimate::run(&arguments),
        Command::Replicate(arguments) => replicate::run(&arguments),
        Command::Archive(arguments) => {
            archive::run(&open(cli.config.as_deref()).await?, &arguments, &cli.lang).await
        }
        Command::Federate(command) => federate::run(cli.config.as_deref(), command, &cli.lang).await,
        Command::Demo(arguments) => demo::run(load_config(cli.config.as_deref())?, arguments).await,
        Command::Serve => serve::run(open(cli.config.as_deref()).await?).await,
        Command::Round(command) => round::run(&open(cli.config.as_deref()).await?, command, &cli.lang).await,
        Command::Staff(command) => staff::run(&open(cli.config.as_deref()).await?, command, &cli.lang).await,
        Command::Responses(command) => responses::run(&open(cli.config.as_deref()).await?, command).await,
        Command::Series(command) => {
            records::series(&open(cli.config.as_deref()).await?, command, &cli.lang).await
        }
        Command::Frame(command) => records::frame(&open(cli.config.as_deref()).await?, command).await,
        Command::Services(command) => {
            records::services(&open(cli.config.as_deref()).await?, command, &cli.lang).await
        }
        Command::Results(command) => results::run(&open(cli.config.as_deref()).await?, command).await,
        Command::Analyse(arguments) => analyse::run(&open(cli.config.as_deref()).await?, arguments).await,
        Command::Report(arguments) => {
            print_paths(&report::run(&open(cli.config.as_deref()).await?, arguments).await?);
            Ok(())
        }
        Command::Mail(arguments) => {
            match mail::run(&open(cli.config.as_deref()).await?, arguments).await? {
                mail::Done::Queued(new, all) => say(&format!("{new} of {all} messages queued")),
                mail::Done::Written(paths) => print_paths(&paths),
            }
            Ok(())
        }
        Command::Verify(arguments) => {
            audit::verify_receipt(&open(cli.config.as_deref()).await?, &arguments).await
        }
        Command::Audit(command) => audit::run(&open(cli.config.as_deref()).await?, command).await,
        Command::Backup(arguments) => {
            backup::write(&open(cli.config.as_deref()).await?, &arguments, &cli.lang).await
        }
        Command::Restore(arguments) => {
            backup::restore(&load_config(cli.config.as_deref())?, &arguments, &cli.lang).await
        }
        Command::Erase(arguments) => {
            erase::run(&open(cli.config.as_deref()).await?, &arguments, &cli.lang).await
        }
        Command::Keys(command) => keys::run(&open(cli.config.as_deref()).await?, command, &cli.lang).await,
        Command::Doctor => doctor::run(load_config(cli.config.as_deref()), &cli.lang).await,
    }
}

fn load_config(file: Option<&std::path::Path>) -> Result<Config, ConfigError> {
    Config::load(file, &|name| std::env::var(name).ok())
}

async fn open(file: Option<&std::path::Path>) -> Result<Base> {
    Ok(Base::open(load_config(file)?).await?)
}

fn print_paths(paths: &[PathBuf]) {
    for path in paths {
        say(&path.display().to_string());
    }
}

/// A line of a command's result, on standard output.
#[expect(
    clippy::print_stdout,
    reason = "the one place where commands answer on standard output"
)]
pub(crate) fn say(line: &str) {
    println!("{line}");
}
