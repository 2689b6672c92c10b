//! The office's register of service institutions.

use std::collections::{BTreeMap, BTreeSet};

use analysis::plan::Plan;
use axum::extract::{Form, Multipart, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{FileQuery, sent, table_file, told, unit_name};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::policy::Action;
use crate::auth::staff::{EditRecords, Permission, SeeRecords};
use crate::handlers::console::{signed_in, title};
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::layout::Fault;
use crate::pages::records::Refusal;
use crate::pages::records::services::{self as pages, InstitutionLine, InstitutionPage, RegisterPage};
use crate::pages::{Lang, Reading, tr};
use crate::records::services::{self as acts, COLUMNS, FEATURES};
use crate::store::institutions::{self, Institution};

/// What the last act did, in the address to which it leads.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
    added: usize,
    changed: usize,
    same: usize,
}

impl Done {
    fn words(&self, lang: Lang) -> Option<String> {
        Some(match self.done.as_str() {
            "import" => tr!(
                lang,
                "services.done_import",
                added = self.added,
                changed = self.changed,
                same = self.same
            )
            .into_owned(),
            "save" => tr!(lang, "services.done_save").into_owned(),
            _ => return None,
        })
    }
}

/// The names of a register's service areas, in the order of the plan.
pub(in crate::handlers) fn area_names(plan: &Plan, lang: Lang, codes: &str) -> Vec<String> {
    let codes: BTreeSet<&str> = codes.split_whitespace().collect();
    let areas = plan
        .areas
        .iter()
        .filter(|area| codes.contains(area.code.as_str()));
    areas.map(|area| area.name.get(lang.code()).to_owned()).collect()
}

/// The text in the page's language; Chinese where there is no English.
pub(in crate::handlers) fn pick(lang: Lang, zh: &str, en: &str) -> String {
    match lang {
        Lang::En if !en.is_empty() => en.to_owned(),
        _ => zh.to_owned(),
    }
}

fn line(plan: &Plan, lang: Lang, row: &Institution) -> InstitutionLine {
    let between = if lang == Lang::Zh { "、" } else { ", " };
    InstitutionLine {
        code: row.code.clone(),
        name: pick(lang, &row.name_zh, &row.name_en),
        unit: unit_name(plan, lang, &row.unit),
        areas: area_names(plan, lang, &row.areas).join(between),
        phone: row.phone.clone(),
        known: row
            .accessible
            .split_whitespace()
            .chain(row.not_accessible.split_whitespace())
            .count(),
        closed: row.closed,
        day: row.day.clone(),
    }
}

async fn page<P: Permission>(
    state: &AppState,
    who: &Independent<P>,
    lang: Lang,
    (done, refusal): (Option<String>, Refusal),
) -> Result<Html<String>, PageError> {
    let rows = institutions::list(&state.db, &who.round.id).await?;
    let open: BTreeSet<&str> = rows
        .iter()
        .filter(|row| !row.closed)
        .map(|row| row.unit.as_str())
        .collect();
    let without = who.plan.units.of_level("township").into_iter();
    let view = RegisterPage {
        round: who.round.id.clone(),
        title: title(lang, &who.round),
        may_edit: who.staff.role.may(Action::EditRecords),
        done,
        refusal,
        without: without
            .filter(|unit| !open.contains(unit.code.as_str()))
            .map(|unit| unit.name.get(lang.code()).to_owned())
            .collect(),
        lines: rows.iter().map(|row| line(&who.plan, lang, row)).collect(),
    };
    Ok(html(pages::page(lang, &signed_in(lang, &who.staff, ""), &view)))
}

/// `GET /console/rounds/{id}/services`.
///
/// # Errors
/// When there is no such round, the role has no right to see it, a judged unit employs the person, or the database does
/// not answer; so for every handler here.
pub async fn show(
    State(state): State<AppState>,
    who: Independent<SeeRecords>,
    reading: Reading,
    Query(done): Query<Done>,
) -> Result<Html<String>, PageError> {
    let words = done.words(reading.lang);
    page(&state, &who, reading.lang, (words, Refusal::default())).await
}

