//! Experts by their links, from the office's asking to the numbers in the plan.

use axum::http::StatusCode;

use crate::auth::Role;
use crate::handlers::console::planning::tests::with_draft;
use crate::handlers::testing::{Browser, Reply, Server};
use crate::planning::{copy, sheet::Sheet};
use crate::rounds;

const WEIGHTS: &str = "/console/rounds/yunxi-2027/weights";

fn csrf(reply: &Reply) -> String {
    reply.attributes("name=\"csrf\"", "value")[0].clone()
}

async fn act(office: &mut Browser, fields: &[(&str, &str)]) -> Reply {
    let page = office.get(WEIGHTS).await;
    let (csrf, seen) = (csrf(&page), page.attributes("name=\"seen\"", "value"));
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(seen.first().map(|seen| ("seen", seen.as_str())));
    all.extend_from_slice(fields);
    office.post(WEIGHTS, &all).await
}

/// Asks an expert and gives the path of the link.
async fn ask(office: &mut Browser, name: &str) -> String {
    let page = act(office, &[("go", "add"), ("name", name)]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let at = page
        .text
        .find("/weights/")
        .unwrap_or_else(|| panic!("{}", page.text));
    let link = page
        .text
        .split("<code class=\"hash\">")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap();
    assert!(at > 0);
    link[link.find("/weights/").unwrap()..].to_owned()
}

/// Gives every pair of every group the same answer.
async fn compare_all(browser: &mut Browser, link: &str, steps: &str) {
    let page = browser.get(link).await;
    let groups: Vec<String> = page
        .attributes("class=\"line\"", "href")
        .into_iter()
        .filter(|href| href.starts_with(link))
        .collect();
    assert_eq!(groups.len(), 5, "{}", page.text);
    for group in groups {
        let page = browser.get(&group).await;
        let fields: Vec<(String, &str)> = page
            .attributes("select id=\"p", "name")
            .into_iter()
            .map(|name| (name, steps))
            .collect();
        assert!(!fields.is_empty(), "{}", page.text);
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, steps)| (name.as_str(), *steps))
            .collect();
        let kept = browser.post(&group, &fields).await;
        assert_eq!(kept.location(), format!("{link}?saved=yes"), "{}", kept.text);
    }
}

async fn indicators(server: &Server) -> Sheet {
    let round = rounds::require(&server.base, "yunxi-2027").await.unwrap();
    let copy = copy::load(&server.base.db, &server.base, &round).await.unwrap();
    Sheet::read(&copy.files["indicators.csv"]).unwrap()
}

