//! The key `evaluation`: chances, groups, what scores hang on, signs of steering, and changes.

use analysis::results::{EvaluationResults, NotComparable, RoundDetail, SteeringKind};
use analysis::round::{Shared, Sitting, compute};

use crate::estimates::{bodies, family, groups, residents};
use crate::support::{close, files, group, input, plan, read, run};

fn evaluation(detail: &RoundDetail) -> &EvaluationResults {
    detail.results.evaluation.as_ref().expect("evaluated")
}

#[test]
fn grades_and_pairs_follow_from_what_is_stored() {
    let detail = run(&plan(), groups());
    let found = evaluation(&detail);
    assert_eq!(found.grades.len(), 3);
    for grade in &found.grades {
        let sum: f64 = grade.chances.iter().map(|chance| chance.chance).sum();
        assert!((sum - 1.0).abs() < 1e-9);
        let own = grade.chances.iter().find(|chance| chance.grade == grade.grade);
        assert_eq!(own.map(|chance| chance.chance), Some(grade.certainty));
        // Noise twice over moves a grade at least as often as once.
        assert!(grade.certainty > 0.3 && grade.moved_by_noise >= 0.0);
    }
    assert_eq!(found.pairs.len(), 3);
    for (pair, plain) in found.pairs.iter().zip(&detail.pairs) {
        assert_eq!((&pair.better, &pair.worse), (&plain.better, &plain.worse));
        // Two routes to the error of a difference: its own influence values, and the covariance matrix.
        assert!((pair.se - plain.se).abs() < 1e-9, "{pair:?} {plain:?}");
        assert!((0.5..=1.0).contains(&pair.probability));
        assert_eq!(pair.significant, plain.significant);
    }
}

#[test]
fn bands_and_groups_hold_every_unit() {
    let detail = run(&plan(), groups());
    let found = evaluation(&detail);
    let mut all = found.bands.concat();
    all.sort();
    assert_eq!(all, ["t1", "t2", "t3"]);
    assert_eq!(found.band("t1"), Some(1));
    for pair in &found.pairs {
        let shared = found
            .alike(&pair.better)
            .iter()
            .any(|at| found.alike(&pair.worse).contains(at));
        assert_eq!(shared, !pair.significant, "{pair:?}");
    }
}

#[test]
fn leverage_is_the_share_times_the_distance_and_shares_sum_to_one() {
    let detail = run(&plan(), groups());
    let found = evaluation(&detail);
    for unit in ["t1", "t2", "t3"] {
        let rows: Vec<_> = found.leverage.iter().filter(|row| row.unit == unit).collect();
        assert_eq!(rows.len(), 5, "1.1, 2.1, 2.2, 3, 4");
        assert!((rows.iter().map(|row| row.share).sum::<f64>() - 1.0).abs() < 1e-9);
        // The unit's score is what its leaves give by their shares.
        let score: f64 = rows.iter().map(|row| row.share * row.value).sum();
        close(detail.score(unit).and_then(|score| score.score), score);
        assert!(rows.windows(2).all(|pair| pair[0].gain >= pair[1].gain));
        for row in rows {
            let distance = (row.attainable - row.value).max(0.0);
            assert!((row.gain - row.share * distance).abs() < 1e-9);
        }
    }
    let weights = found.weights.as_ref().expect("three units, five leaves");
    assert_eq!((weights.units.len(), weights.left_out.len()), (3, 5));
    for unit in &weights.units {
        assert!(unit.rank_lower <= unit.rank_upper && unit.same_grade <= 1.0);
    }
}

