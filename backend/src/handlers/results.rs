//! The public page of a round: what was fixed beforehand, how many answered,
//! and, once the round is closed and computed, the headline figures.
//!
//! The rule of disclosure is that of files and e-mails: nothing about fewer
//! people than the plan's smallest cell, no 0 % and 100 %, counts rounded. Only
//! the whole county is shown here, so that nothing can be found by subtraction.

use analysis::plan::Plan;
use axum::extract::{Path, State};
use axum::response::Html;

use super::console::overview::{Stored, fieldwork, figure, group_name, headlines};
use super::receipt::done;
use super::respond::html;
use super::respond::visit::help;
use crate::app::AppState;
use crate::middleware::problems::PageError;
use crate::pages::planning::public::{PlanAmended, PlanNote, made_by};
use crate::pages::results::{self, Amended, PublicRate, PublicRoot, Results};
use crate::pages::round::Figure;
use crate::pages::tr;
use crate::pages::{Lang, Reading, words};
use crate::planning::history;
use crate::store::rounds::{self, RoundState};
use crate::store::{amendments, merkle_log, plan_versions};

/// Published counts of people are multiples of this.
const ROUND_TO: u64 = 10;

fn rounded(count: u64) -> u64 {
    (count + ROUND_TO / 2) / ROUND_TO * ROUND_TO
}

/// Counts and rate of a group, unless either the answers or the silence are those of too few.
fn public_rate(group: String, invited: u64, complete: u64, min_cell: u64) -> PublicRate {
    let hidden = invited < min_cell || complete < min_cell || invited - complete < min_cell;
    #[expect(clippy::cast_precision_loss, reason = "counts of people are far below 2^52")]
    let rate = (!hidden).then(|| rounded(complete) as f64 / rounded(invited) as f64);
    PublicRate {
        group,
        invited: (invited >= min_cell).then(|| rounded(invited)),
        complete: (!hidden).then(|| rounded(complete)),
        rate,
    }
}

async fn newest_root(state: &AppState, lang: Lang, round: &str) -> Result<Option<PublicRoot>, PageError> {
    let root = merkle_log::last_root(&state.db, round).await?;
    Ok(root.map(|root| PublicRoot {
        day: root.day.parse().map_or(root.day, |day| words::day(lang, day)),
        size: root.size,
        root: root.root,
        signature: root.signature,
    }))
}

/// The corrections of a round's questionnaires.
async fn amended(state: &AppState, plan: &Plan, lang: Lang) -> Result<Vec<Amended>, PageError> {
    let rows = amendments::of_round(&state.db, &plan.round.id).await?;
    let title = |form: &str| {
        let group = plan.groups.iter().find(|group| group.form == form)?;
        let title = plan.forms.get(&group.code)?.title.get(lang.code());
        Some(title.to_owned()).filter(|title| !title.is_empty())
    };
    let lines = rows.into_iter().map(|row| Amended {
        day: row.day.parse().map_or(row.day, |day| words::day(lang, day)),
        form: title(&row.form).unwrap_or(row.form),
        reason: row.reason,
        old_version: row.old_version,
        new_version: row.new_version,
    });
    Ok(lines.collect())
}

/// How the plan was amended, and which version made the figures that are shown.
async fn provenance(
    state: &AppState,
    lang: Lang,
    (id, figures): (&str, Option<&Stored>),
    min_cell: u32,
) -> Result<PlanNote, PageError> {
    let versions = plan_versions::of_round(&state.db, id).await?;
    let amended = history::published(&versions).skip(1).map(|(number, version)| {
        let answers = u64::try_from(version.answers_before).unwrap_or_default();
        PlanAmended {
            day: words::day_of(lang, &version.day),
            number,
            answers: match answers {
                0 => "0".to_owned(),
                few if few < u64::from(min_cell) => tr!(lang, "results.suppressed").into_owned(),
                many => tr!(lang, "results.about", count = rounded(many)).into_owned(),
            },
            reason: version.reason.clone(),
            sha256: version.plan_sha256.clone(),
        }
    });
    let found = match figures {
        Some(stored) => history::provenance(&state.db, id, &stored.results.plan_sha256).await?,
        None => None,
    };
    Ok(PlanNote {
        amended: amended.collect(),
        made_by: made_by(lang, found),
    })
}

/// `GET /results/{round}`.
///
/// # Errors
/// When there is no such round, or the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    reading: Reading,
    Path(id): Path<String>,
) -> Result<Html<String>, PageError> {
    let lang = reading.lang;
    let round = rounds::find(&state.db, &id).await?.ok_or_else(PageError::lost)?;
    let plan = state
        .plans
        .get(&state.db, &state.keys, &id)
        .await?
        .ok_or_else(PageError::lost)?;
    let min_cell = plan.suppression.min_cell;
    let counts = fieldwork(&state, &id).await?;
    let groups = rounds::groups(&state.db, &id).await?;
    let rates = groups
        .iter()
        .map(|group| {
            let (invited, complete) = counts.by_group.get(&group.group).copied().unwrap_or_default();
            public_rate(group_name(lang, group), invited, complete, u64::from(min_cell))
        })
        .collect();
    let stored = match round.round_state() {
        RoundState::Closed => crate::store::results::get::<Stored>(&state.db, &id).await?,
        _ => None,
    };
    let plan_note = provenance(
        &state,
        lang,
        (&id, stored.as_ref().map(|(_, stored)| stored)),
        min_cell,
    )
    .await?;
    let figures = stored.map(|(_, stored)| {
        let shown = headlines(&plan, &stored.results).map(|(indicator, result)| {
            let name = indicator.name.get(lang.code()).to_owned();
            let extreme = result.estimate.is_none_or(|estimate| {
                result.measure != "satisfaction" && !(0.0 < estimate && estimate < 1.0)
            });
            let few = result.n < u64::from(min_cell);
            if few || extreme || result.flag == Some(analysis::results::Flag::Suppressed) {
                let hidden = tr!(lang, "results.suppressed").into_owned();
                return Figure {
                    name,
                    estimate: hidden,
                    interval: String::new(),
                    n: String::new(),
                };
            }
            let n = tr!(lang, "results.about", count = rounded(result.n)).into_owned();
            Figure {
                n,
                ..figure(name, result)
            }
        });
        shown.collect()
    });
    let view = Results {
        title: plan.round.title.get(lang.code()).to_owned(),
        rates,
        figures,
        min_cell,
        help: help(&plan, lang),
        done: done(&state, &plan, lang).await?,
        provenance: plan_note,
        amended: amended(&state, &plan, lang).await?,
        root: newest_root(&state, lang, &round.id).await?,
        id: round.id,
        state: round.state,
        opens_on: round.opens_on,
        closes_on: round.closes_on,
        plan_sha256: round.plan_sha256,
    };
    Ok(html(results::page(reading, &view)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_people_are_not_published_neither_those_who_answered_nor_those_who_did_not() {
        let shown = public_rate("g".to_owned(), 1_234, 616, 10);
        assert_eq!((shown.invited, shown.complete), (Some(1_230), Some(620)));
        assert!((shown.rate.unwrap() - 620.0 / 1_230.0).abs() < 1e-12);
        for (invited, complete) in [(9, 9), (40, 9), (40, 31), (40, 40)] {
            let hidden = public_rate("g".to_owned(), invited, complete, 10);
            assert_eq!(
                (hidden.complete, hidden.rate),
                (None, None),
                "{complete} of {invited}"
            );
        }
    }
}
