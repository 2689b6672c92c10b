//! What an open link (`/o/{slug}`) asks beside the questionnaire: the township.
//!
//! Everything else is the flow of [`super::respond`]. There is no register
//! behind an open link and anyone may answer, so its answers are labelled,
//! counted apart, and never enter design-based estimates (design §6).

use analysis::plan::Plan;

use crate::pages::Lang;
use crate::pages::start::UnitChoice;

/// The townships to choose from.
pub(crate) fn units(plan: &Plan, lang: Lang) -> Vec<UnitChoice> {
    let townships = plan.units.of_level("township").into_iter();
    townships
        .map(|unit| UnitChoice {
            code: unit.code.clone(),
            name: unit.name.get(lang.code()).to_owned(),
        })
        .collect()
}
