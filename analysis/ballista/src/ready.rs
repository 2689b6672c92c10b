//! Whether a cluster can sum.
//!
//! A scheduler without executors takes a job and keeps it until one comes, so nobody would learn that none is running.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a scheduler may take to say whether it has executors.
const PATIENCE: Duration = Duration::from_secs(10);
/// What is read of its answer.
const ANSWER_BYTES: u64 = 4_096;

/// Asks a scheduler for its executors (`/readyz`, on the port of all else).
///
/// # Errors
/// Why it cannot sum, for people.
pub(crate) async fn ready(scheduler: &str) -> Result<(), String> {
    let asked = timeout(PATIENCE, ask(scheduler)).await;
    let answer = asked
        .map_err(|_| format!("no answer within {} s", PATIENCE.as_secs()))?
        .map_err(|error| error.to_string())?;
    let status = answer.split(' ').nth(1).unwrap_or_default();
    let said = answer.rsplit("\r\n\r\n").next().unwrap_or_default().trim();
    match status {
        "200" => Ok(()),
        "503" => Err(format!("no executor has joined the scheduler ({said})")),
        _ => Err("what answers there is no Ballista scheduler".to_owned()),
    }
}

async fn ask(scheduler: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(scheduler).await?;
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {scheduler}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    async fn answered(answer: &'static str) -> Result<(), String> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 256];
            let read = stream.read(&mut request).await.unwrap();
            assert!(request[..read].starts_with(b"GET /readyz HTTP/1.1\r\n"));
            stream.write_all(answer.as_bytes()).await.unwrap();
        });
        let ready = ready(&address).await;
        server.await.unwrap();
        ready
    }

    #[tokio::test]
    async fn a_scheduler_without_executors_is_not_asked_to_sum() {
        let ready = answered("HTTP/1.1 200 OK\r\n\r\nready: 1 executors registered\n").await;
        assert_eq!(ready, Ok(()));
        let lonely = "HTTP/1.1 503 Service Unavailable\r\n\r\nnot ready: 0/1 executors registered\n";
        let told = answered(lonely).await.unwrap_err();
        assert!(told.contains("0/1 executors"), "{told}");
        for other in ["HTTP/1.1 404 Not Found\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", ""] {
            assert!(
                answered(other)
                    .await
                    .unwrap_err()
                    .contains("no Ballista scheduler")
            );
        }
        let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = nobody.local_addr().unwrap().to_string();
        drop(nobody);
        assert!(super::ready(&address).await.is_err());
    }
}
