//! What an open link (`/o/{slug}`) asks beside the questionnaire: the township.
//!
//! Everything else is the flow of [`super::respond`]. There is no register
//! behind an open link and anyone may answer, so its answers are labelled,
//! counted apart, and never enter design-based estimates (design §6).

use crate::app::AppState;
use crate::middleware::problems::PageError;
use crate::pages::Lang;
use crate::pages::start::UnitChoice;
use crate::store::units;

/// The townships to choose from.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn units(state: &AppState, round: &str, lang: Lang) -> Result<Vec<UnitChoice>, PageError> {
    let all = units::list(&state.db, round).await?;
    Ok(all
        .into_iter()
        .filter(|unit| unit.level == "township")
        .map(|unit| UnitChoice {
            code: unit.code,
            name: match lang {
                Lang::Zh => unit.name_zh,
                Lang::En if !unit.name_en.is_empty() => unit.name_en,
                Lang::En => unit.name_zh,
            },
        })
        .collect())
}
