//! Indicators and scores of small rounds, against figures worked out by hand and against the jackknife.

use analysis::results::{Flag, RoundDetail};
use analysis::round::GroupCases;

use crate::support::{Case, close, group, input, plan, run, totals};

/// Four residents per township, two in each of two villages; participation 3/4 in t1.
pub(crate) fn residents() -> Vec<Case> {
    let mut cases = Vec::new();
    for (t, took, sat) in [
        ("t1", [1, 0, 1, 1], [5, 4, 4, 3]),
        ("t2", [1, 1, 0, 0], [3, 3, 2, 4]),
        ("t3", [0, 0, 0, 1], [1, 2, 2, 3]),
    ] {
        for i in 0..4 {
            let (village, id) = (format!("{t}v{}", 1 + i / 2), format!("r{}{i}", &t[1..]));
            let need = if i % 2 == 0 { "rehab care" } else { "rehab" };
            let case = Case::new(&id, &village)
                .set("took_part", if took[i] == 1 { "training" } else { "none" })
                .set("need", need)
                .set("recv_rehab", ["yes", "partly", "no", "dk"][i])
                .set("help_rehab", ["5", "3", "", ""][i])
                .set("why_rehab", ["", "", "far", ""][i])
                .set("recv_care", ["no", "", "yes", ""][i])
                .set("help_care", ["", "", "dk", ""][i])
                .set("why_care", ["cost", "", "", ""][i])
                .set("sat_overall", &sat[i].to_string());
            cases.push(case);
        }
    }
    cases
}

/// The relatives of the residents, in the same villages.
pub(crate) fn family() -> Vec<Case> {
    let sat = [4, 4, 5, 3, 3, 4, 2, 3, 2, 1, 2, 4];
    let cases = residents().into_iter().zip(sat).map(|(resident, sat)| {
        let person = resident.0["person"].clone();
        Case::new(&format!("f{person}"), &resident.0["unit"])
            .set("can_answer", "yes")
            .set("sat_overall", &sat.to_string())
    });
    cases.collect()
}

pub(crate) fn bodies() -> Vec<Case> {
    let own = ["t1", "t2", "t3"].map(|t| Case::new(&format!("b{t}"), t).set("staff_post", "no").weight(1.0));
    let posts = ["yes", "yes", "yes", "no", "no", "no"];
    let villages = ["t1v1", "t1v2", "t2v1", "t2v2", "t3v1", "t3v2"];
    let below = villages
        .iter()
        .zip(posts)
        .map(|(v, post)| Case::new(&format!("b{v}"), v).set("staff_post", post).weight(1.0));
    own.into_iter().chain(below).collect()
}

pub(crate) fn groups() -> Vec<GroupCases> {
    vec![
        group("resident", &residents()),
        group("family", &family()),
        group("grassroots", &bodies()),
    ]
}

fn estimate(
    detail: &RoundDetail,
    code: &str,
    unit: &str,
    who: Option<&str>,
    area: Option<&str>,
) -> Option<f64> {
    detail
        .indicator(code, unit, who, area)
        .and_then(|row| row.estimate)
}

#[test]
fn participation_and_its_error_follow_by_hand() {
    let detail = run(&plan(), groups());
    let row = detail.indicator("1.1", "t1", Some("persons"), None).expect("row");
    close(row.estimate, 0.75);
    // PSU totals of w(y − R)/X: 10(0.25 − 0.75)/40 = −0.125 and 10(0.25 + 0.25)/40; 2/1 · 2 · 0.125² = 0.0625.
    close(row.se, 0.25);
    assert_eq!((row.n, row.flag), (4, Some(Flag::SmallN)));
    assert!(row.lower.expect("limit") > 0.0 && row.upper.expect("limit") < 1.0);
    close(estimate(&detail, "1.1", "c", Some("persons"), None), 6.0 / 12.0);
    assert_eq!(
        detail.indicator("1.1", "t1", None, None).expect("row").lower,
        row.lower
    );
}

