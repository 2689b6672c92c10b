//! How fieldwork goes, worked out of the counts of `store::fieldwork`: rates against targets, the curve of the days,
//! interviewers, the quality of interviews. Pure functions, but for the cache of [`quality`].

pub mod days;
pub mod progress;
pub mod quality;

use analysis::plan::{Plan, Unit};

/// The judged unit to which `unit` belongs: the unit itself or the one above it whose level is scored.
///
/// Who is employed there neither watches fieldwork nor takes part in it (design §6, Independence).
pub fn judged_unit<'a>(plan: &'a Plan, unit: &str) -> Option<&'a Unit> {
    plan.units.ancestor_of_level(unit, &plan.round.scored_level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn villages_belong_to_the_judged_township_and_the_county_to_none() {
        let plan = Plan::read(&crate::synthetic::sample_plan()).unwrap();
        let township = plan.scored_units()[0];
        let village = plan.units.children(&township.code)[0];
        assert_eq!(judged_unit(&plan, &village.code).unwrap().code, township.code);
        assert_eq!(judged_unit(&plan, &township.code).unwrap().code, township.code);
        assert!(judged_unit(&plan, &plan.round.county).is_none());
        assert!(judged_unit(&plan, "nowhere").is_none());
    }
}
