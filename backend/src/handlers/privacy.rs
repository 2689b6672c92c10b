//! The page on what happens to what people tell.

use axum::extract::State;
use axum::response::Html;

use super::console::retention;
use super::respond::{home_help, html};
use crate::app::AppState;
use crate::middleware::problems::PageError;
use crate::pages::{Reading, privacy};

/// `GET /privacy`.
///
/// # Errors
/// When the database does not answer.
pub async fn show(State(state): State<AppState>, reading: Reading) -> Result<Html<String>, PageError> {
    let help = home_help(&state, reading.lang).await?;
    let kept = retention::of_all(&state, reading.lang).await?;
    Ok(html(privacy::page(reading, help.as_ref(), &kept)))
}
