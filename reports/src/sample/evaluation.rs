//! The evaluation of the made-up round: what follows from its scores, and a round before that differs a little.

use analysis::evaluation::chance::{Known, grade_chances};
use analysis::plan::Plan;
use analysis::results::{
    Ceiling, ChangeResults, ChangeRow, EvaluationResults, GradeChance, GradeChances, LeftOut, Leverage,
    NodeScore, NotComparable, PairChance, PairComparison, SampledPlaces, Score, SteeringKind, SteeringSign,
    UnitStability, WeightStability,
};

use super::chance;

const DF: f64 = 46.0;

/// What the evaluation says of these scores.
pub(super) fn evaluation(
    plan: &Plan,
    scores: &[Score],
    pairs: &[PairComparison],
    nodes: &[NodeScore],
) -> EvaluationResults {
    let mut ranked: Vec<&Score> = scores.iter().filter(|row| row.rank.is_some()).collect();
    ranked.sort_by_key(|row| row.rank);
    let names = |rows: &[&Score]| rows.iter().map(|row| row.unit.clone()).collect::<Vec<_>>();
    EvaluationResults {
        grades: ranked.iter().map(|row| grade(plan, row)).collect(),
        pairs: pairs.iter().map(pair).collect(),
        bands: vec![names(&ranked[..4]), names(&ranked[4..])],
        alike: vec![names(&ranked[..12]), names(&ranked[8..])],
        leverage: leverage(plan, &ranked, nodes),
        weights: Some(weights(plan, &ranked)),
        ceilings: vec![
            ceiling(&ranked[0].unit, 0.93, true),
            ceiling(&ranked[5].unit, 0.31, false),
        ],
        steering: steering(&ranked),
        sampled: vec![SampledPlaces {
            unit: ranked[0].unit.clone(),
            psus: vec!["v1".to_owned(), "v2".to_owned()],
        }],
        change: Some(change(plan, scores, nodes)),
    }
}

fn grade(plan: &Plan, row: &Score) -> GradeChances {
    let known = Known {
        value: row.score.unwrap_or_default(),
        se: row.se.unwrap_or_default(),
        df: DF,
    };
    let grade = row.grade.clone().unwrap_or_default();
    let own = plan.grades.iter().position(|line| line.name.get("zh") == grade);
    let chances = grade_chances(&plan.grades, known);
    let at = own.unwrap_or_default();
    GradeChances {
        unit: row.unit.clone(),
        certainty: chances[at],
        moved_by_noise: 1.0 - grade_chances(&plan.grades, known.once_more())[at],
        chances: (plan.grades.iter().zip(chances))
            .map(|(line, chance)| GradeChance {
                grade: line.name.get("zh").to_owned(),
                chance,
            })
            .collect(),
        grade,
    }
}

fn pair(pair: &PairComparison) -> PairChance {
    let known = Known {
        value: pair.difference,
        se: pair.se,
        df: 2.0 * DF,
    };
    PairChance {
        better: pair.better.clone(),
        worse: pair.worse.clone(),
        difference: pair.difference,
        se: pair.se,
        df: Some(known.df),
        probability: known.is_ahead(),
        significant: pair.significant,
    }
}

fn leverage(plan: &Plan, ranked: &[&Score], nodes: &[NodeScore]) -> Vec<Leverage> {
    let mut rows = Vec::new();
    for unit in ranked {
        let mut own: Vec<Leverage> = Vec::new();
        for leaf in plan.indicators.leaves().filter(|leaf| leaf.weight > 0.0) {
            let value = nodes
                .iter()
                .find(|node| node.code == leaf.code && node.unit == unit.unit)
                .and_then(|node| node.value)
                .unwrap_or_default();
            let share = leaf.weight / 100.0;
            let distance = (88.0 - value).max(0.0);
            own.push(Leverage {
                unit: unit.unit.clone(),
                code: leaf.code.clone(),
                share,
                value,
                attainable: 88.0,
                gain: share * distance,
                per_deviation: share * 6.0,
                certain: distance > 6.1,
            });
        }
        own.sort_by(|a, b| b.gain.total_cmp(&a.gain));
        rows.extend(own);
    }
    rows
}

