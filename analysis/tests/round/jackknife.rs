//! The variance of a score by another road: leave out one village at a time, with everything in it.

use analysis::plan::Plan;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::support::{Case, group, run};

const VILLAGES: usize = 14;

/// Villages of different quality, persons with relatives whose answers go with theirs.
fn county() -> (Vec<Case>, Vec<Case>) {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let mut chance = || (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
    let (mut residents, mut family) = (Vec::new(), Vec::new());
    for (t, town) in ["t1", "t2", "t3"].into_iter().enumerate() {
        for village in 0..VILLAGES {
            let quality = 0.3 + 0.1 * t as f64 + 0.4 * chance();
            for person in 0..12 {
                let key = format!("{t}{village:02}{person:02}");
                let mut sat = || {
                    (1.0 + 4.0 * (0.6 * quality + 0.4 * chance()))
                        .round()
                        .clamp(1.0, 5.0)
                        .to_string()
                };
                let (own, relative) = (sat(), sat());
                let took = if chance() < quality { "training" } else { "none" };
                let (got, helped) = (chance() < quality, chance() < quality);
                let weight = 5.0 + 10.0 * chance();
                let at = |case: Case| {
                    case.set("psu", &format!("{town}-{village}"))
                        .weight(weight)
                        .set("person", &key)
                };
                residents.push(
                    at(Case::new(&format!("r{key}"), &format!("{town}v1")))
                        .set("took_part", took)
                        .set("need", "rehab")
                        .set("recv_rehab", if got { "yes" } else { "no" })
                        .set(
                            "help_rehab",
                            match (got, helped) {
                                (true, true) => "5",
                                (true, false) => "2",
                                _ => "",
                            },
                        )
                        .set("sat_overall", &own),
                );
                family.push(
                    at(Case::new(&format!("f{key}"), &format!("{town}v1"))).set("sat_overall", &relative),
                );
            }
        }
    }
    (residents, family)
}

/// Leaves out a village and lets the others of its township stand for it.
fn without(cases: &[Case], town: &str, psu: &str) -> Vec<Case> {
    let more = VILLAGES as f64 / (VILLAGES as f64 - 1.0);
    let kept = cases.iter().filter(|case| case.0["psu"] != psu).cloned();
    kept.map(|case| {
        if case.0["stratum"] == town {
            Case(case.0, case.1 * more, case.2)
        } else {
            case
        }
    })
    .collect()
}

fn values(plan: &Plan, residents: &[Case], family: &[Case]) -> Vec<(f64, f64)> {
    let detail = run(plan, vec![group("resident", residents), group("family", family)]);
    let indicator = |code: &str, unit: &str| {
        let row = detail.indicator(code, unit, None, None).expect("row");
        (row.estimate.expect("value"), row.se.expect("error"))
    };
    let score = |unit: &str| {
        let row = detail.score(unit).expect("row");
        (row.score.expect("value"), row.se.expect("error"))
    };
    vec![
        indicator("1.1", "t1"),
        indicator("2.2", "t2"),
        indicator("3", "t1"),
        indicator("3", "c"),
        score("t1"),
        score("t3"),
        score("c"),
    ]
}

#[test]
fn linearised_errors_agree_with_the_jackknife_over_villages() {
    let files = {
        let mut files = crate::support::files();
        // Surveys only, so that villages are all that varies.
        let kept: Vec<&str> = crate::support::INDICATORS
            .lines()
            .filter(|line| !line.starts_with("4,"))
            .collect();
        let indicators = kept
            .join("\n")
            .replace("3,,满意,Satisfaction,30", "3,,满意,Satisfaction,50");
        files.insert("indicators.csv".to_owned(), indicators.into_bytes());
        files.remove("criteria.csv");
        files
    };
    let plan: Plan = crate::support::read(&files);
    let (residents, family) = county();
    let whole = values(&plan, &residents, &family);
    let mut squares = vec![0.0; whole.len()];
    for town in ["t1", "t2", "t3"] {
        let replicates: Vec<Vec<(f64, f64)>> = (0..VILLAGES)
            .map(|village| {
                let psu = format!("{town}-{village}");
                values(
                    &plan,
                    &without(&residents, town, &psu),
                    &without(&family, town, &psu),
                )
            })
            .collect();
        for (at, square) in squares.iter_mut().enumerate() {
            let mean = replicates.iter().map(|r| r[at].0).sum::<f64>() / VILLAGES as f64;
            let spread: f64 = replicates.iter().map(|r| (r[at].0 - mean).powi(2)).sum();
            *square += (VILLAGES as f64 - 1.0) / VILLAGES as f64 * spread;
        }
    }
    for (at, ((_, se), square)) in whole.iter().zip(squares).enumerate() {
        let jackknife = square.sqrt();
        assert!(
            (se / jackknife - 1.0).abs() < 0.03,
            "{at}: linearised {se}, jackknife {jackknife}"
        );
    }
}
