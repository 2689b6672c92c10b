//! Everything dies, again and again, while people answer and mail goes out: server, PostgreSQL and mail server are killed in
//! a random order with a fixed seed. Afterwards every acknowledged response is there once, none is there that nobody was
//! told of, and no mail was delivered twice.
//!
//! Mail: SMTP cannot tell a mail that was taken from one that was not when the connection breaks before the answer. Such
//! a message becomes `unknown` and is sent again only by a person (`store/outbox.rs`). So: what is `sent` was delivered
//! exactly once, what is `unknown` at most once, there are at most as many of these as there were deaths, and after the
//! office has looked and queued what did not arrive, everything was delivered exactly once.
//!
//! `MINYI_CHAOS_SECONDS=600 cargo test --workspace --test e2e chaos` goes on for ten minutes; otherwise each kind of death
//! comes once.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use minyi_tests::answers;
use minyi_tests::command::free_port;
use minyi_tests::demo::{self, DemoFile};
use minyi_tests::postgres::Postgres;
use minyi_tests::responding::{Acknowledged, Bodies, Crowd, WhenBroken, assert_all_known, leaf_of};
use minyi_tests::server::Server;
use minyi_tests::smtp::{Certificates, Smtp};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Deaths in the short form.
const SHORT: u64 = DEATHS.len() as u64;
const CLIENTS: usize = 12;
/// Mails that are queued before each death.
const MAILS: u64 = 4;

/// What dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Death {
    Server,
    Told,
    Database,
    Mail,
    ServerAndDatabase,
    ServerAndMail,
    Everything,
}

const DEATHS: [Death; 7] = [
    Death::Server,
    Death::Told,
    Death::Database,
    Death::Mail,
    Death::ServerAndDatabase,
    Death::ServerAndMail,
    Death::Everything,
];

/// A number of a fixed stream, below `bound`.
fn chance(step: u64, what: &str, bound: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (demo::SEED, step, what).hash(&mut hasher);
    hasher.finish() % bound
}

/// All that runs, and how to start it again where it was.
struct Scene {
    data: TempDir,
    dir: TempDir,
    postgres: Postgres,
    url: String,
    certificates: Certificates,
    ports: (u16, u16),
    server: Option<Server>,
    smtp: Option<Smtp>,
    /// Deaths in the middle of which a mail may have been under way.
    deaths: u64,
}

impl Scene {
    fn new() -> Self {
        let (data, shared) = demo::copy_on_postgres();
        let postgres = Postgres::start();
        let url = postgres.copy_from(Postgres::shared(), &shared);
        let dir = TempDir::new().expect("a temporary folder");
        std::fs::create_dir(dir.path().join("inbox")).expect("the inbox");
        let mut scene = Self {
            certificates: Certificates::make(dir.path()),
            data,
            dir,
            postgres,
            url,
            ports: (free_port(), free_port()),
            server: None,
            smtp: None,
            deaths: 0,
        };
        scene.revive();
        scene
    }

    fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.0)
    }

    /// Starts what is dead, the database first.
    fn revive(&mut self) {
        if self.smtp.is_none() {
            let inbox = self.dir.path().join("inbox");
            self.smtp = Some(Smtp::start(&self.certificates, &inbox, self.ports.1));
        }
        if self.server.is_none() {
            let mail = Smtp::url(self.ports.1);
            let authority = self.certificates.authority().display().to_string();
            let settings = [
                ("DATABASE_URL", self.url.as_str()),
                ("MINYI_SMTP_URL", mail.as_str()),
                ("MINYI_SMTP_CA", authority.as_str()),
            ];
            self.server = Some(Server::start_on(self.ports.0, self.data.path(), &settings));
        }
    }

    fn kill(&mut self, death: Death) {
        self.deaths += 1;
        let (server, database, mail) = match death {
            Death::Server | Death::Told => (true, false, false),
            Death::Database => (false, true, false),
            Death::Mail => (false, false, true),
            Death::ServerAndDatabase => (true, true, false),
            Death::ServerAndMail => (true, false, true),
            Death::Everything => (true, true, true),
        };
        if mail {
            // Its drop is kill -9.
            self.smtp = None;
        }
        if database {
            self.postgres.stop();
        }
        if let Some(running) = self.server.take_if(|_| server) {
            if death == Death::Told {
                running.terminate();
                assert!(running.ended().success(), "it does not end as told");
            } else {
                running.kill();
            }
        }
        if database {
            self.postgres.resume();
        }
        self.revive();
    }

    fn ask(&self, query: &str) -> String {
        self.postgres.ask(&self.url, query)
    }

    /// Queues mails, each with a subject of its own.
    fn queue_mail(&self, step: u64) {
        let now = "(extract(epoch from now()) * 1000)::bigint";
        let text = "'From: minyi@localhost' || E'\\r\\n' || 'To: reader@example.org' || E'\\r\\n' || 'Subject: chaos ' \
                    || n || E'\\r\\n\\r\\n' || 'text' || E'\\r\\n'";
        let (from, to) = (step * MAILS, (step + 1) * MAILS - 1);
        self.ask(&format!(
            "INSERT INTO outbox (id, round_id, kind, recipient, dedup_key, message, state, attempts, next_attempt_at, \
             created_at) SELECT gen_random_uuid(), 'chaos', 'chaos', 'reader@example.org', 'chaos ' || n, \
             convert_to({text}, 'UTF8'), 'queued', 0, {now}, {now} FROM generate_series({from}, {to}) n"
        ));
    }

    /// How often each subject arrived.
    fn arrived(&self) -> BTreeMap<String, u64> {
        let mut arrived = BTreeMap::new();
        let mails = self.smtp.as_ref().expect("a mail server").received();
        for mail in mails {
            let subject = mail["subject"].as_str().unwrap_or_default();
            // Nothing else goes out, but what the round itself may be due to send.
            if subject.starts_with("chaos ") {
                *arrived.entry(subject.to_owned()).or_insert(0) += 1;
            }
        }
        arrived
    }

    /// Subjects of the mails in a state.
    fn in_state(&self, state: &str) -> Vec<String> {
        let query =
            format!("SELECT dedup_key FROM outbox WHERE kind = 'chaos' AND state = '{state}' ORDER BY 1");
        self.ask(&query).lines().map(str::to_owned).collect()
    }

    fn wait_until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !holds(self) {
            let printed = self.server.as_ref().map(Server::printed).unwrap_or_default();
            assert!(
                begun.elapsed().as_secs() < 60,
                "{what}: waited for too long\n{printed}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Nothing is queued or under way any more. A message whose sender died keeps its lease of ten minutes: they pass.
    fn mail_settles(&self) {
        self.wait_until("the queue", |scene| scene.in_state("queued").is_empty());
        self.ask("UPDATE outbox SET lease_until = 0 WHERE kind = 'chaos' AND state = 'sending'");
        self.wait_until("the leases", |scene| scene.in_state("sending").is_empty());
    }
}

#[test]
fn whatever_dies_every_response_is_there_once_and_no_mail_comes_twice() {
    let mut scene = Scene::new();
    let runtime = Runtime::new().expect("a runtime");
    let demo = DemoFile::read(scene.data.path());
    let base_url = scene.base_url();
    let bodies = Bodies::new(&base_url, &demo, answers::minimal_resident());
    let bodies = runtime.block_on(bodies);
    let before: usize = scene
        .ask("SELECT count(*) FROM responses")
        .parse()
        .expect("a number");
    scene.ask("UPDATE outbox SET state = 'held' WHERE state = 'queued'");
    let crowd = Crowd::start(&runtime, CLIENTS, &base_url, &bodies, WhenBroken::SendAgain);
    let asked = std::env::var("MINYI_CHAOS_SECONDS").ok();
    let seconds = asked.map(|text| text.parse().expect("MINYI_CHAOS_SECONDS is a number of seconds"));
    let begun = Instant::now();
    let mut step = 0;
    while seconds.map_or(step < SHORT, |seconds: u64| begun.elapsed().as_secs() < seconds) {
        scene.queue_mail(step);
        crowd.wait_for(|seen| &seen.accepted, 20 + chance(step, "answers", 100));
        // Each kind comes as often as any other, in another order each time.
        let death = DEATHS[((step + chance(step / 7, "order", 7)) % 7) as usize];
        scene.kill(death);
        step += 1;
    }
    crowd.wait_for(|seen| &seen.accepted, 50);
    let acknowledged = crowd.stop(&runtime);
    assert_responses(&scene, &runtime, before, &acknowledged);
    assert_mail(&scene, step * MAILS);
    println!(
        "{step} deaths in {:?}: {} responses, each there once; {} mails, each there once",
        begun.elapsed(),
        acknowledged.len(),
        step * MAILS
    );
}

/// Every client sends each response until it is acknowledged, so that there are exactly as many as were acknowledged.
fn assert_responses(scene: &Scene, runtime: &Runtime, before: usize, acknowledged: &[Acknowledged]) {
    let rows = scene.ask("SELECT id || ' ' || leaf FROM responses");
    let stored: BTreeMap<&str, &str> = rows.lines().filter_map(|line| line.split_once(' ')).collect();
    assert_eq!(stored.len(), before + acknowledged.len());
    for sent in acknowledged {
        let id = sent.body["id"].as_str().expect("an id");
        assert_eq!(stored.get(id), Some(&leaf_of(&sent.receipt).as_str()), "{id}");
    }
    let some = &acknowledged[acknowledged.len().saturating_sub(200)..];
    assert_all_known(runtime, &scene.base_url(), some);
    assert_eq!(
        scene.ask("SELECT count(*) - count(DISTINCT leaf) FROM responses"),
        "0"
    );
}

fn assert_mail(scene: &Scene, queued: u64) {
    scene.mail_settles();
    let (sent, unknown) = (scene.in_state("sent"), scene.in_state("unknown"));
    assert_eq!((sent.len() + unknown.len()) as u64, queued, "{unknown:?}");
    assert!(
        unknown.len() as u64 <= scene.deaths,
        "{unknown:?} after {} deaths",
        scene.deaths
    );
    let arrived = scene.arrived();
    assert!(arrived.values().all(|count| *count == 1), "{arrived:?}");
    for subject in &sent {
        assert!(
            arrived.contains_key(subject),
            "{subject} counts as sent and never came"
        );
    }
    // The office looks which of the doubtful ones arrived, and queues the others again.
    let lost: Vec<&String> = unknown
        .iter()
        .filter(|subject| !arrived.contains_key(*subject))
        .collect();
    for subject in &lost {
        scene.ask(&format!(
            "UPDATE outbox SET state = 'queued', attempts = 0, next_attempt_at = 0 WHERE dedup_key = '{subject}'"
        ));
    }
    scene.mail_settles();
    let arrived = scene.arrived();
    assert_eq!(arrived.len() as u64, queued);
    assert!(arrived.values().all(|count| *count == 1), "{arrived:?}");
}
