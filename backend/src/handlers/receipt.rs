//! `/receipt`: whoever holds a receipt can see that a response was included, and what was done about the points raised
//! by all. It says the same of every genuine receipt, whatever became of the response since: a receipt that told of a
//! withdrawal would tell it to whoever stood behind the respondent, too.

use std::collections::HashMap;

use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::respond::visit::help;
use super::respond::{Pairs, field, home_help, html, with_cookie};
use crate::app::AppState;
use crate::middleware::problems::PageError;
use crate::middleware::reading;
use crate::pages::improvements::{self as improvement_pages, Done};
use crate::pages::receipt_check::{self, Check, Found, Proof, TypingFault};
use crate::pages::{Lang, Reading, words};
use crate::roots;
use crate::store::{improvements, responses};
use crate::submit::receipt::{self, ReceiptError};
use analysis::plan::Plan;

/// Longest text looked at: a receipt has some 170 characters, an address around it some more.
const LONGEST: usize = 600;

/// What was pasted, without what came along: line breaks of a message, the address of this page around it.
pub(super) fn cleaned(typed: &str) -> String {
    let text: String = typed
        .chars()
        .filter(|c| !c.is_whitespace())
        .take(LONGEST)
        .collect();
    match text.rsplit_once("r=") {
        Some((before, receipt)) if before.ends_with(['?', '&']) => {
            receipt.split('&').next().unwrap_or_default().to_owned()
        }
        _ => text,
    }
}

/// What was done about the points raised in a round, in the reader's language.
pub(super) async fn done(state: &AppState, plan: &Plan, lang: Lang) -> Result<Vec<Done>, PageError> {
    let rows = improvements::published(&state.db, &plan.round.id).await?;
    Ok(rows
        .into_iter()
        .map(|row| improvement_pages::done(plan, lang, row))
        .collect())
}

async fn found(state: &AppState, lang: Lang, receipt: &receipt::Receipt) -> Result<Option<Found>, PageError> {
    let stored = responses::by_leaf(&state.db, &receipt.leaf).await?;
    let plan = state.plans.get(&state.db, &state.keys, &receipt.round).await?;
    let (Some(_), Some(plan)) = (stored.filter(|row| row.round_id == receipt.round), plan) else {
        return Ok(None);
    };
    let proof = roots::inclusion(&state.db, &receipt.round, &receipt.leaf, None).await?;
    let holds = proof
        .as_ref()
        .is_none_or(|proof| proof.holds(&state.keys.verifying_key(), &receipt.leaf));
    if !holds {
        tracing::error!(round = receipt.round, "the log of leaves does not hold");
        return Err(PageError::problem(
            StatusCode::INTERNAL_SERVER_ERROR,
            crate::pages::problem::Problem::Failed,
        ));
    }
    let proof = proof.map(|proof| Proof {
        day: proof
            .root
            .day
            .parse()
            .map_or_else(|_| proof.root.day.clone(), |day| words::day(lang, day)),
        epoch: proof.root.epoch,
        size: proof.root.size,
        index: proof.index,
        path: proof.path.iter().map(hex::encode).collect(),
        root: proof.root.root,
    });
    Ok(Some(Found {
        round_id: receipt.round.clone(),
        round: plan.round.title.get(lang.code()).to_owned(),
        leaf: receipt.leaf.clone(),
        proof,
        done: done(state, &plan, lang).await?,
        help: help(&plan, lang),
    }))
}

async fn judged(state: &AppState, lang: Lang, text: &str) -> Result<Check, PageError> {
    let typed = text.to_owned();
    let fault = |fault| Check {
        typed: typed.clone(),
        fault: Some(fault),
        ..Check::default()
    };
    if text.is_empty() {
        return Ok(fault(TypingFault::Empty));
    }
    let receipt = match receipt::verify(&state.keys.verifying_key(), text) {
        Ok(receipt) => receipt,
        Err(ReceiptError::Malformed) => return Ok(fault(TypingFault::Malformed)),
        Err(ReceiptError::BadSignature) => return Ok(fault(TypingFault::Forged)),
    };
    let found = found(state, lang, &receipt).await?;
    Ok(Check {
        missing: found.is_none(),
        found,
        ..Check::default()
    })
}

fn status(check: &Check) -> StatusCode {
    match (check.fault, check.missing) {
        (Some(_), _) => StatusCode::UNPROCESSABLE_ENTITY,
        (None, true) => StatusCode::NOT_FOUND,
        (None, false) => StatusCode::OK,
    }
}

/// `GET /receipt`, `GET /receipt?r=…`.
///
/// # Errors
/// When the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    reading: Reading,
    Query(query): Query<HashMap<String, String>>,
) -> Result<(StatusCode, Html<String>), PageError> {
    let check = match query.get("r") {
        None => Check::default(),
        Some(text) => judged(&state, reading.lang, &cleaned(text)).await?,
    };
    let help = home_help(&state, reading.lang).await?;
    Ok((
        status(&check),
        html(receipt_check::page(reading, &check, help.as_ref())),
    ))
}

/// `POST /receipt`: a receipt was typed or pasted, or a switch pressed.
///
/// # Errors
/// See [`show`].
pub async fn enter(
    State(state): State<AppState>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    let typed = cleaned(field(&pairs, "r").unwrap_or_default());
    if let Some(wished) = reading::changed(reading, &pairs) {
        let check = Check {
            typed,
            ..Check::default()
        };
        let help = home_help(&state, wished.lang).await?;
        let page = html(receipt_check::page(wished, &check, help.as_ref()));
        return Ok(with_cookie(
            page,
            reading::remember(wished, state.config.is_https()),
        ));
    }
    let check = judged(&state, reading.lang, &typed).await?;
    if check.fault.is_none() {
        // An address that can be kept and opened again. A receipt that verifies holds nothing that a URL cannot.
        return Ok(Redirect::to(&format!("/receipt?r={typed}")).into_response());
    }
    let help = home_help(&state, reading.lang).await?;
    let page = html(receipt_check::page(reading, &check, help.as_ref()));
    Ok((status(&check), page).into_response())
}

#[cfg(test)]
mod counted;
#[cfg(test)]
mod story;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_receipts_lose_line_breaks_and_the_address_around_them() {
        for typed in [
            "MY1.r-1.ab_-.cd",
            " MY1.r-1.\n ab_-.cd ",
            "https://x.example/receipt?r=MY1.r-1.ab_-.cd",
            "/receipt?lang=zh&r=MY1.r-1.ab_-.cd&x=1",
        ] {
            assert_eq!(cleaned(typed), "MY1.r-1.ab_-.cd", "{typed}");
        }
        assert_eq!(cleaned(&"x".repeat(5_000)).len(), LONGEST);
    }
}
