//! `…/forms/{form}/check`: every fault, and the robot that answers.

use axum::extract::{Query as FromQuery, State};
use axum::response::{Html, IntoResponse, Response};
use survey_forms::pretest::{self, Options};

use super::{OpenToRead, Opened, Query};
use crate::app::AppState;
use crate::error::AppError;
use crate::handlers::respond::html;
use crate::middleware::problems::PageError;
use crate::pages::editor::check::{self as page, CheckPage, Robot};

/// How often the robot answers: enough to come to what one answer in fifty brings up, in a second or two.
const RUNS: u32 = 200;
/// The same questionnaire gives the same report.
const SEED: u64 = 1;

/// `GET …/forms/{form}/check`.
///
/// # Errors
/// When the role may not, there is no such questionnaire, or the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    Opened { open, .. }: OpenToRead,
    FromQuery(query): FromQuery<Query>,
) -> Result<Response, PageError> {
    let form = open.outline.form.clone().filter(|_| query.robot == "1");
    let robot = match form {
        None => None,
        Some(form) => {
            let today = state.clock.today();
            let options = Options {
                runs: RUNS,
                seed: SEED,
                today,
            };
            let report = tokio::task::spawn_blocking(move || pretest::run(&form, options))
                .await
                .map_err(|error| AppError::internal(&error))?;
            let words = open.outline.walk().into_iter();
            let words = words.map(|row| (row.name.clone(), row.label.get(open.lang.code()).to_owned()));
            Some(Robot {
                report,
                words: words.collect(),
            })
        }
    };
    let view = CheckPage {
        found: open.found(),
        rows: open.rows(),
        robot,
    };
    let page: Html<String> = html(page::page(open.around(), &view));
    Ok(page.into_response())
}
