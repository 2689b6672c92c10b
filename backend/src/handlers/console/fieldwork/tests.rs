//! The monitor by HTTP: who may see it, what it says, and what is sent when nothing has changed.

use axum::http::{StatusCode, header};
use uuid::Uuid;

use crate::auth::Role;
use crate::handlers::testing::{Browser, PASSWORD, ROUND, Reply, Server, sample_case};
use crate::store::fieldwork::{Assignment, Attempt, Device};
use crate::store::sample::SampleCase;
use crate::store::staff::Staff;
use crate::store::{audit, fieldwork, invitations, sample, staff, units};

const INTERVIEWER: Uuid = Uuid::from_u128(77);

fn case(id: &str, group: &str, township: &str, unit: &str) -> SampleCase {
    SampleCase {
        member_key: None,
        person: None,
        township: Some(township.to_owned()),
        stratum: township.to_owned(),
        ..sample_case(id, group, unit)
    }
}

fn attempt(id: u128, case_id: &str, day: &str, code: &str, call_back: Option<&str>) -> Attempt {
    Attempt {
        id: Uuid::from_u128(id),
        round_id: ROUND.to_owned(),
        case_id: case_id.to_owned(),
        staff_id: INTERVIEWER,
        mode: "interview".to_owned(),
        day: day.to_owned(),
        disposition: code.to_owned(),
        note: "note-not-to-be-shown".to_owned(),
        callback_day: call_back.map(str::to_owned),
        callback_part: call_back.map(|_| "evening".to_owned()),
    }
}

fn account(login: &str, role: Role, employer_unit: Option<String>, password_hash: String) -> Staff {
    Staff {
        id: if role == Role::Interviewer {
            INTERVIEWER
        } else {
            Uuid::from_u128(78)
        },
        login: login.to_owned(),
        display_name: "赵慧".to_owned(),
        role: role.as_str().to_owned(),
        password_hash,
        failed: 0,
        locked_until: None,
        disabled: false,
        created_at: 0,
        employer_unit,
    }
}

/// Codes of a township and of a village of it.
async fn places(server: &Server) -> (String, String) {
    let units = units::list(&server.base.db, ROUND).await.unwrap();
    let township = units.iter().find(|unit| unit.level == "township").unwrap();
    let village = units
        .iter()
        .find(|unit| unit.parent.as_ref() == Some(&township.code))
        .unwrap();
    (township.code.clone(), village.code.clone())
}

/// Four residents of a village: one answered, one refused, one to be called back since yesterday, one never met.
/// The server's day is 23 November 2026.
async fn server_with_fieldwork() -> Server {
    let server = Server::start().await;
    let (township, village) = places(&server).await;
    let ids = ["c-1", "c-2", "c-3", "c-4"];
    let cases = ids.map(|id| case(id, "resident", &township, &village));
    sample::replace(&server.base.db, ROUND, cases.to_vec())
        .await
        .unwrap();
    for id in ids {
        server.invite("resident", id).await;
    }
    let invited = invitations::list(&server.base.db, ROUND).await.unwrap();
    invitations::mark_complete(&server.base.db, &[invited[0].id])
        .await
        .unwrap();
    let unusable = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let interviewer = account("interviewer-1", Role::Interviewer, None, unusable.to_owned());
    staff::insert(&server.base.db, interviewer).await.unwrap();
    let assigned = ids.map(|id| Assignment {
        round_id: ROUND.to_owned(),
        case_id: id.to_owned(),
        staff_id: INTERVIEWER,
    });
    let attempts = vec![
        attempt(1, "c-1", "2026-11-20", "1.1", None),
        attempt(2, "c-2", "2026-11-10", "2.11", None),
        attempt(3, "c-2", "2026-11-12", "2.21", None),
        attempt(4, "c-3", "2026-11-19", "2.20", Some("2026-11-22")),
        // Kept: a later attempt was made.
        attempt(5, "c-4", "2026-11-14", "2.20", Some("2026-11-16")),
        attempt(6, "c-4", "2026-11-16", "2.21", None),
    ];
    let device = |id: u128, name: &str, seen: &str| Device {
        id: Uuid::from_u128(id),
        staff_id: INTERVIEWER,
        name: name.to_owned(),
        token_hash: name.to_owned(),
        send_hash: None,
        state: "active".to_owned(),
        max_offline_days: 7,
        last_seen_day: seen.to_owned(),
        created_at: 0,
    };
    let devices = vec![
        device(1, "tablet-silent", "2026-11-20"),
        device(2, "tablet-heard-of", "2026-11-21"),
    ];
    fieldwork::insert(&server.base.db, assigned.to_vec(), attempts, devices)
        .await
        .unwrap();
    server
}

