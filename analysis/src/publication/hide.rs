//! Which estimates must not be shown.
//!
//! Cells are the persons behind each estimate. A family is an indicator's estimates, pooled or by service area: its
//! units add up to the county (with those whom no unit counts as a cell of their own), its perspectives to the combined
//! figure, and the areas of a unit to a number that the reports' estimated persons give away. Within a family
//! [`Tables::protect_magnitudes`] hides what must be hidden with the small cells. Between families stands a unit's
//! score, which is a known sum of its leaves: a leaf is never the only one withheld.

use std::collections::{BTreeMap, BTreeSet};

use super::figure::{Address, Scale};
use super::{Options, PublicationError, counts_persons, statistics};
use crate::disclosure::{CellId, CellKey, DisclosureError, Need, Publication, Tables};
use crate::plan::{ADMIN, Plan, THIRD_PARTY};
use crate::results::{Flag, IndicatorResult, RoundDetail};

/// What protection costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loss {
    /// Estimates there are.
    pub figures: usize,
    /// Withheld because fewer persons than the smallest cell are behind them.
    pub small: usize,
    /// Withheld because nearly everyone gave the same answer.
    pub alike: usize,
    /// Withheld because the difference from an earlier publication is of too few persons.
    pub differences: usize,
    /// Withheld so that the others cannot be worked out.
    pub complementary: usize,
}

/// Why a cell must not be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    Small,
    Alike,
    Difference,
    Elsewhere,
}

const REST: &str = "\u{0}rest";
const ALL: &str = "\u{0}all";

/// What is the same for every family.
struct Round<'a> {
    detail: &'a RoundDetail,
    plan: &'a Plan,
    options: &'a Options<'a>,
    min_cell: u64,
    /// Survey perspectives with a part in each leaf.
    voices: BTreeMap<&'a str, Vec<&'a str>>,
    /// Largest weight against the mean, by perspective and unit.
    heaviest: BTreeMap<(&'a str, &'a str), f64>,
}

/// The figures that must be hidden.
pub(super) fn hide(
    detail: &RoundDetail,
    plan: &Plan,
    options: &Options<'_>,
) -> Result<(BTreeSet<Address>, Loss), PublicationError> {
    let round = Round::new(detail, plan, options);
    let mut families: BTreeMap<(&str, bool), Vec<&IndicatorResult>> = BTreeMap::new();
    for row in &detail.results.indicators {
        if round.counts_persons(row) {
            let family = (row.code.as_str(), row.area.is_some());
            families.entry(family).or_default().push(row);
        }
    }
    let rows = || detail.results.indicators.iter();
    let mut forced: BTreeSet<Address> = match options.also_hidden {
        Some(also) => rows().map(Address::of).filter(|at| also.contains(at)).collect(),
        None => BTreeSet::new(),
    };
    let mut hidden_in: BTreeMap<(&str, bool), BTreeSet<Address>> = BTreeMap::new();
    let mut changed: BTreeSet<String> = families.keys().map(|(code, _)| (*code).to_owned()).collect();
    while !changed.is_empty() {
        for (family, rows) in families.iter().filter(|((code, _), _)| changed.contains(*code)) {
            hidden_in.insert(*family, round.protect(rows, &forced)?);
        }
        let hidden: BTreeSet<&Address> = hidden_in.values().flatten().chain(&forced).collect();
        let more = round.beside_scores(&hidden)?;
        changed = more.iter().map(|at| at.code.clone()).collect();
        forced.extend(more);
    }
    let hidden: BTreeSet<Address> = hidden_in.into_values().flatten().chain(forced).collect();
    let mut loss = Loss {
        figures: rows().filter(|row| row.estimate.is_some()).count(),
        ..Loss::default()
    };
    for row in rows().filter(|row| row.estimate.is_some() && hidden.contains(&Address::of(row))) {
        let reason = match round.counts_persons(row) {
            true => round.reason(row, &BTreeSet::new()),
            false => None,
        };
        match reason {
            Some(Reason::Small) => loss.small += 1,
            Some(Reason::Alike) => loss.alike += 1,
            Some(Reason::Difference) => loss.differences += 1,
            Some(Reason::Elsewhere) | None => loss.complementary += 1,
        }
    }
    Ok((hidden, loss))
}

