//! The cells of a publication and the sums that join them.
//!
//! A cell is named by what its persons have in common (`township=东, sex=f`; nothing for everybody), not by the table
//! in which it appears. Tables that share a margin therefore share its cells, and what one of them betrays about the
//! other is part of the same system of equations.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use indexmap::IndexMap;

use super::DisclosureError;

/// What the persons of a cell have in common: variable → code. Empty for everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CellKey(BTreeMap<String, String>);

impl CellKey {
    /// The cell of the persons who have all these codes.
    ///
    /// ```
    /// use analysis::disclosure::CellKey;
    /// assert_eq!(CellKey::new([("sex", "f"), ("grade", "1")]).to_string(), "grade=1, sex=f");
    /// assert_eq!(CellKey::default().to_string(), "total");
    /// ```
    pub fn new<S: Into<String>>(codes: impl IntoIterator<Item = (S, S)>) -> Self {
        let codes = codes.into_iter();
        Self(
            codes
                .map(|(variable, code)| (variable.into(), code.into()))
                .collect(),
        )
    }

    /// The code of a variable; `None` when persons of any code are counted.
    pub fn code(&self, variable: &str) -> Option<&str> {
        self.0.get(variable).map(String::as_str)
    }
}

impl fmt::Display for CellKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("total");
        }
        let codes: Vec<String> = self.0.iter().map(|(v, code)| format!("{v}={code}")).collect();
        f.write_str(&codes.join(", "))
    }
}

/// A variable by which persons are counted, with its codes; above its topmost codes stands their sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimension {
    variable: String,
    codes: Vec<String>,
    /// Index of the parent; always smaller than the code's own.
    parents: Vec<Option<usize>>,
}

impl Dimension {
    /// Codes without order above one another: a sex, an age group, a grade.
    ///
    /// # Errors
    /// [`DisclosureError::DuplicateCode`].
    pub fn flat<S: Into<String>>(
        variable: &str,
        codes: impl IntoIterator<Item = S>,
    ) -> Result<Self, DisclosureError> {
        Self::tree(variable, codes.into_iter().map(|code| (code, None)))
    }

    /// Codes with their parents, parents first: county → township → village.
    ///
    /// # Errors
    /// [`DisclosureError::DuplicateCode`], or [`DisclosureError::UnknownParent`] when a parent does not come before.
    ///
    /// ```
    /// use analysis::disclosure::Dimension;
    /// let place = Dimension::tree("place", [("东乡", None), ("东乡一村", Some("东乡")), ("西镇", None)])?;
    /// assert_eq!(place.leaves(), ["东乡一村", "西镇"]);
    /// # Ok::<(), analysis::disclosure::DisclosureError>(())
    /// ```
    pub fn tree<S: Into<String>>(
        variable: &str,
        codes: impl IntoIterator<Item = (S, Option<S>)>,
    ) -> Result<Self, DisclosureError> {
        let mut index: BTreeMap<String, usize> = BTreeMap::new();
        let mut parents = Vec::new();
        let mut names = Vec::new();
        for (code, parent) in codes {
            let code: String = code.into();
            parents.push(match parent.map(Into::into) {
                None => None,
                Some(parent) => match index.get(&parent) {
                    Some(&at) => Some(at),
                    None => {
                        return Err(DisclosureError::UnknownParent {
                            variable: variable.to_owned(),
                            code,
                            parent,
                        });
                    }
                },
            });
            if index.insert(code.clone(), names.len()).is_some() {
                return Err(DisclosureError::DuplicateCode {
                    variable: variable.to_owned(),
                    code,
                });
            }
            names.push(code);
        }
        Ok(Self {
            variable: variable.to_owned(),
            codes: names,
            parents,
        })
    }

    /// The codes below which there are no others, in their order: those that a count is given for.
    pub fn leaves(&self) -> Vec<&str> {
        self.leaf_indices()
            .into_iter()
            .map(|at| self.codes[at].as_str())
            .collect()
    }

    fn leaf_indices(&self) -> Vec<usize> {
        let with_children: BTreeSet<usize> = self.parents.iter().flatten().copied().collect();
        (0..self.codes.len())
            .filter(|at| !with_children.contains(at))
            .collect()
    }