#[test]
fn ladder_counts_pairs_and_leaves_dont_know_out() {
    let detail = run(&plan(), groups());
    // Per township: rehab needed by 4, one says dk: received 2 of 3. Care needed by 2: received 1.
    close(
        estimate(&detail, "2.1", "t1", Some("persons"), Some("rehab")),
        2.0 / 3.0,
    );
    close(estimate(&detail, "2.1", "t1", Some("persons"), Some("care")), 0.5);
    close(estimate(&detail, "2.1", "t1", Some("persons"), None), 3.0 / 5.0);
    // Helped: 1 of the 2 rehab answers; the care answer is dk and leaves effectiveness and benefit.
    close(estimate(&detail, "2.2", "t1", Some("persons"), None), 0.5);
    close(estimate(&detail, "2.0", "t1", Some("persons"), None), 1.0 / 4.0);
    assert_eq!(
        detail
            .indicator("2.1", "t1", Some("persons"), None)
            .expect("row")
            .n,
        3,
        "persons, not pairs"
    );
    let step = detail
        .ladder
        .iter()
        .find(|step| step.unit == "t1" && step.area.as_deref() == Some("care"))
        .expect("step");
    close(step.needed.estimate, 0.5);
    assert_eq!((step.persons_needed, step.persons_received), (20.0, 10.0));
    let worst = detail
        .unmet_needs
        .iter()
        .find(|need| need.unit == "t1" && need.rank == 1)
        .expect("need");
    // One of three (the fourth does not know) for rehab, one of four for care.
    assert_eq!(worst.area, "rehab");
    close(worst.share.estimate, 1.0 / 3.0);
    let far = detail
        .barriers
        .iter()
        .find(|b| b.unit == "t1" && b.area.is_none() && b.reason == "far")
        .expect("barrier");
    close(far.share.estimate, 0.5);
}

#[test]
fn satisfaction_is_the_mean_on_a_hundred_and_combines_by_weights() {
    let detail = run(&plan(), groups());
    close(estimate(&detail, "3", "t1", Some("resident"), None), 75.0);
    close(estimate(&detail, "3", "t1", Some("family"), None), 75.0);
    close(estimate(&detail, "3", "t2", Some("resident"), None), 50.0);
    close(
        estimate(&detail, "3", "t2", None, None),
        (40.0 * 50.0 + 20.0 * 50.0) / 60.0,
    );
}

#[test]
fn score_is_the_weighted_tree_and_hears_no_unit_about_itself() {
    let detail = run(&plan(), groups());
    // t2: grassroots villages yes, no → 50; third party (2.5/4) → 62.5; posts 75 between 50 and 100 → 50.
    let capacity = 0.3 * 50.0 + 0.4 * 62.5 + 0.3 * 50.0;
    let score = 0.2 * 50.0 + 0.15 * 60.0 + 0.15 * 50.0 + 0.3 * 50.0 + 0.2 * capacity;
    close(detail.score("t2").expect("row").score, score);
    let mut loud = bodies();
    loud[1] = loud[1].clone().set("staff_post", "yes");
    let other = run(
        &plan(),
        vec![
            group("resident", &residents()),
            group("family", &family()),
            group("grassroots", &loud),
        ],
    );
    assert_eq!(
        detail.score("t2"),
        other.score("t2"),
        "its own federation's answer must not count"
    );
    let county = |detail: &RoundDetail| estimate(detail, "4", "c", Some("grassroots"), None);
    close(county(&detail), 3.0 / 9.0);
    close(county(&other), 4.0 / 9.0);
}

#[test]
fn county_without_marks_has_the_mean_of_its_townships_by_persons() {
    let detail = run(&plan(), groups());
    close(
        estimate(&detail, "4", "c", Some("third_party"), None),
        (100.0 + 62.5 + 25.0) / 3.0,
    );
    close(estimate(&detail, "4", "c", Some("admin"), None), 50.0);
    assert_eq!(detail.score("c").expect("row").rank, None);
}

#[test]
fn raters_error_is_pooled_and_carried() {
    let detail = run(&plan(), groups());
    // Only t2 differs, s1 being 12.5 above and s2 12.5 below the mean of both criteria: squares 625 on six degrees of
    // freedom. Scorers explain (25 + 25)²/2 ÷ 6 = 208.33 with one, which leaves 416.67 on five.
    let mark: f64 = 416.0 + 2.0 / 3.0;
    let (mark, severity): (f64, f64) = (mark / 5.0, (208.0 + 1.0 / 3.0 - mark / 5.0) / 6.0);
    // Each scorer's severity counts half, each of the four marks a quarter.
    let se = (severity * 2.0 * 0.25 + mark * 4.0 * 0.0625).sqrt();
    close(
        detail
            .indicator("4", "t1", Some("third_party"), None)
            .expect("row")
            .se,
        se,
    );
    let overall = detail
        .agreement
        .iter()
        .find(|row| row.criterion.is_none())
        .expect("row");
    assert_eq!((overall.n, overall.within_one), (6, 1.0));
}

