use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use analysis::plan::Plan;
use axum::http::StatusCode;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::card::{self, Scorer, Sealing, Written};
use super::count::{self, Gate};
use super::draw::{self, Split};
use super::evidence::{self, NewFile};
use super::people::{self, ConflictKind, Stated};
use super::standing::{Standing, View};
use super::{ScoringError, criteria_of};
use crate::auth::Role;
use crate::handlers::testing::{Browser, ROUND, Server};
use crate::store::cards::{self, Card};
use crate::store::{evaluators, scores};

mod blind;
mod pages;

/// The first bytes of a PNG; what follows is the test's.
const PNG: [u8; 12] = [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D];
const FIRST_UNIT: &str = "990101001";

/// A server whose evaluators `e1` … are engaged and have declared nothing to keep away from.
struct Team {
    server: Server,
    plan: Arc<Plan>,
    people: BTreeMap<Uuid, String>,
}

impl Team {
    async fn of(size: usize) -> Self {
        Self::with(size, |_| {}).await
    }

    async fn with(size: usize, edit: impl FnOnce(&mut String)) -> Self {
        let server = Server::start_with(edit).await;
        let plan = server.plan().await;
        let mut team = Self {
            server,
            plan,
            people: BTreeMap::new(),
        };
        for n in 1..=size {
            let login = format!("e{n}");
            let id = team.server.named_account(&login, Role::Evaluator, None).await;
            people::engage(&team.server.base, &team.plan, "test", id, None)
                .await
                .unwrap();
            people::declare(&team.server.base, &team.plan, (&login, id), &[])
                .await
                .unwrap();
            team.people.insert(id, login);
        }
        team
    }

    fn id(&self, login: &str) -> Uuid {
        *self.people.iter().find(|(_, name)| *name == login).unwrap().0
    }

    async fn draw(&self, seed: i64) -> Result<draw::Drawn, ScoringError> {
        draw::units(&self.server.base, &self.plan, "test", Split::Unit, seed).await
    }

    async fn cards(&self) -> Vec<Card> {
        cards::of_round(&self.server.base.db, ROUND).await.unwrap()
    }

    /// The card of `login` for a unit.
    async fn card(&self, login: &str, unit: &str) -> Card {
        let all = self.cards().await;
        let mut own = all
            .into_iter()
            .filter(|card| card.staff_id == self.id(login) && card.unit == unit);
        own.next().unwrap()
    }

    fn scorer(&self, card: &Card) -> Scorer<'_> {
        Scorer {
            login: &self.people[&card.staff_id],
            id: card.staff_id,
        }
    }

    /// Writes the same mark and remark to every criterion of a card, with a file for each.
    async fn write(&self, card: &Card, mark: f64, remark: &str) {
        let base = &self.server.base;
        let codes = criteria_of(card).unwrap();
        let one = |code: &String| {
            let written = Written {
                mark: Some(mark),
                comment: remark.to_owned(),
            };
            (code.clone(), written)
        };
        let written = codes.iter().map(one).collect();
        card::save(base, &self.plan, self.scorer(card), card.id, &written)
            .await
            .unwrap();
        let file = |code: &String| NewFile {
            criterion: code.clone(),
            bytes: [&PNG[..], remark.as_bytes(), code.as_bytes()].concat(),
            media_type: "image/png",
            taken_on: String::new(),
            place: String::new(),
        };
        evidence::add(
            base,
            ROUND,
            self.scorer(card),
            card.id,
            codes.iter().map(file).collect(),
        )
        .await
        .unwrap();
    }

    async fn seal(&self, card: &Card) -> Result<Sealing, ScoringError> {
        card::seal(&self.server.base, &self.plan, self.scorer(card), card.id).await
    }

    /// Writes and seals every open card, by what `mark` gives for login and unit.
    async fn finish(&self, mark: impl Fn(&str, &str) -> f64) {
        for card in self.cards().await {
            if card.state == cards::DRAFT {
                let given = mark(&self.people[&card.staff_id], &card.unit);
                self.write(&card, given, "").await;
                assert!(matches!(self.seal(&card).await.unwrap(), Sealing::Sealed(_)));
            }
        }
    }

    async fn approve_all(&self) {
        for card in self.cards().await {
            let hash = card.hash.as_deref().unwrap();
            count::approve(&self.server.base, &self.plan, "office", card.id, hash)
                .await
                .unwrap();
        }
    }

    async fn count(&self, reason: &str) -> Result<usize, ScoringError> {
        count::count(&self.server.base, &self.plan, "office", reason).await
    }

    async fn standing(&self) -> Standing {
        Standing::of(&self.server.base.db, &self.plan).await.unwrap()
    }

    async fn view_of(&self, unit: &str) -> View {
        let standing = self.standing().await;
        standing.units.iter().find(|one| one.unit == unit).unwrap().view
    }

    async fn browser(&self, login: &str) -> (Browser, String) {
        let mut browser = self.server.browser();
        assert_eq!(browser.sign_in_as(login).await.status, StatusCode::SEE_OTHER);
        let console = browser.get("/console").await;
        let csrf = console.attributes("name=\"csrf\"", "value")[0].clone();
        (browser, csrf)
    }
}

