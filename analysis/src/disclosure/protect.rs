//! From counts to what may be shown of them.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::linear::System;
use super::pattern::{Fault, Pattern, State};
use super::tables::{CellId, CellKey, Publication, Tables};
use super::{DisclosureError, Protected};

/// What happens to a cell.
///
/// Which of the hidden cells are the small ones must not be published either: it would tell an attacker that they
/// count fewer than the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// It may be shown.
    Shown,
    /// It is hidden because it counts too few persons.
    Small,
    /// It is hidden so that another cannot be worked out.
    Complementary,
}

/// How uncertain a hidden cell must be to an attacker: the interval of values that agree with all that is published.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Need {
    /// How far the interval must reach above the true value.
    pub upper: f64,
    /// How far it must reach below.
    pub lower: f64,
    /// How wide it must be, wherever the true value lies in it.
    pub width: f64,
}

impl Need {
    /// An interval of at least this width around the true value, no matter where.
    pub fn width(width: f64) -> Self {
        Self {
            width,
            ..Self::default()
        }
    }

    fn is_sound(self) -> bool {
        [self.upper, self.lower, self.width]
            .into_iter()
            .all(|side| side.is_finite() && side >= 0.0)
    }
}

/// The rule for tables of counts.
///
/// A cell of 1 to `min_cell` − 1 persons is hidden; a count of 0 shows nobody and is not. Every hidden cell's interval
/// is at least `width` wide. With `width` = `min_cell` it follows that any sum of hidden cells which can be worked out
/// counts at least `min_cell` persons, as none of its parts can exceed it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// The fewest persons that a shown cell may count.
    pub min_cell: u64,
    /// The width of every hidden cell's interval, in persons.
    pub width: f64,
    /// How many persons of each cell that is not empty an attacker may know: 0 for an outsider, 1 for a member of any
    /// cell (or all members of a family, each in another cell).
    pub known: u64,
}

impl Rule {
    /// Cells of at least `min_cell` persons, intervals as wide, an attacker from outside. A member of a two-way
    /// table's cell then still faces intervals of `min_cell` − 1 persons.
    pub fn min_cell(min_cell: u64) -> Self {
        Self {
            min_cell,
            width: min_cell as f64,
            known: 0,
        }
    }

    /// The same rule against attackers who know `known` persons of each cell.
    #[must_use]
    pub fn with_known(self, known: u64) -> Self {
        Self { known, ..self }
    }

    fn is_small(&self, persons: u64) -> bool {
        persons > 0 && persons < self.min_cell
    }
}

/// The price of a unit moved in the largest cell, or in an empty one, against 1 in a small cell: as many orders of
/// magnitude as the solver tells apart with certainty.
const DEAREST: f64 = 1e4;

/// How much a publication loses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Loss {
    /// Cells hidden because they count too few persons.
    pub small: usize,
    /// Cells hidden for the sake of others.
    pub complementary: usize,
    /// Persons in the latter.
    pub persons: u64,
}

/// The cells of a publication as they may be shown, and with them any other figure about the same persons.
#[derive(Clone, Debug)]
pub struct ProtectedTables {
    keys: IndexMap<CellKey, usize>,
    counts: Vec<Protected<u64>>,
    marks: Vec<Mark>,
    loss: Loss,
}

impl ProtectedTables {
    /// The count of a cell; `None` when there is no such cell.
    pub fn get(&self, key: &CellKey) -> Option<Protected<u64>> {
        self.keys.get(key).map(|&at| self.counts[at])
    }

    /// The count of a cell.
    pub fn count(&self, cell: CellId) -> Protected<u64> {
        self.counts[cell.0]
    }

    /// Another figure about the persons of a cell, a mean or a share, hidden where their count is.
    pub fn figure<T>(&self, cell: CellId, value: T) -> Protected<T> {
        Protected::new(value, !self.counts[cell.0].is_hidden())
    }

    /// The named cells with their counts, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (&CellKey, Protected<u64>)> {
        self.keys.iter().map(|(key, &at)| (key, self.counts[at]))
    }

    /// Why a cell is shown or hidden: for the office's records, never for print (see [`Mark`]).
    pub fn mark(&self, cell: CellId) -> Mark {
        self.marks[cell.0]
    }

    /// What it cost.
    pub fn loss(&self) -> Loss {
        self.loss
    }
}

impl Tables {
    /// Hides small cells and as few persons more as a sequence of linear programs finds, so that every hidden cell
    /// keeps an interval as wide as the rule asks.
    ///
    /// Withheld cells that count too few persons are protected in the same way. Totals may be hidden like any cell;
    /// they count many persons, so they go last. A cell of 0 is hidden (for others) after all the rest, as nobody
    /// is hidden behind it. Cells hidden for others are as uncertain as the small ones; only where
    /// [`Publication::Public`] cells do not allow it, their intervals may be narrower, which harms nobody.
    ///
    /// # Errors
    /// [`DisclosureError::Unprotectable`], naming the cells, when [`Publication::Public`] cells give them away;
    /// [`DisclosureError::Value`] for a width that is negative or not finite; [`DisclosureError::Solver`].
    ///
    /// # Source
    /// Kelly, Golden & Assad (1992), Networks 22(4), 397–417, for the programs, one cell after the other; Fischetti &
    /// Salazar (2001), Management Science 47(7), 1008–1027, for protection levels; Hundepool et al. (2012),
    /// Statistical Disclosure Control, chapter 4.
    pub fn protect(&self, rule: &Rule) -> Result<ProtectedTables, DisclosureError> {
        let need = Need::width(rule.width);
        if !need.is_sound() {
            return Err(DisclosureError::Value {
                cell: "width of the rule".to_owned(),
                value: rule.width.to_string(),
            });
        }
        let sensitive = self.sensitive(rule);
        let needs = vec![need; self.counts.len()];
        let values = self.counts.iter().map(|&count| count as f64).collect();
        self.hide(values, rule.known as f64, &sensitive, needs)
    }

