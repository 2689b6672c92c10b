//! Requests of the demo to learn who gave a response: one waits, one was agreed to, one was turned down.

use anyhow::Result;
use serde_json::json;

use crate::app::Base;
use crate::store::identity_requests::{self as requests, ASKED, CONFIRMED, IdentityRequest, REFUSED};
use crate::store::{begin, responses};

/// Reasons with what became of them.
const REQUESTS: [(&str, &str); 3] = [
    ("答卷里写“活着没意思”，需要马上联系本人，请社工上门。", ASKED),
    (
        "答卷说假肢断裂、独自在家，留言里没有电话，需要联系本人送去维修。",
        CONFIRMED,
    ),
    ("乡镇想知道是谁打的低分。", REFUSED),
];

/// Makes them: the office's login asks, the auditor's decides.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn ask(base: &Base, round: &str) -> Result<()> {
    let day = base.clock.today().to_string();
    let page = responses::page(&base.db, round, None).await?;
    let invited = page.into_iter().filter(|response| response.link.is_some());
    let tx = begin(&base.db).await?;
    for ((reason, state), response) in REQUESTS.into_iter().zip(invited) {
        let id = base.entropy.uuid();
        let decided = state != ASKED;
        let detail = json!({ "round": round, "leaf": response.leaf });
        requests::insert(
            &tx,
            IdentityRequest {
                id,
                round_id: round.to_owned(),
                leaf: response.leaf,
                reason: reason.to_owned(),
                state: state.to_owned(),
                asked_by: "office".to_owned(),
                asked_on: day.clone(),
                decided_by: decided.then(|| "auditor".to_owned()),
                decided_on: decided.then(|| day.clone()),
                seen_on: None,
            },
        )
        .await?;
        base.record(&tx, "office", "identity.ask", &id.to_string(), detail.clone())
            .await?;
        let action = match state {
            CONFIRMED => "identity.confirm",
            REFUSED => "identity.refuse",
            _ => continue,
        };
        base.record(&tx, "auditor", action, &id.to_string(), detail)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}