fn monitor() -> String {
    format!("/console/rounds/{ROUND}/fieldwork")
}

async fn office(server: &Server) -> Browser {
    server.account(Role::Office).await;
    let mut browser = server.browser();
    browser.sign_in(Role::Office).await;
    browser
}

/// The cells of the table row whose header holds `name`.
fn row(reply: &Reply, name: &str) -> Vec<String> {
    let row = reply
        .text
        .split("<tr>")
        .find(|row| row.contains("scope=\"row\"") && row.contains(name))
        .unwrap_or_else(|| panic!("{name}: {}", reply.text));
    let text = |cell: &str| {
        let mut out = String::new();
        let mut inside = true;
        for c in cell.chars() {
            match c {
                '<' => inside = false,
                '>' => inside = true,
                c if inside => out.push(c),
                _ => {}
            }
        }
        out.trim().to_owned()
    };
    let cells = row.split("</td>").map(|cell| match cell.rsplit_once("<td") {
        Some((_, cell)) => text(cell.split_once('>').map_or("", |(_, cell)| cell)),
        None => String::new(),
    });
    cells.collect()
}

#[tokio::test]
async fn monitor_shows_rates_call_backs_and_silent_devices_without_notes() {
    let server = server_with_fieldwork().await;
    let mut office = office(&server).await;
    let page = office.get(&monitor()).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    // One of four complete, a refusal that nobody at home does not undo, two not met:
    // RR1 1/4, RR2 1/4, CON1 2/4, COOP1 1/2, REF1 1/4.
    let cells = row(&page, "残疾人</th>");
    assert_eq!(
        cells[2..10],
        ["4", "0", "0", "25.0%", "25.0%", "50.0%", "50.0%", "25.0%"],
        "{cells:?}"
    );
    let call = row(&page, "c-3");
    assert!(
        call[0].contains("2026-11-22") && call[0].contains("过期1天"),
        "{call:?}"
    );
    assert_eq!((call[1].as_str(), call[4].as_str()), ("晚上", "约好再来"));
    assert!(!page.text.contains("<code>c-4</code>"), "the call-back was kept");
    assert!(page.text.contains("tablet-silent") && !page.text.contains("tablet-heard-of"));
    assert!(!page.text.contains("note-not-to-be-shown"));
    let person = row(&page, "赵慧");
    assert_eq!(person[..6], ["1", "1", "4", "4", "0", "1"], "{person:?}");
    office.language = "en";
    let narrowed = office.get(&format!("{}?group=family", monitor())).await;
    assert!(narrowed.text.contains("No call-backs today"), "{}", narrowed.text);
    assert_eq!(
        office.get(&format!("{}?group=none", monitor())).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn live_part_is_sent_again_only_when_something_has_changed() {
    let server = server_with_fieldwork().await;
    let mut office = office(&server).await;
    let page = office.get(&monitor()).await;
    let source = page.attributes("id=\"live\"", "data-src")[0].replace("&amp;", "&");
    let tag = page.attributes("id=\"live\"", "data-etag")[0].replace("&quot;", "\"");
    let known = [(header::IF_NONE_MATCH, tag.as_str())];
    let same = office.get_with(&source, &known).await;
    assert_eq!((same.status, same.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
    assert_eq!(same.headers[header::CACHE_CONTROL], "private, no-cache");
    assert!(same.headers.contains_key("x-as-of"));
    // Time alone changes nothing.
    server.wait(60);
    assert_eq!(
        office.get_with(&source, &known).await.status,
        StatusCode::NOT_MODIFIED
    );
    let invited = invitations::list(&server.base.db, ROUND).await.unwrap();
    invitations::mark_complete(&server.base.db, &[invited[3].id])
        .await
        .unwrap();
    let changed = office.get_with(&source, &known).await;
    assert_eq!(changed.status, StatusCode::OK);
    assert!(!changed.text.contains("<html") && changed.text.contains("data-part=\"sum\""));
    assert_ne!(changed.headers[header::ETAG], tag.as_str());
}

#[tokio::test]
async fn rights_hold_for_page_live_part_and_download() {
    let server = server_with_fieldwork().await;
    let paths = [
        monitor(),
        format!("{}?part=live", monitor()),
        format!("{}/download?format=csv", monitor()),
    ];
    for path in &paths {
        assert_eq!(
            server.browser().get(path).await.status,
            StatusCode::SEE_OTHER,
            "{path}"
        );
    }
    // office, evaluator, viewer, interviewer, auditor
    for (role, status) in Role::ALL.into_iter().zip([200, 200, 200, 303, 200]) {
        server.account(role).await;
        let mut browser = server.browser();
        browser.sign_in(role).await;
        for path in &paths {
            assert_eq!(browser.get(path).await.status.as_u16(), status, "{role:?} {path}");
        }
    }
}

#[tokio::test]
async fn staff_of_a_judged_township_or_its_village_are_refused_with_the_reason() {
    let server = server_with_fieldwork().await;
    let (township, village) = places(&server).await;
    let county = "990101".to_owned();
    for (employer, status) in [(township, 403), (village, 403), (county, 200)] {
        let hash = crate::auth::password::hash(PASSWORD, &server.base.entropy).unwrap();
        let mut row = account(&employer, Role::Viewer, Some(employer.clone()), hash);
        row.id = server.base.entropy.uuid();
        staff::insert(&server.base.db, row).await.unwrap();
        let mut browser = server.browser();
        browser
            .post("/console/login", &[("login", &employer), ("password", PASSWORD)])
            .await;
        for path in [
            monitor(),
            format!("{}?part=live", monitor()),
            format!("{}/download?format=xlsx", monitor()),
        ] {
            let reply = browser.get(&path).await;
            assert_eq!(reply.status.as_u16(), status, "{employer} {path}");
            assert_eq!(
                reply.text.contains("被评价单位的工作人员不能看这一页"),
                status == 403,
                "{employer} {path}"
            );
        }
    }
}

#[tokio::test]
async fn download_is_a_file_and_recorded() {
    let server = server_with_fieldwork().await;
    let mut office = office(&server).await;
    let csv = office.get(&format!("{}/download?format=csv", monitor())).await;
    assert_eq!(csv.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    let lines: Vec<&str> = csv.text.lines().collect();
    assert!(
        lines[0].starts_with("\u{feff}单位,还差,完成,目标,邀请"),
        "{lines:?}"
    );
    assert!(lines[1].contains(",3,1,4,4,0,0,0.2500,"), "{lines:?}");
    let xlsx = office.get(&format!("{}/download?format=xlsx", monitor())).await;
    assert!(xlsx.text.starts_with("PK"));
    let unknown = office.get(&format!("{}/download?format=exe", monitor())).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let acts = audit::latest(&server.base.db, 5).await.unwrap();
    assert_eq!(
        acts.iter()
            .filter(|act| act.action == "fieldwork.download")
            .count(),
        2
    );
}
