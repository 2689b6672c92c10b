//! Data for statisticians: the reduced file, agreements that two people confirm, and the full file under one of them.

use std::path::PathBuf;

use axum::extract::{Form, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::shown;
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::staff::ManageDataAgreements;
use crate::cases::plain;
use crate::error::AppError;
use crate::export::columns::Table;
use crate::export::{self, Detail, Format, ddi};
use crate::handlers::respond::{Pairs, field};
use crate::middleware::problems::PageError;
use crate::pages::data::{self as pages, Line, Standing, Typed, View};
use crate::pages::{Lang, Reading, words};
use crate::store::agreements::{self, Agreement};
use crate::store::{StoreError, begin};

/// Longest text of a field, in characters.
const LONGEST: usize = 300;

fn standing(agreement: &Agreement, today: &str) -> Standing {
    if agreement.ended_by.is_some() {
        Standing::Ended
    } else if agreement.confirmed_by.is_none() {
        Standing::Asked
    } else if agreement.holds_on(today) {
        Standing::Holds
    } else {
        Standing::Over
    }
}

async fn render(
    state: &AppState,
    permit: &Independent<ManageDataAgreements>,
    lang: Lang,
    (typed, faulty): (Typed, Vec<&'static str>),
) -> Result<Html<String>, PageError> {
    let today = state.clock.today().to_string();
    let rows = agreements::of_round(&state.db, &permit.round.id).await?;
    let lines = rows.into_iter().map(|row| Line {
        standing: standing(&row, &today),
        may_confirm: row.asked_by != permit.staff.login,
        until: words::day_of(lang, &row.until),
        asked_on: words::day_of(lang, &row.asked_on),
        id: row.id.to_string(),
        person: row.person,
        institution: row.institution,
        purpose: row.purpose,
        asked_by: row.asked_by,
        confirmed_by: row.confirmed_by,
    });
    let view = View {
        id: permit.round.id.clone(),
        title: permit.plan.round.title.get(lang.code()).to_owned(),
        min_cell: permit.plan.suppression.min_cell,
        lines: lines.collect(),
        typed,
        faulty,
    };
    Ok(shown(lang, &permit.staff, pages::page, &view))
}

/// `GET /console/rounds/{id}/data`.
///
/// # Errors
/// When there is no such round, or the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    permit: Independent<ManageDataAgreements>,
    reading: Reading,
) -> Result<Html<String>, PageError> {
    render(&state, &permit, reading.lang, Default::default()).await
}

/// `POST /console/rounds/{id}/data`: enters, confirms or ends an agreement.
///
/// # Errors
/// See [`show`]; when the form is another session's.
pub async fn act(
    State(state): State<AppState>,
    permit: Independent<ManageDataAgreements>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    permit.staff.must_own_form(field(&pairs, "csrf"))?;
    let back = format!("/console/rounds/{}/data", permit.round.id);
    let today = state.clock.today();
    let (login, day) = (permit.staff.login.as_str(), today.to_string());
    for (name, action) in [
        ("confirm", "data.agreement.confirm"),
        ("end", "data.agreement.end"),
    ] {
        let Some(text) = field(&pairs, name) else { continue };
        let id = Uuid::try_parse(text).map_err(|_| PageError::lost())?;
        let tx = begin(&state.db).await?;
        let known = agreements::find(&tx, &permit.round.id, id).await?;
        known.ok_or_else(PageError::lost)?;
        let done = match name {
            "confirm" => agreements::confirm(&tx, id, login, &day).await?,
            _ => agreements::end(&tx, id, login, &day).await?,
        };
        if !done && name == "confirm" {
            // Nobody confirms what they entered themselves.
            return Err(PageError::forbidden());
        }
        if done {
            let detail = json!({ "round": permit.round.id });
            state
                .base()
                .record(&tx, login, action, &id.to_string(), detail)
                .await?;
            tx.commit().await.map_err(StoreError::from)?;
        }
        return Ok(Redirect::to(&back).into_response());
    }
    let text = |name: &str| plain(field(&pairs, name).unwrap_or_default()).unwrap_or_default();
    let typed = Typed {
        person: text("person"),
        institution: text("institution"),
        purpose: text("purpose"),
        until: text("until"),
    };
    let bad = |value: &str| value.is_empty() || value.chars().count() > LONGEST;
    let until: Option<Date> = typed.until.parse().ok().filter(|day: &Date| *day >= today);
    let faulty: Vec<&'static str> = [
        ("person", bad(&typed.person)),
        ("institution", bad(&typed.institution)),
        ("purpose", bad(&typed.purpose)),
        ("until", until.is_none()),
    ]
    .into_iter()
    .filter_map(|(name, wrong)| wrong.then_some(name))
    .collect();
    let Some(until) = until.filter(|_| faulty.is_empty()) else {
        let page = render(&state, &permit, reading.lang, (typed, faulty)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let row = Agreement {
        id: state.entropy.uuid(),
        round_id: permit.round.id.clone(),
        person: typed.person,
        institution: typed.institution,
        purpose: typed.purpose,
        until: until.to_string(),
        asked_by: login.to_owned(),
        asked_on: day,
        confirmed_by: None,
        confirmed_on: None,
        ended_by: None,
        ended_on: None,
    };
    let tx = begin(&state.db).await?;
    let detail = json!({ "round": row.round_id, "until": row.until });
    let id = row.id.to_string();
    agreements::insert(&tx, row).await?;
    state
        .base()
        .record(&tx, login, "data.agreement.enter", &id, detail)
        .await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Redirect::to(&back).into_response())
}

/// Which file is asked for.
#[derive(Debug, Deserialize)]
pub struct DataQuery {
    /// csv, xlsx, parquet, sav or ddi.
    format: String,
    /// Agreement for the full file; none for the reduced one.
    agreement: Option<Uuid>,
}

/// A file that is gone when nobody needs it any more.
struct Passing(PathBuf);

impl Drop for Passing {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::error!(%error, path = %self.0.display(), "an export cannot be deleted");
        }
    }
}

