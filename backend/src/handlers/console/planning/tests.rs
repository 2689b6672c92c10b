//! The plan by HTTP: changed, saved, sealed and amended by the office; read by those who oversee; closed to judged units.

use analysis::plan::{Plan, PlanFiles};
use axum::http::StatusCode;

use crate::auth::Role;
use crate::handlers::testing::{Browser, ROUND, Reply, Server};
use crate::planning::{archive, fresh, history};
use crate::records::{Upload, services};
use crate::rounds;
use crate::store::{institutions, plan_files, plan_versions};
use crate::synthetic::sample_plan;

/// A round that is still a draft, beside the open one.
const DRAFT: &str = "yunxi-2027";

pub(in crate::handlers) fn draft_plan() -> PlanFiles {
    let own = fresh::Own {
        id: DRAFT.to_owned(),
        year: 2027,
        opens_on: "2027-10-11".parse().unwrap(),
        closes_on: "2027-12-31".parse().unwrap(),
    };
    fresh::copied(&sample_plan(), &own).unwrap()
}

async fn office(server: &Server) -> Browser {
    server.account(Role::Office).await;
    let mut browser = server.browser();
    browser.sign_in(Role::Office).await;
    browser
}

/// A server with a draft, and the office signed in.
pub(in crate::handlers) async fn with_draft() -> (Server, Browser) {
    let server = Server::start().await;
    rounds::import(&server.base, &draft_plan(), "test").await.unwrap();
    let browser = office(&server).await;
    (server, browser)
}

fn at(round: &str, part: &str) -> String {
    format!("/console/rounds/{round}/plan{part}")
}

fn hidden(reply: &Reply, name: &str) -> String {
    let marker = format!("name=\"{name}\"");
    let values = reply.attributes(&marker, "value");
    values
        .into_iter()
        .next()
        .unwrap_or_else(|| panic!("no {name}: {}", reply.text))
}

/// Sends a page's form with the token and the state that the page showed.
async fn send(browser: &mut Browser, page: &str, to: &str, fields: &[(&str, &str)]) -> Reply {
    let shown = browser.get(page).await;
    assert_eq!(shown.status, StatusCode::OK, "{page}: {}", shown.text);
    let (csrf, seen) = (hidden(&shown, "csrf"), shown.attributes("name=\"seen\"", "value"));
    let mut all = vec![("csrf", csrf.as_str())];
    if let Some(seen) = seen.first() {
        all.push(("seen", seen));
    }
    let saved = shown.attributes("name=\"saved\"", "value");
    if let Some(saved) = saved.first() {
        all.push(("saved", saved));
    }
    all.extend_from_slice(fields);
    browser.post(to, &all).await
}

async fn toml(server: &Server, round: &str) -> String {
    let files = plan_files::read_without_frame(&server.base.db, &server.base.keys, round)
        .await
        .unwrap();
    String::from_utf8(files["plan.toml"].clone()).unwrap()
}

