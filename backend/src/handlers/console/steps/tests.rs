//! A round from sealing to publication without the command line.

use axum::http::StatusCode;

use crate::auth::Role;
use crate::handlers::console::planning::tests::{draft_plan, with_draft};
use crate::handlers::testing::{Browser, Reply};
use crate::planning::sheet::Sheet;
use crate::rounds;
use crate::store::{invitations, jobs, sample};

const ROUND: &str = "yunxi-2027";
const STEPS: &str = "/console/rounds/yunxi-2027/steps";

async fn take(office: &mut Browser, step: &str, confirm: bool) -> Reply {
    let page = office.get(STEPS).await;
    let csrf = page.attributes("name=\"csrf\"", "value")[0].clone();
    let mut fields = vec![("csrf", csrf.as_str()), ("step", step)];
    if confirm {
        fields.push(("confirm", "yes"));
    }
    office.post(STEPS, &fields).await
}

/// A frame in which every village has so many people that the sealed design can draw.
fn frame() -> Vec<u8> {
    let units = Sheet::read(&draft_plan()["units.csv"]).unwrap();
    let mut text = "person_id,unit,group,category,grade,sex,birth_year,hardship,phone,email\n".to_owned();
    for row in (0..units.rows.len()).filter(|&row| units.cell(row, "level") == "village") {
        for n in 0..30 {
            let unit = units.cell(row, "code");
            text.push_str(&format!(
                "P-{row}-{n},{unit},resident,vision,1,male,{},,,\n",
                1950 + n
            ));
        }
    }
    text.into_bytes()
}

#[tokio::test]
async fn the_office_runs_a_round_from_the_console() {
    let (server, mut office) = with_draft().await;
    let early = take(&mut office, "sample", true).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(early.text.contains("这一轮现在是“"), "{}", early.text);
    let mut plan = draft_plan();
    plan.insert("frame.csv".to_owned(), frame());
    rounds::import(&server.base, &plan, "test").await.unwrap();
    rounds::seal(&server.base, ROUND, "test").await.unwrap();
    let unticked = take(&mut office, "sample", false).await;
    assert_eq!(unticked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        unticked.text.contains("confirm-sample-error"),
        "{}",
        unticked.text
    );
    let drawn = take(&mut office, "sample", true).await;
    assert!(
        drawn.location().starts_with(&format!("{STEPS}?done=sample&n=")),
        "{}",
        drawn.text
    );
    let cases = sample::count(&server.base.db, ROUND).await.unwrap();
    assert!(cases > 1_000, "{cases}");
    assert_eq!(
        take(&mut office, "invite", true).await.location(),
        format!("{STEPS}?done=invite&n={cases}")
    );
    let issued = invitations::list(&server.base.db, ROUND).await.unwrap();
    assert_eq!(issued.len() as u64, cases);
    assert_eq!(
        take(&mut office, "open", true).await.location(),
        format!("{STEPS}?done=open&n=0")
    );
    // What closing sets off is said before, until the office holds the mail.
    let open = office.get(STEPS).await;
    assert!(
        open.text.contains("请先在“领导小组简报”页暂停发送"),
        "{}",
        open.text
    );
    let csrf = open.attributes("name=\"csrf\"", "value")[0].clone();
    let hold = [("csrf", csrf.as_str()), ("act", "hold"), ("reason", "等第三方")];
    let held = office.post(&STEPS.replace("/steps", "/mailing"), &hold).await;
    assert_eq!(held.status, StatusCode::SEE_OTHER, "{}", held.text);
    assert!(!office.get(STEPS).await.text.contains("暂停发送"));
    let compute = take(&mut office, "compute", true).await;
    assert_eq!(compute.location(), format!("/console/rounds/{ROUND}/compute"));
    assert_eq!(jobs::of_round(&server.base.db, ROUND, 9).await.unwrap().len(), 1);
    assert_eq!(
        take(&mut office, "close", true).await.location(),
        format!("{STEPS}?done=close&n=0")
    );
    let page = office.get(STEPS).await;
    assert!(
        page.text.contains("重新打开") && page.text.contains("还没有计算"),
        "{}",
        page.text
    );
    assert_eq!(
        take(&mut office, "nothing", true).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn those_who_oversee_see_the_steps_and_take_none() {
    let (server, _office) = with_draft().await;
    server.account(Role::Auditor).await;
    let mut auditor = server.browser();
    auditor.sign_in(Role::Auditor).await;
    let page = auditor.get(STEPS).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.text.contains("name=\"step\""), "{}", page.text);
    let refused = auditor.post(STEPS, &[("step", "open"), ("confirm", "yes")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}
