//! The counts against the responses themselves, after whatever comes, on SQLite, and on PostgreSQL where
//! `MINYI_TEST_POSTGRES` names a server.

use survey_forms::response::RawAnswers;
use uuid::Uuid;

use super::*;
use crate::app::AppState;
use crate::clock::Entropy;
use crate::handlers::testing::{ROUND, Server};
use crate::store::{begin, responses as response_store, shuffle::shuffle};
use crate::submit::{Answering, Door, Mode, NewResponse, SubmitError};
use crate::withdrawal::withdraw;

/// Steps of the walk; each kind of step comes dozens of times.
const STEPS: u32 = 160;

/// Counts of a round, none of nothing.
async fn kept(server: &Server) -> BTreeMap<Key, i64> {
    let rows = Tallies::find().all(&server.base.db).await.unwrap();
    let rows = rows.into_iter().filter(|row| row.n != 0);
    rows.map(|row| {
        let key = [
            row.round_id,
            row.day,
            row.group,
            row.mode,
            row.open_link,
            row.interviewer,
        ];
        (key, row.n)
    })
    .collect()
}

/// The same, response by response.
async fn counted_one_by_one(server: &Server) -> BTreeMap<Key, i64> {
    let mut counts = Changes::default();
    for response in response_store::all(&server.base.db, ROUND).await.unwrap() {
        counts.add(&response);
    }
    counts.0
}

async fn must_agree(server: &Server) {
    let right = counted_one_by_one(server).await;
    assert_eq!(kept(server).await, right);
    let db = &server.base.db;
    let sum = |of: &dyn Fn(&Key) -> bool| {
        right
            .iter()
            .filter(|(key, _)| of(key))
            .map(|(_, n)| *n)
            .sum::<i64>()
    };
    assert_eq!(total(db, ROUND).await.unwrap(), counts(sum(&|_| true)));
    assert_eq!(
        response_store::count(db, ROUND).await.unwrap(),
        counts(sum(&|_| true))
    );
    for (link, n) in by_link(db, ROUND).await.unwrap() {
        assert_eq!(n, counts(sum(&|key| key[4] == link)));
    }
    for (login, n) in by_interviewer(db, ROUND).await.unwrap() {
        assert_eq!(n, counts(sum(&|key| key[5] == login)));
    }
    let days = daily(db, ROUND).await.unwrap();
    assert_eq!(days.iter().map(|day| day.n).sum::<i64>(), sum(&|_| true));
    for day in days {
        let same = |key: &Key| {
            key[1..4] == [day.day.clone(), day.group.clone(), day.mode.clone()]
                && key[4].is_empty() != day.open_link
        };
        assert_eq!(day.n, sum(&same));
    }
}

/// People who answer, with an order of their own.
struct Walk {
    server: Server,
    /// Two servers of one database.
    states: [AppState; 2],
    chance: Entropy,
    version: String,
    codes: Vec<String>,
    accepted: Vec<Uuid>,
}

impl Walk {
    async fn new() -> Self {
        let server = Server::start().await;
        let mut codes = Vec::new();
        for case in 0..STEPS {
            let path = server.invite("resident", &format!("R{case:03}")).await;
            codes.push(path.trim_start_matches("/r/").to_owned());
        }
        let version = server.plan().await.forms["resident"].version.clone();
        let states = [
            server.base.clone().into_state().0,
            server.base.clone().into_state().0,
        ];
        Self {
            server,
            states,
            chance: Entropy::seeded(29),
            version,
            codes,
            accepted: Vec::new(),
        }
    }

    fn below(&self, n: usize) -> usize {
        usize::from(u16::from_be_bytes(self.chance.bytes::<2>())) % n
    }

    fn response(&self, door: Door) -> NewResponse {
        let answers = [("answering", "self"), ("need", "none"), ("took_part", "none")];
        NewResponse {
            id: self.chance.uuid(),
            door,
            form: "resident".to_owned(),
            form_version: self.version.clone(),
            language: "zh".to_owned(),
            mode: [Mode::Web, Mode::Phone, Mode::Interview][self.below(3)],
            answering: Answering::Myself,
            duration_s: 300,
            answers: RawAnswers::from(answers.map(|(name, value)| (name.to_owned(), value.to_owned()))),
            draft_id: None,
            unit: None,
            ways: std::collections::BTreeSet::new(),
            consents: String::new(),
            interviewer: (self.below(3) == 0).then(|| format!("visitor{}", self.below(2))),
            staff_collected: false,
            files_of: None,
            ended_on: None,
        }
    }

