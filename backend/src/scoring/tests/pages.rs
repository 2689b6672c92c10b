//! The pages of evaluators and office through the router.

use super::*;
use crate::scoring::evidence::{MAX_BYTES, MAX_FILES};

fn marking(rest: &str) -> String {
    format!("/console/rounds/{ROUND}/marking{rest}")
}

fn scoring(rest: &str) -> String {
    format!("/console/rounds/{ROUND}/scoring{rest}")
}

#[tokio::test]
async fn nothing_is_seen_before_the_declaration_which_takes_conflicted_cards_away() {
    let team = Team::of(2).await;
    let id = team.server.named_account("e3", Role::Evaluator, None).await;
    let (mut e3, csrf) = {
        let mut browser = team.server.browser();
        browser.sign_in_as("e3").await;
        let console = browser.get("/console").await;
        let token = console.attributes("name=\"csrf\"", "value")[0].clone();
        (browser, token)
    };
    assert_eq!(
        e3.get(&marking("")).await.status,
        StatusCode::NOT_FOUND,
        "not engaged"
    );
    people::engage(&team.server.base, &team.plan, "office", id, Some(5))
        .await
        .unwrap();
    let round = e3.get(&format!("/console/rounds/{ROUND}")).await;
    assert!(round.text.contains(&marking("")));
    for path in [marking(""), marking(&format!("/cards/{}", uuid::Uuid::nil()))] {
        assert_eq!(e3.get(&path).await.location(), marking("/declaration"));
    }
    let unit = format!("unit-{FIRST_UNIT}");
    let fields = [("csrf", csrf.as_str()), (&unit, "past_post"), ("note", "2015年")];
    let unsure = e3.post(&marking("/declaration"), &fields).await;
    assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unsure.text.contains("href=\"#sure\"") && unsure.text.contains("2015年"));
    let fields = [&fields[..], &[("sure", "1")]].concat();
    let sent = e3.post(&marking("/declaration"), &fields).await;
    assert_eq!(sent.location(), marking("?done=declared"));
    team.draw(1).await.unwrap();
    let all = team.cards().await;
    let own: Vec<&Card> = all.iter().filter(|card| card.staff_id == id).collect();
    assert_eq!(own.len(), 5, "as many as they take");
    assert!(own.iter().all(|card| card.unit != FIRST_UNIT));
    // Something new comes up: the card goes.
    let unit = format!("unit-{}", own[0].unit);
    let fields = [("csrf", csrf.as_str()), (&unit, "relatives"), ("sure", "1")];
    e3.post(&marking("/declaration"), &fields).await;
    let left = e3.get(&marking("")).await;
    assert_eq!(left.text.matches("/marking/cards/").count(), 4);
}

