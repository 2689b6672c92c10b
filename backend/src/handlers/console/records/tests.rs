//! The records' pages through the router: who may, what is refused and how it is said, what is found in public.

use axum::http::{StatusCode, header};

use crate::auth::Role;
use crate::handlers::testing::{Browser, ROUND, Reply, Server};

const BASE: &str = "/console/rounds/yunxi-2026";
const FIGURES: &str = "unit,period,code,value,source\n";

async fn browser(server: &Server, role: Role) -> (Browser, String) {
    server.account(role).await;
    let mut browser = server.browser();
    assert_eq!(browser.sign_in(role).await.status, StatusCode::SEE_OTHER);
    let console = browser.get("/console").await;
    let csrf = console.attributes("name=\"csrf\"", "value")[0].clone();
    (browser, csrf)
}

async fn import(browser: &mut Browser, csrf: &str, rows: &str, reason: &str) -> Reply {
    let file = format!("{FIGURES}{rows}");
    let fields = [("csrf", csrf), ("reason", reason)];
    browser
        .upload(&format!("{BASE}/series"), &fields, ("新数.csv", file.as_bytes()))
        .await
}

#[tokio::test]
async fn office_imports_figures_and_the_revision_tells_old_and_new() {
    let server = Server::start().await;
    let (mut office, csrf) = browser(&server, Role::Office).await;
    let reply = import(
        &mut office,
        &csrf,
        "990101001,2026-Q3,hardship_visits,71.5,复核\n",
        "复核台账",
    )
    .await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.text);
    let page = office.get(reply.location()).await;
    assert!(page.text.contains("复核台账") && page.text.contains("新数.csv") && page.text.contains("71.5"));
    assert!(page.text.contains("已经导入"));
    let list = office.get(&format!("{BASE}/series")).await;
    assert!(list.text.contains("现在是第 1 次修订"), "{}", list.text);
    let file = office
        .get(&format!("{BASE}/series/download?what=current&format=csv"))
        .await;
    assert!(file.text.contains("990101001,2026-Q3,hardship_visits,71.5,复核"));
    assert!(
        file.headers[header::CONTENT_DISPOSITION]
            .to_str()
            .unwrap()
            .contains("series-current-2026-11-23.csv")
    );
}

