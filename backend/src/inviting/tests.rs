//! Sheets, text messages and waves against a database, with a frame of a few people.

use analysis::plan::{FramePerson, Plan};
use reports::sheets::Layout;
use sea_orm::EntityTrait;

use super::email::{self, Prepared};
use super::sheets::{self, SheetOrder};
use super::waves::{self, Wave};
use super::*;
use crate::app::PlanCache;
use crate::entity::outbox as outbox_table;
use crate::handlers::testing::{ROUND, Server, frame_member, sample_case};
use crate::pages::Lang;
use crate::store::outbox::{self, Message};
use crate::store::{audit, sample};
use std::sync::Arc;

const VILLAGE: &str = "990101001001";

fn person(id: &str, name: &str, email: &str, address: &str) -> FramePerson {
    FramePerson {
        person_id: id.to_owned(),
        unit: VILLAGE.to_owned(),
        group: "resident".to_owned(),
        name: Some(name.to_owned()),
        phone: Some(format!("1380000{id}")),
        email: Some(email.to_owned()).filter(|email| !email.is_empty()),
        address: Some(address.to_owned()),
        ..FramePerson::default()
    }
}

/// A server whose round has three people drawn and invited: two at one address, one without e-mail.
async fn invited() -> (Server, Arc<Plan>) {
    let server = Server::start().await;
    let base = &server.base;
    let people = [
        person("0001", "王秀英", "wang@example.org", "东街3组12号"),
        person("0002", "李建国", "li@example.org", "东街 3组12号"),
        person("0003", "赵小明", "", "西街1号"),
    ];
    let mut members = Vec::new();
    let mut cases = Vec::new();
    for (person, at) in people.into_iter().zip(1..) {
        let key = base.keys.member_key(ROUND, &person.person_id);
        members.push((
            frame_member(&key, &person.group, &person.unit),
            Identity {
                person_id: person.person_id,
                name: person.name.unwrap_or_default(),
                phone: person.phone.unwrap_or_default(),
                email: person.email.unwrap_or_default(),
                card_number: String::new(),
                address: person.address.unwrap_or_default(),
            },
        ));
        cases.push(SampleCase {
            member_key: Some(key),
            person: None,
            ..sample_case(&format!("c-{at}"), "resident", VILLAGE)
        });
    }
    server.put_frame(members).await;
    sample::replace(&base.db, ROUND, cases).await.unwrap();
    crate::rounds::invite(base, ROUND, "test").await.unwrap();
    let plan = PlanCache::default()
        .get(&base.db, &base.keys, ROUND)
        .await
        .unwrap()
        .unwrap();
    (server, plan)
}

async fn complete(server: &Server, case: &str) {
    let invitation = invitations::of_case(&server.base.db, ROUND, case)
        .await
        .unwrap()
        .unwrap();
    invitations::mark_complete(&server.base.db, &[invitation.id])
        .await
        .unwrap();
}

async fn last_detail(server: &Server) -> Value {
    let acts = audit::latest(&server.base.db, 1).await.unwrap();
    serde_json::from_str(&acts[0].detail).unwrap()
}

/// Takes what is queued as the mail worker does; returns kind and address of what would go out, or why not.
async fn deliver(server: &Server) -> Vec<(String, String)> {
    let base = &server.base;
    let mut out = Vec::new();
    while let Some(message) = outbox::claim(&base.db, base.clock.now_ms(), i64::MAX)
        .await
        .unwrap()
    {
        let wave = Wave::parse(&message.kind).unwrap();
        match email::prepare(base, &PlanCache::default(), wave, &message)
            .await
            .unwrap()
        {
            Prepared::Send { to, .. } => {
                outbox::sent(&base.db, message.id, base.clock.now_ms())
                    .await
                    .unwrap();
                out.push((message.kind, to));
            }
            Prepared::Skip(reason) => {
                let now = base.clock.now_ms();
                outbox::give_up(&base.db, message.id, outbox::SKIPPED, reason, now)
                    .await
                    .unwrap();
                out.push((message.kind, reason.to_owned()));
            }
        }
    }
    out.sort();
    out
}

fn pair(kind: &str, to: &str) -> (String, String) {
    (kind.to_owned(), to.to_owned())
}