    /// Number of nodes: the sum (node 0) and the codes (node = index + 1).
    fn nodes(&self) -> usize {
        self.codes.len() + 1
    }

    /// The node above a node; `None` above the sum.
    fn above(&self, node: usize) -> Option<usize> {
        let code = node.checked_sub(1)?;
        Some(self.parents[code].map_or(0, |parent| parent + 1))
    }
}

/// Whether a cell's figure is part of the publication, and still in our hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publication {
    /// To be published, unless it has to be hidden.
    Planned,
    /// Published before or known elsewhere: it cannot be hidden any more.
    Public,
    /// Not published in any case; the attacker knows only how it adds up with others.
    Withheld,
}

/// The place of a cell within its [`Tables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellId(pub(super) usize);

/// Total and parts, by cell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sum {
    pub(super) total: usize,
    pub(super) parts: Vec<usize>,
}

/// A cell published before, whose persons have changed both ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Turnover {
    pub(super) now: usize,
    pub(super) left: u64,
    pub(super) came: u64,
}

/// All cells of a publication, with their counts and the sums that hold between them.
///
/// ```
/// use analysis::disclosure::{CellKey, Dimension, Rule, Tables};
/// let mut tables = Tables::default();
/// let township = Dimension::flat("township", ["东", "西", "南"])?;
/// let sex = Dimension::flat("sex", ["f", "m"])?;
/// tables.cross(&[township, sex], &[3, 40, 25, 60, 80, 90])?;
/// let safe = tables.protect(&Rule::min_cell(10))?;
/// let shown = |codes: &[(&str, &str)]| safe.get(&CellKey::new(codes.iter().copied())).and_then(|n| n.shown().copied());
/// assert_eq!(shown(&[("township", "东"), ("sex", "f")]), None); // 3 persons
/// assert_eq!(shown(&[("township", "东")]), Some(43)); // so 东/m, and another row's pair, are hidden with it
/// assert_eq!(safe.iter().filter(|(_, count)| count.is_hidden()).count(), 4);
/// # Ok::<(), analysis::disclosure::DisclosureError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tables {
    pub(super) keys: IndexMap<CellKey, usize>,
    pub(super) names: Vec<String>,
    pub(super) counts: Vec<u64>,
    pub(super) publication: Vec<Publication>,
    pub(super) sums: BTreeSet<Sum>,
    pub(super) turnovers: Vec<Turnover>,
}

impl Tables {
    /// Adds a table: the crossing of some dimensions with all its margins and subtotals.
    ///
    /// - `counts`: persons in each crossing of leaf codes, the last dimension varying fastest.
    ///
    /// Returns the cells of the crossings of leaves, in the same order. Cells that another table has already are
    /// the same cells.
    ///
    /// # Errors
    /// [`DisclosureError::ShapeMismatch`], [`DisclosureError::DuplicateDimension`], and
    /// [`DisclosureError::Conflict`] when a cell is there with another count (of a table with missing values, say:
    /// give those a code, as their number can be worked out too).
    pub fn cross(
        &mut self,
        dimensions: &[Dimension],
        counts: &[u64],
    ) -> Result<Vec<CellId>, DisclosureError> {
        for (at, dimension) in dimensions.iter().enumerate() {
            if dimensions[..at].iter().any(|d| d.variable == dimension.variable) {
                return Err(DisclosureError::DuplicateDimension {
                    variable: dimension.variable.clone(),
                });
            }
        }
        let shape: Vec<usize> = dimensions.iter().map(Dimension::nodes).collect();
        let leaves = leaf_positions(dimensions, &shape);
        if leaves.len() != counts.len() {
            return Err(DisclosureError::ShapeMismatch {
                expected: leaves.len(),
                found: counts.len(),
            });
        }
        let mut all = vec![0u64; shape.iter().product()];
        for (&leaf, &count) in leaves.iter().zip(counts) {
            all[leaf] = count;
        }
        add_up(dimensions, &shape, &mut all);
        let ids = all
            .iter()
            .enumerate()
            .map(|(position, &count)| self.cell(key_at(dimensions, &shape, position), count))
            .collect::<Result<Vec<CellId>, _>>()?;
        for sum in sums(dimensions, &shape) {
            self.sums.insert(Sum {
                total: ids[sum.total].0,
                parts: sum.parts.iter().map(|&part| ids[part].0).collect(),
            });
        }
        Ok(leaves.into_iter().map(|leaf| ids[leaf]).collect())
    }

