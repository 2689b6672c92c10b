//! `…/plan/versions`: every version, and the difference between two.

use analysis::plan::PlanFiles;
use axum::extract::{Query, State};
use axum::response::Html;
use serde::Deserialize;

use super::{Asked, working_copy};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::policy::Action;
use crate::auth::staff::SeePlan;
use crate::handlers::console::local_time;
use crate::handlers::respond::html;
use crate::middleware::problems::PageError;
use crate::pages::planning::history::{self as page, VersionsPage};
use crate::pages::{Reading, tr};
use crate::planning::copy::Copy;
use crate::planning::{difference, history};
use crate::store::plan_versions::{self, PlanVersion};

/// What is compared: numbers of versions, `saved`, or `copy` for the working copy.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pair {
    from: String,
    to: String,
}

async fn files(
    state: &AppState,
    (copy, versions): (&Copy, &[PlanVersion]),
    which: &str,
) -> Result<PlanFiles, PageError> {
    match which {
        "saved" => Ok(copy.saved.clone()),
        "copy" => Ok(copy.files.clone()),
        number => {
            let found = number
                .parse::<i32>()
                .ok()
                .and_then(|seq| versions.iter().find(|version| version.seq == seq));
            let version = found.ok_or_else(PageError::lost)?;
            Ok(plan_versions::files_of(&state.db, version).await?)
        }
    }
}

/// `GET …/plan/versions`.
///
/// # Errors
/// When the role may not, there is no such version, or the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    holder: Independent<SeePlan>,
    reading: Reading,
    Query(pair): Query<Pair>,
) -> Result<Html<String>, PageError> {
    let lang = reading.lang;
    let asked = Asked::of(&holder, lang);
    let copy = working_copy(&state, &holder).await?;
    let versions = plan_versions::of_round(&state.db, &holder.round.id).await?;
    let entries = history::of_round(&state.db, &holder.round.id).await?;
    let mut choices: Vec<(String, String)> = entries
        .iter()
        .filter_map(|entry| {
            let seq = entry.seq?;
            let moment = local_time(&state, entry.at);
            let name = match entry.published {
                Some(number) => tr!(lang, "plan.choice_published", seq = seq, n = number, at = moment),
                None => tr!(lang, "plan.choice", seq = seq, at = moment),
            };
            Some((seq.to_string(), name.into_owned()))
        })
        .collect();
    if copy.changed.is_some() {
        choices.push(("saved".to_owned(), tr!(lang, "plan.choice_saved").into_owned()));
        choices.push(("copy".to_owned(), tr!(lang, "plan.choice_copy").into_owned()));
    }
    let compared = if pair.from.is_empty() || pair.to.is_empty() {
        None
    } else {
        let from = files(&state, (&copy, &versions), &pair.from).await?;
        let to = files(&state, (&copy, &versions), &pair.to).await?;
        Some((pair.from, pair.to, difference::between(&from, &to)))
    };
    let view = VersionsPage {
        moments: entries.iter().map(|entry| local_time(&state, entry.at)).collect(),
        entries,
        choices,
        compared,
        without_mail: !holder.staff.role.may(Action::EditPlan),
    };
    Ok(html(page::page(asked.around(), &view)))
}
