//! `/console/plans/new`: a new round, from an earlier one, from the sample, or from an archive.

use analysis::plan::{Plan, PlanFiles};
use axum::extract::{Form, Multipart, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use jiff::civil::Date;
use survey_forms::diagnostic::Diagnostic;

use super::refusal::refused;
use super::{Upload, address, unprocessable};
use crate::app::AppState;
use crate::auth::independence::judged_employer;
use crate::auth::staff::{EditPlan, Permit, Staff};
use crate::handlers::console::{signed_in, title};
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::layout::Fault;
use crate::pages::planning::start::{self as page, StartPage};
use crate::pages::problem::Problem;
use crate::pages::{Lang, Reading, tr};
use crate::planning::{archive, fresh};
use crate::rounds::{self as acts, RoundActError};
use crate::store::{plan_files, rounds};

async fn view(
    state: &AppState,
    staff: &Staff,
    lang: Lang,
    mut form: StartPage,
) -> Result<Html<String>, PageError> {
    let all = rounds::list(&state.db).await?;
    form.rounds = all
        .iter()
        .map(|round| (round.id.clone(), title(lang, round)))
        .collect();
    Ok(html(page::page(lang, &signed_in(lang, staff, page::PATH), &form)))
}

/// `GET /console/plans/new`.
///
/// # Errors
/// When the role may not, or the database does not answer; so for every handler here.
pub async fn show(
    State(state): State<AppState>,
    permit: Permit<EditPlan>,
    reading: Reading,
) -> Result<Html<String>, PageError> {
    let latest = rounds::list(&state.db).await?.into_iter().next();
    let form = StartPage {
        source: latest.map(|round| round.id).unwrap_or_default(),
        ..StartPage::default()
    };
    view(&state, &permit.staff, reading.lang, form).await
}

/// Refuses whoever a unit judged by this plan employs.
fn independent(plan: &Plan, staff: &Staff, lang: Lang) -> Result<(), PageError> {
    match judged_employer(plan, staff.employer_unit.as_deref()) {
        None => Ok(()),
        Some(unit) => Err(PageError::problem(
            StatusCode::FORBIDDEN,
            Problem::JudgedUnit {
                unit: unit.name.get(lang.code()).to_owned(),
            },
        )),
    }
}

/// Imports the plan as a draft of a round that is not there yet; `source` is the round that it was copied from.
async fn made(
    state: &AppState,
    staff: &Staff,
    lang: Lang,
    files: &PlanFiles,
    source: Option<&str>,
) -> Result<Result<String, (Vec<Fault>, Vec<Diagnostic>)>, PageError> {
    let plan = match Plan::read(files) {
        Ok(plan) => plan,
        Err(found) => {
            let errors = found.iter().filter(|fault| fault.is_error()).count();
            let fault = Fault {
                href: "#main".to_owned(),
                text: tr!(lang, "plan.faults", n = errors).into_owned(),
            };
            return Ok(Err((vec![fault], found)));
        }
    };
    independent(&plan, staff, lang)?;
    let id = plan.round.id;
    if rounds::find(&state.db, &id).await?.is_some() {
        let fault = Fault {
            href: "#id".to_owned(),
            text: tr!(lang, "plan.e_taken", id = id).into_owned(),
        };
        return Ok(Err((vec![fault], Vec::new())));
    }
    let base = state.base();
    let imported = match source {
        Some(source) => acts::import_after(&base, source, files, &staff.login).await,
        None => acts::import(&base, files, &staff.login).await,
    };
    match imported {
        Ok(_) => Ok(Ok(id)),
        Err(RoundActError::Plan(found)) => Ok(Err((Vec::new(), found))),
        Err(error) => Ok(Err((refused(lang, error, "#main")?, Vec::new()))),
    }
}

/// `POST /console/plans/new`: a copy of an earlier round, or of the sample.
///
/// # Errors
/// See [`show`].
pub async fn make(
    State(state): State<AppState>,
    permit: Permit<EditPlan>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    permit.staff.must_own_form(field(&pairs, "csrf"))?;
    let lang = reading.lang;
    let of = |name: &str| field(&pairs, name).unwrap_or_default().trim().to_owned();
    let mut form = StartPage {
        source: of("source"),
        id: of("id"),
        year: of("year"),
        opens_on: of("opens_on"),
        closes_on: of("closes_on"),
        ..StartPage::default()
    };
    let fault = |id: &str, text: String| Fault {
        href: format!("#{id}"),
        text,
    };
    let (year, opens_on, closes_on) = (
        form.year.parse::<i32>(),
        form.opens_on.parse::<Date>(),
        form.closes_on.parse::<Date>(),
    );
    if form.id.is_empty() {
        form.faults.push(fault("id", tr!(lang, "plan.e_id").into_owned()));
    }
    if year.is_err() {
        form.faults.push(fault(
            "year",
            tr!(lang, "plan.e_whole", label = tr!(lang, "plan.s_year")).into_owned(),
        ));
    }
    if opens_on.is_err() {
        form.faults.push(fault(
            "opens_on",
            tr!(lang, "plan.e_day", label = tr!(lang, "plan.s_opens")).into_owned(),
        ));
    }
    if closes_on.is_err() {
        form.faults.push(fault(
            "closes_on",
            tr!(lang, "plan.e_day", label = tr!(lang, "plan.s_closes")).into_owned(),
        ));
    }
    let (true, Ok(year), Ok(opens_on), Ok(closes_on)) = (form.faults.is_empty(), year, opens_on, closes_on)
    else {
        return Ok(unprocessable(view(&state, &permit.staff, lang, form).await?));
    };
    let own = fresh::Own {
        id: form.id.clone(),
        year,
        opens_on,
        closes_on,
    };
    let source = Some(form.source.as_str()).filter(|id| !id.is_empty());
    let files = match source {
        None => crate::synthetic::sample_plan(),
        Some(id) => {
            rounds::find(&state.db, id).await?.ok_or_else(PageError::lost)?;
            let mut files = plan_files::read_without_frame(&state.db, &state.keys, id).await?;
            crate::store::amendments::apply(&state.db, id, &mut files).await?;
            files
        }
    };
    let done = match fresh::copied(&files, &own) {
        Ok(files) => made(&state, &permit.staff, lang, &files, source).await?,
        Err(found) => Err((Vec::new(), found)),
    };
    match done {
        Ok(id) => Ok(address(&id, "made").into_response()),
        Err((faults, found)) => {
            form.faults = faults;
            form.found = found;
            Ok(unprocessable(view(&state, &permit.staff, lang, form).await?))
        }
    }
}

/// `POST /console/plans/new/upload`: a plan as an archive; a frame in it is taken in with it.
///
/// # Errors
/// See [`show`].
pub async fn upload(
    State(state): State<AppState>,
    permit: Permit<EditPlan>,
    reading: Reading,
    parts: Multipart,
) -> Result<Response, PageError> {
    let upload = Upload::read(parts).await?;
    permit.staff.must_own_form(field(&upload.words, "csrf"))?;
    let lang = reading.lang;
    let mut form = StartPage::default();
    if upload.file.is_empty() {
        form.faults.push(Fault {
            href: "#file".to_owned(),
            text: tr!(lang, "plan.e_no_file").into_owned(),
        });
        return Ok(unprocessable(view(&state, &permit.staff, lang, form).await?));
    }
    // What to do next depends on whether the archive brought the frame.
    let mut word = "made";
    let done = match archive::read(&upload.file) {
        Ok(files) => {
            if files.contains_key("frame.csv") {
                word = "made_frame";
            }
            made(&state, &permit.staff, lang, &files, None).await?
        }
        Err(found) => {
            let fault = |one: &Diagnostic| Fault {
                href: "#file".to_owned(),
                text: one.to_line(lang.code()),
            };
            Err((found.iter().map(fault).collect(), Vec::new()))
        }
    };
    match done {
        Ok(id) => Ok(address(&id, word).into_response()),
        Err((faults, found)) => {
            form.faults = faults;
            form.found = found;
            Ok(unprocessable(view(&state, &permit.staff, lang, form).await?))
        }
    }
}
