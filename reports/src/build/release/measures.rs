//! Estimates by unit, perspective and area, with everything that shows the same cells in another dress.
//!
//! The ladder's steps are the estimates of coverage and benefit by area; who went without is what the ladder leaves of
//! those in need; effectiveness is benefit ÷ coverage. What is hidden of a unit and an area under one name is hidden
//! under all.

use std::collections::BTreeSet;

use analysis::plan::{Indicator, Measure, Plan};
use analysis::results::{Distribution, IndicatorResult, LadderStep, RoundDetail};

use super::grid::{Grid, Places, grids};
use super::{HIDDEN_COUNT, HiddenCell, counts_persons, empty, is_unanimous, small, tree, withhold};

/// More rounds than any chain of tables is long; each only ever adds hidden cells.
const MOST_ROUNDS: usize = 32;
/// The fewest persons who must differ from the commonest answer.
const MIN_OTHER: u64 = 2;

/// The cells that must be hidden, the complementary ones included.
pub(super) fn decide(
    detail: &RoundDetail,
    plan: &Plan,
    places: &Places<'_>,
    elsewhere: &BTreeSet<HiddenCell>,
) -> BTreeSet<HiddenCell> {
    let min_cell = u64::from(plan.suppression.min_cell);
    let rows = &detail.results.indicators;
    let tables = grids(rows.iter(), places, |row| {
        counts_persons(row.group.as_deref()).then(|| {
            let key = format!("{}/{}", row.code, row.group.as_deref().unwrap_or(""));
            (key, row.unit.as_str(), row.area.as_deref())
        })
    });
    let mut hidden = elsewhere.clone();
    hidden.extend(rows.iter().filter(|row| tells_of_each(row)).map(cell_of));
    let services = Services::of(plan);
    for step in &detail.ladder {
        let area = step.area.as_deref();
        if is_unanimous(&step.received) {
            hidden.extend(services.of_received(&step.unit, area));
        }
        if is_unanimous(&step.helped) {
            hidden.extend(services.of_helped(&step.unit, area));
        }
    }
    for row in unanimous(detail) {
        hidden.extend(asked_alone(plan, row));
    }
    let mut seen: Vec<Option<Vec<bool>>> = vec![None; tables.len()];
    for _ in 0..MOST_ROUNDS {
        let before = hidden.len();
        for (table, seen) in tables.iter().zip(&mut seen) {
            let forced: Vec<bool> = table
                .rows()
                .map(|index| hidden.contains(&cell_of(&rows[index])))
                .collect();
            // What has not changed needs no second look.
            if seen.as_ref() != Some(&forced) {
                hidden.extend(small_cells(table, rows, places, min_cell, &hidden));
                *seen = Some(forced);
            }
        }
        let steps = Steps::hidden(&detail.ladder, places, min_cell, &services, &hidden);
        for (unit, area) in &steps.received {
            hidden.extend(services.of_received(unit, area.as_deref()));
        }
        for (unit, area) in &steps.helped {
            hidden.extend(services.of_helped(unit, area.as_deref()));
        }
        services.link(&mut hidden);
        tree::link(detail, plan, places, &mut hidden);
        if hidden.len() == before {
            break;
        }
    }
    hidden
}

/// The cells of one table that are small, forced, or needed to cover these.
fn small_cells(
    table: &Grid,
    rows: &[IndicatorResult],
    places: &Places<'_>,
    min_cell: u64,
    hidden: &BTreeSet<HiddenCell>,
) -> Vec<HiddenCell> {
    let count = |index: usize| {
        let row = &rows[index];
        if row.n > 0 && hidden.contains(&cell_of(row)) {
            small(row.n, min_cell)
        } else {
            row.n
        }
    };
    let found = table.hidden(places.units.len(), min_cell, count);
    found.into_iter().map(|index| cell_of(&rows[index])).collect()
}

fn cell_of(row: &IndicatorResult) -> HiddenCell {
    HiddenCell {
        code: row.code.clone(),
        unit: row.unit.clone(),
        group: row.group.clone(),
        area: row.area.clone(),
    }
}

/// A rate of 0 % or 100 % tells what each of these persons said.
fn tells_of_each(row: &IndicatorResult) -> bool {
    let is_rate = Measure::ALL
        .into_iter()
        .any(|measure| measure.code() == row.measure && measure.is_fraction());
    let extreme = row
        .estimate
        .is_some_and(|estimate| estimate <= 0.0 || estimate >= 1.0);
    is_rate && extreme && row.n > 0 && counts_persons(row.group.as_deref())
}