#[tokio::test]
async fn a_card_is_saved_in_parts_refused_with_its_fields_and_sealed_for_good() {
    let team = Team::of(2).await;
    team.draw(1).await.unwrap();
    let card = team.card("e1", FIRST_UNIT).await;
    let path = marking(&format!("/cards/{}", card.id));
    let (mut e1, csrf) = team.browser("e1").await;
    let shown = e1.get(&path).await;
    assert_eq!(shown.text.matches("type=\"radio\"").count(), 14 * 5);
    assert!(shown.text.contains("能自己到窗口，也能自己用卫生间"));
    // A mark, a remark and a photograph; another file is no photograph.
    let photo = [&PNG[..], b"one"].concat();
    let fields = [
        ("csrf", csrf.as_str()),
        ("mark-0", "3"),
        ("comment-0", "坡道太陡"),
        ("mark-1", "9"),
        ("comment-1", ""),
        ("go", "save"),
    ];
    let files: [(&str, &[u8]); 3] = [("file-0", &photo), ("file-1", b"<html>"), ("file-2", b"")];
    let reply = e1.post_files(&path, &fields, &files).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    for expected in ["#mark-1", "#file-1", "坡道太陡", "其余内容已经保存"] {
        assert!(reply.text.contains(expected), "{expected}");
    }
    assert!(!reply.text.contains("#file-0") && !reply.text.contains("#file-2"));
    let saved = e1.get(&path).await;
    assert_eq!(saved.text.matches(" checked").count(), 1);
    // Sealing names everything that is missing.
    let fields = [
        ("csrf", csrf.as_str()),
        ("mark-0", "3"),
        ("comment-0", ""),
        ("go", "seal"),
    ];
    let reply = e1.post_files(&path, &fields, &[]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(reply.text.matches("<li><a href=\"#mark-").count(), 13);
    assert_eq!(reply.text.matches("<li><a href=\"#file-").count(), 12);
    // All of it.
    let names: Vec<(String, String, String)> = (0..14)
        .map(|at| {
            (
                format!("mark-{at}"),
                format!("comment-{at}"),
                format!("file-{at}"),
            )
        })
        .collect();
    let mut fields = vec![("csrf", csrf.as_str()), ("go", "seal")];
    fields.extend(
        names
            .iter()
            .flat_map(|(mark, comment, _)| [(mark.as_str(), "2"), (comment.as_str(), "")]),
    );
    let files: Vec<(&str, &[u8])> = names
        .iter()
        .skip(1)
        .map(|(_, _, file)| (file.as_str(), &photo[..]))
        .collect();
    let reply = e1.post_files(&path, &fields, &files).await;
    assert_eq!(reply.location(), format!("{path}?done=sealed"), "{}", reply.text);
    let sealed = e1.get(&path).await;
    assert!(
        !sealed
            .text
            .contains("<form method=\"post\" action=\"/console/rounds"),
        "nothing to change"
    );
    let late = e1.post_files(&path, &fields, &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let log = e1.get(&marking("/log")).await;
    for act in ["封存评分表", "上传佐证", "保存评分表", "申报利益关系"] {
        assert!(log.text.contains(act), "{act}");
    }
}

#[tokio::test]
async fn evidence_is_a_download_for_its_scorer_and_for_the_office_once_all_have_sealed() {
    let team = Team::of(2).await;
    team.server.account(Role::Office).await;
    team.draw(1).await.unwrap();
    let (mine, theirs) = (
        team.card("e1", FIRST_UNIT).await,
        team.card("e2", FIRST_UNIT).await,
    );
    for card in [&mine, &theirs] {
        team.write(card, 2.0, "佐证").await;
    }
    team.seal(&mine).await.unwrap();
    let file = cards::evidence(&team.server.base.db, &[mine.id]).await.unwrap()[0].id;
    let (own, offices) = (
        marking(&format!("/evidence/{file}/download")),
        scoring(&format!("/evidence/{file}/download")),
    );
    let (mut e1, _) = team.browser("e1").await;
    let (mut e2, _) = team.browser("e2").await;
    let (mut office, _) = team.browser("office").await;
    let got = e1.get(&own).await;
    assert_eq!(got.status, StatusCode::OK);
    let header = |name: &str| got.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "image/png");
    assert!(header("content-disposition").starts_with("attachment; filename="));
    assert!(header("content-security-policy").contains("sandbox"));
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(e2.get(&own).await.status, StatusCode::NOT_FOUND);
    assert_eq!(e2.get(&offices).await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        office.get(&offices).await.status,
        StatusCode::NOT_FOUND,
        "e2 has not sealed"
    );
    assert_eq!(office.get(&own).await.status, StatusCode::FORBIDDEN);
    team.seal(&theirs).await.unwrap();
    assert_eq!(office.get(&offices).await.status, StatusCode::OK);
    assert_eq!(e2.get(&own).await.status, StatusCode::NOT_FOUND);
    // Bytes that are not those handed in are not given out.
    let path = team
        .server
        .base
        .config
        .data_dir
        .join("evidence")
        .join(file.to_string());
    std::fs::write(path, b"something else").unwrap();
    assert_eq!(
        office.get(&offices).await.status,
        StatusCode::INTERNAL_SERVER_ERROR
    );
}

#[tokio::test]
async fn files_beyond_number_and_size_are_refused_and_the_rest_is_kept() {
    let team = Team::of(2).await;
    team.draw(1).await.unwrap();
    let card = team.card("e1", FIRST_UNIT).await;
    let path = marking(&format!("/cards/{}", card.id));
    let (mut e1, csrf) = team.browser("e1").await;
    let photo = [&PNG[..], b"two"].concat();
    let mut large = PNG.to_vec();
    large.resize(MAX_BYTES + 1, 0);
    let fields = [("csrf", csrf.as_str()), ("comment-0", "留下这句"), ("go", "save")];
    let mut files: Vec<(&str, &[u8])> = vec![("file-0", &photo[..]); MAX_FILES + 1];
    files.push(("file-1", &large));
    let reply = e1.post_files(&path, &fields, &files).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.text.contains("每项最多 6 个文件") && reply.text.contains("文件超过 8 MB"));
    let kept = cards::evidence(&team.server.base.db, &[card.id]).await.unwrap();
    assert_eq!(kept.len(), MAX_FILES);
    // More than the route takes: what came before the limit is kept, and the page says so.
    let fields = [("csrf", csrf.as_str()), ("comment-0", "后来的话"), ("go", "save")];
    let most = vec![0_u8; MAX_BYTES];
    let files: Vec<(&str, &[u8])> = vec![("file-2", &most[..]); 5];
    let reply = e1.post_files(&path, &fields, &files).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.text.contains("分几次传") && reply.text.contains("后来的话"));
    // One is taken away.
    let drop = kept[0].id.to_string();
    let fields = [("csrf", csrf.as_str()), ("drop", drop.as_str()), ("go", "save")];
    assert_eq!(
        e1.post_files(&path, &fields, &[]).await.status,
        StatusCode::SEE_OTHER
    );
    let left = cards::evidence(&team.server.base.db, &[card.id]).await.unwrap();
    assert_eq!(left.len(), MAX_FILES - 1);
}

