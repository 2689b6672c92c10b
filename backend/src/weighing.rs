//! Weights of a plan's indicators before it is sealed: as they stand, equal, from experts' comparisons, or from what
//! the last round told apart; side by side, and one taken over as numbers that sum exactly.
//!
//! Indicators with the weight 0 are reported and never scored: they are weighed by none of these ways.

pub mod comparisons;
pub mod entropy;

use std::collections::BTreeMap;

use crate::planning::sheet::Sheet;

/// Weights are written to a hundredth of a point.
const UNIT: f64 = 100.0;

/// An indicator that is weighed.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighed {
    /// Its code.
    pub code: String,
    /// Code of the one above; none on top.
    pub parent: Option<String>,
    /// Its Chinese name.
    pub name_zh: String,
    /// Its English name; may be empty.
    pub name_en: String,
    /// Its weight as it stands.
    pub weight: f64,
    /// Whether it measures something itself.
    pub is_leaf: bool,
    /// Whether less is better.
    pub less_is_better: bool,
}

/// Siblings that are weighed against each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Siblings<'a> {
    /// Code of the one above; none on top.
    pub parent: Option<&'a Weighed>,
    /// At least two, in the order of the plan.
    pub members: Vec<&'a Weighed>,
}

impl Siblings<'_> {
    /// The codes of the members.
    pub fn codes(&self) -> Vec<&str> {
        self.members.iter().map(|member| member.code.as_str()).collect()
    }

    /// Code of the one above; empty on top.
    pub fn key(&self) -> &str {
        self.parent.map_or("", |parent| parent.code.as_str())
    }
}

/// The indicators of a plan that are weighed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    nodes: Vec<Weighed>,
}

impl Tree {
    /// Reads `indicators.csv`; rows whose weight is no number above 0 are left out.
    pub fn of(sheet: &Sheet) -> Self {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let nodes = (0..sheet.rows.len()).filter_map(|row| {
            let cell = |column: &str| sheet.cell(row, column);
            let weight = cell("weight")
                .parse::<f64>()
                .ok()
                .filter(|weight| *weight > 0.0)?;
            Some(Weighed {
                code: some(cell("code"))?,
                parent: some(cell("parent")),
                name_zh: cell("name_zh").to_owned(),
                name_en: cell("name_en").to_owned(),
                weight,
                is_leaf: !cell("measure").is_empty(),
                less_is_better: cell("direction") == "-",
            })
        });
        Self {
            nodes: nodes.collect(),
        }
    }

    /// All of them, in the order of the plan.
    pub fn iter(&self) -> impl Iterator<Item = &Weighed> {
        self.nodes.iter()
    }

    /// Those that measure something themselves.
    pub fn leaves(&self) -> impl Iterator<Item = &Weighed> {
        self.nodes.iter().filter(|node| node.is_leaf)
    }

    fn below(&self, parent: Option<&str>) -> Vec<&Weighed> {
        let here = |node: &&Weighed| node.parent.as_deref() == parent;
        self.nodes.iter().filter(here).collect()
    }

    /// Siblings to be weighed against each other, the top first; only children are left out.
    pub fn groups(&self) -> Vec<Siblings<'_>> {
        let parents = std::iter::once(None).chain(self.nodes.iter().map(Some));
        let groups = parents.map(|parent| Siblings {
            parent,
            members: self.below(parent.map(|parent| parent.code.as_str())),
        });
        groups.filter(|group| group.members.len() > 1).collect()
    }
}

/// Points by the codes of indicators.
pub type Points = BTreeMap<String, f64>;

/// Points that sum to `total` exactly, in proportion to `shares`, to a hundredth: what rounding leaves over goes to the
/// largest remainders, to the first among equals.
pub fn rounded(shares: &[f64], total: f64) -> Vec<f64> {
    let sum: f64 = shares.iter().sum();
    let whole = (total * UNIT).round();
    if shares.is_empty() || sum <= 0.0 {
        return vec![0.0; shares.len()];
    }
    let exact: Vec<f64> = shares.iter().map(|share| share / sum * whole).collect();
    let mut units: Vec<f64> = exact.iter().map(|value| value.floor()).collect();
    let left = whole - units.iter().sum::<f64>();
    let mut order: Vec<usize> = (0..exact.len()).collect();
    order.sort_by(|&a, &b| {
        // Shares that are equal but for the noise of computing have equal remainders.
        let rest = |index: usize| ((exact[index] - exact[index].floor()) * 1e9).round();
        rest(b).total_cmp(&rest(a)).then(a.cmp(&b))
    });
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most one unit for each share is left"
    )]
    for &index in order.iter().take(left.max(0.0) as usize) {
        units[index] += 1.0;
    }
    units.iter().map(|units| units / UNIT).collect()
}

