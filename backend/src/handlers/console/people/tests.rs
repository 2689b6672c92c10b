//! One takes a request, another agrees, the first handles it; answers are never shown.

use axum::http::StatusCode;

use crate::auth::Role;
use crate::handlers::testing::{Browser, ROUND, Server, VILLAGE, frame_member};
use crate::store::attempts::{self, Attempt};
use crate::store::frame::{self, FrameMember, Identity};
use crate::store::person_requests::{self as store, DONE};
use crate::store::{audit, begin, invitations, plan_files, sample};

const PAGE: &str = "/console/rounds/yunxi-2026/people";
const BASIS: &str = "本人到场，核对了残疾人证";

fn person(
    key: String,
    id: &str,
    (name, phone, card): (&str, &str, &str),
    of: Option<String>,
) -> (FrameMember, Identity) {
    let member = FrameMember {
        category: of.is_none().then(|| "vision".to_owned()),
        sex: Some("female".to_owned()),
        birth_year: Some(1970),
        relative_of_key: of.clone(),
        ..frame_member(&key, if of.is_some() { "family" } else { "resident" }, VILLAGE)
    };
    let identity = Identity {
        person_id: id.to_owned(),
        name: name.to_owned(),
        phone: phone.to_owned(),
        email: "zhang@example.org".to_owned(),
        card_number: card.to_owned(),
        address: "一组3号".to_owned(),
    };
    (member, identity)
}

/// A round with 张三, who was drawn and visited, her son, and two people who share name and telephone.
async fn with_people() -> Server {
    let server = Server::start().await;
    let base = &server.base;
    let key = |id: &str| base.keys.member_key(ROUND, id);
    let people = vec![
        person(
            key("p1"),
            "p1",
            ("张 三", "139-0000-1111", "99010119700101123X44"),
            None,
        ),
        person(key("f1"), "f1", ("张小", "13900001111", ""), Some(key("p1"))),
        person(key("p2"), "p2", ("李四", "13800002222", "CARD-0002"), None),
        person(key("p3"), "p3", ("李四", "13800002222", "CARD-0003"), None),
    ];
    server.put_frame(people).await;
    let csv = "person_id,unit,group,name,phone,email,card_number,relative_of\n\
               p1,990101001001,resident,张 三,139-0000-1111,zhang@example.org,99010119700101123X44,\n\
               f1,990101001001,family,张小,13900001111,,,p1\n";
    let mut files = plan_files::read(&base.db, &base.keys, ROUND).await.unwrap();
    files.insert("frame.csv".to_owned(), csv.as_bytes().to_vec());
    plan_files::replace(&base.db, &base.keys, &base.entropy, ROUND, &files)
        .await
        .unwrap();
    server.draw(&key("p1")).await;
    server.invite("resident", "R1").await;
    let visit = Attempt {
        id: base.entropy.uuid(),
        round_id: ROUND.to_owned(),
        case_id: "R1".to_owned(),
        staff_id: base.entropy.uuid(),
        mode: "interview".to_owned(),
        day: "2026-11-20".to_owned(),
        disposition: "2.25".to_owned(),
        note: "下午在家".to_owned(),
        callback_day: None,
        callback_part: None,
    };
    attempts::insert(&base.db, visit).await.unwrap();
    server
}

fn request<'a>(csrf: &'a str, name: &'a str, number: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("csrf", csrf),
        ("name", name),
        ("number", number),
        ("want", "copy"),
        ("want", "correct"),
        ("basis", BASIS),
    ]
}

/// Takes a request about 张三 and has it agreed to; gives its address.
async fn agreed(asker: &mut Browser, asks: &str, other: (&mut Browser, &str)) -> String {
    let taken = asker.post(PAGE, &request(asks, "张三", "13900001111")).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
    let (second, agrees) = other;
    let id = second
        .get(PAGE)
        .await
        .attributes("name=\"confirm\"", "value")
        .remove(0);
    let confirmed = second.post(PAGE, &[("csrf", agrees), ("confirm", &id)]).await;
    assert_eq!(confirmed.status, StatusCode::SEE_OTHER);
    format!("{PAGE}/{id}")
}