#[tokio::test]
async fn the_office_engages_draws_approves_and_counts_on_its_pages() {
    let team = Team::of(2).await;
    team.server.account(Role::Office).await;
    team.server.account(Role::Auditor).await;
    let (mut office, csrf) = team.browser("office").await;
    let own = csrf.as_str();
    let drawn = office
        .post(
            &scoring("/people"),
            &[
                ("csrf", own),
                ("go", "draw"),
                ("seed", "17"),
                ("split", "section"),
            ],
        )
        .await;
    assert_eq!(
        drawn.location(),
        scoring("/people?done=drawn&n=120&m=0"),
        "{}",
        drawn.text
    );
    let people = office.get(&scoring("/people")).await;
    assert!(people.text.contains("<td class=\"num\">17</td>"));
    team.finish(|_, unit| if unit < "990101010" { 3.0 } else { 2.0 })
        .await;
    let overview = office.get(&scoring("")).await;
    assert!(overview.text.contains("已封存 120 张评分表，共 120 张") && overview.text.contains("ICC(1)"));
    let shut = office.post(&scoring("/count"), &[("csrf", own)]).await;
    assert_eq!(shut.status, StatusCode::UNPROCESSABLE_ENTITY);
    let unit = scoring(&format!("/units/{FIRST_UNIT}"));
    let page = office.get(&unit).await;
    let ids = page.attributes("name=\"card\"", "value");
    let hashes = page.attributes("name=\"hash\"", "value");
    assert_eq!(hashes.len(), 6);
    let first = ids[0].clone();
    let fields = [
        ("csrf", own),
        ("go", "approve"),
        ("card", &*first),
        ("hash", &*hashes[0]),
    ];
    assert_eq!(
        office.post(&unit, &fields).await.location(),
        format!("{unit}?done=approved")
    );
    let fields = [("csrf", own), ("go", "approve"), ("card", &*first), ("hash", "0")];
    assert_eq!(
        office.post(&unit, &fields).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let fields = [
        ("csrf", own),
        ("go", "return"),
        ("card", &*first),
        ("reason", " "),
    ];
    let refused = office.post(&unit, &fields).await;
    assert!(refused.text.contains(&format!("href=\"#reason-{first}\"")));
    team.approve_all().await;
    let counted = office.post(&scoring("/count"), &[("csrf", own)]).await;
    assert_eq!(
        counted.location(),
        scoring("?done=counted&n=560"),
        "{}",
        counted.text
    );
    // An auditor reads and does nothing.
    let (mut auditor, csrf) = team.browser("auditor").await;
    assert_eq!(auditor.get(&unit).await.status, StatusCode::OK);
    let reply = auditor.post(&scoring("/count"), &[("csrf", csrf.as_str())]).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    // Who works for the office writes no mark.
    let card = team.cards().await[0].id;
    let forged = office
        .post_files(&marking(&format!("/cards/{card}")), &[("csrf", own)], &[])
        .await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
}
