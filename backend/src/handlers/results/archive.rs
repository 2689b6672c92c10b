//! The list of all rounds with published results.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::files;
use crate::app::AppState;
use crate::middleware::problems::PageError;
use crate::pages::results::archive::{self, Past};
use crate::pages::{Lang, Reading, words};
use crate::store::publications;
use crate::store::rounds;

/// `GET /results`.
///
/// # Errors
/// When the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    reading: Reading,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let lang = reading.lang;
    let rounds = rounds::list(&state.db).await?;
    let mut past: Vec<Past> = Vec::new();
    for row in publications::all_current(&state.db).await? {
        let Some(round) = rounds.iter().find(|round| round.id == row.round_id) else {
            continue;
        };
        past.push(Past {
            title: match lang {
                Lang::En if !round.title_en.is_empty() => round.title_en.clone(),
                _ => round.title_zh.clone(),
            },
            opens_on: words::day_of(lang, &round.opens_on),
            closes_on: words::day_of(lang, &round.closes_on),
            published_on: words::day_of(lang, &row.day),
            round: row.round_id,
        });
    }
    // The order in which fieldwork ended, the last one first.
    let ended = |past: &Past| {
        let round = rounds.iter().find(|round| round.id == past.round);
        round.map(|round| round.closes_on.clone())
    };
    past.sort_by_key(|line| std::cmp::Reverse(ended(line)));
    Ok(files::page(&headers, archive::page(reading, &past)))
}
