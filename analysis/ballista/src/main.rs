//! Sums of archived measures on an Apache DataFusion Ballista cluster.
//!
//! ```text
//! minyi-ballista scheduler --bind-host 10.0.0.1 --bind-port 50050
//! minyi-ballista executor  --scheduler-host 10.0.0.1 --vcores 8        on each machine that sums
//! minyi-ballista sum       --scheduler 10.0.0.1:50050 < job.json       what `minyi federate country --engine` calls
//! ```
//!
//! Scheduler and executor are those of the crates `ballista-scheduler` and `ballista-executor` with all their options
//! (`--help`), and with S3: region, endpoint and credentials come from each process's own environment (`AWS_REGION`,
//! `AWS_ENDPOINT`, `AWS_ACCESS_KEY_ID`, …) and never travel in a job. Ballista itself asks nobody for a password: its ports
//! belong into a network that only these machines reach.

mod job;
mod ready;
mod statement;
mod sums;

use std::error::Error;
use std::io::{BufWriter, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use ballista_core::object_store::{
    runtime_env_with_s3_support, session_config_with_s3_support, session_state_with_s3_support,
};
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_executor::health::spawn_health_server;
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::start_server;
use clap::{Args, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

/// Sums of archived measures on a Ballista cluster.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the cluster's scheduler.
    Scheduler(Box<ballista_scheduler::config::Config>),
    /// Run an executor.
    Executor(Box<ballista_executor::config::Config>),
    /// Sum measures; the job is read from standard input (JSON), a line of JSON is written for each county and
    /// perspective.
    Sum(SumArgs),
}

#[derive(Debug, Args)]
struct SumArgs {
    /// Host and port of the scheduler.
    #[arg(long)]
    scheduler: String,
    /// Into how many parts each step of the sums is split; some for each core of the cluster.
    #[arg(long, env = "MINYI_BALLISTA_PARTS", default_value_t = 16)]
    parts: usize,
    /// How many seconds the sums of a perspective may take. Ballista has moments in which it does not notice that an
    /// executor is lost, and waits for ever.
    #[arg(long, env = "MINYI_BALLISTA_PATIENCE", default_value_t = 3_600)]
    patience: u64,
}

/// Plans of many columns are deep; the stack is as ballista's own scheduler has it.
const STACK: usize = 32 << 20;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK)
        .build();
    let done = match runtime {
        // A thread of that runtime has the stack; the main thread has not.
        Ok(runtime) => runtime.block_on(async {
            let run =
                tokio::spawn(async move { run(arguments.command).await.map_err(|error| error.to_string()) });
            run.await.map_err(|error| error.to_string()).and_then(|done| done)
        }),
        Err(error) => Err(error.to_string()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), Box<dyn Error + Send + Sync>> {
    match command {
        Command::Scheduler(config) => {
            log(&config.log_level_setting);
            let address = format!("{}:{}", config.bind_host, config.bind_port).parse()?;
            let config = SchedulerConfig::try_from(*config)?
                .with_override_config_producer(Arc::new(session_config_with_s3_support))
                .with_override_session_builder(Arc::new(session_state_with_s3_support));
            let cluster = BallistaCluster::new_from_config(&config).await?;
            start_server(cluster, address, Arc::new(config)).await?;
        }
        Command::Executor(config) => {
            log(&config.log_level_setting);
            let health = format!("{}:{}", config.bind_host, config.bind_health_port).parse()?;
            let mut config = ExecutorProcessConfig::try_from(*config)?;
            config.override_config_producer = Some(Arc::new(session_config_with_s3_support));
            config.override_runtime_producer = Some(Arc::new(runtime_env_with_s3_support));
            let (stop, stopped) = tokio::sync::oneshot::channel();
            let health = spawn_health_server(health, config.health.clone(), stopped);
            let ran = start_executor_process(Arc::new(config)).await;
            // The health server may have ended by itself, for a port that another program has.
            let _ = stop.send(());
            let _ = health.await;
            ran?;
        }
        Command::Sum(arguments) => {
            log("warn");
            let job = job::Job::read(std::io::stdin().lock())?;
            ready::ready(&arguments.scheduler).await?;
            let mut out = BufWriter::new(std::io::stdout());
            let patience = Duration::from_secs(arguments.patience);
            sums::sum(&arguments.scheduler, arguments.parts, patience, &job, &mut out).await?;
            out.flush()?;
        }
    }
    Ok(())
}

/// Logs to standard error; `RUST_LOG` comes before `level`.
fn log(level: &str) {
    let filter = std::env::var(EnvFilter::DEFAULT_ENV).unwrap_or_else(|_| level.to_owned());
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .with_env_filter(EnvFilter::new(filter))
        .init();
}