/// `POST /console/rounds/{id}/services`: imports a register.
///
/// # Errors
/// See [`show`]; when the form is another session's.
pub async fn import(
    State(state): State<AppState>,
    who: Independent<EditRecords>,
    reading: Reading,
    form: Multipart,
) -> Result<Response, PageError> {
    let done = match sent(form).await {
        Err(error) => Err(error),
        Ok(sent) => {
            who.staff.must_own_form(field(&sent.fields, "csrf"))?;
            acts::import(&state.base(), &who.plan, sent.upload, &who.staff.login).await
        }
    };
    match done {
        Ok(acts::Imported {
            added, changed, same, ..
        }) => {
            let path = format!(
                "/console/rounds/{}/services?done=import&added={added}&changed={changed}&same={same}",
                who.round.id
            );
            Ok(Redirect::to(&path).into_response())
        }
        Err(error) => {
            let refusal = Refusal::of(reading.lang, told(error)?);
            let page = page(&state, &who, reading.lang, (None, refusal)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

fn form_page<P: Permission>(
    who: &Independent<P>,
    lang: Lang,
    code: Option<String>,
    typed: BTreeMap<String, String>,
    faults: Vec<Fault>,
) -> Html<String> {
    let plan = &who.plan;
    let places = plan
        .units
        .iter()
        .filter(|unit| matches!(unit.level.as_str(), "county" | "township"));
    let view = InstitutionPage {
        round: who.round.id.clone(),
        title: title(lang, &who.round),
        code,
        typed,
        faults,
        units: places
            .map(|unit| (unit.code.clone(), unit.name.get(lang.code()).to_owned()))
            .collect(),
        areas: plan
            .areas
            .iter()
            .map(|area| (area.code.clone(), area.name.get(lang.code()).to_owned()))
            .collect(),
    };
    html(pages::institution(lang, &signed_in(lang, &who.staff, ""), &view))
}

/// `GET /console/rounds/{id}/services/{code}`: the form of an institution, or of a new one.
///
/// # Errors
/// See [`show`]; when there is no such institution.
pub async fn edit(
    State(state): State<AppState>,
    who: Independent<EditRecords>,
    reading: Reading,
    Path((_, code)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    if code == "new" {
        return Ok(form_page(&who, reading.lang, None, BTreeMap::new(), Vec::new()));
    }
    let all = institutions::list(&state.db, &who.round.id).await?;
    let row = all
        .into_iter()
        .find(|row| row.code == code)
        .ok_or_else(PageError::lost)?;
    let cells = acts::rows(std::slice::from_ref(&row)).into_iter().flatten();
    let typed = COLUMNS
        .iter()
        .map(|column| (*column).to_owned())
        .zip(cells)
        .collect();
    Ok(form_page(&who, reading.lang, Some(code), typed, Vec::new()))
}

/// What was typed, by column: boxes are joined, and every feature goes where it was said to belong.
fn typed(pairs: &Pairs, code: Option<&str>) -> BTreeMap<String, String> {
    let all = |name: &str| {
        let of = pairs
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.trim());
        of.collect::<Vec<_>>().join(" ")
    };
    let said = |word: &str| {
        let of = FEATURES
            .iter()
            .filter(|feature| field(pairs, &format!("feature_{feature}")) == Some(word));
        of.copied().collect::<Vec<_>>().join(" ")
    };
    let columns = COLUMNS.iter().map(|column| {
        let value = match (*column, code) {
            ("code", Some(code)) => code.to_owned(),
            ("accessible", _) => said("yes"),
            ("not_accessible", _) => said("no"),
            ("areas", _) => all("areas"),
            (column, _) => field(pairs, column).unwrap_or_default().trim().to_owned(),
        };
        ((*column).to_owned(), value)
    });
    columns.collect()
}

/// `POST /console/rounds/{id}/services/{code}`: saves an institution.
///
/// # Errors
/// See [`edit`]; when the form is another session's.
pub async fn save(
    State(state): State<AppState>,
    who: Independent<EditRecords>,
    reading: Reading,
    Path((_, code)): Path<(String, String)>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    who.staff.must_own_form(field(&pairs, "csrf"))?;
    let code = Some(code).filter(|code| code != "new");
    if let Some(code) = &code {
        let all = institutions::list(&state.db, &who.round.id).await?;
        if !all.iter().any(|row| row.code == *code) {
            return Err(PageError::lost());
        }
    }
    let typed = typed(&pairs, code.as_deref());
    match acts::save(&state.base(), &who.plan, &typed, code.is_none(), &who.staff.login).await {
        Ok(()) => {
            let path = format!("/console/rounds/{}/services?done=save", who.round.id);
            Ok(Redirect::to(&path).into_response())
        }
        Err(error) => {
            let faults = Refusal::of(reading.lang, told(error)?).fields;
            let page = form_page(&who, reading.lang, code, typed, faults);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// `GET /console/rounds/{id}/services/download`: the register, or an empty one to fill in.
///
/// # Errors
/// See [`show`]; when there is no such file.
pub async fn download(
    State(state): State<AppState>,
    who: Independent<SeeRecords>,
    Query(query): Query<FileQuery>,
) -> Result<Response, PageError> {
    let rows = match query.what.as_str() {
        "current" => acts::rows(&institutions::list(&state.db, &who.round.id).await?),
        "template" => Vec::new(),
        _ => return Err(PageError::lost()),
    };
    let name = format!("services-{}", query.what);
    table_file(&name, &query.format, &COLUMNS, &rows, None)
}