#[tokio::test]
async fn an_invitation_and_two_reminders_are_the_most_anyone_gets() {
    let (server, plan) = invited().await;
    let base = &server.base;
    let first = waves::queue(base, &plan, Wave::Invitation, "office")
        .await
        .unwrap();
    assert_eq!((first.queued, first.without_address), (2, 1));
    assert_eq!(
        deliver(&server).await,
        [
            pair("invitation", "li@example.org"),
            pair("invitation", "wang@example.org")
        ]
    );
    // Pressed again, and reminders before their day: nothing.
    for wave in Wave::ALL {
        assert_eq!(
            waves::queue(base, &plan, wave, "office").await.unwrap().queued,
            0,
            "{wave:?}"
        );
    }
    server.wait(7 * 86_400);
    complete(&server, "c-1").await;
    assert_eq!(
        waves::queue(base, &plan, Wave::Second, "office")
            .await
            .unwrap()
            .queued,
        0
    );
    assert_eq!(
        waves::queue(base, &plan, Wave::First, "office")
            .await
            .unwrap()
            .queued,
        1
    );
    assert_eq!(deliver(&server).await, [pair("reminder-1", "li@example.org")]);
    server.wait(7 * 86_400);
    assert_eq!(
        waves::queue(base, &plan, Wave::Second, "office")
            .await
            .unwrap()
            .queued,
        1
    );
    assert_eq!(deliver(&server).await, [pair("reminder-2", "li@example.org")]);
    server.wait(7 * 86_400);
    reissue(base, ROUND, "c-2", ("office", "lost")).await.unwrap();
    for wave in Wave::ALL {
        assert_eq!(
            waves::queue(base, &plan, wave, "office").await.unwrap().queued,
            0,
            "{wave:?}"
        );
    }
}

#[tokio::test]
async fn who_answers_or_objects_between_queueing_and_sending_gets_nothing() {
    let (server, plan) = invited().await;
    waves::queue(&server.base, &plan, Wave::Invitation, "office")
        .await
        .unwrap();
    complete(&server, "c-1").await;
    let other = invitations::of_case(&server.base.db, ROUND, "c-2")
        .await
        .unwrap()
        .unwrap();
    invitations::set_no_remind(&server.base.db, other.id)
        .await
        .unwrap();
    assert_eq!(
        deliver(&server).await,
        [
            pair("invitation", "answered"),
            pair("invitation", "no reminders wanted")
        ]
    );
    let states = waves::states(&server.base, &plan).await.unwrap();
    assert_eq!(
        (states[0].1.skipped, states[0].1.sent, states[1].1.due),
        (2, 0, 0)
    );
}

#[tokio::test]
async fn after_the_last_day_nothing_is_queued_or_sent() {
    let (server, plan) = invited().await;
    waves::queue(&server.base, &plan, Wave::Invitation, "office")
        .await
        .unwrap();
    server.wait(60 * 86_400);
    assert_eq!(
        deliver(&server).await,
        [
            pair("invitation", "the round is over"),
            pair("invitation", "the round is over")
        ]
    );
    assert!(matches!(
        waves::queue(&server.base, &plan, Wave::First, "office").await,
        Err(InvitingError::NotOpen)
    ));
}