/// Questions to which all answered alike, or all but one.
fn unanimous(detail: &RoundDetail) -> impl Iterator<Item = &Distribution> {
    detail.distributions.iter().filter(|row| {
        let commonest = row.shares.iter().map(|share| share.n).max().unwrap_or(0);
        row.n > 0 && row.n.saturating_sub(commonest) < MIN_OTHER
    })
}

/// The cells of the leaves that rest on this question alone.
fn asked_alone(plan: &Plan, row: &Distribution) -> Vec<HiddenCell> {
    let rests = |leaf: &&Indicator| {
        let refs = leaf.questions.get(&row.group);
        refs.is_some_and(|refs| refs.len() == 1 && refs[0].variable == row.question)
    };
    let leaves = plan.indicators.leaves().filter(rests);
    leaves
        .map(|leaf| HiddenCell::of(&leaf.code, &row.unit, Some(&row.group)))
        .collect()
}

/// The leaves of need → received → helped.
///
/// Helped is received × effectiveness: of the latter two one may not be shown where the other is withheld. Received is
/// a share of the same needs as helped; who may not know the one may know neither.
struct Services<'p> {
    /// Received ÷ needed.
    received: Vec<&'p Indicator>,
    /// Helped ÷ needed, and helped ÷ received.
    helped: Vec<&'p Indicator>,
}

impl<'p> Services<'p> {
    fn of(plan: &'p Plan) -> Self {
        let of = |measures: &[Measure]| {
            let leaves = plan.indicators.leaves();
            leaves
                .filter(|leaf| leaf.measure.is_some_and(|measure| measures.contains(&measure)))
                .collect()
        };
        Self {
            received: of(&[Measure::Coverage]),
            helped: of(&[Measure::Effectiveness, Measure::Benefit]),
        }
    }

    /// The estimates that go where what was received is withheld.
    fn of_received(&self, unit: &str, area: Option<&str>) -> Vec<HiddenCell> {
        cells(self.received.iter().chain(&self.helped), unit, area)
    }

    /// The estimates that go where what helped is withheld.
    fn of_helped(&self, unit: &str, area: Option<&str>) -> Vec<HiddenCell> {
        cells(self.helped.iter(), unit, area)
    }

    /// Adds to the hidden estimates those that would give them away.
    fn link(&self, hidden: &mut BTreeSet<HiddenCell>) {
        let is_of =
            |leaves: &[&Indicator], cell: &HiddenCell| leaves.iter().any(|leaf| leaf.code == cell.code);
        let mut more = Vec::new();
        for cell in hidden.iter() {
            if is_of(&self.received, cell) {
                more.extend(self.of_received(&cell.unit, cell.area.as_deref()));
            } else if is_of(&self.helped, cell) {
                more.extend(self.of_helped(&cell.unit, cell.area.as_deref()));
            }
        }
        hidden.extend(more);
    }
}

/// The estimates of one unit and area in some leaves, over all perspectives and by each.
fn cells<'p>(
    leaves: impl Iterator<Item = &'p &'p Indicator>,
    unit: &str,
    area: Option<&str>,
) -> Vec<HiddenCell> {
    let mut cells = Vec::new();
    for leaf in leaves {
        let each = leaf
            .perspectives
            .iter()
            .map(|part| Some(part.perspective.clone()));
        cells.extend(std::iter::once(None).chain(each).map(|group| HiddenCell {
            code: leaf.code.clone(),
            unit: unit.to_owned(),
            group,
            area: area.map(str::to_owned),
        }));
    }
    cells
}

/// A unit and an area, or all areas together.
type Place = (String, Option<String>);

/// The steps of the ladder that are not shown.
struct Steps {
    /// Where received, and so helped and who went without, is withheld.
    received: BTreeSet<Place>,
    /// Where helped is withheld.
    helped: BTreeSet<Place>,
}

