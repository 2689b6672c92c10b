//! Requests of people about the data that the demo's round keeps of them, and an erasure that was delayed.

use analysis::plan::{Kept, Plan};
use anyhow::Result;
use jiff::ToSpan;
use serde_json::json;

use crate::app::Base;
use crate::person_requests::{WORKING_DAYS, working_days_after};
use crate::retention;
use crate::store::person_requests::{self as requests, ASKED, CONFIRMED, DONE, PersonRequest};
use crate::store::{begin, rounds, sample};

/// What was wanted, how the person was identified, what became of it, and how many days ago it was taken.
const REQUESTS: [(&str, &str, &str, i32); 3] = [
    (
        "copy correct",
        "本人到考评办，核对了残疾人证和本人。",
        CONFIRMED,
        2,
    ),
    ("stop", "监护人来电，回拨了登记的电话，核对了出生年月。", ASKED, 1),
    ("copy", "本人由村专职委员陪同，核对了残疾人证。", DONE, 9),
];

/// Makes them: the office's login takes them, the auditor's agrees.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn store(base: &Base, plan: &Plan) -> Result<()> {
    let round = plan.round.id.as_str();
    let today = base.clock.today();
    let drawn = sample::list(&base.db, round).await?;
    let members = drawn
        .into_iter()
        .filter(|case| case.group == "resident")
        .filter_map(|case| case.member_key);
    let tx = begin(&base.db).await?;
    for ((wants, basis, state, days), member) in REQUESTS.into_iter().zip(members) {
        let id = base.entropy.uuid();
        let asked_on = today.saturating_sub(days.days());
        let decided = state != ASKED;
        let is_done = state == DONE;
        let row = PersonRequest {
            id,
            round_id: round.to_owned(),
            member_keys: member,
            wants: wants.to_owned(),
            basis: basis.to_owned(),
            state: state.to_owned(),
            asked_by: "office".to_owned(),
            asked_on: asked_on.to_string(),
            due_on: working_days_after(asked_on, WORKING_DAYS).to_string(),
            decided_by: decided.then(|| "auditor".to_owned()),
            decided_on: decided.then(|| asked_on.to_string()),
            done_on: is_done.then(|| today.to_string()),
            outcome: is_done.then(|| "副本打印后当面交给本人。".to_owned()),
        };
        requests::insert(&tx, row).await?;
        let detail = json!({ "round": round });
        base.record(&tx, "office", "person.ask", &id.to_string(), detail.clone())
            .await?;
        if decided {
            base.record(&tx, "auditor", "person.confirm", &id.to_string(), detail.clone())
                .await?;
        }
        if is_done {
            base.record(&tx, "office", "person.done", &id.to_string(), detail)
                .await?;
        }
    }
    tx.commit().await?;
    let Some(row) = rounds::find(&base.db, round).await? else {
        return Ok(());
    };
    let due = row
        .closes_on
        .parse()
        .ok()
        .and_then(|day| plan.retention.due(Kept::Visits, day));
    let until = due.map(|day| day.saturating_add(92.days()));
    let reason = "第三方回访的争议还在核对，访问记录要留到核对结束。";
    retention::delay(base, plan, &row, (Kept::Visits, until, reason), "office").await?;
    Ok(())
}
