//! The machine's clock is hours ahead and is put right, or is put back by mistake: what becomes of sessions, limits,
//! leases, mail, roots and receipts.

use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use crate::app::PlanCache;
use crate::auth::Role;
use crate::handlers::testing::{ROUND, Server};
use crate::mailing::run::run_all;
use crate::roots;
use crate::roots::tests::answered;
use crate::store::mailing::runs::{self, RunKey};
use crate::store::{jobs, mailing, merkle_log, outbox};

const HOUR_S: i64 = 3_600;

#[tokio::test]
async fn a_session_of_a_clock_that_was_ahead_ends_and_one_of_a_clock_a_little_ahead_lives() {
    let server = Server::start().await;
    server.account(Role::Office).await;
    let mut before = server.browser();
    before.sign_in(Role::Office).await;
    server.set_clock(5);
    // Five hours of idleness, as far as anyone can tell: one more sign-in.
    assert!(
        before
            .get("/console")
            .await
            .location()
            .starts_with("/console/login")
    );
    let mut ahead = server.browser();
    ahead.sign_in(Role::Office).await;
    assert_eq!(ahead.get("/console").await.status, 200);
    server.set_clock(-5);
    assert!(
        ahead
            .get("/console")
            .await
            .location()
            .starts_with("/console/login")
    );
    let mut right = server.browser();
    right.sign_in(Role::Office).await;
    // Another server's clock is a little behind this one's.
    server.clock.jump(SignedDuration::from_secs(-200));
    assert_eq!(right.get("/console").await.status, 200);
}

#[tokio::test]
async fn whoever_waits_after_wrong_passwords_waits_as_long_as_told_whatever_the_clock_does() {
    let server = Server::start().await;
    server.account(Role::Office).await;
    let mut browser = server.browser();
    let wrong = [("login", "office"), ("password", "wrong horse")];
    server.set_clock(5);
    for _ in 0..8 {
        browser.post("/console/login", &wrong).await;
    }
    for hours in [-5, 24, -24] {
        server.set_clock(hours);
        let refused = browser.sign_in(Role::Office).await;
        assert_eq!(refused.status, 429, "by {hours} hours: {}", refused.text);
    }
    server.wait(81);
    assert_eq!(browser.sign_in(Role::Office).await.location(), "/console");
}

#[tokio::test]
async fn mail_and_jobs_put_off_by_a_clock_that_was_ahead_are_due_at_once() {
    let server = Server::start().await;
    let (db, clock) = (&server.base.db, &server.base.clock);
    let message = |id: u128| outbox::NewMessage {
        id: Uuid::from_u128(id),
        round: ROUND.to_owned(),
        kind: "summary".to_owned(),
        recipient: "a@example.org".to_owned(),
        dedup_key: id.to_string(),
        message: Vec::new(),
    };
    server.set_clock(5);
    let ahead = clock.now_ms();
    outbox::enqueue(db, vec![message(1)], ahead).await.unwrap();
    let sending = outbox::claim(db, ahead, ahead + outbox::LEASE_MS).await.unwrap();
    assert_eq!(sending.unwrap().id, Uuid::from_u128(1));
    outbox::enqueue(db, vec![message(2)], ahead).await.unwrap();
    for id in 1..=2 {
        jobs::enqueue(db, Uuid::from_u128(id), "k", None, &json!({}), ahead, ahead)
            .await
            .unwrap();
    }
    let running = jobs::claim(db, &["k"], ahead, ahead + jobs::LEASE_MS)
        .await
        .unwrap();
    assert!(running.is_some());

    server.set_clock(-5);
    let now = clock.now_ms();
    // One that was being sent when the program ended may have been delivered: a person decides.
    assert_eq!(outbox::expire_leases(db, now).await.unwrap(), 1);
    assert!(outbox::is_due(db, now).await.unwrap());
    let next = outbox::claim(db, now, now + outbox::LEASE_MS).await.unwrap();
    assert_eq!(next.unwrap().id, Uuid::from_u128(2));
    assert_eq!(
        outbox::expire_leases(db, now).await.unwrap(),
        0,
        "a lease of now holds"
    );
    let lease = now + jobs::LEASE_MS;
    for _ in 0..2 {
        assert!(jobs::claim(db, &["k"], now, lease).await.unwrap().is_some());
    }
    assert!(jobs::claim(db, &["k"], now, lease).await.unwrap().is_none());
}

