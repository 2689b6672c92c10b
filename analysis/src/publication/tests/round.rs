//! A round whose figures hold together as they would.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use super::*;
use crate::plan::PlanFiles;
use crate::results::{NodePart, NodeScore, PairComparison, ScoreDetail};

/// The sample plan with four townships: small enough for the attacker's dense tableau.
pub(super) static PLAN: LazyLock<Plan> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../backend/plans/sample");
    let mut files = PlanFiles::new();
    for name in [
        "plan.toml",
        "indicators.csv",
        "criteria.csv",
        "units.csv",
        "admin.csv",
    ] {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let kept: Vec<&str> = text
            .lines()
            .filter(|line| !matches!(name, "units.csv" | "admin.csv") || in_four_townships(line))
            .collect();
        files.insert(name.to_owned(), kept.join("\n").into_bytes());
    }
    for (part, entry) in ["forms", "media"].into_iter().flat_map(|part| {
        std::fs::read_dir(folder.join(part))
            .unwrap()
            .map(move |entry| (part, entry))
    }) {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        files.insert(format!("{part}/{name}"), std::fs::read(&path).unwrap());
    }
    Plan::read(&files).unwrap()
});

fn in_four_townships(line: &str) -> bool {
    let code = line.split(',').next().unwrap_or_default();
    let township = code.strip_prefix("990101").map(|rest| rest.get(..3));
    match township {
        Some(Some(number)) => matches!(number, "001" | "002" | "003" | "004"),
        _ => true,
    }
}

/// Results whose figures are as they would be: the county counts its townships and a few bodies beside, combined
/// figures mix their perspectives, scores their leaves.
pub(super) fn detail(seed: &[u64]) -> RoundDetail {
    let plan = &*PLAN;
    let mut stream = seed.iter().copied().cycle();
    let mut next = move |range: u64| {
        let value = stream.next().unwrap();
        value % range
    };
    let county = plan.county().code.clone();
    let units: Vec<String> = std::iter::once(plan.county())
        .chain(plan.scored_units())
        .map(|unit| unit.code.clone())
        .collect();
    let mut detail = RoundDetail::default();
    detail.results.plan_sha256 = "0".repeat(64);
    let mut values: BTreeMap<(String, String), f64> = BTreeMap::new();
    for leaf in plan.indicators.leaves() {
        let measure = leaf.measure.unwrap();
        let areas: Vec<Option<String>> = std::iter::once(None)
            .chain(
                leaf.areas
                    .iter()
                    .filter(|_| leaf.by_area)
                    .take(3)
                    .cloned()
                    .map(Some),
            )
            .collect();
        let total: f64 = leaf.perspectives.iter().map(|p| p.weight).sum();
        for area in areas {
            let mut combined: BTreeMap<String, (f64, u64, f64)> = BTreeMap::new();
            for perspective in &leaf.perspectives {
                let survey = !matches!(perspective.perspective.as_str(), THIRD_PARTY | ADMIN);
                if area.is_some() && !survey {
                    continue;
                }
                let mut rows = Vec::new();
                for unit in units.iter().filter(|unit| **unit != county) {
                    let n = if survey { next(60) } else { 2 };
                    let estimate = (n > 0).then(|| 0.3 + 0.4 * next(100) as f64 / 100.0);
                    rows.push((unit.clone(), n, estimate));
                }
                let beside = if survey { next(4) } else { 0 };
                let n = rows.iter().map(|row| row.1).sum::<u64>() + beside;
                rows.insert(0, (county.clone(), n, (n > 0).then_some(0.5)));
                for (unit, n, estimate) in rows {
                    let is_fraction = survey && measure.is_fraction();
                    let value = estimate.map(|p| if is_fraction { p } else { 100.0 * p });
                    let name = if survey { measure.code() } else { "criteria" };
                    detail.results.indicators.push(row(
                        (&leaf.code, &unit, Some(&perspective.perspective), area.as_deref()),
                        (name, value, n),
                    ));
                    let mix = combined.entry(unit).or_default();
                    mix.0 += perspective.weight / total * estimate.unwrap_or(0.5);
                    mix.1 += if survey { n } else { 0 };
                }
            }
            for unit in &units {
                let (estimate, n, _) = combined[unit];
                let value = if measure.is_fraction() {
                    estimate
                } else {
                    100.0 * estimate
                };
                detail.results.indicators.push(row(
                    (&leaf.code, unit, None, area.as_deref()),
                    (measure.code(), Some(value), n),
                ));
                if area.is_none() {
                    values.insert((leaf.code.clone(), unit.clone()), 100.0 * estimate);
                    let part = |p: &crate::plan::indicator::PerspectiveWeight| NodePart {
                        perspective: p.perspective.clone(),
                        share: p.weight / total,
                        value: None,
                        se: None,
                        n: 0,
                    };
                    detail.node_scores.push(NodeScore {
                        code: leaf.code.clone(),
                        unit: unit.clone(),
                        weight: leaf.weight,
                        value: Some(100.0 * estimate),
                        se: None,
                        lower: None,
                        upper: None,
                        df: None,
                        withheld: false,
                        parts: leaf.perspectives.iter().map(part).collect(),
                    });
                }
            }
        }
    }
    for node in plan.indicators.iter().filter(|node| node.measure.is_none()) {
        for unit in &units {
            detail.node_scores.push(NodeScore {
                code: node.code.clone(),
                unit: unit.clone(),
                weight: node.weight,
                value: Some(50.0),
                se: None,
                lower: None,
                upper: None,
                df: None,
                withheld: false,
                parts: Vec::new(),
            });
        }
    }
    score(&mut detail, &units);
    detail
}

