//! What others try at a respondent's door: the neighbour who holds the letter, the poster that is to be filled up, the
//! phone that was borrowed.

use axum::http::StatusCode;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use super::doors::{SITE, begin_at, finish, limited};
use super::*;
use crate::dataset;
use crate::entity::quota_places;
use crate::store::quotas;

const TOWNSHIP: &str = "990101001";

fn after(text: &str, marker: &str) -> String {
    let rest = text.split(marker).nth(1);
    let rest = rest.unwrap_or_else(|| panic!("no {marker} in {text}"));
    rest.split('<').next().unwrap().to_owned()
}

/// Signs in with the receipt and a second secret made on the phone that sent the answers.
async fn own_pages(server: &Server, phone: &mut Browser, base: &str) -> Browser {
    let page = phone.post(&format!("{base}/receipt"), &[("act", "secret")]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.location());
    let receipt = after(&page.text, "data-receipt>").replace(' ', "");
    let secret = after(&page.text, "data-secret>");
    let mut own = server.browser();
    let fields = [("r", receipt.as_str()), ("secret", &secret), ("go", "next")];
    let reply = own.post("/receipt/mine", &fields).await;
    assert_eq!(reply.location(), "/receipt/mine", "{}", reply.text);
    own
}

async fn withdraw(own: &mut Browser) {
    let done = own.post("/receipt/mine/withdraw", &[("sure", "yes")]).await;
    assert_eq!(done.location(), "/receipt/mine?done=withdrawn", "{}", done.text);
}

async fn again(own: &mut Browser) -> Reply {
    let first = begin(own, "/receipt/again").await;
    finish(own, &first).await
}

#[tokio::test]
async fn whoever_opened_the_letter_first_gets_neither_receipt_nor_secret_of_the_answers_sent_later() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    // Whoever handed the letter out began with its code, and left.
    let mut neighbour = server.browser();
    begin(&mut neighbour, &path).await;
    let mut phone = server.browser();
    let first = begin(&mut phone, &path).await;
    assert!(finish(&mut phone, &first).await.location().ends_with("/receipt"));

    let receipt = format!("{path}/receipt");
    let seen = neighbour.get(&receipt).await;
    assert_eq!(seen.location(), path, "the receipt is shown: {}", seen.text);
    let made = neighbour.post(&receipt, &[("act", "secret")]).await;
    assert_eq!(made.location(), path, "a secret is made: {}", made.text);
    let used = neighbour.get(&path).await;
    assert_eq!(used.status, StatusCode::CONFLICT);
    assert!(
        !used.text.contains(&receipt),
        "led to a receipt that is not theirs"
    );
    let pressed = neighbour
        .post(&format!("{path}/check"), &[("go", "submit")])
        .await;
    assert_eq!(pressed.status, StatusCode::CONFLICT);

    assert!(phone.get(&path).await.text.contains(&receipt));
    own_pages(&server, &mut phone, &path).await;
}