#[tokio::test]
async fn experts_compare_and_the_office_takes_their_weights_over() {
    let (server, mut office) = with_draft().await;
    let refused = act(&mut office, &[("take", "ahp")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        act(&mut office, &[("go", "add"), ("name", " ")]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let link = ask(&mut office, "王教授").await;
    let mut expert = server.browser();
    compare_all(&mut expert, &link, "0").await;
    let page = expert.get(&link).await;
    assert!(
        page.text.contains("比完了，交给办公室") && !page.text.contains("王教授"),
        "{}",
        page.text
    );
    expert.post(&link, &[("go", "done")]).await;
    assert!(expert.get(&link).await.text.contains("您已交给办公室"));
    let page = office.get(WEIGHTS).await;
    assert!(
        page.text.contains("28 / 28") && page.text.contains("已说比完"),
        "{}",
        page.text
    );
    let taken = act(&mut office, &[("take", "ahp")]).await;
    assert_eq!(
        taken.location(),
        "/console/rounds/yunxi-2027/plan?done=weights",
        "{}",
        taken.text
    );
    let sheet = indicators(&server).await;
    assert_eq!((sheet.cell(0, "weight"), sheet.cell(1, "weight")), ("25", "8.34"));
    let round = rounds::require(&server.base, "yunxi-2027").await.unwrap();
    let copy = copy::load(&server.base.db, &server.base, &round).await.unwrap();
    let comparisons = String::from_utf8(copy.files["comparisons.csv"].clone()).unwrap();
    assert!(comparisons.starts_with("expert,first,second,value\nE1,1,2,1\n") && !comparisons.contains("王"));
    assert!(copy.faults().is_empty(), "{:?}", copy.faults());
    // Another way: the comparisons leave the plan with the weights that came from them.
    act(&mut office, &[("take", "equal")]).await;
    let copy = copy::load(&server.base.db, &server.base, &round).await.unwrap();
    assert!(!copy.files.contains_key("comparisons.csv"));
}

#[tokio::test]
async fn contradictions_are_named_with_what_would_fit_and_stand_in_the_way() {
    let (server, mut office) = with_draft().await;
    let link = ask(&mut office, "李处长").await;
    let mut expert = server.browser();
    compare_all(&mut expert, &link, "0").await;
    // 1.1 over 1.2 over 1.3 over 1.1.
    let group = format!("{link}/1");
    expert
        .post(&group, &[("p0", "5"), ("p1", "-5"), ("p2", "5")])
        .await;
    let page = expert.get(&group).await;
    assert!(
        page.text.contains("前后有矛盾") && page.text.contains("这一对和其他几对最不合"),
        "{}",
        page.text
    );
    let page = office.get(WEIGHTS).await;
    assert!(page.text.contains("E1 · 1 参与"), "{}", page.text);
    let refused = act(&mut office, &[("take", "ahp")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let odd = expert.post(&group, &[("p0", "9")]).await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn an_expert_who_contradicts_themselves_is_left_out_with_a_reason_that_is_kept() {
    let (server, mut office) = with_draft().await;
    let (first, second) = (ask(&mut office, "李处长").await, ask(&mut office, "周老师").await);
    let mut expert = server.browser();
    for link in [&first, &second] {
        compare_all(&mut expert, link, "0").await;
    }
    let odd = [("p0", "5"), ("p1", "-5"), ("p2", "5")];
    expert.post(&format!("{first}/1"), &odd).await;
    let refused = act(&mut office, &[("take", "ahp")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = office.get(WEIGHTS).await;
    let id = page.attributes("name=\"expert\"", "value")[0].clone();
    let leave = [("go", "withdraw"), ("expert", id.as_str()), ("reason", " ")];
    let refused = act(&mut office, &leave).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("href=\"#reason-E1\"") && refused.text.contains("id=\"reason-E1\""));
    let leave = [
        ("go", "withdraw"),
        ("expert", id.as_str()),
        ("reason", "两次提醒后没有改"),
    ];
    assert!(
        act(&mut office, &leave)
            .await
            .location()
            .ends_with("done=withdrawn")
    );
    let acts = crate::store::audit::of_subject(&server.base.db, "yunxi-2027")
        .await
        .unwrap();
    let kept = acts.iter().find(|act| act.action == "weights.withdraw").unwrap();
    assert!(kept.detail.contains("两次提醒后没有改"), "{}", kept.detail);
    assert_eq!(expert.get(&first).await.status, StatusCode::NOT_FOUND);
    let taken = act(&mut office, &[("take", "ahp")]).await;
    assert!(taken.location().ends_with("done=weights"), "{}", taken.text);
}

#[tokio::test]
async fn a_link_that_was_renewed_or_withdrawn_and_a_sealed_plan_take_nothing() {
    let (server, mut office) = with_draft().await;
    let link = ask(&mut office, "赵老师").await;
    let page = office.get(WEIGHTS).await;
    let id = page.attributes("name=\"expert\"", "value")[0].clone();
    let renewed = act(&mut office, &[("go", "renew"), ("expert", &id)]).await;
    assert_eq!(renewed.status, StatusCode::OK);
    let mut expert = server.browser();
    assert_eq!(expert.get(&link).await.status, StatusCode::NOT_FOUND);
    assert_eq!(expert.get("/weights/0000").await.status, StatusCode::NOT_FOUND);
    let link = ask(&mut office, "钱老师").await;
    rounds::seal(&server.base, "yunxi-2027", "test").await.unwrap();
    let page = expert.get(&link).await;
    assert!(page.text.contains("比较到此为止"), "{}", page.text);
    expert.post(&format!("{link}/1"), &[("p0", "3")]).await;
    let page = office.get(WEIGHTS).await;
    assert!(
        page.text.contains("0 / 28") && page.text.contains("权重只能看"),
        "{}",
        page.text
    );
    let refused = office
        .post(WEIGHTS, &[("csrf", &csrf(&page)), ("take", "equal")])
        .await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    server.account(Role::Evaluator).await;
    let mut evaluator = server.browser();
    evaluator.sign_in(Role::Evaluator).await;
    assert_eq!(evaluator.get(WEIGHTS).await.status, StatusCode::FORBIDDEN);
}
