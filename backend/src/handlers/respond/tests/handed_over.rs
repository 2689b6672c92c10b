//! Other devices and other people in the middle of a questionnaire: what they see, and what is kept.

use super::*;

#[tokio::test]
async fn new_device_goes_on_at_the_first_unanswered_page_and_sees_nothing_earlier() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let first = begin(&mut phone, &path).await;
    let (passed, next) = walk(&mut phone, first, &[], 6).await;
    assert_eq!(passed.len(), 6);
    let secret = passed
        .iter()
        .find(|page| page.ends_with("/q/answering"))
        .unwrap_or(&passed[0]);

    let mut borrowed = server.browser();
    let start = borrowed.get(&path).await;
    assert!(start.text.contains("别的手机上答了一部分"), "{}", start.text);
    assert_eq!(
        borrowed.get(secret).await.location(),
        path,
        "nothing before the button is pressed"
    );
    let resumed = borrowed.post(&path, &[("go", "begin")]).await;
    assert_eq!(resumed.location(), next);
    let peek = borrowed.get(secret).await;
    assert_eq!(
        (peek.status, peek.location()),
        (StatusCode::SEE_OTHER, next.as_str())
    );
    let overwrite = borrowed
        .post(secret, &[("answering", "proxy"), ("go", "next")])
        .await;
    assert_eq!(overwrite.location(), next);

    let (_, at) = walk(&mut borrowed, next.clone(), &[], 80).await;
    let check = borrowed.get(&at).await;
    assert!(check.text.contains("在别的手机上填的"), "{}", check.text);
    for page in &passed {
        assert!(
            !check.text.contains(&format!("{page}?from=check")),
            "{page} can be changed elsewhere"
        );
    }
    // The first phone still sees its own, and none of what the borrowed one gave.
    let own = phone.get(secret).await;
    assert_eq!(own.status, StatusCode::OK);
    assert!(own.text.contains(" checked"), "{}", own.text);
    assert!(!phone.get(&next).await.text.contains(" checked"));

    // Handing the phone on: it forgets, the draft does not.
    let hidden = phone.post(&format!("{path}/later"), &[("go", "forget")]).await;
    assert!(phone.get(hidden.location()).await.text.contains("已经藏起来了"));
    assert_eq!(phone.get(secret).await.location(), path);
    let sent = borrowed.post(&at, &[("go", "submit")]).await;
    assert_eq!(sent.location(), format!("{path}/receipt"), "{}", sent.text);
    let stored = responses::all(&server.base.db, ROUND).await.unwrap();
    assert!(
        stored[0].answers.contains("\"answering\":\"self\""),
        "{}",
        stored[0].answers
    );
}

#[tokio::test]
async fn draft_is_stored_under_the_link_without_the_token() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let at = begin(&mut phone, &path).await;
    walk(&mut phone, at, &[], 3).await;
    let invitation = &crate::store::invitations::list(&server.base.db, ROUND)
        .await
        .unwrap()[0];
    assert_eq!(invitation.state, crate::store::invitations::STARTED);
    let draft = drafts::find(&server.base.db, &server.base.keys.link(invitation.id))
        .await
        .unwrap()
        .unwrap();
    assert!(draft.kept.sensitive && !draft.kept.answers.is_empty());
    assert!(draft.kept.answers.values().all(|given| given.device.len() == 64));
}

