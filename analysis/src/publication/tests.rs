//! Everything that one release shows, in the hands of an attacker who knows every exact count that is shown.

mod round;

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::disclosure::attacker::Attacker;
use crate::results::WeightSummary;
use round::{PLAN, detail, row};

/// A unit and a perspective: a line of service areas.
type Line<'a> = (&'a str, Option<&'a str>);

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
            let mut lines: BTreeMap<Line<'_>, Vec<(usize, u64)>> = BTreeMap::new();
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