/// Points of the whole tree from the shares of siblings, from the top down, each level summing to the one above.
pub fn spread(tree: &Tree, shares: &dyn Fn(&[&Weighed]) -> Vec<f64>) -> Points {
    let mut points = Points::new();
    let mut waiting: Vec<(Option<&str>, f64)> = vec![(None, 100.0)];
    while let Some((parent, total)) = waiting.pop() {
        let members = tree.below(parent);
        let parts = rounded(&shares(&members), total);
        for (member, part) in members.iter().zip(parts) {
            points.insert(member.code.clone(), part);
            waiting.push((Some(&member.code), part));
        }
    }
    points
}

/// Equal weights among siblings.
pub fn equal(tree: &Tree) -> Points {
    spread(tree, &|members| vec![1.0; members.len()])
}

/// Writes points into `indicators.csv`, whose other cells stay.
pub fn write(sheet: &mut Sheet, points: &Points) {
    for row in 0..sheet.rows.len() {
        let code = sheet.cell(row, "code").to_owned();
        let stands = sheet
            .cell(row, "weight")
            .parse::<f64>()
            .is_ok_and(|weight| weight > 0.0);
        if let Some(value) = points.get(&code).filter(|_| stands) {
            sheet.set(row, "weight", &number(*value));
        }
    }
}

/// A number of points as people write it: `12`, `12.5`, `12.25`.
pub fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use analysis::plan::Plan;
    use proptest::prelude::*;

    use super::*;
    use crate::synthetic::sample_plan;

    pub(super) fn sample() -> (Sheet, Tree) {
        let sheet = Sheet::read(&sample_plan()["indicators.csv"]).unwrap();
        let tree = Tree::of(&sheet);
        (sheet, tree)
    }

    #[test]
    fn the_sample_plan_has_five_groups_of_siblings_and_leaves_out_what_is_only_reported() {
        let (_, tree) = sample();
        let groups: Vec<(String, usize)> = tree
            .groups()
            .iter()
            .map(|group| (group.key().to_owned(), group.members.len()))
            .collect();
        let of = |key: &str, n| (key.to_owned(), n);
        assert_eq!(
            groups,
            [of("", 4), of("1", 3), of("2", 3), of("3", 4), of("4", 5)]
        );
        assert!(tree.iter().all(|node| node.code != "2.0"));
    }

    #[test]
    fn equal_weights_are_a_sound_plan() {
        let (mut sheet, tree) = sample();
        let points = equal(&tree);
        assert_eq!((points["1"], points["1.1"], points["1.2"]), (25.0, 8.34, 8.33));
        write(&mut sheet, &points);
        let mut files = sample_plan();
        files.insert("indicators.csv".to_owned(), sheet.write());
        let plan = Plan::read(&files).unwrap();
        assert_eq!(plan.indicators.get("4.5").unwrap().weight, 5.0);
        assert_eq!(plan.indicators.get("2.0").unwrap().weight, 0.0);
    }

    proptest! {
        #[test]
        fn rounded_points_sum_exactly_and_are_within_a_hundredth(
            shares in prop::collection::vec(0.01f64..10.0, 1..12), hundredths in 100u32..10_000,
        ) {
            let total = f64::from(hundredths) / 100.0;
            let points = rounded(&shares, total);
            let sum: f64 = points.iter().map(|value| (value * 100.0).round()).sum();
            prop_assert_eq!(sum, f64::from(hundredths));
            let all: f64 = shares.iter().sum();
            for (share, value) in shares.iter().zip(&points) {
                prop_assert!((share / all * total - value).abs() < 0.010_000_1);
            }
        }
    }
}
