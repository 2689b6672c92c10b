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

#[tokio::test]
async fn nobody_interviews_for_their_own_employer_unless_the_office_says_why() {
    let field = Field::start(Some(NEAR)).await;
    let refused = field.register("interviewer", PASSWORD).await;
    assert_eq!(
        (refused.status, &refused.body["reason"]),
        (403, &json!("employed_by_judged_unit"))
    );
    let (mut office, csrf) = field.office().await;
    let page = format!("/console/rounds/{ROUND}/interviewers");
    let person = field.interviewer.to_string();
    let assign = |unit: &'static str| {
        vec![
            ("csrf", csrf.clone()),
            ("go", "assign".to_owned()),
            ("person", person.clone()),
            ("unit", unit.to_owned()),
        ]
    };
    async fn post(
        office: &mut Browser,
        path: &str,
        fields: Vec<(&'static str, String)>,
    ) -> (StatusCode, String) {
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let reply = office.post(path, &fields).await;
        (reply.status, reply.location().to_owned())
    }
    let cases = format!("{page}/cases");
    assert_eq!(
        post(&mut office, &cases, assign(NEAR)).await.0,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        post(&mut office, &cases, assign(FAR)).await.1,
        format!("{page}?done=assign&n=3")
    );
    let token = field.token().await;

    let without = vec![
        ("csrf", csrf.clone()),
        ("person", person.clone()),
        ("reason", "  ".to_owned()),
    ];
    let exceptions = format!("{page}/exceptions");
    assert_eq!(
        post(&mut office, &exceptions, without).await.0,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let with = vec![
        ("csrf", csrf.clone()),
        ("person", person.clone()),
        ("reason", "村里只有他会手语".to_owned()),
    ];
    assert!(
        post(&mut office, &exceptions, with)
            .await
            .1
            .contains("done=except")
    );
    assert_eq!(
        field.acts("interviewer.except").await[0]["reason"],
        "村里只有他会手语"
    );
    assert_eq!(
        post(&mut office, &cases, assign(NEAR)).await.1,
        format!("{page}?done=assign&n=1")
    );
    for (case, staff_collected) in [("resident-000001", false), ("resident-000003", true)] {
        let id = field.id();
        let body = field.interview(id, case, |_| {}).await;
        assert_eq!(
            field.send("POST", "responses", &token, Some(&body)).await.status,
            201
        );
        let stored = responses::find(&field.server.base.db, id).await.unwrap().unwrap();
        assert_eq!(stored.staff_collected, staff_collected, "{case}");
    }
}

#[tokio::test]
async fn office_adds_an_interviewer_whose_password_is_shown_once_and_works() {
    let field = Field::start(None).await;
    let (mut office, csrf) = field.office().await;
    let page = format!("/console/rounds/{ROUND}/interviewers");
    let new = [
        ("csrf", csrf.as_str()),
        ("login", "wang.li"),
        ("name", "王丽"),
        ("employer", ""),
    ];
    let made = office.post(&page, &new).await;
    assert_eq!(made.status, StatusCode::OK);
    let password = made
        .text
        .split("data-password>")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap()
        .to_owned();
    assert!(!office.get(&page).await.text.contains(&password));
    assert_eq!(field.register("wang.li", &password).await.status, 201);
    let again = office.post(&page, &new).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text.contains("已经有人用了") && again.text.contains("value=\"王丽\""));
    let bad = [
        ("csrf", csrf.as_str()),
        ("login", "王"),
        ("name", ""),
        ("employer", "nowhere"),
    ];
    let bad = office.post(&page, &bad).await;
    assert_eq!(bad.text.matches("href=\"#new-").count(), 2, "{}", bad.text);
    let log = format!("{:?}", audit::latest(&field.server.base.db, 100).await.unwrap());
    assert!(log.contains("interviewer.add") && !log.contains(&password));

    let share = [
        ("csrf", csrf.as_str()),
        ("go", "share"),
        ("among", &field.interviewer.to_string()),
    ];
    let shared = office.post(&format!("{page}/cases"), &share).await;
    assert_eq!(shared.location(), format!("{page}?done=assign&n=4"));
    let back = [("csrf", csrf.as_str()), ("go", "unassign"), ("unit", FAR)];
    let back = office.post(&format!("{page}/cases"), &back).await;
    assert_eq!(back.location(), format!("{page}?done=unassign&n=3"));
}

#[tokio::test]
async fn interviewers_pages_follow_the_policy() {
    let field = Field::start(None).await;
    let pages = ["interviewers", "held"].map(|page| format!("/console/rounds/{ROUND}/{page}"));
    // office, evaluator, viewer, auditor
    let table = [
        (Role::Office, [200, 200]),
        (Role::Evaluator, [200, 403]),
        (Role::Viewer, [403, 403]),
        (Role::Auditor, [200, 403]),
    ];
    for (role, statuses) in table {
        field.server.account(role).await;
        let mut browser = field.server.browser();
        browser.sign_in(role).await;
        for (page, status) in pages.iter().zip(statuses) {
            assert_eq!(browser.get(page).await.status.as_u16(), status, "{role:?} {page}");
        }
        let forms = browser.get(&pages[0]).await.text;
        assert_eq!(
            forms.contains("value=\"assign\""),
            matches!(role, Role::Office | Role::Evaluator)
        );
        assert_eq!(forms.contains("name=\"employer\""), role == Role::Office);
        let lost = [("csrf", "x"), ("device", "x"), ("go", "lost")];
        let reply = browser.post(&format!("{}/devices", pages[0]), &lost).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{role:?}");
    }
    let mut interviewer = field.server.browser();
    let reply = interviewer.sign_in(Role::Interviewer).await;
    assert_eq!(
        (reply.location(), reply.headers.contains_key(header::SET_COOKIE)),
        ("/field", false)
    );
}