#[tokio::test]
async fn phone_handed_over_shows_and_changes_nothing_earlier_and_goes_on() {
    let server = Server::start().await;
    let open = format!("/o/{ROUND}-resident");
    for path in [server.invite("resident", "r-1").await, open] {
        let mut phone = server.browser();
        let begun = [&CONSENT[..], &[("unit", "990101001")]].concat();
        let first = phone.post(&path, &begun).await.location().to_owned();
        let (passed, at) = walk(&mut phone, first, &[("answering", "assisted")], 6).await;
        // What is typed when the button is pressed is kept.
        let page = phone.get(&at).await;
        assert!(page.text.contains("把手机交给别人填") && page.text.contains("value=\"handover\""));
        assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
        let mut fields = answers(&page, &[]);
        fields.retain(|(name, _)| name != "go");
        fields.push(("go".to_owned(), "handover".to_owned()));
        let asking = press(&mut phone, &at, &fields).await;
        assert_eq!(asking.location(), format!("{path}/handover"));
        let before = phone.get(asking.location()).await;
        assert_eq!(before.headers[header::CACHE_CONTROL], "no-store");
        assert!(before.text.contains("看不到") && before.text.contains(&format!("href=\"{at}\"")));
        assert!(
            phone.get(&at).await.text.contains(" checked"),
            "asking changes nothing"
        );

        let handed = phone.post(&format!("{path}/handover"), &[("go", "hand")]).await;
        let after = phone.get(handed.location()).await;
        assert!(after.text.contains("手机已经交给您了"), "{}", after.text);
        let next = after.attributes("a class=\"main\"", "href").pop().unwrap();
        assert!(next.contains("/q/") && !passed.contains(&next), "{next}");
        for earlier in passed.iter().chain([&at]) {
            let peek = phone.get(earlier).await;
            if peek.status == StatusCode::OK {
                // A page with questions that nobody answered yet shows those alone.
                assert_eq!(earlier, &next);
                assert!(!peek.text.contains(" checked"), "{earlier}: {}", peek.text);
            } else {
                assert_eq!(peek.location(), next, "{earlier}");
            }
        }
        let overwrite = phone
            .post(&passed[0], &[("answering", "proxy"), ("go", "next")])
            .await;
        assert_eq!(overwrite.location(), next);
        assert!(phone.get(&path).await.text.contains("前面已经有人答了一部分"));

        let (own, at) = walk(&mut phone, next, &[], 80).await;
        assert_eq!(at, format!("{path}/check"));
        let check = phone.get(&at).await;
        assert!(check.text.contains("是前面的人填的"), "{}", check.text);
        assert!(check.text.contains(&format!("{}?from=check", own[1])));
        assert!(
            passed
                .iter()
                .all(|page| !check.text.contains(&format!("{page}?from=check")))
        );
        // Whoever took the phone may hand it on in turn.
        let again = phone.get(&format!("{path}/handover")).await;
        assert!(again.text.contains("value=\"hand\""));
        let sent = phone.post(&at, &[("go", "submit")]).await;
        assert_eq!(sent.location(), format!("{path}/receipt"), "{}", sent.text);
        assert!(phone.get(sent.location()).await.text.contains("MY1."));
    }
    let stored = responses::all(&server.base.db, ROUND).await.unwrap();
    assert_eq!(stored.len(), 2);
    assert!(stored.iter().all(|row| row.answering == "assisted"));
}

#[tokio::test]
async fn who_answers_may_change_in_the_middle_and_only_what_belongs_is_kept() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let first = begin(&mut phone, &path).await;
    let prefer = [
        ("need", "rehab"),
        ("recv_rehab", "yes"),
        ("took_part", "training"),
    ];
    let (passed, check) = walk(&mut phone, first.clone(), &prefer, 80).await;
    let asked = |pages: &[String], name: &str| pages.iter().any(|page| page.ends_with(&format!("/q/{name}")));
    assert!(asked(&passed, "process") && asked(&passed, "sat_overall"));
    let kept = |draft: &drafts::Draft| draft.answers();
    let draft = server.draft(&path).await;
    assert!(kept(&draft).contains_key("sat_overall") && !kept(&draft).contains_key("relation"));

    // Somebody else answers after all: opinions go, facts stay, and what a proxy is asked is asked.
    let changed = [("answering", "proxy"), ("from", "check"), ("go", "next")];
    let mut at = phone.post(&first, &changed).await.location().to_owned();
    let draft = server.draft(&path).await;
    let now = kept(&draft);
    assert!(
        now.keys()
            .all(|name| !name.starts_with("sat_") && name != "knows_whom"),
        "{now:?}"
    );
    assert_eq!(
        (now["need"].as_str(), now["recv_rehab"].as_str()),
        ("rehab", "yes")
    );
    assert!(now.contains_key("help_rehab") && now.contains_key("visits"));
    let mut asked_of_proxy = String::new();
    for _ in 0..8 {
        if !at.contains("/q/") {
            break;
        }
        let page = phone.get(&at).await;
        asked_of_proxy.push_str(&page.text);
        let mut fields = answers(&page, &[("relation", "child")]);
        fields.push(("from".to_owned(), "check".to_owned()));
        at = press(&mut phone, &at, &fields).await.location().to_owned();
    }
    assert_eq!(at, check);
    assert!(asked_of_proxy.contains("name=\"relation\"") && !asked_of_proxy.contains("name=\"sat_"));

    // And back: the relation goes, the opinions are asked for again.
    let back = [("answering", "self"), ("from", "check"), ("go", "next")];
    let at = phone.post(&first, &back).await.location().to_owned();
    assert!(at.contains("/q/"), "{at}");
    let draft = server.draft(&path).await;
    assert!(!kept(&draft).contains_key("relation") && kept(&draft)["need"] == "rehab");
    let (again, at) = walk(&mut phone, at.split('?').next().unwrap().to_owned(), &[], 80).await;
    assert!(asked(&again, "sat_overall"), "{again:?}");
    let sent = phone.post(&at, &[("go", "submit")]).await;
    assert_eq!(sent.location(), format!("{path}/receipt"), "{}", sent.text);
    let stored = responses::all(&server.base.db, ROUND).await.unwrap();
    assert_eq!(stored[0].answering, "self");
    assert!(stored[0].answers.contains("sat_overall") && !stored[0].answers.contains("relation"));
}
