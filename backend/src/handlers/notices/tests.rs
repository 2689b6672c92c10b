use axum::http::StatusCode;

use super::*;
use crate::auth::Role;
use crate::auth::accounts;
use crate::handlers::testing::{Browser, PASSWORD, Reply, Server};
use crate::store::outbox;

const NEW: &str = "a longer sentence than before";
const GIVEN: &str = "another long sentence";

fn csrf(reply: &Reply) -> String {
    reply.attributes("name=\"csrf\"", "value").remove(0)
}

async fn kinds(server: &Server, id: uuid::Uuid) -> Vec<(String, bool)> {
    let rows = store::of_staff(&server.base.db, id, 50).await.unwrap();
    rows.into_iter().map(|row| (row.kind, row.seen)).collect()
}

fn unread(kinds: &[&str]) -> Vec<(String, bool)> {
    kinds.iter().map(|kind| ((*kind).to_owned(), false)).collect()
}

/// The messages to an address, opened.
async fn mails(server: &Server, to: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for one in outbox::of_round(&server.base.db, "", 50).await.unwrap() {
        if one.recipient == to {
            let whole = outbox::message(&server.base.db, one.id).await.unwrap().unwrap();
            texts.push(String::from_utf8(whole.message).unwrap());
        }
    }
    texts
}

async fn set_address(browser: &mut Browser, email: &str) -> Reply {
    let token = csrf(&browser.get(PATH).await);
    let fields = [("csrf", token.as_str()), ("act", "address"), ("email", email)];
    browser.post(PATH, &fields).await
}

#[tokio::test]
async fn a_browser_that_was_not_used_before_is_told_and_the_first_and_known_ones_are_not() {
    let server = Server::start().await;
    let id = server.named_account("li", Role::Office, None).await;
    let mut desk = server.browser();
    desk.sign_in_as("li").await;
    desk.sign_in_as("li").await;
    assert_eq!(kinds(&server, id).await, []);
    server.wait(60);
    let mut elsewhere = server.browser();
    elsewhere.sign_in_as("li").await;
    elsewhere.sign_in_as("li").await;
    assert_eq!(kinds(&server, id).await, unread(&["new_browser"]));
    // Somebody else at the same desk is known by an account of their own.
    let other = server.named_account("chen", Role::Office, None).await;
    desk.sign_in_as("chen").await;
    desk.sign_in_as("li").await;
    assert_eq!(kinds(&server, other).await, []);
    assert_eq!(kinds(&server, id).await, unread(&["new_browser"]));

    // The console's first page says so until it was read.
    let home = desk.get("/console").await;
    assert!(home.text.contains("1条新的安全提醒"), "{}", home.text);
    let page = desk.get(PATH).await;
    assert!(page.text.contains("没有用过的浏览器"));
    let until = page.attributes("name=\"until\"", "value").remove(0);
    let token = csrf(&page);
    let read = [
        ("csrf", token.as_str()),
        ("act", "read"),
        ("until", until.as_str()),
    ];
    assert_eq!(desk.post(PATH, &read).await.status, StatusCode::SEE_OTHER);
    assert!(!desk.get("/console").await.text.contains("新的安全提醒"));
    assert_eq!(kinds(&server, id).await, [("new_browser".to_owned(), true)]);
}

#[tokio::test]
async fn changed_credentials_are_told_on_the_page_and_by_mail_and_the_old_address_hears_of_the_new() {
    let server = Server::start().await;
    let base = &server.base;
    let id = server.named_account("li", Role::Office, None).await;
    let mut browser = server.browser();
    browser.sign_in_as("li").await;
    let wrong = set_address(&mut browser, "nobody").await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.text.contains("id=\"email-error\""));
    assert_eq!(
        set_address(&mut browser, "li@example.org").await.status,
        StatusCode::SEE_OTHER
    );
    assert!(
        mails(&server, "li@example.org").await.is_empty(),
        "there was no address to tell"
    );

    server.wait(60);
    let token = csrf(&browser.get("/console/password").await);
    let fields = [
        ("csrf", token.as_str()),
        ("old", PASSWORD),
        ("new", NEW),
        ("again", NEW),
    ];
    assert_eq!(
        browser.post("/console/password", &fields).await.status,
        StatusCode::SEE_OTHER
    );
    server.wait(60);
    accounts::set_password(base, "cli", "li", GIVEN).await.unwrap();
    server.wait(60);
    let fields = [("login", "li"), ("password", GIVEN)];
    browser.post("/console/login", &fields).await;
    assert_eq!(
        set_address(&mut browser, "wang@example.org").await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        kinds(&server, id).await,
        unread(&["address", "password_set", "password", "address"])
    );
    let told = mails(&server, "li@example.org").await;
    assert_eq!(told.len(), 3);
    // No message holds a link but the console's, nor a password.
    assert!(
        told.iter()
            .all(|mail| !mail.contains(NEW) && !mail.contains(PASSWORD))
    );
    assert!(
        told.iter()
            .all(|mail| mail.contains("To: ") && mail.contains("li@example.org"))
    );
    assert!(mails(&server, "wang@example.org").await.is_empty());
}
