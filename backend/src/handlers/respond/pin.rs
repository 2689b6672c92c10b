//! The respondent's own four digits: set where the answers were given, asked where they were not.
//!
//! Wrong digits never keep anyone from answering: after [`MOST_FAILURES`] the earlier answers stay hidden on every
//! device but the one they were given on, and everything else goes on.

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::visit::{Device, Entry, Visit};
use super::{Pairs, field, html, start, walk, with_cookie};
use crate::app::AppState;
use crate::middleware::client::ClientAddress;
use crate::middleware::problems::PageError;
use crate::pages::start::PinFault;
use crate::store::drafts::{self, Draft};
use crate::store::{StoreError, begin};

/// Wrong digits after which a draft's earlier answers can no longer be asked for.
pub(super) const MOST_FAILURES: i32 = 5;
const DIGITS: usize = 4;

/// Four digits as people type or paste them: full-width, with spaces between.
pub(super) fn read(text: &str) -> Option<String> {
    let mut digits = String::new();
    for c in text.chars().take(40).filter(|c| !c.is_whitespace()) {
        let c = match c {
            '０'..='９' => char::from_u32(u32::from(c) - 0xfee0)?,
            other => other,
        };
        c.is_ascii_digit().then(|| digits.push(c))?;
    }
    (digits.len() == DIGITS).then_some(digits)
}

/// Whether `device` may set the digits: every answer was given on it.
pub(super) fn may_set(visit: &Visit) -> bool {
    let (Entry::Invited(..), Some(draft), Some(device)) = (&visit.entry, &visit.draft, &visit.device) else {
        return false;
    };
    walk::is_owner(draft, &device.hash)
}

/// Sets the digits of the draft; false when this device may not.
pub(super) async fn set(state: &AppState, visit: &Visit, digits: &str) -> Result<bool, PageError> {
    let (Some(known), Some(device)) = (&visit.draft, &visit.device) else {
        return Ok(false);
    };
    let tx = begin(&state.db).await?;
    let mut stored = false;
    if let Some(mut draft) = drafts::find_for_update(&tx, &known.id).await?
        && may_set(visit)
        && walk::is_owner(&draft, &device.hash)
    {
        draft.pin = Some(state.keys.pin_hash(&draft.id, digits));
        draft.kept.pin_device = Some(device.hash.clone());
        draft.pin_failures = 0;
        drafts::put(&tx, draft).await?;
        stored = true;
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(stored)
}

/// Whether the digits that are set are those of this browser: whoever held the code before may have set others.
pub(super) fn is_set(visit: &Visit) -> bool {
    visit.draft.as_ref().is_some_and(|draft| {
        let device = visit.device.as_ref().map(|device| &device.hash);
        draft.pin.is_some() && draft.kept.pin_device.as_ref() == device
    })
}

/// What came of trying digits.
enum Tried {
    Right(Box<Draft>, Device),
    Wrong(PinFault),
}

async fn try_digits(state: &AppState, visit: &Visit, digits: &str) -> Result<Tried, PageError> {
    let gone = || PageError::see_other(visit.base.clone());
    let known = visit.draft.as_ref().ok_or_else(gone)?;
    let tx = begin(&state.db).await?;
    let mut draft = drafts::find_for_update(&tx, &known.id).await?.ok_or_else(gone)?;
    let hash = draft.pin.clone().ok_or_else(gone)?;
    // Counted inside the transaction: guesses sent at the same moment count one after the other.
    let tried = if draft.pin_failures >= MOST_FAILURES {
        Tried::Wrong(PinFault::Locked)
    } else if hash == state.keys.pin_hash(&draft.id, digits) {
        draft.pin_failures = 0;
        let device = visit
            .device
            .clone()
            .filter(|device| device.response_id == draft.response_id)
            .unwrap_or_else(|| Device::new(state, &visit.round.id, draft.response_id));
        walk::claim(&mut draft, &device.hash);
        Tried::Right(Box::new(draft.clone()), device)
    } else {
        draft.pin_failures += 1;
        match MOST_FAILURES - draft.pin_failures {
            0 => Tried::Wrong(PinFault::Locked),
            left => Tried::Wrong(PinFault::Wrong { left }),
        }
    };
    drafts::put(&tx, draft).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(tried)
}

/// `POST /r/{code}/pin`: asks for the earlier answers on this device.
///
/// # Errors
/// When the code is used, the round is not open, or the database does not answer.
pub async fn enter(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    visit: Visit,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    visit.must_be_open()?;
    let tried = match read(field(&pairs, "pin").unwrap_or_default()) {
        Some(digits) => try_digits(&state, &visit, &digits).await?,
        None => Tried::Wrong(PinFault::NotFour),
    };
    match tried {
        Tried::Right(draft, device) => {
            let page = visit.walk(&draft, &device).resume();
            let address = visit.address(page.as_ref().map(|page| page.name.as_str()));
            let cookie = device.cookie(&visit.base, state.config.is_https());
            Ok(with_cookie(Redirect::to(&address), cookie))
        }
        Tried::Wrong(fault) => {
            if matches!(fault, PinFault::Wrong { .. } | PinFault::Locked) {
                state.limits.code_failed(address);
            }
            let page = start::page_with_pin_fault(&visit, fault);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, html(page)).into_response())
        }
    }
}

/// `GET /r/{code}/pin`: a page reloaded after wrong digits; the start page asks again.
pub async fn back(visit: Visit) -> Redirect {
    Redirect::to(&visit.base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_digits_are_read_as_people_type_them() {
        assert_eq!(read("0 4 2 7").as_deref(), Some("0427"));
        assert_eq!(read("０４２７").as_deref(), Some("0427"));
        for text in ["", "042", "04275", "04a7", "-427"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