#[tokio::test]
async fn digits_planted_before_the_respondent_answers_open_none_of_the_answers() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut neighbour = server.browser();
    begin(&mut neighbour, &path).await;
    let later = format!("{path}/later");
    let planted = neighbour.post(&later, &[("go", "pin"), ("pin", "0427")]).await;
    assert_eq!(planted.location(), later);

    let mut phone = server.browser();
    let first = begin(&mut phone, &path).await;
    walk(&mut phone, first.clone(), &[], 3).await;
    let before = server.draft(&path).await;
    let opened = neighbour.post(&format!("{path}/pin"), &[("pin", "0427")]).await;
    let after = server.draft(&path).await;
    assert_eq!(
        before.kept.answers,
        after.kept.answers,
        "the answers became the neighbour's: {}",
        opened.location()
    );
    assert_eq!(phone.get(&first).await.status, StatusCode::OK);

    // The respondent is told of no digits that are not hers, and may still set her own.
    let offer = phone.get(&later).await;
    assert!(!offer.text.contains("密码设好了"), "{}", offer.text);
    phone.post(&later, &[("go", "pin"), ("pin", "1111")]).await;
    assert!(phone.get(&later).await.text.contains("密码设好了"));
    let wrong = neighbour.post(&format!("{path}/pin"), &[("pin", "0427")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn place_of_a_quota_stays_taken_by_answers_given_again_and_is_given_back_by_withdrawal() {
    let server = limited(99, true).await;
    let mut begun = Vec::new();
    for _ in 0..3 {
        begun.push(begin_at(&server, TOWNSHIP).await);
    }
    let mut phones = Vec::new();
    for (mut phone, reply) in begun {
        let at = reply.location().to_owned();
        phones.push((walk(&mut phone, at, &[], 80).await.1, phone));
    }
    let (check, mut third) = phones.pop().unwrap();
    for (at, phone) in &mut phones {
        let sent = phone.post(at, &[("go", "submit")]).await;
        assert!(sent.location().ends_with("/receipt"), "{}", sent.text);
    }
    let taken = async || -> u64 {
        let cells = quotas::taken(&server.base.db, ROUND).await.unwrap();
        cells.values().sum()
    };
    let mut own = own_pages(&server, &mut phones[0].1, SITE).await;
    let newer = again(&mut own).await;
    assert!(newer.location().ends_with("/receipt"), "{}", newer.text);
    assert_eq!(taken().await, 2, "one place a person, answered again or not");
    let full = third.post(&check, &[("go", "submit")]).await;
    assert_eq!(full.status, StatusCode::GONE, "the maximum is two");

    let mut other = own_pages(&server, &mut phones[1].1, SITE).await;
    withdraw(&mut other).await;
    assert_eq!(taken().await, 1, "the place is given back");
    let left = quota_places::Entity::find().count(&server.base.db).await.unwrap();
    assert_eq!(
        left, 1,
        "what the withdrawn and the replaced answers said is gone"
    );
    let sent = third.post(&check, &[("go", "submit")]).await;
    assert!(sent.location().ends_with("/receipt"), "{}", sent.text);
    let late = again(&mut other).await;
    assert_eq!(late.status, StatusCode::GONE, "another person has the place now");
    assert_eq!(taken().await, 2);
    assert_eq!(responses::count(&server.base.db, ROUND).await.unwrap(), 2);
}

#[tokio::test]
async fn cap_of_a_site_is_not_passed_by_withdrawing_and_answering_again() {
    let server = limited(1, false).await;
    let (mut first, begun) = begin_at(&server, TOWNSHIP).await;
    assert!(
        finish(&mut first, begun.location())
            .await
            .location()
            .ends_with("/receipt")
    );
    let mut own = own_pages(&server, &mut first, SITE).await;
    withdraw(&mut own).await;
    let (mut second, begun) = begin_at(&server, "990101002").await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "the place is given back");
    assert!(
        finish(&mut second, begun.location())
            .await
            .location()
            .ends_with("/receipt")
    );

    let late = again(&mut own).await;
    assert_eq!(late.status, StatusCode::TOO_MANY_REQUESTS, "{}", late.location());
    assert!(
        late.text.contains("今天的名额已经满了") && late.text.contains("政务大厅"),
        "{}",
        late.text
    );
    assert_eq!(responses::count(&server.base.db, ROUND).await.unwrap(), 1);
    // Whose answers count may replace them whenever they like.
    let mut own_second = own_pages(&server, &mut second, SITE).await;
    assert!(again(&mut own_second).await.location().ends_with("/receipt"));
    // The answers were kept: the day after, they are sent with one press.
    server.wait(86_400);
    let sent = own_pages_again(&server, &mut first).await;
    assert!(sent.location().ends_with("/receipt"), "{}", sent.text);
    assert_eq!(responses::count(&server.base.db, ROUND).await.unwrap(), 2);
}

/// Comes back to answers that were begun again; the reply to "submit".
async fn own_pages_again(server: &Server, phone: &mut Browser) -> Reply {
    let page = phone.get(&format!("{SITE}/receipt")).await;
    let receipt = after(&page.text, "data-receipt>").replace(' ', "");
    let leaf = crate::submit::receipt::verify(&server.base.keys.verifying_key(), &receipt)
        .unwrap()
        .leaf;
    let secret = "1234123412341234";
    let row = crate::store::secrets::SecondSecret {
        leaf: leaf.clone(),
        round_id: ROUND.to_owned(),
        mac: server.base.keys.secret_mac(ROUND, secret),
    };
    crate::entity::second_secrets::Entity::delete_many()
        .filter(crate::entity::second_secrets::Column::Leaf.eq(leaf))
        .exec(&server.base.db)
        .await
        .unwrap();
    crate::store::secrets::insert(&server.base.db, row).await.unwrap();
    let mut own = server.browser();
    own.post(
        "/receipt/mine",
        &[("r", &receipt), ("secret", secret), ("go", "next")],
    )
    .await;
    let at = own.post("/receipt/again", &CONSENT).await.location().to_owned();
    finish(&mut own, &at).await
}

#[tokio::test]
async fn replaced_answers_are_gone_from_the_data_set_as_well() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let first = begin(&mut phone, &path).await;
    finish(&mut phone, &first).await;
    let plan = crate::app::PlanCache::default()
        .get(&server.base.db, &server.base.keys, ROUND)
        .await
        .unwrap()
        .unwrap();
    dataset::answers(&server.base, &plan, "resident")
        .await
        .unwrap()
        .unwrap();
    let stored = responses::all(&server.base.db, ROUND).await.unwrap().remove(0);
    let folder = dataset::folder(
        &server.base.config.data_dir,
        ROUND,
        &stored.form,
        &stored.form_version,
    );
    let file = folder.join("resident.parquet");
    assert!(file.exists());
    let mut own = own_pages(&server, &mut phone, &path).await;
    assert!(again(&mut own).await.location().ends_with("/receipt"));
    assert!(!file.exists(), "the earlier answers are still on the disk");
}