fn pairs(all: &[Card]) -> BTreeSet<(String, Uuid)> {
    all.iter()
        .map(|card| (card.unit.clone(), card.staff_id))
        .collect()
}

#[tokio::test]
async fn every_unit_has_two_scorers_without_a_conflict_and_the_same_seed_draws_the_same() {
    let (a, b) = (Team::of(4).await, Team::of(4).await);
    let mut drawn = Vec::new();
    for team in [&a, &b] {
        let stated = Stated {
            unit: FIRST_UNIT.to_owned(),
            kind: ConflictKind::Relatives,
            note: "表弟".to_owned(),
        };
        let me = ("e2", team.id("e2"));
        people::declare(&team.server.base, &team.plan, me, &[stated])
            .await
            .unwrap();
        team.draw(11).await.unwrap();
        let all = team.cards().await;
        assert!(
            all.iter()
                .all(|card| card.unit != FIRST_UNIT || card.staff_id != team.id("e2"))
        );
        let names: BTreeSet<(String, String)> = all
            .iter()
            .map(|card| (card.unit.clone(), team.people[&card.staff_id].clone()))
            .collect();
        assert_eq!(names.len(), 2 * team.plan.scored_units().len());
        let loads = team
            .people
            .keys()
            .map(|id| people::load_of(&all, *id).unwrap().cards);
        assert_eq!(loads.collect::<Vec<_>>(), [10; 4]);
        drawn.push(names);
    }
    assert_eq!(drawn[0], drawn[1]);
}

#[tokio::test]
async fn withdrawal_moves_only_the_cards_of_whoever_left_and_keeps_what_they_sealed() {
    let team = Team::of(4).await;
    team.draw(3).await.unwrap();
    let before = team.cards().await;
    let sealed = before
        .iter()
        .find(|card| card.staff_id == team.id("e1"))
        .unwrap()
        .clone();
    team.write(&sealed, 3.0, "").await;
    team.seal(&sealed).await.unwrap();
    let base = &team.server.base;
    let without = people::withdraw(base, &team.plan, "office", team.id("e1"), " ").await;
    assert!(matches!(without, Err(ScoringError::NoReason)));
    let taken = people::withdraw(base, &team.plan, "office", team.id("e1"), "调离").await;
    assert_eq!(taken.unwrap(), 9);
    let drawn = team.draw(4).await.unwrap();
    assert_eq!((drawn.made, drawn.taken_back), (9, 0));
    let (before, after) = (pairs(&before), pairs(&team.cards().await));
    let gone: Vec<_> = before.difference(&after).collect();
    assert_eq!(gone.len(), 9);
    assert!(gone.iter().all(|(_, person)| *person == team.id("e1")));
    assert!(after.contains(&(sealed.unit, team.id("e1"))));
    // Nobody who has left sees anything any more.
    let own = card::own(
        &base.db,
        ROUND,
        team.scorer(&sealed_again(&team).await),
        sealed.id,
    )
    .await;
    assert!(matches!(own, Err(ScoringError::Nobody)));
}

/// The files of evidence in the data folder.
fn on_disk(team: &Team) -> usize {
    let folder = team.server.base.config.data_dir.join("evidence");
    std::fs::read_dir(folder).unwrap().count()
}