/// `GET /console/rounds/{id}/data/download`: answers as a file, reduced or under an agreement.
///
/// # Errors
/// See [`show`]; when there is no such format, or the agreement does not hold.
pub async fn download(
    State(state): State<AppState>,
    permit: Independent<ManageDataAgreements>,
    Query(query): Query<DataQuery>,
) -> Result<Response, PageError> {
    let detail = match query.agreement {
        None => Detail::Reduced,
        Some(id) => {
            let today = state.clock.today().to_string();
            let agreement = agreements::find(&state.db, &permit.round.id, id).await?;
            match agreement {
                Some(agreement) if agreement.holds_on(&today) => Detail::Full,
                _ => return Err(PageError::forbidden()),
            }
        }
    };
    let base = state.base();
    let failed = |error: export::ExportError| AppError::internal(&error);
    let table = Table::prepare(&base, &permit.plan, detail, None)
        .await
        .map_err(failed)?;
    let (kind, ending, content) = match query.format.as_str() {
        "ddi" => {
            let book = ddi::code_book(&table, &permit.plan.round.organiser);
            ("application/xml", "ddi.xml", book.into_bytes())
        }
        // Everything is what an agreement is for.
        "bundle" if detail == Detail::Full => {
            let name = format!("export-{}", state.entropy.uuid());
            let passing = Passing(state.config.data_dir.join(name));
            export::bundle::write(&base, &permit.plan, &passing.0)
                .await
                .map_err(failed)?;
            let content = tokio::fs::read(&passing.0)
                .await
                .map_err(|error| AppError::internal(&error))?;
            ("application/zip", "bundle.zip", content)
        }
        word => {
            let (format, kind) = match word {
                "csv" => (Format::Csv, "text/csv; charset=utf-8"),
                "xlsx" => (
                    Format::Xlsx,
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                ),
                "parquet" => (Format::Parquet, "application/vnd.apache.parquet"),
                "sav" => (Format::Sav, "application/x-spss-sav"),
                _ => return Err(PageError::lost()),
            };
            let name = format!("export-{}", state.entropy.uuid());
            let passing = Passing(state.config.data_dir.join(name));
            export::write(&base, &table, format, &passing.0, &|_, _| ())
                .await
                .map_err(failed)?;
            let content = tokio::fs::read(&passing.0)
                .await
                .map_err(|error| AppError::internal(&error))?;
            (kind, format.extension(), content)
        }
    };
    let what = json!({ "format": query.format, "agreement": query.agreement });
    let tx = begin(&state.db).await?;
    let login = permit.staff.login.as_str();
    base.record(&tx, login, "responses.export", &permit.round.id, what)
        .await?;
    tx.commit().await.map_err(StoreError::from)?;
    let part = match detail {
        Detail::Reduced => "reduced",
        Detail::Full => "full",
    };
    let name = format!("attachment; filename=\"{}-{part}.{ending}\"", permit.round.id);
    let disposition = HeaderValue::from_str(&name).map_err(|error| AppError::internal(&error))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, content).into_response())
}