    /// Adds a single cell, or finds it.
    ///
    /// # Errors
    /// [`DisclosureError::Conflict`] when it is there with another count.
    pub fn cell(&mut self, key: CellKey, persons: u64) -> Result<CellId, DisclosureError> {
        if let Some(&at) = self.keys.get(&key) {
            return if self.counts[at] == persons {
                Ok(CellId(at))
            } else {
                Err(DisclosureError::Conflict {
                    cell: key.to_string(),
                    first: self.counts[at],
                    second: persons,
                })
            };
        }
        let at = self.push(key.to_string(), persons, Publication::Planned);
        self.keys.insert(key, at);
        Ok(CellId(at))
    }

    /// States that a cell is the sum of others.
    ///
    /// # Errors
    /// [`DisclosureError::NotASum`] when the counts do not say so.
    pub fn sum(&mut self, total: CellId, parts: &[CellId]) -> Result<(), DisclosureError> {
        let expected: u64 = parts.iter().map(|part| self.counts[part.0]).sum();
        if expected != self.counts[total.0] {
            return Err(DisclosureError::NotASum {
                cell: self.names[total.0].clone(),
                found: self.counts[total.0],
                expected,
            });
        }
        self.sums.insert(Sum {
            total: total.0,
            parts: parts.iter().map(|part| part.0).collect(),
        });
        Ok(())
    }

    /// States that all persons of `inner` are among those of `outer`: an overlapping domain, or the same cell published
    /// again after more answers came in. Whoever subtracts one from the other learns about the difference alone, so
    /// that counts as a cell (never shown) which must not be small either.
    ///
    /// # Errors
    /// [`DisclosureError::NotASum`] when `inner` counts more persons than `outer`.
    pub fn nested(&mut self, outer: CellId, inner: CellId) -> Result<CellId, DisclosureError> {
        let Some(rest) = self.counts[outer.0].checked_sub(self.counts[inner.0]) else {
            return Err(DisclosureError::NotASum {
                cell: self.names[outer.0].clone(),
                found: self.counts[outer.0],
                expected: self.counts[inner.0],
            });
        };
        let name = format!("({}) less ({})", self.names[outer.0], self.names[inner.0]);
        let difference = self.push(name, rest, Publication::Withheld);
        self.sum(outer, &[inner, CellId(difference)])?;
        Ok(CellId(difference))
    }

    /// States that a cell was published before as `earlier` persons, of whom `left` are no longer counted; those
    /// counted now beyond the rest are new.
    ///
    /// Neither those who left nor those who came may be singled out by comparing the two figures. When nobody left
    /// the earlier persons are among those of now (as in [`nested`](Self::nested)), when nobody came those of now are
    /// among the earlier. When some left and others came, a neighbour may know which, so the cell is hidden if either
    /// are fewer than the limit. The same persons again teach nothing.
    ///
    /// # Errors
    /// [`DisclosureError::NotASum`] when more left than there were, or more stayed than are counted now.
    pub fn published_before(&mut self, now: CellId, earlier: u64, left: u64) -> Result<(), DisclosureError> {
        let name = format!("{} (before)", self.names[now.0]);
        let count = self.counts[now.0];
        let stayed = earlier.checked_sub(left).filter(|stayed| *stayed <= count);
        let Some(stayed) = stayed else {
            return Err(DisclosureError::NotASum {
                cell: name,
                found: earlier,
                expected: left.saturating_add(count),
            });
        };
        let came = count - stayed;
        if left > 0 && came > 0 {
            self.turnovers.push(Turnover {
                now: now.0,
                left,
                came,
            });
            return Ok(());
        }
        let before = CellId(self.push(name, earlier, Publication::Public));
        if left == 0 {
            self.nested(now, before)?;
        } else {
            self.nested(before, now)?;
        }
        Ok(())
    }

