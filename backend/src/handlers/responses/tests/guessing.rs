//! What a guesser can learn from how much work an answer costs: the same statements are sent to the database, in the same
//! order, for every guess that is wrong, however near it comes to a code. Counted rather than timed, so that it holds on
//! every machine; `tests/e2e/timing.rs` measures the times on demand.
//!
//! That a guess is right can be seen from the answer itself; 60 random bits and the limits on guessing stand against that
//! (`auth/limit.rs`). What must not be seen is that one is nearly right: a code is looked up by its keyed hash, so that
//! its neighbours are nowhere near it.

use std::sync::{Arc, Mutex};

use super::*;
use crate::auth::Role;
use crate::codes::Code;
use crate::handlers::testing::{PASSWORD, Reply};

/// A code that was never issued, as the real one but for its last symbols.
fn near(code: &str) -> String {
    let symbols: Vec<char> = code.replace('-', "").chars().collect();
    let alphabet: Vec<char> = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".chars().collect();
    let tries = alphabet
        .iter()
        .flat_map(|last| alphabet.iter().map(move |check| (last, check)));
    let mut found = tries.filter_map(|(last, check)| {
        let guess: String = symbols[..11].iter().chain([last, check]).collect();
        (guess != code.replace('-', ""))
            .then(|| Code::parse(&guess).ok())
            .flatten()
    });
    found.next().unwrap().to_string()
}

/// What was sent to the database meanwhile.
fn taken(seen: &Arc<Mutex<Vec<String>>>) -> Vec<String> {
    std::mem::take(&mut seen.lock().unwrap())
}

/// A page without the address in which the guess itself stands.
fn shown(reply: &Reply, guess: &str) -> (StatusCode, String) {
    (reply.status, reply.text.replace(guess, "CODE"))
}

#[tokio::test]
async fn every_wrong_code_costs_the_same_work_on_pages_and_in_the_api() {
    let api = Api::start().await;
    let issued = api.code("c1").await;
    let withdrawn = api.code("c2").await;
    let code = Code::parse(&withdrawn).unwrap();
    let row = invitations::by_code(&api.server.base.db, &api.server.base.keys, &code).await;
    invitations::withdraw(&api.server.base.db, row.unwrap().unwrap().id)
        .await
        .unwrap();
    let (server, seen) = api.server.watched();
    let api = Api { server, ..api };
    let far = Code::parse("0000-0000-0001-2").unwrap().to_string();
    let near = near(&issued);
    assert_ne!(near[..13], far[..13]);
    assert_eq!(near[..12], issued[..12]);

    let (mut pages, mut replies) = (Vec::new(), Vec::new());
    // Once for the caches of the first visit.
    for guess in [&far, &far, &near, &withdrawn] {
        taken(&seen);
        let page = api.server.browser().get(&format!("/r/{guess}")).await;
        pages.push((shown(&page, guess), taken(&seen)));
        let reply = api.post(&api.body(7, guess)).await;
        replies.push((reply, taken(&seen)));
        // Broken off before the answers are looked at.
        let mut broken = api.body(7, guess);
        broken["answers"] = json!({ "nothing": "1" });
        let reply = api.post(&broken).await;
        replies.push((reply, taken(&seen)));
    }
    assert_eq!(pages[1].0.0, StatusCode::NOT_FOUND);
    assert!(!pages[1].1.is_empty() && !replies[2].1.is_empty());
    for page in &pages[2..] {
        assert_eq!(page, &pages[1]);
    }
    let [
        _,
        _,
        far_whole,
        far_broken,
        near_whole,
        near_broken,
        withdrawn_whole,
        withdrawn_broken,
    ] = &replies[..]
    else {
        panic!("eight replies");
    };
    assert_eq!(far_whole.0.0, 404);
    assert_eq!((near_whole, near_broken), (far_whole, far_broken));
    // A code that was taken back opens nothing, and is answered like one that never was; whoever can count its one
    // statement more has learnt of a code that is worth nothing.
    assert_eq!(
        (&withdrawn_whole.0, &withdrawn_broken.0),
        (&far_whole.0, &far_broken.0)
    );
}

#[tokio::test]
async fn a_wrong_name_costs_the_same_work_as_a_wrong_password() {
    let (server, seen) = Server::start().await.watched();
    server.account(Role::Office).await;
    let mut costs = Vec::new();
    for (login, password) in [
        ("office", "wrong horse"),
        ("office", "wrong horse"),
        ("nobody", "wrong horse"),
        ("nobody", PASSWORD),
    ] {
        taken(&seen);
        let reply = server
            .browser()
            .post("/console/login", &[("login", login), ("password", password)])
            .await;
        costs.push((shown(&reply, login), taken(&seen)));
    }
    assert!(!costs[1].1.is_empty());
    for cost in &costs[2..] {
        assert_eq!(cost, &costs[1]);
    }
}

#[tokio::test]
async fn codes_of_one_round_are_as_far_apart_as_chance_makes_them() {
    let api = Api::start().await;
    let codes: Vec<u64> = {
        let mut codes = Vec::new();
        for case in 0..200 {
            let code = api.code(&format!("g{case}")).await.replace('-', "");
            let value = |symbol: char| "0123456789ABCDEFGHJKMNPQRSTVWXYZ".find(symbol).unwrap() as u64;
            codes.push(
                code.chars()
                    .take(12)
                    .fold(0, |sum, symbol| (sum << 5) | value(symbol)),
            );
        }
        codes
    };
    // Each of the 60 bits is set in about half of the codes (six standard deviations: 7.07 each), and no two codes of one
    // round share more than chance gives them.
    for bit in 0..60 {
        let set = codes.iter().filter(|code| (*code >> bit) & 1 == 1).count();
        assert!((58..=142).contains(&set), "bit {bit} is set in {set} of 200");
    }
    let near = codes
        .iter()
        .enumerate()
        .flat_map(|(at, code)| codes[..at].iter().map(move |other| (code ^ other).count_ones()));
    assert!(near.min().unwrap() > 6, "two codes differ in a few bits only");
}
