use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use jiff::SignedDuration;

use super::*;
use crate::clock::{Clock, FixedClock};

/// Counts its reads, each of which takes as long as it is told.
#[derive(Clone)]
struct Source {
    clock: Arc<FixedClock>,
    reads: Arc<AtomicU32>,
    fails: Arc<AtomicBool>,
}

impl Source {
    fn new() -> (Self, Kept<u32>) {
        let clock = Arc::new(FixedClock::at("2026-11-23T08:00:00Z".parse().unwrap()));
        let shared: SharedClock = clock.clone();
        let own = Self {
            clock,
            reads: Arc::default(),
            fails: Arc::default(),
        };
        (own, Kept::new(&shared))
    }

    fn read(&self, took: Duration) -> impl Future<Output = Result<u32, StoreError>> + Send + 'static {
        let own = self.clone();
        async move {
            tokio::task::yield_now().await;
            own.wait(took);
            if own.fails.load(Ordering::Relaxed) {
                return Err(StoreError::Corrupt {
                    table: "t",
                    what: String::new(),
                });
            }
            Ok(own.reads.fetch_add(1, Ordering::Relaxed))
        }
    }

    fn wait(&self, time: Duration) {
        self.clock.advance(SignedDuration::try_from(time).unwrap());
    }

    fn count(&self) -> u32 {
        self.reads.load(Ordering::Relaxed)
    }
}

const LONG: Duration = Duration::from_secs(2);

/// What runs behind the page comes to its end.
async fn settle() {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_is_read_soon_is_read_anew_each_time() {
    let (source, kept) = Source::new();
    for n in 0..3 {
        let seen = kept.get("r", source.read(SLOW / 2)).await.unwrap();
        assert_eq!((*seen.of, seen.as_of), (n, None));
    }
}

#[tokio::test]
async fn what_takes_long_is_shown_at_once_with_its_moment_and_read_behind_the_page() {
    let (source, kept) = Source::new();
    let get = || kept.get("r", source.read(LONG));
    let first = source.clock.now_ms();
    assert_eq!(get().await.unwrap().as_of, None);
    let seen = get().await.unwrap();
    assert_eq!((*seen.of, seen.as_of, source.count()), (0, Some(first), 1));
    source.wait(LONG * (TIMES + 1));
    // Old enough: still shown at once, whoever asks, and read again once.
    let second = source.clock.now_ms();
    for _ in 0..3 {
        assert_eq!(get().await.unwrap().as_of, Some(first));
    }
    settle().await;
    let seen = get().await.unwrap();
    assert_eq!((*seen.of, seen.as_of, source.count()), (1, Some(second), 2));
    // Far too old: it is waited for.
    source.wait(OLD.max(LONG * OLD_TIMES) * 2);
    let seen = get().await.unwrap();
    assert_eq!((*seen.of, seen.as_of), (2, None));
}

#[tokio::test]
async fn many_who_ask_at_once_wait_for_one_long_read() {
    let (source, kept) = Source::new();
    let get = || kept.get("r", source.read(LONG));
    let (a, b, c) = tokio::join!(get(), get(), get());
    assert_eq!([*a.unwrap().of, *b.unwrap().of, *c.unwrap().of], [0, 0, 0]);
    assert_eq!(source.count(), 1);
    assert_eq!(*kept.get("other", source.read(SLOW)).await.unwrap().of, 1);
}

#[tokio::test]
async fn a_read_that_fails_is_told_and_not_hidden_by_an_older_one() {
    let (source, kept) = Source::new();
    let get = || kept.get("r", source.read(LONG));
    get().await.unwrap();
    source.fails.store(true, Ordering::Relaxed);
    source.wait(LONG * (TIMES + 1));
    // Nobody knows yet.
    get().await.unwrap();
    settle().await;
    assert!(get().await.is_err());
    source.fails.store(false, Ordering::Relaxed);
    assert_eq!(*get().await.unwrap().of, 1);
}
