//! Questions of another questionnaire, of this round and of another; the questionnaire as CSV.

use survey_forms::editor::Workbook;

use super::*;

#[tokio::test]
async fn questions_come_from_another_questionnaire_of_this_round_and_of_another() {
    let (_server, mut office) = with_draft().await;
    begun(&mut office).await;
    let choose = at(DRAFT, "/trial/copy?to=last");
    let shown = office.get(&choose).await;
    for part in [
        format!("from={DRAFT}%2Fresident"),
        format!("from={ROUND}&"),
        "本轮的问卷".to_owned(),
    ] {
        assert!(
            shown.text.replace("&amp;", "&").contains(&part),
            "{part}: {}",
            shown.text
        );
    }
    assert!(!shown.text.contains("%2Ftrial"), "not from itself");
    let others = office
        .get(&at(DRAFT, &format!("/trial/copy?from={ROUND}&to=last")))
        .await;
    assert!(
        others.text.contains(&format!("from={ROUND}%2Fresident")),
        "{}",
        others.text
    );

    let from = format!("{ROUND}/resident");
    let page = at(
        DRAFT,
        &format!("/trial/copy?from={}&to=last", from.replace('/', "%2F")),
    );
    let listed = office.get(&page).await;
    assert!(
        listed.text.contains("value=\"help_rehab\"") && listed.text.contains("不会一起复制"),
        "{}",
        listed.text
    );
    let nothing = send(&mut office, &page, &page, &[("from", &from), ("to", "last")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.text.contains("请先勾选要复制的题"), "{}", nothing.text);
    // What it depends on comes with it.
    let ticked = [("from", from.as_str()), ("to", "last"), ("item", "help_rehab")];
    let copied = send(&mut office, &page, &page, &ticked).await;
    assert!(
        copied.location().contains("done=copied"),
        "{} {}",
        copied.location(),
        copied.text
    );
    let outline = office.get(copied.location()).await;
    assert!(outline.text.contains("题目复制过来了"), "{}", outline.text);
    let workbook = office.get(&at(DRAFT, "/trial/download")).await;
    let form = xlsform::read("trial.xlsx", &workbook.bytes).unwrap().form;
    assert!(form.question("recv_rehab").is_some() && form.question("help_rehab").is_some());

    // The same as CSV, which is read as the same questionnaire.
    let csv = office.get(&at(DRAFT, "/trial/download?as=csv")).await;
    let again = xlsform::read("trial.csv", &csv.bytes).unwrap().form;
    assert_eq!(again.version, form.version);
    assert!(Workbook::read("trial.csv", &csv.bytes).is_ok());
}

#[tokio::test]
async fn rounds_that_do_not_exist_and_questionnaires_that_do_not_are_not_found() {
    let (_server, mut office) = with_draft().await;
    begun(&mut office).await;
    for from in ["nowhere", "nowhere/resident", "yunxi-2026/nothing", "../x"] {
        let page = at(
            DRAFT,
            &format!("/trial/copy?from={}&to=last", from.replace('/', "%2F")),
        );
        assert_eq!(office.get(&page).await.status, StatusCode::NOT_FOUND, "{from}");
    }
}

#[tokio::test]
async fn without_script_the_answers_of_a_new_condition_are_a_button_away() {
    let (_server, mut office) = with_draft().await;
    let first = begun(&mut office).await;
    let name = first.split("row=").nth(1).unwrap().to_owned();
    let add = at(DRAFT, "/trial/add?to=last");
    let fields = [("label", "住了几年？"), ("kind", "integer"), ("to", "last")];
    let added = send(&mut office, &add, &add, &fields).await;
    let page = added.location().split("&done").next().unwrap().to_owned();
    let shown = office.get(&page).await;
    assert!(
        shown.text.contains("<noscript>") && shown.text.contains("列出可以选的答案"),
        "{}",
        shown.text
    );
    let listed = change(
        &mut office,
        &shown,
        &page,
        &[("q:0:question", &name), ("go", "refresh")],
    )
    .await;
    assert_eq!(listed.status, StatusCode::OK);
    assert!(
        listed.text.contains("name=\"q:0:a\"") && listed.text.contains("城里"),
        "{}",
        listed.text
    );
}