    /// Sets whether a cell is planned, public already or withheld.
    pub fn set_publication(&mut self, cell: CellId, publication: Publication) {
        self.publication[cell.0] = publication;
    }

    /// The cell of a key.
    pub fn find(&self, key: &CellKey) -> Option<CellId> {
        self.keys.get(key).map(|&at| CellId(at))
    }

    /// How many persons a cell counts. Never public.
    pub fn persons(&self, cell: CellId) -> u64 {
        self.counts[cell.0]
    }

    /// The counts of all cells as magnitudes, by [`CellId`], for [`Tables::protect_magnitudes`]. Never public.
    pub fn values(&self) -> Vec<f64> {
        self.counts.iter().map(|&count| count as f64).collect()
    }

    /// Number of cells, those withheld included.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether there are no cells.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Adds the sum of some cells as a figure that everyone knows.
    pub(super) fn add_public_total(&mut self, parts: &[CellId]) {
        let persons = parts.iter().map(|part| self.counts[part.0]).sum();
        let total = self.push("total".to_owned(), persons, Publication::Public);
        self.sums.insert(Sum {
            total,
            parts: parts.iter().map(|part| part.0).collect(),
        });
    }

    /// Adds a cell that no table shares.
    pub(super) fn push(&mut self, name: String, persons: u64, publication: Publication) -> usize {
        self.names.push(name);
        self.counts.push(persons);
        self.publication.push(publication);
        self.counts.len() - 1
    }
}

/// Splits a position (last dimension fastest) into one node per dimension.
fn split(shape: &[usize], mut position: usize) -> Vec<usize> {
    let mut nodes = vec![0; shape.len()];
    for (node, &size) in nodes.iter_mut().zip(shape).rev() {
        *node = position % size;
        position /= size;
    }
    nodes
}

/// How far apart neighbours of a dimension are.
fn stride(shape: &[usize], dimension: usize) -> usize {
    shape[dimension + 1..].iter().product()
}

fn leaf_positions(dimensions: &[Dimension], shape: &[usize]) -> Vec<usize> {
    let mut positions = vec![0];
    for (at, dimension) in dimensions.iter().enumerate() {
        let (step, leaves) = (stride(shape, at), dimension.leaf_indices());
        positions = positions
            .into_iter()
            .flat_map(|position| leaves.iter().map(move |leaf| position + (leaf + 1) * step))
            .collect();
    }
    positions
}

/// Fills in margins and subtotals, one dimension after the other, the deepest nodes first.
fn add_up(dimensions: &[Dimension], shape: &[usize], counts: &mut [u64]) {
    for (at, dimension) in dimensions.iter().enumerate() {
        let step = stride(shape, at);
        for node in (1..dimension.nodes()).rev() {
            let above = dimension.above(node).unwrap_or(0);
            for position in 0..counts.len() {
                if position / step % shape[at] == node {
                    counts[position - (node - above) * step] += counts[position];
                }
            }
        }
    }
}

fn key_at(dimensions: &[Dimension], shape: &[usize], position: usize) -> CellKey {
    let codes = dimensions.iter().zip(split(shape, position));
    CellKey(
        codes
            .filter(|(_, node)| *node > 0)
            .map(|(d, node)| (d.variable.clone(), d.codes[node - 1].clone()))
            .collect(),
    )
}

