//! Who may hold invitations: the office and the third party, never the unit that is judged (design §6).
//!
//! A handler that touches invitations takes a [`Holder`] in place of a [`Permit`]; it is the one place where the
//! employer is looked at, so that no handler can forget it.

use std::marker::PhantomData;
use std::sync::Arc;

use analysis::plan::Plan;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::StatusCode;
use axum::http::request::Parts;

use super::staff::{Permission, Permit, Staff};
use crate::app::AppState;
use crate::middleware::problems::PageError;
use crate::middleware::reading;
use crate::pages::problem::Problem;
use crate::store::rounds::{self, Round};

/// A member of staff whose role may do `P` with the invitations of the round in the address, and whom no judged unit
/// of that round employs.
#[derive(Clone, Debug)]
pub struct Holder<P: Permission> {
    /// Who it is.
    pub staff: Staff,
    /// The round.
    pub round: Round,
    /// Its plan.
    pub plan: Arc<Plan>,
    permission: PhantomData<P>,
}

impl<P: Permission> FromRequestParts<AppState> for Holder<P> {
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
        let employer = permit.staff.employer_unit.as_deref();
        if let Some(unit) = employer.and_then(|code| plan.judged_unit(code)) {
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
