//! The one place where it is decided what staff of a judged unit may not do (design §6).
//!
//! Two questions, two answers:
//!
//! * **Whose employer is judged?** Someone employed by a unit of the scored level, or by one below it (a village of a
//!   scored township), neither holds nor hands out nor watches invitations, interviews, cases or answers of the round:
//!   [`judged_employer`], and for console pages [`Independent`], which a handler takes in place of a [`Permit`]. The
//!   county, which runs the round and is not ranked in it, is no judged unit; nor is a unit that is not in the plan.
//! * **Who may interview whom?** Nobody interviews about their own employer: [`is_bound`]. An interviewer is bound to
//!   the judged unit of a case when employed by that unit, by one in its subtree, or by one above it, which answers
//!   for it. A village worker of another township is not: that is how remote villages are reached at all.

use std::marker::PhantomData;
use std::sync::Arc;

use analysis::plan::{Plan, Unit, UnitTree};
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::StatusCode;
use axum::http::request::Parts;

use super::staff::{Permission, Permit, Staff};
use crate::app::AppState;
use crate::middleware::problems::PageError;
use crate::middleware::reading;
use crate::pages::problem::Problem;
use crate::store::rounds::{self, Round};

/// The judged unit for which someone employed by `employer` works, if there is one.
pub fn judged_employer<'a>(plan: &'a Plan, employer: Option<&str>) -> Option<&'a Unit> {
    employer.and_then(|code| plan.judged_unit(code))
}

/// The judged unit that a case is about: the unit of the scored level that the case belongs to, else its own.
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

/// A member of staff whose role may do `P` in the round of the address (`{id}`), and whom no judged unit of that round
/// employs.
#[derive(Clone, Debug)]
pub struct Independent<P: Permission> {
    /// Who it is.
    pub staff: Staff,
    /// The round.
    pub round: Round,
    /// Its plan.
    pub plan: Arc<Plan>,
    permission: PhantomData<P>,
}

impl<P: Permission> FromRequestParts<AppState> for Independent<P> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let permit = Permit::<P>::from_request_parts(parts, state).await?;
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| PageError::lost())?;
        let id = params
            .iter()
            .find(|(key, _)| *key == "id")
            .map(|(_, value)| value.to_owned());
        let id = id.ok_or_else(PageError::lost)?;
        let round = rounds::find(&state.db, &id).await?.ok_or_else(PageError::lost)?;
        let plan = state
            .plans
            .get(&state.db, &state.keys, &id)
            .await?
            .ok_or_else(PageError::lost)?;
        if let Some(unit) = judged_employer(&plan, permit.staff.employer_unit.as_deref()) {
            let lang = reading::of_headers(&parts.headers).lang;
            let unit = unit.name.get(lang.code()).to_owned();
            return Err(PageError::problem(
                StatusCode::FORBIDDEN,
                Problem::JudgedUnit { unit },
            ));
        }
        Ok(Self {
            staff: permit.staff,
            round,
            plan,
            permission: PhantomData,
        })
    }
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

    #[test]
    fn township_and_village_are_judged_employers_and_county_and_others_are_not() {
        let plan = plan();
        let of = |employer| judged_employer(&plan, employer).map(|unit| unit.code.as_str());
        for employer in ["990101001", "990101001001"] {
            assert_eq!(of(Some(employer)), Some("990101001"), "{employer}");
        }
        for employer in [Some("990101"), Some("880000"), None] {
            assert_eq!(of(employer), None, "{employer:?}");
        }
    }
}
