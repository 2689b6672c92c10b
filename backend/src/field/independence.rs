//! Nobody interviews about their own employer (design §6).
//!
//! The judged unit of a case is the unit of the scored level that the case belongs to, else the case's own unit.
//! An interviewer is bound to it when employed by that unit, by one in its subtree, or by one above it, which answers
//! for it. A village worker of another township is not: that is how remote villages are reached at all.

use analysis::plan::{Plan, UnitTree};

/// The judged unit that a case is about.
fn judged<'a>(plan: &'a Plan, unit: &'a str) -> &'a str {
    plan.units
        .ancestor_of_level(unit, &plan.round.scored_level)
        .map_or(unit, |scored| scored.code.as_str())
}

/// Whether `unit` is `other` or stands below it.
fn is_within(units: &UnitTree, unit: &str, other: &str) -> bool {
    let mut at = units.get(unit);
    while let Some(here) = at {
        if here.code == other {
            return true;
        }
        at = here.parent.as_deref().and_then(|parent| units.get(parent));
    }
    false
}

/// Whether someone employed by `employer` is bound to the unit judged by a case of `unit`.
pub fn is_bound(plan: &Plan, employer: Option<&str>, unit: &str) -> bool {
    let Some(employer) = employer.filter(|code| plan.units.get(code).is_some()) else {
        return false;
    };
    let judged = judged(plan, unit);
    is_within(&plan.units, employer, judged) || is_within(&plan.units, judged, employer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        Plan::read(&crate::synthetic::sample_plan()).unwrap()
    }

    #[test]
    fn nobody_interviews_about_their_own_township_or_those_above_and_below_it() {
        let plan = plan();
        let (village, sibling) = ("990101001001", "990101001002");
        let (township, elsewhere) = ("990101001", "990101002");
        for employer in [village, sibling, township, "990101"] {
            assert!(is_bound(&plan, Some(employer), village), "{employer}");
        }
        for employer in [Some(elsewhere), Some("990101002001"), Some("third party"), None] {
            assert!(!is_bound(&plan, employer, village), "{employer:?}");
        }
    }

    #[test]
    fn cases_of_the_county_are_closed_to_everyone_whom_the_county_employs() {
        let plan = plan();
        assert!(is_bound(&plan, Some("990101002001"), "990101"));
        assert!(!is_bound(&plan, None, "990101"));
    }
}
