//! The listener: every connection has a place, a time for the head of each request, and an end.
//!
//! A stranger who opens thousands of connections and sends a byte now and then costs a place for as long as a head may
//! take; one who does not read costs a place for as long as the kernel waits for him. Beyond the places connections
//! are answered 503 at once, so that descriptors are left for the database.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::config::capacity::Capacity;

/// Longest head of a request, and most that is kept of an answer for a client that reads slowly.
const BUFFER_BYTES: usize = 64 * 1024;
/// Longest that sent bytes may wait for a client to take them.
const UNREAD: Duration = Duration::from_secs(60);
/// How long requests under way may take when the server is told to stop.
const GRACE: Duration = Duration::from_secs(30);
/// Pause when no connection can be accepted.
const PAUSE: Duration = Duration::from_millis(100);
/// What a connection without a place is told.
const NO_PLACE: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// Serves until `stop` ends; then requests under way are answered, and no new ones accepted.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    capacity: Capacity,
    stop: impl Future<Output = ()> + Send,
) {
    let places = Arc::new(Semaphore::new(capacity.connections));
    let (closing, closed) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            Some(_ended) = connections.join_next(), if !connections.is_empty() => show_open(connections.len()),
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => match Arc::clone(&places).try_acquire_owned() {
                    Ok(place) => {
                        let held = Held { peer, idle: capacity.idle, _place: place };
                        connections.spawn(connection(stream, held, router.clone(), closed.clone()));
                        show_open(connections.len());
                    }
                    Err(_) => turn_away(&stream),
                },
                Err(error) if is_of_one_client(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "no connection can be accepted; trying again");
                    tokio::time::sleep(PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    // Without connections there is nobody to tell.
    let _told = closing.send(true);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, all_ended).await.is_err() {
        tracing::warn!("requests that took longer than the grace period were cut off");
    }
    // Cuts off what is left, and with it the last holders of the state.
    connections.shutdown().await;
}

/// A connection that has a place.
struct Held {
    peer: SocketAddr,
    idle: Duration,
    _place: OwnedSemaphorePermit,
}

async fn connection(stream: TcpStream, held: Held, router: Router, mut closing: watch::Receiver<bool>) {
    if let Err(error) = prepare(&stream) {
        tracing::debug!(%error, "a connection cannot be prepared");
    }
    let peer = held.peer;
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(held.idle)
        .max_buf_size(BUFFER_BYTES);
    let mut served = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        () = told(&mut closing) => {
            served.as_mut().graceful_shutdown();
            served.as_mut().await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Ends when the server stops.
async fn told(closing: &mut watch::Receiver<bool>) {
    // Ends as well when nobody is left who could tell.
    let _told = closing.wait_for(|closing| *closing).await;
}

/// Small answers leave at once; who does not take them is not waited for.
fn prepare(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    #[cfg(target_os = "linux")]
    socket2::SockRef::from(stream).set_tcp_user_timeout(Some(UNREAD))?;
    Ok(())
}

/// Says that there is no place, as far as the socket takes it without waiting.
fn turn_away(stream: &TcpStream) {
    metrics::counter!("minyi_connections_refused_total").increment(1);
    // What the client has sent is taken first: bytes left unread would make the kernel drop the answer.
    let mut sent = [0; 4_096];
    let _taken = stream.try_read(&mut sent);
    let _said = stream.try_write(NO_PLACE);
}

fn show_open(open: usize) {
    metrics::gauge!("minyi_connections_open").set(u32::try_from(open).map_or(f64::MAX, f64::from));
}

/// Faults of accepting that concern one client alone.
fn is_of_one_client(error: &std::io::Error) -> bool {
    use std::io::ErrorKind as K;
    matches!(
        error.kind(),
        K::ConnectionRefused | K::ConnectionAborted | K::ConnectionReset
    )
}
