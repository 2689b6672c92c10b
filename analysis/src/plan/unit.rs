//! The judged units as a tree: county → townships → villages, with institutions and departments beside them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use survey_forms::text::Text;

/// A unit (被评价单位).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    /// Code, unique in the plan.
    pub code: String,
    /// Code of the unit above; none for the county.
    pub parent: Option<String>,
    /// `county`, `township`, `village` or `other`.
    pub level: String,
    /// What kind of body: free text of the plan.
    pub kind: String,
    /// Name.
    pub name: Text,
}

/// All units, in the order of the file, with a single root.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnitTree {
    units: Vec<Unit>,
    by_code: BTreeMap<String, usize>,
    root: usize,
}

impl UnitTree {
    /// Builds the tree from units that were checked: codes unique, parents known, no cycle, `root` the only one
    /// without parent.
    #[must_use]
    pub(crate) fn new(units: Vec<Unit>, root: usize) -> Self {
        let by_code = units.iter().enumerate().map(|(i, unit)| (unit.code.clone(), i)).collect();
        Self { units, by_code, root }
    }

    /// The county.
    #[must_use]
    pub fn root(&self) -> &Unit {
        &self.units[self.root]
    }

    /// The unit with this code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Unit> {
        self.by_code.get(code).map(|&i| &self.units[i])
    }

    /// All units in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Unit> {
        self.units.iter()
    }

    /// The units of a level, in the order of the file.
    #[must_use]
    pub fn of_level(&self, level: &str) -> Vec<&Unit> {
        self.units.iter().filter(|unit| unit.level == level).collect()
    }

    /// The units directly below one, in the order of the file.
    #[must_use]
    pub fn children(&self, code: &str) -> Vec<&Unit> {
        self.units.iter().filter(|unit| unit.parent.as_deref() == Some(code)).collect()
    }

    /// The unit itself or the nearest above it that has this level: the township of a village.
    #[must_use]
    pub fn ancestor_of_level(&self, code: &str, level: &str) -> Option<&Unit> {
        let mut unit = self.get(code)?;
        while unit.level != level {
            unit = self.get(unit.parent.as_deref()?)?;
        }
        Some(unit)
    }

    /// The township that a village, or the township itself, belongs to; none for county-level units.
    #[must_use]
    pub fn township_of(&self, code: &str) -> Option<&str> {
        self.ancestor_of_level(code, "township").map(|unit| unit.code.as_str())
    }
}
