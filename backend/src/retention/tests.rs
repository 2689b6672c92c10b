use serde_json::json;

use super::*;
use crate::handlers::testing::{ROUND, Server, VILLAGE, frame_member};
use crate::store::frame::{FrameMember, Identity};
use crate::store::outbox::{self, NewMessage};
use crate::store::{audit, callbacks, cases, frame, plan_files, responses};

/// The sample plan closes on 2026-12-31 and keeps identities 180 days, words 365, visits 180, evidence 1095, mail 365.
const WORDS: &str = "村口的路太陡，轮椅上不去";

/// A round in which somebody answered, asked for something and left a number.
async fn answered() -> Server {
    let server = Server::start().await;
    let base = &server.base;
    let key = base.keys.member_key(ROUND, "p1");
    server.draw(&key).await;
    let member = FrameMember {
        category: Some("vision".to_owned()),
        ..frame_member(&key, "resident", VILLAGE)
    };
    let identity = Identity {
        person_id: "p1".to_owned(),
        name: "欧阳无名".to_owned(),
        ..Identity::default()
    };
    server.put_frame(vec![(member, identity)]).await;
    let more = json!({ "first_change": WORDS, "follow_up": "yes" });
    let leaf = server.answer_as_drawn(more).await;
    crate::cases::respondent::leave_contact(base, &leaf, "13900001111", None)
        .await
        .unwrap();
    callbacks::set_consent(&base.db, ROUND, "R1").await.unwrap();
    let mail = NewMessage {
        id: base.entropy.uuid(),
        round: ROUND.to_owned(),
        kind: "summary-weekly".to_owned(),
        recipient: "leader@yunxi.example".to_owned(),
        dedup_key: "one".to_owned(),
        message: b"Subject: x\r\n\r\n".to_vec(),
    };
    outbox::enqueue(&base.db, vec![mail], 0).await.unwrap();
    server
}

async fn look(server: &Server) {
    run_all(&server.base, &PlanCache::default()).await.unwrap();
}

async fn erased(server: &Server) -> Vec<(String, String)> {
    let rows = store::erasures(&server.base.db, ROUND).await.unwrap();
    let mut pairs: Vec<_> = rows.into_iter().map(|row| (row.kept, row.day)).collect();
    pairs.sort();
    pairs
}

fn pair(kept: &str, day: &str) -> (String, String) {
    (kept.to_owned(), day.to_owned())
}

/// Days until a day, from the first one of the test.
fn seconds_to(day: &str) -> i64 {
    let (from, to): (Date, Date) = ("2026-11-23".parse().unwrap(), day.parse().unwrap());
    i64::from(from.until(to).unwrap().get_days()) * 86_400
}

#[tokio::test]
async fn each_kind_goes_on_its_day_and_no_earlier_with_a_certificate_and_figures_stay() {
    let server = answered().await;
    let base = &server.base;
    let plan_before = plan_files::paths(&base.db, ROUND).await.unwrap();
    assert!(plan_before.contains(&"plan.toml".to_owned()));
    // 180 days after 2026-12-31 is 2027-06-29.
    server.wait(seconds_to("2027-06-28"));
    look(&server).await;
    assert_eq!(erased(&server).await, []);
    server.wait(86_400);
    look(&server).await;
    look(&server).await;
    assert_eq!(
        erased(&server).await,
        [pair("identities", "2027-06-29"), pair("visits", "2027-06-29")]
    );
    let keys = &base.keys;
    let old = keys.member_key(ROUND, "p1");
    assert!(
        frame::identity(&base.db, keys, ROUND, &old)
            .await
            .unwrap()
            .is_none()
    );
    let all_cases = cases::page(&base.db, ROUND, &cases::Filter::default(), (0, 9))
        .await
        .unwrap();
    assert!(all_cases[0].contact.is_none() && !all_cases[0].text.is_empty());
    assert!(callbacks::consenting(&base.db, ROUND).await.unwrap().is_empty());

    let before = responses::all(&base.db, ROUND).await.unwrap().remove(0);
    assert!(before.answers.contains(WORDS) && !before.salt.is_empty());
    server.wait(seconds_to("2027-12-31") - seconds_to("2027-06-29"));
    look(&server).await;
    let rows = store::erasures(&base.db, ROUND).await.unwrap();
    let kinds: Vec<&str> = rows.iter().map(|row| row.kept.as_str()).collect();
    assert_eq!(rows.len(), 4, "{kinds:?}");
    assert!(kinds.contains(&"free_text") && kinds.contains(&"mail"));
    let after = responses::all(&base.db, ROUND).await.unwrap().remove(0);
    assert!(!after.answers.contains("first_change") && after.answers.contains("took_part"));
    assert!(after.salt.is_empty() && after.content_mac.is_empty() && after.leaf == before.leaf);
    let case = cases::page(&base.db, ROUND, &cases::Filter::default(), (0, 9))
        .await
        .unwrap()
        .remove(0);
    assert!(case.text.is_empty() && crate::cases::text(keys, &case).unwrap().is_empty());
    let mail = outbox::of_round(&base.db, ROUND, 9).await.unwrap().remove(0);
    assert_eq!(
        (mail.recipient.as_str(), mail.state.as_str()),
        ("", outbox::SKIPPED)
    );

    // Every certificate names what went and none of what it said; the trail names its hash and is whole.
    for row in &rows {
        assert!(row.certificate.contains(&row.kept) && row.actor == ACTOR);
        for secret in [WORDS, "欧阳", "13900001111", "leader@"] {
            assert!(!row.certificate.contains(secret), "{secret}");
        }
        let log = audit::latest(&base.db, 50).await.unwrap();
        assert!(log.iter().any(|entry| entry.detail.contains(&row.sha256)));
    }
    audit::verify(&base.db, keys).await.unwrap();
}

