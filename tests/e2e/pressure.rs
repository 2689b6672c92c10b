//! More than a server can do, and strangers who mean no good: it stays upright, and the next person is answered.
//!
//! Everything is on the loopback interface and bounded. `MINYI_IDLE_CONNECTIONS=10000` opens that many (with
//! `ulimit -n 32000`); otherwise as many as the usual limit on descriptors leaves room for, at most 1,000.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use minyi_tests::answers;
use minyi_tests::demo::{self, DemoFile};
use minyi_tests::postgres::Postgres;
use minyi_tests::responding::{Bodies, post};
use minyi_tests::server::{Server, fetch};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use serde_json::Value;
use tokio::runtime::Runtime;

/// A person is answered within so long, whatever others do.
const SOON: Duration = Duration::from_secs(1);
/// Memory that strangers may cost in all.
const MEMORY_KIB: u64 = 200 * 1024;

/// A server, and what is needed to talk to it.
struct Scene {
    server: Server,
    runtime: Runtime,
    bodies: Bodies,
}

impl Scene {
    fn new(data: &Path, settings: &[(&str, &str)]) -> Self {
        let server = Server::start(data, settings);
        let runtime = Runtime::new().expect("a runtime");
        let demo = DemoFile::read(data);
        let bodies = Bodies::new(&server.base_url, &demo, answers::minimal_resident());
        let bodies = runtime.block_on(bodies);
        Self {
            server,
            runtime,
            bodies,
        }
    }

    fn connect(&self) -> TcpStream {
        let address = self.server.base_url.trim_start_matches("http://");
        let stream = TcpStream::connect(address).expect("a connection");
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .expect("a socket");
        stream
    }

    /// A request to the API as it goes over the wire.
    fn wire(&self, body: &Value) -> Vec<u8> {
        let body = body.to_string();
        let head = "POST /api/v1/responses HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
        format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    }

    /// Sends a response as a person does, and says how long the answer took.
    fn respond(&self) -> (u16, Duration) {
        let begun = Instant::now();
        let client = reqwest::Client::new();
        let body = self.bodies.next();
        let sent = post(&client, &self.server.base_url, &body);
        let (status, ..) = self.runtime.block_on(sent).expect("an answer");
        (status, begun.elapsed())
    }

    fn assert_answers_soon(&self) {
        let (status, took) = self.respond();
        assert_eq!(status, 201);
        assert!(took < SOON, "{took:?}");
    }
}

/// Sends `bytes` and reads the status line of the answer; the server may stop reading in between.
fn status_of(stream: &mut TcpStream, bytes: &[u8]) -> u16 {
    let _cut_off = stream.write_all(bytes);
    let mut answer = [0; 64];
    let read = stream.read(&mut answer).unwrap_or(0);
    let line = String::from_utf8_lossy(&answer[..read]).into_owned();
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    status.unwrap_or_else(|| {
        panic!(
            "{line:?} to {:?}…",
            String::from_utf8_lossy(&bytes[..bytes.len().min(80)])
        )
    })
}

#[test]
fn clients_that_vanish_in_the_middle_leave_no_transaction_open() {
    let (data, url) = demo::copy_on_postgres();
    let scene = Scene::new(data.path(), &[("DATABASE_URL", url.as_str())]);
    let vanish = || {
        for nth in 0..32 {
            let wire = scene.wire(&scene.bodies.next());
            let sent = match nth % 4 {
                0 => wire.len(),
                1 => wire.len() - 20,
                2 => wire.len() / 3,
                _ => 20,
            };
            scene.connect().write_all(&wire[..sent]).expect("bytes are sent");
        }
        // Pages that write, left before they answer.
        let page = b"POST /console/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 27\r\n\
            Content-Type: application/x-www-form-urlencoded\r\n\r\nlogin=office&password=wrong";
        for _ in 0..8 {
            scene.connect().write_all(page).expect("bytes are sent");
        }
    };
    for _ in 0..3 {
        vanish();
        scene.assert_answers_soon();
    }
    let open = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' \
                AND datname = current_database() AND state_change < now() - interval '300 ms'";
    assert_eq!(Postgres::shared().ask(&url, open), "0");
}

#[test]
fn idle_slow_and_hostile_connections_cost_little_and_end() {
    let data = demo::copy();
    let scene = Scene::new(data.path(), &[("MINYI_IDLE_SECONDS", "2")]);
    scene.assert_answers_soon();
    let before = scene.server.resident_kib();

    let mut idle: Vec<TcpStream> = (0..idle_connections()).map(|_| scene.connect()).collect();
    scene.assert_answers_soon();
    // A head that grows by a byte now and then, which no pause between bytes gives away.
    let mut slow: Vec<TcpStream> = (0..100).map(|_| scene.connect()).collect();
    let begun = Instant::now();
    let mut head = b"GET / HTTP/1.1\r\nHost: localhost\r\nX: "
        .iter()
        .chain([&b'x'; 10_000]);
    let mut grow = || {
        let next = *head.next().expect("a byte");
        slow.iter_mut().all(|stream| stream.write_all(&[next]).is_ok())
    };
    while grow() {
        assert!(begun.elapsed().as_secs() < 10, "a head may grow for ever");
        std::thread::sleep(Duration::from_millis(100));
    }
    scene.assert_answers_soon();
    for stream in idle.iter_mut().chain(&mut slow) {
        let mut rest = Vec::new();
        // Closed, with or without a word.
        let _reset = stream.read_to_end(&mut rest);
    }
    let open = scene.server.figure("minyi_connections_open");
    assert!(open < 50.0, "{open} connections are open");

    let sized = |length: &str, extra: &str| {
        format!(
            "POST /api/v1/responses HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             {length}\r\n{extra}\r\n"
        )
        .into_bytes()
    };
    let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
    for _ in 0..20 {
        let huge = sized("Content-Length: 1000000000", "");
        assert_eq!(status_of(&mut scene.connect(), &huge), 413);
        let endless = [sized("Transfer-Encoding: chunked", ""), chunk.repeat(6)].concat();
        assert_eq!(status_of(&mut scene.connect(), &endless), 411);
        let deep = [sized("Content-Length: 200000", ""), vec![b'['; 200_000]].concat();
        assert_eq!(status_of(&mut scene.connect(), &deep), 400);
        // A small body that claims to unfold to a large one is read as it is.
        let packed = [
            sized("Content-Length: 20", "Content-Encoding: gzip\r\n"),
            vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ]
        .concat();
        assert_eq!(status_of(&mut scene.connect(), &packed), 400);
        let head = [b"GET / HTTP/1.1\r\nX: ".to_vec(), vec![b'x'; 200_000]].concat();
        assert_eq!(status_of(&mut scene.connect(), &head), 431);
    }
    scene.assert_answers_soon();
    let grown = scene.server.resident_kib().saturating_sub(before);
    assert!(grown < MEMORY_KIB, "{grown} KiB more than before");
}

