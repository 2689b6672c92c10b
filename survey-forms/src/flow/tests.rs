//! The way through a questionnaire, forwards and back.

use proptest::prelude::*;

use super::{clear_hidden, first_unanswered, next, page, pages, previous, progress};
use crate::form::Form;
use crate::response::{RawAnswers, from_pairs};
use crate::testing::{TODAY, answers, form};

fn sample() -> Form {
    form(crate::xlsform::tests::EVERYTHING)
}

fn names(form: &Form, answers: &RawAnswers) -> Vec<String> {
    pages(form, answers, TODAY)
        .into_iter()
        .map(|page| page.name)
        .collect()
}

#[test]
fn pages__groups_without_a_page_are_transparent_and_calculations_are_nowhere() {
    let form = sample();
    assert_eq!(
        names(&form, &answers(&[])),
        ["welcome", "age", "town", "village", "income", "wish"]
    );
    let filled = answers(&[("age", "30"), ("need", "rehab care"), ("income", "12")]);
    assert_eq!(
        names(&form, &filled),
        [
            "welcome", "age", "town", "village", "need", "care", "income", "since", "wish"
        ]
    );
    let care = page(&form, &filled, "care", TODAY).unwrap();
    assert_eq!(care.questions, ["sat", "hours"]);
    assert!(care.has_required);
}

#[test]
fn next_and_previous__skip_what_is_hidden() {
    let form = sample();
    let none = answers(&[]);
    assert_eq!(next(&form, &none, None, TODAY).unwrap().name, "welcome");
    assert_eq!(next(&form, &none, Some("village"), TODAY).unwrap().name, "income");
    assert_eq!(previous(&form, &none, "income", TODAY).unwrap().name, "village");
    assert_eq!(next(&form, &none, Some("wish"), TODAY), None);
    assert_eq!(previous(&form, &none, "welcome", TODAY), None);
    assert_eq!(
        next(&form, &none, Some("care"), TODAY).unwrap().name,
        "income",
        "from a page that is hidden now"
    );
    assert_eq!(next(&form, &none, Some("no_such_page"), TODAY), None);
}

#[test]
fn full_width_age__counts_in_conditions() {
    let form = sample();
    assert!(names(&form, &answers(&[("age", "３０")])).contains(&"need".to_owned()));
}

#[test]
fn clear_hidden__takes_chains_at_once() {
    let form = sample();
    let mut given = answers(&[("age", "12"), ("need", "rehab"), ("sat", "5"), ("town", "a")]);
    clear_hidden(&form, &mut given, TODAY);
    assert_eq!(given, answers(&[("age", "12"), ("town", "a")]));
}

#[test]
fn first_unanswered__stops_at_required_gaps_and_passes_optional_ones() {
    let form = sample();
    let at = |pairs: &[(&str, &str)]| first_unanswered(&form, &answers(pairs), TODAY).map(|page| page.name);
    assert_eq!(at(&[]).as_deref(), Some("age"));
    assert_eq!(at(&[("age", "30"), ("village", "a1")]).as_deref(), Some("town"));
    let most = [("age", "70"), ("town", "a"), ("village", "a1"), ("need", "none")];
    assert_eq!(at(&most).as_deref(), Some("income"));
    let mut to_the_end = most.to_vec();
    to_the_end.push(("wish", "好"));
    assert_eq!(at(&to_the_end), None, "income may be left out and was passed");
}

#[test]
fn progress__counts_what_is_asked_now() {
    let form = sample();
    assert_eq!(progress(&form, &answers(&[]), "age", TODAY), (2, 6));
    assert_eq!(progress(&form, &answers(&[]), "care", TODAY), (0, 6));
}

#[test]
fn from_pairs__repeated_keys_are_joined_and_silence_is_empty() {
    let form = sample();
    let filled = answers(&[("age", "30")]);
    let need = page(&form, &filled, "need", TODAY).unwrap();
    let pairs = |list: &[(&str, &str)]| {
        list.iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        from_pairs(
            &form,
            &need,
            &pairs(&[("need", "rehab"), ("csrf", "x"), ("need", "care")])
        ),
        answers(&[("need", "rehab care")])
    );
    assert_eq!(from_pairs(&form, &need, &[]), answers(&[("need", "")]));
    let welcome = page(&form, &filled, "welcome", TODAY).unwrap();
    assert_eq!(
        from_pairs(&form, &welcome, &pairs(&[("welcome", "x")])),
        answers(&[])
    );
}

fn any_answers() -> impl Strategy<Value = RawAnswers> {
    let names = vec![
        "age", "town", "village", "need", "sat", "hours", "income", "since", "wish",
    ];
    let values = vec![
        "",
        "5",
        "30",
        "12",
        "a",
        "a1",
        "rehab",
        "rehab care",
        "none",
        "dk",
        "2026-01-01",
        "x y",
        "９",
        "𠮷",
    ];
    prop::collection::btree_map(
        proptest::sample::select(names).prop_map(str::to_owned),
        proptest::sample::select(values).prop_map(str::to_owned),
        0..9,
    )
}

proptest! {
    #[test]
    fn next_and_previous__are_inverse(given in any_answers()) {
        let form = sample();
        let all = pages(&form, &given, TODAY);
        for pair in all.windows(2) {
            prop_assert_eq!(next(&form, &given, Some(&pair[0].name), TODAY), Some(pair[1].clone()));
            prop_assert_eq!(previous(&form, &given, &pair[1].name, TODAY), Some(pair[0].clone()));
        }
    }

    #[test]
    fn clear_hidden__is_idempotent_and_changes_no_page(given in any_answers()) {
        let form = sample();
        let mut once = given.clone();
        clear_hidden(&form, &mut once, TODAY);
        prop_assert_eq!(pages(&form, &once, TODAY), pages(&form, &given, TODAY));
        let mut twice = once.clone();
        clear_hidden(&form, &mut twice, TODAY);
        prop_assert_eq!(once, twice);
    }
}
