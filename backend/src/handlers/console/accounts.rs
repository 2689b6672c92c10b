//! `/console/accounts`: who may sign in to the console and with what, and taking away a second factor whose phone and
//! codes are lost.

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::{judges_employer, signed_in};
use crate::app::AppState;
use crate::auth::accounts::{self, StaffError};
use crate::auth::staff::{ManageAccounts, Permit, Staff};
use crate::auth::{MAX_NAME, Role};
use crate::error::AppError;
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::Reading;
use crate::pages::accounts::{self as page, AccountLine, Factor, Refused};
use crate::store::{rounds, second_factors, staff};

const PAGE: &str = "/console/accounts";
/// Longest reason, in characters.
const MAX_REASON: usize = 400;

/// Whoever a judged unit employs decides about nobody's way in.
async fn must_be_independent(state: &AppState, who: &Staff) -> Result<(), PageError> {
    for round in rounds::list(&state.db).await? {
        if judges_employer(state, who, &round.id).await? {
            return Err(PageError::forbidden());
        }
    }
    Ok(())
}

async fn lines(state: &AppState, who: &Staff) -> Result<Vec<AccountLine>, PageError> {
    let factors = second_factors::list(&state.db).await?;
    let mut lines = Vec::new();
    for row in staff::list(&state.db).await? {
        let Some(role) = Role::parse(&row.role).filter(|role| *role != Role::Interviewer) else {
            continue;
        };
        let since = factors.iter().find(|factor| factor.staff_id == row.id);
        lines.push(AccountLine {
            factor: match since {
                Some(factor) => Factor::On(factor.since.clone()),
                None if state.config.require_second_factor.contains(&role) => Factor::Missing,
                None => Factor::Off,
            },
            is_own: row.login == who.login,
            login: row.login,
            name: row.display_name,
            role,
            is_closed: row.disabled,
        });
    }
    Ok(lines)
}

/// `GET /console/accounts`.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn show(
    State(state): State<AppState>,
    permit: Permit<ManageAccounts>,
    reading: Reading,
) -> Result<Html<String>, PageError> {
    must_be_independent(&state, &permit.staff).await?;
    let staff = signed_in(reading.lang, &permit.staff, PAGE);
    let lines = lines(&state, &permit.staff).await?;
    Ok(html(page::page(reading.lang, &staff, &lines, None)))
}

/// `POST /console/accounts`: takes the second factor of `login` away, with a reason; never the own one, which its page
/// turns off.
///
/// # Errors
/// See [`show`]; when the form is another session's.
pub async fn act(
    State(state): State<AppState>,
    permit: Permit<ManageAccounts>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    let who = &permit.staff;
    must_be_independent(&state, who).await?;
    who.must_own_form(field(&pairs, "csrf"))?;
    let login: String = field(&pairs, "login")
        .unwrap_or_default()
        .chars()
        .take(MAX_NAME)
        .collect();
    let reason = field(&pairs, "reason").unwrap_or_default().trim();
    if login == who.login {
        return Err(PageError::forbidden());
    }
    if reason.is_empty() || reason.chars().count() > MAX_REASON {
        let staff = signed_in(reading.lang, who, PAGE);
        let refused = Refused { login };
        let shown = page::page(reading.lang, &staff, &lines(&state, who).await?, Some(&refused));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(shown)).into_response());
    }
    match accounts::remove_second_factor(&state.base(), &who.login, &login, reason).await {
        // Gone already: the list says so.
        Ok(()) | Err(StaffError::NoSecondFactor) => Ok(Redirect::to(PAGE).into_response()),
        Err(StaffError::Nobody) => Err(PageError::lost()),
        Err(StaffError::Store(error)) => Err(error.into()),
        Err(error) => Err(AppError::internal(&error).into()),
    }
}
