//! What published roots vouch for beside the responses: the audit log.

use sea_orm::ConnectionTrait;

use super::*;
use crate::handlers::respond::tests::{begin as begin_answers, walk};
use crate::handlers::roots::RootsBody;
use crate::handlers::testing::{ROUND, Server};
use crate::store::responses;
use crate::submit::receipt;

const DAY_S: i64 = 86_400;

/// Answers on a new invitation; the leaf of its receipt.
pub(crate) async fn answered(server: &Server, case: &str) -> String {
    let path = server.invite("resident", case).await;
    let known = responses::all(&server.base.db, ROUND).await.unwrap();
    let mut browser = server.browser();
    let first = begin_answers(&mut browser, &path).await;
    let (_, at) = walk(&mut browser, first, &[], 90).await;
    let sent = browser.post(&at, &[("go", "submit")]).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let stored = responses::all(&server.base.db, ROUND).await.unwrap();
    let is_new = |row: &&responses::Response| known.iter().all(|one| one.id != row.id);
    let row = stored.iter().find(is_new).unwrap();
    let keys = &server.base.keys;
    let text = receipt::of(keys, ROUND, &row.leaf).unwrap();
    let receipt = receipt::verify(&keys.verifying_key(), &text).unwrap();
    assert_eq!(receipt.leaf, row.leaf);
    receipt.leaf
}

#[tokio::test]
async fn roots_show_that_the_audit_log_was_cut_or_replaced() {
    let server = Server::start().await;
    let (db, keys) = (&server.base.db, &server.base.keys);
    let key = keys.verifying_key();
    answered(&server, "r-1").await;
    server.wait(DAY_S);
    publish_all(&server.base).await.unwrap();
    let kept = merkle_log::roots(db, ROUND).await.unwrap();
    let entries = kept[0].audit_entries.unwrap();
    assert_eq!(check_anchors(db, &key, &kept).await.unwrap(), Some(entries));
    // What the address tells is what is stored.
    let told = server
        .browser()
        .get(&format!("/api/v1/rounds/{ROUND}/roots"))
        .await;
    let told: RootsBody = serde_json::from_str(&told.text).unwrap();
    assert_eq!(told.into_signed(), kept);

    let mut forged = kept.clone();
    forged[0].audit_entries = Some(entries - 1);
    let fault = check_anchors(db, &key, &forged).await.unwrap_err().to_string();
    assert!(fault.contains("was changed"), "{fault}");
    // The chain alone cannot show that its end is gone.
    let cut = format!("DELETE FROM audit WHERE seq = {entries}");
    db.execute_unprepared(&cut).await.unwrap();
    audit::verify(db, keys).await.unwrap();
    let fault = check_anchors(db, &key, &kept).await.unwrap_err().to_string();
    assert!(
        fault.contains("was cut") && fault.contains(&entries.to_string()),
        "{fault}"
    );
    // Somebody with the keys writes another in its place.
    crate::rounds::close(&server.base, ROUND, "other").await.unwrap();
    audit::verify(db, keys).await.unwrap();
    let fault = check_anchors(db, &key, &kept).await.unwrap_err().to_string();
    assert!(fault.contains("was replaced"), "{fault}");
}
