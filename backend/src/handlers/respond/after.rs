//! After the answers are in: the receipt, and on the same browser the second secret and a way to be reached.

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::finish::stored;
use super::visit::{Entry, Visit};
use super::{Pairs, field, html};
use crate::app::AppState;
use crate::cases::CaseState;
use crate::cases::respondent::{self, WriteError};
use crate::middleware::problems::PageError;
use crate::pages::receipt::{self, AreaChoice, Contact, ContactNote, Receipt, Secret};
use crate::store::{cases, institutions, responses, secrets};
use crate::{submit, withdrawal};

/// What the page says beside the receipt itself.
struct Said {
    secret: Option<Secret>,
    note: Option<ContactNote>,
    typed: String,
}

async fn page(
    state: &AppState,
    visit: &Visit,
    response: &responses::Response,
    said: Said,
) -> Result<Html<String>, PageError> {
    let lang = visit.reading.lang;
    let is_live = response.state == responses::ACCEPTED;
    let secret = match said.secret {
        Some(secret) => secret,
        None if secrets::find(&state.db, &response.leaf).await?.is_some() => Secret::Made,
        None if is_live => Secret::Offer,
        None => Secret::No,
    };
    let case = cases::by_leaf(&state.db, &response.leaf).await?;
    let case = case.filter(|case| case.state != CaseState::Withdrawn.as_str());
    let contact = case.map(|case| Contact {
        areas: visit
            .plan
            .areas
            .iter()
            .map(|area| AreaChoice {
                code: area.code.clone(),
                name: area.name.get(lang.code()).to_owned(),
            })
            .collect(),
        area: case.area.unwrap_or_default(),
        left: case.contact.is_some(),
        typed: said.typed,
        note: said.note,
    });
    let results_path = format!("/results/{}", visit.round.id);
    let has_services = institutions::any_open(&state.db, &visit.round.id).await?;
    let text = submit::receipt::of(&state.keys, &response.round_id, &response.leaf)?;
    let check_path = format!("/receipt?r={text}");
    let view = Receipt {
        round: visit.round_title().to_owned(),
        path: format!("{}/receipt", visit.base),
        receipt: text,
        check_url: format!("{}{check_path}", state.config.base_url),
        check_path,
        results_url: format!("{}{results_path}", state.config.base_url),
        results_path,
        services_path: has_services.then(|| format!("/services/{}", visit.round.id)),
        secret,
        contact,
        forget: matches!(visit.entry, Entry::Invited(..)).then(|| format!("{}/later", visit.base)),
        help: visit.help(),
    };
    Ok(html(receipt::page(visit.reading, &view)))
}

/// `GET …/receipt`: shown to the browser that sent the answers, also after the round is over.
///
/// # Errors
/// Redirects to the start page, which explains, where there is no receipt to show.
pub async fn receipt(State(state): State<AppState>, visit: Visit) -> Result<Html<String>, PageError> {
    let Some(response) = stored(&state, &visit).await? else {
        return Err(PageError::see_other(visit.base));
    };
    let said = Said {
        secret: None,
        note: None,
        typed: String::new(),
    };
    page(&state, &visit, &response, said).await
}

/// `POST …/receipt`: makes the second secret, or keeps a way to be reached. Only this browser can do either: a receipt
/// alone, which others may have seen, opens neither.
///
/// # Errors
/// See [`receipt`]; when the database does not answer.
pub async fn act(
    State(state): State<AppState>,
    visit: Visit,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    let Some(response) = stored(&state, &visit).await? else {
        return Err(PageError::see_other(visit.base));
    };
    let base = state.base();
    let mut said = Said {
        secret: None,
        note: None,
        typed: String::new(),
    };
    let mut status = StatusCode::OK;
    match field(&pairs, "act") {
        Some("secret") if response.state == responses::ACCEPTED => {
            let made = withdrawal::make_secret(&base, &response.round_id, &response.leaf).await?;
            said.secret = Some(made.map_or(Secret::Made, Secret::Fresh));
        }
        Some("contact") => {
            let typed = field(&pairs, "contact").unwrap_or_default();
            let area = field(&pairs, "area")
                .filter(|code| visit.plan.areas.iter().any(|area| area.code == *code))
                .map(str::to_owned);
            let note = match respondent::leave_contact(&base, &response.leaf, typed, area).await {
                Ok(()) => ContactNote::Kept,
                Err(WriteError::Empty) => ContactNote::Missing,
                Err(WriteError::TooLong) => ContactNote::TooLong,
                Err(WriteError::Store(error)) => return Err(error.into()),
                Err(WriteError::NotNow | WriteError::TooMany) => {
                    return Err(PageError::see_other(visit.base));
                }
            };
            if note != ContactNote::Kept {
                typed.clone_into(&mut said.typed);
                status = StatusCode::UNPROCESSABLE_ENTITY;
            }
            said.note = Some(note);
        }
        _ => {}
    }
    Ok((status, page(&state, &visit, &response, said).await?).into_response())
}