#[test]
fn nothing_depends_on_the_order_of_the_cases() {
    let reversed = |cases: Vec<Case>| cases.into_iter().rev().collect::<Vec<_>>();
    let there = run(&plan(), groups());
    let mut back = vec![
        group("grassroots", &reversed(bodies())),
        group("family", &reversed(family())),
        group("resident", &reversed(residents())),
    ];
    let mut marked = input_of(&mut back);
    marked.criterion_scores.reverse();
    let plan = plan();
    let back = analysis::round::compute(&analysis::round::RoundInput {
        plan: &plan,
        ..marked
    })
    .expect("computed");
    assert_eq!(
        serde_json::to_string(&there).expect("json"),
        serde_json::to_string(&back).expect("json")
    );
}

fn input_of(groups: &mut Vec<GroupCases>) -> analysis::round::RoundInput<'static> {
    let plan = Box::leak(Box::new(plan()));
    input(plan, std::mem::take(groups))
}

#[test]
fn results_alone_are_the_same_results() {
    let plan = plan();
    let input = input(&plan, groups());
    let alone = analysis::round::compute_results(&input).expect("computed");
    let whole = run(&plan, groups()).results;
    assert!(whole.answering.is_some());
    let whole = analysis::results::RoundResults {
        answering: None,
        quality: None,
        evaluation: None,
        ..whole
    };
    assert_eq!(alone, whole);
}

#[test]
fn results_survive_json() {
    let detail = run(&plan(), groups());
    // By value, not by text: serde_json's quick float reader may miss the last digit.
    let json = serde_json::to_value(&detail).expect("json");
    let back: RoundDetail = serde_json::from_value(json.clone()).expect("read back");
    assert_eq!(detail, back);
    assert_eq!(json["results"]["scores"][0]["rank"], serde_json::Value::Null);
    assert_eq!(json["results"]["indicators"][0]["group"], "persons");
}

#[test]
fn proxy_in_the_persons_form_counts_for_facts_and_not_for_satisfaction() {
    let mut cases = residents();
    cases[0] = cases[0].clone().set("answering", "proxy");
    let detail = run(
        &plan(),
        vec![
            group("resident", &cases),
            group("family", &family()),
            group("grassroots", &bodies()),
        ],
    );
    let satisfaction = detail.indicator("3", "t1", Some("resident"), None).expect("row");
    assert_eq!(satisfaction.n, 3);
    close(satisfaction.estimate, (75.0 + 75.0 + 50.0) / 3.0);
    assert_eq!(
        detail
            .indicator("1.1", "t1", Some("persons"), None)
            .expect("row")
            .n,
        4
    );
}

#[test]
fn relative_stands_in_where_the_person_cannot_answer() {
    let (mut cases, mut relatives) = (residents(), family());
    cases[1] = cases[1].clone().silent();
    relatives[1] = relatives[1]
        .clone()
        .set("can_answer", "no")
        .set("took_part", "meeting")
        .set("need", "rehab")
        .set("recv_rehab", "no");
    let detail = run(
        &plan(),
        vec![
            group("resident", &cases),
            group("family", &relatives),
            group("grassroots", &bodies()),
        ],
    );
    let persons = detail.indicator("1.1", "t1", Some("persons"), None).expect("row");
    assert_eq!(persons.n, 4);
    close(persons.estimate, 1.0);
    assert_eq!(
        detail
            .indicator("3", "t1", Some("resident"), None)
            .expect("row")
            .n,
        3
    );
    let rate = detail
        .results
        .response_rates
        .iter()
        .find(|r| r.group == "resident" && r.unit == "t1")
        .expect("rate");
    assert_eq!((rate.invited, rate.complete, rate.rr), (4, 3, Some(0.75)));
}

#[test]
fn perspective_that_one_unit_lacks_is_dropped_for_all() {
    let relatives: Vec<Case> = family()
        .into_iter()
        .filter(|case| case.0["township"] != "t3")
        .collect();
    let detail = run(
        &plan(),
        vec![
            group("resident", &residents()),
            group("family", &relatives),
            group("grassroots", &bodies()),
        ],
    );
    assert_eq!(detail.dropped.len(), 1);
    assert_eq!(
        (
            detail.dropped[0].perspective.as_str(),
            detail.dropped[0].lacking.as_slice()
        ),
        ("family", &["t3".to_owned()][..])
    );
    for unit in ["t1", "t2"] {
        let alone = estimate(&detail, "3", unit, Some("resident"), None);
        assert_eq!(estimate(&detail, "3", unit, None, None), alone);
    }
    assert!(!detail.warnings.is_empty());
}

