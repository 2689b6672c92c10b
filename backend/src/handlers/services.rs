//! The public's page of service institutions.

use axum::extract::{Path, Query, State};
use axum::response::Html;
use serde::Deserialize;

use super::console::records::services::{area_names, pick};
use super::respond::html;
use super::respond::visit::help;
use crate::app::AppState;
use crate::middleware::problems::PageError;
use crate::pages::Reading;
use crate::pages::services::{self, Choice, Place, Services};
use crate::store::institutions::{self, Institution};
use crate::store::rounds;

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    /// A township by its code; empty for all.
    township: String,
    /// A service area by its code; empty for all.
    area: String,
}

/// `GET /services/{round}`: where to get help. A township's page also shows what serves the whole county.
///
/// # Errors
/// When there is no such round, or the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    reading: Reading,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, PageError> {
    let lang = reading.lang;
    let round = rounds::find(&state.db, &id).await?.ok_or_else(PageError::lost)?;
    let plan = state
        .plans
        .get(&state.db, &state.keys, &id)
        .await?
        .ok_or_else(PageError::lost)?;
    let mut rows = institutions::list(&state.db, &round.id).await?;
    rows.retain(|row| !row.closed);
    let county = plan.county().code.as_str();
    let order = |unit: &str| {
        plan.units
            .iter()
            .position(|one| one.code == unit && unit != county)
    };
    // What is near comes first, what serves everybody last.
    rows.sort_by_key(|row| (order(&row.unit).unwrap_or(usize::MAX), row.code.clone()));
    // A word that is no code of the plan finds everything, as if nothing had been chosen.
    let townships: Vec<Choice> = plan
        .units
        .of_level("township")
        .into_iter()
        .filter(|unit| rows.iter().any(|row| row.unit == unit.code))
        .map(|unit| Choice {
            code: unit.code.clone(),
            name: unit.name.get(lang.code()).to_owned(),
        })
        .collect();
    let areas: Vec<Choice> = plan
        .areas
        .iter()
        .filter(|area| {
            rows.iter()
                .any(|row| row.areas.split_whitespace().any(|code| code == area.code))
        })
        .map(|area| Choice {
            code: area.code.clone(),
            name: area.name.get(lang.code()).to_owned(),
        })
        .collect();
    let known = |choices: &[Choice], code: String| {
        Some(code)
            .filter(|code| choices.iter().any(|choice| choice.code == *code))
            .unwrap_or_default()
    };
    let (township, area) = (known(&townships, wanted.township), known(&areas, wanted.area));
    let fits = |row: &Institution| {
        let here = township.is_empty() || row.unit == township || row.unit == county;
        here && (area.is_empty() || row.areas.split_whitespace().any(|code| code == area))
    };
    let codes = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    let view = Services {
        title: plan.round.title.get(lang.code()).to_owned(),
        any: !rows.is_empty(),
        places: rows
            .iter()
            .filter(|row| fits(row))
            .map(|row| Place {
                name: pick(lang, &row.name_zh, &row.name_en),
                township: plan
                    .units
                    .get(&row.unit)
                    .filter(|unit| unit.code != county)
                    .map(|unit| unit.name.get(lang.code()).to_owned()),
                areas: area_names(&plan, lang, &row.areas),
                services: pick(lang, &row.services_zh, &row.services_en),
                address: pick(lang, &row.address_zh, &row.address_en),
                phone: row.phone.clone(),
                hours: pick(lang, &row.hours_zh, &row.hours_en),
                accessible: codes(&row.accessible),
                not_accessible: codes(&row.not_accessible),
            })
            .collect(),
        help: help(&plan, lang),
        round: round.id,
        townships,
        areas,
        township,
        area,
    };
    Ok(html(services::page(reading, &view)))
}