#[tokio::test]
async fn evidence_goes_with_a_card_that_was_never_sealed_and_stays_where_a_seal_names_it() {
    let team = Team::of(3).await;
    team.draw(1).await.unwrap();
    let (base, plan) = (&team.server.base, &team.plan);
    let own = |card: &&Card| card.staff_id == team.id("e1");
    let mine: Vec<Card> = team.cards().await.iter().filter(own).cloned().collect();
    team.write(&mine[0], 3.0, "").await;
    let files = on_disk(&team);
    assert_eq!(files, criteria_of(&mine[0]).unwrap().len());
    let stated = Stated {
        unit: mine[0].unit.clone(),
        kind: ConflictKind::Relatives,
        note: "表弟".to_owned(),
    };
    let taken = people::declare(base, plan, ("e1", team.id("e1")), &[stated]).await;
    assert_eq!((taken.unwrap(), on_disk(&team)), (1, 0));
    assert!(cards::evidence(&base.db, &[mine[0].id]).await.unwrap().is_empty());

    // A card that was sealed, given back, and then taken back: what was sealed is kept, one file off the card and all.
    team.draw(2).await.unwrap();
    team.finish(|_, _| 3.0).await;
    let all = on_disk(&team);
    count::give_back(base, plan, "office", mine[1].id, "单位看错了")
        .await
        .unwrap();
    let card = cards::find(&base.db, mine[1].id).await.unwrap().unwrap();
    let kept = cards::evidence(&base.db, &[card.id]).await.unwrap();
    evidence::remove(base, ROUND, team.scorer(&card), card.id, kept[0].id)
        .await
        .unwrap();
    let late = NewFile {
        criterion: kept[0].criterion.clone(),
        bytes: [&PNG[..], b"late"].concat(),
        media_type: "image/png",
        taken_on: String::new(),
        place: String::new(),
    };
    evidence::add(base, ROUND, team.scorer(&card), card.id, vec![late])
        .await
        .unwrap();
    assert_eq!(on_disk(&team), all + 1);
    let taken = people::withdraw(base, plan, "office", team.id("e1"), "调离").await;
    assert_eq!((taken.unwrap(), on_disk(&team)), (1, all));
    let left = cards::evidence(&base.db, &[card.id]).await.unwrap();
    assert_eq!(left.len(), kept.len() - 1);
}

async fn sealed_again(team: &Team) -> Card {
    let all = team.cards().await;
    all.into_iter().find(|card| card.state == cards::SEALED).unwrap()
}

