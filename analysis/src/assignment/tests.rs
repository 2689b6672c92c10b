use proptest::prelude::*;

use super::*;

fn tasks(count: usize, scorers: usize) -> Vec<Task> {
    let task = |n| Task {
        unit: format!("t{n}"),
        scorers,
    };
    (0..count).map(task).collect()
}

fn people(count: usize) -> Vec<Scorer> {
    let scorer = |n| Scorer {
        name: format!("s{n}"),
        capacity: None,
    };
    (0..count).map(scorer).collect()
}

fn loads(workload: &Workload, pairs: &BTreeSet<Pair>) -> Vec<usize> {
    (0..workload.scorers.len())
        .map(|at| pairs.iter().filter(|pair| pair.scorer == at).count())
        .collect()
}

fn range(loads: &[usize]) -> usize {
    loads.iter().max().unwrap_or(&0) - loads.iter().min().unwrap_or(&0)
}

/// Every choice of `k` scorers for each task, one after another: the naive way to the most even loads.
fn least_range(workload: &Workload, task: usize, loads: &mut Vec<usize>) -> Option<usize> {
    if task == workload.tasks.len() {
        return Some(range(loads));
    }
    let n = workload.scorers.len();
    let mut least = None;
    for set in 0_u32..(1 << n) {
        let chosen: Vec<usize> = (0..n).filter(|at| set & (1 << at) != 0).collect();
        let may = chosen.iter().all(|&scorer| workload.may(Pair { task, scorer }));
        if chosen.len() != workload.tasks[task].scorers || !may {
            continue;
        }
        for &scorer in &chosen {
            loads[scorer] += 1;
        }
        let found = least_range(workload, task + 1, loads);
        least = match (least, found) {
            (Some(a), Some(b)) => Some(std::cmp::min::<usize>(a, b)),
            (a, b) => a.or(b),
        };
        for &scorer in &chosen {
            loads[scorer] -= 1;
        }
    }
    least
}

/// Units, scorers, scorers a unit, and pairs that are barred.
fn workloads(most_units: usize, most_people: usize) -> impl Strategy<Value = Workload> {
    (1..=most_units, 2..=most_people, 1..=2_usize).prop_flat_map(|(units, count, scorers)| {
        let pair = (0..units, 0..count).prop_map(|(task, scorer)| Pair { task, scorer });
        prop::collection::btree_set(pair, 0..=units * count / 3).prop_map(move |barred| Workload {
            tasks: tasks(units, scorers),
            scorers: people(count),
            barred,
            ..Workload::default()
        })
    })
}

#[test]
fn a_county_is_shared_out_evenly_and_the_seed_decides_between_equals() {
    let workload = Workload {
        tasks: tasks(20, 2),
        scorers: people(7),
        ..Workload::default()
    };
    let pairs = assign(&workload, 1).unwrap();
    assert_eq!(pairs.len(), 40);
    assert_eq!(range(&loads(&workload, &pairs)), 1);
    assert_eq!(pairs, assign(&workload, 1).unwrap());
    assert_ne!(pairs, assign(&workload, 2).unwrap());
}

#[test]
fn a_unit_where_nearly_everyone_has_a_conflict_is_named() {
    let barred = (0..4).map(|scorer| Pair { task: 2, scorer }).collect();
    let workload = Workload {
        tasks: tasks(4, 2),
        scorers: people(5),
        barred,
        ..Workload::default()
    };
    let fault = assign(&workload, 1).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "unit t2 needs 2 scorers, and only 1 of 5 have no conflict there"
    );
}

#[test]
fn scorers_who_take_too_few_units_are_named_by_the_unit_left_over() {
    let mut workload = Workload {
        tasks: tasks(4, 2),
        scorers: people(3),
        ..Workload::default()
    };
    for scorer in &mut workload.scorers {
        scorer.capacity = Some(3);
    }
    assert_eq!(assign(&workload, 1).unwrap().len(), 8);
    workload.scorers[0].capacity = Some(1);
    let fault = assign(&workload, 1).unwrap_err();
    assert!(
        matches!(fault, AssignmentFault::Full { lacking: 1, .. }),
        "{fault}"
    );
}

#[test]
fn work_that_is_done_in_spite_of_a_conflict_is_refused_and_not_kept() {
    let pair = Pair { task: 0, scorer: 0 };
    let workload = Workload {
        tasks: tasks(1, 1),
        scorers: people(2),
        barred: [pair].into(),
        fixed: [pair].into(),
        ..Workload::default()
    };
    assert_eq!(
        assign(&workload, 1),
        Err(AssignmentFault::FixedBarred { task: 0, scorer: 0 })
    );
}

#[test]
fn a_held_pair_gives_way_only_where_it_must() {
    // s0 and s1 hold t0 and t1; t2 comes, which only s0 may mark, who takes no more than one.
    let mut workload = Workload {
        tasks: tasks(3, 1),
        scorers: people(3),
        barred: [Pair { task: 2, scorer: 1 }, Pair { task: 2, scorer: 2 }].into(),
        held: [Pair { task: 0, scorer: 0 }, Pair { task: 1, scorer: 1 }].into(),
        ..Workload::default()
    };
    workload.scorers[0].capacity = Some(1);
    let pairs = assign(&workload, 5).unwrap();
    assert!(pairs.contains(&Pair { task: 2, scorer: 0 }));
    assert!(
        pairs.contains(&Pair { task: 1, scorer: 1 }),
        "s1 need not move: {pairs:?}"
    );
    assert!(
        pairs.contains(&Pair { task: 0, scorer: 2 }),
        "s2 has nothing yet: {pairs:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_unit_has_its_scorers_and_no_conflicted_pair_is_ever_made(
        workload in workloads(20, 8), seed in 0_u64..1000,
    ) {
        match assign(&workload, seed) {
            Ok(pairs) => {
                prop_assert!(pairs.is_disjoint(&workload.barred));
                for (at, task) in workload.tasks.iter().enumerate() {
                    prop_assert_eq!(pairs.iter().filter(|pair| pair.task == at).count(), task.scorers);
                }
                prop_assert_eq!(&pairs, &assign(&workload, seed).unwrap());
            }
            Err(AssignmentFault::Barred { unit, needed, free, .. }) => {
                let at = workload.tasks.iter().position(|task| task.unit == unit).unwrap();
                prop_assert_eq!(workload.free(at), free);
                prop_assert!(free < needed);
            }
            Err(fault) => prop_assert!(false, "{}", fault),
        }
    }

    #[test]
    fn loads_differ_by_no_more_than_they_must(workload in workloads(4, 4), seed in 0_u64..100) {
        let least = least_range(&workload, 0, &mut vec![0; workload.scorers.len()]);
        let found = assign(&workload, seed).ok().map(|pairs| range(&loads(&workload, &pairs)));
        prop_assert_eq!(found, least);
    }

    #[test]
    fn after_a_withdrawal_everybody_else_keeps_what_they_had(
        workload in workloads(12, 7), seed in 0_u64..100, gone in 0_usize..7,
    ) {
        let Ok(before) = assign(&workload, seed) else { return Ok(()) };
        let gone = gone % workload.scorers.len();
        let mut after = workload.clone();
        after.barred.extend((0..workload.tasks.len()).map(|task| Pair { task, scorer: gone }));
        after.held = before.iter().copied().filter(|pair| pair.scorer != gone).collect();
        if let Ok(pairs) = assign(&after, seed + 1) {
            prop_assert!(after.held.is_subset(&pairs));
            prop_assert!(pairs.iter().all(|pair| pair.scorer != gone));
            prop_assert_eq!(pairs.len(), before.len());
        }
    }
}