/// Every node with nodes below it is their sum, whatever the other dimensions' nodes.
fn sums(dimensions: &[Dimension], shape: &[usize]) -> Vec<Sum> {
    let mut found = Vec::new();
    let cells: usize = shape.iter().product();
    for (at, dimension) in dimensions.iter().enumerate() {
        let step = stride(shape, at);
        let mut below = vec![Vec::new(); dimension.nodes()];
        for node in 1..dimension.nodes() {
            below[dimension.above(node).unwrap_or(0)].push(node);
        }
        for position in 0..cells {
            let node = position / step % shape[at];
            if !below[node].is_empty() {
                let parts = below[node].iter().map(|child| position + (child - node) * step);
                found.push(Sum {
                    total: position,
                    parts: parts.collect(),
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Dimension {
        let codes = [("a", None), ("a1", Some("a")), ("a2", Some("a")), ("b", None)];
        Dimension::tree("place", codes).unwrap()
    }

    #[test]
    fn cross_fills_in_margins_and_subtotals() {
        let mut tables = Tables::default();
        let sex = Dimension::flat("sex", ["f", "m"]).unwrap();
        let cells = tables.cross(&[place(), sex], &[1, 2, 3, 4, 5, 6]).unwrap();
        assert_eq!((cells.len(), tables.len()), (6, 15));
        let persons = |codes: &[(&str, &str)]| {
            tables.persons(tables.find(&CellKey::new(codes.iter().copied())).unwrap())
        };
        assert_eq!(persons(&[]), 21);
        assert_eq!(persons(&[("place", "a")]), 10);
        assert_eq!(persons(&[("place", "a"), ("sex", "m")]), 6);
        assert_eq!(persons(&[("sex", "f")]), 9);
        assert_eq!(persons(&[("place", "b"), ("sex", "m")]), 6);
        // places: the sum and a, times three; sexes: the sum, times five
        assert_eq!(tables.sums.len(), 2 * 3 + 5);
        for sum in &tables.sums {
            let parts: u64 = sum.parts.iter().map(|&part| tables.counts[part]).sum();
            assert_eq!(parts, tables.counts[sum.total]);
        }
    }

    #[test]
    fn linked_tables_share_their_margins() {
        let mut tables = Tables::default();
        let township = || Dimension::flat("township", ["x", "y"]).unwrap();
        let sex = Dimension::flat("sex", ["f", "m"]).unwrap();
        let age = Dimension::flat("age", ["young", "old"]).unwrap();
        tables.cross(&[township(), sex], &[1, 2, 3, 4]).unwrap();
        tables.cross(&[township(), age.clone()], &[3, 0, 0, 7]).unwrap();
        assert_eq!(tables.len(), 9 + 4 + 2, "total, x and y are there once");
        let conflict = tables.cross(&[township(), age], &[3, 1, 0, 7]).unwrap_err();
        assert!(matches!(conflict, DisclosureError::Conflict { .. }), "{conflict}");
    }

    #[test]
    fn faults_name_the_code_and_the_shape() {
        let duplicate = Dimension::flat("sex", ["f", "f"]).unwrap_err();
        assert_eq!(duplicate.to_string(), "dimension sex: code f is listed twice");
        let orphan = Dimension::tree("place", [("v", Some("t"))]).unwrap_err();
        assert!(matches!(orphan, DisclosureError::UnknownParent { .. }));
        let mut tables = Tables::default();
        let shape = tables.cross(&[place()], &[1, 2]).unwrap_err();
        assert_eq!(
            shape,
            DisclosureError::ShapeMismatch {
                expected: 3,
                found: 2
            }
        );
        let twice = tables.cross(&[place(), place()], &[0; 9]).unwrap_err();
        assert!(matches!(twice, DisclosureError::DuplicateDimension { .. }));
        let a = tables.cell(CellKey::new([("a", "1")]), 5).unwrap();
        let b = tables.cell(CellKey::new([("b", "1")]), 7).unwrap();
        assert!(matches!(
            tables.sum(a, &[b]),
            Err(DisclosureError::NotASum { expected: 7, .. })
        ));
        assert!(tables.nested(a, b).is_err());
        assert!(tables.published_before(a, 4, 5).is_err());
    }

    #[test]
    fn empty_dimension_counts_nobody() {
        let mut tables = Tables::default();
        let none = Dimension::flat("sex", Vec::<String>::new()).unwrap();
        assert_eq!(tables.cross(&[none], &[]).unwrap(), []);
        assert_eq!((tables.len(), tables.counts[0], tables.sums.len()), (1, 0, 0));
        tables.cross(&[], &[0]).unwrap();
        assert_eq!(tables.len(), 1);
    }
}