/// How many connections to leave idle.
fn idle_connections() -> usize {
    if let Ok(asked) = std::env::var("MINYI_IDLE_CONNECTIONS") {
        return asked.parse().expect("MINYI_IDLE_CONNECTIONS is a number");
    }
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find(|line| line.starts_with("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().nth(3)?.parse::<usize>().ok());
    soft.map_or(500, |soft| (soft / 2).min(1_000))
}

#[test]
fn more_connections_than_places_are_told_to_come_back() {
    let data = demo::copy();
    let scene = Scene::new(
        data.path(),
        &[("MINYI_MAX_CONNECTIONS", "10"), ("MINYI_IDLE_SECONDS", "2")],
    );
    let mut held: Vec<TcpStream> = (0..10).map(|_| scene.connect()).collect();
    let mut beyond = scene.connect();
    let mut answer = String::new();
    beyond.read_to_string(&mut answer).expect("an answer");
    assert!(
        answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after"),
        "{answer}"
    );
    for stream in &mut held {
        let _reset = stream.read(&mut [0; 1]);
    }
    scene.assert_answers_soon();
}

/// Holds the SQLite database's write lock, so that whatever wants to write waits.
async fn hold(data: &Path) -> DatabaseConnection {
    let url = format!("sqlite://{}", data.join("minyi.db").display());
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await.expect("the database");
    db.execute_unprepared("BEGIN IMMEDIATE").await.expect("the lock");
    db
}

#[test]
fn overload_is_answered_with_a_time_to_come_back_and_passes() {
    let data = demo::copy();
    let scene = Scene::new(data.path(), &[("MINYI_MAX_REQUESTS", "8")]);
    scene.runtime.block_on(async {
        let lock = hold(data.path()).await;
        let base_url = scene.server.base_url.as_str();
        let (answered, mut answers) = tokio::sync::mpsc::channel(40);
        for _ in 0..40 {
            let (url, body, answered) = (base_url.to_owned(), scene.bodies.next(), answered.clone());
            tokio::spawn(async move {
                let answer = post(&reqwest::Client::new(), &url, &body).await;
                answered
                    .send(answer.expect("an answer"))
                    .await
                    .expect("the test goes on");
            });
        }
        // Eight are inside and wait for the lock; everybody else has an answer soon.
        for _ in 0..32 {
            let (status, wait, reply) = answers.recv().await.expect("an answer");
            assert_eq!((status, wait), (503, Some(2)), "{reply}");
            assert_eq!(reply["error"], "busy");
        }
        let page = fetch(base_url, "/").expect("a page");
        assert!(page.0 == 503 && page.1.contains("retry-after: 2"), "{}", page.1);
        assert_eq!(fetch(base_url, "/readyz").expect("an answer").0, 200);
        lock.execute_unprepared("COMMIT")
            .await
            .expect("the lock is given back");
        for _ in 0..8 {
            assert_eq!(answers.recv().await.expect("an answer").0, 201);
        }
    });
    scene.assert_answers_soon();
    assert!(
        scene
            .server
            .figure("minyi_requests_shed_total{reason=\"no_place\"}")
            >= 32.0
    );
}

#[test]
fn a_server_told_to_stop_answers_what_is_under_way() {
    let data = demo::copy();
    let scene = Scene::new(data.path(), &[("MINYI_MAX_REQUESTS", "1")]);
    let body = scene.bodies.next();
    let lock = scene.runtime.block_on(hold(data.path()));
    let mut under_way = scene.connect();
    under_way.write_all(&scene.wire(&body)).expect("bytes are sent");
    // The only place is taken once another request is told so.
    let taken = |path: &str| fetch(&scene.server.base_url, path).expect("an answer").0 == 503;
    while !taken("/api/v1/openapi.json") {}
    scene.server.terminate();
    while fetch(&scene.server.base_url, "/readyz").is_some() {}
    let given = lock.execute_unprepared("COMMIT");
    scene.runtime.block_on(given).expect("the lock is given back");
    assert_eq!(status_of(&mut under_way, b""), 201);
    let status = scene.server.ended();
    assert!(status.success(), "{status}");

    let server = Server::start(data.path(), &[]);
    let client = reqwest::Client::new();
    let again = post(&client, &server.base_url, &body);
    assert_eq!(scene.runtime.block_on(again).expect("an answer").0, 200);
}