impl<'a> Round<'a> {
    fn new(detail: &'a RoundDetail, plan: &'a Plan, options: &'a Options<'a>) -> Self {
        let mut voices: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let county = plan.county().code.as_str();
        for node in detail.node_scores.iter().filter(|node| node.unit == county) {
            let asked = node
                .parts
                .iter()
                .filter(|part| part.share > 0.0 && !matches!(part.perspective.as_str(), THIRD_PARTY | ADMIN));
            voices.insert(&node.code, asked.map(|part| part.perspective.as_str()).collect());
        }
        let heaviest = detail.weights.iter().filter(|row| row.sum > 0.0).map(|row| {
            let mean = row.sum / row.n as f64;
            ((row.group.as_str(), row.unit.as_str()), (row.max / mean).max(1.0))
        });
        Self {
            detail,
            plan,
            options,
            min_cell: u64::from(plan.suppression.min_cell),
            voices,
            heaviest: heaviest.collect(),
        }
    }

    /// Whether a row stands for persons or bodies: a combined one where anybody was asked.
    fn counts_persons(&self, row: &IndicatorResult) -> bool {
        counts_persons(row)
            && (row.group.is_some() || self.voices.get(row.code.as_str()).is_none_or(|v| !v.is_empty()))
    }

    fn reason(&self, row: &IndicatorResult, forced: &BTreeSet<Address>) -> Option<Reason> {
        let at = Address::of(row);
        if (1..self.min_cell).contains(&row.n) || row.flag == Some(Flag::Suppressed) {
            Some(Reason::Small)
        } else if self.is_alike(row) {
            Some(Reason::Alike)
        } else if self.differs_by_few(&at, row.n) {
            Some(Reason::Difference)
        } else {
            forced.contains(&at).then_some(Reason::Elsewhere)
        }
    }

    /// Whether one person, of the largest weight, may be all that stands against unanimity.
    fn is_alike(&self, row: &IndicatorResult) -> bool {
        let Some(estimate) = row.estimate else {
            return false;
        };
        let share = match Scale::of(&row.measure) {
            Scale::Percent => estimate,
            Scale::Points => estimate / 100.0,
        };
        let weight = |group: &str| self.heaviest.get(&(group, row.unit.as_str())).copied();
        let heaviest = match row.group.as_deref() {
            Some(group) => weight(group),
            None => self
                .voices
                .get(row.code.as_str())
                .and_then(|groups| groups.iter().filter_map(|group| weight(group)).reduce(f64::max)),
        };
        share.min(1.0 - share) * row.n as f64 <= heaviest.unwrap_or(1.0) * (1.0 + 1e-9)
    }

    /// Whether the persons who came or left since an earlier publication are too few.
    fn differs_by_few(&self, at: &Address, n: u64) -> bool {
        self.before(at)
            .any(|then| (1..self.min_cell).contains(&n.abs_diff(then)))
    }

    fn before<'s>(&'s self, at: &'s Address) -> impl Iterator<Item = u64> + 's {
        let shown = self.options.earlier.iter().flat_map(|counts| &counts.shown);
        shown.filter(move |(known, _)| known == at).map(|(_, n)| *n)
    }

    /// Whether a figure about the same persons is public already.
    fn is_public(&self, at: &Address, n: u64) -> bool {
        self.before(at).any(|then| then == n)
    }

    /// The hidden figures of a family.
    fn protect(
        &self,
        rows: &[&IndicatorResult],
        forced: &BTreeSet<Address>,
    ) -> Result<BTreeSet<Address>, PublicationError> {
        let any_public = rows.iter().any(|row| self.is_public(&Address::of(row), row.n));
        let cells: Result<Vec<(Address, bool)>, DisclosureError> = self.family(rows, forced);
        let hidden = match cells {
            Ok(cells) => cells
                .into_iter()
                .filter(|(_, hidden)| *hidden)
                .map(|(at, _)| at)
                .collect(),
            // What is public cannot be taken back: the office must know.
            Err(DisclosureError::Unprotectable { cells }) if any_public => {
                return Err(PublicationError::Exposed {
                    cells: cells.iter().map(|cell| cell.replace('\u{0}', "")).collect(),
                });
            }
            // Without an answer nothing is known to be safe but a county that nobody is left over from.
            Err(_) => self.all_but_county(rows),
        };
        Ok(hidden)
    }

