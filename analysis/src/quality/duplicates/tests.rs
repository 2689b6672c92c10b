//! Matches against a naive loop, chance by hand, and who is never compared.

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

fn factors(people: &[Vec<Option<u8>>]) -> Vec<Factor> {
    let items = people.first().map_or(0, Vec::len);
    (0..items)
        .map(|i| Factor::from_values(people.iter().map(|p| p[i].map(|code| code.to_string()))))
        .collect()
}

fn run(people: &[Vec<Option<u8>>], rule: DuplicateRule) -> Duplicates {
    let items = factors(people);
    duplicates(&items.iter().collect::<Vec<_>>(), None, rule).unwrap()
}

/// Independent answers with the given frequencies in per cent.
fn independent(seed: u64, rows: usize, items: usize, per_cent: &[u32]) -> Vec<Vec<Option<u8>>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = || {
        let mut left = rng.random_range(0..100u32);
        for (code, &share) in per_cent.iter().enumerate() {
            if left < share {
                return Some(code as u8);
            }
            left -= share;
        }
        None
    };
    (0..rows).map(|_| (0..items).map(|_| draw()).collect()).collect()
}

const RULE: DuplicateRule = DuplicateRule {
    min_share: 0.85,
    min_items: 5,
    max_expected: 0.01,
};

#[test]
fn copied_response_in_a_long_form_is_flagged_with_its_source() {
    let mut people = independent(1, 200, 40, &[20, 20, 20, 20, 20]);
    people.push(people[17].clone());
    people[200][3] = Some(5);
    let found = run(&people, RULE);
    let flags: Vec<(u32, Option<u32>)> = found.flags.iter().map(|f| (f.row, f.other)).collect();
    assert_eq!(flags, [(17, Some(200)), (200, Some(17))]);
    assert_eq!(found.flags[0].value, 39.0 / 40.0);
}

#[test]
fn short_form_with_satisfied_people_gives_no_false_alarm() {
    // Six items, four in five wholly satisfied with each: identical answers are everywhere.
    let people = independent(2, 300, 6, &[80, 10, 5, 5]);
    let found = run(&people, RULE);
    let identical = found
        .matches
        .iter()
        .flatten()
        .filter(|m| m.share() == 1.0)
        .count();
    assert!(identical > 150, "{identical}");
    assert!(found.flags.is_empty());
}

#[test]
fn independent_long_answers_are_not_flagged() {
    let found = run(&independent(3, 400, 30, &[50, 20, 20, 10]), RULE);
    assert!(found.flags.is_empty());
}

#[test]
fn chance_of_a_match_by_hand() {
    // Two items answered alike by halves and by three quarters: both agree with probability 3/8, one at least 7/8.
    let items = factors(&[[0u8, 0], [1, 0], [0, 0], [1, 1]].map(|p| p.map(Some).to_vec()));
    let items: Vec<&Factor> = items.iter().collect();
    let frequencies: Vec<Vec<f64>> = items.iter().map(|item| frequencies(item)).collect();
    assert!((chance(&items, &frequencies, 0, 2, 2) - 0.375).abs() < 1e-15);
    assert!((chance(&items, &frequencies, 0, 2, 1) - 0.875).abs() < 1e-15);
    assert_eq!(chance(&items, &frequencies, 0, 2, 0), 1.0);
}

#[test]
fn within_a_group_only_its_rows_meet() {
    let mut people = independent(4, 6, 20, &[25, 25, 25, 25]);
    people[5] = people[0].clone();
    let items = factors(&people);
    let items: Vec<&Factor> = items.iter().collect();
    let same = Factor::from_values([Some("x"), Some("y"), Some("y"), None, Some("y"), Some("x")]);
    let found = duplicates(&items, Some(&same), RULE).unwrap();
    assert_eq!(found.matches[0].map(|m| m.other), Some(5));
    assert_eq!(found.flags[0].baseline_group, "x");
    assert!(found.matches[3].is_none());
    let apart = Factor::from_labels(["x", "y", "y", "y", "y", "y"]);
    let found = duplicates(&items, Some(&apart), RULE).unwrap();
    assert!(found.matches[0].is_none() && found.flags.is_empty());
}

#[test]
fn no_rows_one_row_and_nothing_answered_have_no_match() {
    assert!(run(&[], RULE).matches.is_empty());
    assert_eq!(run(&[vec![Some(1); 12]], RULE).matches, [None]);
    let found = run(&[vec![None; 12], vec![None; 12]], RULE);
    assert_eq!(found.matches, [None, None]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn closest_rows_are_those_of_a_naive_loop(
        people in (1usize..90).prop_flat_map(|items| prop::collection::vec(
            prop::collection::vec(prop::option::weighted(0.9, 0u8..7), items), 0..14)),
    ) {
        let found = run(&people, DuplicateRule { min_items: 2, ..RULE });
        for (row, mine) in people.iter().enumerate() {
            let mut best: Option<f64> = None;
            for (other, theirs) in people.iter().enumerate().filter(|(other, _)| *other != row) {
                let both = mine.iter().zip(theirs).filter(|(a, b)| a.is_some() && b.is_some());
                let compared = both.clone().count();
                let equal = both.filter(|(a, b)| a == b).count();
                if compared >= 2 {
                    let share = equal as f64 / compared as f64;
                    best = Some(best.unwrap_or(0.0).max(share));
                    if found.matches[row].is_some_and(|m| m.other as usize == other) {
                        prop_assert_eq!(found.matches[row].map(|m| m.share()), Some(share));
                    }
                }
            }
            prop_assert_eq!(found.matches[row].map(|m| m.share()), best);
        }
    }
}