    async fn hand_in(&mut self, response: NewResponse) -> Result<(), SubmitError> {
        let id = response.id;
        let state = &self.states[self.below(2)];
        let accepted = state.submitter.submit(response).await?;
        if !accepted.replayed {
            self.accepted.push(id);
        }
        Ok(())
    }

    /// Several at once, some of them twice: they share transactions of one server or the other.
    async fn crowd(&mut self) {
        let slug = "yunxi-2026-resident".to_owned();
        let people: Vec<NewResponse> = (0..6).map(|_| self.response(Door::Link(slug.clone()))).collect();
        let twice = people.iter().take(2).cloned();
        let all: Vec<NewResponse> = people.iter().cloned().chain(twice).collect();
        let sent = all.into_iter().enumerate().map(|(nth, response)| {
            let submitter = self.states[nth % 2].submitter.clone();
            async move { submitter.submit(response).await.map(|_| ()) }
        });
        for outcome in futures_util::future::join_all(sent).await {
            outcome.unwrap();
        }
        self.accepted.extend(people.iter().map(|response| response.id));
    }

    async fn step(&mut self) {
        match self.below(10) {
            0 => self.crowd().await,
            1..=3 => {
                let link = self.response(Door::Link("yunxi-2026-resident".to_owned()));
                self.hand_in(link).await.unwrap();
            }
            4 | 5 => {
                let code = self.codes.pop().unwrap();
                let invited = self.response(Door::Code(code.clone()));
                self.hand_in(invited).await.unwrap();
                let again = self.response(Door::Code(code));
                let refused = self.hand_in(again).await.unwrap_err();
                assert!(matches!(refused, SubmitError::CodeUsed), "{refused}");
            }
            6 | 7 if !self.accepted.is_empty() => {
                let earlier = self.accepted[self.below(self.accepted.len())];
                let newer = self.response(Door::Again(earlier));
                // What was replaced already is not replaced again.
                let _refused = self.hand_in(newer).await;
            }
            8 if !self.accepted.is_empty() => {
                let id = self.accepted[self.below(self.accepted.len())];
                let response = response_store::find(&self.server.base.db, id)
                    .await
                    .unwrap()
                    .unwrap();
                let _nothing = withdraw(&self.server.base, &response.leaf, false).await;
            }
            9 if self.below(4) == 0 => self.server.wait(86_400),
            9 => shuffle(&self.server.base.db).await.unwrap(),
            _ => {}
        }
    }
}

#[tokio::test]
async fn counts_are_those_of_the_responses_whatever_comes() {
    let mut walk = Walk::new().await;
    for step in 0..STEPS {
        walk.step().await;
        if step % 8 == 0 {
            must_agree(&walk.server).await;
        }
    }
    must_agree(&walk.server).await;
    let states: std::collections::BTreeSet<String> = responses::Entity::find()
        .select_only()
        .column(responses::Column::State)
        .into_tuple()
        .all(&walk.server.base.db)
        .await
        .unwrap()
        .into_iter()
        .collect();
    assert_eq!(states.len(), 3, "{states:?}");
}

#[tokio::test]
async fn a_transaction_that_fails_counts_nothing() {
    let mut walk = Walk::new().await;
    let one = walk.response(Door::Link("yunxi-2026-resident".to_owned()));
    walk.hand_in(one).await.unwrap();
    let response = response_store::all(&walk.server.base.db, ROUND)
        .await
        .unwrap()
        .remove(0);
    let tx = begin(&walk.server.base.db).await.unwrap();
    let mut changes = Changes::default();
    assert!(
        response_store::take_back(&tx, &response, response_store::WITHDRAWN, &mut changes)
            .await
            .unwrap()
    );
    changes.write(&tx).await.unwrap();
    tx.rollback().await.unwrap();
    must_agree(&walk.server).await;
    assert_eq!(total(&walk.server.base.db, ROUND).await.unwrap(), 1);
}

#[tokio::test]
async fn what_a_program_of_an_earlier_version_did_not_count_is_counted_at_night() {
    let mut walk = Walk::new().await;
    walk.crowd().await;
    Tallies::delete_many().exec(&walk.server.base.db).await.unwrap();
    let response = response_store::all(&walk.server.base.db, ROUND)
        .await
        .unwrap()
        .remove(0);
    withdraw(&walk.server.base, &response.leaf, false).await.unwrap();
    // Less than nothing is shown as nothing until then.
    assert_eq!(total(&walk.server.base.db, ROUND).await.unwrap(), 0);
    assert!(daily(&walk.server.base.db, ROUND).await.unwrap().is_empty());
    shuffle(&walk.server.base.db).await.unwrap();
    must_agree(&walk.server).await;
    assert_eq!(total(&walk.server.base.db, ROUND).await.unwrap(), 5);
}
