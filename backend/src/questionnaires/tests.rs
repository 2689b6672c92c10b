use super::*;
use crate::handlers::testing::{ROUND, Server};

const WHO: &str = "office";

fn change(act: Act) -> Change<'static> {
    Change {
        act,
        subject: "age",
        actor: WHO,
    }
}

async fn draft(server: &Server, form: &str) -> Draft {
    let round = rounds::require(&server.base, ROUND).await.unwrap();
    load(&server.base.db, &server.base, &round, form)
        .await
        .unwrap()
        .unwrap()
}

#[test]
fn names_are_those_of_files_on_every_system() {
    for good in ["resident", "r2027", "a-b_c"] {
        assert!(is_name(good), "{good}");
        assert_eq!(name_of(&path_of(good)), Some(good));
    }
    for bad in [
        "",
        "2027",
        "Resident",
        "a/b",
        "a.b",
        "问卷",
        "..",
        &"a".repeat(41),
    ] {
        assert!(!is_name(bad), "{bad}");
    }
    assert_eq!(name_of("media/a.xlsx"), None);
}

#[test]
fn acts_survive_their_words() {
    for (act, word) in Act::ALL {
        assert_eq!((act.as_str(), Act::parse(word)), (word, Some(act)));
    }
}

#[tokio::test]
async fn every_state_stays_and_the_draft_goes_back_and_forth_between_them() {
    let server = Server::start().await;
    let at = (ROUND, "resident");
    let first = draft(&server, "resident").await;
    assert!(first.head == 0 && first.is_in_plan() && first.undo().is_none());
    for content in [b"one".to_vec(), b"two".to_vec()] {
        let seen = draft(&server, "resident").await.seen();
        let saved = save(&server.base, at, &seen, content, change(Act::Changed))
            .await
            .unwrap();
        assert!(matches!(saved, Saved::Done));
    }
    let two = draft(&server, "resident").await;
    assert_eq!((two.head, two.content.as_slice()), (3, b"two".as_slice()));
    assert_eq!(two.states[0].act, "plan", "what the plan has is the first state");
    let back = two.undo().unwrap().seq;
    go_to(&server.base, at, &two.seen(), back, WHO).await.unwrap();
    let one = draft(&server, "resident").await;
    assert_eq!(
        (one.content.as_slice(), one.redo().unwrap().seq),
        (b"one".as_slice(), 3)
    );
    // Another way from there: the way forward is the new one, and the old state is still there.
    let saved = save(
        &server.base,
        at,
        &one.seen(),
        b"other".to_vec(),
        change(Act::Moved),
    )
    .await;
    assert!(matches!(saved.unwrap(), Saved::Done));
    let other = draft(&server, "resident").await;
    assert_eq!(
        (other.head, other.states.len(), other.undo().unwrap().seq),
        (4, 4, 2)
    );
    go_to(&server.base, at, &other.seen(), 1, WHO).await.unwrap();
    assert!(draft(&server, "resident").await.is_in_plan());
    assert!(
        go_to(
            &server.base,
            at,
            &draft(&server, "resident").await.seen(),
            99,
            WHO
        )
        .await
        .is_err()
    );
}

#[tokio::test]
async fn whoever_is_second_is_told_and_writes_over_nothing() {
    let server = Server::start().await;
    let at = (ROUND, "family");
    let seen = draft(&server, "family").await.seen();
    let (mine, theirs) = (b"mine".to_vec(), b"theirs".to_vec());
    save(&server.base, at, &seen, theirs.clone(), change(Act::Changed))
        .await
        .unwrap();
    let late = save(&server.base, at, &seen, mine, change(Act::Changed))
        .await
        .unwrap();
    let Saved::Conflict(now) = late else {
        panic!("it was written over");
    };
    assert_eq!(now.content, theirs);
    let again = save(&server.base, at, &seen, theirs, change(Act::Changed))
        .await
        .unwrap();
    assert!(matches!(again, Saved::Done), "the same twice is once");
    let seen_content = as_seen(&server.base.db, at, &seen).await.unwrap().unwrap();
    assert_eq!(
        Some(seen_content),
        now.in_plan,
        "what the second one saw is still known"
    );
}

#[tokio::test]
async fn a_new_draft_takes_no_name_that_is_taken() {
    let server = Server::start().await;
    let begin = async |name: &str| {
        begin_draft(&server.base, (ROUND, name), b"x".to_vec(), change(Act::New))
            .await
            .unwrap()
    };
    assert_eq!(begin("resident").await, Some(Refused::Taken));
    assert_eq!(begin("../x").await, Some(Refused::Name));
    assert_eq!(begin("fresh").await, None);
    assert_eq!(begin("fresh").await, Some(Refused::Taken));
    let fresh = draft(&server, "fresh").await;
    assert!(fresh.in_plan.is_none() && !fresh.is_in_plan() && fresh.head == 1);
}
