//! What a newer frame changes, in counts by group and by township.

use std::collections::BTreeMap;

use analysis::plan::{Change, MemberChange, Plan};

/// Counts of one group or township, by kind of change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceLine {
    /// Code of the group or unit; empty for members whose unit belongs to no township.
    pub code: String,
    /// By kind; in a township, those who moved count where they left.
    pub counts: BTreeMap<Change, u64>,
    /// Those who moved here from another township.
    pub moved_in: u64,
}

/// What a newer frame changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// By respondent group, in the order of the plan.
    pub groups: Vec<PlaceLine>,
    /// By township, in the order of the plan, those without a change left out.
    pub townships: Vec<PlaceLine>,
}

impl Difference {
    /// Counts changes.
    pub(super) fn of(plan: &Plan, changes: &[MemberChange<'_>]) -> Self {
        let mut groups: BTreeMap<&str, PlaceLine> = BTreeMap::new();
        let mut places: BTreeMap<&str, PlaceLine> = BTreeMap::new();
        for change in changes {
            let township = |unit: &str| plan.units.township_of(unit).unwrap_or_default();
            let before = change.before.map(|row| township(&row.unit));
            let now = change.after.map(|row| township(&row.unit));
            let here = before.or(now).unwrap_or_default();
            for kind in &change.kinds {
                let of_group = groups.entry(change.group()).or_default();
                *of_group.counts.entry(*kind).or_default() += 1;
                let of_place = places.entry(here).or_default();
                *of_place.counts.entry(*kind).or_default() += 1;
            }
            if let (Some(before), Some(now)) = (before, now)
                && before != now
            {
                places.entry(now).or_default().moved_in += 1;
            }
        }
        let named = |(code, line): (&str, PlaceLine)| PlaceLine {
            code: code.to_owned(),
            ..line
        };
        let order = plan.groups.iter().map(|group| group.code.as_str());
        let groups = order.filter_map(|code| groups.remove(code).map(|line| named((code, line))));
        let groups = groups.collect();
        let order = plan.units.iter().map(|unit| unit.code.as_str()).chain([""]);
        let townships = order.filter_map(|code| places.remove(code).map(|line| named((code, line))));
        Self {
            groups,
            townships: townships.collect(),
        }
    }
}
