//! A case counts the same in the monitor, in the report's dispositions and in the weights, whatever became of it.

use std::collections::BTreeMap;

use analysis::disposition::Disposition;
use analysis::plan::Plan;
use uuid::Uuid;

use crate::auth::Role;
use crate::field::attempts as visits;
use crate::handlers::respond::tests::{begin, walk};
use crate::handlers::testing::{ROUND, Server, sample_case};
use crate::store::attempts::Attempt;
use crate::store::sample::{self, SampleCase};
use crate::store::{begin as transaction, fieldwork, invitations, responses, staff};
use crate::{dataset, rounds, synthetic, withdrawal};

const TOWNSHIP: &str = "990101001";

fn sampled(case_id: &str) -> SampleCase {
    SampleCase {
        base_weight: 5.0,
        ..sample_case(case_id, "resident", TOWNSHIP)
    }
}

/// By disposition: cases in the monitor, cases in the data of the report, and those of them that are weighted.
type Counted = BTreeMap<&'static str, (u64, u64, u64)>;

async fn counted(server: &Server, plan: &Plan, over: bool) -> Counted {
    let mut found = Counted::new();
    for row in fieldwork::cases(&server.base.db, ROUND).await.unwrap() {
        let disposition = if over { row.at_close() } else { row.disposition() };
        found.entry(disposition.word()).or_default().0 += row.n;
    }
    let data = dataset::load(&server.base, plan).await.unwrap();
    let input = data.input(plan, "");
    let cases = &input
        .groups
        .iter()
        .find(|group| group.group == "resident")
        .unwrap()
        .cases;
    let words = cases.column("disposition").unwrap().str().unwrap().clone();
    let responded = cases.column("responded").unwrap().bool().unwrap().clone();
    for (word, responded) in words.iter().zip(responded.iter()) {
        let known = Disposition::parse(word.unwrap()).unwrap();
        let counts = found.entry(known.word()).or_default();
        counts.1 += 1;
        counts.2 += u64::from(responded == Some(true));
    }
    found
}

#[tokio::test]
async fn whatever_became_of_a_case_counts_alike_in_monitor_report_and_weights() {
    let server = Server::start().await;
    let db = &server.base.db;
    let cases = ["r-1", "r-2", "r-3", "r-4", "r-5", "r-6", "r-7"];
    sample::replace(db, ROUND, cases.map(sampled).into())
        .await
        .unwrap();
    let mut paths = Vec::new();
    for case in cases {
        paths.push(server.invite("resident", case).await);
    }
    // The first two answer, and the second takes it back; the third begins and goes away.
    for path in &paths[..2] {
        let mut phone = server.browser();
        let first = begin(&mut phone, path).await;
        let (_, at) = walk(&mut phone, first, &[], 90).await;
        phone.post(&at, &[("go", "submit")]).await;
    }
    let links: BTreeMap<String, String> = invitations::list(db, ROUND)
        .await
        .unwrap()
        .into_iter()
        .map(|row| (server.base.keys.link(row.id), row.case_id))
        .collect();
    let stored = responses::all(db, ROUND).await.unwrap();
    assert_eq!(stored.len(), 2);
    let second = stored
        .iter()
        .find(|row| links[row.link.as_ref().unwrap()] == "r-2")
        .unwrap();
    withdrawal::withdraw(&server.base, &second.leaf, false)
        .await
        .unwrap();
    begin(&mut server.browser(), &paths[2]).await;
    // An interviewer reports one interview and half of another; neither comes in.
    server.account(Role::Interviewer).await;
    let who = staff::by_login(db, "interviewer").await.unwrap().unwrap().id;
    for (nth, code) in [(4u128, "1.1"), (5, "1.2")] {
        let tx = transaction(db).await.unwrap();
        let attempt = Attempt {
            id: Uuid::from_u128(nth),
            round_id: ROUND.into(),
            case_id: format!("r-{nth}"),
            staff_id: who,
            mode: "interview".into(),
            day: "2026-11-20".into(),
            disposition: code.into(),
            note: String::new(),
            callback_day: None,
            callback_part: None,
        };
        visits::record(&tx, attempt).await.unwrap();
        tx.commit().await.unwrap();
    }
    // The office takes two codes of the sixth back: the case stays. The seventh is never heard of.
    server.invite("resident", "r-6").await;
    for row in invitations::list(db, ROUND).await.unwrap() {
        if row.case_id == "r-6" {
            invitations::withdraw(db, row.id).await.unwrap();
        }
    }

    let plan = Plan::read(&synthetic::sample_plan()).unwrap();
    let open: Counted = [
        ("complete", (1, 1, 1)),
        ("refusal", (1, 1, 0)),
        ("partial", (2, 2, 0)),
        ("unknown_other", (3, 3, 0)),
    ]
    .into();
    assert_eq!(counted(&server, &plan, false).await, open);

    rounds::close(&server.base, ROUND, "test").await.unwrap();
    // Begun on the web and half an interview are broken off, with the refusal; the lost interview is another reason.
    let closed: Counted = [
        ("complete", (1, 1, 1)),
        ("refusal", (3, 3, 0)),
        ("other", (1, 1, 0)),
        ("unknown_other", (2, 2, 0)),
    ]
    .into();
    assert_eq!(counted(&server, &plan, true).await, closed);
}
