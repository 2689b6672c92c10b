//! `minyi serve`: the server, its jobs and its mail, until it is told to stop.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing_subscriber::EnvFilter;

use crate::app::{AppState, Base, PlanCache};
use crate::config::capacity;
use crate::jobs::make_reports;
use crate::jobs::queue::{self, Registry};
use crate::jobs::send_mail::MailWorker;
use crate::jobs::{
    analyse, count_ahead, count_sittings, erase_due, measure, publish_roots, run_mailing, shuffle_traces,
};
use crate::mail::compose::parse_mailbox;
use crate::mail::dkim::Signer;
use crate::mail::transport::SmtpRelay;
use crate::router::router;
use crate::serving;
use crate::summaries::DEFAULT_SENDER;

/// Time between the starts of two works of the background.
const APART: Duration = Duration::from_millis(150);

/// Serves until SIGINT or SIGTERM.
///
/// # Errors
/// When the address is taken or a setting is at fault.
pub async fn run(base: Base) -> Result<()> {
    log_lines();
    let listener = bind(base.config.listen).await?;
    tracing::info!(address = %base.config.listen, base_url = base.config.base_url, "serving");
    serve(base, listener, stop_signal()).await
}

/// Logs to standard error; `RUST_LOG` chooses what, and `MINYI_LOG=json` writes one JSON object a line, for programs.
pub fn log_lines() {
    let mut filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    // At its most talkative it writes the database's URL with its password.
    if let Ok(quiet) = "sea_orm=info".parse() {
        filter = filter.add_directive(quiet);
    }
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second call finds the first one's subscriber in place.
    let _installed = match std::env::var("MINYI_LOG").as_deref() {
        Ok("json") => lines.json().flatten_event(true).try_init(),
        _ => lines.try_init(),
    };
}

/// Takes the address.
///
/// # Errors
/// When it is taken or not this machine's; the message names it.
pub async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address} (MINYI_LISTEN): is another program using the port?")
    })
}

/// Serves on `listener` until `stop` ends, then finishes what was acknowledged and what is under way.
///
/// # Errors
/// When a mail setting is at fault.
pub async fn serve(
    base: Base,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let (stopping, stopped) = watch::channel(false);
    let mail = mail_worker(&base)?.map(|worker| tokio::spawn(worker.run(stopped.clone())));
    let roots = later(1, &stopped, publish_roots::keep(base.clone(), stopped.clone()));
    let sittings = later(2, &stopped, count_sittings::keep(base.clone(), stopped.clone()));
    let mailing = later(3, &stopped, run_mailing::keep(base.clone(), stopped.clone()));
    let traces = later(4, &stopped, shuffle_traces::keep(base.clone(), stopped.clone()));
    let erasing = later(5, &stopped, erase_due::keep(base.clone(), stopped.clone()));
    let (state, background) = base.into_state();
    let jobs = tokio::spawn(queue::run(state.clone(), registry(), stopped.clone()));
    let counts = later(6, &stopped, count_ahead::once(state.clone(), stopped.clone()));
    let measures = later(7, &stopped, measure::keep(state.clone(), stopped.clone()));
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let capacity = state.config.capacity.within(capacity::descriptors(&limits));
    tracing::info!(
        connections = capacity.connections,
        requests = capacity.requests,
        "capacity"
    );
    serving::serve(listener, router(state.clone()), capacity, stop).await;
    tracing::info!("stopping: no new requests, those under way were answered");
    let _nobody_left_to_tell = stopping.send(true);
    finish(
        state,
        [
            Some(jobs),
            Some(roots),
            Some(sittings),
            Some(mailing),
            Some(traces),
            Some(erasing),
            Some(measures),
            Some(counts),
            mail,
        ],
    )
    .await;
    // The writer ends when the last state is gone and every response handed in is written.
    background.writer.await.context("the writer of responses")
}

/// Starts the `nth` of the works that look for something to do at once: one after the other, so that a start opens no
/// more connections to the database than the server then needs. Each connection keeps what it has read.
fn later(
    nth: u32,
    stopped: &watch::Receiver<bool>,
    work: impl Future<Output = ()> + Send + 'static,
) -> JoinHandle<()> {
    let mut stopped = stopped.clone();
    tokio::spawn(async move {
        let stops = tokio::select! {
            () = tokio::time::sleep(APART * nth) => false,
            _ = stopped.wait_for(|stop| *stop) => true,
        };
        if !stops {
            work.await;
        }
    })
}

/// What can be queued.
fn registry() -> Registry {
    Registry::default()
        .with(analyse::KIND, analyse::work)
        .with(make_reports::KIND, make_reports::work)
}

async fn finish(state: AppState, workers: [Option<JoinHandle<()>>; 9]) {
    drop(state);
    for worker in workers.into_iter().flatten() {
        if let Err(error) = worker.await {
            tracing::error!(%error, "a worker did not end well");
        }
    }
}

fn mail_worker(base: &Base) -> Result<Option<MailWorker>> {
    if let Some(signer) = Signer::of(&base.config)? {
        tracing::info!(dns = signer.dns_name(), "mail is signed by DKIM");
    }
    let Some(url) = &base.config.smtp_url else {
        tracing::info!("MINYI_SMTP_URL is not set: mail waits in the outbox");
        return Ok(None);
    };
    let sender = base.config.mail_from.as_deref().unwrap_or(DEFAULT_SENDER);
    Ok(Some(MailWorker {
        base: base.clone(),
        plans: PlanCache::default(),
        relay: SmtpRelay::new(url, base.config.smtp_ca.as_deref())?,
        from: parse_mailbox(sender).context("MINYI_MAIL_FROM")?.email,
    }))
}

/// Ends on SIGINT or SIGTERM.
pub async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = interrupt => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(error) => {
                tracing::warn!(%error, "SIGTERM cannot be heard");
                // Without any signal to wait for, the server goes on until it is killed.
                if interrupt.await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        }
    }
    #[cfg(not(unix))]
    let _signal = interrupt.await;
}