impl Steps {
    /// With an estimate that is hidden, or because too few are in need; a plan that scores no coverage still shows the
    /// ladder.
    fn hidden(
        ladder: &[LadderStep],
        places: &Places<'_>,
        min_cell: u64,
        services: &Services<'_>,
        hidden: &BTreeSet<HiddenCell>,
    ) -> Self {
        let any = |cells: Vec<HiddenCell>| cells.iter().any(|cell| hidden.contains(cell));
        let find = |leaves: &[&Indicator], base: fn(&LadderStep) -> u64| {
            let forced: Vec<bool> = ladder
                .iter()
                .map(|step| any(cells(leaves.iter(), &step.unit, step.area.as_deref())))
                .collect();
            let mut found: BTreeSet<usize> = (0..ladder.len()).filter(|&at| forced[at]).collect();
            let tables = grids(ladder.iter(), places, |row| {
                Some((String::new(), row.unit.as_str(), row.area.as_deref()))
            });
            for table in tables {
                let count = |at: usize| match base(&ladder[at]) {
                    n if forced[at] && n > 0 => small(n, min_cell),
                    n => n,
                };
                found.extend(table.hidden(places.units.len(), min_cell, count));
            }
            found
                .into_iter()
                .map(|at| (ladder[at].unit.clone(), ladder[at].area.clone()))
                .collect::<BTreeSet<Place>>()
        };
        let received = find(&services.received, |step| step.received.n);
        let mut helped = find(&services.helped, |step| step.helped.n);
        helped.extend(received.iter().cloned());
        Self { received, helped }
    }
}

/// Takes the hidden numbers out of every table that would show them.
pub(super) fn apply(
    detail: &mut RoundDetail,
    plan: &Plan,
    places: &Places<'_>,
    hidden: &BTreeSet<HiddenCell>,
) {
    for row in &mut detail.results.indicators {
        if hidden.contains(&cell_of(row)) {
            withhold(row);
        }
    }
    let min_cell = u64::from(plan.suppression.min_cell);
    let services = Services::of(plan);
    let steps = Steps::hidden(&detail.ladder, places, min_cell, &services, hidden);
    for step in &mut detail.ladder {
        let place = (step.unit.clone(), step.area.clone());
        if steps.received.contains(&place) {
            // What was received is a share of those in need: one hidden base hides the step.
            empty(&mut step.received);
            (step.persons_needed, step.persons_received) = (0.0, 0.0);
        }
        if steps.helped.contains(&place) {
            empty(&mut step.helped);
            step.persons_helped = 0.0;
        }
    }
    for need in &mut detail.unmet_needs {
        if steps
            .received
            .contains(&(need.unit.clone(), Some(need.area.clone())))
        {
            empty(&mut need.share);
            need.persons = 0.0;
        }
    }
    reasons(detail, places, min_cell);
    distributions(detail, plan, places, hidden);
}

/// Reasons for going without and for staying away: one base for all reasons of a unit and area.
fn reasons(detail: &mut RoundDetail, places: &Places<'_>, min_cell: u64) {
    for rows in [&mut detail.barriers, &mut detail.kept_away] {
        let of_one_mind: BTreeSet<(String, Option<String>)> = rows
            .iter()
            .filter(|row| row.share.estimate.is_some_and(|share| share >= 1.0))
            .map(|row| (row.unit.clone(), row.area.clone()))
            .collect();
        let found = grids(rows.iter(), places, |row| {
            Some((row.reason.clone(), row.unit.as_str(), row.area.as_deref()))
        });
        for table in found {
            let count = |index: usize| {
                let row = &rows[index];
                let forced = of_one_mind.contains(&(row.unit.clone(), row.area.clone()));
                if forced && row.share.n > 0 {
                    small(row.share.n, min_cell)
                } else {
                    row.share.n
                }
            };
            for index in table.hidden(places.units.len(), min_cell, count) {
                empty(&mut rows[index].share);
            }
        }
    }
}

/// Answers question by question; those of a single-question leaf go with the leaf.
fn distributions(detail: &mut RoundDetail, plan: &Plan, places: &Places<'_>, hidden: &BTreeSet<HiddenCell>) {
    let min_cell = u64::from(plan.suppression.min_cell);
    let forced: Vec<bool> = {
        let alike: BTreeSet<(&str, &str, &str)> = unanimous(detail)
            .map(|row| (row.question.as_str(), row.group.as_str(), row.unit.as_str()))
            .collect();
        let rows = detail.distributions.iter();
        rows.map(|row| {
            alike.contains(&(row.question.as_str(), row.group.as_str(), row.unit.as_str()))
                || asked_alone(plan, row).iter().any(|cell| hidden.contains(cell))
        })
        .collect()
    };
    let rows = &mut detail.distributions;
    let found = grids(rows.iter(), places, |row| {
        Some((format!("{}/{}", row.group, row.question), row.unit.as_str(), None))
    });
    for table in found {
        let count = |index: usize| {
            let n = rows[index].n;
            if forced[index] && n > 0 {
                small(n, min_cell)
            } else {
                n
            }
        };
        for index in table.hidden(places.units.len(), min_cell, count) {
            let row = &mut rows[index];
            (row.n, row.missing, row.mean, row.mean_se) = (HIDDEN_COUNT, 0, None, None);
            row.shares.clear();
        }
    }
}
