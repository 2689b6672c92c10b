//! What programs try: late answers, guesses at machine speed, texts that a database refuses; and acts that meet at the
//! same moment. With `MINYI_TEST_POSTGRES` (see `handlers::testing`) the races run on PostgreSQL too.

use super::*;
use crate::store::merkle_log;
use crate::{inviting, withdrawal};

impl Api {
    async fn slug(&self) -> String {
        let groups = crate::store::rounds::groups(&self.server.base.db, ROUND).await;
        let group = groups.unwrap().into_iter().find(|group| group.group == FORM);
        group.unwrap().open_link.unwrap()
    }

    /// A body for an open link.
    fn by_link(&self, id: u128, slug: &str) -> Value {
        let mut body = self.body(id, "");
        body.as_object_mut().unwrap().remove("code");
        body["link"] = json!(slug);
        body
    }
}

#[tokio::test]
async fn open_link_has_no_days_of_grace_whatever_mode_is_claimed() {
    let api = Api::start().await;
    let slug = api.slug().await;
    let code = api.code("c1").await;
    // 23 November plus 40 days: the last day was 31 December.
    api.server.wait(40 * 86_400);
    for (n, mode) in ["web", "interview", "phone", "paper"].into_iter().enumerate() {
        let mut body = api.by_link(n as u128, &slug);
        body["mode"] = json!(mode);
        assert_eq!(api.post(&body).await.0, 410, "{mode}");
    }
    let mut paper = api.body(9, &code);
    paper["mode"] = json!("paper");
    assert_eq!(api.post(&paper).await.0, 201, "a sheet that came with the post");
}

#[tokio::test]
async fn guessing_at_machine_speed_is_not_answered_at_all() {
    let api = Api::start().await;
    let code = api.code("c1").await;
    for n in 0..700 {
        api.post(&api.body(n, "0000-0000-00012")).await;
    }
    let (status, _, headers) = api.send(api.body(1_000, &code).to_string()).await;
    assert_eq!(
        status,
        StatusCode::TOO_MANY_REQUESTS,
        "a right guess is told from a wrong one"
    );
    assert!(headers.contains_key(header::RETRY_AFTER));
    api.server.wait(60);
    assert_eq!(api.post(&api.body(1_000, &code)).await.0, 201);
}

/// A server with a site that takes so many answers a day.
async fn with_site(cap: u32) -> Api {
    let mut api = Api::start().await;
    api.server = Server::start_with(|plan| {
        plan.push_str(&format!(
            "\n[[links]]\nslug = \"hall\"\ngroup = \"grassroots\"\nsite = {{ zh = \"政务大厅\" }}\ndaily_cap = {cap}\n"
        ));
    })
    .await;
    api
}

#[tokio::test]
async fn one_response_sent_many_times_takes_one_place_of_the_day() {
    let api = with_site(2).await;
    let (one, other) = (api.by_link(1, "hall"), api.by_link(2, "hall"));
    let (a, b, c, d, e) = tokio::join!(
        api.post(&one),
        api.post(&one),
        api.post(&one),
        api.post(&one),
        api.post(&other)
    );
    for (status, reply) in [a, b, c, d] {
        assert!(matches!(status, 200 | 201), "{status} {reply}");
    }
    assert_eq!(e.0, 201, "{}", e.1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn new_code_and_answer_at_the_same_moment_never_leave_a_person_two_doors() {
    let api = Api::start().await;
    for n in 0..12 {
        let case = format!("c{n}");
        let code = api.code(&case).await;
        let body = api.body(n, &code);
        let (sent, reissued) = tokio::join!(
            api.post(&body),
            inviting::reissue(&api.server.base, ROUND, &case, ("test", "lost"))
        );
        assert_ne!(
            sent.0 == 201,
            reissued.is_ok(),
            "{case}: answered with {} and a new code is {reissued:?}",
            sent.0
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_accepted_while_the_round_closes_is_in_its_closing_root() {
    let api = Api::start().await;
    let (base, key) = (&api.server.base, api.server.base.keys.verifying_key());
    let first = api.code("c").await;
    assert_eq!(api.post(&api.body(1_000, &first)).await.0, 201);
    for n in 0..12 {
        let code = api.code(&format!("c{n}")).await;
        let body = api.body(n, &code);
        let (sent, closed) = tokio::join!(api.post(&body), rounds::close(base, ROUND, "test"));
        closed.unwrap();
        if sent.0 == 201 {
            let leaf = receipt::verify(&key, sent.1["receipt"].as_str().unwrap())
                .unwrap()
                .leaf;
            let logged = merkle_log::position(&base.db, ROUND, &leaf).await.unwrap();
            assert!(logged.is_some(), "accepted after the round was closed");
        } else {
            assert_eq!(sent.0, 410);
        }
        rounds::open(base, ROUND, "test").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn withdrawal_and_closing_at_the_same_moment_leave_log_and_count_in_step() {
    let api = Api::start().await;
    let base = &api.server.base;
    for n in 0..8 {
        let code = api.code(&format!("c{n}")).await;
        api.post(&api.body(n, &code)).await;
        let all = api.stored().await;
        let leaf = &all.last().unwrap().leaf;
        let (gone, closed) = tokio::join!(
            withdrawal::withdraw(base, leaf, false),
            rounds::close(base, ROUND, "test")
        );
        closed.unwrap();
        let left = if gone.is_ok() { all.len() - 1 } else { all.len() };
        assert_eq!(api.stored().await.len(), left);
        let root = merkle_log::last_root(&base.db, ROUND).await.unwrap().unwrap();
        assert_eq!(
            root.size,
            i64::try_from(n + 1).unwrap(),
            "tombstones stay in the log"
        );
        rounds::open(base, ROUND, "test").await.unwrap();
    }
}

/// Sends a body to one of several servers.
async fn post_to(server: axum::Router, body: Value) -> u16 {
    let request = Request::post("/api/v1/responses").body(Body::from(body.to_string()));
    let reply = server.oneshot(request.unwrap()).await.unwrap();
    reply.status().as_u16()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_servers_on_one_database_pass_no_cap_and_take_no_code_twice() {
    let api = with_site(3).await;
    let (state, _background) = api.server.base.clone().into_state();
    let servers = [api.server.router.clone(), crate::router::router(state)];
    let mut sent = tokio::task::JoinSet::new();
    for n in 0..10u128 {
        let server = servers[usize::from(n % 2 == 0)].clone();
        sent.spawn(post_to(server, api.by_link(n, "hall")));
    }
    let replies = sent.join_all().await;
    let accepted = replies.iter().filter(|status| **status == 201).count();
    assert_eq!(accepted, 3, "{replies:?}");
    assert!(
        replies.iter().all(|status| matches!(status, 201 | 429)),
        "{replies:?}"
    );

    for n in 0..6u128 {
        let code = api.code(&format!("c{n}")).await;
        let (one, other) = (api.body(100 + 2 * n, &code), api.body(101 + 2 * n, &code));
        let (a, b, c) = tokio::join!(
            post_to(servers[0].clone(), one.clone()),
            post_to(servers[1].clone(), one),
            post_to(servers[1].clone(), other)
        );
        let mut statuses = [a, b, c];
        statuses.sort_unstable();
        assert!(
            matches!(statuses, [200, 201, 409] | [201, 409, 409]),
            "{statuses:?}: one response, known by its id"
        );
        // The two of one id are told the same, whichever server they met.
        assert_eq!(a == 409, b == 409, "{a} {b} {c}");
    }
    assert_eq!(api.stored().await.len(), 9);
}