#[tokio::test]
async fn one_takes_it_another_agrees_and_the_first_hands_out_a_copy_corrects_and_closes() {
    let server = with_people().await;
    let base = &server.base;
    let (mut asker, asks) = server.signed_in("li", Role::Office).await;
    let (mut auditor, audits) = server.signed_in("wang", Role::Auditor).await;

    for (name, number, error) in [
        ("", "13900001111", "name-error"),
        ("张三", "139", "number-error"),
        ("张三", "13900009999", "number-error"),
        // Two people: the card number tells them apart.
        ("李四", "13800002222", "number-error"),
    ] {
        let refused = asker.post(PAGE, &request(&asks, name, number)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.text.contains(&format!("id=\"{error}\"")),
            "{name} {number}"
        );
    }
    assert_eq!(store::of_round(&base.db, ROUND).await.unwrap().len(), 0);
    let by_card = asker.post(PAGE, &request(&asks, "李四", "card 0003")).await;
    assert_eq!(by_card.status, StatusCode::SEE_OTHER);

    let taken = asker.post(PAGE, &request(&asks, "张三", "13900001111")).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER);
    let rows = store::of_round(&base.db, ROUND).await.unwrap();
    let own = rows
        .iter()
        .find(|row| row.member_keys == base.keys.member_key(ROUND, "p1"))
        .unwrap();
    // 2026-11-23 is a Monday; fifteen working days later it is due.
    assert_eq!(own.due_on, "2026-12-14");
    let (address, id) = (format!("{PAGE}/{}", own.id), own.id.to_string());
    // Nothing is shown before another person agrees, and nobody agrees to their own.
    assert_eq!(asker.get(&address).await.status, StatusCode::FORBIDDEN);
    let alone = asker.post(PAGE, &[("csrf", &asks), ("confirm", &id)]).await;
    assert_eq!(alone.status, StatusCode::FORBIDDEN);
    let agreed = auditor.post(PAGE, &[("csrf", &audits), ("confirm", &id)]).await;
    assert_eq!(agreed.status, StatusCode::SEE_OTHER);
    assert_eq!(auditor.get(&address).await.status, StatusCode::FORBIDDEN);

    let shown = asker.get(&address).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert_eq!(shown.headers["cache-control"], "no-store");
    for stored in [
        "张 三",
        "139-0000-1111",
        "99010119700101123X44",
        "下午在家",
        "已发出，还没有答",
        "视力",
    ] {
        assert!(shown.text.contains(stored), "{stored}");
    }
    assert!(!shown.text.contains("李四") && !shown.text.contains("张小"));
    let json = asker.get(&format!("{address}/copy/download?format=json")).await;
    let copy: serde_json::Value = serde_json::from_str(&json.text).unwrap();
    assert_eq!(
        copy["stored"][0]["identity"]["card_number"],
        "99010119700101123X44"
    );
    assert_eq!(copy["stored"][0]["drawn"][0]["visits"][0]["note"], "下午在家");
    let page = asker
        .get(&format!("{address}/copy/download?format=html&lang=en"))
        .await;
    assert!(page.text.contains("Copy of personal data") && page.text.contains("张 三"));

    let corrected = [
        ("csrf", asks.as_str()),
        ("act", "correct"),
        ("name", "张三妹"),
        ("phone", "13900003333"),
        ("email", ""),
        ("card", "99010119700101123X44"),
        ("address", "一组3号"),
    ];
    assert_eq!(
        asker.post(&address, &corrected).await.status,
        StatusCode::SEE_OTHER
    );
    let key = base.keys.member_key(ROUND, "p1");
    let now = frame::identity(&base.db, &base.keys, ROUND, &key)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (now.name.as_str(), now.phone.as_str(), now.email.as_str()),
        ("张三妹", "13900003333", "")
    );

    let silent = asker
        .post(&address, &[("csrf", &asks), ("act", "finish"), ("outcome", "好")])
        .await;
    assert!(
        silent.status == StatusCode::UNPROCESSABLE_ENTITY && silent.text.contains("id=\"outcome-error\"")
    );
    let ended = [
        ("csrf", asks.as_str()),
        ("act", "finish"),
        ("outcome", "副本已当面交给本人"),
    ];
    assert_eq!(asker.post(&address, &ended).await.status, StatusCode::SEE_OTHER);
    assert_eq!(asker.get(&address).await.status, StatusCode::FORBIDDEN);
    let rows = store::of_round(&base.db, ROUND).await.unwrap();
    assert!(rows.iter().any(|row| row.state == DONE && row.done_on.is_some()));

    let acts: Vec<String> = audit::of_subject(&base.db, &id)
        .await
        .unwrap()
        .into_iter()
        .map(|entry| {
            for secret in ["张", "1390000", "99010119"] {
                assert!(!entry.detail.contains(secret), "{}", entry.detail);
            }
            format!("{} {}", entry.actor, entry.action)
        })
        .collect();
    let expected = [
        "li person.ask",
        "wang person.confirm",
        "li person.see",
        "li person.copy",
        "li person.copy",
        "li person.correct",
        "li person.see",
        "li person.done",
    ];
    assert_eq!(acts, expected);
}

