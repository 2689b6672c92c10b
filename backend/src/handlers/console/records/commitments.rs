//! The reform's commitments by the figures as they are now.

use analysis::plan::Plan;
use axum::extract::State;
use axum::response::Html;

use super::unit_name;
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::staff::SeeRecords;
use crate::handlers::console::{signed_in, title};
use crate::handlers::respond::html;
use crate::middleware::problems::PageError;
use crate::pages::records::commitments::{self as pages, CommitmentLine, CommitmentsPage};
use crate::pages::{Lang, Reading};
use crate::records::commitments::{Reading as Figure, Tracked, standing};
use crate::records::series as acts;
use crate::store::series;

fn with_unit(lang: Lang, tracked: &Tracked<'_>, value: f64) -> String {
    let unit = tracked
        .unit_of_measure
        .as_ref()
        .map_or("", |unit| unit.get(lang.code()));
    match (unit, lang) {
        ("", _) => value.to_string(),
        ("%", _) | (_, Lang::Zh) => format!("{value}{unit}"),
        (_, Lang::En) => format!("{value} {unit}"),
    }
}

fn line(plan: &Plan, lang: Lang, tracked: &Tracked<'_>) -> CommitmentLine {
    let commitment = tracked.commitment;
    let shown = |figure: &Option<Figure>| {
        let shown = figure
            .as_ref()
            .map(|figure| with_unit(lang, tracked, figure.value));
        shown.unwrap_or_default()
    };
    let before = tracked.before.as_ref().map(|before| match lang {
        Lang::Zh => format!("{}（{}）", with_unit(lang, tracked, before.value), before.period),
        Lang::En => format!("{} ({})", with_unit(lang, tracked, before.value), before.period),
    });
    let sign = if commitment.at_least { "≥ " } else { "≤ " };
    CommitmentLine {
        name: commitment.name.get(lang.code()).to_owned(),
        clause: commitment.clause.get(lang.code()).to_owned(),
        target: format!("{sign}{}", with_unit(lang, tracked, commitment.target)),
        by: commitment.by.to_string(),
        value: shown(&tracked.latest),
        period: tracked
            .latest
            .as_ref()
            .map(|latest| latest.period.clone())
            .unwrap_or_default(),
        before: before.unwrap_or_default(),
        attainment: tracked.attainment,
        standing: tracked.standing,
        trend: tracked.trend,
        units: tracked.units.as_ref().map(|units| {
            let behind = units.behind.iter().map(|code| unit_name(plan, lang, code));
            (units.kept, units.of, behind.collect())
        }),
    }
}

/// `GET /console/rounds/{id}/commitments`.
///
/// # Errors
/// When there is no such round, the role has no right to see it, a judged unit employs the person, or the database does
/// not answer.
pub async fn show(
    State(state): State<AppState>,
    who: Independent<SeeRecords>,
    reading: Reading,
) -> Result<Html<String>, PageError> {
    let lang = reading.lang;
    let figures = acts::current(&state.db, &who.plan).await?;
    let latest = series::latest(&state.db, &who.round.id).await?;
    let tracked = standing(&who.plan, &figures, state.clock.today());
    let view = CommitmentsPage {
        round: who.round.id.clone(),
        title: title(lang, &who.round),
        revision: latest.map_or(0, |row| row.revision),
        lines: tracked.iter().map(|one| line(&who.plan, lang, one)).collect(),
    };
    Ok(html(pages::page(lang, &signed_in(lang, &who.staff, ""), &view)))
}