#[tokio::test]
async fn withdrawal_cannot_be_told_from_outside_by_sending_the_id_again() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let first = begin(&mut phone, &path).await;
    finish(&mut phone, &first).await;
    let stored = responses::all(&server.base.db, ROUND).await.unwrap().remove(0);
    let probe = json!({ "id": stored.id, "code": "0000-0000-00012", "form": "resident", "form_version": stored.form_version,
        "language": "zh", "mode": "web", "answering": "self", "answers": {} });
    let ask = async || {
        let request = axum::http::Request::post("/api/v1/responses")
            .body(axum::body::Body::from(probe.to_string()))
            .unwrap();
        let reply = tower::ServiceExt::oneshot(server.router.clone(), request)
            .await
            .unwrap();
        reply.status()
    };
    let before = ask().await;
    let mut own = own_pages(&server, &mut phone, &path).await;
    withdraw(&mut own).await;
    assert_eq!(ask().await, before);
}

#[tokio::test]
async fn answers_begun_before_the_round_closes_are_refused_after_it_and_kept() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let first = begin(&mut phone, &path).await;
    let (_, check) = walk(&mut phone, first, &[], 80).await;
    rounds::close(&server.base, ROUND, "test").await.unwrap();
    let refused = phone.post(&check, &[("go", "submit")]).await;
    assert_eq!(refused.status, StatusCode::GONE);
    assert_eq!(responses::count(&server.base.db, ROUND).await.unwrap(), 0);
    rounds::open(&server.base, ROUND, "test").await.unwrap();
    let sent = phone.post(&check, &[("go", "submit")]).await;
    assert!(sent.location().ends_with("/receipt"), "{}", sent.text);
}