#[tokio::test]
async fn the_database_holds_neither_address_nor_code_of_a_queued_message() {
    let (server, plan) = invited().await;
    let base = &server.base;
    waves::queue(base, &plan, Wave::Invitation, "office")
        .await
        .unwrap();
    let invitation = invitations::of_case(&base.db, ROUND, "c-1")
        .await
        .unwrap()
        .unwrap();
    let code = Code::of_invitation(&base.keys, invitation.id);
    let queued: Vec<Message> = outbox_table::Entity::find().all(&base.db).await.unwrap();
    assert_eq!(queued.len(), 2);
    for row in &queued {
        let text = format!("{row:?} {}", String::from_utf8_lossy(&row.message));
        for secret in ["example.org", "王秀英", &code.compact(), &code.to_string()] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    let wave = Wave::Invitation;
    let mine = queued.iter().find(|row| row.recipient == "c-1").unwrap();
    let Prepared::Send { to, message } = email::prepare(base, &PlanCache::default(), wave, mine)
        .await
        .unwrap()
    else {
        panic!("nothing to send");
    };
    assert_eq!(to, "wang@example.org");
    let message = String::from_utf8(message).unwrap();
    let stop = format!("List-Unsubscribe: <{}/r/{code}/noremind>", base.config.base_url);
    assert!(message.replace("\r\n ", " ").contains(&stop), "{message}");
    assert!(message.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
    let again = email::prepare(base, &PlanCache::default(), wave, mine)
        .await
        .unwrap();
    assert!(matches!(again, Prepared::Send { message: second, .. }
        if second.lines_of("Message-ID") == message.as_bytes().to_vec().lines_of("Message-ID")));
}

/// The lines of a message that begin with a header's name.
trait Lines {
    fn lines_of(&self, name: &str) -> Vec<String>;
}

impl Lines for Vec<u8> {
    fn lines_of(&self, name: &str) -> Vec<String> {
        let text = String::from_utf8_lossy(self).into_owned();
        text.lines()
            .filter(|line| line.starts_with(name))
            .map(str::to_owned)
            .collect()
    }
}

#[tokio::test]
async fn text_messages_go_to_those_with_a_phone_who_have_neither_answered_nor_refused() {
    let (server, plan) = invited().await;
    let base = &server.base;
    complete(&server, "c-1").await;
    let mut cases = sample::list(&base.db, ROUND).await.unwrap();
    cases[1].disposition = Some("refusal".to_owned());
    sample::replace(&base.db, ROUND, cases).await.unwrap();
    let all = Choice::default();
    let made = sms::messages(base, &plan, (&all, Lang::Zh), "office")
        .await
        .unwrap();
    let text = String::from_utf8(made.csv).unwrap();
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!((rows.len(), made.messages), (2, 1), "{text}");
    assert!(rows[0].ends_with("phone,text,parts"));
    let invitation = invitations::of_case(&base.db, ROUND, "c-3")
        .await
        .unwrap()
        .unwrap();
    let code = Code::of_invitation(&base.keys, invitation.id);
    assert!(
        rows[1].starts_with("13800000003,赵小明您好") && rows[1].contains(&format!("/r/{code} ")),
        "{text}"
    );
    assert_eq!(last_detail(&server).await["identities_opened"], json!(["c-3"]));
    audit::verify(&base.db, &base.keys).await.unwrap();
}

#[tokio::test]
async fn people_at_one_address_share_a_letter_and_the_log_names_whose_identity_was_opened() {
    let (server, plan) = invited().await;
    // Whoever has answered is printed as well: a gap in the list would tell.
    complete(&server, "c-1").await;
    let mut order = SheetOrder {
        choice: Choice {
            unit: Some("990101001".to_owned()),
            ..Choice::default()
        },
        layout: Layout::Letter,
        lang: Lang::Zh,
        names: true,
        most: None,
    };
    let printed = sheets::make(&server.base, &plan, &order, "office").await.unwrap();
    assert_eq!(printed.pages, 1 + 2, "a list, a letter for two, a letter for one");
    assert_eq!(
        last_detail(&server).await["identities_opened"],
        json!(["c-1", "c-2", "c-3"])
    );
    order.names = false;
    let printed = sheets::make(&server.base, &plan, &order, "office").await.unwrap();
    assert_eq!(printed.pages, 1 + 3, "without addresses nobody shares a letter");
    assert_eq!(last_detail(&server).await["identities_opened"], json!([]));
    order.choice.unit = Some("990101002".to_owned());
    assert!(matches!(
        sheets::make(&server.base, &plan, &order, "office").await,
        Err(InvitingError::Nobody)
    ));
}

#[tokio::test]
async fn a_replaced_code_opens_nothing_and_the_new_one_goes_on_where_the_old_one_stopped() {
    let (server, _plan) = invited().await;
    let base = &server.base;
    let old = invitations::of_case(&base.db, ROUND, "c-1")
        .await
        .unwrap()
        .unwrap();
    let old_path = format!("/r/{}", Code::of_invitation(&base.keys, old.id));
    let mut phone = server.browser();
    let begun = phone
        .post(&old_path, &[("consent", "yes"), ("go", "begin")])
        .await;
    let page = begun.location().to_owned();
    phone.post(&page, &[("answering", "self"), ("go", "later")]).await;
    reissue(base, ROUND, "c-1", ("office", "lost")).await.unwrap();
    assert_eq!(
        phone.get(&old_path).await.status,
        axum::http::StatusCode::NOT_FOUND
    );
    let new = invitations::of_case(&base.db, ROUND, "c-1")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(new.state, invitations::STARTED);
    let new_path = format!("/r/{}", Code::of_invitation(&base.keys, new.id));
    let reply = server.browser().get(&new_path).await;
    assert!(
        reply.text.contains("已经在别的手机上答了一部分"),
        "{}",
        reply.text
    );
    complete(&server, "c-1").await;
    assert!(matches!(
        withdraw(base, ROUND, "c-1", ("office", "x")).await,
        Err(InvitingError::Answered(_))
    ));
    withdraw(base, ROUND, "c-2", ("office", "double")).await.unwrap();
    assert!(matches!(
        reissue(base, ROUND, "c-2", ("office", "x")).await,
        Err(InvitingError::UnknownCase(_))
    ));
    audit::verify(&base.db, &base.keys).await.unwrap();
}
