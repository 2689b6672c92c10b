//! What is counted of the browser in which invited people answer, and what is not kept.

use super::*;
use crate::handlers::testing::sample_case;
use crate::store::{sample, sittings as store};

/// A village of the township in which all live.
const VILLAGE: &str = "990101001001";

/// Three invited residents.
async fn start() -> Server {
    let server = Server::start().await;
    let cases = [("r-1", "990101001"), ("r-2", VILLAGE), ("r-3", "990101001")];
    let cases = cases.map(|(case, unit)| sample_case(case, "resident", unit));
    sample::replace(&server.base.db, ROUND, cases.to_vec())
        .await
        .unwrap();
    server
}

/// Answers from an invitation to the receipt in `browser`.
async fn answer(server: &Server, browser: &mut Browser, case: &str) {
    let path = server.invite("resident", case).await;
    let first = begin(browser, &path).await;
    let (_, at) = walk(browser, first, &[], 80).await;
    for _press in 0..2 {
        let sent = browser.post(&at, &[("go", "submit")]).await;
        assert_eq!(sent.location(), format!("{path}/receipt"), "{}", sent.text);
    }
}

async fn counted(server: &Server) -> Vec<(String, i64)> {
    let counts = store::list(&server.base.db, ROUND).await.unwrap();
    let mut counts: Vec<(String, i64)> = counts
        .into_iter()
        .map(|row| (row.shared, row.responses))
        .collect();
    counts.sort();
    counts
}

#[tokio::test]
async fn responses_of_one_phone_are_counted_apart_from_the_responses() {
    let server = start().await;
    let mut phone = server.browser();
    answer(&server, &mut phone, "r-1").await;
    server.wait(1_200);
    answer(&server, &mut phone, "r-2").await;
    answer(&server, &mut server.browser(), "r-3").await;
    assert!(
        counted(&server).await.is_empty(),
        "what is written at once would stand beside its response"
    );
    server.base.sittings.write_due(&server.base).await.unwrap();
    assert!(counted(&server).await.is_empty(), "the day is not over");

    server.wait(86_400);
    server.base.sittings.write_due(&server.base).await.unwrap();
    let pair = |shared: &str, n| (shared.to_owned(), n);
    let expected = [
        pair("device", 1),
        pair("device", 2),
        pair("time", 1),
        pair("time", 2),
    ];
    assert_eq!(counted(&server).await, expected, "two presses count once");
    let analysed = crate::sittings::of_round(&server.base, ROUND).await.unwrap();
    assert_eq!(analysed.iter().map(|sitting| sitting.responses).sum::<u64>(), 6);
}

#[tokio::test]
async fn the_salt_goes_when_the_round_closes_and_what_waits_is_still_counted() {
    let server = start().await;
    let mut phone = server.browser();
    answer(&server, &mut phone, "r-1").await;
    let salt = store::salt(&server.base.db, ROUND, [0; 32]).await.unwrap();
    assert_ne!(salt, [0; 32], "the salt that stands is kept");

    rounds::close(&server.base, ROUND, "cli").await.unwrap();
    server.base.sittings.write_due(&server.base).await.unwrap();
    assert_eq!(counted(&server).await.len(), 2);
    let next = store::salt(&server.base.db, ROUND, [7; 32]).await.unwrap();
    assert_eq!(next, [7; 32], "no salt was left");
}

#[tokio::test]
async fn an_open_link_gives_no_token_and_an_invitation_gives_one() {
    let server = start().await;
    let mut browser = server.browser();
    let open = format!("/o/{ROUND}-resident");
    let begun = browser
        .post(&open, &[&CONSENT[..], &[("unit", "990101001")]].concat())
        .await;
    let tokens = |reply: &Reply| {
        let cookies = reply.headers.get_all(header::SET_COOKIE).iter();
        cookies
            .filter(|cookie| cookie.to_str().unwrap().starts_with("minyi_phone="))
            .count()
    };
    assert_eq!((begun.status, tokens(&begun)), (StatusCode::SEE_OTHER, 0));
    let path = server.invite("resident", "r-1").await;
    let invited = browser.post(&path, &CONSENT).await;
    assert_eq!((invited.status, tokens(&invited)), (StatusCode::SEE_OTHER, 1));
    let again = browser.post(&path, &[("go", "begin")]).await;
    assert_eq!(tokens(&again), 0, "a token is kept");
}