#[test]
fn a_severe_scorer_moves_a_unit_s_criteria_together() {
    // The second scorer is a mark milder throughout: nothing but severity, which two criteria do not average out.
    let plan = plan();
    let mut input = input(&plan, groups());
    for mark in &mut input.criterion_scores {
        mark.score = if mark.scorer == "s1" { 2.0 } else { 3.0 };
    }
    let detail = compute(&input).expect("computed");
    let se = detail
        .indicator("4", "t1", Some("third_party"), None)
        .and_then(|row| row.se);
    // Severities 25 apart: variance 25²/2 between scorers, half of it in the mean of two.
    close(se, (25.0_f64.powi(2) / 2.0 / 2.0).sqrt());
    // Both units have the same two scorers: severity goes out of their difference, and adds to each score.
    let found = evaluation(&detail).pair("t1", "t2").expect("a pair").se;
    let error = |unit: &str| detail.score(unit).and_then(|score| score.se).expect("an error");
    let severity = (0.2 * 0.4_f64).powi(2) * 25.0_f64.powi(2) / 4.0;
    let apart = error("t1").powi(2) + error("t2").powi(2) - 2.0 * severity;
    assert!((found.powi(2) - apart).abs() < 1e-9, "{found} {apart}");
}

fn run_without_marks() -> RoundDetail {
    let plan = plan();
    let mut input = input(&plan, groups());
    input.criterion_scores.clear();
    compute(&input).expect("computed")
}

#[test]
fn a_single_scorer_s_marks_have_no_interval() {
    let plan = plan();
    let mut input = input(&plan, groups());
    input.criterion_scores.retain(|mark| mark.scorer == "s1");
    let detail = compute(&input).expect("computed");
    let row = detail
        .indicator("4", "t1", Some("third_party"), None)
        .expect("row");
    assert_eq!((row.lower, row.upper), (None, None));
}

#[test]
fn a_unanimous_unit_is_not_taken_for_certain() {
    let mut cases = residents();
    for case in cases.iter_mut().filter(|case| case.0["township"] == "t1") {
        *case = case.clone().set("took_part", "training");
    }
    let detail = run(
        &plan(),
        vec![
            group("resident", &cases),
            group("family", &family()),
            group("grassroots", &bodies()),
        ],
    );
    let node = detail
        .node_scores
        .iter()
        .find(|row| row.code == "1.1" && row.unit == "t1")
        .expect("row");
    assert_eq!(node.value, Some(100.0));
    // Four of four: (4.5/5)(0.5/5)/5 on 0–100.
    close(node.se, 100.0 * (0.9_f64 * 0.1 / 5.0).sqrt());
    let score = |detail: &RoundDetail| {
        let row = detail
            .node_scores
            .iter()
            .find(|row| row.code == "1" && row.unit == "t1");
        row.and_then(|row| row.se)
    };
    assert!(score(&detail) > Some(0.0));
}

#[test]
fn nothing_moves_between_a_round_and_itself() {
    let plan = plan();
    let before = run(&plan, groups());
    let mut input = input(&plan, groups());
    input.previous = Some(&before);
    let detail = compute(&input).expect("computed");
    let change = evaluation(&detail).change.as_ref().expect("compared");
    assert_eq!(change.overlap, Some(1.0));
    let compared: Vec<_> = change
        .rows
        .iter()
        .filter(|row| row.not_comparable.is_none())
        .collect();
    assert!(compared.len() > 30, "{}", compared.len());
    for row in compared {
        assert!(row.change.is_some_and(|change| change.abs() < 1e-9), "{row:?}");
        assert!(!row.real, "{row:?}");
    }
}

#[test]
fn what_moved_adds_up_to_the_score_s_change_and_certain_changes_are_called_real() {
    let plan = plan();
    let mut better = residents();
    for case in &mut better {
        *case = case.clone().set("took_part", "none");
    }
    let before = run(
        &plan,
        vec![
            group("resident", &better),
            group("family", &family()),
            group("grassroots", &bodies()),
        ],
    );
    let mut input = input(&plan, groups());
    input.previous = Some(&before);
    let detail = compute(&input).expect("computed");
    let change = evaluation(&detail).change.as_ref().expect("compared");
    for unit in ["c", "t1", "t2", "t3"] {
        let parts: f64 = change
            .rows
            .iter()
            .filter(|row| row.unit == unit)
            .filter_map(|row| row.contribution)
            .sum();
        close(change.row(unit, "").and_then(|row| row.change), parts);
    }
    let row = change.row("t1", "1.1").expect("row");
    close(row.change, 75.0);
    let (p, adjusted) = (row.p_value.expect("tested"), row.p_adjusted.expect("adjusted"));
    assert!(adjusted >= p && row.lower < row.change && row.change < row.upper);
}