#[test]
fn staff_collected_answers_are_counted_and_not_used() {
    let mut cases = residents();
    cases[0] = cases[0].clone().set("staff_collected", "yes");
    let detail = run(
        &plan(),
        vec![
            group("resident", &cases),
            group("family", &family()),
            group("grassroots", &bodies()),
        ],
    );
    assert_eq!(
        detail
            .indicator("1.1", "t1", Some("persons"), None)
            .expect("row")
            .n,
        3
    );
    let rate = detail
        .results
        .response_rates
        .iter()
        .find(|r| r.group == "resident" && r.unit == "t1")
        .expect("rate");
    assert_eq!(rate.complete, 4);
}

#[test]
fn raking_meets_the_frame_and_narrows_what_it_explains() {
    let mut cases = residents();
    for (at, case) in cases.iter_mut().enumerate() {
        *case = case
            .clone()
            .set("sex", if at % 2 == 0 { "male" } else { "female" });
    }
    let mut resident = group("resident", &cases);
    resident.totals = vec![totals("sex", &[("female", 90.0), ("male", 60.0)])];
    let detail = run(
        &plan(),
        vec![
            resident,
            group("family", &family()),
            group("grassroots", &bodies()),
        ],
    );
    let weights = detail
        .weights
        .iter()
        .find(|row| row.group == "resident" && row.unit == "c")
        .expect("weights");
    close(Some(weights.sum), 150.0);
    let women = detail
        .respondents_vs_frame
        .iter()
        .find(|row| row.group == "resident" && row.cell == ["female"])
        .expect("row");
    assert!(
        (women.frame - 0.6).abs() < 1e-12
            && (women.weighted - 0.6).abs() < 1e-9
            && (women.respondents - 0.5).abs() < 1e-12
    );
}

#[test]
fn census_has_no_error_and_exact_ranks() {
    let whole = |cases: Vec<Case>| cases.into_iter().map(|case| case.weight(1.0)).collect::<Vec<_>>();
    let mut input = input_of(&mut vec![
        group("resident", &whole(residents())),
        group("family", &whole(family())),
        group("grassroots", &bodies()),
    ]);
    input.criterion_scores.retain(|mark| mark.scorer == "s1");
    let detail = analysis::round::compute(&input).expect("computed");
    assert!(
        detail
            .results
            .indicators
            .iter()
            .all(|row| row.se.is_none_or(|se| se == 0.0))
    );
    for score in detail.results.scores.iter().filter(|score| score.rank.is_some()) {
        assert_eq!(
            (score.se, score.lower, score.upper),
            (Some(0.0), score.score, score.score)
        );
        assert_eq!((score.rank_lower, score.rank_upper), (score.rank, score.rank));
    }
    let order: Vec<_> = detail
        .results
        .scores
        .iter()
        .map(|score| (score.unit.as_str(), score.rank))
        .collect();
    assert_eq!(
        order,
        [("c", None), ("t1", Some(1)), ("t2", Some(2)), ("t3", Some(3))]
    );
}

#[test]
fn certain_village_has_persons_as_psus_and_a_correction() {
    // Ten of twenty persons of a single village taken for certain: f = 1/2. The village is said as the PSU, or, as a
    // draw stores it, as the stratum of persons who are PSUs.
    let case = |i: usize| {
        let took = if i < 4 { "training" } else { "none" };
        Case::new(&format!("r{i}"), "t1v1")
            .certain()
            .weight(2.0)
            .set("took_part", took)
    };
    let by_village: Vec<Case> = (0..10).map(case).collect();
    let by_person = |i: usize| case(i).set("stratum", "t1v1").set("psu", &i.to_string());
    let by_person: Vec<Case> = (0..10).map(by_person).collect();
    let mut intervals = Vec::new();
    for cases in [by_village, by_person] {
        let detail = run(&plan(), vec![group("resident", &cases)]);
        let row = detail.indicator("1.1", "t1", Some("persons"), None).expect("row");
        close(row.estimate, 0.4);
        // (1 − f) s²/n with s² = n/(n−1) p(1−p), on nine degrees of freedom.
        close(row.se, (0.5 * (10.0 / 9.0) * 0.24 / 10.0_f64).sqrt());
        assert!(row.lower.is_some());
        intervals.push((row.lower, row.upper));
    }
    assert_eq!(intervals[0], intervals[1]);
}

#[test]
fn bodies_that_all_answered_have_no_error() {
    let detail = run(&plan(), groups());
    close(
        detail
            .indicator("4", "t2", Some("grassroots"), None)
            .expect("row")
            .se,
        0.0,
    );
    let mut some = bodies();
    some[3] = some[3].clone().silent();
    let detail = run(
        &plan(),
        vec![
            group("resident", &residents()),
            group("family", &family()),
            group("grassroots", &some),
        ],
    );
    assert!(
        detail
            .indicator("4", "c", Some("grassroots"), None)
            .expect("row")
            .se
            .expect("error")
            > 0.0
    );
}
