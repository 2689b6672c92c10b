//! What somebody with the whole database, but not the key file, can do: tried on SQLite, and on PostgreSQL where
//! `MINYI_TEST_POSTGRES` names a server.

use std::collections::BTreeMap;

use sea_orm::Statement;
use serde_json::json;

use super::*;
use crate::handlers::testing::{ROUND, Server, sample_case};
use crate::store::{invitations as invitation_store, sample};

/// As many people answer one after the other, in an order that is not that of their cases.
const PEOPLE: usize = 60;

/// Where each row lies and by which transaction it was written: what SQL calls `rowid`, or `xmin` and `ctid`.
async fn places(db: &DatabaseConnection, table: &str, key: &str) -> BTreeMap<String, (i64, i64)> {
    let sql = match db.get_database_backend() {
        DbBackend::Postgres => format!(
            "SELECT CAST({key} AS TEXT), CAST(CAST(xmin AS TEXT) AS BIGINT), \
             CAST(split_part(trim('()' FROM CAST(ctid AS TEXT)), ',', 1) AS BIGINT) * 1000 + \
             CAST(split_part(trim('()' FROM CAST(ctid AS TEXT)), ',', 2) AS BIGINT) FROM {table}"
        ),
        _ => format!(
            "SELECT CASE typeof({key}) WHEN 'blob' THEN lower(hex({key})) ELSE {key} END, 0, rowid FROM {table}"
        ),
    };
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .unwrap();
    rows.iter()
        .map(|row| {
            let key: String = row.try_get_by_index(0).unwrap();
            let place = (row.try_get_by_index(1).unwrap(), row.try_get_by_index(2).unwrap());
            (key.replace('-', ""), place)
        })
        .collect()
}

/// How many responses an attacker attributes to the right invitation by lining both up by `place`.
fn lined_up(
    truth: &[(String, String)],
    responses: &BTreeMap<String, (i64, i64)>,
    invitations: &BTreeMap<String, (i64, i64)>,
) -> usize {
    let sorted = |places: &BTreeMap<String, (i64, i64)>, of: &dyn Fn(&(String, String)) -> String| {
        let mut keys: Vec<String> = truth.iter().map(of).collect();
        keys.sort_by_key(|key| places[key]);
        keys
    };
    let left = sorted(responses, &|pair| pair.0.clone());
    let right = sorted(invitations, &|pair| pair.1.clone());
    left.iter()
        .zip(&right)
        .filter(|(response, invitation)| truth.contains(&((*response).clone(), (*invitation).clone())))
        .count()
}

/// Spearman's rank correlation of the two places of the same person.
fn rank_correlation(
    truth: &[(String, String)],
    responses: &BTreeMap<String, (i64, i64)>,
    others: &BTreeMap<String, (i64, i64)>,
) -> f64 {
    let ranks = |mut values: Vec<(usize, (i64, i64))>| {
        values.sort_by_key(|(_, place)| *place);
        let mut ranks = vec![0.0; values.len()];
        for (rank, (at, _)) in values.into_iter().enumerate() {
            ranks[at] = rank as f64;
        }
        ranks
    };
    let a = ranks(truth.iter().map(|pair| responses[&pair.0]).enumerate().collect());
    let b = ranks(truth.iter().map(|pair| others[&pair.1]).enumerate().collect());
    let n = truth.len() as f64;
    let squares: f64 = a.iter().zip(&b).map(|(x, y)| (x - y) * (x - y)).sum();
    1.0 - 6.0 * squares / (n * (n * n - 1.0))
}

/// Answers come in; returns the truth as `(response, invitation)` and as `(response, case)`.
async fn answered(server: &Server) -> (Vec<(String, String)>, Vec<(String, String)>) {
    let base = &server.base;
    let cases: Vec<String> = (0..PEOPLE).map(|n| format!("R{n:03}")).collect();
    let rows = cases
        .iter()
        .map(|case| sample_case(case, "resident", "990101001001"));
    sample::replace(&base.db, ROUND, rows.collect()).await.unwrap();
    let pairs: Vec<(String, String)> = cases
        .iter()
        .map(|case| ("resident".to_owned(), case.clone()))
        .collect();
    let issued = invitation_store::issue(&base.db, &base.keys, &base.entropy, ROUND, &pairs)
        .await
        .unwrap();
    let version = server.plan().await.forms["resident"].version.clone();
    let (mut by_invitation, mut by_case) = (Vec::new(), Vec::new());
    let mut browser = server.browser();
    for step in 0..PEOPLE {
        // Every seventh: an order of its own.
        let one = &issued[step * 7 % PEOPLE];
        let id = base.entropy.uuid();
        let body = json!({
            "id": id, "code": one.code.to_string(), "form": "resident", "form_version": version, "language": "zh",
            "mode": "web", "answering": "self", "started_at": "2026-11-23T08:00:00Z",
            "ended_at": "2026-11-23T08:05:00Z", "answers": { "answering": "self", "need": "none", "took_part": "none" },
        });
        let reply = browser.post_json("/api/v1/responses", &body).await;
        assert_eq!(reply.status.as_u16(), 201, "{}", reply.text);
        by_invitation.push((id.simple().to_string(), one.id.simple().to_string()));
        by_case.push((id.simple().to_string(), one.case_id.clone()));
    }
    (by_invitation, by_case)
}

