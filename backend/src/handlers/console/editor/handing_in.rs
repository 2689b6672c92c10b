//! `…/forms/{form}/plan`: a questionnaire takes its place in the plan.

use axum::extract::{Form, Query as FromQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use survey_forms::diagnostic::Diagnostic;

use super::super::planning::refusal::{Refusal, refused};
use super::versions::between;
use super::{Open, OpenToEdit, Opened, Query, Writer, done_words, fault, see};
use crate::app::AppState;
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::editor::Conflict;
use crate::pages::editor::handing_in::{self as page, PlanPage};
use crate::pages::editor::outline::errors;
use crate::pages::layout::Fault;
use crate::pages::tr;
use crate::questionnaires::Saved;
use crate::questionnaires::handing_in::{self, Way};
use crate::rounds::RoundActError;

/// What came of an attempt.
#[derive(Default)]
struct Attempt {
    done: Option<String>,
    faults: Vec<Fault>,
    conflict: Option<Conflict>,
    reason: String,
}

async fn view(
    state: &AppState,
    holder: &Writer,
    open: &Open,
    attempt: Attempt,
) -> Result<PlanPage, PageError> {
    let draft = &open.draft;
    let way = handing_in::way(&open.round);
    let in_plan = draft.is_in_plan();
    let errors = errors(&open.outline);
    let found = if way == Way::Amendment && errors == 0 && !in_plan {
        let found = handing_in::look(&state.base(), &open.round.id, draft).await;
        // Warnings of the questionnaire itself stand on its page of faults.
        found
            .map_err(Refusal::page)?
            .into_iter()
            .filter(|fault| fault.is_error() || !fault.code.starts_with("XF"))
            .collect()
    } else {
        Vec::<Diagnostic>::new()
    };
    let groups = &holder.plan.groups;
    Ok(PlanPage {
        way,
        has_group: groups.iter().any(|group| group.form == draft.form),
        difference: between(open, draft.in_plan.as_deref(), Some(&draft.content)),
        in_plan,
        errors,
        found,
        rows: open.rows(),
        reason: attempt.reason,
        done: attempt.done,
        faults: attempt.faults,
        conflict: attempt.conflict,
    })
}

/// `GET …/forms/{form}/plan`.
///
/// # Errors
/// When the role may not, there is no such questionnaire, or the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    Opened { holder, open }: OpenToEdit,
    FromQuery(query): FromQuery<Query>,
) -> Result<Response, PageError> {
    let attempt = Attempt {
        done: done_words(open.lang, &query.done),
        ..Attempt::default()
    };
    let view = view(&state, &holder, &open, attempt).await?;
    Ok(html(page::page(open.around(), &view)).into_response())
}

/// `POST …/forms/{form}/plan`.
///
/// # Errors
/// See [`show`].
pub async fn hand_in(
    State(state): State<AppState>,
    Opened { holder, open }: OpenToEdit,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let reason = field(&pairs, "reason").unwrap_or_default().trim().to_owned();
    let seen = field(&pairs, "seen").unwrap_or_default();
    let way = handing_in::way(&open.round);
    let mut attempt = Attempt {
        reason: reason.clone(),
        ..Attempt::default()
    };
    let status = if !open.is_seen(seen) {
        attempt.conflict = Some(open.conflict(&state, false));
        StatusCode::CONFLICT
    } else if way == Way::Amendment && reason.is_empty() {
        attempt.faults = vec![fault("#reason", tr!(open.lang, "editor.e_reason"))];
        StatusCode::UNPROCESSABLE_ENTITY
    } else if errors(&open.outline) > 0 {
        attempt.faults = vec![fault(
            open.around().path("/check"),
            tr!(open.lang, "editor.e_faults"),
        )];
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        let at = (open.round.id.as_str(), open.draft.form.as_str());
        match handing_in::hand_in(&state.base(), at, seen, &reason, &open.login).await {
            Ok(Saved::Done) => {
                let done = if way == Way::Copy { "handed_in" } else { "amended" };
                return Ok(see(&format!("{}?done={done}", open.around().path("/plan"))));
            }
            Ok(Saved::Conflict(_)) => {
                attempt.conflict = Some(open.conflict(&state, false));
                StatusCode::CONFLICT
            }
            // What forbids it stands on the page, by row.
            Err(RoundActError::Form(_)) => {
                attempt.faults = vec![fault("#rules", tr!(open.lang, "editor.e_forbidden"))];
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Err(error) => {
                attempt.faults = refused(open.lang, error, "#main")?;
                StatusCode::UNPROCESSABLE_ENTITY
            }
        }
    };
    let view = view(&state, &holder, &open, attempt).await?;
    Ok((status, html(page::page(open.around(), &view))).into_response())
}