#[tokio::test]
async fn two_servers_that_look_at_once_erase_once() {
    let server = answered().await;
    server.wait(seconds_to("2027-07-15"));
    let (one, other) = (server.base.clone(), server.base.clone());
    let (a, b) = (PlanCache::default(), PlanCache::default());
    let (first, second) = tokio::join!(run_all(&one, &a), run_all(&other, &b));
    first.and(second).unwrap();
    let kinds: Vec<String> = erased(&server).await.into_iter().map(|(kept, _)| kept).collect();
    assert_eq!(kinds, ["identities", "visits"]);
}

#[tokio::test]
async fn what_comes_after_an_erasure_goes_a_month_later() {
    let server = answered().await;
    let base = &server.base;
    server.wait(seconds_to("2027-12-31"));
    look(&server).await;
    let response = responses::all(&base.db, ROUND).await.unwrap().remove(0);
    crate::cases::respondent::write(base, &response, "路还没有修", 15)
        .await
        .unwrap();
    for day in 1..=30 {
        server.wait(86_400);
        look(&server).await;
        let case = cases::by_leaf(&base.db, &response.leaf).await.unwrap().unwrap();
        let left = cases::messages(&base.db, case.id).await.unwrap();
        assert_eq!(left.is_empty(), day == 30, "{day}");
    }
    let words = erased(&server)
        .await
        .into_iter()
        .filter(|(kept, _)| kept == "free_text");
    assert_eq!(words.count(), 2);
}

#[tokio::test]
async fn a_delay_needs_a_later_day_within_a_year_and_a_reason_and_then_holds() {
    let server = answered().await;
    let (base, plan) = (&server.base, server.plan().await);
    let round = rounds::find(&base.db, ROUND).await.unwrap().unwrap();
    let reason = "有未办结的行政复议，需要联系当事人";
    let try_it = async |kept, until: &str, reason: &'static str| {
        delay(base, &plan, &round, (kept, until.parse().ok(), reason), "li").await
    };
    for until in ["2027-06-29", "2026-01-01", "2028-06-29", "soon"] {
        let refused = try_it(Kept::Identities, until, reason).await;
        assert!(matches!(refused, Err(DelayError::Day)), "{until}");
    }
    let refused = try_it(Kept::Identities, "2027-09-30", "不行").await;
    assert!(matches!(refused, Err(DelayError::Reason)));
    try_it(Kept::Identities, "2027-09-30", reason).await.unwrap();
    server.wait(seconds_to("2027-09-29"));
    look(&server).await;
    assert_eq!(erased(&server).await, [pair("visits", "2027-09-29")]);
    let refused = try_it(Kept::Visits, "2027-12-31", reason).await;
    assert!(matches!(refused, Err(DelayError::Erased)));
    server.wait(86_400);
    look(&server).await;
    assert!(erased(&server).await.contains(&pair("identities", "2027-09-30")));
    let log = audit::of_subject(&base.db, ROUND).await.unwrap();
    assert!(
        log.iter()
            .any(|entry| entry.action == "retention.delay" && entry.actor == "li")
    );
}

#[tokio::test]
async fn a_plan_without_times_erases_nothing_and_says_so() {
    let server = Server::start_with(|plan| {
        let at = plan.find("[retention]").unwrap();
        let end = at + plan[at..].find("# 简报邮件").unwrap();
        plan.replace_range(at..end, "");
    })
    .await;
    server.wait(20 * 365 * 86_400);
    look(&server).await;
    assert_eq!(erased(&server).await, []);
    let plan = server.plan().await;
    let round = rounds::find(&server.base.db, ROUND).await.unwrap().unwrap();
    let rules = rules(&server.base, &plan, &round).await.unwrap();
    assert!(rules.iter().all(|rule| rule.due.is_none()));
}