#[tokio::test]
async fn a_setting_is_changed_in_its_line_and_saved_as_a_version() {
    let (server, mut browser) = with_draft().await;
    let before = toml(&server, DRAFT).await;
    let settings = at(DRAFT, "/settings");
    let kept = send(
        &mut browser,
        &settings,
        &settings,
        &[
            ("groups[0].weight", "45"),
            ("mail.leadership[3].email", "new@yunxi.example"),
            ("mail.leadership[3].name", "新成员"),
        ],
    )
    .await;
    assert_eq!(kept.location(), at(DRAFT, "?done=kept"), "{}", kept.text);
    assert_eq!(toml(&server, DRAFT).await, before, "nothing is saved yet");
    let page = browser.get(&at(DRAFT, "")).await;
    assert!(page.text.contains("还没有存"));
    let refused = send(&mut browser, &at(DRAFT, "/seal"), &at(DRAFT, "/seal"), &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let saved = send(
        &mut browser,
        &at(DRAFT, ""),
        &at(DRAFT, "/save"),
        &[("reason", "会议决定")],
    )
    .await;
    assert_eq!(saved.location(), at(DRAFT, "?done=saved"), "{}", saved.text);
    let after = toml(&server, DRAFT).await;
    let changed: Vec<&str> = after.lines().filter(|line| !before.contains(*line)).collect();
    assert_eq!(changed.len(), 2, "{changed:?}");
    assert!(after.contains("weight = 45") && after.contains("# 十个服务领域，次序固定。"));
    let versions = history::of_round(&server.base.db, DRAFT).await.unwrap();
    let told: Vec<(&str, &str)> = versions
        .iter()
        .map(|one| (one.kind.as_str(), one.reason.as_str()))
        .collect();
    assert_eq!(told, [("import", ""), ("edit", "会议决定")]);
    let page = browser.get(&at(DRAFT, "/versions?from=1&to=2")).await;
    assert!(
        page.text.contains("groups[resident].weight") && page.text.contains("会议决定"),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn faults_are_kept_told_by_file_and_row_and_stand_in_the_way_of_saving() {
    let (_server, mut browser) = with_draft().await;
    let table = at(DRAFT, "/table?path=indicators.csv");
    let refused = send(&mut browser, &table, &table, &[("w:1", "许多")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("value=\"许多\"") && refused.text.contains("1.1 的权重"),
        "{}",
        refused.text
    );
    let kept = send(&mut browser, &table, &table, &[("w:1", "11")]).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER);
    let page = browser.get(&table).await;
    assert!(page.text.contains("第 2 行"), "{}", page.text);
    let plan = browser.get(&at(DRAFT, "")).await;
    assert!(plan.text.contains("有错误，还不能存"));
    let csrf = hidden(&plan, "csrf");
    let seen = hidden(&plan, "seen");
    let page = browser.get(&at(DRAFT, "/versions?from=saved&to=copy")).await;
    assert!(page.text.contains("10") && page.text.contains("11"));
    let forced = browser
        .post(
            &at(DRAFT, "/save"),
            &[("csrf", &csrf), ("seen", &seen), ("saved", "x")],
        )
        .await;
    assert_eq!(forced.status, StatusCode::CONFLICT);
    let gone = send(&mut browser, &at(DRAFT, ""), &at(DRAFT, "/discard"), &[]).await;
    assert_eq!(gone.location(), at(DRAFT, "?done=discarded"));
    assert!(!browser.get(&at(DRAFT, "")).await.text.contains("还没有存成"));
}

#[tokio::test]
async fn a_stale_form_is_a_conflict_in_which_nothing_is_lost() {
    let (_server, mut browser) = with_draft().await;
    let page = at(DRAFT, "/file?path=criteria.csv");
    let mine = browser.get(&page).await;
    let (csrf, seen) = (hidden(&mine, "csrf"), hidden(&mine, "seen"));
    let theirs = send(
        &mut browser,
        &page,
        &page,
        &[("text", "code,indicator\nTHEIRS,4.2")],
    )
    .await;
    assert_eq!(theirs.status, StatusCode::SEE_OTHER);
    let fields = [
        ("csrf", csrf.as_str()),
        ("seen", seen.as_str()),
        ("text", "code,indicator\nMINE,4.2"),
    ];
    let stale = browser.post(&page, &fields).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(
        stale.text.contains("MINE,4.2") && stale.text.contains("THEIRS,4.2"),
        "{}",
        stale.text
    );
    let again = hidden(&stale, "seen");
    let fields = [
        ("csrf", csrf.as_str()),
        ("seen", again.as_str()),
        ("text", "code,indicator\nMINE,4.2"),
    ];
    assert_eq!(browser.post(&page, &fields).await.status, StatusCode::SEE_OTHER);

    let row = at(DRAFT, "/row?path=units.csv&row=2");
    let mine = browser.get(&row).await;
    let (seen, key) = (hidden(&mine, "seen"), hidden(&mine, "key"));
    let moved = send(&mut browser, &row, &row, &[("go", "up"), ("key", &key)]).await;
    assert_eq!(moved.status, StatusCode::SEE_OTHER);
    let fields = [
        ("csrf", csrf.as_str()),
        ("seen", seen.as_str()),
        ("key", key.as_str()),
        ("c:name_zh", "我的村"),
        ("go", "keep"),
    ];
    let stale = browser.post(&row, &fields).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(
        stale.text.contains("我的村") && stale.text.contains("row=1\""),
        "{}",
        stale.text
    );
    let again = hidden(&stale, "seen");
    let fields = [
        ("csrf", csrf.as_str()),
        ("seen", again.as_str()),
        ("key", key.as_str()),
        ("c:name_zh", "我的村"),
    ];
    let kept = browser
        .post(&at(DRAFT, "/row?path=units.csv&row=1"), &fields)
        .await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER);
    assert!(
        browser
            .get(&at(DRAFT, "/row?path=units.csv&row=1"))
            .await
            .text
            .contains("我的村")
    );
}

#[tokio::test]
async fn sealing_confirms_the_exact_hash_and_a_change_in_between_voids_it() {
    let (server, mut browser) = with_draft().await;
    let seal = at(DRAFT, "/seal");
    let shown = browser.get(&seal).await;
    let (csrf, hash) = (hidden(&shown, "csrf"), hidden(&shown, "sha256"));
    assert_eq!(hash, Plan::sha256(&draft_plan()));
    let unticked = browser.post(&seal, &[("csrf", &csrf), ("sha256", &hash)]).await;
    assert_eq!(unticked.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut other = draft_plan();
    let changed = String::from_utf8(other["plan.toml"].clone())
        .unwrap()
        .replace("weight = 40", "weight = 41");
    other.insert("plan.toml".to_owned(), changed.into_bytes());
    rounds::import(&server.base, &other, "test").await.unwrap();
    let fields = [
        ("csrf", csrf.as_str()),
        ("sha256", hash.as_str()),
        ("confirm", "yes"),
    ];
    let void = browser.post(&seal, &fields).await;
    assert_eq!(void.status, StatusCode::CONFLICT);
    assert!(void.text.contains("确认作废"));
    assert_eq!(
        rounds::require(&server.base, DRAFT).await.unwrap().plan_sha256,
        None
    );
    let now = hidden(&void, "sha256");
    let fields = [
        ("csrf", csrf.as_str()),
        ("sha256", now.as_str()),
        ("confirm", "yes"),
    ];
    let sealed = browser.post(&seal, &fields).await;
    assert_eq!(
        sealed.location(),
        format!("/console/rounds/{DRAFT}/steps?done=seal"),
        "{}",
        sealed.text
    );
    assert_eq!(
        rounds::require(&server.base, DRAFT).await.unwrap().plan_sha256,
        Some(now)
    );
}

#[tokio::test]
async fn a_sealed_plan_changes_only_by_a_public_amendment_with_a_reason() {
    let server = Server::start().await;
    let mut browser = office(&server).await;
    let before = rounds::require(&server.base, ROUND).await.unwrap();
    let settings = at(ROUND, "/settings");
    send(
        &mut browser,
        &settings,
        &settings,
        &[("groups[0].weight", "45"), ("round.closes_on", "2027-01-15")],
    )
    .await;
    let refused = send(&mut browser, &at(ROUND, ""), &at(ROUND, "/save"), &[]).await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "a sealed plan is not saved"
    );
    let amend = at(ROUND, "/amend");
    let shown = browser.get(&amend).await;
    assert!(
        shown.text.contains("计分规则的改动（1 处）") && shown.text.contains("文字和安排的改动（1 处）"),
        "{}",
        shown.text
    );
    let (csrf, hash) = (hidden(&shown, "csrf"), hidden(&shown, "sha256"));
    let silent = browser
        .post(&amend, &[("csrf", &csrf), ("sha256", &hash), ("confirm", "yes")])
        .await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [
        ("csrf", csrf.as_str()),
        ("sha256", "0"),
        ("confirm", "yes"),
        ("reason", "暴雨"),
    ];
    assert_eq!(browser.post(&amend, &fields).await.status, StatusCode::CONFLICT);
    let fields = [
        ("csrf", csrf.as_str()),
        ("sha256", hash.as_str()),
        ("confirm", "yes"),
        ("reason", "暴雨后延期"),
    ];
    let done = browser.post(&amend, &fields).await;
    assert_eq!(done.location(), at(ROUND, "?done=amended"), "{}", done.text);
    let after = rounds::require(&server.base, ROUND).await.unwrap();
    assert_eq!(
        (after.plan_sha256.as_deref(), after.closes_on.as_str()),
        (Some(hash.as_str()), "2027-01-15")
    );
    assert_eq!(
        (after.state.as_str(), after.amended),
        ("open", before.amended + 1)
    );
    let plan = rounds::plan(&server.base, ROUND).await.unwrap();
    assert_eq!(plan.groups[0].weight, 45.0);
    let public = server.browser().get(&format!("/results/{ROUND}")).await;
    assert!(
        public.text.contains("暴雨后延期") && public.text.contains("第 2 版"),
        "{}",
        public.text
    );
    let old = before.plan_sha256.unwrap();
    let found = history::provenance(&server.base.db, ROUND, &old)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((found.made_by, found.in_force, found.is_outdated()), (1, 2, true));
}

#[tokio::test]
async fn groups_questionnaires_and_looser_limits_cannot_be_amended() {
    let server = Server::start().await;
    let mut proposed = sample_plan();
    let text = String::from_utf8(proposed["plan.toml"].clone()).unwrap();
    let text = text
        .replace("id = \"yunxi-2026\"", "id = \"other\"")
        .replace("code = \"care\"", "code = \"carer\"");
    proposed.insert("plan.toml".to_owned(), text.into_bytes());
    let family = proposed["forms/family.xlsx"].clone();
    proposed.insert("forms/resident.xlsx".to_owned(), family);
    let refused = crate::planning::amend::amend(&server.base, ROUND, proposed, ("因为", None), "test").await;
    let Err(rounds::RoundActError::Plan(found)) = refused else {
        panic!("{refused:?}");
    };
    let codes: Vec<&str> = found.iter().map(|fault| fault.code).collect();
    assert!(codes.contains(&"PA020") && codes.contains(&"PA021"), "{codes:?}");
    let same =
        crate::planning::amend::amend(&server.base, ROUND, sample_plan(), ("因为", None), "test").await;
    assert!(matches!(same, Err(rounds::RoundActError::Plan(found)) if found[0].code == "PA022"));
}

#[tokio::test]
async fn archives_go_out_without_the_frame_and_strays_do_not_come_in() {
    let (server, mut browser) = with_draft().await;
    let mut with_frame = draft_plan();
    with_frame.insert(
        "frame.csv".to_owned(),
        "person_id,unit,group,category,grade,sex,birth_year,hardship,phone,email\nP-1,990101001001,resident,vision,1,male,1960,,,\n"
            .into(),
    );
    rounds::import(&server.base, &with_frame, "test").await.unwrap();
    let down = browser.get(&at(DRAFT, "/download")).await;
    assert_eq!(archive::read(&down.bytes).unwrap(), draft_plan());
    let page = browser.get(&at(DRAFT, "")).await;
    let (csrf, seen) = (hidden(&page, "csrf"), hidden(&page, "seen"));
    let fields = [("csrf", csrf.as_str()), ("seen", seen.as_str())];
    let refused = browser
        .upload(&at(DRAFT, "/upload"), &fields, ("f.zip", b"no zip"))
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("PA001"));
    let mut other = draft_plan();
    other.insert("notes.md".to_owned(), b"hello\n".to_vec());
    let taken = browser
        .upload(
            &at(DRAFT, "/upload"),
            &fields,
            ("f.zip", &archive::write(&other).unwrap()),
        )
        .await;
    assert_eq!(taken.location(), at(DRAFT, "?done=uploaded"), "{}", taken.text);
    let saved = send(&mut browser, &at(DRAFT, ""), &at(DRAFT, "/save"), &[]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let stored = plan_files::paths(&server.base.db, DRAFT).await.unwrap();
    assert!(
        stored.contains(&"frame.csv".to_owned()) && stored.contains(&"notes.md".to_owned()),
        "{stored:?}"
    );
}

#[tokio::test]
async fn a_new_round_is_a_copy_of_an_earlier_one() {
    let server = Server::start().await;
    let mut browser = office(&server).await;
    let new = "/console/plans/new";
    let bad = send(
        &mut browser,
        new,
        new,
        &[("source", ROUND), ("id", "Bad Id"), ("year", "x")],
    )
    .await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.text.contains("value=\"Bad Id\""));
    let register = "code,name_zh,unit,areas,phone,address_zh,closed\n\
        gone,旧站,990101001,rehab,,,yes\nopen,康复站,990101001,rehab,,,\n";
    let upload = Upload {
        name: "services.csv".to_owned(),
        bytes: register.as_bytes().to_vec(),
    };
    let plan = server.plan().await;
    services::import(&server.base, &plan, upload, "test")
        .await
        .unwrap();
    let fields = [
        ("source", ROUND),
        ("id", DRAFT),
        ("year", "2027"),
        ("opens_on", "2027-10-11"),
        ("closes_on", "2027-12-31"),
    ];
    let made = send(&mut browser, new, new, &fields).await;
    assert_eq!(made.location(), at(DRAFT, "?done=made"), "{}", made.text);
    let again = send(&mut browser, new, new, &fields).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "the id is taken");
    let carried = institutions::list(&server.base.db, DRAFT).await.unwrap();
    let carried: Vec<_> = carried.iter().map(|row| row.code.as_str()).collect();
    assert_eq!(carried, ["open"], "what has closed stays behind");
    assert_eq!(
        plan_versions::of_round(&server.base.db, DRAFT)
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn those_who_oversee_read_without_addresses_and_judged_units_not_at_all() {
    let (server, _office) = with_draft().await;
    server.account(Role::Viewer).await;
    let mut viewer = server.browser();
    viewer.sign_in(Role::Viewer).await;
    let page = viewer.get(&at(DRAFT, "")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.text.contains("/plan/save") && !page.text.contains("/plan/upload"));
    for part in [
        "/settings",
        "/file?path=plan.toml",
        "/seal",
        "/row?path=units.csv&row=1",
    ] {
        assert_eq!(
            viewer.get(&at(DRAFT, part)).await.status,
            StatusCode::FORBIDDEN,
            "{part}"
        );
    }
    let down = viewer.get(&at(DRAFT, "/download")).await;
    let files = archive::read(&down.bytes).unwrap();
    assert!(!String::from_utf8_lossy(&files["plan.toml"]).contains("@yunxi.example"));
    assert_eq!(
        viewer
            .get(&at(DRAFT, "/table?path=units.csv&page=2"))
            .await
            .status,
        StatusCode::OK
    );
    let posted = viewer.post(&at(DRAFT, "/discard"), &[("seen", "x")]).await;
    assert_eq!(posted.status, StatusCode::FORBIDDEN);

    server.account_of(Role::Auditor, Some("990101001001")).await;
    let mut judged = server.browser();
    judged.sign_in(Role::Auditor).await;
    for page in ["/plan", "/plan/versions", "/weights", "/steps", "/plan/download"] {
        let page = format!("/console/rounds/{DRAFT}{page}");
        assert_eq!(judged.get(&page).await.status, StatusCode::FORBIDDEN, "{page}");
    }
}
