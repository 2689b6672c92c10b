//! What becomes of an interviewer's devices and cases when the office changes the account.

use super::*;

const ACCOUNTS: &str = "/console/rounds/yunxi-2026/interviewers/accounts";

/// What a page says of a new password.
fn shown(text: &str) -> String {
    let after = text.split("data-password>").nth(1).unwrap();
    after.split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn closed_account_gives_its_cases_back_and_its_devices_are_wiped() {
    let (field, token) = Field::with_device().await;
    let (mut office, csrf) = field.office().await;
    let person = field.interviewer.to_string();
    let act = |go: &'static str, reason: &'static str| {
        [
            ("csrf", csrf.clone()),
            ("person", person.clone()),
            ("go", go.to_owned()),
            ("reason", reason.to_owned()),
        ]
    };
    let silent = act("close", " ");
    let fields = silent.each_ref().map(|(name, value)| (*name, value.as_str()));
    let refused = office.post(ACCOUNTS, &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("id=\"close-reason-fault\""),
        "{}",
        refused.text
    );
    assert_eq!(field.send("GET", "status", &token, None).await.status, 200);

    let nobody = [
        ("csrf", csrf.as_str()),
        ("person", ""),
        ("go", "close"),
        ("reason", "x"),
    ];
    let refused = office.post(ACCOUNTS, &nobody).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("id=\"close-person-fault\""),
        "{}",
        refused.text
    );

    let closing = act("close", "不干了");
    let fields = closing.each_ref().map(|(name, value)| (*name, value.as_str()));
    let closed = office.post(ACCOUNTS, &fields).await;
    assert!(
        closed.location().ends_with("?done=close&n=3"),
        "{}",
        closed.location()
    );
    assert_eq!(
        field.acts("interviewer.close").await,
        [json!({ "reason": "不干了", "cases": 3, "devices": 1 })]
    );
    let db = &field.server.base.db;
    assert!(
        assignments::of_staff(db, field.interviewer)
            .await
            .unwrap()
            .is_empty()
    );
    let gone = field.send("GET", "bundle", &token, None).await;
    assert_eq!((gone.status, &gone.body["wipe"]), (410, &json!(true)));
    assert_eq!(field.register("interviewer", PASSWORD).await.status, 401);
    // Nothing is given to somebody who has left, and the page offers to open the account again.
    let page = office.get(closed.location()).await;
    assert!(
        page.text.contains("账号已关闭，收回没完成的任务3人"),
        "{}",
        page.text
    );
    assert!(page.text.contains("id=\"reopen-person\"") && !page.text.contains("id=\"person\""));

    let opening = act("reopen", "");
    let fields = opening.each_ref().map(|(name, value)| (*name, value.as_str()));
    let password = shown(&office.post(ACCOUNTS, &fields).await.text);
    assert_eq!(
        field.send("GET", "bundle", &token, None).await.status,
        410,
        "the old device stays shut"
    );
    assert_eq!(field.register("interviewer", PASSWORD).await.status, 401);
    assert_eq!(field.register("interviewer", &password).await.status, 201);
}

#[tokio::test]
async fn renewed_password_replaces_the_old_one_and_leaves_devices_alone() {
    let (field, token) = Field::with_device().await;
    let (mut office, csrf) = field.office().await;
    let person = field.interviewer.to_string();
    let fields = [("csrf", csrf.as_str()), ("person", &person), ("go", "password")];
    let reply = office.post(ACCOUNTS, &fields).await;
    assert_eq!(reply.status, StatusCode::OK);
    let password = shown(&reply.text);
    assert_eq!(field.register("interviewer", PASSWORD).await.status, 401);
    assert_eq!(field.register("interviewer", &password).await.status, 201);
    assert_eq!(field.send("GET", "status", &token, None).await.status, 200);
    assert_eq!(field.acts("interviewer.password").await.len(), 1);
    let foreign = [("csrf", "x"), ("person", &person), ("go", "password")];
    assert_eq!(
        office.post(ACCOUNTS, &foreign).await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn exception_taken_back_frees_the_cases_of_the_own_unit_alone() {
    let field = Field::start(Some(NEAR)).await;
    let (mut office, csrf) = field.office().await;
    let page = format!("/console/rounds/{ROUND}/interviewers");
    assert!(office.get(&page).await.text.contains("手机登录会被拒绝"));
    let person = field.interviewer.to_string();
    let own = [("csrf", csrf.as_str()), ("person", person.as_str())];
    let granted = office
        .post(
            &format!("{page}/exceptions"),
            &[own[0], own[1], ("reason", "只有他会手语")],
        )
        .await;
    assert!(
        !office
            .get(granted.location())
            .await
            .text
            .contains("手机登录会被拒绝")
    );
    for (case, _, _) in CASES {
        field.assign(case).await;
    }
    let near = CASES.iter().filter(|(_, _, unit)| *unit == NEAR).count();
    assert!(near > 0 && near < CASES.len());
    let end = [own[0], own[1], ("go", "unexcept"), ("reason", "有别人了")];
    let ended = office.post(ACCOUNTS, &end).await;
    assert!(
        ended.location().ends_with(&format!("?done=unexcept&n={near}")),
        "{}",
        ended.location()
    );
    let db = &field.server.base.db;
    let left = assignments::of_staff(db, field.interviewer).await.unwrap();
    assert_eq!(left.len(), CASES.len() - near);
    assert_eq!(field.acts("interviewer.end_exception").await.len(), 1);
    // There is none any more.
    assert_eq!(office.post(ACCOUNTS, &end).await.status, StatusCode::NOT_FOUND);
}
