//! Clients that cost little: the machine is measured, and they run on it. Each has one connection, sends bytes made
//! beforehand with a new id in their place, and reads as much of the answer as tells that it is whole.

use std::io::ErrorKind;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;

/// How fast requests are sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    /// The next as soon as the last is answered.
    Full,
    /// So many a second in all, at times fixed beforehand: what waits because another took long counts as waiting.
    PerSecond(f64),
}

/// A request as it goes over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    address: String,
    bytes: Vec<u8>,
    /// Where the id stands, if it has one.
    id_at: Option<usize>,
    expected: u16,
}

impl Template {
    /// Posts a response, each time under another id.
    pub(crate) fn post(base_url: &str, body: &Value) -> Self {
        let address = base_url.trim_start_matches("http://").to_owned();
        let id = body["id"].as_str().expect("an id").to_owned();
        let body = body.to_string();
        let head = "POST /api/v1/responses HTTP/1.1\r\nContent-Type: application/json\r\n";
        let length = body.len();
        let text = format!("{head}Host: {address}\r\nContent-Length: {length}\r\n\r\n{body}");
        Self {
            id_at: text.find(&id),
            address,
            bytes: text.into_bytes(),
            expected: 201,
        }
    }

    /// Gets a page.
    pub(crate) fn get(base_url: &str, path: &str) -> Self {
        let address = base_url.trim_start_matches("http://").to_owned();
        let text = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
        Self {
            address,
            bytes: text.into_bytes(),
            id_at: None,
            expected: 200,
        }
    }
}

/// What came of a load.
#[derive(Debug)]
pub(crate) struct Load {
    /// Microseconds of each request, sorted.
    waits: Vec<u64>,
    time: Duration,
}

impl Load {
    /// Requests answered as expected.
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 requests")]
    pub(crate) fn count(&self) -> f64 {
        self.waits.len() as f64
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.count() / self.time.as_secs_f64()
    }

    /// The wait that this share of the requests did not exceed, in milliseconds.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of far fewer than 2^52 requests"
    )]
    pub(crate) fn quantile_ms(&self, share: f64) -> f64 {
        let at = (self.count() * share).ceil() as usize;
        let wait = self.waits.get(at.saturating_sub(1)).copied().unwrap_or(0);
        wait as f64 / 1000.0
    }
}

/// Sends requests over so many connections for so long.
pub(crate) async fn run(template: &Template, connections: usize, time: Duration, pace: Pace) -> Result<Load> {
    let template = Arc::new(template.clone());
    let begun = Instant::now();
    let clients: Vec<_> = (0..connections)
        .map(|nth| {
            let template = Arc::clone(&template);
            let interval = match pace {
                Pace::Full => None,
                Pace::PerSecond(rate) => {
                    let every = Duration::from_secs_f64(1.0 / rate);
                    let connections = u32::try_from(connections).unwrap_or(u32::MAX);
                    let nth = u32::try_from(nth).unwrap_or(u32::MAX);
                    Some((every * nth, every * connections))
                }
            };
            tokio::spawn(client(template, begun, time, interval))
        })
        .collect();
    let mut waits = Vec::new();
    for client in clients {
        waits.extend(client.await??);
    }
    waits.sort_unstable();
    Ok(Load {
        waits,
        time: begun.elapsed(),
    })
}

/// One connection: when the first request is due, and how long after each the next.
async fn client(
    template: Arc<Template>,
    begun: Instant,
    time: Duration,
    interval: Option<(Duration, Duration)>,
) -> Result<Vec<u64>> {
    let mut stream = TcpStream::connect(&template.address).await?;
    stream.set_nodelay(true)?;
    let mut bytes = template.bytes.clone();
    let mut buffer = vec![0; 64 * 1024];
    let mut waits = Vec::new();
    let mut due = interval.map(|(first, _)| begun + first);
    while begun.elapsed() < time {
        let from = match due {
            Some(at) => {
                tokio::time::sleep_until(at.into()).await;
                at
            }
            None => Instant::now(),
        };
        if let Some(at) = template.id_at {
            let id = uuid::Uuid::new_v4().to_string();
            bytes[at..at + id.len()].copy_from_slice(id.as_bytes());
        }
        send(&stream, &bytes).await?;
        let status = receive(&mut stream, &mut buffer).await?;
        ensure!(status == template.expected, "the server answers {status}");
        waits.push(u64::try_from(from.elapsed().as_micros())?);
        if let (Some(at), Some((_, every))) = (&mut due, interval) {
            *at += every;
        }
    }
    Ok(waits)
}

async fn send(stream: &TcpStream, mut bytes: &[u8]) -> Result<()> {
    while !bytes.is_empty() {
        stream.writable().await?;
        match stream.try_write(bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Reads one answer and gives its status. The server says how long its answers are.
async fn receive(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<u16> {
    let mut filled = 0;
    let mut head = None;
    loop {
        // A read that does not fill the buffer tells by itself that there is no more, and saves one that finds nothing.
        let read = std::future::poll_fn(|context| {
            let mut free = ReadBuf::new(&mut buffer[filled..]);
            let polled = Pin::new(&mut *stream).poll_read(context, &mut free);
            polled.map_ok(|()| free.filled().len())
        });
        match read.await? {
            0 => bail!("the connection ended"),
            read => filled += read,
        }
        if head.is_none() {
            head = read_head(&buffer[..filled])?;
        }
        if let Some((status, whole)) = head {
            ensure!(whole <= buffer.len(), "an answer of {whole} bytes");
            if filled >= whole {
                return Ok(status);
            }
        }
    }
}

/// Status and length of an answer, once its head is there.
fn read_head(bytes: &[u8]) -> Result<Option<(u16, usize)>> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&bytes[..end])?;
    let status = head.split(' ').nth(1).context("a status")?.parse()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim())
    });
    let length: usize = length.context("a length")?.parse()?;
    Ok(Some((status, end + 4 + length)))
}