#[tokio::test]
async fn a_root_published_a_day_early_is_followed_by_one_that_holds_the_rest() {
    let server = Server::start().await;
    let publish = async || {
        roots::publish_all(&server.base).await.unwrap();
        merkle_log::roots(&server.base.db, ROUND).await.unwrap()
    };
    let first = answered(&server, "r-1").await;
    server.set_clock(24);
    assert_eq!(publish().await.len(), 1);
    server.set_clock(-24);
    let second = answered(&server, "r-2").await;
    assert_eq!(publish().await.len(), 1, "a day is published once");
    server.wait(24 * HOUR_S);
    assert_eq!(publish().await.len(), 1);
    server.wait(24 * HOUR_S);
    let published = publish().await;
    assert_eq!(published.iter().map(|root| root.size).collect::<Vec<_>>(), [1, 2]);
    assert!(published[0].day < published[1].day);
    let key = server.base.keys.verifying_key();
    for leaf in [first, second] {
        let proof = roots::inclusion(&server.base.db, ROUND, &leaf, None)
            .await
            .unwrap()
            .unwrap();
        assert!(proof.holds(&key, &leaf));
    }
    assert!(
        roots::consistency(&server.base.db, ROUND, 1, 2)
            .await
            .unwrap()
            .is_some()
    );
}

/// The schedule followed once; how many messages wait afterwards, and how the runs stand.
async fn follow(server: &Server) -> (u64, Vec<(String, i32)>) {
    run_all(&server.base, &PlanCache::default()).await.unwrap();
    let runs = runs::of_round(&server.base.db, ROUND).await.unwrap();
    let states = runs.into_iter().map(|run| (run.state, run.attempts));
    (outbox::waiting(&server.base.db).await.unwrap(), states.collect())
}

#[tokio::test]
async fn a_run_of_the_schedule_begun_by_a_clock_that_was_ahead_is_taken_up_at_once() {
    let server = Server::start().await;
    let (db, clock) = (&server.base.db, &server.base.clock);
    // Monday at nine, when the week's summary is due; the server that begins it is five hours ahead, and dies.
    server.wait((6 * 24 + 17) * HOUR_S);
    let key = RunKey {
        round: ROUND,
        kind: "weekly",
        period: "2026-11-30",
    };
    server.set_clock(5);
    let begun = runs::claim(db, key, clock.now_ms(), clock.now_ms())
        .await
        .unwrap();
    assert_eq!(begun, Some(1));
    server.set_clock(-5);
    assert_eq!(follow(&server).await, (3, vec![("done".to_owned(), 2)]));
    // The same for one that was to be tried again later.
    server.wait(7 * 24 * HOUR_S);
    let key = RunKey {
        period: "2026-12-07",
        ..key
    };
    server.set_clock(5);
    let now = clock.now_ms();
    assert_eq!(runs::claim(db, key, now, now).await.unwrap(), Some(1));
    runs::failed(db, (key, 1), "no results", now, Some(now + 600_000))
        .await
        .unwrap();
    server.set_clock(-5);
    let (messages, states) = follow(&server).await;
    assert_eq!((messages, &states[0]), (6, &("done".to_owned(), 2)));
}

#[tokio::test]
async fn a_schedule_begun_by_a_clock_that_was_ahead_begins_when_it_is_put_right() {
    let server = Server::start().await;
    let since = async || {
        mailing::find(&server.base.db, ROUND)
            .await
            .unwrap()
            .unwrap()
            .since
    };
    let opened = since().await;
    // The round was opened by a clock that was eight days ahead: without more, the next summary would not be sent.
    server.set_clock(-8 * 24);
    assert_eq!(follow(&server).await.0, 0);
    let put_right = server.base.clock.now_ms();
    assert_eq!(since().await, put_right);
    // Monday at nine, some hours before the time at which the schedule seemed to begin.
    server.wait((7 * 24 + 17) * HOUR_S);
    assert!(server.base.clock.now_ms() < opened);
    assert_eq!(follow(&server).await.0, 3);
    assert_eq!(since().await, put_right, "a schedule is begun once");
}
