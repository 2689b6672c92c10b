//! The whole chain on the synthetic county: what a round says that was computed from the sample, held against what it
//! says when everybody answers.

use analysis::disposition::Disposition;
use analysis::results::{IndicatorResult, RoundResults};
use analysis::round::{GroupCases, RoundInput, compute};

use super::*;
use crate::submit::Mode;

fn results(plan: &Plan, county: &Population, groups: Vec<GroupCases>) -> RoundResults {
    let input = RoundInput {
        plan,
        plan_sha256: String::new(),
        groups,
        criterion_scores: criterion_scores(county, plan),
        open_link_counts: Vec::new(),
        daily: Vec::new(),
        unfinished: Vec::new(),
        sittings: Vec::new(),
        previous: None,
    };
    compute(&input).expect("results").results
}

fn key(row: &IndicatorResult) -> (&str, &str, Option<&str>, Option<&str>) {
    (&row.code, &row.unit, row.group.as_deref(), row.area.as_deref())
}

#[test]
fn round_of_a_sample_comes_as_close_to_the_truth_as_it_says() {
    let (plan, county) = (plan(), county());
    let fieldwork = Fieldwork::run(&county, &plan, 3000).expect("fieldwork");
    let estimated = results(
        &plan,
        &county,
        group_cases(&county, &plan, &fieldwork).expect("cases"),
    );
    let known = results(&plan, &county, truth(&county, &plan).expect("the truth"));
    let truth: BTreeMap<_, _> = known
        .indicators
        .iter()
        .map(|row| (key(row), row.estimate))
        .collect();

    // Shares of intervals that hold the true value, for the county and for the townships.
    let (mut covered, mut all) = ([0.0; 2], [0.0; 2]);
    for row in &estimated.indicators {
        let (Some(value), Some(lower), Some(upper), Some(se)) =
            (truth[&key(row)], row.lower, row.upper, row.se)
        else {
            continue;
        };
        // Marks and administrative values are the same in both; small cells where everyone agrees show no error.
        if se > 1e-9 && row.n >= 10 && row.group.as_deref() != Some("third_party") {
            let level = usize::from(row.unit != plan.round.county);
            all[level] += 1.0;
            covered[level] += f64::from(u8::from((lower..=upper).contains(&value)));
        }
    }
    let shares = [covered[0] / all[0], covered[1] / all[1]];
    assert!(all[0] > 80.0 && all[1] > 1000.0, "{all:?}");
    assert!(shares.iter().all(|share| *share > 0.92), "{shares:?}");

    // Scores and ranks.
    let true_scores: BTreeMap<&str, _> = known
        .scores
        .iter()
        .map(|score| (score.unit.as_str(), score))
        .collect();
    let townships: Vec<_> = estimated
        .scores
        .iter()
        .filter(|score| score.rank.is_some())
        .collect();
    assert_eq!(townships.len(), 20);
    let held = townships.iter().filter(|score| {
        let rank = true_scores[score.unit.as_str()].rank;
        score.rank_lower <= rank && rank <= score.rank_upper
    });
    assert!(held.count() >= 19);
    let spread: f64 = townships
        .iter()
        .map(|score| {
            (score.score.unwrap_or(f64::NAN) - true_scores[score.unit.as_str()].score.unwrap_or(f64::NAN))
                .abs()
        })
        .sum::<f64>()
        / 20.0;
    assert!(spread < 3.0, "{spread}");

    // Response rates are those of the fieldwork.
    let complete: u64 = estimated
        .response_rates
        .iter()
        .filter(|rate| rate.unit == plan.round.county)
        .map(|rate| rate.complete)
        .sum();
    assert_eq!(complete, 3000);
}

#[test]
fn attempts_settle_every_case_as_fieldwork_did_and_never_before_it_began() {
    let (plan, county) = (plan(), county());
    let fieldwork = Fieldwork::run(&county, &plan, 600).unwrap();
    let today = date(2026, 11, 25);
    let visits = visits(&county, &fieldwork, plan.round.opens_on, today);
    let mut of_case: BTreeMap<usize, Vec<&Attempt>> = BTreeMap::new();
    for attempt in &visits.attempts {
        of_case.entry(attempt.case).or_default().push(attempt);
    }
    let mut seen = BTreeMap::new();
    for (at, case) in fieldwork.cases.iter().enumerate() {
        let attempts = of_case.remove(&at).unwrap_or_default();
        let parsed = || {
            attempts
                .iter()
                .filter_map(|attempt| Disposition::parse(attempt.code))
        };
        let found = Disposition::settle(
            case.responded(),
            None,
            parsed().rfind(|one| one.settles()),
            parsed().next_back(),
        );
        assert_eq!(found, case.disposition, "{at}");
        assert!(
            attempts
                .iter()
                .all(|attempt| attempt.day >= plan.round.opens_on && attempt.day <= today)
        );
        assert!(
            attempts.windows(2).all(|pair| pair[0].day <= pair[1].day),
            "{attempts:?}"
        );
        *seen.entry(case.disposition).or_insert(0) += attempts.len();
    }
    assert!(
        seen[&Disposition::Complete] > 100 && seen[&Disposition::Refusal] > 20,
        "{seen:?}"
    );
    for response in fieldwork
        .responses
        .iter()
        .filter(|response| response.mode == Mode::Interview)
    {
        let who = asked_by(&county, &fieldwork, response.case, response.mode);
        let last = visits
            .attempts
            .iter()
            .rfind(|attempt| Some(attempt.case) == response.case);
        assert_eq!(
            last.map(|last| (last.interviewer, last.day, last.code)),
            who.map(|who| (who, response.day, "1.1"))
        );
    }
    let agreed = visits.attempts.iter().filter_map(|attempt| attempt.call_back);
    assert!(agreed.filter(|(day, _)| *day >= today).count() > 0);
}