#[tokio::test]
async fn a_unit_that_nobody_may_mark_is_named_and_nothing_is_drawn() {
    let team = Team::of(2).await;
    let stated = Stated {
        unit: FIRST_UNIT.to_owned(),
        kind: ConflictKind::PastPost,
        note: "曾任职".to_owned(),
    };
    let id = team.id("e2");
    people::add_conflict(&team.server.base, &team.plan, "office", id, stated)
        .await
        .unwrap();
    let (mut office, csrf) = {
        team.server.account(Role::Office).await;
        team.browser("office").await
    };
    let path = format!("/console/rounds/{ROUND}/scoring/people");
    let fields = [("csrf", csrf.as_str()), ("go", "draw"), ("seed", "5")];
    let reply = office.post(&path, &fields).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    let name = team.plan.units.get(FIRST_UNIT).unwrap().name.get("zh");
    assert!(
        reply.text.contains(&format!("{name}需要 2 位评分人")),
        "{}",
        reply.text
    );
    assert!(team.cards().await.is_empty());
    assert!(
        evaluators::draws(&team.server.base.db, ROUND)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn staff_of_a_judged_unit_are_not_engaged_and_ties_of_the_accounts_are_found() {
    let team = Team::of(1).await;
    let (base, plan) = (&team.server.base, &team.plan);
    let employed = team
        .server
        .named_account("village", Role::Evaluator, Some("990101001001"))
        .await;
    let refused = people::engage(base, plan, "office", employed, None).await;
    assert!(matches!(refused, Err(ScoringError::Employed { unit }) if unit == FIRST_UNIT));
    let office = team.server.named_account("clerk", Role::Office, None).await;
    let refused = people::engage(base, plan, "office", office, None).await;
    assert!(matches!(refused, Err(ScoringError::Nobody)));
    // Whoever the county employs answers for every township.
    let county = team
        .server
        .named_account("county", Role::Evaluator, Some("990101"))
        .await;
    let found = people::engage(base, plan, "office", county, None).await.unwrap();
    assert_eq!(found, plan.scored_units().len());
    // An account of the same name that a village employs.
    let mut namesake = crate::store::staff::find(&base.db, employed)
        .await
        .unwrap()
        .unwrap();
    namesake.display_name = "测试 e9".to_owned();
    crate::store::staff::update(&base.db, namesake).await.unwrap();
    let e9 = team.server.named_account("e9", Role::Evaluator, None).await;
    assert_eq!(people::engage(base, plan, "office", e9, None).await.unwrap(), 1);
}

#[tokio::test]
async fn a_sealed_card_does_not_change_and_marks_count_only_once_all_is_sealed_and_approved() {
    let team = Team::of(3).await;
    team.draw(1).await.unwrap();
    let base = &team.server.base;
    let first = team.cards().await[0].clone();
    assert!(matches!(
        team.seal(&first).await.unwrap(),
        Sealing::Lacking(lacking) if lacking.len() == 14 + 13
    ));
    team.write(&first, 3.0, "看过现场").await;
    let Sealing::Sealed(hash) = team.seal(&first).await.unwrap() else {
        panic!()
    };
    let again = card::save(base, &team.plan, team.scorer(&first), first.id, &BTreeMap::new()).await;
    assert!(matches!(again, Err(ScoringError::Sealed)));
    assert!(matches!(team.seal(&first).await, Err(ScoringError::Sealed)));
    let early = count::approve(base, &team.plan, "office", first.id, &hash).await;
    assert!(
        matches!(early, Err(ScoringError::NotSealed)),
        "the other scorer has not sealed"
    );
    assert_eq!(team.view_of(&first.unit).await, View::Closed);
    assert!(matches!(team.count("").await, Err(ScoringError::Gate)));

    team.finish(|_, unit| if unit < "990101010" { 3.0 } else { 2.0 })
        .await;
    let other = count::approve(base, &team.plan, "office", first.id, "another state").await;
    assert!(matches!(other, Err(ScoringError::Changed)));
    assert!(
        matches!(team.count("").await, Err(ScoringError::Gate)),
        "nothing is approved"
    );
    team.approve_all().await;
    assert_eq!(team.count("").await.unwrap(), 20 * 2 * 14);
    let rows = scores::list(&base.db, ROUND).await.unwrap();
    assert!(rows.iter().all(|row| !row.third && row.evidence == 1));

    // Saying something later makes no published mark void.
    let late = Stated {
        unit: first.unit.clone(),
        kind: ConflictKind::Household,
        note: String::new(),
    };
    let me = (team.scorer(&first).login, first.staff_id);
    assert_eq!(people::declare(base, &team.plan, me, &[late]).await.unwrap(), 0);
    assert_eq!(scores::list(&base.db, ROUND).await.unwrap().len(), 560);

    // The office can give a card back; then its approval is void and the unit's marks do not count.
    let reason = count::give_back(base, &team.plan, "office", first.id, "").await;
    assert!(matches!(reason, Err(ScoringError::NoReason)));
    let out = count::give_back(base, &team.plan, "office", first.id, "照片看不清").await;
    assert_eq!(out.unwrap(), 28);
    let kept = cards::seals(&base.db, &[first.id]).await.unwrap();
    assert_eq!(kept[0].returned_reason.as_deref(), Some("照片看不清"));
    assert!(kept[0].content.contains("看过现场"));
    let open = team.card(team.scorer(&first).login, &first.unit).await;
    team.seal(&open).await.unwrap();
    let sealed = team.card(team.scorer(&first).login, &first.unit).await;
    assert_ne!(sealed.hash.as_deref(), Some(hash.as_str()), "a new salt");
    assert!(team.standing().await.approval(&sealed).is_none());
    assert!(matches!(team.count("").await, Err(ScoringError::Gate)));
}

#[tokio::test]
async fn marks_changed_behind_the_scorers_back_do_not_count() {
    let team = Team::of(2).await;
    team.draw(1).await.unwrap();
    team.finish(|_, unit| if unit < "990101010" { 3.0 } else { 2.0 })
        .await;
    let victim = team.card("e1", FIRST_UNIT).await;
    let (base, hash) = (&team.server.base, victim.hash.clone().unwrap());
    let forge = |sql: String| async move { base.db.execute_unprepared(&sql).await.unwrap() };
    forge("UPDATE card_marks SET mark = 4 WHERE criterion = 'A1' AND mark = 3".to_owned()).await;
    let refused = count::approve(base, &team.plan, "office", victim.id, &hash).await;
    assert!(matches!(refused, Err(ScoringError::Tampered(card)) if card == victim.id));
    forge("UPDATE card_marks SET mark = 3 WHERE criterion = 'A1' AND mark = 4".to_owned()).await;
    team.approve_all().await;
    // A seal that was made anew for forged marks: the audit trail knows another.
    let seal = cards::seals(&base.db, &[victim.id]).await.unwrap()[0].clone();
    let content = seal.content.replacen("\"mark\":3.0", "\"mark\":4.0", 1);
    let forged = super::seal::hash(&content);
    assert_ne!(forged, hash);
    for sql in [
        format!(
            "UPDATE card_marks SET mark = 4 WHERE criterion = 'A1' \
             AND card_id IN (SELECT id FROM score_cards WHERE hash = '{hash}')"
        ),
        format!("UPDATE card_seals SET hash = '{forged}', content = '{content}' WHERE hash = '{hash}'"),
        format!("UPDATE card_approvals SET hash = '{forged}' WHERE hash = '{hash}'"),
        format!("UPDATE score_cards SET hash = '{forged}' WHERE hash = '{hash}'"),
    ] {
        forge(sql).await;
    }
    let refused = team.count("").await;
    assert!(
        matches!(refused, Err(ScoringError::Tampered(card)) if card == victim.id),
        "{refused:?}"
    );
    assert!(scores::list(&base.db, ROUND).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_differs_beyond_the_limit_goes_to_a_third_who_is_blind_too() {
    let team = Team::of(3).await;
    team.draw(2).await.unwrap();
    let first = team.cards().await[0].unit.clone();
    let severe = team.cards().await[0].staff_id;
    team.finish(|login, unit| {
        let is_severe = login == team.people[&severe] && unit == first;
        let level = if unit < "990101010" { 4.0 } else { 3.0 };
        if is_severe { 0.0 } else { level }
    })
    .await;
    assert_eq!(team.view_of(&first).await, View::Differing);
    let standing = team.standing().await;
    let unit = standing.units.iter().find(|unit| unit.unit == first).unwrap();
    assert_eq!((unit.differing.len(), unit.undrawn.len()), (14, 14));
    assert!(standing.mark(unit, unit.cards[0].card.id, "A1").is_none());
    assert_eq!(Gate::of(&team.plan, &standing).differing, 1);

    let drawn = draw::third(&team.server.base, &team.plan, "office", 9)
        .await
        .unwrap();
    assert_eq!(drawn.made, 1);
    let third = team.cards().await.into_iter().find(|card| card.third).unwrap();
    let firsts: Vec<Uuid> = unit.cards.iter().map(|held| held.card.staff_id).collect();
    assert!(!firsts.contains(&third.staff_id));
    assert_eq!(
        team.view_of(&first).await,
        View::Differing,
        "until the third has sealed"
    );
    team.finish(|_, _| 3.0).await;
    assert_eq!(team.view_of(&first).await, View::Open);
    team.approve_all().await;
    assert_eq!(team.count("").await.unwrap(), 20 * 2 * 14 + 14);
    let rows = scores::list(&team.server.base.db, ROUND).await.unwrap();
    assert_eq!(rows.iter().filter(|row| row.third).count(), 14);
}

#[tokio::test]
async fn scorers_who_agree_too_little_count_only_with_a_reason() {
    let team = Team::with(2, |settings| {
        *settings = settings.replace("difference_limit = 2", "least_alpha = 0.6");
    })
    .await;
    team.draw(1).await.unwrap();
    // Two who contradict each other everywhere.
    team.finish(|login, unit| {
        let high = unit.ends_with(['1', '3', '5', '7', '9']);
        if high == (login == "e1") { 4.0 } else { 1.0 }
    })
    .await;
    team.approve_all().await;
    let gate = Gate::of(&team.plan, &team.standing().await);
    assert!(gate.is_complete() && !gate.agrees());
    assert!(matches!(team.count("").await, Err(ScoringError::NoReason)));
    assert_eq!(team.count("评分标准已重新培训，下轮复核。").await.unwrap(), 560);
}