    fn all_but_county(&self, rows: &[&IndicatorResult]) -> BTreeSet<Address> {
        let county = self.plan.county().code.as_str();
        let of_county = || rows.iter().filter(|row| row.unit == county);
        let county_is_sound = of_county().all(|row| self.reason(row, &BTreeSet::new()).is_none());
        rows.iter()
            .filter(|row| row.unit != county || !county_is_sound)
            .map(|row| Address::of(row))
            .collect()
    }

    fn family(
        &self,
        rows: &[&IndicatorResult],
        forced: &BTreeSet<Address>,
    ) -> Result<Vec<(Address, bool)>, DisclosureError> {
        let mut tables = Tables::default();
        let mut cells: BTreeMap<Address, CellId> = BTreeMap::new();
        let mut same: Vec<(Address, CellId)> = Vec::new();
        let mut sensitive: BTreeMap<CellId, Need> = BTreeMap::new();
        let need = Need::width(self.min_cell as f64);
        // Perspectives come before what combines them.
        let (combined, single): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.group.is_none());
        for row in single.into_iter().chain(combined) {
            let at = Address::of(row);
            let cell = match self.alone(&at).and_then(|alone| cells.get(&alone).copied()) {
                Some(cell) if tables.persons(cell) == row.n => {
                    same.push((at.clone(), cell));
                    cell
                }
                _ => {
                    let cell = tables.cell(key(&at), row.n)?;
                    cells.insert(at.clone(), cell);
                    cell
                }
            };
            if self.is_public(&at, row.n) {
                tables.set_publication(cell, Publication::Public);
            }
            if self.reason(row, forced).is_some() {
                sensitive.insert(cell, need);
            }
        }
        self.county_of_units(&mut tables, &cells, &mut sensitive)?;
        self.combined_of_perspectives(&mut tables, &cells)?;
        self.units_of_areas(&mut tables, &cells, &mut sensitive)?;
        let sensitive: Vec<(CellId, Need)> = sensitive.into_iter().collect();
        let safe = tables.protect_magnitudes(&tables.values(), &sensitive)?;
        Ok(cells
            .into_iter()
            .chain(same)
            .map(|(at, cell)| (at, safe.count(cell).is_hidden()))
            .collect())
    }

    /// The figure of the only perspective that a combined one is made of: the same persons.
    fn alone(&self, at: &Address) -> Option<Address> {
        match (&at.group, self.voices.get(at.code.as_str()).map(Vec::as_slice)) {
            (None, Some([only])) => Some(Address {
                group: Some((*only).to_owned()),
                ..at.clone()
            }),
            _ => None,
        }
    }

    /// The county is the sum of its units and of those whom none of them counts.
    fn county_of_units(
        &self,
        tables: &mut Tables,
        cells: &BTreeMap<Address, CellId>,
        sensitive: &mut BTreeMap<CellId, Need>,
    ) -> Result<(), DisclosureError> {
        let county = self.plan.county().code.as_str();
        for (at, &total) in cells.iter().filter(|(at, _)| at.unit == county) {
            let mut parts: Vec<CellId> = cells
                .iter()
                .filter(|(other, _)| other.unit != county && other.group == at.group && other.area == at.area)
                .map(|(_, &cell)| cell)
                .collect();
            if parts.is_empty() {
                continue;
            }
            let counted: u64 = parts.iter().map(|&part| tables.persons(part)).sum();
            let rest = tables.persons(total).saturating_sub(counted);
            if rest > 0 {
                let rest_at = Address {
                    unit: REST.to_owned(),
                    ..at.clone()
                };
                let cell = tables.cell(key(&rest_at), rest)?;
                tables.set_publication(cell, Publication::Withheld);
                if rest < self.min_cell {
                    sensitive.insert(cell, Need::width(self.min_cell as f64));
                }
                parts.push(cell);
            }
            tables.sum(total, &parts)?;
        }
        Ok(())
    }

    /// The combined figure is a known mix of the perspectives' figures.
    fn combined_of_perspectives(
        &self,
        tables: &mut Tables,
        cells: &BTreeMap<Address, CellId>,
    ) -> Result<(), DisclosureError> {
        for (at, &total) in cells.iter().filter(|(at, _)| at.group.is_none()) {
            let voices = self.voices.get(at.code.as_str()).map_or(&[][..], Vec::as_slice);
            let of = |group: &&str| {
                cells.get(&Address {
                    group: Some((*group).to_owned()),
                    ..at.clone()
                })
            };
            let parts: Vec<CellId> = voices.iter().filter_map(of).copied().collect();
            if !parts.is_empty() {
                tables.sum(total, &parts)?;
            }
        }
        Ok(())
    }

    /// The areas of a unit add up to a number that is as good as known.
    fn units_of_areas(
        &self,
        tables: &mut Tables,
        cells: &BTreeMap<Address, CellId>,
        sensitive: &mut BTreeMap<CellId, Need>,
    ) -> Result<(), DisclosureError> {
        let mut lines: BTreeMap<(&str, Option<&str>), Vec<CellId>> = BTreeMap::new();
        for (at, &cell) in cells.iter().filter(|(at, _)| at.area.is_some()) {
            let line = (at.unit.as_str(), at.group.as_deref());
            lines.entry(line).or_default().push(cell);
        }
        for ((unit, group), parts) in lines {
            let persons: u64 = parts.iter().map(|&part| tables.persons(part)).sum();
            let code = cells.keys().next().map_or("", |at| at.code.as_str());
            let at = Address {
                code: code.to_owned(),
                unit: unit.to_owned(),
                group: group.map(str::to_owned),
                area: Some(ALL.to_owned()),
            };
            let total = tables.cell(key(&at), persons)?;
            tables.set_publication(total, Publication::Public);
            tables.sum(total, &parts)?;
            // A line of few persons leaves no interval wider than itself.
            for part in parts {
                if let Some(need) = sensitive.get_mut(&part) {
                    need.width = need.width.min(persons as f64);
                }
            }
        }
        Ok(())
    }

    /// Further leaves to hide where a unit's score would give the only hidden one away.
    fn beside_scores(&self, hidden: &BTreeSet<&Address>) -> Result<Vec<Address>, PublicationError> {
        let mut more = Vec::new();
        for score in self
            .detail
            .results
            .scores
            .iter()
            .filter(|score| score.score.is_some())
        {
            let unit = score.unit.as_str();
            let at = |code: &str| Address {
                code: code.to_owned(),
                unit: unit.to_owned(),
                group: None,
                area: None,
            };
            let leaves: Vec<Address> = statistics::shares(self.plan, self.detail, unit)
                .into_iter()
                .map(|(code, _, _)| at(&code))
                .collect();
            let (withheld, open): (Vec<&Address>, Vec<&Address>) =
                leaves.iter().partition(|leaf| hidden.contains(leaf));
            if withheld.len() != 1 {
                continue;
            }
            // The fewest persons, among leaves that have something to hide already.
            let cost = |leaf: &&&Address| {
                let row = self.detail.indicator(&leaf.code, unit, None, None);
                let n = row.map_or(u64::MAX, |row| match self.counts_persons(row) {
                    true => row.n,
                    false => u64::MAX,
                });
                let untouched = !hidden.iter().any(|at| at.code == leaf.code && at.area.is_none());
                (untouched, n, leaf.code.clone())
            };
            match open.iter().min_by_key(cost) {
                Some(leaf) => more.push((*leaf).clone()),
                None => {
                    return Err(PublicationError::Exposed {
                        cells: vec![format!("{} = score of {unit}", withheld[0])],
                    });
                }
            }
        }
        Ok(more)
    }
}

/// A cell's name in the tables.
fn key(at: &Address) -> CellKey {
    let group = at.group.clone().unwrap_or_else(|| ALL.to_owned());
    let codes = [
        ("code", at.code.clone()),
        ("unit", at.unit.clone()),
        ("group", group),
    ];
    let area = at.area.clone().map(|area| ("area", area));
    CellKey::new(codes.into_iter().chain(area).map(|(k, v)| (k.to_owned(), v)))
}