#[tokio::test]
async fn faults_of_a_file_are_told_by_row_and_column_in_both_languages_and_nothing_is_imported() {
    let server = Server::start().await;
    let (mut office, csrf) = browser(&server, Role::Office).await;
    let rows = "990101001,2026-Q3,hardship_visits,715,复核\n990109999,2026-Q3,hardship_visits,71,复核\n";
    for (language, words) in [
        ("zh-CN", ["715 不在合理范围", "第 3 行", "处错误"]),
        (
            "en-GB",
            ["715 is not plausible", "990109999 does not exist", "2 faults"],
        ),
    ] {
        office.language = language;
        let reply = import(&mut office, &csrf, rows, "复核").await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        for words in words.into_iter().filter(|words| *words != "第 3 行") {
            assert!(reply.text.contains(words), "{words}: {}", reply.text);
        }
        assert!(reply.text.contains("<td class=\"num\">3</td>") && reply.text.contains("PL060"));
        // The reason is given back; the file cannot be.
        assert!(reply.text.contains(">复核</textarea>"));
    }
    let missing = office
        .upload(&format!("{BASE}/series"), &[("csrf", csrf.as_str())], ("", b""))
        .await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(missing.text.contains("id=\"reason-error\""), "{}", missing.text);
    let stale = office
        .upload(&format!("{BASE}/series"), &[("csrf", "x")], ("a.csv", b"a\n"))
        .await;
    assert_eq!(stale.status, StatusCode::FORBIDDEN);
    assert_eq!(
        office.get(&format!("{BASE}/series/1")).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn every_role_sees_and_does_what_is_its_own() {
    let server = Server::start().await;
    let pages = [
        "/series",
        "/commitments",
        "/services",
        "/frame",
        "/services/new",
        "/frame/1/download?format=csv",
    ];
    for (role, may) in [
        (Role::Office, [true; 6]),
        (Role::Viewer, [true, true, true, false, false, false]),
        (Role::Auditor, [true, true, true, true, false, false]),
        (Role::Evaluator, [false; 6]),
    ] {
        let (mut browser, csrf) = browser(&server, role).await;
        for (page, may) in pages.into_iter().zip(may) {
            let reply = browser.get(&format!("{BASE}{page}")).await;
            let refused = reply.status == StatusCode::FORBIDDEN;
            assert_eq!(refused, !may, "{role:?} {page}: {}", reply.status);
        }
        if role != Role::Office {
            let reply = import(
                &mut browser,
                &csrf,
                "990101,2026-Q4,hardship_visits,81,台账\n",
                "x",
            )
            .await;
            assert_eq!(reply.status, StatusCode::FORBIDDEN, "{role:?}");
            let series = browser.get(&format!("{BASE}/series")).await;
            assert!(!series.text.contains("type=\"file\""), "{role:?}");
        }
    }
}

#[tokio::test]
async fn commitments_follow_the_figures() {
    let server = Server::start().await;
    let (mut office, csrf) = browser(&server, Role::Office).await;
    let page = office.get(&format!("{BASE}/commitments")).await;
    assert!(
        page.text
            .contains("9 项承诺：已达到 4 项，还没有达到 4 项，逾期没有达到 1 项"),
        "{}",
        page.text
    );
    assert!(page.text.contains("20 个单位中，0 个达到"));
    let reply = import(
        &mut office,
        &csrf,
        "990101,2026,presidium_disabled,65.7,组联部\n",
        "换届后更正",
    )
    .await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);
    let page = office.get(&format!("{BASE}/commitments")).await;
    assert!(
        page.text
            .contains("已达到 5 项，还没有达到 4 项，逾期没有达到 0 项"),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn register_is_edited_in_the_console_and_found_in_public_by_township_and_area() {
    let server = Server::start().await;
    let (mut office, csrf) = browser(&server, Role::Office).await;
    let mut anyone = server.browser();
    let public = format!("/services/{ROUND}");
    assert!(anyone.get(&public).await.text.contains("还没有登记服务机构"));
    let mut fields = vec![
        ("csrf", csrf.as_str()),
        ("code", "rehab-01"),
        ("name_zh", "城关镇康复站"),
        ("unit", "990101001"),
        ("areas", "rehab"),
        ("areas", "medical"),
        ("phone", "0000-12x"),
        ("feature_entrance", "yes"),
        ("feature_lift", "no"),
        ("feature_toilet", ""),
    ];
    let reply = office.post(&format!("{BASE}/services/new"), &fields).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        reply.text.contains("id=\"phone-error\"") && reply.text.contains("城关镇康复站"),
        "{}",
        reply.text
    );
    fields[6] = ("phone", "0000-1234567转8");
    let reply = office.post(&format!("{BASE}/services/new"), &fields).await;
    assert_eq!(
        reply.location(),
        format!("{BASE}/services?done=save"),
        "{}",
        reply.text
    );
    let again = office.post(&format!("{BASE}/services/new"), &fields).await;
    assert!(again.text.contains("这个代码已经有了"));
    let csv = "code,name_zh,unit,areas,phone,address_zh\nlegal,法律援助中心,990101,rights,0000-1200002,人民路\n\
        other,青石镇窗口,990101002,cert,,\n";
    let file = ("a.csv", csv.as_bytes());
    let reply = office
        .upload(&format!("{BASE}/services"), &[("csrf", csrf.as_str())], file)
        .await;
    assert!(reply.location().contains("added=2"), "{}", reply.text);

    let found = anyone.get(&format!("{public}?township=990101001&area=")).await;
    assert!(found.text.contains("城关镇康复站") && found.text.contains("法律援助中心"));
    assert!(!found.text.contains("青石镇窗口"));
    assert!(found.text.contains("href=\"tel:00001234567\"") && found.text.contains("轮椅能进门"));
    let found = anyone
        .get(&format!("{public}?township=990101001&area=medical"))
        .await;
    assert!(found.text.contains("找到 1 处"), "{}", found.text);
    let odd = anyone
        .get(&format!("{public}?township=%3Cscript%3E&area=nothing"))
        .await;
    assert!(odd.text.contains("找到 3 处") && !odd.text.contains("<script>"));

    let mut closing = fields.clone();
    closing.push(("closed", "yes"));
    office.post(&format!("{BASE}/services/rehab-01"), &closing).await;
    assert!(!anyone.get(&public).await.text.contains("城关镇康复站"));
}

#[tokio::test]
async fn frame_is_compared_decided_and_listed_for_the_office_alone() {
    let head = "person_id,unit,group,category,grade,sex,birth_year,hardship,phone,email,name\n";
    let person =
        |n: i32, grade: i32| format!("P{n},990101001001,resident,vision,{grade},male,1960,,139,,张秘密\n");
    let first: String = (0..12).map(|n| person(n, 1)).collect();
    let server = Server::start_from(|files| {
        files.insert("frame.csv".to_owned(), format!("{head}{first}").into_bytes());
    })
    .await;
    let (mut office, csrf) = browser(&server, Role::Office).await;
    let newer: String = (0..13).map(|n| person(n, if n == 3 { 2 } else { 1 })).collect();
    let file = format!("{head}{newer}");
    let fields = [("csrf", csrf.as_str())];
    let path = format!("{BASE}/frame");
    let reply = office.upload(&path, &fields, ("新.csv", file.as_bytes())).await;
    assert_eq!(reply.location(), format!("{path}/1"), "{}", reply.text);
    let page = office.get(&format!("{path}/1")).await;
    assert!(
        page.text.contains("原来 12 人，现在 13 人")
            && page.text.contains("变动，按原来的乡镇")
            && !page.text.contains("张秘密"),
        "{}",
        page.text
    );
    let list = office.get(&format!("{path}/1/download?format=csv")).await;
    assert!(list.text.contains("P3,张秘密,resident,grade,no"), "{}", list.text);
    let (mut auditor, _) = browser(&server, Role::Auditor).await;
    let seen = auditor.get(&format!("{path}/1")).await;
    assert!(
        seen.status == StatusCode::OK
            && !seen.text.contains("/download")
            && !seen.text.contains("name=\"act\"")
            && !seen.text.contains("变动，按原来的乡镇")
    );
    let act = async |office: &mut Browser, reason| {
        let fields = [("csrf", csrf.as_str()), ("act", "apply"), ("reason", reason)];
        office.post(&format!("{path}/1"), &fields).await
    };
    assert_eq!(
        act(&mut office, "").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let reply = act(&mut office, "按11月更新").await;
    assert!(reply.location().contains("done=apply"), "{}", reply.text);
    // Applied before a sample was drawn, it is the frame by now; it is used, and there is nothing older to go back to.
    let page = office.get(&path).await;
    assert!(page.text.contains("现在加权校准用的是：第 1 版"), "{}", page.text);
    let again = act(&mut office, "再来").await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
}