#[test]
fn scores_under_other_weights_are_not_compared_and_their_leaves_are() {
    let mut other = files();
    let csv = String::from_utf8(other["indicators.csv"].clone()).expect("text");
    let csv = csv
        .replace("Participation,20", "Participation,25")
        .replace("Took part,20", "Took part,25")
        .replace("Satisfaction,30", "Satisfaction,25");
    other.insert("indicators.csv".to_owned(), csv.into_bytes());
    let before = run(&read(&other), groups());
    let plan = plan();
    let mut input = input(&plan, groups());
    input.previous = Some(&before);
    let detail = compute(&input).expect("computed");
    let change = evaluation(&detail).change.as_ref().expect("compared");
    let why = |code: &str| change.row("t1", code).expect("row").not_comparable;
    assert_eq!(why(""), Some(NotComparable::OtherWeights));
    assert_eq!(why("2"), None, "its own leaves weigh what they did");
    assert_eq!(why("1.1"), None);
    assert_eq!(change.row("t1", "").expect("row").change, None);
    assert!(change.row("t1", "1.1").expect("row").contribution.is_none());
}

#[test]
fn a_leaf_that_lost_a_perspective_is_not_compared() {
    let mut without = run_without_marks();
    without.results.round = "small-2025".to_owned();
    let plan = plan();
    let mut input = input(&plan, groups());
    input.previous = Some(&without);
    let detail = compute(&input).expect("computed");
    let change = evaluation(&detail).change.as_ref().expect("compared");
    assert_eq!(change.previous, "small-2025");
    let row = change.row("t1", "4").expect("row");
    assert_eq!(row.not_comparable, Some(NotComparable::OtherPerspectives));
    assert_eq!((row.change, row.real), (None, false));
}

#[test]
fn few_units_are_held_against_nobody_and_sittings_are_counted_by_unit() {
    let plan = plan();
    let mut input = input(&plan, groups());
    input.sittings = vec![Sitting {
        unit: "t1".to_owned(),
        shared: Shared::Device,
        responses: 5,
    }];
    let detail = compute(&input).expect("computed");
    // Three units: each has two others, too few to say what is usual.
    assert!(
        evaluation(&detail)
            .steering
            .iter()
            .all(|sign| sign.kind != SteeringKind::SameDevice)
    );
}

#[test]
fn a_unit_where_everybody_gives_the_best_answer_is_at_the_ceiling() {
    let mut cases = residents();
    for case in cases.iter_mut().filter(|case| case.0["township"] == "t1") {
        *case = case.clone().set("sat_overall", "5").set("help_rehab", "5");
    }
    let detail = run(
        &plan(),
        vec![
            group("resident", &cases),
            group("family", &family()),
            group("grassroots", &bodies()),
        ],
    );
    let of = |unit: &str| {
        let mut rows = evaluation(&detail).ceilings.iter();
        rows.find(|row| row.unit == unit && row.group == "resident")
            .expect("row")
    };
    assert_eq!((of("t1").best, of("t1").warning), (1.0, true));
    assert!(!of("t3").warning && of("t3").best < 0.5);
}

#[test]
fn marks_that_all_agree_have_the_error_of_their_scale() {
    let plan = plan();
    let mut input = input(&plan, groups());
    for mark in &mut input.criterion_scores {
        mark.score = 3.0;
    }
    let detail = compute(&input).expect("computed");
    let row = detail
        .indicator("4", "t1", Some("third_party"), None)
        .expect("row");
    // A quarter of the scale is a step: 25² / 12, the mean of four marks.
    close(row.se, (625.0_f64 / 12.0 / 4.0).sqrt());
    assert!(row.lower < row.estimate && row.estimate < row.upper, "{row:?}");
}