#[tokio::test]
async fn who_wants_to_be_left_alone_is_and_who_is_erased_is_found_no_more() {
    let server = with_people().await;
    let base = &server.base;
    let (mut asker, asks) = server.signed_in("li", Role::Office).await;
    let (mut second, agrees) = server.signed_in("chen", Role::Office).await;
    let address = agreed(&mut asker, &asks, (&mut second, &agrees)).await;

    let stopped = asker.post(&address, &[("csrf", &asks), ("act", "stop")]).await;
    assert_eq!(stopped.status, StatusCode::SEE_OTHER);
    let tx = begin(&base.db).await.unwrap();
    let invitation = invitations::of_case(&tx, ROUND, "R1").await.unwrap().unwrap();
    assert!(invitation.no_remind && invitation.state == invitations::ISSUED);
    assert!(
        invitations::closed_cases(&tx, ROUND)
            .await
            .unwrap()
            .contains("R1")
    );
    tx.commit().await.unwrap();

    let erased = asker.post(&address, &[("csrf", &asks), ("act", "erase")]).await;
    assert_eq!(erased.status, StatusCode::SEE_OTHER);
    let page = asker.get(&address).await;
    assert!(page.status == StatusCode::OK && !page.text.contains("1390000") && page.text.contains("R1"));
    let old = base.keys.member_key(ROUND, "p1");
    assert!(
        frame::identity(&base.db, &base.keys, ROUND, &old)
            .await
            .unwrap()
            .is_none()
    );
    let members = frame::members(&base.db, ROUND, None).await.unwrap();
    assert!(members.len() == 4 && members.iter().all(|one| one.member_key != old));
    // Kin still belong together, case and member too.
    let kin = members
        .iter()
        .find_map(|one| one.relative_of_key.clone())
        .unwrap();
    assert!(members.iter().any(|one| one.member_key == kin));
    let case = sample::find(&base.db, ROUND, "R1").await.unwrap().unwrap();
    assert_eq!(case.member_key.as_deref(), Some(kin.as_str()));
    let tx = begin(&base.db).await.unwrap();
    assert!(invitations::of_case(&tx, ROUND, "R1").await.unwrap().is_none());
    tx.commit().await.unwrap();
    let files = plan_files::read(&base.db, &base.keys, ROUND).await.unwrap();
    let frame = String::from_utf8(files["frame.csv"].clone()).unwrap();
    assert!(!frame.contains("张 三") && !frame.contains("p1,") && frame.contains("张小"));
    // The next one who asks finds nobody.
    let gone = asker.post(PAGE, &request(&asks, "张三", "13900001111")).await;
    assert_eq!(gone.status, StatusCode::UNPROCESSABLE_ENTITY);
    audit::verify(&base.db, &base.keys).await.unwrap();
}

#[tokio::test]
async fn a_request_that_was_agreed_to_lapses_and_judged_units_have_no_part_in_it() {
    let server = with_people().await;
    let (mut asker, asks) = server.signed_in("li", Role::Office).await;
    let (mut second, agrees) = server.signed_in("chen", Role::Office).await;
    let address = agreed(&mut asker, &asks, (&mut second, &agrees)).await;
    server
        .named_account("town", Role::Office, Some("990101001"))
        .await;
    let mut town = server.browser();
    town.sign_in_as("town").await;
    assert_eq!(town.get(PAGE).await.status, StatusCode::FORBIDDEN);
    assert_eq!(second.get(&address).await.status, StatusCode::FORBIDDEN);
    server.wait(30 * 86_400);
    asker.sign_in_as("li").await;
    assert_eq!(asker.get(&address).await.status, StatusCode::FORBIDDEN);
    let list = asker.get(PAGE).await;
    assert!(list.text.contains("已过期限"), "{}", list.text);
}