    /// Hides cells of a magnitude (hours of care, subsidies paid) that disclose a contributor, and others so that
    /// these cannot be worked out.
    ///
    /// - `values`: one per cell, by [`CellId`], finite and ≥ 0, satisfying the sums.
    /// - `sensitive`: the cells to hide with what each needs, from a [`dominance`](super::dominance) rule.
    ///
    /// # Errors
    /// As [`protect`](Self::protect); [`DisclosureError::Value`] for a value or need that is negative or not finite.
    pub fn protect_magnitudes(
        &self,
        values: &[f64],
        sensitive: &[(CellId, Need)],
    ) -> Result<ProtectedTables, DisclosureError> {
        if values.len() != self.counts.len() {
            return Err(DisclosureError::ShapeMismatch {
                expected: self.counts.len(),
                found: values.len(),
            });
        }
        let refuse = |cell: usize, value: String| DisclosureError::Value {
            cell: self.names[cell].clone(),
            value,
        };
        if let Some(cell) = (0..values.len()).find(|&c| !(values[c].is_finite() && values[c] >= 0.0)) {
            return Err(refuse(cell, values[cell].to_string()));
        }
        let mut is_sensitive = vec![false; values.len()];
        let mut needs = vec![Need::default(); values.len()];
        for &(CellId(cell), need) in sensitive {
            if !need.is_sound() {
                return Err(refuse(cell, format!("{need:?}")));
            }
            is_sensitive[cell] = true;
            needs[cell] = need;
        }
        self.hide(values.to_vec(), 0.0, &is_sensitive, needs)
    }

    /// Cells that the rule forbids to show, or to let be worked out.
    fn sensitive(&self, rule: &Rule) -> Vec<bool> {
        let mut sensitive: Vec<bool> = self.counts.iter().map(|&count| rule.is_small(count)).collect();
        for turnover in &self.turnovers {
            sensitive[turnover.now] |= rule.is_small(turnover.left) || rule.is_small(turnover.came);
        }
        sensitive
    }

    fn hide(
        &self,
        values: Vec<f64>,
        known: f64,
        sensitive: &[bool],
        needs: Vec<Need>,
    ) -> Result<ProtectedTables, DisclosureError> {
        let (states, exposed) = self
            .pattern(values, known, sensitive, needs)
            .map_err(|(cell, reason)| DisclosureError::Solver {
                cell: self.names[cell].clone(),
                reason,
            })?;
        if !exposed.is_empty() {
            return Err(DisclosureError::Unprotectable {
                cells: exposed.iter().map(|&cell| self.names[cell].clone()).collect(),
            });
        }
        let is_shown = |state: &State| matches!(state, State::Shown | State::Public);
        let mut loss = Loss::default();
        let mut marks = Vec::with_capacity(states.len());
        for (state, count) in states.iter().zip(&self.counts) {
            marks.push(match state {
                State::Shown | State::Public | State::Withheld(false) => Mark::Shown,
                State::Small | State::Withheld(true) => Mark::Small,
                State::Complementary => Mark::Complementary,
            });
            match state {
                State::Small => loss.small += 1,
                State::Complementary => {
                    loss.complementary += 1;
                    loss.persons += count;
                }
                State::Shown | State::Public | State::Withheld(_) => {}
            }
        }
        let counts = states.iter().zip(&self.counts);
        Ok(ProtectedTables {
            keys: self.keys.clone(),
            counts: counts
                .map(|(state, &count)| Protected::new(count, is_shown(state)))
                .collect(),
            marks,
            loss,
        })
    }

    /// The pattern itself, with the cells that what is public gives away.
    pub(super) fn pattern(
        &self,
        values: Vec<f64>,
        known: f64,
        sensitive: &[bool],
        needs: Vec<Need>,
    ) -> Result<(Vec<State>, Vec<usize>), Fault> {
        let states: Vec<State> = (self.publication.iter().zip(sensitive))
            .map(|(publication, &sensitive)| match publication {
                Publication::Planned if sensitive => State::Small,
                Publication::Planned => State::Shown,
                Publication::Public => State::Public,
                Publication::Withheld => State::Withheld(sensitive),
            })
            .collect();
        let system = self.system(values, known);
        let mut pattern = Pattern::new(&system, states, needs);
        let exposed = pattern.complete()?;
        Ok((pattern.states, exposed))
    }

    /// The equations, with prices that favour hiding few persons.
    pub(super) fn system(&self, values: Vec<f64>, known: f64) -> System {
        let largest = values.iter().copied().fold(1.0, f64::max);
        let price = |&value: &f64| {
            if value > 0.0 {
                (DEAREST * value / largest).max(1.0)
            } else {
                DEAREST
            }
        };
        let floors = values.iter().map(|value| value.min(known)).collect();
        let prices = values.iter().map(price).collect();
        System::new(values, floors, prices, self.sums.iter().cloned().collect())
    }
}
