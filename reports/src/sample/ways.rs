//! Who answered and how, and the flags of the made-up round.

use analysis::quality::FlagKind;
use analysis::results::*;

/// By, level, persons, and how far its rates lie from the reference.
const LEVELS: [(WayBy, &str, u64, f64); 7] = [
    (WayBy::Answering, "self", 1_260, 0.0),
    (WayBy::Answering, "assisted", 820, 0.012),
    (WayBy::Answering, "proxy", 410, -0.084),
    (WayBy::Mode, "web", 1_105, 0.0),
    (WayBy::Mode, "interview", 980, -0.021),
    (WayBy::Mode, "phone", 290, 0.006),
    (WayBy::Mode, "paper", 115, -0.033),
];
const MEASURES: [(&str, &str, f64); 5] = [
    ("1.1", "participation", 0.63),
    ("2.0", "benefit", 0.41),
    ("2.1", "coverage", 0.66),
    ("2.2", "effectiveness", 0.62),
    ("3.1", "satisfaction", 71.3),
];

pub(super) fn answering() -> AnsweringResults {
    let mut found = AnsweringResults::default();
    for (by, level, n, shift) in LEVELS {
        found.shares.push(WayShare {
            perspective: "persons".to_owned(),
            by,
            level: level.to_owned(),
            n,
            share: n as f64 / 2_490.0,
            weighted: n as f64 / 2_500.0,
        });
        for (code, measure, centre) in MEASURES {
            let points = measure == "satisfaction";
            if points && level == "proxy" {
                continue;
            }
            let value = if points {
                centre + 30.0 * shift
            } else {
                centre + shift
            };
            let se = if points { 22.0 } else { 0.55 } / (n as f64).sqrt();
            let perspective = if points { "resident" } else { "persons" };
            found.estimates.push(WayEstimate {
                by,
                level: level.to_owned(),
                code: code.to_owned(),
                measure: measure.to_owned(),
                perspective: perspective.to_owned(),
                estimate: Some(value),
                se: Some(se),
                lower: Some(value - 1.96 * se),
                upper: Some(value + 1.96 * se),
                n,
                flag: None,
            });
            if shift == 0.0 {
                continue;
            }
            for adjusted in [false, true] {
                let value = shift * if points { 30.0 } else { 1.0 } * if adjusted { 0.7 } else { 1.0 };
                let z = (value / (1.3 * se)).abs();
                found.differences.push(WayDifference {
                    by,
                    level: level.to_owned(),
                    reference: if by == WayBy::Mode { "web" } else { "self" }.to_owned(),
                    code: code.to_owned(),
                    measure: measure.to_owned(),
                    perspective: perspective.to_owned(),
                    adjusted,
                    estimate: Some(value),
                    se: Some(1.3 * se),
                    lower: Some(value - 2.6 * se),
                    upper: Some(value + 2.6 * se),
                    df: Some(120.0),
                    p_value: Some((-z * z / 1.8).exp()),
                    n,
                    n_reference: 1_100,
                    overlap: adjusted.then_some(if level == "proxy" { 0.91 } else { 0.98 }),
                    flag: None,
                });
            }
        }
    }
    found.not_asked.push(NotAsked {
        code: "3.1".to_owned(),
        measure: "satisfaction".to_owned(),
        perspective: "resident".to_owned(),
        n: 260,
        share: 0.128,
    });
    found
}

pub(super) fn quality() -> QualityResults {
    let mut flags = Vec::new();
    for (mode, answering, reading, responses) in [
        ("interview", "assisted", "none", 410),
        ("paper", "self", "none", 96),
        ("web", "assisted", "easy", 64),
        ("web", "self", "none", 905),
        ("web", "self", "read_aloud", 88),
        ("web", "self", "read_aloud+easy", 6),
    ] {
        for kind in [
            FlagKind::Speeding,
            FlagKind::StraightLining,
            FlagKind::NearDuplicate,
        ] {
            let judged = match (kind, mode) {
                (FlagKind::Speeding | FlagKind::StraightLining, "paper") => 0,
                _ if responses < 30 => 0,
                _ => responses,
            };
            flags.push(FlagCount {
                group: "resident".to_owned(),
                kind,
                mode: mode.to_owned(),
                answering: answering.to_owned(),
                reading: reading.to_owned(),
                responses,
                judged,
                flagged: judged / 60,
                baseline: (kind == FlagKind::Speeding && judged > 0).then_some(7.9),
            });
        }
    }
    let item = |question: &str, rate: f64| ItemRow {
        group: "resident".to_owned(),
        question: question.to_owned(),
        concerned: 1_480,
        rate,
        dont_know: 0.7 * rate,
        refused: 0.2 * rate,
        not_answered: 0.1 * rate,
    };
    QualityResults {
        responses: 2_980,
        flagged: 41,
        flags,
        interviewers: vec![InterviewerRow {
            group: "resident".to_owned(),
            question: "sat_overall".to_owned(),
            icc: 0.031,
            lower: 0.004,
            upper: 0.094,
            deff: 1.9,
            interviewers: 20,
            n: 610,
            p_value: 0.012,
        }],
        item_nonresponse: vec![
            item("sat_fair", 0.083),
            item("sat_overall", 0.034),
            item("visits", 0.021),
        ],
        break_off: vec![BreakOffRow {
            group: "resident".to_owned(),
            began: 1_040,
            broke_off: 38,
            rate: 0.0365,
            worst_page: Some("functioning".to_owned()),
        }],
    }
}