fn weights(plan: &Plan, ranked: &[&Score]) -> WeightStability {
    let unit = |row: &&Score| {
        let rank = row.rank.unwrap_or(1);
        UnitStability {
            unit: row.unit.clone(),
            rank_lower: rank.saturating_sub(1).max(1),
            rank_upper: (rank + 1).min(ranked.len() as u32),
            same_rank: 0.6 + 0.35 * chance(&row.unit),
            same_grade: 0.9 + 0.1 * chance(&format!("{}g", row.unit)),
        }
    };
    WeightStability {
        spread: 0.25,
        draws: 2_000,
        seed: 1,
        units: ranked.iter().map(unit).collect(),
        left_out: (plan.indicators.leaves().filter(|leaf| leaf.weight > 0.0))
            .map(|leaf| LeftOut {
                code: leaf.code.clone(),
                mean_shift: 0.5,
                largest_shift: 1 + (3.0 * chance(&leaf.code)) as u64,
                spearman: Some(0.97),
            })
            .collect(),
    }
}

fn ceiling(unit: &str, best: f64, warning: bool) -> Ceiling {
    Ceiling {
        unit: unit.to_owned(),
        group: "resident".to_owned(),
        n: 118,
        answers: 900,
        best,
        all_best: best - 0.2,
        warning,
    }
}

fn steering(ranked: &[&Score]) -> Vec<SteeringSign> {
    let sign = |(at, row): (usize, &&Score)| {
        let found = if at == 6 { 31 } else { 4 };
        SteeringSign {
            unit: row.unit.clone(),
            kind: SteeringKind::StaffPresent,
            judged: 118,
            found,
            share: found as f64 / 118.0,
            usual: 0.04,
            p_value: if at == 6 { 1e-6 } else { 0.5 },
            p_adjusted: if at == 6 { 2e-5 } else { 1.0 },
            flagged: at == 6,
        }
    };
    ranked.iter().enumerate().map(sign).collect()
}

fn change(plan: &Plan, scores: &[Score], nodes: &[NodeScore]) -> ChangeResults {
    let mut rows = Vec::new();
    for score in scores {
        rows.push(row(&score.unit, "", score.score, score.se, None));
        for node in plan.indicators.iter() {
            let found = nodes
                .iter()
                .find(|row| row.code == node.code && row.unit == score.unit);
            if let Some(found) = found {
                let base = node.measure.map(|_| 80);
                rows.push(row(&score.unit, &node.code, found.value, found.se, base));
            }
        }
    }
    ChangeResults {
        previous: "yunxi-2025".to_owned(),
        previous_plan_sha256: String::new(),
        overlap: Some(0.31),
        rows,
    }
}

fn row(unit: &str, code: &str, now: Option<f64>, se: Option<f64>, base: Option<u64>) -> ChangeRow {
    let seed = chance(&format!("{unit}{code}before"));
    let moved = 14.0 * (seed - 0.45);
    let (Some(now), Some(se)) = (now, se) else {
        return ChangeRow {
            unit: unit.to_owned(),
            code: code.to_owned(),
            not_comparable: Some(NotComparable::Absent),
            ..ChangeRow::default()
        };
    };
    let se = se * std::f64::consts::SQRT_2;
    let p = if moved.abs() > 2.8 * se { 0.004 } else { 0.4 };
    ChangeRow {
        unit: unit.to_owned(),
        code: code.to_owned(),
        before: Some((now - moved).clamp(0.0, 100.0)),
        now: Some(now),
        change: Some(now - (now - moved).clamp(0.0, 100.0)),
        se: Some(se),
        lower: Some(moved - 2.0 * se),
        upper: Some(moved + 2.0 * se),
        p_value: Some(p / 3.0),
        p_adjusted: Some(p),
        real: p < 0.05,
        base_before: base,
        contribution: None,
        not_comparable: None,
    }
}