#[tokio::test]
async fn the_place_of_rows_tells_nothing_once_they_are_shuffled() {
    let server = Server::start().await;
    let db = &server.base.db;
    let (by_invitation, by_case) = answered(&server).await;
    let before = places(db, "responses", "id").await;
    if db.get_database_backend() == DbBackend::Postgres {
        // The attack is real: without the shuffle, lining up by transaction finds everyone.
        let invitations = places(db, "invitations", "id").await;
        assert_eq!(lined_up(&by_invitation, &before, &invitations), PEOPLE);
    }
    shuffle(db).await.unwrap();
    let responses = places(db, "responses", "id").await;
    let invitations = places(db, "invitations", "id").await;
    let cases = places(db, "sample_cases", "case_id").await;
    for (truth, other) in [(&by_invitation, &invitations), (&by_case, &cases)] {
        // By chance one is expected to be right; more than six would happen once in ten thousand such tests.
        assert!(lined_up(truth, &responses, other) <= 6);
        // Two standard deviations are 0.26 with 60 pairs; the seed is fixed, so that this does not vary.
        let correlation = rank_correlation(truth, &responses, other);
        assert!(correlation.abs() < 0.3, "{correlation}");
    }
    let mut transactions: Vec<i64> = responses
        .values()
        .chain(invitations.values())
        .chain(cases.values())
        .map(|place| place.0)
        .collect();
    transactions.dedup();
    assert_eq!(
        transactions.len(),
        1,
        "rows of several transactions: {transactions:?}"
    );
    // Where rows lie is the order of their random keys, and nothing else.
    let mut by_place: Vec<(&String, &(i64, i64))> = responses.iter().collect();
    by_place.sort_by_key(|(_, place)| **place);
    assert!(by_place.is_sorted_by_key(|(key, _)| (*key).clone()));
}

#[tokio::test]
async fn nothing_is_lost_or_changed_by_a_shuffle() {
    let server = Server::start().await;
    answered(&server).await;
    let db = &server.base.db;
    let before = crate::store::responses::all(db, ROUND).await.unwrap();
    let invitations = invitation_store::list(db, ROUND).await.unwrap();
    let cases = sample::list(db, ROUND).await.unwrap();
    shuffle(db).await.unwrap();
    assert_eq!(crate::store::responses::all(db, ROUND).await.unwrap(), before);
    assert_eq!(invitation_store::list(db, ROUND).await.unwrap(), invitations);
    assert_eq!(sample::list(db, ROUND).await.unwrap(), cases);
    assert_eq!(before.len(), PEOPLE);
}

/// Columns that hold both a response's name and a person's or invitation's, which only the key may bring together.
#[tokio::test]
async fn no_value_stands_both_with_a_response_and_with_an_invitation() {
    let server = Server::start().await;
    let db = &server.base.db;
    let (by_invitation, _) = answered(&server).await;
    let text = |table: &'static str| async move {
        let mut lines = Vec::new();
        let snapshot = crate::store::tables::Snapshot::take(db).await.unwrap();
        crate::store::tables::rows(&snapshot, table, &mut |row| {
            lines.push(serde_json::to_string(&row)?.replace('-', ""));
            Ok(())
        })
        .await
        .unwrap();
        lines
    };
    let stored = crate::store::responses::all(db, ROUND).await.unwrap();
    for table in crate::store::tables::all() {
        let name: &'static str = Box::leak(table.name.clone().into_boxed_str());
        for line in text(name).await {
            for (response, invitation) in &by_invitation {
                let of_response = stored
                    .iter()
                    .find(|row| row.id.simple().to_string() == *response)
                    .unwrap();
                let names_response = [response, &of_response.leaf]
                    .iter()
                    .any(|word| line.contains(word.as_str()))
                    || of_response.link.as_ref().is_some_and(|link| line.contains(link));
                assert!(
                    !(names_response && line.contains(invitation.as_str())),
                    "{name}: {line}"
                );
            }
        }
    }
}
