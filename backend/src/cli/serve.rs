//! `minyi serve`: the server, its jobs and its mail, until it is told to stop.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing_subscriber::EnvFilter;

use crate::app::{AppState, Base, PlanCache};
use crate::jobs::make_reports;
use crate::jobs::queue::{self, Registry};
use crate::jobs::send_mail::MailWorker;
use crate::jobs::{analyse, publish_roots, run_mailing};
use crate::mail::compose::parse_mailbox;
use crate::mail::dkim::Signer;
use crate::mail::transport::SmtpRelay;
use crate::router::router;
use crate::summaries::DEFAULT_SENDER;

/// How often what was measured is summed up.
const METRICS_UPKEEP: Duration = Duration::from_secs(5);

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

/// Logs to standard error; `RUST_LOG` chooses what.
pub fn log_lines() {
    let mut filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    // At its most talkative it writes the database's URL with its password.
    if let Ok(quiet) = "sea_orm=info".parse() {
        filter = filter.add_directive(quiet);
    }
    // A second call finds the first one's subscriber in place.
    let _installed = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
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
/// When a mail setting is at fault or the listener breaks.
pub async fn serve(
    base: Base,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let (stopping, stopped) = watch::channel(false);
    let mail = mail_worker(&base)?.map(|worker| tokio::spawn(worker.run(stopped.clone())));
    let roots = tokio::spawn(publish_roots::keep(base.clone(), stopped.clone()));
    let mailing = tokio::spawn(run_mailing::keep(base.clone(), stopped.clone()));
    let (state, background) = base.into_state();
    let jobs = tokio::spawn(queue::run(state.clone(), registry(), stopped.clone()));
    tokio::spawn(keep_metrics_small(state.metrics.clone(), stopped));
    let app = router(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, app).with_graceful_shutdown(stop).await;
    let _nobody_left_to_tell = stopping.send(true);
    finish(state, [Some(jobs), Some(roots), Some(mailing), mail]).await;
    // The writer ends when the last state is gone and every response handed in is written.
    background.writer.await.context("the writer of responses")?;
    served.context("the listener")
}

/// Sums up what was measured; without it, samples that nobody asks for would gather in memory.
async fn keep_metrics_small(metrics: PrometheusHandle, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        metrics.run_upkeep();
        tokio::select! {
            () = tokio::time::sleep(METRICS_UPKEEP) => {}
            changed = stopped.changed() => if changed.is_err() { return },
        }
    }
}

/// What can be queued.
fn registry() -> Registry {
    Registry::default()
        .with(analyse::KIND, analyse::work)
        .with(make_reports::KIND, make_reports::work)
}

async fn finish(state: AppState, workers: [Option<JoinHandle<()>>; 4]) {
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
