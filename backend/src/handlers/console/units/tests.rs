//! Who sees which figures of the units.

use analysis::results::{
    EvaluationResults, GradeChance, GradeChances, NodePart, NodeScore, PairChance, Score,
};
use axum::http::StatusCode;

use super::*;
use crate::handlers::testing::{Browser, ROUND, Server};

const UNITS: [&str; 3] = ["990101001", "990101002", "990101003"];
const PAGE: &str = "/console/rounds/yunxi-2026/units";

/// Three townships with a score, and a leaf of four persons in the first.
fn computed() -> RoundDetail {
    let mut detail = RoundDetail::default();
    ROUND.clone_into(&mut detail.results.round);
    let mut evaluation = EvaluationResults::default();
    for (unit, place) in UNITS.iter().zip(1u32..) {
        let score = 80.0 - f64::from(place);
        detail.results.scores.push(Score {
            unit: (*unit).to_owned(),
            score: Some(score),
            se: Some(2.0),
            lower: Some(score - 4.0),
            upper: Some(score + 4.0),
            rank: Some(place),
            rank_lower: Some(1),
            rank_upper: Some(3),
            grade: Some("良好".to_owned()),
        });
        detail.score_details.push(analysis::results::ScoreDetail {
            unit: (*unit).to_owned(),
            df: Some(20.0),
            borderline: false,
            possible_grades: vec!["良好".to_owned()],
            n: 100,
            indistinguishable: Vec::new(),
        });
        let n = if place == 1 { 4 } else { 60 };
        for (code, value) in [("3.1", 71.25), ("3.2", 66.5), ("3.3", 33.7)] {
            let n = if code == "3.3" { n } else { 80 };
            detail.node_scores.push(NodeScore {
                code: code.to_owned(),
                unit: (*unit).to_owned(),
                weight: 8.0,
                value: Some(value),
                se: Some(2.0),
                lower: Some(value - 4.0),
                upper: Some(value + 4.0),
                df: Some(9.0),
                withheld: false,
                parts: vec![NodePart {
                    perspective: "family".to_owned(),
                    share: 1.0,
                    value: Some(value),
                    se: Some(2.0),
                    n,
                }],
            });
            detail
                .results
                .indicators
                .extend(
                    [Some("family"), None].map(|group| analysis::results::IndicatorResult {
                        code: code.to_owned(),
                        unit: (*unit).to_owned(),
                        group: group.map(str::to_owned),
                        area: None,
                        measure: "satisfaction".to_owned(),
                        estimate: Some(value),
                        se: Some(2.0),
                        lower: None,
                        upper: None,
                        n,
                        flag: None,
                    }),
                );
        }
        evaluation.grades.push(GradeChances {
            unit: (*unit).to_owned(),
            grade: "良好".to_owned(),
            certainty: 0.875,
            moved_by_noise: 0.25,
            chances: vec![GradeChance {
                grade: "良好".to_owned(),
                chance: 0.875,
            }],
        });
    }
    evaluation.bands = vec![UNITS.map(str::to_owned).to_vec()];
    evaluation.alike = vec![UNITS.map(str::to_owned).to_vec()];
    evaluation.pairs = vec![PairChance {
        better: UNITS[0].to_owned(),
        worse: UNITS[1].to_owned(),
        difference: 1.0,
        se: 2.5,
        df: Some(30.0),
        probability: 0.65,
        significant: false,
    }];
    detail.results.evaluation = Some(evaluation);
    detail
}

async fn signed_in(role: Role, employer: Option<&str>, stored: Option<&RoundDetail>) -> (Server, Browser) {
    let server = Server::start().await;
    if let Some(detail) = stored {
        results::put(&server.base.db, ROUND, 0, detail).await.unwrap();
    }
    server.account_of(role, employer).await;
    let mut browser = server.browser();
    assert_eq!(browser.sign_in(role).await.status, StatusCode::SEE_OTHER);
    (server, browser)
}

#[tokio::test]
async fn the_comparison_shows_every_unit_and_any_two_that_are_chosen() {
    let (_server, mut browser) = signed_in(Role::Office, None, Some(&computed())).await;
    let page = browser.get(PAGE).await;
    assert_eq!(page.status, StatusCode::OK);
    for part in ["88%", "25%", "79.0", "units-ranks"] {
        assert!(page.text.contains(part), "{part}");
    }
    let two = browser
        .get(&format!("{PAGE}?one={}&other={}", UNITS[1], UNITS[0]))
        .await;
    assert!(two.text.contains("65%") && two.text.contains("不能据此排先后"));
    let same = browser
        .get(&format!("{PAGE}?one={}&other={}", UNITS[1], UNITS[1]))
        .await;
    assert!(same.text.contains("请选两个不同的单位"));
}

#[tokio::test]
async fn the_office_sees_what_stands_behind_a_unit_and_others_what_the_report_shows() {
    for (role, employer, full) in [
        (Role::Office, None, true),
        (Role::Auditor, None, true),
        (Role::Viewer, None, false),
        // Whoever works for a judged unit sees what everybody may.
        (Role::Office, Some("990101002"), false),
        (Role::Office, Some("990101"), true),
    ] {
        let (_server, mut browser) = signed_in(role, employer, Some(&computed())).await;
        let page = browser.get(&format!("{PAGE}/{}", UNITS[0])).await;
        assert_eq!(page.status, StatusCode::OK, "{role:?}");
        // Carers' support rests on four answers; a sibling goes with it.
        assert_eq!(page.text.contains("33.7"), full, "{role:?} {employer:?}");
        assert_eq!(!page.text.contains("隐匿</td>"), full, "{role:?} {employer:?}");
    }
}

#[tokio::test]
async fn evaluators_see_no_results_and_nobody_a_unit_that_there_is_not() {
    let (_server, mut browser) = signed_in(Role::Evaluator, None, Some(&computed())).await;
    for path in [PAGE.to_owned(), format!("{PAGE}/{}", UNITS[0])] {
        assert_eq!(browser.get(&path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let (_server, mut browser) = signed_in(Role::Viewer, None, Some(&computed())).await;
    for path in [
        format!("{PAGE}/990101099"),
        "/console/rounds/other/units".to_owned(),
    ] {
        assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn before_computing_and_with_results_of_an_older_version_the_page_says_so() {
    let (_server, mut browser) = signed_in(Role::Office, None, None).await;
    assert!(browser.get(PAGE).await.text.contains("还没有计算"));
    assert_eq!(
        browser.get(&format!("{PAGE}/{}", UNITS[0])).await.status,
        StatusCode::NOT_FOUND
    );
    let mut old = computed();
    old.results.evaluation = None;
    let (_server, mut browser) = signed_in(Role::Office, None, Some(&old)).await;
    assert!(browser.get(PAGE).await.text.contains("请重新计算"));
}