pub(super) fn row(
    (code, unit, group, area): (&str, &str, Option<&str>, Option<&str>),
    (measure, estimate, n): (&str, Option<f64>, u64),
) -> IndicatorResult {
    let scale = Scale::of(measure);
    let (se, t) = (if scale == Scale::Percent { 0.043 } else { 4.3 }, 2.1);
    let between = estimate.map(|p| match scale {
        Scale::Points => ((p - t * se).max(0.0), (p + t * se).min(100.0)),
        Scale::Percent => {
            let (centre, width) = ((p / (1.0 - p)).ln(), t * se / (p * (1.0 - p)));
            let expit = |x: f64| 1.0 / (1.0 + (-x).exp());
            (expit(centre - width), expit(centre + width))
        }
    });
    IndicatorResult {
        code: code.to_owned(),
        unit: unit.to_owned(),
        group: group.map(str::to_owned),
        area: area.map(str::to_owned),
        measure: measure.to_owned(),
        estimate,
        se: estimate.map(|_| se),
        lower: between.map(|(lower, _)| lower),
        upper: between.map(|(_, upper)| upper),
        n,
        flag: None,
    }
}

fn score(detail: &mut RoundDetail, units: &[String]) {
    let plan = &*PLAN;
    let scores: Vec<f64> = units
        .iter()
        .map(|unit| {
            statistics::shares(plan, detail, unit)
                .iter()
                .map(|(_, share, value)| share * value)
                .sum()
        })
        .collect();
    for (at, unit) in units.iter().enumerate() {
        let higher = scores[1..].iter().filter(|&&score| score > scores[at]).count() as u32;
        let se = 1.0 + at as f64 / 10.0;
        let (lower, upper) = (scores[at] - 2.0 * se, scores[at] + 2.0 * se);
        let graded = crate::evaluation::grade::grade(&plan.grades, scores[at], lower, upper).unwrap();
        detail.results.scores.push(Score {
            unit: unit.clone(),
            score: Some(scores[at]),
            se: Some(se),
            lower: Some(lower),
            upper: Some(upper),
            rank: (at > 0).then_some(1 + higher),
            rank_lower: (at > 0).then_some(1),
            rank_upper: (at > 0).then_some(units.len() as u32 - 1),
            grade: Some(graded.grade.clone()),
        });
        detail.score_details.push(ScoreDetail {
            unit: unit.clone(),
            df: Some(30.0),
            borderline: graded.borderline(),
            possible_grades: graded.possible,
            n: 100,
            indistinguishable: Vec::new(),
        });
    }
    for i in 1..units.len() {
        for j in i + 1..units.len() {
            let (better, worse) = if scores[i] >= scores[j] { (i, j) } else { (j, i) };
            let variance = |at: usize| (1.0 + at as f64 / 10.0_f64).powi(2);
            detail.pairs.push(PairComparison {
                better: units[better].clone(),
                worse: units[worse].clone(),
                difference: scores[better] - scores[worse],
                se: (variance(i) + variance(j) - 0.2).sqrt(),
                significant: false,
            });
        }
    }
}
