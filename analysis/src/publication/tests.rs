//! Everything that one release shows, in the hands of an attacker who knows every exact count that is shown.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::disclosure::attacker::Attacker;
use crate::plan::PlanFiles;
use crate::results::{NodePart, NodeScore, PairComparison, ScoreDetail, WeightSummary};

/// The sample plan with four townships: small enough for the attacker's dense tableau.
static PLAN: LazyLock<Plan> = LazyLock::new(|| {
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
fn detail(seed: &[u64]) -> RoundDetail {
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

fn row(
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

/// Asks the attacker about every family of the release: exact counts of what is shown, all sums.
fn attack(detail: &RoundDetail, release: &Release) {
    let min_cell = f64::from(release.min_cell);
    let mut families: BTreeMap<(String, bool), Vec<&IndicatorFigure>> = BTreeMap::new();
    for figure in &release.figures {
        let survey = !matches!(figure.at.group.as_deref(), Some(THIRD_PARTY | ADMIN));
        if survey {
            let family = (figure.at.code.clone(), figure.at.area.is_some());
            families.entry(family).or_default().push(figure);
        }
    }
    let n_of = |at: &Address| {
        let rows = detail.results.indicators.iter();
        rows.filter(|row| Address::of(row) == *at)
            .map(|row| row.n)
            .next()
            .unwrap()
    };
    for ((code, by_area), figures) in families {
        let mut attacker = Attacker::default();
        let mut cells: BTreeMap<&Address, usize> = BTreeMap::new();
        for figure in &figures {
            let shown = figure.note != Some(Note::Hidden);
            cells.insert(&figure.at, attacker.cell(shown.then(|| n_of(&figure.at))));
        }
        for figure in figures.iter().filter(|figure| figure.at.unit == release.county()) {
            let at = &figure.at;
            let mut parts: Vec<usize> = Vec::new();
            for (other, cell) in &cells {
                if other.unit != at.unit && other.group == at.group && other.area == at.area {
                    parts.push(*cell);
                }
            }
            parts.push(attacker.cell(None));
            attacker.sum(cells[at], parts);
        }
        for figure in figures.iter().filter(|figure| figure.at.group.is_none()) {
            let at = &figure.at;
            let parts: Vec<usize> = cells
                .iter()
                .filter(|(other, _)| other.group.is_some() && other.unit == at.unit && other.area == at.area)
                .map(|(_, cell)| *cell)
                .collect();
            if !parts.is_empty() {
                attacker.sum(cells[at], parts);
            }
        }
        if by_area {
            let mut lines: BTreeMap<(&str, Option<&str>), Vec<(usize, u64)>> = BTreeMap::new();
            for (at, cell) in &cells {
                let line = (at.unit.as_str(), at.group.as_deref());
                lines.entry(line).or_default().push((*cell, n_of(at)));
            }
            for line in lines.into_values() {
                let total = attacker.cell(Some(line.iter().map(|(_, n)| n).sum()));
                attacker.sum(total, line.iter().map(|(cell, _)| *cell));
            }
        }
        let determined = attacker.determined();
        let names: BTreeMap<usize, &Address> = cells.iter().map(|(at, cell)| (*cell, *at)).collect();
        for (cell, (lower, upper)) in attacker.intervals() {
            let Some(at) = names.get(&cell) else { continue };
            let n = n_of(at);
            assert!(lower <= n as f64 + 1e-6 && n as f64 <= upper + 1e-6, "{at}");
            if (1..release.min_cell.into()).contains(&n) {
                // A line of areas cannot leave more than itself.
                let line: u64 = match by_area {
                    false => u64::MAX,
                    true => cells
                        .keys()
                        .filter(|other| other.unit == at.unit && other.group == at.group)
                        .map(|other| n_of(other))
                        .sum(),
                };
                let wanted = min_cell.min(line as f64);
                assert!(
                    upper - lower >= wanted - 1e-4,
                    "{code} {at}: {n} is in {lower}–{upper}"
                );
                assert!(!determined.contains(&cell), "{at} follows from the equations");
            }
        }
    }
}

fn released(detail: &RoundDetail, earlier: &[Counts]) -> Result<(Release, Counts, Loss), PublicationError> {
    let options = Options {
        earlier,
        ..Options::default()
    };
    release(detail, &PLAN, &options)
}

/// The leaves withheld in a unit's combined figures.
fn withheld(release: &Release, detail: &RoundDetail, unit: &str) -> usize {
    let leaves = statistics::shares(&PLAN, detail, unit);
    let hidden = |code: &str| {
        let figure = release.figure(code, unit, None, None).unwrap();
        figure.note == Some(Note::Hidden)
    };
    leaves.iter().filter(|(code, _, _)| hidden(code)).count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn nothing_small_can_be_worked_out_and_every_figure_can_be_recomputed(
        seed in prop::collection::vec(0u64..10_000, 97..160),
    ) {
        let detail = detail(&seed);
        let (release, counts, _) = released(&detail, &[]).unwrap();
        for figure in &release.figures {
            if figure.note == Some(Note::Hidden) {
                prop_assert!(figure.shown.is_none() && figure.about.is_none() && figure.statistic.is_none());
            }
        }
        prop_assert!(counts.shown.iter().all(|(_, n)| *n == 0 || *n >= 10));
        attack(&detail, &release);
        for unit in &release.units {
            prop_assert!(withheld(&release, &detail, &unit.code) != 1, "the score of {} gives a leaf away", unit.code);
        }
        prop_assert_eq!(statistics::check(&release), Ok(()));
        // What travels as JSON is the same.
        let text = serde_json::to_string(&release).unwrap();
        prop_assert_eq!(serde_json::from_str::<Release>(&text).unwrap(), release);
    }
}

/// A round in which everything is large.
fn large() -> RoundDetail {
    let mut detail = detail(&[40, 17, 55, 31, 59, 23, 47]);
    let county = PLAN.county().code.clone();
    let units = PLAN.scored_units().len() as u64;
    for row in &mut detail.results.indicators {
        if counts_persons(row) {
            row.n = 40;
        }
    }
    let per_unit: BTreeMap<Address, u64> = detail
        .results
        .indicators
        .iter()
        .map(|row| {
            let at = Address::of(row);
            let voices = detail
                .node_scores
                .iter()
                .find(|node| node.code == at.code && node.unit == at.unit)
                .map_or(1, |node| {
                    let parts = node.parts.iter();
                    parts
                        .filter(|p| !matches!(p.perspective.as_str(), THIRD_PARTY | ADMIN))
                        .count()
                });
            let n = if at.group.is_none() {
                40 * voices as u64
            } else {
                40
            };
            (at, n)
        })
        .collect();
    for row in &mut detail.results.indicators {
        if counts_persons(row) {
            let n = per_unit[&Address::of(row)];
            row.n = if row.unit == county { n * units } else { n };
        }
    }
    detail
}

fn set(detail: &mut RoundDetail, at: &Address, n: u64) {
    let mut delta = 0i64;
    for row in &mut detail.results.indicators {
        if Address::of(row) == *at {
            delta = n as i64 - row.n as i64;
            row.n = n;
        }
    }
    let county = PLAN.county().code.clone();
    for row in &mut detail.results.indicators {
        let same = row.code == at.code && row.area == at.area && counts_persons(row);
        let above = (row.unit == county && (row.group == at.group || row.group.is_none()))
            || (row.unit == at.unit && row.group.is_none() && at.group.is_some());
        if same && above {
            row.n = row.n.checked_add_signed(delta).unwrap();
        }
    }
}

fn leaf(unit: usize, group: &str) -> Address {
    Address {
        code: "3.1".to_owned(),
        unit: PLAN.scored_units()[unit].code.clone(),
        group: Some(group.to_owned()),
        area: None,
    }
}

fn is_hidden(release: &Release, at: &Address) -> bool {
    release
        .figures
        .iter()
        .any(|figure| figure.at == *at && figure.note == Some(Note::Hidden))
}

#[test]
fn nothing_small_hides_nothing() {
    let (release, _, loss) = released(&large(), &[]).unwrap();
    assert_eq!((release.hidden(), loss.small, loss.complementary), (0, 0, 0));
    let figure = release
        .figure("1.1", release.county(), Some("persons"), None)
        .unwrap();
    assert_eq!(figure.about, Some(160));
}

#[test]
fn a_small_cell_takes_others_with_it_in_every_direction() {
    let mut detail = large();
    let at = leaf(0, "family");
    set(&mut detail, &at, 4);
    let (release, _, loss) = released(&detail, &[]).unwrap();
    assert!(is_hidden(&release, &at) && loss.small == 1);
    let hidden: Vec<&IndicatorFigure> = release
        .figures
        .iter()
        .filter(|figure| figure.note == Some(Note::Hidden))
        .collect();
    let other_unit = hidden
        .iter()
        .any(|f| f.at.unit != at.unit && f.at.group == at.group && f.at.code == at.code);
    let other_voice = hidden
        .iter()
        .any(|f| f.at.unit == at.unit && f.at.group != at.group && f.at.code == at.code);
    assert!(other_unit, "the county less the other townships");
    assert!(other_voice, "the combined figure less the other perspective");
    attack(&detail, &release);
}

#[test]
fn a_figure_that_everybody_agrees_on_is_hidden_however_many_they_are() {
    let mut detail = large();
    let at = leaf(1, "resident");
    for row in detail
        .results
        .indicators
        .iter_mut()
        .filter(|row| Address::of(row) == at)
    {
        row.estimate = Some(100.0);
        (row.lower, row.upper) = (Some(100.0), Some(100.0));
        row.se = Some(0.0);
    }
    let (release, _, loss) = released(&detail, &[]).unwrap();
    assert!(is_hidden(&release, &at) && loss.alike == 1);
    // With a person of three times the mean weight on the other side, 7 of 100 may still be one alone.
    detail.weights.push(WeightSummary {
        group: "resident".to_owned(),
        unit: at.unit.clone(),
        n: 40,
        sum: 40.0,
        min: 0.5,
        max: 3.0,
        cv: 0.4,
        deff_kish: 1.2,
        effective_n: 33.0,
        efficiency: 0.8,
    });
    for row in detail
        .results
        .indicators
        .iter_mut()
        .filter(|row| Address::of(row) == at)
    {
        *row = IndicatorResult {
            n: row.n,
            ..self::row(
                (&at.code, &at.unit, at.group.as_deref(), None),
                ("satisfaction", Some(93.0), 0),
            )
        };
    }
    assert!(is_hidden(&released(&detail, &[]).unwrap().0, &at));
}

#[test]
fn the_few_who_came_since_an_earlier_publication_are_not_singled_out() {
    let before = large();
    let (_, counts, _) = released(&before, &[]).unwrap();
    let mut after = before.clone();
    let at = leaf(2, "resident");
    set(&mut after, &at, 43);
    let (release, _, loss) = released(&after, std::slice::from_ref(&counts)).unwrap();
    assert!(is_hidden(&release, &at), "three persons came");
    let county = Address {
        unit: PLAN.county().code.clone(),
        ..at.clone()
    };
    assert!(
        is_hidden(&release, &county),
        "the same three are in the county's figure"
    );
    assert!(loss.differences >= 3, "{loss:?}");
    // Ten who came are a group; the same persons again teach nothing.
    let mut more = before.clone();
    set(&mut more, &at, 52);
    assert_eq!(
        released(&more, std::slice::from_ref(&counts)).unwrap().0.hidden(),
        0
    );
    assert_eq!(
        released(&before, std::slice::from_ref(&counts))
            .unwrap()
            .0
            .hidden(),
        0
    );
}

#[test]
fn what_was_shown_before_is_not_what_protects_a_small_cell_now() {
    let mut before = large();
    let at = leaf(0, "family");
    set(&mut before, &at, 4);
    let (first, counts, _) = released(&before, &[]).unwrap();
    let (second, _, _) = released(&before, std::slice::from_ref(&counts)).unwrap();
    for (a, b) in first.figures.iter().zip(&second.figures) {
        assert_eq!(
            a.note == Some(Note::Hidden),
            b.note == Some(Note::Hidden),
            "{}",
            a.at
        );
    }
}

#[test]
fn figures_hidden_in_the_reports_are_hidden_here_and_no_leaf_is_hidden_alone() {
    let detail = large();
    let at = Address {
        group: None,
        ..leaf(3, "resident")
    };
    let also = BTreeSet::from([at.clone()]);
    let options = Options {
        also_hidden: Some(&also),
        ..Options::default()
    };
    let (release, _, _) = release(&detail, &PLAN, &options).unwrap();
    assert!(is_hidden(&release, &at));
    assert!(withheld(&release, &detail, &at.unit) >= 2);
    let part = release
        .score_statistics
        .units
        .iter()
        .find(|unit| unit.unit == at.unit)
        .and_then(|unit| unit.parts.iter().find(|part| part.leaves.len() > 1))
        .unwrap();
    assert!(part.leaves.contains(&at.code), "withheld leaves stand together");
}

#[test]
fn a_changed_statistic_no_longer_gives_its_figure() {
    let (mut release, _, _) = released(&large(), &[]).unwrap();
    assert_eq!(statistics::check(&release), Ok(()));
    let figure = release
        .figures
        .iter_mut()
        .find(|figure| figure.statistic.is_some())
        .unwrap();
    figure.statistic.as_mut().unwrap().estimate = "0.123".to_owned();
    assert!(statistics::check(&release).is_err());
}
